//! The packed form of a table: what the binary holds and is read in place.
//!
//! All numbers are little-endian. A text is named by its offset (24 bits) and length (8 bits) in the
//! last section.
//!
//! | section | an entry |
//! |---|---|
//! | head | magic, then the numbers of repositories, rows, words, digests and bytes of text, 32 bits each |
//! | repositories, by name | text of the name, number of its first row (32 bits) |
//! | rows, by repository, tag, architecture | see [`Record`] and [`super::Row`] |
//! | words: texts that many rows share | text |
//! | digests | 32 bytes |
//! | texts | |

use std::collections::{BTreeMap, HashMap};

use super::record::{ARCHITECTURES, Record};
use crate::image::Date;

/// The first bytes; another version of the format has others.
pub const MAGIC: &[u8; 8] = b"SWcat\0\x01\n";
/// The length of the head, in bytes.
pub const HEAD: usize = 8 + 5 * 4;
/// The length of a repository's entry, in bytes.
pub const REPOSITORY: usize = 8;
/// The length of a row, in bytes.
pub const ROW: usize = 30;
/// The length of a word's entry, in bytes.
pub const WORD: usize = 4;
/// The length of a digest, in bytes.
pub const DIGEST: usize = 32;

/// Where the fields of a row begin.
pub mod field {
    /// Text of the tag.
    pub const TAG: usize = 0;
    /// Number in the list of architectures, 8 bits.
    pub const ARCHITECTURE: usize = 4;
    /// 8 bits; 0 for unknown.
    pub const LAYERS: usize = 5;
    /// 16 bits; 0 for unknown.
    pub const CREATED: usize = 6;
    /// 16 bits; 0 for unknown.
    pub const AS_OF: usize = 8;
    /// 40 bits; 0 for unknown.
    pub const PULL: usize = 10;
    /// 40 bits; 0 for unknown.
    pub const DISK: usize = 15;
    /// Number of the digest and 1, 16 bits; 0 for unknown.
    pub const DIGEST: usize = 20;
    /// Number of a word, 16 bits.
    pub const FAMILY: usize = 22;
    /// Number of a word, 16 bits.
    pub const SOURCE: usize = 24;
    /// Number of a word, 16 bits.
    pub const VERSION: usize = 26;
    /// Number of a word, 16 bits.
    pub const BASE: usize = 28;
}

/// Packs the records. The order in which they come does not matter.
///
/// Errors: a text for people, for more rows, words, digests or text than there is room for.
pub fn pack(records: &[Record]) -> Result<Vec<u8>, String> {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by_key(|r| (&r.repository, &r.tag, &r.architecture, r.pull.is_none(), *r));
    sorted.dedup();
    let mut packer = Packer::default();
    // The empty word is number 0.
    packer.word("")?;
    let mut repositories: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows = Vec::with_capacity(sorted.len() * ROW);
    for (number, record) in sorted.iter().enumerate() {
        repositories.entry(&record.repository).or_insert(number);
        rows.extend(packer.row(record)?);
    }
    let mut list = Vec::with_capacity(repositories.len() * REPOSITORY);
    for (name, first) in &repositories {
        list.extend(packer.text(name)?);
        list.extend(u32(*first)?.to_le_bytes());
    }
    let words = packer.words.len() * WORD;
    let mut packed = MAGIC.to_vec();
    for count in [
        repositories.len(),
        sorted.len(),
        words / WORD,
        packer.digests.len() / DIGEST,
        packer.texts.len(),
    ] {
        packed.extend(u32(count)?.to_le_bytes());
    }
    packed.extend(list);
    packed.extend(rows);
    packed.extend(packer.words.concat());
    packed.extend(&packer.digests);
    packed.extend(packer.texts.as_bytes());
    Ok(packed)
}

fn u32(number: usize) -> Result<u32, String> {
    u32::try_from(number).map_err(|_| "the table is too large".to_owned())
}

#[derive(Default)]
struct Packer {
    texts: String,
    text_places: HashMap<String, [u8; 4]>,
    words: Vec<[u8; 4]>,
    word_numbers: HashMap<String, u16>,
    digests: Vec<u8>,
    digest_numbers: HashMap<[u8; 32], u16>,
}

impl Packer {
    fn row(&mut self, record: &Record) -> Result<[u8; ROW], String> {
        let architecture = ARCHITECTURES.iter().position(|name| *name == record.architecture);
        let architecture =
            architecture.and_then(|number| u8::try_from(number).ok()).ok_or_else(|| {
                format!("there is no room for the architecture {}", record.architecture)
            })?;
        let days = |date: Option<Date>| date.map_or(0, Date::to_bits).to_le_bytes();
        let Notes { source, version, base } = Notes::of(&record.source);
        let mut row = [0; ROW];
        let mut put = |at: usize, bytes: &[u8]| row[at..at + bytes.len()].copy_from_slice(bytes);
        put(field::TAG, &self.text(&record.tag)?);
        put(field::ARCHITECTURE, &[architecture]);
        put(field::LAYERS, &[record.layers.unwrap_or_default()]);
        put(field::CREATED, &days(record.created));
        put(field::AS_OF, &days(record.as_of));
        put(field::PULL, &bytes(record.pull));
        put(field::DISK, &bytes(record.disk));
        put(field::DIGEST, &self.digest(record.digest)?.to_le_bytes());
        put(field::FAMILY, &self.word(&record.family)?.to_le_bytes());
        put(field::SOURCE, &self.word(source)?.to_le_bytes());
        put(field::VERSION, &self.word(version)?.to_le_bytes());
        put(field::BASE, &self.word(base)?.to_le_bytes());
        Ok(row)
    }

    fn text(&mut self, text: &str) -> Result<[u8; 4], String> {
        if let Some(place) = self.text_places.get(text) {
            return Ok(*place);
        }
        let length = u8::try_from(text.len()).map_err(|_| format!("`{text}` is too long"))?;
        let offset = self.texts.len();
        if offset >= 1 << 24 {
            return Err("the table holds too much text".to_owned());
        }
        self.texts.push_str(text);
        let [a, b, c, _] = u32(offset)?.to_le_bytes();
        self.text_places.insert(text.to_owned(), [a, b, c, length]);
        Ok([a, b, c, length])
    }

    fn word(&mut self, word: &str) -> Result<u16, String> {
        if let Some(number) = self.word_numbers.get(word) {
            return Ok(*number);
        }
        let number = u16::try_from(self.words.len())
            .map_err(|_| "the table has too many sources".to_owned())?;
        let place = self.text(word)?;
        self.words.push(place);
        self.word_numbers.insert(word.to_owned(), number);
        Ok(number)
    }

    /// The number of the digest and 1.
    fn digest(&mut self, digest: Option<[u8; 32]>) -> Result<u16, String> {
        let Some(digest) = digest else { return Ok(0) };
        if let Some(number) = self.digest_numbers.get(&digest) {
            return Ok(*number);
        }
        let number = u16::try_from(self.digests.len() / DIGEST + 1)
            .map_err(|_| "the table has too many digests".to_owned())?;
        self.digests.extend(digest);
        self.digest_numbers.insert(digest, number);
        Ok(number)
    }
}

/// 40 bits.
fn bytes(bytes: Option<u64>) -> [u8; 5] {
    let [a, b, c, d, e, ..] = bytes.unwrap_or_default().to_le_bytes();
    [a, b, c, d, e]
}

/// What the text of a source tells besides where the figures are from.
struct Notes<'a> {
    /// The project or registry: the first word.
    source: &'a str,
    /// The version that the image of a moving tag was of: `GOLANG_VERSION=1.23.4`.
    version: &'a str,
    /// The release of the distribution below: `base bookworm`.
    base: &'a str,
}

impl<'a> Notes<'a> {
    fn of(source: &'a str) -> Notes<'a> {
        let word = |text: &'a str| {
            let end = text.find(|c: char| c.is_whitespace() || ",;)]".contains(c));
            text.get(..end.unwrap_or(text.len())).unwrap_or_default()
        };
        let behind = |mark: &str| source.split_once(mark).map(|(_, rest)| word(rest));
        Notes {
            source: word(source),
            version: behind("_VERSION=").unwrap_or_default(),
            base: behind(" base ").unwrap_or_default(),
        }
    }
}
