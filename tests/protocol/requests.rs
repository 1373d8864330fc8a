//! Requests and notifications that are not as they should be, cancelling, tracing.

use serde_json::{Value, json};

use crate::client::{Client, URI};

#[test]
fn unknown_requests_are_answered_and_unknown_notifications_ignored() {
    let mut client = Client::start();
    for method in [
        "no/such",
        "textDocument/documentColor",
        "textDocument/moniker",
        "$/no",
        "",
        "textDocument/didOpen",
        "exit ",
    ] {
        assert_eq!(
            client.request_code(method, json!({ "textDocument": { "uri": URI } })),
            -32601,
            "{method:?}"
        );
        client.notify(method, json!({}));
    }
    client.notify("$/progress", json!({ "token": 1, "value": null }));
    client.notify("workspace/didChangeWatchedFiles", json!("odd"));
    client.assert_alive();
}

#[test]
fn wrong_parameters_are_named() {
    let mut client = Client::start();
    client.open("FROM alpine\n");
    let document = json!({ "uri": URI });
    for (params, name) in [
        (json!({ "textDocument": document, "previousResultId": 5 }), "params.previousResultId"),
        (json!({ "textDocument": { "uri": URI }, "identifier": [] }), "params.identifier"),
        (
            json!({ "textDocument": { "uri": URI }, "partialResultToken": {} }),
            "params.partialResultToken",
        ),
    ] {
        let (code, text) = client.request("textDocument/diagnostic", params).expect_err("an error");
        assert_eq!(code, -32602);
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn parameters_without_a_document_are_refused() {
    let mut client = Client::start();
    for params in [
        Value::Null,
        json!([]),
        json!("x"),
        json!(1),
        json!({}),
        json!({ "textDocument": 5 }),
        json!({ "textDocument": { "uri": 5 } }),
    ] {
        assert_eq!(client.request_code("textDocument/diagnostic", params), -32602);
    }
    client.assert_alive();
}

#[test]
fn a_cancelled_request_has_one_answer() {
    let mut client = Client::start();
    client.open(&"FROM alpine\n".repeat(2000));
    for _ in 0..200 {
        let id = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } }));
        client.notify("$/cancelRequest", json!({ "id": id }));
        client.notify("$/cancelRequest", json!({ "id": id }));
        let answer = client.answer(id);
        assert!(matches!(answer, Ok(_) | Err((-32800, _))), "{answer:?}");
    }
    client.assert_silent();
}

#[test]
fn cancelling_what_is_not_running_is_ignored() {
    let mut client = Client::start();
    for params in [
        json!({ "id": 999 }),
        json!({ "id": "x" }),
        json!({ "id": null }),
        json!({ "id": 1.5 }),
        json!({}),
        Value::Null,
    ] {
        client.notify("$/cancelRequest", params);
    }
    client.assert_alive();
    client.assert_silent();
}

#[test]
fn trace_is_told_when_wanted() {
    let mut client = Client::spawn();
    client.initialize(
        json!({ "capabilities": { "textDocument": { "diagnostic": {} } }, "trace": "messages" }),
    );
    client.open("FROM alpine\n");
    client.pull(URI);
    let message = client.notification("$/logTrace")["message"].as_str().expect("a text").to_owned();
    assert!(message.contains("textDocument/diagnostic"), "{message}");
    client.notify("$/setTrace", json!({ "value": "off" }));
    client.pull(URI);
    client.assert_silent();
    client.notify("$/setTrace", json!({ "value": "loud" }));
    client.notify("$/setTrace", Value::Null);
    client.pull(URI);
    client.assert_silent();
}
