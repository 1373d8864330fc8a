//! All that is true at one moment of the conversation.
//!
//! One value behind one lock. It is held for the reading or changing of a few fields, never while
//! anything waits; on the server's single thread nobody ever finds it taken, and the threads of slow
//! work do not touch it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::Id;
use tower_lsp_server::ls_types as lsp;

use super::capabilities::ClientShapes;
use super::client::Client;
use super::convert;
use super::diagnostics::{Find, Publisher};
use super::documents::Documents;
use super::features::{Ask, Cancelled};
use super::settings::Settings;
use super::sizes;
use crate::image::Sizes;
use crate::language::platform::Platform;
use crate::text::Encoding;

/// Where the conversation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Before `initialize`.
    #[default]
    New,
    /// Between `initialize` and `shutdown`.
    Running,
    /// After `shutdown`.
    Down,
}

/// See the module.
pub struct Session {
    /// Where the conversation stands.
    pub phase: Phase,
    /// The encoding of positions.
    pub encoding: Encoding,
    /// What shapes of answers the client takes.
    pub client: Arc<ClientShapes>,
    /// How much the client wants to be told of what the server does.
    pub trace: lsp::TraceValue,
    /// The open documents.
    pub documents: Documents,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// Counts the changes of the settings in force.
    pub settings_revision: u64,
    /// Who tells what images weigh, as the settings have it.
    pub sizes: Arc<dyn Sizes>,
    /// What they are made of.
    pub layers: Layers,
    /// What was wrong with them when they were read last.
    complaints: Vec<String>,
    /// The slow requests that have no answer yet.
    pub running: HashMap<Id, Running>,
}

/// The settings as they came, each replaced as a whole by its next sending.
#[derive(Default)]
pub struct Layers {
    /// With `initialize`.
    pub initial: Value,
    /// With `workspace/didChangeConfiguration`.
    pub pushed: Value,
    /// As an answer to `workspace/configuration`.
    pub pulled: Value,
}

/// A slow request that has no answer yet.
pub struct Running {
    /// Tells the work.
    pub cancelled: Cancelled,
    /// Tells the one who waits for the work.
    pub cancel: oneshot::Sender<()>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            phase: Phase::default(),
            encoding: Encoding::Utf16,
            client: Arc::default(),
            trace: lsp::TraceValue::Off,
            documents: Documents::default(),
            settings: Arc::default(),
            settings_revision: 0,
            sizes: Arc::new(sizes::offline()),
            layers: Layers::default(),
            complaints: Vec::new(),
            running: HashMap::new(),
        }
    }
}

impl Session {
    /// Whether that document is no longer, or not as, it was at that revision.
    pub fn has_moved_on(&self, uri: &str, revision: u64) -> bool {
        self.documents.get(uri).is_none_or(|document| document.revision != revision)
    }

    /// Makes the settings of their layers. Tells whether they changed, and what is wrong with them
    /// that was not told before.
    pub fn renew_settings(&mut self) -> (bool, Vec<String>) {
        let Layers { initial, pushed, pulled } = &self.layers;
        let (settings, complaints) = Settings::read([initial, pushed, pulled]);
        let told = std::mem::replace(&mut self.complaints, complaints.clone());
        let complaints =
            complaints.into_iter().filter(|complaint| !told.contains(complaint)).collect();
        let changed = settings != *self.settings;
        if changed {
            self.settings = Arc::new(settings);
            self.settings_revision += 1;
        }
        (changed, complaints)
    }

    /// `$/cancelRequest`. An id that is not running is one whose answer is on its way.
    pub fn cancel(&mut self, id: &Id) {
        if let Some(running) = self.running.remove(id) {
            running.cancelled.set();
            // The one who waits may have its result by now.
            let _ = running.cancel.send(());
        }
    }

    /// Cancels all that runs.
    pub fn cancel_all(&mut self) {
        for id in self.running.keys().cloned().collect::<Vec<_>>() {
            self.cancel(&id);
        }
    }

    /// `shutdown`.
    pub fn shut_down(&mut self) {
        self.phase = Phase::Down;
        self.cancel_all();
    }

    /// The process's exit code if the conversation ends here.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.phase != Phase::Down)
    }
}

/// The platform that is meant where a file names none.
fn platform(settings: &Settings) -> Platform {
    let host = Platform::host();
    let set = settings.size.platform.as_deref().and_then(Platform::parse);
    set.map_or_else(|| host.clone(), |set| set.or(&host))
}

/// What every part of the server can reach. Clones share it.
#[derive(Clone)]
pub struct Core {
    session: Arc<Mutex<Session>>,
    /// To tell the client something.
    pub client: Client,
    /// To have diagnostics pushed.
    pub publisher: Publisher,
}

impl Core {
    /// A session that has not begun. `find` makes the diagnostics that are pushed. Must be called on
    /// the runtime that will serve it.
    pub fn new(client: Client, find: Find) -> Self {
        let session = Arc::default();
        let (publisher, queue) = Publisher::new();
        let core = Self { session, client, publisher };
        tokio::spawn(Publisher::run(core.clone(), find, queue));
        core
    }

    /// `shutdown`. The client is told and asked nothing more: it need not be there to answer.
    pub fn shut_down(&self) {
        self.session().shut_down();
        self.client.fall_silent();
    }

    /// The session. A panic of an earlier holder does not matter: each field is sound by itself.
    pub fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is true now, for a request about that document; `None` where there is no Dockerfile to
    /// answer from.
    pub fn ask(&self, uri: &str, cancelled: &Cancelled) -> Option<Ask> {
        let session = self.session();
        let document = session.documents.get(uri)?;
        Some(Ask {
            uri: convert::uri(uri)?,
            snapshot: document.snapshot()?.clone(),
            revision: document.revision,
            version: document.version,
            encoding: session.encoding,
            client: session.client.clone(),
            window: self.client.clone(),
            settings: session.settings.clone(),
            settings_revision: session.settings_revision,
            sizes: session.sizes.clone(),
            platform: platform(&session.settings),
            told: document.told.clone(),
            cancelled: cancelled.clone(),
            splits: OnceLock::new(),
        })
    }

    /// Has whom the settings name asked what images weigh.
    pub fn renew_sizes(&self) {
        let (settings, client) = {
            let session = self.session();
            (session.settings.clone(), session.client.clone())
        };
        let sizes = sizes::sizes(&settings.size, &self.client, client.refresh_hints);
        self.session().sizes = sizes;
    }

    /// Tells a client that wants to know how long something took.
    pub fn trace(&self, method: &str, begin: Instant) {
        let took = begin.elapsed();
        tracing::debug!("`{method}` took {took:?}");
        if self.session().trace != lsp::TraceValue::Off {
            let message = format!("`{method}` took {took:?}");
            self.client.notify::<lsp::notification::LogTrace>(lsp::LogTraceParams {
                message,
                verbose: None,
            });
        }
    }
}
