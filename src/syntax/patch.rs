//! The joined view of an instruction: its source text with some ranges replaced.
//!
//! `BuildKit` reads an instruction after it has dropped line continuations and the comments and
//! blank lines inside them. We keep the source as it is and describe that view as a list of
//! [`Patch`]es, so that every piece of the view has a place in the source. Text mended after a
//! careless paste ([`super::paste`]) is a second such view with a few more patches.

use std::borrow::Cow;

use crate::text::{TextRange, TextSize};

/// One replaced piece of the source. Of two that overlap only the first is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// What is replaced: bytes from the start of the item.
    pub range: TextRange,
    /// What is read instead: empty for a line continuation.
    pub insert: &'static str,
}

/// `range` of `source` as it reads with `patches` applied; borrows where nothing is replaced.
pub fn patched<'a>(source: &'a str, patches: &[Patch], range: TextRange) -> Cow<'a, str> {
    let inside = within(patches, range);
    if inside.is_empty() {
        return Cow::Borrowed(slice(source, range.start(), range.end()));
    }
    let mut text = String::with_capacity(range.len().into());
    patch_into(&mut text, source, patches, range);
    Cow::Owned(text)
}

/// Appends `range` of `source` as it reads with `patches` applied to `text`.
pub fn patch_into(text: &mut String, source: &str, patches: &[Patch], range: TextRange) {
    let mut at = range.start();
    for patch in within(patches, range) {
        if patch.range.start() < at {
            continue;
        }
        text.push_str(slice(source, at, patch.range.start()));
        text.push_str(patch.insert);
        at = patch.range.end();
    }
    text.push_str(slice(source, at, range.end()));
}

fn within(patches: &[Patch], range: TextRange) -> &[Patch] {
    let from = patches.partition_point(|p| p.range.start() < range.start());
    let to = patches.partition_point(|p| p.range.end() <= range.end());
    patches.get(from..to).unwrap_or_default()
}

fn slice(source: &str, start: TextSize, end: TextSize) -> &str {
    source.get(usize::from(start)..usize::from(end)).unwrap_or_default()
}

/// Where the bytes of a joined view stand in the source.
///
/// Kept as segments, found by binary search, so that a long instruction of many short lines costs
/// no more per word than a short one.
#[derive(Debug, Default)]
pub struct Map {
    /// Where the view begins in the source.
    base: u32,
    /// Empty when nothing is replaced: then the view is the source from `base` on.
    segments: Vec<Segment>,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    /// First byte of the segment in the view.
    view: u32,
    /// First byte of the segment in the source.
    source: u32,
    /// For an inserted text the end of what it replaces; `None` where the bytes are the source's.
    replaced_to: Option<u32>,
}

impl Map {
    /// The map of `range` of a source with `patches` applied.
    pub fn new(patches: &[Patch], range: TextRange) -> Map {
        let mut map = Map::default();
        map.fill(patches, range);
        map
    }

    /// Makes this the map that [`Map::new`] gives, in the same memory.
    pub fn fill(&mut self, patches: &[Patch], range: TextRange) {
        self.base = u32::from(range.start());
        self.segments.clear();
        let inside = within(patches, range);
        if inside.is_empty() {
            return;
        }
        self.segments.push(Segment { view: 0, source: self.base, replaced_to: None });
        let (mut view, mut source) = (0, self.base);
        for patch in inside {
            let (from, to) = (u32::from(patch.range.start()), u32::from(patch.range.end()));
            if from < source {
                continue;
            }
            view += from - source;
            if !patch.insert.is_empty() {
                self.segments.push(Segment { view, source: from, replaced_to: Some(to) });
                view += u32::try_from(patch.insert.len()).unwrap_or(u32::MAX);
            }
            self.segments.push(Segment { view, source: to, replaced_to: None });
            source = to;
        }
    }

    /// The source range of the view's bytes `start..end`. An empty range stands right behind the
    /// byte before it.
    pub fn range(&self, start: usize, end: usize) -> TextRange {
        let (start, end) = (cast(start), cast(end));
        if self.segments.is_empty() {
            return TextRange::new((self.base + start).into(), (self.base + end).into());
        }
        let end_at = self.end(end);
        let start_at = if start == end { end_at } else { self.start(start).min(end_at) };
        TextRange::new(start_at.into(), end_at.into())
    }

    fn start(&self, at: u32) -> u32 {
        let index = self.segments.partition_point(|s| s.view <= at).saturating_sub(1);
        self.segments.get(index).map_or(self.base + at, |s| match s.replaced_to {
            Some(_) => s.source,
            None => s.source + (at - s.view),
        })
    }

    fn end(&self, at: u32) -> u32 {
        let index = self.segments.partition_point(|s| s.view < at).saturating_sub(1);
        self.segments.get(index).map_or(self.base + at, |s| match s.replaced_to {
            Some(to) => to,
            None => s.source + at.saturating_sub(s.view),
        })
    }
}

fn cast(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    fn locate(patches: &[Patch], whole: TextRange, start: usize, end: usize) -> TextRange {
        Map::new(patches, whole).range(start, end)
    }

    #[test]
    fn a_continuation_is_invisible_and_ranges_skip_it() {
        let source = "RUN a \\\n  b";
        let patches = [Patch { range: range(6, 8), insert: "" }];
        let whole = range(0, 11);
        assert_eq!(patched(source, &patches, whole), "RUN a   b");
        // `b` in the view
        assert_eq!(locate(&patches, whole, 8, 9), range(10, 11));
        // a word that ends where the continuation begins does not swallow it
        assert_eq!(locate(&patches, whole, 4, 6), range(4, 6));
        // one that begins behind it starts on the next line
        assert_eq!(locate(&patches, whole, 6, 9), range(8, 11));
    }

    #[test]
    fn of_patches_that_overlap_only_the_first_is_read() {
        let patches =
            [(0, 4), (2, 3), (2, 5)].map(|(a, b)| Patch { range: range(a, b), insert: "" });
        let whole = range(0, 6);
        assert_eq!(patched("abcdef", &patches, whole), "ef");
        assert_eq!(locate(&patches, whole, 0, 1), range(4, 5));
    }

    #[test]
    fn an_inserted_text_maps_to_what_it_replaces() {
        let source = "COPY –from=a b c";
        let patches = [Patch { range: range(5, 8), insert: "--" }];
        let whole = range(0, 18);
        assert_eq!(patched(source, &patches, whole), "COPY --from=a b c");
        assert_eq!(locate(&patches, whole, 5, 7), range(5, 8));
        assert_eq!(locate(&patches, whole, 7, 11), range(8, 12));
    }
}
