//! Files that a naive splitter would break are refused, for the right reason.

use stagewright::split::answer::Variant;

use super::cases::refused;

/// How many such files there are at least.
const LEAST: usize = 80;

#[test]
fn what_would_break_is_refused() {
    let cases = refused();
    let mut wrong = Vec::new();
    for case in &cases {
        let first = case.text.lines().next().unwrap_or_default();
        let Some(expected) = first.strip_prefix("# refused: ") else {
            wrong.push(format!("{}: its first line does not name the refusal", case.name));
            continue;
        };
        let mut words = expected.split_whitespace();
        let code = words.next().unwrap_or_default();
        let variant = match words.next() {
            None => None,
            Some("conservative") => Some(Variant::Conservative),
            Some("smallest") => Some(Variant::Smallest),
            Some(other) => panic!("{}: there is no variant {other}", case.name),
        };
        let verdict = case.verdict();
        let is_offered = verdict.splits.iter().any(|s| variant.is_none_or(|v| s.plan.variant == v));
        let reasons = verdict
            .refusals
            .iter()
            .filter(|(of, _)| variant.is_none() || of.is_none() || *of == variant);
        let found: Vec<_> =
            reasons.map(|(_, refusal)| (refusal.reason.code(), refusal.to_string())).collect();
        if is_offered || !found.iter().any(|(own, _)| *own == code) {
            let offered = if is_offered { " and is offered" } else { "" };
            wrong.push(format!(
                "{}: {code} is expected, and there is {found:?}{offered}",
                case.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= LEAST, "there are {} files, and {LEAST} are wanted", cases.len());
}
