//! What the pages of the editors tell a newcomer to copy.

use std::fs;
use std::path::Path;

/// The first fenced block below that heading of docs/editors/PAGE.md.
pub fn block(page: &str, heading: &str) -> String {
    blocks(page, heading).swap_remove(0)
}

/// All fenced blocks below that heading, up to the next; there is at least one.
pub fn blocks(page: &str, heading: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/editors/{page}.md"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let below = text.split_once(&format!("\n## {heading}\n")).map(|(_, below)| below);
    let below = below.unwrap_or_else(|| panic!("{page}.md has no heading {heading}"));
    let below = below.split("\n## ").next().unwrap_or_default();
    let fenced = below.split("\n```").skip(1).step_by(2);
    let blocks: Vec<_> =
        fenced.filter_map(|b| b.split_once('\n')).map(|(_, b)| b.to_owned() + "\n").collect();
    assert!(!blocks.is_empty(), "{page}.md has no block below {heading}");
    blocks
}
