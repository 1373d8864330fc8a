//! The whole way from a file to its plans, or to the reason why there are none.

use super::answer::{Answer, Linkage, Site, Variant};
use super::base::Base;
use super::course::{Course, Role};
use super::ecosystem;
use super::emit::emit;
use super::facts::{Facts, What};
use super::plan::{Parts, Plan};
use super::refusal::{Reason, Refusal};
use super::roots::{self, Roots};
use super::runtime;
use super::start::{Launch, Start};
use super::world::{Origin, base_name, is_within};
use crate::image::Reference;
use crate::language::Keyword;
use crate::model::{self, Model};
use crate::text::{Edit, TextRange};
use crate::workspace::Context;

/// How many instructions a file may have.
const MOST_LINES: usize = 400;

/// A split: the plan and the edits that make it.
#[derive(Clone, Debug)]
pub struct Split {
    /// The plan.
    pub plan: Plan,
    /// The edits, in the order of the file.
    pub edits: Vec<Edit>,
}

/// What can be done with a file.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The splits, the conservative one first.
    pub splits: Vec<Split>,
    /// Why there is none, or none of that variant.
    pub refusals: Vec<(Option<Variant>, Refusal)>,
}

/// What is wanted of the runtime stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Both variants.
    All,
    /// On that image.
    Image(Reference),
}

/// Whether and how a file is split.
pub fn judge(model: &Model, context: Option<&Context>, wanted: &Wanted) -> Verdict {
    match judged(model, context, wanted) {
        Ok(verdict) => verdict,
        Err(refusal) => Verdict { splits: Vec::new(), refusals: vec![(None, refusal)] },
    }
}

fn judged(model: &Model, context: Option<&Context>, wanted: &Wanted) -> Result<Verdict, Refusal> {
    let stage = only_stage(model)?;
    let (base, argument) = base(stage)?;
    let mut facts = Facts::read(model, stage, base);
    facts.base_argument = argument;
    if facts.lines.len() > MOST_LINES {
        return Err(Refusal::new(Reason::NeedsOther, "The file is too long to be followed", None));
    }
    check_lines(&facts)?;
    let start = Start::read(&facts)?;
    let course = Course::follow(&facts, context)?;
    let roots = roots::roots(&course, &start);
    let site = Site { course: &course, start: &start, roots: roots.as_ref().ok() };
    let Some(answer) = ecosystem::ALL.iter().find_map(|one| (one.answers)(&site)) else {
        return Err(Refusal::new(Reason::NothingBuilt, "", None));
    };
    check_start(&start)?;
    let (roots, answer) = match (roots, answer) {
        // What was copied by name is a script; of a whole folder it may be anything.
        (Err(script), Err(other)) => {
            let is_named = course.world.exact(&script.subject).is_some();
            return Err(if is_named { script } else { other });
        }
        (roots, answer) => (roots?, answer?),
    };
    check_course(&course)?;
    check_reached(&course, &roots, &answer)?;
    check_libraries(&course, &answer)?;
    let parts = Parts { course: &course, start: &start, roots: &roots, answer: &answer };
    Ok(variants(&parts, wanted))
}

fn variants(parts: &Parts<'_, '_>, wanted: &Wanted) -> Verdict {
    let mut verdict = Verdict::default();
    let builder = &parts.course.facts.base;
    if let Wanted::Image(image) = wanted {
        let name = match *image == Reference::empty() {
            true => image.repository.clone(),
            false => image.to_string(),
        };
        match runtime::known(&name) {
            Some(base) => verdict.take(parts, Variant::Smallest, vec![base]),
            None => {
                let refusal = Refusal::new(Reason::BaseUnknown, name, None);
                verdict.refusals.push((Some(Variant::Smallest), refusal));
            }
        }
        return verdict;
    }
    for variant in [Variant::Conservative, Variant::Smallest] {
        verdict.take(parts, variant, runtime::candidates(parts.answer, builder, variant));
    }
    verdict
}

impl Verdict {
    /// The first image that a program can run on.
    fn take(&mut self, parts: &Parts<'_, '_>, variant: Variant, candidates: Vec<Base>) {
        let mut first = None;
        for runtime in candidates {
            match parts.plan(variant, runtime) {
                Ok(plan) => {
                    let edits = emit(parts.course.facts, &plan);
                    self.splits.push(Split { plan, edits });
                    return;
                }
                Err(refusal) => {
                    first.get_or_insert(refusal);
                }
            }
        }
        let refusal =
            first.unwrap_or_else(|| no_runtime(variant, parts.answer, &parts.course.facts.base));
        self.refusals.push((Some(variant), refusal));
    }
}

fn no_runtime(variant: Variant, answer: &Answer, base: &Base) -> Refusal {
    let is_native = matches!(answer.linkage, Linkage::Static | Linkage::Dynamic { .. });
    let what = match variant {
        Variant::Conservative => format!("a sibling of {}", base.name()),
        Variant::Smallest if is_native => {
            format!("scratch or distroless for what is linked on {}", base.name())
        }
        Variant::Smallest => format!("one smaller than the sibling of {}", base.name()),
    };
    Refusal::new(Reason::NoRuntime, what, None)
}

fn only_stage(model: &Model) -> Result<&model::Stage, Refusal> {
    match model.stages() {
        [] => Err(Refusal::new(Reason::Empty, "", None)),
        [stage] => sound(model).map(|()| stage),
        _ => Err(Refusal::new(Reason::SeveralStages, "", None)),
    }
}

/// That nothing in the file is broken.
fn sound(model: &Model) -> Result<(), Refusal> {
    for placed in model.tree().items() {
        let instruction = placed.instruction();
        let is_unknown = instruction.is_some_and(|i| i.view.command.keyword.is_none());
        let is_pasted = instruction.is_some_and(|i| i.mended.is_some());
        if !placed.item.errors.is_empty() || is_unknown || is_pasted {
            let line = (placed.line + 1).to_string();
            return Err(Refusal::new(Reason::Errors, line, Some(placed.range())));
        }
    }
    Ok(())
}

/// What is known of the image at the bottom, and the argument that its name hangs on.
fn base(stage: &model::Stage) -> Result<(Base, Option<String>), Refusal> {
    let written = stage.image();
    let place = written.as_ref().map(|image| image.range);
    let name = match &stage.base {
        model::Base::Image(name) => name.to_string(),
        model::Base::Scratch => return Err(Refusal::new(Reason::NothingBuilt, "", place)),
        model::Base::Stage(_) | model::Base::Unknown => {
            let written = written.map(|image| image.text.to_string()).unwrap_or_default();
            return Err(Refusal::new(Reason::BaseArgument, variable(&written), place));
        }
    };
    let written = written.map(|image| image.text.to_string()).unwrap_or_default();
    if name.contains('$') || written.contains('$') && name.ends_with([':', '-', '/']) {
        return Err(Refusal::new(Reason::BaseArgument, variable(&written), place));
    }
    let argument = written.contains('$').then(|| variable(&written));
    let lower = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["windowsservercore", "nanoserver", "windows/"]) {
        return Err(Refusal::new(Reason::Windows, name, place));
    }
    if has(&["nvidia/", "cuda", "rocm", "tensorflow", "pytorch"]) {
        return Err(Refusal::new(Reason::Gpu, name, place));
    }
    if has(&["onbuild"]) {
        return Err(Refusal::new(Reason::Onbuild, "", place));
    }
    if has(&[
        "jupyter",
        "rocker/",
        "rstudio",
        "devcontainers",
        "gitpod",
        "jenkins",
        "docker:",
        "actions-runner",
        "buildkite",
        "codercom",
        "code-server",
    ]) || lower == "docker"
    {
        return Err(Refusal::new(Reason::Environment, name, place));
    }
    let reference = Reference::parse(&name).ok();
    match reference.as_ref().and_then(Base::of) {
        Some(base) => Ok((base, argument)),
        None => Err(Refusal::new(Reason::BaseUnknown, name, place)),
    }
}

/// The first variable of a text.
fn variable(text: &str) -> String {
    let rest = text.split_once('$').map_or(text, |(_, rest)| rest).trim_start_matches('{');
    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn check_lines(facts: &Facts<'_>) -> Result<(), Refusal> {
    match facts.lines.iter().find(|line| line.keyword == Keyword::Onbuild) {
        Some(line) => Err(Refusal::new(Reason::Onbuild, "", Some(line.placed.range()))),
        None => Ok(()),
    }
}

/// That each command of the build is known, and that the build does not tidy up after itself.
fn check_course(course: &Course<'_>) -> Result<(), Refusal> {
    let lines = &course.facts.lines;
    for deed in &course.deeds {
        let Some(line) = lines.get(deed.line) else { continue };
        if deed.role == Role::Unknown {
            return Err(match course.invocation(deed.line, deed.command) {
                Some(one) => Refusal::new(Reason::CannotFollow, one.shown(), Some(one.range)),
                None => {
                    let place = Some(line.placed.range());
                    Refusal::new(Reason::ShellUnread, line.number.to_string(), place)
                }
            });
        }
        if deed.role == Role::Removes {
            let place = course.invocation(deed.line, deed.command).map(|one| one.range);
            return Err(Refusal::new(Reason::CleansUp, line.number.to_string(), place));
        }
    }
    for line in lines {
        let What::Run(run) = &line.what else { continue };
        if run.commands.is_err() {
            let place = Some(line.placed.range());
            return Err(Refusal::new(Reason::ShellUnread, line.number.to_string(), place));
        }
    }
    Ok(())
}

/// That every program which was built and is started is among what is taken.
fn check_reached(course: &Course<'_>, roots: &Roots, answer: &Answer) -> Result<(), Refusal> {
    for path in &roots.paths {
        let is_built = matches!(course.world.followed(path), Some(Origin::Built(_)));
        let is_taken = answer.artifacts.iter().any(|artifact| is_within(path, &artifact.from));
        if is_built && !is_taken {
            let what = format!("Another program is started, too: {path}");
            return Err(Refusal::new(Reason::NeedsOther, what, None));
        }
        if let Some(Origin::Unknown(line)) = course.world.followed(path) {
            let place = course.facts.lines.get(*line).map(|line| line.placed.range());
            return Err(Refusal::new(Reason::CannotFollow, path, place));
        }
    }
    Ok(())
}

/// That a program which is linked at its start, or an interpreter, does not need what a C compiler
/// built beside it.
fn check_libraries(course: &Course<'_>, answer: &Answer) -> Result<(), Refusal> {
    let c = ecosystem::c::ECOSYSTEM.name;
    if answer.ecosystem == c || answer.linkage == Linkage::Static {
        return Ok(());
    }
    let mut built = course.deeds_with(|role| *role == Role::Builds(c));
    match built.next() {
        Some((_, one)) => Err(Refusal::new(Reason::CannotFollow, one.shown(), Some(one.range))),
        None => Ok(()),
    }
}

/// Programs that start several services.
const INIT: &[&str] = &[
    "supervisord",
    "init",
    "systemd",
    "s6-svscan",
    "runsvdir",
    "runit",
    "my_init",
    "circusd",
    "honcho",
    "foreman",
];

/// Programs that one works in.
const ENVIRONMENTS: &[&str] = &[
    "jupyter",
    "jupyter-lab",
    "jupyter-notebook",
    "rstudio-server",
    "R",
    "julia",
    "code-server",
    "ipython",
];

/// Programs that serve sources while they change.
const DEVELOPMENT: &[&str] = &[
    "nodemon",
    "pm2-dev",
    "ts-node-dev",
    "webpack-dev-server",
    "webpack-serve",
    "air",
    "reflex",
    "live-server",
    "browser-sync",
    "watchexec",
    "entr",
];

/// Commands that build or fetch, by their first two words.
const BUILDS_AT_START: &[(&str, &str)] = &[
    ("git", "pull"),
    ("git", "clone"),
    ("npm", "install"),
    ("npm", "ci"),
    ("yarn", "install"),
    ("pnpm", "install"),
    ("pip", "install"),
    ("pip3", "install"),
    ("bundle", "install"),
    ("composer", "install"),
    ("go", "build"),
    ("go", "get"),
    ("go", "mod"),
    ("cargo", "build"),
    ("mvn", "package"),
    ("mvn", "install"),
    ("npm", "run-script"),
    ("make", ""),
    ("apt-get", "install"),
];

/// That what is started is a program of its own.
fn check_start(start: &Start) -> Result<(), Refusal> {
    let place = Some(start.place);
    for launch in &start.launches {
        check_launch(launch, start.launches.len(), place)?;
    }
    Ok(())
}

fn check_launch(launch: &Launch, launches: usize, place: Option<TextRange>) -> Result<(), Refusal> {
    let no = |reason| Err(Refusal::new(reason, launch.shown(), place));
    let Some(name) = launch.name() else { return no(Reason::StartUnknown) };
    let is_bare =
        launch.words.len() == 1 || launch.word(1).is_some_and(|word| word.starts_with('-'));
    let is_shell = ["sh", "bash", "ash", "dash", "zsh", "fish"].contains(&name);
    if is_shell && is_bare || name == "tail" || name == "sleep" {
        return no(Reason::StartsShell);
    }
    if INIT.contains(&name) {
        return no(Reason::InitSystem);
    }
    if ENVIRONMENTS.contains(&name) {
        return no(Reason::Environment);
    }
    if DEVELOPMENT.contains(&name) {
        return no(Reason::DevelopmentServer);
    }
    let second = launch.word(1).unwrap_or_default();
    let builds = BUILDS_AT_START
        .iter()
        .any(|(program, verb)| base_name(name) == *program && (verb.is_empty() || second == *verb));
    if builds && launches > 1 {
        return no(Reason::BuildsAtStart);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Tree;
    use crate::text::apply_edits;
    use crate::workspace::Disk;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn show_seeds() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds");
        for entry in std::fs::read_dir(seeds).unwrap() {
            let folder = entry.unwrap().path();
            let file = folder.join("single.Dockerfile");
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            let context = Context::open(Arc::new(Disk), &folder, &file).ok();
            let model = Model::new(Tree::parse(&text));
            let verdict = judge(&model, context.as_ref(), &Wanted::All);
            println!("=== {}", folder.display());
            for (variant, refusal) in &verdict.refusals {
                println!("--- no {variant:?}: {refusal}");
            }
            for split in &verdict.splits {
                println!("--- {:?} {:?}", split.plan.variant, split.plan.assumptions);
                println!("{}", apply_edits(&text, &split.edits).unwrap());
            }
        }
    }
}
