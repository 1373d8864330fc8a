//! `stagewright catalogue`: making catalogues of measured sizes, and judging what is estimated from
//! them.
//!
//! | file | what it does |
//! |---|---|
//! | `update.rs` | a catalogue from a table |
//! | `survey.rs` | a table from what a registry tells |
//! | `growing.rs` | a table on the disk that grows line by line |
//! | `errors.rs` | how good the estimates are |

mod errors;
mod growing;
mod survey;
mod update;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::document::{self, Unreadable};
use super::fail;
use super::out::printable;
use crate::image::catalogue::record::{self, Record};
use crate::image::file;

/// The arguments.
#[derive(Args, Debug)]
pub struct Catalogue {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a catalogue, from a table or by asking a registry
    Update(update::Update),
    /// Tell how far estimates are from the truth: each measured image is estimated as if it were
    /// not in the catalogue
    Errors(errors::Errors),
}

/// Does what the arguments name.
pub fn run(arguments: &Catalogue) -> ExitCode {
    let done = match &arguments.command {
        Command::Update(arguments) => update::run(arguments),
        Command::Errors(arguments) => errors::run(arguments),
    };
    done.unwrap_or_else(|message| fail(&format!("error: {}", printable(&message))))
}

/// Reads a table. Errors: a text for people.
fn read_table(path: &Path) -> Result<Vec<Record>, String> {
    let text = read_text(path).map_err(|error| format!("{} {error}", path.display()))?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Vec<Record>, String> {
    record::parse(text).map_err(|error| format!("{}, {error}", path.display()))
}

fn read_text(path: &Path) -> Result<String, Unreadable> {
    String::from_utf8(document::read_file(path)?).map_err(|_| Unreadable::Binary)
}

/// Writes a file as a whole. Errors: a text for people.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let written = file::write(path, bytes);
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
