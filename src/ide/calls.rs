//! The stages as a call hierarchy: a stage calls those that it is built on or copies from.
//!
//! A circle and a name that its place cannot use are calls, too: a person follows what is written.

use super::images::View;
use super::symbols::{self, Symbol, SymbolKind};
use super::weight::{self, BuildContext};
use super::{Snapshot, named};
use crate::text::{TextRange, TextSize};

/// One end of the arrows between two stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The stage at the other end.
    pub stage: Symbol,
    /// Where the calling stage names the called one, in file order.
    pub places: Vec<TextRange>,
}

/// The stage that is named at `offset`, or else the one that `offset` is in. Its detail tells what
/// it starts from and what it weighs.
pub fn prepare(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
) -> Option<Symbol> {
    let named = || Some(named::stage_at(snapshot, offset)?.1);
    let stage = named().or_else(|| stage_holding(snapshot, offset))?;
    stages(snapshot, view, context).into_iter().nth(stage)
}

/// The stages that the one which holds `offset` is built on or takes files from, by number.
pub fn outgoing(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
) -> Vec<Call> {
    calls(snapshot, view, context, offset, |own, (from, to)| (from == own).then_some(to))
}

/// The stages that use the one which holds `offset`, by number.
pub fn incoming(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
) -> Vec<Call> {
    calls(snapshot, view, context, offset, |own, (from, to)| (to == own).then_some(from))
}

fn stage_holding(snapshot: &Snapshot, offset: TextSize) -> Option<usize> {
    Some(snapshot.model().stage_at(offset)?.index)
}

/// The stages by number.
fn stages(snapshot: &Snapshot, view: View<'_>, context: BuildContext<'_>) -> Vec<Symbol> {
    let found = symbols::symbols(snapshot).into_iter().filter(|s| s.kind == SymbolKind::Stage);
    let weights = weight::weights(snapshot, view, context);
    found
        .zip(weights)
        .map(|(stage, weight)| {
            let parts = stage.detail.into_iter().chain(weight.total(view.unit));
            let detail = parts.collect::<Vec<_>>().join(" · ");
            Symbol { detail: (!detail.is_empty()).then_some(detail), ..stage }
        })
        .collect()
}

/// The calls of the stage which holds `offset`. `other_end` is given its number and those of a calling
/// and a called stage, and names the one of these at the other end, if it is one of the two.
fn calls(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    offset: TextSize,
    other_end: impl Fn(usize, (usize, usize)) -> Option<usize>,
) -> Vec<Call> {
    let Some(own) = stage_holding(snapshot, offset) else { return Vec::new() };
    let stages = stages(snapshot, view, context).into_iter();
    let mut calls: Vec<_> = stages.map(|stage| Call { stage, places: Vec::new() }).collect();
    for reference in snapshot.model().references() {
        let Some(from) = reference.stage else { continue };
        for end in reference.stages().iter().filter_map(|to| other_end(own, (from, *to))) {
            if let Some(call) = calls.get_mut(end) {
                call.places.push(named::reference_range(snapshot, reference));
            }
        }
    }
    calls.retain(|call| !call.places.is_empty());
    calls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::ide::images::tests::view;

    /// `<s>` is the selection of the stage at `$0`; its name and detail are `stage`.
    #[track_caller]
    fn check_prepare(marked: &str, stage: &str) {
        let fixture = Fixture::new(marked);
        let found = prepare(&fixture.snapshot, view(), Err("not given"), fixture.cursor);
        let found = found.expect("a stage");
        assert_eq!(shown(&found), stage);
        fixture.check([("s", found.selection)]);
    }

    /// `<o>` is a place where the stage at `$0` calls one of `outgoing`, `<i>` one where it is called
    /// by one of `incoming`.
    #[track_caller]
    fn check(marked: &str, outgoing: &[&str], incoming: &[&str]) {
        let fixture = Fixture::new(marked);
        let (snapshot, cursor) = (&fixture.snapshot, fixture.cursor);
        let out = super::outgoing(snapshot, view(), Err("not given"), cursor);
        let into = super::incoming(snapshot, view(), Err("not given"), cursor);
        let names = |calls: &[Call]| calls.iter().map(|c| c.stage.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&out), outgoing);
        assert_eq!(names(&into), incoming);
        let places = |tag, calls: Vec<Call>| {
            calls.into_iter().flat_map(move |c| c.places.into_iter().map(move |p| (tag, p)))
        };
        fixture.check(places("o", out).chain(places("i", into)));
    }

    fn shown(stage: &Symbol) -> String {
        format!("{}: {}", stage.name, stage.detail.as_deref().unwrap_or("nothing"))
    }

    #[test]
    fn a_stage_is_known_by_its_names_and_its_lines() {
        let text = "FROM golang:1.22 AS <s>b$0uild</s>\nRUN true\nFROM scratch\n";
        check_prepare(text, "build: golang:1.22 · ≈ 823 MB");
        check_prepare(
            "FROM golang:1.22 AS <s>build</s>\nFROM scratch\nCOPY --from=bu$0ild /a /\n",
            "build: golang:1.22 · ≈ 823 MB",
        );
        check_prepare(
            "FROM a AS b\nFROM <s>alpine:3.20</s>\nWORK$0DIR /x\n",
            "stage-1: alpine:3.20 · ≈ 7.8 MB",
        );
        check_prepare("FROM a AS b\nF$0ROM <s>b</s>\n", "stage-1: b");
        let fixture = Fixture::new("ARG $0A\nFROM a\n");
        assert_eq!(prepare(&fixture.snapshot, view(), Err("not given"), fixture.cursor), None);
    }

    #[test]
    fn calls_go_both_ways() {
        check(
            "FROM a AS base\nFROM <o>base</o> AS $0mid\nCOPY --from=<o>0</o> / /\nCOPY --from=nginx / /\n\
             FROM <i>mid</i> AS test\nFROM scratch\nCOPY --from=<i>MID</i> / /\nRUN --mount=from=base x\n",
            &["base"],
            &["test", "stage-3"],
        );
        check(
            "FROM a AS b-linux\nFROM a AS b-windows\nFROM <o><o>b-$TARGETOS</o></o> AS $0b\n\
             FROM scratch\nCOPY --from=<i>b</i> / /\n",
            &["b-linux", "b-windows"],
            &["stage-3"],
        );
        check("FROM $0a\nFROM b\n", &[], &[]);
        check("ARG $0A\nFROM a\nFROM b\n", &[], &[]);
    }

    #[test]
    fn what_cannot_be_built_has_calls_too() {
        check(
            "FROM x AS $0a\nCOPY --from=<o><i>a</i></o> / /\nCOPY --from=<o>b</o> / /\n\
             FROM y AS b\nCOPY –from=<i>a</i> / /\n",
            &["a", "b"],
            &["a", "b"],
        );
    }
}
