//! The exec form: a JSON array of strings.
//!
//! `BuildKit` decodes the arguments with Go's `encoding/json` and looks at the outcome in three
//! ways: an array of strings is the exec form, any other valid array is an error, and everything
//! else silently is the shell form (`frontend/dockerfile/parser/line_parsers.go`, `parseJSON`).
//! This scanner tells the three apart, keeps the places of the strings, and does not recurse.

use std::ops::Range;

/// What the arguments are as JSON.
#[derive(Debug, PartialEq, Eq)]
pub enum Array {
    /// An array of strings: their ranges, quotes included.
    Strings(Vec<Range<usize>>),
    /// A valid array, but this element is no string.
    NotStrings(Range<usize>),
    /// No valid JSON array.
    Invalid,
}

/// Go's decoder refuses deeper nesting.
const MAX_DEPTH: usize = 10_000;

/// Reads `text`, which must be one JSON array and nothing else.
pub fn array(text: &str) -> Array {
    Scanner { bytes: text.as_bytes(), at: 0 }.array().unwrap_or(Array::Invalid)
}

/// The string that `quoted` (a JSON string with its quotes) stands for. Lone surrogates become
/// U+FFFD, as in Go.
pub fn decode(quoted: &str) -> String {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        rest = decode_escape(after, &mut text);
    }
    text.push_str(rest);
    text
}

/// Reads what follows a backslash into `text` and returns what is left.
fn decode_escape<'a>(after: &'a str, text: &mut String) -> &'a str {
    let mut chars = after.chars();
    let Some(kind) = chars.next() else { return after };
    let plain = match kind {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let (c, rest) = decode_unicode(chars.as_str());
            text.push(c);
            return rest;
        }
        other => other,
    };
    text.push(plain);
    chars.as_str()
}

fn decode_unicode(after: &str) -> (char, &str) {
    let unit = |s: &str| s.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(first) = unit(after) else { return (char::REPLACEMENT_CHARACTER, after) };
    let rest = after.get(4..).unwrap_or_default();
    if let Some(c) = char::from_u32(first) {
        return (c, rest);
    }
    let second = rest.strip_prefix("\\u").and_then(unit);
    match second {
        Some(low) if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&low) => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            let rest = rest.get(6..).unwrap_or_default();
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
        }
        _ => (char::REPLACEMENT_CHARACTER, rest),
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn array(mut self) -> Option<Array> {
        let mut strings = Vec::new();
        let mut not_string = None;
        self.expect(b'[')?;
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.blanks();
                let start = self.at;
                let is_string = self.peek() == Some(b'"');
                self.value()?;
                if is_string {
                    strings.push(start..self.at);
                } else {
                    not_string.get_or_insert(start..self.at);
                }
                self.blanks();
                match self.next()? {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.blanks();
        if self.at < self.bytes.len() {
            return None;
        }
        Some(not_string.map_or(Array::Strings(strings), Array::NotStrings))
    }

    /// Any JSON value, nested ones with an explicit stack: `true` on it is an object.
    fn value(&mut self) -> Option<()> {
        let mut open: Vec<bool> = Vec::new();
        loop {
            self.blanks();
            match self.peek()? {
                b'"' => self.string()?,
                b'[' | b'{' => {
                    let object = self.next()? == b'{';
                    open.push(object);
                    if open.len() >= MAX_DEPTH {
                        return None;
                    }
                    self.blanks();
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                        open.pop();
                    } else {
                        self.key(object)?;
                        continue;
                    }
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            loop {
                let Some(&object) = open.last() else { return Some(()) };
                self.blanks();
                match (self.next()?, object) {
                    (b',', _) => {
                        self.blanks();
                        self.key(object)?;
                        break;
                    }
                    (b'}', true) | (b']', false) => drop(open.pop()),
                    _ => return None,
                }
            }
        }
    }

    fn key(&mut self, object: bool) -> Option<()> {
        if !object {
            return Some(());
        }
        self.string()?;
        self.blanks();
        self.expect(b':')
    }

    fn string(&mut self) -> Option<()> {
        self.expect(b'"')?;
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        for _ in 0..4 {
                            self.next().filter(u8::is_ascii_hexdigit)?;
                        }
                    }
                    _ => return None,
                },
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    /// A number; one too large for a 64-bit float makes Go's decoder fail.
    fn number(&mut self) -> Option<()> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.next()? {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.next().filter(u8::is_ascii_digit)?;
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.next().filter(u8::is_ascii_digit)?;
            self.digits();
        }
        let text = std::str::from_utf8(self.bytes.get(start..self.at)?).ok()?;
        text.parse::<f64>().ok().filter(|n| n.is_finite()).map(drop)
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.next().filter(|&b| b == byte).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Option<Vec<String>> {
        match array(text) {
            Array::Strings(ranges) => {
                Some(ranges.into_iter().map(|r| decode(text.get(r).unwrap_or_default())).collect())
            }
            _ => None,
        }
    }

    #[test]
    fn exec_form() {
        assert_eq!(strings("[]"), Some(vec![]));
        assert_eq!(strings(r#"["a", "b c" ]"#), Some(vec!["a".into(), "b c".into()]));
        assert_eq!(
            strings(r#"["\u0041\n\ud83d\ude00\ud800\\"]"#),
            Some(vec!["A\n😀\u{fffd}\\".into()])
        );
    }

    #[test]
    fn silent_fall_back() {
        for text in [
            "['a']",
            r#"["a",]"#,
            r#"["a" "b"]"#,
            r#"["a""#,
            r#"["\w"]"#,
            r#"["a"] x"#,
            "[",
            "a",
            "[1e999]",
            "[01]",
            "[tru]",
            "[[}]",
            "[{1:2}]",
            "[,]",
        ] {
            assert_eq!(array(text), Array::Invalid, "{text}");
        }
    }

    #[test]
    fn valid_arrays_of_other_things_are_errors() {
        for (text, range) in [
            (r#"["a", 1]"#, 6..7),
            ("[null]", 1..5),
            (r#"[{"a":[true,{}]}, "b"]"#, 1..16),
            ("[[[]],\"x\"]", 1..5),
            ("[-0.5e+3]", 1..8),
        ] {
            assert_eq!(array(text), Array::NotStrings(range), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(matches!(array(&deep(9_000)), Array::NotStrings(_)));
        assert_eq!(array(&deep(1_000_000)), Array::Invalid);
    }
}
