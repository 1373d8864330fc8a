//! Bun and Deno: programs that hold their runtime (`bun build --compile`, `deno compile`).
//!
//! What Bun and Deno run from sources needs them, and they are most of their images.
//!
//! Sources: the documentation of `bun build` and of `deno compile`.

use super::package::{self, Work};
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::language::Keyword;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site};
use crate::split::base::{Family, Libc};
use crate::split::command::{Grammar, Invocation, Options, Word};
use crate::split::course::{Product, Role};
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::split::world::{base_name, parent};

/// Its row.
pub const ECOSYSTEM: Ecosystem = Ecosystem {
    name: "bun-deno",
    title: "Bun and Deno (compiled programs)",
    reads: read,
    answers: answer,
};

const BUN: Grammar = Grammar {
    values: &[
        "--outfile",
        "--outdir",
        "--target",
        "--format",
        "--define",
        "-d",
        "--external",
        "-e",
        "--env",
        "--root",
        "--entry-naming",
        "--loader",
    ],
    switches: &[
        "--compile",
        "--minify",
        "--minify-syntax",
        "--minify-whitespace",
        "--minify-identifiers",
        "--sourcemap",
        "--bytecode",
        "--production",
        "--splitting",
        "--no-bundle",
    ],
    joined: &[],
};

const DENO: Grammar = Grammar {
    values: &[
        "-o",
        "--output",
        "--target",
        "-c",
        "--config",
        "--include",
        "--lock",
        "--import-map",
        "--ext",
        "-L",
        "--log-level",
        "--v8-flags",
    ],
    switches: &[
        "-A",
        "--allow-all",
        "--allow-net",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-sys",
        "--allow-run",
        "--allow-ffi",
        "--allow-import",
        "-N",
        "-R",
        "-W",
        "-E",
        "-S",
        "--no-check",
        "--check",
        "--cached-only",
        "--frozen",
        "--no-remote",
        "--no-npm",
        "--unstable",
        "-q",
        "--quiet",
        "-r",
        "--reload",
        "--no-prompt",
        "--no-config",
        "--no-lock",
        "--node-modules-dir",
        "--unstable-kv",
    ],
    joined: &[],
};

/// Commands that the images' entrypoints give to the runtime.
const BUN_VERBS: &[&str] = &["add", "build", "install", "repl", "run", "test", "x"];
const DENO_VERBS: &[&str] = &[
    "add",
    "bench",
    "bundle",
    "cache",
    "check",
    "compile",
    "coverage",
    "doc",
    "eval",
    "fmt",
    "help",
    "info",
    "init",
    "install",
    "jupyter",
    "lint",
    "lsp",
    "publish",
    "remove",
    "repl",
    "run",
    "serve",
    "task",
    "test",
    "types",
    "uninstall",
    "upgrade",
    "vendor",
];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let one = asked.invocation;
    match (one.name()?, one.arg(0)?) {
        ("bun", "build") => {
            let built = bun(one.args().get(1..)?, one.folder.as_deref());
            Some(Reading::Builds(built.into_iter().collect()))
        }
        ("deno", "compile") => Some(Reading::Builds(deno(one).into_iter().collect())),
        ("deno", "cache" | "install" | "i" | "add" | "vendor" | "info" | "upgrade") => {
            Some(Reading::Prepares)
        }
        ("deno", "test" | "lint" | "fmt" | "check" | "bench" | "--version") => {
            Some(Reading::Checks)
        }
        ("deno", "task" | "run" | "bundle") => Some(Reading::Builds(Vec::new())),
        (name, _) if package::is_manager(name) => scripts(asked),
        _ => None,
    }
}

/// The programs that scripts of `package.json` compile, where they build nothing else that the
/// programs might read.
fn scripts(asked: &Asked<'_, '_>) -> Option<Reading> {
    let (_, found) = package::read(asked.course, asked.invocation)?;
    let folder = asked.invocation.folder.as_deref();
    let mut built = Vec::new();
    for step in &found.steps {
        match (step.work, &step.words[..]) {
            (Work::Nothing | Work::Prepares | Work::Prunes | Work::Checks, _) => {}
            (Work::Builds(None), [program, verb, words @ ..])
                if program == "bun" && verb == "build" && folder == Some(step.folder.as_str()) =>
            {
                let known = |word: &String| Word { text: Some(word.clone()), ..Word::default() };
                let words: Vec<Word> = words.iter().map(known).collect();
                let is_own =
                    |word: &Word| !word.or_empty().contains('$') && !is_cross(word.or_empty());
                built.push(bun(&words, folder).filter(|_| words.iter().all(is_own))?);
            }
            _ => return None,
        }
    }
    (found.unknown.is_none() && !built.is_empty()).then_some(Reading::Builds(built))
}

/// Whether an option asks for a program for another machine.
fn is_cross(word: &str) -> bool {
    word.starts_with("--target") && word != "--target=bun"
}

/// What `bun build --compile` writes; for others it is not looked for.
fn bun(words: &[Word], folder: Option<&str>) -> Option<Built> {
    let options = BUN.read(words);
    let target = options.value(&["--target"]).flatten().unwrap_or("bun");
    if options.unknown.is_some() || !options.has("--compile") || target.contains("windows") {
        return None;
    }
    let name = match options.value(&["--outfile"]) {
        Some(name) => name?.to_owned(),
        None => stem(&options)?,
    };
    program(folder, &name, "bun build --compile")
}

fn deno(one: &Invocation) -> Option<Built> {
    // What stands behind the source is for the program.
    let words = one.args().get(1..)?;
    let end =
        words.iter().position(|word| is_source(word.or_empty())).map_or(words.len(), |at| at + 1);
    let options = DENO.read(&words[..end]);
    let target = options.value(&["--target"]).flatten().unwrap_or("linux");
    if options.unknown.is_some() || !target.contains("linux") {
        return None;
    }
    let name = match options.value(&["-o", "--output"]) {
        Some(name) => name?.to_owned(),
        None => stem(&options)?,
    };
    program(one.folder.as_deref(), &name, "deno compile")
}

fn is_source(word: &str) -> bool {
    ["ts", "tsx", "js", "jsx", "mjs", "mts"]
        .iter()
        .any(|ending| word.ends_with(&format!(".{ending}")))
}

/// The name after the source: that of its folder for `main`, `mod`, `index` and `cli`.
fn stem(options: &Options<'_>) -> Option<String> {
    let [source] = options.operands[..] else { return None };
    let path = source.text.as_deref()?;
    let stem = base_name(path).rsplit_once('.')?.0;
    // Tools differ in what they do about those.
    (!["main", "mod", "index", "cli"].contains(&stem)).then(|| stem.to_owned())
}

fn program(folder: Option<&str>, name: &str, command: &str) -> Option<Built> {
    let path = join(folder?, name)?;
    let evidence = format!("`{command}` writes it, with the runtime in it");
    (!name.ends_with('/')).then_some(Built { path, is_folder: false, evidence })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some((path, product)) = site.started_product(ECOSYSTEM.name) {
        return Some(native(site, &path, product));
    }
    let family = site.base().family;
    let launch = &whole(site, site.start.launches.last()?);
    let place = Some(site.start.place);
    let steps = package::steps(site.course, &launch.words, launch.folder.as_deref());
    if let Some(step) = steps.steps.iter().find(|step| step.work == Work::Develops) {
        let shown = package::development(site.course, step);
        return Some(Err(Refusal::new(Reason::DevelopmentServer, shown, place)));
    }
    let is_run = matches!(launch.name(), Some("bun" | "bunx" | "deno"));
    if is_run && matches!(family, Family::Bun | Family::Deno) {
        let is_watching = |word: &str| {
            matches!(word.split('=').next(), Some("--watch" | "--watch-hmr" | "--hot"))
        };
        if launch.args().any(is_watching) {
            return Some(Err(Refusal::new(Reason::DevelopmentServer, launch.shown(), place)));
        }
        if launch.word(1) == Some("task") {
            return Some(Err(Refusal::new(Reason::StartUnknown, launch.shown(), place)));
        }
        let what = "the program runs in the interpreter, which is most of the image";
        return Some(Err(Refusal::new(Reason::SavesLittle, what, None)));
    }
    let tried = site.course.deeds_with(|role| *role == Role::Builds(ECOSYSTEM.name));
    let compiles = |one: &Invocation| {
        one.arg(0) == Some("compile")
            || one.args().iter().any(|word| word.or_empty() == "--compile")
    };
    let tried = tried.map(|(_, one)| one).find(|one| compiles(one))?;
    Some(Err(match site.course.products.iter().any(|one| one.ecosystem == ECOSYSTEM.name) {
        true => Refusal::new(Reason::ArtifactMissing, format!("`{}`", launch.shown()), place),
        false => {
            let why = format!("`{}` does not say it", tried.shown());
            Refusal::new(Reason::ArtifactUnknown, why, Some(tried.range))
        }
    }))
}

/// The words of a start with the runtime that the image's own entrypoint puts before its commands
/// and options. Source: `docker-entrypoint.sh` of the two images.
fn whole(site: &Site<'_, '_>, launch: &Launch) -> Launch {
    let (runtime, verbs) = match site.base().family {
        Family::Bun => ("bun", BUN_VERBS),
        Family::Deno => ("deno", DENO_VERBS),
        _ => return launch.clone(),
    };
    let is_inherited = site.facts().last(Keyword::Entrypoint).is_none() && !site.start.needs_shell;
    let first = launch.word(0).unwrap_or_default();
    let mut launch = launch.clone();
    if is_inherited && (first.starts_with('-') || verbs.contains(&first)) {
        launch.words.insert(0, Some(runtime.to_owned()));
    }
    launch
}

fn native(site: &Site<'_, '_>, path: &str, product: &Product) -> Result<Answer, Refusal> {
    if site.course.mount_over(product.line, &product.path).is_some() {
        return Err(site.course.in_mount(path, product.line));
    }
    let base = site.base();
    let one = site.course.invocation(product.line, product.command);
    let is_deno = one.is_some_and(|one| one.name() == Some("deno"));
    // Deno's image for Alpine brings a glibc of its own, with which its programs are linked.
    if is_deno && base.libc() == Libc::Musl {
        let what = "glibc, which Deno's image for Alpine brings with it";
        return Err(Refusal::new(Reason::NeedsLibc, what, None));
    }
    let crosses = one.is_some_and(|one| one.args().iter().any(|word| is_cross(word.or_empty())));
    if crosses {
        let what = "the C library of another target, which is not compared";
        return Err(Refusal::new(Reason::NeedsLibc, what, one.map(|one| one.range)));
    }
    let folder = one.and_then(|one| one.folder.clone()).unwrap_or_else(|| parent(path).to_owned());
    let text = format!("{path}: {}", product.evidence);
    let place = one.map(|one| one.range).unwrap_or_default();
    Ok(Answer {
        certificates: Need::Yes,
        zones: Need::Yes,
        temporary: Need::Yes,
        data: Data::Beside { folders: vec![folder], embedded: Vec::new() },
        evidence: vec![Evidence::at(place, text)],
        weight: Amount { bytes: 100_000_000, low: 55_000_000, high: 160_000_000 },
        ..Answer::new(
            ECOSYSTEM.name,
            Linkage::Dynamic { runtime: true },
            vec![Artifact::file(path)],
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    /// Parts of the results, or the code of the refusal.
    #[track_caller]
    fn check(base: &str, run: &str, cmd: &str, expected: Result<&[&str], &str>) {
        let file = format!("FROM {base}\nWORKDIR /app\nCOPY . .\nRUN {run}\nCMD {cmd}\n");
        match (split(&file, &[]), expected) {
            (Ok(made), Ok(parts)) => {
                let text: Vec<String> = made.into_iter().map(|(_, text)| text).collect();
                let text = text.join("\n");
                for part in parts {
                    assert!(text.contains(part), "{part} is not in\n{text}");
                }
            }
            (Err(why), Err(code)) => assert!(why.starts_with(&format!("{code}: ")), "{why}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn programs_that_scripts_compile() {
        let check = |script: &str, run: &str, is_split: bool| {
            let package = format!("{{\"scripts\": {{\"compile\": \"{script}\"}}}}");
            let file = format!(
                "FROM oven/bun:1.2\nWORKDIR /app\nCOPY . .\nRUN bun install --production\n\
                 RUN {run}\nCMD [\"./server\"]\n"
            );
            let files = [("package.json", &*package), ("src/index.ts", "console.log(1)\n")];
            let copy = "COPY --from=builder /app/server /app/server\n";
            let made = split(&file, &files).unwrap_or_default();
            let is_made = made.len() == 2 && made.iter().all(|(_, text)| text.contains(copy));
            assert_eq!(is_made, is_split, "{script}: {made:?}");
        };
        let compile = "bun build --compile --outfile server src/index.ts";
        check(compile, "bun run compile", true);
        check(&format!("tsc --noEmit && {compile}"), "bun compile", true);
        // Of what else is built, the program may read anything; `bun build` is no script.
        check(&format!("vite build && {compile}"), "bun run compile", false);
        check(&format!("{compile} --target bun-linux-arm64"), "bun run compile", false);
        check(&compile.replace("--compile ", ""), "bun run compile", false);
        check(compile, "bun build src/index.ts", false);
    }

    #[test]
    fn programs_with_their_runtime() {
        let both: &[&str] = &[
            "FROM debian:bookworm-slim\n",
            "FROM gcr.io/distroless/cc-debian12\n",
            "COPY --from=builder /app/server /app/server\n",
        ];
        let bun = "bun install && bun build src/server.ts --compile";
        check("oven/bun:1", bun, "[\"./server\"]", Ok(both));
        check("oven/bun:1", &format!("{bun} --outfile=server"), "[\"./server\"]", Ok(both));
        check(
            "denoland/deno:2.1.4",
            "deno compile -A -o server main.ts",
            "[\"/app/server\"]",
            Ok(both),
        );
        check(
            "denoland/deno:2.1.4",
            "deno compile --allow-net server.ts --port 80",
            "[\"./server\"]",
            Ok(both),
        );
        let musl: &[&str] = &["FROM alpine:3.24\nRUN apk add --no-cache", "libstdc++"];
        check("oven/bun:1-alpine", bun, "[\"./server\"]", Ok(musl));
    }

    #[test]
    fn refusals() {
        check(
            "oven/bun:1",
            "bun install",
            "[\"bun\", \"run\", \"src/index.ts\"]",
            Err("saves-little"),
        );
        check(
            "oven/bun:1",
            "bun build a.ts --outdir dist",
            "[\"bun\", \"dist/a.js\"]",
            Err("saves-little"),
        );
        check(
            "oven/bun:1",
            "bun install",
            "[\"bun\", \"--watch\", \"a.ts\"]",
            Err("development-server"),
        );
        check(
            "oven/bun:1",
            "bun build src/index.ts --compile",
            "[\"./index\"]",
            Err("artifact-unknown"),
        );
        check(
            "oven/bun:1",
            "bun build a.ts --compile --outfile $NAME",
            "[\"./a\"]",
            Err("artifact-unknown"),
        );
        check("oven/bun:1", "bun build a.ts --compile", "[\"./b\"]", Err("artifact-missing"));
        check(
            "oven/bun:1",
            "bun build a.ts --compile --target=bun-linux-x64-musl",
            "[\"./a\"]",
            Err("needs-libc"),
        );
        check(
            "denoland/deno:alpine",
            "deno compile -A -o a main.ts",
            "[\"./a\"]",
            Err("needs-libc"),
        );
        check(
            "denoland/deno:2.1.4",
            "deno cache main.ts",
            "[\"run\", \"-A\", \"main.ts\"]",
            Err("saves-little"),
        );
    }

    #[test]
    fn commands_that_the_entrypoint_gives_to_the_runtime() {
        let compile = "deno compile -A -o server main.ts";
        let deno = |cmd, code| check("denoland/deno:2.1.4", compile, cmd, Err(code));
        deno("[\"run\", \"--watch\", \"-A\", \"main.ts\"]", "development-server");
        deno("[\"run\", \"--watch=src\", \"main.ts\"]", "development-server");
        deno("[\"serve\", \"main.ts\"]", "saves-little");
        deno("[\"task\", \"dev\"]", "start-unknown");
        let bun = |cmd, code| check("oven/bun:1", "bun install", cmd, Err(code));
        bun("[\"--hot\", \"a.ts\"]", "development-server");
        bun("[\"run\", \"a.ts\"]", "saves-little");
    }

    #[test]
    fn tasks_are_looked_up() {
        check("denoland/deno:2.1.4", "deno cache main.ts", "deno task dev", Err("start-unknown"));
    }
}
