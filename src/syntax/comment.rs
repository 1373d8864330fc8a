//! The comments above an instruction, which `BuildKit` keeps with it: they describe stages and
//! arguments, and `# check=` among them changes what is checked.
//!
//! Source: `frontend/dockerfile/parser/parser.go` (`Parse`, its list `comments`).

use super::line::{is_comment, trim_newline};
use super::tree::{ItemKind, Tree};
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
