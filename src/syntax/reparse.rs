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

/// How much text behind the touched items is looked at first: enough for the next line.
const MARGIN: u32 = 256;

impl Tree {
    /// The tree of `text`, which is the text of this tree with `replaced` (a range of the old text)
    /// replaced by `inserted` bytes.
    ///
    /// Reading starts at the item that holds the edit and stops where an item ends at the same
    /// place as an old one behind the edit, as everything from there on is the same text read in
    /// the same state. Two things reach further: neighbouring runs of comments merge, so reading
    /// starts and stops outside of them, and an edit where directives are looked for starts over.
    pub fn reparse(&self, text: &Text, replaced: TextRange, inserted: TextSize) -> Reparsed {
        let edit = Edit { replaced, inserted };
        let from = self.first_affected(replaced.start());
        let start = match self.item(from) {
            Some(placed) if from > self.prefix => placed.start,
            _ => TextSize::new(0),
        };
        let from = if start == TextSize::new(0) { 0 } else { from };

        // The text is read through a window that grows until the reading can stop inside of it.
        let last = self.item_at(replaced.end()).map_or(replaced.end(), |last| last.range().end());
        let mut size = edit.moved(last) - start + TextSize::new(MARGIN);
        loop {
            let window = TextRange::new(start, (start + size).min(text.len()));
            if let Some(reparsed) = self.reparse_window(text, window, from, edit) {
                return reparsed;
            }
            size += size;
        }
    }

    /// Reads `window`, which starts with the item `from`. `None` if its end comes too early.
    fn reparse_window(
        &self,
        text: &Text,
        window: TextRange,
        from: usize,
        edit: Edit,
    ) -> Option<Reparsed> {
        let (state, mut prefix) = match from {
            0 => (State::default(), 0),
            _ => (State { scan: self.scan, escape: self.escape, at_start: false }, self.prefix),
        };
        let mut parser = Parser::new(text.slice(window).into(), state);
        let mut old = self.items_from(from).peekable();
        let mut items: Vec<Arc<Item>> = Vec::new();
        let mut end = window.start();
        let mut to = self.len_items();
        while let Some(item) = parser.next_item() {
            if parser.is_at_end() && window.end() < text.len() {
                return None;
            }
            end += item.len();
            let trivia = item.is_trivia();
            items.push(Arc::new(item));
            if !parser.state.scan.is_closed() {
                prefix = from + items.len();
            }
            let Some(old_end) = edit.origin(end) else { continue };
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
        Some(Reparsed { tree, items_read })
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

#[derive(Clone, Copy)]
struct Edit {
    replaced: TextRange,
    inserted: TextSize,
}

impl Edit {
    /// Where `end`, an offset in the new text, stood in the old one, if it lies behind the edit.
    fn origin(self, end: TextSize) -> Option<TextSize> {
        let behind = end.checked_sub(self.replaced.start() + self.inserted)?;
        Some(self.replaced.end() + behind)
    }

    /// Where `offset` of the old text, which is not before the edit's end, stands in the new one.
    fn moved(self, offset: TextSize) -> TextSize {
        offset - self.replaced.end() + self.replaced.start() + self.inserted
    }
}
