//! What a split saves: the image as it is held against the image as it would be.
//!
//! What stays in the image counts the same on both sides, however little is known of it. So the saving
//! is what is left behind: the difference between the bases, packages that only the build needs, what
//! the build leaves beside its result, files of the context that are not copied again.

use super::images::View;
use super::weight::{BuildContext, Root, Weight};
use crate::image::packages::{self as weighed, LIKELY_SHARE};
use crate::image::{Amount, Unit};
use crate::language::platform::Platform;
use crate::shell;
use crate::split::base::Base;
use crate::split::plan::{Plan, RuntimeLine};
use crate::split::release::Distribution;

/// An offer saves at least this much, in bytes, as far as that can be known.
pub const LEAST_SAVED: u64 = 50_000_000;

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
/// For lines that are not weighed: because they build, too, or because nothing is measured there.
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

/// What an image weighs on the disk before and after a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saving {
    /// Before: at least what is known of it.
    pub before: Amount,
    /// After.
    pub after: Amount,
    /// The difference: what is not known of both sides is in neither.
    pub saved: Amount,
}

impl Saving {
    /// What the plan saves of a stage that weighs `weight`; `None` where one of the images is not
    /// known.
    pub fn of(
        plan: &Plan,
        weight: &Weight,
        view: View<'_>,
        platform: &Platform,
        context: BuildContext<'_>,
    ) -> Option<Saving> {
        let old = weight.root.disk().ok()?;
        let small = base_size(&plan.runtime, view, platform)?;
        let is_same = old == small;
        let needed = installed(plan, platform);
        let mut tools = tools(plan, weight);
        if is_same && tools.high > 0 {
            // What the runtime stage installs is there now, too.
            tools = greater(tools, needed);
        }
        let (before, after) = (tools, needed.plus(files(plan, weight, context)));
        let before = before.plus(weight.added()).plus(plan.left);
        let (old, small, base) = match is_same {
            true => (Amount::exact(0), Amount::exact(0), old),
            false => (old, small, Amount::exact(0)),
        };
        let (before, after) = (before.plus(old), after.plus(small));
        let shared = base.plus(plan.weight);
        Some(Saving {
            before: shared.plus(before),
            after: shared.plus(after),
            saved: less(before, after),
        })
    }

    /// Whether it is enough, or may be: what cannot be known is no reason to say no.
    pub fn may_be_enough(&self) -> bool {
        let most = self.saved.high;
        let whole = most.saturating_add(self.after.low);
        most >= LEAST_SAVED && most.saturating_mul(100) >= whole.saturating_mul(LEAST_PART)
    }

    /// Both sizes: `≈ 815 MB → ≈ 14 MB`; where that of what stays is less sure than what is saved,
    /// the saving alone: `≈ 140 MB smaller`, and how much it may be where it is likely to be little.
    pub fn show(&self, unit: Unit) -> String {
        let is_sure = self.after.high.saturating_sub(self.after.low) <= self.saved.bytes;
        match self.saved.bytes {
            _ if is_sure => {
                let [before, after] = [self.before, self.after].map(|it| unit.show(it.bytes));
                format!("≈ {before} → ≈ {after}")
            }
            LEAST_SAVED.. => format!("≈ {} smaller", unit.show(self.saved.bytes)),
            _ => format!("up to {} smaller", unit.show(self.saved.high)),
        }
    }

    /// How little it is.
    pub fn little(&self, unit: Unit) -> String {
        match self.saved.bytes {
            0 => "next to nothing".to_owned(),
            bytes => {
                format!("about {} of {}", unit.show(bytes), unit.show(self.before.bytes))
            }
        }
    }
}

/// What one amount is more than another.
fn less(one: Amount, other: Amount) -> Amount {
    Amount {
        bytes: one.bytes.saturating_sub(other.bytes),
        low: one.low.saturating_sub(other.high),
        high: one.high.saturating_sub(other.low),
    }
}

fn greater(one: Amount, other: Amount) -> Amount {
    Amount {
        bytes: one.bytes.max(other.bytes),
        low: one.low.max(other.low),
        high: one.high.max(other.high),
    }
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

/// The files of the context in the new image, as far as they are weighed: those that come along by
/// themselves, and those of lines that copy them again or into what is taken as a whole.
fn files(plan: &Plan, weight: &Weight, context: BuildContext<'_>) -> Amount {
    let copied = plan.context_files.iter().filter_map(|file| {
        let copied = context.ok()?.copied(&[file.as_str()], &[]).ok()?;
        Some(Amount::exact(copied.bytes))
    });
    let again = plan.lines.iter().filter_map(|line| match line {
        RuntimeLine::Repeated(number) | RuntimeLine::Moved(number) => Some(*number),
        RuntimeLine::New(..) => None,
    });
    let mut lines: Vec<usize> = again.chain(plan.inside.iter().copied()).collect();
    lines.sort_unstable();
    lines.dedup();
    let lines = lines.into_iter().filter_map(|number| {
        let line = plan.line_numbers.get(number)?;
        weight.parts.iter().find(|part| part.line == *line)?.disk.clone().ok()
    });
    copied.chain(lines).fold(Amount::exact(0), Amount::plus)
}

/// What installing the packages of the runtime stage adds.
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
    let names = plan.packages.iter().map(|name| (name.as_str(), false));
    measured.map_or_else(|| likely(names, &plan.runtime), |added| added.disk)
}

/// What the packages add that lines install which are not weighed.
fn tools(plan: &Plan, weight: &Weight) -> Amount {
    let Root::Image { image, .. } = &weight.root.as_ref() else { return Amount::exact(0) };
    let base = image.reference().ok().and_then(|reference| Base::of(&reference));
    let Some(base) = base else { return Amount::exact(0) };
    let is_weighed = |number: &usize| {
        let line = plan.line_numbers.get(*number);
        weight.parts.iter().any(|part| Some(&part.line) == line && part.disk.is_ok())
    };
    let requested = plan.requested.iter().filter(|(number, _)| !is_weighed(number));
    likely(requested.map(|(_, one)| (one.name.as_str(), one.recommends)), &base)
}

/// What packages, each with whether it comes with what it recommends, are likely to add to an image
/// on which nothing is measured. Together they share what they need, as where they are measured.
fn likely<'n>(packages: impl Iterator<Item = (&'n str, bool)>, on: &Base) -> Amount {
    let is_alpine = matches!(on.distribution, Distribution::Alpine(_));
    let mut seen: Vec<&str> = Vec::new();
    let (mut greatest, mut sum) = (Amount::exact(0), Amount::exact(0));
    for (name, recommends) in packages {
        if !seen.contains(&name) {
            seen.push(name);
            let one = package(name, recommends, is_alpine);
            (greatest, sum) = (greater(greatest, one), sum.plus(one));
        }
    }
    // The full images of languages have compilers and many development packages.
    let may_be_there = !on.slim && !on.is_bare();
    Amount {
        bytes: greatest.bytes + (sum.bytes - greatest.bytes) / LIKELY_SHARE,
        low: if may_be_there { 0 } else { greatest.low },
        high: sum.high,
    }
}

/// What a package is likely to add with all that it needs: half to twice as much.
fn package(name: &str, recommends: bool, is_alpine: bool) -> Amount {
    let measured = || weighed::on_bookworm(name, recommends).filter(|_| !is_alpine);
    let known = || {
        let (_, alpine, other) = TOOLCHAINS.iter().find(|(own, _, _)| *own == name)?;
        Some(1_000_000 * if is_alpine { *alpine } else { *other })
    };
    let bytes = measured().or_else(known);
    bytes.map_or(PACKAGE, |bytes| Amount { bytes, low: bytes / 2, high: bytes * 2 })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::ide::Snapshot;
    use crate::ide::images::tests::view;
    use crate::ide::split::{Splits, splits};
    use crate::workspace::{Context, Memory};

    fn found(file: &str, files: &[(&str, &str)]) -> Splits {
        let put = |memory: Memory, (path, text): &(&str, &str)| {
            memory.file(Path::new("/c").join(path), *text)
        };
        let memory = files.iter().fold(Memory::default().folder("/c"), put);
        let context = Context::open(Arc::new(memory), Path::new("/c"), Path::new("Dockerfile"));
        splits(&Snapshot::new(file), view(), context.as_ref().map_err(|_| "broken"))
    }

    /// What the first offer saves: the sizes of its title, and those of the saving.
    #[track_caller]
    fn check(file: &str, files: &[(&str, &str)], title: &str) {
        let found = found(file, files);
        let told: Vec<String> = found.declined.iter().map(|one| one.refusal.to_string()).collect();
        let Some(saving) = found.offers.first().and_then(|offer| offer.saving) else {
            panic!("{file}: {told:?}");
        };
        assert_eq!(saving.show(Unit::Decimal), title, "{file}");
        assert!(saving.before.bytes > saving.after.bytes, "{saving:?}");
    }

    const REQUIREMENTS: &str =
        "RUN pip3 install -r requirements.txt\nCMD [\"python3\", \"app.py\"]";

    #[test]
    fn what_stays_counts_the_same_on_both_sides() {
        let file = |start: &str| format!("{start}\nWORKDIR /app\nCOPY . .\n{REQUIREMENTS}\n");
        let files = |packages| [("requirements.txt", packages), ("app.py", "")];
        check(
            &file(
                "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3 python3-pip libpq-dev",
            ),
            &files("psycopg2\n"),
            "≈ 623 MB → ≈ 200 MB",
        );
        check(
            &file("FROM python:3.12-alpine\nRUN apk add --no-cache gcc musl-dev postgresql-dev"),
            &files("psycopg2\n"),
            "≈ 127 MB smaller",
        );
        // 0.9 GB, whatever the packages weigh.
        check(&file("FROM python:3.12"), &files("tensorflow\n"), "≈ 896 MB smaller");
        check(
            "FROM ruby:3.3-alpine\nRUN apk add --no-cache build-base postgresql-dev\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD [\"ruby\", \"app.rb\"]\n",
            &[("Gemfile", "gem 'pg'\n"), ("app.rb", "")],
            "≈ 177 MB smaller",
        );
        check(
            "FROM php:8.2-fpm-alpine\nRUN apk add --no-cache libzip-dev nodejs npm $PHPIZE_DEPS\nRUN docker-php-ext-install zip\nWORKDIR /app\nCOPY . .\nCMD [\"php-fpm\"]\n",
            &[("index.php", "")],
            "≈ 254 MB smaller",
        );
    }

    #[test]
    fn a_toolchain_that_the_file_fetches_is_left_behind() {
        check(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN curl -L https://x/go1.22.0.linux-amd64.tar.gz | tar -C /usr/local -xz\nENV PATH=$PATH:/usr/local/go/bin\nWORKDIR /app\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /x .\nCMD [\"/x\"]\n",
            &[("go.mod", "module x\n"), ("main.go", "package main\n\nfunc main() {}\n")],
            "≈ 386 MB → ≈ 83.8 MB",
        );
        check(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl gcc\nRUN curl https://sh.rustup.rs -sSf | sh -s -- -y\nENV PATH=/root/.cargo/bin:$PATH\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"target/release/x\"]\n",
            &[
                ("Cargo.toml", "[package]\nname = \"x\"\nversion = \"0.1.0\"\n"),
                ("src/main.rs", "fn main() {}\n"),
            ],
            "≈ 1.01 GB → ≈ 82.3 MB",
        );
    }

    #[test]
    fn files_that_are_copied_again_count_on_both_sides() {
        let big = "x".repeat(60_000_000);
        let file = "FROM python:3.12-alpine\nRUN apk add --no-cache gcc musl-dev\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n";
        let saving = |data: &str| {
            let files = [("requirements.txt", "cffi\n"), ("app.py", ""), ("model.bin", data)];
            found(file, &files).offers[0].saving.expect("known")
        };
        let (one, other) = (saving(""), saving(&big));
        assert_eq!(one.saved, other.saved);
        assert_eq!(other.after.bytes - one.after.bytes, 60_000_000);
    }

    #[test]
    fn little_is_never_told_as_growth() {
        let found = found(
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y libpq-dev make\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
            &[("requirements.txt", "torch\n"), ("app.py", "")],
        );
        let told: Vec<String> = found.declined.iter().map(|one| one.refusal.to_string()).collect();
        let little = "It would save little: about 38.7 MB of 2.67 GB, on python:3.12-slim.";
        assert_eq!(told.first().map(String::as_str), Some(little));
        assert_eq!(told.len(), 2, "why there is no smaller image is told last");
    }

    #[test]
    fn packages_share_what_they_need() {
        let base = |name: &str| {
            Base::of(&crate::image::Reference::parse(name).expect("a name")).expect("known")
        };
        let bytes = |names: &[&str], on: &str| {
            likely(names.iter().map(|name| (*name, false)), &base(on)).bytes / 1_000_000
        };
        assert_eq!(bytes(&["go", "go"], "alpine:3.20"), 250);
        assert_eq!(bytes(&["gcc", "left-pad"], "alpine:3.20"), 130);
        assert_eq!(bytes(&["build-base", "gcc"], "alpine:3.20"), 223);
        // As on Debian bookworm.
        assert_eq!(bytes(&["gcc"], "ubuntu:22.04"), 164);
        let full = likely([("gcc", false)].into_iter(), &base("python:3.9-bullseye"));
        assert_eq!(full.low, 0, "it may be there");
    }
}
