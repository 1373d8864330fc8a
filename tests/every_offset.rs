//! Completion and hover at every offset of the fixtures, and in files that are just being typed:
//! no panic, and every range is one that an editor can use.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use stagewright::ide::images::View;
use stagewright::ide::{Snapshot, completion, context, hover};
use stagewright::image::{Offline, Unit};
use stagewright::language::platform::Platform;
use stagewright::text::{Edit, TextRange, TextSize, decode};
use walkdir::WalkDir;

/// The Dockerfiles below `fixtures/dockerfile` and its folder, in the order of their paths.
fn fixtures(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dockerfile");
    let files = WalkDir::new(root.join(folder)).sort_by_file_name().into_iter();
    let paths = files.map(|file| file.expect("readable").into_path());
    let paths = paths.filter(|path| path.extension().is_some_and(|e| e == "Dockerfile"));
    paths.map(|path| decode(&fs::read(path).unwrap_or_default()).text).collect()
}

fn offset(at: usize) -> TextSize {
    TextSize::try_from(at).expect("a small text")
}

/// Asks everything at one offset and checks the answers. Returns the keys of the items offered.
#[track_caller]
fn ask(snapshot: &Snapshot, text: &str, at: usize) -> Vec<String> {
    let here = snapshot.text().floor(offset(at));
    let lines = snapshot.text();
    let fits = |range: TextRange| text.get(std::ops::Range::<usize>::from(range)).is_some();

    let context = context::at(snapshot, offset(at));
    assert!(fits(context.range), "context {context:?} at {at} of {text:?}");

    let (offline, platform) = (Offline::default(), Platform::host());
    let view = View { sizes: &offline, platform: &platform, unit: Unit::Decimal };
    let mut sorts = BTreeSet::new();
    let mut keys = Vec::new();
    for item in completion::complete(snapshot, view, offset(at)) {
        let range = item.insert.range;
        assert!(fits(range), "{item:?} at {at} of {text:?}");
        assert!(range.contains_inclusive(here), "{item:?} is not at {at} of {text:?}");
        assert_eq!(lines.line_of(range.start()), lines.line_of(range.end()), "{item:?} at {at}");
        assert!(!item.label.is_empty() && !item.insert.text.is_empty(), "{item:?} at {at}");
        assert!(sorts.insert(item.sort.clone()), "{item:?} has the place of another at {at}");
        keys.extend(item.key);
    }
    if let Some(hover) = hover::hover(snapshot, view, Err("not given"), offset(at)) {
        let range = hover.range;
        assert!(fits(range), "{hover:?} at {at} of {text:?}");
        assert!(range.contains_inclusive(here), "{hover:?} is not at {at} of {text:?}");
        assert!(!hover.markdown.is_empty() && !hover::plain(&hover.markdown).is_empty());
    }
    keys
}

/// Asks at every byte, those inside of characters and the end included; each key is resolved once.
#[track_caller]
fn ask_everywhere(text: &str) {
    let snapshot = Snapshot::new(text);
    let mut seen = BTreeSet::new();
    for at in 0..=text.len() + 1 {
        for key in ask(&snapshot, text, at) {
            if !seen.contains(&key) {
                let help = completion::resolve(&snapshot, &key);
                assert!(help.is_some_and(|help| !help.is_empty()), "{key} at {at} of {text:?}");
                seen.insert(key);
            }
        }
    }
}

#[test]
fn at_every_offset() {
    let mut asked = 0;
    // Some of each folder; all that is small, and of the large ones a start.
    for text in fixtures("").into_iter().step_by(10) {
        let end = (0..=text.len().min(600)).rev().find(|at| text.is_char_boundary(*at));
        ask_everywhere(text.get(..end.unwrap_or_default()).unwrap_or_default());
        asked += 1;
    }
    assert!(asked >= 100, "only {asked} fixtures");
}

/// Types `line` into the text at `at`, character by character, and asks behind each.
#[track_caller]
fn type_in(mut snapshot: Snapshot, mut text: String, mut at: usize, line: &str) {
    ask(&snapshot, &text, at);
    for c in line.chars() {
        snapshot = snapshot.edit(&[Edit::insert(offset(at), c)]);
        text.insert(at, c);
        at += c.len_utf8();
        ask(&snapshot, &text, at);
    }
}

#[test]
fn at_the_end_of_every_prefix() {
    let files = fixtures("20-realistic");
    for text in files.iter().take(12) {
        type_in(Snapshot::new(""), String::new(), 0, text);
    }
    assert!(files.len() >= 22, "only {} files", files.len());
}

/// In the middle of a file: the rest of a line is not there yet, the lines below are.
#[test]
fn in_every_line_being_typed() {
    for text in fixtures("20-realistic").into_iter().skip(12).take(10) {
        let snapshot = Snapshot::new(&text);
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\r', '\n']);
            let range = TextRange::at(offset(at), TextSize::of(content));
            let mut rest = text.clone();
            rest.replace_range(at..at + content.len(), "");
            type_in(snapshot.edit(&[Edit::delete(range)]), rest, at, content);
            at += line.len();
        }
    }
}
