//! `BuildKit`'s answers on the fixtures, as they are committed: one file a section, one line of JSON
//! a fixture, in the order of their names.
//!
//! A line is the oracle's (see `tests/oracle/README.md`) without the fields that are null or empty
//! lists: every field has one of the two that means "nothing there".

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::fixtures::root;

/// The sections, each a file's content, by file name.
pub type Sections = BTreeMap<String, String>;

/// Where they are.
pub fn folder() -> PathBuf {
    root().join("fixtures/golden")
}

/// What is committed.
pub fn committed() -> Sections {
    let entries = fs::read_dir(folder()).into_iter().flatten();
    entries
        .map(|entry| {
            let path = entry.expect("readable").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("UTF-8"))
        })
        .collect()
}

/// The name of the file that holds the answers on a section of fixtures.
pub fn file_name(section: &str) -> String {
    format!("{section}.jsonl")
}
