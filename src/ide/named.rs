//! What stands under the cursor: a stage or a variable, and all the places of it.

use super::Snapshot;
use crate::model::variable::{self, Named, Role};
use crate::model::{Reference, Target};
use crate::text::{TextRange, TextSize};

/// A thing that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// The stage of that number.
    Stage(usize),
    /// A variable, by one of its places.
    Variable(Named),
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

/// The stage that is named at `offset`, by its own name or by a reference, and the range of that.
pub(super) fn stage_at(snapshot: &Snapshot, offset: TextSize) -> Option<(TextRange, usize)> {
    if let Some(reference) = snapshot.model().reference_at(offset)
        && let Target::Stage(stage) = reference.target
    {
        return Some((reference.name.range, stage));
    }
    let stage = snapshot.model().stage_at(offset)?;
    let name = stage.name()?;
    name.range.contains_inclusive(offset).then_some((name.range, stage.index))
}

/// The places of the stage in file order: its name, or its image where it has none, and all
/// references to it.
pub(super) fn stage_places(snapshot: &Snapshot, stage: usize) -> Vec<Place> {
    let model = snapshot.model();
    let references = model.references_to(stage).map(|r: &Reference| r.name.range);
    let own = model.stages().get(stage).and_then(|stage| stage.name().or_else(|| stage.image()));
    let mut places: Vec<_> = references.map(|range| Place { range, defines: false }).collect();
    places.extend(own.map(|own| Place { range: own.range, defines: true }));
    places.sort_by_key(|place| place.range.start());
    places
}

/// The places of the symbol in file order.
pub(super) fn places(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Place> {
    match symbol {
        Symbol::Stage(stage) => stage_places(snapshot, *stage),
        Symbol::Variable(named) => {
            let all = variable::occurrences(snapshot.model(), &named.name, named.range.start());
            let place = |o: variable::Occurrence| Place {
                range: o.range,
                defines: matches!(o.role, Role::Definition(_)),
            };
            all.into_iter().map(place).collect()
        }
    }
}
