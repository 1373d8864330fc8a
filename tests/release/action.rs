//! The GitHub Action: the steps of action.yml, run as a runner would, with a release on this machine.

use std::fs;

use serde_json::{Value, json};

use crate::archive;
use crate::page::{self, HOME};
use crate::program::{GREETING, TARGET, VERSION};
use crate::run::{Place, Run, cached, repository, run};
use crate::server::Server;

/// Runs it on a runner of that kind.
fn action_on(place: &Place, server: &Server, system: [&str; 2], inputs: Value) -> Run {
    let mut inputs = inputs;
    inputs["releases"] = format!("{}/releases", server.address).into();
    let temporary = place.home().join("runner temp");
    fs::create_dir_all(&temporary).expect("made");
    let mut command = place.command(cached("pre-commit/bin/python"));
    command.arg(repository().join("tests/release/action.py"));
    command.arg(repository().join("action.yml")).arg(inputs.to_string());
    command.env("RUNNER_OS", system[0]).env("RUNNER_ARCH", system[1]);
    run(command.env("RUNNER_TEMP", temporary))
}

fn action(place: &Place, server: &Server, inputs: Value) -> Run {
    action_on(place, server, ["Linux", "X64"], inputs)
}

const WRONG: &str = "FROM scratch\nCOPPY a b\n";

#[test]
fn what_is_found_stands_at_its_line() {
    let place = Place::new();
    let server = archive::release(&place, |_| ());
    place.put("Dockerfile", WRONG);
    place.put("good/Dockerfile", "FROM scratch\n");
    // As on the page.
    let block = page::block("In GitHub Actions");
    assert!(
        block.contains(&format!("uses: {}@v{VERSION}\n", &HOME["https://github.com/".len()..])),
        "{block}"
    );
    let paths = block.split_once("paths: |\n").expect("paths").1.trim().to_owned();
    let found = action(&place, &server, json!({ "paths": paths }));
    assert_eq!(found.code, 1, "{}", found.text);
    assert!(found.text.contains(GREETING), "{}", found.text);
    assert!(found.text.contains("::error file=Dockerfile,line=2,"), "{}", found.text);

    let good = action(&place, &server, json!({ "paths": "good\n" }));
    assert_eq!(good.code, 0, "{}", good.text);
    let mild = action(&place, &server, json!({ "arguments": "--fail-level=none\n--quiet" }));
    assert_eq!(mild.code, 0, "{}", mild.text);
    assert!(mild.text.contains("::error file=Dockerfile"), "{}", mild.text);
    let none = action(&place, &server, json!({ "paths": "not there" }));
    assert_eq!(none.code, 2, "{}", none.text);
    // What is no path is no command either.
    let sly = action(&place, &server, json!({ "paths": "$(touch sly); --fix" }));
    assert!(sly.code == 2 && !place.work().join("sly").exists(), "{}", sly.text);
}

#[test]
fn an_empty_list_of_paths_is_no_wish_to_check_all() {
    let place = Place::new();
    let server = archive::release(&place, |_| ());
    place.put("Dockerfile", WRONG);
    for empty in ["", "\n", "\n\n"] {
        let none = action(&place, &server, json!({ "paths": empty }));
        assert_eq!(none.code, 0, "{}", none.text);
        assert!(none.text.contains("::notice::Stagewright was given no path"), "{}", none.text);
        assert!(!none.text.contains("::error"), "{}", none.text);
    }
    let all = action(&place, &server, json!({}));
    assert_eq!(all.code, 1, "{}", all.text);
    assert!(all.text.contains("::error file=Dockerfile,line=2,"), "{}", all.text);
    assert!(!all.text.contains("::notice"), "{}", all.text);
}

#[test]
fn another_archive_is_not_run() {
    let place = Place::new();
    let server = archive::release(&place, |folder| {
        let archive = folder.join(format!("stagewright-{}.tar.gz", TARGET));
        let mut bytes = fs::read(&archive).expect("an archive");
        bytes.push(0);
        fs::write(archive, bytes).expect("written");
    });
    place.put("Dockerfile", "FROM scratch\n");
    let broken = action(&place, &server, json!({}));
    assert_eq!(broken.code, 1, "{}", broken.text);
    assert!(
        broken.text.contains("::error::") && broken.text.contains("it was not run"),
        "{}",
        broken.text
    );
    assert!(!broken.text.contains(GREETING), "{}", broken.text);
}

#[test]
fn a_sum_of_the_users_counts_more() {
    let place = Place::new();
    let server = archive::release(&place, |_| ());
    place.put("Dockerfile", "FROM scratch\n");
    let wrong = action(&place, &server, json!({ "sha256": "0".repeat(64) }));
    assert_eq!(wrong.code, 1, "{}", wrong.text);
    assert!(wrong.text.contains("it was not run"), "{}", wrong.text);

    let sums = format!("site/releases/download/v{VERSION}/stagewright-{TARGET}.tar.gz.sha256");
    let sum = fs::read_to_string(place.home().join(sums)).expect("a sum");
    let sum = sum.split(' ').next().expect("a sum").to_uppercase() + "\n";
    place.put("Dockerfile", "FROM scratch\n");
    let right = action(&place, &server, json!({ "sha256": sum }));
    assert_eq!(right.code, 0, "{}", right.text);
}

#[test]
fn a_version_is_a_number_or_a_tag_of_a_release() {
    let place = Place::new();
    let server = archive::release(&place, |_| ());
    place.put("Dockerfile", "FROM scratch\n");
    let tag = action(&place, &server, json!({ "version": format!("v{VERSION}") }));
    assert_eq!(tag.code, 0, "{}", tag.text);
    let none = action(&place, &server, json!({ "version": "98.7.6" }));
    let told = format!(".tar.gz of version 98.7.6 cannot be had from {}", server.address);
    assert_eq!(none.code, 1, "{}", none.text);
    assert!(none.text.contains("::error::") && none.text.contains(&told), "{}", none.text);
}

#[test]
fn each_runner_gets_its_archive() {
    let place = Place::new();
    let server = Server::of(place.home().join("nothing"));
    for (system, archive) in [
        (["Linux", "X64"], "x86_64-unknown-linux-musl.tar.gz"),
        (["Linux", "ARM64"], "aarch64-unknown-linux-musl.tar.gz"),
        (["macOS", "X64"], "x86_64-apple-darwin.tar.gz"),
        (["macOS", "ARM64"], "aarch64-apple-darwin.tar.gz"),
        (["Windows", "X64"], "x86_64-pc-windows-msvc.zip"),
        (["Windows", "ARM64"], "aarch64-pc-windows-msvc.zip"),
    ] {
        assert_ne!(action_on(&place, &server, system, json!({})).code, 0);
        let expected = format!("/releases/download/v{VERSION}/stagewright-{archive}");
        assert_eq!(server.asked().first(), Some(&expected));
    }
    let other = action_on(&place, &server, ["Linux", "ARM"], json!({}));
    assert!(
        other.code == 1 && other.text.contains("no release for Linux on ARM"),
        "{}",
        other.text
    );
}
