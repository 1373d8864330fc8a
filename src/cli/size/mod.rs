//! `stagewright size`: what images weigh.
//!
//! | file | what it does |
//! |---|---|
//! | `subject.rs` | which images the arguments name |
//! | `ask.rs` | who is asked besides the catalogue |
//! | `record.rs` | what is known of an image, as data |
//! | `text.rs` | the same as a table |
//! | `stage.rs` | what the last stage of a file weighs |
//! | `compare.rs` | the variants of a repository as a picture |

mod ask;
mod compare;
mod record;
mod stage;
mod subject;
mod text;

use std::convert::Infallible;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use self::ask::Ask;
use self::subject::Subject;
use super::out::{Color, Out, say};
use super::{fail, finish, parallel};
use crate::ide::images::View;
use crate::image::online::Sources;
use crate::image::{Figure, Source, Unit};
use crate::language::platform::Platform;

/// The exit code where the size of some image is unknown.
const UNKNOWN: u8 = 1;
/// How many images are asked about at one time.
const JOBS: usize = 4;

const EXAMPLES: &str = "\
Examples:
  stagewright size golang:1.22 python:3.12-slim    what these weigh
  stagewright size Dockerfile                      all images that the file names
  stagewright size node:22 --compare               the variants of `node` beside each other
  stagewright size acme/app:1 --registry on        ask the registry, for an exact pull size
  stagewright size golang:1.22 --engine auto       ask the local Docker or Podman, which may have it

What the figures are:
  PULL is what is downloaded, the compressed layers; DISK is what lies on the disk, the unpacked
  ones, as `docker images` counts them. A figure comes from the best of these: the local engine, a
  registry, the catalogue of measured images, an estimate from relatives of the image. An estimate
  is a range, in which the truth lies in at least four of five cases.
  The catalogue is in this binary; `stagewright catalogue update` makes another one, which counts
  more. Nobody is asked over the network, and no engine, unless an option says so.

JSON:
  {image, platform, pull_bytes, pull_range, disk_bytes, disk_range, source, as_of, basis, reason,
  pull_source, disk_source, layers, created, digest, notes, file, line} for each image. Sizes are in
  bytes, with their range as [low, high]; source is where the surer of the two sizes is from:
  engine, registry, catalogue, estimate or unknown, with its date in as_of; basis is what an
  estimate rests on; reason says why neither size is known; notes are failures of those who were
  asked. What is unknown, and a place where there is no file, is null.

Exit code:
  0  there is a figure of each image
  1  neither size of some image is known
  2  wrong use, or something could not be read or written";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct Size {
    /// Names of images, and Dockerfiles; `-` is a Dockerfile on standard input
    #[arg(value_name = "IMAGE|FILE", required = true)]
    subjects: Vec<String>,
    /// The platform, where a FROM does not name its own [default: Linux on this machine's processor]
    #[arg(long, value_name = "OS/ARCH", value_parser = platform)]
    platform: Option<Platform>,
    /// Draw the variants of each repository, at the version that is named
    #[arg(long, conflicts_with = "json")]
    compare: bool,
    /// Print a JSON array of objects
    #[arg(long)]
    json: bool,
    /// The unit of sizes in text: MB = 10^6 bytes, as `docker images` has them, or MiB = 2^20
    #[arg(long, value_enum, value_name = "UNIT", default_value_t)]
    unit: UnitName,
    #[command(flatten)]
    ask: Ask,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum UnitName {
    #[default]
    #[value(name = "MB")]
    Decimal,
    #[value(name = "MiB")]
    Binary,
}

impl From<UnitName> for Unit {
    fn from(name: UnitName) -> Unit {
        match name {
            UnitName::Decimal => Unit::Decimal,
            UnitName::Binary => Unit::Binary,
        }
    }
}

/// Reads the value of `--platform`, whose open half is that of this machine.
pub fn platform(text: &str) -> Result<Platform, String> {
    let platform = Platform::parse(text).ok_or("it is no platform, such as linux/arm64")?;
    Ok(platform.or(&Platform::host()))
}

/// Tells what the images weigh that the arguments name.
pub fn run(arguments: &Size) -> ExitCode {
    let platform = arguments.platform.clone().unwrap_or_else(Platform::host);
    let (subjects, documents) = match subject::all(&arguments.subjects, &platform) {
        Ok(found) => found,
        Err(message) => return fail(&format!("error: {message}")),
    };
    if subjects.is_empty() {
        say("No image is named there.");
    }
    let sources = arguments.ask.sources();
    let figures = figures(&sources, &subjects);
    let known: Vec<_> = subjects.iter().zip(&figures).collect();
    let unit = arguments.unit.into();
    let text = match arguments {
        Size { json: true, .. } => record::render(&known),
        Size { compare: true, .. } => compare::render(&known, &sources.offline, unit),
        _ => {
            let view = View { sizes: &sources.offline, platform: &platform, unit };
            Ok(text::render(&known, unit) + &stage::render(&documents, view))
        }
    };
    let unknown = figures.iter().any(|figure| figure.source() == Source::Unknown);
    let code = if unknown { ExitCode::from(UNKNOWN) } else { ExitCode::SUCCESS };
    let mut out = Out::stdout(Color::default());
    finish(text.and_then(|text| out.text(&text)).and_then(|()| out.flush()), code)
}

/// What is known of each subject, in their order.
fn figures(sources: &Sources, subjects: &[Subject]) -> Vec<Figure> {
    let mut figures = vec![Figure::default(); subjects.len()];
    let work = |subject: &Subject| subject.figure(sources);
    let Ok(()) = parallel::each(subjects, JOBS, work, |number, figure| {
        figures[number] = figure;
        Ok::<(), Infallible>(())
    });
    figures
}
