//! The server's log: on standard error or in a file, never on standard output.
//!
//! `STAGEWRIGHT_LOG` sets what is logged, in the words of `tracing_subscriber`'s filters (`debug`,
//! `stagewright::server=trace`, …). Without it, warnings and errors are, and the course of the
//! session too where a file was asked for.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

/// The environment variable with the filter.
pub const VARIABLE: &str = "STAGEWRIGHT_LOG";

/// Begins to log, to the end of `file` or to standard error. Panics are logged from now on, too.
pub fn start(file: Option<&Path>) -> io::Result<()> {
    let (writer, default) = match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            (BoxMakeWriter::new(Arc::new(file)), LevelFilter::INFO)
        }
        None => (BoxMakeWriter::new(io::stderr), LevelFilter::WARN),
    };
    let lines = fmt::layer()
        .with_ansi(false)
        // A line that cannot be written is lost; to complain about it would use `eprintln`, which
        // panics when standard error is closed.
        .log_internal_errors(false)
        .with_writer(writer);
    // One that cannot be read counts as none: `EnvFilter::new` would complain by `eprintln`.
    let filter = std::env::var(VARIABLE).ok().and_then(|f| EnvFilter::try_new(f).ok());
    let filtered = match filter {
        Some(filter) => lines.with_filter(filter).boxed(),
        None => lines.with_filter(default).boxed(),
    };
    // This fails where a log was begun already, as in tests; that one stays.
    drop(tracing_subscriber::registry().with(filtered).try_init());
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!("{panic}\n{}", std::backtrace::Backtrace::capture());
    }));
    Ok(())
}
