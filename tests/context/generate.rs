//! Contexts, ignore files and sources that nobody wrote.

use std::fs;
use std::path::Path;

use stagewright::workspace::{Context, Copied};

use crate::random::Random;

const NAMES: &[&str] = &["a", "b", "ab", "a.md", "b.md", "x.txt", "é", "{a,b}", "src"];
const TARGETS: &[&str] = &["a", "../b", "/src", "/a/b", "../../../x.txt", ".", "none", "b.md"];
const PARTS: &[&str] = &[
    "a", "b", "ab", "src", "*", "**", "?", "*.md", "a*", "**b", "a**", "[ab]", "[^a]", "[a-c].md",
    "\\*", "é", "{a,b}", "..", ".", "***", "x.txt", "b?", "*b", "]", "!a",
];
/// Lines that are refused. Where more stands before the bracket, `BuildKit` may notice only when a
/// file comes by.
const REFUSED: &[&str] = &["[", "a[", "[]a]", "[a-]", "!", "!/", "b\\"];
const SOURCES: &[&str] = &[
    "a", "b", "ab", "src", "*", "?", "*.md", "a*", "[ab]", "[^a]", "..", ".", "x.txt", "none", "é",
    "**", "\\a",
];

/// A COPY and the ignore file.
#[derive(Debug)]
pub struct Question {
    pub ignore: String,
    pub sources: Vec<String>,
    pub exclude: Vec<String>,
    pub parents: bool,
}

impl Question {
    pub fn ask(&self, context: &Context) -> Result<Copied, String> {
        let sources: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        let exclude: Vec<&str> = self.exclude.iter().map(String::as_str).collect();
        let copied = match self.parents {
            true => context.copied_with_parents(&sources, &exclude),
            false => context.copied(&sources, &exclude),
        };
        copied.map_err(|why| why.to_string())
    }
}

/// Fills a folder.
pub fn tree(root: &Path, random: &mut Random) {
    for _ in 0..5 + random.below(25) {
        let mut folder = root.to_owned();
        for _ in 0..random.below(4) {
            folder.push(random.pick(NAMES));
        }
        // Where a file or link is in the way, this is one fewer.
        if fs::create_dir_all(&folder).is_err()
            || !folder.canonicalize().is_ok_and(|real| real == folder)
        {
            continue;
        }
        let path = folder.join(random.pick(NAMES));
        match random.below(8) {
            0 => drop(std::os::unix::fs::symlink(random.pick(TARGETS), &path)),
            1 => drop(fs::create_dir(&path)),
            _ if path.exists() || path.is_symlink() => {}
            _ => fs::write(&path, "x".repeat(1 + random.below(5_000))).expect("writable"),
        }
    }
}

/// An ignore file of a few lines, and some sources.
pub fn question(random: &mut Random) -> Question {
    let mut ignore = String::new();
    for _ in 0..random.below(6) {
        if random.once_in(3) {
            ignore.push('!');
        }
        if random.once_in(8) {
            ignore.push_str(random.pick(&["/", "#", " ", "./", "! "]));
        }
        ignore.push_str(&path(PARTS, random));
        ignore.push_str(random.pick(&["\n", "\n", "\n", "/\n", " \r\n", "\n\n"]));
    }
    if random.once_in(12) {
        ignore.push_str(random.pick(REFUSED));
    }
    let count = 1 + random.below(2);
    let excludes = if random.once_in(3) { 1 + random.below(3) } else { 0 };
    let exclude = (0..excludes).map(|_| {
        let mark = if random.once_in(4) { "!" } else { "" };
        mark.to_owned() + &path(PARTS, random)
    });
    let exclude = exclude.collect();
    let parents = random.once_in(4);
    let sources = (0..count).map(|_| match parents && random.once_in(2) {
        true => format!("{}/./{}", path(SOURCES, random), path(PARTS, random)),
        false => path(SOURCES, random),
    });
    Question { ignore, sources: sources.collect(), exclude, parents }
}

fn path(parts: &[&str], random: &mut Random) -> String {
    let parts: Vec<_> = (0..1 + random.below(3)).map(|_| random.pick(parts)).collect();
    parts.join("/")
}
