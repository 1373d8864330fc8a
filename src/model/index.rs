//! Where the instructions stand that make stages and references, and the references resolved.
//!
//! Positions change with every keystroke, so this is made anew for every version: from the landmarks
//! of each block, without looking at other instructions, and with the look-ups of the version before.

use std::sync::Arc;

use super::facts::{Facts, Place, Spanned};
use super::stage::{Names, Reference};
use crate::language::Keyword;
use crate::syntax::{Block, PerItem, Tree};
use crate::text::TextSize;

/// Where in a block the instructions stand that stages and references are made from: the number of
/// the item in the block, and its offset from the block's start.
#[derive(Debug, Default)]
pub struct Landmarks {
    /// `FROM`s, and instructions with references.
    named: Vec<(usize, TextSize)>,
    /// `ARG`s before any `FROM` of the block.
    args: Vec<(usize, TextSize)>,
}

impl Landmarks {
    /// Finds them.
    pub fn find(block: &Block, facts: &[Arc<Facts>]) -> Landmarks {
        let mut landmarks = Landmarks::default();
        let mut before_from = true;
        let mut start = TextSize::new(0);
        for (within, (item, facts)) in block.items().iter().zip(facts).enumerate() {
            match facts.keyword {
                Some(Keyword::From) => {
                    before_from = false;
                    landmarks.named.push((within, start));
                }
                Some(Keyword::Arg) if before_from => landmarks.args.push((within, start)),
                _ if !facts.references.is_empty() => landmarks.named.push((within, start)),
                _ => {}
            }
            start += item.len();
        }
        landmarks
    }
}

/// An instruction with its item's number and offset.
pub type InPlace = (usize, TextSize, Arc<Facts>);

/// The instructions that stages and references are made from, in place.
#[derive(Debug, Default)]
pub struct Index {
    /// Where in `named` the `FROM`s are.
    froms: Vec<usize>,
    /// The `ARG`s before the first `FROM`.
    pub global_args: Vec<Arc<Facts>>,
    /// The `FROM`s and everything else that names a stage or image.
    named: Vec<InPlace>,
}

impl Index {
    /// Collects them from the landmarks of each block.
    pub fn read(tree: &Tree, facts: &PerItem<Arc<Facts>, Landmarks>) -> Index {
        let mut index = Index::default();
        for ((start, first, _), kept) in tree.blocks().zip(facts.blocks()) {
            let place = |&(within, offset): &(usize, TextSize)| {
                let facts = kept.values.get(within)?;
                Some((first + within, start + offset, Arc::clone(facts)))
            };
            if index.froms.is_empty() {
                let args = kept.summary.args.iter().filter_map(place);
                index.global_args.extend(args.map(|(_, _, facts)| facts));
            }
            for place in kept.summary.named.iter().filter_map(place) {
                if place.2.keyword == Some(Keyword::From) {
                    index.froms.push(index.named.len());
                }
                index.named.push(place);
            }
        }
        index
    }

    /// The `FROM`s.
    pub fn froms(&self) -> impl ExactSizeIterator<Item = &InPlace> {
        self.froms.iter().map(|at| &self.named[*at])
    }

    /// The references of the file. Those of instructions at both ends that are as they were in
    /// `old`, a version with the same `names`, are only moved.
    pub fn references(&self, names: &Names, old: Option<(&Index, &[Reference])>) -> Vec<Reference> {
        let (old, known) = old.map_or((&[][..], &[][..]), |(old, known)| (&*old.named, known));
        let same = |(a, b): &(&InPlace, &InPlace)| Arc::ptr_eq(&a.2, &b.2) || a.2 == b.2;
        let head = self.named.iter().zip(old).take_while(same).count();
        let (rest, old_rest) = (self.named.iter().skip(head), old.iter().skip(head));
        let tail = rest.rev().zip(old_rest.rev()).take_while(same).count();
        let count =
            |sites: &[InPlace]| sites.iter().map(|(_, _, facts)| sites_in(facts)).sum::<usize>();
        let (head_sites, middle) = self.named.split_at(head);
        let (middle, tail_sites) = middle.split_at(middle.len() - tail);
        let (old_head, old_tail) = (old.get(..head), old.get(old.len() - tail..));
        let (old_head, old_tail) = (old_head.unwrap_or_default(), old_tail.unwrap_or_default());
        let known_head = known.get(..count(old_head)).unwrap_or_default();
        let known_tail = known.get(known.len() - count(old_tail)..).unwrap_or_default();

        let mut references = Vec::with_capacity(known.len().max(self.named.len()));
        moved(&mut references, head_sites, old_head, known_head);
        let is_from = |(_, _, facts): &&InPlace| facts.keyword == Some(Keyword::From);
        let mut stages = head_sites.iter().filter(is_from).count();
        for site in middle {
            stages += usize::from(is_from(&site));
            resolve(&mut references, site, stages.checked_sub(1), names);
        }
        moved(&mut references, tail_sites, old_tail, known_tail);
        references
    }
}

/// How many references an instruction makes.
fn sites_in(facts: &Facts) -> usize {
    usize::from(facts.from.is_some()) + facts.references.len()
}

/// The references `known` of the instructions `old`, which now stand at `new`.
fn moved(references: &mut Vec<Reference>, new: &[InPlace], old: &[InPlace], known: &[Reference]) {
    let mut known = known.iter();
    for ((item, start, facts), (_, old_start, _)) in new.iter().zip(old) {
        references.extend(known.by_ref().take(sites_in(facts)).map(|reference| {
            let range = reference.name.range - *old_start + *start;
            let name = Spanned { text: Arc::clone(&reference.name.text), range };
            Reference { name, item: *item, target: reference.target.clone(), ..*reference }
        }));
    }
}

/// Looks up what an instruction of the stage `stage` names.
fn resolve(
    references: &mut Vec<Reference>,
    (item, start, facts): &InPlace,
    stage: Option<usize>,
    names: &Names,
) {
    let reference = |place, name: &Spanned, target| Reference {
        place,
        name: Spanned { text: Arc::clone(&name.text), range: name.range + *start },
        item: *item,
        stage,
        target,
    };
    if let (Some(from), Some(stage)) = (&facts.from, stage) {
        references.push(reference(Place::From, &from.image, names.from_target(stage)));
    }
    let sites = facts.references.iter();
    references.extend(sites.map(|site| reference(site.place, &site.name, names.target(site))));
}
