//! A start command that names a program which the last stage does not hold.

use super::{Finding, Found, LINK, is_verbatim, place_of, word_of};
use crate::check::Severity;
use crate::language::Keyword;
use crate::split::base::Family;
use crate::split::course::Course;
use crate::split::facts::{Form, Line, What, join};
use crate::split::release::Distribution;
use crate::split::stages::Stages;
use crate::split::start::{Launch, Start};
use crate::split::world::{Origin, base_name, is_within};

/// Folders in which distributions and their packages keep files.
const SYSTEM: &[&str] = &[
    "/bin", "/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/run", "/sbin", "/srv", "/sys",
    "/usr", "/var",
];

/// The folder of theirs that they leave empty.
const LOCAL: &str = "/usr/local";

/// Programs of the last stage that nothing puts there.
pub fn look(stages: &Stages<'_>, found: &mut Vec<Found>) {
    let Some((stage, course)) = stages.last() else { return };
    let Ok(start) = Start::read(course.facts) else { return };
    let is_known = stages.is_plain(stage.index) && !makes_links(course);
    let [launch] = start.launches.as_slice() else { return };
    let Some(program) = launch.word(0).filter(|_| is_known && !has_shell_text(&start)) else {
        return;
    };
    let paths = places(&course.facts.base, launch, program);
    let is_held =
        |path: &String| !stages.bringers(stage.index, path).is_empty() || is_made(course, path);
    let Some(path) = paths.first().filter(|_| !paths.iter().any(is_held)) else { return };
    let keywords = [Keyword::Entrypoint, Keyword::Cmd];
    let Some(line) = keywords.into_iter().find_map(|keyword| course.facts.last(keyword)) else {
        return;
    };
    if !stage.range.contains_range(line.placed.range()) {
        return;
    }
    let Some(place) = place_of(line, program) else { return };
    let path: &str = if program.contains('/') { path } else { program };
    let other = elsewhere(course, program);
    let message = match &other {
        Some(other) => format!(
            "Nothing puts `{path}` into this stage, so the container does not start. Is `{other}` \
             meant?"
        ),
        None => format!(
            "Nothing puts `{path}` into this stage, so the container does not start. Copy it \
             there, or start what is copied."
        ),
    };
    let mut finding =
        Finding::new("missing-program", Severity::Warning, place, message).with_link(LINK);
    if let Some(other) = other
        && let Some(word) = word_of(line, program).filter(|_| is_verbatim(line) && is_exec(line))
    {
        finding = finding.maybe_replace(format!("Start `{other}`"), word, format!("\"{other}\""));
    }
    found.push(Found { item: line.placed.index, other: None, finding });
}

/// Whether the commands stand in a text for the shell, which may do more than they show.
fn has_shell_text(start: &Start) -> bool {
    start.needs_shell && start.argv.len() != 3
}

fn is_exec(line: &Line<'_>) -> bool {
    matches!(&line.what, What::Cmd(Form::Exec(_)) | What::Entrypoint(Form::Exec(_)))
}

/// Where the program can be, if the image itself cannot have it; nothing if it may.
fn places(base: &crate::split::base::Base, launch: &Launch, program: &str) -> Vec<String> {
    let path = program.contains('/').then(|| launch.path(program)).flatten();
    match (base.family, base.distribution) {
        (_, Distribution::None) if path.is_none() => {
            let mut places: Vec<String> =
                launch.search.split(':').filter_map(|folder| join(folder, program)).collect();
            places.extend(launch.path(program).filter(|_| is_module(program)));
            places
        }
        (_, Distribution::None) => path.into_iter().collect(),
        (Family::Distroless | Family::Distribution, _) => {
            let is_free = |path: &String| {
                is_within(path, LOCAL) || !SYSTEM.iter().any(|folder| is_within(path, folder))
            };
            // An interpreter of the image is given the file.
            path.filter(is_free).filter(|_| base.entrypoint.is_empty()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a shim loads it instead of the kernel: such a name without a folder is looked for on the
/// `PATH` and in the working directory. Source: containerd's `runwasi`, `resolve_in_path_or_cwd`.
fn is_module(program: &str) -> bool {
    program.ends_with(".wasm")
}

/// Whether a command makes the file.
fn is_made(course: &Course<'_>, path: &str) -> bool {
    !matches!(course.world.exact(path), None | Some(Origin::Removed(_)))
}

fn makes_links(course: &Course<'_>) -> bool {
    course.world.below("/").any(|(_, origin)| matches!(origin, Origin::Link(..)))
}

/// A file of the same name that is copied elsewhere.
fn elsewhere(course: &Course<'_>, program: &str) -> Option<String> {
    let copied = course.world.below("/").filter(|(path, origin)| {
        matches!(origin, Origin::Image(_) | Origin::Context(_))
            && base_name(path) == base_name(program)
    });
    let mut copied = copied.map(|(path, _)| path.to_owned());
    copied.next().filter(|_| copied.next().is_none())
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "missing-program";

    #[test]
    fn programs_that_nothing_puts_there() {
        check("FROM scratch\nCOPY a /bin/a\nCMD [⟦\"/a\"⟧]\n", &[CODE]);
        check("FROM scratch\nCOPY a /bin/a\nCMD [⟦\"b\"⟧]\n", &[CODE]);
        check(
            "FROM golang AS b\nFROM alpine\nWORKDIR /app\nCOPY --from=b /x /srv/x\nCMD [⟦\"./x\"⟧]\n",
            &[CODE],
        );
        check(
            "FROM a AS b\nFROM debian:12\nRUN apt-get update\nENTRYPOINT [⟦\"/app/x\"⟧]\n",
            &[CODE],
        );
        check("FROM a AS b\nFROM alpine\nCMD ⟦/app/x --now⟧\n", &[CODE]);
        check("FROM scratch\nCOPY x.wasm /w/\nCMD [⟦\"x.wasm\"⟧]\n", &[CODE]);
        check("FROM scratch\nCOPY x.wasm /x.wasm\nCMD [⟦\"/w/x.wasm\"⟧]\n", &[CODE]);
    }

    #[test]
    fn programs_that_may_be_there() {
        for text in [
            "FROM scratch\nCOPY a /bin/a\nCMD [\"a\"]\n",
            "FROM scratch\nCOPY a /bin/a\nCMD [\"/bin/a\"]\n",
            // A shim for Wasm finds it where the container starts.
            "FROM scratch\nCOPY x.wasm /x.wasm\nENTRYPOINT [\"x.wasm\"]\n",
            "FROM scratch\nENTRYPOINT [\"x.wasm\"]\nCOPY --link --from=y /t/x.wasm /x.wasm\n",
            "FROM scratch\nWORKDIR /w\nCOPY x.wasm .\nCMD [\"x.wasm\"]\n",
            "FROM scratch\nCOPY x.wasm /bin/\nCMD [\"x.wasm\"]\n",
            "FROM scratch\nCOPY a /\nCMD [\"/b\"]\n",
            "FROM scratch\nADD a.tar.gz /\nCMD [\"/b\"]\n",
            "FROM scratch\nWORKDIR /w\nCOPY a .\nCMD [\"./b\"]\n",
            "FROM a AS b\nFROM alpine\nCMD [\"/bin/x\"]\n",
            "FROM a AS b\nFROM alpine\nCMD [\"x\"]\n",
            "FROM a AS b\nFROM nginx\nCMD [\"/x\"]\n",
            "FROM a AS b\nFROM unknown\nCMD [\"/x\"]\n",
            "FROM a AS b\nFROM alpine\nRUN wget -O /x http://registry.example/x\nCMD [\"/x\"]\n",
            "FROM a AS b\nFROM alpine\nRUN ./make-it\nCMD [\"/x\"]\n",
            "FROM a AS b\nFROM alpine\nRUN echo a > /x\nCMD [\"/x\"]\n",
            "FROM a AS b\nFROM alpine\nRUN ln -s /bin /x\nCMD [\"/x/y\"]\n",
            "FROM a AS b\nFROM alpine\nCOPY $X /app\nCMD [\"/app\"]\n",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn a_file_of_that_name_elsewhere_is_offered() {
        fixed(
            "FROM scratch\nCOPY a /bin/a\nCMD [\"/a\", \"-x\"]\n",
            CODE,
            "FROM scratch\nCOPY a /bin/a\nCMD [\"/bin/a\", \"-x\"]\n",
        );
        not_sure("FROM scratch\nCOPY a /bin/a\nCMD [\"/a\", \"-x\"]\n", CODE);
    }
}
