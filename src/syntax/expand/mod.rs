//! Variables and quotes in a word, as BuildKit reads them (its package `frontend/dockerfile/shell`,
//! v0.34.2; the golden table `cases.tsv` holds its own answers).
//!
//! A *word* is an argument as the line parser cut it, quotes and escapes still in it, or a whole
//! heredoc body. All ranges are byte offsets relative to the word.
//!
//! * [`parse`] finds the variables and everything BuildKit would refuse, without an environment.
//! * [`expand`] evaluates a word in an environment; [`words`] also splits the result at blanks.
//! * [`shell_words`] and [`heredocs`] are what heredoc detection uses on a logical line.
//!
//! Nothing here recurses or panics, whatever the text. Time is linear in the text, except where the
//! language itself is not (a value may be inserted many times, and a pattern be matched against a
//! long value): [`expand`] gives up with [`ExpandErrorKind::TooLarge`] after [`BUDGET`] steps of that.

mod heredoc;
mod letters;
mod pattern;
mod scan;
mod uses;
mod value;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::text::TextRange;

pub use heredoc::{HeredocWord, Word, heredoc_word, heredocs, shell_words};
pub use uses::parse;
pub use value::{BUDGET, expand, words};

/// What a word is read as. BuildKit uses the four constants, and [`Mode::HEREDOC_NAME`] with quotes
/// kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// What becomes of quotes.
    pub quotes: Quotes,
    /// Escape characters stay in the result (they still escape).
    pub keep_escapes: bool,
    /// A variable that is not set stays as written instead of becoming empty.
    pub keep_unset: bool,
}

/// What becomes of quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// They quote and vanish.
    Remove,
    /// They quote and stay.
    Keep,
    /// They are ordinary text.
    Ignore,
}

impl Mode {
    /// Arguments of instructions: `ENV`, `FROM`, `COPY`, …
    pub const WORD: Self = Self { quotes: Quotes::Remove, keep_escapes: false, keep_unset: false };
    /// Bodies of unquoted heredocs of `COPY` and `ADD`. The escape character is always `\` there.
    pub const HEREDOC_BODY: Self =
        Self { quotes: Quotes::Ignore, keep_escapes: false, keep_unset: false };
    /// A logical line in which heredocs are looked for (the escape character is always `\` then), and
    /// the text of a `RUN` as the progress display shows it.
    pub const LINE: Self = Self { quotes: Quotes::Keep, keep_escapes: true, keep_unset: true };
    /// The name of a heredoc. The escape character is always `\` there.
    pub const HEREDOC_NAME: Self =
        Self { quotes: Quotes::Remove, keep_escapes: false, keep_unset: true };
}

/// Where [`expand`] looks variables up.
pub trait Env {
    /// The value of `name`, if it is set.
    fn get(&self, name: &str) -> Option<&str>;
}

/// No variable is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoEnv;

impl Env for NoEnv {
    fn get(&self, _: &str) -> Option<&str> {
        None
    }
}

impl Env for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

impl<S: std::hash::BuildHasher> Env for HashMap<String, String, S> {
    fn get(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

/// The first entry of a name counts.
impl Env for [(&str, &str)] {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }
}

/// A word's variables and errors; see [`parse`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// In the order they begin; a variable inside an operand comes after the one it is in.
    pub uses: Vec<Use>,
    /// In the order they are met. Empty exactly if [`expand`] can fail for reasons of the
    /// environment only: [`ExpandErrorKind::Required`], [`ExpandErrorKind::TooLarge`], and a
    /// [`ExpandErrorKind::BadPattern`] whose pattern holds variables.
    pub errors: Vec<ExpandError>,
}

/// A place where a word names a variable, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// From the `$` to the end of the name or the `}`; as far as it could be read if malformed.
    pub range: TextRange,
    /// The name without `$` and braces. Empty where one could be typed (`$`, `${`, `${}`).
    pub name: TextRange,
    /// Whether there is a `{`.
    pub braced: bool,
    /// Whether BuildKit gets as far as looking the name up, the rest of the word being sound. Not so
    /// for a lone `$`, which is text, and malformed ones.
    pub sound: bool,
    /// What follows the name inside braces.
    pub modifier: Option<Modifier>,
    /// The text after the modifier: default, alternative, message or pattern.
    pub operand: Option<TextRange>,
    /// The replacement of a [`Modifier::Replace`].
    pub replacement: Option<TextRange>,
    /// In how many operands of other variables it stands.
    pub depth: u32,
}

/// What `${name…}` does besides looking `name` up. `or_empty` is the form with a colon, which treats
/// a variable that is set but empty like one that is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// `-` or `:-`: the operand if not set.
    Default {
        /// Written with a colon.
        or_empty: bool,
    },
    /// `+` or `:+`: the operand if set, else nothing.
    Alternative {
        /// Written with a colon.
        or_empty: bool,
    },
    /// `?` or `:?`: an error if not set; the operand is its message.
    Required {
        /// Written with a colon.
        or_empty: bool,
    },
    /// `#` or `##`: the value without the start that the pattern matches.
    TrimPrefix {
        /// Doubled: the longest match.
        longest: bool,
    },
    /// `%` or `%%`: the value without the end that the pattern matches.
    TrimSuffix {
        /// Doubled: the longest match.
        longest: bool,
    },
    /// `/` or `//`: the value with the longest match of the pattern replaced.
    Replace {
        /// Doubled: every match, not only the first.
        all: bool,
    },
    /// A colon and anything else. An error, but its operand is read all the same.
    Unsupported,
}

/// The value of a word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The text.
    pub text: String,
    /// Names that were looked up and are set.
    pub matched: BTreeSet<String>,
    /// Names that were looked up and are not set.
    pub unmatched: BTreeSet<String>,
}

/// Why BuildKit refuses a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpandError {
    /// What is wrong, relative to the word.
    pub range: TextRange,
    /// Why.
    pub kind: ExpandErrorKind,
}

/// See [`ExpandError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpandErrorKind {
    /// `${}`, `${{` or `${:`.
    BadSubstitution,
    /// What follows the name is no modifier; it is given, with its colon.
    UnsupportedModifier(String),
    /// `${` is not closed.
    MissingBrace,
    /// `${name/pattern` is not followed by `/`.
    MissingSlash,
    /// A quote is not closed.
    UnbalancedQuote(char),
    /// In a pattern, `\` before this character (or before the end) is not allowed.
    BadPattern(Option<char>),
    /// `${name?message}` and `name` is not set, or empty.
    Required {
        /// The name.
        name: String,
        /// The message, expanded; one of our own if none was written.
        message: String,
    },
    /// The name of a heredoc is one word only as long as its quotes are taken off.
    HeredocName,
    /// The result, or the work for it, is too large to compute here. BuildKit has no such limit.
    TooLarge,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for ExpandErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSubstitution => f.write_str("a variable name is expected after `${`"),
            Self::UnsupportedModifier(m) => write!(f, "unsupported modifier `{m}` in `${{…}}`"),
            Self::MissingBrace => f.write_str("`${` is not closed: `}` is missing"),
            Self::MissingSlash => f.write_str(
                "the pattern has no end: the second `/` of `${name/pattern/text}` is missing",
            ),
            Self::UnbalancedQuote(quote) => write!(f, "the quote {quote} is not closed"),
            Self::BadPattern(Some(c)) => {
                write!(
                    f,
                    "`\\{c}` is not allowed in a pattern, only `\\*`, `\\?`, `\\\\`, `\\/` and `\\}}`"
                )
            }
            Self::BadPattern(None) => f.write_str("a pattern cannot end in `\\`"),
            Self::Required { name, message } => write!(f, "{name}: {message}"),
            Self::HeredocName => f.write_str("the heredoc's name is not one word"),
            Self::TooLarge => f.write_str("the expanded text is too large to compute"),
        }
    }
}

impl std::error::Error for ExpandError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table's blanks, made visible.
    fn plain(text: &str) -> String {
        text.replace('·', " ").replace('␉', "\t").replace('␊', "\n")
    }

    fn shown(text: &str) -> String {
        text.replace(' ', "·").replace('\t', "␉").replace('\n', "␊")
    }

    fn or(text: String, empty: &str) -> String {
        if text.is_empty() { empty.to_owned() } else { text }
    }

    fn error(error: &ExpandError) -> String {
        use ExpandErrorKind as Kind;
        let class = match &error.kind {
            Kind::BadSubstitution => "bad-substitution".to_owned(),
            Kind::UnsupportedModifier(modifier) => format!("unsupported {modifier}"),
            Kind::MissingBrace => "missing-brace".to_owned(),
            Kind::MissingSlash => "missing-slash".to_owned(),
            Kind::UnbalancedQuote(quote) => format!("quote {quote}"),
            Kind::BadPattern(None) => "pattern".to_owned(),
            Kind::BadPattern(Some(c)) => format!("pattern {c}"),
            Kind::Required { .. } => format!("required {error}"),
            Kind::HeredocName => "heredoc-name".to_owned(),
            Kind::TooLarge => "too-large".to_owned(),
        };
        shown(&format!("!{class}"))
    }

    fn answer(mode: &str, word: &str, env: &BTreeMap<String, String>) -> String {
        let (escape, mode) = match mode {
            "word" => ('\\', Mode::WORD),
            "word`" => ('`', Mode::WORD),
            "body" => ('\\', Mode::HEREDOC_BODY),
            "line" => ('\\', Mode::LINE),
            "name" => ('\\', Mode::HEREDOC_NAME),
            _ => return heredocs_answer(word),
        };
        let value = match expand(word, escape, mode, env) {
            Ok(value) => value,
            Err(e) => return error(&e),
        };
        let split = value::evaluate(word, escape, mode, env).expect("as before");
        let words: String =
            split.words().iter().map(|w| format!("⟨{}⟩", shown(split.text(w)))).collect();
        let unset: Vec<String> = value.unmatched.into_iter().map(|name| or(name, "∅")).collect();
        let text = or(shown(&value.text), "∅");
        format!("{text}\t{}\t{}", or(words, "none"), or(unset.join(","), "none"))
    }

    fn heredocs_answer(line: &str) -> String {
        let heredocs = match heredocs(line) {
            Ok(heredocs) => heredocs,
            Err(e) => return error(&e),
        };
        let shown = heredocs.iter().map(|heredoc| {
            let fd = match heredoc.descriptor {
                0 => String::new(),
                fd => format!("fd{fd}"),
            };
            let quoted = if heredoc.expand { "" } else { "quoted" };
            let tabs = if heredoc.strip_tabs { "tabs" } else { "" };
            format!("⟨{}⟩{fd}{quoted}{tabs}", shown(&heredoc.name))
        });
        or(shown.collect(), "none")
    }

    #[test]
    fn as_buildkit_does() {
        let table = include_str!("cases.tsv");
        let mut env = BTreeMap::new();
        let mut cases = 0;
        for line in table.lines().filter(|line| !line.starts_with("# ")) {
            let (mode, rest) = line.split_once('\t').expect("a mode");
            if mode == "#env" {
                let (name, value) = rest.split_once('=').expect("a value");
                env.insert(name.to_owned(), plain(value));
                continue;
            }
            let (word, expected) = rest.split_once('\t').expect("an answer");
            assert_eq!(answer(mode, &plain(word), &env), expected, "{mode}: {word}");
            cases += 1;
        }
        assert!(cases > 400, "{cases}");
    }

    /// The whole message, which the table does not hold.
    #[test]
    fn errors_read_well() {
        let text = |word| expand(word, '\\', Mode::WORD, &NoEnv).expect_err(word).to_string();
        assert_eq!(text("${}"), "a variable name is expected after `${`");
        assert_eq!(text("${v^^}"), "unsupported modifier `^` in `${…}`");
        assert_eq!(text("${v:=1}"), "unsupported modifier `:=` in `${…}`");
        assert_eq!(text("${v"), "`${` is not closed: `}` is missing");
        assert_eq!(text("don't"), "the quote ' is not closed");
        assert_eq!(text("${v:?say it}"), "v: say it");
        assert_eq!(
            text("${v#\\d}"),
            "`\\d` is not allowed in a pattern, only `\\*`, `\\?`, `\\\\`, `\\/` and `\\}`"
        );
    }
}
