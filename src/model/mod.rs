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

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> Model {
        Model::new(Tree::parse(text))
    }

    /// What each reference names, as `name→stage number`, `name→scratch` and so on.
    fn check_references(text: &str, expected: &str) {
        let model = model(text);
        let found = model.references().iter().map(|r| {
            let target = match &r.target {
                Target::Stage(stage) => match r.relation() {
                    Some(Relation::Own) => format!("{stage} own"),
                    Some(Relation::Later) => format!("{stage} later"),
                    _ => stage.to_string(),
                },
                other => format!("{other:?}").to_lowercase(),
            };
            format!("{}→{target}", r.name.text)
        });
        assert_eq!(found.collect::<Vec<_>>().join(", "), expected, "{text}");
    }

    #[test]
    fn from_binds_to_the_nearest_earlier_stage_in_its_letter_case() {
        check_references("FROM a AS b\nFROM b", "a→image, b→0");
        check_references("FROM a AS base\nFROM BASE", "a→image, BASE→image");
        check_references("FROM a AS BASE\nFROM base", "a→image, base→0");
        check_references("FROM b\nFROM a AS b", "b→image, a→image");
        check_references("FROM alpine AS alpine\nFROM alpine", "alpine→image, alpine→0");
        check_references("FROM a AS x\nFROM b AS x\nFROM x", "a→image, b→image, x→1");
        check_references("FROM a AS b\nFROM b:latest", "a→image, b:latest→image");
        check_references("FROM scratch", "scratch→scratch");
        check_references("FROM a AS scratch\nFROM scratch", "a→image, scratch→0");
        check_references("ARG B=build\nFROM a AS build\nFROM $B", "a→image, $B→0");
        check_references("FROM $NOPE", "$NOPE→unknown");
        check_references("FROM", "");
    }

    #[test]
    fn copy_from_takes_numbers_and_the_last_of_a_name() {
        check_references(
            "FROM a AS x\nFROM b\nCOPY --from=0 a b\nCOPY --from=X a b\nCOPY --from=+0 a b",
            "a→image, b→image, 0→0, X→0, +0→0",
        );
        check_references("FROM a\nCOPY --from=0 a b", "a→image, 0→0 own");
        check_references("FROM a\nCOPY --from=7 a b", "a→image, 7→nosuchindex");
        check_references("FROM a\nCOPY --from=-1 a b", "a→image, -1→nosuchindex");
        check_references("FROM a\nCOPY --from=b a b\nFROM c AS b", "a→image, b→1 later, c→image");
        check_references(
            "FROM a AS x\nFROM b\nCOPY --from=x a b\nFROM c AS x",
            "a→image, b→image, x→2 later, c→image",
        );
        check_references("FROM a\nCOPY --from=$X a b", "a→image, $X→variable");
        check_references("FROM a\nCOPY --from= a b", "a→image");
        check_references("FROM a AS b\nFROM c\nCOPY --from=\"b\" x y", "a→image, c→image, b→0");
    }

    #[test]
    fn mounts_take_no_numbers() {
        check_references("FROM a\nRUN --mount=from=0,target=/x y", "a→image, 0→image");
        check_references(
            "FROM a AS b\nFROM c\nRUN --mount=type=bind,from=B,target=/x y",
            "a→image, c→image, B→0",
        );
        check_references(
            "FROM a\nRUN --mount=type=cache,FROM=scratch,target=/x y",
            "a→image, scratch→scratch",
        );
    }

    #[test]
    fn pasted_and_nested_places_count() {
        check_references("FROM a AS “b”\nFROM c\nCOPY –from=b x y", "a→image, c→image, b→0");
        check_references("FROM a AS b\nFROM c\nONBUILD COPY --from=b x y", "a→image, c→image, b→0");
    }

    #[test]
    fn targets_are_names_in_any_case_and_never_numbers() {
        let model = model("FROM a AS Build\nFROM b AS build\nFROM c");
        assert_eq!(model.target("BUILD").map(|stage| stage.index), Some(1));
        assert!(model.target("0").is_none());
    }

    #[test]
    fn only_what_the_target_needs_is_reachable() {
        let model = model(
            "FROM a AS one\nFROM b AS two\nCOPY --from=one a b\nFROM c AS unused\n\
             FROM two\nRUN --mount=from=img,target=/x y",
        );
        assert_eq!(model.reachable(3), [true, true, false, true]);
        assert_eq!(model.reachable(2), [false, false, true, false]);
    }

    #[test]
    fn circles_are_told_from_mere_forward_references() {
        let circular = |text: &str| {
            model(text).circular().map(|r| r.name.text.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(circular("FROM a\nCOPY --from=0 a b"), ["0"]);
        assert_eq!(
            circular("FROM a AS x\nCOPY --from=y a b\nFROM b AS y\nCOPY --from=x a b"),
            ["y"]
        );
        assert!(circular("FROM a AS x\nCOPY --from=y a b\nFROM b AS y").is_empty());
    }

    /// The variables without a value, as `name kind`.
    fn check_scopes(text: &str, expected: &[&str]) {
        let model = model(text);
        let found: Vec<_> = model
            .scope_issues()
            .filter_map(|issue| {
                let name = &model.facts(issue.item)?.uses.get(issue.use_)?.name.text;
                Some(format!("{name} {:?}", issue.kind))
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn globals_do_not_reach_into_stages() {
        check_scopes("ARG V=1\nFROM a:$V\nENV X=$V", &["V NotRedeclared"]);
        check_scopes("ARG V=1\nFROM a:$V\nARG V\nENV X=$V", &[]);
        check_scopes("ARG V=1\nFROM a AS b\nARG V\nFROM b\nENV X=$V", &[]);
        check_scopes("ARG V=1\nFROM a AS b\nARG V\nFROM a\nENV X=$V", &["V NotRedeclared"]);
        check_scopes("FROM a\nENV X=$TARGETARCH", &["TARGETARCH NotRedeclared"]);
        check_scopes("FROM a\nARG TARGETARCH\nENV X=$TARGETARCH", &[]);
        check_scopes("ARG V=1\nFROM a\nRUN echo $V '$V'", &["V NotRedeclared"]);
        check_scopes("ARG V=1\nFROM a\nCMD echo $V", &[]);
    }

    #[test]
    fn from_sees_globals_only() {
        check_scopes("FROM a:$V", &["V UndeclaredInFrom"]);
        check_scopes("FROM a\nARG V=1\nFROM b:$V", &["V UndeclaredInFrom"]);
        check_scopes("ARG V\nFROM a:${V:-x}", &[]);
        check_scopes("FROM --platform=$BUILDPLATFORM a", &[]);
    }

    #[test]
    fn an_arg_sees_the_names_before_it_on_its_line() {
        check_scopes("ARG a=1\nFROM x\nARG a=2 b=$a", &[]);
        check_scopes("ARG a=1\nFROM x\nARG b=$a a=2", &["a NotRedeclared"]);
        check_scopes("ARG a=1\nFROM x\nARG a=$a", &["a NotRedeclared"]);
    }

    /// `NAME=value` of every variable where the marker `|` stands at a line's start.
    fn check_state(text: &str, expected: &str) {
        let at = text.find('|').expect("a marker");
        let model = model(&text.replace('|', ""));
        let state = model.state_at(TextSize::try_from(at).expect("small"));
        let show = |(name, variable): (&String, &Variable)| match &variable.value {
            Some(value) => format!("{name}={value}"),
            None => name.clone(),
        };
        let variables: Vec<_> = state.variables.iter().map(show).collect();
        assert_eq!(variables.join(" "), expected, "{text}");
    }

    #[test]
    fn values_follow_the_builder() {
        check_state("FROM a\nARG x=1 y=$x\n|RUN z", "x=1 y=1");
        check_state("FROM a\nENV abc=hello\nENV abc=bye def=$abc\n|RUN z", "abc=bye def=hello");
        check_state("FROM a\nENV A=env\nARG A=arg\n|RUN z", "A=arg");
        check_state("ARG V=1\nFROM a\n|RUN z", "");
        check_state("ARG V=1\nFROM a\nARG V\n|RUN z", "V=1");
        check_state("ARG B=x\nARG B\n|FROM $B", "B=x");
        check_state("FROM a AS b\nENV X=1\nFROM c\nENV Y=2\nFROM b\nENV Z=$X\n|RUN z", "X=1 Z=1");
        check_state("FROM a\nENV X=\"b c\" Y=${X:-d}\n|RUN z", "X=b c Y=d");
        check_state("FROM a\nENV X b  c\n|RUN z", "X=b  c");
        check_state("FROM a\nARG X\n|RUN z", "X");
    }

    #[test]
    fn settings_are_inherited_and_joined() {
        let model = model(
            "FROM a AS b\nWORKDIR /app\nUSER root\nSHELL [\"sh\", \"-c\"]\nFROM b\nENV D=x\n\
             WORKDIR $D/y\nRUN z",
        );
        let state = model.state_at(model.tree().len());
        let value = |setting: &Option<state::Setting>| setting.as_ref().map(|s| s.value.clone());
        assert_eq!(value(&state.workdir).as_deref(), Some("/app/x/y"));
        assert_eq!(value(&state.user).as_deref(), Some("root"));
        let shell = state.shell.map(|shell| state::shell_words(&shell));
        assert_eq!(shell, Some(vec!["sh".to_owned(), "-c".to_owned()]));
    }
}
