//! Lighter images of the same repository at the same version, and what each of them lacks.

use super::figure::Size;
use super::sizes::{Offline, Place};
use super::tag::Tag;
use super::{Figure, Reference, Sizes};
use crate::language::platform::Platform;

/// A lighter image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lighter {
    /// It.
    pub image: Reference,
    /// What is known of it.
    pub figure: Figure,
    /// How much less there is to pull, in bytes.
    pub saves: u64,
    /// What it lacks, in a few words.
    pub catch: String,
}

/// A word in a tag that makes an image lighter, and what that costs.
struct Flavour {
    word: &'static str,
    catch: &'static str,
}

/// The flavours, that with the greatest catch first: it is the one that is told.
const FLAVOURS: [Flavour; 7] = [
    flavour("distroless", "no shell, no package manager"),
    flavour("chiseled", "no shell, no package manager"),
    flavour("alpine", "musl instead of glibc"),
    flavour("minimal", "`microdnf` instead of `dnf`"),
    flavour("jre", "no compiler, it runs Java only"),
    flavour("headless", "no graphics libraries"),
    flavour("slim", "few packages"),
];

/// Words of the heavier image that a lighter one may go without.
const HEAVY: [&str; 3] = ["jdk", "slim", "headless"];

/// How many are told.
const MOST: usize = 5;

const fn flavour(word: &'static str, catch: &'static str) -> Flavour {
    Flavour { word, catch }
}

/// The lighter images that the catalogue knows, the lightest first. `figure` is that of `image`.
pub fn lighter(
    offline: &Offline,
    image: &Reference,
    platform: &Platform,
    figure: &Figure,
) -> Vec<Lighter> {
    let place = Place::of(image, platform);
    let Some((pull, tag)) = figure.pull.as_ref().zip(image.effective_tag()) else {
        return Vec::new();
    };
    let own = Tag::parse(tag);
    let rows = offline.rows(&place.repository).filter(|row| place.counts(row));
    let tags = rows.map(|row| (row.tag(), Tag::parse(row.tag())));
    let mut tags: Vec<_> = tags.filter(|(_, tag)| tag.version == own.version).collect();
    // Of tags in one flavour, that which pins no more than the heavy image does.
    tags.sort_by_key(|(text, tag)| {
        let pins = (tag.release != own.release, tag.distribution != own.distribution);
        (tag.flavour.clone(), pins, text.len())
    });
    tags.dedup_by(|(_, a), (_, b)| a.flavour == b.flavour);
    let mut found: Vec<Lighter> = tags
        .into_iter()
        .filter_map(|(text, tag)| {
            let catch = catch(&own, &tag)?;
            let image = image.with_tag(text);
            let figure = offline.figure(&image, platform);
            let saves = saves(pull, figure.pull.as_ref()?)?;
            Some(Lighter { image, figure, saves, catch })
        })
        .collect();
    found.sort_by_key(|lighter| std::cmp::Reverse(lighter.saves));
    found.truncate(MOST);
    found
}

/// How much less is surely pulled: nothing where the ranges of the two overlap.
fn saves(heavy: &Size, light: &Size) -> Option<u64> {
    (light.amount.high < heavy.amount.low)
        .then(|| heavy.amount.bytes.saturating_sub(light.amount.bytes))
}

/// What `other` lacks against `own`, of the same version; `None` where it is not the same in a
/// lighter flavour.
fn catch(own: &Tag<'_>, other: &Tag<'_>) -> Option<String> {
    let added = || other.flavour.iter().filter(|word| !own.has(word));
    let mut removed = own.flavour.iter().filter(|word| !other.has(word));
    let known = |word: &&str| FLAVOURS.iter().any(|flavour| flavour.word == *word);
    let lighter =
        added().next().is_some() && added().all(known) && removed.all(|word| HEAVY.contains(word));
    // A tag that pins a release may have stopped moving long ago.
    let pins = !other.distribution.is_empty() && other.distribution != own.distribution;
    if !lighter || pins || other.line != own.line {
        return None;
    }
    let added = FLAVOURS.iter().filter(|flavour| added().any(|word| *word == flavour.word));
    let mut catches: Vec<String> = added.map(|flavour| flavour.catch.to_owned()).collect();
    match (own.release, other.release) {
        (own, other) if own == other => {}
        // Alpine has no release of the other distribution.
        (Some(_), None) if other.has("alpine") => {}
        // The heavy image stands on some release, too: without its name this may be another.
        (None, Some(release)) if !own.is_moving() => {
            catches.push(format!("{} {} below", release.distribution, release.name));
        }
        _ => return None,
    }
    Some(catches.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lighter images, each as `tag: catch`.
    #[track_caller]
    fn check(image: &str, expected: &[&str]) {
        let (offline, platform) = (Offline::default(), Platform::new("linux", "amd64", None));
        let image = Reference::parse(image).expect(image);
        let figure = offline.figure(&image, &platform);
        let found = lighter(&offline, &image, &platform, &figure);
        for lighter in &found {
            let pull = |figure: &Figure| figure.pull.as_ref().map_or(0, |size| size.amount.bytes);
            assert_eq!(lighter.saves, pull(&figure) - pull(&lighter.figure), "{image}");
        }
        let shown: Vec<_> = found
            .iter()
            .map(|l| format!("{}: {}", l.image.tag.as_deref().unwrap_or_default(), l.catch))
            .collect();
        assert_eq!(shown, expected, "{image}");
    }

    #[test]
    fn the_same_version_in_lighter_flavours() {
        check("golang:1.22", &["1.22-alpine: musl instead of glibc"]);
        check("python:3.12", &["3.12-alpine: musl instead of glibc", "3.12-slim: few packages"]);
        check("node:20-slim", &["20-alpine: musl instead of glibc"]);
        check(
            "eclipse-temurin:21",
            &[
                "21-jre-alpine: musl instead of glibc; no compiler, it runs Java only",
                "21-jre: no compiler, it runs Java only",
                "21-alpine: musl instead of glibc",
            ],
        );
        check("debian:12", &["12-slim: few packages"]);
        check("node:20-bookworm", &["20-alpine: musl instead of glibc"]);
        // Neither to another line of versions nor to a tag that no longer moves.
        check("nginx:stable", &[]);
        check("swift:latest", &[]);
        check("alpine:3.20", &[]);
        check("golang:1.22-alpine", &[]);
        check("acme/app:1", &[]);
    }
}
