//! The blocks of docs/install.md, which are what users copy.

use std::fs;

use crate::fenced;
use crate::run::repository;

/// Where releases are.
pub const HOME: &str = "https://github.com/stagewright/stagewright";

pub fn text() -> String {
    fs::read_to_string(repository().join("docs/install.md")).expect("the page")
}

/// The one fenced block below that heading.
#[track_caller]
pub fn block(heading: &str) -> String {
    let blocks = fenced::blocks("docs/install.md", heading);
    let [block] = blocks.as_slice() else { panic!("one block below {heading}: {blocks:?}") };
    block.clone()
}

/// Who adds a block adds a test that runs it. Only `cargo install` is not run, since it would build
/// everything once more: `facts.rs` sees that the crate is whole.
#[test]
fn every_block_is_run() {
    let page = text();
    let sections = page.split("\n## ").filter(|section| section.contains("\n```"));
    let headings: Vec<_> = sections.filter_map(|section| section.lines().next()).collect();
    let run = [
        "With npm",
        "With pip",
        "On Debian and Ubuntu",
        "With cargo",
        "By hand",
        "Did it work?",
        "Completions in your shell",
        "In GitHub Actions",
        "In pre-commit",
        "In other pipelines",
    ];
    assert_eq!(headings, run);
    assert_eq!(block("With cargo"), "cargo install --locked stagewright\n");
}
