//! Zig: `zig build` and `zig build-exe`.
//!
//! Source: `zig build --help`, `zig build-exe --help`, the Zig Build System guide. Programs that do
//! not link with libc need nothing.

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site};
use crate::split::command::{Grammar, Invocation};
use crate::split::course::Product;
use crate::split::facts::join;
use crate::split::refusal::Refusal;
use crate::split::sources::Sources;
use crate::split::world::base_name;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "zig", title: "Zig", reads: read, answers: answer };

const BUILD: Grammar = Grammar {
    values: &["--cache-dir", "--global-cache-dir", "--prefix", "--summary", "-p"],
    switches: &["--verbose"],
    joined: &["-D", "-f", "-j"],
};

const BUILD_EXE: Grammar = Grammar {
    values: &["--cache-dir", "--global-cache-dir", "--name", "-O", "-target"],
    switches: &["-fsingle-threaded", "-fstrip", "-lc", "-static"],
    joined: &["-femit-bin", "-mcpu"],
};

/// Words in a `build.zig` after which a program may need libraries.
const LINKING: &[&str] =
    &["linkLibC", "link_libc", "linkSystemLibrary", "linkLibrary", "dependency(", "linkFramework"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    if invocation.name()? != "zig" {
        return None;
    }
    match invocation.arg(0)? {
        "version" | "env" | "fetch" | "init" => Some(Reading::Prepares),
        "test" | "fmt" => Some(Reading::Checks),
        "build" if invocation.args().iter().any(|word| word.or_empty() == "test") => {
            Some(Reading::Checks)
        }
        "build" => Some(Reading::Builds(built(invocation).into_iter().collect())),
        "build-exe" => Some(Reading::Builds(compiled(invocation).into_iter().collect())),
        _ => None,
    }
}

/// `zig build` installs to `zig-out`.
fn built(invocation: &Invocation) -> Option<Built> {
    let options = BUILD.read(invocation.args().get(1..)?);
    let is_known = options.operands.iter().all(|word| word.or_empty() == "install");
    if options.unknown.is_some() || !is_known {
        return None;
    }
    let prefix = match options.value(&["-p", "--prefix"]) {
        Some(prefix) => invocation.path(prefix?)?,
        None => invocation.path("zig-out")?,
    };
    let evidence = "`zig build` installs programs to the folder bin of its prefix".to_owned();
    Some(Built { path: join(&prefix, "bin")?, is_folder: true, evidence })
}

/// `zig build-exe` writes a program named after the first source.
fn compiled(invocation: &Invocation) -> Option<Built> {
    let options = BUILD_EXE.read(invocation.args().get(1..)?);
    if options.unknown.is_some() {
        return None;
    }
    let name = match (options.value(&["-femit-bin"]), options.value(&["--name"])) {
        (Some(path), _) => path?.trim_start_matches('=').to_owned(),
        (None, Some(name)) => name?.to_owned(),
        (None, None) => {
            let source = options.operands.first()?.text.as_deref()?;
            base_name(source).strip_suffix(".zig")?.to_owned()
        }
    };
    let evidence = format!("`zig build-exe` writes {name}");
    Some(Built { path: invocation.path(&name)?, is_folder: false, evidence })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = site.starts_tool(&["zig"]) {
        return Some(Err(refusal));
    }
    let started = site.started_products(ECOSYSTEM.name);
    let answers = started.iter().map(|(path, product)| native(site, path, product));
    Answer::all(answers).or_else(|| site.builds_another(ECOSYSTEM.name).map(Err))
}

fn native(site: &Site<'_, '_>, path: &str, product: &Product) -> Result<Answer, Refusal> {
    let invocation = site.built_by(path, product)?;
    let folder = invocation.folder.clone().unwrap_or_default();
    let project = ["build.zig", "main.zig"].iter().find_map(|f| site.course.project_in(&folder, f));
    let sources = match (site.context(), project) {
        (Some(context), Some(project)) => Sources::read(context, &project, &["zig", "zon"]),
        _ => Sources::default(),
    };
    let has = |text: &str| invocation.args().iter().any(|word| word.or_empty().contains(text));
    let is_alone =
        !sources.may_mention(LINKING) && !sources.mentions(&["@cImport", "extern \"c\""]);
    let is_plain = invocation.arg(0) == Some("build-exe") && !has("-lc") && !has("-dynamic");
    let (linkage, why) = match () {
        () if has("musl") => (Linkage::Static, "programs for musl are linked statically"),
        () if is_plain || is_alone => (Linkage::Static, "it does not link with libc"),
        () => (Linkage::Dynamic { runtime: false }, "it may link with libc"),
    };
    let need = |is_needed: bool| if is_needed { Need::Yes } else { Need::No };
    let evidence = vec![
        Evidence::at(invocation.range, product.evidence.clone()),
        Evidence::at(invocation.range, why),
    ];
    Ok(Answer {
        provides: vec![base_name(path).to_owned()],
        certificates: need(sources.may_mention(&["http", "tls", "Certificate"])),
        zones: need(sources.may_mention(&["zoneinfo", "localtime"]) && site.base().has_zones()),
        temporary: need(sources.may_mention(&["/tmp"])),
        data: Data::Beside { folders: vec![folder], embedded: Vec::new() },
        evidence,
        weight: Amount { bytes: 1_500_000, low: 10_000, high: 10_000_000 },
        ..Answer::new(ECOSYSTEM.name, linkage, vec![Artifact::file(path)])
    })
}

#[cfg(test)]
mod tests {
    use crate::split::testing::check;

    /// The runtime stages, assumptions and refusals of a file.
    #[test]
    fn without_libc() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache zig
WORKDIR /app
COPY . .
RUN zig build -Doptimize=ReleaseSafe
CMD ["./zig-out/bin/app"]
"#,
            &[
                (
                    "build.zig",
                    "pub fn build(b: *std.Build) void { const exe = b.addExecutable(.{ .name = \"app\" }); b.installArtifact(exe); }",
                ),
                ("src/main.zig", "pub fn main() void {}"),
            ],
            r#"FROM alpine:3.20
WORKDIR /app
COPY --from=builder /app/zig-out/bin/app /app/zig-out/bin/app
CMD ["./zig-out/bin/app"]
FROM scratch
WORKDIR /app
COPY --from=builder /app/zig-out/bin/app /app/zig-out/bin/app
CMD ["./zig-out/bin/app"]"#,
        );
    }

    #[test]
    fn zig_fetched_by_hand_is_not_followed() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y xz-utils curl
RUN curl -L https://ziglang.org/zig.tar.xz | tar -xJ -C /opt
ENV PATH=/opt/zig:$PATH
WORKDIR /app
COPY . .
RUN zig build
CMD ["./zig-out/bin/app"]
"#,
            &[("build.zig", "exe.linkLibC();"), ("src/main.zig", "pub fn main() void {}")],
            r#"no Conservative: cannot-follow
no Smallest: cannot-follow"#,
        );
    }

    #[test]
    fn build_exe() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache zig
WORKDIR /app
COPY main.zig .
RUN zig build-exe main.zig -O ReleaseSmall
CMD ["./main"]
"#,
            &[("main.zig", "pub fn main() void {}")],
            r#"FROM alpine:3.20
WORKDIR /app
COPY --from=builder /app/main /app/main
CMD ["./main"]
FROM scratch
WORKDIR /app
COPY --from=builder /app/main /app/main
CMD ["./main"]"#,
        );
    }

    #[test]
    fn zig_build_as_start() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache zig
WORKDIR /app
COPY . .
CMD ["zig", "build", "run"]
"#,
            &[("main.zig", "")],
            r#"build-tool: The container runs the build tool itself: `zig build run`."#,
        );
    }

    #[test]
    fn with_libc() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache zig
WORKDIR /app
COPY . .
RUN zig build
CMD ["./zig-out/bin/app"]
"#,
            &[("build.zig", "exe.linkLibC();"), ("src/main.zig", "pub fn main() void {}")],
            r#"FROM alpine:3.20
WORKDIR /app
COPY --from=builder /app/zig-out/bin/app /app/zig-out/bin/app
CMD ["./zig-out/bin/app"]
no Smallest: no-runtime"#,
        );
    }
}
