//! BuildKit in Debian's dockerd, with the stand-in images, in `.cache/split-images`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::daemon::Daemon;
use crate::fixture::Fixture;
use crate::offer::last_base;

pub struct Docker {
    folder: PathBuf,
    // Dropped at last: it ends the engine.
    _daemon: Daemon,
}

fn script(name: &str) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/split/images").join(name);
    let mut command = Command::new("bash");
    command.arg(path).stdin(Stdio::null());
    command
}

impl Docker {
    /// Starts the engine and makes the images, where they are not there already.
    pub fn start() -> Docker {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/split-images");
        fs::create_dir_all(&folder).expect("a folder");
        let made = script("prepare.sh").arg(&folder).status().expect("bash");
        assert!(made.success(), "tests/split/images/prepare.sh: {made}");
        let socket = folder.join("docker.sock");
        let _ = fs::remove_file(&socket);
        let mut command = script("dockerd.sh");
        command.arg(&folder);
        let daemon = Daemon::start(command, &folder, &socket);
        let docker = Docker { folder, _daemon: daemon };
        let made = script("images.sh").arg(&docker.folder).status().expect("bash");
        assert!(made.success(), "tests/split/images/images.sh: {made}");
        // What earlier runs built.
        let pruned = docker.run(&["image", "prune", "--force"]);
        pruned.unwrap_or_else(|error| panic!("{error}"));
        docker
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = script("docker.sh");
        command.arg(&self.folder).args(arguments).output().expect("bash")
    }

    /// What `docker` prints; its complaint if it fails.
    pub fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.output(arguments);
        let [out, complaint] =
            [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
        if output.status.success() {
            Ok(out)
        } else {
            Err(format!("docker {}: {complaint}", arguments.join(" ")))
        }
    }

    /// What `docker run` of a container that ends by itself prints, and its code.
    pub fn run_to_end(&self, arguments: &[&str]) -> (String, String, Option<i32>) {
        let output = self.output(arguments);
        let [out, complaint] =
            [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
        (out, complaint, output.status.code())
    }

    /// What `docker inspect` tells of an image or a container.
    pub fn inspect(&self, name: &str) -> Result<Value, String> {
        let text = self.run(&["inspect", name])?;
        let mut list: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(list[0].take())
    }

    /// Builds a Dockerfile in the fixture's folder. The image's name.
    pub fn build(&self, fixture: &Fixture, dockerfile: &str) -> Result<String, String> {
        let name = format!("split/{}", fixture.name);
        let work = self.folder.join("work");
        fs::create_dir_all(&work).expect("a folder");
        let context = work.join(&fixture.name);
        let _ = fs::remove_dir_all(&context);
        // With its links and permissions.
        let copied = Command::new("cp").arg("-a").args([&fixture.folder, &context]).status();
        assert!(copied.expect("cp").success(), "{} is not copied", fixture.name);
        if let Some(base) = last_base(dockerfile)
            && base != "scratch"
            && self.inspect(&base).is_err()
        {
            return Err(format!("{base} has no stand-in in tests/split/images/images.txt"));
        }
        // Outside the context, as with `docker build -f - .`.
        let file = work.join(format!("{}.Dockerfile", fixture.name));
        fs::write(&file, without_syntax(dockerfile)).expect("a file");
        let options = ["build", "--progress=plain", "--network=host", "--pull=false"];
        let file = format!("/host/work/{}.Dockerfile", fixture.name);
        let context = format!("/host/work/{}", fixture.name);
        let built =
            self.run(&[&options[..], &["--tag", &name, "--file", &file, &context]].concat());
        built.map_err(|log| last_step(&log).to_owned())?;
        Ok(name)
    }
}

/// The end of BuildKit's log: the step that failed.
fn last_step(log: &str) -> &str {
    log.split_once("\n------\n").map_or(log, |(_, end)| end)
}

/// Without the directive for which BuildKit would ask a registry.
fn without_syntax(dockerfile: &str) -> String {
    let is_syntax = |line: &&str| {
        let line = line.trim_start_matches('#').trim_start();
        line.starts_with("syntax=") || line.starts_with("syntax =")
    };
    dockerfile.split_inclusive('\n').filter(|line| !is_syntax(line)).collect()
}
