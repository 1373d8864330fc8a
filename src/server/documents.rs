//! The open documents: what the client says of them, in the order it says it.
//!
//! Whatever a client does, the store has a sound state afterwards: a change of a document that is
//! not open is left out, a second opening replaces the first, a version that goes back is taken as
//! it is (arrival order rules). Each of these is logged.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tower_lsp_server::ls_types as lsp;

use super::convert;
use super::diagnostics::Told;
use crate::ide::Snapshot;
use crate::text::{Edit, Encoding, Text};

/// What a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Ours.
    Dockerfile,
    /// Anything else: held so that the client's messages about it make sense, never read.
    Other,
}

/// One open document.
#[derive(Debug)]
pub struct Document {
    /// What it is written in.
    pub language: Language,
    /// The client's number for this state; some clients send none.
    pub version: Option<i64>,
    /// Our number for this state. No other state of any document ever has it.
    pub revision: u64,
    /// The revision at which it was opened.
    pub opened: u64,
    /// What the client was told of its findings when it asked last.
    pub told: Arc<Mutex<Option<Told>>>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// A Dockerfile's text and all that is read from it.
    Read(Snapshot),
    /// The text of a Dockerfile whose reading panicked, and of any other document: of the latter
    /// none.
    Text(Text),
}

impl Content {
    fn read(text: &str) -> Self {
        guarded(|| Snapshot::new(text)).unwrap_or_else(|| Self::Text(Text::new(text)))
    }

    fn text(&self) -> &Text {
        match self {
            Self::Read(snapshot) => snapshot.text(),
            Self::Text(text) => text,
        }
    }
}

/// The text stays true whatever befalls its reading; a panic there is logged by the panic hook.
fn guarded(read: impl FnOnce() -> Snapshot) -> Option<Content> {
    catch_unwind(AssertUnwindSafe(read)).ok().map(Content::Read)
}

impl Document {
    /// The snapshot to answer from.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match &self.content {
            Content::Read(snapshot) => Some(snapshot),
            Content::Text(_) => None,
        }
    }

    /// Makes the changes, all of them before anything is read anew.
    fn change(&mut self, changes: Vec<Change>, encoding: Encoding) {
        let mut text = self.content.text().clone();
        // The edits since the old snapshot; none once the whole text was replaced.
        let mut edits = Some(Vec::with_capacity(changes.len()));
        for (range, insert) in changes {
            let Some(range) = range else {
                (text, edits) = (Text::new(&insert), None);
                continue;
            };
            let edit = Edit::replace(convert::text_range(&text, range, encoding), insert);
            text.edit(&edit);
            edits.iter_mut().for_each(|edits| edits.push(edit.clone()));
        }
        let edited =
            self.snapshot().zip(edits).and_then(|(old, edits)| guarded(|| old.edit(&edits)));
        self.content = edited.unwrap_or_else(|| Content::read(&text.to_string()));
    }
}

/// All open documents, by URI.
#[derive(Debug, Default)]
pub struct Documents {
    open: HashMap<String, Document>,
    /// The last revision that was given out.
    revision: u64,
}

/// One entry of a `didChange`: a range, or none for the whole text, and what takes its place.
pub type Change = (Option<lsp::Range>, String);

impl Documents {
    /// The document of that URI, if it is open.
    pub fn get(&self, uri: &str) -> Option<&Document> {
        self.open.get(uri)
    }

    /// The URIs of all open documents.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.open.keys().map(String::as_str)
    }

    /// `textDocument/didOpen`.
    pub fn open(&mut self, uri: &str, language_id: &str, version: Option<i64>, text: &str) {
        let language = language(language_id, uri);
        let revision = self.next_revision();
        let content = match language {
            Language::Dockerfile => Content::read(text),
            Language::Other => Content::Text(Text::default()),
        };
        let told = Arc::default();
        let document = Document { language, version, revision, opened: revision, told, content };
        if self.open.insert(uri.to_owned(), document).is_some() {
            tracing::warn!("{uri} was opened twice; the second text counts");
        }
    }

    /// `textDocument/didChange`. Each change speaks of the text that the one before left.
    pub fn change(
        &mut self,
        uri: &str,
        version: Option<i64>,
        changes: Vec<Change>,
        encoding: Encoding,
    ) {
        let revision = self.next_revision();
        let Some(document) = self.open.get_mut(uri) else {
            return tracing::warn!("{uri} was changed but is not open");
        };
        if document.version.zip(version).is_some_and(|(old, new)| new < old) {
            tracing::warn!("{uri} went back from version {:?} to {version:?}", document.version);
        }
        document.version = version;
        document.revision = revision;
        if document.language == Language::Dockerfile {
            document.change(changes, encoding);
        }
    }

    /// `textDocument/didSave`: only that the client and we mean the same documents.
    pub fn save(&self, uri: &str) {
        if !self.open.contains_key(uri) {
            tracing::warn!("{uri} was saved but is not open");
        }
    }

    /// `textDocument/didClose`.
    pub fn close(&mut self, uri: &str) {
        if self.open.remove(uri).is_none() {
            tracing::warn!("{uri} was closed but is not open");
        }
    }

    fn next_revision(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }
}

/// Language ids that say nothing, so that the file's name decides.
const UNSPECIFIC: [&str; 6] = ["", "plaintext", "plain", "text", "txt", "unknown"];

/// What a document is written in: the client's language id decides. `dockercompose`, `dockerbake`,
/// `yaml` and all others are not ours even if the file's name is.
fn language(id: &str, uri: &str) -> Language {
    let id = id.trim().to_ascii_lowercase();
    let ours = match id.as_str() {
        "dockerfile" | "containerfile" => true,
        id if UNSPECIFIC.contains(&id) => is_dockerfile_name(file_name(uri)),
        _ => false,
    };
    if ours { Language::Dockerfile } else { Language::Other }
}

fn file_name(uri: &str) -> &str {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Endings behind `Dockerfile.` that make a source file of something else.
const SOURCES: [&str; 6] = ["cs", "go", "js", "md", "py", "ts"];

/// Whether a file of that name is a Dockerfile: `Dockerfile`, `Dockerfile.*`, `*.dockerfile`, and
/// the same with `Containerfile`; the first letter in either case. `Dockerfile.go` and its like are
/// none, nor is an ignore file.
pub fn is_dockerfile_name(name: &str) -> bool {
    let is_word = |word: &str| {
        matches!(word, "Dockerfile" | "dockerfile" | "Containerfile" | "containerfile")
    };
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let last = name.rsplit_once('.').map_or("", |(_, last)| last);
    let is_other = SOURCES.contains(&rest) || last == "dockerignore";
    (is_word(first) || is_word(last)) && !is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "file:///Dockerfile";

    fn at(line: u32, start: u32, end: u32) -> Option<lsp::Range> {
        Some(lsp::Range::new(lsp::Position::new(line, start), lsp::Position::new(line, end)))
    }

    fn text(documents: &Documents) -> String {
        documents.get(URI).and_then(Document::snapshot).expect("a snapshot").text().to_string()
    }

    #[test]
    fn changes_build_on_each_other() {
        let mut documents = Documents::default();
        documents.open(URI, "dockerfile", Some(0), "FROM a\n");
        let changes =
            vec![(at(0, 5, 6), "b".into()), (at(0, 6, 6), "😀c".into()), (at(0, 8, 9), "d".into())];
        documents.change(URI, Some(1), changes, Encoding::Utf16);
        assert_eq!(text(&documents), "FROM b😀d\n");
        documents.change(
            URI,
            Some(2),
            vec![(None, "x".into()), (at(9, 9, 99), "y".into())],
            Encoding::Utf16,
        );
        assert_eq!(text(&documents), "xy");
        assert_eq!(documents.get(URI).expect("open").version, Some(2));
    }

    #[test]
    fn a_client_that_loses_count_does_no_harm() {
        let mut documents = Documents::default();
        documents.change(URI, Some(5), vec![(None, "ghost".into())], Encoding::Utf8);
        documents.close(URI);
        documents.save(URI);
        assert!(documents.get(URI).is_none());
        documents.open(URI, "dockerfile", Some(3), "one");
        documents.open(URI, "dockerfile", None, "two");
        assert_eq!(text(&documents), "two");
        documents.change(URI, Some(9), vec![(at(0, 3, 3), "!".into())], Encoding::Utf8);
        documents.change(URI, Some(1), vec![(at(0, 3, 4), "?".into())], Encoding::Utf8);
        assert_eq!(
            (text(&documents).as_str(), documents.get(URI).expect("open").version),
            ("two?", Some(1))
        );
        documents.close(URI);
        documents.close(URI);
        assert_eq!(documents.uris().count(), 0);
    }

    #[test]
    fn every_state_has_its_own_revision() {
        let mut documents = Documents::default();
        let mut seen = Vec::new();
        for _ in 0..3 {
            documents.open(URI, "dockerfile", Some(0), "");
            seen.push(documents.get(URI).expect("open").revision);
            documents.change(URI, Some(0), vec![], Encoding::Utf8);
            seen.push(documents.get(URI).expect("open").revision);
            documents.close(URI);
        }
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    }

    #[test]
    fn the_language_id_decides_and_the_name_helps_out() {
        let check =
            |id: &str, uri: &str, expected| assert_eq!(language(id, uri), expected, "{id:?} {uri}");
        for id in ["dockerfile", "Dockerfile", "containerfile"] {
            check(id, "file:///notes.txt", Language::Dockerfile);
        }
        for id in ["dockercompose", "dockerbake", "yaml", "ignore", "go"] {
            check(id, "file:///Dockerfile", Language::Other);
        }
        for name in [
            "Dockerfile",
            "dockerfile",
            "Dockerfile.dev",
            "Dockerfile.go.dev",
            "dockerfile.alpine3.20",
            "my.dockerfile",
            "my.Dockerfile",
            "go.Dockerfile",
            "Containerfile",
            "containerfile.x",
            "a.b.containerfile",
            "Dockerfile?q=a/b",
            "Dockerfile#L1",
        ] {
            check("", &format!("file:///a.dockerfile/{name}"), Language::Dockerfile);
            check("plaintext", &format!("file:///{name}"), Language::Dockerfile);
        }
        for name in [
            "",
            "DOCKERFILE",
            "Dockerfiles",
            "xDockerfile",
            "dockerfile_",
            "compose.yaml",
            "dockerfile.d/x",
            "Dockerfile.go",
            "dockerfile.cs",
            "Dockerfile.js",
            "Dockerfile.ts",
            "Dockerfile.py",
            "Dockerfile.md",
            "Dockerfile.dockerignore",
            "api.Dockerfile.dockerignore",
            ".dockerignore",
        ] {
            check("plaintext", &format!("file:///{name}"), Language::Other);
        }
    }
}
