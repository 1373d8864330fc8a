//! The house rules that a compiler does not hold: which module may use which, and where protocol
//! types may stand.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The modules in the order of `lib.rs`: each may use those before it.
const ORDER: [&str; 12] = [
    "text",
    "language",
    "syntax",
    "model",
    "shell",
    "workspace",
    "image",
    "split",
    "check",
    "ide",
    "server",
    "cli",
];

/// Modules that stand beside each other in the order but do not know each other.
const STRANGERS: [(&str, &str); 13] = [
    ("language", "text"),
    ("shell", "text"),
    ("shell", "syntax"),
    ("shell", "model"),
    ("workspace", "shell"),
    ("workspace", "language"),
    ("workspace", "syntax"),
    ("workspace", "model"),
    ("image", "text"),
    ("image", "syntax"),
    ("image", "model"),
    ("image", "workspace"),
    ("check", "workspace"),
];

#[test]
fn arrows_go_down_only() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let Some(module) = module_of(&path) else { continue };
        for used in used_modules(&code) {
            let upward = place(used) > place(module) || STRANGERS.contains(&(module, used));
            if upward {
                wrong.push(format!("{} uses crate::{used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn protocol_types_stay_in_the_server() {
    let outside: Vec<_> = sources()
        .into_iter()
        .filter(|(path, _)| !matches!(module_of(path), Some("server")))
        .filter(|(_, code)| code.contains("tower_lsp_server") || code.contains("ls_types"))
        .map(|(path, _)| path)
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[test]
fn the_map_lists_every_module() {
    let lib = fs::read_to_string(root().join("lib.rs")).expect("src/lib.rs");
    let listed: Vec<_> =
        lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, ORDER, "the order in tests/house.rs is that of lib.rs");
}

fn place(module: &str) -> usize {
    ORDER.iter().position(|m| *m == module).unwrap_or_else(|| panic!("unknown module {module}"))
}

fn module_of(path: &Path) -> Option<&'static str> {
    let first = path.components().next()?.as_os_str().to_str()?;
    ORDER.into_iter().find(|module| *module == first)
}

/// The modules that a file names as `crate::module`.
fn used_modules(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).filter_map(|rest| {
        let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        ORDER.contains(&name).then_some(name)
    })
}

/// All our source files, by their path below `src`.
fn sources() -> Vec<(PathBuf, String)> {
    let files = WalkDir::new(root()).into_iter().map(|file| file.expect("readable").into_path());
    let found: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let code = fs::read_to_string(&path).expect("a source file");
            (path.strip_prefix(root()).expect("below src").to_owned(), code)
        })
        .collect();
    assert!(found.len() > 20, "the sources are missing");
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
