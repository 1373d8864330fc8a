//! A folder of sources that is copied out of the builder, where one program of it is started.

use super::{Finding, Found, LINK, argument_of, is_verbatim};
use crate::check::Severity;
use crate::split::answer::Linkage;
use crate::split::facts::{Line, What};
use crate::split::stages::Stages;
use crate::split::start::Start;
use crate::split::world::{Origin, is_within, trimmed};
use crate::text::Edit;

/// Copies of the last stage that take the sources along.
pub fn look(stages: &Stages<'_>, found: &mut Vec<Found>) {
    let Some((stage, course)) = stages.last() else { return };
    let Ok(start) = Start::read(course.facts) else { return };
    let Some((path, _)) = stages.started_paths(&start).into_iter().next() else { return };
    let Some(built) = stages.built_at(stage.index, &path) else { return };
    let Some(bringer) = &built.bringer else { return };
    let Some(line) = course.facts.lines.get(bringer.line) else { return };
    let (Some((number, from)), What::Copy(copy)) = (&bringer.source, &line.what) else { return };
    let Some(source) = copy.sources.get(*number).cloned().flatten() else { return };
    let is_native = stages.answer(&built).is_some_and(|answer| {
        answer.linkage != Linkage::Interpreted && answer.artifacts.len() == 1
    });
    let folder = trimmed(&source).to_owned();
    let holds_sources =
        bringer.stage.and_then(|stage| stages.course(stage)).is_some_and(|course| {
            let mut origins = course
                .world
                .below(&folder)
                .map(|(_, origin)| origin)
                .chain(course.world.origin(&folder));
            origins.any(|origin| matches!(origin, Origin::Context(_)))
        });
    let is_whole = from != &folder && is_within(from, &folder);
    if !is_native || built.product.is_folder || !is_whole || !holds_sources {
        return;
    }
    let Some(place) = argument_of(line, *number) else { return };
    let message = format!(
        "This copies all of `{folder}`, sources and all, though only `{from}` is started. Copy \
         that file, and what it reads when it runs."
    );
    let finding = Finding::new("sources-copied", Severity::Information, place, message);
    let mut finding = finding.with_link(LINK);
    if let Some(edits) = only_program(line, copy.sources.len(), *number, from, &path) {
        let title = format!("Copy only `{from}`");
        finding = finding.with_fix(crate::check::Fix { title, edits, sure: false });
    }
    found.push(Found { item: line.placed.index, other: None, finding });
}

/// The copy of the program alone to where it is started.
fn only_program(
    line: &Line<'_>,
    sources: usize,
    number: usize,
    from: &str,
    to: &str,
) -> Option<Vec<Edit>> {
    let plain =
        |path: &str| !path.contains(|c: char| c.is_whitespace() || "\"'$\\`*?[".contains(c));
    if sources != 1 || !is_verbatim(line) || !plain(from) || !plain(to) {
        return None;
    }
    let (source, destination) = (argument_of(line, number)?, argument_of(line, number + 1)?);
    let text = |range: crate::text::TextRange| line.placed.item.text_at(range - line.placed.start);
    let is_quoted = text(source)?.starts_with('"');
    let written = |path: &str| if is_quoted { format!("\"{path}\"") } else { path.to_owned() };
    Some(vec![Edit::replace(source, written(from)), Edit::replace(destination, written(to))])
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "sources-copied";
    const BUILD: &str = "FROM golang:1.22 AS b\nWORKDIR /go/src/app\nCOPY . .\nRUN CGO_ENABLED=0 go build -o app .\n";

    #[test]
    fn whole_folders_of_sources() {
        let text =
            |copy: &str| format!("{BUILD}FROM scratch\nWORKDIR /root\n{copy}\nCMD [\"./app\"]\n");
        check(&text("COPY --from=b ⟦/go/src/app⟧ ."), &[CODE]);
        check(&text("COPY --from=b /go/src/app/app ."), &[]);
        let unknown = text("COPY --from=b /go/src/app .").replace("golang:1.22", "unknown");
        check(&unknown, &[]);
        fixed(
            &text("COPY --from=b /go/src/app ."),
            CODE,
            &text("COPY --from=b /go/src/app/app /root/app"),
        );
        not_sure(&text("COPY --from=b /go/src/app ."), CODE);
        let out = BUILD.replace("-o app", "-o /out/app");
        check(&format!("{out}FROM scratch\nCOPY --from=b /out /out\nCMD [\"/out/app\"]\n"), &[]);
    }
}
