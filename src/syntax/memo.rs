//! Values kept beside items: computed once an item, carried over from version to version.

use std::collections::HashMap;
use std::sync::Arc;

use super::tree::{Block, Item, Tree};

/// A value for each item of a tree, and a summary for each block.
///
/// After an edit [`PerItem::update`] computes only the values of items that are new; blocks that
/// both trees share are not even looked into.
#[derive(Debug)]
pub struct PerItem<T, S> {
    blocks: Vec<Arc<Kept<T, S>>>,
}

/// What is kept of one block.
#[derive(Debug)]
pub struct Kept<T, S> {
    /// The block.
    pub block: Arc<Block>,
    /// A value for each of its items.
    pub values: Vec<T>,
    /// What the values come to.
    pub summary: S,
}

impl<T, S> Clone for PerItem<T, S> {
    fn clone(&self) -> Self {
        PerItem { blocks: self.blocks.clone() }
    }
}

impl<T, S> Default for PerItem<T, S> {
    fn default() -> Self {
        PerItem { blocks: Vec::new() }
    }
}

impl<T: Clone, S> PerItem<T, S> {
    /// The values for `tree`, calling `compute` for the items that have none yet, and `summarize`
    /// for the blocks that are new.
    pub fn update(
        &self,
        tree: &Tree,
        mut compute: impl FnMut(&Item) -> T,
        summarize: impl Fn(&Block, &[T]) -> S,
    ) -> PerItem<T, S> {
        let new: Vec<&Arc<Block>> = tree.blocks().map(|(_, _, block)| block).collect();
        let same = |(old, new): &(&Arc<Kept<T, S>>, &&Arc<Block>)| Arc::ptr_eq(&old.block, new);
        let head = self.blocks.iter().zip(&new).take_while(same).count();
        let old_rest = self.blocks.iter().skip(head);
        let tail = old_rest.rev().zip(new.iter().skip(head).rev()).take_while(same).count();
        let old_middle = self.blocks.get(head..self.blocks.len() - tail).unwrap_or_default();
        let known: HashMap<*const Item, &T> = old_middle
            .iter()
            .flat_map(|kept| kept.block.items().iter().map(Arc::as_ptr).zip(kept.values.iter()))
            .collect();
        let middle = new.get(head..new.len() - tail).unwrap_or_default();

        let mut blocks = Vec::with_capacity(new.len());
        blocks.extend(self.blocks.iter().take(head).cloned());
        blocks.extend(middle.iter().map(|block| {
            let value = |item: &Arc<Item>| match known.get(&Arc::as_ptr(item)) {
                Some(value) => T::clone(value),
                None => compute(item),
            };
            let values: Vec<T> = block.items().iter().map(value).collect();
            let summary = summarize(block, &values);
            Arc::new(Kept { block: Arc::clone(block), values, summary })
        }));
        blocks.extend(self.blocks.iter().skip(self.blocks.len() - tail).cloned());
        PerItem { blocks }
    }

    /// The blocks in the order of [`Tree::blocks`].
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = &Kept<T, S>> {
        self.blocks.iter().map(|kept| &**kept)
    }

    /// The value of the item with number `index` of `tree`, the tree of the last update.
    pub fn get(&self, tree: &Tree, index: usize) -> Option<&T> {
        let (block, within) = tree.block_of(index)?;
        self.blocks.get(block)?.values.get(within)
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flat_map(|kept| kept.values.iter())
    }
}
