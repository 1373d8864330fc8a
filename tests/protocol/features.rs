//! A few answers from end to end: places and edits as the protocol has them. What to answer is
//! tested where it is decided, in `ide`.

use serde_json::{Value, json};

use crate::client::{Client, URI};

const TEXT: &str = "FROM alpine AS base\r\nRUN true\r\nFROM base\r\nCOPY --from=base /a /b\r\n";

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

/// The parameters of a request about the reference in the last line, with more members.
fn at_reference(more: Value) -> Value {
    let mut params =
        json!({ "textDocument": { "uri": URI }, "position": { "line": 3, "character": 13 } });
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    params
}

fn open(capabilities: Value) -> Client {
    let mut client = Client::with_capabilities(capabilities);
    client.open(TEXT);
    client
}

#[test]
fn a_definition_is_a_link_or_a_place() {
    let mut client = open(json!({ "textDocument": { "definition": { "linkSupport": true } } }));
    let link = json!([{
        "originSelectionRange": range(3, 12, 16), "targetUri": URI,
        "targetRange": range(0, 0, 19), "targetSelectionRange": range(0, 15, 19),
    }]);
    assert_eq!(
        client.request("textDocument/definition", at_reference(json!({}))),
        Ok(link.clone())
    );
    assert_eq!(client.request("textDocument/declaration", at_reference(json!({}))), Ok(link));
    let mut client = open(json!({}));
    let place = json!([{ "uri": URI, "range": range(0, 15, 19) }]);
    assert_eq!(client.request("textDocument/definition", at_reference(json!({}))), Ok(place));
}

#[test]
fn references_and_highlights() {
    let mut client = open(json!({}));
    let place = |range: Value| json!({ "uri": URI, "range": range });
    let uses = [place(range(2, 5, 9)), place(range(3, 12, 16))];
    let ask = |all: bool| at_reference(json!({ "context": { "includeDeclaration": all } }));
    assert_eq!(client.request("textDocument/references", ask(false)), Ok(json!(uses)));
    let all = json!([place(range(0, 15, 19)), uses[0], uses[1]]);
    assert_eq!(client.request("textDocument/references", ask(true)), Ok(all));
    let lights = json!([
        { "range": range(0, 15, 19), "kind": 3 },
        { "range": range(2, 5, 9), "kind": 2 },
        { "range": range(3, 12, 16), "kind": 2 },
    ]);
    assert_eq!(
        client.request("textDocument/documentHighlight", at_reference(json!({}))),
        Ok(lights)
    );
}

#[test]
fn a_rename_is_an_edit_of_the_version_asked_about() {
    let edits = json!([
        { "range": range(0, 15, 19), "newText": "build" },
        { "range": range(2, 5, 9), "newText": "build" },
        { "range": range(3, 12, 16), "newText": "build" },
    ]);
    let rename = at_reference(json!({ "newName": "build" }));
    let mut client = open(json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }));
    let changes = json!([{ "textDocument": { "uri": URI, "version": 1 }, "edits": edits }]);
    assert_eq!(
        client.request("textDocument/rename", rename.clone()),
        Ok(json!({ "documentChanges": changes }))
    );
    let mut client = open(json!({}));
    assert_eq!(
        client.request("textDocument/rename", rename),
        Ok(json!({ "changes": { URI: edits } }))
    );
}

#[test]
fn a_rename_that_cannot_be_says_why() {
    let mut client = open(json!({ "textDocument": { "rename": { "prepareSupport": true } } }));
    let place = json!({ "range": range(3, 12, 16), "placeholder": "base" });
    assert_eq!(client.request("textDocument/prepareRename", at_reference(json!({}))), Ok(place));
    let (code, text) = client
        .request("textDocument/rename", at_reference(json!({ "newName": "no name" })))
        .expect_err("an error");
    assert_eq!(code, -32803);
    assert!(text.contains("no name"), "{text}");
    let nowhere =
        json!({ "textDocument": { "uri": URI }, "position": { "line": 1, "character": 0 } });
    assert_eq!(client.request("textDocument/prepareRename", nowhere), Ok(Value::Null));
}

#[test]
fn a_completion_replaces_the_word_or_leaves_the_choice() {
    let item = |client: &mut Client| {
        let items =
            client.request("textDocument/completion", at_reference(json!({}))).expect("items");
        let items = items.as_array().expect("a list").clone();
        items.into_iter().find(|item| item["label"] == "base").expect("the stage")["textEdit"]
            .clone()
    };
    let mut client = open(json!({}));
    assert_eq!(item(&mut client), json!({ "range": range(3, 12, 16), "newText": "base" }));
    let mut client = open(
        json!({ "textDocument": { "completion": { "completionItem": { "insertReplaceSupport": true } } } }),
    );
    let both =
        json!({ "insert": range(3, 12, 13), "replace": range(3, 12, 16), "newText": "base" });
    assert_eq!(item(&mut client), both);
}

#[test]
fn a_hover_is_markdown_or_plain() {
    let markdown = |formats: Value| {
        let mut client = open(json!({ "textDocument": { "hover": { "contentFormat": formats } } }));
        let hover = client.request("textDocument/hover", at_reference(json!({}))).expect("a hover");
        assert_eq!(hover["range"], range(3, 12, 16));
        let text = hover["contents"]["value"].as_str().expect("a text").to_owned();
        assert!(text.contains("base"), "{text}");
        (
            hover["contents"]["kind"].as_str().expect("a kind").to_owned(),
            text.contains("```") || text.contains('`'),
        )
    };
    assert_eq!(markdown(json!(["plaintext", "markdown"])), ("markdown".to_owned(), true));
    assert_eq!(markdown(json!(["plaintext"])), ("plaintext".to_owned(), false));
}

#[test]
fn a_completion_is_documented_when_it_is_shown() {
    let mut client = open(json!({}));
    let position = json!({ "line": 1, "character": 0 });
    let params = json!({ "textDocument": { "uri": URI }, "position": position });
    let items = client.request("textDocument/completion", params).expect("items");
    let items = items.as_array().expect("a list");
    let item = items
        .iter()
        .find(|item| item["label"] == "RUN" && item["kind"] == 14)
        .expect("the keyword");
    assert!(item.get("documentation").is_none());
    let resolved = client.request("completionItem/resolve", item.clone()).expect("an item");
    assert_eq!(resolved["documentation"]["kind"], "plaintext");
    assert_eq!((&resolved["label"], &resolved["textEdit"]), (&item["label"], &item["textEdit"]));
    // One whose document is gone, and one that is not ours.
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(client.request("completionItem/resolve", item.clone()).as_ref(), Ok(item));
    assert_eq!(
        client.request("completionItem/resolve", json!({ "label": "x" })),
        Ok(json!({ "label": "x" }))
    );
}

#[test]
fn an_outline_is_a_tree_or_a_list() {
    let params = json!({ "textDocument": { "uri": URI } });
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|symbol| symbol["name"].as_str().expect("a name").to_owned()).collect()
    };
    let mut client = open(
        json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } }),
    );
    let tree = client.request("textDocument/documentSymbol", params.clone()).expect("symbols");
    assert_eq!(names(&tree), ["base", "stage-1"]);
    assert_eq!(
        (&tree[0]["selectionRange"], tree[0]["children"].as_array().map(Vec::len)),
        (&range(0, 15, 19), Some(1))
    );
    let mut client = open(json!({}));
    let list = client.request("textDocument/documentSymbol", params).expect("symbols");
    assert_eq!(list.as_array().map(Vec::len), Some(4));
    assert_eq!(
        (&list[1]["containerName"], &list[1]["location"]["range"]),
        (&json!("base"), &range(1, 0, 8))
    );
}

#[test]
fn folds_and_links() {
    let mut client = open(json!({}));
    let params = json!({ "textDocument": { "uri": URI } });
    let folds = client.request("textDocument/foldingRange", params.clone()).expect("folds");
    let first = json!({ "startLine": 0, "startCharacter": 19, "endLine": 1, "endCharacter": 8, "kind": "region" });
    assert_eq!(folds[0], first);
    let links = client.request("textDocument/documentLink", params).expect("links");
    assert_eq!(links.as_array().map(Vec::len), Some(1));
    assert_eq!(links[0]["range"], range(0, 5, 11));
    assert!(
        links[0]["target"].as_str().is_some_and(|target| target.ends_with("/alpine")),
        "{links}"
    );
}

/// A client that takes code actions as they are today.
fn open_faulty(client: Value) -> Client {
    let mut client = Client::with_capabilities(
        json!({ "textDocument": { "codeAction": client, "diagnostic": {} } }),
    );
    client.open("FROM a\r\nRUM b\r\nCOPPY c d\r\n");
    client
}

fn actions(client: &mut Client, only: Option<Value>) -> Vec<Value> {
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = only;
    }
    let params =
        json!({ "textDocument": { "uri": URI }, "range": range(1, 1, 1), "context": context });
    client
        .request("textDocument/codeAction", params)
        .expect("actions")
        .as_array()
        .expect("a list")
        .clone()
}

#[test]
fn a_fix_is_a_code_action_with_its_diagnostic() {
    let mut client =
        open_faulty(json!({ "codeActionLiteralSupport": {}, "isPreferredSupport": true }));
    let fix = json!({
        "title": "Change to `RUN`", "kind": "quickfix", "isPreferred": true,
        "diagnostics": [client.pull(URI)["items"][0]],
        "edit": { "changes": { URI: [{ "range": range(1, 0, 3), "newText": "RUN" }] } },
    });
    let found = actions(&mut client, None);
    assert_eq!(found[0], fix);
    let kinds: Vec<_> = found.iter().map(|action| action["kind"].clone()).collect();
    assert_eq!(kinds, ["quickfix", "source.fixAll", "source"]);
    assert_eq!(found[1]["edit"]["changes"][URI].as_array().map(Vec::len), Some(2));
    for (only, expected) in [
        (json!(["quickfix"]), vec!["quickfix"]),
        (json!(["source.fixAll"]), vec!["source.fixAll"]),
        (json!(["source"]), vec!["source.fixAll", "source"]),
        (json!(["refactor", "quick"]), vec![]),
        (json!([""]), vec!["quickfix", "source.fixAll", "source"]),
    ] {
        let found: Vec<_> =
            actions(&mut client, Some(only)).iter().map(|action| action["kind"].clone()).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn actions_take_the_shape_of_the_client() {
    let mut client = open_faulty(json!({ "codeActionLiteralSupport": {} }));
    assert!(actions(&mut client, None).iter().all(|action| action.get("isPreferred").is_none()));
    let mut client = open_faulty(json!({}));
    assert_eq!(actions(&mut client, None), [] as [Value; 0], "a client that takes commands only");
}

#[test]
fn stages_call_those_that_they_use() {
    let mut client = open(json!({}));
    let prepare = "textDocument/prepareCallHierarchy";
    let items = client.request(prepare, at_reference(json!({}))).expect("items");
    let base = json!({
        "name": "base", "detail": "alpine · ≈ 7.8 MB", "kind": 2, "uri": URI,
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 8 } },
        "selectionRange": range(0, 15, 19),
    });
    assert_eq!(items, json!([base]));
    let calls = client.request("callHierarchy/incomingCalls", json!({ "item": base }));
    let calls = calls.expect("calls");
    assert_eq!(calls.as_array().map(Vec::len), Some(1));
    let user = &calls[0]["from"];
    assert_eq!(user["name"], "stage-1");
    assert_eq!(calls[0]["fromRanges"], json!([range(2, 5, 9), range(3, 12, 16)]));
    let back = client.request("callHierarchy/outgoingCalls", json!({ "item": user }));
    let places = json!([range(2, 5, 9), range(3, 12, 16)]);
    assert_eq!(back, Ok(json!([{ "to": base, "fromRanges": places }])));
    let none = client.request("callHierarchy/outgoingCalls", json!({ "item": base }));
    assert_eq!(none, Ok(json!([])));
    let mut elsewhere = base;
    elsewhere["uri"] = json!("file:///not-open");
    let elsewhere = json!({ "item": elsewhere });
    assert_eq!(client.request("callHierarchy/incomingCalls", elsewhere), Ok(Value::Null));
    let wrong = json!({ "item": { "uri": URI } });
    assert_eq!(client.request_code("callHierarchy/incomingCalls", wrong), -32602);
}

#[test]
fn what_is_switched_off_has_no_fix() {
    let mut client = open_faulty(json!({ "codeActionLiteralSupport": {} }));
    let settings = json!({ "diagnostics": { "severity": { "unknown-instruction": "off" } } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    let kinds: Vec<_> =
        actions(&mut client, None).iter().map(|action| action["kind"].clone()).collect();
    assert_eq!(kinds, ["source"]);
}

#[test]
fn a_lens_shows_how_to_build_and_builds_nothing() {
    let mut client = open(json!({}));
    let params = json!({ "textDocument": { "uri": URI } });
    let lenses = client.request("textDocument/codeLens", params.clone()).expect("lenses");
    assert_eq!(lenses[0]["command"]["title"], "docker build --target base .");
    let command = |client: &mut Client, arguments: &Value| {
        let params = json!({ "command": "stagewright.showBuildCommand", "arguments": arguments });
        client.request("workspace/executeCommand", params)
    };
    assert_eq!(command(&mut client, &lenses[0]["command"]["arguments"]), Ok(Value::Null));
    let shown = client.notification("window/showMessage");
    assert_eq!(shown, json!({ "type": 3, "message": "docker build --target base ." }));
    for arguments in [
        json!([]),
        json!([{ "uri": URI, "stage": 99 }]),
        json!([{ "uri": URI }]),
        json!([{ "uri": "x:y", "stage": 0 }]),
    ] {
        assert_eq!(command(&mut client, &arguments), Ok(Value::Null), "{arguments}");
    }
    let unknown = json!({ "command": "no.such", "arguments": [{ "uri": URI }] });
    assert_eq!(client.request_code("workspace/executeCommand", unknown), -32602);
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "codeLens": { "enable": false } } }),
    );
    assert_eq!(client.request("textDocument/codeLens", params), Ok(Value::Null));
}
