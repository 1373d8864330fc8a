//! Offers to split a single-stage file into builder and runtime, with what that saves; or why there
//! are none.

use super::Snapshot;
use super::edit::{Promise, gate};
use super::images::{self, View};
use super::weight::{BuildContext, weight};
use crate::check::{Finding, Rule, Severity};
use crate::image::packages as weighed;
use crate::image::{Amount, Reference};
use crate::language::platform::Platform;
use crate::shell;
use crate::split::answer::{Certainty, Variant};
use crate::split::base::Base;
use crate::split::judge::{Split, Wanted, judge};
use crate::split::packages;
use crate::split::plan::Plan;
use crate::split::refusal::{Reason, Refusal};
use crate::text::{Edit, TextRange};

/// An offer saves at least this much, in bytes.
const LEAST_SAVED: u64 = 50_000_000;

/// And at least this part of the image, in hundredths.
const LEAST_PART: u64 = 30;

/// Images whose size no catalogue tells, and what they weigh on the disk, in bytes.
///
/// Source: Google's distroless images as they were in 2025, unpacked.
const SMALL_IMAGES: &[(&str, u64)] = &[
    ("gcr.io/distroless/static-", 2_000_000),
    ("gcr.io/distroless/base-nossl-", 15_000_000),
    ("gcr.io/distroless/base-", 21_000_000),
    ("gcr.io/distroless/cc-", 24_000_000),
    ("gcr.io/distroless/java", 200_000_000),
    ("gcr.io/distroless/nodejs", 150_000_000),
    ("gcr.io/distroless/python3", 55_000_000),
];

/// What a package of which nothing is measured is taken to add, in bytes.
const PACKAGE: Amount = Amount { bytes: 2_000_000, low: 100_000, high: 20_000_000 };

/// What packages with toolchains add with all that they need, in megabytes, on Alpine and elsewhere.
/// For lines that are not weighed because they build, too.
const TOOLCHAINS: &[(&str, u64, u64)] = &[
    ("build-base", 180, 180),
    ("build-essential", 300, 300),
    ("cargo", 500, 450),
    ("clang", 300, 400),
    ("cmake", 60, 60),
    ("default-jdk", 300, 400),
    ("default-jdk-headless", 250, 300),
    ("dotnet-sdk-8.0", 400, 500),
    ("g++", 180, 200),
    ("gcc", 130, 150),
    ("ghc", 800, 900),
    ("go", 250, 250),
    ("golang", 250, 400),
    ("golang-go", 250, 400),
    ("gradle", 120, 150),
    ("make", 1, 2),
    ("maven", 30, 80),
    ("nodejs", 60, 100),
    ("npm", 30, 150),
    ("openjdk11", 250, 250),
    ("openjdk17", 280, 280),
    ("openjdk17-jdk", 280, 280),
    ("openjdk-17-jdk", 350, 400),
    ("openjdk-17-jdk-headless", 250, 300),
    ("openjdk21", 300, 300),
    ("openjdk21-jdk", 300, 300),
    ("openjdk-21-jdk", 350, 400),
    ("openjdk-21-jdk-headless", 250, 300),
    ("rust", 400, 400),
    ("rustc", 400, 400),
    ("zig", 250, 250),
];

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
    /// What the image weighs before, on the disk; `None` where that is not known.
    pub before: Option<Amount>,
    /// And after.
    pub after: Option<Amount>,
}

/// A split that cannot be made.
#[derive(Clone, Debug)]
pub struct Declined {
    /// Which one; `None` for both.
    pub variant: Option<Variant>,
    /// Why.
    pub refusal: Refusal,
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
        match saves_too_little(&offer, view) {
            Some(refusal) => {
                found.declined.push(Declined { variant: Some(offer.plan.variant), refusal });
            }
            None => found.offers.push(offer),
        }
    }
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
    let before = before(snapshot, view, context);
    for split in verdict.splits {
        match gate(snapshot, &split.edits, Promise::Reads) {
            Ok(_) => found.offers.push(offer(snapshot, view, context, before, split)),
            Err(why) => {
                let text = format!("The result would not be sound: {why}");
                let refusal = Refusal::new(Reason::NeedsOther, text, None);
                found.declined.push(Declined { variant: Some(split.plan.variant), refusal });
            }
        }
    }
    found
}

/// What the image weighs now, at least: of lines that are not weighed, the toolchains that they
/// install.
fn before(snapshot: &Snapshot, view: View<'_>, context: BuildContext<'_>) -> Option<Amount> {
    let weight = weight(snapshot, view, context, 0)?;
    let known = weight.known()?;
    let stage = snapshot.model().stages().first()?;
    let is_alpine = weight.root.name().contains("alpine");
    let unknown: Vec<u32> =
        weight.parts.iter().filter(|part| part.disk.is_err()).map(|part| part.line).collect();
    let texts = snapshot.model().instructions_from(stage.item).filter_map(|(placed, _)| {
        let body = placed.instruction()?.body;
        let line = snapshot.text().line_of(placed.lift(body).start()) + 1;
        unknown.contains(&line).then_some(&*placed.item.text)
    });
    let megabytes: u64 = texts.map(|text| toolchains(text, is_alpine)).sum();
    let bytes = megabytes * 1_000_000;
    Some(known.plus(Amount { bytes, low: bytes / 2, high: bytes * 2 }))
}

/// What the toolchains weigh that the commands of a text install, in megabytes.
fn toolchains(text: &str, is_alpine: bool) -> u64 {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut installed: Vec<String> = Vec::new();
    for command in text.split(['&', ';', '|', '\n']) {
        let words: Vec<&str> = command.split_whitespace().collect();
        // `RUN --mount=… apk add`
        let start = words.iter().position(|word| matches!(*word, "apk" | "apt-get" | "apt"));
        let Some((name, args)) = start.and_then(|at| words.get(at..)?.split_first()) else {
            continue;
        };
        let args: Vec<Option<&str>> = args.iter().map(|word| Some(*word)).collect();
        if let Some((_, packages::Operation::Installs(requested))) = packages::read(name, &args) {
            installed.extend(requested.into_iter().map(|package| package.name));
        }
    }
    installed.sort();
    installed.dedup();
    let size = |name: &String| {
        let (_, alpine, other) = TOOLCHAINS.iter().find(|(own, _, _)| own == name)?;
        Some(if is_alpine { *alpine } else { *other })
    };
    let packages: u64 = installed.iter().filter_map(size).sum();
    packages + fetched(&text)
}

/// What the toolchains weigh that the commands of a text fetch by themselves, in megabytes: Go's archive
/// unpacked, and Rust's usual profile.
fn fetched(text: &str) -> u64 {
    let is_go = |word: &str| {
        let name =
            word.rsplit('/').next().unwrap_or_default().strip_prefix("go").unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_digit() || c == '$') && name.contains("linux-")
    };
    let go = if text.split_whitespace().any(is_go) { 230 } else { 0 };
    let rust = if text.contains("sh.rustup.rs") { 600 } else { 0 };
    go + rust
}

fn offer(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    before: Option<Amount>,
    split: Split,
) -> Offer {
    let Split { plan, edits } = split;
    let platform = images::platform_at(snapshot, view, 0.into());
    let after = after(&plan, view, &platform, context);
    let title = title(&plan, before, after, view);
    Offer { title, preferred: false, plan, edits, before, after }
}

/// `Split into builder and runtime stages on alpine:3.20 (≈ 815 MB → ≈ 14 MB)`.
fn title(plan: &Plan, before: Option<Amount>, after: Option<Amount>, view: View<'_>) -> String {
    let mut title = format!("Split into builder and runtime stages on {}", plan.runtime.name());
    if let Some((before, after)) = before.zip(after) {
        let show = |amount: Amount| view.unit.show(amount.bytes);
        title.push_str(&format!(" (≈ {} → ≈ {})", show(before), show(after)));
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

/// What the image weighs after: the small image, what is copied, what is installed.
fn after(
    plan: &Plan,
    view: View<'_>,
    platform: &Platform,
    context: BuildContext<'_>,
) -> Option<Amount> {
    let base = base_size(&plan.runtime, view, platform)?;
    let copied = plan.context_files.iter().filter_map(|file| {
        let copied = context.ok()?.copied(&[file.as_str()], &[]).ok()?;
        Some(Amount::exact(copied.bytes))
    });
    let data = copied.fold(Amount::exact(0), Amount::plus);
    Some(base.plus(plan.weight).plus(data).plus(installed(plan, platform)))
}

fn base_size(base: &Base, view: View<'_>, platform: &Platform) -> Option<Amount> {
    let name = base.name();
    if name == crate::language::argument::EMPTY_BASE {
        return Some(Amount::exact(0));
    }
    let figure = view.sizes.figure(&base.image, platform);
    let small = SMALL_IMAGES.iter().find(|(start, _)| name.starts_with(start));
    let small = small.map(|(_, bytes)| Amount { bytes: *bytes, low: bytes / 2, high: bytes * 2 });
    figure.disk.map(|disk| disk.amount).or(small)
}

/// What installing the packages adds.
fn installed(plan: &Plan, platform: &Platform) -> Amount {
    if plan.packages.is_empty() {
        return Amount::exact(0);
    }
    let release = plan.runtime.distribution.release().map_or("", |release| release.name);
    let base =
        weighed::Base { release, platform, is_bare: plan.runtime.is_bare(), is_slim: Some(true) };
    let measured = plan
        .installation()
        .and_then(|text| shell::commands(&text))
        .and_then(|commands| weighed::added(&commands, &[], &base).ok());
    let guessed = || plan.packages.iter().fold(Amount::exact(0), |sum, _| sum.plus(PACKAGE));
    measured.map_or_else(guessed, |added| added.disk)
}

fn saves_too_little(offer: &Offer, view: View<'_>) -> Option<Refusal> {
    let (before, after) = offer.before.zip(offer.after)?;
    let saved = before.bytes.saturating_sub(after.bytes);
    let is_enough = saved >= LEAST_SAVED && saved.saturating_mul(100) >= before.bytes * LEAST_PART;
    (!is_enough).then(|| {
        let what = format!(
            "{} instead of {} on {}",
            view.unit.show(after.bytes),
            view.unit.show(before.bytes),
            offer.plan.runtime.name()
        );
        Refusal::new(Reason::SavesLittle, what, None)
    })
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
    let smallest = splits.offers.iter().min_by_key(|offer| offer.after.map(|after| after.bytes))?;
    let (before, after) = smallest.before.zip(smallest.after)?;
    let saved = view.unit.show(before.bytes.saturating_sub(after.bytes));
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
                "! Split into builder and runtime stages on debian:bookworm-slim (≈ 823 MB → ≈ 105 MB)",
                "Split into builder and runtime stages on gcr.io/distroless/static-debian12 (≈ 823 MB → ≈ 16 MB)",
            ],
        );
        check(
            "FROM golang:1.22\nCOPY . /src\nRUN cd /src && go build -o /app .\nCMD [\"/app\"]\n",
            &[
                "! Split into builder and runtime stages on debian:bookworm-slim (≈ 823 MB → ≈ 105 MB) (review): the program reads no other files of what line 2 copies (the project's folder is not at hand)",
                "Split into builder and runtime stages on gcr.io/distroless/base-debian12 (≈ 823 MB → ≈ 35 MB) (review): the program reads no other files of what line 2 copies (the project's folder is not at hand)",
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
    fn toolchains_are_weighed_where_a_line_builds() {
        assert_eq!(toolchains("RUN apk add --no-cache go git && go build -o /app .", true), 250);
        let text = "RUN apt-get update && apt-get install -y \\\n  gcc libc6-dev \\\n && make";
        assert_eq!(toolchains(text, false), 150);
        assert_eq!(toolchains("RUN echo apk", false), 0);
        let go = "RUN curl -L https://x/go1.22.0.linux-amd64.tar.gz | tar -C /usr/local -xz";
        assert_eq!(toolchains(go, false), 230);
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
