//! Where each file of the image comes from, as the build goes on.
//!
//! Paths are absolute and clean. What is said of a folder counts for all that is in it, unless more
//! is said of that.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::Rc;

/// Where a file or folder comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Copied from the build context, or written there as a heredoc, by the line of that number
    /// (in the facts, from 0).
    Context(usize),
    /// Copied from another image.
    Image(usize),
    /// Fetched from a network.
    Download(usize),
    /// Made by a build command of an ecosystem: the number of its product.
    Built(usize),
    /// Made empty or with a text: `mkdir`, `touch`, `echo … >`.
    Made(usize),
    /// A link to another path.
    Link(usize, String),
    /// Made by installing packages of the distribution.
    Package(usize),
    /// Taken away.
    Removed(usize),
    /// Made or changed by a command that is not known.
    Unknown(usize),
}

impl Origin {
    /// The number of the line that made it; for what was built, none.
    pub fn line(&self) -> Option<usize> {
        match self {
            Origin::Built(_) => None,
            Origin::Context(line)
            | Origin::Image(line)
            | Origin::Download(line)
            | Origin::Made(line)
            | Origin::Link(line, _)
            | Origin::Package(line)
            | Origin::Removed(line)
            | Origin::Unknown(line) => Some(*line),
        }
    }
}

/// Folders that every image has.
const FOLDERS: [&str; 22] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/usr/local/bin",
    "/usr/sbin",
    "/var",
];

/// Folders that an image needs for itself: they are never copied as a whole.
const SYSTEM: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/include",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
];

/// Folders that hold more than one program.
const HOMES: [&str; 4] = ["/home", "/opt", "/root", "/srv"];

/// How many entries copies within an image may come to: a folder that is copied into itself again
/// and again doubles each time.
const MOST_ENTRIES: usize = 5_000;

/// What is known of the files of an image. A clone shares all until one of both changes.
#[derive(Clone, Debug, Default)]
pub struct World {
    entries: Rc<BTreeMap<String, Entry>>,
    /// Whether any of them has a pattern for its name.
    has_patterns: bool,
    is_full: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    origin: Origin,
    is_folder: Option<bool>,
}

impl World {
    /// That `path` comes from there, with all that is in it.
    pub fn put(&mut self, path: &str, origin: Origin, is_folder: Option<bool>) {
        let path = trimmed(path);
        // What was known of the inside stays known only where a folder is added to.
        if is_folder != Some(true) || matches!(origin, Origin::Removed(_)) {
            self.forget(path, |_| true);
        }
        // What was taken away may be built again.
        if matches!(origin, Origin::Built(_)) {
            self.forget(path, |origin| matches!(origin, Origin::Removed(_)));
        }
        self.insert(path, Entry { origin, is_folder });
    }

    /// Forgets what is said of the inside of a folder, where it comes from there.
    fn forget(&mut self, folder: &str, from: impl Fn(&Origin) -> bool) {
        let gone = self.inside(folder).filter(|(_, entry)| from(&entry.origin));
        let gone: Vec<String> = gone.map(|(path, _)| path.clone()).collect();
        if !gone.is_empty() {
            let entries = Rc::make_mut(&mut self.entries);
            gone.iter().for_each(|path| drop(entries.remove(path)));
        }
    }

    fn insert(&mut self, path: &str, entry: Entry) {
        self.has_patterns |= path.contains('*');
        Rc::make_mut(&mut self.entries).insert(path.to_owned(), entry);
    }

    /// What is in a folder, at any depth: in the order of the paths these stand side by side.
    fn inside(&self, folder: &str) -> impl Iterator<Item = (&String, &Entry)> {
        let [first, behind] = ["/", "0"].map(|end| format!("{}{end}", trimmed_root(folder)));
        self.entries
            .range::<str, _>((Bound::Excluded(first.as_str()), Bound::Excluded(behind.as_str())))
    }

    /// Whether there is more than is followed.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// That there is a folder, if nothing is known of it yet.
    pub fn folder(&mut self, path: &str, origin: Origin) {
        let path = trimmed(path);
        if !self.is_folder(path) {
            self.insert(path, Entry { origin, is_folder: Some(true) });
        }
    }

    /// Where `path` comes from; `None` for what the image at the bottom may hold.
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        self.found(path).map(|(_, origin)| origin)
    }

    /// The same once links are followed.
    pub fn followed(&self, path: &str) -> Option<&Origin> {
        const MOST_LINKS: usize = 8;
        let mut origin = self.origin(path)?;
        for _ in 0..MOST_LINKS {
            let Origin::Link(_, target) = origin else { break };
            origin = self.origin(target)?;
        }
        Some(origin)
    }

    /// The path that decides where `path` comes from, itself or a folder above, and from where.
    pub fn found(&self, path: &str) -> Option<(&str, &Origin)> {
        let mut path = trimmed(path);
        // What was copied there by a pattern has the pattern for its name.
        let fits = |(other, _): &(&String, &Entry)| {
            other.contains('*') && super::course::matches_pattern(other, path)
        };
        if self.has_patterns
            && !self.entries.contains_key(path)
            && let Some((own, entry)) = self.inside(parent(path)).filter(fits).last()
        {
            return Some((own, &entry.origin));
        }
        loop {
            // A folder that was made says nothing of files that nobody put there.
            if let Some((own, entry)) = self.entries.get_key_value(path) {
                return Some((own, &entry.origin));
            }
            path = match path.rfind('/') {
                Some(0) | None => return None,
                Some(slash) => &path[..slash],
            };
        }
    }

    /// What was put there by name, not by way of a folder above.
    pub fn exact(&self, path: &str) -> Option<&Origin> {
        self.entries.get(trimmed(path)).map(|entry| &entry.origin)
    }

    /// Whether it is surely a folder.
    pub fn is_folder(&self, path: &str) -> bool {
        let path = trimmed(path);
        FOLDERS.contains(&path)
            || self.entries.get(path).is_some_and(|entry| entry.is_folder == Some(true))
            || self.inside(path).any(|(_, entry)| !matches!(entry.origin, Origin::Removed(_)))
    }

    /// All that was put somewhere by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), &entry.origin))
    }

    /// What is put somewhere by name below `folder`, itself included.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Origin)> {
        let own = self.entries.get_key_value(trimmed(folder)).into_iter();
        own.chain(self.inside(folder)).map(|(path, entry)| (path.as_str(), &entry.origin))
    }

    /// The place in the destination that a file gets which is copied or moved there: in it, if it is
    /// a folder.
    pub fn landing(&self, source: &str, destination: &str) -> String {
        let folder = destination.ends_with('/') || self.is_folder(destination);
        match folder {
            true => format!("{}/{}", trimmed_root(destination), base_name(source)),
            false => destination.to_owned(),
        }
    }

    /// Copies what is known of `from` and its inside to `to`.
    pub fn copy(&mut self, from: &str, to: &str, otherwise: Origin) {
        let (from, to) = (trimmed(from), trimmed(to));
        let origin = self.origin(from).cloned().unwrap_or(otherwise);
        let is_folder = if self.is_folder(from) { Some(true) } else { None };
        let inside = self.inside(from);
        let inside: Vec<(String, Entry)> = inside
            .map(|(path, entry)| {
                (
                    format!("{}{}", trimmed_root(to), &path[trimmed_root(from).len()..]),
                    entry.clone(),
                )
            })
            .collect();
        self.put(to, origin, is_folder);
        self.is_full |= self.entries.len() + inside.len() > MOST_ENTRIES;
        if !self.is_full {
            inside.into_iter().for_each(|(path, entry)| self.insert(&path, entry));
        }
    }
}

/// Whether every image has that folder.
pub fn is_everywhere(path: &str) -> bool {
    FOLDERS.contains(&path)
}

/// Whether an image needs that folder for itself.
pub fn is_system(path: &str) -> bool {
    SYSTEM.contains(&path)
}

/// Whether a folder holds more than one program: the system's, or those of several.
pub fn is_shared(path: &str) -> bool {
    is_system(path) || HOMES.contains(&path)
}

/// Whether `path` is `folder` or in it.
pub fn is_within(path: &str, folder: &str) -> bool {
    let folder = trimmed_root(folder);
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last part of a path.
pub fn base_name(path: &str) -> &str {
    let path = trimmed(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder that a path stands in.
pub fn parent(path: &str) -> &str {
    match trimmed(path).rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// Without a `/` at its end; the root keeps its own.
pub fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    }
}

/// The same, but nothing is left of the root.
fn trimmed_root(path: &str) -> &str {
    path.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_folder_counts_for_its_inside() {
        let mut world = World::default();
        world.put("/app", Origin::Context(1), Some(true));
        world.put("/app/bin/x", Origin::Built(0), Some(false));
        assert_eq!(world.origin("/app/main.go"), Some(&Origin::Context(1)));
        assert_eq!(world.origin("/app/bin/x"), Some(&Origin::Built(0)));
        assert_eq!(world.origin("/application"), None);
        world.put("/app/bin", Origin::Removed(3), None);
        assert_eq!(world.origin("/app/bin/x"), Some(&Origin::Removed(3)));
    }

    #[test]
    fn copies_land_in_folders_or_under_a_name() {
        let mut world = World::default();
        assert_eq!(world.landing("/src/x", "/usr/local/bin"), "/usr/local/bin/x");
        assert_eq!(world.landing("/src/x", "/app"), "/app");
        assert_eq!(world.landing("/src/x", "/app/"), "/app/x");
        world.put("/app", Origin::Made(0), Some(true));
        assert_eq!(world.landing("/src/x", "/app"), "/app/x");
        world.put("/src/x", Origin::Built(7), None);
        world.copy("/src/x", "/app/x", Origin::Unknown(1));
        assert_eq!(world.origin("/app/x"), Some(&Origin::Built(7)));
    }
}
