//! Splitting a file from end to end: the offers, their edits when they are chosen, the reasons why
//! there are none, and the hint.

use serde_json::{Value, json};

use crate::client::{Client, URI, applied};

const TEXT: &str = "# Serves.\r\nFROM golang:1.22\r\nWORKDIR /src\r\nCOPY go.mod main.go ./\r\nRUN CGO_ENABLED=0 go build -o /app .\r\nEXPOSE 80\r\nCMD [\"/app\"]\r\n";

const SPLIT: &str = "# Serves.\r\nFROM golang:1.22 AS builder\r\nWORKDIR /src\r\nCOPY go.mod main.go ./\r\nRUN CGO_ENABLED=0 go build -o /app .\r\n\r\nFROM gcr.io/distroless/static-debian12\r\nWORKDIR /src\r\nCOPY --from=builder /app /app\r\nEXPOSE 80\r\nCMD [\"/app\"]\r\n";

/// A client that has edits resolved and shows what cannot be done.
fn start(text: &str) -> Client {
    let mut client = Client::spawn();
    client.initialize(json!({
        "capabilities": {
            "workspace": { "workspaceEdit": { "documentChanges": true } },
            "textDocument": {
                "diagnostic": {},
                "codeAction": {
                    "codeActionLiteralSupport": {},
                    "isPreferredSupport": true,
                    "disabledSupport": true,
                    "dataSupport": true,
                    "resolveSupport": { "properties": ["edit"] },
                },
            },
        },
        "initializationOptions": { "size": { "platform": "linux/amd64" } },
    }));
    client.open(text);
    client
}

fn actions(client: &mut Client, line: u32, only: Option<Value>) -> Vec<Value> {
    let place = json!({ "line": line, "character": 1 });
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = only;
    }
    let params = json!({
        "textDocument": { "uri": URI }, "range": { "start": place, "end": place }, "context": context,
    });
    let found = client.request("textDocument/codeAction", params).expect("actions");
    found.as_array().expect("a list").clone()
}

fn kinds(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["kind"].as_str().expect("a kind")).collect()
}

const CONSERVATIVE: &str = "refactor.rewrite.split.conservative";
const SMALLEST: &str = "refactor.rewrite.split.smallest";

#[test]
fn splits_are_offered_first_on_the_from_line_and_everywhere_else() {
    let mut client = start(TEXT);
    let found = actions(&mut client, 1, None);
    assert_eq!(kinds(&found)[..2], [CONSERVATIVE, SMALLEST]);
    assert_eq!(
        found[0]["title"],
        "Split into builder and runtime stages on debian:bookworm-slim (≈ 837 MB → ≈ 105 MB)"
    );
    assert_eq!(found[0]["isPreferred"], true);
    assert!(found.iter().take(2).all(|action| action.get("edit").is_none()));
    let elsewhere = actions(&mut client, 5, None);
    assert_eq!(kinds(&elsewhere)[elsewhere.len() - 2..], [CONSERVATIVE, SMALLEST]);
    for (only, expected) in [
        (json!(["refactor"]), vec![CONSERVATIVE, SMALLEST]),
        (json!(["refactor.rewrite.split"]), vec![CONSERVATIVE, SMALLEST]),
        (json!([SMALLEST]), vec![SMALLEST]),
        (json!(["quickfix"]), vec![]),
    ] {
        assert_eq!(kinds(&actions(&mut client, 5, Some(only))), expected);
    }
}

#[test]
fn the_edit_comes_when_it_is_chosen_for_the_version_that_is_there() {
    let mut client = start(TEXT);
    let chosen = actions(&mut client, 1, Some(json!([SMALLEST]))).remove(0);
    let resolved = client.request("codeAction/resolve", chosen.clone()).expect("an action");
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
    assert_eq!(applied(TEXT, change["edits"].as_array().expect("edits")), SPLIT);

    client.change(2, json!([{ "text": "FROM golang:1.22\n" }]));
    assert_eq!(client.request_code("codeAction/resolve", chosen), -32803);
    let other = json!({ "title": "of somebody else" });
    assert_eq!(client.request("codeAction/resolve", other.clone()), Ok(other));
}

#[test]
fn a_client_that_cannot_ask_later_has_the_edit_at_once() {
    let mut client = Client::with_capabilities(
        json!({ "textDocument": { "codeAction": { "codeActionLiteralSupport": {} } } }),
    );
    client.open(TEXT);
    client.notification("textDocument/publishDiagnostics");
    let found = actions(&mut client, 1, Some(json!([SMALLEST])));
    let edits = found[0]["edit"]["changes"][URI].as_array().expect("edits");
    assert_eq!(applied(TEXT, edits), SPLIT);
}

#[test]
fn why_not_is_told_to_those_who_show_it() {
    let text = "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build ./...\nCMD [\"./app\"]\n";
    let mut client = start(text);
    let found = actions(&mut client, 0, Some(json!(["refactor"])));
    assert_eq!(found[0]["disabled"]["reason"], "`go build ./...` compiles but keeps no program.");
    // What nobody would split needs no reason.
    let mut client = start("FROM alpine:3.20\nCMD [\"date\"]\n");
    assert_eq!(actions(&mut client, 0, Some(json!(["refactor.rewrite.split"]))), [] as [Value; 0]);
    let mut client = Client::with_capabilities(
        json!({ "textDocument": { "codeAction": { "codeActionLiteralSupport": {} } } }),
    );
    client.open(text);
    assert_eq!(actions(&mut client, 0, Some(json!(["refactor"]))), [] as [Value; 0]);
}

#[test]
fn a_hint_says_what_would_be_saved_until_it_is_switched_off() {
    let mut client = start(TEXT);
    let found = client.pull(URI);
    let hint = &found["items"][0];
    assert_eq!((&hint["code"], &hint["severity"]), (&json!("can-split"), &json!(4)));
    assert_eq!(hint["range"]["start"], json!({ "line": 1, "character": 0 }));
    let message = hint["message"].as_str().expect("a message");
    assert!(message.contains("smaller by about"), "{message}");

    // It hangs on lines that no finding is about.
    client.change(2, json!([{
        "range": { "start": { "line": 6, "character": 0 }, "end": { "line": 7, "character": 0 } },
        "text": "",
    }]));
    assert_eq!(client.pull(URI)["items"], json!([]));
    client.change(3, json!([{ "text": TEXT }]));
    assert_eq!(client.pull(URI)["items"].as_array().map(Vec::len), Some(1));
    let settings = json!({ "diagnostics": { "severity": { "can-split": "off" } } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    assert_eq!(client.pull(URI)["items"], json!([]));
}
