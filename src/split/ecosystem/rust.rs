//! Rust: `cargo build`, `cargo install` and `cargo run`, with glibc and with musl.
//!
//! Where programs land is not guessed from names: all of `target/PROFILE` is what the build made,
//! and the start command says which file of it is meant.
//!
//! Sources: the Cargo Book (`cargo build`, `cargo install`, profiles, configuration, environment
//! variables), the rustc book (code generation options) and the reference's chapter on linkage.

mod args;
mod flags;
mod linkage;
mod project;
mod run;
mod setup;
mod tools;

use super::{Asked, Built, Ecosystem, Reading};
use crate::split::answer::{Answer, Artifact, Evidence, Linkage, Site};
use crate::split::command::Word;
use crate::split::course::{Product, Role};
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::base_name;
use args::{RUSTC, options, until_dashes, verb};
use linkage::Linked;
use project::Project;
use run::toolchain_start;
use setup::{Setup, trimmed};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "rust", title: "Rust", reads: read, answers: answer };

/// Commands of cargo that get ready for a build.
const PREPARING: &[&str] = &[
    "add",
    "chef",
    "clean",
    "fetch",
    "generate-lockfile",
    "init",
    "metadata",
    "new",
    "pkgid",
    "search",
    "sqlx",
    "tree",
    "update",
    "vendor",
    "--version",
    "-V",
    "--list",
    "version",
];

/// Commands of cargo that test or check.
const CHECKING: &[&str] = &[
    "audit",
    "bench",
    "c",
    "check",
    "clippy",
    "deny",
    "doc",
    "fmt",
    "llvm-cov",
    "nextest",
    "t",
    "tarpaulin",
    "test",
    "udeps",
];

/// Crates whose programs help to build.
const TOOLS: &[&str] =
    &["cross", "just", "sccache", "wasm-bindgen-cli", "wasm-pack", "trunk", "bindgen-cli"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    match invocation.name()? {
        "rustup" | "rustup-init" => Some(Reading::Prepares),
        // `curl https://sh.rustup.rs | sh`
        "sh" | "bash" if asked.course.facts.is_fed(asked.line, invocation, "sh.rustup.rs") => {
            Some(Reading::Prepares)
        }
        "rustfmt" => Some(Reading::Checks),
        "rustc" => Some(match invocation.arg(0) {
            Some("--version" | "-V" | "-vV") => Reading::Prepares,
            _ => Reading::Builds(compiled(asked).into_iter().collect()),
        }),
        "cargo" => cargo_command(asked),
        _ => None,
    }
}

fn cargo_command(asked: &Asked<'_, '_>) -> Option<Reading> {
    let (verb, rest) = verb(asked.invocation.args())?;
    if PREPARING.contains(&verb) {
        return Some(Reading::Prepares);
    }
    if CHECKING.contains(&verb) {
        return Some(Reading::Checks);
    }
    match verb {
        "build" | "b" | "rustc" | "auditable" | "zigbuild" => {
            Some(Reading::Builds(built(asked, rest).unwrap_or_default()))
        }
        "install" => match installed_tool(rest) {
            true => Some(Reading::Prepares),
            false => Some(Reading::Builds(installed(asked, rest).unwrap_or_default())),
        },
        _ => None,
    }
}

/// What `cargo build` writes.
fn built(asked: &Asked<'_, '_>, words: &[Word]) -> Option<Vec<Built>> {
    let options = options(words)?;
    let scene = &asked.course.facts.lines.get(asked.line)?.scene;
    let behind = until_dashes(words).1;
    let setup = Setup::read(asked.course, asked.invocation, scene, &options, behind)?;
    let foreign = ["wasm", "windows", "apple", "none", "uefi", "android"];
    if setup.triple.as_ref().is_some_and(|triple| foreign.iter().any(|one| triple.contains(one))) {
        return None;
    }
    let mut folders: Vec<String> = setup.outputs().collect();
    if let Some(folder) = options.value(&["--artifact-dir", "--out-dir"]) {
        folders.push(asked.invocation.path(folder?)?);
    }
    let built = |path: String| {
        let evidence = format!("`cargo build` writes its programs to {path}");
        Built { path, is_folder: true, evidence }
    };
    Some(folders.into_iter().map(built).collect())
}

/// Whether `cargo install` installs what only helps to build.
fn installed_tool(words: &[Word]) -> bool {
    let Some(options) = options(words) else { return false };
    let is_tool = |word: &&Word| {
        let name = tools::named(word.or_empty());
        name.starts_with("cargo-") || TOOLS.contains(&name)
    };
    !options.operands.is_empty() && options.operands.iter().all(is_tool)
}

/// What `cargo install` writes.
fn installed(asked: &Asked<'_, '_>, words: &[Word]) -> Option<Vec<Built>> {
    let options = options(words)?;
    let invocation = asked.invocation;
    let scene = &asked.course.facts.lines.get(asked.line)?.scene;
    let root = match options.value(&["--root"]) {
        Some(root) => invocation.path(root?)?,
        None => match invocation.variable("CARGO_INSTALL_ROOT", scene) {
            Some(root) => root?.to_owned(),
            None => match invocation.variable("CARGO_HOME", scene) {
                Some(home) => home?.to_owned(),
                None => format!("{}/.cargo", invocation.home(scene)?),
            },
        },
    };
    let folder = join(&root, "bin")?;
    let mut names: Vec<String> = Vec::new();
    for (option, _, value) in &options.options {
        if option == "--bin" {
            names.push(value.clone()?);
        }
    }
    if names.is_empty() {
        let crates = options.operands.iter().filter_map(|word| word.text.as_deref());
        names.extend(crates.flat_map(|name| tools::programs(tools::named(name))));
    }
    if let Some(place) = options.value(&["--path"])
        && names.is_empty()
    {
        let project = Project::read(asked.course, &trimmed(invocation.path(place?)?));
        let Some(project) = project else {
            let evidence = format!("`cargo install` writes the package's programs to {folder}");
            return Some(vec![Built { path: folder, is_folder: true, evidence }]);
        };
        names.extend(project.package()?.bins.iter().map(|bin| bin.name.clone()));
    }
    let built = |name: &String| {
        let evidence = format!("`cargo install` writes {name} to {folder}");
        Some(Built { path: join(&folder, name)?, is_folder: false, evidence })
    };
    names.iter().map(built).collect()
}

/// What `rustc` writes.
fn compiled(asked: &Asked<'_, '_>) -> Option<Built> {
    let invocation = asked.invocation;
    let options = RUSTC.read(invocation.args());
    let is_program = options.value(&["--crate-type"]).is_none_or(|kind| kind == Some("bin"));
    let [source] = options.operands[..] else { return None };
    if options.unknown.is_some() || !is_program {
        return None;
    }
    let source = source.text.as_deref()?;
    let name = match (options.value(&["-o"]), options.value(&["--crate-name"])) {
        (Some(path), _) => path?.to_owned(),
        (None, Some(name)) => name?.to_owned(),
        (None, None) => base_name(source).strip_suffix(".rs")?.to_owned(),
    };
    let path = invocation.path(&name)?;
    Some(Built { path, is_folder: false, evidence: "the output of `rustc`".to_owned() })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = toolchain_start(site) {
        return Some(refusal);
    }
    let started = site.started_likely(ECOSYSTEM.name);
    let answers =
        started.iter().map(|(path, product, likely)| native(site, path, product, *likely));
    Answer::all(answers).or_else(|| site.builds(ECOSYSTEM.name).then(|| Err(missing(site))))
}

/// Something is built, but it is not what is started.
fn missing(site: &Site<'_, '_>) -> Refusal {
    let builds = |role: &Role| *role == Role::Builds(ECOSYSTEM.name);
    let first = site.course.deeds_with(builds).next();
    match (site.course.products.is_empty(), first) {
        (true, Some((_, one))) => {
            let why = format!("`{}` has options or variables that are not known", one.shown());
            Refusal::new(Reason::ArtifactUnknown, why, Some(one.range))
        }
        _ => site.not_started(ECOSYSTEM.name),
    }
}

fn native(
    site: &Site<'_, '_>,
    path: &str,
    product: &Product,
    likely: bool,
) -> Result<Answer, Refusal> {
    let invocation = site.built_by(path, product)?;
    let unknown = || site.unknown_artifact(path);
    let scene = &site.facts().lines.get(product.line).ok_or_else(unknown)?.scene;
    let words = verb(invocation.args()).map_or(invocation.args(), |(_, rest)| rest);
    let (options, behind) = match invocation.name() {
        Some("rustc") => (RUSTC.read(words), words),
        _ => (options(words).ok_or_else(unknown)?, until_dashes(words).1),
    };
    let mut setup =
        Setup::read(site.course, invocation, scene, &options, behind).ok_or_else(unknown)?;
    // `cargo install CRATE` has nothing to do with what lies in the folder.
    let is_foreign = match invocation.name() {
        Some("rustc") => true,
        _ => !options.operands.is_empty() || options.has("--git"),
    };
    if is_foreign {
        setup.project = None;
    }
    let mut linked = Linked::of(site, &setup, Some(invocation))?;
    if is_foreign && !site.base().slim && linked.linkage != Linkage::Static {
        linked.libraries.extend(tools::libraries(&options));
    }
    let mut answer = linked.answer(site, Artifact::file(path))?;
    answer.evidence.insert(0, Evidence::at(invocation.range, product.evidence.clone()));
    answer.provides.push(base_name(path).to_owned());
    if likely {
        let name = base_name(path);
        answer.assumptions.push(format!("{name} is what `cargo install` installed"));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use crate::split::testing::{check, stages};

    const PACKAGE: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    const MAIN: &str = "fn main() { println!(\"hello\"); }\n";
    const ALONE: &[(&str, &str)] = &[("Cargo.toml", PACKAGE), ("src/main.rs", MAIN)];

    const LOCKED: &[(&str, &str)] = &[
        (
            "Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nreqwest = \"0.12\"\n",
        ),
        (
            "Cargo.lock",
            "version = 3\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.1\"\n[[package]]\nname = \"native-tls\"\nversion = \"0.2.1\"\n",
        ),
        ("src/main.rs", MAIN),
        ("templates/a.html", "x"),
    ];

    #[test]
    fn the_configuration_names_a_target() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            &[
                ("Cargo.toml", PACKAGE),
                ("src/main.rs", MAIN),
                (".cargo/config.toml", "[build]\ntarget = \"x86_64-unknown-linux-musl\"\n"),
            ],
            r#"artifact-missing: Nothing in the file makes `target/release/app`, which the container starts."#,
        );
    }

    #[test]
    fn the_target_of_the_configuration() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/x86_64-unknown-linux-musl/release/app"]
"#,
            &[
                ("Cargo.toml", PACKAGE),
                ("src/main.rs", MAIN),
                (".cargo/config.toml", "[build]\ntarget = \"x86_64-unknown-linux-musl\"\n"),
            ],
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/x86_64-unknown-linux-musl/release/app /app/target/x86_64-unknown-linux-musl/release/app
CMD ["target/x86_64-unknown-linux-musl/release/app"]
FROM scratch
WORKDIR /app
COPY --from=builder /app/target/x86_64-unknown-linux-musl/release/app /app/target/x86_64-unknown-linux-musl/release/app
CMD ["target/x86_64-unknown-linux-musl/release/app"]"#,
        );
    }

    #[test]
    fn dynamic_libraries_of_rust() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN RUSTFLAGS='-C prefer-dynamic' cargo build --release
CMD ["target/release/app"]
"#,
            ALONE,
            r#"plugins: It loads libraries at run time that cannot be traced: prefer-dynamic."#,
        );
    }

    #[test]
    fn libraries_of_the_flags() {
        let file = |flags: &str| {
            format!(
                "FROM rust:1.80\nENV RUSTFLAGS=\"{flags}\"\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"target/release/app\"]\n"
            )
        };
        check(
            &file("-C link-arg=-lfoo"),
            ALONE,
            "plugins: It loads libraries at run time that cannot be traced: libfoo.",
        );
        let made = stages(&file("-C target-cpu=native -lm"), ALONE);
        assert!(made.contains("FROM gcr.io/distroless/cc-debian12\n"), "{made}");
        let made = stages(&file("-C link-args=-lpq"), ALONE);
        assert!(made.contains("libpq5") && made.contains("no Smallest"), "{made}");
        let installed = file("-lpcap")
            .replace("WORKDIR", "RUN apt-get update && apt-get install -y libpcap-dev\nWORKDIR");
        let made = stages(&installed, ALONE);
        assert!(made.contains("libpcap0.8"), "{made}");
    }

    #[test]
    fn libraries_of_the_workspace() {
        let file = "FROM rust:1.80\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"target/release/app\"]\n";
        let made = |kind: &str, needs: &str| {
            let app =
                format!("{PACKAGE}[dependencies]\n{needs}[workspace]\nmembers = [\"more\"]\n");
            let more = format!(
                "{}[lib]\ncrate-type = [\"{kind}\"]\n",
                PACKAGE.replace("\"app\"", "\"more\"")
            );
            let files = [
                ("Cargo.toml", app.as_str()),
                ("src/main.rs", MAIN),
                ("more/Cargo.toml", more.as_str()),
                ("more/src/lib.rs", ""),
            ];
            stages(file, &files)
        };
        let no = "plugins: It loads libraries at run time that cannot be traced: that of the package more.";
        assert_eq!(made("cdylib", "libloading = \"0.8\"\n"), no);
        assert_eq!(made("dylib", "more = { path = \"more\" }\n"), no);
        assert!(made("cdylib", "").starts_with("FROM debian:bookworm-slim"));
        let opens = made("rlib", "libloading = \"0.8\"\n");
        assert!(opens.contains("? the libraries that it opens itself are in the image"), "{opens}");
    }

    #[test]
    fn a_tool_that_the_start_script_calls() {
        let file = |install: &str| {
            format!(
                "FROM rust:1.80-bookworm\nRUN cargo install {install}\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nENTRYPOINT [\"./run.sh\"]\n"
            )
        };
        let files = |script: &'static str| {
            [
                ("Cargo.toml", PACKAGE),
                ("src/main.rs", MAIN),
                ("run.sh", script),
                ("migrations/1/up.sql", ""),
            ]
        };
        let diesel = files("#!/bin/sh\ndiesel migration run\nexec ./target/release/app\n");
        let made = stages(&file("diesel_cli --no-default-features --features sqlite"), &diesel);
        for part in [
            "COPY --from=builder /usr/local/cargo/bin/diesel /usr/local/bin/diesel\n",
            "COPY --from=builder /app/target/release/app /app/target/release/app\n",
            "COPY --from=builder /app/migrations /app/migrations\n",
            " libsqlite3-0 ",
            "no Smallest: needs-shell",
        ] {
            assert!(made.contains(part), "{part} is not in\n{made}");
        }
        let sqlx = files("#!/bin/sh\nsqlx migrate run\nexec ./target/release/app\n");
        let made = stages(&file("sqlx-cli --no-default-features -F rustls,postgres"), &sqlx);
        assert!(made.contains("/usr/local/cargo/bin/sqlx /usr/local/bin/sqlx\n"), "{made}");
        let made = stages(&file("cargo-watch"), &sqlx);
        assert!(made.contains("script-tool"), "{made}");
    }

    #[test]
    fn static_glibc() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN RUSTFLAGS='-C target-feature=+crt-static' cargo build --release
CMD ["target/release/app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? it uses nothing that a static glibc loads at run time: names of hosts and users, character sets
FROM scratch
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? it uses nothing that a static glibc loads at run time: names of hosts and users, character sets"#,
        );
    }

    #[test]
    fn programs_that_only_the_build_starts() {
        let file = "FROM rust:1.80\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD \
            [\"target/release/app\"]\n";
        let starts = "fn main() { std::process::Command::new(\"cargo\"); }\n";
        for path in ["build.rs", "examples/a.rs"] {
            let files = [("Cargo.toml", PACKAGE), ("src/main.rs", MAIN), (path, starts)];
            let found = stages(file, &files);
            assert!(found.contains("FROM gcr.io/distroless/cc") && !found.contains('?'), "{found}");
        }
        let found = stages(file, &[("Cargo.toml", PACKAGE), ("src/main.rs", starts)]);
        assert!(found.starts_with("needs-other: The program starts cargo"), "{found}");
    }

    #[test]
    fn files_that_it_may_not_hold() {
        let is_copied = |main: &str, build: &str| {
            let file = format!(
                "FROM rust:1.80\nWORKDIR /app\nCOPY . .\nRUN cargo build{build}\nCMD \
                 [\"target/release/app\"]\n"
            )
            .replace(
                "target/release",
                if build.is_empty() { "target/debug" } else { "target/release" },
            );
            let files = [
                ("Cargo.toml", PACKAGE),
                ("src/main.rs", main),
                ("web/a.html", "a"),
                ("web/b", "b"),
            ];
            let found = stages(&file, &files);
            assert!(found.contains("FROM debian:bookworm-slim"), "{found}");
            found.contains("COPY --from=builder /app/web")
        };
        let derived = "#[derive(Embed)]\n#[folder = \"web/\"]\nstruct Web;\nfn main() {}\n";
        assert!(!is_copied(derived, " --release"));
        // rust-embed reads from disk in debug builds.
        assert!(is_copied(derived, ""));
        let included = "fn main() { include_dir!(\"$CARGO_MANIFEST_DIR/web\"); }\n";
        assert!(!is_copied(included, " --release"));
        assert!(!is_copied(included, ""));
        let served = included.replace("); }", "); ServeDir::new(\"web\"); }");
        assert!(is_copied(&served, " --release"));
    }

    #[test]
    fn programs_that_are_started_by_the_program() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            &[
                ("Cargo.toml", PACKAGE),
                ("src/main.rs", "fn main() { std::process::Command::new(\"git\"); }"),
            ],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends git ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? the programs that it starts itself are in the image: git
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn behind_a_script() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
ENTRYPOINT ["/app/run.sh"]
CMD ["/app/target/release/app"]
"#,
            &[
                ("Cargo.toml", PACKAGE),
                ("src/main.rs", MAIN),
                ("run.sh", "#!/bin/sh\nset -e\nexec \"$@\"\n"),
            ],
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
COPY --from=builder /app/run.sh /app/run.sh
ENTRYPOINT ["/app/run.sh"]
CMD ["/app/target/release/app"]
no Smallest: needs-shell"#,
        );
    }

    #[test]
    fn a_profile_that_is_an_argument() {
        check(
            r#"FROM rust:1.80
ARG PROFILE=release
WORKDIR /app
COPY . .
RUN cargo build --profile $PROFILE
CMD ["target/release/app"]
"#,
            ALONE,
            r#"artifact-unknown: Which file the build produces is not known: `cargo build --profile …` has options or variables that are not known."#,
        );
    }

    #[test]
    fn rustc_alone() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY main.rs .
RUN rustc -O -o hello main.rs
CMD ["./hello"]
"#,
            &[("main.rs", MAIN)],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/hello /app/hello
CMD ["./hello"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/hello /app/hello
CMD ["./hello"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)"#,
        );
    }

    #[test]
    fn several_programs_to_run() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
CMD ["cargo", "run", "--release"]
"#,
            &[("Cargo.toml", PACKAGE), ("src/bin/a.rs", MAIN), ("src/bin/b.rs", MAIN)],
            r#"artifact-unknown: Which file the build produces is not known: Cargo.toml names the program, or several, and `cargo run` does not say which."#,
        );
    }

    #[test]
    fn cargo_build() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]"#,
        );
    }

    #[test]
    fn without_the_context() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            &[],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)
? the program reads no other files of what line 3 copies (the project's folder is not at hand)
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)
? the program reads no other files of what line 3 copies (the project's folder is not at hand)"#,
        );
    }

    #[test]
    fn openssl_of_the_full_image() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            LOCKED,
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl3 ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
COPY --from=builder /app/templates /app/templates
CMD ["target/release/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
COPY --from=builder /app/templates /app/templates
CMD ["target/release/app"]"#,
        );
    }

    #[test]
    fn openssl_that_is_installed() {
        check(
            r#"FROM rust:1.80-slim
RUN apt-get update && apt-get install -y pkg-config libssl-dev
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            LOCKED,
            r#"FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y libssl3 ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
COPY --from=builder /app/templates /app/templates
CMD ["target/release/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
COPY --from=builder /app/templates /app/templates
CMD ["target/release/app"]"#,
        );
    }

    #[test]
    fn musl_is_static() {
        check(
            r#"FROM rust:1.80-alpine
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["/app/target/release/app"]
"#,
            ALONE,
            r#"FROM alpine:3.20
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["/app/target/release/app"]
FROM scratch
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["/app/target/release/app"]"#,
        );
    }

    #[test]
    fn musl_without_crt_static() {
        check(
            r#"FROM rust:1.80-alpine
WORKDIR /app
COPY . .
RUN RUSTFLAGS='-C target-feature=-crt-static' cargo build --release
CMD ["/app/target/release/app"]
"#,
            ALONE,
            r#"FROM alpine:3.20
RUN apk add --no-cache libgcc libstdc++
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["/app/target/release/app"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn rust_of_alpine() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache cargo
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["/app/target/release/app"]
"#,
            ALONE,
            r#"FROM alpine:3.20
RUN apk add --no-cache libgcc libstdc++
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["/app/target/release/app"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn a_musl_target_on_debian() {
        check(
            r#"FROM rust:1.80
RUN rustup target add x86_64-unknown-linux-musl
WORKDIR /app
COPY . .
RUN cargo build --release --target x86_64-unknown-linux-musl && cp target/x86_64-unknown-linux-musl/release/app /usr/local/bin/
CMD ["app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /usr/local/bin/app /usr/local/bin/app
CMD ["app"]
FROM scratch
WORKDIR /app
COPY --from=builder /usr/local/bin/app /usr/local/bin/app
CMD ["app"]"#,
        );
    }

    #[test]
    fn what_stays_in_a_cache_mount() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/app/target cargo build --release
CMD ["target/release/app"]
"#,
            ALONE,
            r#"in-cache: /app/target/release/app stays in a cache mount: copy it out in the same RUN."#,
        );
    }

    #[test]
    fn copied_out_of_a_cache_mount() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/app/target cargo build --release && cp target/release/app /app/app
CMD ["/app/app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["/app/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["/app/app"]"#,
        );
    }

    #[test]
    fn cargo_install() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo install --path .
CMD ["app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /usr/local/cargo/bin/app /usr/local/bin/app
CMD ["app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /usr/local/cargo/bin/app /usr/local/bin/app
CMD ["app"]"#,
        );
    }

    #[test]
    fn cargo_install_without_the_context() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo install --path .
CMD ["app"]
"#,
            &[],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /usr/local/cargo/bin/app /usr/local/bin/app
CMD ["app"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)
? app is what `cargo install` installed
? the program reads no other files of what line 3 copies (the project's folder is not at hand)
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /usr/local/cargo/bin/app /usr/local/bin/app
CMD ["app"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)
? app is what `cargo install` installed
? the program reads no other files of what line 3 copies (the project's folder is not at hand)"#,
        );
    }

    #[test]
    fn cargo_install_with_a_root() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo install --path . --root /opt/app
ENV PATH=/opt/app/bin:$PATH
CMD ["app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /opt/app/bin/app /opt/app/bin/app
ENV PATH=/opt/app/bin:$PATH
CMD ["app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /opt/app/bin/app /opt/app/bin/app
ENV PATH=/opt/app/bin:$PATH
CMD ["app"]"#,
        );
    }

    #[test]
    fn cargo_install_of_a_crate() {
        check(
            r#"FROM rust:1.80
RUN cargo install miniserve
CMD ["miniserve", "/srv"]
"#,
            &[],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /usr/local/cargo/bin/miniserve /usr/local/bin/miniserve
CMD ["miniserve", "/srv"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)
FROM gcr.io/distroless/cc-debian12
COPY --from=builder /usr/local/cargo/bin/miniserve /usr/local/bin/miniserve
CMD ["miniserve", "/srv"]
? it links with no library of the full image, such as OpenSSL (no Cargo.lock is at hand)"#,
        );
    }

    #[test]
    fn built_twice() {
        check(
            r#"FROM rust:1.80
RUN USER=root cargo new --bin app
WORKDIR /app
COPY Cargo.toml ./
RUN cargo build --release
RUN rm src/*.rs target/release/deps/app*
COPY src src
RUN cargo build --release
ENV CARGO_HOME=/x RUST_LOG=info
EXPOSE 80
CMD ["./target/release/app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
ENV RUST_LOG=info
EXPOSE 80
CMD ["./target/release/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
ENV RUST_LOG=info
EXPOSE 80
CMD ["./target/release/app"]"#,
        );
    }

    #[test]
    fn cargo_run() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
CMD cargo run --release -- --port 80
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["/app/target/release/app", "--port", "80"]
? the program does not look for its sources, nor for the variables of cargo
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["/app/target/release/app", "--port", "80"]
? the program does not look for its sources, nor for the variables of cargo"#,
        );
    }

    #[test]
    fn cargo_run_of_what_is_built_already() {
        let check = |before: &str, builds: usize| {
            let start = "FROM rust:1.80\nWORKDIR /app\nCOPY . .\n";
            let file = format!("{start}{before}CMD [\"cargo\", \"run\", \"--release\"]\n");
            let made = crate::split::testing::split(&file, ALONE).expect("an offer");
            assert!(made.iter().all(|(_, text)| text.matches("cargo build").count() == builds));
        };
        check("RUN cargo build --release\nEXPOSE 80\n", 1);
        check("RUN cargo build --release\nENV RUSTFLAGS=-g\n", 2);
        check("RUN cargo build --release\nCOPY src src\n", 2);
        check("RUN cargo build\n", 2);
    }

    #[test]
    fn cargo_run_with_a_variable() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
CMD RUST_LOG=x cargo run --release
"#,
            ALONE,
            r#"start-unknown: Which program `cargo run --release` starts is not known."#,
        );
    }

    #[test]
    fn cargo_run_as_entrypoint() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
ENTRYPOINT ["cargo", "run"]
"#,
            ALONE,
            r#"start-unknown: Which program `cargo run` starts is not known."#,
        );
    }

    #[test]
    fn cargo_watch() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
CMD ["cargo", "watch", "-x", "run"]
"#,
            ALONE,
            r#"development-server: `cargo watch -x run` is a development server."#,
        );
    }

    #[test]
    fn cargo_test_as_start() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
CMD ["cargo", "test"]
"#,
            ALONE,
            r#"build-tool: The container runs the build tool itself: `cargo test`."#,
        );
    }

    #[test]
    fn another_profile_is_started() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/debug/app"]
"#,
            ALONE,
            r#"artifact-missing: Nothing in the file makes `target/debug/app`, which the container starts."#,
        );
    }

    #[test]
    fn unknown_options() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --frob
CMD ["target/debug/app"]
"#,
            ALONE,
            r#"artifact-unknown: Which file the build produces is not known: `cargo build --frob` has options or variables that are not known."#,
        );
    }

    #[test]
    fn rustup_on_debian() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y curl build-essential
RUN curl https://sh.rustup.rs -sSf | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["target/release/app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]"#,
        );
    }

    #[test]
    fn a_target_folder() {
        check(
            r#"FROM rust:1.80
ENV CARGO_TARGET_DIR=/out
WORKDIR /app
COPY . .
RUN cargo build --release
CMD ["/out/release/app"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /out/release/app /out/release/app
CMD ["/out/release/app"]
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /out/release/app /out/release/app
CMD ["/out/release/app"]"#,
        );
    }

    #[test]
    fn a_profile_and_a_moved_program() {
        check(
            r#"FROM rust:1.80
WORKDIR /app
COPY . .
RUN cargo build --profile dist && mv target/dist/app /app/server
USER 1000
HEALTHCHECK CMD curl -f http://localhost/
CMD ["./server"]
"#,
            ALONE,
            r#"FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/server /app/server
USER 1000
HEALTHCHECK CMD curl -f http://localhost/
CMD ["./server"]
no Smallest: needs-shell"#,
        );
    }
}
