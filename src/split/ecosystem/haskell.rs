//! Haskell: `cabal install` and `stack install`.
//!
//! Builds alone leave their programs in folders whose names are hashes; only installed ones have a
//! place. Sources: the Cabal user guide (`--installdir`), the Stack user guide
//! (`--local-bin-path`).

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site};
use crate::split::base::Libc;
use crate::split::command::Invocation;
use crate::split::course::{Course, Product};
use crate::split::facts::join;
use crate::split::refusal::Refusal;
use crate::split::world::base_name;
use crate::workspace::project::haskell;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "haskell", title: "Haskell", reads: read, answers: answer };

/// What programs of GHC link with on Debian, by the packages that the images hold for it.
const LIBRARIES: &[&str] = &["libgmp-dev", "libffi-dev", "libnuma-dev", "zlib1g-dev"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    let name = invocation.name().filter(|name| matches!(*name, "cabal" | "stack"))?;
    let words: Vec<&str> =
        invocation.args().iter().map(|word| word.text.as_deref()).collect::<Option<_>>()?;
    let has = |option: &str| words.contains(&option);
    let verb = words.iter().find(|word| !word.starts_with('-'))?;
    let only_prepares = has("--only-dependencies")
        || has("--dependencies-only")
        || has("--only-snapshot")
        || has("--only-configure");
    match verb.trim_start_matches("v2-").trim_start_matches("new-") {
        "update" | "configure" | "freeze" | "setup" | "path" | "config" | "clean" | "list-bin" => {
            Some(Reading::Prepares)
        }
        "build" | "install" if only_prepares => Some(Reading::Prepares),
        "test" | "check" | "haddock" => Some(Reading::Checks),
        "install" => Some(Reading::Builds(installed(asked, name, &words).unwrap_or_default())),
        "build" if has("--copy-bins") => {
            Some(Reading::Builds(installed(asked, name, &words).unwrap_or_default()))
        }
        "build" => Some(Reading::Builds(Vec::new())),
        _ => None,
    }
}

/// The folder that programs are installed to, and their names if the package is at hand.
fn installed(asked: &Asked<'_, '_>, tool: &str, words: &[&str]) -> Option<Vec<Built>> {
    let invocation = asked.invocation;
    let option = if tool == "cabal" { "--installdir" } else { "--local-bin-path" };
    let folder = match value(words, option) {
        Some(folder) => invocation.path(folder)?,
        None if tool == "stack" => {
            let scene = &asked.course.facts.lines.get(asked.line)?.scene;
            format!("{}/.local/bin", invocation.home(scene)?)
        }
        // It has moved between versions.
        None => return None,
    };
    let evidence = format!("`{tool} install` puts programs into {folder}");
    let mut built =
        vec![Built { path: folder.clone(), is_folder: true, evidence: evidence.clone() }];
    for name in executables(asked.course, invocation) {
        let path = join(&folder, &name)?;
        built.push(Built { path, is_folder: false, evidence: evidence.clone() });
    }
    Some(built)
}

fn value<'w>(words: &[&'w str], option: &str) -> Option<&'w str> {
    let at = words.iter().position(|word| word.split('=').next() == Some(option))?;
    match words.get(at)?.split_once('=') {
        Some((_, value)) => Some(value),
        None => words.get(at + 1).copied(),
    }
}

/// The programs of the package that a command works in.
fn executables(course: &Course<'_>, invocation: &Invocation) -> Vec<String> {
    let found = || {
        let folder = invocation.folder.as_deref()?;
        let inside = course.in_context(folder)?;
        haskell::package(course.context?, &inside).ok()?
    };
    found().map(|package| package.executables).unwrap_or_default()
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = site.starts_tool(&["cabal", "stack", "runghc", "runhaskell"]) {
        return Some(Err(refusal));
    }
    let started = site.started_likely(ECOSYSTEM.name);
    let answers =
        started.iter().map(|(path, product, likely)| native(site, path, product, *likely));
    Answer::all(answers).or_else(|| site.builds_another(ECOSYSTEM.name).map(Err))
}

fn native(
    site: &Site<'_, '_>,
    path: &str,
    product: &Product,
    likely: bool,
) -> Result<Answer, Refusal> {
    let invocation = site.built_by(path, product)?;
    let folder = invocation.folder.clone().unwrap_or_default();
    let mut assumptions = vec!["it links with no library but those of GHC itself".to_owned()];
    if likely {
        assumptions.push(format!("{} is what was installed", base_name(path)));
    }
    let libraries = match site.base().libc() {
        Libc::Glibc => LIBRARIES.iter().map(|name| (*name).to_owned()).collect(),
        _ => Vec::new(),
    };
    let packages = match site.base().libc() {
        Libc::Musl => vec!["gmp".to_owned(), "libffi".to_owned(), "zlib".to_owned()],
        _ => Vec::new(),
    };
    Ok(Answer {
        libraries,
        packages,
        provides: vec![base_name(path).to_owned()],
        certificates: Need::Yes,
        zones: Need::Yes,
        temporary: Need::Yes,
        data: Data::Beside { folders: vec![folder], embedded: Vec::new() },
        build_variables: &["CABAL_DIR", "STACK_ROOT"],
        evidence: vec![Evidence::at(invocation.range, product.evidence.clone())],
        assumptions,
        weight: Amount { bytes: 10_000_000, low: 1_000_000, high: 80_000_000 },
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
    fn cabal_install() {
        check(
            r#"FROM haskell:9.6
WORKDIR /app
RUN cabal update
COPY . .
RUN cabal install --installdir=/opt/bin --install-method=copy
CMD ["/opt/bin/app"]
"#,
            &[
                ("app.cabal", "name: app\nversion: 1\nexecutable app\n  main-is: Main.hs\n"),
                ("Main.hs", "main = pure ()"),
            ],
            r#"FROM debian:bullseye-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgmp10 libgmpxx4ldbl libffi7 libnuma1 zlib1g ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /opt/bin/app /opt/bin/app
CMD ["/opt/bin/app"]
? it links with no library but those of GHC itself
no Smallest: needs-other"#,
        );
    }

    #[test]
    fn packages_that_have_left_the_mirrors() {
        check(
            r#"FROM haskell:9.4.7
WORKDIR /app
COPY . .
RUN cabal install --installdir=/opt/bin --install-method=copy
CMD ["/opt/bin/app"]
"#,
            &[
                ("app.cabal", "name: app\nversion: 1\nexecutable app\n  main-is: Main.hs\n"),
                ("Main.hs", "main = pure ()"),
            ],
            "no Conservative: needs-other\nno Smallest: needs-other",
        );
    }

    #[test]
    fn stack_install() {
        check(
            r#"FROM haskell:9.6
WORKDIR /app
COPY . .
RUN stack install --system-ghc
CMD ["app"]
"#,
            &[
                ("app.cabal", "name: app\nversion: 1\nexecutable app\n  main-is: Main.hs\n"),
                ("Main.hs", "main = pure ()"),
            ],
            r#"FROM debian:bullseye-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgmp10 libgmpxx4ldbl libffi7 libnuma1 zlib1g ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /root/.local/bin/app /usr/local/bin/app
CMD ["app"]
? it links with no library but those of GHC itself
no Smallest: needs-other"#,
        );
    }

    #[test]
    fn stack_exec() {
        check(
            r#"FROM haskell:9.6
WORKDIR /app
COPY . .
RUN stack build
CMD ["stack", "exec", "app"]
"#,
            &[],
            r#"build-tool: The container runs the build tool itself: `stack exec app`."#,
        );
    }

    #[test]
    fn cabal_build_alone() {
        check(
            r#"FROM haskell:9.6
WORKDIR /app
COPY . .
RUN cabal build
CMD ["./dist-newstyle/app"]
"#,
            &[],
            r#"artifact-unknown: Which file the build produces is not known: the build does not say where its program lies."#,
        );
    }
}
