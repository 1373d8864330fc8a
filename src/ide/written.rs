//! How a file is written, for new lines that fit in.

use std::ops::Range;

use super::Snapshot;
use crate::syntax::Placed;
use crate::text::TextRange;

/// How a file is written.
pub struct Written<'s> {
    snapshot: &'s Snapshot,
    /// The end of its lines.
    pub newline: &'static str,
    is_lower: bool,
}

impl<'s> Written<'s> {
    /// Looks at its lines.
    pub fn of(snapshot: &'s Snapshot) -> Written<'s> {
        let has_return = snapshot.tree().items().any(|placed| placed.item.text.contains("\r\n"));
        let first = snapshot.tree().instructions().next();
        let is_lower = first.is_some_and(|(placed, instruction)| {
            let range = Range::<usize>::from(instruction.view.command.keyword_range);
            let keyword = placed.item.text.get(range).unwrap_or_default();
            !keyword.contains(char::is_uppercase)
        });
        Written { snapshot, newline: if has_return { "\r\n" } else { "\n" }, is_lower }
    }

    /// A keyword in the letter case of the file.
    pub fn word(&self, word: &str) -> String {
        if self.is_lower { word.to_lowercase() } else { word.to_uppercase() }
    }

    /// An instruction with the comments right above it, whole lines.
    pub fn with_comments(&self, placed: &Placed<'_>) -> TextRange {
        let comments = self.snapshot.tree().comments_above(placed.index);
        let text = self.snapshot.text();
        let line_start = |offset| text.line_start(text.line_of(offset));
        let start =
            comments.first().map_or(placed.start, |comment| line_start(comment.range.start()));
        TextRange::new(start, placed.range().end())
    }

    /// The text of that range, with an end of line behind it.
    pub fn lines(&self, range: TextRange) -> String {
        let mut text = self.snapshot.text().slice(range).to_string();
        if !text.ends_with('\n') {
            text.push_str(self.newline);
        }
        text
    }
}
