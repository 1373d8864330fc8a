//! C, C++ and Fortran: compilers called by name, make, CMake, Meson and configure scripts.
//!
//! What a compiler is given on its command line is read word by word. A `Makefile` is followed, its
//! recipes read as the shell gets them; a `make` that does what is not known stays unknown. CMake,
//! Meson and configure scripts write into their build folder and, when they install, below their
//! prefix: these folders are what they built, and the start command names the file.
//!
//! Sources: the GCC manual (invoking GCC), the GNU make manual, cmake(1), the Meson manual, the GNU
//! coding standards (directory variables).

mod compile;
mod makefile;
mod setup;

use std::collections::BTreeSet;

use self::compile::{Compile, Language, compiler};
use self::makefile::{Goals, Work};
use self::setup::{
    Setup, Task, clean, cmake_command, cmake_project, cmake_task, configured_by_cmake,
    configured_by_script, meson_command, meson_task, ninja_command, ninja_task, setup_of,
};
use super::starts::starting;
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site, Variant};
use crate::split::base::{Family, Libc};
use crate::split::command::Invocation;
use crate::split::course::{Course, Product, Role};
use crate::split::reads::Reads;
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::sources::Sources;
use crate::split::world::{Origin, base_name, is_within, parent};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "c", title: "C and C++", reads: read, answers: answer };

/// Programs that get ready for a build, or work on what was compiled.
const PREPARING: &[&str] = &[
    "aclocal",
    "ar",
    "as",
    "autoconf",
    "autoheader",
    "automake",
    "autopoint",
    "autoreconf",
    "ccache",
    "intltoolize",
    "libtoolize",
    "pkg-config",
    "pkgconf",
    "ranlib",
    "update-alternatives",
];

/// Scripts of projects that write a configure script.
const SCRIPTS: &[&str] = &["autogen.sh", "bootstrap", "bootstrap.sh", "buildconf"];

/// Programs that test or check.
const CHECKING: &[&str] = &["clang-format", "clang-tidy", "cppcheck", "ctest", "valgrind"];

/// Libraries by the names that linkers know, and the development packages of the full images that
/// hold them.
pub(super) const LIBRARIES: &[(&str, &str)] = &[
    ("bz2", "libbz2-dev"),
    ("crypto", "libssl-dev"),
    ("curl", "libcurl4-openssl-dev"),
    ("db", "libdb-dev"),
    ("event", "libevent-dev"),
    ("ffi", "libffi-dev"),
    ("gdbm", "libgdbm-dev"),
    ("glib-2.0", "libglib2.0-dev"),
    ("gmp", "libgmp-dev"),
    ("jpeg", "libjpeg-dev"),
    ("krb5", "libkrb5-dev"),
    ("lzma", "liblzma-dev"),
    ("MagickCore-6.Q16", "libmagickcore-dev"),
    ("MagickCore-7.Q16", "libmagickcore-dev"),
    ("MagickWand-6.Q16", "libmagickwand-dev"),
    ("MagickWand-7.Q16", "libmagickwand-dev"),
    ("mariadb", "default-libmysqlclient-dev"),
    ("maxminddb", "libmaxminddb-dev"),
    ("mysqlclient", "default-libmysqlclient-dev"),
    ("ncurses", "libncurses5-dev"),
    ("ncursesw", "libncurses5-dev"),
    ("tinfo", "libncurses5-dev"),
    ("png", "libpng-dev"),
    ("pq", "libpq-dev"),
    ("readline", "libreadline-dev"),
    ("sqlite3", "libsqlite3-dev"),
    ("ssl", "libssl-dev"),
    ("webp", "libwebp-dev"),
    ("xml2", "libxml2-dev"),
    ("xslt", "libxslt-dev"),
    ("yaml", "libyaml-dev"),
    ("z", "zlib1g-dev"),
];

/// The development package of a library that full images hold.
pub(super) fn library(name: &str) -> Option<&'static str> {
    LIBRARIES.iter().find(|(own, _)| *own == name).map(|(_, package)| *package)
}

/// Names that `pkg-config` knows libraries by, where they are not that of the library.
const PKG_CONFIG: &[(&str, &str)] = &[
    ("MagickCore", "MagickCore-6.Q16"),
    ("MagickWand", "MagickWand-6.Q16"),
    ("bzip2", "bz2"),
    ("gio-2.0", "glib-2.0"),
    ("glib-2.0", "glib-2.0"),
    ("gmodule-2.0", "glib-2.0"),
    ("gobject-2.0", "glib-2.0"),
    ("gthread-2.0", "glib-2.0"),
    ("libxml-2.0", "xml2"),
    ("openssl", "ssl"),
    ("yaml-0.1", "yaml"),
    ("zlib", "z"),
];

/// The library that `pkg-config` knows by that name: `libpq` is `pq`, `sdl-1.2` is likely `sdl`.
pub(super) fn library_of_module(module: &str) -> &str {
    if let Some((_, library)) = PKG_CONFIG.iter().find(|(own, _)| *own == module) {
        return library;
    }
    let name = module.strip_prefix("lib").unwrap_or(module);
    match library(name) {
        Some(_) => name,
        None => {
            name.trim_end_matches(|c: char| c == '.' || c.is_ascii_digit()).trim_end_matches('-')
        }
    }
}

/// Libraries of the C library and the compiler themselves, which every image has.
pub(super) const OWN: &[&str] = &[
    "c", "crypt", "dl", "gcc", "gcc_s", "m", "pthread", "resolv", "rt", "stdc++", "stdc++fs",
    "supc++", "util",
];

/// All endings of sources that are read for words.
const ENDINGS: &[&str] =
    &["C", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "f", "f90", "inc", "ipp"];

/// Files beside sources.
const MANIFESTS: &[&str] =
    &["Makefile", "makefile", "GNUmakefile", "CMakeLists.txt", "meson.build", "configure.ac"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    let name = invocation.name()?;
    if PREPARING.contains(&name) {
        return Some(Reading::Prepares);
    }
    if CHECKING.contains(&name) {
        return Some(Reading::Checks);
    }
    if compiler(name).is_some() {
        if is_question(invocation) {
            return Some(Reading::Prepares);
        }
        let compile = Compile::read(invocation)?;
        return Some(match compile.is_linked {
            true => Reading::Builds(compile.built().into_iter().collect()),
            false => Reading::Prepares,
        });
    }
    if SCRIPTS.contains(&name) {
        return Some(Reading::Prepares);
    }
    match name {
        "configure" | "config" | "Configure" if is_path(invocation) => {
            configured_by_script(invocation)?;
            Some(Reading::Prepares)
        }
        "cmake" => cmake_command(asked),
        "meson" => meson_command(asked),
        "make" | "gmake" => make_command(asked),
        "ninja" | "samu" => ninja_command(asked),
        _ => None,
    }
}

/// Whether the program is named by its path.
fn is_path(invocation: &Invocation) -> bool {
    invocation.words.first().is_some_and(|word| word.or_empty().contains('/'))
}

/// Whether a compiler or tool is only asked what it is.
fn is_question(invocation: &Invocation) -> bool {
    matches!(
        invocation.arg(0),
        Some("--version" | "-v" | "-dumpversion" | "-dumpmachine" | "--help")
    ) && invocation.args().len() == 1
}

/// The text of an invocation as it is written.
pub(super) fn written(course: &Course<'_>, line: usize, invocation: &Invocation) -> Option<String> {
    let line = course.facts.lines.get(line)?;
    let start = invocation.range.start().checked_sub(line.placed.start)?;
    let end = invocation.range.end().checked_sub(line.placed.start)?;
    Some(line.placed.item.text.get(usize::from(start)..usize::from(end))?.to_owned())
}

/// Whether all words that are not known are numbers of processors: `-j$(nproc)`.
fn only_counts(course: &Course<'_>, line: usize, invocation: &Invocation) -> bool {
    let unknown = invocation.args().iter().filter(|word| word.text.is_none()).count();
    let text = written(course, line, invocation).unwrap_or_default();
    let counts = text.matches("nproc").count() + text.matches("_NPROCESSORS_ONLN").count();
    unknown <= counts
}

/// The libraries that `$(pkg-config --libs libpq)` on the command line of a compiler stands for;
/// `None` if there is more that is not known.
fn asked_for(
    course: &Course<'_>,
    line: usize,
    invocation: &Invocation,
) -> Option<BTreeSet<String>> {
    let mut libraries = BTreeSet::new();
    let mut asked = 0;
    for one in course.facts.inside(line, invocation) {
        let is_asking = matches!(one.name(), Some("pkg-config" | "pkgconf"));
        let known: Option<Vec<&str>> = one.args().iter().map(|word| word.text.as_deref()).collect();
        let modules = known.filter(|_| is_asking)?.into_iter();
        // A version may be asked for: `zlib>=1.2`.
        let modules = modules.filter_map(|word| word.split([' ', '<', '=', '>']).next());
        let modules = modules.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        libraries.extend(modules.map(|module| library_of_module(module).to_owned()));
        asked += 1;
    }
    let unknown = invocation.args().iter().filter(|word| word.text.is_none()).count();
    (asked == unknown).then_some(libraries)
}

/// What CMake, Meson or a configure script set up, and a command builds.
fn task(course: &Course<'_>, line: usize, invocation: &Invocation) -> Option<Task> {
    match invocation.name().unwrap_or_default() {
        "cmake" => cmake_task(course, invocation),
        "meson" => meson_task(course, invocation),
        "ninja" | "samu" => ninja_task(course, line, invocation),
        _ => Goals::read(invocation).and_then(|goals| make_task(course, &goals)),
    }
}

/// The folder that a product was built in, where [`task`] knows it.
fn build_folder(course: &Course<'_>, product: &Product) -> Option<String> {
    let invocation = course.invocation(product.line, product.command)?;
    Some(task(course, product.line, invocation)?.setup.build)
}

/// Whether `/usr/local` holds nothing but what the file puts there; images of toolchains have these
/// in it.
fn has_own_local(site: &Site<'_, '_>) -> bool {
    matches!(site.base().family, Family::Distribution | Family::Buildpack)
}

fn make_command(asked: &Asked<'_, '_>) -> Option<Reading> {
    if is_question(asked.invocation) {
        return Some(Reading::Prepares);
    }
    if !only_counts(asked.course, asked.line, asked.invocation) {
        return None;
    }
    let goals = Goals::read(asked.invocation)?;
    if goals.tests() {
        return Some(Reading::Checks);
    }
    if goals.cleans() {
        return Some(Reading::Prepares);
    }
    if let Some(task) = make_task(asked.course, &goals) {
        return Some(Reading::Builds(task.built(asked.course)));
    }
    let scene = &asked.course.facts.lines.get(asked.line)?.scene;
    let work = Work::of(asked.course, asked.invocation, scene, &goals)?;
    let mut built: Vec<Built> = work.compiles.iter().filter_map(Compile::built).collect();
    built.extend(work.installed.iter().map(|path| Built {
        path: path.clone(),
        is_folder: false,
        evidence: format!("the Makefile installs {path}"),
    }));
    Some(Reading::Builds(built))
}

/// What make does in a folder that CMake or a configure script set up.
fn make_task(course: &Course<'_>, goals: &Goals) -> Option<Task> {
    let mut setup = setup_of(course, &goals.folder)?;
    for (name, value) in &goals.stated {
        match name.as_str() {
            "prefix" | "PREFIX" => setup.prefix = Some(clean(value)),
            "DESTDIR" if !value.is_empty() => setup.prefix = None,
            _ => {}
        }
    }
    Some(Task { setup, installs: goals.installs() })
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = site.starts_tool(&["make", "gcc", "cmake"]) {
        return Some(Err(refusal));
    }
    let started = site.started_likely(ECOSYSTEM.name);
    let answers =
        started.iter().map(|(path, product, likely)| native(site, path, product, *likely));
    Answer::all(answers).or_else(|| missing(site).map(Err))
}

/// Something is built, or it is not known what, and it is not what is started.
fn missing(site: &Site<'_, '_>) -> Option<Refusal> {
    let unknown = site.course.deeds_with(|role| *role == Role::Unknown);
    let mut tools = unknown.filter(|(_, one)| {
        let name = one.name().unwrap_or_default();
        compiler(name).is_some() || matches!(name, "make" | "gmake" | "cmake" | "ninja" | "meson")
    });
    if let Some((_, one)) = tools.next() {
        let why = format!("what `{}` does is not known, or its files are not at hand", one.shown());
        return Some(Refusal::new(Reason::ArtifactUnknown, why, Some(one.range)));
    }
    site.builds_another(ECOSYSTEM.name)
}

/// What was found out about a program.
struct Found {
    artifacts: Vec<Artifact>,
    /// The folder of the sources.
    source: String,
    is_cpp: bool,
    is_static: bool,
    has_own_cpp: bool,
    is_musl: bool,
    libraries: BTreeSet<String>,
    packages: BTreeSet<&'static str>,
    /// Whether it may link with more than is known.
    is_open: bool,
    /// The names of sources that are known.
    files: Vec<String>,
    /// Whether more than single files is taken.
    has_folder: bool,
    assumptions: Vec<String>,
}

fn native(
    site: &Site<'_, '_>,
    path: &str,
    product: &Product,
    likely: bool,
) -> Result<Answer, Refusal> {
    let invocation = site.built_by(path, product)?;
    let unknown = || site.unknown_artifact(path);
    let line = site.facts().lines.get(product.line).ok_or_else(unknown)?;
    let name = invocation.name().unwrap_or_default();
    let mut found = Found {
        artifacts: vec![Artifact::file(path)],
        source: invocation.folder.clone().unwrap_or_default(),
        is_cpp: true,
        is_static: false,
        has_own_cpp: false,
        is_musl: false,
        libraries: BTreeSet::new(),
        packages: BTreeSet::new(),
        is_open: true,
        files: Vec::new(),
        has_folder: false,
        assumptions: Vec::new(),
    };
    if compiler(name).is_some() {
        let mut compile = Compile::read(invocation).ok_or_else(unknown)?;
        if let Some(libraries) = asked_for(site.course, product.line, invocation) {
            compile.libraries.extend(libraries);
            compile.is_open = false;
        }
        let words = invocation.args().iter().filter_map(|word| word.text.as_deref());
        let sources: Vec<&str> = words
            .filter(|text| ENDINGS.contains(&text.rsplit_once('.').map_or("", |(_, end)| end)))
            .collect();
        // They may lie anywhere.
        if let Some(source) = sources.iter().find(|text| text.starts_with('/')) {
            found.source = parent(source).to_owned();
        }
        found.files = sources.iter().map(|text| base_name(text).to_owned()).collect();
        found.take_compiles(site, std::slice::from_ref(&compile), product)?;
    } else {
        match task(site.course, product.line, invocation) {
            Some(task) => found.take_task(site, path, product, &task)?,
            None => {
                let goals = Goals::read(invocation).ok_or_else(unknown)?;
                let work = Work::of(site.course, invocation, &line.scene, &goals);
                let work = work.ok_or_else(unknown)?;
                found.source = goals.folder;
                found.take_compiles(site, &work.compiles, product)?;
                found.take_installed(&work.installed);
            }
        }
    }
    found.take_others(site, product)?;
    if likely {
        found.assumptions.push(format!("{} is what the build installed", base_name(path)));
    }
    let mut answer = found.answer(site, invocation)?;
    answer.evidence.insert(0, Evidence::at(invocation.range, product.evidence.clone()));
    answer.provides.push(base_name(path).to_owned());
    Ok(answer)
}

impl Found {
    /// What compilers were told: of all, since libraries of the project go into its programs.
    fn take_compiles(
        &mut self,
        site: &Site<'_, '_>,
        compiles: &[Compile],
        product: &Product,
    ) -> Result<(), Refusal> {
        if compiles.iter().any(|one| one.has_sanitizer) {
            let what = "It is built with a sanitizer, whose library is not known";
            return Err(Refusal::new(Reason::NeedsOther, what, Some(site.start.place)));
        }
        self.is_cpp = compiles.iter().any(|one| one.language == Language::Cpp);
        self.is_open = compiles.iter().any(|one| one.is_open);
        let own = compiles.iter().filter(|one| one.is_linked && !one.is_shared);
        let exact = compiles.iter().find(|one| one.output == product.path);
        self.is_static = match exact {
            Some(one) => one.is_static,
            None => own.clone().count() > 0 && own.clone().all(|one| one.is_static),
        };
        self.has_own_cpp = exact.is_some_and(|one| one.has_own_cpp);
        self.is_musl = exact.is_some_and(|one| one.is_musl);
        let is_foreign = self.is_musl && !self.is_static && site.base().libc() != Libc::Musl;
        if is_foreign {
            let what = "musl, which the builder's programs do not find";
            return Err(Refusal::new(Reason::NeedsLibc, what, Some(site.start.place)));
        }
        for one in compiles {
            self.packages.extend(one.packages.iter().copied());
            for library in &one.libraries {
                match library.as_str() {
                    "unknown" => self.is_open = true,
                    name if OWN.contains(&name) => {}
                    name => drop(self.libraries.insert(name.to_owned())),
                }
            }
        }
        for one in compiles.iter().filter(|one| one.is_linked && one.is_shared) {
            self.add(Artifact::file(one.output.clone()));
        }
        Ok(())
    }

    /// All that a Makefile installs outside of the sources goes along.
    fn take_installed(&mut self, installed: &[String]) {
        for path in installed {
            let is_header = is_within(path, "/usr/include") || path.contains("/share/man/");
            if !is_within(path, &self.source) && !is_header {
                self.add(Artifact::file(path.clone()));
            }
        }
    }

    fn add(&mut self, artifact: Artifact) {
        let is_there = self.artifacts.iter().any(|own| {
            own.from == artifact.from || own.is_folder && is_within(&artifact.from, &own.from)
        });
        if !is_there {
            self.artifacts.push(artifact);
        }
    }

    /// What CMake, Meson or a configure script built or installed.
    fn take_task(
        &mut self,
        site: &Site<'_, '_>,
        path: &str,
        product: &Product,
        task: &Task,
    ) -> Result<(), Refusal> {
        let setup = &task.setup;
        let place = site.course.invocation(product.line, product.command).map(|one| one.range);
        self.source.clone_from(&setup.source);
        self.is_static = setup.is_static;
        let project = cmake_project(site.course, setup);
        let own = setup
            .prefix
            .as_deref()
            .filter(|prefix| task.installs && is_within(&product.path, prefix));
        if let Some(prefix) = own {
            if setup.is_scattered {
                let why = format!("it installs files outside of {prefix}");
                return Err(Refusal::new(Reason::ArtifactUnknown, why, place));
            }
            self.take_prefix(site, prefix, place)?;
            return Ok(());
        }
        // A program in the build folder finds the project's own shared libraries there.
        let shares = match &project {
            Some((project, _)) if project.is_complete && !project.fetches => {
                project.libraries.iter().any(|library| {
                    !matches!(library.kind.as_deref(), Some("STATIC" | "OBJECT" | "INTERFACE"))
                        && (library.kind.is_some() || shares_by_default(site, setup))
                })
            }
            _ => {
                self.assumptions.push("it needs no shared library of the project's own".to_owned());
                false
            }
        };
        if shares && is_within(path, &setup.build) {
            self.artifacts = vec![Artifact::folder(setup.build.clone())];
            self.has_folder = true;
        } else if shares {
            let why = "the project builds shared libraries, which stay in the build folder";
            return Err(Refusal::new(Reason::ArtifactUnknown, why, place));
        }
        if let Some((project, _)) = &project {
            self.is_open = !project.is_complete || !project.packages.is_empty() || project.fetches;
        }
        Ok(())
    }

    fn take_prefix(
        &mut self,
        site: &Site<'_, '_>,
        prefix: &str,
        place: Option<crate::text::TextRange>,
    ) -> Result<(), Refusal> {
        let is_toolchains = is_within("/usr/local", prefix) && !has_own_local(site);
        if is_toolchains {
            return Err(Refusal::new(Reason::MixedWithToolchain, prefix, place));
        }
        let inside: Vec<Artifact> = std::mem::take(&mut self.artifacts);
        self.artifacts = vec![Artifact::folder(prefix)];
        for artifact in inside.into_iter().filter(|one| !is_within(&one.from, prefix)) {
            self.artifacts.push(artifact);
        }
        self.has_folder = true;
        Ok(())
    }

    /// Libraries that other commands of the file built: they may be linked with.
    ///
    /// Errors: it likely is, and they lie in a folder that the image has for its toolchain.
    fn take_others(&mut self, site: &Site<'_, '_>, product: &Product) -> Result<(), Refusal> {
        let own_folder = build_folder(site.course, product);
        for other in &site.course.products {
            let is_gone = matches!(site.course.world.origin(&other.path), Some(Origin::Removed(_)));
            if other.ecosystem != ECOSYSTEM.name || is_gone || other.path == product.path {
                continue;
            }
            let is_library = base_name(&other.path).contains(".so");
            let installed = other.is_folder && other.evidence.starts_with("it is installed");
            if is_library {
                self.add(Artifact::file(other.path.clone()));
                self.has_folder = true;
            } else if installed && has_own_local(site) {
                self.add(Artifact::folder(other.path.clone()));
                self.has_folder = true;
                let text =
                    format!("what is in {} links with no library of the full image", other.path);
                if !site.base().slim && !self.assumptions.contains(&text) {
                    self.assumptions.push(text);
                }
            } else if installed && !self.is_static {
                let is_own = own_folder.is_some() && own_folder == build_folder(site.course, other);
                if !is_own && self.may_link_with_more(site) {
                    let place = site.course.invocation(other.line, other.command);
                    let place = place.map(|one| one.range);
                    return Err(Refusal::new(Reason::MixedWithToolchain, &*other.path, place));
                }
                let text = format!("it links with no library in {}", other.path);
                if !self.assumptions.contains(&text) {
                    self.assumptions.push(text);
                }
            }
        }
        Ok(())
    }

    /// Whether it links, or may link, with libraries that neither the image nor its packages have.
    fn may_link_with_more(&self, site: &Site<'_, '_>) -> bool {
        let is_more = |name: &String| library(name).is_none() && !self.is_brought(name, site);
        self.is_open || self.libraries.iter().any(is_more)
    }

    fn answer(mut self, site: &Site<'_, '_>, invocation: &Invocation) -> Result<Answer, Refusal> {
        let base = site.base();
        if self.is_static && !self.is_musl && base.libc() == Libc::Glibc {
            let what = "it uses nothing that a static glibc loads at run time: names of hosts and \
                        users, character sets";
            self.assumptions.push(what.to_owned());
        }
        let sources = self.sources(site);
        // The C library itself opens libgcc_s for some calls.
        let unwinds = ["pthread_cancel", "pthread_exit", "backtrace("];
        let linkage = match self.is_static {
            true => Linkage::Static,
            false => Linkage::Dynamic { runtime: self.is_cpp || sources.may_mention(&unwinds) },
        };
        let mut libraries = Vec::new();
        if !base.slim && linkage != Linkage::Static {
            libraries = self.implicit(site);
        }
        let starts = ["system(", "popen(", "execl", "execv", "posix_spawn"];
        let starts = sources.mentions(&starts).then(|| Reads::of(&sources).starts);
        if sources.mentions(&["dlopen("]) {
            self.assumptions.push("the libraries that it opens itself are in the image".to_owned());
        }
        let need = |is_needed: bool| if is_needed { Need::Yes } else { Need::No };
        let zone = sources.may_mention(&["localtime", "tzset", "zoneinfo", "mktime"]);
        let certificates = sources.may_mention(&["SSL_", "curl", "gnutls", "mbedtls", "https"]);
        let packages = match base.distribution {
            Distribution::Debian(_) | Distribution::Ubuntu(_) => {
                self.packages.iter().map(|name| (*name).to_owned()).collect()
            }
            // The compiler's package stands for them.
            _ => Vec::new(),
        };
        let mut settings = Vec::new();
        let mut is_bound = self.has_folder;
        if linkage != Linkage::Static {
            let is_cpp = self.is_cpp && !self.has_own_cpp;
            if base.family == Family::Gcc && is_cpp && !is_served_by_release(site) {
                is_bound = true;
                for library in ["libstdc++.so.6", "libgcc_s.so.1"] {
                    self.add(Artifact::file(format!("/usr/local/lib64/{library}")));
                }
                let text = "gcc's image links with a C++ library that is newer than its Debian's";
                settings.push(
                    "RUN echo /usr/local/lib64 > /etc/ld.so.conf.d/000-local-lib.conf && ldconfig"
                        .to_owned(),
                );
                self.assumptions.extend(self.is_open.then(|| text.to_owned()));
            } else if self.has_folder && self.needs_cache(site) {
                settings.push("RUN ldconfig".to_owned());
            }
        }
        let evidence = match &linkage {
            Linkage::Static => "linked with -static",
            _ => "linked with the C library of the image",
        };
        let mut answer = Answer {
            libraries,
            packages,
            certificates: need(certificates),
            zones: need(zone && base.has_zones()),
            temporary: need(
                sources.may_mention(&["/tmp", "tmpfile", "tmpnam", "mkstemp", "mkdtemp"]),
            ),
            data: Data::Beside { folders: vec![self.source.clone()], embedded: Vec::new() },
            settings,
            evidence: vec![Evidence::at(invocation.range, evidence)],
            assumptions: self.assumptions,
            weight: weight(&self.artifacts, self.is_static),
            ..Answer::new(ECOSYSTEM.name, linkage, self.artifacts)
        };
        // Folders come with what cannot be seen, and caches of libraries need commands.
        if is_bound && let Some(image) = base.distribution.image() {
            answer.runtimes.push((Variant::Conservative, image));
        }
        match &starts {
            Some(names) => starting(site, answer, names),
            None => Ok(answer),
        }
    }

    /// The sources of the project, if they are copied from the context.
    fn sources(&self, site: &Site<'_, '_>) -> Sources {
        let Some(context) = site.context() else { return Sources::default() };
        let files = MANIFESTS.iter().copied().chain(self.files.iter().map(String::as_str));
        let folder = site.course.in_context(&self.source).or_else(|| {
            files.into_iter().find_map(|file| site.course.project_in(&self.source, file))
        });
        folder.map(|folder| Sources::read(context, &folder, ENDINGS)).unwrap_or_default()
    }

    /// Whether its libraries are found by the cache of the dynamic linker: where the file makes
    /// that itself, and in `/usr/local`, where installations do.
    fn needs_cache(&self, site: &Site<'_, '_>) -> bool {
        let system = site.course.deeds_with(|role| *role == Role::System);
        let is_made = system.into_iter().any(|(_, one)| one.name() == Some("ldconfig"));
        let is_local = self.artifacts.iter().any(|one| {
            is_within(&one.from, "/usr/local") && (one.is_folder || one.from.contains(".so"))
        });
        site.base().libc() == Libc::Glibc && (is_made || is_local)
    }

    /// Whether the file itself installs or builds a library: then it is brought anyway.
    fn is_brought(&self, library: &str, site: &Site<'_, '_>) -> bool {
        let requested = site.course.requested();
        let (library, built) = (library.to_lowercase(), format!("lib{library}.so"));
        // One package holds several libraries: `libpoco-dev` has `PocoNet`.
        let holds = |package: &str| {
            let stem = package.strip_suffix("-dev").unwrap_or_default();
            let stem = stem.strip_prefix("lib").unwrap_or(stem);
            package.ends_with("-dev")
                && (package.contains(&library) || stem.len() > 2 && library.starts_with(stem))
        };
        requested.into_iter().any(|one| holds(&one.name))
            || site.course.products.iter().any(|one| base_name(&one.path).starts_with(&built))
            || self
                .artifacts
                .iter()
                .any(|one| one.is_folder && is_within("/usr/local/lib", &one.from))
    }

    /// The development packages of a full image that it links with.
    fn implicit(&mut self, site: &Site<'_, '_>) -> Vec<String> {
        if self.is_open {
            let text =
                "it links with no library of the full image that is not installed by the file";
            self.assumptions.push(text.to_owned());
        }
        let mut found = BTreeSet::new();
        let mut others = Vec::new();
        for library in &self.libraries {
            match self::library(library) {
                Some(package) => drop(found.insert(package.to_owned())),
                None if self.is_brought(library, site) => {}
                None => others.push(format!("lib{library}")),
            }
        }
        self.assumptions.extend(match others.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is not a library of the full image")),
            [more @ .., last] => {
                let more = more.join(", ");
                Some(format!("{more} and {last} are not libraries of the full image"))
            }
        });
        found.into_iter().collect()
    }
}

/// Whether CMake is told to make libraries shared where nothing else is said.
fn shares_by_default(site: &Site<'_, '_>, setup: &Setup) -> bool {
    site.course.deeds_with(|role| *role == Role::Prepares(ECOSYSTEM.name)).any(|(_, one)| {
        one.name() == Some("cmake")
            && configured_by_cmake(one).is_some_and(|own| own.build == setup.build)
            && one.args().iter().any(|word| word.or_empty().contains("BUILD_SHARED_LIBS"))
    })
}

/// Whether the C++ library of Debian's release is as new as the compiler of gcc's image. Programs
/// need no newer one than that of the compiler's major version.
fn is_served_by_release(site: &Site<'_, '_>) -> bool {
    let base = site.base();
    let tag = Tag::parse(base.image.effective_tag().unwrap_or_default());
    let Some(major) = tag.version.first() else { return false };
    let own = match base.distribution.release().map(|release| release.name) {
        Some("buster") => 8,
        Some("bullseye") => 10,
        Some("bookworm") => 12,
        Some("trixie") => 14,
        _ => 0,
    };
    *major <= own
}

/// What programs weigh: estimates.
fn weight(artifacts: &[Artifact], is_static: bool) -> Amount {
    let has_folder = artifacts.iter().any(|artifact| artifact.is_folder);
    match (has_folder, is_static) {
        (true, _) => Amount { bytes: 2_000_000, low: 20_000, high: 60_000_000 },
        (false, true) => Amount { bytes: 900_000, low: 15_000, high: 5_000_000 },
        (false, false) => Amount { bytes: 60_000, low: 15_000, high: 5_000_000 },
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::{check, stages};

    /// The runtime stages, assumptions and refusals of a file.
    const HELLO: &[(&str, &str)] =
        &[("main.c", "#include <stdio.h>\nint main(void) { puts(\"x\"); }\n")];
    const MAKE: &[(&str, &str)] = &[
        ("main.c", "int main(void) { return 0; }\n"),
        (
            "Makefile",
            "CC ?= gcc\nSRCS = $(wildcard *.c)\nOBJS = $(SRCS:.c=.o)\nall: server\nserver: $(OBJS)\n\t$(CC) $(LDFLAGS) -o $@ $^ -lssl -lcrypto\n%.o: %.c\n\t$(CC) -c -o $@ $<\nclean:\n\trm -f server\n",
        ),
    ];

    #[test]
    fn the_library_of_fortran() {
        check(
            "FROM gcc:12-bookworm\nWORKDIR /src\nCOPY . .\nRUN gfortran -o /usr/bin/app main.f90\n\
             CMD [\"app\"]\n",
            &[("main.f90", "program x\nend program\n")],
            "FROM debian:bookworm-slim\nRUN apt-get update \\\n    \
             && apt-get install -y --no-install-recommends libgfortran5 \\\n    \
             && rm -rf /var/lib/apt/lists/*\nWORKDIR /src\n\
             COPY --from=builder /usr/bin/app /usr/bin/app\nCMD [\"app\"]\nno Smallest: needs-other",
        );
    }

    #[test]
    fn several_programs_behind_a_script() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN gcc -o one main.c && gcc -o two main.c
ENTRYPOINT ["/app/run.sh"]
"#,
            &[
                ("main.c", "int main(void) { return 0; }"),
                ("run.sh", "#!/bin/sh\n/app/one\nexec /app/two\n"),
            ],
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/one /app/one
COPY --from=builder /app/two /app/two
COPY --from=builder /app/run.sh /app/run.sh
ENTRYPOINT ["/app/run.sh"]
no Smallest: needs-shell"#,
        );
    }

    #[test]
    fn openmp_needs_its_library() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y gcc libc6-dev
WORKDIR /app
COPY . .
RUN gcc -fopenmp -o app main.c
CMD ["./app"]
"#,
            HELLO,
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]
no Smallest: needs-other"#,
        );
    }

    #[test]
    fn programs_that_are_started_by_the_program() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN gcc -o app main.c
CMD ["./app"]
"#,
            &[("main.c", "int main(void) { return system(\"curl x\"); }")],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]
? the programs that it starts itself are in the image: curl
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn musl_on_debian_is_static() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y musl-tools
WORKDIR /app
COPY . .
RUN musl-gcc -static -o app main.c
CMD ["./app"]
"#,
            HELLO,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]
FROM scratch
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]"#,
        );
    }

    #[test]
    fn musl_on_debian_that_is_not_static() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y musl-tools
WORKDIR /app
COPY . .
RUN musl-gcc -o app main.c
CMD ["./app"]
"#,
            HELLO,
            r#"needs-libc: The program needs musl, which the builder's programs do not find."#,
        );
    }

    #[test]
    fn a_makefile_of_something_else() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN make
CMD ["./app"]
"#,
            &[("Makefile", "app:\n\tgo build -o app .\n")],
            r#"artifact-unknown: Which file the build produces is not known: what `make` does is not known, or its files are not at hand."#,
        );
    }

    #[test]
    fn a_library_that_pkg_config_names() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN gcc -c main.c && gcc -o app main.o $(pkg-config --libs libuv)
CMD ["./app"]
"#,
            HELLO,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]
? libuv is not a library of the full image
FROM gcr.io/distroless/base-debian12
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]
? libuv is not a library of the full image"#,
        );
    }

    #[test]
    fn libraries_that_pkg_config_names() {
        let made = |image: &str, asked: &str| {
            let build = format!("gcc -o app main.c $(pkg-config {asked})");
            let file =
                format!("FROM {image}\nWORKDIR /app\nCOPY . .\nRUN {build}\nCMD [\"./app\"]\n");
            stages(&file, HELLO)
        };
        let pq = made("gcc:13", "--cflags --libs libpq");
        assert!(pq.contains("recommends libpq5") && !pq.contains("? "), "{pq}");
        let more = made("gcc:13", "--libs libxml-2.0 zlib 'openssl >= 1.1'");
        assert!(
            more.contains("libxml2") && more.contains("zlib1g") && !more.contains("? "),
            "{more}"
        );
        // What else is not known may be anything.
        let open = made("gcc:13", "--libs $MODULES");
        assert!(open.contains("? it links with no library of the full image that"), "{open}");
    }

    #[test]
    fn libraries_that_are_installed_to_the_folder_of_the_toolchain() {
        let made = |image: &str, build: &str| {
            let library = "RUN cd foo && ./configure && make && make install\n".repeat(2);
            let file = format!(
                "FROM {image}\nWORKDIR /app\nCOPY . .\n{library}RUN {build}\nCMD [\"./app\"]\n"
            );
            stages(&file, HELLO)
        };
        let found = made("buildpack-deps:jammy", "gcc -o app main.c -lfoo -lbar");
        assert!(found.contains("--from=builder /usr/local /usr/local\n"), "{found}");
        assert!(found.contains("RUN ldconfig") && !found.contains("libfoo"), "{found}");
        let text = "? what is in /usr/local links with no library of the full image";
        assert_eq!(found.matches(text).count(), 1, "{found}");
        // The image of gcc has its own there.
        let found = made("gcc:13", "gcc -o app main.c -lfoo");
        assert!(found.starts_with("mixed-with-toolchain: "), "{found}");
        let found = made("gcc:13", "gcc -o app main.c -lm");
        assert_eq!(found.matches("? it links with no library in /usr/local").count(), 2, "{found}");
    }

    #[test]
    fn several_libraries_are_one_doubt() {
        let made = |more: &str| {
            let file = format!(
                "FROM gcc:13\nWORKDIR /app\nCOPY . .\n{more}RUN gcc -o app main.c -lPocoNet -lPocoUtil\n\
                 CMD [\"./app\"]\n"
            );
            stages(&file, HELLO)
        };
        let text = "? libPocoNet and libPocoUtil are not libraries of the full image";
        let found = made("");
        assert!(found.contains(text), "{found}");
        let found = made("RUN apt-get update && apt-get install -y libpoco-dev\n");
        assert!(!found.contains("libraries of the full image"), "{found}");
    }

    #[test]
    fn what_stays_in_a_cache_mount() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/app/out mkdir -p out && gcc -o out/app main.c
CMD ["./out/app"]
"#,
            HELLO,
            r#"in-cache: /app/out/app stays in a cache mount: copy it out in the same RUN."#,
        );
    }

    #[test]
    fn libraries_built_for_another_language() {
        check(
            r#"FROM golang:1.22
RUN git clone https://example.com/x.git /x && cd /x && ./configure && make && make install && ldconfig
WORKDIR /src
COPY . .
RUN go build -o /app .
CMD ["/app"]
"#,
            &[
                ("go.mod", "module x\nrequire a.b/c v1.0.0\n"),
                ("main.go", "package main\nimport \"net/http\"\nfunc main() { http.Get(\"x\") }\n"),
            ],
            r#"cannot-follow: What `make` makes is not known."#,
        );
    }

    #[test]
    fn a_newer_cpp_library_comes_along() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN g++ -O2 -o app main.cpp
CMD ["./app"]
"#,
            &[("main.cpp", "int main() {}\n")],
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/app /app/app
COPY --from=builder /usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libstdc++.so.6
COPY --from=builder /usr/local/lib64/libgcc_s.so.1 /usr/local/lib64/libgcc_s.so.1
RUN echo /usr/local/lib64 > /etc/ld.so.conf.d/000-local-lib.conf && ldconfig
CMD ["./app"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn a_library_of_the_full_image() {
        check(
            r#"FROM gcc:13
WORKDIR /app
COPY . .
RUN gcc -O2 -o app main.c -lz -lm
CMD ["./app"]
"#,
            HELLO,
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends zlib1g \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/app /app/app
CMD ["./app"]
no Smallest: needs-other"#,
        );
    }

    #[test]
    fn without_an_output() {
        check(
            r#"FROM gcc:12
WORKDIR /app
COPY . .
RUN gcc *.c
CMD ["./a.out"]
"#,
            HELLO,
            r#"FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app/a.out /app/a.out
CMD ["./a.out"]
FROM gcr.io/distroless/base-debian12
WORKDIR /app
COPY --from=builder /app/a.out /app/a.out
CMD ["./a.out"]"#,
        );
    }

    #[test]
    fn static_on_alpine() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache gcc musl-dev
WORKDIR /app
COPY . .
RUN gcc -static -o /hello main.c
CMD ["/hello"]
"#,
            HELLO,
            r#"FROM alpine:3.20
WORKDIR /app
COPY --from=builder /hello /hello
CMD ["/hello"]
FROM scratch
WORKDIR /app
COPY --from=builder /hello /hello
CMD ["/hello"]"#,
        );
    }

    #[test]
    fn cpp_on_alpine() {
        check(
            r#"FROM alpine:3.20
RUN apk add --no-cache build-base
WORKDIR /app
COPY . .
RUN g++ -o hello main.c
CMD ["./hello"]
"#,
            HELLO,
            r#"FROM alpine:3.20
RUN apk add --no-cache libstdc++ libgcc libgomp
WORKDIR /app
COPY --from=builder /app/hello /app/hello
CMD ["./hello"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn a_makefile_with_functions() {
        check(
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y build-essential libssl-dev
WORKDIR /app
COPY . .
RUN make -j$(nproc)
CMD ["./server"]
"#,
            MAKE,
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y libssl3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=builder /app/server /app/server
CMD ["./server"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn a_makefile_that_is_not_at_hand() {
        check(
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y build-essential libssl-dev
WORKDIR /app
COPY . .
RUN make
CMD ["./server"]
"#,
            &[],
            r#"artifact-unknown: Which file the build produces is not known: what `make` does is not known, or its files are not at hand."#,
        );
    }

    #[test]
    fn cmake_with_a_prefix() {
        check(
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y build-essential cmake libssl-dev
WORKDIR /src
COPY . .
RUN mkdir build && cd build && cmake -DCMAKE_INSTALL_PREFIX=/opt/app .. && make -j4 && make install
ENV PATH=/opt/app/bin:$PATH
CMD ["srv"]
"#,
            &[
                (
                    "CMakeLists.txt",
                    "project(srv C)\nadd_executable(srv main.c)\ninstall(TARGETS srv)\n",
                ),
                ("main.c", "int main(void){}"),
            ],
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y libssl3 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=builder /opt/app /opt/app
ENV PATH=/opt/app/bin:$PATH
CMD ["srv"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn cmake_without_installing() {
        check(
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y build-essential cmake libssl-dev
WORKDIR /src
COPY . .
RUN cmake -B build -S . && cmake --build build -j
CMD ["./build/srv"]
"#,
            &[
                ("CMakeLists.txt", "project(srv C)\nadd_executable(srv main.c)\n"),
                ("main.c", "int main(void){}"),
            ],
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y libssl3 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=builder /src/build/srv /src/build/srv
CMD ["./build/srv"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn cmake_with_a_shared_library() {
        check(
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y build-essential cmake libssl-dev
WORKDIR /src
COPY . .
RUN cmake -B build -S . && cmake --build build -j
CMD ["./build/srv"]
"#,
            &[
                (
                    "CMakeLists.txt",
                    "project(srv C)\nadd_library(x SHARED x.c)\nadd_executable(srv main.c)\ntarget_link_libraries(srv x)\n",
                ),
                ("main.c", "int main(void){}"),
            ],
            r#"FROM ubuntu:22.04
RUN apt-get update && apt-get install -y libssl3 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=builder /src/build /src/build
CMD ["./build/srv"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn configure_with_a_prefix() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential git
RUN git clone https://example.com/x.git /src && cd /src && ./autogen.sh && ./configure --prefix=/opt/x && make -j"$(nproc)" && make install
CMD ["/opt/x/bin/x", "-f"]
"#,
            &[],
            r#"FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/x /opt/x
CMD ["/opt/x/bin/x", "-f"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn configure_into_the_toolchain() {
        check(
            r#"FROM gcc:12
RUN git clone https://example.com/x.git /src && cd /src && ./configure && make && make install
CMD ["x"]
"#,
            &[],
            r#"mixed-with-toolchain: Files installed into /usr/local mix with the toolchain there."#,
        );
    }

    #[test]
    fn configure_with_files_elsewhere() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential git
RUN git clone https://example.com/x.git /src && cd /src && ./configure --prefix=/opt/x --sysconfdir=/etc/x && make && make install
CMD ["/opt/x/bin/x", "-f"]
"#,
            &[],
            r#"artifact-unknown: Which file the build produces is not known: it installs files outside of /opt/x."#,
        );
    }

    #[test]
    fn meson() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential meson ninja-build
WORKDIR /src
COPY . .
RUN meson setup build && ninja -C build
CMD ["build/x"]
"#,
            &[
                ("meson.build", "project('x', 'c')\nexecutable('x', 'main.c')\n"),
                ("main.c", "int main(void){}"),
            ],
            r#"FROM debian:bookworm-slim
WORKDIR /src
COPY --from=builder /src/build/x /src/build/x
CMD ["build/x"]
? it needs no shared library of the project's own
FROM gcr.io/distroless/cc-debian12
WORKDIR /src
COPY --from=builder /src/build/x /src/build/x
CMD ["build/x"]
? it needs no shared library of the project's own"#,
        );
    }

    #[test]
    fn a_shared_library_of_its_own() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y gcc libc6-dev
WORKDIR /src
COPY . .
RUN gcc -shared -fPIC -o /usr/local/lib/libx.so x.c && ldconfig && gcc -o /usr/local/bin/app main.c -lx
CMD ["app"]
"#,
            &[("x.c", "void x(void){}"), ("main.c", "int main(void){}")],
            r#"FROM debian:bookworm-slim
WORKDIR /src
COPY --from=builder /usr/local/bin/app /usr/local/bin/app
COPY --from=builder /usr/local/lib/libx.so /usr/local/lib/libx.so
RUN ldconfig
CMD ["app"]
no Smallest: no-runtime"#,
        );
    }

    #[test]
    fn go_without_c_needs_no_library() {
        check(
            r#"FROM golang:1.22
RUN git clone https://example.com/x.git /x && cd /x && ./configure && make && make install && ldconfig
WORKDIR /src
COPY . .
RUN go build -o /app .
CMD ["/app"]
"#,
            &[("go.mod", "module x\n")],
            r#"cannot-follow: What `make` makes is not known."#,
        );
    }

    #[test]
    fn a_sanitizer() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y gcc libc6-dev
WORKDIR /src
COPY . .
RUN gcc -fsanitize=address -o app main.c
CMD ["./app"]
"#,
            HELLO,
            r#"needs-other: It is built with a sanitizer, whose library is not known."#,
        );
    }

    #[test]
    fn makes_own_rule() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y gcc libc6-dev make
WORKDIR /src
COPY . .
RUN make main
CMD ["./main"]
"#,
            HELLO,
            r#"FROM debian:bookworm-slim
WORKDIR /src
COPY --from=builder /src/main /src/main
CMD ["./main"]
FROM gcr.io/distroless/base-debian12
WORKDIR /src
COPY --from=builder /src/main /src/main
CMD ["./main"]"#,
        );
    }
}
