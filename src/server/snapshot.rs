//! Stands in for the document's snapshot until `ide` has it.

use crate::text::{Edit, Text};

/// One state of a document. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Snapshot {
    text: Text,
}

impl Snapshot {
    /// The snapshot of a whole text.
    pub fn new(text: &str) -> Self {
        Self { text: Text::new(text) }
    }

    /// The snapshot after `edits`, each of which speaks of the text that the one before left.
    pub fn edit(&self, edits: &[Edit]) -> Self {
        let mut text = self.text.clone();
        edits.iter().for_each(|edit| text.edit(edit));
        Self { text }
    }

    /// Its text.
    pub fn text(&self) -> &Text {
        &self.text
    }
}
