//! The local container engine: Docker, or Podman, which answers the same questions.
//!
//! An engine is asked one thing, the description of one image (`GET /images/NAME/json`), through its
//! socket. It tells of images that are there; it never pulls one for that.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::{ImageInspect, ImageManifestSummary};
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;

use crate::image::{Date, Failure, Measured, Reference};
use crate::language::platform::Platform;

/// How long an engine is waited for, from the connection to the last byte.
const LIMIT: Duration = Duration::from_secs(3);
/// The longest answer that is read, in bytes with its headers. Most descriptions have some
/// thousand.
const MAX_ANSWER: u64 = 4 << 20;
/// How many characters of an answer a message repeats.
const MAX_QUOTED: usize = 100;

/// The sockets that engines make, as a variable that names a folder, if any, and a path in it. The
/// first that exists is the engine.
#[cfg(not(windows))]
const SOCKETS: &[(Option<&str>, &str)] = &[
    (None, "/var/run/docker.sock"),
    (Some("XDG_RUNTIME_DIR"), "docker.sock"),
    (Some("HOME"), ".docker/run/docker.sock"),
    (Some("XDG_RUNTIME_DIR"), "podman/podman.sock"),
    (None, "/run/podman/podman.sock"),
];
#[cfg(windows)]
const SOCKETS: &[(Option<&str>, &str)] = &[(None, "//./pipe/docker_engine")];

/// What `DOCKER_HOST` begins with where it names a local engine.
#[cfg(not(windows))]
const LOCAL: &str = "unix://";
#[cfg(windows)]
const LOCAL: &str = "npipe://";

/// Which engine is asked: the setting `size.engine`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// None.
    #[default]
    Off,
    /// The one that is there.
    Auto,
    /// The one that has this socket (on Windows, this named pipe).
    Socket(PathBuf),
}

impl Setting {
    /// `off` or `none`, `auto` or `on`, else a path: what has a `/` or is a pipe of Windows, so that
    /// a word that means nothing is told from one. `None` for such a word, and for an address.
    pub fn parse(text: &str) -> Option<Setting> {
        match text {
            "off" | "none" => Some(Setting::Off),
            "auto" | "on" => Some(Setting::Auto),
            path => {
                let is_path = path.contains('/') || path.starts_with(r"\\.\pipe\");
                (is_path && !path.contains("://")).then(|| Setting::Socket(path.into()))
            }
        }
    }
}

/// A local container engine, known by its socket. There is no lasting connection, so that several
/// threads may ask at once and an engine may be restarted.
#[derive(Clone, Debug)]
pub struct Engine {
    socket: PathBuf,
}

impl Engine {
    /// The engine that is meant. For [`Setting::Auto`] that is the first of these sockets that
    /// exists: the one in `DOCKER_HOST` (an engine on another machine, `tcp` or `ssh`, is not
    /// asked) and those of [`SOCKETS`]. `None` where there is none or none is wanted.
    ///
    /// A socket that was named need not exist: whoever asks it is told so.
    pub fn find(setting: &Setting) -> Option<Engine> {
        let socket = match setting {
            Setting::Off => None,
            Setting::Auto => choose(|name| std::env::var_os(name), Path::exists),
            Setting::Socket(path) => Some(path.clone()),
        };
        socket.map(|socket| Engine { socket })
    }

    /// The socket that is asked.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// What the engine tells of an image, on a platform with system and architecture. Blocks for
    /// three seconds at most; not to be called where futures run.
    ///
    /// The disk size is exact, and the engine's own notion of it: what `docker images` and
    /// `podman images` print. Docker counts the bytes of the files in the layers; Podman counts the
    /// layers as tars, with manifest and configuration, which is a little more. Docker's containerd
    /// store, the usual one since Docker 29, keeps an image twice, packed and unpacked, and
    /// `docker images` prints the sum, for all platforms: here it is the platform's unpacked layers
    /// alone, as elsewhere, though in whole blocks of the file system. Such a store tells that
    /// number since Docker 28, and only of images that were unpacked (built on or run); else the
    /// disk size is left open.
    ///
    /// The pull size is left open, as is the digest outside the containerd store: `RepoDigests` may
    /// hold that of an index or that of the platform's manifest, and does not tell which.
    ///
    /// Podman does not tell the variant of a processor, so that its `linux/arm` counts as `v7`.
    ///
    /// The image is asked for by its full name. So Podman's `localhost/golang` does not stand for
    /// `golang`, though `podman build` would take it: it is another image.
    pub fn measure(&self, image: &Reference, platform: &Platform) -> Result<Measured, Failure> {
        let inspected = self.inspect(image).map_err(|error| self.failure(image, error))?;
        let held = held(inspected).ok_or_else(|| self.broken("does not describe the image"))?;
        let fit = |held: &Held| platform.fit(&held.platform);
        let best = held.iter().filter(|held| fit(held).is_some()).min_by_key(|held| fit(held));
        let measured = best.map(|held| held.measured.clone());
        measured.ok_or_else(|| Failure::Absent(other_platforms(image, platform, &held)))
    }

    /// The engine's description of an image.
    ///
    /// A runtime for each call: it is made in less time than the engine takes to answer, and its
    /// end closes the connection, whatever the engine does.
    fn inspect(&self, image: &Reference) -> Result<ImageInspect, Error> {
        let socket = self.socket.clone();
        let docker = Docker::connect_with_custom_transport(
            move |request| send(socket.clone(), request),
            Some("http://engine"),
            LIMIT.as_secs(),
            API_DEFAULT_VERSION,
        )?;
        let name = full_name(image);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let answer = tokio::time::timeout(LIMIT, docker.inspect_image(&name));
            answer.await.unwrap_or(Err(Error::RequestTimeoutError))
        })
    }

    /// Why there is no description.
    fn failure(&self, image: &Reference, error: Error) -> Failure {
        let problem = match error {
            Error::DockerResponseServerError { status_code: 404, .. } => {
                return Failure::Absent(format!("{image} is not in the local container engine"));
            }
            Error::DockerResponseServerError { status_code, .. } => {
                return self.broken(&format!("answers with status {status_code}"));
            }
            Error::IOError { err } => match err.kind() {
                io::ErrorKind::NotFound => "is not there",
                io::ErrorKind::PermissionDenied => "does not let this user in",
                io::ErrorKind::ConnectionRefused => "does not run",
                _ => "cannot be reached",
            },
            Error::RequestTimeoutError => "does not answer in time",
            Error::HyperResponseError { .. } => "breaks off, answers too much or speaks no HTTP",
            _ => "does not describe the image",
        };
        self.broken(problem)
    }

    fn broken(&self, problem: &str) -> Failure {
        Failure::Broken(format!(
            "the container engine at {} {problem}: check it, or set `size.engine` to `off` or \
             to the path of another socket",
            self.socket.display()
        ))
    }
}

/// Why the engine that this `DOCKER_HOST` names is not asked, if so.
pub fn passed_over(host: &str) -> Option<String> {
    let elsewhere = !host.is_empty() && !host.starts_with(LOCAL);
    elsewhere.then(|| {
        format!("`DOCKER_HOST` does not begin with `{LOCAL}`, and an engine elsewhere is not asked")
    })
}

/// The first socket that exists. `variable` looks up the environment.
fn choose(
    variable: impl Fn(&str) -> Option<OsString>,
    exists: impl Fn(&Path) -> bool,
) -> Option<PathBuf> {
    let host = variable("DOCKER_HOST").and_then(|host| host.into_string().ok());
    let named = host.as_deref().and_then(|host| host.strip_prefix(LOCAL)).map(PathBuf::from);
    let usual = SOCKETS.iter().filter_map(|(folder, path)| match folder {
        Some(folder) => Some(Path::new(&variable(folder)?).join(path)),
        None => Some(PathBuf::from(path)),
    });
    named.into_iter().chain(usual).find(|socket| socket.is_absolute() && exists(socket))
}

/// The name by which each engine knows an image: with its registry, and with its tag or else its
/// digest.
fn full_name(image: &Reference) -> String {
    let Reference { registry, repository, digest, .. } = image;
    match (digest, image.effective_tag()) {
        (Some(digest), _) => format!("{registry}/{repository}@{digest}"),
        (None, tag) => format!("{registry}/{repository}:{}", tag.unwrap_or_default()),
    }
}

/// Sends a request on a connection of its own, of which no more than [`MAX_ANSWER`] is read: bollard
/// has no limit.
///
/// Asks for `manifests` as well, which bollard cannot. Engines that know nothing of it pass over it.
async fn send(socket: PathBuf, mut request: BollardRequest) -> Result<Response<Incoming>, Error> {
    *request.uri_mut() = format!("{}?manifests=true", request.uri().path()).parse()?;
    request.headers_mut().insert(HOST, HeaderValue::from_static("engine"));
    let (reader, writer) = tokio::io::split(connect(&socket).await?);
    let limited = TokioIo::new(tokio::io::join(reader.take(MAX_ANSWER), writer));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(limited).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

#[cfg(not(windows))]
async fn connect(socket: &Path) -> io::Result<tokio::net::UnixStream> {
    tokio::net::UnixStream::connect(socket).await
}

#[cfg(windows)]
async fn connect(pipe: &Path) -> io::Result<tokio::net::windows::named_pipe::NamedPipeClient> {
    tokio::net::windows::named_pipe::ClientOptions::new().open(pipe)
}

/// An image on one platform, as an engine holds it.
struct Held {
    platform: Platform,
    measured: Measured,
}

/// What an engine holds under the name that it was asked for: in Docker's containerd store that may
/// be several images, each for a platform; elsewhere it is one. `None` where the answer describes
/// no image.
fn held(image: ImageInspect) -> Option<Vec<Held>> {
    let platform = platform(&image.os, &image.architecture, &image.variant);
    let layers = image.root_fs.as_ref().and_then(|root| root.layers.as_ref());
    let described = Measured {
        layers: layers.and_then(|layers| u32::try_from(layers.len()).ok()),
        created: image.created.as_deref().and_then(Date::parse).map(|date| date.to_string()),
        ..Measured::default()
    };
    if let Some(manifests) = image.manifests {
        let complete = manifests.into_iter().filter(|manifest| manifest.available);
        return Some(complete.filter_map(|it| unpacked(it, &platform, &described)).collect());
    }
    let disk = image.size.filter(|_| !is_packed(&image)).and_then(|size| u64::try_from(size).ok());
    Some(vec![Held { platform: platform?, measured: Measured { disk, ..described } }])
}

/// One of the images in the containerd store. `described` tells of the one for the platform
/// `describes`.
fn unpacked(
    manifest: ImageManifestSummary,
    describes: &Option<Platform>,
    described: &Measured,
) -> Option<Held> {
    let data = manifest.image_data?;
    let platform =
        platform(&data.platform.os, &data.platform.architecture, &data.platform.variant)?;
    let measured = match describes {
        Some(describes) if *describes == platform => described.clone(),
        _ => Measured::default(),
    };
    // A foreign platform's layers are kept packed until a container wants them: 0 is not their size.
    let disk = u64::try_from(data.size.unpacked).ok().filter(|&bytes| bytes > 0);
    Some(Held { platform, measured: Measured { disk, digest: Some(manifest.id), ..measured } })
}

/// Whether the size is that of the packed layers, which is so in Docker's containerd store as long as
/// it does not list manifests (before Docker 28). That store calls an image by the digest that it
/// was pulled by, the others by that of its configuration.
fn is_packed(image: &ImageInspect) -> bool {
    let digests = image.repo_digests.as_deref().unwrap_or_default();
    let id = image.id.as_deref().unwrap_or_default();
    digests.iter().any(|name| name.split_once('@').is_some_and(|(_, digest)| digest == id))
}

fn platform(
    os: &Option<String>,
    architecture: &Option<String>,
    variant: &Option<String>,
) -> Option<Platform> {
    let known = |part: &Option<String>| part.clone().filter(|part| !part.is_empty());
    Some(Platform::new(&known(os)?, &known(architecture)?, variant.as_deref()))
}

fn other_platforms(image: &Reference, wanted: &Platform, held: &[Held]) -> String {
    let there: Vec<_> = held.iter().map(|held| held.platform.to_string()).collect();
    if there.is_empty() {
        return format!("the local container engine has only parts of {image}");
    }
    let there: String = there.join(", ").chars().take(MAX_QUOTED).collect();
    format!("{image} is in the local container engine for {there}, not for {wanted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str) -> Reference {
        Reference::parse(name).expect(name)
    }

    fn linux(architecture: &str) -> Platform {
        Platform::new("linux", architecture, None)
    }

    #[cfg(not(windows))]
    #[track_caller]
    fn check_choice(variables: &[(&str, &str)], there: &[&str], expected: Option<&str>) {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        let exists = |path: &Path| there.iter().any(|there| path == Path::new(there));
        assert_eq!(choose(variable, exists).as_deref(), expected.map(Path::new));
    }

    #[cfg(not(windows))]
    #[test]
    fn the_first_socket_that_exists_is_meant() {
        const DOCKER: &str = "/var/run/docker.sock";
        const PODMAN: &str = "/run/podman/podman.sock";
        const OWN: &str = "/run/user/7/podman/podman.sock";
        let user = [("XDG_RUNTIME_DIR", "/run/user/7"), ("HOME", "/home/a")];
        check_choice(&user, &[], None);
        check_choice(&user, &[PODMAN], Some(PODMAN));
        check_choice(&user, &[PODMAN, OWN], Some(OWN));
        check_choice(&[], &[PODMAN, OWN], Some(PODMAN));
        check_choice(&user, &[PODMAN, DOCKER], Some(DOCKER));
        let desktop = "/home/a/.docker/run/docker.sock";
        check_choice(&user, &[OWN, desktop], Some(desktop));
        let rootless = "/run/user/7/docker.sock";
        check_choice(&user, &[rootless, desktop], Some(rootless));

        let host = |value| [("DOCKER_HOST", value)];
        check_choice(&host("unix:///a.sock"), &["/a.sock", DOCKER], Some("/a.sock"));
        check_choice(&host("unix:///a.sock"), &[DOCKER], Some(DOCKER));
        for other in ["tcp://a:2375", "ssh://a", "unix://", "unix://a", "/a", ""] {
            check_choice(&host(other), &["/a", "a", "", DOCKER], Some(DOCKER));
            check_choice(&host(other), &["/a", "a", ""], None);
        }
        for (host, elsewhere) in [("tcp://a:2375", true), ("ssh://a", true), ("unix:///a", false)] {
            assert_eq!(passed_over(host).is_some(), elsewhere, "{host}");
        }
        assert_eq!(passed_over(""), None);
        check_choice(&[("XDG_RUNTIME_DIR", "")], &["docker.sock", "/docker.sock"], None);
    }

    #[test]
    fn the_setting_decides() {
        assert!(Engine::find(&Setting::Off).is_none());
        let named = Engine::find(&Setting::Socket("/no/such.sock".into())).expect("was named");
        assert_eq!(named.socket, Path::new("/no/such.sock"));
    }

    #[test]
    fn images_are_asked_for_by_their_full_name() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for (name, expected) in [
            ("golang", "docker.io/library/golang:latest"),
            ("a/b:1", "docker.io/a/b:1"),
            ("[::1]:5000/a:1", "[::1]:5000/a:1"),
            (&format!("a@{digest}"), &format!("docker.io/library/a@{digest}")),
            (&format!("ghcr.io/a/b:1@{digest}"), &format!("ghcr.io/a/b@{digest}")),
        ] {
            assert_eq!(full_name(&image(name)), expected);
        }
    }

    /// Disk size, layers, day and digest of each platform that an answer holds.
    fn read(answer: &serde_json::Value) -> Option<Vec<String>> {
        let held = held(serde_json::from_value(answer.clone()).expect("a description"))?;
        let line = |held: Held| {
            let Measured { pull, disk, layers, created, digest } = held.measured;
            assert_eq!(pull, None);
            format!("{} {disk:?} {layers:?} {created:?} {digest:?}", held.platform)
        };
        Some(held.into_iter().map(line).collect())
    }

    #[track_caller]
    fn check_read(answer: &serde_json::Value, expected: &[&str]) {
        assert_eq!(read(answer).expect("a description"), expected);
    }

    /// As Docker's graph drivers and Podman answer.
    fn classic() -> serde_json::Value {
        serde_json::json!({
            "Id": "sha256:c0", "RepoTags": ["a:1"], "RepoDigests": ["a@sha256:d0"],
            "Created": "2026-11-25T21:57:26.000188178Z", "Os": "linux", "Architecture": "amd64",
            "Size": 600, "GraphDriver": {"Data": null, "Name": "overlay2"},
            "RootFS": {"Type": "layers", "Layers": ["sha256:1", "sha256:2"]},
        })
    }

    #[test]
    fn what_engines_tell() {
        let mut answer = classic();
        check_read(&answer, &[r#"linux/amd64 Some(600) Some(2) Some("2026-11-25") None"#]);
        answer["Created"] = "0001-01-01T00:00:00Z".into();
        answer["Architecture"] = "arm64".into();
        answer["Variant"] = "v8".into();
        check_read(&answer, &["linux/arm64 Some(600) Some(2) None None"]);
        answer["Size"] = (-1).into();
        check_read(&answer, &["linux/arm64 None Some(2) None None"]);
        assert_eq!(read(&serde_json::json!({})), None);
    }

    /// The answers' form is that of Docker 26.1 and 28.5 with `containerd-snapshotter` on.
    #[test]
    fn packed_sizes_of_the_containerd_store_are_no_disk_sizes() {
        let mut answer = classic();
        answer["RepoDigests"] = serde_json::json!(["b@sha256:d1", "a@sha256:c0"]);
        check_read(&answer, &[r#"linux/amd64 None Some(2) Some("2026-11-25") None"#]);

        let manifest = |digest: &str, architecture: &str, available: bool, unpacked: u64| {
            serde_json::json!({
                "ID": digest, "Descriptor": {"digest": digest, "size": 1}, "Available": available,
                "Kind": "image", "Size": {"Total": 900, "Content": 300},
                "ImageData": {
                    "Platform": {"os": "linux", "architecture": architecture},
                    "Containers": null, "Size": {"Unpacked": unpacked},
                },
            })
        };
        answer["Manifests"] = serde_json::json!([
            manifest("sha256:m1", "arm64", true, 700),
            manifest("sha256:m2", "amd64", true, 600),
            manifest("sha256:m3", "s390x", false, 0),
            manifest("sha256:m4", "ppc64le", true, 0),
            {
                "ID": "sha256:m5", "Descriptor": {}, "Available": true, "Kind": "attestation",
                "Size": {"Total": 1, "Content": 1}, "AttestationData": {"For": "sha256:m1"},
            },
        ]);
        check_read(
            &answer,
            &[
                r#"linux/arm64 Some(700) None None Some("sha256:m1")"#,
                r#"linux/amd64 Some(600) Some(2) Some("2026-11-25") Some("sha256:m2")"#,
                r#"linux/ppc64le None None None Some("sha256:m4")"#,
            ],
        );
    }

    #[test]
    fn messages_are_short_whatever_the_answer() {
        let platform = linux(&"x".repeat(1000));
        let held = vec![Held { platform, measured: Measured::default() }];
        let text = other_platforms(&image("a"), &linux("amd64"), &held);
        assert!(text.len() < 200 && text.ends_with("not for linux/amd64"), "{text}");
        let text = other_platforms(&image("a"), &linux("amd64"), &[]);
        assert_eq!(text, "the local container engine has only parts of a");
    }

    /// Servers that do what engines do not.
    #[cfg(unix)]
    mod faults {
        use std::io::{BufRead, BufReader, Write};
        use std::os::unix::net::{UnixListener, UnixStream};
        use std::thread;
        use std::time::Instant;

        use super::*;

        /// A server for one question: `answer` gets its first line and the connection.
        fn server(
            answer: impl FnOnce(String, UnixStream) + Send + 'static,
        ) -> (tempfile::TempDir, Engine) {
            let folder = tempfile::tempdir().expect("a folder");
            let socket = folder.path().join("engine.sock");
            let listener = UnixListener::bind(&socket).expect("a socket");
            thread::spawn(move || {
                let (stream, _) = listener.accept().expect("a connection");
                let reader = BufReader::new(stream.try_clone().expect("a stream"));
                let mut lines = reader.lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                lines.find(String::is_empty);
                answer(first, stream);
            });
            (folder, Engine { socket })
        }

        fn measure(engine: &Engine) -> Result<Measured, Failure> {
            let begin = Instant::now();
            let measured = engine.measure(&image("golang:1.22"), &linux("amd64"));
            assert!(begin.elapsed() < LIMIT + Duration::from_secs(2), "{:?}", begin.elapsed());
            measured
        }

        /// What an engine that sends `answer` is said to do.
        #[track_caller]
        fn check(answer: impl FnOnce(UnixStream) + Send + 'static, problem: &str) {
            let (_folder, engine) = server(|_, stream| answer(stream));
            check_broken(&engine, problem);
        }

        #[track_caller]
        fn check_broken(engine: &Engine, problem: &str) {
            let socket = engine.socket.display();
            let expected = format!(
                "the container engine at {socket} {problem}: check it, or set `size.engine` to \
                 `off` or to the path of another socket"
            );
            assert_eq!(measure(engine), Err(Failure::Broken(expected)));
        }

        /// Sends bytes; that nobody listens any more is no fault of the server.
        fn send(bytes: impl AsRef<[u8]> + Send + 'static) -> impl FnOnce(UnixStream) + Send {
            move |mut stream| drop(stream.write_all(bytes.as_ref()))
        }

        fn ok(body: &str) -> String {
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }

        const NO_HTTP: &str = "breaks off, answers too much or speaks no HTTP";
        const NO_IMAGE: &str = "does not describe the image";
        const LATE: &str = "does not answer in time";

        #[test]
        fn the_question_and_an_answer() {
            let (_folder, engine) = server(|question, stream| {
                let path = "/images/docker.io/library/golang:1.22/json?manifests=true";
                assert_eq!(question, format!("GET {path} HTTP/1.1"));
                send(ok(&classic().to_string()))(stream);
            });
            let measured = Measured {
                disk: Some(600),
                layers: Some(2),
                created: Some("2026-11-25".to_owned()),
                ..Measured::default()
            };
            assert_eq!(measure(&engine), Ok(measured));
        }

        #[test]
        fn what_is_not_there() {
            let body = r#"{"message":"no such image"}"#;
            let answer = ok(body).replace("200 OK", "404 Not Found");
            let (_folder, engine) = server(|_, stream| send(answer)(stream));
            let absent = |text: &str| Err(Failure::Absent(text.to_owned()));
            assert_eq!(
                measure(&engine),
                absent("golang:1.22 is not in the local container engine")
            );

            let answer = ok(&classic().to_string().replace("amd64", "arm64"));
            let (_folder, engine) = server(|_, stream| send(answer)(stream));
            let text = "golang:1.22 is in the local container engine for linux/arm64, \
                        not for linux/amd64";
            assert_eq!(measure(&engine), absent(text));
        }

        #[test]
        fn who_is_too_slow_is_left() {
            let threads =
                [thread::spawn(|| check(wait, LATE)), thread::spawn(|| check(drip, LATE))];
            for thread in threads {
                thread.join().expect("as said");
            }
        }

        #[test]
        fn who_says_too_much_is_left() {
            const OK: &str = "HTTP/1.1 200 OK\r\n";
            let spaces = " ".repeat(0x1000);
            let chunk = format!("1000\r\n{spaces}\r\n");
            for (head, more, problem) in [
                ("\r\n", &*spaces, NO_IMAGE),
                ("Content-Length: 9999999999\r\n\r\n", &spaces, NO_HTTP),
                ("Transfer-Encoding: chunked\r\n\r\n", &chunk, NO_HTTP),
                ("", "A: b\r\n", NO_HTTP),
                ("A: ", &"a".repeat(0x1000), NO_HTTP),
            ] {
                check(flood(format!("{OK}{head}"), more.to_owned()), problem);
            }
            let head = "HTTP/1.1 500 No\r\n\r\n".to_owned();
            check(flood(head, "no ".repeat(1000)), "answers with status 500");
        }

        /// Says nothing for longer than is waited for.
        fn wait(stream: UnixStream) {
            thread::sleep(LIMIT * 2);
            drop(stream);
        }

        /// Sends headers one by one, for ever.
        fn drip(mut stream: UnixStream) {
            let mut header = "HTTP/1.1 200 OK\r\n";
            while stream.write_all(header.as_bytes()).is_ok() {
                header = "A: b\r\n";
                thread::sleep(LIMIT / 20);
            }
        }

        /// Sends `head` and then `more`, for ever.
        fn flood(head: String, more: String) -> impl FnOnce(UnixStream) + Send {
            move |mut stream| {
                let mut sent = stream.write_all(head.as_bytes());
                while sent.is_ok() {
                    sent = stream.write_all(more.as_bytes());
                }
            }
        }

        #[test]
        fn nonsense_is_told() {
            let whole = ok(&classic().to_string());
            check(send(""), NO_HTTP);
            check(send("SSH-2.0-OpenSSH_9.2\r\n"), NO_HTTP);
            check(send([0xff; 100]), NO_HTTP);
            check(send(whole[..whole.len() - 10].to_owned()), NO_HTTP);
            check(send(ok("")), NO_IMAGE);
            check(send(ok("{\"Os\": \"linux\", \"Archi")), NO_IMAGE);
            check(send(ok("<html></html>")), NO_IMAGE);
            check(send(ok("[]")), NO_IMAGE);
            check(send(ok("{}")), NO_IMAGE);
            check(send(ok("null")), NO_IMAGE);
            check(send(ok(&"[".repeat(100_000))), NO_IMAGE);
            check(send(ok("{\"Size\": 1e400}")), NO_IMAGE);
            let answer = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nwait";
            check(send(answer), "answers with status 503");
        }

        #[test]
        fn sockets_that_lead_nowhere() {
            let folder = tempfile::tempdir().expect("a folder");
            let at = |name: &str| Engine { socket: folder.path().join(name) };
            check_broken(&at("missing"), "is not there");
            std::fs::write(folder.path().join("file"), "").expect("a file");
            check_broken(&at("file"), "does not run");
            drop(UnixListener::bind(folder.path().join("left")).expect("a socket"));
            check_broken(&at("left"), "does not run");
            check_broken(&at(&"long".repeat(100)), "cannot be reached");

            // Root passes every door, so the refusal itself stands in for it.
            let refused = Error::from(io::Error::from(io::ErrorKind::PermissionDenied));
            let failure = at("locked").failure(&image("a"), refused).to_string();
            assert!(failure.contains("locked does not let this user in: "), "{failure}");
        }
    }
}
