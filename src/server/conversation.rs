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
                self.core.session().shut_down();
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
        let ask = self.core.session().ask(&uri, &cancelled);
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

/// The URI of the document that a request is about, repaired in place: the document of its position,
/// or the one that an item to resolve was made for. Empty where there is none.
fn document_uri(params: &mut Value) -> String {
    let path =
        ["/textDocument/uri", "/data/uri"].into_iter().find(|path| params.pointer(path).is_some());
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
