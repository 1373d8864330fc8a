//! What `size` shows.

use serde_json::{Value, json};

use crate::run::{Run, fixtures, folder, run, run_on};

/// On whichever machine this runs.
const PLATFORM: [&str; 2] = ["--platform", "linux/amd64"];

fn size(arguments: &[&str]) -> Run {
    run(&fixtures(), &[&["size"], arguments, &PLATFORM].concat())
}

fn data(run: &Run) -> Vec<Value> {
    serde_json::from_str(&run.out).expect("an array")
}

#[test]
fn images_as_text() {
    let images = ["golang:1.22", "python:3.12-slim", "golang:1.19", "acme/app:1"];
    let shown = size(&images).with_code(1);
    assert_eq!(shown.err, "");
    insta::assert_snapshot!(shown.out);
    size(&images[..3]).with_code(0);
}

#[test]
fn images_as_data() {
    let shown = data(&size(&["golang:1.22", "golang:1.19", "acme/app:1", "--json"]).with_code(1));
    assert_eq!(
        shown[0],
        json!({
            "image": "golang:1.22",
            "platform": "linux/amd64",
            "pull_bytes": 299_381_750,
            "pull_range": [299_381_750, 299_381_750],
            "disk_bytes": 822_980_000,
            "disk_range": [822_980_000, 822_980_000],
            "source": "catalogue",
            "as_of": "2024-09-05",
            "basis": null,
            "reason": null,
            "pull_source": "catalogue",
            "disk_source": "catalogue",
            "layers": 7,
            "created": "2024-09-05",
            "digest": "sha256:0fb1bda119f4cc07d236c2b98225d1ef0cb6e759a407d5d6d09e58402643679f",
            "notes": [],
            "file": null,
            "line": null,
        })
    );
    let estimate = &shown[1];
    assert_eq!(estimate["source"], "estimate");
    assert!(estimate["basis"].as_str().expect("a text").contains("golang:1."), "{estimate}");
    for size in ["pull", "disk"] {
        let [low, bytes, high] = [
            &estimate[format!("{size}_range")][0],
            &estimate[format!("{size}_bytes")],
            &estimate[format!("{size}_range")][1],
        ]
        .map(|number| number.as_u64().expect("a number"));
        assert!(low < high && (low..=high).contains(&bytes), "{estimate}");
    }
    let unknown = shown[2].as_object().expect("an object");
    let known: Vec<_> = unknown.iter().filter(|(_, value)| !value.is_null()).collect();
    let names: Vec<_> = known.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["image", "notes", "platform", "reason", "source"]);
    assert_eq!(unknown["source"], "unknown");
    let reason = unknown["reason"].as_str().expect("a text");
    assert!(
        reason.contains("not in the catalogue") && reason.contains("--registry on"),
        "{reason}"
    );
}

const FILE: &str = "\
# syntax=docker/dockerfile:1
ARG GO=1.22
FROM --platform=linux/arm64 golang:${GO} AS build
FROM golang:$GO AS test
FROM build
FROM golang:1.22
FROM alpine:$VERSION
FROM Alpine:3
FROM scratch
COPY --from=nginx:1.25 /a /b
RUN --mount=from=busybox,target=/b x
";

#[test]
fn a_file() {
    let shown = data(&run_on(FILE.as_bytes(), &["size", "-", "--json", PLATFORM[0], PLATFORM[1]]));
    let images: Vec<_> = shown
        .iter()
        .map(|image| {
            let text = |name: &str| image[name].as_str().unwrap_or_default().to_owned();
            format!("{}:{} {} {}", text("file"), image["line"], text("image"), text("platform"))
        })
        .collect();
    assert_eq!(
        images,
        [
            "<stdin>:1 docker/dockerfile:1 linux/amd64",
            "<stdin>:3 golang:1.22 linux/arm64",
            "<stdin>:4 golang:1.22 linux/amd64",
            "<stdin>:7 alpine:$VERSION linux/amd64",
            "<stdin>:8 Alpine:3 linux/amd64",
            "<stdin>:10 nginx:1.25 linux/amd64",
            "<stdin>:11 busybox linux/amd64",
        ]
    );
    let reason = |number: usize| shown[number]["reason"].as_str().expect("a text");
    assert!(reason(3).contains("does not give its variables values"), "{}", reason(3));
    assert!(reason(4).contains("capital letters"), "{}", reason(4));

    let folder = folder(&[("Dockerfile", b"FROM golang:1.22\n"), ("golang/x", b""), ("b", b"")]);
    let shown = run(folder.path(), &["size", "Dockerfile", "golang:1.22"]).with_code(0);
    assert!(shown.out.contains("\nDockerfile:1  golang:1.22"), "{shown:?}");
    // A folder may be called like an image; a file that names none is no mistake.
    run(folder.path(), &["size", "golang"]).with_code(0);
    let empty = run(folder.path(), &["size", "b", "--json"]).with_code(0);
    assert_eq!((&*empty.out, &*empty.err), ("[]\n", "No image is named there.\n"));
}

#[test]
fn what_is_no_image_and_no_file() {
    let check = |argument: &str, expected: &str| {
        let shown = size(&[argument]).with_code(2);
        assert_eq!((&*shown.out, shown.err.as_str()), ("", expected));
    };
    check(
        "alpine:3:20",
        "error: `alpine:3:20` has a tag that is none: a tag holds letters, digits, `.`, `_` and \
         `-`. Correct it.\n  alpine:3:20\n         ^^^^\n",
    );
    check(
        "a/\u{1b}b",
        "error: `a/\\u{1b}b` is not the name of an image: names hold small letters and digits, \
         with single `.`, `_`, `-` or `/` between them. Correct it.\n  a/\\u{1b}b\n  ^^^^^^^^^\n",
    );
    for path in ["./nope", "/nope", "x/Dockerfile", "Dockerfile.prod"] {
        let shown = size(&[path]).with_code(2);
        assert!(shown.err.starts_with(&format!("error: {path} cannot be read")), "{shown:?}");
    }
    let folder = size(&["."]).with_code(2);
    assert_eq!(folder.err, "error: . is a folder\n");
    for wrong in [
        &[][..],
        &["a", "--json", "--compare"],
        &["a", "--registry", "https://ghcr.io"],
        &["a", "--unit", "GB"],
    ] {
        size(wrong).with_code(2);
    }
    run(&fixtures(), &["size", "a", "--platform", "nonsense"]).with_code(2);
}

#[test]
fn variants_beside_each_other() {
    insta::assert_snapshot!(size(&["golang:1.24", "--compare", "--unit", "MiB"]).with_code(0).out);
    let unknown = size(&["acme/app:1", "--compare"]).with_code(1);
    assert!(unknown.out.starts_with("acme/app:1: `acme/app` is not in the catalogue."));
    // A version that was not measured stands among those of the newest one.
    let other = size(&["python:3.12.99", "--compare"]).with_code(0).out;
    assert!(other.contains("> 3.12.99") && other.contains("-slim"), "{other}");
}

#[test]
fn an_engine_that_is_not_there_is_told_of() {
    let shown = size(&["golang:1.22", "--engine", "/nope.sock"]).with_code(0).out;
    assert!(shown.contains("/nope.sock") && shown.contains("299 MB"), "{shown}");
}

#[test]
fn the_last_stage_of_a_file_is_weighed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Dockerfile");
    let text = "FROM golang:1.22 AS build\nRUN make\nFROM alpine:3.20\nCOPY app /app\nRUN make\n";
    std::fs::write(&path, text).expect("a file");
    std::fs::write(folder.path().join("app"), vec![0; 1_000_000]).expect("a file");
    let path = path.to_str().expect("text");
    let shown = size(&[path]).with_code(0);
    for part in [
        "The image of stage-1, the last stage of ",
        ": ≥ 8.8 MB on disk\n",
        "  line 4  COPY app /app  1 MB\n",
        "  line 5  RUN make       not known: `make` is not measured\n",
    ] {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
}

#[test]
fn the_page_on_sizes_has_the_table_of_errors() {
    let page = std::fs::read_to_string(fixtures().join("../docs/sizes.md")).expect("the page");
    let table = run(&fixtures(), &["catalogue", "errors"]).with_code(0).out;
    assert!(page.contains(table.trim_end()), "docs/sizes.md lacks this:\n{table}");
}
