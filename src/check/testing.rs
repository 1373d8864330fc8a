//! What the rules' tests share.

use super::{Finding, Report, Severity, rule};
use crate::model::Model;
use crate::syntax::Tree;
use crate::text::{TextRange, TextSize, apply_edits};

/// The findings of a file.
pub fn findings(text: &str) -> Vec<Finding> {
    let findings = Report::new(&Model::new(Tree::parse(text))).findings();
    for finding in &findings {
        let rule = rule(finding.code);
        assert!(rule.is_some(), "{} is in no family", finding.code);
        assert!(rule.is_some_and(|rule| rule.severity <= finding.severity), "{finding:?}");
        let refused = finding.phase != super::Phase::Advice;
        assert_eq!(finding.severity == Severity::Error, refused, "{finding:?}");
    }
    findings
}

/// `marked` has each finding's range between `⟦` and `⟧`; `codes` are theirs, in the order in which
/// the ranges begin.
pub fn check(marked: &str, codes: &[&str]) {
    let (text, ranges) = unmark(marked);
    let found = findings(&text);
    let seen: Vec<_> = found.iter().map(|f| (f.range, f.code)).collect();
    let expected: Vec<_> = ranges.into_iter().zip(codes.iter().copied()).collect();
    assert_eq!(mark(&text, &seen), mark(&text, &expected), "{found:#?}");
    assert_eq!(seen.len(), codes.len(), "{marked:?}: {found:#?}");
}

/// Nothing is wrong with any of these instructions after a `FROM`.
pub fn sound(instructions: &[&str]) {
    for instruction in instructions {
        let text = format!("FROM alpine\n{instruction}\n");
        assert_eq!(findings(&text), [], "{instruction}");
    }
}

/// In `text` there is one finding `code`, its first fix makes `expected` of the text, and there it
/// is gone.
pub fn fixed(text: &str, code: &str, expected: &str) {
    fixed_by(text, code, 0, expected);
}

/// The same with the fix of that number.
pub fn fixed_by(text: &str, code: &str, fix: usize, expected: &str) {
    let found = findings(text);
    let of_code: Vec<_> = found.iter().filter(|finding| finding.code == code).collect();
    let [finding] = of_code.as_slice() else { panic!("{text:?}: {found:#?}") };
    let fix = finding.fixes.get(fix).unwrap_or_else(|| panic!("no fix: {finding:?}"));
    assert_eq!(apply_edits(text, &fix.edits).as_deref(), Ok(expected), "{}", fix.title);
    let left = findings(expected);
    assert!(left.iter().all(|finding| finding.code != code), "{expected:?}: {left:#?}");
}

/// The finding `code` of `text` has no fix that "fix all" may apply.
pub fn not_sure(text: &str, code: &str) {
    let found = findings(text);
    let mut of_code = found.iter().filter(|finding| finding.code == code).peekable();
    assert!(of_code.peek().is_some(), "{text:?}: {found:#?}");
    assert!(of_code.all(|finding| finding.fixes.iter().all(|fix| !fix.sure)), "{found:#?}");
}

fn unmark(marked: &str) -> (String, Vec<TextRange>) {
    let (mut text, mut ranges, mut open) = (String::new(), Vec::new(), Vec::new());
    for c in marked.chars() {
        let at = TextSize::of(text.as_str());
        match c {
            '⟦' => {
                open.push(ranges.len());
                ranges.push(TextRange::empty(at));
            }
            '⟧' => {
                let range: &mut TextRange = &mut ranges[open.pop().expect("an open mark")];
                *range = TextRange::new(range.start(), at);
            }
            c => text.push(c),
        }
    }
    (text, ranges)
}

/// `text` with the findings written into it, for a readable difference.
fn mark(text: &str, findings: &[(TextRange, &str)]) -> String {
    let mut marks: Vec<(usize, usize, String)> = Vec::new();
    for (order, (range, code)) in findings.iter().enumerate() {
        marks.push((range.start().into(), order * 2, format!("⟦{code}:")));
        marks.push((range.end().into(), usize::MAX - order, "⟧".to_owned()));
    }
    marks.sort();
    let mut marked = String::new();
    let mut done = 0;
    for (at, _, insert) in marks {
        marked.push_str(&text[done..at]);
        marked.push_str(&insert);
        done = at;
    }
    marked + &text[done..]
}
