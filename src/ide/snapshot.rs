//! One immutable version of a document, with everything that is known about it.

use std::sync::{Arc, OnceLock};

use crate::check::Report;
use crate::model::Model;
use crate::syntax::Tree;
use crate::text::{Edit, Text, TextSize};

/// A document at one point in time. Cloning shares everything, so readers may keep one as long as
/// they like while the document moves on.
#[derive(Clone, Debug)]
pub struct Snapshot {
    text: Text,
    model: Model,
    /// The findings, once someone asked any of the clones.
    report: Arc<OnceLock<Report>>,
    /// The last findings that someone asked for, of whichever earlier version: what they know of
    /// unchanged instructions need not be found again.
    known: Option<Report>,
}

impl Snapshot {
    /// Reads a document.
    pub fn new(text: &str) -> Snapshot {
        let model = Model::new(Tree::parse(text));
        Snapshot { text: Text::new(text), model, report: Arc::default(), known: None }
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
        let known = self.report.get().or(self.known.as_ref()).cloned();
        Snapshot { text, model: self.model.update(tree), report: Arc::default(), known }
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

    /// What is wrong in it. Found when first asked for.
    pub fn report(&self) -> &Report {
        self.report.get_or_init(|| match &self.known {
            Some(known) => known.update(&self.model),
            None => Report::new(&self.model),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextRange;

    #[test]
    fn what_a_clone_found_out_is_known_to_all() {
        let document = Snapshot::new(&"RUN a\n".repeat(1000));
        let reader = document.clone();
        reader.report();
        let edit = Edit::replace(TextRange::new(4.into(), 5.into()), "b");
        let checked = document.edit(&[edit]).report().checked();
        assert!(checked <= 3, "{checked} items were looked at anew");
    }
}
