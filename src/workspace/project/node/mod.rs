//! Node: `package.json`, lock files, and what bundlers and compilers write where.
//!
//! | file | what it holds |
//! |---|---|
//! | `config.rs` | one setting of a configuration that is a program |
//! | `bundler.rs` | which framework a project uses, and its output folder |
//! | `angular.rs` | `angular.json` |
//! | `typescript.rs` | `tsconfig.json`, `nest-cli.json` |
//!
//! Source: the npm documentation (`package.json`, workspaces), those of yarn, pnpm and bun.

pub mod angular;
pub mod bundler;
mod config;
pub mod typescript;

use serde_json::Value;

use super::super::{Context, join};
use super::data::{at, json, text, text_map, texts, yaml};
use super::reader::{Broken, Reader};

/// What a `package.json` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// The path of the `package.json` in the context.
    pub file: String,
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The file that is loaded when somebody imports it.
    pub main: Option<String>,
    /// Whether its `.js` files are ES modules (`"type": "module"`).
    pub is_module: bool,
    /// Its commands: names and files.
    pub bin: Vec<(String, String)>,
    /// Its scripts: names and shell text.
    pub scripts: Vec<(String, String)>,
    /// What it needs to run: names and versions as they are written.
    pub dependencies: Vec<(String, String)>,
    /// What it needs to be built.
    pub dev_dependencies: Vec<(String, String)>,
    /// What it may do without.
    pub optional_dependencies: Vec<(String, String)>,
    /// What it expects beside it.
    pub peer_dependencies: Vec<(String, String)>,
    /// The patterns of its workspaces' folders.
    pub workspaces: Vec<String>,
    /// The package manager that it wants: `pnpm@9.1.0`.
    pub package_manager: Option<String>,
    /// The programs that it wants to run with: `node` and `>=20`.
    pub engines: Vec<(String, String)>,
}

impl Package {
    /// The text of a script.
    pub fn script(&self, name: &str) -> Option<&str> {
        find(&self.scripts, name)
    }

    /// The version of a package that it needs to run or to be built, as it is written.
    pub fn any_dependency(&self, name: &str) -> Option<&str> {
        let lists = [&self.dependencies, &self.dev_dependencies, &self.optional_dependencies];
        lists.into_iter().find_map(|list| find(list, name))
    }

    /// Whether it needs a package to run.
    pub fn runs_with(&self, name: &str) -> bool {
        find(&self.dependencies, name).or(find(&self.optional_dependencies, name)).is_some()
    }
}

fn find<'a>(list: &'a [(String, String)], name: &str) -> Option<&'a str> {
    list.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// The `package.json` in a folder; `None` if there is none.
pub fn package(context: &Context, folder: &str) -> Result<Option<Package>, Broken> {
    read_package(&mut Reader::new(context), folder)
}

fn read_package(reader: &mut Reader<'_>, folder: &str) -> Result<Option<Package>, Broken> {
    let file = join(folder, "package.json");
    let Some(content) = reader.read(&file)? else { return Ok(None) };
    let value = json(&file, &content)?;
    let name = text(&value, &["name"]);
    let bin = match at(&value, &["bin"]) {
        // Its name is the package's without the scope.
        Value::String(path) => {
            let name = name.as_deref().map_or("", super::base_name);
            vec![(name.to_owned(), path.clone())]
        }
        _ => text_map(&value, &["bin"]),
    };
    let workspaces = match at(&value, &["workspaces"]) {
        Value::Object(_) => texts(&value, &["workspaces", "packages"]),
        _ => texts(&value, &["workspaces"]),
    };
    Ok(Some(Package {
        version: text(&value, &["version"]),
        main: text(&value, &["main"]),
        is_module: text(&value, &["type"]).as_deref() == Some("module"),
        scripts: text_map(&value, &["scripts"]),
        dependencies: text_map(&value, &["dependencies"]),
        dev_dependencies: text_map(&value, &["devDependencies"]),
        optional_dependencies: text_map(&value, &["optionalDependencies"]),
        peer_dependencies: text_map(&value, &["peerDependencies"]),
        package_manager: text(&value, &["packageManager"]),
        engines: text_map(&value, &["engines"]),
        file,
        name,
        bin,
        workspaces,
    }))
}

/// The folders of the workspaces whose root is in `folder`, patterns followed: those of
/// `package.json` and of `pnpm-workspace.yaml`.
pub fn workspace_folders(context: &Context, folder: &str) -> Result<Vec<String>, Broken> {
    let mut reader = Reader::new(context);
    let mut patterns = read_package(&mut reader, folder)?.unwrap_or_default().workspaces;
    let file = join(folder, "pnpm-workspace.yaml");
    if let Some(content) = reader.read(&file)? {
        patterns.extend(texts(&yaml(&file, &content)?, &["packages"]));
    }
    let mut folders: Vec<String> = Vec::new();
    for pattern in patterns {
        let (is_out, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern.as_str()),
        };
        let found = reader.folders_like(folder, pattern)?;
        if is_out {
            folders.retain(|folder| !found.contains(folder));
            continue;
        }
        let is_package = |folder: &String| reader.is_file(&join(folder, "package.json"));
        folders.extend(found.into_iter().filter(is_package));
    }
    folders.sort();
    folders.dedup();
    Ok(folders)
}

/// A file that holds the versions of all packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Its path in the context.
    pub file: String,
    /// Which it is.
    pub kind: LockKind,
}

/// The kinds of lock files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// `package-lock.json`
    Npm,
    /// `npm-shrinkwrap.json`, which npm prefers to the other.
    NpmShrinkwrap,
    /// `yarn.lock` of yarn 1.
    YarnClassic,
    /// `yarn.lock` of yarn 2 and later.
    YarnBerry,
    /// `pnpm-lock.yaml`
    Pnpm,
    /// `bun.lock` or `bun.lockb`
    Bun,
}

/// The names of lock files. A `yarn.lock` is looked into.
const LOCKS: [(&str, LockKind); 6] = [
    ("npm-shrinkwrap.json", LockKind::NpmShrinkwrap),
    ("package-lock.json", LockKind::Npm),
    ("yarn.lock", LockKind::YarnClassic),
    ("pnpm-lock.yaml", LockKind::Pnpm),
    ("bun.lock", LockKind::Bun),
    ("bun.lockb", LockKind::Bun),
];

/// The lock files in a folder.
pub fn locks(context: &Context, folder: &str) -> Result<Vec<Lock>, Broken> {
    let mut reader = Reader::new(context);
    let mut found = Vec::new();
    for (name, kind) in LOCKS {
        let file = join(folder, name);
        let kind = match kind {
            // Yarn 2 and later write this section first.
            LockKind::YarnClassic => match reader.read_start(&file)? {
                Some(start) if start.contains("__metadata:") => LockKind::YarnBerry,
                Some(_) => kind,
                None => continue,
            },
            _ if reader.is_file(&file) => kind,
            _ => continue,
        };
        found.push(Lock { file, kind });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    const PACKAGE: &str = r#"{
        "name": "@team/shop", "version": "1.0.0", "main": "dist/main.js", "type": "module",
        "bin": "cli.js", "packageManager": "pnpm@9.1.0", "engines": {"node": ">=20"},
        "scripts": {"build": "tsc -p .", "start": "node dist/main.js"},
        "dependencies": {"express": "^4.18.0", "odd": 1}, "devDependencies": {"typescript": "5.4.0"},
        "optionalDependencies": {"bufferutil": "*"}, "workspaces": {"packages": ["packages/*"]}
    }"#;

    #[test]
    fn packages() {
        let context = context(&[("web/package.json", PACKAGE)]);
        let package = package(&context, "web").expect("well-formed").expect("there");
        assert_eq!(package.file, "web/package.json");
        assert_eq!(package.name.as_deref(), Some("@team/shop"));
        assert_eq!(package.bin, [("shop".to_owned(), "cli.js".to_owned())]);
        assert_eq!(package.script("start"), Some("node dist/main.js"));
        assert_eq!(package.any_dependency("typescript"), Some("5.4.0"));
        assert!(package.runs_with("express") && package.runs_with("bufferutil"));
        assert!(!package.runs_with("typescript") && package.is_module);
        assert_eq!(package.dependencies.len(), 1, "only texts are versions");
        assert_eq!(package.workspaces, ["packages/*"]);
        assert_eq!(package.package_manager.as_deref(), Some("pnpm@9.1.0"));
    }

    #[test]
    fn broken_and_odd_packages() {
        assert_eq!(package(&context(&[]), ""), Ok(None));
        let broken = package(&context(&[("package.json", "{")]), "").expect_err("broken");
        assert!(broken.to_string().starts_with("package.json is not well-formed: "), "{broken}");
        for odd in ["[]", "1", "{\"scripts\": [], \"bin\": 1, \"workspaces\": \"x\"}"] {
            let odd = package(&context(&[("package.json", odd)]), "").expect("well-formed");
            assert_eq!(odd, Some(Package { file: "package.json".into(), ..Package::default() }));
        }
    }

    #[test]
    fn workspaces() {
        let context = context(&[
            ("package.json", "{\"workspaces\": [\"apps/*\"]}"),
            ("pnpm-workspace.yaml", "packages:\n  - 'libs/**'\n  - '!libs/old/**'\n"),
            ("apps/web/package.json", "{}"),
            ("apps/none/x", ""),
            ("libs/a/b/package.json", "{}"),
            ("libs/a/node_modules/c/package.json", "{}"),
            ("libs/old/package.json", "{}"),
        ]);
        assert_eq!(workspace_folders(&context, ""), Ok(vec!["apps/web".into(), "libs/a/b".into()]));
    }

    #[test]
    fn lock_files() {
        let check = |name, content, kind| {
            let found = locks(&context(&[(name, content)]), "").expect("read");
            assert_eq!(found, [Lock { file: name.to_owned(), kind }]);
        };
        check("package-lock.json", "{}", LockKind::Npm);
        check("npm-shrinkwrap.json", "{}", LockKind::NpmShrinkwrap);
        let long = format!("# yarn lockfile v1\n{}", "x".repeat(2_000_000));
        check("yarn.lock", &long, LockKind::YarnClassic);
        check("yarn.lock", "# generated\n\n__metadata:\n  version: 8\n", LockKind::YarnBerry);
        check("pnpm-lock.yaml", "", LockKind::Pnpm);
        check("bun.lockb", "", LockKind::Bun);
    }
}
