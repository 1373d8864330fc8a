//! Heredocs on a logical line: which words announce one, and under what name.
//!
//! Variables are of no interest here and stay as written; the escape character is always `\`,
//! whatever the file's is.

use std::ops::Range;

use super::scan::range;
use super::value::{Value, evaluate};
use super::{ExpandError, ExpandErrorKind as Kind, Mode, NoEnv, Quotes};
use crate::text::TextRange;

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub range: TextRange,
    /// What BuildKit takes it for: the text in `range`, except that operands inside `${…}` lose
    /// escape characters.
    pub text: String,
}

/// A word that announces a heredoc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeredocWord {
    /// The whole word.
    pub range: TextRange,
    /// The name as written, quotes and escapes included.
    pub name_range: TextRange,
    /// The name without quotes and escapes: the line that ends the body.
    pub name: String,
    /// The file descriptor before `<<`; 0 if there is none, `u64::MAX` if it is too large.
    pub descriptor: u64,
    /// `<<-`: tabs before the terminator do not count.
    pub strip_tabs: bool,
    /// No part of the name is quoted, so variables in the body count.
    pub expand: bool,
}

/// Splits a logical line into words at unquoted blanks; quotes and escapes stay in the words, and
/// blanks after `<<` do not split.
///
/// ⚠ Blanks inside the operand of an unquoted variable do split (`${a:-b c}` is two words), and the
/// operand cuts off what the word held before it (`x${a:-b}` is the one word `${a:-b}`): BuildKit's
/// behaviour.
///
/// # Errors
/// For an unbalanced quote or a malformed variable; BuildKit then sees no word at all.
pub fn shell_words(line: &str) -> Result<Vec<Word>, ExpandError> {
    let value = evaluate(line, '\\', Mode::LINE, &NoEnv)?;
    let word = |part: &Range<usize>| Word {
        range: value.source_of(part),
        text: value.text(part).to_owned(),
    };
    Ok(value.words().iter().map(word).collect())
}

/// The heredocs a logical line announces, in the order of their bodies. `line` is the whole joined
/// line with keyword and flags; which instructions can have heredocs is the caller's to know.
///
/// # Errors
/// When the name of one cannot be read, which BuildKit makes an error of the file. A line that cannot
/// be split into words is no error: it has no heredocs.
pub fn heredocs(line: &str) -> Result<Vec<HeredocWord>, ExpandError> {
    if !line.contains("<<") {
        return Ok(Vec::new());
    }
    let Ok(value) = evaluate(line, '\\', Mode::LINE, &NoEnv) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for part in value.words() {
        let at = |inner: TextRange| place(&value, part, inner);
        let heredoc = heredoc_word(value.text(part))
            .map_err(|error| ExpandError { range: at(error.range), kind: error.kind })?;
        found.extend(heredoc.map(|heredoc| HeredocWord {
            range: value.source_of(part),
            name_range: at(heredoc.name_range),
            ..heredoc
        }));
    }
    Ok(found)
}

/// Where in the line the range `inner` of the word `part` is.
fn place(value: &Value<'_, NoEnv>, part: &Range<usize>, inner: TextRange) -> TextRange {
    let start = part.start + usize::from(inner.start());
    let end = part.start + usize::from(inner.end());
    value.source_of(&(start..end))
}

/// Reads one word, of [`shell_words`] or an argument of `COPY` or `ADD`, as the announcement of a
/// heredoc: digits, `<<`, perhaps `-`, a name. None if it is none; ranges are relative to `word`.
///
/// # Errors
/// When the name cannot be read.
pub fn heredoc_word(word: &str) -> Result<Option<HeredocWord>, ExpandError> {
    let Some((digits, strip_tabs, name)) = split_heredoc(word) else { return Ok(None) };
    let start = word.len() - name.len();
    let here = |inner: TextRange| {
        range(start + usize::from(inner.start()), start + usize::from(inner.end()))
    };
    let lex = |quotes| {
        let mode = Mode { quotes, ..Mode::HEREDOC_NAME };
        evaluate(name, '\\', mode, &NoEnv)
            .map_err(|error| ExpandError { range: here(error.range), kind: error.kind })
    };
    let bare = lex(Quotes::Remove)?;
    let [bare_word] = bare.words() else { return Ok(None) };
    let quoted = lex(Quotes::Keep)?;
    let name_range = range(start, word.len());
    let [quoted_word] = quoted.words() else {
        return Err(ExpandError { range: name_range, kind: Kind::HeredocName });
    };
    let bare_word = bare.text(bare_word);
    Ok(Some(HeredocWord {
        range: range(0, word.len()),
        name_range,
        name: bare_word.to_owned(),
        descriptor: descriptor(digits),
        strip_tabs,
        // Quotes that vanish were quotes. BuildKit counts them just so.
        expand: quotes(bare_word) == quotes(quoted.text(quoted_word)),
    }))
}

/// Digits, whether there is a `-`, and what follows, if a word has the form of a heredoc.
fn split_heredoc(word: &str) -> Option<(&str, bool, &str)> {
    let (digits, rest) = word.split_once("<<")?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let name = rest.strip_prefix('-').unwrap_or(rest);
    let strip_tabs = name.len() < rest.len();
    let name = name.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    (!name.is_empty() && !name.contains('<')).then_some((digits, strip_tabs, name))
}

fn descriptor(digits: &str) -> u64 {
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) }
}

fn quotes(text: &str) -> usize {
    text.matches(['\'', '"']).count()
}

#[cfg(test)]
mod tests {
    use super::super::scan::slice;
    use super::*;

    /// Every heredoc's word and name as they stand in the line.
    fn check(line: &str, expected: &[(&str, &str)]) {
        let heredocs = heredocs(line).expect(line);
        let found: Vec<_> =
            heredocs.iter().map(|h| (slice(line, h.range), slice(line, h.name_range))).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn places() {
        check("RUN <<EOF cat 3<<- 'x'", &[("<<EOF", "EOF")]);
        check("RUN a <<  EOF b", &[("<<  EOF", "EOF")]);
        check("RUN cat 3<<-'A B' <<\"C\"", &[("3<<-'A B'", "'A B'"), ("<<\"C\"", "\"C\"")]);
        check("RUN é ${x:-y} <<É", &[("<<É", "É")]);
        check("RUN <<${x}", &[("<<${x}", "${x}")]);
        // The escape is gone from the word, not from its place.
        check("RUN ${x:-\\a <<EOF }", &[("<<EOF", "EOF")]);
        check("RUN ${x:- <<E\\OF }", &[("<<E\\OF", "E\\OF")]);
        check("RUN ${x//a/ <<EOF }", &[("<<EOF", "EOF")]);
        check("RUN cat", &[]);
    }

    #[test]
    fn a_name_that_cannot_be_read() {
        let line = "RUN ${x:- <<\\' }";
        let error = heredocs(line).expect_err("an error");
        assert_eq!(error.kind, Kind::UnbalancedQuote('\''));
        assert_eq!(slice(line, error.range), "'");
        assert_eq!(heredoc_word("<<'"), Err(ExpandError { range: range(2, 3), ..error }));
    }

    #[test]
    fn words_of_a_line() {
        let texts = |line| {
            let words = shell_words(line).expect(line);
            words.into_iter().map(|word| (word.text, slice(line, word.range))).collect::<Vec<_>>()
        };
        let same = |text: &'static str| (text.to_owned(), text);
        assert_eq!(texts("a  b\\ c 'd e'"), [same("a"), same("b\\ c"), same("'d e'")]);
        assert_eq!(texts("<< a <<\t- b"), [same("<< a"), same("<<\t-"), same("b")]);
        assert_eq!(texts("${x:-\\y}"), [("${x:-y}".to_owned(), "${x:-\\y}")]);
        assert!(shell_words("don't").is_err());
    }

    #[test]
    fn an_argument() {
        let heredoc = heredoc_word("12<<-\"a b\"").expect("sound").expect("a heredoc");
        assert_eq!(
            heredoc,
            HeredocWord {
                range: range(0, 10),
                name_range: range(5, 10),
                name: "a b".to_owned(),
                descriptor: 12,
                strip_tabs: true,
                expand: false,
            }
        );
        assert_eq!(heredoc_word("<<"), Ok(None));
        assert_eq!(heredoc_word("a<<b"), Ok(None));
        assert_eq!(heredoc_word("<<a<b"), Ok(None));
    }
}
