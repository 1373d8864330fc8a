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
