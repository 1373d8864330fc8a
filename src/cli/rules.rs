//! `stagewright rules`: every code that `check` or an editor can tell.

use std::process::ExitCode;

use clap::Args;

use super::document;
use super::out::{Color, Out};
use super::report::severity_name;
use crate::check::{FAMILIES, Rule};
use crate::ide::split;

/// The arguments.
#[derive(Args, Debug)]
pub struct Rules {
    /// Print a JSON array of {code, severity, sense}
    #[arg(long)]
    json: bool,
}

/// All rules, sorted by code.
pub fn all() -> Vec<&'static Rule> {
    let families = FAMILIES.iter().flat_map(|family| family.rules);
    let mut rules: Vec<_> = families.chain(document::RULES).chain(split::RULES).collect();
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// The rule of that code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    all().into_iter().find(|rule| rule.code == code)
}

/// A rule as data.
pub fn data(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "code": rule.code,
        "severity": severity_name(rule.severity),
        "sense": rule.sense,
    })
}

/// Lists the rules.
pub fn run(arguments: &Rules) -> ExitCode {
    let mut out = Out::stdout(Color::default());
    let text = if arguments.json { as_json() } else { as_text() };
    super::finish(out.text(&text).and_then(|()| out.flush()), ExitCode::SUCCESS)
}

fn as_text() -> String {
    let rules = all();
    let width = rules.iter().map(|rule| rule.code.len()).max().unwrap_or_default();
    let line = |rule: &Rule| {
        format!("{:width$}  {:11}  {}\n", rule.code, severity_name(rule.severity), rule.sense)
    };
    rules.into_iter().map(line).collect()
}

fn as_json() -> String {
    let rules = all().into_iter().map(data).collect();
    format!("{:#}\n", serde_json::Value::Array(rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_unique() {
        let rules = all();
        assert!(rules.iter().any(|rule| rule.code == "invalid-utf8"));
        for pair in rules.windows(2) {
            assert_ne!(pair[0].code, pair[1].code);
        }
        for rule in rules {
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(rule.code.chars().all(kebab), "{}", rule.code);
        }
    }
}
