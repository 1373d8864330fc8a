//! Who tells the server what images weigh: the catalogue, and whom the settings let be asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tower_lsp_server::ls_types as lsp;

use super::client::Client;
use super::settings;
use crate::image::engine::Setting as Engine;
use crate::image::online::{Online, Sources};
use crate::image::registry::{self, Hosts};
use crate::image::{Offline, Sizes};

/// How long news is collected before the client is told of it.
const PAUSE: Duration = Duration::from_millis(50);

/// The catalogues: the user's, if there is one, and that in the binary.
pub fn offline() -> Offline {
    Offline::load().unwrap_or_else(|problem| {
        tracing::warn!("{problem}");
        Offline::default()
    })
}

/// The sizes that the settings name. `refresh` says whether the client takes it to be told that
/// there is news. Must be called on the runtime that serves the client.
pub fn sizes(settings: &settings::Size, client: &Client, refresh: bool) -> Arc<dyn Sizes> {
    let offline = offline();
    if settings.engine == Engine::Off && settings.registry == Hosts::None {
        return Arc::new(offline);
    }
    let options = registry::Options {
        hosts: settings.registry.clone(),
        credential_helpers: settings.credential_helpers,
        cache: registry::cache_folder(),
        ..registry::Options::default()
    };
    let sources = Sources::new(offline, &settings.engine, options);
    let (runtime, client) = (Handle::current(), client.clone());
    let told = Arc::new(AtomicBool::new(false));
    Arc::new(Online::start(sources, move || {
        // Answers that come together make one request.
        if !refresh || told.swap(true, Ordering::AcqRel) {
            return;
        }
        let (client, told) = (client.clone(), Arc::clone(&told));
        runtime.spawn(async move {
            tokio::time::sleep(PAUSE).await;
            told.store(false, Ordering::Release);
            client.request::<lsp::request::InlayHintRefreshRequest>(()).await
        });
    }))
}
