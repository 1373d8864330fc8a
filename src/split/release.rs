//! Which release of which distribution an image stands on, and which tag names the same release
//! elsewhere.
//!
//! Source: the tag history of the official images up to August 2026. A tag that does not say its
//! release stands on the newest one of its time, and stays there once nobody makes it any more.

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

/// Versions of a repository whose tags without a release stand on one.
struct Default {
    repository: &'static str,
    /// The first and the last version, as far as their numbers go.
    from: &'static [u32],
    to: &'static [u32],
    release: &'static str,
    /// Whether older copies of the tag stand on another release, or later ones will.
    moves: bool,
}

const fn default(
    repository: &'static str,
    from: &'static [u32],
    to: &'static [u32],
    release: &'static str,
    moves: bool,
) -> Default {
    Default { repository, from, to, release, moves }
}

const NO_END: &[u32] = &[u32::MAX];

/// The first row that holds a version counts.
const DEFAULTS: &[Default] = &[
    default("golang", &[1, 13], &[1, 15], "buster", false),
    default("golang", &[1, 16], &[1, 16], "bullseye", true),
    default("golang", &[1, 17], &[1, 18], "bullseye", false),
    default("golang", &[1, 19], &[1, 20], "bookworm", true),
    default("golang", &[1, 21], &[1, 23], "bookworm", false),
    default("golang", &[1, 24], &[1, 24], "trixie", true),
    default("golang", &[1, 25], NO_END, "trixie", false),
    default("rust", &[1, 40], &[1, 54], "buster", false),
    default("rust", &[1, 55], &[1, 71], "bullseye", false),
    default("rust", &[1, 72], &[1, 88], "bookworm", false),
    default("rust", &[1, 89], &[1, 89], "trixie", true),
    default("rust", &[1, 90], NO_END, "trixie", false),
    default("python", &[3, 6], &[3, 6], "bullseye", true),
    default("python", &[3, 7], &[3, 8], "bookworm", true),
    default("python", &[3, 9], &[3, 13], "trixie", true),
    default("python", &[3, 14], NO_END, "trixie", false),
    default("node", &[12], &[12], "stretch", false),
    default("node", &[14], &[14], "buster", true),
    default("node", &[16], &[16], "buster", false),
    default("node", &[17], &[17], "bullseye", false),
    default("node", &[18], &[18], "bookworm", true),
    default("node", &[19], &[19], "bullseye", false),
    default("node", &[20], &[20], "bookworm", true),
    default("node", &[21], &[25], "bookworm", false),
    default("node", &[26], NO_END, "trixie", false),
    default("ruby", &[2, 7], &[3, 0], "bullseye", true),
    default("ruby", &[3, 1], &[3, 1], "bookworm", true),
    default("ruby", &[3, 2], &[3, 4], "trixie", true),
    default("ruby", &[3, 5], NO_END, "trixie", false),
    default("php", &[7, 4], &[8, 0], "bullseye", true),
    default("php", &[8, 1], &[8, 4], "trixie", true),
    default("php", &[8, 5], NO_END, "trixie", false),
    default("gcc", &[9], &[11], "bullseye", false),
    default("gcc", &[12], &[13], "bookworm", false),
    default("gcc", &[14], &[15], "trixie", true),
    default("gcc", &[16], NO_END, "trixie", false),
    default("nginx", &[1, 25], &[1, 28], "bookworm", false),
    default("nginx", &[1, 29], NO_END, "trixie", false),
    default("openjdk", &[8], &[11], "bullseye", true),
    default("openjdk", &[17], &[17], "bullseye", true),
    default("eclipse-temurin", &[8], &[21], "resolute", true),
    default("eclipse-temurin", &[25], &[25], "resolute", true),
    default("haskell", &[9], NO_END, "bookworm", true),
    default("elixir", &[1], NO_END, "bookworm", true),
    default("erlang", &[24], NO_END, "bookworm", true),
    default("dart", &[2], NO_END, "trixie", true),
    default("swift", &[5, 9], NO_END, "jammy", true),
    default("mcr.microsoft.com/dotnet/sdk", &[2], &[5], "buster", false),
    default("mcr.microsoft.com/dotnet/sdk", &[6], &[7], "bullseye", false),
    default("mcr.microsoft.com/dotnet/sdk", &[8], &[9], "bookworm", false),
    default("mcr.microsoft.com/dotnet/sdk", &[10], NO_END, "noble", false),
];

/// Versions of a repository that are no longer made, and the Alpine that their tags stay on.
const LAST_ALPINE: &[(&str, &[u32], (u32, u32))] = &[
    ("golang", &[1, 20], (3, 19)),
    ("golang", &[1, 21], (3, 20)),
    ("golang", &[1, 22], (3, 21)),
    ("golang", &[1, 23], (3, 22)),
    ("golang", &[1, 24], (3, 23)),
    ("node", &[18], (3, 21)),
    ("node", &[20], (3, 23)),
    ("python", &[3, 8], (3, 20)),
    ("python", &[3, 9], (3, 22)),
    ("rust", &[1, 80], (3, 20)),
    ("rust", &[1, 83], (3, 21)),
];

/// The image of a distribution whose name a repository's flavour lacks.
const BASED_ELSEWHERE: &[(&str, &str)] =
    &[("maven", "eclipse-temurin"), ("gradle", "eclipse-temurin"), ("clojure", "eclipse-temurin")];

/// Words for distributions that are not told apart.
const STRANGERS: &[&str] =
    &["ubi", "ol", "oraclelinux", "al", "amazonlinux", "amazoncorretto", "corretto"];

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
        return Some(alpine(repository, tag));
    }
    if let Some(release) = tag.release {
        return Some((distribution(release), true));
    }
    if matches!(repository, "debian" | "ubuntu") {
        return own_release(repository, tag);
    }
    // All images of .NET of one tag stand on the same release.
    let is_dotnet = repository.starts_with("mcr.microsoft.com/dotnet/");
    let repository = if is_dotnet { "mcr.microsoft.com/dotnet/sdk" } else { repository };
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
    if tag.flavour.iter().any(|word| STRANGERS.contains(word))
        || repository == "amazoncorretto"
        || is_oracle
    {
        return Some((Distribution::Other, true));
    }
    let mut found = DEFAULTS.iter().filter(|row| row.repository == repository);
    match version.is_empty() {
        // `latest` is what the last row is, and moves on.
        true => found.next_back().map(|row| (row, false)),
        false => found.find(|row| row.holds(&version)).map(|row| (row, true)),
    }
    .and_then(|(row, stays)| Some((distribution(named(row.release)?), stays && !row.moves)))
    .or_else(|| others(repository))
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

impl Default {
    fn holds(&self, version: &[u32]) -> bool {
        let upto = |limit: &[u32]| version.iter().copied().take(limit.len()).collect::<Vec<_>>();
        // `golang:1` is the newest of all its minor versions.
        let open = version.len() < self.from.len() && self.to == NO_END;
        if version.len() < self.from.len() {
            return open && self.from.starts_with(version);
        }
        upto(self.from) >= self.from.to_vec() && upto(self.to) <= self.to.to_vec()
    }
}

fn alpine(repository: &str, tag: &Tag<'_>) -> (Distribution, bool) {
    if let Some(version) = two(&tag.distribution) {
        return (Distribution::Alpine(Some(version)), true);
    }
    let last = LAST_ALPINE
        .iter()
        .find(|(name, version, _)| *name == repository && tag.version.starts_with(version));
    match last {
        Some((_, _, version)) => (Distribution::Alpine(Some(*version)), true),
        None => (Distribution::Alpine(None), false),
    }
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
    ("node", false),
];

/// An image as it is written, with the release in its tag; `None` where no such tag is made.
pub fn pinned(written: &str, image: &Reference, distribution: Distribution) -> Option<String> {
    let name = image.familiar();
    let (_, is_behind) = WITH_RELEASES.iter().find(|(repository, _)| *repository == name)?;
    let tag = image.tag.as_deref().filter(|tag| *tag != "latest");
    if image.digest.is_some() {
        return None;
    }
    let new = match (tag, distribution) {
        (tag, Distribution::Alpine(version)) => {
            let (major, minor) = version.unwrap_or(NEWEST_ALPINE);
            let start = tag?.strip_suffix("alpine")?;
            format!("{start}alpine{major}.{minor}")
        }
        (None, Distribution::Debian(release)) => release.name.to_owned(),
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
        check("golang:1.25-alpine", Some("golang:1.25-alpine3.24"));
        check("node:20-slim", Some("node:20-bookworm-slim"));
        check("python:3.12-slim", Some("python:3.12-slim-trixie"));
        check("maven:3.9-eclipse-temurin-17", None);
    }

    #[test]
    fn tags_that_stay_and_tags_that_move() {
        check("golang:1.17", Some(("debian:bullseye-slim", true)));
        check("golang:1.22.3", Some(("debian:bookworm-slim", true)));
        check("golang:1.24", Some(("debian:trixie-slim", false)));
        check("golang:1.25", Some(("debian:trixie-slim", true)));
        check("golang", Some(("debian:trixie-slim", false)));
        check("golang:1", Some(("debian:trixie-slim", true)));
        check("golang:1.22-alpine", Some(("alpine:3.21", true)));
        check("golang:alpine", Some(("alpine:3.24", false)));
        check("node:20", Some(("debian:bookworm-slim", false)));
        check("node:22-slim", Some(("debian:bookworm-slim", true)));
        check("maven:3.9-eclipse-temurin-17", Some(("ubuntu:26.04", false)));
        check("gradle:8-jdk21", Some(("ubuntu:26.04", false)));
        check("openjdk:11", Some(("debian:bullseye-slim", false)));
        check("maven:3.8-openjdk-11", Some(("debian:bullseye-slim", false)));
        check("openjdk:17-slim", Some(("debian:bullseye-slim", false)));
        check("openjdk:17", None);
        check("maven:3.8-openjdk-17", None);
        check("gradle:8-jdk17-corretto", None);
        check("debian", Some(("debian:trixie-slim", false)));
        check("golang:1.3", None);
    }
}
