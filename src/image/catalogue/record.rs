//! A row of the table of measured sizes, and its text form: tab-separated, one header line.

use crate::image::Date;
use crate::image::registry::digest::hex;

/// The columns, in order. A table from elsewhere may have them in another order, and others besides.
pub const COLUMNS: [&str; 11] = [
    "repository",
    "tag",
    "architecture",
    "compressed_bytes",
    "unpacked_bytes",
    "digest",
    "layers",
    "created",
    "os_family",
    "source",
    "as_of",
];

/// The architectures that there is room for, in the words of the table, Linux where no system is
/// named.
pub const ARCHITECTURES: [&str; 10] = [
    "amd64",
    "arm64",
    "arm/v7",
    "arm/v6",
    "386",
    "ppc64le",
    "riscv64",
    "s390x",
    "loong64",
    "windows/amd64",
];

/// The greatest size that there is room for, in bytes: 40 bits.
pub const MAX_BYTES: u64 = (1 << 40) - 1;

/// The measured sizes of one image on one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// The repository as people write it: `golang`, `mcr.microsoft.com/dotnet/sdk`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The architecture; one of [`ARCHITECTURES`].
    pub architecture: String,
    /// The compressed layers, in bytes.
    pub pull: Option<u64>,
    /// The unpacked layers, in bytes.
    pub disk: Option<u64>,
    /// The SHA-256 of the platform's manifest.
    pub digest: Option<[u8; 32]>,
    /// How many layers there are.
    pub layers: Option<u8>,
    /// When the image was made.
    pub created: Option<Date>,
    /// The distribution or kind of base: `debian`, `alpine`, `distroless` …; may be empty.
    pub family: String,
    /// Where the figures are from.
    pub source: String,
    /// When they were taken.
    pub as_of: Option<Date>,
}

/// Why a table cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTable {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for BadTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// Reads a table.
pub fn parse(text: &str) -> Result<Vec<Record>, BadTable> {
    let mut lines = text.lines().zip(1..);
    let header: Vec<&str> =
        lines.next().map(|(line, _)| line.split('\t').collect()).unwrap_or_default();
    let places = COLUMNS.map(|column| header.iter().position(|name| *name == column));
    let missing = COLUMNS.iter().zip(&places).find(|(_, place)| place.is_none());
    if let Some((column, _)) = missing {
        let problem = format!("the header has no column `{column}`");
        return Err(BadTable { line: 1, problem });
    }
    let mut records = Vec::new();
    for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |column: usize| {
            places[column].and_then(|place| cells.get(place)).copied().unwrap_or_default()
        };
        let record = COLUMNS.iter().enumerate().try_fold(
            Record::default(),
            |mut record, (index, column)| {
                let value = cell(index);
                if record.set(column, value) {
                    Ok(record)
                } else {
                    let problem = format!("`{value}` is no {column}");
                    Err(BadTable { line: number, problem })
                }
            },
        );
        records.push(record?);
    }
    Ok(records)
}

/// Writes a table.
pub fn print(records: &[Record]) -> String {
    let mut text = COLUMNS.join("\t");
    text.push('\n');
    records.iter().for_each(|record| text += &record.line());
    text
}

impl Record {
    /// Sets a column from its text; false for a text that it cannot hold.
    fn set(&mut self, column: &str, value: &str) -> bool {
        fn maybe<T>(target: &mut Option<T>, value: &str, read: impl Fn(&str) -> Option<T>) -> bool {
            *target = read(value);
            target.is_some() || value.is_empty()
        }
        let bytes = |value: &str| value.parse().ok().filter(|bytes| *bytes <= MAX_BYTES);
        match column {
            "repository" => text(&mut self.repository, value) && !value.is_empty(),
            "tag" => text(&mut self.tag, value) && !value.is_empty(),
            "architecture" => text(&mut self.architecture, value) && ARCHITECTURES.contains(&value),
            "compressed_bytes" => maybe(&mut self.pull, value, bytes),
            "unpacked_bytes" => maybe(&mut self.disk, value, bytes),
            "digest" => maybe(&mut self.digest, value, digest),
            "layers" => maybe(&mut self.layers, value, |value| value.parse().ok()),
            "created" => maybe(&mut self.created, value, Date::parse),
            "os_family" => text(&mut self.family, value),
            "source" => text(&mut self.source, value),
            "as_of" => maybe(&mut self.as_of, value, Date::parse),
            _ => true,
        }
    }

    /// The row of the table, with its line end.
    pub fn line(&self) -> String {
        let number = |bytes: Option<u64>| bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let cells = [
            self.repository.clone(),
            self.tag.clone(),
            self.architecture.clone(),
            number(self.pull),
            number(self.disk),
            self.digest.as_ref().map(|digest| digest_text(digest)).unwrap_or_default(),
            self.layers.map(|layers| layers.to_string()).unwrap_or_default(),
            date(self.created),
            self.family.clone(),
            self.source.clone(),
            date(self.as_of),
        ];
        cells.join("\t") + "\n"
    }
}

/// The longest text of a cell, in bytes.
pub const MAX_TEXT: usize = 255;

fn text(target: &mut String, value: &str) -> bool {
    value.clone_into(target);
    value.len() <= MAX_TEXT
}

/// The bytes of `sha256:…`.
pub fn digest(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == 64)?;
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The text of a digest, `sha256:…`.
pub fn digest_text(digest: &[u8]) -> String {
    format!("sha256:{}", hex(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table with these lines behind its header.
    fn table(lines: &str) -> String {
        COLUMNS.join("\t") + "\n" + lines
    }

    #[test]
    fn a_table_is_read_and_written() {
        let digest = "ab".repeat(32);
        let text = table(&format!(
            "golang\t1.22\tamd64\t299381750\t822980000\tsha256:{digest}\t7\t2024-09-05\tdebian\ta b\t2024-09-05\n\
             x/y\tlatest\tarm/v7\t\t\t\t\t\t\t\t\n"
        ));
        let records = parse(&text).expect("a table");
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].pull, Some(299_381_750));
        assert_eq!(records[1].as_of, None);
        assert_eq!(print(&records), text);
    }

    #[test]
    fn mistakes_name_the_line_and_the_cell() {
        let check = |text: &str, line: usize, problem: &str| {
            let error = parse(text).expect_err(text);
            assert_eq!((error.line, error.problem.as_str()), (line, problem));
        };
        check("", 1, "the header has no column `repository`");
        check("repository\ttag\n", 1, "the header has no column `architecture`");
        check(&table("a\tb\tamd64\tx\n"), 2, "`x` is no compressed_bytes");
        check(&table("\na\tb\tvax\n"), 3, "`vax` is no architecture");
        check(&table("\t\n"), 2, "`` is no repository");
        check(&table("a\tb\tamd64\t1099511627776\n"), 2, "`1099511627776` is no compressed_bytes");
        let digest = format!("sha256:{}é", "a".repeat(62));
        check(
            &table(&format!("a\tb\tamd64\t\t\t{digest}\n")),
            2,
            &format!("`{digest}` is no digest"),
        );
    }
}
