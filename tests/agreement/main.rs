//! We agree with `BuildKit` on every fixture, by its answers as they are committed in
//! `fixtures/golden` (docs/buildkit-agreement.md). No Go is needed; `live.rs` asks `BuildKit` itself.

#![allow(clippy::print_stdout, reason = "the figures of a test are for its reader")]

mod compare;
mod crosscheck;
mod fixtures;
mod golden;
mod known;
mod ours;

use std::collections::{BTreeMap, BTreeSet};

use compare::{Count, compare};
use crosscheck::Outcome;
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
    let answers = answers();
    let mut total = Count::default();
    let mut failures = Vec::new();
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for fixture in fixtures::all() {
        let Some(record) = answers.get(&fixture.name) else { continue };
        let text = fixture.text();
        let (differences, count) = compare(record, &text);
        total += count;
        for difference in differences {
            match known::reason(&text, &difference) {
                Some(reason) => *known.entry(reason).or_default() += 1,
                None => failures.push(format!("{}: {difference}", fixture.name)),
            }
        }
    }
    println!("{known:#?}");
    println!("{total:?}");
    assert!(failures.is_empty(), "{}\n{} differences", failures.join("\n"), failures.len());
}

#[test]
fn the_document_lists_every_disagreement() {
    let document = std::fs::read_to_string(fixtures::root().join("docs/buildkit-agreement.md"));
    let document = document.expect("a document");
    for reason in known::REASONS {
        assert!(document.contains(reason), "{reason}");
    }
}

#[test]
fn a_second_parser_sees_the_same_stages() {
    let answers = answers();
    let mut outcome = Outcome::default();
    for fixture in fixtures::all() {
        let accepted = answers.get(&fixture.name).is_some_and(|record| {
            record["parse_error"].is_null() && record["instructions_error"].is_null()
        });
        if accepted {
            outcome.look(&fixture.name, &fixture.text());
        }
    }
    let Outcome { alike, otherwise, refused, failures } = outcome;
    println!("alike: {alike}, otherwise: {otherwise:#?}, refused: {refused:#?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(alike > 1_000, "{alike}");
}

/// All committed answers, by the name of the fixture.
fn answers() -> BTreeMap<String, Value> {
    golden::committed().values().flat_map(|section| records(section)).collect()
}

/// The records of a section, by the name of the fixture.
fn records(section: &str) -> BTreeMap<String, Value> {
    let record = |line| {
        let record: Value = serde_json::from_str(line).expect("a golden is JSON");
        (record["file"].as_str().expect("a file name").to_owned(), record)
    };
    section.lines().map(record).collect()
}
