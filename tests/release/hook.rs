//! The hooks for pre-commit, from a repository with the files that pre-commit sees of ours.

use std::fs;
use std::process::Command;

use crate::page::{self, HOME};
use crate::program::VERSION;
use crate::run::{Place, Run, cached, done, repository, run};
use crate::wheel;

/// A place with our repository at its last release.
fn place() -> Place {
    let place = Place::new();
    let ours = place.home().join("ours");
    fs::create_dir(&ours).expect("made");
    for file in [".pre-commit-hooks.yaml", "pyproject.toml"] {
        fs::copy(repository().join(file), ours.join(file)).expect("copied");
    }
    let tag = format!("v{VERSION}");
    let commands = [
        &["init", "--quiet"][..],
        &["add", "."],
        &["commit", "--quiet", "-m", "x"],
        &["tag", &tag],
    ];
    for command in commands {
        done(git(&place).arg("-C").arg(&ours).args(command));
    }
    done(git(&place).args(["init", "--quiet"]));
    place
}

/// git, to which our address is that folder.
fn git(place: &Place) -> Command {
    let mut git = place.command("git");
    settings(place, &mut git);
    git
}

fn settings(place: &Place, command: &mut Command) {
    let instead = format!("url.file://{}/ours.insteadOf", place.home().display());
    let settings = [(&*instead, HOME), ("user.name", "x"), ("user.email", "x@example.com")];
    command.env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (number, (key, value)) in settings.into_iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{number}"), key);
        command.env(format!("GIT_CONFIG_VALUE_{number}"), value);
    }
}

/// Runs the hooks on all files. pip finds our wheel, and the build tool that virtualenv brings.
fn hooks(place: &Place) -> Run {
    done(git(place).args(["add", "."]));
    let tools = done(
        Command::new(cached("pre-commit/bin/python"))
            .args(["-c", "import virtualenv.seed.wheels.embed as it; print(it.BUNDLE_FOLDER)"]),
    );
    let mut command = place.command(cached("pre-commit/bin/pre-commit"));
    settings(place, &mut command);
    command.args(["run", "--all-files", "--verbose"]).env("PIP_NO_INDEX", "1");
    run(command.env("PIP_FIND_LINKS", format!("{} {}", wheel::folder().display(), tools.trim())))
}

const WRONG: &str = "FROM scratch\nCOPPY a b\n";

#[test]
fn the_hook_checks_dockerfiles_and_nothing_else() {
    let place = place();
    place.put(".pre-commit-config.yaml", &page::block("In pre-commit"));
    place.put("README.md", "text\n");
    let run = hooks(&place);
    assert_eq!(run.code, 0, "{}", run.text);
    assert!(run.text.contains("no files to check"), "{}", run.text);

    let taken = [
        "Dockerfile",
        "a/dockerfile",
        "Dockerfile.dev",
        "api.dockerfile",
        "b/Containerfile.x",
        "--fix.dockerfile",
    ];
    let left =
        ["Dockerfile.go", "dockerfile.md", "Dockerfile.dockerignore", "MyDockerfile", "x.py"];
    for name in taken.iter().chain(&left) {
        place.put(name, WRONG);
    }
    let run = hooks(&place);
    assert_eq!(run.code, 1, "{}", run.text);
    for name in taken {
        assert!(run.text.contains(&format!(" {name}:")), "{name} was not checked: {}", run.text);
    }
    for name in left {
        assert!(!run.text.contains(&format!(" {name}:")), "{name} was checked: {}", run.text);
    }
    // As the page says, and before the names.
    let own = "args: [--fail-level=error, --]";
    assert!(page::text().contains(own), "the page tells of {own}");
    let own = own.replace("error", "none");
    let block = page::block("In pre-commit");
    place.put(".pre-commit-config.yaml", &format!("{}\n        {own}\n", block.trim_end()));
    let run = hooks(&place);
    assert_eq!(run.code, 0, "{}", run.text);
    assert!(run.text.contains(" --fix.dockerfile:"), "{}", run.text);
}

#[test]
fn the_other_hook_mends() {
    let place = place();
    let block = page::block("In pre-commit").replace("stagewright-check", "stagewright-fix");
    place.put(".pre-commit-config.yaml", &block);
    place.put("Dockerfile", "FROM scratch\nCOPY –from=busybox /a /a\n");
    let run = hooks(&place);
    assert_eq!(run.code, 1, "{}", run.text);
    assert!(run.text.contains("files were modified by this hook"), "{}", run.text);
    let mended = fs::read_to_string(place.work().join("Dockerfile")).expect("a file");
    assert_eq!(mended, "FROM scratch\nCOPY --from=busybox /a /a\n");
}
