//! The questions to a registry about one image: in which scheme, as whom, and what an answer means.
//!
//! Source: the OCI distribution specification; the distribution project's `auth/token.md` and
//! `auth/oauth.md`.

use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::http::{HeaderValue, header};
use url::Url;
use url::form_urlencoded::Serializer;

use super::address::is_loopback;
use super::challenge::{self, Challenge};
use super::credentials::{Credential, secret_header};
use super::memory::Memory;
use super::transport::{Reach, Request, Response, Transport, Trouble, has_user};
use super::{Options, digest, manifest};
use crate::image::reference::DEFAULT_REGISTRY;
use crate::image::{Failure, Reference};

/// Where the default registry is served.
pub const DEFAULT_SERVER: &str = "registry-1.docker.io";
/// The most bytes of an index, a manifest or a token, as in Docker's registry.
const MAX_DOCUMENT: u64 = 4 << 20;
/// The most bytes of an image's configuration. A history of many steps takes some 100 kB.
const MAX_CONFIG: u64 = 8 << 20;
/// How long a token lasts that does not say.
///
/// Source: `auth/token.md` of the distribution project.
const USUAL_GRANT: Duration = Duration::from_secs(60);
/// How long a user and password are kept before the files are read again.
const BASIC_GRANT: Duration = Duration::from_secs(5 * 60);

/// A conversation about one image, until a time.
pub struct Session<'a> {
    options: &'a Options,
    transport: &'a Transport,
    memory: &'a Memory,
    image: &'a Reference,
    deadline: Instant,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl<'a> Session<'a> {
    /// Begins a conversation. Nothing is asked yet.
    pub fn new(
        options: &'a Options,
        transport: &'a Transport,
        memory: &'a Memory,
        image: &'a Reference,
    ) -> Session<'a> {
        let deadline = Instant::now() + options.total_time;
        Session { options, transport, memory, image, deadline }
    }

    /// The index or manifest of a tag, and its digest.
    pub fn by_tag(&self, tag: &str) -> Result<(String, Vec<u8>), Failure> {
        let response = self.manifest(tag)?;
        let named = response.headers.get("docker-content-digest");
        match named.and_then(|digest| digest.to_str().ok()) {
            Some(named) if !digest::matches(named, &response.body) => Err(self.forged(tag)),
            Some(named) => Ok((named.to_owned(), response.body)),
            None => Ok((digest::sha256(&response.body), response.body)),
        }
    }

    /// The index or manifest of a digest.
    pub fn by_digest(&self, digest: &str) -> Result<Vec<u8>, Failure> {
        let body = self.manifest(digest)?.body;
        if digest::matches(digest, &body) { Ok(body) } else { Err(self.forged(digest)) }
    }

    /// The configuration of an image, by its digest.
    pub fn config(&self, digest: &str) -> Result<Vec<u8>, Failure> {
        let path = format!("/v2/{}/blobs/{digest}", self.image.repository);
        let body = self.get(&path, "*/*", MAX_CONFIG, digest)?.body;
        if digest::matches(digest, &body) { Ok(body) } else { Err(self.forged(digest)) }
    }

    fn manifest(&self, name: &str) -> Result<Response, Failure> {
        let path = format!("/v2/{}/manifests/{name}", self.image.repository);
        self.get(&path, manifest::ACCEPT, MAX_DOCUMENT, name)
    }

    /// Asks for what is called `name` in messages, and signs in if that is asked for.
    fn get(&self, path: &str, accept: &str, limit: u64, name: &str) -> Result<Response, Failure> {
        let (registry, repository) = (&*self.image.registry, &*self.image.repository);
        if let Some(rest) = self.memory.rest(registry) {
            return Err(self.patience(rest));
        }
        let held = self.memory.grant(registry, repository);
        let mut response = self.ask(path, accept, limit, held.as_ref())?;
        if response.status == 401 {
            let (grant, time) = self.sign_in(&response)?;
            response = self.ask(path, accept, limit, Some(&grant))?;
            if response.status.is_success() {
                self.memory.granted(registry, repository, grant, time);
            }
        }
        match response.status.as_u16() {
            200 => Ok(response),
            404 => Err(Failure::Absent(self.absent(name))),
            401 | 403 => Err(self.denied()),
            _ => Err(self.refused(&response)),
        }
    }

    /// Asks the registry in the scheme that it is known to speak, else in the first that works.
    fn ask(
        &self,
        path: &str,
        accept: &str,
        limit: u64,
        authorization: Option<&HeaderValue>,
    ) -> Result<Response, Failure> {
        let registry = &*self.image.registry;
        let known = self.memory.scheme(registry);
        let schemes = known.map_or_else(|| self.schemes(), |known| vec![known]);
        let mut trouble = String::new();
        for scheme in schemes {
            let base = self.base(scheme)?;
            let mut url = base.clone();
            url.set_path(path);
            let deadline = self.deadline;
            let request = Request { url, accept, authorization, form: None, limit, deadline };
            match self.transport.send(request, &self.reach(&base)) {
                Ok(response) => {
                    self.memory.answered(registry, scheme);
                    return Ok(response);
                }
                Err(Trouble::NoTls(text)) => trouble = text,
                Err(Trouble::Other(text)) => return Err(Failure::Broken(text)),
            }
        }
        Err(Failure::Broken(trouble))
    }

    /// What a registry may speak. One on this machine may do without TLS, and one that is listed.
    fn schemes(&self) -> Vec<&'static str> {
        let plain = self.base("http").is_ok_and(|url| self.reach(&url).may_be_plain(&url));
        if plain { vec!["https", "http"] } else { vec!["https"] }
    }

    fn base(&self, scheme: &str) -> Result<Url, Failure> {
        let registry = &*self.image.registry;
        let server = if registry == DEFAULT_REGISTRY { DEFAULT_SERVER } else { registry };
        Url::parse(&format!("{scheme}://{server}/"))
            .map_err(|_| Failure::Broken(format!("{registry} is not a host that can be asked")))
    }

    fn reach<'b>(&'b self, registry: &'b Url) -> Reach<'b> {
        Reach { registry, hosts: &self.options.hosts }
    }

    /// The `Authorization` that would satisfy the registry, and how long it lasts.
    fn sign_in(&self, response: &Response) -> Result<(HeaderValue, Duration), Failure> {
        // Whom the registry sent us on to has no business with who we are.
        let base = self.base(response.url.scheme())?;
        if response.url.origin() != base.origin() {
            return Err(self.denied());
        }
        let headers = response.headers.get_all(header::WWW_AUTHENTICATE).iter();
        let texts = headers.filter_map(|value| value.to_str().ok());
        let challenges: Vec<Challenge> = texts.flat_map(challenge::read).collect();
        let offered = |scheme| challenges.iter().find(|challenge| challenge.scheme == scheme);
        if let Some(bearer) = offered("bearer") {
            return self.fetch_token(bearer, &base);
        }
        match offered("basic").and_then(|_| self.credential(&[&base])) {
            Some(Credential::Basic(value)) => Ok((value, BASIC_GRANT)),
            _ => Err(self.denied()),
        }
    }

    /// What is known for the registry, if it may travel to all of `urls`: no secret goes out in plain
    /// HTTP.
    fn credential(&self, urls: &[&Url]) -> Option<Credential> {
        let is_safe = |url: &&Url| url.scheme() == "https" || is_loopback(url);
        let Options { credential_files, credential_helpers, .. } = self.options;
        urls.iter().all(is_safe).then(|| {
            let registry = &self.image.registry;
            let lookups = &self.memory.lookups;
            lookups.find(credential_files, registry, *credential_helpers, self.deadline)
        })?
    }

    fn fetch_token(
        &self,
        challenge: &Challenge,
        base: &Url,
    ) -> Result<(HeaderValue, Duration), Failure> {
        let realm = self.realm(challenge, base)?;
        let usual_scope = format!("repository:{}:pull", self.image.repository);
        let scope = challenge.get("scope").unwrap_or(&usual_scope);
        let service = challenge.get("service").map(|service| ("service", service));
        let about = || service.into_iter().chain([("scope", scope)]);

        let credential = self.credential(&[base, &realm]);
        let mut request = Request {
            url: realm,
            accept: "application/json",
            authorization: None,
            form: None,
            limit: MAX_DOCUMENT,
            deadline: self.deadline,
        };
        match &credential {
            Some(Credential::Identity(token)) => {
                let mut form = Serializer::new(String::new());
                form.extend_pairs([
                    ("grant_type", "refresh_token"),
                    ("client_id", "stagewright"),
                    ("refresh_token", token),
                ]);
                request.form = Some(form.extend_pairs(about()).finish());
            }
            Some(Credential::Basic(value)) => {
                request.url.query_pairs_mut().extend_pairs(about());
                request.authorization = Some(value);
            }
            None => drop(request.url.query_pairs_mut().extend_pairs(about())),
        }
        let response = self.transport.send(request, &self.reach(base));
        let response = response.map_err(|trouble| Failure::Broken(trouble.into_text()))?;
        match response.status.as_u16() {
            200 => self.read_token(&response.body),
            401 | 403 => Err(self.denied()),
            _ => Err(self.refused(&response)),
        }
    }

    /// Where tokens are given out. It may not be less safe than the registry.
    fn realm(&self, challenge: &Challenge, base: &Url) -> Result<Url, Failure> {
        let realm = challenge.get("realm").and_then(|realm| Url::parse(realm).ok());
        let is_safe = |url: &Url| match url.scheme() {
            "https" => true,
            "http" => base.scheme() == "http",
            _ => false,
        };
        realm.filter(|url| url.has_host() && !has_user(url) && is_safe(url)).ok_or_else(|| {
            let registry = &self.image.registry;
            Failure::Broken(format!("{registry} names no safe place to get a token from"))
        })
    }

    fn read_token(&self, body: &[u8]) -> Result<(HeaderValue, Duration), Failure> {
        let token = serde_json::from_slice::<Token>(body).ok().and_then(|token| {
            let time = token.expires_in.map_or(USUAL_GRANT, Duration::from_secs);
            let text = token.token.or(token.access_token)?;
            Some((secret_header(&format!("Bearer {text}"))?, time))
        });
        token.ok_or_else(|| {
            let registry = &self.image.registry;
            Failure::Broken(format!("what {registry} has tokens given out by gives none"))
        })
    }

    /// What an unusual status means.
    fn refused(&self, response: &Response) -> Failure {
        let registry = &self.image.registry;
        match response.status.as_u16() {
            429 | 503 => self.patience(self.memory.asked_for_rest(registry, &response.headers)),
            status => Failure::Broken(format!("{registry} answers with the status {status}")),
        }
    }

    fn patience(&self, rest: Duration) -> Failure {
        let (registry, seconds) = (&self.image.registry, rest.as_secs().max(1));
        Failure::Broken(format!("{registry} asks for patience: it is asked again in {seconds} s"))
    }

    fn absent(&self, name: &str) -> String {
        let Reference { registry, .. } = self.image;
        let kind = if name.contains(':') { "manifest" } else { "tag" };
        format!("{} has no {kind} {name} in {registry}", self.image.familiar())
    }

    fn forged(&self, name: &str) -> Failure {
        let Reference { registry, repository, .. } = self.image;
        Failure::Broken(format!(
            "what {registry} gives for {name} of {repository} does not have the digest that it \
             should have"
        ))
    }

    fn denied(&self) -> Failure {
        let (registry, name) = (&self.image.registry, self.image.familiar());
        let helpers = match self.options.credential_helpers {
            true => "",
            false => ", and the setting `size.credentialHelpers` if a helper keeps what it is told",
        };
        Failure::Denied(format!(
            "{registry} does not show us {name}: it may be private, or not be there; \
             `docker login {registry}` would help{helpers}"
        ))
    }
}
