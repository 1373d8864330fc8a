//! A file from the disk or from standard input: its bytes, and what they mean.
//!
//! This is the file edge. Inside there is text alone; here are the bytes that are no text, the
//! sizes that are too much, and the places as a reader of the output counts them.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::check::{Finding, Rule, Severity};
use crate::ide::Snapshot;
use crate::text::{self, Edit, Encoding, Source, TextRange, TextSize};
use crate::workspace::{Context, Disk};

/// The greatest file that is looked at. A message from an editor has the same limit.
pub const MAX_BYTES: u64 = 64 << 20;

/// What this edge finds by itself.
pub static RULES: &[Rule] = &[INVALID_UTF8];

const INVALID_UTF8: Rule = Rule {
    code: "invalid-utf8",
    severity: Severity::Warning,
    sense: "Bytes that are not part of UTF-8 text",
};

/// A file that was read.
#[derive(Clone)]
pub struct Document {
    /// The name by which it was asked for.
    pub name: String,
    source: Source,
    snapshot: Snapshot,
}

/// Why a file cannot be looked at.
#[derive(Debug)]
pub enum Unreadable {
    /// The system says so.
    Io(io::Error),
    /// It is a folder, where a file is wanted.
    Folder,
    /// It holds more than [`MAX_BYTES`].
    TooLarge,
    /// It is no text.
    Binary,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Io(error) => write!(f, "cannot be read: {error}"),
            Unreadable::Folder => f.write_str("is a folder"),
            Unreadable::TooLarge => {
                write!(f, "is larger than {} MiB, the most that is looked at", MAX_BYTES >> 20)
            }
            Unreadable::Binary => f.write_str("is a binary file"),
        }
    }
}

/// The bytes of a file. A pipe will do.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let file = File::open(path).map_err(Unreadable::Io)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Unreadable::Folder);
    }
    read(file)
}

/// The build context of a Dockerfile: `folder`, or the one that the file is in; or why it is not
/// known. `-` stands for standard input. Errors: a text for people, for a folder that is none.
pub fn context(subject: &str, folder: Option<&Path>) -> Result<Result<Context, String>, String> {
    let folder = match folder {
        Some(folder) if !folder.is_dir() => {
            return Err(format!("{} is no folder", folder.display()));
        }
        Some(folder) => folder,
        None if subject == "-" => {
            return Ok(Err("standard input has no build context; --context names one".to_owned()));
        }
        None => {
            Path::new(subject).parent().filter(|folder| *folder != "").unwrap_or(Path::new("."))
        }
    };
    let file = std::path::absolute(subject).map_err(|error| format!("{subject}: {error}"))?;
    Ok(Context::open(Arc::new(Disk), folder, &file).map_err(|why| why.to_string()))
}

/// All bytes of a stream.
pub fn read(stream: impl Read) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    stream.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(Unreadable::Io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    if is_binary(&bytes) { Err(Unreadable::Binary) } else { Ok(bytes) }
}

/// Whether bytes are no text: a NUL near the beginning, as git has it, and not even UTF-8 there.
/// UTF-16 is text, if not text that `BuildKit` can read: that is told as a finding.
fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..8000).unwrap_or(bytes);
    let valid = match str::from_utf8(head) {
        Ok(_) => true,
        // A character may be cut off at the end of the head.
        Err(error) => error.error_len().is_none() && head.len() < bytes.len(),
    };
    head.contains(&0) && !valid && !is_utf16(head)
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// A place in a file, as the output tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// From 1. A line ends at LF, CRLF or a lone CR.
    pub line: u32,
    /// From 1, in characters (Unicode scalar values).
    pub column: u32,
    /// From 0, in bytes of the file.
    pub offset: usize,
}

impl Document {
    /// Reads the bytes of a file.
    pub fn new(name: String, bytes: &[u8]) -> Document {
        let source = text::decode(bytes);
        let snapshot = Snapshot::new(&source.text);
        Document { name, source, snapshot }
    }

    /// What the text means. Each byte that is no text stands in it as U+FFFD.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.source.to_bytes()
    }

    /// Everything that is wrong with the file, sorted by place, then by code.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.snapshot.report().findings();
        findings.extend(self.invalid_bytes());
        findings.sort_by_key(|f| (f.range.start(), f.range.end(), f.code));
        for fix in findings.iter_mut().flat_map(|finding| &mut finding.fixes) {
            fix.sure &= fix.edits.iter().all(|edit| self.keeps_bytes(edit));
        }
        findings
    }

    /// A finding for each run of bytes that are no text.
    fn invalid_bytes(&self) -> Vec<Finding> {
        let mut runs: Vec<(TextRange, Vec<u8>)> = Vec::new();
        for invalid in &self.source.invalid {
            let range = TextRange::at(invalid.offset, TextSize::of(char::REPLACEMENT_CHARACTER));
            match runs.last_mut() {
                Some((run, bytes)) if run.end() == range.start() => {
                    *run = run.cover(range);
                    bytes.push(invalid.byte);
                }
                _ => runs.push((range, vec![invalid.byte])),
            }
        }
        let finding = |(range, bytes): (TextRange, Vec<u8>)| {
            let start = range.start() == TextSize::new(0);
            let message = if start && is_utf16(&bytes) {
                "This is UTF-16 text, which BuildKit cannot read. Save the file as UTF-8."
                    .to_owned()
            } else {
                let hex: Vec<_> = bytes.iter().take(4).map(|b| format!("0x{b:02x}")).collect();
                let more = if bytes.len() > 4 { " …" } else { "" };
                format!(
                    "Not UTF-8: {}{more}. Save the file as UTF-8, or the text will come out wrong.",
                    hex.join(" ")
                )
            };
            Finding::new(INVALID_UTF8.code, INVALID_UTF8.severity, range, message)
        };
        runs.into_iter().map(finding).collect()
    }

    /// Whether an edit leaves the bytes alone that are no text, and makes no U+FFFD out of them.
    fn keeps_bytes(&self, edit: &Edit) -> bool {
        let invalid = &self.source.invalid;
        let first = invalid.partition_point(|invalid| invalid.offset < edit.range.start());
        let touched = invalid.get(first).is_some_and(|i| i.offset < edit.range.end());
        !touched && (invalid.is_empty() || !edit.insert.contains(char::REPLACEMENT_CHARACTER))
    }

    /// The bytes of the file after `edits`, which are in file order, do not overlap and leave the
    /// bytes alone that are no text.
    pub fn edited(&self, edits: &[Edit]) -> Vec<u8> {
        let bytes = self.to_bytes();
        let mut result = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for edit in edits {
            let (start, end) = (self.offset(edit.range.start()), self.offset(edit.range.end()));
            result.extend_from_slice(bytes.get(done..start).unwrap_or_default());
            result.extend_from_slice(edit.insert.as_bytes());
            done = end;
        }
        result.extend_from_slice(bytes.get(done..).unwrap_or_default());
        result
    }

    /// Where an offset of the text is in the file.
    pub fn place(&self, offset: TextSize) -> Place {
        let at = self.snapshot.text().line_column(offset, Encoding::Utf32);
        Place { line: at.line + 1, column: at.column + 1, offset: self.offset(offset) }
    }

    /// The offset in the file of an offset of the text: each byte that is no text has grown to a
    /// U+FFFD.
    fn offset(&self, offset: TextSize) -> usize {
        let before = self.source.invalid.partition_point(|invalid| invalid.offset < offset);
        usize::from(offset) - before * (char::REPLACEMENT_CHARACTER.len_utf8() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(bytes: &[u8]) -> Document {
        Document::new("Dockerfile".to_owned(), bytes)
    }

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn binaries_are_told_from_text() {
        for (bytes, binary) in [
            (&b"FROM a\n"[..], false),
            (b"FROM \0a\n", false),
            (b"FROM \xe9\n", false),
            (b"\x7fELF\x02\0\0\xff", true),
            (b"\x1f\x8b\x08\0\xff", true),
            (b"\xff\xfeF\0R\0", false),
            (b"", false),
        ] {
            assert_eq!(is_binary(bytes), binary, "{bytes:?}");
        }
        let cut = [&b"\0"[..], &[b'a'; 7997], "😀".as_bytes(), b"\n"].concat();
        assert!(!is_binary(&cut), "a character across the end of the head");
    }

    #[test]
    fn too_much_is_refused() {
        let endless = io::repeat(b'#');
        assert!(matches!(read(endless), Err(Unreadable::TooLarge)));
    }

    #[test]
    fn invalid_bytes_are_found_run_by_run() {
        let document = document(b"# \xe9\xe8 a\n# \xff\n");
        let findings = document.findings();
        let found: Vec<_> = findings.iter().filter(|f| f.code == "invalid-utf8").collect();
        let places: Vec<_> = found.iter().map(|f| document.place(f.range.start())).collect();
        assert_eq!(
            places,
            [Place { line: 1, column: 3, offset: 2 }, Place { line: 2, column: 3, offset: 9 }]
        );
        assert!(found[0].message.contains("0xe9 0xe8"), "{}", found[0].message);
        assert!(document_message(b"\xff\xfeF\0").contains("UTF-16"));
        assert!(document_message(b"a \xff\xfeF\0").contains("0xff 0xfe"));
    }

    fn document_message(bytes: &[u8]) -> String {
        document(bytes).invalid_bytes().remove(0).message
    }

    #[test]
    fn edits_keep_the_bytes_around_them() {
        let document = document(b"# \xe9\r\nFORM a\r\n# \xff");
        let text = document.source.text.find("FORM").expect("there");
        let start = u32::try_from(text).expect("small");
        let edit = Edit::replace(range(start, start + 4), "FROM");
        assert_eq!(document.edited(&[edit]), b"# \xe9\r\nFROM a\r\n# \xff");
        assert_eq!(document.edited(&[]), document.to_bytes());
    }

    #[test]
    fn edits_that_would_lose_a_byte_are_not_sure() {
        let document = document(b"a\xe9b");
        assert!(document.keeps_bytes(&Edit::insert(1.into(), "x")));
        assert!(document.keeps_bytes(&Edit::insert(4.into(), "x")));
        assert!(document.keeps_bytes(&Edit::delete(range(0, 1))));
        assert!(!document.keeps_bytes(&Edit::delete(range(0, 2))));
        assert!(!document.keeps_bytes(&Edit::delete(range(1, 4))));
        assert!(!document.keeps_bytes(&Edit::insert(0.into(), "\u{fffd}")));
    }
}
