//! Order: a request is answered from the document as it was when the request came, whatever comes
//! behind it and however fast.

use serde_json::{Value, json};

use crate::client::{Client, URI, frame};

const CHANGES: i64 = 2000;

fn message(id: Option<&str>, method: &str, params: Value) -> Vec<u8> {
    let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
    if let Some(id) = id {
        message["id"] = json!(id);
    }
    frame(&message.to_string())
}

/// The change that pushes everything one line down.
fn push_down(version: i64) -> Vec<u8> {
    let start = json!({ "line": 0, "character": 0 });
    let change =
        json!({ "range": { "start": start, "end": start }, "text": format!("# {version}\n") });
    let params =
        json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [change] });
    message(None, "textDocument/didChange", params)
}

/// The request for the definition of the name in the line that was the second.
fn ask(version: i64) -> Vec<u8> {
    let position = json!({ "line": version + 1, "character": 13 });
    let params = json!({ "textDocument": { "uri": URI }, "position": position });
    message(Some(&format!("at {version}")), "textDocument/definition", params)
}

fn pull(version: i64) -> Vec<u8> {
    message(
        Some(&format!("pull {version}")),
        "textDocument/diagnostic",
        json!({ "textDocument": { "uri": URI } }),
    )
}

/// Whether each answer is of its version: the line of the definition is the version's number.
fn check(client: &mut Client, ask_from: i64) {
    for version in ask_from..=CHANGES {
        let answer = client.answer(format!("at {version}")).expect("a definition");
        assert_eq!(answer[0]["range"]["start"]["line"], version, "{answer}");
    }
}

#[test]
fn each_request_sees_exactly_the_changes_before_it() {
    let mut client = Client::start();
    client.open("FROM a AS x\nCOPY --from=x / /\n");
    let stream: Vec<u8> =
        (1..=CHANGES).flat_map(|version| [push_down(version), ask(version)].concat()).collect();
    client.send_bytes(&stream);
    check(&mut client, 1);
}

#[test]
fn slow_work_changes_nothing_about_that() {
    let mut client = Client::start();
    client.open("FROM a AS x\nCOPY --from=x / /\n");
    for version in 1..=CHANGES {
        client.send_bytes(&[pull(version), push_down(version), ask(version)].concat());
    }
    check(&mut client, 1);
    let mut stale = 0;
    for version in 1..=CHANGES {
        match client.answer(format!("pull {version}")) {
            Ok(report) => assert_eq!(report["kind"], "full"),
            Err((code, text)) => {
                assert_eq!(code, -32802, "{text}");
                stale += 1;
            }
        }
    }
    assert!(stale > 0, "no answer was out of date in a flood");
    assert!(client.pull(URI)["resultId"].is_string());
}

#[test]
fn documents_do_not_disturb_each_other() {
    let mut client = Client::start();
    let uris: Vec<String> = (0..20).map(|i| format!("file:///{i}/Dockerfile")).collect();
    for (lines, uri) in uris.iter().enumerate() {
        client.open_as(
            uri,
            "dockerfile",
            &format!("{}FROM a AS x\nCOPY --from=x / /\n", "#\n".repeat(lines)),
        );
    }
    for round in 0..10 {
        for (i, uri) in uris.iter().enumerate() {
            let start = json!({ "line": 0, "character": 0 });
            client.notify("textDocument/didChange", json!({
                "textDocument": { "uri": uri, "version": round + 2 },
                "contentChanges": [{ "range": { "start": start, "end": start }, "text": "#\n" }],
            }));
            let lines = i + round + 1;
            let position = json!({ "line": lines + 1, "character": 13 });
            let params = json!({ "textDocument": { "uri": uri }, "position": position });
            let answer = client.request("textDocument/definition", params).expect("a definition");
            assert_eq!(answer[0]["range"]["start"]["line"], lines);
            assert_eq!(answer[0]["uri"], *uri);
        }
    }
}
