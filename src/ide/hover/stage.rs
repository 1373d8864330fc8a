//! What there is to know about a stage.

use std::fmt::Write as _;

use super::help::{code, strong};
use super::image::block;
use crate::ide::Snapshot;
use crate::ide::images::{self, View};
use crate::ide::weight::Weight;
use crate::model::{Base, Place, Reference, Stage};

/// How many users or bases are listed before the rest is only counted.
const LISTED: usize = 8;

/// The stage of that number, as markdown: what it is built on, who uses it, what holds at its end,
/// whether the last stage needs it.
pub fn markdown(snapshot: &Snapshot, stage: usize) -> Option<String> {
    let model = snapshot.model();
    let stages = model.stages();
    let stage = stages.get(stage)?;
    let mut text = format!(
        "{}: stage {} of {} (`--from={}`)",
        strong(&call(stage)),
        stage.index + 1,
        stages.len(),
        stage.index
    );
    let _ = write!(text, "\n\n```dockerfile\n{}\n```", head(snapshot, stage));
    let mut facts = Vec::new();
    if let Some(chain) = chain(snapshot, stage) {
        facts.push(format!("Built on {chain}"));
    }
    facts.push(users(snapshot, stage));
    facts.extend(end(snapshot, stage));
    facts.push(need(snapshot, stage));
    for fact in facts {
        let _ = write!(text, "\n- {fact}");
    }
    Some(text)
}

/// What the image of a stage weighs, as markdown to stand below other. `whose` image it is begins
/// a sentence.
pub fn weight(weight: &Weight, view: View<'_>, whose: &str) -> String {
    let mut text = match weight.total(view.unit) {
        Some(total) => format!("\n\n{whose}: {total} on disk"),
        None => format!("\n\n{whose}: not known how much on disk"),
    };
    block(&mut text, &weight.rows(view));
    text
}

/// The name of a stage, or its number.
pub fn call(stage: &Stage) -> String {
    stage.name().map_or_else(|| format!("stage {}", stage.index), |name| name.text.to_string())
}

/// Its `FROM`, without flags and continuations.
pub fn head(snapshot: &Snapshot, stage: &Stage) -> String {
    let base = match &stage.base {
        Base::Stage(index) => snapshot.model().stages().get(*index).map(call),
        Base::Scratch => Some("scratch".to_owned()),
        Base::Image(_) => images::base_name(snapshot, stage),
        Base::OneOf(_) | Base::Unknown => None,
    };
    let base = base.or_else(|| Some(stage.image()?.text.to_string())).unwrap_or_default();
    match stage.name() {
        Some(name) => format!("FROM {base} AS {}", name.text),
        None => format!("FROM {base}"),
    }
}

/// The stages and the image below a stage that is built on another one.
fn chain(snapshot: &Snapshot, stage: &Stage) -> Option<String> {
    let stages = snapshot.model().stages();
    let mut links = Vec::new();
    let mut lowest = stage;
    while let Base::Stage(index) = lowest.base {
        lowest = stages.get(index)?;
        links.push(format!("stage {}", place(snapshot, lowest)));
    }
    match &lowest.base {
        Base::OneOf(choices) => {
            links.push(format!("one of the stages {}", one_of(snapshot, choices)));
        }
        Base::Image(_) if !links.is_empty() => {
            links.push(format!("image {}", code(&images::base_name(snapshot, lowest)?)));
        }
        _ => {}
    }
    (!links.is_empty()).then(|| list(&links, ", that on "))
}

/// The stages that a name may mean of which only the build knows a part.
pub fn one_of(snapshot: &Snapshot, choices: &[usize]) -> String {
    let stages = choices.iter().filter_map(|stage| snapshot.model().stages().get(*stage));
    let places: Vec<_> = stages.map(|stage| place(snapshot, stage)).collect();
    list(&places, ", ")
}

/// A stage and its line.
fn place(snapshot: &Snapshot, stage: &Stage) -> String {
    format!("{} ({})", code(&call(stage)), line(snapshot, stage))
}

fn users(snapshot: &Snapshot, stage: &Stage) -> String {
    let users: Vec<_> =
        snapshot.model().references_to(stage.index).map(|user| describe(snapshot, user)).collect();
    match users.is_empty() {
        true => "Used by no other stage".to_owned(),
        false => format!("Used by {}", list(&users, ", ")),
    }
}

fn describe(snapshot: &Snapshot, reference: &Reference) -> String {
    let by = match reference.place {
        Place::From => "FROM",
        Place::CopyFrom => "COPY --from",
        Place::MountFrom => "RUN --mount",
    };
    let line = snapshot.text().line_of(reference.name.range.start()) + 1;
    let stage = reference.stage.and_then(|stage| snapshot.model().stages().get(stage));
    match stage {
        Some(stage) => format!("{} ({by}, line {line})", code(&call(stage))),
        None => format!("{by}, line {line}"),
    }
}

/// Working directory and user at the end of a stage, where the file tells them.
fn end(snapshot: &Snapshot, stage: &Stage) -> Vec<String> {
    let last = stage.range.end().checked_sub(1.into()).unwrap_or_default();
    let state = snapshot.model().state_after(last);
    let ends =
        |how, keyword, value: &str| format!("Ends {how} {}", code(&format!("{keyword} {value}")));
    let workdir = state.workdir.map(|workdir| ends("in", "WORKDIR", &workdir.value));
    let user = state.user.map(|user| ends("as", "USER", &user.value));
    workdir.into_iter().chain(user).collect()
}

fn need(snapshot: &Snapshot, stage: &Stage) -> String {
    let model = snapshot.model();
    let last = model.stages().len().saturating_sub(1);
    if stage.index == last {
        return "The last stage: built unless `--target` names another".to_owned();
    }
    let needed = model.reachable(last).get(stage.index).copied().unwrap_or_default();
    let chooser =
        |one: &&Stage| matches!(&one.base, Base::OneOf(choices) if choices.contains(&stage.index));
    match needed {
        true => match model.stages().iter().find(chooser) {
            Some(chooser) => format!(
                "Needed by the last stage where {} ({}) chooses it",
                code(&head(snapshot, chooser)),
                line(snapshot, chooser)
            ),
            None => "Needed by the last stage".to_owned(),
        },
        false => "Not needed by the last stage: built only with `--target`".to_owned(),
    }
}

fn line(snapshot: &Snapshot, stage: &Stage) -> String {
    format!("line {}", snapshot.text().line_of(stage.start) + 1)
}

fn list(items: &[String], separator: &str) -> String {
    let shown = items.get(..LISTED).unwrap_or(items).join(separator);
    match items.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
