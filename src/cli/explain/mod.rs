//! `stagewright explain`: what an editor would show of a file, or what a finding's code means.
//!
//! | file | what it does |
//! |---|---|
//! | `facts.rs` | what there is to say of a file, as data |
//! | `size.rs` | what the image of a stage weighs |
//! | `start.rs` | what the image of a stage runs |
//! | `graph.rs` | the stages as a picture |
//! | `splits.rs` | what splitting the file offers, or why nothing |
//! | `text.rs` | all of it as text |

mod facts;
mod graph;
mod size;
mod splits;
mod start;
mod text;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use self::facts::Explanation;
use super::document::{self, Document};
use super::out::{Color, Out, printable};
use super::{fail, finish, rules};
use crate::check::{Rule, Severity};
use crate::ide::images::View;
use crate::image::Unit;
use crate::language::nearest::{MAX_DISTANCE, nearest};
use crate::language::platform::Platform;

const EXAMPLES: &str = "\
Examples:
  stagewright explain Dockerfile                  the stages and what holds at their ends
  stagewright explain Dockerfile --target test    which of them are built for `test`
  stagewright explain docker/Dockerfile --context .
                                                  built in this folder, not in docker/
  stagewright explain - --json < Dockerfile       the same as data, from standard input
  stagewright explain unknown-instruction         what a code of `check` means

A file that is called like a code is meant by ./NAME.

In the graph a stage stands below what it is built on. An arrow is something that is copied or
mounted from another stage or image.

Sizes are those of the catalogue in the program, or of your own, and of the files in the build
context; no engine and no registry is asked. A size with ≥ leaves out what is not known.

Below `Splits` stands what `stagewright split` would make of a file with one stage, or why not.

Exit code: 0, whatever is found; 2 for wrong use and for what could not be read.";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct Explain {
    /// A Dockerfile, `-` for standard input, or the code of a finding
    #[arg(value_name = "FILE|CODE")]
    subject: String,
    /// The stage to build, instead of the last one
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The folder that the file is built in, instead of the one that it is in
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
    /// The platform that is built for where the file names none, instead of this machine's
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    platform: Option<Platform>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    color: Color,
}

/// Explains what the arguments name.
pub fn run(arguments: &Explain) -> ExitCode {
    let subject = arguments.subject.as_str();
    let text = match rules::rule(subject) {
        Some(rule) => Ok(explain_rule(rule, arguments.json)),
        None => explain_file(arguments),
    };
    match text {
        Ok(text) => {
            let mut out = Out::stdout(arguments.color);
            finish(out.text(&text).and_then(|()| out.flush()), ExitCode::SUCCESS)
        }
        Err(message) => fail(&format!("error: {}", printable(&message))),
    }
}

fn explain_rule(rule: &Rule, json: bool) -> String {
    let severity = super::report::severity_name(rule.severity);
    if json {
        return format!("{:#}\n", rules::data(rule));
    }
    let weight = match rule.severity {
        Severity::Error => "BuildKit refuses a file that has it.",
        Severity::Warning => "The file builds, but probably does not do what was meant.",
        Severity::Information => "Worth knowing; there may be nothing to mend.",
        Severity::Hint => "A remark that is not counted.",
    };
    format!("{} ({severity})\n\n  {}.\n  {weight}\n", rule.code, rule.sense)
}

fn explain_file(arguments: &Explain) -> Result<String, String> {
    let subject = arguments.subject.as_str();
    let bytes = match subject {
        "-" => document::read(io::stdin().lock()),
        path => document::read_file(Path::new(path)),
    };
    let bytes = bytes.map_err(|error| {
        let codes = rules::all().into_iter().map(|rule| rule.code);
        let hint = nearest(subject, codes, MAX_DISTANCE)
            .map(|code| format!(" (did you mean the code {code}?)"));
        format!("{subject} {error}{}", hint.unwrap_or_default())
    })?;
    let name = if subject == "-" { "<stdin>" } else { subject };
    let document = Document::new(name.to_owned(), &bytes);
    let target = target(&document, arguments.target.as_deref())?;
    let findings = document.findings();
    let context = document::context(subject, arguments.context.as_deref())?;
    let (offline, host) = (super::offline(), Platform::host());
    let platform = arguments.platform.as_ref().unwrap_or(&host);
    let view = View { sizes: &offline, platform, unit: Unit::default() };
    let context = context.as_ref().map_err(String::as_str);
    let sizes = size::all(&document, view, context);
    let splits = splits::all(&document, view, context);
    let explanation = Explanation::new(&document, &findings, target, sizes, splits);
    if arguments.json {
        let json = serde_json::to_string_pretty(&explanation);
        return json.map(|json| json + "\n").map_err(|error| error.to_string());
    }
    let styled = Out::stdout(arguments.color).is_styled();
    Ok(text::render(&explanation, &document, &findings, styled))
}

/// A platform, as an argument.
pub fn platform(text: &str) -> Result<Platform, &'static str> {
    Platform::parse(text).ok_or("a platform is written as linux/amd64")
}

/// The number of the stage to build: the one of that name, or the last; `None` without any stage.
fn target(document: &Document, name: Option<&str>) -> Result<Option<usize>, String> {
    let model = document.snapshot().model();
    let Some(name) = name else { return Ok(model.stages().len().checked_sub(1)) };
    if let Some(stage) = model.target(name) {
        return Ok(Some(stage.index));
    }
    let mut names: Vec<_> = model.names().all().collect();
    names.sort_unstable();
    let hint = match nearest(name, names.iter().copied(), MAX_DISTANCE) {
        Some(near) => format!("did you mean {near}?"),
        None if names.is_empty() => "no stage there has a name".to_owned(),
        None => format!("there are {}", names.join(", ")),
    };
    Err(format!("{} has no stage {name}: {hint}", document.name))
}
