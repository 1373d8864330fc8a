//! Swift: `swift build`.
//!
//! Source: the documentation of the Swift package manager, and of the official images: the `-slim`
//! one of a tag holds the run-time libraries of the same compiler.

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site, Variant};
use crate::split::base::Family;
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::Product;
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::base_name;
use crate::workspace::project::swift;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "swift", title: "Swift", reads: read, answers: answer };

const BUILD: Grammar = Grammar {
    values: &[
        "--build-path",
        "--configuration",
        "--jobs",
        "--package-path",
        "--product",
        "--scratch-path",
        "--target",
        "-Xcc",
        "-Xlinker",
        "-Xswiftc",
        "-c",
        "-j",
    ],
    switches: &[
        "--disable-sandbox",
        "--enable-test-discovery",
        "--show-bin-path",
        "--static-swift-stdlib",
        "--verbose",
        "-v",
        "--skip-update",
    ],
    joined: &[],
};

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    if matches!(invocation.name()?, "cp" | "mv") {
        return moved(asked).map(|built| Reading::Builds(vec![built]));
    }
    if invocation.name()? != "swift" {
        return None;
    }
    match invocation.arg(0)? {
        "build" if shows_folder(invocation) => Some(Reading::Prepares),
        "package" | "--version" => Some(Reading::Prepares),
        "test" | "format" => Some(Reading::Checks),
        "build" => Some(Reading::Builds(built(invocation).unwrap_or_default())),
        _ => None,
    }
}

/// Programs lie in the folder of the configuration, a link to that of the system's name.
fn built(invocation: &Invocation) -> Option<Vec<Built>> {
    let options = BUILD.read(invocation.args().get(1..)?);
    if options.unknown.is_some() || !options.operands.is_empty() {
        return None;
    }
    let folder = match options.value(&["--package-path"]) {
        Some(folder) => invocation.path(folder?)?,
        None => invocation.folder.clone()?,
    };
    let build = match options.value(&["--scratch-path", "--build-path"]) {
        Some(path) => invocation.path(path?)?,
        None => join(&folder, ".build")?,
    };
    let configuration = match options.value(&["-c", "--configuration"]) {
        Some(configuration) => configuration?,
        None => "debug",
    };
    let evidence = format!("`swift build` writes programs to {build}/{configuration}");
    let systems = ["", "/x86_64-unknown-linux-gnu", "/aarch64-unknown-linux-gnu"];
    let built = systems.iter().map(|system| Built {
        path: format!("{build}{system}/{configuration}"),
        is_folder: true,
        evidence: evidence.clone(),
    });
    Some(built.collect())
}

/// Whether a build only prints where programs lie.
fn shows_folder(invocation: &Invocation) -> bool {
    invocation.args().iter().any(|word| word.or_empty() == "--show-bin-path")
}

/// What ``mv `swift build --show-bin-path` /app/bin`` puts somewhere: the folder of the programs, or what
/// is named behind it.
fn moved(asked: &Asked<'_, '_>) -> Option<Built> {
    let (course, invocation) = (asked.course, asked.invocation);
    let mut inside = course.facts.inside(asked.line, invocation);
    let (Some(asking), None) = (inside.next(), inside.next()) else { return None };
    if asking.name() != Some("swift") || !shows_folder(asking) {
        return None;
    }
    let folder = built(asking)?.into_iter().next()?.path;
    let is_option = |word: &&Word| word.or_empty().starts_with('-');
    let operands: Vec<&Word> = invocation.args().iter().filter(|word| !is_option(word)).collect();
    let [Word { text: None, .. }, to] = operands[..] else { return None };
    let text = super::c::written(course, asked.line, invocation)?;
    let end = usize::from(asking.range.end() - invocation.range.start());
    let rest = text.get(end..)?.trim_start().strip_prefix([')', '`'])?;
    let behind = rest.trim_start_matches('"').split([' ', '\t', '"']).next()?;
    if behind.contains(['$', '*', '?', '`']) {
        return None;
    }
    let source = join(&folder, behind.trim_matches('/'))?;
    let destination = invocation.path(to.text.as_deref().filter(|_| !to.is_pattern)?)?;
    let evidence = format!("{} brings what `swift build` writes", invocation.name()?);
    let path = course.world.landing(&source, &destination);
    Some(Built { path, is_folder: behind.trim_matches('/').is_empty(), evidence })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = site.starts_tool(&["swift"]) {
        return Some(Err(refusal));
    }
    let started = site.started_products(ECOSYSTEM.name);
    let answers = started.iter().map(|(path, product)| native(site, path, product));
    Answer::all(answers).or_else(|| site.builds_another(ECOSYSTEM.name).map(Err))
}

fn native(site: &Site<'_, '_>, path: &str, product: &Product) -> Result<Answer, Refusal> {
    let invocation = site.built_by(path, product)?;
    let base = site.base();
    if base.family != Family::Swift {
        let what = format!("Swift on {}", base.name());
        return Err(Refusal::new(Reason::NoRuntime, what, Some(site.start.place)));
    }
    // Older versions and the images of other distributions have no slim one that is known.
    if base.distribution.release().is_none() {
        let what = format!("a slim image beside {}", base.name());
        return Err(Refusal::new(Reason::NoRuntime, what, Some(site.start.place)));
    }
    let folder = invocation.folder.clone().unwrap_or_default();
    let project = site.course.project_in(&folder, "Package.swift");
    let package =
        project.and_then(|project| swift::package(site.context()?, &project).ok().flatten());
    if package.as_ref().is_some_and(|package| package.has_resources) {
        let why = "the package has resources, which are made beside the program";
        return Err(Refusal::new(Reason::ArtifactUnknown, why, Some(invocation.range)));
    }
    let mut assumptions = vec!["no package that it depends on has resources".to_owned()];
    if package.is_none() {
        assumptions.push("the package has no resources".to_owned());
    }
    let tag = base.image.effective_tag().unwrap_or_default();
    let slim = match tag {
        "latest" => "slim".to_owned(),
        tag => format!("{tag}-slim"),
    };
    let image = format!("{}:{slim}", base.image.familiar());
    Ok(Answer {
        provides: vec![base_name(path).to_owned()],
        runtimes: vec![(Variant::Conservative, image)],
        certificates: Need::Yes,
        data: Data::Beside { folders: vec![folder], embedded: Vec::new() },
        evidence: vec![Evidence::at(invocation.range, product.evidence.clone())],
        assumptions,
        weight: Amount { bytes: 15_000_000, low: 50_000, high: 150_000_000 },
        ..Answer::new(
            ECOSYSTEM.name,
            Linkage::Dynamic { runtime: true },
            vec![Artifact::file(path)],
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::split::testing::{check, stages};

    /// The runtime stages, assumptions and refusals of a file.
    #[test]
    fn the_slim_sibling() {
        check(
            r#"FROM swift:5.9-jammy
WORKDIR /app
COPY . .
RUN swift build -c release
EXPOSE 8080
CMD [".build/release/App"]
"#,
            &[
                (
                    "Package.swift",
                    "let package = Package(name: \"App\", targets: [.executableTarget(name: \"App\")])",
                ),
                ("Sources/App/main.swift", "print(1)"),
            ],
            r#"FROM swift:5.9-jammy-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/.build/release/App /app/.build/release/App
EXPOSE 8080
CMD [".build/release/App"]
? no package that it depends on has resources
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn ubuntu_below_older_versions() {
        let file = |image: &str| {
            format!(
                "FROM {image}\nWORKDIR /app\nCOPY . .\nRUN swift build -c release\nCMD \
                 [\".build/release/App\"]\n"
            )
        };
        let files = [("Package.swift", "let package = Package(name: \"App\")")];
        check(
            &file("swift:5.6"),
            &files,
            r#"FROM swift:5.6-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/.build/release/App /app/.build/release/App
CMD [".build/release/App"]
? no package that it depends on has resources
no Smallest: no-runtime"#,
        );
        check(
            &file("swift:4.2"),
            &files,
            "no-runtime: No such image is known to run it: a slim image beside swift:4.2.",
        );
    }

    #[test]
    fn without_the_context() {
        check(
            r#"FROM swift:5.9
WORKDIR /app
COPY . .
RUN swift build -c release && cp .build/release/App /usr/local/bin/App
CMD ["App"]
"#,
            &[],
            r#"FROM swift:5.9-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /usr/local/bin/App /usr/local/bin/App
CMD ["App"]
? no package that it depends on has resources
? the package has no resources
? the program reads no other files of what line 3 copies (the project's folder is not at hand)
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn resources() {
        check(
            r#"FROM swift:5.9
WORKDIR /app
COPY . .
RUN swift build -c release
CMD [".build/release/App"]
"#,
            &[(
                "Package.swift",
                "let package = Package(name: \"App\", targets: [.executableTarget(name: \"App\", resources: [.process(\"x\")])])",
            )],
            r#"artifact-unknown: Which file the build produces is not known: the package has resources, which are made beside the program."#,
        );
    }

    #[test]
    fn the_folder_that_the_build_shows() {
        let check = |moves: &str, start: &str, expected: &str| {
            let file = format!(
                "FROM swift:5.10\nWORKDIR /app\nCOPY . .\n\
                 RUN swift build -c release && mkdir /app/bin\nRUN {moves}\nCMD {start} serve --env x\n"
            );
            let package = "let package = Package(name: \"Run\", targets: [.target(name: \"Run\")])";
            let files = [("Package.swift", package), ("Sources/Run/main.swift", "print(1)")];
            let found = stages(&file, &files);
            assert!(found.contains(expected), "{moves}: {found}");
        };
        let shown = "swift build -c release --show-bin-path";
        let run = "COPY --from=builder /app/bin/release/Run /app/bin/release/Run\n";
        check(&format!("mv `{shown}` /app/bin"), "./bin/release/Run", run);
        check(&format!("cp -r \"$({shown})\" /app/bin"), "/app/bin/release/Run", run);
        let one = "COPY --from=builder /app/bin/Run /app/bin/Run\n";
        check(&format!("cp \"$({shown})/Run\" /app/bin"), "bin/Run", one);
        // What it is cannot be told.
        check(
            &format!("cp \"$({shown})/$X\" /app/bin"),
            "bin/Run",
            "cannot-follow: What `cp … /app/bin`",
        );
        let missing = "artifact-missing: Nothing in the file makes `./bin/Run`, which";
        check(&format!("mv `{shown}` /app/bin"), "./bin/Run", missing);
    }

    #[test]
    fn swift_run() {
        check(
            r#"FROM swift:5.9
WORKDIR /app
COPY . .
CMD ["swift", "run"]
"#,
            &[],
            r#"build-tool: The container runs the build tool itself: `swift run`."#,
        );
    }
}
