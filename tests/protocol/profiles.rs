//! One conversation with each of nine clients, as far as they differ in what they declare.
//!
//! `profiles/*.json` are the parameters of their `initialize`, made from what each declares. Where a
//! client takes only some shapes of an answer, no other shape may come.

use serde_json::{Value, json};

use crate::client::{Client, URI};

/// What is particular to a client.
struct Profile {
    name: &'static str,
    initialize: &'static str,
    encoding: &'static str,
}

const PROFILES: [Profile; 9] = [
    Profile {
        name: "vscode",
        initialize: include_str!("profiles/vscode.json"),
        encoding: "utf-16",
    },
    Profile { name: "neovim", initialize: include_str!("profiles/neovim.json"), encoding: "utf-8" },
    Profile { name: "helix", initialize: include_str!("profiles/helix.json"), encoding: "utf-8" },
    Profile {
        name: "lsp4ij",
        initialize: include_str!("profiles/lsp4ij.json"),
        encoding: "utf-16",
    },
    Profile { name: "zed", initialize: include_str!("profiles/zed.json"), encoding: "utf-16" },
    Profile { name: "eglot", initialize: include_str!("profiles/eglot.json"), encoding: "utf-8" },
    Profile {
        name: "lsp-mode",
        initialize: include_str!("profiles/lsp-mode.json"),
        encoding: "utf-8",
    },
    Profile {
        name: "sublime",
        initialize: include_str!("profiles/sublime.json"),
        encoding: "utf-16",
    },
    Profile { name: "kate", initialize: include_str!("profiles/kate.json"), encoding: "utf-16" },
];

/// Whether the client declares the member at that JSON pointer.
fn declares(capabilities: &Value, pointer: &str) -> bool {
    capabilities.pointer(pointer).is_some_and(|value| *value != Value::Bool(false))
}

/// A request and the capability that advertises it.
struct Ask {
    capability: &'static str,
    method: &'static str,
    /// Members beside `textDocument` and, where `at` is set, `position`.
    more: fn() -> Value,
    at: bool,
    /// Looks at the shape of an answer that is not null, given the client's capabilities.
    shape: fn(&Value, &Value),
}

const fn ask(
    capability: &'static str,
    method: &'static str,
    at: bool,
    more: fn() -> Value,
    shape: fn(&Value, &Value),
) -> Ask {
    Ask { capability, method, more, at, shape }
}

fn nothing() -> Value {
    json!({})
}

fn whole() -> Value {
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } })
}

const ASKS: &[Ask] = &[
    ask("declarationProvider", "textDocument/declaration", true, nothing, |caps, answer| {
        links(caps, answer, "declaration")
    }),
    ask("definitionProvider", "textDocument/definition", true, nothing, |caps, answer| {
        links(caps, answer, "definition")
    }),
    ask(
        "referencesProvider",
        "textDocument/references",
        true,
        || json!({ "context": { "includeDeclaration": true } }),
        list,
    ),
    ask("documentHighlightProvider", "textDocument/documentHighlight", true, nothing, list),
    ask("hoverProvider", "textDocument/hover", true, nothing, |caps, answer| {
        let kind = answer["contents"]["kind"].as_str().expect("marked-up content");
        let formats = caps
            .pointer("/textDocument/hover/contentFormat")
            .and_then(Value::as_array)
            .expect("formats");
        assert!(formats.iter().any(|format| format == kind), "{answer}");
    }),
    ask("completionProvider", "textDocument/completion", true, nothing, completion),
    ask("documentSymbolProvider", "textDocument/documentSymbol", false, nothing, |caps, answer| {
        let tree = declares(caps, "/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport");
        for symbol in answer.as_array().expect("a list") {
            assert_eq!(
                (symbol.get("selectionRange").is_some(), symbol.get("location").is_some()),
                (tree, !tree),
                "{symbol}"
            );
        }
    }),
    ask(
        "codeActionProvider",
        "textDocument/codeAction",
        false,
        || json!({ "range": whole(), "context": { "diagnostics": [] } }),
        actions,
    ),
    ask("codeLensProvider", "textDocument/codeLens", false, nothing, list),
    ask("documentLinkProvider", "textDocument/documentLink", false, nothing, |caps, answer| {
        for link in answer.as_array().expect("a list") {
            let tooltip = declares(caps, "/textDocument/documentLink/tooltipSupport");
            assert!(tooltip || link.get("tooltip").is_none(), "{link}");
        }
    }),
    ask(
        "renameProvider",
        "textDocument/rename",
        true,
        || json!({ "newName": "other" }),
        |caps, answer| {
            let versioned = declares(caps, "/workspace/workspaceEdit/documentChanges");
            assert_eq!(
                (answer.get("documentChanges").is_some(), answer.get("changes").is_some()),
                (versioned, !versioned),
                "{answer}"
            );
            let annotated = declares(caps, "/workspace/workspaceEdit/changeAnnotationSupport");
            assert!(annotated || answer.get("changeAnnotations").is_none(), "{answer}");
        },
    ),
    ask("renameProvider", "textDocument/prepareRename", true, nothing, |_, answer| {
        assert!(answer.get("range").is_some() || answer.get("start").is_some(), "{answer}");
    }),
    ask("foldingRangeProvider", "textDocument/foldingRange", false, nothing, list),
    ask(
        "selectionRangeProvider",
        "textDocument/selectionRange",
        false,
        || json!({ "positions": [{ "line": 1, "character": 13 }] }),
        list,
    ),
    ask(
        "semanticTokensProvider",
        "textDocument/semanticTokens/full",
        false,
        nothing,
        |_, answer| {
            assert_eq!(answer["data"].as_array().expect("numbers").len() % 5, 0);
        },
    ),
    ask("callHierarchyProvider", "textDocument/prepareCallHierarchy", true, nothing, list),
    ask("inlayHintProvider", "textDocument/inlayHint", false, || json!({ "range": whole() }), list),
    ask(
        "documentFormattingProvider",
        "textDocument/formatting",
        false,
        || json!({ "options": { "tabSize": 4, "insertSpaces": true } }),
        list,
    ),
];

fn list(_: &Value, answer: &Value) {
    assert!(answer.is_array(), "{answer}");
}

fn links(capabilities: &Value, answer: &Value, name: &str) {
    let linked = declares(capabilities, &format!("/textDocument/{name}/linkSupport"));
    let places = answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
    for place in places {
        assert_eq!(
            (place.get("targetUri").is_some(), place.get("uri").is_some()),
            (linked, !linked),
            "{place}"
        );
    }
}

fn completion(capabilities: &Value, answer: &Value) {
    let item_declares = |name: &str| {
        declares(capabilities, &format!("/textDocument/completion/completionItem/{name}"))
    };
    let list_declares =
        declares(capabilities, "/textDocument/completion/completionList/itemDefaults");
    assert!(list_declares || answer.get("itemDefaults").is_none(), "{answer}");
    let items = answer.as_array().or_else(|| answer["items"].as_array()).expect("items");
    for item in items {
        assert!(item_declares("snippetSupport") || item["insertTextFormat"] != 2, "{item}");
        assert!(
            item_declares("labelDetailsSupport") || item.get("labelDetails").is_none(),
            "{item}"
        );
        let replaces = item.pointer("/textEdit/insert").is_some();
        assert!(item_declares("insertReplaceSupport") || !replaces, "{item}");
        assert!(
            item_declares("commitCharactersSupport") || item.get("commitCharacters").is_none(),
            "{item}"
        );
    }
}

fn actions(capabilities: &Value, answer: &Value) {
    let declares = |name: &str| declares(capabilities, &format!("/textDocument/codeAction/{name}"));
    for action in answer.as_array().expect("a list") {
        assert_eq!(declares("codeActionLiteralSupport"), action.get("kind").is_some(), "{action}");
        assert!(declares("disabledSupport") || action.get("disabled").is_none(), "{action}");
        assert!(declares("isPreferredSupport") || action.get("isPreferred").is_none(), "{action}");
        let whole = action.get("edit").is_some()
            || action.get("command").is_some()
            || action.get("disabled").is_some();
        assert!(
            whole || declares("resolveSupport"),
            "an edit that this client cannot have resolved: {action}"
        );
    }
}

#[test]
fn each_client_gets_what_it_can_take() {
    for profile in &PROFILES {
        converse(profile);
    }
}

fn converse(profile: &Profile) {
    let params: Value = serde_json::from_str(profile.initialize).expect("JSON");
    let capabilities = params["capabilities"].clone();
    let mut client = Client::spawn();
    let server = client.initialize(params)["capabilities"].clone();
    assert_eq!(server["positionEncoding"], profile.encoding, "{}", profile.name);
    assert_eq!(server["textDocumentSync"]["change"], 2, "{}", profile.name);
    answer_the_server(&mut client, &capabilities);

    client.open("FROM alpine AS base\nCOPY --from=base /a /b\nFORM x\n");
    let pulls = declares(&capabilities, "/textDocument/diagnostic");
    assert_eq!(server.get("diagnosticProvider").is_some(), pulls, "{}", profile.name);
    let diagnostics = if pulls {
        client.pull(URI)["items"].clone()
    } else {
        let params = client.notification("textDocument/publishDiagnostics");
        assert_eq!(params["version"], 1, "{}", profile.name);
        params["diagnostics"].clone()
    };
    assert!(!diagnostics.as_array().expect("a list").is_empty(), "{}", profile.name);
    for ask in ASKS {
        let mut params = json!({ "textDocument": { "uri": URI } });
        let members = params.as_object_mut().expect("an object");
        members.extend((ask.more)().as_object().expect("an object").clone());
        if ask.at {
            members.insert("position".to_owned(), json!({ "line": 1, "character": 13 }));
        }
        match client.request(ask.method, params) {
            // At a stage's name each request about a place has something to say.
            Ok(Value::Null) => assert!(!ask.at, "{}: {}", profile.name, ask.method),
            Ok(answer) => {
                assert!(server.get(ask.capability).is_some(), "{}: {}", profile.name, ask.method);
                (ask.shape)(&capabilities, &answer);
            }
            Err((code, text)) => {
                let what = format!("{}: {}: {text}", profile.name, ask.method);
                assert_eq!((code, server.get(ask.capability)), (-32601, None), "{what}");
            }
        }
    }
    // Never both ways, and nothing else unasked.
    client.assert_silent();
    leave(client, profile);
}

/// The requests that the server makes of a client that declares them, and of no other.
fn answer_the_server(client: &mut Client, capabilities: &Value) {
    if declares(capabilities, "/workspace/didChangeConfiguration/dynamicRegistration") {
        let (id, _) = client.server_request("client/registerCapability");
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
    }
    if declares(capabilities, "/workspace/configuration") {
        let (id, params) = client.server_request("workspace/configuration");
        let nulls = vec![Value::Null; params["items"].as_array().expect("items").len()];
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": nulls }));
    }
    client.assert_silent();
}

/// Each in its own way.
fn leave(mut client: Client, profile: &Profile) {
    match profile.name {
        "kate" => client.notify("shutdown", Value::Null),
        "helix" => {
            let id = client.ask("shutdown", Value::Null);
            client.notify("exit", Value::Null);
            assert_eq!(client.wait(), 0);
            assert_eq!(client.answer(id), Ok(Value::Null));
            return;
        }
        _ => assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null)),
    }
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0, "{}", profile.name);
}
