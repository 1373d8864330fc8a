//! The blocks of docs/install.md, which are what users copy.

use std::fs;

use crate::run::repository;

/// Where releases are.
pub const HOME: &str = "https://github.com/stagewright/stagewright";

pub fn text() -> String {
    fs::read_to_string(repository().join("docs/install.md")).expect("the page")
}

/// The one fenced block below that heading.
#[track_caller]
pub fn block(heading: &str) -> String {
    let page = text();
    let section = page.split("\n## ").find(|section| section.starts_with(&format!("{heading}\n")));
    let section = section.unwrap_or_else(|| panic!("docs/install.md has no heading {heading}"));
    let fences: Vec<_> = section.split("\n```").collect();
    assert_eq!(fences.len(), 3, "one block below {heading}: {section}");
    let (_language, block) = fences[1].split_once('\n').expect("a block");
    block.to_owned() + "\n"
}
