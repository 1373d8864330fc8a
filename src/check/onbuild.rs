//! `ONBUILD`: which instructions it may hold.
//!
//! Source: `frontend/dockerfile/instructions/parse.go` (`parseOnBuild`).

use super::{Finding, InstructionContext, Phase};
use crate::language::Keyword;
use crate::syntax::Arguments;

/// The instruction that `word` is, if it cannot be a trigger. Go's upper case decides, in which a
/// dotless `ı` is an `I` too.
pub fn refused(word: &str) -> Option<&'static str> {
    let upper = word.to_uppercase();
    ["ONBUILD", "FROM", "MAINTAINER"].into_iter().find(|name| *name == upper)
}

/// Triggers that are none.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Arguments::Nested(trigger) = &context.command.arguments else { return };
    if context.trigger || !context.is(Keyword::Onbuild) {
        return;
    }
    let range = trigger.keyword_range;
    let outer = context.command.keyword_range;
    let link = Keyword::Onbuild.info().link;
    let (code, message) = match refused(&context.text(range)) {
        Some("ONBUILD") => (
            "onbuild-chain",
            "ONBUILD cannot stand in ONBUILD: a trigger fires once, in the next build. Delete one."
                .to_owned(),
        ),
        Some(name) => {
            ("onbuild-trigger", format!("{name} cannot be a trigger. Delete ONBUILD before it."))
        }
        None => return,
    };
    let finding = Finding::refused(code, Phase::Instruction, range, message).with_link(link);
    let gap = crate::text::TextRange::new(outer.start(), range.start());
    findings.push(match code {
        "onbuild-chain" => finding.replace("Delete one `ONBUILD`", gap, ""),
        _ => finding.maybe_replace("Delete `ONBUILD`", gap, ""),
    });
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn triggers_that_are_none() {
        check("FROM a\nONBUILD ⟦ONBUILD⟧ RUN x\n", &["onbuild-chain"]);
        check("FROM a\nONBUILD ⟦onbuıld⟧ x\n", &["onbuild-chain"]);
        check("FROM a\nONBUILD ⟦FROM⟧ b\nONBUILD ⟦Maintainer⟧ c\n", &["onbuild-trigger"; 2]);
        fixed("FROM a\nONBUILD ONBUILD RUN x\n", "onbuild-chain", "FROM a\nONBUILD RUN x\n");
        fixed("FROM a\nONBUILD FROM b\n", "onbuild-trigger", "FROM a\nFROM b\n");
        sound(&["ONBUILD RUN x", "ONBUILD -- RUN x", "onbuild copy a b"]);
    }
}
