//! Physical lines: what a line is to `BuildKit` before it belongs to an instruction.
//!
//! Source: `frontend/dockerfile/parser/parser.go` (`processLine`, `trimContinuationCharacter`).

/// The longest physical line `BuildKit` reads, in bytes without its line feed.
pub const MAX_LINE: usize = 65_535;

/// The UTF-8 byte order mark, dropped from the first line only.
pub const BOM: &str = "\u{feff}";

/// `line` without the CR and LF bytes at its end (any number of them).
pub fn trim_newline(line: &str) -> &str {
    let ends = line.bytes().rev().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    line.get(..line.len() - ends).unwrap_or_default()
}

/// Whether the first character that is no white space is `#`.
pub fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Whether a line holds white space only.
pub fn is_blank(line: &str) -> bool {
    line.trim_start().is_empty()
}

/// The part of `line` (without line end) before the escape character that continues it, if one does.
///
/// The escape character continues a line when only spaces and tabs follow it and the character
/// before it is not the same one: `\\` at a line's end is two characters of text.
pub fn continued(line: &str, escape: char) -> Option<&str> {
    let blanks = line.bytes().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let content = line.get(..line.len() - blanks)?.strip_suffix(escape)?;
    (!content.ends_with(escape)).then_some(content)
}

/// Whether a byte separates words for `BuildKit` (`reWhitespace`): ASCII only, so that a no-break
/// space is part of a word.
#[allow(clippy::trivially_copy_pass_by_ref)] // for iterator adapters
pub fn is_blank_byte(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0xb | 0xc | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuation_wants_one_lone_escape() {
        for (line, expected) in [
            ("a \\", Some("a ")),
            ("a \\ \t", Some("a ")),
            ("\\", Some("")),
            ("a\\\\", None),
            ("a\\\\\\", None),
            ("a \\ b", None),
            ("a", None),
        ] {
            assert_eq!(continued(line, '\\'), expected, "{line:?}");
        }
        assert_eq!(continued("a `", '`'), Some("a "));
        assert_eq!(continued("a \\", '`'), None);
    }
}
