//! Evaluation: a word and an environment give a text, or several words.

use std::collections::BTreeSet;
use std::ops::Range;

use super::scan::{Event, Keep, Left, Lit, Scanner, range, slice};
use super::{
    Env, ExpandError, ExpandErrorKind as Kind, Expansion, Mode, Modifier, Quotes, pattern,
};
use crate::text::TextRange;

/// How many bytes of values may be inserted, and steps of pattern matching be made, in one word.
/// Nested replacements can double a text at every level, so without a limit a short word could ask
/// for any amount of memory.
pub const BUDGET: usize = 1 << 20;

/// The value of `word`. `escape` is the file's escape character.
///
/// As in BuildKit every operand is evaluated, used or not: its errors count and so do its lookups.
///
/// # Errors
/// Whatever BuildKit would refuse, its first error only, and [`Kind::TooLarge`].
pub fn expand(
    word: &str,
    escape: char,
    mode: Mode,
    env: &(impl Env + ?Sized),
) -> Result<Expansion, ExpandError> {
    let value = evaluate(word, escape, mode, env)?;
    Ok(Expansion { text: value.out.text, matched: value.matched, unmatched: value.unmatched })
}

/// The words `word` expands to, split at blanks which are not quoted: those it holds itself and those
/// of values. `EXPOSE` reads its ports so.
///
/// ⚠ In BuildKit an operand erases what was read of the word before it: `8${a:-0}` is the one word
/// `0`. So it is here.
///
/// # Errors
/// As [`expand`].
pub fn words(
    word: &str,
    escape: char,
    env: &(impl Env + ?Sized),
) -> Result<Vec<String>, ExpandError> {
    let value = evaluate(word, escape, Mode::WORD, env)?;
    Ok(value.words().iter().map(|word| value.text(word).to_owned()).collect())
}

/// Evaluates `word`; see [`expand`].
pub(super) fn evaluate<'w, E: Env + ?Sized>(
    word: &'w str,
    escape: char,
    mode: Mode,
    env: &'w E,
) -> Result<Value<'w, E>, ExpandError> {
    let mut scanner = Scanner::new(word, escape, mode.quotes != Quotes::Ignore);
    let mut value = Value {
        word,
        escape,
        mode,
        env,
        out: Output::default(),
        levels: Vec::new(),
        splitter: Splitter::default(),
        matched: BTreeSet::new(),
        unmatched: BTreeSet::new(),
        budget: BUDGET,
    };
    while let Some(event) = scanner.next() {
        value.take(event).map_err(|error| scanner.blame(error))?;
    }
    value.splitter.finish(value.out.text.len());
    Ok(value)
}

/// The state of an evaluation, and after it the result.
///
/// All text is written to the end of one buffer; an operand is its part from `Level::start` on, and
/// stays there or is cut off when it closes. So nesting does not copy.
pub(super) struct Value<'w, E: ?Sized> {
    word: &'w str,
    escape: char,
    mode: Mode,
    env: &'w E,
    out: Output,
    levels: Vec<Level<'w>>,
    splitter: Splitter,
    matched: BTreeSet<String>,
    unmatched: BTreeSet<String>,
    budget: usize,
}

/// An open operand.
struct Level<'w> {
    /// Where the variable stands in the word, up to its operand.
    head: TextRange,
    name: TextRange,
    modifier: Modifier,
    value: Option<&'w str>,
    /// The variable is not set and stays as written.
    as_written: bool,
    /// Where the output begins that belongs to the variable.
    begin: usize,
    /// Where the operand begins in the output; behind the head if that stays as written.
    start: usize,
    /// Where the pattern ends and the replacement begins in the output.
    pattern_end: Option<usize>,
}

impl<'w, E: Env + ?Sized> Value<'w, E> {
    /// The words, as parts of the text.
    pub fn words(&self) -> &[Range<usize>] {
        &self.splitter.words
    }

    /// The text in `part`.
    pub fn text(&self, part: &Range<usize>) -> &str {
        self.out.text.get(part.clone()).unwrap_or("")
    }

    /// Where the text in `part` comes from.
    pub fn source_of(&self, part: &Range<usize>) -> TextRange {
        self.out.source_of(part)
    }

    fn take(&mut self, event: Event) -> Result<(), ExpandError> {
        match event {
            Event::Literal(range, lit) => self.literal(range, lit),
            Event::Dollar(range) => {
                let start = self.out.text.len();
                self.out.push(slice(self.word, range), range);
                self.piece(start, true);
            }
            Event::Variable { range, name } => self.variable(range, name)?,
            Event::Open { head, name, modifier } => self.open(head, name, modifier),
            Event::Slash(range) => self.slash(range),
            Event::Close(range) => self.close(range)?,
            Event::Error { error, .. } => return Err(error),
        }
        Ok(())
    }

    fn literal(&mut self, at: TextRange, lit: Lit) {
        let text = slice(self.word, at);
        let start = self.out.text.len();
        match lit.left(self.keep(), self.escape.len_utf8()) {
            Left::None => {}
            Left::All => self.out.push(text, at),
            Left::Twice => {
                self.out.push(text, at);
                self.out.push(text, at);
            }
            Left::From(n) => {
                let from = range(usize::from(at.start()) + n, usize::from(at.end()));
                self.out.push(slice(self.word, from), from);
            }
        }
        match lit {
            Lit::Plain => self.piece(start, true),
            Lit::HeredocMark | Lit::Escaped => self.piece(start, false),
            Lit::Quote if self.levels.is_empty() => {
                // A quoted text counts when it ends, as one piece.
                if let Some(start) = self.splitter.quote(start) {
                    self.piece(start, false);
                }
            }
            _ => {}
        }
    }

    fn keep(&self) -> Keep {
        let pattern = |level: &Level| match level.modifier {
            Modifier::TrimPrefix { .. } | Modifier::TrimSuffix { .. } => (true, true),
            Modifier::Replace { .. } => (true, level.pattern_end.is_none()),
            _ => (false, false),
        };
        let (escapes, pattern) =
            self.levels.last().map_or((self.mode.keep_escapes, false), pattern);
        Keep { quotes: self.mode.quotes == Quotes::Keep, escapes, pattern }
    }

    /// A piece of the word is complete: the output from `start` on.
    fn piece(&mut self, start: usize, split: bool) {
        if self.levels.is_empty() && self.splitter.quote.is_none() {
            self.splitter.piece(&self.out.text, start, split);
        }
    }

    fn variable(&mut self, at: TextRange, name: TextRange) -> Result<(), ExpandError> {
        let start = self.out.text.len();
        match self.look_up(slice(self.word, name)) {
            Some(value) => {
                self.spend(value.len(), at)?;
                self.out.push(value, at);
            }
            None if self.mode.keep_unset => self.out.push(slice(self.word, at), at),
            None => {}
        }
        self.piece(start, true);
        Ok(())
    }

    fn look_up(&mut self, name: &'w str) -> Option<&'w str> {
        let value = self.env.get(name);
        let names = if value.is_some() { &mut self.matched } else { &mut self.unmatched };
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        value
    }

    fn open(&mut self, head: TextRange, name: TextRange, modifier: Modifier) {
        self.splitter.forget();
        let begin = self.out.text.len();
        let value = self.look_up(slice(self.word, name));
        let as_written = value.is_none() && self.mode.keep_unset;
        if as_written {
            let all = matches!(modifier, Modifier::Replace { all: true });
            // BuildKit writes the first of two slashes only.
            let end = usize::from(head.end()) - usize::from(all);
            let head = range(usize::from(head.start()), end);
            self.out.push(slice(self.word, head), head);
        }
        let start = self.out.text.len();
        let pattern_end = None;
        self.levels.push(Level {
            head,
            name,
            modifier,
            value,
            as_written,
            begin,
            start,
            pattern_end,
        });
    }

    fn slash(&mut self, at: TextRange) {
        let Some(level) = self.levels.last_mut() else { return };
        level.pattern_end = Some(self.out.text.len());
        if level.as_written {
            self.out.push(slice(self.word, at), at);
        }
    }

    fn close(&mut self, at: TextRange) -> Result<(), ExpandError> {
        let Some(level) = self.levels.pop() else { return Ok(()) };
        let whole = level.head.cover(at);
        if level.as_written {
            self.out.push(slice(self.word, at), at);
        } else {
            self.apply(&level, whole)?;
        }
        self.piece(level.begin, true);
        Ok(())
    }

    /// Puts the value of `level` in the place of its operand.
    fn apply(&mut self, level: &Level<'w>, whole: TextRange) -> Result<(), ExpandError> {
        let start = level.start;
        let value = level.value.unwrap_or("");
        let missing = |or_empty: bool| level.value.is_none() || or_empty && value.is_empty();
        match level.modifier {
            Modifier::Default { or_empty } if missing(or_empty) => Ok(()),
            Modifier::Alternative { or_empty } if !missing(or_empty) => Ok(()),
            Modifier::Alternative { .. } => self.replace(start, "", whole),
            Modifier::Required { or_empty } if missing(or_empty) => {
                Err(ExpandError { range: whole, kind: self.required(level) })
            }
            Modifier::Default { .. } | Modifier::Required { .. } => {
                self.replace(start, value, whole)
            }
            Modifier::TrimPrefix { .. } => self.trim(level, whole, '#'),
            Modifier::TrimSuffix { .. } => self.trim(level, whole, '%'),
            Modifier::Replace { all } => self.substitute(level, whole, all),
            Modifier::Unsupported => {
                let modifier = TextRange::new(level.name.end(), level.head.end());
                let modifier = slice(self.word, modifier).to_owned();
                let kind = Kind::UnsupportedModifier(modifier);
                Err(ExpandError { range: whole, kind })
            }
        }
    }

    fn required(&self, level: &Level) -> Kind {
        let message = match self.out.text.get(level.start..) {
            None | Some("") if level.value.is_none() => "is not allowed to be unset",
            None | Some("") => "is not allowed to be empty",
            Some(message) => message,
        };
        Kind::Required {
            name: slice(self.word, level.name).to_owned(),
            message: message.to_owned(),
        }
    }

    fn trim(&mut self, level: &Level, whole: TextRange, sign: char) -> Result<(), ExpandError> {
        let operand = self.out.text.get(level.start..).unwrap_or("");
        // The second sign may also come out of quotes or a variable.
        let (longest, pattern) = match operand.strip_prefix(sign) {
            Some(pattern) => (true, pattern),
            None => (false, operand),
        };
        let bad = |escape| ExpandError { range: whole, kind: Kind::BadPattern(escape) };
        let pattern = match sign {
            '#' => pattern::Pattern::new(pattern),
            _ => pattern::Pattern::reversed(pattern),
        }
        .map_err(bad)?;
        let value = level.value.unwrap_or("");
        self.spend(pattern.cost(value), whole)?;
        let trimmed = match sign {
            '#' => pattern.trim_prefix(value, longest),
            _ => pattern.trim_suffix(value, longest),
        };
        self.replace(level.start, trimmed, whole)
    }

    fn substitute(
        &mut self,
        level: &Level,
        whole: TextRange,
        all: bool,
    ) -> Result<(), ExpandError> {
        let text = &self.out.text;
        let middle = level.pattern_end.unwrap_or(text.len());
        let bad = |escape| ExpandError { range: whole, kind: Kind::BadPattern(escape) };
        let pattern = text.get(level.start..middle).unwrap_or("");
        let pattern = pattern::Pattern::new(pattern).map_err(bad)?;
        let replacement = text.get(middle..).unwrap_or("").to_owned();
        let value = level.value.unwrap_or("");
        self.spend(pattern.cost(value), whole)?;
        let budget = self.budget;
        let replaced = pattern
            .replace(value, &replacement, all, budget)
            .ok_or(ExpandError { range: whole, kind: Kind::TooLarge })?;
        self.replace(level.start, &replaced, whole)
    }

    /// Cuts the output off at `start` and writes `text`, which stands for `source`.
    fn replace(&mut self, start: usize, text: &str, source: TextRange) -> Result<(), ExpandError> {
        self.spend(text.len(), source)?;
        self.out.truncate(start);
        self.out.push(text, source);
        Ok(())
    }

    fn spend(&mut self, steps: usize, range: TextRange) -> Result<(), ExpandError> {
        let left = self.budget.checked_sub(steps);
        self.budget = left.ok_or(ExpandError { range, kind: Kind::TooLarge })?;
        Ok(())
    }
}

/// A text, and where its parts come from.
#[derive(Default)]
struct Output {
    text: String,
    /// Where a run that is copied from the source begins, in the text and in the source, and where
    /// the source of its last byte ends.
    runs: Vec<Run>,
}

struct Run {
    start: usize,
    source: TextRange,
    /// Copied byte by byte, so that offsets inside the run mean something.
    copied: bool,
}

impl Output {
    /// Writes `text`, which is the source at `source` or stands for it.
    fn push(&mut self, text: &str, source: TextRange) {
        if text.is_empty() {
            return;
        }
        let copied = text.len() == usize::from(source.len());
        let start = self.text.len();
        self.text.push_str(text);
        match self.runs.last_mut() {
            Some(last) if last.copied && copied && last.source.end() == source.start() => {
                last.source = last.source.cover(source);
            }
            _ => self.runs.push(Run { start, source, copied }),
        }
    }

    fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        while self.runs.pop_if(|run| run.start >= len).is_some() {}
        if let Some(run) = self.runs.last_mut().filter(|run| run.copied) {
            let start = usize::from(run.source.start());
            run.source = range(start, (start + len - run.start).min(usize::from(run.source.end())));
        }
    }

    /// The smallest range of the source that `part` of the text comes from.
    fn source_of(&self, part: &Range<usize>) -> TextRange {
        let at = |offset: usize| {
            let i = self.runs.partition_point(|run| run.start <= offset).checked_sub(1)?;
            let run = self.runs.get(i)?;
            if !run.copied {
                return Some(run.source);
            }
            let at = usize::from(run.source.start()) + offset - run.start;
            Some(range(at, at + 1))
        };
        let first = at(part.start).unwrap_or_default();
        let last = at(part.end.saturating_sub(1)).unwrap_or(first);
        first.cover(last)
    }
}

/// Finds the words in the output as it is written.
///
/// Blanks (in Unicode's sense) end a word, but only those in unquoted text and in the values of
/// unquoted variables.
#[derive(Default)]
struct Splitter {
    words: Vec<Range<usize>>,
    /// Where the current word begins in the output.
    word: Option<usize>,
    /// Where the current quoted text begins in the output.
    quote: Option<usize>,
}

impl Splitter {
    /// Takes in the end of `text`, from `start` on.
    fn piece(&mut self, text: &str, start: usize, split: bool) {
        let piece = text.get(start..).unwrap_or("");
        if !split {
            if !piece.is_empty() {
                self.word.get_or_insert(start);
            }
            return;
        }
        for (i, c) in piece.char_indices() {
            if c.is_whitespace() {
                self.finish(start + i);
            } else {
                self.word.get_or_insert(start + i);
            }
        }
    }

    /// A quote opens, which gives nothing, or closes, which gives where it opened.
    fn quote(&mut self, start: usize) -> Option<usize> {
        match self.quote.take() {
            Some(start) => Some(start),
            None => {
                self.quote = Some(start);
                None
            }
        }
    }

    /// BuildKit collects all words in one buffer and empties it before it reads an operand.
    fn forget(&mut self) {
        self.word = None;
    }

    fn finish(&mut self, end: usize) {
        self.words.extend(self.word.take().map(|start| start..end));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NoEnv, parse};
    use super::*;

    fn kind(word: &str, env: &[(&str, &str)]) -> Result<usize, Kind> {
        expand(word, '\\', Mode::WORD, env).map(|v| v.text.len()).map_err(|error| error.kind)
    }

    #[test]
    fn words_come_from_text_and_values() {
        let env: &[(&str, &str)] = &[("p", " 80  443/tcp "), ("e", "")];
        let check = |word: &str, expected: &[&str]| {
            assert_eq!(
                words(word, '\\', env),
                Ok(expected.iter().map(|w| w.to_string()).collect())
            );
        };
        check("$p", &["80", "443/tcp"]);
        check("1$p", &["1", "80", "443/tcp"]);
        check("\"$p\"", &[" 80  443/tcp "]);
        check("$e", &[]);
        check("''", &[]);
        check("8${e:-0}", &["0"]);
    }

    #[test]
    fn lookups_count_in_operands_that_are_not_used() {
        let env: &[(&str, &str)] = &[("a", "1")];
        let value = expand("${a:-$b}${c+${a}}", '\\', Mode::WORD, env).expect("sound");
        assert_eq!(value.text, "1");
        assert_eq!(value.matched, BTreeSet::from(["a".to_owned()]));
        assert_eq!(value.unmatched, BTreeSet::from(["b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn errors_have_a_place() {
        let at = |word: &'static str| {
            slice(word, expand(word, '\\', Mode::WORD, &NoEnv).expect_err(word).range)
        };
        assert_eq!(at("a${}b"), "${}");
        assert_eq!(at("a${b^^}c"), "${b^^}");
        assert_eq!(at("a ${b:?x} c"), "${b:?x}");
        assert_eq!(at("a ${b:=x} c"), "${b:=x}");
        assert_eq!(at("a ${b#\\x} c"), "${b#\\x}");
        assert_eq!(at("a 'b"), "'b");
        assert_eq!(at("a ${b:-'c"), "${b:-'c");
    }

    #[test]
    fn nesting_has_no_depth() {
        let deep = 200_000;
        for (open, close) in
            [("${a:-", "}"), ("\"${a:-", "}\""), ("${a+", "}"), ("${a#", "}"), ("${a/", "/}")]
        {
            let word = open.repeat(deep);
            assert_eq!(parse(&word, '\\', Mode::WORD).uses.len(), deep);
            assert!(kind(&word, &[]).is_err());
            let word = word + "x" + &close.repeat(deep);
            assert_eq!(parse(&word, '\\', Mode::WORD).errors, []);
            assert_eq!(kind(&word, &[]), Ok(usize::from(open.contains('-'))));
        }
    }

    #[test]
    fn values_are_limited() {
        let env: &[(&str, &str)] = &[("a", "xx"), ("big", &"y".repeat(BUDGET / 2))];
        assert_eq!(kind("$big$big", env), Ok(BUDGET));
        assert_eq!(kind("$big$big$a", env), Err(Kind::TooLarge));
        assert_eq!(kind("${big#*y*y*y}", env), Err(Kind::TooLarge));
        // Doubles at every level.
        let word = "${a//x/".repeat(64) + "x" + &"}".repeat(64);
        assert_eq!(kind(&word, env), Err(Kind::TooLarge));
        // Text of the word itself is not limited.
        assert_eq!(kind(&"x".repeat(2 * BUDGET), env), Ok(2 * BUDGET));
    }

    #[test]
    fn words_keep_their_source() {
        let line = "a \"b c\"\\ d ${x:-e}f";
        let value = evaluate(line, '\\', Mode::LINE, &NoEnv).expect("sound");
        let sources: Vec<_> =
            value.words().iter().map(|word| slice(line, value.source_of(word))).collect();
        assert_eq!(sources, ["a", "\"b c\"\\ d", "${x:-e}f"]);
    }
}
