//! A second opinion: the crate `dockerfile-parser`, on every fixture that `BuildKit` takes.
//!
//! Where it reads a file, it must see the stages, their names and the `COPY --from`s that we see.
//! Where it does not, there must be a reason in what the file holds.

use std::collections::BTreeMap;

use dockerfile_parser::{Dockerfile, Instruction};
use stagewright::language::Keyword;
use stagewright::language::case::lower;
use stagewright::model::{Model, Place};
use stagewright::syntax::{self, Placed, Tree};
use stagewright::text::TextSize;

/// A stage's name and what it copies from.
type StageView = (String, Vec<String>);

/// What became of the files.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many it reads as we do.
    pub alike: usize,
    /// How many it reads otherwise, by the reason.
    pub otherwise: BTreeMap<&'static str, usize>,
    /// How many it refuses, by the reason.
    pub refused: BTreeMap<&'static str, usize>,
    /// The others: it disagrees or refuses for no reason we know.
    pub failures: Vec<String>,
}

impl Outcome {
    /// Looks at one file more.
    pub fn look(&mut self, name: &str, text: &str) {
        let model = Model::new(Tree::parse(text));
        let (reason, counts, failure) = match Dockerfile::parse(text) {
            Ok(file) => {
                let (theirs, ours) = (theirs(&file), ours(&model));
                if theirs == ours {
                    self.alike += 1;
                    return;
                }
                (why_otherwise(&model), &mut self.otherwise, format!("{theirs:?}, we: {ours:?}"))
            }
            Err(error) => {
                let error = error.to_string();
                (why_refused(model.tree(), text, &error), &mut self.refused, error)
            }
        };
        match reason {
            Some(reason) => *counts.entry(reason).or_default() += 1,
            None => self.failures.push(format!("{name}: {failure}")),
        }
    }
}

fn theirs(file: &Dockerfile) -> Vec<StageView> {
    let stage = |stage: dockerfile_parser::Stage| {
        let copies = stage.instructions.iter().filter_map(|instruction| match instruction {
            Instruction::Copy(copy) => Some(copy),
            _ => None,
        });
        let flags = copies.flat_map(|copy| &copy.flags).filter(|flag| flag.name.content == "from");
        let from = flags.map(|flag| flag.value.content.clone()).collect();
        (stage.name.unwrap_or_default(), from)
    };
    file.iter_stages().map(stage).collect()
}

/// The same of our model, without what `ONBUILD` triggers name: the crate does not look into them.
fn ours(model: &Model) -> Vec<StageView> {
    let is_trigger = |item| {
        let facts = model.facts(item).expect("facts of an instruction");
        facts.keyword == Some(Keyword::Onbuild)
    };
    let stage = |stage: &stagewright::model::Stage| {
        let from = model.references().iter().filter(|reference| {
            reference.place == Place::CopyFrom
                && reference.stage == Some(stage.index)
                && !is_trigger(reference.item)
        });
        let name = stage.name().map(|name| lower(&name.text)).unwrap_or_default();
        (name, from.map(|reference| reference.name.text.to_string()).collect())
    };
    model.stages().iter().map(stage).collect()
}

fn why_otherwise(model: &Model) -> Option<&'static str> {
    let pasted = |(_, instruction): (_, &syntax::Instruction)| instruction.mended.is_some();
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"_-.:/${}@".contains(c);
    let odd_image = |stage: &stagewright::model::Stage| {
        stage.image().is_some_and(|image| image.text.contains(odd))
    };
    if model.tree().instructions().any(pasted) {
        Some("pasted text, which we read as it was meant")
    } else if model.stages().iter().any(odd_image) {
        Some("an image with quotes or brackets: it sees no FROM")
    } else {
        None
    }
}

/// What in the file the crate has no grammar for; else the keyword that it stops at.
fn why_refused(tree: &Tree, text: &str, error: &str) -> Option<&'static str> {
    let any = |holds: fn(&syntax::Instruction) -> bool| {
        tree.instructions().any(|(_, instruction)| holds(instruction))
    };
    let reasons = [
        (text.starts_with('\u{feff}'), "a byte order mark"),
        (any(|instruction| !instruction.heredocs.is_empty()), "a heredoc"),
        (tree.escape() != '\\', "an escape directive"),
        (any(|instruction| !instruction.blanks.is_empty()), "a blank line within an instruction"),
        (error.contains("token comment"), "a comment within a COPY"),
        (error.contains("unescaping"), "a quoted word with an escape it does not know"),
        (error.contains("digest is invalid"), "half a digest"),
    ];
    if let Some((_, reason)) = reasons.into_iter().find(|(holds, _)| *holds) {
        return Some(reason);
    }
    match item_at(tree, text, line_of(error)?)?.instruction() {
        Some(instruction) => instruction.view.command.keyword.map(|keyword| keyword.name()),
        None => Some("a blank before a comment or line end that is no space"),
    }
}

fn item_at<'a>(tree: &'a Tree, text: &str, line: usize) -> Option<Placed<'a>> {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    tree.item_at(TextSize::try_from(before).ok()?)
}

/// The line that an error of the crate names.
fn line_of(error: &str) -> Option<usize> {
    let (_, place) = error.split_once("--> ")?;
    place.split(':').next()?.parse().ok()
}
