//! The variants of a repository beside each other, as bars.

use std::collections::BTreeMap;
use std::io;

use unicode_width::UnicodeWidthStr;

use super::subject::Subject;
use super::text::{amount, remarks};
use crate::cli::out::printable;
use crate::cli::table::padded;
use crate::image::estimate::relatives::Relatives;
use crate::image::sizes::{Offline, Place};
use crate::image::tag::Version;
use crate::image::{Amount, Figure, Reference, Size, Sizes, Unit};
use crate::language::platform::Platform;

/// The width of the picture where there is no terminal to ask.
const USUAL_WIDTH: usize = 80;
/// The width of the longest bar that is still worth drawing.
const LEAST_BAR: usize = 10;
/// Blocks that fill one eighth to seven eighths of a place.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// An image to draw.
struct Variant {
    tag: String,
    figure: Figure,
    /// Whether it is the one that was asked for.
    is_asked: bool,
}

/// A picture for each subject, and the remarks on the subjects.
pub fn render(known: &[(&Subject, &Figure)], offline: &Offline, unit: Unit) -> io::Result<String> {
    let width = terminal_size::terminal_size();
    let width = width.map_or(USUAL_WIDTH, |(width, _)| width.0.into());
    let mut text = String::new();
    for (subject, figure) in known {
        let mut part = remarks((subject, figure)).concat();
        if let Ok(image) = &subject.image {
            let variants = variants(offline, image, &subject.platform, figure);
            if !variants.is_empty() {
                let head = format!("{} on {}\n\n", printable(&image.familiar()), subject.platform);
                let gap = if part.is_empty() { "" } else { "\n" };
                part = head + &picture(&variants, unit, width) + gap + &part;
            }
        }
        let gap = if text.is_empty() || part.is_empty() { "" } else { "\n" };
        text = text + gap + &part;
    }
    Ok(text)
}

/// The image that was asked for and the others of its repository at its version, else at the newest
/// one; each build once, the lightest first.
fn variants(
    offline: &Offline,
    image: &Reference,
    platform: &Platform,
    figure: &Figure,
) -> Vec<Variant> {
    let place = Place::of(image, platform);
    let rows = offline.rows(&place.repository).filter(|row| place.counts(row));
    let relatives = Relatives::new(&place.repository, rows);
    let mut by_version: BTreeMap<Version, Vec<&str>> = BTreeMap::new();
    for member in relatives.members() {
        by_version.entry(member.tag.version.clone()).or_default().push(member.row.tag());
    }
    let own = image.effective_tag().unwrap_or_default();
    let tags = by_version.remove(&relatives.tag(own).version).or_else(|| newest(by_version));
    let mut tags: Vec<&str> = tags.unwrap_or_default();
    // Of several names of one build the shortest stays.
    tags.sort_by_key(|tag| (tag.len(), *tag));
    let asked = Variant { tag: own.to_owned(), figure: figure.clone(), is_asked: true };
    let mut variants = vec![asked];
    for tag in tags {
        let figure = offline.figure(&image.with_tag(tag), platform);
        let is_new = |other: &Variant| other.tag != tag && !is_one_build(&other.figure, &figure);
        if variants.iter().all(is_new) {
            variants.push(Variant { tag: tag.to_owned(), figure, is_asked: false });
        }
    }
    variants.retain(|variant| variant.figure.sizes().next().is_some());
    variants.sort_by_key(|variant| weight(&variant.figure));
    variants
}

/// The tags of the newest version that has several. Dates are no versions.
fn newest(by_version: BTreeMap<Version, Vec<&str>>) -> Option<Vec<&str>> {
    let is_date = |version: &Version| version.first().is_some_and(|number| *number > 100_000);
    let mut versions = by_version.into_iter().rev().filter(|(version, _)| !is_date(version));
    versions.find(|(_, tags)| tags.len() > 1).map(|(_, tags)| tags)
}

fn is_one_build(a: &Figure, b: &Figure) -> bool {
    let counted = |figure: &Figure| {
        let size = figure.pull.as_ref().or(figure.disk.as_ref())?;
        size.amount.is_exact().then_some(size.amount.bytes)
    };
    counted(a).is_some() && counted(a) == counted(b)
}

/// What variants are sorted by: the pull size, else the disk size.
fn weight(figure: &Figure) -> Option<u64> {
    figure.sizes().next().map(|size| size.amount.bytes)
}

/// Two bars a variant, all to one scale.
fn picture(variants: &[Variant], unit: Unit, width: usize) -> String {
    let names: Vec<String> = variants.iter().map(name).collect();
    let name_width = names.iter().map(|name| name.width()).max().unwrap_or_default();
    let sizes = || variants.iter().flat_map(|variant| variant.figure.sizes());
    let most = sizes().map(|size| size.amount.high).max().unwrap_or_default();
    let amounts = sizes().map(|size| unit.show_amount(size.amount).width());
    let margins = name_width + "  pull  ".len() + "  ".len() + amounts.max().unwrap_or_default();
    let room = width.saturating_sub(margins).max(LEAST_BAR);
    let line = |name: &str, label: &str, size: &Option<Size>| {
        let bar = size.as_ref().map(|size| bar(size.amount, most, room) + "  ");
        let (bar, amount) = (bar.unwrap_or_default(), amount(size, unit));
        format!("{}  {label}  {bar}{amount}\n", padded(name, name_width))
    };
    let lines = names.iter().zip(variants).map(|(name, Variant { figure, .. })| {
        line(name, "pull", &figure.pull) + &line("", "disk", &figure.disk)
    });
    let legend = match sizes().all(|size| size.amount.is_exact()) {
        true => "",
        false => "\n█ surely  ░ maybe: an estimate\n",
    };
    lines.collect::<String>() + legend
}

fn name(variant: &Variant) -> String {
    let mark = if variant.is_asked { "> " } else { "  " };
    mark.to_owned() + &printable(&variant.tag)
}

/// A bar that is `room` places long for `most` bytes: full up to what there is at least, and light
/// from there up to what there is at most.
fn bar(amount: Amount, most: u64, room: usize) -> String {
    // Sizes are under 2^64 and rooms under 2^16.
    let eighths = |bytes: u64| {
        let eighths = u128::from(bytes) * room as u128 * 8 / u128::from(most.max(1));
        usize::try_from(eighths).unwrap_or(usize::MAX).min(room * 8)
    };
    let (low, high) = (eighths(amount.low), eighths(amount.high));
    let mut bar = "█".repeat(low / 8);
    if amount.is_exact() {
        // What there is can be seen, however little it is.
        let rest = if low == 0 { 1 } else { low % 8 };
        bar.extend(rest.checked_sub(1).and_then(|place| EIGHTHS.get(place)));
    } else {
        bar += &"░".repeat((high.div_ceil(8)).saturating_sub(low / 8));
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_to_scale() {
        let check = |low, high, expected: &str| {
            assert_eq!(bar(Amount { bytes: low, low, high }, 80, 10), expected, "{low} {high}");
        };
        check(80, 80, "██████████");
        check(40, 40, "█████");
        check(12, 12, "█▌");
        check(0, 0, "▏");
        check(40, 80, "█████░░░░░");
        check(12, 17, "█░░");
        check(1000, 2000, "██████████");
        assert_eq!(bar(Amount::exact(u64::MAX), u64::MAX, 3), "███");
        assert_eq!(bar(Amount::exact(0), 0, 3), "▏");
    }
}
