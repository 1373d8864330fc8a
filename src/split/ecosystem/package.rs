//! What Node's package managers are told to do: the programs that a call comes to, scripts of
//! `package.json` followed through their hooks.
//!
//! No ecosystem of its own: `site.rs` and `node.rs` ask here.
//!
//! Sources: the documentation of the commands of npm, yarn 1, yarn, pnpm and bun, and of the tools
//! in the table.

use std::collections::BTreeMap;

use super::Reading;
use crate::split::command::{self, Invocation};
use crate::split::course::{Course, Role};
use crate::split::facts::{What, join};
use crate::split::world::{Origin, base_name, parent, trimmed};
use crate::text::TextRange;
use crate::workspace::project::node::bundler::{self, Framework, OutputKind};
use crate::workspace::project::node::{self, Package, typescript};

/// How deep scripts are followed that call each other.
const DEEPEST: usize = 8;

/// How long a script may be, in bytes.
const LONGEST_SCRIPT: usize = 16 << 10;

/// How many programs a call may come to, those that only call others among them.
const MOST_CALLS: usize = 256;

/// A program that is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Its name and arguments, as they stand in the script.
    pub words: Vec<String>,
    /// The folder of the image in which it runs.
    pub folder: String,
    /// The variables that scripts set for it; `None` for a value that is not known.
    pub variables: BTreeMap<String, Option<String>>,
    /// What it does.
    pub work: Work,
}

/// What a program does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Work {
    /// Nothing that stays: `echo`.
    Nothing,
    /// Gets ready: installs, generates.
    Prepares,
    /// Installs without what only the build needs, or takes that away.
    Prunes,
    /// Tests or checks.
    Checks,
    /// Builds; with what, if that is one of the frameworks.
    Builds(Option<Framework>),
    /// Serves sources while they change.
    Develops,
    /// Runs a program that is none of these.
    #[default]
    Runs,
}

/// What a call comes to.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// The programs, in order.
    pub steps: Vec<Step>,
    /// Why there may be others: a short text. `None`: all are there.
    pub unknown: Option<String>,
    /// Programs of packages that only call others: `cross-env`.
    pub through: Vec<String>,
    /// Whether a package manager calls them, and which.
    pub manager: Option<String>,
}

impl Steps {
    /// The only program, if it is known that there is but one.
    pub fn only(&self) -> Option<&Step> {
        match &self.steps[..] {
            [step] if self.unknown.is_none() => Some(step),
            _ => None,
        }
    }
}

/// A row of tools: names, verbs (the first word that is no option; `""` for none, `*` for any), and
/// what they do.
type Row = (&'static [&'static str], &'static [&'static str], Work);

const fn builds(framework: Framework) -> Work {
    Work::Builds(Some(framework))
}

/// What tools do. The first row that fits counts.
const TOOLS: &[Row] = &[
    (&["vite"], &["build"], builds(Framework::Vite)),
    (&["vite"], &["preview"], Work::Runs),
    (&["vite"], &["optimize"], Work::Prepares),
    (&["vite"], &["*"], Work::Develops),
    (&["react-scripts", "craco", "react-app-rewired"], &["build"], builds(Framework::ReactScripts)),
    (&["react-scripts", "craco", "react-app-rewired"], &["test"], Work::Checks),
    (&["react-scripts", "craco", "react-app-rewired"], &["*"], Work::Develops),
    (&["ng"], &["build", "b"], builds(Framework::Angular)),
    (&["ng"], &["test", "lint", "e2e", "t", "e"], Work::Checks),
    (&["ng"], &["serve", "s", "dev"], Work::Develops),
    (&["ng"], &["*"], Work::Prepares),
    (&["vue-cli-service"], &["build"], builds(Framework::VueCli)),
    (&["vue-cli-service"], &["lint", "test:unit", "test:e2e"], Work::Checks),
    (&["vue-cli-service"], &["*"], Work::Develops),
    (&["next"], &["build", "export"], builds(Framework::Next)),
    (&["next"], &["lint"], Work::Checks),
    (&["next"], &["telemetry", "info", "typegen"], Work::Prepares),
    (&["next"], &["start"], Work::Runs),
    (&["next"], &["*"], Work::Develops),
    (&["nuxt", "nuxi"], &["build", "generate"], builds(Framework::Nuxt)),
    (&["nuxt", "nuxi"], &["prepare"], Work::Prepares),
    (&["nuxt", "nuxi"], &["typecheck"], Work::Checks),
    (&["nuxt", "nuxi"], &["start", "preview"], Work::Runs),
    (&["nuxt", "nuxi"], &["*"], Work::Develops),
    (&["astro"], &["build"], builds(Framework::Astro)),
    (&["astro"], &["check"], Work::Checks),
    (&["astro"], &["sync", "telemetry"], Work::Prepares),
    (&["astro"], &["preview"], Work::Runs),
    (&["astro"], &["*"], Work::Develops),
    (&["gatsby"], &["build"], builds(Framework::Gatsby)),
    (&["gatsby"], &["clean", "telemetry"], Work::Prepares),
    (&["gatsby"], &["serve"], Work::Runs),
    (&["gatsby"], &["*"], Work::Develops),
    (&["docusaurus"], &["build"], builds(Framework::Docusaurus)),
    (&["docusaurus"], &["clear", "write-translations"], Work::Prepares),
    (&["docusaurus"], &["serve"], Work::Runs),
    (&["docusaurus"], &["*"], Work::Develops),
    (&["svelte-kit"], &["sync"], Work::Prepares),
    (&["eleventy"], &["--serve", "--watch"], Work::Develops),
    (&["eleventy"], &["*"], builds(Framework::Eleventy)),
    (&["parcel"], &["build"], builds(Framework::Parcel)),
    (&["parcel"], &["*"], Work::Develops),
    (&["rsbuild"], &["build"], builds(Framework::Rsbuild)),
    (&["rsbuild"], &["dev", ""], Work::Develops),
    (&["storybook"], &["build"], builds(Framework::Storybook)),
    (&["storybook"], &["*"], Work::Develops),
    (&["build-storybook"], &["*"], builds(Framework::Storybook)),
    (&["start-storybook"], &["*"], Work::Develops),
    (&["remix"], &["build", "vite:build"], builds(Framework::Remix)),
    (&["remix"], &["*"], Work::Develops),
    (&["react-router"], &["build"], builds(Framework::ReactRouter)),
    (&["react-router"], &["typegen"], Work::Prepares),
    (&["react-router"], &["*"], Work::Develops),
    (&["vitepress"], &["build"], builds(Framework::VitePress)),
    (&["vitepress"], &["preview", "serve"], Work::Runs),
    (&["vitepress"], &["*"], Work::Develops),
    (&["vuepress"], &["build"], builds(Framework::VuePress)),
    (&["vuepress"], &["*"], Work::Develops),
    (&["hexo"], &["generate", "g"], builds(Framework::Hexo)),
    (&["hexo"], &["server", "s"], Work::Develops),
    (&["hexo"], &["*"], Work::Prepares),
    (&["nest"], &["build"], builds(Framework::Nest)),
    (&["nest"], &["*"], Work::Develops),
    (&["webpack"], &["serve", "s"], Work::Develops),
    (&["tsc", "vue-tsc"], &["*"], Work::Builds(None)),
    (
        &[
            "webpack",
            "webpack-cli",
            "rollup",
            "esbuild",
            "tsup",
            "tsdown",
            "swc",
            "babel",
            "ncc",
            "gulp",
            "grunt",
            "microbundle",
            "unbuild",
            "ember",
            "tsc-alias",
            "tspath",
            "copyfiles",
            "cpx",
            "cpy",
            "cp",
            "mv",
            "mkdir",
            "cpr",
            "ncp",
            "sass",
            "node-sass",
            "lessc",
            "tailwindcss",
            "postcss",
            "resolve-tspaths",
            "esbuild-runner",
            "svgo",
            "terser",
            "uglifyjs",
            "vsce",
            "workbox",
            "sw-precache",
            "purgecss",
            "next-sitemap",
            "turbo",
            "nx",
            "lerna",
            "rush",
            "make",
            "elm",
            "spago",
            "shadow-cljs",
            "tsx",
            "ts-node",
            "typedoc",
            "hugo",
        ],
        &["*"],
        Work::Builds(None),
    ),
    (
        &[
            "eslint",
            "prettier",
            "jest",
            "vitest",
            "mocha",
            "ava",
            "tap",
            "jasmine",
            "karma",
            "nyc",
            "c8",
            "stylelint",
            "svelte-check",
            "tslint",
            "cypress",
            "depcheck",
            "biome",
            "xo",
            "commitlint",
            "lint-staged",
            "size-limit",
            "bundlesize",
            "standard",
            "wait-on",
        ],
        &["*"],
        Work::Checks,
    ),
    (
        &[
            "prisma",
            "husky",
            "patch-package",
            "graphql-codegen",
            "openapi-generator-cli",
            "rimraf",
            "del-cli",
            "del",
            "node-gyp",
            "node-gyp-build",
            "prebuild-install",
            "ngcc",
            "lingui",
            "panda",
            "paraglide-js",
            "is-ci",
            "only-allow",
            "check-node-version",
            "npm-check",
            "opencollective",
            "opencollective-postinstall",
            "simple-git-hooks",
            "lefthook",
            "skip-postinstall",
            "browserslist",
            "update-browserslist-db",
            "msw",
            "typeorm",
            "drizzle-kit",
            "wrangler",
            "nuxt-module-build",
            "rm",
            "corepack",
            "n",
            "swagger",
            "openapi-typescript",
            "protoc",
            "contentlayer",
            "fumadocs-mdx",
            "sequelize",
            "sequelize-cli",
            "knex",
            "tsp",
            "barrelsby",
            "playwright",
            "puppeteer",
        ],
        &["*"],
        Work::Prepares,
    ),
    (
        &["echo", "exit", "true", "cd", "set", "export", "printf", "[", "test", "sleep"],
        &["*"],
        Work::Nothing,
    ),
    (
        &[
            "nodemon",
            "ts-node-dev",
            "tsnd",
            "webpack-dev-server",
            "live-server",
            "browser-sync",
            "expo",
            "react-native",
            "http-server-spa-dev",
            "node-dev",
            "nodemon-exec",
            "pm2-dev",
        ],
        &["*"],
        Work::Develops,
    ),
];

/// Options by which a tool only watches or checks.
const CHANGED: &[(&[&str], &[&str], Work)] = &[
    (&["tsc", "vue-tsc"], &["--noEmit"], Work::Checks),
    (&["tsc", "rollup", "webpack", "babel", "esbuild"], &["-w", "--watch"], Work::Develops),
    (&["eleventy"], &["--serve", "--watch"], Work::Develops),
    (&["node", "tsx", "bun"], &["--watch", "watch", "--hot"], Work::Develops),
    (&["pm2", "pm2-runtime"], &["--watch"], Work::Develops),
];

/// Packages whose program has another name.
const SCOPED: &[(&str, &str)] = &[
    ("@angular/cli", "ng"),
    ("@nestjs/cli", "nest"),
    ("@11ty/eleventy", "eleventy"),
    ("@vue/cli-service", "vue-cli-service"),
    ("@docusaurus/core", "docusaurus"),
    ("@craco/craco", "craco"),
    ("@vercel/ncc", "ncc"),
    ("@swc/cli", "swc"),
    ("@storybook/cli", "storybook"),
    ("sirv-cli", "sirv"),
    ("typescript", "tsc"),
];

/// The package managers.
const MANAGERS: &[&str] =
    &["npm", "npx", "yarn", "yarnpkg", "pnpm", "pnpx", "bun", "bunx", "corepack"];

/// Whether that program is a package manager.
pub fn is_manager(name: &str) -> bool {
    MANAGERS.contains(&name)
}

/// The name of the package or program in a word: without folder, scope and version.
pub fn tool_name(word: &str) -> &str {
    let unversioned = match word.rfind('@') {
        Some(at) if at > 0 && !word.contains("node_modules/") => &word[..at],
        _ => word,
    };
    match SCOPED.iter().find(|(package, _)| *package == unversioned) {
        Some((_, program)) => program,
        None => base_name(unversioned),
    }
}

/// What a program does, by its name and arguments.
pub fn work(words: &[String]) -> Work {
    let Some(name) = words.first().map(|word| tool_name(word)) else { return Work::Nothing };
    let args = &words[1..];
    let has = |options: &[&str]| args.iter().any(|word| options.contains(&word.as_str()));
    if let Some((.., work)) =
        CHANGED.iter().find(|(names, options, _)| names.contains(&name) && has(options))
    {
        return *work;
    }
    let verb = args.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
    let fits = |(names, verbs, _): &&Row| {
        names.contains(&name) && (verbs.contains(&"*") || verbs.contains(&verb))
    };
    TOOLS.iter().find(fits).map_or(Work::Runs, |(.., work)| *work)
}

/// The `package.json` that lies in a folder of the image, if the context is at hand and has it.
pub fn package_in(course: &Course<'_>, folder: &str) -> Option<(Package, String)> {
    let project = course.project_in(folder, "package.json")?;
    let package = node::package(course.context?, &project).ok()??;
    Some((package, project))
}

/// What the call of a program comes to, if it is a package manager's; else the program itself.
pub fn steps(course: &Course<'_>, words: &[Option<String>], folder: Option<&str>) -> Steps {
    let mut walk = Walk { course, found: Steps::default(), left: MOST_CALLS };
    let known: Option<Vec<String>> = words.iter().cloned().collect();
    match (known, folder) {
        (Some(words), Some(folder)) => walk.call(&words, folder, &BTreeMap::new(), 0),
        _ => walk.doubt("a word or the folder is not known"),
    }
    walk.found
}

/// What the only program of a command of a `RUN` does.
pub fn works(course: &Course<'_>, one: &Invocation) -> Option<Work> {
    let words: Vec<Option<String>> = one.words.iter().map(|word| word.text.clone()).collect();
    steps(course, &words, one.folder.as_deref()).only().map(|step| step.work)
}

/// What is said of a program that serves sources while they change: its words, and the script that
/// starts what was built, if the project has one of the usual names.
pub fn development(course: &Course<'_>, step: &Step) -> String {
    const BUILT: [&str; 4] = ["start:prod", "start:production", "serve:prod", "prod"];
    let shown = step.words.join(" ");
    let starts = |name: &&&str| {
        let words = ["npm", "run", name].map(|word| Some(word.to_owned()));
        let found = steps(course, &words, Some(&step.folder));
        let is_start = |step: &Step| matches!(step.work, Work::Runs | Work::Nothing);
        found.unknown.is_none() && !found.steps.is_empty() && found.steps.iter().all(is_start)
    };
    match BUILT.iter().find(starts) {
        // The sentence puts both ends into backticks.
        Some(name) => format!("{shown}` and not `npm run {name}"),
        None => shown,
    }
}

/// Whether a command installs the packages of a project or takes some of them away: not those of
/// the machine, and not the package manager's own house.
pub fn installs_project(one: &Invocation) -> bool {
    let words: Vec<&str> = one.args().iter().map(|word| word.or_empty()).collect();
    let Some(name) = one.name().filter(|name| is_manager(name)) else { return false };
    let verb = words.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
    let is_global = words.iter().any(|word| matches!(*word, "-g" | "--global" | "global"));
    !is_global && (is_install(name, verb) || matches!(verb, "prune" | "workspaces"))
}

/// Whether a command is one of Node's: a package manager, `node` itself, a tool of the table.
pub fn is_own(words: &[String]) -> bool {
    let Some(name) = words.first().map(|word| base_name(word)) else { return false };
    is_manager(name)
        || name == "node"
        || !matches!(work(words), Work::Runs) && !FOREIGN.contains(&name)
}

/// What a command of a `RUN` is to Node.
pub fn read(course: &Course<'_>, invocation: &Invocation) -> Option<(Reading, Steps)> {
    let name = invocation.name()?;
    let words: Vec<Option<String>> =
        invocation.words.iter().map(|word| word.text.clone()).collect();
    let known: Vec<String> = words.iter().flatten().cloned().collect();
    if !is_own(&known) || name == "bun" && matches!(invocation.arg(0), Some("build")) {
        return None;
    }
    if matches!(invocation.arg(0), Some("-v" | "--version")) {
        return Some((Reading::Checks, Steps::default()));
    }
    let found = steps(course, &words, invocation.folder.as_deref());
    let is = |wanted: fn(&Work) -> bool| found.steps.iter().any(|step| wanted(&step.work));
    let reading =
        if found.unknown.is_some() || is(|work| matches!(work, Work::Builds(_) | Work::Runs)) {
            Reading::Builds(Vec::new())
        } else if is(|work| matches!(work, Work::Prepares | Work::Prunes)) {
            Reading::Prepares
        } else if is(|work| *work == Work::Develops) {
            // It would not come to an end.
            Reading::Builds(Vec::new())
        } else {
            Reading::Checks
        };
    Some((reading, found))
}

/// Options by which the command that builds says where to.
const OUTPUT_OPTIONS: &[&str] = &[
    "--outDir",
    "--out-dir",
    "--output-path",
    "--dest",
    "--dist-dir",
    "--output-dir",
    "--outdir",
    "--output",
];

/// A folder that a build writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it is in the image.
    pub path: String,
    /// What is in it.
    pub kind: OutputKind,
    /// Whether this is stated, and not only the default of something that may change it.
    pub is_certain: bool,
    /// Who says so: a sentence.
    pub evidence: String,
    /// What builds it.
    pub framework: Framework,
}

/// The folders that programs write, as far as that is known.
pub fn outputs(course: &Course<'_>, found: &Steps) -> Vec<Output> {
    let built = found.steps.iter().filter_map(|step| match step.work {
        Work::Builds(Some(framework)) => Some((step, framework)),
        _ => None,
    });
    built.filter_map(|(step, framework)| output(course, step, framework)).collect()
}

/// The folder that a program of a framework writes or serves.
pub fn output(course: &Course<'_>, step: &Step, framework: Framework) -> Option<Output> {
    let (_, project) = package_in(course, &step.folder)?;
    let stated = bundler::output(course.context?, &project, framework).ok()??;
    let inside = match project.as_str() {
        "" => stated.path.as_str(),
        project => stated.path.strip_prefix(project)?.strip_prefix('/')?,
    };
    let kind = if has_verb(step, "generate") { OutputKind::Static } else { stated.kind };
    let (path, is_certain, evidence) = match stated_by_call(step) {
        Some(path) => (join(&step.folder, &path)?, true, format!("`{}`", step.words.join(" "))),
        None => (join(&step.folder, inside)?, stated.is_certain, stated.file.clone()),
    };
    let path = match (framework, kind) {
        (Framework::Nuxt, OutputKind::Static) => format!("{path}/public"),
        _ => path,
    };
    let evidence = format!("{path} is the output folder of the build, by {evidence}");
    Some(Output { path, kind, is_certain, evidence, framework })
}

fn has_verb(step: &Step, verb: &str) -> bool {
    step.words.get(1).is_some_and(|word| word == verb)
}

fn stated_by_call(step: &Step) -> Option<String> {
    let mut words = step.words.iter();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if OUTPUT_OPTIONS.contains(&name) {
            return value.or_else(|| words.next().cloned());
        }
    }
    step.variables.get("BUILD_PATH").cloned().flatten()
}

/// The folders that the commands of a build write, if it is known for certain of each of them that it
/// writes nowhere else.
pub fn written(course: &Course<'_>) -> Option<Vec<String>> {
    let mut folders = Vec::new();
    for (deed, one) in course.deeds_with(|role| matches!(role, Role::Builds(_))) {
        let (_, found) = read(course, one).filter(|(_, found)| found.unknown.is_none())?;
        let scene = &course.facts.lines.get(deed.line)?.scene;
        let is_told = one.variable("BUILD_PATH", scene).is_some();
        for step in &found.steps {
            match step.work {
                Work::Builds(_) if is_told => return None,
                Work::Builds(Some(framework)) => {
                    folders.push(certain_output(course, step, framework)?);
                }
                Work::Builds(None) => folders.push(compiled(course, step)?),
                Work::Runs | Work::Develops => return None,
                Work::Nothing | Work::Prepares | Work::Prunes | Work::Checks => {}
            }
        }
    }
    Some(folders)
}

/// The output of a framework that no other framework of the project builds with.
fn certain_output(course: &Course<'_>, step: &Step, framework: Framework) -> Option<String> {
    let (package, _) = package_in(course, &step.folder)?;
    let is_only = bundler::frameworks(&package).iter().all(|own| *own == framework);
    let output = output(course, step, framework).filter(|output| output.is_certain && is_only)?;
    Some(output.path)
}

/// The folder that a call of the TypeScript compiler writes; `None` if that is not stated, or if the
/// context does not hold it.
pub fn compiled(course: &Course<'_>, step: &Step) -> Option<String> {
    const OWN: [&str; 2] = ["--outDir", "--outdir"];
    const PROJECT: [&str; 2] = ["-p", "--project"];
    let name = tool_name(step.words.first()?);
    if !matches!(name, "tsc" | "vue-tsc") {
        return None;
    }
    let value = |names: &[&str]| {
        let at = step.words.iter().position(|word| names.contains(&word.as_str()))?;
        step.words.get(at + 1)
    };
    if let Some(folder) = value(&OWN) {
        return join(&step.folder, folder);
    }
    let asks_for_more = |word: &String| {
        matches!(word.as_str(), "-b" | "--build" | "--outFile") || !word.starts_with('-')
    };
    let given = value(&PROJECT);
    if step.words.iter().skip(1).any(|word| asks_for_more(word) && Some(word) != given) {
        return None;
    }
    let file = given.map_or("tsconfig.json", String::as_str);
    let project = course.project_in(&step.folder, file)?;
    let config = typescript::config(course.context?, &project, base_name(file)).ok()??;
    let stated = config.out_dir?;
    let inside = match project.as_str() {
        "" => stated.as_str(),
        project => stated.strip_prefix(project)?.strip_prefix('/')?,
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    join(&join(&step.folder, folder)?, inside)
}

/// Whether a path is among what some lines copied or the build may have made there by itself: no
/// command is known to have put something in its place, and the context does not hold it.
pub fn is_left_to_builds(course: &Course<'_>, path: &str) -> bool {
    let is_copied = |place: &str, line: usize| match course.facts.lines.get(line).map(|l| &l.what) {
        Some(What::Copy(copy)) => copy.destination.as_deref().map(trimmed) == Some(place),
        Some(What::Workdir(_)) => true,
        _ => false,
    };
    let mut above = std::iter::successors(Some(path), |path| match *path {
        "/" => None,
        path => Some(parent(path)),
    });
    above.all(|place| match course.world.exact(place) {
        None => true,
        Some(Origin::Context(line) | Origin::Made(line)) => is_copied(place, *line),
        Some(_) => false,
    }) && course.in_context(path).is_none()
}

/// Names in the table that others read in a `RUN`.
const FOREIGN: &[&str] = &[
    "cp", "mv", "mkdir", "rm", "echo", "exit", "true", "cd", "set", "export", "printf", "[",
    "test", "sleep", "make", "hugo", "protoc", "del", "n", "standard", "swagger", "tap",
];

struct Walk<'c, 'a> {
    course: &'c Course<'a>,
    found: Steps,
    /// How many more programs may be called.
    left: usize,
}

type Variables = BTreeMap<String, Option<String>>;

impl Walk<'_, '_> {
    fn doubt(&mut self, why: impl Into<String>) {
        self.found.unknown.get_or_insert_with(|| why.into());
    }

    fn push(&mut self, words: Vec<String>, folder: &str, variables: &Variables, work: Work) {
        let step = Step { words, folder: folder.to_owned(), variables: variables.clone(), work };
        self.found.steps.push(step);
    }

    fn call(&mut self, words: &[String], folder: &str, variables: &Variables, depth: usize) {
        if depth > DEEPEST || self.left == 0 {
            // There is no use in following the others.
            self.left = 0;
            return self.doubt("the scripts call each other");
        }
        self.left -= 1;
        let Some(name) = words.first().map(|word| tool_name(word)) else { return };
        if name == "cross-env" || name == "env" {
            self.found.through.extend(words.first().filter(|_| name != "env").cloned());
            return self.with_variables(words, folder, variables, depth);
        }
        if let "run-s" | "run-p" | "npm-run-all" | "npm-run-all2" = name {
            self.found.through.push("npm-run-all".to_owned());
            return self.several(words, folder, variables, depth);
        }
        if !is_manager(name) {
            return self.push(words.to_vec(), folder, variables, work(words));
        }
        if depth == 0 {
            self.found.manager = Some(name.to_owned());
        }
        match Order::read(name, &words[1..], folder) {
            Order::Work(work) => self.push(words.to_vec(), folder, variables, work),
            Order::Script { name, args, folder, or_program } => {
                let order = ScriptCall { name: &name, args: &args, or_program };
                self.script(&order, &folder, variables, depth);
            }
            Order::Program(words, folder) => self.call(&words, &folder, variables, depth + 1),
            Order::Unknown => self.doubt(format!("`{}`", words.join(" "))),
        }
    }

    /// `cross-env A=b program`
    fn with_variables(
        &mut self,
        words: &[String],
        folder: &str,
        variables: &Variables,
        depth: usize,
    ) {
        let mut variables = variables.clone();
        let mut rest = &words[1..];
        while let Some((first, others)) = rest.split_first()
            && let Some((name, value)) = first.split_once('=')
            && !first.starts_with('-')
        {
            variables.insert(name.to_owned(), Some(value.to_owned()));
            rest = others;
        }
        self.call(rest, folder, &variables, depth + 1);
    }

    /// `run-s a b`
    fn several(&mut self, words: &[String], folder: &str, variables: &Variables, depth: usize) {
        for word in &words[1..] {
            if word.contains(['*', '{', ' ']) {
                return self.doubt(format!("`{}`", words.join(" ")));
            }
            if !word.starts_with('-') {
                let order = ScriptCall { name: word, args: &[], or_program: false };
                self.script(&order, folder, variables, depth);
            }
        }
    }

    /// A script of `package.json` with those that run before and behind it.
    fn script(
        &mut self,
        order: &ScriptCall<'_>,
        folder: &str,
        variables: &Variables,
        depth: usize,
    ) {
        let Some((package, _)) = package_in(self.course, folder) else {
            return self.doubt("package.json is not at hand");
        };
        let Some(text) = package.script(order.name) else {
            if order.or_program {
                let words: Vec<String> =
                    [order.name.to_owned()].into_iter().chain(order.args.iter().cloned()).collect();
                return self.call(&words, folder, variables, depth + 1);
            }
            return match order.name {
                // npm's own default.
                "start" => self.push(
                    vec!["node".to_owned(), "server.js".to_owned()],
                    folder,
                    variables,
                    Work::Runs,
                ),
                name => self.doubt(format!("package.json has no script {name}")),
            };
        };
        let text = std::iter::once(text.to_owned())
            .chain(order.args.iter().map(|word| quoted(word)))
            .collect::<Vec<_>>()
            .join(" ");
        let hook = |before: &str| package.script(&format!("{before}{}", order.name));
        for text in [hook("pre"), Some(text.as_str()), hook("post")].into_iter().flatten() {
            self.text(text, folder, variables, depth);
        }
    }

    fn text(&mut self, text: &str, folder: &str, variables: &Variables, depth: usize) {
        if self.left == 0 || text.len() > LONGEST_SCRIPT {
            return self.doubt("the scripts are too long");
        }
        let mut scene = (*self.course.facts.last_scene()).clone();
        scene.workdir = Some(folder.to_owned());
        scene.shell = command::Shell::Posix;
        let Ok(commands) = command::read(text, &scene, &|_| TextRange::default()) else {
            return self.doubt(format!("`{text}`"));
        };
        for command in commands {
            if self.left == 0 {
                return self.doubt("the scripts call each other");
            }
            let words: Option<Vec<String>> = command
                .words
                .iter()
                .enumerate()
                // A pattern is an argument of a tool, and kept as it is. So is one that hangs on the
                // environment: it has a `$`.
                .map(|(at, word)| match at {
                    0 => word.text.clone(),
                    _ => Some(word.text.clone().unwrap_or_else(|| "$".to_owned())),
                })
                .collect();
            let (Some(words), Some(folder)) = (words, command.folder.as_deref()) else {
                self.doubt(format!("`{text}`"));
                continue;
            };
            if !command.is_sure {
                self.doubt(format!("`{text}`"));
            }
            let mut all = variables.clone();
            all.extend(command.variables.clone());
            self.call(&words, folder, &all, depth + 1);
        }
    }
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@,+%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

struct ScriptCall<'s> {
    name: &'s str,
    args: &'s [String],
    /// Whether it is a program, if there is no script of that name.
    or_program: bool,
}

/// What a package manager is told.
enum Order {
    /// Something that it does itself.
    Work(Work),
    /// To run a script.
    Script { name: String, args: Vec<String>, folder: String, or_program: bool },
    /// To run a program in a folder.
    Program(Vec<String>, String),
    /// It is not known what.
    Unknown,
}

/// Options of a package manager that leave out what only builds need.
const PRODUCTION: &[&str] = &[
    "--production",
    "--prod",
    "-P",
    "--omit=dev",
    "--only=production",
    "--only=prod",
    "--production=true",
];

/// Options in front of a command that take a value.
const WITH_VALUE: &[&str] = &[
    "--registry",
    "--cache",
    "--loglevel",
    "--network-timeout",
    "--cache-folder",
    "--reporter",
    "--network-concurrency",
    "--modules-folder",
    "--store-dir",
    "--userconfig",
    "--backend",
    "--omit",
    "--only",
    "--include",
    "--mutex",
    "--fetch-timeout",
];

/// Options for packages of a workspace.
const FOR_SEVERAL: &[&str] =
    &["-w", "--workspace", "--filter", "-F", "-r", "--recursive", "-ws", "--workspaces"];

/// Options of those who run a program, in front of it.
const OF_RUNNERS: &[&str] =
    &["--", "-y", "--yes", "--no-install", "--no", "-q", "--quiet", "-s", "--silent", "--bun"];

/// The words behind a package manager.
struct Call<'w> {
    /// Its options in front of the command.
    options: Vec<&'w str>,
    /// Empty if there is none.
    command: &'w str,
    rest: &'w [String],
    /// Where it works.
    folder: String,
}

impl<'w> Call<'w> {
    /// `None` if it is about several packages or a folder that is not known.
    fn read(args: &'w [String], folder: &str, is_runner: bool) -> Option<Call<'w>> {
        let folder = folder.to_owned();
        let mut call = Call { options: Vec::new(), command: "", rest: &[], folder };
        let mut args = args.iter();
        while let Some(word) = args.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), None),
            };
            match name {
                "--prefix" | "-C" | "--cwd" | "--dir" if !is_runner => {
                    let target = value.or_else(|| args.next().map(String::as_str))?;
                    call.folder = join(&call.folder, target)?.trim_end_matches('/').to_owned();
                }
                "-c" | "--call" => return None,
                _ if FOR_SEVERAL.contains(&name) => return None,
                "-p" | "--package" if is_runner => drop(args.next()),
                _ if WITH_VALUE.contains(&name) && value.is_none() => drop(args.next()),
                "--" => {}
                _ if name.starts_with('-') => call.options.push(word),
                _ => {
                    call.command = word;
                    call.rest = args.as_slice();
                    break;
                }
            }
        }
        Some(call)
    }

    fn has(&self, wanted: &[&str]) -> bool {
        let mut words = self.options.iter().copied().chain(self.rest.iter().map(String::as_str));
        words.any(|word| wanted.contains(&word))
    }

    fn script(&self, name: &str, args: &[String], or_program: bool) -> Order {
        let args = args.iter().skip_while(|word| matches!(word.as_str(), "--" | "--silent" | "-s"));
        let args = args.filter(|word| *word != "--").cloned().collect();
        Order::Script { name: name.to_owned(), args, folder: self.folder.clone(), or_program }
    }

    /// `run` and a script's name.
    fn run(&self, or_program: bool) -> Order {
        match self.rest.split_first() {
            Some((first, args)) if !first.starts_with('-') => self.script(first, args, or_program),
            Some((_, args)) => match args.iter().position(|word| !word.starts_with('-')) {
                Some(at) => self.script(&args[at], &args[at + 1..], false),
                None => Order::Unknown,
            },
            None => Order::Work(Work::Nothing),
        }
    }

    fn program(&self, words: &[String]) -> Order {
        let words = words.iter().skip_while(|word| OF_RUNNERS.contains(&word.as_str()));
        let words: Vec<String> = words.cloned().collect();
        if words.is_empty() { Order::Unknown } else { Order::Program(words, self.folder.clone()) }
    }

    /// The rest with that word in front of it.
    fn behind(&self, first: &str) -> Vec<String> {
        std::iter::once(first.to_owned()).chain(self.rest.iter().cloned()).collect()
    }
}

impl Order {
    fn read(manager: &str, args: &[String], folder: &str) -> Order {
        let is_runner = matches!(manager, "npx" | "pnpx" | "bunx");
        let Some(call) = Call::read(args, folder, is_runner) else { return Order::Unknown };
        let command = call.command;
        if is_runner {
            return call.program(&call.behind(command));
        }
        if is_install(manager, command) {
            return Order::Work(match call.has(PRODUCTION) {
                true => Work::Prunes,
                false => Work::Prepares,
            });
        }
        if manager != "bun" && call.has(FOR_SEVERAL) {
            return Order::Unknown;
        }
        match (manager, command) {
            ("corepack", _) => Order::Work(Work::Prepares),
            (_, "run" | "run-script" | "rum" | "urn") => {
                call.run(matches!(manager, "yarn" | "yarnpkg" | "bun"))
            }
            ("npm", "start" | "stop" | "restart") => call.script(command, call.rest, false),
            ("npm", "test" | "t" | "tst" | "it" | "cit") | ("bun", "test") => {
                Order::Work(Work::Checks)
            }
            ("npm", "exec" | "x")
            | ("pnpm", "exec" | "dlx")
            | ("yarn", "exec" | "dlx")
            | ("bun", "x") => call.program(call.rest),
            ("npm" | "pnpm", "prune") => Order::Work(Work::Prunes),
            ("yarn", "workspaces") if call.rest.first().is_some_and(|word| word == "focus") => {
                Order::Work(Work::Prunes)
            }
            ("yarn", "node") => Order::Program(call.behind("node"), call.folder),
            // Not the script of that name.
            ("bun", "build") => Order::Work(Work::Builds(None)),
            _ if only_prepares(manager, command) => Order::Work(Work::Prepares),
            ("yarn" | "yarnpkg", "workspace") | ("pnpm", "deploy") | ("npm", _) => Order::Unknown,
            ("bun", file)
                if file.ends_with(".ts") || file.ends_with(".js") || file.ends_with(".tsx") =>
            {
                Order::Work(Work::Runs)
            }
            (_, name) => call.script(name, call.rest, true),
        }
    }
}

/// Whether a command of a package manager builds nothing and starts nothing.
fn only_prepares(manager: &str, command: &str) -> bool {
    let commands: &[&str] = match manager {
        "npm" => &[
            "cache", "config", "set", "version", "pkg", "audit", "ls", "list", "rebuild", "dedupe",
            "fund", "whoami", "outdated", "root", "view", "link", "login", "",
        ],
        "yarn" | "yarnpkg" => &[
            "cache",
            "config",
            "set",
            "autoclean",
            "plugin",
            "dedupe",
            "check",
            "audit",
            "rebuild",
            "version",
            "policies",
            "list",
            "link",
        ],
        "pnpm" => &[
            "config",
            "store",
            "setup",
            "approve-builds",
            "rebuild",
            "audit",
            "list",
            "ls",
            "env",
            "",
        ],
        "bun" => &["pm", "link", "upgrade", ""],
        _ => &[],
    };
    commands.contains(&command)
}

fn is_install(manager: &str, command: &str) -> bool {
    match manager {
        "npm" => matches!(
            command,
            "install"
                | "i"
                | "ci"
                | "add"
                | "clean-install"
                | "in"
                | "ins"
                | "update"
                | "up"
                | "install-ci-test"
                | "uninstall"
                | "remove"
                | "rm"
        ),
        "yarn" | "yarnpkg" => {
            matches!(command, "" | "install" | "add" | "global" | "upgrade" | "remove" | "import")
        }
        "pnpm" => matches!(
            command,
            "install" | "i" | "add" | "fetch" | "update" | "up" | "import" | "remove" | "rm"
        ),
        "bun" => matches!(command, "install" | "i" | "add" | "ci" | "update" | "remove" | "rm"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: Work) {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        assert_eq!(work(&words), expected, "{words:?}");
    }

    #[test]
    fn tools() {
        check("vite build", Work::Builds(Some(Framework::Vite)));
        check("vite", Work::Develops);
        check("vite --host", Work::Develops);
        check("node_modules/.bin/next start -p 80", Work::Runs);
        check("tsc --noEmit", Work::Checks);
        check("tsc -p .", Work::Builds(None));
        check("@nestjs/cli@10 build", Work::Builds(Some(Framework::Nest)));
        check("eleventy --serve", Work::Develops);
        check("eleventy", Work::Builds(Some(Framework::Eleventy)));
        check("node --watch a.js", Work::Develops);
        check("something", Work::Runs);
    }

    #[test]
    fn names_without_versions() {
        for (word, expected) in [
            ("serve@14", "serve"),
            ("./node_modules/.bin/serve", "serve"),
            ("@angular/cli@17", "ng"),
            ("@scope/thing", "thing"),
            ("@scope/thing@1", "thing"),
        ] {
            assert_eq!(tool_name(word), expected);
        }
    }

    #[test]
    fn scripts_that_call_each_other_have_an_end() {
        let all = vec!["npm run a"; 500].join(" && ");
        let package = format!("{{\"scripts\": {{\"a\": \"{all}\", \"prea\": \"{all}\"}}}}");
        let file = "FROM node:20\nWORKDIR /a\nCOPY . .\nRUN npm run a\nCMD npm run a\n";
        let why = crate::split::testing::split(file, &[("package.json", &package)]);
        assert!(why.is_err_and(|why| why.starts_with("start-unknown: ")));
    }
}
