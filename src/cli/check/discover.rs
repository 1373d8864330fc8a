//! Which files to check.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::server::is_dockerfile_name;

/// What to check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The files, each once, sorted by path.
    pub files: BTreeMap<PathBuf, Origin>,
    /// Why some paths could not be looked into.
    pub problems: Vec<String>,
}

/// How a file came to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It lay in a folder.
    Folder,
    /// It was asked for by its name.
    Asked,
}

/// Finds the files: those named, whatever they are called, and in each folder those that look like
/// Dockerfiles and that no ignore file takes out.
pub fn files(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() {
            found.walk(path);
        } else {
            found.add(path, Origin::Asked);
        }
    }
    found
}

impl Found {
    fn add(&mut self, path: &Path, origin: Origin) {
        let before = self.files.entry(plain(path)).or_insert(origin);
        *before = origin.max(*before);
    }

    fn walk(&mut self, folder: &Path) {
        let walk = WalkBuilder::new(folder)
            // `.devcontainer` holds Dockerfiles; what git keeps for itself does not.
            .hidden(false)
            .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git")
            // An ignore file means the same in an exported folder as in a repository.
            .require_git(false)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if is_wanted(&entry) => self.add(entry.path(), Origin::Folder),
                Ok(_) => {}
                Err(error) => self.problems.push(error.to_string()),
            }
        }
    }
}

/// Links are left out: what they lead to is found where it is, or is none of this folder's.
fn is_wanted(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
        && entry.file_name().to_str().is_some_and(is_dockerfile_name)
}

/// The path without `./` at its front, so that one file has one name.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_name() {
        for (path, expected) in
            [("./a/./b", "a/b"), ("a//b", "a/b"), ("../a", "../a"), ("/a/b", "/a/b")]
        {
            assert_eq!(plain(Path::new(path)), Path::new(expected));
        }
    }
}
