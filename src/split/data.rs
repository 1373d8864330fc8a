//! Files that a program may read at run time, found beside its sources by their names.
//!
//! Too many are taken rather than too few: what is missing shows only when the program runs.

use super::course::Course;
use super::facts::{What, join};
use super::world::{Origin, is_within};
use crate::workspace::{Context, Kind};

/// Folders that hold what programs read.
const FOLDERS: &[&str] = &[
    "asset",
    "assets",
    "cert",
    "certs",
    "conf",
    "config",
    "configs",
    "data",
    "db",
    "etc",
    "fixtures",
    "fonts",
    "html",
    "i18n",
    "lang",
    "languages",
    "layouts",
    "locale",
    "locales",
    "messages",
    "migration",
    "migrations",
    "models",
    "partials",
    "policies",
    "public",
    "resources",
    "schema",
    "schemas",
    "seeds",
    "sql",
    "static",
    "swagger",
    "templates",
    "tmpl",
    "translations",
    "ui",
    "views",
    "web",
    "webroot",
    "www",
    "wwwroot",
];

/// Endings of files that programs read.
const ENDINGS: &[&str] = &[
    "bin",
    "cfg",
    "conf",
    "crt",
    "csv",
    "dat",
    "db",
    "env",
    "gohtml",
    "gotmpl",
    "graphql",
    "htm",
    "html",
    "hbs",
    "ico",
    "ini",
    "j2",
    "json",
    "jpg",
    "mmdb",
    "mustache",
    "pem",
    "png",
    "po",
    "mo",
    "properties",
    "proto",
    "sql",
    "sqlite",
    "sqlite3",
    "svg",
    "tmpl",
    "toml",
    "tpl",
    "tsv",
    "ttf",
    "txt",
    "wasm",
    "webp",
    "woff",
    "woff2",
    "xml",
    "yaml",
    "yml",
    "css",
    "js",
];

/// Endings of sources, which a compiled program does not read.
const SOURCES: &[&str] = &[
    "c", "cabal", "cc", "cpp", "cs", "csproj", "cxx", "d", "dart", "ex", "exs", "fs", "go", "h",
    "gradle", "groovy", "hpp", "hs", "sbt", "hxx", "java", "kt", "kts", "md", "mod", "nim", "o",
    "rs", "s", "scala", "sln", "sum", "swift", "vb", "work", "zig", "lhs", "hh", "in", "ac", "am",
    "cmake",
];

/// Files and folders that belong to building, testing and keeping a project.
const OTHERS: &[&str] = &[
    ".circleci",
    ".dockerignore",
    ".editorconfig",
    ".git",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".gitlab",
    ".gitlab-ci.yml",
    ".golangci.yaml",
    ".golangci.yml",
    ".goreleaser.yaml",
    ".goreleaser.yml",
    ".idea",
    ".pre-commit-config.yaml",
    ".travis.yml",
    ".vscode",
    "CMakeLists.txt",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE",
    "LICENSE.txt",
    "Makefile",
    "README",
    "appveyor.yml",
    "azure-pipelines.yml",
    "build.xml",
    "buf.gen.yaml",
    "buf.yaml",
    "clippy.toml",
    "codecov.yml",
    "compose.yaml",
    "compose.yml",
    "deny.toml",
    "doc",
    "docker-compose.yaml",
    "docker-compose.yml",
    "docs",
    "go.mod",
    "go.sum",
    "node_modules",
    "package-lock.json",
    "package.json",
    "pom.xml",
    "renovate.json",
    "rust-toolchain",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "skaffold.yaml",
    "sqlc.yaml",
    "stack.yaml",
    "target",
    "test",
    "testdata",
    "tests",
    "tsconfig.json",
    "vendor",
    "yarn.lock",
    "composer.json",
    "pubspec.yaml",
    "requirements.txt",
    "package.yaml",
    "meson.build",
    "meson_options.txt",
];

/// How many entries of the context are looked at.
const MOST: usize = 4_000;

/// How deep folders are looked into.
const DEEPEST: usize = 6;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Paths in the image, and whether they are folders.
    pub paths: Vec<(String, bool)>,
    /// Why it is not known whether that is all: a sentence without a full stop.
    pub doubt: Option<String>,
}

/// The files beside the sources in `folders` of the image, but for what is in `embedded`.
pub fn beside(course: &Course<'_>, folders: &[String], embedded: &[String]) -> Found {
    let Some(context) = course.context else {
        return Found { paths: Vec::new(), doubt: only_sources(course, embedded) };
    };
    let mut search = Search { context, embedded, left: MOST, found: Found::default() };
    for place in places(course, folders) {
        let Some(folder) = course.in_context(&place) else { continue };
        search.place(&folder, &place);
    }
    search.found.paths.sort();
    search.found.paths.dedup();
    let all = std::mem::take(&mut search.found.paths);
    let inner = |path: &String| {
        all.iter().any(|(other, is_folder)| *is_folder && other != path && is_within(path, other))
    };
    search.found.paths = all.iter().filter(|(path, _)| !inner(path)).cloned().collect();
    search.found
}

/// The folders of the image that sources were copied to: those that are named, and those that the
/// file copies folders to.
fn places(course: &Course<'_>, folders: &[String]) -> Vec<String> {
    let mut places: Vec<String> = folders.to_vec();
    for line in &course.facts.lines {
        let What::Copy(copy) = &line.what else { continue };
        let Some(destination) = copy.destination.as_deref().filter(|_| copy.from.is_none()) else {
            continue;
        };
        places.push(super::world::trimmed(destination).to_owned());
        for source in copy.sources.iter().flatten() {
            places.extend(join(destination, super::world::base_name(source)));
        }
    }
    places.retain(|place| {
        matches!(course.world.origin(place), Some(Origin::Context(_) | Origin::Made(_)))
    });
    places.sort();
    places.dedup();
    places
}

/// Without the context: a doubt, unless all that is copied are sources by their names.
fn only_sources(course: &Course<'_>, embedded: &[String]) -> Option<String> {
    let is_source = |source: &Option<String>, destination: Option<&str>| {
        let Some(source) = source else { return false };
        let name = super::world::base_name(source);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let landings = [destination.map(str::to_owned), destination.and_then(|d| join(d, name))];
        let is_embedded =
            landings.iter().flatten().any(|path| embedded.iter().any(|own| is_within(path, own)));
        SOURCES.contains(&ending) || OTHERS.contains(&name) || is_embedded
    };
    let open = course.facts.lines.iter().find(|line| match &line.what {
        What::Copy(copy) => {
            let destination = copy.destination.as_deref();
            copy.from.is_none() && !copy.sources.iter().all(|one| is_source(one, destination))
        }
        _ => false,
    })?;
    Some(format!(
        "the program reads no other files of what line {} copies (the project's folder is not at hand)",
        open.number
    ))
}

struct Search<'a> {
    context: &'a Context,
    embedded: &'a [String],
    left: usize,
    found: Found,
}

impl Search<'_> {
    /// Something that was copied to `place` by its name: a folder whose own name tells, or one to
    /// look into.
    fn place(&mut self, folder: &str, place: &str) {
        let name = super::world::base_name(place).to_lowercase();
        let is_folder = matches!(self.context.kind(folder), Ok(Some(Kind::Folder)));
        if !is_folder {
            if is_data(&name) && !is_other(&name) {
                self.found.paths.push((place.to_owned(), false));
            }
        } else if FOLDERS.contains(&name.as_str()) && !folder.is_empty() {
            if self.has_data(folder, 1) {
                self.found.paths.push((place.to_owned(), true));
            }
        } else {
            self.folder(folder, place, 0);
        }
    }

    fn folder(&mut self, folder: &str, place: &str, depth: usize) {
        if depth > DEEPEST || self.left == 0 {
            self.doubt();
            return;
        }
        let Ok(entries) = self.context.list(folder) else {
            self.doubt();
            return;
        };
        for entry in entries {
            if self.left == 0 {
                self.doubt();
                return;
            }
            self.left -= 1;
            let inner = if folder.is_empty() {
                entry.name.clone()
            } else {
                format!("{folder}/{}", entry.name)
            };
            let Some(path) = join(place, &entry.name) else { continue };
            if is_other(&entry.name) || self.embedded.iter().any(|own| is_within(&path, own)) {
                continue;
            }
            match entry.kind {
                Kind::Folder if FOLDERS.contains(&entry.name.to_lowercase().as_str()) => {
                    if self.has_data(&inner, depth + 1) {
                        self.found.paths.push((path, true));
                    }
                }
                Kind::Folder if !entry.name.starts_with('.') => {
                    self.folder(&inner, &path, depth + 1)
                }
                Kind::Folder => {}
                _ if is_data(&entry.name) => self.found.paths.push((path, false)),
                _ => {}
            }
        }
    }

    /// Whether a folder holds anything but sources.
    fn has_data(&mut self, folder: &str, depth: usize) -> bool {
        if depth > DEEPEST || self.left == 0 {
            return true;
        }
        let Ok(entries) = self.context.list(folder) else { return true };
        entries.into_iter().any(|entry| {
            self.left = self.left.saturating_sub(1);
            match entry.kind {
                Kind::Folder => self.has_data(&format!("{folder}/{}", entry.name), depth + 1),
                _ => !is_source(&entry.name),
            }
        })
    }

    fn doubt(&mut self) {
        let text =
            "the program reads no other files (the project's folder is too large to look through)";
        self.found.doubt.get_or_insert_with(|| text.to_owned());
    }
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a file is a source by its name, or belongs to building and keeping a project.
pub fn is_source(name: &str) -> bool {
    let name = super::world::base_name(name);
    SOURCES.contains(&ending(name)) || is_other(name)
}

fn is_other(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name))
        || lower.starts_with("dockerfile")
        || lower.ends_with(".dockerfile")
        || lower.starts_with("readme")
        || lower.starts_with("license")
        || lower.starts_with("changelog")
        || lower.starts_with("docker-compose")
}

fn is_data(name: &str) -> bool {
    name == ".env" || ENDINGS.contains(&ending(&name.to_lowercase()))
}
