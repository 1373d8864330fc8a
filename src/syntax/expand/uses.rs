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
                // An unfinished word may be blamed on the same `${` more than once.
                if self.parsed.errors.last() != Some(&error) {
                    self.parsed.errors.push(error);
                }
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

#[cfg(test)]
mod tests {
    use super::super::{NoEnv, expand};
    use super::*;
    use proptest::prelude::*;

    /// One variable a line: where, name, and what else there is to it; then the errors.
    fn shown(word: &str, mode: Mode) -> String {
        let parsed = parse(word, '\\', mode);
        let mut lines: Vec<String> = Vec::new();
        for found in &parsed.uses {
            let mut line = format!(
                "{}{} {}",
                "  ".repeat(found.depth as usize),
                slice(word, found.range),
                slice(word, found.name)
            );
            if !found.sound {
                line += " (unsound)";
            }
            if let Some(modifier) = found.modifier {
                line += &format!(" {modifier:?}");
            }
            if let Some(operand) = found.operand {
                line += &format!(" <{}>", slice(word, operand));
            }
            if let Some(replacement) = found.replacement {
                line += &format!(" <{}>", slice(word, replacement));
            }
            lines.push(line);
        }
        for error in &parsed.errors {
            lines.push(format!("! {:?} {}", error.kind, slice(word, error.range)));
        }
        lines.join("\n")
    }

    fn check(word: &str, expected: &[&str]) {
        assert_eq!(shown(word, Mode::WORD), expected.join("\n"), "{word}");
    }

    #[test]
    fn variables_in_order() {
        check("a$b-${c}d", &["$b b", "${c} c"]);
        check("\"$a\" '$b' \\$c $d", &["$a a", "$d d"]);
        check("${a:-x}", &["${a:-x} a Default { or_empty: true } <x>"]);
        check("${a+}", &["${a+} a Alternative { or_empty: false } <>"]);
        check("${a:?no $b}", &["${a:?no $b} a Required { or_empty: true } <no $b>", "  $b b"]);
        check("${a##*/}", &["${a##*/} a TrimPrefix { longest: true } <*/>"]);
        check("${a%.*}", &["${a%.*} a TrimSuffix { longest: false } <.*>"]);
        check("${a/x/y}", &["${a/x/y} a Replace { all: false } <x> <y>"]);
        check(
            "${a//$b/\"${c}\"}$d",
            &[
                "${a//$b/\"${c}\"} a Replace { all: true } <$b> <\"${c}\">",
                "  $b b",
                "  ${c} c",
                "$d d",
            ],
        );
    }

    #[test]
    fn quotes_in_a_heredoc_body_are_text() {
        assert_eq!(shown("'$a' don't \\$b", Mode::HEREDOC_BODY), "$a a");
    }

    #[test]
    fn half_typed() {
        check("$", &["$  (unsound)"]);
        check("a$ b", &["$  (unsound)"]);
        check("${", &["${  (unsound)", "! MissingBrace ${"]);
        check("${FO", &["${FO FO (unsound)", "! MissingBrace ${FO"]);
        check("${}", &["${}  (unsound)", "! BadSubstitution ${}"]);
        check(
            "${FO && $BAR",
            &["${FO FO (unsound)", "$BAR BAR", "! UnsupportedModifier(\" \") ${FO"],
        );
        check(
            "\"${FO\" $BAR",
            &["${FO FO (unsound)", "$BAR BAR", "! UnsupportedModifier(\"\\\"\") ${FO"],
        );
        check(
            "${a:-${b",
            &[
                "${a:-${b a (unsound) Default { or_empty: true } <${b>",
                "  ${b b (unsound)",
                "! MissingBrace ${a:-${b",
            ],
        );
        check(
            "${a/b} $c",
            &[
                "${a/b} $c a (unsound) Replace { all: false } <b} $c>",
                "  $c c",
                "! MissingSlash ${a/b} $c",
            ],
        );
        check("\"$a", &["$a a", "! UnbalancedQuote('\"') \"$a"]);
    }

    #[test]
    fn what_other_shells_allow() {
        check("${a^^}b", &["${a^^} a (unsound)", "! UnsupportedModifier(\"^\") ${a^^}"]);
        check("${#a}", &["${#a} # (unsound)", "! UnsupportedModifier(\"a\") ${#a}"]);
        check(
            "${a:0:$b}",
            &[
                "${a:0:$b} a (unsound) Unsupported <:$b>",
                "  $b b",
                "! UnsupportedModifier(\":0\") ${a:0:$b}",
            ],
        );
        check("${a:#b}", &["${a:#b} a (unsound)", "! UnsupportedModifier(\":#\") ${a:#b}"]);
    }

    #[test]
    fn patterns_without_variables_are_judged() {
        check(
            "${a#\\d}",
            &["${a#\\d} a TrimPrefix { longest: false } <\\d>", "! BadPattern(Some('d')) \\d"],
        );
        check("${a%%'\\'d}", &["${a%%'\\'d} a TrimSuffix { longest: true } <'\\'d>"]);
        check(
            "${a/\\d/\\e}",
            &["${a/\\d/\\e} a Replace { all: false } <\\d> <\\e>", "! BadPattern(Some('d')) \\d"],
        );
        check("${a#$b\\d}", &["${a#$b\\d} a TrimPrefix { longest: false } <$b\\d>", "  $b b"]);
    }

    proptest! {
        /// An error is found exactly if evaluation meets one, of those that do not hang on values.
        #[test]
        fn agrees_with_evaluation(word in "([${}:/+?#%\\\\'\"<a1é-]|\\$\\{a|\\}){0,16}") {
            let parsed = parse(&word, '\\', Mode::WORD);
            let depends = |kind: &Kind| {
                matches!(kind, Kind::Required { .. })
                    || matches!(kind, Kind::BadPattern(_)) && parsed.uses.iter().any(|u| u.depth > 0)
            };
            match expand(&word, '\\', Mode::WORD, &NoEnv) {
                Ok(_) => prop_assert_eq!(&parsed.errors, &[]),
                Err(error) if depends(&error.kind) => {}
                Err(error) => prop_assert!(!parsed.errors.is_empty(), "{:?}", error),
            }
        }

        #[test]
        fn ranges_are_nested_and_in_order(word in any::<String>(), tail in "[${}:/#%a'\"-]{0,30}") {
            let word = word + &tail;
            let parsed = parse(&word, '\\', Mode::WORD);
            let inside = |range: TextRange| {
                word.get(usize::from(range.start())..usize::from(range.end())).is_some()
            };
            for found in &parsed.uses {
                let parts = [Some(found.name), found.operand, found.replacement];
                prop_assert!(inside(found.range), "{:?}", found);
                for part in parts.into_iter().flatten() {
                    prop_assert!(found.range.contains_range(part) && inside(part), "{:?}", found);
                }
            }
            prop_assert!(parsed.errors.iter().all(|error| inside(error.range)));
            let starts = parsed.uses.iter().map(|found| found.range.start());
            prop_assert!(starts.is_sorted());
        }
    }
}
