//! The files of a context that its ignore file leaves.
//!
//! A folder that is left out is still there if an exception takes back in something below it; then
//! it has that and nothing else.

use std::io;
use std::path::Path;

use super::context::Uncounted;
use super::files::{Files, Kind};
use super::ignore::{Ignore, Verdict};
use super::join;

/// How many entries one question may look at.
const MAX_ENTRIES: usize = 100_000;
/// How much text of rules one question may hold entries against: a gigabyte is some seconds.
const MAX_WORK: usize = 1 << 30;
/// How deep folders may be nested: more is a mistake, and makes paths long.
const MAX_DEPTH: usize = 255;
/// How many links may lead from one path to a file, as in `BuildKit`.
const MAX_LINKS: usize = 255;

/// A walk through what the rules leave.
pub struct Tree<'a> {
    files: &'a dyn Files,
    root: &'a Path,
    ignore: &'a Ignore,
    /// How many entries may still be looked at.
    left: usize,
}

/// Something that the rules leave; but of a folder that is left out, only what is below.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its path from the root.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// What the rules say of it.
    pub verdict: Verdict,
}

impl Node {
    fn root() -> Node {
        Node { path: String::new(), kind: Kind::Folder, verdict: Verdict::default() }
    }

    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl<'a> Tree<'a> {
    /// What `ignore` leaves of the files below `root`, for one question. It will hold each file
    /// against `patterns` bytes of other patterns, too.
    pub fn new(
        files: &'a dyn Files,
        root: &'a Path,
        ignore: &'a Ignore,
        patterns: usize,
    ) -> Tree<'a> {
        let left = MAX_ENTRIES.min(MAX_WORK / (ignore.weight() + patterns).max(1));
        Tree { files, root, ignore, left }
    }

    /// What stands at `path` once all links are followed. A link cannot lead out: its own root is
    /// that of the context, and `..` stays there. `None` if there is nothing, or if the rules leave
    /// it out.
    pub fn follow(&mut self, path: &str) -> Result<Option<Node>, Uncounted> {
        let mut links = 0;
        let mut trail = vec![Node::root()];
        let mut ahead = parts_backwards(path);
        while let Some(part) = ahead.pop() {
            if part == ".." {
                trail.truncate((trail.len() - 1).max(1));
                continue;
            }
            let folder = trail.last().unwrap_or(&trail[0]);
            let path = join(&folder.path, &part);
            let Some(kind) = self.kind(&path)? else { return Ok(None) };
            let verdict = self.ignore.judge(&path, &folder.verdict);
            if verdict.matched && kind != Kind::Folder {
                return Ok(None);
            }
            let Kind::Link { target } = kind else {
                trail.push(Node { path, kind, verdict });
                continue;
            };
            links += 1;
            if links > MAX_LINKS {
                return Err(Uncounted::Links(path));
            }
            if target.starts_with('/') {
                trail.truncate(1);
            }
            ahead.extend(parts_backwards(&target));
        }
        let Some(node) = trail.pop() else { return Ok(None) };
        Ok(self.is_there(&node)?.then_some(node))
    }

    /// Whether the rules leave a node, or something in it.
    fn is_there(&mut self, node: &Node) -> Result<bool, Uncounted> {
        if !node.verdict.matched {
            return Ok(true);
        }
        let mut nodes = self.children(node)?;
        while let Some(node) = nodes.pop() {
            if !node.verdict.matched {
                return Ok(true);
            }
            nodes.extend(self.children(&node)?);
        }
        Ok(false)
    }

    /// What is in a folder, in the order of the names, without links followed. Of the folders that
    /// the rules leave out, only those are told in which something may be taken back in.
    pub fn children(&mut self, folder: &Node) -> Result<Vec<Node>, Uncounted> {
        if folder.kind != Kind::Folder {
            return Ok(Vec::new());
        }
        if folder.path.split('/').count() > MAX_DEPTH {
            return Err(Uncounted::TooDeep);
        }
        let listed = self.files.list(&self.root.join(&folder.path), self.left);
        let entries = listed.map_err(|error| match error.kind() {
            io::ErrorKind::QuotaExceeded => Uncounted::TooMany,
            _ => Uncounted::unreadable(&folder.path, &error),
        })?;
        self.left = self.left.checked_sub(entries.len()).ok_or(Uncounted::TooMany)?;
        let children = entries.into_iter().map(|entry| {
            let path = join(&folder.path, &entry.name);
            let verdict = self.ignore.judge(&path, &folder.verdict);
            Node { path, kind: entry.kind, verdict }
        });
        Ok(children.filter(|child| self.leaves(child)).collect())
    }

    /// Whether a node, or something below it, may be left by the rules.
    fn leaves(&self, node: &Node) -> bool {
        !node.verdict.matched
            || node.kind == Kind::Folder && self.ignore.may_differ_below(&node.path, &node.verdict)
    }

    fn kind(&mut self, path: &str) -> Result<Option<Kind>, Uncounted> {
        self.left = self.left.checked_sub(1).ok_or(Uncounted::TooMany)?;
        match self.files.kind(&self.root.join(path)) {
            Ok(kind) => Ok(Some(kind)),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::InvalidFilename => Ok(None),
                _ => Err(Uncounted::unreadable(path, &error)),
            },
        }
    }

    /// The first `limit` bytes of a file.
    pub fn read(&self, file: &Node, limit: usize) -> Result<Vec<u8>, Uncounted> {
        let read = self.files.read(&self.root.join(&file.path), limit);
        read.map_err(|error| Uncounted::unreadable(&file.path, &error))
    }
}

/// The parts of a path, the last first.
fn parts_backwards(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    parts.rev().map(str::to_owned).collect()
}
