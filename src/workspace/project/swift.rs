//! Swift: `Package.swift`.
//!
//! Source: the Swift Package Manager's `PackageDescription` reference.

use super::super::{Context, join};
use super::Setting;
use super::lex::{self, Node, SWIFT, items, lists, literal};
use super::reader::{Broken, Reader};

/// What a `Package.swift` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its path in the context.
    pub file: String,
    /// The name of the package.
    pub name: Setting,
    /// The programs: the names of executable products and targets, which are those of the files.
    pub executables: Vec<String>,
    /// Whether all of them are told: none is computed.
    pub is_complete: bool,
    /// Whether a target has resources, which are made beside the program.
    pub has_resources: bool,
}

/// The `Package.swift` in a folder; `None` if there is none.
pub fn package(context: &Context, folder: &str) -> Result<Option<Package>, Broken> {
    let file = join(folder, "Package.swift");
    let Some(text) = Reader::new(context).read(&file)? else { return Ok(None) };
    let Some(nodes) = lex::parse(&text, &SWIFT) else {
        return Err(Broken::malformed(&file, "its brackets do not fit together"));
    };
    let mut package = Package { file, is_complete: true, ..Package::default() };
    for list in lists(&nodes) {
        for (at, pair) in list.windows(2).enumerate() {
            let [Node::Word(word), Node::Group('(', arguments)] = pair else { continue };
            let is_member = at > 0 && list[at - 1].is_mark('.');
            match (word.as_str(), is_member) {
                ("Package", false) => package.name = name(arguments),
                ("executableTarget" | "executable", true) => match name(arguments) {
                    Setting::Stated(name) if !package.executables.contains(&name) => {
                        package.executables.push(name);
                    }
                    Setting::Stated(_) => {}
                    _ => package.is_complete = false,
                },
                _ => {}
            }
        }
    }
    package.has_resources = lex::mentions(&nodes, "resources");
    Ok(Some(package))
}

/// The argument `name:`.
fn name(arguments: &[Node]) -> Setting {
    let mut values = items(arguments).filter_map(|item| match item {
        [Node::Word(word), Node::Mark(':'), value @ ..] if word == "name" => Some(literal(value)),
        _ => None,
    });
    match values.next() {
        Some(Some(name)) => Setting::Stated(name.to_owned()),
        Some(None) => Setting::Unknown,
        None => Setting::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn packages() {
        let text = "// swift-tools-version:5.9\nimport PackageDescription\n\nlet package = Package(\n    name: \"shop\",\n\
            dependencies: [\n.package(url: \"https://example.com/vapor.git\", from: \"4.0.0\"),\n],\n\
            targets: [\n.executableTarget(\n    name: \"App\",\n    dependencies: [.product(name: \"Vapor\", package: \"vapor\")]\n),\n\
            .testTarget(name: \"AppTests\", dependencies: [.target(name: \"App\")])\n]\n)\n";
        let found =
            package(&context(&[("Package.swift", text)]), "").expect("read").expect("there");
        assert_eq!(found.name, Setting::Stated("shop".into()));
        assert_eq!(found.executables, ["App"]);
        assert!(found.is_complete && !found.has_resources);
        let text = "Package(name: n, targets: [.executableTarget(name: \"a\\(b)\")])";
        let found =
            package(&context(&[("Package.swift", text)]), "").expect("read").expect("there");
        assert_eq!(found.name, Setting::Unknown);
        assert!(!found.is_complete);
        assert!(package(&context(&[("Package.swift", "Package(")]), "").is_err());
        assert_eq!(package(&context(&[]), ""), Ok(None));
    }
}
