//! Go: `go build` and `go install`, static and with cgo.
//!
//! Sources: `go help build`, `go help install`, `go help buildmode`, the documentation of
//! `cmd/cgo`, `cmd/link` and of the packages `net`, `os/user`, `crypto/x509` and `time`.

use std::collections::BTreeSet;

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::split::answer::{
    Answer, Artifact, BuilderLine, Data, Evidence, Linkage, Need, NewStart, Site,
};
use crate::split::base::{Family, Libc};
use crate::split::command::{Grammar, Invocation, Options, Word};
use crate::split::course::{Course, Product};
use crate::split::facts::{Scene, join};
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{base_name, is_within};
use crate::workspace::project::go::{self, Module, Sources, binary_name};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "go", title: "Go", reads: read, answers: answer };

/// Options of `go build` and `go install`.
const BUILD: Grammar = Grammar {
    values: &[
        "-C",
        "-asmflags",
        "-buildmode",
        "-buildvcs",
        "-compiler",
        "-covermode",
        "-coverpkg",
        "-exec",
        "-gccgoflags",
        "-gcflags",
        "-installsuffix",
        "-ldflags",
        "-mod",
        "-modfile",
        "-o",
        "-overlay",
        "-p",
        "-pgo",
        "-pkgdir",
        "-tags",
        "-toolexec",
    ],
    switches: &[
        "-a",
        "-asan",
        "-cover",
        "-i",
        "-linkshared",
        "-modcacherw",
        "-msan",
        "-n",
        "-race",
        "-trimpath",
        "-v",
        "-work",
        "-x",
    ],
    joined: &[],
};

/// Programs that write Go sources.
const GENERATORS: &[&str] = &[
    "buf",
    "easyjson",
    "ent",
    "gqlgen",
    "mockgen",
    "mockery",
    "packr",
    "packr2",
    "protoc",
    "rice",
    "sqlboiler",
    "sqlc",
    "stringer",
    "swag",
    "templ",
    "wire",
];

/// Programs that look at Go sources.
const CHECKERS: &[&str] = &[
    "errcheck",
    "gofmt",
    "goimports",
    "golangci-lint",
    "golint",
    "gosec",
    "govulncheck",
    "staticcheck",
];

/// Packages of the standard library that use neither cgo nor the network, nor look up users.
/// Folders count with what is in them.
const PURE: &[&str] = &[
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "embed",
    "encoding",
    "errors",
    "flag",
    "fmt",
    "hash",
    "html",
    "image",
    "index",
    "io",
    "iter",
    "log",
    "log/slog",
    "maps",
    "math",
    "path",
    "reflect",
    "regexp",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "sync",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "os",
    "os/exec",
    "os/signal",
    "crypto",
    "crypto/md5",
    "crypto/rand",
    "crypto/sha1",
    "crypto/sha256",
    "crypto/sha512",
    "crypto/hmac",
    "crypto/aes",
    "crypto/cipher",
    "crypto/ed25519",
    "crypto/subtle",
];

/// Packages named above whose insides are not all pure.
const PURE_ALONE: &[&str] = &["crypto", "log", "os", "runtime"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    let name = invocation.name()?;
    if GENERATORS.contains(&name) {
        return Some(Reading::Prepares);
    }
    if CHECKERS.contains(&name) {
        return Some(Reading::Checks);
    }
    if name != "go" {
        return None;
    }
    match invocation.arg(0)? {
        "mod" | "work" | "get" | "generate" | "env" | "version" | "clean" => {
            Some(Reading::Prepares)
        }
        "vet" | "fmt" | "list" => Some(Reading::Checks),
        "test" if !invocation.args().iter().any(|word| word.or_empty() == "-c") => {
            Some(Reading::Checks)
        }
        "build" => Some(Reading::Builds(built(asked).into_iter().collect())),
        "install" => Some(Reading::Builds(installed(asked).into_iter().collect())),
        _ => None,
    }
}

/// What `go build` writes; `None` if that is nothing or not known.
fn built(asked: &Asked<'_, '_>) -> Option<Built> {
    let invocation = asked.invocation;
    let options = options(invocation)?;
    let folder = folder(invocation, &options)?;
    let packages = operands(&options);
    let written = options.value(&["-o"]);
    let Some(written) = written else {
        let name = program_name(asked.course, &folder, &packages)?;
        let evidence = format!("`go build` without -o writes {name} to its folder");
        return Some(Built { path: join(&folder, &name)?, is_folder: false, evidence });
    };
    let path = join(&folder, written?)?;
    let is_folder = path.ends_with('/') || asked.course.world.is_folder(&path);
    if !is_folder {
        return Some(Built { path, is_folder, evidence: "-o of `go build`".to_owned() });
    }
    if let Some(name) = program_name(asked.course, &folder, &packages) {
        let evidence = format!("-o of `go build` is a folder, in which the program is {name}");
        return Some(Built { path: join(&path, &name)?, is_folder: false, evidence });
    }
    Some(Built { path, is_folder: true, evidence: "-o of `go build` is a folder".to_owned() })
}

/// What `go install` writes to the folder for programs.
fn installed(asked: &Asked<'_, '_>) -> Option<Built> {
    let invocation = asked.invocation;
    let options = options(invocation)?;
    let folder = folder(invocation, &options)?;
    let packages = operands(&options);
    let scene = &asked.course.facts.lines.get(asked.line)?.scene;
    // Programs for another system go to a folder of their own.
    if invocation.variable("GOARCH", scene).is_some() {
        return None;
    }
    let programs = match invocation.variable("GOBIN", scene) {
        Some(value) => value?.to_owned(),
        None => match invocation.variable("GOPATH", scene) {
            Some(value) => format!("{}/bin", value?.split(':').next()?),
            None => "/root/go/bin".to_owned(),
        },
    };
    let name = match packages[..] {
        [one] if one.contains('@') => binary_name(one.split('@').next()?).to_owned(),
        _ => program_name(asked.course, &folder, &packages)?,
    };
    let evidence = format!("`go install` writes {name} to {programs}");
    Some(Built { path: join(&programs, &name)?, is_folder: false, evidence })
}

fn options(invocation: &Invocation) -> Option<Options<'_>> {
    let options = BUILD.read(invocation.args().get(1..)?);
    let modes = ["exe", "pie", "default"];
    let is_program =
        options.value(&["-buildmode"]).is_none_or(|mode| mode.is_some_and(|m| modes.contains(&m)));
    let known = options.operands.iter().all(|word| word.text.is_some() && !word.is_pattern);
    (options.unknown.is_none() && is_program && known).then_some(options)
}

fn operands<'o>(options: &'o Options<'_>) -> Vec<&'o str> {
    options.operands.iter().map(|word| word.or_empty()).collect()
}

/// Where the command works: `-C` counts.
fn folder(invocation: &Invocation, options: &Options<'_>) -> Option<String> {
    match options.value(&["-C"]) {
        Some(folder) => invocation.path(folder?),
        None => invocation.folder.clone(),
    }
}

/// The name of the only program that the packages make; `None` if there are several or it is not
/// known.
fn program_name(course: &Course<'_>, folder: &str, packages: &[&str]) -> Option<String> {
    let package = match packages {
        [] => ".",
        [first, ..] if first.ends_with(".go") => {
            return Some(base_name(first).strip_suffix(".go")?.to_owned());
        }
        [one] => one,
        _ => return None,
    };
    if package.contains("...") {
        return only_program(course, folder, package);
    }
    if !package.starts_with('.') && !package.starts_with('/') {
        return Some(binary_name(package).to_owned());
    }
    let place = join(folder, package)?;
    let name = |inside: &str| {
        let module = module_of(course, inside)?;
        let (module, root) = module;
        let rest = inside.strip_prefix(root.as_str()).unwrap_or_default();
        Some(module.binary_name(rest.trim_matches('/')))
    };
    match name(&place) {
        Some(name) => Some(name),
        // Below the module's root it is the name of the folder, whatever the module is called.
        None if package.trim_start_matches("./").contains(char::is_alphanumeric) => {
            Some(binary_name(base_name(&place)).to_owned())
        }
        None => None,
    }
}

/// The name of the program that a pattern such as `./...` makes, if there is but one.
fn only_program(course: &Course<'_>, folder: &str, pattern: &str) -> Option<String> {
    let place = join(folder, pattern.trim_end_matches("..."))?;
    let project = course.project_in(folder, "go.mod")?;
    let sources = go::sources(course.context?, &project);
    let root = join(folder, ".")?;
    let inside = |main: &&str| {
        let path =
            join(&root, main.strip_prefix(project.as_str()).unwrap_or(main).trim_matches('/'));
        path.is_some_and(|path| is_within(&path, &place))
    };
    let mains = sources.main_packages();
    let mut found = mains.iter().copied().filter(|main| inside(&main));
    let (only, None) = (found.next()?, found.next()) else { return None };
    let module = go::module(course.context?, &project).ok()??;
    let rest = only.strip_prefix(project.as_str()).unwrap_or(only).trim_matches('/');
    Some(module.binary_name(rest))
}

/// The module that a folder of the image is in, and the folder of its `go.mod` in the image.
fn module_of(course: &Course<'_>, folder: &str) -> Option<(Module, String)> {
    let mut place = folder.to_owned();
    loop {
        if let Some(project) = course.project_in(&place, "go.mod") {
            return Some((go::module(course.context?, &project).ok()??, place));
        }
        if place == "/" {
            return None;
        }
        place = crate::split::world::parent(&place).to_owned();
    }
}

/// A module that the build makes of sources without one: `go mod init`. It needs no other module if
/// nothing fetches any.
fn made_module(course: &Course<'_>, folder: &str) -> Option<(Module, String)> {
    let commands = || course.facts.invocations().filter(|(_, one)| one.name() == Some("go"));
    let is = |one: &Invocation, first: &str, second: &str| {
        one.arg(0) == Some(first) && (second.is_empty() || one.arg(1) == Some(second))
    };
    let is_made =
        commands().any(|(_, one)| is(one, "mod", "init") && one.folder.as_deref() == Some(folder));
    let fetches = commands().any(|(_, one)| is(one, "mod", "tidy") || is(one, "get", ""));
    if !is_made || fetches {
        return None;
    }
    let sources = course.facts.lines.iter().find_map(|line| match &line.what {
        crate::split::facts::What::Copy(copy) if copy.from.is_none() => copy
            .sources
            .iter()
            .flatten()
            .find_map(|source| course.project_in(folder, base_name(source))),
        _ => None,
    })?;
    let file = if sources.is_empty() { "go.mod".to_owned() } else { format!("{sources}/go.mod") };
    Some((Module { file, ..Module::default() }, folder.to_owned()))
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = toolchain_start(site) {
        return Some(refusal);
    }
    let started = site.started_products(ECOSYSTEM.name);
    match started.as_slice() {
        [] => site.builds(ECOSYSTEM.name).then(|| Err(missing(site))),
        [(path, product), more @ ..] => Some(all(site, native(site, path, product), more)),
    }
}

/// The answer for the first program with what the others need.
fn all(
    site: &Site<'_, '_>,
    first: Result<Answer, Refusal>,
    more: &[(String, &Product)],
) -> Result<Answer, Refusal> {
    let mut answer = first?;
    for (path, product) in more {
        let other = native(site, path, product)?;
        if other.linkage != Linkage::Static {
            answer.linkage = other.linkage;
        }
        answer.artifacts.extend(other.artifacts);
        answer.evidence.extend(other.evidence);
        answer.weight = answer.weight.plus(other.weight);
        for assumption in other.assumptions {
            if !answer.assumptions.contains(&assumption) {
                answer.assumptions.push(assumption);
            }
        }
    }
    Ok(answer)
}

/// The start command runs the toolchain: `go run` has a counterpart, others have none.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let launch = site.start.launches.iter().find(|launch| {
        matches!(
            launch.name(),
            Some("go" | "air" | "reflex" | "CompileDaemon" | "gow" | "fresh" | "realize")
        )
    })?;
    let refuse = |reason| Some(Err(Refusal::new(reason, launch.shown(), Some(site.start.place))));
    match (launch.name(), launch.word(1)) {
        (Some("go"), Some("run")) => Some(run(site, launch)),
        (Some("go"), _) => refuse(Reason::BuildTool),
        _ => refuse(Reason::DevelopmentServer),
    }
}

/// `go run PACKAGE ARGS`: the package is built instead, and the program gets the arguments.
fn run(site: &Site<'_, '_>, launch: &crate::split::start::Launch) -> Result<Answer, Refusal> {
    const PROGRAM: &str = "/usr/local/bin/app";
    let unclear = || Refusal::new(Reason::StartUnknown, launch.shown(), Some(site.start.place));
    if site.start.launches.len() > 1 || site.start.scripts.len() > 0 {
        return Err(unclear());
    }
    let words: Vec<String> =
        launch.words.iter().skip(2).cloned().collect::<Option<_>>().ok_or_else(unclear)?;
    let is_file = |word: &&String| word.ends_with(".go");
    let files = words.iter().take_while(is_file).count();
    let split = if files > 0 { files } else { 1 };
    let (package, arguments) = words.split_at_checked(split).ok_or_else(unclear)?;
    if package.iter().any(|word| word.starts_with('-') || word.contains(char::is_whitespace)) {
        return Err(unclear());
    }
    let folder = launch.folder.clone().ok_or_else(unclear)?;
    let scene = site.scene();
    let linked = Linked::of(site, &folder, &[], &Invocation::default(), &scene);
    let line = site.facts().lines.len() - 1;
    let mut answer = linked.answer(site, vec![Artifact::file(PROGRAM)]);
    let command = format!("RUN go build -o {PROGRAM} {}", package.join(" "));
    let before_start =
        site.facts().lines.iter().position(|line| line.placed.range() == site.start.place);
    answer.builder.push(BuilderLine::Before(before_start.unwrap_or(line), command));
    let start = std::iter::once(PROGRAM.to_owned()).chain(arguments.iter().cloned());
    answer.start = Some(NewStart { words: start.collect() });
    answer.changes.push("the start command runs the built program instead of `go run`".to_owned());
    answer.assumptions.push("the program does not look for its sources".to_owned());
    Ok(answer)
}

/// A program is built, but it is not what is started.
fn missing(site: &Site<'_, '_>) -> Refusal {
    let place = Some(site.start.place);
    let shown = site.start.launches.last().map(|launch| launch.shown()).unwrap_or_default();
    let deeds = site.course.deeds_with(
        |role| matches!(role, crate::split::course::Role::Builds(name) if *name == ECOSYSTEM.name),
    );
    let builds: Vec<_> = deeds.collect();
    if let Some((_, all)) = builds.iter().find(|(_, invocation)| {
        invocation.arg(0) == Some("build")
            && invocation.args().iter().any(|word| word.or_empty().contains("..."))
            && !invocation.args().iter().any(|word| word.or_empty().starts_with("-o"))
    }) {
        return Refusal::new(Reason::NoKeptBinary, all.shown(), Some(all.range));
    }
    if site.course.products.is_empty() {
        let why = "the module's name is in go.mod, which is not at hand";
        return Refusal::new(Reason::ArtifactUnknown, why, builds.first().map(|b| b.1.range));
    }
    Refusal::new(Reason::ArtifactMissing, format!("`{shown}`"), place)
}

fn native(site: &Site<'_, '_>, path: &str, product: &Product) -> Result<Answer, Refusal> {
    if site.course.mount_over(product.line, &product.path).is_some() && product.path == path {
        return Err(site.course.in_mount(path, product.line));
    }
    let empty = Invocation::default();
    let invocation = site.course.invocation(product.line, product.command).unwrap_or(&empty);
    let line = site.facts().lines.get(product.line);
    let scene = line.map_or_else(|| site.scene(), |line| line.scene.clone());
    let args = invocation.args().get(1..).unwrap_or_default();
    let folder = options(invocation).and_then(|options| folder(invocation, &options));
    let folder = folder.or_else(|| scene.workdir.clone()).unwrap_or_default();
    let linked = Linked::of(site, &folder, args, invocation, &scene);
    let mut answer = linked.answer(site, vec![Artifact::file(path)]);
    answer
        .evidence
        .insert(0, Evidence::at(invocation.range, format!("{path}: {}", product.evidence)));
    Ok(answer)
}

/// What is known of a program.
struct Linked {
    linkage: Linkage,
    evidence: Vec<Evidence>,
    assumptions: Vec<String>,
    /// The sources of the program, if they were read, and the folder of the image that holds the
    /// module.
    read: Option<(Module, Sources, String)>,
    is_stripped: bool,
}

impl Linked {
    fn of(
        site: &Site<'_, '_>,
        folder: &str,
        args: &[Word],
        invocation: &Invocation,
        scene: &Scene,
    ) -> Linked {
        let module = module_of(site.course, folder).or_else(|| made_module(site.course, folder));
        let read = module.and_then(|(module, place)| {
            let context = site.context()?;
            let root = module.file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let sources = go::sources(context, root);
            let is_read = sources.is_complete() && !sources.packages.is_empty();
            is_read.then_some((module, sources, place))
        });
        let options = BUILD.read(args);
        let linked = static_by(site, invocation, &options, scene, read.as_ref());
        let flags = options.value(&["-ldflags"]).flatten().unwrap_or_default();
        let is_stripped = flags.split_whitespace().any(|flag| flag == "-s");
        let (linkage, evidence) = match linked {
            Ok(evidence) => (Linkage::Static, evidence),
            Err(evidence) => (Linkage::Dynamic { runtime: false }, evidence),
        };
        Linked { linkage, evidence: vec![evidence], assumptions: Vec::new(), read, is_stripped }
    }

    fn answer(self, site: &Site<'_, '_>, artifacts: Vec<Artifact>) -> Answer {
        let mut assumptions = self.assumptions;
        let is_alone = self.read.as_ref().is_some_and(|(module, _, _)| module.requires.is_empty());
        let imports: BTreeSet<&str> =
            self.read.as_ref().map(|(_, sources, _)| sources.imports()).unwrap_or_default();
        let speaks_tls = imports.iter().any(|import| {
            *import == "net/http"
                || import.starts_with("crypto/tls")
                || import.starts_with("crypto/x509")
                || *import == "net/smtp"
        });
        let certificates = if is_alone && !speaks_tls { Need::No } else { Need::Yes };
        let mentions = |words: &[&str]| match &self.read {
            Some((_, sources, _)) if is_alone => mentions(site, sources, words),
            _ => true,
        };
        let zones = mentions(&["LoadLocation", "\"TZ\""]) || site.scene().value("TZ").is_some();
        let zones = if zones && !imports.contains("time/tzdata") { Need::Yes } else { Need::No };
        let temporary = mentions(&[
            "TempDir",
            "TempFile",
            "CreateTemp",
            "MkdirTemp",
            "/tmp",
            "Multipart",
            "FormFile",
        ]);
        let generated = site.course.deeds_with(|role| {
            matches!(role, crate::split::course::Role::Prepares(name) if *name == ECOSYSTEM.name)
        });
        for (_, invocation) in generated {
            let is_generator = invocation.name().is_some_and(|name| GENERATORS.contains(&name))
                || invocation.arg(0) == Some("generate");
            if is_generator {
                assumptions.push(format!("`{}` writes sources only", invocation.shown()));
            }
        }
        let folders = self.read.iter().map(|(_, _, place)| place.clone()).collect();
        let embedded = self.read.as_ref().map(embedded).unwrap_or_default();
        Answer {
            certificates,
            zones,
            temporary: if temporary { Need::Yes } else { Need::No },
            data: Data::Beside { folders, embedded },
            evidence: self.evidence,
            assumptions,
            weight: weight(&imports, is_alone, self.is_stripped),
            ..Answer::new(ECOSYSTEM.name, self.linkage, artifacts)
        }
    }
}

/// The paths of the image that `//go:embed` puts into the program; a pattern as its folder.
fn embedded((module, sources, place): &(Module, Sources, String)) -> Vec<String> {
    let root = module.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = |(folder, pattern): (&str, &str)| {
        let inside = folder.strip_prefix(root).unwrap_or(folder).trim_matches('/');
        let pattern = pattern.trim_start_matches("all:").trim_matches(['"', '`']);
        let end = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
        let plain = match pattern.get(..end) {
            Some(plain) if end < pattern.len() => plain.rsplit_once('/').map_or("", |(a, _)| a),
            _ => pattern,
        };
        let whole = join(&join(place, inside)?, plain)?;
        (whole != *place).then_some(whole)
    };
    sources.embeds().into_iter().filter_map(path).collect()
}

/// Whether the sources of the program have one of these words anywhere. Limited; `true` if they
/// cannot all be read.
fn mentions(site: &Site<'_, '_>, sources: &Sources, words: &[&str]) -> bool {
    const MOST_FILES: usize = 400;
    const LONGEST: usize = 1 << 20;
    let Some(context) = site.context() else { return true };
    let files = sources.packages.iter().flat_map(|(folder, package)| {
        package.files.iter().map(move |file| match folder.as_str() {
            "" => file.clone(),
            folder => format!("{folder}/{file}"),
        })
    });
    for (number, file) in files.enumerate() {
        let Ok(Some(text)) = context.read(&file, LONGEST) else { return true };
        if number == MOST_FILES || words.iter().any(|word| text.contains(word)) {
            return true;
        }
    }
    false
}

/// That the program is linked with nothing, or why it may be linked with the C library.
fn static_by(
    site: &Site<'_, '_>,
    invocation: &Invocation,
    options: &Options<'_>,
    scene: &Scene,
    read: Option<&(Module, Sources, String)>,
) -> Result<Evidence, Evidence> {
    let at = |text: &str| Evidence::at(invocation.range, text);
    let needs_c = ["-race", "-msan", "-asan", "-linkshared"].iter().find(|flag| options.has(flag));
    if let Some(flag) = needs_c {
        return Err(at(&format!("{flag} needs the C library")));
    }
    if options.value(&["-buildmode"]).is_some_and(|mode| mode == Some("pie")) {
        return Err(at("a position-independent program is started by the C library's loader"));
    }
    let cgo = invocation.variable("CGO_ENABLED", scene);
    if cgo == Some(Some("0")) {
        return Ok(at("CGO_ENABLED=0: the program is linked with nothing"));
    }
    let flags = options.value(&["-ldflags"]).flatten().unwrap_or_default();
    let is_static = flags.contains("-extldflags") && flags.contains("-static");
    if is_static && site.base().libc() == Libc::Musl {
        return Ok(at("linked with -static against musl"));
    }
    if cgo.is_none() && has_no_compiler(site) {
        return Ok(Evidence::at(
            site.facts().lines.first().map(|line| line.placed.range()).unwrap_or_default(),
            "there is no C compiler, so Go 1.20 and later build without cgo",
        ));
    }
    if let Some((module, sources, _)) = read
        && module.requires.is_empty()
        && !sources.uses_cgo()
    {
        let pure = |import: &&str| {
            PURE.iter().any(|pure| *pure == *import)
                || PURE.iter().any(|pure| {
                    !PURE_ALONE.contains(pure) && import.starts_with(&format!("{pure}/"))
                })
                || !module.path.is_empty() && import.starts_with(module.path.as_str())
        };
        let tags = options.value(&["-tags"]).flatten().unwrap_or_default();
        let has_tags = tags.contains("netgo") && tags.contains("osusergo");
        if has_tags || sources.imports().iter().all(pure) {
            let text = "none of its packages uses C, the network or the system's users";
            return Ok(Evidence::in_file(module.file.clone(), text));
        }
    }
    Err(at("cgo may be on, so the program may need the C library: CGO_ENABLED=0 is not set"))
}

/// Whether the image holds no C compiler, and its Go switches cgo off for that.
fn has_no_compiler(site: &Site<'_, '_>) -> bool {
    const COMPILERS: &[&str] =
        &["gcc", "g++", "clang", "build-base", "build-essential", "musl-dev", "cc", "tcc"];
    let base = site.base();
    let tag = Tag::parse(base.image.effective_tag().unwrap_or_default());
    let is_new = tag.version.is_empty() || tag.version.len() == 1 || tag.version[..] >= [1, 20][..];
    let installed = site.course.packages.iter().flat_map(|one| &one.requested);
    let has_one = installed.into_iter().any(|package| COMPILERS.contains(&package.name.as_str()));
    base.family == Family::Go && base.libc() == Libc::Musl && is_new && !has_one
}

/// What a program weighs, by what it imports. Measured with Go 1.21 to 1.24.
fn weight(imports: &BTreeSet<&str>, is_alone: bool, is_stripped: bool) -> Amount {
    let has = |name: &str| imports.iter().any(|import| *import == name);
    let (bytes, low, high) = match (is_alone, has("net/http")) {
        (true, true) => (7_200_000, 6_000_000, 9_000_000),
        (true, false) if imports.iter().any(|i| i.starts_with("net")) => {
            (4_000_000, 2_500_000, 6_500_000)
        }
        (true, false) => (2_000_000, 1_300_000, 3_000_000),
        (false, _) => (14_000_000, 6_000_000, 40_000_000),
    };
    let scale = |bytes: u64| if is_stripped { bytes * 2 / 3 } else { bytes };
    Amount { bytes: scale(bytes), low: scale(low), high: scale(high) }
}
