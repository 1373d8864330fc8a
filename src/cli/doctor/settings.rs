//! The settings in force, and the files that they are from.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::gather::shown;
use crate::cli::document;
use crate::image::engine::Setting as EngineSetting;
use crate::image::registry::Hosts;
use crate::language::platform::Platform;
use crate::server::{SETTINGS, Settings};

/// What an editor's extension has below `stagewright` for itself, and does not send.
const OF_EXTENSION: [&str; 2] = ["path", "trace"];

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: String,
    pub value: Value,
    /// The file that it is from; `None` for what holds anyway.
    pub source: Option<String>,
}

/// The files with settings, each with what the server is to make of it.
pub fn read(files: &[PathBuf]) -> Result<Vec<(PathBuf, Value)>, String> {
    let read = |path: &PathBuf| {
        let bytes = match path.as_os_str() == OsStr::new("-") {
            true => document::read(io::stdin().lock()),
            false => document::read_file(path),
        };
        let text = bytes.map_err(|error| format!("{} {error}", path.display()))?;
        let text = String::from_utf8_lossy(&text);
        // Editors of Windows write it, and read over it.
        let text = text.trim_start_matches('\u{feff}');
        let layer =
            jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default())
                .map_err(|error| format!("{} is no JSON: {error}", path.display()))?;
        Ok((path.clone(), ours(layer)))
    };
    files.iter().map(read).collect()
}

/// What is ours in an editor's settings: all that is below `stagewright`, if anything is.
fn ours(layer: Value) -> Value {
    let is_ours = |name: &str| name == "stagewright" || name.starts_with("stagewright.");
    match layer {
        Value::Object(mut members) if members.keys().any(|name| is_ours(name)) => {
            members.retain(|name, _| is_ours(name) && !is_of_extension(name));
            if let Some(Value::Object(inner)) = members.get_mut("stagewright") {
                inner.retain(|name, _| !is_of_extension(name));
            }
            Value::Object(members)
        }
        layer => layer,
    }
}

/// Whether it is one of [`OF_EXTENSION`], or below one.
fn is_of_extension(name: &str) -> bool {
    let name = name.trim_start_matches("stagewright.");
    OF_EXTENSION.iter().any(|own| name.split('.').next() == Some(own))
}

/// The settings in force, each with the file that it is from.
pub fn rows(settings: &Settings, files: &[(PathBuf, Value)]) -> Vec<Row> {
    let plain = values(&Settings::default());
    let of_file = |layer| values(&Settings::read([layer]).0);
    let files: Vec<_> = files.iter().map(|(path, layer)| (path, of_file(layer))).collect();
    let row = |(name, value): (String, Value)| {
        let same =
            |values: &[(String, Value)]| values.iter().any(|it| it.0 == name && it.1 == value);
        let from = |(path, values): &(&PathBuf, Vec<_>)| same(values).then(|| shown(path));
        let source = if same(&plain) { None } else { files.iter().rev().find_map(from) };
        Row { name, value, source }
    };
    values(settings).into_iter().map(row).collect()
}

/// The settings by their names, in the order of the schema.
fn values(settings: &Settings) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for key in SETTINGS {
        if !key.name.ends_with('.') {
            values.push((key.name.to_owned(), value(settings, key.name)));
            continue;
        }
        for (code, level) in &settings.severity {
            values.push((format!("{}{code}", key.name), json!(level)));
        }
    }
    values
}

/// The value of a setting as a user would write it.
fn value(settings: &Settings, name: &str) -> Value {
    let size = &settings.size;
    match name {
        "diagnostics.enable" => json!(settings.diagnostics),
        "codeLens.enable" => json!(settings.code_lens),
        "inlayHints.enable" => json!(settings.inlay_hints),
        "size.engine" => match &size.engine {
            EngineSetting::Socket(path) => json!(path),
            word => json!(word),
        },
        "size.registry" => match &size.registry {
            Hosts::None => json!("off"),
            Hosts::All => json!("on"),
            Hosts::Listed(hosts) => json!(hosts),
        },
        "size.credentialHelpers" => json!(size.credential_helpers),
        "size.unit" => json!(size.unit),
        "size.platform" => match &size.platform {
            Some(platform) => json!(platform),
            None => json!(Platform::host().to_string()),
        },
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_value() {
        for key in SETTINGS.iter().filter(|key| !key.name.ends_with('.')) {
            assert_ne!(value(&Settings::default(), key.name), Value::Null, "{}", key.name);
        }
    }

    #[test]
    fn what_is_shown_would_be_read_again() {
        let layer = json!({ "size": {
            "engine": "/run/podman.sock", "registry": ["ghcr.io"], "unit": "MiB",
            "platform": "linux/arm64", "credentialHelpers": true,
        }, "diagnostics": { "enable": false, "severity": { "no-from": "hint" } } });
        let (settings, _) = Settings::read([&layer]);
        for (name, value) in values(&settings) {
            let again = Settings::read([&json!({ &name: value })]);
            assert_eq!(again.1, [""; 0], "{name}");
            assert!(values(&again.0).contains(&(name.clone(), value)), "{name}");
        }
    }

    #[test]
    fn the_last_file_that_says_so_is_the_source() {
        let file = |name: &str, layer: Value| (PathBuf::from(name), layer);
        let files = [
            file("a", json!({ "size.unit": "MiB", "codeLens.enable": false })),
            file("b", json!({ "codeLens.enable": true, "diagnostics.severity.no-from": "hint" })),
        ];
        let (settings, _) = Settings::read(files.iter().map(|(_, layer)| layer));
        let rows = rows(&settings, &files);
        let source = |name: &str| {
            let row = rows.iter().find(|row| row.name == name).expect(name);
            row.source.as_deref()
        };
        assert_eq!(source("size.unit"), Some("a"));
        assert_eq!(source("diagnostics.severity.no-from"), Some("b"));
        assert_eq!(source("codeLens.enable"), None, "it is what holds anyway");
    }

    #[test]
    fn other_settings_of_an_editor_are_passed_over() {
        let layer = json!({ "editor.fontSize": 12, "stagewright.size.unit": "MiB" });
        assert_eq!(ours(layer), json!({ "stagewright.size.unit": "MiB" }));
        let of_extension = json!({
            "stagewright.path": "/a", "stagewright.trace.server": "off",
            "stagewright": { "path": "/a", "trace": { "server": "off" }, "size": { "unit": "MiB" } },
        });
        assert_eq!(ours(of_extension), json!({ "stagewright": { "size": { "unit": "MiB" } } }));
        let bare = json!({ "size.unit": "MiB", "colour": 1 });
        assert_eq!(ours(bare.clone()), bare);
    }
}
