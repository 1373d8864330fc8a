//! Findings as text to read and as data to process: one file a format.

mod excerpt;
mod github;
mod json;
mod text;

use std::io;

use clap::ValueEnum;

pub use json::{Record, record};
pub use text::excerpt;

use super::document::Document;
use super::out::{Out, printable};
use crate::check::{Finding, Severity};

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The lines of the file with a mark under the exact place
    #[default]
    Text,
    /// One line a finding
    #[value(help = "One line a finding: PATH:LINE:COLUMN: SEVERITY[CODE]: MESSAGE")]
    Concise,
    /// One JSON array of all findings
    Json,
    /// One JSON object a line
    JsonLines,
    /// Workflow commands: annotations on the lines of a pull request
    Github,
}

/// Prints the findings of one file after the other.
pub struct Printer {
    format: Format,
    any: bool,
}

impl Printer {
    /// A printer for one run.
    pub fn new(format: Format) -> Printer {
        Printer { format, any: false }
    }

    /// Prints what was found in a file.
    pub fn file(
        &mut self,
        out: &mut Out,
        document: &Document,
        findings: &[Finding],
    ) -> io::Result<()> {
        for finding in findings {
            match self.format {
                Format::Text => out.text(&text::excerpt(document, finding, out.is_styled()))?,
                Format::Concise => out.text(&concise(document, finding))?,
                Format::Github => out.text(&github::command(document, finding))?,
                Format::JsonLines => out.bytes(&json::line(document, finding)?)?,
                Format::Json => {
                    out.bytes(if self.any { b",\n" } else { b"[\n" })?;
                    out.bytes(json::line(document, finding)?.trim_ascii_end())?;
                }
            }
            self.any = true;
        }
        Ok(())
    }

    /// Prints what belongs behind the last file.
    pub fn end(&self, out: &mut Out) -> io::Result<()> {
        match (self.format, self.any) {
            (Format::Json, true) => out.bytes(b"\n]\n"),
            (Format::Json, false) => out.bytes(b"[]\n"),
            _ => Ok(()),
        }
    }
}

fn concise(document: &Document, finding: &Finding) -> String {
    let place = document.place(finding.range.start());
    format!(
        "{}:{}:{}: {}[{}]: {}\n",
        printable(&document.name),
        place.line,
        place.column,
        severity_name(finding.severity),
        finding.code,
        printable(&finding.message)
    )
}

/// The name of a severity, in every format.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    }
}
