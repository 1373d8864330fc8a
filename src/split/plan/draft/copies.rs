//! Which `COPY`s are repeated, and what comes from the builder.

use super::super::RuntimeLine;
use super::{Draft, exec_form};
use crate::language::Keyword;
use crate::split::answer::{Artifact, Data};
use crate::split::course::Role;
use crate::split::facts::{Copy, What};
use crate::split::refusal::Refusal;
use crate::split::variables;
use crate::split::world::{Origin, base_name, is_within, trimmed};

impl<'a> Draft<'_, '_, 'a> {
    /// Whether what a `COPY` brings is needed at run time as it is in the context.
    pub(super) fn is_repeated(&self, number: usize, copy: &Copy) -> bool {
        let Some(destination) = copy.destination.as_deref() else { return true };
        let course = self.parts.course;
        if copy.from.is_some() {
            // What a build command calls is a tool.
            let tool = |source: &Option<String>| {
                let name = source.as_deref().map(base_name).unwrap_or_default();
                let called = course.facts.invocations().any(|(_, one)| one.name() == Some(name));
                let is_started = self.parts.answer.start.is_none() && self.parts.roots.names(name);
                called && !is_started
            };
            return !copy.sources.iter().any(tool);
        }
        let inside = course.world.below(trimmed(destination));
        if inside
            .into_iter()
            .any(|(_, origin)| matches!(origin, Origin::Removed(by) if *by > number))
            || matches!(course.world.origin(destination), Some(Origin::Removed(_)))
        {
            return false;
        }
        let is_read_by_build = number <= self.built && variables::is_cache(destination);
        if is_read_by_build && !self.parts.roots.scripts.iter().any(|s| is_within(s, destination)) {
            return false;
        }
        // What a later command changed is taken from the builder.
        let is_changed =
            self.plan.artifacts.iter().any(|artifact| {
                artifact.from == trimmed(destination) && artifact.from == artifact.to
            }) && course.deeds.iter().any(|deed| deed.line > number);
        let is_one = !destination.ends_with('/') && copy.sources.len() == 1;
        if is_changed && is_one && !self.is_as_copied(destination, number) {
            return false;
        }
        let is_same = |artifact: &&Artifact| artifact.is_folder && artifact.from == artifact.to;
        let comes = self
            .plan
            .artifacts
            .iter()
            .filter(is_same)
            .any(|artifact| is_within(trimmed(destination), &artifact.from));
        if number <= self.built && comes {
            return false;
        }
        if self.parts.answer.data == Data::Sources {
            return !self.is_manifest_only(number, copy);
        }
        if number > self.built {
            return true;
        }
        // Before the build: what does not lie among the sources.
        let mut folders = self.parts.worked();
        if let Data::Beside { folders: sources, .. } = &self.parts.answer.data {
            folders.extend(sources.iter().cloned());
        }
        let is_all =
            copy.sources.iter().flatten().any(|source| matches!(source.as_str(), "." | "./"));
        let among = |path: &str| match path {
            "/" => is_all || folders.iter().any(|folder| folder == "/"),
            path => folders
                .iter()
                .any(|folder| folder != "/" && is_within(path, folder) || is_within(folder, path)),
        };
        // Those that came with a folder are taken by themselves.
        let is_root = |path: &str| {
            let mut scripts = self.parts.roots.scripts.iter();
            scripts.any(|script| is_within(script, path) && course.world.exact(script).is_some())
        };
        !among(trimmed(destination)) || is_root(destination)
    }

    /// Whether no command behind a line changes the file that it copies.
    pub(super) fn is_as_copied(&self, path: &str, number: usize) -> bool {
        let deeds = self.parts.course.deeds.iter().filter(|deed| deed.line > number);
        let mut changes = deeds.filter_map(|deed| {
            let one = self.parts.course.invocation(deed.line, deed.command)?;
            let is_edit = matches!(one.name(), Some("sed" | "tee"));
            let edits = match &deed.role {
                Role::Paths(paths) if is_edit => paths.iter().any(|own| own == path),
                _ => false,
            };
            Some(edits || one.outputs.iter().flatten().any(|output| output == path))
        });
        !changes.any(|changes| changes)
    }

    /// Whether all that is copied is for the package manager, and comes again with the sources.
    pub(super) fn is_manifest_only(&self, number: usize, copy: &Copy) -> bool {
        let Some(destination) = copy.destination.as_deref() else { return false };
        let later = self.lines().iter().skip(number + 1).any(|line| match &line.what {
            What::Copy(other) => {
                other.from.is_none()
                    && other.sources.iter().flatten().any(|s| matches!(s.as_str(), "." | "./"))
                    && other.destination.as_deref().is_some_and(|d| is_within(destination, d))
            }
            _ => false,
        });
        later && copy.owner.is_none()
    }

    /// What comes from the builder.
    pub(super) fn artifacts(&mut self) -> Result<(), Refusal> {
        self.copied = true;
        // Later lines that only make folders may still be turned into copies.
        if !self.plan.runtime.has_shell() {
            let rest = self.built + 1;
            let later: Vec<usize> = (rest..self.lines().len()).collect();
            for number in later {
                if let Some(line) = self.lines().get(number)
                    && let What::Run(run) = &line.what
                {
                    self.run(number, line, run)?;
                }
            }
        }
        let stage = self.plan.stage.clone();
        let worked = self.parts.worked();
        for artifact in self.plan.artifacts.clone() {
            // What the file itself copies to that place is copied again as it is, unless commands
            // put more into it.
            if let Some(Origin::Context(line)) = self.parts.course.world.exact(&artifact.from)
                && artifact.from == artifact.to
                && self.is_repeated_line(*line)
                && !worked.iter().any(|folder| is_within(folder, &artifact.from))
            {
                continue;
            }
            let owner = self.given_to(&artifact)?;
            let chown = owner.map(|owner| format!(" --chown={owner}")).unwrap_or_default();
            let (from, to) = (quoted(&artifact.from), quoted(&artifact.to));
            let text = match (from, to) {
                (Some(from), Some(to)) => format!("--from={stage}{chown} {from} {to}"),
                _ => format!(
                    "--from={stage}{chown} {}",
                    exec_form(&[artifact.from.clone(), artifact.to.clone()])
                ),
            };
            self.plan.lines.push(RuntimeLine::New(Keyword::Copy, text));
            if artifact.is_folder {
                self.made.push(artifact.to);
            }
        }
        self.modes();
        self.owners()?;
        if !self.late.is_empty() {
            self.run_as("")?;
            let text = std::mem::take(&mut self.late).join(" && ");
            self.plan.lines.push(RuntimeLine::New(Keyword::Run, text));
        }
        for setting in &self.parts.answer.settings {
            if let Some((keyword, rest)) = setting.split_once(' ')
                && let Some(keyword) = Keyword::parse(keyword)
            {
                self.plan.lines.push(RuntimeLine::New(keyword, rest.to_owned()));
            }
        }
        Ok(())
    }
}

/// A path for a `COPY` in its plain form; `None` if it has to be in quotes.
fn quoted(path: &str) -> Option<&str> {
    let is_plain = |c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '\'' | '$' | '\\' | '`' | '[' | ']' | '*' | '?')
    };
    path.chars().all(is_plain).then_some(path)
}
