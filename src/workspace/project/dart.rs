//! Dart: `pubspec.yaml`.
//!
//! Source: the Dart documentation of the pubspec format.

use super::super::{Context, join};
use super::data::{keys, text, yaml};
use super::reader::{Broken, Reader};

/// What a `pubspec.yaml` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pubspec {
    /// Its path in the context.
    pub file: String,
    /// The name of the package.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The names of its commands. Each is a file of that name in `bin`, unless another is stated.
    pub executables: Vec<String>,
    /// What it needs to run.
    pub dependencies: Vec<String>,
}

/// The `pubspec.yaml` in a folder; `None` if there is none.
pub fn pubspec(context: &Context, folder: &str) -> Result<Option<Pubspec>, Broken> {
    let file = join(folder, "pubspec.yaml");
    let Some(content) = Reader::new(context).read(&file)? else { return Ok(None) };
    let value = yaml(&file, &content)?;
    Ok(Some(Pubspec {
        file,
        name: text(&value, &["name"]),
        version: text(&value, &["version"]),
        executables: keys(&value, &["executables"]),
        dependencies: keys(&value, &["dependencies"]),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn packages() {
        let text = "name: shop\nversion: 1.0.0\nenvironment:\n  sdk: ^3.0.0\nexecutables:\n  shop:\n  tool: main\ndependencies:\n  shelf: ^1.4.0\n";
        let found = pubspec(&context(&[("pubspec.yaml", text)]), "").expect("read").expect("there");
        assert_eq!(found.name.as_deref(), Some("shop"));
        assert_eq!(found.executables, ["shop", "tool"]);
        assert_eq!(found.dependencies, ["shelf"]);
        let broken = pubspec(&context(&[("pubspec.yaml", "a: b: c")]), "").expect_err("broken");
        assert_eq!(broken.file, "pubspec.yaml");
        assert_eq!(pubspec(&context(&[]), ""), Ok(None));
    }
}
