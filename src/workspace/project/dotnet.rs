//! .NET: `*.csproj`, `*.fsproj`, `*.vbproj` and `Directory.Build.props`.
//!
//! Source: the MSBuild reference (properties, conditions), the properties of the .NET SDK.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::super::{Context, join};
use super::reader::{Broken, Reader};
use super::{Setting, base_name, parent, upwards};

/// How much an element may hold: a file with more is no project.
const MAX_NODES: u32 = 100_000;
/// How long a text may become by what stands in for its properties, in bytes.
const MAX_TEXT: usize = 4096;
/// The endings of project files.
const ENDINGS: [&str; 3] = [".csproj", ".fsproj", ".vbproj"];

/// What a project file and the `Directory.Build.props` above it state. A property that is set only
/// under a condition is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Its path in the context.
    pub file: String,
    /// Its name: that of the file without the ending.
    pub name: String,
    /// The `Directory.Build.props` that counts.
    pub props: Option<String>,
    /// The SDK that builds it: `Microsoft.NET.Sdk.Web`.
    pub sdk: Option<String>,
    /// What it is built for: `net8.0`. Several if it is built several times.
    pub target_frameworks: Vec<String>,
    /// The packages that it needs.
    pub packages: Vec<String>,
    /// The projects that it needs, as they are written but with `/`.
    pub projects: Vec<String>,
    /// Whether it takes in other files, which may set more.
    pub has_imports: bool,
    properties: BTreeMap<String, Setting>,
}

impl Project {
    /// A property, by its name in any letter case: `OutputType`, `PublishAot`, `SelfContained`,
    /// `RuntimeIdentifier`, `InvariantGlobalization`, ...
    pub fn property(&self, name: &str) -> Setting {
        self.properties.get(&name.to_lowercase()).cloned().unwrap_or_default()
    }

    /// Whether a property is `true`; `None` if that is not known.
    pub fn is_true(&self, name: &str) -> Option<bool> {
        let value = self.property(name);
        value.or_default("false").map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The name of the file that it makes, without `.dll`.
    pub fn assembly_name(&self) -> Option<String> {
        self.property("AssemblyName").or_default(&self.name).map(str::to_owned)
    }

    /// Whether it is for the web.
    pub fn is_web(&self) -> bool {
        self.sdk.as_deref().is_some_and(|sdk| sdk.eq_ignore_ascii_case("Microsoft.NET.Sdk.Web"))
    }
}

/// The project files in a folder, by their paths in the context.
pub fn project_files(context: &Context, folder: &str) -> Result<Vec<String>, Broken> {
    let names = Reader::new(context).file_names(folder)?.into_iter();
    let names = names.filter(|name| ENDINGS.iter().any(|ending| name.ends_with(ending)));
    Ok(names.map(|name| join(folder, &name)).collect())
}

/// The project file at a path of the context; `None` if there is none.
pub fn project(context: &Context, path: &str) -> Result<Option<Project>, Broken> {
    let mut reader = Reader::new(context);
    let Some(text) = reader.read(path)? else { return Ok(None) };
    let file_name = base_name(path);
    let name = ENDINGS.iter().find_map(|ending| file_name.strip_suffix(ending));
    let mut project = Project {
        file: path.to_owned(),
        name: name.unwrap_or(file_name).to_owned(),
        ..Project::default()
    };
    project.set("MSBuildProjectName", Setting::Stated(project.name.clone()));
    // The nearest one counts, and comes first.
    for above in upwards(parent(path)) {
        let file = join(above, "Directory.Build.props");
        let Some(text) = reader.read(&file)? else { continue };
        project.take(&document(&file, &text)?.root_element());
        project.props = Some(file);
        break;
    }
    project.take(&document(path, &text)?.root_element());
    let one = project.property("TargetFramework");
    let several = project.property("TargetFrameworks");
    let frameworks = several.stated().or(one.stated()).unwrap_or_default();
    let frameworks = frameworks.split(';').map(str::trim).filter(|name| !name.is_empty());
    project.target_frameworks = frameworks.map(str::to_owned).collect();
    Ok(Some(project))
}

fn document<'a>(file: &str, text: &'a str) -> Result<Document<'a>, Broken> {
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| Broken::malformed(file, error))
}

impl Project {
    fn set(&mut self, name: &str, value: Setting) {
        self.properties.insert(name.to_lowercase(), value);
    }

    /// Takes what a file states, in its order.
    fn take(&mut self, root: &Node<'_, '_>) {
        if let Some(sdk) = root.attribute("Sdk") {
            // It may have a version behind it.
            self.sdk = sdk.split('/').next().map(str::to_owned);
        }
        for node in root.children().filter(Node::is_element) {
            let is_conditional = node.has_attribute("Condition");
            match node.tag_name().name() {
                "PropertyGroup" => self.take_properties(&node, is_conditional),
                "ItemGroup" => self.take_items(&node),
                "Sdk" => self.sdk = node.attribute("Name").map(str::to_owned),
                "Import" => match node.attribute("Sdk") {
                    Some(sdk) => self.sdk = Some(sdk.to_owned()),
                    None => self.has_imports = true,
                },
                // It has conditions in it.
                "Choose" => self.has_imports = true,
                _ => {}
            }
        }
    }

    fn take_properties(&mut self, group: &Node<'_, '_>, is_conditional: bool) {
        for node in group.children().filter(Node::is_element) {
            let name = node.tag_name().name();
            let value = self.resolved(node.text().unwrap_or_default().trim());
            let value = value.map_or(Setting::Unknown, Setting::Stated);
            let is_conditional = is_conditional || node.has_attribute("Condition");
            if !is_conditional {
                self.set(name, value);
            } else if self.property(name) != value {
                self.set(name, Setting::Unknown);
            }
        }
    }

    fn take_items(&mut self, group: &Node<'_, '_>) {
        for node in group.children().filter(Node::is_element) {
            let Some(item) = node.attribute("Include") else { continue };
            match node.tag_name().name() {
                "PackageReference" => self.packages.push(item.to_owned()),
                "ProjectReference" => self.projects.push(item.replace('\\', "/")),
                _ => {}
            }
        }
    }

    /// A text with its properties replaced; `None` if one is not known.
    fn resolved(&self, text: &str) -> Option<String> {
        let mut done = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("$(") {
            let (name, behind) = behind.split_once(')')?;
            done.push_str(before);
            // What is not set is empty, but a file that is not read may set it.
            done.push_str(self.properties.get(&name.to_lowercase())?.stated()?);
            rest = behind;
            if done.len() > MAX_TEXT {
                return None;
            }
        }
        done.push_str(rest);
        Some(done)
    }
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    fn read(files: &[(&str, &str)], path: &str) -> Project {
        project(&context(files), path).expect("well-formed").expect("there")
    }

    const WEB: &str = "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n<PropertyGroup>\
        <TargetFramework>net8.0</TargetFramework><AssemblyName>$(Company).$(MSBuildProjectName)</AssemblyName>\
        <InvariantGlobalization>true</InvariantGlobalization></PropertyGroup>\
        <PropertyGroup Condition=\"'$(Configuration)' == 'Release'\"><SelfContained>true</SelfContained>\
        <InvariantGlobalization>true</InvariantGlobalization></PropertyGroup>\
        <ItemGroup><PackageReference Include=\"Npgsql\" Version=\"8.0.0\" />\
        <ProjectReference Include=\"..\\Core\\Core.csproj\" /></ItemGroup></Project>";

    #[test]
    fn a_web_project() {
        let props = "<Project><PropertyGroup><Company>Acme</Company></PropertyGroup></Project>";
        let files = [
            ("src/Shop/Shop.csproj", WEB),
            ("src/Directory.Build.props", props),
            ("Directory.Build.props", "not read"),
        ];
        let found = read(&files, "src/Shop/Shop.csproj");
        assert_eq!(found.assembly_name().as_deref(), Some("Acme.Shop"));
        assert_eq!(found.target_frameworks, ["net8.0"]);
        assert_eq!(found.props.as_deref(), Some("src/Directory.Build.props"));
        assert_eq!(found.packages, ["Npgsql"]);
        assert_eq!(found.projects, ["../Core/Core.csproj"]);
        assert!(found.is_web() && !found.has_imports);
        assert_eq!(found.is_true("invariantGlobalization"), Some(true));
        assert_eq!(found.is_true("SelfContained"), None);
        assert_eq!(found.is_true("PublishAot"), Some(false));
        assert_eq!(found.property("OutputType"), Setting::Absent);

        let alone = read(&files[..1], "src/Shop/Shop.csproj");
        assert_eq!(alone.assembly_name(), None);
        let context = context(&files);
        assert_eq!(project_files(&context, "src/Shop"), Ok(vec!["src/Shop/Shop.csproj".into()]));
    }

    #[test]
    fn other_projects() {
        let text = "<Project><Sdk Name=\"Microsoft.NET.Sdk\" /><Import Project=\"x.props\" /><PropertyGroup>\
            <TargetFrameworks>net6.0; net8.0</TargetFrameworks><OutputType>Exe</OutputType>\
            <RuntimeIdentifier>linux-x64</RuntimeIdentifier></PropertyGroup></Project>";
        let found = read(&[("a.fsproj", text)], "a.fsproj");
        assert_eq!(found.target_frameworks, ["net6.0", "net8.0"]);
        assert_eq!(found.sdk.as_deref(), Some("Microsoft.NET.Sdk"));
        assert_eq!(found.assembly_name().as_deref(), Some("a"));
        assert_eq!(found.property("RuntimeIdentifier"), Setting::Stated("linux-x64".into()));
        assert!(found.has_imports && !found.is_web());
    }

    #[test]
    fn broken_files() {
        let context = context(&[
            ("a.csproj", "<Project>"),
            ("b/b.csproj", WEB),
            ("b/Directory.Build.props", ""),
        ]);
        assert_eq!(project(&context, "a.csproj").expect_err("broken").file, "a.csproj");
        let broken = project(&context, "b/b.csproj").expect_err("broken");
        assert_eq!(broken.file, "b/Directory.Build.props");
        assert_eq!(project(&context, "none.csproj"), Ok(None));
    }
}
