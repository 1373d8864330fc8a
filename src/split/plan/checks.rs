//! Whether the small image starts what the file starts.

use super::{Parts, Plan, RuntimeLine};
use crate::language::Keyword;
use crate::split::answer::{Artifact, Linkage};
use crate::split::base::{Base, Family};
use crate::split::facts::{Form, What};
use crate::split::packages::{self, Holder, Use};
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::{self, Distribution};
use crate::split::start::argv;
use crate::split::world::{Origin, base_name, is_within, parent};

impl Parts<'_, '_> {
    pub(super) fn check_shell(&self, plan: &Plan) -> Result<(), Refusal> {
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
    pub(super) fn programs(&self) -> impl Iterator<Item = &String> {
        let old = self.roots.programs.iter().filter(|_| self.answer.start.is_none());
        let new = self.answer.start.iter().filter_map(|start| start.words.first());
        old.chain(new).chain(&self.roots.health)
    }

    /// Whether the small image's own program serves what is copied: then nothing else of the build
    /// matters, its packages, users, variables and folders.
    pub(super) fn is_served(&self) -> bool {
        self.answer.start.as_ref().is_some_and(|start| start.words.is_empty())
    }

    /// The start command behind the interpreter, where the small image starts that by itself and has
    /// it nowhere on its `PATH`: Google's image for Node.
    pub(super) fn behind_interpreter(&self, runtime: &Base) -> Option<Vec<String>> {
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
    pub(super) fn check_programs(&self, plan: &Plan) -> Result<(), Refusal> {
        for program in self.programs() {
            if self.is_brought(program, plan) {
                continue;
            }
            let name = base_name(program);
            let is_there = match packages::holder(name, plan.runtime.distribution) {
                // What its recipes call is not looked at.
                Holder::Package("make") => false,
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
    pub(super) fn is_brought(&self, program: &str, plan: &Plan) -> bool {
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
        // What is in a copied folder is not known one by one: it is not taken for what the builder has
        // anyway, nor for a whole text that was not read.
        let may_be_inside = !program.contains(char::is_whitespace)
            && (program.contains('/') || !self.has_anyway(name));
        let is_taken = |path: &str, artifact: &Artifact| match artifact.is_folder {
            true => {
                may_be_inside && (is_within(path, &artifact.from) || is_within(path, &artifact.to))
            }
            false => path == artifact.from || path == artifact.to,
        };
        let is_there = |path: &str| {
            is_made(path)
                || self.roots.scripts.iter().any(|script| script == path)
                || plan.artifacts.iter().any(|artifact| is_taken(path, artifact))
        };
        let found = match program.contains('/') {
            true => scene.path(program).is_some_and(|path| is_there(&path)),
            false => whole.split(':').any(|folder| is_there(&format!("{folder}/{program}"))),
        };
        found
            || self.answer.provides.iter().any(|own| own == name)
            || interpreters(&plan.runtime).contains(&name)
            || self.behind_interpreter(&plan.runtime).is_some() && name == "node"
    }

    /// Whether the builder has a program by itself, or by a package that the file installs: then that
    /// one may be meant, whatever else is on the `PATH`.
    fn has_anyway(&self, name: &str) -> bool {
        let base = &self.facts().base;
        let holder = packages::holder(name, base.distribution);
        let requested = self.course.requested();
        let is_installed = requested.into_iter().any(|package| {
            matches!(holder, Holder::Package(own) if own == package.name)
                || matches!(packages::use_of(&package.name, base.distribution),
                    Use::Tool(programs) if programs.contains(&name))
        });
        holder == Holder::Base
            || is_installed
            || base.is_for_building() && packages::is_in_full(name)
    }

    /// Where the tag of the image does not say on which release it stands, and the program needs
    /// that release, the tag is made to say it.
    pub(super) fn check_release(&self, plan: &mut Plan) {
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
            Distribution::Alpine(None) => "the newest Alpine".to_owned(),
            distribution => match distribution.release() {
                Some(release) => release.name.to_owned(),
                None => return,
            },
        };
        plan.assumptions
            .push(format!("{} stands on {stands_on}, which its tag does not say", base.name()));
    }

    /// A volume over an artifact: engines of the old sort forget what is written there.
    pub(super) fn check_volumes(&self, plan: &mut Plan) {
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
    pub(super) fn check_argv(&self, plan: &Plan) -> Result<(), Refusal> {
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

/// Whether the entrypoint of an image only starts what it is given, if that is a program.
pub(super) fn passes_on(base: &Base) -> bool {
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
