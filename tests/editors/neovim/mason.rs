//! The entry for the Mason registry names the files of a release, each for the machines it is for.

use std::fs;

use serde_json::Value;
use stagewright::workspace::project::data;

use crate::given::root;

/// What Mason calls a machine, and the release's file for it. On Linux the one that runs with any C
/// library, however old.
const FILES: [(&str, &str); 6] = [
    ("linux_x64", "stagewright-x86_64-unknown-linux-musl.tar.gz"),
    ("linux_arm64", "stagewright-aarch64-unknown-linux-musl.tar.gz"),
    ("darwin_x64", "stagewright-x86_64-apple-darwin.tar.gz"),
    ("darwin_arm64", "stagewright-aarch64-apple-darwin.tar.gz"),
    ("win_x64", "stagewright-x86_64-pc-windows-msvc.zip"),
    ("win_arm64", "stagewright-aarch64-pc-windows-msvc.zip"),
];

/// Where the program is in such a file: an archive has a folder of its own name, a `.zip` has none.
fn program(file: &str) -> String {
    match file.strip_suffix(".tar.gz") {
        Some(folder) => format!("{folder}/stagewright"),
        None => "stagewright.exe".to_owned(),
    }
}

fn entry() -> Value {
    let file = root().join("editors/nvim/upstream/mason/package.yaml");
    let text = fs::read_to_string(file).expect("the entry");
    data::yaml("package.yaml", &text).expect("YAML")
}

#[test]
fn every_machine_gets_the_file_of_the_release_that_is_for_it() {
    let entry = entry();
    let assets = entry["source"]["asset"].as_array().expect("assets");
    let found: Vec<_> = assets
        .iter()
        .map(|asset| ["target", "file", "bin"].map(|key| asset[key].as_str().unwrap_or_default()))
        .collect();
    let expected = FILES.map(|(target, file)| [target.to_owned(), file.to_owned(), program(file)]);
    assert_eq!(found, expected);
    assert_eq!(entry["bin"]["stagewright"], "{{source.asset.bin}}");
}

#[test]
fn it_is_about_this_version_and_names_the_other_entry() {
    let entry = entry();
    let version = concat!("pkg:github/stagewright/stagewright@v", env!("CARGO_PKG_VERSION"));
    assert_eq!(entry["source"]["id"], version);
    assert_eq!(entry["description"], env!("CARGO_PKG_DESCRIPTION"));
    let name = entry["neovim"]["lspconfig"].as_str().expect("the name of an entry");
    let other = root().join("editors/nvim/upstream/lspconfig").join(format!("{name}.lua"));
    assert!(other.is_file(), "{}", other.display());
}

/// The registry's own schema asks for these, and for no others.
#[test]
fn it_has_the_keys_that_the_registry_knows() {
    let entry = entry();
    let keys = entry.as_object().expect("a mapping").keys().map(String::as_str);
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "bin",
            "categories",
            "description",
            "homepage",
            "languages",
            "licenses",
            "name",
            "neovim",
            "source"
        ]
    );
    let licenses = entry["licenses"].as_array().expect("licenses");
    let licenses: Vec<_> = licenses.iter().filter_map(Value::as_str).collect();
    assert_eq!(licenses.join(" OR "), env!("CARGO_PKG_LICENSE"));
}
