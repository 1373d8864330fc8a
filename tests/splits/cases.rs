//! The files that are tested, with their build contexts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stagewright::model::Model;
use stagewright::split::answer::Variant;
use stagewright::split::judge::{Verdict, Wanted, judge};
use stagewright::syntax::Tree;
use stagewright::text::apply_edits;
use stagewright::workspace::{Context, Memory};
use walkdir::WalkDir;

/// Files beside a golden's `Dockerfile` that are no part of its project.
const NOT_THE_PROJECT: [&str; 5] = [
    "argument.md",
    "conservative.Dockerfile",
    "expected.toml",
    "expected.txt",
    "smallest.Dockerfile",
];

/// A file to split.
pub struct Case {
    /// Where it is, for people.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What is beside it; `None` where the project is not at hand.
    pub context: Option<Memory>,
}

impl Case {
    /// The file at `path` with the project in `folder`.
    fn read(path: &Path, folder: Option<&Path>) -> Case {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.strip_prefix(root()).expect("a fixture").display().to_string();
        Case { name, text, context: folder.map(memory) }
    }

    /// What is made of it.
    pub fn verdict(&self) -> Verdict {
        self.verdict_of(&self.text)
    }

    /// What is made of another text in its place.
    pub fn verdict_of(&self, text: &str) -> Verdict {
        let model = Model::new(Tree::parse(text));
        let context = self.context.clone().map(|files| {
            Context::open(Arc::new(files), Path::new("/c"), Path::new("Dockerfile"))
                .unwrap_or_else(|why| panic!("{}: {why}", self.name))
        });
        judge(&model, context.as_ref(), &Wanted::All)
    }
}

/// The new files, by variant.
pub fn made(text: &str, verdict: &Verdict) -> Vec<(Variant, String)> {
    let made = verdict.splits.iter().map(|split| {
        (split.plan.variant, apply_edits(text, &split.edits).expect("edits that apply"))
    });
    made.collect()
}

/// The folder of all fixtures.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The entries of a folder, by name.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = read.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// A folder with all that is in it, in memory.
fn memory(folder: &Path) -> Memory {
    let mut files = Memory::default().folder("/c");
    for entry in WalkDir::new(folder) {
        let entry = entry.expect("readable");
        let inside = entry.path().strip_prefix(folder).expect("inside");
        if !entry.file_type().is_dir() && !NOT_THE_PROJECT.iter().any(|it| inside == Path::new(it))
        {
            let bytes = fs::read(entry.path()).expect("a file");
            files = files.file(Path::new("/c").join(inside), bytes);
        }
    }
    files
}

/// The goldens, each with its folder.
pub fn goldens() -> Vec<(PathBuf, Case)> {
    let folders = entries(&root().join("split/golden"));
    let case = |folder: PathBuf| {
        let case = Case::read(&folder.join("Dockerfile"), Some(&folder));
        (folder, case)
    };
    folders.into_iter().map(case).collect()
}

/// The files that are refused.
pub fn refused() -> Vec<Case> {
    let files = entries(&root().join("split/refused"));
    let files =
        files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "Dockerfile"));
    files
        .map(|path| {
            let folder = path.with_extension("");
            Case::read(&path, Some(&folder).filter(|folder| folder.is_dir()).map(PathBuf::as_path))
        })
        .collect()
}

/// The projects that are really built, by another test.
fn built() -> Vec<Case> {
    let folders = entries(&root().join("split")).into_iter().map(|path| path.join("project"));
    let folders = folders.filter(|folder| folder.is_dir());
    folders.map(|folder| Case::read(&folder.join("Dockerfile"), Some(&folder))).collect()
}

/// What the tutorials begin with.
fn seeds() -> Vec<Case> {
    let folders = entries(&root().join("seeds")).into_iter().filter(|path| path.is_dir());
    folders.map(|folder| Case::read(&folder.join("single.Dockerfile"), Some(&folder))).collect()
}

/// All of them.
pub fn all() -> Vec<Case> {
    let goldens = goldens().into_iter().map(|(_, case)| case);
    goldens.chain(refused()).chain(built()).chain(seeds()).collect()
}
