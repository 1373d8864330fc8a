//! A program that is linked with a C library, on an image that has none or another.

use super::{Finding, Found, argument_of, arguments_of};
use crate::check::Severity;
use crate::language::Keyword;
use crate::split::answer::Linkage;
use crate::split::base::{Base, Libc};
use crate::split::course::Course;
use crate::split::stages::{Built, Stages};
use crate::split::start::Start;

/// Ecosystems whose build commands alone tell how a program is linked, most of the time. Elsewhere
/// only the project says, which is not looked at here.
const TELLING: &[&str] = &["go", "rust", "c", "dart", "haskell", "swift"];

/// Packages that bring glibc to Alpine.
const COMPATIBLE: &[&str] = &["gcompat", "libc6-compat", "glibc"];

/// The loaders of both C libraries: an image to which one is copied may run the programs of it.
const LOADERS: &[&str] = &[
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
];

/// Programs that the last stage copies and starts, and cannot run.
pub fn look(stages: &Stages<'_>, found: &mut Vec<Found>) {
    let Some((stage, course)) = stages.last() else { return };
    let Ok(start) = Start::read(course.facts) else { return };
    let has_loader = LOADERS.iter().any(|path| !stages.bringers(stage.index, path).is_empty());
    if has_loader || !stages.is_plain(stage.index) || has_compatible(course) {
        return;
    }
    let Some((path, _)) = stages.started_paths(&start).into_iter().next() else { return };
    let built = stages.built_at(stage.index, &path);
    let Some(built) = built.filter(|built| TELLING.contains(&built.product.ecosystem)) else {
        return;
    };
    let (Some(answer), Some(builder)) = (stages.answer(&built), stages.base(built.stage)) else {
        return;
    };
    let runtime = &course.facts.base;
    let Some((needs, has)) = differ(builder, runtime) else { return };
    if !matches!(answer.linkage, Linkage::Dynamic { .. }) {
        return;
    }
    let Some(bringer) = &built.bringer else { return };
    let Some(line) = course.facts.lines.get(bringer.line) else { return };
    let place = bringer.source.as_ref().and_then(|(number, _)| argument_of(line, *number));
    let Some(place) = place.or_else(|| arguments_of(line)) else { return };
    let go = go_command(stages, &built);
    let is_sure = go.is_some_and(|go| go.is_on);
    let (severity, does, not) = match is_sure {
        true => (Severity::Warning, "needs", "does not start"),
        false => (Severity::Information, "may need", "may not start"),
    };
    let name = runtime.name();
    let advice = match go {
        Some(_) => "Build it with CGO_ENABLED=0",
        None => "Link it statically",
    };
    let message = format!(
        "`{}` is built on `{}` and {does} {needs}, but `{name}` has {has}: it {not} there. \
         {advice}, or take an image of the builder's release.",
        built.path,
        builder.name(),
    );
    let mut finding = Finding::new("wrong-libc", severity, place, message);
    if let Some(at) = go.filter(|go| !go.is_on).and_then(|go| go.place) {
        let title = "Build it with `CGO_ENABLED=0`";
        finding = finding.maybe_replace(title, crate::text::TextRange::empty(at), "CGO_ENABLED=0 ");
    }
    found.push(Found { item: line.placed.index, other: None, finding });
}

fn has_compatible(course: &Course<'_>) -> bool {
    let mut requested = course.packages.iter().flat_map(|one| &one.requested);
    requested.any(|package| COMPATIBLE.contains(&package.name.as_str()))
}

/// What programs of the builder need and what the runtime has instead; `None` if that is the same.
fn differ(builder: &Base, runtime: &Base) -> Option<(&'static str, &'static str)> {
    let name = |libc| match libc {
        Libc::Glibc => "glibc",
        Libc::Musl => "musl",
        Libc::None => "no C library",
    };
    let (needs, has) = (builder.libc(), runtime.libc());
    (needs != has && needs != Libc::None).then_some((name(needs), name(has)))
}

/// The command of Go that built a program.
#[derive(Clone, Copy)]
struct GoCommand {
    /// Whether cgo is on, rather than maybe on.
    is_on: bool,
    /// Where the command begins, if it can be given a variable there.
    place: Option<crate::text::TextSize>,
}

fn go_command(stages: &Stages<'_>, built: &Built<'_>) -> Option<GoCommand> {
    (built.product.ecosystem == "go").then_some(())?;
    let course = stages.course(built.stage)?;
    let line = course.facts.lines.get(built.product.line)?;
    let invocation = course.invocation(built.product.line, built.product.command)?;
    let is_on = invocation.variable("CGO_ENABLED", &line.scene) == Some(Some("1"));
    let is_plain = line.keyword == Keyword::Run && line.placed.instruction()?.mended.is_none();
    let source: &str = &line.placed.item.text;
    let start = invocation.range.start();
    let text = source.get(usize::from(start - line.placed.start)..)?;
    let place = (is_plain && text.starts_with("go ")).then_some(start);
    Some(GoCommand { is_on, place })
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "wrong-libc";

    #[test]
    fn programs_without_their_library() {
        let go = "FROM golang:1.22 AS b\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n";
        check(&format!("{go}FROM scratch\nCOPY --from=b ⟦/app⟧ /app\nCMD [\"/app\"]\n"), &[CODE]);
        check(
            &format!("{go}FROM alpine:3.20\nCOPY --from=b ⟦/app⟧ /app\nCMD [\"/app\"]\n"),
            &[CODE],
        );
        check(&format!("{go}FROM alpine\nCOPY --from=b ⟦/app⟧ /app\nCMD /app\n"), &[CODE]);
        check(&format!("{go}FROM debian:12\nCOPY --from=b /app /app\nCMD [\"/app\"]\n"), &[]);
        check(
            &format!("{go}FROM gcr.io/distroless/base\nCOPY --from=b /app /\nCMD [\"/app\"]\n"),
            &[],
        );
        check(
            &format!("{go}FROM gcr.io/distroless/static\nCOPY --from=b ⟦/app⟧ /\nCMD [\"/app\"]\n"),
            &[CODE],
        );
        check(
            &format!(
                "{go}FROM alpine\nRUN apk add gcompat\nCOPY --from=b /app /\nCMD [\"/app\"]\n"
            ),
            &[],
        );
        check(
            &format!("{go}FROM alpine\nCOPY lib /lib\nCOPY --from=b /app /\nCMD [\"/app\"]\n"),
            &[],
        );
        let static_ = go.replace("go build", "CGO_ENABLED=0 go build");
        check(&format!("{static_}FROM scratch\nCOPY --from=b /app /app\nCMD [\"/app\"]\n"), &[]);
        let alpine = go.replace("1.22", "1.22-alpine");
        check(&format!("{alpine}FROM scratch\nCOPY --from=b /app /app\nCMD [\"/app\"]\n"), &[]);
    }

    #[test]
    fn how_bad_it_is_hangs_on_what_is_proved() {
        let file = |before: &str| {
            format!(
                "FROM golang:1.22 AS b\nCOPY . .\nRUN {before}go build -o /app .\nFROM scratch\nCOPY --from=b /app /\nCMD [\"/app\"]\n"
            )
        };
        let severity = |text: &str| findings(text).first().map(|finding| finding.severity);
        assert_eq!(severity(&file("")), Some(crate::check::Severity::Information));
        assert_eq!(severity(&file("CGO_ENABLED=1 ")), Some(crate::check::Severity::Warning));
        fixed(&file(""), CODE, &file("CGO_ENABLED=0 "));
        not_sure(&file(""), CODE);
    }
}
