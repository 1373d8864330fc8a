//! Variables that have no value where they are read: those that `FROM` does not know, and those
//! that a stage has to declare again.

use std::collections::HashSet;
use std::sync::Arc;

use super::rule::ModelLook;
use super::{Finding, Fix, Issue, Phase, Severity, near};
use crate::image::reference;
use crate::language::platform::Platform;
use crate::language::{Keyword, variable};
use crate::model::facts::{Definition, Expander, Use};
use crate::model::scope::IssueKind;
use crate::model::{Base, Facts, Model, Stage};
use crate::syntax::expand::{self, ExpandErrorKind, Mode, NoEnv};
use crate::syntax::{Item, Placed};
use crate::text::Edit;

const LINK: &str =
    "https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact";

/// What [`Issue::variant`] says here.
const UNDECLARED: u8 = 0;
const NOT_REDECLARED: u8 = 1;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let mut item = usize::MAX;
    let mut told = HashSet::new();
    for issue in model.scope_issues() {
        if issue.item != item {
            item = issue.item;
            told.clear();
        }
        // Once a name and instruction is enough, and no instruction deserves more than that many.
        let name =
            model.facts(item).and_then(|facts| facts.uses.get(issue.use_)).map(|u| &u.name.text);
        let Some(name) = name else { continue };
        if told.len() == MOST || !told.insert(Arc::clone(name)) {
            continue;
        }
        let variant = match issue.kind {
            IssueKind::UndeclaredInFrom => UNDECLARED,
            IssueKind::NotRedeclared => NOT_REDECLARED,
        };
        issues.push(Issue { item, other: None, number: issue.use_, variant });
    }
}

/// How many names are told of one instruction.
const MOST: usize = 50;

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let placed = model.tree().item(issue.item)?;
    let facts = model.facts(issue.item)?;
    let read = facts.uses.get(issue.number)?;
    match issue.variant {
        UNDECLARED => Some(undeclared(model, placed, facts, read)),
        _ => not_redeclared(model, placed, facts, read),
    }
}

/// A variable in `FROM` that no `ARG` before the first `FROM` declares.
fn undeclared(model: &Model, placed: Placed<'_>, facts: &Facts, read: &Use) -> Finding {
    let name = &*read.name.text;
    let range = placed.lift(read.name.range);
    let names: Vec<&str> = globals(model).map(|(_, definition)| &*definition.name.text).collect();
    let automatic = variable::of_kind(variable::VariableKind::Automatic).map(|known| known.name);
    let near = near::exact(name, names.iter().copied().chain(automatic));
    let message = match &near {
        Some(near) => format!(
            "No ARG before the first FROM declares `{name}`, so it is empty here. Did you mean \
             `{}`?",
            near.name
        ),
        None => format!(
            "No ARG before the first FROM declares `{name}`, so it is empty here. Declare it \
             there: FROM sees no others."
        ),
    };
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
            sure: near.is_none(),
        })
    });
    if let Some(near) = near {
        finding = near.fix(finding, range, near.name);
    }
    finding.fixes.extend(declare);
    finding
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
    if shell && facts.keyword == Some(Keyword::Run) && sets(&placed.item.text, name) {
        return None;
    }
    let global = global(model, name);
    let origin = match global {
        Some(_) => "is declared before the first FROM, which counts for FROM lines only",
        None => "is set by the builder, but a stage knows it only where it is declared",
    };
    let open = matches!(root(model, stage), Base::Image(_) | Base::Unknown);
    let doubt = if open { " here, unless the base image sets it" } else { " here" };
    let message = format!(
        "`{name}` {origin}. It is empty{doubt}. Write `ARG {name}` below the FROM of this stage."
    );
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
    let sure = !(shell || hides);
    finding.fixes.extend(redeclare(model, stage, name, sure));
    Some(finding)
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
    let keyword = keyword.and_then(|range| item.text.get(std::ops::Range::<usize>::from(range)));
    let lower = keyword.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    let newline = if item.text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{} {name}{newline}", if lower { "arg" } else { "ARG" })
}

/// Whether the text of a `RUN` gives the variable a value itself, in any of the ways of a shell.
fn sets(text: &str, name: &str) -> bool {
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
    fn shells_have_variables_of_their_own() {
        for run in [
            "RUN V=2 && echo $V",
            "RUN for V in a b; do echo $V; done",
            "RUN x | while read -r V; do echo $V; done",
            "RUN export V=2; echo $V",
            "RUN <<EOF\nV=2\necho $V\nEOF",
            "RUN echo '$V'",
        ] {
            check(&format!("ARG V=1\nFROM a\n{run}\n"), &[]);
        }
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
