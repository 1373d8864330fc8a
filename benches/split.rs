//! What it costs to answer whether and how a file is split: the whole answer of the code action, the
//! project's files read from the disk, for each project of `fixtures/split` and `fixtures/seeds`.
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
use stagewright::workspace::{Context, Disk};

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
