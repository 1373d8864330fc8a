//! Line and column, as the border speaks of places, to byte offsets and back.

use super::text::{to_size, to_u32};
use super::{Text, TextRange, TextSize};

/// How many bytes of a line are counted one by one.
const SHORT: usize = 256;

/// A place as an editor names it. Both count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line; see [`Text`] for what ends one.
    pub line: u32,
    /// Units of the agreed [`Encoding`] from the line's start.
    pub column: u32,
}

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// 16-bit units: two for a character outside the basic plane. The protocol's default.
    Utf16,
    /// Characters (Unicode scalar values).
    Utf32,
}

impl Text {
    /// The byte offset of a place. O(log n).
    ///
    /// Every place has one: a line past the last is the end of the text, a column past the end of
    /// its line is the line's end before the line break, and a column inside a character is that
    /// character's start.
    pub fn offset_of(&self, place: LineColumn, encoding: Encoding) -> TextSize {
        if place.line >= self.line_count() {
            return self.len();
        }
        let (start, end) = (self.line_start(place.line), self.line_end(place.line));
        let first_unit = self.units_before(start, encoding);
        let unit = first_unit.saturating_add(place.column as usize);
        if unit >= self.units_before(end, encoding) {
            end
        } else {
            self.offset_of_unit(unit, encoding)
        }
    }

    /// The place of a byte offset. O(log n). An offset between the CR and the LF of one line break
    /// is the end of that line.
    pub fn line_column(&self, offset: TextSize, encoding: Encoding) -> LineColumn {
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let mut offset = self.floor(offset);
        let is_at = |at: TextSize, byte| self.rope().get_byte(at.into()) == Some(byte);
        if let Some(before) = offset.checked_sub(TextSize::new(1)).filter(|at| *at >= start)
            && is_at(offset, b'\n')
            && is_at(before, b'\r')
        {
            offset = before;
        }
        let units = match usize::from(offset - start) {
            // Counted on the spot, which is quicker than twice from the start of a chunk.
            length if length <= SHORT => self.units_in(TextRange::new(start, offset), encoding),
            _ => self.units_before(offset, encoding) - self.units_before(start, encoding),
        };
        LineColumn { line, column: to_u32(units) }
    }

    /// Number of units in a short range on character boundaries.
    fn units_in(&self, range: TextRange, encoding: Encoding) -> usize {
        let text = self.slice(range);
        match encoding {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf32 => text.chars().count(),
        }
    }

    /// Number of units in the text before `offset`, which is on a character boundary.
    fn units_before(&self, offset: TextSize, encoding: Encoding) -> usize {
        let (rope, offset) = (self.rope(), usize::from(offset));
        match encoding {
            Encoding::Utf8 => offset,
            Encoding::Utf16 => rope.char_to_utf16_cu(rope.byte_to_char(offset)),
            Encoding::Utf32 => rope.byte_to_char(offset),
        }
    }

    /// The start of the character that holds the text's `unit`, which is before its end.
    fn offset_of_unit(&self, unit: usize, encoding: Encoding) -> TextSize {
        let rope = self.rope();
        match encoding {
            Encoding::Utf8 => self.floor(to_size(unit)),
            Encoding::Utf16 => to_size(rope.char_to_byte(rope.utf16_cu_to_char(unit))),
            Encoding::Utf32 => to_size(rope.char_to_byte(unit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn at(line: u32, column: u32) -> LineColumn {
        LineColumn { line, column }
    }

    /// `expected`: the columns of `|` in the one line that has it, in UTF-8, UTF-16 and UTF-32.
    fn check(marked: &str, line: u32, expected: [u32; 3]) {
        let offset = TextSize::of(&marked[..marked.find('|').expect("a mark")]);
        let text = Text::new(&marked.replacen('|', "", 1));
        for (encoding, column) in ALL.into_iter().zip(expected) {
            assert_eq!(
                text.line_column(offset, encoding),
                at(line, column),
                "{marked:?} {encoding:?}"
            );
            assert_eq!(
                text.offset_of(at(line, column), encoding),
                offset,
                "{marked:?} {encoding:?}"
            );
        }
    }

    #[test]
    fn columns_count_the_units_of_the_encoding() {
        check("|FROM a", 0, [0, 0, 0]);
        check("FROM a\nRUN |b", 1, [4, 4, 4]);
        check("é|x", 0, [2, 1, 1]);
        check("# 😀|x", 0, [6, 4, 3]);
        check("# 😀\r\n# 😀😀|\r\n", 1, [10, 6, 4]);
        check("e\u{301}|\rb", 0, [3, 2, 2]);
        check("a\rb\r\n漢字|\n", 2, [6, 2, 2]);
        check("\u{feff}FROM| a", 0, [7, 5, 5]);
        check("a\n|", 1, [0, 0, 0]);
        check("|", 0, [0, 0, 0]);
    }

    #[test]
    fn places_outside_the_text_are_clamped() {
        let text = Text::new("ab\r\nc😀\rd");
        for encoding in ALL {
            assert_eq!(text.offset_of(at(0, 99), encoding), 2.into(), "before the line break");
            assert_eq!(text.offset_of(at(1, u32::MAX), encoding), 9.into());
            assert_eq!(text.offset_of(at(2, 1), encoding), 11.into());
            assert_eq!(text.offset_of(at(3, 0), encoding), 11.into(), "a line past the end");
            assert_eq!(text.offset_of(at(u32::MAX, u32::MAX), encoding), 11.into());
            assert_eq!(text.line_column(u32::MAX.into(), encoding), at(2, 1));
            assert_eq!(text.line_column(3.into(), encoding), at(0, 2), "inside a CRLF");
        }
    }

    #[test]
    fn a_column_inside_a_character_is_its_start() {
        let text = Text::new("a😀b");
        assert_eq!(text.offset_of(at(0, 2), Encoding::Utf16), 1.into());
        for column in 1..5 {
            assert_eq!(text.offset_of(at(0, column), Encoding::Utf8), 1.into());
        }
        assert_eq!(text.line_column(3.into(), Encoding::Utf16), at(0, 1));
    }

    /// The slow, plain way to say it, to compare with.
    fn reference(text: &str, offset: usize, encoding: Encoding) -> LineColumn {
        let (mut line, mut start, mut chars) = (0, 0, text.char_indices().peekable());
        while let Some((i, c)) = chars.next() {
            let crlf = c == '\r' && matches!(chars.peek(), Some((_, '\n')));
            let next = i + c.len_utf8();
            if (c == '\n' || (c == '\r' && !crlf)) && next <= offset {
                (line, start) = (line + 1, next);
            }
        }
        let before: String = text[start..offset].chars().filter(|c| !"\r\n".contains(*c)).collect();
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
            Encoding::Utf32 => before.chars().count(),
        };
        at(line, u32::try_from(column).expect("short"))
    }

    fn any_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\r\n"),
            Just("\r"),
            Just("\n"),
            Just("e\u{301}"),
            Just("😀"),
            Just("漢"),
            Just("👩\u{200d}👩"),
            Just("\u{feff}"),
            Just("FROM alpine"),
            Just("\u{2028}"),
            Just("a long enough run of plain text to make the rope hold more than one chunk of it"),
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn offsets_and_places_round_trip(string in any_text()) {
            let text = Text::new(&string);
            for (offset, _) in string.char_indices().chain([(string.len(), ' ')]) {
                let inside_crlf = string[..offset].ends_with('\r') && string[offset..].starts_with('\n');
                for encoding in ALL {
                    let place = text.line_column(to_size(offset), encoding);
                    prop_assert_eq!(place, reference(&string, offset, encoding));
                    let back = usize::from(text.offset_of(place, encoding));
                    prop_assert_eq!(back, if inside_crlf { offset - 1 } else { offset });
                }
            }
        }

        #[test]
        fn any_place_has_an_offset(string in any_text(), line in 0u32..80, column in any::<u32>()) {
            let text = Text::new(&string);
            for column in [column, column % 64] {
                for encoding in ALL {
                    let offset = text.offset_of(at(line, column), encoding);
                    prop_assert!(string.is_char_boundary(offset.into()));
                    let place = text.line_column(offset, encoding);
                    prop_assert!(place <= at(line, column));
                    prop_assert!(place.line == line.min(text.line_count() - 1));
                }
            }
        }
    }
}
