//! The lines of the runtime stage, written in the order of the file.
//!
//! | file | what it holds |
//! |---|---|
//! | `copies.rs` | which `COPY`s are repeated, and what comes from the builder |
//! | `commands.rs` | which commands of a `RUN` are repeated |
//! | `owned.rs` | whose the files of the builder are |
//! | `users.rs` | users, and owners that commands set |

mod commands;
mod copies;
mod owned;
mod users;

use std::cell::OnceCell;

use super::checks::passes_on;
use super::{Parts, Plan, RuntimeLine};
use crate::language::Keyword;
use crate::model::facts::{Definition, VariableKind};
use crate::split::answer::{BuilderLine, Linkage};
use crate::split::course::Role;
use crate::split::facts::{Form, Line, Scene, What};
use crate::split::refusal::Refusal;
use crate::split::variables;

/// The runtime stage while it is written.
pub(super) struct Draft<'d, 'p, 'a> {
    pub(super) parts: &'d Parts<'p, 'a>,
    pub(super) plan: &'d mut Plan,
    /// The last line that builds.
    pub(super) built: usize,
    /// The line behind which is copied from the builder: that one, or a later one that gives what is
    /// copied to somebody.
    pub(super) copies_behind: usize,
    workdir: String,
    /// Folders that lines of the stage make.
    made: Vec<String>,
    /// What made or changed files of the builder.
    events: Vec<owned::Event>,
    pub(super) user: String,
    /// Names of arguments that are declared.
    declared: Vec<String>,
    /// Names of variables that the image or a line sets.
    defined: Vec<String>,
    /// Commands that work on what is copied, for the place behind that.
    late: Vec<String>,
    /// Whether what comes from the builder is written.
    pub(super) copied: bool,
    /// Whether anything that runs may read lists of packages, once that was asked.
    names_lists: OnceCell<bool>,
}

impl<'d, 'p, 'a> Draft<'d, 'p, 'a> {
    pub(super) fn new(parts: &'d Parts<'p, 'a>, plan: &'d mut Plan) -> Self {
        let worked = parts.course.deeds.iter().filter(|deed| match deed.role {
            Role::Builds(_) | Role::Prepares(_) => true,
            // The sources of an interpreted program are part of what is made.
            Role::Moves => parts.answer.linkage == Linkage::Interpreted,
            _ => false,
        });
        // What the builder is given builds, too.
        let given = plan.builder.iter().map(|line| match line {
            BuilderLine::After(number, _) => *number,
            BuilderLine::Before(number, _) => number.saturating_sub(1),
        });
        let built = worked.map(|deed| deed.line).chain(given).max().unwrap_or(0);
        let copies_behind = built.max(users::given_behind(parts, plan));
        let workdir = plan.runtime.workdir.to_owned();
        let user = plan.runtime.user.to_owned();
        let defined = plan.runtime.env.iter().map(|(name, _)| (*name).to_owned()).collect();
        Draft {
            parts,
            plan,
            built,
            copies_behind,
            workdir,
            made: Vec::new(),
            events: owned::events(parts.course),
            user,
            declared: Vec::new(),
            defined,
            late: Vec::new(),
            copied: false,
            names_lists: OnceCell::new(),
        }
    }

    pub(super) fn lines(&self) -> &'p [Line<'a>] {
        &self.parts.course.facts.lines
    }

    pub(super) fn write(&mut self) -> Result<(), Refusal> {
        self.install();
        for (number, line) in self.lines().iter().enumerate().skip(1) {
            self.line(number, line)?;
            if number == self.copies_behind && !self.copied {
                self.artifacts()?;
            }
        }
        if !self.copied {
            self.artifacts()?;
        }
        self.settle()?;
        Ok(())
    }

    pub(super) fn install(&mut self) {
        if let Some(text) = self.plan.installation() {
            self.plan.lines.push(RuntimeLine::New(Keyword::Run, text));
        }
    }

    pub(super) fn line(&mut self, number: usize, line: &Line<'a>) -> Result<(), Refusal> {
        if self.parts.is_served() && !is_told_to_engines(line.keyword) {
            if line.keyword == Keyword::User && !self.runs_behind(number) {
                self.leave(number);
            }
            return Ok(());
        }
        match (&line.what, line.keyword) {
            (What::Variables(_), Keyword::Env) => self.variables(number),
            (What::Copy(copy), _) if self.is_repeated(number, copy) => {
                if copy.is_relative {
                    self.meet_folder(line)?;
                }
                self.declare(number);
                self.plan.lines.push(RuntimeLine::Repeated(number));
            }
            (What::Run(run), _) => self.run(number, line, run)?,
            (What::Workdir(Some(path)), _) if self.is_last(number, &[Keyword::Workdir]) => {
                self.work_in(path)?;
            }
            (What::User(user), _) if self.is_last(number, &[Keyword::User]) => {
                self.last_user(number, user.as_deref())?;
            }
            (_, Keyword::Shell) if self.needs_own_shell(number) => {
                self.plan.lines.push(RuntimeLine::Repeated(number));
            }
            (What::Cmd(_) | What::Entrypoint(_), _) if self.parts.answer.start.is_some() => {
                self.leave(number);
                if self.is_last(number, &[Keyword::Cmd, Keyword::Entrypoint]) {
                    self.new_start();
                }
            }
            (
                _,
                Keyword::Cmd
                | Keyword::Entrypoint
                | Keyword::Healthcheck
                | Keyword::Expose
                | Keyword::Label
                | Keyword::Volume
                | Keyword::Stopsignal
                | Keyword::Maintainer,
            ) => self.moved(number, line.keyword),
            _ => {}
        }
        Ok(())
    }

    /// Whether no line behind that one has one of these keywords.
    fn is_last(&self, number: usize, keywords: &[Keyword]) -> bool {
        self.lines().iter().skip(number + 1).all(|line| !keywords.contains(&line.keyword))
    }

    /// A line that leaves the builder for the runtime stage.
    fn moved(&mut self, number: usize, keyword: Keyword) {
        self.leave(number);
        let behind = self.parts.behind_interpreter(&self.plan.runtime);
        if let (Keyword::Cmd, Some(words)) = (keyword, behind) {
            if self.is_last(number, &[Keyword::Cmd]) {
                self.plan.lines.push(RuntimeLine::New(Keyword::Cmd, exec_form(&words)));
            }
            return;
        }
        // Before the start command the copies have to be there, wherever the build stands.
        if matches!(keyword, Keyword::Cmd | Keyword::Entrypoint) {
            self.clear_entrypoint(keyword);
        }
        self.declare(number);
        self.plan.lines.push(RuntimeLine::Moved(number));
    }

    /// A small image with an interpreter as entrypoint must not put that before the start command.
    pub(super) fn clear_entrypoint(&mut self, keyword: Keyword) {
        let has_own = self.parts.course.facts.last(Keyword::Entrypoint).is_some();
        let is_passed = self.plan.runtime.entrypoint.is_empty() || passes_on(&self.plan.runtime);
        if keyword == Keyword::Cmd && !has_own && !is_passed {
            self.plan.lines.push(RuntimeLine::New(Keyword::Entrypoint, "[]".to_owned()));
        }
    }

    pub(super) fn new_start(&mut self) {
        let words = self.parts.answer.start.as_ref().map_or(&[][..], |start| &start.words);
        let facts = self.parts.course.facts;
        if !words.is_empty() {
            if let (Some(_), None) = (facts.last(Keyword::Entrypoint), facts.last(Keyword::Cmd)) {
                // What is given to the container stays behind it.
                self.plan.lines.push(RuntimeLine::New(Keyword::Entrypoint, exec_form(words)));
                return;
            }
            // An entrypoint of the file is left out, that of the image must not stand in front.
            let runtime = &self.plan.runtime;
            if !runtime.entrypoint.is_empty() && !passes_on(runtime) {
                self.plan.lines.push(RuntimeLine::New(Keyword::Entrypoint, "[]".to_owned()));
            }
            self.plan.lines.push(RuntimeLine::New(Keyword::Cmd, exec_form(words)));
        }
    }

    pub(super) fn leave(&mut self, number: usize) {
        self.plan.moved.push(number);
    }

    /// Declares the arguments that a line uses, and sets variables of the builder's image or of lines
    /// that are left out.
    pub(super) fn declare(&mut self, number: usize) {
        let Some(line) = self.lines().get(number) else { return };
        let model = self.parts.course.facts.model;
        let Some(facts) = model.facts(line.placed.index) else { return };
        for used in &facts.uses {
            let name = &*used.name.text;
            if let Some(Some(value)) = line.scene.variables.get(name)
                && !self.defined.iter().any(|own| own == name)
            {
                self.defined.push(name.to_owned());
                let text = format!("{name}={}", env_value(value));
                self.plan.lines.push(RuntimeLine::New(Keyword::Env, text));
            }
            if !line.scene.arguments.iter().any(|own| own == name)
                || self.declared.iter().any(|own| own == name)
            {
                continue;
            }
            self.declared.push(name.to_owned());
            let declares = |line: &&Line<'a>| {
                let facts = model.facts(line.placed.index);
                line.keyword == Keyword::Arg
                    && facts.is_some_and(|f| f.definitions.iter().any(|d| &*d.name.text == name))
            };
            let definition = self.lines().iter().rev().find(declares).and_then(|line| {
                let facts = model.facts(line.placed.index)?;
                facts.definitions.iter().rev().find(|d| &*d.name.text == name).cloned()
            });
            let text = match definition.and_then(|definition| definition.value) {
                Some(value) => format!("{name}={}", value.text),
                None => name.to_owned(),
            };
            self.plan.lines.push(RuntimeLine::New(Keyword::Arg, text));
        }
    }

    /// The variables of an `ENV` that the program may read.
    pub(super) fn variables(&mut self, number: usize) {
        let Some(line) = self.lines().get(number) else { return };
        let model = self.parts.course.facts.model;
        let Some(facts) = model.facts(line.placed.index) else { return };
        let repeated =
            self.lines().iter().enumerate().filter_map(|(number, line)| match &line.what {
                What::Copy(copy) if self.is_repeated(number, copy) => copy.destination.as_deref(),
                _ => None,
            });
        let artifacts = self.plan.artifacts.iter().map(|artifact| artifact.to.as_str());
        let artifacts: Vec<&str> = artifacts.chain(repeated).collect();
        let kept: Vec<_> = facts
            .definitions
            .iter()
            .filter(|definition| definition.kind == VariableKind::Env)
            .filter(|definition| {
                let value = definition.value.as_ref().map_or("", |value| &value.text);
                let extra = self.parts.answer.build_variables;
                variables::is_kept(&definition.name.text, value, extra, &artifacts, &line.scene)
            })
            .collect();
        if kept.is_empty() {
            return;
        }
        self.declare(number);
        self.defined.extend(kept.iter().map(|definition| definition.name.text.to_string()));
        if kept.len() == facts.definitions.len() {
            self.plan.lines.push(RuntimeLine::Repeated(number));
            return;
        }
        let pair = |definition: &&Definition| {
            let value = definition.value.as_ref().map_or("", |value| &value.text);
            format!("{}={value}", definition.name.text)
        };
        let text = kept.iter().map(pair).collect::<Vec<_>>().join(" ");
        self.plan.lines.push(RuntimeLine::New(Keyword::Env, text));
    }

    /// Before a line that hangs on the working directory, it is set as it was.
    pub(super) fn meet_folder(&mut self, line: &Line<'a>) -> Result<(), Refusal> {
        match line.scene.workdir.clone() {
            Some(folder) => self.work_in(&folder),
            None => Ok(()),
        }
    }

    /// Writes the line that goes to a folder.
    fn enter(&mut self, folder: &str) {
        self.plan.lines.push(match self.written(folder) {
            Some(number) => RuntimeLine::Repeated(number),
            None => RuntimeLine::New(Keyword::Workdir, folder.to_owned()),
        });
        folder.clone_into(&mut self.workdir);
        self.made.push(folder.to_owned());
    }

    /// The line of the file that goes to a folder by the value of variables that this stage has, too.
    fn written(&self, folder: &str) -> Option<usize> {
        let model = self.parts.course.facts.model;
        self.lines().iter().position(|line| {
            let uses = model.facts(line.placed.index).map_or(&[][..], |facts| &facts.uses);
            let names = uses.iter().map(|used| &*used.name.text);
            let is_kept = |name: &str| self.defined.iter().any(|own| own == name);
            let is_absolute =
                |name: &str| line.scene.value(name).is_some_and(|v| v.starts_with('/'));
            matches!(&line.what, What::Workdir(Some(path)) if path == folder)
                && names.clone().next().is_some_and(is_absolute)
                && names.clone().all(is_kept)
        })
    }

    /// Whether a shell form behind a `SHELL` is kept.
    pub(super) fn needs_own_shell(&self, number: usize) -> bool {
        self.lines().iter().skip(number + 1).any(|line| {
            matches!(
                &line.what,
                What::Cmd(Form::Shell(_))
                    | What::Entrypoint(Form::Shell(_))
                    | What::Healthcheck(Some(Form::Shell(_)))
            )
        })
    }

    /// At the end the working directory and the user are those of the file.
    pub(super) fn settle(&mut self) -> Result<(), Refusal> {
        let scene = self.parts.course.facts.last_scene();
        let end = self.plan.lines.iter().position(|line| {
            let keyword = match line {
                RuntimeLine::Moved(number) => self.lines().get(*number).map(|line| line.keyword),
                RuntimeLine::New(keyword, _) => Some(*keyword),
                RuntimeLine::Repeated(_) => None,
            };
            matches!(keyword, Some(Keyword::Cmd | Keyword::Entrypoint))
        });
        let tail = self.plan.lines.split_off(end.unwrap_or(self.plan.lines.len()));
        if !self.parts.is_served() {
            if let Some(folder) = &last_workdir(self.lines(), &scene) {
                self.work_in(folder)?;
            }
            if let Some(user) = &last_user(self.lines(), &scene) {
                self.run_as(user)?;
            }
        }
        self.plan.lines.extend(tail);
        Ok(())
    }
}

/// The working directory at the end of the file.
fn last_workdir(lines: &[Line<'_>], scene: &Scene) -> Option<String> {
    let last = lines.iter().rev().find_map(|line| match &line.what {
        What::Workdir(path) => Some(path.clone()),
        _ => None,
    });
    last.unwrap_or_else(|| scene.workdir.clone())
}

/// The user at the end of the file.
fn last_user(lines: &[Line<'_>], scene: &Scene) -> Option<String> {
    let last = lines.iter().rev().find_map(|line| match &line.what {
        What::User(user) => Some(user.clone()),
        _ => None,
    });
    last.unwrap_or_else(|| scene.user.clone())
}

/// Whether a line tells those who run a container something, and nothing to what runs in it.
fn is_told_to_engines(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Cmd
            | Keyword::Entrypoint
            | Keyword::Healthcheck
            | Keyword::Expose
            | Keyword::Label
            | Keyword::Maintainer
    )
}

/// A value for `ENV`, in quotes if it has to be.
fn env_value(value: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-:,+=@%".contains(c);
    match value.chars().all(is_plain) && !value.is_empty() {
        true => value.to_owned(),
        false => {
            format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$"))
        }
    }
}

/// Words in exec form.
pub(super) fn exec_form(words: &[String]) -> String {
    let words: Vec<String> =
        words.iter().map(|word| serde_json::Value::String(word.clone()).to_string()).collect();
    format!("[{}]", words.join(", "))
}
