//! A table on the disk that grows line by line, and survives whatever ends the process.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{parse, read_text, write_file};
use crate::image::catalogue::record::{self, COLUMNS, Record};

/// The table. At most the line that was being written is lost with the process.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    file: File,
    records: Vec<Record>,
}

impl Growing {
    /// Opens a table to go on with it, or begins one. A last line without its end was not written
    /// to the end, and is dropped.
    ///
    /// Errors: a text for people. A table with other columns is left alone.
    pub fn open(path: &Path) -> Result<Growing, String> {
        let problem = |problem: &dyn std::fmt::Display| format!("{} {problem}", path.display());
        let mut text = match path.exists() {
            true => read_text(path).map_err(|error| problem(&error))?,
            false => String::new(),
        };
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        let header = COLUMNS.join("\t") + "\n";
        let records = match text.strip_prefix(&header) {
            None if text.is_empty() => Vec::new(),
            None => return Err(problem(&"is no table of this program: name another file")),
            Some(_) => parse(path, &text)?,
        };
        let open = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            file.set_len(text.len() as u64)?;
            if text.is_empty() {
                file.write_all(header.as_bytes())?;
            }
            Ok(file)
        };
        let cannot = |error: std::io::Error| problem(&format!("cannot be written: {error}"));
        let file = open().map_err(cannot)?;
        Ok(Growing { path: path.to_owned(), file, records })
    }

    /// The rows, those that were written later behind the others.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Adds a row: in one piece, so that another process that does so does not tear it.
    pub fn push(&mut self, record: Record) -> Result<(), String> {
        let written = self.file.write_all(record.line().as_bytes());
        self.records.push(record);
        written.map_err(|error| format!("{} cannot be written: {error}", self.path.display()))
    }

    /// The last row of each image and architecture. The others leave the table, too.
    pub fn finish(self) -> Result<Vec<Record>, String> {
        let key = |record: &Record| {
            (record.repository.clone(), record.tag.clone(), record.architecture.clone())
        };
        let count = self.records.len();
        let latest: BTreeMap<_, _> =
            self.records.into_iter().map(|record| (key(&record), record)).collect();
        let records: Vec<Record> = latest.into_values().collect();
        if records.len() < count {
            write_file(&self.path, record::print(&records).as_bytes())?;
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(tag: &str, pull: u64) -> Record {
        Record {
            repository: "a".to_owned(),
            tag: tag.to_owned(),
            architecture: "amd64".to_owned(),
            pull: Some(pull),
            ..Record::default()
        }
    }

    #[test]
    fn a_table_goes_on_where_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("not/there/yet.tsv");
        let mut table = Growing::open(&path).expect("begun");
        table.push(record("1", 5)).expect("written");
        table.push(record("2", 6)).expect("written");
        let whole = fs::read_to_string(&path).expect("there");
        assert_eq!(whole, record::print(&[record("1", 5), record("2", 6)]));
        // Whatever length it is cut to, what is whole stays and nothing else.
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).expect("written");
            let mut table = Growing::open(&path).expect("goes on");
            let lines = whole[..length].matches('\n').count();
            assert_eq!(table.records().len(), lines.saturating_sub(1), "{length}");
            table.push(record("3", 7)).expect("written");
            let again = record::parse(&fs::read_to_string(&path).expect("there")).expect("whole");
            assert_eq!(again, table.records());
        }
    }

    #[test]
    fn later_rows_take_the_place_of_earlier_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.tsv");
        let mut table = Growing::open(&path).expect("begun");
        for record in [record("2", 6), record("1", 5), record("2", 4)] {
            table.push(record).expect("written");
        }
        let latest = [record("1", 5), record("2", 4)];
        assert_eq!(table.finish().expect("written"), latest);
        assert_eq!(fs::read_to_string(&path).expect("there"), record::print(&latest));
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.tsv");
        for text in ["a\tb\n", "FROM a\nFROM b", &(COLUMNS.join("\t") + "\nx\n")] {
            fs::write(&path, text).expect("written");
            assert!(Growing::open(&path).is_err(), "{text}");
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
        }
    }
}
