//! Disagreements that are meant to stay, each with its reason (docs/buildkit-agreement.md).

use crate::compare::Difference;

/// Why we may differ from `BuildKit` here, if we may.
pub fn reason(text: &str, difference: &Difference) -> Option<&'static str> {
    let not_utf8 = text.contains(char::REPLACEMENT_CHARACTER);
    if not_utf8 && difference.path.contains(".flags[") {
        return Some("bytes that are not UTF-8 are one U+FFFD each to us; flags are read by bytes");
    }
    if not_utf8 && difference.theirs.contains("unterminated-heredoc") {
        return Some("a heredoc name with bytes that are not UTF-8 never ends its body");
    }
    if difference.theirs.contains('\u{fffd}') && text.chars().any(holds_blank_byte) {
        return Some(
            "BuildKit cuts flags and the type of a HEALTHCHECK by bytes, even inside a character",
        );
    }
    None
}

/// Whether a byte of the character but the first is a blank if taken for a character of its own.
fn holds_blank_byte(c: char) -> bool {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().skip(1).any(|byte| matches!(byte, 0x85 | 0xa0))
}
