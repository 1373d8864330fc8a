//! A change of text, and what a list of them makes.

use std::fmt;

use super::{TextRange, TextSize};

/// Replace `range` by `insert`. An empty range inserts, an empty `insert` deletes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The bytes that go.
    pub range: TextRange,
    /// The text that comes.
    pub insert: String,
}

impl Edit {
    /// Puts `insert` in the place of `range`.
    pub fn replace(range: TextRange, insert: impl Into<String>) -> Self {
        Self { range, insert: insert.into() }
    }

    /// Puts `insert` at `offset`.
    pub fn insert(offset: TextSize, insert: impl Into<String>) -> Self {
        Self::replace(TextRange::empty(offset), insert)
    }

    /// Removes `range`.
    pub fn delete(range: TextRange) -> Self {
        Self::replace(range, String::new())
    }
}

/// Why a list of edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// Two edits want the same byte, or one inserts inside what another removes.
    Overlap(TextRange, TextRange),
    /// The range ends past the text or lies inside a character.
    NotInText(TextRange),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap(a, b) => write!(f, "the edits at {a:?} and {b:?} overlap"),
            Self::NotInText(range) => write!(f, "the edit at {range:?} does not fit the text"),
        }
    }
}

impl std::error::Error for EditError {}

/// `text` with all `edits` made at once: every range speaks of the text as it was before.
///
/// Edits may come in any order and may touch; inserts at one offset keep their order and come before
/// a replacement that starts there (LSP 3.17, "TextEdit[]").
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut result = String::with_capacity(text.len());
    let mut done = TextRange::default();
    for edit in sorted {
        if edit.range.start() < done.end() {
            return Err(EditError::Overlap(done, edit.range));
        }
        let kept = text.get(done.end().into()..edit.range.start().into());
        let removed = text.get(std::ops::Range::<usize>::from(edit.range));
        let (Some(kept), Some(_)) = (kept, removed) else {
            return Err(EditError::NotInText(edit.range));
        };
        result.push_str(kept);
        result.push_str(&edit.insert);
        done = edit.range;
    }
    result.push_str(text.get(done.end().into()..).unwrap_or_default());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    fn check(text: &str, edits: &[(u32, u32, &str)], expected: Result<&str, EditError>) {
        let edits: Vec<Edit> =
            edits.iter().map(|&(s, e, t)| Edit::replace(range(s, e), t)).collect();
        assert_eq!(apply_edits(text, &edits), expected.map(str::to_owned), "{text:?} {edits:?}");
    }

    #[test]
    fn edits_speak_of_the_old_text() {
        check("abc", &[], Ok("abc"));
        check("abc", &[(0, 1, "xx"), (2, 3, "")], Ok("xxb"));
        check("abc", &[(2, 3, ""), (0, 1, "xx")], Ok("xxb"));
        check("", &[(0, 0, "new")], Ok("new"));
        check("abc", &[(3, 3, "d")], Ok("abcd"));
        check("aéb", &[(1, 3, "e")], Ok("aeb"));
    }

    #[test]
    fn edits_may_touch() {
        check("abc", &[(0, 1, "x"), (1, 2, "y")], Ok("xyc"));
        check("abc", &[(1, 1, "1"), (1, 1, "2")], Ok("a12bc"));
        check("abc", &[(1, 2, "B"), (1, 1, "1")], Ok("a1Bc"));
        check("abc", &[(0, 1, "A"), (1, 1, "1")], Ok("A1bc"));
    }

    #[test]
    fn overlaps_are_told() {
        check("abcd", &[(0, 2, ""), (1, 3, "")], Err(EditError::Overlap(range(0, 2), range(1, 3))));
        check(
            "abcd",
            &[(1, 2, "x"), (1, 2, "y")],
            Err(EditError::Overlap(range(1, 2), range(1, 2))),
        );
        check(
            "abcd",
            &[(2, 2, "x"), (1, 3, "")],
            Err(EditError::Overlap(range(1, 3), range(2, 2))),
        );
    }

    #[test]
    fn ranges_outside_the_text_are_told() {
        check("abc", &[(2, 4, "")], Err(EditError::NotInText(range(2, 4))));
        check("abc", &[(9, 9, "x")], Err(EditError::NotInText(range(9, 9))));
        check("aéb", &[(2, 3, "")], Err(EditError::NotInText(range(2, 3))));
        check("aéb", &[(0, 2, "")], Err(EditError::NotInText(range(0, 2))));
    }
}
