//! Exit codes, streams, and what cannot be read.

use std::process::Stdio;

use crate::run::{command, finish, folder, run, run_on};

const CLEAN: &[u8] = b"FROM alpine\n";
/// One error.
const BROKEN: &[u8] = b"FROM alpine\nWORKDER /a\n";
/// One warning, which has a sure fix.
const PASTED: &[u8] = "FROM alpine AS a\nFROM a\nCOPY –from=a /x /y\n".as_bytes();

#[test]
fn exit_codes() {
    let folder = folder(&[
        ("clean/Dockerfile", CLEAN),
        ("broken/Dockerfile", BROKEN),
        ("pasted/Dockerfile", PASTED),
    ]);
    for (arguments, code) in [
        ("check clean", 0),
        ("check clean/Dockerfile", 0),
        ("check broken", 1),
        ("check clean broken", 1),
        ("check", 1),
        ("check pasted", 1),
        ("check broken --exit-zero", 0),
        ("check broken --fail-level none", 0),
        ("check broken --fail-level error", 1),
        ("check pasted --fail-level error", 0),
        ("check pasted --fail-level warning", 1),
        ("check pasted --fail-level information", 1),
        ("check clean --fail-level information", 0),
        ("check nowhere", 2),
        ("check broken nowhere --exit-zero", 2),
        ("check --output-format xml", 2),
        ("check --fail-level all", 2),
        ("check --fix --diff", 2),
        ("check --exit-zero --fail-level error", 2),
        ("check - broken", 2),
        ("check --nonsense", 2),
        ("", 2),
        ("rules", 0),
        ("check --help", 0),
        ("--version", 0),
    ] {
        let arguments: Vec<_> = arguments.split(' ').filter(|word| !word.is_empty()).collect();
        run(folder.path(), &arguments).with_code(code);
    }
}

#[test]
fn findings_and_the_rest_do_not_mix() {
    let folder = folder(&[("Dockerfile", BROKEN)]);
    let found = run(folder.path(), &["check", "--output-format", "concise"]).with_code(1);
    assert!(found.out.starts_with("Dockerfile:2:1: error[unknown-instruction]: "), "{found:?}");
    assert_eq!(found.out.lines().count(), 1);
    assert_eq!(found.err, "Checked 1 file: 1 error (1 can be mended with --fix)\n");

    let quiet = run(folder.path(), &["check", "--quiet", "--output-format", "concise"]);
    assert_eq!((quiet.out, quiet.err.as_str()), (found.out, ""));
}

#[test]
fn a_clean_run_says_so_on_standard_error_alone() {
    let folder = folder(&[("Dockerfile", CLEAN), ("a/Dockerfile", CLEAN)]);
    let clean = run(folder.path(), &["check"]).with_code(0);
    assert_eq!((clean.out.as_str(), clean.err.as_str()), ("", "Checked 2 files: nothing found\n"));
}

#[test]
fn standard_input() {
    let found = run_on(BROKEN, &["check", "-", "--output-format", "concise"]).with_code(1);
    assert!(found.out.starts_with("<stdin>:2:1: "), "{found:?}");
    let arguments = ["check", "-", "--stdin-filename", "a/b.txt", "--output-format", "concise"];
    let found = run_on(BROKEN, &arguments).with_code(1);
    assert!(found.out.starts_with("a/b.txt:2:1: "), "{found:?}");
    run_on(CLEAN, &["check", "-"]).with_code(0);
    let empty = run_on(b"", &["check", "-", "--output-format", "concise"]).with_code(1);
    assert!(empty.out.starts_with("<stdin>:1:1: error[empty-file]: "), "{empty:?}");
}

#[test]
fn the_order_is_that_of_paths_and_places() {
    let two = b"FROM alpine\nWORKDER /a\nRUM x\n".as_slice();
    let folder =
        folder(&[("b/Dockerfile", two), ("a/z.Dockerfile", BROKEN), ("c.dockerfile", BROKEN)]);
    let places = |arguments: &[&str]| -> Vec<String> {
        let out = run(folder.path(), arguments).out;
        out.lines().map(|line| line.split(": ").next().expect("a place").to_owned()).collect()
    };
    let expected =
        ["a/z.Dockerfile:2:1", "b/Dockerfile:2:1", "b/Dockerfile:3:1", "c.dockerfile:2:1"];
    assert_eq!(places(&["check", "--output-format=concise"]), expected);
    let shuffled =
        ["check", "--output-format=concise", "c.dockerfile", "b", "./b/Dockerfile", ".", "a"];
    assert_eq!(places(&shuffled), expected, "each file once");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_checked() {
    let binary = b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe\0";
    let folder = folder(&[("Dockerfile", BROKEN), ("Dockerfile.bin", binary), ("other", binary)]);
    let found = run(folder.path(), &["check", "nowhere", "other", "Dockerfile", "Dockerfile/x"])
        .with_code(2);
    assert!(found.out.contains("unknown-instruction"), "{found:?}");
    assert!(found.err.contains("error: other is a binary file\n"), "{found:?}");
    assert!(found.err.contains("error: nowhere cannot be read: "), "{found:?}");
    assert!(found.err.contains("error: Dockerfile/x cannot be read: "), "{found:?}");

    // A folder may hold files that only bear the name.
    let found = run(folder.path(), &["check"]).with_code(1);
    assert!(
        found.err.starts_with("note: Dockerfile.bin is a binary file: not checked\n"),
        "{found:?}"
    );
}

#[cfg(unix)]
#[test]
fn files_that_the_system_does_not_give_out() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    let folder = folder(&[("Dockerfile", BROKEN), ("locked", CLEAN)]);
    let _socket = UnixListener::bind(folder.path().join("socket")).expect("bound");
    symlink("nowhere", folder.path().join("dangling")).expect("linked");
    for name in ["socket", "dangling"] {
        let found = run(folder.path(), &["check", name, "Dockerfile"]).with_code(2);
        assert!(found.err.contains(&format!("error: {name} cannot be read: ")), "{found:?}");
        assert!(found.out.contains("unknown-instruction"), "{found:?}");
    }
    let locked = folder.path().join("locked");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).expect("set");
    // Root reads everything.
    let code = if std::fs::read(&locked).is_ok() { 0 } else { 2 };
    run(folder.path(), &["check", "locked"]).with_code(code);
}

#[test]
fn a_file_that_is_too_large_is_told() {
    let folder = folder(&[]);
    let file = std::fs::File::create(folder.path().join("Dockerfile")).expect("made");
    file.set_len((64 << 20) + 1).expect("grown");
    let found = run(folder.path(), &["check"]).with_code(2);
    assert!(found.err.contains("error: Dockerfile is larger than 64 MiB"), "{found:?}");
    assert!(!found.err.contains("Checked 1"), "{found:?}");
}

#[test]
fn nothing_to_check_is_told() {
    let folder = folder(&[("README", b"")]);
    let found = run(folder.path(), &["check"]).with_code(0);
    assert!(found.err.starts_with("warning: no Dockerfile found here\n"), "{found:?}");
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let many = [b"FROM a\n".as_slice(), &b"RUM x\n".repeat(20_000)].concat();
    let folder = folder(&[("Dockerfile", &many)]);
    for arguments in [&["check", "-q"][..], &["check", "-q", "--output-format", "json"]] {
        let mut command = command(folder.path(), arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let folder = folder(&[("Dockerfile", BROKEN)]);
    for arguments in [&["check"][..], &["rules"], &["explain", "Dockerfile"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("there");
        let mut command = command(folder.path(), arguments);
        command.stdout(full).stderr(Stdio::piped());
        let output = command.spawn().expect("starts").wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("the output cannot be written"), "{error}");
    }
}

#[test]
fn colours_are_there_when_wanted() {
    let folder = folder(&[("Dockerfile", BROKEN)]);
    let coloured = |variables: &[&str], arguments: &[&str]| {
        let arguments = [&["check"], arguments].concat();
        let mut command = command(folder.path(), &arguments);
        command.envs(variables.iter().map(|variable| (variable, "1")));
        finish(command).with_code(1).out.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "no terminal");
    assert!(coloured(&[], &["--color", "always"]));
    assert!(coloured(&["CLICOLOR_FORCE"], &[]));
    assert!(!coloured(&["CLICOLOR_FORCE", "NO_COLOR"], &[]));
    assert!(!coloured(&["CLICOLOR_FORCE"], &["--color", "never"]));
    assert!(coloured(&["NO_COLOR"], &["--color", "always"]), "what is asked for wins");
    assert!(!coloured(&["CLICOLOR_FORCE"], &["--output-format", "json"]), "data has none");
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
    let folder = folder(&[("Dockerfile", b"FROM a\n\x1b]0;title\x07RUM \x1b[2J\n")]);
    for format in ["text", "concise", "github"] {
        let found = run(folder.path(), &["check", "--output-format", format]).with_code(1);
        assert!(!found.out.contains('\u{1b}') && !found.out.contains('\u{7}'), "{found:?}");
    }
    let explained = run(folder.path(), &["explain", "Dockerfile"]).with_code(0);
    assert!(!explained.out.contains('\u{1b}'), "{explained:?}");
}
