//! Moves a `RUN` that only tests out of the builder, into a stage of its own.
//!
//! `BuildKit` builds only the stages that the target needs, so a plain build no longer runs it.

use super::Snapshot;
use super::actions::{Action, ActionKind};
use super::edit::{Promise, gate};
use crate::language::Keyword;
use crate::model::{Model, Stage};
use crate::split::course::{Course, Role};
use crate::split::facts::{Line, What};
use crate::split::stages::{self, Stages};
use crate::syntax::Style;
use crate::text::{Edit, TextRange};

/// Names for the new stage, the best first.
const NAMES: &[&str] = &["test", "tests", "tester", "unit-test"];

/// Names for a builder that has none, the best first.
pub(super) const BUILDERS: &[&str] = &["builder", "build", "build-stage"];

/// The `RUN` that `range` touches as a stage of its own, if it does nothing but test in a stage that
/// the last one needs, and nothing behind it needs what it leaves.
pub fn tester(snapshot: &Snapshot, range: TextRange) -> Option<Action> {
    let model = snapshot.model();
    let stage = model.stage_at(range.start())?;
    let next = model.stages().get(stage.index + 1)?;
    let is_needed = model.reachable(model.stages().len() - 1).get(stage.index).copied()?;
    if !is_needed || has_numbers(model) {
        return None;
    }
    let facts = stages::read(model, |one| one.index == stage.index);
    let stages = Stages::follow(model, &facts);
    let course = stages.course(stage.index)?;
    let lines = &course.facts.lines;
    let number = lines.iter().position(|line| {
        line.placed.range().intersect(range).is_some() && line.keyword == Keyword::Run
    })?;
    let line = lines.get(number)?;
    if line.placed.start < stage.start || !only_tests(course, number) || !is_free(course, number) {
        return None;
    }
    let name = NAMES.iter().find(|name| model.names().stages(name).is_empty())?;
    let tree = snapshot.tree();
    let style = Style::of(tree);
    let mut edits = Vec::new();
    let builder = match stage.name() {
        Some(name) => name.text.to_string(),
        None => {
            let free = BUILDERS.iter().find(|name| model.names().stages(name).is_empty())?;
            let end = stage.image()?.range.end();
            edits.push(Edit::insert(end, format!(" {} {free}", style.word("AS"))));
            (*free).to_owned()
        }
    };
    let own = tree.with_comments(&line.placed);
    edits.push(Edit::delete(with_blank(snapshot, own)));
    let lines = new_stage(snapshot, style, course, stage, number, (&builder, name));
    let below = model.tree().item(next.item)?;
    edits.push(Edit::insert(tree.with_comments(&below).start(), lines));
    gate(snapshot, &edits, Promise::Reads).ok()?;
    let title = format!(
        "Move this test to a stage `{name}` (plain builds no longer run it; run it with `docker \
         build --target {name} .`)"
    );
    Some(Action { title, kind: ActionKind::Tester, edits, finding: None, preferred: false })
}

/// Whole lines, with a blank line behind them where one stands before them, too: of the two one is
/// left.
fn with_blank(snapshot: &Snapshot, lines: TextRange) -> TextRange {
    let text = snapshot.text();
    let number = text.line_of(lines.start());
    let line = |number| text.slice(TextRange::new(text.line_start(number), text.line_end(number)));
    let below = text.line_of(lines.end());
    let is_blank =
        number > 0 && line(number - 1).trim().is_empty() && line(below).trim().is_empty();
    let end = if is_blank { text.line_start(below + 1) } else { lines.end() };
    TextRange::new(lines.start(), end.max(lines.end()))
}

/// The lines of the new stage.
fn new_stage(
    snapshot: &Snapshot,
    style: Style,
    course: &Course<'_>,
    stage: &Stage,
    number: usize,
    (builder, name): (&str, &str),
) -> String {
    let lines = &course.facts.lines;
    let newline = style.newline;
    let copied = |range| style.ended(snapshot.text().slice(range).into_owned());
    let mut text = format!("{} {builder} {} {name}{newline}", style.word("FROM"), style.word("AS"));
    let Some(line) = lines.get(number) else { return text };
    // An `ARG` counts to the end of its stage.
    let own = lines.iter().take(number).filter(|line| line.placed.start >= stage.start);
    for argument in own.filter(|line| line.keyword == Keyword::Arg) {
        text.push_str(&copied(argument.placed.range()));
    }
    let end = course.facts.last_scene();
    if let Some(folder) =
        line.scene.workdir.as_deref().filter(|_| end.workdir != line.scene.workdir)
    {
        text.push_str(&format!("{} {folder}{newline}", style.word("WORKDIR")));
    }
    text.push_str(&copied(snapshot.tree().with_comments(&line.placed)));
    text + newline
}

/// Whether the commands of a line test or check, and do nothing else.
fn only_tests(course: &Course<'_>, number: usize) -> bool {
    let deeds = course.deeds.iter().filter(|deed| deed.line == number);
    let mut tests = false;
    for deed in deeds {
        let invocation = course.invocation(deed.line, deed.command);
        let writes = invocation.is_none_or(|one| !one.outputs.is_empty() || leaves_report(one));
        match deed.role {
            Role::Checks(_) if !writes => tests = true,
            Role::Nothing if !writes => {}
            _ => return false,
        }
    }
    tests
}

/// Whether an option names a file for the result, which something may be waiting for.
fn leaves_report(invocation: &crate::split::command::Invocation) -> bool {
    const REPORTS: &[&str] = &["cover", "report", "junit", "output", "profile", "-o", "json"];
    let mut words = invocation.args().iter().map(|word| word.or_empty());
    words.any(|word| word.starts_with('-') && REPORTS.iter().any(|part| word.contains(part)))
}

/// Whether the test finds at the end of its stage what it finds where it stands.
fn is_free(course: &Course<'_>, number: usize) -> bool {
    let lines = &course.facts.lines;
    let (Some(line), end) = (lines.get(number), course.facts.last_scene()) else { return false };
    let keeps = |later: &Line<'_>| match &later.what {
        What::Run(run) => run.commands.is_ok(),
        What::Variables(_) => later.keyword == Keyword::Arg,
        _ => !matches!(later.keyword, Keyword::Shell | Keyword::User | Keyword::Onbuild),
    };
    let removes = course.deeds.iter().filter(|deed| deed.line > number).any(|deed| {
        let name = course.invocation(deed.line, deed.command).and_then(|one| one.name());
        matches!(deed.role, Role::Removes | Role::Moves | Role::Unknown) || name == Some("rm")
    });
    let is_known = line.scene.workdir.is_some() && line.scene.user == end.user;
    is_known && !removes && lines.iter().skip(number + 1).all(keeps)
}

/// Whether stages are named by their numbers, which a new stage changes.
fn has_numbers(model: &Model) -> bool {
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    model.references().iter().any(|reference| is_number(&reference.name.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    #[track_caller]
    fn check(marked: &str, expected: Option<&str>) {
        let fixture = Fixture::new(marked);
        let found = tester(&fixture.snapshot, TextRange::empty(fixture.cursor));
        let made = found.map(|action| fixture.edited(&action.edits));
        assert_eq!(made.as_deref(), expected, "{marked}");
    }

    const BUILD: &str = "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\n";
    const LAST: &str = "FROM scratch\nCOPY --from=build /app /\n";

    #[test]
    fn tests_get_a_stage_of_their_own() {
        let after = "RUN go build -o /app .\n";
        check(
            &format!("{BUILD}# Try it.\nRUN go $0test ./...\n{after}\n# Ship it.\n{LAST}"),
            Some(&format!(
                "{BUILD}{after}\nFROM build AS test\n# Try it.\nRUN go test ./...\n\n# Ship it.\n{LAST}"
            )),
        );
        check(
            &format!("from golang:1.22\narg X\ncopy . .\nrun go $0vet .\nworkdir /x\n{LAST}")
                .replace("--from=build", "--from=x"),
            None,
        );
        let unnamed = "from golang:1.22 as build\narg X\ncopy . .\nrun go $0vet .\nworkdir /x\n\nfrom build\n";
        check(
            &format!("{BUILD}\nRUN go $0test ./...\n\n{after}\n{LAST}"),
            Some(&format!("{BUILD}\n{after}\nFROM build AS test\nRUN go test ./...\n\n{LAST}")),
        );
        check(
            unnamed,
            Some(
                "from golang:1.22 as build\narg X\ncopy . .\nworkdir /x\n\nfrom build as test\narg X\nworkdir /go\nrun go vet .\n\nfrom build\n",
            ),
        );
    }

    #[test]
    fn what_is_needed_stays() {
        for text in [
            // One stage: there is nothing to stand between.
            "FROM golang:1.22\nRUN go $0test ./...\n".to_owned(),
            // The last stage.
            format!("{BUILD}FROM golang:1.22\nCOPY --from=build /src .\nRUN go $0test ./...\n"),
            format!("{BUILD}RUN go $0test ./... && touch /ok\n{LAST}"),
            format!("{BUILD}RUN go $0test -coverprofile=c ./...\n{LAST}"),
            format!("{BUILD}RUN go $0test ./... > /log\n{LAST}"),
            format!("{BUILD}RUN go $0build ./...\n{LAST}"),
            format!("{BUILD}RUN go $0test ./...\nRUN rm -r testdata\n{LAST}"),
            format!("{BUILD}RUN go $0test ./...\nENV A=b\n{LAST}"),
            format!("{BUILD}RUN go $0test ./...\nUSER 1\n{LAST}"),
            format!("{BUILD}RUN go $0test ./...\n{LAST}COPY --from=0 /a /b\n"),
            // Nothing needs it: plain builds do not run it now.
            format!("{BUILD}RUN go $0test ./...\nFROM scratch\n"),
        ] {
            check(&text, None);
        }
    }

    #[test]
    fn the_title_says_how_to_run_it() {
        let fixture = Fixture::new(&format!("{BUILD}RUN go $0test ./...\n{LAST}"));
        let found = tester(&fixture.snapshot, TextRange::empty(fixture.cursor)).expect("an action");
        assert!(found.title.contains("plain builds no longer run it"), "{}", found.title);
        assert!(found.title.contains("docker build --target test ."), "{}", found.title);
    }
}
