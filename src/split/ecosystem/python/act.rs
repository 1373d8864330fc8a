//! What the commands of Python's tools do: pip, venv, uv, poetry, pipenv, and scripts.
//!
//! Sources: the command lines of pip, virtualenv, uv, poetry and pipenv as their documentation has
//! them. An option that is not listed makes a command unknown.

use std::borrow::Cow;

use crate::image::tag::Tag;
use crate::split::base::Family;
use crate::split::command::{Grammar, Invocation, Options, Word};
use crate::split::course::{Course, Product};
use crate::split::facts::{Scene, What, join};
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{base_name, parent};
use crate::workspace::project::python::normalise;

/// The name of this ecosystem.
pub const NAME: &str = "python";

/// Programs that look at sources.
const CHECKERS: &[&str] = &[
    "bandit",
    "black",
    "coverage",
    "flake8",
    "isort",
    "mypy",
    "nox",
    "pip-audit",
    "pycodestyle",
    "pyflakes",
    "pylint",
    "pyright",
    "pytest",
    "py.test",
    "ruff",
    "safety",
    "tox",
    "unittest",
];

/// Packages that only install others: they stay where they are.
const INSTALLERS: &[&str] = &[
    "hatch",
    "pipenv",
    "pipx",
    "poetry",
    "poetry-core",
    "poetry-dynamic-versioning",
    "poetry-plugin-export",
    "uv",
    "virtualenv",
];

/// Packages that may stand beside them in one command.
const BASICS: &[&str] = &["pip", "setuptools", "wheel"];

const PIP: Grammar = Grammar {
    values: &[
        "-C",
        "-b",
        "-c",
        "-d",
        "-e",
        "-f",
        "-i",
        "-r",
        "-t",
        "-w",
        "--abi",
        "--build",
        "--cache-dir",
        "--cert",
        "--client-cert",
        "--config-settings",
        "--constraint",
        "--default-timeout",
        "--dest",
        "--editable",
        "--exists-action",
        "--extra-index-url",
        "--find-links",
        "--global-option",
        "--implementation",
        "--index-strategy",
        "--index-url",
        "--install-option",
        "--keyring-provider",
        "--link-mode",
        "--log",
        "--no-binary",
        "--only-binary",
        "--override",
        "--platform",
        "--prefix",
        "--prerelease",
        "--progress-bar",
        "--proxy",
        "--python",
        "--python-version",
        "--report",
        "--requirement",
        "--resolution",
        "--retries",
        "--root-user-action",
        "--src",
        "--target",
        "--timeout",
        "--torch-backend",
        "--trusted-host",
        "--upgrade-strategy",
        "--use-deprecated",
        "--use-feature",
        "--wheel-dir",
        "-p",
    ],
    switches: &[
        "-I",
        "-U",
        "-n",
        "-q",
        "-v",
        "-y",
        "--all-extras",
        "--break-system-packages",
        "--compile",
        "--compile-bytecode",
        "--disable-pip-version-check",
        "--exact",
        "--force-reinstall",
        "--ignore-installed",
        "--ignore-requires-python",
        "--isolated",
        "--native-tls",
        "--no-build-isolation",
        "--no-cache",
        "--no-cache-dir",
        "--no-clean",
        "--no-color",
        "--no-compile",
        "--no-deps",
        "--no-index",
        "--no-input",
        "--no-progress",
        "--no-python-version-warning",
        "--no-use-pep517",
        "--no-verify-hashes",
        "--no-warn-conflicts",
        "--no-warn-script-location",
        "--offline",
        "--pre",
        "--prefer-binary",
        "--quiet",
        "--reinstall",
        "--require-hashes",
        "--strict",
        "--system",
        "--upgrade",
        "--use-pep517",
        "--user",
        "--verbose",
        "--yes",
    ],
    joined: &["-r", "-c", "-e", "-t"],
};

const VENV: Grammar = Grammar {
    values: &["-p", "--prompt", "--python", "--cache-dir", "--link-mode", "--index-url"],
    switches: &[
        "-q",
        "-v",
        "--allow-existing",
        "--always-copy",
        "--clear",
        "--copies",
        "--download",
        "--no-cache",
        "--no-download",
        "--no-pip",
        "--no-setuptools",
        "--no-site-packages",
        "--no-wheel",
        "--quiet",
        "--relocatable",
        "--seed",
        "--symlinks",
        "--system-site-packages",
        "--upgrade",
        "--upgrade-deps",
        "--without-pip",
        "--no-python-downloads",
        "--no-managed-python",
    ],
    joined: &[],
};

const UV: Grammar = Grammar {
    values: &[
        "-i",
        "-p",
        "--cache-dir",
        "--config-setting",
        "--default-index",
        "--extra",
        "--extra-index-url",
        "--find-links",
        "--group",
        "--index",
        "--index-strategy",
        "--index-url",
        "--keyring-provider",
        "--link-mode",
        "--no-build-package",
        "--no-extra",
        "--no-group",
        "--no-install-package",
        "--only-group",
        "--package",
        "--prerelease",
        "--python",
        "--python-preference",
        "--resolution",
    ],
    switches: &[
        "-U",
        "-n",
        "-q",
        "-v",
        "--active",
        "--all-extras",
        "--all-groups",
        "--all-packages",
        "--compile-bytecode",
        "--dev",
        "--exact",
        "--frozen",
        "--inexact",
        "--isolated",
        "--locked",
        "--native-tls",
        "--no-binary",
        "--no-build",
        "--no-build-isolation",
        "--no-cache",
        "--no-default-groups",
        "--no-dev",
        "--no-editable",
        "--no-install-project",
        "--no-install-workspace",
        "--no-managed-python",
        "--no-progress",
        "--no-project",
        "--no-python-downloads",
        "--no-sync",
        "--offline",
        "--only-dev",
        "--quiet",
        "--refresh",
        "--reinstall",
        "--upgrade",
        "--verbose",
    ],
    joined: &[],
};

const POETRY: Grammar = Grammar {
    values: &["-E", "--extras", "--only", "--with", "--without"],
    switches: &[
        "-n",
        "-q",
        "-v",
        "-vv",
        "-vvv",
        "--all-extras",
        "--all-groups",
        "--ansi",
        "--compile",
        "--no-ansi",
        "--no-cache",
        "--no-dev",
        "--no-directory",
        "--no-interaction",
        "--no-root",
        "--only-root",
        "--quiet",
        "--remove-untracked",
        "--sync",
        "--verbose",
    ],
    joined: &[],
};

const PIPENV: Grammar = Grammar {
    values: &["--categories", "--extra-pip-args", "-i", "--pypi-mirror"],
    switches: &[
        "-d",
        "-v",
        "--clear",
        "--deploy",
        "--dev",
        "--ignore-pipfile",
        "--keep-outdated",
        "--quiet",
        "--sequential",
        "--site-packages",
        "--skip-lock",
        "--system",
        "--verbose",
    ],
    joined: &[],
};

/// Commands of Django that leave nothing behind but in the project and its database.
const DJANGO: &[&str] = &[
    "compilemessages",
    "compilescss",
    "compress",
    "createcachetable",
    "createsuperuser",
    "loaddata",
    "makemessages",
    "makemigrations",
    "migrate",
    "rebuild_index",
    "tailwind",
];

/// Texts of programs that fetch models, and the folder that they fetch them to.
const FETCHERS: &[(&str, &str)] = &[
    ("nltk.download", "nltk_data"),
    ("from_pretrained", ".cache"),
    ("SentenceTransformer(", ".cache"),
    ("snapshot_download", ".cache"),
    ("hf_hub_download", ".cache"),
    ("whisper.load_model(", ".cache"),
    ("torch.hub", ".cache"),
];

/// Variables that lead fetched models to other places.
const FETCHER_VARIABLES: &[&str] = &[
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "NLTK_DATA",
    "SENTENCE_TRANSFORMERS_HOME",
    "TORCH_HOME",
    "TRANSFORMERS_CACHE",
    "XDG_CACHE_HOME",
];

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It gets something ready, and leaves nothing that is needed; `true` if it installs a tool
    /// that is big.
    Prepares(bool),
    /// It checks.
    Checks,
    /// It makes an environment at that path.
    Makes(String),
    /// It installs packages.
    Installs(Install),
    /// It runs code of the project.
    Runs(Work),
    /// Nothing with it can be split.
    Refused(Refusal),
}

/// Packages that are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Install {
    /// The folder that they go to; `None`: among those of the image's own Python.
    pub folder: Option<String>,
    /// What is asked for.
    pub wanted: Vec<Wanted>,
    /// Whether some of it is compiled though there are prebuilt parts.
    pub is_compiled: bool,
    /// Whether uv does it, which has to be told where.
    pub by_uv: bool,
    /// Whether they go to the image's own Python whatever environment is active.
    pub is_fixed: bool,
    /// The folder of sources that it writes to.
    pub writes: Option<String>,
    /// What is only likely.
    pub doubt: Option<String>,
}

/// Something to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A package: its normalised name.
    Package(String),
    /// All that a requirement file asks for: its path in the image.
    File(String),
    /// What a project in that folder of the image needs.
    Project(String),
    /// What a lock file of that name in a folder lists.
    Lock(String, &'static str),
    /// Something that is not known.
    Other(String),
}

/// Code of the project that runs in the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The folder in which it runs.
    pub folder: String,
    /// Further folders that it fills.
    pub fills: Vec<String>,
    /// What is only likely.
    pub doubt: Option<String>,
    /// Whether it collects the static files of Django.
    pub is_collecting: bool,
}

/// A command in the course of the build so far.
pub struct Asked<'c, 'a> {
    /// The course.
    pub course: &'c Course<'a>,
    /// The number of the line in the facts.
    pub line: usize,
    /// The command.
    pub invocation: &'a Invocation,
}

/// A program and its arguments, `python -m` and `uv run` taken away.
struct Call<'w> {
    program: Cow<'w, str>,
    args: &'w [Word],
    /// The folder that the program is named in.
    folder: Option<String>,
    /// Whether it is a module of Python.
    is_module: bool,
}

/// What a command does; `None` if it is none of Python's, or not known.
pub fn act(asked: &Asked<'_, '_>) -> Option<Act> {
    let invocation = asked.invocation;
    let name = invocation.name()?;
    if matches!(name, "conda" | "mamba" | "micromamba") {
        return Some(asked.refused("conda keeps them together with an interpreter of its own"));
    }
    if let Some(act) = fetched_installer(asked) {
        return Some(act);
    }
    if matches!(name, "." | "source") {
        let script = invocation.arg(0)?;
        return script.ends_with("/bin/activate").then_some(Act::Prepares(false));
    }
    let call = asked.call(&invocation.words)?;
    asked.call_act(&call, 0)
}

/// The installers that are fetched and run: `curl … | python3 -`.
fn fetched_installer(asked: &Asked<'_, '_>) -> Option<Act> {
    let is_reader = matches!(asked.invocation.name()?, "sh" | "bash")
        || is_python(asked.invocation.name()?)
            && asked.invocation.arg(0).is_none_or(|word| word == "-");
    let before = asked.before().last().filter(|one| is_reader && one.is_piped)?;
    let names = |text: &str| before.args().iter().any(|word| word.or_empty().contains(text));
    let is_known = before.name() == Some("curl") || before.name() == Some("wget");
    if !is_known {
        return None;
    }
    if names("install.python-poetry.org") {
        return Some(Act::Prepares(true));
    }
    names("astral.sh/uv").then_some(Act::Prepares(false))
}

/// Whether a name is that of an interpreter: `python`, `python3`, `python3.12`.
pub fn is_python(name: &str) -> bool {
    name.strip_prefix("python")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn is_pip(name: &str) -> bool {
    name.strip_prefix("pip")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// Whether a variable's value means yes.
fn is_yes(value: Option<Option<&str>>) -> bool {
    let value = value.flatten().unwrap_or_default().to_ascii_lowercase();
    matches!(value.as_str(), "1" | "true" | "yes" | "on")
}

fn is_no(value: Option<Option<&str>>) -> bool {
    let value = value.flatten().unwrap_or_default().to_ascii_lowercase();
    matches!(value.as_str(), "0" | "false" | "no" | "off" | "never")
}

impl<'c, 'a> Asked<'c, 'a> {
    fn scene(&self) -> Option<&'a Scene> {
        Some(&self.course.facts.lines.get(self.line)?.scene)
    }

    fn variable(&self, name: &str) -> Option<Option<&'a str>> {
        self.invocation.variable(name, self.scene()?)
    }

    /// The commands of the same line before it.
    fn before(&self) -> &'a [Invocation] {
        let what = self.course.facts.lines.get(self.line).map(|line| &line.what);
        let Some(What::Run(run)) = what else { return &[] };
        let all = run.commands.as_deref().unwrap_or_default();
        let here = all.iter().position(|one| std::ptr::eq(one, self.invocation));
        all.get(..here.unwrap_or(0)).unwrap_or_default()
    }

    fn refusal(&self, why: &str) -> Refusal {
        let what = format!("`{}`: {why}", self.invocation.shown());
        Refusal::new(Reason::EnvironmentFolder, what, Some(self.invocation.range))
    }

    fn refused(&self, why: &str) -> Act {
        Act::Refused(self.refusal(why))
    }

    fn call<'w>(&self, words: &'w [Word]) -> Option<Call<'w>> {
        let (first, args) = words.split_first()?;
        let text = first.text.as_deref()?;
        let folder = match text.contains('/') {
            true => Some(parent(&self.invocation.path(text)?).to_owned()),
            false => None,
        };
        Some(Call { program: Cow::Borrowed(base_name(text)), args, folder, is_module: false })
    }

    fn call_act(&self, call: &Call<'_>, depth: usize) -> Option<Act> {
        const DEEPEST: usize = 3;
        if depth > DEEPEST {
            return None;
        }
        let first = call.args.first().and_then(|word| word.text.as_deref());
        match &*call.program {
            name if is_python(name) && !call.is_module => self.interpreter(call, depth),
            name if is_pip(name) => self.pip(call),
            name if CHECKERS.contains(&name) => Some(Act::Checks),
            "venv" | "virtualenv" => self.makes(call),
            "uv" => self.uv(call, depth),
            "uvx" => None,
            "poetry" => self.poetry(call, depth),
            "pipenv" => self.pipenv(call, depth),
            "pip-compile" => Some(Act::Prepares(false)),
            "pip-sync" => self.sync_files(call),
            "manage.py" | "django-admin" | "django" => self.django(call),
            "nltk.downloader" => self.nltk(call),
            "spacy" if first == Some("download") => {
                self.installs(call, Vec::new()).map(Act::Installs)
            }
            "compileall" | "py_compile" | "cythonize" | "pybabel" => self.works(None, &[]),
            "build" if call.is_module => Some(Act::Prepares(false)),
            "flask" | "alembic" => self.works(Some("keeps what it makes in the project"), &[]),
            _ => None,
        }
    }

    /// `python ARGS`.
    fn interpreter(&self, call: &Call<'_>, depth: usize) -> Option<Act> {
        const QUIET: [&str; 10] = ["-u", "-B", "-O", "-OO", "-I", "-E", "-s", "-S", "-v", "-q"];
        let skipped = call.args.iter().take_while(|word| QUIET.contains(&word.or_empty())).count();
        let args = call.args.get(skipped..)?;
        let (first, rest) = args.split_first()?;
        match first.text.as_deref()? {
            "-m" => {
                let (module, args) = rest.split_first()?;
                let program = Cow::Borrowed(module.text.as_deref()?);
                let inner = Call { program, args, folder: call.folder.clone(), is_module: true };
                self.call_act(&inner, depth + 1)
            }
            "-c" => self.code(rest.first()?.text.as_deref()?),
            "-V" | "--version" => Some(Act::Checks),
            script if script.starts_with('-') => None,
            script => match base_name(script) {
                "setup.py" => self.setup(call, rest),
                "manage.py" => {
                    let program = Cow::Borrowed("manage.py");
                    self.django(&Call { program, args: rest, folder: None, is_module: false })
                }
                _ => self.script(script, rest),
            },
        }
    }

    /// `python -c CODE`.
    fn code(&self, code: &str) -> Option<Act> {
        if let Some(act) = self.fetches(code) {
            return (!code.contains("save")).then_some(act);
        }
        let is_plain = code.split([';', '\n']).map(str::trim).all(|line| {
            ["import ", "print(", "assert ", "from ", "sys.exit("]
                .iter()
                .any(|start| line.starts_with(start) || line.is_empty())
        });
        // `print(…, file=…)` and the like could write.
        (is_plain && !code.contains("open(") && !code.contains("file=")).then_some(Act::Checks)
    }

    /// A script of the project: what it fetches is told by its text; the rest is likely to be in
    /// the folder in which it runs.
    fn script(&self, script: &str, args: &[Word]) -> Option<Act> {
        const LONGEST: usize = 256 << 10;
        let is_elsewhere = |word: &Word| {
            word.text.as_deref().is_none_or(|text| text.starts_with('/') || text.contains("=/"))
        };
        if args.iter().any(is_elsewhere) {
            return None;
        }
        let path = self.invocation.path(script)?;
        let text = self.course.text(&path, LONGEST);
        if let Some(act) = text.and_then(|text| self.fetches(&text)) {
            return Some(act);
        }
        self.works(Some("writes nothing outside of the folder in which it runs"), &[])
    }

    /// What code fetches, if its text says so.
    fn fetches(&self, code: &str) -> Option<Act> {
        let mut fills: Vec<String> = Vec::new();
        for (_, name) in FETCHERS.iter().filter(|(text, _)| code.contains(text)) {
            fills.push(format!("{}/{name}", self.home()?));
        }
        if fills.is_empty() {
            return None;
        }
        let is_led = FETCHER_VARIABLES.iter().any(|name| self.variable(name).is_some())
            || ["cache_dir", "download_dir", "local_dir"].iter().any(|name| code.contains(name));
        if is_led {
            return None;
        }
        fills.dedup();
        let doubt = "fetches to the usual folder in the home folder";
        let fills: Vec<&str> = fills.iter().map(String::as_str).collect();
        self.works(Some(doubt), &fills)
    }

    /// The home folder of who runs the command.
    fn home(&self) -> Option<String> {
        self.invocation.home(self.scene()?)
    }

    fn is_root(&self) -> bool {
        let user = self.scene().and_then(|scene| scene.user.as_deref());
        matches!(user, Some("" | "root" | "0" | "0:0" | "root:root"))
    }

    /// Code that runs where the command does.
    fn works(&self, doubt: Option<&str>, fills: &[&str]) -> Option<Act> {
        let doubt = doubt.map(|doubt| format!("`{}` {doubt}", self.invocation.shown()));
        Some(Act::Runs(Work {
            folder: self.invocation.folder.clone()?,
            fills: fills.iter().map(|path| (*path).to_owned()).collect(),
            doubt,
            is_collecting: false,
        }))
    }

    fn setup(&self, call: &Call<'_>, rest: &[Word]) -> Option<Act> {
        let folder = self.invocation.folder.clone()?;
        match rest.first()?.text.as_deref()? {
            "install" | "develop" => {
                let mut install = self.installs(call, vec![Wanted::Project(folder.clone())])?;
                install.writes = Some(folder);
                Some(Act::Installs(install))
            }
            "build_ext" | "build" | "build_py" => self.works(None, &[]),
            "bdist_wheel" | "sdist" | "egg_info" | "--version" => Some(Act::Prepares(false)),
            "test" | "check" => Some(Act::Checks),
            _ => None,
        }
    }

    fn django(&self, call: &Call<'_>) -> Option<Act> {
        let command = call.args.first()?.text.as_deref()?;
        match command {
            "check" | "test" | "diffsettings" | "showmigrations" => Some(Act::Checks),
            "collectstatic" => {
                let Some(Act::Runs(work)) = self.works(None, &[]) else { return None };
                Some(Act::Runs(Work { is_collecting: true, ..work }))
            }
            _ if DJANGO.contains(&command) => self.works(None, &[]),
            _ => self.works(Some("writes nothing outside of the project"), &[]),
        }
    }

    /// `python -m nltk.downloader [-d DIR] NAMES`.
    fn nltk(&self, call: &Call<'_>) -> Option<Act> {
        const NLTK: Grammar =
            Grammar { values: &["-d"], switches: &["-q", "-f", "-e"], joined: &[] };
        let options = NLTK.read(call.args);
        if options.unknown.is_some() {
            return None;
        }
        let folder = match options.value(&["-d"]) {
            Some(folder) => self.invocation.path(folder?)?,
            None if self.variable("NLTK_DATA").is_some() => return None,
            None => format!("{}/nltk_data", self.home()?),
        };
        self.works(None, &[&folder])
    }

    /// `python -m venv PATH`, `virtualenv PATH`.
    fn makes(&self, call: &Call<'_>) -> Option<Act> {
        let options = VENV.read(call.args);
        let [path] = options.operands[..] else { return None };
        if options.unknown.is_some() || options.has("--system-site-packages") {
            return None;
        }
        Some(Act::Makes(self.invocation.path(path.text.as_deref().filter(|_| !path.is_pattern)?)?))
    }

    /// The environment that a program works on: that of its folder, or the first on the `PATH`.
    /// The outer `None`: not known. The inner one: the image's own.
    fn environment(&self, call: &Call<'_>) -> Option<Option<String>> {
        if let Some(folder) = &call.folder {
            let prefix = folder.strip_suffix("/bin")?;
            return match prefix {
                "/usr/local" | "/usr" => Some(None),
                prefix => Some(Some(prefix.to_owned())),
            };
        }
        if let Some(active) = self.activated() {
            return Some(Some(active));
        }
        let search = self.variable("PATH")??;
        let known: Vec<&str> = self.known().map(|product| product.path.as_str()).collect();
        for folder in search.split(':') {
            if matches!(folder, "/usr/local/bin" | "/usr/bin") {
                break;
            }
            let prefix = folder.strip_suffix("/bin").unwrap_or_default();
            if known.contains(&prefix) {
                return Some(Some(prefix.to_owned()));
            }
        }
        Some(None)
    }

    /// The environments that were made before this command.
    fn known(&self) -> impl Iterator<Item = &'c Product> {
        let line = self.line;
        let products = self.course.products.iter();
        products.filter(move |product| product.ecosystem == NAME && product.line <= line)
    }

    /// The environment that a command before it in the same line activates.
    fn activated(&self) -> Option<String> {
        let before = self.before().iter().rev();
        let mut scripts = before.filter(|one| matches!(one.name(), Some("." | "source")));
        let one =
            scripts.find(|one| one.arg(0).is_some_and(|word| word.ends_with("/bin/activate")))?;
        let path = one.path(one.arg(0)?)?;
        Some(path.strip_suffix("/bin/activate")?.to_owned())
    }

    /// The environment that a tool takes as the active one.
    fn active(&self) -> Option<Option<String>> {
        match (self.activated(), self.variable("VIRTUAL_ENV")) {
            (Some(active), _) => Some(Some(active)),
            (None, Some(value)) => Some(Some(value?.to_owned())),
            (None, None) => Some(None),
        }
    }

    /// Where packages go that a program installs, without options that say otherwise.
    fn installs(&self, call: &Call<'_>, wanted: Vec<Wanted>) -> Option<Install> {
        let moved = ["PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT", "PYTHONHOME"];
        if moved.iter().any(|name| self.variable(name).is_some()) {
            return None;
        }
        let folder = match self.environment(call)? {
            Some(folder) => Some(folder),
            None if self.is_root() => None,
            None => Some(self.user_folder()?),
        };
        let is_compiled = self.variable("PIP_NO_BINARY").is_some();
        let is_fixed = call.folder.is_some();
        Some(Install { folder, wanted, is_compiled, is_fixed, ..Install::default() })
    }

    /// Where packages go that are installed for one user.
    fn user_folder(&self) -> Option<String> {
        match self.variable("PYTHONUSERBASE") {
            Some(folder) => folder.map(str::to_owned),
            None => Some(format!("{}/.local", self.home()?)),
        }
    }

    fn pip(&self, call: &Call<'_>) -> Option<Act> {
        let options = PIP.read(call.args);
        let operation = options.operands.first()?.text.as_deref()?;
        match operation {
            "install" => self.pip_install(call, &options),
            "uninstall" => self.installs(call, Vec::new()).map(Act::Installs),
            "download" | "wheel" | "cache" | "config" | "completion" => Some(Act::Prepares(false)),
            "list" | "freeze" | "show" | "check" | "debug" | "help" | "inspect" | "index" => {
                Some(Act::Checks)
            }
            _ => None,
        }
    }

    fn pip_install(&self, call: &Call<'_>, options: &Options<'_>) -> Option<Act> {
        if options.unknown.is_some() || options.has("--system") || self.has_open_option() {
            return None;
        }
        if ["--python", "-p", "--dry-run"].iter().any(|name| options.has(name)) {
            return None;
        }
        let wanted = self.wanted(options, 1)?;
        if let Some(act) = tools_only(&wanted) {
            return Some(act);
        }
        let mut install = self.installs(call, wanted)?;
        install.is_compiled |= options.has("--no-binary");
        install.writes = self.editable(options);
        self.place(options, &mut install)?;
        Some(Act::Installs(install))
    }

    /// Options that say where packages go.
    fn place(&self, options: &Options<'_>, install: &mut Install) -> Option<()> {
        let given = options.value(&["-t", "--target"]).or_else(|| options.value(&["--prefix"]));
        if let Some(folder) = given {
            let folder = self.invocation.path(folder?)?;
            install.folder = Some(folder.trim_end_matches('/').to_owned());
        } else if options.has("--user") {
            install.folder = Some(self.user_folder()?);
        }
        Some(())
    }

    /// The folder of the first editable project.
    fn editable(&self, options: &Options<'_>) -> Option<String> {
        let value = options.value(&["-e", "--editable"])??;
        if value.contains("://") {
            return self.invocation.folder.clone();
        }
        self.invocation.path(value.split('[').next().unwrap_or(value))
    }

    /// What a command of pip asks for; the first operands are commands.
    fn wanted(&self, options: &Options<'_>, commands: usize) -> Option<Vec<Wanted>> {
        let mut wanted = Vec::new();
        for (name, _, value) in &options.options {
            match (&**name, value) {
                ("-r" | "--requirement", Some(file)) => {
                    wanted.push(Wanted::File(self.invocation.path(file)?));
                }
                ("-r" | "--requirement", None) => wanted.push(Wanted::Other("a file".to_owned())),
                ("-e" | "--editable", Some(value)) => wanted.push(self.one(value)?),
                ("-e" | "--editable", None) => return None,
                _ => {}
            }
        }
        let mut unknown = self.raw_names();
        for operand in options.operands.iter().skip(commands) {
            match operand.text.as_deref() {
                Some(text) => wanted.push(self.one(text)?),
                None => wanted.push(unknown.pop().map_or_else(
                    || Wanted::Other("a package that a variable names".to_owned()),
                    Wanted::Package,
                )),
            }
        }
        Some(wanted)
    }

    fn one(&self, text: &str) -> Option<Wanted> {
        let is_path =
            text.starts_with(['.', '/', '~']) || text.contains("/") && !text.contains('@');
        if text.contains("://") || text.ends_with(".whl") || text.contains(['*', '?']) {
            return Some(Wanted::Other(text.to_owned()));
        }
        if is_path {
            let path = text.split('[').next().unwrap_or(text);
            return Some(Wanted::Project(self.invocation.path(path)?));
        }
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let has_binary = rest.starts_with('[')
            && rest.split(']').next().is_some_and(|extras| extras.contains("binary"));
        let name = normalise(name);
        Some(Wanted::Package(if has_binary { format!("{name}-binary") } else { name }))
    }

    /// The command as it is written.
    fn raw(&self) -> Option<&'a str> {
        let line = self.course.facts.lines.get(self.line)?;
        let start = line.placed.start;
        let range = self.invocation.range;
        let from = usize::from(range.start().checked_sub(start)?);
        let to = usize::from(range.end().checked_sub(start)?);
        line.placed.item.text.get(from..to)
    }

    /// Whether a word of the command is a variable of which not even the beginning is known: it may
    /// hold options.
    fn has_open_option(&self) -> bool {
        let is_open = self.invocation.words.iter().any(|word| word.text.is_none());
        is_open
            && self.raw().is_none_or(|raw| {
                raw.split_whitespace()
                    .any(|word| word.trim_start_matches(['"', '\'']).starts_with(['$', '`']))
            })
    }

    /// The names in front of versions that only the build knows, the last first.
    fn raw_names(&self) -> Vec<String> {
        let words = self.raw().unwrap_or_default().split_whitespace().rev();
        let words = words.map(|word| word.trim_matches(['"', '\'']));
        let named = words.filter(|word| word.contains('$') && word.contains("=="));
        named
            .filter_map(|word| Some(normalise(word.split(['=', '[', '~', '>', '<']).next()?)))
            .collect()
    }

    /// `pip-sync FILES`.
    fn sync_files(&self, call: &Call<'_>) -> Option<Act> {
        let files = call.args.iter().map(|word| self.invocation.path(word.text.as_deref()?));
        let wanted = files.map(|file| file.map(Wanted::File)).collect::<Option<_>>()?;
        self.installs(call, wanted).map(Act::Installs)
    }

    fn uv(&self, call: &Call<'_>, depth: usize) -> Option<Act> {
        let at = call.args.iter().position(|word| !word.or_empty().starts_with('-'))?;
        let rest = call.args.get(at + 1..)?;
        match call.args.get(at)?.text.as_deref()? {
            "sync" | "add" => self.uv_sync(rest),
            "venv" => self.uv_venv(rest),
            "pip" => self.uv_pip(rest),
            "run" => self.uv_run(rest, depth),
            "lock" | "export" | "cache" | "build" | "version" | "self" | "tree" => {
                Some(Act::Prepares(false))
            }
            "python" if rest.first().map(Word::or_empty) == Some("install") => {
                Some(self.refused("uv's own Python is no part of the image"))
            }
            _ => None,
        }
    }

    fn uv_sync(&self, args: &[Word]) -> Option<Act> {
        let options = UV.read(args);
        if options.unknown.is_some() || self.links(&options) {
            return None;
        }
        let project = self.invocation.folder.clone()?;
        let folder = match (options.has("--active"), self.active()?) {
            (true, Some(active)) => active,
            _ => self.uv_environment()?,
        };
        let python = match self.uv_python(&options) {
            Ok(doubt) => doubt,
            Err(refusal) => return Some(Act::Refused(refusal)),
        };
        let folder = (folder != "/usr/local").then_some(folder);
        let wanted = vec![Wanted::Lock(project, "uv.lock")];
        let is_compiled = options.has("--no-binary");
        let is_fixed = folder.is_none();
        let doubt = python.filter(|_| folder.is_some());
        let rest = Install::default();
        Some(Act::Installs(Install { folder, wanted, is_compiled, is_fixed, doubt, ..rest }))
    }

    /// The environment of a project.
    fn uv_environment(&self) -> Option<String> {
        let folder = match self.variable("UV_PROJECT_ENVIRONMENT") {
            Some(value) => value?,
            None => ".venv",
        };
        Some(self.invocation.path(folder)?.trim_end_matches('/').to_owned())
    }

    /// Whether files are links into the cache.
    fn links(&self, options: &Options<'_>) -> bool {
        options.value(&["--link-mode"]).flatten() == Some("symlink")
            || self.variable("UV_LINK_MODE").flatten() == Some("symlink")
    }

    /// That uv takes the image's own Python, and what is only likely about it.
    fn uv_python(&self, options: &Options<'_>) -> Result<Option<String>, Refusal> {
        let wanted = options.value(&["-p", "--python"]).or_else(|| self.variable("UV_PYTHON"));
        let own = minor(self.course);
        let other =
            || self.refusal("uv may fetch a Python of its own, which is no part of the image");
        if self.course.facts.base.family != Family::Python || own.is_none() {
            let has_python = self.course.requested();
            let has_python =
                has_python.into_iter().any(|package| package.name.starts_with("python3"));
            let is_latest = self.course.facts.base.family == Family::Python
                && self.course.facts.base.image.familiar() == "python";
            if !has_python && !is_latest {
                return Err(other());
            }
        }
        if let Some(value) = wanted {
            let value = value.ok_or_else(other)?;
            let is_own = value.starts_with("/usr/") && is_python(base_name(value))
                || Some(value.trim_start_matches("python")) == own.as_deref();
            return if is_own { Ok(None) } else { Err(other()) };
        }
        let never = is_no(self.variable("UV_PYTHON_DOWNLOADS"))
            || is_yes(self.variable("UV_NO_MANAGED_PYTHON"))
            || self.variable("UV_PYTHON_PREFERENCE").flatten() == Some("only-system")
            || options.value(&["--python-preference"]).flatten() == Some("only-system")
            || options.has("--no-managed-python")
            || options.has("--no-python-downloads");
        if never {
            return Ok(None);
        }
        let doubt = || Ok(Some("uv takes the Python of the image".to_owned()));
        let (Some(context), Some(own)) = (self.course.context, own) else { return doubt() };
        let folder = self.invocation.folder.as_deref().unwrap_or("/");
        let pinned = join(folder, ".python-version").and_then(|path| self.course.in_context(&path));
        let pinned = pinned.and_then(|file| context.read(&file, 1 << 10).ok().flatten());
        if let Some(version) = pinned {
            let version = version.trim();
            let fits =
                version == own || version == "3" || base_tag(self.course).starts_with(version);
            return if fits { Ok(None) } else { Err(other()) };
        }
        let Some(root) = self.course.project_in(folder, "pyproject.toml") else { return doubt() };
        let project = crate::workspace::project::python::project(context, &root).ok().flatten();
        match project.and_then(|project| project.requires_python) {
            Some(range) if admits(&range, &own) == Some(true) => Ok(None),
            Some(range) if admits(&range, &own) == Some(false) => Err(other()),
            None => Ok(None),
            Some(_) => doubt(),
        }
    }

    fn uv_venv(&self, args: &[Word]) -> Option<Act> {
        let options = VENV.read(args);
        if options.unknown.is_some() || options.has("--system-site-packages") {
            return None;
        }
        let path = match options.operands[..] {
            [] => self.uv_environment()?,
            [path] => self.invocation.path(path.text.as_deref()?)?,
            _ => return None,
        };
        match self.uv_python(&options) {
            Ok(_) => Some(Act::Makes(path)),
            Err(refusal) => Some(Act::Refused(refusal)),
        }
    }

    fn uv_pip(&self, args: &[Word]) -> Option<Act> {
        let options = PIP.read(args);
        let operation = options.operands.first()?.text.as_deref()?;
        match operation {
            "install" | "sync" => {}
            "uninstall" => return Some(Act::Prepares(false)),
            "compile" => return Some(Act::Prepares(false)),
            "list" | "freeze" | "show" | "check" | "tree" => return Some(Act::Checks),
            _ => return None,
        }
        if options.unknown.is_some() || self.links(&options) || self.has_open_option() {
            return None;
        }
        let mut wanted = self.wanted(&options, 1)?;
        if operation == "sync" {
            wanted = options
                .operands
                .iter()
                .skip(1)
                .map(|word| Some(Wanted::File(self.invocation.path(word.text.as_deref()?)?)))
                .collect::<Option<_>>()?;
        }
        let is_compiled = options.has("--no-binary") || self.variable("UV_NO_BINARY").is_some();
        let writes = self.editable(&options);
        let mut install =
            Install { wanted, is_compiled, by_uv: true, writes, ..Install::default() };
        let named = options.value(&["-p", "--python"]).or_else(|| self.variable("UV_PYTHON"));
        if let Some(python) = named {
            install.folder = self.of_interpreter(python?)?;
            install.is_fixed = true;
        } else if options.has("--system") || is_yes(self.variable("UV_SYSTEM_PYTHON")) {
            install.folder = None;
        } else if let Some(active) = self.active()? {
            install.folder = Some(active);
        } else {
            let beside = self.invocation.path(".venv")?;
            let is_known = self.known().any(|product| product.path == beside);
            if !is_known {
                return Some(self.refused("which environment uv takes is not known"));
            }
            install.folder = Some(beside);
        }
        self.place(&options, &mut install)?;
        Some(Act::Installs(install))
    }

    /// The environment of an interpreter that is named: `/opt/venv/bin/python`, `/opt/venv`.
    fn of_interpreter(&self, python: &str) -> Option<Option<String>> {
        if !python.contains('/') {
            return None;
        }
        let path = self.invocation.path(python)?;
        let prefix = match is_python(base_name(&path)) {
            true => parent(&path).strip_suffix("/bin")?.to_owned(),
            false => path,
        };
        Some((!matches!(prefix.as_str(), "/usr" | "/usr/local")).then_some(prefix))
    }

    /// `uv run COMMAND` brings the environment up to date and runs the command in it.
    fn uv_run(&self, args: &[Word], depth: usize) -> Option<Act> {
        let (rest, is_module) = uv_run(args)?;
        let environment = self.uv_environment()?;
        let is_known = self.known().any(|product| product.path == environment);
        if is_known { self.inner(rest, is_module, depth) } else { None }
    }

    /// The command that a runner runs.
    fn inner(&self, rest: &[Word], is_module: bool, depth: usize) -> Option<Act> {
        let mut call = self.call(rest)?;
        if call.program.ends_with(".py") && call.program != "manage.py" {
            let (script, args) = rest.split_first()?;
            return self.script(script.text.as_deref()?, args);
        }
        call.is_module = is_module;
        match self.call_act(&call, depth + 1) {
            Some(Act::Installs(_) | Act::Makes(_)) | None => None,
            act => act,
        }
    }

    fn poetry(&self, call: &Call<'_>, depth: usize) -> Option<Act> {
        let at = call.args.iter().position(|word| !word.or_empty().starts_with('-'))?;
        let rest = call.args.get(at + 1..)?;
        match call.args.get(at)?.text.as_deref()? {
            "install" | "sync" => self.poetry_install(rest),
            "config" | "export" | "lock" | "self" | "build" | "version" | "cache" | "env" => {
                Some(Act::Prepares(false))
            }
            "check" | "show" | "about" => Some(Act::Checks),
            "run" => self.inner(rest, false, depth),
            _ => None,
        }
    }

    fn poetry_install(&self, args: &[Word]) -> Option<Act> {
        let options = POETRY.read(args);
        if options.unknown.is_some() || !options.operands.is_empty() {
            return None;
        }
        let project = self.invocation.folder.clone()?;
        let folder = match self.active()? {
            Some(active) => Some(active),
            None if self.poetry_says("virtualenvs.create", false) => {
                if !self.is_root() {
                    return Some(self.refused("who installs them is not root"));
                }
                None
            }
            None if self.poetry_says("virtualenvs.in-project", true) => {
                Some(join(&project, ".venv")?)
            }
            None => return Some(self.refused("poetry's own folder has a name that is not known")),
        };
        let wanted = vec![Wanted::Lock(project, "poetry.lock")];
        Some(Act::Installs(Install { folder, wanted, ..Install::default() }))
    }

    /// Whether poetry is told that a setting is so: by a variable, a command before, or its file.
    fn poetry_says(&self, setting: &str, wanted: bool) -> bool {
        let upper = setting.replace(['.', '-'], "_").to_ascii_uppercase();
        let value = self.variable(&format!("POETRY_{upper}"));
        if value.is_some() {
            return if wanted { is_yes(value) } else { is_no(value) };
        }
        let text = if wanted { "true" } else { "false" };
        let own = self.invocation.range.start();
        let before = self.course.facts.invocations().filter(|(line, one)| {
            *line < self.line || *line == self.line && one.range.start() < own
        });
        let is_told = before
            .filter(|(_, one)| one.words.iter().any(|word| word.or_empty() == "config"))
            .any(|(_, one)| {
                one.words
                    .windows(2)
                    .any(|two| two[0].or_empty() == setting && two[1].or_empty() == text)
            });
        is_told || self.poetry_file_says(setting, text)
    }

    /// The same of `poetry.toml`.
    fn poetry_file_says(&self, setting: &str, text: &str) -> bool {
        let key = setting.rsplit('.').next().unwrap_or(setting);
        let folder = self.invocation.folder.as_deref().unwrap_or("/");
        let file = join(folder, "poetry.toml").and_then(|path| self.course.in_context(&path));
        let read = file.and_then(|file| self.course.context?.read(&file, 16 << 10).ok().flatten());
        read.unwrap_or_default().lines().any(|line| {
            let line: String = line.split('#').next().unwrap_or("").split_whitespace().collect();
            line == format!("{key}={text}")
        })
    }

    fn pipenv(&self, call: &Call<'_>, depth: usize) -> Option<Act> {
        let at = call.args.iter().position(|word| !word.or_empty().starts_with('-'));
        let Some(at) = at else {
            let asks = ["--version", "--venv", "--where", "--py"];
            return call.args.iter().any(|w| asks.contains(&w.or_empty())).then_some(Act::Checks);
        };
        let rest = call.args.get(at + 1..)?;
        match call.args.get(at)?.text.as_deref()? {
            "install" | "sync" => self.pipenv_install(call.args, at),
            "lock" | "requirements" | "clean" => Some(Act::Prepares(false)),
            "check" | "graph" | "verify" => Some(Act::Checks),
            "run" => self.inner(rest, false, depth),
            _ => None,
        }
    }

    fn pipenv_install(&self, args: &[Word], at: usize) -> Option<Act> {
        let options = PIPENV.read(args);
        if options.unknown.is_some() || options.operands.len() > 1 || at > args.len() {
            return None;
        }
        let project = self.invocation.folder.clone()?;
        let folder = if options.has("--system") {
            if !self.is_root() {
                return Some(self.refused("who installs them is not root"));
            }
            None
        } else if let Some(active) = self.active()? {
            Some(active)
        } else if is_yes(self.variable("PIPENV_VENV_IN_PROJECT"))
            && self.variable("PIPENV_CUSTOM_VENV_NAME").is_none()
        {
            Some(join(&project, ".venv")?)
        } else {
            return Some(self.refused("pipenv's own folder has a name that is not known"));
        };
        let wanted = vec![Wanted::Lock(project, "Pipfile.lock")];
        Some(Act::Installs(Install { folder, wanted, ..Install::default() }))
    }
}

/// What `uv run` runs, and whether that is a module.
pub fn uv_run(args: &[Word]) -> Option<(&[Word], bool)> {
    let mut at = 0;
    while let Some(word) = args.get(at) {
        let text = word.text.as_deref()?;
        match text {
            "-m" | "--module" => return Some((args.get(at + 1..)?, true)),
            "--" => return Some((args.get(at + 1..)?, false)),
            _ if !text.starts_with('-') => return Some((args.get(at..)?, false)),
            "--extra" | "--group" | "--no-group" | "--link-mode" => at += 2,
            _ if UV.switches.contains(&text) => at += 1,
            _ => return None,
        }
    }
    None
}

/// That only programs are installed which install others, by their names.
fn tools_only(wanted: &[Wanted]) -> Option<Act> {
    let names: Vec<&str> = wanted
        .iter()
        .map(|one| match one {
            Wanted::Package(name) => Some(name.as_str()),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let is_tool = |name: &&str| INSTALLERS.contains(name);
    let is_known = |name: &&str| is_tool(name) || BASICS.contains(name);
    let is_big = names.iter().any(|name| matches!(*name, "poetry" | "pipenv" | "hatch"));
    (names.iter().any(is_tool) && names.iter().all(is_known)).then_some(Act::Prepares(is_big))
}

/// Whether a program is one that runs others in an environment.
pub fn is_runner(name: &str) -> bool {
    matches!(name, "uv" | "poetry" | "pipenv")
}

/// The tag of the image at the bottom.
fn base_tag<'c>(course: &'c Course<'_>) -> &'c str {
    course.facts.base.image.effective_tag().unwrap_or_default()
}

/// The minor version of Python that the image's tag names: `3.12`.
pub fn minor(course: &Course<'_>) -> Option<String> {
    let base = &course.facts.base;
    if base.family != Family::Python {
        return None;
    }
    let tag = base_tag(course);
    let named = tag.split('-').find_map(|word| word.strip_prefix("python"));
    let tag = Tag::parse(named.unwrap_or(tag));
    match tag.version.as_slice() {
        [major, minor, ..] => Some(format!("{major}.{minor}")),
        _ => None,
    }
}

/// Whether a range of versions admits a minor version; `None` if that cannot be told.
fn admits(range: &str, own: &str) -> Option<bool> {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.trim().trim_end_matches(".*").split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next().map_or(Some(0), |part| part.parse().ok())?;
        Some((major, minor))
    };
    let own = numbers(own)?;
    let mut all = true;
    for part in range.split(',').map(str::trim) {
        all &= if let Some(least) = part.strip_prefix(">=") {
            own >= numbers(least)?
        } else if let Some(limit) = part.strip_prefix('<').filter(|rest| !rest.starts_with('=')) {
            own < numbers(limit)?
        } else if let Some(same) = part.strip_prefix("==") {
            if same.trim().split('.').count() > 2 && !same.contains('*') {
                return None;
            }
            own == numbers(same)?
        } else {
            return None;
        };
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_versions() {
        assert_eq!(admits(">=3.11", "3.12"), Some(true));
        assert_eq!(admits(">=3.11,<3.12", "3.12"), Some(false));
        assert_eq!(admits(">=3.11,<4", "3.12"), Some(true));
        assert_eq!(admits("==3.12.*", "3.12"), Some(true));
        assert_eq!(admits("==3.12.4", "3.12"), None);
        assert_eq!(admits("~=3.11", "3.12"), None);
    }
}
