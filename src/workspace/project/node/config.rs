//! One setting of a configuration that is a program: `vite.config.ts`, `next.config.js`, ...
//!
//! The program is not run. A setting is told only where the exported object is written down plainly
//! and the setting in it, too; or where nothing can have set it.

use super::super::super::join;
use super::super::Setting;
use super::super::lex::{
    self, JAVASCRIPT, Node, ends, items, lists, literal, mentions, skip_lines,
};
use super::super::reader::{Broken, Reader};

/// What a path begins with that counts from the folder of the configuration, whatever else is set.
pub const HERE: &str = "__dirname/";
/// How many names lead on from the exported one to the object.
const MAX_NAMES: usize = 4;
/// Functions that give back the object that they get.
const IDENTITIES: [&str; 7] = [
    "defineConfig",
    "defineNuxtConfig",
    "defineUserConfig",
    "defineNextConfig",
    "defineCustomElement",
    "defineSiteConfig",
    "defineVitestConfig",
];

/// A configuration that is a program.
pub struct Config {
    /// Its path in the context.
    pub file: String,
    /// `None` if its brackets do not fit together.
    nodes: Option<Vec<Node>>,
}

/// What is exported.
enum Exported<'a> {
    Object(&'a [Node]),
    /// What a function gives back.
    Result,
    Unknown,
}

/// The configuration in a folder, of those names with the endings of a script.
pub fn read(
    reader: &mut Reader<'_>,
    folder: &str,
    stems: &[&str],
) -> Result<Option<Config>, Broken> {
    for stem in stems {
        for ending in ["js", "mjs", "cjs", "ts", "mts", "cts"] {
            let file = join(folder, &format!("{stem}.{ending}"));
            if let Some(text) = reader.read(&file)? {
                return Ok(Some(Config { file, nodes: lex::parse(&text, &JAVASCRIPT) }));
            }
        }
    }
    Ok(None)
}

impl Config {
    /// What stands at a path of keys, as a text.
    pub fn setting(&self, keys: &[&str]) -> Setting {
        let Some(nodes) = &self.nodes else { return Setting::Unknown };
        let mut object = match exported(nodes) {
            Exported::Object(object) => object,
            Exported::Result if is_self_contained(nodes) => {
                let is_named = keys.last().is_some_and(|key| mentions(nodes, key));
                return if is_named { Setting::Unknown } else { Setting::Absent };
            }
            _ => return Setting::Unknown,
        };
        let Some((last, outer)) = keys.split_last() else { return Setting::Unknown };
        for key in outer {
            object = match value(object, key) {
                Found::Value([Node::Group('{', inner)]) => inner,
                Found::Absent => return Setting::Absent,
                _ => return Setting::Unknown,
            };
        }
        match value(object, last) {
            Found::Value(value) => plain(value).map_or(Setting::Unknown, Setting::Stated),
            Found::Absent => Setting::Absent,
            Found::Unknown => Setting::Unknown,
        }
    }

    /// Whether a word stands anywhere in the program; true if it is not known.
    pub fn may_mention(&self, word: &str) -> bool {
        self.nodes.as_ref().is_none_or(|nodes| mentions(nodes, word))
    }

    /// What stands in the brackets of `name(...)`, if that call is there exactly once.
    pub fn only_call(&self, name: &str) -> Option<&[Node]> {
        let lists = lists(self.nodes.as_ref()?);
        let mut calls = lists.into_iter().flat_map(|list| {
            list.windows(2).filter_map(|pair| {
                let inner = pair[1].group('(')?;
                pair[0].is_word(name).then_some(inner)
            })
        });
        let call = calls.next()?;
        calls.next().is_none().then_some(call)
    }

    /// All places where `key: 'text'` stands anywhere inside `outer: {...}`; `None` if one is no
    /// plain text.
    pub fn inside(&self, outer: &str, key: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        for list in lists(self.nodes.as_ref()?) {
            let Found::Value(object) = value(list, outer) else { continue };
            let [Node::Group('{', object)] = object else { return None };
            match value(object, key) {
                Found::Value(value) => found.push(plain(value)?),
                Found::Absent => {}
                Found::Unknown => return None,
            }
        }
        Some(found)
    }
}

/// A setting of an object in a list of arguments.
pub fn argument(arguments: &[Node], key: &str) -> Setting {
    let arguments: Vec<_> = items(arguments).collect();
    match arguments[..] {
        [] => Setting::Absent,
        [[Node::Group('{', object)]] => match value(object, key) {
            Found::Value(value) => plain(value).map_or(Setting::Unknown, Setting::Stated),
            Found::Absent => Setting::Absent,
            Found::Unknown => Setting::Unknown,
        },
        _ => Setting::Unknown,
    }
}

/// Whether nothing comes in from other files of the project.
fn is_self_contained(nodes: &[Node]) -> bool {
    let is_local = |node: &Node| matches!(node, Node::Text(Some(text)) if text.starts_with('.'));
    lists(nodes).into_iter().all(|list| {
        let spreads = list.windows(3).any(|nodes| nodes.iter().all(|node| node.is_mark('.')));
        let imports = list.windows(2).any(|pair| {
            let is_import = pair[0].is_word("from") || pair[0].is_word("import");
            let is_call = pair[0].is_word("require") || pair[0].is_word("import");
            is_import && is_local(&pair[1])
                || is_call && pair[1].group('(').is_some_and(|inner| inner.iter().any(is_local))
        });
        !spreads && !imports
    })
}

/// What a program exports.
fn exported(nodes: &[Node]) -> Exported<'_> {
    let old = lex::behind(nodes, &["module", ".", "exports", "="]);
    let new = lex::behind(nodes, &["export", "default"]);
    match [old, new].concat()[..] {
        [start] => follow(nodes, start, MAX_NAMES),
        _ => Exported::Unknown,
    }
}

/// The value of an expression at the beginning of `start`.
fn follow<'a>(nodes: &'a [Node], start: &'a [Node], names_left: usize) -> Exported<'a> {
    let start = skip_lines(start);
    if is_function(start) {
        return Exported::Result;
    }
    match start {
        [Node::Group('{', object), rest @ ..] if ends_typed(rest) => Exported::Object(object),
        [Node::Word(name), Node::Group('(', inner), rest @ ..]
            if IDENTITIES.contains(&name.as_str()) && ends_typed(rest) =>
        {
            match items(inner).collect::<Vec<_>>()[..] {
                [argument] => follow(nodes, argument, names_left),
                _ => Exported::Unknown,
            }
        }
        [Node::Word(name), rest @ ..] if ends_typed(rest) && names_left > 0 => {
            match declared(nodes, name) {
                Some(start) => follow(nodes, start, names_left - 1),
                None => Exported::Unknown,
            }
        }
        _ => Exported::Unknown,
    }
}

/// Whether an expression ends, but for the name of its type.
fn ends_typed(rest: &[Node]) -> bool {
    match rest {
        [Node::Word(word), ..] => matches!(word.as_str(), "satisfies" | "as"),
        rest => ends(rest),
    }
}

fn is_function(start: &[Node]) -> bool {
    match start {
        [Node::Word(word), rest @ ..] if word == "async" => is_function(rest),
        [Node::Word(word), ..] if word == "function" => true,
        [Node::Word(_) | Node::Group('(', _), Node::Mark('='), Node::Mark('>'), ..] => true,
        _ => false,
    }
}

/// What a variable of the program begins with, if it has one declaration and nothing is changed in
/// it later.
fn declared<'a>(nodes: &'a [Node], name: &str) -> Option<&'a [Node]> {
    let is_changed = lists(nodes).into_iter().any(|list| {
        list.windows(2).any(|pair| {
            let is_inner = pair[1].is_mark('.') || pair[1].group('[').is_some();
            pair[0].is_word(name) && is_inner
        })
    });
    let words = ["const", "let", "var"];
    let mut found = words.iter().flat_map(|word| lex::behind(nodes, &[word, name]));
    let (rest, None) = (found.next()?, found.next()) else { return None };
    // Between the name and the value stands its type.
    let value = rest.iter().position(|node| node.is_mark('='))?;
    (!is_changed).then_some(&rest[value + 1..])
}

/// What an object says of a key.
enum Found<'a> {
    Value(&'a [Node]),
    Absent,
    Unknown,
}

fn value<'a>(object: &'a [Node], key: &str) -> Found<'a> {
    let mut found = Found::Absent;
    for item in items(object) {
        match item {
            // It may bring in the key.
            [Node::Mark('.') | Node::Group('[', _), ..] | [Node::Text(None), ..] => {
                found = Found::Unknown;
            }
            [Node::Word(own) | Node::Text(Some(own)), rest @ ..] if own == key => {
                found = match rest {
                    [Node::Mark(':'), value @ ..] => Found::Value(skip_lines(value)),
                    _ => Found::Unknown,
                };
            }
            _ => {}
        }
    }
    found
}

/// The text of an expression: a literal, or `resolve(__dirname, 'x')`, which is `__dirname/x`. `true`
/// and `false` are texts, too.
fn plain(value: &[Node]) -> Option<String> {
    match value {
        [Node::Word(word)] if matches!(word.as_str(), "true" | "false") => Some(word.clone()),
        [Node::Word(path), Node::Mark('.'), rest @ ..] if path == "path" => plain(rest),
        [Node::Word(function), Node::Group('(', inner)]
            if matches!(function.as_str(), "resolve" | "join") =>
        {
            let arguments: Vec<_> = items(inner).collect();
            match &arguments[..] {
                [[Node::Word(start)], parts @ ..] if start == "__dirname" => {
                    let parts: Option<Vec<&str>> = parts.iter().map(|part| literal(part)).collect();
                    Some(format!("{HERE}{}", parts?.join("/")))
                }
                _ => None,
            }
        }
        value => literal(value).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, keys: &[&str], expected: Setting) {
        let config = Config { file: "c".into(), nodes: lex::parse(text, &JAVASCRIPT) };
        assert_eq!(config.setting(keys), expected, "{text}");
    }

    fn stated(text: &str) -> Setting {
        Setting::Stated(text.to_owned())
    }

    #[test]
    fn stated_settings() {
        let out = &["build", "outDir"];
        check("export default { build: { outDir: 'a' } }", out, stated("a"));
        check("module.exports = {\n build: {\n outDir: \"a\",\n },\n};\n", out, stated("a"));
        check("export default defineConfig({ 'build': { outDir: `a`, x: 1 } })", out, stated("a"));
        check("const c: C = { build: { outDir: 'a' } }\nexport default c;", out, stated("a"));
        check(
            "const c = { build: { outDir: 'a' } } satisfies C\nexport default c",
            out,
            stated("a"),
        );
        check(
            "export default { build: { outDir: path.resolve(__dirname, '../a') } }",
            out,
            stated("__dirname/../a"),
        );
        check("export default { ...base, build: { outDir: 'a' } }", out, stated("a"));
        check(
            "/** @type {X} */\nconst c = { output: 'export' };\nmodule.exports = c",
            &["output"],
            stated("export"),
        );
    }

    #[test]
    fn settings_that_nobody_makes() {
        let out = &["build", "outDir"];
        check("export default { plugins: [vue({ ...x })] }", out, Setting::Absent);
        check("export default { build: { minify: true } }", out, Setting::Absent);
        check(
            "import x from 'x'\nexport default defineConfig(({ mode }) => ({ p: 1 }))",
            out,
            Setting::Absent,
        );
        check("module.exports = async () => { return {} }", &["output"], Setting::Absent);
        check("// outDir: 'a'\nexport default {}", out, Setting::Absent);
    }

    #[test]
    fn settings_that_only_a_run_tells() {
        let out = &["build", "outDir"];
        for text in [
            "export default { build: { outDir: process.env.OUT } }",
            "export default { build: { outDir: 'a' + b } }",
            "export default { build: { outDir: b ? 'a' : 'c' } }",
            "export default { build: { outDir } }",
            "export default { build }",
            "export default { build: { outDir: 'a', ...more } }",
            "export default { ...base }",
            "export default { [key]: 1 }",
            "export default withX({ build: { outDir: 'a' } })",
            "export default mergeConfig(base, {})",
            "export default defineConfig(({ mode }) => ({ build: { outDir: 'a' } }))",
            "import base from './base'\nexport default defineConfig(() => base)",
            "export default () => ({ ...base })",
            "const c = {}\nc.build = { outDir: 'a' }\nexport default c",
            "export { default } from './other'",
            "export default {",
            "",
        ] {
            check(text, out, Setting::Unknown);
        }
    }
}
