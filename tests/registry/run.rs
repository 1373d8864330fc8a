//! The programs that the tests need, and what they tell.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use stagewright::image::registry::digest::sha256;
use tempfile::TempDir;

/// Runs a program that has to be there and to succeed. What it prints.
#[track_caller]
pub fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", missing(program)));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    output.stdout
}

fn missing(program: &str) -> String {
    let package = if program == "htpasswd" { "apache2-utils" } else { program };
    format!("{program} does not start: install Debian's package {package}, as .ci/test does")
}

/// The manifest or index of an image in a registry and its digest, as skopeo gets it.
pub fn raw(name: &str) -> (String, Value) {
    let image = format!("docker://{name}");
    let text = run("skopeo", &["inspect", "--raw", "--tls-verify=false", &image]);
    (sha256(&text), serde_json::from_slice(&text).expect("JSON"))
}

/// What skopeo tells of a single image in a registry.
pub fn inspect(name: &str) -> Value {
    // The platform of a digest is not looked at.
    let image = format!("docker://{name}");
    let text = run("skopeo", &["inspect", "--no-tags", "--tls-verify=false", &image]);
    serde_json::from_slice(&text).expect("JSON")
}

/// How a registry wants to know who asks.
pub enum Authorization<'a> {
    None,
    Password { user: &'a str, password: &'a str },
    Token { realm: &'a str },
}

/// A `docker-registry` on a free port of 127.0.0.1, with a folder of its own.
pub struct Registry {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Registry {
    pub fn start(authorization: &Authorization) -> Registry {
        let folder = tempfile::tempdir().expect("a folder");
        let authorization = match authorization {
            Authorization::None => String::new(),
            Authorization::Password { user, password } => {
                let file = folder.path().join("passwords");
                std::fs::write(&file, run("htpasswd", &["-Bbn", user, password])).expect("written");
                format!("auth: {{htpasswd: {{realm: probe, path: {}}}}}\n", file.display())
            }
            Authorization::Token { realm } => {
                format!("auth: {{silly: {{realm: \"{realm}\", service: probe}}}}\n")
            }
        };
        Registry::launch(folder, "", &authorization)
    }

    /// One that speaks TLS, with that certificate and its key.
    pub fn start_with_tls(certificate: &Path, key: &Path) -> Registry {
        let [certificate, key] = [certificate, key].map(Path::display);
        let tls = format!(", tls: {{certificate: {certificate}, key: {key}}}");
        Registry::launch(tempfile::tempdir().expect("a folder"), &tls, "")
    }

    fn launch(folder: TempDir, tls: &str, authorization: &str) -> Registry {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let configuration = folder.path().join("configuration.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n\
             http: {{addr: \"127.0.0.1:{port}\"{tls}}}\n{authorization}",
            folder.path().join("storage").display()
        );
        std::fs::write(&configuration, text).expect("written");
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", missing("docker-registry")));
        let registry = Registry { process, port, _folder: folder };
        registry.wait();
        registry
    }

    fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < end, "docker-registry does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The full name of an image in it.
    pub fn name(&self, repository: &str, tag: &str) -> String {
        format!("{}/{repository}:{tag}", self.host())
    }

    /// Puts the image of an OCI layout into a registry, with those options of `skopeo copy`.
    pub fn push(&self, layout: &str, name: &str, options: &[&str]) {
        let target = format!("docker://{name}");
        let mut arguments = vec!["copy", "--quiet", "--dest-tls-verify=false"];
        arguments.extend(options);
        arguments.extend([layout, target.as_str()]);
        run("skopeo", &arguments);
    }

    /// Puts a manifest of ours there, which refers to what is there.
    pub fn put(&self, repository: &str, tag: &str, media_type: &str, document: &Value) {
        let url = format!("http://{}/v2/{repository}/manifests/{tag}", self.host());
        let answer = ureq::put(url).content_type(media_type).send(document.to_string());
        assert_eq!(answer.expect("it is taken").status(), 201);
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An authority, and a certificate of it for 127.0.0.1 with its key: files in that folder.
pub fn certificates(folder: &Path) -> [PathBuf; 3] {
    let file = |name: &str| folder.join(name).to_str().expect("text").to_owned();
    let [ca, ca_key, certificate, key] = ["ca", "ca-key", "certificate", "key"].map(file);
    let [request, extensions] = ["request", "extensions"].map(file);
    std::fs::write(&extensions, "subjectAltName=IP:127.0.0.1\n").expect("written");
    let new = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=probe", "-keyout"];
    run("openssl", &[&new[..], &[&*ca_key, "-x509", "-days", "2", "-out", &*ca]].concat());
    run("openssl", &[&new[..], &[&*key, "-out", &*request]].concat());
    let sign = ["x509", "-req", "-days", "2", "-CAcreateserial", "-in", &*request, "-CA", &*ca];
    let rest = ["-CAkey", &*ca_key, "-extfile", &*extensions, "-out", &*certificate];
    run("openssl", &[&sign[..], &rest].concat());
    [ca, certificate, key].map(PathBuf::from)
}

/// A file system in memory without a free byte.
pub struct Disk(PathBuf);

impl Disk {
    /// Mounted at that folder, which takes root.
    pub fn full(folder: PathBuf) -> Disk {
        std::fs::create_dir(&folder).expect("a folder");
        let path = folder.to_str().expect("text").to_owned();
        as_root(&["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", &path]);
        let disk = Disk(folder);
        // Folders are free of charge; a file's first byte takes a page.
        let filler = vec![0; 64 << 10];
        std::fs::write(disk.0.join("filler"), filler).expect("it fits");
        disk
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        as_root(&["umount", self.0.to_str().expect("text")]);
    }
}

fn as_root(command: &[&str]) {
    let is_root = run("id", &["-u"]) == b"0\n";
    match command {
        [program, arguments @ ..] if is_root => run(program, arguments),
        _ => run("sudo", command),
    };
}
