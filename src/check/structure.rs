//! Files without instructions, without stages, and instructions before the first stage.

use super::rule::ModelLook;
use super::{Finding, Issue, Phase};
use crate::language::Keyword;
use crate::model::Model;
use crate::text::{TextRange, TextSize};

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#from";

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

/// What [`Issue::number`] says here.
const EMPTY: usize = 0;
const NO_STAGE: usize = 1;
const BEFORE_STAGE: usize = 2;

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let first = model.stages().first().map(|stage| stage.item);
    let mut head = model.instructions().take_while(|(placed, _)| Some(placed.index) != first);
    let mut any = false;
    // Only ARG may stand before the first FROM. What is no instruction has a finding of its own.
    let odd = head.find(|(_, facts)| {
        any = true;
        facts.keyword.is_some_and(|keyword| keyword != Keyword::Arg)
    });
    if let Some((placed, _)) = odd {
        issues.push(Issue { item: placed.index, other: None, number: BEFORE_STAGE });
    } else if first.is_none() {
        let number = if any { NO_STAGE } else { EMPTY };
        issues.push(Issue { item: 0, other: None, number });
    }
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let keyword = |item: usize| {
        let placed = model.tree().item(item)?;
        Some(placed.lift(placed.instruction()?.meant().command.keyword_range))
    };
    let finding = match issue.number {
        EMPTY => Finding::refused(
            "empty-file",
            Phase::Parse,
            TextRange::empty(TextSize::new(0)),
            "There is no instruction in this file. Begin with FROM and an image.",
        ),
        NO_STAGE => {
            let first = model.instructions().next().and_then(|(placed, _)| keyword(placed.index));
            Finding::refused(
                "no-stage",
                Phase::Build,
                first.unwrap_or_default(),
                "There is no FROM in this file, so there is nothing to build. Write one with the \
                 image to start from.",
            )
        }
        _ => {
            let finding = Finding::refused(
                "before-from",
                Phase::Instruction,
                keyword(issue.item)?,
                "Only ARG can stand before the first FROM. Write FROM and an image above this.",
            );
            match model.stages().first().and_then(|stage| keyword(stage.item)) {
                Some(from) => finding.with_related(from, "the first FROM"),
                None => finding,
            }
        }
    };
    Some(finding.with_link(LINK))
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn files_without_stages() {
        check("⟦⟧", &["empty-file"]);
        check("⟦⟧# a\n\n# b\n", &["empty-file"]);
        check("⟦ARG⟧ A\nARG B\n", &["no-stage"]);
        check("⟦RUN⟧ x\n", &["before-from"]);
        check("ARG A\n⟦RUN⟧ x\nENV A=b\nFROM a\n", &["before-from"]);
        check("⟦FOO⟧ x\n⟦USER⟧ x\nFROM a\n", &["unknown-instruction", "before-from"]);
        check("# a\nARG A\nFROM a\n", &[]);
    }
}
