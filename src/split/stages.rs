//! The stages of a file that has several: each followed as a build of its own on top of what it
//! starts from, and what their `COPY --from` bring from one to the other.
//!
//! The build context is not looked at: what a `COPY` from it brings is known by name at the most.

use super::answer::{Answer, Site};
use super::base::{Base, Family};
use super::course::{Course, Product, Role};
use super::ecosystem;
use super::facts::{Copy, Facts, Line, Run, What, join};
use super::judge::LONGEST;
use super::start::{Launch, Start};
use super::world::{Origin, base_name, is_within, trimmed};
use crate::image::Reference;
use crate::language::Keyword;
use crate::model::{self, Model, Stage};
use crate::workspace::inside;

/// How many instructions a file may have whose stages are followed.
const MOST_LINES: usize = 1_000;

/// How many stages may stand on one another: each is followed from the image at the bottom on.
const MOST_CHAINED: usize = 20;

/// What each of the wanted stages does, from the image at the bottom on; `None` for one whose image
/// is not known, or which holds something that is broken or that nobody can follow.
pub fn read(model: &Model, is_wanted: impl Fn(&Stage) -> bool) -> Vec<Option<Facts<'_>>> {
    let is_short =
        u32::from(model.tree().len()) <= LONGEST && model.instructions().nth(MOST_LINES).is_none();
    let stages = model.stages().iter();
    stages
        .map(|stage| {
            (is_short && is_wanted(stage)).then_some(())?;
            let chain = chain(model, stage).filter(|chain| chain.len() <= MOST_CHAINED)?;
            let base = base(chain.first()?)?;
            chain.iter().all(|stage| is_sound(model, stage)).then_some(())?;
            let facts = Facts::read_chain(model, &chain, base);
            let fires = facts.lines.iter().any(|line| line.keyword == Keyword::Onbuild);
            (!fires).then_some(facts)
        })
        .collect()
}

/// What is known of the image at the bottom of a stage.
pub fn bottom(model: &Model, stage: &Stage) -> Option<Base> {
    base(chain(model, stage)?.first()?)
}

/// Whether a stage, or one that it starts from, says what containers start.
pub fn has_start(model: &Model, stage: &Stage) -> bool {
    let chain = chain(model, stage).unwrap_or_default();
    chain.iter().any(|stage| {
        let own = model.instructions_from(stage.item);
        let mut own = own.take_while(|(placed, _)| placed.start < stage.range.end());
        own.any(|(_, facts)| matches!(facts.keyword, Some(Keyword::Cmd | Keyword::Entrypoint)))
    })
}

/// A stage and those that it starts from, the lowest first; `None` if they go round in circles.
fn chain<'m>(model: &'m Model, stage: &'m Stage) -> Option<Vec<&'m Stage>> {
    let mut chain = vec![stage];
    let mut lowest = stage;
    while let model::Base::Stage(number) = &lowest.base {
        lowest = model.stages().get(*number).filter(|below| below.index < lowest.index)?;
        chain.push(lowest);
    }
    chain.reverse();
    Some(chain)
}

/// What is known of the image that a stage starts from.
fn base(stage: &Stage) -> Option<Base> {
    let name = match &stage.base {
        model::Base::Scratch => return Some(Base::scratch()),
        model::Base::Image(name) if !name.contains('$') => name,
        _ => return None,
    };
    let reference = Reference::parse(name).ok()?;
    Base::of(&reference).or_else(|| {
        // Google's images without a release are those of the newest one.
        let mut newest = reference.clone();
        let is_distroless = reference.familiar().starts_with("gcr.io/distroless/");
        newest.repository.push_str("-debian12");
        let base = Base::of(&newest).filter(|_| is_distroless)?;
        Some(Base { image: reference, ..base })
    })
}

/// Whether every line of a stage is an instruction without errors.
fn is_sound(model: &Model, stage: &Stage) -> bool {
    let items = model.tree().items_from(stage.item);
    let mut own = items.take_while(|placed| placed.start < stage.range.end());
    own.all(|placed| {
        let instruction = placed.instruction();
        placed.item.errors.is_empty()
            && instruction.is_none_or(|instruction| instruction.meant().command.keyword.is_some())
    })
}

/// Whether a mount of a `RUN` may bring it a shell.
fn mounts_shell(run: &Run) -> bool {
    let holds = |target: &str| is_within("/bin/sh", trimmed(target));
    let mut mounts = run.mounts.iter().filter(|mount| matches!(&*mount.kind, "bind" | "cache"));
    mounts.any(|mount| mount.target.as_deref().is_none_or(holds))
}

/// The stages of a file.
pub struct Stages<'f> {
    /// The file.
    pub model: &'f Model,
    courses: Vec<Option<Course<'f>>>,
}

/// A `COPY` that may bring a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bringer {
    /// The number of its line in the facts.
    pub line: usize,
    /// The number of the source among those of the line, and what it is called where it comes from;
    /// `None` where that is not known.
    pub source: Option<(usize, String)>,
    /// The stage that it comes from, if it comes from one.
    pub stage: Option<usize>,
}

impl<'f> Stages<'f> {
    /// Follows all stages of [`read`].
    pub fn follow(model: &'f Model, facts: &'f [Option<Facts<'f>>]) -> Stages<'f> {
        let follow = |facts: &'f Option<Facts<'f>>| Course::follow(facts.as_ref()?, None).ok();
        Stages { model, courses: facts.iter().map(follow).collect() }
    }

    /// The course of a stage, if it could be followed.
    pub fn course(&self, stage: usize) -> Option<&Course<'f>> {
        self.courses.get(stage)?.as_ref()
    }

    /// The last stage, which a plain build makes.
    pub fn last(&self) -> Option<(&'f Stage, &Course<'f>)> {
        let stage = self.model.stages().last()?;
        Some((stage, self.course(stage.index)?))
    }

    /// What a stage is built on: the image at the bottom.
    pub fn base(&self, stage: usize) -> Option<&Base> {
        Some(&self.course(stage)?.facts.base)
    }

    /// Whether a stage certainly has no shell: neither its image nor a `COPY` brings one.
    pub fn lacks_shell(&self, stage: usize) -> bool {
        let Some(course) = self.course(stage) else { return false };
        let base = &course.facts.base;
        let lines = &course.facts.lines;
        !base.has_shell()
            && !is_debug(base)
            && lines.iter().all(|line| line.keyword != Keyword::Shell)
            && !lines.iter().any(|line| match &line.what {
                // A program of the image itself may do anything, and so may one that is mounted.
                What::Run(run) => run.text.is_none() || mounts_shell(run),
                _ => false,
            })
            && self.bringers(stage, "/bin/sh").is_empty()
    }

    /// Whether a `RUN` of a stage certainly finds no shell: nothing before it brings one.
    pub fn lacks_shell_for_run(&self, stage: usize, run: &Line<'_>) -> bool {
        let Some(course) = self.course(stage) else { return false };
        let before = |line: &&Line<'_>| line.placed.index < run.placed.index;
        let has_shell = course.facts.base.has_shell() || is_debug(&course.facts.base);
        let is_set = course.facts.lines.iter().filter(before).any(|line| match &line.what {
            What::Run(run) => run.text.is_none() || mounts_shell(run),
            _ => line.keyword == Keyword::Shell,
        });
        let is_set = is_set || matches!(&run.what, What::Run(own) if mounts_shell(own));
        let copies =
            |one: &Bringer| course.facts.lines.get(one.line).is_some_and(|line| before(&line));
        !has_shell && !is_set && !self.bringers(stage, "/bin/sh").iter().any(copies)
    }

    /// The copies of a stage that may bring a file to `path`, the last first.
    pub fn bringers(&self, stage: usize, path: &str) -> Vec<Bringer> {
        let Some(course) = self.course(stage) else { return Vec::new() };
        let mut found = Vec::new();
        for (line, what) in course.facts.lines.iter().map(|line| &line.what).enumerate().rev() {
            if let What::Copy(copy) = what {
                self.bringers_of(course, line, copy, path, &mut found);
            }
        }
        found
    }

    fn bringers_of(
        &self,
        course: &Course<'f>,
        line: usize,
        copy: &Copy,
        path: &str,
        found: &mut Vec<Bringer>,
    ) {
        let from = copy.from.as_deref().and_then(|name| self.stage_of(course, line, name));
        let unknown = Bringer { line, source: None, stage: from };
        let Some(destination) = copy.destination.as_deref() else { return found.push(unknown) };
        let is_below = is_within(path, destination);
        if copy.heredocs > 0 && is_below {
            found.push(unknown.clone());
        }
        for (number, source) in copy.sources.iter().enumerate() {
            let is_plain =
                source.as_deref().filter(|source| !source.contains(['*', '?', '[', ':']));
            let may_unpack = copy.is_add && copy.from.is_none();
            let Some(source) = is_plain.filter(|_| !copy.is_odd && !may_unpack) else {
                if is_below {
                    found.push(unknown.clone());
                }
                continue;
            };
            let source = match copy.from {
                Some(_) => join("/", source).unwrap_or_default(),
                None => inside(source),
            };
            let kind = match matches!(source.as_str(), "" | "/") || source.ends_with('/') {
                true => Some(true),
                false => from.and_then(|stage| self.is_folder(stage, &source)),
            };
            let brought =
                |source: String| Bringer { line, source: Some((number, source)), stage: from };
            // Where nothing tells whether it is a file or a folder, it may be either.
            if kind != Some(true) && is_landing(&source, destination, path) {
                found.push(brought(trimmed(&source).to_owned()));
            } else if kind != Some(false) && is_below {
                let rest = &path[trimmed(destination).len().min(path.len())..];
                let inside = format!("{}/{}", source.trim_end_matches('/'), rest.trim_matches('/'));
                found.push(brought(trimmed(&inside).to_owned()));
            }
        }
    }

    /// The stage that a `COPY` names.
    fn stage_of(&self, course: &Course<'f>, line: usize, name: &str) -> Option<usize> {
        let item = course.facts.lines.get(line)?.placed.index;
        let mut references = self.model.references().iter().filter(|one| one.item == item);
        references.find(|one| *one.name.text == *name)?.used_stage()
    }

    /// Whether a path of a stage is a folder, as far as that is known.
    fn is_folder(&self, stage: usize, path: &str) -> Option<bool> {
        let course = self.course(stage)?;
        if let Some(product) = product_at(course, path).filter(|one| one.path == trimmed(path)) {
            return Some(product.is_folder);
        }
        course.world.is_folder(path).then_some(true)
    }

    /// What a stage built at a path, followed through the copies of all stages: the stage, the path
    /// there, and the `COPY` of this stage that brings it, if it is not its own.
    pub fn built_at(&self, stage: usize, path: &str) -> Option<Built<'_>> {
        let mut bringer = None;
        let (mut stage, mut path) = (stage, path.to_owned());
        for _ in 0..self.courses.len() {
            let course = self.course(stage)?;
            if let Some(product) = product_at(course, &path) {
                return Some(Built { stage, path, product, bringer });
            }
            let brought = self.bringers(stage, &path).into_iter().find_map(|one| {
                let (_, source) = one.source.clone()?;
                Some((one.stage?, source, one))
            });
            let (next, source, one) = brought?;
            bringer.get_or_insert(one);
            (stage, path) = (next, source);
        }
        None
    }

    /// How a program that a stage built is split off, as the split would have it; `None` if that is
    /// not known.
    pub fn answer(&self, built: &Built<'_>) -> Option<Answer> {
        let course = self.course(built.stage)?;
        let launch = Launch {
            words: vec![Some(built.path.clone())],
            folder: Some("/".to_owned()),
            search: String::new(),
        };
        let start = Start {
            argv: vec![built.path.clone()],
            launches: vec![launch],
            place: course.facts.lines.last()?.placed.range(),
            ..Start::default()
        };
        let site = Site { course, start: &start, roots: None };
        let own = ecosystem::ALL.iter().find(|one| one.name == built.product.ecosystem)?;
        (own.answers)(&site)?.ok()
    }

    /// Whether all that the commands of a stage do to its files is known, and none of them builds or
    /// fetches anything.
    pub fn is_plain(&self, stage: usize) -> bool {
        let Some(course) = self.course(stage) else { return false };
        course.deeds.iter().all(|deed| {
            matches!(
                deed.role,
                Role::Nothing
                    | Role::Installs
                    | Role::Removes
                    | Role::Housekeeping
                    | Role::Users
                    | Role::Paths(_)
                    | Role::System
            )
        })
    }

    /// The paths that the start of a stage names: programs and arguments that are paths, made
    /// absolute, each with the word of the command.
    pub fn started_paths(&self, start: &Start) -> Vec<(String, String)> {
        let words = start.launches.iter().flat_map(|launch| {
            let paths = launch.words.iter().enumerate().filter_map(|(number, word)| {
                let word = word.as_deref().filter(|word| !word.starts_with('-'))?;
                let is_path = word.contains('/') || number > 0 && word.contains('.');
                Some((launch.path(word).filter(|_| is_path)?, word.to_owned()))
            });
            paths.collect::<Vec<_>>()
        });
        words.collect()
    }
}

/// Whether it is one of Google's images with a shell to look around.
fn is_debug(base: &Base) -> bool {
    base.family == Family::Distroless
        && base.image.effective_tag().is_some_and(|tag| tag.contains("debug"))
}

/// A program that a stage built.
#[derive(Debug)]
pub struct Built<'s> {
    /// The stage.
    pub stage: usize,
    /// The path there.
    pub path: String,
    /// The product.
    pub product: &'s Product,
    /// The copy that brings it into the stage that was asked about; `None` if it was built there.
    pub bringer: Option<Bringer>,
}

/// What was built at `path`, or the folder built that holds it.
fn product_at<'c>(course: &'c Course<'_>, path: &str) -> Option<&'c Product> {
    match course.world.followed(path)? {
        Origin::Built(number) => course.products.get(*number),
        _ => None,
    }
}

/// Whether a file `source` that is copied to `destination` can land at `path`: under that name, or
/// in it.
fn is_landing(source: &str, destination: &str, path: &str) -> bool {
    let into = format!("{}/{}", destination.trim_end_matches('/'), base_name(source));
    path == into || path == destination
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Tree;

    /// What the last stage starts, as the stage and path that built it.
    #[track_caller]
    fn check(text: &str, path: &str, expected: Option<(usize, &str)>) {
        let model = Model::new(Tree::parse(text));
        let facts = read(&model, |_| true);
        let stages = Stages::follow(&model, &facts);
        let last = model.stages().len() - 1;
        let built = stages.built_at(last, path);
        let found = built.as_ref().map(|built| (built.stage, built.path.as_str()));
        assert_eq!(found, expected, "{text}");
    }

    const GO: &str = "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o app\n";

    #[test]
    fn what_was_built_is_found_through_copies() {
        let found = Some((0, "/src/app"));
        check(&format!("{GO}FROM scratch\nCOPY --from=build /src/app /\n"), "/app", found);
        check(&format!("{GO}FROM scratch\nCOPY --from=0 /src/app /x\n"), "/x", found);
        check(&format!("{GO}FROM scratch\nCOPY --from=build /src /x\n"), "/x/app", found);
        check(&format!("{GO}FROM scratch\nCOPY --from=build /src /x\n"), "/x/other", None);
        let over = "FROM alpine AS mid\nCOPY --from=build /src/app /mid\n";
        check(&format!("{GO}{over}FROM scratch\nCOPY --from=mid /mid /x\n"), "/x", found);
        check(&format!("{GO}FROM build\nUSER 1\n"), "/src/app", Some((1, "/src/app")));
        check(&format!("{GO}FROM scratch\nCOPY /src/app /x\n"), "/x", None);
    }

    #[test]
    fn a_stage_inherits_what_holds_below_it() {
        let text = "FROM alpine:3.20 AS a\nARG X=1\nENV Y=2\nWORKDIR /w\nFROM a\nCMD x\n";
        let model = Model::new(Tree::parse(text));
        let facts = read(&model, |_| true);
        let scene = facts[1].as_ref().expect("followed").last_scene();
        assert_eq!(scene.workdir.as_deref(), Some("/w"));
        assert_eq!((scene.value("Y"), scene.arguments.len()), (Some("2"), 0));
        assert_eq!(facts[0].as_ref().expect("followed").lines.len(), 4);
    }
}
