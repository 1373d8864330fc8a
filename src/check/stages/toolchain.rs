//! A last stage that still stands on the image with the build tools.

use super::{Finding, Found, LINK};
use crate::check::{Fix, Severity};
use crate::split::answer::{Need, Variant};
use crate::split::base::Family;
use crate::split::packages;
use crate::split::runtime;
use crate::split::stages::Stages;
use crate::split::start::Start;
use crate::text::Edit;

/// Images that are made to build with, not to run on.
pub const TOOLCHAINS: &[Family] = &[
    Family::Buildpack,
    Family::Clojure,
    Family::DotnetSdk,
    Family::Dart,
    Family::Gcc,
    Family::Go,
    Family::Gradle,
    Family::Haskell,
    Family::Maven,
    Family::Rust,
    Family::Sbt,
    Family::Swift,
];

/// The last of several stages, if it starts what was built and needs no tools for it.
pub fn look(stages: &Stages<'_>, found: &mut Vec<Found>) {
    let Some((stage, course)) = stages.last().filter(|(stage, _)| stage.index > 0) else { return };
    let base = &course.facts.base;
    // The slim one of Swift is made to run on.
    let tag = base.image.effective_tag().unwrap_or_default();
    let is_runtime = base.family == Family::Swift && tag.contains("slim");
    if !TOOLCHAINS.contains(&base.family) || is_runtime {
        return;
    }
    let Ok(start) = Start::read(course.facts) else { return };
    let mut paths = stages.started_paths(&start).into_iter();
    let built = paths.find_map(|(path, _)| Some((stages.built_at(stage.index, &path)?, path)));
    let Some((built, path)) = built else { return };
    let (Some(answer), Some(image)) = (stages.answer(&built), stage.image()) else { return };
    let name = base.name();
    let message = format!(
        "The image still holds all of `{name}`, though `{path}` is built and runs without it. \
         Copy the program to a small image."
    );
    let finding = Finding::new("toolchain-shipped", Severity::Information, image.range, message);
    let mut finding = finding.with_link(LINK);
    let small = stages.base(built.stage).and_then(|builder| {
        runtime::candidates(&answer, builder, Variant::Conservative).into_iter().next()
    });
    // What is copied alone needs nothing else of the old image.
    let is_copied_alone = course.deeds.is_empty() && built.bringer.is_some();
    if let Some(small) = small.filter(|_| is_copied_alone && !image.text.contains('$')) {
        let wants = answer.certificates == Need::Yes && !small.has_certificates();
        let certificates = packages::install(
            &["ca-certificates"],
            packages::Recommended::LeftOut,
            small.distribution,
        );
        let mut edits = vec![Edit::replace(image.range, small.name())];
        if let Some(install) = certificates.filter(|_| wants)
            && let Some(line) = course.facts.lines.iter().find(|l| l.placed.index == stage.item)
        {
            let end = line.placed.range().end();
            let newline = if line.placed.item.text.ends_with("\r\n") { "\r\n" } else { "\n" };
            edits.push(Edit::insert(end, format!("RUN {install}{newline}")));
        }
        let title = format!("Change to `{}`", small.name());
        finding = finding.with_fix(Fix { title, edits, sure: false });
    }
    found.push(Found { item: stage.item, other: None, finding });
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "toolchain-shipped";
    const BUILD: &str =
        "FROM golang:1.22 AS b\nCOPY . /src\nRUN cd /src && CGO_ENABLED=0 go build -o /app .\n";

    #[test]
    fn tools_in_the_last_stage() {
        check(
            &format!("{BUILD}FROM ⟦golang:1.22⟧\nCOPY --from=b /app /\nCMD [\"/app\"]\n"),
            &[CODE],
        );
        check(&format!("{BUILD}FROM debian:12\nCOPY --from=b /app /\nCMD [\"/app\"]\n"), &[]);
        check(
            &format!("{BUILD}FROM golang:1.22\nCOPY --from=b /app /\nCMD [\"go\", \"version\"]\n"),
            &[],
        );
        // A single stage is what the split is for.
        check(&format!("{BUILD}CMD [\"/app\"]\n"), &[]);
        fixed(
            &format!("{BUILD}FROM golang:1.22\nCOPY --from=b /app /\nCMD [\"/app\"]\n"),
            CODE,
            &format!(
                "{BUILD}FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y \
                 --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*\nCOPY \
                 --from=b /app /\nCMD [\"/app\"]\n"
            ),
        );
    }
}
