//! Builds that CMake, Meson or a configure script set up: where they build, and where they install.

use super::{ECOSYSTEM, is_question, only_counts};
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::{Course, Role};
use crate::split::ecosystem::{Asked, Built, Reading};
use crate::split::facts::join;
use crate::split::world::{is_within, parent, trimmed};
use crate::workspace::project::cmake;

/// Folders that are no prefix of one project: what is in them is the system's.
pub(super) const SYSTEM: &[&str] =
    &["/", "/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr", "/usr/bin", "/usr/lib", "/var"];

/// A build that a tool was set up for.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) tool: &'static str,
    /// The folder of the sources.
    pub(super) source: String,
    /// The folder that it builds in.
    pub(super) build: String,
    /// Where it installs to; `None` if that is not known.
    pub(super) prefix: Option<String>,
    /// Whether some files are installed outside of that.
    pub(super) is_scattered: bool,
    pub(super) is_static: bool,
}

impl Setup {
    pub(super) fn new(tool: &'static str, source: String, build: String) -> Setup {
        Setup {
            tool,
            source,
            build,
            prefix: Some("/usr/local".to_owned()),
            is_scattered: false,
            is_static: false,
        }
    }

    /// Takes a folder that is set by an option.
    pub(super) fn folder(&mut self, value: &str) {
        let inside = self.prefix.as_deref().is_some_and(|prefix| is_within(value, prefix));
        self.is_scattered |= value.starts_with('/') && !inside;
    }
}

/// What `cmake` is told when it sets up a build.
pub(super) fn configured_by_cmake(invocation: &Invocation) -> Option<Setup> {
    let cwd = invocation.folder.clone()?;
    let (mut source, mut build, mut prefix) = (None, None, None);
    let (mut is_open, mut is_static) = (false, false);
    let mut folders = Vec::new();
    let mut words = invocation.args().iter();
    while let Some(word) = words.next() {
        let Some(text) = word.text.as_deref().filter(|_| !word.is_pattern) else {
            is_open = true;
            continue;
        };
        let mut value = |name: &str| match text.strip_prefix(name) {
            Some("") => Some(words.next().and_then(|word| word.text.clone())),
            Some(rest) => Some(Some(rest.to_owned())),
            None => None,
        };
        if text.starts_with("--preset") || text == "-P" || text == "-E" {
            return None;
        }
        if text.starts_with("--install-prefix") {
            prefix = Some(match text.split_once('=') {
                Some((_, value)) => value.to_owned(),
                None => words.next()?.text.clone()?,
            });
        } else if let Some(value) = value("-S") {
            source = Some(invocation.path(&value?)?);
        } else if let Some(value) = value("-B") {
            build = Some(invocation.path(&value?)?);
        } else if let Some(definition) = value("-D") {
            let Some(definition) = definition else {
                is_open = true;
                continue;
            };
            let (name, value) = definition.split_once('=').unwrap_or((&definition, ""));
            let name = name.split(':').next().unwrap_or_default();
            match name {
                "CMAKE_INSTALL_PREFIX" => prefix = Some(value.to_owned()),
                "CMAKE_EXE_LINKER_FLAGS" => {
                    is_static |= value.split_whitespace().any(|w| w == "-static")
                }
                _ if name.starts_with("CMAKE_INSTALL_") => folders.push(value.to_owned()),
                _ => {}
            }
        } else if value("-G").is_some() || value("-C").is_some() || value("-U").is_some() {
        } else if !text.starts_with('-') {
            source = Some(invocation.path(text)?);
        }
    }
    let source = source.unwrap_or_else(|| cwd.clone());
    let mut setup = Setup::new("cmake", clean(&source), clean(&build.unwrap_or(cwd)));
    match prefix {
        Some(prefix) => setup.prefix = Some(clean(&invocation.path(&prefix)?)),
        None if is_open => setup.prefix = None,
        None => {}
    }
    setup.is_static = is_static;
    folders.iter().for_each(|folder| setup.folder(folder));
    Some(setup)
}

/// What a configure script is told.
pub(super) fn configured_by_script(invocation: &Invocation) -> Option<Setup> {
    let build = invocation.folder.clone()?;
    let program = invocation.words.first()?.text.as_deref()?;
    let source = parent(&invocation.path(program)?).to_owned();
    let mut setup = Setup::new("configure", clean(&source), clean(&build));
    let mut is_open = false;
    let mut prefix = None;
    let mut folders = Vec::new();
    let mut words = invocation.args().iter();
    while let Some(word) = words.next() {
        let Some(text) = word.text.as_deref() else {
            is_open = true;
            continue;
        };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None if text == "--prefix" => (text, words.next()?.text.clone()?),
            None => continue,
        };
        match name {
            "--prefix" => prefix = Some(value),
            "LDFLAGS" => setup.is_static |= value.split_whitespace().any(|flag| flag == "-static"),
            _ if name.starts_with("--with-") || name.starts_with("--enable-") => {}
            // Folders have names such as `--sysconfdir` and `--conf-path`.
            _ if name.ends_with("dir") || name.ends_with("-path") => folders.push(value),
            _ => {}
        }
    }
    match prefix {
        Some(prefix) => setup.prefix = Some(clean(&invocation.path(&prefix)?)),
        None if is_open => setup.prefix = None,
        None => {}
    }
    folders.iter().for_each(|folder| setup.folder(folder));
    Some(setup)
}

pub(super) const MESON: Grammar = Grammar {
    values: &[
        "--backend",
        "--bindir",
        "--buildtype",
        "--cross-file",
        "--datadir",
        "--default-library",
        "--libdir",
        "--localstatedir",
        "--native-file",
        "--optimization",
        "--prefix",
        "--sysconfdir",
        "--unity",
        "--warnlevel",
        "--wrap-mode",
        "-D",
        "-b",
    ],
    switches: &["--debug", "--reconfigure", "--strip", "--wipe", "--werror"],
    joined: &["-D"],
};

/// What `meson setup` is told.
pub(super) fn configured_by_meson(invocation: &Invocation) -> Option<Setup> {
    let skipped = usize::from(invocation.arg(0) == Some("setup"));
    let options = MESON.read(invocation.args().get(skipped..)?);
    if options.unknown.is_some() {
        return None;
    }
    let cwd = invocation.folder.clone()?;
    let path = |word: &Word| invocation.path(word.text.as_deref()?);
    let (source, build) = match options.operands[..] {
        [build] => (cwd, path(build)?),
        // They may stand the other way round; the sources are there before.
        [build, source] => (path(source)?, path(build)?),
        _ => return None,
    };
    let mut setup = Setup::new("meson", clean(&source), clean(&build));
    if let Some(prefix) = options.value(&["--prefix"]) {
        setup.prefix = Some(clean(&invocation.path(prefix?)?));
    }
    for (name, _, value) in &options.options {
        let value = value.clone().unwrap_or_default();
        match name.as_ref() {
            "--bindir" | "--datadir" | "--libdir" | "--localstatedir" | "--sysconfdir" => {
                setup.folder(&value);
            }
            "-D" if value.starts_with("prefix=") => {
                setup.prefix = value.split_once('=').map(|(_, value)| value.to_owned());
            }
            _ => {}
        }
    }
    Some(setup)
}

pub(super) fn clean(path: &str) -> String {
    trimmed(path).to_owned()
}

/// The setup of a build folder, by the commands so far.
pub(super) fn setup_of(course: &Course<'_>, folder: &str) -> Option<Setup> {
    let folder = trimmed(folder);
    let prepared = course.deeds_with(|role| *role == Role::Prepares(ECOSYSTEM.name));
    let setups = prepared.filter_map(|(_, invocation)| match invocation.name()? {
        "cmake" => configured_by_cmake(invocation),
        "meson" => configured_by_meson(invocation),
        "configure" | "config" | "Configure" => configured_by_script(invocation),
        _ => None,
    });
    setups.filter(|setup| setup.build == folder).last()
}

/// What a build with a tool does: build, and perhaps install.
pub(super) struct Task {
    pub(super) setup: Setup,
    pub(super) installs: bool,
}

impl Task {
    pub(super) fn built(&self, course: &Course<'_>) -> Vec<Built> {
        let setup = &self.setup;
        let mut built = Vec::new();
        let mut add = |path: String, is_folder: bool, evidence: String| {
            built.push(Built { path, is_folder, evidence });
        };
        // Where sources and objects lie in one folder, what is built cannot be told from the rest.
        if setup.build != setup.source && setup.tool != "configure" {
            let evidence = format!("{} builds in {}", setup.tool, setup.build);
            add(setup.build.clone(), true, evidence);
        }
        let programs = programs(course, setup);
        for (path, _) in &programs {
            add(path.clone(), false, format!("{path} is named in CMakeLists.txt"));
        }
        if !self.installs {
            return built;
        }
        let Some(prefix) = setup.prefix.clone().filter(|prefix| !SYSTEM.contains(&prefix.as_str()))
        else {
            return built;
        };
        let evidence = format!("it is installed below {prefix}");
        built.push(Built { path: prefix.clone(), is_folder: true, evidence });
        for (_, name) in programs.iter().filter(|(_, name)| !name.is_empty()) {
            let path = format!("{prefix}/bin/{name}");
            let evidence = format!("CMakeLists.txt installs {name}");
            built.push(Built { path, is_folder: false, evidence });
        }
        built
    }
}

/// The programs of a CMake project: where each is built, and its name if it is installed to `bin`.
pub(super) fn programs(course: &Course<'_>, setup: &Setup) -> Vec<(String, String)> {
    let Some((project, _)) = cmake_project(course, setup) else { return Vec::new() };
    let program = |one: &cmake::Executable| {
        let name = one.output_name.or_default(&one.name)?;
        let folder = match one.output_folder.stated() {
            Some(folder) => {
                let mut folder = folder.to_owned();
                for (variable, value) in [
                    ("CMAKE_BINARY_DIR", &setup.build),
                    ("PROJECT_BINARY_DIR", &setup.build),
                    ("CMAKE_SOURCE_DIR", &setup.source),
                    ("PROJECT_SOURCE_DIR", &setup.source),
                ] {
                    folder = folder.replace(&format!("${{{variable}}}"), value);
                }
                join(&setup.build, &folder).filter(|path| !path.contains('$'))?
            }
            None => {
                one.output_folder.or_default("")?;
                join(&setup.build, &one.folder)?
            }
        };
        let is_installed = project.installs.iter().any(|install| {
            install.kind == "TARGETS"
                && install.what.contains(&one.name)
                && install.destination.or_default("bin") == Some("bin")
        });
        let installed = if is_installed { name.to_owned() } else { String::new() };
        Some((join(trimmed(&folder), name)?, installed))
    };
    project.executables.iter().filter_map(program).collect()
}

/// The CMake project of a setup, and its folder in the context.
pub(super) fn cmake_project(
    course: &Course<'_>,
    setup: &Setup,
) -> Option<(cmake::Project, String)> {
    if setup.tool != "cmake" {
        return None;
    }
    let folder = course.project_in(&setup.source, "CMakeLists.txt")?;
    Some((cmake::project(course.context?, &folder).ok()??, folder))
}

pub(super) fn cmake_command(asked: &Asked<'_, '_>) -> Option<Reading> {
    if is_question(asked.invocation) {
        return Some(Reading::Prepares);
    }
    match cmake_task(asked.course, asked.invocation) {
        Some(task) => Some(Reading::Builds(task.built(asked.course))),
        None if matches!(asked.invocation.arg(0), Some("--build" | "--install")) => None,
        None => configured_by_cmake(asked.invocation).map(|_| Reading::Prepares),
    }
}

/// What `cmake --build` and `cmake --install` do.
pub(super) fn cmake_task(course: &Course<'_>, invocation: &Invocation) -> Option<Task> {
    const BUILD: Grammar = Grammar {
        values: &["--component", "--config", "--parallel", "--prefix", "--target", "-t", "-j"],
        switches: &["--clean-first", "--verbose", "-v", "--strip"],
        joined: &["-j"],
    };
    let args = invocation.args();
    let verb = invocation.arg(0)?;
    let folder = invocation.path(invocation.arg(1)?)?;
    let (own, _) = match args.iter().position(|word| word.or_empty() == "--") {
        Some(at) => args.split_at(at),
        None => (args, &[][..]),
    };
    let own: Vec<Word> = own.get(2..)?.iter().filter(|word| word.text.is_some()).cloned().collect();
    // `-j` may stand alone.
    let own: Vec<Word> = own
        .iter()
        .enumerate()
        .filter(|(at, word)| {
            let is_count = matches!(word.or_empty(), "-j" | "--parallel");
            let next = own.get(at + 1).map_or("", Word::or_empty);
            !is_count || next.starts_with(|c: char| c.is_ascii_digit())
        })
        .map(|(_, word)| word.clone())
        .collect();
    let options = BUILD.read(&own);
    if options.unknown.is_some() || invocation.variables.contains_key("DESTDIR") {
        return None;
    }
    let mut setup = setup_of(course, &folder)?;
    let target = options.value(&["--target", "-t"]).flatten();
    let installs = match verb {
        "--install" => true,
        "--build" => target.is_some_and(|target| target.starts_with("install")),
        _ => return None,
    };
    if let Some(prefix) = options.value(&["--prefix"]) {
        setup.prefix = Some(clean(&invocation.path(prefix?)?));
    }
    Some(Task { setup, installs })
}

pub(super) fn meson_command(asked: &Asked<'_, '_>) -> Option<Reading> {
    match asked.invocation.arg(0)? {
        "--version" => Some(Reading::Prepares),
        "test" => Some(Reading::Checks),
        "compile" | "install" => {
            let task = meson_task(asked.course, asked.invocation)?;
            Some(Reading::Builds(task.built(asked.course)))
        }
        _ => configured_by_meson(asked.invocation).map(|_| Reading::Prepares),
    }
}

pub(super) fn meson_task(course: &Course<'_>, invocation: &Invocation) -> Option<Task> {
    const WORK: Grammar =
        Grammar { values: &["-C", "-j", "--destdir"], switches: &["-v", "--quiet"], joined: &[] };
    let options = WORK.read(invocation.args().get(1..)?);
    if options.unknown.is_some() || options.has("--destdir") {
        return None;
    }
    let folder = match options.value(&["-C"]) {
        Some(folder) => invocation.path(folder?)?,
        None => invocation.folder.clone()?,
    };
    Some(Task { setup: setup_of(course, &folder)?, installs: invocation.arg(0) == Some("install") })
}

pub(super) fn ninja_command(asked: &Asked<'_, '_>) -> Option<Reading> {
    if is_question(asked.invocation) {
        return Some(Reading::Prepares);
    }
    let task = ninja_task(asked.course, asked.line, asked.invocation)?;
    Some(Reading::Builds(task.built(asked.course)))
}

pub(super) fn ninja_task(
    course: &Course<'_>,
    line: usize,
    invocation: &Invocation,
) -> Option<Task> {
    const NINJA: Grammar = Grammar {
        values: &["-C", "-j", "-k", "-l"],
        switches: &["-v", "--verbose", "--quiet"],
        joined: &["-j", "-C"],
    };
    let known: Vec<Word> =
        invocation.args().iter().filter(|word| word.text.is_some()).cloned().collect();
    // `-j` before a number that is not known.
    let known: Vec<Word> = match known.last().map(Word::or_empty) {
        Some("-j") => known[..known.len() - 1].to_vec(),
        _ => known,
    };
    let options = NINJA.read(&known);
    let is_plain = options.unknown.is_none()
        && only_counts(course, line, invocation)
        && !invocation.variables.contains_key("DESTDIR");
    if !is_plain {
        return None;
    }
    let folder = match options.value(&["-C"]) {
        Some(folder) => invocation.path(folder?)?,
        None => invocation.folder.clone()?,
    };
    let installs = options.operands.iter().any(|word| word.or_empty().starts_with("install"));
    Some(Task { setup: setup_of(course, &folder)?, installs })
}
