//! We agree with `BuildKit` on every fixture, by its answers as they are committed in
//! `fixtures/golden` (docs/buildkit-agreement.md). No Go is needed; `live.rs` asks `BuildKit` itself.

#![allow(clippy::print_stdout, reason = "the figures of a test are for its reader")]

mod compare;
mod fixtures;
mod golden;
mod known;
mod ours;

use std::collections::{BTreeMap, BTreeSet};

use compare::{Count, compare};
use serde_json::Value;

#[test]
fn every_fixture_has_its_golden() {
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for fixture in fixtures::all() {
        wanted.entry(golden::file_name(&fixture.section)).or_default().insert(fixture.name);
    }
    let committed = golden::committed();
    let names = |section: &String| records(section).into_keys().collect();
    let found: BTreeMap<_, BTreeSet<String>> =
        committed.iter().map(|(file, section)| (file.clone(), names(section))).collect();
    assert_eq!(wanted, found, "remake the goldens as docs/buildkit-agreement.md says");
}

#[test]
fn fixtures_read_as_buildkit_reads_them() {
    let answers: BTreeMap<_, _> =
        golden::committed().values().flat_map(|section| records(section)).collect();
    let mut total = Count::default();
    let mut failures = Vec::new();
    for fixture in fixtures::all() {
        let Some(record) = answers.get(&fixture.name) else { continue };
        let text = fixture.text();
        let (differences, count) = compare(record, &text);
        total += count;
        let unknown = differences.iter().filter(|d| known::reason(&text, d).is_none());
        failures.extend(unknown.map(|d| format!("{}: {d}", fixture.name)));
    }
    println!("{total:?}");
    assert!(failures.is_empty(), "{}\n{} differences", failures.join("\n"), failures.len());
}

/// The records of a section, by the name of the fixture.
fn records(section: &str) -> BTreeMap<String, Value> {
    let record = |line| {
        let record: Value = serde_json::from_str(line).expect("a golden is JSON");
        (record["file"].as_str().expect("a file name").to_owned(), record)
    };
    section.lines().map(record).collect()
}
