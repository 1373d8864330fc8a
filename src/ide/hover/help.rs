//! Help on the words of the language, as markdown made from its tables, and by name, so that it can
//! be asked for later.

use std::fmt::Write as _;

use crate::language::directive::{self, BuildCheck};
use crate::language::mount::{MountOption, MountUsage};
use crate::language::platform::PLATFORMS;
use crate::language::signal::{Signal, signal_named};
use crate::language::{Choice, Directive, Flag, FlagValue, Keyword, MountType, variable};

/// A word of the language that there is help on.
#[derive(Clone, Copy, Debug)]
pub enum Topic {
    /// An instruction.
    Instruction(Keyword),
    /// A flag of an instruction.
    Flag(Keyword, &'static Flag),
    /// A type of mount.
    Mount(MountType),
    /// An option of a mount of that type.
    MountOption(&'static MountOption, MountType),
    /// A parser directive.
    Directive(&'static Directive),
    /// A build check.
    Check(&'static BuildCheck),
    /// A build argument that the builder knows by itself.
    Variable(&'static variable::Variable),
    /// A signal.
    Signal(&'static Signal),
}

impl Topic {
    /// A short text that stands for the topic; [`Topic::parse`] reads it.
    pub fn key(&self) -> String {
        match self {
            Topic::Instruction(keyword) => format!("instruction {}", keyword.name()),
            Topic::Flag(keyword, flag) => format!("flag {} {}", keyword.name(), flag.name),
            Topic::Mount(kind) => format!("mount {}", kind.name()),
            Topic::MountOption(option, kind) => format!("option {} {}", option.name, kind.name()),
            Topic::Directive(directive) => format!("directive {}", directive.name),
            Topic::Check(check) => format!("check {}", check.name),
            Topic::Variable(variable) => format!("variable {}", variable.name),
            Topic::Signal(signal) => format!("signal {}", signal.name),
        }
    }

    /// The topic that a key stands for.
    pub fn parse(key: &str) -> Option<Topic> {
        let mut words = key.split(' ');
        let (kind, name) = (words.next()?, words.next()?);
        Some(match kind {
            "instruction" => Topic::Instruction(Keyword::parse(name)?),
            "flag" => {
                let keyword = Keyword::parse(name)?;
                Topic::Flag(keyword, keyword.info().flag(words.next()?)?)
            }
            "mount" => Topic::Mount(MountType::parse(name)?),
            "option" => {
                Topic::MountOption(MountOption::parse(name)?, MountType::parse(words.next()?)?)
            }
            "directive" => Topic::Directive(Directive::parse(name)?),
            "check" => Topic::Check(directive::build_check(name)?),
            "variable" => Topic::Variable(variable::predefined(name)?),
            "signal" => Topic::Signal(signal_named(name)?),
            _ => return None,
        })
    }

    /// What there is to say, as markdown.
    pub fn markdown(&self) -> String {
        match self {
            Topic::Instruction(keyword) => instruction(*keyword),
            Topic::Flag(keyword, flag) => self::flag(*keyword, flag),
            Topic::Mount(kind) => {
                let info = kind.info();
                let title = format!("`--mount=type={}`", info.name);
                page(&title, info.summary, info.documentation, &[], Some(info.link))
            }
            Topic::MountOption(option, kind) => mount_option(option, *kind),
            Topic::Directive(directive) => {
                let title = format!("`# {}=`", directive.name);
                let since = since(directive.since, None);
                let documentation = directive.documentation;
                page(&title, directive.summary, documentation, &since, Some(directive.link))
            }
            Topic::Check(check) => {
                let mut facts = since(Some(check.since), None);
                if check.experimental {
                    facts.push("Experimental: off unless turned on.".to_owned());
                }
                if !check.inline {
                    facts.push("Heeds only the directive at the top of the file.".to_owned());
                }
                page(&format!("**{}**", check.name), check.summary, "", &facts, check.link)
            }
            Topic::Variable(variable) => {
                let since = since(variable.since, None);
                page(&format!("`{}`", variable.name), "", &variable.documentation(), &since, None)
            }
            Topic::Signal(signal) => page(
                &format!("`{}` = {}", signal.name, signal.number),
                signal.summary,
                "",
                &[],
                None,
            ),
        }
    }
}

/// A value of a closed list, as markdown.
pub fn choice(choice: &Choice) -> String {
    page(&code(choice.value), choice.summary, "", &[], None)
}

/// A text as a code mark, whatever it holds: what a file says is shown and never read as markdown.
pub fn code(text: &str) -> String {
    // A mark ends at the next run of as many backticks.
    match text.split(|c| c != '`').map(str::len).max() {
        None | Some(0) => format!("`{text}`"),
        Some(longest) => {
            let mark = "`".repeat(longest + 1);
            format!("{mark} {text} {mark}")
        }
    }
}

/// A name of the file's in bold, or as a code mark if it is none. Stands at the start of a text, where
/// backticks would begin a block.
pub fn strong(name: &str) -> String {
    match name.chars().all(|c| c.is_alphanumeric() || "-_. ".contains(c)) {
        true => format!("**{name}**"),
        false => code(&name.replace('`', "'")),
    }
}

/// A value of `--platform`, as markdown.
pub fn platform(name: &str) -> Option<String> {
    let platform = PLATFORMS.iter().find(|platform| platform.name == name)?;
    Some(page(&format!("`{name}`"), platform.summary, "", &[], None))
}

fn instruction(keyword: Keyword) -> String {
    let info = keyword.info();
    let mut text = format!("```dockerfile\n{}\n```\n", info.syntax.join("\n"));
    text.push_str(info.documentation.trim_end());
    if !info.flags.is_empty() {
        text.push_str("\n\nFlags:");
        for flag in info.flags {
            let _ = write!(text, " `--{}`", flag.name);
        }
    }
    link(&mut text, Some(info.link));
    text
}

fn flag(keyword: Keyword, flag: &Flag) -> String {
    let mut facts = Vec::new();
    if let Some(default) = flag.default {
        facts.push(format!("Default: {default}."));
    }
    if flag.repeat {
        facts.push("May be repeated.".to_owned());
    }
    facts.extend(since(flag.since, flag.labs));
    let value = match flag.value {
        FlagValue::Bool => "",
        _ => "=…",
    };
    let title = format!("`{} --{}{value}`", keyword.name(), flag.name);
    page(&title, flag.summary, flag.documentation, &facts, Some(keyword.info().link))
}

fn mount_option(option: &MountOption, kind: MountType) -> String {
    let name = kind.name();
    let summary = match option.usage(kind) {
        MountUsage::Used(text) => text.to_owned(),
        MountUsage::Ignored => format!("{}. Has no effect on type `{name}`", option.summary),
        MountUsage::Refused => format!("{}. Refused for type `{name}`", option.summary),
    };
    let mut facts = Vec::new();
    if !option.aliases.is_empty() {
        facts.push(format!("Also written `{}`.", option.aliases.join("` or `")));
    }
    facts.extend(since(option.since, None));
    page(
        &format!("`{}` of `type={name}`", option.name),
        &summary,
        "",
        &facts,
        Some(kind.info().link),
    )
}

/// Which frontends know it.
fn since(stable: Option<&str>, labs: Option<&str>) -> Vec<String> {
    let text = match (stable, labs) {
        (Some(stable), Some(labs)) => format!("Since frontend {stable} ({labs}-labs)."),
        (Some(stable), None) => format!("Since frontend {stable}."),
        (None, Some(labs)) => format!("Only in labs frontends, since {labs}-labs."),
        (None, None) => return Vec::new(),
    };
    vec![text]
}

/// A title with a summary behind it, longer text, facts in one paragraph, a link.
fn page(
    title: &str,
    summary: &str,
    documentation: &str,
    facts: &[String],
    url: Option<&str>,
) -> String {
    let mut text = title.to_owned();
    if !summary.is_empty() {
        let _ = write!(text, ": {summary}");
    }
    for part in [documentation.trim_end(), &facts.join(" ")] {
        if !part.is_empty() {
            let _ = write!(text, "\n\n{part}");
        }
    }
    link(&mut text, url);
    text
}

fn link(text: &mut String, url: Option<&str>) {
    if let Some(url) = url {
        let _ = write!(text, "\n\n[Reference]({url})");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::directive::{BUILD_CHECKS, DIRECTIVES};
    use crate::language::mount::MOUNT_OPTIONS;
    use crate::language::signal::SIGNALS;
    use crate::language::variable::VARIABLES;

    fn all() -> Vec<Topic> {
        let mut all: Vec<Topic> = Keyword::ALL.map(Topic::Instruction).into();
        for keyword in Keyword::ALL {
            all.extend(keyword.info().flags.iter().map(|flag| Topic::Flag(keyword, flag)));
        }
        for kind in MountType::ALL {
            all.push(Topic::Mount(kind));
            all.extend(MOUNT_OPTIONS.iter().map(|option| Topic::MountOption(option, kind)));
        }
        all.extend(DIRECTIVES.iter().map(Topic::Directive));
        all.extend(BUILD_CHECKS.iter().map(Topic::Check));
        all.extend(VARIABLES.iter().map(Topic::Variable));
        all.extend(SIGNALS.iter().map(Topic::Signal));
        all
    }

    #[test]
    fn every_topic_has_help_and_is_found_by_its_key() {
        for topic in all() {
            let key = topic.key();
            let text = topic.markdown();
            assert!(text.len() > 15, "{key}: {text}");
            assert!(!text.contains("\n\n\n") && !text.ends_with('\n'), "{key}: {text:?}");
            let found = Topic::parse(&key).map(|topic| topic.markdown());
            // Two names of one signal have one number.
            assert!(found.is_some_and(|found| found == text || key.starts_with("signal")), "{key}");
        }
        for key in ["", "flag", "flag COPY", "flag COPY x", "x y", "mount x"] {
            assert!(Topic::parse(key).is_none(), "{key}");
        }
    }

    #[track_caller]
    fn check(key: &str, expected: &str) {
        let text = Topic::parse(key).map(|topic| topic.markdown()).unwrap_or_default();
        assert_eq!(text, expected, "{key}");
    }

    #[test]
    fn help_reads_well() {
        check(
            "option target cache",
            "`target` of `type=cache`: Where it is mounted; a relative path counts from WORKDIR\n\n\
             Also written `dst` or `destination`.\n\n\
             [Reference](https://docs.docker.com/reference/dockerfile/#run---mounttypecache)",
        );
        check(
            "check ExposeProtoCasing",
            "**ExposeProtoCasing**: The protocol in EXPOSE is not in lower case\n\n\
             Since frontend 1.18.\n\n\
             [Reference](https://docs.docker.com/go/dockerfile/rule/expose-proto-casing/)",
        );
        check("signal SIGQUIT", "`SIGQUIT` = 3: Quit: graceful for nginx and php-fpm");
    }
}
