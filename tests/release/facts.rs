//! What is written down more than once is the same everywhere.

use std::fs;
use std::process::Command;

use crate::page;
use crate::program::{VERSION, cargo};
use crate::run::{done, repository};

/// The targets of a release; their archives' names are fixed for good.
const TARGETS: [&str; 8] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "aarch64-pc-windows-msvc",
];

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table(path: &str) -> toml::Table {
    read(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn archive(target: &str) -> String {
    let ending = if target.contains("windows") { "zip" } else { "tar.gz" };
    format!("stagewright-{target}.{ending}")
}

#[test]
fn one_version_everywhere() {
    for (path, line) in [
        ("pyproject.toml", format!("dependencies = [\"stagewright=={VERSION}\"]\n")),
        ("action.yml", format!("    default: {VERSION}\n")),
        ("docs/install.md", format!("    rev: v{VERSION}\n")),
        ("docs/install.md", format!("uses: stagewright/stagewright@v{VERSION}\n")),
    ] {
        assert!(read(path).contains(&line), "{path} does not say {line}");
    }
}

#[test]
fn one_list_of_targets_everywhere() {
    let dist = table("dist-workspace.toml");
    let targets: Vec<_> =
        dist["dist"]["targets"].as_array().expect("a list").iter().map(|it| it.as_str()).collect();
    assert_eq!(targets, TARGETS.map(Some));
    let (page, wheels) = (page::text(), read(".github/workflows/build-wheels.yml"));
    for target in TARGETS {
        assert!(
            page.contains(&format!("| `{}` |", archive(target))),
            "docs/install.md lacks {target}"
        );
        assert!(wheels.contains(&format!(" target: {target}")), "build-wheels.yml lacks {target}");
    }
}

#[test]
fn binstall_finds_the_archives() {
    let manifest = table("Cargo.toml");
    let package = &manifest["package"];
    let ours = &package["metadata"]["binstall"];
    for target in TARGETS {
        let own = ours["overrides"].get(target).unwrap_or(ours);
        let fill = |key: &str| {
            let text = own[key].as_str().expect("a text");
            let ending = if target.contains("windows") { ".exe" } else { "" };
            [
                ("{ repo }", package["repository"].as_str().expect("a text")),
                ("{ version }", VERSION),
                ("{ name }", "stagewright"),
                ("{ bin }", "stagewright"),
                ("{ target }", target),
                ("{ binary-ext }", ending),
            ]
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
        };
        let url = format!("{}/releases/download/v{VERSION}/{}", page::HOME, archive(target));
        assert_eq!(fill("pkg-url"), url);
        let inner = if target.contains("windows") {
            "stagewright.exe".to_owned()
        } else {
            format!("stagewright-{target}/stagewright")
        };
        assert_eq!(fill("bin-dir"), inner);
    }
}

/// What `cargo install stagewright` gets is enough to build it, and no more.
#[test]
fn the_crate_is_whole_and_small() {
    let mut package = cargo("package");
    package.args(["--list", "--allow-dirty", "--locked", "--quiet"]);
    let listed = package.output().expect("cargo starts");
    assert!(listed.status.success(), "{listed:?}");
    let listed = String::from_utf8_lossy(&listed.stdout);
    let listed: Vec<&str> = listed.lines().collect();
    let tracked = done(Command::new("git").args(["ls-files", "src"]).current_dir(repository()));
    for file in tracked.lines().chain(["Cargo.lock", "LICENSE-MIT", "LICENSE-APACHE", "README.md"])
    {
        assert!(listed.contains(&file), "the crate lacks {file}");
    }
    let known = |file: &&str| {
        file.starts_with("src/")
            || ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"]
                .contains(file)
            || ["CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "README.md"].contains(file)
    };
    let other: Vec<_> = listed.iter().filter(|file| !known(file)).collect();
    assert!(other.is_empty(), "the crate has {other:?}, which nobody needs to build it");
}
