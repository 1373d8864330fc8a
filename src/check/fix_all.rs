//! All sure fixes at once.

use std::collections::BTreeMap;

use super::Finding;
use crate::text::{Edit, TextSize};

/// The edits of all sure fixes that do not get into each other's way, in file order. Of two that
/// do, the one of the earlier finding is made; the other finding is still there afterwards.
pub fn fix_all(findings: &[Finding]) -> Vec<Edit> {
    let mut made = Made::default();
    for finding in findings {
        if let Some(fix) = finding.fixes.iter().find(|fix| fix.sure) {
            made.make(&fix.edits);
        }
    }
    made.edits.into_values().collect()
}

/// The edits made, by where they start and end. They do not overlap.
#[derive(Default)]
struct Made {
    edits: BTreeMap<(TextSize, TextSize), Edit>,
}

impl Made {
    /// Makes all of `edits`, or none if one of them is in the way of one made before.
    fn make(&mut self, edits: &[Edit]) {
        // One declaration may mend many findings: it is made once.
        let new: Vec<&Edit> = edits.iter().filter(|edit| !self.has(edit)).collect();
        if new.iter().all(|edit| self.is_free(edit)) {
            self.edits.extend(new.into_iter().map(|edit| (place(edit), edit.clone())));
        }
    }

    fn has(&self, edit: &Edit) -> bool {
        self.edits.get(&place(edit)) == Some(edit)
    }

    /// Whether no edit overlaps `edit`. Two inserts at one place are in each other's way too: they
    /// would come in an order that nobody chose.
    fn is_free(&self, edit: &Edit) -> bool {
        let (start, end) = place(edit);
        let before = self.edits.range(..(end, TextSize::new(0))).next_back();
        !self.edits.contains_key(&(start, end))
            && before.is_none_or(|((_, last), _)| *last <= start)
    }
}

fn place(edit: &Edit) -> (TextSize, TextSize) {
    (edit.range.start(), edit.range.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Fix, Severity};
    use crate::text::TextRange;

    fn finding(edits: &[(u32, u32, &str)], sure: bool) -> Finding {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|&(start, end, insert)| {
                Edit::replace(TextRange::new(start.into(), end.into()), insert)
            })
            .collect();
        Finding::new("x", Severity::Warning, TextRange::default(), "").with_fix(Fix {
            title: String::new(),
            edits,
            sure,
        })
    }

    fn check(findings: &[Finding], expected: &[(u32, u32, &str)]) {
        let edits = fix_all(findings);
        let found: Vec<_> = edits
            .iter()
            .map(|e| (e.range.start().into(), e.range.end().into(), e.insert.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sure_fixes_are_made_in_file_order() {
        let findings = [
            finding(&[(7, 8, "b")], true),
            finding(&[(1, 2, "a")], true),
            finding(&[(4, 5, "no")], false),
        ];
        check(&findings, &[(1, 2, "a"), (7, 8, "b")]);
    }

    #[test]
    fn what_overlaps_waits() {
        let findings = [
            finding(&[(2, 6, "a")], true),
            finding(&[(5, 7, "b"), (9, 10, "c")], true),
            finding(&[(0, 3, "d")], true),
            finding(&[(3, 3, "e")], true),
            finding(&[(6, 6, "f"), (0, 2, "g")], true),
            finding(&[(6, 6, "h")], true),
        ];
        check(&findings, &[(0, 2, "g"), (2, 6, "a"), (6, 6, "f")]);
    }

    #[test]
    fn the_same_edit_is_made_once() {
        let findings =
            [finding(&[(3, 3, "ARG A")], true), finding(&[(3, 3, "ARG A"), (5, 6, "")], true)];
        check(&findings, &[(3, 3, "ARG A"), (5, 6, "")]);
    }
}
