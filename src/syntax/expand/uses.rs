//! A word's variables and errors, without an environment.

use super::pattern::Pattern;
use super::scan::{Event, Keep, Left, Lit, Scanner, range, slice};
use super::{ExpandError, ExpandErrorKind as Kind, Mode, Modifier, Parsed, Quotes, Use};
use crate::text::{TextRange, TextSize};

/// Finds all variables of `word`, also in operands, in double quotes, and where the word is only half
/// typed; not those in single quotes or behind an escape character. Of `mode` only the quotes count.
///
/// After the first error what a character means is a guess: BuildKit reads no further.
pub fn parse(word: &str, escape: char, mode: Mode) -> Parsed {
    let mut finder =
        Finder { word, escape, quotes: mode.quotes, levels: Vec::new(), parsed: Parsed::default() };
    for event in Scanner::new(word, escape, mode.quotes != Quotes::Ignore) {
        finder.take(event);
    }
    finder.finish()
}

struct Finder<'w> {
    word: &'w str,
    escape: char,
    quotes: Quotes,
    levels: Vec<Level>,
    parsed: Parsed,
}

/// An open operand.
struct Level {
    /// Its variable, in `Parsed::uses`.
    index: usize,
    /// The pattern as far as it is read, if there is one and it holds no variable.
    pattern: Option<String>,
}

impl Finder<'_> {
    fn take(&mut self, event: Event) {
        match event {
            Event::Literal(range, lit) => self.literal(range, lit),
            Event::Dollar(range) => {
                let name = TextRange::empty(range.end());
                self.found(range, name, false);
            }
            Event::Variable { range, name } => {
                self.found(range, name, true);
            }
            Event::Open { head, name, modifier } => self.open(head, name, modifier),
            Event::Slash(range) => self.slash(range),
            Event::Close(range) => self.close(range),
            Event::Error { error, broken } => {
                self.parsed.errors.push(error);
                if let Some(broken) = broken {
                    self.found(broken.range, broken.name, false);
                }
            }
        }
    }

    /// Takes down a variable; its index.
    fn found(&mut self, range: TextRange, name: TextRange, sound: bool) -> usize {
        if sound && let Some(level) = self.levels.last_mut() {
            level.pattern = None;
        }
        let braced = slice(self.word, range).starts_with("${");
        let depth = u32::try_from(self.levels.len()).unwrap_or(u32::MAX);
        let (modifier, operand, replacement) = (None, None, None);
        let found = Use { range, name, braced, sound, modifier, operand, replacement, depth };
        self.parsed.uses.push(found);
        self.parsed.uses.len() - 1
    }

    fn open(&mut self, head: TextRange, name: TextRange, modifier: Modifier) {
        let index = self.found(head, name, modifier != Modifier::Unsupported);
        let mut operand = usize::from(head.end());
        let mut pattern = None;
        match modifier {
            Modifier::TrimPrefix { longest } | Modifier::TrimSuffix { longest } => {
                operand += usize::from(longest);
                pattern = Some(String::new());
            }
            Modifier::Replace { .. } => pattern = Some(String::new()),
            _ => {}
        }
        if let Some(found) = self.parsed.uses.get_mut(index) {
            found.modifier = Some(modifier);
            found.operand = Some(range(operand, operand));
        }
        self.levels.push(Level { index, pattern });
    }

    /// Adds to a pattern what stands for itself.
    fn literal(&mut self, at: TextRange, lit: Lit) {
        let Some(pattern) = self.levels.last_mut().and_then(|level| level.pattern.as_mut()) else {
            return;
        };
        let keep = Keep { quotes: self.quotes == Quotes::Keep, escapes: true, pattern: true };
        let text = slice(self.word, at);
        match lit.left(keep, self.escape.len_utf8()) {
            Left::None => {}
            Left::All => pattern.push_str(text),
            Left::Twice => {
                pattern.push_str(text);
                pattern.push_str(text);
            }
            Left::From(n) => pattern.push_str(text.get(n..).unwrap_or("")),
        }
    }

    fn slash(&mut self, at: TextRange) {
        let Some(level) = self.levels.last_mut() else { return };
        let (index, pattern) = (level.index, level.pattern.take());
        let Some(found) = self.parsed.uses.get_mut(index) else { return };
        end_at(&mut found.operand, at.start());
        found.replacement = Some(TextRange::empty(at.end()));
        if let (Some(pattern), Some(operand)) = (pattern, found.operand)
            && let Err(escape) = Pattern::new(&pattern)
        {
            let kind = Kind::BadPattern(escape);
            self.parsed.errors.push(ExpandError { range: operand, kind });
        }
    }

    fn close(&mut self, at: TextRange) {
        let Some(level) = self.levels.pop() else { return };
        let Some(found) = self.parsed.uses.get_mut(level.index) else { return };
        found.end(at.start(), at.end());
        let kind = match (found.modifier, &level.pattern) {
            (Some(Modifier::Unsupported), _) => {
                let modifier = TextRange::new(found.name.end(), operand_start(found));
                Some(Kind::UnsupportedModifier(slice(self.word, modifier).to_owned()))
            }
            (Some(Modifier::TrimPrefix { .. }), Some(pattern)) => {
                let pattern = pattern.strip_prefix('#').unwrap_or(pattern);
                Pattern::new(pattern).err().map(Kind::BadPattern)
            }
            (Some(Modifier::TrimSuffix { .. }), Some(pattern)) => {
                let pattern = pattern.strip_prefix('%').unwrap_or(pattern);
                Pattern::reversed(pattern).err().map(Kind::BadPattern)
            }
            _ => None,
        };
        let range = match kind {
            Some(Kind::BadPattern(_)) => found.operand.unwrap_or(found.range),
            _ => found.range,
        };
        self.parsed.errors.extend(kind.map(|kind| ExpandError { range, kind }));
    }

    /// Operands that are still open go to the end of the word.
    fn finish(mut self) -> Parsed {
        let end = range(0, self.word.len()).end();
        for level in self.levels {
            if let Some(found) = self.parsed.uses.get_mut(level.index) {
                found.end(end, end);
                found.sound = false;
            }
        }
        self.parsed
    }
}

impl Use {
    /// Sets the end of the last operand and of the whole.
    fn end(&mut self, operand: TextSize, whole: TextSize) {
        let last =
            if self.replacement.is_some() { &mut self.replacement } else { &mut self.operand };
        end_at(last, operand);
        self.range = TextRange::new(self.range.start(), whole.max(self.range.start()));
    }
}

fn operand_start(found: &Use) -> TextSize {
    found.operand.map_or(found.range.end(), |operand| operand.start())
}

fn end_at(range: &mut Option<TextRange>, end: TextSize) {
    if let Some(range) = range {
        *range = TextRange::new(range.start(), end.max(range.start()));
    }
}
