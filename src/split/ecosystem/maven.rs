//! Maven: `mvn package` and its like, and what `pom.xml` says of the jar.
//!
//! Sources: `mvn --help`, Maven's lifecycle reference, the goals of the plugins `jar`, `shade`,
//! `assembly`, `dependency`, and those of Spring Boot and Quarkus.

use super::jvm::{self, Holding, Jar, Tool};
use super::outputs::named_outputs;
use super::{Asked, Built, Ecosystem, Reading};
use crate::split::answer::{Answer, Artifact, BuilderLine, Evidence, NewStart, Site};
use crate::split::command::{Grammar, Invocation, Options};
use crate::split::course::{Course, Role};
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{base_name, parent, trimmed};
use crate::workspace::LONGEST_FILE;
use crate::workspace::project::Setting;
use crate::workspace::project::maven::{
    self, Configuration, Plugin, Pom, final_name, is_spring_boot, plugin_of,
};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: TOOL.name, title: "Maven", reads: read, answers: answer };

const TOOL: Tool =
    Tool { name: "maven", output: "target", holding, only_jar, jars, script_tools: &["bash"] };

const OPTIONS: Grammar = Grammar {
    values: &[
        "-D",
        "--define",
        "-P",
        "--activate-profiles",
        "-f",
        "--file",
        "-pl",
        "--projects",
        "-rf",
        "--resume-from",
        "-s",
        "--settings",
        "-gs",
        "--global-settings",
        "-t",
        "--toolchains",
        "-T",
        "--threads",
        "-l",
        "--log-file",
        "-b",
        "--builder",
        "--color",
    ],
    switches: &[
        "-am",
        "--also-make",
        "-amd",
        "--also-make-dependents",
        "-B",
        "--batch-mode",
        "-C",
        "--strict-checksums",
        "-c",
        "--lax-checksums",
        "-cpu",
        "-e",
        "--errors",
        "-fae",
        "--fail-at-end",
        "-ff",
        "--fail-fast",
        "-N",
        "--non-recursive",
        "-npr",
        "-npu",
        "-nsu",
        "--no-snapshot-updates",
        "-ntp",
        "--no-transfer-progress",
        "-o",
        "--offline",
        "-q",
        "--quiet",
        "-U",
        "--update-snapshots",
        "-V",
        "--show-version",
        "-X",
        "--debug",
    ],
    joined: &["-D", "-P", "-T", "-pl", "-f", "-s"],
};

/// Phases and goals behind which there is something in the folder of the output.
const BUILDS: &[&str] = &[
    "compile",
    "process-classes",
    "test-compile",
    "prepare-package",
    "package",
    "verify",
    "install",
    "deploy",
];

/// Phases and goals among them that make an archive.
const PACKS: &[&str] = &[
    "package",
    "verify",
    "install",
    "deploy",
    "assembly:single",
    "jar:jar",
    "quarkus:build",
    "shade:shade",
    "spring-boot:repackage",
    "war:war",
];

/// Phases that do not build.
const CHECKS: &[&str] = &["validate", "test", "integration-test", "initialize"];

/// Phases and goals that get ready.
const PREPARES: &[&str] = &[
    "clean",
    "generate-sources",
    "process-sources",
    "generate-resources",
    "process-resources",
    "clean:clean",
    "dependency:go-offline",
    "dependency:resolve",
    "dependency:resolve-plugins",
    "dependency:tree",
    "dependency:get",
    "dependency:purge-local-repository",
    "install:install-file",
    "help:evaluate",
    "help:effective-pom",
    "wrapper:wrapper",
    "versions:set",
    "resolve-dependencies",
    "enforcer:enforce",
    "license:check",
    "flatten:flatten",
];

/// Goals that make something beside the phases.
const GOALS: &[&str] = &[
    "spring-boot:repackage",
    "assembly:single",
    "shade:shade",
    "jar:jar",
    "war:war",
    "dependency:copy-dependencies",
    "quarkus:build",
    "compiler:compile",
    "resources:resources",
    "frontend:install-node-and-npm",
    "frontend:npm",
    "exec:exec",
];

/// Beginnings of properties that leave the names of the files alone.
const QUIET: &[&str] = &[
    "skip",
    "maven.test",
    "maven.repo",
    "maven.wagon",
    "maven.javadoc",
    "maven.source.skip",
    "maven.artifact.threads",
    "http",
    "org.slf4j",
    "style.color",
    "user.home",
    "file.encoding",
    "java.awt",
    "jacoco",
    "checkstyle",
    "spotbugs",
    "pmd",
    "enforcer",
    "license",
    "sonar",
    "spring-boot.repackage.skip",
    "gpg.skip",
    "dockerfile.skip",
    "git.",
    "project.build.sourceEncoding",
    "test",
    "failIfNoTests",
    "surefire",
    "fmt.skip",
    "spotless",
];

/// The command of Maven: also that in `sh mvnw package`.
fn called(invocation: &Invocation) -> Option<Invocation> {
    jvm::called(invocation, &["mvn", "mvnw", "mvnd"], "mvnw")
}

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = called(asked.invocation)?;
    let options = OPTIONS.read(invocation.args());
    if invocation.args().iter().any(|word| matches!(word.or_empty(), "-v" | "--version" | "-h")) {
        return Some(Reading::Checks);
    }
    if options.unknown.is_some() {
        return None;
    }
    let goals: Vec<&str> = goals(&options)?;
    let is = |list: &[&str], goal: &str| list.contains(&short(goal).as_str());
    let known = |goal: &&&str| {
        is(BUILDS, goal) || is(CHECKS, goal) || is(PREPARES, goal) || is(GOALS, goal)
    };
    if goals.iter().any(|goal| !known(&goal)) || goals.is_empty() {
        return None;
    }
    if goals.iter().any(|goal| is(BUILDS, goal) || is(GOALS, goal)) {
        return Some(Reading::Builds(outputs(asked.course, &invocation, &options)));
    }
    match goals.iter().any(|goal| is(CHECKS, goal)) {
        true => Some(Reading::Checks),
        false => Some(Reading::Prepares),
    }
}

fn goals<'o>(options: &'o Options<'_>) -> Option<Vec<&'o str>> {
    options.operands.iter().map(|word| word.text.as_deref().filter(|_| !word.is_pattern)).collect()
}

/// A goal without group and version: `org.x:spring-boot-maven-plugin:3.2:run@id` is
/// `spring-boot:run`.
fn short(goal: &str) -> String {
    let goal = goal.split('@').next().unwrap_or_default();
    let parts: Vec<&str> = goal.split(':').collect();
    match parts[..] {
        [_, plugin, .., goal] => {
            let name = plugin.trim_start_matches("maven-").trim_end_matches("-plugin");
            format!("{}:{goal}", name.trim_end_matches("-maven"))
        }
        _ => goal.to_owned(),
    }
}

/// The folder of the project that a command builds.
fn folder(invocation: &Invocation, options: &Options<'_>) -> Option<String> {
    match options.value(&["-f", "--file"]) {
        Some(file) => {
            let path = invocation.path(file?)?;
            let is_file = path.ends_with(".xml");
            Some(if is_file { parent(&path).to_owned() } else { trimmed(&path).to_owned() })
        }
        None => invocation.folder.clone(),
    }
}

/// The folders that a build writes to: those of the project and of its modules.
fn outputs(course: &Course<'_>, invocation: &Invocation, options: &Options<'_>) -> Vec<Built> {
    let Some(folder) = folder(invocation, options) else { return Vec::new() };
    let mut found = Vec::new();
    let mut take = |path: String, evidence: String| {
        if !found.iter().any(|built: &Built| built.path == path) {
            found.push(Built { path, is_folder: true, evidence });
        }
    };
    let mut left = vec![folder.clone()];
    let mut seen = 0;
    while let Some(project) = left.pop() {
        const MOST: usize = 64;
        seen += 1;
        if seen > MOST {
            break;
        }
        let lineage = lineage(course, &project).unwrap_or_default();
        let directory = match lineage.first().map(|pom| &pom.directory) {
            Some(Setting::Stated(directory)) => directory.as_str(),
            Some(Setting::Unknown) => continue,
            _ => TOOL.output,
        };
        if let Some(path) = join(&project, directory) {
            take(trimmed(&path).to_owned(), format!("Maven writes to {directory} of {project}"));
        }
        let modules = lineage.first().into_iter().flat_map(|pom| &pom.modules);
        left.extend(modules.filter_map(|module| join(&project, module)));
    }
    for path in named_outputs(course, &folder, TOOL.output) {
        if !is_elsewhere(course, parent(&path)) {
            take(path.clone(), format!("the file names {path}, to which Maven writes"));
        }
    }
    found
}

/// Whether the `pom.xml` of a project names another folder for the output than the common one.
fn is_elsewhere(course: &Course<'_>, project: &str) -> bool {
    let lineage = lineage(course, project).unwrap_or_default();
    let directory = lineage.first().map(|pom| &pom.directory);
    directory.and_then(Setting::stated).is_some_and(|own| trimmed(own) != TOOL.output)
}

/// The `pom.xml` of a project in a folder of the image, and those that it inherits from.
fn lineage(course: &Course<'_>, project: &str) -> Option<Vec<Pom>> {
    let folder = course.project_in(project, "pom.xml")?;
    maven::lineage(course.context?, &folder).ok().filter(|lineage| !lineage.is_empty())
}

/// The commands of the file that build, with the goals of each.
fn builds<'a>(course: &Course<'a>) -> Vec<Invocation> {
    let deeds = course.deeds_with(|role| *role == Role::Builds(TOOL.name));
    deeds.filter_map(|(_, one)| called(one)).collect()
}

/// Whether the commands of the file leave the names that `pom.xml` states as they are.
fn keeps_names(course: &Course<'_>, lineage: &[Pom]) -> bool {
    let sets_version = course
        .facts
        .invocations()
        .filter_map(|(_, one)| called(one))
        .any(|one| one.args().iter().any(|word| short(word.or_empty()) == "versions:set"));
    let has_profiles = has_profiles(lineage);
    let leaves = builds(course).iter().all(|one| {
        let options = OPTIONS.read(one.args());
        options.options.iter().all(|(name, _, value)| match (name.as_ref(), value) {
            ("-D" | "--define", Some(value)) => QUIET.iter().any(|own| value.starts_with(own)),
            ("-D" | "--define", None) => false,
            ("-P" | "--activate-profiles", _) => !has_profiles,
            _ => true,
        })
    });
    leaves && !sets_version
}

/// Whether profiles change the build.
fn has_profiles(lineage: &[Pom]) -> bool {
    lineage.iter().any(|pom| !pom.building_profiles.is_empty())
}

/// The profiles that the builds name and that change the build; without their marks.
fn active(course: &Course<'_>, lineage: &[Pom]) -> Vec<String> {
    let all: Vec<&String> = lineage.iter().flat_map(|pom| &pom.building_profiles).collect();
    let mut found = Vec::new();
    for one in builds(course) {
        let options = OPTIONS.read(one.args());
        let values = options
            .options
            .iter()
            .filter(|(name, ..)| matches!(name.as_ref(), "-P" | "--activate-profiles"));
        for value in values.filter_map(|(.., value)| value.as_deref()) {
            let names = value.split(',').map(|name| name.trim_start_matches(['+', '?']));
            found.extend(names.filter(|name| all.iter().any(|own| own == name)).map(str::to_owned));
        }
    }
    found
}

/// Whether the profiles of a project may give its jar another name.
fn renames(site: &Site<'_, '_>, lineage: &[Pom]) -> bool {
    const MARKS: &[&str] = &["<finalName>", "<classifier>"];
    lineage.iter().filter(|pom| !pom.building_profiles.is_empty()).any(|pom| {
        let text = site.context().and_then(|context| context.read(&pom.file, LONGEST_FILE).ok()?);
        let text = text.unwrap_or_default();
        let profiles = text.split_once("<profiles>").map_or("", |(_, rest)| rest);
        MARKS.iter().any(|mark| profiles.contains(mark))
    })
}

/// Whether a build makes archives, and does not only compile.
fn packs(course: &Course<'_>) -> bool {
    builds(course)
        .iter()
        .any(|one| one.args().iter().any(|word| PACKS.contains(&short(word.or_empty()).as_str())))
}

/// Whether a build runs that goal by name.
fn runs(course: &Course<'_>, goal: &str) -> bool {
    builds(course).iter().any(|one| one.args().iter().any(|word| short(word.or_empty()) == goal))
}

/// Why a jar of the shade plugin holds all.
const SHADED: &str = "shade puts all into it";

/// A jar that holds all, by its name without the folder.
struct Whole {
    name: String,
    why: &'static str,
}

/// The jars with all dependencies that a project makes; `None` for a name that is not known.
fn wholes(site: &Site<'_, '_>, lineage: &[Pom]) -> Vec<(Option<Whole>, Ending)> {
    let name = final_name(lineage);
    let packaging = packaging(lineage);
    let mut found = Vec::new();
    let mut add = |base: Option<String>, suffix: Option<String>, ending: &str, why| {
        let name = base.zip(suffix.clone()).map(|(base, suffix)| format!("{base}{suffix}{ending}"));
        let whole = name.map(|name| Whole { name, why });
        // Spring Boot's `x.jar.original` is not found by `*.jar`.
        let replaces = why == SHADED && suffix.as_deref() == Some("");
        found.push((whole, Ending { suffix, why, replaces }));
    };
    let ending = format!(".{packaging}");
    let is_boot = is_spring_boot(lineage) || runs(site.course, "spring-boot:repackage");
    if is_boot && !skips_boot(site.course) {
        let plugins = plugin_of(lineage, "spring-boot-maven-plugin");
        let suffix = dashed(&stated(&plugins, |one| &one.classifier));
        let own = stated(&plugins, |one| &one.final_name);
        add(
            named(own, name.clone()),
            suffix,
            &ending,
            "the plugin of Spring Boot puts all into it",
        );
    }
    let shade = plugin_of(lineage, "maven-shade-plugin");
    let is_shaded = shade.iter().flat_map(|plugin| &plugin.executions).any(|execution| {
        execution.goals.iter().any(|goal| goal == "shade")
            && execution.phase.as_deref() != Some("none")
    });
    if is_shaded || !shade.is_empty() && runs(site.course, "shade:shade") {
        let attached = stated(&shade, |one| &one.shaded_artifact_attached);
        let classifier = stated(&shade, |one| &one.shaded_classifier_name);
        let suffix = match attached.or_default("false") {
            Some("false") => Some(String::new()),
            Some(_) => classifier.or_default("shaded").map(|word| format!("-{word}")),
            None => None,
        };
        let own = stated(&shade, |one| &one.final_name);
        let file = stated(&shade, |one| &one.output_file);
        match file {
            Setting::Stated(path) => {
                let file = base_name(&path).to_owned();
                add(Some(file), Some(String::new()), "", SHADED);
            }
            _ => add(named(own, name.clone()), suffix, ".jar", SHADED),
        }
    }
    let assembly = plugin_of(lineage, "maven-assembly-plugin");
    let descriptors = assembly.iter().flat_map(|plugin| {
        let executions = plugin.executions.iter().map(|one| &one.configuration);
        executions.chain([&plugin.configuration]).flat_map(|one| &one.descriptor_refs)
    });
    if descriptors.into_iter().any(|one| one == "jar-with-dependencies") {
        let appends = stated(&assembly, |one| &one.append_assembly_id);
        let suffix = match appends.or_default("true") {
            Some("true") => Some("-jar-with-dependencies".to_owned()),
            Some(_) => Some(String::new()),
            None => None,
        };
        let own = stated(&assembly, |one| &one.final_name);
        add(named(own, name.clone()), suffix, ".jar", "assembly puts all into it");
    }
    if maven::quarkus_package(lineage) == Setting::Stated("uber-jar".to_owned()) {
        add(name, Some("-runner".to_owned()), ".jar", "Quarkus puts all into it");
    }
    found
}

/// Whether a build switches the plugin of Spring Boot off.
fn skips_boot(course: &Course<'_>) -> bool {
    builds(course).iter().any(|one| {
        let options = OPTIONS.read(one.args());
        options.options.iter().any(|(name, _, value)| {
            let value = value.as_deref().unwrap_or_default();
            let is_skip = name == "-D" && value.starts_with("spring-boot.repackage.skip");
            is_skip && !value.ends_with("=false")
        })
    })
}

/// What a jar with all dependencies has behind the name of the project; `None` if that is not
/// known.
struct Ending {
    suffix: Option<String>,
    why: &'static str,
    /// Whether it stands in the place of the plain jar, which gets another name that ends in `.jar`.
    replaces: bool,
}

fn packaging(lineage: &[Pom]) -> String {
    let setting = lineage.first().map(|pom| pom.packaging.clone()).unwrap_or_default();
    setting.or_default("jar").unwrap_or("jar").to_owned()
}

/// What a plugin's configuration states, the nearest first; that of all its uses and executions.
fn stated(plugins: &[&Plugin], of: fn(&Configuration) -> &Setting) -> Setting {
    let configurations = plugins.iter().flat_map(|plugin| {
        let executions = plugin.executions.iter().map(|one| &one.configuration);
        executions.chain([&plugin.configuration])
    });
    let mut found = configurations.map(of).filter(|setting| **setting != Setting::Absent);
    found.next().cloned().unwrap_or_default()
}

fn dashed(classifier: &Setting) -> Option<String> {
    match classifier {
        Setting::Stated(word) => Some(format!("-{word}")),
        Setting::Absent => Some(String::new()),
        Setting::Unknown => None,
    }
}

/// The name that a plugin states, or else that of the project.
fn named(own: Setting, name: Option<String>) -> Option<String> {
    match own {
        Setting::Stated(own) => Some(own),
        Setting::Absent => name,
        Setting::Unknown => None,
    }
}

/// Words in the names of jars that are not started.
const OTHERS: &[&str] = &["-sources", "-javadoc", "-tests", "-plain", "original-"];

fn holding(site: &Site<'_, '_>, jar: &Jar) -> Result<Holding, Refusal> {
    let course = site.course;
    let file = base_name(&jar.source);
    let place = Some(site.start.place);
    // Of what is deeper the names of the plugins say nothing.
    if parent(&jar.source) != format!("{}/{}", jar.project.trim_end_matches('/'), TOOL.output) {
        return Ok(Holding::Unknown);
    }
    if !packs(course) {
        return Err(Refusal::new(Reason::ArtifactMissing, &jar.source, place));
    }
    let Some(lineage) = lineage(course, &jar.project) else { return Ok(Holding::Unknown) };
    let pom = lineage.first().map(|pom| pom.file.clone()).unwrap_or_default();
    if OTHERS.iter().any(|word| file.contains(word)) {
        return Ok(Holding::Thin);
    }
    let wholes = wholes(site, &lineage);
    check_packaging(site, &lineage, jar, &wholes)?;
    let active = active(course, &lineage);
    if let [profile, ..] = active.as_slice() {
        if renames(site, &lineage) {
            let what = format!("the profile {profile} may give it another name than {file}");
            return Err(Refusal::new(Reason::ArtifactUnknown, what, place));
        }
        let profiles = active.join(", ");
        let (path, whole) = (&jar.path, "holds all its dependencies");
        let what = format!("{path} {whole}, also as the profile {profiles} builds it");
        return Ok(Holding::Assumed(what));
    }
    let keeps = keeps_names(course, &lineage);
    for (whole, ending) in &wholes {
        let fits = match (whole, jar.is_pattern) {
            (Some(whole), false) if keeps => whole.name == file,
            _ => ends_so(file, ending),
        };
        if fits {
            let why = format!("{}: {}", jar.path, ending.why);
            return Ok(Holding::All(Evidence::in_file(&pom, why)));
        }
    }
    if let [(Some(whole), _)] = wholes.as_slice()
        && keeps
        && !jar.is_pattern
    {
        let is_thin = final_name(&lineage).is_some_and(|name| format!("{name}.jar") == file);
        if is_thin {
            return Ok(Holding::Thin);
        }
        let what = format!("{pom} names {} ({}), not {file}", whole.name, whole.why);
        return Err(Refusal::new(Reason::ArtifactUnknown, what, place));
    }
    if !wholes.is_empty() || !keeps {
        return Ok(Holding::Unknown);
    }
    let has_other = !plugin_of(&lineage, "maven-jar-plugin").is_empty();
    if let Some(name) = final_name(&lineage).filter(|_| knows_plugins(&lineage) && !has_other)
        && !jar.is_pattern
        && file != format!("{name}.{}", packaging(&lineage))
    {
        let what = format!("{pom} names {name}.{}, not {file}", packaging(&lineage));
        return Err(Refusal::new(Reason::ArtifactUnknown, what, place));
    }
    if let Some(folder) = dependencies(course, &lineage, &jar.project) {
        let why = format!("the dependencies are copied to {folder}");
        return Ok(Holding::Beside(vec![folder], Evidence::in_file(&pom, why)));
    }
    if needs_nothing(&lineage) {
        return Ok(Holding::All(Evidence::in_file(&pom, "it has no dependencies")));
    }
    Ok(if knows_plugins(&lineage) { Holding::Thin } else { Holding::Unknown })
}

/// That a project makes an archive of that kind, and of a sort that `java -jar` starts.
fn check_packaging(
    site: &Site<'_, '_>,
    lineage: &[Pom],
    jar: &Jar,
    wholes: &[(Option<Whole>, Ending)],
) -> Result<(), Refusal> {
    let place = Some(site.start.place);
    let kind = packaging(lineage);
    let ending = jar.source.rsplit_once('.').map_or("", |(_, ending)| ending);
    let makes_other = !wholes.is_empty()
        || runs(site.course, "jar:jar")
        || !plugin_of(lineage, "maven-jar-plugin").is_empty();
    match (kind.as_str(), ending) {
        ("war" | "ear" | "pom", "jar") | ("jar" | "pom", "war") if !makes_other => {
            Err(Refusal::new(Reason::ArtifactMissing, &jar.source, place))
        }
        ("war", "war") if wholes.is_empty() && knows_plugins(lineage) => {
            let what = format!("{} is for a servlet container, and does not start", jar.path);
            Err(Refusal::new(Reason::ArtifactUnknown, what, place))
        }
        _ => Ok(()),
    }
}

/// The jars in `target` that a project is known to make. For a name that is not known stands
/// another: to a pattern such as `*.jar` it is the same.
fn jars(site: &Site<'_, '_>, project: &str) -> Vec<String> {
    let Some(lineage) = lineage(site.course, project) else { return Vec::new() };
    let base = final_name(&lineage).unwrap_or_else(|| "project".to_owned());
    let mut names = Vec::new();
    if packaging(&lineage) == "jar" {
        names.push(format!("{base}.jar"));
    }
    for (whole, ending) in wholes(site, &lineage) {
        if ending.replaces {
            names.push(format!("original-{base}.jar"));
        }
        let stand_in = || Some(format!("{base}{}.jar", ending.suffix.as_deref()?));
        names.extend(whole.map(|whole| whole.name).or_else(stand_in));
    }
    for (plugin, classifier) in
        [("maven-source-plugin", "sources"), ("maven-javadoc-plugin", "javadoc")]
    {
        let is_run = plugin_of(&lineage, plugin).iter().any(|one| !one.executions.is_empty());
        if is_run {
            names.push(format!("{base}-{classifier}.jar"));
        }
    }
    names.sort();
    names.dedup();
    let paths = names.iter().map(|name| format!("{}/{name}", TOOL.output));
    paths.filter_map(|path| join(project, &path)).collect()
}

/// Whether a file's name or pattern can be that of a jar with such an end.
fn ends_so(file: &str, ending: &Ending) -> bool {
    let Some(suffix) = ending.suffix.as_deref() else { return false };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    stem.ends_with(suffix) || suffix.is_empty() || stem.ends_with('*')
}

/// Whether all plugins are seen: no parent is missing but the common ones, which make no archive
/// with all dependencies.
fn knows_plugins(lineage: &[Pom]) -> bool {
    const KNOWN: &[&str] =
        &["org.springframework.boot", "io.quarkus", "io.quarkus.platform", "org.sonatype.oss"];
    let last = lineage.last().and_then(|pom| pom.parent.as_ref());
    last.is_none_or(|parent| KNOWN.contains(&parent.group.as_deref().unwrap_or_default()))
}

/// Whether a project has no dependencies when it runs.
fn needs_nothing(lineage: &[Pom]) -> bool {
    let all = lineage.iter().flat_map(|pom| &pom.dependencies);
    let is_late = |scope: &Setting| {
        !matches!(scope.or_default("compile"), Some("test" | "provided" | "system"))
    };
    let own = all.filter(|dependency| is_late(&dependency.scope)).count();
    own == 0 && lineage.last().is_some_and(|pom| pom.parent.is_none())
}

/// The folder of the image that the dependencies are copied to.
fn dependencies(course: &Course<'_>, lineage: &[Pom], project: &str) -> Option<String> {
    let plugins = plugin_of(lineage, "maven-dependency-plugin");
    let executions = plugins.iter().flat_map(|plugin| &plugin.executions);
    let copies = |goals: &[String]| goals.iter().any(|goal| goal == "copy-dependencies");
    let mut found = executions.filter(|execution| copies(&execution.goals));
    let place = match found.next() {
        Some(execution) => {
            let of_all = stated(&plugins, |one| &one.output_directory);
            match &execution.configuration.output_directory {
                Setting::Absent => of_all,
                own => own.clone(),
            }
        }
        None => {
            let told = builds(course).into_iter().find(|one| {
                one.args().iter().any(|word| short(word.or_empty()).ends_with("copy-dependencies"))
            })?;
            let options = OPTIONS.read(told.args());
            let stated = options.options.iter().find_map(|(name, _, value)| {
                let value = value.as_deref().filter(|_| name == "-D")?;
                value.strip_prefix("outputDirectory=").map(str::to_owned)
            });
            stated.map_or(Setting::Absent, Setting::Stated)
        }
    };
    let path = place.or_default("target/dependency")?.to_owned();
    join(project, &path).map(|path| trimmed(&path).to_owned())
}

/// The only jar in `target`: that of Spring Boot, if no other plugin makes one.
fn only_jar(site: &Site<'_, '_>, project: &str) -> Option<String> {
    const MAKERS: &[&str] = &[
        "maven-source-plugin",
        "maven-javadoc-plugin",
        "maven-shade-plugin",
        "maven-assembly-plugin",
        "maven-jar-plugin",
        "quarkus-maven-plugin",
    ];
    let lineage = lineage(site.course, project)?;
    let has_other = MAKERS.iter().any(|maker| !plugin_of(&lineage, maker).is_empty());
    let keeps = keeps_names(site.course, &lineage) && knows_plugins(&lineage);
    let wholes = wholes(site, &lineage);
    let ([(Some(whole), ending)], false, true) = (wholes.as_slice(), has_other, keeps) else {
        return None;
    };
    let is_plain = ending.suffix.as_deref() == Some("");
    join(project, &format!("{}/{}", TOOL.output, whole.name)).filter(|_| is_plain)
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    toolchain_start(site)
        .or_else(|| jvm::answer(site, &TOOL))
        .or_else(|| jvm::unread(site, |one| called(one).is_some()))
}

/// The start command runs Maven: `spring-boot:run` has a counterpart, others have none.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let launch = site
        .start
        .launches
        .iter()
        .find(|launch| matches!(launch.name(), Some("mvn" | "mvnw" | "mvnd")))?;
    let words = launch
        .words
        .iter()
        .map(|text| crate::split::command::Word { text: text.clone(), ..Default::default() });
    let invocation = Invocation {
        range: site.start.place,
        words: words.collect(),
        folder: launch.folder.clone(),
        ..Invocation::default()
    };
    let options = OPTIONS.read(invocation.args());
    let goals = goals(&options).unwrap_or_default();
    let is = |goal: &str| goals.iter().any(|own| short(own) == goal);
    let reason = match () {
        () if is("spring-boot:run") => return Some(run(site, &invocation, &options)),
        () if is("quarkus:dev") || is("jetty:run") => Reason::DevelopmentServer,
        () if site.start.launches.len() > 1 => Reason::BuildsAtStart,
        () => Reason::BuildTool,
    };
    Some(Err(Refusal::new(reason, launch.shown(), Some(site.start.place))))
}

/// `mvn spring-boot:run`: the jar is made in the build, and started with the same arguments.
fn run(
    site: &Site<'_, '_>,
    invocation: &Invocation,
    options: &Options<'_>,
) -> Result<Answer, Refusal> {
    let place = Some(site.start.place);
    let tool = || Refusal::new(Reason::BuildTool, invocation.shown(), place);
    let unclear = |why: &str| Refusal::new(Reason::ArtifactUnknown, why, place);
    let is_other = |name: &str| !["-D", "-q", "-B", "-ntp", "-o", "-e"].contains(&name);
    let is_alone = options.operands.len() == 1 && site.start.launches.len() == 1;
    if options.unknown.is_some()
        || !is_alone
        || options.options.iter().any(|(name, ..)| is_other(name))
    {
        return Err(tool());
    }
    let (java, program) = arguments(options).ok_or_else(tool)?;
    let project = invocation.folder.clone().ok_or_else(tool)?;
    let lineage = lineage(site.course, &project)
        .ok_or_else(|| unclear("the name of the jar is in pom.xml, which is not at hand"))?;
    let jar = only_jar(site, &project)
        .filter(|_| is_spring_boot(&lineage))
        .ok_or_else(|| unclear("pom.xml does not name one jar of Spring Boot alone"))?;
    let mut answer = jvm::packed(site, TOOL.name, vec![Artifact::file(&jar)], false)?;
    let packages = builds(site.course).iter().any(|one| {
        one.folder.as_deref() == Some(project.as_str())
            && one
                .args()
                .iter()
                .any(|word| matches!(word.or_empty(), "package" | "verify" | "install" | "deploy"))
    });
    if !packages {
        let program = invocation.words.first().map(|word| word.or_empty()).unwrap_or("mvn");
        let line = format!("RUN {program} -B package -DskipTests");
        let at = site.facts().lines.iter().position(|l| l.placed.range() == site.start.place);
        let at = at.ok_or_else(tool)?;
        answer.builder.push(BuilderLine::Before(at, line));
    }
    let words = std::iter::once("java".to_owned()).chain(java);
    let words = words.chain(["-jar".to_owned(), jar.clone()]).chain(program);
    answer.start = Some(NewStart { words: words.collect() });
    answer.provides.extend(["mvn".to_owned(), "mvnw".to_owned()]);
    answer.changes.push("the start command runs the built jar instead of Maven".to_owned());
    answer.assumptions.push("the program does not look for its sources".to_owned());
    let pom = lineage.first().map(|pom| pom.file.clone()).unwrap_or_default();
    answer.evidence.insert(0, Evidence::in_file(pom, format!("{jar} is the jar of Spring Boot")));
    Ok(answer)
}

/// The options for Java and the arguments for the program that `spring-boot:run` passes on; `None`
/// if another property is set.
fn arguments(options: &Options<'_>) -> Option<(Vec<String>, Vec<String>)> {
    let (mut java, mut program) = (Vec::new(), Vec::new());
    for (name, _, value) in options.options.iter().filter(|(name, ..)| name == "-D") {
        let _ = name;
        let (name, value) = value.as_deref()?.split_once('=').unwrap_or((value.as_deref()?, ""));
        let own = name.trim_start_matches("spring-boot.").trim_start_matches("run.");
        let words = || value.split_whitespace().map(str::to_owned);
        match own {
            "profiles" => program.push(format!("--spring.profiles.active={value}")),
            "arguments" if !value.contains(['"', '\'']) => program.extend(words()),
            "jvmArguments" if !value.contains(['"', '\'']) => java.extend(words()),
            _ if QUIET.iter().any(|quiet| name.starts_with(quiet)) => {}
            _ => return None,
        }
    }
    Some((java, program))
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    const BOOT: &str = "<project><parent><groupId>org.springframework.boot</groupId>\
        <artifactId>spring-boot-starter-parent</artifactId><version>3.3.1</version></parent>\
        <artifactId>shop</artifactId><version>1.0</version><build><plugins><plugin>\
        <artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>";

    const SHADE: &str = "<project><groupId>g</groupId><artifactId>tool</artifactId>\
        <version>2</version><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId>\
        </dependency></dependencies><build><plugins><plugin><artifactId>maven-shade-plugin</artifactId>\
        <executions><execution><goals><goal>shade</goal></goals></execution></executions></plugin>\
        </plugins></build></project>";

    const THIN: &str = "<project><groupId>g</groupId><artifactId>tool</artifactId><version>2</version>\
        <dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency>\
        </dependencies></project>";

    /// The runtime stages of a file that is built with Maven, or the reasons; `build` are the lines
    /// behind `COPY . .`.
    #[track_caller]
    fn check(image: &str, build: &str, files: &[(&str, &str)], expected: &[&str]) {
        let file = format!("FROM {image}\nWORKDIR /app\nCOPY . .\n{build}\n");
        assert_eq!(runtime_stages(&file, files), expected, "{file}");
    }

    const TEMURIN: &str = "maven:3.9-eclipse-temurin-17";

    #[test]
    fn spring_boot_by_name() {
        check(
            TEMURIN,
            "RUN mvn -B package -DskipTests\nEXPOSE 8080\nCMD [\"java\", \"-jar\", \"target/shop-1.0.jar\"]",
            &[("pom.xml", BOOT), ("src/main/resources/application.yml", "a"), ("config/a.yml", "")],
            &[
                "FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
                 COPY --from=builder /app/target/shop-1.0.jar /app/target/shop-1.0.jar\n\
                 COPY --from=builder /app/config /app/config\nEXPOSE 8080\n\
                 CMD [\"java\", \"-jar\", \"target/shop-1.0.jar\"]",
                "FROM gcr.io/distroless/java17-debian13\nWORKDIR /app\n\
                 COPY --from=builder /app/target/shop-1.0.jar /app/target/shop-1.0.jar\n\
                 COPY --from=builder /app/config /app/config\nEXPOSE 8080\nENTRYPOINT []\n\
                 CMD [\"java\", \"-jar\", \"target/shop-1.0.jar\"]",
            ],
        );
        check(
            TEMURIN,
            "RUN mvn package\nCMD [\"java\", \"-jar\", \"target/shop-2.0.jar\"]",
            &[("pom.xml", BOOT)],
            &["artifact-unknown: Which file the build produces is not known: pom.xml names \
               shop-1.0.jar (the plugin of Spring Boot puts all into it), not shop-2.0.jar."],
        );
    }

    #[test]
    fn a_jdk_of_the_distribution_stays_behind() {
        check(
            "alpine:3.20",
            "RUN apk add --no-cache openjdk17 maven && mvn package\n\
             CMD [\"java\", \"-jar\", \"target/shop-1.0.jar\"]",
            &[("pom.xml", BOOT)],
            &["FROM alpine:3.20\nRUN apk add --no-cache openjdk17-jre\nWORKDIR /app\n\
               COPY --from=builder /app/target/shop-1.0.jar /app/target/shop-1.0.jar\n\
               CMD [\"java\", \"-jar\", \"target/shop-1.0.jar\"]"],
        );
    }

    #[test]
    fn without_the_project_only_likely() {
        check(
            "eclipse-temurin:17-jdk-jammy",
            "RUN ./mvnw package\nCMD java $JAVA_OPTS -jar target/a.jar",
            &[],
            &["# Assumed: /app/target/a.jar holds all its dependencies.\n\
               # Assumed: the program reads no other files of what line 3 copies (the project's \
               folder is not at hand).\n\
               FROM eclipse-temurin:17-jre-jammy\nWORKDIR /app\n\
               COPY --from=builder /app/target/a.jar /app/target/a.jar\n\
               CMD java $JAVA_OPTS -jar target/a.jar"],
        );
        let file = "FROM maven:3-eclipse-temurin-21\nWORKDIR /app\nCOPY pom.xml .\n\
                    RUN mvn dependency:go-offline\nCOPY src ./src\nRUN mvn package\n\
                    CMD java -jar target/a.jar\n";
        assert_eq!(
            runtime_stages(file, &[]),
            ["# Assumed: /app/target/a.jar holds all its dependencies.\n\
              FROM eclipse-temurin:21-jre\nWORKDIR /app\n\
              COPY --from=builder /app/target/a.jar /app/target/a.jar\nCMD java -jar target/a.jar"]
        );
    }

    #[test]
    fn jars_that_are_copied_by_a_pattern() {
        let runtime = "FROM eclipse-temurin:17-jre-alpine\nWORKDIR /app\n\
                       COPY --from=builder /app/app.jar /app/app.jar\n\
                       ENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]";
        for copy in ["cp target/*.jar app.jar", "mv ./target/shop*.jar /app/app.jar"] {
            check(
                "eclipse-temurin:17-jdk-alpine",
                &format!(
                    "RUN ./mvnw package && {copy}\nENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]"
                ),
                &[("pom.xml", BOOT)],
                &[runtime],
            );
        }
        // Into a folder the names stay.
        check(
            TEMURIN,
            "RUN mvn package && mkdir /srv/x && cp target/*.jar /srv/x/\nCMD java -jar /srv/x/shop-1.0.jar",
            &[("pom.xml", BOOT)],
            &["FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
               COPY --from=builder /srv/x/shop-1.0.jar /srv/x/shop-1.0.jar\n\
               CMD java -jar /srv/x/shop-1.0.jar"],
        );
    }

    #[test]
    fn patterns_in_the_start_command() {
        let run = "RUN mvn package\nCMD java -jar target/*.jar";
        check(
            TEMURIN,
            run,
            &[("pom.xml", BOOT)],
            &["FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
               COPY --from=builder /app/target/shop-1.0.jar /app/target/shop-1.0.jar\n\
               CMD java -jar target/*.jar"],
        );
        let several = ["several-jars: `target/*.jar` may match several files: name the jar."];
        check(TEMURIN, run, &[("pom.xml", SHADE)], &several);
        check(TEMURIN, run, &[], &several);
        let exec = "RUN mvn package\nCMD [\"java\", \"-jar\", \"target/*.jar\"]";
        let kept =
            ["needs-other: No shell expands `target/*.jar` there: write the name of the jar."];
        check(TEMURIN, exec, &[("pom.xml", BOOT)], &kept);
        let profile = BOOT.replace(
            "</project>",
            "<profiles><profile><id>p</id><build/></profile></profiles></project>",
        );
        check(TEMURIN, &run.replace("package", "package -Pp"), &[("pom.xml", &profile)], &several);
        let version = "RUN mvn package -Drevision=3\nCMD java -jar target/*.jar";
        check(TEMURIN, version, &[("pom.xml", BOOT)], &several);
    }

    #[test]
    fn thin_and_whole_jars() {
        let start = |jar: &str| format!("RUN mvn package\nCMD java -jar target/{jar}");
        let whole = |jar: &str| {
            format!(
                "FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
                 COPY --from=builder /app/target/{jar} /app/target/{jar}\nCMD java -jar target/{jar}"
            )
        };
        let thin = |jar: &str| {
            format!("thin-jar: The jar /app/target/{jar} does not hold its dependencies.")
        };
        let check = |pom: &str, jar: &str, expected: String| {
            check(TEMURIN, &start(jar), &[("pom.xml", pom)], &[&expected]);
        };
        check(THIN, "tool-2.jar", thin("tool-2.jar"));
        check(SHADE, "tool-2.jar", whole("tool-2.jar"));
        check(SHADE, "original-tool-2.jar", thin("original-tool-2.jar"));
        let assembly = SHADE.replace("maven-shade-plugin", "maven-assembly-plugin").replace(
            "<executions>",
            "<configuration><descriptorRefs><descriptorRef>jar-with-dependencies</descriptorRef>\
             </descriptorRefs></configuration><executions>",
        );
        check(
            &assembly,
            "tool-2-jar-with-dependencies.jar",
            whole("tool-2-jar-with-dependencies.jar"),
        );
        check(&assembly, "tool-2.jar", thin("tool-2.jar"));
        let exec = BOOT.replace(
            "<artifactId>spring-boot-maven-plugin</artifactId>",
            "<artifactId>spring-boot-maven-plugin</artifactId><configuration><classifier>exec\
             </classifier></configuration>",
        );
        check(&exec, "shop-1.0-exec.jar", whole("shop-1.0-exec.jar"));
        check(&exec, "shop-1.0.jar", thin("shop-1.0.jar"));
        let named = BOOT.replace("<build>", "<build><finalName>app</finalName>");
        check(&named, "app.jar", whole("app.jar"));
    }

    #[test]
    fn dependencies_beside_the_jar() {
        let pom = THIN.replace(
            "</project>",
            "<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><executions>\
             <execution><goals><goal>copy-dependencies</goal></goals><configuration>\
             <outputDirectory>${project.build.directory}/lib</outputDirectory></configuration>\
             </execution></executions></plugin></plugins></build></project>",
        );
        let beside = "FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
                      COPY --from=builder /app/target/tool-2.jar /app/target/tool-2.jar\n\
                      COPY --from=builder /app/target/lib /app/target/lib\n";
        check(
            TEMURIN,
            "RUN mvn package\nCMD java -jar target/tool-2.jar",
            &[("pom.xml", &pom)],
            &[&format!("{beside}CMD java -jar target/tool-2.jar")],
        );
        check(
            TEMURIN,
            "RUN mvn package && cp target/tool-2.jar /t.jar\nCMD java -jar /t.jar",
            &[("pom.xml", &pom)],
            &["thin-jar: The jar /t.jar does not hold its dependencies."],
        );
        check(
            TEMURIN,
            "RUN mvn package\nCMD java -cp 'target/tool-2.jar:target/lib/*' x.Main",
            &[("pom.xml", &pom)],
            &[&format!("{beside}CMD java -cp 'target/tool-2.jar:target/lib/*' x.Main")],
        );
    }

    #[test]
    fn quarkus_is_taken_whole() {
        check(
            TEMURIN,
            "RUN mvn package\nCMD java -jar target/quarkus-app/quarkus-run.jar",
            &[("pom.xml", THIN)],
            &["FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
               COPY --from=builder /app/target/quarkus-app /app/target/quarkus-app\n\
               CMD java -jar target/quarkus-app/quarkus-run.jar"],
        );
    }

    #[test]
    fn modules() {
        let root = "<project><groupId>g</groupId><artifactId>r</artifactId><version>1</version>\
                    <packaging>pom</packaging><modules><module>api</module></modules></project>";
        let files =
            [("pom.xml", root), ("api/pom.xml", BOOT), ("api/src/main/resources/a.yml", "")];
        let runtime = "FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
                       COPY --from=builder /app/api/target/shop-1.0.jar /app/api/target/shop-1.0.jar\n\
                       CMD java -jar api/target/shop-1.0.jar";
        let start = "CMD java -jar api/target/shop-1.0.jar";
        check(TEMURIN, &format!("RUN mvn package -pl api -am\n{start}"), &files, &[runtime]);
        check(TEMURIN, &format!("RUN mvn -f api/pom.xml package\n{start}"), &files, &[runtime]);
    }

    #[test]
    fn mounts_hide_the_jar() {
        check(
            TEMURIN,
            "RUN --mount=type=cache,target=/app/target mvn package\nCMD java -jar target/shop-1.0.jar",
            &[("pom.xml", BOOT)],
            &[
                "in-cache: /app/target/shop-1.0.jar stays in a cache mount: copy it out in the same RUN.",
            ],
        );
        check(
            TEMURIN,
            "RUN --mount=type=cache,target=/root/.m2 mvn package\nCMD java -jar target/shop-1.0.jar",
            &[("pom.xml", BOOT)],
            &["FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
               COPY --from=builder /app/target/shop-1.0.jar /app/target/shop-1.0.jar\n\
               CMD java -jar target/shop-1.0.jar"],
        );
    }

    #[test]
    fn the_jar_takes_the_place_of_spring_boot_run() {
        let runtime = |image: &str, clear: &str| {
            format!(
                "# Assumed: the program does not look for its sources.\nFROM {image}\nWORKDIR /app\n\
                 COPY --from=builder /app/target/shop-1.0.jar /app/target/shop-1.0.jar\n{clear}\
                 CMD [\"java\", \"-Xmx1g\", \"-jar\", \"/app/target/shop-1.0.jar\", \
                 \"--spring.profiles.active=prod\"]"
            )
        };
        check(
            TEMURIN,
            "CMD mvn spring-boot:run -Dspring-boot.run.profiles=prod -Dspring-boot.run.jvmArguments=-Xmx1g",
            &[("pom.xml", BOOT)],
            &[
                &runtime("eclipse-temurin:17-jre", ""),
                &runtime("gcr.io/distroless/java17-debian13", "ENTRYPOINT []\n"),
            ],
        );
        let start = "CMD [\"mvn\", \"spring-boot:run\"]";
        check(
            TEMURIN,
            start,
            &[],
            &["artifact-unknown: Which file the build produces is not known: \
               the name of the jar is in pom.xml, which is not at hand."],
        );
        check(
            TEMURIN,
            "CMD mvn jetty:run",
            &[],
            &["development-server: `mvn jetty:run` is a development server."],
        );
        check(
            TEMURIN,
            "CMD mvn exec:java",
            &[],
            &["build-tool: The container runs the build tool itself: `mvn exec:java`."],
        );
        check(
            TEMURIN,
            "CMD mvn package && java -jar target/a.jar",
            &[],
            &[
                "builds-at-start: The container builds or updates itself when it starts: `mvn package`.",
            ],
        );
    }

    #[test]
    fn scripts_are_read() {
        let script =
            "#!/bin/sh\nset -e\necho starting\nexec java $JAVA_OPTS -jar /app.jar \"$@\"\n";
        check(
            TEMURIN,
            "RUN mvn package && mv target/*.jar /app.jar\nRUN chmod +x run.sh\nCMD [\"./run.sh\"]",
            &[("pom.xml", BOOT), ("run.sh", script)],
            &["FROM eclipse-temurin:17-jre\nWORKDIR /app\nCOPY --from=builder /app.jar /app.jar\n\
               COPY --from=builder /app/run.sh /app/run.sh\nCMD [\"./run.sh\"]"],
        );
        check(
            TEMURIN,
            "RUN mvn package\nCMD [\"./run.sh\"]",
            &[],
            &["script-unread: The start script /app/run.sh cannot be read."],
        );
    }

    #[test]
    fn files_that_the_start_names() {
        check(
            TEMURIN,
            "RUN mvn package\nRUN curl -fsSL -o /opt/agent.jar https://x.org/agent.jar\n\
             CMD [\"java\", \"-javaagent:/opt/agent.jar\", \"-jar\", \"target/tool-2.jar\", \"server\", \"dev.yml\"]",
            &[("pom.xml", SHADE), ("dev.yml", "")],
            &[
                "FROM eclipse-temurin:17-jre\nWORKDIR /app\n\
                 COPY --from=builder /app/target/tool-2.jar /app/target/tool-2.jar\n\
                 COPY --from=builder /opt/agent.jar /opt/agent.jar\n\
                 COPY --from=builder /app/dev.yml /app/dev.yml\n\
                 CMD [\"java\", \"-javaagent:/opt/agent.jar\", \"-jar\", \"target/tool-2.jar\", \"server\", \"dev.yml\"]",
                "FROM gcr.io/distroless/java17-debian13\nWORKDIR /app\n\
                 COPY --from=builder /app/target/tool-2.jar /app/target/tool-2.jar\n\
                 COPY --from=builder /opt/agent.jar /opt/agent.jar\n\
                 COPY --from=builder /app/dev.yml /app/dev.yml\nENTRYPOINT []\n\
                 CMD [\"java\", \"-javaagent:/opt/agent.jar\", \"-jar\", \"target/tool-2.jar\", \"server\", \"dev.yml\"]",
            ],
        );
    }

    #[test]
    fn commands_that_are_not_known() {
        for (run, shown) in [
            ("mvn package jib:build", "mvn package jib:build"),
            ("mvn package --strange", "mvn package --strange"),
            ("mvn package && keytool -import -file a", "keytool -import -file a"),
        ] {
            check(
                TEMURIN,
                &format!("RUN {run}\nCMD java -jar target/shop-1.0.jar"),
                &[("pom.xml", BOOT)],
                &[&format!("cannot-follow: What `{shown}` makes is not known.")],
            );
        }
    }

    /// The runtime stages on Temurin's image, or the reasons, with one `pom.xml`.
    #[track_caller]
    fn told(build: &str, pom: &str, expected: &[&str]) {
        check(&format!("{TEMURIN}-alpine"), build, &[("pom.xml", pom)], expected);
    }

    /// The runtime stage with that jar and start.
    fn runtime(jar: &str, start: &str) -> String {
        format!(
            "FROM eclipse-temurin:17-jre-alpine\nWORKDIR /app\nCOPY --from=builder {jar} {jar}\n{start}"
        )
    }

    #[test]
    fn what_compiles_makes_no_jar() {
        let missing = "artifact-missing: Nothing in the file makes /app/target/shop-1.0.jar, which \
            the container starts.";
        for start in ["CMD java -jar target/shop-1.0.jar", "CMD java -cp target/shop-1.0.jar a.B"] {
            told(&format!("RUN mvn -q compile\n{start}"), BOOT, &[missing]);
            told(&format!("RUN mvn -q dependency:copy-dependencies\n{start}"), BOOT, &[missing]);
        }
        let start = "CMD java -cp target/classes a.B";
        told(
            &format!("RUN mvn -q compile\n{start}"),
            THIN,
            &[&runtime("/app/target/classes", start)],
        );
    }

    #[test]
    fn another_packaging() {
        let pom = |kind: &str| {
            THIN.replace("<version>2", &format!("<packaging>{kind}</packaging><version>2"))
        };
        let start = |kind: &str| format!("RUN mvn package\nCMD java -jar target/tool-2.{kind}");
        let missing = |kind: &str| {
            format!(
                "artifact-missing: Nothing in the file makes /app/target/tool-2.{kind}, which the \
                 container starts."
            )
        };
        told(&start("jar"), &pom("war"), &[&missing("jar")]);
        told(&start("jar"), &pom("pom"), &[&missing("jar")]);
        told(&start("war"), THIN, &[&missing("war")]);
        told(
            &start("war"),
            &pom("war"),
            &["artifact-unknown: Which file the build produces is not known: \
               /app/target/tool-2.war is for a servlet container, and does not start."],
        );
        let boot = BOOT.replace("<version>1.0", "<packaging>war</packaging><version>1.0");
        let start = "CMD java -jar target/shop-1.0.war";
        told(
            &format!("RUN mvn package\n{start}"),
            &boot,
            &[&runtime("/app/target/shop-1.0.war", start)],
        );
    }

    #[test]
    fn another_name() {
        let unknown = |what: &str| {
            format!("artifact-unknown: Which file the build produces is not known: {what}.")
        };
        let alone = "<project><groupId>g</groupId><artifactId>tool</artifactId><version>2</version></project>";
        told(
            "RUN mvn package\nCMD java -jar target/tool-1.jar",
            alone,
            &[&unknown("pom.xml names tool-2.jar, not tool-1.jar")],
        );
        let elsewhere =
            alone.replace("<version>", "<build><directory>out</directory></build><version>");
        told(
            "RUN mvn package\nCMD java -jar target/tool-2.jar",
            &elsewhere,
            &[&unknown(
                "/app/target/tool-2.jar is in no folder that the build is known to write to",
            )],
        );
    }

    #[test]
    fn profiles() {
        let profile = |id: &str, build: &str| {
            let own = format!(
                "<profiles><profile><id>{id}</id><build>{build}</build></profile></profiles>"
            );
            BOOT.replace("<artifactId>shop", &format!("{own}<artifactId>shop"))
        };
        let start = "CMD java -jar target/shop-1.0.jar";
        let (jar, build) =
            ("/app/target/shop-1.0.jar", format!("RUN mvn package -Pcloud\n{start}"));
        told(
            &build,
            &profile("cloud", "<finalName>x</finalName>"),
            &[
                "artifact-unknown: Which file the build produces is not known: the profile cloud may \
               give it another name than shop-1.0.jar.",
            ],
        );
        let assumed = format!(
            "# Assumed: {jar} holds all its dependencies, also as the profile cloud builds it.\n{}",
            runtime(jar, start)
        );
        told(&build, &profile("cloud", "<plugins></plugins>"), &[&assumed]);
        told(&build, &profile("other", "<finalName>x</finalName>"), &[&runtime(jar, start)]);
        told(&build, BOOT, &[&runtime(jar, start)]);
        let skipped =
            "RUN mvn package -Dspring-boot.repackage.skip\nCMD java -jar target/shop-1.0.jar";
        check(
            TEMURIN,
            skipped,
            &[("pom.xml", BOOT)],
            &[&format!("thin-jar: The jar {jar} does not hold its dependencies.")],
        );
    }

    #[test]
    fn patterns_that_find_several() {
        let start = "CMD java -jar /app.jar";
        let copy =
            |pattern: &str| format!("RUN mvn package && cp target/{pattern} /app.jar\n{start}");
        let several = |pattern: &str| {
            format!("several-jars: `/app/target/{pattern}` may match several files: name the jar.")
        };
        told(&copy("*.jar"), SHADE, &[&several("*.jar")]);
        told(&copy("tool-*.jar"), SHADE, &[&runtime("/app.jar", start)]);
        told(&copy("*.jar"), BOOT, &[&runtime("/app.jar", start)]);
        let classified = BOOT.replace(
            "plugin</artifactId></plugin>",
            "plugin</artifactId><configuration><classifier>exec</classifier></configuration></plugin>",
        );
        told(&copy("*.jar"), &classified, &[&several("*.jar")]);
        told(&copy("*-exec.jar"), &classified, &[&runtime("/app.jar", start)]);
    }

    #[test]
    fn options_that_name_files() {
        let missing = |path: &str| {
            format!(
                "artifact-missing: Nothing in the file makes {path}, which the container starts."
            )
        };
        let jar = "/app/target/shop-1.0.jar";
        let start = "CMD java -jar target/shop-1.0.jar";
        let cached = "/root/.m2/repository/a/a.jar";
        for (lines, path) in [
            (format!("ENV JAVA_TOOL_OPTIONS=-javaagent:{cached}\n{start}"), cached),
            (format!("ENV JDK_JAVA_OPTIONS=\"-Xmx1g -javaagent:{cached}=x\"\n{start}"), cached),
            (format!("ENV AGENT={cached}\n{start}"), cached),
            (format!("CMD java -javaagent:{cached} -jar target/shop-1.0.jar"), cached),
            (format!("CMD java -jar target/shop-1.0.jar --agent={cached}"), cached),
            ("CMD java -javaagent:/opt/a.jar -jar target/shop-1.0.jar".to_owned(), "/opt/a.jar"),
        ] {
            told(&format!("RUN mvn package\n{lines}"), BOOT, &[&missing(path)]);
        }
        told(
            &format!("RUN mvn package\nENV JDK_JAVA_OPTIONS=@/opt/options\n{start}"),
            BOOT,
            &["cannot-follow: What `@/opt/options` makes is not known."],
        );
        // What it writes, or what is mounted when it runs, need not be there.
        let start = "CMD java -Xlog:gc:/var/log/gc.log -Djava.security.egd=file:/dev/./urandom -jar \
            target/shop-1.0.jar --spring.config.location=/etc/shop/";
        told(&format!("RUN mvn package\n{start}"), BOOT, &[&runtime(jar, start)]);
        // What the build puts beside the jar comes along.
        let agent = "/app/target/agent/a.jar";
        let start = "CMD java -javaagent:target/agent/a.jar -jar target/shop-1.0.jar";
        let both = runtime(jar, start)
            .replace("\nCMD", &format!("\nCOPY --from=builder {agent} {agent}\nCMD"));
        told(&format!("RUN mvn package\n{start}"), BOOT, &[&both]);
        // Only the same maker's image has the file there.
        let start = "CMD java -Djavax.net.ssl.trustStore=/opt/java/openjdk/lib/security/cacerts -jar \
            target/shop-1.0.jar";
        check(
            TEMURIN,
            &format!("RUN mvn package\n{start}"),
            &[("pom.xml", BOOT)],
            &[&runtime(jar, start).replace("-alpine", "")],
        );
    }
}
