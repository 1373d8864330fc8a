//! What `catalogue` makes and tells, without a network.

use std::path::Path;

use serde_json::Value;

use crate::run::{folder, run};

const HEADER: &str = "repository\ttag\tarchitecture\tcompressed_bytes\tunpacked_bytes\tdigest\tlayers\tcreated\tos_family\tsource\tas_of\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_binary_s_catalogue_is_made_of_the_table() {
    let folder = folder(&[]);
    let table = root().join("data/image-sizes.tsv");
    let table = table.to_str().expect("text");
    let made = ["catalogue", "update", "--from", table, "--output", "new/a.bin"];
    let made = run(folder.path(), &made).with_code(0);
    assert_eq!((&*made.out, &*made.err), ("", "13071 rows in new/a.bin\n"));
    let [made, embedded] =
        [folder.path().join("new/a.bin"), root().join("src/image/catalogue/embedded.bin")]
            .map(|path| std::fs::read(path).expect("there"));
    assert!(made == embedded);
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
    let table = [HEADER, &row("acme/app", "5000000"), &row("golang", golang)].concat();
    let folder = folder(&[("sizes.tsv", table.as_bytes())]);
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
    std::fs::write(folder.path().join("sizes.tsv"), [HEADER, &row("golang", "300000000")].concat())
        .expect("written");
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
    let bad = format!("{HEADER}a\tb\tvax\n");
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

/// The thresholds of the project's own goal: recent images with a near relative, and honest ranges.
#[test]
fn estimates_are_as_good_as_promised() {
    let folder = folder(&[]);
    let told = ["catalogue", "errors", "--json", "--write", "ranges.tsv"];
    let told = run(folder.path(), &told).with_code(0).out;
    let told: Value = serde_json::from_str(&told).expect("an object");
    let number = |verdict: &Value, name: &str| verdict[name].as_f64().expect("a number");
    let near = &told["near"];
    assert!(number(near, "images") > 300.0, "{near}");
    assert!(number(near, "median") <= 0.05 && number(near, "p90") <= 0.25, "{near}");
    let classes = told["classes"].as_array().expect("classes");
    let shown: Vec<_> = classes.iter().filter(|class| !class["range"].is_null()).collect();
    assert!(shown.len() > 20);
    for class in shown {
        assert!(number(class, "inside") >= 0.8 && number(class, "width") <= 2.5, "{class}");
    }
    for metric in told["shown"].as_array().expect("two sizes") {
        assert!(number(metric, "inside") >= 0.8, "{metric}");
    }
    let [made, embedded] =
        [folder.path().join("ranges.tsv"), root().join("src/image/estimate/ranges.tsv")]
            .map(|path| std::fs::read_to_string(path).expect("there"));
    assert_eq!(made, embedded);

    let table = run(folder.path(), &["catalogue", "errors"]).with_code(0).out;
    let classes = classes.iter().map(|class| class["class"].as_str().expect("a name"));
    for class in classes.chain(["pull size of recent images with a near relative"]) {
        assert!(table.contains(class), "{class}: {table}");
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
