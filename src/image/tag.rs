//! What the tag of an image says: a version, a flavour, the release of the distribution below.
//!
//! There is no grammar of tags, only habits, those of the official images: words between dashes, of
//! which the first may be a version (`3.12-slim-bookworm`, `17-jre-alpine3.20`, `8u292`).

use smallvec::SmallVec;

/// Numbers of a version, the greatest first: `3.12.4` is 3, 12, 4.
pub type Version = SmallVec<[u32; 3]>;

/// The tag taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The version in front; empty without one.
    pub version: Version,
    /// The words that tell flavours of one version apart, sorted: `alpine`, `jre`, `slim`.
    pub flavour: SmallVec<[&'a str; 3]>,
    /// The code name of a Debian or Ubuntu release.
    pub release: Option<&'static Release>,
    /// The version behind `alpine` or another distribution's name.
    pub distribution: Version,
    /// The word for a line of versions: `lts`, `stable`; `None` for `latest` and without one.
    pub line: Option<&'a str>,
}

/// A release of a distribution whose code name stands in tags.
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    /// The code name.
    pub name: &'static str,
    /// Whose.
    pub distribution: &'static str,
    /// Its version, as `debian:12` and `ubuntu:24.04` have it.
    pub version: &'static [u32],
}

const fn debian(name: &'static str, version: &'static [u32]) -> Release {
    Release { name, distribution: "debian", version }
}

const fn ubuntu(name: &'static str, version: &'static [u32]) -> Release {
    Release { name, distribution: "ubuntu", version }
}

/// The releases, the latest first.
pub static RELEASES: &[Release] = &[
    debian("forky", &[14]),
    debian("trixie", &[13]),
    debian("bookworm", &[12]),
    debian("bullseye", &[11]),
    debian("buster", &[10]),
    debian("stretch", &[9]),
    debian("jessie", &[8]),
    debian("wheezy", &[7]),
    ubuntu("resolute", &[26, 4]),
    ubuntu("questing", &[25, 10]),
    ubuntu("noble", &[24, 4]),
    ubuntu("jammy", &[22, 4]),
    ubuntu("focal", &[20, 4]),
    ubuntu("bionic", &[18, 4]),
    ubuntu("xenial", &[16, 4]),
    ubuntu("trusty", &[14, 4]),
];

/// Distributions whose version follows their name without a dash.
const NAMES_WITH_VERSION: [&str; 6] = ["alpine", "ubi", "ol", "al", "azurelinux", "cbl-mariner"];

/// Words that name a line of versions, not a flavour.
const LINES: [&str; 6] = ["current", "edge", "lts", "mainline", "oldstable", "stable"];

impl<'a> Tag<'a> {
    /// Takes a tag apart. Any text has a reading.
    pub fn parse(text: &'a str) -> Tag<'a> {
        let mut tag = Tag {
            version: Version::new(),
            flavour: SmallVec::new(),
            release: None,
            distribution: Version::new(),
            line: None,
        };
        for (number, word) in text.split('-').enumerate() {
            let as_version = if number == 0 { version(word) } else { None };
            if let Some(version) = as_version {
                tag.version = version;
            } else {
                tag.word(word);
            }
        }
        tag.flavour.sort_unstable();
        tag
    }

    fn word(&mut self, word: &'a str) {
        if let Some(release) = RELEASES.iter().find(|release| release.name == word) {
            self.release = Some(release);
            return;
        }
        let end = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
        let (name, number) = word.split_at(end);
        match version(number).filter(|_| NAMES_WITH_VERSION.contains(&name)) {
            Some(version) => {
                self.flavour.push(name);
                self.distribution = version;
            }
            None if LINES.contains(&word) => self.line = Some(word),
            None if matches!(word, "" | "latest" | "default") => {}
            None => self.flavour.push(word),
        }
    }

    /// Whether the flavour has that word.
    pub fn has(&self, word: &str) -> bool {
        self.flavour.contains(&word)
    }

    /// Whether the tag is given to ever new versions, so that what it was years ago says nothing:
    /// it names no minor version.
    pub fn is_moving(&self) -> bool {
        self.version.len() < 2
    }
}

/// A word that is a version: digits in groups, as `3.12.4`, `8u292`, `17.0.5_8`, `v2.1`.
fn version(word: &str) -> Option<Version> {
    let digits = word.strip_prefix('v').unwrap_or(word);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let parts = digits.split(['.', '_', 'u', '+', 'b']);
    parts.map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version, flavour, release and the distribution's version.
    fn check(text: &str, expected: [&str; 4]) {
        let tag = Tag::parse(text);
        let dotted =
            |version: &Version| version.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        let release = tag.release.map_or("", |release| release.name);
        let found = [
            dotted(&tag.version),
            tag.flavour.join(" "),
            release.to_owned(),
            dotted(&tag.distribution),
        ];
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_habits_of_official_images() {
        check("1.22.3", ["1.22.3", "", "", ""]);
        check("1.22-alpine3.19", ["1.22", "alpine", "", "3.19"]);
        check("3.12-slim-bookworm", ["3.12", "slim", "bookworm", ""]);
        check("20-bullseye-slim", ["20", "slim", "bullseye", ""]);
        check("17-jre-alpine", ["17", "alpine jre", "", ""]);
        check("8u292-jdk-slim", ["8.292", "jdk slim", "", ""]);
        check("17.0.5_8-jre", ["17.0.5.8", "jre", "", ""]);
        check("3.9-eclipse-temurin-17", ["3.9", "17 eclipse temurin", "", ""]);
        check("8.3-fpm-alpine", ["8.3", "alpine fpm", "", ""]);
        check("9-jre-ubi9-minimal", ["9", "jre minimal ubi", "", "9"]);
        check("latest", ["", "", "", ""]);
        check("lts-slim", ["", "slim", "", ""]);
        assert_eq!(Tag::parse("lts-slim").line, Some("lts"));
        assert_eq!(Tag::parse("latest").line, None);
        check("bookworm-slim", ["", "slim", "bookworm", ""]);
        check("24.04", ["24.4", "", "", ""]);
        check("v2.10", ["2.10", "", "", ""]);
    }

    #[test]
    fn any_text_has_a_reading() {
        check("", ["", "", "", ""]);
        check("--", ["", "", "", ""]);
        check("99999999999999999999", ["", "99999999999999999999", "", ""]);
        check("é-1", ["", "1 é", "", ""]);
        check("1.", ["", "1.", "", ""]);
    }

    #[test]
    fn what_moves() {
        for (text, moves) in [("latest", true), ("3-slim", true), ("3.12", false), ("alpine", true)]
        {
            assert_eq!(Tag::parse(text).is_moving(), moves, "{text}");
        }
    }
}
