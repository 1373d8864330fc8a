//! Where each file of the image comes from, as the build goes on.
//!
//! Paths are absolute and clean. What is said of a folder counts for all that is in it, unless more
//! is said of that.

use std::collections::BTreeMap;

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

/// What is known of the files of an image.
#[derive(Clone, Debug, Default)]
pub struct World {
    entries: BTreeMap<String, Entry>,
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
            let inside = format!("{path}/");
            self.entries.retain(|other, _| !other.starts_with(&inside));
        }
        // What was taken away may be built again.
        if matches!(origin, Origin::Built(_)) {
            let inside = format!("{}/", trimmed_root(path));
            self.entries.retain(|other, entry| {
                !(other.starts_with(&inside) && matches!(entry.origin, Origin::Removed(_)))
            });
        }
        self.entries.insert(path.to_owned(), Entry { origin, is_folder });
    }

    /// That there is a folder, if nothing is known of it yet.
    pub fn folder(&mut self, path: &str, origin: Origin) {
        let path = trimmed(path);
        if !self.is_folder(path) {
            self.entries.insert(path.to_owned(), Entry { origin, is_folder: Some(true) });
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
        let folder = format!("{}/", trimmed_root(parent(path)));
        let by_pattern = self.entries.range(folder.clone()..).take_while(|(other, _)| {
            other.starts_with(&folder) && !self.entries.contains_key(path)
        });
        let fits = |(other, _): &(&String, &Entry)| {
            other.contains('*') && super::course::matches_pattern(other, path)
        };
        if let Some((own, entry)) = by_pattern.filter(fits).last() {
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
        let inside = format!("{path}/");
        FOLDERS.contains(&path)
            || self.entries.get(path).is_some_and(|entry| entry.is_folder == Some(true))
            || self.entries.iter().any(|(other, entry)| {
                other.starts_with(&inside) && !matches!(entry.origin, Origin::Removed(_))
            })
    }

    /// All that was put somewhere by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), &entry.origin))
    }

    /// What is put somewhere by name below `folder`, itself included.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Origin)> {
        let folder = trimmed(folder);
        let entries = self.entries.iter();
        entries
            .filter(move |(path, _)| is_within(path, folder))
            .map(|(path, entry)| (path.as_str(), &entry.origin))
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
        let inside: Vec<(String, Entry)> = self
            .entries
            .iter()
            .filter(|(path, _)| path.len() > from.len() && is_within(path, from))
            .map(|(path, entry)| (format!("{to}{}", &path[from.len()..]), entry.clone()))
            .collect();
        self.put(to, origin, is_folder);
        self.entries.extend(inside);
    }
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
