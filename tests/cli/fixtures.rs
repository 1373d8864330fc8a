//! The binary on every fixture.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;
use walkdir::{DirEntry, WalkDir};

use crate::run::{fixtures, run};

/// All files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    let entries = entries.map(|entry| entry.expect("readable"));
    entries.filter(|entry| !entry.file_type().is_dir()).map(DirEntry::into_path).collect()
}

/// A copy of all fixtures, without what would take files out.
fn copy() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut copies = Vec::new();
    for source in files(&fixtures().join("dockerfile")) {
        let below = source.strip_prefix(fixtures()).expect("below").to_owned();
        let copy = folder.path().join(&below);
        fs::create_dir_all(copy.parent().expect("a parent")).expect("made");
        fs::copy(&source, &copy).expect("copied");
        if below.extension().is_some_and(|ending| ending == "Dockerfile") {
            copies.push(below);
        }
    }
    (folder, copies)
}

/// The number of errors by file.
fn errors(folder: &Path, arguments: &[&str]) -> BTreeMap<String, usize> {
    let arguments = [&["check", "--output-format=json-lines"], arguments].concat();
    let found = run(folder, &arguments);
    assert!(found.code < 2, "{}", found.err);
    let mut errors = BTreeMap::new();
    for line in found.out.lines() {
        let record: Value = serde_json::from_str(line).expect("an object");
        if record["severity"] == "error" {
            *errors.entry(record["file"].as_str().expect("a name").to_owned()).or_default() += 1;
        }
    }
    errors
}

#[test]
fn every_fixture_is_checked_in_every_format() {
    let count = files(&fixtures())
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "Dockerfile"))
        .count();
    assert!(count > 1500, "{count} fixtures");
    for format in ["text", "concise", "json", "json-lines", "github"] {
        let found = run(&fixtures(), &["check", "dockerfile", "--output-format", format]);
        found.with_code(1);
    }
}

#[test]
fn every_fixture_is_mended_for_good_and_none_for_the_worse() {
    let (folder, copies) = copy();
    let before = errors(folder.path(), &[]);
    let diff = run(folder.path(), &["check", "--diff"]).with_code(1);
    let originals: Vec<_> = copies.iter().map(|copy| read(folder.path(), copy)).collect();

    let after = errors(folder.path(), &["--fix"]);
    for (file, count) in &after {
        let old = before.get(file).copied().unwrap_or_default();
        assert!(*count <= old, "{file} had {old} errors and has {count}");
    }
    let mended: Vec<_> = copies.iter().map(|copy| read(folder.path(), copy)).collect();
    let changed = originals.iter().zip(&mended).filter(|(a, b)| a != b).count();
    assert!(changed > 100, "only {changed} files were mended");
    assert_eq!(diff.err, format!("Checked {} files: {changed} would change\n", copies.len()));

    assert_eq!(errors(folder.path(), &["--fix"]), after);
    for (copy, mended) in copies.iter().zip(&mended) {
        assert_eq!(&read(folder.path(), copy), mended, "{} changes again", copy.display());
    }
    run(folder.path(), &["check", "--diff"]).with_code(0);
}

fn read(folder: &Path, name: &Path) -> Vec<u8> {
    fs::read(folder.join(name)).expect("there")
}

#[test]
fn every_fixture_is_explained() {
    let all = files(&fixtures().join("dockerfile"));
    let queue = Mutex::new(all.iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(path) = queue.lock().expect("whole").next() else { break };
                    let name = path.to_str().expect("text");
                    let explained = run(&fixtures(), &["explain", name, "--json"]).with_code(0);
                    let data: Value = serde_json::from_str(&explained.out).expect("an object");
                    assert!(data["stages"].is_array(), "{name}");
                    let text = run(&fixtures(), &["explain", name]).with_code(0).out;
                    assert!(text.starts_with(name), "{name}");
                }
            });
        }
    });
}
