//! The grammar: a word as a flat run of [`Event`]s.
//!
//! One loop with its own stack of open quotes and operands: nesting costs memory in proportion to
//! the text, never call depth. Every byte is looked at a bounded number of times.
//!
//! The scanner does not stop at an error: it says so ([`Event::Error`]) and goes on after the part
//! that cannot be read, so that a half-typed word still shows its other variables. What follows the
//! first error is a best guess; the evaluation ([`super::value`]) stops there.

use super::letters::{is_digit, is_letter};
use super::{ExpandError, ExpandErrorKind as Kind, Modifier};
use crate::text::{TextRange, TextSize};

/// One step through a word. Literal events cover the text between variables completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// Text that stands for itself, except for what quoting takes away from it.
    Literal(TextRange, Lit),
    /// `$name` or `${name}`.
    Variable { range: TextRange, name: TextRange },
    /// A `$` no name follows: text.
    Dollar(TextRange),
    /// `${name` and a modifier, up to where its operand begins.
    Open { head: TextRange, name: TextRange, modifier: Modifier },
    /// The `/` between pattern and replacement.
    Slash(TextRange),
    /// The `}` that ends the innermost open operand.
    Close(TextRange),
    /// BuildKit would refuse the word here.
    Error { error: ExpandError, broken: Option<Broken> },
}

/// What could be read of a malformed variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub range: TextRange,
    pub name: TextRange,
}

/// How a literal was written, which decides what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lit {
    /// Unquoted text; blanks in it separate words.
    Plain,
    /// `<<` with the blanks after it, which do not separate words.
    HeredocMark,
    /// The escape character and what it escapes, if anything follows.
    Escaped,
    /// An opening or closing quote.
    Quote,
    /// Text inside quotes.
    Quoted,
    /// An escape character inside single quotes, where it escapes nothing.
    EscapeInSingle,
    /// An escape character inside double quotes that escapes nothing.
    EscapeInDouble,
    /// Inside double quotes, the escape character before `"`, `$` or itself, and that.
    EscapedInDouble,
}

/// What the text around decides about literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keep {
    /// Quotes stay in the result.
    pub quotes: bool,
    /// Escape characters stay in the result.
    pub escapes: bool,
    /// The result is read as a pattern: escape characters in quotes are doubled to stay literal.
    pub pattern: bool,
}

impl Lit {
    /// What is left of a literal: whether its escape character is written once more in front, and
    /// how many bytes at its start are dropped. `escape` is the length of the escape character.
    pub fn left(self, keep: Keep, escape: usize) -> Left {
        match self {
            Self::Plain | Self::HeredocMark | Self::Quoted => Left::All,
            Self::Quote => Left::all_if(keep.quotes),
            Self::Escaped | Self::EscapedInDouble if keep.escapes => Left::All,
            Self::Escaped | Self::EscapedInDouble => Left::From(escape),
            Self::EscapeInSingle => Left::twice_if(keep.pattern),
            Self::EscapeInDouble => Left::twice_if(keep.escapes && (!keep.quotes || keep.pattern)),
        }
    }
}

/// See [`Lit::left`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    None,
    All,
    Twice,
    /// All but so many bytes at the start.
    From(usize),
}

impl Left {
    fn all_if(all: bool) -> Self {
        if all { Self::All } else { Self::None }
    }

    fn twice_if(twice: bool) -> Self {
        if twice { Self::Twice } else { Self::All }
    }
}

/// Something begun and not yet ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    Quote { start: usize, quote: char },
    Operand { start: usize, part: Part },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Up to `}`.
    Last,
    /// The pattern of `${v/pattern/replacement}`, up to `/`.
    Pattern,
}

/// Reads a word; see the module.
#[derive(Debug)]
pub(super) struct Scanner<'w> {
    word: &'w str,
    escape: char,
    /// Whether quotes quote.
    quotes: bool,
    pos: usize,
    open: Vec<Frame>,
    /// Where to go on after an error, if not at `pos`.
    resume: Option<usize>,
    ended: bool,
}

impl<'w> Scanner<'w> {
    pub fn new(word: &'w str, escape: char, quotes: bool) -> Self {
        // Offsets are 32 bits. A text of 4 GiB is refused long before it gets here.
        let word = if u32::try_from(word.len()).is_ok() { word } else { "" };
        // Go's scanner drops a byte order mark at the start.
        let pos = if word.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { word, escape, quotes, pos, open: Vec::new(), resume: None, ended: false }
    }

    /// What BuildKit says when something goes wrong after the last event: at the end of the word it
    /// blames the outermost `${` still open instead, whatever the cause.
    pub fn blame(&self, error: ExpandError) -> ExpandError {
        if self.pos < self.word.len() {
            return error;
        }
        let outermost = self.open.iter().find_map(|frame| match *frame {
            Frame::Operand { start, part } => Some((start, part)),
            Frame::Quote { .. } => None,
        });
        match outermost {
            Some((start, part)) => ExpandError { range: self.since(start), kind: part.missing() },
            None => error,
        }
    }

    fn rest(&self) -> &'w str {
        self.word.get(self.pos..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn since(&self, start: usize) -> TextRange {
        range(start, self.pos)
    }

    fn literal(&self, start: usize, lit: Lit) -> Event {
        Event::Literal(self.since(start), lit)
    }

    /// Goes on up to the next `special` character, or the end.
    fn run(&mut self, special: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.pos += rest.find(special).unwrap_or(rest.len());
    }

    /// The end of the word: an error if something is open, then nothing more.
    fn end(&mut self) -> Option<Event> {
        self.ended = true;
        let error = match *self.open.first()? {
            Frame::Quote { start, quote } => {
                ExpandError { range: self.since(start), kind: Kind::UnbalancedQuote(quote) }
            }
            Frame::Operand { start, part } => {
                ExpandError { range: self.since(start), kind: part.missing() }
            }
        };
        Some(Event::Error { error: self.blame(error), broken: None })
    }

    /// Text outside quotes; `stop` ends the operand it belongs to.
    fn unquoted(&mut self, stop: Option<Part>) -> Option<Event> {
        let start = self.pos;
        let Some(c) = self.peek() else { return self.end() };
        if let Some(part) = stop.filter(|part| part.stop() == c) {
            self.pos += c.len_utf8();
            return Some(self.stop(start, part));
        }
        let escape = self.escape;
        let quotes = self.quotes;
        Some(match c {
            '$' => self.dollar(),
            '<' => self.less(),
            '\'' | '"' if quotes => self.open_quote(c),
            _ if c == escape => {
                self.pos += c.len_utf8();
                self.bump();
                self.literal(start, Lit::Escaped)
            }
            _ => {
                let stop = stop.map(Part::stop);
                self.run(|c| {
                    matches!(c, '$' | '<')
                        || c == escape
                        || Some(c) == stop
                        || quotes && matches!(c, '\'' | '"')
                });
                self.literal(start, Lit::Plain)
            }
        })
    }

    fn stop(&mut self, start: usize, part: Part) -> Event {
        match part {
            Part::Last => {
                self.open.pop();
                Event::Close(self.since(start))
            }
            Part::Pattern => {
                if let Some(Frame::Operand { part, .. }) = self.open.last_mut() {
                    *part = Part::Last;
                }
                Event::Slash(self.since(start))
            }
        }
    }

    fn open_quote(&mut self, quote: char) -> Event {
        let start = self.pos;
        self.open.push(Frame::Quote { start, quote });
        self.pos += quote.len_utf8();
        self.literal(start, Lit::Quote)
    }

    /// Text inside quotes.
    fn quoted(&mut self, quote: char) -> Option<Event> {
        let start = self.pos;
        let Some(c) = self.peek() else { return self.end() };
        let escape = self.escape;
        let double = quote == '"';
        Some(match c {
            _ if c == quote => {
                self.open.pop();
                self.pos += c.len_utf8();
                self.literal(start, Lit::Quote)
            }
            '$' if double => self.dollar(),
            _ if c == escape => {
                self.pos += c.len_utf8();
                let next = self.peek();
                let escapes = next.is_some_and(|n| n == '"' || n == '$' || n == escape);
                let lit = match (double, escapes) {
                    (false, _) => Lit::EscapeInSingle,
                    (true, false) => Lit::EscapeInDouble,
                    (true, true) => {
                        self.bump();
                        Lit::EscapedInDouble
                    }
                };
                self.literal(start, lit)
            }
            _ => {
                self.run(|c| c == quote || c == escape || double && c == '$');
                self.literal(start, Lit::Quoted)
            }
        })
    }

    /// `<` is text; `<<` takes the blanks after it along, for heredocs.
    fn less(&mut self) -> Event {
        let start = self.pos;
        self.pos += 1;
        if self.peek() != Some('<') {
            return self.literal(start, Lit::Plain);
        }
        self.pos += 1;
        self.run(|c| !matches!(c, ' ' | '\t' | '\r'));
        self.literal(start, Lit::HeredocMark)
    }

    fn dollar(&mut self) -> Event {
        let start = self.pos;
        self.pos += 1;
        if self.peek() == Some('{') {
            return self.braced(start);
        }
        let name = self.name();
        let range = self.since(start);
        if name.is_empty() { Event::Dollar(range) } else { Event::Variable { range, name } }
    }

    /// A name: a run of digits, or one special parameter, or letters, digits and `_`. May be empty.
    fn name(&mut self) -> TextRange {
        let start = self.pos;
        match self.peek() {
            Some(c) if is_digit(c) => self.run(|c| !is_digit(c)),
            Some(c) if is_special(c) => self.pos += c.len_utf8(),
            _ => self.run(|c| !(is_letter(c) || is_digit(c) || c == '_')),
        }
        self.since(start)
    }

    fn braced(&mut self, start: usize) -> Event {
        self.pos += 1;
        let none = self.since(self.pos);
        match self.peek() {
            None => return self.broken(start, Kind::MissingBrace, none, self.pos),
            Some('}') => return self.broken(start, Kind::BadSubstitution, none, self.pos + 1),
            Some('{' | ':') => return self.broken(start, Kind::BadSubstitution, none, self.pos),
            Some(_) => {}
        }
        let name = self.name();
        let Some(c) = self.bump() else {
            return self.broken(start, Kind::MissingBrace, name, self.pos);
        };
        let modifier = match c {
            '}' => return Event::Variable { range: self.since(start), name },
            '-' => Modifier::Default { or_empty: false },
            '+' => Modifier::Alternative { or_empty: false },
            '?' => Modifier::Required { or_empty: false },
            '#' => Modifier::TrimPrefix { longest: self.peek() == Some('#') },
            '%' => Modifier::TrimSuffix { longest: self.peek() == Some('%') },
            '/' => {
                let all = self.peek() == Some('/');
                if all {
                    self.pos += 1;
                }
                Modifier::Replace { all }
            }
            ':' => match self.bump() {
                Some('-') => Modifier::Default { or_empty: true },
                Some('+') => Modifier::Alternative { or_empty: true },
                Some('?') => Modifier::Required { or_empty: true },
                Some(c @ ('#' | '%')) => return self.unsupported(start, name, format!(":{c}")),
                _ => Modifier::Unsupported,
            },
            c => return self.unsupported(start, name, c.to_string()),
        };
        let part =
            if matches!(modifier, Modifier::Replace { .. }) { Part::Pattern } else { Part::Last };
        self.open.push(Frame::Operand { start, part });
        Event::Open { head: self.since(start), name, modifier }
    }

    /// `${name^^}` and its like: an error, and the rest up to a near `}` goes with it.
    fn unsupported(&mut self, start: usize, name: TextRange, modifier: String) -> Event {
        let after = usize::from(name.end());
        let stop = |c: char| matches!(c, '}' | '$' | '"' | '\'') || c.is_whitespace();
        let rest = self.word.get(after..).unwrap_or("");
        let resume = match rest.find(stop) {
            Some(n) if rest.get(n..).is_some_and(|rest| rest.starts_with('}')) => after + n + 1,
            _ => after,
        };
        self.broken(start, Kind::UnsupportedModifier(modifier), name, resume)
    }

    /// A malformed variable, after which the word is read on from `resume`.
    fn broken(&mut self, start: usize, kind: Kind, name: TextRange, resume: usize) -> Event {
        self.resume = Some(resume);
        let range = range(start, resume);
        let error = self.blame(ExpandError { range, kind });
        Event::Error { error, broken: Some(Broken { range, name }) }
    }
}

impl Iterator for Scanner<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if self.ended {
            return None;
        }
        if let Some(resume) = self.resume.take() {
            self.pos = resume;
        }
        match self.open.last().copied() {
            None => self.unquoted(None),
            Some(Frame::Operand { part, .. }) => self.unquoted(Some(part)),
            Some(Frame::Quote { quote, .. }) => self.quoted(quote),
        }
    }
}

impl Part {
    fn stop(self) -> char {
        match self {
            Self::Last => '}',
            Self::Pattern => '/',
        }
    }

    fn missing(self) -> Kind {
        match self {
            Self::Last => Kind::MissingBrace,
            Self::Pattern => Kind::MissingSlash,
        }
    }
}

/// The special parameters of a POSIX shell (`0` is a digit). They are never set in a Dockerfile.
fn is_special(c: char) -> bool {
    matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!')
}

/// The range of bytes from `start` up to `end`.
pub(super) fn range(start: usize, end: usize) -> TextRange {
    // `Scanner::new` holds every offset under 4 GiB.
    let at = |offset: usize| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    TextRange::new(at(start.min(end)), at(end))
}

/// The text in `range`, empty when `range` is none of `text`.
pub(super) fn slice(text: &str, range: TextRange) -> &str {
    text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(event: &Event) -> Option<TextRange> {
        match event {
            Event::Literal(range, _)
            | Event::Variable { range, .. }
            | Event::Dollar(range)
            | Event::Open { head: range, .. }
            | Event::Slash(range)
            | Event::Close(range) => Some(*range),
            Event::Error { broken, .. } => broken.map(|broken| broken.range),
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        let event = Scanner::new("\u{feff}a\u{feff}", '\\', true).next();
        assert_eq!(event, Some(Event::Literal(range(3, 7), Lit::Plain)));
    }

    #[test]
    fn names() {
        let name = |word| match Scanner::new(word, '\\', true).next() {
            Some(Event::Variable { name, .. }) => slice(word, name),
            _ => "",
        };
        assert_eq!(name("$abc-d"), "abc");
        assert_eq!(name("$_1a.b"), "_1a");
        assert_eq!(name("$12ab"), "12");
        assert_eq!(name("$٣1x"), "٣1");
        assert_eq!(name("$$a"), "$");
        assert_eq!(name("$été"), "été");
        assert_eq!(name("$हि"), "ह", "a vowel sign is no letter");
        assert_eq!(name("$.a"), "");
        assert_eq!(name("${-}"), "-");
    }

    proptest! {
        /// No byte is lost or seen twice, whatever the text.
        #[test]
        fn events_cover_the_word(word in "[${}:/+?#%\\\\'\"<a1_ é`-]{0,40}", quotes: bool) {
            let mut end = TextSize::new(0);
            for event in Scanner::new(&word, '\\', quotes) {
                let Some(range) = span(&event) else { continue };
                prop_assert_eq!(range.start(), end, "{:?}", event);
                end = range.end();
            }
            prop_assert_eq!(usize::from(end), word.len());
        }

        #[test]
        fn any_text_can_be_read(word in any::<String>(), escape: char) {
            for event in Scanner::new(&word, escape, true) {
                let range = span(&event).unwrap_or_default();
                prop_assert!(word.get(usize::from(range.start())..usize::from(range.end())).is_some());
            }
        }
    }
}
