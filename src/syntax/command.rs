//! A command: keyword, flags and arguments of one instruction, as ranges into its source.
//!
//! Texts are not copied: [`View::text`] reads them from the source when asked. What `BuildKit`
//! does in `parser.go` (`newNodeFromLine`), `split_command.go` and `line_parsers.go`.

use std::borrow::Cow;
use std::ops::Range;

use super::error::{SyntaxError, SyntaxErrorKind};
use super::json::{self, Array};
use super::line::is_blank_byte as is_blank;
use super::patch::{Map, Patch, patched};
use super::words;
use smallvec::SmallVec;

use crate::language::{ArgumentForm, Keyword};
use crate::text::{TextRange, TextSize};

/// One reading of an instruction: what is replaced in its source, and what is then found there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The replaced pieces, in order, not overlapping.
    pub patches: Vec<Patch>,
    /// The command read.
    pub command: Command,
}

impl View {
    /// `range` of `source` as this view reads it: without line continuations.
    pub fn text<'a>(&self, source: &'a str, range: TextRange) -> Cow<'a, str> {
        patched(source, &self.patches, range)
    }

    /// What `flag` says, `--name=value`: quotes and escapes gone. See [`cook_flag`].
    pub fn flag_text<'a>(&self, source: &'a str, flag: &Flag, escape: char) -> Cow<'a, str> {
        let written = self.text(source, flag.range);
        if flag.cooked { cook_flag(&written, escape).into() } else { written }
    }

    /// The value of `flag` as `BuildKit` reads it, with the places of its parts.
    pub fn flag_value<'a>(
        &self,
        source: &'a str,
        flag: &Flag,
        escape: char,
    ) -> Option<ReadValue<'a>> {
        let whole = flag.value?;
        if !flag.cooked {
            let text = self.text(source, whole);
            return Some(ReadValue { text, whole, map: self.map(whole), origins: None });
        }
        let written = self.text(source, flag.range);
        let (text, origins) = cook(written.as_bytes(), escape);
        let at = text.find('=')? + 1;
        // Of a character that is read byte by byte no part has a place.
        let origins = if text.is_ascii() { origins.get(at..)?.to_vec() } else { Vec::new() };
        let text = text.get(at..)?.to_owned().into();
        Some(ReadValue { text, whole, map: self.map(flag.range), origins: Some(origins) })
    }

    /// The name of `flag`, without dashes.
    pub fn flag_name<'a>(&self, source: &'a str, flag: &'a Flag) -> Cow<'a, str> {
        match &flag.spelled {
            Some(name) => Cow::Borrowed(name),
            None => self.text(source, flag.name),
        }
    }

    /// The source range of `sub`, bytes of the text that [`View::text`] gives for `range`.
    pub fn locate(&self, range: TextRange, sub: Range<usize>) -> TextRange {
        self.map(range).range(sub.start, sub.end)
    }

    /// What [`View::locate`] asks, for many parts of one range.
    pub fn map(&self, range: TextRange) -> Map {
        Map::new(&self.patches, range)
    }
}

/// The value of a flag, quotes and escapes gone.
#[derive(Debug)]
pub struct ReadValue<'a> {
    /// What it says.
    pub text: Cow<'a, str>,
    /// All of it as written.
    whole: TextRange,
    /// Where what is written stands: of the value, or of the flag if there are `origins`.
    map: Map,
    /// For each byte of the text the byte of the flag as written, if the two differ; none where a
    /// part of the text has no place of its own.
    origins: Option<Vec<usize>>,
}

impl ReadValue<'_> {
    /// The source range of the bytes `part` of the text; that of the whole value where it is not
    /// known.
    pub fn place(&self, part: Range<usize>) -> TextRange {
        let Some(origins) = &self.origins else {
            return self.map.range(part.start, part.end);
        };
        let at = |byte: usize| origins.get(byte).copied();
        let first = at(part.start).or_else(|| Some(at(part.start.checked_sub(1)?)? + 1));
        let last = part.end.checked_sub(1).and_then(at).map(|last| last + 1);
        match (first, last) {
            (Some(first), _) if part.is_empty() => self.map.range(first, first),
            (Some(first), Some(last)) => self.map.range(first, last),
            _ => self.whole,
        }
    }
}

/// Keyword, flags and arguments; all ranges count from the start of the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Where the keyword stands. Empty for an instruction without text.
    pub keyword_range: TextRange,
    /// Which one it is, if it is one.
    pub keyword: Option<Keyword>,
    /// The words that begin with `--` before the arguments.
    pub flags: Vec<Flag>,
    /// Everything behind the flags, trimmed.
    pub rest: TextRange,
    /// The arguments in the form of this keyword.
    pub arguments: Arguments,
}

/// A flag word such as `--from=build`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The whole word.
    pub range: TextRange,
    /// The name without its dashes, as written.
    pub name: TextRange,
    /// What the name says, where quotes or escapes make that something else: `--"from"=a`.
    pub spelled: Option<Box<str>>,
    /// What follows `=`, as written.
    pub value: Option<TextRange>,
    /// Whether quotes, escapes or non-ASCII characters make the flag read differently from what is
    /// written: then ask [`cook_flag`].
    pub cooked: bool,
}

/// Ranges of words; most instructions have few, which are kept in place.
pub type Words = SmallVec<[TextRange; 4]>;

/// The arguments of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// Nothing there.
    None,
    /// One text: shell form, `USER`, `WORKDIR` …, and whatever follows an unknown keyword.
    Text(TextRange),
    /// Words between blanks.
    Words(Words),
    /// Exec form: JSON strings with their quotes; [`json::decode`] gives their texts.
    Exec(Words),
    /// `ENV` and `LABEL`.
    Pairs(Vec<Pair>),
    /// `ARG`: each word is `name` or `name=value`.
    Names(Words),
    /// `HEALTHCHECK`: the type and what follows it.
    Health(TextRange, Box<Arguments>),
    /// `ONBUILD`: the trigger.
    Nested(Box<Command>),
}

/// A name with its value in `ENV` or `LABEL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name, quotes included.
    pub name: TextRange,
    /// The value, quotes included; missing only where that is an error.
    pub value: Option<TextRange>,
    /// Written `name=value`, not `name value`.
    pub equals: bool,
}

impl Command {
    /// Whether `BuildKit` looks for heredocs on the line of this command.
    pub fn takes_heredocs(&self) -> bool {
        let inner = match (&self.keyword, &self.arguments) {
            (Some(Keyword::Onbuild), Arguments::Nested(inner)) => inner,
            _ => self,
        };
        inner.keyword.is_some_and(|k| k.info().heredocs)
            && !matches!(inner.arguments, Arguments::Exec(_))
    }

    /// The flag of that name, the first of several.
    pub fn flag(&self, name: &str, view: &View, source: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| view.flag_name(source, flag) == name)
    }

    /// The arguments that are words, in whatever form they were given.
    pub fn words(&self) -> &[TextRange] {
        match &self.arguments {
            Arguments::Words(words) | Arguments::Exec(words) | Arguments::Names(words) => words,
            Arguments::Text(text) => std::slice::from_ref(text),
            _ => &[],
        }
    }
}

/// How deep `ONBUILD ONBUILD …` is read as nested commands; the second level is an error already.
const MAX_NESTING: usize = 4;

/// Parses the joined text of an instruction.
///
/// `map` gives the place of each byte of `text` in the item.
pub fn parse(text: &str, map: &Map, escape: char, errors: &mut Vec<SyntaxError>) -> Command {
    let start = text.len() - text.trim_start().len();
    Parser { text, map, escape, errors }.command(start..text.trim_end().len().max(start), 0)
}

struct Parser<'a> {
    /// The whole joined text; the ranges of the methods below are bytes of it.
    text: &'a str,
    map: &'a Map,
    escape: char,
    errors: &'a mut Vec<SyntaxError>,
}

impl Parser<'_> {
    fn command(&mut self, range: Range<usize>, depth: usize) -> Command {
        let (keyword_range, rest) = self.split_keyword(range);
        let keyword = Keyword::parse(self.slice(keyword_range.clone()));
        let (flags, rest) = self.flags(rest);
        let rest = self.trim(rest);
        let arguments = match keyword {
            Some(keyword) => self.arguments(keyword, rest.clone(), depth),
            None if rest.is_empty() => Arguments::None,
            None => Arguments::Text(self.at(rest.clone())),
        };
        Command {
            keyword_range: self.at(keyword_range),
            keyword,
            flags,
            rest: self.at(rest),
            arguments,
        }
    }

    fn split_keyword(&self, range: Range<usize>) -> (Range<usize>, Range<usize>) {
        let bytes = self.slice(range.clone()).as_bytes();
        let end = bytes.iter().position(is_blank).unwrap_or(bytes.len());
        let blanks = bytes.iter().skip(end).take_while(|b| is_blank(b)).count();
        (range.start..range.start + end, range.start + end + blanks..range.end)
    }

    fn arguments(&mut self, keyword: Keyword, rest: Range<usize>, depth: usize) -> Arguments {
        if rest.is_empty() {
            return Arguments::None;
        }
        match keyword.info().form {
            ArgumentForm::Text => Arguments::Text(self.at(rest)),
            ArgumentForm::Words => self.words(rest),
            ArgumentForm::JsonOrText => {
                self.exec(rest.clone()).unwrap_or_else(|| Arguments::Text(self.at(rest)))
            }
            ArgumentForm::JsonOrWords => {
                self.exec(rest.clone()).unwrap_or_else(|| self.words(rest))
            }
            ArgumentForm::Pairs => self.pairs(rest),
            ArgumentForm::Names => {
                let words = words::quoted(self.slice(rest.clone()), self.escape);
                if words.is_empty() {
                    return Arguments::None;
                }
                Arguments::Names(words.into_iter().map(|w| self.within(&rest, w)).collect())
            }
            ArgumentForm::Health => self.health(rest),
            ArgumentForm::Nested if depth < MAX_NESTING => {
                Arguments::Nested(Box::new(self.command(rest, depth + 1)))
            }
            ArgumentForm::Nested => self.deeply_nested(rest),
        }
    }

    /// Skips any number of further `ONBUILD`s without recursion; only the errors of what stands
    /// behind them matter.
    fn deeply_nested(&mut self, rest: Range<usize>) -> Arguments {
        let mut inner = rest.clone();
        loop {
            let (keyword, arguments) = self.split_keyword(inner.clone());
            let (_, arguments) = self.flags(arguments);
            let arguments = self.trim(arguments);
            match Keyword::parse(self.slice(keyword)) {
                Some(Keyword::Onbuild) => inner = arguments,
                Some(keyword) => {
                    self.arguments(keyword, arguments, MAX_NESTING);
                    break;
                }
                None => break,
            }
        }
        Arguments::Text(self.at(rest))
    }

    fn words(&self, rest: Range<usize>) -> Arguments {
        let words = words::blank_separated(self.slice(rest.clone()));
        Arguments::Words(words.map(|word| self.within(&rest, word)).collect())
    }

    /// The exec form, or `None` where the arguments are in the other form.
    fn exec(&mut self, rest: Range<usize>) -> Option<Arguments> {
        let text = self.slice(rest.clone());
        if !text.starts_with('[') {
            return None;
        }
        match json::array(text) {
            Array::Strings(strings) => {
                Some(Arguments::Exec(strings.into_iter().map(|s| self.within(&rest, s)).collect()))
            }
            Array::NotStrings(element) => {
                let range = self.within(&rest, element);
                self.errors.push(SyntaxError { range, kind: SyntaxErrorKind::JsonNotStrings });
                None
            }
            Array::Invalid => None,
        }
    }

    fn pairs(&mut self, rest: Range<usize>) -> Arguments {
        let text = self.slice(rest.clone());
        let words = words::quoted(text, self.escape);
        let Some(first) = words.first() else { return Arguments::None };
        if !text.get(first.clone()).unwrap_or_default().contains('=') {
            return self.legacy_pair(rest);
        }
        let pairs = words.into_iter().map(|word| self.pair(&rest, word)).collect();
        Arguments::Pairs(pairs)
    }

    fn pair(&mut self, rest: &Range<usize>, word: Range<usize>) -> Pair {
        let start = rest.start + word.start;
        let text = self.slice(start..rest.start + word.end);
        match text.find('=') {
            Some(at) => Pair {
                name: self.at(start..start + at),
                value: Some(self.at(start + at + 1..start + text.len())),
                equals: true,
            },
            None => {
                let range = self.within(rest, word);
                self.errors.push(SyntaxError { range, kind: SyntaxErrorKind::PairWithoutEquals });
                Pair { name: range, value: None, equals: true }
            }
        }
    }

    /// `ENV name the whole rest`.
    fn legacy_pair(&mut self, rest: Range<usize>) -> Arguments {
        let (name, value) = self.split_keyword(rest);
        let name = self.at(name);
        if value.is_empty() {
            let kind = SyntaxErrorKind::PairWithoutValue;
            self.errors.push(SyntaxError { range: name, kind });
            return Arguments::Pairs(vec![Pair { name, value: None, equals: false }]);
        }
        let value = Some(self.at(value));
        Arguments::Pairs(vec![Pair { name, value, equals: false }])
    }

    fn health(&mut self, rest: Range<usize>) -> Arguments {
        let text = self.slice(rest.clone());
        let end = text.bytes().position(is_latin1_space).unwrap_or(text.len());
        let next = text.bytes().skip(end).position(|b| !is_latin1_space(b));
        let next = next.map_or(text.len(), |n| end + n);
        // A character with a blank for a byte stays whole, and makes an unknown type as it does
        // where it is cut.
        let (end, next) = (ceil(text, end), ceil(text, next));
        let command = rest.start + next..rest.end;
        let inner = match self.slice(command.clone()) {
            "" => Arguments::None,
            _ => self.exec(command.clone()).unwrap_or_else(|| Arguments::Text(self.at(command))),
        };
        Arguments::Health(self.at(rest.start..rest.start + end), Box::new(inner))
    }

    /// Takes the flags off the front of `range`; the second value is what is left.
    fn flags(&self, range: Range<usize>) -> (Vec<Flag>, Range<usize>) {
        let mut flags = Vec::new();
        let text = self.slice(range.clone());
        let bytes = text.as_bytes();
        if bytes.first().is_some_and(u8::is_ascii_graphic) && !bytes.starts_with(b"--") {
            return (flags, range);
        }
        let mut at = 0;
        loop {
            at += bytes.iter().skip(at).take_while(|b| is_latin1_space(**b)).count();
            if !bytes.get(at..).is_some_and(|rest| rest.starts_with(b"--")) {
                return (flags, range.start + ceil(text, at)..range.end);
            }
            let word = scan_flag(bytes, at, self.escape);
            let written = bytes.get(at..word.end).unwrap_or_default();
            // A lone `--` ends the flags and is gone.
            if written == b"--" || word.cooked && cook(written, self.escape).0 == "--" {
                return (flags, range.start + ceil(text, word.end)..range.end);
            }
            flags.push(self.flag(&range, at, &word));
            at = word.end;
        }
    }

    fn flag(&self, range: &Range<usize>, start: usize, word: &FlagWord) -> Flag {
        let text = self.slice(range.clone());
        let end = ceil(text, word.end);
        let name_end = word.equals.unwrap_or(end);
        let name_start = (start + 2).min(name_end);
        let written = text.get(name_start..name_end).unwrap_or_default();
        let spelled = word.cooked.then(|| cook_flag(written, self.escape));
        Flag {
            range: self.within(range, start..end),
            name: self.within(range, name_start..name_end),
            spelled: spelled.filter(|name| name != written).map(String::into_boxed_str),
            value: word.equals.map(|equals| self.within(range, equals + 1..end)),
            cooked: word.cooked,
        }
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn trim(&self, range: Range<usize>) -> Range<usize> {
        let bytes = self.text.as_bytes().get(range.clone()).unwrap_or_default();
        if bytes.first().is_some_and(u8::is_ascii_graphic)
            && bytes.last().is_some_and(u8::is_ascii_graphic)
        {
            return range;
        }
        let text = self.slice(range.clone());
        let start = range.end - text.trim_start().len();
        start..start.max(range.start + text.trim_end().len())
    }

    fn at(&self, range: Range<usize>) -> TextRange {
        self.map.range(range.start, range.end)
    }

    fn within(&self, outer: &Range<usize>, inner: Range<usize>) -> TextRange {
        self.at(outer.start + inner.start..outer.start + inner.end)
    }
}

struct FlagWord {
    /// Behind the last byte of the word.
    end: usize,
    /// The first `=` that is not escaped.
    equals: Option<usize>,
    cooked: bool,
}

/// Finds the end of the flag word that starts at `start`.
fn scan_flag(bytes: &[u8], start: usize, escape: char) -> FlagWord {
    let mut word = FlagWord { end: bytes.len(), equals: None, cooked: false };
    let mut quote = None;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match (byte, quote) {
            (_, Some(open)) if byte == open => quote = None,
            (b'"' | b'\'', None) => {
                quote = Some(byte);
                word.cooked = true;
            }
            (_, None) if is_latin1_space(byte) => {
                word.end = at;
                return word;
            }
            _ if char::from(byte) == escape => {
                word.cooked = true;
                at += 1;
                // An escaped `=` still separates name and value: the flag is cut after cooking.
                if bytes.get(at) == Some(&b'=') {
                    word.equals.get_or_insert(at);
                }
            }
            (b'=', _) => drop(word.equals.get_or_insert(at)),
            _ => word.cooked |= !byte.is_ascii(),
        }
        at += 1;
    }
    word
}

/// What a flag word says: quotes and escapes gone, each byte of a non-ASCII character a Latin-1
/// character of its own (as `BuildKit` reads flags byte by byte).
pub fn cook_flag(written: &str, escape: char) -> String {
    cook(written.as_bytes(), escape).0
}

/// What a flag word says, and the byte as written of each character of that.
fn cook(written: &[u8], escape: char) -> (String, Vec<usize>) {
    let mut text = String::with_capacity(written.len());
    let mut origins = Vec::with_capacity(written.len());
    let mut quote = None;
    let mut bytes = written.iter().copied().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let (at, byte) = match quote {
            Some(open) if byte == open => {
                quote = None;
                continue;
            }
            None if byte == b'"' || byte == b'\'' => {
                quote = Some(byte);
                continue;
            }
            // In the middle of a character: the word ends before its last byte.
            None if is_latin1_space(byte) => break,
            _ if char::from(byte) == escape => match bytes.next() {
                Some(escaped) => escaped,
                None => break,
            },
            _ => (at, byte),
        };
        text.push(char::from(byte));
        origins.push(at);
    }
    (text, origins)
}

/// White space for code that takes each byte for a Latin-1 character.
fn is_latin1_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

fn ceil(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// A `TextSize` from a length that fits: documents are smaller than 4 GiB.
pub(super) fn size(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}
