//! Flags: their names, how often they stand there, and values that a closed list has.
//!
//! Source: `frontend/dockerfile/instructions/bflag.go` (`Parse`), `commands_runnetwork.go`,
//! `commands_runsecurity.go`.

use std::collections::HashMap;

use super::near::{self, Nearest};
use super::rule::ReadFlag;
use super::{Finding, Fix, InstructionContext, Phase};
use crate::language::{Flag, FlagValue, Instruction, Keyword};
use crate::syntax::Arguments;
use crate::text::{Edit, TextRange, TextSize};

/// Flags that the instruction does not have, has twice, or has with a wrong value.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Some(info) = context.command.keyword.map(Keyword::info) else { return };
    if !info.checks_flags || is_health_none(context) {
        return;
    }
    let mut seen: HashMap<&str, ReadFlag<'_>> = HashMap::new();
    for flag in context.flags() {
        let Some(known) = info.flag(&flag.name) else {
            findings.push(unknown(context, info, &flag));
            continue;
        };
        match seen.get(known.name) {
            Some(first) if !known.repeat => findings.push(duplicate(context, info, first, &flag)),
            _ => findings.extend(value(context, info, known, &flag)),
        }
        seen.entry(known.name).or_insert(flag);
    }
}

/// `HEALTHCHECK NONE` never looks at its flags.
fn is_health_none(context: &InstructionContext<'_>) -> bool {
    matches!(&context.command.arguments, Arguments::Health(kind, _)
        if context.text(*kind).eq_ignore_ascii_case("none"))
}

fn unknown(context: &InstructionContext<'_>, info: &Instruction, flag: &ReadFlag<'_>) -> Finding {
    let written = context.text(flag.flag.name);
    if let Some((known, at)) = written_with_colon(context, info, flag) {
        let message = format!("Between a flag and its value stands `=`. Write `--{known}=`.");
        let colon = context.locate(flag.flag.name, at..at + 1);
        return context
            .refused("unknown-flag", Phase::Instruction, flag.flag.name, message)
            .with_link(info.link)
            .replace("Change to `=`", colon, "=");
    }
    let names = info.flags.iter().map(|known| known.name);
    let near = near::exact(&flag.name, names);
    let owner = Keyword::ALL.into_iter().find(|k| k.info().flag(&flag.name).is_some());
    let message = match (&near, owner) {
        (Some(near), _) => {
            format!("{} has no flag `--{written}`. Did you mean `--{}`?", info.name, near.name)
        }
        (None, Some(owner)) => format!(
            "{} has no flag `--{written}`: that is one of {}. Delete it.",
            info.name,
            owner.name()
        ),
        (None, None) if info.flags.is_empty() => {
            format!("{} takes no flags. Delete `--{written}`.", info.name)
        }
        (None, None) => {
            let all: Vec<_> = info.flags.iter().map(|known| format!("--{}", known.name)).collect();
            format!("{} has no flag `--{written}`. It has {}.", info.name, all.join(", "))
        }
    };
    let range = match flag.flag.name.is_empty() {
        true => flag.flag.range,
        false => flag.flag.name,
    };
    let finding =
        context.refused("unknown-flag", Phase::Instruction, range, message).with_link(info.link);
    // A flag without the value that it needs is not mended by its name.
    let lacks_value = |name: &str| {
        flag.value.is_none() && info.flag(name).is_some_and(|known| !known.value.is_optional())
    };
    let finding = match value_behind(&flag.name, info, lacks_value) {
        Some((name, value)) if !flag.flag.cooked => finding.maybe_replace(
            format!("Change to `--{name}={value}`"),
            flag.flag.name,
            format!("{name}={value}"),
        ),
        _ => finding,
    };
    match near {
        Some(near) => {
            let sure = near.sure && !lacks_value(near.name);
            Nearest { sure, ..near }.fix(finding, flag.flag.name, near.name)
        }
        None => finding,
    }
}

/// `--from:build`: the flag and where its colon stands in the name.
fn written_with_colon(
    context: &InstructionContext<'_>,
    info: &Instruction,
    flag: &ReadFlag<'_>,
) -> Option<(&'static str, usize)> {
    let written = context.text(flag.flag.name);
    let (name, value) = written.split_once(':')?;
    let known = info.flag(name).filter(|known| !known.value.is_optional())?;
    let is_plain = !flag.flag.cooked && flag.value.is_none() && !value.is_empty();
    is_plain.then_some((known.name, name.len()))
}

/// `--frombuild`: the flag and the value that it is written together with.
fn value_behind<'n>(
    written: &'n str,
    info: &Instruction,
    lacks_value: impl Fn(&str) -> bool,
) -> Option<(&'static str, &'n str)> {
    let mut flags = info.flags.iter().filter(|known| lacks_value(known.name));
    flags.find_map(|known| {
        let value = written.strip_prefix(known.name)?.trim_start_matches('-');
        (!value.is_empty()).then_some((known.name, value))
    })
}

/// Whether the first argument of a `FROM` is surely the value of the flag before it: `--platform
/// linux/amd64`.
pub fn takes_first_word(context: &InstructionContext<'_>) -> bool {
    let info = context.command.keyword.map(Keyword::info);
    let last = context.flags().last();
    let known = last.as_ref().and_then(|flag| info?.flag(&flag.name));
    let (Some(flag), Some(known)) = (&last, known) else { return false };
    flag.value.is_none()
        && !known.value.is_optional()
        && value_apart(context, known, flag).is_some_and(|apart| apart.sure)
}

/// `--from build`: a flag and a word behind it that is its value.
struct Apart {
    /// What stands between them.
    gap: TextRange,
    /// It can be nothing else.
    sure: bool,
}

/// The word behind a flag that may be its value, so that enough words are left for the instruction.
fn value_apart(
    context: &InstructionContext<'_>,
    known: &Flag,
    flag: &ReadFlag<'_>,
) -> Option<Apart> {
    let gap = with_blank(context, flag.flag.range);
    let gap = TextRange::new(flag.flag.range.end(), gap.end());
    if gap.is_empty() || gap.end() != context.command.rest.start() {
        return None;
    }
    let rest = context.text(context.command.rest);
    let mut words = rest.split_whitespace();
    let (word, behind) = (words.next()?, words.count());
    // `--from =build`
    let equals = TextSize::new(u32::from(word.starts_with('=') && word.len() > 1));
    let gap = TextRange::new(gap.start(), gap.end() + equals);
    let word = word.get(equals.into()..)?;
    let is_plain = !word.starts_with(['=', '-', '[', '"', '\'']);
    let (may, sure) = match known.value {
        // An image, and perhaps `AS` and a name.
        FlagValue::Platform => (behind % 2 == 1, is_platform(word)),
        FlagValue::Mount => (behind > 0 && word.contains('='), word.starts_with("type=")),
        FlagValue::Choice(choices) => {
            (behind > 0 && choices.iter().any(|choice| choice.value == word), true)
        }
        // The last two words are those of a COPY.
        FlagValue::Stage | FlagValue::Owner | FlagValue::Mode => {
            (behind >= 2, behind == 2 && !word.contains(['$', '*']) && !rest.contains("--"))
        }
        FlagValue::Pattern | FlagValue::Checksum => (behind >= 2, false),
        FlagValue::Duration | FlagValue::Integer => {
            (behind > 0 && word.starts_with(|c: char| c.is_ascii_digit()), true)
        }
        FlagValue::Bool | FlagValue::Device => (false, false),
    };
    (is_plain && may).then_some(Apart { gap, sure })
}

/// Whether a word is a platform rather than an image.
fn is_platform(word: &str) -> bool {
    let name = word.trim_start_matches(['$', '{']).trim_end_matches('}');
    ["linux/", "windows/"].iter().any(|system| word.starts_with(system))
        || word.starts_with('$') && ["BUILDPLATFORM", "TARGETPLATFORM"].contains(&name)
}

fn duplicate(
    context: &InstructionContext<'_>,
    info: &Instruction,
    first: &ReadFlag<'_>,
    flag: &ReadFlag<'_>,
) -> Finding {
    let message = format!(
        "`--{}` stands here a second time, and {} takes it once. Delete one of the two.",
        flag.name, info.name
    );
    let same = first.value == flag.value;
    let range = flag.flag.range;
    context
        .refused("duplicate-flag", Phase::Instruction, range, message)
        .with_related(first.flag.range, "the first one")
        .with_fix(Fix {
            title: format!("Delete this `--{}`", flag.name),
            edits: vec![Edit::delete(with_blank(context, range))],
            sure: same,
        })
}

/// `range` with the blanks behind it on the same line.
fn with_blank(context: &InstructionContext<'_>, range: TextRange) -> TextRange {
    let behind = context.item.text.get(range.end().into()..).unwrap_or_default();
    let blanks = TextSize::of(behind) - TextSize::of(behind.trim_start_matches([' ', '\t']));
    TextRange::new(range.start(), range.end() + blanks)
}

fn value(
    context: &InstructionContext<'_>,
    info: &Instruction,
    known: &Flag,
    flag: &ReadFlag<'_>,
) -> Option<Finding> {
    let refused = |code, range, message: String| {
        Some(context.refused(code, Phase::Instruction, range, message).with_link(info.link))
    };
    let name = known.name;
    match (&flag.value, known.value) {
        (None, kind) if kind.is_optional() => None,
        (None, _) => {
            let message = format!("`--{name}` needs a value: write `--{name}=`{}.", example(known));
            let finding = refused("flag-without-value", flag.flag.range, message)?;
            Some(match value_apart(context, known, flag) {
                Some(Apart { gap, sure }) => finding.with_fix(Fix {
                    title: format!("Write `=` behind `--{name}`"),
                    edits: vec![Edit::replace(gap, "=")],
                    sure,
                }),
                None => finding,
            })
        }
        (Some(value), FlagValue::Bool) if value.is_empty() => {
            let message = format!(
                "There is no value behind `--{name}=`. Write `--{name}` alone, which means true, \
                 or `--{name}=false`."
            );
            let equals = TextRange::new(flag.flag.name.end(), flag.flag.range.end());
            refused("flag-without-value", flag.flag.range, message)
                .map(|finding| finding.replace("Delete the `=`", equals, ""))
        }
        (Some(value), FlagValue::Bool) => {
            let fits = ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
            (!fits).then(|| not_boolean(context, info, flag, value))
        }
        (Some(value), FlagValue::Choice(choices)) => {
            let names = choices.iter().map(|choice| choice.value);
            (!names.clone().any(|name| name == value)).then(|| {
                let all: Vec<_> = names.clone().map(|name| format!("`{name}`")).collect();
                let but = if value.is_empty() { String::new() } else { format!(", not `{value}`") };
                let message = format!("`--{name}` is one of {}{but}.", all.join(", "));
                let range = flag.value_range();
                let finding = context
                    .refused("flag-value", Phase::Instruction, range, message)
                    .with_link(info.link);
                match near::exact(value, names).filter(|_| !flag.flag.cooked) {
                    Some(near) => near.fix(finding, range, near.name),
                    None => finding,
                }
            })
        }
        _ => None,
    }
}

fn not_boolean(
    context: &InstructionContext<'_>,
    info: &Instruction,
    flag: &ReadFlag<'_>,
    value: &str,
) -> Finding {
    let name = &flag.name;
    let range = flag.value_range();
    let finding = context
        .refused(
            "flag-not-boolean",
            Phase::Instruction,
            range,
            format!("`--{name}` is `true` or `false`, not `{value}`."),
        )
        .with_link(info.link);
    let meant = match value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "y" | "on" | "t" => Some("true"),
        "0" | "no" | "n" | "off" | "f" => Some("false"),
        _ => None,
    };
    match meant {
        Some(meant) => finding.replace(format!("Change to `{meant}`"), range, meant),
        None => match near::exact(value, ["true", "false"].into_iter()) {
            Some(near) => near.fix(finding, range, near.name),
            None => finding,
        },
    }
}

/// What may stand behind the `=`, for a message.
fn example(flag: &Flag) -> &'static str {
    match flag.value {
        FlagValue::Stage => " and a stage, such as `build`",
        FlagValue::Platform => " and a platform, such as `linux/amd64`",
        FlagValue::Mount => " and what to mount, such as `type=cache,target=/root/.cache`",
        FlagValue::Duration => " and a time, such as `30s`",
        FlagValue::Integer => " and a number, such as `3`",
        FlagValue::Owner => " and an owner, such as `1000:1000`",
        FlagValue::Mode => " and permissions, such as `755`",
        FlagValue::Pattern => " and a pattern, such as `*.md`",
        FlagValue::Checksum => " and a digest, such as `sha256:` with 64 digits",
        FlagValue::Device => " and a device, such as `vendor.com/gpu=all`",
        FlagValue::Choice(_) | FlagValue::Bool => " and one of its values",
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn unknown_flags() {
        check("FROM a\nCOPY --⟦form⟧=b x y\n", &["unknown-flag"]);
        check("FROM --⟦x⟧ a\n", &["unknown-flag"]);
        check("FROM a\nENV --⟦x⟧ a=b\n", &["unknown-flag"]);
        check("FROM a\nRUN ⟦--=x⟧ y\n", &["unknown-flag"]);
        check("FROM a\nRUN --⟦mounts⟧=x --⟦nework⟧=none y\n", &["unknown-flag"; 2]);
        check("FROM a\nONBUILD COPY --⟦x⟧ a b\n", &["unknown-flag"]);
        sound(&[
            "ARG --foo X",
            "STOPSIGNAL --x SIGTERM",
            "HEALTHCHECK --x NONE",
            "RUN -- x",
            "RUN --",
        ]);
        sound(&["RUN x --y", "COPY a --link b", "CMD x"]);
    }

    #[test]
    fn unknown_flags_are_mended() {
        let code = "unknown-flag";
        fixed("FROM a\nCOPY --form=b x y\n", code, "FROM a\nCOPY --from=b x y\n");
        fixed("FROM a\nCOPY --LINK x y\n", code, "FROM a\nCOPY --link x y\n");
        fixed("FROM a\nADD --keep_git_dir x y\n", code, "FROM a\nADD --keep-git-dir x y\n");
        fixed("FROM a\nCOPY --l\\\nnk x y\n", code, "FROM a\nCOPY --link x y\n");
        not_sure("FROM a\nADD --from=b x y\n", code);
        fixed("FROM a\nCOPY --chwon=1000 x y\n", code, "FROM a\nCOPY --chown=1000 x y\n");
    }

    #[test]
    fn no_value_is_lost() {
        let code = "unknown-flag";
        fixed("FROM a\nCOPY --from:b x y\n", code, "FROM a\nCOPY --from=b x y\n");
        fixed("FROM a\nCOPY --chown:1:2 x y\n", code, "FROM a\nCOPY --chown=1:2 x y\n");
        fixed("FROM a\nCOPY --fromb x y\n", code, "FROM a\nCOPY --from=b x y\n");
        for flag in ["--fromb", "--form", "--form:b", "--chmo"] {
            not_sure(&format!("FROM a\nCOPY {flag} x y\n"), code);
        }
    }

    #[test]
    fn values_behind_a_blank() {
        let code = "flag-without-value";
        fixed("FROM a\nCOPY --from b /x /y\n", code, "FROM a\nCOPY --from=b /x /y\n");
        fixed("FROM --platform linux/amd64 a AS b\n", code, "FROM --platform=linux/amd64 a AS b\n");
        check("FROM ⟦--platform⟧ linux/amd64 a AS b\n", &[code]);
        check("FROM ⟦--platform⟧ a ⟦b⟧\n", &[code, "from-arguments"]);
        fixed(
            "FROM a\nRUN --mount type=cache,target=/x y\n",
            code,
            "FROM a\nRUN --mount=type=cache,target=/x y\n",
        );
        fixed("FROM a\nCOPY --from =b /x /y\n", code, "FROM a\nCOPY --from=b /x /y\n");
        for text in ["COPY --from b c", "COPY --chown --from=b x y", "COPY --from a b c d"] {
            not_sure(&format!("FROM a\n{text}\n"), code);
        }
    }

    #[test]
    fn flags_that_stand_there_twice() {
        let code = "duplicate-flag";
        check("FROM a\nCOPY --link ⟦--link=false⟧ x y\n", &[code]);
        fixed("FROM a\nCOPY --link --link x y\n", code, "FROM a\nCOPY --link x y\n");
        not_sure("FROM a\nCOPY --from=a --from=b x y\n", code);
        sound(&["RUN --mount=target=/a --mount=target=/b x", "COPY --exclude=a --exclude=b x y"]);
    }

    #[test]
    fn values_of_flags() {
        check("FROM a\nCOPY ⟦--from⟧ x y\n", &["flag-without-value"]);
        check("FROM a\nRUN ⟦--mount⟧ x\n", &["flag-without-value"]);
        check("FROM a\nCOPY ⟦--link=⟧ x y\n", &["flag-without-value"]);
        check("FROM a\nCOPY --link=⟦x⟧ x y\n", &["flag-not-boolean"]);
        check("FROM a\nRUN --network=⟦bridge⟧ x\n", &["flag-value"]);
        check("FROM a\nRUN ⟦--network=⟧ x\n", &["flag-value"]);
        check("FROM a\nRUN --security=⟦Sandbox⟧ x\n", &["flag-value"]);
        check("FROM a\nRUN --security=⟦\"x y\"⟧ x\n", &["flag-value"]);
        fixed("FROM a\nCOPY --link= x y\n", "flag-without-value", "FROM a\nCOPY --link x y\n");
        fixed(
            "FROM a\nCOPY --link=yes x y\n",
            "flag-not-boolean",
            "FROM a\nCOPY --link=true x y\n",
        );
        fixed(
            "FROM a\nCOPY --link=flase x y\n",
            "flag-not-boolean",
            "FROM a\nCOPY --link=false x y\n",
        );
        fixed("FROM a\nRUN --network=HOST x\n", "flag-value", "FROM a\nRUN --network=host x\n");
        sound(&[
            "COPY --link=TRUE x y",
            "COPY --from= x y",
            "RUN --network=none --security=insecure x",
        ]);
        sound(&["COPY --\"link\" x y", "COPY --li\\nk x y"]);
    }
}
