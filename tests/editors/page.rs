//! What the pages of the editors tell a newcomer to copy.

use crate::fenced;

/// The first fenced block below that heading of docs/editors/PAGE.md.
pub fn block(page: &str, heading: &str) -> String {
    blocks(page, heading).swap_remove(0)
}

/// All fenced blocks below that heading, up to the next; there is at least one.
pub fn blocks(page: &str, heading: &str) -> Vec<String> {
    fenced::blocks(&format!("docs/editors/{page}.md"), heading)
}
