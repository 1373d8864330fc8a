//! What an ecosystem is asked, and what it answers.

use std::collections::HashSet;

use super::base::Base;
use super::command::Invocation;
use super::course::{Course, Product, Role};
use super::facts::{Facts, Scene};
use super::refusal::{Reason, Refusal};
use super::roots::Roots;
use super::start::Start;
use super::world::{Origin, is_within};
use crate::image::Amount;
use crate::text::TextRange;
use crate::workspace::Context;

/// A file that an ecosystem is asked about.
pub struct Site<'c, 'a> {
    /// The course of the build.
    pub course: &'c Course<'a>,
    /// What containers start.
    pub start: &'c Start,
    /// What the start reaches; `None` where a start script cannot be read.
    pub roots: Option<&'c Roots>,
}

impl<'c, 'a> Site<'c, 'a> {
    /// The file.
    pub fn facts(&self) -> &'a Facts<'a> {
        self.course.facts
    }

    /// What is known of the image at the bottom.
    pub fn base(&self) -> &'a Base {
        &self.course.facts.base
    }

    /// The build context, if it is at hand.
    pub fn context(&self) -> Option<&'a Context> {
        self.course.context
    }

    /// What holds at the end of the file.
    pub fn scene(&self) -> std::rc::Rc<Scene> {
        self.course.facts.last_scene()
    }

    /// What was built at `path`, or the folder built that holds it; links are followed.
    pub fn product_at(&self, path: &str) -> Option<&'c Product> {
        match self.course.world.followed(path)? {
            Origin::Built(number) => self.course.products.get(*number),
            _ => None,
        }
    }

    /// The first of the started programs that a command of this ecosystem built: its path and the
    /// product.
    pub fn started_product(&self, ecosystem: &str) -> Option<(String, &'c Product)> {
        self.started_products(ecosystem).into_iter().next()
    }

    /// All started programs that commands of this ecosystem built, those of start scripts, too.
    pub fn started_products(&self, ecosystem: &str) -> Vec<(String, &'c Product)> {
        let launched = self.start.launches.iter().filter_map(|launch| launch.program(self.course));
        let reached = self.roots.iter().flat_map(|roots| &roots.paths).cloned();
        let mut seen = HashSet::new();
        let paths = launched.chain(reached).filter(|path| seen.insert(path.clone()));
        let built = paths.filter_map(|path| {
            let product = self.product_at(&path)?;
            (product.ecosystem == ecosystem).then_some((path, product))
        });
        built.collect()
    }

    /// The first of the programs started by their bare names that lies in a folder which a command
    /// of this ecosystem filled, as far as the `PATH` tells: what is in the folder is not known by
    /// name. Programs that packages bring are not meant.
    pub fn started_in_folder(&self, ecosystem: &str) -> Option<(String, &'c Product)> {
        use super::packages::{Holder, holder};
        self.start.launches.iter().find_map(|launch| {
            let word = launch.word(0).filter(|word| !word.contains('/'))?;
            let is_known = holder(word, self.base().distribution) != Holder::Unknown;
            if is_known || launch.program(self.course).is_some() {
                return None;
            }
            launch.search.split(':').find_map(|folder| {
                let path = super::facts::join(folder, word)?;
                let product = self.product_at(&path)?;
                let is_own = product.is_folder && product.ecosystem == ecosystem;
                is_own.then_some((path, product))
            })
        })
    }

    /// [`Site::started_products`], or else [`Site::started_in_folder`]: then the name is only likely
    /// to be that of what was built.
    pub fn started_likely(&self, ecosystem: &str) -> Vec<(String, &'c Product, bool)> {
        let known = self.started_products(ecosystem).into_iter();
        let known: Vec<_> = known.map(|(path, product)| (path, product, false)).collect();
        match self.started_in_folder(ecosystem) {
            Some((path, product)) if known.is_empty() => vec![(path, product, true)],
            _ => known,
        }
    }

    /// The refusal for a start that runs one of these tools of the build.
    pub fn starts_tool(&self, tools: &[&str]) -> Option<Refusal> {
        let is_tool = |name: &str| tools.contains(&name);
        let launch = self.start.launches.iter().find(|one| one.name().is_some_and(is_tool))?;
        Some(Refusal::new(Reason::BuildTool, launch.shown(), Some(self.start.place)))
    }

    /// The command that built the program at `path`, which the image must hold: a product below a
    /// mount is not in it.
    pub fn built_by(&self, path: &str, product: &Product) -> Result<&'a Invocation, Refusal> {
        if self.course.mount_over(product.line, path).is_some() {
            return Err(self.course.in_mount(path, product.line));
        }
        let invocation = self.course.invocation(product.line, product.command);
        invocation.ok_or_else(|| self.unknown_artifact(path))
    }

    /// The refusal for a program of which it is not known how it was built.
    pub fn unknown_artifact(&self, path: &str) -> Refusal {
        Refusal::new(Reason::ArtifactUnknown, path, Some(self.start.place))
    }

    /// The program that is started last, as it is written.
    pub fn started(&self) -> &'c str {
        let last = self.start.launches.last();
        last.and_then(|launch| launch.word(0)).unwrap_or("…")
    }

    /// [`Site::not_started`], if a command of this ecosystem builds.
    pub fn builds_another(&self, ecosystem: &str) -> Option<Refusal> {
        self.builds(ecosystem).then(|| self.not_started(ecosystem))
    }

    /// The refusal for what is built, but is not what is started.
    pub fn not_started(&self, ecosystem: &str) -> Refusal {
        let launches = &self.start.launches;
        let hidden = launches.iter().filter_map(|one| one.program(self.course)).find_map(|path| {
            let mut products = self.course.products.iter();
            let product = products.find(|product| {
                is_within(&path, &product.path)
                    && self.course.mount_over(product.line, &product.path).is_some()
            })?;
            Some(self.course.in_mount(&path, product.line))
        });
        if let Some(refusal) = hidden {
            return refusal;
        }
        let shown = self.started();
        let is_known = self.course.products.iter().any(|one| one.ecosystem == ecosystem);
        match is_known {
            true => {
                let what = format!("`{shown}`");
                Refusal::new(Reason::ArtifactMissing, what, Some(self.start.place))
            }
            false => {
                let why = "the build does not say where its program lies";
                Refusal::new(Reason::ArtifactUnknown, why, Some(self.start.place))
            }
        }
    }

    /// Whether a command of this ecosystem built anything, or tried to.
    pub fn builds(&self, ecosystem: &str) -> bool {
        let is_own = |role: &Role| matches!(role, Role::Builds(name) if *name == ecosystem);
        self.course.deeds.iter().any(|deed| is_own(&deed.role))
    }
}

/// How sure something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It follows from what was read.
    Proved,
    /// It is so in most files like this; the title says "(review)".
    Likely,
}

/// Why something is held to be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// A sentence.
    pub text: String,
    /// Where in the file it says so.
    pub place: Option<TextRange>,
    /// The file of the context that says so.
    pub file: Option<String>,
}

impl Evidence {
    /// What a place in the Dockerfile says.
    pub fn at(place: TextRange, text: impl Into<String>) -> Evidence {
        Evidence { text: text.into(), place: Some(place), file: None }
    }

    /// What a file of the context says.
    pub fn in_file(file: impl Into<String>, text: impl Into<String>) -> Evidence {
        Evidence { text: text.into(), place: None, file: Some(file.into()) }
    }
}

/// What an ecosystem answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The name of the ecosystem.
    pub ecosystem: &'static str,
    /// What is taken from the builder, in order.
    pub artifacts: Vec<Artifact>,
    /// How the program finds the C library.
    pub linkage: Linkage,
    /// Small images made for it, with the variant that they are for. Empty: the images for native
    /// programs are chosen by the linkage.
    pub runtimes: Vec<(Variant, String)>,
    /// Development packages that the program links with, by the names of the builder's distribution,
    /// besides those that the file installs.
    pub libraries: Vec<String>,
    /// Packages that it needs at run time, by the names of the runtime's distribution.
    pub packages: Vec<String>,
    /// Programs that the artifacts or the small image bring, by their bare names, besides those
    /// that can be seen.
    pub provides: Vec<String>,
    /// Whether the program needs the certificates of authorities.
    pub certificates: Need,
    /// Whether it needs the table of time zones.
    pub zones: Need,
    /// Whether it needs a folder for temporary files.
    pub temporary: Need,
    /// What it reads at run time.
    pub data: Data,
    /// Another start command, where the old one runs the toolchain.
    pub start: Option<NewStart>,
    /// Lines to put into the builder.
    pub builder: Vec<BuilderLine>,
    /// Variables that only the build reads, besides those that are known for all.
    pub build_variables: &'static [&'static str],
    /// Lines for the runtime stage behind all copies, such as `ENV PATH=…`.
    pub settings: Vec<String>,
    /// Why all this is held to be so.
    pub evidence: Vec<Evidence>,
    /// What is only likely: sentences. None of them: all is proved.
    pub assumptions: Vec<String>,
    /// What changes for whoever runs the image: sentences.
    pub changes: Vec<String>,
    /// What the artifacts weigh, unpacked, without the files of the context.
    pub weight: Amount,
    /// What the build makes beside them and is left behind, as far as it can be estimated.
    pub left: Amount,
}

impl Answer {
    /// An answer that takes these and needs nothing more.
    pub fn new(ecosystem: &'static str, linkage: Linkage, artifacts: Vec<Artifact>) -> Answer {
        Answer {
            ecosystem,
            artifacts,
            linkage,
            runtimes: Vec::new(),
            libraries: Vec::new(),
            packages: Vec::new(),
            provides: Vec::new(),
            certificates: Need::No,
            zones: Need::No,
            temporary: Need::No,
            data: Data::Embedded,
            start: None,
            builder: Vec::new(),
            build_variables: &[],
            settings: Vec::new(),
            evidence: Vec::new(),
            assumptions: Vec::new(),
            changes: Vec::new(),
            weight: Amount::exact(0),
            left: Amount::exact(0),
        }
    }

    /// The answer for several programs of one ecosystem in one image; `None` for no program.
    pub fn all(
        answers: impl Iterator<Item = Result<Answer, Refusal>>,
    ) -> Option<Result<Answer, Refusal>> {
        answers.reduce(|one, other| Ok(one?.and(other?)))
    }

    /// The answer for two programs of one ecosystem in one image.
    #[must_use]
    pub fn and(mut self, other: Answer) -> Answer {
        fn extend<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
            for one in more {
                if !list.contains(&one) {
                    list.push(one);
                }
            }
        }
        let greater = |one: Need, other: Need| if one == Need::Yes { one } else { other };
        if other.linkage != Linkage::Static && self.linkage != (Linkage::Dynamic { runtime: true })
        {
            self.linkage = other.linkage;
        }
        extend(&mut self.artifacts, other.artifacts);
        extend(&mut self.runtimes, other.runtimes);
        extend(&mut self.libraries, other.libraries);
        extend(&mut self.packages, other.packages);
        extend(&mut self.provides, other.provides);
        extend(&mut self.builder, other.builder);
        extend(&mut self.settings, other.settings);
        extend(&mut self.evidence, other.evidence);
        extend(&mut self.assumptions, other.assumptions);
        extend(&mut self.changes, other.changes);
        self.certificates = greater(self.certificates, other.certificates);
        self.zones = greater(self.zones, other.zones);
        self.temporary = greater(self.temporary, other.temporary);
        self.weight = self.weight.plus(other.weight);
        self.left = self.left.plus(other.left);
        self.data = match (self.data, other.data) {
            (
                Data::Beside { mut folders, mut embedded },
                Data::Beside { folders: more, embedded: also },
            ) => {
                extend(&mut folders, more);
                extend(&mut embedded, also);
                Data::Beside { folders, embedded }
            }
            (Data::Embedded, data) | (data, _) => data,
        };
        self
    }
}

/// The two sorts of splits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// On the slim or Alpine sibling of the same release.
    Conservative,
    /// On the smallest image that is sound.
    Smallest,
}

/// Something taken from the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Where it is in the builder, absolute.
    pub from: String,
    /// Where it goes, absolute.
    pub to: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl Artifact {
    /// A file that keeps its path.
    pub fn file(path: impl Into<String>) -> Artifact {
        let path = path.into();
        Artifact { from: path.clone(), to: path, is_folder: false }
    }

    /// A folder that keeps its path.
    pub fn folder(path: impl Into<String>) -> Artifact {
        Artifact { is_folder: true, ..Artifact::file(path) }
    }

    /// Whether it is a folder that brings another to the place where that is to be.
    pub fn brings(&self, other: &Artifact) -> bool {
        let inside = |path: &str, folder: &str| match folder {
            "/" => Some(path.to_owned()),
            folder => path.strip_prefix(folder).map(str::to_owned),
        };
        self.is_folder
            && is_within(&other.from, &self.from)
            && is_within(&other.to, &self.to)
            && inside(&other.from, &self.from) == inside(&other.to, &self.to)
    }

    /// The same in another place.
    #[must_use]
    pub fn moved(self, to: impl Into<String>) -> Artifact {
        Artifact { to: to.into(), ..self }
    }
}

/// How a program finds the C library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// It needs none.
    Static,
    /// It needs that of the builder, and libraries beside it: `libgcc`, `libstdc++`.
    Dynamic {
        /// Whether it needs more than the C library alone: `libgcc_s`, `libstdc++`.
        runtime: bool,
    },
    /// It runs in an interpreter or virtual machine that the image brings.
    Interpreted,
    /// The same, and it brings all else: the release below makes no difference.
    Portable,
}

/// Whether something is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No.
    No,
    /// Yes, or it may be: then it is brought along.
    Yes,
}

/// What a program reads at run time besides itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Nothing: it holds all.
    Embedded,
    /// Files beside its sources, found by their names in these folders of the image.
    Beside {
        /// Folders of the image with sources.
        folders: Vec<String>,
        /// Paths in these folders that the build put into the program.
        embedded: Vec<String>,
    },
    /// The files that the file copies from the context, again.
    Sources,
}

/// Another start command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStart {
    /// The words, exec form. Empty: the image's own start is taken.
    pub words: Vec<String>,
}

/// A line for the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuilderLine {
    /// Behind the line of that number in the facts.
    After(usize, String),
    /// Before it.
    Before(usize, String),
}
