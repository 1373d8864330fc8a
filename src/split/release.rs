//! Which release of which distribution an image stands on, and which tag names the same release
//! elsewhere.
//!
//! Source: the tag history of the official images up to August 2026 (`releases.tsv`). A tag that does
//! not say its release stands on the newest one of its time, and stays there once nobody makes it any
//! more: one with a patch number does so when the next patch is made. A tag that the history has not is
//! never made up.

use std::sync::LazyLock;

use crate::image::Reference;
use crate::image::tag::{RELEASES, Release, Tag, Version};

/// What an image stands on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// A release of Debian.
    Debian(&'static Release),
    /// A release of Ubuntu.
    Ubuntu(&'static Release),
    /// A version of Alpine; `None` where the tag does not tell and moves on.
    Alpine(Option<(u32, u32)>),
    /// Google's distroless, made of a release of Debian.
    Distroless(&'static Release),
    /// Nothing.
    None,
    /// One that is not told apart any further.
    Other,
}

/// The newest Alpine of the table's time.
pub const NEWEST_ALPINE: (u32, u32) = (3, 24);

/// A line of versions, and what its tags stand on that do not name a release: a row of
/// `releases.tsv`.
struct Line {
    repository: &'static str,
    flavour: &'static str,
    /// The numbers that its versions begin with.
    start: Version,
    /// The newest version that was seen.
    newest: Version,
    /// Whether new versions of it were still made.
    is_made: bool,
    /// From which version on it stands on which release, or Alpine.
    steps: Vec<(Version, &'static str)>,
}

/// What the table says of a tag.
struct Footing {
    release: &'static str,
    /// Whether the tag stays there.
    stays: bool,
    /// Whether it was seen: a later version may stand on another release.
    is_seen: bool,
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let rows = include_str!("releases.tsv").lines().filter(|row| !row.starts_with('#'));
    rows.filter_map(Line::parse).collect()
});

/// Repositories all of whose tags of a major stand on one release, patch or not: those of .NET, as
/// its supported platforms have it.
const MAJORS: &[(&str, &[u32], &str)] = &[
    (DOTNET, &[2], "stretch"),
    (DOTNET, &[3, 5], "buster"),
    (DOTNET, &[6, 7], "bullseye"),
    (DOTNET, &[8, 9], "bookworm"),
    (DOTNET, &[10], "noble"),
];

const DOTNET: &str = "mcr.microsoft.com/dotnet/sdk";

/// Words that stand for a line of Node: its releases with long-term support have names.
const NODE_NAMES: &[(&str, u32)] = &[
    ("fermium", 14),
    ("gallium", 16),
    ("hydrogen", 18),
    ("iron", 20),
    ("jod", 22),
    ("krypton", 24),
];

/// The line of Node that is `lts` at the table's time.
const NODE_LTS: u32 = 24;

/// Releases of Debian whose packages have left the mirrors that their images name, for Debian's
/// archive: what an image of them lacks cannot be installed any more.
const ARCHIVED: &[&str] = &["buster", "stretch", "jessie", "wheezy"];

/// The image of a distribution whose name a repository's flavour lacks.
const BASED_ELSEWHERE: &[(&str, &str)] =
    &[("maven", "eclipse-temurin"), ("gradle", "eclipse-temurin"), ("clojure", "eclipse-temurin")];

/// Words for distributions that are not told apart.
const STRANGERS: &[&str] = &[
    "ubi",
    "ol",
    "oraclelinux",
    "al",
    "amazonlinux",
    "amazoncorretto",
    "corretto",
    "centos",
    "fedora",
    "mantic",
];

/// The release with that code name.
pub fn named(name: &str) -> Option<&'static Release> {
    RELEASES.iter().find(|release| release.name == name)
}

/// The release of Debian with that version.
pub fn debian(version: u32) -> Option<&'static Release> {
    RELEASES.iter().find(|r| r.distribution == "debian" && r.version == [version])
}

fn distribution(release: &'static Release) -> Distribution {
    match release.distribution {
        "ubuntu" => Distribution::Ubuntu(release),
        _ => Distribution::Debian(release),
    }
}

/// What a tag of a repository stands on, and whether it stays there. `None` if that is not known.
pub fn behind(repository: &str, tag: &Tag<'_>) -> Option<(Distribution, bool)> {
    if repository == "alpine" {
        let version = two(&tag.version);
        return Some((Distribution::Alpine(version.or(Some(NEWEST_ALPINE))), version.is_some()));
    }
    if tag.has("alpine") {
        return alpine(repository, tag);
    }
    if let Some(release) = tag.release {
        return Some((distribution(release), true));
    }
    if matches!(repository, "debian" | "ubuntu") {
        return own_release(repository, tag);
    }
    // All images of .NET of one tag stand on the same release.
    let is_dotnet = repository.starts_with("mcr.microsoft.com/dotnet/");
    let repository = if is_dotnet { DOTNET } else { repository };
    let elsewhere = BASED_ELSEWHERE.iter().find(|(name, _)| *name == repository);
    let (repository, version) = match elsewhere {
        Some(_) if tag.has("openjdk") || tag.has("jdk") => ("openjdk", jdk_version(tag)?),
        Some((_, other)) => (*other, jdk_version(tag)?),
        None => (repository, tag.version.clone()),
    };
    // From 12 on only the slim images of OpenJDK are Debian's.
    let is_oracle = repository == "openjdk"
        && !tag.has("slim")
        && version.first().is_none_or(|major| *major > 11);
    let name = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    if tag.flavour.iter().any(|word| STRANGERS.contains(&name(word).as_str()))
        || repository == "amazoncorretto"
        || is_oracle
    {
        return Some((Distribution::Other, true));
    }
    if let Some((_, _, release)) = MAJORS.iter().find(|(own, majors, _)| {
        *own == repository && version.first().is_some_and(|major| majors.contains(major))
    }) {
        return Some((distribution(named(release)?), true));
    }
    let footing = footing(repository, flavour(repository, tag), &version, tag);
    match footing {
        Some(footing) => Some((distribution(named(footing.release)?), footing.stays)),
        None => others(repository),
    }
}

/// The flavour by which the table has a tag.
fn flavour(repository: &str, tag: &Tag<'_>) -> &'static str {
    match tag.has("alpine") {
        true => "alpine",
        // The slim images of OpenJDK moved earlier.
        false if repository == "openjdk" && tag.has("slim") => "slim",
        false => "-",
    }
}

/// What the table says of a version of a repository.
fn footing(repository: &str, flavour: &str, version: &[u32], tag: &Tag<'_>) -> Option<Footing> {
    let otp = tag.flavour.iter().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let repository = match (repository, otp) {
        ("elixir", Some(otp)) if tag.has("otp") => format!("elixir otp-{otp}"),
        _ => repository.to_owned(),
    };
    let lines: Vec<&Line> = LINES
        .iter()
        .filter(|line| line.repository == repository && line.flavour == flavour)
        .collect();
    if !version.is_empty() {
        return by_version(&lines, version);
    }
    // `1.24rc1` and the like are no versions to compare.
    if tag.version.is_empty() && !tag.has("otp") && otp.is_some() {
        return None;
    }
    let named = NODE_NAMES.iter().find(|(name, _)| tag.has(name)).map(|(_, major)| *major);
    let lts = tag.line.filter(|line| *line == "lts").map(|_| NODE_LTS);
    match named.or(lts).filter(|_| repository == "node") {
        Some(major) => {
            let found = by_version(&lines, &[major])?;
            Some(Footing { stays: found.stays && lts.is_none(), ..found })
        }
        // `latest` is what the last line is, and moves on.
        None => Some(Footing { stays: false, ..lines.last()?.at(&[])? }),
    }
}

/// The lines are of one repository, the oldest first.
fn by_version(lines: &[&Line], version: &[u32]) -> Option<Footing> {
    if let Some(line) = lines.iter().find(|line| version.starts_with(&line.start)) {
        return line.at(version);
    }
    // `golang:1` is the newest of all its minor versions, and moves on.
    if let Some(line) = lines.iter().rfind(|line| line.start.starts_with(version)) {
        return Some(Footing { stays: false, ..line.at(&[])? });
    }
    let last = lines.last().filter(|last| version > last.start.as_slice())?;
    Some(Footing { stays: false, is_seen: false, ..last.at(&[])? })
}

impl Line {
    /// A row: repository, flavour, line, newest version, steps.
    fn parse(row: &'static str) -> Option<Line> {
        let version = |text: &str| -> Option<Version> {
            text.split('.').map(|part| part.parse().ok()).collect()
        };
        let mut columns = row.split('\t');
        let mut next = || columns.next();
        let (repository, flavour, start, newest) = (next()?, next()?, next()?, next()?);
        let steps = next()?.split(' ').map(|step| {
            let (from, release) = step.split_once('=')?;
            Some((version(from)?, release))
        });
        Some(Line {
            repository,
            flavour,
            start: version(start)?,
            newest: version(newest.trim_end_matches('+'))?,
            is_made: newest.ends_with('+'),
            steps: steps.collect::<Option<_>>()?,
        })
    }

    /// What a version of the line stands on, or all of it. `None` if it is older than what is known.
    fn at(&self, version: &[u32]) -> Option<Footing> {
        // A version without its last numbers is the newest that begins with it.
        let is_open = self.newest.starts_with(version) && version.len() < self.newest.len();
        let is_seen = is_open || version <= self.newest.as_slice();
        let reached = |from: &[u32]| from.starts_with(version) || from <= version;
        let (_, release) = self.steps.iter().rfind(|(from, _)| reached(from))?;
        let stood_on = self.steps.iter().filter(|(from, _)| from.starts_with(version)).count();
        // Copies of a tag may be old. Alpine changes twice a year, so that what is made moves.
        let moves = match self.flavour {
            "alpine" => self.is_made,
            _ => stood_on > 1,
        };
        Some(Footing { release, stays: is_seen && !(is_open && moves), is_seen })
    }
}

/// Repositories that have but one sort of image, of a distribution that makes no difference here.
fn others(repository: &str) -> Option<(Distribution, bool)> {
    let alpine = matches!(repository, "hugomods/hugo" | "caddy");
    let debian = matches!(
        repository,
        "oven/bun"
            | "denoland/deno"
            | "ghcr.io/astral-sh/uv"
            | "nginx"
            | "nginxinc/nginx-unprivileged"
    );
    match (alpine, debian) {
        (true, _) => Some((Distribution::Alpine(None), false)),
        (_, true) => Some((distribution(named("bookworm")?), false)),
        _ => Some((Distribution::Other, false)),
    }
}

/// `None` for a version that is older than what is known.
fn alpine(repository: &str, tag: &Tag<'_>) -> Option<(Distribution, bool)> {
    if let Some(version) = two(&tag.distribution) {
        return Some((Distribution::Alpine(Some(version)), true));
    }
    if !LINES.iter().any(|line| line.repository == repository && line.flavour == "alpine") {
        return Some((Distribution::Alpine(None), false));
    }
    let footing = footing(repository, "alpine", &tag.version, tag)?;
    let (major, minor) = footing.release.split_once('.')?;
    let version = (major.parse().ok()?, minor.parse().ok()?);
    Some((Distribution::Alpine(Some(version)), footing.stays))
}

fn own_release(repository: &str, tag: &Tag<'_>) -> Option<(Distribution, bool)> {
    let newest = if repository == "debian" { "trixie" } else { "resolute" };
    if tag.version.is_empty() {
        return Some((distribution(named(newest)?), false));
    }
    let version: &[u32] = match repository {
        "debian" => tag.version.get(..1)?,
        _ => tag.version.get(..2)?,
    };
    let release = RELEASES
        .iter()
        .find(|release| release.distribution == repository && release.version == version)?;
    Some((distribution(release), true))
}

/// Whether an image with a Java has a tag that does not say which.
pub fn lacks_java(image: &Reference) -> bool {
    let name = image.familiar();
    let is_based = BASED_ELSEWHERE.iter().any(|(repository, _)| *repository == name);
    let tag = Tag::parse(image.effective_tag().unwrap_or_default());
    is_based && jdk_version(&tag).is_none()
}

/// The Java version behind a word of the tag: `3.9-eclipse-temurin-17`, `8-jdk17`.
fn jdk_version(tag: &Tag<'_>) -> Option<Version> {
    let number = |word: &&str| {
        let digits = word.strip_prefix("jdk").unwrap_or(word);
        digits.parse::<u32>().ok()
    };
    tag.flavour.iter().find_map(number).map(|number| Version::from_slice(&[number]))
}

/// Repositories with a tag for each release below an image, and where it stands in the tag: behind
/// the flavour, or before.
const WITH_RELEASES: &[(&str, bool)] = &[
    ("golang", true),
    ("rust", true),
    ("python", true),
    ("ruby", true),
    ("php", true),
    ("gcc", true),
    ("haskell", true),
    ("node", false),
];

/// An image as it is written, with the release in its tag; `None` where no such tag is made, or none
/// was seen.
pub fn pinned(written: &str, image: &Reference, distribution: Distribution) -> Option<String> {
    let name = image.familiar();
    let (_, is_behind) = WITH_RELEASES.iter().find(|(repository, _)| *repository == name)?;
    let tag = image.tag.as_deref().filter(|tag| *tag != "latest");
    let parsed = Tag::parse(tag.unwrap_or_default());
    let seen = footing(&name, flavour(&name, &parsed), &parsed.version, &parsed);
    if image.digest.is_some() || !seen.is_some_and(|footing| footing.is_seen) {
        return None;
    }
    let new = match (tag, distribution) {
        (tag, Distribution::Alpine(version)) => {
            let (major, minor) = version?;
            let start = tag?.strip_suffix("alpine")?;
            format!("{start}alpine{major}.{minor}")
        }
        (None, Distribution::Debian(release)) => release.name.to_owned(),
        (Some("slim"), Distribution::Debian(release)) if !is_behind => {
            format!("{}-slim", release.name)
        }
        (Some(tag), Distribution::Debian(release)) => match tag.strip_suffix("-slim") {
            Some(start) if !is_behind => format!("{start}-{}-slim", release.name),
            _ => format!("{tag}-{}", release.name),
        },
        _ => return None,
    };
    let start = written.strip_suffix(&format!(":{}", image.tag.as_deref().unwrap_or_default()));
    Some(format!("{}:{new}", start.unwrap_or(written)))
}

fn two(version: &Version) -> Option<(u32, u32)> {
    match version.as_slice() {
        [major, minor, ..] => Some((*major, *minor)),
        _ => None,
    }
}

impl Distribution {
    /// The image of the distribution alone, at the same release, in its small form; `None` where
    /// there is none or the release is not known.
    pub fn image(self) -> Option<String> {
        Some(match self {
            Distribution::Debian(release) => format!("debian:{}-slim", release.name),
            Distribution::Ubuntu(release) => {
                let version: Vec<_> = release.version.iter().map(|n| format!("{n:02}")).collect();
                format!("ubuntu:{}", version.join("."))
            }
            Distribution::Alpine(version) => {
                let (major, minor) = version.unwrap_or(NEWEST_ALPINE);
                format!("alpine:{major}.{minor}")
            }
            Distribution::Distroless(_) | Distribution::None | Distribution::Other => return None,
        })
    }

    /// Whether its packages have left the mirrors that its images name.
    pub fn is_archived(self) -> bool {
        matches!(self, Distribution::Debian(release) if ARCHIVED.contains(&release.name))
    }

    /// The code name of its release, if it has one.
    pub fn release(self) -> Option<&'static Release> {
        match self {
            Distribution::Debian(release)
            | Distribution::Ubuntu(release)
            | Distribution::Distroless(release) => Some(release),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Reference;

    /// The image of the distribution below an image, and whether the tag stays on it.
    #[track_caller]
    fn check(image: &str, expected: Option<(&str, bool)>) {
        let reference = Reference::parse(image).expect(image);
        let tag = Tag::parse(reference.effective_tag().unwrap_or_default());
        let found = behind(&reference.familiar(), &tag);
        let found = found.and_then(|(distribution, stays)| Some((distribution.image()?, stays)));
        assert_eq!(found, expected.map(|(name, stays)| (name.to_owned(), stays)), "{image}");
    }

    #[test]
    fn what_a_tag_says_counts_before_the_table() {
        check("golang:1.22-bookworm", Some(("debian:bookworm-slim", true)));
        check("golang:1.22-alpine3.19", Some(("alpine:3.19", true)));
        check("python:3.12-slim-bullseye", Some(("debian:bullseye-slim", true)));
        check("eclipse-temurin:17-jdk-jammy", Some(("ubuntu:22.04", true)));
        check("debian:12", Some(("debian:bookworm-slim", true)));
        check("debian:12.5-slim", Some(("debian:bookworm-slim", true)));
        check("ubuntu:24.04", Some(("ubuntu:24.04", true)));
        check("ubuntu:noble", Some(("ubuntu:24.04", true)));
        check("alpine:3.20", Some(("alpine:3.20", true)));
        check("alpine:3.20.1", Some(("alpine:3.20", true)));
    }

    #[test]
    fn a_tag_that_moves_can_say_its_release() {
        let check = |image: &str, expected: Option<&str>| {
            let reference = Reference::parse(image).expect(image);
            let tag = Tag::parse(reference.effective_tag().unwrap_or_default());
            let (distribution, _) = behind(&reference.familiar(), &tag).expect(image);
            assert_eq!(pinned(image, &reference, distribution).as_deref(), expected, "{image}");
        };
        check("golang:1.24", Some("golang:1.24-trixie"));
        check("golang", Some("golang:trixie"));
        check("docker.io/library/golang:latest", Some("docker.io/library/golang:trixie"));
        check("golang:1", Some("golang:1-trixie"));
        check("golang:1.26-alpine", Some("golang:1.26-alpine3.24"));
        check("golang:alpine", Some("golang:alpine3.24"));
        check("gcc:14", Some("gcc:14-trixie"));
        check("haskell:9.6-slim", Some("haskell:9.6-slim-bullseye"));
        check("node:slim", Some("node:trixie-slim"));
        check("node:lts", Some("node:lts-bookworm"));
        check("node:lts-alpine", Some("node:lts-alpine3.24"));
        check("node:20-slim", Some("node:20-bookworm-slim"));
        check("python:3.12-slim", Some("python:3.12-slim-trixie"));
        check("maven:3.9-eclipse-temurin-17", None);
        // Versions that came later than the table may stand on something else.
        check("golang:1.99", None);
        check("golang:1.27.9-alpine", None);
        check("rust:1.198.0", None);
    }

    #[test]
    fn a_tag_with_a_patch_number_stays_at_the_release_of_its_time() {
        check("golang:1.24.5", Some(("debian:bookworm-slim", true)));
        check("golang:1.24.6", Some(("debian:trixie-slim", true)));
        check("golang:1.20.4", Some(("debian:bullseye-slim", true)));
        check("golang:1.20.5", Some(("debian:bookworm-slim", true)));
        check("golang:1.19.9", Some(("debian:bullseye-slim", true)));
        check("golang:1.16.3", Some(("debian:buster-slim", true)));
        check("gcc:14.2.0", Some(("debian:bookworm-slim", true)));
        check("gcc:14.2", Some(("debian:bookworm-slim", true)));
        check("gcc:14.3.0", Some(("debian:trixie-slim", true)));
        check("python:3.12.10-slim", Some(("debian:bookworm-slim", true)));
        check("python:3.12.11", Some(("debian:trixie-slim", true)));
        check("ruby:3.2.1", Some(("debian:bullseye-slim", true)));
        check("php:8.2.6-apache", Some(("debian:bullseye-slim", true)));
        check("node:18.15", Some(("debian:bullseye-slim", true)));
        check("node:18.16.0", Some(("debian:bookworm-slim", true)));
        check("node:hydrogen", Some(("debian:bookworm-slim", false)));
        check("rust:1.71.1", Some(("debian:bullseye-slim", true)));
        check("openjdk:8u292-jdk", Some(("debian:buster-slim", true)));
        check("openjdk:11.0.5-slim", Some(("debian:buster-slim", true)));
        check("openjdk:11.0.5", Some(("debian:stretch-slim", true)));
        check("eclipse-temurin:17.0.9_9-jdk", Some(("ubuntu:22.04", true)));
        check("golang:1.99", Some(("debian:trixie-slim", false)));
        check("golang:1.24rc1", None);
        check("golang:1.18-alpine", Some(("alpine:3.17", true)));
        check("golang:1.18.7-alpine", Some(("alpine:3.16", true)));
        check("golang:1.13-alpine", Some(("alpine:3.12", true)));
        check("golang:1.19.8-alpine", Some(("alpine:3.17", true)));
        check("rust:1.70-alpine", Some(("alpine:3.18", true)));
        check("rust:1.85-alpine", Some(("alpine:3.21", true)));
        check("node:16-alpine", Some(("alpine:3.18", true)));
        check("php:8.0-fpm-alpine", Some(("alpine:3.16", true)));
        check("golang:1.9-alpine", None);
    }

    #[test]
    fn images_on_images() {
        check("elixir:1.13", Some(("debian:bullseye-slim", false)));
        check("elixir:1.13.0", Some(("debian:buster-slim", true)));
        check("elixir:1.13.4", Some(("debian:bullseye-slim", true)));
        check("elixir:1.13.4-alpine", Some(("alpine:3.20", true)));
        check("elixir:1.11-alpine", Some(("alpine:3.16", true)));
        check("elixir:1.18-otp-25", Some(("debian:bullseye-slim", true)));
        check("erlang:24.1.7.0", Some(("debian:buster-slim", true)));
        check("erlang:25", Some(("debian:bullseye-slim", true)));
        check("haskell:9.2", Some(("debian:buster-slim", true)));
        check("haskell:9.4.7", Some(("debian:buster-slim", true)));
        check("haskell:9.12", Some(("debian:bookworm-slim", true)));
        check("swift:5.8", Some(("ubuntu:22.04", true)));
        check("swift:5.6", Some(("ubuntu:18.04", true)));
        check("swift:5.8-amazonlinux2", None);
        check("swift:4.2", None);
    }

    #[test]
    fn each_row_is_read() {
        let rows = include_str!("releases.tsv").lines().filter(|row| !row.starts_with('#'));
        assert_eq!(rows.count(), LINES.len());
        for line in LINES.iter() {
            let place = format!("{} {:?}", line.repository, line.start);
            assert!(line.newest.starts_with(&line.start), "{place}");
            assert!(line.steps.is_sorted_by(|(one, _), (other, _)| one < other), "{place}");
            for (from, release) in &line.steps {
                assert!(from.starts_with(&line.start) && *from <= line.newest, "{place}");
                let is_alpine = line.flavour == "alpine" && release.starts_with("3.");
                assert!(is_alpine || named(release).is_some(), "{place}");
            }
        }
    }

    #[test]
    fn tags_that_stay_and_tags_that_move() {
        check("golang:1.17", Some(("debian:bullseye-slim", true)));
        check("golang:1.22.3", Some(("debian:bookworm-slim", true)));
        check("golang:1.24", Some(("debian:trixie-slim", false)));
        check("golang:1.25", Some(("debian:trixie-slim", true)));
        check("golang", Some(("debian:trixie-slim", false)));
        check("golang:1", Some(("debian:trixie-slim", false)));
        check("golang:1.22-alpine", Some(("alpine:3.21", true)));
        check("golang:alpine", Some(("alpine:3.24", false)));
        check("node:20", Some(("debian:bookworm-slim", false)));
        check("node:22-slim", Some(("debian:bookworm-slim", true)));
        check("maven:3.9-eclipse-temurin-17", Some(("ubuntu:26.04", false)));
        check("gradle:8-jdk21", Some(("ubuntu:26.04", false)));
        check("openjdk:11", Some(("debian:bullseye-slim", false)));
        check("maven:3.8-openjdk-11", Some(("debian:bullseye-slim", false)));
        check("openjdk:17-slim", Some(("debian:bullseye-slim", true)));
        check("openjdk:17", None);
        check("maven:3.8-openjdk-17", None);
        check("gradle:8-jdk17-corretto", None);
        check("debian", Some(("debian:trixie-slim", false)));
        check("golang:1.3", None);
    }
}
