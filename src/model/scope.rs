//! Which variables are declared where.
//!
//! Names flow from instruction to instruction: globals up to the first `FROM`, then each stage
//! starts with what its parent stage had at its end. [`Scopes`] folds over the file block by block
//! and keeps what it found; after an edit it goes on from the changed block and stops as soon as
//! what flows out of a block is what flowed out before, so that an edit in a plain instruction
//! costs one block. Values are another matter: `state.rs` computes them when asked.
//!
//! Source of the rules: `frontend/dockerfile/dockerfile2llb/convert.go` and `shell/lex.go`.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use super::facts::{Definition, Expander, Facts, Use};
use super::stage::{Base, Names};
use crate::language::{Keyword, variable};
use crate::syntax::{Block, PerItem};

type NameSet = OrdSet<Arc<str>>;

/// A variable that is read where it has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The number of the instruction in its block.
    pub item: usize,
    /// The number of the use in the instruction's facts.
    pub use_: usize,
    /// Why it has none.
    pub kind: IssueKind,
}

/// Why a variable has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueKind {
    /// Used in `FROM`, but no `ARG` before the first `FROM` declares it.
    UndeclaredInFrom,
    /// Declared before the first `FROM` (or by the builder itself), but not in this stage.
    NotRedeclared,
    /// Expanded by the builder, and set neither by the stage nor globally. The base image may set it.
    Undeclared,
}

/// What is declared at a point of the file.
#[derive(Clone, Debug, Default)]
struct Flow {
    globals: NameSet,
    /// The names of the current stage; `None` before the first `FROM`.
    stage: Option<NameSet>,
    /// What each finished stage, by its number, had at its end.
    ends: OrdMap<usize, NameSet>,
}

impl Flow {
    fn is_same(&self, other: &Flow) -> bool {
        self.globals.ptr_eq(&other.globals)
            && self.ends.ptr_eq(&other.ends)
            && match (&self.stage, &other.stage) {
                (Some(a), Some(b)) => a.ptr_eq(b),
                (None, None) => true,
                _ => false,
            }
    }

    fn is_equal(&self, other: &Flow) -> bool {
        self.globals == other.globals && self.stage == other.stage && self.ends == other.ends
    }

    fn begin_stage(&mut self, names: &Names) {
        if let Some(finished) = self.stage.take() {
            self.ends.insert(self.ends.len(), finished);
        }
        // Of several of which the build chooses one, what any declares may be declared.
        let parents = names.bases().get(self.ends.len()).map_or(&[][..], Base::stages);
        let inherited = parents.iter().filter_map(|parent| self.ends.get(parent).cloned());
        self.stage = Some(inherited.reduce(NameSet::union).unwrap_or_default());
    }

    fn declare(&mut self, name: &str) {
        let set = self.stage.as_mut().unwrap_or(&mut self.globals);
        if !set.contains(name) {
            set.insert(name.into());
        }
    }

    fn issue(&self, facts: &Facts, use_: &Use) -> Option<IssueKind> {
        let name = &*use_.name.text;
        let known_to_builder = || variable::automatic(name).is_some();
        if facts.keyword == Some(Keyword::From) {
            let declared = self.globals.contains(name) || known_to_builder();
            return (!declared).then_some(IssueKind::UndeclaredInFrom);
        }
        let stage = self.stage.as_ref()?;
        if stage.contains(name) {
            return None;
        }
        if !(self.globals.contains(name) || known_to_builder()) {
            // `BuildKit` does not warn of these either: in `EXPOSE`, and of what always has a value.
            let is_told = use_.by == Expander::Builder && facts.keyword != Some(Keyword::Expose);
            let is_known = name == "PATH" || variable::predefined(name).is_some();
            return (is_told && !is_known).then_some(IssueKind::Undeclared);
        }
        if use_.by == Expander::Shell && facts.keyword != Some(Keyword::Run) {
            // At run time only ENV counts; a missing ARG is no news there.
            return None;
        }
        Some(IssueKind::NotRedeclared)
    }
}

/// The flow of names through the file.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    blocks: Vec<Arc<BlockScope>>,
    /// How many instructions the last update looked at.
    pub visited: usize,
}

#[derive(Debug)]
struct BlockScope {
    block: Arc<Block>,
    names: Arc<Names>,
    has_from: bool,
    input: Flow,
    output: Flow,
    issues: Arc<[Issue]>,
}

impl Scopes {
    /// The flow through a file whose facts are `facts`.
    pub fn update<S>(&self, facts: &PerItem<Arc<Facts>, S>, names: &Arc<Names>) -> Scopes {
        let count = facts.blocks().len();
        let start = Flow::default();
        let mut scopes = Scopes { blocks: Vec::with_capacity(count), visited: 0 };
        for (index, kept) in facts.blocks().enumerate() {
            let (block, facts) = (&kept.block, &kept.values);
            let flow = scopes.blocks.last().map_or(&start, |before| &before.output);
            let scope = match self.known(index, count, block, names, flow) {
                Some(known) => Arc::clone(known),
                None => {
                    let mut scope = visit(block, facts, names, flow.clone());
                    scopes.visited += facts.len();
                    // Equal output under the old identity lets the blocks behind this one rest.
                    if let Some(old) = self.at(index, count)
                        && old.output.is_equal(&scope.output)
                    {
                        scope.output = old.output.clone();
                    }
                    Arc::new(scope)
                }
            };
            scopes.blocks.push(scope);
        }
        scopes
    }

    fn known(
        &self,
        index: usize,
        count: usize,
        block: &Arc<Block>,
        names: &Arc<Names>,
        flow: &Flow,
    ) -> Option<&Arc<BlockScope>> {
        let fits = |old: &&Arc<BlockScope>| {
            Arc::ptr_eq(&old.block, block)
                && old.input.is_same(flow)
                && (!old.has_from || Arc::ptr_eq(&old.names, names))
        };
        self.blocks.get(index).filter(fits).or_else(|| self.at(index, count).filter(fits))
    }

    /// The old block that stands as far from the end as the new block `index` of `count`.
    fn at(&self, index: usize, count: usize) -> Option<&Arc<BlockScope>> {
        self.blocks.get((index + self.blocks.len()).checked_sub(count)?)
    }

    /// The issues of each block, in order.
    pub fn issues(&self) -> impl Iterator<Item = &Arc<[Issue]>> {
        self.blocks.iter().map(|block| &block.issues)
    }
}

fn visit(block: &Arc<Block>, facts: &[Arc<Facts>], names: &Arc<Names>, input: Flow) -> BlockScope {
    let mut flow = input.clone();
    let mut issues = Vec::new();
    let mut has_from = false;
    for (item, facts) in facts.iter().enumerate() {
        if facts.keyword == Some(Keyword::From) {
            has_from = true;
            flow.begin_stage(names);
        }
        visit_instruction(&mut flow, item, facts, &mut issues);
    }
    let names = Arc::clone(names);
    BlockScope {
        block: Arc::clone(block),
        names,
        has_from,
        input,
        output: flow,
        issues: issues.into(),
    }
}

fn visit_instruction(flow: &mut Flow, item: usize, facts: &Facts, issues: &mut Vec<Issue>) {
    // ENV acts on all of its words at once; ARG declares one name after the other.
    let sequential = facts.keyword == Some(Keyword::Arg);
    let mut definitions = facts.definitions.iter().peekable();
    for (use_, read) in facts.uses.iter().enumerate() {
        // A default does not see the name that it belongs to.
        let done = |d: &&Definition| {
            let end = d.value.as_ref().map_or(d.name.range, |value| value.range).end();
            sequential && end <= read.range.start()
        };
        while let Some(definition) = definitions.next_if(done) {
            flow.declare(&definition.name.text);
        }
        issues.extend(flow.issue(facts, read).map(|kind| Issue { item, use_, kind }));
    }
    definitions.for_each(|definition| flow.declare(&definition.name.text));
}
