//! Findings as text: the lines of the file, a mark under the exact place, and what mends it.

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::excerpt::Excerpt;
use super::severity_name;
use crate::check::{Finding, Fix, Severity};
use crate::cli::document::Document;
use crate::cli::out::printable;
use crate::text::TextRange;

/// A finding as a block of lines with an empty one behind it.
pub fn excerpt(document: &Document, finding: &Finding, styled: bool) -> String {
    let mut title = level(finding.severity).primary_title(printable(&finding.message));
    title = title.id(finding.code);
    if let Some(link) = finding.link {
        title = title.id_url(link);
    }
    let mut group = title.element(place(document, finding.range));
    for fix in &finding.fixes {
        group = group.element(Level::HELP.message(hint(fix)));
    }
    let mut groups = vec![group];
    for related in &finding.related {
        let title = Level::NOTE.secondary_title(printable(&related.message));
        groups.push(title.element(place(document, related.range)));
    }
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n\n", renderer.render(&groups))
}

/// The lines of a place with their numbers; the bare numbers where there is too much to show.
fn place<'a>(document: &Document, range: TextRange) -> Element<'a> {
    let name = printable(&document.name);
    match Excerpt::new(document.snapshot().text(), range) {
        Some(Excerpt { source, first_line, span }) => Snippet::source(source)
            .path(name)
            .line_start(first_line)
            .annotation(AnnotationKind::Primary.span(span))
            .into(),
        None => {
            let start = document.place(range.start());
            let (line, column) = (start.line as usize, start.column as usize);
            Origin::path(name).line(line).char_column(column).into()
        }
    }
}

/// What a fix does, and who does it.
pub fn hint(fix: &Fix) -> String {
    let title = printable(&fix.title);
    if fix.sure { format!("{title} (done by --fix)") } else { format!("{title}?") }
}

fn level(severity: Severity) -> Level<'static> {
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO,
        Severity::Hint => Level::NOTE,
    };
    level.with_name(severity_name(severity))
}
