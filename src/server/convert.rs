//! The border between the protocol's places and ours. Nothing else in the program converts a
//! position, and nothing inside knows that lines have columns.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

use serde_json::Value;
use tower_lsp_server::ls_types as lsp;

use crate::text::{Encoding, LineColumn, Text, TextRange, TextSize};

/// The byte offset of a client's position; any position has one (see [`Text::offset_of`]).
pub fn offset(text: &Text, position: lsp::Position, encoding: Encoding) -> TextSize {
    text.offset_of(LineColumn { line: position.line, column: position.character }, encoding)
}

/// A byte offset as the client names it.
pub fn position(text: &Text, offset: TextSize, encoding: Encoding) -> lsp::Position {
    let place = text.line_column(offset, encoding);
    lsp::Position::new(place.line, place.column)
}

/// The bytes of a client's range. One whose ends are the wrong way round is turned.
pub fn text_range(text: &Text, range: lsp::Range, encoding: Encoding) -> TextRange {
    let (a, b) = (offset(text, range.start, encoding), offset(text, range.end, encoding));
    TextRange::new(a.min(b), a.max(b))
}

/// A range of bytes as the client names it.
pub fn range(text: &Text, range: TextRange, encoding: Encoding) -> lsp::Range {
    lsp::Range::new(position(text, range.start(), encoding), position(text, range.end(), encoding))
}

/// A URI as the client wrote it or, where it holds what a URI cannot, with that percent-encoded:
/// some clients send spaces and other letters as they are.
pub fn uri(text: &str) -> Option<lsp::Uri> {
    lsp::Uri::from_str(text).or_else(|_| lsp::Uri::from_str(&percent_encoded(text))).ok()
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 16);
    for (i, byte) in text.bytes().enumerate() {
        let follows = text.as_bytes().get(i + 1..i + 3).unwrap_or_default();
        let fine = match byte {
            b'%' => follows.len() == 2 && follows.iter().all(u8::is_ascii_hexdigit),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
        };
        if fine {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A range of a `didChange`. A number that does not fit is clamped: to leave a change out would put
/// the document out of step with the client for good.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ClampedRange {
    start: ClampedPosition,
    end: ClampedPosition,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct ClampedPosition {
    #[serde(deserialize_with = "clamped")]
    line: u32,
    #[serde(deserialize_with = "clamped")]
    character: u32,
}

fn clamped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let fits = number.as_u64().and_then(|n| u32::try_from(n).ok());
    let negative = number.as_f64().is_some_and(|n| n < 0.0);
    Ok(fits.unwrap_or(if negative { 0 } else { u32::MAX }))
}

impl From<ClampedRange> for lsp::Range {
    fn from(range: ClampedRange) -> Self {
        let position = |p: ClampedPosition| lsp::Position::new(p.line, p.character);
        Self::new(position(range.start), position(range.end))
    }
}

/// The encoding to speak: the first of ours that the client offers. UTF-8 costs nothing to convert,
/// UTF-32 little; UTF-16 is what a client that offers nothing speaks.
pub fn choose_encoding(offered: &Value) -> Encoding {
    let offers = |name: &str| offered.as_array().is_some_and(|list| list.iter().any(|e| e == name));
    match () {
        () if offers("utf-8") => Encoding::Utf8,
        () if offers("utf-32") => Encoding::Utf32,
        () => Encoding::Utf16,
    }
}

/// The protocol's name for an encoding.
pub fn encoding_kind(encoding: Encoding) -> lsp::PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
    }
}

/// The last segment of a URI's path, decoded.
pub fn file_name(uri: &lsp::Uri) -> String {
    let name = uri.path().split('/').next_back();
    name.map_or_else(String::new, |name| name.decode().to_string_lossy().into_owned())
}

/// The path of a URI that names a file on this machine.
pub fn path(uri: &lsp::Uri) -> Option<PathBuf> {
    let url = url::Url::parse(uri.as_str()).ok().filter(|url| url.scheme() == "file")?;
    url.to_file_path().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_have_paths() {
        for (text, expected) in [
            ("file:///a/b%20c/Dockerfile", Some("/a/b c/Dockerfile")),
            ("untitled:Untitled-1", None),
            ("vscode-remote://ssh/a/Dockerfile", None),
            ("file://host/a/Dockerfile", None),
        ] {
            let found = path(&uri(text).expect(text));
            assert_eq!(found.as_deref(), expected.map(std::path::Path::new), "{text}");
        }
    }

    #[test]
    fn the_cheapest_encoding_on_offer_is_chosen() {
        for (offered, chosen) in [
            (json!(["utf-8", "utf-16", "utf-32"]), Encoding::Utf8),
            (json!(["utf-16", "utf-8"]), Encoding::Utf8),
            (json!(["utf-16", "utf-32"]), Encoding::Utf32),
            (json!(["utf-16"]), Encoding::Utf16),
            (json!(["utf-7", 8, null]), Encoding::Utf16),
            (json!([]), Encoding::Utf16),
            (json!("utf-8"), Encoding::Utf16),
            (Value::Null, Encoding::Utf16),
        ] {
            assert_eq!(choose_encoding(&offered), chosen, "{offered}");
        }
    }

    #[test]
    fn uris_are_repaired() {
        for (sent, read) in [
            ("file:///a/Dockerfile", "file:///a/Dockerfile"),
            ("file://wsl$/Ubuntu/Dockerfile", "file://wsl$/Ubuntu/Dockerfile"),
            ("file://wsl%24/Ubuntu/Dockerfile", "file://wsl%24/Ubuntu/Dockerfile"),
            ("file://wsl.localhost/Ubuntu/Dockerfile", "file://wsl.localhost/Ubuntu/Dockerfile"),
            ("file:///c%3A/a%20b/Dockerfile", "file:///c%3A/a%20b/Dockerfile"),
            ("file:///a b/ü[1]/100%", "file:///a%20b/%C3%BC%5B1%5D/100%25"),
            ("untitled:Untitled-1", "untitled:Untitled-1"),
        ] {
            assert_eq!(uri(sent).expect(sent).as_str(), read);
        }
        assert_eq!(uri(""), None);
        assert_eq!(uri("no scheme"), None);
    }

    #[test]
    fn ranges_of_changes_are_clamped() {
        let read =
            |value: Value| serde_json::from_value::<ClampedRange>(value).map(lsp::Range::from);
        let found = read(json!({
            "start": { "line": -3, "character": -0.5 },
            "end": { "line": 1.797_693_134_862_315_7e308, "character": 4_294_967_296_u64 },
        }));
        let expected =
            lsp::Range::new(lsp::Position::new(0, 0), lsp::Position::new(u32::MAX, u32::MAX));
        assert_eq!(found.expect("a range"), expected);
        assert!(read(json!({ "start": { "line": "1", "character": 0 } })).is_err());
    }

    #[test]
    fn a_range_the_wrong_way_round_is_turned() {
        let text = Text::new("abc\ndef");
        let turned = lsp::Range::new(lsp::Position::new(1, 1), lsp::Position::new(0, 2));
        let bytes = text_range(&text, turned, Encoding::Utf16);
        assert_eq!(bytes, TextRange::new(2.into(), 5.into()));
        assert_eq!(range(&text, bytes, Encoding::Utf16), lsp::Range::new(turned.end, turned.start));
    }
}
