//! The images that the arguments name, by themselves or by a Dockerfile.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::cli::document::{self, Document};
use crate::cli::out::printable;
use crate::ide::images;
use crate::image::online::Sources;
use crate::image::reference::{Malformed, Reference};
use crate::image::{Figure, Source};
use crate::language::platform::Platform;
use crate::model::{Base, Stage};

/// An image that is asked about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name as written, variables expanded.
    pub name: String,
    /// The image; where that is unknown, why: a sentence.
    pub image: Result<Reference, String>,
    /// For which platform.
    pub platform: Platform,
    /// Where it is named, if in a file.
    pub place: Option<Place>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Subject {
    /// What is known of the image, and what would find out where nothing is.
    pub fn figure(&self, sources: &Sources) -> Figure {
        let image = match &self.image {
            Ok(image) => image,
            Err(reason) => return Figure::unknown(reason.as_str()),
        };
        let mut figure = sources.ask(image, &self.platform);
        if figure.source() == Source::Unknown && !sources.can_ask(image) {
            let reason = figure.reason.get_or_insert_default();
            reason.push_str(" With --registry on its registry would be asked.");
        }
        figure
    }
}

/// The subjects of all arguments in their order, and the files among these. Errors: a text for
/// people, fit for a terminal.
pub fn all(
    arguments: &[String],
    platform: &Platform,
) -> Result<(Vec<Subject>, Vec<Document>), String> {
    let (mut subjects, mut documents) = (Vec::new(), Vec::new());
    for argument in arguments {
        if is_file(argument) {
            let document = read(argument)?;
            subjects.extend(in_file(&document, platform));
            documents.push(document);
        } else {
            let image = Reference::parse(argument).map_err(|error| complaint(argument, &error))?;
            let name = argument.clone();
            subjects.push(Subject {
                name,
                image: Ok(image),
                platform: platform.clone(),
                place: None,
            });
        }
    }
    Ok((subjects, documents))
}

/// Whether an argument is meant as a file: there is one, or no image can be called so.
fn is_file(argument: &str) -> bool {
    let path = Path::new(argument);
    let is_there = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir());
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_called_so = file.contains("Dockerfile") || file.contains("Containerfile");
    argument == "-" || is_there || argument.starts_with(['.', '/']) || is_called_so
}

/// What is wrong with a name, and a mark below that part of it.
fn complaint(name: &str, error: &Malformed) -> String {
    let before = printable(name.get(..error.range.start).unwrap_or_default());
    let part = printable(name.get(error.range.clone()).unwrap_or_default());
    let mark = "^".repeat(part.width().max(1));
    let (blanks, name) = (" ".repeat(before.width()), printable(name));
    format!("`{name}` {error}.\n  {name}\n  {blanks}{mark}")
}

fn read(argument: &str) -> Result<Document, String> {
    let (bytes, name) = match argument {
        "-" => (document::read(io::stdin().lock()), "<stdin>"),
        path => (document::read_file(Path::new(path)), path),
    };
    let bytes = bytes.map_err(|error| format!("{} {error}", printable(argument)))?;
    Ok(Document::new(name.to_owned(), &bytes))
}

/// The images that a file names, each once on one platform, at the first place.
fn in_file(document: &Document, platform: &Platform) -> Vec<Subject> {
    let mut subjects = named(document, platform);
    subjects.extend(unnamed(document, platform));
    subjects.sort_by_key(|subject| subject.place.as_ref().map(|place| place.line));
    let mut seen = HashSet::new();
    subjects.retain(|subject| seen.insert((subject.name.clone(), subject.platform.clone())));
    subjects
}

fn named(document: &Document, platform: &Platform) -> Vec<Subject> {
    let subject = |image: images::Image| Subject {
        image: image.reference().map_err(|error| format!("The name {error}.")),
        platform: image.platform.map_or_else(|| platform.clone(), |own| own.or(platform)),
        place: Some(place(document, image.range.start())),
        name: image.name,
    };
    images::images(document.snapshot()).into_iter().map(subject).collect()
}

/// The bases whose name the file leaves open.
fn unnamed(document: &Document, platform: &Platform) -> Vec<Subject> {
    let snapshot = document.snapshot();
    let known: HashSet<usize> =
        images::images(snapshot).into_iter().filter_map(|image| image.starts).collect();
    let is_open = |stage: &&Stage| {
        matches!(stage.base, Base::Image(_) | Base::Unknown) && !known.contains(&stage.index)
    };
    let subject = |stage: &Stage| {
        let written = stage.image()?;
        Some(Subject {
            name: written.text.to_string(),
            image: Err("The file does not give its variables values.".to_owned()),
            platform: platform.clone(),
            place: Some(place(document, written.range.start())),
        })
    };
    snapshot.model().stages().iter().filter(is_open).filter_map(subject).collect()
}

fn place(document: &Document, offset: crate::text::TextSize) -> Place {
    Place { file: document.name.clone(), line: document.place(offset).line }
}
