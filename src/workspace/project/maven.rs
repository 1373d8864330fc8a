//! Maven: `pom.xml`.
//!
//! Sources: the Maven POM reference (inheritance, properties), the goals of the plugins `jar`,
//! `shade`, `assembly`, of Spring Boot and of Quarkus.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::super::{Context, join};
use super::reader::{Broken, Reader};
use super::{Setting, parent, resolve};

/// How many files may inherit from one another.
const MAX_PARENTS: usize = 8;
/// How many properties may stand in for one another.
const MAX_PROPERTIES: usize = 8;
/// How much an element may hold: a file with more is no manifest.
const MAX_NODES: u32 = 100_000;
/// How long a text may become by what stands in for its properties, in bytes.
const MAX_TEXT: usize = 4096;

/// What a `pom.xml` states. Properties are looked up in it and in its parents; a text with one that
/// is not found there is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pom {
    /// Its path in the context.
    pub file: String,
    /// Its group: its own or its parent's.
    pub group: Option<String>,
    /// Its name.
    pub artifact: Option<String>,
    /// Its version: its own or its parent's.
    pub version: Option<String>,
    /// What it makes: `jar`, `war`, `pom`, ...
    pub packaging: Setting,
    /// The name of the file that it makes, without the ending.
    pub final_name: Setting,
    /// The folder of the output, if it is not `target`.
    pub directory: Setting,
    /// The folders of its modules, as they are written.
    pub modules: Vec<String>,
    /// What it inherits from.
    pub parent: Option<Parent>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// The plugins of its build.
    pub plugins: Vec<Plugin>,
    /// How plugins are set up where they are used (`pluginManagement`).
    pub managed_plugins: Vec<Plugin>,
    /// Its properties, as they are written.
    pub properties: BTreeMap<String, String>,
    /// The names of its profiles that change its build.
    pub building_profiles: Vec<String>,
}

/// What a `pom.xml` inherits from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parent {
    /// Its group.
    pub group: Option<String>,
    /// Its name.
    pub artifact: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Where it is looked for first, as it is written; without that, `../pom.xml`.
    pub relative_path: Option<String>,
}

impl Parent {
    /// Whether it sets up the plugins of Spring Boot.
    pub fn is_spring_boot(&self) -> bool {
        self.artifact.as_deref() == Some("spring-boot-starter-parent")
    }
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// `group:name`, as it is written.
    pub name: String,
    /// When it is needed: `compile`, `provided`, `runtime`, `test`, ...
    pub scope: Setting,
}

/// A plugin of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plugin {
    /// Its name: `maven-shade-plugin`.
    pub artifact: String,
    /// When it does what.
    pub executions: Vec<Execution>,
    /// Its configuration for all of that.
    pub configuration: Configuration,
}

/// When a plugin does what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    /// Its name.
    pub id: Option<String>,
    /// The phase of the build. `none` switches it off.
    pub phase: Option<String>,
    /// What the plugin does: `repackage`, `shade`, `single`.
    pub goals: Vec<String>,
    /// Its configuration.
    pub configuration: Configuration,
}

/// What of a plugin's configuration says which file comes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// `finalName`
    pub final_name: Setting,
    /// `classifier`
    pub classifier: Setting,
    /// `outputFile` of shade.
    pub output_file: Setting,
    /// `outputDirectory`
    pub output_directory: Setting,
    /// `shadedArtifactAttached` of shade.
    pub shaded_artifact_attached: Setting,
    /// `shadedClassifierName` of shade.
    pub shaded_classifier_name: Setting,
    /// `appendAssemblyId` of assembly.
    pub append_assembly_id: Setting,
    /// `descriptorRefs` of assembly.
    pub descriptor_refs: Vec<String>,
    /// `skip`
    pub skip: Setting,
    /// `mainClass`, also the one in `archive/manifest` or in a transformer of shade.
    pub main_class: Setting,
}

/// The `pom.xml` in a folder and those that it inherits from as far as the context has them, itself
/// first; empty if there is none.
pub fn lineage(context: &Context, folder: &str) -> Result<Vec<Pom>, Broken> {
    let mut reader = Reader::new(context);
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut next = Some(join(folder, "pom.xml"));
    while let Some(file) = next.take() {
        let is_known = texts.iter().any(|(other, _)| *other == file);
        if is_known || texts.len() == MAX_PARENTS {
            break;
        }
        let Some(text) = reader.read(&file)? else { break };
        next = {
            let document = document(&file, &text)?;
            let root = document.root_element();
            // A file at the place of the parent need not be it.
            let is_wanted = texts.last().is_none_or(|(_, child)| is_parent(&root, child));
            if !is_wanted {
                break;
            }
            parent_file(&reader, &file, &root)
        };
        texts.push((file, text));
    }
    read_all(&texts)
}

/// Reads the files of a lineage. What stands for a property is what it is for the first of them.
fn read_all(texts: &[(String, String)]) -> Result<Vec<Pom>, Broken> {
    let mut documents = Vec::new();
    for (file, text) in texts {
        documents.push((file, document(file, text)?));
    }
    let mut properties = BTreeMap::new();
    for (_, document) in documents.iter().rev() {
        properties.extend(properties_of(&document.root_element()));
    }
    if let Some((_, document)) = documents.first() {
        properties.extend(model_properties(&document.root_element()));
    }
    let poms = documents.iter();
    Ok(poms.map(|(file, document)| pom(file, &document.root_element(), &properties)).collect())
}

fn document<'a>(file: &str, text: &'a str) -> Result<Document<'a>, Broken> {
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| Broken::malformed(file, error))
}

/// The place of the parent in the context.
fn parent_file(reader: &Reader<'_>, file: &str, root: &Node<'_, '_>) -> Option<String> {
    let stated = text(&child(root, "parent")?, "relativePath");
    let path = resolve(parent(file), stated.as_deref().unwrap_or("../pom.xml"))?;
    if reader.is_folder(&path) { Some(join(&path, "pom.xml")) } else { Some(path) }
}

/// Whether a `pom.xml` is what the one in `child_text` inherits from.
fn is_parent(root: &Node<'_, '_>, child_text: &str) -> bool {
    let Ok(document) = Document::parse(child_text) else { return false };
    let wanted = child(&document.root_element(), "parent");
    wanted.is_some_and(|wanted| text(&wanted, "artifactId") == text(root, "artifactId"))
}

fn child<'a, 'input>(node: &Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// The elements at a path of names.
fn children<'a, 'input>(
    node: &Node<'a, 'input>,
    path: &[&str],
) -> impl Iterator<Item = Node<'a, 'input>> {
    let (outer, last) = match path {
        [outer @ .., last] => (outer, *last),
        [] => (path, ""),
    };
    let found = outer.iter().try_fold(*node, |node, name| child(&node, name));
    let last = last.to_owned();
    let inner = found.into_iter().flat_map(|node| node.children());
    inner.filter(move |child| child.tag_name().name() == last)
}

/// The text in a child, without blanks around.
fn text(node: &Node<'_, '_>, name: &str) -> Option<String> {
    let text = child(node, name)?.text().unwrap_or_default().trim();
    Some(text.to_owned())
}

fn properties_of(root: &Node<'_, '_>) -> BTreeMap<String, String> {
    let inner = child(root, "properties").into_iter().flat_map(|node| node.children());
    let elements = inner.filter(Node::is_element);
    elements
        .map(|node| {
            let value = node.text().unwrap_or_default().trim().to_owned();
            (node.tag_name().name().to_owned(), value)
        })
        .collect()
}

/// The properties that stand for parts of the file itself.
fn model_properties(root: &Node<'_, '_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let parent = child(root, "parent");
    for name in ["groupId", "artifactId", "version"] {
        let of_parent = parent.and_then(|parent| text(&parent, name));
        let own = text(root, name).or_else(|| of_parent.clone());
        for (key, value) in [("project", own), ("project.parent", of_parent)] {
            if let Some(value) = value {
                found.insert(format!("{key}.{name}"), value);
            }
        }
    }
    let build = child(root, "build");
    if let Some(name) = build.and_then(|build| text(&build, "finalName")) {
        found.insert("project.build.finalName".to_owned(), name);
    }
    let name = text(root, "name").or_else(|| found.get("project.artifactId").cloned());
    found.extend(name.map(|name| ("project.name".to_owned(), name)));
    let directory = build.and_then(|build| text(&build, "directory"));
    let directory = directory.unwrap_or_else(|| "target".to_owned());
    found.insert("project.build.directory".to_owned(), directory);
    found
}

/// A text with its properties replaced; `None` if one is not there.
fn resolved(text: &str, properties: &BTreeMap<String, String>) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..MAX_PROPERTIES {
        let Some((before, rest)) = text.split_once("${") else { return Some(text) };
        let (name, behind) = rest.split_once('}')?;
        let name = name.strip_prefix("pom.").map_or(name.to_owned(), |n| format!("project.{n}"));
        let value = properties.get(&name)?;
        if text.len() + value.len() > MAX_TEXT {
            return None;
        }
        text = format!("{before}{value}{behind}");
    }
    None
}

fn pom(file: &str, root: &Node<'_, '_>, properties: &BTreeMap<String, String>) -> Pom {
    let known = |node: &Node<'_, '_>, name: &str| {
        text(node, name).and_then(|text| resolved(&text, properties))
    };
    let setting = |node: Option<Node<'_, '_>>, name: &str| {
        node.map_or(Setting::Absent, |node| setting(&node, name, properties))
    };
    let parent = child(root, "parent");
    let inherited = |name| parent.and_then(|parent| known(&parent, name));
    let build = child(root, "build");
    let plugins = |path: &[&str]| {
        children(root, path).map(|node| plugin(&node, properties)).collect::<Vec<_>>()
    };
    let profiles = children(root, &["profiles", "profile"]);
    Pom {
        file: file.to_owned(),
        group: known(root, "groupId").or_else(|| inherited("groupId")),
        artifact: known(root, "artifactId"),
        version: match text(root, "version") {
            Some(version) => resolved(&version, properties),
            None => inherited("version"),
        },
        packaging: setting(Some(*root), "packaging"),
        final_name: setting(build, "finalName"),
        directory: setting(build, "directory"),
        modules: children(root, &["modules", "module"])
            .filter_map(|node| resolved(node.text()?.trim(), properties))
            .collect(),
        parent: parent.map(|parent| Parent {
            group: known(&parent, "groupId"),
            artifact: known(&parent, "artifactId"),
            version: known(&parent, "version"),
            relative_path: text(&parent, "relativePath"),
        }),
        dependencies: children(root, &["dependencies", "dependency"])
            .map(|node| Dependency {
                name: format!(
                    "{}:{}",
                    known(&node, "groupId").unwrap_or_default(),
                    known(&node, "artifactId").unwrap_or_default()
                ),
                scope: setting(Some(node), "scope"),
            })
            .collect(),
        plugins: plugins(&["build", "plugins", "plugin"]),
        managed_plugins: plugins(&["build", "pluginManagement", "plugins", "plugin"]),
        properties: properties_of(root),
        building_profiles: profiles
            .filter(|profile| child(profile, "build").is_some())
            .map(|profile| text(&profile, "id").unwrap_or_default())
            .collect(),
    }
}

/// What a child states.
fn setting(node: &Node<'_, '_>, name: &str, properties: &BTreeMap<String, String>) -> Setting {
    match text(node, name).as_deref() {
        None | Some("") => Setting::Absent,
        Some(text) => resolved(text, properties).map_or(Setting::Unknown, Setting::Stated),
    }
}

fn plugin(node: &Node<'_, '_>, properties: &BTreeMap<String, String>) -> Plugin {
    let executions = children(node, &["executions", "execution"]).map(|execution| Execution {
        id: text(&execution, "id"),
        phase: text(&execution, "phase"),
        goals: children(&execution, &["goals", "goal"])
            .filter_map(|goal| Some(goal.text()?.trim().to_owned()))
            .collect(),
        configuration: configuration(&execution, properties),
    });
    Plugin {
        artifact: text(node, "artifactId").unwrap_or_default(),
        executions: executions.collect(),
        configuration: configuration(node, properties),
    }
}

/// The configuration in a plugin or an execution.
fn configuration(node: &Node<'_, '_>, properties: &BTreeMap<String, String>) -> Configuration {
    let Some(node) = child(node, "configuration") else { return Configuration::default() };
    let own = |name| setting(&node, name, properties);
    let main_class = node.descendants().find(|inner| inner.tag_name().name() == "mainClass");
    let main_class = main_class.and_then(|inner| inner.parent());
    Configuration {
        final_name: own("finalName"),
        classifier: own("classifier"),
        output_file: own("outputFile"),
        output_directory: own("outputDirectory"),
        shaded_artifact_attached: own("shadedArtifactAttached"),
        shaded_classifier_name: own("shadedClassifierName"),
        append_assembly_id: own("appendAssemblyId"),
        descriptor_refs: children(&node, &["descriptorRefs", "descriptorRef"])
            .filter_map(|node| resolved(node.text()?.trim(), properties))
            .collect(),
        skip: own("skip"),
        main_class: main_class
            .map_or(Setting::Absent, |outer| setting(&outer, "mainClass", properties)),
    }
}

/// The name of the file that the first of a lineage makes, without its ending: what it or one that
/// it inherits from states, or else its name and version. `None` if that is not known, also because
/// a parent is not in the context that might state it.
pub fn final_name(lineage: &[Pom]) -> Option<String> {
    let first = lineage.first()?;
    for pom in lineage {
        match &pom.final_name {
            Setting::Stated(name) => return Some(name.clone()),
            Setting::Unknown => return None,
            Setting::Absent => {}
        }
    }
    // What is common leaves the name alone; of another parent nothing is known.
    let last = lineage.last()?.parent.as_ref();
    let is_known = last.is_none_or(|parent| {
        let group = parent.group.as_deref().unwrap_or_default();
        ["org.springframework.boot", "io.quarkus", "io.micronaut.platform"].contains(&group)
    });
    let name = format!("{}-{}", first.artifact.as_deref()?, first.version.as_deref()?);
    is_known.then_some(name)
}

/// What is said of a plugin that the first of a lineage uses, itself or through one that it
/// inherits from; the nearest first, and how it is set up elsewhere behind. Empty if it is not used.
pub fn plugin_of<'a>(lineage: &'a [Pom], artifact: &str) -> Vec<&'a Plugin> {
    let of = |plugins: &'a [Plugin]| plugins.iter().filter(|plugin| plugin.artifact == artifact);
    let mut found: Vec<_> = lineage.iter().flat_map(|pom| of(&pom.plugins)).collect();
    if !found.is_empty() {
        found.extend(lineage.iter().flat_map(|pom| of(&pom.managed_plugins)));
    }
    found
}

/// Whether the file of the first of a lineage becomes a Spring Boot archive with all that it needs:
/// the plugin is used, and something makes it repackage.
pub fn is_spring_boot(lineage: &[Pom]) -> bool {
    let plugins = plugin_of(lineage, "spring-boot-maven-plugin");
    let is_bound = plugins
        .iter()
        .flat_map(|plugin| &plugin.executions)
        .any(|execution| execution.goals.iter().any(|goal| goal == "repackage"));
    let parents = lineage.iter().filter_map(|pom| pom.parent.as_ref());
    let is_skipped = plugins.iter().any(|plugin| {
        let of_executions = plugin.executions.iter().map(|execution| &execution.configuration);
        let mut all = of_executions.chain([&plugin.configuration]);
        all.any(|configuration| !matches!(configuration.skip.or_default("false"), Some("false")))
    });
    !plugins.is_empty()
        && !is_skipped
        && (is_bound || parents.into_iter().any(Parent::is_spring_boot))
}

/// The kind of package that Quarkus makes: `fast-jar`, `uber-jar`, `legacy-jar`, `native`.
pub fn quarkus_package(lineage: &[Pom]) -> Setting {
    const NAMES: [&str; 2] = ["quarkus.package.jar.type", "quarkus.package.type"];
    for pom in lineage {
        let stated = NAMES.into_iter().find_map(|name| pom.properties.get(name));
        match stated {
            Some(kind) if kind.contains("${") => return Setting::Unknown,
            Some(kind) => return Setting::Stated(kind.clone()),
            None => {}
        }
    }
    Setting::Absent
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    const BOOT: &str = "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n\
        <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>\
        <version>3.2.0</version><relativePath/></parent>\n\
        <groupId>org.example</groupId><artifactId> shop </artifactId><version>${revision}</version>\n\
        <properties><revision>1.2.${patch}</revision><patch>3</patch></properties>\n\
        <dependencies><dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId>\
        <scope>runtime</scope></dependency></dependencies>\n\
        <build><plugins><plugin><groupId>org.springframework.boot</groupId>\
        <artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>";

    fn read(files: &[(&str, &str)], folder: &str) -> Vec<Pom> {
        lineage(&context(files), folder).expect("well-formed")
    }

    fn stated(text: &str) -> Setting {
        Setting::Stated(text.to_owned())
    }

    #[test]
    fn a_spring_boot_project() {
        let lineage = read(&[("a/pom.xml", BOOT)], "a");
        let pom = &lineage[0];
        assert_eq!(pom.file, "a/pom.xml");
        assert_eq!(pom.artifact.as_deref(), Some("shop"));
        assert_eq!(pom.version.as_deref(), Some("1.2.3"));
        assert_eq!(pom.packaging, Setting::Absent);
        assert_eq!(pom.dependencies[0].name, "org.postgresql:postgresql");
        assert_eq!(pom.dependencies[0].scope, stated("runtime"));
        assert!(pom.parent.as_ref().is_some_and(Parent::is_spring_boot));
        assert!(is_spring_boot(&lineage));
        assert_eq!(final_name(&lineage).as_deref(), Some("shop-1.2.3"));
    }

    const ROOT: &str = "<project><groupId>g</groupId><artifactId>root</artifactId><version>${revision}</version>\
        <packaging>pom</packaging><modules><module>app</module><module>lib</module></modules>\
        <properties><revision>2.0</revision></properties>\
        <build><finalName>${project.artifactId}</finalName><pluginManagement><plugins><plugin>\
        <artifactId>maven-shade-plugin</artifactId><configuration><finalName>all</finalName></configuration>\
        </plugin></plugins></pluginManagement></build></project>";

    const APP: &str = "<project><parent><groupId>g</groupId><artifactId>root</artifactId><version>${revision}</version></parent>\
        <artifactId>app</artifactId><build><plugins><plugin><artifactId>maven-shade-plugin</artifactId>\
        <executions><execution><phase>package</phase><goals><goal>shade</goal></goals><configuration>\
        <shadedArtifactAttached>true</shadedArtifactAttached><shadedClassifierName>all</shadedClassifierName>\
        <outputFile>${project.build.directory}/x.jar</outputFile><classifier>${unknown}</classifier>\
        <transformers><transformer><mainClass>x.Main</mainClass></transformer></transformers>\
        </configuration></execution></executions></plugin></plugins></build></project>";

    #[test]
    fn modules_and_parents() {
        let files = [("pom.xml", ROOT), ("app/pom.xml", APP), ("lib/x", "")];
        let lineage = read(&files, "app");
        assert_eq!(lineage.len(), 2);
        assert_eq!(lineage[0].version.as_deref(), Some("2.0"));
        assert_eq!(lineage[0].group.as_deref(), Some("g"));
        assert_eq!(final_name(&lineage).as_deref(), Some("app"));
        assert_eq!(lineage[1].modules, ["app", "lib"]);
        let shade = plugin_of(&lineage, "maven-shade-plugin");
        assert_eq!(shade.len(), 2);
        let execution = &shade[0].executions[0];
        assert_eq!(execution.goals, ["shade"]);
        assert_eq!(execution.configuration.shaded_artifact_attached, stated("true"));
        assert_eq!(execution.configuration.output_file, stated("target/x.jar"));
        assert_eq!(execution.configuration.classifier, Setting::Unknown);
        assert_eq!(execution.configuration.main_class, stated("x.Main"));
        assert_eq!(shade[1].configuration.final_name, stated("all"));
        assert!(plugin_of(&lineage[1..], "maven-shade-plugin").is_empty(), "only set up");

        // What is not there may state a name.
        let alone = read(&[("app/pom.xml", APP)], "app");
        assert_eq!(final_name(&alone), None);
        let other = read(&[("app/pom.xml", APP), ("pom.xml", BOOT)], "app");
        assert_eq!(other.len(), 1);
    }

    #[test]
    fn assemblies_and_quarkus() {
        let text = "<project><artifactId>a</artifactId><version>1</version><packaging>war</packaging>\
            <properties><quarkus.package.type>uber-jar</quarkus.package.type></properties>\
            <build><plugins><plugin><artifactId>maven-assembly-plugin</artifactId><configuration>\
            <descriptorRefs><descriptorRef>jar-with-dependencies</descriptorRef></descriptorRefs>\
            <appendAssemblyId>false</appendAssemblyId><archive><manifest><mainClass>x.Y</mainClass></manifest></archive>\
            </configuration></plugin></plugins></build>\
            <profiles><profile><id>native</id><build/></profile><profile><id>x</id></profile></profiles></project>";
        let lineage = read(&[("pom.xml", text)], "");
        assert_eq!(quarkus_package(&lineage), stated("uber-jar"));
        let configuration = &plugin_of(&lineage, "maven-assembly-plugin")[0].configuration;
        assert_eq!(configuration.descriptor_refs, ["jar-with-dependencies"]);
        assert_eq!(configuration.append_assembly_id, stated("false"));
        assert_eq!(configuration.main_class, stated("x.Y"));
        assert_eq!(lineage[0].packaging, stated("war"));
        assert_eq!(lineage[0].building_profiles, ["native"]);
        assert!(!is_spring_boot(&lineage));
        assert_eq!(final_name(&lineage).as_deref(), Some("a-1"));
    }

    #[test]
    fn broken_and_odd_files() {
        assert_eq!(read(&[], ""), []);
        for broken in ["", "<project>", "<a></b>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"] {
            let broken = lineage(&context(&[("pom.xml", broken)]), "").expect_err("broken");
            assert_eq!(broken.file, "pom.xml");
        }
        let round = "<project><artifactId>a</artifactId><version>${x}</version>\
            <properties><x>${y}${y}</x><y>${x}${x}</y></properties></project>";
        assert_eq!(read(&[("pom.xml", round)], "")[0].version, None);
        let deep = "<a>".repeat(90_000);
        assert!(lineage(&context(&[("pom.xml", &deep)]), "").is_err());
        let deep = format!("{}{}", "<a>".repeat(90_000), "</a>".repeat(90_000));
        let _ = lineage(&context(&[("pom.xml", &deep)]), "");
    }
}
