//! `LD_PRELOAD`: libraries that the loader puts into every program.

use super::course::Course;
use super::facts::{Line, What};
use super::packages::{Use, use_of};
use super::refusal::{Reason, Refusal};
use super::release::Distribution;
use super::world::{base_name, is_within};
use crate::language::Keyword;

/// Libraries that are put into programs, and the package that holds each on Debian and on Alpine;
/// empty where that is not known.
///
/// Source: the lists of files of these packages.
const LIBRARIES: &[(&str, &str, &str)] = &[
    ("libgomp.so.1", "libgomp1", "libgomp"),
    ("libjemalloc.so.1", "libjemalloc1", ""),
    ("libjemalloc.so.2", "libjemalloc2", "jemalloc"),
    ("libtcmalloc.so.4", "libgoogle-perftools4", ""),
    ("libtcmalloc_minimal.so.4", "libtcmalloc-minimal4", ""),
];

/// That each library which a variable of the file puts into every program is that of a package which
/// the file installs: the runtime stage installs it, too.
///
/// Errors: there is another one, or the value is not known.
pub fn check(course: &Course<'_>) -> Result<(), Refusal> {
    let sets = |line: &&Line<'_>| {
        line.keyword == Keyword::Env
            && matches!(&line.what, What::Variables(names) if names.iter().any(|n| n == "LD_PRELOAD"))
    };
    let Some(line) = course.facts.lines.iter().rev().find(sets) else { return Ok(()) };
    let scene = course.facts.last_scene();
    let value = scene.value("LD_PRELOAD");
    let mut libraries = value.iter().flat_map(|value| value.split([' ', ':']));
    if value.is_some() && libraries.all(|one| one.is_empty() || is_installed(course, one)) {
        return Ok(());
    }
    Err(Refusal::new(Reason::Plugins, "LD_PRELOAD", Some(line.placed.range())))
}

/// Whether a library is where a package that the file installs has it: the loader finds bare names
/// there.
fn is_installed(course: &Course<'_>, library: &str) -> bool {
    let is_of_system = ["/lib", "/usr/lib"].iter().any(|folder| is_within(library, folder));
    if library.contains('/') && (!is_of_system || course.world.origin(library).is_some()) {
        return false;
    }
    let on = course.facts.base.distribution;
    let name = base_name(library);
    let Some((_, debian, alpine)) = LIBRARIES.iter().find(|(own, ..)| *own == name) else {
        return false;
    };
    let wanted = if matches!(on, Distribution::Alpine(_)) { alpine } else { debian };
    // Since trixie some have another name for the size of their times.
    let is_it = |name: &str| name.strip_suffix("t64").unwrap_or(name) == *wanted;
    let mut requested = course.requested();
    requested.any(|package| {
        package.group.is_none()
            && (is_it(&package.name)
                || matches!(use_of(&package.name, on), Use::Library(names) if names.iter().any(|n| is_it(n))))
    })
}

#[cfg(test)]
mod tests {
    use crate::split::testing::stages;

    #[track_caller]
    fn check(build: &str, expected: &[&str]) {
        let file = format!(
            "{build}\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /shop .\nCMD [\"/shop\"]\n"
        );
        let main = ("main.go", "package main\n\nfunc main() {}\n");
        let found = stages(&file, &[main, ("go.mod", "module shop\n\ngo 1.22\n")]);
        for part in expected {
            assert!(found.contains(part), "{part} is not in:\n{found}");
        }
    }

    #[test]
    fn what_a_package_brings_is_installed_again() {
        let debian =
            "FROM golang:1.22-bookworm\nRUN apt-get update && apt-get install -y libjemalloc2";
        let there = |value: &'static str| ["install -y libjemalloc2", value, "no Smallest"];
        let bare = "ENV LD_PRELOAD=libjemalloc.so.2";
        check(&format!("{debian}\n{bare}"), &there(bare));
        let path = "ENV LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2";
        check(&format!("{debian}\n{path}"), &there(path));
        let development = debian.replace("libjemalloc2", "libjemalloc-dev");
        check(&format!("{development}\n{bare}"), &[bare]);
        let alpine = "FROM golang:1.22-alpine3.20\nRUN apk add --no-cache jemalloc";
        let path = "ENV LD_PRELOAD=/usr/lib/libjemalloc.so.2";
        check(&format!("{alpine}\n{path}"), &["apk add --no-cache jemalloc", path]);
    }

    #[test]
    fn what_nothing_brings_is_refused() {
        let debian =
            "FROM golang:1.22-bookworm\nRUN apt-get update && apt-get install -y libjemalloc2";
        for value in ["/opt/x.so", "libother.so.1", "libjemalloc.so.2:/opt/x.so", "libgomp.so.1"] {
            check(&format!("{debian}\nENV LD_PRELOAD={value}"), &["plugins"]);
        }
        check("FROM golang:1.22-bookworm\nENV LD_PRELOAD=libjemalloc.so.2", &["plugins"]);
        let linked = format!(
            "{debian}\nRUN ln -s /opt/x.so /usr/lib/libjemalloc.so.2\n\
             ENV LD_PRELOAD=/usr/lib/libjemalloc.so.2"
        );
        check(&linked, &["plugins"]);
    }
}
