//! Bun and Deno: programs that hold their runtime (`bun build --compile`, `deno compile`).
//!
//! What Bun and Deno run from sources needs them, and they are most of their images.
//!
//! Sources: the documentation of `bun build` and of `deno compile`.

use super::{Asked, Built, Ecosystem, Reading, package};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site};
use crate::split::base::{Family, Libc};
use crate::split::command::{Grammar, Invocation, Options};
use crate::split::course::{Product, Role};
use crate::split::refusal::{Reason, Refusal};
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
        "--outfile", "--outdir", "--target", "--format", "--define", "-d", "--external", "-e", "--env",
        "--root", "--entry-naming", "--loader",
    ],
    switches: &[
        "--compile", "--minify", "--minify-syntax", "--minify-whitespace", "--minify-identifiers",
        "--sourcemap", "--bytecode", "--production", "--splitting", "--no-bundle",
    ],
    joined: &[],
};

const DENO: Grammar = Grammar {
    values: &["-o", "--output", "--target", "-c", "--config", "--include", "--lock", "--import-map", "--ext", "-L", "--log-level", "--v8-flags"],
    switches: &[
        "-A", "--allow-all", "--allow-net", "--allow-read", "--allow-write", "--allow-env", "--allow-sys",
        "--allow-run", "--allow-ffi", "--allow-import", "-N", "-R", "-W", "-E", "-S", "--no-check", "--check",
        "--cached-only", "--frozen", "--no-remote", "--no-npm", "--unstable", "-q", "--quiet", "-r",
        "--reload", "--no-prompt", "--no-config", "--no-lock", "--node-modules-dir", "--unstable-kv",
    ],
    joined: &[],
};

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let one = asked.invocation;
    match (one.name()?, one.arg(0)?) {
        ("bun", "build") => Some(Reading::Builds(bun(one).into_iter().collect())),
        ("deno", "compile") => Some(Reading::Builds(deno(one).into_iter().collect())),
        ("deno", "cache" | "install" | "i" | "add" | "vendor" | "info" | "upgrade") => {
            Some(Reading::Prepares)
        }
        ("deno", "test" | "lint" | "fmt" | "check" | "bench" | "--version") => Some(Reading::Checks),
        ("deno", "task" | "run" | "bundle") => Some(Reading::Builds(Vec::new())),
        _ => None,
    }
}

/// What `bun build --compile` writes; for others it is not looked for.
fn bun(one: &Invocation) -> Option<Built> {
    let options = BUN.read(one.args().get(1..)?);
    let target = options.value(&["--target"]).flatten().unwrap_or("bun");
    if options.unknown.is_some() || !options.has("--compile") || target.contains("windows") {
        return None;
    }
    let name = match options.value(&["--outfile"]) {
        Some(name) => name?.to_owned(),
        None => stem(&options)?,
    };
    program(one, &name, "bun build --compile")
}

fn deno(one: &Invocation) -> Option<Built> {
    // What stands behind the source is for the program.
    let words = one.args().get(1..)?;
    let end = words.iter().position(|word| is_source(word.or_empty())).map_or(words.len(), |at| at + 1);
    let options = DENO.read(&words[..end]);
    let target = options.value(&["--target"]).flatten().unwrap_or("linux");
    if options.unknown.is_some() || !target.contains("linux") {
        return None;
    }
    let name = match options.value(&["-o", "--output"]) {
        Some(name) => name?.to_owned(),
        None => stem(&options)?,
    };
    program(one, &name, "deno compile")
}

fn is_source(word: &str) -> bool {
    ["ts", "tsx", "js", "jsx", "mjs", "mts"].iter().any(|ending| word.ends_with(&format!(".{ending}")))
}

/// The name after the source: that of its folder for `main`, `mod`, `index` and `cli`.
fn stem(options: &Options<'_>) -> Option<String> {
    let [source] = options.operands[..] else { return None };
    let path = source.text.as_deref()?;
    let stem = base_name(path).rsplit_once('.')?.0;
    // Tools differ in what they do about those.
    (!["main", "mod", "index", "cli"].contains(&stem)).then(|| stem.to_owned())
}

fn program(one: &Invocation, name: &str, command: &str) -> Option<Built> {
    let path = one.path(name)?;
    let evidence = format!("`{command}` writes it, with the runtime in it");
    (!name.ends_with('/')).then_some(Built { path, is_folder: false, evidence })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some((path, product)) = site.started_product(ECOSYSTEM.name) {
        return Some(native(site, &path, product));
    }
    let family = site.base().family;
    let launch = site.start.launches.last()?;
    let place = Some(site.start.place);
    let steps = package::steps(site.course, &launch.words, launch.folder.as_deref());
    if let Some(step) = steps.steps.iter().find(|step| step.work == package::Work::Develops) {
        return Some(Err(Refusal::new(Reason::DevelopmentServer, step.words.join(" "), place)));
    }
    let is_run = matches!(launch.name(), Some("bun" | "bunx" | "deno"));
    if is_run && matches!(family, Family::Bun | Family::Deno) {
        let is_task = launch.word(1) == Some("task") || launch.args().any(|word| word == "--watch");
        if is_task {
            return Some(Err(Refusal::new(Reason::StartUnknown, launch.shown(), place)));
        }
        let what = "the program runs in the interpreter, which is most of the image";
        return Some(Err(Refusal::new(Reason::SavesLittle, what, None)));
    }
    let tried = site.course.deeds_with(|role| *role == Role::Builds(ECOSYSTEM.name));
    let compiles = |one: &Invocation| {
        one.arg(0) == Some("compile") || one.args().iter().any(|word| word.or_empty() == "--compile")
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
    let crosses = one.is_some_and(|one| {
        one.args().iter().any(|word| word.or_empty().starts_with("--target") && !matches!(word.or_empty(), "--target=bun"))
    });
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
        ..Answer::new(ECOSYSTEM.name, Linkage::Dynamic { runtime: true }, vec![Artifact::file(path)])
    })
}
