//! The credentials that `docker login` and `podman login` leave behind.
//!
//! A credential helper is a program that a file names. It is run only where a setting says so.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use docker_credential::DockerCredential;
use serde_json::Value;
use ureq::http::HeaderValue;

use crate::image::reference::DEFAULT_REGISTRY;

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The keys of such a file that name programs.
const HELPER_KEYS: [&str; 2] = ["credsStore", "credHelpers"];

/// How to say who asks. It has no `Debug`, so that it ends in no log.
pub enum Credential {
    /// The value of `Authorization`, for a user and a password.
    Basic(HeaderValue),
    /// A token that is exchanged for another one.
    Identity(String),
}

/// The files with credentials, as the environment says: Docker's, then Podman's.
pub fn default_files() -> Vec<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = || env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let docker = variable("DOCKER_CONFIG").or_else(|| Some(home()?.join(".docker")));
    let podman = |folder: PathBuf| folder.join("containers/auth.json");
    let configuration = variable("XDG_CONFIG_HOME").or_else(|| Some(home()?.join(".config")));
    let files = [
        docker.map(|folder| folder.join("config.json")),
        variable("REGISTRY_AUTH_FILE"),
        variable("XDG_RUNTIME_DIR").map(podman),
        configuration.map(podman),
    ];
    files.into_iter().flatten().collect()
}

/// What the first of `files` that knows the registry says of it. The answer is awaited until
/// `deadline`, as a helper may wait for a person.
pub fn find(
    files: &[PathBuf],
    registry: &str,
    run_helpers: bool,
    deadline: Instant,
) -> Option<Credential> {
    let (files, registry) = (files.to_owned(), registry.to_owned());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let found = files.iter().find_map(|file| find_in(file, &registry, run_helpers));
        // Nobody may be waiting any more.
        let _ = sender.send(found);
    });
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok().flatten()
}

fn find_in(file: &Path, registry: &str, run_helpers: bool) -> Option<Credential> {
    let mut text = Vec::new();
    File::open(file).ok()?.take(MAX_FILE).read_to_end(&mut text).ok()?;
    let mut content: Value = serde_json::from_slice(&text).ok()?;
    if !run_helpers {
        let content = content.as_object_mut()?;
        HELPER_KEYS.iter().for_each(|key| drop(content.remove(*key)));
    }
    let content = serde_json::to_vec(&content).ok()?;
    names_of(registry).iter().find_map(|name| {
        // Its errors may quote what a helper printed, so they are not told.
        let found = docker_credential::get_credential_from_reader(&*content, name).ok()?;
        match found {
            DockerCredential::IdentityToken(token) => Some(Credential::Identity(token)),
            DockerCredential::UsernamePassword(user, password) => basic(&user, &password),
        }
    })
}

/// The names under which a registry's credentials are kept.
fn names_of(registry: &str) -> Vec<&str> {
    if registry == DEFAULT_REGISTRY {
        vec!["https://index.docker.io/v1/", DEFAULT_REGISTRY]
    } else {
        vec![registry]
    }
}

fn basic(user: &str, password: &str) -> Option<Credential> {
    let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    secret_header(&value).map(Credential::Basic)
}

/// A header's value that shows nothing of itself in a log; `None` if it cannot stand in a header.
pub fn secret_header(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// What is found, as `basic USER:PASSWORD`, `identity TOKEN` or nothing.
    fn found(files: &[PathBuf], registry: &str, run_helpers: bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        match find(files, registry, run_helpers, deadline) {
            None => String::new(),
            Some(Credential::Identity(token)) => format!("identity {token}"),
            Some(Credential::Basic(value)) => {
                let encoded = value.to_str().expect("text").strip_prefix("Basic ").expect("Basic");
                let decoded = STANDARD.decode(encoded).expect("base64");
                format!("basic {}", String::from_utf8(decoded).expect("text"))
            }
        }
    }

    #[track_caller]
    fn check(content: &str, registry: &str, expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.json");
        std::fs::write(&file, content).expect("written");
        assert_eq!(found(&[file], registry, false), expected, "{registry} in {content}");
    }

    #[test]
    fn credentials_of_the_registry_and_no_other() {
        let auth = STANDARD.encode("me:pass:word");
        let file = format!(
            r#"{{"auths":{{"localhost:5000":{{"auth":"{auth}"}},
                "https://ghcr.io":{{"auth":"{auth}"}},
                "https://index.docker.io/v1/":{{"auth":"{auth}","identitytoken":"t"}}}}}}"#
        );
        check(&file, "localhost:5000", "basic me:pass:word");
        check(&file, "ghcr.io", "basic me:pass:word");
        check(&file, "docker.io", "identity t");
        for other in ["localhost", "localhost:5001", "io", "evil-ghcr.io", "ghcr.io.evil.example"] {
            check(&file, other, "");
        }
        // Podman's name of the default registry.
        check(
            &format!(r#"{{"auths":{{"docker.io":{{"auth":"{auth}"}}}}}}"#),
            "docker.io",
            "basic me:pass:word",
        );
    }

    #[test]
    fn files_that_say_nothing() {
        for content in ["", "[]", "null", "{}", r#"{"auths":7}"#, r#"{"auths":{"h":{}}}"#] {
            check(content, "h", "");
        }
        check(r#"{"auths":{"h":{"auth":"!"}}}"#, "h", "");
        assert_eq!(found(&[PathBuf::from("/there/is/none")], "h", false), "");
    }

    /// The folder of the test below, for the process that has the helper in its path.
    const FOLDER: &str = "STAGEWRIGHT_TEST_HELPER_FOLDER";

    #[cfg(unix)]
    #[test]
    fn programs_are_run_only_where_that_is_wanted() {
        use std::os::unix::fs::PermissionsExt;
        if let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) {
            return with_helper_in_path(&folder);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let helper = folder.path().join("docker-credential-probe");
        let script = "#!/bin/sh\nread -r name\n: >\"${0%/*}/ran\"\necho '{\"Username\":\"u\",\"Secret\":\"s\"}'\n";
        std::fs::write(&helper, script).expect("written");
        std::fs::set_permissions(&helper, PermissionsExt::from_mode(0o755)).expect("a program");
        // The path is a process's own, so it takes another one.
        let this = std::env::current_exe().expect("this program");
        let test =
            "image::registry::credentials::tests::programs_are_run_only_where_that_is_wanted";
        let status = std::process::Command::new(this)
            .args(["--exact", test])
            .env(FOLDER, folder.path())
            .env("PATH", folder.path())
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.expect("it runs").success());
        assert!(folder.path().join("ran").exists(), "the test has another name by now");
    }

    #[cfg(unix)]
    fn with_helper_in_path(folder: &Path) {
        let file = folder.join("config.json");
        for content in [r#"{"credsStore":"probe"}"#, r#"{"credHelpers":{"h":"probe"}}"#] {
            std::fs::write(&file, content).expect("written");
            assert_eq!(found(std::slice::from_ref(&file), "h", false), "");
            assert!(!folder.join("ran").exists(), "{content}");
        }
        assert_eq!(found(std::slice::from_ref(&file), "h", true), "basic u:s");
    }
}
