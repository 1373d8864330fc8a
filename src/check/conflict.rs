//! The marks that a merge leaves in a file where it could not choose between two sides.
//!
//! Source: git's `Documentation/config/merge.txt` (`merge.conflictStyle`): seven of a character at the
//! start of a line, and a name behind all but `=`.

use super::rule::ModelLook;
use super::swallowed::is_quoted;
use super::{Finding, Issue, Phase, Severity};
use crate::language::Keyword;
use crate::model::Model;
use crate::syntax::Item;
use crate::text::{TextRange, TextSize};

/// The code of these findings.
pub const CODE: &str = "merge-conflict";

const START: &str = "<<<<<<<";
const END: &str = ">>>>>>>";
/// Between the two sides, and before what both began with.
const BETWEEN: [&str; 2] = ["=======", "|||||||"];

/// The look at lines that would be instructions.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let mut is_open = false;
    for (placed, facts) in model.instructions() {
        let mut lines = placed.item.body().split('\n');
        let own = lines.next().and_then(mark).filter(|_| facts.keyword.is_none());
        // A line of equals signs alone may underline a heading.
        if let Some(mark) = own.filter(|mark| is_open || !BETWEEN.contains(mark)) {
            is_open = mark != END;
            issues.push(Issue { item: placed.index, ..Issue::default() });
        }
        // Those are told by the look at the instruction.
        for mark in lines.filter_map(mark).filter(|mark| !BETWEEN.contains(mark)) {
            is_open = mark != END;
        }
    }
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let placed = model.tree().item(issue.item)?;
    let mark = mark(first_line(placed.item))?;
    let start = placed.lift(placed.instruction()?.body).start();
    let range = TextRange::at(start, TextSize::of(mark));
    Some(Finding::refused(CODE, Phase::Instruction, range, message(mark)))
}

/// The look at lines inside of an instruction, which `BuildKit` takes for its arguments.
pub fn look(item: &Item, findings: &mut Vec<Finding>) {
    let Some(instruction) = item.instruction() else { return };
    let body = item.body();
    // A line of equals signs alone may be text of a command.
    if !is_in(body) && instruction.view.command.keyword.is_some() {
        return;
    }
    let mut start = instruction.body.start();
    for (number, line) in body.split_inclusive('\n').enumerate() {
        if let Some(mark) = mark(line).filter(|_| number > 0 && !is_text(item, start)) {
            let range = TextRange::at(start, TextSize::of(mark));
            findings.push(Finding::new(CODE, Severity::Warning, range, message(mark)));
        }
        start += TextSize::of(line);
    }
}

/// Whether a text holds a mark that nothing else is.
pub fn is_in(text: &str) -> bool {
    text.contains(START) || text.contains(END)
}

/// Whether the line at `start` is text in the quotes of a shell.
fn is_text(item: &Item, start: TextSize) -> bool {
    item.instruction().is_some_and(|one| {
        let above = one.view.text(&item.text, TextRange::new(one.body.start(), start));
        one.view.command.keyword == Some(Keyword::Run) && is_quoted(&above, '\\')
    })
}

fn first_line(item: &Item) -> &str {
    item.body().split('\n').next().unwrap_or_default()
}

/// The mark that a line is.
fn mark(line: &str) -> Option<&'static str> {
    let line = line.trim_end();
    let mut marks = [START, END].into_iter().chain(BETWEEN);
    let mark = marks.find(|mark| line.starts_with(mark))?;
    let behind = line.get(mark.len()..)?;
    (behind.is_empty() || behind.starts_with(' ') && mark != "=======").then_some(mark)
}

fn message(mark: &str) -> String {
    format!(
        "`{mark}` is left of a merge that was not finished: two versions of the same lines stand \
         here. Keep one of them, or join them, and delete the marks."
    )
}

#[cfg(test)]
mod tests {
    use super::CODE;
    use crate::check::testing::*;

    #[test]
    fn marks_of_a_merge() {
        let text = "⟦<<<<<<<⟧ HEAD\nFROM a\n⟦=======⟧\nFROM b\n⟦>>>>>>>⟧ other\nRUN x\n";
        check(text, &[CODE; 3]);
        check("FROM a\n⟦<<<<<<<⟧\n⟦|||||||⟧ c\n⟦=======⟧\n⟦>>>>>>>⟧\n", &[CODE; 4]);
        check(
            "FROM a\nRUN x \\\n⟦<<<<<<<⟧ a\n ⟦y⟧ \\\n⟦=======⟧\n⟦>>>>>>>⟧ b\n",
            &[CODE, "unknown-instruction", CODE, CODE],
        );
        check("FROM a\nRUN x \\\n⟦>>>>>>>⟧ a\n", &[CODE]);
        check("FROM a\nRUN x \\\n=======\n", &[]);
        // An underline is none.
        check("FROM a\n⟦=======⟧\nRUN x\n", &["pasted-text"]);
        check("FROM a\n⟦<<<<<<<<⟧ x\n", &["unknown-instruction"]);
    }

    #[test]
    fn a_merge_that_begins_inside_of_an_instruction() {
        let text = "FROM a\nRUN x \\\n<<<<<<< HEAD\n  && y\n=======\n  && z\n>>>>>>> b\n";
        let found = findings(text);
        let marks = found.iter().filter(|one| one.code == CODE).count();
        assert_eq!(marks, 3, "{found:#?}");
        assert!(found.iter().flat_map(|one| &one.fixes).all(|fix| !fix.sure), "{found:#?}");
        let text =
            "FROM a\nENV A=1 \\\n<<<<<<< HEAD\n  B=2 # c\n=======\n  B=3 \\\nENV C=1\n>>>>>>> b\n";
        let found = findings(text);
        assert!(found.iter().flat_map(|one| &one.fixes).all(|fix| !fix.sure), "{found:#?}");
        // Text in quotes is none.
        check("FROM a\nRUN echo \"======= \\\n<<<<<<< start \\\n\"\n", &[]);
    }

    #[test]
    fn no_side_is_chosen() {
        let text = "<<<<<<< HEAD\nFROM a\n=======\nFROM b\n>>>>>>> other\n";
        assert!(findings(text).iter().all(|one| one.fixes.is_empty()));
    }
}
