//! What there is to know about an image: what it weighs, how sure that is, and what would be lighter.

use std::fmt::Write as _;

use super::help::{code, strong};
use crate::ide::images::{Image, View};
use crate::ide::links;
use crate::image::catalogue::record::ARCHITECTURES;
use crate::image::lighter::lighter;
use crate::image::{Figure, Reference, Size, Source};
use crate::language::platform::Platform;

/// The image, as markdown; `None` for what no image can be called.
pub fn markdown(image: &Image, view: View<'_>) -> Option<String> {
    let reference = image.reference().ok()?;
    let platform = image.platform(view);
    let figure = view.sizes.figure(&reference, &platform);
    let mut text = format!("{} on {platform}", strong(&image.name));
    let rows: Vec<_> = [("pull", &figure.pull), ("disk", &figure.disk)]
        .into_iter()
        .filter_map(|(name, size)| Some((name, size.as_ref()?)))
        .map(|(name, size)| [name.to_owned(), amount(size, view), origin(size)])
        .collect();
    block(&mut text, &rows);
    let mut facts = Vec::new();
    facts.extend(figure.reason.clone().map(|reason| advised(reason, &figure, &reference, view)));
    facts.extend(details(&figure));
    facts.extend(other_platforms(&reference, &platform, view));
    if figure.asking {
        facts.push("Being asked for; hover again for the exact size".to_owned());
    }
    facts.extend(figure.notes.iter().map(|note| format!("Not known: {}", code(note))));
    facts.extend(links::page(&reference).map(|page| format!("[Page of the image]({page})")));
    for fact in facts {
        let _ = write!(text, "\n- {fact}");
    }
    let lighter = lighter(view.sizes.offline(), &reference, &platform, &figure);
    let rows: Vec<_> = lighter
        .iter()
        .filter_map(|lighter| {
            let pull = amount(lighter.figure.pull.as_ref()?, view);
            let saves = format!("−{}", view.unit.show(lighter.saves));
            Some([lighter.image.to_string(), pull, saves, lighter.catch.clone()])
        })
        .collect();
    if !rows.is_empty() {
        text += "\n\nLighter at the same version, to pull:";
        block(&mut text, &rows);
    }
    Some(text)
}

/// A size in a line: `299 MB`, and for an estimate its range and the likeliest.
pub fn amount(size: &Size, view: View<'_>) -> String {
    let shown = view.unit.show_amount(size.amount);
    match size.source {
        Source::Estimate => format!("{shown} (≈ {})", view.unit.show(size.amount.bytes)),
        _ => shown,
    }
}

/// Where a size comes from.
pub fn origin(size: &Size) -> String {
    let basis = size.basis.as_deref();
    let date = size.as_of.map(|date| format!(" {date}")).unwrap_or_default();
    match size.source {
        Source::Engine => "exact, by the local engine".to_owned(),
        Source::Registry => "exact, by the registry".to_owned(),
        Source::Catalogue if size.as_of.is_none() => "measured, on an unknown day".to_owned(),
        Source::Catalogue => format!("measured{date}"),
        Source::Estimate => format!("estimated from {}", basis.unwrap_or("its relatives")),
        Source::Unknown => String::new(),
    }
}

fn advised(reason: String, figure: &Figure, image: &Reference, view: View<'_>) -> String {
    let asked = figure.asking || !figure.notes.is_empty() || view.sizes.can_ask(image);
    let advice = if asked {
        ""
    } else {
        " The setting `size.registry` lets its registry be asked, `size.engine` a local engine."
    };
    reason + advice
}

/// Layers, date and digest, as far as they are known.
fn details(figure: &Figure) -> Option<String> {
    let layers = figure.layers.map(|layers| match layers {
        1 => "1 layer".to_owned(),
        layers => format!("{layers} layers"),
    });
    let created = figure.created.map(|created| format!("made {created}"));
    let digest = figure.digest.as_deref().map(code);
    let details: Vec<_> = [layers, created, digest].into_iter().flatten().collect();
    (!details.is_empty()).then(|| details.join(", "))
}

/// The measured sizes for other platforms.
fn other_platforms(image: &Reference, own: &Platform, view: View<'_>) -> Option<String> {
    let offline = view.sizes.offline();
    let others = ARCHITECTURES.into_iter().filter_map(|architecture| {
        let platform = match architecture.split_once('/') {
            Some(("windows", architecture)) => Platform::new("windows", architecture, None),
            Some((architecture, variant)) => Platform::new("linux", architecture, Some(variant)),
            None => Platform::new("linux", architecture, None),
        };
        let figure = offline.measured(image, &platform);
        let sizes = [(&figure.pull, "to pull"), (&figure.disk, "on disk")].into_iter();
        let sizes = sizes
            .filter_map(|(size, what)| Some(format!("{} {what}", amount(size.as_ref()?, view))));
        let sizes: Vec<_> = sizes.collect();
        let other = platform != *own && !sizes.is_empty();
        other.then(|| format!("{platform}: {}", sizes.join(", ")))
    });
    let others: Vec<_> = others.collect();
    (!others.is_empty()).then(|| others.join("; "))
}

/// A table that every editor shows as it is meant: aligned, in a fence.
pub fn block<const N: usize>(text: &mut String, rows: &[[String; N]]) {
    if !rows.is_empty() {
        *text += &format!("\n\n```text\n{}\n```", aligned(rows).join("\n"));
    }
}

/// The rows as lines, each column as wide as its widest cell.
pub fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or_default());
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
