//! What the tree means: stages, what names them, variables and the state at a point.
//!
//! | file | what it answers |
//! |---|---|
//! | `facts.rs` | what one instruction defines, uses and refers to (computed once an instruction) |
//! | `stage.rs` | stages, look-up rules, reachability, circles |
//! | `open.rs` | which stages a name may mean that hangs on the build |
//! | `index.rs` | where stages and references stand, in every version |
//! | `scope.rs` | which variables are declared where |
//! | `state.rs` | the values at a point, and where each was set |
//! | `variable.rs` | all places of one variable |
//! | `mount.rs` | the fields of a `RUN --mount` |
//!
//! [`Model::update`] carries over what an edit cannot have changed: facts by instruction, names of
//! stages unless a `FROM` or a global `ARG` changed, scopes by block.

pub mod facts;
mod index;
pub mod mount;
mod open;
pub mod scope;
pub mod stage;
pub mod state;
pub mod variable;

use std::sync::Arc;

pub use facts::{Facts, Place, Spanned, VariableKind};
pub use stage::{Base, Reference, Relation, Stage, Target};
pub use state::{State, Variable};

use self::index::{Index, Landmarks};
use self::open::Globals;
use self::scope::{IssueKind, Scopes};
use self::stage::Names;
use crate::syntax::{Item, PerItem, Placed, Tree};
use crate::text::TextSize;

/// The meaning of one version of a file. Cloning shares everything.
#[derive(Clone, Debug, Default)]
pub struct Model(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tree: Tree,
    facts: PerItem<Arc<Facts>, Landmarks>,
    index: Index,
    names: Arc<Names>,
    stages: Vec<Stage>,
    references: Vec<Reference>,
    circular: Vec<usize>,
    scopes: Scopes,
    work: Work,
}

/// What the last update cost. Counts do not depend on the machine, so tests hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Instructions whose facts were read.
    pub facts: usize,
    /// Instructions that the scopes were carried through.
    pub scopes: usize,
    /// Whether the names of stages were collected anew.
    pub names: bool,
}

impl Default for Inner {
    fn default() -> Inner {
        Inner {
            tree: Tree::parse(""),
            facts: PerItem::default(),
            index: Index::default(),
            names: Arc::default(),
            stages: Vec::new(),
            references: Vec::new(),
            circular: Vec::new(),
            scopes: Scopes::default(),
            work: Work::default(),
        }
    }
}

/// A variable that is read where it has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeIssue {
    /// Why it has none.
    pub kind: IssueKind,
    /// The number of the item.
    pub item: usize,
    /// The number of the use in the facts of the item.
    pub use_: usize,
}

impl Model {
    /// The model of a tree.
    pub fn new(tree: Tree) -> Model {
        Model::default().update(tree)
    }

    /// The model of `tree`, a later version of this model's file.
    pub fn update(&self, tree: Tree) -> Model {
        let old = &*self.0;
        let escape = tree.escape();
        let mut work = Work::default();
        let read = |item: &Item| {
            work.facts += usize::from(item.instruction().is_some());
            Arc::new(Facts::of(item, escape))
        };
        let facts = old.facts.update(&tree, read, Landmarks::find);

        let index = Index::read(&tree, &facts);
        let same = |a: &Arc<Facts>, b: &Arc<Facts>| Arc::ptr_eq(a, b) || a == b;
        let same_froms = index.froms().len() == old.index.froms().len()
            && index.froms().zip(old.index.froms()).all(|(a, b)| same(&a.2, &b.2));
        let same_args = index.global_args.len() == old.index.global_args.len()
            && index.global_args.iter().zip(&old.index.global_args).all(|(a, b)| same(a, b));
        work.names = !(same_froms && same_args && escape == old.tree.escape());
        let names = if work.names {
            let globals = Globals::new(index.global_args.iter().map(|facts| &**facts), escape);
            let froms: Vec<_> = index.froms().map(|(_, _, facts)| &**facts).collect();
            Arc::new(Names::new(&froms, &globals))
        } else {
            Arc::clone(&old.names)
        };

        let stages = stage::place(index.froms(), &names, tree.len());
        let known = (!work.names).then_some((&old.index, &*old.references));
        let references = index.references(&names, known);
        let same_edges =
            references.iter().map(Reference::edge).eq(old.references.iter().map(Reference::edge));
        let circular = if !work.names && same_edges {
            old.circular.clone()
        } else {
            stage::circular(stages.len(), &references)
        };
        let scopes = old.scopes.update(&facts, &names);
        work.scopes = scopes.visited;
        Model(Arc::new(Inner {
            tree,
            facts,
            index,
            names,
            stages,
            references,
            circular,
            scopes,
            work,
        }))
    }

    /// The tree that this is the meaning of.
    pub fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// What the update that made this model cost.
    pub fn work(&self) -> Work {
        self.0.work
    }

    /// The facts of the item with that number.
    pub fn facts(&self, item: usize) -> Option<&Arc<Facts>> {
        self.0.facts.get(&self.0.tree, item)
    }

    /// All instructions with their facts.
    pub fn instructions(&self) -> impl Iterator<Item = (Placed<'_>, &Arc<Facts>)> {
        let items = self.0.tree.items().zip(self.0.facts.iter());
        items.filter(|(placed, _)| placed.instruction().is_some())
    }

    /// The instructions from the item with that number on.
    pub fn instructions_from(
        &self,
        item: usize,
    ) -> impl Iterator<Item = (Placed<'_>, &Arc<Facts>)> {
        let items = self.0.tree.items_from(item);
        items
            .filter(|placed| placed.instruction().is_some())
            .filter_map(|placed| Some((placed, self.facts(placed.index)?)))
    }

    /// The stages in file order.
    pub fn stages(&self) -> &[Stage] {
        &self.0.stages
    }

    /// The names of the stages.
    pub fn names(&self) -> &Names {
        &self.0.names
    }

    /// The stage that holds the byte at `offset`; `None` before the first `FROM`.
    pub fn stage_at(&self, offset: TextSize) -> Option<&Stage> {
        let after = self.0.stages.partition_point(|stage| stage.start <= offset);
        self.0.stages.get(after.checked_sub(1)?)
    }

    /// Every place that names a stage or image, in file order.
    pub fn references(&self) -> &[Reference] {
        &self.0.references
    }

    /// The reference under `offset`, its end included.
    pub fn reference_at(&self, offset: TextSize) -> Option<&Reference> {
        let after = self.0.references.partition_point(|r| r.name.range.start() <= offset);
        let candidate = self.0.references.get(after.checked_sub(1)?)?;
        candidate.name.range.contains_inclusive(offset).then_some(candidate)
    }

    /// The references that name that stage, or may do so.
    pub fn references_to(&self, stage: usize) -> impl Iterator<Item = &Reference> {
        self.0.references.iter().filter(move |r| r.stages().contains(&stage))
    }

    /// The references that close a circle of stages.
    pub fn circular(&self) -> impl Iterator<Item = &Reference> {
        self.0.circular.iter().filter_map(|number| self.0.references.get(*number))
    }

    /// Which stages are built for the stage `target`, by stage number; those too that the build
    /// may choose by a variable.
    pub fn reachable(&self, target: usize) -> Vec<bool> {
        stage::reachable(self.0.stages.len(), &self.0.references, target)
    }

    /// The stage that `--target name` builds: by name in any letter case, never by number.
    pub fn target(&self, name: &str) -> Option<&Stage> {
        self.0.stages.get(self.0.names.last(name)?)
    }

    /// The variables that are read where they have no value, in file order.
    pub fn scope_issues(&self) -> impl Iterator<Item = ScopeIssue> {
        let blocks = self.0.tree.blocks().zip(self.0.scopes.issues());
        blocks.flat_map(|((_, first, _), issues)| {
            issues.iter().map(move |issue| ScopeIssue {
                kind: issue.kind,
                item: first + issue.item,
                use_: issue.use_,
            })
        })
    }

    /// What the word at `offset` meets: variables, working directory, user, shell.
    pub fn state_at(&self, offset: TextSize) -> State {
        state::at(self, offset)
    }

    /// The same behind the instruction at `offset`; behind a `FROM` what the stage inherits.
    pub fn state_after(&self, offset: TextSize) -> State {
        state::after(self, offset)
    }

    /// The global variables that stand before `offset`.
    pub fn globals_at(&self, offset: TextSize) -> State {
        state::globals(self, offset)
    }
}
