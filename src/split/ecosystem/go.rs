//! Go: `go build` and `go install`, static and with cgo.
//!
//! Sources: `go help build`, `go help install`, `go help buildmode`, the documentation of
//! `cmd/cgo`, `cmd/link` and of the packages `net`, `os/user`, `crypto/x509` and `time`.

use std::collections::BTreeSet;

use super::{Asked, Built, Ecosystem, Reading, c};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::split::answer::{
    Answer, Artifact, BuilderLine, Data, Evidence, Linkage, Need, NewStart, Site,
};
use crate::split::base::{Family, Libc};
use crate::split::command::{Grammar, Invocation, Options, Word};
use crate::split::course::{Course, Product, Role};
use crate::split::facts::{Facts, join};
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{Origin, base_name, is_within};
use crate::workspace::project::go::{self, Module, Sources, binary_name};
use crate::workspace::{Context, LONGEST_FILE};

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

/// Packages that load libraries when the program runs, and modules with such.
const LOADERS: &[&str] = &[
    "github.com/ThalesGroup/crypto11",
    "github.com/ThalesIgnite/crypto11",
    "github.com/ebitengine/purego",
    "github.com/godror/godror",
    "github.com/hajimehoshi/ebiten",
    "github.com/miekg/pkcs11",
    "github.com/playwright-community/playwright-go",
    "github.com/yalue/onnxruntime_go",
    "plugin",
];

/// Modules of others that start programs, and which: their documentation says that these have to be
/// installed. What most modules do is not known and not asked: few start anything.
const STARTERS: &[(&str, &[&str])] = &[
    ("github.com/Masterminds/vcs", &["git"]),
    ("github.com/SebastiaanKlippert/go-wkhtmltopdf", &["wkhtmltopdf"]),
    ("github.com/barasher/go-exiftool", &["exiftool"]),
    ("github.com/bitfield/script", &[]),
    ("github.com/chromedp/chromedp", &["chromium"]),
    ("github.com/codeskyblue/go-sh", &[]),
    ("github.com/floostack/transcoder", &["ffmpeg", "ffprobe"]),
    ("github.com/go-cmd/cmd", &[]),
    ("github.com/go-rod/rod", &["chromium"]),
    ("github.com/gogs/git-module", &["git"]),
    ("github.com/hashicorp/go-getter", &["git"]),
    ("github.com/hashicorp/go-plugin", &[]),
    ("github.com/hashicorp/terraform-exec", &["terraform"]),
    ("github.com/ldez/go-git-cmd-wrapper", &["git"]),
    ("github.com/magefile/mage/sh", &[]),
    ("github.com/u2takey/ffmpeg-go", &["ffmpeg", "ffprobe"]),
    ("github.com/xfrr/goffmpeg", &["ffmpeg", "ffprobe"]),
    ("golang.org/x/tools/go/packages", &["go"]),
    ("gopkg.in/vansante/go-ffprobe.v2", &["ffprobe"]),
    ("mvdan.cc/sh/v3/interp", &[]),
];

/// Whether a package is that of a module or below it.
fn is_in(import: &str, module: &str) -> bool {
    import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

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
    if matches!(name, "curl" | "tar" | "wget") {
        return handles_toolchain(asked).then_some(Reading::Prepares);
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
        "build" => match library(asked) {
            Some(refusal) => Some(Reading::Hopeless(refusal)),
            None => Some(Reading::Builds(built(asked).into_iter().collect())),
        },
        "install" => Some(Reading::Builds(installed(asked).into_iter().collect())),
        _ => None,
    }
}

/// Whether a command fetches or unpacks an archive of Go itself: it is for building only. Unpacked
/// without a folder, or over another name, it is not known here.
///
/// Source: Go's page on its installation.
fn handles_toolchain(asked: &Asked<'_, '_>) -> bool {
    let invocation = asked.invocation;
    let names_it = |one: &Invocation| one.args().iter().any(is_archive);
    if invocation.name() != Some("tar") {
        return names_it(invocation);
    }
    let words = invocation.args();
    let has_folder = words.iter().any(|word| word.or_empty() == "-C");
    let operands = words.iter().map(Word::or_empty).filter(|word| word.contains(".t"));
    let given: Vec<&str> = operands.collect();
    let is_fetched = || {
        let before = asked.course.facts.invocations().filter(|(line, _)| *line == asked.line);
        let mut fetches = before.filter(|(_, one)| matches!(one.name(), Some("curl" | "wget")));
        fetches.any(|(_, one)| {
            let saves = |name: &&str| one.args().iter().any(|word| word.or_empty() == *name);
            names_it(one) && (one.is_piped && given.is_empty() || given.iter().any(saves))
        })
    };
    has_folder && (names_it(invocation) || is_fetched())
}

/// Whether a word names an archive of Go: `go1.22.0.linux-amd64.tar.gz`, the version perhaps not known.
fn is_archive(word: &Word) -> bool {
    match word.text.as_deref() {
        Some(text) => base_name(text)
            .strip_prefix("go")
            .and_then(|rest| rest.split_once(".linux-"))
            .is_some_and(|(version, _)| is_version(version)),
        None => {
            let rest = base_name(&word.head).strip_prefix("go");
            let version = rest.map(|rest| rest.split(".linux-").next().unwrap_or(rest));
            word.head.contains('/')
                && version.is_some_and(|it| it.is_empty() || is_version(it.trim_end_matches('.')))
        }
    }
}

/// Whether a text is a version of Go: `1.22.0`, `1.22rc1`, `1.21beta1`.
fn is_version(text: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let early = text.split_once("rc").or_else(|| text.split_once("beta"));
    let (version, is_early) = early.map_or((text, true), |(it, number)| (it, is_digits(number)));
    is_early && version.split('.').all(is_digits)
}

/// What Go's archive adds where the file fetches it: that of 1.22 unpacked.
fn fetched(site: &Site<'_, '_>) -> Amount {
    let names_it = |one: &Invocation| one.args().iter().any(is_archive);
    match site.facts().invocations().any(|(_, one)| names_it(one)) {
        true => Amount { bytes: 230_000_000, low: 200_000_000, high: 500_000_000 },
        false => Amount::exact(0),
    }
}

/// What `go build` writes; `None` if that is nothing or not known.
fn built(asked: &Asked<'_, '_>) -> Option<Built> {
    let invocation = asked.invocation;
    let words = flags(asked.course.facts, asked.line, invocation)?;
    let options = options(&words)?;
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
    let (facts, invocation) = (asked.course.facts, asked.invocation);
    let words = flags(facts, asked.line, invocation)?;
    let options = options(&words)?;
    let folder = folder(invocation, &options)?;
    let packages = operands(&options);
    let setting = |name| setting(facts, asked.line, invocation, name);
    // Programs for another system go to a folder of their own.
    if setting("GOARCH").is_some() {
        return None;
    }
    let programs = match setting("GOBIN") {
        Some(value) => value?.to_owned(),
        None => match setting("GOPATH") {
            Some(value) => format!("{}/bin", value?.split(':').next()?),
            None => format!("{}/go/bin", invocation.home(&facts.lines.get(asked.line)?.scene)?),
        },
    };
    let name = match packages[..] {
        [one] if one.contains('@') => Some(binary_name(one.split('@').next()?).to_owned()),
        _ => program_name(asked.course, &folder, &packages),
    };
    let Some(name) = name else {
        // Of these, some may be no programs, but all that are have a name.
        let is_several =
            packages.iter().any(|package| package.contains("...")) || packages.len() > 1;
        let evidence = format!("`go install` writes the programs to {programs}");
        return is_several.then_some(Built { path: programs, is_folder: true, evidence });
    };
    let evidence = format!("`go install` writes {name} to {programs}");
    Some(Built { path: join(&programs, &name)?, is_folder: false, evidence })
}

/// What one of Go's settings is for a command: from the environment, else from `go env -w` before
/// it. As [`Invocation::variable`].
fn setting<'a>(
    facts: &'a Facts<'_>,
    line: usize,
    invocation: &'a Invocation,
    name: &str,
) -> Option<Option<&'a str>> {
    let scene = &facts.lines.get(line)?.scene;
    if let Some(value) = invocation.variable(name, scene) {
        return Some(value);
    }
    let is_written = |one: &Invocation| {
        one.name() == Some("go") && one.arg(0) == Some("env") && one.arg(1) == Some("-w")
    };
    let before = facts.invocations().filter(|(number, one)| *number <= line && is_written(one));
    let words = before.flat_map(|(_, one)| one.args());
    let values =
        words.filter_map(|word| word.text.as_deref()?.strip_prefix(name)?.strip_prefix('='));
    values.last().map(Some)
}

/// The words behind `build` or `install`, those of `GOFLAGS` before them: what is behind counts.
/// `None` if `GOFLAGS` is not known.
fn flags(facts: &Facts<'_>, line: usize, invocation: &Invocation) -> Option<Vec<Word>> {
    let given = match setting(facts, line, invocation, "GOFLAGS") {
        Some(value) => value?,
        None => "",
    };
    let name = |flag: &str| flag.split('=').next().unwrap_or_default().replacen("--", "-", 1);
    // The command passes over flags that are not its own.
    let known = |flag: &String| {
        let name = name(flag);
        BUILD.values.contains(&name.as_str()) || BUILD.switches.contains(&name.as_str())
    };
    let flags = split_flags(given).into_iter().filter(known);
    let words = flags.map(|flag| Word { text: Some(flag), ..Word::default() });
    Some(words.chain(invocation.args().get(1..).unwrap_or_default().iter().cloned()).collect())
}

/// The flags of `GOFLAGS`: between blanks, or in quotes.
fn split_flags(text: &str) -> Vec<String> {
    let mut flags = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (flag, behind) = match first {
            '"' | '\'' => rest[1..].split_once(first).unwrap_or((&rest[1..], "")),
            _ => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        flags.push(flag.to_owned());
        rest = behind.trim_start();
    }
    flags
}

/// The refusal for a build that makes a library which a program loads when it runs.
fn library(asked: &Asked<'_, '_>) -> Option<Refusal> {
    let words = flags(asked.course.facts, asked.line, asked.invocation)?;
    let mode = BUILD.read(&words).value(&["-buildmode"])??.to_owned();
    let is_loaded = ["plugin", "c-shared", "shared"].contains(&mode.as_str());
    let (shown, range) = (asked.invocation.shown(), asked.invocation.range);
    is_loaded.then(|| Refusal::new(Reason::Plugins, format!("`{shown}`"), Some(range)))
}

fn options(words: &[Word]) -> Option<Options<'_>> {
    let options = BUILD.read(words);
    let modes = ["exe", "pie", "default"];
    let is_program =
        options.value(&["-buildmode"]).is_none_or(|mode| mode.is_some_and(|m| modes.contains(&m)));
    let known = options.operands.iter().all(|word| word.text.is_some() && !word.is_pattern);
    (options.unknown.is_none() && is_program && known).then_some(options)
}

/// The tags of a build; `None` if they are not known.
fn tags(options: &Options<'_>) -> Option<Vec<String>> {
    let Some(given) = options.value(&["-tags"]) else { return Some(Vec::new()) };
    let tags = given?.split([',', ' ']).filter(|tag| !tag.is_empty());
    Some(tags.map(str::to_owned).collect())
}

fn operands<'o>(options: &Options<'o>) -> Vec<&'o str> {
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
    let found = programs_of(course, folder, pattern)?;
    let [only] = found.as_slice() else { return None };
    Some(only.clone())
}

/// The names of all programs that a pattern such as `./...` makes; `None` if they are not known.
fn programs_of(course: &Course<'_>, folder: &str, pattern: &str) -> Option<Vec<String>> {
    let place = join(folder, pattern.trim_end_matches("..."))?;
    let project = course.project_in(folder, "go.mod")?;
    let sources = go::sources(course.context?, &project, None);
    let root = join(folder, ".")?;
    let inside = |main: &&str| {
        let path =
            join(&root, main.strip_prefix(project.as_str()).unwrap_or(main).trim_matches('/'));
        path.is_some_and(|path| is_within(&path, &place))
    };
    let module = go::module(course.context?, &project).ok()??;
    let name = |main: &str| {
        let rest = main.strip_prefix(project.as_str()).unwrap_or(main).trim_matches('/');
        module.binary_name(rest)
    };
    let mains = sources.main_packages();
    let found = mains.iter().copied().filter(inside).map(name);
    sources.is_complete().then(|| found.collect())
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
    let started = site.started_likely(ECOSYSTEM.name).into_iter();
    let started: Vec<_> = started.map(|(path, product, _)| (path, product)).collect();
    match started.as_slice() {
        [] => site.builds(ECOSYSTEM.name).then(|| Err(missing(site))),
        [(path, product), more @ ..] => {
            let more: Vec<_> = more.iter().cloned().chain(unstarted(site, &started)).collect();
            Some(all(site, native(site, path, product), &more))
        }
    }
}

/// The answer for the first program with what the others need, those that are built beside it, too:
/// it may start them, and so may whoever runs the image.
fn all(
    site: &Site<'_, '_>,
    first: Result<Answer, Refusal>,
    more: &[(String, &Product)],
) -> Result<Answer, Refusal> {
    let mut answer = first?;
    for (path, product) in more {
        answer = answer.and(native(site, path, product)?);
    }
    Ok(answer)
}

/// The programs that are built and are not started, where they are in the end. Tools of other
/// modules are for the build.
fn unstarted<'c>(
    site: &Site<'c, '_>,
    started: &[(String, &'c Product)],
) -> Vec<(String, &'c Product)> {
    let mut found = Vec::new();
    for (number, product) in site.course.products.iter().enumerate() {
        let is_tool = site.course.invocation(product.line, product.command).is_some_and(|one| {
            one.arg(0) == Some("install") && one.args().iter().any(|w| w.or_empty().contains('@'))
        });
        let is_started = started.iter().any(|(_, own)| std::ptr::eq(*own, product));
        let is_own = product.ecosystem == ECOSYSTEM.name && !product.is_folder;
        if is_tool || is_started || !is_own {
            continue;
        }
        let all = site.course.world.below("/");
        let all = all.filter(|(_, origin)| **origin == Origin::Built(number));
        let all: Vec<&str> = all.map(|(path, _)| path).collect();
        // What was copied somewhere is meant to be there.
        let path = all.iter().find(|path| **path != product.path).or(all.first());
        let path = path.filter(|path| !is_within(path, "/tmp"));
        found.extend(path.map(|path| ((*path).to_owned(), product)));
    }
    found
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
    if site.start.launches.len() > 1 || !site.start.scripts.is_empty() {
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
    let line = site.facts().lines.len().saturating_sub(1);
    let words = ["go", "build"].into_iter().chain(package.iter().map(String::as_str));
    let words = words.map(|word| Word { text: Some(word.to_owned()), ..Word::default() }).collect();
    let invocation = Invocation { words, ..Invocation::default() };
    let linked = Linked::of(site, &folder, line, &invocation, None);
    let mut answer = linked.answer(site, vec![Artifact::file(PROGRAM)])?;
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
    let shown = site.started();
    let deeds = site.course.deeds_with(|role| *role == Role::Builds(ECOSYSTEM.name));
    let builds: Vec<_> = deeds.collect();
    if let Some((_, all)) = builds.iter().find(|(_, invocation)| {
        invocation.arg(0) == Some("build")
            && invocation.args().iter().any(|word| word.or_empty().contains("..."))
            && !invocation.args().iter().any(|word| word.or_empty().starts_with("-o"))
    }) {
        return Refusal::new(Reason::NoKeptBinary, all.shown(), Some(all.range));
    }
    let unknown = builds.iter().map(|(deed, one)| (*one, unknown(site.facts(), deed.line, one)));
    let unknown = unknown.collect::<Vec<_>>();
    let first = unknown.iter().find(|(_, why)| why.is_some()).or(unknown.first());
    match first {
        Some((one, Some(why))) => Refusal::new(Reason::ArtifactUnknown, *why, Some(one.range)),
        Some((one, None)) if site.course.products.is_empty() => {
            let why = "the module's name is in go.mod, which is not at hand";
            Refusal::new(Reason::ArtifactUnknown, why, Some(one.range))
        }
        _ => Refusal::new(Reason::ArtifactMissing, format!("`{shown}`"), place),
    }
}

/// Why it is not known what a command writes, by the command alone.
fn unknown(facts: &Facts<'_>, line: usize, invocation: &Invocation) -> Option<&'static str> {
    let Some(words) = flags(facts, line, invocation) else {
        return Some("GOFLAGS hangs on what is not known before the build");
    };
    let options = BUILD.read(&words);
    let has_open = |name: &str| options.value(&[name]) == Some(None);
    let is_open = |word: &&Word| word.text.is_none() || word.is_pattern;
    let is_install = invocation.arg(0) == Some("install");
    if has_open("-o") || has_open("-C") || options.operands.iter().any(is_open) {
        Some("its path hangs on what is not known before the build")
    } else if options.unknown.is_some() {
        Some("the command has options that are not known")
    } else if is_install && setting(facts, line, invocation, "GOARCH").is_some() {
        Some("`go install` has another folder for programs of another GOARCH")
    } else {
        None
    }
}

fn native(site: &Site<'_, '_>, path: &str, product: &Product) -> Result<Answer, Refusal> {
    if site.course.mount_over(product.line, &product.path).is_some() && product.path == path {
        return Err(site.course.in_mount(path, product.line));
    }
    let empty = Invocation::default();
    let invocation = site.course.invocation(product.line, product.command).unwrap_or(&empty);
    let words = flags(site.facts(), product.line, invocation).unwrap_or_default();
    let folder = options(&words).and_then(|options| folder(invocation, &options));
    let line = site.facts().lines.get(product.line);
    let folder = folder.or_else(|| line?.scene.workdir.clone()).unwrap_or_default();
    // It has the name that it was built by.
    let name = Some(base_name(path)).filter(|_| is_within(path, &product.path));
    let linked = Linked::of(site, &folder, product.line, invocation, name);
    let starts: Vec<String> =
        linked.read.iter().flat_map(|(_, sources, _)| sources.starts()).map(Into::into).collect();
    let mut answer = linked.answer(site, vec![Artifact::file(path)])?;
    if product.is_folder {
        let options = options(&words);
        let packages = options.as_ref().map(operands).unwrap_or_default();
        let names = |package: &&str| match package.split_once('@') {
            Some((module, _)) => Some(vec![binary_name(module).to_owned()]),
            None if package.contains("...") => programs_of(site.course, &folder, package),
            None => program_name(site.course, &folder, &[package]).map(|name| vec![name]),
        };
        let known = packages.iter().map(names).collect::<Option<Vec<_>>>();
        let known: Option<Vec<String>> = known.map(|all| all.concat());
        let is_bare = site.start.launches.iter().any(|launch| launch.word(0) == name);
        // What that one is linked with has not been looked at.
        let mut others = known.iter().flatten().filter(|own| Some(own.as_str()) != name);
        if let Some(other) = others.find(|own| starts.contains(own)) {
            let what = format!("The program starts {other}, which the same command builds");
            return Err(Refusal::new(Reason::NeedsOther, what, Some(invocation.range)));
        }
        match (known, name) {
            (Some(names), Some(name)) if !names.iter().any(|own| own == name) => {
                let what = format!("`{path}`");
                return Err(Refusal::new(Reason::ArtifactMissing, what, Some(site.start.place)));
            }
            (None, Some(name)) if is_bare => {
                answer.assumptions.push(format!("{name} is one of the programs of the project"));
            }
            _ => {}
        }
        answer.provides.push(base_name(path).to_owned());
    }
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
    /// `name` is that of the program, if it tells which of several it is.
    fn of(
        site: &Site<'_, '_>,
        folder: &str,
        line: usize,
        invocation: &Invocation,
        name: Option<&str>,
    ) -> Linked {
        let words = flags(site.facts(), line, invocation);
        let is_known = words.is_some();
        let words = words.unwrap_or_default();
        let options = BUILD.read(&words);
        let module = module_of(site.course, folder).or_else(|| made_module(site.course, folder));
        let given = tags(&options).filter(|_| is_known);
        let given: Option<Vec<&str>> =
            given.as_ref().map(|tags| tags.iter().map(|t| &**t).collect());
        let read = module.and_then(|(module, place)| {
            let context = site.context()?;
            let root = module.file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let sources = go::sources(context, root, given.as_deref());
            let is_read = sources.is_complete() && !sources.packages.is_empty();
            let packages = operands(&options);
            let own = own(&sources, (&module, &place), folder, &packages)
                .or_else(|| named(&sources, &module, &packages, name?));
            is_read.then_some((module, own.unwrap_or(sources), place))
        });
        let cgo = setting(site.facts(), line, invocation, "CGO_ENABLED");
        let linked = match is_known {
            true => static_by(site, invocation, &options, cgo, read.as_ref()),
            false => Err(Evidence::at(invocation.range, "GOFLAGS is not known before the build")),
        };
        let flags = options.value(&["-ldflags"]).flatten().unwrap_or_default();
        let is_stripped = flags.split_whitespace().any(|flag| flag == "-s");
        let (linkage, evidence) = match linked {
            Ok(evidence) => (Linkage::Static, evidence),
            Err(evidence) => (Linkage::Dynamic { runtime: false }, evidence),
        };
        Linked { linkage, evidence: vec![evidence], assumptions: Vec::new(), read, is_stripped }
    }

    /// Errors: it loads libraries or links with some that cannot be traced.
    fn answer(self, site: &Site<'_, '_>, artifacts: Vec<Artifact>) -> Result<Answer, Refusal> {
        let mut assumptions = self.assumptions;
        let is_alone = self.read.as_ref().is_some_and(|(module, _, _)| module.requires.is_empty());
        let imports: BTreeSet<&str> =
            self.read.as_ref().map(|(_, sources, _)| sources.imports()).unwrap_or_default();
        let loads = |loader: &&&str| imports.iter().any(|import| is_in(import, loader));
        if let Some(import) = LOADERS.iter().find(loads) {
            let what = format!("its sources import `{import}`");
            return Err(Refusal::new(Reason::Plugins, what, Some(site.start.place)));
        }
        let mut linkage = self.linkage;
        let mut libraries = Vec::new();
        if let (Linkage::Dynamic { runtime }, Some((_, sources, _))) = (&mut linkage, &self.read) {
            let found = libraries_of(site, sources)?;
            *runtime |= found.has_cpp;
            libraries = found.packages;
            assumptions.extend(found.assumptions);
        }
        let foreign: Vec<&(&str, &[&str])> = STARTERS
            .iter()
            .filter(|(module, _)| imports.iter().any(|one| is_in(one, module)))
            .collect();
        let starts_others =
            self.read.as_ref().is_some_and(|(_, sources, _)| sources.starts_others());
        let starts = starts_others
            || !foreign.is_empty()
            || self.read.as_ref().is_some_and(|(_, sources, _)| {
                mentions(site, sources, &["StartProcess", "syscall.Exec", "ForkExec"])
            });
        let speaks_tls = imports.iter().any(|import| speaks_tls(import));
        let certificates = if is_alone && !speaks_tls { Need::No } else { Need::Yes };
        let mentions = |words: &[&str]| match &self.read {
            Some((_, sources, _)) if is_alone => mentions(site, sources, words),
            _ => true,
        };
        let zones = mentions(&["LoadLocation", "\"TZ\""]) || site.scene().value("TZ").is_some();
        let zones = if zones && !imports.contains("time/tzdata") { Need::Yes } else { Need::No };
        assumptions.extend(generators(site));
        let looks_back =
            |(_, sources, _): &(Module, Sources, String)| asks_for_folder(site, sources);
        if self.read.as_ref().is_some_and(looks_back) {
            let text =
                "the program reads nothing beside its sources, though it asks for their folder";
            assumptions.push(format!("{text} (runtime.Caller)"));
        }
        let folders = self.read.iter().map(|(_, _, place)| place.clone()).collect();
        let read = self.read.as_ref().zip(site.context());
        let embedded = read.map(|(read, context)| embedded(context, read)).unwrap_or_default();
        let answer = Answer {
            certificates,
            zones,
            temporary: if mentions(TEMPORARY) { Need::Yes } else { Need::No },
            data: Data::Beside { folders, embedded },
            evidence: self.evidence,
            libraries,
            assumptions,
            weight: weight(&imports, is_alone, self.is_stripped),
            left: fetched(site),
            ..Answer::new(ECOSYSTEM.name, linkage, artifacts)
        };
        if !starts {
            return Ok(answer);
        }
        let own = self.read.iter().flat_map(|(_, sources, _)| sources.starts());
        let others = foreign.iter().flat_map(|(_, programs)| programs.iter().copied());
        let names = own.chain(others).map(str::to_owned).collect();
        super::starts::starting(site, answer, &names)
    }
}

/// Words in sources that use the folder for temporary files, or the list of users and the homes,
/// which lie beside it.
const TEMPORARY: &[&str] = &[
    "TempDir",
    "TempFile",
    "CreateTemp",
    "MkdirTemp",
    "/tmp",
    "Multipart",
    "FormFile",
    "user.Current",
    "user.Lookup",
    "/etc/passwd",
    "UserHomeDir",
    "UserConfigDir",
    "UserCacheDir",
];

/// Whether a package of the standard library speaks TLS.
fn speaks_tls(import: &str) -> bool {
    matches!(import, "net/http" | "net/smtp")
        || import.starts_with("crypto/tls")
        || import.starts_with("crypto/x509")
}

/// What is assumed of the commands that write sources.
fn generators(site: &Site<'_, '_>) -> Vec<String> {
    let prepares = site.course.deeds_with(|role| *role == Role::Prepares(ECOSYSTEM.name));
    let generators = prepares.filter(|(_, one)| {
        one.name().is_some_and(|name| GENERATORS.contains(&name)) || one.arg(0) == Some("generate")
    });
    generators.map(|(_, one)| format!("`{}` writes sources only", one.shown())).collect()
}

/// The sources of the one program that is built; `None` if it cannot be told which are its own.
fn own(
    sources: &Sources,
    (module, place): (&Module, &str),
    folder: &str,
    packages: &[&str],
) -> Option<Sources> {
    let package = match packages {
        [] => ".",
        [one, ..] if one.ends_with(".go") => crate::split::world::parent(one),
        [one] if !one.contains("...") => one,
        _ => return None,
    };
    if module.path.is_empty() {
        return None;
    }
    let inside = match package.strip_prefix(module.path.as_str()) {
        Some(rest) => rest.to_owned(),
        None => {
            let path = join(folder, package)?;
            let root = place.trim_end_matches('/');
            path.strip_prefix(root)
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))?
                .to_owned()
        }
    };
    let root = module.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inside = inside.trim_matches('/');
    let key = [root, inside].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let key = key.join("/");
    sources.packages.get(&key)?.is_main.then(|| sources.needed_by(&key, module))
}

/// The sources of the program of that name, if a pattern builds several and it is the only one.
fn named(sources: &Sources, module: &Module, packages: &[&str], name: &str) -> Option<Sources> {
    if !packages.iter().all(|package| package.contains("...")) {
        return None;
    }
    let root = module.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_it = |main: &&str| {
        let inside = main.strip_prefix(root).unwrap_or(main).trim_matches('/');
        module.binary_name(inside) == name
    };
    let mains = sources.main_packages();
    let mut found = mains.into_iter().filter(is_it);
    let (only, None) = (found.next()?, found.next()) else { return None };
    Some(sources.needed_by(only, module))
}

/// What the C parts of a program are linked with.
#[derive(Default)]
struct Libraries {
    /// Development packages, by Debian's names.
    packages: Vec<String>,
    has_cpp: bool,
    assumptions: Vec<String>,
}

/// Errors: a library of which it is not known where it comes from.
fn libraries_of(site: &Site<'_, '_>, sources: &Sources) -> Result<Libraries, Refusal> {
    let mut found = Libraries::default();
    for (folder, cgo) in sources.cgo() {
        found.has_cpp |= cgo.has_cpp;
        for name in &cgo.packages {
            found.take(site, folder, c::library_of_module(name))?;
        }
        for word in &cgo.ldflags {
            match word.strip_prefix("-l") {
                Some(name) => found.take(site, folder, name)?,
                None if word.contains(".so") => return Err(unknown_library(site, word)),
                None => {}
            }
        }
    }
    Ok(found)
}

fn unknown_library(site: &Site<'_, '_>, library: &str) -> Refusal {
    let what = format!("It is linked with {library}, and which package holds that is not known");
    Refusal::new(Reason::NeedsOther, what, Some(site.start.place))
}

impl Libraries {
    fn take(&mut self, site: &Site<'_, '_>, folder: &str, library: &str) -> Result<(), Refusal> {
        if c::OWN.contains(&library) {
            self.has_cpp |= matches!(library, "stdc++" | "gcc_s" | "supc++" | "stdc++fs");
            return Ok(());
        }
        let is_debian = site.base().libc() == Libc::Glibc;
        if let Some(package) = c::library(library).filter(|_| is_debian) {
            self.packages.push(package.to_owned());
            return Ok(());
        }
        if let Some(is_static) = in_project(site, folder, library) {
            return if is_static {
                Ok(())
            } else {
                Err(unknown_library(site, &format!("lib{library}.so")))
            };
        }
        let name = library.to_lowercase();
        let requested = site.course.requested();
        let mut development = requested.filter(|one| one.name.ends_with("-dev")).peekable();
        if development.peek().is_none() {
            return Err(unknown_library(site, &format!("lib{library}")));
        }
        if !development.any(|one| one.name.contains(&name)) {
            self.assumptions.push(format!("lib{library} is in one of the installed packages"));
        }
        Ok(())
    }
}

/// Whether a library beside the sources is an archive; `None` if there is none.
fn in_project(site: &Site<'_, '_>, folder: &str, library: &str) -> Option<bool> {
    let context = site.context()?;
    let places = ["", "lib", "libs"];
    let is_there = |ending: &str| {
        places.iter().any(|place| {
            let parts = [folder, place].into_iter().filter(|part| !part.is_empty());
            let parts: Vec<String> =
                parts.map(str::to_owned).chain([format!("lib{library}.{ending}")]).collect();
            matches!(context.kind(&parts.join("/")), Ok(Some(_)))
        })
    };
    match (is_there("so"), is_there("a")) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

/// The paths of the image that `//go:embed` puts into the program; none if it may be one of several.
fn embedded(context: &Context, read: &(Module, Sources, String)) -> Vec<String> {
    let (module, sources, place) = read;
    let root = module.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    if sources.main_packages().len() > 1 {
        return Vec::new();
    }
    let files = go::embedded(context, sources);
    let inside = |path: &String| {
        let inside = path.strip_prefix(root)?.trim_matches('/');
        join(place, inside).filter(|whole| whole != place)
    };
    files.iter().filter_map(inside).collect()
}

/// The texts of the files of the program; `None` for one that cannot be read, or if there are more.
fn texts<'s>(
    site: &'s Site<'_, '_>,
    sources: &'s Sources,
) -> impl Iterator<Item = Option<String>> + 's {
    const MOST_FILES: usize = 400;
    let files = sources.packages.iter().flat_map(|(folder, package)| {
        package.files.iter().map(move |file| match folder.as_str() {
            "" => file.clone(),
            folder => format!("{folder}/{file}"),
        })
    });
    files.enumerate().map(|(number, file)| {
        let read = |context: &Context| context.read(&file, LONGEST_FILE).ok().flatten();
        site.context().filter(|_| number < MOST_FILES).and_then(read)
    })
}

/// Whether the sources of the program have one of these words anywhere. Limited; `true` if they
/// cannot all be read.
fn mentions(site: &Site<'_, '_>, sources: &Sources, words: &[&str]) -> bool {
    let has = |text: String| words.iter().any(|word| text.contains(word));
    site.context().is_none() || texts(site, sources).any(|text| text.is_none_or(has))
}

/// Whether the program asks for the folder of a file of its sources: `_, file, _, _ :=
/// runtime.Caller(0)` and `Dir(file)`.
fn asks_for_folder(site: &Site<'_, '_>, sources: &Sources) -> bool {
    let asks = |text: String| {
        let calls = text.match_indices("runtime.Caller(").map(|(at, _)| &text[..at]);
        let names = calls.filter_map(|before| {
            let names = before.trim_end().trim_end_matches([':', '=']).rsplit('\n').next()?;
            Some(names.split(',').nth(1)?.trim().to_owned())
        });
        names.into_iter().any(|name| name != "_" && text.contains(&format!("Dir({name})")))
    };
    texts(site, sources).flatten().any(asks)
}

/// That the program is linked with nothing, or why it may be linked with the C library.
fn static_by(
    site: &Site<'_, '_>,
    invocation: &Invocation,
    options: &Options<'_>,
    cgo: Option<Option<&str>>,
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
            PURE.contains(import)
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
    let installed = site.course.requested();
    let has_one = installed.into_iter().any(|package| COMPILERS.contains(&package.name.as_str()));
    base.family == Family::Go && base.libc() == Libc::Musl && is_new && !has_one
}

/// What a program weighs, by what it imports. Measured with Go 1.26.8 on linux/amd64 without cgo:
/// `os` alone 2.1 MB, `fmt` 2.4 MB, `encoding/json` with `regexp` and `text/template` 5.3 MB, `net`
/// 3.2 MB, `net/http` 8.3 MB, with `html/template` and `encoding/json` 12.0 MB; `-s -w` leaves 66 to
/// 70 %. What other modules add is an estimate, and so are the lower bounds, for older versions.
fn weight(imports: &BTreeSet<&str>, is_alone: bool, is_stripped: bool) -> Amount {
    let has = |name: &str| imports.iter().any(|import| *import == name);
    let (bytes, low, high) = match (is_alone, has("net/http")) {
        (true, true) => (8_400_000, 6_000_000, 12_500_000),
        (true, false) if imports.iter().any(|i| i.starts_with("net")) => {
            (3_300_000, 2_500_000, 8_500_000)
        }
        (true, false) => (2_000_000, 1_300_000, 5_500_000),
        (false, _) => (14_000_000, 6_000_000, 40_000_000),
    };
    let scale = |bytes: u64| if is_stripped { bytes * 69 / 100 } else { bytes };
    Amount { bytes: scale(bytes), low: scale(low), high: scale(high) }
}

#[cfg(test)]
mod tests {
    use super::split_flags;
    use crate::split::testing::runtime_stages;

    const GO_MOD: (&str, &str) = ("go.mod", "module example.com/shop\n\ngo 1.22\n");
    const MAIN: &str = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }\n";

    /// Lines that the stages of each split have, or reasons; behind `!`, what no line may have.
    #[track_caller]
    fn check(dockerfile: &str, files: &[(&str, &str)], expected: &[&[&str]]) {
        let files: Vec<_> = std::iter::once(GO_MOD).chain(files.iter().copied()).collect();
        let found = runtime_stages(dockerfile, &files);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            for part in *expected {
                let (part, wanted) = match part.strip_prefix('!') {
                    Some(part) => (part, false),
                    None => (*part, true),
                };
                assert_eq!(found.contains(part), wanted, "{part}: {found}");
            }
        }
    }

    /// A Dockerfile on an image with one command that builds.
    fn on(image: &str, before: &str, build: &str) -> String {
        format!("FROM {image}\nWORKDIR /src\nCOPY . .\n{before}RUN {build}\nCMD [\"/shop\"]\n")
    }

    const BOOKWORM: &str = "golang:1.22-bookworm";
    const STATIC: &str = "CGO_ENABLED=0 go build -o /shop .";

    #[test]
    fn programs_that_are_started_without_a_package_for_it() {
        let main = "package main\n\nimport \"syscall\"\n\nfunc main() { syscall.Exec(\"/bin/sh\", nil, nil) }\n";
        let found = runtime_stages(&on(BOOKWORM, "", STATIC), &[GO_MOD, ("main.go", main)]);
        assert!(found.iter().all(|stage| stage.contains("FROM debian:bookworm-slim")), "{found:?}");
        let home = "package main\n\nimport \"os\"\n\nfunc main() { os.UserHomeDir() }\n";
        let found = runtime_stages(&on(BOOKWORM, "", STATIC), &[GO_MOD, ("main.go", home)]);
        assert!(!found.iter().any(|stage| stage.contains("FROM scratch")), "{found:?}");
    }

    #[test]
    fn programs_that_a_pattern_names() {
        let file = |build: &str, start: &str| {
            on(BOOKWORM, "", build).replace("\"/shop\"", &format!("\"{start}\""))
        };
        let files = [
            ("cmd/web/main.go", MAIN),
            ("cmd/tool/main.go", MAIN),
            ("lib/lib.go", "package lib\n"),
        ];
        let web = "COPY --from=builder /go/bin/web /usr/local/bin/web";
        let both: &[&[&str]] = &[&[web, "!# Assumed"], &[web, "!# Assumed"]];
        let install = "CGO_ENABLED=0 go install ./...";
        check(&file(install, "web"), &files, both);
        let by_path: &str = "COPY --from=builder /go/bin/web /go/bin/web";
        check(&file(install, "/go/bin/web"), &files, &[&[by_path], &[by_path]]);
        let missing = "artifact-missing: Nothing in the file makes `/go/bin/lib`";
        check(&file(install, "/go/bin/lib"), &files, &[&[missing]]);
        let built = "COPY --from=builder /usr/local/bin/web /usr/local/bin/web";
        let to_folder = "CGO_ENABLED=0 go build -o /usr/local/bin/ ./cmd/...";
        check(&file(to_folder, "web"), &files, &[&[built], &[built]]);
        // Without the folder of the project it is only likely.
        let found = runtime_stages(&file(install, "web"), &[]);
        assert!(found[0].contains("# Assumed: web is one of the programs"), "{found:?}");
        let foreign = "CGO_ENABLED=0 GOARCH=arm64 go install ./...";
        check(&file(foreign, "web"), &files, &[&["artifact-unknown", "another GOARCH"]]);
        let tools = "go install x.org/a/web@latest x.org/b/v2@v2.0.0";
        let copied: &[&str] = &["--from=builder /go/bin/b /usr/local/bin/b"];
        check(&file(tools, "b"), &files, &[copied, copied]);
        check(&file(tools, "c"), &files, &[&["artifact-missing"]]);
        let odd = "CGO_ENABLED=0 go build -odd -o /web ./cmd/web";
        check(&file(odd, "/web"), &files, &[&["the command has options that are not known"]]);
    }

    #[test]
    fn a_toolchain_from_its_archive() {
        let check = |unpack: &str, part: &str| {
            let file = format!(
                "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y curl\nRUN {unpack}\n\
                 ENV PATH=$PATH:/usr/local/go/bin\nWORKDIR /src\nCOPY . .\n\
                 RUN go build -o /shop .\nCMD [\"/shop\"]\n"
            );
            let found = runtime_stages(&file, &[GO_MOD, ("main.go", MAIN)]).concat();
            assert!(found.contains(part) && !found.contains("linux-"), "{part}: {found}");
        };
        let image = "FROM ubuntu:22.04\nWORKDIR /src\nCOPY --from=builder /shop /shop\n";
        let address = "https://x/go1.22.0.linux-amd64.tar.gz";
        let get = format!("curl -LO {address}");
        check(&format!("{get} && tar -C /usr/local -xzf go1.22.0.linux-amd64.tar.gz"), image);
        check(&format!("curl -L {address} | tar -C /usr/local -xz"), image);
        check(
            &format!("curl -Lo go.tgz {address} && tar -C /usr/local -xzf go.tgz && rm go.tgz"),
            image,
        );
        check("curl -L https://x/go${VERSION}.linux-amd64.tar.gz | tar -C /usr/local -xz", image);
        check("curl -L https://x/gosu-1.0.tar.gz | tar -C /usr/local -xz", "cannot-follow");
    }

    #[test]
    fn a_program_that_starts_itself() {
        let main = |program: &str| {
            format!(
                "package main\n\nimport (\n\t\"os\"\n\t\"os/exec\"\n)\n\n\
                 func main() {{ exec.Command({program}, \"-x\").Run() }}\n"
            )
        };
        let small: &[&[&str]] = &[&["bookworm-slim", "!# Assumed"], &["scratch", "!# Assumed"]];
        check(&on(BOOKWORM, "", STATIC), &[("main.go", &main("os.Args[0]"))], small);
        check(&on(BOOKWORM, "", STATIC), &[("main.go", &main("\"/proc/self/exe\""))], small);
        let other = "# Assumed: the programs that it starts itself are in the image";
        check(&on(BOOKWORM, "", STATIC), &[("main.go", &main("os.Args[1]"))], &[&[other]]);
    }

    #[test]
    fn flags_of_the_environment() {
        assert_eq!(split_flags(" -a  '-ldflags=-s -w' \"-b\" "), ["-a", "-ldflags=-s -w", "-b"]);
        assert_eq!(split_flags("'-open"), ["-open"]);
        let main = [("main.go", MAIN)];
        let dynamic: &[&[&str]] =
            &[&["FROM debian:bookworm-slim"], &["FROM gcr.io/distroless/base-debian12"]];
        let linked_with_nothing: &[&[&str]] = &[&["FROM debian:bookworm-slim"], &["FROM scratch"]];
        check(&on(BOOKWORM, "", STATIC), &main, linked_with_nothing);
        check(&on(BOOKWORM, "ENV GOFLAGS=-race\n", STATIC), &main, dynamic);
        let pie = "CGO_ENABLED=0 GOFLAGS=-buildmode=pie go build -o /shop .";
        check(&on(BOOKWORM, "", pie), &main, dynamic);
        // The command's own flags count.
        let exe = "CGO_ENABLED=0 GOFLAGS=-buildmode=pie go build -buildmode=exe -o /shop .";
        check(&on(BOOKWORM, "", exe), &main, linked_with_nothing);
        let other = "CGO_ENABLED=0 GOFLAGS='-mod=mod -count=1' go build -o /shop .";
        check(&on(BOOKWORM, "", other), &main, linked_with_nothing);
        let written = "go env -w GOFLAGS=-buildmode=pie && CGO_ENABLED=0 go build -o /shop .";
        check(&on(BOOKWORM, "", written), &main, dynamic);
        let unknown = ["artifact-unknown: Which file the build produces is not known: GOFLAGS"];
        check(&on(BOOKWORM, "ARG GOFLAGS\n", STATIC), &main, &[&unknown]);
    }

    #[test]
    fn libraries_of_c_parts() {
        let build = "go build -o /shop .";
        let check = |cgo: &str, before: &str, expected: &[&[&str]]| {
            let main = format!("package main\n\n// #cgo {cgo}\nimport \"C\"\n\nfunc main() {{}}\n");
            check(&on(BOOKWORM, before, build), &[("main.go", &main)], expected);
        };
        check("pkg-config: sqlite3", "", &[&["libsqlite3-0"]]);
        check("LDFLAGS: -lsqlite3 -lm", "", &[&["libsqlite3-0"]]);
        check("LDFLAGS: -lm -lpthread", "", &[&["!apt-get"], &["base-debian12"]]);
        check("LDFLAGS: -lstdc++", "", &[&["!apt-get"], &["cc-debian12"]]);
        check("LDFLAGS: -lfoo", "", &[&["needs-other: It is linked with libfoo"]]);
        check("LDFLAGS: ${SRCDIR}/libfoo.so", "", &[&["needs-other: It is linked with"]]);
        let vips = "RUN apt-get update && apt-get install -y libvips-dev\n";
        check("pkg-config: vips", vips, &[&["libvips", "!# Assumed"]]);
        check("LDFLAGS: -lfoo", vips, &[&["# Assumed: libfoo is in one of the installed"]]);
        check("darwin LDFLAGS: -lfoo", "", &[&["!apt-get"], &["base-debian12"]]);
    }

    #[test]
    fn libraries_beside_the_sources() {
        let main = "package main\n\n// #cgo LDFLAGS: -L${SRCDIR}/lib -lfoo\nimport \"C\"\n";
        let build = on(BOOKWORM, "", "go build -o /shop .");
        let small: &[&[&str]] = &[&["bookworm-slim"], &["base-debian12"]];
        check(&build, &[("main.go", main), ("lib/libfoo.a", "x")], small);
        let refused: &[&[&str]] = &[&["needs-other"]];
        check(&build, &[("main.go", main), ("lib/libfoo.so", "x")], refused);
        // Another program of the module.
        let files = [("main.go", MAIN), ("cmd/x/main.go", main)];
        check(&build, &files, &[&["bookworm-slim"], &["FROM scratch"]]);
        let files = [("main.go", "package main\nimport \"C\"\n"), ("a.cc", "")];
        check(&build, &files, &[&["bookworm-slim"], &["cc-debian12"]]);
    }

    #[test]
    fn programs_that_it_starts() {
        let main =
            "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"curl\").Run() }\n";
        let files = [("main.go", main)];
        let assumed = "# Assumed: the programs that it starts itself are in the image: curl";
        check(&on(BOOKWORM, "", STATIC), &files, &[&[assumed, "recommends curl ca-certificates"]]);
        let jq = "RUN apt-get update && apt-get install -y jq\n";
        check(
            &on(BOOKWORM, jq, STATIC),
            &files,
            &[&[assumed, "install -y jq curl ca-certificates"]],
        );
        // Nothing that it does not start comes along.
        check(&on(BOOKWORM, jq, STATIC), &[("main.go", MAIN)], &[&["!jq"], &["scratch"]]);
    }

    #[test]
    fn programs_of_the_same_command_that_it_starts() {
        let starts =
            "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"a\").Run() }\n";
        let file = "FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go install ./cmd/a ./cmd/b\n\
            ENTRYPOINT [\"b\"]\n";
        let module = ("go.mod", "module x\n\ngo 1.22\n");
        let with = |b: &'static str| [module, ("cmd/a/main.go", MAIN), ("cmd/b/main.go", b)];
        check(file, &with(starts), &[&["needs-other: The program starts a, which the same"]]);
        check(file, &with(MAIN), &[&["/go/bin/b"], &["/go/bin/b"]]);
    }

    #[test]
    fn programs_that_others_start_for_it() {
        let main =
            |import: &str| format!("package main\n\nimport _ \"{import}\"\n\nfunc main() {{}}\n");
        let conservative = |import: &str, part: &str| {
            let assumed = "# Assumed: the programs that it starts itself are in the image";
            let all: &[&str] = &[assumed, part, "FROM debian:bookworm-slim"];
            check(&on(BOOKWORM, "", STATIC), &[("main.go", &main(import))], &[all]);
        };
        conservative("github.com/gogs/git-module", "recommends git");
        conservative("github.com/u2takey/ffmpeg-go", "recommends ffmpeg");
        conservative("github.com/hashicorp/go-getter/v2", "recommends git");
        let small: &[&[&str]] = &[&["bookworm-slim", "!# Assumed"], &["scratch", "!# Assumed"]];
        for pure in ["github.com/go-git/go-git/v5", "github.com/go-cmd/cmdx", "modernc.org/sqlite"]
        {
            check(&on(BOOKWORM, "", STATIC), &[("main.go", &main(pure))], small);
        }
        let refused = |import: &str, why: &str| {
            check(&on(BOOKWORM, "", STATIC), &[("main.go", &main(import))], &[&[why]]);
        };
        refused("golang.org/x/tools/go/packages", "needs-other: The program starts go, which only");
        refused("github.com/hajimehoshi/ebiten/v2", "plugins: It loads libraries at run time");
        refused("github.com/miekg/pkcs11", "plugins: ");
        let own = "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"go\") }\n";
        let refused: &[&[&str]] = &[&["needs-other: The program starts go"]];
        check(&on(BOOKWORM, "", STATIC), &[("main.go", own)], refused);
    }

    #[test]
    fn files_that_it_may_not_hold() {
        let copy = "COPY --from=builder /src/templates";
        let check = |files: &[(&str, &str)], build: &str, code: &str, is_copied: bool| {
            let main = format!("package main\n\nfunc main() {{ {code} }}\n");
            let templates = [("templates/a.html", ""), ("templates/b.txt", "")];
            let files: Vec<_> = [("main.go", main.as_str())]
                .iter()
                .chain(files)
                .chain(&templates)
                .copied()
                .collect();
            let part = if is_copied { copy.to_owned() } else { format!("!{copy}") };
            let all: &[&str] = &[&part];
            check(&on(BOOKWORM, "", build), &files, &[all, all]);
        };
        let embed = |head: &str, what: &str| {
            format!(
                "{head}package main\n\nimport \"embed\"\n\n//go:embed {what}\nvar files embed.FS\n"
            )
        };
        let whole = embed("", "templates");
        let from_fs = r#"template.ParseFS(files, "templates/*.html")"#;
        check(&[("web.go", &whole)], STATIC, from_fs, false);
        // What is not for Linux, or not for certain, holds nothing.
        check(&[("web_windows.go", &whole)], STATIC, "", true);
        check(&[("web_test.go", &whole)], STATIC, "", true);
        check(&[("web.go", &embed("//go:build ignore\n\n", "templates"))], STATIC, "", true);
        let prod = embed("//go:build prod\n\n", "templates");
        check(&[("web.go", &prod)], STATIC, "", true);
        check(&[("web.go", &prod)], "CGO_ENABLED=0 go build -tags prod -o /shop .", "", false);
        check(&[("web.go", &embed("", "templates/*.html"))], STATIC, from_fs, true);
        check(&[("web.go", &embed("", "all:templates"))], STATIC, from_fs, false);
        // Another program of the module.
        let other = [("cmd/x/web.go", whole.as_str()), ("cmd/x/templates/a.html", "")];
        check(&other, STATIC, "", true);
        check(&other, "CGO_ENABLED=0 go build -o /shop main.go", "", true);
        let commands = [
            ("cmd/a/main.go", "package main\nimport _ \"example.com/shop\"\nfunc main() {}\n"),
            ("cmd/b/main.go", MAIN),
            ("web.go", &whole.replace("package main", "package shop")),
        ];
        let of = |name: &str, is_copied: bool| {
            let file = format!(
                "FROM {BOOKWORM}\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /out/ \
                 ./cmd/...\nCMD [\"/out/{name}\"]\n"
            );
            let files: Vec<_> =
                commands.iter().chain(&[("templates/a.html", "")]).copied().collect();
            let part = if is_copied { copy.to_owned() } else { format!("!{copy}") };
            let all: &[&str] = &[&part];
            super::tests::check(&file, &files, &[all, all]);
        };
        of("a", false);
        of("b", true);
        // Read from disk all the same.
        let web = [("web.go", whole.as_str())];
        check(&web, STATIC, r#"template.ParseGlob("templates/*.html")"#, true);
        check(&web, STATIC, r#"os.DirFS("templates")"#, true);
        check(&web, STATIC, r#"dir := "./templates"; os.ReadFile(dir)"#, true);
        check(&web, STATIC, r#"http.Handle("/templates/", x); os.ReadFile("config")"#, false);
    }

    #[test]
    fn folders_of_its_sources() {
        let assumed = "# Assumed: the program reads nothing beside its sources, though it asks for";
        let check = |code: &str, part: &str| {
            let main = format!("package main\n\nfunc main() {{ {code} }}\n");
            let all: &[&str] = &[part];
            check(&on(BOOKWORM, "", STATIC), &[("main.go", &main)], &[all, all]);
        };
        check("_, file, _, _ := runtime.Caller(0); os.ReadDir(filepath.Dir(file))", assumed);
        let shown =
            "_, file, _, _ := runtime.Caller(0)\nfmt.Println(filepath.Base(file), path.Dir(x))";
        check(shown, "!# Assumed");
    }

    #[test]
    fn files_that_variables_name() {
        let main = [("main.go", MAIN)];
        let set = |value: &str| on(BOOKWORM, &format!("ENV SSL_CERT_FILE={value}\n"), STATIC);
        let certificates = "/etc/ssl/certs/ca-certificates.crt";
        let copied: &str = "COPY --from=builder /etc/ssl/certs/ca-certificates.crt";
        check(&set(certificates), &main, &[&["ca-certificates \\"], &["FROM scratch", copied]]);
        check(&set("/x"), &main, &[&["!ca-cert"], &["FROM scratch", "!ca-cert"]]);
        let zones = on(BOOKWORM, "ENV ZONEINFO=/usr/share/zoneinfo\n", STATIC);
        check(&zones, &main, &[&["bookworm-slim"], &["FROM gcr.io/distroless/static"]]);
    }

    #[test]
    fn settings_of_git() {
        let main = "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"git\") }\n";
        let check = |config: &str, part: &str| {
            let before = format!("RUN git config {config}\n");
            check(&on(BOOKWORM, &before, STATIC), &[("main.go", main)], &[&[part]]);
        };
        check("--system user.name bot", "COPY --from=builder /etc/gitconfig /etc/gitconfig");
        check("--global user.name bot", "COPY --from=builder /root/.gitconfig /root/.gitconfig");
        check("--global url.https://x.insteadOf ssh://x", "!.gitconfig");
    }

    #[test]
    fn folders_that_it_reads_as_a_whole() {
        let files = [("LICENSE", ""), ("pages/a.md", ""), ("note.rst", "")];
        let check = |code: &str, is_whole: bool| {
            let main = format!("package main\n\nfunc main() {{ {code} }}\n");
            let files: Vec<_> =
                [("main.go", main.as_str())].iter().chain(&files).copied().collect();
            let assumed = "# Assumed: the program does without its sources and notes, though it reads \
                the folder that it is started in (main.go)";
            let all: &[&str] = match is_whole {
                true => &[assumed, "/src/note.rst", "/src/pages"],
                false => &["!# Assumed", "!/src/note.rst", "!/src/pages"],
            };
            check(&on(BOOKWORM, "", STATIC), &files, &[all, all]);
        };
        check(r#"os.ReadDir(".")"#, true);
        check(r#"http.FileServer(http.Dir("."))"#, true);
        check(r#"dir, _ := os.Getwd(); filepath.Walk(dir, f)"#, true);
        check(r#"os.ReadDir("x")"#, false);
    }

    #[test]
    fn programs_beside_it() {
        let files = [("main.go", MAIN), ("cmd/worker/main.go", MAIN)];
        let worker = "RUN CGO_ENABLED=0 go build -o /usr/local/bin/worker ./cmd/worker\n";
        let copies: &[&str] = &["COPY --from=builder /shop /shop", "/usr/local/bin/worker"];
        check(&on(BOOKWORM, worker, STATIC), &files, &[copies, copies]);
        let tool = "RUN go install github.com/swaggo/swag/cmd/swag@latest\n";
        check(&on(BOOKWORM, tool, STATIC), &files, &[&["!swag"], &["!swag"]]);
    }

    #[test]
    fn libraries_that_are_loaded() {
        let refused: &[&[&str]] = &[&["plugins: "]];
        let main = "package main\n\nimport \"plugin\"\n\nfunc main() { plugin.Open(\"x\") }\n";
        check(&on(BOOKWORM, "", STATIC), &[("main.go", main)], refused);
        for mode in ["plugin", "c-shared"] {
            let build = format!("RUN go build -buildmode={mode} -o /lib/x.so ./x\n");
            check(&on(BOOKWORM, &build, STATIC), &[("main.go", MAIN)], refused);
        }
    }

    #[test]
    fn questions_to_what_was_built() {
        let small: &[&[&str]] = &[&["bookworm-slim"], &["scratch"]];
        let files = [("main.go", MAIN)];
        check(&on(BOOKWORM, "", &format!("{STATIC} && /shop --version")), &files, small);
        let bare = "CGO_ENABLED=0 go build -o /usr/local/bin/x . && x version && mv /usr/local/bin/x /shop";
        check(&on(BOOKWORM, "", bare), &files, small);
        let refused: &[&[&str]] = &[&["cannot-follow"]];
        check(&on(BOOKWORM, "", &format!("{STATIC} && /shop migrate")), &files, refused);
        check(&on(BOOKWORM, "", &format!("/shop --version && {STATIC}")), &files, refused);
    }

    #[test]
    fn versions() {
        for text in ["1.22.0", "1.4", "1.22rc1", "1.21beta1"] {
            assert!(super::is_version(text), "{text}");
        }
        for text in ["", "2rtc-v1", "1.22.", "1.22rc", "1.22-x"] {
            assert!(!super::is_version(text), "{text}");
        }
    }
}
