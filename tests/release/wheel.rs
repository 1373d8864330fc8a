//! The wheel for PyPI, by maturin, in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::page;
use crate::program::{GREETING, TARGET, THIRD_PARTY, VERSION, program, third_party};
use crate::run::{Place, cached, done, repository};

/// A folder with the wheel.
pub fn folder() -> &'static Path {
    static WHEEL: OnceLock<TempDir> = OnceLock::new();
    let made = WHEEL.get_or_init(|| {
        // What maturin has cargo build is built already: the static program, which this system runs,
        // too, so that its wheel may say `linux` and no more.
        program();
        done(&mut licences_put());
        let folder = tempfile::tempdir().expect("a folder");
        let mut maturin = std::process::Command::new(cached("maturin/bin/maturin"));
        maturin.args([
            "build",
            "--quiet",
            "--locked",
            "--profile",
            "dev",
            "--target",
            TARGET,
            "--compatibility",
            "linux",
        ]);
        maturin.current_dir(repository().join("release/python")).arg("--out").arg(folder.path());
        done(&mut maturin);
        folder
    });
    made.path()
}

/// The step of the workflow that puts the licences where maturin finds them.
fn licences_put() -> std::process::Command {
    let workflow = repository().join(".github/workflows/build-wheels.yml");
    let workflow = fs::read_to_string(workflow).expect("the workflow");
    let step = workflow.lines().find_map(|line| line.trim().strip_prefix("run: cp "));
    let mut copy = std::process::Command::new("bash");
    copy.arg("-c").arg(format!("cp {}", step.expect("a step that copies")));
    copy.current_dir(repository());
    copy
}

/// The one file there.
fn wheel() -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder()).expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].path()
}

#[test]
fn pip_installs_it() {
    let place = Place::new();
    let name = wheel().file_name().expect("a name").to_string_lossy().into_owned();
    let expected = format!("stagewright-{VERSION}-py3-none-");
    assert!(name.starts_with(&expected) && name.contains("linux"), "{name}");
    // An environment is where `pip` is.
    done(place.command(python()).args(["-m", "venv"]).arg(place.home().join(".local")));
    let mut install = place.bash(&page::block("With pip"));
    done(install.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", folder()));
    assert_eq!(done(&mut place.bash("stagewright --version")), GREETING.to_owned() + "\n");
    let shown = done(&mut place.bash("pip show --verbose stagewright"));
    for part in
        ["Summary: A language server for Dockerfiles", "License: MIT OR Apache-2.0", page::HOME]
    {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
}

/// The list of parts of a release is taken from a wheel.
#[test]
fn the_wheel_tells_what_it_is_made_of() {
    let mut unzip = std::process::Command::new("unzip");
    unzip.arg("-p").arg(wheel()).arg("*/sboms/*.cyclonedx.json");
    let parts: serde_json::Value = serde_json::from_str(&done(&mut unzip)).expect("a list");
    assert_eq!(parts["bomFormat"], "CycloneDX");
    assert_eq!(parts["metadata"]["component"]["name"], "stagewright");
    let parts = parts["components"].as_array().expect("components");
    for (name, licence) in [("ropey", "MIT"), ("ring", "Apache-2.0 AND ISC")] {
        let part = parts.iter().find(|part| part["name"] == name).expect(name);
        assert_eq!(part["licenses"][0]["expression"], licence, "{part}");
    }
    assert!(!parts.iter().any(|part| part["name"] == "proptest"), "what tests need is no part");
}

#[test]
fn the_wheel_has_the_licences_of_its_parts() {
    let mut unzip = std::process::Command::new("unzip");
    unzip.arg("-p").arg(wheel()).arg(format!("*/licenses/{THIRD_PARTY}"));
    assert!(done(&mut unzip) == third_party(), "other licences");
}

/// The python of this machine, which may not be among the places of an empty environment.
pub fn python() -> PathBuf {
    cached("pre-commit/bin/python")
}
