//! What a build is told by its options, its environment and the configuration of cargo.
//!
//! Source: the Cargo Book (configuration, environment variables).

use super::project::Project;
use crate::split::command::{Invocation, Options, Word};
use crate::split::course::Course;
use crate::split::facts::{Scene, join};
use crate::split::world::parent;
use crate::workspace::project::cargo;

/// What a build is told by its options, its environment and the project's files.
pub(super) struct Setup {
    /// The folder of the image with the `Cargo.toml` of the package or workspace.
    pub(super) folder: String,
    /// The project, if its files are at hand.
    pub(super) project: Option<Project>,
    /// The folders that it may write to: several, where it is not known which of those above the
    /// package is the workspace.
    targets: Vec<String>,
    /// The system that it is built for, if that is told.
    pub(super) triple: Option<String>,
    /// The folder below for the profile.
    pub(super) profile: String,
    /// All flags for the compiler; `None` if they are not known.
    pub(super) flags: Option<String>,
}

impl Setup {
    /// `None` if something that decides on the place is not known.
    pub(super) fn read(
        course: &Course<'_>,
        invocation: &Invocation,
        scene: &Scene,
        options: &Options<'_>,
        behind: &[Word],
    ) -> Option<Setup> {
        let cwd = invocation.folder.clone()?;
        let folder = match (options.value(&["--manifest-path"]), options.value(&["--path"])) {
            (Some(file), _) => parent(&invocation.path(file?)?).to_owned(),
            (None, Some(folder)) => trimmed(invocation.path(folder?)?),
            (None, None) => cwd.clone(),
        };
        let project = Project::read(course, &folder);
        let config = config(course, &cwd);
        let targets =
            target_folders(invocation, scene, options, &folder, project.as_ref(), &config)?;
        let triple = match options.value(&["--target"]) {
            Some(triple) => Some(triple?.to_owned()),
            None => match invocation.variable("CARGO_BUILD_TARGET", scene) {
                Some(triple) => Some(triple?.to_owned()),
                None => match config.as_ref().map(|config| &config.targets[..]) {
                    Some([one]) => Some(one.clone()),
                    Some([]) | None => None,
                    Some(_) => return None,
                },
            },
        };
        let profile = match options.value(&["--profile"]) {
            Some(profile) => match profile? {
                "dev" | "test" => "debug",
                "bench" => "release",
                profile => profile,
            },
            None if options.has("--release") || options.has("-r") => "release",
            None => "debug",
        };
        let flags = flags(invocation, scene, config.as_ref(), behind);
        Some(Setup { folder, project, targets, triple, profile: profile.to_owned(), flags })
    }

    /// The folders that programs may land in.
    pub(super) fn outputs(&self) -> impl Iterator<Item = String> {
        let triple = self.triple.as_deref().map(|triple| format!("/{triple}")).unwrap_or_default();
        let profile = self.profile.clone();
        self.targets.iter().map(move |target| format!("{target}{triple}/{profile}"))
    }
}

pub(super) fn trimmed(path: String) -> String {
    crate::split::world::trimmed(&path).to_owned()
}

/// The folders `target`, by what goes before the others.
fn target_folders(
    invocation: &Invocation,
    scene: &Scene,
    options: &Options<'_>,
    folder: &str,
    project: Option<&Project>,
    config: &Option<cargo::Config>,
) -> Option<Vec<String>> {
    if let Some(target) = options.value(&["--target-dir"]) {
        return Some(vec![trimmed(invocation.path(target?)?)]);
    }
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
        if let Some(target) = invocation.variable(name, scene) {
            return Some(vec![trimmed(invocation.path(target?)?)]);
        }
    }
    if let Some(target) = config.as_ref().and_then(|config| config.target_dir.as_deref()) {
        if target.starts_with('/') {
            return Some(vec![target.to_owned()]);
        }
        let project = project?;
        let inside = match project.context_folder.as_str() {
            "" => Some(target),
            own => target.strip_prefix(own).and_then(|rest| rest.strip_prefix('/')),
        };
        return Some(vec![join(&project.place, inside?)?]);
    }
    let below = |folder: &str| join(folder, "target");
    match project {
        Some(project) => Some(vec![below(&project.root)?]),
        None => Some(ancestors(folder).filter_map(below).collect()),
    }
}

/// A folder of the image and those above it, the innermost first.
pub(super) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match *folder {
        "/" => None,
        folder => Some(parent(folder)),
    })
}

/// The configuration that cargo finds from a folder of the image; `None` if that is not known.
fn config(course: &Course<'_>, folder: &str) -> Option<cargo::Config> {
    let context = course.context?;
    let written = |path: &str| {
        course
            .world
            .exact(path)
            .is_some_and(|origin| !matches!(origin, crate::split::world::Origin::Removed(_)))
    };
    let mut seen = Vec::new();
    for above in ancestors(folder) {
        for name in [".cargo/config", ".cargo/config.toml"] {
            let path = join(above, name)?;
            match course.in_context(&path) {
                Some(file) => seen.push(file),
                None if written(&path) => return None,
                None => {}
            }
        }
    }
    let Some(first) = seen.first() else { return Some(cargo::Config::default()) };
    let place = first.rsplit_once(".cargo").map_or("", |(place, _)| place.trim_end_matches('/'));
    let config = cargo::config(context, place).ok()?;
    // In the context others may lie above it than in the image.
    (config.files == seen).then_some(config)
}

/// All flags for the compiler in one text. Those that do not count because others go before them
/// are in it, too.
fn flags(
    invocation: &Invocation,
    scene: &Scene,
    config: Option<&cargo::Config>,
    behind: &[Word],
) -> Option<String> {
    let mut flags = Vec::new();
    let is_flags = |name: &str| {
        matches!(name, "RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS")
            || name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS")
    };
    let names = invocation.variables.keys().chain(scene.variables.keys()).chain(&scene.arguments);
    for name in names.filter(|name| is_flags(name)) {
        if let Some(value) = invocation.variable(name, scene) {
            flags.push(value?.to_owned());
        }
    }
    flags.extend(config?.rustflags.iter().map(|(_, flag)| flag.clone()));
    flags.extend(behind.iter().map(|word| word.or_empty().to_owned()));
    Some(flags.join(" "))
}
