//! `tsconfig.json` and `nest-cli.json`.
//!
//! Sources: the TypeScript TSConfig reference (`extends`, `outDir`, `rootDir`, `include`), the Nest
//! CLI's workspace documentation.

use serde_json::Value;

use super::super::super::{Context, join};
use super::super::data::{at, json, jsonc, text, texts};
use super::super::reader::{Broken, Reader};
use super::super::{parent, resolve};

/// How many files may extend one another.
const MAX_EXTENDS: usize = 8;

/// What a `tsconfig.json` and those that it extends state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeScript {
    /// The paths of the files in the context: the one asked for, then what it extends.
    pub files: Vec<String>,
    /// The folder that the compiler writes into.
    pub out_dir: Option<String>,
    /// The folder below which sources keep their place in the output.
    pub root_dir: Option<String>,
    /// Whether the compiler writes nothing.
    pub no_emit: Option<bool>,
    /// The patterns of the sources, from the folder of the file that states them.
    pub include: Option<Vec<String>>,
    /// The patterns of what is no source.
    pub exclude: Option<Vec<String>>,
    /// The sources, one by one.
    pub sources: Option<Vec<String>>,
    /// What modules are compiled to: `commonjs`, `nodenext`, ...
    pub module: Option<String>,
    /// Whether all that it extends was read. If not, what is not stated may be stated there.
    pub is_complete: bool,
}

/// The file `name` in a folder, such as `tsconfig.build.json`; `None` if there is none. Paths in
/// the answer are paths in the context.
pub fn config(context: &Context, folder: &str, name: &str) -> Result<Option<TypeScript>, Broken> {
    let mut reader = Reader::new(context);
    let first = join(folder, name);
    if !reader.is_file(&first) {
        return Ok(None);
    }
    let mut found = TypeScript { is_complete: true, ..TypeScript::default() };
    // What extends comes first, so of two that state something the first counts.
    let mut ahead = vec![first.clone()];
    while let Some(file) = ahead.pop() {
        let content = reader.read(&file)?;
        let Some(content) = content.filter(|_| found.files.len() < MAX_EXTENDS) else {
            found.is_complete = false;
            continue;
        };
        let value = jsonc(&file, &content)?;
        found.take(&value, &file, parent(&first));
        let extended = match at(&value, &["extends"]) {
            Value::String(path) => vec![path.clone()],
            _ => texts(&value, &["extends"]),
        };
        for path in extended {
            match extended_file(&reader, parent(&file), &path) {
                // Of several, the last counts, and so it must be looked at first.
                Some(path) if !found.files.contains(&path) => ahead.push(path),
                Some(_) => {}
                None => found.is_complete = false,
            }
        }
    }
    Ok(Some(found))
}

/// The file that `extends` names; `None` if it is a package's or not in the context.
fn extended_file(reader: &Reader<'_>, folder: &str, path: &str) -> Option<String> {
    if !path.starts_with('.') {
        return None;
    }
    let path = resolve(folder, path)?;
    let with_ending = format!("{path}.json");
    [path, with_ending].into_iter().find(|path| reader.is_file(path))
}

impl TypeScript {
    /// Takes what a file states and none before it did. `start` is the folder of the first file.
    fn take(&mut self, value: &Value, file: &str, start: &str) {
        let option = |key| text(value, &["compilerOptions", key]);
        let path = |path: String| match path.strip_prefix("${configDir}") {
            Some(rest) => resolve(start, &format!("./{rest}")),
            None => resolve(parent(file), &path),
        };
        let list = |key| value.get(key).map(|_| texts(value, &[key]));
        self.files.push(file.to_owned());
        self.out_dir = self.out_dir.take().or_else(|| option("outDir").and_then(path));
        self.root_dir = self.root_dir.take().or_else(|| option("rootDir").and_then(path));
        self.module = self.module.take().or_else(|| option("module"));
        self.no_emit = self.no_emit.or(at(value, &["compilerOptions", "noEmit"]).as_bool());
        self.include = self.include.take().or_else(|| list("include"));
        self.exclude = self.exclude.take().or_else(|| list("exclude"));
        self.sources = self.sources.take().or_else(|| list("files"));
    }
}

/// What a `nest-cli.json` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nest {
    /// Its path in the context.
    pub file: String,
    /// The folder of the sources: `src`.
    pub source_root: Option<String>,
    /// The file that the program begins in, without its ending: `main`.
    pub entry_file: Option<String>,
    /// The compiler's configuration: `tsconfig.build.json`.
    pub ts_config: Option<String>,
    /// Whether all is bundled into one file (`webpack`).
    pub is_bundled: bool,
    /// Whether it holds several programs.
    pub is_monorepo: bool,
    /// Whether files that are no sources are copied into the output.
    pub has_assets: bool,
}

/// The `nest-cli.json` in a folder; `None` if there is none.
pub fn nest(context: &Context, folder: &str) -> Result<Option<Nest>, Broken> {
    let file = join(folder, "nest-cli.json");
    let Some(content) = Reader::new(context).read(&file)? else { return Ok(None) };
    let value = json(&file, &content)?;
    let builder = text(&value, &["compilerOptions", "builder"])
        .or_else(|| text(&value, &["compilerOptions", "builder", "type"]));
    let has_webpack = at(&value, &["compilerOptions", "webpack"]) == &Value::Bool(true);
    Ok(Some(Nest {
        source_root: text(&value, &["sourceRoot"]),
        entry_file: text(&value, &["entryFile"]),
        ts_config: text(&value, &["compilerOptions", "tsConfigPath"]),
        is_bundled: has_webpack || builder.as_deref() == Some("webpack"),
        is_monorepo: at(&value, &["monorepo"]) == &Value::Bool(true),
        has_assets: at(&value, &["compilerOptions", "assets"])
            .as_array()
            .is_some_and(|assets| !assets.is_empty()),
        file,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::context;
    use super::*;

    #[track_caller]
    fn read(files: &[(&str, &str)], folder: &str) -> TypeScript {
        config(&context(files), folder, "tsconfig.json").expect("well-formed").expect("there")
    }

    #[test]
    fn one_file() {
        let text = "{\n  // Where.\n  \"compilerOptions\": { \"outDir\": \"./dist\", \"noEmit\": false, },\n\
            \"include\": [\"src/**/*\"],\n}";
        let found = read(&[("a/tsconfig.json", text)], "a");
        assert_eq!(found.out_dir.as_deref(), Some("a/dist"));
        assert_eq!(found.root_dir, None);
        assert_eq!(found.no_emit, Some(false));
        assert_eq!(found.include, Some(vec!["src/**/*".to_owned()]));
        assert!(found.is_complete);
    }

    #[test]
    fn files_that_extend_others() {
        let found = read(
            &[
                (
                    "app/tsconfig.json",
                    r#"{"extends": "../base", "compilerOptions": {"module": "a"}}"#,
                ),
                (
                    "base.json",
                    r#"{"extends": ["./x.json", "./y.json"], "compilerOptions": {"outDir": "out", "module": "b"}}"#,
                ),
                ("x.json", r#"{"compilerOptions": {"rootDir": "x", "outDir": "x"}}"#),
                ("y.json", r#"{"compilerOptions": {"rootDir": "${configDir}/src"}}"#),
            ],
            "app",
        );
        assert_eq!(found.out_dir.as_deref(), Some("out"));
        assert_eq!(found.root_dir.as_deref(), Some("app/src"));
        assert_eq!(found.module.as_deref(), Some("a"));
        assert_eq!(found.files, ["app/tsconfig.json", "base.json", "y.json", "x.json"]);
        assert!(found.is_complete);
    }

    #[test]
    fn what_cannot_be_followed() {
        let check = |text| assert!(!read(&[("tsconfig.json", text)], "").is_complete, "{text}");
        check(r#"{"extends": "@tsconfig/node20/tsconfig.json"}"#);
        check(r#"{"extends": "./none.json"}"#);
        check(r#"{"extends": "../outside.json"}"#);
        let round = read(&[("tsconfig.json", r#"{"extends": "./tsconfig.json"}"#)], "");
        assert_eq!(round.files, ["tsconfig.json"]);
        assert_eq!(config(&context(&[]), "", "tsconfig.json"), Ok(None));
        let broken = context(&[("tsconfig.json", "{\"extends\": \"./b\"}"), ("b.json", "{")]);
        assert_eq!(config(&broken, "", "tsconfig.json").expect_err("broken").file, "b.json");
    }

    #[test]
    fn nest_projects() {
        let text = r#"{"sourceRoot": "src", "compilerOptions": {"builder": {"type": "webpack"}, "assets": ["**/*.hbs"]}}"#;
        let found = nest(&context(&[("nest-cli.json", text)]), "").expect("read").expect("there");
        assert_eq!(found.source_root.as_deref(), Some("src"));
        assert!(found.is_bundled && found.has_assets && !found.is_monorepo);
        assert_eq!(nest(&context(&[]), ""), Ok(None));
    }
}
