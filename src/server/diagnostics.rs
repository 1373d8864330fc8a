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
use super::settings::Level;
use crate::check::{Finding, Severity};
use crate::ide::Snapshot;

/// What makes the diagnostics that are pushed.
pub type Find = fn(&Ask) -> Vec<lsp::Diagnostic>;

/// The findings in a file. The checks are the one thing to put here.
fn findings(_: &Snapshot) -> Vec<Finding> {
    Vec::new()
}

/// The diagnostics of a document, as the settings want them and the client takes them.
pub fn find(ask: &Ask) -> Vec<lsp::Diagnostic> {
    if !ask.settings.diagnostics {
        return Vec::new();
    }
    findings(&ask.snapshot).into_iter().filter_map(|finding| diagnostic(ask, finding)).collect()
}

/// A finding as the protocol has it; `None` where it is switched off.
fn diagnostic(ask: &Ask, finding: Finding) -> Option<lsp::Diagnostic> {
    let severity = match ask.settings.severity.get(finding.code) {
        Some(level) => level_severity(*level)?,
        None => severity(finding.severity),
    };
    let link = finding.link.filter(|_| ask.client.code_links()).and_then(convert::uri);
    let related = finding.related.iter().map(|related| lsp::DiagnosticRelatedInformation {
        location: ask.location(related.range),
        message: related.message.clone(),
    });
    let related: Vec<_> = related.filter(|_| ask.client.related_places()).collect();
    Some(lsp::Diagnostic {
        range: ask.range(finding.range),
        severity: Some(severity),
        code: Some(lsp::NumberOrString::String(finding.code.to_owned())),
        code_description: link.map(|href| lsp::CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: finding.message,
        related_information: (!related.is_empty()).then_some(related),
        ..Default::default()
    })
}

/// Who found it, as editors show it beside the message.
const SOURCE: &str = "stagewright";

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Information => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    }
}

fn level_severity(level: Level) -> Option<lsp::DiagnosticSeverity> {
    Some(severity(match level {
        Level::Off => return None,
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Info => Severity::Information,
        Level::Hint => Severity::Hint,
    }))
}

/// Says that diagnostics can be pulled, to a client that pulls.
pub fn advertise(capabilities: &mut lsp::ServerCapabilities, client: &ClientShapes) {
    if client.pull_diagnostics {
        let options =
            lsp::DiagnosticOptions { identifier: Some(SOURCE.to_owned()), ..Default::default() };
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_channel::mpsc::UnboundedReceiver;
    use serde_json::{Value, json};
    use tower_lsp_server::Loopback;
    use tower_lsp_server::jsonrpc::Request;

    use super::super::client::Client;
    use super::super::settings::Settings;
    use super::*;
    use crate::text::{Encoding, TextRange};

    const URI: &str = "file:///Dockerfile";

    /// One diagnostic for each `!` in the text; a panic for `panic`.
    fn find(ask: &Ask) -> Vec<lsp::Diagnostic> {
        let text = ask.snapshot.text().to_string();
        assert!(!text.contains("panic"));
        text.matches('!')
            .map(|_| lsp::Diagnostic::new_simple(lsp::Range::default(), "found".to_owned()))
            .collect()
    }

    struct Fixture {
        core: Core,
        said: UnboundedReceiver<Request>,
    }

    impl Fixture {
        fn new(versions_count: bool) -> Self {
            let (client, mail, _) = Client::new();
            let core = Core::new(client, find);
            core.session().client =
                ClientShapes { versioned_diagnostics: versions_count, ..Default::default() }.into();
            Self { core, said: mail.split().0 }
        }

        fn open(&self, text: &str) {
            self.core.session().documents.open(URI, "dockerfile", Some(1), text);
            self.core.publisher.touch(URI);
        }

        fn change(&self, version: i64, text: &str) {
            let change = vec![(None, text.to_owned())];
            self.core.session().documents.change(URI, Some(version), change, Encoding::Utf8);
            self.core.publisher.touch(URI);
        }

        fn close(&self) {
            self.core.session().documents.close(URI);
            self.core.publisher.touch(URI);
        }

        /// What was pushed once all is quiet: version and number of diagnostics.
        async fn pushed(&mut self) -> Vec<Value> {
            let mut pushed = Vec::new();
            while let Ok(Ok(request)) =
                tokio::time::timeout(Duration::from_millis(100), self.said.recv()).await
            {
                assert_eq!(request.method(), "textDocument/publishDiagnostics");
                let params = request.params().cloned().unwrap_or_default();
                assert_eq!(params["uri"], URI);
                pushed.push(json!([
                    params["version"],
                    params["diagnostics"].as_array().map(Vec::len)
                ]));
            }
            pushed
        }
    }

    fn ask(client: ClientShapes, severity: &[(&str, Level)]) -> Ask {
        let severity = severity.iter().map(|&(code, level)| (code.to_owned(), level)).collect();
        Ask {
            uri: convert::uri(URI).expect("a URI"),
            snapshot: Snapshot::new("# 😀\nFORM a\n"),
            revision: 1,
            version: Some(1),
            encoding: Encoding::Utf16,
            client: client.into(),
            settings: Settings { severity, ..Settings::default() }.into(),
            settings_revision: 0,
            cancelled: Cancelled::default(),
        }
    }

    fn finding() -> Finding {
        let range = |start: u32, end: u32| TextRange::new(start.into(), end.into());
        Finding::new("unknown-instruction", Severity::Error, range(7, 11), "there is no `FORM`")
            .with_related(range(2, 6), "a face")
            .with_link("https://docs.docker.com/reference/dockerfile/")
    }

    #[test]
    fn a_finding_is_shaped_for_the_client() {
        let plain = json!({
            "range": { "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 4 } },
            "severity": 1, "code": "unknown-instruction", "source": "stagewright", "message": "there is no `FORM`",
        });
        let shape =
            |client| serde_json::to_value(diagnostic(&ask(client, &[]), finding())).expect("JSON");
        assert_eq!(shape(ClientShapes::default()), plain);
        let all =
            ClientShapes { push_code_links: true, push_related_places: true, ..Default::default() };
        let mut rich = plain;
        rich["codeDescription"] =
            json!({ "href": "https://docs.docker.com/reference/dockerfile/" });
        rich["relatedInformation"] = json!([{
            "message": "a face",
            "location": { "uri": URI, "range": { "start": { "line": 0, "character": 2 }, "end": { "line": 0, "character": 4 } } },
        }]);
        assert_eq!(shape(all), rich);
    }

    #[test]
    fn a_level_of_the_settings_wins() {
        let level = |level| {
            diagnostic(&ask(ClientShapes::default(), &[("unknown-instruction", level)]), finding())
        };
        assert_eq!(level(Level::Off), None);
        assert_eq!(
            level(Level::Hint).and_then(|d| d.severity),
            Some(lsp::DiagnosticSeverity::HINT)
        );
        let other = diagnostic(&ask(ClientShapes::default(), &[("other", Level::Off)]), finding());
        assert_eq!(other.and_then(|d| d.severity), Some(lsp::DiagnosticSeverity::ERROR));
    }

    #[tokio::test]
    async fn only_news_are_pushed() {
        let mut fixture = Fixture::new(false);
        fixture.open("clean");
        assert_eq!(fixture.pushed().await, [] as [Value; 0]);
        fixture.change(2, "one!");
        assert_eq!(fixture.pushed().await, [json!([2, 1])]);
        fixture.change(3, "still one!");
        assert_eq!(fixture.pushed().await, [] as [Value; 0]);
        fixture.change(4, "clean");
        assert_eq!(fixture.pushed().await, [json!([4, 0])]);
        fixture.change(5, "clean again");
        assert_eq!(fixture.pushed().await, [] as [Value; 0]);
    }

    #[tokio::test]
    async fn a_client_that_counts_versions_gets_every_version_from_the_first_finding_on() {
        let mut fixture = Fixture::new(true);
        fixture.open("clean");
        fixture.change(2, "clean still");
        assert_eq!(fixture.pushed().await, [] as [Value; 0]);
        fixture.change(3, "one!");
        assert_eq!(fixture.pushed().await, [json!([3, 1])]);
        fixture.change(4, "still one!");
        assert_eq!(fixture.pushed().await, [json!([4, 1])]);
        fixture.change(5, "");
        assert_eq!(fixture.pushed().await, [json!([5, 0])]);
        fixture.change(6, "");
        assert_eq!(fixture.pushed().await, [json!([6, 0])]);
    }

    #[tokio::test]
    async fn a_burst_is_pushed_once() {
        let mut fixture = Fixture::new(false);
        fixture.open("!");
        for version in 2..=500 {
            fixture.change(version, &"!".repeat(usize::try_from(version).expect("small")));
        }
        assert_eq!(fixture.pushed().await, [json!([500, 500])]);
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_closed_document() {
        let mut fixture = Fixture::new(false);
        fixture.open("!!");
        assert_eq!(fixture.pushed().await, [json!([1, 2])]);
        fixture.close();
        assert_eq!(fixture.pushed().await, [json!([null, 0])]);
        fixture.close();
        assert_eq!(fixture.pushed().await, [] as [Value; 0]);
        fixture.open("!!");
        assert_eq!(fixture.pushed().await, [json!([1, 2])]);
        fixture.close();
        fixture.open("!!");
        assert_eq!(
            fixture.pushed().await,
            [json!([null, 0]), json!([1, 2])],
            "the client may have thrown them away"
        );
        fixture.close();
        fixture.open("clean");
        assert_eq!(fixture.pushed().await, [json!([null, 0])]);
    }

    #[tokio::test]
    async fn a_panic_costs_one_list() {
        let mut fixture = Fixture::new(false);
        fixture.open("!");
        assert_eq!(fixture.pushed().await, [json!([1, 1])]);
        fixture.change(2, "panic");
        assert_eq!(fixture.pushed().await, [] as [Value; 0]);
        fixture.change(3, "!!");
        assert_eq!(fixture.pushed().await, [json!([3, 2])]);
    }
}
