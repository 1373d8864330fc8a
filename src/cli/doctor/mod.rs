//! `stagewright doctor`: which program this is, and what it goes by.
//!
//! Looks and tells, changes nothing. It asks an engine and a registry only with `--ask`. `gather` makes
//! a [`Report`], of which the JSON is made as it stands, and the text by `show`.

mod gather;
mod settings;
mod show;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use self::gather::Report;
use super::out::{Color, Out, printable};
use super::{fail, finish};
use crate::image::Reference;

/// The exit code where something is wrong.
const WRONG: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  stagewright doctor                                    what to put into a bug report
  stagewright doctor --settings .vscode/settings.json   how the server would read that file
  stagewright doctor --ask golang:1.22                  whether engine and registry answer

The server gets its settings from the editor, which this command cannot see: without --settings it
shows those that hold where the editor sends none. A file is JSON, with comments if you like, as
VS Code's settings.json or the object that an editor sends; what is not below `stagewright` is
passed over where something is. With several files a later one wins.

Nobody is asked over the network, and no engine, without --ask.

JSON:
  {version, commit, built_for, program, on_path, settings: [{name, value, source}], environment:
  [{name, value}], catalogue: {rows, as_of, user, user_rows}, cache: {folder, entries, bytes,
  oldest_seconds, newest_seconds}, engine: {socket, state}, registry: {credentials, state}, rivals:
  [{name, path}], problems}. What is unknown, absent or secret is null.

Exit code:
  0  nothing is wrong
  1  something is: the problems at the end say what to do
  2  wrong use, or something could not be read or written";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct Doctor {
    /// Read settings from this file, as the server reads what an editor sends; `-` is standard input
    #[arg(long, value_name = "FILE")]
    settings: Vec<PathBuf>,
    /// Ask the container engine and the registry of this image, and tell whether they answer
    #[arg(long, value_name = "IMAGE", value_parser = reference)]
    ask: Option<Reference>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn reference(text: &str) -> Result<Reference, String> {
    Reference::parse(text).map_err(|error| error.to_string())
}

/// Looks at everything and tells it.
pub fn run(arguments: &Doctor) -> ExitCode {
    let report = match Report::new(arguments) {
        Ok(report) => report,
        Err(message) => return fail(&format!("error: {}", printable(&message))),
    };
    let code = if report.problems.is_empty() { 0 } else { WRONG };
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&report).map(|json| json + "\n"),
        false => Ok(report.text()),
    };
    let mut out = Out::stdout(Color::default());
    let written = text.map_err(io::Error::other).and_then(|text| out.text(&text));
    finish(written.and_then(|()| out.flush()), ExitCode::from(code))
}
