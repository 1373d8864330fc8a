//! Offers to split a single-stage file into builder and runtime, with what that saves; or why there
//! are none.

use super::Snapshot;
use super::edit::{Promise, gate};
use super::images::{self, View};
use super::saving::{LEAST_SAVED, Saving};
use super::weight::{BuildContext, Weight, weight};
use crate::check::{Finding, Rule, Severity};
use crate::image::Reference;
use crate::split::answer::{Certainty, Variant};
use crate::split::judge::{Split, Wanted, judge};
use crate::split::plan::Plan;
use crate::split::refusal::{Reason, Refusal};
use crate::text::{Edit, TextRange};

/// A split that can be made.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it does, as a menu shows it.
    pub title: String,
    /// Whether it is the one to take.
    pub preferred: bool,
    /// The plan, with its evidence.
    pub plan: Plan,
    /// The edits, all made at once.
    pub edits: Vec<Edit>,
    /// What the image weighs before and after; `None` where that is not known.
    pub saving: Option<Saving>,
}

/// A split that cannot be made.
#[derive(Clone, Debug)]
pub struct Declined {
    /// Which one; `None` for both.
    pub variant: Option<Variant>,
    /// Why.
    pub refusal: Refusal,
}

impl Declined {
    /// The place among other reasons: first what holds for both variants, last that no image is
    /// known for one of them, which nobody can do anything about in the file.
    fn rank(&self) -> (bool, Option<bool>) {
        let is_last = self.variant.is_some() && self.refusal.reason == Reason::NoRuntime;
        (is_last, self.variant.map(|variant| variant == Variant::Smallest))
    }
}

/// What there is to say of splitting a file.
#[derive(Clone, Debug, Default)]
pub struct Splits {
    /// What can be made, the conservative one first.
    pub offers: Vec<Offer>,
    /// What cannot.
    pub declined: Vec<Declined>,
}

/// What can be made of a file in both variants.
pub fn splits(snapshot: &Snapshot, view: View<'_>, context: BuildContext<'_>) -> Splits {
    let mut found = look(snapshot, view, context, &Wanted::All);
    let offers = std::mem::take(&mut found.offers);
    for offer in offers {
        match offer.saving.filter(|saving| !saving.may_be_enough()) {
            Some(saving) => {
                let what =
                    format!("{}, on {}", saving.little(view.unit), offer.plan.runtime.name());
                let refusal = Refusal::new(Reason::SavesLittle, what, None);
                found.declined.push(Declined { variant: Some(offer.plan.variant), refusal });
            }
            None => found.offers.push(offer),
        }
    }
    found.declined.sort_by_key(Declined::rank);
    let best = found.offers.iter().position(|offer| offer.plan.certainty() == Certainty::Proved);
    if let Some(offer) = found.offers.get_mut(best.unwrap_or(0)) {
        offer.preferred = true;
    }
    found
}

/// What can be made of a file on an image that somebody chose, however little that saves.
pub fn split_onto(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    image: &Reference,
) -> Splits {
    look(snapshot, view, context, &Wanted::Image(image.clone()))
}

fn look(snapshot: &Snapshot, view: View<'_>, context: BuildContext<'_>, wanted: &Wanted) -> Splits {
    let verdict = judge(snapshot.model(), context.ok(), wanted);
    let mut found = Splits::default();
    let declined = verdict.refusals.into_iter();
    found.declined.extend(declined.map(|(variant, refusal)| Declined { variant, refusal }));
    if verdict.splits.is_empty() {
        return found;
    }
    let weight = weight(snapshot, view, context, 0);
    for split in verdict.splits {
        match gate(snapshot, &split.edits, Promise::Reads) {
            Ok(_) => found.offers.push(offer(snapshot, view, context, weight.as_ref(), split)),
            Err(why) => {
                let text = format!("The result would not be sound: {why}");
                let refusal = Refusal::new(Reason::NeedsOther, text, None);
                found.declined.push(Declined { variant: Some(split.plan.variant), refusal });
            }
        }
    }
    found
}

fn offer(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    weight: Option<&Weight>,
    split: Split,
) -> Offer {
    let Split { plan, edits } = split;
    let platform = images::platform_at(snapshot, view, 0.into());
    let saving = weight.and_then(|weight| Saving::of(&plan, weight, view, &platform, context));
    let title = title(&plan, saving, view);
    Offer { title, preferred: false, plan, edits, saving }
}

/// `Split into builder and runtime stages on alpine:3.20 (≈ 815 MB → ≈ 14 MB)`.
fn title(plan: &Plan, saving: Option<Saving>, view: View<'_>) -> String {
    let mut title = format!("Split into builder and runtime stages on {}", plan.runtime.name());
    if let Some(saving) = saving {
        title.push_str(&format!(" ({})", saving.show(view.unit)));
    }
    if !plan.changes.is_empty() {
        title.push_str(&format!("; {}", plan.changes.join("; ")));
    }
    match plan.assumptions.as_slice() {
        [] => {}
        [only] => title.push_str(&format!(" (review): {only}")),
        [first, more @ ..] => {
            title.push_str(&format!(" (review): {first}; and {} more", more.len()));
        }
    }
    title
}

/// The finding of a file that can be split.
pub const CAN_SPLIT: Rule = Rule {
    code: "can-split",
    severity: Severity::Hint,
    sense: "A single-stage file whose build tools could stay in a stage of their own",
};

/// What is found here.
pub static RULES: &[Rule] = &[CAN_SPLIT];

/// That the file can be split, and what that saves.
pub fn hint(snapshot: &Snapshot, view: View<'_>, splits: &Splits) -> Option<Finding> {
    let saved = splits.offers.iter().filter_map(|offer| Some(offer.saving?.saved.bytes)).max()?;
    if saved < LEAST_SAVED {
        return None;
    }
    let saved = view.unit.show(saved);
    let message = format!(
        "Split into builder and runtime stages, this image would be smaller by about {saved}."
    );
    Some(Finding::new(CAN_SPLIT.code, CAN_SPLIT.severity, place(snapshot)?, message))
}

/// The place of the `FROM` of a file with one stage: where its split is offered first.
pub fn place(snapshot: &Snapshot) -> Option<TextRange> {
    let stage = snapshot.model().stages().first()?;
    let placed = snapshot.tree().item(stage.item)?;
    Some(placed.lift(placed.instruction()?.body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::images::tests::view;
    use crate::text::apply_edits;

    /// The titles of what is offered, `!` before the one to take, and the reasons of the rest.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let snapshot = Snapshot::new(text);
        let found = splits(&snapshot, view(), Err("there is none"));
        let offers = found.offers.iter().map(|offer| {
            let mark = if offer.preferred { "! " } else { "" };
            format!("{mark}{}", offer.title)
        });
        let declined = found.declined.iter().map(|one| one.refusal.to_string());
        let shown: Vec<_> = offers.chain(declined).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn titles_name_the_image_and_what_it_saves() {
        check(
            "FROM golang:1.22\nWORKDIR /src\nCOPY go.mod main.go ./\nRUN CGO_ENABLED=0 go build -o /app .\nCMD [\"/app\"]\n",
            &[
                "! Split into builder and runtime stages on debian:bookworm-slim (≈ 837 MB → ≈ 105 MB)",
                "Split into builder and runtime stages on gcr.io/distroless/static-debian12 (≈ 837 MB → ≈ 16 MB)",
            ],
        );
        check(
            "FROM golang:1.22\nCOPY . /src\nRUN cd /src && go build -o /app .\nCMD [\"/app\"]\n",
            &[
                "! Split into builder and runtime stages on debian:bookworm-slim (≈ 837 MB → ≈ 105 MB) (review): the program reads no other files of what line 2 copies (the project's folder is not at hand)",
                "Split into builder and runtime stages on gcr.io/distroless/base-debian12 (≈ 837 MB → ≈ 35 MB) (review): the program reads no other files of what line 2 copies (the project's folder is not at hand)",
            ],
        );
    }

    #[test]
    fn a_split_file_is_not_split_again() {
        let text = "FROM golang:1.22\nCOPY main.go /src/\nRUN cd /src && CGO_ENABLED=0 go build -o /app main.go\nCMD [\"/app\"]\n";
        let snapshot = Snapshot::new(text);
        let found = splits(&snapshot, view(), Err("there is none"));
        let made = apply_edits(text, &found.offers[0].edits).expect("edits that apply");
        check(&made, &["The file has several stages already."]);
    }

    #[test]
    fn that_no_image_is_known_is_told_last() {
        check(
            "FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nHEALTHCHECK CMD node check.js\nCMD serve -s build\n",
            &[
                "Containers start node, which is not known on the small base.",
                "No such image is known to run it: a sibling of node:18.",
            ],
        );
    }

    #[test]
    fn reasons_are_sentences() {
        check(
            "FROM debian:12\nCMD [\"/app\"]\n",
            &["Nothing is built here that could be left behind."],
        );
        check("FROM golang:1.22\n", &["There is no start command: add CMD or ENTRYPOINT."]);
    }
}
