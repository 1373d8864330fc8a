//! Start commands that run cargo or tools around it.

use super::args::{known_word, options, run_arguments, verb};
use super::linkage::Linked;
use super::project::Project;
use super::setup::Setup;
use crate::split::answer::{Answer, Artifact, BuilderLine, NewStart, Site};
use crate::split::command::{Invocation, Options, Word};
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::split::world::parent;

/// The start command runs cargo: `cargo run` has a counterpart, others have none.
pub(super) fn toolchain_start(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let is_tool = |launch: &&Launch| {
        matches!(
            launch.name(),
            Some("cargo" | "rustc" | "rustup" | "trunk" | "systemfd" | "bacon" | "dx")
        )
    };
    let launch = site.start.launches.iter().find(is_tool)?;
    let refuse = |reason| Some(Err(Refusal::new(reason, launch.shown(), Some(site.start.place))));
    if launch.name() != Some("cargo") {
        return refuse(match launch.name() {
            Some("rustc" | "rustup") => Reason::BuildTool,
            _ => Reason::DevelopmentServer,
        });
    }
    let words: Option<Vec<Word>> = launch.words.iter().skip(1).map(known_word).collect();
    let Some(words) = words else { return refuse(Reason::StartUnknown) };
    match verb(&words) {
        Some(("run" | "r", rest)) => Some(run(site, launch, &words, rest)),
        Some(("watch" | "leptos", _)) => refuse(Reason::DevelopmentServer),
        _ => refuse(Reason::BuildTool),
    }
}

/// `cargo run OPTIONS -- ARGS`: built with the same options before, and the program gets the
/// arguments.
fn run(
    site: &Site<'_, '_>,
    launch: &Launch,
    words: &[Word],
    rest: &[Word],
) -> Result<Answer, Refusal> {
    let refuse = |reason| Refusal::new(reason, launch.shown(), Some(site.start.place));
    let unclear = || refuse(Reason::StartUnknown);
    if !is_plain_start(site, launch) {
        return Err(unclear());
    }
    let (own, arguments) = run_arguments(rest);
    let toolchain = words.first().and_then(|word| word.text.as_deref());
    let toolchain = toolchain.filter(|word| word.starts_with('+'));
    let options = options(own).ok_or_else(unclear)?;
    let scene = site.scene();
    let is_plain = |word: &Word| {
        word.or_empty().chars().all(|c| c.is_ascii_alphanumeric() || "-_=./,:+".contains(c))
    };
    if options.has("--example") || !own.iter().all(is_plain) {
        return Err(unclear());
    }
    let name = program_of(site, launch, &options).ok_or_else(|| {
        let why = "Cargo.toml names the program, or several, and `cargo run` does not say which";
        Refusal::new(Reason::ArtifactUnknown, why, Some(site.start.place))
    })?;
    let invocation = Invocation { folder: launch.folder.clone(), ..Invocation::default() };
    let setup = Setup::read(site.course, &invocation, &scene, &options, &[]).ok_or_else(unclear)?;
    let outputs: Vec<String> = setup.outputs().collect();
    let [output] = &outputs[..] else {
        let why = "Cargo.toml, which names the workspace, is not at hand";
        return Err(Refusal::new(Reason::ArtifactUnknown, why, Some(site.start.place)));
    };
    let program = format!("{output}/{name}");
    let linked = Linked::of(site, &setup, None)?;
    let mut answer = linked.answer(site, Artifact::file(&program))?;
    let build = std::iter::once("RUN cargo").chain(toolchain).chain(["build"]);
    let quiet = ["--quiet", "-q"];
    let shown = own.iter().map(Word::or_empty).filter(|word| !quiet.contains(word));
    let command = build.chain(shown).collect::<Vec<_>>().join(" ");
    let lines = &site.facts().lines;
    let at = lines.iter().position(|line| line.placed.range() == site.start.place);
    let at = at.unwrap_or(lines.len() - 1);
    if !is_built_before(site, at, &command) {
        answer.builder.push(BuilderLine::Before(at, command));
    }
    let arguments = arguments.iter().map(|word| word.or_empty().to_owned());
    answer.start = Some(NewStart { words: std::iter::once(program).chain(arguments).collect() });
    answer
        .changes
        .push("the start command runs the built program instead of `cargo run`".to_owned());
    answer.assumptions.push(
        "the program does not look for its sources, nor for the variables of cargo".to_owned(),
    );
    Ok(answer)
}

/// Whether the last line that does something before line `at` is that command.
fn is_built_before(site: &Site<'_, '_>, at: usize, command: &str) -> bool {
    use crate::language::Keyword::{Expose, Healthcheck, Label, Maintainer, Stopsignal};
    let before = site.facts().lines.iter().take(at).rev();
    let does = |keyword| !matches!(keyword, Expose | Healthcheck | Label | Maintainer | Stopsignal);
    let last = before.filter(|line| does(line.keyword)).map(|line| line.placed.item.text.trim());
    last.take(1).any(|text| text == command)
}

/// Whether the start is one command in the working directory of the file, without variables of
/// its own, and arguments of containers do not follow it.
fn is_plain_start(site: &Site<'_, '_>, launch: &Launch) -> bool {
    use crate::language::Keyword;
    let words: Vec<&str> = launch.words.iter().filter_map(Option::as_deref).collect();
    let whole = words.join(" ");
    let is_same = match &site.start.argv[..] {
        [_, _, text] if site.start.needs_shell => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            text.strip_prefix("exec ").unwrap_or(&text) == whole
        }
        argv => {
            argv.ends_with(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
                && argv.len() == words.len()
        }
    };
    is_same
        && site.start.launches.len() == 1
        && launch.folder == site.scene().workdir
        && site.facts().last(Keyword::Entrypoint).is_none()
}

/// The name of the program that `cargo run` runs.
fn program_of(site: &Site<'_, '_>, launch: &Launch, options: &Options<'_>) -> Option<String> {
    if let Some(name) = options.value(&["--bin"]) {
        return name.map(str::to_owned);
    }
    let folder = match options.value(&["--manifest-path"]) {
        Some(file) => parent(&launch.path(file?)?).to_owned(),
        None => launch.folder.clone()?,
    };
    let project = Project::read(site.course, &folder)?;
    let manifest = match options.value(&["-p", "--package"]) {
        Some(name) => {
            let name = name?;
            project.manifests.iter().find(|one| one.name.as_deref() == Some(name))?
        }
        None => project.package()?,
    };
    if manifest.name.is_none() {
        // A workspace without a package of its own: the only program of its members.
        let mut bins = project.manifests.iter().flat_map(|one| &one.bins);
        let only = bins.next()?;
        return bins.next().is_none().then(|| only.name.clone());
    }
    manifest.run_bin().map(|bin| bin.name.clone())
}
