//! What can be done about findings: their fixes one by one, and all sure ones at once.

use super::Snapshot;
use super::edit::{Promise, gate};
use crate::check::{Finding, Fix, fix_all};
use crate::text::{Edit, TextRange};

/// An edit to offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, as a menu shows it.
    pub title: String,
    /// What sort of action it is.
    pub kind: ActionKind,
    /// The edits, all made at once.
    pub edits: Vec<Edit>,
    /// The finding that it is about, if it is about one.
    pub finding: Option<Finding>,
    /// Whether it is the one to take for its finding.
    pub preferred: bool,
}

/// The sorts of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Mends what is under the cursor.
    QuickFix,
    /// Mends the whole file.
    FixAll,
    /// Changes what is not wrong.
    Rewrite,
    /// Moves tests to a stage of their own.
    Tester,
    /// Makes builds take more from their cache.
    Cache,
}

/// What can be done about the findings that `range` touches, and about all findings; `wanted` tells
/// which findings are shown at all. An edit that would make the file worse is not offered.
pub fn actions(
    snapshot: &Snapshot,
    range: TextRange,
    wanted: impl Fn(&Finding) -> bool,
) -> Vec<Action> {
    let mut findings = snapshot.report().findings();
    findings.retain(wanted);
    let mut actions = Vec::new();
    let touched = findings.iter().filter(|finding| finding.range.intersect(range).is_some());
    let pasted = snapshot.report().mend_pasted();
    let mut pasted = pasted.filter(|mend| touched.clone().any(|finding| is_part(finding, mend)));
    for finding in touched {
        for (number, fix) in finding.fixes.iter().enumerate() {
            actions.push(Action {
                title: fix.title.clone(),
                kind: ActionKind::QuickFix,
                edits: fix.edits.clone(),
                finding: Some(finding.clone()),
                preferred: number == 0 && fix.sure,
            });
        }
    }
    actions
        .extend(pasted.take().map(|mend| whole_file(mend.title, ActionKind::QuickFix, mend.edits)));
    let all = fix_all(&findings);
    if !all.is_empty() {
        let title = "Apply all safe fixes in this file".to_owned();
        actions.push(whole_file(title, ActionKind::FixAll, all));
    }
    actions.retain(|action| gate(snapshot, &action.edits, Promise::Reads).is_ok());
    actions
}

fn whole_file(title: String, kind: ActionKind, edits: Vec<Edit>) -> Action {
    Action { title, kind, edits, finding: None, preferred: false }
}

/// Whether `mend` does more than a fix of the finding, and that too.
fn is_part(finding: &Finding, mend: &Fix) -> bool {
    let part = |fix: &Fix| {
        fix.edits.len() < mend.edits.len() && fix.edits.iter().all(|edit| mend.edits.contains(edit))
    };
    finding.fixes.iter().any(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::text::apply_edits;

    /// The actions at `$0`: a mark for their kind, their title, and the text they make.
    fn check(marked: &str, expected: &[(&str, &str, &str)]) {
        let fixture = Fixture::new(marked);
        let text = fixture.snapshot.text().to_string();
        let cursor = TextRange::empty(fixture.cursor);
        let found = actions(&fixture.snapshot, cursor, |_| true);
        let shown: Vec<_> = found
            .iter()
            .map(|action| {
                let mark = match (action.kind, action.preferred) {
                    (ActionKind::QuickFix, true) => "fix!",
                    (ActionKind::QuickFix, false) => "fix",
                    (ActionKind::FixAll, _) => "all",
                    _ => "rewrite",
                };
                (
                    mark,
                    action.title.clone(),
                    apply_edits(&text, &action.edits).expect("edits that apply"),
                )
            })
            .collect();
        let shown: Vec<_> = shown
            .iter()
            .map(|(mark, title, text)| (*mark, title.as_str(), text.as_str()))
            .collect();
        assert_eq!(shown, expected, "{marked}");
    }

    const ALL: &str = "Apply all safe fixes in this file";

    #[test]
    fn fixes_under_the_cursor_and_all_at_once() {
        check("FROM a\nRUN $0b\n", &[]);
        check(
            "FROM a\nRU$0M b\n",
            &[("fix!", "Change to `RUN`", "FROM a\nRUN b\n"), ("all", ALL, "FROM a\nRUN b\n")],
        );
        check("$0FROM a\nRUM b\nCOPPY c d\n", &[("all", ALL, "FROM a\nRUN b\nCOPY c d\n")]);
    }

    #[test]
    fn pasted_text_is_mended_here_or_everywhere() {
        let text = "FROM a AS b\nFROM c\nCOPY $0–from=b / /\nCMD [“x”]\n";
        let found = {
            let fixture = Fixture::new(text);
            actions(&fixture.snapshot, TextRange::empty(fixture.cursor), |_| true)
        };
        let mended = "FROM a AS b\nFROM c\nCOPY --from=b / /\nCMD [\"x\"]\n";
        let source = text.replace("$0", "");
        let makes =
            |action: &Action| apply_edits(&source, &action.edits).expect("edits that apply");
        let whole: Vec<_> = found
            .iter()
            .filter(|action| makes(action) == mended)
            .map(|action| action.kind)
            .collect();
        assert_eq!(whole, [ActionKind::QuickFix, ActionKind::FixAll]);
        let here = "FROM a AS b\nFROM c\nCOPY --from=b / /\nCMD [“x”]\n";
        assert!(found.iter().any(|action| makes(action) == here), "{found:?}");
    }

    #[test]
    fn what_is_not_shown_is_not_mended() {
        let fixture = Fixture::new("FROM a\nRU$0M b\n");
        assert_eq!(actions(&fixture.snapshot, TextRange::empty(fixture.cursor), |_| false), []);
    }
}
