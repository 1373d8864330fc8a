//! How a file is written, for new lines that fit in.

use std::ops::Range;

use super::tree::{Placed, Tree};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The end of its lines.
    pub newline: &'static str,
    /// What continues a line on the next.
    pub escape: char,
    /// Whether keywords are in lower case.
    is_lower: bool,
}

impl Style {
    /// That of a file, the case of whose keywords is that of its first one.
    pub fn of(tree: &Tree) -> Style {
        Style::like(tree, tree.instructions().next().map(|(placed, _)| placed).as_ref())
    }

    /// That of a file, the case of whose keywords is that of this instruction's.
    pub fn like(tree: &Tree, model: Option<&Placed<'_>>) -> Style {
        let keyword = model.and_then(|placed| {
            let range = placed.instruction()?.view.command.keyword_range;
            placed.item.text.get(Range::<usize>::from(range))
        });
        let has_return = tree.items().any(|placed| placed.item.text.contains("\r\n"));
        Style {
            newline: if has_return { "\r\n" } else { "\n" },
            escape: tree.escape(),
            is_lower: keyword.is_some_and(|keyword| !keyword.contains(char::is_uppercase)),
        }
    }

    /// A keyword, given in upper case, in the letter case of the file.
    pub fn word(&self, word: &str) -> String {
        if self.is_lower { word.to_lowercase() } else { word.to_owned() }
    }

    /// A text with an end of line behind it.
    pub fn ended(&self, mut text: String) -> String {
        if !text.ends_with('\n') {
            text.push_str(self.newline);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, word: &str, ended: &str) {
        let style = Style::of(&Tree::parse(text));
        assert_eq!(style.word("FROM"), word, "{text:?}");
        assert_eq!(style.ended("x".to_owned()), ended, "{text:?}");
        assert_eq!(style.ended(ended.to_owned()), ended, "{text:?}");
    }

    #[test]
    fn as_the_file_is_written() {
        check("", "FROM", "x\n");
        check("FROM a\n", "FROM", "x\n");
        check("# x\nfrom a\r\nRUN b\n", "from", "x\r\n");
        check("From a\n", "FROM", "x\n");
    }
}
