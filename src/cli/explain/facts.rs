//! What there is to say of a file, as data: the shape of `explain --json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::size::SizeFacts;
use super::splits::SplitFacts;
use super::start::{self, Start};
use crate::check::{Finding, Fix};
use crate::cli::document::Document;
use crate::cli::report::{Record, record};
use crate::ide::lens;
use crate::model::state::{Setting, shell_words};
use crate::model::{Base, Place, Reference, Relation, Stage, State, Target, VariableKind};
use crate::text::{TextRange, TextSize};

/// All there is to say. Lines count from 1.
#[derive(Serialize)]
pub struct Explanation<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The number of the stage that is built.
    pub target: Option<usize>,
    /// Arguments before the first `FROM`.
    pub globals: Vec<VariableFacts>,
    /// The stages in file order.
    pub stages: Vec<StageFacts>,
    /// The findings.
    pub findings: Vec<Record<'a>>,
    /// What can be done about them.
    pub offers: Vec<Offer>,
    /// What there is to say of two stages in the place of one; `None` where that is nothing.
    pub splits: Option<SplitFacts>,
}

/// A stage, and what holds at its end.
#[derive(Serialize)]
pub struct StageFacts {
    /// Its number.
    pub index: usize,
    /// What references call it, `stage-N` if they cannot.
    pub title: String,
    /// The name behind `AS`, as written.
    pub name: Option<String>,
    /// The line of its `FROM`.
    pub line: u32,
    /// Its last line.
    pub last_line: u32,
    /// What it is built on.
    pub base: BaseFacts,
    /// The value of `--platform`, as written.
    pub platform: Option<String>,
    /// Whether the target needs it.
    pub built: bool,
    /// What it copies or mounts from elsewhere.
    pub takes: Vec<Take>,
    /// The user; `None` for that of the base image.
    pub user: Option<SettingFacts>,
    /// The working directory; `None` for that of the base image.
    pub workdir: Option<SettingFacts>,
    /// The shell; `None` for that of the base image.
    pub shell: Option<ShellFacts>,
    /// Variables in force.
    pub variables: Vec<VariableFacts>,
    /// What its image weighs.
    pub size: SizeFacts,
    /// What its image runs.
    pub start: Start,
    /// The command that builds it, if it can be asked for.
    pub build: Option<String>,
}

/// What a stage is built on.
#[derive(Serialize)]
pub struct BaseFacts {
    /// `image`, `stage`, `scratch` or `unknown`.
    pub kind: &'static str,
    /// What stands behind `FROM`.
    pub written: Option<String>,
    /// The name of the image, variables expanded.
    pub image: Option<String>,
    /// The number of the stage.
    pub stage: Option<usize>,
}

/// Something that is taken from another stage or image.
#[derive(Serialize)]
pub struct Take {
    /// `COPY --from` or `RUN --mount`.
    pub by: &'static str,
    /// The name or number that is written.
    pub name: String,
    /// The number of the stage, if it is one that can be taken from.
    pub stage: Option<usize>,
    /// What else it is: an image, or the reason why nothing comes of it.
    pub note: Option<&'static str>,
    /// The lines where it is taken.
    pub lines: Vec<u32>,
}

/// A setting and where it was made.
#[derive(Serialize)]
pub struct SettingFacts {
    /// The value, variables expanded.
    pub value: String,
    /// The line.
    pub line: u32,
}

/// The shell and where it was set.
#[derive(Serialize)]
pub struct ShellFacts {
    /// Its words.
    pub words: Vec<String>,
    /// The line.
    pub line: u32,
}

/// A variable and where it was set.
#[derive(Serialize)]
pub struct VariableFacts {
    /// `ARG` or `ENV`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its value; `None` if it has none or one that the file does not tell.
    pub value: Option<String>,
    /// The line that set it.
    pub line: u32,
    /// The line of the global `ARG` that its value comes from.
    pub global_line: Option<u32>,
}

/// A change that can be made.
#[derive(Serialize)]
pub struct Offer {
    /// What it does.
    pub title: String,
    /// The code of the finding that it mends.
    pub code: &'static str,
    /// Whether `check --fix` does it.
    pub sure: bool,
    /// The line of the finding.
    pub line: u32,
    /// The column of the finding.
    pub column: u32,
}

impl<'a> Explanation<'a> {
    /// What there is to say of `document`, when the stage `target` is built. `sizes` are those of
    /// its stages, in file order; `splits` what can be made of its only one.
    pub fn new(
        document: &'a Document,
        findings: &'a [Finding],
        target: Option<usize>,
        sizes: Vec<SizeFacts>,
        splits: Option<SplitFacts>,
    ) -> Explanation<'a> {
        let model = document.snapshot().model();
        let built = target.map(|target| model.reachable(target)).unwrap_or_default();
        // A name that is no path stands for standard input.
        let file = std::path::Path::new(&document.name).file_name().and_then(|name| name.to_str());
        let file = file.unwrap_or_default();
        let commands: BTreeMap<usize, String> = lens::lenses(document.snapshot(), file)
            .into_iter()
            .map(|lens| (lens.stage, lens.command))
            .collect();
        let mut takes = takes(document);
        let stages = model.stages().iter().zip(start::all(document)).zip(sizes);
        let stages = stages.map(|((stage, start), size)| StageFacts {
            built: built.get(stage.index).copied().unwrap_or_default(),
            takes: takes.remove(&stage.index).unwrap_or_default(),
            build: commands.get(&stage.index).cloned(),
            ..stage_facts(document, stage, start, size)
        });
        let first = model.stages().first().map_or(model.tree().len(), |stage| stage.start);
        Explanation {
            file: &document.name,
            target,
            globals: variables(document, &model.globals_at(first)),
            stages: stages.collect(),
            findings: findings.iter().map(|finding| record(document, finding)).collect(),
            offers: findings
                .iter()
                .flat_map(|finding| {
                    finding.fixes.iter().map(move |fix| offer(document, finding, fix))
                })
                .collect(),
            splits,
        }
    }
}

fn stage_facts(document: &Document, stage: &Stage, start: Start, size: SizeFacts) -> StageFacts {
    let model = document.snapshot().model();
    let last = last_byte(stage.range);
    let state = model.state_after(last);
    // Blank lines and comments behind the last instruction belong to what comes next.
    let instructions = model.instructions_from(stage.item);
    let last_instruction = instructions
        .map(|(placed, _)| last_byte(placed.range()))
        .take_while(|offset| *offset <= last)
        .last();
    let shell = state
        .shell
        .as_ref()
        .map(|shell| ShellFacts { words: shell_words(shell), line: line(document, shell.range) });
    StageFacts {
        index: stage.index,
        title: stage.title(),
        name: stage.name().map(|name| name.text.to_string()),
        line: document.place(stage.start).line,
        last_line: document.place(last_instruction.unwrap_or(last)).line,
        base: base(stage),
        platform: stage.platform().map(|platform| platform.text.to_string()),
        built: false,
        takes: Vec::new(),
        user: setting(document, state.user.as_ref()),
        workdir: setting(document, state.workdir.as_ref()),
        shell,
        variables: variables(document, &state),
        size,
        start,
        build: None,
    }
}

fn last_byte(range: TextRange) -> TextSize {
    range.end().checked_sub(TextSize::new(1)).unwrap_or_default()
}

fn base(stage: &Stage) -> BaseFacts {
    let written = stage.image().map(|image| image.text.to_string());
    let (kind, image, stage) = match &stage.base {
        Base::Image(image) => ("image", Some(image.to_string()), None),
        Base::Stage(stage) => ("stage", None, Some(*stage)),
        Base::Scratch => ("scratch", None, None),
        Base::OneOf(_) | Base::Unknown => ("unknown", None, None),
    };
    BaseFacts { kind, written, image, stage }
}

/// What each stage takes, several takes of one thing together.
fn takes(document: &Document) -> BTreeMap<usize, Vec<Take>> {
    let mut takes: BTreeMap<usize, Vec<Take>> = BTreeMap::new();
    for reference in document.snapshot().model().references() {
        let by = match reference.place {
            Place::From => continue,
            Place::CopyFrom => "COPY --from",
            Place::MountFrom => "RUN --mount",
        };
        let Some(stage) = reference.stage else { continue };
        let line = line(document, reference.name.range);
        let takes = takes.entry(stage).or_default();
        let name = &*reference.name.text;
        match takes.iter_mut().find(|take| take.by == by && take.name == name) {
            Some(take) => take.lines.push(line),
            None => takes.push(Take {
                by,
                name: name.to_owned(),
                stage: reference.used_stage(),
                note: note(reference),
                lines: vec![line],
            }),
        }
    }
    for take in takes.values_mut().flatten() {
        take.lines.dedup();
    }
    takes
}

fn note(reference: &Reference) -> Option<&'static str> {
    match (&reference.target, reference.relation()) {
        (_, Some(Relation::Earlier)) => None,
        (_, Some(Relation::Own)) => Some("the stage itself"),
        (_, Some(Relation::Later)) => Some("comes later"),
        (Target::Image, _) => Some("image"),
        (Target::Scratch, _) => Some("empty image"),
        (Target::NoSuchIndex, _) => Some("no such stage"),
        (Target::Variable, _) => Some("a variable, which is not expanded here"),
        (Target::Stage(_) | Target::OneOf(_) | Target::Unknown, _) => Some("unknown"),
    }
}

fn setting(document: &Document, setting: Option<&Setting>) -> Option<SettingFacts> {
    let setting = setting?;
    Some(SettingFacts { value: setting.value.clone(), line: line(document, setting.range) })
}

fn variables(document: &Document, state: &State) -> Vec<VariableFacts> {
    let facts = state.variables.iter().map(|(name, variable)| VariableFacts {
        kind: match variable.kind {
            VariableKind::Arg => "ARG",
            VariableKind::Env => "ENV",
        },
        name: name.clone(),
        value: variable.shown().map(str::to_owned),
        line: line(document, variable.range),
        global_line: variable.from_global.map(|global| line(document, global)),
    });
    facts.collect()
}

fn offer(document: &Document, finding: &Finding, fix: &Fix) -> Offer {
    let place = document.place(finding.range.start());
    Offer {
        title: fix.title.clone(),
        code: finding.code,
        sure: fix.sure,
        line: place.line,
        column: place.column,
    }
}

fn line(document: &Document, range: TextRange) -> u32 {
    document.place(range.start()).line
}
