//! The files beside a Dockerfile: the build context, and what its ignore file leaves of it.
//!
//! | file | what it holds |
//! |---|---|
//! | `files.rs` | where files come from: a disk, or memory |
//! | `glob.rs` | one pattern with `*`, `?` and sets |
//! | `ignore.rs` | the rules of an ignore file |
//! | `context.rs` | which ignore file counts; how much an instruction takes |
//! | `tree.rs` | the files that the rules leave, walked within limits |
//! | `project/` | what the project's own files say: go.mod, Cargo.toml, package.json, ... |
//!
//! Inside the context a path is a text with `/` between its parts and none before the first; the
//! root is the empty text.

pub mod context;
pub mod files;
mod glob;
pub mod ignore;
pub mod project;
mod tree;

pub use context::{Context, Copied, Uncounted, Unopened};
pub use files::{Disk, Entry, Files, Kind, Memory};
pub use ignore::{Ignore, IgnoreError};

/// The longest file that is read as a whole, in bytes.
pub const LONGEST_FILE: usize = 1 << 20;

/// A path without empty parts and `.`, and with each `..` taken together with the part before it,
/// as Go's `filepath.Clean` has it; but the cleaned empty path is empty, not `.`.
fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let root = if absolute { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// A path inside the context: cleaned, and below the root whatever is written before it.
pub fn inside(path: &str) -> String {
    clean(&format!("/{path}")).trim_start_matches('/').to_owned()
}

/// The path of `name` in `folder`.
fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        let check = |path, cleaned: &str, within: &str| {
            assert_eq!(clean(path), cleaned, "{path}");
            assert_eq!(inside(path), within, "{path}");
        };
        check("a", "a", "a");
        check("", "", "");
        check(".", "", "");
        check("./a//b/", "a/b", "a/b");
        check("a/../b", "b", "b");
        check("a/..", "", "");
        check("../../a", "../../a", "a");
        check("/../a", "/a", "a");
        check("/", "/", "");
        check("a/../../b", "../b", "b");
    }
}
