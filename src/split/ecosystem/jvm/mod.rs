//! What is common to programs that run in Java: which jar is started, what it needs beside itself,
//! and which small image has the same Java.
//!
//! Sources: the manual page of `java`, the JAR file specification (`Class-Path`), the guides of
//! Spring Boot and Quarkus on executable jars.

mod images;
mod launch;

use images::runtimes;
pub use launch::commands;
use launch::{Told, paths_in, told};

use super::starts::starting_in;
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Site};
use crate::split::command::{Invocation, Word};
use crate::split::course::{Course, Product, Role, matches_pattern};
use crate::split::data;
use crate::split::facts::{Line, What, join};
use crate::split::packages::{Holder, holder};
use crate::split::refusal::{Reason, Refusal};
use crate::split::sources::Sources;
use crate::split::world::{Origin, base_name, is_within, parent, trimmed};
use crate::text::TextRange;
use crate::workspace::{Context, Kind};

/// A build tool that makes jars.
pub struct Tool {
    /// The name of its ecosystem.
    pub name: &'static str,
    /// The folder that it writes to, in that of a project: `target`; empty if it is that folder.
    pub output: &'static str,
    /// What a jar holds, as far as the project's files tell.
    ///
    /// Errors: they tell that there is no such jar.
    pub holding: fn(&Site<'_, '_>, &Jar) -> Result<Holding, Refusal>,
    /// The path of the only jar that a project of that folder makes in the place where its jars
    /// are; `None` if there may be several.
    pub only_jar: fn(&Site<'_, '_>, &str) -> Option<String>,
    /// The paths of the jars that a project of that folder is known to make; there may be more.
    pub jars: fn(&Site<'_, '_>, &str) -> Vec<String>,
    /// Programs that have to be there for the tool's start scripts besides `sh`.
    pub script_tools: &'static [&'static str],
}

/// A jar that is started.
#[derive(Debug)]
pub struct Jar {
    /// Where it is started.
    pub path: String,
    /// Where the tool made it; a pattern if it was copied from there by one.
    pub source: String,
    /// Whether that is a pattern.
    pub is_pattern: bool,
    /// The folder of the image with the project that makes it.
    pub project: String,
}

/// What a jar holds.
#[derive(Debug)]
pub enum Holding {
    /// All that the program needs.
    All(Evidence),
    /// All but what is in these folders.
    Beside(Vec<String>, Evidence),
    /// All that it needs if this holds, which is a sentence.
    Assumed(String),
    /// Not its dependencies.
    Thin,
    /// It is not known.
    Unknown,
}

/// Folders of a project that are in its jars, or only for the build; all tools together.
const EMBEDDED: &[&str] = &[
    ".mvn",
    "app.json",
    "build",
    "build.gradle",
    "build.sbt",
    "buildSrc",
    "checkstyle.xml",
    "gradle",
    "gradle.properties",
    "gradlew",
    "gradlew.bat",
    "lombok.config",
    "manifest.yml",
    "mvnw",
    "mvnw.cmd",
    "pom.xml",
    "project",
    "settings.gradle",
    "settings.xml",
    "sonar-project.properties",
    "spotbugs-exclude.xml",
    "src",
    "suppressions.xml",
    "system.properties",
    "target",
];

/// Where Temurin's images have their Java.
const TEMURIN_HOME: &str = "/opt/java/openjdk";

/// Folders in homes where build tools keep what they fetched.
const CACHES: &[&str] = &["/.m2/", "/.gradle/", "/.ivy2/", "/.sbt/", "/.cache/coursier/"];

/// Whether a path is in the cache of a build tool.
fn is_cached(path: &str) -> bool {
    CACHES.iter().any(|cache| path.contains(cache))
}

/// Whether an option names a file without which Java does not start.
fn is_loaded(word: &str) -> bool {
    const OPTIONS: &[&str] =
        &["-javaagent:", "-agentpath:", "-Xbootclasspath", "-XX:Flags=", "-XX:VMOptionsFile="];
    OPTIONS.iter().any(|option| word.starts_with(option))
}

/// Files that stand in the folder of a project.
const MANIFESTS: &[&str] = &["pom.xml", "build.gradle", "build.gradle.kts", "build.sbt"];

/// How a file whose programs run in Java is split; `None` if the tool builds nothing in it.
pub fn answer(site: &Site<'_, '_>, tool: &Tool) -> Option<Result<Answer, Refusal>> {
    site.builds(tool.name).then(|| Finder { site, tool, found: Found::default() }.answer())
}

/// The command of a tool that goes by these names: also that in `sh WRAPPER …`.
pub fn called(invocation: &Invocation, names: &[&str], wrapper: &str) -> Option<Invocation> {
    let name = invocation.name()?;
    if names.contains(&name) {
        return Some(invocation.clone());
    }
    let is_wrapped = invocation.arg(0).is_some_and(|word| base_name(word) == wrapper);
    if !matches!(name, "sh" | "bash") || !is_wrapped {
        return None;
    }
    let mut inner = invocation.clone();
    inner.words.remove(0);
    Some(inner)
}

/// The refusal for a command of a tool that is not read.
pub fn unread(
    site: &Site<'_, '_>,
    is_own: fn(&Invocation) -> bool,
) -> Option<Result<Answer, Refusal>> {
    let mut deeds = site.course.deeds_with(|role| *role == Role::Unknown);
    let (_, one) = deeds.find(|(_, one)| is_own(one))?;
    Some(Err(Refusal::new(Reason::CannotFollow, one.shown(), Some(one.range))))
}

/// An answer for jars and folders that stay where they are; the rest is what all have in common.
///
/// Errors: there is no small image with the same Java.
pub fn packed(
    site: &Site<'_, '_>,
    name: &'static str,
    artifacts: Vec<Artifact>,
    needs_shell: bool,
) -> Result<Answer, Refusal> {
    let found = runtimes(site, needs_shell)?;
    check_java(site, found.has_own_home)?;
    let mut answer = Answer::new(name, found.linkage, artifacts);
    answer.runtimes = found.images;
    answer.packages = found.packages;
    answer.provides = vec!["java".to_owned()];
    answer.assumptions = found.assumptions;
    answer.build_variables = if found.has_own_home { &["JAVA_HOME"] } else { &[] };
    answer.data = Data::Beside { folders: Vec::new(), embedded: embedded(site.course) };
    answer.weight = Amount { bytes: 45_000_000, low: 10_000_000, high: 120_000_000 };
    let Some(mut sources) = data::sources(site.course, SOURCES) else { return Ok(answer) };
    check_tools(site, &sources)?;
    sources.files.retain(|(_, text)| starts_others(text));
    starting_in(site, answer, &sources)
}

/// Endings of sources.
const SOURCES: &[&str] = &["java", "kt", "scala", "groovy"];

/// What stands in sources that start programs.
const STARTING: &[&str] = &["ProcessBuilder", "commons.exec", "sys.process", "zeroturnaround.exec"];

fn starts_others(text: &str) -> bool {
    // The run time of Java is asked for its memory, too.
    let by_run_time = || text.contains("getRuntime()") && text.contains(".exec(");
    STARTING.iter().any(|word| text.contains(word)) || by_run_time()
}

/// What stands in sources that need the tools of a JDK: its compiler, and those that look into
/// running programs.
const JDK: &[&str] = &[
    "ByteBuddyAgent.install",
    "com.sun.tools.",
    "getSystemJavaCompiler",
    "jdk.jshell",
    "java.util.spi.ToolProvider",
];

/// That the program does without the tools that only a JDK has.
fn check_tools(site: &Site<'_, '_>, sources: &Sources) -> Result<(), Refusal> {
    match sources.with(JDK).files.first() {
        Some((file, _)) => {
            let what = format!("The program uses the tools of a JDK, which a JRE lacks ({file})");
            Err(Refusal::new(Reason::NeedsOther, what, Some(site.start.place)))
        }
        None => Ok(()),
    }
}

/// That `java` is named so that the small images have it there.
fn check_java(site: &Site<'_, '_>, is_image: bool) -> Result<(), Refusal> {
    for one in commands(site)? {
        let Some(word) = one.words.first().and_then(|word| word.text.as_deref()) else { continue };
        if base_name(word) != "java" || !word.contains('/') || !is_image {
            continue;
        }
        // Only Temurin's own images have it there, and the builder has it, too.
        let is_temurin = site.base().variable("JAVA_HOME") == Some(TEMURIN_HOME);
        let is_same = word.strip_prefix(TEMURIN_HOME) == Some("/bin/java");
        if !is_same || !is_temurin {
            let what = format!("The small images do not have {word}: start `java`");
            return Err(Refusal::new(Reason::NeedsOther, what, Some(site.start.place)));
        }
    }
    Ok(())
}

/// What was found so far.
#[derive(Default)]
struct Found {
    artifacts: Vec<Artifact>,
    evidence: Vec<Evidence>,
    assumptions: Vec<String>,
    /// Whether a file of Java itself is named by its path.
    names_home: bool,
}

struct Finder<'s, 'c, 'a> {
    site: &'s Site<'c, 'a>,
    tool: &'s Tool,
    found: Found,
}

impl Finder<'_, '_, '_> {
    fn answer(mut self) -> Result<Answer, Refusal> {
        let commands = commands(self.site)?;
        // That of the start command itself is seen elsewhere; that of a script which the tool makes
        // is not.
        let mut needs_shell = false;
        let is_java = |one: &&Invocation| one.name() == Some("java");
        if commands.iter().any(|one| is_java(&one)) {
            for one in commands.iter().filter(is_java) {
                self.java(one)?;
            }
        } else {
            needs_shell = true;
            self.script()?;
        }
        self.environment()?;
        self.found.drop_inner();
        let site = self.site;
        let mut answer = packed(site, self.tool.name, self.found.artifacts, needs_shell)?;
        if needs_shell {
            let on = site.base().distribution;
            let tools = self.tool.script_tools.iter();
            let packages = tools.filter_map(|tool| match holder(tool, on) {
                Holder::Package(name) => Some(name.to_owned()),
                _ => None,
            });
            answer.packages.extend(packages);
        }
        // Who names a file of Java by its absolute path needs the image that has it there.
        let is_bare = commands
            .iter()
            .filter(is_java)
            .all(|one| one.words.first().is_some_and(|word| word.or_empty() == "java"));
        if !is_bare || self.found.names_home {
            answer.runtimes.retain(|(_, image)| !image.contains("distroless"));
        }
        answer.evidence.splice(0..0, self.found.evidence);
        answer.assumptions.extend(self.found.assumptions);
        Ok(answer)
    }

    fn java(&mut self, one: &Invocation) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        let unclear = || Refusal::new(Reason::StartUnknown, one.shown(), place);
        let told = told(one, &self.site.scene()).ok_or_else(unclear)?;
        if told.is_source {
            return Err(Refusal::new(Reason::BuildTool, one.shown(), place));
        }
        match &told.jar {
            Some(jar) => self.jar(one, jar)?,
            None => self.classes(one, &told)?,
        }
        for word in &told.words {
            for path in paths_in(word).filter_map(|path| one.path(path)) {
                self.named(word, trimmed(&path), place)?;
            }
        }
        Ok(())
    }

    /// `java -jar`.
    fn jar(&mut self, one: &Invocation, word: &Word) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        let Some(text) = word.text.as_deref() else {
            return Err(Refusal::new(Reason::StartUnknown, one.shown(), place));
        };
        let unclear = || Refusal::new(Reason::StartUnknown, one.shown(), place);
        let path = one.path(text).ok_or_else(unclear)?;
        if word.is_pattern || text.contains('*') {
            return self.pattern(text, &path, word.is_pattern);
        }
        if base_name(&path) == "quarkus-run.jar" {
            return self.quarkus(&path);
        }
        let jar = self.jar_at(&path)?;
        let holding = (self.tool.holding)(self.site, &jar)?;
        self.take(&jar, holding)
    }

    /// A pattern in the start command: the shell finds the same if the only jar that it can find is
    /// copied to its place.
    fn pattern(&mut self, text: &str, path: &str, is_expanded: bool) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        if !is_expanded {
            let what = format!("No shell expands `{text}` there: write the name of the jar");
            return Err(Refusal::new(Reason::NeedsOther, what, place));
        }
        let several = || Refusal::new(Reason::SeveralJars, text, place);
        let project = self.project_of(path).ok_or_else(several)?;
        let only = (self.tool.only_jar)(self.site, &project).ok_or_else(several)?;
        if !matches_pattern(path, &only) {
            return Err(several());
        }
        let jar = self.jar_at(&only)?;
        let holding = (self.tool.holding)(self.site, &jar)?;
        let why = format!("`{text}` finds {only} alone, which the project's files name");
        self.found.evidence.push(Evidence::at(self.site.start.place, why));
        self.take(&jar, holding)
    }

    /// Quarkus's jar stands in a folder with all that it needs.
    fn quarkus(&mut self, path: &str) -> Result<(), Refusal> {
        let folder = parent(path);
        if folder == "/" || self.site.course.world.origin(path).is_none() {
            return Err(self.missing(path));
        }
        self.in_image(path)?;
        let why = format!("{folder} holds all that quarkus-run.jar starts");
        self.found.evidence.push(Evidence::at(self.site.start.place, why));
        self.found.artifacts.push(Artifact::folder(folder));
        Ok(())
    }

    /// The jar at a path, with the place where the tool made it.
    fn jar_at(&self, path: &str) -> Result<Jar, Refusal> {
        self.in_image(path)?;
        let (source, is_pattern) = source(self.site.course, path);
        if is_pattern {
            self.check_alone(&source)?;
        }
        let product = self.product(path).or_else(|| self.product(&source));
        let project = self.project_of(&source);
        match (product, project) {
            (Some(_), Some(project)) => {
                Ok(Jar { path: path.to_owned(), source, is_pattern, project })
            }
            _ => Err(self.missing(path)),
        }
    }

    /// That a pattern, by which a jar is copied to one name, finds one alone: of several it would be
    /// the wrong one, if the copy does not fail.
    fn check_alone(&self, pattern: &str) -> Result<(), Refusal> {
        let Some(project) = self.project_of(pattern) else { return Ok(()) };
        let jars = (self.tool.jars)(self.site, &project);
        match jars.iter().filter(|jar| matches_pattern(pattern, jar)).count() {
            0 | 1 => Ok(()),
            _ => Err(Refusal::new(Reason::SeveralJars, pattern, Some(self.site.start.place))),
        }
    }

    fn product(&self, path: &str) -> Option<&Product> {
        self.site.product_at(path).filter(|product| product.ecosystem == self.tool.name)
    }

    /// The folder of the project that writes to a path.
    fn project_of(&self, path: &str) -> Option<String> {
        if self.tool.output.is_empty() {
            return Some(parent(path).to_owned());
        }
        let output = format!("/{}/", self.tool.output);
        let end = path.rfind(&output)?;
        Some(if end == 0 { "/".to_owned() } else { path[..end].to_owned() })
    }

    /// That a path is not below a mount of the build.
    fn in_image(&self, path: &str) -> Result<(), Refusal> {
        let builds = self.site.course.deeds.iter().filter(|deed| deed.role == self.role());
        let is_removed = matches!(self.site.course.world.origin(path), Some(Origin::Removed(_)));
        for deed in builds {
            if is_removed && self.site.course.mount_over(deed.line, path).is_some() {
                return Err(self.site.course.in_mount(path, deed.line));
            }
        }
        Ok(())
    }

    fn role(&self) -> Role {
        Role::Builds(self.tool.name)
    }

    fn missing(&self, path: &str) -> Refusal {
        let place = Some(self.site.start.place);
        match self.site.course.world.origin(path) {
            Some(Origin::Context(_)) => {
                let why = format!("{path} is in no folder that the build is known to write to");
                Refusal::new(Reason::ArtifactUnknown, why, place)
            }
            _ => Refusal::new(Reason::ArtifactMissing, path, place),
        }
    }

    fn take(&mut self, jar: &Jar, holding: Holding) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        self.found.artifacts.push(Artifact::file(&jar.path));
        if jar.is_pattern {
            let (path, source) = (&jar.path, &jar.source);
            let why =
                format!("{path} is what {source} finds: of several files the copy would fail");
            self.found.evidence.push(Evidence::at(self.site.start.place, why));
        }
        match holding {
            Holding::All(evidence) => self.found.evidence.push(evidence),
            Holding::Beside(folders, evidence) if jar.path == jar.source => {
                self.found.evidence.push(evidence);
                self.found.artifacts.extend(folders.into_iter().map(Artifact::folder));
            }
            Holding::Assumed(assumption) => self.found.assumptions.push(assumption),
            Holding::Beside(..) | Holding::Thin => {
                return Err(Refusal::new(Reason::ThinJar, &jar.path, place));
            }
            Holding::Unknown => {
                self.found.assumptions.push(format!("{} holds all its dependencies", jar.path));
            }
        }
        Ok(())
    }

    /// `java -cp`: every entry of the path is taken.
    fn classes(&mut self, one: &Invocation, told: &Told) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        let unclear = || Refusal::new(Reason::StartUnknown, one.shown(), place);
        if told.has_open_entries {
            return Err(unclear());
        }
        let mut is_built = false;
        for entry in &told.entries {
            let plain = entry.strip_suffix("/*").or(entry.strip_suffix('*')).unwrap_or(entry);
            let is_folder = plain.len() < entry.len() || !plain.ends_with(".jar");
            let path = one.path(if plain.is_empty() { "." } else { plain }).ok_or_else(unclear)?;
            let path = trimmed(&path).to_owned();
            if plain.contains('*') {
                return Err(Refusal::new(Reason::SeveralJars, entry, place));
            }
            self.in_image(&path)?;
            is_built |= self.product(&path).is_some() || self.holds_product(&path);
            if path == "/" || self.site.course.world.origin(&path).is_none() {
                return Err(Refusal::new(Reason::ArtifactMissing, path, place));
            }
            // Whether it holds all does not matter, but that it is made does.
            if let Ok(jar) = self.jar_at(&path)
                && !is_folder
            {
                (self.tool.holding)(self.site, &jar)?;
            }
            let artifact = if is_folder { Artifact::folder(path) } else { Artifact::file(path) };
            self.found.artifacts.push(artifact);
        }
        if !is_built {
            return Err(Refusal::new(Reason::ArtifactMissing, told.entries.join(":"), place));
        }
        let why = format!("every entry of the class path is taken: {}", told.entries.join(":"));
        self.found.evidence.push(Evidence::at(self.site.start.place, why));
        Ok(())
    }

    fn holds_product(&self, folder: &str) -> bool {
        let products = self.site.course.products.iter();
        products
            .filter(|product| product.ecosystem == self.tool.name)
            .any(|product| is_within(&product.path, folder))
    }

    /// A start script that the tool makes: `build/install/x/bin/x`. What it starts is in the folder
    /// above.
    fn script(&mut self) -> Result<(), Refusal> {
        let place = Some(self.site.start.place);
        let shown = self.site.start.launches.last().map(|one| one.shown()).unwrap_or_default();
        let missing = || Refusal::new(Reason::ArtifactMissing, format!("`{shown}`"), place);
        let launches = self.site.start.launches.iter();
        let paths = launches.filter_map(|launch| launch.program(self.site.course));
        let path = paths.into_iter().find(|path| {
            matches!(
                self.site.course.world.origin(path),
                Some(Origin::Built(_) | Origin::Removed(_))
            )
        });
        let path = path.ok_or_else(missing)?;
        self.in_image(&path)?;
        let product = self.product(&path).ok_or_else(missing)?;
        let folder = parent(&path);
        let root = parent(folder);
        if base_name(folder) != "bin" || root == "/" || FORBIDDEN.contains(&root) {
            let what = format!("{path} is no start script of a folder with its jars");
            return Err(Refusal::new(Reason::ArtifactUnknown, what, place));
        }
        let why = format!("{path} starts jars in {root}: {}", product.evidence);
        self.found.evidence.push(Evidence::at(self.site.start.place, why));
        self.found.artifacts.push(Artifact::folder(root));
        Ok(())
    }

    /// A path that an option or an argument names.
    ///
    /// Errors: the program needs it, and nothing is known to make it.
    fn named(&mut self, word: &str, path: &str, place: Option<TextRange>) -> Result<(), Refusal> {
        let origin = self.site.course.world.origin(path);
        let home = self.site.base().variable("JAVA_HOME");
        if origin.is_none() && home.is_some_and(|home| is_within(path, home)) {
            // Only the JRE of the same maker has it there.
            self.found.names_home = true;
            if home != Some(TEMURIN_HOME) {
                let what = format!("The small images do not have {path}");
                return Err(Refusal::new(Reason::NeedsOther, what, place));
            }
            return Ok(());
        }
        let is_lost = match origin {
            None => is_loaded(word) || is_cached(path),
            Some(origin) => matches!(origin, Origin::Removed(_)) && is_loaded(word),
        };
        if is_lost {
            return Err(Refusal::new(Reason::ArtifactMissing, path, place));
        }
        self.file(path);
        Ok(())
    }

    /// A file that is told to the program: it is taken from the builder, unless it comes again
    /// anyway.
    fn file(&mut self, path: &str) {
        let course = self.site.course;
        let last = course.deeds.iter().filter(|deed| deed.role == self.role());
        let last = last.map(|deed| deed.line).max().unwrap_or(0);
        let is_taken = match course.world.origin(path) {
            Some(Origin::Built(_) | Origin::Download(_) | Origin::Unknown(_)) => true,
            Some(Origin::Context(line)) if *line > last => false,
            Some(Origin::Context(_)) => {
                course.context.is_none() || course.in_context(path).is_some()
            }
            _ => false,
        };
        let scene = self.site.scene();
        let is_around = scene.workdir.as_deref().is_some_and(|own| is_within(own, path));
        if is_taken && !is_around && path != "/" {
            let is_folder = course.world.is_folder(path)
                || course.in_context(path).is_some_and(|inside| {
                    course.context.is_some_and(|context| {
                        matches!(context.kind(&inside), Ok(Some(Kind::Folder)))
                    })
                });
            let artifact = if is_folder { Artifact::folder(path) } else { Artifact::file(path) };
            self.found
                .evidence
                .push(Evidence::at(self.site.start.place, format!("{path} is named at the start")));
            self.found.artifacts.push(artifact);
        }
    }

    /// Files that variables of the file name.
    ///
    /// Errors: one is missing, or options are in a file that is not read.
    fn environment(&mut self) -> Result<(), Refusal> {
        let scene = self.site.scene();
        let base = self.site.base();
        let own = scene.variables.iter().filter_map(|(name, value)| {
            let value = value.as_deref()?;
            let is_new = base.variable(name) != Some(value);
            (is_new && !["PATH", "JAVA_HOME"].contains(&name.as_str())).then_some((name, value))
        });
        for (name, value) in own {
            let place = self.place_of(name);
            for word in value.split_whitespace() {
                if let Some(file) = word.strip_prefix('@').filter(|_| name == "JDK_JAVA_OPTIONS") {
                    return Err(Refusal::new(Reason::CannotFollow, format!("@{file}"), place));
                }
                if !word.starts_with(['/', '-']) && !word.starts_with("file:") {
                    continue;
                }
                for path in paths_in(word).filter_map(|path| scene.path(path)) {
                    self.named(word, trimmed(&path), place)?;
                }
            }
        }
        Ok(())
    }

    /// The place of the last line that sets a variable.
    fn place_of(&self, variable: &str) -> Option<TextRange> {
        let sets = |line: &&Line<'_>| match &line.what {
            What::Variables(names) => names.iter().any(|name| name == variable),
            _ => false,
        };
        let line = self.site.facts().lines.iter().rev().find(sets);
        line.map(|line| line.placed.range())
    }
}

/// Folders that hold more than one program.
const FORBIDDEN: &[&str] = &["/usr", "/usr/local", "/opt", "/bin", "/root", "/home"];

impl Found {
    /// What is in a folder that is taken need not be taken again.
    fn drop_inner(&mut self) {
        let all = self.artifacts.clone();
        let mut seen = Vec::new();
        self.artifacts.retain(|one| {
            let is_inner = all.iter().any(|other| {
                other.is_folder && other.from != one.from && is_within(&one.from, &other.from)
            });
            let is_new = !seen.contains(&one.from);
            seen.push(one.from.clone());
            is_new && !is_inner
        });
    }
}

/// Where what is at a path was copied or moved from, as far as commands of the file tell; the path
/// itself if none did. A pattern is kept.
fn source(course: &Course<'_>, path: &str) -> (String, bool) {
    const MOST: usize = 8;
    let mut path = path.to_owned();
    let mut is_pattern = false;
    let moves: Vec<_> = course.deeds_with(|role| *role == Role::Moves).collect();
    let mut upto = moves.len();
    for _ in 0..MOST {
        let found =
            moves.iter().take(upto).rposition(|(_, one)| origin(course, one, &path).is_some());
        let Some(at) = found else { break };
        let Some((from, pattern)) = origin(course, moves[at].1, &path) else { break };
        upto = at;
        is_pattern |= pattern;
        path = from;
    }
    (path, is_pattern)
}

/// Where a command of `cp`, `mv` or `install` takes the file from that it writes to `path`.
fn origin(course: &Course<'_>, one: &Invocation, path: &str) -> Option<(String, bool)> {
    if !matches!(one.name(), Some("cp" | "mv" | "install")) {
        return None;
    }
    let operands: Vec<&Word> =
        one.args().iter().filter(|word| !word.or_empty().starts_with('-')).collect();
    let (last, sources) = operands.split_last()?;
    let destination = one.path(last.text.as_deref()?)?;
    for source in sources {
        let text = source.text.as_deref()?;
        let from = one.path(text)?;
        let inside = join(&destination, base_name(&from))?;
        if source.is_pattern {
            // In a folder the name is kept, and tells which file it is.
            if matches_pattern(&inside, path) {
                return Some((join(parent(&from), base_name(path))?, false));
            }
            if trimmed(&destination) == path && !course.world.is_folder(path) {
                return Some((from, true));
            }
            continue;
        }
        if inside == path || trimmed(&destination) == path {
            return Some((from, false));
        }
        // A folder with all that is in it.
        for whole in [inside.as_str(), trimmed(&destination)] {
            let rest = path.strip_prefix(whole).and_then(|rest| rest.strip_prefix('/'));
            if let Some(rest) = rest
                && course.world.is_folder(&from)
            {
                return Some((join(&from, rest)?, false));
            }
        }
    }
    None
}

/// The paths of the image that are in the jars or only for the build.
pub fn embedded(course: &Course<'_>) -> Vec<String> {
    let mut projects: Vec<String> = Vec::new();
    for (_, one) in course.deeds_with(|role| matches!(role, Role::Builds(_) | Role::Prepares(_))) {
        projects.extend(one.folder.clone());
    }
    for line in &course.facts.lines {
        let What::Copy(copy) = &line.what else { continue };
        let destination = copy.destination.as_deref().filter(|_| copy.from.is_none());
        projects.extend(destination.map(|path| trimmed(path).to_owned()));
    }
    projects.sort();
    projects.dedup();
    let mut found: Vec<String> = Vec::new();
    for project in &projects {
        let inside = course.context.zip(course.in_context(project));
        let mut places = vec![project.clone()];
        if let Some((context, folder)) = inside {
            let mut left = MOST_ENTRIES;
            modules(context, &folder, project, 0, &mut left, &mut places);
        }
        for place in places {
            found.extend(EMBEDDED.iter().filter_map(|name| join(&place, name)));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// How many entries of the context are looked at for modules, and how deep.
const MOST_ENTRIES: usize = 2_000;
const DEEPEST: usize = 4;

/// The folders below `folder` of the context, which is `place` in the image, that hold a project.
fn modules(
    context: &Context,
    folder: &str,
    place: &str,
    depth: usize,
    left: &mut usize,
    found: &mut Vec<String>,
) {
    let Ok(entries) = context.list(folder) else { return };
    for entry in entries {
        if *left == 0 || depth == DEEPEST {
            return;
        }
        *left -= 1;
        let inner = match folder {
            "" => entry.name.clone(),
            _ => format!("{folder}/{}", entry.name),
        };
        let Some(path) = join(place, &entry.name) else { continue };
        let is_looked_in = !EMBEDDED.contains(&entry.name.as_str()) && !entry.name.starts_with('.');
        match entry.kind {
            Kind::Folder if is_looked_in && entry.name != "node_modules" => {
                modules(context, &inner, &path, depth + 1, left, found);
            }
            _ if MANIFESTS.contains(&entry.name.as_str()) => found.push(place.to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::stages;

    /// What is made of a program of one class, with settings.
    fn made(code: &str, settings: &str, files: &[(&str, &str)]) -> String {
        let main = format!("package a;\nclass A {{ void f() {{ {code} }} }}\n");
        let pom = "<project><artifactId>a</artifactId><version>1</version><parent>\
            <artifactId>spring-boot-starter-parent</artifactId></parent><build><plugins><plugin>\
            <artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>";
        let own = [
            ("pom.xml", pom),
            ("src/main/java/a/A.java", main.as_str()),
            ("src/main/resources/application.properties", settings),
            ("src/main/resources/rules/a.drl", "x"),
        ];
        let files: Vec<_> = own.iter().chain(files).copied().collect();
        stages(
            "FROM maven:3.9-eclipse-temurin-17\nWORKDIR /app\nCOPY . .\nRUN mvn package\n\
             CMD [\"java\", \"-jar\", \"target/a-1.jar\"]\n",
            &files,
        )
    }

    #[test]
    fn files_of_the_project_that_it_reads() {
        let check = |code: &str, settings: &str, path: &str, expected: bool| {
            let files = [("words", "x"), ("keystore.p12", "x"), ("pages/a.md", "x")];
            let found = made(code, settings, &files);
            assert!(found.contains("FROM eclipse-temurin:17-jre"), "{found}");
            let line = format!("COPY --from=builder /app/{path} ");
            assert_eq!(found.contains(&line), expected, "{path}: {found}");
        };
        let rules = "src/main/resources/rules";
        check("", "", rules, false);
        let file = "src/main/resources/rules/a.drl";
        check(r#"new File("src/main/resources/rules/a.drl");"#, "", file, true);
        check(r#"new File("src/main/resources/rules").listFiles();"#, "", rules, true);
        check(r#"Path.of("src/main/resources", "rules");"#, "", "src/main/resources", true);
        check(r#"getResource("/rules/a.drl");"#, "", rules, false);
        check("", "static=classpath:/rules/", rules, false);
        check("", "spring.web.resources.static-locations=file:./pages/", "pages", true);
        check("", "server.ssl.key-store=keystore.p12", "keystore.p12", true);
        check("", "# x=keystore.p12", "keystore.p12", false);
        check("", "flyway.locations=filesystem:src/main/resources/rules", rules, true);
    }

    #[test]
    fn programs_that_it_starts() {
        let found = made(r#"new ProcessBuilder("git", "log").start();"#, "", &[]);
        let part = "--no-install-recommends git";
        assert!(found.contains(part) && found.contains("? the programs that it starts"), "{found}");
        assert!(!found.contains("FROM gcr.io"), "{found}");
        let found = made(r#"Runtime r = Runtime.getRuntime(); r.exec("jq x");"#, "", &[]);
        assert!(
            found.contains("? the programs that it starts itself are in the image: jq"),
            "{found}"
        );
        let found = made("Runtime.getRuntime().availableProcessors();", "", &[]);
        assert!(!found.contains('?') && found.contains("FROM gcr.io"), "{found}");
        for code in [
            "ToolProvider.getSystemJavaCompiler();",
            r#"new ProcessBuilder("javac", "A.java");"#,
            "com.sun.tools.attach.VirtualMachine.attach(id);",
        ] {
            let found = made(code, "", &[]);
            assert!(found.starts_with("needs-other: The program "), "{found}");
        }
    }
}
