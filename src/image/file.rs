//! Files that others may have put there, and files that others may be reading.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::Unit;

/// How the name of an unfinished file begins.
pub const UNFINISHED: &str = ".stagewright-";

/// The bytes of a file. Errors: there is none, or it has more than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // A pipe in the place of a file would keep us waiting.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other(format!("it is larger than {}", Unit::Binary.show(most)))),
        false => Ok(bytes),
    }
}

/// Writes a file as a whole: whoever reads it meanwhile sees the old one. Makes its folder.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // As for any other file, the user's mask is taken from it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.prefix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/a");
        for bytes in [&b"one"[..], b"three"] {
            write(&path, bytes).expect("written");
            assert_eq!(read(&path, bytes.len() as u64).expect("read"), bytes);
        }
        let files = fs::read_dir(folder.path().join("new")).expect("a folder");
        assert_eq!(files.count(), 1);
        assert_eq!(read(&path, 4).expect_err("longer").to_string(), "it is larger than 4 B");
        assert_eq!(read(folder.path(), 4).expect_err("a folder").to_string(), "it is no file");
    }
}
