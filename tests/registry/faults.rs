//! What no decent registry does: each must cost a clear failure, within the time, and no secret.

mod server;

use std::collections::HashMap;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use stagewright::image::registry::digest::sha256;
use stagewright::image::registry::{Answer, Hosts, Options, Registry};
use stagewright::image::{Date, Failure, Reference};
use stagewright::language::platform::Platform;

use server::{Server, header, respond};

/// How long a measure may take here.
const TIME: Duration = Duration::from_secs(2);
/// What a slow machine may add.
const SLACK: Duration = Duration::from_secs(2);
const USER: &str = "me";
const PASSWORD: &str = "swordfish";
const TOKEN: &str = "open-sesame";
const TAG: &str = "/v2/a/b/manifests/1";

/// Options that let all registries be asked, with no credentials.
fn options() -> Options {
    let (hosts, credential_files) = (Hosts::All, Vec::new());
    Options { hosts, credential_files, total_time: TIME, ..Options::default() }
}

/// A file with a password for that host.
fn credentials(folder: &tempfile::TempDir, host: &str) -> Vec<PathBuf> {
    let auth = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let file = folder.path().join("config.json");
    std::fs::write(&file, json!({"auths": {host: {"auth": auth}}}).to_string()).expect("written");
    vec![file]
}

fn measure(registry: &Registry, name: &str) -> Result<Answer, Failure> {
    let image = Reference::parse(name).expect(name);
    let start = Instant::now();
    let answer = registry.measure(&image, &Platform::parse("linux/amd64").expect("a platform"));
    let time = start.elapsed();
    assert!(time < TIME + SLACK, "{name} took {time:?}: {answer:?}");
    if let Err(failure) = &answer {
        let text = failure.to_string();
        assert!(!text.is_empty() && text.len() < 400 && !text.ends_with('.'), "{text}");
        assert_no_secret(&text);
    }
    answer
}

#[track_caller]
fn assert_no_secret(text: &str) {
    let encoded = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    for secret in [PASSWORD, TOKEN, &encoded] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// Measures `a/b:1` at a server and expects a failure with that text in it.
#[track_caller]
fn check(server: &Server, expected: &str) {
    check_with(options(), server, expected);
}

#[track_caller]
fn check_with(options: Options, server: &Server, expected: &str) {
    let answer = measure(&Registry::new(options), &format!("{}/a/b:1", server.host()));
    let text = answer.expect_err("a failure").to_string();
    assert!(text.contains(expected), "{text:?} does not say {expected:?}");
}

/// The path of a request, without its query.
fn path(head: &str) -> &str {
    let target = head.split(' ').nth(1).unwrap_or_default();
    target.split('?').next().unwrap_or_default()
}

/// A server with whole responses at their paths, and 404 at others.
fn with_pages(pages: HashMap<String, Vec<u8>>) -> Server {
    Server::start(move |head, stream| {
        let absent = respond("404 Not Found", &[], b"");
        // The client may have gone.
        let _ = stream.write_all(pages.get(path(head)).unwrap_or(&absent));
    })
}

/// A server with that at the place of the manifest.
fn serving(page: Vec<u8>) -> Server {
    with_pages(HashMap::from([(TAG.to_owned(), page)]))
}

/// A server that writes to the client without end, after that head, and how much it wrote.
fn endless(head: &'static str, part: Vec<u8>) -> (Server, Arc<AtomicU64>) {
    let written = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&written);
    let server = Server::start(move |_, stream| {
        let _ = stream.write_all(head.as_bytes());
        while stream.write_all(&part).is_ok() {
            count.fetch_add(part.len() as u64, Ordering::Relaxed);
        }
    });
    (server, written)
}

fn page(value: &Value) -> Vec<u8> {
    respond("200 OK", &[], value.to_string().as_bytes())
}

/// The pages of an image `a/b:1` with two layers of 3 and 4 bytes.
fn image() -> HashMap<String, Vec<u8>> {
    let config = json!({"created": "2024-05-01T10:00:00Z", "os": "linux", "architecture": "amd64"});
    let digest = sha256(config.to_string().as_bytes());
    let manifest = json!({"config": {"digest": digest}, "layers": [{"size": 3}, {"size": 4}]});
    HashMap::from([
        (format!("/v2/a/b/blobs/{digest}"), page(&config)),
        (TAG.to_owned(), page(&manifest)),
    ])
}

/// The path of the configuration in such pages.
fn config_path(pages: &HashMap<String, Vec<u8>>) -> String {
    pages.keys().find(|path| path.contains("/blobs/")).expect("a configuration").clone()
}

#[test]
fn without_a_fault_there_is_an_answer() {
    let server = with_pages(image());
    let answer = measure(&Registry::new(options()), &format!("{}/a/b:1", server.host()));
    let answer = answer.expect("an answer");
    assert_eq!(answer.measured.pull, Some(7));
    assert_eq!(answer.measured.layers, Some(2));
    assert_eq!(answer.measured.disk, None);
    assert_eq!(answer.measured.created.as_deref(), Some("2024-05-01T10:00:00Z"));
    assert!(answer.measured.digest.is_some_and(|digest| digest.starts_with("sha256:")));
    assert_eq!(answer.platforms, [Platform::new("linux", "amd64", None)]);
    let agent = concat!("stagewright/", env!("CARGO_PKG_VERSION"));
    for head in server.seen() {
        assert_eq!(header(&head, "user-agent"), Some(agent));
        assert_eq!(header(&head, "authorization"), None);
    }
}

#[test]
fn off_is_off() {
    let server = with_pages(image());
    let name = format!("{}/a/b:1", server.host());
    let others = Hosts::Listed(vec!["docker.io".to_owned(), "127.0.0.1".to_owned()]);
    for hosts in [Hosts::None, others] {
        let registry = Registry::new(Options { hosts, ..options() });
        assert!(!registry.may_ask(&Reference::parse(&name).expect("a name")));
        assert!(matches!(measure(&registry, &name), Err(Failure::Denied(_))));
    }
    assert_eq!(server.seen(), [""; 0]);
}

#[test]
fn slow_answers() {
    check(&Server::start(|_, _| std::thread::sleep(TIME + SLACK)), "does not answer in time");
    // A body, and a header, a byte at a time.
    for head in ["HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "HTTP/1.1 200 OK\r\nX: "] {
        let drip = move |_: &str, stream: &mut TcpStream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"1").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        };
        check(&Server::start(drip), "does not answer in time");
    }
    // A listener that never accepts.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let answer = measure(&Registry::new(options()), &format!("127.0.0.1:{port}/a/b:1"));
    let text = answer.expect_err("a failure").to_string();
    assert!(text.contains("in time"), "{text}");
    drop(listener);
    let answer = measure(&Registry::new(options()), &format!("127.0.0.1:{port}/a/b:1"));
    let text = answer.expect_err("a failure").to_string();
    assert!(text.contains("cannot be read: connection refused"), "{text}");
}

#[test]
fn answers_without_end() {
    let (server, written) = endless("HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 4096]);
    check(&server, "answers with more than 4194304 bytes");
    assert!(written.load(Ordering::Relaxed) < 32 << 20, "{written:?}");
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (server, written) = endless(head, [b"1000\r\n", &[b' '; 4096][..], b"\r\n"].concat());
    check(&server, "answers with more than 4194304 bytes");
    assert!(written.load(Ordering::Relaxed) < 64 << 20, "{written:?}");
    let (server, written) = endless("HTTP/1.1 200 OK\r\n", b"X-Filler: 0123456789\r\n".repeat(50));
    check(&server, "does not answer in HTTP");
    assert!(written.load(Ordering::Relaxed) < 32 << 20, "{written:?}");
    let (server, _) = endless("HTTP/1.1 200 OK\r\nX: ", vec![b'x'; 1024]);
    check(&server, "answers with a header of more than 32768 bytes");
    // One long header line that does end.
    let long = "x".repeat(200 << 10);
    check(&serving(respond("200 OK", &[("X", &long)], b"{}")), "with a header of more than");
}

#[test]
fn wrong_lengths() {
    let raw = |text: &str| serving(text.as_bytes().to_vec());
    check(&raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"layers\":[]}"), "cannot be read");
    check(&raw("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"layers\":[]}"), "is not JSON");
    check(&raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "does not answer in HTTP");
    check(&raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\n{"), "cannot be read");
    check(&raw(""), "cannot be read");
    check(&raw("SSH-2.0-OpenSSH_9.2\r\n"), "does not answer in HTTP");
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    check(&raw(chunks), "does not answer in HTTP");
}

#[test]
fn answers_that_are_no_manifest() {
    let html = b"<!DOCTYPE html><html><body>Sign in to the airport's network</body></html>";
    let headers = [("Content-Type", "text/html")];
    check(&serving(respond("200 OK", &headers, html)), "is not JSON (line 1, column 1)");
    check(&serving(respond("200 OK", &[], b"{\"layers\":[{\"size\":3}")), "is not JSON");
    check(&serving(respond("200 OK", &[], b"\xff\xfe")), "is not JSON");
    let old = json!({"schemaVersion": 1, "fsLayers": []});
    check(&serving(page(&old)), "in Docker's old form (schema 1)");
    check(&serving(page(&json!({"layers": [{"size": u64::MAX}, {"size": 2}]}))), "all measure");
    let layers = |number: usize| {
        let layers = r#"{"size":1},"#.repeat(number - 1);
        respond("200 OK", &[], format!(r#"{{"layers":[{layers}{{"size":1}}]}}"#).as_bytes())
    };
    check(&serving(layers(100_000)), "beyond all measure");
    check(&serving(layers(1_000_000)), "answers with more than 4194304 bytes");
    check(&serving(respond("204 No Content", &[], b"")), "answers with the status 204");
    check(&serving(respond("500 Oh", &[], PASSWORD.as_bytes())), "answers with the status 500");
}

#[test]
fn wrong_digests() {
    let other = sha256(b"something else");
    let headers = [("Docker-Content-Digest", &*other)];
    let forged = "does not have the digest that it should have";
    check(&serving(respond("200 OK", &headers, b"{\"layers\":[]}")), forged);
    let server = with_pages(HashMap::from([(
        format!("/v2/a/b/manifests/{other}"),
        respond("200 OK", &headers, b"{\"layers\":[]}"),
    )]));
    let answer = measure(&Registry::new(options()), &format!("{}/a/b@{other}", server.host()));
    assert!(answer.expect_err("a failure").to_string().contains(forged));

    // The sizes count without a configuration that can be believed.
    let mut pages = image();
    pages.insert(config_path(&pages), page(&json!({"created": "2020-01-01T00:00:00Z"})));
    let server = with_pages(pages);
    let answer = measure(&Registry::new(options()), &format!("{}/a/b:1", server.host()));
    let measured = answer.expect("an answer").measured;
    assert_eq!((measured.pull, measured.created), (Some(7), None));
}

#[test]
fn indexes_without_bounds() {
    // Each level has the digest of the next, down to an image.
    let nested = |depth: usize| {
        let mut body = json!({"layers": [{"size": 5}]}).to_string();
        let mut pages = HashMap::new();
        for _ in 1..depth {
            let digest = sha256(body.as_bytes());
            let path = format!("/v2/a/b/manifests/{digest}");
            pages.insert(path, respond("200 OK", &[], body.as_bytes()));
            let kind = if pages.len() == 1 { "manifest" } else { "index" };
            let kind = format!("application/vnd.oci.image.{kind}.v1+json");
            body = json!({"manifests": [{"digest": digest, "mediaType": kind}]}).to_string();
        }
        pages.insert(TAG.to_owned(), respond("200 OK", &[], body.as_bytes()));
        with_pages(pages)
    };
    let server = nested(4);
    let answer = measure(&Registry::new(options()), &format!("{}/a/b:1", server.host()));
    assert_eq!(answer.expect("three indexes and an image").measured.pull, Some(5));
    let server = nested(20);
    check(&server, "has indexes in indexes, more than 3 deep");
    assert!(server.seen().len() <= 4, "{:?}", server.seen());

    let kind = "application/vnd.oci.image.index.v1+json";
    let inner = json!({"manifests": []}).to_string();
    let entry = json!({"digest": sha256(inner.as_bytes()), "mediaType": kind});
    let wide = with_pages(HashMap::from([
        (TAG.to_owned(), page(&json!({"manifests": vec![entry; 20]}))),
        (
            format!("/v2/a/b/manifests/{}", sha256(inner.as_bytes())),
            respond("200 OK", &[], inner.as_bytes()),
        ),
    ]));
    check(&wide, "has more than 16 indexes in its own");
    assert!(wide.seen().len() <= 17, "{}", wide.seen().len());

    let itself = json!({"digest": sha256(b"x"), "mediaType": kind});
    check(&serving(page(&json!({"manifests": [itself]}))), "has no manifest sha256:");
    let entry = json!({"digest": sha256(b"x")});
    check(&serving(page(&json!({"manifests": vec![entry; 1001]}))), "beyond all measure");
}

#[test]
fn only_the_platform_that_is_asked_for_is_fetched() {
    let manifest = json!({"layers": [{"size": 5}]}).to_string();
    let digest = sha256(manifest.as_bytes());
    let entry = |digest: &str, architecture: &str| json!({"digest": digest, "platform": {"os": "linux", "architecture": architecture}});
    let others = [entry(&sha256(b"1"), "arm64"), entry(&sha256(b"2"), "s390x")];
    let attestation = json!({
        "digest": sha256(b"3"), "platform": {"os": "unknown", "architecture": "unknown"},
    });
    let with = |first: Value| {
        let entries = json!([others[0], first, attestation, others[1]]);
        with_pages(HashMap::from([
            (TAG.to_owned(), page(&json!({"manifests": entries}))),
            (format!("/v2/a/b/manifests/{digest}"), respond("200 OK", &[], manifest.as_bytes())),
        ]))
    };
    let server = with(entry(&digest, "amd64"));
    let answer = measure(&Registry::new(options()), &format!("{}/a/b:1", server.host()));
    let answer = answer.expect("an answer");
    assert_eq!(answer.measured.pull, Some(5));
    assert_eq!(answer.measured.digest, Some(digest.clone()));
    let platforms: Vec<_> = answer.platforms.iter().map(Platform::to_string).collect();
    assert_eq!(platforms, ["linux/arm64", "linux/amd64", "linux/s390x"]);
    assert_eq!(server.seen().len(), 2);

    let server = with(entry(&digest, "386"));
    let answer = measure(&Registry::new(options()), &format!("{}/a/b:1", server.host()));
    let Err(Failure::Absent(text)) = answer else { panic!("{answer:?}") };
    let expected = "is not made for linux/amd64, only for linux/arm64, linux/386, linux/s390x";
    assert!(text.ends_with(expected), "{text}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn what_is_not_there_and_what_is_not_shown() {
    let answer = |status: &str| {
        let server = serving(respond(status, &[], b"{}"));
        measure(&Registry::new(options()), &format!("{}/a/b:1", server.host()))
    };
    let Err(Failure::Absent(text)) = answer("404 Not Found") else { panic!("not absent") };
    assert!(text.contains("/a/b has no tag 1 in 127.0.0.1:"), "{text}");
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let Err(Failure::Denied(text)) = answer(status) else { panic!("not denied") };
        assert!(text.contains("`docker login 127.0.0.1:"), "{text}");
        assert!(text.contains("`size.credentialHelpers`"), "{text}");
    }
}

#[test]
fn a_registry_that_asks_for_patience_gets_it() {
    for (status, headers, seconds) in [
        ("429 Too Many Requests", vec![("Retry-After", "120")], "120 s"),
        ("429 Too Many Requests", vec![("Retry-After", "999999")], "300 s"),
        ("503 Service Unavailable", vec![], "60 s"),
    ] {
        let server = serving(respond(status, &headers, b""));
        let registry = Registry::new(options());
        let name = format!("{}/a/b:1", server.host());
        let text = measure(&registry, &name).expect_err("a failure").to_string();
        assert!(text.ends_with(&format!("asked again in {seconds}")), "{text}");
        for name in [name, format!("{}/c:2", server.host())] {
            let text = measure(&registry, &name).expect_err("a failure").to_string();
            assert!(text.contains("asks for patience"), "{text}");
        }
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

fn redirect(location: &str) -> Vec<u8> {
    respond("307 Temporary Redirect", &[("Location", location)], b"")
}

#[test]
fn redirects_that_are_not_followed() {
    let circle = serving(redirect(TAG));
    check(&circle, "redirects in circles, or too often");
    assert_eq!(circle.seen().len(), 6);
    let private = [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:1/",
        "http://localhost:1/",
        "http://2130706433:1/",
        "http://0.0.0.0:1/",
        "http://[::ffff:10.0.0.1]/",
    ];
    for location in private {
        let answer = measure(
            &Registry::new(options()),
            &format!("{}/a/b:1", serving(redirect(location)).host()),
        );
        let text = answer.expect_err("a failure").to_string();
        let refused = text.contains("private address") || text.contains("in plain HTTP");
        // 2130706433 is 127.0.0.1, the registry's own host: there is nobody at that port.
        assert!(refused || location.contains("2130706433"), "{location}: {text}");
    }
    check(&serving(redirect("https://127.0.0.1/")), "to another scheme, which is not followed");
    check(&serving(redirect("file:///etc/passwd")), "redirects to nowhere");
    check(&serving(redirect("http://u:p@127.0.0.1/")), "redirects to nowhere");
    check(&serving(redirect("http://example.com/")), "in plain HTTP");
    check(&serving(respond("302 Found", &[], b"")), "redirects to nowhere");
}

/// A server that wants the password for everything and sends on to `location` for the
/// configuration.
fn guarded(location: String) -> Server {
    let pages = image();
    let config = config_path(&pages);
    Server::start(move |head, stream| {
        let challenge = [("WWW-Authenticate", "Basic realm=\"x\"")];
        let page = match header(head, "authorization") {
            None => respond("401 Unauthorized", &challenge, b""),
            Some(_) if path(head) == config => redirect(&location),
            Some(_) => pages.get(path(head)).cloned().unwrap_or_default(),
        };
        let _ = stream.write_all(&page);
    })
}

#[test]
fn credentials_stay_at_the_host_they_belong_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = page(&json!({"created": "2024-05-01T10:00:00Z"}));
    // The other host asks for credentials, too.
    let challenge = [("WWW-Authenticate", "Basic realm=\"x\"")];
    for response in [config, respond("401 Unauthorized", &challenge, b"")] {
        let storage = Server::start(move |_, stream| drop(stream.write_all(&response)));
        for host in ["localhost", "127.0.0.1"] {
            let place = format!("{host}:{}", storage.port);
            let server = guarded(format!("http://{place}/blob"));
            let before = storage.seen().len();
            let registry = Registry::new(Options {
                hosts: Hosts::Listed(vec![server.host(), place]),
                credential_files: credentials(&folder, &server.host()),
                ..options()
            });
            let answer = measure(&registry, &format!("{}/a/b:1", server.host()));
            assert_eq!(answer.expect("an answer").measured.pull, Some(7));
            let expected = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
            let last = server.seen().pop().expect("a request");
            assert_eq!(header(&last, "authorization"), Some(&*expected));
            let asked = storage.seen().split_off(before);
            assert_eq!(asked.len(), 1, "{asked:?}");
            assert!(asked.iter().all(|head| header(head, "authorization").is_none()), "{asked:?}");
            assert_no_secret(&asked.concat());
            assert_no_secret(&format!("{registry:?}"));
        }
    }
}

#[test]
fn a_host_that_is_not_listed_is_not_asked_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Server::start(|_, _| ());
    let server = guarded(format!("http://localhost:{}/blob", storage.port));
    let credential_files = credentials(&folder, &server.host());
    let registry = Registry::new(Options { credential_files, ..options() });
    let answer = measure(&registry, &format!("{}/a/b:1", server.host())).expect("an answer");
    assert_eq!((answer.measured.pull, answer.measured.created), (Some(7), None));
    assert_eq!(storage.seen(), [""; 0]);
}

#[test]
fn credentials_of_another_host_are_not_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = guarded(String::new());
    let credential_files = credentials(&folder, "127.0.0.1:1");
    let registry = Registry::new(Options { credential_files, ..options() });
    let answer = measure(&registry, &format!("{}/a/b:1", server.host()));
    assert!(matches!(answer, Err(Failure::Denied(_))), "{answer:?}");
    assert_no_secret(&server.seen().concat());
}

/// A server that wants a token from `realm`, and gives the image `a/b:1` for it.
fn with_tokens(realm: &str) -> Server {
    let pages = image();
    let challenge = format!("Bearer realm=\"{realm}\",service=\"s\",scope=\"repository:a/b:pull\"");
    Server::start(move |head, stream| {
        let page = match header(head, "authorization") {
            Some(value) if value == format!("Bearer {TOKEN}") => {
                pages.get(path(head)).cloned().unwrap_or_default()
            }
            _ => respond("401 Unauthorized", &[("WWW-Authenticate", &challenge)], b""),
        };
        let _ = stream.write_all(&page);
    })
}

#[test]
fn tokens() {
    let folder = tempfile::tempdir().expect("a folder");
    let issuer = Server::start(|_, stream| {
        let _ = stream.write_all(&page(&json!({"token": TOKEN, "expires_in": 300})));
    });
    let server = with_tokens(&format!("http://{}/token", issuer.host()));
    let credential_files = credentials(&folder, &server.host());
    let registry = Registry::new(Options { credential_files, ..options() });
    for _ in 0..2 {
        let answer = measure(&registry, &format!("{}/a/b:1", server.host()));
        assert_eq!(answer.expect("an answer").measured.pull, Some(7));
    }
    // It is fetched once, with the password; the registry gets the token and nothing else.
    let asked = issuer.seen();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with("GET /token?service=s&scope=repository%3Aa%2Fb%3Apull "));
    assert!(header(&asked[0], "authorization").is_some_and(|value| value.starts_with("Basic ")));
    assert!(!server.seen().concat().contains("Basic "));
    assert_no_secret(&format!("{registry:?}"));
}

#[test]
fn an_identity_token_is_exchanged_by_post() {
    let folder = tempfile::tempdir().expect("a folder");
    let issuer = Server::start(|_, stream| {
        let _ = stream.write_all(&page(&json!({"access_token": TOKEN})));
    });
    let server = with_tokens(&format!("http://{}/token", issuer.host()));
    let file = folder.path().join("config.json");
    let auths = json!({server.host(): {"auth": "", "identitytoken": PASSWORD}});
    std::fs::write(&file, json!({"auths": auths}).to_string()).expect("written");
    let registry = Registry::new(Options { credential_files: vec![file], ..options() });
    let answer = measure(&registry, &format!("{}/a/b:1", server.host()));
    assert_eq!(answer.expect("an answer").measured.pull, Some(7));
    let asked = issuer.seen();
    assert!(asked[0].starts_with("POST /token HTTP"), "{asked:?}");
    assert_no_secret(&(asked.concat() + &server.seen().concat().replace(TOKEN, "")));
}

#[test]
fn places_for_tokens_that_are_not_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let thief = Server::start(|_, _| ());
    let port = thief.port;
    for (realm, expected) in [
        (format!("http://localhost:{port}/"), "has a private address"),
        ("http://10.0.0.1/".to_owned(), "in plain HTTP"),
        ("https://10.0.0.1/".to_owned(), "has a private address"),
        ("http://example.com/".to_owned(), "in plain HTTP"),
        (format!("http://u:p@127.0.0.1:{port}/"), "names no safe place"),
        ("file:///etc/passwd".to_owned(), "names no safe place"),
        (String::new(), "names no safe place"),
    ] {
        let server = with_tokens(&realm);
        let credential_files = credentials(&folder, &server.host());
        check_with(Options { credential_files, ..options() }, &server, expected);
        assert_no_secret(&server.seen().concat());
    }
    assert_eq!(thief.seen(), [""; 0]);
}

#[test]
fn tokens_that_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |response: Vec<u8>, expected: &str| {
        let issuer = Server::start(move |_, stream| drop(stream.write_all(&response)));
        let server = with_tokens(&format!("http://{}/token", issuer.host()));
        let credential_files = credentials(&folder, &server.host());
        check_with(Options { credential_files, ..options() }, &server, expected);
    };
    with(respond("200 OK", &[], b"<html>"), "gives none");
    with(page(&json!({})), "gives none");
    with(page(&json!({"token": "a\r\nX-Injected: 1"})), "gives none");
    // One that does not open the door; it is not asked for again and again.
    with(page(&json!({"token": "wrong"})), "`docker login 127.0.0.1:");
    with(respond("401 Unauthorized", &[], b""), "`docker login 127.0.0.1:");
    with(respond("429 Slow", &[("Retry-After", "9")], b""), "asked again in 9 s");
    with(respond("500 Oh", &[], b""), "answers with the status 500");
    let (issuer, _) = endless("HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 4096]);
    let server = with_tokens(&format!("http://{}/token", issuer.host()));
    check(&server, "answers with more than 4194304 bytes");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn several_threads_share_one() {
    let server = with_pages(image());
    let registry = Registry::new(options());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let answer = measure(&registry, &format!("{}/a/b:1", server.host()));
                assert_eq!(answer.expect("an answer").measured.pull, Some(7));
            });
        }
    });
}

#[test]
fn answers_are_kept_on_the_disk_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let issuer = Server::start(|_, stream| {
        let _ = stream.write_all(&page(&json!({"token": TOKEN})));
    });
    let server = with_tokens(&format!("http://{}/token", issuer.host()));
    let credential_files = credentials(&folder, &server.host());
    let cache = folder.path().join("cache");
    let new = || {
        let cache = Some(cache.clone());
        Registry::new(Options { cache, credential_files: credential_files.clone(), ..options() })
    };
    let name = format!("{}/a/b:1", server.host());
    let first = measure(&new(), &name).expect("an answer");
    let asked = server.seen().len();
    assert_eq!(measure(&new(), &name).as_ref(), Ok(&first));
    assert_eq!(server.seen().len(), asked);
    for file in std::fs::read_dir(&cache).expect("a folder").flatten() {
        assert_no_secret(&std::fs::read_to_string(file.path()).expect("text"));
    }
    // What is broken is asked for again.
    for file in std::fs::read_dir(&cache).expect("a folder").flatten() {
        std::fs::write(file.path(), "{").expect("written");
    }
    assert_eq!(measure(&new(), &name).as_ref(), Ok(&first));
    assert!(server.seen().len() > asked);
}

#[test]
fn remembered_answers_have_the_day_on_which_they_were_told() {
    let manifest = json!({"layers": [{"size": 5}]}).to_string();
    let digest = sha256(manifest.as_bytes());
    let server = serving(respond("200 OK", &[], manifest.as_bytes()));
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Some(folder.path().to_owned());
    let registry = Registry::new(Options { cache, ..options() });
    let as_of = |name: &str| {
        let answer = measure(&registry, &format!("{}/a/b{name}", server.host()));
        answer.expect("an answer").as_of
    };
    let (tag, digest) = (":1".to_owned(), format!("@{digest}"));
    for name in [&tag, &digest] {
        assert_eq!(as_of(name), Date::today());
    }
    // The tag was asked for some hours ago, what it means years ago.
    let day = UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let hours = SystemTime::now() - Duration::from_secs(20 * 60 * 60);
    for file in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
        let text = std::fs::read(file.path()).expect("an entry");
        let mut entry: Value = serde_json::from_slice(&text).expect("an entry");
        let is_tag = entry["key"].as_str().expect("a key").starts_with("tag ");
        let time = if is_tag { hours } else { day };
        entry["written"] = time.duration_since(UNIX_EPOCH).expect("a time").as_secs().into();
        std::fs::write(file.path(), entry.to_string()).expect("written");
    }
    assert_eq!(as_of(&tag), Date::of(hours));
    assert_eq!(as_of(&digest), Date::new(2020, 9, 13));
    assert_eq!(server.seen().len(), 1);
}

/// Writes down what is logged.
struct Recorder(Mutex<Vec<(log::Level, String)>>);

impl log::Log for Recorder {
    fn enabled(&self, _: &log::Metadata) -> bool {
        true
    }

    fn log(&self, record: &log::Record) {
        let line = format!("{} {}", record.target(), record.args());
        self.0.lock().expect("no panic").push((record.level(), line));
    }

    fn flush(&self) {}
}

#[test]
fn secrets_are_not_logged() {
    static RECORDER: OnceLock<Recorder> = OnceLock::new();
    let recorder = RECORDER.get_or_init(|| Recorder(Mutex::default()));
    log::set_logger(recorder).expect("the only one");
    log::set_max_level(log::LevelFilter::Trace);
    tokens();
    an_identity_token_is_exchanged_by_post();
    credentials_stay_at_the_host_they_belong_to();
    let lines = recorder.0.lock().expect("no panic").clone();
    assert!(lines.iter().any(|(_, line)| line.starts_with("ureq")), "nothing was recorded");
    for (level, line) in lines {
        // At this level ureq logs the bytes of requests in rows of 16.
        assert!(level < log::Level::Trace, "{line}");
        assert_no_secret(&line);
    }
}
