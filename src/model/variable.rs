//! All places of one variable: what rename, references and highlight need.
//!
//! A name can be declared globally, again in a stage, and be inherited by stages built on it. All
//! scopes among which a value of that name flows are one variable; the same name elsewhere is
//! another.

use std::collections::BTreeSet;

use super::facts::{Expander, Facts, VariableKind};
use super::{Base, Model, Placed};
use crate::language::Keyword;
use crate::text::{TextRange, TextSize};

/// A place of a variable's name in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The name, without `$` and braces.
    pub range: TextRange,
    /// Defined here (and by what) or read here.
    pub role: Role,
}

/// What a place does with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sets or declares it.
    Definition(VariableKind),
    /// Reads it.
    Use(Expander),
}

/// `None` is the global scope, before the first `FROM` and in `FROM` lines.
type Scope = Option<usize>;

/// The variable whose name stands at `offset`: the name's range, and the name.
pub fn at(model: &Model, offset: TextSize) -> Option<(TextRange, String)> {
    let placed = model.tree().item_at(offset)?;
    let facts = model.facts(placed.index)?;
    let definitions = facts.definitions.iter().map(|d| &d.name);
    let uses = facts.uses.iter().map(|u| &u.name);
    definitions
        .chain(uses)
        .map(|name| (placed.lift(name.range), &name.text))
        .find(|(range, _)| range.contains_inclusive(offset) && !range.is_empty())
        .map(|(range, name)| (range, name.to_string()))
}

/// All places of the variable `name` as it is known at `offset`, in file order. Empty when the name
/// is nowhere defined: then the uses have nothing in common that a rename could keep.
pub fn occurrences(model: &Model, name: &str, offset: TextSize) -> Vec<Occurrence> {
    let scopes = connected(model, name, scope_at(model, offset));
    let mut found = Vec::new();
    let mut stage = None;
    for (placed, facts) in model.instructions() {
        if facts.keyword == Some(Keyword::From) {
            stage = Some(stage.map_or(0, |stage| stage + 1));
        }
        let definitions = if facts.keyword == Some(Keyword::From) { None } else { stage };
        if scopes.contains(&definitions) {
            collect(&mut found, placed, facts, name);
        }
    }
    let defined = found.iter().any(|o| matches!(o.role, Role::Definition(_)));
    if defined { found } else { Vec::new() }
}

/// The definition that gives the variable at `offset` its value: the last one before it.
pub fn definition(model: &Model, name: &str, offset: TextSize) -> Option<TextRange> {
    let state = model.state_at(offset);
    if let Some(variable) = state.variables.get(name) {
        return Some(variable.range);
    }
    // Declared only by the instruction itself, or only further down.
    let all = occurrences(model, name, offset);
    let mut definitions = all.iter().filter(|o| matches!(o.role, Role::Definition(_)));
    definitions.next().map(|o| o.range)
}

fn collect(found: &mut Vec<Occurrence>, placed: Placed<'_>, facts: &Facts, name: &str) {
    let definitions = facts
        .definitions
        .iter()
        .filter(|d| &*d.name.text == name)
        .map(|d| Occurrence { range: placed.lift(d.name.range), role: Role::Definition(d.kind) });
    let uses = facts
        .uses
        .iter()
        .filter(|u| &*u.name.text == name)
        .map(|u| Occurrence { range: placed.lift(u.name.range), role: Role::Use(u.by) });
    let mut here: Vec<_> = definitions.chain(uses).collect();
    here.sort_by_key(|o| o.range.start());
    found.extend(here);
}

fn scope_at(model: &Model, offset: TextSize) -> Scope {
    let stage = model.stage_at(offset)?;
    let on_from = model.tree().item_at(offset).is_some_and(|placed| placed.index == stage.item);
    (!on_from).then_some(stage.index)
}

/// The scopes that share the variable with `start`.
fn connected(model: &Model, name: &str, start: Scope) -> BTreeSet<Scope> {
    let (args, envs) = declaring(model, name);
    let mut scopes = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(scope) = open.pop() {
        let visible = |stage: usize| args.contains(&Some(stage)) || envs.contains(&Some(stage));
        let mut neighbours: Vec<Scope> = Vec::new();
        match scope {
            None => neighbours.extend(args.iter().filter(|scope| scope.is_some())),
            Some(stage) => {
                if args.contains(&scope) && args.contains(&None) {
                    neighbours.push(None);
                }
                if let Some(Base::Stage(parent)) = model.stages().get(stage).map(|s| &s.base) {
                    neighbours.push(Some(*parent));
                }
                if visible(stage) || inherits(model, stage, &visible) {
                    let children = model.stages().iter().filter(|s| s.base == Base::Stage(stage));
                    neighbours.extend(children.map(|child| Some(child.index)));
                }
            }
        }
        open.extend(neighbours.into_iter().filter(|scope| scopes.insert(*scope)));
    }
    scopes
}

fn inherits(model: &Model, stage: usize, visible: &impl Fn(usize) -> bool) -> bool {
    let mut base = model.stages().get(stage).map(|stage| &stage.base);
    while let Some(Base::Stage(parent)) = base {
        if visible(*parent) {
            return true;
        }
        base = model.stages().get(*parent).map(|stage| &stage.base);
    }
    false
}

/// The scopes in which an `ARG`, and those in which an `ENV`, defines the name.
fn declaring(model: &Model, name: &str) -> (BTreeSet<Scope>, BTreeSet<Scope>) {
    let (mut args, mut envs) = (BTreeSet::new(), BTreeSet::new());
    let mut stage = None;
    for (_, facts) in model.instructions() {
        if facts.keyword == Some(Keyword::From) {
            stage = Some(stage.map_or(0, |stage| stage + 1));
        }
        for definition in facts.definitions.iter().filter(|d| &*d.name.text == name) {
            match definition.kind {
                VariableKind::Arg => args.insert(stage),
                VariableKind::Env => envs.insert(stage),
            };
        }
    }
    (args, envs)
}
