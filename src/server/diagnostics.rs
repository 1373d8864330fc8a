//! Findings to the client: pulled where the client asks for them, else pushed; never both.
//!
//! A pushed list is computed by one task ([`Publisher`]) from the newest snapshot there is when it
//! gets to it, so that a burst of changes costs one computation, and sent only while that snapshot is
//! still the newest.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::mpsc;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types as lsp;

use super::capabilities::ClientShapes;
use super::convert;
use super::features::{Ask, Cancelled};
use super::session::Core;
use super::settings::Settings;
use super::snapshot::Snapshot;

/// What makes the diagnostics of a snapshot.
pub type Find = fn(&Ask) -> Vec<lsp::Diagnostic>;

/// The diagnostics of a document, as the settings want them.
pub fn find(ask: &Ask) -> Vec<lsp::Diagnostic> {
    findings(&ask.snapshot, &ask.settings)
}

fn findings(_: &Snapshot, _: &Settings) -> Vec<lsp::Diagnostic> {
    Vec::new()
}

/// Says that diagnostics can be pulled, to a client that pulls.
pub fn advertise(capabilities: &mut lsp::ServerCapabilities, client: &ClientShapes) {
    if client.pull_diagnostics {
        let options = lsp::DiagnosticOptions {
            identifier: Some("stagewright".to_owned()),
            ..Default::default()
        };
        capabilities.diagnostic_provider =
            Some(lsp::DiagnosticServerCapabilities::Options(options));
    }
}

/// `textDocument/diagnostic`. The result id names the document's state and the settings, so a client
/// that has the result of both is told that nothing changed.
pub fn pull(
    ask: &Ask,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReportResult> {
    let result_id = format!("{}.{}", ask.revision, ask.settings_revision);
    if params.previous_result_id.as_ref() == Some(&result_id) {
        let unchanged_document_diagnostic_report =
            lsp::UnchangedDocumentDiagnosticReport { result_id };
        let report = lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report,
        };
        return Ok(lsp::DocumentDiagnosticReport::Unchanged(report).into());
    }
    let full_document_diagnostic_report =
        lsp::FullDocumentDiagnosticReport { result_id: Some(result_id), items: find(ask) };
    let report = lsp::RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report,
    };
    Ok(lsp::DocumentDiagnosticReport::Full(report).into())
}

/// Has the diagnostics of documents computed and pushed.
#[derive(Clone)]
pub struct Publisher {
    touched: mpsc::UnboundedSender<String>,
}

/// The URIs of documents to look at.
pub type Touched = mpsc::UnboundedReceiver<String>;

impl Publisher {
    /// A publisher, and the queue to be given to [`Publisher::run`].
    pub fn new() -> (Self, Touched) {
        let (touched, queue) = mpsc::unbounded_channel();
        (Self { touched }, queue)
    }

    /// Something about that document has changed: its text, its being open, the settings.
    pub fn touch(&self, uri: &str) {
        drop(self.touched.send(uri.to_owned()));
    }

    /// The task. `find` is [`find`], but for tests.
    pub async fn run(core: Core, find: Find, mut touched: Touched) {
        let mut publishing = Publishing { core, find, published: HashMap::new() };
        while let Some(first) = touched.recv().await {
            let more = std::iter::from_fn(|| touched.try_recv().ok());
            let once: BTreeSet<String> = more.chain([first]).collect();
            for uri in once {
                publishing.look_at(&uri).await;
            }
        }
    }
}

struct Publishing {
    core: Core,
    find: Find,
    published: HashMap<String, Published>,
}

/// What the client was told of a document.
struct Published {
    /// The opening (see `Document::opened`) for which it was told.
    opened: u64,
    items: Vec<lsp::Diagnostic>,
    /// Whether it was told anything since that opening.
    told: bool,
}

impl Publishing {
    async fn look_at(&mut self, uri: &str) {
        let asked = {
            let session = self.core.session();
            session
                .ask(uri, &Cancelled::default())
                .zip(session.documents.get(uri).map(|d| d.opened))
        };
        let Some((ask, opened)) = asked else {
            return self.forget(uri);
        };
        if self.published.get(uri).is_some_and(|published| published.opened != opened) {
            self.forget(uri);
        }
        let (revision, version, key) = (ask.revision, ask.version, ask.uri.clone());
        let find = self.find;
        let found =
            tokio::task::spawn_blocking(move || catch_unwind(AssertUnwindSafe(|| find(&ask))))
                .await;
        // After a panic, which the hook has logged, what was told before stays.
        let Ok(Ok(items)) = found else { return };
        let (newest, versions_count) = {
            let session = self.core.session();
            (session.documents.get(uri).map(|d| d.revision), session.client.versioned_diagnostics)
        };
        // A change that came meanwhile has put the document into the queue again.
        if newest == Some(revision) {
            self.tell(uri, key, Published { opened, items, told: true }, version, versions_count);
        }
    }

    /// Sends what is new. A client that holds a list against the document's version throws the list
    /// away if it has a newer version by then, so such a client is told of every version as soon as
    /// it was told anything.
    fn tell(
        &mut self,
        uri: &str,
        key: lsp::Uri,
        mut news: Published,
        version: Option<i64>,
        versions_count: bool,
    ) {
        let before = self.published.get(uri);
        let same = before.map_or(news.items.is_empty(), |before| before.items == news.items);
        let told = before.is_some_and(|before| before.told);
        news.told = !same || (versions_count && told);
        if news.told {
            self.publish(key, news.items.clone(), version);
        }
        news.told |= told;
        self.published.insert(uri.to_owned(), news);
    }

    /// Takes back what was told of a document that is closed or that was opened anew.
    fn forget(&mut self, uri: &str) {
        let left = self.published.remove(uri).is_some_and(|published| !published.items.is_empty());
        if let (true, Some(key)) = (left, convert::uri(uri)) {
            self.publish(key, Vec::new(), None);
        }
    }

    fn publish(&self, uri: lsp::Uri, diagnostics: Vec<lsp::Diagnostic>, version: Option<i64>) {
        let version = version.and_then(|version| i32::try_from(version).ok());
        let params = lsp::PublishDiagnosticsParams { uri, diagnostics, version };
        self.core.client.notify::<lsp::notification::PublishDiagnostics>(params);
    }
}
