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
use super::release::{self, Distribution};
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
            platform: self.platform(),
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
        self.scripts(&mut plan);
        self.data(&mut plan);
        self.fetched(&mut plan)?;
        self.others(&mut plan);
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

    /// The programs that are started: those of a new start command instead of the old ones.
    fn programs(&self) -> impl Iterator<Item = &String> {
        let old = self.roots.programs.iter().filter(|_| self.answer.start.is_none());
        let new = self.answer.start.iter().filter_map(|start| start.words.first());
        old.chain(new).chain(&self.roots.health)
    }

    /// Whether the small image's own program serves what is copied: then nothing else of the build
    /// matters, its packages, users, variables and folders.
    fn is_served(&self) -> bool {
        self.answer.start.as_ref().is_some_and(|start| start.words.is_empty())
    }

    /// The start command behind the interpreter, where the small image starts that by itself and has
    /// it nowhere on its `PATH`: Google's image for Node.
    fn behind_interpreter(&self, runtime: &Base) -> Option<Vec<String>> {
        let [program] = runtime.entrypoint else { return None };
        let search = runtime.variable("PATH").unwrap_or_default();
        let is_hidden = !search.split(':').any(|own| own == parent(program));
        let has_own = self.facts().last(Keyword::Entrypoint).is_some();
        let What::Cmd(Form::Exec(words)) = &self.facts().last(Keyword::Cmd)?.what else {
            return None;
        };
        let (first, rest) = words.split_first()?;
        (!runtime.has_shell() && is_hidden && !has_own && first == base_name(program))
            .then(|| rest.to_vec())
    }

    /// That every program which is started is there.
    fn check_programs(&self, plan: &Plan) -> Result<(), Refusal> {
        for program in self.programs() {
            if self.is_brought(program, plan) {
                continue;
            }
            let name = base_name(program);
            let is_there = match packages::holder(name, plan.runtime.distribution) {
                Holder::Base => true,
                Holder::Package(_) => plan.runtime.has_shell() && !self.is_served(),
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
        let is_made = |path: &str| match self.course.world.exact(path) {
            None | Some(Origin::Removed(_) | Origin::Built(_)) => false,
            Some(_) => true,
        };
        let scene = self.facts().last_scene();
        let search = scene.value("PATH").unwrap_or_default();
        // What the answer puts on the path is found, too.
        let more = self.answer.settings.iter().filter_map(|setting| setting.split_once("PATH="));
        let whole = more.fold(search.to_owned(), |whole, (_, more)| format!("{more}:{whole}"));
        let is_there = |path: &str| {
            is_made(path)
                || self.roots.scripts.iter().any(|script| script == path)
                || plan.artifacts.iter().any(|artifact| {
                    is_within(path, &artifact.from) || is_within(path, &artifact.to)
                })
        };
        let found = match program.contains('/') {
            true => scene.path(program).is_some_and(|path| is_there(&path)),
            false => search.split(':').any(|folder| is_there(&format!("{folder}/{program}"))),
        };
        found
            || self.answer.provides.iter().any(|own| own == name)
            || plan
                .artifacts
                .iter()
                .any(|artifact| artifact.is_folder && is_in_folder(&artifact.to, program, &whole))
            || interpreters(&plan.runtime).contains(&name)
            || self.behind_interpreter(&plan.runtime).is_some() && name == "node"
    }

    /// The platform that the file asks for.
    fn platform(&self) -> Option<String> {
        let stage = self.facts().model.stages().first()?;
        stage.platform().map(|platform| platform.text.to_string())
    }

    /// Where the tag of the image does not say on which release it stands, and the program needs
    /// that release, the tag is made to say it.
    fn check_release(&self, plan: &mut Plan) {
        let base = &self.facts().base;
        // Tags of one repository move together; a site stands on no release.
        let is_sibling = base.image.repository == plan.runtime.image.repository;
        let is_free = matches!(self.answer.linkage, Linkage::Static | Linkage::Portable);
        if base.pinned || is_free || is_sibling || self.is_served() {
            return;
        }
        let written = self.facts().model.stages().first().and_then(|stage| stage.image());
        let pinned = written.filter(|_| self.facts().base_argument.is_none()).and_then(|image| {
            let text = release::pinned(&image.text, &base.image, base.distribution)?;
            Some((image.range, text))
        });
        if pinned.is_some() {
            plan.pin = pinned;
            plan.changes.push("the builder's tag names the release that it stands on".to_owned());
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
        let requested = requested.filter(|_| !self.is_served());
        for package in requested.filter(|package| package.group.is_none()) {
            match packages::use_of(&package.name, from) {
                Use::Build => {}
                Use::Run => wanted.push(package.name.clone()),
                Use::Library(_) if is_static => {}
                Use::Library(names) => wanted.extend(names.iter().map(|name| (*name).to_owned())),
                Use::Tool(programs) => {
                    let provided = |name: &str| self.answer.provides.iter().any(|own| own == name);
                    let is_called = |name: &&&str| self.roots.names(name) && !provided(name);
                    if programs.iter().any(|program| is_called(&program)) {
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
        for program in self.programs() {
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
        let names: Vec<&str> = plan.packages.iter().map(String::as_str).collect();
        if let Some(first) = names.first()
            && packages::install(&names, to).is_none()
        {
            let what = format!(
                "It needs the package {first}, which {} cannot install",
                plan.runtime.name()
            );
            return Err(Refusal::new(Reason::NeedsOther, what, None));
        }
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

    /// Start scripts that were copied with a folder are taken from the builder, by themselves.
    fn scripts(&self, plan: &mut Plan) {
        // The sources are copied again as a whole.
        if self.answer.data == Data::Sources {
            return;
        }
        for script in &self.roots.scripts {
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(script, &artifact.from));
            if !is_taken && self.course.world.exact(script).is_none() {
                plan.artifacts.push(Artifact::file(script));
            }
        }
    }

    /// The files that the program reads.
    fn data(&self, plan: &mut Plan) {
        let Data::Beside { folders, embedded } = &self.answer.data else { return };
        let found = data::beside(self.course, folders, embedded);
        plan.assumptions.extend(found.doubt);
        for (path, is_folder) in found.paths {
            let is_gone = matches!(self.course.world.origin(&path), Some(Origin::Removed(_)))
                || self.course.is_left_out(&path);
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(&path, &artifact.from));
            if !is_gone && !is_taken {
                let why = format!("{path} may be read at run time");
                plan.evidence.push(Evidence { text: why, place: None, file: None });
                plan.context_files.extend(self.course.in_context(&path));
                plan.artifacts.push(Artifact { from: path.clone(), to: path, is_folder });
            }
        }
    }

    /// Programs and files that came from a network: they are needed if they are started, and may be
    /// if they lie where no build works.
    fn fetched(&self, plan: &mut Plan) -> Result<(), Refusal> {
        let worked = self.worked();
        let fetched = self.course.deeds_with(|role| matches!(role, Role::Fetches(_)));
        for (deed, invocation) in fetched.filter(|_| !self.is_served()) {
            let Role::Fetches(paths) = &deed.role else { continue };
            for path in paths {
                let is_gone = !matches!(self.course.world.exact(path), Some(Origin::Download(_)));
                let is_source = worked.iter().any(|folder| {
                    is_within(folder, path) || folder != "/" && is_within(path, folder)
                });
                let is_taken =
                    plan.artifacts.iter().any(|artifact| is_within(path, &artifact.from));
                let is_started = self.roots.paths.iter().any(|own| is_within(own, path));
                if is_gone || is_taken || !is_started && (is_source || variables::is_cache(path)) {
                    continue;
                }
                let is_folder = self.course.world.is_folder(path);
                if is_shared(path) {
                    let place = Some(invocation.range);
                    return Err(Refusal::new(Reason::CannotFollow, invocation.shown(), place));
                }
                if is_started && !plan.runtime.has_shell() {
                    let what = format!("What {path} is linked with is not known");
                    return Err(Refusal::new(Reason::NeedsOther, what, Some(invocation.range)));
                }
                plan.artifacts.push(Artifact { from: path.clone(), to: path.clone(), is_folder });
            }
        }
        Ok(())
    }

    /// The folders in which build commands work, and the parts of the context that they name.
    fn worked(&self) -> Vec<String> {
        let is_work =
            |role: &Role| matches!(role, Role::Builds(_) | Role::Prepares(_) | Role::Checks(_));
        let mut folders: Vec<String> = Vec::new();
        for (_, invocation) in self.course.deeds_with(is_work) {
            folders.extend(invocation.folder.clone());
            let named = invocation.args().iter().filter_map(|word| {
                let text = word.text.as_deref()?;
                let path = invocation.path(text.rsplit('=').next()?)?;
                let is_source = matches!(self.course.world.origin(&path), Some(Origin::Context(_)));
                (text.contains('/') && is_source).then_some(path)
            });
            folders.extend(named);
        }
        if !self.answer.builder.is_empty() {
            folders.extend(self.facts().last_scene().workdir.clone());
        }
        folders.sort();
        folders.dedup();
        folders
    }

    /// What other ecosystems build may be read by the program: a server's own pages.
    fn others(&self, plan: &mut Plan) {
        let own = self.answer.ecosystem;
        if self.is_served() {
            return;
        }
        let embedded: &[String] = match &self.answer.data {
            Data::Beside { embedded, .. } => embedded,
            _ => &[],
        };
        for product in self.course.products.iter().filter(|product| product.ecosystem != own) {
            let path = &product.path;
            let is_there = matches!(self.course.world.exact(path), Some(Origin::Built(_)))
                && !plan.artifacts.iter().any(|artifact| is_within(path, &artifact.from))
                && !embedded.iter().any(|folder| is_within(path, folder));
            if is_there {
                let text = format!("{path} may be read at run time: {}", product.evidence);
                plan.evidence.push(Evidence { text, place: None, file: None });
                let is_folder = product.is_folder;
                plan.artifacts.push(Artifact { from: path.clone(), to: path.clone(), is_folder });
            }
        }
        let unknown =
            self.course.deeds_with(|role| matches!(role, Role::Builds(name) if *name != own));
        for (deed, one) in unknown {
            let is_known = self
                .course
                .products
                .iter()
                .any(|product| (product.line, product.command) == (deed.line, deed.command));
            let is_taken = one.folder.as_deref().is_some_and(|folder| {
                plan.artifacts.iter().any(|artifact| is_within(folder, &artifact.from))
            });
            if !is_known && !is_taken {
                plan.assumptions
                    .push(format!("the program reads nothing of what `{}` makes", one.shown()));
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
        if self.answer.start.is_some() || self.behind_interpreter(&plan.runtime).is_some() {
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

/// Whether a path is one that images have themselves, so that it cannot be copied as a whole.
fn is_shared(path: &str) -> bool {
    const SHARED: [&str; 8] =
        ["/", "/bin", "/etc", "/lib", "/opt", "/usr", "/usr/bin", "/usr/local"];
    SHARED.contains(&path) || path.starts_with("/usr/local/lib")
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
        // What the builder is given builds, too.
        let given = plan.builder.iter().map(|line| match line {
            BuilderLine::After(number, _) => *number,
            BuilderLine::Before(number, _) => number.saturating_sub(1),
        });
        let built = worked.map(|deed| deed.line).chain(given).max().unwrap_or(0);
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
        if self.parts.is_served() && !is_told_to_engines(line.keyword) {
            if line.keyword == Keyword::User && !self.runs_behind(number) {
                self.leave(number);
            }
            return Ok(());
        }
        match (&line.what, line.keyword) {
            (What::Variables(_), Keyword::Env) => self.variables(number),
            (What::Copy(copy), _) => {
                if self.is_repeated(number, copy) {
                    if copy.is_relative {
                        self.meet_folder(line);
                    }
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
                let behind = self.parts.behind_interpreter(&self.plan.runtime);
                if let (Keyword::Cmd, Some(words)) = (line.keyword, behind) {
                    self.leave(number);
                    let is_last = self.parts.course.facts.last(Keyword::Cmd);
                    if is_last.is_some_and(|last| last.number == line.number) {
                        self.plan.lines.push(RuntimeLine::New(Keyword::Cmd, exec_form(&words)));
                    }
                    return Ok(());
                }
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
        let mut folders = self.parts.worked();
        if let Data::Beside { folders: sources, .. } = &self.parts.answer.data {
            folders.extend(sources.iter().cloned());
        }
        let among = |path: &str| {
            path == "/"
                || folders.iter().any(|folder| {
                    folder != "/" && is_within(path, folder) || is_within(folder, path)
                })
        };
        // Those that came with a folder are taken by themselves.
        let is_root = |path: &str| {
            let mut scripts = self.parts.roots.scripts.iter();
            scripts.any(|script| is_within(script, path) && course.world.exact(script).is_some())
        };
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
        if kept.iter().any(|one| self.is_relative(one)) {
            self.meet_folder(line);
        }
        if let Some(user) = &line.scene.user {
            self.run_as(user)?;
        }
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

    /// Before a line that hangs on the working directory, it is set as it was.
    fn meet_folder(&mut self, line: &Line<'a>) {
        if let Some(folder) = line.scene.workdir.clone() {
            self.work_in(&folder);
        }
    }

    /// Whether a command names paths from where it runs.
    fn is_relative(&self, one: &super::command::Invocation) -> bool {
        let deed = self.parts.course.deeds.iter().find(|deed| {
            let own = self.parts.course.invocation(deed.line, deed.command);
            own.is_some_and(|own| own.range == one.range)
        });
        let Some(Role::Paths(paths)) = deed.map(|deed| &deed.role) else { return false };
        !paths.iter().all(|path| {
            one.args().iter().any(|word| super::world::trimmed(word.or_empty()) == path)
        })
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
        if self.runs_behind(number) {
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

    fn runs_behind(&self, number: usize) -> bool {
        self.lines().iter().skip(number + 1).any(|line| line.keyword == Keyword::Run)
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
            // What the file itself copies to that place is copied again as it is.
            if let Some(Origin::Context(line)) = self.parts.course.world.exact(&artifact.from)
                && artifact.from == artifact.to
                && self.is_repeated_line(*line)
            {
                continue;
            }
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
