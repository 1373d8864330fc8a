//! What the client tells without wanting an answer: one row a notification, each carried out on its
//! arrival. See `conversation` for why that is the whole of ordering.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Id, Result};
use tower_lsp_server::ls_types as lsp;

use super::conversation::repair_uri;
use super::convert::ClampedRange;
use super::documents::Documents;
use super::features::decode;
use super::session::{Core, Phase};
use super::settings;
use crate::text::Encoding;

type Receive = fn(&Core, Value) -> Result<()>;

/// The notifications that mean something between `initialize` and `shutdown`.
const TABLE: &[(&str, Receive)] = &[
    ("initialized", |core, _| {
        core.register_for_settings();
        core.pull_settings();
        Ok(())
    }),
    ("textDocument/didOpen", |core, params| {
        about_document(
            core,
            params,
            |documents, uri, AboutDocument { text_document: item, .. }, _| {
                documents.open(uri, &item.language_id, item.version, &item.text);
            },
        )
    }),
    ("textDocument/didChange", |core, params| {
        about_document(core, params, |documents, uri, about, encoding| {
            let changes = about.content_changes.into_iter();
            let changes =
                changes.map(|change| (change.range.map(Into::into), change.text)).collect();
            documents.change(uri, about.text_document.version, changes, encoding);
        })
    }),
    ("textDocument/didSave", |core, params| {
        about_document(core, params, |documents, uri, _, _| documents.save(uri))
    }),
    ("textDocument/didClose", |core, params| {
        about_document(core, params, |documents, uri, _, _| documents.close(uri))
    }),
    ("workspace/didChangeConfiguration", |core, params| {
        decode(params).map(|sent| configured(core, sent))
    }),
    ("$/cancelRequest", |core, params| {
        decode(params).map(|Cancel { id }| core.session().cancel(&id))
    }),
    ("$/setTrace", |core, params| {
        decode(params).map(|lsp::SetTraceParams { value }| core.session().trace = value)
    }),
    // Kate sends it without an id.
    ("shutdown", |core, _| {
        core.shut_down();
        Ok(())
    }),
];

/// Carries a notification out. One with wrong parameters is left out, with a line in the log.
pub fn receive(core: &Core, method: &str, params: Value) {
    if method == "exit" {
        // The framework reads no further; what still runs is not to hold the exit up.
        return core.session().cancel_all();
    }
    let phase = core.session().phase;
    let row = TABLE.iter().find(|(name, _)| *name == method);
    let Some((_, receive)) = row.filter(|_| phase == Phase::Running) else {
        return tracing::debug!("the notification `{method}` means nothing now ({phase:?})");
    };
    if let Err(error) = receive(core, params) {
        tracing::warn!("`{method}` was left out: {}", error.message);
    }
}

/// A notification about a document, as far as it is read. The protocol's own types would refuse a
/// place that they do not like, and with it a change that the client has made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutDocument {
    text_document: Item,
    #[serde(default)]
    content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    uri: String,
    #[serde(default)]
    version: Option<i64>,
    #[serde(default)]
    language_id: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct ContentChange {
    #[serde(default)]
    range: Option<ClampedRange>,
    text: String,
}

fn about_document(
    core: &Core,
    mut params: Value,
    change: impl FnOnce(&mut Documents, &str, AboutDocument, Encoding),
) -> Result<()> {
    params.pointer_mut("/textDocument/uri").and_then(repair_uri);
    let about: AboutDocument = decode(params)?;
    let uri = about.text_document.uri.clone();
    let mut session = core.session();
    let encoding = session.encoding;
    change(&mut session.documents, &uri, about, encoding);
    if !session.client.pull_diagnostics {
        core.publisher.touch(&uri);
    }
    Ok(())
}

#[derive(Deserialize)]
struct Cancel {
    id: Id,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    settings: Value,
}

/// The settings have changed: they are in the notification, or they are to be asked for, or both.
/// Neovim sends them before it opens a document and does not ask again for diagnostics that were
/// made without them, so they must not wait for the answer.
fn configured(core: &Core, Configuration { settings }: Configuration) {
    let asked = core.session().client.configuration;
    // A client that can be asked may send whatever it has, so that only the section is surely ours.
    let ours = || json!({ settings::SECTION: settings.get(settings::SECTION) });
    core.session().layers.pushed = if asked { ours() } else { settings };
    core.renew_settings();
    core.pull_settings();
}

impl Core {
    /// Asks the client to tell of changed settings, where it wants to be asked.
    fn register_for_settings(&self) {
        if !self.session().client.register_configuration {
            return;
        }
        let client = self.client.clone();
        tokio::spawn(async move {
            let registration = lsp::Registration {
                id: "settings".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(json!({ "section": settings::SECTION })),
            };
            let params = lsp::RegistrationParams { registrations: vec![registration] };
            if let Err(error) = client.request::<lsp::request::RegisterCapability>(params).await {
                tracing::info!("the client registers nothing: {error}");
            }
        });
    }

    /// Asks the client for the settings, where it can be asked.
    fn pull_settings(&self) {
        if !self.session().client.configuration {
            return;
        }
        let section = Some(settings::SECTION.to_owned());
        let items = vec![lsp::ConfigurationItem { scope_uri: None, section }];
        let core = self.clone();
        tokio::spawn(async move {
            let params = lsp::ConfigurationParams { items };
            let sections =
                match core.client.request::<lsp::request::WorkspaceConfiguration>(params).await {
                    Ok(sections) => sections,
                    // Kate says that it can be asked, and then that it knows no such request.
                    Err(error) => {
                        return tracing::info!("the client has no settings to give: {error}");
                    }
                };
            let pulled = json!({ settings::SECTION: sections.get(0).cloned().unwrap_or_default() });
            core.session().layers.pulled = pulled;
            core.renew_settings();
        });
    }

    /// Puts the settings that have come into force.
    pub fn renew_settings(&self) {
        let before = self.session().settings.size.clone();
        let (changed, complaints) = self.session().renew_settings();
        if self.session().settings.size != before {
            self.renew_sizes();
        }
        for complaint in complaints {
            tracing::warn!("{complaint}");
            self.client.log(lsp::MessageType::WARNING, complaint);
        }
        if changed {
            self.look_again();
        }
    }

    /// Has all that the settings decide made anew. Where nothing is open, nothing was made; and
    /// before `initialize` is answered, the client must not be asked anything.
    fn look_again(&self) {
        let session = self.session();
        if session.documents.uris().next().is_none() {
            return;
        }
        if session.client.refresh_lenses {
            let client = self.client.clone();
            tokio::spawn(async move { client.request::<lsp::request::CodeLensRefresh>(()).await });
        }
        if session.client.refresh_hints {
            let client = self.client.clone();
            tokio::spawn(async move {
                client.request::<lsp::request::InlayHintRefreshRequest>(()).await
            });
        }
        if !session.client.pull_diagnostics {
            session.documents.uris().for_each(|uri| self.publisher.touch(uri));
        } else if session.client.refresh_diagnostics {
            let client = self.client.clone();
            tokio::spawn(async move {
                client.request::<lsp::request::WorkspaceDiagnosticRefresh>(()).await
            });
        }
    }
}
