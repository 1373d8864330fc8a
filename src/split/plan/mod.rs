//! Facts, course, start and an ecosystem's answer joined: the lines of the runtime stage, those that
//! leave the builder, and why.
//!
//! | file | what it holds |
//! |---|---|
//! | `checks.rs` | whether the small image starts what the file starts |
//! | `packages.rs` | the packages of the runtime stage |
//! | `files.rs` | the files that it takes from the builder, besides the program itself |
//! | `draft/` | its lines, in the order of the file |

mod checks;
mod draft;
mod files;
mod packages;

use std::collections::HashSet;

use self::draft::Draft;
use super::answer::{Answer, Artifact, BuilderLine, Certainty, Evidence, Variant};
use super::base::Base;
use super::course::Course;
use super::facts::What;
use super::packages::{Recommended, Requested};
use super::refusal::Refusal;
use super::roots::Roots;
use super::runtime;
use super::start::Start;
use super::world::{is_within, trimmed};
use crate::image::Amount;
use crate::language::Keyword;
use crate::text::TextRange;

/// Where images keep the certificates of authorities.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The folder that bare names of programs are found in on every image.
const PROGRAMS: &str = "/usr/local/bin";

/// How a file is to be split.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which sort of split.
    pub variant: Variant,
    /// What the runtime stage starts from.
    pub runtime: Base,
    /// The name of the builder.
    pub stage: String,
    /// Whether the file names that stage already.
    pub is_named: bool,
    /// A tag that is made to say the release on which both stages stand: its place and the text.
    pub pin: Option<(TextRange, String)>,
    /// The value of `--platform` in the file, which counts for the runtime stage, too.
    pub platform: Option<String>,
    /// The lines of the runtime stage behind its `FROM`.
    pub lines: Vec<RuntimeLine>,
    /// The lines (by their number in the facts) that leave the builder.
    pub moved: Vec<usize>,
    /// Lines that the builder gets.
    pub builder: Vec<BuilderLine>,
    /// What is taken from the builder.
    pub artifacts: Vec<Artifact>,
    /// Files and folders of the context that come along by way of the builder.
    pub context_files: Vec<String>,
    /// The packages that the runtime stage installs.
    pub packages: Vec<String>,
    /// Whether they come with what they recommend: if one of them did in the file.
    pub recommended: Recommended,
    /// Why all this is held to be so.
    pub evidence: Vec<Evidence>,
    /// What is only likely.
    pub assumptions: Vec<String>,
    /// What changes for whoever runs the image.
    pub changes: Vec<String>,
    /// What the artifacts weigh, unpacked, without the files of the context.
    pub weight: Amount,
    /// What the build makes beside them and is left behind, as far as it can be estimated.
    pub left: Amount,
    /// What the file installs, each with the number of its line in the facts.
    pub requested: Vec<(usize, Requested)>,
    /// The lines (by their number in the facts) that copy files of the context into folders which
    /// are taken as a whole.
    pub inside: Vec<usize>,
    /// The name of the ecosystem.
    pub ecosystem: &'static str,
    /// On which line of the file, from 1, each line of the facts begins.
    pub line_numbers: Vec<u32>,
}

impl Plan {
    /// The commands that install its packages.
    pub fn installation(&self) -> Option<String> {
        let names: Vec<&str> = self.packages.iter().map(String::as_str).collect();
        super::packages::install(&names, self.recommended, self.runtime.distribution)
    }

    /// How sure it is that the image does what it did.
    pub fn certainty(&self) -> Certainty {
        if self.assumptions.is_empty() { Certainty::Proved } else { Certainty::Likely }
    }
}

/// A line of the runtime stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuntimeLine {
    /// That line of the file as it is written, by its number in the facts; it stays in the builder,
    /// too.
    Repeated(usize),
    /// The same, with the comments above it: it leaves the builder.
    Moved(usize),
    /// A line that is new: the keyword and what stands behind it.
    New(Keyword, String),
}

/// What a plan is made of.
pub struct Parts<'p, 'a> {
    /// The course of the build.
    pub course: &'p Course<'a>,
    /// What containers start.
    pub start: &'p Start,
    /// What the start reaches.
    pub roots: &'p Roots,
    /// What the ecosystem answers.
    pub answer: &'p Answer,
}

impl Parts<'_, '_> {
    /// The plan for a variant on `runtime`.
    ///
    /// Errors: why the program cannot run there.
    pub fn plan(&self, variant: Variant, runtime: Base) -> Result<Plan, Refusal> {
        runtime::sound(self.answer, &self.course.facts.base, &runtime)?;
        let stage = self.stage_name();
        let mut plan = Plan {
            variant,
            stage: stage.0,
            is_named: stage.1,
            pin: None,
            platform: self.platform(),
            lines: Vec::new(),
            moved: Vec::new(),
            builder: self.answer.builder.clone(),
            artifacts: self.answer.artifacts.clone(),
            context_files: Vec::new(),
            packages: Vec::new(),
            recommended: Recommended::LeftOut,
            evidence: self.answer.evidence.clone(),
            assumptions: self.answer.assumptions.clone(),
            changes: self.answer.changes.clone(),
            weight: self.answer.weight,
            left: self.answer.left,
            requested: self.installs(),
            inside: Vec::new(),
            ecosystem: self.answer.ecosystem,
            line_numbers: self.facts().lines.iter().map(|line| line.number).collect(),
            runtime,
        };
        if let Some(argument) = &self.course.facts.base_argument {
            plan.assumptions.push(format!("the argument {argument} keeps its default"));
        }
        self.check_shell(&plan)?;
        self.check_release(&mut plan);
        self.packages(&mut plan)?;
        self.reachable(&mut plan);
        self.scripts(&mut plan);
        self.data(&mut plan);
        self.others(&mut plan)?;
        self.own_certificates(&mut plan);
        self.strays(&mut plan)?;
        self.patterns(&mut plan)?;
        Self::brought_along(&mut plan);
        let mut draft = Draft::new(self, &mut plan);
        draft.write()?;
        if self.behind_interpreter(&plan.runtime).is_some() {
            let interpreter = plan.runtime.entrypoint.join(" ");
            plan.changes.push(format!("the image starts {interpreter} by its full path"));
        }
        self.check_volumes(&mut plan);
        self.check_argv(&plan)?;
        let mut seen = HashSet::new();
        plan.assumptions.retain(|one| seen.insert(one.clone()));
        plan.inside = self.copied_into(&plan.artifacts);
        Ok(plan)
    }

    fn installs(&self) -> Vec<(usize, Requested)> {
        let all = self.course.packages.iter();
        all.flat_map(|one| one.requested.iter().map(|package| (one.line, package.clone())))
            .collect()
    }

    /// The lines that copy files of the context into these.
    fn copied_into(&self, artifacts: &[Artifact]) -> Vec<usize> {
        let is_inside = |path: &str| artifacts.iter().any(|one| is_within(path, &one.from));
        let lines = self.facts().lines.iter().enumerate();
        let copied = lines.filter(|(_, line)| match &line.what {
            What::Copy(copy) if copy.from.is_none() => {
                copy.destination.as_deref().is_some_and(|path| is_inside(trimmed(path)))
            }
            _ => false,
        });
        copied.map(|(number, _)| number).collect()
    }

    fn facts(&self) -> &super::facts::Facts<'_> {
        self.course.facts
    }

    /// The builder's name, and whether the file gives it already.
    fn stage_name(&self) -> (String, bool) {
        let model = self.facts().model;
        match model.stages().first().and_then(|stage| stage.name()) {
            Some(name) => (name.text.to_string(), true),
            None => ("builder".to_owned(), false),
        }
    }

    /// The platform that the file asks for.
    fn platform(&self) -> Option<String> {
        let stage = self.facts().model.stages().first()?;
        stage.platform().map(|platform| platform.text.to_string())
    }
}
