//! Disagreements that are meant to stay, each with its reason (docs/buildkit-agreement.md).

use serde_json::Value;

use crate::compare::Difference;

/// Why we may differ from `BuildKit` here, if we may.
pub fn reason(text: &str, difference: &Difference) -> Option<&'static str> {
    let Difference { path, theirs, ours } = difference;
    let not_utf8 = text.contains(char::REPLACEMENT_CHARACTER);
    let reasons = [
        (
            not_utf8 && path.contains(".flags["),
            "flags are read by bytes; those not UTF-8 are lost to us",
        ),
        (
            not_utf8 && theirs.contains("unterminated"),
            "a heredoc name that is not UTF-8 never ends its body, but to us it looks the same",
        ),
        (
            (theirs.contains('\u{fffd}') || path == "build") && text.chars().any(holds_blank_byte),
            "flags and the type of a HEALTHCHECK are cut by bytes, even inside a character",
        ),
        (
            path == "syntax" && text.trim_start_matches('\u{feff}').trim_start().starts_with('{'),
            "a JSON file for another frontend",
        ),
    ];
    let known = reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason);
    known.or_else(|| if path == "build" { build(text, theirs, ours) } else { None })
}

/// Why only `BuildKit` knows that a build fails.
fn build(text: &str, theirs: &str, ours: &str) -> Option<&'static str> {
    const MESSAGES: &[(&str, &str)] = &[
        ("invalid mount target \\\"/\\\"", "WORKDIR of the base image decides"),
        ("SOURCE_DATE_EPOCH", "a build argument decides"),
        (
            "invalid UTF-8",
            "bytes that are not UTF-8 are no matter of the text that an editor shows",
        ),
        (
            "lint violation found",
            "with `check=error=true` build checks fail the build; they are warnings to us",
        ),
        ("arguments are required", "RUN [] fails only if the target needs it"),
        ("checksum mismatch", "what stands in a git address is not looked into"),
        ("inconsistent keep-git-dir", "what stands in a git address is not looked into"),
        ("unexpected query", "what stands in a git address is not looked into"),
    ];
    let message = MESSAGES.iter().find(|(message, _)| theirs.contains(message));
    if let Some((_, reason)) = message {
        return Some(reason);
    }
    let theirs: Value = serde_json::from_str(theirs).ok()?;
    let line = |field: &str| usize::try_from(theirs[field].as_u64()?).ok();
    let (start, end) = (line("start")?, line("end")?);
    let lines = text.split_inclusive('\n').skip(start.checked_sub(1)?).take(end + 1 - start);
    if lines.into_iter().any(|line| line.contains('$')) {
        return Some(
            "a variable in the instruction may have another value, from a build argument or image",
        );
    }
    let lower = text.to_lowercase();
    if lower.contains("onbuild") && lower.contains("escape") {
        return Some("triggers are replayed with `\\` for an escape character");
    }
    let trigger = lower.contains("onbuild") && ours != "[]";
    trigger.then_some("told at the ONBUILD, not at the FROM that replays it")
}

/// Whether a byte of the character but the first is a blank if taken for a character of its own.
fn holds_blank_byte(c: char) -> bool {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().skip(1).any(|byte| matches!(byte, 0x85 | 0xa0))
}
