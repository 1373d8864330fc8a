//! Elixir and Erlang: releases of `mix release` and `rebar3 release`.
//!
//! Sources: the documentation of `mix release` and of rebar3's releases; what the virtual machine of
//! Erlang is linked with.

use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Evidence, Linkage, Need, Site, Variant};
use crate::split::base::Libc;
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::Role;
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{Origin, base_name, parent, trimmed};
use crate::workspace::LONGEST_FILE;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: NAME, title: "Elixir and Erlang", reads: read, answers: answer };

const NAME: &str = "elixir";

const RELEASE: Grammar = Grammar {
    values: &["--path", "--version"],
    switches: &[
        "--force",
        "--no-archives-check",
        "--no-deps-check",
        "--no-elixir-version-check",
        "--no-compile",
        "--overwrite",
        "--quiet",
    ],
    joined: &[],
};

const PREPARES: &[&str] = &[
    "archive.install",
    "assets.build",
    "assets.deploy",
    "assets.setup",
    "compile",
    "deps.clean",
    "deps.compile",
    "deps.get",
    "deps.update",
    "esbuild",
    "esbuild.install",
    "hex.info",
    "hex.organization",
    "local.hex",
    "local.rebar",
    "phx.digest",
    "tailwind",
    "tailwind.install",
];

const CHECKS: &[&str] =
    &["credo", "deps.audit", "dialyzer", "format", "hex.audit", "sobelow", "test"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    match asked.invocation.name()? {
        "mix" => mix(asked),
        "rebar3" => rebar(asked.invocation),
        _ => None,
    }
}

fn mix(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    match invocation.arg(0)? {
        "do" => several(asked),
        "release" => Some(Reading::Builds(released(asked).into_iter().collect())),
        task if PREPARES.contains(&task) => Some(Reading::Prepares),
        task if CHECKS.contains(&task) => Some(Reading::Checks),
        _ => None,
    }
}

/// `mix do a, b + c`: tasks that get ready, and perhaps a release.
fn several(asked: &Asked<'_, '_>) -> Option<Reading> {
    let tasks = tasks(asked.invocation)?;
    let names = || tasks.iter().filter_map(|task| task.first().map(Word::or_empty));
    let known = |name: &str| PREPARES.contains(&name) || CHECKS.contains(&name);
    if !names().all(|name| known(name) || name == "release") {
        return None;
    }
    match names().any(|name| name == "release") {
        true => Some(Reading::Builds(released(asked).into_iter().collect())),
        false => Some(Reading::Prepares),
    }
}

/// The tasks of `mix`, each with its words; those of `mix do` one after the other. `None` if a word
/// is not known.
fn tasks(invocation: &Invocation) -> Option<Vec<Vec<Word>>> {
    if invocation.arg(0) != Some("do") {
        return Some(vec![invocation.args().to_vec()]);
    }
    let words = invocation.args().get(1..)?.iter();
    let words: Vec<&str> = words.map(|word| word.text.as_deref()).collect::<Option<_>>()?;
    let line = words.join(" ").replace(" + ", ",");
    let word = |text: &str| Word { text: Some(text.to_owned()), ..Word::default() };
    Some(line.split(',').map(|task| task.split_whitespace().map(word).collect()).collect())
}

/// The words behind the task `release`.
fn release_words(invocation: &Invocation) -> Option<Vec<Word>> {
    let is_release = |task: &Vec<Word>| task.first().map(Word::or_empty) == Some("release");
    let mut task = tasks(invocation)?.into_iter().find(is_release)?;
    task.remove(0);
    Some(task)
}

/// The folder that `mix release` writes to; without `--path` it is the one that holds all releases,
/// whatever the name.
fn released(asked: &Asked<'_, '_>) -> Option<Built> {
    let invocation = asked.invocation;
    let words = release_words(invocation)?;
    let options = RELEASE.read(&words);
    if options.unknown.is_some() {
        return None;
    }
    let built = |path: String, evidence: &str| Built {
        path: trimmed(&path).to_owned(),
        is_folder: true,
        evidence: evidence.to_owned(),
    };
    if let Some(path) = options.value(&["--path"]) {
        return Some(built(invocation.path(path?)?, "--path of `mix release`"));
    }
    let scene = &asked.course.facts.lines.get(asked.line)?.scene;
    if invocation.variable("MIX_BUILD_PATH", scene).is_some()
        || invocation.variable("MIX_BUILD_ROOT", scene).is_some()
    {
        return None;
    }
    let environment = match invocation.variable("MIX_ENV", scene) {
        Some(value) => value?,
        None => "dev",
    };
    let path = invocation.path(&format!("_build/{environment}/rel"))?;
    Some(built(path, "`mix release` writes its releases there"))
}

fn rebar(invocation: &Invocation) -> Option<Reading> {
    let words: Vec<&str> =
        invocation.args().iter().map(|word| word.text.as_deref()).collect::<Option<_>>()?;
    let (profile, rest) = match words.as_slice() {
        ["as", profile, rest @ ..] => (*profile, rest),
        rest => ("default", rest),
    };
    match rest {
        ["compile" | "get-deps" | "deps" | "upgrade" | "update" | "clean" | "tree"] => {
            Some(Reading::Prepares)
        }
        ["eunit" | "ct" | "dialyzer" | "xref" | "fmt" | "lint", ..] => Some(Reading::Checks),
        ["release"] if !profile.contains(',') => {
            let path = invocation.path(&format!("_build/{profile}/rel"))?;
            let evidence = "`rebar3 release` writes its releases there".to_owned();
            Some(Reading::Builds(vec![Built { path, is_folder: true, evidence }]))
        }
        _ => None,
    }
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = site.starts_tool(&["mix", "iex", "elixir", "rebar3"]) {
        return Some(Err(refusal));
    }
    site.builds(NAME).then(|| release(site))
}

fn release(site: &Site<'_, '_>) -> Result<Answer, Refusal> {
    let place = Some(site.start.place);
    let shown = site.started();
    let launches = site.start.launches.iter();
    let mut paths = launches.filter_map(|launch| launch.program(site.course));
    let path = paths.find(|path| {
        let origin = site.course.world.origin(path);
        matches!(origin, Some(Origin::Built(_) | Origin::Removed(_)))
    });
    let missing = || Refusal::new(Reason::ArtifactMissing, format!("`{shown}`"), place);
    let path = path.ok_or_else(missing)?;
    check_mounts(site, &path)?;
    let product = site.product_at(&path).filter(|product| product.ecosystem == NAME);
    let product = product.ok_or_else(missing)?;
    let root = parent(parent(&path));
    if base_name(parent(&path)) != "bin" || root == "/" || root.starts_with("/usr") {
        let what = format!("{path} is not in the folder bin of a release");
        return Err(Refusal::new(Reason::ArtifactUnknown, what, place));
    }
    let invocation = site.course.invocation(product.line, product.command).ok_or_else(missing)?;
    check_name(site, invocation, &product.path, &path)?;
    let assumption = own_machine(site, invocation)?;
    let mut answer =
        Answer::new(NAME, Linkage::Dynamic { runtime: true }, vec![Artifact::folder(root)]);
    answer.runtimes = image(site)?;
    answer.packages = packages(site.base().libc());
    answer.certificates = Need::Yes;
    answer.weight = Amount { bytes: 45_000_000, low: 25_000_000, high: 90_000_000 };
    if site.base().variable("LANG").is_some() && own_language(site).is_none() {
        answer.settings.push("ENV LANG=C.UTF-8".to_owned());
    }
    answer.evidence.push(Evidence::at(
        invocation.range,
        format!("{root} is a release with all that it starts: {}", product.evidence),
    ));
    answer.assumptions.extend(assumption);
    Ok(answer)
}

/// The value of `LANG` that the file itself sets.
fn own_language(site: &Site<'_, '_>) -> Option<String> {
    let lines = site.facts().lines.iter();
    let sets = |what: &crate::split::facts::What| match what {
        crate::split::facts::What::Variables(names) => names.iter().any(|name| name == "LANG"),
        _ => false,
    };
    let is_set = lines.into_iter().any(|line| sets(&line.what));
    is_set.then(|| site.scene().value("LANG").unwrap_or_default().to_owned())
}

fn check_mounts(site: &Site<'_, '_>, path: &str) -> Result<(), Refusal> {
    let builds = site.course.deeds.iter().filter(|deed| deed.role == Role::Builds(NAME));
    let is_removed = matches!(site.course.world.origin(path), Some(Origin::Removed(_)));
    for deed in builds {
        if is_removed && site.course.mount_over(deed.line, path).is_some() {
            return Err(site.course.in_mount(path, deed.line));
        }
    }
    Ok(())
}

/// That `mix release` makes a release of the name that is started, as far as `mix.exs` tells.
///
/// Errors: it makes another one.
fn check_name(
    site: &Site<'_, '_>,
    invocation: &Invocation,
    output: &str,
    path: &str,
) -> Result<(), Refusal> {
    // With `--path`, or where it was copied, the folder can have any name.
    let inside = path.strip_prefix(output).and_then(|rest| rest.strip_prefix('/'));
    let folder = inside.and_then(|inside| inside.split_once('/')).map(|(folder, _)| folder);
    let is_common = invocation.name() == Some("mix") && base_name(output) == "rel";
    let (Some(folder), true) = (folder, is_common) else { return Ok(()) };
    match release_name(site, invocation) {
        Some(name) if name != folder => {
            Err(Refusal::new(Reason::ArtifactMissing, path, Some(site.start.place)))
        }
        _ => Ok(()),
    }
}

/// The name of the release: the command's, or that of the only one in `mix.exs`, or that of the
/// application.
fn release_name(site: &Site<'_, '_>, invocation: &Invocation) -> Option<String> {
    let words = release_words(invocation)?;
    let options = RELEASE.read(&words);
    if let Some(word) = options.operands.first() {
        return word.text.clone();
    }
    let text = project_file(site, invocation.folder.as_deref()?, "mix.exs")?;
    let atom = |rest: &str| -> Option<String> {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        Some(rest[..end].to_owned()).filter(|name| !name.is_empty())
    };
    if text.contains("releases:") || text.contains("default_release") {
        let (_, rest) = text.split_once("releases:[")?;
        let name = atom(rest)?;
        let rest = rest.strip_prefix(name.as_str())?.strip_prefix(":[")?;
        // Of several the one is taken that the project or the command names.
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            depth == 0
        })?;
        return rest[end..].starts_with("]]").then_some(name);
    }
    let mut names = text.match_indices("app::");
    let (at, mark) = names.next()?;
    names.next().is_none().then(|| atom(&text[at + mark.len()..]))?
}

/// The text of a file of the project in a folder of the image, without blanks.
fn project_file(site: &Site<'_, '_>, folder: &str, name: &str) -> Option<String> {
    let text = site.course.text(&join(folder, name)?, LONGEST_FILE)?;
    Some(text.chars().filter(|c| !c.is_whitespace()).collect())
}

/// That the release brings the virtual machine along: what is to be assumed for that.
///
/// Errors: it may not.
fn own_machine(site: &Site<'_, '_>, invocation: &Invocation) -> Result<Option<String>, Refusal> {
    let folder = invocation.folder.as_deref().unwrap_or("/");
    let is_mix = invocation.name() == Some("mix");
    let name = if is_mix { "mix.exs" } else { "rebar.config" };
    let Some(text) = project_file(site, folder, name) else {
        return Ok(Some("the release holds the virtual machine that runs it".to_owned()));
    };
    let is_whole = match is_mix {
        true => !text.contains("include_erts"),
        false => {
            text.contains("{mode,prod}")
                || text.contains("{include_erts,true}") && !text.contains("{dev_mode,true}")
        }
    };
    if is_whole {
        return Ok(None);
    }
    let what = format!("{name} may leave the virtual machine out of the release");
    Err(Refusal::new(Reason::NeedsOther, what, Some(invocation.range)))
}

/// The distribution's own image: the start scripts of releases need a shell.
fn image(site: &Site<'_, '_>) -> Result<Vec<(Variant, String)>, Refusal> {
    let base = site.base();
    let image = base.distribution.image().ok_or_else(|| {
        let what = format!("the release of the distribution below {}", base.name());
        Refusal::new(Reason::NoRuntime, what, None)
    })?;
    Ok(vec![(Variant::Conservative, image)])
}

/// What the virtual machine of Erlang is linked with.
fn packages(libc: Libc) -> Vec<String> {
    let names: &[&str] = match libc {
        Libc::Musl => &["libstdc++", "ncurses-libs", "openssl"],
        _ => &["libncurses6", "libstdc++6", "openssl"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    const MIX: &str = "defmodule Shop.MixProject do\n  use Mix.Project\n  def project do\n    [app: :shop, \
        version: \"0.1.0\"]\n  end\nend\n";

    #[track_caller]
    fn check(image: &str, build: &str, files: &[(&str, &str)], expected: &[&str]) {
        let file = format!("FROM {image}\nWORKDIR /app\nENV MIX_ENV=prod\nCOPY . .\n{build}\n");
        assert_eq!(runtime_stages(&file, files), expected, "{file}");
    }

    const BOOKWORM: &str = "elixir:1.16-slim-bookworm";

    fn runtime(folder: &str, start: &str) -> String {
        format!(
            "FROM debian:bookworm-slim\nRUN apt-get update \\\n    && apt-get install -y \
             --no-install-recommends libncurses6 libstdc++6 openssl ca-certificates \\\n    && rm -rf \
             /var/lib/apt/lists/*\nWORKDIR /app\nENV MIX_ENV=prod\n\
             COPY --from=builder {folder} {folder}\nENV LANG=C.UTF-8\n{start}"
        )
    }

    #[test]
    fn releases_of_mix() {
        let start = "CMD [\"_build/prod/rel/shop/bin/shop\", \"start\"]";
        check(
            BOOKWORM,
            &format!(
                "RUN mix local.hex --force && mix do deps.get, compile && mix release\n{start}"
            ),
            &[("mix.exs", MIX), ("config/runtime.exs", "")],
            &[&runtime("/app/_build/prod/rel/shop", start)],
        );
        let start = "CMD [\"/srv/bin/shop\", \"start\"]";
        check(
            BOOKWORM,
            &format!("RUN mix release --path /srv\n{start}"),
            &[("mix.exs", MIX)],
            &[&runtime("/srv", start)],
        );
        check(
            "elixir:1.16-alpine",
            &format!("RUN mix release --path /srv\n{start}"),
            &[("mix.exs", MIX)],
            &["# Assumed: elixir:1.16-alpine stands on Alpine 3.24, which its tag does not say.\n\
               FROM alpine:3.24\nRUN apk add --no-cache libstdc++ ncurses-libs openssl libgcc\n\
               WORKDIR /app\nENV MIX_ENV=prod\nCOPY --from=builder /srv /srv\nENV LANG=C.UTF-8\n\
               CMD [\"/srv/bin/shop\", \"start\"]"],
        );
    }

    #[test]
    fn the_release_below_erlang() {
        let start = "CMD [\"/srv/bin/shop\", \"start\"]";
        let build = format!("RUN mix release --path /srv\n{start}");
        let stage = runtime("/srv", start).replace("bookworm", "bullseye");
        check("elixir:1.13.4", &build, &[("mix.exs", MIX)], &[&stage]);
        check(
            "elixir:1.13.4-alpine",
            &build,
            &[("mix.exs", MIX)],
            &["FROM alpine:3.20\nRUN apk add --no-cache libstdc++ ncurses-libs openssl libgcc\n\
             WORKDIR /app\nENV MIX_ENV=prod\nCOPY --from=builder /srv /srv\nENV LANG=C.UTF-8\n\
             CMD [\"/srv/bin/shop\", \"start\"]"],
        );
        check(
            "elixir:1.11",
            &build,
            &[("mix.exs", MIX)],
            &[
                "needs-other: It needs the package libncurses6, and the packages of buster have left the \
             mirrors that debian:buster-slim names.",
                "no-runtime: No such image is known to run it: scratch or distroless for what is linked on \
             elixir:1.11.",
            ],
        );
    }

    #[test]
    fn releases_of_rebar() {
        let start = "CMD [\"/app/_build/prod/rel/shop/bin/shop\", \"foreground\"]";
        let build = format!("RUN rebar3 as prod release\n{start}");
        let whole = "{profiles, [{prod, [{relx, [{mode, prod}]}]}]}.";
        let stage = runtime("/app/_build/prod/rel/shop", start);
        check("erlang:26-slim-bookworm", &build, &[("rebar.config", whole)], &[&stage]);
        let open = "needs-other: rebar.config may leave the virtual machine out of the release.";
        check("erlang:26-slim-bookworm", &build, &[("rebar.config", "{relx, []}.")], &[open]);
    }

    #[test]
    fn releases_among_other_tasks() {
        let start = "CMD [\"/app/_build/prod/rel/shop/bin/shop\", \"start\"]";
        let with = |tasks: &str| {
            let build = format!("RUN mix do {tasks}\n{start}");
            let file =
                format!("FROM {BOOKWORM}\nWORKDIR /app\nENV MIX_ENV=prod\nCOPY . .\n{build}\n");
            runtime_stages(&file, &[("mix.exs", MIX)]).concat()
        };
        let copied = "COPY --from=builder /app/_build/prod/rel/shop /app/_build/prod/rel/shop\n";
        for tasks in ["local.hex --force, deps.get, release", "deps.get + release --quiet shop"] {
            assert!(with(tasks).contains(copied), "{tasks}: {}", with(tasks));
        }
        let other = with("deps.get, release other");
        assert!(other.starts_with("artifact-missing"), "{other}");
        let unknown = with("deps.get, ecto.migrate, release");
        assert!(unknown.starts_with("cannot-follow"), "{unknown}");
    }

    #[test]
    fn refusals() {
        let check = |build: &str, files: &[(&str, &str)], expected: &str| {
            check(BOOKWORM, build, files, &[expected]);
        };
        check(
            "RUN mix compile\nCMD mix phx.server",
            &[],
            "build-tool: The container runs the build tool itself: `mix phx.server`.",
        );
        check(
            "RUN mix release\nCMD [\"_build/dev/rel/shop/bin/shop\", \"start\"]",
            &[],
            "artifact-missing: Nothing in the file makes `_build/dev/rel/shop/bin/shop`, which the container starts.",
        );
        check(
            "RUN mix release && mix ecto.migrate\nCMD [\"_build/prod/rel/shop/bin/shop\", \"start\"]",
            &[],
            "cannot-follow: What `mix ecto.migrate` makes is not known.",
        );
        let without = MIX.replace("version:", "releases: [shop: [include_erts: false]], version:");
        check(
            "RUN mix release\nCMD [\"_build/prod/rel/shop/bin/shop\", \"start\"]",
            &[("mix.exs", &without)],
            "needs-other: mix.exs may leave the virtual machine out of the release.",
        );
    }

    #[test]
    fn the_release_has_the_name_of_the_application() {
        let start = |name: &str| format!("CMD [\"_build/prod/rel/{name}/bin/{name}\", \"start\"]");
        let check = |command: &str, name: &str, mix: &str, is_made: bool| {
            let folder = format!("/app/_build/prod/rel/{name}");
            let expected = match is_made {
                true => runtime(&folder, &start(name)),
                false => format!(
                    "artifact-missing: Nothing in the file makes {folder}/bin/{name}, which the \
                     container starts."
                ),
            };
            let build = format!("RUN {command}\n{}", start(name));
            check(BOOKWORM, &build, &[("mix.exs", mix)], &[&expected]);
        };
        let web = MIX.replace(":shop,", ":shop_web,");
        check("mix release", "shop", &web, false);
        check("mix release", "shop_web", &web, true);
        check("mix release shop", "shop", &web, true);
        check("mix release shop", "shop_web", &web, false);
        let one =
            MIX.replace("version:", "releases: [api: [applications: [a: :permanent]]], version:");
        check("mix release", "shop", &one, false);
        check("mix release", "api", &one, true);
        for open in ["releases: releases(), version:", "releases: [a: [], b: []], version:"] {
            check("mix release", "any", &MIX.replace("version:", open), true);
        }
    }
}
