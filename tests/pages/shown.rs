//! What docs/editors.md says of each editor is what the tests in that editor show.
//!
//! Above a test in an editor stands a comment `Shows: hover, definition`, with the features that a
//! user would see in it. The table is made of these lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::held;

/// The features, in the order of the table.
const FEATURES: &[&str] = &[
    "diagnostics",
    "fix",
    "completion",
    "hover",
    "definition",
    "references",
    "rename",
    "highlight",
    "symbols",
    "folding",
    "links",
    "lens",
    "inlay hints",
    "call hierarchy",
    "split",
    "refusal",
    "settings",
    "restart",
    "encoding",
];

/// The editors, and how the paths of their tests begin: the longest beginning counts.
const EDITORS: &[(&str, &str)] = &[
    ("VS Code", "editors/vscode/test/"),
    ("Neovim", "tests/editors/"),
    ("Helix", "tests/editors/helix"),
    ("JetBrains (LSP4IJ)", "editors/jetbrains/test/src/"),
    ("Emacs", "tests/editors/emacs"),
];

/// What stands before the name of a test, in the languages that tests are written in, and the
/// character behind it.
const TESTS: &[(&str, char)] =
    &[("fn ", '('), ("void ", '('), ("(ert-deftest ", ' '), ("test('", '\''), ("test(\"", '"')];

/// What stands above or in the line of a test that is run, and of one that is left out.
const RUN: &[&str] = &["#[test]", "@Test", "(ert-deftest ", "test('", "test(\""];
const LEFT_OUT: &[&str] =
    &["#[ignore", "@Disabled", ":expected-result", "skip: true", "todo: true"];

/// A test that shows something.
struct Shown {
    features: Vec<String>,
    name: String,
}

#[test]
fn the_table_of_editors_is_what_the_tests_show() {
    let mut table: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for file in test_files() {
        let editor = editor(&file);
        for test in shown(&file) {
            for feature in &test.features {
                let known = FEATURES.iter().find(|known| **known == feature);
                let known = known.unwrap_or_else(|| panic!("{file}: {feature} is no feature"));
                let link = format!("[yes](../{file} \"{}\")", test.name);
                table.entry((known, editor)).or_insert(link);
            }
        }
    }
    let editors = EDITORS.iter().map(|(editor, _)| *editor);
    let mut text = row("feature", editors.clone().map(str::to_owned));
    text += &row("---", editors.clone().map(|_| "---".to_owned()));
    for feature in FEATURES {
        let cell = |editor| table.get(&(*feature, editor)).cloned().unwrap_or_default();
        text += &row(feature, editors.clone().map(cell));
    }
    held::check("docs/editors.md", &[("features", text)]);
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let cells = cells.map(|cell| format!(" {cell} |")).collect::<String>();
    format!("| {first} |{cells}\n")
}

fn editor(file: &str) -> &'static str {
    let own = EDITORS.iter().filter(|(_, start)| file.starts_with(start));
    own.max_by_key(|(_, start)| start.len()).expect("a file of an editor").0
}

/// The files in the folders of tests, below the repository, in order.
fn test_files() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = EDITORS.iter().filter(|(_, start)| start.ends_with('/')).map(|e| root.join(e.1));
    let entries = folders.flat_map(WalkDir::new).map(|entry| entry.expect("readable").into_path());
    let is_code = |path: &PathBuf| {
        ["rs", "ts", "mjs", "java", "el"].iter().any(|e| path.extension() == Some(e.as_ref()))
    };
    let mut files: Vec<String> = entries
        .filter(is_code)
        .map(|path| {
            let below = path.strip_prefix(root).expect("below the repository");
            below.to_str().expect("a name in UTF-8").replace('\\', "/")
        })
        .collect();
    files.sort();
    files
}

/// The tests in a file that say what they show.
#[track_caller]
fn shown(file: &str) -> Vec<Shown> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("text");
    let mut lines = text.lines();
    let mut tests = Vec::new();
    while let Some(line) = lines.next() {
        let comment = line.trim_start().trim_start_matches(['/', ';']).trim_start();
        let Some(features) = comment.strip_prefix("Shows: ") else { continue };
        let features = features.trim_end_matches('.').split(", ").map(str::to_owned).collect();
        let below: Vec<&str> = lines.clone().take(4).collect();
        let at = below.iter().position(|line| test_name(line).is_some());
        let head = at.map(|at| &below[..=at]).unwrap_or_default();
        let name = head.last().and_then(|line| test_name(line));
        let name = name.unwrap_or_else(|| panic!("{file}: no test below {line}"));
        let has = |marks: &[&str]| head.iter().any(|line| marks.iter().any(|m| line.contains(m)));
        assert!(has(RUN) && !has(LEFT_OUT), "{file}: {name} is not run");
        tests.push(Shown { features, name });
    }
    tests
}

fn test_name(line: &str) -> Option<String> {
    TESTS.iter().find_map(|(before, after)| {
        let (_, rest) = line.split_once(before)?;
        Some(rest.split(*after).next()?.to_owned())
    })
}
