//! What the last stage of a file weighs, below the table of images.

use std::fmt::Write as _;

use crate::cli::document::{self, Document};
use crate::cli::out::printable;
use crate::cli::table;
use crate::ide::images::View;
use crate::ide::weight::weight;

/// What the image weighs that each of the files builds, as far as the file and the files beside it
/// tell.
pub fn render(documents: &[Document], view: View<'_>) -> String {
    documents.iter().filter_map(|document| last(document, view)).collect()
}

fn last(document: &Document, view: View<'_>) -> Option<String> {
    let snapshot = document.snapshot();
    let stage = snapshot.model().stages().last()?;
    let path = if document.name == "<stdin>" { "-" } else { &document.name };
    let context = document::context(path, None).and_then(|context| context);
    let context = context.as_ref().map_err(String::as_str);
    let weight = weight(snapshot, view, context, stage.index)?;
    let total = weight.total(view.unit).unwrap_or_else(|| "not known".to_owned());
    let (title, file) = (printable(&stage.title()), printable(&document.name));
    let mut text = format!("\nThe image of {title}, the last stage of {file}: {total} on disk\n");
    let cells = |row: [String; 3]| row.iter().map(|cell| printable(cell)).collect();
    for line in table::render(&weight.rows(view).into_iter().map(cells).collect::<Vec<_>>()).lines()
    {
        let _ = writeln!(text, "  {line}");
    }
    Some(text)
}
