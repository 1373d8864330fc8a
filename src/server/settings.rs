//! What a user can set, and how the three ways in which editors send it become one [`Settings`].
//!
//! A setting comes from `initializationOptions`, from an answer to `workspace/configuration`, or from
//! `workspace/didChangeConfiguration`; later ones win key by key. All may be nested or have dotted
//! keys, with or without the `stagewright` around them. [`KEYS`] is the schema: one row a key.
//! Nothing a client sends is an error: an unknown key or a wrong type is complained about in the log
//! and everything else counts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// The section of the client's configuration that is ours.
pub const SECTION: &str = "stagewright";

/// How a finding is shown, or that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not at all.
    Off,
    /// As a hint.
    Hint,
    /// As information.
    Info,
    /// As a warning.
    Warning,
    /// As an error.
    Error,
}

impl Level {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "off" | "ignore" | "none" => Self::Off,
            "hint" => Self::Hint,
            "info" | "information" => Self::Info,
            "warn" | "warning" => Self::Warning,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

/// All settings, each with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Whether findings are reported at all.
    pub diagnostics: bool,
    /// The level of findings by their code.
    pub severity: BTreeMap<String, Level>,
    /// Whether code lenses are shown.
    pub code_lens: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { diagnostics: true, severity: BTreeMap::new(), code_lens: true }
    }
}

/// One key of the schema. A key that ends in `.` stands for all below it.
pub struct Key {
    /// The dotted key, without the section.
    pub name: &'static str,
    /// What its value must be, for the complaint and the documentation.
    pub wants: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Sets it, given what follows the `.` of the key; false for a value of a wrong type.
    set: fn(&mut Settings, &str, &Value) -> bool,
}

/// The schema.
pub const KEYS: &[Key] = &[
    Key {
        name: "diagnostics.enable",
        wants: "a boolean",
        about: "Whether findings are reported.",
        set: |settings, _, value| set(&mut settings.diagnostics, value.as_bool()),
    },
    Key {
        name: "diagnostics.severity.",
        wants: "\"off\", \"hint\", \"info\", \"warning\" or \"error\"",
        about: "How the findings with that code are shown.",
        set: |settings, code, value| set_level(&mut settings.severity, code, value),
    },
    Key {
        name: "codeLens.enable",
        wants: "a boolean",
        about: "Whether code lenses are shown.",
        set: |settings, _, value| set(&mut settings.code_lens, value.as_bool()),
    },
];

/// Keys of other servers that users have in the same place: not ours, and no mistake.
const FOREIGN: [&str; 5] =
    ["docker", "containers", "dockerfileExperimental", "dockercomposeExperimental", "telemetry"];

fn set<T>(target: &mut T, value: Option<T>) -> bool {
    value.map(|value| *target = value).is_some()
}

fn set_level(levels: &mut BTreeMap<String, Level>, code: &str, value: &Value) -> bool {
    let level = value.as_str().and_then(Level::read);
    level.map(|level| levels.insert(code.to_owned(), level)).is_some()
}

impl Settings {
    /// The settings that `layers` make, a later one winning over an earlier one, and what is wrong
    /// with them, one sentence a mistake.
    pub fn read<'a>(layers: impl IntoIterator<Item = &'a Value>) -> (Self, Vec<String>) {
        let (mut settings, mut complaints) = (Self::default(), Vec::new());
        for layer in layers {
            match layer {
                Value::Object(_) => settings.apply("", layer, &mut complaints),
                Value::Null => {}
                _ => complaints.push(format!("the settings must be an object, not {layer}")),
            }
        }
        (settings, complaints)
    }

    /// Applies the value of the dotted `path` and all below it. Depth is bounded by the JSON reader.
    fn apply(&mut self, path: &str, value: &Value, complaints: &mut Vec<String>) {
        let name =
            path.strip_prefix(SECTION).and_then(|rest| rest.strip_prefix('.')).unwrap_or(path);
        let key = KEYS.iter().find(|key| key.name == name || below(key.name, name).is_some());
        match (key, value) {
            (_, Value::Null) => {}
            (Some(key), _) => {
                if !(key.set)(self, below(key.name, name).unwrap_or_default(), value) {
                    complaints
                        .push(format!("the setting `{name}` must be {}, not {value}", key.wants));
                }
            }
            (None, Value::Object(members)) => {
                for (member, value) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    self.apply(&format!("{path}{dot}{member}"), value, complaints);
                }
            }
            (None, _) if FOREIGN.contains(&name.split('.').next().unwrap_or_default()) => {}
            (None, _) => complaints.push(format!("there is no setting `{name}`")),
        }
    }
}

/// What follows a key that ends in `.`, if `name` is below it.
fn below<'a>(key: &str, name: &'a str) -> Option<&'a str> {
    key.ends_with('.').then(|| name.strip_prefix(key)).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(layers: &[Value], expected: &Settings, complaints: &[&str]) {
        let (settings, found) = Settings::read(layers);
        assert_eq!(&settings, expected, "{layers:?}");
        assert_eq!(found, complaints, "{layers:?}");
    }

    fn severity(code: &str, level: Level) -> Settings {
        Settings { severity: BTreeMap::from([(code.to_owned(), level)]), ..Settings::default() }
    }

    #[test]
    fn nothing_set_is_the_default() {
        check(&[], &Settings::default(), &[]);
        check(&[Value::Null, json!({}), json!({ "stagewright": null })], &Settings::default(), &[]);
    }

    #[test]
    fn nested_and_dotted_keys_mean_the_same() {
        for layer in [
            json!({ "stagewright": { "diagnostics": { "severity": { "no-from": "hint" } } } }),
            json!({ "diagnostics": { "severity": { "no-from": "hint" } } }),
            json!({ "stagewright.diagnostics.severity": { "no-from": "hint" } }),
            json!({ "diagnostics.severity.no-from": "hint" }),
        ] {
            check(&[layer], &severity("no-from", Level::Hint), &[]);
        }
    }

    #[test]
    fn later_layers_win_key_by_key() {
        let first = json!({ "diagnostics": { "enable": false, "severity": { "a": "off" } } });
        let second = json!({ "diagnostics": { "severity": { "a": "Error" } } });
        check(
            &[first, second],
            &Settings { diagnostics: false, ..severity("a", Level::Error) },
            &[],
        );
    }

    #[test]
    fn mistakes_are_named_and_the_rest_counts() {
        check(
            &[
                json!({ "diagnostics": { "enable": "no", "severity": { "a": "off", "b": "loud", "c": {} } }, "colour": { "x": 1 } }),
            ],
            &severity("a", Level::Off),
            &[
                "there is no setting `colour.x`",
                "the setting `diagnostics.enable` must be a boolean, not \"no\"",
                "the setting `diagnostics.severity.b` must be \"off\", \"hint\", \"info\", \"warning\" or \"error\", not \"loud\"",
                "the setting `diagnostics.severity.c` must be \"off\", \"hint\", \"info\", \"warning\" or \"error\", not {}",
            ],
        );
        check(&[json!([1])], &Settings::default(), &["the settings must be an object, not [1]"]);
    }

    #[test]
    fn settings_of_other_servers_are_known() {
        let layer = json!({
            "docker": {
                "languageserver": {
                    "diagnostics": { "instructionCasing": "error" },
                    "formatter": { "ignoreMultilineInstructions": true },
                },
                "lsp": { "telemetry": "off" },
            },
            "telemetry": "all",
            "dockercomposeExperimental": { "composeSupport": true },
        });
        check(&[layer], &Settings::default(), &[]);
    }
}
