//! Files that a program may read at run time, found beside its sources by their names.
//!
//! Too many are taken rather than too few: what is missing shows only when the program runs.

use std::collections::BTreeSet;

use super::course::Course;
use super::facts::{Form, What, join};
use super::sources::{Named, Sources, is_code, sources_at};
use super::world::{Origin, base_name, is_shared, is_within};
use crate::workspace::{Context, Entry, Kind};

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
    "gradle", "groovy", "hpp", "hs", "sbt", "hxx", "java", "kt", "kts", "mod", "nim", "o", "rs",
    "s", "scala", "sln", "sum", "swift", "vb", "work", "zig", "lhs", "hh", "in", "ac", "am",
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

/// Folders that are never part of what a program reads.
const NEVER: &[&str] = &[".git", ".github", ".idea", ".vscode", "node_modules", "target"];

/// How many entries of the context are looked at.
const MOST: usize = 4_000;

/// What is said where there are more, or deeper folders.
const TOO_LARGE: &str = "the project's folder is too large to look through";

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
    let places: Vec<(String, String)> = places(course, folders)
        .into_iter()
        .filter_map(|place| Some((course.in_context(&place)?, place)))
        .collect();
    let named = Named::read(context, &outermost(&places));
    let told = told(course);
    let mut search = Search { context, embedded, named, told, left: MOST, found: Found::default() };
    if !search.named.is_complete {
        search.doubt("its sources are too many to be read");
    }
    let started = course.facts.last_scene().workdir.clone();
    let around = |place: &str| {
        let is_near = |own: &String| is_within(place, own) || is_within(own, place);
        started.as_ref().is_some_and(is_near)
    };
    let whole = search.named.reads.whole.clone();
    for (folder, place) in &places {
        match &whole {
            Some(_) if around(place) => {
                search.folder(folder, place, 0, Takes::All);
            }
            _ => search.place(folder, place),
        }
    }
    if let Some(file) = whole {
        let why = "though it reads the folder that it is started in";
        let doubt = format!("the program does without its sources and notes, {why} ({file})");
        search.found.doubt.get_or_insert(doubt);
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

/// The sources with these endings among all that the file copies from the context; `None` if that is
/// not at hand.
pub fn sources(course: &Course<'_>, endings: &[&str]) -> Option<Sources> {
    let context = course.context?;
    let places: Vec<(String, String)> = places(course, &[])
        .into_iter()
        .filter_map(|place| Some((course.in_context(&place)?, place)))
        .collect();
    let mut found = Sources { files: Vec::new(), is_complete: true };
    for place in outermost(&places) {
        found.add(sources_at(context, &place, endings));
    }
    Some(found)
}

/// The places of the context that lie in no other of them.
fn outermost(places: &[(String, String)]) -> Vec<String> {
    let folders: BTreeSet<&str> = places.iter().map(|(folder, _)| folder.as_str()).collect();
    let is_inner = |folder: &&str| {
        folders.iter().any(|other| {
            let inside = folder.strip_prefix(other).filter(|rest| !rest.is_empty());
            inside.is_some_and(|rest| other.is_empty() || rest.starts_with('/'))
        })
    };
    folders.iter().filter(|folder| !is_inner(folder)).map(|folder| (*folder).to_owned()).collect()
}

/// The paths of the image that the start command and the variables of the file name.
fn told(course: &Course<'_>) -> BTreeSet<String> {
    let scene = course.facts.last_scene();
    let mut words: Vec<String> = Vec::new();
    for line in &course.facts.lines {
        match &line.what {
            What::Cmd(Form::Exec(own)) | What::Entrypoint(Form::Exec(own)) => {
                words.extend(own.iter().cloned());
            }
            What::Cmd(Form::Shell(text)) | What::Entrypoint(Form::Shell(text)) => {
                words.extend(text.split_whitespace().map(str::to_owned));
            }
            What::Variables(names) => {
                words.extend(names.iter().filter_map(|name| scene.value(name)).map(str::to_owned));
            }
            _ => {}
        }
    }
    let parts = words.iter().flat_map(|word| word.split(['=', ':', ',', ';', '"', '\'']));
    let parts = parts.filter(|part| !part.is_empty() && !matches!(*part, "." | "/"));
    let paths = parts.filter_map(|part| scene.path(part));
    paths.map(|path| super::world::trimmed(&path).to_owned()).collect()
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
        let landings = [destination.map(str::to_owned), destination.and_then(|d| join(d, name))];
        let is_embedded =
            landings.iter().flatten().any(|path| embedded.iter().any(|own| is_within(path, own)));
        is_source(name) || is_embedded
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

/// What is taken of the files in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Those that look like data, and those that are named.
    Known,
    /// All but sources: the folder is named.
    All,
}

struct Search<'a> {
    context: &'a Context,
    embedded: &'a [String],
    /// What the sources name.
    named: Named,
    /// Paths of the image that the file names.
    told: BTreeSet<String>,
    left: usize,
    found: Found,
}

impl Search<'_> {
    /// Something that was copied to `place` by its name: a folder whose own name tells, or one to
    /// look into.
    fn place(&mut self, folder: &str, place: &str) {
        let is_folder = matches!(self.context.kind(folder), Ok(Some(Kind::Folder)));
        if !is_folder {
            if self.takes(base_name(place), place, Takes::Known) {
                self.found.paths.push((place.to_owned(), false));
            }
        } else if folder.is_empty() {
            self.folder(folder, place, 0, Takes::Known);
        } else {
            self.inner(folder, place, 0, Takes::Known);
        }
    }

    /// Looks at what a folder holds. Whether all of it is taken.
    fn folder(&mut self, folder: &str, place: &str, depth: usize, takes: Takes) -> bool {
        let Some(entries) = self.list(folder, depth) else { return false };
        let mut is_all = true;
        for entry in entries {
            if self.left == 0 {
                self.doubt(TOO_LARGE);
                return false;
            }
            self.left -= 1;
            let path = join(place, &entry.name).filter(|path| !self.is_embedded(path));
            let Some(path) = path else {
                is_all = false;
                continue;
            };
            let inner = in_folder(folder, &entry.name);
            is_all &= match entry.kind {
                Kind::Folder if NEVER.contains(&entry.name.as_str()) => false,
                Kind::Folder => self.inner(&inner, &path, depth + 1, takes),
                _ if self.takes(&entry.name, &path, takes) => {
                    self.found.paths.push((path, false));
                    true
                }
                _ => false,
            };
        }
        is_all
    }

    /// What a folder holds, unless that is too much or lies too deep.
    fn list(&mut self, folder: &str, depth: usize) -> Option<Vec<Entry>> {
        let entries =
            (depth <= DEEPEST && self.left > 0).then(|| self.context.list(folder).ok()).flatten();
        if entries.is_none() {
            self.doubt(TOO_LARGE);
        }
        entries
    }

    /// Looks into a folder, which is taken as one if all that it holds would be taken.
    fn together(&mut self, folder: &str, path: &str, depth: usize, takes: Takes) -> bool {
        let before = self.found.paths.len();
        let is_all = self.folder(folder, path, depth, takes);
        if is_all && self.found.paths.len() > before + 1 && !is_shared(path) {
            self.found.paths.truncate(before);
            self.found.paths.push((path.to_owned(), true));
        }
        is_all
    }

    /// A folder below another, or one that was copied by its name: it is taken as a whole or looked
    /// into. Whether all of it is taken.
    fn inner(&mut self, folder: &str, path: &str, depth: usize, takes: Takes) -> bool {
        let name = base_name(folder);
        let is_told = self.told.contains(path);
        let is_kept_out = (is_other(name) || name.starts_with('.')) && depth > 0;
        if is_kept_out && !is_told && !self.named.leads_through(name) {
            return false;
        }
        // The program holds it and reads something in it, too.
        if self.embedded.iter().any(|own| is_within(path, own)) && !self.named.reads.names(path) {
            return self.folder(folder, path, depth, takes);
        }
        let is_known = FOLDERS.contains(&base_name(path).to_lowercase().as_str());
        let is_named = is_told || self.named.names_folder(name);
        let is_whole = is_known && self.holds(folder, path, depth, |name| !is_source(name));
        if !is_whole && is_named && self.holds(folder, path, depth, is_code) {
            return self.folder(folder, path, depth, Takes::All);
        }
        if is_whole || is_named && self.holds(folder, path, depth, |name| !is_code(name)) {
            self.found.paths.push((path.to_owned(), true));
            return true;
        }
        !is_known && !is_named && self.together(folder, path, depth, takes)
    }

    /// Whether a file may be read at run time.
    fn takes(&self, name: &str, path: &str, takes: Takes) -> bool {
        let is_named = self.named.names_file(name) && !is_code(name);
        self.told.contains(path)
            || match is_other(name) {
                true => is_named && !is_of_docker(name),
                false => is_named || is_data(name) || takes == Takes::All && !is_source(name),
            }
    }

    /// Whether the program holds what is at a path and does not read it from there.
    fn is_embedded(&self, path: &str) -> bool {
        self.embedded.iter().any(|own| is_within(path, own)) && !self.named.reads.wants(path)
    }

    /// Whether a folder holds a file whose name is `wanted`, or cannot be looked through.
    fn holds(&mut self, folder: &str, place: &str, depth: usize, wanted: fn(&str) -> bool) -> bool {
        if depth > DEEPEST || self.left == 0 {
            return true;
        }
        let Ok(entries) = self.context.list(folder) else { return true };
        entries.into_iter().any(|entry| {
            self.left = self.left.saturating_sub(1);
            let Some(path) = join(place, &entry.name).filter(|path| !self.is_embedded(path)) else {
                return false;
            };
            match entry.kind {
                Kind::Folder => {
                    let inner = in_folder(folder, &entry.name);
                    self.holds(&inner, &path, depth + 1, wanted)
                }
                _ => wanted(&entry.name),
            }
        })
    }

    fn doubt(&mut self, why: &str) {
        let text = || format!("the program reads no other files ({why})");
        self.found.doubt.get_or_insert_with(text);
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
        || is_of_docker(name)
        || ["readme", "license", "changelog", "contributing"]
            .iter()
            .any(|own| lower.starts_with(own))
}

/// Whether a file tells how images are built and started.
fn is_of_docker(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let starts = [".dockerignore", "docker-compose", "dockerfile"];
    starts.iter().any(|own| lower.starts_with(own)) || lower.ends_with(".dockerfile")
}

fn is_data(name: &str) -> bool {
    name == ".env" || ENDINGS.contains(&ending(&name.to_lowercase()))
}

/// A path in a folder of the context.
fn in_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    const GO_MOD: (&str, &str) = ("go.mod", "module example.com/shop\n\ngo 1.22\n");

    /// What is copied for a Go program whose `main` is `code`, with files of these paths beside it.
    #[track_caller]
    fn check(code: &str, paths: &[&str], expected: &[&str]) {
        check_file("", code, paths, expected);
    }

    /// The same with more lines in the Dockerfile.
    #[track_caller]
    fn check_file(lines: &str, code: &str, paths: &[&str], expected: &[&str]) {
        let dockerfile = format!(
            "FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\n{lines}RUN CGO_ENABLED=0 go build -o \
             /usr/local/bin/shop .\nCMD [\"shop\"]\n"
        );
        let main = format!("package main\n\nimport \"os\"\n\nfunc main() {{\n{code}\n}}\n");
        let mut files = vec![GO_MOD, ("main.go", main.as_str())];
        files.extend(paths.iter().map(|path| (*path, "x")));
        let splits = split(&dockerfile, &files).expect("an offer");
        let (_, text) = &splits[0];
        let copied: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("COPY --from=builder /src/"))
            .filter_map(|rest| rest.split_whitespace().next())
            .collect();
        assert_eq!(copied, expected, "{text}");
        assert!(!text.contains("# Assumed: the program reads no other files"), "{text}");
    }

    #[test]
    fn files_that_the_sources_name() {
        check(r#"os.ReadFile("words")"#, &["words", "VERSION"], &["words"]);
        check(r#"os.ReadFile("model.onnx")"#, &["model.onnx", "other.onnx"], &["model.onnx"]);
        check(r#"os.Open(dir + ".onnx")"#, &["a/b.onnx", "a/c.bz2"], &["a/b.onnx"]);
        check("// os.ReadFile(\"words\")", &["words"], &[]);
        check(r#"os.ReadFile("LICENSE")"#, &["LICENSE", "Makefile"], &["LICENSE"]);
        check(r#"os.ReadFile("Dockerfile")"#, &["Makefile"], &[]);
    }

    #[test]
    fn folders_that_the_sources_name() {
        check(r#"os.ReadDir("content")"#, &["content/a.md"], &["content"]);
        check(r#"os.ReadDir("content")"#, &["content/README.md"], &["content"]);
        check(r#"os.ReadFile("content/" + name)"#, &["content/a/b"], &["content"]);
        check(r#"os.ReadDir("a/content")"#, &["a/content/b", "a/c"], &["a"]);
        // Sources beside it stay.
        check(r#"os.ReadDir("content")"#, &["content/a.go", "content/b"], &["content/b"]);
        check(r#"os.ReadDir("docs")"#, &["docs/a.md"], &[]);
        check(r#"os.ReadDir("./docs")"#, &["docs/a.md"], &["docs"]);
        check(r#"os.ReadDir("docs/" + name)"#, &["docs/a.md"], &["docs"]);
        check(r#"os.ReadDir("./.git")"#, &[".git/a"], &[]);
        // A folder of a known name with texts alone.
        check("", &["data/a.md"], &["data"]);
    }

    #[test]
    fn folders_of_which_all_is_taken() {
        check("", &["lists/a.json", "lists/more/b.json", "lists/more/c.png"], &["lists"]);
        check(
            "",
            &["lists/a.json", "lists/more/b.json", "lists/x.go"],
            &["lists/a.json", "lists/more/b.json"],
        );
        check("", &["lists/a.go", "lists/more/b.json", "lists/more/c.json"], &["lists/more"]);
        check("", &["lists/a.json"], &["lists/a.json"]);
    }

    #[test]
    fn paths_that_the_file_names() {
        check_file("ENV LIST=/src/list\n", "", &["list", "other"], &["list"]);
        check_file("ENV LIST=lists\n", "", &["lists/a", "other/a"], &["lists"]);
    }

    #[test]
    fn other_languages_name_files_too() {
        let files = [
            ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
            (
                "src/main.rs",
                "fn main() { std::fs::read(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/content/a.md\")); }\n",
            ),
            ("content/a.md", "x"),
        ];
        let dockerfile = "FROM rust:1.80-bookworm\nWORKDIR /src\nCOPY . .\n\
            RUN cargo build --release\nCMD [\"/src/target/release/shop\"]\n";
        let splits = split(dockerfile, &files).expect("an offer");
        let copies = "COPY --from=builder /src/content /src/content";
        assert!(splits.iter().all(|(_, text)| text.contains(copies)), "{splits:?}");
    }

    #[test]
    fn too_many_sources_are_a_doubt() {
        let names: Vec<_> = (0..600).map(|n| format!("p{}/f{n}.go", n / 100)).collect();
        let mut files = vec![GO_MOD, ("main.go", "package main\nfunc main() {}\n")];
        files.extend(names.iter().map(|name| (name.as_str(), "package p\n")));
        let dockerfile = "FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\n\
            RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\nCMD [\"shop\"]\n";
        let splits = split(dockerfile, &files).expect("an offer");
        let doubt = "the program reads no other files (its sources are too many to be read)";
        assert!(splits.iter().all(|(_, text)| text.contains(doubt)), "{splits:?}");
    }
}
