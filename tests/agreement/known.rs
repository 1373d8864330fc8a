//! Disagreements that are meant to stay, each with its reason (docs/buildkit-agreement.md).

use serde_json::Value;
use stagewright::language::Keyword;
use stagewright::syntax::Tree;

use crate::compare::Difference;

const FLAGS_BY_BYTES: &str = "flags are read by bytes; those that are not UTF-8 are lost to us";
const NAME_NOT_UTF8: &str = "a heredoc's name that is not UTF-8 never ends its body";
const CUT_CHARACTER: &str =
    "flags and the type of a HEALTHCHECK are cut by bytes, even inside a character";
const JSON_SYNTAX: &str = "a JSON file for another frontend";
const WORKDIR: &str = "WORKDIR of the base image decides whether a mount's target is the root";
const EPOCH: &str = "a build argument decides what SOURCE_DATE_EPOCH is";
const NOT_UTF8: &str = "bytes of a RUN that are not UTF-8: an editor shows text";
const CHECKS: &str = "`check=error=true` makes warnings fail the build; they stay warnings";
const EMPTY_RUN: &str = "`RUN []` fails only where the target needs it";
const GIT: &str = "what stands in a git address is not looked into";
const VARIABLE: &str = "a variable may have another value, from a build argument or the base image";
const REPLAY_ESCAPE: &str = "triggers are replayed with `\\` for an escape character";
const REPLAY_PLACE: &str = "told at the ONBUILD, not at the FROM that replays it";

/// All reasons there are.
#[allow(dead_code, reason = "the live test has no use for it")]
pub const REASONS: [&str; 13] = [
    FLAGS_BY_BYTES,
    NAME_NOT_UTF8,
    CUT_CHARACTER,
    JSON_SYNTAX,
    WORKDIR,
    EPOCH,
    NOT_UTF8,
    CHECKS,
    EMPTY_RUN,
    GIT,
    VARIABLE,
    REPLAY_ESCAPE,
    REPLAY_PLACE,
];

/// Why we may differ from `BuildKit` here, if we may.
pub fn reason(text: &str, difference: &Difference) -> Option<&'static str> {
    let Difference { path, theirs, ours } = difference;
    let not_utf8 = text.contains(char::REPLACEMENT_CHARACTER);
    let cut = theirs.contains(char::REPLACEMENT_CHARACTER) || path == "build";
    let json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let reasons = [
        (not_utf8 && path.contains(".flags["), FLAGS_BY_BYTES),
        (not_utf8 && theirs.contains("unterminated"), NAME_NOT_UTF8),
        (cut && text.chars().any(holds_blank_byte), CUT_CHARACTER),
        (path == "syntax" && json, JSON_SYNTAX),
    ];
    let known = reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason);
    known.or_else(|| if path == "build" { build(text, theirs, ours) } else { None })
}

/// Whether a byte of the character but the first is a blank if taken for a character of its own.
fn holds_blank_byte(c: char) -> bool {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().skip(1).any(|byte| matches!(byte, 0x85 | 0xa0))
}

/// Why only `BuildKit` knows that a build fails.
fn build(text: &str, theirs: &str, ours: &str) -> Option<&'static str> {
    const MESSAGES: &[(&str, &str)] = &[
        ("invalid mount target \\\"/\\\"", WORKDIR),
        ("SOURCE_DATE_EPOCH", EPOCH),
        ("invalid UTF-8", NOT_UTF8),
        ("lint violation found", CHECKS),
        ("arguments are required", EMPTY_RUN),
        ("checksum mismatch", GIT),
        ("inconsistent keep-git-dir", GIT),
        ("unexpected query", GIT),
    ];
    let message = MESSAGES.iter().find(|(message, _)| theirs.contains(message));
    if let Some((_, reason)) = message {
        return Some(reason);
    }
    let problem: Value = serde_json::from_str(theirs).ok()?;
    let line = |field: &str| usize::try_from(problem[field].as_u64()?).ok();
    let (start, end) = (line("start")?, line("end")?);
    let mut lines = text.split_inclusive('\n').skip(start.checked_sub(1)?).take(end + 1 - start);
    let tree = Tree::parse(text);
    let mut commands = tree.instructions().map(|(_, instruction)| &instruction.view.command);
    let triggers = commands.any(|command| command.keyword == Some(Keyword::Onbuild));
    let reasons = [
        (lines.any(|line| line.contains('$')), VARIABLE),
        (triggers && tree.escape() != '\\', REPLAY_ESCAPE),
        (triggers && ours != "[]", REPLAY_PLACE),
        (text.contains("SOURCE_DATE_EPOCH") && ours != "[]", EPOCH),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
}
