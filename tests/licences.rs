//! Who gets the program gets the licences of all that is in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `name version` of each crate that is linked into the program of some release.
fn linked() -> BTreeSet<String> {
    let dist: toml::Table = read("dist-workspace.toml").parse().expect("a table");
    let targets = dist["dist"]["targets"].as_array().expect("a list");
    let mut tree = Command::new("cargo");
    tree.args(["tree", "--locked", "--edges=normal", "--prefix=none", "--format={p}"]);
    tree.args(targets.iter().map(|it| format!("--target={}", it.as_str().expect("a text"))));
    let listed = tree.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).expect("names");
    let crates = listed.lines().filter_map(|line| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name} {}", rest.split(' ').next()?))
    });
    crates.filter(|name| !name.starts_with("stagewright ")).collect()
}

#[test]
fn of_each_crate_in_the_program() {
    const MAKE: &str = "docs/releasing.md tells how LICENSES-THIRD-PARTY.txt is made";
    let text = read("LICENSES-THIRD-PARTY.txt");
    let rule = format!("\n{}\n", "-".repeat(72));
    let mut parts = text.split(&rule);
    let list = parts.next().unwrap_or_default();
    let named: BTreeSet<_> =
        list.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect();
    // Below a licence's name stand the crates, and below these its text.
    let held: BTreeSet<_> = parts
        .filter_map(|part| part.trim_start().split("\n\n").nth(1))
        .flat_map(str::lines)
        .map(|line| line.trim().to_owned())
        .collect();
    // What cargo-about writes where it finds no text in the crate.
    assert!(!text.contains("<copyright holders>"), "release/about.toml says where a text is");
    let linked = linked();
    assert!(linked.len() > 100, "cargo tells of no more than {linked:?}");
    let unnamed: Vec<_> = linked.difference(&named).collect();
    assert!(unnamed.is_empty(), "not named: {unnamed:?}; {MAKE}");
    let bare: Vec<_> = linked.difference(&held).collect();
    assert!(bare.is_empty(), "named without a licence's text: {bare:?}; {MAKE}");
}
