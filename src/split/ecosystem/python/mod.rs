//! Python: packages in an environment of their own, with the sources beside it.
//!
//! An environment holds links to its interpreter by path and scripts that name it by path, so it
//! keeps its place and needs the same minor version at the same path: the small image is of the
//! same family. What is installed beside the image's own Python is led to an environment by a line
//! that makes one; where something asks for the old place, the two folders of packages and programs
//! are taken instead.
//!
//! Sources: the documentation of venv, pip, uv, poetry and pipenv; the Dockerfiles of the official
//! images. That uv, poetry and pipenv follow `VIRTUAL_ENV`, `UV_PYTHON` and `PATH` was tried.

mod act;
mod needs;

use std::collections::BTreeSet;

use self::act::{Act, Install, NAME, Wanted, Work};
use self::needs::{Packages, Told};
use super::app::{self, is_one, is_system};
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::language::Keyword;
use crate::model::facts::VariableKind;
use crate::split::answer::{
    Answer, Artifact, BuilderLine, Evidence, Linkage, Need, NewStart, Site, Variant,
};
use crate::split::base::Family;
use crate::split::command::Word;
use crate::split::course::Role;
use crate::split::packages::{Holder, Use, holder, is_in_full, told_by_name, use_of};
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::roots::{self, Roots};
use crate::split::world::{base_name, is_within};
use crate::text::TextRange;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: NAME, title: "Python", reads: read, answers: answer };

/// Where the packages go that a file installs beside the image's own Python.
const ENVIRONMENTS: [&str; 2] = ["/opt/venv", "/opt/python-environment"];

/// Programs that start others with a fresh `PATH`.
const FRESH_PATH: &[&str] = &["su", "sudo", "runuser", "cron", "crond", "login"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let course = asked.course;
    let here = act::Asked { course, line: asked.line, invocation: asked.invocation };
    let is_new = |path: &str| {
        !course.products.iter().any(|product| product.ecosystem == NAME && product.path == path)
    };
    let built = |path: String, evidence: &str| Built {
        path,
        is_folder: true,
        evidence: evidence.to_owned(),
    };
    let folders: Vec<Built> = match act::act(&here)? {
        Act::Prepares(_) => return Some(Reading::Prepares),
        Act::Checks => return Some(Reading::Checks),
        Act::Refused(refusal) => return Some(Reading::Hopeless(refusal)),
        Act::Makes(path) => vec![built(path, "an environment is made there")],
        Act::Installs(install) => {
            let path = install.folder.into_iter().filter(|path| !is_system(path));
            path.map(|path| built(path, "packages are installed there")).collect()
        }
        Act::Runs(work) => work
            .fills
            .into_iter()
            .map(|path| built(path, "a command fetches files to it"))
            .collect(),
    };
    Some(Reading::Builds(folders.into_iter().filter(|one| is_new(&one.path)).collect()))
}

/// What the build did with Python, each with its line in the facts.
#[derive(Debug, Default)]
struct Story {
    makes: Vec<(usize, String)>,
    installs: Vec<(usize, Install)>,
    runs: Vec<(usize, Work)>,
    has_big_tool: bool,
}

impl Story {
    fn of(site: &Site<'_, '_>) -> Story {
        let mut story = Story::default();
        let own = |role: &Role| matches!(role, Role::Builds(NAME) | Role::Prepares(NAME));
        for (deed, invocation) in site.course.deeds_with(own) {
            let asked = act::Asked { course: site.course, line: deed.line, invocation };
            match act::act(&asked) {
                Some(Act::Makes(path)) => story.makes.push((deed.line, path)),
                Some(Act::Installs(install)) => story.installs.push((deed.line, install)),
                Some(Act::Runs(work)) => story.runs.push((deed.line, work)),
                Some(Act::Prepares(is_big)) => story.has_big_tool |= is_big,
                _ => {}
            }
        }
        story
    }

    /// The environments and other folders of packages.
    fn folders(&self) -> BTreeSet<String> {
        let made = self.makes.iter().map(|(_, path)| path.clone());
        let filled = self.installs.iter().filter_map(|(_, install)| install.folder.clone());
        made.chain(filled).map(|path| path.trim_end_matches('/').to_owned()).collect()
    }

    /// The commands that install beside the image's own Python.
    fn own(&self) -> impl Iterator<Item = (usize, &Install)> {
        let all = self.installs.iter().map(|(line, install)| (*line, install));
        all.filter(|(_, install)| install.folder.is_none())
    }
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let story = Story::of(site);
    let is_empty = story.installs.is_empty() && story.makes.is_empty() && story.runs.is_empty();
    let is_base = matches!(site.base().family, Family::Python | Family::Distribution);
    let starts_other = site.start.launches.iter().any(|launch| {
        let product = launch.program(site.course).and_then(|path| site.product_at(&path));
        product.is_some_and(|product| product.ecosystem != NAME)
    });
    if is_empty && site.base().family == Family::Python {
        return unclear(site).map(Err);
    }
    if !is_empty && let Some(refusal) = browser(site) {
        return Some(Err(refusal));
    }
    (!is_empty && is_base && !starts_other).then(|| Teller::new(site, story)?.answer())
}

/// A command of Python's tools that is not understood.
fn unclear(site: &Site<'_, '_>) -> Option<Refusal> {
    const TOOLS: &[&str] = &["pip", "pip3", "python", "python3", "uv", "poetry", "pipenv", "pdm"];
    let mut unknown = site.course.deeds_with(|role| *role == Role::Unknown);
    let (_, one) = unknown.find(|(_, one)| one.name().is_some_and(|n| TOOLS.contains(&n)))?;
    Some(Refusal::new(Reason::CannotFollow, one.shown(), Some(one.range)))
}

/// A command that fetches a browser, and the libraries of the system for it.
fn browser(site: &Site<'_, '_>) -> Option<Refusal> {
    const FETCHERS: &[&str] = &["camoufox", "patchright", "playwright", "pyppeteer-install"];
    let (_, one) = site.facts().invocations().find(|(_, one)| match one.arg(0) {
        Some("-m") => one.arg(1).is_some_and(|module| FETCHERS.contains(&module)),
        _ => one.name().is_some_and(|name| FETCHERS.contains(&name)),
    })?;
    let what = format!("`{}` keeps a browser outside of the packages", one.shown());
    Some(Refusal::new(Reason::NeedsOther, what, Some(one.range)))
}

/// How the packages beside the image's own Python come along.
enum Own {
    /// There are none.
    None,
    /// In an environment that a new line makes.
    Moved(String),
    /// Where they are.
    Kept(Vec<String>),
}

struct Teller<'t, 'c, 'a> {
    site: &'t Site<'c, 'a>,
    story: Story,
    roots: Roots,
    packages: Packages,
    told: Option<Told>,
}

impl<'t, 'c, 'a> Teller<'t, 'c, 'a> {
    fn new(site: &'t Site<'c, 'a>, story: Story) -> Result<Self, Refusal> {
        let roots = roots::roots(site.course, site.start)?;
        let installs: Vec<&Install> = story.installs.iter().map(|(_, install)| install).collect();
        let packages = Packages::of(site, &installs);
        let mut programs: Vec<(&str, &str)> = requested_tools(site);
        if is_full(site) {
            let of_full = told_by_name().filter(|(program, _)| !act::is_python(program));
            programs
                .extend(of_full.map(|(program, package)| -> (&str, &str) { (program, package) }));
        }
        let told = site.context().map(|context| needs::told(context, &programs));
        Ok(Teller { site, story, roots, packages, told })
    }

    fn answer(&self) -> Result<Answer, Refusal> {
        let runtime = self.runtime()?;
        let mut answer = Answer::new(NAME, Linkage::Interpreted, Vec::new());
        let own = self.own()?;
        let mut folders = self.folders()?;
        if let Own::Moved(folder) = &own {
            folders.insert(folder.clone());
        }
        if let Own::Kept(kept) = &own {
            folders.extend(kept.iter().cloned());
        }
        self.own_answer(&own, &mut answer);
        self.work(&mut answer);
        let covered: Vec<String> = folders.iter().cloned().collect();
        let (data, sources) = app::sources(self.site, NAME, &self.changed(), &covered)?;
        let is_inside = |path: &String| sources.iter().any(|one| is_within(path, &one.from));
        let packages = folders.iter().filter(|path| !is_inside(path)).map(Artifact::folder);
        answer.artifacts = packages.chain(sources.iter().cloned()).collect();
        answer.data = data;
        self.start(&own, &mut answer)?;
        self.tools(&mut answer);
        if is_full(self.site) {
            self.without_full(&mut answer)?;
        }
        self.distribution(&own, &mut answer);
        answer.runtimes.push((Variant::Conservative, runtime));
        answer.weight = self.weight();
        Ok(answer)
    }

    /// The small image: the slim one of the same version and release; if it is that already, the
    /// same without what the file installs for building.
    fn runtime(&self) -> Result<String, Refusal> {
        let base = self.site.base();
        let tag_text = base.image.effective_tag().unwrap_or_default();
        let nothing = || Refusal::new(Reason::NothingBuilt, "", None);
        let is_own = base.image.familiar() == "python";
        if base.slim && is_own && !app::installs_build_tools(self.site) && !self.story.has_big_tool
        {
            return Err(nothing());
        }
        let tag = Tag::parse(tag_text);
        if base.family == Family::Distribution {
            if !app::installs_build_tools(self.site) {
                return Err(nothing());
            }
            let unknown = || Refusal::new(Reason::NoRuntime, base.name(), None);
            return base.distribution.image().ok_or_else(unknown);
        }
        let is_old = is_own
            && !tag.version.is_empty()
            && tag.version[..] < [3, 6][..]
            && tag.version.len() > 1
            || tag.version.first().is_some_and(|major| *major < 3);
        if is_old {
            let what = format!("{} is too old for environments", base.name());
            return Err(Refusal::new(Reason::NeedsOther, what, None));
        }
        if is_own {
            return Ok(match base.slim {
                true => base.name(),
                false => {
                    let release = tag.release.map(|release| release.name);
                    base.image.with_tag(&app::slim_tag(tag_text, release)).to_string()
                }
            });
        }
        self.runtime_of_uv(tag_text).ok_or_else(|| {
            let what = format!("which Python {} has", base.name());
            Refusal::new(Reason::NoRuntime, what, None)
        })
    }

    /// uv's images stand on those of Python: `python3.12-bookworm` on `python:3.12-slim-bookworm`.
    fn runtime_of_uv(&self, tag: &str) -> Option<String> {
        let minor = act::minor(self.site.course)?;
        let words: Vec<&str> = tag.split('-').collect();
        let at = words.iter().position(|word| word.starts_with("python"))?;
        let rest: Vec<&str> =
            words.get(at + 1..)?.iter().copied().filter(|word| *word != "slim").collect();
        Some(match rest[..] {
            [] => return None,
            [word] if word.starts_with("alpine") => format!("python:{minor}-{word}"),
            [release] => format!("python:{minor}-slim-{release}"),
            _ => return None,
        })
    }

    /// The environments, none of them in a place that does not stay in the image or is the image's
    /// own.
    fn folders(&self) -> Result<BTreeSet<String>, Refusal> {
        let folders = self.story.folders();
        if let Some(system) = folders.iter().find(|path| is_system(path)) {
            return Err(Refusal::new(Reason::MixedWithToolchain, system.as_str(), None));
        }
        let filled = self
            .story
            .installs
            .iter()
            .filter_map(|(line, install)| Some((*line, install.folder.as_deref()?)));
        let fetched = self
            .story
            .runs
            .iter()
            .flat_map(|(line, work)| work.fills.iter().map(|path| (*line, path.as_str())));
        for (line, path) in filled.chain(fetched) {
            if self.site.course.mount_over(line, path).is_some() {
                return Err(self.site.course.in_mount(path, line));
            }
        }
        Ok(folders)
    }

    /// How the packages of the image's own Python come along.
    fn own(&self) -> Result<Own, Refusal> {
        let Some((line, _)) = self.story.own().next() else { return Ok(Own::None) };
        let place = self.site.facts().lines.get(line).map(|line| line.placed.range());
        let base = self.site.base();
        match (base.family, base.distribution) {
            (Family::Distribution, Distribution::Debian(_) | Distribution::Ubuntu(_)) => {
                return Ok(Own::Kept(vec!["/usr/local".to_owned()]));
            }
            (Family::Distribution, _) => {
                let what = "they are among the packages of the distribution";
                return Err(Refusal::new(Reason::EnvironmentFolder, what, place));
            }
            _ => {}
        }
        let Some(why) = self.keeps_own() else {
            let is_free = |path: &&&str| {
                self.site.course.world.origin(path).is_none()
                    && !self.story.folders().contains(**path)
            };
            let folder = ENVIRONMENTS.iter().find(is_free).unwrap_or(&ENVIRONMENTS[0]);
            return Ok(Own::Moved((*folder).to_owned()));
        };
        let Some(minor) = act::minor(self.site.course) else {
            let what = format!("{why}, and the tag names no version of Python");
            return Err(Refusal::new(Reason::EnvironmentFolder, what, place));
        };
        Ok(Own::Kept(vec![
            format!("/usr/local/lib/python{minor}/site-packages"),
            "/usr/local/bin".to_owned(),
        ]))
    }

    /// Why the packages have to stay where they are; `None` if they do not.
    fn keeps_own(&self) -> Option<String> {
        let facts = self.site.facts();
        if self.story.own().any(|(_, install)| install.is_fixed) {
            return Some("a command names the image's own Python".to_owned());
        }
        let text = facts.lines.iter().map(|line| &*line.placed.item.text);
        let named = ["site-packages", "dist-packages", "/usr/local/lib/python"];
        if text.into_iter().any(|text| named.iter().any(|name| text.contains(name))) {
            return Some("the file names the folder of packages".to_owned());
        }
        let invoked = facts.invocations().filter_map(|(_, one)| one.words.first()?.text.as_deref());
        let programs = self.roots.programs.iter().chain(&self.roots.health).map(String::as_str);
        let is_fixed = |program: &str| {
            program.starts_with("/usr/local/bin/")
                && self.site.course.world.exact(program).is_none()
        };
        if let Some(program) = invoked.chain(programs.clone()).find(|one| is_fixed(one)) {
            return Some(format!("{program} is called by its path"));
        }
        if let Some(program) = programs.clone().find(|one| is_one(one, FRESH_PATH)) {
            return Some(format!("{program} sets a PATH of its own"));
        }
        let is_uwsgi = |name: &str| matches!(name, "uwsgi" | "pyuwsgi" | "mod-wsgi");
        if programs.clone().any(|one| is_uwsgi(base_name(one)))
            || self.packages.names.iter().any(|name| is_uwsgi(name))
        {
            return Some("uWSGI looks for packages beside its own interpreter".to_owned());
        }
        if self.has_login_shell() || self.overrides_path() {
            return Some("the PATH is set anew".to_owned());
        }
        let mut requested = self.site.course.requested();
        if requested.any(|package| matches!(package.name.as_str(), "cron" | "cronie" | "sudo")) {
            return Some("cron and sudo set a PATH of their own".to_owned());
        }
        let scene = self.site.scene();
        if self.story.own().any(|(_, install)| install.by_uv)
            && scene.variables.contains_key("UV_PYTHON")
        {
            return Some("UV_PYTHON is set".to_owned());
        }
        if self.story.folders().iter().any(|path| path.ends_with("/.local")) {
            return Some("others are installed with --user".to_owned());
        }
        let told = self.told.as_ref()?.fixed.as_ref()?;
        Some(format!("{told} names the image's own Python"))
    }

    /// Whether a shell that is started reads the profile, which sets the `PATH`.
    fn has_login_shell(&self) -> bool {
        let is_login = |word: &str| {
            word == "--login"
                || word.starts_with('-') && !word.starts_with("--") && word[1..].contains('l')
        };
        let is_shell = |word: &String| is_one(word, &["sh", "bash", "ash", "dash"]);
        let argv = &self.site.start.argv;
        let is_started = argv.windows(2).any(|two| is_shell(&two[0]) && is_login(&two[1]));
        let shells = self.site.facts().lines.iter().filter(|line| line.keyword == Keyword::Shell);
        is_started
            || shells.into_iter().any(|line| {
                let words = line.placed.item.text.split(['"', ',', ' ', '[', ']']);
                words.into_iter().any(&is_login)
            })
    }

    /// Whether a line behind the first installation sets a `PATH` without what was there.
    fn overrides_path(&self) -> bool {
        let first = self.story.own().map(|(line, _)| line).min().unwrap_or(0);
        let facts = self.site.facts();
        facts.lines.iter().skip(first).any(|line| {
            facts.model.facts(line.placed.index).is_some_and(|own| {
                own.definitions.iter().any(|definition| {
                    let value = definition.value.as_ref().map_or("", |value| &value.text);
                    definition.kind == VariableKind::Env
                        && &*definition.name.text == "PATH"
                        && !value.contains("$PATH")
                        && !value.contains("${PATH}")
                })
            })
        })
    }

    fn own_answer(&self, own: &Own, answer: &mut Answer) {
        let Some((line, _)) = self.story.own().next() else { return };
        let place = self.place(line);
        match own {
            Own::None => {}
            Own::Moved(folder) => {
                let by_uv = self.story.own().any(|(_, install)| install.by_uv);
                let by_others = self.story.own().any(|(_, install)| {
                    install.wanted.iter().any(|one| matches!(one, Wanted::Lock(..)))
                });
                let mut set = String::new();
                if by_uv || by_others {
                    set.push_str(&format!("VIRTUAL_ENV={folder} "));
                }
                if by_uv {
                    set.push_str(&format!("UV_PYTHON={folder}/bin/python "));
                }
                let text = format!("RUN python -m venv {folder}\nENV {set}PATH={folder}/bin:$PATH");
                answer.builder.push(BuilderLine::Before(line, text));
                answer.settings.push(format!("ENV PATH={folder}/bin:$PATH"));
                let why = format!("the packages go to an environment of their own, {folder}");
                answer.evidence.push(Evidence::at(place, why));
                if act::minor(self.site.course).is_none() {
                    answer
                        .assumptions
                        .push("both images hold the same minor version of Python".to_owned());
                }
            }
            Own::Kept(folders) => {
                let why = format!("the packages are in {}", folders.join(" and "));
                answer.evidence.push(Evidence::at(place, why));
                if self.site.base().family == Family::Python {
                    answer.assumptions.push(
                        "the packages put nothing elsewhere below /usr/local that is needed"
                            .to_owned(),
                    );
                }
            }
        }
    }

    fn place(&self, line: usize) -> TextRange {
        self.site.facts().lines.get(line).map(|line| line.placed.range()).unwrap_or_default()
    }

    /// What commands of the project leave, as far as it is only likely.
    fn work(&self, answer: &mut Answer) {
        let doubts = self.story.runs.iter().filter_map(|(_, work)| work.doubt.clone());
        answer.assumptions.extend(doubts);
        let doubts = self.story.installs.iter().filter_map(|(_, install)| install.doubt.clone());
        answer.assumptions.extend(doubts.take(1));
        let collects = self.story.runs.iter().any(|(_, work)| work.is_collecting);
        if collects && self.told.as_ref().is_none_or(|told| !told.is_collected_known) {
            answer.assumptions.push("`collectstatic` writes into the project".to_owned());
        }
        for (line, work) in &self.story.runs {
            let why = format!("what is made in {} comes along", work.folder);
            answer.evidence.push(Evidence::at(self.place(*line), why));
        }
    }

    /// The folders in which the build wrote.
    fn changed(&self) -> Vec<String> {
        let works = self.story.runs.iter().map(|(_, work)| work);
        let mut changed: Vec<String> = works
            .clone()
            .flat_map(|work| work.fills.iter().chain([&work.folder]))
            .cloned()
            .collect();
        changed
            .extend(self.story.installs.iter().filter_map(|(_, install)| install.writes.clone()));
        if works.clone().any(|work| work.is_collecting) {
            changed.extend(self.told.iter().flat_map(|told| told.collected.iter().cloned()));
        }
        changed
    }

    /// Programs that the file installs and that sources or packages call; of others, that they are
    /// not called.
    fn tools(&self, answer: &mut Answer) {
        let requested = requested_tools(self.site);
        let is_there =
            |package: &str| is_full(self.site) || requested.iter().any(|(_, own)| *own == package);
        let called = self.packages.called().filter(|package| is_there(package));
        answer.packages.extend(called.map(str::to_owned));
        if let Some(told) = &self.told {
            answer.packages.extend(told.packages.iter().cloned());
        }
        let is_seen = self.told.as_ref().is_some_and(|told| told.is_whole);
        let mut left: Vec<&str> = requested
            .iter()
            .filter(|(program, _)| !self.roots.names(program) && !is_interpreter(program))
            .map(|(_, package)| *package)
            .collect();
        left.dedup();
        if !is_seen && !left.is_empty() {
            let what = left.join(", ");
            answer
                .assumptions
                .push(format!("the program calls nothing of what is left out: {what}"));
        }
    }

    /// What a full image has and a slim one has not.
    fn without_full(&self, answer: &mut Answer) -> Result<(), Refusal> {
        let packages = &self.packages;
        if packages.is_compiled {
            let what = "Packages are compiled against libraries of the full image (--no-binary)";
            return Err(Refusal::new(Reason::NeedsOther, what, None));
        }
        let needs = packages.needs(self.site);
        answer.assumptions.extend(needs.doubt());
        answer.libraries.extend(needs.libraries);
        answer.packages.extend(needs.packages);
        if !packages.unread.is_empty() {
            let what = packages.unread.join(", ");
            let text =
                format!("what {what} asks for needs no library that only the full image has");
            answer.assumptions.push(text);
        }
        match &self.told {
            Some(told) => {
                if told.uses_tk {
                    answer.libraries.push("tk-dev".to_owned());
                }
                if let Some(file) = &told.opens {
                    let what = "the libraries that it opens itself are on the slim image";
                    answer.assumptions.push(format!("{what} ({file})"));
                }
                if let Some(file) = &told.compiles {
                    let what = format!("{file} compiles code when it runs");
                    return Err(Refusal::new(Reason::NeedsOther, what, None));
                }
                if !told.is_whole {
                    answer.assumptions.push(
                        "the program calls no tool that only the full image has (the project's \
                         folder is too large to look through)"
                            .to_owned(),
                    );
                }
            }
            None => answer.assumptions.push(
                "the program calls no tool that only the full image has (the project's folder is \
                 not at hand)"
                    .to_owned(),
            ),
        }
        Ok(())
    }

    /// What the distribution has to bring where it is the image, and on Alpine.
    fn distribution(&self, own: &Own, answer: &mut Answer) {
        let base = self.site.base();
        let has = |names: &[&str]| {
            let mut requested = self.site.course.requested();
            requested.any(|package| names.contains(&package.name.as_str()))
        };
        if matches!(base.distribution, Distribution::Alpine(_))
            && has(&["gcc", "g++", "build-base", "alpine-sdk", "clang"])
        {
            answer.packages.extend(["libgcc".to_owned(), "libstdc++".to_owned()]);
        }
        if base.family != Family::Distribution {
            return;
        }
        answer.certificates = Need::Yes;
        answer.packages.push("python3".to_owned());
        if let Own::Kept(_) = own {
            answer.packages.push("python3-setuptools".to_owned());
            let release = base.distribution.release().map_or("", |release| release.name);
            let apart = ["bionic", "focal", "jammy", "buster", "bullseye", "bookworm"];
            if apart.contains(&release) {
                answer.packages.push("python3-distutils".to_owned());
            }
            answer.assumptions.push(
                "pip took no package of the distribution that is left out for one that it needs"
                    .to_owned(),
            );
        }
    }

    /// What is started: programs of the environment by their names, and runners replaced.
    fn start(&self, own: &Own, answer: &mut Answer) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        let programs = self.roots.programs.iter().chain(&self.roots.health);
        let is_foreign = |program: &&String| {
            program.starts_with("/usr/bin/python") && self.site.base().family == Family::Python
        };
        if let Some(program) = programs.clone().find(is_foreign) {
            return Err(Refusal::new(Reason::ArtifactMissing, program.as_str(), place));
        }
        if let Some(program) = self.roots.health.iter().find(|one| act::is_runner(base_name(one))) {
            return Err(Refusal::new(Reason::ScriptTool, program.as_str(), place));
        }
        const RUNNERS: &[&str] = &["make", "just", "task", "tox", "nox", "invoke", "fab", "npm"];
        if let Some(program) = self.roots.programs.iter().find(|one| is_one(one, RUNNERS)) {
            return Err(Refusal::new(Reason::BuildTool, program.as_str(), place));
        }
        let is_activated = self.site.start.sourced.iter().any(|launch| {
            let script = launch.word(1).unwrap_or_default();
            matches!(launch.name(), Some("." | "source")) && script.ends_with("/bin/activate")
        });
        let runs =
            self.site.start.launches.iter().any(|launch| launch.name().is_some_and(act::is_runner));
        if !matches!(own, Own::None) || is_activated || runs {
            let distribution = self.site.base().distribution;
            let is_packages = |name: &str| {
                holder(name, distribution) == Holder::Unknown
                    && !is_in_full(name)
                    && !name.contains(char::is_whitespace)
                    && !act::is_runner(name)
            };
            let names = programs.map(|program| base_name(program));
            answer.provides.extend(names.filter(|name| is_packages(name)).map(str::to_owned));
        }
        let own_names = self.roots.programs.iter().map(|program| base_name(program));
        answer.provides.extend(own_names.filter(|name| act::is_python(name)).map(str::to_owned));
        if runs { self.without_runner(own, answer) } else { Ok(()) }
    }

    /// `poetry run X`, `uv run X`: the program of the environment is started instead.
    fn without_runner(&self, own: &Own, answer: &mut Answer) -> Result<(), Refusal> {
        let start = self.site.start;
        let unknown = || {
            let shown = start.launches.first().map(|launch| launch.shown()).unwrap_or_default();
            Refusal::new(Reason::BuildTool, shown, Some(start.place))
        };
        let has = |keyword| self.site.facts().last(keyword).is_some();
        let is_alone = start.launches.len() == 1
            && self.roots.scripts.is_empty()
            && !(has(Keyword::Entrypoint) && has(Keyword::Cmd));
        let replaced = replaced(&start.argv).filter(|_| is_alone).ok_or_else(unknown)?;
        let Replaced { runner, program, words } = replaced;
        if !matches!(holder(&program, self.site.base().distribution), Holder::Package(_)) {
            answer.provides.push(program);
        }
        let folder = self.environment_of_start(own, &runner).ok_or_else(unknown)?;
        let search = self.site.scene().value("PATH").unwrap_or_default().to_owned();
        let is_reached =
            |folder: &&String| search.split(':').any(|own| own == format!("{folder}/bin"));
        if let Some(folder) = folder.as_ref().filter(|folder| !is_reached(folder)) {
            answer.settings.push(format!("ENV VIRTUAL_ENV={folder} PATH={folder}/bin:$PATH"));
        }
        if runner == "pipenv" && self.reads_more(&words) {
            return Err(unknown());
        }
        answer
            .changes
            .push(format!("the start command runs the program itself instead of `{runner} run`"));
        answer.start = Some(NewStart { words });
        Ok(())
    }

    /// The environment in which the runner runs programs; the inner `None`: the image's own, or
    /// that which a new line makes. `None` if it is not known.
    fn environment_of_start(&self, own: &Own, runner: &str) -> Option<Option<String>> {
        let lock = match runner {
            "uv" => "uv.lock",
            "poetry" => "poetry.lock",
            _ => "Pipfile.lock",
        };
        let folder = self.site.start.launches.first()?.folder.as_deref()?;
        let installs = self.story.installs.iter().rev().filter(|(_, install)| {
            install.wanted.iter().any(|one| {
                matches!(one, Wanted::Lock(project, name) if *name == lock && project == folder)
            })
        });
        let (_, install) = installs.into_iter().next()?;
        match (&install.folder, own) {
            (Some(folder), _) => Some(Some(folder.clone())),
            (None, Own::Moved(_)) => Some(None),
            // uv would have gone on to an environment of its own.
            (None, _) if runner == "uv" => None,
            (None, _) => Some(None),
        }
    }

    /// Whether pipenv would read more: a file of variables, or a script of its own by that name.
    fn reads_more(&self, words: &[String]) -> bool {
        let Some(context) = self.site.context() else { return true };
        let folder = self.site.start.launches.first().and_then(|launch| launch.folder.clone());
        let folder = folder.unwrap_or_default();
        let has_file = self.site.course.in_context(&format!("{folder}/.env")).is_some();
        let root = self.site.course.project_in(&folder, "Pipfile");
        let pipfile = root.and_then(|root| {
            crate::workspace::project::python::pipfile(context, &root).ok().flatten()
        });
        let is_script = pipfile.is_none_or(|pipfile| {
            pipfile.scripts.iter().any(|(name, _)| words.iter().any(|word| word == name))
        });
        has_file || is_script
    }

    /// What the packages weigh, from the sizes of usual environments.
    fn weight(&self) -> Amount {
        const HEAVY: &[&str] =
            &["torch", "tensorflow", "jax", "jaxlib", "vllm", "paddlepaddle", "mxnet", "pyspark"];
        const MIDDLE: &[&str] =
            &["numpy", "pandas", "scipy", "scikit-learn", "opencv-python", "pyarrow"];
        let has = |names: &[&str]| names.iter().any(|name| self.packages.names.contains(*name));
        if has(HEAVY) {
            return Amount { bytes: 2_500_000_000, low: 700_000_000, high: 7_000_000_000 };
        }
        if has(MIDDLE) {
            return Amount { bytes: 300_000_000, low: 120_000_000, high: 700_000_000 };
        }
        Amount { bytes: 70_000_000, low: 20_000_000, high: 250_000_000 }
    }
}

/// Whether the image is a full one, from which the small one is another.
fn is_full(site: &Site<'_, '_>) -> bool {
    !site.base().slim && site.base().family == Family::Python
}

/// The programs of packages that the file installs and that are left out if nothing calls them.
fn requested_tools<'s>(site: &Site<'s, '_>) -> Vec<(&'static str, &'s str)> {
    let requested = site.course.requested();
    let tools =
        requested.filter_map(|package| match use_of(&package.name, site.base().distribution) {
            Use::Tool(programs) => Some(programs.iter().map(|one| (*one, package.name.as_str()))),
            _ => None,
        });
    tools.flatten().collect()
}

/// Whether a program is one that runs Python's own files.
fn is_interpreter(program: &str) -> bool {
    act::is_python(program) || program.starts_with("pip")
}

/// A start without its runner.
struct Replaced {
    runner: String,
    /// The program that is started instead.
    program: String,
    /// All words.
    words: Vec<String>,
}

/// The start words without the runner; `None` if they are not understood.
fn replaced(argv: &[String]) -> Option<Replaced> {
    if let Some(at) = argv.iter().position(|word| act::is_runner(base_name(word))) {
        let runner = base_name(argv.get(at)?).to_owned();
        if argv.get(at + 1)? != "run" {
            return None;
        }
        let rest = program_of(&runner, argv.get(at + 2..)?)?;
        let program = base_name(rest.first()?).to_owned();
        let words = argv.get(..at)?.iter().cloned().chain(rest).collect();
        return Some(Replaced { runner, program, words });
    }
    // The text of a shell form, in which the runner stands once and without options.
    let (text, before) = argv.split_last()?;
    let runner = ["poetry", "uv", "pipenv"]
        .into_iter()
        .find(|name| text.contains(&format!("{name} run ")))?;
    let (head, tail) = text.split_once(&format!("{runner} run "))?;
    let is_alone =
        !tail.contains(&format!("{runner} ")) && (head.is_empty() || head.ends_with(' '));
    let first = tail.split_whitespace().next()?;
    if !is_alone || first.starts_with('-') {
        return None;
    }
    let python = if runner == "uv" && first.ends_with(".py") { "python " } else { "" };
    let text = format!("{head}{python}{tail}");
    let program = base_name(if python.is_empty() { first } else { "python" }).to_owned();
    let words = before.iter().cloned().chain([text]).collect();
    Some(Replaced { runner: runner.to_owned(), program, words })
}

/// What a runner starts, given the words behind `run`.
fn program_of(runner: &str, words: &[String]) -> Option<Vec<String>> {
    if runner != "uv" {
        let is_plain = words.first().is_some_and(|word| !word.starts_with('-'));
        return is_plain.then(|| words.to_vec());
    }
    let as_words: Vec<Word> =
        words.iter().map(|word| Word { text: Some(word.clone()), ..Word::default() }).collect();
    let (rest, is_module) = act::uv_run(&as_words)?;
    let rest = rest.iter().map(|word| word.or_empty().to_owned());
    let first = rest.clone().next()?;
    let before: &[&str] = match (is_module, first.ends_with(".py")) {
        (true, _) => &["python", "-m"],
        (false, true) => &["python"],
        (false, false) => &[],
    };
    Some(before.iter().map(|word| (*word).to_owned()).chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::{Variant, replaced};
    use crate::split::testing::split;

    /// The runtime stage, or the reason; `# Assumed` lines are in it.
    fn stage(dockerfile: &str, files: &[(&str, &str)]) -> String {
        match split(dockerfile, files) {
            Ok(made) => {
                let (_, text) =
                    made.iter().find(|(v, _)| *v == Variant::Conservative).expect("it is there");
                text.split_once("\n\n")
                    .map(|(_, stage)| stage.trim_end().to_owned())
                    .expect("it is there")
            }
            Err(why) => why,
        }
    }

    /// What stands behind `WORKDIR /app` of the runtime stage; the reason if there is none.
    #[track_caller]
    fn check(dockerfile: &str, files: &[(&str, &str)], expected: &str) {
        let found = stage(dockerfile, files);
        let found = found.split_once("WORKDIR /app\n").map_or(found.as_str(), |(_, rest)| rest);
        assert_eq!(found, expected.trim_end(), "\n{found}");
    }

    /// Which lines the runtime stage of a file has, and which it has not.
    #[track_caller]
    fn has(dockerfile: &str, files: &[(&str, &str)], there: &[&str], gone: &[&str]) {
        let found = stage(dockerfile, files);
        for line in there {
            assert!(found.lines().any(|own| own == *line), "{line}\n\n{found}");
        }
        for text in gone {
            assert!(!found.contains(text), "{text}\n\n{found}");
        }
    }

    const VENV: &str = "COPY --from=builder /opt/venv /opt/venv\nENV PATH=/opt/venv/bin:$PATH\n";
    const FLASK: &[(&str, &str)] = &[("requirements.txt", "flask\ngunicorn\n"), ("app.py", "")];

    #[test]
    fn packages_go_to_an_environment() {
        let dockerfile = "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY requirements.txt .\n\
            RUN pip install -r requirements.txt\nCOPY . .\nCMD [\"gunicorn\", \"app:app\"]\n";
        let made = split(dockerfile, FLASK).expect("it is there");
        let (builder, _) = made[0].1.split_once("\n\n").expect("it is there");
        assert!(builder.contains(
            "RUN python -m venv /opt/venv\nENV PATH=/opt/venv/bin:$PATH\nRUN pip install -r"
        ));
        check(dockerfile, FLASK, &format!("{VENV}COPY . .\nCMD [\"gunicorn\", \"app:app\"]"));
        has(dockerfile, FLASK, &["FROM python:3.12-slim-bookworm"], &["Assumed", "apt-get"]);
    }

    #[test]
    fn libraries_of_the_full_image() {
        let dockerfile = "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\n\
            RUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n";
        let with = |text: &'static str| [("requirements.txt", text)];
        let install = "    && apt-get install -y --no-install-recommends libpq5 \\";
        has(dockerfile, &with("psycopg2==2.9"), &[install], &["Assumed"]);
        has(dockerfile, &with("psycopg[binary]"), &[], &["libpq5", "Assumed"]);
        let doubt = "# Assumed: left-pad needs no library that only the full image has.";
        has(dockerfile, &with("left-pad"), &[doubt], &[]);
        check(
            dockerfile,
            &with("lxml\n--no-binary lxml\n"),
            "needs-other: Packages are compiled against libraries of the full image (--no-binary).",
        );
    }

    #[test]
    fn what_the_full_image_has_for_python_itself() {
        let dockerfile = "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\n\
            RUN pip install flask\nCMD [\"python\", \"app.py\"]\n";
        let with = |text: &'static str| [("app.py", text)];
        let tk = "    && apt-get install -y --no-install-recommends libtcl8.6 libtk8.6 \\";
        has(dockerfile, &with("import tkinter\n"), &[tk], &["Assumed"]);
        has(dockerfile, &with("import sqlite3\n"), &[], &["apt-get", "Assumed"]);
        let opens = "# Assumed: the libraries that it opens itself are on the slim image (app.py).";
        has(dockerfile, &with("ctypes.CDLL('libmagic.so.1')\n"), &[opens], &[]);
    }

    #[test]
    fn programs_that_sources_call() {
        let dockerfile = "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\n\
            RUN pip install flask\nCMD [\"python\", \"app.py\"]\n";
        let source = "import subprocess\nsubprocess.run(['git', 'log'])\n";
        let install = "RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf \
             /var/lib/apt/lists/*";
        has(dockerfile, &[("app.py", source)], &[install], &["curl"]);
    }

    #[test]
    fn programs_that_the_start_and_the_health_check_call() {
        let with = |lines: &str| {
            format!(
                "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\n\
                 RUN pip install -r requirements.txt\n{lines}\n"
            )
        };
        let install = "RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf \
             /var/lib/apt/lists/*";
        let health = "HEALTHCHECK CMD curl -f http://localhost/\nCMD [\"gunicorn\", \"app:app\"]";
        has(&with(health), FLASK, &[install], &["Assumed"]);
        has(&with("CMD curl -f http://h/x > x && gunicorn a:b"), FLASK, &[install], &["Assumed"]);
        let process = "    && apt-get install -y --no-install-recommends procps \\";
        has(&with("CMD ps aux; gunicorn a:b"), FLASK, &[process], &[]);
        let none = |cmd: &str, tool: &str| {
            let found = stage(&with(cmd), FLASK);
            assert!(found.contains(&format!("script-tool: Containers start {tool},")), "{found}");
        };
        none("CMD g++ x.cpp; gunicorn a:b", "g++");
        // Packages bring programs of names that the distribution has, too.
        has(&with("CMD [\"aws\", \"s3\"]"), &[("requirements.txt", "awscli")], &[], &["apt-get"]);
        // What neither image has was missing before.
        let slim = with(health).replace("3.12-bookworm", "3.12-slim-bookworm");
        let slim = slim.replace("WORKDIR", "RUN apt-get update && apt-get install -y gcc\nWORKDIR");
        has(&slim, FLASK, &["FROM python:3.12-slim-bookworm"], &["curl &&", "install -y curl"]);
    }

    #[test]
    fn libraries_of_a_release_that_is_not_known() {
        let file = "FROM python:3.7-buster\nWORKDIR /app\nCOPY . .\n\
            RUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n";
        let files = [("requirements.txt", "psycopg2\n")];
        let why = "needs-other: It needs the library of libpq-dev, and which package holds that on \
             python:3.7-slim-buster is not known.";
        assert!(stage(file, &files).starts_with(why), "{}", stage(file, &files));
        has(file, FLASK, &["FROM python:3.7-slim-buster"], &["Assumed"]);
        let named =
            file.replace("WORKDIR", "RUN apt-get update && apt-get install -y libpq-dev\nWORKDIR");
        let gone =
            "needs-other: It needs the package libpq-dev, and the packages of buster have left";
        assert!(stage(&named, &files).starts_with(gone), "{}", stage(&named, &files));
    }

    #[test]
    fn scripts_that_nothing_starts_need_nothing() {
        let file = "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\n\
            RUN pip install flask\nCMD [\"python\", \"app.py\"]\n";
        let script = ("setup.sh", "#!/bin/sh\n# not use this file except\ncurl http://h/\n");
        has(file, &[("app.py", ""), script], &[], &["apt-get"]);
        let starts = ("app.py", "subprocess.run(['./setup.sh'])\n");
        let install = "RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf \
             /var/lib/apt/lists/*";
        has(file, &[starts, script], &[install], &[]);
    }

    #[test]
    fn what_commands_make_comes_along() {
        let dockerfile = "FROM python:3.12-slim-bookworm\nRUN apt-get update && apt-get install -y gcc\n\
            WORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n\
            RUN python manage.py collectstatic --noinput\n\
            RUN useradd -m web && chown -R web /app\nUSER web\nCMD [\"gunicorn\", \"app:app\"]\n";
        let tail =
            "RUN useradd -m web && chown -R web /app\nUSER web\nCMD [\"gunicorn\", \"app:app\"]";
        let venv = "COPY --from=builder /opt/venv /opt/venv\n";
        let path = "ENV PATH=/opt/venv/bin:$PATH\n";
        let app = "COPY --from=builder /app /app\n";
        let mut files = FLASK.to_vec();
        files.push(("site/settings.py", "STATIC_ROOT = BASE_DIR / 'static'\n"));
        check(dockerfile, &files, &format!("{venv}{app}{path}{tail}"));
        files.push(("site/settings.py", "STATIC_ROOT = '/var/www/static'\n"));
        let extra = "COPY --from=builder /var/www/static /var/www/static\n";
        check(dockerfile, &files, &format!("{venv}{app}{extra}{path}{tail}"));
    }

    #[test]
    fn browsers_are_in_no_package() {
        for fetch in ["playwright install --with-deps chromium", "python -m playwright install"] {
            let dockerfile = format!(
                "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install playwright && {fetch}\n\
                 CMD [\"python\", \"app.py\"]\n"
            );
            let why = split(&dockerfile, FLASK).expect_err("no offer");
            assert!(why.contains(&format!("needs-other: `{fetch}` keeps a browser")), "{why}");
        }
    }

    #[test]
    fn files_in_other_places() {
        let dockerfile = |run: &str| {
            format!(
                "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n\
                 RUN {run}\nCMD [\"python\", \"app.py\"]\n"
            )
        };
        let copy = "COPY --from=builder /models/a.bin /models/a.bin";
        has(&dockerfile("wget -O /models/a.bin http://h/a.bin"), FLASK, &[copy], &[]);
        let nltk = "COPY --from=builder /root/nltk_data /root/nltk_data";
        has(&dockerfile("python -m nltk.downloader punkt"), FLASK, &[nltk], &[]);
        has(&dockerfile("chmod +x run.sh"), FLASK, &["RUN chmod +x run.sh", "COPY . ."], &[]);
        let late = "FROM python:3.12-bookworm\nWORKDIR /app\nRUN pip install flask\nCOPY . .\n\
            RUN cp prod.py settings.py\nCMD [\"python\", \"app.py\"]\n";
        let moved = ["COPY --from=builder /app /app"];
        has(late, FLASK, &moved, &["COPY . ."]);
        has(&dockerfile("rm -r tests"), FLASK, &moved, &["COPY . ."]);
        let elsewhere = stage(&dockerfile("python fetch.py --to /models"), FLASK);
        assert!(elsewhere.starts_with("cannot-follow"), "{elsewhere}");
        let system = stage(&dockerfile("tar xf a.tgz -C /usr/local"), FLASK);
        assert!(system.starts_with("mixed-with-toolchain"), "{system}");
    }

    #[test]
    fn environments_of_the_file_keep_their_place() {
        let dockerfile = |make: &str, env: &str, install: &str, start: &str| {
            format!(
                "FROM python:3.12-bookworm\nWORKDIR /app\nRUN {make}\n{env}COPY . .\nRUN {install}\n{start}\n"
            )
        };
        let path = "ENV PATH=/venv/bin:$PATH\n";
        let one = dockerfile("python -m venv /venv", path, "pip install flask", "CMD flask run");
        let copy = "COPY --from=builder /venv /venv";
        has(&one, FLASK, &[copy, "ENV PATH=/venv/bin:$PATH", "CMD flask run"], &["/opt/venv"]);
        let two = dockerfile(
            "virtualenv /venv",
            "",
            ". /venv/bin/activate && pip install flask",
            "CMD [\"/venv/bin/flask\", \"run\"]",
        );
        has(&two, FLASK, &[copy, "CMD [\"/venv/bin/flask\", \"run\"]"], &["/opt/venv"]);
        let three = dockerfile(
            "python -m venv venv",
            "",
            "venv/bin/pip install flask",
            "CMD . venv/bin/activate && exec flask run",
        );
        has(&three, FLASK, &["COPY --from=builder /app/venv /app/venv"], &["/opt/venv"]);
    }

    #[test]
    fn packages_stay_where_something_names_their_place() {
        let kept = "COPY --from=builder /usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages";
        let dockerfile = |start: &str| {
            format!(
                "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n{start}\n"
            )
        };
        for start in [
            "CMD [\"/usr/local/bin/gunicorn\", \"app:app\"]",
            "CMD [\"uwsgi\", \"app.ini\"]",
            "CMD [\"bash\", \"-lc\", \"gunicorn app:app\"]",
            "ENV PATH=/usr/local/bin:/usr/bin:/bin\nCMD [\"gunicorn\", \"app:app\"]",
        ] {
            has(
                &dockerfile(start),
                FLASK,
                &[kept, "COPY --from=builder /usr/local/bin /usr/local/bin"],
                &["/opt/venv"],
            );
        }
        let found = stage(&dockerfile("CMD [\"/usr/bin/python3\", \"app.py\"]"), FLASK);
        assert!(found.starts_with("artifact-missing"), "{found}");
    }

    #[test]
    fn uv() {
        let project =
            "[project]\nname = 'svc'\nrequires-python = '>=3.12'\ndependencies = ['flask']\n";
        let files = [("pyproject.toml", project), ("main.py", "")];
        let dockerfile = |start: &str| {
            format!(
                "FROM python:3.12-bookworm\nCOPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/\nWORKDIR /app\n\
                 COPY . .\nRUN uv sync --frozen --no-dev\n{start}\n"
            )
        };
        let copies = "COPY . .\nCOPY --from=builder /app/.venv /app/.venv\n";
        let path = "ENV VIRTUAL_ENV=/app/.venv PATH=/app/.venv/bin:$PATH\n";
        let start = "CMD [\"uv\", \"run\", \"--no-dev\", \"main.py\", \"-v\"]";
        check(
            &dockerfile(start),
            &files,
            &format!("{copies}{path}CMD [\"python\", \"main.py\", \"-v\"]"),
        );
        let start = "CMD uv run flask run --port $PORT";
        let shell = "CMD [\"/bin/sh\", \"-c\", \"flask run --port $PORT\"]";
        check(&dockerfile(start), &files, &format!("{copies}{path}{shell}"));
        let start = "ENTRYPOINT [\"uv\", \"run\", \"flask\"]";
        check(&dockerfile(start), &files, &format!("{copies}{path}ENTRYPOINT [\"flask\"]"));
        let found =
            stage(&dockerfile("CMD [\"uv\", \"run\", \"--with\", \"x\", \"main.py\"]"), &files);
        assert!(found.starts_with("build-tool"), "{found}");
        let other = [("pyproject.toml", project), (".python-version", "3.11\n")];
        let found = stage(&dockerfile("CMD [\".venv/bin/flask\"]"), &other);
        assert!(found.contains("uv may fetch a Python of its own"), "{found}");
    }

    #[test]
    fn uv_is_told_of_the_environment() {
        let dockerfile = "FROM python:3.12-bookworm\nRUN pip install uv\nWORKDIR /app\nCOPY . .\n\
            RUN uv pip install --system -r requirements.txt\nCMD [\"gunicorn\", \"app:app\"]\n";
        let made = split(dockerfile, FLASK).expect("it is there");
        let set = "ENV VIRTUAL_ENV=/opt/venv UV_PYTHON=/opt/venv/bin/python PATH=/opt/venv/bin:$PATH\nRUN uv";
        assert!(made[0].1.contains(set), "{}", made[0].1);
    }

    #[test]
    fn poetry_and_pipenv() {
        let files =
            [("pyproject.toml", "[tool.poetry.dependencies]\nflask = '*'\n"), ("poetry.lock", "")];
        let dockerfile = |set: &str, start: &str| {
            format!(
                "FROM python:3.12-slim-bookworm\nRUN pip install poetry==1.8\n{set}\nWORKDIR /app\nCOPY . .\n\
                 RUN poetry install --no-root\nCMD {start}\n"
            )
        };
        let run = "[\"poetry\", \"run\", \"flask\", \"run\"]";
        let global = dockerfile("RUN poetry config virtualenvs.create false", run);
        check(&global, &files, &format!("COPY . .\n{VENV}CMD [\"flask\", \"run\"]"));
        let inside = dockerfile("ENV POETRY_VIRTUALENVS_IN_PROJECT=1", run);
        has(
            &inside,
            &files,
            &["COPY --from=builder /app/.venv /app/.venv", "CMD [\"flask\", \"run\"]"],
            &[],
        );
        let found = stage(&dockerfile("", run), &files);
        assert!(found.starts_with("environment-folder"), "{found}");
        let pipenv = "FROM python:3.12-bookworm\nRUN pip install pipenv\nWORKDIR /app\nCOPY Pipfile Pipfile.lock ./\n\
            RUN pipenv install --system --deploy\nCOPY . .\nCMD [\"flask\", \"run\"]\n";
        let files = [
            ("Pipfile", "[packages]\nflask = '*'\n"),
            ("Pipfile.lock", "{\"default\": {\"flask\": {}}}"),
        ];
        check(pipenv, &files, &format!("{VENV}COPY . .\nCMD [\"flask\", \"run\"]"));
    }

    #[test]
    fn other_places_for_packages() {
        let dockerfile = |lines: &str| {
            format!("FROM python:3.12-bookworm\n{lines}\nCMD [\"python\", \"app.py\"]\n")
        };
        let user = dockerfile(
            "RUN useradd -m web\nUSER web\nWORKDIR /home/web\nCOPY . .\nRUN pip install flask",
        );
        has(
            &user,
            FLASK,
            &["COPY --from=builder /home/web/.local /home/web/.local"],
            &["/opt/venv"],
        );
        let target = dockerfile(
            "WORKDIR /app\nCOPY . .\nENV PYTHONPATH=/deps\nRUN pip install -t /deps flask",
        );
        has(
            &target,
            FLASK,
            &["COPY --from=builder /deps /deps", "ENV PYTHONPATH=/deps"],
            &["/opt/venv"],
        );
        let conda = stage(&dockerfile("RUN conda install flask"), FLASK);
        assert!(conda.starts_with("environment-folder"), "{conda}");
        let odd = stage(&dockerfile("RUN pip install --root /x flask"), FLASK);
        assert!(odd.starts_with("cannot-follow"), "{odd}");
        let open = stage(&dockerfile("ARG OPTIONS\nRUN pip install $OPTIONS flask"), FLASK);
        assert!(open.starts_with("cannot-follow"), "{open}");
    }

    #[test]
    fn nothing_to_leave_out() {
        let nothing = "nothing-built: Nothing is built here that could be left behind.";
        check(
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD flask run\n",
            FLASK,
            nothing,
        );
        check("FROM python:3.12\nCOPY app.py /\nCMD [\"python\", \"/app.py\"]\n", FLASK, nothing);
        let old = stage("FROM python:2.7\nRUN pip install flask\nCMD flask run\n", FLASK);
        assert!(old.starts_with("needs-other"), "{old}");
    }

    #[test]
    fn sources_among_the_system() {
        let dockerfile = "FROM python:3.12-bookworm\nCOPY . /\nRUN pip install flask && python x.py\nCMD [\"python\", \"/app.py\"]\n";
        let found = stage(dockerfile, FLASK);
        assert!(found.starts_with("project-folder: The project lies in /, "), "{found}");
    }

    #[test]
    fn distributions() {
        let dockerfile = "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3-pip libpq-dev\n\
            WORKDIR /app\nCOPY . .\nRUN pip3 install -r requirements.txt\nCMD [\"python3\", \"app.py\"]\n";
        has(
            dockerfile,
            FLASK,
            &["FROM ubuntu:22.04", "COPY --from=builder /usr/local /usr/local"],
            &["python3-pip", "libpq-dev"],
        );
        let alpine = "FROM alpine:3.20\nRUN apk add py3-pip gcc\nRUN pip install flask\nCMD [\"python3\", \"app.py\"]\n";
        assert!(stage(alpine, FLASK).starts_with("environment-folder"));
    }

    #[test]
    fn start_words_without_the_runner() {
        let check = |argv: &[&str], expected: Option<&[&str]>| {
            let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
            let found = replaced(&argv).map(|replaced| replaced.words);
            let expected = expected.map(|words| words.iter().map(|w| (*w).to_owned()).collect());
            assert_eq!(found, expected, "{argv:?}");
        };
        check(&["uv", "run", "-m", "svc"], Some(&["python", "-m", "svc"]));
        check(&["tini", "--", "poetry", "run", "svc"], Some(&["tini", "--", "svc"]));
        check(&["poetry", "shell"], None);
        check(
            &["/bin/sh", "-c", "exec uv run main.py"],
            Some(&["/bin/sh", "-c", "exec python main.py"]),
        );
        check(&["/bin/sh", "-c", "uv run a && uv run b"], None);
    }
}
