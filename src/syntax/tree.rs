//! The tree: every byte of the file, in items that later versions share.
//!
//! A Dockerfile is two or three levels deep, so the tree is a list of [`Item`]s (instructions, and
//! what stands between them), each owning its text with all ranges counted from its own start.
//! An edit makes new items where the text changed; all others are the same `Arc`s as before, at
//! whatever offset they now stand. Items are kept in [`Block`]s, so that neither an edit nor a
//! look-up by offset walks the whole file.

use std::sync::Arc;

use super::command::View;
use super::directive::{Directive, Scan};
use super::error::SyntaxError;
use super::shared::SharedStr;
use crate::text::{TextRange, TextSize};

/// The most items a block holds.
const BLOCK: usize = 64;

/// A piece of the file that is read as one.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// The exact text, line ends included.
    pub text: SharedStr,
    /// Line feeds in the text.
    pub newlines: u32,
    /// What `BuildKit`'s line parser finds wrong here.
    pub errors: Vec<SyntaxError>,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A run of comment lines and blank lines.
    Trivia,
    /// A parser directive.
    Directive(Directive),
    /// An instruction with its continuations and heredocs.
    Instruction(Instruction),
}

/// An instruction.
#[derive(Debug, PartialEq, Eq)]
pub struct Instruction {
    /// From its first character to the end of its last line's content, heredocs not included.
    pub body: TextRange,
    /// As `BuildKit` reads it.
    pub view: View,
    /// As it was meant, where a careless paste left characters that only look right.
    pub mended: Option<Box<View>>,
    /// The heredocs in order.
    pub heredocs: Vec<Heredoc>,
    /// Comment lines between continuation lines.
    pub comments: Vec<TextRange>,
    /// Blank lines between continuation lines.
    pub blanks: Vec<TextRange>,
}

impl Instruction {
    /// The reading that comes nearest to what the author meant: the mended one, if there is one.
    pub fn meant(&self) -> &View {
        self.mended.as_deref().unwrap_or(&self.view)
    }
}

/// A heredoc: its word in the instruction and its body behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The word, such as `3<<-"EOF"`.
    pub word: TextRange,
    /// The name, quotes and escapes removed.
    pub name: Box<str>,
    /// The file descriptor written before `<<`, 0 if none.
    pub descriptor: u64,
    /// Whether variables in the body are expanded (the name is not quoted).
    pub expand: bool,
    /// `<<-`: leading tabs are stripped.
    pub chomp: bool,
    /// The body's lines, verbatim.
    pub body: TextRange,
    /// The closing line without its line end; missing at the end of an unfinished file.
    pub terminator: Option<TextRange>,
}

impl Item {
    /// The instruction, if the item is one.
    pub fn instruction(&self) -> Option<&Instruction> {
        match &self.kind {
            ItemKind::Instruction(instruction) => Some(instruction),
            _ => None,
        }
    }

    /// The text at a range that is counted from the item's start; `None` for one that does not fit.
    pub fn text_at(&self, range: TextRange) -> Option<&str> {
        self.text.get(std::ops::Range::<usize>::from(range))
    }

    /// The text of an instruction, without its heredocs and the end of its last line; nothing of
    /// other items.
    pub fn body(&self) -> &str {
        self.instruction().and_then(|one| self.text_at(one.body)).unwrap_or_default()
    }

    /// The item's length in bytes.
    pub fn len(&self) -> TextSize {
        super::command::size(self.text.len())
    }

    /// Whether the item has no text; the parser makes none such.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn is_trivia(&self) -> bool {
        matches!(self.kind, ItemKind::Trivia)
    }
}

/// An item at its place in one version of the file.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The item.
    pub item: &'a Arc<Item>,
    /// Its offset in the file.
    pub start: TextSize,
    /// Its first line, counted in line feeds from 0.
    pub line: u32,
    /// Its number among all items.
    pub index: usize,
}

impl<'a> Placed<'a> {
    /// The item's range in the file.
    pub fn range(&self) -> TextRange {
        TextRange::at(self.start, self.item.len())
    }

    /// A range of the item as a range of the file.
    pub fn lift(&self, range: TextRange) -> TextRange {
        range + self.start
    }

    /// The instruction, if the item is one.
    pub fn instruction(&self) -> Option<&'a Instruction> {
        self.item.instruction()
    }
}

/// A run of neighbouring items.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    items: Vec<Arc<Item>>,
    extent: Extent,
}

impl Block {
    fn new(items: Vec<Arc<Item>>) -> Block {
        let mut extent = Extent::default();
        for item in &items {
            extent.bytes += item.len();
            extent.newlines += item.newlines;
            extent.items += 1;
        }
        Block { items, extent }
    }

    /// The items in order.
    pub fn items(&self) -> &[Arc<Item>] {
        &self.items
    }
}

/// How much text and how many items a stretch of the file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    bytes: TextSize,
    newlines: u32,
    items: usize,
}

/// A file as a tree. Cloning shares everything.
#[derive(Clone, Debug)]
pub struct Tree {
    blocks: Arc<[Arc<Block>]>,
    /// What stands before each block, and at the end what the file holds.
    before: Arc<[Extent]>,
    pub(super) escape: char,
    /// How many items stand in the part where directives are still looked for.
    pub(super) prefix: usize,
    pub(super) scan: Scan,
}

impl PartialEq for Tree {
    /// Trees are equal when their items are: where the blocks begin is a matter of history.
    fn eq(&self, other: &Tree) -> bool {
        (self.escape, self.prefix, self.scan, self.len_items())
            == (other.escape, other.prefix, other.scan, other.len_items())
            && self.items().zip(other.items()).all(|(a, b)| a.item == b.item)
    }
}

impl Tree {
    pub(super) fn new(items: Vec<Arc<Item>>, escape: char, prefix: usize, scan: Scan) -> Tree {
        Tree::from_blocks(split(items), escape, prefix, scan)
    }

    fn from_blocks(blocks: Vec<Arc<Block>>, escape: char, prefix: usize, scan: Scan) -> Tree {
        let mut sum = Extent::default();
        let mut before = Vec::with_capacity(blocks.len() + 1);
        before.push(sum);
        for block in &blocks {
            sum.bytes += block.extent.bytes;
            sum.newlines += block.extent.newlines;
            sum.items += block.extent.items;
            before.push(sum);
        }
        Tree { blocks: blocks.into(), before: before.into(), escape, prefix, scan }
    }

    /// The escape character in force.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// The length of the file in bytes.
    pub fn len(&self) -> TextSize {
        self.total().bytes
    }

    /// Whether the file is empty.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The number of items.
    pub fn len_items(&self) -> usize {
        self.total().items
    }

    /// The number of line feeds in the file.
    pub fn newlines(&self) -> u32 {
        self.total().newlines
    }

    fn total(&self) -> Extent {
        self.before.last().copied().unwrap_or_default()
    }

    /// The blocks with the offset and the number of the first item of each.
    pub fn blocks(&self) -> impl Iterator<Item = (TextSize, usize, &Arc<Block>)> {
        self.blocks
            .iter()
            .zip(self.before.iter())
            .map(|(b, before)| (before.bytes, before.items, b))
    }

    /// All items in order.
    pub fn items(&self) -> impl Iterator<Item = Placed<'_>> {
        self.items_from(0)
    }

    /// All instructions in order.
    pub fn instructions(&self) -> impl Iterator<Item = (Placed<'_>, &Instruction)> {
        self.items().filter_map(|placed| Some((placed, placed.instruction()?)))
    }

    /// The items from the one with number `index` on.
    pub fn items_from(&self, index: usize) -> impl Iterator<Item = Placed<'_>> {
        let block = self.before.partition_point(|b| b.items <= index).saturating_sub(1);
        self.placed_from(block).skip_while(move |placed| placed.index < index)
    }

    fn placed_from(&self, block: usize) -> impl Iterator<Item = Placed<'_>> {
        let mut at = self.before.get(block).copied().unwrap_or_default();
        let items = self.blocks.iter().skip(block).flat_map(|block| block.items.iter());
        items.map(move |item| {
            let placed = Placed { item, start: at.bytes, line: at.newlines, index: at.items };
            at.bytes += item.len();
            at.newlines += item.newlines;
            at.items += 1;
            placed
        })
    }

    /// The item with that number.
    pub fn item(&self, index: usize) -> Option<Placed<'_>> {
        self.items_from(index).next()
    }

    /// The block that holds the item with that number, and the item's place in it.
    pub(super) fn block_of(&self, index: usize) -> Option<(usize, usize)> {
        let block = self.before.partition_point(|b| b.items <= index).checked_sub(1)?;
        Some((block, index - self.before.get(block)?.items))
    }

    /// The item that holds the byte at `offset`; at the end of the file the last one.
    pub fn item_at(&self, offset: TextSize) -> Option<Placed<'_>> {
        let block = self.before.partition_point(|b| b.bytes <= offset).saturating_sub(1);
        let block = block.min(self.blocks.len().checked_sub(1)?);
        let mut found = None;
        for placed in self.placed_from(block) {
            if placed.start > offset {
                break;
            }
            found = Some(placed);
        }
        found.filter(|placed| offset < placed.range().end() || offset == self.len())
    }

    /// The tree in which the items `from..to` are replaced by `items`.
    pub(super) fn splice(&self, from: usize, to: usize, items: Vec<Arc<Item>>) -> Vec<Arc<Block>> {
        let first = self.before.partition_point(|b| b.items <= from).saturating_sub(1);
        let last = self.before.partition_point(|b| b.items < to).max(first);
        let before = self.before.get(first).map_or(0, |b| b.items);
        let touched = self.blocks.get(first..last.min(self.blocks.len())).unwrap_or_default();
        let old: Vec<_> = touched.iter().flat_map(|block| block.items.iter()).collect();

        let mut middle: Vec<Arc<Item>> = Vec::new();
        middle.extend(old.iter().take(from - before).map(|item| Arc::clone(item)));
        middle.extend(items);
        middle.extend(old.iter().skip(to.saturating_sub(before)).map(|item| Arc::clone(item)));

        let mut blocks: Vec<Arc<Block>> = self.blocks.iter().take(first).cloned().collect();
        // A block that shrank to little joins the one before it, so that blocks stay few.
        if middle.len() < BLOCK / 4
            && blocks.last().is_some_and(|b| b.items.len() + middle.len() <= BLOCK)
        {
            let previous = blocks.pop();
            middle.splice(0..0, previous.iter().flat_map(|b| b.items.iter().cloned()));
        }
        blocks.extend(split(middle));
        blocks.extend(self.blocks.iter().skip(last).cloned());
        blocks
    }

    pub(super) fn with_blocks(&self, blocks: Vec<Arc<Block>>) -> Tree {
        Tree::from_blocks(blocks, self.escape, self.prefix, self.scan)
    }
}

impl std::fmt::Display for Tree {
    /// Prints the text that was parsed, byte for byte.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items().try_for_each(|placed| f.write_str(&placed.item.text))
    }
}

/// Cuts a list of items into blocks of about the same size.
fn split(items: Vec<Arc<Item>>) -> Vec<Arc<Block>> {
    let count = items.len().div_ceil(BLOCK).max(1);
    let size = items.len().div_ceil(count).max(1);
    let mut blocks = Vec::with_capacity(count);
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        blocks.push(Arc::new(Block::new(items.by_ref().take(size).collect())));
    }
    blocks
}
