//! What an edit left in place.

use std::sync::Arc;

use crate::syntax::{Block, Tree};

/// What two versions of a file have in common at both ends.
pub struct Shared {
    /// How many blocks at the start.
    pub head: usize,
    /// How many blocks at the end.
    pub tail: usize,
    /// The items that are neither in the head nor, in one of the versions, in the tail.
    between: std::ops::Range<usize>,
    /// Whether what is shared at the end stands at the same lines, and has the same numbers.
    pub stands_still: bool,
}

impl Shared {
    /// Compares the blocks from both ends, and looks into none.
    pub fn of(new: &Tree, old: &Tree) -> Shared {
        let a: Vec<&Arc<Block>> = new.blocks().map(|(_, _, block)| block).collect();
        let b: Vec<&Arc<Block>> = old.blocks().map(|(_, _, block)| block).collect();
        let same = |(a, b): &(&&Arc<Block>, &&Arc<Block>)| Arc::ptr_eq(a, b);
        let head = a.iter().zip(&b).take_while(same).count();
        let rest = a.iter().skip(head).rev().zip(b.iter().skip(head).rev());
        let tail = rest.take_while(same).count();
        let items = |blocks: &[&Arc<Block>]| blocks.iter().map(|b| b.items().len()).sum::<usize>();
        let first = items(a.get(..head).unwrap_or_default());
        let last = items(a.get(a.len() - tail..).unwrap_or_default());
        Shared {
            head,
            tail,
            between: first..new.len_items().max(old.len_items()) - last,
            stands_still: (new.len_items(), new.newlines()) == (old.len_items(), old.newlines()),
        }
    }

    /// Whether both versions have the same item with that number on the same line.
    pub fn holds(&self, new: &Tree, old: &Tree, index: usize) -> bool {
        if index < self.between.start || self.stands_still && index >= self.between.end {
            return true;
        }
        match (new.item(index), old.item(index)) {
            (Some(a), Some(b)) => Arc::ptr_eq(a.item, b.item) && a.line == b.line,
            (None, None) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Edit, Text, TextSize};

    #[test]
    fn ends_are_shared() {
        let line = "RUN x\n";
        let start = line.repeat(1_000);
        let mut text = Text::new(&start);
        let old = Tree::parse(&start);
        let edited = |text: &mut Text, at: u32, insert: &str| {
            let edit = Edit::insert(TextSize::new(at), insert);
            text.edit(&edit);
            old.reparse(text, edit.range, TextSize::of(insert)).tree
        };
        let place = u32::try_from(500 * line.len() + 4).expect("small");
        let new = edited(&mut text, place, "y");
        let shared = Shared::of(&new, &old);
        assert!(shared.stands_still && shared.head > 0 && shared.tail > 0);
        for (item, holds) in [(0, true), (499, true), (500, false), (501, true), (999, true)] {
            assert_eq!(shared.holds(&new, &old, item), holds, "{item}");
        }
        let mut text = Text::new(&start);
        let new = edited(&mut text, place - 4, line);
        let shared = Shared::of(&new, &old);
        assert!(!shared.stands_still);
        assert!(shared.holds(&new, &old, 0) && !shared.holds(&new, &old, 999));
    }
}
