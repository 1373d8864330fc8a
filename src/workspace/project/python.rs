//! Python: requirement files, `pyproject.toml`, `Pipfile`, and lock files.
//!
//! Sources: pip's requirements file format, PEP 503 (names), PEP 508 (dependencies), PEP 621
//! (`[project]`), the documentation of poetry, uv and pipenv.

use serde_json::Value;

use super::super::{Context, join};
use super::data::{at, entries, json, keys, text, text_map, texts, toml};
use super::reader::{Broken, Reader};
use super::{parent, resolve};

/// How deep requirement files may include one another.
const MAX_INCLUDED: usize = 20;

/// What a requirement file and those that it includes ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// The paths of the files in the context, the one asked for first.
    pub files: Vec<String>,
    /// What is asked for.
    pub requirements: Vec<Requirement>,
    /// The options for pip, with their values: `--index-url https://...`.
    pub options: Vec<String>,
    /// The included files that are not in the context, as they are written. What they ask for is
    /// not known.
    pub missing: Vec<String>,
}

/// A package that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its name, normalised (`-` and lower case); `None` if it is only a path or an address.
    pub name: Option<String>,
    /// Its extras, normalised.
    pub extras: Vec<String>,
    /// Where it comes from.
    pub source: Source,
    /// Whether the installation only points at the sources (`-e`).
    pub is_editable: bool,
    /// The file that asks for it.
    pub file: String,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An index of packages.
    Index,
    /// A path, as it is written.
    Path(String),
    /// An address.
    Url(String),
}

impl Requirements {
    /// Whether a package is asked for, by its normalised name.
    pub fn has(&self, name: &str) -> bool {
        self.requirements.iter().any(|requirement| requirement.name.as_deref() == Some(name))
    }
}

/// A package's name as indexes compare it: lower case, and `-` for each run of `-`, `_` and `.`.
pub fn normalise(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// The requirement file at a path of the context; `None` if there is none.
pub fn requirements(context: &Context, path: &str) -> Result<Option<Requirements>, Broken> {
    let mut reader = Reader::new(context);
    let mut found = Requirements::default();
    let mut ahead = vec![path.to_owned()];
    while let Some(file) = ahead.pop() {
        if found.files.contains(&file) {
            continue;
        }
        let text = reader.read(&file)?.filter(|_| found.files.len() < MAX_INCLUDED);
        let Some(text) = text else {
            if found.files.is_empty() {
                return Ok(None);
            }
            found.missing.push(file);
            continue;
        };
        found.files.push(file.clone());
        for line in logical_lines(&text) {
            let Some(included) = found.take(&line, &file) else { continue };
            match resolve(parent(&file), included) {
                Some(path) => ahead.push(path),
                None => found.missing.push(included.to_owned()),
            }
        }
    }
    Ok(Some(found))
}

impl Requirements {
    /// Takes a line; gives back the file that it includes.
    fn take<'a>(&mut self, line: &'a str, file: &str) -> Option<&'a str> {
        if let Some(path) = option(line, &["-r", "--requirement"]) {
            return Some(path);
        }
        let editable = option(line, &["-e", "--editable"]);
        match editable {
            Some(rest) => self.requirements.push(requirement(rest, true, file)),
            None if line.starts_with('-') => self.options.push(line.to_owned()),
            None => self.requirements.push(requirement(line, false, file)),
        }
        None
    }
}

/// The value of an option that a line has: `-r x`, `-rx`, `--requirement=x`.
fn option<'a>(line: &'a str, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| {
        let rest = line.strip_prefix(name)?;
        let is_long = name.starts_with("--");
        let is_end = !is_long || rest.starts_with([' ', '\t', '=']);
        is_end.then(|| rest.trim_start_matches(['=', ' ', '\t']).trim())
    })
}

/// The lines of a requirement file: those that `\` carries on are one, comments are left out.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        // A comment begins a line or follows a blank.
        let end = line.match_indices('#').map(|(at, _)| at);
        let mut ends = end.filter(|at| *at == 0 || line[..*at].ends_with([' ', '\t']));
        let line = &line[..ends.next().unwrap_or(line.len())];
        match line.strip_suffix('\\') {
            Some(start) => open.push_str(start),
            None => {
                open.push_str(line);
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    lines.push(open);
    let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn requirement(text: &str, is_editable: bool, file: &str) -> Requirement {
    // Hashes and other options of one requirement.
    let text = text.split(" --").next().unwrap_or_default().trim();
    let (name, extras, rest) = name_and_extras(text);
    let behind = rest.strip_prefix('@').map(str::trim);
    let is_path = text.starts_with(['.', '/']) || text.contains("://") || text.starts_with("file:");
    let address = behind.or_else(|| (is_path || is_editable).then_some(text));
    let Some(address) = address else {
        let (name, source) = (Some(normalise(name)), Source::Index);
        return Requirement { name, extras, source, is_editable, file: file.to_owned() };
    };
    let named = behind.map(|_| name).or_else(|| {
        let (_, egg) = address.split_once("egg=")?;
        egg.split(['&', '[', ';', ' ']).next()
    });
    let address = address.split_whitespace().next().unwrap_or_default();
    let source = match address.contains("://") {
        true => Source::Url(address.to_owned()),
        false => {
            let path = address.trim_start_matches("file:");
            Source::Path(path.split(['[', '#']).next().unwrap_or_default().to_owned())
        }
    };
    Requirement { name: named.map(normalise), extras, source, is_editable, file: file.to_owned() }
}

/// The name that a dependency begins with, its extras, and what is behind them.
fn name_and_extras(text: &str) -> (&str, Vec<String>, &str) {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (name, rest) = text.split_at(text.find(|c| !is_in_name(c)).unwrap_or(text.len()));
    let rest = rest.trim_start();
    let Some((extras, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
    else {
        return (name, Vec::new(), rest);
    };
    (name, extras.split(',').map(|extra| normalise(extra.trim())).collect(), behind.trim_start())
}

/// The normalised names of dependencies.
fn names(dependencies: Vec<String>) -> Vec<String> {
    dependencies.iter().map(|text| normalise(name_and_extras(text.trim()).0)).collect()
}

/// What a `pyproject.toml` states. Names of packages are normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Its path in the context.
    pub file: String,
    /// The project's name, as it is written.
    pub name: Option<String>,
    /// The project's version.
    pub version: Option<String>,
    /// The versions of Python that it runs with.
    pub requires_python: Option<String>,
    /// What it needs to run.
    pub dependencies: Vec<String>,
    /// What it needs for each of its extras.
    pub optional_dependencies: Vec<(String, Vec<String>)>,
    /// Its commands, and the functions that they call: `app` and `app.main:run`.
    pub scripts: Vec<(String, String)>,
    /// What its build needs.
    pub build_requires: Vec<String>,
    /// What builds it: `hatchling.build`. Without one it is `setuptools`, if it is built at all.
    pub build_backend: Option<String>,
    /// What `[tool.poetry]` states.
    pub poetry: Option<Poetry>,
    /// What `[tool.uv]` states.
    pub uv: Option<Uv>,
}

/// What `[tool.poetry]` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poetry {
    /// What it needs to run, Python left out.
    pub dependencies: Vec<String>,
    /// The names of its groups of further dependencies.
    pub groups: Vec<String>,
    /// Its commands, and the functions that they call.
    pub scripts: Vec<(String, String)>,
    /// Whether the project itself is installed (`package-mode`).
    pub is_package: Option<bool>,
}

/// What `[tool.uv]` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uv {
    /// Whether the project itself is installed (`package`).
    pub is_package: Option<bool>,
    /// The dependencies that are in folders: names and paths as they are written.
    pub paths: Vec<(String, String)>,
    /// The patterns of the folders of its workspace.
    pub members: Vec<String>,
}

/// The `pyproject.toml` in a folder; `None` if there is none.
pub fn project(context: &Context, folder: &str) -> Result<Option<Project>, Broken> {
    let file = join(folder, "pyproject.toml");
    let Some(content) = Reader::new(context).read(&file)? else { return Ok(None) };
    let value = toml(&file, &content)?;
    let tool = |name| Some(at(&value, &["tool", name])).filter(|tool| !tool.is_null());
    let poetry = tool("poetry");
    let either = |key: &str| {
        text(&value, &["project", key]).or_else(|| text(poetry.unwrap_or(&Value::Null), &[key]))
    };
    let extras = entries(&value, &["project", "optional-dependencies"]);
    Ok(Some(Project {
        name: either("name"),
        version: either("version"),
        requires_python: text(&value, &["project", "requires-python"]),
        dependencies: names(texts(&value, &["project", "dependencies"])),
        optional_dependencies: extras
            .map(|(extra, value)| (normalise(extra), names(texts(value, &[]))))
            .collect(),
        scripts: text_map(&value, &["project", "scripts"]),
        build_requires: names(texts(&value, &["build-system", "requires"])),
        build_backend: text(&value, &["build-system", "build-backend"]),
        poetry: poetry.map(poetry_of),
        uv: tool("uv").map(uv_of),
        file,
    }))
}

fn poetry_of(value: &Value) -> Poetry {
    let dependencies = keys(value, &["dependencies"]).into_iter();
    Poetry {
        dependencies: dependencies.map(|name| normalise(&name)).filter(|n| n != "python").collect(),
        groups: keys(value, &["group"]),
        scripts: text_map(value, &["scripts"]),
        is_package: at(value, &["package-mode"]).as_bool(),
    }
}

fn uv_of(value: &Value) -> Uv {
    let sources = entries(value, &["sources"]);
    Uv {
        is_package: at(value, &["package"]).as_bool(),
        paths: sources
            .filter_map(|(name, source)| Some((normalise(name), text(source, &["path"])?)))
            .collect(),
        members: texts(value, &["workspace", "members"]),
    }
}

/// What a `Pipfile` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipfile {
    /// Its path in the context.
    pub file: String,
    /// The normalised names of what it needs to run.
    pub packages: Vec<String>,
    /// The normalised names of what it needs for development.
    pub dev_packages: Vec<String>,
    /// The version of Python: `3.12`.
    pub python_version: Option<String>,
    /// Its scripts: names and commands.
    pub scripts: Vec<(String, String)>,
}

/// The `Pipfile` in a folder; `None` if there is none.
pub fn pipfile(context: &Context, folder: &str) -> Result<Option<Pipfile>, Broken> {
    let file = join(folder, "Pipfile");
    let Some(content) = Reader::new(context).read(&file)? else { return Ok(None) };
    let value = toml(&file, &content)?;
    let names = |key| keys(&value, &[key]).iter().map(|name| normalise(name)).collect();
    Ok(Some(Pipfile {
        packages: names("packages"),
        dev_packages: names("dev-packages"),
        python_version: text(&value, &["requires", "python_version"]),
        scripts: text_map(&value, &["scripts"]),
        file,
    }))
}

/// A file that holds the versions of all packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Its path in the context.
    pub file: String,
    /// The normalised names of the packages, those for development included.
    pub packages: Vec<String>,
}

/// The lock files that are read.
const LOCKS: [&str; 4] = ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"];

/// The lock files in a folder.
pub fn locks(context: &Context, folder: &str) -> Result<Vec<Lock>, Broken> {
    let mut reader = Reader::new(context);
    let mut found = Vec::new();
    for name in LOCKS {
        let file = join(folder, name);
        let Some(content) = reader.read(&file)? else { continue };
        let names = if name == "Pipfile.lock" {
            let value = json(&file, &content)?;
            [keys(&value, &["default"]), keys(&value, &["develop"])].concat()
        } else {
            let value = toml(&file, &content)?;
            let packages = at(&value, &["package"]).as_array().into_iter().flatten();
            packages.filter_map(|package| text(package, &["name"])).collect()
        };
        let packages = names.iter().map(|name| normalise(name)).collect();
        found.push(Lock { file, packages });
    }
    Ok(found)
}

/// Whether a folder has files that make it a package of its own in the old way: `setup.py`,
/// `setup.cfg`. Their paths in the context.
pub fn setup_files(context: &Context, folder: &str) -> Vec<String> {
    let reader = Reader::new(context);
    let paths = ["setup.py", "setup.cfg"].into_iter().map(|name| join(folder, name));
    paths.filter(|path| reader.is_file(path)).collect()
}

/// The requirement files in a folder: `requirements.txt`, `requirements-dev.txt`, ...
pub fn requirement_files(context: &Context, folder: &str) -> Result<Vec<String>, Broken> {
    let names = Reader::new(context).file_names(folder)?.into_iter();
    let names = names.filter(|name| name.starts_with("requirements") && name.ends_with(".txt"));
    Ok(names.map(|name| join(folder, &name)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[track_caller]
    fn check(line: &str, name: Option<&str>, extras: &[&str], source: Source, is_editable: bool) {
        let context = context(&[("requirements.txt", line)]);
        let found = requirements(&context, "requirements.txt").expect("read").expect("there");
        let expected = Requirement {
            name: name.map(str::to_owned),
            extras: extras.iter().map(|extra| (*extra).to_owned()).collect(),
            source,
            is_editable,
            file: "requirements.txt".to_owned(),
        };
        assert_eq!(found.requirements, [expected], "{line}");
    }

    #[test]
    fn requirement_lines() {
        check("Flask==2.0 # web", Some("flask"), &[], Source::Index, false);
        check(
            "uvicorn[standard, http2]>=0.20",
            Some("uvicorn"),
            &["standard", "http2"],
            Source::Index,
            false,
        );
        check(
            "Zope.Interface ; python_version<'3.9'",
            Some("zope-interface"),
            &[],
            Source::Index,
            false,
        );
        check(
            "a_b==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11",
            Some("a-b"),
            &[],
            Source::Index,
            false,
        );
        let url = "https://example.com/x.whl";
        check(&format!("x @ {url}"), Some("x"), &[], Source::Url(url.into()), false);
        let git = "git+https://example.com/r.git@v1#egg=My_Pkg";
        check(git, Some("my-pkg"), &[], Source::Url(git.into()), false);
        check("./libs/a", None, &[], Source::Path("./libs/a".into()), false);
        check("-e .[dev]", None, &["dev"], Source::Path(".".into()), true);
        check("--editable=libs/a", None, &[], Source::Path("libs/a".into()), true);
    }

    #[test]
    fn included_files() {
        let context = context(&[
            (
                "req/all.txt",
                "-r base.txt\n--requirement ../other.txt\n-r ../../out.txt\n-r none.txt\ngunicorn\n-c constraints.txt\n--index-url https://example.com/\n",
            ),
            ("req/base.txt", "-r all.txt\ndjango\n"),
            ("other.txt", "psycopg2\n"),
        ]);
        let found = requirements(&context, "req/all.txt").expect("read").expect("there");
        assert!(found.has("django") && found.has("psycopg2") && found.has("gunicorn"));
        assert_eq!(found.files.len(), 3);
        assert_eq!(found.missing, ["../../out.txt", "req/none.txt"]);
        assert_eq!(found.options, ["-c constraints.txt", "--index-url https://example.com/"]);
        assert_eq!(requirements(&context, "none"), Ok(None));
    }

    #[test]
    fn projects() {
        let text = "[project]\nname = \"My_App\"\nversion = \"1.0\"\nrequires-python = \">=3.11\"\n\
            dependencies = [\"fastapi>=0.100\", \"uvicorn[standard]\", \"Pillow ; x\"]\n\
            [project.optional-dependencies]\ndev = [\"pytest\"]\n\
            [project.scripts]\napp = \"my_app.main:run\"\n\
            [build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n\
            [tool.uv]\npackage = false\n[tool.uv.sources]\nlib = { path = \"../lib\" }\nx = { git = \"y\" }\n";
        let found =
            project(&context(&[("a/pyproject.toml", text)]), "a").expect("read").expect("there");
        assert_eq!(found.name.as_deref(), Some("My_App"));
        assert_eq!(found.dependencies, ["fastapi", "uvicorn", "pillow"]);
        assert_eq!(found.optional_dependencies, [("dev".to_owned(), vec!["pytest".to_owned()])]);
        assert_eq!(found.scripts, [("app".to_owned(), "my_app.main:run".to_owned())]);
        assert_eq!(found.build_backend.as_deref(), Some("hatchling.build"));
        let uv = found.uv.expect("there");
        assert_eq!(uv.is_package, Some(false));
        assert_eq!(uv.paths, [("lib".to_owned(), "../lib".to_owned())]);
        assert_eq!(found.poetry, None);
    }

    #[test]
    fn poetry_projects() {
        let text = "[tool.poetry]\nname = \"svc\"\nversion = \"0.1\"\npackage-mode = false\n\
            [tool.poetry.dependencies]\npython = \"^3.12\"\nDjango = \"^5\"\n\
            [tool.poetry.group.dev.dependencies]\npytest = \"*\"\n[tool.poetry.scripts]\nsvc = \"svc:main\"\n";
        let found =
            project(&context(&[("pyproject.toml", text)]), "").expect("read").expect("there");
        assert_eq!(found.name.as_deref(), Some("svc"));
        let poetry = found.poetry.expect("there");
        assert_eq!(poetry.dependencies, ["django"]);
        assert_eq!(poetry.groups, ["dev"]);
        assert_eq!(poetry.is_package, Some(false));
    }

    #[test]
    fn other_files() {
        let context = context(&[
            (
                "Pipfile",
                "[packages]\nFlask = \"*\"\n[dev-packages]\npytest = \"*\"\n[requires]\npython_version = \"3.12\"\n",
            ),
            ("Pipfile.lock", "{\"default\": {\"flask\": {}}, \"develop\": {\"pytest\": {}}}"),
            ("poetry.lock", "[[package]]\nname = \"Psycopg2\"\nversion = \"1\"\n"),
            ("setup.py", ""),
            ("requirements-dev.txt", ""),
        ]);
        let pipfile = pipfile(&context, "").expect("read").expect("there");
        assert_eq!(pipfile.packages, ["flask"]);
        assert_eq!(pipfile.python_version.as_deref(), Some("3.12"));
        let locks = locks(&context, "").expect("read");
        assert_eq!(locks[0].packages, ["psycopg2"]);
        assert_eq!(locks[1].packages, ["flask", "pytest"]);
        assert_eq!(setup_files(&context, ""), ["setup.py"]);
        assert_eq!(requirement_files(&context, ""), Ok(vec!["requirements-dev.txt".to_owned()]));
    }

    #[test]
    fn broken_files() {
        let context = context(&[("pyproject.toml", "[project"), ("Pipfile", "=")]);
        assert_eq!(project(&context, "").expect_err("broken").file, "pyproject.toml");
        assert_eq!(pipfile(&context, "").expect_err("broken").file, "Pipfile");
        assert_eq!(project(&context, "x"), Ok(None));
    }
}
