//! `split FILE --with FILE`: two files in one.

use crate::run::{fixtures, run};

#[test]
fn two_files_of_the_old_way_in_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["Dockerfile.build", "Dockerfile.prod", "build.sh"] {
        let seed = fixtures().join("seeds/builder-pattern").join(name);
        std::fs::copy(seed, folder.path().join(name)).expect("copied");
    }
    let ask = |more: &[&str]| {
        let mut arguments = vec!["split", "Dockerfile.build", "--with", "Dockerfile.prod"];
        arguments.extend(more);
        run(folder.path(), &arguments)
    };
    let shown = ask(&["--script", "build.sh"]).with_code(0).out;
    assert!(shown.contains("FROM golang:1.21 AS builder\n"), "{shown}");
    assert!(shown.ends_with("COPY --from=builder /main .\nCMD [\"./main\"]\n"), "{shown}");
    // Without the script, the build command tells the same.
    assert_eq!(ask(&[]).with_code(0).out, shown);
    ask(&["--script", "build.sh", "--write"]).with_code(0);
    let written = std::fs::read_to_string(folder.path().join("Dockerfile")).expect("a file");
    assert_eq!(written, shown);
    // What is there is not written over.
    ask(&["--write"]).with_code(2);
    let refused = ask(&["--script", "Dockerfile.prod"]).with_code(1);
    assert!(refused.err.contains("docker cp"), "{}", refused.err);
    ask(&["--json"]).with_code(2);
}
