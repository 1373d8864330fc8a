//! The fenced blocks of pages of the documentation.

use std::fs;
use std::path::Path;

/// All fenced blocks below that heading of a page, a path below the repository, up to the next; there
/// is at least one.
#[track_caller]
pub fn blocks(page: &str, heading: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let below = text.split_once(&format!("\n## {heading}\n")).map(|(_, below)| below);
    let below = below.unwrap_or_else(|| panic!("{page} has no heading {heading}"));
    let below = below.split("\n## ").next().unwrap_or_default();
    let fenced = below.split("\n```").skip(1).step_by(2);
    let blocks: Vec<_> =
        fenced.filter_map(|b| b.split_once('\n')).map(|(_, b)| b.to_owned() + "\n").collect();
    assert!(!blocks.is_empty(), "{page} has no block below {heading}");
    blocks
}
