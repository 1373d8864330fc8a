//! What a project's own files say: which program a build makes, what it is named, what it needs.
//!
//! One file a kind of manifest. Each question takes a [`Context`](super::Context) and a folder of it, and sees only
//! what the build sees: a file that the ignore file leaves out is not there. A file is read when it
//! is asked for and not before. An answer is what the file states: `None` is "not stated", or "only
//! a run of the build tool would know". A file that is not well-formed is [`Broken`], which names it.
//!
//! | file | what it reads |
//! |---|---|
//! | `reader.rs` | one question: files read within limits, [`Broken`] |
//! | `data.rs` | TOML, JSON, JSON with comments and YAML as one kind of value |
//! | `lex.rs` | program text as words, texts and brackets |
//! | `go.rs` | `go.mod`; what Go sources import and embed |
//! | `cargo.rs` | `Cargo.toml`, `.cargo/config.toml`, `Cargo.lock` |
//! | `node/` | `package.json`, lock files, bundlers' configurations, `tsconfig.json` |
//! | `python.rs` | requirement files, `pyproject.toml`, `Pipfile`, lock files |
//! | `maven.rs`, `gradle.rs`, `sbt.rs` | `pom.xml`; `build.gradle`, `settings.gradle`; `build.sbt` |
//! | `dotnet.rs` | `*.csproj`, `Directory.Build.props` |
//! | `cmake.rs`, `make.rs`, `meson.rs` | `CMakeLists.txt`; `Makefile`; `meson.build` |
//! | `ruby.rs`, `php.rs`, `elixir.rs` | `Gemfile`, `Gemfile.lock`; `composer.json`; `mix.exs` |
//! | `haskell.rs`, `swift.rs`, `dart.rs` | `*.cabal`, `package.yaml`, `stack.yaml`; `Package.swift`; `pubspec.yaml` |
//! | `deno.rs`, `zig.rs` | `deno.json`; `build.zig` |

pub mod cargo;
pub mod cmake;
pub mod dart;
pub mod data;
pub mod deno;
pub mod dotnet;
pub mod elixir;
pub mod go;
pub mod gradle;
pub mod haskell;
mod lex;
pub mod make;
pub mod maven;
pub mod meson;
pub mod node;
pub mod php;
pub mod python;
mod reader;
pub mod ruby;
pub mod sbt;
pub mod swift;
pub mod zig;

pub use reader::Broken;

use super::clean;

/// What a file says of something for which there is a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting {
    /// That text.
    Stated(String),
    /// Nothing: the default holds.
    #[default]
    Absent,
    /// Something that only a run of the tool would tell.
    Unknown,
}

impl Setting {
    /// The text, if it is stated.
    pub fn stated(&self) -> Option<&str> {
        match self {
            Setting::Stated(text) => Some(text),
            _ => None,
        }
    }

    /// The text, or else the default; `None` if it is not known.
    pub fn or_default<'a>(&'a self, default: &'a str) -> Option<&'a str> {
        match self {
            Setting::Stated(text) => Some(text),
            Setting::Absent => Some(default),
            Setting::Unknown => None,
        }
    }
}

/// Where a relative path of a file in `folder` leads; `None` if that is outside of the context, or
/// if the path is absolute.
fn resolve(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let path = clean(format!("{folder}/{path}").trim_start_matches('/'));
    (path != ".." && !path.starts_with("../")).then_some(path)
}

/// The folder that a path lies in.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A folder of the context and those above it, the innermost first.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match *folder {
        "" => None,
        folder => Some(parent(folder)),
    })
}

/// A context of these files, by path and text; for tests.
#[cfg(test)]
fn context(files: &[(&str, &str)]) -> super::Context {
    use std::path::Path;
    use std::sync::Arc;

    use super::Context;

    let mut memory = super::Memory::default().folder("/c");
    for (path, text) in files {
        memory = memory.file(format!("/c/{path}"), *text);
    }
    Context::open(Arc::new(memory), Path::new("/c"), Path::new("Dockerfile")).expect("opens")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::super::Context;
    use super::*;

    /// Asks all that can be asked of a project.
    fn ask(context: &Context) {
        use node::{angular, bundler, typescript};

        let _ = go::module(context, "");
        let _ = go::embedded(context, &go::sources(context, "", None));
        let _ = cargo::package(context, "");
        let _ = cargo::workspace_root(context, "");
        let _ = cargo::config(context, "");
        let _ = cargo::lock(context, "");
        if let Ok(Some(package)) = node::package(context, "") {
            let _ = bundler::frameworks(&package);
        }
        for framework in bundler::Framework::ALL {
            let _ = bundler::output(context, "", framework);
        }
        let _ = node::workspace_folders(context, "");
        let _ = node::locks(context, "");
        let _ = angular::workspace(context, "");
        let _ = typescript::config(context, "", "tsconfig.json");
        let _ = typescript::nest(context, "");
        let _ = python::requirements(context, "requirements.txt");
        let _ = python::project(context, "");
        let _ = python::pipfile(context, "");
        let _ = python::locks(context, "");
        if let Ok(lineage) = maven::lineage(context, "") {
            let _ = maven::final_name(&lineage);
            let _ = maven::is_spring_boot(&lineage);
            let _ = maven::quarkus_package(&lineage);
        }
        let _ = gradle::settings(context, "");
        let _ = gradle::build(context, "");
        let _ = dotnet::project(context, "a.csproj");
        let _ = cmake::project(context, "");
        if let Ok(Some(makefile)) = make::makefile(context, "") {
            let nothing = make::Variables::new();
            for target in makefile.targets.iter().take(100) {
                let _ = makefile.recipe(target, &nothing, &nothing);
            }
        }
        let _ = meson::project(context, "");
        let _ = ruby::gemfile(context, "");
        let _ = ruby::lock(context, "");
        let _ = php::composer(context, "");
        let _ = elixir::mix(context, "");
        let _ = haskell::package(context, "");
        let _ = haskell::stack(context, "");
        let _ = swift::package(context, "");
        let _ = dart::pubspec(context, "");
        let _ = deno::config(context, "");
        let _ = zig::build(context, "");
        let _ = sbt::build(context, "");
    }

    /// The files that are read, but `package.json`.
    const FILES: [&str; 42] = [
        "go.mod",
        "main.go",
        "Cargo.toml",
        ".cargo/config.toml",
        "Cargo.lock",
        "yarn.lock",
        "pnpm-workspace.yaml",
        "angular.json",
        "tsconfig.json",
        "nest-cli.json",
        "vite.config.ts",
        "next.config.js",
        "vue.config.js",
        "astro.config.mjs",
        "svelte.config.js",
        "nuxt.config.ts",
        ".eleventy.js",
        ".vitepress/config.ts",
        "rsbuild.config.ts",
        ".env",
        "requirements.txt",
        "pyproject.toml",
        "Pipfile",
        "poetry.lock",
        "pom.xml",
        "settings.gradle",
        "build.gradle",
        "a.csproj",
        "CMakeLists.txt",
        "Makefile",
        "meson.build",
        "Gemfile",
        "Gemfile.lock",
        "composer.json",
        "mix.exs",
        "a.cabal",
        "Package.swift",
        "pubspec.yaml",
        "deno.json",
        "build.zig",
        "build.sbt",
        "gradle.properties",
    ];

    fn ask_of(text: &str) {
        let mut files: Vec<_> = FILES.iter().map(|file| (*file, text)).collect();
        files.push(("package.json", "{}"));
        ask(&context(&files));
        ask(&context(&[("package.json", text)]));
    }

    /// Pieces of which odd files are made.
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        "a", "\u{e9}", "1", " ", "\n", "\n\t", "\\", "\\\n", "\"", "'", "`", "\"\"\"", "\'\'\'",
        "(", ")", "[", "]", "{", "}", "<", ">", "</a>", "<a>", "<a/>", "/", "//", "/*", "*/", "#",
        "#{", "#[[", "${", "$(", "$", "$$", "=", ":=", "+=", ":", ";", ",", ".", "...", "=>", "@",
        "%", "&", "-", "- ", "--", "-r ", "[[", "]]", "[a]\n", "import ", "package main\n",
        "//go:embed ", "module ", "export default ", "defineConfig(", "build", "outDir: ",
        "version", " = ", "plugins {", "id ", "include ", "set(", "project(", "add_executable(",
        "endif()", "if(", "ifdef X\n", "endif\n", "define X\n", "gem ", "GEM\n", "executable ",
        "name := ", "apply", "\r\n", "\u{feff}", "a:\n", "a=b\n", "X += a\n", "set(a b)\n", "{a}",
    ];

    proptest! {
        #[test]
        fn odd_files_are_no_trouble(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
        ) {
            ask_of(&pieces.concat());
        }
    }

    #[test]
    fn long_files_are_no_trouble() {
        for piece in PIECES {
            let start = Instant::now();
            ask_of(&piece.repeat(2_000 / piece.len()));
            let took = start.elapsed();
            assert!(took < Duration::from_secs(20), "{piece}: {took:?}");
        }
    }

    #[test]
    fn relative_paths_stay_inside() {
        let check = |folder, path, expected: Option<&str>| {
            assert_eq!(resolve(folder, path).as_deref(), expected, "{folder} {path}");
        };
        check("", "a", Some("a"));
        check("a", "../b", Some("b"));
        check("a", "./b/", Some("a/b"));
        check("a", "..", Some(""));
        check("a", "../..", None);
        check("", "../a", None);
        check("a", "/b", None);
    }

    #[test]
    fn folders_above() {
        assert_eq!(upwards("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(upwards("").collect::<Vec<_>>(), [""]);
    }
}
