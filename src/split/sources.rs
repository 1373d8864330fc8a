//! The sources of a project, read for words in them.

use crate::workspace::{Context, Kind};

/// How many files are read.
const MOST_FILES: usize = 300;

/// How many entries of folders are looked at.
const MOST_ENTRIES: usize = 4_000;

/// The longest file that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// How deep folders are looked into.
const DEEPEST: usize = 10;

/// Folders in which no sources of the program lie.
const OTHERS: &[&str] = &["node_modules", "target", "tests", "test", "benches", "docs"];

/// Sources that were read.
#[derive(Debug, Default)]
pub struct Sources {
    /// Paths in the context and texts.
    pub files: Vec<(String, String)>,
    /// Whether these are all.
    pub is_complete: bool,
}

impl Sources {
    /// The files in `folder` of the context, and below, whose names have one of these endings.
    pub fn read(context: &Context, folder: &str, endings: &[&str]) -> Sources {
        let mut found = Sources { files: Vec::new(), is_complete: true };
        let mut ahead = vec![(folder.to_owned(), 0)];
        let mut left = MOST_ENTRIES;
        while let Some((folder, depth)) = ahead.pop() {
            let Ok(entries) = context.list(&folder) else {
                found.is_complete = false;
                continue;
            };
            for entry in entries {
                let path = match folder.as_str() {
                    "" => entry.name.clone(),
                    folder => format!("{folder}/{}", entry.name),
                };
                if left == 0 || found.files.len() == MOST_FILES || depth > DEEPEST {
                    found.is_complete = false;
                    return found;
                }
                left -= 1;
                let is_other = entry.name.starts_with('.') || OTHERS.contains(&&*entry.name);
                let ending = entry.name.rsplit_once('.').map_or("", |(_, ending)| ending);
                match entry.kind {
                    Kind::Folder if is_other => {}
                    Kind::Folder => ahead.push((path, depth + 1)),
                    _ if endings.contains(&ending) => found.take(context, path),
                    _ => {}
                }
            }
        }
        found
    }

    fn take(&mut self, context: &Context, path: String) {
        match context.read(&path, LONGEST) {
            Ok(Some(text)) => self.files.push((path, text)),
            _ => self.is_complete = false,
        }
    }

    /// Whether one of these words stands anywhere; `true` if not all was read.
    pub fn may_mention(&self, words: &[&str]) -> bool {
        !self.is_complete || self.mentions(words)
    }

    /// Whether one of these words stands in what was read.
    pub fn mentions(&self, words: &[&str]) -> bool {
        self.files.iter().any(|(_, text)| words.iter().any(|word| text.contains(word)))
    }
}
