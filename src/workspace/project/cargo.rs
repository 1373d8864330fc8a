//! Rust: `Cargo.toml`, `.cargo/config.toml` and `Cargo.lock`.
//!
//! Source: the Cargo Book (the manifest format, cargo targets, workspaces, configuration).

use serde_json::Value;

use super::super::{Context, clean, join};
use super::data::{at, entries, keys, text, texts, toml};
use super::reader::{Broken, Reader};
use super::{parent, resolve, upwards};

/// What a `Cargo.toml` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The path of the `Cargo.toml` in the context.
    pub file: String,
    /// The name of its package. A workspace may have none.
    pub name: Option<String>,
    /// The version of its package; the workspace's, if it says so.
    pub version: Option<String>,
    /// The programs that it makes, whether they are stated or found in `src`.
    pub bins: Vec<Bin>,
    /// The program that `cargo run` runs.
    pub default_run: Option<String>,
    /// Whether there is a library.
    pub has_library: bool,
    /// The sorts of files that its library is built as, if that is stated: `cdylib`.
    pub crate_types: Vec<String>,
    /// Whether a build script runs before the build, which may do anything.
    pub has_build_script: bool,
    /// Whether it is the root of a workspace (has `[workspace]`).
    pub is_workspace_root: bool,
    /// The folders of the workspace's members in the context, patterns followed. Path dependencies
    /// of members, which are members, too, are not among them.
    pub members: Vec<String>,
    /// Its dependencies.
    pub dependencies: Vec<Dependency>,
    /// The profiles that it sets something of.
    pub profiles: Vec<String>,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bin {
    /// Its name, which is that of its file, too.
    pub name: String,
    /// The file that it begins in, in the context; `None` if there is none.
    pub path: Option<String>,
    /// The features without which it is not built.
    pub required_features: Vec<String>,
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name in the sources.
    pub name: String,
    /// Its name in the registry.
    pub package: String,
    /// Its folder in the context, if it is not from a registry; begins with `..` if it is outside.
    pub path: Option<String>,
    /// The features that are asked for.
    pub features: Vec<String>,
    /// Whether only a feature brings it in.
    pub is_optional: bool,
    /// What it is needed for.
    pub role: Role,
    /// The systems that need it, as it is written: `cfg(windows)`.
    pub target: Option<String>,
}

/// What a dependency is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The program.
    Normal,
    /// The build script.
    Build,
    /// Tests and examples.
    Development,
}

/// The tables of dependencies.
const ROLES: [(&str, Role); 3] = [
    ("dependencies", Role::Normal),
    ("build-dependencies", Role::Build),
    ("dev-dependencies", Role::Development),
];

/// The `Cargo.toml` in a folder; `None` if there is none.
pub fn package(context: &Context, folder: &str) -> Result<Option<Manifest>, Broken> {
    let mut reader = Reader::new(context);
    let file = join(folder, "Cargo.toml");
    let Some(value) = read_toml(&mut reader, &file)? else { return Ok(None) };
    let inherits = inherits(&value);
    let root = if inherits { root_value(&mut reader, folder, &value)? } else { None };
    let root = root.unwrap_or_else(|| (folder.to_owned(), Value::Null));

    let mut manifest = Manifest {
        name: text(&value, &["package", "name"]),
        version: text(&value, &["package", "version"])
            .or_else(|| text(&root.1, &["workspace", "package", "version"])),
        default_run: text(&value, &["package", "default-run"]),
        is_workspace_root: value.get("workspace").is_some(),
        dependencies: dependencies(&value, folder, &root),
        profiles: keys(&value, &["profile"]),
        has_library: value.get("lib").is_some() || reader.is_file(&join(folder, "src/lib.rs")),
        crate_types: ["crate-type", "crate_type"]
            .iter()
            .flat_map(|key| texts(&value, &["lib", key]))
            .collect(),
        has_build_script: match at(&value, &["package", "build"]) {
            Value::Bool(is_there) => *is_there,
            Value::Null => reader.is_file(&join(folder, "build.rs")),
            _ => true,
        },
        file,
        ..Manifest::default()
    };
    if let Some(name) = &manifest.name {
        manifest.bins = bins(&mut reader, folder, name, &value)?;
    }
    manifest.members = members(&mut reader, folder, &value)?;
    Ok(Some(manifest))
}

fn read_toml(reader: &mut Reader<'_>, file: &str) -> Result<Option<Value>, Broken> {
    reader.read(file)?.map(|text| toml(file, &text)).transpose()
}

/// Whether a manifest takes over something from its workspace.
fn inherits(value: &Value) -> bool {
    let is_inherited = |value: &Value| value.get("workspace") == Some(&Value::Bool(true));
    entries(value, &["package"]).any(|(_, value)| is_inherited(value))
        || dependency_tables(value)
            .any(|(table, ..)| entries(table, &[]).any(|(_, value)| is_inherited(value)))
}

/// The tables of dependencies of a manifest, what they are for, and for which systems.
fn dependency_tables(value: &Value) -> impl Iterator<Item = (&Value, Role, Option<&str>)> {
    let everywhere = std::iter::once((None, value));
    let somewhere = entries(value, &["target"]).map(|(target, value)| (Some(target), value));
    everywhere.chain(somewhere).flat_map(|(target, value)| {
        ROLES.into_iter().map(move |(key, role)| (at(value, &[key]), role, target))
    })
}

/// The dependencies of the manifest in `folder`. `root` is the folder and manifest of its workspace.
fn dependencies(value: &Value, folder: &str, root: &(String, Value)) -> Vec<Dependency> {
    let mut found = Vec::new();
    for (table, role, target) in dependency_tables(value) {
        for (name, stated) in entries(table, &[]) {
            let is_inherited = stated.get("workspace") == Some(&Value::Bool(true));
            let (folder, whole) = if is_inherited {
                (root.0.as_str(), at(&root.1, &["workspace", "dependencies", name]))
            } else {
                (folder, stated)
            };
            let mut features = texts(whole, &["features"]);
            if is_inherited {
                features.extend(texts(stated, &["features"]));
            }
            let path = text(whole, &["path"]);
            found.push(Dependency {
                name: name.to_owned(),
                package: text(whole, &["package"]).unwrap_or_else(|| name.to_owned()),
                path: path.map(|path| clean(format!("{folder}/{path}").trim_start_matches('/'))),
                features,
                is_optional: stated.get("optional") == Some(&Value::Bool(true)),
                role,
                target: target.map(str::to_owned),
            });
        }
    }
    found
}

/// The programs of a package: what is stated, and what is found.
fn bins(
    reader: &mut Reader<'_>,
    folder: &str,
    package: &str,
    value: &Value,
) -> Result<Vec<Bin>, Broken> {
    let mut found = found_bins(reader, folder, package)?;
    let stated: Vec<Bin> = at(value, &["bin"])
        .as_array()
        .into_iter()
        .flatten()
        .map(|bin| {
            let name = text(bin, &["name"]).unwrap_or_else(|| package.to_owned());
            let path = match text(bin, &["path"]) {
                Some(path) => resolve(folder, &path),
                None => {
                    let same = found.iter().find(|other| other.name == name);
                    same.and_then(|other| other.path.clone())
                }
            };
            Bin { name, path, required_features: texts(bin, &["required-features"]) }
        })
        .collect();
    // Without an edition it is that of 2015, which finds nothing once something is stated.
    let is_old = match at(value, &["package", "edition"]) {
        Value::String(edition) => edition == "2015",
        // It may be the workspace's, which is rarely old.
        edition => edition.is_null(),
    };
    let finds = match at(value, &["package", "autobins"]) {
        Value::Bool(finds) => *finds,
        _ => !is_old || stated.is_empty(),
    };
    found.retain(|bin| {
        finds && !stated.iter().any(|other| other.name == bin.name || other.path == bin.path)
    });
    found.extend(stated);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The programs at the places where cargo looks for them.
fn found_bins(reader: &mut Reader<'_>, folder: &str, package: &str) -> Result<Vec<Bin>, Broken> {
    let mut found = Vec::new();
    let bin = |name: &str, path: String| Bin {
        name: name.to_owned(),
        path: Some(path),
        required_features: Vec::new(),
    };
    let main = join(folder, "src/main.rs");
    if reader.is_file(&main) {
        found.push(bin(package, main));
    }
    let inner = join(folder, "src/bin");
    for name in reader.file_names(&inner)? {
        if let Some(stem) = name.strip_suffix(".rs") {
            found.push(bin(stem, join(&inner, &name)));
        }
    }
    for name in reader.folder_names(&inner)? {
        let main = join(&inner, &format!("{name}/main.rs"));
        if reader.is_file(&main) {
            found.push(bin(&name, main));
        }
    }
    Ok(found)
}

/// The members of a workspace, patterns followed.
fn members(reader: &mut Reader<'_>, folder: &str, value: &Value) -> Result<Vec<String>, Broken> {
    let excluded: Vec<_> = excluded(folder, value).collect();
    let mut members = Vec::new();
    for pattern in texts(value, &["workspace", "members"]) {
        for member in reader.folders_like(folder, &pattern)? {
            let is_package = reader.is_file(&join(&member, "Cargo.toml"));
            if is_package && !excluded.iter().any(|out| is_below(&member, out)) {
                members.push(member);
            }
        }
    }
    members.sort();
    members.dedup();
    Ok(members)
}

fn excluded<'a>(folder: &'a str, workspace: &'a Value) -> impl Iterator<Item = String> + 'a {
    let paths = texts(workspace, &["workspace", "exclude"]).into_iter();
    paths.filter_map(move |path| resolve(folder, &path))
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder of the workspace that the package in `folder` is part of, its own if it is the root;
/// `None` if it is in no workspace, or there is no package. The folder `target` is made there.
pub fn workspace_root(context: &Context, folder: &str) -> Result<Option<String>, Broken> {
    let mut reader = Reader::new(context);
    let Some(value) = read_toml(&mut reader, &join(folder, "Cargo.toml"))? else {
        return Ok(None);
    };
    Ok(root_value(&mut reader, folder, &value)?.map(|(folder, _)| folder))
}

/// The folder and the manifest of the workspace of a package.
fn root_value(
    reader: &mut Reader<'_>,
    folder: &str,
    value: &Value,
) -> Result<Option<(String, Value)>, Broken> {
    if value.get("workspace").is_some() {
        return Ok(Some((folder.to_owned(), value.clone())));
    }
    if let Some(path) = text(value, &["package", "workspace"]) {
        let Some(root) = resolve(folder, &path) else { return Ok(None) };
        let value = read_toml(reader, &join(&root, "Cargo.toml"))?;
        return Ok(value.map(|value| (root, value)));
    }
    for above in upwards(folder).skip(1) {
        let Some(value) = read_toml(reader, &join(above, "Cargo.toml"))? else { continue };
        let is_root = value.get("workspace").is_some();
        if is_root && !excluded(above, &value).any(|out| is_below(folder, &out)) {
            return Ok(Some((above.to_owned(), value)));
        }
    }
    Ok(None)
}

/// What `.cargo/config.toml` states, in a folder and those above it: of two, the inner one counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The paths of the files in the context, the innermost first.
    pub files: Vec<String>,
    /// The systems that are built for (`build.target`): `target/TRIPLE/` is the place then.
    pub targets: Vec<String>,
    /// The folder that the build writes into, in the context or absolute (`build.target-dir`);
    /// begins with `..` if it is outside.
    pub target_dir: Option<String>,
    /// Flags for the compiler, and the systems that they are for as it is written: a triple, a
    /// `cfg(...)`, or all of them.
    pub rustflags: Vec<(Option<String>, String)>,
    /// The names of the variables that it sets (`[env]`).
    pub variables: Vec<String>,
}

/// The configuration that a cargo which runs in `folder` of the context finds there and above.
pub fn config(context: &Context, folder: &str) -> Result<Config, Broken> {
    let mut reader = Reader::new(context);
    let mut config = Config::default();
    for above in upwards(folder) {
        let place = join(above, ".cargo");
        let Some((file, content)) = reader.read_first(&place, &["config", "config.toml"])? else {
            continue;
        };
        let value = toml(&file, &content)?;
        config.files.push(file);
        if config.targets.is_empty() {
            config.targets = text_or_texts(&value, &["build", "target"]);
        }
        if config.target_dir.is_none() {
            let path = text(&value, &["build", "target-dir"]);
            config.target_dir = path.map(|path| match path.starts_with('/') {
                true => clean(&path),
                false => clean(format!("{above}/{path}").trim_start_matches('/')),
            });
        }
        let flags = text_or_texts(&value, &["build", "rustflags"]);
        config.rustflags.extend(flags.into_iter().map(|flag| (None, flag)));
        for (target, value) in entries(&value, &["target"]) {
            let flags = text_or_texts(value, &["rustflags"]);
            config.rustflags.extend(flags.into_iter().map(|flag| (Some(target.to_owned()), flag)));
        }
        config.variables.extend(keys(&value, &["env"]));
    }
    Ok(config)
}

/// The words of a text, or the texts of a list.
fn text_or_texts(value: &Value, keys: &[&str]) -> Vec<String> {
    match text(value, keys) {
        Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        None => texts(value, keys),
    }
}

/// What a `Cargo.lock` states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The path of the `Cargo.lock` in the context.
    pub file: String,
    /// The names and versions of all packages, those of the workspace included.
    pub packages: Vec<(String, String)>,
}

impl Lock {
    /// Whether some package has that name.
    pub fn has(&self, name: &str) -> bool {
        self.packages.iter().any(|(package, _)| package == name)
    }
}

/// The `Cargo.lock` in a folder, which is that of the workspace's root; `None` if there is none.
pub fn lock(context: &Context, folder: &str) -> Result<Option<Lock>, Broken> {
    let file = join(folder, "Cargo.lock");
    let Some(value) = read_toml(&mut Reader::new(context), &file)? else { return Ok(None) };
    let packages = at(&value, &["package"]).as_array().into_iter().flatten();
    let packages = packages
        .filter_map(|package| Some((text(package, &["name"])?, text(package, &["version"])?)))
        .collect();
    Ok(Some(Lock { file, packages }))
}

impl Manifest {
    /// The folder that it stands in.
    pub fn folder(&self) -> &str {
        parent(&self.file)
    }

    /// The program that `cargo run` runs: the stated one, or the only one.
    pub fn run_bin(&self) -> Option<&Bin> {
        match (&self.default_run, &self.bins[..]) {
            (Some(name), bins) => bins.iter().find(|bin| bin.name == *name),
            (None, [bin]) => Some(bin),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[track_caller]
    fn manifest(files: &[(&str, &str)], folder: &str) -> Manifest {
        package(&context(files), folder).expect("well-formed").expect("there")
    }

    #[track_caller]
    fn check_bins(toml: &str, files: &[&str], expected: &[(&str, Option<&str>)]) {
        let mut all = vec![("Cargo.toml", toml)];
        all.extend(files.iter().map(|file| (*file, "fn main() {}")));
        let manifest = manifest(&all, "");
        let bins = manifest.bins.iter().map(|bin| (bin.name.as_str(), bin.path.as_deref()));
        assert_eq!(bins.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_package() {
        let text = "[package]\nname = \"web-app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n\
            [dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\nanyhow = \"1\"\n\
            tls = { package = \"openssl\", version = \"0.10\", optional = true }\n\
            mine = { path = \"../mine\" }\n[build-dependencies]\ncc = \"1\"\n\
            [dev-dependencies]\ninsta = \"1\"\n[target.'cfg(unix)'.dependencies]\nnix = \"0.29\"\n\
            [profile.release]\nlto = true\n[profile.small]\ninherits = \"release\"\n";
        let files = [("app/Cargo.toml", text), ("app/src/main.rs", ""), ("app/build.rs", "")];
        let manifest = manifest(&files, "app");
        assert_eq!(manifest.name.as_deref(), Some("web-app"));
        assert_eq!(manifest.version.as_deref(), Some("1.2.3"));
        assert_eq!(manifest.run_bin().map(|bin| bin.name.as_str()), Some("web-app"));
        assert_eq!(manifest.profiles, ["release", "small"]);
        assert_eq!((manifest.file.as_str(), manifest.folder()), ("app/Cargo.toml", "app"));
        assert!(manifest.has_build_script && !manifest.is_workspace_root && !manifest.has_library);
        let find = |name: &str| {
            manifest.dependencies.iter().find(|dependency| dependency.name == name).expect("there")
        };
        assert_eq!(find("serde").features, ["derive"]);
        assert_eq!((find("tls").package.as_str(), find("tls").is_optional), ("openssl", true));
        assert_eq!(find("mine").path.as_deref(), Some("mine"));
        assert_eq!(find("cc").role, Role::Build);
        assert_eq!(find("insta").role, Role::Development);
        assert_eq!(find("nix").target.as_deref(), Some("cfg(unix)"));
        assert_eq!(find("anyhow").role, Role::Normal);
    }

    #[test]
    fn programs_of_a_package() {
        let new = "[package]\nname = \"a-b\"\nedition = \"2021\"\n";
        check_bins(new, &["src/lib.rs"], &[]);
        check_bins(
            new,
            &["src/main.rs", "src/bin/x.rs", "src/bin/y/main.rs", "src/bin/z/no.rs"],
            &[
                ("a-b", Some("src/main.rs")),
                ("x", Some("src/bin/x.rs")),
                ("y", Some("src/bin/y/main.rs")),
            ],
        );
        let stated = format!("{new}[[bin]]\nname = \"server\"\npath = \"src/main.rs\"\n");
        check_bins(&stated, &["src/main.rs"], &[("server", Some("src/main.rs"))]);
        let by_name = format!("{new}[[bin]]\nname = \"x\"\n[[bin]]\nname = \"gone\"\n");
        check_bins(
            &by_name,
            &["src/bin/x.rs", "src/main.rs"],
            &[("a-b", Some("src/main.rs")), ("gone", None), ("x", Some("src/bin/x.rs"))],
        );
        let off = format!("{new}autobins = false\n[[bin]]\nname = \"x\"\n");
        check_bins(&off, &["src/bin/x.rs", "src/main.rs"], &[("x", Some("src/bin/x.rs"))]);
        let old = "[package]\nname = \"a\"\n[[bin]]\nname = \"x\"\n";
        check_bins(old, &["src/bin/x.rs", "src/main.rs"], &[("x", Some("src/bin/x.rs"))]);
    }

    const ROOT: &str = "[workspace]\nmembers = [\"crates/*\", \"tools\"]\nexclude = [\"crates/old\"]\n\
        [workspace.package]\nversion = \"2.0.0\"\nedition = \"2021\"\n\
        [workspace.dependencies]\nnet = { package = \"hyper\", version = \"1\", features = [\"http1\"] }\n\
        core = { path = \"crates/core\" }\n";

    const SERVER: &str = "[package]\nname = \"server\"\nversion.workspace = true\n\
        edition.workspace = true\n[dependencies]\ncore.workspace = true\n\
        net = { workspace = true, features = [\"server\"] }\n[[bin]]\nname = \"extra\"\n";

    fn workspace() -> Vec<(&'static str, &'static str)> {
        vec![
            ("Cargo.toml", ROOT),
            ("crates/server/Cargo.toml", SERVER),
            ("crates/server/src/main.rs", ""),
            ("crates/core/Cargo.toml", "[package]\nname = \"core\"\n"),
            ("crates/old/Cargo.toml", "[package]\nname = \"old\"\n"),
            ("crates/README", ""),
            ("crates/none/x", ""),
            ("tools/Cargo.toml", "[package]\nname = \"tools\"\nworkspace = \"..\"\n"),
        ]
    }

    #[test]
    fn a_workspace() {
        let files = workspace();
        let root = manifest(&files, "");
        assert!(root.is_workspace_root && root.name.is_none());
        assert_eq!(root.members, ["crates/core", "crates/server", "tools"]);
        let server = manifest(&files, "crates/server");
        assert_eq!(server.version.as_deref(), Some("2.0.0"));
        let find = |name: &str| {
            server.dependencies.iter().find(|dependency| dependency.name == name).expect("there")
        };
        assert_eq!(find("core").path.as_deref(), Some("crates/core"));
        assert_eq!(find("net").package, "hyper");
        assert_eq!(find("net").features, ["http1", "server"]);
        // Its edition is new, wherever it is stated.
        assert_eq!(server.bins.len(), 2);

        let context = context(&files);
        let root = |folder| workspace_root(&context, folder).expect("well-formed");
        assert_eq!(root("crates/server").as_deref(), Some(""));
        assert_eq!(root("tools").as_deref(), Some(""));
        assert_eq!(root("").as_deref(), Some(""));
        assert_eq!(root("crates/old"), None);
        assert_eq!(root("crates/none"), None);
    }

    #[test]
    fn configuration() {
        let inner = "[build]\ntarget = \"x86_64-unknown-linux-musl\"\ntarget-dir = \"../out\"\n\
            [target.x86_64-unknown-linux-musl]\nrustflags = [\"-C\", \"target-feature=-crt-static\"]\n";
        let outer =
            "[build]\ntarget = [\"a\"]\nrustflags = \"-C strip=symbols\"\n[env]\nX = \"1\"\n";
        let context =
            context(&[("a/.cargo/config.toml", inner), (".cargo/config", outer), ("b/x", "")]);
        let inner = config(&context, "a").expect("well-formed");
        assert_eq!(inner.files, ["a/.cargo/config.toml", ".cargo/config"]);
        assert_eq!(inner.targets, ["x86_64-unknown-linux-musl"]);
        assert_eq!(inner.target_dir.as_deref(), Some("out"));
        let triple = Some("x86_64-unknown-linux-musl".to_owned());
        assert_eq!(
            inner.rustflags,
            [
                (triple.clone(), "-C".to_owned()),
                (triple, "target-feature=-crt-static".to_owned()),
                (None, "-C".to_owned()),
                (None, "strip=symbols".to_owned()),
            ]
        );
        let outer = config(&context, "b").expect("well-formed");
        assert_eq!(outer.targets, ["a"]);
        assert_eq!(outer.variables, ["X"]);
    }

    #[test]
    fn locked_packages() {
        let text = "version = 3\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\
            dependencies = [\"openssl-sys\"]\n[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.99\"\n";
        let lock =
            lock(&context(&[("Cargo.lock", text)]), "").expect("well-formed").expect("there");
        assert!(lock.has("openssl-sys") && !lock.has("openssl-src"));
        assert_eq!(lock.file, "Cargo.lock");
    }

    #[test]
    fn broken_and_odd_files() {
        assert_eq!(package(&context(&[]), "a"), Ok(None));
        for broken in ["[package", "name = ", "[a]\n[a]\n"] {
            let broken = package(&context(&[("a/Cargo.toml", broken)]), "a").expect_err("broken");
            assert_eq!(broken.file, "a/Cargo.toml");
        }
        for odd in ["", "package = 1", "bin = 1\n[package]\nname = 2", "[workspace]\nmembers = 1"] {
            let odd = manifest(&[("Cargo.toml", odd)], "");
            assert_eq!((odd.name, odd.bins.len(), odd.members.len()), (None, 0, 0));
        }
    }
}
