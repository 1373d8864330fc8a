//! Rust: `cargo build`, `cargo install` and `cargo run`, with glibc and with musl.
//!
//! Where programs land is not guessed from names: all of `target/PROFILE` is what the build made,
//! and the start command says which file of it is meant.
//!
//! Sources: the Cargo Book (`cargo build`, `cargo install`, profiles, configuration, environment
//! variables), the rustc book (code generation options) and the reference's chapter on linkage.

mod flags;
mod tools;

use super::c;
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{
    Answer, Artifact, BuilderLine, Data, Evidence, Linkage, Need, NewStart, Site,
};
use crate::split::base::Libc;
use crate::split::command::{Grammar, Invocation, Options, Word};
use crate::split::course::{Course, Product, Role};
use crate::split::facts::{Scene, join};
use crate::split::packages::{self, Native};
use crate::split::refusal::{Reason, Refusal};
use crate::split::sources::Sources;
use crate::split::start::Launch;
use crate::split::world::{base_name, is_within, parent};
use crate::workspace::project::cargo::{self, Lock, Manifest};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "rust", title: "Rust", reads: read, answers: answer };

/// Options of `cargo build`, `cargo rustc`, `cargo run` and `cargo install`.
const CARGO: Grammar = Grammar {
    values: &[
        "--artifact-dir",
        "--bin",
        "--branch",
        "--color",
        "--example",
        "--exclude",
        "--features",
        "--git",
        "--index",
        "--jobs",
        "--manifest-path",
        "--message-format",
        "--out-dir",
        "--package",
        "--path",
        "--profile",
        "--registry",
        "--rev",
        "--root",
        "--tag",
        "--target",
        "--target-dir",
        "--vers",
        "--version",
        "-F",
        "-Z",
        "-j",
        "-p",
    ],
    switches: &[
        "--all",
        "--all-features",
        "--all-targets",
        "--bins",
        "--debug",
        "--examples",
        "--force",
        "--frozen",
        "--future-incompat-report",
        "--ignore-rust-version",
        "--keep-going",
        "--lib",
        "--locked",
        "--no-default-features",
        "--no-track",
        "--offline",
        "--quiet",
        "--release",
        "--timings",
        "--verbose",
        "--workspace",
        "-f",
        "-q",
        "-r",
        "-v",
    ],
    joined: &["-F", "-Z", "-j", "-p"],
};

/// Options of `rustc`.
const RUSTC: Grammar = Grammar {
    values: &["--cfg", "--crate-name", "--crate-type", "--edition", "--target", "-C", "-o"],
    switches: &["-O", "-g", "-v"],
    joined: &["-C"],
};

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

/// Crates that load libraries which no table knows, or bring such beside the program.
const UNTRACEABLE: &[&str] = &[
    "opencv",
    "ort-sys",
    "onnxruntime-sys",
    "torch-sys",
    "tensorflow-sys",
    "pyo3-ffi",
    "mozjs_sys",
];

/// Crates by which programs open libraries.
const OPENING: &[&str] =
    &["abi_stable", "dlopen", "dlopen2", "hot-lib-reloader", "libloading", "sharedlib"];

/// Crates that look for the certificates of authorities, or may.
const TLS: &[&str] = &[
    "boring",
    "curl",
    "native-tls",
    "openssl",
    "openssl-probe",
    "openssl-sys",
    "rustls",
    "rustls-native-certs",
    "rustls-platform-verifier",
    "s2n-tls",
];

/// Crates that read the table of time zones, or may.
const ZONES: &[&str] = &["chrono", "jiff", "libc-strftime", "time", "tz-rs", "tzfile"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    match invocation.name()? {
        "rustup" | "rustup-init" => Some(Reading::Prepares),
        "sh" | "bash" if is_rustup_script(asked) => Some(Reading::Prepares),
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

/// Whether it is the other end of `curl https://sh.rustup.rs | sh`.
fn is_rustup_script(asked: &Asked<'_, '_>) -> bool {
    let range = asked.invocation.range;
    let before = asked.course.facts.invocations().filter(|(line, one)| {
        *line == asked.line && one.range.end() <= range.start() && one.is_piped
    });
    let last = before.last();
    last.is_some_and(|(_, one)| {
        matches!(one.name(), Some("curl" | "wget"))
            && one.args().iter().any(|word| word.or_empty().contains("sh.rustup.rs"))
    })
}

/// The command of cargo, and the words behind it. A toolchain and switches may stand before it.
fn verb(words: &[Word]) -> Option<(&str, &[Word])> {
    let is_before = |word: &&Word| {
        let text = word.or_empty();
        text.starts_with('+') || ["-q", "-v", "--quiet", "--locked", "--offline"].contains(&text)
    };
    let skipped = words.iter().take_while(is_before).count();
    let (verb, mut rest) = words.get(skipped..)?.split_first()?;
    let verb = verb.text.as_deref()?;
    // `cargo auditable build`
    if verb == "auditable" {
        let (inner, behind) = rest.split_first()?;
        (inner.text.as_deref() == Some("build")).then_some(())?;
        rest = behind;
    }
    Some((verb, rest))
}

/// The words up to `--`, and those behind it.
fn until_dashes(words: &[Word]) -> (&[Word], &[Word]) {
    match words.iter().position(|word| word.or_empty() == "--") {
        Some(at) => (&words[..at], words.get(at + 1..).unwrap_or_default()),
        None => (words, &[]),
    }
}

fn options(words: &[Word]) -> Option<Options<'_>> {
    let options = CARGO.read(until_dashes(words).0);
    let known = options.operands.iter().all(|word| word.text.is_some() && !word.is_pattern);
    (options.unknown.is_none() && known).then_some(options)
}

/// What a build is told by its options, its environment and the project's files.
struct Setup {
    /// The folder of the image with the `Cargo.toml` of the package or workspace.
    folder: String,
    /// The project, if its files are at hand.
    project: Option<Project>,
    /// The folders that it may write to: several, where it is not known which of those above the
    /// package is the workspace.
    targets: Vec<String>,
    /// The system that it is built for, if that is told.
    triple: Option<String>,
    /// The folder below for the profile.
    profile: String,
    /// All flags for the compiler; `None` if they are not known.
    flags: Option<String>,
}

impl Setup {
    /// `None` if something that decides on the place is not known.
    fn read(
        course: &Course<'_>,
        invocation: &Invocation,
        scene: &Scene,
        options: &Options<'_>,
        behind: &[Word],
    ) -> Option<Setup> {
        let cwd = invocation.folder.clone()?;
        let folder = match (options.value(&["--manifest-path"]), options.value(&["--path"])) {
            (Some(file), _) => parent(&invocation.path(file?)?).to_owned(),
            (None, Some(folder)) => trimmed(invocation.path(folder?)?),
            (None, None) => cwd.clone(),
        };
        let project = Project::read(course, &folder);
        let config = config(course, &cwd);
        let targets =
            target_folders(invocation, scene, options, &folder, project.as_ref(), &config)?;
        let triple = match options.value(&["--target"]) {
            Some(triple) => Some(triple?.to_owned()),
            None => match invocation.variable("CARGO_BUILD_TARGET", scene) {
                Some(triple) => Some(triple?.to_owned()),
                None => match config.as_ref().map(|config| &config.targets[..]) {
                    Some([one]) => Some(one.clone()),
                    Some([]) | None => None,
                    Some(_) => return None,
                },
            },
        };
        let profile = match options.value(&["--profile"]) {
            Some(profile) => match profile? {
                "dev" | "test" => "debug",
                "bench" => "release",
                profile => profile,
            },
            None if options.has("--release") || options.has("-r") => "release",
            None => "debug",
        };
        let flags = flags(invocation, scene, config.as_ref(), behind);
        Some(Setup { folder, project, targets, triple, profile: profile.to_owned(), flags })
    }

    /// The folders that programs may land in.
    fn outputs(&self) -> impl Iterator<Item = String> {
        let triple = self.triple.as_deref().map(|triple| format!("/{triple}")).unwrap_or_default();
        let profile = self.profile.clone();
        self.targets.iter().map(move |target| format!("{target}{triple}/{profile}"))
    }
}

fn trimmed(path: String) -> String {
    crate::split::world::trimmed(&path).to_owned()
}

/// The folders `target`, by what goes before the others.
fn target_folders(
    invocation: &Invocation,
    scene: &Scene,
    options: &Options<'_>,
    folder: &str,
    project: Option<&Project>,
    config: &Option<cargo::Config>,
) -> Option<Vec<String>> {
    if let Some(target) = options.value(&["--target-dir"]) {
        return Some(vec![trimmed(invocation.path(target?)?)]);
    }
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
        if let Some(target) = invocation.variable(name, scene) {
            return Some(vec![trimmed(invocation.path(target?)?)]);
        }
    }
    if let Some(target) = config.as_ref().and_then(|config| config.target_dir.as_deref()) {
        if target.starts_with('/') {
            return Some(vec![target.to_owned()]);
        }
        let project = project?;
        let inside = match project.context_folder.as_str() {
            "" => Some(target),
            own => target.strip_prefix(own).and_then(|rest| rest.strip_prefix('/')),
        };
        return Some(vec![join(&project.place, inside?)?]);
    }
    let below = |folder: &str| join(folder, "target");
    match project {
        Some(project) => Some(vec![below(&project.root)?]),
        None => Some(ancestors(folder).filter_map(below).collect()),
    }
}

/// A folder of the image and those above it, the innermost first.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match *folder {
        "/" => None,
        folder => Some(parent(folder)),
    })
}

/// The configuration that cargo finds from a folder of the image; `None` if that is not known.
fn config(course: &Course<'_>, folder: &str) -> Option<cargo::Config> {
    let context = course.context?;
    let written = |path: &str| {
        course
            .world
            .exact(path)
            .is_some_and(|origin| !matches!(origin, crate::split::world::Origin::Removed(_)))
    };
    let mut seen = Vec::new();
    for above in ancestors(folder) {
        for name in [".cargo/config", ".cargo/config.toml"] {
            let path = join(above, name)?;
            match course.in_context(&path) {
                Some(file) => seen.push(file),
                None if written(&path) => return None,
                None => {}
            }
        }
    }
    let Some(first) = seen.first() else { return Some(cargo::Config::default()) };
    let place = first.rsplit_once(".cargo").map_or("", |(place, _)| place.trim_end_matches('/'));
    let config = cargo::config(context, place).ok()?;
    // In the context others may lie above it than in the image.
    (config.files == seen).then_some(config)
}

/// All flags for the compiler in one text. Those that do not count because others go before them
/// are in it, too.
fn flags(
    invocation: &Invocation,
    scene: &Scene,
    config: Option<&cargo::Config>,
    behind: &[Word],
) -> Option<String> {
    let mut flags = Vec::new();
    let is_flags = |name: &str| {
        matches!(name, "RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS")
            || name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS")
    };
    let names = invocation.variables.keys().chain(scene.variables.keys()).chain(&scene.arguments);
    for name in names.filter(|name| is_flags(name)) {
        if let Some(value) = invocation.variable(name, scene) {
            flags.push(value?.to_owned());
        }
    }
    flags.extend(config?.rustflags.iter().map(|(_, flag)| flag.clone()));
    flags.extend(behind.iter().map(|word| word.or_empty().to_owned()));
    Some(flags.join(" "))
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
                None => format!("{}/.cargo", home(scene)?),
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

/// The home of who builds, if that is root.
fn home(scene: &Scene) -> Option<&'static str> {
    matches!(scene.user.as_deref(), Some("" | "root" | "0")).then_some("/root")
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

/// The files of a package and of its workspace.
struct Project {
    /// The folder of the package in the image.
    place: String,
    /// The same in the context.
    context_folder: String,
    /// The folder of the workspace in the image, or the package's own.
    root: String,
    /// The same in the context.
    context_root: String,
    /// Its manifest, then those of the workspace's members and of packages in folders.
    manifests: Vec<Manifest>,
    /// The lock file, if it is there.
    lock: Option<Lock>,
}

impl Project {
    /// That of the package in a folder of the image or above it.
    fn read(course: &Course<'_>, folder: &str) -> Option<Project> {
        let context = course.context?;
        let (place, context_folder) = ancestors(folder)
            .find_map(|place| Some((place.to_owned(), course.project_in(place, "Cargo.toml")?)))?;
        let manifest = cargo::package(context, &context_folder).ok()??;
        let stated = cargo::workspace_root(context, &context_folder).ok()?;
        // A workspace counts only if its manifest is in the image, above the package.
        let root = stated.and_then(|stated| {
            let mut above = ancestors(&place);
            let found = above
                .find(|above| course.project_in(above, "Cargo.toml").as_ref() == Some(&stated))?;
            Some((found.to_owned(), stated))
        });
        let (root, context_root) = root.unwrap_or_else(|| (place.clone(), context_folder.clone()));
        let lock = course.project_in(&root, "Cargo.lock");
        let lock = lock.and_then(|folder| cargo::lock(context, &folder).ok().flatten());
        let mut project =
            Project { place, context_folder, root, context_root, manifests: vec![manifest], lock };
        project.read_members(course)?;
        Some(project)
    }

    /// `None` if one of them cannot be read.
    fn read_members(&mut self, course: &Course<'_>) -> Option<()> {
        const MOST: usize = 100;
        let context = course.context?;
        let root = cargo::package(context, &self.context_root).ok().flatten();
        let mut ahead: Vec<String> = root.map(|root| root.members).unwrap_or_default();
        ahead.extend(self.manifests.iter().flat_map(folders_of));
        while let Some(folder) = ahead.pop() {
            if self.manifests.iter().any(|one| one.folder() == folder) || folder.starts_with("..") {
                continue;
            }
            if self.manifests.len() == MOST {
                return None;
            }
            if let Some(manifest) = cargo::package(context, &folder).ok()? {
                ahead.extend(folders_of(&manifest));
                self.manifests.push(manifest);
            }
        }
        Some(())
    }

    /// The manifest of the package itself.
    fn package(&self) -> Option<&Manifest> {
        self.manifests.first()
    }

    /// Whether nothing but its own code and the standard library is in its programs.
    fn is_alone(&self) -> bool {
        let needed = |one: &&cargo::Dependency| one.role != cargo::Role::Development;
        let all = self.manifests.iter().flat_map(|one| &one.dependencies).filter(needed);
        all.into_iter().all(|one| one.path.as_ref().is_some_and(|path| !path.starts_with("..")))
    }

    /// Whether a dependency is asked for with a feature that begins so.
    fn has_feature(&self, package: &str, start: &str) -> bool {
        let all = self.manifests.iter().flat_map(|one| &one.dependencies);
        all.filter(|one| one.package == package)
            .any(|one| one.features.iter().any(|feature| feature.starts_with(start)))
    }

    /// Whether its own code may open libraries by their names.
    fn opens_libraries(&self, sources: &Sources) -> bool {
        let needed = |one: &&cargo::Dependency| one.role == cargo::Role::Normal;
        let mut all = self.manifests.iter().flat_map(|one| &one.dependencies).filter(needed);
        all.any(|one| OPENING.contains(&one.package.as_str()))
            || sources.mentions(&["libloading::", "dlopen("])
    }

    /// A package that is built as a library which the program does not hold: one of Rust's own sort
    /// is linked when the program starts, one of C's may be opened by it.
    fn plugin(&self, opens: bool) -> Option<&str> {
        let is = |one: &Manifest, kind: &str| one.crate_types.iter().any(|own| own == kind);
        let is_plugin = |one: &&Manifest| {
            is(one, "dylib") && !is(one, "rlib") && !is(one, "lib") || opens && is(one, "cdylib")
        };
        self.manifests.iter().find(is_plugin)?.name.as_deref()
    }

    /// The sources of all its packages.
    fn sources(&self, course: &Course<'_>) -> Sources {
        let Some(context) = course.context else { return Sources::default() };
        let mut all = Sources { files: Vec::new(), is_complete: true };
        let mut folders: Vec<&str> = self.manifests.iter().map(Manifest::folder).collect();
        folders.sort_unstable();
        let mut taken: Vec<&str> = Vec::new();
        for folder in folders {
            let is_inside = |other: &&str| other.is_empty() || is_within(folder, other);
            if taken.iter().any(is_inside) {
                continue;
            }
            taken.push(folder);
            let found = Sources::read(context, folder, &["rs"]);
            all.is_complete &= found.is_complete;
            all.files.extend(found.files);
        }
        all
    }
}

/// The folders of the packages that a manifest names as dependencies.
fn folders_of(manifest: &Manifest) -> Vec<String> {
    manifest.dependencies.iter().filter_map(|one| one.path.clone()).collect()
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = toolchain_start(site) {
        return Some(refusal);
    }
    let started = site.started_likely(ECOSYSTEM.name);
    if started.is_empty() {
        return site.builds(ECOSYSTEM.name).then(|| Err(missing(site)));
    }
    let answers =
        started.iter().map(|(path, product, likely)| native(site, path, product, *likely));
    answers.reduce(|one, other| Ok(one?.and(other?)))
}

/// The start command runs cargo: `cargo run` has a counterpart, others have none.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let is_tool = |launch: &&Launch| {
        matches!(
            launch.name(),
            Some("cargo" | "rustc" | "rustup" | "trunk" | "systemfd" | "bacon" | "dx")
        )
    };
    let launch = site.start.launches.iter().find(is_tool)?;
    let refuse = |reason| Some(Err(Refusal::new(reason, launch.shown(), Some(site.start.place))));
    if launch.name() != Some("cargo") {
        return refuse(match launch.name() {
            Some("rustc" | "rustup") => Reason::BuildTool,
            _ => Reason::DevelopmentServer,
        });
    }
    let words: Option<Vec<Word>> = launch.words.iter().skip(1).map(known_word).collect();
    let Some(words) = words else { return refuse(Reason::StartUnknown) };
    match verb(&words) {
        Some(("run" | "r", rest)) => Some(run(site, launch, &words, rest)),
        Some(("watch" | "leptos", _)) => refuse(Reason::DevelopmentServer),
        _ => refuse(Reason::BuildTool),
    }
}

fn known_word(text: &Option<String>) -> Option<Word> {
    Some(Word { text: Some(text.clone()?), is_pattern: false })
}

/// `cargo run OPTIONS -- ARGS`: built with the same options before, and the program gets the
/// arguments.
fn run(
    site: &Site<'_, '_>,
    launch: &Launch,
    words: &[Word],
    rest: &[Word],
) -> Result<Answer, Refusal> {
    let refuse = |reason| Refusal::new(reason, launch.shown(), Some(site.start.place));
    let unclear = || refuse(Reason::StartUnknown);
    if !is_plain_start(site, launch) {
        return Err(unclear());
    }
    let (own, arguments) = run_arguments(rest);
    let toolchain = words.first().and_then(|word| word.text.as_deref());
    let toolchain = toolchain.filter(|word| word.starts_with('+'));
    let options = options(own).ok_or_else(unclear)?;
    let scene = site.scene();
    let is_plain = |word: &Word| {
        word.or_empty().chars().all(|c| c.is_ascii_alphanumeric() || "-_=./,:+".contains(c))
    };
    if options.has("--example") || !own.iter().all(is_plain) {
        return Err(unclear());
    }
    let name = program_of(site, launch, &options).ok_or_else(|| {
        let why = "Cargo.toml names the program, or several, and `cargo run` does not say which";
        Refusal::new(Reason::ArtifactUnknown, why, Some(site.start.place))
    })?;
    let invocation = Invocation { folder: launch.folder.clone(), ..Invocation::default() };
    let setup = Setup::read(site.course, &invocation, &scene, &options, &[]).ok_or_else(unclear)?;
    let outputs: Vec<String> = setup.outputs().collect();
    let [output] = &outputs[..] else {
        let why = "Cargo.toml, which names the workspace, is not at hand";
        return Err(Refusal::new(Reason::ArtifactUnknown, why, Some(site.start.place)));
    };
    let program = format!("{output}/{name}");
    let linked = Linked::of(site, &setup, None)?;
    let mut answer = linked.answer(site, Artifact::file(&program));
    let build = std::iter::once("RUN cargo").chain(toolchain).chain(["build"]);
    let quiet = ["--quiet", "-q"];
    let shown = own.iter().map(Word::or_empty).filter(|word| !quiet.contains(word));
    let command = build.chain(shown).collect::<Vec<_>>().join(" ");
    let lines = &site.facts().lines;
    let at = lines.iter().position(|line| line.placed.range() == site.start.place);
    answer.builder.push(BuilderLine::Before(at.unwrap_or(lines.len() - 1), command));
    let arguments = arguments.iter().map(|word| word.or_empty().to_owned());
    answer.start = Some(NewStart { words: std::iter::once(program).chain(arguments).collect() });
    answer
        .changes
        .push("the start command runs the built program instead of `cargo run`".to_owned());
    answer.assumptions.push(
        "the program does not look for its sources, nor for the variables of cargo".to_owned(),
    );
    Ok(answer)
}

/// Whether the start is one command in the working directory of the file, without variables of
/// its own, and arguments of containers do not follow it.
fn is_plain_start(site: &Site<'_, '_>, launch: &Launch) -> bool {
    use crate::language::Keyword;
    let words: Vec<&str> = launch.words.iter().filter_map(Option::as_deref).collect();
    let whole = words.join(" ");
    let is_same = match &site.start.argv[..] {
        [_, _, text] if site.start.needs_shell => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            text.strip_prefix("exec ").unwrap_or(&text) == whole
        }
        argv => {
            argv.ends_with(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
                && argv.len() == words.len()
        }
    };
    is_same
        && site.start.launches.len() == 1
        && launch.folder == site.scene().workdir
        && site.facts().last(Keyword::Entrypoint).is_none()
}

/// The options of `cargo run`, and the arguments of the program: behind `--`, or from the first
/// word that is no option.
fn run_arguments(words: &[Word]) -> (&[Word], &[Word]) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.or_empty();
        if text == "--" {
            return (&words[..at], words.get(at + 1..).unwrap_or_default());
        }
        if !text.starts_with('-') {
            break;
        }
        at += if CARGO.values.contains(&text) { 2 } else { 1 };
    }
    let at = at.min(words.len());
    (&words[..at], &words[at..])
}

/// The name of the program that `cargo run` runs.
fn program_of(site: &Site<'_, '_>, launch: &Launch, options: &Options<'_>) -> Option<String> {
    if let Some(name) = options.value(&["--bin"]) {
        return name.map(str::to_owned);
    }
    let folder = match options.value(&["--manifest-path"]) {
        Some(file) => parent(&launch.path(file?)?).to_owned(),
        None => launch.folder.clone()?,
    };
    let project = Project::read(site.course, &folder)?;
    let manifest = match options.value(&["-p", "--package"]) {
        Some(name) => {
            let name = name?;
            project.manifests.iter().find(|one| one.name.as_deref() == Some(name))?
        }
        None => project.package()?,
    };
    if manifest.name.is_none() {
        // A workspace without a package of its own: the only program of its members.
        let mut bins = project.manifests.iter().flat_map(|one| &one.bins);
        let only = bins.next()?;
        return bins.next().is_none().then(|| only.name.clone());
    }
    manifest.run_bin().map(|bin| bin.name.clone())
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
    if site.course.mount_over(product.line, path).is_some() {
        return Err(site.course.in_mount(path, product.line));
    }
    let unknown = || Refusal::new(Reason::ArtifactUnknown, path, Some(site.start.place));
    let invocation = site.course.invocation(product.line, product.command).ok_or_else(unknown)?;
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
    let mut answer = linked.answer(site, Artifact::file(path));
    answer.evidence.insert(0, Evidence::at(invocation.range, product.evidence.clone()));
    answer.provides.push(base_name(path).to_owned());
    if likely {
        let name = base_name(path);
        answer.assumptions.push(format!("{name} is what `cargo install` installed"));
    }
    Ok(answer)
}

/// What is known of a program.
struct Linked {
    linkage: Linkage,
    evidence: Vec<Evidence>,
    assumptions: Vec<String>,
    libraries: Vec<String>,
    certificates: bool,
    zones: bool,
    temporary: bool,
    is_alone: bool,
    is_debug: bool,
    folders: Vec<String>,
    embedded: Vec<String>,
}

impl Linked {
    fn of(
        site: &Site<'_, '_>,
        setup: &Setup,
        invocation: Option<&Invocation>,
    ) -> Result<Linked, Refusal> {
        let (linkage, evidence, assumption) = linkage(site, setup, invocation)?;
        let project = setup.project.as_ref();
        let is_alone = project.is_some_and(Project::is_alone);
        let lock = project.and_then(|project| project.lock.as_ref());
        if let Some(name) = lock.and_then(|lock| UNTRACEABLE.iter().find(|name| lock.has(name))) {
            return Err(Refusal::new(Reason::Plugins, format!("the crate {name}"), None));
        }
        let sources = project.map(|project| project.sources(site.course)).unwrap_or_default();
        let opens = project.is_some_and(|project| project.opens_libraries(&sources));
        if let Some(name) = project.and_then(|project| project.plugin(opens)) {
            return Err(Refusal::new(Reason::Plugins, format!("that of the package {name}"), None));
        }
        let uses = |names: &[&str]| match lock {
            _ if is_alone => false,
            Some(lock) => names.iter().any(|name| lock.has(name)),
            None => true,
        };
        let temporary = !is_alone || sources.may_mention(&["temp_dir", "/tmp"]);
        let mut assumptions: Vec<String> = assumption.into_iter().collect();
        if sources.mentions(&["process::Command", "process::{"]) {
            assumptions.push("the programs that it starts itself are in the image".to_owned());
        }
        if opens {
            assumptions.push("the libraries that it opens itself are in the image".to_owned());
        }
        let zone = site.scene().value("TZ").is_some();
        let mut linked = Linked {
            linkage,
            evidence: vec![evidence],
            assumptions,
            libraries: Vec::new(),
            certificates: uses(TLS),
            zones: uses(ZONES) || zone,
            temporary,
            is_alone,
            is_debug: setup.profile == "debug",
            folders: match project {
                Some(project) => vec![project.root.clone(), setup.folder.clone()],
                None => vec![setup.folder.clone()],
            },
            embedded: project.map(|project| embedded(project, &sources)).unwrap_or_default(),
        };
        if linked.linkage != Linkage::Static {
            linked.told(site, setup, invocation)?;
        }
        if !site.base().slim && linked.linkage != Linkage::Static {
            linked.implicit(project, &sources);
        }
        Ok(linked)
    }

    /// The libraries that the compiler is told to link with.
    ///
    /// Errors: one that neither the full image nor a package of the file is known to bring.
    fn told(
        &mut self,
        site: &Site<'_, '_>,
        setup: &Setup,
        invocation: Option<&Invocation>,
    ) -> Result<(), Refusal> {
        let requested = || site.course.packages.iter().flat_map(|one| &one.requested);
        let is_installed = |name: &str| {
            requested().any(|one| one.name.ends_with("-dev") && one.name.contains(name))
        };
        for name in flags::libraries(setup.flags.as_deref().unwrap_or_default()) {
            let there = c::LIBRARIES.iter().find(|(own, _)| *own == name);
            match there.filter(|_| !site.base().slim) {
                _ if c::OWN.contains(&name.as_str()) || is_installed(&name) => {}
                Some((_, package)) => self.libraries.push((*package).to_owned()),
                None => {
                    let place = invocation.map_or(site.start.place, |one| one.range);
                    let what = format!("lib{name}");
                    return Err(Refusal::new(Reason::Plugins, what, Some(place)));
                }
            }
        }
        Ok(())
    }

    /// The libraries that a full image has without a line of the file.
    ///
    /// A crate cannot link with a library whose development package is neither in the image nor
    /// installed by the file: then it brought its own. What the file installs is seen anyway.
    fn implicit(&mut self, project: Option<&Project>, sources: &Sources) {
        let Some(project) = project else {
            self.assume_no_library("no Cargo.lock is at hand");
            return;
        };
        if sources.may_mention(&["#[link(", "rustc-link-lib", "pkg_config::", "pkg-config"]) {
            self.assume_no_library("its own code may name one");
        }
        if project.is_alone() {
            return;
        }
        let Some(lock) = &project.lock else {
            self.assume_no_library("no Cargo.lock is at hand");
            return;
        };
        for (name, _) in &lock.packages {
            match packages::native("rust", name) {
                Native::None => {}
                _ if is_bundled(name, lock, project) => {}
                Native::Dev(names) => {
                    let there = names.iter().filter(|name| packages::IMPLICIT.contains(name));
                    for library in there {
                        self.libraries.push((*library).to_owned());
                        let text = format!("{name} links with the library of {library}");
                        self.evidence.push(Evidence::in_file(lock.file.clone(), text));
                    }
                }
                Native::Unknown => {
                    let text = format!("{name} needs no library that only the full image has");
                    self.assumptions.push(text);
                }
            }
        }
        self.libraries.sort();
        self.libraries.dedup();
    }

    fn assume_no_library(&mut self, why: &str) {
        let text = format!("it links with no library of the full image, such as OpenSSL ({why})");
        if !self.assumptions.contains(&text) {
            self.assumptions.push(text);
        }
    }

    fn answer(self, site: &Site<'_, '_>, artifact: Artifact) -> Answer {
        let need = |is_needed: bool| if is_needed { Need::Yes } else { Need::No };
        // What the builder lacks, the program did without.
        let zones = self.zones && site.base().has_zones();
        Answer {
            libraries: self.libraries,
            certificates: need(self.certificates),
            zones: need(zones),
            temporary: need(self.temporary),
            data: Data::Beside { folders: self.folders, embedded: self.embedded },
            build_variables: &["SQLX_OFFLINE"],
            evidence: self.evidence,
            assumptions: self.assumptions,
            weight: weight(self.is_alone, self.is_debug),
            ..Answer::new(ECOSYSTEM.name, self.linkage, vec![artifact])
        }
    }
}

/// Whether a crate brings the library along that it could link with.
fn is_bundled(name: &str, lock: &Lock, project: &Project) -> bool {
    match name {
        "openssl-sys" => lock.has("openssl-src"),
        "libsqlite3-sys" => {
            lock.has("sqlx-sqlite")
                || project.has_feature("rusqlite", "bundled")
                || project.has_feature("libsqlite3-sys", "bundled")
        }
        "pq-sys" => lock.has("pq-src"),
        "mysqlclient-sys" => lock.has("mysqlclient-src"),
        "curl-sys" => project.has_feature("curl", "static-curl"),
        _ => false,
    }
}

/// How the program finds the C library, why, and what is assumed for that.
fn linkage(
    site: &Site<'_, '_>,
    setup: &Setup,
    invocation: Option<&Invocation>,
) -> Result<(Linkage, Evidence, Option<String>), Refusal> {
    let place = invocation.map_or(site.start.place, |one| one.range);
    let at = |text: &str| Evidence::at(place, text);
    let flags = setup.flags.as_deref().unwrap_or_default();
    if flags.contains("prefer-dynamic") {
        return Err(Refusal::new(Reason::Plugins, "prefer-dynamic", Some(place)));
    }
    let is_on = flags.contains("+crt-static");
    let is_off = flags.contains("-crt-static");
    let is_musl_image = site.base().libc() == Libc::Musl;
    let told = setup.triple.as_deref().map(|triple| triple.contains("musl"));
    if told.is_some_and(|musl| musl != is_musl_image) && (told == Some(false) || is_off) {
        let libc = if is_musl_image { "glibc, which the builder lacks" } else { "musl" };
        return Err(Refusal::new(Reason::NeedsLibc, libc, Some(place)));
    }
    let dynamic = |text| Ok((Linkage::Dynamic { runtime: true }, at(text), None));
    if !told.unwrap_or(is_musl_image) {
        let unsure = "it uses nothing that a static glibc loads at run time: names of hosts and users, character sets";
        return match is_on && !is_off {
            true => {
                Ok((Linkage::Static, at("linked statically: +crt-static"), Some(unsure.to_owned())))
            }
            false => dynamic("programs for glibc need libc and libgcc_s"),
        };
    }
    if is_off {
        return dynamic("-crt-static links with musl's library");
    }
    let own = ["cargo", "rust", "rustup"];
    let installed = site.course.packages.iter().flat_map(|one| &one.requested);
    let is_distributions = installed.into_iter().any(|one| own.contains(&one.name.as_str()));
    if told.is_none() && is_distributions && !is_on {
        return dynamic("Alpine's own Rust links with musl's library");
    }
    let unsure = "no .cargo/config.toml turns crt-static off";
    let assumption = setup.flags.is_none().then(|| unsure.to_owned());
    Ok((Linkage::Static, at("programs for musl are linked statically"), assumption))
}

/// The paths of the image that macros put into the program.
fn embedded(project: &Project, sources: &Sources) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in &sources.files {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let package = project
            .manifests
            .iter()
            .map(Manifest::folder)
            .filter(|own| own.is_empty() || is_within(file, own))
            .max_by_key(|own| own.len())
            .unwrap_or_default();
        let mut take = |base: &str, path: &str| {
            found.extend(image_path(project, base, path));
        };
        for (before, from_package) in [
            ("include_str!(\"", false),
            ("include_bytes!(\"", false),
            ("include!(\"", false),
            ("include_dir!(\"$CARGO_MANIFEST_DIR/", true),
            ("folder = \"$CARGO_MANIFEST_DIR/", true),
            ("#[folder = \"", true),
        ] {
            for part in text.split(before).skip(1) {
                let path = part.split('"').next().unwrap_or_default();
                take(if from_package { package } else { folder }, path);
            }
        }
    }
    found.retain(|path| *path != project.root && *path != project.place);
    found
}

/// The path in the image of a path that a file in a folder of the context names.
fn image_path(project: &Project, folder: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.contains(['$', '{', '\\']) || path.starts_with('/') {
        return None;
    }
    let absolute = join(&format!("/{folder}"), path)?;
    let absolute = absolute.trim_matches('/');
    let inside = match project.context_root.as_str() {
        "" => absolute,
        root => absolute.strip_prefix(root)?.strip_prefix('/')?,
    };
    join(&project.root, inside)
}

/// What a program weighs. Measured with Rust 1.80 to 1.88.
fn weight(is_alone: bool, is_debug: bool) -> Amount {
    match (is_alone, is_debug) {
        (true, false) => Amount { bytes: 450_000, low: 350_000, high: 4_500_000 },
        (true, true) => Amount { bytes: 4_000_000, low: 3_500_000, high: 8_000_000 },
        (false, false) => Amount { bytes: 6_000_000, low: 1_000_000, high: 25_000_000 },
        (false, true) => Amount { bytes: 50_000_000, low: 8_000_000, high: 300_000_000 },
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::stages;

    const PACKAGE: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    const MAIN: &str = "fn main() { println!(\"hello\"); }\n";
    const ALONE: &[(&str, &str)] = &[("Cargo.toml", PACKAGE), ("src/main.rs", MAIN)];

    #[track_caller]
    fn check(dockerfile: &str, files: &[(&str, &str)], expected: &str) {
        assert_eq!(stages(dockerfile, files), expected, "\n{dockerfile}");
    }

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
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? the programs that it starts itself are in the image
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
COPY --from=builder /app/target/release/app /app/target/release/app
CMD ["target/release/app"]
? the programs that it starts itself are in the image"#,
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
