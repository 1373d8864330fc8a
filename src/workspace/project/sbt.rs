//! Scala: `build.sbt` and `project/plugins.sbt`.
//!
//! Sources: the sbt reference manual, the documentation of sbt-assembly and sbt-native-packager.

use super::super::{Context, join};
use super::Setting;
use super::lex::{self, Node, SCALA, lists, literal, skip_lines};
use super::reader::{Broken, Reader};

/// What a `build.sbt` states. A setting that is made more than once is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Its path in the context.
    pub file: String,
    /// The name of the project.
    pub name: Setting,
    /// Its version; `0.1.0-SNAPSHOT` if none is stated.
    pub version: Setting,
    /// The version of Scala.
    pub scala_version: Setting,
    /// The name of the archive of sbt-assembly.
    pub assembly_jar_name: Setting,
    /// The path of the archive of sbt-assembly.
    pub assembly_output_path: Setting,
    /// The plugins of the build: `sbt-assembly`.
    pub plugins: Vec<String>,
}

/// The `build.sbt` in a folder; `None` if there is none.
pub fn build(context: &Context, folder: &str) -> Result<Option<Build>, Broken> {
    let mut reader = Reader::new(context);
    let Some((file, nodes)) = script(&mut reader, join(folder, "build.sbt"))? else {
        return Ok(None);
    };
    let mut build = Build {
        name: setting(&nodes, "name"),
        version: setting(&nodes, "version"),
        scala_version: setting(&nodes, "scalaVersion"),
        assembly_jar_name: setting(&nodes, "assemblyJarName"),
        assembly_output_path: setting(&nodes, "assemblyOutputPath"),
        plugins: Vec::new(),
        file,
    };
    for name in reader.file_names(&join(folder, "project"))? {
        if !name.ends_with(".sbt") {
            continue;
        }
        let file = join(&join(folder, "project"), &name);
        let Some((_, nodes)) = script(&mut reader, file)? else { continue };
        build.plugins.extend(plugins(&nodes));
    }
    Ok(Some(build))
}

fn script(reader: &mut Reader<'_>, file: String) -> Result<Option<(String, Vec<Node>)>, Broken> {
    let Some(text) = reader.read(&file)? else { return Ok(None) };
    match lex::parse(&text, &SCALA) {
        Some(nodes) => Ok(Some((file, nodes))),
        None => Err(Broken::malformed(&file, "its brackets do not fit together")),
    }
}

/// What `key := value` states, also with where it holds: `ThisBuild / key`, `key in assembly`.
fn setting(nodes: &[Node], key: &str) -> Setting {
    let mut found = Vec::new();
    for list in lists(nodes) {
        for start in lex::behind(list, &[key]) {
            let start = match start {
                [Node::Word(word), Node::Word(_), rest @ ..] if word == "in" => rest,
                start => start,
            };
            if let [Node::Mark(':'), Node::Mark('='), value @ ..] = start {
                found.push(literal(value).map(str::to_owned));
            }
        }
    }
    found.dedup();
    match found.len() {
        0 => Setting::Absent,
        1 => found.remove(0).map_or(Setting::Unknown, Setting::Stated),
        _ => Setting::Unknown,
    }
}

/// The names in `addSbtPlugin("group" % "name" % "version")`.
fn plugins(nodes: &[Node]) -> Vec<String> {
    let starts = lists(nodes).into_iter().flat_map(|list| lex::behind(list, &["addSbtPlugin"]));
    starts
        .filter_map(|start| match skip_lines(start.first()?.group('(')?) {
            [Node::Text(_), Node::Mark('%'), Node::Text(Some(name)), ..] => Some(name.clone()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    fn stated(text: &str) -> Setting {
        Setting::Stated(text.to_owned())
    }

    #[test]
    fn builds() {
        let text = "ThisBuild / version := \"1.0\"\nlazy val root = (project in file(\".\"))\n  .settings(\n    name := \"shop\",\n\
            assembly / assemblyJarName := \"app.jar\",\n    libraryDependencies += \"a\" %% \"b\" % \"1\"\n  )\nscalaVersion := \"2.13.12\"\n";
        let plugins = "addSbtPlugin(\"com.eed3si9n\" % \"sbt-assembly\" % \"2.1.5\")\n";
        let files = [("build.sbt", text), ("project/plugins.sbt", plugins)];
        let found = build(&context(&files), "").expect("read").expect("there");
        assert_eq!(found.name, stated("shop"));
        assert_eq!(found.version, stated("1.0"));
        assert_eq!(found.scala_version, stated("2.13.12"));
        assert_eq!(found.assembly_jar_name, stated("app.jar"));
        assert_eq!(found.plugins, ["sbt-assembly"]);
    }

    #[test]
    fn what_is_not_known() {
        let read =
            |text| build(&context(&[("build.sbt", text)]), "").expect("read").expect("there");
        assert_eq!(
            read("assemblyJarName in assembly := \"a.jar\"").assembly_jar_name,
            stated("a.jar")
        );
        assert_eq!(
            read("assemblyJarName := s\"${name.value}.jar\"").assembly_jar_name,
            Setting::Unknown
        );
        assert_eq!(read("name := \"a\"\nb.settings(name := \"c\")").name, Setting::Unknown);
        assert_eq!(read("").version, Setting::Absent);
        assert_eq!(
            build(&context(&[("build.sbt", "(")]), "").expect_err("broken").file,
            "build.sbt"
        );
    }
}
