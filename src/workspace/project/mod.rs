//! What a project's own files say: which program a build makes, what it is named, what it needs.
//!
//! One file a kind of manifest. Each question takes a [`Context`] and a folder of it, and sees only
//! what the build sees: a file that the ignore file leaves out is not there. A file is read when it
//! is asked for and not before. An answer is what the file states: `None` is "not stated", or "only
//! a run of the build tool would know". A file that is not well-formed is [`Broken`], which names it.
//!
//! | file | what it reads |
//! |---|---|
//! | `reader.rs` | one question: files read within limits, [`Broken`] |
//! | `data.rs` | TOML, JSON, JSON with comments and YAML as one kind of value |
//! | `lex.rs` | program text as words, texts and brackets |

pub mod cargo;
pub mod cmake;
pub mod dart;
mod data;
pub mod deno;
pub mod dotnet;
pub mod elixir;
pub mod go;
pub mod gradle;
pub mod haskell;
mod lex;
pub mod make;
pub mod maven;
pub mod meson;
pub mod node;
pub mod php;
pub mod python;
mod reader;
pub mod ruby;
pub mod sbt;
pub mod swift;
pub mod zig;

pub use reader::Broken;

#[cfg(test)]
use super::Context;
use super::clean;

/// What a file says of something for which there is a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting {
    /// That text.
    Stated(String),
    /// Nothing: the default holds.
    #[default]
    Absent,
    /// Something that only a run of the tool would tell.
    Unknown,
}

impl Setting {
    /// The text, if it is stated.
    pub fn stated(&self) -> Option<&str> {
        match self {
            Setting::Stated(text) => Some(text),
            _ => None,
        }
    }

    /// The text, or else the default; `None` if it is not known.
    pub fn or_default<'a>(&'a self, default: &'a str) -> Option<&'a str> {
        match self {
            Setting::Stated(text) => Some(text),
            Setting::Absent => Some(default),
            Setting::Unknown => None,
        }
    }
}

/// Where a relative path of a file in `folder` leads; `None` if that is outside of the context, or
/// if the path is absolute.
fn resolve(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let path = clean(format!("{folder}/{path}").trim_start_matches('/'));
    (path != ".." && !path.starts_with("../")).then_some(path)
}

/// The folder that a path lies in.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A folder of the context and those above it, the innermost first.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match *folder {
        "" => None,
        folder => Some(parent(folder)),
    })
}

/// A context of these files, by path and text; for tests.
#[cfg(test)]
fn context(files: &[(&str, &str)]) -> Context {
    use std::path::Path;
    use std::sync::Arc;

    let mut memory = super::Memory::default().folder("/c");
    for (path, text) in files {
        memory = memory.file(format!("/c/{path}"), *text);
    }
    Context::open(Arc::new(memory), Path::new("/c"), Path::new("Dockerfile")).expect("opens")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_inside() {
        let check = |folder, path, expected: Option<&str>| {
            assert_eq!(resolve(folder, path).as_deref(), expected, "{folder} {path}");
        };
        check("", "a", Some("a"));
        check("a", "../b", Some("b"));
        check("a", "./b/", Some("a/b"));
        check("a", "..", Some(""));
        check("a", "../..", None);
        check("", "../a", None);
        check("a", "/b", None);
    }

    #[test]
    fn folders_above() {
        assert_eq!(upwards("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(upwards("").collect::<Vec<_>>(), [""]);
    }
}
