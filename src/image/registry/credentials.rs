//! The credentials that `docker login` and `podman login` leave behind.
//!
//! A credential helper is a program that a file names. It is run only where a setting says so.

use std::collections::HashMap;
use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use docker_credential::DockerCredential;
use serde_json::Value;
use ureq::http::HeaderValue;

use crate::image::reference::DEFAULT_REGISTRY;

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// How long a helper is left alone that told nothing: a person may have closed its window.
const HELPER_REST: Duration = Duration::from_secs(5 * 60);

/// The keys of such a file that name programs.
const HELPER_KEYS: [&str; 2] = ["credsStore", "credHelpers"];

/// How to say who asks. It has no `Debug`, so that it ends in no log.
#[derive(Clone)]
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

/// Look-ups, shared by all threads that ask. A helper may wait for a person, or for ever: there is
/// one look-up of a registry at a time, which goes on when nobody waits for it any more.
#[derive(Default)]
pub struct Lookups(Mutex<HashMap<String, Arc<Lookup>>>);

impl std::fmt::Debug for Lookups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lookups")
    }
}

struct Lookup {
    state: Mutex<State>,
    ended: Condvar,
}

enum State {
    Running,
    /// It runs, but somebody waited in vain: nobody else begins to.
    Late,
    Ended {
        found: Option<Credential>,
        /// If nothing was found, until when that counts.
        until: Instant,
    },
}

impl Lookups {
    /// What the first of `files` that knows the registry says of it. Waits until `deadline`.
    pub fn find(
        &self,
        files: &[PathBuf],
        registry: &str,
        run_helpers: bool,
        deadline: Instant,
    ) -> Option<Credential> {
        let mut lookups = lock(&self.0);
        lookups.retain(|_, lookup| lookup.counts());
        let start = || Lookup::start(files.to_owned(), registry.to_owned(), run_helpers);
        let lookup = Arc::clone(lookups.entry(registry.to_owned()).or_insert_with(start));
        drop(lookups);
        lookup.wait(deadline)
    }
}

impl Lookup {
    fn start(files: Vec<PathBuf>, registry: String, run_helpers: bool) -> Arc<Lookup> {
        let lookup = Lookup { state: Mutex::new(State::Running), ended: Condvar::new() };
        let lookup = Arc::new(lookup);
        let running = Arc::clone(&lookup);
        // Without helpers it costs little to look again, and a person may sign in meanwhile.
        let rest = if run_helpers { HELPER_REST } else { Duration::ZERO };
        std::thread::spawn(move || {
            let found = files.iter().find_map(|file| find_in(file, &registry, run_helpers));
            *lock(&running.state) = State::Ended { found, until: Instant::now() + rest };
            running.ended.notify_all();
        });
        lookup
    }

    /// Whether another one would be in vain.
    fn counts(&self) -> bool {
        match &*lock(&self.state) {
            State::Running | State::Late => true,
            State::Ended { found, until } => found.is_none() && *until > Instant::now(),
        }
    }

    fn wait(&self, deadline: Instant) -> Option<Credential> {
        let state = lock(&self.state);
        if matches!(*state, State::Late) {
            return None;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let runs = |state: &mut State| !matches!(state, State::Ended { .. });
        let waited = self.ended.wait_timeout_while(state, left, runs);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Ended { found, .. } => found.clone(),
            State::Running | State::Late => {
                *state = State::Late;
                None
            }
        }
    }
}

/// A panic of an earlier holder does not matter: a state is set as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    use super::*;

    /// What is found, as `basic USER:PASSWORD`, `identity TOKEN` or nothing.
    fn found(files: &[PathBuf], registry: &str, run_helpers: bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        shown(Lookups::default().find(files, registry, run_helpers, deadline))
    }

    fn shown(credential: Option<Credential>) -> String {
        match credential {
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

    /// Programs that keep credentials; scripts, as the system knows them.
    #[cfg(unix)]
    mod helpers {
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        /// The folder of the tests below, for the process that has the helper in its path.
        const FOLDER: &str = "STAGEWRIGHT_TEST_HELPER_FOLDER";

        /// Runs `with_helper` with a folder that has a helper in it, `probe`, which writes a line to
        /// `starts` and runs that script. The path is a process's own, so `test` runs in another one.
        fn check_helper(test: &str, script: &str, with_helper: fn(&Path)) {
            if let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) {
                return with_helper(&folder);
            }
            let folder = tempfile::tempdir().expect("a folder");
            let helper = folder.path().join("docker-credential-probe");
            let script =
                format!("#!/bin/sh\nread -r name\necho >>\"${{0%/*}}/starts\"\n{script}\n");
            std::fs::write(&helper, script).expect("written");
            std::fs::set_permissions(&helper, PermissionsExt::from_mode(0o755)).expect("a program");
            let path = env::var_os("PATH").unwrap_or_default();
            let path = [folder.path().to_owned()].into_iter().chain(env::split_paths(&path));
            let status = std::process::Command::new(env::current_exe().expect("this program"))
                .args(["--exact", &format!("image::registry::credentials::tests::helpers::{test}")])
                .env(FOLDER, folder.path())
                .env("PATH", env::join_paths(path).expect("a path"))
                .stdout(std::process::Stdio::null())
                .status();
            assert!(status.expect("it runs").success());
            assert_ne!(starts(folder.path()), 0, "the test has another name by now");
        }

        /// How often the helper was started.
        fn starts(folder: &Path) -> usize {
            std::fs::read_to_string(folder.join("starts")).unwrap_or_default().lines().count()
        }

        const TELLS: &str = r#"echo '{"Username":"u","Secret":"s"}'"#;

        #[test]
        fn programs_are_run_only_where_that_is_wanted() {
            check_helper("programs_are_run_only_where_that_is_wanted", TELLS, |folder| {
                let file = folder.join("config.json");
                for content in [r#"{"credsStore":"probe"}"#, r#"{"credHelpers":{"h":"probe"}}"#] {
                    std::fs::write(&file, content).expect("written");
                    assert_eq!(found(std::slice::from_ref(&file), "h", false), "");
                    assert_eq!(starts(folder), 0, "{content}");
                }
                assert_eq!(found(std::slice::from_ref(&file), "h", true), "basic u:s");
            });
        }

        /// Looks for `h` in a file that names the helper, for so long.
        fn ask(lookups: &Lookups, file: &Path, time: Duration) -> String {
            shown(lookups.find(&[file.to_owned()], "h", true, Instant::now() + time))
        }

        /// A file that names the helper.
        fn config(folder: &Path) -> PathBuf {
            let file = folder.join("config.json");
            std::fs::write(&file, r#"{"credsStore":"probe"}"#).expect("written");
            file
        }

        #[test]
        fn a_program_that_takes_its_time_is_not_started_twice() {
            let script =
                format!("while [ ! -e \"${{0%/*}}/unlocked\" ]; do sleep 0.1; done\n{TELLS}");
            check_helper("a_program_that_takes_its_time_is_not_started_twice", &script, |folder| {
                let (lookups, file) = (Lookups::default(), config(folder));
                // Long enough for it to start.
                assert_eq!(ask(&lookups, &file, Duration::from_secs(5)), "");
                assert_eq!(starts(folder), 1);
                let start = Instant::now();
                assert_eq!(ask(&lookups, &file, Duration::from_secs(60)), "");
                assert!(start.elapsed() < Duration::from_secs(30), "it waits in vain");
                assert_eq!(starts(folder), 1);
                std::fs::write(folder.join("unlocked"), "").expect("written");
                while lock(&lookups.0).values().any(|lookup| lookup.counts()) {
                    assert!(start.elapsed() < Duration::from_secs(60), "it does not end");
                    std::thread::sleep(Duration::from_millis(20));
                }
                // By now the person has unlocked what there was to unlock.
                assert_eq!(ask(&lookups, &file, Duration::from_secs(60)), "basic u:s");
                assert_eq!(starts(folder), 2);
            });
        }

        #[test]
        fn a_program_that_told_nothing_is_left_alone() {
            check_helper("a_program_that_told_nothing_is_left_alone", "exit 1", |folder| {
                let (lookups, file) = (Lookups::default(), config(folder));
                for _ in 0..3 {
                    assert_eq!(ask(&lookups, &file, Duration::from_secs(20)), "");
                }
                assert_eq!(starts(folder), 1);
            });
        }
    }
}
