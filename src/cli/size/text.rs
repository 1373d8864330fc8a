//! What is known of images as a table, with what is to be said of them below.

use super::record::basis;
use super::subject::Subject;
use crate::cli::out::printable;
use crate::cli::table;
use crate::image::{Figure, Size, Source, Unit};

/// What stands where nothing is known.
const NOTHING: &str = "–";

/// The table and the remarks.
pub fn render(known: &[(&Subject, &Figure)], unit: Unit) -> String {
    if known.is_empty() {
        return String::new();
    }
    let in_files = known.iter().any(|(subject, _)| subject.place.is_some());
    let mut header = vec!["IMAGE", "PLATFORM", "PULL", "DISK", "SOURCE"];
    if in_files {
        header.insert(0, "LINE");
    }
    let mut rows = vec![header.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()];
    for (subject, figure) in known {
        let mut row = vec![
            printable(&subject.name),
            subject.platform.to_string(),
            amount(&figure.pull, unit),
            amount(&figure.disk, unit),
            source(figure),
        ];
        if in_files {
            let place = subject.place.as_ref();
            let place = place.map(|place| format!("{}:{}", printable(&place.file), place.line));
            row.insert(0, place.unwrap_or_default());
        }
        rows.push(row);
    }
    let mut remarks: Vec<String> = known.iter().flat_map(|known| self::remarks(*known)).collect();
    remarks.dedup();
    let gap = if remarks.is_empty() { "" } else { "\n" };
    table::render(&rows) + gap + &remarks.concat()
}

/// A size, with its range if it was not counted.
pub fn amount(size: &Option<Size>, unit: Unit) -> String {
    size.as_ref().map_or_else(|| NOTHING.to_owned(), |size| unit.show_amount(size.amount))
}

/// Where the two sizes are from, and of when: `catalogue 2024-09-05 and 2025-01-16, estimate`.
fn source(figure: &Figure) -> String {
    let sizes: Vec<&Size> = figure.sizes().collect();
    let parts = sizes.chunk_by(|a, b| a.source == b.source).map(|sizes| {
        let source = sizes.first().map_or(Source::Unknown, |size| size.source);
        // The date of an estimate is that of a relative.
        let dates = sizes.iter().filter(|_| source != Source::Estimate);
        let mut dates: Vec<String> =
            dates.filter_map(|size| size.as_of).map(|date| date.to_string()).collect();
        dates.dedup();
        format!("{} {}", name(source), dates.join(" and ")).trim_end().to_owned()
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { name(Source::Unknown).to_owned() } else { parts.join(", ") }
}

fn name(source: Source) -> &'static str {
    match source {
        Source::Engine => "engine",
        Source::Registry => "registry",
        Source::Catalogue => "catalogue",
        Source::Estimate => "estimate",
        Source::Unknown => NOTHING,
    }
}

/// What is to be said of an image: a line each.
pub fn remarks((subject, figure): (&Subject, &Figure)) -> Vec<String> {
    let name = &subject.name;
    let basis = basis(figure).map(|basis| format!("{name}: estimated from {basis}."));
    let reason = figure.reason.as_ref().map(|reason| format!("{name}: {reason}"));
    let notes = figure.notes.iter().map(|note| format!("{name}: {note}."));
    let remarks = basis.into_iter().chain(reason).chain(notes);
    remarks.map(|remark| printable(&remark) + "\n").collect()
}
