//! The conversation with an editor.
//!
//! A message's way: `transport` (threads that read and write) → `frame` (bytes to well-formed
//! messages) → the framework (`tower_lsp_server::Server`: which message is what, many answers at
//! once) → `conversation` (order, phases, errors) → a row of `notifications`, which changes the
//! `session` with its `documents` and `settings`, or a row of `features`, which answers from a
//! snapshot and shapes it by `answers`. `client` and `diagnostics` are what the server says unasked. `convert` alone knows
//! positions, `capabilities` alone what a client declares, `sizes` who is
//! asked what images weigh.

mod answers;
mod capabilities;
mod client;
mod conversation;
mod convert;
mod diagnostics;
mod documents;
mod features;
mod frame;
mod log;
mod notifications;
mod parent;
mod secret;
mod session;
pub mod settings;
mod sizes;
mod transport;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tower_lsp_server::Server;

use self::client::Client;
use self::conversation::Conversation;
use self::session::Core;
use self::transport::Connection;

pub use self::documents::is_dockerfile_name;
pub use self::log::VARIABLE as LOG_VARIABLE;
pub use self::secret::without_user;
pub use self::settings::{KEYS as SETTINGS, Key, Level, Settings};
pub use self::transport::Channel;

/// How long, after the client has closed its side or said `exit`, running work and unread answers
/// may hold the end up.
const PATIENCE: Duration = Duration::from_secs(1);

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where the client is.
    pub channel: Channel,
    /// The process whose end is the server's end.
    pub client_process: Option<i64>,
    /// The file to log to instead of standard error.
    pub log_file: Option<PathBuf>,
}

/// Serves one client to the end and returns the process's exit code: 0 after `shutdown`, else 1.
pub fn run(options: &Options) -> io::Result<u8> {
    log::start(options.log_file.as_deref())?;
    let connection = transport::connect(&options.channel)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let code = runtime.block_on(serve(connection, options.client_process));
    // Work that is still running ends with the process.
    runtime.shutdown_background();
    Ok(code)
}

async fn serve(connection: Connection, client_process: Option<i64>) -> u8 {
    let Connection { inbound, outbound, closed, writer } = connection;
    let (client, mail, mut answers) = Client::new();
    let core = Core::new(client.clone(), diagnostics::find);
    if let Some(process) = client_process {
        watch(process, &core);
    }
    tokio::spawn(async move {
        while let Ok(answer) = answers.recv().await {
            client.deliver(answer);
        }
    });
    let conversation = Conversation::new(core.clone(), features::all(), watch);
    // No limit: what is left to futures is waiting for threads, and an answer that is ready must not
    // wait for others that are not.
    let serving =
        Server::new(inbound, outbound, mail).concurrency_level(usize::MAX).serve(conversation);
    tokio::select! {
        () = serving => {}
        () = async { drop(closed.await); tokio::time::sleep(PATIENCE).await; } => {
            tracing::warn!("left with work that was not done");
        }
    }
    writer.finish(PATIENCE);
    core.session().exit_code()
}

/// Ends the server when that process has ended, without ado: nobody is there to read.
fn watch(process: i64, core: &Core) {
    let core = core.clone();
    parent::watch(process, move || {
        tracing::warn!("process {process} has gone, so the server goes, too");
        std::process::exit(core.session().exit_code().into());
    });
}
