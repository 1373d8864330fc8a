//! A piece of a text that several owners share.

use std::ops::{Deref, Range};
use std::sync::Arc;

/// A slice of a shared text. All items that were read at one time share one buffer, so reading a
/// file copies it once and not once an item; an item read after an edit brings a small buffer.
#[derive(Clone)]
pub struct SharedStr {
    buffer: Arc<str>,
    start: u32,
    end: u32,
}

impl SharedStr {
    /// The bytes `range` of `buffer`, which must lie inside it on character boundaries; anything
    /// else reads as empty.
    pub(super) fn new(buffer: &Arc<str>, range: Range<usize>) -> SharedStr {
        let cast = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        SharedStr { buffer: Arc::clone(buffer), start: cast(range.start), end: cast(range.end) }
    }
}

impl Deref for SharedStr {
    type Target = str;

    fn deref(&self) -> &str {
        self.buffer.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl PartialEq for SharedStr {
    fn eq(&self, other: &SharedStr) -> bool {
        **self == **other
    }
}

impl Eq for SharedStr {}

impl std::fmt::Debug for SharedStr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
