//! The places in the file to light up for the name under the cursor.

use super::{Snapshot, named};
use crate::text::{TextRange, TextSize};

/// A place to light up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// The name.
    pub range: TextRange,
    /// Whether the place gives a name or a value, rather than reading it.
    pub write: bool,
}

/// All places of the stage or variable at `offset`, in file order.
pub fn highlight(snapshot: &Snapshot, offset: TextSize) -> Vec<Highlight> {
    let Some((_, symbol)) = named::at(snapshot, offset) else { return Vec::new() };
    let places = named::places(snapshot, &symbol).into_iter();
    places.map(|place| Highlight { range: place.range, write: place.defines }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<r>` is read, `<w>` written.
    #[track_caller]
    fn check(marked: &str) {
        let fixture = Fixture::new(marked);
        let found = highlight(&fixture.snapshot, fixture.cursor);
        fixture.check(found.iter().map(|h| (if h.write { "w" } else { "r" }, h.range)));
    }

    #[test]
    fn stages_and_variables() {
        check("FROM a AS <w>$0b</w>\nFROM <r>b</r>\nCOPY --from=<r>0</r> / /\n");
        check("FROM a\nARG <w>A</w>\nENV <w>A</w>=$0$<r>A</r>\nRUN $<r>A</r>\n");
        check("FROM a\nRUN ec$0ho\n");
        check("$0");
    }
}
