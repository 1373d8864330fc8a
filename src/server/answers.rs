//! Our own plain answers in the protocol's types, in the shapes that the client takes. One short
//! function a kind of answer; what to answer is decided in `ide`.

use serde_json::json;
use tower_lsp_server::ls_types as lsp;

use super::convert;
use super::diagnostics;
use super::features::Ask;
use crate::check::Finding;
use crate::ide::actions::{Action, ActionKind};
use crate::ide::calls::Call;
use crate::ide::completion::{Completion, Insert, Kind};
use crate::ide::definition::Definition;
use crate::ide::folding::{Fold, FoldKind};
use crate::ide::highlight::Highlight;
use crate::ide::hover::Hover;
use crate::ide::inlay::Hint;
use crate::ide::lens::Lens;
use crate::ide::links::Link;
use crate::ide::symbols::{FlatSymbol, Symbol, SymbolKind};
use crate::ide::{self, Snapshot};
use crate::split::answer::Variant;
use crate::text::{Edit, TextRange, TextSize};
use crate::workspace::Disk;

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
    let data = found.key.map(|key| json!({ "uri": ask.uri, "key": key }));
    lsp::CompletionItem {
        // Without it, Neovim takes every item that has an edit for one that fits what is typed.
        filter_text: Some(found.filter.unwrap_or_else(|| found.label.clone())),
        label: found.label,
        kind: Some(completion_kind(found.kind)),
        detail: found.detail,
        deprecated: found.deprecated.then_some(true),
        sort_text: Some(found.sort),
        insert_text_format: format,
        text_edit: Some(edit),
        data,
        ..Default::default()
    }
}

/// The same item with its documentation, if there is some.
pub fn resolved(ask: &Ask, mut item: lsp::CompletionItem) -> lsp::CompletionItem {
    let key = item.data.as_ref().and_then(|data| data.get("key")?.as_str());
    let markdown = key.and_then(|key| ide::completion::resolve(&ask.snapshot, key));
    item.documentation = markdown.map(|text| {
        lsp::Documentation::MarkupContent(marked_up(text, ask.client.completion_markdown))
    });
    item
}

/// An explanation.
pub fn hover(ask: &Ask, hover: Hover) -> lsp::Hover {
    let contents = lsp::HoverContents::Markup(marked_up(hover.markdown, ask.client.hover_markdown));
    lsp::Hover { contents, range: Some(ask.range(hover.range)) }
}

/// Markdown, or the same as plain text for a client that shows no other.
fn marked_up(markdown: String, takes_markdown: bool) -> lsp::MarkupContent {
    if takes_markdown {
        lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: markdown }
    } else {
        let value = ide::hover::plain(&markdown);
        lsp::MarkupContent { kind: lsp::MarkupKind::PlainText, value }
    }
}

/// The outline: a tree, or a list for a client that shows no tree.
pub fn symbols(ask: &Ask, found: &[Symbol]) -> lsp::DocumentSymbolResponse {
    if ask.client.symbol_tree {
        return lsp::DocumentSymbolResponse::Nested(found.iter().map(|s| symbol(ask, s)).collect());
    }
    #[allow(deprecated)] // the protocol's type has a member that no one should set
    let flat = |symbol: FlatSymbol| lsp::SymbolInformation {
        kind: symbol_kind(symbol.kind),
        location: ask.location(symbol.range),
        container_name: symbol.container,
        name: symbol.name,
        tags: None,
        deprecated: None,
    };
    lsp::DocumentSymbolResponse::Flat(ide::symbols::flat(found).into_iter().map(flat).collect())
}

/// One symbol and those in it: a stage and what it holds, so two levels deep.
#[allow(deprecated)] // the protocol's type has a member that no one should set
fn symbol(ask: &Ask, found: &Symbol) -> lsp::DocumentSymbol {
    lsp::DocumentSymbol {
        name: found.name.clone(),
        detail: found.detail.clone(),
        kind: symbol_kind(found.kind),
        range: ask.range(found.range),
        selection_range: ask.range(found.selection),
        children: Some(found.children.iter().map(|child| symbol(ask, child)).collect()),
        tags: None,
        deprecated: None,
    }
}

/// A stage in the call hierarchy.
pub fn called(ask: &Ask, stage: Symbol) -> lsp::CallHierarchyItem {
    lsp::CallHierarchyItem {
        kind: symbol_kind(stage.kind),
        uri: ask.uri.clone(),
        range: ask.range(stage.range),
        selection_range: ask.range(stage.selection),
        name: stage.name,
        detail: stage.detail,
        tags: None,
        data: None,
    }
}

/// The stages that call one, and where.
pub fn incoming_calls(ask: &Ask, found: Vec<Call>) -> Vec<lsp::CallHierarchyIncomingCall> {
    let call = |call: Call| lsp::CallHierarchyIncomingCall {
        from_ranges: call.places.iter().map(|place| ask.range(*place)).collect(),
        from: called(ask, call.stage),
    };
    found.into_iter().map(call).collect()
}

/// The stages that one calls, and where.
pub fn outgoing_calls(ask: &Ask, found: Vec<Call>) -> Vec<lsp::CallHierarchyOutgoingCall> {
    let call = |call: Call| lsp::CallHierarchyOutgoingCall {
        from_ranges: call.places.iter().map(|place| ask.range(*place)).collect(),
        to: called(ask, call.stage),
    };
    found.into_iter().map(call).collect()
}

fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Stage => lsp::SymbolKind::MODULE,
        SymbolKind::Arg => lsp::SymbolKind::CONSTANT,
        SymbolKind::Env => lsp::SymbolKind::VARIABLE,
        SymbolKind::Instruction(_) => lsp::SymbolKind::FUNCTION,
    }
}

/// A split onto the sibling of the builder's image.
const SPLIT_CONSERVATIVE: lsp::CodeActionKind =
    lsp::CodeActionKind::new("refactor.rewrite.split.conservative");

/// A split onto the smallest image that is sound.
const SPLIT_SMALLEST: lsp::CodeActionKind =
    lsp::CodeActionKind::new("refactor.rewrite.split.smallest");

/// Tests moved to a stage of their own.
const TESTER: lsp::CodeActionKind = lsp::CodeActionKind::new("refactor.rewrite.tester");

/// Instructions in an order that builds take more from their cache with.
const CACHE: lsp::CodeActionKind = lsp::CodeActionKind::new("refactor.rewrite.cache");

/// Two files that are built one after the other, as one.
const MERGE: lsp::CodeActionKind = lsp::CodeActionKind::new("refactor.rewrite.merge");

/// The kinds of code actions that there are.
pub const ACTION_KINDS: [lsp::CodeActionKind; 9] = [
    lsp::CodeActionKind::QUICKFIX,
    lsp::CodeActionKind::REFACTOR_REWRITE,
    SPLIT_CONSERVATIVE,
    SPLIT_SMALLEST,
    TESTER,
    CACHE,
    MERGE,
    lsp::CodeActionKind::SOURCE_FIX_ALL,
    lsp::CodeActionKind::SOURCE,
];

/// What can be done at a range, of the kinds in `only` if it is given. Whole, since not every client
/// can have an action resolved; nothing for a client that takes commands only.
pub fn actions(
    ask: &Ask,
    range: lsp::Range,
    only: Option<&[lsp::CodeActionKind]>,
) -> Vec<lsp::CodeActionOrCommand> {
    if !ask.client.action_literals {
        return Vec::new();
    }
    let range = ask.text_range(range);
    let shown = |finding: &Finding| diagnostics::is_shown(ask, finding);
    let mut found = ide::actions::actions(&ask.snapshot, range, shown);
    found.extend(ide::lighter::lighter(&ask.snapshot, ask.view(), range));
    found.extend(ide::tester::tester(&ask.snapshot, range));
    let fixes = found.into_iter().map(|found| action(ask, found)).chain(manifests(ask, range));
    let build = ide::lens::lens_at(&ask.snapshot, &ask.file_name(), range.start()).map(|lens| {
        lsp::CodeAction {
            title: format!("Show how to build this stage: {}", lens.command),
            kind: Some(lsp::CodeActionKind::SOURCE),
            command: Some(build_command(ask, &lens)),
            ..Default::default()
        }
    });
    let wanted = |action: &lsp::CodeAction| only.is_none_or(|only| is_of_kind(action, only));
    let mut found: Vec<lsp::CodeAction> =
        fixes.chain(build).chain(merge(ask)).filter(wanted).collect();
    let splits = [SPLIT_CONSERVATIVE, SPLIT_SMALLEST];
    if only.is_none_or(|only| splits.iter().any(|kind| is_kind_wanted(kind.as_str(), only))) {
        let splits = splits_of(ask).into_iter().filter(wanted);
        // On the line that a split is about it stands before all else.
        let is_first =
            ide::split::place(&ask.snapshot).is_some_and(|place| place.intersect(range).is_some());
        let at = if is_first { 0 } else { found.len() };
        found.splice(at..at, splits);
    }
    found.into_iter().map(Into::into).collect()
}

/// Manifests copied before the sources, or why not for a client that shows such.
fn manifests(ask: &Ask, range: TextRange) -> Option<lsp::CodeAction> {
    match ask.in_context(|context| ide::manifests::manifests(&ask.snapshot, range, context))? {
        Ok(found) => Some(action(ask, found)),
        Err(reason) => ask.client.disabled_actions.then(|| lsp::CodeAction {
            title: "Copy the files that name the dependencies first".to_owned(),
            kind: Some(CACHE),
            disabled: Some(lsp::CodeActionDisabled { reason }),
            ..Default::default()
        }),
    }
}

/// The file and its other half as one new file, for a client that can make one; or why not.
fn merge(ask: &Ask) -> Option<lsp::CodeAction> {
    if !(ask.client.created_files && ask.client.document_changes) {
        return None;
    }
    let path = convert::path(&ask.uri)?;
    let halves = ide::merge::halves(&Disk, &path, &ask.snapshot.text().to_string())?;
    let mut action = lsp::CodeAction {
        title: format!("Merge both files into one multi-stage {}", ide::merge::MERGED),
        kind: Some(MERGE),
        ..Default::default()
    };
    let snapshots = (Snapshot::new(&halves.build), Snapshot::new(&halves.prod));
    match ide::merge::merge(&snapshots.0, &snapshots.1, halves.script.as_deref()) {
        Ok(text) => action.edit = Some(new_file(lsp::Uri::from_file_path(&halves.target)?, text)),
        Err(_) if !ask.client.disabled_actions => return None,
        Err(reason) => action.disabled = Some(lsp::CodeActionDisabled { reason }),
    }
    Some(action)
}

/// The edit that makes a file with that text, and touches no other.
fn new_file(uri: lsp::Uri, text: String) -> lsp::WorkspaceEdit {
    let options = lsp::CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) };
    let file = lsp::CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
    let text_document = lsp::OptionalVersionedTextDocumentIdentifier { uri, version: None };
    let edits = vec![lsp::OneOf::Left(lsp::TextEdit::new(lsp::Range::default(), text))];
    let change = lsp::TextDocumentEdit { text_document, edits };
    let operations = vec![
        lsp::DocumentChangeOperation::Op(lsp::ResourceOp::Create(file)),
        lsp::DocumentChangeOperation::Edit(change),
    ];
    lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Operations(operations)),
        ..Default::default()
    }
}

/// The splits of the file, and the reasons why there are none for a client that shows such.
fn splits_of(ask: &Ask) -> Vec<lsp::CodeAction> {
    let splits = ask.splits();
    let offers = splits.offers.iter().map(|offer| {
        let kind = split_kind(offer.plan.variant);
        let is_later = ask.client.resolved_edits && ask.client.action_data;
        lsp::CodeAction {
            title: offer.title.clone(),
            edit: (!is_later).then(|| workspace_edit(ask, &offer.edits)),
            data: is_later.then(|| json!({ "uri": ask.uri, "version": ask.version })),
            kind: Some(kind),
            is_preferred: (offer.preferred && ask.client.preferred_actions).then_some(true),
            ..Default::default()
        }
    });
    let refused = splits.declined.iter().filter(|one| !one.refusal.is_quiet());
    let refused = refused.filter(|_| ask.client.disabled_actions).map(|one| {
        let variant = one.variant.unwrap_or(Variant::Conservative);
        lsp::CodeAction {
            title: match one.variant {
                None => "Split into builder and runtime stages".to_owned(),
                Some(Variant::Conservative) => "Split onto the sibling image".to_owned(),
                Some(Variant::Smallest) => "Split onto the smallest image".to_owned(),
            },
            kind: Some(split_kind(variant)),
            disabled: Some(lsp::CodeActionDisabled { reason: one.refusal.to_string() }),
            ..Default::default()
        }
    });
    offers.chain(refused).collect()
}

fn split_kind(variant: Variant) -> lsp::CodeActionKind {
    match variant {
        Variant::Conservative => SPLIT_CONSERVATIVE,
        Variant::Smallest => SPLIT_SMALLEST,
    }
}

/// The same action with its edits, as long as it is still offered for what the document says now.
pub fn resolved_action(
    ask: &Ask,
    mut action: lsp::CodeAction,
) -> std::result::Result<lsp::CodeAction, &'static str> {
    if action.edit.is_some() || action.data.is_none() {
        return Ok(action);
    }
    let splits = ask.splits();
    let kind = action.kind.clone().unwrap_or(lsp::CodeActionKind::EMPTY);
    let offer = splits.offers.iter().find(|offer| split_kind(offer.plan.variant) == kind);
    let Some(offer) = offer.filter(|offer| offer.title == action.title) else {
        return Err("the file has changed, and this can no longer be done to it");
    };
    action.edit = Some(workspace_edit(ask, &offer.edits));
    Ok(action)
}

fn action(ask: &Ask, found: Action) -> lsp::CodeAction {
    let diagnostic = found.finding.and_then(|finding| diagnostics::diagnostic(ask, finding));
    lsp::CodeAction {
        title: found.title,
        kind: Some(match found.kind {
            ActionKind::QuickFix => lsp::CodeActionKind::QUICKFIX,
            ActionKind::FixAll => lsp::CodeActionKind::SOURCE_FIX_ALL,
            ActionKind::Rewrite => lsp::CodeActionKind::REFACTOR_REWRITE,
            ActionKind::Tester => TESTER,
            ActionKind::Cache => CACHE,
        }),
        diagnostics: diagnostic.map(|diagnostic| vec![diagnostic]),
        edit: Some(workspace_edit(ask, &found.edits)),
        is_preferred: (found.preferred && ask.client.preferred_actions).then_some(true),
        ..Default::default()
    }
}

/// Kinds are dotted: who asks for `source` gets `source.fixAll`, too.
fn is_of_kind(action: &lsp::CodeAction, only: &[lsp::CodeActionKind]) -> bool {
    is_kind_wanted(action.kind.as_ref().map_or("", lsp::CodeActionKind::as_str), only)
}

fn is_kind_wanted(kind: &str, only: &[lsp::CodeActionKind]) -> bool {
    let below = |asked: &str| kind.strip_prefix(asked).is_some_and(|rest| rest.starts_with('.'));
    only.iter()
        .any(|asked| asked.as_str().is_empty() || kind == asked.as_str() || below(asked.as_str()))
}

/// Above each stage the command that builds it.
pub fn lenses(ask: &Ask, found: Vec<Lens>) -> Vec<lsp::CodeLens> {
    let lens = |lens: Lens| lsp::CodeLens {
        range: ask.range(lens.range),
        command: Some(build_command(ask, &lens)),
        data: None,
    };
    found.into_iter().map(lens).collect()
}

/// The server's command that shows how to build a stage: with the document's URI and the stage's
/// number. It shows and runs nothing.
pub const SHOW_BUILD_COMMAND: &str = "stagewright.showBuildCommand";

fn build_command(ask: &Ask, lens: &Lens) -> lsp::Command {
    lsp::Command {
        title: lens.title.clone(),
        command: SHOW_BUILD_COMMAND.to_owned(),
        arguments: Some(vec![json!({ "uri": ask.uri, "stage": lens.stage })]),
    }
}

/// Carries [`SHOW_BUILD_COMMAND`] out; `None` for another command. A stage that is no longer there
/// is not shown.
pub fn show_build_command(ask: &Ask, params: &lsp::ExecuteCommandParams) -> Option<()> {
    (params.command == SHOW_BUILD_COMMAND).then_some(())?;
    let stage = params.arguments.first().and_then(|argument| argument.get("stage")?.as_u64());
    let lenses = ide::lens::lenses(&ask.snapshot, &ask.file_name());
    if let Some(lens) = lenses.into_iter().find(|lens| Some(lens.stage as u64) == stage) {
        ask.window.show(lsp::MessageType::INFO, lens.command);
    }
    Some(())
}

/// Links to web pages.
pub fn links(ask: &Ask, found: Vec<Link>) -> Vec<lsp::DocumentLink> {
    let link = |link: Link| {
        let target = Some(convert::uri(&link.target)?);
        Some(lsp::DocumentLink { range: ask.range(link.range), target, tooltip: None, data: None })
    };
    found.into_iter().filter_map(link).collect()
}

/// Sizes behind images; what more there is to say comes by [`resolved_hint`].
pub fn hints(ask: &Ask, found: Vec<Hint>) -> Vec<lsp::InlayHint> {
    let hint = |hint: Hint| lsp::InlayHint {
        position: ask.range(TextRange::empty(hint.offset)).start,
        label: lsp::InlayHintLabel::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: Some(json!({ "uri": ask.uri, "offset": u32::from(hint.offset) })),
    };
    found.into_iter().map(hint).collect()
}

/// The same hint with its tooltip, as long as the image is still there.
pub fn resolved_hint(ask: &Ask, mut hint: lsp::InlayHint) -> lsp::InlayHint {
    let offset = hint.data.as_ref().and_then(|data| data.get("offset")?.as_u64());
    let offset = offset.and_then(|offset| u32::try_from(offset).ok()).map(TextSize::new);
    let markdown = offset.and_then(|offset| {
        ide::inlay::tooltip(&ask.snapshot, ask.view(), ask.snapshot.text().floor(offset))
    });
    hint.tooltip = markdown.map(|markdown| {
        lsp::InlayHintTooltip::MarkupContent(marked_up(markdown, ask.client.hover_markdown))
    });
    hint
}

/// What can be folded.
pub fn folds(ask: &Ask, found: &[Fold]) -> Vec<lsp::FoldingRange> {
    let fold = |fold: &Fold| {
        let range = ask.range(fold.range);
        lsp::FoldingRange {
            start_line: range.start.line,
            start_character: Some(range.start.character),
            end_line: range.end.line,
            end_character: Some(range.end.character),
            kind: Some(match fold.kind {
                FoldKind::Comment => lsp::FoldingRangeKind::Comment,
                FoldKind::Stage | FoldKind::Instruction | FoldKind::Heredoc => {
                    lsp::FoldingRangeKind::Region
                }
            }),
            collapsed_text: None,
        }
    };
    found.iter().map(fold).collect()
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
