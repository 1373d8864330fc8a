//! `stagewright lsp`: serve an editor.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::server::{self, Channel, Options};

/// The arguments that editors pass, in the words of the protocol's "Implementation Considerations".
#[derive(Args, Debug, Default)]
pub struct Lsp {
    /// Talk over standard input and output (what happens anyway, without --socket or --pipe)
    #[arg(long, conflicts_with_all = ["socket", "pipe"])]
    pub stdio: bool,
    /// Talk over a TCP connection to this port of this machine, on which the editor listens
    #[arg(long, alias = "port", value_name = "PORT", conflicts_with = "pipe")]
    pub socket: Option<u16>,
    /// Talk over this Unix socket or Windows pipe, on which the editor listens
    #[arg(long, value_name = "PATH")]
    pub pipe: Option<PathBuf>,
    /// Leave when the process with this id has ended
    #[arg(long = "clientProcessId", alias = "client-process-id", value_name = "PID")]
    pub client_process_id: Option<i64>,
    /// Log to the end of this file instead of standard error (STAGEWRIGHT_LOG=debug for more)
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

/// Serves until the editor leaves.
pub fn run(arguments: Lsp) -> ExitCode {
    let channel = match (arguments.socket, arguments.pipe) {
        (Some(port), _) => Channel::Socket(port),
        (_, Some(path)) => Channel::Pipe(path),
        _ => Channel::Stdio,
    };
    let options = Options {
        channel,
        client_process: arguments.client_process_id,
        log_file: arguments.log_file,
    };
    match server::run(&options) {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::fail(&format!("cannot serve the editor: {error}")),
    }
}

impl Lsp {
    /// Whether there is an argument that says how to talk.
    pub fn names_a_channel(&self) -> bool {
        self.stdio || self.socket.is_some() || self.pipe.is_some()
    }
}
