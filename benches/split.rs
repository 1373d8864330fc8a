//! What it costs to answer whether and how a file is split: the whole answer of the code action, the
//! project's files read from the disk, for each project of `fixtures/split` and `fixtures/seeds`, and
//! for files that are made to cost much.
//!
//! `cargo bench --bench split`

#![allow(clippy::print_stdout)] // a bench's result is what it prints

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stagewright::ide::Snapshot;
use stagewright::ide::images::View;
use stagewright::ide::split::splits;
use stagewright::image::{Offline, Unit};
use stagewright::language::platform::Platform;
use stagewright::workspace::{Context, Disk, Memory};

/// How often each answer is made.
const ROUNDS: usize = 20;

/// How many of the slowest are listed.
const LISTED: usize = 10;

fn main() {
    let sizes = Offline::default();
    let platform = Platform::new("linux", "amd64", None);
    let view = View { sizes: &sizes, platform: &platform, unit: Unit::default() };
    let mut rows: Vec<(Duration, String)> = projects()
        .into_iter()
        .map(|(folder, file)| {
            let text = std::fs::read_to_string(&file).expect("a Dockerfile");
            let snapshot = Snapshot::new(&text);
            let mut times: Vec<Duration> = (0..ROUNDS)
                .map(|_| {
                    let begin = Instant::now();
                    let context = Context::open(Arc::new(Disk), &folder, &file);
                    let context = context.as_ref().map_err(|_| "it cannot be opened");
                    black_box(splits(&snapshot, view, context));
                    begin.elapsed()
                })
                .collect();
            times.sort();
            (times[ROUNDS / 2], folder.display().to_string())
        })
        .collect();
    rows.sort();
    let count = rows.len();
    let total: Duration = rows.iter().map(|row| row.0).sum();
    println!("{count} projects, median {:?}, mean {:?}", rows[count / 2].0, total / count as u32);
    for (time, name) in rows.iter().rev().take(LISTED) {
        println!("{time:>12.1?}  {name}");
    }
    println!("files that are made to cost much");
    for (name, text) in hostile() {
        let snapshot = Snapshot::new(&text);
        let files = Memory::default().folder("/c").file("/c/go.mod", "module shop\n\ngo 1.22\n");
        let files = files.file("/c/main.go", "package main\n\nfunc main() {}\n");
        let context = Context::open(Arc::new(files), Path::new("/c"), Path::new("Dockerfile"));
        let begin = Instant::now();
        black_box(splits(&snapshot, view, context.as_ref().map_err(|_| "it cannot be opened")));
        println!("{:>12.1?}  {name}", begin.elapsed());
    }
}

/// Files within the limits of what is followed, each of one sort of line.
fn hostile() -> Vec<(&'static str, String)> {
    const START: &str = "FROM golang:1.22\nWORKDIR /src\nCOPY . .\n";
    const END: &str = "RUN CGO_ENABLED=0 go build -o /app .\nCMD [\"/app\"]\n";
    let lines = |count: usize, line: &dyn Fn(usize) -> String| {
        let lines: Vec<String> = (1..count).map(line).collect();
        format!("{START}{}{END}", lines.join(""))
    };
    let commands = |count: usize, command: &dyn Fn(usize) -> String| {
        lines(10, &|line| {
            let own: Vec<String> = (1..count / 9).map(|one| command(line * 1_000 + one)).collect();
            format!("RUN {}\n", own.join(" && "))
        })
    };
    vec![
        ("copies", lines(390, &|i| format!("COPY main.go /c/{i}/\n"))),
        ("many sources", lines(100, &|i| format!("COPY {} /c/{i}/\n", "f ".repeat(45)))),
        ("variables", lines(390, &|i| format!("ENV A{i}={}\n", "x".repeat(400)))),
        ("folders", commands(990, &|i| format!("mkdir -p /d/{i}"))),
        ("links", commands(990, &|i| format!("ln -s /l{i} /l{}", i + 1))),
        ("copies of copies", commands(990, &|i| format!("cp -r /src /s{i}"))),
        ("copies into itself", commands(300, &|i| format!("cp -r /src /src/c{i}"))),
        ("owners", commands(990, &|i| format!("chown app /d/{i}"))),
        ("packages", commands(990, &|i| format!("apt-get install -y p{i}"))),
        ("not sure", commands(660, &|i| format!("{{ test -e /x || mkdir /x{i}; }}"))),
        (
            "doubled",
            format!("{START}RUN A0=xxxxxxxx{};\n{END}", {
                let all: Vec<String> =
                    (1..40).map(|i| format!("; A{i}=$A{0}$A{0}", i - 1)).collect();
                all.join("")
            }),
        ),
    ]
}

/// The projects with their Dockerfiles.
fn projects() -> Vec<(PathBuf, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = |name: &str| -> Vec<PathBuf> {
        let read = std::fs::read_dir(root.join(name)).expect("a folder");
        read.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect()
    };
    let built = folders("split").into_iter().map(|folder| folder.join("project"));
    let built = built.map(|folder| (folder.clone(), folder.join("Dockerfile")));
    let golden = folders("split/golden").into_iter();
    let golden = golden.map(|folder| (folder.clone(), folder.join("Dockerfile")));
    let seeds = folders("seeds").into_iter();
    let seeds = seeds.map(|folder| (folder.clone(), folder.join("single.Dockerfile")));
    let mut all: Vec<_> =
        built.chain(golden).chain(seeds).filter(|(_, file)| file.is_file()).collect();
    all.sort();
    all
}
