//! One immutable version of a document, with everything that is known about it.

use crate::model::Model;
use crate::syntax::Tree;
use crate::text::{Edit, Text, TextSize};

/// A document at one point in time. Cloning shares everything, so readers may keep one as long as
/// they like while the document moves on.
#[derive(Clone, Debug)]
pub struct Snapshot {
    text: Text,
    model: Model,
}

impl Snapshot {
    /// Reads a document.
    pub fn new(text: &str) -> Snapshot {
        Snapshot { text: Text::new(text), model: Model::new(Tree::parse(text)) }
    }

    /// The document after `edits`, each of which counts in the text that the one before it left
    /// (the order of `textDocument/didChange`).
    #[must_use]
    pub fn edit(&self, edits: &[Edit]) -> Snapshot {
        let mut text = self.text.clone();
        let mut tree = self.tree().clone();
        for edit in edits {
            let range = text.clamp(edit.range);
            text.edit(edit);
            tree = tree.reparse(&text, range, TextSize::of(edit.insert.as_str())).tree;
        }
        Snapshot { text, model: self.model.update(tree) }
    }

    /// The text.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        self.model.tree()
    }

    /// The meaning.
    pub fn model(&self) -> &Model {
        &self.model
    }
}
