//! What an instruction takes from a context is what `BuildKit`'s own code takes, and what an engine
//! that is not `BuildKit` takes.

#![allow(clippy::print_stdout, reason = "the figures of a test are for its reader")]

mod buildah;
mod generate;
#[path = "../agreement/oracle.rs"]
#[allow(dead_code, reason = "only lines are asked here")]
mod oracle;
#[path = "../agreement/random.rs"]
#[allow(dead_code, reason = "the generator of Dockerfiles uses all of it")]
mod random;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use generate::Question;
use oracle::Oracle;
use random::Random;
use serde_json::{Value, json};
use stagewright::workspace::{Context, Copied, Disk};
use walkdir::WalkDir;

/// The seed is `CONTEXT_SEED`, or 1; how many contexts is `CONTEXT_TREES`. Each is asked 40 times.
#[test]
fn takes_what_buildkit_takes() {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seed = number("CONTEXT_SEED").unwrap_or(1);
    let trees = number("CONTEXT_TREES").unwrap_or(20);

    let mut oracle = Oracle::build(&["-context"]);
    let (mut counted, mut refused, mut clashes) = (0, 0, 0);
    for number in 0..trees {
        let mut random = Random::new(seed, number);
        let folder = tempfile::tempdir().expect("a folder");
        generate::tree(folder.path(), &mut random);
        let paths = paths(folder.path());
        for _ in 0..40 {
            let question = generate::question(&mut random);
            let answer = ask(&mut oracle, folder.path(), &question);
            if is_clash(&answer) {
                clashes += 1;
                continue;
            }
            let context = open(folder.path(), &question.ignore);
            let case = || format!("CONTEXT_SEED={seed}, tree {number} {paths:?}, {question:?}");
            if let Ok(context) = &context {
                let sent = context_sent(context, &paths);
                let theirs = names(&answer["sent"]);
                assert_eq!(sent, theirs, "sent: {}", case());
            }
            let ours = context.and_then(|context| question.ask(&context));
            match (&ours, total(&answer)) {
                (Ok(ours), Some(theirs)) => {
                    assert_eq!(*ours, theirs, "{} {answer}", case());
                    counted += 1;
                }
                (Err(_), None) => refused += 1,
                _ => panic!("{ours:?}: {answer}: {}", case()),
            }
        }
    }
    println!("{counted} counted, {refused} refused by both, {clashes} file over folder");
    assert!(counted > 10 * trees && refused > trees, "too little was compared");
}

/// A file copied over a folder or the other way round, which is an error there and a number here.
fn is_clash(answer: &Value) -> bool {
    let error = answer["error"].as_str().unwrap_or_default();
    error.contains("/copied/") || error.contains("cannot copy to non-directory")
}

fn ask(oracle: &mut Oracle, root: &Path, question: &Question) -> Value {
    let question = json!({
        "root": root,
        "ignore": question.ignore,
        "sources": question.sources,
        "exclude": question.exclude,
        "parents": question.parents,
    });
    oracle.ask_line(&question.to_string())
}

/// The context, with the ignore file where it cannot be copied itself.
fn open(root: &Path, ignore: &str) -> Result<Context, String> {
    let beside = tempfile::tempdir().expect("a folder");
    std::fs::write(beside.path().join("Dockerfile.dockerignore"), ignore).expect("writable");
    Context::open(Arc::new(Disk), root, &beside.path().join("Dockerfile"))
        .map_err(|error| error.to_string())
}

fn total(answer: &Value) -> Option<Copied> {
    let lengths = answer["copied"].as_object()?;
    Some(Copied {
        bytes: lengths.values().filter_map(Value::as_u64).sum(),
        files: lengths.len() as u64,
    })
}

fn names(lengths: &Value) -> BTreeSet<String> {
    lengths.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn context_sent(context: &Context, paths: &BTreeSet<String>) -> BTreeSet<String> {
    paths.iter().filter(|path| !context.ignore().excludes(path)).cloned().collect()
}

/// The files and links below a folder.
fn paths(root: &Path) -> BTreeSet<String> {
    let entries = WalkDir::new(root).into_iter().map(|entry| entry.expect("readable"));
    let files = entries.filter(|entry| !entry.file_type().is_dir());
    let below =
        |path: &Path| path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
    files.map(|file| below(file.path())).collect()
}
