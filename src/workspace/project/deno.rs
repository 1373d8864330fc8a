//! Deno: `deno.json` and `deno.jsonc`.
//!
//! Source: the Deno manual (configuration).

use super::super::Context;
use super::data::{entries, jsonc, text, text_map};
use super::reader::{Broken, Reader};

/// What a `deno.json` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Its path in the context.
    pub file: String,
    /// The name of the package.
    pub name: Option<String>,
    /// Its tasks: names and commands.
    pub tasks: Vec<(String, String)>,
    /// Its import map: names and where they lead.
    pub imports: Vec<(String, String)>,
    /// Where packages of npm go: `auto`, `manual`, `none`, or in old files `true` or `false`.
    pub node_modules_dir: Option<String>,
}

/// The `deno.json` or `deno.jsonc` in a folder; `None` if there is none.
pub fn config(context: &Context, folder: &str) -> Result<Option<Config>, Broken> {
    let found = Reader::new(context).read_first(folder, &["deno.json", "deno.jsonc"])?;
    let Some((file, content)) = found else { return Ok(None) };
    let value = jsonc(&file, &content)?;
    let tasks = entries(&value, &["tasks"]).filter_map(|(name, task)| {
        // A task may be a command, or have one.
        let command = text(task, &[]).or_else(|| text(task, &["command"]))?;
        Some((name.to_owned(), command))
    });
    let folder = value.get("nodeModulesDir");
    Ok(Some(Config {
        name: text(&value, &["name"]),
        tasks: tasks.collect(),
        imports: text_map(&value, &["imports"]),
        node_modules_dir: folder.and_then(|value| match value.as_bool() {
            Some(is_on) => Some(is_on.to_string()),
            None => text(value, &[]),
        }),
        file,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn configurations() {
        let text = "{ // x\n \"tasks\": {\"start\": \"deno run main.ts\", \"b\": {\"command\": \"deno compile main.ts\"}},\n\
            \"imports\": {\"std/\": \"https://example.com/\"}, \"nodeModulesDir\": true,}";
        let found = config(&context(&[("deno.jsonc", text)]), "").expect("read").expect("there");
        assert_eq!(found.file, "deno.jsonc");
        assert_eq!(found.tasks.len(), 2);
        assert_eq!(found.imports.len(), 1);
        assert_eq!(found.node_modules_dir.as_deref(), Some("true"));
        assert_eq!(
            config(&context(&[("deno.json", "{")]), "").expect_err("broken").file,
            "deno.json"
        );
        assert_eq!(config(&context(&[]), ""), Ok(None));
    }
}
