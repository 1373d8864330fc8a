//! Texts with marks for the tests of the features.
//!
//! `$0` is the cursor, and `<tag>…</tag>` a range that the feature is expected to answer, `tag`
//! saying as what. Tags are words of lower-case letters and may nest.

use crate::ide::Snapshot;
use crate::text::{Edit, TextRange, TextSize, apply_edits};

/// A text without its marks.
pub struct Fixture {
    /// The document.
    pub snapshot: Snapshot,
    /// Where `$0` stood; the end of the text without one.
    pub cursor: TextSize,
    /// The marked ranges.
    marks: Vec<(String, TextRange)>,
}

impl Fixture {
    /// Reads a marked text.
    pub fn new(marked: &str) -> Fixture {
        let (mut text, mut cursor) = (String::new(), None);
        let (mut open, mut marks) = (Vec::new(), Vec::new());
        let mut rest = marked;
        while let Some(c) = rest.chars().next() {
            let here = TextSize::of(text.as_str());
            if let Some(behind) = rest.strip_prefix("$0") {
                assert!(cursor.replace(here).is_none(), "two cursors in {marked}");
                rest = behind;
            } else if let Some((tag, closes, behind)) = tag(rest) {
                rest = behind;
                if closes {
                    let (opened, start) = open.pop().expect("a tag to close");
                    assert_eq!(opened, tag, "tags cross in {marked}");
                    marks.push((tag.to_owned(), TextRange::new(start, here)));
                } else {
                    open.push((tag, here));
                }
            } else {
                text.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        assert!(open.is_empty(), "a tag is not closed in {marked}");
        marks.sort_by_key(|(tag, range)| (range.start(), range.end(), tag.clone()));
        let cursor = cursor.unwrap_or(TextSize::of(text.as_str()));
        Fixture { snapshot: Snapshot::new(&text), cursor, marks }
    }

    /// The text without its marks.
    pub fn text(&self) -> String {
        self.snapshot.text().to_string()
    }

    /// Asserts that `found` is what is marked, in any order.
    #[track_caller]
    pub fn check<'a>(&self, found: impl IntoIterator<Item = (&'a str, TextRange)>) {
        let mut found: Vec<_> = found.into_iter().map(|(tag, r)| (tag.to_owned(), r)).collect();
        found.sort_by_key(|(tag, range)| (range.start(), range.end(), tag.clone()));
        let text = self.text();
        let show = |list: &[(String, TextRange)]| -> Vec<String> {
            let part = |r: TextRange| &text[std::ops::Range::<usize>::from(r)];
            list.iter().map(|(tag, r)| format!("{tag} {r:?} {:?}", part(*r))).collect()
        };
        assert_eq!(show(&found), show(&self.marks), "found, marked in:\n{text}");
    }

    /// The ranges marked with `tag`, in order.
    pub fn marked(&self, tag: &str) -> Vec<TextRange> {
        self.marks.iter().filter(|(name, _)| name == tag).map(|(_, range)| *range).collect()
    }

    /// The text with the edits made.
    pub fn edited(&self, edits: &[Edit]) -> String {
        apply_edits(&self.text(), edits).expect("edits that fit")
    }
}

/// A tag at the start of `text`: its name, whether it closes, and what follows it.
fn tag(text: &str) -> Option<(&str, bool, &str)> {
    let inner = text.strip_prefix('<')?;
    let (closes, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let (name, rest) = inner.split_once('>')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
    is_name.then_some((name, closes, rest))
}

/// Calls `look` with the text of every Dockerfile in `fixtures/`.
pub fn each_file(mut look: impl FnMut(&str)) {
    let mut open = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("the fixtures").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().to_lowercase();
            if path.is_dir() {
                open.push(path);
            } else if name.contains("dockerfile") {
                let bytes = std::fs::read(path).expect("a fixture");
                look(&String::from_utf8_lossy(&bytes));
            }
        }
    }
}
