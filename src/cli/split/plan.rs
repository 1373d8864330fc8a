//! A plan as data: the shape of `split --json`.

use serde::Serialize;

use crate::cli::document::{Document, Place};
use crate::ide::split::{Declined, Offer, Splits};
use crate::image::Amount;
use crate::split::answer::{BuilderLine, Certainty, Evidence, Variant};
use crate::split::plan::RuntimeLine;
use crate::text::TextRange;

/// What there is to say of splitting a file.
#[derive(Serialize)]
pub struct Report<'a> {
    file: &'a str,
    /// What can be made.
    splits: Vec<Plan<'a>>,
    /// What cannot.
    refusals: Vec<Refused>,
}

#[derive(Serialize)]
struct Plan<'a> {
    variant: &'static str,
    title: &'a str,
    preferred: bool,
    certainty: &'static str,
    ecosystem: &'static str,
    /// What the runtime stage starts from.
    runtime: String,
    /// The name of the builder.
    builder: &'a str,
    /// What is copied out of the builder.
    copied: Vec<Copied<'a>>,
    /// Lines of the file that the runtime stage has, too.
    kept: Vec<u32>,
    /// Lines of the file that move to the runtime stage.
    moved: Vec<u32>,
    /// Lines of the file that stay in the builder alone.
    dropped: Vec<u32>,
    /// Lines that the builder gets.
    added: Vec<&'a str>,
    packages: &'a [String],
    evidence: Vec<Proof<'a>>,
    assumptions: &'a [String],
    changes: &'a [String],
    bytes_before: Option<[u64; 3]>,
    bytes_after: Option<[u64; 3]>,
    /// The whole new file.
    result: String,
}

#[derive(Serialize)]
struct Copied<'a> {
    from: &'a str,
    to: &'a str,
    is_folder: bool,
}

/// Why something is held to be so.
#[derive(Serialize)]
struct Proof<'a> {
    text: &'a str,
    /// Where in the Dockerfile.
    start: Option<Place>,
    end: Option<Place>,
    /// The file of the build context.
    file: Option<&'a str>,
}

/// A split that cannot be made.
#[derive(Serialize)]
pub struct Refused {
    /// `null` where it is about both.
    pub variant: Option<&'static str>,
    /// The short name of the reason.
    pub code: &'static str,
    /// The reason: a sentence.
    pub reason: String,
    help: &'static str,
    start: Option<Place>,
    end: Option<Place>,
}

impl<'a> Report<'a> {
    /// What there is to say of a file.
    pub fn new(document: &'a Document, found: &'a Splits) -> Report<'a> {
        Report {
            file: &document.name,
            splits: found.offers.iter().map(|offer| plan(document, offer)).collect(),
            refusals: found.declined.iter().map(|one| refused(document, one)).collect(),
        }
    }
}

fn plan<'a>(document: &'a Document, offer: &'a Offer) -> Plan<'a> {
    let plan = &offer.plan;
    let line = |number: usize| plan.line_numbers.get(number).copied().unwrap_or_default();
    let of = |wanted: fn(&RuntimeLine) -> Option<usize>| -> Vec<u32> {
        plan.lines.iter().filter_map(wanted).map(line).collect()
    };
    let kept = of(|line| match line {
        RuntimeLine::Repeated(number) => Some(*number),
        _ => None,
    });
    let moved: Vec<u32> = plan.moved.iter().copied().map(line).collect();
    let stays = |number: &u32| !kept.contains(number) && !moved.contains(number);
    let dropped = plan.line_numbers.iter().skip(1).copied().filter(stays).collect();
    Plan {
        variant: variant(plan.variant),
        title: &offer.title,
        preferred: offer.preferred,
        certainty: match plan.certainty() {
            Certainty::Proved => "proved",
            Certainty::Likely => "likely",
        },
        ecosystem: plan.ecosystem,
        runtime: plan.runtime.name(),
        builder: &plan.stage,
        copied: plan
            .artifacts
            .iter()
            .map(|one| Copied { from: &one.from, to: &one.to, is_folder: one.is_folder })
            .collect(),
        kept,
        moved,
        dropped,
        added: plan
            .builder
            .iter()
            .map(|(BuilderLine::After(_, text) | BuilderLine::Before(_, text))| text.as_str())
            .collect(),
        packages: &plan.packages,
        evidence: plan.evidence.iter().map(|evidence| proof(document, evidence)).collect(),
        assumptions: &plan.assumptions,
        changes: &plan.changes,
        bytes_before: offer.saving.map(|saving| bytes(saving.before)),
        bytes_after: offer.saving.map(|saving| bytes(saving.after)),
        result: String::from_utf8_lossy(&document.edited(&offer.edits)).into_owned(),
    }
}

fn proof<'a>(document: &Document, evidence: &'a Evidence) -> Proof<'a> {
    let (start, end) = ends(document, evidence.place);
    Proof { text: &evidence.text, start, end, file: evidence.file.as_deref() }
}

/// Why a split cannot be made.
pub fn refused(document: &Document, declined: &Declined) -> Refused {
    let row = declined.refusal.reason.row();
    let (start, end) = ends(document, declined.refusal.place);
    Refused {
        variant: declined.variant.map(variant),
        code: row.code,
        reason: declined.refusal.to_string(),
        help: row.help,
        start,
        end,
    }
}

fn ends(document: &Document, range: Option<TextRange>) -> (Option<Place>, Option<Place>) {
    let place = |offset| document.place(offset);
    (range.map(|range| place(range.start())), range.map(|range| place(range.end())))
}

/// What `--runtime` calls a variant.
pub fn variant(variant: Variant) -> &'static str {
    match variant {
        Variant::Conservative => "conservative",
        Variant::Smallest => "smallest",
    }
}

/// The likeliest number, the least and the most.
fn bytes(amount: Amount) -> [u64; 3] {
    [amount.bytes, amount.low, amount.high]
}
