//! `HEALTHCHECK`: its type, its command, and the times and numbers of its flags.
//!
//! Source: `frontend/dockerfile/instructions/parse.go` (`parseHealthcheck`, `parseOptInterval`).

use super::{Finding, InstructionContext, Phase, near};
use crate::language::{FlagValue, Keyword};
use crate::syntax::Arguments;
use crate::text::TextRange;

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#healthcheck";

/// Nanoseconds in a millisecond: a shorter time is refused.
const SHORTEST: i64 = 1_000_000;

/// All of it.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Arguments::Health(kind, inner) = &context.command.arguments else { return };
    let refused = |code, range, message: String| {
        context.refused(code, Phase::Instruction, range, message).with_link(LINK)
    };
    let written = context.text(*kind);
    // A JSON array of other things is no argument, but an error of its own.
    let rest = match &**inner {
        Arguments::Text(text) => Some(*text),
        Arguments::Exec(words) => words.first().zip(words.last()).map(|(a, b)| a.cover(*b)),
        _ => None,
    };
    match (written.to_uppercase().as_str(), rest) {
        ("NONE", None) => return,
        ("NONE", Some(rest)) => {
            let message = "`HEALTHCHECK NONE` switches the check off and takes nothing more. \
                           Delete this, or write `CMD` in place of `NONE`.";
            let behind = TextRange::new(kind.end(), context.command.rest.end());
            let finding = refused("healthcheck-none", rest, message.to_owned());
            findings.push(
                finding.maybe_replace("Delete what follows `NONE`", behind, "").maybe_replace(
                    "Change `NONE` to `CMD`",
                    *kind,
                    "CMD",
                ),
            );
            return;
        }
        ("CMD", None) => {
            let message = "The command is missing. Write what to run behind `CMD`.";
            findings.push(refused("healthcheck-command", *kind, message.to_owned()));
        }
        ("CMD", Some(_)) => {}
        _ => findings.push(unknown_kind(context, *kind, &written, refused)),
    }
    for flag in context.flags() {
        let known = Keyword::Healthcheck.info().flag(&flag.name);
        let (Some(known), Some(value)) = (known, flag.value.as_deref()) else { continue };
        let problem = match known.value {
            FlagValue::Duration => time_problem(value).map(|what| ("healthcheck-duration", what)),
            FlagValue::Integer => retries_problem(value).map(|what| ("healthcheck-retries", what)),
            _ => None,
        };
        let Some((code, problem)) = problem else { continue };
        let range = flag.value_range();
        let finding = refused(code, range, format!("`{value}` {problem}"));
        let seconds = code == "healthcheck-duration"
            && !value.is_empty()
            && value.bytes().all(|byte| byte.is_ascii_digit());
        findings.push(match seconds {
            true => finding.replace(format!("Change to `{value}s`"), range, format!("{value}s")),
            false => finding,
        });
    }
}

fn unknown_kind(
    context: &InstructionContext<'_>,
    kind: TextRange,
    written: &str,
    refused: impl Fn(&'static str, TextRange, String) -> Finding,
) -> Finding {
    let near = near::any_case(written, ["CMD", "NONE"].into_iter());
    let message = format!(
        "Behind HEALTHCHECK and its flags stands `CMD` with a command, or `NONE`, but not \
         `{written}`."
    );
    let finding = refused("healthcheck-type", kind, message);
    if let Some(near) = near {
        return near.fix(finding, kind, near.name);
    }
    if written.starts_with("--") {
        return finding;
    }
    let rest = context.command.rest;
    let start = TextRange::empty(rest.start());
    finding.maybe_replace("Insert `CMD`", start, "CMD ")
}

/// What is wrong with the value of a time.
fn time_problem(value: &str) -> Option<&'static str> {
    match duration(value) {
        _ if value.is_empty() => None,
        Some(0) => None,
        Some(time) if time < SHORTEST => {
            Some("is shorter than a millisecond. Write a longer time, or 0 for the default.")
        }
        Some(_) => None,
        None => Some(
            "is no time. Write numbers with units, such as `30s`, `1m30s` or `500ms`; there is no \
             unit for days.",
        ),
    }
}

fn retries_problem(value: &str) -> Option<&'static str> {
    match value.parse::<i32>() {
        _ if value.is_empty() => None,
        Ok(number) if number >= 0 => None,
        Ok(_) => Some("is below 0. Write how often the check may fail, or 0 for the default."),
        Err(_) => Some("is no number. Write how often the check may fail, such as `3`."),
    }
}

/// A time in nanoseconds as Go's `time.ParseDuration` reads it.
fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let (part, behind) = duration_part(rest)?;
        sum = sum.checked_add(part).filter(|sum| *sum <= 1 << 63)?;
        rest = behind;
    }
    match negative {
        true => Some(0_i64.wrapping_sub_unsigned(sum)),
        false => i64::try_from(sum).ok(),
    }
}

/// A number with its unit, and what follows.
fn duration_part(text: &str) -> Option<(u64, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at(digits(text));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit_end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(unit_end);
    let unit: u32 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "h" => return minutes(whole, fraction, if unit == "m" { 60 } else { 3600 }, rest),
        _ => return None,
    };
    nanoseconds(whole, fraction, u64::from(unit)).map(|time| (time, rest))
}

fn minutes<'a>(whole: &str, fraction: &str, seconds: u64, rest: &'a str) -> Option<(u64, &'a str)> {
    nanoseconds(whole, fraction, seconds * 1_000_000_000).map(|time| (time, rest))
}

/// `whole.fraction` units; more than 2^63 is refused.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn nanoseconds(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let whole = whole.checked_mul(unit).filter(|time| *time <= 1 << 63)?;
    let fraction: f64 =
        if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().ok()? };
    whole.checked_add((fraction * unit as f64) as u64).filter(|time| *time <= 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::duration;
    use crate::check::testing::*;

    #[test]
    fn times_as_go_reads_them() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("+5s", Some(5_000_000_000)),
            ("30s", Some(30_000_000_000)),
            ("1m30s", Some(90_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            (".5s", Some(500_000_000)),
            ("5.s", Some(5_000_000_000)),
            ("-1s", Some(-1_000_000_000)),
            ("1us", Some(1_000)),
            ("1µs", Some(1_000)),
            ("9223372036854775807ns", Some(i64::MAX)),
            ("-9223372036854775808ns", Some(i64::MIN)),
            ("9223372036854775808ns", None),
            ("3000000h", None),
            ("", None),
            (".s", None),
            ("30", None),
            ("30 s", None),
            ("1d", None),
            ("s", None),
            ("--1s", None),
            ("1S", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn forms() {
        check("FROM a\nHEALTHCHECK ⟦curl⟧ x\n", &["healthcheck-type"]);
        check("FROM a\nHEALTHCHECK ⟦CMD⟧\n", &["healthcheck-command"]);
        check("FROM a\nHEALTHCHECK ⟦CMD⟧ []\n", &["healthcheck-command"]);
        check("FROM a\nHEALTHCHECK NONE ⟦x y⟧\n", &["healthcheck-none"]);
        sound(&[
            "HEALTHCHECK NONE",
            "HEALTHCHECK none",
            "HEALTHCHECK cmd x",
            "HEALTHCHECK NONE []",
        ]);
        sound(&["HEALTHCHECK CMD [\"x\"]", "HEALTHCHECK CMD --interval=x y"]);
        fixed("FROM a\nHEALTHCHECK CDM x\n", "healthcheck-type", "FROM a\nHEALTHCHECK CMD x\n");
        fixed(
            "FROM a\nHEALTHCHECK curl x\n",
            "healthcheck-type",
            "FROM a\nHEALTHCHECK CMD curl x\n",
        );
        fixed("FROM a\nHEALTHCHECK NONE x\n", "healthcheck-none", "FROM a\nHEALTHCHECK NONE\n");
        fixed_by(
            "FROM a\nHEALTHCHECK NONE x\n",
            "healthcheck-none",
            1,
            "FROM a\nHEALTHCHECK CMD x\n",
        );
    }

    #[test]
    fn values() {
        let time = "healthcheck-duration";
        check("FROM a\nHEALTHCHECK --interval=⟦30⟧ CMD x\n", &[time]);
        check("FROM a\nHEALTHCHECK --timeout=⟦1us⟧ --start-period=⟦-1s⟧ CMD x\n", &[time, time]);
        check("FROM a\nHEALTHCHECK --start-interval=⟦1µs⟧ CMD x\n", &[time]);
        check("FROM a\nHEALTHCHECK --retries=⟦three⟧ CMD x\n", &["healthcheck-retries"]);
        check("FROM a\nHEALTHCHECK --retries=⟦-1⟧ CMD x\n", &["healthcheck-retries"]);
        fixed(
            "FROM a\nHEALTHCHECK --interval=30 CMD x\n",
            time,
            "FROM a\nHEALTHCHECK --interval=30s CMD x\n",
        );
        sound(&["HEALTHCHECK --interval=1m30s --timeout=0 --retries=3 --start-period= CMD x"]);
        sound(&["HEALTHCHECK --interval=x NONE"]);
    }
}
