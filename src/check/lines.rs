//! What the line parser tells of directives and physical lines.

use super::{Finding, Phase};
use crate::syntax::{Item, MAX_LINE, SyntaxError, SyntaxErrorKind};
use crate::text::TextRange;

const DIRECTIVES: &str = "https://docs.docker.com/reference/dockerfile/#parser-directives";

/// Errors in directives, and lines too long.
pub fn look(item: &Item, findings: &mut Vec<Finding>) {
    for SyntaxError { range, kind } in &item.errors {
        let finding = match kind {
            SyntaxErrorKind::DuplicateDirective => duplicate(item, *range),
            SyntaxErrorKind::InvalidEscape => escape(item, *range),
            SyntaxErrorKind::LineTooLong => Finding::refused(
                "line-too-long",
                Phase::Parse,
                *range,
                format!(
                    "A line may have {MAX_LINE} bytes. Break it with a line continuation, or move \
                     the text into a file."
                ),
            ),
            // The heredoc rules tell of these, and the rules on arguments of the rest.
            _ => continue,
        };
        findings.push(finding);
    }
}

fn duplicate(item: &Item, range: TextRange) -> Finding {
    let name = item.text_at(range).unwrap_or_default();
    let message = format!(
        "The directive `{}` stands above already, and may stand only once. Delete one of the two.",
        name.to_lowercase()
    );
    let whole = TextRange::new(0.into(), item.len());
    Finding::refused("duplicate-directive", Phase::Parse, range, message)
        .maybe_replace("Delete this line", whole, "")
        .with_link(DIRECTIVES)
}

fn escape(item: &Item, range: TextRange) -> Finding {
    let value = item.text_at(range).unwrap_or_default();
    let finding = Finding::refused(
        "invalid-escape",
        Phase::Parse,
        range,
        "The escape character can be `\\` or a backtick, nothing else. Write one of the two.",
    );
    let inner = value.trim_matches(['"', '\'', ' ', '“', '”', '‘', '’']);
    let sure = ["\\", "`"].into_iter().find(|one| inner == *one || inner == one.repeat(2));
    match sure {
        Some(one) => finding.replace(format!("Replace by {one}"), range, one),
        None => finding.maybe_replace("Replace by `", range, "`").maybe_replace(
            "Replace by \\",
            range,
            "\\",
        ),
    }
    .with_link(DIRECTIVES)
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn directives() {
        check("# escape=`\n# ⟦escape⟧=`\nFROM a\n", &["duplicate-directive"]);
        check("# syntax=a\n# ⟦SYNTAX⟧ = b\nFROM a\n", &["duplicate-directive"]);
        check("# escape=⟦^⟧\nFROM a\n", &["invalid-escape"]);
        check("# escape=⟦\\n⟧\nFROM a\n", &["invalid-escape"]);
        check("# hello\n# escape=x\nFROM a\n", &[]);
        fixed("# escape=`\n# escape=`\nFROM a\n", "duplicate-directive", "# escape=`\nFROM a\n");
        fixed("# escape=``\nFROM a\n", "invalid-escape", "# escape=`\nFROM a\n");
        fixed("# escape='\\'\nFROM a\n", "invalid-escape", "# escape=\\\nFROM a\n");
        fixed_by("# escape=x\nFROM a\n", "invalid-escape", 1, "# escape=\\\nFROM a\n");
        not_sure("# escape=x\nFROM a\n", "invalid-escape");
    }

    #[test]
    fn lines_too_long() {
        let line = format!("RUN {}", "x".repeat(65_531));
        check(&format!("FROM a\n{line}\n"), &[]);
        check(&format!("FROM a\n{line}⟦x⟧\n"), &["line-too-long"]);
    }
}
