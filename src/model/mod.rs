//! What the tree means: stages, what names them, variables and the state at a point.
//!
//! | file | what it answers |
//! |---|---|
//! | `facts.rs` | what one instruction defines, uses and refers to (computed once an instruction) |
//! | `stage.rs` | stages, references, reachability, circles |
//! | `scope.rs` | which variables are declared where |
//! | `state.rs` | the values at a point, and where each was set |
//! | `variable.rs` | all places of one variable |
//! | `mount.rs` | the fields of a `RUN --mount` |
//!
//! [`Model::update`] carries over what an edit cannot have changed: facts by instruction, names of
//! stages unless a `FROM` or a global `ARG` changed, scopes by block.

pub mod facts;
pub mod mount;
pub mod scope;
pub mod stage;
pub mod state;
pub mod variable;

use std::sync::Arc;

pub use facts::{Facts, Place, Spanned, VariableKind};
pub use stage::{Base, Reference, Relation, Stage, Target};
pub use state::{State, Variable};

use self::scope::{IssueKind, Scopes};
use self::stage::Names;
use crate::language::Keyword;
use crate::syntax::{Block, Item, PerItem, Placed, Tree, expand};
use crate::text::TextSize;

/// The meaning of one version of a file. Cloning shares everything.
#[derive(Clone, Debug, Default)]
pub struct Model(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tree: Tree,
    facts: PerItem<Arc<Facts>, Landmarks>,
    /// What `names` was made from: the facts of each `FROM` and of each global `ARG`.
    key: (Vec<Arc<Facts>>, Vec<Arc<Facts>>),
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
            key: (Vec::new(), Vec::new()),
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
        let froms: Vec<_> = index.froms.iter().map(|(_, _, facts)| Arc::clone(facts)).collect();
        let same = |a: &[Arc<Facts>], b: &[Arc<Facts>]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
        };
        work.names = escape != old.tree.escape()
            || !(same(&froms, &old.key.0) && same(&index.global_args, &old.key.1));
        let names = if work.names {
            let globals = global_values(&index.global_args, escape);
            Arc::new(Names::new(&froms, |text| {
                let expanded = expand::expand(text, escape, expand::Mode::WORD, &globals);
                expanded.ok().map(|expansion| expansion.text)
            }))
        } else {
            Arc::clone(&old.names)
        };

        let stages = stage::place(&index.froms, &names, tree.len());
        let references = index.references(&names);
        let circular = stage::circular(stages.len(), &references);
        let scopes = old.scopes.update(&facts, &names);
        work.scopes = scopes.visited;
        let key = (froms, index.global_args);
        Model(Arc::new(Inner {
            tree,
            facts,
            key,
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

    /// The references that name that stage.
    pub fn references_to(&self, stage: usize) -> impl Iterator<Item = &Reference> {
        self.0.references.iter().filter(move |r| r.target == Target::Stage(stage))
    }

    /// The references that close a circle of stages.
    pub fn circular(&self) -> impl Iterator<Item = &Reference> {
        self.0.circular.iter().filter_map(|number| self.0.references.get(*number))
    }

    /// Which stages are built for the stage `target`, by stage number.
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

/// Where in a block the instructions stand that stages and references are made from: the number of
/// the item in the block, and its offset from the block's start.
#[derive(Debug, Default)]
struct Landmarks {
    /// `FROM`s, and instructions with references.
    named: Vec<(usize, TextSize)>,
    /// `ARG`s before any `FROM` of the block.
    args: Vec<(usize, TextSize)>,
}

impl Landmarks {
    fn find(block: &Block, facts: &[Arc<Facts>]) -> Landmarks {
        let mut landmarks = Landmarks::default();
        let mut before_from = true;
        let mut start = TextSize::new(0);
        for (within, (item, facts)) in block.items().iter().zip(facts).enumerate() {
            match facts.keyword {
                Some(Keyword::From) => {
                    before_from = false;
                    landmarks.named.push((within, start));
                }
                Some(Keyword::Arg) if before_from => landmarks.args.push((within, start)),
                _ if !facts.references.is_empty() => landmarks.named.push((within, start)),
                _ => {}
            }
            start += item.len();
        }
        landmarks
    }
}

/// An instruction with its item's number and offset.
type InPlace = (usize, TextSize, Arc<Facts>);

/// The instructions that stages and references are made from, in place.
#[derive(Default)]
struct Index {
    froms: Vec<InPlace>,
    global_args: Vec<Arc<Facts>>,
    /// `FROM`s too.
    references: Vec<InPlace>,
}

impl Index {
    fn read(tree: &Tree, facts: &PerItem<Arc<Facts>, Landmarks>) -> Index {
        let mut index = Index::default();
        for ((start, first, _), kept) in tree.blocks().zip(facts.blocks()) {
            let place = |&(within, offset): &(usize, TextSize)| {
                let facts = kept.values.get(within)?;
                Some((first + within, start + offset, Arc::clone(facts)))
            };
            if index.froms.is_empty() {
                let args = kept.summary.args.iter().filter_map(place);
                index.global_args.extend(args.map(|(_, _, facts)| facts));
            }
            for place in kept.summary.named.iter().filter_map(place) {
                if place.2.keyword == Some(Keyword::From) {
                    index.froms.push(place.clone());
                }
                index.references.push(place);
            }
        }
        index
    }

    fn references(&self, names: &Names) -> Vec<Reference> {
        let mut stage = None;
        let mut references = Vec::with_capacity(self.references.len());
        for (item, start, facts) in &self.references {
            let (item, start) = (*item, *start);
            if let Some(from) = &facts.from {
                let number = stage.map_or(0, |stage| stage + 1);
                stage = Some(number);
                references.push(Reference {
                    place: Place::From,
                    name: lift(&from.image, start),
                    item,
                    stage,
                    target: names.from_target(number),
                });
            } else if facts.keyword == Some(Keyword::From) {
                stage = Some(stage.map_or(0, |stage| stage + 1));
            }
            references.extend(facts.references.iter().map(|site| Reference {
                place: site.place,
                name: lift(&site.name, start),
                item,
                stage,
                target: names.target(site),
            }));
        }
        references
    }
}

fn lift(spanned: &Spanned, start: TextSize) -> Spanned {
    Spanned { text: Arc::clone(&spanned.text), range: spanned.range + start }
}

/// The values that `FROM` sees: defaults of the global `ARG`s, each in the light of those before.
fn global_values(args: &[Arc<Facts>], escape: char) -> std::collections::HashMap<String, String> {
    let mut values = std::collections::HashMap::new();
    for definition in args.iter().flat_map(|facts| &facts.definitions) {
        let Some(value) = &definition.value else { continue };
        if let Ok(value) = expand::expand(&value.text, escape, expand::Mode::WORD, &values) {
            values.insert(definition.name.text.to_string(), value.text);
        }
    }
    values
}
