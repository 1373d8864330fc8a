//! The text of a document: a rope that is cheap to edit and cheap to share.
//!
//! Every method accepts any offset. One past the end means the end, and one inside a character
//! means that character's first byte, so that no position a client can send makes a panic.

use std::borrow::Cow;
use std::fmt;

use ropey::Rope;

use super::{Edit, TextRange, TextSize};

/// A document's text. A clone shares its storage with the original until one of them is edited.
///
/// Lines end at LF, CRLF or a lone CR, as LSP 3.17 has it ("Position"); a text has at least one line,
/// and a text that ends with a line break has an empty last line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    rope: Rope,
}

impl Text {
    /// A text holding a copy of `text`.
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
    }

    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        to_size(self.rope.len_bytes())
    }

    /// Whether there is no byte in it.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// The rope itself, for readers that want its chunks, characters or bytes.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// The text of `range`, clamped; borrowed where it lies in one chunk of the rope.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        let range = self.clamp(range);
        self.rope
            .get_byte_slice(std::ops::Range::<usize>::from(range))
            .map_or(Cow::Borrowed(""), Cow::from)
    }

    /// The text from `offset` to the end, piece by piece and without a copy. No piece is empty, and
    /// a CRLF never lies across two of them.
    pub fn chunks_from(&self, offset: TextSize) -> impl Iterator<Item = &str> + Clone {
        let offset = usize::from(self.floor(offset));
        let (chunks, first, ..) = self.rope.chunks_at_byte(offset);
        let mut skip = offset - first;
        chunks.filter_map(move |chunk| {
            let rest = chunk.get(std::mem::take(&mut skip)..).unwrap_or_default();
            (!rest.is_empty()).then_some(rest)
        })
    }

    /// Number of lines: line breaks plus one.
    pub fn line_count(&self) -> u32 {
        to_u32(self.rope.len_lines())
    }

    /// The line (from 0) that holds `offset`. A line break belongs to the line that it ends.
    pub fn line_of(&self, offset: TextSize) -> u32 {
        to_u32(self.rope.byte_to_line(self.floor(offset).into()))
    }

    /// Offset of the first byte of `line` (from 0); the end of the text for a line past the last.
    pub fn line_start(&self, line: u32) -> TextSize {
        let line = (line as usize).min(self.rope.len_lines());
        to_size(self.rope.line_to_byte(line))
    }

    /// Offset of the end of `line`, before its line break; the end of the text for a line past the
    /// last.
    pub fn line_end(&self, line: u32) -> TextSize {
        let start = self.line_start(line);
        let end = self.line_start(line.saturating_add(1));
        let byte_at = |offset: TextSize| self.rope.get_byte(offset.into());
        let one = TextSize::new(1);
        match end.checked_sub(one).filter(|&last| last >= start) {
            Some(last) if byte_at(last) == Some(b'\n') => last
                .checked_sub(one)
                .filter(|&p| p >= start && byte_at(p) == Some(b'\r'))
                .unwrap_or(last),
            Some(last) if byte_at(last) == Some(b'\r') => last,
            _ => end,
        }
    }

    /// Replaces `edit.range` (clamped) by `edit.insert`. O(log n) plus the edit's own size.
    pub fn edit(&mut self, edit: &Edit) {
        let range = self.clamp(edit.range);
        let start = self.rope.byte_to_char(range.start().into());
        let end = self.rope.byte_to_char(range.end().into());
        if start < end {
            self.rope.remove(start..end);
        }
        if !edit.insert.is_empty() {
            self.rope.insert(start, &edit.insert);
        }
    }

    /// `range` brought inside the text and onto character boundaries: what [`Text::slice`] reads and
    /// [`Text::edit`] replaces.
    pub fn clamp(&self, range: TextRange) -> TextRange {
        TextRange::new(self.floor(range.start()), self.floor(range.end()))
    }

    /// The nearest character boundary at or before `offset` and inside the text.
    pub fn floor(&self, offset: TextSize) -> TextSize {
        let offset = usize::from(offset);
        let Some((chunk, start, ..)) = self.rope.get_chunk_at_byte(offset) else {
            return self.len();
        };
        let inside = offset - start;
        // A character has at most four bytes, so at most three steps back.
        let back = (0..inside.min(4)).find(|&n| chunk.is_char_boundary(inside - n));
        to_size(back.map_or(start, |n| offset - n))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.rope, f)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Bytes as an offset. Texts are far below 4 GiB (`server::frame` caps a message at 64 MiB).
pub(super) fn to_size(bytes: usize) -> TextSize {
    TextSize::new(to_u32(bytes))
}

pub(super) fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn lines_end_at_lf_crlf_and_lone_cr() {
        let text = Text::new("a\nbb\r\nccc\rdddd\u{b}\u{c}\u{85}\u{2028}\n");
        assert_eq!(text.line_count(), 5);
        let starts: Vec<u32> = (0..7).map(|line| text.line_start(line).into()).collect();
        assert_eq!(starts, [0, 2, 6, 10, 22, 22, 22]);
        let ends: Vec<u32> = (0..7).map(|line| text.line_end(line).into()).collect();
        assert_eq!(ends, [1, 4, 9, 21, 22, 22, 22]);
        assert_eq!(text.line_of(5.into()), 1, "the LF of a CRLF is still on the line that it ends");
        assert_eq!(text.line_of(6.into()), 2);
        assert_eq!(text.line_of(1000.into()), 4);
    }

    #[test]
    fn empty_text_is_one_empty_line() {
        let text = Text::new("");
        assert!(text.is_empty());
        assert_eq!(
            (text.line_count(), text.line_start(0), text.line_end(0)),
            (1, 0.into(), 0.into())
        );
        assert_eq!(text.slice(range(0, 10)), "");
        assert_eq!(text.chunks_from(5.into()).count(), 0);
    }

    #[test]
    fn blank_lines_have_their_end_at_their_start() {
        for break_ in ["\n", "\r\n", "\r"] {
            let text = Text::new(&break_.repeat(3));
            for line in 0..4 {
                assert_eq!(text.line_end(line), text.line_start(line), "{break_:?} line {line}");
            }
        }
    }

    #[test]
    fn slices_and_edits_take_any_range() {
        let mut text = Text::new("aé😀z");
        assert_eq!(text.slice(range(1, 3)), "é");
        assert_eq!(text.slice(range(2, 5)), "é", "both ends fall back to a character's first byte");
        assert_eq!(text.slice(range(4, 4000)), "😀z");
        text.edit(&Edit::replace(range(5, 99), "!"));
        assert_eq!(text.to_string(), "aé!");
        text.edit(&Edit::insert(u32::MAX.into(), "?"));
        assert_eq!(text.to_string(), "aé!?");
    }

    #[test]
    fn a_clone_keeps_the_old_text() {
        let before = Text::new(&"FROM alpine\n".repeat(5000));
        let mut after = before.clone();
        after.edit(&Edit::delete(range(0, 12)));
        assert_eq!(before.line_count(), 5001);
        assert_eq!(after.line_count(), 5000);
        assert_ne!(before, after);
    }

    #[test]
    fn a_break_made_or_split_by_an_edit_counts_right() {
        let mut text = Text::new("a\rb");
        text.edit(&Edit::insert(2.into(), "\n"));
        assert_eq!((text.to_string().as_str(), text.line_count()), ("a\r\nb", 2));
        text.edit(&Edit::insert(2.into(), "x"));
        assert_eq!((text.to_string().as_str(), text.line_count()), ("a\rx\nb", 3));
    }

    /// Pieces that make the hard cases likely: every line break, and characters of 1 to 4 bytes.
    fn any_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\r\n".to_owned()),
            Just("\r".to_owned()),
            Just("\n".to_owned()),
            Just("e\u{301}".to_owned()),
            Just("😀".to_owned()),
            Just("\u{feff}".to_owned()),
            "[a-z ]{1,40}",
            any::<char>().prop_map(String::from),
            "[ -~]{300,1200}",
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    fn floor(text: &str, offset: u32) -> usize {
        (0..=(offset as usize).min(text.len()))
            .rev()
            .find(|&i| text.is_char_boundary(i))
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn edits_equal_string_edits(
            start in any_text(),
            edits in prop::collection::vec((0u32..3000, 0u32..50, any_text()), 1..8),
        ) {
            let mut string = start.clone();
            let mut text = Text::new(&start);
            for (at, len, insert) in edits {
                string.replace_range(floor(&string, at)..floor(&string, at + len), &insert);
                text.edit(&Edit::replace(range(at, at + len), insert));
                prop_assert_eq!(text.to_string(), string.as_str());
                prop_assert_eq!(usize::from(text.len()), string.len());
            }
            prop_assert_eq!(&text, &Text::new(&string));
            let breaks = string.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count();
            prop_assert_eq!(text.line_count() as usize, breaks + 1);
        }

        #[test]
        fn slices_and_chunks_equal_string_slices(text in any_text(), at in 0u32..4000, len in 0u32..4000) {
            let rope = Text::new(&text);
            let (from, to) = (floor(&text, at), floor(&text, at + len));
            prop_assert_eq!(rope.slice(range(at, at + len)), &text[from..to]);
            let rest: String = rope.chunks_from(at.into()).collect();
            prop_assert_eq!(rest, &text[from..]);
        }

        #[test]
        fn every_line_starts_where_the_one_before_ended(text in any_text()) {
            let rope = Text::new(&text);
            for line in 0..rope.line_count() {
                let (start, end, next) = (rope.line_start(line), rope.line_end(line), rope.line_start(line + 1));
                prop_assert!(start <= end && end <= next);
                let content = rope.slice(TextRange::new(start, end));
                prop_assert!(!content.contains(['\n', '\r']));
                let ending = rope.slice(TextRange::new(end, next));
                let last = line + 1 == rope.line_count();
                prop_assert_eq!(last, ending.is_empty());
                prop_assert!(last || matches!(ending.as_ref(), "\n" | "\r" | "\r\n"));
                prop_assert_eq!(rope.line_of(start), line);
                prop_assert_eq!(rope.line_of(end), line);
            }
        }
    }
}
