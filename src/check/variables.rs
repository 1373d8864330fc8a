//! Variables that have no value where they are read: those that `FROM` does not know, and those
//! that a stage has to declare again.

use std::collections::HashSet;
use std::sync::Arc;

use super::rule::ModelLook;
use super::{Finding, Fix, Issue, Phase, Severity, near};
use crate::image::reference;
use crate::language::directive::build_check;
use crate::language::nearest::nearest_exact;
use crate::language::platform::Platform;
use crate::language::{Keyword, variable};
use crate::model::facts::{Definition, Expander, Use};
use crate::model::scope::IssueKind;
use crate::model::state::words_of_shell;
use crate::model::{Base, Facts, Model, Stage, VariableKind};
use crate::syntax::expand::{self, ExpandErrorKind, Mode, NoEnv};
use crate::syntax::{Item, Placed};
use crate::text::{Edit, TextRange};

const LINK: &str =
    "https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact";

/// What [`Issue::variant`] says here.
const UNDECLARED: u8 = 0;
const NOT_REDECLARED: u8 = 1;
/// A variable that nothing declares is surely a mistake: another instruction, that which the issue
/// points to, has an `ARG` of that name, or sets one of nearly that name; or the stage is built on
/// nothing.
const ELSEWHERE: u8 = 2;
const NEARLY: u8 = 3;
const ON_SCRATCH: u8 = 4;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let mut item = usize::MAX;
    let mut told = HashSet::new();
    let (mut shells, mut declared, mut looked_up) = (None, None, 0);
    for issue in model.scope_issues() {
        if issue.item != item {
            item = issue.item;
            told.clear();
        }
        // Once a name and instruction is enough, and no instruction deserves more than that many.
        let read = model.facts(item).and_then(|facts| facts.uses.get(issue.use_));
        let Some((name, by)) = read.map(|read| (&read.name.text, read.by)) else { continue };
        if told.len() == MOST || !told.insert(Arc::clone(name)) {
            continue;
        }
        let by_shell = by == Expander::Shell;
        if by_shell && !shells.get_or_insert_with(|| Shells::of(model)).is_posix_at(model, item) {
            continue;
        }
        let lack = match issue.kind {
            IssueKind::UndeclaredInFrom => Some((UNDECLARED, None)),
            IssueKind::NotRedeclared => Some((NOT_REDECLARED, None)),
            IssueKind::Undeclared => {
                looked_up += 1;
                let names = declared.get_or_insert_with(|| Declared::of(model));
                (looked_up <= MOST_LOOKED_UP).then(|| names.lack(model, item, name)).flatten()
            }
        };
        let found = lack.map(|(variant, other)| Issue { item, other, number: issue.use_, variant });
        issues.extend(found);
    }
}

/// How many names are told of one instruction.
const MOST: usize = 50;

/// How many names that nothing declares are compared with those that the file does declare, and with
/// how many.
const MOST_LOOKED_UP: usize = 100;
const MOST_DECLARED: usize = 200;

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let placed = model.tree().item(issue.item)?;
    let facts = model.facts(issue.item)?;
    let read = facts.uses.get(issue.number)?;
    match issue.variant {
        UNDECLARED => Some(undeclared(model, placed, facts, read)),
        NOT_REDECLARED => not_redeclared(model, placed, facts, read),
        variant => undefined(model, placed, read, (variant, issue.other)),
    }
}

/// A variable in `FROM` that no `ARG` before the first `FROM` declares.
fn undeclared(model: &Model, placed: Placed<'_>, facts: &Facts, read: &Use) -> Finding {
    let name = &*read.name.text;
    let range = placed.lift(read.name.range);
    let names: Vec<&str> = globals(model).map(|(_, definition)| &*definition.name.text).collect();
    let automatic = variable::of_kind(variable::VariableKind::Automatic).map(|known| known.name);
    let near = near::exact(name, names.iter().copied().chain(automatic));
    let has_other = has_other(placed.item, read);
    let so = match has_other {
        true => "so no build can set it, and what stands behind its name in the braces decides",
        false => "so it is empty here",
    };
    let advice = match &near {
        Some(near) => format!("Did you mean `{}`?", near.name),
        None => "Declare it there: FROM sees no others.".to_owned(),
    };
    let message = format!("No ARG before the first FROM declares `{name}`, {so}. {advice}");
    let mut finding = match fails(model, facts, read) {
        true => Finding::refused("undeclared-in-from", Phase::Build, range, message),
        false => Finding::new("undeclared-in-from", Severity::Warning, range, message),
    };
    finding.link = Some(LINK);
    let declare = model.stages().first().and_then(|first| {
        let from = model.tree().item(first.item)?;
        let line = declaration(from.item, name);
        // Behind a byte order mark, if there is one.
        let start = from.lift(from.instruction()?.body).start();
        Some(Fix {
            title: format!("Declare `{name}` before the first FROM"),
            edits: vec![Edit::insert(start, line)],
            // A name with a default of its own works as it stands; `${V:?x}` fails all the same, and
            // `${a:b}` is of another language.
            sure: near.is_none() && !has_modifier(placed.item, read),
        })
    });
    if let Some(near) = near {
        finding = near.fix(finding, range, near.name);
    }
    finding.fixes.extend(declare);
    finding
}

/// Whether more than the name stands in the braces.
fn has_modifier(item: &Item, read: &Use) -> bool {
    let (start, end) = (usize::from(read.name.range.start()), usize::from(read.name.range.end()));
    let is_in_braces = item.text.get(..start).is_some_and(|before| before.ends_with('{'));
    is_in_braces && !item.text.get(end..).is_some_and(|behind| behind.starts_with('}'))
}

/// Whether a use says itself what counts where there is no value: `${V:-x}`, `${V+x}`.
fn has_other(item: &Item, read: &Use) -> bool {
    let behind = TextRange::new(read.name.range.end(), read.range.end().max(read.name.range.end()));
    let behind = item.text_at(behind).unwrap_or_default();
    behind.trim_start_matches(':').starts_with(['-', '+'])
}

/// Whether the `FROM` fails for the lack of it, whatever values the build is given.
fn fails(model: &Model, facts: &Facts, read: &Use) -> bool {
    let Some(from) = &facts.from else { return false };
    let platform = from.platform.iter().find(|word| word.range.contains_range(read.range));
    let word = platform.unwrap_or(&from.image);
    let escape = model.tree().escape();
    let uses = expand::parse(&word.text, escape, Mode::WORD).uses;
    let open = uses.iter().filter(|found| found.sound).any(|found| {
        let name = word.text.get(std::ops::Range::<usize>::from(found.name)).unwrap_or_default();
        global(model, name).is_some() || variable::predefined(name).is_some()
    });
    if open {
        return false;
    }
    match expand::expand(&word.text, escape, Mode::WORD, &NoEnv) {
        Ok(expansion) if platform.is_some() => Platform::parse(&expansion.text).is_none(),
        Ok(expansion) => {
            let name = &*expansion.text;
            model.names().last(name).is_none() && reference::problem(name).is_some()
        }
        Err(error) => matches!(error.kind, ExpandErrorKind::Required { .. }),
    }
}

/// A global variable in a stage that does not declare it again.
fn not_redeclared(model: &Model, placed: Placed<'_>, facts: &Facts, read: &Use) -> Option<Finding> {
    let name = &*read.name.text;
    let stage = model.stage_at(placed.start)?;
    let shell = read.by == Expander::Shell;
    let has_other = has_other(placed.item, read);
    let is_run = facts.keyword == Some(Keyword::Run);
    if shell && (has_other || is_run && sets(&placed.item.text, name)) {
        return None;
    }
    let global = global(model, name);
    let origin = match global {
        Some(_) => "is declared before the first FROM, which counts for FROM lines only",
        None => "is set by the builder, but a stage knows it only where it is declared",
    };
    let open = *root(model, stage) != Base::Scratch;
    let doubt = if open { " here, unless the base image sets it" } else { " here" };
    let is = if has_other { "It has no value" } else { "It is empty" };
    let message =
        format!("`{name}` {origin}. {is}{doubt}. Write `ARG {name}` below the FROM of this stage.");
    let severity = if shell { Severity::Information } else { Severity::Warning };
    let range = placed.lift(read.name.range);
    let mut finding = Finding::new("not-redeclared", severity, range, message);
    finding.link = Some(LINK);
    if let Some((placed, definition)) = global {
        finding = finding
            .with_related(placed.lift(definition.name.range), "declared here for FROM lines");
    }
    // Images do set variables such as NODE_VERSION, which the declaration would hide, but none that
    // the builder sets.
    let hides = open && global.is_some();
    let sure = !(shell || hides || has_other);
    finding.fixes.extend(redeclare(model, stage, name, sure));
    Some(finding)
}

/// What the stages of a file declare.
struct Declared<'m>(Vec<(Placed<'m>, &'m Definition)>);

impl<'m> Declared<'m> {
    fn of(model: &'m Model) -> Declared<'m> {
        let all = model.instructions();
        let all =
            all.flat_map(|(placed, facts)| facts.definitions.iter().map(move |d| (placed, d)));
        Declared(all.collect())
    }

    /// Why the variable `name`, read in the instruction `item` and declared neither in its stage nor
    /// globally, is no variable of the base image, and the number of the item that tells so; `None`
    /// where it may be one.
    fn lack(&self, model: &'m Model, item: usize, name: &str) -> Option<(u8, Option<usize>)> {
        let placed = model.tree().item(item)?;
        let root = root(model, model.stage_at(placed.start)?);
        if *root != Base::Scratch && is_of_images(name) {
            return None;
        }
        // An image has variables with its own name in theirs: `NODE_VERSION` of `node`.
        let is_images_own = match root {
            Base::Image(image) => {
                let image = image.rsplit('/').next().unwrap_or_default();
                let image: String = image.chars().take_while(|c| c.is_alphanumeric()).collect();
                let name = name.to_lowercase();
                name.split('_').any(|part| part == image)
            }
            _ => false,
        };
        // One in this very stage stands below, and may be what was meant as well.
        let elsewhere = self.0.iter().find(|(_, made)| is_argument(made, name));
        if let Some((other, _)) = elsewhere.filter(|_| !is_images_own) {
            return Some((ELSEWHERE, Some(other.index)));
        }
        let nearly = self.nearly(model, placed, name);
        nearly
            .map(|other| (NEARLY, Some(other)))
            .or_else(|| (*root == Base::Scratch).then_some((ON_SCRATCH, None)))
    }

    /// The number of the item that makes the one variable set at `placed` whose name is one edit
    /// away.
    fn nearly(&self, model: &'m Model, placed: Placed<'_>, name: &str) -> Option<usize> {
        if self.0.len() > MOST_DECLARED || name.chars().count() < 4 {
            return None;
        }
        let names = self.0.iter().map(|(_, made)| &*made.name.text);
        let near = nearest_exact(name, names, 1)?;
        // `A1` beside `A2`, `USERS` beside `USER` are two.
        let letters = |name: &str| name.replace(|c: char| c.is_ascii_digit(), "");
        let is_another = letters(near) == letters(name)
            || near.starts_with(name)
            || name.starts_with(near)
            || COMMON.contains(&name);
        let is_set = || model.state_at(placed.start).variables.contains_key(near);
        let (other, _) = self.0.iter().find(|(_, made)| &*made.name.text == near)?;
        (!is_another && is_set()).then_some(other.index)
    }
}

/// Whether a definition is the `ARG` of that name.
fn is_argument(made: &Definition, name: &str) -> bool {
    made.kind == VariableKind::Arg && &*made.name.text == name
}

/// Variables that shells have, whatever other is near to them.
const COMMON: [&str; 8] = ["HOME", "USER", "LANG", "TERM", "SHELL", "HOSTNAME", "LOGNAME", "UID"];

/// Variables that official images set, `*` at the end stands for any more letters. Sources: the `ENV`s
/// of the `docker-library` files, of `adoptium/containers`, `rust-lang/docker-rust`,
/// `nodejs/docker-node`, `nginx/docker-nginx` and `dotnet/dotnet-docker`.
const OF_IMAGES: [&str; 32] = [
    "ASPNET*",
    "BUNDLE_*",
    "CARGO_HOME",
    "CATALINA_HOME",
    "DOTNET_*",
    "GEM_HOME",
    "GOLANG_VERSION",
    "GOPATH",
    "GOTOOLCHAIN",
    "GRADLE_HOME",
    "HOME",
    "JAVA_HOME",
    "JAVA_VERSION",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "MAVEN_HOME",
    "MYSQL_*",
    "NGINX_VERSION",
    "NJS_VERSION",
    "NODE_VERSION",
    "PATH",
    "PG*",
    "PHP_*",
    "POSTGRES_*",
    "PYTHON_*",
    "REDIS_*",
    "RUBY_*",
    "RUSTUP_HOME",
    "RUST_VERSION",
    "TOMCAT_*",
    "YARN_VERSION",
];

/// Whether official images set a variable of that name.
fn is_of_images(name: &str) -> bool {
    OF_IMAGES.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    })
}

/// A variable that nothing declares: why that is a mistake, and the number of the item that tells so.
fn undefined(
    model: &Model,
    placed: Placed<'_>,
    read: &Use,
    (variant, other): (u8, Option<usize>),
) -> Option<Finding> {
    let name = &*read.name.text;
    let range = placed.lift(read.name.range);
    let told = |message: String| {
        let finding = Finding::new("undefined-variable", Severity::Warning, range, message);
        let link = build_check("UndefinedVar").and_then(|check| check.link);
        Finding { link, ..finding }
    };
    // Whoever writes a default expects that there is no value.
    if has_other(placed.item, read) {
        return None;
    }
    let stage = model.stage_at(placed.start)?;
    let made = |other: usize| model.facts(other).map(|facts| &facts.definitions);
    Some(match variant {
        ELSEWHERE => {
            let other = model.tree().item(other?)?;
            let made = made(other.index)?.iter().find(|made| is_argument(made, name))?;
            let below = model.stage_at(other.start).is_some_and(|its| its.index == stage.index);
            let (origin, advice) = match below {
                _ if other.index == placed.index => {
                    ("only here", "Leave this default away: a build can give the value.")
                }
                true => ("only further down", "Move its ARG above this line."),
                false => {
                    ("in another stage only", "Write its ARG below the FROM of this stage, too.")
                }
            };
            let message = format!(
                "`{name}` is declared {origin}. It is empty here, unless the base image sets it. \
                 {advice}"
            );
            let finding = told(message).with_related(other.lift(made.name.range), "declared here");
            let value = made.value.as_ref().filter(|value| !value.text.contains('$'));
            let text = match value.filter(|_| !below) {
                Some(value) => format!("{name}={}", value.text),
                None => name.to_owned(),
            };
            match redeclare(model, stage, &text, false).filter(|_| !below) {
                Some(fix) => finding.with_fix(fix),
                None => finding,
            }
        }
        NEARLY => {
            let names = made(other?)?.iter().map(|made| &*made.name.text);
            let near = nearest_exact(name, names, 1)?;
            let message = format!("Nothing here sets `{name}`. Did you mean `{near}`?");
            told(message).maybe_replace(format!("Change to `{near}`"), range, near)
        }
        _ => told(format!(
            "Nothing sets `{name}` in this stage, so it is empty here. Declare it below the FROM: \
             `ARG {name}`."
        )),
    })
}

/// `ARG NAME` as the first line of the stage.
fn redeclare(model: &Model, stage: &Stage, name: &str, sure: bool) -> Option<Fix> {
    let from = model.tree().item(stage.item)?;
    Some(Fix {
        title: format!("Declare `{name}` in this stage"),
        edits: vec![Edit::insert(from.range().end(), declaration(from.item, name))],
        sure,
    })
}

/// `ARG NAME` as a line of its own, in the manner of the `FROM` in `item`.
fn declaration(item: &Item, name: &str) -> String {
    let keyword = item.instruction().map(|instruction| instruction.meant().command.keyword_range);
    let keyword = keyword.and_then(|range| item.text_at(range));
    let lower = keyword.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    let newline = if item.text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{} {name}{newline}", if lower { "arg" } else { "ARG" })
}

/// The `SHELL`s of a file: the numbers of their items, and whether `$NAME` is to them a variable of the
/// environment.
struct Shells(Vec<(usize, bool)>);

impl Shells {
    fn of(model: &Model) -> Shells {
        let shells = model.instructions().filter_map(|(placed, facts)| {
            let setting =
                facts.setting.as_ref().filter(|_| facts.keyword == Some(Keyword::Shell))?;
            Some((placed.index, is_posix(&setting.text)))
        });
        Shells(shells.collect())
    }

    /// Whether the shell that the item is given to is one of these.
    fn is_posix_at(&self, model: &Model, item: usize) -> bool {
        let Some(placed) = model.tree().item(item) else { return true };
        let (mut stage, mut end) = (model.stage_at(placed.start), item);
        while let Some(here) = stage {
            let before = self.0.partition_point(|(shell, _)| *shell < end);
            let last = before.checked_sub(1).and_then(|last| self.0.get(last));
            if let Some((_, is_posix)) = last.filter(|(shell, _)| *shell > here.item) {
                return *is_posix;
            }
            match &here.base {
                Base::Stage(parent) => {
                    stage = model.stages().get(*parent);
                    end = model.stages().get(parent + 1).map_or(end, |next| next.item);
                }
                Base::Image(name) => return !WINDOWS.iter().any(|part| name.contains(part)),
                _ => return true,
            }
        }
        true
    }
}

/// Parts of the names of images whose shell is `cmd`.
const WINDOWS: [&str; 3] = ["windows", "nanoserver", "servercore"];

fn is_posix(shell: &str) -> bool {
    let program = words_of_shell(shell).into_iter().next().unwrap_or_default();
    let program = program.to_ascii_lowercase();
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    !["powershell", "pwsh", "cmd"].contains(&name.trim_end_matches(".exe"))
}

/// Whether a file that the shell reads as its own commands may give any variable a value.
fn reads_a_file(text: &str) -> bool {
    let mut commands = text.split(['\n', ';', '&', '|', '(', '{']);
    commands.any(|command| {
        let first = command.split_whitespace().find(|word| !is_prefix(word));
        matches!(first, Some("." | "source" | "eval"))
    })
}

/// Whether the text of a `RUN` gives the variable a value itself, in any of the ways of a shell.
fn sets(text: &str, name: &str) -> bool {
    if reads_a_file(text) {
        return true;
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |at: usize| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(|c| is_name(c) || c == '$' || c == '{') && !behind.is_some_and(is_name)
    };
    text.match_indices(name).filter(|(at, _)| whole(*at)).any(|(at, _)| {
        let behind = text.get(at + name.len()..).unwrap_or_default();
        let words = text.get(..at).unwrap_or_default();
        let line = words.rsplit(['\n', ';', '&', '|']).next().unwrap_or_default();
        let command = line.split_whitespace().find(|word| !is_prefix(word)).unwrap_or_default();
        behind.starts_with('=')
            || behind.starts_with("+=")
            || matches!(command, "for" | "read" | "getopts" | "mapfile" | "readarray")
            || line.trim_end().ends_with("-v")
    })
}

/// Words that may stand before a command.
fn is_prefix(word: &str) -> bool {
    matches!(
        word,
        "while" | "do" | "then" | "if" | "!" | "until" | "else" | "RUN" | "run" | "{" | "("
    ) || word.contains('=')
}

/// What the chain of stages that `stage` is built on starts from.
fn root<'a>(model: &'a Model, stage: &'a Stage) -> &'a Base {
    let mut base = &stage.base;
    while let Base::Stage(parent) = base {
        let Some(parent) = model.stages().get(*parent) else { break };
        base = &parent.base;
    }
    base
}

/// What the `ARG`s before the first `FROM` declare, in file order.
fn globals(model: &Model) -> impl Iterator<Item = (Placed<'_>, &Definition)> {
    model
        .instructions()
        .take_while(|(_, facts)| facts.keyword != Some(Keyword::From))
        .filter(|(_, facts)| facts.keyword == Some(Keyword::Arg))
        .flat_map(|(placed, facts)| facts.definitions.iter().map(move |d| (placed, d)))
}

/// The last global declaration of that name.
pub fn global<'a>(model: &'a Model, name: &str) -> Option<(Placed<'a>, &'a Definition)> {
    globals(model).filter(|(_, definition)| &*definition.name.text == name).last()
}

#[cfg(test)]
mod tests {
    use crate::check::Severity;
    use crate::check::testing::*;

    #[test]
    fn variables_that_from_does_not_know() {
        let code = "undeclared-in-from";
        check("FROM a:$⟦V⟧\n", &[code]);
        check("FROM a:${⟦V⟧:-1}\n", &[code]);
        check("FROM a:$⟦V⟧$V\n", &[code]);
        check("FROM a\nARG V=1\nFROM b:$⟦V⟧\n", &[code]);
        check("FROM --platform=$⟦P⟧ a\n", &[code]);
        check("ARG V=1\nFROM --platform=$TARGETPLATFORM a:$V\n", &[]);
        let severity = |text| findings(text)[0].severity;
        assert_eq!(severity("FROM a:$V\n"), Severity::Error);
        assert_eq!(severity("FROM a:${V:-1}\n"), Severity::Warning);
        assert_eq!(severity("FROM a$V\n"), Severity::Warning);
        assert_eq!(severity("FROM --platform=$P a\n"), Severity::Error);
        assert_eq!(severity("FROM --platform=linux$P a\n"), Severity::Warning);
        assert_eq!(severity("ARG A\nFROM a:$A$V\n"), Severity::Warning);
    }

    #[test]
    fn a_default_of_the_place_counts() {
        let message = |text: &str| findings(text)[0].message.clone();
        let told = message("FROM ${A:-alpine}\n");
        assert!(told.contains("no build can set it") && !told.contains("empty"), "{told}");
        not_sure("FROM ${A:-alpine}\n", "undeclared-in-from");
        not_sure("FROM a:4-${templateOption:imageVariant}\n", "undeclared-in-from");
        let told = message("FROM scratch\nENV X=${TARGETOS:-linux}\n");
        assert!(told.contains("It has no value here"), "{told}");
        not_sure("FROM scratch\nENV X=${TARGETOS:-linux}\n", "not-redeclared");
    }

    #[test]
    fn they_are_declared() {
        let code = "undeclared-in-from";
        fixed("# x\nFROM a:$V\n", code, "# x\nARG V\nFROM a:$V\n");
        fixed("from a:$V\r\n", code, "arg V\r\nfrom a:$V\r\n");
        fixed("\u{feff}FROM a:$V\n", code, "\u{feff}ARG V\nFROM a:$V\n");
        fixed("ARG VERSION=1\nFROM a:$VERSON\n", code, "ARG VERSION=1\nFROM a:$VERSION\n");
        fixed_by(
            "ARG VERSION=1\nFROM a:$VERSON\n",
            code,
            1,
            "ARG VERSION=1\nARG VERSON\nFROM a:$VERSON\n",
        );
        fixed("FROM --platform=$BUILDPLATFROM a\n", code, "FROM --platform=$BUILDPLATFORM a\n");
    }

    #[test]
    fn variables_that_a_stage_does_not_know() {
        let code = "not-redeclared";
        check("ARG V=1\nFROM a:$V\nENV X=$⟦V⟧\n", &[code]);
        check("ARG V=1\nFROM a\nCOPY a /${⟦V⟧}\n", &[code]);
        check("ARG V=1\nFROM a\nRUN echo $⟦V⟧\n", &[code]);
        check("FROM a\nENV X=$⟦TARGETARCH⟧\n", &[code]);
        check("ARG V=1\nFROM a AS p\nARG V\nFROM p\nENV X=$V\n", &[]);
        check("ARG V=1\nFROM a\nARG V\nENV X=$V\nFROM b\nENV X=$⟦V⟧\n", &[code]);
        check("FROM a\nENV X=$OTHER\n", &[]);
    }

    #[test]
    fn variables_that_nothing_sets() {
        let code = "undefined-variable";
        let other = "FROM a AS x\nARG V=1\nENV W=$V\nFROM b\n";
        check(&format!("{other}ENV V=${{⟦V⟧}}\nCOPY x /opt/$V/\n"), &[code]);
        check(&format!("{other}RUN echo $V\nEXPOSE $V\n"), &[]);
        check("FROM a AS x\nARG V=1\nFROM x\nENV W=$V\n", &[]);
        check("FROM a\nENV W=$⟦V⟧\nARG V=1\n", &[code]);
        check("FROM a\nENV W=${V:-2}\nARG V=1\n", &[]);
        check("FROM a\nARG V=$⟦V⟧\n", &[code]);
        check("FROM a AS x\nARG NODE_VERSION=1\nFROM node:1\nENV W=$NODE_VERSION\n", &[]);
        check("FROM a AS x\nENV JAVA=1\nFROM b\nENV W=$JAVA\n", &[]);
        check("FROM a\nENV APP_HOME=/srv\nWORKDIR $⟦APP_HMOE⟧\n", &[code]);
        check("FROM a\nENV HOMES=/srv A1234=1\nWORKDIR $HOME/$A1235/$PATH\n", &[]);
        check("FROM a AS x\nENV APP_HOME=/srv\nFROM b\nWORKDIR $APP_HMOE\n", &[]);
        check("FROM golang:1\nARG GOPATH=/go\nFROM golang:1\nWORKDIR $GOPATH/src\n", &[]);
        check("FROM a\nARG JAVA_HOME=/j\nFROM eclipse-temurin\nENV A=$JAVA_HOME\n", &[]);
        check("FROM golang:1\nENV GOPTH=1\nWORKDIR $GOPATH\n", &[]);
        check("FROM a\nARG GOPATH=/go\nFROM scratch\nWORKDIR $⟦GOPATH⟧\n", &[code]);
        check("FROM scratch\nENV A=$⟦OTHER⟧ B=$PATH\n", &[code]);
        check("ARG V\nFROM a AS x-1\nARG W=1\nFROM x-$TARGETARCH\nENV A=$W\n", &[]);
        fixed(
            &format!("{other}USER $V\n"),
            code,
            "FROM a AS x\nARG V=1\nENV W=$V\nFROM b\nARG V=1\nUSER $V\n",
        );
        fixed(
            "FROM a\nENV APP_HOME=/srv\nWORKDIR $APP_HMOE\n",
            code,
            "FROM a\nENV APP_HOME=/srv\nWORKDIR $APP_HOME\n",
        );
        not_sure("FROM a\nENV APP_HOME=/srv\nWORKDIR $APP_HMOE\n", code);
    }

    #[test]
    fn shells_have_variables_of_their_own() {
        for run in [
            "RUN V=2 && echo $V",
            "RUN for V in a b; do echo $V; done",
            "RUN x | while read -r V; do echo $V; done",
            "RUN export V=2; echo $V",
            "RUN <<EOF\nV=2\necho $V\nEOF",
            "RUN echo '$V'",
            "RUN . /etc/os-release && echo $V",
            "RUN set -e; source x; echo $V",
            "RUN eval \"$(x)\" && echo $V",
            "RUN echo ${V:-2} ${V+3}",
            "SHELL [\"powershell\", \"-Command\"]\nRUN $V = 2; Write-Host $V",
            "SHELL [\"C:\\\\x\\\\pwsh.exe\"]\nRUN $V",
        ] {
            check(&format!("ARG V=1\nFROM a\n{run}\n"), &[]);
        }
        check("ARG V=1\nFROM mcr.microsoft.com/windows/nanoserver\nRUN echo $V\n", &[]);
        let bash = "SHELL [\"/bin/bash\", \"-c\"]\nRUN echo $⟦V⟧";
        check(&format!("ARG V=1\nFROM a\n{bash}\n"), &["not-redeclared"]);
        check("ARG V=1\nFROM a\nRUN MYV=2 echo $⟦V⟧ $VX\n", &["not-redeclared"]);
        let found = findings("ARG V=1\nFROM a\nRUN echo $V\n");
        assert_eq!(found[0].severity, Severity::Information);
        assert!(found[0].fixes.iter().all(|fix| !fix.sure));
    }

    #[test]
    fn they_are_declared_again() {
        let code = "not-redeclared";
        fixed("ARG V=1\nFROM a\n\nENV X=$V\n", code, "ARG V=1\nFROM a\nARG V\n\nENV X=$V\n");
        fixed(
            "arg V=1\r\nfrom a\r\nenv X=$V\r\n",
            code,
            "arg V=1\r\nfrom a\r\narg V\r\nenv X=$V\r\n",
        );
        fixed(
            "ARG V=1\nFROM a AS b\nFROM \\\n  c\nRUN x\nUSER $V\n",
            code,
            "ARG V=1\nFROM a AS b\nFROM \\\n  c\nARG V\nRUN x\nUSER $V\n",
        );
        // One declaration mends all uses.
        not_sure("ARG V=1\nFROM a\nENV X=$V\n", code);
        let text = "ARG V=1\nFROM scratch\nENV X=$V Y=$V\n";
        let edits = crate::check::fix_all(&findings(text));
        let mended = crate::text::apply_edits(text, &edits);
        assert_eq!(mended.as_deref(), Ok("ARG V=1\nFROM scratch\nARG V\nENV X=$V Y=$V\n"));
    }
}
