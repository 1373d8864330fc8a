//! Stages and what names them: one table, and each place's own look-up rule.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert.go` (`addState`, `findStateByName`,
//! `detectRunMount`, `resolveTarget`) and `instructions/parse.go` (`parseBuildStageName`).

use std::collections::HashMap;
use std::sync::Arc;

use super::facts::{Facts, From, Place, ReferenceSite, Spanned};
use super::open::{Globals, Name, Pattern};
use crate::language::case::lower;
use crate::text::{TextRange, TextSize};

/// A stage: a `FROM` and what follows it up to the next.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its number in the file, from 0.
    pub index: usize,
    /// The number of the item that holds its `FROM`.
    pub item: usize,
    /// From its `FROM` to the next one or the end of the file.
    pub range: TextRange,
    /// The offset of the item of its `FROM`.
    pub start: TextSize,
    /// The facts of its `FROM`.
    facts: Arc<Facts>,
    /// What it starts from.
    pub base: Base,
}

impl Stage {
    fn from(&self) -> Option<&From> {
        self.facts.from.as_ref()
    }

    /// The name behind `AS` and its place in the file.
    pub fn name(&self) -> Option<Spanned> {
        self.from()?.name.as_ref().map(|name| self.lift(name))
    }

    /// The word behind `FROM` and its place in the file.
    pub fn image(&self) -> Option<Spanned> {
        self.from().map(|from| self.lift(&from.image))
    }

    /// The value of `--platform` and its place in the file.
    pub fn platform(&self) -> Option<Spanned> {
        self.from()?.platform.as_ref().map(|platform| self.lift(platform))
    }

    /// The name that references use, or `stage-N` for a stage that has none.
    pub fn title(&self) -> String {
        self.name().map_or_else(|| format!("stage-{}", self.index), |name| lower(&name.text))
    }

    fn lift(&self, spanned: &Spanned) -> Spanned {
        Spanned { text: Arc::clone(&spanned.text), range: spanned.range + self.start }
    }
}

/// What a stage starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage.
    Stage(usize),
    /// One of these earlier stages, in file order, or none: only the build knows all of the name.
    OneOf(Arc<[usize]>),
    /// The empty image.
    Scratch,
    /// An image, its variables expanded as far as they are known. It may also be a named context.
    Image(Arc<str>),
    /// The name cannot be expanded, or expands to nothing.
    Unknown,
}

impl Base {
    /// The stages that it may be.
    pub fn stages(&self) -> &[usize] {
        match self {
            Base::Stage(stage) => std::slice::from_ref(stage),
            Base::OneOf(stages) => stages,
            Base::Scratch | Base::Image(_) | Base::Unknown => &[],
        }
    }
}

/// A place that names a stage or an image, in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Which kind of place.
    pub place: Place,
    /// The name and its place.
    pub name: Spanned,
    /// The number of the item that holds it.
    pub item: usize,
    /// The stage that holds it; for a `FROM` the stage that it begins.
    pub stage: Option<usize>,
    /// What it names.
    pub target: Target,
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A stage, by name or number; maybe one that the place cannot use (see [`Relation`]).
    Stage(usize),
    /// One of these stages, as [`Base::OneOf`].
    OneOf(Arc<[usize]>),
    /// The empty image.
    Scratch,
    /// An image or a named context.
    Image,
    /// A number for which there is no stage.
    NoSuchIndex,
    /// A variable where none is expanded.
    Variable,
    /// A name that cannot be expanded.
    Unknown,
}

/// How a stage stands to the stage that refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It comes earlier in the file.
    Earlier,
    /// It is the same stage.
    Own,
    /// It comes later.
    Later,
}

impl Reference {
    /// How the named stage stands to the one that names it.
    pub fn relation(&self) -> Option<Relation> {
        let (Target::Stage(target), Some(stage)) = (&self.target, self.stage) else { return None };
        Some(match target.cmp(&stage) {
            std::cmp::Ordering::Less => Relation::Earlier,
            std::cmp::Ordering::Equal => Relation::Own,
            std::cmp::Ordering::Greater => Relation::Later,
        })
    }

    /// The stages that it may name.
    pub fn stages(&self) -> &[usize] {
        match &self.target {
            Target::Stage(stage) => std::slice::from_ref(stage),
            Target::OneOf(stages) => stages,
            _ => &[],
        }
    }

    /// The stage that refers and the one that is surely referred to.
    pub fn edge(&self) -> Option<(usize, usize)> {
        match (&self.target, self.stage) {
            (Target::Stage(to), Some(from)) => Some((from, *to)),
            _ => None,
        }
    }

    /// The stage that the place surely uses.
    pub fn used_stage(&self) -> Option<usize> {
        match (&self.target, self.relation()?) {
            (Target::Stage(stage), Relation::Earlier) => Some(*stage),
            _ => None,
        }
    }

    /// The stages that the place may use.
    pub fn usable(&self) -> impl Iterator<Item = usize> {
        let own = self.stage;
        self.stages().iter().copied().filter(move |stage| Some(*stage) < own)
    }
}

/// The most stages that one name is taken to mean. Where more would do it says nothing.
const MOST_CHOICES: usize = 256;

/// Names and bases of all stages: what look-ups need. Unchanged as long as no `FROM` and no `ARG`
/// before the first `FROM` changes.
#[derive(Debug, Default)]
pub struct Names {
    /// Numbers of the stages with a name (lower case), in file order.
    by_name: HashMap<String, Vec<usize>>,
    /// What each stage starts from.
    bases: Vec<Base>,
    /// For each stage the first one whose `FROM` may mean it by its variables.
    choosers: Vec<Option<usize>>,
}

impl Names {
    /// Reads the `FROM`s.
    pub fn new(froms: &[&Facts], globals: &Globals) -> Names {
        let mut names = Names { choosers: vec![None; froms.len()], ..Names::default() };
        for (index, facts) in froms.iter().enumerate() {
            let Some(from) = &facts.from else {
                names.bases.push(Base::Unknown);
                continue;
            };
            let image = globals.name(&from.image.text);
            let base = names.base(&image);
            for stage in names.choices(&image, &base) {
                if let Some(chooser) = names.choosers.get_mut(stage) {
                    chooser.get_or_insert(index);
                }
            }
            names.bases.push(base);
            if let Some(name) = &from.name {
                names.by_name.entry(lower(&name.text)).or_default().push(index);
            }
        }
        names
    }

    /// What a `FROM` behind the stages read so far starts from. Case matters here, unlike in the
    /// other places: `FROM BASE` is not the stage `base`.
    fn base(&self, image: &Name) -> Base {
        let plain = image.plain.as_deref().unwrap_or_default();
        let stage = self.by_name.get(plain).and_then(|stages| stages.last());
        // The builder's variables are never empty, but for some that few names hold.
        if let Some(stage) = stage.filter(|_| !image.by_builder) {
            return Base::Stage(*stage);
        }
        let told = image.told.as_ref().filter(|told| told.has_text() || image.by_builder);
        let stages = told.map(|told| self.matching(told)).unwrap_or_default();
        match plain {
            _ if !stages.is_empty() && stages.len() <= MOST_CHOICES => Base::OneOf(stages.into()),
            "" => Base::Unknown,
            "scratch" => Base::Scratch,
            image => Base::Image(image.into()),
        }
    }

    /// The stages that some build may mean by a name with variables, whatever this one means. Not
    /// where it is evidently an image: by a tag or a path, or by a default that is no stage.
    fn choices(&self, image: &Name, base: &Base) -> Vec<usize> {
        let plain = image.plain.as_deref().unwrap_or_default();
        let Some(any) = &image.any else { return Vec::new() };
        let is_open = any.has_text() || plain.is_empty() || !base.stages().is_empty();
        match is_open && !plain.contains([':', '/', '@']) {
            true => self.matching(any),
            false => Vec::new(),
        }
    }

    /// The stages read so far that have such a name, in file order; of several of one name the last.
    fn matching(&self, pattern: &Pattern) -> Vec<usize> {
        let named = self.by_name.iter().filter(|(name, _)| pattern.matches(name));
        let mut stages: Vec<_> = named.filter_map(|(_, stages)| stages.last().copied()).collect();
        stages.sort_unstable();
        stages
    }

    /// The first stage whose `FROM` may mean that stage in some build, by what its variables are.
    pub fn chooser(&self, stage: usize) -> Option<usize> {
        self.choosers.get(stage).copied().flatten()
    }

    /// What each stage starts from.
    pub fn bases(&self) -> &[Base] {
        &self.bases
    }

    /// The stages of that name, in any letter case, in file order.
    pub fn stages(&self, name: &str) -> &[usize] {
        self.by_name.get(&lower(name)).map_or(&[], Vec::as_slice)
    }

    /// The stage that `COPY --from`, a mount or `--target` means by `name`: the last of that name
    /// in the file.
    pub fn last(&self, name: &str) -> Option<usize> {
        self.stages(name).last().copied()
    }

    /// All names, lower case, without order.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// What a `COPY --from` or a mount names.
    pub fn target(&self, site: &ReferenceSite) -> Target {
        let name = &*site.name.text;
        if has_variable(name) {
            return Target::Variable;
        }
        if site.place == Place::CopyFrom
            && let Some(index) = atoi(name)
        {
            return usize::try_from(index)
                .ok()
                .filter(|index| *index < self.bases.len())
                .map_or(Target::NoSuchIndex, Target::Stage);
        }
        match self.last(name) {
            Some(stage) => Target::Stage(stage),
            None if name == "scratch" => Target::Scratch,
            None => Target::Image,
        }
    }

    /// What a `FROM` names, as a reference.
    pub fn from_target(&self, stage: usize) -> Target {
        match self.bases.get(stage) {
            Some(Base::Stage(base)) => Target::Stage(*base),
            Some(Base::OneOf(stages)) => Target::OneOf(Arc::clone(stages)),
            Some(Base::Scratch) => Target::Scratch,
            Some(Base::Image(_)) => Target::Image,
            Some(Base::Unknown) | None => Target::Unknown,
        }
    }
}

/// `$` anywhere but at the end: a variable, where none is allowed.
fn has_variable(name: &str) -> bool {
    name.find('$').is_some_and(|at| at + 1 < name.len())
}

/// Go's `strconv.Atoi`: an optional sign and decimal digits.
fn atoi(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The stages of the file, in place.
pub fn place<'a>(
    froms: impl ExactSizeIterator<Item = &'a (usize, TextSize, Arc<Facts>)>,
    names: &Names,
    end: TextSize,
) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::with_capacity(froms.len());
    for ((index, (item, start, facts)), base) in froms.enumerate().zip(&names.bases) {
        if let Some(before) = stages.last_mut() {
            before.range = TextRange::new(before.start, *start);
        }
        stages.push(Stage {
            index,
            item: *item,
            range: TextRange::new(*start, end),
            start: *start,
            facts: Arc::clone(facts),
            base: base.clone(),
        });
    }
    stages
}

/// Which stages are built for `target`: itself and whatever it needs, or may need.
pub fn reachable(count: usize, references: &[Reference], target: usize) -> Vec<bool> {
    let mut needs = vec![Vec::new(); count];
    for reference in references {
        if let Some(list) = reference.stage.and_then(|from| needs.get_mut(from)) {
            list.extend(reference.usable());
        }
    }
    let mut reached = vec![false; count];
    let mut open = vec![target];
    while let Some(stage) = open.pop() {
        let Some(seen) = reached.get_mut(stage) else { continue };
        if !std::mem::replace(seen, true) {
            open.extend(needs.get(stage).into_iter().flatten());
        }
    }
    reached
}

/// The references that lie on a circle of stages, by number in `references`.
///
/// A `FROM` only looks back, so a circle needs a `COPY --from` or mount that names its own or a
/// later stage which in turn needs the first one.
pub fn circular(count: usize, references: &[Reference]) -> Vec<usize> {
    let forward: Vec<usize> = references
        .iter()
        .enumerate()
        .filter(|(_, r)| r.edge().is_some_and(|(from, to)| to >= from))
        .map(|(number, _)| number)
        .collect();
    if forward.is_empty() {
        return forward;
    }
    let mut needs = vec![Vec::new(); count];
    for (from, to) in references.iter().filter_map(Reference::edge) {
        if let Some(list) = needs.get_mut(from) {
            list.push(to);
        }
    }
    let component = components(&needs);
    let on_circle = |&number: &usize| {
        references
            .get(number)
            .and_then(Reference::edge)
            .is_some_and(|(from, to)| component.get(from) == component.get(to))
    };
    forward.into_iter().filter(on_circle).collect()
}

/// Strongly connected components (Tarjan, with an explicit stack): a number for each stage.
fn components(needs: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = needs.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![0; count]);
    let (mut component, mut on_path) = (vec![UNSEEN; count], Vec::new());
    let (mut next_order, mut next_component) = (0, 0);
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((stage, child)) = calls.pop() {
            if child == 0 {
                order[stage] = next_order;
                low[stage] = next_order;
                next_order += 1;
                on_path.push(stage);
            } else {
                let done = needs[stage][child - 1];
                if component[done] == UNSEEN {
                    low[stage] = low[stage].min(low[done]);
                }
            }
            if let Some(&need) = needs[stage].get(child) {
                calls.push((stage, child + 1));
                if order[need] == UNSEEN {
                    calls.push((need, 0));
                }
                continue;
            }
            if low[stage] == order[stage] {
                while let Some(member) = on_path.pop() {
                    component[member] = next_component;
                    if member == stage {
                        break;
                    }
                }
                next_component += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_of_a_long_chain_do_not_recurse() {
        let count = 200_000;
        let mut needs: Vec<_> = (0..count).map(|n| vec![n + 1]).collect();
        needs.push(vec![0]);
        let component = components(&needs);
        assert!(component.iter().all(|c| *c == component[0]));
        needs.pop();
        needs.push(vec![]);
        let component = components(&needs);
        assert_eq!(component.iter().collect::<std::collections::HashSet<_>>().len(), count + 1);
    }

    #[test]
    fn numbers_are_gos_integers() {
        for (text, expected) in [
            ("0", Some(0)),
            ("00", Some(0)),
            ("+1", Some(1)),
            ("-1", Some(-1)),
            ("1a", None),
            ("", None),
            ("+", None),
        ] {
            assert_eq!(atoi(text), expected, "{text}");
        }
    }
}
