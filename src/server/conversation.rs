//! The service that the framework drives: every message from the client comes through
//! [`Conversation::call`], one after the other, in the order in which it was sent.
//!
//! **Order by construction.** The framework runs as many handlers at once as it is allowed to and
//! promises nothing of their order. But it *calls* the service for one message at a time, and `call`
//! is a plain function: it has returned before the next message is looked at. So all that depends on
//! order happens inside `call`, and only what is already bound to its input is left to a future:
//! - a notification is carried out completely; its future is empty;
//! - a quick request is answered completely; its future is the answer;
//! - a slow request is bound to the snapshot of its document (immutable, shared) and sent to a
//!   thread; its future waits for that thread or for a cancelling, and changes no document.
//!
//! The framework's own service layer is not used: it decodes parameters and runs handlers when their
//! futures are polled, which is later, and its errors do not name the wrong parameter.

use std::any::Any;
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Id, Request, Response, Result};
use tower_lsp_server::ls_types as lsp;
use tower_service::Service;

use super::capabilities::{self, ClientShapes};
use super::convert;
use super::features::{Cancelled, Feature, Job, Pace, decode};
use super::notifications;
use super::session::{Core, Phase, Running};

/// See the module.
pub struct Conversation {
    core: Core,
    features: HashMap<&'static str, Feature>,
    /// What to do when the client says which process it is.
    watch: fn(i64, &Core),
}

type Reply =
    Pin<Box<dyn Future<Output = std::result::Result<Option<Response>, Infallible>> + Send>>;

impl Service<Request> for Conversation {
    type Response = Option<Response>;
    type Error = Infallible;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Reply {
        let (method, id, params) = request.into_parts();
        let params = params.unwrap_or_default();
        let Some(id) = id else {
            self.core
                .guarded(&method, || notifications::receive(&self.core, &method, params))
                .unwrap_or_default();
            return Box::pin(ready(Ok(None)));
        };
        match self.requested(&method, &id, params) {
            Reaction::Answer(result) => Box::pin(ready(Ok(Some(Response::from_parts(id, result))))),
            Reaction::Wait(answer) => {
                Box::pin(async move { Ok(Some(Response::from_parts(id, answer.await))) })
            }
        }
    }
}

/// What a request leads to inside `call`.
enum Reaction {
    Answer(Result<Value>),
    Wait(Pin<Box<dyn Future<Output = Result<Value>> + Send>>),
}

/// The members of `initialize` that are read. None is required: the oddest client can be served.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Initialize {
    #[serde(default)]
    process_id: Option<i64>,
    #[serde(default)]
    capabilities: Value,
    #[serde(default)]
    initialization_options: Value,
    #[serde(default)]
    trace: Value,
    #[serde(default)]
    client_info: Value,
}

impl Conversation {
    /// A conversation that has not begun.
    pub fn new(core: Core, features: Vec<Feature>, watch: fn(i64, &Core)) -> Self {
        let features = features.into_iter().map(|feature| (feature.method, feature)).collect();
        Self { core, features, watch }
    }

    fn requested(&self, method: &str, id: &Id, params: Value) -> Reaction {
        let phase = self.core.session().phase;
        Reaction::Answer(match (phase, method) {
            (Phase::New, "initialize") => {
                self.core.guarded(method, || self.initialize(params)).and_then(|done| done)
            }
            (Phase::New, _) => Err(error(-32002, "`initialize` comes first")),
            (Phase::Running, "initialize") => Err(error(-32600, "`initialize` comes once")),
            (Phase::Running, "shutdown") => {
                self.core.shut_down();
                Ok(Value::Null)
            }
            (Phase::Running, _) => match self.features.get(method) {
                Some(feature) => return self.ask(feature, id, params),
                None => Err(error(-32601, format!("there is no request `{method}`"))),
            },
            (Phase::Down, _) => Err(error(-32600, "only `exit` comes after `shutdown`")),
        })
    }

    fn initialize(&self, params: Value) -> Result<Value> {
        let Initialize { process_id, capabilities, initialization_options, trace, client_info } =
            decode(params)?;
        let server = {
            let mut session = self.core.session();
            session.encoding = capabilities::encoding(&capabilities);
            session.client = Arc::new(ClientShapes::read(&capabilities));
            session.trace = serde_json::from_value(trace).unwrap_or_default();
            session.layers.initial = initialization_options;
            session.phase = Phase::Running;
            tracing::info!("serving {client_info}, with positions in {:?}", session.encoding);
            capabilities::server(session.encoding, &session.client, self.features.values())
        };
        self.core.renew_settings();
        if let Some(process) = process_id {
            (self.watch)(process, &self.core);
        }
        Ok(json!({
            "capabilities": server,
            "serverInfo": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        }))
    }

    fn ask(&self, feature: &Feature, id: &Id, mut params: Value) -> Reaction {
        let uri = document_uri(&mut params);
        let cancelled = Cancelled::default();
        let ask = self.core.ask(&uri, &cancelled);
        let begin = Instant::now();
        let revision = ask.as_ref().map(|ask| ask.revision);
        let (core, method, job) = (self.core.clone(), feature.method, feature.job(ask, params));
        if feature.pace == Pace::Quick {
            let result = core.run(method, job);
            core.trace(method, begin);
            return Reaction::Answer(result);
        }
        let (cancel, is_cancelled) = oneshot::channel();
        self.core.session().running.insert(id.clone(), Running { cancelled, cancel });
        let (id, stale) = (id.clone(), feature.stale.clone());
        let worker = core.clone();
        let work = tokio::task::spawn_blocking(move || worker.run(method, job));
        Reaction::Wait(Box::pin(async move {
            let result = tokio::select! {
                biased;
                done = work => done.unwrap_or_else(|_| Err(Error::internal_error())),
                Ok(()) = is_cancelled => Err(Error::request_cancelled()),
            };
            core.trace(method, begin);
            let mut session = core.session();
            session.running.remove(&id);
            match revision {
                Some(revision) if result.is_ok() && session.has_moved_on(&uri, revision) => {
                    Err(stale)
                }
                _ => result,
            }
        }))
    }
}

/// Where the parameters of a request name the document that it is about: beside a position, in an
/// item to resolve, in an item of a hierarchy, in the first argument of a command.
const DOCUMENT: [&str; 4] = ["/textDocument/uri", "/data/uri", "/item/uri", "/arguments/0/uri"];

/// That document's URI, repaired in place. Empty where there is none.
fn document_uri(params: &mut Value) -> String {
    let path = DOCUMENT.into_iter().find(|path| params.pointer(path).is_some());
    path.and_then(|path| params.pointer_mut(path)).and_then(repair_uri).unwrap_or_default()
}

/// Makes a URI one that the protocol's types take, and returns it.
pub fn repair_uri(sent: &mut Value) -> Option<String> {
    let uri = convert::uri(sent.as_str()?)?;
    *sent = Value::from(uri.as_str());
    Some(uri.as_str().to_owned())
}

/// An error answer.
pub fn error(code: i64, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { code: ErrorCode::from(code), message: message.into(), data: None }
}

impl Core {
    /// Runs something whose panic must cost no more than its result. The panic hook logs where it
    /// was; the client is told that it was.
    pub fn guarded<T>(&self, name: &str, work: impl FnOnce() -> T) -> Result<T> {
        catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
            let message =
                format!("`{name}` failed inside the server: {}", panic_text(panic.as_ref()));
            self.client.log(lsp::MessageType::ERROR, message.clone());
            error(-32603, message)
        })
    }

    fn run(&self, method: &str, job: Job) -> Result<Value> {
        self.guarded(method, job).and_then(|result| result)
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a text")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tower_lsp_server::Loopback;
    use tower_lsp_server::ls_types::request::Request as Method;

    use super::super::client::Client;
    use super::super::features::Ask;
    use super::*;

    const URI: &str = "file:///Dockerfile";

    /// Requests that only these tests have.
    macro_rules! methods {
        ($($name:ident: $method:literal,)*) => {$(
            enum $name {}
            impl Method for $name {
                type Params = Value;
                type Result = Value;
                const METHOD: &'static str = $method;
            }
        )*};
    }
    methods! { Quick: "test/quick", Slow: "test/slow", QuickPanic: "test/quickPanic", SlowPanic: "test/slowPanic", Endless: "test/endless", }

    fn features() -> Vec<Feature> {
        vec![
            Feature::new::<Quick>(Pace::Quick, |ask: &Ask, _| {
                Ok(json!([ask.version, ask.snapshot.text().to_string()]))
            }),
            Feature::new::<Slow>(Pace::Slow, |ask, _| {
                std::thread::sleep(Duration::from_millis(30));
                Ok(json!(ask.version))
            }),
            Feature::new::<QuickPanic>(Pace::Quick, |_, _| panic!("quick bug")),
            Feature::new::<SlowPanic>(Pace::Slow, |_, _| panic!("slow bug")),
            Feature::new::<Endless>(Pace::Slow, |ask, _| {
                while !ask.cancelled.yes() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(Value::Null)
            }),
        ]
    }

    struct Fixture {
        conversation: Conversation,
        said: futures_channel::mpsc::UnboundedReceiver<Request>,
        next: i64,
    }

    impl Fixture {
        fn new() -> Self {
            let (client, mail, _) = Client::new();
            let core = Core::new(client, |_| Vec::new());
            let (said, _) = mail.split();
            Self { conversation: Conversation::new(core, features(), |_, _| {}), said, next: 0 }
        }

        fn running() -> Self {
            let mut fixture = Self::new();
            drop(fixture.ask("initialize", json!({ "capabilities": {} })));
            fixture.tell("textDocument/didOpen", json!({ "textDocument": { "uri": URI, "languageId": "dockerfile", "version": 0, "text": "" } }));
            fixture
        }

        fn tell(&mut self, method: &'static str, params: Value) {
            drop(self.conversation.call(Request::build(method).params(params).finish()));
        }

        fn change(&mut self, version: i64, text: &str) {
            let change = json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [{ "text": text }] });
            self.tell("textDocument/didChange", change);
        }

        fn ask(&mut self, method: &'static str, params: Value) -> Reply {
            self.next += 1;
            self.conversation.call(Request::build(method).id(self.next).params(params).finish())
        }

        fn ask_document(&mut self, method: &'static str) -> Reply {
            self.ask(method, json!({ "textDocument": { "uri": URI } }))
        }
    }

    /// The result, or the error's code.
    async fn answer(reply: Reply) -> std::result::Result<Value, i64> {
        let Ok(response) = reply.await;
        let (_, result) = response.expect("a request is answered").into_parts();
        result.map_err(|error| error.code.code())
    }

    #[tokio::test]
    async fn a_request_sees_the_changes_before_it_and_none_after() {
        let mut fixture = Fixture::running();
        let mut replies = Vec::new();
        for version in 1..=2000 {
            fixture.change(version, &format!("text {version}"));
            replies.push((version, fixture.ask_document("test/quick")));
        }
        // Polled in the worst order and after all is over, and still the answers are those.
        for (version, reply) in replies.into_iter().rev() {
            assert_eq!(answer(reply).await, Ok(json!([version, format!("text {version}")])));
        }
    }

    #[tokio::test]
    async fn a_slow_answer_is_refused_when_it_is_out_of_date() {
        let mut fixture = Fixture::running();
        fixture.change(1, "a");
        let old = fixture.ask_document("test/slow");
        fixture.change(2, "b");
        let new = fixture.ask_document("test/slow");
        assert_eq!(answer(old).await, Err(-32801));
        assert_eq!(answer(new).await, Ok(json!(2)));
        let closed = fixture.ask_document("test/slow");
        fixture.tell("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
        assert_eq!(answer(closed).await, Err(-32801));
        let absent = fixture.ask_document("test/slow");
        assert_eq!(answer(absent).await, Ok(Value::Null));
    }

    #[tokio::test]
    async fn a_cancelled_request_is_answered_and_its_work_told() {
        let mut fixture = Fixture::running();
        let endless = fixture.ask_document("test/endless");
        let id = fixture.next;
        fixture.tell("$/cancelRequest", json!({ "id": "unknown" }));
        fixture.tell("$/cancelRequest", json!({ "id": id }));
        fixture.tell("$/cancelRequest", json!({ "id": id }));
        assert_eq!(answer(endless).await, Err(-32800));
        assert!(fixture.conversation.core.session().running.is_empty());
        let quick = fixture.ask_document("test/quick");
        let id = fixture.next;
        fixture.tell("$/cancelRequest", json!({ "id": id }));
        assert_eq!(answer(quick).await, Ok(json!([0, ""])), "what is ready is the answer");
    }

    #[tokio::test]
    async fn shutdown_and_exit_wait_for_no_work() {
        for last in ["shutdown", "exit"] {
            let mut fixture = Fixture::running();
            let endless = fixture.ask_document("test/endless");
            fixture.tell(last, Value::Null);
            assert_eq!(answer(endless).await, Err(-32800), "{last}");
        }
    }

    #[tokio::test]
    async fn a_panic_costs_one_answer() {
        let mut fixture = Fixture::running();
        fixture.change(1, "kept");
        for (method, text) in [("test/quickPanic", "quick bug"), ("test/slowPanic", "slow bug")] {
            let Ok(response) = fixture.ask_document(method).await;
            let (_, result) = response.expect("a response").into_parts();
            let error = result.expect_err("an error");
            assert_eq!(error.code.code(), -32603);
            assert!(error.message.contains(method) && error.message.contains(text), "{error}");
            let said = fixture.said.try_recv().expect("a line for the client's log");
            assert_eq!(said.method(), "window/logMessage");
        }
        assert_eq!(answer(fixture.ask_document("test/quick")).await, Ok(json!([1, "kept"])));
    }

    #[tokio::test]
    async fn each_phase_takes_its_messages() {
        let mut fixture = Fixture::new();
        let init = || json!({ "capabilities": {} });
        assert_eq!(answer(fixture.ask_document("test/quick")).await, Err(-32002));
        assert_eq!(answer(fixture.ask("shutdown", Value::Null)).await, Err(-32002));
        fixture.tell("shutdown", Value::Null);
        assert_eq!(
            answer(fixture.ask("initialize", json!({ "processId": "x" }))).await,
            Err(-32602)
        );
        assert!(answer(fixture.ask("initialize", init())).await.is_ok(), "after a faulty one");
        assert_eq!(answer(fixture.ask("initialize", init())).await, Err(-32600));
        assert_eq!(answer(fixture.ask("test/unknown", Value::Null)).await, Err(-32601));
        assert_eq!(answer(fixture.ask("$/unknown", Value::Null)).await, Err(-32601));
        assert_eq!(
            answer(fixture.ask("textDocument/didOpen", json!({}))).await,
            Err(-32601),
            "with an id"
        );
        fixture.tell("test/quick", json!({ "textDocument": { "uri": URI } }));
        assert_eq!(fixture.conversation.core.session().exit_code(), 1);
        assert_eq!(answer(fixture.ask("shutdown", Value::Null)).await, Ok(Value::Null));
        assert_eq!(fixture.conversation.core.session().exit_code(), 0);
        for method in ["shutdown", "initialize", "test/quick", "test/unknown"] {
            assert_eq!(answer(fixture.ask(method, Value::Null)).await, Err(-32600), "{method}");
        }
        fixture.change(1, "ignored");
    }

    #[tokio::test]
    async fn a_shutdown_without_an_id_counts() {
        let mut fixture = Fixture::running();
        fixture.tell("shutdown", Value::Null);
        assert_eq!(answer(fixture.ask_document("test/quick")).await, Err(-32600));
        assert_eq!(fixture.conversation.core.session().exit_code(), 0);
    }

    #[tokio::test]
    async fn odd_notifications_change_nothing() {
        let mut fixture = Fixture::running();
        fixture.change(1, "kept");
        for (method, params) in [
            (
                "textDocument/didChange",
                json!({ "textDocument": { "uri": URI }, "contentChanges": [{ "text": 5 }] }),
            ),
            (
                "textDocument/didChange",
                json!({ "textDocument": {}, "contentChanges": [{ "text": "x" }] }),
            ),
            ("textDocument/didChange", json!([])),
            ("textDocument/didOpen", json!({ "textDocument": { "uri": "no uri", "text": "x" } })),
            ("textDocument/didClose", json!("x")),
            ("$/cancelRequest", json!({ "id": {} })),
            ("$/setTrace", json!({ "value": "loud" })),
            ("$/unknown", Value::Null),
            ("workspace/unknown", Value::Null),
        ] {
            fixture.tell(method, params);
        }
        assert_eq!(answer(fixture.ask_document("test/quick")).await, Ok(json!([1, "kept"])));
    }

    #[tokio::test]
    async fn trace_is_told_only_to_who_wants_it() {
        let mut fixture = Fixture::running();
        drop(fixture.ask_document("test/quick"));
        assert!(fixture.said.try_recv().is_err());
        fixture.tell("$/setTrace", json!({ "value": "messages" }));
        drop(fixture.ask_document("test/quick"));
        assert_eq!(fixture.said.try_recv().expect("a trace").method(), "$/logTrace");
    }
}
