//! The figures that the binary itself has: measured ones of the catalogue, and estimates.

use std::borrow::Cow;

use super::catalogue::record::digest_text;
use super::catalogue::{self, Catalogue, Row};
use super::estimate::ranges::Ranges;
use super::estimate::relatives::{Metric, RECENT};
use super::estimate::{Estimate, Estimator, Known, Question};
use super::figure::Size;
use super::tag::Tag;
use super::{Amount, Figure, Reference, Sizes, Source};
use crate::language::argument::EMPTY_BASE;
use crate::language::platform::Platform;

/// Repositories that hold the official images under other names: what stands before the name, and
/// for what architecture they are, if for one only.
const MIRRORS: [(&str, Option<&str>); 9] = [
    ("public.ecr.aws/docker/library/", None),
    ("mirror.gcr.io/library/", None),
    ("registry-1.docker.io/library/", None),
    ("amd64/", Some("linux/amd64")),
    ("arm64v8/", Some("linux/arm64")),
    ("arm32v7/", Some("linux/arm/v7")),
    ("arm32v6/", Some("linux/arm/v6")),
    ("i386/", Some("linux/386")),
    ("winamd64/", Some("windows/amd64")),
];

/// Repositories whose tags without a minor version are releases of a distribution, which stay what
/// they are.
const RELEASED: [&str; 10] = [
    "almalinux",
    "amazonlinux",
    "centos",
    "debian",
    "fedora",
    "opensuse/leap",
    "oraclelinux",
    "redhat/ubi9",
    "rockylinux",
    "ubuntu",
];

/// Figures from catalogues alone.
#[derive(Clone, Debug)]
pub struct Offline {
    /// The one that the user made, if any, before the one in the binary.
    catalogues: Vec<Cow<'static, Catalogue>>,
}

impl Default for Offline {
    fn default() -> Offline {
        Offline { catalogues: vec![Cow::Borrowed(Catalogue::embedded())] }
    }
}

impl Sizes for Offline {
    fn figure(&self, image: &Reference, platform: &Platform) -> Figure {
        self.completed(image, platform, self.measured(image, platform))
    }

    fn can_ask(&self, _: &Reference) -> bool {
        false
    }

    fn offline(&self) -> &Offline {
        self
    }
}

/// The name and architecture under which an image stands in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'i> {
    /// The repository.
    pub repository: Cow<'i, str>,
    /// The architecture in the words of the catalogue; `None` for one that has no rows.
    pub architecture: Option<&'static str>,
}

impl<'i> Place<'i> {
    /// Where an image stands.
    pub fn of(image: &'i Reference, platform: &Platform) -> Place<'i> {
        let name = image.familiar();
        let mirror = MIRRORS.iter().find_map(|(prefix, platform)| {
            let rest = name.strip_prefix(prefix).filter(|rest| !rest.contains('/'))?;
            Some((rest.to_owned(), platform.and_then(Platform::parse)))
        });
        let (repository, own) = match mirror {
            Some((rest, own)) => (Cow::Owned(rest), own),
            None => (name, None),
        };
        let architecture = catalogue::architecture(own.as_ref().unwrap_or(platform));
        Place { repository, architecture }
    }

    /// Whether a row of the repository is for the architecture and says what its tag is today.
    pub fn counts(&self, row: &Row<'_>) -> bool {
        Some(row.architecture()) == self.architecture && !is_stale(&self.repository, row)
    }
}

impl Offline {
    /// The catalogue that the user made, if there is one, before the one in the binary.
    ///
    /// Errors: it cannot be used; a text for people. The default goes without it.
    pub fn load() -> Result<Offline, String> {
        Ok(catalogue::user::read()?.map_or_else(Offline::default, Offline::with))
    }

    /// Puts a catalogue of the user's before the one in the binary.
    #[must_use]
    pub fn with(catalogue: Catalogue) -> Offline {
        let mut offline = Offline::default();
        offline.catalogues.insert(0, Cow::Owned(catalogue));
        offline
    }

    /// The catalogues, that which counts first before the others.
    pub fn catalogues(&self) -> impl Iterator<Item = &Catalogue> {
        self.catalogues.iter().map(AsRef::as_ref)
    }

    /// The rows of a repository in all catalogues, by tag and architecture; of one tag those of the
    /// catalogue that counts first before the others.
    pub fn rows<'s>(&'s self, repository: &str) -> impl Iterator<Item = Row<'s>> + use<'s> {
        let rows = self.catalogues().flat_map(|catalogue| catalogue.rows(repository));
        let mut rows: Vec<Row<'s>> = rows.collect();
        rows.sort_by_key(|row| (row.tag(), row.architecture()));
        rows.into_iter()
    }

    /// What was measured of an image.
    pub fn measured(&self, image: &Reference, platform: &Platform) -> Figure {
        if image.familiar() == EMPTY_BASE && image.tag.is_none() && image.digest.is_none() {
            let (amount, source) = (Amount::exact(0), Source::Catalogue);
            let nothing = Some(Size { amount, source, as_of: None, basis: None });
            return Figure { pull: nothing.clone(), disk: nothing, ..Figure::default() };
        }
        let place = Place::of(image, platform);
        if place.architecture.is_none() {
            return Figure::default();
        }
        let rows: Vec<Row<'_>> = match (&image.digest, image.effective_tag()) {
            (Some(digest), _) => self
                .catalogues()
                .flat_map(|catalogue| catalogue.digest(digest))
                .filter(|(name, _)| *name == place.repository)
                .map(|(_, row)| row)
                .collect(),
            (None, Some(tag)) => {
                let rows = self.catalogues().map(|catalogue| {
                    let rows = catalogue.tag(&place.repository, tag);
                    rows.filter(|row| place.counts(row)).collect::<Vec<_>>()
                });
                rows.filter(|rows| !rows.is_empty()).reduce(joined).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        let size = |bytes: fn(&Row<'_>) -> Option<u64>| {
            let (row, bytes) = rows.iter().find_map(|row| Some((row, bytes(row)?)))?;
            Some(Size {
                amount: Amount::exact(bytes),
                source: Source::Catalogue,
                as_of: row.as_of(),
                basis: Some(row.source().to_owned()).filter(|source| !source.is_empty()),
            })
        };
        let first = rows.first();
        let (pull, disk) = of_one_build(size(|row| row.pull()), size(|row| row.disk()));
        Figure {
            pull,
            disk,
            layers: first.and_then(Row::layers),
            created: first.and_then(Row::created),
            digest: first.and_then(Row::digest).map(digest_text),
            family: first.map(|row| row.family().to_owned()).unwrap_or_default(),
            // A tag may have moved on to the next release between two measurements.
            release: rows
                .iter()
                .filter(|row| !row.base().is_empty())
                .max_by_key(|row| row.as_of())
                .map(|row| row.base().to_owned())
                .unwrap_or_default(),
            ..Figure::default()
        }
    }

    /// Fills in by estimates what a figure lacks, and says why if nothing comes of it.
    pub(super) fn completed(
        &self,
        image: &Reference,
        platform: &Platform,
        mut figure: Figure,
    ) -> Figure {
        let place = Place::of(image, platform);
        let (Some(architecture), Some(tag)) = (place.architecture, image.effective_tag()) else {
            return self.explained(image, platform, figure);
        };
        if figure.pull.is_some() && figure.disk.is_some() && !figure.family.is_empty() {
            return figure;
        }
        // An older build of the tag is no relative of it where it contradicts what was measured.
        let contradicts = |row: &Row<'_>| {
            let pull = figure.pull.as_ref().map(|pull| pull.amount.bytes);
            row.tag() == tag && row.disk().zip(pull).is_some_and(|(disk, pull)| disk < pull)
        };
        let rows = self.rows(&place.repository).filter(|row| !contradicts(row));
        let rows: Vec<Row<'_>> = rows.collect();
        let estimator = Estimator::new(&place.repository, rows.iter().copied(), Ranges::embedded());
        let question = Question { tag, architecture, without: None };
        if figure.family.is_empty() {
            figure.family = estimator.family(question).to_owned();
        }
        let (pull, disk) = (figure.pull.take(), figure.disk.take());
        let other = |known: &Option<Size>, metric| {
            let amount = known.as_ref()?.amount;
            let known = Known { metric, amount, family: &figure.family, basis: None };
            estimator.other(question, known)
        };
        let of = |metric| estimator.of(question, &figure.family, metric);
        let estimated = match (&pull, &disk) {
            (Some(_), Some(_)) => (None, None),
            (Some(_), None) => (None, other(&pull, Metric::Pull)),
            (None, Some(_)) => (other(&disk, Metric::Disk), None),
            (None, None) => (of(Metric::Pull), of(Metric::Disk)),
        };
        figure.pull = pull.or_else(|| estimated.0.map(Into::into));
        figure.disk = disk.or_else(|| estimated.1.map(Into::into));
        let least = figure.pull.as_ref().map_or(0, |pull| pull.amount.bytes);
        let is_estimate = |size: &Size| size.source == Source::Estimate;
        // A guess that cannot be is none.
        figure.disk = figure.disk.filter(|disk| !is_estimate(disk) || disk.amount.bytes >= least);
        self.explained(image, platform, figure)
    }

    fn explained(&self, image: &Reference, platform: &Platform, figure: Figure) -> Figure {
        let place = Place::of(image, platform);
        let name = image.familiar();
        let reason = if figure.source() != Source::Unknown {
            return figure;
        } else if place.architecture.is_none() {
            format!("The catalogue has no figures for {platform}.")
        } else if !self.catalogues().any(|all| all.rows(&place.repository).next().is_some()) {
            format!("`{name}` is not in the catalogue.")
        } else if image.effective_tag().is_none() {
            "The catalogue does not know this digest.".to_owned()
        } else {
            format!(
                "The catalogue has no figure of `{image}`, and no relative that is near enough."
            )
        };
        Figure { reason: Some(reason), ..figure }
    }
}

/// The two sizes of a tag without the older one, if they are of two builds and contradict each other:
/// unpacked files are no less than packed ones.
pub fn of_one_build(pull: Option<Size>, disk: Option<Size>) -> (Option<Size>, Option<Size>) {
    let (Some(pull), Some(disk)) = (&pull, &disk) else { return (pull, disk) };
    let is_impossible = disk.amount.bytes < pull.amount.bytes && disk.as_of != pull.as_of;
    match is_impossible.then(|| disk.as_of < pull.as_of) {
        Some(true) => (Some(pull.clone()), None),
        Some(false) => (None, Some(disk.clone())),
        None => (Some(pull.clone()), Some(disk.clone())),
    }
}

/// The rows of a tag, with those of a catalogue that counts less if they are of the same build: it may
/// know more of it.
fn joined<'r>(mut rows: Vec<Row<'r>>, others: Vec<Row<'r>>) -> Vec<Row<'r>> {
    let pull = rows.iter().find_map(Row::pull);
    if pull.is_some() && others.iter().any(|row| row.pull() == pull) {
        rows.extend(others);
    }
    rows
}

/// Whether a row says nothing of what its tag is today: the tag moves, and the row is old or of an
/// unknown day.
fn is_stale(repository: &str, row: &Row<'_>) -> bool {
    let tag = Tag::parse(row.tag());
    let is_release =
        RELEASED.contains(&repository) && (!tag.version.is_empty() || tag.release.is_some());
    let is_old = row.as_of().is_none_or(|date| date.year() < RECENT);
    tag.is_moving() && !is_release && is_old
}

impl From<Estimate> for Size {
    fn from(estimate: Estimate) -> Size {
        Size {
            amount: estimate.amount,
            source: Source::Estimate,
            as_of: estimate.as_of,
            basis: Some(estimate.basis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(image: &str) -> Figure {
        let image = Reference::parse(image).expect(image);
        Offline::default().figure(&image, &Platform::new("linux", "amd64", None))
    }

    #[track_caller]
    fn check(image: &str, pull: Source, disk: Source) {
        let figure = figure(image);
        let source =
            |size: &Option<Size>| size.as_ref().map_or(Source::Unknown, |size| size.source);
        assert_eq!(
            (source(&figure.pull), source(&figure.disk)),
            (pull, disk),
            "{image}: {figure:?}"
        );
        assert_eq!(figure.reason.is_some(), figure.source() == Source::Unknown, "{image}");
        for size in figure.sizes() {
            let Amount { bytes, low, high } = size.amount;
            assert!(low <= bytes && bytes <= high, "{image}: {size:?}");
            assert_eq!(size.source == Source::Estimate, !size.amount.is_exact(), "{image}");
        }
    }

    #[test]
    fn measured_or_estimated_or_unknown() {
        use Source::{Catalogue, Estimate, Unknown};
        check("golang:1.22", Catalogue, Catalogue);
        check("golang:1.22-alpine", Catalogue, Catalogue);
        check("docker.io/library/golang:1.22", Catalogue, Catalogue);
        check("public.ecr.aws/docker/library/golang:1.22", Catalogue, Catalogue);
        check("amd64/golang:1.22", Catalogue, Catalogue);
        check("golang:1.19", Estimate, Estimate);
        check("golang:1.24", Catalogue, Estimate);
        check("mcr.microsoft.com/dotnet/sdk:8.0", Estimate, Catalogue);
        check("acme/app:1", Unknown, Unknown);
        check("ghcr.io/acme/golang:1.22", Unknown, Unknown);
        check("scratch", Catalogue, Catalogue);
    }

    #[test]
    fn what_a_moving_tag_was_years_ago_does_not_count() {
        // Measured in 2017, when it weighed 6.7 MB to pull.
        for image in ["nginx:1-alpine", "nginx:1-alpine-perl"] {
            assert_ne!(figure(image).source(), Source::Catalogue, "{image}");
        }
        assert_eq!(figure("centos:7").source(), Source::Catalogue);
        for image in ["centos", "ubuntu:rolling", "debian:stable-backports", "nginx:mainline"] {
            assert_ne!(figure(image).source(), Source::Catalogue, "{image}");
        }
    }

    #[test]
    fn nothing_is_less_on_the_disk_than_to_pull() {
        let offline = Offline::default();
        let mut checked = 0;
        for (repository, row) in offline.catalogues().flat_map(Catalogue::all) {
            if row.architecture() != "amd64" || row.pull().is_none() {
                continue;
            }
            let image = format!("{repository}:{}", row.tag());
            let figure = match image.contains("alpine") {
                true => figure(&image),
                false => {
                    let image = Reference::parse(&image).expect("a name");
                    offline.measured(&image, &Platform::new("linux", "amd64", None))
                }
            };
            if let (Some(pull), Some(disk)) = (&figure.pull, &figure.disk) {
                assert!(pull.amount.bytes <= disk.amount.bytes, "{image}: {figure:?}");
                checked += 1;
            }
        }
        assert!(checked > 1000, "{checked}");
        // Measured in 2021, before what is pulled today was made.
        let alpine = figure("nginx:alpine");
        assert_eq!(alpine.pull.map(|size| size.source), Some(Source::Catalogue));
        assert_ne!(alpine.disk.map(|size| size.source), Some(Source::Catalogue));
    }

    #[test]
    fn a_digest_names_one_image() {
        let digest = "sha256:e803b63461b3908c633200f34ae78d62647788943ce90504b4a5bb5dbafb101d";
        let found = figure(&format!("adminer@{digest}"));
        assert_eq!((found.source(), found.digest.as_deref()), (Source::Catalogue, Some(digest)));
        let other = format!("sha256:{}", "0".repeat(64));
        assert_eq!(figure(&format!("golang:1.22@{other}")).source(), Source::Estimate);
        assert_eq!(figure(&format!("golang@{other}")).source(), Source::Unknown);
        assert_eq!(figure(&format!("nginx@{digest}")).source(), Source::Unknown);
    }
}
