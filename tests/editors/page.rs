//! What the documentation tells a user to copy.

use std::fs;

use super::neovim::root;

/// The page about Neovim.
pub const PAGE: &str = "docs/editors/neovim.md";

/// The first fenced block below the one place of a page that says `mark`.
pub fn block(page: &str, mark: &str) -> String {
    let text = fs::read_to_string(root().join(page)).expect(page);
    let (_, below) = text.split_once(mark).unwrap_or_else(|| panic!("{page} lacks {mark}"));
    assert!(!below.contains(&format!("{mark}\n")), "{page} has {mark} twice");
    let block = below.split("\n```").nth(1).unwrap_or_else(|| panic!("no block below {mark}"));
    let (_language, code) = block.split_once('\n').expect("lines");
    format!("{code}\n")
}
