//! What `--fix` and `--diff` do.

use std::fs;
use std::path::Path;

use crate::run::{folder, run, run_on};

/// Sure fixes in between what must not change: CRLF and LF, tabs, bytes that are no text, no line
/// end at the end.
const BEFORE: &[u8] =
    b"FROM a AS b\r\n# caf\xe9\r\n\r\nFROM  c\t \nCOPY \xe2\x80\x93from=b  /x /y\r\nWORKDER /\xff\nRUM x";
const AFTER: &[u8] =
    b"FROM a AS b\r\n# caf\xe9\r\n\r\nFROM  c\t \nCOPY --from=b  /x /y\r\nWORKDIR /\xff\nRUN x";

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).expect("there")
}

#[test]
fn fixes_change_nothing_else() {
    let folder = folder(&[("Dockerfile", BEFORE), ("clean.Dockerfile", b"FROM a\n")]);
    let fixed = run(folder.path(), &["check", "--fix"]).with_code(1);
    assert_eq!(read(folder.path(), "Dockerfile"), AFTER);
    assert_eq!(fixed.out.matches("warning[invalid-utf8]").count(), 2, "{fixed:?}");
    assert!(!fixed.out.contains("pasted-text"), "{fixed:?}");
    assert_eq!(fixed.err, "Checked 2 files, mended 3 findings in 1 file: 2 warnings\n");
    let names = fs::read_dir(folder.path()).expect("there").count();
    assert_eq!(names, 2, "nothing else is left there");
}

#[test]
fn all_mended_is_clean() {
    let folder = folder(&[("Dockerfile", b"FROM a\nRUM x\n")]);
    let fixed = run(folder.path(), &["check", "--fix"]).with_code(0);
    assert_eq!(fixed.err, "Checked 1 file, mended 1 finding in 1 file: nothing left\n");
    assert_eq!(read(folder.path(), "Dockerfile"), b"FROM a\nRUN x\n");
}

#[test]
fn a_second_time_changes_nothing() {
    let folder = folder(&[("Dockerfile", BEFORE)]);
    run(folder.path(), &["check", "--fix"]).with_code(1);
    let written = || fs::metadata(folder.path().join("Dockerfile")).expect("there").modified();
    let first = written().expect("a time");
    let fixed = run(folder.path(), &["check", "--fix"]).with_code(1);
    assert_eq!(written().expect("a time"), first, "it is not even written");
    assert_eq!(fixed.err, "Checked 1 file: 2 warnings\n");
}

#[test]
fn a_diff_is_what_fix_does() {
    let folder = folder(&[("sub/Dockerfile", BEFORE), ("Dockerfile", b"FROM a\n")]);
    let diff = run(folder.path(), &["check", "--diff"]).with_code(1);
    assert_eq!(read(folder.path(), "sub/Dockerfile"), BEFORE, "a diff writes nothing");
    assert_eq!(diff.err, "Checked 2 files: 1 would change\n");
    assert!(diff.out.starts_with("--- a/sub/Dockerfile\n+++ b/sub/Dockerfile\n@@ "), "{diff:?}");
    run(folder.path(), &["check", "--diff", "--exit-zero"]).with_code(0);

    let clean = run(folder.path(), &["check", "--diff", "Dockerfile"]).with_code(0);
    assert_eq!(clean.out, "");
    assert_eq!(clean.err, "Checked 1 file: 0 would change\n");
}

#[test]
fn a_diff_can_be_applied() {
    let folder = folder(&[("Dockerfile", BEFORE)]);
    let output = crate::run::command(folder.path(), &["check", "--diff"]).output().expect("runs");
    assert_eq!(apply(BEFORE, &output.stdout), AFTER);
}

/// What `patch` does with a patch that fits exactly.
fn apply(old: &[u8], patch: &[u8]) -> Vec<u8> {
    let mut lines = old.split_inclusive(|b| *b == b'\n');
    let mut new: Vec<u8> = Vec::new();
    let (mut done, mut removed) = (0, false);
    for line in patch.split_inclusive(|b| *b == b'\n').skip(2) {
        let (mark, rest) = line.split_first().expect("not empty");
        match mark {
            b'@' => {
                let header = String::from_utf8_lossy(rest);
                let first = header.split(['-', ',', ' ']).nth(2).expect("a number");
                let first: usize = first.parse().expect("a number");
                while done + 1 < first {
                    new.extend_from_slice(lines.next().expect("a line"));
                    done += 1;
                }
            }
            b'\\' if removed => {}
            b'\\' => assert_eq!(new.pop(), Some(b'\n')),
            b'+' => new.extend_from_slice(rest),
            mark => {
                let old = lines.next().expect("a line");
                assert_eq!(old.trim_ascii_end(), rest.trim_ascii_end());
                done += 1;
                if *mark == b' ' {
                    new.extend_from_slice(rest);
                }
            }
        }
        removed = *mark == b'-';
    }
    new.extend(lines.flatten());
    new
}

#[test]
fn nothing_that_was_written_is_lost() {
    let cases: &[(&str, &str)] = &[
        ("FROM a\nENV A=1 \\\n    B=2 \\\nRUN c\n", "FROM a\nENV A=1 \\\n    B=2\nRUN c\n"),
        (
            "> # syntax=s\n> # keep\n> FROM a\n> RUN b \\\n>   && c\n",
            "# syntax=s\n# keep\nFROM a\nRUN b \\\n  && c\n",
        ),
        ("FROM a # why\nCOPY --from:x b c\n", "# why\nFROM a\nCOPY --from=x b c\n"),
        ("FROM a\n$ docker build .\n", "FROM a\n# docker build .\n"),
    ];
    for (text, expected) in cases {
        assert_eq!(run_on(text.as_bytes(), &["check", "--fix", "-"]).out, *expected);
    }
    let left = [
        "<<<<<<< HEAD\nFROM a\n=======\nFROM b\n>>>>>>> other\n",
        "FROM {{a}}\n}}ARG b\n  ARGS:\nRUM c\n",
        "FROM a\nENV A=1 B\nexport C=d\nrun.sh e\nvolume-x f\nCOPY --fromb c d\n",
        "FROM a\nRUN b \\\nCMD [\"c\"]\n",
    ];
    for text in left {
        assert_eq!(run_on(text.as_bytes(), &["check", "--fix", "-"]).out, text);
    }
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let fixed = run_on(b"FROM a\r\nWORKDER /\r\nRUM x", &["check", "--fix", "-"]).with_code(0);
    assert_eq!(fixed.out, "FROM a\r\nWORKDIR /\r\nRUN x");
    assert_eq!(fixed.err, "Checked 1 file, mended 2 findings in 1 file: nothing left\n");

    let fixed = run_on(b"FROM a\nXYZZY\n", &["check", "--fix", "-"]).with_code(1);
    assert_eq!(fixed.out, "FROM a\nXYZZY\n", "the text comes back, mended or not");
    assert!(fixed.err.contains("error[unknown-instruction]"), "{fixed:?}");

    let diff = run_on(b"FORM a\n", &["check", "--diff", "-", "--stdin-filename", "x"]).with_code(1);
    assert_eq!(diff.out, "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-FORM a\n+FROM a\n");
}

#[cfg(unix)]
#[test]
fn permissions_links_and_read_only_files() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("real", b"FORM a\n"), ("locked", b"FORM a\n")]);
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name)).expect("there").permissions().mode() & 0o7777
    };
    let set = |name: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.path().join(name), permissions).expect("set");
    };
    set("real", 0o751);
    set("locked", 0o444);
    symlink("real", folder.path().join("link")).expect("linked");

    run(folder.path(), &["check", "--fix", "link"]).with_code(0);
    assert_eq!(read(folder.path(), "real"), b"FROM a\n");
    assert_eq!(mode("real"), 0o751);
    assert!(fs::symlink_metadata(folder.path().join("link")).expect("there").is_symlink());

    let refused = run(folder.path(), &["check", "--fix", "locked"]).with_code(2);
    assert_eq!(read(folder.path(), "locked"), b"FORM a\n");
    assert!(refused.err.contains("error: locked cannot be mended: it is read-only"), "{refused:?}");
    assert!(refused.out.contains("unknown-instruction"), "what is left is told: {refused:?}");
    assert_eq!(mode("locked"), 0o444);
}

#[test]
fn fixes_that_would_lose_a_byte_are_left_to_the_reader() {
    // The fix would replace the whole word.
    let file = b"FROM a\nWORKDE\xff /a\n";
    let folder = folder(&[("Dockerfile", file)]);
    run(folder.path(), &["check", "--fix"]).with_code(1);
    assert_eq!(read(folder.path(), "Dockerfile"), file);
}
