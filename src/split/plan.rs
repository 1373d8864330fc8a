//! Facts, course, start and an ecosystem's answer joined: the lines of the runtime stage, those that
//! leave the builder, and why.

use super::answer::{
    Answer, Artifact, BuilderLine, Certainty, Data, Evidence, Linkage, Need, Variant,
};
use super::base::Base;
use super::course::{Course, Role};
use super::data;
use super::facts::{Form, Line, Scene, What};
use super::packages::{self, Holder, Use};
use super::refusal::{Reason, Refusal};
use super::release::Distribution;
use super::roots::Roots;
use super::runtime;
use super::start::{Start, argv};
use super::variables;
use super::world::{Origin, base_name, is_within, parent};
use crate::language::Keyword;
use crate::model::facts::VariableKind;
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
    /// Why all this is held to be so.
    pub evidence: Vec<Evidence>,
    /// What is only likely.
    pub assumptions: Vec<String>,
    /// What changes for whoever runs the image.
    pub changes: Vec<String>,
    /// What the artifacts weigh, unpacked.
    pub weight: crate::image::Amount,
    /// The name of the ecosystem.
    pub ecosystem: &'static str,
    /// On which line of the file, from 1, each line of the facts begins.
    pub line_numbers: Vec<u32>,
}

impl Plan {
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
            lines: Vec::new(),
            moved: Vec::new(),
            builder: self.answer.builder.clone(),
            artifacts: self.answer.artifacts.clone(),
            context_files: Vec::new(),
            packages: Vec::new(),
            evidence: self.answer.evidence.clone(),
            assumptions: self.answer.assumptions.clone(),
            changes: self.answer.changes.clone(),
            weight: self.answer.weight,
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
        self.data(&mut plan);
        let mut draft = Draft::new(self, &mut plan);
        draft.write()?;
        self.check_volumes(&mut plan);
        self.check_argv(&plan)?;
        Ok(plan)
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

    fn check_shell(&self, plan: &Plan) -> Result<(), Refusal> {
        if plan.runtime.has_shell() {
            return self.check_programs(plan);
        }
        let no = |what: &str, place| Err(Refusal::new(Reason::NeedsShell, what, place));
        if self.roots.needs_shell && self.answer.start.is_none() {
            return no("There is a start command", Some(self.start.place));
        }
        if self.roots.health_needs_shell {
            let place = self.facts().last(Keyword::Healthcheck).map(|line| line.placed.range());
            return no("There is a HEALTHCHECK", place);
        }
        self.check_programs(plan)
    }

    /// That every program which is started is there.
    fn check_programs(&self, plan: &Plan) -> Result<(), Refusal> {
        if self.answer.linkage == Linkage::Interpreted && self.answer.start.is_some() {
            return Ok(());
        }
        for program in self.roots.programs.iter().chain(&self.roots.health) {
            if self.is_brought(program, plan) {
                continue;
            }
            let name = base_name(program);
            let is_there = match packages::holder(name, plan.runtime.distribution) {
                Holder::Base => true,
                Holder::Package(_) => plan.runtime.has_shell(),
                Holder::Unknown => false,
            };
            if !is_there || !plan.runtime.has_shell() {
                return Err(Refusal::new(Reason::ScriptTool, name, Some(self.start.place)));
            }
        }
        Ok(())
    }

    /// Whether a program comes out of the builder, is copied from the context, or is the image's
    /// own interpreter.
    fn is_brought(&self, program: &str, plan: &Plan) -> bool {
        let name = base_name(program);
        let is_made =
            |path: &str| !matches!(self.course.world.exact(path), None | Some(Origin::Removed(_)));
        let scene = self.facts().last_scene();
        let search = scene.value("PATH").unwrap_or_default();
        let found = match program.contains('/') {
            true => scene.path(program).is_some_and(|path| {
                is_made(&path)
                    || plan.artifacts.iter().any(|artifact| is_within(&path, &artifact.from))
                    || plan.artifacts.iter().any(|artifact| is_within(&path, &artifact.to))
            }),
            false => search.split(':').any(|folder| is_made(&format!("{folder}/{program}"))),
        };
        found
            || self.answer.provides.iter().any(|own| own == name)
            || plan
                .artifacts
                .iter()
                .any(|artifact| artifact.is_folder && is_in_folder(&artifact.to, program, search))
            || interpreters(&plan.runtime).contains(&name)
    }

    /// Where the tag of the image does not say on which release it stands, and the program needs
    /// that release, the tag is made to say it.
    fn check_release(&self, plan: &mut Plan) {
        let base = &self.facts().base;
        // The same tag twice is the same image.
        if base.pinned || self.answer.linkage == Linkage::Static || base.image == plan.runtime.image
        {
            return;
        }
        let stands_on = match base.distribution {
            Distribution::Alpine(Some((major, minor))) => format!("Alpine {major}.{minor}"),
            distribution => match distribution.release() {
                Some(release) => release.name.to_owned(),
                None => return,
            },
        };
        plan.assumptions
            .push(format!("{} stands on {stands_on}, which its tag does not say", base.name()));
    }

    /// The packages of the runtime stage.
    fn packages(&self, plan: &mut Plan) -> Result<(), Refusal> {
        let from = self.facts().base.distribution;
        let to = plan.runtime.distribution;
        let mut wanted: Vec<String> = self.answer.packages.clone();
        let mut doubts = Vec::new();
        let is_static = self.answer.linkage == Linkage::Static;
        let requested = self.course.packages.iter().flat_map(|installed| &installed.requested);
        for package in requested.filter(|package| package.group.is_none()) {
            match packages::use_of(&package.name, from) {
                Use::Build => {}
                Use::Run => wanted.push(package.name.clone()),
                Use::Library(_) if is_static => {}
                Use::Library(names) => wanted.extend(names.iter().map(|name| (*name).to_owned())),
                Use::Tool(programs) => {
                    if programs.iter().any(|program| self.roots.names(program)) {
                        wanted.push(package.name.clone());
                    }
                }
                Use::Unknown => {
                    if package.name.ends_with("-dev") && !is_static {
                        doubts.push(package.name.clone());
                    }
                    wanted.push(package.name.clone());
                }
            }
        }
        for library in &self.answer.libraries {
            match packages::use_of(library, from) {
                Use::Library(names) => wanted.extend(names.iter().map(|name| (*name).to_owned())),
                _ => doubts.push(library.clone()),
            }
        }
        for program in self.roots.programs.iter().chain(&self.roots.health) {
            if !self.is_brought(program, plan)
                && let Holder::Package(name) = packages::holder(base_name(program), to)
            {
                wanted.push(name.to_owned());
            }
        }
        if self.answer.certificates == Need::Yes && !plan.runtime.has_certificates() {
            wanted.push("ca-certificates".to_owned());
        }
        if self.answer.zones == Need::Yes && !plan.runtime.has_zones() {
            wanted.push("tzdata".to_owned());
        }
        if let (Linkage::Dynamic { runtime: true }, Distribution::Alpine(_)) =
            (&self.answer.linkage, to)
        {
            wanted.extend(["libgcc".to_owned(), "libstdc++".to_owned()]);
        }
        if !plan.runtime.has_shell() {
            return self.without_packages(plan, wanted);
        }
        plan.assumptions.extend(doubts.into_iter().map(|name| {
            format!("the run-time part of {name} is not known, so it is installed as it is")
        }));
        let mut seen = std::collections::HashSet::new();
        plan.packages = wanted.into_iter().filter(|name| seen.insert(name.clone())).collect();
        Ok(())
    }

    /// An image without a package manager has certificates and time zones, or gets the former from
    /// the builder.
    fn without_packages(&self, plan: &mut Plan, wanted: Vec<String>) -> Result<(), Refusal> {
        let is_empty = plan.runtime.distribution == Distribution::None;
        for name in wanted {
            let is_there = match name.as_str() {
                "ca-certificates" if is_empty => {
                    let installed = self.course.packages.iter().flat_map(|one| &one.requested);
                    let installed = installed.into_iter().any(|p| p.name == "ca-certificates");
                    let is_there = self.facts().base.has_certificates() || installed;
                    if is_there && !plan.artifacts.iter().any(|a| a.from == CERTIFICATES) {
                        plan.artifacts.push(Artifact::file(CERTIFICATES));
                    }
                    is_there
                }
                "tzdata" if is_empty => false,
                "ca-certificates" | "tzdata" => true,
                "libc6" | "libgcc" | "libgcc-s1" | "libstdc++6" | "libgomp1" => {
                    plan.runtime.image.repository.contains("/cc")
                }
                "libssl3" | "libssl3t64" => !plan.runtime.image.repository.contains("/static"),
                _ => false,
            };
            if !is_there {
                let what = format!(
                    "It needs the package {name}, which {} cannot install",
                    plan.runtime.name()
                );
                return Err(Refusal::new(Reason::NeedsOther, what, None));
            }
        }
        Ok(())
    }

    /// A program that is started by its bare name has to be on the small image's `PATH`.
    fn reachable(&self, plan: &mut Plan) {
        let scene = self.facts().last_scene();
        let theirs = plan.runtime.variable("PATH").unwrap_or_default().to_owned();
        for artifact in &mut plan.artifacts {
            let name = base_name(&artifact.from).to_owned();
            let is_bare =
                self.roots.programs.iter().chain(&self.roots.health).any(|own| *own == name);
            let folder = parent(&artifact.from);
            let is_found =
                theirs.split(':').any(|own| own == folder) || self.keeps_path(&scene, folder);
            if is_bare && !artifact.is_folder && !is_found {
                artifact.to = format!("{PROGRAMS}/{name}");
            }
        }
    }

    /// Whether the file itself puts a folder on the `PATH`, by an `ENV` that is kept.
    fn keeps_path(&self, scene: &Scene, folder: &str) -> bool {
        let base = self.facts().base.variable("PATH").unwrap_or_default();
        scene.value("PATH").unwrap_or_default().split(':').any(|own| own == folder)
            && !base.split(':').any(|own| own == folder)
    }

    /// The files that the program reads.
    fn data(&self, plan: &mut Plan) {
        let Data::Beside { folders, embedded } = &self.answer.data else { return };
        let found = data::beside(self.course, folders, embedded);
        plan.assumptions.extend(found.doubt);
        for (path, is_folder) in found.paths {
            let is_gone = matches!(self.course.world.origin(&path), Some(Origin::Removed(_)));
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(&path, &artifact.from));
            if !is_gone && !is_taken {
                let why = format!("{path} may be read at run time");
                plan.evidence.push(Evidence { text: why, place: None, file: None });
                plan.context_files.extend(self.course.in_context(&path));
                plan.artifacts.push(Artifact { from: path.clone(), to: path, is_folder });
            }
        }
    }

    /// A volume over an artifact: engines of the old sort forget what is written there.
    fn check_volumes(&self, plan: &mut Plan) {
        for line in &self.facts().lines {
            let What::Volume(paths) = &line.what else { continue };
            for volume in paths.iter().flatten() {
                if plan.artifacts.iter().any(|artifact| is_within(&artifact.to, volume)) {
                    plan.assumptions
                        .push(format!("what VOLUME {volume} covers is kept by the engine"));
                }
            }
        }
    }

    /// That containers start the same words as before, or those that were announced.
    fn check_argv(&self, plan: &Plan) -> Result<(), Refusal> {
        if self.answer.start.is_some() {
            return Ok(());
        }
        let form = |keyword| match &self.facts().last(keyword)?.what {
            What::Cmd(form) | What::Entrypoint(form) => Some(form.clone()),
            _ => None,
        };
        let (entrypoint, cmd) = (form(Keyword::Entrypoint), form(Keyword::Cmd));
        let clears = plan.lines.iter().any(
            |line| matches!(line, RuntimeLine::New(Keyword::Entrypoint, rest) if rest == "[]"),
        );
        let cleared = Some(Form::Exec(Vec::new()));
        let new = if clears { &cleared } else { &entrypoint };
        let after = argv(&plan.runtime, new.as_ref(), cmd.as_ref());
        let own = |argv: &[String], base: &Base, is_inherited: bool| {
            let skipped = if is_inherited { base.entrypoint.len() } else { 0 };
            argv.get(skipped..).unwrap_or_default().to_vec()
        };
        let passes = |base: &Base| base.entrypoint.is_empty() || passes_on(base);
        let before = own(&self.start.argv, &self.facts().base, entrypoint.is_none());
        let after = own(&after, &plan.runtime, new.is_none());
        let is_same = before == after
            && (entrypoint.is_some() || passes(&self.facts().base))
            && (new.is_some() || passes(&plan.runtime));
        if is_same {
            return Ok(());
        }
        let what = format!("{} starts containers in another way", plan.runtime.name());
        Err(Refusal::new(Reason::NeedsOther, what, Some(self.start.place)))
    }
}

/// Whether the entrypoint of an image only starts what it is given, if that is a program.
fn passes_on(base: &Base) -> bool {
    use super::base::Family;
    matches!(
        base.family,
        Family::Jdk
            | Family::Jre
            | Family::Maven
            | Family::Node
            | Family::Php
            | Family::Nginx
            | Family::Bun
            | Family::Deno
    )
}

/// The programs that an image is made for.
pub fn interpreters(base: &Base) -> &'static [&'static str] {
    use super::base::Family;
    match base.family {
        Family::Jre | Family::Jdk => &["java"],
        Family::Node => &["node", "npm", "npx", "yarn", "docker-entrypoint.sh"],
        Family::Python => &["python", "python3", "pip"],
        Family::Ruby => &["ruby", "bundle", "gem", "rake", "irb"],
        Family::Php => &["php", "php-fpm", "apache2-foreground"],
        Family::DotnetRuntime => &["dotnet"],
        Family::Nginx => &["nginx"],
        Family::Caddy => &["caddy"],
        Family::Bun => &["bun"],
        Family::Deno => &["deno"],
        Family::Erlang => &["erl", "escript"],
        Family::Elixir => &["elixir", "iex", "mix", "erl"],
        Family::Distroless => match base.entrypoint {
            [program, ..] if program.ends_with("java") => &["java"],
            [program, ..] if program.ends_with("node") => &["node"],
            [program, ..] if program.ends_with("python3") => &["python3"],
            _ => &[],
        },
        _ => &[],
    }
}

/// Whether a bare name may be a program in a copied folder that is on the `PATH`.
fn is_in_folder(folder: &str, program: &str, search: &str) -> bool {
    !program.contains('/') && search.split(':').any(|own| is_within(own, folder))
}

/// The runtime stage while it is written.
struct Draft<'d, 'p, 'a> {
    parts: &'d Parts<'p, 'a>,
    plan: &'d mut Plan,
    /// The last line that builds.
    built: usize,
    workdir: String,
    user: String,
    /// Names of arguments that are declared.
    declared: Vec<String>,
    /// Whether a line behind it in the builder needs what a `USER` or `SHELL` sets.
    copied: bool,
}

impl<'d, 'p, 'a> Draft<'d, 'p, 'a> {
    fn new(parts: &'d Parts<'p, 'a>, plan: &'d mut Plan) -> Self {
        let worked = parts.course.deeds.iter().filter(|deed| match deed.role {
            Role::Builds(_) | Role::Prepares(_) => true,
            // The sources of an interpreted program are part of what is made.
            Role::Moves => parts.answer.linkage == Linkage::Interpreted,
            _ => false,
        });
        let built = worked.map(|deed| deed.line).max().unwrap_or(0);
        let workdir = plan.runtime.workdir.to_owned();
        let user = plan.runtime.user.to_owned();
        Draft { parts, plan, built, workdir, user, declared: Vec::new(), copied: false }
    }

    fn lines(&self) -> &'p [Line<'a>] {
        &self.parts.course.facts.lines
    }

    fn write(&mut self) -> Result<(), Refusal> {
        self.install();
        for (number, line) in self.lines().iter().enumerate().skip(1) {
            self.line(number, line)?;
            if number == self.built && !self.copied {
                self.artifacts()?;
            }
        }
        if !self.copied {
            self.artifacts()?;
        }
        self.settle()?;
        Ok(())
    }

    fn install(&mut self) {
        let names: Vec<&str> = self.plan.packages.iter().map(String::as_str).collect();
        if names.is_empty() {
            return;
        }
        if let Some(text) = packages::install(&names, self.plan.runtime.distribution) {
            self.plan.lines.push(RuntimeLine::New(Keyword::Run, text));
        }
    }

    fn line(&mut self, number: usize, line: &Line<'a>) -> Result<(), Refusal> {
        match (&line.what, line.keyword) {
            (What::Variables(_), Keyword::Env) => self.variables(number),
            (What::Copy(copy), _) => {
                if self.is_repeated(number, copy) {
                    self.meet(line)?;
                    self.declare(number);
                    self.plan.lines.push(RuntimeLine::Repeated(number));
                }
            }
            (What::Run(run), _) => self.run(number, line, run)?,
            (What::Workdir(path), _) => {
                let is_last =
                    self.lines().iter().skip(number + 1).all(|l| l.keyword != Keyword::Workdir);
                if let Some(path) = path.clone().filter(|_| is_last) {
                    self.work_in(&path);
                }
            }
            (What::User(user), _) => {
                let is_last =
                    self.lines().iter().skip(number + 1).all(|l| l.keyword != Keyword::User);
                if is_last {
                    self.last_user(number, user.as_deref())?;
                }
            }
            (_, Keyword::Shell) => {
                if self.needs_own_shell(number) {
                    self.plan.lines.push(RuntimeLine::Repeated(number));
                }
            }
            (What::Cmd(_) | What::Entrypoint(_), _) if self.parts.answer.start.is_some() => {
                self.leave(number);
                let is_last = self
                    .lines()
                    .iter()
                    .skip(number + 1)
                    .all(|l| !matches!(l.keyword, Keyword::Cmd | Keyword::Entrypoint));
                if is_last {
                    self.new_start();
                }
            }
            (What::Expose(_), _)
                if self.parts.answer.start.as_ref().is_some_and(|s| s.words.is_empty()) =>
            {
                self.leave(number);
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
            ) => {
                // Before the start command the copies have to be there, wherever the build stands.
                if matches!(line.keyword, Keyword::Cmd | Keyword::Entrypoint) {
                    self.clear_entrypoint(line.keyword);
                }
                self.declare(number);
                self.leave(number);
                self.plan.lines.push(RuntimeLine::Moved(number));
            }
            _ => {}
        }
        Ok(())
    }

    /// A small image with an interpreter as entrypoint must not put that before the start command.
    fn clear_entrypoint(&mut self, keyword: Keyword) {
        let has_own = self.parts.course.facts.last(Keyword::Entrypoint).is_some();
        let is_passed = self.plan.runtime.entrypoint.is_empty() || passes_on(&self.plan.runtime);
        if keyword == Keyword::Cmd && !has_own && !is_passed {
            self.plan.lines.push(RuntimeLine::New(Keyword::Entrypoint, "[]".to_owned()));
        }
    }

    fn new_start(&mut self) {
        let words = self.parts.answer.start.as_ref().map_or(&[][..], |start| &start.words);
        if !words.is_empty() {
            let is_entry = self.parts.course.facts.last(Keyword::Entrypoint).is_some();
            let keyword = if is_entry { Keyword::Entrypoint } else { Keyword::Cmd };
            self.plan.lines.push(RuntimeLine::New(keyword, exec_form(words)));
        }
    }

    fn leave(&mut self, number: usize) {
        self.plan.moved.push(number);
    }

    /// Declares the arguments that a line uses.
    fn declare(&mut self, number: usize) {
        let Some(line) = self.lines().get(number) else { return };
        let model = self.parts.course.facts.model;
        let Some(facts) = model.facts(line.placed.index) else { return };
        for used in &facts.uses {
            let name = &*used.name.text;
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
    fn variables(&mut self, number: usize) {
        let Some(line) = self.lines().get(number) else { return };
        let model = self.parts.course.facts.model;
        let Some(facts) = model.facts(line.placed.index) else { return };
        let artifacts: Vec<&str> = self.plan.artifacts.iter().map(|a| a.to.as_str()).collect();
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
        if kept.len() == facts.definitions.len() {
            self.plan.lines.push(RuntimeLine::Repeated(number));
            return;
        }
        let pair = |definition: &&crate::model::facts::Definition| {
            let value = definition.value.as_ref().map_or("", |value| &value.text);
            format!("{}={value}", definition.name.text)
        };
        let text = kept.iter().map(pair).collect::<Vec<_>>().join(" ");
        self.plan.lines.push(RuntimeLine::New(Keyword::Env, text));
    }

    /// Whether what a `COPY` brings is needed at run time as it is in the context.
    fn is_repeated(&self, number: usize, copy: &super::facts::Copy) -> bool {
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
        let is_read_by_build = number <= self.built && variables::is_cache(destination);
        if is_read_by_build && !self.parts.roots.scripts.iter().any(|s| is_within(s, destination)) {
            return false;
        }
        let is_same = |artifact: &&Artifact| artifact.is_folder && artifact.from == artifact.to;
        let comes = self
            .plan
            .artifacts
            .iter()
            .filter(is_same)
            .any(|artifact| is_within(super::world::trimmed(destination), &artifact.from));
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
        let worked = course.deeds_with(|role| {
            matches!(role, Role::Builds(_) | Role::Prepares(_) | Role::Checks(_))
        });
        let folders: Vec<&str> = worked.filter_map(|(_, one)| one.folder.as_deref()).collect();
        let among = |path: &str| {
            folders
                .iter()
                .any(|folder| *folder != "/" && is_within(path, folder) || is_within(folder, path))
                || path == "/"
        };
        let is_root =
            |path: &str| self.parts.roots.scripts.iter().any(|script| is_within(script, path));
        !among(super::world::trimmed(destination)) || is_root(destination)
    }

    /// Whether all that is copied is for the package manager, and comes again with the sources.
    fn is_manifest_only(&self, number: usize, copy: &super::facts::Copy) -> bool {
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

    /// The commands of a `RUN` that the runtime stage needs, too.
    fn run(
        &mut self,
        number: usize,
        line: &Line<'a>,
        run: &super::facts::Run,
    ) -> Result<(), Refusal> {
        let course = self.parts.course;
        let deeds: Vec<_> = course.deeds.iter().filter(|deed| deed.line == number).collect();
        let mut kept = Vec::new();
        let mut others = 0;
        for deed in &deeds {
            let Some(invocation) = course.invocation(deed.line, deed.command) else { continue };
            match self.keeps(deed, invocation)? {
                true => kept.push(invocation),
                false => others += usize::from(!matches!(deed.role, Role::Nothing)),
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        if !self.plan.runtime.has_shell() {
            return self.instead_of_commands(line, &kept);
        }
        self.meet(line)?;
        self.declare(number);
        if others == 0 {
            self.plan.lines.push(RuntimeLine::Repeated(number));
            return Ok(());
        }
        let is_cut =
            run.text.is_some() && kept.iter().all(|one| one.is_top && one.variables.is_empty());
        if !is_cut {
            let what = kept.first().map(|one| one.shown()).unwrap_or_default();
            return Err(Refusal::new(Reason::CannotFollow, what, Some(line.placed.range())));
        }
        let text: Vec<String> = kept.iter().map(|one| self.command_text(line, one)).collect();
        self.plan.lines.push(RuntimeLine::New(Keyword::Run, text.join(" && ")));
        Ok(())
    }

    /// A command as it is written, from the folder that it ran in.
    fn command_text(&self, line: &Line<'a>, one: &super::command::Invocation) -> String {
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
    fn keeps(
        &mut self,
        deed: &super::course::Deed,
        invocation: &super::command::Invocation,
    ) -> Result<bool, Refusal> {
        Ok(match &deed.role {
            Role::Users => true,
            Role::System => match invocation.name() {
                // Installing the package does it.
                Some("update-ca-certificates") => self.has_own_certificates(),
                Some("ldconfig") => false,
                _ => true,
            },
            Role::Paths(paths) => paths.iter().any(|path| {
                self.is_needed(path) || self.is_of_sources(deed.line, invocation.name(), path)
            }),
            Role::Nothing => invocation.outputs.iter().flatten().any(|path| self.is_needed(path)),
            _ => false,
        })
    }

    /// An interpreted program is its sources: what is made or changed among them matters. What comes
    /// along in a folder that is copied is made already; who owns it may still change behind that.
    fn is_of_sources(&self, line: usize, name: Option<&str>, path: &str) -> bool {
        let artifacts = &self.plan.artifacts;
        let comes = artifacts.iter().any(|a| a.from != path && is_within(path, &a.from));
        let is_repeatable = line > self.built && matches!(name, Some("chown" | "chmod" | "chgrp"));
        let is_gone = matches!(self.parts.course.world.origin(path), Some(Origin::Removed(_)));
        self.parts.answer.linkage == Linkage::Interpreted
            && !(comes && !is_repeatable || is_gone || variables::is_cache(path))
    }

    fn has_own_certificates(&self) -> bool {
        self.lines().iter().any(|line| match &line.what {
            What::Copy(copy) => copy
                .destination
                .as_deref()
                .is_some_and(|path| is_within(path, "/usr/local/share/ca-certificates")),
            _ => false,
        })
    }

    /// Whether a path that a command makes or changes matters at run time: it is not brought by a
    /// copy, and it is no place where only the build works.
    fn is_needed(&self, path: &str) -> bool {
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

    fn is_repeated_line(&self, number: usize) -> bool {
        match self.lines().get(number).map(|line| &line.what) {
            Some(What::Copy(copy)) => self.is_repeated(number, copy),
            _ => false,
        }
    }

    /// On an image without a shell: folders and files are copied from the builder instead.
    fn instead_of_commands(
        &mut self,
        line: &Line<'a>,
        kept: &[&super::command::Invocation],
    ) -> Result<(), Refusal> {
        let place = Some(line.placed.range());
        for one in kept {
            let deed = self.parts.course.deeds.iter().find(|deed| {
                self.parts
                    .course
                    .invocation(deed.line, deed.command)
                    .is_some_and(|own| own.range == one.range)
            });
            let paths: Vec<String> = match deed.map(|deed| &deed.role) {
                Some(Role::Paths(paths)) => paths.clone(),
                Some(Role::Nothing) => one.outputs.iter().flatten().cloned().collect(),
                // Who runs by number needs no entry in the list of users.
                Some(Role::Users) => continue,
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

    /// Before a line that hangs on working directory or user, both are set as they were.
    fn meet(&mut self, line: &Line<'a>) -> Result<(), Refusal> {
        if let Some(folder) = line.scene.workdir.clone() {
            self.work_in(&folder);
        }
        if let Some(user) = line.scene.user.clone() {
            self.run_as(&user)?;
        }
        Ok(())
    }

    fn work_in(&mut self, folder: &str) {
        if self.workdir != folder {
            self.plan.lines.push(RuntimeLine::New(Keyword::Workdir, folder.to_owned()));
            folder.clone_into(&mut self.workdir);
        }
    }

    fn run_as(&mut self, user: &str) -> Result<(), Refusal> {
        let same = |one: &str, other: &str| one == other || is_root(one) && is_root(other);
        if same(&self.user, user) {
            return Ok(());
        }
        self.check_user(user)?;
        let text = if user.is_empty() { "root" } else { user };
        self.plan.lines.push(RuntimeLine::New(Keyword::User, text.to_owned()));
        user.clone_into(&mut self.user);
        Ok(())
    }

    /// The last `USER` of the file moves, unless the builder works on as that user.
    fn last_user(&mut self, number: usize, user: Option<&str>) -> Result<(), Refusal> {
        let user = user.ok_or_else(|| {
            let place = self.lines().get(number).map(|line| line.placed.range());
            Refusal::new(Reason::NeedsUser, "of a build argument", place)
        })?;
        self.check_user(user)?;
        let works_on =
            self.lines().iter().skip(number + 1).any(|line| line.keyword == Keyword::Run);
        if works_on {
            return Ok(());
        }
        if !self.copied {
            self.artifacts()?;
        }
        if self.user == user || is_root(&self.user) && is_root(user) {
            self.leave(number);
            return Ok(());
        }
        self.declare(number);
        self.leave(number);
        self.plan.lines.push(RuntimeLine::Moved(number));
        user.clone_into(&mut self.user);
        Ok(())
    }

    /// That a user exists in the runtime stage.
    fn check_user(&self, user: &str) -> Result<(), Refusal> {
        let name = user.split(':').next().unwrap_or_default();
        let is_number = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        if is_root(user) || is_number {
            return Ok(());
        }
        let made = self
            .parts
            .course
            .deeds_with(|role| *role == Role::Users)
            .any(|(_, one)| one.args().iter().any(|word| word.or_empty() == name));
        let known = users_of(&self.plan.runtime).contains(&name);
        if self.plan.runtime.has_shell() && (made || known) {
            return Ok(());
        }
        let place = self.parts.course.facts.last(Keyword::User).map(|line| line.placed.range());
        Err(Refusal::new(Reason::NeedsUser, name, place))
    }

    /// Whether a shell form behind a `SHELL` is kept.
    fn needs_own_shell(&self, number: usize) -> bool {
        self.lines().iter().skip(number + 1).any(|line| match &line.what {
            What::Cmd(Form::Shell(_)) | What::Entrypoint(Form::Shell(_)) => true,
            What::Healthcheck(Some(Form::Shell(_))) => true,
            _ => false,
        })
    }

    /// What comes from the builder.
    fn artifacts(&mut self) -> Result<(), Refusal> {
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
        for artifact in self.plan.artifacts.clone() {
            let owner = self.owner(&artifact.from);
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

    /// To whom a `chown` of the file gives a path of the builder.
    fn owner(&self, path: &str) -> Option<String> {
        let course = self.parts.course;
        let chown =
            course.deeds_with(|role| matches!(role, Role::Paths(_))).filter(|(deed, one)| {
                let Role::Paths(paths) = &deed.role else { return false };
                let is_deep = one.args().iter().any(|word| {
                    let text = word.or_empty();
                    text == "--recursive" || text.starts_with('-') && text.contains('R')
                });
                // Behind the copies of an interpreted program, the command itself is kept.
                let is_kept =
                    self.parts.answer.linkage == Linkage::Interpreted && deed.line > self.built;
                one.name() == Some("chown")
                    && !is_kept
                    && paths.iter().any(|own| own == path || is_deep && is_within(path, own))
            });
        let last = chown.last().map(|(_, one)| one)?;
        let owner = last.args().iter().find(|word| !word.or_empty().starts_with('-'))?;
        let owner = owner.text.clone()?;
        let is_number = owner.split(':').all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        (self.plan.runtime.has_shell() || is_number).then_some(owner)
    }

    /// At the end the working directory and the user are those of the file.
    fn settle(&mut self) -> Result<(), Refusal> {
        let scene = self.parts.course.facts.last_scene();
        let end = self.plan.lines.iter().position(|line| {
            matches!(line, RuntimeLine::Moved(number)
                if matches!(self.lines().get(*number).map(|l| l.keyword), Some(Keyword::Cmd | Keyword::Entrypoint)))
        });
        let tail = self.plan.lines.split_off(end.unwrap_or(self.plan.lines.len()));
        let is_own = self.parts.answer.start.as_ref().is_none_or(|start| !start.words.is_empty());
        if self.parts.answer.linkage != Linkage::Interpreted || is_own {
            if let Some(folder) = &last_workdir(self.lines(), &scene) {
                self.work_in(folder);
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

fn is_root(user: &str) -> bool {
    matches!(user, "" | "root" | "0" | "0:0" | "root:root")
}

/// The users that images have besides root.
fn users_of(base: &Base) -> &'static [&'static str] {
    use super::base::Family;
    match (base.family, base.distribution) {
        (Family::Node, _) => &["node", "nobody", "www-data"],
        (Family::DotnetRuntime, _) => &["app", "nobody"],
        (Family::Nginx, _) => &["nginx", "nobody"],
        (_, Distribution::Debian(_) | Distribution::Ubuntu(_)) => &["nobody", "www-data", "daemon"],
        (_, Distribution::Alpine(_)) => &["nobody", "guest", "daemon"],
        _ => &[],
    }
}

/// A path for a `COPY` in its plain form; `None` if it has to be in quotes.
fn quoted(path: &str) -> Option<&str> {
    let is_plain = |c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '\'' | '$' | '\\' | '`' | '[' | ']' | '*' | '?')
    };
    path.chars().all(is_plain).then_some(path)
}

/// Words in exec form.
fn exec_form(words: &[String]) -> String {
    let words: Vec<String> =
        words.iter().map(|word| serde_json::Value::String(word.clone()).to_string()).collect();
    format!("[{}]", words.join(", "))
}
