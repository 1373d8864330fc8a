//! The settings as editors are told of them are those of the server: VS Code's package.json and the
//! schema for JetBrains. `UPDATE_GOLDENS=1 cargo test --test settings` remakes both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};
use stagewright::server::settings::{KEYS, Key, SECTION, Settings};

const PACKAGE: &str = "editors/vscode/package.json";
const JETBRAINS: &str = "editors/jetbrains/stagewright/settings.schema.json";

/// What stands before and behind the server's settings in [`PACKAGE`], which has others, too.
const BEFORE: &str = "\"title\": \"Findings and sizes\",\n        \"properties\": ";
const BEHIND: &str = "\n        }";

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn schema(key: &Key) -> Map<String, Value> {
    serde_json::from_str(key.schema).unwrap_or_else(|error| panic!("{}: {error}", key.name))
}

/// The codes of all findings.
fn codes() -> Vec<Value> {
    let listed = Command::new(env!("CARGO_BIN_EXE_stagewright")).args(["rules", "--json"]).output();
    let listed = listed.expect("the binary runs").stdout;
    let rules: Vec<Value> = serde_json::from_slice(&listed).expect("a list of rules");
    rules.iter().map(|rule| rule["code"].clone()).collect()
}

/// The key as users write it.
fn full_name(key: &Key) -> String {
    format!("{SECTION}.{}", key.name.trim_end_matches('.'))
}

/// The schema of each key with more in it.
fn properties(extend: impl Fn(&Key, &mut Map<String, Value>)) -> Value {
    let property = |key: &Key| {
        let mut schema = schema(key);
        if key.name.ends_with('.') {
            schema.insert("propertyNames".to_owned(), json!({ "enum": codes() }));
        }
        extend(key, &mut schema);
        (full_name(key), Value::Object(schema))
    };
    KEYS.iter().map(property).collect::<Map<_, _>>().into()
}

/// What a person is told of a key: what its schema cannot say, too.
fn description(key: &Key) -> String {
    let says_all = schema(key).get("enum").is_some() || key.wants == "a boolean";
    if says_all { key.about.to_owned() } else { format!("{} Takes {}.", key.about, key.wants) }
}

/// Compares a file with what it should be, or writes it.
fn check(file: &str, wanted: &str) {
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(path(file), wanted).expect("the file is written");
    }
    let found = fs::read_to_string(path(file)).unwrap_or_default();
    assert!(
        found == wanted,
        "{file} is not what the server's settings make of it: UPDATE_GOLDENS=1 remakes it"
    );
}

#[test]
fn the_schema_says_what_counts_where_nothing_is_set() {
    for key in KEYS {
        let default = schema(key).remove("default").expect("a default");
        let layer = json!({ full_name(key): default });
        assert_eq!(Settings::read([&layer]), (Settings::default(), Vec::new()), "{}", key.name);
    }
}

#[test]
fn the_server_takes_every_word_of_the_schema() {
    fn words(schema: &Value) -> Vec<Value> {
        match schema {
            Value::Object(members) => members
                .iter()
                .flat_map(|(name, value)| match (name.as_str(), value) {
                    ("enum", Value::Array(words)) => words.clone(),
                    _ => words(value),
                })
                .collect(),
            Value::Array(entries) => entries.iter().flat_map(words).collect(),
            _ => Vec::new(),
        }
    }
    let mut count = 0;
    for key in KEYS {
        for word in words(&Value::Object(schema(key))) {
            let below = if key.name.ends_with('.') { ".some-code" } else { "" };
            let layer = json!({ format!("{}{below}", full_name(key)): word });
            assert_eq!(Settings::read([&layer]).1, Vec::<String>::new(), "{layer}");
            count += 1;
        }
    }
    assert_eq!(count, 9, "levels, units, and the words for registries");
}

#[test]
fn vs_code_knows_the_settings() {
    let properties = properties(|key, schema| {
        // Settings that reach out may be set for a machine, such as a container that one works in.
        let scope = if key.reaches_out { "machine-overridable" } else { "window" };
        schema.insert("scope".to_owned(), scope.into());
        schema.insert("markdownDescription".to_owned(), description(key).into());
    });
    let block = serde_json::to_string_pretty(&properties).expect("JSON");
    let block = block.replace('\n', "\n        ");
    let package = fs::read_to_string(path(PACKAGE)).expect("the package.json of VS Code");
    let start = package.find(BEFORE).expect("the place of the server's settings") + BEFORE.len();
    let length = package[start..].find(BEHIND).expect("the end of them") + BEHIND.len();
    let (before, behind) = (&package[..start], &package[start + length..]);
    check(PACKAGE, &format!("{before}{block}{behind}"));
}

#[test]
fn vs_code_does_not_take_from_strangers_what_reaches_out() {
    let package = fs::read_to_string(path(PACKAGE)).expect("the package.json of VS Code");
    let package: Value = serde_json::from_str(&package).expect("JSON");
    let restricted = &package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"];
    let reach_out = KEYS.iter().filter(|key| key.reaches_out).map(full_name);
    let wanted: Vec<_> = std::iter::once(format!("{SECTION}.path")).chain(reach_out).collect();
    assert_eq!(restricted, &json!(wanted));
}

#[test]
fn jetbrains_knows_the_settings() {
    let properties = properties(|key, schema| {
        // There a default is what stands in the user's settings at first: for none there is nothing.
        if schema["default"].is_null() {
            schema.remove("default");
        }
        schema.insert("description".to_owned(), description(key).into());
    });
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "LSP4IJ/stagewright/settings.schema.json",
        "title": "Settings of Stagewright",
        "description": "What docs/settings.md tells, for the settings editor of LSP4IJ.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    let text = serde_json::to_string_pretty(&schema).expect("JSON");
    check(JETBRAINS, &format!("{text}\n"));
}
