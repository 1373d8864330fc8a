//! Findings on the wire: pushed to a client that does not ask, else pulled; never both.

use serde_json::{Value, json};

use crate::client::{Client, URI};

const GOOD: &str = "FROM a\nRUN b\n";
/// The same with one line that is no instruction.
const FAULTY: &str = "FROM a\nRUM b\n";

/// Where the fault of [`FAULTY`] is.
fn place() -> Value {
    json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 3 } })
}

fn pushed(client: &mut Client) -> Value {
    let params = client.notification("textDocument/publishDiagnostics");
    assert_eq!(params["uri"], URI);
    params
}

fn check_one(diagnostics: &Value) {
    let [diagnostic] = diagnostics.as_array().expect("a list").as_slice() else {
        panic!("{diagnostics}")
    };
    assert_eq!(diagnostic["range"], place());
    assert_eq!(
        (&diagnostic["code"], &diagnostic["severity"]),
        (&json!("unknown-instruction"), &json!(1))
    );
    assert_eq!(diagnostic["source"], "stagewright");
}

#[test]
fn news_are_pushed_with_the_version() {
    let mut client = Client::with_capabilities(json!({}));
    client.open(GOOD);
    client.assert_silent();
    client.change(2, json!([{ "text": FAULTY }]));
    let first = pushed(&mut client);
    assert_eq!(first["version"], 2);
    check_one(&first["diagnostics"]);
    // Typing elsewhere is no news.
    let end = json!({ "line": 2, "character": 0 });
    client.change(3, json!([{ "range": { "start": end, "end": end }, "text": "RUN c\n" }]));
    client.assert_silent();
    client.change(4, json!([{ "text": GOOD }]));
    let mended = pushed(&mut client);
    assert_eq!((&mended["version"], &mended["diagnostics"]), (&json!(4), &json!([])));
    client.change(5, json!([{ "text": FAULTY }]));
    check_one(&pushed(&mut client)["diagnostics"]);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(pushed(&mut client)["diagnostics"], json!([]));
    client.assert_silent();
}

#[test]
fn settings_count_for_what_is_pushed() {
    let mut client = Client::with_capabilities(json!({}));
    client.open(FAULTY);
    check_one(&pushed(&mut client)["diagnostics"]);
    let set = |client: &mut Client, settings: Value| {
        client.notify(
            "workspace/didChangeConfiguration",
            json!({ "settings": { "stagewright": settings } }),
        );
        pushed(client)["diagnostics"].clone()
    };
    let hint = set(
        &mut client,
        json!({ "diagnostics": { "severity": { "unknown-instruction": "hint" } } }),
    );
    assert_eq!(hint[0]["severity"], 4);
    assert_eq!(
        set(
            &mut client,
            json!({ "diagnostics": { "severity": { "unknown-instruction": "off" } } })
        ),
        json!([])
    );
    check_one(&set(&mut client, json!({})));
    assert_eq!(set(&mut client, json!({ "diagnostics": { "enable": false } })), json!([]));
}

#[test]
fn what_is_pulled_is_not_pushed() {
    let mut client = Client::start();
    client.open(FAULTY);
    check_one(&client.pull(URI)["items"]);
    client.change(2, json!([{ "text": GOOD }]));
    assert_eq!(client.pull(URI)["items"], json!([]));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    client.assert_silent();
}

#[test]
fn who_has_the_result_is_told_so() {
    let mut client = Client::start();
    client.open(FAULTY);
    let first = client.pull(URI)["resultId"].clone();
    let again = |client: &mut Client, previous: &Value| {
        let params = json!({ "textDocument": { "uri": URI }, "previousResultId": previous });
        client.request("textDocument/diagnostic", params).expect("diagnostics")
    };
    assert_eq!(again(&mut client, &first), json!({ "kind": "unchanged", "resultId": first }));
    // Typing behind it changes nothing about it; typing before it moves it.
    let at = |line: u32| json!({ "line": line, "character": 0 });
    client.change(2, json!([{ "range": { "start": at(2), "end": at(2) }, "text": "RUN c\n" }]));
    assert_eq!(again(&mut client, &first)["kind"], "unchanged");
    client.change(3, json!([{ "range": { "start": at(0), "end": at(0) }, "text": "# moved\n" }]));
    let moved = again(&mut client, &first);
    assert_eq!(
        (&moved["kind"], &moved["items"][0]["range"]["start"]["line"]),
        (&json!("full"), &json!(2))
    );
    // A result of before a reopening is none of the new document.
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    client.open(FAULTY);
    assert_eq!(again(&mut client, &moved["resultId"])["kind"], "full");
    assert_eq!(again(&mut client, &json!("nonsense"))["kind"], "full");
}
