//! The file edge: bytes that need not be UTF-8 become text, and can become the same bytes again.

use super::TextSize;
use super::text::to_size;

/// A file's content as text, with what it takes to write it back unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The text. Each byte that is not part of valid UTF-8 stands in it as one U+FFFD.
    pub text: String,
    /// Those bytes, in the order of their places.
    pub invalid: Vec<InvalidByte>,
}

/// A byte of the file that is not part of valid UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidByte {
    /// Offset of its U+FFFD in [`Source::text`].
    pub offset: TextSize,
    /// The byte as it stands in the file.
    pub byte: u8,
}

/// Reads a file's bytes. Line ends, a byte order mark and U+FFFD that is in the file stay as they are.
pub fn decode(bytes: &[u8]) -> Source {
    let mut source = Source { text: String::with_capacity(bytes.len()), invalid: Vec::new() };
    for chunk in bytes.utf8_chunks() {
        source.text.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            source.invalid.push(InvalidByte { offset: to_size(source.text.len()), byte });
            source.text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    source
}

impl Source {
    /// The bytes that [`decode`] was given.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.text.len());
        let mut done = 0;
        for invalid in &self.invalid {
            let at = usize::from(invalid.offset);
            bytes.extend_from_slice(self.text.get(done..at).unwrap_or_default().as_bytes());
            bytes.push(invalid.byte);
            done = at + char::REPLACEMENT_CHARACTER.len_utf8();
        }
        bytes.extend_from_slice(self.text.get(done..).unwrap_or_default().as_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], text: &str, offsets: &[u32]) {
        let source = decode(bytes);
        assert_eq!(source.text, text);
        let found: Vec<u32> = source.invalid.iter().map(|i| i.offset.into()).collect();
        assert_eq!(found, offsets, "{text:?}");
        assert_eq!(source.to_bytes(), bytes, "{text:?}");
    }

    #[test]
    fn valid_text_stays() {
        check(b"", "", &[]);
        check("\u{feff}FROM a\r\n# é\u{fffd}".as_bytes(), "\u{feff}FROM a\r\n# é\u{fffd}", &[]);
    }

    #[test]
    fn invalid_bytes_stand_as_one_mark_each() {
        check(b"a\xffb", "a\u{fffd}b", &[1]);
        check(b"\xe9t\xe9", "\u{fffd}t\u{fffd}", &[0, 4]);
        check(b"\xf0\x9f\x98", "\u{fffd}\u{fffd}\u{fffd}", &[0, 3, 6]);
        check(b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}", &[0, 3, 6]);
        check(b"\xef\xbf\xbd\xc0", "\u{fffd}\u{fffd}", &[3]);
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0x20u8..0x7f], 0..200)) {
            prop_assert_eq!(decode(&bytes).to_bytes(), bytes);
        }
    }
}
