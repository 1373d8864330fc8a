//! The comments above an instruction, which `BuildKit` keeps with it: they describe stages and
//! arguments, and `# check=` among them changes what is checked.
//!
//! Source: `frontend/dockerfile/parser/parser.go` (`Parse`, its list `comments`).

use super::line::{is_comment, trim_newline};
use super::tree::{ItemKind, Placed, Tree};
use crate::text::{TextRange, TextSize};

/// A comment line above an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// What it says, trimmed. That of an indented comment begins with the `#`: only the first
    /// character of the line is dropped.
    pub text: &'a str,
    /// Where the text stands in the file.
    pub range: TextRange,
}

impl Tree {
    /// The comments between the item with number `index`, an instruction, and the one before it.
    ///
    /// Blank lines between them do not matter; an empty comment makes forget those above it.
    /// Directives do not count, nor do comments inside the instruction.
    pub fn comments_above(&self, index: usize) -> Vec<Comment<'_>> {
        let Some(above) = index.checked_sub(1).and_then(|index| self.item(index)) else {
            return Vec::new();
        };
        let ItemKind::Trivia = above.item.kind else { return Vec::new() };
        let mut comments = Vec::new();
        let mut start = above.start;
        for line in above.item.text.split_inclusive('\n') {
            let content = trim_newline(without_bom(line, start));
            if is_comment(content) {
                let mut chars = content.chars();
                chars.next();
                let text = chars.as_str().trim();
                let offset = text.as_ptr() as usize - line.as_ptr() as usize;
                let range = TextRange::at(start + super::command::size(offset), TextSize::of(text));
                match text {
                    "" => comments.clear(),
                    _ => comments.push(Comment { text, range }),
                }
            }
            start += TextSize::of(line);
        }
        comments
    }

    /// An item with the comments that stand right above it, whole lines.
    pub fn with_comments(&self, placed: &Placed<'_>) -> TextRange {
        let first = self.comments_above(placed.index).first().map(|one| one.range.start());
        let start = first.map_or(placed.start, |comment| self.line_start(placed.index, comment));
        TextRange::new(start, placed.range().end())
    }

    /// The start of the line on which a comment above the item with number `index` begins.
    fn line_start(&self, index: usize, comment: TextSize) -> TextSize {
        let Some(above) = index.checked_sub(1).and_then(|index| self.item(index)) else {
            return comment;
        };
        let inside = usize::from(comment.checked_sub(above.start).unwrap_or_default());
        let before = above.item.text.get(..inside).unwrap_or_default();
        above.start + super::command::size(before.rfind('\n').map_or(0, |newline| newline + 1))
    }
}

fn without_bom(line: &str, start: TextSize) -> &str {
    match start == TextSize::new(0) {
        true => line.strip_prefix(super::line::BOM).unwrap_or(line),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comments above the last instruction.
    fn check(text: &str, expected: &[&str]) {
        let tree = Tree::parse(text);
        let index = tree.instructions().last().expect("an instruction").0.index;
        let found: Vec<_> = tree.comments_above(index).iter().map(|c| c.text).collect();
        assert_eq!(found, expected, "{text:?}");
        for comment in tree.comments_above(index) {
            let range = std::ops::Range::<usize>::from(comment.range);
            assert_eq!(text.get(range), Some(comment.text), "{text:?}");
        }
    }

    /// The last instruction with the comments above it.
    fn whole(text: &str, expected: &str) {
        let tree = Tree::parse(text);
        let (placed, _) = tree.instructions().last().expect("an instruction");
        let range = std::ops::Range::<usize>::from(tree.with_comments(&placed));
        assert_eq!(text.get(range), Some(expected), "{text:?}");
    }

    #[test]
    fn an_instruction_with_its_comments() {
        whole("FROM a\nRUN b\n", "RUN b\n");
        whole("FROM a\n\n  # x\n\n# y\r\nRUN b\n", "  # x\n\n# y\r\nRUN b\n");
        whole("FROM a\n# x\n#\n# y\nRUN b", "# y\nRUN b");
        whole("\u{feff}# x\nFROM a\n", "\u{feff}# x\nFROM a\n");
    }

    #[test]
    fn comments_above_an_instruction() {
        check("FROM a", &[]);
        check("# a\n\n#  b \nFROM a", &["a", "b"]);
        check("# a\n#\n# b\nFROM a", &["b"]);
        check("# a\n  # b\n  #\nFROM a", &["a", "# b", "#"]);
        check("# a\nFROM a\n# b\nRUN \\\n# c\nx", &["b"]);
        check("# escape=`\n# a\nFROM a", &["a"]);
        check("\u{feff}# a\r\nFROM a", &["a"]);
        check("# a\nFROM a\n\nRUN x", &[]);
    }
}
