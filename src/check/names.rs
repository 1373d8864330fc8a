//! Stages that share a name.

use super::rule::ModelLook;
use super::{Finding, Issue, Severity};
use crate::language::directive::build_check;
use crate::model::Model;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let stages = model.stages();
    let named = stages.iter().filter(|stage| stage.name().is_some()).count();
    if named == model.names().all().count() {
        return;
    }
    for stage in stages {
        let Some(name) = stage.name() else { continue };
        let first = model.names().stages(&name.text).first().copied().unwrap_or(stage.index);
        if first < stage.index {
            let other = stages.get(first).map(|first| first.item);
            issues.push(Issue { item: stage.item, other, number: stage.index, variant: 0 });
        }
    }
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let stage = model.stages().get(issue.number)?;
    let name = stage.name()?;
    let all = model.names().stages(&name.text);
    let first = all.first().and_then(|first| model.stages().get(*first))?.name()?;
    let message = format!(
        "An earlier stage is called `{}` too. Rename one: `COPY --from` and `--target` find the \
         last of that name only.",
        stage.title()
    );
    let mut finding = Finding::new("duplicate-stage", Severity::Warning, name.range, message)
        .with_related(first.range, "the first one");
    finding.link = build_check("DuplicateStageName").and_then(|check| check.link);
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn stages_that_share_a_name() {
        let code = "duplicate-stage";
        check("FROM a AS b\nFROM a AS ⟦B⟧\nFROM a AS ⟦b⟧\nFROM a AS c\n", &[code, code]);
        check("FROM a AS b\nFROM a AS c\nFROM a\n", &[]);
    }
}
