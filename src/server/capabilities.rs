//! What the client can take, and what the server says it can give.
//!
//! Every provider is advertised to every client: some clients use what they do not declare. What the
//! client declares decides only the *shape* of answers ([`ClientShapes`]) and which of two ways of
//! conversation is used (pulled or pushed diagnostics and settings).

use serde_json::Value;
use tower_lsp_server::ls_types as lsp;

use super::convert;
use super::features::Feature;
use crate::text::Encoding;

macro_rules! client_shapes {
    ($($(#[$doc:meta])* $name:ident: $path:literal,)*) => {
        /// What the client declared, as far as an answer's shape depends on it. All false for a client
        /// that declares nothing.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct ClientShapes {
            $($(#[$doc])* pub $name: bool,)*
        }

        impl ClientShapes {
            /// Reads the `capabilities` of `initialize`. A member that is missing or of a wrong type
            /// counts as not declared.
            pub fn read(capabilities: &Value) -> Self {
                Self { $($name: declared(capabilities, $path),)* }
            }
        }
    };
}

// Paths are JSON pointers into the client's capabilities. A member that is an object, or an array
// with something in it, counts as declared.
client_shapes! {
    /// Completion items may be snippets.
    snippets: "/textDocument/completion/completionItem/snippetSupport",
    /// Completion items may have an insert and a replace range.
    insert_replace: "/textDocument/completion/completionItem/insertReplaceSupport",
    /// Definitions may be links that name the range they come from.
    definition_links: "/textDocument/definition/linkSupport",
    /// Document symbols may be a tree.
    symbol_tree: "/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport",
    /// Code actions may be objects with edits instead of commands.
    action_literals: "/textDocument/codeAction/codeActionLiteralSupport",
    /// The edits of a code action may come later, when it is chosen.
    resolved_edits: "/textDocument/codeAction/resolveSupport/properties#edit",
    /// What is sent with a code action comes back when it is chosen.
    action_data: "/textDocument/codeAction/dataSupport",
    /// Code actions that cannot be taken may be listed with the reason.
    disabled_actions: "/textDocument/codeAction/disabledSupport",
    /// One code action of several may be marked as the one to prefer.
    preferred_actions: "/textDocument/codeAction/isPreferredSupport",
    /// The client asks before it renames.
    prepare_rename: "/textDocument/rename/prepareSupport",
    /// Workspace edits may list versioned document edits.
    document_changes: "/workspace/workspaceEdit/documentChanges",
    /// Workspace edits may make files.
    created_files: "/workspace/workspaceEdit/resourceOperations#create",
    /// The client asks for diagnostics.
    pull_diagnostics: "/textDocument/diagnostic",
    /// The client asks again for diagnostics when told to.
    refresh_diagnostics: "/workspace/diagnostics/refreshSupport",
    /// Pushed diagnostics are held against the document's version.
    versioned_diagnostics: "/textDocument/publishDiagnostics/versionSupport",
    /// The server may ask for settings.
    configuration: "/workspace/configuration",
    /// The server may ask to be told of changed settings.
    register_configuration: "/workspace/didChangeConfiguration/dynamicRegistration",
    /// Code lenses are asked for again when told to.
    refresh_lenses: "/workspace/codeLens/refreshSupport",
    /// Inlay hints are asked for again when told to.
    refresh_hints: "/workspace/inlayHint/refreshSupport",
    /// Hover texts may be Markdown.
    hover_markdown: "/textDocument/hover/contentFormat#markdown",
    /// The documentation of completion items may be Markdown.
    completion_markdown: "/textDocument/completion/completionItem/documentationFormat#markdown",
    /// A pushed diagnostic may link to a description of its code.
    push_code_links: "/textDocument/publishDiagnostics/codeDescriptionSupport",
    /// A pulled diagnostic may link to a description of its code.
    pull_code_links: "/textDocument/diagnostic/codeDescriptionSupport",
    /// A pushed diagnostic may name other places that belong to it.
    push_related_places: "/textDocument/publishDiagnostics/relatedInformation",
    /// A pulled diagnostic may name other places that belong to it.
    pull_related_places: "/textDocument/diagnostic/relatedInformation",
}

/// Whether a member says yes; after `#`, whether it is a list that holds that word.
fn declared(capabilities: &Value, path: &str) -> bool {
    let (path, word) = path.split_once('#').map_or((path, None), |(path, word)| (path, Some(word)));
    match (capabilities.pointer(path), word) {
        (Some(Value::Array(list)), Some(word)) => list.iter().any(|entry| entry == word),
        (Some(value), None) => match value {
            Value::Bool(yes) => *yes,
            Value::Array(list) => !list.is_empty(),
            Value::Object(_) => true,
            _ => false,
        },
        _ => false,
    }
}

impl ClientShapes {
    /// Whether diagnostics may link to a description of their code, the way they go to this client.
    pub fn code_links(&self) -> bool {
        if self.pull_diagnostics {
            self.pull_code_links || self.push_code_links
        } else {
            self.push_code_links
        }
    }

    /// Whether diagnostics may name other places, the way they go to this client.
    pub fn related_places(&self) -> bool {
        if self.pull_diagnostics {
            self.pull_related_places || self.push_related_places
        } else {
            self.push_related_places
        }
    }
}

/// The encoding to speak with this client.
pub fn encoding(capabilities: &Value) -> Encoding {
    convert::choose_encoding(
        capabilities.pointer("/general/positionEncodings").unwrap_or(&Value::Null),
    )
}

/// What the server says of itself: synchronisation here, each feature in its own row.
pub fn server<'a>(
    encoding: Encoding,
    client: &ClientShapes,
    features: impl Iterator<Item = &'a Feature>,
) -> lsp::ServerCapabilities {
    let synchronisation = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
        save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
        ..Default::default()
    };
    let mut capabilities = lsp::ServerCapabilities {
        position_encoding: Some(convert::encoding_kind(encoding)),
        text_document_sync: Some(synchronisation.into()),
        ..Default::default()
    };
    features.for_each(|feature| feature.advertise(&mut capabilities, client));
    capabilities
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_silent_client_has_no_shapes() {
        for capabilities in
            [Value::Null, json!({}), json!([]), json!({ "textDocument": { "definition": 5 } })]
        {
            assert_eq!(
                ClientShapes::read(&capabilities),
                ClientShapes::default(),
                "{capabilities}"
            );
        }
    }

    #[test]
    fn declarations_are_read_one_by_one() {
        let shapes = ClientShapes::read(&json!({
            "textDocument": {
                "completion": {
                    "completionItem": { "snippetSupport": true, "documentationFormat": ["plaintext"] },
                    "completionList": { "itemDefaults": [] },
                },
                "hover": { "contentFormat": ["plaintext", "markdown"] },
                "definition": { "linkSupport": "yes" },
                "diagnostic": {},
                "publishDiagnostics": null,
            },
            "workspace": { "configuration": false, "workspaceEdit": "wrong" },
        }));
        let expected = ClientShapes {
            snippets: true,
            hover_markdown: true,
            pull_diagnostics: true,
            ..Default::default()
        };
        assert_eq!(shapes, expected);
    }
}
