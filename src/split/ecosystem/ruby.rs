//! Ruby: gems in the folder of the official images or of Bundler, with the sources beside it.
//!
//! Sources: the documentation of Bundler and RubyGems, and the Dockerfile of the official images:
//! `GEM_HOME` and `BUNDLE_APP_CONFIG` are `/usr/local/bundle` there, whose `bin` is on the `PATH`.

use std::collections::BTreeSet;

use super::app::{self, Needs};
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::split::answer::{Answer, Artifact, Evidence, Linkage, Site, Variant};
use crate::split::base::Family;
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::{Course, Role};
use crate::split::packages::{Use, use_of};
use crate::split::refusal::{Reason, Refusal};
use crate::split::roots;
use crate::split::world::{base_name, is_within};
use crate::workspace::project::ruby;

const NAME: &str = "ruby";

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: NAME, title: "Ruby", reads: read, answers: answer };

/// Where the official images keep gems.
const GEMS: &str = "/usr/local/bundle";

/// Programs that look at sources.
const CHECKERS: &[&str] = &["brakeman", "bundler-audit", "rspec", "rubocop", "standardrb"];

/// Programs of gems that work in the project.
const WORKERS: &[&str] =
    &["rails", "rake", "bootsnap", "jekyll", "middleman", "hanami", "whenever"];

const BUNDLE: Grammar = Grammar {
    values: &["-j", "--gemfile", "--jobs", "--path", "--retry", "--with", "--without"],
    switches: &[
        "--clean",
        "--deployment",
        "--force",
        "--frozen",
        "--full-index",
        "--local",
        "--no-binstubs",
        "--no-cache",
        "--no-prune",
        "--quiet",
        "--standalone",
        "--verbose",
    ],
    joined: &["-j"],
};

/// What a command does.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    /// It gets something ready.
    Prepares,
    /// It sets something in the home folder, or may do so.
    Configures,
    Checks,
    /// It installs gems to that folder.
    Installs(String),
    /// It works in the folder of the project.
    Works,
}

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    match act(asked.course, asked.line, asked.invocation)? {
        Act::Prepares | Act::Configures => Some(Reading::Prepares),
        Act::Checks => Some(Reading::Checks),
        Act::Works => Some(Reading::Builds(Vec::new())),
        Act::Installs(path) => {
            let is_known = asked.course.products.iter().any(|one| one.path == path);
            let evidence = "gems are installed there".to_owned();
            let built = Built { path, is_folder: true, evidence };
            Some(Reading::Builds(if is_known { Vec::new() } else { vec![built] }))
        }
    }
}

fn act(course: &Course<'_>, line: usize, invocation: &Invocation) -> Option<Act> {
    let name = invocation.name()?;
    match name {
        "bundle" | "bundler" => bundle(course, line, invocation),
        "gem" => match invocation.arg(0)? {
            "install" => Some(Act::Installs(gem_home(course, line, invocation)?)),
            "update" | "uninstall" => Some(Act::Installs(gem_home(course, line, invocation)?)),
            "list" | "env" | "environment" | "sources" => Some(Act::Prepares),
            _ => None,
        },
        _ if CHECKERS.contains(&name) => Some(Act::Checks),
        _ if WORKERS.contains(&name) => Some(Act::Works),
        _ => None,
    }
}

fn bundle(course: &Course<'_>, line: usize, invocation: &Invocation) -> Option<Act> {
    let args = invocation.args();
    let first = args.iter().position(|word| !word.or_empty().starts_with('-'));
    let command = first.and_then(|at| args.get(at)).map_or("install", Word::or_empty);
    match command {
        "install" | "update" => {
            let options = BUNDLE.read(args);
            if options.unknown.is_some() || options.has("--gemfile") {
                return None;
            }
            let is_deployed = options.has("--deployment");
            let folder = match options.value(&["--path"]) {
                Some(path) => invocation.path(path?)?,
                None => gems_folder(course, line, invocation, is_deployed)?,
            };
            Some(Act::Installs(folder))
        }
        "config" => {
            let is_local = args.iter().any(|word| word.or_empty() == "--local");
            Some(if is_local { Act::Prepares } else { Act::Configures })
        }
        "lock" | "version" | "--version" | "platform" | "clean" | "binstubs" => Some(Act::Prepares),
        "check" | "list" | "show" | "audit" => Some(Act::Checks),
        "exec" => {
            let program = args.get(first? + 1)?.text.as_deref()?;
            let name = base_name(program);
            match name {
                _ if CHECKERS.contains(&name) => Some(Act::Checks),
                _ if WORKERS.contains(&name) => Some(Act::Works),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Where gems go that are installed by themselves.
fn gem_home(course: &Course<'_>, line: usize, invocation: &Invocation) -> Option<String> {
    let scene = &course.facts.lines.get(line)?.scene;
    Some(invocation.variable("GEM_HOME", scene)??.to_owned())
}

/// Where Bundler puts gems.
fn gems_folder(
    course: &Course<'_>,
    line: usize,
    invocation: &Invocation,
    is_deployed: bool,
) -> Option<String> {
    let scene = &course.facts.lines.get(line)?.scene;
    if let Some(path) = invocation.variable("BUNDLE_PATH", scene) {
        return invocation.path(path?);
    }
    if let Some(path) = configured(course, line, invocation, "path") {
        return invocation.path(&path?);
    }
    let says =
        |name: &str| invocation.variable(name, scene).flatten().is_some_and(|v| v != "false");
    let is_deployed = is_deployed
        || says("BUNDLE_DEPLOYMENT")
        || configured(course, line, invocation, "deployment").is_some();
    if is_deployed {
        return invocation.path("vendor/bundle");
    }
    gem_home(course, line, invocation)
}

/// What `bundle config` set before; the inner `None`: not known to what.
fn configured(
    course: &Course<'_>,
    line: usize,
    invocation: &Invocation,
    key: &str,
) -> Option<Option<String>> {
    let own = invocation.range.start();
    let before = course
        .facts
        .invocations()
        .filter(|(number, one)| *number < line || *number == line && one.range.start() < own);
    let configs = before.filter(|(_, one)| {
        matches!(one.name(), Some("bundle" | "bundler")) && one.arg(0) == Some("config")
    });
    let value = |one: &Invocation| {
        let at = one.args().iter().position(|word| word.or_empty() == key)?;
        Some(one.args().get(at + 1)?.text.clone())
    };
    configs.filter_map(|(_, one)| value(one)).last()
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if site.base().family != Family::Ruby {
        return None;
    }
    let own = |role: &Role| matches!(role, Role::Builds(NAME) | Role::Prepares(NAME));
    let acts: Vec<(usize, &Invocation, Act)> = site
        .course
        .deeds_with(own)
        .filter_map(|(deed, one)| Some((deed.line, one, act(site.course, deed.line, one)?)))
        .collect();
    let installs = acts.iter().any(|(_, _, act)| matches!(act, Act::Installs(_)));
    installs.then(|| told(site, &acts))
}

fn told(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)]) -> Result<Answer, Refusal> {
    let base = site.base();
    let runtime = runtime(site)?;
    let mut folders: BTreeSet<String> = BTreeSet::from([GEMS.to_owned()]);
    let mut changed: Vec<String> = Vec::new();
    let mut answer = Answer::new(NAME, Linkage::Interpreted, Vec::new());
    for (line, invocation, act) in acts {
        match act {
            Act::Installs(path) => {
                if site.course.mount_over(*line, path).is_some() {
                    return Err(site.course.in_mount(path, *line));
                }
                folders.insert(path.trim_end_matches('/').to_owned());
                let why = format!("the gems are in {path}");
                answer.evidence.push(Evidence::at(invocation.range, why));
            }
            // What is set for a user is in his home folder.
            Act::Configures if site.scene().user.as_deref().is_some_and(str::is_empty) => {
                folders.insert("/root".to_owned());
            }
            Act::Works => changed.extend(invocation.folder.clone()),
            _ => {}
        }
    }
    if let Some(system) = folders.iter().find(|path| app::is_system(path)) {
        return Err(Refusal::new(Reason::MixedWithToolchain, system.as_str(), None));
    }
    let covered: Vec<String> = folders.iter().cloned().collect();
    let (data, sources) = app::sources(site, NAME, &changed, &covered)?;
    let is_inside = |path: &String| sources.iter().any(|one| is_within(path, &one.from));
    let gems = folders.iter().filter(|path| !is_inside(path)).map(Artifact::folder);
    answer.artifacts = gems.chain(sources.iter().cloned()).collect();
    answer.data = data;
    let roots = roots::roots(site.course, site.start)?;
    // A program is that of a gem, and starts only where the gems are.
    let names = roots.programs.iter().map(|program| base_name(program));
    answer.provides.extend(names.filter(|name| WORKERS.contains(name)).map(str::to_owned));
    needs(site, acts, &mut answer);
    answer.runtimes.push((Variant::Conservative, runtime));
    answer.weight = Amount { bytes: 120_000_000, low: 20_000_000, high: 400_000_000 };
    if !base.slim {
        answer
            .assumptions
            .push("the program calls no tool that only the full image has".to_owned());
    }
    Ok(answer)
}

/// The slim sibling, or the same image without what the file installs for building.
fn runtime(site: &Site<'_, '_>) -> Result<String, Refusal> {
    let base = site.base();
    if base.slim {
        return match app::installs_build_tools(site) {
            true => Ok(base.name()),
            false => Err(Refusal::new(Reason::NothingBuilt, "", None)),
        };
    }
    let tag_text = base.image.effective_tag().unwrap_or_default();
    let release = Tag::parse(tag_text).release.map(|release| release.name);
    Ok(base.image.with_tag(&app::slim_tag(tag_text, release)).to_string())
}

/// What gems need of the distribution, and the JavaScript that some of them run.
fn needs(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)], answer: &mut Answer) {
    let folder = acts.iter().rev().find_map(|(_, one, act)| match act {
        Act::Installs(_) if one.name() != Some("gem") => one.folder.clone(),
        _ => None,
    });
    let lock = folder.and_then(|folder| {
        let root = site.course.project_in(&folder, "Gemfile.lock")?;
        ruby::lock(site.context()?, &root).ok().flatten()
    });
    if !site.base().slim {
        match &lock {
            Some(lock) => {
                let names = lock.gems.iter().map(|(name, _)| name.as_str());
                let needs = Needs::of("ruby", names, site.base().distribution);
                answer.assumptions.extend(needs.doubt());
                answer.libraries.extend(needs.libraries);
                answer.packages.extend(needs.packages);
            }
            None => answer
                .assumptions
                .push("the gems need no library that only the full image has".to_owned()),
        }
        let scene = site.scene();
        if scene.variables.keys().any(|name| name.to_uppercase().contains("NOKOGIRI")) {
            answer.libraries.extend(["libxml2-dev".to_owned(), "libxslt1-dev".to_owned()]);
        }
    }
    // `execjs` looks for an interpreter as soon as it is loaded.
    let has_scripts =
        lock.as_ref().is_none_or(|lock| lock.has("execjs") && !lock.has("mini_racer"));
    let requested = site.course.packages.iter().flat_map(|one| &one.requested);
    for package in requested {
        let is_node = matches!(use_of(&package.name, site.base().distribution), Use::Tool(programs) if programs.contains(&"node"));
        if is_node && has_scripts {
            answer.packages.push(package.name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Variant;
    use crate::split::testing::split;

    const LOCK: &str = "GEM\n  specs:\n    pg (1.5.4)\n    rails (7.1.0)\n    puma (6.4.0)\n";

    /// The lines behind the second `FROM`, comments left out, or the reason.
    #[track_caller]
    fn check(dockerfile: &str, files: &[(&str, &str)], expected: &str) {
        let found = match split(dockerfile, files) {
            Ok(made) => {
                let (_, text) =
                    made.iter().find(|(v, _)| *v == Variant::Conservative).expect("it is there");
                let (_, stage) = text.split_once("\n\n").expect("it is there");
                let lines = stage.lines().filter(|line| !line.starts_with('#'));
                lines.map(|line| format!("{}\n", line.trim_end())).collect()
            }
            Err(why) => why,
        };
        assert_eq!(found.trim_end(), expected.trim_end(), "\n{found}");
    }

    #[test]
    fn gems_and_assets() {
        check(
            "FROM ruby:3.3-bookworm\nWORKDIR /app\nCOPY Gemfile Gemfile.lock ./\nRUN bundle install\n\
             COPY . .\nRUN bundle exec rails assets:precompile\nCMD [\"bundle\", \"exec\", \"puma\"]\n",
            &[("Gemfile", ""), ("Gemfile.lock", LOCK)],
            "FROM ruby:3.3-slim-bookworm\n\
             RUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 libssl3 \\\n    && rm -rf /var/lib/apt/lists/*\n\
             WORKDIR /app\nCOPY --from=builder /usr/local/bundle /usr/local/bundle\n\
             COPY --from=builder /app /app\nCMD [\"bundle\", \"exec\", \"puma\"]",
        );
    }

    #[test]
    fn gems_of_a_deployment_are_in_the_project() {
        check(
            "FROM ruby:3.3-slim-bookworm\nENV BUNDLE_DEPLOYMENT=1\nWORKDIR /app\n\
             RUN apt-get update && apt-get install -y build-essential libpq-dev\n\
             COPY . .\nRUN bundle install\nCMD [\"bin/rails\", \"server\"]\n",
            &[("Gemfile.lock", LOCK), ("bin/rails", "#!/usr/bin/env ruby\n")],
            "FROM ruby:3.3-slim-bookworm\n\
             RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\n\
             ENV BUNDLE_DEPLOYMENT=1\nWORKDIR /app\nCOPY . .\n\
             COPY --from=builder /app/vendor/bundle /app/vendor/bundle\n\
             COPY --from=builder /usr/local/bundle /usr/local/bundle\nCMD [\"bin/rails\", \"server\"]",
        );
    }

    #[test]
    fn nothing_to_leave_out() {
        check(
            "FROM ruby:3.3-slim\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD [\"rackup\"]\n",
            &[("Gemfile.lock", LOCK)],
            "nothing-built: Nothing is built here that could be left behind.",
        );
    }

    #[test]
    fn gems_in_a_cache_do_not_stay() {
        check(
            "FROM ruby:3.3\nWORKDIR /app\nCOPY . .\n\
             RUN --mount=type=cache,target=/usr/local/bundle bundle install\nCMD [\"rackup\"]\n",
            &[("Gemfile.lock", LOCK)],
            "in-cache: /usr/local/bundle stays in a cache mount: copy it out in the same RUN.",
        );
    }
}
