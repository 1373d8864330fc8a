//! `stagewright split`: a single-stage file in two stages, or the reason why not.
//!
//! | file | what it does |
//! |---|---|
//! | `merge.rs` | two files that are built one after the other, in one |
//! | `plan.rs` | a plan as data: the shape of `split --json` |

mod merge;
pub mod plan;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgGroup, Args};

use self::plan::Report;
use super::check::mend;
use super::document::{self, Document};
use super::out::{Color, Out, printable, say};
use super::{fail, finish};
use crate::ide::images::View;
use crate::ide::split::{Declined, Offer, Splits, split_onto, splits};
use crate::image::{Reference, Unit};
use crate::language::argument::EMPTY_BASE;
use crate::language::platform::Platform;
use crate::split::answer::Variant;

/// The exit code where the file is not split.
const REFUSED: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  stagewright split Dockerfile                       the file in two stages, on standard output
  stagewright split Dockerfile --diff                the same as a patch
  stagewright split Dockerfile --write               the same, in place
  stagewright split Dockerfile --runtime smallest    on scratch, distroless or a static server
  stagewright split Dockerfile --runtime debian:bookworm-slim
                                                     on an image of your own choice
  stagewright split Dockerfile --json                what is copied, kept and dropped, and why
  stagewright split Dockerfile.build --with Dockerfile.prod --script build.sh
                                                     two files of the old way in one

What is not sure is not done: the reason is told in one sentence. What is only likely stands above
the runtime stage as a comment (`# Assumed: …`), to be looked at. Nothing is built or run, and no
network is asked. docs/splitting.md tells what is proved and how.

Exit code: 0 with a result, 1 where the file is not split, 2 for wrong use and for what could not be
read or written.";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
#[command(group = ArgGroup::new("output").args(["stdout", "diff", "write", "json"]))]
pub struct Split {
    /// A Dockerfile, or `-` for standard input
    file: String,
    /// What the runtime stage starts from: `conservative`, the slim or Alpine sibling of the
    /// builder's image; `smallest`; or an image. Without it, the one that an editor would prefer
    #[arg(long, value_name = "conservative|smallest|IMAGE")]
    runtime: Option<String>,
    /// The folder that the file is built in, instead of the one that it is in
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
    /// The platform that is built for where the file names none, instead of this machine's
    #[arg(long, value_name = "PLATFORM", value_parser = super::explain::platform)]
    platform: Option<Platform>,
    /// Print the new file (this is what is done without an option)
    #[arg(long)]
    stdout: bool,
    /// Print the change as a patch
    #[arg(long)]
    diff: bool,
    /// Write the new file in the place of the old one
    #[arg(long)]
    write: bool,
    /// Print the plans as one JSON object
    #[arg(long)]
    json: bool,
    /// The file that runs what FILE only builds: both are made one new Dockerfile
    #[arg(long, value_name = "FILE", conflicts_with_all = ["runtime", "context", "platform", "diff", "json"])]
    with: Option<PathBuf>,
    /// The script that takes the program out of the first image with `docker cp`
    #[arg(long, value_name = "FILE", requires = "with", conflicts_with_all = ["runtime", "context", "platform", "diff", "json"])]
    script: Option<PathBuf>,
    #[command(flatten)]
    color: Color,
}

/// Splits what the arguments name.
pub fn run(arguments: &Split) -> ExitCode {
    match split(arguments) {
        Ok(code) => code,
        Err(message) => fail(&format!("error: {}", printable(&message))),
    }
}

fn split(arguments: &Split) -> Result<ExitCode, String> {
    if let Some(with) = &arguments.with {
        return merge::run(arguments, with);
    }
    let subject = arguments.file.as_str();
    if subject == "-" && arguments.write {
        return Err("standard input cannot be written to: leave out --write".to_owned());
    }
    let bytes = match subject {
        "-" => document::read(io::stdin().lock()),
        path => document::read_file(Path::new(path)),
    };
    let bytes = bytes.map_err(|error| format!("{subject} {error}"))?;
    let name = if subject == "-" { "<stdin>" } else { subject };
    let document = Document::new(name.to_owned(), &bytes);
    let context = document::context(subject, arguments.context.as_deref())?;
    let context = context.as_ref().map_err(String::as_str);
    let (offline, host) = (super::offline(), Platform::host());
    let platform = arguments.platform.as_ref().unwrap_or(&host);
    let view = View { sizes: &offline, platform, unit: Unit::default() };
    let runtime = Runtime::parse(arguments.runtime.as_deref())?;
    let found = match &runtime {
        Runtime::Image(image) => split_onto(document.snapshot(), view, context, image),
        _ => splits(document.snapshot(), view, context),
    };
    let chosen = runtime.choose(&found);
    if arguments.json {
        let report = Report::new(&document, &found);
        let json = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        let code = if chosen.is_some() { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) };
        let mut out = Out::stdout(arguments.color);
        return Ok(finish(out.text(&(json + "\n")).and_then(|()| out.flush()), code));
    }
    let Some(offer) = chosen else {
        runtime.reasons(&found).for_each(|one| tell(&document, one));
        return Ok(ExitCode::from(REFUSED));
    };
    write(arguments, &document, &bytes, offer)
}

fn write(
    arguments: &Split,
    document: &Document,
    old: &[u8],
    offer: &Offer,
) -> Result<ExitCode, String> {
    let new = document.edited(&offer.edits);
    if arguments.write {
        let path = Path::new(&arguments.file);
        mend::replace(path, old, &new).map_err(|why| format!("{}: {why}", arguments.file))?;
        say(printable(&format!("{}: {}", document.name, offer.title)));
        return Ok(ExitCode::SUCCESS);
    }
    let bytes = match arguments.diff {
        true => mend::diff(&document.name, old, &new).map_err(|error| error.to_string())?,
        false => new,
    };
    let mut out = Out::stdout(arguments.color);
    let code = finish(out.bytes(&bytes).and_then(|()| out.flush()), ExitCode::SUCCESS);
    // The assumptions stand in the file, and the title of `--write` names these.
    for change in &offer.plan.changes {
        say(printable(&format!("{}: note: {change}", document.name)));
    }
    Ok(code)
}

/// Says why the file is not split.
fn tell(document: &Document, declined: &Declined) {
    let place = declined.refusal.place.map(|range| document.place(range.start()));
    let place = place.map(|place| format!(":{}:{}", place.line, place.column));
    let row = declined.refusal.reason.row();
    say(printable(&format!(
        "{}{}: {} [{}]",
        document.name,
        place.unwrap_or_default(),
        declined.refusal,
        row.code
    )));
    say(format!("  help: {}", row.help));
}

/// What is asked for with `--runtime`.
enum Runtime {
    Preferred,
    Variant(Variant),
    Image(Reference),
}

impl Runtime {
    fn parse(text: Option<&str>) -> Result<Runtime, String> {
        Ok(match text {
            None => Runtime::Preferred,
            Some("conservative") => Runtime::Variant(Variant::Conservative),
            Some("smallest") => Runtime::Variant(Variant::Smallest),
            Some(EMPTY_BASE) => Runtime::Image(Reference::empty()),
            Some(text) => {
                Runtime::Image(Reference::parse(text).map_err(|why| format!("{text} {why}"))?)
            }
        })
    }

    fn choose<'f>(&self, found: &'f Splits) -> Option<&'f Offer> {
        let offers = &found.offers;
        match self {
            Runtime::Preferred => offers.iter().find(|offer| offer.preferred),
            Runtime::Variant(variant) => offers.iter().find(|o| o.plan.variant == *variant),
            Runtime::Image(_) => offers.first(),
        }
    }

    /// Why there is none of what is asked for.
    fn reasons<'f>(&self, found: &'f Splits) -> impl Iterator<Item = &'f Declined> {
        let variant = match self {
            Runtime::Variant(variant) => Some(*variant),
            _ => None,
        };
        found
            .declined
            .iter()
            .filter(move |one| variant.is_none() || one.variant.is_none() || one.variant == variant)
    }
}
