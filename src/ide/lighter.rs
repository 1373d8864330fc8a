//! Offers of lighter images for the one that a `FROM` names.

use super::Snapshot;
use super::actions::{Action, ActionKind};
use super::edit::{Promise, gate};
use super::images::{self, View};
use crate::image::lighter;
use crate::language::Keyword;
use crate::model::Base;
use crate::shell;
use crate::split::command::started;
use crate::syntax::{Arguments, Instruction, Item, json};
use crate::text::{Edit, TextRange};

/// Commands of distributions that images in a flavour do not have.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "alpine",
        &[
            "add-apt-repository",
            "apt",
            "apt-get",
            "apt-key",
            "aptitude",
            "bash",
            "dnf",
            "dpkg",
            "groupadd",
            "groupmod",
            "locale-gen",
            "microdnf",
            "rpm",
            "update-alternatives",
            "update-locale",
            "useradd",
            "userdel",
            "usermod",
            "yum",
        ],
    ),
    ("minimal", &["dnf", "groupadd", "groupmod", "useradd", "userdel", "usermod", "yum"]),
    ("jre", &["gradle", "gradlew", "jar", "javac", "jdeps", "jlink", "jpackage", "mvn", "mvnw"]),
];

/// Programs that the full images of languages have from `buildpack-deps` and the lighter ones have
/// not, and the packages that bring them. `BusyBox` has a `wget` and an `unzip`.
///
/// Source: `docker-library/buildpack-deps`, `debian/bookworm/{curl,scm}/Dockerfile`.
const TOOLS: &[(&str, &[&str], &[&str])] = &[
    ("c++", &["g++", "build-essential", "build-base"], &["slim", "alpine"]),
    ("cc", &["gcc", "build-essential", "build-base"], &["slim", "alpine"]),
    ("curl", &["curl"], &["slim", "alpine"]),
    ("g++", &["g++", "build-essential", "build-base"], &["slim", "alpine"]),
    ("gcc", &["gcc", "build-essential", "build-base"], &["slim", "alpine"]),
    ("git", &["git"], &["slim", "alpine"]),
    ("gpg", &["gnupg", "gpg"], &["slim", "alpine"]),
    ("hg", &["mercurial"], &["slim", "alpine"]),
    ("make", &["make", "build-essential", "build-base"], &["slim", "alpine"]),
    ("patch", &["patch", "build-essential", "build-base"], &["slim"]),
    ("pkg-config", &["pkg-config", "pkgconf"], &["slim", "alpine"]),
    ("ssh", &["openssh-client"], &["slim", "alpine"]),
    ("ssh-keyscan", &["openssh-client"], &["slim", "alpine"]),
    ("svn", &["subversion"], &["slim", "alpine"]),
    ("unzip", &["unzip"], &["slim"]),
    ("wget", &["wget"], &["slim"]),
];

/// Commands that make users: `BusyBox` knows them without the long options of Debian's.
const USERS: &[&str] = &["adduser", "addgroup"];

/// Flavours in which no command runs at all.
const BARE: &[&str] = &["distroless", "chiseled"];

/// The lighter images that can stand where the image is that `range` touches. The title says what
/// the build would lack. None are offered for a name that is made of variables: which of them to
/// change is not known.
pub fn lighter(snapshot: &Snapshot, view: View<'_>, range: TextRange) -> Vec<Action> {
    let literal = |image: &images::Image| {
        image.starts.is_some() && snapshot.text().slice(image.range) == image.name
    };
    let mut images = images::images_in(snapshot, range).into_iter();
    let Some(image) = images.find(literal) else { return Vec::new() };
    // A digest pins one image; without it another one could come.
    let reference = image.reference().ok().filter(|reference| reference.digest.is_none());
    let Some(reference) = reference else { return Vec::new() };
    let platform = image.platform(view);
    let figure = view.sizes.figure(&reference, &platform);
    let found = lighter::lighter(view.sizes.offline(), &reference, &platform, &figure);
    let calls = image.starts.map(|stage| calls(snapshot, stage)).unwrap_or_default();
    let found = found.into_iter().filter(|found| runs_on(&calls, found));
    let action = |found: lighter::Lighter| {
        let name = respelt(&image.name, &found);
        let saves = view.unit.show(found.saves);
        let edits = vec![Edit::replace(image.range, name.clone())];
        gate(snapshot, &edits, Promise::Reads).is_ok().then(|| Action {
            title: format!("Use {name} (−{saves} to pull; {})", found.catch),
            kind: ActionKind::Rewrite,
            edits,
            finding: None,
            preferred: false,
        })
    };
    found.filter_map(action).collect()
}

/// Whether the commands that a stage runs are there in a lighter image, as far as the tables know.
fn runs_on(calls: &[Vec<String>], lighter: &lighter::Lighter) -> bool {
    let tag = lighter.image.tag.as_deref().unwrap_or_default();
    let is = |flavour: &str| tag.split('-').any(|part| part.starts_with(flavour));
    let is_installed = |package: &str| {
        let mut words = calls.iter().flat_map(|call| call.iter().skip(1));
        words.any(|word| word.split(['=', ':']).next() == Some(package))
    };
    let is_missing = |call: &Vec<String>| {
        let Some(first) = call.first() else { return false };
        let name = first.rsplit('/').next().unwrap_or(first);
        let is_foreign =
            FOREIGN.iter().any(|(flavour, names)| is(flavour) && names.contains(&name));
        let tool = TOOLS.iter().find(|(tool, ..)| *tool == name);
        let lacks_tool = tool.is_some_and(|(_, packages, flavours)| {
            flavours.iter().any(|flavour| is(flavour))
                && !packages.iter().any(|package| is_installed(package))
        });
        let has_long = call.iter().any(|word| word.starts_with("--"));
        is_foreign || lacks_tool || is("alpine") && has_long && USERS.contains(&name)
    };
    let is_bare = BARE.iter().any(|flavour| is(flavour));
    (calls.is_empty() || !is_bare) && !calls.iter().any(is_missing)
}

/// The words of all commands that a stage, and those built on it, run or start; of a text that is not
/// understood each word, as if it were a command.
fn calls(snapshot: &Snapshot, stage: usize) -> Vec<Vec<String>> {
    let model = snapshot.model();
    let mut built = vec![stage];
    for (number, base) in model.names().bases().iter().enumerate() {
        if matches!(base, Base::Stage(below) if built.contains(below)) {
            built.push(number);
        }
    }
    let mut calls = Vec::new();
    for stage in built.into_iter().filter_map(|number| model.stages().get(number)) {
        let own = model.instructions_from(stage.item);
        for (placed, facts) in own.take_while(|(placed, _)| placed.start < stage.range.end()) {
            let runs = matches!(
                facts.keyword,
                Some(
                    Keyword::Run
                        | Keyword::Shell
                        | Keyword::Cmd
                        | Keyword::Entrypoint
                        | Keyword::Healthcheck
                )
            );
            if let Some(instruction) = placed.instruction().filter(|_| runs) {
                calls.extend(calls_of(placed.item, instruction));
            }
        }
    }
    calls
}

fn calls_of(item: &Item, instruction: &Instruction) -> Vec<Vec<String>> {
    let view = instruction.meant();
    let arguments = match &view.command.arguments {
        Arguments::Health(_, inner) => inner,
        arguments => arguments,
    };
    let text = match arguments {
        Arguments::Exec(words) => {
            let decoded = |word: &TextRange| json::decode(&view.text(&item.text, *word));
            return vec![words.iter().map(decoded).collect()];
        }
        Arguments::Text(range) => view.text(&item.text, *range),
        _ => return Vec::new(),
    };
    let bodies = instruction.heredocs.iter().filter_map(|heredoc| item.text_at(heredoc.body));
    std::iter::once(&*text).chain(bodies).flat_map(calls_in).collect()
}

fn calls_in(text: &str) -> Vec<Vec<String>> {
    let Ok(script) = shell::parse(text) else {
        let words = text.split(|c: char| c.is_whitespace() || ";&|()".contains(c));
        return words.map(|word| vec![word.to_owned()]).collect();
    };
    let mut calls = Vec::new();
    for step in script.steps().iter() {
        let words = step.command.words.iter().map(|word| word.expanded(&|_| None));
        let mut words: Vec<Option<String>> = words.collect();
        while let Some((program, rest)) = started(&words) {
            calls.extend(program.map(|program| vec![program]));
            words = rest;
        }
        let words = words.into_iter().map(Option::unwrap_or_default);
        let words = words.skip_while(|word| word == "sudo" || word.starts_with('-'));
        calls.push(words.collect());
    }
    calls
}

/// The lighter image in the spelling of the heavy one: `docker.io/library/golang` stays that.
fn respelt(written: &str, lighter: &lighter::Lighter) -> String {
    let parts = crate::image::reference::Parts::of(written);
    let repository = written.get(..parts.repository.end).unwrap_or(written);
    format!("{repository}:{}", lighter.image.tag.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::ide::images::tests::view;

    /// Titles and the texts that the actions make.
    #[track_caller]
    fn check(marked: &str, expected: &[(&str, &str)]) {
        let fixture = Fixture::new(marked);
        let found = lighter(&fixture.snapshot, view(), TextRange::empty(fixture.cursor));
        let shown: Vec<_> =
            found.iter().map(|a| (a.title.clone(), fixture.edited(&a.edits))).collect();
        let shown: Vec<_> = shown.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(shown, expected, "{marked}");
    }

    #[test]
    fn the_image_under_the_cursor() {
        let title = "Use golang:1.22-alpine (−226 MB to pull; musl instead of glibc)";
        check("FROM go$0lang:1.22 AS b\n", &[(title, "FROM golang:1.22-alpine AS b\n")]);
        check(
            "FROM docker.io/library/golang:1.22$0\n",
            &[(
                &title.replace("golang", "docker.io/library/golang"),
                "FROM docker.io/library/golang:1.22-alpine\n",
            )],
        );
        let digest = "0".repeat(64);
        check(&format!("FROM golang:1.22@sha256:{digest}$0\n"), &[]);
        check("FROM golang:1.22-alpine$0\n", &[]);
        check("FROM golang:1.22 AS b$0\n", &[]);
        check("ARG V=1.22\nFROM golang:$0$V\n", &[]);
        check("FROM a AS golang\nFROM golang$0\n", &[]);
        check("FROM scratch\nCOPY --from=golang:1.22$0 / /\n", &[]);
    }

    /// The tags that are offered for an image, whose stage goes on with `rest`.
    #[track_caller]
    fn check_tags(image: &str, rest: &str, expected: &[&str]) {
        let fixture = Fixture::new(&format!("FROM {image}$0{rest}\n"));
        let found = lighter(&fixture.snapshot, view(), TextRange::empty(fixture.cursor));
        let name = |action: &Action| action.edits[0].insert.clone();
        let names: Vec<_> = found.iter().map(name).collect();
        let tags: Vec<_> = names.iter().filter_map(|name| name.split(':').nth(1)).collect();
        assert_eq!(tags, expected, "{image} {rest}");
    }

    #[test]
    fn only_images_that_have_what_the_stage_runs() {
        let (both, slim) = (["3.12-alpine", "3.12-slim"], ["3.12-slim"]);
        check_tags("python:3.12", "\nRUN pip install x", &both);
        check_tags("python:3.12", "\nRUN apt-get update && apt-get install -y git && git x", &slim);
        check_tags("python:3.12", "\nRUN if a; then sudo useradd x; fi", &slim);
        check_tags("python:3.12", "\nRUN adduser --system --group x", &slim);
        check_tags("python:3.12", "\nRUN adduser -D x", &both);
        check_tags("python:3.12", "\nRUN git clone x", &[]);
        check_tags("python:3.12", "\nRUN wget x", &["3.12-alpine"]);
        check_tags("python:3.12", "\nRUN <<EOF\napt-get update\nEOF", &slim);
        check_tags("python:3.12", "\nSHELL [\"/bin/bash\", \"-c\"]", &slim);
        check_tags("python:3.12", "\nHEALTHCHECK CMD curl x", &[]);
        check_tags("python:3.12", " AS b\nFROM b\nRUN apt-get update", &slim);
        check_tags("almalinux:9", "\nRUN dnf -y install git", &[]);
        check_tags("almalinux:9", "\nRUN echo x", &["9-minimal"]);
        check_tags("eclipse-temurin:21", "\nRUN ./mvnw package", &["21-alpine"]);
    }
}
