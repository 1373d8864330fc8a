//! What `explain` shows.

use serde_json::Value;

use crate::run::{fixtures, folder, run, run_on};

const FILE: &str = "\
ARG GO=1.22
# syntax is not a directive here

FROM --platform=$BUILDPLATFORM golang:${GO} AS builder
ARG GO
ENV CGO_ENABLED=0 \\
    HOME=/home
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache --mount=from=tools,target=/t go build -o /out

FROM builder AS test
RUN go test

# The rest is small.
FROM scratch AS runtime
SHELL [\"/bin/ash\", \"-c\"]
USER 1000
COPY --from=builder /out /app
COPY --from=builder /src/static /static
COPY –from=bulider /x /x
ENTRYPOINT [\"/app\"]
CMD [\"serve\", \"--port=80\"]
";

#[test]
fn a_file_as_text() {
    let folder = folder(&[("Dockerfile", FILE.as_bytes())]);
    let explain = ["explain", "Dockerfile", "--platform", "linux/amd64"];
    insta::assert_snapshot!(run(folder.path(), &explain).with_code(0).out);
}

#[test]
fn another_target() {
    let folder = folder(&[("Dockerfile", FILE.as_bytes())]);
    let explained = run(folder.path(), &["explain", "Dockerfile", "--target", "TEST"]).with_code(0);
    let head: Vec<_> = explained.out.lines().take(10).collect();
    insta::assert_snapshot!(head.join("\n"));

    let wrong = run(folder.path(), &["explain", "Dockerfile", "--target", "tset"]).with_code(2);
    assert_eq!(wrong.err, "error: Dockerfile has no stage tset: did you mean test?\n");
    assert_eq!(wrong.out, "");
    let wrong = run(folder.path(), &["explain", "Dockerfile", "--target", "0"]).with_code(2);
    assert!(wrong.err.contains("there are builder, runtime, test"), "{wrong:?}");
}

#[test]
fn a_file_as_data() {
    let explained = run_on(FILE.as_bytes(), &["explain", "-", "--json"]).with_code(0);
    let data: Value = serde_json::from_str(&explained.out).expect("an object");
    assert_eq!(data["file"], "<stdin>");
    assert_eq!(data["target"], 2);
    let stages = data["stages"].as_array().expect("stages");
    let built: Vec<_> = stages.iter().map(|stage| &stage["built"]).collect();
    assert_eq!(built, [true, false, true]);
    assert_eq!(stages[0]["base"]["image"], "golang:1.22");
    assert_eq!(stages[1]["base"]["stage"], 0);
    assert_eq!(stages[2]["user"], serde_json::json!({"value": "1000", "line": 18}));
    assert_eq!(stages[2]["takes"][0]["lines"], serde_json::json!([19, 20]));
    assert_eq!(stages[2]["start"]["words"], serde_json::json!(["/app", "serve", "--port=80"]));
    assert_eq!(data["findings"].as_array().expect("findings").len(), data_findings(FILE));
    assert_eq!(data["offers"][0]["sure"], true);
    assert_eq!(data["splits"], Value::Null, "there are several stages");
}

/// The number of findings that `check` tells.
fn data_findings(file: &str) -> usize {
    run_on(file.as_bytes(), &["check", "-", "--output-format=concise"]).out.lines().count()
}

#[test]
fn codes() {
    let here = fixtures();
    let explained = run(&here, &["explain", "unknown-instruction"]).with_code(0);
    assert!(explained.out.starts_with("unknown-instruction (error)\n\n"), "{explained:?}");
    let wrong = run(&here, &["explain", "unknown-instruktion"]).with_code(2);
    assert!(wrong.err.contains("did you mean the code unknown-instruction?"), "{wrong:?}");

    let rules = run(&here, &["rules", "--json"]).with_code(0);
    let rules: Vec<Value> = serde_json::from_str(&rules.out).expect("an array");
    let listed = run(&here, &["rules"]).with_code(0).out;
    assert_eq!(listed.lines().count(), rules.len());
    for rule in rules {
        let code = rule["code"].as_str().expect("a code");
        let explained = run(&here, &["explain", code, "--json"]).with_code(0);
        assert_eq!(serde_json::from_str::<Value>(&explained.out).expect("an object"), rule);
    }
}

#[test]
fn a_file_that_is_called_like_a_code() {
    let folder = folder(&[("pasted-text", b"FROM a AS b\n")]);
    let explained = run(folder.path(), &["explain", "./pasted-text"]).with_code(0);
    assert!(explained.out.starts_with("./pasted-text: 1 stage, target b"), "{explained:?}");
}

#[test]
fn what_has_no_stages() {
    for file in ["", "# nothing\n", "ARG A=1\n"] {
        let explained = run_on(file.as_bytes(), &["explain", "-"]).with_code(0);
        assert!(explained.out.starts_with("<stdin>: no stages\n"), "{explained:?}");
        run_on(file.as_bytes(), &["explain", "-", "--target", "x"]).with_code(2);
    }
}

/// A program that is all the image needs.
const SINGLE: &str = "\
FROM golang:1.22
COPY go.mod main.go /src/
RUN cd /src && CGO_ENABLED=0 go build -o /app .
CMD [\"/app\"]
";

/// What stands under the heading of splits; `None` without it.
fn splits_of(file: &str) -> Option<String> {
    let arguments = ["explain", "-", "--platform=linux/amd64"];
    let explained = run_on(file.as_bytes(), &arguments).with_code(0);
    let (_, splits) = explained.out.split_once("\nSplits\n")?;
    Some(splits.to_owned())
}

#[test]
fn splits_as_text() {
    insta::assert_snapshot!(splits_of(SINGLE).expect("two of them"));
    let refused = "  There is no start command: add CMD or ENTRYPOINT. [no-start]\n";
    assert_eq!(splits_of("FROM golang:1.22\nRUN go build -o /app .\n").as_deref(), Some(refused));
    for quiet in ["", FILE, "FROM debian:12\nCMD [\"/app\"]\n"] {
        assert_eq!(splits_of(quiet), None, "{quiet}");
    }
}

#[test]
fn splits_as_data() {
    let data = |file: &str| -> Value {
        let arguments = ["explain", "-", "--json", "--platform=linux/amd64"];
        let explained = run_on(file.as_bytes(), &arguments).with_code(0);
        serde_json::from_str::<Value>(&explained.out).expect("an object")["splits"].take()
    };
    let offers = &data(SINGLE)["offers"];
    let variants: Vec<_> =
        offers.as_array().expect("offers").iter().map(|o| &o["variant"]).collect();
    assert_eq!(variants, ["conservative", "smallest"]);
    assert_eq!(offers[0]["preferred"], true);
    let title = offers[0]["title"].as_str().expect("a title");
    assert!(title.starts_with("Split into builder and runtime stages on debian:"), "{title}");

    let refused = data("FROM golang:1.22\n");
    assert_eq!(refused["offers"], serde_json::json!([]));
    assert_eq!(refused["refusals"][0]["code"], "no-start");
    assert_eq!(refused["refusals"][0]["variant"], Value::Null);
    assert_eq!(data("FROM debian:12\nCMD [\"/app\"]\n"), Value::Null);
}

/// A file in a folder of its own, with what it copies one folder up.
const SIZES: &str = "\
FROM golang:1.22 AS base
ENV CGO_ENABLED=0

FROM base AS build
COPY app /src
RUN --mount=type=cache,target=/root/.cache \\
    go build -o /out
COPY --from=docs / /docs

FROM scratch
COPY --from=build /out /out

FROM acme/app
";

#[test]
fn sizes_as_text() {
    let folder = folder(&[
        ("docker/Dockerfile", SIZES.as_bytes()),
        ("app/main.go", &[b'x'; 12_000]),
        ("app/notes.md", b"x"),
        (".dockerignore", b"**/*.md\n"),
    ]);
    let explain = ["explain", "docker/Dockerfile", "--platform", "linux/amd64"];
    let sizes = |more: &[&str]| {
        let explained = run(folder.path(), &[&explain[..], more].concat()).with_code(0);
        let is_told = |line: &&str| {
            !line.starts_with("  ") || ["  size", "     "].iter().any(|at| line.starts_with(at))
        };
        let stages = explained.out.lines().skip_while(|line| !line.starts_with("0 base"));
        let rows = stages.filter(is_told);
        rows.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(sizes(&["--context", "."]));
    let beside = sizes(&[]);
    assert!(beside.contains("COPY app /src  "), "{beside}");
    assert!(beside.contains("not known: there is no app in the build context"), "{beside}");
}

#[test]
fn sizes_as_data() {
    let arguments = ["explain", "-", "--json", "--platform=linux/amd64"];
    let data = |more: &[&str]| -> Value {
        let explained = run_on(SIZES.as_bytes(), &[&arguments[..], more].concat()).with_code(0);
        serde_json::from_str(&explained.out).expect("an object")
    };
    let folder = folder(&[("app/main.go", &[b'x'; 12_000])]);
    let known = data(&["--context", folder.path().to_str().expect("a path")]);
    let build = &known["stages"][1]["size"];
    assert_eq!(build["disk_bytes"], 822_980_000 + 12_000);
    assert_eq!(build["disk_range"], serde_json::json!([822_992_000, 822_992_000]));
    assert_eq!(build["unknown"], 2);
    assert_eq!(build["image"]["image"], "golang:1.22");
    assert_eq!(build["image"]["platform"], "linux/amd64");
    assert_eq!(build["image"]["source"], "catalogue");
    assert_eq!(build["image"]["pull_bytes"], 299_381_750);
    assert_eq!(build["below"]["stage"], 0);
    assert_eq!(build["below"]["disk_bytes"], 0);
    assert_eq!(build["parts"][0]["disk_bytes"], 12_000);
    assert_eq!(build["parts"][1]["line"], 6);
    assert_eq!(build["parts"][1]["reason"], "`go build` is not measured");
    let scratch = &known["stages"][2]["size"];
    assert_eq!((&scratch["image"], &scratch["disk_bytes"]), (&Value::Null, &0.into()));
    let unknown = &known["stages"][3]["size"];
    assert_eq!(
        (&unknown["disk_bytes"], &unknown["image"]["source"]),
        (&Value::Null, &"unknown".into())
    );

    let none = data(&[]);
    let reason = &none["stages"][1]["size"]["parts"][0]["reason"];
    assert_eq!(reason, "standard input has no build context; --context names one");
}

#[test]
fn wrong_use_of_sizes() {
    let here = fixtures();
    let wrong = run_on(b"FROM a\n", &["explain", "-", "--platform", "a/b/c/d"]).with_code(2);
    assert!(wrong.err.contains("a platform is written as linux/amd64"), "{wrong:?}");
    let wrong = run(&here, &["explain", "-", "--context", "no/such"]).with_code(2);
    assert_eq!(wrong.err, "error: no/such is no folder\n");
    let refused = folder(&[("Dockerfile", b"FROM a\nCOPY . .\n"), (".dockerignore", b"[\n")]);
    let explained = run(refused.path(), &["explain", "Dockerfile"]).with_code(0);
    assert!(explained.out.contains("not known: .dockerignore: "), "{explained:?}");
}
