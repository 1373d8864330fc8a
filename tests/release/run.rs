//! Running commands to their ends.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What a command printed, both streams in one, and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub text: String,
}

/// Runs it. A program that is not there fails the test, with what to do.
#[track_caller]
pub fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("{program} does not start ({error}): .ci/test installs it")
    });
    let text = [output.stdout, output.stderr].concat();
    let code = output.status.code().unwrap_or(-1);
    Run { code, text: String::from_utf8_lossy(&text).into_owned() }
}

/// Runs what must end well; what it printed.
#[track_caller]
pub fn done(command: &mut Command) -> String {
    let run = run(command);
    assert_eq!(run.code, 0, "{command:?}: {}", run.text);
    run.text
}

/// An empty place: a home, a folder to work in, and no settings of this machine's user.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir(place.work()).expect("made");
        place
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn work(&self) -> PathBuf {
        self.home().join("work")
    }

    /// A command that runs there. Nothing can be found over a network: whoever would ask for it
    /// without being sent to this machine gets a proxy where nobody listens.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = format!(
            "{}/.local/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            self.home().display()
        );
        command.env_clear().env("PATH", path).env("HOME", self.home()).current_dir(self.work());
        for proxy in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
            command.env(proxy, "http://127.0.0.1:9");
        }
        command.env("no_proxy", "127.0.0.1").env("LANG", "C.UTF-8");
        command
    }

    /// A script in bash, which stops at the first failure.
    pub fn bash(&self, script: &str) -> Command {
        let mut command = self.command("bash");
        command.args(["-euo", "pipefail", "-c", script]);
        command
    }

    /// Puts a file into the folder to work in.
    pub fn put(&self, name: &str, text: &str) {
        let path = self.work().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
}

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A tool that .ci/test put into .cache.
pub fn cached(path: &str) -> PathBuf {
    let tool = repository().join(".cache").join(path);
    assert!(tool.exists(), "there is no {}: .ci/test installs it", tool.display());
    tool
}
