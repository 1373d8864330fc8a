//! What can be written at an offset.
//!
//! [`complete`] is cheap and makes a short list.
//!
//! | file | what it offers |
//! |---|---|
//! | `stage.rs` | stages and bases in `FROM`, `COPY --from` and mounts |

mod stage;

use super::Snapshot;
use super::context::{self, Context, Place};
use crate::model;
use crate::text::{TextRange, TextSize};

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// A few words more, for the list.
    pub detail: Option<String>,
    /// What accepting it does.
    pub insert: Insert,
    /// Items are shown in the order of these, compared byte by byte.
    pub sort: String,
    /// What the typed text is compared with, if not the label.
    pub filter: Option<String>,
}

/// The edit of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insert {
    /// What is replaced: it contains or touches the offset and lies on its line. Up to the offset
    /// it is what was typed; an editor that inserts instead of replacing keeps what is behind.
    pub range: TextRange,
    /// The new text.
    pub text: String,
    /// The same with tab stops (`$1`, `${1:word}`, `$0`), for editors that have them.
    pub snippet: Option<String>,
}

/// What a completion is, for the picture beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A stage.
    Stage,
    /// An image that is no stage.
    Image,
}

/// What can be written at `offset`, the likeliest first. Empty where nothing can be said.
pub fn complete(snapshot: &Snapshot, offset: TextSize) -> Vec<Completion> {
    let context = context::at(snapshot, offset);
    let mut list = List { snapshot, context: &context, items: Vec::new() };
    if !list.on_one_line() {
        return Vec::new();
    }
    list.fill();
    list.items
}

/// The list being made.
struct List<'a> {
    snapshot: &'a Snapshot,
    context: &'a Context<'a>,
    items: Vec<Completion>,
}

impl List<'_> {
    /// A word that is broken by a line continuation cannot be replaced: editors want one line.
    fn on_one_line(&self) -> bool {
        let text = self.snapshot.text();
        let range = self.context.variable.as_ref().map_or(self.context.range, |v| v.name);
        text.line_of(range.start()) == text.line_of(range.end())
    }

    fn fill(&mut self) {
        match &self.context.place {
            Place::FromImage => stage::from(self),
            Place::FlagValue(flag) if self.is_flag(flag, "from") => {
                stage::named(self, model::Place::CopyFrom);
            }
            Place::MountValue { key, .. } if key.eq_ignore_ascii_case("from") => {
                stage::named(self, model::Place::MountFrom);
            }
            _ => {}
        }
    }

    fn is_flag(&self, flag: &crate::syntax::Flag, name: &str) -> bool {
        self.context.within.is_some_and(|within| within.text(flag.name) == name)
    }

    /// Adds an item behind those that are there.
    fn push(&mut self, label: impl Into<String>, kind: Kind, detail: Option<String>) {
        let label = label.into();
        let insert = Insert { range: self.context.range, text: label.clone(), snippet: None };
        let sort = format!("{:04}", self.items.len());
        self.items.push(Completion { label, kind, detail, insert, sort, filter: None });
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The labels offered at `$0` of the fixture, in order.
    pub fn labels(fixture: &str) -> Vec<String> {
        let at = fixture.find("$0").unwrap_or_else(|| panic!("no cursor in {fixture:?}"));
        let text = fixture.replacen("$0", "", 1);
        let offset = TextSize::try_from(at).unwrap_or_default();
        let mut items = complete(&Snapshot::new(&text), offset);
        items.sort_by(|a, b| a.sort.cmp(&b.sort));
        items.into_iter().map(|item| item.label).collect()
    }

    #[track_caller]
    pub fn check(fixture: &str, expected: &[&str]) {
        assert_eq!(labels(fixture), expected, "{fixture}");
    }
}
