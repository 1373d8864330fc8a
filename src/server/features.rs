//! The table of what a client can ask: one row a request.
//!
//! To add a feature: write `ide/NAME.rs` (a pure function from a snapshot to our own plain types),
//! and add a row to [`all`] that names the protocol's request, how the feature is advertised, and a
//! closure that turns the protocol's parameters into ours and the result back. Decoding, errors that
//! name the wrong parameter, the document's snapshot at the request's arrival, panics, cancelling and
//! stale answers are the table's business, not the feature's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types as lsp;
use tower_lsp_server::ls_types::request::{self, Request};

use super::answers;
use super::capabilities::ClientShapes;
use super::client::Client;
use super::conversation::error;
use super::convert;
use super::diagnostics::{self, Told};
use super::settings::Settings;
use crate::ide::images::View;
use crate::ide::split::Splits;
use crate::ide::weight::BuildContext;
use crate::ide::{self, Snapshot};
use crate::image::Sizes;
use crate::language::platform::Platform;
use crate::text::{Encoding, TextRange, TextSize};
use crate::workspace::{Context, Disk};

/// "The server ended the request itself": a client asks again (LSP 3.17, `LSPErrorCodes`).
const SERVER_CANCELLED: i64 = -32802;

/// "All was right with the request, and yet it cannot be done" (LSP 3.17, `LSPErrorCodes`).
const REQUEST_FAILED: i64 = -32803;

/// The features, in the order of the protocol's documentation.
pub fn all() -> Vec<Feature> {
    vec![
        Feature::new::<request::GotoDeclaration>(Pace::Quick, definition).advertised(
            |server, _| {
                server.declaration_provider = Some(lsp::DeclarationCapability::Simple(true))
            },
        ),
        Feature::new::<request::GotoDefinition>(Pace::Quick, definition)
            .advertised(|server, _| server.definition_provider = Some(lsp::OneOf::Left(true))),
        Feature::new::<request::References>(Pace::Slow, |ask, params| {
            let offset = ask.offset(params.text_document_position.position);
            let found = ide::references::references(
                &ask.snapshot,
                offset,
                params.context.include_declaration,
            );
            Ok(answers::locations(ask, &found))
        })
        .advertised(|server, _| server.references_provider = Some(lsp::OneOf::Left(true))),
        Feature::new::<request::CallHierarchyPrepare>(Pace::Slow, |ask, params| {
            let offset = ask.offset(params.text_document_position_params.position);
            let found = ask.in_context(|context| {
                ide::calls::prepare(&ask.snapshot, ask.view(), context, offset)
            });
            Ok(found.map(|stage| vec![answers::called(ask, stage)]))
        })
        .advertised(|server, _| server.call_hierarchy_provider = Some(true.into())),
        Feature::new::<request::CallHierarchyIncomingCalls>(Pace::Slow, |ask, params| {
            let stage = ask.offset(params.item.range.start);
            let found = ask.in_context(|context| {
                ide::calls::incoming(&ask.snapshot, ask.view(), context, stage)
            });
            Ok(Some(answers::incoming_calls(ask, found)))
        }),
        Feature::new::<request::CallHierarchyOutgoingCalls>(Pace::Slow, |ask, params| {
            let stage = ask.offset(params.item.range.start);
            let found = ask.in_context(|context| {
                ide::calls::outgoing(&ask.snapshot, ask.view(), context, stage)
            });
            Ok(Some(answers::outgoing_calls(ask, found)))
        }),
        Feature::new::<request::DocumentHighlightRequest>(Pace::Slow, |ask, params| {
            let offset = ask.offset(params.text_document_position_params.position);
            Ok(answers::highlights(ask, &ide::highlight::highlight(&ask.snapshot, offset)))
        })
        .advertised(|server, _| server.document_highlight_provider = Some(lsp::OneOf::Left(true))),
        Feature::new::<request::Completion>(Pace::Quick, |ask, params| {
            let offset = ask.offset(params.text_document_position.position);
            let mut found = ide::completion::complete(&ask.snapshot, ask.view(), offset);
            let trigger = params.context.and_then(|context| context.trigger_character);
            if trigger.as_deref() == Some(":") {
                // It opens a list of tags, and no other: elsewhere it is just a colon.
                found.retain(|item| item.kind == ide::completion::Kind::Image);
            }
            Ok(answers::completions(ask, offset, found))
        })
        .advertised(|server, _| {
            let triggers = ["-", "=", ",", "$", "{", ":"].map(str::to_owned).to_vec();
            let options =
                lsp::CompletionOptions { trigger_characters: Some(triggers), ..Default::default() };
            server.completion_provider = Some(options);
        }),
        Feature::new::<request::ResolveCompletionItem>(Pace::Quick, |ask, item| {
            Ok(answers::resolved(ask, item))
        })
        .absent(|item| item),
        // A stage is weighed with the files that it copies, which have to be looked at.
        Feature::new::<request::HoverRequest>(Pace::Slow, |ask, params| {
            let offset = ask.offset(params.text_document_position_params.position);
            let hover = ask.in_context(|context| {
                ide::hover::hover(&ask.snapshot, ask.view(), context, offset)
            });
            Ok(hover.map(|hover| answers::hover(ask, hover)))
        })
        .advertised(|server, _| {
            server.hover_provider = Some(lsp::HoverProviderCapability::Simple(true))
        }),
        Feature::new::<request::DocumentSymbolRequest>(Pace::Slow, |ask, _| {
            Ok(Some(answers::symbols(ask, &ide::symbols::symbols(&ask.snapshot))))
        })
        .advertised(|server, _| server.document_symbol_provider = Some(lsp::OneOf::Left(true))),
        Feature::new::<request::CodeActionRequest>(Pace::Slow, |ask, params| {
            Ok(Some(answers::actions(ask, params.range, params.context.only.as_deref())))
        })
        .advertised(|server, client| {
            // The long form is only for clients that know of kinds.
            server.code_action_provider = Some(match client.action_literals {
                true => lsp::CodeActionProviderCapability::Options(lsp::CodeActionOptions {
                    code_action_kinds: Some(answers::ACTION_KINDS.to_vec()),
                    resolve_provider: Some(true),
                    ..Default::default()
                }),
                false => lsp::CodeActionProviderCapability::Simple(true),
            });
        }),
        Feature::new::<request::CodeActionResolveRequest>(Pace::Slow, |ask, action| {
            answers::resolved_action(ask, action).map_err(|why| error(REQUEST_FAILED, why))
        })
        .absent(|action| action),
        Feature::new::<request::CodeLensRequest>(Pace::Slow, |ask, _| {
            let shown = ask.settings.code_lens;
            Ok(shown
                .then(|| answers::lenses(ask, ide::lens::lenses(&ask.snapshot, &ask.file_name()))))
        })
        .advertised(|server, _| {
            server.code_lens_provider = Some(lsp::CodeLensOptions { resolve_provider: None });
        }),
        Feature::new::<request::DocumentLinkRequest>(Pace::Slow, |ask, _| {
            Ok(Some(answers::links(ask, ide::links::links(&ask.snapshot))))
        })
        .advertised(|server, _| {
            let options = lsp::WorkDoneProgressOptions::default();
            let options = lsp::DocumentLinkOptions {
                resolve_provider: None,
                work_done_progress_options: options,
            };
            server.document_link_provider = Some(options);
        }),
        Feature::new::<request::FoldingRangeRequest>(Pace::Slow, |ask, _| {
            Ok(Some(answers::folds(ask, &ide::folding::folding(&ask.snapshot))))
        })
        .advertised(|server, _| {
            server.folding_range_provider = Some(lsp::FoldingRangeProviderCapability::Simple(true));
        }),
        Feature::new::<request::InlayHintRequest>(Pace::Slow, |ask, params| {
            let range = ask.text_range(params.range);
            let shown = ask.settings.inlay_hints;
            Ok(shown
                .then(|| answers::hints(ask, ide::inlay::hints(&ask.snapshot, ask.view(), range))))
        })
        .advertised(|server, _| {
            let options =
                lsp::InlayHintOptions { resolve_provider: Some(true), ..Default::default() };
            let options = lsp::InlayHintServerCapabilities::Options(options);
            server.inlay_hint_provider = Some(lsp::OneOf::Right(options));
        }),
        Feature::new::<request::InlayHintResolveRequest>(Pace::Quick, |ask, hint| {
            Ok(answers::resolved_hint(ask, hint))
        })
        .absent(|hint| hint),
        Feature::new::<request::PrepareRenameRequest>(Pace::Slow, |ask, params| {
            let found = ide::rename::prepare(&ask.snapshot, ask.offset(params.position));
            Ok(found.map(|(range, placeholder)| answers::rename_place(ask, range, placeholder)))
        }),
        Feature::new::<request::Rename>(Pace::Slow, |ask, params| {
            let offset = ask.offset(params.text_document_position.position);
            let edits = ide::rename::rename(&ask.snapshot, offset, &params.new_name);
            let edits = edits.map_err(|refusal| error(REQUEST_FAILED, refusal.to_string()))?;
            Ok(Some(answers::workspace_edit(ask, &edits)))
        })
        .advertised(|server, client| {
            // The long form is only for clients that know how to ask first.
            server.rename_provider = Some(match client.prepare_rename {
                true => lsp::OneOf::Right(lsp::RenameOptions {
                    prepare_provider: Some(true),
                    work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
                }),
                false => lsp::OneOf::Left(true),
            });
        }),
        Feature::new::<request::ExecuteCommand>(Pace::Quick, |ask, params| {
            let shown = answers::show_build_command(ask, &params);
            shown.map(|()| None).ok_or_else(|| Error::invalid_params("there is no such command"))
        })
        .advertised(|server, _| {
            let commands = vec![answers::SHOW_BUILD_COMMAND.to_owned()];
            server.execute_command_provider =
                Some(lsp::ExecuteCommandOptions { commands, ..Default::default() });
        }),
        Feature::new::<request::DocumentDiagnosticRequest>(Pace::Slow, diagnostics::pull)
            .advertised(diagnostics::advertise)
            .absent(|_| json!({ "kind": "full", "items": [] }))
            .stale(Error {
                data: Some(json!({ "retriggerRequest": true })),
                ..error(SERVER_CANCELLED, "the document has changed")
            }),
    ]
}

fn definition(
    ask: &Ask,
    params: lsp::GotoDefinitionParams,
) -> Result<Option<lsp::GotoDefinitionResponse>> {
    let offset = ask.offset(params.text_document_position_params.position);
    Ok(answers::definitions(ask, &ide::definition::definition(&ask.snapshot, offset)))
}

/// Where a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once, on its arrival, before the next message is looked at: for what a person waits for
    /// while typing, and what takes well under a millisecond in a document of some thousand lines.
    Quick,
    /// On another thread: for all else.
    Slow,
}

/// One row of the table.
pub struct Feature {
    /// The request's method.
    pub method: &'static str,
    /// Where it is answered.
    pub pace: Pace,
    /// What a slow one answers when its document has changed in the meantime.
    pub stale: Error,
    answer: Arc<Answer>,
    /// Whether the parameters are what `answer` would take.
    check: fn(Value) -> Result<()>,
    absent: fn(Value) -> Value,
    advertise: fn(&mut lsp::ServerCapabilities, &ClientShapes),
}

type Answer = dyn Fn(&Ask, Value) -> Result<Value> + Send + Sync;

impl Feature {
    /// A request about a document, answered by `answer`. Where the document is not open or not a
    /// Dockerfile, the answer is null (see [`Feature::absent`]).
    pub fn new<R: Request>(pace: Pace, answer: fn(&Ask, R::Params) -> Result<R::Result>) -> Self {
        Self {
            method: R::METHOD,
            pace,
            stale: Error::content_modified(),
            answer: Arc::new(move |ask, params| encode(answer(ask, decode_request(params)?)?)),
            check: |params| decode_request::<R::Params>(params).map(drop),
            absent: |_| Value::Null,
            advertise: |_, _| {},
        }
    }

    /// How the server says that it has this feature.
    #[must_use]
    pub fn advertised(
        mut self,
        advertise: fn(&mut lsp::ServerCapabilities, &ClientShapes),
    ) -> Self {
        self.advertise = advertise;
        self
    }

    /// The answer, given the parameters, where there is no Dockerfile to answer from.
    #[must_use]
    pub fn absent(mut self, absent: fn(Value) -> Value) -> Self {
        self.absent = absent;
        self
    }

    /// The answer to give instead of one that is out of date.
    #[must_use]
    pub fn stale(mut self, error: Error) -> Self {
        self.stale = error;
        self
    }

    /// Puts the feature into what the server says of itself.
    pub fn advertise(&self, capabilities: &mut lsp::ServerCapabilities, client: &ClientShapes) {
        (self.advertise)(capabilities, client);
    }

    /// The work of one request, bound to what was true at its arrival.
    pub fn job(&self, ask: Option<Ask>, params: Value) -> Job {
        let (answer, check, absent) = (self.answer.clone(), self.check, self.absent);
        Box::new(move || match ask {
            Some(ask) => answer(&ask, params),
            None => check(params.clone()).map(|()| absent(params)),
        })
    }
}

/// Work that makes one answer.
pub type Job = Box<dyn FnOnce() -> Result<Value> + Send>;

/// What a feature may know when it answers.
pub struct Ask {
    /// The document.
    pub uri: lsp::Uri,
    /// Its content at the request's arrival.
    pub snapshot: Snapshot,
    /// Our number for that content.
    pub revision: u64,
    /// The client's number for that content.
    pub version: Option<i64>,
    /// The encoding of positions.
    pub encoding: Encoding,
    /// What shapes of answers the client takes.
    pub client: Arc<ClientShapes>,
    /// To show something to the user where that is what was asked for.
    pub window: Client,
    /// The user's settings.
    pub settings: Arc<Settings>,
    /// Our number for those settings.
    pub settings_revision: u64,
    /// Who tells what images weigh.
    pub sizes: Arc<dyn Sizes>,
    /// The platform that is meant where a file names none.
    pub platform: Platform,
    /// What the client was told of the document's findings when it asked last.
    pub told: Arc<Mutex<Option<Told>>>,
    /// Whether the answer is still wanted.
    pub cancelled: Cancelled,
    /// What there is to say of splitting the document, once somebody has asked.
    pub splits: OnceLock<Splits>,
}

impl Ask {
    /// The name of the document's file.
    pub fn file_name(&self) -> String {
        convert::file_name(&self.uri)
    }

    /// Who tells what images weigh, and how it is to be shown.
    pub fn view(&self) -> View<'_> {
        View { sizes: &*self.sizes, platform: &self.platform, unit: self.settings.size.unit }
    }

    /// The build context, taken to be the document's folder; or why there is none.
    pub fn build_context(&self) -> std::result::Result<Context, String> {
        let path = convert::path(&self.uri).ok_or("the file is not on this disk")?;
        let folder = path.parent().ok_or("the file is in no folder")?;
        Context::open(Arc::new(Disk), folder, &path).map_err(|why| why.to_string())
    }

    /// What `answer` makes of the build context, or of the reason why there is none.
    pub fn in_context<T>(&self, answer: impl FnOnce(BuildContext<'_>) -> T) -> T {
        let context = self.build_context();
        answer(context.as_ref().map_err(String::as_str))
    }

    /// What there is to say of splitting the document.
    pub fn splits(&self) -> &Splits {
        self.splits.get_or_init(|| {
            self.in_context(|context| ide::split::splits(&self.snapshot, self.view(), context))
        })
    }

    /// The byte offset of a position in the request.
    pub fn offset(&self, position: lsp::Position) -> TextSize {
        convert::offset(self.snapshot.text(), position, self.encoding)
    }

    /// The bytes of a range in the request.
    pub fn text_range(&self, range: lsp::Range) -> TextRange {
        convert::text_range(self.snapshot.text(), range, self.encoding)
    }

    /// A range for the answer.
    pub fn range(&self, range: TextRange) -> lsp::Range {
        convert::range(self.snapshot.text(), range, self.encoding)
    }

    /// A place in this document for the answer.
    pub fn location(&self, range: TextRange) -> lsp::Location {
        lsp::Location::new(self.uri.clone(), self.range(range))
    }
}

/// Tells a long piece of work that its answer is no longer wanted.
#[derive(Clone, Debug, Default)]
pub struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// To be asked now and then in a loop.
    pub fn yes(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// From now on it is.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Parameters as the protocol's type, or an error that names the member that is wrong.
pub fn decode<T: DeserializeOwned>(params: Value) -> Result<T> {
    if params.is_array() {
        return Err(Error::invalid_params("params: invalid type: array, expected an object"));
    }
    decode_member("params", params)
}

fn decode_member<'de, T: DeserializeOwned>(
    name: &str,
    value: impl serde::Deserializer<'de, Error = serde_json::Error>,
) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let dot = if path == "." { "" } else { "." };
        let path = path.trim_matches('.');
        Error::invalid_params(format!("{name}{dot}{path}: {}", error.into_inner()))
    })
}

fn decode_request<T: DeserializeOwned>(params: Value) -> Result<T> {
    check_shared_members(&params)?;
    decode(params)
}

/// Looks at the members that many requests share. The protocol's types have these flattened into
/// themselves, which loses the name of a member that is wrong.
fn check_shared_members(params: &Value) -> Result<()> {
    fn check<T: DeserializeOwned>(params: &Value, name: &str) -> Result<()> {
        let Some(value) = params.get(name) else { return Ok(()) };
        decode_member::<T>(&format!("params.{name}"), value).map(drop)
    }
    check::<lsp::TextDocumentIdentifier>(params, "textDocument")?;
    check::<lsp::Position>(params, "position")?;
    check::<lsp::Range>(params, "range")?;
    check::<Option<lsp::ProgressToken>>(params, "workDoneToken")?;
    check::<Option<lsp::ProgressToken>>(params, "partialResultToken")
}

fn encode(result: impl Serialize) -> Result<Value> {
    serde_json::to_value(result).map_err(|error| {
        tracing::error!("an answer cannot be written as JSON: {error}");
        Error::internal_error()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_method_has_two_rows() {
        let mut methods: Vec<_> = all().iter().map(|feature| feature.method).collect();
        methods.sort_unstable();
        let rows = methods.len();
        methods.dedup();
        assert_eq!(methods.len(), rows);
    }

    #[test]
    fn wrong_parameters_are_named() {
        let check = |params: Value, expected: &str| {
            let error = decode_request::<lsp::HoverParams>(params).expect_err(expected);
            assert_eq!((error.code.code(), error.message.as_ref()), (-32602, expected));
        };
        let document = json!({ "uri": "file:///a" });
        let position = json!({ "line": 0, "character": 0 });
        check(json!({}), "params: missing field `textDocument`");
        check(json!({ "textDocument": document }), "params: missing field `position`");
        check(
            json!({ "textDocument": { "uri": 5 }, "position": position }),
            "params.textDocument.uri: invalid type: integer `5`, expected a string",
        );
        check(
            json!({ "textDocument": document, "position": { "line": -1, "character": 0 } }),
            "params.position.line: invalid value: integer `-1`, expected u32",
        );
        check(
            json!({ "textDocument": document, "position": position, "workDoneToken": {} }),
            "params.workDoneToken: data did not match any variant of untagged enum NumberOrString",
        );
        check(json!("text"), "params: invalid type: string \"text\", expected struct HoverParams");
        check(json!([document, position]), "params: invalid type: array, expected an object");
    }
}
