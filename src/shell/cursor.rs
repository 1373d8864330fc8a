//! Reading on in a text, character by character.

use text_size::{TextRange, TextSize};

use super::Unread;

/// A result of reading.
pub(super) type Read<T> = Result<T, Unread>;

/// A place in a text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    /// The place in the whole text of each byte, and of the end, where this is not all of it.
    map: Option<&'t [u32]>,
    at: usize,
    /// Behind the last character that belongs to anything.
    behind: usize,
}

/// A place to return to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    at: usize,
    behind: usize,
}

/// Part of a text, put together anew, that knows where each byte came from.
#[derive(Default)]
pub(super) struct Extract {
    text: String,
    map: Vec<u32>,
}

impl Extract {
    /// Adds the character that stands at `mark`.
    pub(super) fn push(&mut self, c: char, cursor: &Cursor<'_>, mark: Mark) {
        self.text.push(c);
        self.map.extend((0..c.len_utf8()).map(|byte| cursor.place(mark.at + byte)));
    }

    /// Ends it, at `mark`.
    pub(super) fn end(&mut self, cursor: &Cursor<'_>, mark: Mark) {
        self.map.push(cursor.place(mark.at));
    }

    /// All of it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Reads it from its start.
    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor { text: &self.text, map: Some(&self.map), at: 0, behind: 0 }
    }
}

impl<'t> Cursor<'t> {
    /// At the start of a text of less than 4 GiB.
    pub(super) fn new(text: &'t str) -> Self {
        Cursor { text, map: None, at: 0, behind: 0 }
    }

    /// The next character; continued lines are passed over.
    pub(super) fn peek(&mut self) -> Option<char> {
        while self.text[self.at..].starts_with("\\\n") {
            self.at += 2;
        }
        self.raw()
    }

    /// The next character as it stands there.
    pub(super) fn raw(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Takes the next character as it stands there.
    pub(super) fn take(&mut self) -> Option<char> {
        let c = self.raw()?;
        self.at += c.len_utf8();
        self.behind = self.at;
        Some(c)
    }

    /// Passes over a character that belongs to nothing.
    pub(super) fn skip(&mut self) {
        self.at += self.raw().map_or(0, char::len_utf8);
    }

    /// Takes the rest of the line, without its end.
    pub(super) fn take_line(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        self.at += line.len();
        line
    }

    /// Whether `wanted` is next.
    pub(super) fn looks_at(&mut self, wanted: &str) -> bool {
        self.peek();
        let mark = self.raw_mark();
        let found = self.eat(wanted);
        self.reset(mark);
        found
    }

    /// Takes `wanted` if that is next.
    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let mark = self.raw_mark();
        for c in wanted.chars() {
            if self.peek() != Some(c) {
                self.reset(mark);
                return false;
            }
            self.take();
        }
        true
    }

    /// Where the next character is.
    pub(super) fn mark(&mut self) -> Mark {
        self.peek();
        self.raw_mark()
    }

    /// Where the next character is, as it stands there.
    pub(super) fn raw_mark(&self) -> Mark {
        Mark { at: self.at, behind: self.behind }
    }

    /// Returns to a place that was passed.
    pub(super) fn reset(&mut self, mark: Mark) {
        (self.at, self.behind) = (mark.at, mark.behind);
    }

    /// From `mark` to behind what was last taken.
    pub(super) fn since(&self, mark: Mark) -> TextRange {
        self.range(mark.at, self.behind)
    }

    /// From `mark` to here.
    pub(super) fn up_to_here(&self, mark: Mark) -> TextRange {
        self.range(mark.at, self.at)
    }

    /// From one place to another.
    pub(super) fn between(&self, start: Mark, end: Mark) -> TextRange {
        self.range(start.at, end.at)
    }

    /// That what is between `mark` and here, or is next, is not understood.
    pub(super) fn unread<T>(&self, mark: Mark, what: &'static str) -> Read<T> {
        let next = self.raw().map_or(0, char::len_utf8);
        let end = if self.at > mark.at { self.at } else { mark.at + next };
        Err(Unread { range: self.range(mark.at, end), what })
    }

    fn range(&self, start: usize, end: usize) -> TextRange {
        let from = self.place(start);
        // A byte that was left out in front of the next one is not in the range.
        let to = if end > start { self.place(end - 1) + 1 } else { from };
        TextRange::new(TextSize::new(from), TextSize::new(to.max(from)))
    }

    fn place(&self, at: usize) -> u32 {
        match self.map {
            Some(map) => map.get(at).or(map.last()).copied().unwrap_or_default(),
            None => u32::try_from(at).unwrap_or(u32::MAX),
        }
    }
}
