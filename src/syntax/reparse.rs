//! Incremental parsing: after an edit only the items that it can have changed are read again.

use std::sync::Arc;

use super::parse::{Parser, State};
use super::tree::{Item, Tree};
use crate::text::{Text, TextRange, TextSize};

/// A tree after an edit, and what it cost.
#[derive(Debug)]
pub struct Reparsed {
    /// The tree of the edited text.
    pub tree: Tree,
    /// How many items were read.
    pub items_read: usize,
}

impl Tree {
    /// The tree of `text`, which is the text of this tree with `replaced` (a range of the old text)
    /// replaced by `inserted` bytes.
    ///
    /// Reading starts at the item that holds the edit and stops where an item ends at the same
    /// place as an old one behind the edit, as everything from there on is the same text read in
    /// the same state. Two things reach further: neighbouring runs of comments merge, so reading
    /// starts and stops outside of them, and an edit where directives are looked for starts over.
    pub fn reparse(&self, text: &Text, replaced: TextRange, inserted: TextSize) -> Reparsed {
        let from = self.first_affected(replaced.start());
        let (state, start) = match self.item(from) {
            Some(placed) if from > self.prefix => {
                (State { scan: self.scan, escape: self.escape, at_start: false }, placed.start)
            }
            _ => (State::default(), TextSize::new(0)),
        };
        let from = if start == TextSize::new(0) { 0 } else { from };

        let mut parser = Parser::new(text.chunks_from(start), state);
        let mut old = self.items_from(from).peekable();
        let mut items: Vec<Arc<Item>> = Vec::new();
        let mut end = start;
        let mut prefix = if from > self.prefix { self.prefix } else { 0 };
        let mut to = self.len_items();
        while let Some(item) = parser.next_item() {
            end += item.len();
            let trivia = item.is_trivia();
            items.push(Arc::new(item));
            if !parser.state.scan.is_closed() {
                prefix = from + items.len();
            }
            let Some(old_end) = behind_edit(end, replaced, inserted) else { continue };
            while old.next_if(|placed| placed.start < old_end).is_some() {}
            let Some(next) = old.peek() else { continue };
            let same_state = parser.state.scan.is_closed()
                && next.index > self.prefix
                && parser.state.escape == self.escape;
            if same_state && next.start == old_end && !(trivia && next.item.is_trivia()) {
                to = next.index;
                break;
            }
        }
        let items_read = items.len();
        let mut tree = self.with_blocks(self.splice(from, to, items));
        (tree.escape, tree.scan, tree.prefix) = (parser.state.escape, parser.state.scan, prefix);
        Reparsed { tree, items_read }
    }

    /// The number of the first item that an edit at `offset` can change.
    fn first_affected(&self, offset: TextSize) -> usize {
        let Some(placed) = self.item_at(offset) else { return 0 };
        let previous = placed.index.checked_sub(1).and_then(|index| self.item(index));
        match previous {
            Some(previous) if previous.item.is_trivia() => previous.index,
            _ => placed.index,
        }
    }
}

/// Where `end`, an offset in the new text, stood in the old one, if it lies behind the edit.
fn behind_edit(end: TextSize, replaced: TextRange, inserted: TextSize) -> Option<TextSize> {
    let behind = end.checked_sub(replaced.start() + inserted)?;
    Some(replaced.end() + behind)
}
