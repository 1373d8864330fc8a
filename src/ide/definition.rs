//! From a name to where it is made: stages and variables.

use super::{Snapshot, named};
use crate::model::variable;
use crate::text::{TextRange, TextSize};

/// Where a name under the cursor is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name under the cursor.
    pub origin: TextRange,
    /// The instruction that makes it, without line end and heredocs.
    pub target: TextRange,
    /// The name there; for a stage without one its image.
    pub focus: TextRange,
}

/// Where the name at `offset` is made; more than one place where a value passes through two, such
/// as a global `ARG` made known again in a stage, or an `ARG` that holds the name of a stage.
pub fn definition(snapshot: &Snapshot, offset: TextSize) -> Vec<Definition> {
    let mut found = Vec::new();
    if let Some(named) = variable::at(snapshot.model(), offset) {
        for focus in variable::definitions(snapshot.model(), &named) {
            found.extend(to(snapshot, named.range, focus));
        }
    }
    if let Some((origin, stages)) = named::stages_at(snapshot, offset) {
        // Behind a variable all answers must speak of the same name.
        let origin = found.first().map_or(origin, |first| first.origin);
        for stage in stages.iter().filter_map(|stage| snapshot.model().stages().get(*stage)) {
            let focus = stage.name().or_else(|| stage.image());
            found.extend(focus.and_then(|focus| to(snapshot, origin, focus.range)));
        }
    }
    found
}

fn to(snapshot: &Snapshot, origin: TextRange, focus: TextRange) -> Option<Definition> {
    let placed = snapshot.tree().item_at(focus.start())?;
    let target = placed.lift(placed.instruction()?.body);
    Some(Definition { origin, target, focus })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<o>` is the origin, `<t>` a target, `<f>` a focus.
    #[track_caller]
    fn check(marked: &str) {
        let fixture = Fixture::new(marked);
        let found = definition(&fixture.snapshot, fixture.cursor);
        let mut marks: Vec<_> = found.iter().map(|d| ("o", d.origin)).collect();
        marks.dedup();
        marks.extend(found.iter().flat_map(|d| [("t", d.target), ("f", d.focus)]));
        fixture.check(marks);
    }

    #[test]
    fn stages() {
        check("<t>FROM a AS <f>b</f></t>\nFROM c\nCOPY --from=<o>$0b</o> / /\n");
        check("<t>FROM a AS <f>b</f></t>\nFROM c\nCOPY --from=<o>b$0</o> / /\n");
        check("<t>FROM a AS <f>Build</f></t>\nFROM c\nCOPY --from=<o>bU$0ILD</o> / /\n");
        check("<t>FROM a AS <f>b</f></t>\nFROM <o>$0b</o> AS c\n");
        check(
            "<t>FROM a AS <f>b</f></t>\nFROM c\nRUN --mount=type=bind,from=<o>$0b</o>,target=/x y",
        );
        check("<t>FROM a AS <f>b</f></t>\nFROM c\nONBUILD COPY --from=<o>$0b</o> / /\n");
        check("FROM a\nRUN x\n<t>FROM a AS <f><o>$0b</o></f></t>\nFROM c\n");
    }

    #[test]
    fn stages_by_number() {
        check("<t>FROM --platform=x <f>a</f></t>\nFROM c\nCOPY --from=<o>$00</o> / /\n");
        check("FROM a\n<t>FROM b AS <f>x</f></t>\nFROM c\nCOPY --from=<o>$01</o> / /\n");
        check("FROM a\nFROM c\nCOPY --from=$07 / /\n");
        check("FROM a\nFROM c\nRUN --mount=from=$00,target=/x y\n");
    }

    #[test]
    fn names_in_quotes() {
        check("<t>FROM a AS <f>b</f></t>\nFROM \"<o>$0b</o>\"\n");
        check("<t>FROM a AS <f>b</f></t>\nFROM c\nCOPY --from=\"<o>b$0</o>\" / /\n");
        check("<t>FROM a AS <f>b</f></t>\nFROM c\nRUN --mount=from=<o>$0b</o>,target=\"/b\" y\n");
        check("FROM a AS b\nFROM c\nRUN --mount=from=b,target=\"$0/b\" y\n");
        check(
            "FROM a AS b\n<t>FROM a AS <f>c</f></t>\nFROM d\n\
             RUN --mount=from=<o>$0c</o>,target=\"/b\" --mount=\"from=b\" y\n",
        );
    }

    #[test]
    fn each_place_has_its_own_rule() {
        check("FROM a AS b\nFROM $0B\n");
        check("FROM a AS b\nFROM $0b:latest\n");
        check("FROM a AS b\n<t>FROM a AS <f>b</f></t>\nFROM c\nCOPY --from=<o>$0b</o> / /\n");
        check("FROM a AS b\n<t>FROM a AS <f>b</f></t>\nFROM <o>$0b</o>\nFROM a AS b\n");
        check("FROM $0alpine AS alpine\n");
        check("<t>FROM alpine AS <f>alpine</f></t>\nFROM <o>$0alpine</o>\n");
        check("FROM a\nCOPY --from=$0nginx / /\n");
        check("FROM $0scratch\n");
    }

    #[test]
    fn stages_that_may_not_be_used_are_still_found() {
        check("FROM c\nCOPY --from=<o>$0b</o> / /\n<t>FROM a AS <f>b</f></t>\n");
        check("<t>FROM c AS <f>b</f></t>\nCOPY --from=<o>$0b</o> / /\n");
    }

    #[test]
    fn stages_through_a_variable() {
        check(
            "<t>ARG <f>BASE</f>=prod</t>\n<t>FROM a AS <f>prod</f></t>\nFROM $<o>$0BASE</o> AS x\n",
        );
        check(
            "<t>FROM a AS <f>b-linux</f></t>\n<t>FROM a AS <f>b-windows</f></t>\nFROM a AS c\n\
             FROM <o>$0b-$TARGETOS</o>\n",
        );
    }

    #[test]
    fn broken_and_pasted_files() {
        check(
            "<t>FROM golang:1.21\u{a0}AS\u{a0}<f>builder</f></t>\nRUN go build -o app ./…\n\
             FROM alpine\nCOPY –from=<o>buil$0der</o> /app .\nCMD [“/app”]\n",
        );
        check("<t>FROM a AS <f>b</f></t>\nFRO\nFROM c\nCOPY --from=\nCOPY --from=<o>$0b</o>");
        check("<t>FROM a AS <f>b</f></t>\nFROM\nFROM c\nCOPY --from=<o>$0b</o> / /\nRUN <<EOF\nx");
        check(
            "<t>FROM a \\\n  # why\n  AS \\\n  <f>b</f></t>\nFROM c\nCOPY \\\n --from=<o>$0b</o> / /",
        );
    }

    #[test]
    fn variables_in_a_stage() {
        check("FROM a\n<t>ENV <f>A</f>=1</t>\nRUN echo $<o>$0A</o>\n");
        check("FROM a\n<t>ENV <f>A</f>=1</t>\nRUN echo \"$0${<o>A</o>:-x}\"\n");
        check("FROM a\nARG A=1\n<t>ENV <f>A</f>=2</t>\nWORKDIR /$<o>$0A</o>\nENV A=3\n");
        check("FROM a\nENV A=1\n<t>ARG <f>A</f>=2</t>\nUSER $<o>$0A</o>\n");
        check("FROM a\n<t>ENV <f>A</f>=1</t>\nARG A\nUSER $<o>$0A</o>\n");
        check("FROM a\n<t>ENV <f>A</f>=1</t>\nRUN <<EOF\necho $<o>A$0</o>\nEOF\n");
        check("FROM a\n<t>ENV <f>A</f>=1</t>\nCOPY <<EOF /x\n\"$<o>A$0</o>\"\nEOF\n");
        check("FROM a\n<t>ENV <f><o>$0A</o></f>=1</t>\nRUN echo $A\n");
    }

    #[test]
    fn one_instruction_has_one_snapshot_but_arg_goes_word_by_word() {
        check("FROM a\n<t>ENV <f>A</f>=1</t>\nENV A=2 B=$<o>$0A</o>\n");
        check("FROM a\nARG A=1\n<t>ARG <f>A</f>=2 B=$<o>$0A</o></t>\n");
        check("FROM a\n<t>ARG <f>A</f>=1</t>\nARG A=$<o>$0A</o>-x\n");
    }

    #[test]
    fn variables_through_the_stages() {
        check("FROM a AS b\n<t>ENV <f>A</f>=1</t>\nFROM b\nRUN $<o>$0A</o>\nFROM a\nENV A=2\n");
        check("FROM a AS b\n<t>ENV <f>A</f>=1</t>\nFROM b AS c\nFROM c\nRUN $<o>$0A</o>\n");
        check("FROM a AS b\nENV A=1\nFROM c\nUSER $0$A\n");
    }

    #[test]
    fn globals() {
        check("<t>ARG <f>A</f>=1</t>\nFROM x:$<o>$0A</o>\nENV A=2\nFROM y\n");
        check("<t>ARG <f>A</f>=1</t>\nFROM x\nFROM y:${<o>$0A</o>}\n");
        check("<t>ARG <f>A</f>=1</t>\nFROM --platform=$<o>$0A</o> x\n");
        check("<t>ARG <f>A</f>=1</t>\nARG B=$<o>$0A</o>\nFROM x\n");
        check("<t>ARG <f>A</f>=1</t>\nFROM x\nARG <o>$0A</o>\n");
        check("<t>ARG <f>A</f>=1</t>\nFROM x\n<t>ARG <f>A</f></t>\nRUN $<o>$0A</o>\n");
        check("ARG A=1\nFROM x\n<t>ARG <f>A</f>=2</t>\nRUN $<o>$0A</o>\n");
        check("ARG A=1\nFROM x\n<t>ARG <f><o>$0A</o></f>=2</t>\nRUN $A\n");
        check("<t>ARG <f>A</f>=1</t>\nARG A\nFROM x:$<o>$0A</o>\n");
        check("FROM x\n<t>ARG <f>TARGETARCH</f></t>\nRUN $<o>$0TARGETARCH</o>\n");
        check("FROM --platform=$0$BUILDPLATFORM x\n");
    }

    #[test]
    fn variables_without_a_value_lead_to_the_likely_declaration() {
        check("<t>ARG <f>A</f>=1</t>\nFROM x\nRUN $<o>$0A</o>\n");
        check("FROM x\nRUN $<o>$0A</o>\n<t>ARG <f>A</f>=1</t>\n");
        check("FROM x\nRUN echo $0$A\n");
    }

    #[test]
    fn what_a_container_runs_reads_env_of_the_finished_image() {
        check("FROM x\nARG A=1\n<t>ENV <f>A</f>=2</t>\nARG A=3\nCMD echo $<o>$0A</o>\n");
        check("FROM x\nCMD echo $<o>$0A</o>\n<t>ENV <f>A</f>=2</t>\n");
    }
}
