//! Where files come from.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A place with files in folders.
pub trait Files: Send + Sync {
    /// What stands at `path`. A link is not followed.
    fn kind(&self, path: &Path) -> io::Result<Kind>;

    /// What is in a folder, in the order of the names; an error if it is more than `limit` entries.
    fn list(&self, folder: &Path, limit: usize) -> io::Result<Vec<Entry>>;

    /// The first `limit` bytes of a file. An error for what is no file.
    fn read(&self, file: &Path, limit: usize) -> io::Result<Vec<u8>>;
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name. What is not UTF-8 is U+FFFD.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File {
        /// Its length in bytes.
        bytes: u64,
    },
    /// A symbolic link.
    Link {
        /// Where it leads, as it is written.
        target: String,
    },
    /// A device, a pipe, a socket.
    Other,
}

/// The error of [`Files::list`] for a folder with too much in it.
fn too_many() -> io::Error {
    io::Error::from(io::ErrorKind::QuotaExceeded)
}

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let metadata = fs::symlink_metadata(path)?;
        kind_of(path, metadata.file_type(), || Ok(metadata.len()))
    }

    fn list(&self, folder: &Path, limit: usize) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entries.len() == limit {
                return Err(too_many());
            }
            let length = || Ok(entry.metadata()?.len());
            entries.push(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                kind: kind_of(&entry.path(), entry.file_type()?, length)?,
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn read(&self, file: &Path, limit: usize) -> io::Result<Vec<u8>> {
        // A pipe would be waited for.
        if !fs::symlink_metadata(file)?.is_file() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        let mut bytes = Vec::new();
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        fs::File::open(file)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn kind_of(
    path: &Path,
    kind: fs::FileType,
    length: impl FnOnce() -> io::Result<u64>,
) -> io::Result<Kind> {
    Ok(if kind.is_dir() {
        Kind::Folder
    } else if kind.is_file() {
        Kind::File { bytes: length()? }
    } else if kind.is_symlink() {
        let target = fs::read_link(path)?.to_string_lossy().into_owned();
        // What is written with `\` on Windows is the same link.
        Kind::Link { target: if cfg!(windows) { target.replace('\\', "/") } else { target } }
    } else {
        Kind::Other
    })
}

/// Files that are nowhere but here.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    nodes: BTreeMap<PathBuf, (Kind, Vec<u8>)>,
}

impl Memory {
    /// The same files and one more. Folders above it come by themselves.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Memory {
        let content = content.into();
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.with(path.into(), Kind::File { bytes }, content)
    }

    /// The same files and a link.
    #[must_use]
    pub fn link(self, path: impl Into<PathBuf>, target: &str) -> Memory {
        self.with(path.into(), Kind::Link { target: target.to_owned() }, Vec::new())
    }

    /// The same files and a folder, which may stay empty.
    #[must_use]
    pub fn folder(self, path: impl Into<PathBuf>) -> Memory {
        self.with(path.into(), Kind::Folder, Vec::new())
    }

    fn with(mut self, path: PathBuf, kind: Kind, content: Vec<u8>) -> Memory {
        for above in path.ancestors().skip(1) {
            self.nodes.entry(above.to_owned()).or_insert((Kind::Folder, Vec::new()));
        }
        self.nodes.insert(path, (kind, content));
        self
    }

    fn node(&self, path: &Path) -> io::Result<&(Kind, Vec<u8>)> {
        self.nodes.get(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

impl Files for Memory {
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        self.node(path).map(|(kind, _)| kind.clone())
    }

    fn list(&self, folder: &Path, limit: usize) -> io::Result<Vec<Entry>> {
        if self.kind(folder)? != Kind::Folder {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        let below = self.nodes.range(folder.to_owned()..).skip(1);
        let below = below.take_while(|(path, _)| path.starts_with(folder));
        let inside = below.filter(|(path, _)| path.parent() == Some(folder));
        let entries: Vec<_> = inside
            .map(|(path, (kind, _))| Entry {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                kind: kind.clone(),
            })
            .take(limit.saturating_add(1))
            .collect();
        if entries.len() > limit { Err(too_many()) } else { Ok(entries) }
    }

    fn read(&self, file: &Path, limit: usize) -> io::Result<Vec<u8>> {
        match self.node(file)? {
            (Kind::File { .. }, content) => Ok(content.iter().copied().take(limit).collect()),
            _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a file, a folder and an empty folder in it.
    #[track_caller]
    fn check(files: &dyn Files, root: &Path) {
        let entries = files.list(root, 3).expect("a folder");
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["a.txt", "empty", "sub"]);
        assert_eq!(entries[0].kind, Kind::File { bytes: 5 });
        assert_eq!(entries[1].kind, Kind::Folder);
        assert_eq!(files.list(&root.join("empty"), 0).expect("a folder"), []);
        assert_eq!(files.list(&root.join("sub"), 9).expect("a folder").len(), 1);
        assert!(files.list(root, 2).is_err(), "more than the limit");
        assert!(files.list(&root.join("a.txt"), 9).is_err());
        assert!(files.list(&root.join("none"), 9).is_err());
        assert_eq!(files.kind(&root.join("sub/b")).expect("there"), Kind::File { bytes: 0 });
        assert_eq!(
            files.kind(&root.join("none")).expect_err("not there").kind(),
            io::ErrorKind::NotFound
        );
        assert_eq!(files.read(&root.join("a.txt"), 3).expect("readable"), b"hel");
        assert_eq!(files.read(&root.join("a.txt"), 9).expect("readable"), b"hello");
        assert!(files.read(&root.join("sub"), 9).is_err());
    }

    #[test]
    fn memory_and_disk_tell_the_same() {
        let root = Path::new("/context");
        let memory = Memory::default()
            .file("/context/a.txt", "hello")
            .file("/context/sub/b", "")
            .folder("/context/empty")
            .file("/contextual", "not inside");
        check(&memory, root);

        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("sub")).expect("writable");
        fs::create_dir(root.join("empty")).expect("writable");
        fs::write(root.join("a.txt"), "hello").expect("writable");
        fs::write(root.join("sub/b"), "").expect("writable");
        check(&Disk, root);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, pipe) = (folder.path().join("link"), folder.path().join("socket"));
        std::os::unix::fs::symlink("/etc/passwd", &link).expect("a link");
        let _open = std::os::unix::net::UnixListener::bind(&pipe).expect("a socket");
        assert_eq!(Disk.kind(&link).expect("there"), Kind::Link { target: "/etc/passwd".into() });
        assert_eq!(Disk.kind(&pipe).expect("there"), Kind::Other);
        assert!(Disk.read(&link, 9).is_err());
        assert!(Disk.read(&pipe, 9).is_err());
    }
}
