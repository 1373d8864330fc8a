//! Flags of an instruction and their values.

use std::borrow::Cow;

use super::{Kind, List, stage};
use crate::ide::hover::help::Topic;
use crate::language::argument::DEVICE_OPTIONS;
use crate::language::platform::PLATFORMS;
use crate::language::{Flag, FlagValue};
use crate::model::Place;
use crate::syntax;
use crate::text::{TextRange, TextSize};

/// The flags that can still be given.
pub fn names(list: &mut List<'_>) {
    let Some((within, keyword)) = list.context.within.zip(list.keyword()) else { return };
    let here =
        |flag: &syntax::Flag| within.placed.lift(flag.range).contains_range(list.context.range);
    let in_flag = !list.context.range.is_empty();
    let mut given: Vec<Cow<'_, str>> = within
        .command
        .flags
        .iter()
        .filter(|flag| !(in_flag && here(flag)))
        .map(|flag| within.text(flag.name))
        .collect();
    // A lone `--` ends the flags, but here it becomes one, and then so do those behind it.
    let rest = within.text(within.command.rest);
    let more = rest.split_whitespace().map_while(|word| word.strip_prefix("--"));
    given.extend(more.map(|word| Cow::Owned(word.split('=').next().unwrap_or(word).to_owned())));
    let mut flags: Vec<&'static Flag> = keyword
        .info()
        .flags
        .iter()
        .filter(|flag| flag.repeat || !given.iter().any(|name| *name == flag.name))
        .collect();
    flags.sort_by_key(|flag| rank(flag.value));
    let has_value = list.next() == Some('=');
    let dashes: String = list.typed().chars().take_while(|c| matches!(c, '–' | '—')).collect();
    for flag in flags {
        let item = list.push(format!("--{}", flag.name), Kind::Flag);
        item.detail(flag.summary).topic(Topic::Flag(keyword, flag));
        if !has_value && !flag.value.is_optional() {
            item.text(format!("--{}={}", flag.name, value_start(flag.value)));
        }
        if !dashes.is_empty() {
            item.filter = Some(format!("{dashes}{}", flag.name));
        }
    }
}

/// The flags that an instruction is mostly written for come first.
fn rank(value: FlagValue) -> u8 {
    match value {
        FlagValue::Stage | FlagValue::Mount | FlagValue::Platform => 0,
        FlagValue::Device => 2,
        _ => 1,
    }
}

/// What every value begins with, or should.
fn value_start(value: FlagValue) -> &'static str {
    match value {
        FlagValue::Mount => "type=",
        _ => "",
    }
}

/// The values of a flag.
pub fn values(list: &mut List<'_>, flag: &syntax::Flag) {
    let Some((within, keyword)) = list.context.within.zip(list.keyword()) else { return };
    let Some(info) = keyword.info().flag(&within.text(flag.name)) else { return };
    match info.value {
        FlagValue::Stage => stage::named(list, Place::CopyFrom),
        FlagValue::Platform => platforms(list),
        FlagValue::Device => device(list),
        FlagValue::Duration | FlagValue::Integer => {
            if let Some(default) = info.default {
                list.push(default, Kind::Value).detail("The default");
            }
        }
        value => list.choices(value.choices()),
    }
}

fn platforms(list: &mut List<'_>) {
    for platform in PLATFORMS {
        list.push(platform.name, Kind::Value).detail(platform.summary);
    }
}

/// Behind the device, its options.
fn device(list: &mut List<'_>) {
    let typed = list.typed();
    let Some((before, _)) = typed.rsplit_once(',') else { return };
    let start = list.context.range.start() + TextSize::of(before) + TextSize::of(',');
    let range = TextRange::new(start, list.context.range.end());
    for option in DEVICE_OPTIONS {
        let given = before.split(',').any(|part| part.split('=').next() == Some(option.value));
        if !given {
            list.push(option.value, Kind::Value).detail(option.summary).insert.range = range;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept, items};

    #[track_caller]
    fn check_in(line: &str, expected: &[&str]) {
        check(&format!("FROM x\n{line}\nRUN y"), expected);
    }

    const COPY: [&str; 6] = ["--from", "--chmod", "--chown", "--exclude", "--link", "--parents"];

    #[test]
    fn names() {
        for line in [
            "COPY $0",
            "COPY -$0",
            "COPY --$0",
            "COPY --fr$0",
            "COPY --fr$0 a b",
            "COPY --$0 a b",
            "COPY $0 a b",
            "COPY --fr$0=x a b",
            "COPY –$0 a b",
            "COPY \\\n  $0a b",
            "COPY \\\n  --$0 \\\n  a b",
            "ONBUILD COPY --$0",
        ] {
            check_in(line, if line.contains("$0a") { &[] } else { &COPY });
        }
        check_in("RUN $0", &["--mount", "--network", "--security", "--device"]);
        check_in(
            "HEALTHCHECK --$0",
            &["--interval", "--retries", "--start-interval", "--start-period", "--timeout"],
        );
        check("FROM --$0", &["--platform"]);
        check("FROM --$0 a", &["--platform"]);
    }

    #[test]
    fn given_ones_are_not_offered_again() {
        check_in("COPY --link --from=a $0", &["--chmod", "--chown", "--exclude", "--parents"]);
        check_in(
            "COPY --$0 --link a b",
            &["--from", "--chmod", "--chown", "--exclude", "--parents"],
        );
        check_in(
            "COPY --exclude=a --parents --chmod=1 --chown=1 --link --$0",
            &["--from", "--exclude"],
        );
        check_in(
            "RUN --mount=type=ssh --network=none --$0",
            &["--mount", "--security", "--device"],
        );
    }

    #[test]
    fn not_behind_arguments() {
        for line in [
            "COPY a --$0",
            "COPY a $0",
            "RUN a --$0",
            "RUN a -$0",
            "CMD --$0",
            "WORKDIR --$0",
            "COPY -- --$0",
        ] {
            check_in(line, &[]);
        }
    }

    #[test]
    fn values() {
        check_in("RUN --network=$0", &["default", "none", "host"]);
        check_in("RUN --network=no$0 x", &["default", "none", "host"]);
        check_in("RUN --security=$0", &["sandbox", "insecure"]);
        check_in("COPY --link=$0", &["true", "false"]);
        check_in("HEALTHCHECK --interval=$0", &["30s"]);
        check_in("HEALTHCHECK --retries=$0", &["3"]);
        check_in("RUN --device=x,$0", &["required", "name"]);
        check_in("RUN --device=x,required,$0 y", &["name"]);
        check_in("COPY --chown=$0", &[]);
        check_in("COPY --nonsense=$0", &[]);
        let platforms = items("FROM --platform=$0 x");
        assert_eq!(platforms.first().map(|item| item.label.as_str()), Some("$BUILDPLATFORM"));
        assert!(platforms.iter().any(|item| item.label == "linux/arm64"));
    }

    #[test]
    fn accepted() {
        check_accept("FROM x\nCOPY --fr$0", "--from", "FROM x\nCOPY --from=");
        check_accept("FROM x\nCOPY --fr$0=a b c", "--from", "FROM x\nCOPY --from=a b c");
        check_accept("FROM x\nCOPY -$0 b c", "--link", "FROM x\nCOPY --link b c");
        check_accept("FROM x\nCOPY –$0 b c", "--link", "FROM x\nCOPY --link b c");
        check_accept("FROM x\nRUN $0", "--mount", "FROM x\nRUN --mount=type=");
        check_accept("FROM x\nRUN --network=h$0o x", "host", "FROM x\nRUN --network=host x");
        check_accept("FROM x\nRUN --device=x,r$0", "required", "FROM x\nRUN --device=x,required");
        check_accept("FROM --platform=lin$0 x", "linux/amd64", "FROM --platform=linux/amd64 x");
        check_accept("FROM --platform=$0 x", "$BUILDPLATFORM", "FROM --platform=$BUILDPLATFORM x");
    }
}
