//! The files of a package and of its workspace.

use super::setup::ancestors;
use crate::split::course::Course;
use crate::split::facts::join;
use crate::split::sources::Sources;
use crate::split::world::is_within;
use crate::workspace::project::cargo::{self, Lock, Manifest};

/// Crates by which programs open libraries.
const OPENING: &[&str] =
    &["abi_stable", "dlopen", "dlopen2", "hot-lib-reloader", "libloading", "sharedlib"];

/// The files of a package and of its workspace.
pub(super) struct Project {
    /// The folder of the package in the image.
    pub(super) place: String,
    /// The same in the context.
    pub(super) context_folder: String,
    /// The folder of the workspace in the image, or the package's own.
    pub(super) root: String,
    /// The same in the context.
    context_root: String,
    /// Its manifest, then those of the workspace's members and of packages in folders.
    pub(super) manifests: Vec<Manifest>,
    /// The lock file, if it is there.
    pub(super) lock: Option<Lock>,
}

impl Project {
    /// That of the package in a folder of the image or above it.
    pub(super) fn read(course: &Course<'_>, folder: &str) -> Option<Project> {
        let context = course.context?;
        let (place, context_folder) = ancestors(folder)
            .find_map(|place| Some((place.to_owned(), course.project_in(place, "Cargo.toml")?)))?;
        let manifest = cargo::package(context, &context_folder).ok()??;
        let stated = cargo::workspace_root(context, &context_folder).ok()?;
        // A workspace counts only if its manifest is in the image, above the package.
        let root = stated.and_then(|stated| {
            let mut above = ancestors(&place);
            let found = above
                .find(|above| course.project_in(above, "Cargo.toml").as_ref() == Some(&stated))?;
            Some((found.to_owned(), stated))
        });
        let (root, context_root) = root.unwrap_or_else(|| (place.clone(), context_folder.clone()));
        let lock = course.project_in(&root, "Cargo.lock");
        let lock = lock.and_then(|folder| cargo::lock(context, &folder).ok().flatten());
        let mut project =
            Project { place, context_folder, root, context_root, manifests: vec![manifest], lock };
        project.read_members(course)?;
        Some(project)
    }

    /// `None` if one of them cannot be read.
    fn read_members(&mut self, course: &Course<'_>) -> Option<()> {
        const MOST: usize = 100;
        let context = course.context?;
        let root = cargo::package(context, &self.context_root).ok().flatten();
        let mut ahead: Vec<String> = root.map(|root| root.members).unwrap_or_default();
        ahead.extend(self.manifests.iter().flat_map(folders_of));
        while let Some(folder) = ahead.pop() {
            if self.manifests.iter().any(|one| one.folder() == folder) || folder.starts_with("..") {
                continue;
            }
            if self.manifests.len() == MOST {
                return None;
            }
            if let Some(manifest) = cargo::package(context, &folder).ok()? {
                ahead.extend(folders_of(&manifest));
                self.manifests.push(manifest);
            }
        }
        Some(())
    }

    /// The manifest of the package itself.
    pub(super) fn package(&self) -> Option<&Manifest> {
        self.manifests.first()
    }

    /// Whether nothing but its own code and the standard library is in its programs.
    pub(super) fn is_alone(&self) -> bool {
        let needed = |one: &&cargo::Dependency| one.role != cargo::Role::Development;
        let all = self.manifests.iter().flat_map(|one| &one.dependencies).filter(needed);
        all.into_iter().all(|one| one.path.as_ref().is_some_and(|path| !path.starts_with("..")))
    }

    /// Whether a dependency is asked for with a feature that begins so.
    pub(super) fn has_feature(&self, package: &str, start: &str) -> bool {
        let all = self.manifests.iter().flat_map(|one| &one.dependencies);
        all.filter(|one| one.package == package)
            .any(|one| one.features.iter().any(|feature| feature.starts_with(start)))
    }

    /// Whether its own code may open libraries by their names.
    pub(super) fn opens_libraries(&self, sources: &Sources) -> bool {
        let needed = |one: &&cargo::Dependency| one.role == cargo::Role::Normal;
        let mut all = self.manifests.iter().flat_map(|one| &one.dependencies).filter(needed);
        all.any(|one| OPENING.contains(&one.package.as_str()))
            || sources.mentions(&["libloading::", "dlopen("])
    }

    /// A package that is built as a library which the program does not hold: one of Rust's own sort
    /// is linked when the program starts, one of C's may be opened by it.
    pub(super) fn plugin(&self, opens: bool) -> Option<&str> {
        let is = |one: &Manifest, kind: &str| one.crate_types.iter().any(|own| own == kind);
        let is_plugin = |one: &&Manifest| {
            is(one, "dylib") && !is(one, "rlib") && !is(one, "lib") || opens && is(one, "cdylib")
        };
        self.manifests.iter().find(is_plugin)?.name.as_deref()
    }

    /// The sources of all its packages.
    pub(super) fn sources(&self, course: &Course<'_>) -> Sources {
        let Some(context) = course.context else { return Sources::default() };
        let mut all = Sources { files: Vec::new(), is_complete: true };
        let mut folders: Vec<&str> = self.manifests.iter().map(Manifest::folder).collect();
        folders.sort_unstable();
        let mut taken: Vec<&str> = Vec::new();
        for folder in folders {
            let is_inside = |other: &&str| other.is_empty() || is_within(folder, other);
            if taken.iter().any(is_inside) {
                continue;
            }
            taken.push(folder);
            let found = Sources::read(context, folder, &["rs"]);
            all.is_complete &= found.is_complete;
            all.files.extend(found.files);
        }
        all
    }
}

/// The folders of the packages that a manifest names as dependencies.
fn folders_of(manifest: &Manifest) -> Vec<String> {
    manifest.dependencies.iter().filter_map(|one| one.path.clone()).collect()
}

/// The paths of the image that macros put into the program. In a debug build the derive macro of
/// `rust-embed`, which has a `folder`, reads its files from disk.
pub(super) fn embedded(project: &Project, sources: &Sources, is_debug: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in &sources.files {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let package = project
            .manifests
            .iter()
            .map(Manifest::folder)
            .filter(|own| own.is_empty() || is_within(file, own))
            .max_by_key(|own| own.len())
            .unwrap_or_default();
        let mut take = |base: &str, path: &str| {
            found.extend(image_path(project, base, path));
        };
        for (before, from_package, is_derived) in [
            ("include_str!(\"", false, false),
            ("include_bytes!(\"", false, false),
            ("include!(\"", false, false),
            ("include_dir!(\"$CARGO_MANIFEST_DIR/", true, false),
            ("folder = \"$CARGO_MANIFEST_DIR/", true, true),
            ("#[folder = \"", true, true),
        ] {
            if is_derived && is_debug {
                continue;
            }
            for part in text.split(before).skip(1) {
                let path = part.split('"').next().unwrap_or_default();
                take(if from_package { package } else { folder }, path);
            }
        }
    }
    found.retain(|path| *path != project.root && *path != project.place);
    found
}

/// The path in the image of a path that a file in a folder of the context names.
fn image_path(project: &Project, folder: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.contains(['$', '{', '\\']) || path.starts_with('/') {
        return None;
    }
    let absolute = join(&format!("/{folder}"), path)?;
    let absolute = absolute.trim_matches('/');
    let inside = match project.context_root.as_str() {
        "" => absolute,
        root => absolute.strip_prefix(root)?.strip_prefix('/')?,
    };
    join(&project.root, inside)
}
