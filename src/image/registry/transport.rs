//! One HTTP exchange. Time, bytes, redirects, schemes and addresses are held to their limits here
//! and nowhere else.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, HeaderValue, Method, Request as HttpRequest, StatusCode, header};
use ureq::{Agent, AsSendBody, Timeout};
use url::Url;

use super::Hosts;
use super::address::{PrivateAddress, PublicOnly, is_loopback, is_private_by_name};

/// The most redirects of one exchange.
const MAX_REDIRECTS: usize = 5;
/// The most bytes of a response's header.
const MAX_HEADER: usize = 32 << 10;
/// The longest name of a host that is repeated in a message.
const MAX_SHOWN: usize = 80;

/// The HTTP clients.
#[derive(Debug)]
pub struct Transport {
    /// For this machine: past any proxy, as everywhere.
    local: Agent,
    /// For hosts that were named by the user.
    named: Agent,
    /// For hosts that a registry named: public addresses only.
    foreign: Agent,
    connect: Duration,
}

/// What is asked for.
pub struct Request<'a> {
    /// Where.
    pub url: Url,
    /// The media types that are understood.
    pub accept: &'a str,
    /// Who asks. It goes to the host and port of `url` and no further.
    pub authorization: Option<&'a HeaderValue>,
    /// A form to post; without one, the request is a GET.
    pub form: Option<String>,
    /// The most bytes of the answer's body.
    pub limit: u64,
    /// When to give up.
    pub deadline: Instant,
}

/// An answer, with whatever status.
pub struct Response {
    /// Who answered in the end.
    pub url: Url,
    /// How.
    pub status: StatusCode,
    /// The header.
    pub headers: HeaderMap,
    /// The body if the status is that of success, else nothing.
    pub body: Vec<u8>,
}

/// Why there is no answer: a text for people that names the host.
#[derive(Debug)]
pub enum Trouble {
    /// There is nobody at that port, or nobody who speaks TLS.
    NoTls(String),
    /// All else.
    Other(String),
}

impl Trouble {
    /// The text.
    pub fn into_text(self) -> String {
        let (Trouble::NoTls(text) | Trouble::Other(text)) = self;
        text
    }
}

/// Whom a registry may send its client on to.
pub struct Reach<'a> {
    /// Where the registry is.
    pub registry: &'a Url,
    /// The hosts that the user named.
    pub hosts: &'a Hosts,
}

impl Reach<'_> {
    /// Whether the host of `url` may have a private address: that of the registry may, and one that
    /// the user listed.
    fn may_be_private(&self, url: &Url) -> bool {
        url.host() == self.registry.host() || self.hosts.lists(&host_and_port(url))
    }

    /// Whether `url` may be asked in that scheme: plain HTTP is for this machine and for hosts that
    /// the user listed.
    pub fn may_be_plain(&self, url: &Url) -> bool {
        url.scheme() == "https" || is_loopback(url) || self.hosts.lists(&host_and_port(url))
    }
}

impl Transport {
    /// Clients that wait `connect` for a connection. Proxies are those of the environment.
    pub fn new(connect: Duration) -> Transport {
        let config = || {
            Agent::config_builder()
                .user_agent(concat!("stagewright/", env!("CARGO_PKG_VERSION")))
                .max_redirects(0)
                .max_redirects_will_error(false)
                .http_status_as_error(false)
                .max_response_header_size(MAX_HEADER)
                .tls_config(
                    ureq::tls::TlsConfig::builder()
                        .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                        .build(),
                )
        };
        Transport {
            local: config().proxy(None).build().into(),
            named: config().build().into(),
            foreign: Agent::with_parts(
                config().build(),
                ureq::unversioned::transport::DefaultConnector::default(),
                PublicOnly::default(),
            ),
            connect,
        }
    }

    /// Asks, and follows redirects to hosts in `reach`.
    pub fn send(&self, mut request: Request, reach: &Reach) -> Result<Response, Trouble> {
        for _ in 0..=MAX_REDIRECTS {
            let agent = self.agent(&request.url, reach)?;
            let mut response = self.exchange(agent, &request)?;
            let Some(target) = redirect(&request, &response)? else {
                let body = match response.status().is_success() {
                    true => read(&mut response, &request)?,
                    false => Vec::new(),
                };
                let (parts, _) = response.into_parts();
                let (status, headers) = (parts.status, parts.headers);
                return Ok(Response { url: request.url, status, headers, body });
            };
            if host_and_port(&target) != host_and_port(&request.url) {
                request.authorization = None;
            }
            request.url = target;
        }
        let host = shown(&request.url);
        Err(Trouble::Other(format!("{host} redirects in circles, or too often")))
    }

    fn agent(&self, url: &Url, reach: &Reach) -> Result<&Agent, Trouble> {
        if !reach.may_be_plain(url) {
            return Err(Trouble::Other(format!("{} would be asked in plain HTTP", shown(url))));
        }
        match reach.may_be_private(url) {
            true if is_loopback(url) => Ok(&self.local),
            true => Ok(&self.named),
            false if is_private_by_name(url) => Err(Trouble::Other(private(url))),
            false => Ok(&self.foreign),
        }
    }

    fn exchange(&self, agent: &Agent, request: &Request) -> Result<Answer, Trouble> {
        let left = request.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::Other(late(&request.url)));
        }
        let mut builder = HttpRequest::builder()
            .method(if request.form.is_some() { Method::POST } else { Method::GET })
            .uri(request.url.as_str())
            .header(header::ACCEPT, request.accept);
        if let Some(authorization) = request.authorization {
            builder = builder.header(header::AUTHORIZATION, authorization);
        }
        let times = (self.connect.min(left), left);
        let answer = match &request.form {
            Some(form) => {
                builder = builder.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                run(agent, builder.body(form.as_str()), times)
            }
            None => run(agent, builder.body(()), times),
        };
        answer.map_err(|error| trouble(&error, &request.url))
    }
}

type Answer = ureq::http::Response<ureq::Body>;

/// Runs a request with a time for the connection and one for all.
fn run(
    agent: &Agent,
    request: ureq::http::Result<HttpRequest<impl AsSendBody>>,
    (connect, total): (Duration, Duration),
) -> Result<Answer, ureq::Error> {
    let request = agent.configure_request(request?);
    let request = request.timeout_connect(Some(connect)).timeout_global(Some(total));
    agent.run(request.build())
}

/// The body of an answer, within the limits of its request.
fn read(answer: &mut Answer, request: &Request) -> Result<Vec<u8>, Trouble> {
    let body = answer.body_mut().with_config().limit(request.limit).read_to_vec();
    body.map_err(|error| trouble(&error, &request.url))
}

/// Where an answer sends us, if it does. The scheme may not change and no user be named.
fn redirect(request: &Request, answer: &Answer) -> Result<Option<Url>, Trouble> {
    let moved = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    if !moved || request.form.is_some() {
        return Ok(None);
    }
    let host = shown(&request.url);
    let target = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|target| target.to_str().ok())
        .and_then(|target| request.url.join(target).ok())
        .filter(|target| target.has_host() && !has_user(target));
    let Some(mut target) = target else {
        return Err(Trouble::Other(format!("{host} redirects to nowhere")));
    };
    if target.scheme() != request.url.scheme() {
        return Err(Trouble::Other(format!(
            "{host} redirects from {} to another scheme, which is not followed",
            request.url.scheme(),
        )));
    }
    target.set_fragment(None);
    Ok(Some(target))
}

/// Whether a URL names a user or a password.
pub fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The host of a URL, and its port unless that is the usual one, as the name of a registry has it.
pub fn host_and_port(url: &Url) -> String {
    let mut name = url.host_str().unwrap_or_default().to_owned();
    if let Some(port) = url.port() {
        name.push_str(&format!(":{port}"));
    }
    name
}

fn trouble(error: &ureq::Error, url: &Url) -> Trouble {
    let host = shown(url);
    if speaks_no_tls(error) && url.scheme() == "https" {
        return Trouble::NoTls(format!("{host} does not speak TLS, or does not answer at all"));
    }
    Trouble::Other(match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            format!("{host} cannot be reached in time")
        }
        ureq::Error::Timeout(_) => late(url),
        ureq::Error::HostNotFound => format!("there is no host {host}"),
        ureq::Error::BodyExceedsLimit(limit) => {
            format!("{host} answers with more than {limit} bytes")
        }
        ureq::Error::LargeResponseHeader(..) => {
            format!("{host} answers with a header of more than {MAX_HEADER} bytes")
        }
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => {
            format!("{host} does not answer in HTTP")
        }
        ureq::Error::Io(error) => match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(_)) => {
                format!("the certificate of {host} is not trusted on this machine")
            }
            Some(_) => format!("{host} breaks off the TLS handshake"),
            // The resolver's errors have a kind of their own only in the text.
            None if error.to_string().starts_with("failed to lookup address") => {
                format!("there is no host {host}, or no network")
            }
            // The kind is a few words of the standard library; the rest may be the server's.
            None => format!("{host} cannot be read: {}", error.kind()),
        },
        ureq::Error::Rustls(_) => "TLS cannot be set up: are certificates installed?".to_owned(),
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
            format!("the proxy does not let {host} be reached")
        }
        ureq::Error::Other(error) if error.is::<PrivateAddress>() => private(url),
        _ => format!("{host} cannot be asked"),
    })
}

/// Whether it may be that the other side understands HTTP only: it hung up, or answered something
/// that is no TLS, or TLS cannot even be tried on this machine.
fn speaks_no_tls(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Rustls(_) => true,
        ureq::Error::Io(error) => match tls_error(error) {
            Some(error) => matches!(error, rustls::Error::InvalidMessage(_)),
            None => matches!(
                error.kind(),
                ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
            ),
        },
        _ => false,
    }
}

fn tls_error(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn late(url: &Url) -> String {
    format!("{} does not answer in time", shown(url))
}

fn private(url: &Url) -> String {
    let host = shown(url);
    format!(
        "the registry sends us on to {host}, which has a private address: list `{host}` in \
         `size.registry` if that is meant"
    )
}

/// The host for a message: it may be an unknown server's choice.
fn shown(url: &Url) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || ".-:[]".contains(*c);
    host_and_port(url).chars().filter(plain).take(MAX_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    #[test]
    fn redirects() {
        /// Where a redirect leads, or what is wrong with it.
        #[track_caller]
        fn check(from: &str, location: &str, expected: &str) {
            let request = Request {
                url: url(from),
                accept: "",
                authorization: None,
                form: None,
                limit: 0,
                deadline: Instant::now(),
            };
            let answer = ureq::http::Response::builder()
                .status(307)
                .header(header::LOCATION, location)
                .body(ureq::Body::builder().data(""))
                .expect("an answer");
            let found = match redirect(&request, &answer) {
                Ok(target) => target.map(String::from).unwrap_or_default(),
                Err(trouble) => trouble.into_text(),
            };
            assert_eq!(found, expected, "{from} to {location}");
        }
        check("https://a.io/v2/x", "/y?z#f", "https://a.io/y?z");
        check("https://a.io/v2/x", "../y", "https://a.io/y");
        check("https://a.io/v2/x", "//b.io/y", "https://b.io/y");
        check("https://a.io/v2/x", "https://b.io:8443/y", "https://b.io:8443/y");
        let other = "a.io redirects from https to another scheme, which is not followed";
        check("https://a.io/v2/x", "http://a.io/y", other);
        let other = "a.io redirects from http to another scheme, which is not followed";
        check("http://a.io/v2/x", "https://a.io/y", other);
        for nowhere in
            ["", "https://", "https://u:p@b.io/", "https://u@b.io/", "file:///etc/passwd"]
        {
            let expected =
                if nowhere.is_empty() { "https://a.io/v2/x" } else { "a.io redirects to nowhere" };
            check("https://a.io/v2/x", nowhere, expected);
        }
    }

    #[test]
    fn whom_a_registry_may_send_us_on_to() {
        let listed = Hosts::Listed(vec!["auth.corp:8443".to_owned(), "10.0.0.7".to_owned()]);
        let check = |registry: &str, target: &str, expected: bool| {
            let reach = Reach { registry: &url(registry), hosts: &listed };
            assert_eq!(reach.may_be_private(&url(target)), expected, "{registry} to {target}");
        };
        check("https://a.io/", "https://a.io:8443/", true);
        check("http://127.0.0.1:5000/", "http://127.0.0.1:5001/", true);
        check("http://localhost:5000/", "http://127.0.0.1:5000/", false);
        check("https://a.io/", "https://b.io/", false);
        check("https://a.io/", "https://auth.corp:8443/", true);
        check("https://a.io/", "https://auth.corp/", false);
        check("https://a.io/", "https://10.0.0.7/", true);
        check("https://a.io/", "https://10.0.0.8/", false);
    }

    #[test]
    fn private_addresses_are_not_asked() {
        let transport = Transport::new(Duration::from_secs(1));
        let registry = url("https://a.io/");
        for host in ["10.0.0.1", "localhost:1", "[fe80::1]"] {
            let request = Request {
                url: url(&format!("https://{host}/")),
                accept: "",
                authorization: None,
                form: None,
                limit: 0,
                deadline: Instant::now() + Duration::from_secs(1),
            };
            let reach = Reach { registry: &registry, hosts: &Hosts::All };
            let trouble = transport.send(request, &reach).err().expect("no answer").into_text();
            let expected = format!(
                "the registry sends us on to {host}, which has a private address: \
                 list `{host}` in `size.registry` if that is meant"
            );
            assert_eq!(trouble, expected);
        }
    }

    #[test]
    fn what_a_server_may_call_itself_in_a_message() {
        let long = format!("https://{}/", "a.".repeat(200));
        assert_eq!(shown(&url(&long)).len(), MAX_SHOWN);
        assert_eq!(shown(&url("https://a`b.io:80/")), "ab.io:80");
        assert_eq!(shown(&url("http://[::1]:5000/")), "[::1]:5000");
    }
}
