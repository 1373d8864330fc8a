//! Dart: `dart compile exe`.
//!
//! Source: the documentation of `dart compile`. A compiled program holds the run time of Dart and
//! links with the C library alone.

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site};
use crate::split::command::{Grammar, Invocation};
use crate::split::course::Product;
use crate::split::refusal::Refusal;
use crate::split::world::base_name;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "dart", title: "Dart", reads: read, answers: answer };

const COMPILE: Grammar = Grammar {
    values: &["--output", "--packages", "--save-debugging-info", "--verbosity", "-S", "-o", "-p"],
    switches: &["--enable-asserts", "--verbose", "-v"],
    joined: &["-D"],
};

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    if invocation.name()? != "dart" {
        return None;
    }
    match (invocation.arg(0)?, invocation.arg(1)) {
        ("pub" | "--version" | "--disable-analytics", _) => Some(Reading::Prepares),
        ("run", Some("build_runner")) => Some(Reading::Prepares),
        ("analyze" | "format" | "test", _) => Some(Reading::Checks),
        ("compile", Some("exe")) => {
            Some(Reading::Builds(compiled(invocation).into_iter().collect()))
        }
        _ => None,
    }
}

/// Without `-o` the program is named as its source, with the ending `.exe`.
fn compiled(invocation: &Invocation) -> Option<Built> {
    let options = COMPILE.read(invocation.args().get(2..)?);
    let [source] = options.operands[..] else { return None };
    if options.unknown.is_some() {
        return None;
    }
    let path = match options.value(&["-o", "--output"]) {
        Some(path) => path?.to_owned(),
        None => format!("{}.exe", source.text.as_deref()?.strip_suffix(".dart")?),
    };
    let evidence = format!("`dart compile exe` writes {path}");
    Some(Built { path: invocation.path(&path)?, is_folder: false, evidence })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = site.starts_tool(&["dart"]) {
        return Some(Err(refusal));
    }
    let started = site.started_products(ECOSYSTEM.name);
    let answers = started.iter().map(|(path, product)| native(site, path, product));
    Answer::all(answers).or_else(|| site.builds_another(ECOSYSTEM.name).map(Err))
}

fn native(site: &Site<'_, '_>, path: &str, product: &Product) -> Result<Answer, Refusal> {
    let invocation = site.built_by(path, product)?;
    let folder = invocation.folder.clone().unwrap_or_default();
    Ok(Answer {
        provides: vec![base_name(path).to_owned()],
        certificates: Need::Yes,
        zones: Need::Yes,
        temporary: Need::Yes,
        data: Data::Beside { folders: vec![folder], embedded: Vec::new() },
        evidence: vec![Evidence::at(invocation.range, product.evidence.clone())],
        assumptions: vec!["no package that it uses opens a library of its own".to_owned()],
        weight: Amount { bytes: 8_000_000, low: 5_000_000, high: 30_000_000 },
        ..Answer::new(
            ECOSYSTEM.name,
            Linkage::Dynamic { runtime: false },
            vec![Artifact::file(path)],
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::split::testing::check;

    /// The runtime stages, assumptions and refusals of a file.
    #[test]
    fn compiled() {
        check(
            r#"FROM dart:3.4
WORKDIR /app
COPY pubspec.* ./
RUN dart pub get
COPY . .
RUN dart compile exe bin/server.dart -o bin/server
EXPOSE 8080
CMD ["/app/bin/server"]
"#,
            &[
                ("pubspec.yaml", "name: x\n"),
                ("bin/server.dart", "void main() {}"),
                ("public/index.html", "x"),
            ],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/bin/server /app/bin/server
COPY --from=builder /app/public /app/public
EXPOSE 8080
CMD ["/app/bin/server"]
? no package that it uses opens a library of its own
FROM gcr.io/distroless/base-debian12
WORKDIR /app
COPY --from=builder /app/bin/server /app/bin/server
COPY --from=builder /app/public /app/public
EXPOSE 8080
CMD ["/app/bin/server"]
? no package that it uses opens a library of its own"#,
        );
    }

    #[test]
    fn the_default_name() {
        check(
            r#"FROM dart:3.4
WORKDIR /app
COPY . .
RUN dart pub get && dart compile exe bin/server.dart
CMD ["bin/server.exe"]
"#,
            &[("bin/server.dart", "void main() {}")],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/bin/server.exe /app/bin/server.exe
CMD ["bin/server.exe"]
? no package that it uses opens a library of its own
FROM gcr.io/distroless/base-debian12
WORKDIR /app
COPY --from=builder /app/bin/server.exe /app/bin/server.exe
CMD ["bin/server.exe"]
? no package that it uses opens a library of its own"#,
        );
    }

    #[test]
    fn dart_run() {
        check(
            r#"FROM dart:3.4
WORKDIR /app
COPY . .
RUN dart pub get
CMD ["dart", "run", "bin/server.dart"]
"#,
            &[("bin/server.dart", "void main() {}")],
            r#"build-tool: The container runs the build tool itself: `dart run bin/server.dart`."#,
        );
    }
}
