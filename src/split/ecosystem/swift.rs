//! Swift: `swift build`.
//!
//! Source: the documentation of the Swift package manager, and of the official images: the `-slim`
//! one of a tag holds the run-time libraries of the same compiler.

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site, Variant};
use crate::split::base::Family;
use crate::split::command::{Grammar, Invocation};
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
        "--static-swift-stdlib",
        "--verbose",
        "-v",
        "--skip-update",
    ],
    joined: &[],
};

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    if invocation.name()? != "swift" {
        return None;
    }
    match invocation.arg(0)? {
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
    use crate::split::testing::check;

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
