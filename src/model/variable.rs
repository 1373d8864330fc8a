//! Which definition gives each use of a variable its value, and all places of one variable.
//!
//! [`Flow`] carries "the last writer of each name" through the file as the builder does: globals up
//! to the first `FROM`, then each stage from what its parent stage had at its end. It can be asked
//! for one name and some stages only, so that a look-up costs the stages that lead to it.
//!
//! A name can be declared globally, again in a stage, and be inherited by stages built on it. All
//! scopes among which a value of that name flows are one variable; the same name elsewhere is
//! another. A build argument reaches every `ARG` of its name, so those are always one.
//!
//! Source of the rules: `frontend/dockerfile/dockerfile2llb/convert.go` (`dispatchArg`,
//! `dispatchEnv`, `buildMetaArgs`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use imbl::OrdMap;

use super::facts::{Definition, Expander, Facts, Use, VariableKind};
use super::{Model, Placed};
use crate::language::{Keyword, variable};
use crate::text::{TextRange, TextSize};

/// `None` is the global scope: before the first `FROM`, and in `FROM` lines.
pub type Scope = Option<usize>;

/// A place of a variable's name in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The name, without `$` and braces.
    pub range: TextRange,
    /// Defined here (and by what) or read here.
    pub role: Role,
    /// The number of the item that holds it.
    pub item: usize,
    /// The scope it belongs to.
    pub scope: Scope,
}

/// What a place does with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sets or declares it.
    Definition(VariableKind),
    /// Reads it.
    Use(Expander),
}

/// A variable's name under a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name, without `$` and braces.
    pub range: TextRange,
    /// Its text.
    pub name: Arc<str>,
    /// What the place does with it.
    pub role: Role,
}

/// A definition met by a [`Flow`].
#[derive(Clone, Debug)]
pub struct Writer {
    /// The number of the item that holds it.
    pub item: usize,
    /// The name's place in the file.
    pub range: TextRange,
    /// The name.
    pub name: Arc<str>,
    /// By `ARG` or by `ENV`.
    pub kind: VariableKind,
    /// Whether it has a value of its own, unlike `ARG NAME`.
    pub has_value: bool,
    /// Where it stands.
    pub scope: Scope,
    /// For `ARG NAME` in a stage: the number of the global that it makes known there.
    pub global: Option<usize>,
    /// The number of the definition that was in force before it.
    pub replaces: Option<usize>,
}

/// A use met by a [`Flow`].
#[derive(Clone, Debug)]
pub struct Reader {
    /// The number of the item that holds it.
    pub item: usize,
    /// The name's place in the file.
    pub range: TextRange,
    /// The name.
    pub name: Arc<str>,
    /// Who expands it.
    pub by: Expander,
    /// Where it stands.
    pub scope: Scope,
    /// The number of the definition that gives the value; `None` where the file gives none.
    pub writer: Option<usize>,
}

/// Definitions and uses with what links them.
#[derive(Debug, Default)]
pub struct Flow {
    /// The definitions in file order.
    pub writers: Vec<Writer>,
    /// The uses, by instruction in file order.
    pub readers: Vec<Reader>,
    /// What each stage that was walked through had at its beginning, from each that it may be built
    /// on.
    inherited: BTreeMap<usize, Vec<Known>>,
}

/// The numbers of the last writers by name, at a point of the file.
#[derive(Clone, Debug, Default)]
struct Known {
    /// While the image is built.
    build: OrdMap<Arc<str>, usize>,
    /// In the containers that run from it: `ENV` alone.
    run: OrdMap<Arc<str>, usize>,
}

impl Flow {
    /// The flow of all names through the whole file.
    pub fn of(model: &Model) -> Flow {
        Flow::walk(model, None, 0..model.stages().len())
    }

    /// The flow of one name through the whole file.
    pub fn of_name(model: &Model, name: &str) -> Flow {
        Flow::walk(model, Some(name), 0..model.stages().len())
    }

    /// The flow of one name through the globals and, if given, a stage and those it is built on.
    pub fn to_stage(model: &Model, name: &str, stage: Option<usize>) -> Flow {
        Flow::walk(model, Some(name), stage.map_or_else(BTreeSet::new, |stage| chain(model, stage)))
    }

    fn walk(model: &Model, only: Option<&str>, stages: impl IntoIterator<Item = usize>) -> Flow {
        let mut walker = Walker { flow: Flow::default(), only, globals: OrdMap::new() };
        walker.globals(model);
        let mut ends: HashMap<usize, Known> = HashMap::new();
        for stage in stages.into_iter().filter_map(|stage| model.stages().get(stage)) {
            let parents = stage.base.stages().iter();
            let inherited: Vec<Known> = parents.filter_map(|it| ends.get(it).cloned()).collect();
            let begin = inherited.iter().cloned().reduce(Known::or).unwrap_or_default();
            walker.flow.inherited.insert(stage.index, inherited);
            let end = walker.stage(model, stage.item, stage.index, begin);
            ends.insert(stage.index, end);
        }
        walker.flow
    }

    /// For each stage the scope in which the variable that it inherits began; a stage that inherits
    /// none of that name, and the globals, are their own.
    fn origins(&self, name: &str) -> BTreeMap<Scope, Scope> {
        let mut origins = BTreeMap::from([(None, None)]);
        for (stage, parents) in &self.inherited {
            let numbers = parents.iter().filter_map(|known| known.build.get(name));
            let writers = numbers.filter_map(|number| self.writers.get(*number));
            // A stage is built on earlier ones only, so their origins are known.
            let from: BTreeSet<Scope> =
                writers.filter_map(|writer| origins.get(&writer.scope).copied()).collect();
            let origin = from.first().copied().unwrap_or(Some(*stage));
            // What any of several may hand down is one variable in all of them.
            if from.len() > 1 {
                origins.values_mut().filter(|it| from.contains(it)).for_each(|it| *it = origin);
            }
            origins.insert(Some(*stage), origin);
        }
        origins
    }
}

impl Known {
    /// What is known where the build has either of two before it.
    fn or(self, other: Known) -> Known {
        Known { build: other.build.union(self.build), run: other.run.union(self.run) }
    }
}

struct Walker<'n> {
    flow: Flow,
    only: Option<&'n str>,
    globals: OrdMap<Arc<str>, usize>,
}

impl Walker<'_> {
    fn globals(&mut self, model: &Model) {
        let mut known = Known::default();
        for (placed, facts) in model.instructions() {
            match facts.keyword {
                Some(Keyword::From) => break,
                // Nothing else can stand here, nor define anything.
                Some(Keyword::Arg) => self.instruction(&mut known, placed, facts, None),
                _ => {}
            }
        }
        self.globals = known.build;
    }

    /// Walks through a stage; what it has at its end.
    fn stage(&mut self, model: &Model, from: usize, stage: usize, mut known: Known) -> Known {
        let first_reader = self.flow.readers.len();
        for (placed, facts) in model.instructions_from(from) {
            if placed.index == from {
                let globals = Known { build: self.globals.clone(), run: OrdMap::new() };
                for use_ in &facts.uses {
                    self.read(&globals, placed, use_, None);
                }
            } else if facts.keyword == Some(Keyword::From) {
                break;
            } else {
                self.instruction(&mut known, placed, facts, Some(stage));
            }
        }
        // What a container runs reads what the finished image holds, wherever that was set.
        for reader in self.flow.readers.iter_mut().skip(first_reader) {
            let late = reader.by == Expander::Shell
                && model.facts(reader.item).is_some_and(|f| f.keyword != Some(Keyword::Run));
            if late {
                reader.writer = known.run.get(&reader.name).copied();
            }
        }
        known
    }

    fn instruction(&mut self, known: &mut Known, placed: Placed<'_>, facts: &Facts, scope: Scope) {
        // ENV acts on all of its words at once; ARG declares one name after the other.
        let sequential = facts.keyword == Some(Keyword::Arg);
        let mut definitions = facts.definitions.iter().peekable();
        for use_ in &facts.uses {
            // A default does not see the name that it belongs to.
            let done = |d: &&Definition| {
                let end = d.value.as_ref().map_or(d.name.range, |value| value.range).end();
                sequential && end <= use_.range.start()
            };
            while let Some(definition) = definitions.next_if(done) {
                self.write(known, placed, definition, scope);
            }
            self.read(known, placed, use_, scope);
        }
        for definition in definitions {
            self.write(known, placed, definition, scope);
        }
    }

    fn read(&mut self, known: &Known, placed: Placed<'_>, use_: &Use, scope: Scope) {
        let name = &use_.name.text;
        if self.skips(name) {
            return;
        }
        self.flow.readers.push(Reader {
            item: placed.index,
            range: placed.lift(use_.name.range),
            name: Arc::clone(name),
            by: use_.by,
            scope,
            writer: known.build.get(name).copied(),
        });
    }

    fn write(&mut self, known: &mut Known, placed: Placed<'_>, made: &Definition, scope: Scope) {
        let name = &made.name.text;
        if self.skips(name) {
            return;
        }
        let has_value = made.value.is_some();
        let bare_in_stage = scope.is_some() && made.kind == VariableKind::Arg && !has_value;
        let global = self.globals.get(name).copied().filter(|_| bare_in_stage);
        let global_value = bare_in_stage && variable::automatic(name).is_some()
            || global.and_then(|g| self.flow.writers.get(g)).is_some_and(|g| g.has_value);

        let number = self.flow.writers.len();
        let replaces = known.build.get(name).copied();
        // A declaration without any value leaves one that is already visible as it is.
        if has_value || global_value || replaces.is_none() {
            known.build.insert(Arc::clone(name), number);
        }
        if made.kind == VariableKind::Env {
            known.run.insert(Arc::clone(name), number);
        }
        self.flow.writers.push(Writer {
            item: placed.index,
            range: placed.lift(made.name.range),
            name: Arc::clone(name),
            kind: made.kind,
            has_value,
            scope,
            global,
            replaces,
        });
    }

    fn skips(&self, name: &str) -> bool {
        self.only.is_some_and(|only| only != name)
    }
}

/// The stage and all that it is built on or may be, in file order.
fn chain(model: &Model, stage: usize) -> BTreeSet<usize> {
    let mut chain = BTreeSet::new();
    let mut open = vec![stage];
    while let Some(stage) = open.pop() {
        if chain.insert(stage) {
            let stage = model.stages().get(stage);
            open.extend(stage.map_or(&[][..], |stage| stage.base.stages()));
        }
    }
    chain
}

/// The variable whose name stands at `offset`, or begins there with its `$` or `${`.
pub fn at(model: &Model, offset: TextSize) -> Option<Named> {
    let placed = model.tree().item_at(offset)?;
    let facts = model.facts(placed.index)?;
    let definitions = facts.definitions.iter().map(|d| {
        let range = d.name.range;
        (range, range, &d.name.text, Role::Definition(d.kind))
    });
    let uses = facts.uses.iter().map(|u| {
        let reach = TextRange::new(u.range.start(), u.name.range.end());
        (reach, u.name.range, &u.name.text, Role::Use(u.by))
    });
    let (_, range, name, role) = definitions
        .chain(uses)
        .filter(|(reach, ..)| !reach.is_empty() && placed.lift(*reach).contains_inclusive(offset))
        // Of two that touch at the cursor the one behind it is meant, as it is in a word.
        .max_by_key(|(reach, ..)| reach.start())?;
    Some(Named { range: placed.lift(range), name: Arc::clone(name), role })
}

/// One variable: what [`family`] finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// Its places in file order.
    pub places: Vec<Occurrence>,
    /// The scopes in which it is known, in file order, the global one first.
    pub scopes: BTreeSet<Scope>,
}

/// The variable `name` of which one place is at `offset`. Empty for a use that nothing in the file
/// gives a value: it has nothing to do with others of its name.
pub fn family(model: &Model, name: &str, offset: TextSize) -> Family {
    let flow = Flow::of_name(model, name);
    let all = flow_occurrences(&flow);
    let Some(here) = all.iter().find(|o| o.range.contains_inclusive(offset)) else {
        return Family::default();
    };
    let origins = flow.origins(name);
    let origin = |scope: &Scope| origins.get(scope).copied().unwrap_or_default();
    let args = flow.writers.iter().filter(|writer| writer.kind == VariableKind::Arg);
    let args: BTreeSet<Scope> = args.map(|writer| origin(&writer.scope)).collect();
    let start = origin(&here.scope);
    let same =
        |origin: &Scope| *origin == start || (args.contains(&start) && args.contains(origin));
    let scopes: BTreeSet<Scope> =
        origins.iter().filter(|(_, origin)| same(origin)).map(|(scope, _)| *scope).collect();
    let places = all.iter().filter(|o| scopes.contains(&o.scope)).cloned().collect();
    Family { places, scopes }
}

fn flow_occurrences(flow: &Flow) -> Vec<Occurrence> {
    let writers = flow.writers.iter().map(|writer| Occurrence {
        range: writer.range,
        role: Role::Definition(writer.kind),
        item: writer.item,
        scope: writer.scope,
    });
    let readers = flow.readers.iter().filter(|r| r.writer.is_some()).map(|reader| Occurrence {
        range: reader.range,
        role: Role::Use(reader.by),
        item: reader.item,
        scope: reader.scope,
    });
    let mut all: Vec<_> = writers.chain(readers).collect();
    all.sort_by_key(|o| (o.range.start(), o.range.end()));
    all.dedup();
    all
}

/// Where the name at a place gets its value: the last writer before it; for an `ARG NAME` that
/// makes a global known, and for a use of such a one, the global too (last). Where nothing gives a
/// value, the declarations that were probably meant: later ones of the stage, or the global.
pub fn definitions(model: &Model, named: &Named) -> Vec<TextRange> {
    let Some(placed) = model.tree().item_at(named.range.start()) else { return Vec::new() };
    let stage = model.stage_at(placed.start);
    let flow = Flow::to_stage(model, &named.name, stage.map(|stage| stage.index));
    let global = |writer: &Writer| Some(flow.writers.get(writer.global?)?.range);
    if let Role::Definition(_) = named.role {
        let here = flow.writers.iter().find(|writer| writer.range == named.range);
        return vec![here.and_then(global).unwrap_or(named.range)];
    }
    let Some(reader) = flow.readers.iter().find(|reader| reader.range == named.range) else {
        return Vec::new();
    };
    match reader.writer.and_then(|number| flow.writers.get(number)) {
        Some(writer) => [Some(writer.range), global(writer)].into_iter().flatten().collect(),
        None => {
            let of = |scope: Scope| flow.writers.iter().filter(move |w| w.scope == scope);
            let own = of(reader.scope).map(|w| w.range).next();
            own.or_else(|| of(None).map(|w| w.range).next()).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::syntax::Tree;

    type Uses = BTreeSet<(u64, String)>;

    /// Uses that the builder expands in stages, as line (from 1) and name: those without a value,
    /// and of these those that `BuildKit` surely warns about. It does not in `EXPOSE`, nor where
    /// the name is at least declared or there is a default, nor about names it knows itself.
    fn undefined(text: &str) -> (Uses, Uses) {
        let model = Model::new(Tree::parse(text));
        let flow = Flow::of(&model);
        let value = |writer: &&Writer| {
            let global = writer.global.and_then(|global| flow.writers.get(global));
            let automatic = variable::automatic(&writer.name).is_some();
            writer.has_value || automatic || global.is_some_and(|g| g.has_value)
        };
        let (mut all, mut sure) = (Uses::new(), Uses::new());
        for reader in flow.readers.iter().filter(|r| r.by == Expander::Builder) {
            let writer = reader.writer.and_then(|number| flow.writers.get(number));
            if reader.scope.is_none() || writer.filter(value).is_some() {
                continue;
            }
            let placed = model.tree().item(reader.item).expect("an item");
            let found = (u64::from(placed.line) + 1, reader.name.to_string());
            let (text, name) = (&placed.item.text, &*reader.name);
            let plain =
                !text.contains(&format!("${{{name}")) || text.contains(&format!("${{{name}}}"));
            let known = name == "PATH" || variable::predefined(name).is_some();
            let keyword = model.facts(reader.item).and_then(|facts| facts.keyword);
            if plain && !known && writer.is_none() && keyword != Some(Keyword::Expose) {
                sure.insert(found.clone());
            }
            all.insert(found);
        }
        (all, sure)
    }

    /// What `BuildKit` warns about, by the recorded answers; `None` where it came not so far.
    fn warned(answer: &Value) -> Option<Uses> {
        let failed = ["parse_error", "instructions_error", "llb_error", "panic"];
        if failed.iter().any(|field| answer.get(field).is_some()) {
            return None;
        }
        let none = Vec::new();
        let warnings = answer.get("warnings").and_then(Value::as_array).unwrap_or(&none);
        let name = |warning: &Value| {
            let message = warning.get("message")?.as_str()?;
            let name =
                message.strip_prefix("Usage of undefined variable '$")?.split('\'').next()?;
            // `$1` and `$@` are no variables that a file could define.
            let named = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            named.then_some((warning.get("start")?.as_u64()?, name.to_owned()))
        };
        Some(warnings.iter().filter_map(name).collect())
    }

    #[test]
    fn buildkit_warns_where_nothing_gives_a_value() {
        // A name that is read as it was meant; an answer that a comment or a trigger changes.
        let other = ["30-pasted/", "inline-skip", "08-stages/onbuild-order", "name-is-a-variable"];
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut files, mut warnings) = (0, 0);
        for entry in std::fs::read_dir(root.join("fixtures/golden")).expect("answers").flatten() {
            let answers = std::fs::read_to_string(entry.path()).expect("answers");
            for line in answers.lines() {
                let answer: Value = serde_json::from_str(line).expect("an answer");
                let file = answer.get("file").and_then(Value::as_str).expect("a name");
                let Some(warned) = warned(&answer) else { continue };
                if other.iter().any(|other| file.contains(other)) {
                    continue;
                }
                let bytes = std::fs::read(root.join(file)).expect("a fixture");
                let (undefined, sure) = undefined(&String::from_utf8_lossy(&bytes));
                assert!(warned.is_subset(&undefined), "{file}: {warned:?} {undefined:?}");
                assert!(sure.is_subset(&warned), "{file}: {sure:?} {warned:?}");
                files += 1;
                warnings += warned.len();
            }
        }
        assert!(files > 900 && warnings > 40, "{files} files, {warnings} warnings");
    }
}
