//! What is known of an image as data: the shape of `size --json`.

use std::io;

use serde::Serialize;

use super::subject::Subject;
use crate::image::{Amount, Date, Figure, Size, Source};

/// One image on one platform. Sizes are in bytes; `null` is what is unknown.
#[derive(Serialize)]
pub struct Record<'a> {
    /// The name as written, variables expanded.
    image: &'a str,
    /// The platform, `linux/amd64`.
    platform: String,
    /// What is downloaded: the compressed layers. Of an estimate, the likeliest number.
    pull_bytes: Option<u64>,
    /// Between what it lies, low and high; the same number twice for what was counted.
    pull_range: Option<[u64; 2]>,
    /// What lies on the disk: the unpacked layers.
    disk_bytes: Option<u64>,
    /// Like `pull_range`.
    disk_range: Option<[u64; 2]>,
    /// Where the surer of the two sizes is from.
    source: Source,
    /// When that one was taken.
    as_of: Option<Date>,
    /// What estimates rest on.
    basis: Option<String>,
    /// Why neither size is known.
    reason: Option<&'a str>,
    /// Where the pull size is from.
    pull_source: Option<Source>,
    /// Where the disk size is from.
    disk_source: Option<Source>,
    /// How many layers there are.
    layers: Option<u32>,
    /// When the image was made.
    created: Option<Date>,
    /// The digest of the platform's manifest.
    digest: Option<&'a str>,
    /// Why an engine or a registry that was asked tells nothing.
    notes: &'a [String],
    /// The file that names the image.
    file: Option<&'a str>,
    /// The line there, from 1.
    line: Option<u32>,
}

impl<'a> Record<'a> {
    fn new(subject: &'a Subject, figure: &'a Figure) -> Record<'a> {
        let amount = |size: &Option<Size>| size.as_ref().map(|size| size.amount);
        let (pull, disk) = (amount(&figure.pull), amount(&figure.disk));
        let bytes = |amount: Amount| amount.bytes;
        let range = |amount: Amount| [amount.low, amount.high];
        let source = |size: &Option<Size>| size.as_ref().map(|size| size.source);
        Record {
            image: &subject.name,
            platform: subject.platform.to_string(),
            pull_bytes: pull.map(bytes),
            pull_range: pull.map(range),
            disk_bytes: disk.map(bytes),
            disk_range: disk.map(range),
            source: figure.source(),
            as_of: figure.as_of(),
            basis: basis(figure),
            reason: figure.reason.as_deref(),
            pull_source: source(&figure.pull),
            disk_source: source(&figure.disk),
            layers: figure.layers,
            created: figure.created,
            digest: figure.digest.as_deref(),
            notes: &figure.notes,
            file: subject.place.as_ref().map(|place| place.file.as_str()),
            line: subject.place.as_ref().map(|place| place.line),
        }
    }
}

/// What the estimates of a figure rest on, as the end of "estimated from".
pub fn basis(figure: &Figure) -> Option<String> {
    let of = |size: &Option<Size>| {
        let size = size.as_ref().filter(|size| size.source == Source::Estimate);
        size.and_then(|size| size.basis.clone())
    };
    match (of(&figure.pull), of(&figure.disk)) {
        (Some(pull), Some(disk)) if pull != disk => Some(format!("{pull} (pull), {disk} (disk)")),
        (pull, disk) => pull.or(disk),
    }
}

/// The array.
pub fn render(known: &[(&Subject, &Figure)]) -> io::Result<String> {
    let records: Vec<_> =
        known.iter().map(|(subject, figure)| Record::new(subject, figure)).collect();
    Ok(serde_json::to_string_pretty(&records)? + "\n")
}
