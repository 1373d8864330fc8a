//! What holds for all tables at once: texts are there and of one style, links and snippets are
//! well-formed. Only compiled for tests.

use super::argument::{DEVICE_OPTIONS, HEALTH_TYPES, LABELS, MODIFIERS, PROTOCOLS};
use super::directive::{BUILD_CHECKS, CHECK_OPTIONS, DIRECTIVES};
use super::flag::Choice;
use super::mount::{MOUNT_OPTIONS, MountUsage, MountValue};
use super::platform::PLATFORMS;
use super::signal::SIGNALS;
use super::variable::VARIABLES;
use super::{FlagValue, Keyword, MountType, Snippet, VariableKind};

/// Every one-line text with where it stands.
fn summaries() -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    let choices = |place: &str, choices: &'static [Choice], all: &mut Vec<_>| {
        all.extend(choices.iter().map(|c| (format!("{place} {}", c.value), c.summary)));
    };
    for keyword in Keyword::ALL {
        let info = keyword.info();
        all.push((info.name.to_owned(), info.summary));
        for flag in info.flags {
            let place = format!("{} --{}", info.name, flag.name);
            choices(&place, flag.value.choices(), &mut all);
            all.push((place, flag.summary));
        }
    }
    for kind in MountType::ALL {
        all.push((kind.name().to_owned(), kind.info().summary));
        for option in kind.options() {
            let MountUsage::Used(text) = option.usage(kind) else { continue };
            all.push((format!("{} {}", kind.name(), option.name), text));
        }
    }
    for option in MOUNT_OPTIONS {
        all.push((option.name.to_owned(), option.summary));
        if let MountValue::Choice(values) = option.value {
            choices(option.name, values, &mut all);
        }
    }
    for directive in DIRECTIVES {
        choices(directive.name, directive.values, &mut all);
        all.push((directive.name.to_owned(), directive.summary));
    }
    for list in [HEALTH_TYPES, PROTOCOLS, DEVICE_OPTIONS, LABELS] {
        choices("argument", list, &mut all);
    }
    all.extend(MODIFIERS.iter().map(|m| (m.form.to_owned(), m.summary)));
    all.extend(CHECK_OPTIONS.iter().map(|o| (o.name.to_owned(), o.summary)));
    all.extend(BUILD_CHECKS.iter().map(|c| (c.name.to_owned(), c.summary)));
    all.extend(VARIABLES.iter().map(|v| (v.name.to_owned(), v.summary)));
    all.extend(PLATFORMS.iter().map(|p| (p.name.to_owned(), p.summary)));
    all.extend(SIGNALS.iter().map(|s| (s.name.to_owned(), s.summary)));
    all
}

/// Every markdown text with where it stands.
fn documentations() -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    for keyword in Keyword::ALL {
        let info = keyword.info();
        all.push((info.name.to_owned(), info.documentation));
        let flags = info.flags.iter();
        all.extend(flags.map(|f| (format!("{} --{}", info.name, f.name), f.documentation)));
    }
    all.extend(MountType::ALL.map(|kind| (kind.name().to_owned(), kind.info().documentation)));
    all.extend(DIRECTIVES.iter().map(|d| (d.name.to_owned(), d.documentation)));
    all
}

#[test]
fn one_line_texts_are_one_line_of_one_style() {
    for (place, text) in summaries() {
        assert!(!text.is_empty(), "{place}: empty");
        assert!(text.len() <= 90, "{place}: {} bytes", text.len());
        assert!(!text.ends_with('.') && text.trim() == text, "{place}: {text:?}");
        assert!(!text.contains('\n'), "{place}: {text:?}");
        let first = text.chars().next();
        assert!(first.is_some_and(|c| !c.is_lowercase()), "{place}: {text:?}");
        plain(&place, text);
    }
}

#[test]
fn every_documentation_is_short_markdown_with_closed_fences() {
    for (place, text) in documentations() {
        let fences = text.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(fences % 2, 0, "{place}: fence left open");
        assert_eq!(fences, 2 * text.matches("```dockerfile\n").count(), "{place}: other fence");
        let prose = prose_lines(text);
        assert!((1..=10).contains(&prose.len()), "{place}: {} lines of prose", prose.len());
        for line in prose {
            assert!(line.ends_with(['.', ':']), "{place}: {line:?}");
            assert_eq!(line.matches('`').count() % 2, 0, "{place}: {line:?}");
            let outside: String = line.split('`').step_by(2).collect();
            assert_eq!(outside.matches('*').count() % 4, 0, "{place}: {line:?}");
        }
        plain(&place, text);
    }
}

#[test]
fn instructions_show_an_example_of_themselves() {
    for keyword in Keyword::ALL {
        if keyword == Keyword::Maintainer {
            continue; // Its example is what to write instead.
        }
        let info = keyword.info();
        let mut code = info.documentation.split("```dockerfile\n").skip(1);
        let name = format!("{} ", info.name);
        assert!(code.any(|code| code.lines().any(|line| line.starts_with(&name))), "{name}");
    }
}

/// Lines of text outside code blocks.
fn prose_lines(text: &str) -> Vec<&str> {
    let mut code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            code = !code;
        } else if !code && !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// No long dashes, no typographic quotes, no double blanks in prose, no tabs.
fn plain(place: &str, text: &str) {
    for unwanted in ["\u{2014}", "\u{2013}", "\u{2019}", "\u{201c}", "\u{201d}", "\t"] {
        assert!(!text.contains(unwanted), "{place}: has {unwanted:?}");
    }
    for line in prose_lines(text) {
        assert!(!line.contains("  "), "{place}: {line:?}");
    }
}

#[test]
fn links_are_well_formed() {
    let mut links: Vec<_> = Keyword::ALL.iter().map(|keyword| keyword.info().link).collect();
    links.extend(MountType::ALL.iter().map(|kind| kind.info().link));
    links.extend(DIRECTIVES.iter().map(|directive| directive.link));
    for link in &links {
        let anchor = link.strip_prefix("https://docs.docker.com/reference/dockerfile/#");
        let letters = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(anchor.is_some_and(|a| !a.is_empty() && a.chars().all(letters)), "{link}");
    }
    links.sort_unstable();
    let count = links.len();
    links.dedup();
    assert_eq!(links.len(), count, "the same link twice");
}

#[test]
fn flags_are_sorted_and_lower_case() {
    for keyword in Keyword::ALL {
        let flags = keyword.info().flags;
        assert!(flags.is_sorted_by(|a, b| a.name < b.name), "{}", keyword.name());
        for flag in flags {
            let letters = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(!flag.name.is_empty() && flag.name.chars().all(letters), "{}", flag.name);
            assert!(flag.since.is_some() || flag.labs.is_none(), "{}", flag.name);
            let repeats =
                matches!(flag.value, FlagValue::Mount | FlagValue::Pattern | FlagValue::Device);
            assert_eq!(flag.repeat, repeats, "{}", flag.name);
        }
    }
}

/// A default that is one of the choices is written as it is there.
#[test]
fn defaults_are_among_the_choices() {
    for keyword in Keyword::ALL {
        for flag in keyword.info().flags {
            let FlagValue::Choice(choices) = flag.value else { continue };
            let default = flag.default.unwrap_or_default();
            assert!(choices.iter().any(|choice| choice.value == default), "{}", flag.name);
        }
    }
}

#[test]
fn syntax_lines_begin_with_the_keyword() {
    for keyword in Keyword::ALL {
        let info = keyword.info();
        assert!(!info.syntax.is_empty(), "{}", info.name);
        for line in info.syntax {
            assert!(line.starts_with(&format!("{} ", info.name)), "{line}");
        }
    }
}

#[test]
fn snippets_mean_what_their_plain_text_says() {
    for keyword in Keyword::ALL {
        let info = keyword.info();
        // Not offered: deprecated.
        assert_eq!(info.snippets.is_empty(), keyword == Keyword::Maintainer, "{}", info.name);
        for Snippet { label, insert, plain } in info.snippets {
            assert!(insert.starts_with(&format!("{} ", info.name)), "{label}");
            assert!(label.starts_with(&format!("{} ", info.name)), "{label}");
            let filled = fill(insert).unwrap_or_else(|why| panic!("{label}: {why}"));
            assert_eq!(filled, *plain, "{label}");
        }
    }
}

#[test]
fn versions_are_versions() {
    let flags = Keyword::ALL.into_iter().flat_map(|keyword| keyword.info().flags);
    let versions = (flags.flat_map(|flag| [flag.since, flag.labs]))
        .chain(MOUNT_OPTIONS.iter().map(|option| option.since))
        .chain(MODIFIERS.iter().map(|modifier| modifier.since))
        .chain(DIRECTIVES.iter().map(|directive| directive.since))
        .chain(BUILD_CHECKS.iter().map(|check| Some(check.since)))
        .chain(VARIABLES.iter().map(|variable| variable.since))
        .flatten();
    for version in versions {
        assert!(version.starts_with("1."), "{version}");
        assert!(version.split('.').all(|part| part.parse::<u8>().is_ok()), "{version}");
    }
}

#[test]
fn variables_are_upper_case_and_grouped_by_kind() {
    let order =
        [VariableKind::Automatic, VariableKind::Proxy, VariableKind::BuildOnly, VariableKind::Sbom];
    let rank = |kind| order.iter().position(|other| *other == kind);
    assert!(VARIABLES.is_sorted_by_key(|variable| rank(variable.kind)));
    for variable in VARIABLES {
        let letters = |c: char| c.is_ascii_uppercase() || c == '_';
        assert!(variable.name.chars().all(letters), "{}", variable.name);
        assert!(!variable.example.is_empty(), "{}", variable.name);
        plain(variable.name, variable.kind.note());
    }
}

/// The text a snippet stands for, each placeholder replaced by its own text, and the first of
/// several choices. Placeholders have to count from 1 on; `$0` may stand anywhere.
fn fill(snippet: &str) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = snippet;
    let mut next = 1;
    while let Some(at) = rest.find(['\\', '$', '}']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('\\') {
            let escaped = after.chars().next().filter(|c| "$}\\".contains(*c));
            filled.push(escaped.ok_or("bad escape")?);
            rest = &after[1..];
        } else if let Some(after) = rest.strip_prefix("$0") {
            rest = after;
        } else {
            let inner = rest.strip_prefix("${").ok_or("bare $ or }")?;
            let (inner, after) = inner.split_once('}').ok_or("left open")?;
            let (number, text) = inner.split_at(1);
            if number != next.to_string() {
                return Err(format!("placeholder {number} for {next}"));
            }
            next += 1;
            filled.push_str(placeholder(text)?);
            rest = after;
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

fn placeholder(text: &str) -> Result<&str, String> {
    if let Some(text) = text.strip_prefix(':') {
        return Ok(text).filter_empty();
    }
    let choices = text.strip_prefix('|').and_then(|text| text.strip_suffix('|'));
    Ok(choices.and_then(|text| text.split(',').next()).ok_or("no text")?).filter_empty()
}

/// Refuses an empty text: a placeholder nobody can see.
trait FilterEmpty: Sized {
    fn filter_empty(self) -> Self;
}

impl FilterEmpty for Result<&str, String> {
    fn filter_empty(self) -> Self {
        self.and_then(|text| if text.is_empty() { Err("empty".to_owned()) } else { Ok(text) })
    }
}
