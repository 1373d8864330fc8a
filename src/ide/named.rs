//! What stands under the cursor: a stage or a variable, and all the places of it.

use super::Snapshot;
use crate::model::variable::{self, Named, Role};
use crate::model::{Reference, Target};
use crate::syntax::View;
use crate::text::{TextRange, TextSize};

/// A thing that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// The stage of that number.
    Stage(usize),
    /// A variable, by one of its places.
    Variable(Named),
}

/// The two sorts of names, which differ in what can be part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Stage,
    Variable,
}

impl Symbol {
    pub fn sort(&self) -> Sort {
        match self {
            Symbol::Stage(_) => Sort::Stage,
            Symbol::Variable(_) => Sort::Variable,
        }
    }
}

impl Sort {
    /// Stages are found in any letter case.
    fn same(self, a: &str, b: &str) -> bool {
        match self {
            Sort::Stage => a.eq_ignore_ascii_case(b),
            Sort::Variable => a == b,
        }
    }

    /// Whether a name cannot end beside `c`. A path or an image is no name of a stage.
    fn joins(self, c: char) -> bool {
        let part = c.is_alphanumeric() || c == '_';
        part || self == Sort::Stage && matches!(c, '-' | '.' | '/' | ':' | '@' | '$')
    }
}

/// A place of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name in the file.
    pub range: TextRange,
    /// Whether it names or sets the thing, rather than reading it.
    pub defines: bool,
}

/// The symbol at `offset` and the range of its name there. In `FROM $X` the variable comes first.
pub(super) fn at(snapshot: &Snapshot, offset: TextSize) -> Option<(TextRange, Symbol)> {
    if let Some(named) = variable::at(snapshot.model(), offset) {
        return Some((named.range, Symbol::Variable(named)));
    }
    let (range, stage) = stage_at(snapshot, offset)?;
    Some((range, Symbol::Stage(stage)))
}

/// The stage that is surely named at `offset`, by its own name or by a reference, and the range of
/// that.
pub(super) fn stage_at(snapshot: &Snapshot, offset: TextSize) -> Option<(TextRange, usize)> {
    let (range, stages) = stages_at(snapshot, offset)?;
    let [stage] = *stages else { return None };
    let is_chosen = snapshot.model().reference_at(offset).is_some_and(is_choice);
    (!is_chosen).then_some((range, stage))
}

/// Whether only the build knows which stage a reference names.
pub(super) fn is_choice(reference: &Reference) -> bool {
    matches!(reference.target, Target::OneOf(_))
}

/// The stages that may be named at `offset`, and the range of the name: several where only the build
/// knows all of it.
pub(super) fn stages_at(
    snapshot: &Snapshot,
    offset: TextSize,
) -> Option<(TextRange, std::borrow::Cow<'_, [usize]>)> {
    let references = snapshot.model().references();
    let behind = references.partition_point(|r| r.name.range.start() <= offset);
    // Several can share a range where it is that of a whole flag.
    let near = references.iter().take(behind).rev();
    let near = near.take_while(|r| r.name.range.contains_inclusive(offset));
    for reference in near {
        let range = reference_range(snapshot, reference);
        if !reference.stages().is_empty() && range.contains_inclusive(offset) {
            return Some((range, reference.stages().into()));
        }
    }
    let stage = snapshot.model().stage_at(offset)?;
    let name = stage.name()?;
    name.range.contains_inclusive(offset).then(|| (name.range, vec![stage.index].into()))
}

/// The places of the stage in file order: its name, or its image where it has none, and all
/// references to it.
pub(super) fn stage_places(snapshot: &Snapshot, stage: usize) -> Vec<Place> {
    let model = snapshot.model();
    let references = model.references_to(stage).map(|r| reference_range(snapshot, r));
    let own = model.stages().get(stage).and_then(|stage| stage.name().or_else(|| stage.image()));
    let mut places: Vec<_> = references.map(|range| Place { range, defines: false }).collect();
    places.extend(own.map(|own| Place { range: own.range, defines: true }));
    places.sort_by_key(|place| (place.range.start(), place.range.end()));
    places.dedup();
    places
}

/// The name alone, where the range of the reference holds more.
pub(super) fn reference_range(snapshot: &Snapshot, reference: &Reference) -> TextRange {
    let whole = reference.name.range;
    let exact = || {
        let placed = snapshot.tree().item(reference.item)?;
        let view = placed.instruction()?.meant();
        let name = reference.name.text.trim_matches(['"', '\'']);
        let range = whole.checked_sub(placed.start)?;
        Some(placed.lift(exact(&placed.item.text, view, range, name, Sort::Stage)?))
    };
    exact().unwrap_or(whole)
}

/// The places of the symbol in file order.
pub(super) fn places(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Place> {
    match symbol {
        Symbol::Stage(stage) => stage_places(snapshot, *stage),
        Symbol::Variable(named) => {
            let all = variable::family(snapshot.model(), &named.name, named.range.start()).places;
            let place = |o: variable::Occurrence| Place {
                range: o.range,
                defines: matches!(o.role, Role::Definition(_)),
            };
            all.into_iter().map(place).collect()
        }
    }
}

/// The length in bytes from which on a value is not searched for a name: keeps the time linear.
const LONG: usize = 1000;

/// The place of `name` in `range`, from the start of the item whose text is `source`. The range of a
/// name may hold more: quotes around it or, in a flag with quotes, the whole value. `None` where the
/// name is not there exactly once, or the range is too long to look.
pub(super) fn exact(
    source: &str,
    view: &View,
    range: TextRange,
    name: &str,
    sort: Sort,
) -> Option<TextRange> {
    // Line continuations between its letters belong to it.
    if sort.same(&view.text(source, range), name) {
        return Some(range);
    }
    let text = source.get(std::ops::Range::<usize>::from(range))?;
    if text.len() > LONG {
        return None;
    }
    let mut found = text.char_indices().filter_map(|(at, _)| {
        let (before, rest) = (text.get(..at)?, text.get(at..)?);
        let (here, behind) = (rest.get(..name.len())?, rest.get(name.len()..)?);
        let alone = !before.ends_with(|c| sort.joins(c)) && !behind.starts_with(|c| sort.joins(c));
        (sort.same(here, name) && alone).then_some(TextSize::of(before))
    });
    let at = found.next()?;
    found.next().is_none().then(|| TextRange::at(range.start() + at, TextSize::of(name)))
}
