//! `ONBUILD`: which instructions it may hold.
//!
//! Source: `frontend/dockerfile/instructions/parse.go` (`parseOnBuild`).

use super::{Finding, InstructionContext, Phase};
use crate::language::Keyword;
use crate::syntax::Arguments;

/// Triggers that are none.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Arguments::Nested(trigger) = &context.command.arguments else { return };
    if context.trigger || !context.is(Keyword::Onbuild) {
        return;
    }
    let range = trigger.keyword_range;
    let outer = context.command.keyword_range;
    let link = Keyword::Onbuild.info().link;
    // Go's upper case: a dotless `ı` becomes an `I` too.
    let (code, message) = match context.text(range).to_uppercase().as_str() {
        "ONBUILD" => (
            "onbuild-chain",
            "ONBUILD cannot stand in ONBUILD: a trigger fires once, in the next build. Delete one."
                .to_owned(),
        ),
        name @ ("FROM" | "MAINTAINER") => {
            ("onbuild-trigger", format!("{name} cannot be a trigger. Delete ONBUILD before it."))
        }
        _ => return,
    };
    let finding = Finding::refused(code, Phase::Instruction, range, message).with_link(link);
    let gap = crate::text::TextRange::new(outer.start(), range.start());
    findings.push(match code {
        "onbuild-chain" => finding.replace("Delete one `ONBUILD`", gap, ""),
        _ => finding.maybe_replace("Delete `ONBUILD`", gap, ""),
    });
}
