//! One question: files read within limits.

use std::fmt;

use super::super::glob::{Glob, is_wild};
use super::super::{Context, Entry, Kind, LONGEST_FILE, Uncounted, join};
use super::resolve;

/// How much the start of a file is, in bytes.
const START: usize = 1024;
/// How much one question may read, in bytes.
const MAX_BYTES_IN_ALL: usize = 16 * 1024 * 1024;
/// How many files one question may read.
const MAX_FILES: usize = 500;
/// How deep `**` leads.
const MAX_DEPTH: usize = 8;
/// How many folders one question may list.
const MAX_FOLDERS: usize = 1000;

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its path in the context.
    pub file: String,
    /// What is wrong, as the end of a sentence that begins with the path.
    pub problem: String,
}

impl Broken {
    /// A file that is not as its format wants it.
    pub(super) fn malformed(file: &str, why: impl fmt::Display) -> Broken {
        // Some parsers draw the place on lines of their own.
        let why = why.to_string();
        let why = why.lines().next().unwrap_or_default();
        Broken { file: file.to_owned(), problem: format!("is not well-formed: {why}") }
    }

    fn unread(file: &str, why: &Uncounted) -> Broken {
        let file = if file.is_empty() { "." } else { file };
        let problem = match why {
            Uncounted::TooLong(_) => "is too long to read".to_owned(),
            Uncounted::Unreadable(_, why) => format!("cannot be read: {why}"),
            other => format!("cannot be read: {other}"),
        };
        Broken { file: file.to_owned(), problem }
    }

    fn too_many(file: &str) -> Broken {
        let problem = "is one of too many files to look at".to_owned();
        Broken { file: file.to_owned(), problem }
    }
}

impl fmt::Display for Broken {
    /// A short text without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.file, self.problem)
    }
}

/// A question to a context, which may look at so many files.
pub struct Reader<'a> {
    context: &'a Context,
    files: usize,
    folders: usize,
    bytes: usize,
}

impl<'a> Reader<'a> {
    pub fn new(context: &'a Context) -> Reader<'a> {
        Reader { context, files: MAX_FILES, folders: MAX_FOLDERS, bytes: MAX_BYTES_IN_ALL }
    }

    /// The text of a file, without a byte order mark; `None` if there is none.
    pub fn read(&mut self, path: &str) -> Result<Option<String>, Broken> {
        self.files = self.files.checked_sub(1).ok_or_else(|| Broken::too_many(path))?;
        let text =
            self.context.read(path, LONGEST_FILE).map_err(|why| Broken::unread(path, &why))?;
        let length = text.as_ref().map_or(0, String::len);
        self.bytes = self.bytes.checked_sub(length).ok_or_else(|| Broken::too_many(path))?;
        Ok(text.map(|text| match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }))
    }

    /// The first kilobyte or so of a file; `None` if there is none.
    pub fn read_start(&mut self, path: &str) -> Result<Option<String>, Broken> {
        self.files = self.files.checked_sub(1).ok_or_else(|| Broken::too_many(path))?;
        self.context.read_start(path, START).map_err(|why| Broken::unread(path, &why))
    }

    /// The first file of `names` that stands in `folder`: its path and text.
    pub fn read_first(
        &mut self,
        folder: &str,
        names: &[&str],
    ) -> Result<Option<(String, String)>, Broken> {
        for name in names {
            let path = join(folder, name);
            if let Some(text) = self.read(&path)? {
                return Ok(Some((path, text)));
            }
        }
        Ok(None)
    }

    /// What is in a folder, in the order of the names; nothing if there is no such folder.
    pub fn list(&mut self, folder: &str) -> Result<Vec<Entry>, Broken> {
        self.folders = self.folders.checked_sub(1).ok_or_else(|| Broken::too_many(folder))?;
        self.context.list(folder).map_err(|why| Broken::unread(folder, &why))
    }

    /// The names of the files in a folder, links counted.
    pub fn file_names(&mut self, folder: &str) -> Result<Vec<String>, Broken> {
        let files = self.list(folder)?.into_iter();
        let files =
            files.filter(|entry| matches!(entry.kind, Kind::File { .. } | Kind::Link { .. }));
        Ok(files.map(|entry| entry.name).collect())
    }

    /// The folders that a pattern names, from `folder`: `crates/*`, `packages/**`. Nothing if it
    /// leads out of the context. Folders whose names begin with `.` and `node_modules` are left out.
    pub fn folders_like(&mut self, folder: &str, pattern: &str) -> Result<Vec<String>, Broken> {
        let Some(pattern) = resolve(folder, pattern) else { return Ok(Vec::new()) };
        let mut found = vec![String::new()];
        for part in pattern.split('/') {
            // What is not well-formed matches nothing.
            let Ok(glob) = Glob::parse(part) else { return Ok(Vec::new()) };
            let mut inner = Vec::new();
            for folder in found {
                match part {
                    "**" => inner.extend(self.folders_below(folder)?),
                    part if is_wild(part) => {
                        let names = self.folder_names(&folder)?.into_iter();
                        let names = names.filter(|name| glob.matches(name));
                        inner.extend(names.map(|name| join(&folder, &name)));
                    }
                    part => inner.push(join(&folder, part)),
                }
            }
            found = inner;
        }
        found.retain(|folder| self.is_folder(folder));
        Ok(found)
    }

    /// A folder and those below it.
    fn folders_below(&mut self, folder: String) -> Result<Vec<String>, Broken> {
        let mut found = Vec::new();
        let mut ahead = vec![(folder, 0)];
        while let Some((folder, depth)) = ahead.pop() {
            if depth < MAX_DEPTH {
                let names = self.folder_names(&folder)?.into_iter();
                ahead.extend(names.map(|name| (join(&folder, &name), depth + 1)));
            }
            found.push(folder);
        }
        found.sort();
        Ok(found)
    }

    /// The names of the folders in a folder that may hold parts of a project.
    pub fn folder_names(&mut self, folder: &str) -> Result<Vec<String>, Broken> {
        let folders = self.list(folder)?.into_iter().filter(|entry| entry.kind == Kind::Folder);
        let names = folders.map(|entry| entry.name);
        Ok(names.filter(|name| !name.starts_with('.') && name != "node_modules").collect())
    }

    /// Whether the context has a file there. What cannot be looked at is not there.
    pub fn is_file(&self, path: &str) -> bool {
        matches!(self.context.kind(path), Ok(Some(Kind::File { .. })))
    }

    /// Whether the context has a folder there. What cannot be looked at is not there.
    pub fn is_folder(&self, path: &str) -> bool {
        matches!(self.context.kind(path), Ok(Some(Kind::Folder)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn reads_what_the_context_has() {
        let context = context(&[
            (".dockerignore", "secret\n"),
            ("a/b.txt", "\u{feff}hello"),
            ("secret", "x"),
            ("long", &"x".repeat(LONGEST_FILE + 1)),
        ]);
        let mut reader = Reader::new(&context);
        assert_eq!(reader.read("a/b.txt"), Ok(Some("hello".to_owned())));
        assert_eq!(reader.read("secret"), Ok(None));
        assert_eq!(reader.read("a"), Ok(None));
        assert_eq!(reader.read("none/none"), Ok(None));
        assert_eq!(
            reader.read("long").expect_err("broken").to_string(),
            "long is too long to read"
        );
        assert!(reader.is_file("a/b.txt") && !reader.is_file("a") && !reader.is_file("secret"));
        assert!(reader.is_folder("a") && reader.is_folder("") && !reader.is_folder("b"));
        assert_eq!(reader.file_names("a"), Ok(vec!["b.txt".to_owned()]));
        assert_eq!(reader.list("none"), Ok(vec![]));
    }

    #[test]
    fn folders_by_pattern() {
        let context = context(&[
            ("w/a/x", ""),
            ("w/b/c/x", ""),
            ("w/.git/x", ""),
            ("w/b/node_modules/x", ""),
            ("v/x", ""),
        ]);
        let check = |pattern, expected: &[&str]| {
            let found = Reader::new(&context).folders_like("w", pattern);
            assert_eq!(found.expect("read"), expected, "{pattern}");
        };
        check("*", &["w/a", "w/b"]);
        check("./a", &["w/a"]);
        check("b/**", &["w/b", "w/b/c"]);
        check("**/c", &["w/b/c"]);
        check("../v", &["v"]);
        check("../../v", &[]);
        check("none/*", &[]);
        check("[", &[]);
        check("a/x", &[]);
    }

    #[test]
    fn a_question_ends() {
        let context = context(&[("a", "x")]);
        let mut reader = Reader::new(&context);
        assert!((0..MAX_FILES).all(|_| reader.read("a").is_ok()));
        let end = reader.read("a").expect_err("broken").to_string();
        assert_eq!(end, "a is one of too many files to look at");
        assert!((0..MAX_FOLDERS).all(|_| reader.list("").is_ok()) && reader.list("").is_err());
    }
}
