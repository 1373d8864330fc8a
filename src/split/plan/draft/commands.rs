//! Which commands of a `RUN` are repeated.

use super::super::RuntimeLine;
use super::Draft;
use crate::language::Keyword;
use crate::split::answer::{Artifact, Linkage};
use crate::split::command::Invocation;
use crate::split::course::{Deed, Role};
use crate::split::facts::{Line, Run, What};
use crate::split::refusal::{Reason, Refusal};
use crate::split::variables;
use crate::split::world::{Origin, is_everywhere, is_within, trimmed};
use crate::text::TextRange;

impl<'a> Draft<'_, '_, 'a> {
    /// The commands of a `RUN` that the runtime stage needs, too.
    pub(super) fn run(&mut self, number: usize, line: &Line<'a>, run: &Run) -> Result<(), Refusal> {
        let course = self.parts.course;
        let deeds: Vec<_> = course.deeds.iter().filter(|deed| deed.line == number).collect();
        let mut kept = Vec::new();
        let mut others = 0;
        for deed in &deeds {
            let Some(invocation) = course.invocation(deed.line, deed.command) else { continue };
            let is_early =
                deed.role == Role::System && number <= self.copies_behind && !self.copied;
            match self.keeps(deed, invocation)? {
                // What it works on is not there yet.
                true if is_early && self.plan.runtime.has_shell() && invocation.is_top => {
                    let text = self.command_text(line, invocation);
                    self.late.push(text);
                    others += 1;
                }
                true => kept.push((*deed, invocation)),
                false => others += usize::from(!matches!(deed.role, Role::Nothing)),
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        if !self.plan.runtime.has_shell() {
            return self.instead_of_commands(line, &kept);
        }
        if kept.iter().any(|(deed, one)| is_relative(deed, one)) {
            self.meet_folder(line)?;
        }
        if let Some(user) = &line.scene.user {
            self.run_as(user)?;
        }
        self.meet_given(&kept)?;
        self.declare(number);
        if others == 0 {
            self.plan.lines.push(RuntimeLine::Repeated(number));
            return Ok(());
        }
        let is_cut = run.text.is_some()
            && kept.iter().all(|(_, one)| one.is_top && one.variables.is_empty());
        if !is_cut {
            let what = kept.first().map(|(_, one)| one.shown()).unwrap_or_default();
            return Err(Refusal::new(Reason::CannotFollow, what, Some(line.placed.range())));
        }
        let text: Vec<String> = kept.iter().map(|(_, one)| self.command_text(line, one)).collect();
        self.plan.lines.push(RuntimeLine::New(Keyword::Run, text.join(" && ")));
        Ok(())
    }

    /// Before commands that set owners and modes, the folders are made that come from the builder
    /// later on, unless the commands make them.
    fn meet_given(&mut self, kept: &[(&Deed, &Invocation)]) -> Result<(), Refusal> {
        for (deed, one) in kept {
            let Role::Paths(paths) = &deed.role else { continue };
            let sets = matches!(one.name(), Some("chown" | "chgrp" | "chmod"));
            if !sets {
                self.made.extend(paths.iter().cloned());
                continue;
            }
            for path in paths {
                let holds = |own: &Artifact| own.is_folder && is_within(&own.to, path);
                let comes = !self.copied && self.plan.artifacts.iter().any(holds);
                let is_there = self.made.iter().any(|own| is_within(own, path));
                if comes && !is_there && !is_everywhere(path) {
                    self.work_in(path)?;
                }
            }
        }
        Ok(())
    }

    /// A command as it is written, from the folder that it ran in.
    pub(super) fn command_text(&self, line: &Line<'a>, one: &Invocation) -> String {
        let start = line.placed.start;
        let range = TextRange::new(one.range.start() - start, one.range.end() - start);
        let source: &str = &line.placed.item.text;
        let text = source.get(std::ops::Range::<usize>::from(range)).unwrap_or_default().to_owned();
        match (&one.folder, &line.scene.workdir) {
            (Some(folder), Some(workdir)) if folder != workdir => format!("cd {folder} && {text}"),
            _ => text,
        }
    }

    /// Whether a command does something that the runtime stage needs.
    pub(super) fn keeps(&mut self, deed: &Deed, invocation: &Invocation) -> Result<bool, Refusal> {
        Ok(match &deed.role {
            Role::Users => true,
            Role::System => match invocation.name() {
                // The file that it makes comes along, or installing the package does it.
                Some("update-ca-certificates") => false,
                Some("ldconfig") => false,
                _ => true,
            },
            // A folder that something is copied into is there.
            Role::Paths(paths) if invocation.name() == Some("mkdir") => paths.iter().any(|path| {
                let copied = self.plan.artifacts.iter().any(|a| is_within(&a.to, path));
                !copied && self.is_needed(path)
                    || self.is_of_sources(deed.line, invocation.name(), path)
            }),
            Role::Paths(paths) if is_repeatable(invocation) => paths.iter().any(|path| {
                self.is_needed(path) || self.is_of_sources(deed.line, invocation.name(), path)
            }),
            // What all others make is taken from the builder.
            _ => false,
        })
    }

    /// An interpreted program is its sources: what is made or changed among them matters. What comes
    /// along in a folder that is copied is made already; who owns it may still change behind that.
    pub(super) fn is_of_sources(&self, line: usize, name: Option<&str>, path: &str) -> bool {
        let artifacts = &self.plan.artifacts;
        let comes = artifacts.iter().any(|a| a.from != path && is_within(path, &a.from));
        let is_repeatable = line > self.built && matches!(name, Some("chown" | "chmod" | "chgrp"));
        let is_gone = matches!(self.parts.course.world.origin(path), Some(Origin::Removed(_)));
        self.parts.answer.linkage == Linkage::Interpreted
            && !(comes && !is_repeatable || is_gone || variables::is_cache(path))
    }

    /// Whether a path that a command makes or changes matters at run time: it is not brought by a
    /// copy, and it is no place where only the build works.
    pub(super) fn is_needed(&self, path: &str) -> bool {
        let course = self.parts.course;
        if self.plan.artifacts.iter().any(|artifact| is_within(path, &artifact.from)) {
            return false;
        }
        let holds_product = course.products.iter().any(|product| is_within(&product.path, path));
        let worked = course.deeds.iter().any(|deed| {
            !matches!(deed.role, Role::Nothing | Role::Paths(_))
                && course.invocation(deed.line, deed.command).is_some_and(|one| {
                    one.folder.as_deref().is_some_and(|folder| is_within(folder, path))
                })
        });
        let is_among_sources = matches!(course.world.origin(path), Some(Origin::Context(line))
            if !self.is_repeated_line(*line));
        let is_gone = matches!(course.world.origin(path), Some(Origin::Removed(_)));
        !(holds_product || worked || is_among_sources || is_gone || variables::is_cache(path))
    }

    pub(super) fn is_repeated_line(&self, number: usize) -> bool {
        match self.lines().get(number).map(|line| &line.what) {
            Some(What::Copy(copy)) => self.is_repeated(number, copy),
            _ => false,
        }
    }

    /// On an image without a shell: folders and files are copied from the builder instead.
    pub(super) fn instead_of_commands(
        &mut self,
        line: &Line<'a>,
        kept: &[(&Deed, &Invocation)],
    ) -> Result<(), Refusal> {
        let place = Some(line.placed.range());
        for (deed, one) in kept {
            let paths: Vec<String> = match &deed.role {
                Role::Paths(paths)
                    if one.name() == Some("chmod")
                        && paths.iter().any(|path| self.parts.course.world.is_folder(path)) =>
                {
                    let what = "The mode of a folder cannot be set without a shell";
                    return Err(Refusal::new(Reason::NeedsOther, what, place));
                }
                Role::Paths(paths) if one.name() != Some("ln") => paths.clone(),
                // Who runs by number needs no entry in the list of users.
                Role::Users => continue,
                _ => {
                    let what = format!(
                        "`{}` needs a shell, which {} does not have",
                        one.shown(),
                        self.plan.runtime.name()
                    );
                    return Err(Refusal::new(Reason::NeedsOther, what, place));
                }
            };
            for path in paths {
                if !self.is_needed(&path) {
                    continue;
                }
                let is_folder = self.parts.course.world.is_folder(&path);
                if !self.plan.artifacts.iter().any(|artifact| artifact.from == path) {
                    self.plan.artifacts.push(Artifact { from: path.clone(), to: path, is_folder });
                }
            }
        }
        Ok(())
    }
}

/// Whether a command names paths from where it runs.
fn is_relative(deed: &Deed, one: &Invocation) -> bool {
    let Role::Paths(paths) = &deed.role else { return false };
    !paths.iter().all(|path| one.args().iter().any(|word| trimmed(word.or_empty()) == path))
}

/// Whether a command does the same in the small image: it makes folders, or sets owners and modes.
/// What others make may hang on what only the builder has.
fn is_repeatable(invocation: &Invocation) -> bool {
    match invocation.name() {
        Some("mkdir" | "chown" | "chmod" | "chgrp" | "touch") => true,
        Some("install") => invocation.args().iter().any(|word| word.or_empty() == "-d"),
        // One that is copied instead is not needed.
        Some("ln") => true,
        _ => false,
    }
}
