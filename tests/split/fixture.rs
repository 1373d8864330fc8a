//! The projects that are built.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::offer::Variant;

/// A folder with a Dockerfile, what it copies, and what is expected of both.
pub struct Fixture {
    pub name: String,
    /// The context of the build.
    pub folder: PathBuf,
    /// The Dockerfile's path.
    pub path: PathBuf,
    pub dockerfile: String,
    pub expected: Expected,
}

/// `expected.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub decision: Decision,
    pub probe: Probe,
    /// Variables which the Dockerfile sets and which only the build needs.
    #[serde(default)]
    pub build_only: BTreeSet<String>,
    pub conservative: Option<Outcome>,
    pub smallest: Option<Outcome>,
    /// Of the tutorial's own split, `multi.Dockerfile` beside the Dockerfile.
    pub tutorial: Option<Outcome>,
    /// The Dockerfile from here, if not `project/Dockerfile`. Its folder is the context.
    pub file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// A split that is proved.
    Offered,
    /// A split that a person should look at.
    Review,
    /// No split.
    Refused,
}

/// What is expected of one split.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The base of the last stage; none where it is refused.
    pub base: Option<String>,
    /// A part of the reason for which it is refused.
    pub refused: Option<String>,
    /// Where it serves, if not where the original does.
    pub port: Option<u16>,
    /// What may differ from the original since the offer says so: see `compare.rs` for the words.
    #[serde(default)]
    pub changes: BTreeSet<String>,
}

/// How a container is run, and what that has to show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Behind the image's name: in place of CMD.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// What it prints before it ends.
    pub stdout: Option<String>,
    /// With which code it ends.
    #[serde(default)]
    pub exit: i32,
    /// Where it serves HTTP; it is stopped then.
    pub port: Option<u16>,
    #[serde(default = "root")]
    pub path: String,
    #[serde(default = "ok")]
    pub status: u16,
    /// The body of the answer.
    pub body: Option<String>,
    /// Whether the health check must come to say `healthy`.
    #[serde(default)]
    pub healthy: bool,
}

fn root() -> String {
    "/".to_owned()
}

fn ok() -> u16 {
    200
}

impl Expected {
    pub fn variant(&self, variant: Variant) -> Option<&Outcome> {
        match variant {
            Variant::Conservative => self.conservative.as_ref(),
            Variant::Smallest => self.smallest.as_ref(),
            Variant::Tutorial => self.tutorial.as_ref(),
        }
    }
}

/// Those of `fixtures/split` that have an `expected.toml`, in order of their names.
pub fn all() -> Vec<Fixture> {
    let wanted = std::env::var("STAGEWRIGHT_SPLIT").ok();
    let is_wanted = |name: &str| {
        wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|part| name.starts_with(part)))
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/split");
    let mut folders: Vec<_> = fs::read_dir(&root)
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|folder| folder.join("expected.toml").is_file())
        .collect();
    folders.sort();
    let fixtures = folders.iter().map(|folder| load(folder));
    let fixtures: Vec<_> = fixtures.filter(|fixture| is_wanted(&fixture.name)).collect();
    assert!(!fixtures.is_empty(), "no fixture is called {wanted:?}");
    fixtures
}

fn load(folder: &Path) -> Fixture {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let text = fs::read_to_string(folder.join("expected.toml")).expect("text");
    let expected: Expected =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/expected.toml: {error}"));
    let file = expected.file.clone().unwrap_or_else(|| "project/Dockerfile".into());
    let path = folder.join(file).canonicalize().unwrap_or_else(|error| panic!("{name}: {error}"));
    let dockerfile = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let context = path.parent().expect("a folder").to_owned();
    Fixture { name, folder: context, path, dockerfile, expected }
}
