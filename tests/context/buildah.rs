//! Real builds: buildah copies from a context of our fixtures' kind, and we count what it copied.
//!
//! buildah is not `BuildKit`: a wildcard that matches nothing is an error there.

use std::fs;
use std::path::Path;
use std::process::Command;

use stagewright::workspace::Copied;

use crate::{open, paths};

const IGNORE_FILES: &[&str] = &[
    "",
    "node_modules\n**/*.log\n",
    "docs\n!docs/keep.md\n",
    "*\n!src\nsrc/*.test\n",
    "# all\n/docs/\n*/a.log\n[a-m]*.json\n",
];

const SOURCES: &[&[&str]] = &[
    &["."],
    &["src", "docs"],
    &["src/"],
    &["src/*"],
    &["*.json", "src/main"],
    &["/src/../src/lib"],
    &["s?c/m*"],
];

#[test]
fn takes_what_buildah_takes() {
    let context = tempfile::tempdir().expect("a folder");
    fill(context.path());
    let storage = tempfile::tempdir().expect("a folder");
    let (mut counted, mut refused) = (0, 0);
    for ignore in IGNORE_FILES {
        for sources in SOURCES {
            let ours = open(context.path(), ignore)
                .and_then(|open| open.copied(sources, &[]).map_err(|why| why.to_string()));
            let theirs = build(context.path(), storage.path(), ignore, sources);
            match (ours, theirs) {
                (Ok(ours), Ok(theirs)) => {
                    assert_eq!(ours, theirs, "{sources:?} with {ignore:?}");
                    counted += 1;
                }
                (Err(_), Err(_)) => refused += 1,
                (Ok(_), Err(error)) if error.contains("no items matching glob") => refused += 1,
                (ours, theirs) => panic!("{sources:?} with {ignore:?}: {ours:?}, {theirs:?}"),
            }
        }
    }
    println!("{counted} counted, {refused} refused");
    assert!(counted > 20, "too little was compared");
}

fn fill(root: &Path) {
    let files = [
        ("package.json", 10),
        ("zoo.json", 20),
        ("src/main", 300),
        ("src/main.test", 400),
        ("src/lib/a", 5_000),
        ("src/lib/a.log", 6_000),
        ("docs/a.md", 70_000),
        ("docs/keep.md", 80_000),
        ("docs/a.log", 90_000),
        ("node_modules/x/index.js", 1_000_000),
    ];
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, "x".repeat(bytes)).expect("writable");
    }
    std::os::unix::fs::symlink("main", root.join("src/link")).expect("a link");
}

/// What a real build copies, or what it says.
fn build(root: &Path, storage: &Path, ignore: &str, sources: &[&str]) -> Result<Copied, String> {
    let work = tempfile::tempdir().expect("a folder");
    let at = |name: &str| work.path().join(name);
    fs::write(at("Dockerfile"), format!("FROM scratch\nCOPY {} /d/\n", sources.join(" ")))
        .expect("writable");
    fs::write(at("ignore"), ignore).expect("writable");
    let run = Command::new("buildah")
        .arg("--root")
        .arg(storage.join("root"))
        .arg("--runroot")
        .arg(storage.join("run"))
        .args(["--storage-driver", "vfs", "bud", "--isolation", "chroot", "--quiet", "--no-cache"])
        .arg("--file")
        .arg(at("Dockerfile"))
        .arg("--ignorefile")
        .arg(at("ignore"))
        .arg("--output")
        .arg(format!("type=local,dest={}", at("out").display()))
        .arg(root)
        .output()
        .unwrap_or_else(|error| panic!("buildah is needed (`.ci/test` installs it): {error}"));
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into_owned());
    }
    let out = at("out");
    let lengths = paths(&out).into_iter().map(|path| {
        let metadata = fs::symlink_metadata(out.join(path)).expect("there");
        if metadata.is_file() { metadata.len() } else { 0 }
    });
    let lengths: Vec<_> = lengths.collect();
    Ok(Copied { bytes: lengths.iter().sum(), files: lengths.len() as u64 })
}
