//! The catalogue: measured sizes of thousands of tags, in the binary, read in place.
//!
//! | file | what it holds |
//! |---|---|
//! | `record.rs` | a row of the table that a catalogue is made of |
//! | `pack.rs` | the table in its packed form |
//! | `user.rs` | the packed table that the user made |
//! | `embedded.bin` | what `stagewright catalogue update` makes of `data/image-sizes.tsv` |
//!
//! Looking something up does not allocate, and no packed form, however damaged, makes it panic: a field that cannot
//! be read is empty.

pub mod pack;
pub mod record;
pub mod user;

use std::borrow::Cow;

use self::pack::{DIGEST, HEAD, MAGIC, REPOSITORY, ROW, WORD, field};
use self::record::ARCHITECTURES;
use super::Date;
use crate::language::platform::Platform;

/// A packed table.
#[derive(Clone, Debug)]
pub struct Catalogue {
    bytes: Cow<'static, [u8]>,
    counts: [usize; 5],
}

/// Why bytes are no catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCatalogue;

impl std::fmt::Display for NoCatalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("is no catalogue of this version")
    }
}

/// A row: the measured sizes of one image on one platform.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    catalogue: &'a Catalogue,
    bytes: &'a [u8],
    number: usize,
}

impl Catalogue {
    /// The one in the binary.
    pub fn embedded() -> &'static Catalogue {
        static EMBEDDED: std::sync::LazyLock<Catalogue> = std::sync::LazyLock::new(|| {
            Catalogue::new(Cow::Borrowed(include_bytes!("embedded.bin")))
                .unwrap_or(Catalogue { bytes: Cow::Borrowed(&[]), counts: [0; 5] })
        });
        &EMBEDDED
    }

    /// Takes a packed table. Errors: the bytes are none of this version, or not all of it.
    pub fn new(bytes: Cow<'static, [u8]>) -> Result<Catalogue, NoCatalogue> {
        let head = bytes.get(..HEAD).filter(|head| head.starts_with(MAGIC)).ok_or(NoCatalogue)?;
        let mut counts = [0; 5];
        for (index, count) in counts.iter_mut().enumerate() {
            *count = number(head, MAGIC.len() + 4 * index, 4) as usize;
        }
        let catalogue = Catalogue { bytes, counts };
        let end = catalogue.starts()[4].saturating_add(counts[4]);
        if end == catalogue.bytes.len() { Ok(catalogue) } else { Err(NoCatalogue) }
    }

    /// Where the sections begin.
    fn starts(&self) -> [usize; 5] {
        let [repositories, rows, words, digests, _] = self.counts;
        let sizes = [(repositories, REPOSITORY), (rows, ROW), (words, WORD), (digests, DIGEST)];
        let mut starts = [HEAD; 5];
        for (index, (count, size)) in sizes.into_iter().enumerate() {
            starts[index + 1] = starts[index].saturating_add(count.saturating_mul(size));
        }
        starts
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.counts[1]
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the repositories, sorted.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        (0..self.counts[0]).map(|number| self.repository(number))
    }

    /// All rows, by repository, tag and architecture.
    pub fn all(&self) -> impl Iterator<Item = (&str, Row<'_>)> {
        self.repositories().flat_map(|name| self.rows(name).map(move |row| (name, row)))
    }

    /// The rows of a repository as people write it, by tag and architecture.
    pub fn rows(&self, repository: &str) -> impl DoubleEndedIterator<Item = Row<'_>> + Clone {
        self.range(repository).filter_map(|number| self.row(number))
    }

    /// The rows of one tag: of each architecture the one with a pull size first.
    pub fn tag<'a>(&'a self, repository: &str, tag: &str) -> impl Iterator<Item = Row<'a>> + Clone {
        let range = self.range(repository);
        let before = |wanted: fn(&str, &str) -> bool| {
            let is_before =
                |number: &usize| self.row(*number).is_some_and(|row| wanted(row.tag(), tag));
            range.start + partition_point(range.clone(), is_before)
        };
        let (start, end) = (before(|row, tag| row < tag), before(|row, tag| row <= tag));
        (start..end).filter_map(|number| self.row(number))
    }

    /// The rows whose platform's manifest has that digest, `sha256:…`, with their repositories.
    pub fn digest(&self, digest: &str) -> impl Iterator<Item = (&str, Row<'_>)> {
        let wanted = record::digest(digest);
        self.all().filter(move |(_, row)| {
            wanted.is_some() && row.digest() == wanted.as_ref().map(|w| &w[..])
        })
    }

    fn range(&self, repository: &str) -> std::ops::Range<usize> {
        let count = self.counts[0];
        let number = partition_point(0..count, |number| self.repository(*number) < repository);
        if number == count || self.repository(number) != repository {
            return 0..0;
        }
        let first = |number: usize| {
            let at = self.starts()[0] + number * REPOSITORY + 4;
            if number < count { self::number(&self.bytes, at, 4) as usize } else { self.len() }
        };
        first(number)..first(number + 1).min(self.len())
    }

    fn repository(&self, number: usize) -> &str {
        self.text(self.starts()[0] + number * REPOSITORY)
    }

    fn row(&self, number: usize) -> Option<Row<'_>> {
        let at = self.starts()[1] + number * ROW;
        Some(Row { catalogue: self, bytes: self.bytes.get(at..at + ROW)?, number })
    }

    fn word(&self, number: usize) -> &str {
        self.text(self.starts()[2] + number * WORD)
    }

    /// The text whose place is named at `at`.
    fn text(&self, at: usize) -> &str {
        let offset = self.starts()[4] + number(&self.bytes, at, 3) as usize;
        let length = number(&self.bytes, at + 3, 1) as usize;
        let bytes = self.bytes.get(offset..offset + length).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }
}

impl<'a> Row<'a> {
    /// Whether both are of the same tag and architecture of one repository.
    pub fn is_twin(&self, other: &Row<'_>) -> bool {
        (self.tag(), self.architecture()) == (other.tag(), other.architecture())
    }

    /// The tag.
    pub fn tag(&self) -> &'a str {
        let at = self.catalogue.starts()[1] + self.number * ROW;
        self.catalogue.text(at + field::TAG)
    }

    /// The architecture in the words of the table, `amd64`, `windows/amd64`.
    pub fn architecture(&self) -> &'static str {
        let number = self.number(field::ARCHITECTURE, 1) as usize;
        ARCHITECTURES.get(number).copied().unwrap_or_default()
    }

    /// The compressed layers, in bytes.
    pub fn pull(&self) -> Option<u64> {
        Some(self.number(field::PULL, 5)).filter(|bytes| *bytes > 0)
    }

    /// The unpacked layers, in bytes.
    pub fn disk(&self) -> Option<u64> {
        Some(self.number(field::DISK, 5)).filter(|bytes| *bytes > 0)
    }

    /// How many layers there are.
    pub fn layers(&self) -> Option<u32> {
        Some(self.number(field::LAYERS, 1) as u32).filter(|layers| *layers > 0)
    }

    /// When the image was made.
    pub fn created(&self) -> Option<Date> {
        Date::from_bits(self.number(field::CREATED, 2) as u16)
    }

    /// When the figures were taken.
    pub fn as_of(&self) -> Option<Date> {
        Date::from_bits(self.number(field::AS_OF, 2) as u16)
    }

    /// The SHA-256 of the platform's manifest.
    pub fn digest(&self) -> Option<&'a [u8]> {
        let number = (self.number(field::DIGEST, 2) as usize).checked_sub(1)?;
        let at = self.catalogue.starts()[3] + number * DIGEST;
        self.catalogue.bytes.get(at..at + DIGEST)
    }

    /// The distribution or kind of base; empty where it is not known.
    pub fn family(&self) -> &'a str {
        self.word(field::FAMILY)
    }

    /// The project or registry that the figures are from.
    pub fn source(&self) -> &'a str {
        self.word(field::SOURCE)
    }

    /// For a moving tag the version that it was on its date; else empty.
    pub fn version(&self) -> &'a str {
        self.word(field::VERSION)
    }

    /// The release of the distribution below, `bookworm`, `3.20.5`; empty where it is not known.
    pub fn base(&self) -> &'a str {
        self.word(field::BASE)
    }

    fn word(&self, field: usize) -> &'a str {
        self.catalogue.word(self.number(field, 2) as usize)
    }

    fn number(&self, field: usize, width: usize) -> u64 {
        number(self.bytes, field, width)
    }
}

/// The architecture of a platform in the words of the table; `None` for one without a row.
pub fn architecture(platform: &Platform) -> Option<&'static str> {
    ARCHITECTURES.into_iter().find(|name| {
        let linux = if name.contains("windows") { "" } else { "linux/" };
        let made = Platform::parse(&format!("{linux}{name}"));
        made.is_some_and(|made| platform.fit(&made) == Some(0))
    })
}

/// A little-endian number; 0 where there are no such bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes.get(at..at.saturating_add(width)).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// How many numbers of a range, sorted by it, fulfil a condition.
fn partition_point(range: std::ops::Range<usize>, is_before: impl Fn(&usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(&middle) { low = middle + 1 } else { high = middle }
    }
    low - range.start
}

#[cfg(test)]
mod tests {
    use super::record::Record;
    use super::*;

    fn record(repository: &str, tag: &str, architecture: &str, pull: Option<u64>) -> Record {
        Record {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            architecture: architecture.to_owned(),
            pull,
            ..Record::default()
        }
    }

    fn packed(records: &[Record]) -> Catalogue {
        let bytes = pack::pack(records).expect("a table");
        Catalogue::new(Cow::Owned(bytes)).expect("a catalogue")
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let full = Record {
            disk: Some(record::MAX_BYTES),
            digest: Some([7; 32]),
            layers: Some(5),
            created: Date::new(2024, 1, 2),
            as_of: Date::new(2025, 3, 4),
            family: "debian".to_owned(),
            source: "a/b repos/x.md (GOLANG_VERSION=1.23.4) [checked] base bookworm".to_owned(),
            ..record("golang", "1", "arm64", Some(5))
        };
        let catalogue = packed(&[record("b", "2", "amd64", Some(1)), full]);
        let row = catalogue.tag("golang", "1").next().expect("a row");
        assert_eq!((row.pull(), row.disk()), (Some(5), Some(record::MAX_BYTES)));
        assert_eq!((row.layers(), row.architecture()), (Some(5), "arm64"));
        assert_eq!((row.created(), row.as_of()), (Date::new(2024, 1, 2), Date::new(2025, 3, 4)));
        assert_eq!(row.digest(), Some(&[7; 32][..]));
        assert_eq!(
            [row.family(), row.source(), row.version(), row.base()],
            ["debian", "a/b", "1.23.4", "bookworm"]
        );
        let digest = record::digest_text(&[7; 32]);
        assert_eq!(catalogue.digest(&digest).map(|(name, _)| name).collect::<Vec<_>>(), ["golang"]);
        let row = catalogue.tag("b", "2").next().expect("a row");
        assert_eq!(
            (row.disk(), row.layers(), row.created(), row.digest()),
            (None, None, None, None)
        );
        assert_eq!([row.family(), row.source(), row.version(), row.base()], [""; 4]);
    }

    #[test]
    fn tags_are_found() {
        let tags = ["", "1", "1.1", "10", "2", "z"];
        let mut records = vec![record("a", "1", "amd64", None), record("c", "1", "amd64", None)];
        for tag in tags.iter().skip(1) {
            records.push(record("b", tag, "amd64", None));
            records.push(record("b", tag, "amd64", Some(1)));
            records.push(record("b", tag, "arm64", Some(1)));
        }
        let catalogue = packed(&records);
        assert_eq!(catalogue.repositories().collect::<Vec<_>>(), ["a", "b", "c"]);
        for tag in tags {
            let found: Vec<_> = catalogue
                .tag("b", tag)
                .map(|row| (row.tag(), row.architecture(), row.pull()))
                .collect();
            let expected = [(tag, "amd64", Some(1)), (tag, "amd64", None), (tag, "arm64", Some(1))];
            assert_eq!(found, if tag.is_empty() { &[][..] } else { &expected[..] });
        }
        assert_eq!(catalogue.rows("b").count(), 15);
        assert_eq!(catalogue.rows("c").count(), 1);
        for name in ["", "aa", "d"] {
            assert_eq!(catalogue.rows(name).count(), 0, "{name}");
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_as_far_as_they_go() {
        let whole = pack::pack(&[record("golang", "1", "amd64", Some(5))]).expect("packed");
        for length in 0..whole.len() {
            let cut = whole[..length].to_vec();
            assert!(Catalogue::new(Cow::Owned(cut)).is_err(), "{length}");
        }
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] = 0xff;
            let Ok(catalogue) = Catalogue::new(Cow::Owned(damaged)) else { continue };
            let read = catalogue.all().map(|(name, row)| {
                name.len() + row.tag().len() + row.family().len() + row.architecture().len()
            });
            assert!(read.sum::<usize>() < 10_000);
        }
    }

    #[test]
    fn platforms_have_their_words() {
        for (platform, word) in [
            ("linux/amd64", Some("amd64")),
            ("linux/arm64/v8", Some("arm64")),
            ("linux/arm", Some("arm/v7")),
            ("linux/arm/v6", Some("arm/v6")),
            ("windows/amd64", Some("windows/amd64")),
            ("linux/mips64le", None),
            ("darwin/arm64", None),
        ] {
            let platform = Platform::parse(platform).expect(platform);
            assert_eq!(architecture(&platform), word, "{platform}");
        }
    }

    #[test]
    fn the_embedded_catalogue_is_made_of_the_committed_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/image-sizes.tsv");
        let table = std::fs::read_to_string(path).expect("the table");
        let records = record::parse(&table).expect("a table");
        let packed = pack::pack(&records).expect("packed");
        let embedded = include_bytes!("embedded.bin");
        assert!(
            packed == embedded,
            "remake it: cargo run -- catalogue update --from data/image-sizes.tsv --output \
             src/image/catalogue/embedded.bin"
        );
        assert!(embedded.len() < 1_000_000, "{} bytes", embedded.len());
        assert_eq!(Catalogue::embedded().len(), 13_071);
    }
}
