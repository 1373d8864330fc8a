//! Files that a program fills in before they are built: Jinja, Go templates, jq.

use super::rule::ModelLook;
use super::{Finding, Issue, Severity};
use crate::model::Model;
use crate::syntax::Item;
use crate::text::{TextRange, TextSize};

/// The code of this finding. In a file with it no fix is sure: what is wrong here may be right once
/// the marks are gone, and a fix might take one of them away.
pub const CODE: &str = "template";

/// What such a program looks for.
const MARKS: [&str; 4] = ["{{", "}}", "{%", "%}"];

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

/// The first mark where an instruction would begin, or in a `FROM`. Those in commands
/// (`go list -f '{{.Dir}}'`) are theirs.
fn find(model: &Model, issues: &mut Vec<Issue>) {
    let lines = model.instructions().filter(|(_, facts)| facts.keyword.is_none());
    let line = lines.map(|(placed, _)| placed).find(|placed| mark(placed.item, true).is_some());
    let stages = model.stages().iter().map(|stage| stage.item);
    let mut stages = stages.filter_map(|item| model.tree().item(item));
    let stage = stages.find(|placed| mark(placed.item, false).is_some());
    let first = line.into_iter().chain(stage).min_by_key(|placed| placed.index);
    issues.extend(first.map(|placed| Issue { item: placed.index, ..Issue::default() }));
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let placed = model.tree().item(issue.item)?;
    let is_line = placed.instruction()?.meant().command.keyword.is_none();
    let range = placed.lift(mark(placed.item, is_line)?);
    let message = "This file is a template: a program replaces such marks before the build. What is \
                   told of it holds for the file as it stands, and nothing is mended by itself.";
    Some(Finding::new(CODE, Severity::Information, range, message))
}

/// Where the first mark of an instruction stands, or that at the start of it.
fn mark(item: &Item, at_start: bool) -> Option<TextRange> {
    let body = item.instruction()?.body;
    let text = item.text_at(body)?;
    let found = MARKS.iter().filter_map(|mark| Some((text.find(mark)?, mark)));
    let (at, mark) = found.min().filter(|(at, _)| !at_start || *at == 0)?;
    let start = body.start() + TextSize::of(text.get(..at)?);
    Some(TextRange::at(start, TextSize::of(*mark)))
}

#[cfg(test)]
mod tests {
    use super::CODE;
    use crate::check::testing::*;

    #[test]
    fn marks_of_templates_are_told_once() {
        let told = |text: &str| {
            let found = findings(text).into_iter().filter(|one| one.code == CODE);
            found.map(|one| one.range.start().into()).collect::<Vec<u32>>()
        };
        assert_eq!(told("FROM {{image}}\nRUN y\nFROM {{image}}\n"), [5]);
        assert_eq!(told("FROM a\n{% if x %}\n}}ARG A\n"), [7]);
        check("FROM a\nRUN go list -f '{{.Dir}}' > {{x}}\nENV A={{x}}\n", &[]);
    }

    #[test]
    fn nothing_is_sure_in_a_template() {
        for text in ["FROM {{a}}\nRUM x\n", "FROM a\n{% if b %}\nCOPPY c d\n"] {
            let found = findings(text);
            assert!(found.iter().any(|one| !one.fixes.is_empty()), "{found:#?}");
            assert!(found.iter().flat_map(|one| &one.fixes).all(|fix| !fix.sure), "{found:#?}");
        }
    }
}
