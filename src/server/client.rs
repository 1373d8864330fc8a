//! What the server says to the client unasked, and the client's answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::mpsc;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp_server::Loopback;
use tower_lsp_server::jsonrpc::{self, Id, Request, Response};
use tower_lsp_server::ls_types as lsp;

/// The client, to talk to. Clones talk to the same one. Nothing here waits, except for an answer.
#[derive(Clone)]
pub struct Client {
    outgoing: mpsc::UnboundedSender<Request>,
    waiting: Arc<Waiting>,
}

/// Those who wait for an answer, by the id of their request.
#[derive(Default)]
struct Waiting {
    next: AtomicI64,
    answers: Mutex<HashMap<i64, oneshot::Sender<jsonrpc::Result<Value>>>>,
}

/// The framework's side of [`Client`].
pub struct Mail {
    outgoing: mpsc::UnboundedReceiver<Request>,
    answers: mpsc::UnboundedSender<Response>,
}

/// The client's answers, to be given to [`Client::deliver`] one by one.
pub type Answers = mpsc::UnboundedReceiver<Response>;

impl Loopback for Mail {
    type RequestStream = mpsc::UnboundedReceiver<Request>;
    type ResponseSink = mpsc::UnboundedSender<Response>;

    fn split(self) -> (Self::RequestStream, Self::ResponseSink) {
        (self.outgoing, self.answers)
    }
}

impl Client {
    /// A client, and the ends that carry what is said.
    pub fn new() -> (Self, Mail, Answers) {
        let (outgoing, outgoing_end) = mpsc::unbounded();
        let (answers_end, answers) = mpsc::unbounded();
        let client = Self { outgoing, waiting: Arc::default() };
        (client, Mail { outgoing: outgoing_end, answers: answers_end }, answers)
    }

    /// Sends a notification.
    pub fn notify<N: lsp::notification::Notification>(&self, params: N::Params) {
        self.send(N::METHOD, None, params);
    }

    /// Sends a request. The answer may be an error, and it may never come.
    pub async fn request<R: lsp::request::Request>(
        &self,
        params: R::Params,
    ) -> jsonrpc::Result<Value> {
        let id = self.waiting.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.waiting.lock().insert(id, answer);
        self.send(R::METHOD, Some(id), params);
        answered.await.unwrap_or_else(|_| Err(jsonrpc::Error::request_cancelled()))
    }

    /// Gives an answer to the one who waits for it. One that nobody asked for is logged.
    pub fn deliver(&self, response: Response) {
        let (id, result) = response.into_parts();
        let waiting = match &id {
            Id::Number(number) => self.waiting.lock().remove(number),
            _ => None,
        };
        match waiting {
            // Who no longer waits has no use for it.
            Some(waiting) => drop(waiting.send(result)),
            None => tracing::warn!("the client answered {id}, which was not asked"),
        }
    }

    /// A line for the client's log.
    pub fn log(&self, kind: lsp::MessageType, message: impl Into<String>) {
        self.notify::<lsp::notification::LogMessage>(lsp::LogMessageParams {
            typ: kind,
            message: message.into(),
        });
    }

    /// A message for the user to read.
    pub fn show(&self, kind: lsp::MessageType, message: impl Into<String>) {
        let message = message.into();
        self.notify::<lsp::notification::ShowMessage>(lsp::ShowMessageParams {
            typ: kind,
            message,
        });
    }

    /// Drops what is said from now on.
    pub fn fall_silent(&self) {
        self.outgoing.close_channel();
    }

    fn send(&self, method: &'static str, id: Option<i64>, params: impl Serialize) {
        let request =
            Request::build(method).params(serde_json::to_value(params).unwrap_or(json!({})));
        let request = match id {
            Some(id) => request.id(id).finish(),
            None => request.finish(),
        };
        // A closed queue means that the conversation is over.
        drop(self.outgoing.unbounded_send(request));
    }
}

impl Waiting {
    fn lock(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<i64, oneshot::Sender<jsonrpc::Result<Value>>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_find_who_asked() {
        let (client, mail, _) = Client::new();
        let (mut said, _) = mail.split();
        let ask = |client: Client| {
            tokio::spawn(async move {
                client.request::<lsp::request::WorkspaceDiagnosticRefresh>(()).await
            })
        };
        let (first, second, third) =
            (ask(client.clone()), ask(client.clone()), ask(client.clone()));
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(said.recv().await.expect("a request").id().cloned().expect("an id"));
        }
        client.deliver(Response::from_ok(ids[1].clone(), json!("second")));
        client.deliver(Response::from_error(ids[0].clone(), jsonrpc::Error::method_not_found()));
        // Nobody asked for these.
        client.deliver(Response::from_ok(ids[1].clone(), json!("again")));
        client.deliver(Response::from_ok(Id::String("x".to_owned()), json!("odd")));
        assert_eq!(second.await.expect("join"), Ok(json!("second")));
        assert_eq!(first.await.expect("join").expect_err("an error").code.code(), -32601);
        assert!(!third.is_finished());
        third.abort();
    }
}
