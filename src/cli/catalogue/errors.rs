//! `stagewright catalogue errors`: how far estimates are from the truth.

use std::borrow::Cow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::{read_table, write_file};
use crate::cli::finish;
use crate::cli::out::{Color, Out};
use crate::cli::table;
use crate::image::catalogue::Catalogue;
use crate::image::catalogue::pack::pack;
use crate::image::estimate::judge::{Judgement, Verdict, judge};

const HELP: &str = "\
This is the command that the project judges its estimates with: its table stands in docs/sizes.md,
and the ranges that are shown with estimates are what --write makes.

  stagewright catalogue errors
  stagewright catalogue errors --from data/image-sizes.tsv --write src/image/estimate/ranges.tsv

The columns:
  CLASS   a way of estimating
  IMAGES  how many images were estimated in that way, each without itself under whichever tag
  MEDIAN  half of the estimates are at most this far off, as a part of the truth
  P90     nine of ten are at most this far off
  RANGE   what is shown, in terms of the estimate; a class without one is not shown
  INSIDE  the part of the true sizes that lies in it
  UNSEEN  the same, had the range been made without the images of the same repository

JSON:
  {classes, near, shown}: near is one of {class, images, median, p90, range: {low, middle, high},
  width, inside, inside_unseen}, the other two are arrays of these. Parts are from 0 to 1.";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = HELP, after_long_help = HELP)]
pub struct Errors {
    /// A table of measured sizes, in the place of the catalogue in the binary
    #[arg(long, value_name = "TABLE")]
    from: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Write the ranges of the classes to that file
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    classes: &'a [Verdict],
    near: &'a Verdict,
    shown: &'a [Verdict],
}

/// Judges and tells. Errors: a text for people.
pub fn run(arguments: &Errors) -> Result<ExitCode, String> {
    let judgement = match &arguments.from {
        None => judge(Catalogue::embedded()),
        Some(path) => {
            let packed = pack(&read_table(path)?)?;
            judge(&Catalogue::new(Cow::Owned(packed)).map_err(|error| error.to_string())?)
        }
    };
    if let Some(path) = &arguments.write {
        write_file(path, judgement.ranges.print().as_bytes())?;
    }
    let text = match arguments.json {
        true => as_json(&judgement)?,
        false => as_text(&judgement),
    };
    let mut out = Out::stdout(Color::default());
    Ok(finish(out.text(&text).and_then(|()| out.flush()), ExitCode::SUCCESS))
}

fn as_json(judgement: &Judgement) -> Result<String, String> {
    let Judgement { classes, near, shown, .. } = judgement;
    let json = serde_json::to_string_pretty(&Report { classes, near, shown });
    json.map(|json| json + "\n").map_err(|error| error.to_string())
}

fn as_text(judgement: &Judgement) -> String {
    let header = ["CLASS", "IMAGES", "MEDIAN", "P90", "RANGE", "INSIDE", "UNSEEN"];
    let mut rows = vec![header.map(ToOwned::to_owned).to_vec()];
    rows.extend(judgement.classes.iter().map(row));
    rows.push(Vec::new());
    rows.push(row(&judgement.near));
    rows.extend(judgement.shown.iter().map(row));
    table::render(&rows)
}

fn row(verdict: &Verdict) -> Vec<String> {
    let percent = |part: f64| format!("{:.1} %", part * 100.0);
    let maybe = |part: Option<f64>| part.map_or_else(|| "–".to_owned(), percent);
    let range = verdict.range.map(|range| format!("{:.2}–{:.2}", range.low, range.high));
    vec![
        verdict.class.clone(),
        verdict.images.to_string(),
        percent(verdict.median),
        percent(verdict.p90),
        range.unwrap_or_else(|| "–".to_owned()),
        maybe(verdict.inside),
        maybe(verdict.inside_unseen),
    ]
}
