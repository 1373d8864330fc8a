//! The state that an instruction meets: variables with their values, working directory, user,
//! shell, each with the place where it was set.
//!
//! Computed when asked, by walking the stages that lead to a point from their beginnings. Source:
//! `frontend/dockerfile/dockerfile2llb/convert.go` (`dispatchEnv`, `dispatchArg`, `dispatchWorkdir`).

use std::collections::BTreeMap;

use super::facts::{Definition, Facts, VariableKind};
use super::{Base, Model};
use crate::language::{Keyword, variable};
use crate::syntax::{Placed, expand, json};
use crate::text::{TextRange, TextSize};

/// What holds at a point of the file, as far as the file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The variables that can be read here, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The working directory.
    pub workdir: Option<Setting>,
    /// The user.
    pub user: Option<Setting>,
    /// The shell of `RUN`, `CMD` and `ENTRYPOINT` in shell form, as written.
    pub shell: Option<Setting>,
}

/// A value and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value, variables expanded.
    pub value: String,
    /// The place in the file.
    pub range: TextRange,
}

/// A variable at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// What set it last.
    pub kind: VariableKind,
    /// Its value; `None` when it is declared without one, or with one that cannot be known here.
    pub value: Option<String>,
    /// The name in the instruction that set it.
    pub range: TextRange,
    /// Where the value comes from, if not from there: the global `ARG`.
    pub from_global: Option<TextRange>,
}

impl expand::Env for State {
    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.value.as_deref()
    }
}

/// The global variables, as far as they stand before `offset`.
pub(super) fn globals(model: &Model, offset: TextSize) -> State {
    let mut state = State::default();
    let here = holder(model, offset);
    for (placed, facts) in model.instructions() {
        if placed.start >= offset || Some(placed.index) == here {
            break;
        }
        match facts.keyword {
            Some(Keyword::From) => break,
            // Nothing else can stand here, nor define anything.
            Some(Keyword::Arg) => apply(&mut state, None, placed, facts, model.tree().escape()),
            _ => {}
        }
    }
    state
}

/// The number of the item that `offset` is in. The end of the file is in the last one as long as
/// its line has no end.
fn holder(model: &Model, offset: TextSize) -> Option<usize> {
    let placed = model.tree().item_at(offset)?;
    let inside = offset < placed.range().end() || !placed.item.text.ends_with('\n');
    inside.then_some(placed.index)
}

/// The state that the instruction at `offset` meets.
pub(super) fn at(model: &Model, offset: TextSize) -> State {
    let globals = globals(model, offset);
    let here = holder(model, offset);
    let Some(stage) = model.stage_at(offset) else { return globals };
    if here == Some(stage.item) {
        return globals;
    }
    let mut chain = vec![(stage.item, offset)];
    let mut base = &stage.base;
    while let Base::Stage(parent) = base {
        let Some(parent) = model.stages().get(*parent) else { break };
        chain.push((parent.item, parent.range.end()));
        base = &parent.base;
    }
    let mut state = State::default();
    for (first, end) in chain.into_iter().rev() {
        for (placed, facts) in model.instructions_from(first) {
            if placed.start >= end || Some(placed.index) == here {
                break;
            }
            apply(&mut state, Some(&globals), placed, facts, model.tree().escape());
        }
    }
    state
}

/// Applies one instruction. `globals` is given inside a stage.
fn apply(
    state: &mut State,
    globals: Option<&State>,
    placed: Placed<'_>,
    facts: &Facts,
    escape: char,
) {
    // ENV reads all of its values before it sets any; ARG goes from name to name.
    let mut pending = Vec::new();
    for definition in &facts.definitions {
        let Some(variable) = define(state, globals, placed, definition, escape) else { continue };
        let name = definition.name.text.to_string();
        match definition.kind {
            VariableKind::Env => pending.push((name, variable)),
            VariableKind::Arg => drop(state.variables.insert(name, variable)),
        }
    }
    state.variables.extend(pending);
    if let Some(setting) = &facts.setting {
        let value =
            value_of(&setting.text, escape, state).unwrap_or_else(|| setting.text.to_string());
        let range = placed.lift(setting.range);
        match facts.keyword {
            Some(Keyword::Workdir) => {
                let value = join(state.workdir.as_ref().map_or("/", |w| &w.value), &value);
                state.workdir = Some(Setting { value, range });
            }
            Some(Keyword::User) => state.user = Some(Setting { value, range }),
            Some(Keyword::Shell) => {
                let value = setting.text.to_string();
                state.shell = Some(Setting { value, range });
            }
            _ => {}
        }
    }
}

/// The variable that a definition makes; `None` if it changes nothing.
fn define(
    state: &State,
    globals: Option<&State>,
    placed: Placed<'_>,
    definition: &Definition,
    escape: char,
) -> Option<Variable> {
    let kind = definition.kind;
    let range = placed.lift(definition.name.range);
    if let Some(value) = &definition.value {
        let value = value_of(&value.text, escape, state);
        return Some(Variable { kind, value, range, from_global: None });
    }
    let name = &*definition.name.text;
    let global = globals.and_then(|globals| globals.variables.get(name));
    let value = global.and_then(|global| global.value.clone());
    let given = value.is_some() || globals.is_some() && variable::automatic(name).is_some();
    // Declared without any value: one that is already visible stays.
    if !given && state.variables.contains_key(name) {
        return None;
    }
    Some(Variable { kind, value, range, from_global: global.map(|global| global.range) })
}

fn value_of(text: &str, escape: char, state: &State) -> Option<String> {
    expand::expand(text, escape, expand::Mode::WORD, state).ok().map(|expansion| expansion.text)
}

/// The words of a `SHELL` setting.
pub fn shell_words(setting: &Setting) -> Vec<String> {
    match json::array(&setting.value) {
        json::Array::Strings(strings) => strings
            .into_iter()
            .filter_map(|range| Some(json::decode(setting.value.get(range)?)))
            .collect(),
        _ => Vec::new(),
    }
}

/// `path` seen from the directory `base`, cleaned as `BuildKit` does.
fn join(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { base };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn working_directories_join() {
        for (base, path, expected) in [
            ("/", "app", "/app"),
            ("/app", "src/../x/", "/app/x"),
            ("/app", "/y", "/y"),
            ("/", "..", "/"),
        ] {
            assert_eq!(join(base, path), expected);
        }
    }
}
