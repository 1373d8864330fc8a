//! A stage that a plain build leaves out and nothing else needs.

use super::{Finding, Found, LINK};
use crate::check::{Fix, Severity};
use crate::image::Reference;
use crate::language::Keyword;
use crate::model::{Base, Model, Stage};
use crate::syntax::ItemKind;
use crate::text::{Edit, TextRange, TextSize};

/// Parts of names of stages that are built by name, in CI or while working.
const TARGETS: &[&str] = &[
    "artifact",
    "bench",
    "ci",
    "check",
    "coverage",
    "debug",
    "dev",
    "doc",
    "e2e",
    "export",
    "fmt",
    "format",
    "integration",
    "lint",
    "local",
    "output",
    "prod",
    "release",
    "shell",
    "spec",
    "test",
    "tool",
    "update",
    "validate",
    "vendor",
    "vet",
];

/// Stages that neither the last one nor any other needs, that make something and start nothing.
pub fn look(model: &Model, found: &mut Vec<Found>) {
    let Some(last) = model.stages().last() else { return };
    // A reference to a stage further down may be the one that is missing.
    if model.references().iter().any(|one| one.edge().is_some_and(|(from, to)| to >= from)) {
        return;
    }
    let reached = model.reachable(last.index);
    for stage in model.stages() {
        let is_reached = reached.get(stage.index).copied().unwrap_or(true);
        let is_named = model.references_to(stage.index).next().is_some()
            || model.names().chooser(stage.index).is_some();
        let is_wanted = is_target(stage) || is_published(model, stage);
        if is_reached || is_named || is_wanted || !is_by_the_way(model, stage) {
            continue;
        }
        let Some(place) = stage.name().or_else(|| stage.image()) else { continue };
        let message = format!(
            "No other stage needs `{}`, so a plain build leaves it out. Only \
             `docker build --target` makes it.",
            stage.title()
        );
        let finding = Finding::new("unused-stage", Severity::Hint, place.range, message);
        let mut finding = finding.with_link(LINK);
        if !has_numbers(model) {
            let edits = vec![Edit::delete(with_comment(model, stage))];
            let title = format!("Delete the stage `{}`", stage.title());
            finding = finding.with_fix(Fix { title, edits, sure: false });
        }
        found.push(Found { item: stage.item, other: None, finding });
    }
}

/// Whether the name says what it is built for.
fn is_target(stage: &Stage) -> bool {
    let name = stage.name().map(|name| name.text.to_lowercase());
    name.is_some_and(|name| TARGETS.iter().any(|part| name.contains(part)))
}

/// Whether an image that the file starts from has the name of the stage for its tag or its name: it
/// is built by `--target`, published, and used by way of the registry.
fn is_published(model: &Model, stage: &Stage) -> bool {
    let Some(name) = stage.name() else { return false };
    let is_it = |image: &str| {
        let Ok(image) = Reference::parse(image) else { return false };
        let last = image.repository.rsplit('/').next();
        image.tag.as_deref() == Some(&*name.text) || last == Some(&*name.text)
    };
    model.stages().iter().any(|other| match &other.base {
        Base::Image(image) => is_it(image),
        _ => false,
    })
}

/// Whether it makes something, and does not say what containers start: that would be an image of its
/// own. A lone `FROM` keeps a version up to date.
fn is_by_the_way(model: &Model, stage: &Stage) -> bool {
    let own = model.instructions_from(stage.item).skip(1);
    let own = own.take_while(|(placed, _)| placed.start < stage.range.end());
    let keywords: Vec<_> = own.filter_map(|(_, facts)| facts.keyword).collect();
    let has = |wanted: &[Keyword]| keywords.iter().any(|keyword| wanted.contains(keyword));
    has(&[Keyword::Run, Keyword::Copy, Keyword::Add])
        && !has(&[Keyword::Cmd, Keyword::Entrypoint, Keyword::Onbuild])
}

/// The lines of a stage with the comment right above it, and the blank lines behind; the comments
/// behind belong to what follows.
fn with_comment(model: &Model, stage: &Stage) -> TextRange {
    let tree = model.tree();
    let trivia = |index: Option<usize>| {
        let placed = tree.item(index?)?;
        matches!(placed.item.kind, ItemKind::Trivia).then_some(placed)
    };
    let above = trivia(stage.item.checked_sub(1));
    let lines = above.map(|above| above.item.text.split_inclusive('\n').rev());
    let comment = lines.into_iter().flatten().take_while(|line| line.trim_start().starts_with('#'));
    let start = stage.range.start() - comment.map(TextSize::of).sum::<TextSize>();
    let items = tree.items_from(stage.item);
    let own = items.take_while(|placed| placed.start < stage.range.end());
    let Some(last) = own.filter(|placed| placed.instruction().is_some()).last() else {
        return stage.range;
    };
    let below = trivia(Some(last.index + 1));
    let lines = below.map(|below| below.item.text.split_inclusive('\n'));
    let blank = lines.into_iter().flatten().take_while(|line| line.trim().is_empty());
    let end = last.range().end() + blank.map(TextSize::of).sum::<TextSize>();
    TextRange::new(start, end)
}

/// Whether stages are named by their numbers, which change when one goes.
fn has_numbers(model: &Model) -> bool {
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    model.references().iter().any(|reference| is_number(&reference.name.text))
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "unused-stage";

    #[test]
    fn stages_that_nothing_needs() {
        check("FROM a AS ⟦x⟧\nRUN y\nFROM b\n", &[CODE]);
        check("FROM ⟦a⟧\nRUN y\nFROM b\n", &[CODE]);
        check("FROM a AS x\nFROM b\n", &[]);
        check("FROM a AS x\nFROM b\nCOPY --from=x /a /b\n", &[]);
        check("FROM a AS x\nFROM x AS tester\nFROM b\n", &[]);
        check("FROM a AS x\nCMD y\nFROM b\n", &[]);
        check("FROM a AS x\nRUN y\nFROM registry.example/me/b:x\n", &[]);
        check("FROM a AS x\nRUN y\nFROM me/x:1 AS b\n", &[]);
        check("FROM a AS ⟦x⟧\nRUN y\nFROM me/b:x-1\n", &[CODE]);
        check("FROM a AS x\nFROM b\nRUN --mount=from=x,target=/x y\n", &[]);
        // What a build may choose by a variable.
        check("FROM a AS x-linux\nRUN y\nFROM x-$TARGETOS\nRUN z\n", &[]);
        check("ARG M=1\nFROM a AS x-1\nRUN y\nFROM a AS x-2\nRUN y\nFROM x-$M\n", &[]);
        fixed("FROM a AS x\nRUN y\nFROM b\n", CODE, "FROM b\n");
        check("FROM a AS vendor-update\nRUN y\nFROM b\n", &[]);
    }

    #[test]
    fn each_comment_goes_with_its_stage() {
        fixed(
            "# A file.\n\n# The x.\nFROM a AS x\nRUN y\n\n# The last.\nFROM b\n",
            CODE,
            "# A file.\n\n# The last.\nFROM b\n",
        );
        fixed("# syntax=z\nFROM a AS x\nRUN y\n# c\nFROM b\n", CODE, "# syntax=z\n# c\nFROM b\n");
    }
}
