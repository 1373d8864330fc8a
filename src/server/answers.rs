//! Our own plain answers in the protocol's types, in the shapes that the client takes. One short
//! function a kind of answer; what to answer is decided in `ide`.

use tower_lsp_server::ls_types as lsp;

use super::features::Ask;
use crate::ide::completion::{Completion, Insert, Kind};
use crate::ide::definition::Definition;
use crate::ide::highlight::Highlight;
use crate::text::{Edit, TextRange, TextSize};

/// Places where something is made: links for a client that takes them, so that it can underline the
/// whole name, else the names.
pub fn definitions(ask: &Ask, found: &[Definition]) -> Option<lsp::GotoDefinitionResponse> {
    if found.is_empty() {
        return None;
    }
    Some(if ask.client.definition_links {
        let link = |definition: &Definition| lsp::LocationLink {
            origin_selection_range: Some(ask.range(definition.origin)),
            target_uri: ask.uri.clone(),
            target_range: ask.range(definition.target),
            target_selection_range: ask.range(definition.focus),
        };
        lsp::GotoDefinitionResponse::Link(found.iter().map(link).collect())
    } else {
        let place = |definition: &Definition| ask.location(definition.focus);
        lsp::GotoDefinitionResponse::Array(found.iter().map(place).collect())
    })
}

/// Places in the document.
pub fn locations(ask: &Ask, found: &[TextRange]) -> Option<Vec<lsp::Location>> {
    Some(found.iter().map(|&range| ask.location(range)).collect())
}

/// Places to light up.
pub fn highlights(ask: &Ask, found: &[Highlight]) -> Option<Vec<lsp::DocumentHighlight>> {
    let kind = |write| {
        if write { lsp::DocumentHighlightKind::WRITE } else { lsp::DocumentHighlightKind::READ }
    };
    let highlight = |found: &Highlight| lsp::DocumentHighlight {
        range: ask.range(found.range),
        kind: Some(kind(found.write)),
    };
    Some(found.iter().map(highlight).collect())
}

/// The name that a rename would change, as it is.
pub fn rename_place(
    ask: &Ask,
    range: TextRange,
    placeholder: String,
) -> lsp::PrepareRenameResponse {
    lsp::PrepareRenameResponse::RangeWithPlaceholder { range: ask.range(range), placeholder }
}

/// Edits of the document: for the version that was asked about, where the client can hold them
/// against it.
pub fn workspace_edit(ask: &Ask, edits: &[Edit]) -> lsp::WorkspaceEdit {
    let edits =
        edits.iter().map(|edit| lsp::TextEdit::new(ask.range(edit.range), edit.insert.clone()));
    if !ask.client.document_changes {
        let changes = [(ask.uri.clone(), edits.collect())].into_iter().collect();
        return lsp::WorkspaceEdit { changes: Some(changes), ..Default::default() };
    }
    let version = ask.version.and_then(|version| i32::try_from(version).ok());
    let text_document =
        lsp::OptionalVersionedTextDocumentIdentifier { uri: ask.uri.clone(), version };
    let edits = edits.map(lsp::OneOf::Left).collect();
    let change = lsp::TextDocumentEdit { text_document, edits };
    lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Edits(vec![change])),
        ..Default::default()
    }
}

/// What can be written at `offset`.
pub fn completions(
    ask: &Ask,
    offset: TextSize,
    found: Vec<Completion>,
) -> Option<lsp::CompletionResponse> {
    Some(lsp::CompletionResponse::Array(
        found.into_iter().map(|item| completion(ask, offset, item)).collect(),
    ))
}

fn completion(ask: &Ask, offset: TextSize, found: Completion) -> lsp::CompletionItem {
    let Insert { range, text, snippet } = found.insert;
    let snippet = snippet.filter(|_| ask.client.snippets);
    let format = snippet.is_some().then_some(lsp::InsertTextFormat::SNIPPET);
    let new_text = snippet.unwrap_or(text);
    let edit = if ask.client.insert_replace {
        let typed = TextRange::new(range.start(), offset.clamp(range.start(), range.end()));
        lsp::InsertReplaceEdit { new_text, insert: ask.range(typed), replace: ask.range(range) }
            .into()
    } else {
        lsp::TextEdit::new(ask.range(range), new_text).into()
    };
    lsp::CompletionItem {
        label: found.label,
        kind: Some(completion_kind(found.kind)),
        detail: found.detail,
        sort_text: Some(found.sort),
        filter_text: found.filter,
        insert_text_format: format,
        text_edit: Some(edit),
        ..Default::default()
    }
}

fn completion_kind(kind: Kind) -> lsp::CompletionItemKind {
    match kind {
        Kind::Keyword => lsp::CompletionItemKind::KEYWORD,
        Kind::Snippet => lsp::CompletionItemKind::SNIPPET,
        Kind::Flag => lsp::CompletionItemKind::FIELD,
        Kind::Property | Kind::Directive => lsp::CompletionItemKind::PROPERTY,
        Kind::Value => lsp::CompletionItemKind::ENUM_MEMBER,
        Kind::Variable => lsp::CompletionItemKind::VARIABLE,
        Kind::Text => lsp::CompletionItemKind::TEXT,
        Kind::Stage => lsp::CompletionItemKind::MODULE,
        Kind::Image => lsp::CompletionItemKind::FILE,
    }
}
