//! Gradle: `gradle build` and its like, and what the build scripts say of the jar.
//!
//! Sources: the Gradle documentation of the command line, of the plugins `java`, `application` and
//! `distribution`; those of Spring Boot, shadow, Ktor and Quarkus.

use super::jvm::{self, Holding, Jar, Tool};
use super::outputs::named_outputs;
use super::{Asked, Built, Ecosystem, Reading};
use crate::split::answer::{Answer, Artifact, BuilderLine, Evidence, NewStart, Site};
use crate::split::command::{Grammar, Invocation, Options, Word};
use crate::split::course::{Course, Role};
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{base_name, parent, trimmed};
use crate::workspace::LONGEST_FILE;
use crate::workspace::project::Setting;
use crate::workspace::project::gradle::{self, Archive, Build};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: TOOL.name, title: "Gradle", reads: read, answers: answer };

const TOOL: Tool =
    Tool { name: "gradle", output: "build", holding, only_jar, jars, script_tools: &[] };

const OPTIONS: Grammar = Grammar {
    values: &[
        "-b",
        "--build-file",
        "-c",
        "--settings-file",
        "-D",
        "--system-prop",
        "-g",
        "--gradle-user-home",
        "-I",
        "--init-script",
        "-p",
        "--project-dir",
        "-P",
        "--project-prop",
        "-x",
        "--exclude-task",
        "--args",
        "--configuration",
        "--console",
        "--max-workers",
        "--priority",
        "--project-cache-dir",
        "--warning-mode",
        "-F",
        "--dependency-verification",
    ],
    switches: &[
        "-a",
        "--no-rebuild",
        "-d",
        "--debug",
        "-i",
        "--info",
        "-q",
        "--quiet",
        "-s",
        "--stacktrace",
        "-S",
        "--full-stacktrace",
        "-w",
        "--warn",
        "--build-cache",
        "--no-build-cache",
        "--configuration-cache",
        "--no-configuration-cache",
        "--configure-on-demand",
        "--continue",
        "--daemon",
        "--no-daemon",
        "--no-scan",
        "--scan",
        "--offline",
        "--parallel",
        "--no-parallel",
        "--no-watch-fs",
        "--profile",
        "--refresh-dependencies",
        "--rerun-tasks",
        "--write-locks",
    ],
    joined: &["-D", "-P", "-x", "-p", "-g"],
};

/// Tasks behind which there is something in the folder of the output.
const BUILDS: &[&str] = &[
    "assemble",
    "bootJar",
    "bootWar",
    "build",
    "buildFatJar",
    "buildDependents",
    "buildNeeded",
    "classes",
    "compileJava",
    "compileKotlin",
    "distTar",
    "distZip",
    "installDist",
    "installShadowDist",
    "jar",
    "quarkusBuild",
    "shadowDistZip",
    "shadowJar",
    "war",
];

/// Those among them that make a plain jar besides.
const PLAIN: &[&str] =
    &["assemble", "build", "buildDependents", "buildNeeded", "installDist", "jar"];

const CHECKS: &[&str] = &[
    "check",
    "test",
    "detekt",
    "ktlintCheck",
    "lint",
    "spotlessCheck",
    "checkstyleMain",
    "jacocoTestReport",
    "testClasses",
    "compileTestJava",
];

const PREPARES: &[&str] = &[
    "clean",
    "dependencies",
    "downloadDependencies",
    "generateProto",
    "help",
    "init",
    "processResources",
    "projects",
    "properties",
    "resolveDependencies",
    "spotlessApply",
    "tasks",
    "wrapper",
];

/// The command of Gradle: also that in `sh gradlew build`.
fn called(invocation: &Invocation) -> Option<Invocation> {
    jvm::called(invocation, &["gradle", "gradlew"], "gradlew")
}

/// The name of a task without the project: `:app:build` is `build`.
fn short(task: &str) -> &str {
    task.rsplit(':').next().unwrap_or(task)
}

/// Whether a task is one of a project's own that packs everything: `fatJar`, `uberJar`.
fn is_own_jar(task: &str) -> bool {
    let lower = short(task).to_lowercase();
    lower.ends_with("jar")
        && (lower.contains("fat") || lower.contains("uber") || lower.contains("all"))
}

fn tasks<'o>(options: &'o Options<'_>) -> Option<Vec<&'o str>> {
    options.operands.iter().map(|word| word.text.as_deref().filter(|_| !word.is_pattern)).collect()
}

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = called(asked.invocation)?;
    let is_asked = |word: &Word| {
        matches!(word.or_empty(), "-v" | "--version" | "-h" | "--help" | "--status" | "--stop")
    };
    if invocation.args().iter().any(is_asked) {
        return Some(Reading::Prepares);
    }
    let options = OPTIONS.read(invocation.args());
    if options.unknown.is_some() {
        return None;
    }
    let tasks = tasks(&options)?;
    let is = |list: &[&str], task: &str| list.contains(&short(task));
    let builds = |task: &str| is(BUILDS, task) || is_own_jar(task);
    if !tasks.iter().all(|task| builds(task) || is(CHECKS, task) || is(PREPARES, task)) {
        return None;
    }
    if tasks.iter().any(|task| builds(task)) {
        return Some(Reading::Builds(outputs(asked.course, &invocation, &options)));
    }
    match tasks.iter().any(|task| is(CHECKS, task)) {
        true => Some(Reading::Checks),
        false => Some(Reading::Prepares),
    }
}

/// The folder of the project that a command builds.
fn folder(invocation: &Invocation, options: &Options<'_>) -> Option<String> {
    let folder = match options.value(&["-p", "--project-dir"]) {
        Some(folder) => invocation.path(folder?)?,
        None => match options.value(&["-b", "--build-file"]) {
            Some(file) => parent(&invocation.path(file?)?).to_owned(),
            None => invocation.folder.clone()?,
        },
    };
    Some(trimmed(&folder).to_owned())
}

/// The folders that a build writes to: those of the project and of all that are included.
fn outputs(course: &Course<'_>, invocation: &Invocation, options: &Options<'_>) -> Vec<Built> {
    let Some(folder) = folder(invocation, options) else { return Vec::new() };
    let mut projects = vec![folder.clone()];
    if let Some(settings) = settings_of(course, &folder) {
        let included = settings.included.iter().map(|path| path.replace(':', "/"));
        projects.extend(included.filter_map(|path| join(&folder, &path)));
    }
    let mut found: Vec<Built> = Vec::new();
    let mut take = |path: String, evidence: String| {
        if !found.iter().any(|built| built.path == path) {
            found.push(Built { path, is_folder: true, evidence });
        }
    };
    for project in projects {
        let moves = build_of(course, &project).is_some_and(|build| build.may_move_output);
        let path = join(&project, TOOL.output).filter(|_| !moves);
        if let Some(path) = path {
            take(path, format!("Gradle writes to build of {project}"));
        }
    }
    for path in named_outputs(course, &folder, TOOL.output) {
        take(path.clone(), format!("the file names {path}, to which Gradle writes"));
    }
    found
}

fn settings_of(course: &Course<'_>, folder: &str) -> Option<gradle::Settings> {
    let inside = ["settings.gradle", "settings.gradle.kts"]
        .iter()
        .find_map(|name| course.project_in(folder, name))?;
    gradle::settings(course.context?, &inside).ok()?
}

fn build_of(course: &Course<'_>, project: &str) -> Option<Build> {
    let inside = ["build.gradle", "build.gradle.kts"]
        .iter()
        .find_map(|name| course.project_in(project, name))?;
    gradle::build(course.context?, &inside).ok()?
}

/// The commands of the file that build.
fn builds(course: &Course<'_>) -> Vec<Invocation> {
    let deeds = course.deeds_with(|role| *role == Role::Builds(TOOL.name));
    deeds.filter_map(|(_, one)| called(one)).collect()
}

/// Whether a command runs one of these tasks by name.
fn runs(course: &Course<'_>, wanted: &[&str]) -> bool {
    builds(course).iter().any(|one| {
        let options = OPTIONS.read(one.args());
        options.operands.iter().any(|word| wanted.contains(&short(word.or_empty())))
    })
}

/// What is set of an archive, or nothing.
fn archive<'b>(build: &'b Build, task: &str) -> std::borrow::Cow<'b, Archive> {
    use std::borrow::Cow;
    build.archives.get(task).map_or(Cow::Owned(Archive::default()), Cow::Borrowed)
}

const BOOT: &str = "org.springframework.boot";
const SHADOWS: &[&str] = &[
    "com.github.johnrengelman.shadow",
    "com.gradleup.shadow",
    "io.ktor.plugin",
    "io.micronaut.application",
];

fn holding(site: &Site<'_, '_>, jar: &Jar) -> Result<Holding, Refusal> {
    let Some(build) = build_of(site.course, &jar.project) else { return Ok(Holding::Unknown) };
    let file = base_name(&jar.source);
    let whole = |why: &str| {
        Ok(Holding::All(Evidence::in_file(build.file.clone(), format!("{}: {why}", jar.path))))
    };
    let plain = ["-plain.jar", "-sources.jar", "-javadoc.jar", "-tests.jar"];
    if plain.iter().any(|end| file.ends_with(end)) {
        return Ok(Holding::Thin);
    }
    if build.applies(BOOT) {
        check_name(site, &build, jar, "bootJar", "")?;
        return match fits_boot(&build, file) {
            true => whole("the plugin of Spring Boot puts all into it"),
            false => Ok(Holding::Unknown),
        };
    }
    let is_shadowed = SHADOWS.iter().any(|id| build.applies(id));
    if is_shadowed && runs(site.course, BUILDS) {
        if is_plain(site.course, &build, jar) {
            return Ok(Holding::Thin);
        }
        check_name(site, &build, jar, "shadowJar", "all")?;
        let shadow = archive(&build, "shadowJar");
        let end = match &shadow.classifier {
            Setting::Stated(word) if word.is_empty() => Some(String::new()),
            Setting::Stated(word) => Some(format!("-{word}")),
            Setting::Absent => Some("-all".to_owned()),
            Setting::Unknown => None,
        };
        let is_named = shadow.file_name.stated() == Some(file);
        let fits = end.is_some_and(|end| !end.is_empty() && file.ends_with(&format!("{end}.jar")));
        if fits || is_named {
            return whole("shadow puts all into it");
        }
        return Ok(Holding::Unknown);
    }
    if build.applies("io.quarkus") || !build.knows_plugins || packs_itself(site, &build) {
        return Ok(Holding::Unknown);
    }
    Ok(Holding::Thin)
}

/// Whether it is the jar of the task `jar`, as far as its name is known.
fn is_plain(course: &Course<'_>, build: &Build, jar: &Jar) -> bool {
    let path = archive_path(course, build, &jar.project, "jar", plain_classifier(build));
    !jar.is_pattern && path.is_some_and(|path| path == jar.source)
}

/// What the task `jar` puts behind the name: beside its own jar, Spring Boot calls that one plain.
fn plain_classifier(build: &Build) -> &'static str {
    if build.applies(BOOT) { "plain" } else { "" }
}

/// That a jar is the one that a task makes, where its name is known for sure.
fn check_name(
    site: &Site<'_, '_>,
    build: &Build,
    jar: &Jar,
    task: &'static str,
    classifier: &str,
) -> Result<(), Refusal> {
    let is_alone = jar.source.ends_with(".jar") && jar.source.contains("/build/libs/");
    if jar.is_pattern || !is_alone || is_plain(site.course, build, jar) {
        return Ok(());
    }
    let path = archive_path(site.course, build, &jar.project, task, classifier);
    match path.filter(|path| *path != jar.source) {
        None => Ok(()),
        Some(path) => {
            let what = format!("{} makes {path}, not {}", build.file, jar.source);
            Err(Refusal::new(Reason::ArtifactUnknown, what, Some(site.start.place)))
        }
    }
}

/// Whether a name can be that of the jar of Spring Boot.
fn fits_boot(build: &Build, file: &str) -> bool {
    let boot = archive(build, "bootJar");
    let is_own = boot.is_enabled.or_default("true") == Some("true");
    let classifier = match &boot.classifier {
        Setting::Stated(word) if !word.is_empty() => Some(format!("-{word}.jar")),
        Setting::Unknown => return false,
        _ => None,
    };
    is_own && classifier.is_none_or(|end| file.ends_with(&end))
}

/// Whether the script puts the dependencies into the jar by hand, or may do so.
fn packs_itself(site: &Site<'_, '_>, build: &Build) -> bool {
    let text =
        site.context().and_then(|context| context.read(&build.file, LONGEST_FILE).ok().flatten());
    text.is_none_or(|text| text.contains("zipTree") || text.contains("apply from"))
}

/// The name of a project: the root's is in the settings, or else that of its folder in the image.
fn project_name(course: &Course<'_>, project: &str) -> Option<String> {
    if let Some(settings) = settings_of(course, project) {
        return match settings.root_name {
            Setting::Stated(name) => Some(name),
            Setting::Absent => Some(base_name(project).to_owned()).filter(|name| !name.is_empty()),
            Setting::Unknown => None,
        };
    }
    // An included project has the last part of its path for a name.
    let mut above = parent(project).to_owned();
    loop {
        if let Some(settings) = settings_of(course, &above) {
            let path = project.strip_prefix(above.trim_end_matches('/'))?.trim_matches('/');
            let is_included =
                settings.included.iter().any(|included| included.replace(':', "/") == path);
            return is_included.then(|| base_name(path).to_owned());
        }
        if above == "/" {
            return is_root(course, project).then(|| base_name(project).to_owned());
        }
        above = parent(&above).to_owned();
    }
}

/// The path of the jar of Spring Boot, if all that its name is made of is known.
fn boot_jar(course: &Course<'_>, project: &str) -> Option<String> {
    let build = build_of(course, project)?;
    let is_made = archive(&build, "bootJar").is_enabled.or_default("true") == Some("true");
    archive_path(course, &build, project, "bootJar", "").filter(|_| build.applies(BOOT) && is_made)
}

/// The path of the archive of a task, if all that its name is made of is known. `classifier` is what
/// the task puts behind the name unless the script says otherwise.
fn archive_path(
    course: &Course<'_>,
    build: &Build,
    project: &str,
    task: &'static str,
    classifier: &str,
) -> Option<String> {
    let own = archive(build, task);
    if build.may_move_output || changes_names(course) || own.destination != Setting::Absent {
        return None;
    }
    let name = match &own.file_name {
        Setting::Stated(name) => name.clone(),
        Setting::Unknown => return None,
        Setting::Absent => {
            let base = match (&own.base_name, &build.archives_name) {
                (Setting::Stated(name), _) | (Setting::Absent, Setting::Stated(name)) => {
                    name.clone()
                }
                (Setting::Absent, Setting::Absent) => project_name(course, project)?,
                _ => return None,
            };
            let version = match (&own.version, &build.version) {
                (Setting::Stated(version), _) | (Setting::Absent, Setting::Stated(version)) => {
                    version.clone()
                }
                (Setting::Absent, Setting::Absent)
                    if is_root(course, project) && knows_version(build) =>
                {
                    String::new()
                }
                _ => return None,
            };
            let classifier = own.classifier.or_default(classifier)?;
            let parts = [base.as_str(), version.as_str(), classifier];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            format!("{}.jar", parts.join("-"))
        }
    };
    join(project, &format!("{}/libs/{name}", TOOL.output))
}

/// Whether no plugin sets the version: there are such for versions by Git.
fn knows_version(build: &Build) -> bool {
    const PLAIN: &[&str] = &[
        "application",
        "base",
        "groovy",
        "io.spring.dependency-management",
        "jacoco",
        "java",
        "java-library",
        "org.springframework.boot",
        "war",
    ];
    let is_plain = |id: &str| {
        PLAIN.contains(&id) || SHADOWS.contains(&id) || id.starts_with("org.jetbrains.kotlin.")
    };
    build.knows_plugins && build.plugins.iter().all(|plugin| is_plain(&plugin.id))
}

/// Whether a project is the root: it has the settings, or there are none around it.
fn is_root(course: &Course<'_>, project: &str) -> bool {
    let has_settings = |folder: &str| {
        let names = ["settings.gradle", "settings.gradle.kts"];
        names.iter().any(|name| course.project_in(folder, name).is_some())
    };
    if has_settings(project) {
        return true;
    }
    let mut above = project;
    while above != "/" && !above.is_empty() {
        above = parent(above);
        if has_settings(above) {
            return false;
        }
    }
    true
}

/// The jars in `build/libs` that a project is known to make. For a name that is not known stands
/// another: to a pattern such as `*.jar` it is the same.
fn jars(site: &Site<'_, '_>, project: &str) -> Vec<String> {
    const MADE: &[(&str, &[&str], &str)] = &[
        ("bootJar", &["assemble", "bootJar", "build"], ""),
        ("shadowJar", &["assemble", "build", "buildFatJar", "shadowJar"], "all"),
        ("jar", PLAIN, ""),
    ];
    let Some(build) = build_of(site.course, project) else { return Vec::new() };
    let has_boot = build.applies(BOOT);
    let has_shadow = SHADOWS.iter().any(|id| build.applies(id));
    let mut found = Vec::new();
    for &(task, names, classifier) in MADE {
        let (is_applied, classifier) = match task {
            "bootJar" => (has_boot, classifier),
            "shadowJar" => (has_shadow, classifier),
            _ => (true, plain_classifier(&build)),
        };
        let is_on = archive(&build, task).is_enabled.or_default("true") == Some("true");
        if !is_applied || !is_on || !runs(site.course, names) {
            continue;
        }
        let stand_in = || {
            let end = if classifier.is_empty() { String::new() } else { format!("-{classifier}") };
            join(project, &format!("{}/libs/project{end}.jar", TOOL.output))
        };
        let path = archive_path(site.course, &build, project, task, classifier);
        found.extend(path.or_else(stand_in));
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a command sets properties, which may be parts of names.
fn changes_names(course: &Course<'_>) -> bool {
    builds(course).iter().any(|one| {
        let options = OPTIONS.read(one.args());
        options.options.iter().any(|(name, ..)| {
            matches!(name.as_ref(), "-P" | "--project-prop" | "-I" | "--init-script")
        })
    })
}

/// The only jar in `build/libs`: that of Spring Boot, if no plain one is made beside it.
fn only_jar(site: &Site<'_, '_>, project: &str) -> Option<String> {
    let build = build_of(site.course, project)?;
    let jar = archive(&build, "jar");
    let has_plain = runs(site.course, PLAIN) && jar.is_enabled.or_default("true") != Some("false");
    let is_alone = SHADOWS.iter().all(|id| !build.applies(id)) && build.knows_plugins;
    boot_jar(site.course, project).filter(|_| !has_plain && is_alone)
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    toolchain_start(site)
        .or_else(|| jvm::answer(site, &TOOL))
        .or_else(|| jvm::unread(site, |one| called(one).is_some()))
}

/// The start command runs Gradle: `bootRun` has a counterpart, others have none.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let launch =
        site.start.launches.iter().find(|one| matches!(one.name(), Some("gradle" | "gradlew")))?;
    let words = launch.words.iter().cloned();
    let invocation = Invocation {
        range: site.start.place,
        words: words.map(|text| Word { text, ..Word::default() }).collect(),
        folder: launch.folder.clone(),
        ..Invocation::default()
    };
    let options = OPTIONS.read(invocation.args());
    let tasks = tasks(&options).unwrap_or_default();
    let reason = match tasks.as_slice() {
        [task] if short(task) == "bootRun" => return Some(run(site, &invocation, &options)),
        tasks if tasks.contains(&"quarkusDev") => Reason::DevelopmentServer,
        _ if site.start.launches.len() > 1 => Reason::BuildsAtStart,
        _ => Reason::BuildTool,
    };
    Some(Err(Refusal::new(reason, launch.shown(), Some(site.start.place))))
}

/// `gradle bootRun`: the jar is made in the build, and started with the same arguments.
fn run(
    site: &Site<'_, '_>,
    invocation: &Invocation,
    options: &Options<'_>,
) -> Result<Answer, Refusal> {
    let place = Some(site.start.place);
    let tool = || Refusal::new(Reason::BuildTool, invocation.shown(), place);
    let quiet = ["--no-daemon", "-q", "-i", "--info", "--stacktrace", "--offline", "--args"];
    let is_other = |name: &str| !quiet.contains(&name);
    if options.unknown.is_some()
        || site.start.launches.len() > 1
        || options.options.iter().any(|(name, ..)| is_other(name))
        || invocation.args().iter().any(|word| word.or_empty().contains(":bootRun"))
    {
        return Err(tool());
    }
    let arguments = match options.value(&["--args"]) {
        Some(value) => value.filter(|value| !value.contains(['"', '\''])).ok_or_else(tool)?,
        None => "",
    };
    let project = invocation.folder.clone().ok_or_else(tool)?;
    let jar = boot_jar(site.course, &project).ok_or_else(|| {
        let why = "the name of the jar is not told by the build scripts at hand";
        Refusal::new(Reason::ArtifactUnknown, why, place)
    })?;
    let mut answer = jvm::packed(site, TOOL.name, vec![Artifact::file(&jar)], false)?;
    if !runs(site.course, &["bootJar", "build", "assemble"]) {
        let program = invocation.words.first().map(|word| word.or_empty()).unwrap_or("gradle");
        let line = format!("RUN {program} --no-daemon bootJar");
        let at = site.facts().lines.iter().position(|l| l.placed.range() == site.start.place);
        answer.builder.push(BuilderLine::Before(at.ok_or_else(tool)?, line));
    }
    let words = ["java", "-jar", jar.as_str()].into_iter().chain(arguments.split_whitespace());
    answer.start = Some(NewStart { words: words.map(str::to_owned).collect() });
    answer.provides.extend(["gradle".to_owned(), "gradlew".to_owned()]);
    answer.changes.push("the start command runs the built jar instead of Gradle".to_owned());
    answer.assumptions.push("the program does not look for its sources".to_owned());
    let file = build_of(site.course, &project).map(|build| build.file).unwrap_or_default();
    answer.evidence.insert(0, Evidence::in_file(file, format!("{jar} is the jar of Spring Boot")));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    const BOOT: &str = "plugins {\n  id 'java'\n  id 'org.springframework.boot' version '3.3.1'\n}\n\
        version = '1.0'\ndependencies { implementation 'a:b:1' }\n";
    const SETTINGS: (&str, &str) = ("settings.gradle", "rootProject.name = 'shop'\n");

    /// The runtime stages of a file that is built with Gradle, or the reasons.
    #[track_caller]
    fn check(build: &str, files: &[(&str, &str)], expected: &[&str]) {
        let file = format!("FROM gradle:8-jdk17-alpine\nWORKDIR /app\nCOPY . .\n{build}\n");
        assert_eq!(runtime_stages(&file, files), expected, "{file}");
    }

    fn runtime(from: &str, to: &str, start: &str) -> String {
        format!(
            "FROM eclipse-temurin:17-jre-alpine\nWORKDIR /app\nCOPY --from=builder {from} {to}\n{start}"
        )
    }

    const JAR: &str = "/app/build/libs/shop-1.0.jar";

    #[test]
    fn spring_boot_by_name_and_pattern() {
        let files =
            [("build.gradle", BOOT), SETTINGS, ("gradle/wrapper/gradle-wrapper.properties", "")];
        let start = "CMD java -jar build/libs/shop-1.0.jar";
        check(
            &format!("RUN gradle build -x test --no-daemon\n{start}"),
            &files,
            &[&runtime(JAR, JAR, start)],
        );
        // The shell finds the plain one, too.
        let start = "CMD java -jar build/libs/*.jar";
        let several = "several-jars: `build/libs/*.jar` may match several files: name the jar.";
        check(&format!("RUN ./gradlew build\n{start}"), &files, &[several]);
        check(&format!("RUN ./gradlew bootJar\n{start}"), &files, &[&runtime(JAR, JAR, start)]);
        let off = format!("{BOOT}jar {{ enabled = false }}\n");
        check(
            &format!("RUN ./gradlew build\n{start}"),
            &[("build.gradle", &off), SETTINGS],
            &[&runtime(JAR, JAR, start)],
        );
        check(&format!("RUN ./gradlew bootJar\n{start}"), &[], &[several]);
        // A command that copies several to one file fails, so there is but one.
        let start = "ENTRYPOINT [\"java\", \"-jar\", \"/a.jar\"]";
        check(
            &format!("RUN gradle bootJar && cp build/libs/*.jar /a.jar\n{start}"),
            &files,
            &[&runtime("/a.jar", "/a.jar", start)],
        );
    }

    #[test]
    fn thin_jars() {
        let thin = |jar: &str| {
            format!("thin-jar: The jar /app/build/libs/{jar} does not hold its dependencies.")
        };
        let plain = "plugins { id 'java' }\ndependencies { implementation 'a:b:1' }\n";
        let start = |jar: &str| format!("RUN gradle build\nCMD java -jar build/libs/{jar}");
        check(&start("shop.jar"), &[("build.gradle", plain), SETTINGS], &[&thin("shop.jar")]);
        check(
            &start("shop-1.0-plain.jar"),
            &[("build.gradle", BOOT), SETTINGS],
            &[&thin("shop-1.0-plain.jar")],
        );
        let packed = format!(
            "{plain}jar {{ from {{ configurations.runtimeClasspath.collect {{ zipTree(it) }} }} }}\n"
        );
        let assumed = "# Assumed: /app/build/libs/shop.jar holds all its dependencies.\n";
        let path = "/app/build/libs/shop.jar";
        check(
            &start("shop.jar"),
            &[("build.gradle", &packed), SETTINGS],
            &[&format!("{assumed}{}", runtime(path, path, "CMD java -jar build/libs/shop.jar"))],
        );
        let shadow = "plugins { id 'java'\n id 'com.gradleup.shadow' version '8.3.0' }\n";
        let path = "/app/build/libs/shop-all.jar";
        check(
            "RUN gradle shadowJar\nCMD java -jar build/libs/shop-all.jar",
            &[("build.gradle", shadow), SETTINGS],
            &[&runtime(path, path, "CMD java -jar build/libs/shop-all.jar")],
        );
    }

    #[test]
    fn start_scripts_take_their_folder_along() {
        let build = "plugins { id 'application' }\n";
        let start = "CMD [\"build/install/shop/bin/shop\"]";
        check(
            &format!("RUN gradle installDist\n{start}"),
            &[("build.gradle", build), SETTINGS],
            &[&runtime("/app/build/install/shop", "/app/build/install/shop", start)],
        );
    }

    #[test]
    fn projects_below() {
        let files = [
            ("settings.gradle.kts", "rootProject.name = \"all\"\ninclude(\":api\")\n"),
            ("api/build.gradle", BOOT),
        ];
        let path = "/app/api/build/libs/api-1.0.jar";
        let start = "CMD java -jar api/build/libs/api-1.0.jar";
        check(&format!("RUN gradle :api:bootJar\n{start}"), &files, &[&runtime(path, path, start)]);
    }

    #[test]
    fn the_jar_takes_the_place_of_boot_run() {
        let files = [("build.gradle", BOOT), SETTINGS];
        let start = "CMD [\"java\", \"-jar\", \"/app/build/libs/shop-1.0.jar\", \"--a=b\"]";
        check(
            "CMD gradle bootRun --args='--a=b'",
            &files,
            &[&format!(
                "# Assumed: the program does not look for its sources.\n{}",
                runtime(JAR, JAR, start)
            )],
        );
        let unknown = "artifact-unknown: Which file the build produces is not known: the name of the \
                       jar is not told by the build scripts at hand.";
        check("CMD gradle bootRun", &[], &[unknown]);
        check(
            "CMD gradle run",
            &files,
            &["build-tool: The container runs the build tool itself: `gradle run`."],
        );
    }

    #[test]
    fn tasks_that_are_not_known() {
        check(
            "RUN gradle build publish\nCMD java -jar build/libs/a.jar",
            &[],
            &["cannot-follow: What `gradle build publish` makes is not known."],
        );
    }

    #[test]
    fn names_that_are_never_made() {
        let unknown = |path: &str, started: &str| {
            format!(
                "artifact-unknown: Which file the build produces is not known: build.gradle makes \
                 /app/build/libs/{path}, not /app/build/libs/{started}."
            )
        };
        let build = |jar: &str| format!("RUN gradle bootJar\nCMD java -jar build/libs/{jar}");
        let named = format!("{BOOT}bootJar {{ archiveFileName = 'app.jar' }}\n");
        let files = [("build.gradle", named.as_str()), SETTINGS];
        check(&build("shop-1.0.jar"), &files, &[&unknown("app.jar", "shop-1.0.jar")]);
        let path = "/app/build/libs/app.jar";
        let stage = runtime(path, path, "CMD java -jar build/libs/app.jar");
        check(&build("app.jar"), &files, &[&stage]);
        // Without settings the name is that of the folder.
        let files = [("build.gradle", BOOT)];
        check(&build("shop-1.0.jar"), &files, &[&unknown("app-1.0.jar", "shop-1.0.jar")]);
        let path = "/app/build/libs/app-1.0.jar";
        let stage = runtime(path, path, "CMD java -jar build/libs/app-1.0.jar");
        check(&build("app-1.0.jar"), &files, &[&stage]);
        // A plugin or the command may set the version.
        let open = BOOT.replace("version = '1.0'", "");
        let open = open.replace("plugins {", "plugins {\n  id 'nebula.release' version '1'");
        let path = "/app/build/libs/shop-7.jar";
        let stage = runtime(path, path, "CMD java -jar build/libs/shop-7.jar");
        check(&build("shop-7.jar"), &[("build.gradle", &open), SETTINGS], &[&stage]);
        let build = "RUN gradle bootJar -Pversion=7\nCMD java -jar build/libs/shop-7.jar";
        check(build, &[("build.gradle", BOOT), SETTINGS], &[&stage]);
    }

    #[test]
    fn patterns_that_find_several() {
        let files = [("build.gradle", BOOT), SETTINGS];
        let start = "CMD java -jar /a.jar";
        let copy = |tasks: &str, pattern: &str| {
            format!("RUN gradle {tasks} && cp build/libs/{pattern} /a.jar\n{start}")
        };
        let several =
            "several-jars: `/app/build/libs/*.jar` may match several files: name the jar.";
        check(&copy("build", "*.jar"), &files, &[several]);
        let stage = runtime("/a.jar", "/a.jar", start);
        check(&copy("build", "*0.jar"), &files, &[&stage]);
        let off = format!("{BOOT}jar {{ enabled = false }}\n");
        check(&copy("build", "*.jar"), &[("build.gradle", &off), SETTINGS], &[&stage]);
        let shadow = "plugins { id 'java'\n id 'com.gradleup.shadow' version '8.3.0' }\n";
        let files = [("build.gradle", shadow), SETTINGS];
        check(&copy("build", "*.jar"), &files, &[several]);
        check(&copy("shadowJar", "*-all.jar"), &files, &[&stage]);
    }
}
