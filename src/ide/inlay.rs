//! Sizes behind the images and stages of `FROM`.

use std::collections::HashMap;

use super::Snapshot;
use super::hover;
use super::images::{self, View};
use super::weight;
use crate::image::{Figure, Size, Source};
use crate::language::platform::Platform;
use crate::model::{Place, Reference};
use crate::text::{TextRange, TextSize};

/// A text that an editor shows in a line without it being there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown: behind the name of an image or a stage.
    pub offset: TextSize,
    /// The text.
    pub label: String,
}

/// The hints of the lines that `range` touches, in file order.
pub fn hints(snapshot: &Snapshot, view: View<'_>, range: TextRange) -> Vec<Hint> {
    let bases = images::images_in(snapshot, range).into_iter().filter(|i| i.starts.is_some());
    // Many stages of a file start from one image.
    let mut labels: HashMap<(String, Platform), Option<String>> = HashMap::new();
    let mut hints = Vec::new();
    for image in bases {
        let label = labels
            .entry((image.name.clone(), image.platform(view)))
            .or_insert_with(|| label(&image.figure(view)?, view));
        let offset = image.range.end();
        hints.extend(label.clone().map(|label| Hint { offset, label }));
    }
    hints.extend(of_stages(snapshot, view, range));
    hints.sort_by_key(|hint| hint.offset);
    hints
}

/// The hints behind stages that others start from. Files are not looked at for them: what is copied
/// from the build context counts as not known.
fn of_stages(snapshot: &Snapshot, view: View<'_>, range: TextRange) -> Vec<Hint> {
    let is_touched = |reference: &&Reference| {
        reference.place == Place::From && reference.name.range.intersect(range).is_some()
    };
    let named: Vec<_> = snapshot
        .model()
        .references()
        .iter()
        .filter(is_touched)
        .filter_map(|reference| Some((reference.name.range.end(), reference.used_stage()?)))
        .collect();
    if named.is_empty() {
        return Vec::new();
    }
    let weights = weight::weights(snapshot, view, Err("files are not looked at"));
    let totals: Vec<_> = weights.iter().map(|weight| weight.total(view.unit)).collect();
    let total = |stage: usize| totals.get(stage)?.as_ref();
    let hint = |(offset, stage)| Some(Hint { offset, label: format!("{} disk", total(stage)?) });
    named.into_iter().filter_map(hint).collect()
}

/// What more there is to say about the hint at `offset`, as markdown.
pub fn tooltip(snapshot: &Snapshot, view: View<'_>, offset: TextSize) -> Option<String> {
    hover::image::markdown(&images::image_at(snapshot, offset)?, view)
}

/// `≈ 75 MB pull · 262 MB disk`; `None` where neither is known.
pub fn label(figure: &Figure, view: View<'_>) -> Option<String> {
    let sizes = [(&figure.pull, "pull"), (&figure.disk, "disk")];
    let sizes: Vec<(&Size, &str)> =
        sizes.into_iter().filter_map(|(size, what)| Some((size.as_ref()?, what))).collect();
    let is_exact = |size: &Size| matches!(size.source, Source::Engine | Source::Registry);
    // What is about is said once, before the first size that it holds for.
    let about = sizes.iter().position(|(size, _)| !is_exact(size));
    let parts = sizes.iter().enumerate().map(|(place, (size, what))| {
        let mark = if Some(place) == about { "≈ " } else { "" };
        format!("{mark}{} {what}", view.unit.show_amount(size.amount).trim_start_matches("≈ "))
    });
    let parts: Vec<_> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::ide::images::tests::view;

    /// The file with its hints in it, each as `⟨…⟩`.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let fixture = Fixture::new(text);
        let whole = TextRange::up_to(TextSize::of(text));
        let mut shown = text.to_owned();
        for hint in hints(&fixture.snapshot, view(), whole).into_iter().rev() {
            shown.insert_str(hint.offset.into(), &format!("⟨{}⟩", hint.label));
        }
        assert_eq!(shown, expected);
    }

    #[test]
    fn sizes_stand_behind_the_images_of_from() {
        check(
            "FROM golang:1.22 AS build\nFROM scratch\nFROM acme/app:1\n\
             FROM alpine:3.20\nCOPY --from=nginx:1.25 / /\n",
            "FROM golang:1.22⟨≈ 299 MB pull · 823 MB disk⟩ AS build\nFROM scratch\n\
             FROM acme/app:1\nFROM alpine:3.20⟨≈ 3.63 MB pull · 7.8 MB disk⟩\n\
             COPY --from=nginx:1.25 / /\n",
        );
    }

    #[test]
    fn a_stage_has_its_own_size() {
        check(
            "FROM alpine:3.20 AS a\nENV A=1\nFROM a AS b\nCOPY . .\nFROM b\n\
             FROM acme/app AS c\nFROM c\nFROM 0\nFROM scratch AS d\nCOPY --from=a / /\nFROM d\n",
            "FROM alpine:3.20⟨≈ 3.63 MB pull · 7.8 MB disk⟩ AS a\nENV A=1\n\
             FROM a⟨≈ 7.8 MB disk⟩ AS b\nCOPY . .\nFROM b⟨≥ 7.8 MB disk⟩\n\
             FROM acme/app AS c\nFROM c\nFROM 0\nFROM scratch AS d\nCOPY --from=a / /\nFROM d\n",
        );
    }

    #[test]
    fn an_estimate_is_a_range() {
        let fixture = Fixture::new("FROM golang:1.19\n");
        let hints = hints(&fixture.snapshot, view(), TextRange::up_to(16.into()));
        let [hint] = &hints[..] else { panic!("{hints:?}") };
        assert!(hint.label.starts_with("≈ ") && hint.label.contains('–'), "{hint:?}");
        assert!(hint.label.contains(" MB pull · ") && hint.label.ends_with(" disk"), "{hint:?}");
        let tooltip = tooltip(&fixture.snapshot, view(), hint.offset).expect("a tooltip");
        assert!(tooltip.contains("estimated from golang:1."), "{tooltip}");
    }
}
