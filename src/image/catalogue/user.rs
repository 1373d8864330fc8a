//! The catalogue that the user made, which counts more than the one in the binary.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::Catalogue;
use crate::image::file;

/// The greatest one that is read, in bytes: some five hundred thousand rows.
pub const MAX_BYTES: u64 = 16 << 20;

/// Where it lies: `stagewright/catalogue.bin` in the folder for users' data; `None` where the
/// environment names no such folder.
pub fn path() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join("stagewright").join("catalogue.bin"))
}

/// The user's catalogue; `None` where there is none.
///
/// Errors: a text for people that names the file and says what to do.
pub fn read() -> Result<Option<Catalogue>, String> {
    path().map_or(Ok(None), |path| read_from(&path))
}

fn read_from(path: &Path) -> Result<Option<Catalogue>, String> {
    let unusable = |problem: &dyn std::fmt::Display| {
        let path = path.display();
        format!("{path} {problem}: make it anew with `stagewright catalogue update`, or remove it")
    };
    let bytes = match file::read(path, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(&format!("cannot be read ({error})"))),
    };
    Catalogue::new(Cow::Owned(bytes)).map(Some).map_err(|problem| unusable(&problem))
}

#[cfg(test)]
mod tests {
    use super::super::pack::pack;
    use super::super::record::Record;
    use super::*;

    #[test]
    fn what_is_whole_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("catalogue.bin");
        assert!(matches!(read_from(&path), Ok(None)));
        let record = Record { architecture: "amd64".to_owned(), ..Record::default() };
        let packed = pack(&[record]).expect("a table");
        std::fs::write(&path, &packed).expect("written");
        assert_eq!(read_from(&path).expect("whole").map(|catalogue| catalogue.len()), Some(1));

        let check_refused = |path: &Path, problem: &str| {
            let error = read_from(path).expect_err(problem);
            assert!(error.contains(problem) && error.contains("update"), "{error}");
        };
        std::fs::write(&path, &packed[1..]).expect("written");
        check_refused(&path, "catalogue.bin is no catalogue of this version: make it anew");
        check_refused(folder.path(), "it is no file");
        std::fs::File::create(&path).and_then(|file| file.set_len(MAX_BYTES + 1)).expect("made");
        check_refused(&path, "larger than 16 MiB");
    }
}
