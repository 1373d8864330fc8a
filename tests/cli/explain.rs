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
    insta::assert_snapshot!(run(folder.path(), &["explain", "Dockerfile"]).with_code(0).out);
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
