//! The command line and the network, by its real binary: what `catalogue update` makes of a real
//! registry, whatever ends it in between, and that nobody is asked where no option says so.

#[allow(dead_code)] // What tests/registry alone needs, here and below.
#[path = "../registry/images.rs"]
mod images;
#[allow(dead_code)]
#[path = "../registry/run.rs"]
mod run;
#[allow(dead_code)]
#[path = "../registry/server.rs"]
mod server;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stagewright::image::catalogue::record::{self, Record};

use images::Images;
use run::{Authorization, Registry, raw};
use server::{Server, respond};

const BINARY: &str = env!("CARGO_BIN_EXE_stagewright");

/// The binary, with the folders for users' files in `folder`.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder);
    command.env("XDG_DATA_HOME", folder.join("data")).env("XDG_CACHE_HOME", folder.join("cache"));
    command
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str], code: i32) -> Output {
    let output = command(folder, arguments).output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    output
}

fn table(path: &Path) -> Vec<Record> {
    record::parse(&std::fs::read_to_string(path).expect("a table")).expect("well-formed")
}

/// What skopeo tells of the images of an index: digest and pull size by architecture.
fn told_by_skopeo(name: &str) -> HashMap<String, (String, u64)> {
    let (_, index) = raw(name);
    let repository = name.rsplit_once(':').expect("a tag").0;
    let children = index["manifests"].as_array().expect("an index").iter();
    let children = children.map(|child| {
        let digest = child["digest"].as_str().expect("a digest");
        let (_, manifest) = raw(&format!("{repository}@{digest}"));
        let layers = manifest["layers"].as_array().expect("layers").iter();
        let pull = layers.map(|layer| layer["size"].as_u64().expect("a size")).sum();
        let architecture = child["platform"]["architecture"].as_str().expect("an architecture");
        (architecture.to_owned(), (digest.to_owned(), pull))
    });
    children.collect()
}

#[test]
fn an_update_that_is_killed_goes_on_where_it_was() {
    const TAGS: usize = 150;
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    let folder = tempfile::tempdir().expect("a folder");
    let repositories = ["acme/a", "b"];
    let mut list = "# what we use\n\n".to_owned();
    for (repository, layers) in repositories.iter().zip(1..) {
        let first = registry.name(repository, "t0");
        images.list(&[("amd64", "", layers), ("arm64", "", layers + 1)]).push(&first, "oci");
        let (_, index) = raw(&first);
        let kind = index["mediaType"].as_str().expect("a media type");
        for tag in 0..TAGS {
            registry.put(repository, &format!("t{tag}"), kind, &index);
            list += &format!("{repository}:t{tag}\n");
        }
    }
    let folder = folder.path();
    std::fs::write(folder.join("list"), list).expect("written");
    let url = format!("http://{}", registry.host());
    let update = [
        "catalogue",
        "update",
        "--registry",
        &url,
        "--list",
        "list",
        "--output",
        "a.bin",
        "--jobs",
    ];
    let path = folder.join("a.tsv");

    let mut killed = command(folder, &[&update[..], &["1"]].concat()).spawn().expect("it starts");
    let end = Instant::now() + Duration::from_secs(60);
    let lines = || std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
    while lines() < 10 {
        assert!(Instant::now() < end, "nothing is written");
        std::thread::sleep(Duration::from_millis(1));
    }
    killed.kill().expect("it was still at it");
    killed.wait().expect("it ends");
    let all = repositories.len() * TAGS * 2;
    let before = table(&path);
    assert!((9..all).contains(&before.len()), "{} rows", before.len());
    assert!(!folder.join("a.bin").exists());
    // A kill in the middle of a write is rare; this is what it leaves.
    let mut torn = std::fs::OpenOptions::new().append(true).open(&path).expect("there");
    torn.write_all(b"acme/a\tt14").expect("written");

    let done = run(folder, &[&update[..], &["4"]].concat(), 0);
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert_eq!(stderr, format!("{all} rows in a.bin\n"), "no bar, as this is no terminal");
    let rows = table(&path);
    assert!(rows.starts_with(&before));
    let mut keys: Vec<_> =
        rows.iter().map(|row| (&row.repository, &row.tag, &row.architecture)).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((rows.len(), keys.len()), (all, all));
    for repository in repositories {
        let told = told_by_skopeo(&registry.name(repository, "t1"));
        let name = format!("{}/{repository}", registry.host());
        for row in rows.iter().filter(|row| row.repository == name) {
            let (digest, pull) = &told[&row.architecture];
            assert_eq!(row.pull, Some(*pull), "{row:?}");
            assert_eq!(row.digest, record::digest(digest), "{row:?}");
            assert_eq!((&row.source, row.disk), (&registry.host(), None));
            assert!(row.as_of.is_some() && row.created.is_some() && row.layers > Some(0));
        }
    }

    // Nobody is asked for what is there, and it is what `size` knows from then on.
    let name = registry.name("b", "t7");
    drop(registry);
    let user = folder.join("data/stagewright/catalogue.bin");
    let user = user.to_str().expect("text");
    let update = ["catalogue", "update", "--registry", &url, "--list", "list", "--output", user];
    run(folder, &[&update[..], &["--table", "a.tsv"]].concat(), 0);
    let shown = run(folder, &["size", &name, "--json", "--platform", "linux/amd64"], 0).stdout;
    let shown: Value = serde_json::from_slice(&shown).expect("JSON");
    let row = rows.iter().find(|row| row.repository.ends_with("/b") && row.architecture == "amd64");
    assert_eq!(shown[0]["pull_bytes"].as_u64(), row.expect("a row").pull);
    assert_eq!(shown[0]["source"], "catalogue");
}

#[test]
fn what_is_not_told_is_listed_and_the_rest_written() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    registry.push(&images.image("amd64", "", 1), &registry.name("a", "1"), &[]);
    std::fs::write(folder.join("list"), "a:1\na:2\n").expect("written");
    let url = format!("http://{}", registry.host());
    let update = ["catalogue", "update", "--registry", &url, "--list", "list", "--output", "a.bin"];
    let done = run(folder, &update, 1);
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert!(stderr.starts_with("1 row in a.bin\n\nThe registry did not tell of 3:\n"), "{stderr}");
    for line in [
        "a:1 on linux/arm64: it is made for linux/amd64 only",
        &format!("a:2 on linux/amd64: {}/a has no tag 2", registry.host()),
    ] {
        assert!(stderr.contains(line), "{line}: {stderr}");
    }
    // Days later all is asked again, and what is told takes the place of what was.
    let old = std::fs::read_to_string(folder.join("a.tsv")).expect("a table");
    let row = table(&folder.join("a.tsv")).remove(0);
    let date = row.as_of.expect("a date").to_string();
    let old = old.replace(&format!("\t{date}\n"), "\t2024-01-01\n");
    std::fs::write(folder.join("a.tsv"), old).expect("written");
    std::fs::write(folder.join("list"), "a:1\n").expect("written");
    run(folder, &[&update[..], &["--platform", "amd64"]].concat(), 0);
    assert_eq!(table(&folder.join("a.tsv")), [row]);
}

/// A registry that asks for patience gets it, and is asked again.
#[test]
fn patience() {
    let manifest = br#"{"schemaVersion":2,"layers":[{"size":7,"digest":"sha256:aaaa"}]}"#;
    let asked = AtomicBool::new(false);
    let server = Server::start(move |head, stream| {
        let is_manifest = head.starts_with("GET /v2/a/manifests/1 ");
        let response = match is_manifest && asked.swap(true, Ordering::SeqCst) {
            _ if !is_manifest => respond("404 Not Found", &[], b""),
            false => respond("429 Too Many Requests", &[("Retry-After", "2")], b""),
            true => {
                let kind = "application/vnd.oci.image.manifest.v1+json";
                respond("200 OK", &[("Content-Type", kind)], manifest)
            }
        };
        let _ = stream.write_all(&response);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::write(folder.join("list"), "a:1\n").expect("written");
    let url = format!("http://{}", server.host());
    let update = ["catalogue", "update", "--registry", &url, "--list", "list", "--output", "a.bin"];
    let start = Instant::now();
    run(folder, &update, 0);
    assert!(start.elapsed() >= Duration::from_secs(2), "it waited");
    let pulls: Vec<_> = table(&folder.join("a.tsv")).into_iter().map(|row| row.pull).collect();
    assert_eq!(pulls, [Some(7), Some(7)]);
}

/// The calls to the network of a run, of the program and all that it starts.
fn calls(folder: &Path, arguments: &[&str]) -> String {
    calls_on(folder, arguments, "")
}

/// The same with that on its standard input, which stays open for a while.
fn calls_on(folder: &Path, arguments: &[&str], input: &str) -> String {
    let trace = folder.join("trace");
    let file = trace.to_str().expect("text");
    let strace = ["-f", "-e", "trace=%network", "-o", file, BINARY];
    let mut command = Command::new("strace");
    command.args(strace).args(arguments).current_dir(folder);
    command.env("XDG_DATA_HOME", folder.join("data")).env("XDG_CACHE_HOME", folder.join("cache"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("strace does not start: install Debian's package strace, as .ci/test does: {error}")
    });
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("written");
    if !input.is_empty() {
        std::thread::sleep(Duration::from_secs(2));
    }
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
    let calls = std::fs::read_to_string(trace).expect("a trace");
    assert!(calls.contains("exited with"), "{calls}");
    calls
}

#[test]
fn nobody_is_asked_unless_an_option_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::write(folder.join("Dockerfile"), "FROM golang:1.22\nFROM 127.0.0.1:1/a:1\n")
        .expect("written");
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/image-sizes.tsv");
    let table = table.to_str().expect("text");
    for arguments in [
        &["size", "Dockerfile", "acme/app:1"][..],
        &["size", "golang:1.22", "--compare"],
        &["size", "golang:1.22", "--json", "--engine", "off", "--registry", "off"],
        &["catalogue", "update", "--from", table],
    ] {
        let calls = calls(folder, arguments);
        assert!(!calls.contains("socket("), "{arguments:?}: {calls}");
    }
    // The trace would show it.
    let asked = calls(folder, &["size", "127.0.0.1:1/a:1", "--registry", "127.0.0.1:1"]);
    assert!(asked.contains("connect(") && asked.contains("AF_INET"), "{asked}");
}

/// A whole session of an editor, as it comes over standard input.
fn session(settings: &Value) -> String {
    const URI: &str = "file:///nowhere/Dockerfile";
    let text = "# syntax=docker/dockerfile:1\nFROM golang AS b\nFROM 127.0.0.1:1/a:1\nCOPY --from=nginx / /\n";
    let document = json!({ "uri": URI });
    let at = |line: u32, character: u32| json!({ "textDocument": document, "position": { "line": line, "character": character } });
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let over =
        |context: Value| json!({ "textDocument": document, "range": whole, "context": context });
    let typed = |version: u32, letter: &str| {
        let place = json!({ "line": 1, "character": 11 });
        let change = json!({ "range": { "start": place, "end": place }, "text": letter });
        json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [change] })
    };
    let item = json!({ "uri": URI, "languageId": "dockerfile", "version": 1, "text": text });
    let told = [
        (
            "initialize",
            true,
            json!({ "capabilities": { "textDocument": { "codeAction": { "codeActionLiteralSupport": {} } } }, "initializationOptions": settings }),
        ),
        ("initialized", false, json!({})),
        ("textDocument/didOpen", false, json!({ "textDocument": item })),
        ("textDocument/didChange", false, typed(2, ":")),
        ("textDocument/completion", true, at(1, 12)),
        ("textDocument/didChange", false, typed(3, "1")),
        ("textDocument/inlayHint", true, over(json!({}))),
        ("textDocument/hover", true, at(0, 15)),
        ("textDocument/hover", true, at(1, 8)),
        ("textDocument/hover", true, at(1, 16)),
        ("textDocument/hover", true, at(2, 8)),
        ("textDocument/hover", true, at(3, 14)),
        ("textDocument/codeAction", true, over(json!({ "diagnostics": [] }))),
        ("textDocument/documentLink", true, json!({ "textDocument": document })),
        ("textDocument/codeLens", true, json!({ "textDocument": document })),
    ];
    let mut input = String::new();
    for (number, (method, asks, params)) in told.into_iter().enumerate() {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        if asks {
            message["id"] = json!(number);
        }
        let body = message.to_string();
        input += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    }
    input
}

#[test]
fn an_editor_s_whole_session_asks_nobody_unless_a_setting_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = calls_on(folder.path(), &["lsp"], &session(&json!({})));
    assert!(!calls.contains("socket("), "{calls}");
    // The same session does ask where it is let.
    let asking = json!({ "size": { "registry": ["127.0.0.1:1"] } });
    let asked = calls_on(folder.path(), &["lsp"], &session(&asking));
    assert!(asked.contains("socket(AF_INET"), "{asked}");
}
