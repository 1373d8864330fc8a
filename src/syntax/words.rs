//! How arguments are cut into words: at blanks, or by the rules of `ENV`, `LABEL` and `ARG`.
//!
//! Source: `frontend/dockerfile/parser/line_parsers.go`.

use std::ops::Range;

use smallvec::SmallVec;

use super::line::is_blank_byte;

/// Words between runs of `[\t\v\f\r ]`, nothing quoted, nothing escaped.
pub fn blank_separated(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|b| !is_blank_byte(b))?;
        let length = bytes.get(start..)?.iter().take_while(|b| !is_blank_byte(b)).count();
        at = start + length;
        Some(start..at)
    })
}

/// Words of `ENV`, `LABEL` and `ARG`: any white space separates; `"` and `'` group, and the escape
/// character keeps the next character, except in single quotes. Quotes and escapes stay in the
/// word; an escape character at the very end is dropped.
pub fn quoted(text: &str, escape: char) -> SmallVec<[Range<usize>; 4]> {
    let mut words = SmallVec::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    let mut end = text.len();
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(start..at);
            }
            continue;
        }
        start.get_or_insert(at);
        if c == escape && quote != Some('\'') {
            if chars.next().is_none() {
                end = at;
            }
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && (c == '"' || c == '\'') {
            quote = Some(c);
        }
    }
    words.extend(start.map(|start| start..end).filter(|word| !word.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let words: Vec<_> = quoted(text, '\\').into_iter().filter_map(|r| text.get(r)).collect();
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn quoted_words() {
        check("a=b c=d", &["a=b", "c=d"]);
        check(r#"a="b c" d"#, &[r#"a="b c""#, "d"]);
        check(r"a=b\ c d", &[r"a=b\ c", "d"]);
        check(r"'a\' b", &[r"'a\'", "b"]);
        check(r#""a\" b" c"#, &[r#""a\" b""#, "c"]);
        check(r#"a="b c"#, &[r#"a="b c"#]);
        check(r"a \", &["a"]);
        check(r"a\", &["a"]);
        check("a\u{a0}b", &["a", "b"]);
        check("", &[]);
    }

    #[test]
    fn blank_separated_words() {
        let text = " a\t\"b c\"\u{a0}d  ";
        let words: Vec<_> = blank_separated(text).filter_map(|r| text.get(r)).collect();
        assert_eq!(words, ["a", "\"b", "c\"\u{a0}d"]);
    }
}
