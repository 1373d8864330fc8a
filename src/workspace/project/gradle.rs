//! Gradle: `settings.gradle`, `build.gradle`, both also as `.kts`, `gradle.properties` and the
//! version catalogue.
//!
//! The scripts are programs, and are not run: what is told is what stands in them as a plain text in
//! a plain place. Plugins of the project itself (`buildSrc`) may set more.
//!
//! Sources: the Gradle documentation of the `java`, `application` and `base` plugins, of Spring
//! Boot's and of shadow.

use std::collections::BTreeMap;

use super::super::{Context, join};
use super::data::{at, entries, text, toml};
use super::lex::{self, GROOVY, KOTLIN, Node, ends, items, lists, literal, mentions, skip_lines};
use super::reader::{Broken, Reader};
use super::{Setting, upwards};

/// How many words and marks the arguments of a call without brackets may be.
const MAX_ARGUMENTS: usize = 1000;
/// The tasks that make archives.
const ARCHIVES: [&str; 5] = ["jar", "war", "bootJar", "bootWar", "shadowJar"];

/// What a `settings.gradle` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Its path in the context.
    pub file: String,
    /// The name of the root project. Without one it is that of its folder.
    pub root_name: Setting,
    /// The paths of the other projects: `app`, `libs:core`.
    pub included: Vec<String>,
    /// Whether all of them are told: none is computed.
    pub knows_included: bool,
}

/// What a `build.gradle` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Its path in the context.
    pub file: String,
    /// The plugins.
    pub plugins: Vec<Plugin>,
    /// Whether all plugins are told: none is computed.
    pub knows_plugins: bool,
    /// The version of the project, also from `gradle.properties` beside it.
    pub version: Setting,
    /// The first part of the archives' names, if it is not the project's name.
    pub archives_name: Setting,
    /// The archives that something is set of, by task.
    pub archives: BTreeMap<&'static str, Archive>,
    /// The name that `installDist` gives the program, if it is not the project's name.
    pub application_name: Setting,
    /// The class that the program begins in.
    pub main_class: Setting,
    /// Whether it may write into another folder than `build`.
    pub may_move_output: bool,
}

/// A plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// Its id: `org.springframework.boot`. What is built in has a short one: `java`.
    pub id: String,
    /// Its version.
    pub version: Setting,
    /// Whether it is only made known for other projects (`apply false`).
    pub is_applied: bool,
}

/// What is set of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// The whole name.
    pub file_name: Setting,
    /// The first part of the name.
    pub base_name: Setting,
    /// The version in the name.
    pub version: Setting,
    /// The last part of the name.
    pub classifier: Setting,
    /// Whether it is made: `true` or `false`.
    pub is_enabled: Setting,
    /// The folder that it is made in.
    pub destination: Setting,
}

impl Build {
    /// Whether a plugin is applied.
    pub fn applies(&self, id: &str) -> bool {
        self.plugins.iter().any(|plugin| plugin.id == id && plugin.is_applied)
    }
}

/// The script of that name in a folder, with its path; no nodes if its brackets do not fit.
type Script = Option<(String, Option<Vec<Node>>)>;

fn script(reader: &mut Reader<'_>, folder: &str, name: &str) -> Result<Script, Broken> {
    for (ending, syntax) in [("gradle", &GROOVY), ("gradle.kts", &KOTLIN)] {
        let file = join(folder, &format!("{name}.{ending}"));
        if let Some(text) = reader.read(&file)? {
            return Ok(Some((file, lex::parse(&text, syntax))));
        }
    }
    Ok(None)
}

/// The `settings.gradle` in a folder; `None` if there is none.
pub fn settings(context: &Context, folder: &str) -> Result<Option<Settings>, Broken> {
    let found = script(&mut Reader::new(context), folder, "settings")?;
    let Some((file, nodes)) = found else { return Ok(None) };
    let Some(nodes) = nodes else {
        return Err(Broken::malformed(&file, "its brackets do not fit together"));
    };
    let mut settings = Settings { file, knows_included: true, ..Settings::default() };
    let names = lex::behind(&nodes, &["rootProject", ".", "name"]);
    settings.root_name = one(names.into_iter().filter_map(value).collect());
    for start in lists(&nodes).into_iter().flat_map(|list| lex::behind(list, &["include"])) {
        let arguments = arguments(start);
        for argument in items(arguments) {
            match literal(argument) {
                Some(path) => settings.included.push(path.trim_start_matches(':').to_owned()),
                None => settings.knows_included = false,
            }
        }
    }
    Ok(Some(settings))
}

/// The arguments of a call: in brackets, or up to the end of the line.
fn arguments(start: &[Node]) -> &[Node] {
    if let Some(inner) = start.first().and_then(|node| node.group('(')) {
        return inner;
    }
    let start = &start[..start.len().min(MAX_ARGUMENTS)];
    let line = start
        .iter()
        .enumerate()
        .position(|(at, node)| *node == Node::Line && !(at > 0 && start[at - 1].is_mark(',')));
    &start[..line.unwrap_or(start.len())]
}

/// The `build.gradle` in a folder; `None` if there is none.
pub fn build(context: &Context, folder: &str) -> Result<Option<Build>, Broken> {
    let mut reader = Reader::new(context);
    let Some((file, nodes)) = script(&mut reader, folder, "build")? else { return Ok(None) };
    let Some(nodes) = nodes else {
        return Err(Broken::malformed(&file, "its brackets do not fit together"));
    };
    let mut build = Build { file, knows_plugins: true, ..Build::default() };
    for list in blocks(&nodes, "plugins") {
        build.take_plugins(list, &mut reader, folder)?;
    }
    build.take_old_plugins(&nodes);

    build.version = setting(&nodes, &["version"], Depth::Top);
    if build.version == Setting::Absent {
        build.version = property(&mut reader, folder, "version")?;
    }
    build.archives_name = setting(&nodes, &["archivesName", "archivesBaseName"], Depth::Any);
    build.application_name = setting(&nodes, &["applicationName"], Depth::Any);
    build.main_class = setting(&nodes, &["mainClass", "mainClassName"], Depth::Any);
    build.may_move_output = ["buildDir", "buildDirectory"].iter().any(|word| sets(&nodes, word));
    for task in ARCHIVES {
        let archive = archive(&nodes, task);
        if archive != Archive::default() {
            build.archives.insert(task, archive);
        }
    }
    Ok(Some(build))
}

impl Build {
    /// Takes what stands in `plugins { ... }`.
    fn take_plugins(
        &mut self,
        list: &[Node],
        reader: &mut Reader<'_>,
        folder: &str,
    ) -> Result<(), Broken> {
        for line in list.split(|node| matches!(node, Node::Line | Node::Mark(';'))) {
            let Some((first, rest)) = line.split_first() else { continue };
            let (id, behind) = match (first, rest) {
                (Node::Word(word), [Node::Text(Some(id)), behind @ ..]) if word == "id" => {
                    (Some((id.clone(), None)), behind)
                }
                (Node::Word(word), [Node::Group('(', inner), behind @ ..]) => {
                    let id = match (word.as_str(), literal(inner)) {
                        ("id", Some(id)) => Some((id.to_owned(), None)),
                        ("kotlin", Some(id)) => Some((format!("org.jetbrains.kotlin.{id}"), None)),
                        ("alias", None) => catalogued(reader, folder, inner)?,
                        _ => None,
                    };
                    (id, behind)
                }
                // What is built in: `java`, `` `java-library` ``.
                (Node::Mark('`'), rest) => {
                    let name = rest.iter().take_while(|node| !node.is_mark('`'));
                    let name = name.map(|node| match node {
                        Node::Word(word) => word.clone(),
                        _ => "-".to_owned(),
                    });
                    (Some((name.collect(), None)), &[][..])
                }
                (Node::Word(word), []) => (Some((word.clone(), None)), rest),
                _ => (None, rest),
            };
            let Some((id, version)) = id else {
                self.knows_plugins = false;
                continue;
            };
            let stated = lex::behind(behind, &["version"]);
            let stated = stated.first().map(|rest| match rest.first() {
                Some(Node::Text(Some(version))) => Setting::Stated(version.clone()),
                _ => Setting::Unknown,
            });
            let version = stated.or(version).unwrap_or(Setting::Absent);
            let is_applied = !mentions(behind, "false");
            self.plugins.push(Plugin { id, version, is_applied });
        }
        Ok(())
    }

    /// Takes `apply plugin: 'x'`.
    fn take_old_plugins(&mut self, nodes: &[Node]) {
        for start in lex::behind(nodes, &["apply"]) {
            let arguments = arguments(start);
            let found = arguments.windows(3).find_map(|nodes| match nodes {
                [Node::Word(word), Node::Mark(':' | '='), Node::Text(Some(id))]
                    if word == "plugin" =>
                {
                    Some(id.clone())
                }
                _ => None,
            });
            match found {
                Some(id) => {
                    self.plugins.push(Plugin { id, version: Setting::Absent, is_applied: true });
                }
                // Another script, or something computed.
                None => self.knows_plugins = false,
            }
        }
    }
}

/// The id and version of a plugin by its name in the version catalogue: `libs.plugins.spring.boot`.
fn catalogued(
    reader: &mut Reader<'_>,
    folder: &str,
    alias: &[Node],
) -> Result<Option<(String, Option<Setting>)>, Broken> {
    let words: Vec<&str> = alias
        .iter()
        .filter_map(|node| match node {
            Node::Word(word) => Some(word.as_str()),
            _ => None,
        })
        .collect();
    let ["libs", "plugins", name @ ..] = &words[..] else { return Ok(None) };
    let name = name.join(".");
    for above in upwards(folder) {
        let file = join(above, "gradle/libs.versions.toml");
        let Some(content) = reader.read(&file)? else { continue };
        let value = toml(&file, &content)?;
        let found = entries(&value, &["plugins"])
            .find(|(key, _)| key.replace(['-', '_'], ".") == name)
            .map(|(_, value)| value);
        let Some(found) = found else { return Ok(None) };
        if let Some((id, version)) = found.as_str().and_then(|short| short.split_once(':')) {
            return Ok(Some((id.to_owned(), Some(Setting::Stated(version.to_owned())))));
        }
        let Some(id) = text(found, &["id"]) else { return Ok(None) };
        let named = text(found, &["version", "ref"]);
        let version = match named {
            Some(name) => at(&value, &["versions", &name]).as_str().map(str::to_owned),
            None => text(found, &["version"]),
        };
        return Ok(Some((id, version.map(Setting::Stated))));
    }
    Ok(None)
}

/// A property of the `gradle.properties` in a folder.
fn property(reader: &mut Reader<'_>, folder: &str, name: &str) -> Result<Setting, Broken> {
    let file = join(folder, "gradle.properties");
    let Some(text) = reader.read(&file)? else { return Ok(Setting::Absent) };
    let mut found = text.lines().filter_map(|line| {
        let (key, value) = line.split_once(['=', ':'])?;
        (key.trim() == name).then(|| value.trim())
    });
    // Of two, the last counts.
    Ok(match found.next_back() {
        Some(value) if value.ends_with('\\') => Setting::Unknown,
        Some(value) => Setting::Stated(value.to_owned()),
        None => Setting::Absent,
    })
}

/// What stands in the blocks `name { ... }`, however the block is asked for: `tasks.named("name")
/// { ... }`, `name.configure { ... }`.
fn blocks<'a>(nodes: &'a [Node], name: &str) -> Vec<&'a [Node]> {
    let mut found = Vec::new();
    for list in lists(nodes) {
        for (at, node) in list.iter().enumerate() {
            let is_named = match node {
                Node::Word(word) => word == name,
                Node::Group('(', inner) => literal(inner) == Some(name),
                _ => false,
            };
            let rest = &list[at + 1..];
            let rest = match rest {
                [Node::Mark('.'), Node::Word(word), rest @ ..] if word == "configure" => rest,
                rest => rest,
            };
            let inner = rest.first().and_then(|node| node.group('{'));
            found.extend(inner.filter(|_| is_named));
        }
    }
    found
}

/// The value behind the name of a setting: `= 'x'`, `.set('x')`, `'x'`, `('x')`. `None` if what
/// stands there sets nothing.
fn value(start: &[Node]) -> Option<Setting> {
    let value = match start {
        [Node::Mark('='), Node::Mark('='), ..] => return None,
        [Node::Mark('='), rest @ ..] => rest,
        [Node::Mark('.'), Node::Word(word), Node::Group('(', inner), ..]
            if matches!(word.as_str(), "set" | "value" | "convention") =>
        {
            inner
        }
        [Node::Text(_), ..] => start,
        [Node::Group('(', inner), ..] => inner,
        _ => return None,
    };
    let text = match skip_lines(value) {
        [Node::Word(word), rest @ ..]
            if matches!(word.as_str(), "true" | "false") && ends(rest) =>
        {
            Some(word.as_str())
        }
        value => literal(value),
    };
    Some(text.map_or(Setting::Unknown, |text| Setting::Stated(text.to_owned())))
}

/// One of several that may be the same.
fn one(mut found: Vec<Setting>) -> Setting {
    found.dedup();
    match found.len() {
        0 => Setting::Absent,
        1 => found.remove(0),
        _ => Setting::Unknown,
    }
}

/// How deep a setting is looked for.
#[derive(Clone, Copy)]
enum Depth {
    /// Where the script's own settings stand, and in `allprojects { ... }`.
    Top,
    /// In all blocks.
    Any,
}

/// What a script says of a setting that goes by some names.
fn setting(nodes: &[Node], names: &[&str], depth: Depth) -> Setting {
    let lists = match depth {
        Depth::Top => {
            let mut found = vec![nodes];
            found.extend(blocks(nodes, "allprojects"));
            found
        }
        Depth::Any => lists(nodes),
    };
    let mut found = Vec::new();
    for list in lists {
        for (at, node) in list.iter().enumerate() {
            let is_named = names.iter().any(|name| node.is_word(name));
            // `project.version`, but not `libs.version`.
            let is_own = match list[..at] {
                [.., Node::Word(ref owner), Node::Mark('.')] => {
                    matches!(owner.as_str(), "project" | "base" | "application" | "this")
                }
                [.., Node::Mark('.')] => false,
                _ => true,
            };
            if is_named && is_own {
                found.extend(value(&list[at + 1..]));
            }
        }
    }
    one(found)
}

/// Whether something is set whose name is a word.
fn sets(nodes: &[Node], word: &str) -> bool {
    lists(nodes).into_iter().any(|list| {
        let places = list.iter().enumerate().filter(|(_, node)| node.is_word(word));
        places.into_iter().any(|(at, _)| match &list[at + 1..] {
            [Node::Mark('='), Node::Mark('='), ..] => false,
            [Node::Mark('='), ..] => true,
            [Node::Mark('.'), Node::Word(method), ..] => method == "set",
            _ => false,
        })
    })
}

/// What is set of the archive that a task makes.
fn archive(nodes: &[Node], task: &str) -> Archive {
    let of = |names: &[&str]| {
        let mut found: Vec<Setting> = Vec::new();
        for block in blocks(nodes, task) {
            match setting(block, names, Depth::Top) {
                Setting::Absent if names.iter().any(|name| mentions(block, name)) => {
                    found.push(Setting::Unknown);
                }
                Setting::Absent => {}
                setting => found.push(setting),
            }
        }
        // `jar.enabled = false`
        for list in lists(nodes) {
            for (at, nodes) in list.windows(3).enumerate() {
                let [Node::Word(own), Node::Mark('.'), Node::Word(name)] = nodes else { continue };
                if own == task && names.contains(&name.as_str()) {
                    found.extend(value(&list[at + 3..]));
                }
            }
        }
        // What is set of all archives at once.
        for block in blocks_of_types(nodes) {
            if names.iter().any(|name| mentions(block, name)) {
                found.push(Setting::Unknown);
            }
        }
        one(found)
    };
    Archive {
        file_name: of(&["archiveFileName", "archiveName"]),
        base_name: of(&["archiveBaseName", "baseName"]),
        version: of(&["archiveVersion", "version"]),
        classifier: of(&["archiveClassifier", "classifier"]),
        is_enabled: of(&["enabled", "isEnabled"]),
        destination: of(&["destinationDirectory", "destinationDir"]),
    }
}

/// What stands in the blocks of `tasks.withType(Jar) { ... }`.
fn blocks_of_types(nodes: &[Node]) -> Vec<&[Node]> {
    let mut found = Vec::new();
    for list in lists(nodes) {
        for start in list.iter().enumerate().filter(|(_, node)| node.is_word("withType")) {
            let line = list[start.0..].iter().take_while(|node| **node != Node::Line);
            let types = ["Jar", "AbstractArchiveTask", "War", "BootJar", "ShadowJar"];
            let line: Vec<_> = line.collect();
            let is_archive = line
                .iter()
                .any(|node| types.iter().any(|name| mentions(std::slice::from_ref(*node), name)));
            let block = line.iter().find_map(|node| node.group('{'));
            found.extend(block.filter(|_| is_archive));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    fn stated(text: &str) -> Setting {
        Setting::Stated(text.to_owned())
    }

    #[track_caller]
    fn read(name: &str, text: &str) -> Build {
        build(&context(&[(name, text)]), "").expect("well-formed").expect("there")
    }

    const GROOVY_BUILD: &str = "plugins {\n    id 'java'\n    id 'org.springframework.boot' version '3.2.0'\n\
        id 'x.y' version \"$v\" apply false\n}\n// version = '0'\ngroup = 'org.example'\nversion = '1.0.0'\n\
        archivesBaseName = 'shop'\nbootJar {\n  archiveFileName = 'app.jar'\n  mainClass = 'x.Main'\n}\n\
        jar.enabled = false\ndependencies { implementation 'a:b:1.0' }\n";

    const KOTLIN_BUILD: &str = "plugins {\n    java\n    `java-library`\n    id(\"com.github.johnrengelman.shadow\") version \"8.1.1\"\n\
        kotlin(\"jvm\") version \"1.9.0\"\n    alias(libs.plugins.spring.boot)\n    application\n}\n\
        version = \"2.0\"\napplication {\n    mainClass.set(\"x.MainKt\")\n    applicationName = \"tool\"\n}\n\
        base { archivesName.set(\"shop\") }\n\
        tasks.named<ShadowJar>(\"shadowJar\") {\n    archiveClassifier.set(\"\")\n    archiveVersion.set(version.toString())\n}\n\
        tasks {\n    jar { enabled = false }\n}\n";

    #[test]
    fn groovy() {
        let build = read("build.gradle", GROOVY_BUILD);
        assert!(build.applies("java") && build.applies("org.springframework.boot"));
        assert!(!build.applies("x.y") && build.knows_plugins);
        assert_eq!(build.plugins[1].version, stated("3.2.0"));
        assert_eq!(build.plugins[2].version, Setting::Unknown);
        assert_eq!(build.version, stated("1.0.0"));
        assert_eq!(build.archives_name, stated("shop"));
        assert_eq!(build.archives["bootJar"].file_name, stated("app.jar"));
        assert_eq!(build.archives["jar"].is_enabled, stated("false"));
        assert_eq!(build.main_class, stated("x.Main"));
        assert_eq!(build.file, "build.gradle");
        assert!(!build.may_move_output);
    }

    #[test]
    fn kotlin() {
        let catalogue = "[versions]\nboot = \"3.3.1\"\n[plugins]\n\
            spring-boot = { id = \"org.springframework.boot\", version.ref = \"boot\" }\n";
        let context = context(&[
            ("app/build.gradle.kts", KOTLIN_BUILD),
            ("gradle/libs.versions.toml", catalogue),
        ]);
        let build = build(&context, "app").expect("well-formed").expect("there");
        let ids: Vec<_> = build.plugins.iter().map(|plugin| plugin.id.as_str()).collect();
        let expected = [
            "java",
            "java-library",
            "com.github.johnrengelman.shadow",
            "org.jetbrains.kotlin.jvm",
            "org.springframework.boot",
            "application",
        ];
        assert_eq!(ids, expected);
        assert_eq!(build.plugins[4].version, stated("3.3.1"));
        assert_eq!(build.version, stated("2.0"));
        assert_eq!(build.archives_name, stated("shop"));
        assert_eq!(build.application_name, stated("tool"));
        assert_eq!(build.main_class, stated("x.MainKt"));
        let shadow = &build.archives["shadowJar"];
        assert_eq!((&shadow.classifier, &shadow.version), (&stated(""), &Setting::Unknown));
        assert_eq!(build.archives["jar"].is_enabled, stated("false"));
    }

    #[test]
    fn what_is_computed_is_not_known() {
        let version = |text| read("build.gradle", text).version;
        assert_eq!(version("version = '1.' + x"), Setting::Unknown);
        assert_eq!(version("version = \"1.$x\""), Setting::Unknown);
        assert_eq!(version("version = findProperty('v') ?: '1'"), Setting::Unknown);
        assert_eq!(version("version '1.2'"), stated("1.2"));
        assert_eq!(version("project.version = '1.2'"), stated("1.2"));
        assert_eq!(version("allprojects { version = '1.2' }"), stated("1.2"));
        assert_eq!(version("ext.version = '1.2'\nif (version == '1') { }"), Setting::Absent);
        let build = read(
            "build.gradle",
            "apply plugin: 'war'\napply from: 'x.gradle'\nbuildDir = 'out'\ntasks.withType(Jar) { archiveVersion = '' }",
        );
        assert!(build.applies("war") && !build.knows_plugins && build.may_move_output);
        assert_eq!(build.archives["jar"].version, Setting::Unknown);
        let build = read("build.gradle", "bootJar { if (x) { archiveFileName = 'a.jar' } }");
        assert_eq!(build.archives["bootJar"].file_name, Setting::Unknown);
    }

    #[test]
    fn settings_and_properties() {
        let text = "rootProject.name = 'shop' // x\ninclude 'app', ':libs:core',\n    'web'\ninclude(\"z\")\n";
        let found =
            settings(&context(&[("settings.gradle", text)]), "").expect("read").expect("there");
        assert_eq!(found.root_name, stated("shop"));
        assert_eq!(found.included, ["app", "libs:core", "web", "z"]);
        assert!(found.knows_included);
        let text = "rootProject.name = name()\nlist.forEach { include(it) }";
        let found =
            settings(&context(&[("settings.gradle.kts", text)]), "").expect("read").expect("there");
        assert_eq!(found.root_name, Setting::Unknown);
        assert!(!found.knows_included);
        let files = [("build.gradle", ""), ("gradle.properties", "# x\nversion = 3.1\n")];
        let found = build(&context(&files), "").expect("read").expect("there");
        assert_eq!(found.version, stated("3.1"));
    }

    #[test]
    fn broken_files() {
        let context = context(&[("build.gradle", "jar {"), ("settings.gradle.kts", ")")]);
        assert_eq!(build(&context, "").expect_err("broken").file, "build.gradle");
        assert_eq!(settings(&context, "").expect_err("broken").file, "settings.gradle.kts");
        assert_eq!(build(&context, "x"), Ok(None));
    }
}
