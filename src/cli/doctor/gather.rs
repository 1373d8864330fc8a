//! What is told, as data.

use std::path::Path;
use std::time::SystemTime;
use std::{env, fs, io};

use serde::Serialize;
use tracing_subscriber::EnvFilter;

use super::Doctor;
use super::settings::{self, Row};
use crate::image::catalogue::{Catalogue, user};
use crate::image::engine::{self, Engine, Setting as EngineSetting};
use crate::image::registry::{self, Hosts, Options, Registry};
use crate::image::{Failure, Measured, Offline, Reference, Unit};
use crate::language::platform::Platform;
use crate::server::{LOG_VARIABLE, Settings, without_user};

/// The commit that the program was built from, where who built it has said so. It is not asked of
/// git: the same sources make the same program wherever they lie.
const COMMIT: Option<&str> = option_env!("STAGEWRIGHT_COMMIT");

/// Other servers for Dockerfiles. An editor that starts one beside this program shows what both find.
const RIVALS: [&str; 3] = ["docker-langserver", "docker-language-server", "tally"];

/// The variables that change what the program does. Those of a proxy count in small letters, too.
const VARIABLES: [&str; 20] = [
    LOG_VARIABLE,
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "REGISTRY_AUTH_FILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "ALL_PROXY",
    "all_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "NO_COLOR",
    "CLICOLOR_FORCE",
];

/// All that is told. A path is text here: one that is not UTF-8 would be no JSON.
#[derive(Debug, Serialize)]
pub struct Report {
    pub version: &'static str,
    pub commit: Option<&'static str>,
    pub built_for: String,
    /// Where this program lies.
    pub program: Option<String>,
    /// What a shell and an editor find under its name, the first one first.
    pub on_path: Vec<String>,
    pub settings: Vec<Row>,
    pub environment: Vec<Variable>,
    pub catalogue: Measurements,
    pub cache: Cache,
    pub engine: EngineState,
    pub registry: RegistryState,
    pub rivals: Vec<Rival>,
    pub problems: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Variable {
    pub name: &'static str,
    /// `None` for what may hold a password.
    pub value: Option<String>,
}

/// The catalogues.
#[derive(Debug, Serialize)]
pub struct Measurements {
    pub rows: usize,
    /// The day of the newest row.
    pub as_of: Option<String>,
    /// Where a catalogue of the user's lies, or would.
    pub user: Option<String>,
    pub user_rows: Option<usize>,
}

/// What registries told, on the disk.
#[derive(Debug, Default, Serialize)]
pub struct Cache {
    pub folder: Option<String>,
    pub entries: usize,
    pub bytes: u64,
    pub oldest_seconds: Option<u64>,
    pub newest_seconds: Option<u64>,
}

#[derive(Debug, Serialize)]
pub struct EngineState {
    /// The socket that is asked, or would be if a setting said so.
    pub socket: Option<String>,
    pub state: String,
}

#[derive(Debug, Serialize)]
pub struct RegistryState {
    /// The files with credentials that are there. They are not read here.
    pub credentials: Vec<String>,
    pub state: String,
}

#[derive(Debug, Serialize)]
pub struct Rival {
    pub name: &'static str,
    pub path: String,
}

impl Report {
    /// Looks at everything.
    pub fn new(arguments: &Doctor) -> Result<Report, String> {
        let mut problems = Vec::new();
        let files = settings::read(&arguments.settings)?;
        let (in_force, mistakes) = Settings::read(files.iter().map(|(_, layer)| layer));
        problems.extend(mistakes);
        problems.extend(bad_filter());
        let offline = Offline::load().unwrap_or_else(|problem| {
            problems.push(problem);
            Offline::default()
        });
        let image = arguments.ask.as_ref();
        Ok(Report {
            version: env!("CARGO_PKG_VERSION"),
            commit: COMMIT,
            built_for: built_for(),
            program: env::current_exe().ok().map(|path| shown(&path)),
            on_path: on_path("stagewright"),
            settings: settings::rows(&in_force, &files),
            environment: environment(),
            catalogue: measurements(&offline),
            cache: registry::cache_folder()
                .map(|folder| cache(&folder, &mut problems))
                .unwrap_or_default(),
            engine: engine(&in_force, image, &mut problems),
            registry: registry(&in_force, image, &mut problems),
            rivals: rivals(),
            problems,
        })
    }
}

/// The system that the program is for, and whether it is one to be measured.
fn built_for() -> String {
    let library = [
        (cfg!(target_env = "musl"), " musl"),
        (cfg!(target_env = "gnu"), " gnu"),
        (cfg!(target_env = "msvc"), " msvc"),
    ];
    let library = library.iter().find(|(is, _)| *is).map_or("", |(_, name)| name);
    let build = if cfg!(debug_assertions) { ", unoptimised" } else { "" };
    format!("{} {}{library}{build}", env::consts::ARCH, env::consts::OS)
}

/// The files under that name in the folders of `PATH`, in their order.
fn on_path(name: &str) -> Vec<String> {
    // npm's programs are scripts on Windows.
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = Vec::new();
    for folder in env::split_paths(&path) {
        let files = endings.iter().map(|ending| folder.join(format!("{name}{ending}")));
        for file in files.filter(|file| is_program(file)).map(|file| shown(&file)) {
            if !found.contains(&file) {
                found.push(file);
            }
        }
    }
    found
}

/// Whether a shell would start it: it goes past a file that may not be executed.
fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && may_be_executed(&metadata))
}

#[cfg(unix)]
fn may_be_executed(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_be_executed(_: &fs::Metadata) -> bool {
    true
}

fn rivals() -> Vec<Rival> {
    let first = |name| on_path(name).into_iter().next().map(|path| Rival { name, path });
    RIVALS.into_iter().filter_map(first).collect()
}

fn environment() -> Vec<Variable> {
    let set = |name| {
        let value = env::var_os(name)?.to_string_lossy().into_owned();
        Some(Variable { name, value: told_of(name, value) })
    };
    VARIABLES.into_iter().filter_map(set).collect()
}

/// What is told of a variable's value. That of a proxy may hold a password in forms that only a
/// client of proxies knows.
fn told_of(name: &str, value: String) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    match upper.as_str() {
        "DOCKER_HOST" => Some(without_user(&value)),
        "NO_PROXY" => Some(value),
        _ if upper.ends_with("_PROXY") => None,
        _ => Some(value),
    }
}

/// The server goes without a filter that it cannot read, and has no one to tell.
fn bad_filter() -> Option<String> {
    let filter = env::var(LOG_VARIABLE).ok()?;
    EnvFilter::try_new(&filter).err().map(|error| {
        format!("{LOG_VARIABLE} does not count ({error}): write a level, such as `debug`")
    })
}

fn measurements(offline: &Offline) -> Measurements {
    let embedded = Catalogue::embedded();
    let own = offline.catalogues().count() > 1;
    Measurements {
        rows: embedded.len(),
        as_of: embedded.all().filter_map(|(_, row)| row.as_of()).max().map(|date| date.to_string()),
        user: user::path().map(|path| shown(&path)),
        user_rows: offline.catalogues().next().filter(|_| own).map(Catalogue::len),
    }
}

/// What lies in the folder. One that is not there is empty.
fn cache(folder: &Path, problems: &mut Vec<String>) -> Cache {
    let mut cache = Cache { folder: Some(shown(folder)), ..Cache::default() };
    let entries = fs::read_dir(folder);
    if let Err(error) = &entries
        && error.kind() != io::ErrorKind::NotFound
    {
        let folder = folder.display();
        problems
            .push(format!("{folder} cannot be read ({error}): no answer of a registry is kept"));
    }
    for entry in entries.into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        let age =
            metadata.modified().ok().and_then(|time| SystemTime::now().duration_since(time).ok());
        let age = age.unwrap_or_default().as_secs();
        cache.entries += 1;
        cache.bytes += metadata.len();
        cache.oldest_seconds = cache.oldest_seconds.max(Some(age));
        cache.newest_seconds = Some(cache.newest_seconds.map_or(age, |newest| newest.min(age)));
    }
    cache
}

/// The engine of the settings; where they name none, the one that `auto` would find.
fn engine(
    settings: &Settings,
    image: Option<&Reference>,
    problems: &mut Vec<String>,
) -> EngineState {
    let off = settings.size.engine == EngineSetting::Off;
    let setting = if off { &EngineSetting::Auto } else { &settings.size.engine };
    let found = Engine::find(setting);
    let state = match (&found, image) {
        (None, _) => "none was found".to_owned(),
        (Some(engine), Some(image)) => {
            told(engine.measure(image, &Platform::host()), |it| it.disk, problems)
        }
        (Some(_), None) if off => "not asked: `size.engine` is off".to_owned(),
        (Some(_), None) => "asked when a file is open; try it with --ask".to_owned(),
    };
    let host = env::var("DOCKER_HOST").ok().filter(|_| *setting == EngineSetting::Auto);
    let state = match host.and_then(|host| engine::passed_over(&host)) {
        Some(why) => format!("{state}; {why}"),
        None => state,
    };
    EngineState { socket: found.map(|engine| shown(engine.socket())), state }
}

/// The registry of the image. Being asked to, it asks any; a list in the settings counts all the
/// same, as it says what may do without TLS.
fn registry(
    settings: &Settings,
    image: Option<&Reference>,
    problems: &mut Vec<String>,
) -> RegistryState {
    let hosts = &settings.size.registry;
    let options = Options {
        hosts: if *hosts == Hosts::None { Hosts::All } else { hosts.clone() },
        credential_helpers: settings.size.credential_helpers,
        ..Options::default()
    };
    let credentials = options.credential_files.iter().filter(|path| path.is_file());
    let credentials = credentials.map(|path| shown(path)).collect();
    let state = match image {
        Some(image) => {
            let told_of = Registry::new(options).measure(image, &Platform::host());
            let state = told(told_of.map(|answer| answer.measured), |it| it.pull, problems);
            format!("{} {state}", image.registry)
        }
        None if *hosts == Hosts::None => "not asked: `size.registry` is off".to_owned(),
        None => "asked when a file is open; try it with --ask".to_owned(),
    };
    RegistryState { credentials, state }
}

/// Who was asked, in a few words. That it lacks the image is an answer, too.
fn told(
    answer: Result<Measured, Failure>,
    size: impl Fn(&Measured) -> Option<u64>,
    problems: &mut Vec<String>,
) -> String {
    match answer {
        Ok(measured) => match size(&measured) {
            Some(bytes) => format!("answers: {}", Unit::default().show(bytes)),
            None => "answers".to_owned(),
        },
        Err(Failure::Absent(why)) => format!("answers: {why}"),
        Err(failure) => {
            problems.push(failure.to_string());
            "does not tell: see the problems".to_owned()
        }
    }
}

/// A path as text.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
