//! Sure fixes, applied until there are no more, and written so that a file is never half there.

use std::fs;
use std::io::{self, Error, ErrorKind, Write};
use std::path::Path;

use similar::TextDiff;

use crate::check::fix_all;
use crate::cli::document::Document;
use crate::ide::edit::{Promise, gate};
use crate::text::Edit;

/// Fixes may make room for others (two that overlap, or one that makes the next mistake visible).
/// More rounds than this mean that they chase each other.
const MAX_ROUNDS: usize = 10;

/// The file with all of its sure fixes applied, or `None` if they do not come to an end.
pub fn mend(document: &Document) -> Option<Document> {
    let mut document = document.clone();
    for _ in 0..MAX_ROUNDS {
        let edits = edits(&document);
        if edits.is_empty() {
            return Some(document);
        }
        document = Document::new(document.name.clone(), &document.edited(&edits));
    }
    edits(&document).is_empty().then_some(document)
}

/// The edits of all sure fixes; none if together they do not pass the gate of all offered edits.
fn edits(document: &Document) -> Vec<Edit> {
    let edits = fix_all(&document.findings());
    match gate(document.snapshot(), &edits, Promise::Reads) {
        Ok(_) => edits,
        Err(_) => Vec::new(),
    }
}

/// The change from `old` to `new` as a patch; nothing if they are the same.
pub fn diff(name: &str, old: &[u8], new: &[u8]) -> io::Result<Vec<u8>> {
    // Only LF ends a line of a patch.
    let lines = |bytes| -> Vec<&[u8]> { <[u8]>::split_inclusive(bytes, |b| *b == b'\n').collect() };
    let (old, new) = (lines(old), lines(new));
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    let name = name.trim_start_matches('/');
    let mut patch = Vec::new();
    // The hunks write themselves as bytes; the whole of them would as text.
    for hunk in diff.unified_diff().iter_hunks() {
        if patch.is_empty() {
            write!(patch, "--- a/{name}\n+++ b/{name}\n")?;
        }
        hunk.to_writer(&mut patch)?;
    }
    Ok(patch)
}

/// Puts `new` in the place of a file that holds `old`: all of it, or nothing of it.
///
/// The new content is written beside the file, read back, and then given the file's name. A link
/// stays a link; the file keeps its permissions and, where we may, its owner.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let metadata = fs::metadata(&path)?;
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    if metadata.permissions().readonly() {
        return Err(Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let mut beside = tempfile::Builder::new().prefix(".stagewright-").tempfile_in(folder)?;
    beside.write_all(new)?;
    keep_owner(beside.path(), &metadata);
    beside.as_file().set_permissions(metadata.permissions())?;
    beside.as_file().sync_all()?;
    if fs::read(beside.path())? != new {
        return Err(Error::other("the disk did not keep what was written"));
    }
    if fs::read(&path)? != old {
        return Err(Error::other("it has changed meanwhile"));
    }
    beside.persist(&path).map(drop).map_err(|error| error.error)
}

/// Gives a new file the owner of the one that it replaces. Only root may give files away; a file
/// that is one's own needs it not.
#[cfg(unix)]
fn keep_owner(path: &Path, metadata: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    drop(std::os::unix::fs::chown(path, Some(metadata.uid()), Some(metadata.gid())));
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_diff(old: &str, new: &str, expected: &str) {
        let patch = diff("a b", old.as_bytes(), new.as_bytes()).expect("written to memory");
        assert_eq!(String::from_utf8_lossy(&patch), expected);
    }

    #[test]
    fn patches() {
        check_diff("a\n", "a\n", "");
        check_diff("a\nb\n", "a\nc\n", "--- a/a b\n+++ b/a b\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        check_diff(
            "a\r\nb",
            "a\r\nc",
            "--- a/a b\n+++ b/a b\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n",
        );
        check_diff("x\ry\n", "x\rz\n", "--- a/a b\n+++ b/a b\n@@ -1 +1 @@\n-x\ry\n+x\rz\n");
        let bytes = diff("a", b"\xe9\n", b"\xe9\xe8\n").expect("written to memory");
        assert!(bytes.windows(3).any(|window| window == b"+\xe9\xe8"), "{bytes:?}");
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "mine").expect("written");
        let error = replace(&path, b"theirs", b"new").expect_err("it is not what was read");
        assert!(error.to_string().contains("changed"), "{error}");
        assert_eq!(fs::read(&path).expect("there"), b"mine");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1, "nothing stays behind");
        replace(&path, b"mine", b"new").expect("replaced");
        assert_eq!(fs::read(&path).expect("there"), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        replace(&link, b"old", b"new").expect("replaced");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o640);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("set");
        replace(&path, b"new", b"newer").expect_err("read-only");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        replace(folder.path(), b"", b"").expect_err("a folder");
    }
}
