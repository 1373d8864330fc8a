//! What there is to know about a variable at a point.

use std::fmt::Write as _;

use super::help::{Topic, code};
use crate::ide::Snapshot;
use crate::language::argument::{DEFAULT_PATH, modifier_of};
use crate::language::{Keyword, variable as predefined};
use crate::model::facts::Expander;
use crate::model::state::{State, Variable};
use crate::model::variable::{Named, Role};
use crate::model::{Base, VariableKind, facts};
use crate::text::TextSize;

/// How many characters of a value are shown.
const SHOWN: usize = 200;

/// The variable whose name stands at a place, as markdown. `None` where nothing is known of it: in
/// shell text, where it may be the shell's own.
pub fn markdown(snapshot: &Snapshot, named: &Named) -> Option<String> {
    let offset = named.range.start();
    let model = snapshot.model();
    let mut text = match named.role {
        Role::Definition(_) => known(snapshot, &named.name, &model.state_after(offset), offset),
        Role::Use(by) if by == Expander::Shell && runs_later(snapshot, offset) => {
            return at_run_time(snapshot, &named.name, offset);
        }
        Role::Use(by) => {
            let state = model.state_at(offset);
            known(snapshot, &named.name, &state, offset).or_else(|| unknown(snapshot, named, by))
        }
    }?;
    if let Some(modifier) = modifier(snapshot, named) {
        let _ = write!(text, "\n\n{modifier}");
    }
    Some(text)
}

/// The variable `name` of `state`, the state at `offset`.
pub fn known(snapshot: &Snapshot, name: &str, state: &State, offset: TextSize) -> Option<String> {
    let variable = state.variables.get(name)?;
    let mut text = title(name, variable);
    for fact in origin(snapshot, variable, offset) {
        let _ = write!(text, "\n- {fact}");
    }
    if let Some(automatic) = predefined::automatic(name) {
        let _ = write!(text, "\n\n{}", automatic.documentation());
    }
    Some(text)
}

/// Value, kind and line of a variable in one short line.
pub fn short(snapshot: &Snapshot, variable: &Variable) -> String {
    let place = format!("{}, line {}", word(variable.kind), line(snapshot, variable.range.start()));
    match variable.shown() {
        Some(value) => format!("= {} ({place})", cut(value)),
        None => place,
    }
}

fn title(name: &str, variable: &Variable) -> String {
    match (variable.shown(), variable.kind) {
        (None, _) if predefined::automatic(name).is_some() => format!("**{name}**\n"),
        (Some(""), _) => format!("**{name}** is empty\n"),
        (Some(value), _) => format!("**{name}** = {}\n", code(&cut(value))),
        (None, VariableKind::Arg) => format!("**{name}** has no default\n"),
        (None, VariableKind::Env) => format!("**{name}**: value not known\n"),
    }
}

/// Where it was set, and how it came here.
fn origin(snapshot: &Snapshot, variable: &Variable, offset: TextSize) -> Vec<String> {
    let set_at = variable.range.start();
    let place = line(snapshot, set_at);
    let mut facts = vec![match (variable.kind, variable.shown()) {
        (VariableKind::Arg, Some(_)) => {
            format!("`ARG`, line {place}; `--build-arg` can set another value")
        }
        (VariableKind::Arg, None) => format!("`ARG`, line {place}"),
        (VariableKind::Env, _) => format!("`ENV`, line {place}"),
    }];
    if let Some(global) = variable.from_global {
        facts.push(format!("Value from the global `ARG`, line {}", line(snapshot, global.start())));
    }
    let model = snapshot.model();
    let index = |offset| model.stage_at(offset).map(|stage| stage.index);
    if let (Some(from), Some(here)) = (model.stage_at(set_at), index(offset))
        && from.index < here
    {
        facts.push(format!("Inherited from stage {}", code(&super::stage::call(from))));
    }
    facts
}

/// What to say where no value is known.
fn unknown(snapshot: &Snapshot, named: &Named, by: Expander) -> Option<String> {
    let name = &*named.name;
    let offset = named.range.start();
    let model = snapshot.model();
    let stage = model.stage_at(offset);
    let in_from = stage.is_some_and(|stage| {
        model.tree().item_at(offset).is_some_and(|item| item.index == stage.item)
    });
    let in_stage = stage.is_some() && !in_from;
    let global = model.globals_at(offset).variables.remove(name);
    if let Some(global) = global.filter(|_| in_stage) {
        let line = line(snapshot, global.range.start());
        return Some(format!(
            "**{name}** is not known here\n\n- `ARG`, line {line}, is global: a stage has to repeat it as `ARG {name}`"
        ));
    }
    if let Some(variable) = predefined::predefined(name) {
        return Some(Topic::Variable(variable).markdown());
    }
    if name == "PATH" && in_stage {
        return Some(format!("**PATH** of the base image; if it has none `{DEFAULT_PATH}`"));
    }
    if by == Expander::Shell {
        return None;
    }
    let why = match stage {
        _ if in_from => "no `ARG` before the first `FROM` declares it",
        Some(stage) if !matches!(stage.base, Base::Scratch) => {
            "nothing here sets it; the base image may"
        }
        _ => "nothing before this line sets it",
    };
    Some(format!("**{name}** is not known here: {why}"))
}

/// Whether the instruction at `offset` is a command of the container and not of the build.
fn runs_later(snapshot: &Snapshot, offset: TextSize) -> bool {
    let model = snapshot.model();
    let facts = model.tree().item_at(offset).and_then(|placed| model.facts(placed.index));
    let keyword = facts.and_then(|facts| facts.keyword);
    matches!(keyword, Some(Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck))
}

/// A variable in a command of the container: there, what the stage ends with counts, and of that
/// only `ENV`.
fn at_run_time(snapshot: &Snapshot, name: &str, offset: TextSize) -> Option<String> {
    let model = snapshot.model();
    let stage = model.stage_at(offset)?;
    let end = stage.range.end().checked_sub(1.into())?;
    let state = model.state_after(end);
    let variable = state.variables.get(name)?;
    if variable.kind == VariableKind::Env {
        return known(snapshot, name, &state, offset);
    }
    let line = line(snapshot, variable.range.start());
    Some(format!(
        "**{name}** is not known in the container\n\n- `ARG`, line {line}, is for the build only: `ENV {name}=${name}` keeps it"
    ))
}

/// What the modifier in `${name…}` does.
fn modifier(snapshot: &Snapshot, named: &Named) -> Option<String> {
    let model = snapshot.model();
    let placed = model.tree().item_at(named.range.start())?;
    let facts = model.facts(placed.index)?;
    let same = |used: &&facts::Use| placed.lift(used.name.range) == named.range;
    let used = facts.uses.iter().find(same)?;
    let range = placed.lift(used.range);
    let behind = crate::text::TextRange::new(named.range.end().min(range.end()), range.end());
    let modifier = modifier_of(&snapshot.text().slice(behind))?;
    Some(format!("`{}`: {}", modifier.form, modifier.summary))
}

fn word(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Arg => "ARG",
        VariableKind::Env => "ENV",
    }
}

/// The line that holds `offset`, counted from 1.
fn line(snapshot: &Snapshot, offset: TextSize) -> u32 {
    snapshot.text().line_of(offset) + 1
}

/// A value on one line and not too long.
fn cut(value: &str) -> String {
    let mut text: String = value.chars().take(SHOWN).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    text.replace(['\n', '\r'], "⏎")
}
