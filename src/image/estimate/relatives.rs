//! Which measured image of a repository is the nearest relative of one that was not measured.
//!
//! The distances are judgement, not law: what they are worth is measured, see `judge.rs`.

use crate::image::Date;
use crate::image::catalogue::Row;
use crate::image::tag::{Tag, Version};

/// The first year whose figures say something of the images of today: between 2018 and 2021 the
/// bases grew, and `golang`, `nginx` and others were built anew in other ways.
pub const RECENT: u16 = 2021;
/// Versions that were measured before this year are old ones, however often they were built since.
const SNAPSHOT: u16 = 2019;

/// Which of the two sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// The compressed layers.
    Pull,
    /// The unpacked layers.
    Disk,
}

impl Metric {
    /// The other one.
    pub fn other(self) -> Metric {
        match self {
            Metric::Pull => Metric::Disk,
            Metric::Disk => Metric::Pull,
        }
    }

    /// The size of that image, in bytes.
    pub fn of(self, member: &Member<'_>) -> Option<u64> {
        match self {
            Metric::Pull => member.pull,
            Metric::Disk => member.disk,
        }
    }
}

/// How near a relative is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kinship {
    /// Another build of the same minor version.
    Same,
    /// At most two minor versions away.
    Near,
    /// Further away.
    Far,
    /// The image asked for names no version; the relative is as new as there is one.
    Moving,
    /// The image asked for names no version, and the relative is another release or of a distant
    /// one.
    MovingFar,
}

/// From which time the image asked for is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Era {
    /// It is newer than all versions that were measured until 2018.
    Recent,
    /// It is not.
    Old,
}

/// A measured image.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Its row.
    pub row: Row<'a>,
    /// Its tag.
    pub tag: Tag<'a>,
    /// Its architecture in the words of the catalogue.
    pub architecture: &'static str,
    /// Its pull size in bytes.
    pub pull: Option<u64>,
    /// Its disk size in bytes.
    pub disk: Option<u64>,
    /// Its disk size, or that of another build of the same tag, in bytes.
    pub unpacked: Option<u64>,
}

impl Member<'_> {
    /// The two sizes, pull size first, in bytes.
    pub fn both(&self) -> Option<(u64, u64)> {
        self.pull.zip(self.unpacked)
    }
}

/// The measured images of one repository.
#[derive(Clone, Debug)]
pub struct Relatives<'a> {
    repository: &'a str,
    members: Vec<Member<'a>>,
    /// The minor versions that there are, with the day on which each was measured.
    minors: Vec<((u32, u32), Option<Date>)>,
    /// The greatest of them that was measured in the time of the snapshot.
    newest_old: Option<(u32, u32)>,
}

/// A relative, and how near it is.
#[derive(Clone, Debug)]
pub struct Nearest<'r, 'a> {
    /// It.
    pub member: &'r Member<'a>,
    /// How near.
    pub kinship: Kinship,
}

/// Repositories whose versions are those of a distribution, so that a code name is a version.
const NAMED_RELEASES: [&str; 3] = ["buildpack-deps", "debian", "ubuntu"];

impl<'a> Relatives<'a> {
    /// Reads the rows of a repository.
    pub fn new(repository: &'a str, rows: impl Iterator<Item = Row<'a>>) -> Relatives<'a> {
        let read = |row: Row<'a>| Member {
            row,
            tag: read(repository, row.tag()),
            architecture: row.architecture(),
            pull: row.pull(),
            disk: row.disk(),
            unpacked: row.disk(),
        };
        let mut members: Vec<Member<'_>> = rows.map(read).collect();
        // Of two rows of one tag that with the pull size comes first.
        for place in 1..members.len() {
            if let [.., first, second] = &mut members[..=place]
                && first.row.is_twin(&second.row)
            {
                first.unpacked = first.unpacked.or(second.unpacked);
            }
        }
        let minor = |member: &Member<'_>| Some((minor(&member.tag.version)?, member.row.as_of()));
        let mut minors: Vec<_> = members.iter().filter_map(minor).collect();
        minors.sort_unstable();
        minors.dedup();
        let of_snapshot = |date: Option<Date>| date.is_some_and(|date| date.year() < SNAPSHOT);
        // Years as versions (`2018.1`) are not comparable with others.
        let old = minors.iter().filter(|(version, date)| of_snapshot(*date) && version.0 < 1000);
        let newest_old = old.map(|(version, _)| *version).max();
        Relatives { repository, members, minors, newest_old }
    }

    /// The measured images.
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// A tag of this repository.
    pub fn tag<'t>(&self, text: &'t str) -> Tag<'t> {
        read(self.repository, text)
    }

    /// From which time an image with that tag is.
    pub fn era(&self, tag: &Tag<'_>) -> Era {
        let old = match (self.newest_old, &tag.version[..]) {
            (Some(newest), [major]) => *major < newest.0,
            (Some(newest), [major, minor, ..]) => (*major, *minor) <= newest,
            _ => false,
        };
        if old { Era::Old } else { Era::Recent }
    }

    /// Whether a row says something of images of today.
    fn is_recent(&self, member: &Member<'_>) -> bool {
        match member.row.as_of() {
            Some(date) => date.year() >= RECENT,
            None => self.era(&member.tag) == Era::Recent,
        }
    }

    /// The nearest relative with that size, among those that `wanted` lets pass, of the image with
    /// that tag for that architecture.
    pub fn nearest(
        &self,
        tag: &Tag<'_>,
        architecture: &str,
        metric: Metric,
        wanted: impl Fn(&Member<'_>) -> bool,
    ) -> Option<Nearest<'_, 'a>> {
        let recent = self.era(tag) == Era::Recent;
        // What a tag without a minor version means today.
        let version = self.newest(&tag.version, |_| true);
        let fits = |member: &&Member<'_>| {
            metric.of(member).is_some()
                && member.architecture == architecture
                && member.tag.flavour == tag.flavour
                && (!recent || self.is_recent(member))
                && wanted(member)
        };
        let candidates = self.members.iter().filter(fits).map(|member| {
            let then = self.version_then(member);
            let gap = gap(&version, &then);
            (gap + apart(tag, &member.tag), gap, member)
        });
        // Of equally near ones the newest.
        let (distance, gap, member) = candidates.min_by(|a, b| {
            a.0.total_cmp(&b.0).then_with(|| b.2.row.as_of().cmp(&a.2.row.as_of()))
        })?;
        let kinship = match tag.version.is_empty() {
            true if distance < 1.0 => Kinship::Moving,
            true => Kinship::MovingFar,
            false if distance < 1.0 => Kinship::Same,
            false if gap < 3.0 && distance < 4.5 => Kinship::Near,
            false => Kinship::Far,
        };
        Some(Nearest { member, kinship })
    }

    /// The minor version that the tag of a row meant when the row was taken.
    fn version_then(&self, member: &Member<'a>) -> Version {
        let recorded = Tag::parse(member.row.version()).version;
        if member.tag.version.len() < 2 && !recorded.is_empty() {
            return recorded;
        }
        let then = member.row.as_of();
        self.newest(&member.tag.version, |date| {
            let by =
                |then: Date| date.is_some_and(|date| date <= then || date.months_to(then) == 0);
            then.map_or(date.is_some(), by)
        })
    }

    /// `version` itself if it names a minor version or there is none that begins like it, else the
    /// newest of these that was measured on a day that `wanted` lets pass.
    fn newest(&self, version: &Version, wanted: impl Fn(Option<Date>) -> bool) -> Version {
        let same = |major: u32| version.first().is_none_or(|own| *own == major);
        let mut newest_first = self.minors.iter().rev().filter(|_| version.len() < 2);
        let newest = newest_first.find(|((major, _), date)| same(*major) && wanted(*date));
        newest.map_or_else(
            || version.clone(),
            |((major, minor), _)| [*major, *minor].into_iter().collect(),
        )
    }
}

/// A tag; for a repository of a distribution a code name counts as the version.
fn read<'t>(repository: &str, text: &'t str) -> Tag<'t> {
    let mut tag = Tag::parse(text);
    if NAMED_RELEASES.contains(&repository)
        && tag.version.is_empty()
        && let Some(release) = tag.release.take()
    {
        tag.version = release.version.iter().copied().collect();
    }
    tag
}

fn minor(version: &Version) -> Option<(u32, u32)> {
    match version[..] {
        [major, minor, ..] => Some((major, minor)),
        _ => None,
    }
}

/// How far two versions are apart, in minor versions.
fn gap(a: &Version, b: &Version) -> f64 {
    match (&a[..], &b[..]) {
        ([], []) => 0.0,
        ([], _) | (_, []) => 3.0,
        // Where there are no minor versions, the major ones are what others call minor.
        ([a], [b]) => f64::from(a.abs_diff(*b)),
        ([a, ..], [b, ..]) if a != b => 10.0 * f64::from(a.abs_diff(*b)),
        ([_], _) | (_, [_]) => 1.5,
        ([_, a, ..], [_, b, ..]) if a != b => f64::from(a.abs_diff(*b)),
        ([_, _, a, ..], [_, _, b, ..]) => (0.02 * f64::from(a.abs_diff(*b))).min(0.4),
        (a, b) => {
            if a.len() == b.len() {
                0.0
            } else {
                0.1
            }
        }
    }
}

/// What else sets two tags of one flavour apart, in minor versions.
fn apart(a: &Tag<'_>, b: &Tag<'_>) -> f64 {
    let release = match (a.release, b.release) {
        (Some(a), Some(b)) if a == b => 0.0,
        (Some(a), Some(b)) if a.distribution == b.distribution => 1.2,
        (Some(_), Some(_)) => 5.0,
        (None, None) => 0.0,
        _ => 0.25,
    };
    let distribution = match (&a.distribution[..], &b.distribution[..]) {
        (a, b) if a == b => 0.0,
        ([], _) | (_, []) => 0.15,
        _ => 0.3,
    };
    release + distribution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Tag::parse(text).version
    }

    #[test]
    fn versions_have_a_distance() {
        let check = |a: &str, b: &str, expected: f64| {
            assert!((gap(&version(a), &version(b)) - expected).abs() < 1e-9, "{a} {b}");
            assert!((gap(&version(b), &version(a)) - expected).abs() < 1e-9, "{b} {a}");
        };
        check("1.2", "1.2", 0.0);
        check("1.2", "1.2.3", 0.1);
        check("1.2.3", "1.2.8", 0.1);
        check("1.2.3", "1.2.99", 0.4);
        check("1.2", "1.4", 2.0);
        check("1.2", "2.2", 10.0);
        check("20", "22", 2.0);
        check("3", "3.12", 1.5);
        check("latest", "3.12", 3.0);
        check("latest", "slim", 0.0);
    }
}
