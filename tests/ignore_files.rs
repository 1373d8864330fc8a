//! Each file of `fixtures/dockerignore` leaves out what `BuildKit` leaves out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use stagewright::workspace::Ignore;

/// What a fixture says: paths that are left out and paths that are not, or the line that is refused.
enum Says {
    Leaves(&'static [&'static str], &'static [&'static str]),
    Refuses(usize),
}
use Says::{Leaves, Refuses};

const FIXTURES: &[(&str, Says)] = &[
    ("bare-exclamation-mark", Refuses(2)),
    ("blank-behind-exclamation-mark", Leaves(&["a", "lib/x"], &["src", "src/a/b"])),
    ("bom-first", Leaves(&["foo", "bar"], &["\u{feff}foo"])),
    ("braces-are-literal", Leaves(&["{a,b}.txt"], &["a.txt", "b.txt"])),
    ("case-counts", Leaves(&["Foo", "foo"], &["FOO"])),
    ("comment-in-first-column", Leaves(&["foo"], &["# a comment", "a comment"])),
    ("comment-indented-is-a-pattern", Leaves(&["foo", "# not a comment"], &["not a comment"])),
    ("crlf", Leaves(&["foo", "foo/a"], &["foo/bar", "foo\r"])),
    ("dots-cleaned", Leaves(&["b", "c", "d/e"], &["a", "d", "x"])),
    ("double-star", Leaves(&["x", "q/x", "a/b", "a/c/b", "a/z", "qx", "ab/c"], &["q", "qa", "xq"])),
    ("empty", Leaves(&[], &["a", "a/b"])),
    ("escape-at-end", Refuses(1)),
    ("escape-of-star", Leaves(&["*.txt"], &["a.txt"])),
    ("escaped-number-sign", Leaves(&["#foo"], &["foo", "\\#foo"])),
    (
        "everything-but",
        Leaves(
            &["a", "src/a.test.js", "src/a/b.test.js", "lib/package.json"],
            &["src/a.js", "package.json", "package-lock.json"],
        ),
    ),
    (
        "exception-below-excluded-directory",
        Leaves(&["docs", "docs/a.md", "docs/a/keep.md"], &["docs/keep.md", "a"]),
    ),
    (
        "last-rule-decides",
        Leaves(&["a.md", "README.md", "README-x.md"], &["a/README.md", "README"]),
    ),
    ("leading-slash", Leaves(&["foo", "foo/a"], &["foo/bar", "a/foo"])),
    ("no-final-newline", Leaves(&["foo", "bar"], &["a"])),
    ("non-ascii", Leaves(&["größe", "東京/a", "😀.txt"], &["grösse", "東京", "x.txt"])),
    ("only-comments", Leaves(&[], &["nothing is excluded", "a"])),
    ("set-unclosed", Refuses(1)),
    (
        "set-with-circumflex",
        Leaves(&["a.txt", "c.txt", "a.md", "é.md"], &["d.txt", "d.md", "ab.md"]),
    ),
    ("set-with-exclamation-mark-is-literal", Leaves(&["!.txt", "a.txt"], &["b.txt"])),
    (
        "star-and-question-mark",
        Leaves(
            &["a.log", ".log", "a.tmp", "ab/x.txt"],
            &["a/b.log", "ab.tmp", "a/x.txt", "ab/c/x.txt"],
        ),
    ),
    ("trailing-slash", Leaves(&["foo", "foo/a", "bar"], &["a/foo"])),
    ("trimmed-and-blank-lines", Leaves(&["foo", "bar", "bar/a"], &["  foo  ", "a"])),
];

#[test]
fn fixtures_say_what_buildkit_says() {
    for (name, says) in FIXTURES {
        let bytes = fs::read(folder().join(name).with_extension("dockerignore"));
        let text = String::from_utf8_lossy(&bytes.expect(name)).into_owned();
        match (Ignore::parse(&text), says) {
            (Ok(ignore), Leaves(excluded, left)) => {
                for path in *excluded {
                    assert!(ignore.excludes(path), "{name} leaves {path}");
                }
                for path in *left {
                    assert!(!ignore.excludes(path), "{name} leaves out {path}");
                }
            }
            (Err(error), Refuses(line)) => assert_eq!(error.line, *line, "{name}"),
            (read, _) => panic!("{name}: {read:?}"),
        }
    }
}

#[test]
fn each_fixture_is_asked() {
    let names = fs::read_dir(folder()).expect("fixtures").map(|entry| {
        let path = entry.expect("readable").path();
        path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    });
    let asked = FIXTURES.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), asked.collect());
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dockerignore")
}
