//! `stagewright doctor`: which program this is, and what it goes by.
//!
//! Looks and tells, changes nothing. It asks an engine and a registry only with `--ask`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use std::{env, fs, io};

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;

use super::out::{Color, Out, printable};
use super::{document, fail, finish, table};
use crate::image::catalogue::{Catalogue, user};
use crate::image::engine::{Engine, Setting as EngineSetting};
use crate::image::registry::{self, Hosts, Options, Registry};
use crate::image::{Failure, Measured, Offline, Reference, Unit};
use crate::language::platform::Platform;
use crate::server::{LOG_VARIABLE, SETTINGS, Settings};

/// The exit code where something is wrong.
const WRONG: u8 = 1;

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

/// What an editor's extension has below `stagewright` for itself, and does not send.
const OF_EXTENSION: [&str; 2] = ["path", "trace"];

const EXAMPLES: &str = "\
Examples:
  stagewright doctor                                    what to put into a bug report
  stagewright doctor --settings .vscode/settings.json   how the server would read that file
  stagewright doctor --ask golang:1.22                  whether engine and registry answer

The server gets its settings from the editor, which this command cannot see: without --settings it
shows those that hold where the editor sends none. A file is JSON, with comments if you like, as
VS Code's settings.json or the object that an editor sends; what is not below `stagewright` is
passed over where something is. With several files a later one wins.

Nobody is asked over the network, and no engine, without --ask.

JSON:
  {version, commit, built_for, program, on_path, settings: [{name, value, source}], environment:
  [{name, value}], catalogue: {rows, as_of, user, user_rows}, cache: {folder, entries, bytes,
  oldest_seconds, newest_seconds}, engine: {socket, state}, registry: {credentials, state}, rivals:
  [{name, path}], problems}. What is unknown, absent or secret is null.

Exit code:
  0  nothing is wrong
  1  something is: the problems at the end say what to do
  2  wrong use, or something could not be read or written";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct Doctor {
    /// Read settings from this file, as the server reads what an editor sends; `-` is standard input
    #[arg(long, value_name = "FILE")]
    settings: Vec<PathBuf>,
    /// Ask the container engine and the registry of this image, and tell whether they answer
    #[arg(long, value_name = "IMAGE", value_parser = reference)]
    ask: Option<Reference>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn reference(text: &str) -> Result<Reference, String> {
    Reference::parse(text).map_err(|error| error.to_string())
}

/// All that is told. A path is text here: one that is not UTF-8 would be no JSON.
#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    commit: Option<&'static str>,
    built_for: String,
    /// Where this program lies.
    program: Option<String>,
    /// What a shell and an editor find under its name, the first one first.
    on_path: Vec<String>,
    settings: Vec<Row>,
    environment: Vec<Variable>,
    catalogue: Measurements,
    cache: Cache,
    engine: EngineState,
    registry: RegistryState,
    rivals: Vec<Rival>,
    problems: Vec<String>,
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row {
    name: String,
    value: Value,
    /// The file that it is from; `None` for what holds anyway.
    source: Option<String>,
}

#[derive(Debug, Serialize)]
struct Variable {
    name: &'static str,
    /// `None` for what may hold a password.
    value: Option<String>,
}

/// The catalogues.
#[derive(Debug, Serialize)]
struct Measurements {
    rows: usize,
    /// The day of the newest row.
    as_of: Option<String>,
    /// Where a catalogue of the user's lies, or would.
    user: Option<String>,
    user_rows: Option<usize>,
}

/// What registries told, on the disk.
#[derive(Debug, Default, Serialize)]
struct Cache {
    folder: Option<String>,
    entries: usize,
    bytes: u64,
    oldest_seconds: Option<u64>,
    newest_seconds: Option<u64>,
}

#[derive(Debug, Serialize)]
struct EngineState {
    /// The socket that is asked, or would be if a setting said so.
    socket: Option<String>,
    state: String,
}

#[derive(Debug, Serialize)]
struct RegistryState {
    /// The files with credentials that are there. They are not read here.
    credentials: Vec<String>,
    state: String,
}

#[derive(Debug, Serialize)]
struct Rival {
    name: &'static str,
    path: String,
}

/// Looks at everything and tells it.
pub fn run(arguments: &Doctor) -> ExitCode {
    let report = match Report::new(arguments) {
        Ok(report) => report,
        Err(message) => return fail(&format!("error: {}", printable(&message))),
    };
    let code = if report.problems.is_empty() { 0 } else { WRONG };
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&report).map(|json| json + "\n"),
        false => Ok(report.text()),
    };
    let mut out = Out::stdout(Color::default());
    let written = text.map_err(io::Error::other).and_then(|text| out.text(&text));
    finish(written.and_then(|()| out.flush()), ExitCode::from(code))
}

impl Report {
    fn new(arguments: &Doctor) -> Result<Report, String> {
        let mut problems = Vec::new();
        let files = read_settings(&arguments.settings)?;
        let (settings, mistakes) = Settings::read(files.iter().map(|(_, layer)| layer));
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
            settings: rows(&settings, &files),
            environment: environment(),
            catalogue: measurements(&offline),
            cache: registry::cache_folder()
                .map(|folder| cache(&folder, &mut problems))
                .unwrap_or_default(),
            engine: engine(&settings, image, &mut problems),
            registry: registry(&settings, image, &mut problems),
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
        Some(Variable { name, value: (!may_hold_password(name)).then_some(value) })
    };
    VARIABLES.into_iter().filter_map(set).collect()
}

/// Whether the variable is the address of a proxy.
fn may_hold_password(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.ends_with("_PROXY") && name != "NO_PROXY"
}

/// The server goes without a filter that it cannot read, and has no one to tell.
fn bad_filter() -> Option<String> {
    let filter = env::var(LOG_VARIABLE).ok()?;
    EnvFilter::try_new(&filter).err().map(|error| {
        format!("{LOG_VARIABLE} does not count ({error}): write a level, such as `debug`")
    })
}

/// The files with settings, each with what the server is to make of it.
fn read_settings(files: &[PathBuf]) -> Result<Vec<(PathBuf, Value)>, String> {
    let read = |path: &PathBuf| {
        let bytes = match path.as_os_str() == OsStr::new("-") {
            true => document::read(io::stdin().lock()),
            false => document::read_file(path),
        };
        let text = bytes.map_err(|error| format!("{} {error}", path.display()))?;
        let text = String::from_utf8_lossy(&text);
        // Editors of Windows write it, and read over it.
        let text = text.trim_start_matches('\u{feff}');
        let layer =
            jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default())
                .map_err(|error| format!("{} is no JSON: {error}", path.display()))?;
        Ok((path.clone(), ours(layer)))
    };
    files.iter().map(read).collect()
}

/// What is ours in an editor's settings: all that is below `stagewright`, if anything is.
fn ours(layer: Value) -> Value {
    let is_ours = |name: &str| name == "stagewright" || name.starts_with("stagewright.");
    match layer {
        Value::Object(mut members) if members.keys().any(|name| is_ours(name)) => {
            members.retain(|name, _| is_ours(name) && !is_of_extension(name));
            if let Some(Value::Object(inner)) = members.get_mut("stagewright") {
                inner.retain(|name, _| !is_of_extension(name));
            }
            Value::Object(members)
        }
        layer => layer,
    }
}

/// Whether it is one of [`OF_EXTENSION`], or below one.
fn is_of_extension(name: &str) -> bool {
    let name = name.trim_start_matches("stagewright.");
    OF_EXTENSION.iter().any(|own| name.split('.').next() == Some(own))
}

/// The settings in force, each with the file that it is from.
fn rows(settings: &Settings, files: &[(PathBuf, Value)]) -> Vec<Row> {
    let plain = values(&Settings::default());
    let of_file = |layer| values(&Settings::read([layer]).0);
    let files: Vec<_> = files.iter().map(|(path, layer)| (path, of_file(layer))).collect();
    let row = |(name, value): (String, Value)| {
        let same =
            |values: &[(String, Value)]| values.iter().any(|it| it.0 == name && it.1 == value);
        let from = |(path, values): &(&PathBuf, Vec<_>)| same(values).then(|| shown(path));
        let source = if same(&plain) { None } else { files.iter().rev().find_map(from) };
        Row { name, value, source }
    };
    values(settings).into_iter().map(row).collect()
}

/// The settings by their names, in the order of the schema.
fn values(settings: &Settings) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for key in SETTINGS {
        if !key.name.ends_with('.') {
            values.push((key.name.to_owned(), value(settings, key.name)));
            continue;
        }
        for (code, level) in &settings.severity {
            values.push((format!("{}{code}", key.name), json!(level)));
        }
    }
    values
}

/// The value of a setting as a user would write it.
fn value(settings: &Settings, name: &str) -> Value {
    let size = &settings.size;
    match name {
        "diagnostics.enable" => json!(settings.diagnostics),
        "codeLens.enable" => json!(settings.code_lens),
        "inlayHints.enable" => json!(settings.inlay_hints),
        "size.engine" => match &size.engine {
            EngineSetting::Socket(path) => json!(path),
            word => json!(word),
        },
        "size.registry" => match &size.registry {
            Hosts::None => json!("off"),
            Hosts::All => json!("on"),
            Hosts::Listed(hosts) => json!(hosts),
        },
        "size.credentialHelpers" => json!(size.credential_helpers),
        "size.unit" => json!(size.unit),
        "size.platform" => match &size.platform {
            Some(platform) => json!(platform),
            None => json!(Platform::host().to_string()),
        },
        _ => Value::Null,
    }
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
    let Some(engine) = Engine::find(setting) else {
        return EngineState { socket: None, state: "none was found".to_owned() };
    };
    let state = match image {
        Some(image) => told(engine.measure(image, &Platform::host()), |it| it.disk, problems),
        None if off => "not asked: `size.engine` is off".to_owned(),
        None => "asked when a file is open; try it with --ask".to_owned(),
    };
    EngineState { socket: Some(shown(engine.socket())), state }
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

impl Report {
    fn text(&self) -> String {
        let mut text = String::new();
        let mut section = |title: &str, rows: Vec<[String; 3]>| {
            if rows.is_empty() {
                return;
            }
            let indented =
                |[name, value, note]: [String; 3]| vec![format!("  {name}"), value, note];
            let rows: Vec<_> = rows.into_iter().map(indented).collect();
            let gap = if text.is_empty() { "" } else { "\n" };
            // Writing to a string does not fail.
            let _ = write!(text, "{gap}{title}\n{}", table::render(&rows));
        };
        let version = self.version;
        section(&format!("Stagewright {version}"), self.about());
        section("Settings", self.settings.iter().map(Row::cells).collect());
        section("Environment", self.environment.iter().map(Variable::cells).collect());
        section("Sizes", self.sizes());
        section("Other servers for Dockerfiles on PATH", self.others());
        text.push('\n');
        if self.problems.is_empty() {
            text.push_str("Nothing is wrong.\n");
        } else {
            text.push_str("Problems\n");
        }
        for problem in &self.problems {
            let _ = writeln!(text, "  {}", printable(problem));
        }
        text
    }

    fn about(&self) -> Vec<[String; 3]> {
        let mut rows = vec![
            cells("built for", &self.built_for, ""),
            cells("commit", self.commit.unwrap_or("not told when it was built"), ""),
            cells("program", self.program.as_deref().unwrap_or_default(), ""),
        ];
        for path in &self.on_path {
            rows.push(cells("on PATH", path, ""));
        }
        if self.on_path.is_empty() {
            rows.push(cells("on PATH", "no: give your editor the whole path of the program", ""));
        }
        rows
    }

    fn sizes(&self) -> Vec<[String; 3]> {
        let Report { catalogue, cache, engine, registry, .. } = self;
        let as_of = catalogue.as_of.as_deref().unwrap_or("an unknown day");
        let built_in = format!("in the program, {} rows, the newest of {as_of}", catalogue.rows);
        let user = match catalogue.user_rows {
            Some(rows) => format!("{} rows, which count more", rows),
            None => "there is none".to_owned(),
        };
        let mut rows = vec![
            cells("catalogue", &built_in, ""),
            cells("your own", &user, catalogue.user.as_deref().unwrap_or_default()),
            cells("cache", &cache.text(), cache.folder.as_deref().unwrap_or_default()),
            cells("engine", &engine.state, engine.socket.as_deref().unwrap_or_default()),
            cells("registries", &registry.state, ""),
        ];
        for path in &registry.credentials {
            rows.push(cells("", "credentials, read when a registry is asked", path));
        }
        rows
    }

    fn others(&self) -> Vec<[String; 3]> {
        let mut rows: Vec<_> =
            self.rivals.iter().map(|rival| cells(rival.name, &rival.path, "")).collect();
        if !rows.is_empty() {
            rows.push(cells(
                "An editor that starts one of them, too, shows what both find.",
                "",
                "",
            ));
        }
        rows
    }
}

impl Row {
    fn cells(&self) -> [String; 3] {
        let source = self.source.as_deref().map(|path| format!("from {path}"));
        cells(&self.name, &self.value.to_string(), &source.unwrap_or_default())
    }
}

impl Variable {
    fn cells(&self) -> [String; 3] {
        cells(self.name, self.value.as_deref().unwrap_or("is set; it may hold a password"), "")
    }
}

impl Cache {
    fn text(&self) -> String {
        let (Some(oldest), Some(newest)) = (self.oldest_seconds, self.newest_seconds) else {
            return "empty".to_owned();
        };
        let size = Unit::default().show(self.bytes);
        let [oldest, newest] = [oldest, newest].map(|age| age_text(Duration::from_secs(age)));
        format!("{} answers, {size}, {newest} to {oldest} old", self.entries)
    }
}

fn cells(name: &str, value: &str, note: &str) -> [String; 3] {
    [name, value, note].map(printable)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// An age in its greatest unit: `3 days`.
fn age_text(age: Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute")];
    let seconds = age.as_secs();
    let unit = UNITS.into_iter().find(|(unit, _)| seconds >= *unit);
    let (length, name) = unit.unwrap_or((1, "second"));
    let number = seconds / length;
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_value() {
        for key in SETTINGS.iter().filter(|key| !key.name.ends_with('.')) {
            assert_ne!(value(&Settings::default(), key.name), Value::Null, "{}", key.name);
        }
    }

    #[test]
    fn what_is_shown_would_be_read_again() {
        let layer = json!({ "size": {
            "engine": "/run/podman.sock", "registry": ["ghcr.io"], "unit": "MiB",
            "platform": "linux/arm64", "credentialHelpers": true,
        }, "diagnostics": { "enable": false, "severity": { "no-from": "hint" } } });
        let (settings, _) = Settings::read([&layer]);
        for (name, value) in values(&settings) {
            let again = Settings::read([&json!({ &name: value })]);
            assert_eq!(again.1, [""; 0], "{name}");
            assert!(values(&again.0).contains(&(name.clone(), value)), "{name}");
        }
    }

    #[test]
    fn the_last_file_that_says_so_is_the_source() {
        let file = |name: &str, layer: Value| (PathBuf::from(name), layer);
        let files = [
            file("a", json!({ "size.unit": "MiB", "codeLens.enable": false })),
            file("b", json!({ "codeLens.enable": true, "diagnostics.severity.no-from": "hint" })),
        ];
        let (settings, _) = Settings::read(files.iter().map(|(_, layer)| layer));
        let rows = rows(&settings, &files);
        let source = |name: &str| {
            let row = rows.iter().find(|row| row.name == name).expect(name);
            row.source.as_deref()
        };
        assert_eq!(source("size.unit"), Some("a"));
        assert_eq!(source("diagnostics.severity.no-from"), Some("b"));
        assert_eq!(source("codeLens.enable"), None, "it is what holds anyway");
    }

    #[test]
    fn other_settings_of_an_editor_are_passed_over() {
        let layer = json!({ "editor.fontSize": 12, "stagewright.size.unit": "MiB" });
        assert_eq!(ours(layer), json!({ "stagewright.size.unit": "MiB" }));
        let of_extension = json!({
            "stagewright.path": "/a", "stagewright.trace.server": "off",
            "stagewright": { "path": "/a", "trace": { "server": "off" }, "size": { "unit": "MiB" } },
        });
        assert_eq!(ours(of_extension), json!({ "stagewright": { "size": { "unit": "MiB" } } }));
        let bare = json!({ "size.unit": "MiB", "colour": 1 });
        assert_eq!(ours(bare.clone()), bare);
    }

    #[test]
    fn ages() {
        let text = |seconds| age_text(Duration::from_secs(seconds));
        assert_eq!(text(0), "0 seconds");
        assert_eq!(text(61), "1 minute");
        assert_eq!(text(2 * 60 * 60), "2 hours");
        assert_eq!(text(400 * 24 * 60 * 60), "400 days");
    }
}
