//! Node servers: the project's folder with its packages, without what only the build needs.
//!
//! Sources: the documentation of npm (`prune`), yarn, pnpm, of Next's `output`, Nuxt and Prisma, and
//! the Dockerfiles of the `node` images.

use std::collections::BTreeSet;

use super::package::{self, Step, Steps, Work};
use super::{Asked, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::language::Keyword;
use crate::split::answer::{
    Answer, Artifact, BuilderLine, Evidence, Linkage, NewStart, Site, Variant,
};
use crate::split::base::{Base, Family, Libc};
use crate::split::course::{Deed, Role};
use crate::split::facts::{What, join};
use crate::split::packages::{Use, use_of};
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::start::Launch;
use crate::split::world::{base_name, is_within, trimmed};
use crate::workspace::project::node::bundler::{Framework, OutputKind};
use crate::workspace::project::node::{LockKind, Package, locks};
use crate::workspace::{Context, Kind};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: "node", title: "Node servers (npm, yarn, pnpm)", reads: read, answers: answer };

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
    Outside { package: "gm", debian: (&[], &["graphicsmagick", "imagemagick"]), alpine: (&[], &["graphicsmagick", "imagemagick"]) },
    Outside { package: "imagemagick", debian: (&[], &["imagemagick"]), alpine: (&[], &["imagemagick"]) },
    Outside { package: "simple-git", debian: (&[], &["git"]), alpine: (&[], &["git"]) },
    Outside { package: "node-rdkafka", debian: (&["libssl-dev", "zlib1g-dev"], &[]), alpine: (&["openssl-dev", "zlib-dev"], &[]) },
];

/// Packages that keep programs outside of the project's folder.
const ELSEWHERE: &[&str] = &["puppeteer", "playwright", "@playwright/test", "electron", "playwright-chromium"];

/// Packages that only start other programs.
const SPAWN: &[&str] = &["execa", "shelljs", "zx", "cross-spawn", "node-pty", "child-process-promise"];

/// Tools that builds install for themselves.
const BUILD_TOOLS: &[&str] = &[
    "git", "python", "python2", "python3", "python3-minimal", "curl", "wget", "unzip", "zip", "tar",
    "xz-utils", "xz", "bzip2", "gzip", "perl", "gnupg", "openssh", "openssh-client", "rsync", "jq",
    "sed", "grep", "gawk", "coreutils", "findutils",
];

/// Programs that come with Node's images.
const BROUGHT: &[&str] = &["node", "npm", "npx", "yarn", "yarnpkg"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    package::read(asked.course, asked.invocation).map(|(reading, _)| reading)
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let starts: Vec<Steps> = site
        .start
        .launches
        .iter()
        .map(|launch| package::steps(site.course, &launch.words, launch.folder.as_deref()))
        .collect();
    let is_own = |(launch, steps): (&Launch, &Steps)| {
        launch.name() == Some("node")
            || steps.manager.is_some()
            || steps.steps.iter().any(|step| step.work != Work::Runs && step.work != Work::Nothing)
    };
    let launches = || site.start.launches.iter().zip(&starts);
    if site.base().family != Family::Node || !launches().any(is_own) && !has_tool(site) {
        return None;
    }
    let refused = launches().find_map(|(launch, steps)| check_start(site, launch, steps).err());
    Some(match refused {
        Some(refusal) => Err(refusal),
        None => Server { site, starts }.answer(),
    })
}

/// Whether what is started is a program of the project's packages.
fn has_tool(site: &Site<'_, '_>) -> bool {
    site.start.launches.iter().any(|launch| {
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
            Work::Develops => return no(Reason::DevelopmentServer, shown),
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
    /// What each command of the start comes to.
    starts: Vec<Steps>,
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
            answer.evidence = vec![Evidence { text: evidence.clone(), place: None, file: None }];
        }
        match &package {
            Some((package, folder)) => {
                let is_pruned =
                    standalone.is_some() || self.prune(&mut answer, package, folder, &project);
                if base.slim && !is_pruned && !self.installs_for_build() {
                    let what = "the image is a small one already, and nothing can be left out";
                    return Err(Refusal::new(Reason::SavesLittle, what, None));
                }
                self.outside(&mut answer, package, folder);
            }
            None if base.slim && !self.installs_for_build() => {
                let what = "package.json is not at hand, so nothing can be left out";
                return Err(Refusal::new(Reason::SavesLittle, what, None));
            }
            None if !base.slim => answer.assumptions.push(format!(
                "the program needs no library or program of {} that its slim image lacks",
                base.name()
            )),
            None => {}
        }
        self.tools(&mut answer);
        self.start(&mut answer)?;
        answer.runtimes = self.runtimes(&answer);
        answer.weight = Amount { bytes: 80_000_000, low: 5_000_000, high: 300_000_000 };
        Ok(answer)
    }

    /// Commands of the build that Node's tools are.
    fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.site.course.deeds.iter().filter(|deed| {
            matches!(deed.role, Role::Builds("node" | "site") | Role::Prepares("node") | Role::Checks("node"))
        })
    }

    fn builds(&self) -> bool {
        self.deeds().any(|deed| matches!(deed.role, Role::Builds(_)))
    }

    /// Whether packages are installed that only the build needs.
    fn installs_for_build(&self) -> bool {
        let distribution = self.site.base().distribution;
        let all = self.site.course.packages.iter().flat_map(|installed| &installed.requested);
        all.into_iter().any(|package| matches!(use_of(&package.name, distribution), Use::Build))
    }

    /// The folder in which the server is started.
    fn project(&self) -> Result<String, Refusal> {
        let place = Some(self.site.start.place);
        let last = self.site.start.launches.last();
        let folder = last.and_then(|launch| launch.folder.clone());
        let folder = folder.filter(|folder| folder != "/" && !folder.is_empty());
        let why = "the project lies in the root of the image";
        folder.ok_or_else(|| Refusal::new(Reason::EnvironmentFolder, why, place))
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
                mount.target.as_deref().is_none_or(|target| is_within(target, &modules) || is_within(&modules, target))
                    && mount.kind != "bind"
            }) {
                return Err(site.course.in_mount(&modules, deed.line));
            }
        }
        let Some(package) = package else { return Ok(()) };
        if let Some(name) = ELSEWHERE.iter().find(|name| package.any_dependency(name).is_some()) {
            return no(format!("The package {name} keeps a browser outside of the project's folder"));
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
                one.args().iter().any(|word| matches!(word.or_empty(), "-g" | "--global" | "global"))
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
        if tops.iter().any(|folder| SHARED.contains(&folder.as_str())) {
            let why = "the project lies among the files of the image";
            return Err(Refusal::new(Reason::EnvironmentFolder, why, Some(site.start.place)));
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
            let text = format!("{} holds all that its program needs ({})", output.path, output.evidence);
            (is_it && is_started).then_some((output.path, text))
        })
    }

    /// Takes away what only the build needs, if nothing that runs needs it. Whether it is gone.
    fn prune(&self, answer: &mut Answer, package: &Package, folder: &str, project: &str) -> bool {
        let site = self.site;
        if package.dev_dependencies.is_empty() || self.is_pruned() {
            return self.is_pruned() || self.builds();
        }
        let Some(context) = site.context() else { return false };
        if self.starts.iter().flat_map(|steps| &steps.steps).any(|step| !runs_without(package, step)) {
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
        let site = self.site;
        self.deeds().any(|deed| {
            let Some(one) = site.course.invocation(deed.line, deed.command) else { return false };
            let scene = &site.facts().lines[deed.line].scene;
            let words: Vec<Option<String>> = one.words.iter().map(|word| word.text.clone()).collect();
            let steps = package::steps(site.course, &words, one.folder.as_deref());
            let installs = steps.steps.iter().any(|step| step.work == Work::Prepares)
                && steps.manager.is_some();
            let is_production = one.variable("NODE_ENV", scene) == Some(Some("production"));
            steps.steps.iter().any(|step| step.work == Work::Prunes)
                || installs && is_production && one.name() == Some("npm")
        })
    }

    /// The command that takes development dependencies away, and what it takes for granted.
    fn command(&self, package: &Package, folder: &str) -> Option<(String, Option<String>)> {
        const PEERS: &str = "no package needs a development dependency beside it";
        let manager = self.manager()?;
        let kinds: Vec<LockKind> = locks(self.site.context()?, folder).ok()?.iter().map(|lock| lock.kind).collect();
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
                Some((format!("npm prune {option}"), None))
            }
            "yarn" if kinds.contains(&LockKind::YarnClassic) => Some((
                "yarn install --production --ignore-scripts --prefer-offline --frozen-lockfile".to_owned(),
                Some(PEERS.to_owned()),
            )),
            "pnpm" if !has_hook => Some(("CI=true pnpm prune --prod".to_owned(), Some(PEERS.to_owned()))),
            _ => None,
        }
    }

    /// The package manager that installs; `None` if there are several.
    fn manager(&self) -> Option<String> {
        let mut names = BTreeSet::new();
        for deed in self.deeds().filter(|deed| matches!(deed.role, Role::Prepares(_))) {
            let one = self.site.course.invocation(deed.line, deed.command)?;
            let is_global = one.args().iter().any(|w| matches!(w.or_empty(), "-g" | "--global" | "global"));
            let is_install = matches!(one.arg(0), None | Some("install" | "i" | "ci" | "add" | "clean-install"))
                || one.arg(0).is_some_and(|word| word.starts_with("--"));
            let name = one.name()?;
            if package::is_manager(name) && is_install && !is_global && name != "corepack" {
                names.insert(name.to_owned());
            }
        }
        match names.len() {
            1 => names.pop_first(),
            _ => None,
        }
    }

    /// What the packages need of the system.
    fn outside(&self, answer: &mut Answer, package: &Package, folder: &str) {
        let base = self.site.base();
        let is_alpine = base.libc() == Libc::Musl;
        for row in OUTSIDE.iter().filter(|row| package.runs_with(row.package) || row.package == "prisma" && package.any_dependency("prisma").is_some()) {
            let (libraries, packages) = if is_alpine { row.alpine } else { row.debian };
            // The small image of Alpine's sort is the same one: what it lacks, it lacked before.
            if is_alpine && libraries.is_empty() && !self.installs(packages) {
                continue;
            }
            answer.libraries.extend(libraries.iter().map(|name| (*name).to_owned()));
            answer.packages.extend(packages.iter().map(|name| (*name).to_owned()));
            let text = format!("{} needs more than Node at run time", row.package);
            answer.evidence.push(Evidence::in_file(package.file.clone(), text));
        }
        if base.slim {
            return;
        }
        let spawns = SPAWN.iter().any(|name| package.runs_with(name))
            || self.site.context().is_none_or(|context| needs(context, folder, &["child_process", "node:child_process"]) != Needs::None);
        if spawns {
            answer.assumptions.push("the programs that it starts are on the slim image".to_owned());
        }
    }

    fn installs(&self, names: &[&str]) -> bool {
        let all = self.site.course.packages.iter().flat_map(|installed| &installed.requested);
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
        let missing = site.start.launches.iter().zip(&self.starts).find(|(launch, steps)| {
            let name = launch.name().unwrap_or_default();
            let is_berry = name == "yarn" && self.has_berry();
            steps.manager.is_some() && (!BROUGHT.contains(&name) || is_berry)
        });
        let Some((launch, steps)) = missing else { return self.check_tools(answer) };
        let no = || {
            let what = format!("`{}` needs a package manager that the small image lacks", launch.shown());
            Refusal::new(Reason::NeedsOther, what, place)
        };
        let step = steps.only().ok_or_else(no)?;
        let is_alone = site.start.launches.len() == 1
            && site.start.wrappers.is_empty()
            && step.variables.is_empty()
            && Some(step.folder.as_str()) == launch.folder.as_deref();
        let name = step.words.first().map(|word| base_name(word)).unwrap_or_default();
        if !is_alone || step.words.iter().any(|word| word.contains(['*', '$'])) {
            return Err(no());
        }
        let mut words = step.words.clone();
        if name != "node" {
            let package = package::package_in(site.course, &step.folder).map(|(package, _)| package);
            let package = package.ok_or_else(no)?;
            if tool_package(&package, name).is_none() {
                return Err(no());
            }
            name.clone_into(&mut words[0]);
            words[0] = format!("node_modules/.bin/{}", words[0]);
        }
        answer.changes.push(format!("`{}` is started instead of `{}`", words.join(" "), launch.shown()));
        answer.provides.push("node".to_owned());
        answer.start = Some(NewStart { words });
        Ok(())
    }

    /// That programs which are started by their names are in the image or the project's packages.
    fn check_tools(&self, answer: &mut Answer) -> Result<(), Refusal> {
        for (launch, steps) in self.site.start.launches.iter().zip(&self.starts) {
            for step in &steps.steps {
                let name = step.words.first().map(|word| package::tool_name(word)).unwrap_or_default();
                if BROUGHT.contains(&name) || step.work == Work::Nothing || step.words[0].contains('/') {
                    continue;
                }
                let package = package::package_in(self.site.course, &step.folder);
                let own = package.is_some_and(|(package, _)| tool_package(&package, name).is_some());
                if !own {
                    return Err(Refusal::new(Reason::ScriptTool, name, Some(self.site.start.place)));
                }
                if launch.name() == Some(name) {
                    answer.provides.push(name.to_owned());
                }
            }
        }
        Ok(())
    }

    fn has_berry(&self) -> bool {
        let folder = self.site.start.launches.last().and_then(|launch| launch.folder.clone());
        let found = folder.and_then(|folder| package::package_in(self.site.course, &folder));
        let kinds = found.zip(self.site.context()).and_then(|((_, folder), context)| locks(context, &folder).ok());
        kinds.is_some_and(|locks| locks.iter().any(|lock| lock.kind == LockKind::YarnBerry))
    }

    /// The slim sibling, and distroless where Node runs a file.
    fn runtimes(&self, answer: &Answer) -> Vec<(Variant, String)> {
        let base = self.site.base();
        let sibling = sibling(base).map(|image| (Variant::Conservative, image));
        let distroless = distroless(base).filter(|_| {
            let [launch] = &self.site.start.launches[..] else { return false };
            let has_own = self.site.facts().last(Keyword::Entrypoint).is_some();
            launch.word(0) == Some("node")
                && !has_own
                && !self.site.start.needs_shell
                && self.node_file().is_some()
                && answer.start.is_none()
        });
        let distroless = distroless.map(|image| (Variant::Smallest, image));
        sibling.into_iter().chain(distroless).collect()
    }
}

/// Folders that hold more than a project.
const SHARED: &[&str] = &[
    "/", "/bin", "/etc", "/home", "/lib", "/opt", "/root", "/sbin", "/srv", "/usr", "/usr/bin",
    "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/share", "/var", "/var/lib",
];

/// The dependency that brings a program.
fn tool_package<'p>(package: &'p Package, program: &str) -> Option<&'p str> {
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
    let name = OTHER.iter().find(|(own, _)| *own == program).map_or(program, |(_, name)| name);
    let lists = [&package.dependencies, &package.optional_dependencies, &package.dev_dependencies];
    let mut all = lists.into_iter().flatten().map(|(name, _)| name.as_str());
    all.find(|own| *own == name)
}

/// Whether a program runs without development dependencies, as far as its own words go.
fn runs_without(package: &Package, step: &Step) -> bool {
    let name = step.words.first().map(|word| package::tool_name(word)).unwrap_or_default();
    let loads = step.words.iter().any(|word| {
        package.dev_dependencies.iter().any(|(name, _)| {
            !package.runs_with(name) && (word == name || word.starts_with(&format!("{name}/")) || word.ends_with(&format!("={name}")))
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
    const LONGEST: usize = 1 << 20;
    const ENDINGS: &[&str] = &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte"];
    const LEFT_OUT: &[&str] = &[
        "node_modules", "test", "tests", "__tests__", "__mocks__", "e2e", "cypress", "coverage",
        "dist", "build", "out", "stories",
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
            let is_tool = matches!(middle, "test" | "spec" | "stories" | "d" | "e2e-spec" | "setup")
                || middle == "config" && !RUN_CONFIGURATIONS.iter().any(|own| entry.name.starts_with(own))
                || entry.name.starts_with('.')
                || matches!(entry.name.as_str(), "gulpfile.js" | "Gruntfile.js");
            if !ENDINGS.contains(&ending) || is_tool {
                continue;
            }
            files += 1;
            let Ok(Some(text)) = context.read(&path, LONGEST) else { return Needs::Unknown };
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
const RUN_CONFIGURATIONS: &[&str] = &["next.config", "app.config", "ecosystem.config", "server.config"];

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
    let (_, name, _) = IMAGES.iter().find(|(own, _, releases)| {
        *own == major && releases.contains(&release.version[0])
    })?;
    Some(format!("gcr.io/distroless/{name}"))
}

#[cfg(test)]
mod show {
    #[test]
    fn show() {
        let text = std::fs::read_to_string("/tmp/cases.txt").unwrap();
        for case in text.split("=====\n").filter(|case| !case.trim().is_empty()) {
            let mut parts = case.split("--- ");
            let dockerfile = parts.next().unwrap();
            let files: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('\n')).collect();
            println!("=================\n{dockerfile}");
            match crate::split::testing::split(dockerfile, &files) {
                Err(why) => println!(">>> NO {why}"),
                Ok(made) => {
                    for (variant, text) in made {
                        println!(">>> {variant:?}\n{text}");
                    }
                }
            }
        }
    }
}
