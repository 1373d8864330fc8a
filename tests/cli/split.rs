//! What `split` makes, and how it says that it makes nothing.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::{Run, folder, run, run_on};

/// A server of one file, which needs no library of C.
const FILE: &str = "\
FROM golang:1.22
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .
CMD [\"/app\"]
";

/// The part of it that stays in the builder.
const BUILDER: &str = "\
FROM golang:1.22 AS builder
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .
";

/// A file that starts nothing.
const REFUSED: &str = "FROM golang:1.22\nWORKDIR /src\n";

const SAVED: &str = "Dockerfile: Split into builder and runtime stages on";

fn project() -> TempDir {
    folder(&[
        ("Dockerfile", FILE.as_bytes()),
        ("refused.Dockerfile", REFUSED.as_bytes()),
        ("go.mod", b"module example.com/app\n\ngo 1.22\n"),
        (
            "main.go",
            b"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n",
        ),
    ])
}

/// `split Dockerfile` in that folder, on whichever machine this runs.
fn split(project: &TempDir, more: &[&str]) -> Run {
    let arguments = [&["split", "Dockerfile", "--platform", "linux/amd64"], more].concat();
    run(project.path(), &arguments)
}

fn read(project: &TempDir, name: &str) -> String {
    std::fs::read_to_string(project.path().join(name)).expect("a file")
}

/// The image of the second stage.
#[track_caller]
fn check_runtime(runtime: &str, expected: &str) {
    let made = split(&project(), &["--runtime", runtime]).with_code(0).out;
    assert!(made.starts_with(BUILDER), "{made}");
    let images: Vec<_> = made.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert_eq!(images, ["golang:1.22 AS builder", expected], "{made}");
}

#[test]
fn a_file_in_two_stages() {
    let project = project();
    let made = split(&project, &[]).with_code(0);
    assert_eq!(made.err, "");
    assert!(made.out.starts_with(BUILDER), "{made:?}");
    insta::assert_snapshot!(made.out);
    assert_eq!(split(&project, &["--stdout"]).with_code(0).out, made.out);
    assert_eq!(read(&project, "Dockerfile"), FILE, "nothing is written without --write");
}

#[test]
fn the_change_as_a_patch() {
    let project = project();
    let patch = split(&project, &["--diff"]).with_code(0).out;
    insta::assert_snapshot!(patch);
    assert_eq!(read(&project, "Dockerfile"), FILE);
}

#[test]
fn what_changes_is_told_beside_the_file() {
    let project = folder(&[
        ("Dockerfile", b"FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD serve -s build\n"),
        ("package.json", b"{\"scripts\": {\"build\": \"react-scripts build\"}}"),
    ]);
    for how in ["--stdout", "--diff"] {
        let made = split(&project, &[how]).with_code(0);
        let notes: Vec<_> = made.err.lines().collect();
        let expected = [
            "Dockerfile: note: nginx serves the site instead of `serve -s build`",
            "Dockerfile: note: the port is 3000, whatever the variable PORT says",
        ];
        assert_eq!(notes, expected, "{how}");
        assert!(!made.out.contains("note:"), "{}", made.out);
    }
}

#[test]
fn the_file_in_place() {
    let project = project();
    let shown = split(&project, &[]).with_code(0).out;
    let written = split(&project, &["--write"]).with_code(0);
    assert_eq!(read(&project, "Dockerfile"), shown);
    assert_eq!(written.out, "");
    assert!(written.err.starts_with(SAVED), "{written:?}");
    // It has two stages now.
    let again = split(&project, &["--write"]).with_code(1);
    assert!(again.err.contains("[several-stages]"), "{again:?}");
    assert_eq!(read(&project, "Dockerfile"), shown);
    let names = std::fs::read_dir(project.path()).expect("a folder").count();
    assert_eq!(names, 4, "nothing else is left there");
}

#[test]
fn a_refused_file_stays_as_it_is() {
    let project = project();
    for how in ["--stdout", "--diff", "--write"] {
        let refused = run(project.path(), &["split", "refused.Dockerfile", how]).with_code(1);
        assert_eq!(refused.out, "", "{how}");
        let sentence = "There is no start command: add CMD or ENTRYPOINT. [no-start]\n";
        let (first, help) = refused.err.split_once('\n').expect("two lines");
        assert!(first.starts_with("refused.Dockerfile:"), "{first}");
        assert!(first.ends_with(sentence.trim_end()), "{first}");
        assert_eq!(help, "  help: What the container needs follows from what it starts.\n");
        assert_eq!(read(&project, "refused.Dockerfile"), REFUSED);
    }
}

#[test]
fn runtimes() {
    check_runtime("conservative", "debian:bookworm-slim");
    check_runtime("smallest", "scratch");
    check_runtime("debian:bookworm", "debian:bookworm");
    check_runtime("gcr.io/distroless/static-debian12", "gcr.io/distroless/static-debian12");
}

#[test]
fn runtimes_that_are_none() {
    let project = project();
    let wrong = split(&project, &["--runtime", "NO such"]).with_code(2);
    assert!(wrong.err.starts_with("error: NO such "), "{wrong:?}");
    // A name that may be an image, of which nothing is known.
    let refused = split(&project, &["--runtime", "nonsense", "--write"]).with_code(1);
    assert!(refused.err.contains("nonsense") && refused.err.contains("  help: "), "{refused:?}");
    assert_eq!((wrong.out, refused.out), (String::new(), String::new()));
    assert_eq!(read(&project, "Dockerfile"), FILE);
}

#[test]
fn plans_as_data() {
    let project = project();
    let shown = split(&project, &["--json"]).with_code(0);
    let data: Value = serde_json::from_str(&shown.out).expect("an object");
    assert_eq!(keys(&data), ["file", "refusals", "splits"]);
    assert_eq!((&data["file"], &data["refusals"]), (&json!("Dockerfile"), &json!([])));
    let plans = data["splits"].as_array().expect("plans");
    let chosen: Vec<_> = plans.iter().map(|p| (&p["variant"], &p["preferred"])).collect();
    let (conservative, smallest) = (json!("conservative"), json!("smallest"));
    assert_eq!(chosen, [(&conservative, &json!(true)), (&smallest, &json!(false))]);

    let plan = &plans[0];
    assert_eq!(
        keys(plan),
        [
            "added",
            "assumptions",
            "builder",
            "bytes_after",
            "bytes_before",
            "certainty",
            "changes",
            "copied",
            "dropped",
            "ecosystem",
            "evidence",
            "kept",
            "moved",
            "packages",
            "preferred",
            "result",
            "runtime",
            "title",
            "variant",
        ]
    );
    assert_eq!(plan["certainty"], "proved");
    assert_eq!(plan["ecosystem"], "go");
    assert_eq!(plan["runtime"], "debian:bookworm-slim");
    assert_eq!(plan["builder"], "builder");
    assert_eq!(plan["copied"], json!([{"from": "/app", "to": "/app", "is_folder": false}]));
    assert_eq!((&plan["moved"], &plan["added"]), (&json!([5]), &json!([])));
    assert_eq!(plan["result"], json!(split(&project, &[]).out));
    for sizes in ["bytes_before", "bytes_after"] {
        let sizes: Vec<_> =
            plan[sizes].as_array().expect("three").iter().filter_map(Value::as_u64).collect();
        let &[bytes, low, high] = &sizes[..] else { panic!("{sizes:?}") };
        assert!(low <= bytes && bytes <= high, "{sizes:?}");
    }
    assert!(plan["evidence"][0]["text"].is_string(), "{plan}");
}

#[test]
fn refusals_as_data() {
    let arguments = ["split", "refused.Dockerfile", "--json"];
    let shown = run(project().path(), &arguments).with_code(1);
    assert_eq!(shown.err, "");
    let data: Value = serde_json::from_str(&shown.out).expect("an object");
    assert_eq!(data["splits"], json!([]));
    let refusal = &data["refusals"][0];
    assert_eq!(keys(refusal), ["code", "end", "help", "reason", "start", "variant"]);
    assert_eq!((&refusal["code"], &refusal["variant"]), (&json!("no-start"), &Value::Null));
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> =
        object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn wrong_use() {
    let project = project();
    let missing = run(project.path(), &["split", "none"]).with_code(2);
    assert!(missing.err.starts_with("error: none cannot be read: "), "{missing:?}");
    split(&project, &["--diff", "--write"]).with_code(2);
    run(project.path(), &["split", "Dockerfile", "--script", "build.sh"]).with_code(2);
    let folder = split(&project, &["--context", "none"]).with_code(2);
    assert_eq!(folder.err, "error: none is no folder\n");
    let written = run_on(FILE.as_bytes(), &["split", "-", "--write"]).with_code(2);
    assert_eq!(written.err, "error: standard input cannot be written to: leave out --write\n");
}

#[test]
fn standard_input() {
    // Line ends come back as they are.
    let crlf = FILE.replace('\n', "\r\n");
    let made = run_on(crlf.as_bytes(), &["split", "-"]).with_code(0).out;
    assert!(made.starts_with(&BUILDER.replace('\n', "\r\n")), "{made}");
    assert_eq!(made.matches('\n').count(), made.matches("\r\n").count(), "{made:?}");

    let diff = run_on(FILE.as_bytes(), &["split", "-", "--diff"]).with_code(0).out;
    assert!(diff.contains("\n+FROM golang:1.22 AS builder\n"), "{diff}");
    let refused = run_on(REFUSED.as_bytes(), &["split", "-"]).with_code(1);
    assert!(refused.err.starts_with("<stdin>:"), "{refused:?}");

    // The project may be elsewhere.
    let project = project();
    let context = project.path().to_str().expect("a path");
    let made = run_on(FILE.as_bytes(), &["split", "-", "--context", context]).with_code(0).out;
    assert_eq!(made, run(project.path(), &["split", "Dockerfile"]).out);
}
