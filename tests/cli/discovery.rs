//! Which files are checked.

use std::path::Path;

use crate::run::{folder, run};

const BROKEN: &[u8] = b"WORKDER /a\nFROM a\n";

/// The files that have findings: all that were looked at.
fn looked_at(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["check", "--output-format=concise", "-q"], arguments].concat();
    let out = run(folder, &arguments).out;
    let mut files: Vec<_> =
        out.lines().map(|line| line.split(':').next().expect("a path").to_owned()).collect();
    files.dedup();
    files
}

#[test]
fn files_that_look_like_dockerfiles() {
    let folder = folder(&[
        ("Dockerfile", BROKEN),
        ("api.Dockerfile", BROKEN),
        ("sub/Containerfile", BROKEN),
        ("sub/deep/dockerfile.dev", BROKEN),
        ("sub/Dockerfile.go", BROKEN),
        ("Dockerfile.dockerignore", BROKEN),
        ("README.md", BROKEN),
        (".devcontainer/Dockerfile", BROKEN),
        (".git/Dockerfile", BROKEN),
    ]);
    let all = [
        ".devcontainer/Dockerfile",
        "Dockerfile",
        "api.Dockerfile",
        "sub/Containerfile",
        "sub/deep/dockerfile.dev",
    ];
    assert_eq!(looked_at(folder.path(), &[]), all);
    assert_eq!(looked_at(folder.path(), &["."]), all);
    assert_eq!(looked_at(folder.path(), &["sub"]), &all[3..]);
    // What is asked for by name is checked.
    let named = ["sub/Dockerfile.go", "README.md", ".git/Dockerfile"];
    assert_eq!(
        looked_at(folder.path(), &named),
        [".git/Dockerfile", "README.md", "sub/Dockerfile.go"]
    );
}

#[test]
fn ignored_files() {
    let folder = folder(&[
        (".gitignore", b"/vendor/\n*.tmp.Dockerfile\n!keep.tmp.Dockerfile\n"),
        ("Dockerfile", BROKEN),
        ("a.tmp.Dockerfile", BROKEN),
        ("keep.tmp.Dockerfile", BROKEN),
        ("vendor/Dockerfile", BROKEN),
        ("sub/.gitignore", b"Dockerfile\n"),
        ("sub/Dockerfile", BROKEN),
        ("sub/vendor/Dockerfile.x", BROKEN),
    ]);
    let expected = ["Dockerfile", "keep.tmp.Dockerfile", "sub/vendor/Dockerfile.x"];
    assert_eq!(looked_at(folder.path(), &[]), expected);
    assert_eq!(looked_at(folder.path(), &["vendor/Dockerfile"]), ["vendor/Dockerfile"]);
    // From inside, the ignore file above counts too.
    assert_eq!(looked_at(&folder.path().join("sub"), &[]), ["vendor/Dockerfile.x"]);
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_left_out() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("real/Dockerfile", BROKEN)]);
    symlink("real/Dockerfile", folder.path().join("Dockerfile")).expect("linked");
    symlink("real", folder.path().join("linked")).expect("linked");
    symlink("..", folder.path().join("real/loop")).expect("linked");
    assert_eq!(looked_at(folder.path(), &[]), ["real/Dockerfile"]);
    assert_eq!(
        looked_at(folder.path(), &["Dockerfile", "linked"]),
        ["Dockerfile", "linked/Dockerfile"]
    );
}
