//! The Dockerfiles under `fixtures/`, by section.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// A Dockerfile of ours.
#[derive(Debug)]
pub struct Fixture {
    /// Its path from the root of the repository, with `/`.
    pub name: String,
    /// The golden file that holds its answer.
    pub section: String,
    /// Its bytes, which need not be UTF-8.
    pub bytes: Vec<u8>,
}

impl Fixture {
    /// The text as an editor sees it: each byte that is not UTF-8 is one U+FFFD.
    pub fn text(&self) -> String {
        stagewright::text::decode(&self.bytes).text
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All fixtures in the order of their names: `fixtures/dockerfile/SECTION/…`, and the Dockerfiles
/// of the projects in `fixtures/seeds`.
pub fn all() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for section in folders(&root().join("fixtures/dockerfile")) {
        let name = section.file_name().unwrap_or_default().to_string_lossy().into_owned();
        read(&section, &name, &mut fixtures);
    }
    read(&root().join("fixtures/seeds"), "seeds", &mut fixtures);
    fixtures.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(fixtures.len() > 1_000, "the fixtures are missing");
    fixtures
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of fixtures");
    entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()).collect()
}

fn read(folder: &Path, section: &str, fixtures: &mut Vec<Fixture>) {
    for entry in WalkDir::new(folder) {
        let path = entry.expect("readable").into_path();
        if path.is_file() && is_dockerfile(&path) {
            let name = path.strip_prefix(root()).expect("inside the repository");
            let bytes = fs::read(&path).expect("readable");
            let name = name.to_string_lossy().replace('\\', "/");
            fixtures.push(Fixture { name, section: section.to_owned(), bytes });
        }
    }
}

fn is_dockerfile(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let kind = name.contains("dockerfile") || name.contains("containerfile");
    kind && !name.ends_with(".dockerignore")
}
