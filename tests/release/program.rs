//! The program that packages are made of: for any Linux, so that it runs in a place without a libc.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::run::{Place, done, repository};

pub const TARGET: &str = "x86_64-unknown-linux-musl";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
pub const GREETING: &str = concat!("stagewright ", env!("CARGO_PKG_VERSION"));

/// The licences of what is in the program, which come with it in every package.
pub const THIRD_PARTY: &str = "LICENSES-THIRD-PARTY.txt";

/// What that file says.
pub fn third_party() -> String {
    fs::read_to_string(repository().join(THIRD_PARTY)).expect("the licences")
}

/// The program, built from these sources and stripped, as that of a release is.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, program) = PROGRAM.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("stagewright");
        done(cargo("build").args(["--quiet", "--locked", "--target", TARGET]));
        done(Command::new("strip").arg("-o").arg(&program).arg(built()));
        (folder, program)
    });
    program
}

/// Where cargo puts the program.
fn built() -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| repository().join("target"));
    folder.join(TARGET).join("debug/stagewright")
}

/// Cargo, as this test was started by it, without what it told this test.
pub fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(subcommand).current_dir(repository());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    command
}

/// In a root with nothing in it but the program and a Dockerfile: no libc, no shell, no /etc.
#[test]
fn it_runs_where_there_is_nothing_else() {
    let place = Place::new();
    let root = place.home().join("root");
    fs::create_dir(&root).expect("made");
    fs::copy(program(), root.join("stagewright")).expect("copied");
    let seed = repository().join("fixtures/seeds/go-gin");
    done(Command::new("cp").arg("-r").arg(&seed).arg(root.join("app")));
    let inside = |arguments: &[&str]| {
        let mut command = place.command("chroot");
        command.arg(&root).arg("/stagewright").args(arguments);
        command
    };
    assert_eq!(done(&mut inside(&["--version"])), GREETING.to_owned() + "\n");
    let checked = crate::run::run(&mut inside(&["check", "/app/pasted.Dockerfile"]));
    assert_eq!(checked.code, 1, "{}", checked.text);
    assert!(checked.text.contains("/app/pasted.Dockerfile:"), "{}", checked.text);
    let split = done(&mut inside(&["split", "/app/single.Dockerfile"]));
    assert!(split.contains("COPY --from="), "{split}");
    let doctor = done(&mut inside(&["doctor"]));
    assert!(doctor.contains("built for  x86_64 linux musl"), "{doctor}");

    let script = repository().join("tests/release/lsp.py");
    let told = done(
        place.command("python3").arg(script).arg("chroot").arg(&root).args(["/stagewright", "lsp"]),
    );
    assert!(told.contains("definition: 0:"), "{told}");
}
