//! Files without instructions, without stages, and instructions before the first stage.

use super::rule::ModelLook;
use super::{Finding, Issue, Phase};
use crate::language::Keyword;
use crate::model::Model;
use crate::text::{TextRange, TextSize};

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#from";

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

/// What [`Issue::variant`] says here.
const EMPTY: u8 = 0;
const NO_STAGE: u8 = 1;
const BEFORE_STAGE: u8 = 2;

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let first = model.stages().first().map(|stage| stage.item);
    let mut head = model.instructions().take_while(|(placed, _)| Some(placed.index) != first);
    let mut top = None;
    // Only ARG may stand before the first FROM. What is no instruction has a finding of its own.
    let odd = head.find(|(placed, facts)| {
        top.get_or_insert(placed.index);
        facts.keyword.is_some_and(|keyword| keyword != Keyword::Arg)
    });
    let issue = match (odd, top) {
        (Some((odd, _)), _) => {
            Issue { item: odd.index, other: first, variant: BEFORE_STAGE, ..Issue::default() }
        }
        (None, Some(item)) => Issue { item, variant: NO_STAGE, ..Issue::default() },
        (None, None) => Issue { variant: EMPTY, ..Issue::default() },
    };
    if odd.is_some() || first.is_none() {
        issues.push(issue);
    }
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let keyword = |item: usize| {
        let placed = model.tree().item(item)?;
        Some(placed.lift(placed.instruction()?.meant().command.keyword_range))
    };
    let finding = match issue.variant {
        EMPTY => Finding::refused(
            "empty-file",
            Phase::Parse,
            TextRange::empty(TextSize::new(0)),
            "There is no instruction in this file. Begin with FROM and an image.",
        ),
        NO_STAGE => Finding::refused(
            "no-stage",
            Phase::Build,
            keyword(issue.item)?,
            "There is no FROM in this file, so there is nothing to build. Write one with the \
                 image to start from.",
        ),
        _ => {
            let finding = Finding::refused(
                "before-from",
                Phase::Instruction,
                keyword(issue.item)?,
                "Only ARG can stand before the first FROM. Write FROM and an image above this.",
            );
            match issue.other.and_then(keyword) {
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
