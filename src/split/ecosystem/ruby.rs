//! Ruby: gems in the folder of the official images or of Bundler, with the sources beside it.
//!
//! Sources: the documentation of Bundler and RubyGems, and the Dockerfile of the official images:
//! `GEM_HOME` and `BUNDLE_APP_CONFIG` are `/usr/local/bundle` there, whose `bin` is on the `PATH`.

use std::collections::BTreeSet;

use super::app::{self, Needs};
use super::called::Called;
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::split::answer::{Answer, Artifact, Evidence, Linkage, Site, Variant};
use crate::split::base::Family;
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::{Course, Role};
use crate::split::facts::join;
use crate::split::packages::{Native, Use, native, told_by_name, use_of};
use crate::split::refusal::{Reason, Refusal};
use crate::split::roots;
use crate::split::sources::Sources;
use crate::split::world::{Origin, base_name, is_within, parent};
use crate::text::TextRange;
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
            if options.unknown.is_some() {
                return None;
            }
            let is_deployed = options.has("--deployment");
            let project = parent(&gemfile(course, line, invocation)?).to_owned();
            let folder = match options.value(&["--path"]) {
                Some(path) => join(&project, path?)?,
                None => gems_folder(course, line, invocation, (&project, is_deployed))?,
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

/// The `Gemfile` that a command of Bundler reads; its folder is that of the project.
///
/// Source: bundle-install(1), and the variable that the option sets (`bundler/cli.rs`).
fn gemfile(course: &Course<'_>, line: usize, invocation: &Invocation) -> Option<String> {
    let scene = &course.facts.lines.get(line)?.scene;
    if let Some(path) = BUNDLE.read(invocation.args()).value(&["--gemfile"]) {
        return invocation.path(path?);
    }
    let path = invocation.variable("BUNDLE_GEMFILE", scene).unwrap_or(Some("Gemfile"));
    invocation.path(path?)
}

/// Where Bundler puts gems for a project.
fn gems_folder(
    course: &Course<'_>,
    line: usize,
    invocation: &Invocation,
    (project, is_deployed): (&str, bool),
) -> Option<String> {
    let scene = &course.facts.lines.get(line)?.scene;
    if let Some(path) = invocation.variable("BUNDLE_PATH", scene) {
        return join(project, path?);
    }
    if let Some(path) = configured(course, line, invocation, "path") {
        return join(project, &path?);
    }
    let says =
        |name: &str| invocation.variable(name, scene).flatten().is_some_and(|v| v != "false");
    let is_deployed = is_deployed
        || says("BUNDLE_DEPLOYMENT")
        || configured(course, line, invocation, "deployment").is_some();
    if is_deployed {
        return join(project, "vendor/bundle");
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
    let lock = lock_file(site, acts).filter(|(path, _)| !is_inside(path));
    if let Some((path, place)) = &lock {
        let why = format!("Bundler writes {path}, which the context does not bring");
        answer.evidence.push(Evidence::at(*place, why));
    }
    let lock = lock.iter().map(|(path, _)| Artifact::file(path.as_str()));
    answer.artifacts = gems.chain(lock).chain(sources.iter().cloned()).collect();
    answer.data = data;
    let roots = roots::roots(site.course, site.start)?;
    // A program is that of a gem, and starts only where the gems are.
    let names = roots.programs.iter().map(|program| base_name(program));
    answer.provides.extend(names.filter(|name| WORKERS.contains(name)).map(str::to_owned));
    needs(site, acts, &mut answer);
    answer.runtimes.push((Variant::Conservative, runtime));
    answer.weight = Amount { bytes: 120_000_000, low: 20_000_000, high: 400_000_000 };
    if !base.slim {
        tools(site, acts, &mut answer);
    }
    Ok(answer)
}

/// The last installation by Bundler, and the `Gemfile` that it read.
fn project<'a>(
    site: &Site<'_, '_>,
    acts: &[(usize, &'a Invocation, Act)],
) -> Option<(String, usize, &'a Invocation)> {
    acts.iter().rev().find_map(|(line, one, act)| match act {
        Act::Installs(_) if one.name() != Some("gem") => {
            Some((gemfile(site.course, *line, one)?, *line, *one))
        }
        _ => None,
    })
}

/// The lock file that Bundler writes where the context brings none, and who writes it: without it,
/// Bundler would write it when containers start.
fn lock_file(
    site: &Site<'_, '_>,
    acts: &[(usize, &Invocation, Act)],
) -> Option<(String, TextRange)> {
    let (gemfile, line, one) = project(site, acts)?;
    let lock = format!("{gemfile}.lock");
    let course = site.course;
    let is_brought = course.in_context(&lock).is_some() || course.mount_over(line, &lock).is_some();
    let is_gone = matches!(course.world.exact(&lock), Some(Origin::Removed(_)));
    // With another `Gemfile` than that, the lock has another name, too.
    let is_read = site.context().is_none() || course.in_context(&gemfile).is_some();
    (is_read && !is_brought && !is_gone).then_some((lock, one.range))
}

/// Endings of files of a project that start programs, and their words for it. Those of `bin` have none.
const SOURCES: &[&str] = &["", "gemspec", "rake", "rb", "ru", "sh"];
const STARTS: &[&str] = &["system", "`", "%x", "Open3", "popen", "spawn", "exec"];

/// The tools of the full image that the sources call.
fn tools(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)], answer: &mut Answer) {
    const WHAT: &str = "the program calls no tool that only the full image has";
    let Some(context) = site.context() else {
        answer.assumptions.push(format!("{WHAT} (the project's folder is not at hand)"));
        return;
    };
    let sources = Sources::read(context, "", SOURCES);
    let mut called = Called::default();
    for (path, text) in &sources.files {
        let is_named = base_name(path).contains('.') || base_name(path) == "Rakefile";
        match text.strip_prefix("#!").and_then(|rest| rest.lines().next()) {
            Some(starter) if starter.ends_with("sh") => called.take(".sh", text, STARTS),
            None if !is_named => {}
            _ => called.take(path, text, STARTS),
        }
    }
    let programs: Vec<(&str, &str)> = told_by_name().collect();
    for package in called.packages(&programs) {
        let text = format!("the sources call a program of {package}");
        answer.evidence.push(Evidence { text, place: None, file: None });
        answer.packages.push(package);
    }
    let why = match unknown_gem(site, acts) {
        _ if !sources.is_complete => "not all files of the project could be read".to_owned(),
        // Which, may be computed or come from elsewhere.
        _ if called.is_any() => "its sources start programs".to_owned(),
        Some(why) => why,
        None => return,
    };
    answer.assumptions.push(format!("{WHAT} ({why})"));
}

/// Why it is not known what the gems call; `None` if it is.
fn unknown_gem(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)]) -> Option<String> {
    let Some(lock) = lock(site, acts) else {
        return Some("there is no Gemfile.lock at hand".to_owned());
    };
    let mut names = lock.gems.iter().map(|(name, _)| name);
    let unknown = names.find(|name| matches!(native(NAME, name), Native::Unknown))?;
    Some(format!("what the gem {unknown} calls is not known"))
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

/// The gems that the `Gemfile` names; `None` where it is not at hand.
fn gems_of(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)]) -> Option<Vec<String>> {
    let (gemfile, ..) = project(site, acts)?;
    let root = site.course.project_in(parent(&gemfile), "Gemfile")?;
    Some(ruby::gemfile(site.context()?, &root).ok()??.gems)
}

/// The lock file of the project; `None` where it is not at hand.
fn lock(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)]) -> Option<ruby::Lock> {
    let (gemfile, ..) = project(site, acts)?;
    let root = site.course.project_in(parent(&gemfile), "Gemfile.lock")?;
    ruby::lock(site.context()?, &root).ok().flatten()
}

/// What gems need of the distribution, and the JavaScript that some of them run.
fn needs(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)], answer: &mut Answer) {
    let lock = lock(site, acts);
    if !site.base().slim {
        match &lock {
            Some(lock) => {
                let names = lock.gems.iter().map(|(name, _)| name.as_str());
                let needs = Needs::of("ruby", names, site.base().distribution);
                answer.assumptions.extend(needs.doubt());
                answer.libraries.extend(needs.libraries);
                answer.packages.extend(needs.packages);
            }
            None => {
                let named = gems_of(site, acts);
                let names = named.iter().flatten().map(String::as_str);
                let needs = Needs::of("ruby", names, site.base().distribution);
                answer.libraries.extend(needs.libraries);
                answer.packages.extend(needs.packages);
                let (whose, why) = match named {
                    Some(_) => ("what the gems of the Gemfile depend on needs", "Gemfile.lock"),
                    None => ("the gems need", "Gemfile"),
                };
                answer.assumptions.push(format!(
                    "{whose} no library that only the full image has (there is no {why} at hand)"
                ));
            }
        }
        let scene = site.scene();
        if scene.variables.keys().any(|name| name.to_uppercase().contains("NOKOGIRI")) {
            answer.libraries.extend(["libxml2-dev".to_owned(), "libxslt1-dev".to_owned()]);
        }
    }
    // `execjs` looks for an interpreter as soon as it is loaded.
    let has_scripts =
        lock.as_ref().is_none_or(|lock| lock.has("execjs") && !lock.has("mini_racer"));
    let requested = site.course.requested();
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
    use crate::split::testing::{split, stages};

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
             RUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 \\\n    && rm -rf /var/lib/apt/lists/*\n\
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

    /// Parts that are in the whole answer, assumptions and refusals, or are not: `!part`.
    #[track_caller]
    fn has(dockerfile: &str, files: &[(&str, &str)], expected: &[&str]) {
        let found = stages(dockerfile, files);
        for part in expected {
            match part.strip_prefix('!') {
                Some(part) => assert!(!found.contains(part), "{part} is in:\n{found}"),
                None => assert!(found.contains(part), "{part} is not in:\n{found}"),
            }
        }
    }

    fn file(lines: &str) -> String {
        format!("FROM ruby:3.3-bookworm\nWORKDIR /app\nCOPY . .\nRUN bundle install\n{lines}\n")
    }

    #[test]
    fn programs_of_the_full_image_are_installed() {
        let files = [("Gemfile", ""), ("Gemfile.lock", "GEM\n  specs:\n    rack (3.0.0)\n")];
        let health = "HEALTHCHECK CMD curl -f http://localhost/\nCMD [\"rackup\"]";
        has(&file(health), &files, &["--no-install-recommends curl", "!? "]);
        let start = "CMD wget -q http://h/x; rackup";
        has(&file(start), &files, &["--no-install-recommends wget", "!? "]);
        has(&file("CMD gcc x.c; rackup"), &files, &["no Conservative: script-tool"]);
        has(&file("CMD make run"), &files, &["script-tool"]);
        // The packages of its release have left the mirrors.
        let old = file(health).replace("3.3-bookworm", "2.5");
        has(&old, &files, &["no Conservative: needs-other"]);
    }

    #[test]
    fn programs_that_sources_call() {
        let with = |text: &'static str| {
            [("Gemfile.lock", "GEM\n  specs:\n    rack (3.0.0)\n"), ("app.rb", text)]
        };
        let cmd = file("CMD [\"ruby\", \"app.rb\"]");
        let starts = "? the program calls no tool that only the full image has (its sources start";
        for source in ["puts `git log`\n", "system \"cd /tmp && git log\"\n"] {
            has(&cmd, &with(source), &["--no-install-recommends git", starts]);
        }
        has(&cmd, &with("system(CONVERTER)\n"), &[starts]);
        let lock = ("Gemfile.lock", "GEM\n  specs:\n    rack (3.0.0)\n");
        let hook = ("bin/hook", "#!/bin/sh\ngit log\n");
        let calls = ("app.rb", "system('bin/hook')\n");
        has(&cmd, &[lock, hook, calls], &["--no-install-recommends git", starts]);
        has(&cmd, &[lock, hook], &["!apt-get", "!? "]);
        has(&cmd, &[lock, ("bin/work", "#!/usr/bin/env ruby\nsystem(X)\n")], &[starts]);
        let gems = ("Gemfile.lock", "GEM\n  specs:\n    git (1.0.0)\n");
        has(&cmd, &[gems], &["what the gem git calls is not known"]);
        has(&cmd, &[("app.rb", "")], &["has (there is no Gemfile.lock at hand)"]);
        has(&cmd, &with("puts 1\n"), &["!apt-get", "!? "]);
        has(&cmd, &[], &["? the program calls no tool", "(the project's folder is not at hand)"]);
    }

    #[test]
    fn libraries_on_a_release_that_is_not_known() {
        let lock = "GEM\n  specs:\n    pg (1.2.3)\n    puma (5.0.0)\n";
        for image in ["ruby:2.5", "ruby:2.7-buster"] {
            let file = file("CMD [\"puma\"]").replace("ruby:3.3-bookworm", image);
            has(&file, &[("Gemfile.lock", lock)], &["no Conservative: needs-other"]);
            // OpenSSL is the image's own.
            let lock = "GEM\n  specs:\n    puma (5.0.0)\n";
            has(&file, &[("Gemfile.lock", lock)], &["FROM ruby:2", "!apt-get"]);
        }
    }

    #[test]
    fn a_lock_that_the_build_writes_comes_along() {
        let user = "USER nobody\nCMD [\"bundle\", \"exec\", \"rackup\"]";
        let copied = "COPY --from=builder /app/Gemfile.lock /app/Gemfile.lock";
        let gemfile = ("Gemfile", "gem 'rack'\ngem 'pg'\n");
        has(
            &file(user),
            &[gemfile],
            &[copied, "libpq5", "? what the gems of the Gemfile depend on"],
        );
        has(&file(user), &[gemfile, ("Gemfile.lock", LOCK)], &["!/app/Gemfile.lock"]);
        // Another folder comes along as a whole.
        let works = user.replace("USER", "RUN bundle exec rake assets:precompile\nUSER");
        has(&file(&works), &[gemfile], &["COPY --from=builder /app /app", "!/app/Gemfile.lock"]);
    }

    #[test]
    fn the_gemfile_may_be_named() {
        let files = [("api/Gemfile", ""), ("api/Gemfile.lock", LOCK), ("Gemfile", "")];
        let cmd = "CMD [\"bundle\", \"exec\", \"puma\"]";
        let option = file(cmd).replace("install", "install --gemfile=/app/api/Gemfile");
        has(&option, &files, &["libpq5", "!Gemfile.lock"]);
        let variable = file(cmd).replace("RUN", "ENV BUNDLE_GEMFILE=api/Gemfile\nRUN");
        has(&variable, &files, &["libpq5", "!Gemfile.lock"]);
        let deployed = option.replace("install --", "install --deployment --");
        has(&deployed, &files, &["/app/api/vendor/bundle"]);
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
