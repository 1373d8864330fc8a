//! Findings as data.

use std::io;

use serde::Serialize;

use super::severity_name;
use crate::check::{Finding, Fix, Phase};
use crate::cli::document::{Document, Place};
use crate::text::TextRange;

/// A finding, as the JSON formats have it.
#[derive(Serialize)]
pub struct Record<'a> {
    file: &'a str,
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    start: Place,
    end: Place,
    fixes: Vec<FixRecord<'a>>,
    related: Vec<RelatedRecord<'a>>,
    link: Option<&'static str>,
    phase: &'static str,
}

#[derive(Serialize)]
struct FixRecord<'a> {
    title: &'a str,
    /// Whether `--fix` applies it.
    sure: bool,
    edits: Vec<EditRecord<'a>>,
}

#[derive(Serialize)]
struct EditRecord<'a> {
    start: Place,
    end: Place,
    insert: &'a str,
}

#[derive(Serialize)]
struct RelatedRecord<'a> {
    message: &'a str,
    start: Place,
    end: Place,
}

/// A finding as data.
pub fn record<'a>(document: &'a Document, finding: &'a Finding) -> Record<'a> {
    let (start, end) = places(document, finding.range);
    Record {
        file: &document.name,
        code: finding.code,
        severity: severity_name(finding.severity),
        message: &finding.message,
        start,
        end,
        fixes: finding.fixes.iter().map(|fix| fix_record(document, fix)).collect(),
        related: finding
            .related
            .iter()
            .map(|related| {
                let (start, end) = places(document, related.range);
                RelatedRecord { message: &related.message, start, end }
            })
            .collect(),
        link: finding.link,
        phase: phase(finding.phase),
    }
}

/// A finding as a line of JSON.
pub fn line(document: &Document, finding: &Finding) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&record(document, finding))?;
    line.push(b'\n');
    Ok(line)
}

fn fix_record<'a>(document: &Document, fix: &'a Fix) -> FixRecord<'a> {
    let edit = |edit: &'a crate::text::Edit| {
        let (start, end) = places(document, edit.range);
        EditRecord { start, end, insert: &edit.insert }
    };
    FixRecord { title: &fix.title, sure: fix.sure, edits: fix.edits.iter().map(edit).collect() }
}

fn places(document: &Document, range: TextRange) -> (Place, Place) {
    (document.place(range.start()), document.place(range.end()))
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Parse => "parse",
        Phase::Instruction => "instruction",
        Phase::Build => "build",
        Phase::Advice => "advice",
    }
}
