//! Parse throughput on a realistic file of 1 MB, beside a bare newline scan of the same bytes and
//! beside BuildKit's parser (through the oracle), all in one run. Prints a table; `docs/performance.md`
//! says how to read it.

#![allow(clippy::print_stdout)] // a bench's result is what it prints

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use stagewright::model::Model;
use stagewright::syntax::Tree;

fn main() {
    let text = realistic(1 << 20);
    let runs = 30;
    let newlines = best(runs, || text.bytes().filter(|b| *b == b'\n').count());
    let parse = best(runs, || Tree::parse(&text));
    let model = best(runs, || Model::new(Tree::parse(&text)));
    let buildkit = buildkit(&text);

    let mut table = String::from("| what | MB/s | times BuildKit's parser |\n|---|---:|---:|\n");
    for (name, time) in [
        ("newline scan", newlines),
        ("our parser: lossless tree", parse),
        ("our parser and stage model", model),
        ("BuildKit's parser", buildkit),
    ] {
        let speed = text.len() as f64 / time.as_secs_f64() / 1e6;
        let ratio = buildkit.as_secs_f64() / time.as_secs_f64();
        writeln!(table, "| {name} | {speed:.1} | {ratio:.1} |").expect("a string takes it");
    }
    println!("{} bytes, {} lines, best of {runs}\n\n{table}", text.len(), text.lines().count());
}

/// The best of `runs` times.
fn best<T>(runs: u32, mut work: impl FnMut() -> T) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            let result = std::hint::black_box(work());
            let time = start.elapsed();
            drop(result);
            time
        })
        .min()
        .unwrap_or_default()
}

/// The realistic fixtures, over and over.
fn realistic(size: usize) -> String {
    let folder = root().join("fixtures/dockerfile/20-realistic");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("a folder entry").path())
        .collect();
    paths.sort();
    let texts: Vec<String> =
        paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let mut text = String::new();
    for piece in texts.iter().cycle() {
        if text.len() >= size {
            break;
        }
        text.push_str(piece);
        text.push('\n');
    }
    text
}

/// The time that BuildKit's parser takes for `text`.
fn buildkit(text: &str) -> Duration {
    let work = std::env::temp_dir().join(format!("stagewright-bench-{}", std::process::id()));
    std::fs::create_dir_all(&work).expect("a temporary folder");
    let (oracle, file) = (work.join("oracle"), work.join("Dockerfile"));
    std::fs::write(&file, text).expect("a temporary file");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&oracle)
        .arg(".")
        .current_dir(root().join("tests/oracle"))
        .status();
    assert!(built.is_ok_and(|s| s.success()), "this bench needs Go to build tests/oracle");
    let output =
        Command::new(&oracle).arg("-bench").arg(&file).arg("10").output().expect("the oracle");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    std::fs::remove_dir_all(&work).ok();
    Duration::from_nanos(report["best_ns"].as_u64().expect("best_ns"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
