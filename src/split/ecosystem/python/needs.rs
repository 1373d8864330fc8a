//! What a Python program needs of the image: the libraries and programs behind its packages and its
//! sources.

use std::collections::BTreeSet;

use super::act::{Install, Wanted};
use crate::split::answer::Site;
use crate::split::ecosystem::app::Needs;
use crate::split::ecosystem::called::Called;
use crate::workspace::project::python::{self, Requirements, Source};
use crate::workspace::{Context, Kind};

/// The packages that are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// Normalised names.
    pub names: BTreeSet<String>,
    /// What cannot be read.
    pub unread: Vec<String>,
    /// Whether some are compiled though there are prebuilt parts.
    pub is_compiled: bool,
}

/// Packages that call programs, and the packages of Debian that hold these: those that full images
/// have.
const CALLERS: &[(&str, &str)] = &[
    ("gitpython", "git"),
    ("dvc", "git"),
    ("pre-commit", "git"),
    ("ansible", "openssh-client"),
    ("ansible-core", "openssh-client"),
];

impl Packages {
    /// All that commands ask for.
    pub fn of(site: &Site<'_, '_>, installs: &[&Install]) -> Packages {
        let mut packages = Packages::default();
        for install in installs {
            packages.is_compiled |= install.is_compiled;
            for wanted in &install.wanted {
                packages.take(site, wanted);
            }
        }
        packages
    }

    fn take(&mut self, site: &Site<'_, '_>, wanted: &Wanted) {
        let is_read = match wanted {
            Wanted::Package(name) => {
                self.names.insert(name.clone());
                Some(())
            }
            Wanted::File(path) => self.file(site, path),
            Wanted::Project(folder) => self.project(site, folder),
            Wanted::Lock(folder, name) => self.lock(site, folder, name),
            Wanted::Other(_) => None,
        };
        if is_read.is_none() {
            self.unread.push(match wanted {
                Wanted::File(path) | Wanted::Project(path) => path.clone(),
                Wanted::Lock(folder, name) => format!("{}/{name}", folder.trim_end_matches('/')),
                Wanted::Other(text) => text.clone(),
                Wanted::Package(name) => name.clone(),
            });
        }
    }

    fn file(&mut self, site: &Site<'_, '_>, path: &str) -> Option<()> {
        let context = site.context()?;
        let file = site.course.in_context(path)?;
        let Requirements { requirements, options, missing, .. } =
            python::requirements(context, &file).ok()??;
        self.is_compiled |= options.iter().any(|option| option.starts_with("--no-binary"));
        let mut is_read = missing.is_empty().then_some(());
        for requirement in requirements {
            match (requirement.name, &requirement.source) {
                (Some(name), _) => {
                    let is_binary = requirement.extras.iter().any(|extra| extra == "binary");
                    let name = if is_binary { format!("{name}-binary") } else { name };
                    self.names.insert(name);
                }
                // Without anything built: there is no library that it could need.
                (None, Source::Path(path)) if path.ends_with("-none-any.whl") => {}
                (None, Source::Path(path)) => {
                    let root = file.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let folder = crate::workspace::inside(&format!("{root}/{path}"));
                    is_read = is_read.and(self.context_project(context, &folder));
                }
                (None, _) => is_read = None,
            }
        }
        is_read
    }

    fn project(&mut self, site: &Site<'_, '_>, folder: &str) -> Option<()> {
        let folder = site.course.project_in(folder, "pyproject.toml")?;
        self.context_project(site.context()?, &folder)
    }

    fn context_project(&mut self, context: &Context, folder: &str) -> Option<()> {
        let project = python::project(context, folder).ok()??;
        // What `setup.py` asks for is a program's doing.
        let is_stated = !project.dependencies.is_empty()
            || project.poetry.is_some()
            || python::setup_files(context, folder).is_empty();
        self.names.extend(project.dependencies);
        self.names.extend(project.optional_dependencies.into_iter().flat_map(|(_, names)| names));
        self.names.extend(project.poetry.into_iter().flat_map(|poetry| poetry.dependencies));
        is_stated.then_some(())
    }

    /// All that a lock file lists; without one, what the project states.
    fn lock(&mut self, site: &Site<'_, '_>, folder: &str, name: &str) -> Option<()> {
        let context = site.context()?;
        let Some(root) = site.course.project_in(folder, name) else {
            if name == "Pipfile.lock" {
                let root = site.course.project_in(folder, "Pipfile")?;
                self.names.extend(python::pipfile(context, &root).ok()??.packages);
                return Some(());
            }
            return self.project(site, folder);
        };
        let locks = python::locks(context, &root).ok()?;
        let lock = locks.into_iter().find(|lock| lock.file.ends_with(name))?;
        // The project itself is among them.
        let own = python::project(context, &root).ok().flatten().and_then(|project| project.name);
        let own = own.map(|name| python::normalise(&name));
        self.names.extend(lock.packages.into_iter().filter(|name| Some(name) != own.as_ref()));
        Some(())
    }

    /// The packages of Debian with programs that they call.
    pub fn called(&self) -> impl Iterator<Item = &'static str> {
        let callers = CALLERS.iter().filter(|(package, _)| self.names.contains(*package));
        callers.map(|(_, program)| *program)
    }

    /// What they need of the distribution below.
    pub fn needs(&self, site: &Site<'_, '_>) -> Needs {
        // With its prebuilt part, the package itself links with nothing.
        let is_prebuilt = |name: &str| self.names.contains(&format!("{name}-binary"));
        let names = self.names.iter().map(String::as_str).filter(|name| !is_prebuilt(name));
        Needs::of("python", names, site.base().distribution)
    }
}

/// What the sources of a project say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Packages of Debian that hold programs which they call.
    pub packages: Vec<String>,
    /// The file that names a path of the image's own Python.
    pub fixed: Option<String>,
    /// Whether they import what stands on Tk: all other parts of Python itself are whole in slim
    /// images.
    pub uses_tk: bool,
    /// The file that opens libraries itself, other than those of C and Python.
    pub opens: Option<String>,
    /// The file that compiles something when it runs.
    pub compiles: Option<String>,
    /// Folders outside of the project that Django collects its files to.
    pub collected: Vec<String>,
    /// Whether all that Django says of it was understood.
    pub is_collected_known: bool,
    /// Whether all was looked through.
    pub is_whole: bool,
}

/// How many entries are looked at.
const MOST_ENTRIES: usize = 6_000;
/// How many files are read.
const MOST_FILES: usize = 800;
/// How long a file may be, in bytes.
const LONGEST: usize = 256 << 10;
/// How deep folders are looked into.
const DEEPEST: usize = 8;

/// Folders in which nothing lies that runs.
const SKIPPED: &[&str] =
    &["node_modules", "venv", "env", "tests", "test", "docs", "__pycache__", "site-packages"];

/// Endings of files that may name programs and paths.
const READ: &[&str] = &["py", "sh", "ini", "cfg", "conf", "toml", "yaml", "yml"];

/// Words of code that starts programs.
const STARTS: &[&str] = &["subprocess", "os.system", "os.popen", "os.exec", "os.spawn", "pexpect"];

/// Words of code that calls a compiler.
const COMPILES: &[&str] = &["pyximport", "torch.compile", "cpp_extension", "load_inline"];

/// Modules of Python that need Tk, which slim images lack: the images' own recipe passes over it
/// when it keeps the libraries that Python is linked with (docker-library/python,
/// `Dockerfile-linux.template`).
const TK: &[&str] = &["tkinter", "turtle", "idlelib", "TkAgg"];

/// Calls that open a library by its name.
const OPENS: &[&str] = &["CDLL(", "LoadLibrary(", "find_library(", ".dlopen("];

/// Libraries that every image has.
const EVERYWHERE: &[&str] = &["None", "libc.", "libm.", "libpthread.", "libdl.", "c", "m"];

/// Whether a text has an import of one of the modules of Tk.
fn imports_tk(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| {
        let names = line.strip_prefix("import ").or(line.strip_prefix("from "));
        let mut words = names.unwrap_or_default().split([' ', ',', '.']);
        words.any(|word| TK.contains(&word))
            || line.contains("\"TkAgg\"")
            || line.contains("'TkAgg'")
    })
}

/// Whether a text opens a library that not every image has, or one that it computes.
fn opens_library(text: &str) -> bool {
    let calls = OPENS.iter().flat_map(|call| text.split(call).skip(1));
    calls.into_iter().any(|rest| {
        let name = rest.trim_start().trim_start_matches(['"', '\'']);
        !EVERYWHERE.iter().any(|own| {
            name.strip_prefix(own)
                .is_some_and(|rest| own.ends_with('.') || rest.starts_with(['"', '\'', ')', ',']))
        })
    })
}

/// Looks through the sources of a context for these programs, each with its package.
pub fn told(context: &Context, programs: &[(&str, &str)]) -> Told {
    let mut search = Search {
        context,
        entries: MOST_ENTRIES,
        files: MOST_FILES,
        called: Called::default(),
        told: Told { is_whole: true, is_collected_known: true, ..Told::default() },
    };
    search.folder("", 0);
    search.told.packages = search.called.packages(programs);
    search.told
}

struct Search<'a> {
    context: &'a Context,
    entries: usize,
    files: usize,
    called: Called,
    told: Told,
}

impl Search<'_> {
    fn folder(&mut self, folder: &str, depth: usize) {
        let Ok(entries) = self.context.list(folder) else {
            self.told.is_whole = false;
            return;
        };
        for entry in entries {
            if self.entries == 0 || depth > DEEPEST {
                self.told.is_whole = false;
                return;
            }
            self.entries -= 1;
            let path = match folder {
                "" => entry.name.clone(),
                folder => format!("{folder}/{}", entry.name),
            };
            let is_skipped = entry.name.starts_with('.') || SKIPPED.contains(&entry.name.as_str());
            match entry.kind {
                Kind::Folder if !is_skipped => self.folder(&path, depth + 1),
                Kind::Folder => {}
                _ if is_read(&entry.name) => self.file(&path),
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &str) {
        if self.files == 0 {
            self.told.is_whole = false;
            return;
        }
        self.files -= 1;
        let Ok(Some(text)) = self.context.read(path, LONGEST) else {
            self.told.is_whole = false;
            return;
        };
        if text.contains("/usr/local/bin/python") || text.contains("/usr/local/lib/python") {
            self.told.fixed.get_or_insert_with(|| path.to_owned());
        }
        if COMPILES.iter().any(|word| text.contains(word)) {
            self.told.compiles.get_or_insert_with(|| path.to_owned());
        }
        self.called.take(path, &text, STARTS);
        if path.ends_with(".py") {
            self.told.uses_tk |= imports_tk(&text);
            if opens_library(&text) {
                self.told.opens.get_or_insert_with(|| path.to_owned());
            }
            self.django(&text);
        }
    }

    /// `STATIC_ROOT = …` in settings.
    fn django(&mut self, text: &str) {
        for line in text.lines().map(str::trim) {
            let value = line.strip_prefix("STATIC_ROOT").and_then(|rest| {
                let rest = rest.split_once('=')?.1.trim();
                Some(rest.split('#').next().unwrap_or(rest).trim())
            });
            let Some(value) = value else { continue };
            let quoted = value.trim_matches(['"', '\'']);
            let is_text = value.len() >= 2 && quoted.len() + 2 == value.len();
            let is_inside = ["BASE_DIR", "ROOT_DIR", "PROJECT_ROOT", "PROJECT_DIR", "APPS_DIR"]
                .iter()
                .any(|name| value.contains(name));
            if is_text && quoted.starts_with('/') {
                self.told.collected.push(quoted.trim_end_matches('/').to_owned());
            } else if !is_inside && !is_text || value.contains("environ") || value.contains("..") {
                self.told.is_collected_known = false;
            }
        }
    }
}

fn is_read(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    READ.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_python_that_slim_images_lack() {
        for text in [
            "import tkinter as tk",
            "from tkinter import ttk",
            "import os, turtle",
            "  import tkinter.ttk",
            "matplotlib.use('TkAgg')",
        ] {
            assert!(imports_tk(text), "{text}");
        }
        for text in ["import sqlite3", "# import tkinter", "from a.b import c", "x = 'tkinter'"] {
            assert!(!imports_tk(text), "{text}");
        }
    }

    #[test]
    fn libraries_that_are_opened() {
        for text in
            ["ctypes.CDLL('libmagic.so.1')", "find_library(\"magic\")", "cdll.LoadLibrary(path)"]
        {
            assert!(opens_library(text), "{text}");
        }
        for text in ["ctypes.CDLL(None)", "CDLL('libc.so.6')", "find_library('c')", "import ctypes"]
        {
            assert!(!opens_library(text), "{text}");
        }
    }
}
