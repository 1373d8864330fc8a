//! The image that a stage starts from, as far as the file tells.

use super::Snapshot;
use crate::model::{Stage, State};
use crate::syntax::expand::{self, Mode, Modifier};

/// The global variables as all `FROM`s see them.
pub(super) fn globals(snapshot: &Snapshot) -> State {
    let model = snapshot.model();
    model.stages().first().map_or_else(State::default, |first| model.globals_at(first.start))
}

/// The word behind `FROM` with its variables replaced; `None` without a word, and where a variable
/// has no value that the file tells and no default.
pub(super) fn expanded(snapshot: &Snapshot, stage: &Stage, globals: &State) -> Option<String> {
    let image = stage.image()?.text;
    let escape = snapshot.tree().escape();
    let expansion = expand::expand(&image, escape, Mode::WORD, globals).ok()?;
    let unknown = expand::parse(&image, escape, Mode::WORD).uses.into_iter().any(|use_| {
        let name = image.get(std::ops::Range::<usize>::from(use_.name)).unwrap_or_default();
        let has_other =
            matches!(use_.modifier, Some(Modifier::Default { .. } | Modifier::Alternative { .. }));
        expansion.unmatched.contains(name) && !has_other
    });
    (!unknown && !expansion.text.is_empty()).then_some(expansion.text)
}
