//! All places of the stage or variable under the cursor.

use super::{Snapshot, named};
use crate::text::{TextRange, TextSize};

/// The places, in file order, that name the same stage or variable as the one at `offset`; with
/// `declaration` also those that name or set it. A number in `COPY --from` names a stage too.
pub fn references(snapshot: &Snapshot, offset: TextSize, declaration: bool) -> Vec<TextRange> {
    let Some((_, symbol)) = named::at(snapshot, offset) else { return Vec::new() };
    let places = named::places(snapshot, &symbol).into_iter();
    places.filter(|place| declaration || !place.defines).map(|place| place.range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<r>` is a reference, `<d>` a declaration.
    #[track_caller]
    fn check(marked: &str) {
        let fixture = Fixture::new(marked);
        let all = references(&fixture.snapshot, fixture.cursor, true);
        let uses = references(&fixture.snapshot, fixture.cursor, false);
        assert!(uses.iter().all(|range| all.contains(range)));
        fixture.check(all.iter().map(|r| (if uses.contains(r) { "r" } else { "d" }, *r)));
    }

    #[test]
    fn stages() {
        check(
            "FROM a AS <d>b</d>\nFROM <r>b</r> AS c\nFROM d\nCOPY --from=<r>$0B</r> / /\n\
             COPY --from=<r>0</r> / /\nRUN --mount=from=<r>b</r> --mount=from=c x\nFROM B\n",
        );
        check("FROM <d>a</d>\nFROM d\nCOPY --from=<r>$00</r> / /\n");
        check("FROM a AS <d>$0b</d>\n");
        check("FROM a AS b\nFROM b AS <d>$0b</d>\n");
        check("FROM $0a\nFROM a\n");
    }

    #[test]
    fn stages_in_a_broken_file() {
        check(
            "FROM a AS <d>b</d>\nRU\nFROM x AS\nCOPY –from=<r>$0b</r> / /\nCOPY --from=<r>b</r>\n\
             FROM c\nCOPY --from=\nCOPY --from=<r>b</r> /",
        );
    }

    #[test]
    fn a_global_and_its_re_declarations_are_one() {
        check(
            "ARG <d>A</d>=1\nFROM x:$<r>A</r>\nRUN echo $A\nARG <d>A</d>\nRUN $<r>$0A</r>\n\
             FROM y\nENV A=2\nRUN $A\nFROM z:$<r>A</r>\nARG <d>A</d>=3\nENV B=$<r>A</r>\n",
        );
    }

    #[test]
    fn env_reaches_the_stages_built_on_it_and_no_others() {
        check(
            "FROM x AS a\nRUN $A\nENV <d>A</d>=1 B=$A\nRUN $<r>A</r>\nFROM a AS b\nRUN $<r>$0A</r>\n\
             FROM x\nENV A=4\nRUN $A\nFROM b\nENV <d>A</d>=5\nCMD echo $<r>A</r>\n",
        );
        check("FROM x AS a\nENV A=1\nFROM x\nENV <d>$0A</d>=1\nRUN $<r>A</r>\nFROM a\nRUN $A\n");
    }

    #[test]
    fn arg_does_not_reach_what_a_container_runs() {
        check("FROM x\nARG <d>A</d>=1\nRUN $<r>$0A</r>\nCMD echo $A\n");
        check("FROM x\nARG <d>A</d>=1\nENV <d>A</d>=$<r>$0A</r>\nCMD echo $<r>A</r>\n");
    }

    #[test]
    fn names_without_a_value_have_no_places() {
        check("FROM x\nRUN for i in 1 2; do echo $0$i; done\nRUN echo $i\n");
        check("FROM x\nENV A=$0$A\nRUN $A\n");
    }
}
