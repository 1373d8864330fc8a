//! What a program needs that starts others: they have to be in the image, and so has a shell.

use std::collections::BTreeSet;

use crate::split::answer::{Answer, Artifact, Evidence, Need, Site, Variant};
use crate::split::base::Libc;
use crate::split::packages::{self, Holder, Use};
use crate::split::reads::Reads;
use crate::split::refusal::{Reason, Refusal};
use crate::split::runtime;
use crate::split::sources::Sources;
use crate::split::world::base_name;

/// Tools that builders have and that no package of the tables brings.
const TOOLS: &[&str] = &[
    "c++", "cargo", "cc", "clang", "clang++", "g++", "gcc", "go", "gofmt", "gradle", "javac",
    "jcmd", "jmap", "jps", "jshell", "jstack", "mvn", "rustc", "rustup",
];

/// The answer for a program that starts these by name, and perhaps others.
///
/// Errors: it starts a tool of the build.
pub fn starting(
    site: &Site<'_, '_>,
    mut answer: Answer,
    names: &BTreeSet<String>,
) -> Result<Answer, Refusal> {
    if let Some(tool) = names.iter().find(|name| TOOLS.contains(&name.as_str())) {
        let what = format!("The program starts {tool}, which only the builder has");
        return Err(Refusal::new(Reason::NeedsOther, what, Some(site.start.place)));
    }
    if answer.runtimes.is_empty() {
        let image = site.base().distribution.image();
        answer.runtimes.extend(image.map(|image| (Variant::Conservative, image)));
    }
    answer.runtimes.retain(|(_, image)| runtime::known(image).is_some_and(|base| base.has_shell()));
    answer.packages.extend(packages(site, &answer, names));
    if names.contains("git") {
        git_settings(site, &mut answer);
    }
    // What it starts may speak TLS: git, curl.
    answer.certificates = Need::Yes;
    let names = listed(names.iter().map(String::as_str));
    answer.assumptions.push(format!("the programs that it starts itself are in the image{names}"));
    Ok(answer)
}

/// The answer for a program of which these sources start others; as it is if there are none.
///
/// Errors: it starts a tool of the build.
pub fn starting_in(
    site: &Site<'_, '_>,
    answer: Answer,
    sources: &Sources,
) -> Result<Answer, Refusal> {
    match sources.files.is_empty() {
        true => Ok(answer),
        false => starting(site, answer, &Reads::of(sources).starts),
    }
}

/// `: git, tar` for the end of a sentence; nothing where there are none.
pub fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}

/// What `git config` set in the build holds when the program starts git, too. Settings of `url` are
/// for fetching, and often hold a secret.
fn git_settings(site: &Site<'_, '_>, answer: &mut Answer) {
    for (line, one) in site.course.facts.invocations().filter(|(_, one)| one.name() == Some("git"))
    {
        let has = |wanted: &str| one.args().iter().any(|word| word.or_empty() == wanted);
        let is_fetching = one.args().iter().any(|word| word.or_empty().starts_with("url."));
        let Some(line) = site.facts().lines.get(line) else { continue };
        let is_root = matches!(line.scene.user.as_deref(), None | Some("" | "root" | "0"));
        let home = one.home(&line.scene).filter(|_| is_root);
        let file = match (has("--system"), has("--global"), home) {
            _ if !has("config") || is_fetching => continue,
            (true, ..) => "/etc/gitconfig".to_owned(),
            (_, true, Some(home)) => format!("{home}/.gitconfig"),
            _ => continue,
        };
        if !answer.artifacts.iter().any(|artifact| artifact.from == file) {
            answer.evidence.push(Evidence::at(one.range, format!("{file} is what git reads")));
            answer.artifacts.push(Artifact::file(file));
        }
    }
}

/// The packages of these programs: all tools that the file installs, and those of a full image.
fn packages(site: &Site<'_, '_>, answer: &Answer, names: &BTreeSet<String>) -> Vec<String> {
    let base = site.base();
    let requested = site.course.requested();
    let requested = requested.filter(|package| package.group.is_none());
    let installed = requested.map(|package| package.name.clone());
    let is_tool = |name: &String| matches!(packages::use_of(name, base.distribution), Use::Tool(_));
    let mut found: Vec<String> = installed.filter(is_tool).collect();
    if !base.is_for_building() || base.libc() == Libc::Musl {
        return found;
    }
    let images = answer.runtimes.iter().map(|(_, image)| image);
    let Some(small) = images.filter_map(|image| runtime::known(image)).next() else { return found };
    for name in names {
        if let Holder::Package(package) = packages::holder(base_name(name), small.distribution)
            && !found.iter().any(|own| own == package)
        {
            found.push(package.to_owned());
        }
    }
    found
}
