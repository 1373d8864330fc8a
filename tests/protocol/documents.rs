//! Documents that are opened, changed and closed as no client should, and such that are not ours.

use serde_json::{Value, json};

use crate::client::{Client, URI};

/// Whether the server holds that document as a Dockerfile.
fn is_read(client: &mut Client, uri: &str) -> bool {
    client.pull(uri).get("resultId").is_some()
}

#[test]
fn a_client_that_loses_count_does_no_harm() {
    let mut client = Client::start();
    let document = json!({ "textDocument": { "uri": URI } });
    client.change(7, json!([{ "text": "ghost" }]));
    client.logged("was changed but is not open");
    client.notify("textDocument/didSave", document.clone());
    client.logged("was saved but is not open");
    client.notify("textDocument/didClose", document.clone());
    client.logged("was closed but is not open");
    assert!(!is_read(&mut client, URI));
    client.open("FROM a\n");
    client.open("FROM b\n");
    client.logged("was opened twice");
    assert!(is_read(&mut client, URI));
    client.notify("textDocument/didClose", document.clone());
    client.notify("textDocument/didClose", document);
    client.logged("was closed but is not open");
    assert!(!is_read(&mut client, URI));
    client.assert_silent();
}

#[test]
fn a_version_that_goes_back_is_logged_and_taken() {
    let mut client = Client::start();
    client.open("FROM a\n");
    client.change(9, json!([{ "text": "FROM b\n" }]));
    client.change(3, json!([{ "text": "FROM c\n" }]));
    client.logged("went back from version Some(9) to Some(3)");
    let before = client.pull(URI)["resultId"].clone();
    for version in [json!(0), Value::Null, json!(i64::MAX), json!(-1)] {
        client.notify("textDocument/didChange", json!({
            "textDocument": { "uri": URI, "version": version }, "contentChanges": [{ "text": "FROM d\n" }],
        }));
    }
    assert_ne!(client.pull(URI)["resultId"], before);
}

#[test]
fn changes_with_faults_are_left_out() {
    let mut client = Client::start();
    client.open("FROM a\n");
    let before = client.pull(URI)["resultId"].clone();
    for params in [
        Value::Null,
        json!([]),
        json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": 1 }] }),
        json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "range": {}, "text": "x" }] }),
        json!({ "textDocument": { "uri": 5, "version": 2 }, "contentChanges": [{ "text": "x" }] }),
        json!({ "textDocument": { "uri": URI, "version": "2" }, "contentChanges": [{ "text": "x" }] }),
    ] {
        client.notify("textDocument/didChange", params);
        client.logged("`textDocument/didChange` was left out");
    }
    assert_eq!(client.pull(URI)["resultId"], before);
}

#[test]
fn the_language_id_decides_and_the_file_name_helps_out() {
    let mut client = Client::start();
    for (language, uri, ours) in [
        ("dockerfile", "file:///a/notes", true),
        ("containerfile", "file:///a/notes", true),
        ("dockercompose", "file:///a/Dockerfile", false),
        ("dockerbake", "file:///a/Dockerfile.bake", false),
        ("yaml", "file:///a/Dockerfile.yaml", false),
        ("", "file:///a/Dockerfile.dev", true),
        ("plaintext", "file:///a/prod.dockerfile", true),
        ("plaintext", "file:///a/Containerfile", true),
        ("plaintext", "file:///a/compose.yaml", false),
    ] {
        client.open_as(uri, language, "FROM a\n");
        assert_eq!(is_read(&mut client, uri), ours, "{language} {uri}");
        let change = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": "]" }] });
        client.notify("textDocument/didChange", change);
        let report = client.pull(uri);
        assert!(ours || report == json!({ "kind": "full", "items": [] }), "{report}");
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }
    client.assert_silent();
}

#[test]
fn odd_uris_are_one_document_each() {
    let mut client = Client::start();
    for uri in [
        "file://wsl$/Ubuntu/home/Dockerfile",
        "file://wsl%24/Ubuntu/home/Dockerfile",
        "file://wsl.localhost/Ubuntu/home/Dockerfile",
        "file://server/share/Dockerfile",
        "file:///c%3A/a%20b/Dockerfile",
        "file:///with space/ü/[x]/Dockerfile",
        "untitled:Untitled-1",
        "buffer:3",
    ] {
        assert!(!is_read(&mut client, uri), "{uri}");
        client.open_as(uri, "dockerfile", "FROM a\n");
        assert!(is_read(&mut client, uri), "{uri}");
    }
    client.open_as("no uri at all", "dockerfile", "FROM a\n");
    client.assert_alive();
}

#[test]
fn a_large_document_is_read_like_any_other() {
    let mut client = Client::start();
    let line =
        "RUN apt-get update && apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\n";
    client.open(&format!("FROM debian AS base\n{}", line.repeat((3 << 20) / line.len())));
    assert!(is_read(&mut client, URI));
    for version in 2..50 {
        let place = json!({ "line": version, "character": 0 });
        client.change(
            version,
            json!([{ "range": { "start": place, "end": place }, "text": "# typed\n" }]),
        );
    }
    assert!(is_read(&mut client, URI));
}
