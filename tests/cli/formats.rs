//! The formats, on files that make them hard.

use std::path::Path;

use serde_json::Value;

use crate::run::{Run, folder, run};

/// The output of `check` for one file, called `Dockerfile`.
fn check(content: &[u8], arguments: &[&str]) -> Run {
    let folder = folder(&[("Dockerfile", content)]);
    run(folder.path(), &[&["check", "--quiet", "Dockerfile"], arguments].concat())
}

fn text(content: &[u8]) -> String {
    check(content, &[]).out
}

#[test]
fn text_of_tabs_and_wide_characters() {
    insta::assert_snapshot!(text(
        "FROM alpine AS a\nFROM a\n\tRUN\techo 漢字 && \\\n\t\techo “é”\nCOPY –from=a /x\u{301}漢 /y\n"
            .as_bytes()
    ));
}

#[test]
fn text_of_crlf_and_lone_cr() {
    insta::assert_snapshot!(text(b"FROM a\r\nWORKDER /a\r\n# b\rc\r\nRUM x\r\n"));
}

#[test]
fn text_of_a_range_over_several_lines() {
    let two = text(b"FROM a\nWORK\\\nDER /a\n");
    let many = format!("FROM a\nWOR{}K /a\n", "\\\n".repeat(12));
    insta::assert_snapshot!([two, text(many.as_bytes())].join("----\n"));
}

#[test]
fn text_of_empty_ranges_at_the_end() {
    let all = [text(b""), text(b"FROM"), text(b"FROM a\nENV "), text(b"FROM a\nENV\n")];
    insta::assert_snapshot!(all.join("----\n"));
}

#[test]
fn text_of_bytes_that_are_no_text() {
    insta::assert_snapshot!(text(b"FROM a\n# caf\xe9 \x1b\nWORKDER \xff\xfe\xfd\xfc\xfb\n"));
}

#[test]
fn text_with_related_places() {
    insta::assert_snapshot!(text(b"# escape=`\n# escape=`\nRUN x\nFROM a\n"));
}

#[test]
fn text_of_long_lines() {
    let far = format!("FROM a\nWORKDER {0}\nRUN {0} “x”\n", "x".repeat(5000));
    insta::assert_snapshot!(text(far.as_bytes()));
}

#[test]
fn colours() {
    let out = check(b"FROM a\nWORKDER /a\n", &["--color", "always"]).out;
    insta::assert_snapshot!(out.replace('\u{1b}', "␛"));
}

#[test]
fn concise() {
    let out = check(b"FROM a\nWORKDER /a\nRUM x\n", &["--output-format", "concise"]).out;
    insta::assert_snapshot!(out);
}

#[test]
fn github() {
    let out = check(b"FROM a\nWORKDER /a\n10%,: x\n", &["--output-format", "github"]).out;
    insta::assert_snapshot!(out);
}

/// Bytes that hold a byte order mark, CRLF, wide and combining characters, and no text.
const HARD: &[u8] =
    b"\xef\xbb\xbfFROM a\r\n# \xff\xe6\xbc\xa2\nRUM \xf0\x9f\x98\x80\nCOPY \xe2\x80\x93from=a /e\xcc\x81 /\n";

fn records(content: &[u8], format: &str) -> Vec<Value> {
    let out = check(content, &["--output-format", format]).out;
    match format {
        "json" => serde_json::from_str(&out).expect("one array"),
        _ => out.lines().map(|line| serde_json::from_str(line).expect("an object")).collect(),
    }
}

#[test]
fn json_and_json_lines_say_the_same() {
    let array = records(HARD, "json");
    assert_eq!(array, records(HARD, "json-lines"));
    assert!(array.len() >= 3, "{array:#?}");
    assert_eq!(check(b"FROM a\n", &["--output-format", "json"]).out, "[]\n");
    assert_eq!(check(b"FROM a\n", &["--output-format", "json-lines"]).out, "");
}

#[test]
fn the_shape_of_json() {
    let records = records(b"FROM a\nWORKDER /a\n", "json");
    let [record] = &*records else { panic!("{records:#?}") };
    let keys: Vec<_> = record.as_object().expect("an object").keys().collect();
    let mut expected = [
        "file", "code", "severity", "message", "start", "end", "fixes", "related", "link", "phase",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(record["file"], "Dockerfile");
    assert_eq!(record["code"], "unknown-instruction");
    assert_eq!(record["severity"], "error");
    assert_eq!(record["phase"], "instruction");
    assert_eq!(record["start"], serde_json::json!({"line": 2, "column": 1, "offset": 7}));
    assert_eq!(record["end"], serde_json::json!({"line": 2, "column": 8, "offset": 14}));
    let edit = &record["fixes"][0]["edits"][0];
    assert_eq!((&edit["start"], &edit["end"]), (&record["start"], &record["end"]));
    assert_eq!(edit["insert"], "WORKDIR");
    assert_eq!(record["fixes"][0]["sure"], true);
}

#[test]
fn offsets_count_the_bytes_of_the_file() {
    let records = records(HARD, "json");
    let slice = |record: &Value| {
        let at = |end: &str| record[end]["offset"].as_u64().expect("a number") as usize;
        &HARD[at("start")..at("end")]
    };
    let place =
        |record: &Value| (record["start"]["line"].clone(), record["start"]["column"].clone());
    let find = |code: &str| records.iter().find(|record| record["code"] == code).expect(code);
    let invalid = find("invalid-utf8");
    assert_eq!((slice(invalid), place(invalid)), (&b"\xff"[..], (2.into(), 3.into())));
    let unknown = find("unknown-instruction");
    assert_eq!((slice(unknown), place(unknown)), (&b"RUM"[..], (3.into(), 1.into())));
    let pasted = find("pasted-text");
    assert_eq!((slice(pasted), place(pasted)), ("–".as_bytes(), (4.into(), 6.into())));
}

#[test]
fn names_are_told_as_they_were_given() {
    let folder = folder(&[("a b/Dockerfile", b"WORKDER /\n")]);
    let out =
        |path: &str| run(folder.path(), &["check", "-q", "--output-format=json-lines", path]).out;
    for path in ["a b", "./a b/Dockerfile", "a b/./Dockerfile"] {
        let record: Value =
            serde_json::from_str(out(path).lines().next().expect("a line")).expect("an object");
        assert_eq!(record["file"], "a b/Dockerfile", "{path}");
    }
    let absolute = folder.path().join("a b");
    let absolute = Path::new(&absolute).to_str().expect("text");
    assert!(out(absolute).contains(absolute));
}
