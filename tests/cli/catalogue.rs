//! What `catalogue` makes and tells, without a network.

use std::path::Path;

use serde_json::{Value, json};
use stagewright::image::catalogue::Catalogue;
use stagewright::image::catalogue::pack::pack;
use stagewright::image::catalogue::record::{COLUMNS, parse};
use stagewright::image::estimate::judge::{Judgement, Verdict, judge};

use crate::run::{folder, run};

/// A table with these lines behind its header.
fn table(lines: &str) -> String {
    COLUMNS.join("\t") + "\n" + lines
}

/// The catalogue of a table.
fn packed(table: &str) -> Vec<u8> {
    pack(&parse(table).expect("a table")).expect("packed")
}

#[test]
fn a_catalogue_is_made_of_a_table() {
    let table = table("acme/app\t1\tamd64\t5000000\t\t\t\t\t\tacme\t2026-11-01\n");
    let folder = folder(&[("sizes.tsv", table.as_bytes())]);
    let made = ["catalogue", "update", "--from", "sizes.tsv", "--output", "new/a.bin"];
    let made = run(folder.path(), &made).with_code(0);
    assert_eq!((&*made.out, &*made.err), ("", "1 row in new/a.bin\n"));
    assert_eq!(std::fs::read(folder.path().join("new/a.bin")).expect("there"), packed(&table));
    assert_eq!(std::fs::read_dir(folder.path().join("new")).expect("there").count(), 1);
}

/// The folder for users' data is another one on Windows, and no variable moves it.
#[cfg(not(windows))]
#[test]
fn the_user_s_catalogue_counts_more() {
    let row = |repository: &str, pull: &str| {
        format!("{repository}\t1.22\tamd64\t{pull}\t\t\t\t\t\tacme\t2026-11-01\n")
    };
    let golang = "299381750";
    let both = table(&[row("acme/app", "5000000"), row("golang", golang)].concat());
    let folder = folder(&[("sizes.tsv", both.as_bytes())]);
    let size = |image: &str| {
        let arguments = ["size", image, "--json", "--platform", "linux/amd64"];
        let shown = run(folder.path(), &arguments);
        let data: Value = serde_json::from_str(&shown.out).expect("an array");
        (data[0].clone(), shown.err)
    };
    assert_eq!(size("acme/app:1.22").0["source"], "unknown");
    let made = run(folder.path(), &["catalogue", "update", "--from", "sizes.tsv"]).with_code(0);
    assert!(made.err.ends_with("2 rows in {}\n".replace("{}", &path(folder.path())).as_str()));
    let (app, _) = size("acme/app:1.22");
    assert_eq!((&app["pull_bytes"], &app["as_of"]), (&5_000_000.into(), &"2026-11-01".into()));
    // It is the build that was measured before, whose size on disk is known.
    let (same, _) = size("golang:1.22");
    assert_eq!((&same["as_of"], &same["disk_bytes"]), (&"2026-11-01".into(), &822_980_000.into()));
    // Its relatives in the binary are still there.
    assert_eq!(size("golang:1.19").0["source"], "estimate");

    let catalogue = folder.path().join("data/stagewright/catalogue.bin");
    std::fs::write(&catalogue, b"nonsense").expect("written");
    let (golang, warning) = size("golang:1.22");
    assert_eq!(golang["as_of"], "2024-09-05");
    assert!(warning.contains("is no catalogue of this version: make it anew"), "{warning}");

    // Another build than that in the binary.
    let other = table(&row("golang", "300000000"));
    std::fs::write(folder.path().join("sizes.tsv"), other).expect("written");
    run(folder.path(), &["catalogue", "update", "--from", "sizes.tsv"]).with_code(0);
    let (other, _) = size("golang:1.22");
    assert_eq!(
        (&other["pull_source"], &other["disk_source"]),
        (&"catalogue".into(), &"estimate".into())
    );
}

#[cfg(not(windows))]
fn path(folder: &Path) -> String {
    folder.join("data/stagewright/catalogue.bin").display().to_string()
}

#[test]
fn what_cannot_be_made() {
    let bad = table("a\tb\tvax\n");
    let list = b"a:1\nA:1\n";
    let folder = folder(&[("bad.tsv", bad.as_bytes()), ("bad.bin", b"\0\xff"), ("list", list)]);
    let check = |arguments: &[&str], expected: &str| {
        let made = run(folder.path(), &[&["catalogue", "update"], arguments].concat());
        let made = made.with_code(2);
        assert!(made.err.contains(expected), "{arguments:?}: {made:?}");
    };
    let none = "http://localhost:1";
    check(&[], "required");
    check(&["--from", "nope.tsv"], "error: nope.tsv cannot be read");
    check(&["--from", "bad.tsv"], "error: bad.tsv, line 2: `vax` is no architecture");
    check(&["--from", "bad.bin"], "error: bad.bin is a binary file");
    check(&["--from", "bad.tsv", "--registry", none, "--list", "list"], "cannot be used with");
    check(&["--registry", none], "--list");
    check(
        &["--registry", none, "--list", "list"],
        "error: list, line 2: `A:1` has capital letters",
    );
    check(&["--registry", "ghcr.io", "--list", "list"], "error: `ghcr.io` is no registry");
    let all = ["--registry", none, "--list", "list", "--table", "bad.bin", "--jobs", "0"];
    check(&all, "0 is not in 1..=32");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn errors_of_estimates_are_told() {
    let all = concat!(env!("CARGO_MANIFEST_DIR"), "/data/image-sizes.tsv");
    let all = std::fs::read_to_string(all).expect("the table");
    let rows = all.split_inclusive('\n').filter(|line| line.starts_with("golang\t"));
    let table = table(&rows.collect::<String>());
    let judgement = judge(&Catalogue::new(packed(&table).into()).expect("a catalogue"));
    let Judgement { classes, near, shown, ranges } = &judgement;
    assert!(!classes.is_empty());

    let folder = folder(&[("golang.tsv", table.as_bytes())]);
    let errors = ["catalogue", "errors", "--from", "golang.tsv"];
    let told = [&errors[..], &["--json", "--write", "ranges.tsv"]].concat();
    let told = run(folder.path(), &told).with_code(0).out;
    let expected = json!({ "classes": classes, "near": near, "shown": shown }).to_string();
    let [told, expected] =
        [told, expected].map(|text| serde_json::from_str::<Value>(&text).expect("an object"));
    assert_eq!(told, expected);
    let written = std::fs::read_to_string(folder.path().join("ranges.tsv")).expect("there");
    assert_eq!(written, ranges.print());

    let told = run(folder.path(), &errors).with_code(0).out;
    for Verdict { class, .. } in classes.iter().chain([near]).chain(shown) {
        assert!(told.contains(class), "{class}: {told}");
    }
}

#[test]
fn a_registry_that_is_away_takes_no_catalogue_with_it() {
    let folder = folder(&[("list", b"app:1\n"), ("catalogue.bin", b"what was there")]);
    let arguments = ["catalogue", "update", "--registry", "http://127.0.0.1:1", "--list", "list"];
    run(folder.path(), &[&arguments[..], &["--output", "catalogue.bin"]].concat()).with_code(1);
    let kept = std::fs::read_to_string(folder.path().join("catalogue.bin")).expect("the file");
    assert_eq!(kept, "what was there");
}
