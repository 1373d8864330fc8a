//! Findings as workflow commands of GitHub Actions.
//!
//! Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of its
//! toolkit (`packages/core/src/command.ts`).

use crate::check::{Finding, Severity};
use crate::cli::document::Document;

/// The command that puts a finding on its lines.
pub fn command(document: &Document, finding: &Finding) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "notice",
    };
    let start = document.place(finding.range.start());
    let end = document.place(finding.range.end());
    // Columns are taken only where both are on one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    format!(
        "::{name} file={},line={},endLine={}{columns},title={}::{}\n",
        property(&document.name),
        start.line,
        end.line,
        property(&format!("stagewright: {}", finding.code)),
        data(&finding.message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(data("50%: a,\r\nb"), "50%25: a,%0D%0Ab");
        assert_eq!(property("50%: a,\r\nb"), "50%25%3A a%2C%0D%0Ab");
    }
}
