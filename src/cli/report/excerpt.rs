//! The lines of a file that a range touches, cut to what can be shown.

use std::ops::Range;

use crate::text::{Text, TextRange, TextSize};

/// Lines beyond this are not shown: only the first of the range is.
const MAX_LINES: u32 = 100;
/// How far into its line a place may be, in bytes: the lines are shown from their beginnings.
const MAX_BEFORE: u32 = 4096;
/// How much of a long line is shown of the place, and again behind it, in bytes.
const MARGIN: u32 = 400;

/// Lines of a file, and a range in them.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines, each ended by one LF, whatever ends it in the file.
    pub source: String,
    /// The number of the first one, from 1.
    pub first_line: usize,
    /// The range, in bytes of `source`.
    pub span: Range<usize>,
}

impl Excerpt {
    /// The lines that `range` touches; `None` where it begins too far into a line.
    pub fn new(text: &Text, range: TextRange) -> Option<Excerpt> {
        let first = text.line_of(range.start());
        if range.start() > text.line_start(first) + TextSize::new(MAX_BEFORE) {
            return None;
        }
        let mut last = text.line_of(last_byte(range)).max(first);
        let mut range = range;
        if last - first >= MAX_LINES {
            last = first;
            range = TextRange::new(range.start(), text.line_end(first).max(range.start()));
        }
        let mut excerpt = Excerpt {
            source: String::new(),
            first_line: first as usize + 1,
            span: usize::MAX..usize::MAX,
        };
        for line in first..=last {
            excerpt.push_line(text, line, range, line == first, line == last);
        }
        Some(excerpt)
    }

    fn push_line(
        &mut self,
        text: &Text,
        line: u32,
        range: TextRange,
        is_first: bool,
        is_last: bool,
    ) {
        let (start, end) = (text.line_start(line), text.line_end(line));
        let from = if is_first { range.start().clamp(start, end) } else { start };
        let to = if is_last { range.end().clamp(from, end) } else { end };
        let margin = TextSize::new(MARGIN);
        let until = (to.min(from + margin) + margin).min(end);
        let shown = text.clamp(TextRange::new(start, until));
        let at = |offset: TextSize| {
            self.source.len() + usize::from(offset.min(shown.end()) - shown.start())
        };
        if is_first {
            self.span.start = at(from);
        }
        if is_last {
            self.span.end = at(to);
        }
        self.source.push_str(&text.slice(shown));
        self.source.push('\n');
    }
}

/// A range that ends behind a line break does not touch the next line.
fn last_byte(range: TextRange) -> TextSize {
    if range.is_empty() { range.end() } else { range.end() - TextSize::new(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[` and `]` mark the range; `expected` has the marks too, behind the first line's number.
    fn check(marked: &str, expected: &str) {
        let start = marked.find('[').expect("a start");
        let end = marked.find(']').expect("an end") - 1;
        let range = TextRange::new(
            u32::try_from(start).expect("small").into(),
            u32::try_from(end).expect("small").into(),
        );
        let text = Text::new(&marked.replacen('[', "", 1).replacen(']', "", 1));
        let excerpt = Excerpt::new(&text, range).expect("near enough");
        let Excerpt { mut source, first_line, span } = excerpt;
        source.insert(span.end, ']');
        source.insert(span.start, '[');
        assert_eq!(format!("{first_line}:{source}"), expected, "{marked:?}");
    }

    #[test]
    fn ranges_in_their_lines() {
        check("a\nb [c] d\ne", "2:b [c] d\n");
        check("a\r\nb [c\r\nd] e\r\n", "2:b [c\nd] e\n");
        check("a\r[b]\rc", "2:[b]\n");
        check("[a\n]b", "1:[a]\n");
        check("a\n[]", "2:[]\n");
        check("a[]\n", "1:a[]\n");
        check("[]", "1:[]\n");
        check("é[漢]字", "1:é[漢]字\n");
    }

    #[test]
    fn much_text_is_cut() {
        let text = Text::new(&"x".repeat(100_000));
        let excerpt = |start: u32, end: u32| {
            let excerpt = Excerpt::new(&text, TextRange::new(start.into(), end.into()))?;
            Some((excerpt.source.len(), excerpt.span))
        };
        assert_eq!(excerpt(1000, 1010), Some((1411, 1000..1010)));
        assert_eq!(excerpt(0, 100_000), Some((801, 0..800)));
        assert_eq!(excerpt(50_000, 50_010), None);

        let text = Text::new(&"ab\n".repeat(1000));
        let excerpt = Excerpt::new(&text, TextRange::new(1.into(), 2_000.into())).expect("near");
        assert_eq!((excerpt.source.as_str(), excerpt.span), ("ab\n", 1..2));
    }
}
