//! What stands under the cursor, explained.
//!
//! | file | what it explains |
//! |---|---|
//! | `help.rs` | words of the language, from its tables |
//! | `stage.rs` | a stage |
//! | `image.rs` | an image and its sizes |
//! | `variable.rs` | a variable and its value |
//! | `plain.rs` | the same without markdown |

pub mod help;
pub mod image;
mod plain;
pub mod stage;
pub mod variable;

pub use plain::plain;

use self::help::Topic;
use super::Snapshot;
use super::context::{self, CHECK, Context, Place, Within};
use super::images::{self, View};
use super::weight::{self, BuildContext};
use crate::language::argument::{EMPTY_BASE, HEALTH_TYPES, LABELS, PROTOCOLS};
use crate::language::directive::{build_check, check_option};
use crate::language::mount::{MountOption, MountValue};
use crate::language::signal::signal_named;
use crate::language::{Choice, Directive, FlagValue, Keyword, MountType};
use crate::model::{self, Target};
use crate::syntax::Flag;
use crate::text::{TextRange, TextSize};

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What is explained.
    pub range: TextRange,
    /// The text, as markdown; [`plain()`] makes plain text of it.
    pub markdown: String,
}

/// Explains what stands at `offset`. The build context is walked through for a stage.
pub fn hover(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
) -> Option<Hover> {
    variable_at(snapshot, offset)
        .or_else(|| stage_at(snapshot, view, context, offset))
        .or_else(|| image_at(snapshot, view, context, offset))
        .or_else(|| word_at(snapshot, offset))
}

/// An image; that of the last stage with what comes of it.
fn image_at(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
) -> Option<Hover> {
    let image = images::image_at(snapshot, offset)?;
    let mut markdown = image::markdown(&image, view)?;
    let last = snapshot.model().stages().len().checked_sub(1);
    let stage = image.starts.filter(|stage| Some(*stage) == last);
    let weight = stage.and_then(|stage| weight::weight(snapshot, view, context, stage));
    if let Some(weight) = weight.filter(|weight| weight.count() > 0) {
        markdown += &stage::weight(&weight, view, "The last stage");
    }
    Some(Hover { range: image.range, markdown })
}

fn variable_at(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let named = model::variable::at(snapshot.model(), offset)?;
    // The cursor may be at the `$` before the name.
    let range = TextRange::new(named.range.start().min(offset), named.range.end());
    Some(Hover { range, markdown: variable::markdown(snapshot, &named)? })
}

/// A stage at its name or where it is named.
fn stage_at(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
) -> Option<Hover> {
    let model = snapshot.model();
    let explained = |stage| {
        let weight = weight::weight(snapshot, view, context, stage)?;
        Some(stage::markdown(snapshot, stage)? + &stage::weight(&weight, view, "Its image"))
    };
    if let Some(reference) = model.reference_at(offset) {
        let markdown = match reference.target {
            Target::Stage(stage) => explained(stage)?,
            Target::OneOf(ref stages) => format!(
                "One of the stages {}: which one the variables of the build say",
                stage::one_of(snapshot, stages)
            ),
            Target::Scratch => {
                format!("`{EMPTY_BASE}`: the empty image, without files, shell or libraries")
            }
            Target::NoSuchIndex => format!(
                "No stage has the number {}: there are {}, counted from 0",
                reference.name.text,
                model.stages().len()
            ),
            _ => return None,
        };
        return Some(Hover { range: reference.name.range, markdown });
    }
    let stage = model.stage_at(offset)?;
    let range = stage.name()?.range;
    let markdown = range.contains_inclusive(offset).then(|| explained(stage.index));
    Some(Hover { range, markdown: markdown?? })
}

/// A word of the language.
fn word_at(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let context = context::at(snapshot, offset);
    let range = context.range;
    if range.is_empty() {
        return None;
    }
    let text = snapshot.text().slice(range);
    let markdown = match &context.place {
        Place::DirectiveName => Topic::Directive(Directive::parse(&text)?).markdown(),
        Place::DirectiveValue(directive) if directive.name == CHECK => {
            return check_at(snapshot, &context);
        }
        Place::DirectiveValue(directive) => choice(directive.values, &text)?,
        _ => instruction_word(&context, &text)?,
    };
    Some(Hover { range, markdown })
}

/// A word in the value of `# check=`.
fn check_at(snapshot: &Snapshot, context: &Context<'_>) -> Option<Hover> {
    let text = snapshot.text().slice(context.range);
    let at = usize::from(context.offset - context.range.start());
    let (before, after) = text.split_at_checked(at)?;
    let part = |c: char| !c.is_ascii_alphanumeric();
    let start = before.rfind(part).map_or(0, |at| at + 1);
    let end = at + after.find(part).unwrap_or(after.len());
    let word = text.get(start..end)?;
    let markdown = match (build_check(word), check_option(word)) {
        (Some(check), _) => Topic::Check(check).markdown(),
        (_, Some(option)) => format!("`{word}=`: {}", option.summary),
        _ => return None,
    };
    let start = context.range.start() + TextSize::of(before) - TextSize::of(before.get(start..)?);
    Some(Hover { range: TextRange::at(start, TextSize::of(word)), markdown })
}

/// A word of an instruction that is one of the language.
fn instruction_word(context: &Context<'_>, text: &str) -> Option<String> {
    let within = context.within?;
    let keyword = within.command.keyword?;
    match &context.place {
        Place::Keyword { .. } => Some(Topic::Instruction(keyword).markdown()),
        Place::FlagName(Some(flag)) => {
            let flag = keyword.info().flag(&within.text(flag.name))?;
            Some(Topic::Flag(keyword, flag).markdown())
        }
        Place::FlagValue(flag) => flag_value(within, keyword, flag, text),
        Place::MountKey(flag) => {
            let (kind, _) = context::mount_type(&within.mount_fields(flag));
            Some(Topic::MountOption(MountOption::parse(text)?, kind).markdown())
        }
        Place::MountValue { key, .. } => match MountOption::parse(key)?.value {
            MountValue::Choice(_) if key.eq_ignore_ascii_case("type") => {
                Some(Topic::Mount(MountType::parse(text)?).markdown())
            }
            MountValue::Choice(choices) => choice(choices, text),
            _ => None,
        },
        Place::HealthType => choice(HEALTH_TYPES, text),
        Place::PairName if keyword == Keyword::Label => choice(LABELS, text),
        Place::Argument(_) => match keyword {
            Keyword::Stopsignal => Some(Topic::Signal(signal_named(text)?).markdown()),
            Keyword::Expose => choice(PROTOCOLS, text.rsplit_once('/')?.1),
            _ => None,
        },
        _ => None,
    }
}

fn flag_value(within: Within<'_>, keyword: Keyword, flag: &Flag, text: &str) -> Option<String> {
    match keyword.info().flag(&within.text(flag.name))?.value {
        FlagValue::Platform => help::platform(text),
        value => choice(value.choices(), text),
    }
}

fn choice(choices: &[Choice], text: &str) -> Option<String> {
    let found = choices.iter().find(|choice| choice.value.eq_ignore_ascii_case(text))?;
    Some(help::choice(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::ide::images::tests::view;

    /// The text on what stands at `$0`, which must be what `<h>` marks.
    #[track_caller]
    fn at(marked: &str) -> String {
        let fixture = Fixture::new(marked);
        let hover = hover(&fixture.snapshot, view(), Err("not given"), fixture.cursor);
        fixture.check(hover.iter().map(|hover| ("h", hover.range)));
        hover.map_or(String::new(), |hover| hover.markdown)
    }

    #[track_caller]
    fn check(marked: &str, expected: &str) {
        assert_eq!(at(marked), expected, "{marked}");
    }

    #[track_caller]
    fn check_starts(marked: &str, expected: &str) {
        let text = at(marked);
        assert!(text.starts_with(expected), "{marked}: {text}");
    }

    #[test]
    fn words_of_the_language() {
        check_starts("FROM x\n<h>RU$0N</h> y", "```dockerfile\nRUN [FLAG…] COMMAND\n");
        check_starts("FROM x\n<h>run$0</h>", "```dockerfile\nRUN");
        check_starts("FROM x\nONBUILD <h>C$0MD</h> y", "```dockerfile\nCMD");
        check_starts("FROM x\nCOPY <h>--fr$0om</h>=y a b", "`COPY --from=…`: Copy from");
        check_starts("FROM x\nCOPY <h>$0--link</h> a b", "`COPY --link`: Copy into");
        check_starts("FROM x\nCOPY <h>–fr$0om</h>=y a b", "`COPY --from=…`: Copy from");
        check_starts("FROM x\nRUN --network=<h>no$0ne</h> a", "`none`: No network");
        check_starts("FROM --platform=<h>linux/$0arm64</h> x", "`linux/arm64`: 64-bit Arm");
        check_starts(
            "FROM x\nRUN --mount=type=<h>ca$0che</h>,target=/x a",
            "`--mount=type=cache`: ",
        );
        check_starts(
            "FROM x\nRUN --mount=type=cache,<h>dst$0</h>=/x a",
            "`target` of `type=cache`: ",
        );
        check_starts("FROM x\nRUN --mount=type=cache,sharing=<h>loc$0ked</h> a", "`locked`: ");
        check_starts("FROM x\nHEALTHCHECK <h>NO$0NE</h>", "`NONE`: ");
        check_starts("FROM x\nSTOPSIGNAL <h>quit$0</h>", "`SIGQUIT` = 3: ");
        check_starts("FROM x\nSTOPSIGNAL <h>9$0</h>", "`SIGKILL` = 9: ");
        check_starts("FROM x\nEXPOSE <h>80/ud$0p</h>", "`udp`: ");
        check_starts("# <h>syn$0tax</h>=x\nFROM x", "`# syntax=`: ");
        check_starts("# escape=<h>$0`</h>\nFROM x", "`` ` ``: Backtick");
        check_starts("# check=<h>sk$0ip</h>=UndefinedVar", "`skip=`: ");
        check_starts("# check=skip=A,<h>Undefined$0Var</h>;error=true", "**UndefinedVar**: ");
        check_starts("FROM x\n# check=skip=<h>$0UndefinedVar</h>\nRUN y", "**UndefinedVar**: ");
        check_starts("FROM <h>scr$0atch</h>", "`scratch`: the empty image");
    }

    #[test]
    fn nothing_to_say() {
        for marked in [
            "$0",
            "FROM X$0",
            "FROM x\n$0\nRUN y",
            "FROM x\nRUN y$0",
            "FROM x\nRUN echo $HO$0ME",
            "FROM x\n# RU$0N",
            "FROM x\nNONSEN$0SE y",
            "FROM x\nCOPY --non$0sense a b",
            "FROM x\nRUN <<EOF\nRU$0N\nEOF",
            "FROM x A$0S y",
        ] {
            check(marked, "");
        }
    }

    #[test]
    fn images() {
        check(
            "FROM <h>golang:1.$022</h> AS build",
            "`golang:1.22` on linux/amd64\n\n\
             ```text\n\
             pull  299 MB  measured 2024-09-05\n\
             disk  823 MB  measured 2025-01-16\n\
             ```\n\
             - 7 layers, made 2024-09-05, \
             `sha256:0fb1bda119f4cc07d236c2b98225d1ef0cb6e759a407d5d6d09e58402643679f`\n\
             - linux/arm64: 290 MB to pull\n\
             - [Page of the image](https://hub.docker.com/_/golang)\n\n\
             Lighter at the same version, to pull:\n\n\
             ```text\n\
             golang:1.22-alpine  73.3 MB  −226 MB  musl instead of glibc\n\
             ```",
        );
        check_starts(
            "FROM --platform=linux/arm64 <h>golang:1.$022</h>",
            "`golang:1.22` on linux/arm64\n\n```text\npull  290 MB",
        );
        check(
            "FROM x\nCOPY --from=<h>acme/app$0</h> a b",
            "`acme/app` on linux/amd64\n\
             - `acme/app` is not in the catalogue. The setting `size.registry` lets its registry \
             be asked, `size.engine` a local engine.\n\
             - [Page of the image](https://hub.docker.com/r/acme/app)",
        );
        let last = at("FROM golang:1.22\nFROM <h>alpine:3.$020</h>\nCOPY <<a /\n12\na\nRUN make");
        let expected = "\n\nThe last stage: ≥ 7.8 MB on disk\n\n```text\n\
                        base    alpine:3.20  7.8 MB, measured ";
        assert!(last.contains(expected), "{last}");
        assert!(
            last.contains("\nline 3  COPY <<a /   3 B\nline 6  RUN make     not known: "),
            "{last}"
        );
        let other = at("FROM <h>alpine:3.$020</h>\nRUN make\nFROM golang:1.22");
        assert!(!other.contains("last stage"), "{other}");
        let estimate = at("FROM <h>golang:1.1$09</h>");
        assert!(estimate.contains("(≈ ") && estimate.contains("estimated from golang:1."));
        check_starts("# syntax=<h>docker/docker$0file:1</h>\nFROM x", "`docker/dockerfile:1` on ");
        check_starts("FROM x\nRUN --mount=from=<h>busy$0box</h>,target=/x y", "**busybox** on ");
    }

    #[test]
    fn what_a_file_says_is_never_markdown() {
        check_starts("FROM x\nENV <h>a$0</h>=\"`](x)``b\"", "**a** = ``` `](x)``b ```");
        let file = "FROM `x`y\nWORKDIR /`[a](x)\nUSER a``[b](x)\nFROM x AS <h>**[c](x)$0</h>\n\
                    COPY --from=0 a b";
        check_starts(file, "`**[c](x)`: stage 2 of 2");
        check(
            &file.replace("<h>**[c](x)$0</h>", "b").replace("m=0", "m=<h>$00</h>"),
            "**stage 0**: stage 1 of 2 (`--from=0`)\n\n```dockerfile\nFROM `x`y\n```\n\
             - Used by `b` (COPY --from, line 5)\n\
             - Ends in `` WORKDIR /`[a](x) ``\n\
             - Ends as ``` USER a``[b](x) ```\n\
             - Needed by the last stage\n\n\
             Its image: not known how much on disk\n\n\
             ```text\nbase  `x`y  not known: the file does not tell which image it is\n```",
        );
    }

    #[test]
    fn stages() {
        let file = "FROM golang:1.22 AS base\nWORKDIR /src\nUSER app\n\
                    FROM base AS build\nWORKDIR out\nCOPY . .\nRUN go build\n\
                    FROM node:20-alpine AS docs\n\
                    FROM scratch\nCOPY --from=build /a /b\nRUN --mount=from=BUILD x\n";
        let base = "**base**: stage 1 of 4 (`--from=0`)\n\n```dockerfile\nFROM golang:1.22 AS base\n```\n\
                    - Used by `build` (FROM, line 4)\n\
                    - Ends in `WORKDIR /src`\n\
                    - Ends as `USER app`\n\
                    - Needed by the last stage\n\n\
                    Its image: ≈ 823 MB on disk\n\n\
                    ```text\nbase  golang:1.22  823 MB, measured 2025-01-16\n```";
        let build = "**build**: stage 2 of 4 (`--from=1`)\n\n```dockerfile\nFROM base AS build\n```\n\
                     - Built on stage `base` (line 1), that on image `golang:1.22`\n\
                     - Used by `stage 3` (COPY --from, line 10), `stage 3` (RUN --mount, line 11)\n\
                     - Ends in `WORKDIR /src/out`\n\
                     - Ends as `USER app`\n\
                     - Needed by the last stage\n\n\
                     Its image: ≥ 823 MB on disk\n\n\
                     ```text\n\
                     base    golang:1.22   823 MB, measured 2025-01-16\n\
                     stage   base          0 B\n\
                     line 6  COPY . .      not known: not given\n\
                     line 7  RUN go build  not known: `go build` is not measured\n```";
        let mark = |from: &str, to: &str| file.replacen(from, to, 1);
        check(&mark("AS base", "AS <h>ba$0se</h>"), base);
        check(&mark("FROM base", "FROM <h>$0base</h>"), base);
        check(&mark("AS build", "AS <h>build$0</h>"), build);
        check(&mark("=build", "=<h>bu$0ild</h>"), build);
        check(&mark("=BUILD", "=<h>BU$0ILD</h>"), build);
        check(
            &mark("AS docs", "AS <h>do$0cs</h>"),
            "**docs**: stage 3 of 4 (`--from=2`)\n\n```dockerfile\nFROM node:20-alpine AS docs\n```\n\
             - Used by no other stage\n\
             - Not needed by the last stage: built only with `--target`\n\n\
             Its image: ≈ 136 MB on disk\n\n\
             ```text\nbase  node:20-alpine  136 MB, measured 2026-03-06\n```",
        );
        check_starts(
            "FROM x\nFROM y\nCOPY --from=<h>0$0</h> a b",
            "**stage 0**: stage 1 of 2 (`--from=0`)",
        );
        check(
            "FROM x\nCOPY --from=<h>7$0</h> a b",
            "No stage has the number 7: there are 1, counted from 0",
        );
    }

    #[test]
    fn variables() {
        let arg = "- `ARG`, line 1; `--build-arg` can set another value";
        check("ARG <h>V$0</h>=1", &format!("**V** = `1`\n\n{arg}"));
        check("ARG V=1\nFROM x:$<h>V$0</h>", &format!("**V** = `1`\n\n{arg}"));
        check("ARG <h>V$0</h>", "**V** has no default\n\n- `ARG`, line 1");
        check("ARG <h>V$0</h>=", &format!("**V** is empty\n\n{arg}"));
        check(
            "FROM x\nENV A=1\nENV A=2\nRUN echo $<h>A$0</h>\nENV A=3",
            "**A** = `2`\n\n- `ENV`, line 3",
        );
        check(
            "FROM x AS a\nENV A=1\nFROM a\nWORKDIR /$<h>A$0</h>",
            "**A** = `1`\n\n- `ENV`, line 2\n- Inherited from stage `a`",
        );
        check(
            "ARG V=1\nFROM x\nARG V\nENV B=${<h>V$0</h>:-2}",
            "**V** = `1`\n\n- `ARG`, line 3; `--build-arg` can set another value\n\
             - Value from the global `ARG`, line 1\n\n\
             `${x:-word}`: The value; the word if it is unset or empty",
        );
        check(
            "ARG V=1\nFROM x\nENV B=$<h>V$0</h>",
            "**V** is not known here\n\n\
             - `ARG`, line 1, is global: a stage has to repeat it as `ARG V`",
        );
        check(
            "FROM x\nENV B=$<h>V$0</h>",
            "**V** is not known here: nothing here sets it; the base image may",
        );
        check(
            "FROM x:$<h>V$0</h>",
            "**V** is not known here: no `ARG` before the first `FROM` declares it",
        );
        check(
            "FROM x\nARG V\nCMD echo $<h>V$0</h>",
            "**V** is not known in the container\n\n\
             - `ARG`, line 2, is for the build only: `ENV V=$V` keeps it",
        );
        check("FROM x\nCMD $<h>V$0</h>\nENV V=1", "**V** = `1`\n\n- `ENV`, line 3");
        check_starts(
            "FROM --platform=$<h>BUILD$0PLATFORM</h> x",
            "`BUILDPLATFORM`\n\nThe platform",
        );
        check_starts("FROM x\nRUN echo $<h>HTTP$0_PROXY</h>", "`HTTP_PROXY`\n\nThe proxy");
        check_starts(
            "FROM x\nARG <h>TARGET$0ARCH</h>",
            "**TARGETARCH**\n\n- `ARG`, line 2\n\nThe architecture",
        );
        check_starts("FROM x\nENV PATH=/a:$<h>PA$0TH</h>", "**PATH** of the base image");
        check_starts("ARG <h>V$0</h>=\"a`b\"", "**V** = `` a`b ``");
    }
}
