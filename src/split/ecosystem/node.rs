//! Node servers: the project's folder with its packages, without what only the build needs.
//!
//! Sources: the documentation of npm (`prune`), yarn, pnpm, of Next's `output`, Nuxt and Prisma, and
//! the Dockerfiles of the `node` images.

mod client;
mod pm2;
mod weight;

use std::collections::BTreeSet;

use self::weight::Kept;
use super::app;
use super::behind;
use super::package::{self, Step, Steps, Work};
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::tag::Tag;
use crate::language::Keyword;
use crate::split::answer::{
    Answer, Artifact, BuilderLine, Evidence, Linkage, NewStart, Site, Variant,
};
use crate::split::base::{Base, Family, Libc};
use crate::split::command::Invocation;
use crate::split::course::{Deed, Role};
use crate::split::facts::{What, join};
use crate::split::packages::{Holder, Use, holder, use_of};
use crate::split::reads::Reads;
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::sources::Sources;
use crate::split::start::Launch;
use crate::split::world::{Origin, base_name, is_shared, is_within, trimmed};
use crate::workspace::project::node::bundler::{Framework, OutputKind};
use crate::workspace::project::node::{LockKind, Package, locks};
use crate::workspace::{Context, Kind, LONGEST_FILE};

/// Its row.
pub const ECOSYSTEM: Ecosystem = Ecosystem {
    name: "node",
    title: "Node servers (npm, yarn, pnpm)",
    reads: read,
    answers: answer,
};

/// Packages whose code calls libraries or programs outside of it: the development packages and the
/// packages that it needs at run time, by Debian's and by Alpine's names.
struct Outside {
    package: &'static str,
    debian: (&'static [&'static str], &'static [&'static str]),
    alpine: (&'static [&'static str], &'static [&'static str]),
}

const OUTSIDE: &[Outside] = &[
    Outside { package: "@prisma/client", debian: (&[], &["openssl"]), alpine: (&[], &["openssl"]) },
    Outside { package: "prisma", debian: (&[], &["openssl"]), alpine: (&[], &["openssl"]) },
    Outside { package: "pg-native", debian: (&["libpq-dev"], &[]), alpine: (&["libpq-dev"], &[]) },
    Outside { package: "libpq", debian: (&["libpq-dev"], &[]), alpine: (&["libpq-dev"], &[]) },
    Outside { package: "odbc", debian: (&["unixodbc-dev"], &[]), alpine: (&["unixodbc-dev"], &[]) },
    Outside { package: "kerberos", debian: (&["libkrb5-dev"], &[]), alpine: (&["krb5-dev"], &[]) },
    Outside { package: "nodegit", debian: (&["libkrb5-dev"], &[]), alpine: (&["krb5-dev"], &[]) },
    Outside {
        package: "gm",
        debian: (&[], &["graphicsmagick", "imagemagick"]),
        alpine: (&[], &["graphicsmagick", "imagemagick"]),
    },
    Outside {
        package: "imagemagick",
        debian: (&[], &["imagemagick"]),
        alpine: (&[], &["imagemagick"]),
    },
    Outside { package: "pm2", debian: (&[], &[pm2::PACKAGE_OF_PS]), alpine: (&[], &[]) },
    Outside { package: "simple-git", debian: (&[], &["git"]), alpine: (&[], &["git"]) },
    Outside {
        package: "node-rdkafka",
        debian: (&["libssl-dev", "zlib1g-dev"], &[]),
        alpine: (&["openssl-dev", "zlib-dev"], &[]),
    },
];

/// Packages that keep programs outside of the project's folder.
const ELSEWHERE: &[&str] =
    &["puppeteer", "playwright", "@playwright/test", "electron", "playwright-chromium"];

/// Packages that only start other programs.
const SPAWN: &[&str] =
    &["execa", "shelljs", "zx", "cross-spawn", "node-pty", "child-process-promise"];

/// Tools that builds install for themselves.
const BUILD_TOOLS: &[&str] = &[
    "git",
    "python",
    "python2",
    "python3",
    "python3-minimal",
    "curl",
    "wget",
    "unzip",
    "zip",
    "tar",
    "xz-utils",
    "xz",
    "bzip2",
    "gzip",
    "perl",
    "gnupg",
    "openssh",
    "openssh-client",
    "rsync",
    "jq",
    "sed",
    "grep",
    "gawk",
    "coreutils",
    "findutils",
    "make",
];

/// Programs that come with Node's images.
const BROUGHT: &[&str] = &["node", "npm", "npx", "yarn", "yarnpkg"];

/// Programs that start what their arguments name, or what a file holds that they are given.
const STARTERS: &[&str] = &[
    "ash", "bash", "chroot", "dash", "env", "eval", "find", "flock", "gosu", "ionice", "nice",
    "nohup", "parallel", "script", "setsid", "sh", "stdbuf", "su", "su-exec", "sudo", "time",
    "timeout", "watch", "xargs",
];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let (reading, steps) = package::read(asked.course, asked.invocation)?;
    Some(match reading {
        Reading::Builds(_) => Reading::Builds(outside(asked, &steps)),
        other => other,
    })
}

/// What a build writes outside of the folder that it runs in: that one is taken as a whole.
fn outside(asked: &Asked<'_, '_>, found: &Steps) -> Vec<Built> {
    let built = found.steps.iter().filter(|step| matches!(step.work, Work::Builds(_)));
    let outputs = built.filter_map(|step| Some((step, package::compiled(asked.course, step)?)));
    let own = asked.invocation.folder.as_deref();
    outputs
        .filter(|(_, path)| own.is_none_or(|own| !is_within(path, own)))
        .map(|(step, path)| {
            let evidence = format!("`{}` writes to {path}", step.words.join(" "));
            Built { path, is_folder: true, evidence }
        })
        .collect()
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if site.base().family != Family::Node {
        return None;
    }
    let launched = behind::launches(site, &package::is_own);
    let starts: Vec<Steps> = launched
        .iter()
        .map(|launch| package::steps(site.course, &launch.words, launch.folder.as_deref()))
        .collect();
    let is_own = |(launch, steps): (&Launch, &Steps)| {
        launch.name() == Some("node")
            || steps.manager.is_some()
            || steps.steps.iter().any(|step| step.work != Work::Runs && step.work != Work::Nothing)
    };
    let launches = || launched.iter().zip(&starts);
    let is_listed = has_tool(site, &launched);
    let managed = pm2::managed(site, &launched, &starts).filter(|_| !is_listed);
    if managed.is_none() && !launches().any(is_own) && !is_listed {
        let is_built = site.builds("node") || site.builds("site");
        return is_built.then(|| Err(unknown_start(site)));
    }
    let refused = launches().find_map(|(launch, steps)| check_start(site, launch, steps).err());
    let starts = managed.as_ref().map_or(starts, |managed| vec![managed.steps()]);
    Some(match refused {
        Some(refusal) => Err(refusal),
        None => Server { site, launches: &launched, starts, managed }.answer(),
    })
}

/// That the program which is started is none of Node's, as far as is known.
fn unknown_start(site: &Site<'_, '_>) -> Refusal {
    let place = Some(site.start.place);
    let last = site.start.launches.last();
    match last.and_then(Launch::name) {
        Some(name) if pm2::PROGRAMS.contains(&name) && !pm2::is_installed(site) => {
            Refusal::new(Reason::ScriptTool, name, place)
        }
        _ => {
            let shown = last.map(Launch::shown).unwrap_or_default();
            Refusal::new(Reason::StartUnknown, shown, place)
        }
    }
}

/// Whether what is started is a program of the project's packages.
fn has_tool(site: &Site<'_, '_>, launches: &[Launch]) -> bool {
    launches.iter().any(|launch| {
        let folder = launch.folder.as_deref().unwrap_or_default();
        let package = package::package_in(site.course, folder);
        let name = launch.name().unwrap_or_default();
        package.is_some_and(|(package, _)| tool_package(&package, name).is_some())
    })
}

/// That what is started is a program, and known.
fn check_start(site: &Site<'_, '_>, launch: &Launch, steps: &Steps) -> Result<(), Refusal> {
    let place = Some(site.start.place);
    let no = |reason, subject: String| Err(Refusal::new(reason, subject, place));
    for step in &steps.steps {
        let shown = step.words.join(" ");
        match step.work {
            Work::Develops => {
                let shown = package::development(site.course, step);
                return no(Reason::DevelopmentServer, shown);
            }
            Work::Builds(_) => return no(Reason::BuildsAtStart, shown),
            Work::Prunes => return no(Reason::BuildsAtStart, shown),
            Work::Prepares if step.words.first().is_some_and(|word| package::is_manager(word)) => {
                return no(Reason::BuildsAtStart, shown);
            }
            Work::Checks => return no(Reason::BuildTool, shown),
            _ => {}
        }
    }
    match &steps.unknown {
        Some(why) if why.starts_with("package.json is not") => {
            no(Reason::ScriptUnread, format!("of `{}` ({why})", launch.shown()))
        }
        Some(_) => no(Reason::StartUnknown, launch.shown()),
        None => Ok(()),
    }
}

/// A server whose split is looked for.
struct Server<'s, 'c, 'a> {
    site: &'s Site<'c, 'a>,
    /// The commands of the start, those of a start script in its place.
    launches: &'s [Launch],
    /// What each command of the start comes to.
    starts: Vec<Steps>,
    /// The program under pm2, if it is one.
    managed: Option<pm2::Managed>,
}

impl Server<'_, '_, '_> {
    fn answer(&self) -> Result<Answer, Refusal> {
        let site = self.site;
        let base = site.base();
        if base.slim && !self.builds() && !self.installs_for_build() {
            return Err(Refusal::new(Reason::NothingBuilt, "", None));
        }
        let project = self.project()?;
        let package = package::package_in(site.course, &project);
        self.check_packages(package.as_ref().map(|(package, _)| package))?;
        let mut answer = self.folders(&project)?;
        let standalone = self.standalone(&project);
        if let Some((folder, evidence)) = &standalone {
            answer.artifacts = vec![Artifact::folder(folder.clone())];
            answer.artifacts.extend(self.files_of_manager(&project));
            answer.evidence = vec![Evidence { text: evidence.clone(), place: None, file: None }];
        }
        let mut starts_others = false;
        let mut is_pruned = standalone.is_some();
        match &package {
            Some((package, folder)) => {
                is_pruned = is_pruned || self.prune(&mut answer, package, folder, &project);
                if base.slim && !is_pruned && !self.installs_for_build() {
                    let what = "the image is a small one already, and nothing can be left out";
                    return Err(Refusal::new(Reason::SavesLittle, what, None));
                }
                starts_others = self.outside(&mut answer, package, folder)?;
            }
            None if base.slim && !self.installs_for_build() => {
                let what = "package.json is not at hand, so nothing can be left out";
                return Err(Refusal::new(Reason::SavesLittle, what, None));
            }
            None if !base.slim => answer.assumptions.push(format!(
                "the program needs no library or program of {} that its slim image lacks \
                 (package.json is not at hand)",
                base.name()
            )),
            None => {}
        }
        strays(site, &mut answer)?;
        self.check_file(&mut answer, &project)?;
        self.tools(&mut answer);
        self.start(&mut answer)?;
        answer.runtimes = self.runtimes(&answer);
        if starts_others {
            answer.runtimes.retain(|(_, image)| !image.contains("distroless"));
        }
        let kept = match is_pruned {
            _ if standalone.is_some() => Kept::Loaded,
            true => Kept::Run,
            false => Kept::All,
        };
        match &package {
            Some((package, folder)) => {
                let left = self.leave_sites(&mut answer, package, folder, &project);
                self.weigh(&mut answer, package, kept, &left);
            }
            None => answer.weight = weight::UNKNOWN,
        }
        if let (Some(managed), [launch]) = (&self.managed, self.launches) {
            managed.bring(site, &launch.shown(), &mut answer);
        }
        Ok(answer)
    }

    /// Whether a start script starts the program.
    fn has_script(&self) -> bool {
        self.site.roots.is_none_or(|roots| !roots.scripts.is_empty())
    }

    /// Commands of the build that Node's tools are.
    fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.site.course.deeds.iter().filter(|deed| {
            matches!(
                deed.role,
                Role::Builds("node" | "site") | Role::Prepares("node") | Role::Checks("node")
            )
        })
    }

    fn builds(&self) -> bool {
        self.deeds().any(|deed| matches!(deed.role, Role::Builds(_)))
    }

    /// Whether packages are installed that only the build needs.
    fn installs_for_build(&self) -> bool {
        let distribution = self.site.base().distribution;
        let all = self.site.course.requested();
        all.into_iter().any(|package| matches!(use_of(&package.name, distribution), Use::Build))
    }

    /// The folder in which the server is started.
    fn project(&self) -> Result<String, Refusal> {
        let place = Some(self.site.start.place);
        let last = self.launches.last();
        match last.and_then(|launch| launch.folder.clone()) {
            Some(folder) if folder == "/" => Err(Refusal::new(Reason::ProjectFolder, "/", place)),
            Some(folder) => Ok(folder),
            None => {
                let what = "Which folder the program is started in is not known";
                Err(Refusal::new(Reason::NeedsOther, what, place))
            }
        }
    }

    /// That the packages are in the project's folder.
    fn check_packages(&self, package: Option<&Package>) -> Result<(), Refusal> {
        let site = self.site;
        let place = Some(site.start.place);
        let no = |what: String| Err(Refusal::new(Reason::NeedsOther, what, place));
        if site.scene().variables.contains_key("NODE_PATH") {
            return no("NODE_PATH names packages outside of the project's folder".to_owned());
        }
        for deed in self.deeds() {
            let Some(one) = site.course.invocation(deed.line, deed.command) else { continue };
            let modules = one.path("node_modules").unwrap_or_default();
            if site.course.mount_over(deed.line, &modules).is_some_and(|mount| {
                mount
                    .target
                    .as_deref()
                    .is_none_or(|target| is_within(target, &modules) || is_within(&modules, target))
                    && mount.kind != "bind"
            }) {
                return Err(site.course.in_mount(&modules, deed.line));
            }
        }
        if self.has_berry() && !self.has_modules() {
            return no("Yarn keeps the packages outside of the project's folder".to_owned());
        }
        let Some(package) = package else { return Ok(()) };
        if let Some(name) = ELSEWHERE.iter().find(|name| package.any_dependency(name).is_some()) {
            return no(format!(
                "The package {name} keeps a browser outside of the project's folder"
            ));
        }
        Ok(())
    }

    /// The folders that hold the project: all of them that the build works in or fills.
    fn folders(&self, project: &str) -> Result<Answer, Refusal> {
        let site = self.site;
        let mut folders: BTreeSet<String> = BTreeSet::from([trimmed(project).to_owned()]);
        let mut built = 0;
        for deed in self.deeds() {
            built = built.max(deed.line);
            let one = site.course.invocation(deed.line, deed.command);
            let is_global = one.is_some_and(|one| {
                one.args()
                    .iter()
                    .any(|word| matches!(word.or_empty(), "-g" | "--global" | "global"))
                    || one.name() == Some("corepack")
                    || matches!(one.arg(0), Some("config" | "set" | "cache"))
            });
            let folder = one.and_then(|one| one.folder.clone());
            folders.extend(folder.filter(|folder| !is_global || is_within(folder, project)));
        }
        for line in site.facts().lines.iter().take(built + 1) {
            let What::Copy(copy) = &line.what else { continue };
            let Some(destination) = copy.destination.as_deref() else { continue };
            let destination = trimmed(destination);
            let is_sources = folders.iter().any(|folder| is_within(folder, destination));
            if copy.from.is_none() && is_sources {
                folders.insert(destination.to_owned());
            }
        }
        // Only those that are in no other.
        let tops: Vec<&String> = folders
            .iter()
            .filter(|one| !folders.iter().any(|other| other != *one && is_within(one, other)))
            .collect();
        if let Some(folder) = tops.iter().find(|folder| is_shared(folder)) {
            let place = Some(site.start.place);
            return Err(Refusal::new(Reason::ProjectFolder, folder.as_str(), place));
        }
        let artifacts = tops.iter().map(|folder| Artifact::folder((*folder).clone())).collect();
        let mut answer = Answer::new(ECOSYSTEM.name, Linkage::Interpreted, artifacts);
        let text = format!("{project} holds the program and its packages");
        answer.evidence.push(Evidence::at(site.start.place, text));
        Ok(answer)
    }

    /// The only program of the start, and the file that Node runs.
    fn node_file(&self) -> Option<(&Step, String)> {
        let [steps] = &self.starts[..] else { return None };
        let step = steps.only()?;
        let is_node = step.words.first().is_some_and(|word| base_name(word) == "node");
        let file = step.words.get(1).filter(|word| is_node && !word.starts_with('-'))?;
        Some((step, join(&step.folder, file)?))
    }

    /// The folder of a program that holds all that it needs: Next's and Nuxt's.
    fn standalone(&self, project: &str) -> Option<(String, String)> {
        const ALONE: [(Framework, &str); 2] =
            [(Framework::Next, "server.js"), (Framework::Nuxt, "server/index.mjs")];
        let (_, file) = self.node_file()?;
        let step = Step { folder: project.to_owned(), ..Step::default() };
        ALONE.iter().find_map(|(framework, entry)| {
            let output = package::output(self.site.course, &step, *framework)?;
            let is_it = output.kind == OutputKind::Standalone && output.is_certain;
            let is_started = join(&output.path, entry).as_deref() == Some(file.as_str());
            let text =
                format!("{} holds all that its program needs ({})", output.path, output.evidence);
            (is_it && is_started).then_some((output.path, text))
        })
    }

    /// The files that a package manager reads when it starts a program.
    fn files_of_manager(&self, project: &str) -> Vec<Artifact> {
        if self.starts.iter().all(|steps| steps.manager.is_none()) {
            return Vec::new();
        }
        let files = ["package.json", ".npmrc", ".yarnrc"];
        let paths = files.iter().filter_map(|file| join(project, file));
        let there = paths.filter(|path| self.site.course.in_context(path).is_some());
        there.map(Artifact::file).collect()
    }

    /// That the file which Node runs is made by something, and comes along.
    fn check_file(&self, answer: &mut Answer, project: &str) -> Result<(), Refusal> {
        const ENDINGS: &[&str] = &["", ".js", ".json", ".node", "/index.js", "/package.json"];
        let site = self.site;
        let place = Some(site.start.place);
        let Some((_, file)) = self.node_file() else { return Ok(()) };
        let is_taken = answer.artifacts.iter().any(|own| is_within(&file, &own.from));
        let last = self.deeds().map(|deed| deed.line).max().unwrap_or(0);
        match site.course.world.followed(&file) {
            _ if is_taken => {}
            // A line behind the build copies it again.
            Some(Origin::Context(line)) if *line > last => return Ok(()),
            Some(Origin::Context(line)) => {
                let copied = site.facts().lines.get(*line).map(|line| &line.what);
                let Some(What::Copy(copy)) = copied else { return Ok(()) };
                let folder = copy.destination.as_deref().map(trimmed).unwrap_or(project);
                let is_folder = folder != file;
                let from = folder.to_owned();
                answer.artifacts.push(Artifact { to: from.clone(), from, is_folder });
                return Ok(());
            }
            None | Some(Origin::Removed(_)) => {
                let why = format!("nothing says what makes {file}");
                return Err(Refusal::new(Reason::ArtifactUnknown, why, place));
            }
            Some(_) => return Ok(()),
        }
        let Some(written) = package::written(site.course) else { return Ok(()) };
        let is_missing = !written.is_empty()
            && !written.iter().any(|output| is_within(&file, output))
            && ENDINGS
                .iter()
                .all(|ending| package::is_left_to_builds(site.course, &format!("{file}{ending}")));
        match is_missing && site.context().is_some() {
            true => Err(Refusal::new(Reason::ArtifactMissing, file, place)),
            false => Ok(()),
        }
    }

    /// Takes away what only the build needs, if nothing that runs needs it. Whether it is gone.
    fn prune(&self, answer: &mut Answer, package: &Package, folder: &str, project: &str) -> bool {
        let site = self.site;
        if package.dev_dependencies.is_empty() {
            return false;
        }
        if self.is_pruned() {
            return self.installs_all();
        }
        // What Prisma generates lies among the packages: others than npm may take it for one too many.
        let is_npm = self.manager().is_some_and(|manager| manager == "npm");
        if package.any_dependency("@prisma/client").is_some() && !is_npm {
            return false;
        }
        let is_here = |one: &Invocation| one.folder.as_deref() == Some(project);
        if !self.installs().any(|(one, _)| is_here(one)) {
            return false;
        }
        let Some(context) = site.context() else { return false };
        let steps = self.starts.iter().flat_map(|steps| &steps.steps);
        let mut through = self.starts.iter().flat_map(|steps| &steps.through);
        // What the distribution brings needs none of the packages, unless it starts one of them.
        let on = site.base().distribution;
        let is_own = |step: &&Step| {
            let name = step.words.first().map(|word| package::tool_name(word)).unwrap_or_default();
            STARTERS.contains(&name)
                || holder(name, on) == Holder::Unknown
                || step.words.iter().flat_map(|word| word.split_whitespace()).any(|word| {
                    let name = package::tool_name(word);
                    BROUGHT.contains(&name) || tool_package(package, name).is_some()
                })
        };
        if steps.into_iter().filter(is_own).any(|step| !runs_without(package, step))
            || through.any(|name| !package.runs_with(name))
        {
            return false;
        }
        // Next takes TypeScript to read that.
        let config = self.site.course.in_context(&format!("{project}/next.config.ts"));
        if config.is_some() && !package.runs_with("typescript") {
            return false;
        }
        let Some(last) = self.deeds().map(|deed| deed.line).max() else { return false };
        let Some((command, doubt)) = self.command(package, folder) else { return false };
        let names: Vec<&str> = package
            .dev_dependencies
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !package.runs_with(name))
            .collect();
        match needs(context, folder, &names) {
            Needs::One => return false,
            Needs::None => answer.evidence.push(Evidence::in_file(
                package.file.clone(),
                "no source of the program names a development dependency",
            )),
            Needs::Unknown => answer.assumptions.push(
                "the program needs no development dependency (there are too many sources to look through)".to_owned(),
            ),
        }
        answer.assumptions.extend(doubt);
        let workdir = site.facts().lines.get(last).and_then(|line| line.scene.workdir.clone());
        let command = match workdir.as_deref() == Some(project) {
            true => format!("RUN {command}"),
            false => format!("RUN cd {project} && {command}"),
        };
        answer.builder.push(BuilderLine::After(last, command));
        true
    }

    /// Whether the file itself installs without development dependencies, or takes them away.
    fn is_pruned(&self) -> bool {
        self.installs().any(|(one, deed)| match package::works(self.site.course, one) {
            Some(Work::Prunes) => true,
            _ => self.is_production(one, deed),
        })
    }

    /// Whether the file installs development dependencies.
    fn installs_all(&self) -> bool {
        self.installs().any(|(one, deed)| {
            package::works(self.site.course, one) == Some(Work::Prepares)
                && !self.is_production(one, deed)
        })
    }

    /// Whether npm is told by its environment that development dependencies are not wanted.
    fn is_production(&self, one: &Invocation, deed: &Deed) -> bool {
        let scene = self.site.facts().lines.get(deed.line).map(|line| &line.scene);
        one.name() == Some("npm")
            && scene
                .is_some_and(|scene| one.variable("NODE_ENV", scene) == Some(Some("production")))
    }

    /// The commands that install the project's packages or take some of them away.
    fn installs(&self) -> impl Iterator<Item = (&Invocation, &Deed)> {
        let all = self.deeds().filter(|deed| matches!(deed.role, Role::Prepares("node")));
        let all = all
            .filter_map(|deed| Some((self.site.course.invocation(deed.line, deed.command)?, deed)));
        all.filter(|(one, _)| package::installs_project(one))
    }

    /// The command that takes development dependencies away, and what it takes for granted.
    fn command(&self, package: &Package, folder: &str) -> Option<(String, Option<String>)> {
        const PEERS: &str = "no package needs a development dependency beside it";
        let manager = self.manager()?;
        let kinds: Vec<LockKind> =
            locks(self.site.context()?, folder).ok()?.iter().map(|lock| lock.kind).collect();
        if !package.workspaces.is_empty() {
            return None;
        }
        let has_hook = ["prepare", "install", "postinstall", "preinstall", "prepublish"]
            .iter()
            .any(|hook| package.script(hook).is_some());
        match manager.as_str() {
            "npm" => {
                let is_old = major(self.site.base()).is_some_and(|major| major < 16);
                let option = if is_old { "--production" } else { "--omit=dev" };
                // Without these it may find that versions do not fit, as the installation would.
                let told = ["--legacy-peer-deps", "--force"].into_iter().filter(|told| {
                    self.installs().any(|(one, _)| one.args().iter().any(|w| w.or_empty() == *told))
                });
                let words: Vec<&str> = ["npm prune", option].into_iter().chain(told).collect();
                Some((words.join(" "), None))
            }
            "yarn" if kinds.contains(&LockKind::YarnClassic) && !has_hook => Some((
                "yarn install --production --ignore-scripts --prefer-offline --frozen-lockfile"
                    .to_owned(),
                Some(PEERS.to_owned()),
            )),
            "pnpm" if !has_hook => {
                Some(("CI=true pnpm prune --prod".to_owned(), Some(PEERS.to_owned())))
            }
            _ => None,
        }
    }

    /// The package manager that installs; `None` if there are several.
    fn manager(&self) -> Option<String> {
        let names: BTreeSet<&str> = self.installs().filter_map(|(one, _)| one.name()).collect();
        let mut names = names.into_iter();
        let first = names.next()?;
        names.next().is_none().then(|| first.to_owned())
    }

    /// What the packages need of the system; whether the program may start others.
    ///
    /// Errors: they start one that lies outside of the project.
    fn outside(
        &self,
        answer: &mut Answer,
        package: &Package,
        folder: &str,
    ) -> Result<bool, Refusal> {
        let base = self.site.base();
        let is_alpine = base.libc() == Libc::Musl;
        for row in OUTSIDE.iter().filter(|row| {
            package.runs_with(row.package)
                || row.package == "prisma" && package.any_dependency("prisma").is_some()
        }) {
            let (libraries, packages) = if is_alpine { row.alpine } else { row.debian };
            // The small image of Alpine's sort is the same one: what it lacks, it lacked before.
            if is_alpine && libraries.is_empty() && !self.installs_one(packages) {
                continue;
            }
            answer.libraries.extend(libraries.iter().map(|name| (*name).to_owned()));
            answer.packages.extend(packages.iter().map(|name| (*name).to_owned()));
            let text = format!("{} needs more than Node at run time", row.package);
            answer.evidence.push(Evidence::in_file(package.file.clone(), text));
        }
        let spawners: Vec<&str> =
            SPAWN.iter().copied().filter(|name| package.runs_with(name)).collect();
        let spawns = !spawners.is_empty()
            || self.site.context().is_none_or(|context| {
                needs(context, folder, &["child_process", "node:child_process"]) != Needs::None
            });
        if spawns {
            self.started(answer, folder, &spawners)?;
        }
        Ok(spawns)
    }

    /// The programs that its own sources start come along, if a package of the tables brings them.
    /// `spawners` are dependencies that start what they are given.
    ///
    /// Errors: the file installs one of them for the whole machine, which is not copied.
    fn started(&self, answer: &mut Answer, folder: &str, spawners: &[&str]) -> Result<(), Refusal> {
        const ENDINGS: &[&str] = &["cjs", "cts", "js", "mjs", "mts", "ts"];
        const NODE: &[&str] = &["node", "npm", "npx"];
        let Some(context) = self.site.context() else { return Ok(()) };
        let base = self.site.base();
        let words: Vec<&str> = spawners.iter().copied().chain(["child_process"]).collect();
        let sources = Sources::read(context, folder, ENDINGS).with(&words);
        // What they compute is not read: who looks at it has to know where.
        let files: Vec<&str> = sources.files.iter().map(|(path, _)| path.as_str()).collect();
        let by = match (files.as_slice(), spawners) {
            ([], []) => "the sources".to_owned(),
            ([], packages) => packages.join(", "),
            (files, _) => shortened(files),
        };
        let mut names: Vec<String> = Vec::new();
        let mut unknown: Vec<String> = Vec::new();
        for name in Reads::of(&sources).starts.into_iter().filter(|n| !NODE.contains(&n.as_str())) {
            if self.installs_for_all(&name) {
                let what =
                    format!("{name}, which {by} starts, lies outside of the project's folder");
                return Err(Refusal::new(Reason::NeedsOther, what, Some(self.site.start.place)));
            }
            match holder(&name, base.distribution) {
                Holder::Base => continue,
                Holder::Package(package) if !base.slim => {
                    answer.packages.push(package.to_owned());
                    names.push(name);
                }
                Holder::Package(_) => continue,
                Holder::Unknown => unknown.push(name),
            }
        }
        // The small image is the same one: what it lacks, it lacked before.
        if base.slim {
            return Ok(());
        }
        names.extend(unknown.iter().cloned());
        answer.assumptions.push(match names.is_empty() {
            true => format!("no program that only {} has is started by {by}", base.name()),
            false => format!("no program but {} is started by {by}", names.join(", ")),
        });
        if !unknown.is_empty() {
            let text = format!(
                "the runtime stage has {} (no package is known to bring it)",
                unknown.join(", ")
            );
            answer.assumptions.push(text);
        }
        Ok(())
    }

    /// Whether the file installs the package of a program for the whole machine: `npm install -g`.
    fn installs_for_all(&self, program: &str) -> bool {
        let all = self.site.course.deeds_with(|role| *role == Role::Prepares("node"));
        let mut globals = all.map(|(_, one)| one.args()).filter(|args| {
            let has =
                |word: &str| matches!(word, "-g" | "--global" | "global" | "--location=global");
            args.iter().any(|word| has(word.or_empty()))
        });
        globals.any(|args| {
            args.iter().any(|word| {
                let word = word.or_empty();
                let end = word.rfind('@').filter(|at| *at > 0).unwrap_or(word.len());
                package::tool_name(word) == program || word[..end] == *package_name(program)
            })
        })
    }

    fn installs_one(&self, names: &[&str]) -> bool {
        let all = self.site.course.requested();
        all.into_iter().any(|package| names.contains(&package.name.as_str()))
    }

    /// Tools that the file installs and the program may call.
    fn tools(&self, answer: &mut Answer) {
        let distribution = self.site.base().distribution;
        for installed in &self.site.course.packages {
            for package in &installed.requested {
                let is_tool = matches!(use_of(&package.name, distribution), Use::Tool(_));
                if is_tool && !BUILD_TOOLS.contains(&package.name.as_str()) {
                    answer.packages.push(package.name.clone());
                }
            }
        }
    }

    /// Where the small image lacks the package manager that the start command calls, the program is
    /// started without it.
    fn start(&self, answer: &mut Answer) -> Result<(), Refusal> {
        let site = self.site;
        let place = Some(site.start.place);
        let missing = self.launches.iter().zip(&self.starts).find(|(launch, steps)| {
            let name = launch.name().unwrap_or_default();
            let is_berry = name == "yarn" && self.has_berry();
            steps.manager.is_some() && (!BROUGHT.contains(&name) || is_berry)
        });
        let Some((launch, steps)) = missing else { return self.check_tools(answer) };
        let no = || {
            let what =
                format!("`{}` needs a package manager that the small image lacks", launch.shown());
            Refusal::new(Reason::NeedsOther, what, place)
        };
        let step = steps.only().ok_or_else(no)?;
        let is_alone = self.launches.len() == 1
            && !self.has_script()
            && site.start.wrappers.is_empty()
            && step.variables.is_empty()
            && Some(step.folder.as_str()) == launch.folder.as_deref();
        let name = step.words.first().map(|word| base_name(word)).unwrap_or_default();
        if !is_alone || step.words.iter().any(|word| word.contains(['*', '$'])) {
            return Err(no());
        }
        let mut words = step.words.clone();
        if name != "node" {
            let package =
                package::package_in(site.course, &step.folder).map(|(package, _)| package);
            let package = package.ok_or_else(no)?;
            if tool_package(&package, name).is_none() {
                return Err(no());
            }
            name.clone_into(&mut words[0]);
            words[0] = format!("node_modules/.bin/{}", words[0]);
        }
        answer.changes.push(format!(
            "`{}` is started instead of `{}`",
            words.join(" "),
            launch.shown()
        ));
        answer.provides.push("node".to_owned());
        answer.start = Some(NewStart { words });
        Ok(())
    }

    /// That programs which are started by their names are in the image or the project's packages.
    fn check_tools(&self, answer: &mut Answer) -> Result<(), Refusal> {
        for (launch, steps) in self.launches.iter().zip(&self.starts) {
            let folder = launch.folder.as_deref().unwrap_or_default();
            let package = package::package_in(self.site.course, folder).map(|(package, _)| package);
            let is_missing = |name: &&String| {
                package.as_ref().is_none_or(|package| package.any_dependency(name).is_none())
            };
            if let Some(name) = steps.through.iter().find(is_missing) {
                return Err(self.unknown_tool(name));
            }
            for step in &steps.steps {
                self.check_tool(answer, (launch, steps), step)?;
            }
        }
        Ok(())
    }

    fn check_tool(
        &self,
        answer: &mut Answer,
        (launch, steps): (&Launch, &Steps),
        step: &Step,
    ) -> Result<(), Refusal> {
        // What these run needs more than them.
        const RUNNERS: &[&str] = &["make", "perl", "python3", "ruby"];
        let word = step.words.first().map(String::as_str).unwrap_or_default();
        let name = package::tool_name(word);
        let is_module = word.contains("node_modules/");
        if STARTERS.contains(&name) {
            return Err(self.unknown_tool(&step.words.join(" ")));
        }
        if BROUGHT.contains(&name) || step.work == Work::Nothing || word.contains('/') && !is_module
        {
            return Ok(());
        }
        let package = package::package_in(self.site.course, &step.folder);
        let is_own =
            package.as_ref().is_some_and(|(package, _)| tool_package(package, name).is_some());
        let is_asked_for = package.is_some() && (is_module || steps.manager.is_some());
        if is_own {
            if launch.name() == Some(name) {
                answer.provides.push(name.to_owned());
            }
            return Ok(());
        }
        match holder(name, self.site.base().distribution) {
            _ if is_module && is_asked_for => Err(self.unlisted_tool(name)),
            _ if RUNNERS.contains(&name) => Err(self.unknown_tool(name)),
            // A script of package.json may name it, which the plan does not see.
            Holder::Package(package) => {
                answer.packages.push(package.to_owned());
                Ok(())
            }
            Holder::Base => Ok(()),
            Holder::Unknown if is_asked_for => Err(self.unlisted_tool(name)),
            Holder::Unknown => Err(self.unknown_tool(name)),
        }
    }

    fn unknown_tool(&self, name: &str) -> Refusal {
        Refusal::new(Reason::ScriptTool, name, Some(self.site.start.place))
    }

    fn unlisted_tool(&self, name: &str) -> Refusal {
        let what = format!(
            "No dependency in package.json is known to bring {name}, which containers start"
        );
        Refusal::new(Reason::NeedsOther, what, Some(self.site.start.place))
    }

    fn has_berry(&self) -> bool {
        let folder = self.launches.last().and_then(|launch| launch.folder.clone());
        let found = folder.and_then(|folder| package::package_in(self.site.course, &folder));
        let kinds = found
            .zip(self.site.context())
            .and_then(|((_, folder), context)| locks(context, &folder).ok());
        kinds.is_some_and(|locks| locks.iter().any(|lock| lock.kind == LockKind::YarnBerry))
    }

    /// Whether Yarn is told to make a `node_modules`.
    fn has_modules(&self) -> bool {
        const LONGEST: usize = 1 << 16;
        let folder = self.launches.last().and_then(|launch| launch.folder.clone());
        let file = folder.and_then(|folder| join(&folder, ".yarnrc.yml"));
        let text = file.and_then(|file| self.site.course.text(&file, LONGEST));
        text.is_some_and(|text| text.contains("nodeLinker: node-modules"))
    }

    /// The slim sibling, and distroless where Node runs a file.
    fn runtimes(&self, answer: &Answer) -> Vec<(Variant, String)> {
        let base = self.site.base();
        let sibling = sibling(base).map(|image| (Variant::Conservative, image));
        let distroless = distroless(base).filter(|_| {
            let [launch] = self.launches else { return false };
            let has_own = self.site.facts().last(Keyword::Entrypoint).is_some();
            launch.word(0) == Some("node")
                && !has_own
                && !self.has_script()
                && !self.site.start.needs_shell
                && self.node_file().is_some()
                && answer.start.is_none()
        });
        let distroless = distroless.map(|image| (Variant::Smallest, image));
        sibling.into_iter().chain(distroless).collect()
    }
}

/// The first of these, and how many more there are.
fn shortened(names: &[&str]) -> String {
    const MOST: usize = 3;
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

/// What commands put outside of the folders that are copied.
///
/// Errors: it cannot be told apart from the image's own.
pub fn strays(site: &Site<'_, '_>, answer: &mut Answer) -> Result<(), Refusal> {
    let taken = answer.artifacts.clone();
    let is_taken = |path: &str| taken.iter().any(|own| is_within(path, &own.from));
    answer.artifacts.extend(app::strays(site, &is_taken)?);
    Ok(())
}

/// The package that brings a program, by its name.
fn package_name(program: &str) -> &str {
    const OTHER: &[(&str, &str)] = &[
        ("nest", "@nestjs/cli"),
        ("remix-serve", "@remix-run/serve"),
        ("react-router-serve", "@react-router/serve"),
        ("nuxi", "nuxt"),
        ("sirv", "sirv-cli"),
        ("tsc", "typescript"),
        ("pm2-runtime", "pm2"),
        ("dotenv", "dotenv-cli"),
        ("sequelize", "sequelize-cli"),
        ("medusa", "@medusajs/cli"),
        ("strapi", "@strapi/strapi"),
    ];
    OTHER.iter().find(|(own, _)| *own == program).map_or(program, |(_, name)| name)
}

/// The dependency that brings a program.
fn tool_package<'p>(package: &'p Package, program: &str) -> Option<&'p str> {
    let name = package_name(program);
    let lists = [&package.dependencies, &package.optional_dependencies, &package.dev_dependencies];
    let mut all = lists.into_iter().flatten().map(|(name, _)| name.as_str());
    all.find(|own| *own == name)
}

/// Whether a program runs without development dependencies, as far as its own words go.
fn runs_without(package: &Package, step: &Step) -> bool {
    let name = step.words.first().map(|word| package::tool_name(word)).unwrap_or_default();
    let loads = step.words.iter().any(|word| {
        package.dev_dependencies.iter().any(|(name, _)| {
            !package.runs_with(name)
                && (word == name
                    || word.starts_with(&format!("{name}/"))
                    || word.ends_with(&format!("={name}")))
        })
    });
    let is_brought = BROUGHT.contains(&name) || step.work == Work::Nothing;
    let is_kept = tool_package(package, name).is_some_and(|name| package.runs_with(name));
    !loads && (is_brought || is_kept)
}

/// Whether sources name one of some packages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    None,
    One,
    Unknown,
}

/// Whether a source of the project in `folder` of the context names one of these packages as a
/// text, alone or with a path behind it. Tests and the configurations of tools do not count.
fn needs(context: &Context, folder: &str, names: &[&str]) -> Needs {
    const MOST_FILES: usize = 2000;
    const DEEPEST: usize = 12;
    const ENDINGS: &[&str] =
        &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte"];
    const LEFT_OUT: &[&str] = &[
        "node_modules",
        "test",
        "tests",
        "__tests__",
        "__mocks__",
        "e2e",
        "cypress",
        "coverage",
        "dist",
        "build",
        "out",
        "stories",
    ];
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut files = 0;
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = context.list(&folder) else { return Needs::Unknown };
        for entry in entries {
            let path = match folder.as_str() {
                "" => entry.name.clone(),
                folder => format!("{folder}/{}", entry.name),
            };
            if entry.kind == Kind::Folder {
                if LEFT_OUT.contains(&entry.name.as_str()) || entry.name.starts_with('.') {
                    continue;
                }
                if depth == DEEPEST {
                    return Needs::Unknown;
                }
                folders.push((path, depth + 1));
                continue;
            }
            let mut parts = entry.name.rsplit('.');
            let ending = parts.next().unwrap_or_default();
            let middle = parts.next().unwrap_or_default();
            let is_tool =
                matches!(middle, "test" | "spec" | "stories" | "d" | "e2e-spec" | "setup")
                    || middle == "config"
                        && !RUN_CONFIGURATIONS.iter().any(|own| entry.name.starts_with(own))
                    || entry.name.starts_with('.')
                    || matches!(entry.name.as_str(), "gulpfile.js" | "Gruntfile.js");
            if !ENDINGS.contains(&ending) || is_tool {
                continue;
            }
            files += 1;
            let Ok(Some(text)) = context.read(&path, LONGEST_FILE) else { return Needs::Unknown };
            if files > MOST_FILES {
                return Needs::Unknown;
            }
            if names.iter().any(|name| names_package(&text, name)) {
                return Needs::One;
            }
        }
    }
    Needs::None
}

/// Configurations that servers read when they start.
const RUN_CONFIGURATIONS: &[&str] =
    &["next.config", "app.config", "ecosystem.config", "server.config"];

/// Whether a text holds the name of a package between quotes, in a line that is no import of types.
fn names_package(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let is_quoted = matches!(before, Some('\'' | '"' | '`'))
            && matches!(after, Some('\'' | '"' | '`' | '/'));
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
        is_quoted && !line.starts_with("import type ") && !line.starts_with("export type ")
    })
}

/// The major version of Node that the tag states.
fn major(base: &Base) -> Option<u32> {
    Tag::parse(base.image.effective_tag()?).version.first().copied()
}

/// The small image of the same version and release.
fn sibling(base: &Base) -> Option<String> {
    if base.slim {
        return Some(base.image.to_string());
    }
    if base.image.digest.is_some() {
        return None;
    }
    let tag = match base.image.tag.as_deref() {
        None | Some("latest") => "slim".to_owned(),
        Some(tag) => format!("{tag}-slim"),
    };
    let mut image = base.image.clone();
    image.tag = Some(tag);
    Some(image.to_string())
}

/// Google's image with Node alone: of the same version, and of a release with a C library that is
/// not older.
fn distroless(base: &Base) -> Option<String> {
    const IMAGES: &[(u32, &str, &[u32])] = &[
        (20, "nodejs20-debian12", &[12]),
        (22, "nodejs22-debian13", &[12, 13]),
        (24, "nodejs24-debian13", &[12, 13]),
    ];
    let Distribution::Debian(release) = base.distribution else { return None };
    let major = major(base)?;
    let (_, name, _) = IMAGES
        .iter()
        .find(|(own, _, releases)| *own == major && releases.contains(&release.version[0]))?;
    Some(format!("gcr.io/distroless/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::testing::split;

    const PACKAGE: &str = r#"{
        "scripts": {
            "build": "nest build", "start": "nest start", "start:prod": "node dist/main",
            "start:dev": "nest start --watch", "dev": "nodemon src/main.ts",
            "start:ts": "node -r ts-node/register src/main.ts", "both": "npm run build && node dist/main",
            "envs": "cross-env NODE_ENV=production node dist/main", "migrate": "typeorm migration:run",
            "port": "node dist/main --port ${PORT:-3000}"
        },
        "dependencies": {"@nestjs/core": "10", "express": "4"},
        "devDependencies": {"@nestjs/cli": "10", "typescript": "5", "ts-node": "10"}
    }"#;
    const SOURCE: (&str, &str) = ("src/main.ts", "import { NestFactory } from '@nestjs/core';\n");

    fn file(base: &str, rest: &str) -> String {
        format!("FROM {base}\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n{rest}")
    }

    /// The lines that the split adds or changes, for each variant; or the code of the refusal.
    #[track_caller]
    fn check(dockerfile: &str, files: &[(&str, &str)], expected: Result<&[&str], &str>) {
        match (split(dockerfile, files), expected) {
            (Ok(made), Ok(parts)) => {
                let text = made.iter().map(|(variant, text)| format!("{variant:?}: {text}"));
                let text = text.collect::<Vec<_>>().join("\n");
                for part in parts {
                    let (wanted, part) = match part.strip_prefix('!') {
                        Some(part) => (false, part),
                        None => (true, *part),
                    };
                    assert_eq!(text.contains(part), wanted, "{part:?} in\n{text}");
                }
            }
            (Err(why), Err(start)) => assert!(why.starts_with(start), "{why}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[track_caller]
    fn check_start(cmd: &str, expected: Result<&[&str], &str>) {
        let file = file("node:20", &format!("RUN npm run build\nCMD {cmd}\n"));
        check(&file, &[("package.json", PACKAGE), SOURCE], expected);
    }

    #[test]
    fn a_compiled_server() {
        check_start(
            r#"["node", "dist/main"]"#,
            Ok(&[
                "RUN npm run build\nRUN npm prune --omit=dev\n\nFROM node:20-slim\nWORKDIR /app\nCOPY --from=builder /app /app\nCMD [\"node\", \"dist/main\"]\n",
                "FROM gcr.io/distroless/nodejs20-debian12\nWORKDIR /app\nCOPY --from=builder /app /app\nCMD [\"dist/main\"]\n",
            ]),
        );
        check_start("node dist/main", Ok(&["FROM node:20-slim", "!distroless"]));
        check_start(
            r#"["npm", "run", "start:prod"]"#,
            Ok(&["CMD [\"npm\", \"run\", \"start:prod\"]", "!distroless", "prune"]),
        );
        check_start("npm run port", Ok(&["FROM node:20-slim", "CMD npm run port", "prune"]));
        check_start("npm run envs", Err("script-tool"));
        let with = PACKAGE.replace("\"ts-node\": \"10\"", "\"cross-env\": \"7\"");
        let rest = "RUN npm run build\nCMD npm run envs\n";
        check(
            &file("node:20", rest),
            &[("package.json", &with), SOURCE],
            Ok(&["FROM node:20-slim", "!prune"]),
        );
    }

    #[test]
    fn what_starts_others_is_no_program_of_the_image() {
        let check_script = |script: &str, expected: Result<&[&str], &str>| {
            let with = PACKAGE
                .replace("node dist/main --port", &format!("{script} && node dist/main --port"))
                .replace("\"ts-node\"", "\"knex\": \"3\", \"ts-node\"");
            let file = file("node:20", "RUN npm run build\nCMD npm run port\n");
            check(&file, &[("package.json", &with), SOURCE], expected);
        };
        check_script("timeout 60 knex migrate:latest", Err("script-tool"));
        check_script("xargs npx knex migrate:up < list", Err("script-tool"));
        check_script("/usr/bin/flock /tmp/l knex migrate:latest", Err("script-tool"));
        check_script("sh ./migrate", Err("script-tool"));
        check_script("nice knex migrate:latest", Ok(&["!prune"]));
        check_script("ls dist", Ok(&["prune"]));
        check_script("ps knex", Ok(&["!prune"]));
    }

    #[test]
    fn programs_of_the_whole_machine_stay_behind() {
        let source = "import { exec } from 'child_process';\nexec('mjml a.mjml');\n";
        let files = [("package.json", PACKAGE), ("src/main.ts", source)];
        let rest = "RUN npm run build\nCMD [\"node\", \"dist/main\"]\n";
        check(
            &file("node:20", rest),
            &files,
            Ok(&["Assumed: the runtime stage has mjml (no package is known to bring it)."]),
        );
        for install in ["npm install -g mjml", "npm i -g mjml@4", "yarn global add mjml"] {
            for base in ["node:20", "node:20-slim"] {
                let file = file(base, &format!("RUN {install}\n{rest}"));
                check(&file, &files, Err("needs-other: mjml, which src/main.ts starts"));
            }
        }
        let other = file("node:20", &format!("RUN npm install -g typescript\n{rest}"));
        check(&other, &files, Ok(&["FROM node:20-slim"]));
    }

    #[test]
    fn programs_of_the_full_image_are_installed() {
        let curl = "--no-install-recommends curl ca-certificates";
        check_start("curl -f https://h/x > x; node dist/main", Ok(&[curl, "prune"]));
        let with = PACKAGE.replace("node dist/main --port", "ps && node dist/main --port");
        let rest = "RUN npm run build\nCMD npm run port\n";
        check(
            &file("node:20", rest),
            &[("package.json", &with), SOURCE],
            Ok(&["--no-install-recommends procps"]),
        );
        let health = "RUN npm run build\nHEALTHCHECK CMD curl -f http://h/\nCMD node dist/main\n";
        let files = [("package.json", PACKAGE), SOURCE];
        check(&file("node:20", health), &files, Ok(&["recommends curl &&"]));
        check_start("python3 x.py; node dist/main", Err("script-tool"));
        check_start("gcc x.c; node dist/main", Err("script-tool"));
    }

    #[test]
    fn libraries_of_a_release_that_is_not_known() {
        let with = PACKAGE.replace("\"express\": \"4\"", "\"pg-native\": \"3\"");
        let rest = "RUN npm run build\nCMD node dist/main\n";
        check(&file("node:20", rest), &[("package.json", &with), SOURCE], Ok(&["libpq5"]));
        let found = split(&file("node:16", rest), &[("package.json", &with), SOURCE]);
        assert!(
            found.is_err_and(|why| why.contains("needs-other: It needs the library of libpq-dev"))
        );
    }

    #[test]
    fn starts_that_build_or_watch() {
        let better = "development-server: `nest start` and not `npm run start:prod` is a";
        check_start("npm start", Err(better));
        check_start("npm run start:dev", Err("development-server"));
        check_start("npm run dev", Err("development-server"));
        check_start("npm run both", Err("builds-at-start"));
        check_start("npm install && node dist/main", Err("builds-at-start"));
        check_start("npm test", Err("build-tool"));
        check_start("pm2-runtime dist/main.js", Err("script-tool"));
        check_start("pm2-dev start ecosystem.config.js", Err("development-server"));
        check_start("pm2-runtime --watch dist/main.js", Err("development-server"));
        check_start("npm run nothing", Err("start-unknown"));
    }

    #[test]
    fn programs_in_the_folder_of_the_packages() {
        let package = PACKAGE.replace("\"express\"", "\"prisma\": \"5\", \"express\"");
        let files = [("package.json", &*package), SOURCE];
        let start = |cmd: &str| file("node:20", &format!("RUN npm run build\nCMD {cmd}\n"));
        let copy = "COPY --from=builder /app /app";
        let both = "node_modules/.bin/prisma migrate deploy && node dist/main";
        check(&start(both), &files, Ok(&["prune", copy, "openssl"]));
        let none = "needs-other: No dependency in package.json is known to bring prisma, which";
        check_start(both, Err(none));
        check_start("npx prisma migrate deploy && node dist/main", Err(none));
        check_start("gunicorn a:b && node dist/main", Err("script-tool: Containers start guni"));
    }

    #[test]
    fn programs_that_its_own_sources_start() {
        let rest = "RUN npm run build\nCMD [\"node\", \"dist/main\"]\n";
        let with = |code: &'static str| [("package.json", PACKAGE), ("src/main.ts", code)];
        let git = "import { execSync } from 'child_process';\nexecSync('git log | cat');\n";
        let assumed = "# Assumed: no program but git is started by src/main.ts.";
        check(&file("node:20", rest), &with(git), Ok(&[assumed, "recommends git"]));
        let pattern = "/a/.exec('git');\n";
        check(&file("node:20", rest), &with(pattern), Ok(&["!# Assumed", "!git"]));
    }

    #[test]
    fn development_dependencies_stay_where_they_are_needed() {
        check_start("npm run start:ts", Ok(&["FROM node:20-slim", "!prune"]));
        let rest = "RUN npm run build\nCMD [\"node\", \"dist/main\"]\n";
        let source = ("src/main.ts", "import ts from 'typescript';\n");
        check(&file("node:20", rest), &[("package.json", PACKAGE), source], Ok(&["!prune"]));
        check(
            &file("node:20-alpine", rest),
            &[("package.json", PACKAGE), source],
            Err("saves-little"),
        );
        let source = ("src/main.ts", "import type { A } from 'typescript';\n");
        check(&file("node:20", rest), &[("package.json", PACKAGE), source], Ok(&["prune"]));
        let source = ("test/main.ts", "import ts from 'typescript';\n");
        check(
            &file("node:20-alpine", rest),
            &[("package.json", PACKAGE), source],
            Ok(&["RUN npm prune --omit=dev\n\nFROM node:20-alpine\n"]),
        );
        let prisma = PACKAGE.replace("\"express\"", "\"@prisma/client\": \"5\", \"express\"");
        check(
            &file("node:20", rest),
            &[("package.json", &prisma)],
            Ok(&["prune", "install -y --no-install-recommends openssl"]),
        );
    }

    #[test]
    fn how_packages_are_taken_away() {
        let build = |install: &str| {
            format!(
                "FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nRUN {install}\nRUN npm run build\nCMD [\"node\", \"dist/main\"]\n"
            )
        };
        let package = ("package.json", PACKAGE);
        check(
            &build("npm ci --legacy-peer-deps"),
            &[package],
            Ok(&["RUN npm prune --omit=dev --legacy-peer-deps\n"]),
        );
        let old = build("npm ci").replace("node:20-alpine", "node:14-alpine");
        check(&old, &[package], Ok(&["RUN npm prune --production\n"]));
        check(
            &build("yarn"),
            &[package, ("yarn.lock", "# yarn lockfile v1\n")],
            Ok(&["RUN yarn install --production", "# Assumed: no package needs"]),
        );
        check(
            &build("corepack enable && pnpm i"),
            &[package, ("pnpm-lock.yaml", "")],
            Ok(&["RUN CI=true pnpm prune --prod\n"]),
        );
        check(&build("npm ci --omit=dev"), &[package], Err("saves-little"));
        check(
            &build("npm ci && npm run build && npm prune --omit=dev"),
            &[package],
            Ok(&["!RUN npm prune"]),
        );
        let berry = [package, ("yarn.lock", "__metadata:\n  version: 8\n")];
        check(&build("yarn"), &berry, Err("needs-other"));
    }

    #[test]
    fn pnpm_is_not_on_the_small_image() {
        let rest = "RUN corepack enable && pnpm i && pnpm build\nUSER node\n";
        let head = format!("FROM node:22\nWORKDIR /app\nCOPY . .\n{rest}");
        let files = [("package.json", PACKAGE), SOURCE];
        check(
            &format!("{head}CMD pnpm start:prod\n"),
            &files,
            Ok(&["USER node\nCMD [\"node\", \"dist/main\"]\n"]),
        );
        check(
            &format!("{head}ENTRYPOINT [\"tini\", \"--\"]\nCMD [\"pnpm\", \"start:prod\"]\n"),
            &files,
            Err("needs-other"),
        );
    }

    #[test]
    fn next_and_nuxt() {
        let next = r#"{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "14"},
            "devDependencies": {"typescript": "5"}}"#;
        let alone = ("next.config.js", "module.exports = { output: 'standalone' };\n");
        let run = "RUN npm run build\n";
        check(
            &file(
                "node:20-alpine",
                &format!("{run}CMD [\"node\", \".next/standalone/server.js\"]\n"),
            ),
            &[("package.json", next), alone],
            Ok(&["COPY --from=builder /app/.next/standalone /app/.next/standalone\nCMD", "!prune"]),
        );
        check(
            &file("node:20", &format!("{run}CMD npm start\n")),
            &[("package.json", next), ("next.config.js", "")],
            Ok(&["prune", "COPY --from=builder /app /app"]),
        );
        check(
            &file("node:20", &format!("{run}CMD npm start\n")),
            &[("package.json", next), ("next.config.ts", "")],
            Ok(&["!prune"]),
        );
        check(
            &file("node:20", "CMD npm run build && npm start\n"),
            &[("package.json", next)],
            Err("builds-at-start"),
        );
        check(
            &file("node:20", &format!("{run}CMD npx next dev\n")),
            &[("package.json", next)],
            Err("development-server"),
        );
        let nuxt = r#"{"scripts": {"build": "nuxt build"}, "dependencies": {"nuxt": "3.10"}}"#;
        check(
            &file("node:20", &format!("{run}CMD [\"node\", \".output/server/index.mjs\"]\n")),
            &[("package.json", nuxt)],
            Ok(&["COPY --from=builder /app/.output /app/.output\n"]),
        );
        let started = nuxt.replace(
            "\"nuxt build\"",
            "\"nuxt build\", \"start\": \"node .output/server/index.mjs\"",
        );
        check(
            &file("node:20", &format!("{run}CMD [\"npm\", \"start\"]\n")),
            &[("package.json", &started), (".npmrc", "")],
            Ok(&[
                "COPY --from=builder /app/.output /app/.output\n",
                "COPY --from=builder /app/package.json /app/package.json\n",
                "COPY --from=builder /app/.npmrc /app/.npmrc\n",
            ]),
        );
    }

    #[test]
    fn where_the_compiler_writes() {
        let package = |build: &str| {
            format!(
                "{{\"scripts\": {{\"build\": \"{build}\"}}, \"devDependencies\": {{\"typescript\": \"5\"}}}}"
            )
        };
        let check = |build: &str, config: &str, cmd: &str, expected: Result<&[&str], &str>| {
            let files = [("package.json", &*package(build)), ("tsconfig.json", config), SOURCE];
            check(&file("node:20", &format!("RUN npm run build\nCMD {cmd}\n")), &files, expected);
        };
        let config = r#"{"compilerOptions": {"outDir": "build"}}"#;
        let out = "[\"node\", \"/out/main.js\"]";
        check("tsc --outDir /out", "{}", out, Ok(&["COPY --from=builder /out /out\n"]));
        check("tsc", r#"{"compilerOptions": {"outDir": "/out"}}"#, out, Err("artifact-unknown"));
        check("tsc", config, "[\"node\", \"build/main.js\"]", Ok(&["FROM node:20-slim"]));
        check("tsc", config, "[\"node\", \"build\"]", Ok(&["FROM node:20-slim"]));
        check("tsc", config, "[\"node\", \"dist/main.js\"]", Err("artifact-missing"));
        check("tsc", config, "node dist/main", Err("artifact-missing"));
        check("tsc -p .", config, "node dist/main", Ok(&["FROM node:20-slim"]));
        check("tsc && cp -r build dist", config, "node dist/main", Ok(&["FROM node:20-slim"]));
        check("tsc", "{}", "node dist/main", Ok(&["FROM node:20-slim"]));
    }

    #[test]
    fn a_start_script() {
        let check = |script: &str, tail: &str, expected: Result<&[&str], &str>| {
            let files = [("package.json", PACKAGE), SOURCE, ("entry.sh", script)];
            let rest = format!("RUN npm run build\nCOPY entry.sh /\n{tail}\n");
            check(&file("node:20", &rest), &files, expected);
        };
        let entry = "ENTRYPOINT [\"/entry.sh\"]\nCMD [\"node\", \"dist/main.js\"]";
        let kept: &[&str] =
            &["FROM node:20-slim", "COPY entry.sh /\n", entry, "prune", "!distroless"];
        check("#!/bin/bash\nset -e\nexec \"$@\"\n", entry, Ok(kept));
        check("#!/bin/sh\necho $1\nexec tini -- \"$@\"\n", entry, Ok(&["-recommends tini "]));
        check("#!/bin/sh\nexec node dist/main.js\n", "CMD [\"/entry.sh\"]", Ok(&["!distroless"]));
        check("#!/bin/sh\nnpm install\nexec \"$@\"\n", entry, Err("builds-at-start"));
        check("#!/bin/sh\nexec npm run dev\n", "CMD [\"/entry.sh\"]", Err("development-server"));
        check("#!/bin/sh\nshift\nexec \"$@\"\n", entry, Err("script-unread"));
        // TypeORM's tool is no dependency.
        check("#!/bin/sh\nnpm run migrate\nexec \"$@\"\n", entry, Err("needs-other"));
        let pnpm = "ENTRYPOINT [\"/entry.sh\"]\nCMD [\"pnpm\", \"run\", \"start:prod\"]";
        check("#!/bin/sh\nexec \"$@\"\n", pnpm, Err("needs-other"));
    }

    #[test]
    fn without_the_projects_folder() {
        let rest = "RUN npm run build\nCMD [\"node\", \"dist/main.js\"]\n";
        check(
            &file("node:20", rest),
            &[],
            Ok(&[
                "# Assumed: the program needs no library",
                "COPY --from=builder /app /app",
                "!prune",
            ]),
        );
        check(&file("node:20-alpine", rest), &[], Err("saves-little"));
        check(&file("node:20", "RUN npm run build\nCMD npm start\n"), &[], Err("script-unread"));
    }

    #[test]
    fn nothing_to_leave_behind() {
        let package = ("package.json", r#"{"dependencies": {"express": "4"}}"#);
        check(
            &file("node:20-slim", "CMD [\"node\", \"a.js\"]\n"),
            &[package],
            Err("nothing-built"),
        );
        check(&file("node:20-alpine", "CMD [\"node\", \"a.js\"]\n"), &[], Err("nothing-built"));
        check(
            &file("node:20", "CMD [\"node\", \"a.js\"]\n"),
            &[package],
            Ok(&["FROM node:20-slim"]),
        );
    }

    #[test]
    fn packages_under_what_is_copied_behind_their_installation() {
        let package = ("package.json", r#"{"dependencies": {"express": "4"}}"#);
        let text = "FROM node:20\nWORKDIR /app\nCOPY package*.json ./\nRUN npm install\nCOPY . .\n\
            CMD [\"node\", \"a.js\"]\n";
        let copies = "FROM node:20-slim\nWORKDIR /app\nCOPY --from=builder /app /app\nCMD";
        check(text, &[package, ("a.js", "")], Ok(&[copies]));
        // Whose they are is said by the line.
        let owned = text.replace("COPY . .", "COPY --chown=node . .");
        let copies = "\nCOPY --from=builder /app /app\nCOPY --chown=node . .\n";
        check(&owned, &[package, ("a.js", "")], Ok(&[copies]));
    }

    #[test]
    fn packages_of_python_beside_it() {
        let package = ("package.json", r#"{"dependencies": {"express": "4"}}"#);
        let start = ("a.js", "require('child_process').spawn('python3', ['ml.py'])");
        let text = "FROM node:20-bookworm\nRUN apt-get update && apt-get install -y python3 python3-pip\n\
            WORKDIR /app\nCOPY . .\nRUN npm ci\nRUN pip3 install --break-system-packages numpy\n\
            CMD [\"node\", \"a.js\"]\n";
        check(text, &[package, start], Err("needs-other"));
    }

    #[test]
    fn packages_of_the_system() {
        let files = [("package.json", PACKAGE), SOURCE];
        let alpine = "FROM node:20-alpine\nRUN apk add --no-cache python3 make g++ ffmpeg\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/main\"]\n";
        check(alpine, &files, Ok(&["FROM node:20-alpine\nRUN apk add --no-cache ", "ffmpeg"]));
        let native = PACKAGE.replace("\"express\": \"4\"", "\"pg-native\": \"3\"");
        let rest = "RUN npm run build\nCMD [\"node\", \"dist/main\"]\n";
        check(
            &file("node:22-bookworm", rest),
            &[("package.json", &native), SOURCE],
            Ok(&["FROM node:22-bookworm-slim\nRUN apt-get update", "libpq5"]),
        );
        let browser = PACKAGE.replace("\"express\": \"4\"", "\"puppeteer\": \"22\"");
        check(&file("node:20", rest), &[("package.json", &browser)], Err("needs-other"));
        let spawns = ("src/main.ts", "import { exec } from 'child_process';\n");
        check(
            &file("node:20", rest),
            &[("package.json", PACKAGE), spawns],
            // The call may start a shell, which the other image lacks.
            Ok(&[
                "# Assumed: no program that only node:20 has is started by src/main.ts.",
                "!distroless",
            ]),
        );
    }

    #[test]
    fn where_the_project_lies() {
        let files = [("package.json", PACKAGE), SOURCE];
        let root =
            "FROM node:20\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/main\"]\n";
        check(root, &files, Err("project-folder: The project lies in /"));
        let cached = file(
            "node:20",
            "RUN --mount=type=cache,target=/app/node_modules npm ci && npm run build\nCMD [\"node\", \"dist/main\"]\n",
        );
        check(&cached, &files, Err("in-cache"));
        let two = "FROM node:20\nWORKDIR /app\nCOPY . .\nWORKDIR /app/web\nRUN npm ci && npm run build\nWORKDIR /app/api\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/main\"]\n";
        let files = [("api/package.json", PACKAGE), ("web/package.json", PACKAGE)];
        check(two, &files, Ok(&["WORKDIR /app/api\nCOPY --from=builder /app /app\n"]));
        let away = file(
            "node:20",
            "RUN npm run build && cp config.json /etc/shop.json\nCMD [\"node\", \"dist/main\"]\n",
        );
        check(
            &away,
            &[("package.json", PACKAGE), SOURCE, ("config.json", "{}")],
            Ok(&["COPY --from=builder /etc/shop.json /etc/shop.json\n"]),
        );
        let global = file(
            "node:20",
            "ENV NODE_PATH=/usr/local/lib/node_modules\nRUN npm run build\nCMD [\"node\", \"dist/main\"]\n",
        );
        check(&global, &[("package.json", PACKAGE)], Err("needs-other"));
    }

    #[test]
    fn names_of_packages_in_sources() {
        assert!(names_package("a = require('pkg')", "pkg"));
        assert!(names_package("import a from \"pkg/x\"", "pkg"));
        assert!(!names_package("import a from 'pkg-x'", "pkg"));
        assert!(!names_package("import type { A } from 'pkg'", "pkg"));
        assert!(!names_package("// pkg", "pkg"));
    }
}
