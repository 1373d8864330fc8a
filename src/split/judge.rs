//! The whole way from a file to its plans, or to the reason why there are none.

use super::answer::{Answer, Linkage, Site, Variant};
use super::base::{Base, Family};
use super::command::{Invocation, SHELLS, Word};
use super::course::{Course, Deed, Role};
use super::ecosystem;
use super::emit::emit;
use super::facts::{Facts, What};
use super::packages::{self, Operation};
use super::plan::{Parts, Plan};
use super::preload;
use super::refusal::{Reason, Refusal};
use super::release;
use super::roots::{self, Roots};
use super::runtime;
use super::start::{Launch, Start};
use super::world::{Origin, base_name, is_within};
use crate::image::Reference;
use crate::language::Keyword;
use crate::model::{self, Model};
use crate::syntax::Placed;
use crate::text::{Edit, TextRange};
use crate::workspace::Context;

/// How many instructions a file may have.
const MOST_LINES: usize = 400;

/// How many commands they may have.
const MOST_COMMANDS: usize = 1_000;

/// How many words they may have, and the `COPY`s.
const MOST_WORDS: usize = 5_000;

/// How long a file may be that is followed, in bytes.
pub const LONGEST: u32 = 200_000;

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
    let (base, argument) = base(model, stage)?;
    let is_long = model.instructions().nth(MOST_LINES).is_some();
    if is_long || u32::from(model.tree().len()) > LONGEST {
        return Err(Refusal::new(Reason::NeedsOther, "The file is too long to be followed", None));
    }
    let mut facts = Facts::read(model, stage, base);
    facts.base_argument = argument;
    if facts.invocations().nth(MOST_COMMANDS).is_some() || words(&facts) > MOST_WORDS {
        let what = "The file has too many commands to be followed";
        return Err(Refusal::new(Reason::NeedsOther, what, None));
    }
    check_lines(&facts)?;
    let start = Start::read(&facts)?;
    let course = Course::follow(&facts, context)?;
    let roots = roots::roots(&course, &start);
    preload::check(&course)?;
    let site = Site { course: &course, start: &start, roots: roots.as_ref().ok() };
    let Some(answer) = ecosystem::ALL.iter().find_map(|one| (one.answers)(&site)) else {
        return Err(unanswered(&course, &start));
    };
    check_start(&start)?;
    if let Ok(Roots { builds: Some(builds), .. }) = &roots {
        return Err(Refusal::new(Reason::BuildsAtStart, builds, Some(start.place)));
    }
    let (mut roots, mut answer) = match (roots, answer) {
        // What was copied by name, or is known to be a file of the project, is a script; of a whole
        // folder it may be anything.
        (Err(script), Err(other)) => {
            let is_named = course.world.exact(&script.subject).is_some()
                || course.in_context(&script.subject).is_some();
            return Err(if is_named { script } else { because(&course, &start, other) });
        }
        (Ok(_), Err(other)) => return Err(because(&course, &start, other)),
        (roots, answer) => (roots?, answer?),
    };
    roots.bring(&course, &mut answer);
    check_course(&course)?;
    check_reached(&course, &start, &roots, &answer)?;
    check_libraries(&course, &answer)?;
    let parts = Parts { course: &course, start: &start, roots: &roots, answer: &answer };
    Ok(variants(&parts, wanted))
}

/// How many words there are of what a build follows one by one.
fn words(facts: &Facts<'_>) -> usize {
    let copied = facts.lines.iter().map(|line| match &line.what {
        What::Copy(copy) => copy.sources.len(),
        _ => 0,
    });
    copied.chain(facts.invocations().map(|(_, one)| one.words.len())).sum()
}

/// Why no ecosystem says anything: with a toolchain at hand, the commands that are not read may build.
fn unanswered(course: &Course<'_>, start: &Start) -> Refusal {
    let is_toolchain = !matches!(
        course.facts.base.family,
        Family::Distribution
            | Family::Jre
            | Family::DotnetRuntime
            | Family::Nginx
            | Family::Caddy
            | Family::Distroless
    );
    let builds = course.deeds.iter().any(|deed| matches!(deed.role, Role::Builds(_)));
    let unknown = unknown_build(course);
    let why = match is_toolchain || builds || unknown.is_some() {
        true => check_start(start)
            .and_then(|()| check_tools(start))
            .and_then(|()| check_read(course))
            .and_then(|()| unknown.map_or(Ok(()), Err)),
        false => Ok(()),
    };
    why.err().unwrap_or_else(|| Refusal::new(Reason::NothingBuilt, "", None))
}

/// The refusal for the first command that is not known and may build something: a script, or one that
/// is told so.
fn unknown_build(course: &Course<'_>) -> Option<Refusal> {
    const VERBS: &[&str] =
        &["assemble", "build", "bundle", "compile", "dist", "jar", "package", "release", "war"];
    let builds = |one: &Invocation| {
        let program = one.words.first().map(Word::or_empty).unwrap_or_default();
        let mut words = one.args().iter().map(Word::or_empty);
        let is_script = program.contains('/') && !program.starts_with("/usr/")
            || SHELLS.contains(&program) && words.clone().any(|word| word.ends_with(".sh"));
        is_script || words.any(|word| VERBS.contains(&word))
    };
    unknown(course, builds)
}

/// The refusal for the first command that puts files somewhere, it is not known which or where.
fn unknown_move(course: &Course<'_>) -> Option<Refusal> {
    unknown(course, |one| matches!(one.name(), Some("cp" | "install" | "ln" | "mv" | "tar")))
}

/// The refusal for the first command of that sort which is not known.
fn unknown(course: &Course<'_>, is_wanted: impl Fn(&Invocation) -> bool) -> Option<Refusal> {
    let mut unknown = course.deeds_with(|role| *role == Role::Unknown).map(|(_, one)| one);
    let first = unknown.find(|one| is_wanted(one))?;
    Some(Refusal::new(Reason::CannotFollow, first.shown(), Some(first.range)))
}

/// The deeper reason why what is started is missing: it is below a mount, or a command is not read or
/// not known that may make it.
fn because(course: &Course<'_>, start: &Start, other: Refusal) -> Refusal {
    if other.reason != Reason::ArtifactMissing {
        return other;
    }
    let paths = start.launches.iter().filter_map(|launch| launch.program(course));
    let hidden =
        paths.filter(|path| !matches!(course.world.followed(path), Some(Origin::Built(_))));
    let mut hidden = hidden.filter_map(|path| {
        let line = (0..course.facts.lines.len()).find(|line| {
            let is_built = course
                .deeds
                .iter()
                .any(|deed| deed.line == *line && matches!(deed.role, Role::Builds(_)));
            is_built
                && course.mount_over(*line, &path).is_some_and(|mount| {
                    mount.target.is_some() && matches!(mount.kind.as_str(), "cache" | "tmpfs")
                })
        })?;
        Some(course.in_mount(&path, line))
    });
    let unknown = || unknown_move(course).or_else(|| unknown_build(course));
    hidden.next().or_else(|| check_read(course).err()).or_else(unknown).unwrap_or(other)
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
            Some(base) => {
                let variant = match base.has_shell() {
                    true => Variant::Conservative,
                    false => Variant::Smallest,
                };
                verdict.take(parts, variant, vec![base]);
            }
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
            return Err(broken(Some(placed)));
        }
    }
    Ok(())
}

fn broken(place: Option<Placed<'_>>) -> Refusal {
    let line = place.map_or(1, |placed| placed.line + 1).to_string();
    Refusal::new(Reason::Errors, line, place.map(|placed| placed.range()))
}

/// What is known of the image at the bottom, and the argument that its name hangs on.
fn base(model: &Model, stage: &model::Stage) -> Result<(Base, Option<String>), Refusal> {
    let written = stage.image();
    let place = written.as_ref().map(|image| image.range);
    let name = match &stage.base {
        model::Base::Image(name) => name.to_string(),
        model::Base::Scratch => return Err(Refusal::new(Reason::NothingBuilt, "", place)),
        model::Base::Stage(_) | model::Base::OneOf(_) | model::Base::Unknown => {
            return Err(unknown_base(model, stage));
        }
    };
    let written = written.map(|image| image.text.to_string()).unwrap_or_default();
    let is_gap = name.ends_with([':', '-', '/'])
        || [":-", "/-", "--", "/:", "//"].iter().any(|gap| name.contains(gap));
    if name.contains('$') || written.contains('$') && is_gap {
        return Err(unknown_base(model, stage));
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
        None if reference.as_ref().is_some_and(release::lacks_java) => {
            Err(Refusal::new(Reason::JavaUnknown, name, place))
        }
        None => Err(Refusal::new(Reason::BaseUnknown, name, place)),
    }
}

/// The first variable of a text.
fn variable(text: &str) -> String {
    let rest = text.split_once('$').map_or(text, |(_, rest)| rest).trim_start_matches('{');
    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// That the name behind `FROM` hangs on the build, or is none.
fn unknown_base(model: &Model, stage: &model::Stage) -> Refusal {
    let written = stage.image();
    let argument = written.as_ref().map(|image| variable(&image.text)).unwrap_or_default();
    match argument.is_empty() {
        true => broken(model.tree().item(stage.item)),
        false => Refusal::new(Reason::BaseArgument, argument, written.map(|image| image.range)),
    }
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
        if deed.role == Role::Removes && removes_own(course, deed) {
            let place = course.invocation(deed.line, deed.command).map(|one| one.range);
            return Err(Refusal::new(Reason::CleansUp, line.number.to_string(), place));
        }
    }
    check_read(course)
}

/// Whether a command takes away what its own layer installed. What an earlier layer holds stays
/// there, and so it is still worth leaving behind.
fn removes_own(course: &Course<'_>, deed: &Deed) -> bool {
    let own = course.packages.iter().filter(|installed| installed.line == deed.line);
    let mut own = own.flat_map(|installed| &installed.requested);
    let Some(one) = course.invocation(deed.line, deed.command) else { return true };
    let args: Vec<Option<&str>> = one.args().iter().map(|word| word.text.as_deref()).collect();
    let operation = one.name().and_then(|name| packages::read(name, &args));
    let Some((_, Operation::Removes(names))) = operation else { return true };
    let is_named = |name: &String| names.contains(name);
    own.any(|package| {
        names.is_empty() || is_named(&package.name) || package.group.as_ref().is_some_and(is_named)
    })
}

/// That the commands of each `RUN` are read, and that it is known what each `COPY` puts where.
fn check_read(course: &Course<'_>) -> Result<(), Refusal> {
    for line in &course.facts.lines {
        if let What::Copy(copy) = &line.what
            && copy.is_odd
        {
            let what = format!("{} with such options", line.keyword.name());
            return Err(Refusal::new(Reason::CannotFollow, what, Some(line.placed.range())));
        }
        let What::Run(run) = &line.what else { continue };
        if run.commands.is_err() {
            let place = Some(line.placed.range());
            return Err(Refusal::new(Reason::ShellUnread, line.number.to_string(), place));
        }
    }
    Ok(())
}

/// That every program which was built and is started is among what is taken.
fn check_reached(
    course: &Course<'_>,
    start: &Start,
    roots: &Roots,
    answer: &Answer,
) -> Result<(), Refusal> {
    // With another start command these are started no more.
    let replaced = start.launches.iter().filter(|_| answer.start.is_some());
    let replaced: Vec<String> = replaced.filter_map(|launch| launch.program(course)).collect();
    for path in roots.paths.iter().filter(|path| !replaced.contains(path)) {
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
    "pm2-dev",
    "nodemon",
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

/// Programs that do so with an option or a word.
const DEVELOPMENT_OPTIONS: &[(&str, &str)] = &[
    ("fastapi", "dev"),
    ("flask", "--debug"),
    ("flask", "--reload"),
    ("gunicorn", "--reload"),
    ("hypercorn", "--reload"),
    ("uvicorn", "--reload"),
];

/// Build tools that start programs themselves, which no ecosystem here knows.
const BUILD_TOOLS: &[&str] = &["boot", "clj", "clojure", "lein"];

/// That no build tool is what runs.
fn check_tools(start: &Start) -> Result<(), Refusal> {
    let is_tool = |launch: &&Launch| launch.name().is_some_and(|name| BUILD_TOOLS.contains(&name));
    match start.launches.iter().find(is_tool) {
        Some(launch) => Err(Refusal::new(Reason::BuildTool, launch.shown(), Some(start.place))),
        None => Ok(()),
    }
}

/// That what is started is a program of its own.
fn check_start(start: &Start) -> Result<(), Refusal> {
    let place = Some(start.place);
    for launch in &start.launches {
        let waits = |launch: &&Launch| matches!(launch.name(), Some("tail" | "sleep"));
        let others = start.launches.iter().filter(|launch| !waits(launch)).count();
        check_launch(launch, start.launches.len(), others, place)?;
    }
    Ok(())
}

fn check_launch(
    launch: &Launch,
    launches: usize,
    others: usize,
    place: Option<TextRange>,
) -> Result<(), Refusal> {
    let no = |reason| Err(Refusal::new(reason, launch.shown(), place));
    let Some(name) = launch.name() else { return no(Reason::StartUnknown) };
    let is_bare =
        launch.words.len() == 1 || launch.word(1).is_some_and(|word| word.starts_with('-'));
    let is_shell = ["sh", "bash", "ash", "dash", "zsh", "fish"].contains(&name);
    // Beside a program it only waits.
    let only_waits = matches!(name, "tail" | "sleep") && others == 0;
    if is_shell && is_bare || only_waits {
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
    let reloads = DEVELOPMENT_OPTIONS.iter().any(|(program, option)| {
        let mut words = launch.words.iter().flatten().map(|word| base_name(word));
        words.by_ref().any(|word| word == *program) && words.any(|word| word == *option)
    });
    if reloads {
        return no(Reason::DevelopmentServer);
    }
    let builds = roots::builds_at_start(name, launch.word(1).unwrap_or_default());
    if builds && launches > 1 {
        return no(Reason::BuildsAtStart);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    /// The reason for which a file is not split; empty if it is.
    #[track_caller]
    fn refused(file: &str, expected: &str) {
        let main = "package main\n\nfunc main() {}\n";
        let files = [("main.go", main), ("go.mod", "module shop\n\ngo 1.22\n"), ("app.py", "")];
        let found = match crate::split::testing::split(file, &files) {
            Ok(_) => String::new(),
            Err(why) => why.split(':').next().unwrap_or_default().to_owned(),
        };
        assert_eq!(found, expected, "{file}");
    }

    #[test]
    fn what_may_build_is_named() {
        let on = |image: &str, run: &str| {
            format!("FROM {image}\nWORKDIR /src\nCOPY . .\nRUN {run}\nCMD [\"/src/out/shop\"]\n")
        };
        for build in ["./build.sh", "sh tools/build.sh", "dub build", "grails war"] {
            refused(&on("debian:12", build), "cannot-follow");
        }
        refused(&on("debian:12", "a2enmod rewrite"), "nothing-built");
        refused(
            &on("debian:12", "./build.sh").replace("\"/src/out/shop\"", "\"bash\""),
            "starts-shell",
        );
        // It may be what is moved there.
        let go = "go build -o /shop . && mkdir out && mv $(ls /shop) out";
        refused(&on("golang:1.22", go), "cannot-follow");
        refused(&on("golang:1.22", "go build -o /shop . && a2enmod rewrite"), "artifact-missing");
    }

    #[test]
    fn the_reason_is_the_one_that_helps() {
        let go = |run: &str, cmd: &str| {
            format!("FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN {run}\nCMD {cmd}\n")
        };
        refused(&go("f() { go build -o /shop .; }; f", "[\"/shop\"]"), "shell-unread");
        refused(&go("go build -ldflags \"-s -o /shop .", "[\"/shop\"]"), "shell-unread");
        let cache = "--mount=type=cache,target=/out go build -o /out/shop .";
        refused(&go(cache, "[\"/out/shop\"]"), "in-cache");
        let kept = "CGO_ENABLED=0 go build -o /shop .";
        refused(&go(kept, "[\"uvicorn\", \"a:b\", \"--reload\"]"), "development-server");
        refused(&go(kept, "[\"/shop\"]"), "");
        refused(
            &format!("ARG V\n{}", go(kept, "[\"/shop\"]").replace("1.22", "${V}-alpine")),
            "base-argument",
        );
        refused(&go(kept, "[\"/shop\"]").replace("CMD", "ENV LD_PRELOAD=/x.so\nCMD"), "plugins");
        refused(
            "FROM clojure:temurin-17-lein\nWORKDIR /src\nCOPY . .\nRUN lein deps\nCMD lein run\n",
            "build-tool",
        );
        refused(
            "FROM node:20\nWORKDIR /a\nCOPY . .\nCMD [\"pm2-dev\", \"start\"]\n",
            "development-server",
        );
        refused("FROM debian:12\nCOPY . /a\nCMD [\"/a/x\"]\n", "nothing-built");
        refused("FROM caddy:2\nCOPY . /srv\n", "nothing-built");
        // What an earlier layer holds is not gone.
        let c = |more: &str| {
            format!(
                "FROM debian:12\nRUN apt-get update && apt-get install -y gcc\nCOPY . /a\nRUN gcc -o /b /a/b.c{more}\nCMD [\"/b\"]\n"
            )
        };
        refused(&c("\nRUN apt-get purge -y gcc && apt-get autoremove -y"), "");
        refused(&c(" && apt-get purge -y gcc"), "");
        let own = " && apt-get install -y make && apt-get purge -y gcc make";
        refused(&c(own), "cleans-up");
        refused("FROM\n", "errors");
        refused("FROM $\n", "errors");
    }
}
