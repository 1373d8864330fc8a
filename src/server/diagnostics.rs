//! Findings to the client: pulled where the client asks for them, else pushed; never both.
//!
//! A pushed list is computed by one task ([`Publisher`]) from the newest snapshot there is when it
//! gets to it, so that a burst of changes costs one computation, and sent only while that snapshot is
//! still the newest.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types as lsp;

use super::capabilities::ClientShapes;
use super::convert;
use super::features::{Ask, Cancelled};
use super::session::Core;
use super::settings::Level;
use crate::check::{Finding, Report, Severity};
use crate::ide;

/// What makes the diagnostics that are pushed.
pub type Find = fn(&Ask) -> Vec<lsp::Diagnostic>;

/// The diagnostics of a document, as the settings want them and the client takes them.
pub fn find(ask: &Ask) -> Vec<lsp::Diagnostic> {
    let findings = ask.snapshot.report().findings().into_iter().chain(hint(ask));
    let findings = findings.take_while(|_| !ask.cancelled.yes());
    findings.filter_map(|finding| diagnostic(ask, finding)).collect()
}

/// That the file can be split, and what that saves; `None` too where that is switched off.
fn hint(ask: &Ask) -> Option<Finding> {
    let off = ask.settings.severity.get(ide::split::CAN_SPLIT.code) == Some(&Level::Off);
    let is_shown = ask.settings.diagnostics && !off && ask.snapshot.model().stages().len() == 1;
    is_shown.then(|| ide::split::hint(&ask.snapshot, ask.view(), ask.splits())).flatten()
}

/// Whether the user wants to see a finding.
pub fn is_shown(ask: &Ask, finding: &Finding) -> bool {
    shown_as(ask, finding).is_some()
}

/// How severe a finding is to the user; `None` where it is switched off.
fn shown_as(ask: &Ask, finding: &Finding) -> Option<lsp::DiagnosticSeverity> {
    let severity = match ask.settings.severity.get(finding.code) {
        None => finding.severity,
        Some(Level::Off) => return None,
        Some(Level::Error) => Severity::Error,
        Some(Level::Warning) => Severity::Warning,
        Some(Level::Info) => Severity::Information,
        Some(Level::Hint) => Severity::Hint,
    };
    ask.settings.diagnostics.then_some(match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Information => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    })
}

/// A finding as the protocol has it; `None` where it is switched off.
pub fn diagnostic(ask: &Ask, finding: Finding) -> Option<lsp::Diagnostic> {
    let severity = shown_as(ask, &finding)?;
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

/// Says that diagnostics can be pulled, to a client that pulls.
pub fn advertise(capabilities: &mut lsp::ServerCapabilities, client: &ClientShapes) {
    if client.pull_diagnostics {
        let options =
            lsp::DiagnosticOptions { identifier: Some(SOURCE.to_owned()), ..Default::default() };
        capabilities.diagnostic_provider =
            Some(lsp::DiagnosticServerCapabilities::Options(options));
    }
}

/// What was told of the findings of a document.
#[derive(Clone, Debug)]
pub struct Told {
    /// The id that the client was given for it.
    result_id: String,
    report: Report,
    /// It hangs on what no rule looks at: all instructions, the files beside, sizes.
    hint: Option<Finding>,
    settings_revision: u64,
}

impl Told {
    fn new(ask: &Ask) -> Self {
        let result_id = format!("{}.{}", ask.revision, ask.settings_revision);
        Self {
            result_id,
            report: ask.snapshot.report().clone(),
            hint: hint(ask),
            settings_revision: ask.settings_revision,
        }
    }

    /// Whether it is still what is to be told.
    fn stands(&self, ask: &Ask) -> bool {
        self.settings_revision == ask.settings_revision
            && ask.snapshot.report().same_places(&self.report)
            && self.hint == hint(ask)
    }
}

/// `textDocument/diagnostic`. A client that names the result that it has is told so if nothing about
/// it changed, which most keystrokes do not.
pub fn pull(
    ask: &Ask,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReportResult> {
    let told = || ask.told.lock().unwrap_or_else(PoisonError::into_inner);
    let known =
        told().clone().filter(|told| Some(&told.result_id) == params.previous_result_id.as_ref());
    if let Some(known) = known.filter(|known| known.stands(ask)) {
        return Ok(unchanged(known.result_id));
    }
    let new = Told::new(ask);
    *told() = Some(new.clone());
    Ok(full(new.result_id, find(ask)))
}

fn unchanged(result_id: String) -> lsp::DocumentDiagnosticReportResult {
    let unchanged_document_diagnostic_report = lsp::UnchangedDocumentDiagnosticReport { result_id };
    lsp::DocumentDiagnosticReport::Unchanged(lsp::RelatedUnchangedDocumentDiagnosticReport {
        related_documents: None,
        unchanged_document_diagnostic_report,
    })
    .into()
}

fn full(result_id: String, items: Vec<lsp::Diagnostic>) -> lsp::DocumentDiagnosticReportResult {
    let full_document_diagnostic_report =
        lsp::FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    lsp::DocumentDiagnosticReport::Full(lsp::RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report,
    })
    .into()
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
    told: Told,
    items: Vec<lsp::Diagnostic>,
    /// Whether anything was sent since that opening: nothing is, as long as all is well.
    sent: bool,
}

impl Publishing {
    async fn look_at(&mut self, uri: &str) {
        let opened = self.core.session().documents.get(uri).map(|document| document.opened);
        let asked = self.core.ask(uri, &Cancelled::default()).zip(opened);
        let Some((ask, opened)) = asked else {
            return self.forget(uri);
        };
        if self.published.get(uri).is_some_and(|published| published.opened != opened) {
            self.forget(uri);
        }
        let ask = Arc::new(ask);
        let (find, known) =
            (self.find, self.published.get(uri).map(|published| published.told.clone()));
        let worker = ask.clone();
        let look = move || {
            let same = known.is_some_and(|known| known.stands(&worker));
            (Told::new(&worker), (!same).then(|| find(&worker)))
        };
        let found = tokio::task::spawn_blocking(|| catch_unwind(AssertUnwindSafe(look))).await;
        // After a panic, which the hook has logged, what was told before stays. A change that came
        // meanwhile has put the document into the queue again.
        let Ok(Ok((told, items))) = found else { return };
        if !self.core.session().has_moved_on(uri, ask.revision) {
            self.tell(uri, &ask, opened, told, items);
        }
    }

    /// Sends what is new; `None` says that it is as before.
    ///
    /// A client that holds a list against the document's version throws the list away if it has a
    /// newer version by then. So such a client is told of every version once it was told anything.
    fn tell(
        &mut self,
        uri: &str,
        ask: &Ask,
        opened: u64,
        told: Told,
        items: Option<Vec<lsp::Diagnostic>>,
    ) {
        let (before, was_sent) = match self.published.remove(uri) {
            Some(published) => (published.items, published.sent),
            None => (Vec::new(), false),
        };
        let items = items.unwrap_or_else(|| before.clone());
        let send = items != before || (was_sent && ask.client.versioned_diagnostics);
        if send {
            self.publish(ask.uri.clone(), items.clone(), ask.version);
        }
        let sent = send || was_sent;
        self.published.insert(uri.to_owned(), Published { opened, told, items, sent });
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
    use futures_channel::mpsc::UnboundedReceiver;
    use serde_json::{Value, json};
    use tower_lsp_server::Loopback;
    use tower_lsp_server::jsonrpc::Request;

    use super::super::client::Client;
    use super::super::settings::Settings;
    use super::*;
    use crate::ide::Snapshot;
    use crate::image::Offline;
    use crate::language::platform::Platform;
    use crate::text::{Encoding, TextRange};

    const URI: &str = "file:///Dockerfile";
    /// A document that the publisher looks at after [`URI`] if both were touched.
    const MARK: &str = "file:///~";

    /// A number of faults that is a panic instead.
    const PANIC: usize = 999;

    fn text(faults: usize) -> String {
        if faults == PANIC {
            "panic".to_owned()
        } else {
            format!("FROM a\n{}", "!\n".repeat(faults))
        }
    }

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
        marks: usize,
    }

    impl Fixture {
        fn new(versions_count: bool) -> Self {
            let (client, mail, _) = Client::new();
            let core = Core::new(client, find);
            core.session().client =
                ClientShapes { versioned_diagnostics: versions_count, ..Default::default() }.into();
            Self { core, said: mail.split().0, marks: 0 }
        }

        fn open(&self, faults: usize) {
            let text = &text(faults);
            self.core.session().documents.open(URI, "dockerfile", Some(1), text);
            self.core.publisher.touch(URI);
        }

        fn change(&self, version: i64, faults: usize) {
            let change = vec![(None, text(faults))];
            self.core.session().documents.change(URI, Some(version), change, Encoding::Utf8);
            self.core.publisher.touch(URI);
        }

        fn close(&self) {
            self.core.session().documents.close(URI);
            self.core.publisher.touch(URI);
        }

        /// What was pushed for the document so far, by version and number of diagnostics: all that
        /// comes before the news of another one, which is touched last.
        async fn pushed(&mut self) -> Vec<Value> {
            self.marks += 1;
            let faults = text(1 + self.marks % 2);
            self.core.session().documents.open(MARK, "dockerfile", None, &faults);
            self.core.publisher.touch(MARK);
            let mut pushed = Vec::new();
            loop {
                let request = self.said.recv().await.expect("a message");
                assert_eq!(request.method(), "textDocument/publishDiagnostics");
                let params = request.params().cloned().unwrap_or_default();
                let news =
                    json!([params["version"], params["diagnostics"].as_array().map(Vec::len)]);
                match params["uri"].as_str() {
                    Some(URI) => pushed.push(news),
                    // The first word about it takes back what was told of the one before.
                    Some(MARK) if news[1] != 0 => break,
                    other => assert_eq!(other, Some(MARK)),
                }
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
            window: Client::new().0,
            settings: Settings { severity, ..Settings::default() }.into(),
            settings_revision: 0,
            sizes: Arc::new(Offline::default()),
            platform: Platform::host(),
            told: Default::default(),
            cancelled: Cancelled::default(),
            splits: std::sync::OnceLock::new(),
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

    const NONE: [Value; 0] = [];

    #[tokio::test]
    async fn only_news_are_pushed() {
        let mut fixture = Fixture::new(false);
        fixture.open(0);
        assert_eq!(fixture.pushed().await, NONE);
        fixture.change(2, 1);
        assert_eq!(fixture.pushed().await, [json!([2, 1])]);
        fixture.change(3, 1);
        assert_eq!(fixture.pushed().await, NONE);
        fixture.change(4, 0);
        assert_eq!(fixture.pushed().await, [json!([4, 0])]);
        fixture.change(5, 0);
        assert_eq!(fixture.pushed().await, NONE);
    }

    #[tokio::test]
    async fn a_client_that_counts_versions_gets_every_version_from_the_first_finding_on() {
        let mut fixture = Fixture::new(true);
        fixture.open(0);
        fixture.change(2, 0);
        assert_eq!(fixture.pushed().await, NONE);
        for (version, faults) in [(3, 1), (4, 1), (5, 0), (6, 0)] {
            fixture.change(version, faults);
            assert_eq!(fixture.pushed().await, [json!([version, faults])]);
        }
    }

    #[tokio::test]
    async fn a_burst_is_pushed_once() {
        let mut fixture = Fixture::new(false);
        fixture.open(1);
        for version in 2..=500 {
            fixture.change(version, usize::try_from(version).expect("small"));
        }
        assert_eq!(fixture.pushed().await, [json!([500, 500])]);
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_closed_document() {
        let mut fixture = Fixture::new(false);
        fixture.open(2);
        assert_eq!(fixture.pushed().await, [json!([1, 2])]);
        fixture.close();
        assert_eq!(fixture.pushed().await, [json!([null, 0])]);
        fixture.close();
        assert_eq!(fixture.pushed().await, NONE);
        fixture.open(2);
        assert_eq!(fixture.pushed().await, [json!([1, 2])]);
        // The client may have thrown away what it had.
        fixture.close();
        fixture.open(2);
        assert_eq!(fixture.pushed().await, [json!([null, 0]), json!([1, 2])]);
        fixture.close();
        fixture.open(0);
        assert_eq!(fixture.pushed().await, [json!([null, 0])]);
    }

    #[tokio::test]
    async fn a_panic_costs_one_list() {
        let mut fixture = Fixture::new(false);
        fixture.open(1);
        assert_eq!(fixture.pushed().await, [json!([1, 1])]);
        fixture.change(2, PANIC);
        assert_eq!(fixture.pushed().await, NONE);
        fixture.change(3, 2);
        assert_eq!(fixture.pushed().await, [json!([3, 2])]);
    }
}
