//! Meson: `meson.build`, and those of the folders that it takes in.
//!
//! Source: the Meson reference manual (`project`, `executable`, `subdir`).

use super::super::{Context, join};
use super::lex::{self, MESON, Node, items, lists, literal, mentions};
use super::reader::{Broken, Reader};
use super::{Setting, resolve};

/// What the `meson.build` of a project and of its folders state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Their paths in the context, the first one first.
    pub files: Vec<String>,
    /// The name of the project.
    pub name: Setting,
    /// The programs, which are made in the folder of the build with theirs below.
    pub executables: Vec<Executable>,
    /// What is looked for on the system (`dependency`).
    pub dependencies: Vec<String>,
    /// Whether all names are told and all folders were read.
    pub is_complete: bool,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// Its name, which is that of its file, too.
    pub name: String,
    /// The folder of its `meson.build`, from the first one's.
    pub folder: String,
    /// Whether `install` takes it: `install: true` stands there.
    pub is_installed: bool,
    /// The file that states it.
    pub file: String,
}

/// The `meson.build` in a folder; `None` if there is none.
pub fn project(context: &Context, folder: &str) -> Result<Option<Project>, Broken> {
    let mut reader = Reader::new(context);
    let mut project = Project { is_complete: true, ..Project::default() };
    let mut ahead = vec![String::new()];
    while let Some(inner) = ahead.pop() {
        let here = if inner.is_empty() { folder.to_owned() } else { join(folder, &inner) };
        let file = join(&here, "meson.build");
        if project.files.contains(&file) {
            continue;
        }
        let Some(text) = reader.read(&file)? else {
            if project.files.is_empty() {
                return Ok(None);
            }
            project.is_complete = false;
            continue;
        };
        let Some(nodes) = lex::parse(&text, &MESON) else {
            return Err(Broken::malformed(&file, "its brackets do not fit together"));
        };
        project.files.push(file.clone());
        for (name, arguments) in calls(&nodes) {
            let first = items(arguments).next().and_then(literal);
            match (name, first) {
                ("project", first) if project.name == Setting::Absent => {
                    let first = first.map(str::to_owned);
                    project.name = first.map_or(Setting::Unknown, Setting::Stated);
                }
                ("executable", Some(name)) => project.executables.push(Executable {
                    name: name.to_owned(),
                    folder: inner.clone(),
                    is_installed: items(arguments).any(|item| {
                        matches!(item, [first, Node::Mark(':'), value]
                            if first.is_word("install") && value.is_word("true"))
                    }),
                    file: file.clone(),
                }),
                ("dependency", Some(name)) => project.dependencies.push(name.to_owned()),
                ("subdir", Some(path)) => match resolve(&inner, path) {
                    Some(path) => ahead.push(path),
                    None => project.is_complete = false,
                },
                ("executable" | "subdir", None) => project.is_complete = false,
                _ => {}
            }
        }
        project.is_complete &= !mentions(&nodes, "foreach");
    }
    Ok(Some(project))
}

/// The calls of functions: names and arguments.
fn calls(nodes: &[Node]) -> Vec<(&str, &[Node])> {
    let mut found = Vec::new();
    for list in lists(nodes) {
        for (at, pair) in list.windows(2).enumerate() {
            let is_method = at > 0 && list[at - 1].is_mark('.');
            if let [Node::Word(name), Node::Group('(', inner)] = pair
                && !is_method
            {
                found.push((name.as_str(), inner.as_slice()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn a_project() {
        let root = "project('shop', 'c',\n  version: '1.0')\ndep = dependency('libpq')\nsubdir('src')\n\
            executable('tool', 'tool.c')\nx = compiler.executable('no')\n";
        let context = context(&[
            ("meson.build", root),
            (
                "src/meson.build",
                "executable('shop', ['a.c', 'b.c'], dependencies: [dep], install: true)",
            ),
        ]);
        let found = project(&context, "").expect("read").expect("there");
        assert_eq!(found.name, Setting::Stated("shop".into()));
        assert_eq!(found.dependencies, ["libpq"]);
        let names: Vec<_> = found
            .executables
            .iter()
            .map(|e| (e.name.as_str(), e.folder.as_str(), e.is_installed))
            .collect();
        assert_eq!(names, [("tool", "", false), ("shop", "src", true)]);
        assert!(found.is_complete);
    }

    #[test]
    fn what_is_not_known() {
        let read = |text| project(&context(&[("meson.build", text)]), "");
        assert!(!read("executable(name, 'a.c')").expect("read").expect("there").is_complete);
        assert!(!read("subdir('none')").expect("read").expect("there").is_complete);
        assert_eq!(read("executable('a'").expect_err("broken").file, "meson.build");
        assert_eq!(project(&context(&[]), ""), Ok(None));
    }
}
