//! We agree with `BuildKit` as it runs: the goldens are what it says today, and files that nobody
//! wrote read the same to both.

#![allow(clippy::print_stdout, reason = "the figures of a test are for its reader")]

mod compare;
mod fixtures;
mod generate;
mod golden;
mod known;
mod mutate;
mod oracle;
mod ours;
mod random;
mod shrink;

use std::collections::BTreeMap;
use std::fs;

use compare::{Count, Difference, compare};
use oracle::Oracle;
use random::Random;
use serde_json::Value;

/// The committed goldens are remade with `UPDATE_GOLDENS=1`.
#[test]
fn goldens_are_what_buildkit_says() {
    let mut oracle = Oracle::build(&[]);
    let mut sections = golden::Sections::new();
    for fixture in fixtures::all() {
        let record = oracle.ask_path(&fixtures::root().join(&fixture.name));
        let section = sections.entry(golden::file_name(&fixture.section)).or_default();
        section.push_str(&line(record, &fixture.name));
    }
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        write(&sections);
    }
    let committed = golden::committed();
    for (name, section) in &sections {
        let old = committed.get(name).map_or("", String::as_str);
        for (old, new) in old.lines().zip(section.lines()) {
            assert_eq!(old, new, "{name}");
        }
        assert_eq!(old.lines().count(), section.lines().count(), "{name}");
    }
    assert!(committed.keys().eq(sections.keys()));
}

/// What is made of the projects of `fixtures/split/golden` is what `BuildKit` takes, and its own linter
/// finds nothing in it that it does not find in the file before.
#[test]
fn splits_are_sound_to_buildkit() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/split/golden");
    let mut oracle = Oracle::build(&[]);
    let mut asked = 0;
    for entry in fs::read_dir(root).expect("the goldens") {
        let folder = entry.expect("a folder").path();
        let lints = |record: &Value| -> Vec<String> {
            let found = record["warnings"].as_array().cloned().unwrap_or_default();
            found.iter().map(|warning| warning["rule"].to_string()).collect()
        };
        let before = lints(&oracle.ask_path(&folder.join("Dockerfile")));
        for name in ["conservative.Dockerfile", "smallest.Dockerfile"] {
            let path = folder.join(name);
            if !path.is_file() {
                continue;
            }
            asked += 1;
            let record = oracle.ask_path(&path);
            for error in ["read_error", "parse_error", "instructions_error", "build_error"] {
                assert!(record[error].is_null(), "{}: {error}: {}", path.display(), record[error]);
            }
            let new: Vec<_> =
                lints(&record).into_iter().filter(|rule| !before.contains(rule)).collect();
            assert!(new.is_empty(), "{}: {new:?}", path.display());
        }
    }
    assert!(asked > 30, "only {asked} files");
}

/// The golden line of an answer of the oracle.
fn line(mut record: Value, name: &str) -> String {
    let fields = record.as_object_mut().expect("an object");
    fields.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|a| !a.is_empty()));
    fields.insert("file".to_owned(), name.into());
    record.to_string() + "\n"
}

/// Writes the sections down in place of what is committed.
fn write(sections: &golden::Sections) {
    drop(fs::remove_dir_all(golden::folder()));
    fs::create_dir_all(golden::folder()).expect("a folder");
    for (name, content) in sections {
        fs::write(golden::folder().join(name), content).expect("writable");
    }
}

/// The seed is `AGREEMENT_SEED`, or 1, so that CI says the same tomorrow; how many files is `AGREEMENT_FILES`.
#[test]
fn files_nobody_wrote_read_as_buildkit_reads_them() {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seed = number("AGREEMENT_SEED").unwrap_or(1);
    let files = number("AGREEMENT_FILES").unwrap_or(5_000);
    println!("AGREEMENT_SEED={seed} AGREEMENT_FILES={files}");

    let texts = small_texts();
    let mut oracle = Oracle::build(&[]);
    let mut total = Count::default();
    let mut failures = Vec::new();
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    let numbers: Vec<u64> = (0..files).collect();
    for numbers in numbers.chunks(512) {
        let made: Vec<_> = numbers.iter().map(|number| make(seed, *number, &texts)).collect();
        for (text, record) in made.iter().zip(oracle.ask(&made)) {
            let (differences, count) = compare(&record, text);
            total += count;
            let reasons = differences.iter().map(|difference| known::reason(text, difference));
            let (reasons, unknown): (Vec<_>, Vec<_>) = reasons.partition(Option::is_some);
            for reason in reasons.into_iter().flatten() {
                *known.entry(reason).or_default() += 1;
            }
            if !unknown.is_empty() && failures.len() < 20 {
                failures.push(report(text, &mut oracle));
            }
        }
    }
    println!("{total:?}\n{known:#?}");
    assert!(failures.is_empty(), "seed {seed}:\n{}", failures.join("\n"));
}

/// Fixtures to change: those which are not about size.
fn small_texts() -> Vec<String> {
    let texts = fixtures::all().into_iter().map(|fixture| fixture.text());
    texts.filter(|text| text.len() < 4_000).collect()
}

fn make(seed: u64, number: u64, texts: &[String]) -> String {
    let mut random = Random::new(seed, number);
    match number % 3 {
        0 => generate::file(&mut random),
        _ => mutate::mutant(texts, &mut random),
    }
}

fn unknown_differences(record: &Value, text: &str) -> Vec<Difference> {
    let (mut differences, _) = compare(record, text);
    differences.retain(|difference| known::reason(text, difference).is_none());
    differences
}

/// The smallest file with such a disagreement, and both views of it.
fn report(text: &str, oracle: &mut Oracle) -> String {
    let mut look = |text: &str| {
        let record = oracle.ask(&[text.to_owned()]).remove(0);
        unknown_differences(&record, text)
    };
    let small = shrink::shrink(text, |text| !look(text).is_empty());
    let differences: Vec<_> = look(&small).iter().map(ToString::to_string).collect();
    format!("{small:?}\n  {}", differences.join("\n  "))
}
