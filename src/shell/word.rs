//! What a word stands for.

use std::borrow::Cow;

use super::tree::{Part, Word};

/// The longest word that the kernel takes, in bytes (`MAX_ARG_STRLEN`).
const LONGEST: usize = 128 << 10;

impl Word {
    /// Its value if the shell neither expands anything in it nor looks for files by it.
    pub fn literal(&self) -> Option<Cow<'_, str>> {
        if let [Part::Literal { text, .. }] = self.parts.as_slice() {
            return Some(Cow::Borrowed(text));
        }
        self.joined(|part| match part {
            Part::Literal { text, .. } => Some(text.clone()),
            _ => None,
        })
        .map(Cow::Owned)
    }

    /// Its text with patterns left as they are: of `'/a b'/*` it is `/a b/*`. `None` if anything
    /// else is expanded.
    pub fn pattern(&self) -> Option<String> {
        self.joined(|part| match part {
            Part::Literal { text, .. } | Part::Pattern(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Its value with variables replaced by `value`, which answers `None` for what it does not know.
    ///
    /// `None` if any part is not known, if it is a pattern, and if the shell would make another
    /// number of words of it: a variable that is not quoted and has blanks or pattern characters, or
    /// is empty and all there is. `IFS` is taken to be as it was.
    pub fn expanded(&self, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let text = self.joined(|part| match part {
            Part::Literal { text, .. } => Some(text.clone()),
            Part::Parameter { name, quoted, plain: true, .. } => {
                value(name).filter(|value| *quoted || !value.contains(is_split_or_matched))
            }
            _ => None,
        })?;
        (!text.is_empty() || self.parts.is_empty() || self.parts.iter().any(Part::is_quoted))
            .then_some(text)
    }

    /// Whether the shell looks for files by it, or makes more words of its braces, or puts a home
    /// directory in.
    pub fn is_pattern(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Pattern(_)))
    }

    /// Whether it is written as `text`, without quotes.
    pub(super) fn is_bare(&self, wanted: &str) -> bool {
        matches!(self.parts.as_slice(),
            [Part::Literal { text, quoted: false }] if text == wanted)
    }

    /// `None` for a longer word than the kernel takes, too: a variable that is doubled again and again
    /// would fill the memory.
    fn joined(&self, text: impl Fn(&Part) -> Option<String>) -> Option<String> {
        let mut joined = String::new();
        for part in &self.parts {
            joined.push_str(&text(part)?);
            if joined.len() > LONGEST {
                return None;
            }
        }
        Some(joined)
    }
}

impl Part {
    /// Whether it stands in quotes.
    fn is_quoted(&self) -> bool {
        matches!(
            self,
            Part::Literal { quoted: true, .. }
                | Part::Parameter { quoted: true, .. }
                | Part::Substitution { quoted: true, .. }
        )
    }
}

/// Whether a character of a variable's value makes the shell split it or look for files.
fn is_split_or_matched(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '*' | '?' | '[' | '\\')
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, parse};
    use super::*;

    /// The one word of a command.
    fn word(text: &str) -> Word {
        let script = parse(text).unwrap_or_else(|why| panic!("{text:?}: {why:?}"));
        match &script.list.entries[0].first.commands[0].kind {
            Kind::Simple(simple) => simple.words[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check_literal(text: &str, literal: Option<&str>, pattern: Option<&str>) {
        let word = word(text);
        assert_eq!(word.literal().as_deref(), literal, "{text:?}");
        assert_eq!(word.pattern().as_deref(), pattern, "{text:?}");
    }

    #[test]
    fn values_without_expansion() {
        check_literal("a", Some("a"), Some("a"));
        check_literal("'a b'c\"d\"\\e", Some("a bcde"), Some("a bcde"));
        check_literal("''", Some(""), Some(""));
        check_literal("'a'/*", None, Some("a/*"));
        check_literal("a{b,c}", None, Some("a{b,c}"));
        check_literal("~/a", None, Some("~/a"));
        check_literal("a$b", None, None);
        check_literal("\"$(a)\"", None, None);
    }

    #[track_caller]
    fn check_expanded(text: &str, expected: Option<&str>) {
        let value = |name: &str| match name {
            "a" => Some("x".to_owned()),
            "blank" => Some("x y".to_owned()),
            "star" => Some("*".to_owned()),
            "empty" => Some(String::new()),
            _ => None,
        };
        assert_eq!(word(text).expanded(&value).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn values_of_variables() {
        check_expanded("/$a/${a}b", Some("/x/xb"));
        check_expanded("\"$blank\"$a", Some("x yx"));
        check_expanded("$blank", None);
        check_expanded("$star", None);
        check_expanded("\"$star\"", Some("*"));
        check_expanded("$empty", None);
        check_expanded("\"$empty\"", Some(""));
        check_expanded("$empty''", Some(""));
        check_expanded("b$empty", Some("b"));
        check_expanded("$unknown", None);
        check_expanded("${a:-b}", None);
        check_expanded("$a*", None);
        check_expanded("$(a)", None);
    }
}
