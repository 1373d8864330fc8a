//! Which Java a file builds and runs with, and the small images that have the same.
//!
//! Sources: the tags of the official images `eclipse-temurin`, `openjdk`, `maven` and `gradle`, of
//! `sbtscala/scala-sbt`, and the build files of Google's distroless images for Java, which hold
//! Temurin.

use crate::image::tag::{Release, Tag};
use crate::split::answer::{Linkage, Site, Variant};
use crate::split::base::{Base, Family, Libc};
use crate::split::facts::join;
use crate::split::packages::{self, Use};
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::runtime;
use crate::split::world::Origin;

/// Whose Java it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vendor {
    /// `eclipse-temurin`, also below Maven's and Gradle's images.
    Temurin,
    /// `openjdk`.
    Openjdk,
    /// One of the same sources, made by somebody else.
    Other,
}

/// A Java that an image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Java {
    vendor: Vendor,
    major: u32,
}

/// What a program that runs in Java can run on.
#[derive(Debug)]
pub struct Runtimes {
    /// The images, by variant.
    pub images: Vec<(Variant, String)>,
    /// The packages that bring Java, where the image does not.
    pub packages: Vec<String>,
    /// Whether it matters which release the image stands on.
    pub linkage: Linkage,
    /// Whether the small image has a `JAVA_HOME` of its own.
    pub has_own_home: bool,
    /// What is only likely.
    pub assumptions: Vec<String>,
}

/// Majors of Java for which there is a JRE of Temurin.
const TEMURIN: &[u32] = &[8, 11, 17, 18, 19, 20, 21, 22, 23, 24, 25];

/// Majors of Java in the distroless images of Debian 13.
const DISTROLESS: &[u32] = &[17, 21, 25];

/// Words in tags of Javas that do other things than the rest.
const STRANGE: &[&str] = &["graal", "graalvm", "semeru", "openj9", "nik"];

/// Packages that go by one name everywhere.
const SAME_NAME: &[&str] = &[
    "bash",
    "ca-certificates",
    "curl",
    "fontconfig",
    "git",
    "jq",
    "openssl",
    "tini",
    "dumb-init",
    "tzdata",
    "unzip",
    "wget",
    "zip",
];

/// The images for a program.
///
/// Errors: which Java it is is not known, or there is no small image with it.
pub fn runtimes(site: &Site<'_, '_>, needs_shell: bool) -> Result<Runtimes, Refusal> {
    let base = site.base();
    let installed = installed(site)?;
    let found = match (java_of(base), installed.as_slice()) {
        (Some(_), [_, ..]) | (None, [_, _, ..]) => {
            return Err(unknown("which of several Javas runs the program is not known"));
        }
        (Some(java), []) => {
            check_home(site)?;
            of_image(site, java, needs_shell)?
        }
        (None, [package]) => of_package(site, package.clone())?,
        (None, []) => return Err(unknown(&format!("{} says no version of Java", base.name()))),
    };
    check_packages(site, &found)?;
    Ok(found)
}

fn unknown(what: &str) -> Refusal {
    Refusal::new(Reason::NoRuntime, what, None)
}

/// The packages with a Java that the file installs: for each the one with the JRE alone.
///
/// Errors: there is one that is not of the distribution.
fn installed(site: &Site<'_, '_>) -> Result<Vec<String>, Refusal> {
    let mut found = Vec::new();
    for package in site.course.requested() {
        let name = package.name.as_str();
        match jre_package(name) {
            Some(jre) if !found.contains(&jre) => found.push(jre),
            Some(_) => {}
            None if STRANGERS.iter().any(|start| name.starts_with(start)) => {
                return Err(unknown(&format!("the package {name} is of another repository")));
            }
            None => {}
        }
    }
    Ok(found)
}

/// The beginnings of the names of packages with a Java that no distribution has.
const STRANGERS: &[&str] =
    &["temurin-", "adoptopenjdk-", "zulu", "oracle-java", "bellsoft-", "msopenjdk-", "java-"];

/// The package with the JRE that belongs to one with a Java of Debian, Ubuntu or Alpine.
fn jre_package(name: &str) -> Option<String> {
    if name == "default-jdk" || name == "default-jre" {
        return Some("default-jre".to_owned());
    }
    let rest = name.strip_prefix("openjdk").or(name.strip_prefix("default"))?;
    let digits = rest.trim_start_matches('-');
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (number, kind) = digits.split_at(end);
    let kind = kind.replace("jdk", "jre");
    match (rest.starts_with('-'), kind.as_str()) {
        (true, "-jre" | "-jre-headless") if name.starts_with("openjdk") && !number.is_empty() => {
            Some(format!("openjdk-{number}{kind}"))
        }
        (true, "jre-headless") => Some("default-jre-headless".to_owned()),
        (false, "" | "-jre") if !number.is_empty() => Some(format!("openjdk{number}-jre")),
        _ => None,
    }
}

/// Words in the names of folders with a Java.
const JAVAS: &[&str] = &["jdk", "jre", "java", "graal"];

/// That the file does not put another Java in the place of the image's.
fn check_home(site: &Site<'_, '_>) -> Result<(), Refusal> {
    let scene = site.scene();
    let is_foreign = |path: &str| match site.course.world.origin(path) {
        None => false,
        Some(origin) => !matches!(origin, Origin::Made(_)),
    };
    let home = scene.variables.get("JAVA_HOME");
    let moved = match home {
        Some(Some(path)) => is_foreign(path),
        Some(None) => true,
        None => false,
    };
    let search = scene.value("PATH").unwrap_or_default();
    let shadows = search.split(':').any(|folder| {
        join(folder, "java").is_some_and(|path| site.course.world.exact(&path).is_some())
            || is_foreign(folder) && JAVAS.iter().any(|word| folder.to_lowercase().contains(word))
    });
    if moved || shadows {
        return Err(unknown("the file brings a Java of its own"));
    }
    Ok(())
}

/// The distribution's image with its own JRE.
fn of_package(site: &Site<'_, '_>, package: String) -> Result<Runtimes, Refusal> {
    let base = site.base();
    let plain = base.distribution.image();
    let Some(small) = plain.filter(|_| base.family == Family::Distribution) else {
        return Err(unknown(&format!("{package} on {}", base.name())));
    };
    Ok(Runtimes {
        images: vec![(Variant::Conservative, small)],
        packages: vec![package],
        linkage: Linkage::Interpreted,
        has_own_home: false,
        assumptions: Vec::new(),
    })
}

/// The release matters where packages of it are needed besides.
fn linkage(site: &Site<'_, '_>) -> Linkage {
    let from = site.base().distribution;
    let requested = site.course.requested();
    let is_bound = requested.into_iter().any(|package| needs_release(&package.name, from));
    if is_bound { Linkage::Interpreted } else { Linkage::Portable }
}

/// Whether a package is needed at run time and has a name of that release.
fn needs_release(name: &str, from: Distribution) -> bool {
    let is_needed =
        matches!(packages::use_of(name, from), Use::Run | Use::Library(_) | Use::Unknown);
    is_needed && !SAME_NAME.contains(&name)
}

/// That packages have the same names on the small images, where these stand on something else.
fn check_packages(site: &Site<'_, '_>, found: &Runtimes) -> Result<(), Refusal> {
    let from = site.base().distribution;
    let moves = found.images.iter().filter(|(variant, _)| *variant == Variant::Conservative);
    for (_, image) in moves {
        let Some(to) = runtime::known(image) else { continue };
        if is_same(from, to.distribution) {
            continue;
        }
        let requested = site.course.requested();
        if let Some(package) = requested.into_iter().find(|one| needs_release(&one.name, from)) {
            let what = format!(
                "It needs the package {}, and {image} stands on another distribution",
                package.name
            );
            return Err(Refusal::new(Reason::NeedsOther, what, None));
        }
    }
    Ok(())
}

fn is_same(one: Distribution, other: Distribution) -> bool {
    match (one, other) {
        (Distribution::Alpine(_), Distribution::Alpine(_)) => true,
        _ => one == other,
    }
}

/// The Java of an image, by its tag.
fn java_of(base: &Base) -> Option<Java> {
    let tag = Tag::parse(base.image.effective_tag()?);
    if tag.flavour.iter().any(|word| STRANGE.contains(word)) {
        return None;
    }
    let name = base.image.familiar();
    let first = tag.version.first().copied();
    let (vendor, major) = match (&*name, base.family) {
        ("eclipse-temurin", _) => (Vendor::Temurin, first),
        ("openjdk", _) => (Vendor::Openjdk, first),
        (_, Family::Jdk | Family::Jre) => (Vendor::Other, first),
        (_, Family::Maven) => (maven_vendor(&tag), word_number(&tag)),
        (_, Family::Gradle) => (gradle_vendor(&tag), word_number(&tag)),
        (_, Family::Sbt) => (sbt_vendor(&tag), sbt_major(&tag)),
        _ => return None,
    };
    Some(Java { vendor, major: major? })
}

/// The number in `3.9-eclipse-temurin-17` and `8-jdk17`.
fn word_number(tag: &Tag<'_>) -> Option<u32> {
    tag.flavour.iter().find_map(|word| word.strip_prefix("jdk").unwrap_or(word).parse().ok())
}

fn maven_vendor(tag: &Tag<'_>) -> Vendor {
    match (tag.has("temurin"), tag.has("openjdk") || tag.has("jdk")) {
        (true, _) => Vendor::Temurin,
        (_, true) => Vendor::Openjdk,
        _ => Vendor::Other,
    }
}

/// Since Gradle 7 its images stand on Temurin.
fn gradle_vendor(tag: &Tag<'_>) -> Vendor {
    let is_new = tag.version.first().is_none_or(|major| *major >= 7);
    if is_new && !tag.has("corretto") && !tag.has("ubi") { Vendor::Temurin } else { Vendor::Other }
}

fn sbt_vendor(tag: &Tag<'_>) -> Vendor {
    if tag.has("temurin") { Vendor::Temurin } else { Vendor::Other }
}

/// `eclipse-temurin-jammy-17.0.5_8_1.8.2_3.2.1` has the versions of Java, sbt and Scala in its last
/// word.
fn sbt_major(tag: &Tag<'_>) -> Option<u32> {
    let number = |word: &&str| {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let word = tag.flavour.iter().find(|word| word.contains('_'));
    word.and_then(number).or(tag.version.first().copied())
}

fn of_image(site: &Site<'_, '_>, java: Java, needs_shell: bool) -> Result<Runtimes, Refusal> {
    let base = site.base();
    let mut assumptions = Vec::new();
    let small = match java.vendor {
        Vendor::Temurin => temurin(base, java.major),
        // Fonts cannot be installed on a release whose packages have left the mirrors.
        Vendor::Openjdk if base.distribution.is_archived() && !is_slim(base) => None,
        Vendor::Openjdk => openjdk(base, java.major),
        Vendor::Other => None,
    };
    let small = small.or_else(|| {
        let text = format!(
            "the program runs as well with Eclipse Temurin's Java {} as with that of {}",
            java.major,
            base.name()
        );
        assumptions.push(text);
        moved(base, java.major)
    });
    let Some(small) = small else {
        return Err(unknown(&format!("Java {} has no image of its own", java.major)));
    };
    let packages = match java.vendor {
        // The full images have fonts, the slim ones have none: what drew no text before need not now.
        Vendor::Openjdk
            if small.starts_with("openjdk:") && !small.contains("alpine") && !is_slim(base) =>
        {
            vec!["fontconfig".to_owned()]
        }
        _ => Vec::new(),
    };
    let mut images = vec![(Variant::Conservative, small)];
    if !needs_shell && base.libc() == Libc::Glibc && DISTROLESS.contains(&java.major) {
        let image = format!("gcr.io/distroless/java{}-debian13", java.major);
        images.push((Variant::Smallest, image));
    }
    Ok(Runtimes { images, packages, linkage: linkage(site), has_own_home: true, assumptions })
}

fn is_slim(base: &Base) -> bool {
    Tag::parse(base.image.effective_tag().unwrap_or_default()).has("slim")
}

/// The JRE that belongs to a JDK of Temurin, on the same release.
fn temurin(base: &Base, major: u32) -> Option<String> {
    if !TEMURIN.contains(&major) {
        return None;
    }
    let tag = base.image.effective_tag()?;
    let jre = if base.image.familiar() == "eclipse-temurin" {
        let mut words: Vec<&str> = tag.split('-').collect();
        match words.iter().position(|word| matches!(*word, "jdk" | "jre")) {
            Some(at) => words[at] = "jre",
            None => words.insert(1, "jre"),
        }
        words.join("-")
    } else {
        format!("{major}-jre{}", below(base))
    };
    Some(format!("eclipse-temurin:{jre}"))
}

/// What a tag has behind it for the release that the image says it stands on.
fn below(base: &Base) -> String {
    let tag = Tag::parse(base.image.effective_tag().unwrap_or_default());
    match (base.libc(), tag.release) {
        (Libc::Musl, _) => "-alpine".to_owned(),
        (_, Some(Release { name, distribution: "ubuntu", .. })) => format!("-{name}"),
        _ => String::new(),
    }
}

/// The JRE of the same maker; there is none beyond Java 11.
fn openjdk(base: &Base, major: u32) -> Option<String> {
    // A version of its own name is kept: `8u292`.
    let tag = base.image.effective_tag().unwrap_or_default();
    let version = tag.split('-').next().filter(|_| base.image.familiar() == "openjdk");
    let version = version.map_or(major.to_string(), str::to_owned);
    match (major, base.libc()) {
        (8 | 11, Libc::Glibc) => Some(format!("openjdk:{version}-jre-slim")),
        (8, Libc::Musl) => Some("openjdk:8-jre-alpine".to_owned()),
        _ => None,
    }
}

/// The JRE of Temurin for a Java that somebody else made. Of Ubuntu's releases the one is taken that
/// has no user of its own.
fn moved(base: &Base, major: u32) -> Option<String> {
    let below = match (base.libc(), major) {
        (Libc::Musl, _) => "-alpine",
        (_, ..=21) => "-jammy",
        _ => "",
    };
    TEMURIN.contains(&major).then(|| format!("eclipse-temurin:{major}-jre{below}"))
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    /// The first small image for a jar that is built on `image` behind the lines `before`, or why
    /// there is none.
    #[track_caller]
    fn check(image: &str, before: &str, expected: &str) {
        let file = format!(
            "FROM {image}\n{before}WORKDIR /app\nCOPY src src\nRUN mvn package && cp target/*.jar \
             /a.jar\nCMD java -jar /a.jar\n"
        );
        let all = runtime_stages(&file, &[]);
        let first = all.first().map(String::as_str).unwrap_or_default();
        let from = first.lines().find_map(|line| line.strip_prefix("FROM "));
        assert_eq!(from.unwrap_or(first), expected, "{file}\n{first}");
    }

    #[test]
    fn the_same_java_without_its_tools() {
        check("maven:3.9-eclipse-temurin-17", "", "eclipse-temurin:17-jre");
        check("maven:3.9.9-eclipse-temurin-21-alpine", "", "eclipse-temurin:21-jre-alpine");
        check("maven:3.9-eclipse-temurin-17-focal", "", "eclipse-temurin:17-jre-focal");
        check("eclipse-temurin:17", "", "eclipse-temurin:17-jre");
        check("eclipse-temurin:17.0.9_9-jdk-jammy", "", "eclipse-temurin:17.0.9_9-jre-jammy");
        check("eclipse-temurin:21-alpine", "", "eclipse-temurin:21-jre-alpine");
        check("gradle:8.5-jdk17", "", "eclipse-temurin:17-jre");
        check("maven:3.6-jdk-11", "", "openjdk:11-jre-slim");
        check("openjdk:8u342-jdk", "", "openjdk:8u342-jre-slim");
        check("openjdk:8u292-jdk-slim", "", "openjdk:8u292-jre-slim");
        check("openjdk:8-jdk-alpine", "", "openjdk:8-jre-alpine");
    }

    #[test]
    fn fonts_where_the_builder_has_them() {
        let stages = |image: &str| {
            let file = format!(
                "FROM {image}\nCOPY src src\nRUN mvn package && cp target/*.jar /a.jar\nCMD java \
                 -jar /a.jar\n"
            );
            runtime_stages(&file, &[]).join("\n")
        };
        assert!(stages("maven:3.6-jdk-11").contains(" fontconfig "));
        let slim = stages("maven:3.6-jdk-11-slim");
        assert!(slim.contains("openjdk:11-jre-slim") && !slim.contains("fontconfig"), "{slim}");
    }

    #[test]
    fn a_tag_without_a_java() {
        let why = |image: &str| {
            format!(
                "java-unknown: Which Java the base image {image} has is not known: its tag does \
                     not say."
            )
        };
        for image in ["maven:3.9.6", "maven:latest", "gradle:8", "clojure:lein"] {
            check(image, "", &why(image));
        }
    }

    #[test]
    fn another_maker_where_there_is_no_jre() {
        check("openjdk:17", "", "eclipse-temurin:17-jre-jammy");
        check("openjdk:8u292-jdk", "", "eclipse-temurin:8-jre-jammy");
        check("maven:3.8-openjdk-17-slim", "", "eclipse-temurin:17-jre-jammy");
        check("amazoncorretto:21-alpine", "", "eclipse-temurin:21-jre-alpine");
        check("gradle:5.6-jdk8", "", "eclipse-temurin:8-jre-jammy");
        check(
            "openjdk:17-slim",
            "RUN apt-get update && apt-get install -y wkhtmltopdf\n",
            "needs-other: It needs the package wkhtmltopdf, and eclipse-temurin:17-jre-jammy stands \
             on another distribution.",
        );
    }

    #[test]
    fn a_java_of_the_distribution() {
        let install = |names: &str| format!("RUN apt-get update && apt-get install -y {names}\n");
        check("ubuntu:22.04", &install("openjdk-17-jdk-headless maven"), "ubuntu:22.04");
        check("debian:12", &install("default-jdk maven"), "debian:bookworm-slim");
        check(
            "ubuntu:22.04",
            &install("maven"),
            "no-runtime: No such image is known to run it: ubuntu:22.04 says no version of Java.",
        );
        check(
            "maven:3.9-eclipse-temurin-17",
            &install("openjdk-11-jdk"),
            "no-runtime: No such image is known to run it: which of several Javas runs the program is \
             not known.",
        );
    }
}
