//! Copies the files that name the dependencies first, then installs, then copies the sources: a
//! build with other sources takes the installed dependencies from its cache.
//!
//! Safe only if installing reads nothing but those files, and leaves nothing that the sources would
//! write over. Both are read off the project; what is not known refuses.
//!
//! Sources: the documentation of `npm ci`, `npm install` (life cycle scripts, `binding.gyp`),
//! `yarn install`, `pnpm install`, `pip install`, `bundle install`, `composer install`, `go mod
//! download` and Maven's `dependency:go-offline`.

use std::ops::Range;

use super::Snapshot;
use super::actions::{Action, ActionKind};
use super::edit::{Promise, gate};
use super::weight::BuildContext;
use crate::language::Keyword;
use crate::split::command::Invocation;
use crate::split::facts::{Copy, Facts, Line, What};
use crate::split::stages;
use crate::split::world::trimmed;
use crate::syntax::{Arguments, Style};
use crate::text::{Edit, TextRange};
use crate::workspace::project::{go, maven, node, php, python};
use crate::workspace::{Context, Kind, LONGEST_FILE, inside};

/// What is offered, or why it is not: a sentence.
pub type Answer = Result<Action, String>;

/// A package manager.
struct Manager {
    programs: &'static [&'static str],
    /// The first words behind it; empty for none at all.
    verbs: &'static [&'static str],
    /// The files that installing reads, or why that is more than can be copied first.
    reads: fn(&Project<'_>) -> Result<Vec<String>, String>,
    /// What installing makes in the folder of the project.
    makes: &'static [&'static str],
}

const MANAGERS: &[Manager] = &[
    Manager {
        programs: &["npm", "pnpm", "bun"],
        verbs: &["ci", "install", "i", "clean-install"],
        reads: node,
        makes: &["node_modules"],
    },
    Manager { programs: &["yarn"], verbs: &["install", ""], reads: node, makes: &["node_modules"] },
    Manager { programs: &["pip", "pip3"], verbs: &["install"], reads: pip, makes: &[] },
    Manager {
        programs: &["bundle"],
        verbs: &["install"],
        reads: bundler,
        makes: &["vendor/bundle", ".bundle"],
    },
    Manager { programs: &["composer"], verbs: &["install"], reads: composer, makes: &["vendor"] },
    Manager { programs: &["go"], verbs: &["mod"], reads: go_modules, makes: &[] },
    Manager {
        programs: &["mvn"],
        verbs: &["dependency:go-offline"],
        reads: maven,
        makes: &["target"],
    },
    Manager { programs: &["cargo"], verbs: &["fetch", "build"], reads: cargo, makes: &[] },
];

/// A project and the command that installs its dependencies.
struct Project<'c> {
    context: &'c Context,
    /// Its folder in the context.
    folder: String,
    /// The words behind the program.
    words: Vec<String>,
}

impl Project<'_> {
    fn path(&self, name: &str) -> String {
        match self.folder.as_str() {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        }
    }

    fn has(&self, name: &str) -> bool {
        matches!(self.context.kind(&self.path(name)), Ok(Some(_)))
    }

    fn is_file(&self, name: &str) -> bool {
        matches!(self.context.kind(&self.path(name)), Ok(Some(Kind::File { .. })))
    }

    /// Those of the names that there are.
    fn those(&self, names: &[&str]) -> Vec<String> {
        names.iter().filter(|name| self.is_file(name)).map(|name| (*name).to_owned()).collect()
    }

    fn text(&self, name: &str) -> Result<String, String> {
        let text =
            self.context.read(&self.path(name), LONGEST_FILE).map_err(|why| why.to_string())?;
        text.ok_or_else(|| format!("there is no {name} in the build context"))
    }

    fn option(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| names.contains(&word.split('=').next().unwrap_or_default()))
    }

    /// That all words behind the verb are options.
    fn only_options(&self) -> Result<(), String> {
        let mut rest = self.words.iter().filter(|word| !word.starts_with('-'));
        match rest.nth(1) {
            Some(word) => Err(format!("it installs `{word}` besides the project's dependencies")),
            None => Ok(()),
        }
    }
}

/// The reordered copy and installation that `range` touches; `None` if there is none such.
pub fn manifests(
    snapshot: &Snapshot,
    range: TextRange,
    context: BuildContext<'_>,
) -> Option<Answer> {
    let model = snapshot.model();
    let stage = model.stage_at(range.start())?;
    let facts = stages::read(model, |one| one.index == stage.index);
    let facts = facts.get(stage.index)?.as_ref()?;
    let found = pair(facts, range)?;
    Some(answer(snapshot, &found, context))
}

/// A `COPY` of a whole folder and the `RUN` behind it.
struct Pair<'f, 'a> {
    copy: &'f Line<'a>,
    /// The folder of the context that it copies.
    folder: String,
    run: &'f Line<'a>,
    manager: &'static Manager,
    words: Vec<String>,
}

fn pair<'f, 'a>(facts: &'f Facts<'a>, range: TextRange) -> Option<Pair<'f, 'a>> {
    let pairs = facts.lines.iter().zip(facts.lines.iter().skip(1));
    let (copy, run) =
        pairs.filter(|(_, run)| run.keyword == Keyword::Run).find(|(copy, run)| {
            [copy, run].iter().any(|line| line.placed.range().intersect(range).is_some())
                && matches!(copy.what, What::Copy(_))
        })?;
    let (What::Copy(copied), What::Run(ran)) = (&copy.what, &run.what) else { return None };
    let folder = folder_of(copied)?;
    let [invocation] = ran.commands.as_deref().ok()? else { return None };
    // It has to work in the very folder that is copied to.
    let works_in = invocation.folder.as_deref()?;
    let is_there = trimmed(copied.destination.as_deref()?) == trimmed(works_in);
    let words = words(invocation)?;
    let verb = words.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
    let name = invocation.name()?;
    let manager =
        MANAGERS.iter().find(|one| one.programs.contains(&name) && one.verbs.contains(&verb))?;
    let is_bound = ran.mounts.iter().any(|mount| mount.kind == "bind");
    (is_there && !is_bound).then_some(Pair { copy, folder, run, manager, words })
}

/// The folder of the context that a `COPY` takes whole.
fn folder_of(copy: &Copy) -> Option<String> {
    let is_plain = copy.from.is_none()
        && !copy.is_odd
        && !copy.is_add
        && copy.heredocs == 0
        && copy.excluded.is_empty();
    let [Some(source)] = copy.sources.as_slice() else { return None };
    let is_literal = !source.contains(['*', '?', '[']);
    (is_plain && is_literal).then(|| inside(source))
}

fn words(invocation: &Invocation) -> Option<Vec<String>> {
    let known = |word: &crate::split::command::Word| word.text.clone().filter(|_| !word.is_pattern);
    invocation.args().iter().map(known).collect()
}

fn answer(snapshot: &Snapshot, pair: &Pair<'_, '_>, context: BuildContext<'_>) -> Answer {
    let context = context.map_err(|why| format!("The project cannot be read: {why}."))?;
    let is_folder =
        pair.folder.is_empty() || matches!(context.kind(&pair.folder), Ok(Some(Kind::Folder)));
    let project = Project { context, folder: pair.folder.clone(), words: pair.words.clone() };
    let sentence = |why: String| {
        let mut characters = why.chars();
        let first = characters.next().map(char::to_uppercase);
        let first = first.map(String::from_iter).unwrap_or_default();
        format!("{first}{}.", characters.as_str())
    };
    if !is_folder {
        return Err(format!("There is no folder {} in the build context.", pair.folder));
    }
    if let Some(made) = pair.manager.makes.iter().find(|name| project.has(name)) {
        let text = format!("the sources would write over {made}: leave it out by .dockerignore");
        return Err(sentence(text));
    }
    let files = (pair.manager.reads)(&project).map_err(sentence)?;
    let edits = edits(snapshot, pair, &files).ok_or("It is written in an unusual way.")?;
    gate(snapshot, &edits, Promise::Reads).map_err(|why| sentence(why.to_string()))?;
    let title =
        format!("Copy {} first, so that other sources install nothing anew", listed(&files));
    Ok(Action { title, kind: ActionKind::Cache, edits, finding: None, preferred: false })
}

/// `a, b and c`
fn listed(files: &[String]) -> String {
    match files {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The `COPY` of the files and the `RUN` go before the `COPY` of all.
fn edits(snapshot: &Snapshot, pair: &Pair<'_, '_>, files: &[String]) -> Option<Vec<Edit>> {
    let style = Style::of(snapshot.tree());
    let instruction = pair.copy.placed.instruction().filter(|one| one.mended.is_none())?;
    let source: &str = &pair.copy.placed.item.text;
    let text = |range: TextRange| source.get(Range::<usize>::from(range));
    let command = &instruction.view.command;
    let Arguments::Words(arguments) = &command.arguments else { return None };
    let [from, to] = arguments.as_slice() else { return None };
    let is_plain = |name: &String| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'))
    };
    let flags = command.flags.iter().map(|flag| text(flag.range)).collect::<Option<Vec<_>>>()?;
    let (from, to) = (text(*from)?, text(*to)?);
    if !files.iter().all(is_plain) || [from, to].iter().any(|word| word.contains(['"', '\'', '\n']))
    {
        return None;
    }
    let folder = match pair.folder.as_str() {
        "" => String::new(),
        _ => format!("{}/", from.trim_end_matches('/')),
    };
    let mut line = text(command.keyword_range)?.to_owned();
    flags.iter().for_each(|flag| line.push_str(&format!(" {flag}")));
    files.iter().for_each(|file| line.push_str(&format!(" {folder}{file}")));
    line.push_str(&format!(" {}/{}", to.trim_end_matches('/'), style.newline));
    let run = snapshot.tree().with_comments(&pair.run.placed);
    line.push_str(&style.ended(snapshot.text().slice(run).into_owned()));
    let start = snapshot.tree().with_comments(&pair.copy.placed).start();
    Some(vec![Edit::insert(start, line), Edit::delete(run)])
}

/// Scripts of a package that run when its dependencies are installed.
const LIFECYCLE: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "dependencies",
    "pnpm:devPreinstall",
];

/// Where the dependencies of a `package.json` can lie in the project.
const LOCAL: &[&str] =
    &["file:", "link:", "portal:", "workspace:", "patch:", "./", "../", "/", "~"];

fn node(project: &Project<'_>) -> Result<Vec<String>, String> {
    project.only_options()?;
    if project.option(&["-g", "--global", "--prefix", "--cwd", "-C", "--dir", "-w", "--workspace"])
    {
        return Err("it installs into another folder".to_owned());
    }
    let package = node::package(project.context, &project.folder).map_err(|why| why.to_string())?;
    let package = package.ok_or("there is no package.json in the build context")?;
    let locks = project.those(&[
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "bun.lockb",
    ]);
    if locks.is_empty() {
        return Err("there is no lock file, so what is installed is not fixed".to_owned());
    }
    if !package.workspaces.is_empty() || project.has("pnpm-workspace.yaml") {
        return Err("the project has workspaces, whose manifests are needed, too".to_owned());
    }
    let lists = [&package.dependencies, &package.dev_dependencies, &package.optional_dependencies];
    let all = lists.into_iter().flatten();
    let is_local = |version: &str| LOCAL.iter().any(|start| version.starts_with(start));
    if let Some((name, _)) = all.clone().find(|(_, version)| is_local(version)) {
        return Err(format!("the dependency {name} lies in the project itself"));
    }
    if all.clone().any(|(name, _)| matches!(name.as_str(), "prisma" | "@prisma/client")) {
        return Err("Prisma generates its client from the schema when it is installed".to_owned());
    }
    let text = project.text("package.json")?;
    let mentioned = ["\"file:", "\"link:", "\"patch:", "\"portal:", "patchedDependencies"];
    if let Some(word) = mentioned.iter().find(|word| text.contains(**word)) {
        return Err(format!("package.json names files of the project: {}", word.trim_matches('"')));
    }
    let runs = |name: &&&str| package.script(name).is_some();
    if !project.option(&["--ignore-scripts"]) {
        if let Some(script) = LIFECYCLE.iter().find(runs) {
            return Err(format!(
                "the script `{script}` of package.json runs, and may need sources"
            ));
        }
        if project.has("binding.gyp") {
            return Err("binding.gyp is built when it is installed".to_owned());
        }
    }
    if let Some(own) =
        [".yarn", ".pnp.cjs", ".pnpmfile.cjs", "patches"].iter().find(|name| project.has(name))
    {
        return Err(format!("the folder or file {own} may be needed, too"));
    }
    let mut files = vec!["package.json".to_owned()];
    files.extend(locks);
    files.extend(project.those(&[".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml"]));
    Ok(files)
}

fn pip(project: &Project<'_>) -> Result<Vec<String>, String> {
    let mut files: Vec<String> = Vec::new();
    let mut words = project.words.iter().filter(|word| *word != "install");
    while let Some(word) = words.next() {
        let value = match word.as_str() {
            "-r" | "--requirement" => words.next().cloned(),
            word => word.strip_prefix("--requirement=").map(str::to_owned),
        };
        match value {
            Some(file) => files.push(inside(&file)),
            None if matches!(
                word.as_str(),
                "-e" | "--editable" | "-c" | "--constraint" | "-f" | "-t"
            ) =>
            {
                return Err(format!("`{word}` of pip may name files of the project"));
            }
            None if word.starts_with("--find-links") || word.starts_with("--target") => {
                return Err(format!("`{word}` of pip may name files of the project"));
            }
            None if word.starts_with('-') => {}
            None => return Err(format!("it installs `{word}` besides the list")),
        }
    }
    if files.is_empty() {
        return Err("it names no file with requirements".to_owned());
    }
    let mut all = Vec::new();
    for file in &files {
        let path = project.path(file);
        let read = python::requirements(project.context, &path).map_err(|why| why.to_string())?;
        let read = read.ok_or_else(|| format!("there is no {file} in the build context"))?;
        if let Some(missing) = read.missing.first() {
            return Err(format!("the file {missing} is not there, which {file} includes"));
        }
        let is_known = |option: &&String| {
            option.starts_with("--index-url")
                || option.starts_with("--extra-index-url")
                || option.starts_with("-i ")
                || option.starts_with("--pre")
        };
        if let Some(option) = read.options.iter().find(|option| !is_known(option)) {
            return Err(format!("`{option}` in {file} may name files of the project"));
        }
        let local = read.requirements.iter().find(|one| {
            one.is_editable
                || match &one.source {
                    python::Source::Index => false,
                    python::Source::Path(_) => true,
                    python::Source::Url(url) => url.starts_with("file:"),
                }
        });
        if local.is_some() {
            return Err(format!("a package in {file} lies in the project itself"));
        }
        let prefix = project.path("");
        for file in read.files {
            let own = file.strip_prefix(prefix.as_str()).unwrap_or(&file).to_owned();
            if own.contains('/') {
                return Err(format!("the file {own} lies in a folder of its own"));
            }
            if !all.contains(&own) {
                all.push(own);
            }
        }
    }
    Ok(all)
}

fn bundler(project: &Project<'_>) -> Result<Vec<String>, String> {
    let (gems, lock) = (project.text("Gemfile")?, project.text("Gemfile.lock")?);
    let reads =
        ["path:", ":path", "path ", "gemspec", "eval_gemfile", "require_relative", "File", "file:"];
    if let Some(word) = reads.iter().find(|word| gems.contains(**word)) {
        return Err(format!("the Gemfile reads other files: `{}`", word.trim()));
    }
    if lock.lines().any(|line| line.trim_end() == "PATH") {
        return Err("a gem lies in the project itself".to_owned());
    }
    Ok(vec!["Gemfile".to_owned(), "Gemfile.lock".to_owned()])
}

fn composer(project: &Project<'_>) -> Result<Vec<String>, String> {
    let own = php::composer(project.context, &project.folder).map_err(|why| why.to_string())?;
    let own = own.ok_or("there is no composer.json in the build context")?;
    if !own.has_lock {
        return Err("there is no composer.lock in the build context".to_owned());
    }
    let text = project.text("composer.json")?;
    if text.contains("\"path\"") {
        return Err("a package may lie in the project itself".to_owned());
    }
    let runs = |name: &&String| {
        let events = ["install", "autoload", "package", "operations", "command", "init"];
        events.iter().any(|event| name.contains(event))
    };
    if let Some(script) =
        own.scripts.iter().find(runs).filter(|_| !project.option(&["--no-scripts"]))
    {
        return Err(format!("the script `{script}` of composer.json runs, and may need sources"));
    }
    // The table of classes is made from the sources.
    let mapped =
        ["\"classmap\"", "\"files\"", "\"optimize-autoloader\"", "\"classmap-authoritative\""];
    let asked =
        ["-o", "-a", "--optimize-autoloader", "--classmap-authoritative", "--apcu-autoloader"];
    let is_mapped = mapped.iter().any(|word| text.contains(word)) || project.option(&asked);
    if is_mapped && !project.option(&["--no-autoloader"]) {
        return Err("the autoloader is made from the sources".to_owned());
    }
    Ok(vec!["composer.json".to_owned(), "composer.lock".to_owned()])
}

fn go_modules(project: &Project<'_>) -> Result<Vec<String>, String> {
    let operands: Vec<&str> =
        project.words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    if operands != ["mod", "download"] {
        return Err("`go mod` without `download` may look at the sources".to_owned());
    }
    let module = go::module(project.context, &project.folder).map_err(|why| why.to_string())?;
    let module = module.ok_or("there is no go.mod in the build context")?;
    if let Some(path) = module.local_replaces.first() {
        return Err(format!("a module is replaced by {path}, in the project itself"));
    }
    if project.has("go.work") || matches!(project.context.kind("go.work"), Ok(Some(_))) {
        return Err("the file go.work names more modules of the project".to_owned());
    }
    if !project.is_file("go.sum") {
        return Err("there is no go.sum in the build context".to_owned());
    }
    Ok(vec!["go.mod".to_owned(), "go.sum".to_owned()])
}

fn maven(project: &Project<'_>) -> Result<Vec<String>, String> {
    let poms = maven::lineage(project.context, &project.folder).map_err(|why| why.to_string())?;
    let [pom] = poms.as_slice() else {
        return Err("the pom is not there, or its parent lies in the project".to_owned());
    };
    if !pom.modules.is_empty() {
        return Err("the project has modules, whose poms are needed, too".to_owned());
    }
    if project.words.iter().any(|word| !word.starts_with('-') && word != "dependency:go-offline") {
        return Err("it does more than to fetch the dependencies".to_owned());
    }
    if project.option(&["-f", "--file", "-s", "--settings", "-gs", "-pl"]) || project.has(".mvn") {
        return Err("Maven's settings lie in the project".to_owned());
    }
    let text = project.text("pom.xml")?;
    if let Some(word) =
        ["systemPath", "file:", "basedir}"].iter().find(|word| text.contains(**word))
    {
        return Err(format!("the pom names files of the project: `{word}`"));
    }
    Ok(vec!["pom.xml".to_owned()])
}

fn cargo(_: &Project<'_>) -> Result<Vec<String>, String> {
    Err("Cargo builds dependencies along with the sources: use cargo-chef".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::workspace::Memory;
    use std::path::Path;
    use std::sync::Arc;

    fn context(files: &[(&str, &str)]) -> Context {
        let mut memory = Memory::default().folder("/c");
        for (path, text) in files {
            memory = memory.file(format!("/c/{path}"), *text);
        }
        Context::open(Arc::new(memory), Path::new("/c"), Path::new("Dockerfile"))
            .expect("a context that opens")
    }

    fn asked(marked: &str, files: &[(&str, &str)]) -> Option<Result<String, String>> {
        let fixture = Fixture::new(marked);
        let context = context(files);
        let found = manifests(&fixture.snapshot, TextRange::empty(fixture.cursor), Ok(&context))?;
        Some(found.map(|action| fixture.edited(&action.edits)))
    }

    #[track_caller]
    fn offered(marked: &str, files: &[(&str, &str)], expected: &str) {
        assert_eq!(asked(marked, files), Some(Ok(expected.to_owned())), "{marked}");
    }

    #[track_caller]
    fn refused(command: &str, files: &[(&str, &str)], why: &str) {
        let text = format!("FROM node:20\nWORKDIR /app\nCOPY $0. .\nRUN {command}\n");
        let found = asked(&text, files).expect("an answer").expect_err("a refusal");
        assert!(found.contains(why) && found.ends_with('.'), "{found}");
    }

    const LOCK: (&str, &str) = ("package-lock.json", "{}");
    const PACKAGE: (&str, &str) = ("package.json", "{\"dependencies\": {\"a\": \"^1\"}}");

    #[test]
    fn what_is_read_is_copied_first() {
        offered(
            "FROM node:20\nWORKDIR /app\n# All of it.\nCOPY . .\n# What it needs.\nRUN npm $0ci --omit=dev\nCMD [\"node\", \"x\"]\n",
            &[PACKAGE, LOCK, (".npmrc", "")],
            "FROM node:20\nWORKDIR /app\nCOPY package.json package-lock.json .npmrc ./\n# What it needs.\nRUN npm ci --omit=dev\n# All of it.\nCOPY . .\nCMD [\"node\", \"x\"]\n",
        );
        offered(
            "from node:20\r\nworkdir /app\r\ncopy --chown=node $0web /app\r\nrun yarn\r\n",
            &[("web/package.json", "{}"), ("web/yarn.lock", "")],
            "from node:20\r\nworkdir /app\r\ncopy --chown=node web/package.json web/yarn.lock /app/\r\nrun yarn\r\ncopy --chown=node web /app\r\n",
        );
    }

    #[test]
    fn each_manager_has_its_files() {
        let file = |command: &str, files: &str| {
            format!("FROM golang:1.22\nWORKDIR /app\n{files}RUN {command}\nCOPY . /app\n")
        };
        let marked = |command: &str| {
            format!("FROM golang:1.22\nWORKDIR /app\nCOPY $0. /app\nRUN {command}\n")
        };
        for (command, files, copied) in [
            ("go mod download", &[("go.mod", "module a\n"), ("go.sum", "")][..], "go.mod go.sum"),
            (
                "pip install -r a.txt",
                &[("a.txt", "flask\n-r b.txt\n"), ("b.txt", "x==1\n")][..],
                "a.txt b.txt",
            ),
            (
                "bundle install",
                &[("Gemfile", "gem 'a'\n"), ("Gemfile.lock", "GEM\n")][..],
                "Gemfile Gemfile.lock",
            ),
            (
                "composer install --no-dev",
                &[("composer.json", "{}"), ("composer.lock", "{}")][..],
                "composer.json composer.lock",
            ),
            ("npm --quiet ci", &[PACKAGE, LOCK][..], "package.json package-lock.json"),
            ("yarn --frozen-lockfile", &[PACKAGE, ("yarn.lock", "")][..], "package.json yarn.lock"),
            (
                "pnpm i --frozen-lockfile",
                &[PACKAGE, ("pnpm-lock.yaml", "")][..],
                "package.json pnpm-lock.yaml",
            ),
            (
                "mvn -B dependency:go-offline",
                &[("pom.xml", "<project><artifactId>a</artifactId></project>")][..],
                "pom.xml",
            ),
        ] {
            offered(&marked(command), files, &file(command, &format!("COPY {copied} /app/\n")));
        }
    }

    #[test]
    fn what_needs_more_is_refused() {
        let package = |text: &'static str| [("package.json", text), LOCK];
        refused("npm ci", &[PACKAGE], "lock file");
        refused("npm ci", &[LOCK], "package.json");
        refused("npm ci", &package("{\"workspaces\": [\"a\"]}"), "workspaces");
        refused(
            "npm ci",
            &package("{\"dependencies\": {\"a\": \"file:../a\"}}"),
            "dependency a lies",
        );
        refused("npm ci", &package("{\"scripts\": {\"postinstall\": \"x\"}}"), "postinstall");
        refused("npm ci", &package("{\"scripts\": {\"prepare\": \"husky\"}}"), "prepare");
        refused("npm ci", &package("{\"devDependencies\": {\"prisma\": \"5\"}}"), "Prisma");
        refused("npm ci", &[PACKAGE, LOCK, ("node_modules/a/x", "")], "write over");
        refused("npm install left-pad", &[PACKAGE, LOCK], "left-pad");
        refused(
            "go mod download",
            &[("go.mod", "module a\nreplace b => ./b\n"), ("go.sum", "")],
            "./b",
        );
        refused("go mod tidy", &[("go.mod", "module a\n"), ("go.sum", "")], "sources");
        refused(
            "go mod download",
            &[("go.mod", "module a\n"), ("go.sum", ""), ("go.work", "")],
            "go.work",
        );
        refused("pip install -r r.txt", &[("r.txt", "-e .\n")], "itself");
        refused("pip install -r r.txt", &[("r.txt", "./a\n")], "itself");
        refused("pip install -e .", &[("r.txt", "")], "-e");
        refused(
            "bundle install",
            &[("Gemfile", "gem 'a', path: 'b'\n"), ("Gemfile.lock", "")],
            "path:",
        );
        refused(
            "composer install -o",
            &[("composer.json", "{}"), ("composer.lock", "{}")],
            "autoloader",
        );
        refused("cargo build --release", &[("Cargo.toml", "")], "cargo-chef");
        refused(
            "mvn dependency:go-offline",
            &[("pom.xml", "<project><modules><module>a</module></modules></project>")],
            "modules",
        );
    }

    #[test]
    fn other_lines_are_not_meant() {
        for text in [
            "FROM node:20\nCOPY . .\n",
            "FROM node:20\nWORKDIR /app\nCOPY $0. .\nRUN npm run build\n",
            "FROM node:20\nWORKDIR /app\nCOPY $0. /other\nRUN npm ci\n",
            "FROM node:20\nWORKDIR /app\nCOPY $0. .\nENV A=b\nRUN npm ci\n",
            "FROM node:20\nWORKDIR /app\nCOPY $0. .\nRUN npm ci && npm run build\n",
            "FROM node:20\nWORKDIR /app\nCOPY --from=x $0. .\nRUN npm ci\n",
            "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN $0x\n",
        ] {
            assert_eq!(asked(text, &[PACKAGE, LOCK]), None, "{text}");
        }
    }
}
