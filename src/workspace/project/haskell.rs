//! Haskell: `*.cabal`, `package.yaml`, `stack.yaml`.
//!
//! Sources: the Cabal User Guide (package descriptions), the documentation of hpack and Stack.

use super::super::{Context, join};
use super::data::{keys, text, texts, yaml};
use super::reader::{Broken, Reader};

/// What a `*.cabal` or a `package.yaml` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its path in the context.
    pub file: String,
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The names of its programs.
    pub executables: Vec<String>,
}

/// What a `stack.yaml` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its path in the context.
    pub file: String,
    /// The set of packages that it is built with: `lts-22.0`.
    pub resolver: Option<String>,
    /// The folders of its packages.
    pub packages: Vec<String>,
    /// Where `stack install` puts programs, if it is not `~/.local/bin`.
    pub local_bin_path: Option<String>,
}

/// The package in a folder: its `package.yaml`, of which the other is made, or its `*.cabal`; `None`
/// if there is none.
pub fn package(context: &Context, folder: &str) -> Result<Option<Package>, Broken> {
    let mut reader = Reader::new(context);
    let file = join(folder, "package.yaml");
    if let Some(content) = reader.read(&file)? {
        let value = yaml(&file, &content)?;
        let name = text(&value, &["name"]);
        let mut executables = keys(&value, &["executables"]);
        if value.get("executable").is_some() {
            executables.extend(name.clone());
        }
        return Ok(Some(Package { version: text(&value, &["version"]), file, name, executables }));
    }
    let names = reader.file_names(folder)?;
    let Some(name) = names.iter().find(|name| name.len() > 6 && name.ends_with(".cabal")) else {
        return Ok(None);
    };
    let file = join(folder, name);
    let Some(content) = reader.read(&file)? else { return Ok(None) };
    Ok(Some(cabal(file, &content)))
}

fn cabal(file: String, text: &str) -> Package {
    let mut package = Package { file, ..Package::default() };
    for line in text.lines() {
        // What is indented belongs to a section.
        let is_outer = !line.starts_with([' ', '\t']) && !line.starts_with("--");
        if !is_outer {
            continue;
        }
        if let Some((key, value)) = line.split_once(':') {
            let value = Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
            match key.trim().to_lowercase().as_str() {
                "name" => package.name = value,
                "version" => package.version = value,
                _ => {}
            }
        } else if let Some((section, name)) = line.split_once([' ', '\t'])
            && section.eq_ignore_ascii_case("executable")
        {
            package.executables.push(name.trim().trim_end_matches(['{', ' ']).to_owned());
        }
    }
    // Without a name of its own a program has that of the package.
    let is_plain = text.lines().any(|line| line.trim().eq_ignore_ascii_case("executable"));
    package.executables.extend(package.name.clone().filter(|_| is_plain));
    package
}

/// The `stack.yaml` in a folder; `None` if there is none.
pub fn stack(context: &Context, folder: &str) -> Result<Option<Stack>, Broken> {
    let file = join(folder, "stack.yaml");
    let Some(content) = Reader::new(context).read(&file)? else { return Ok(None) };
    let value = yaml(&file, &content)?;
    Ok(Some(Stack {
        file,
        resolver: text(&value, &["resolver"]).or_else(|| text(&value, &["snapshot"])),
        packages: texts(&value, &["packages"]),
        local_bin_path: text(&value, &["local-bin-path"]),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    fn read(files: &[(&str, &str)]) -> Package {
        package(&context(files), "").expect("read").expect("there")
    }

    #[test]
    fn packages() {
        let text = "cabal-version: 2.4\nName:   shop\nversion: 0.1.0.0\n-- executable no\nlibrary\n  exposed-modules: A\n\
            executable shop-server\n  main-is: Main.hs\n  build-depends: base\nExecutable tool {\n}\n";
        let found = read(&[("shop.cabal", text)]);
        assert_eq!(found.name.as_deref(), Some("shop"));
        assert_eq!(found.version.as_deref(), Some("0.1.0.0"));
        assert_eq!(found.executables, ["shop-server", "tool"]);

        let text = "name: shop\nversion: 0.1.0\nexecutables:\n  shop-exe:\n    main: Main.hs\n";
        let found = read(&[("package.yaml", text), ("shop.cabal", "")]);
        assert_eq!(found.executables, ["shop-exe"]);
        assert_eq!(found.file, "package.yaml");
        assert_eq!(package(&context(&[]), ""), Ok(None));
        let broken = package(&context(&[("package.yaml", "a: [")]), "").expect_err("broken");
        assert_eq!(broken.file, "package.yaml");
    }

    #[test]
    fn stacks() {
        let text = "resolver: lts-22.0\npackages:\n- .\nlocal-bin-path: /opt/bin\n";
        let found = stack(&context(&[("stack.yaml", text)]), "").expect("read").expect("there");
        assert_eq!(found.resolver.as_deref(), Some("lts-22.0"));
        assert_eq!(found.packages, ["."]);
        assert_eq!(found.local_bin_path.as_deref(), Some("/opt/bin"));
    }
}
