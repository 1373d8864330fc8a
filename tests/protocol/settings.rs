//! How settings come to the server: with `initialize`, pulled, pushed, or not at all.

use serde_json::{Value, json};

use crate::client::{Client, URI};

fn complaint(client: &mut Client) -> String {
    let params = client.notification("window/logMessage");
    assert_eq!(params["type"], 2, "a warning: {params}");
    params["message"].as_str().expect("a text").to_owned()
}

#[test]
fn mistakes_in_the_options_are_told_and_the_rest_counts() {
    let mut client = Client::spawn();
    let options = json!({ "diagnostics": { "enable": "yes" }, "codeLense": { "enable": false } });
    client.initialize(json!({ "capabilities": {}, "initializationOptions": options }));
    assert!(complaint(&mut client).contains("`codeLense.enable`"));
    assert!(complaint(&mut client).contains("`diagnostics.enable` must be a boolean"));
}

#[test]
fn settings_are_pulled_where_that_is_declared() {
    let mut client = Client::with_capabilities(json!({ "workspace": { "configuration": true } }));
    for wrong in [json!(5), json!("x"), json!([])] {
        let (id, params) = client.server_request("workspace/configuration");
        let sections: Vec<_> = params["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["section"].clone())
            .collect();
        assert_eq!(sections, ["stagewright"]);
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": [{ "diagnostics": { "enable": wrong } }] }));
        assert!(complaint(&mut client).contains("`diagnostics.enable`"));
        // Of what a client that is asked pushes, only the section is ours. It is asked again.
        client.notify("workspace/didChangeConfiguration", json!({ "settings": { "nonsense": 1 } }));
    }
    let (id, _) = client.server_request("workspace/configuration");
    client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": [null] }));
    client.assert_silent();
}

#[test]
fn what_is_pushed_is_in_force_before_it_is_pulled() {
    let mut client = Client::with_capabilities(json!({
        "workspace": { "configuration": true },
        "textDocument": { "diagnostic": {} },
    }));
    let settings = json!({ "diagnostics": { "severity": { "unknown-instruction": "hint" } } });
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "stagewright": settings } }),
    );
    client.open("FROM alpine\nEXPO 80\n");
    let report = client.pull(URI);
    assert_eq!(report["items"][0]["severity"], 4, "{report}");
    for _ in 0..2 {
        client.server_request("workspace/configuration");
    }
}

#[test]
fn odd_answers_to_the_pull_are_survived() {
    for answer in [
        json!({ "error": { "code": -32601, "message": "Method not found" } }),
        json!({ "result": null }),
        json!({ "result": [] }),
        json!({ "result": {} }),
        json!({ "result": [null] }),
    ] {
        let mut client =
            Client::with_capabilities(json!({ "workspace": { "configuration": true } }));
        let (id, _) = client.server_request("workspace/configuration");
        let mut message = json!({ "jsonrpc": "2.0", "id": id });
        message
            .as_object_mut()
            .expect("an object")
            .extend(answer.as_object().expect("an object").clone());
        client.send(&message);
        client.assert_alive();
    }
}

#[test]
fn settings_are_taken_from_the_push_where_none_are_pulled() {
    let mut client = Client::with_capabilities(json!({}));
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "stagewright": { "diagnostics": { "enable": 1 } } } }),
    );
    assert!(complaint(&mut client).contains("`diagnostics.enable`"));
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "docker": { "languageserver": {} }, "telemetry": false } }),
    );
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    client.notify("workspace/didChangeConfiguration", Value::Null);
    client.notify("workspace/didChangeConfiguration", json!({}));
    client.assert_alive();
    client.assert_silent();
}

#[test]
fn a_mistake_is_told_once_as_long_as_it_stands() {
    let mut client = Client::with_capabilities(json!({}));
    let push = |client: &mut Client, settings: Value| {
        client.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    };
    push(&mut client, json!({ "colour": 1 }));
    assert!(complaint(&mut client).contains("`colour`"));
    push(&mut client, json!({ "colour": 1, "codeLens": { "enable": false } }));
    push(&mut client, json!({ "colour": 2, "shape": 1 }));
    assert!(complaint(&mut client).contains("`shape`"));
    push(&mut client, json!({}));
    client.assert_silent();
    push(&mut client, json!({ "colour": 1 }));
    assert!(complaint(&mut client).contains("`colour`"));
}

#[test]
fn the_server_asks_to_be_told_where_that_is_declared() {
    let mut client = Client::with_capabilities(
        json!({ "workspace": { "didChangeConfiguration": { "dynamicRegistration": true } } }),
    );
    let (id, params) = client.server_request("client/registerCapability");
    assert_eq!(params["registrations"][0]["method"], "workspace/didChangeConfiguration");
    client
        .send(&json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32601, "message": "no" } }));
    client.assert_alive();
}

#[test]
fn changed_settings_make_the_client_ask_again() {
    let mut client = Client::with_capabilities(json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true }, "codeLens": { "refreshSupport": true } },
    }));
    client.open("FROM alpine\n");
    let first = client.pull(URI)["resultId"].clone();
    let previous = json!({ "textDocument": { "uri": URI }, "previousResultId": first });
    let report = client.request("textDocument/diagnostic", previous.clone()).expect("diagnostics");
    assert_eq!(report["kind"], "unchanged");
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "codeLens": { "enable": false } } }),
    );
    for method in ["workspace/diagnostic/refresh", "workspace/codeLens/refresh"] {
        let (id, _) = client.server_request(method);
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
    }
    let report = client.request("textDocument/diagnostic", previous).expect("diagnostics");
    assert_eq!(report["kind"], "full");
    assert_ne!(report["resultId"], first);
}
