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

use super::secret::value_without_users;
use crate::image::Unit;
use crate::image::engine::Setting as Engine;
use crate::image::registry::Hosts;
use crate::language::platform::Platform;

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
    /// Whether sizes are shown behind images.
    pub inlay_hints: bool,
    /// Where sizes come from, and how they are shown.
    pub size: Size,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            diagnostics: true,
            severity: BTreeMap::new(),
            code_lens: true,
            inlay_hints: true,
            size: Size::default(),
        }
    }
}

/// Where sizes come from, and how they are shown. Nobody is asked unless one of these says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Size {
    /// The local engine to ask.
    pub engine: Engine,
    /// The registries to ask.
    pub registry: Hosts,
    /// Whether the programs that keep credentials may be run.
    pub credential_helpers: bool,
    /// The units.
    pub unit: Unit,
    /// The platform that is meant where a file names none; `None` for that of this machine.
    pub platform: Option<String>,
}

/// One key of the schema. A key that ends in `.` stands for all below it.
pub struct Key {
    /// The dotted key, without the section.
    pub name: &'static str,
    /// What its value must be, for the complaint and the documentation.
    pub wants: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What its value must be as a JSON schema, with the value that counts where none is set.
    pub schema: &'static str,
    /// Whether it lets the server reach out of the editor, so that an editor that knows of
    /// workspaces which are not trusted must not take it from one of them.
    pub reaches_out: bool,
    /// Sets it, given what follows the `.` of the key; false for a value of a wrong type.
    set: fn(&mut Settings, &str, &Value) -> bool,
}

const LEVELS: &str = r#"{
    "type": "object",
    "additionalProperties": {"enum": ["off", "hint", "info", "warning", "error"]},
    "default": {}
}"#;

const HOSTS: &str = r#"{
    "anyOf": [{"enum": ["off", "on"]}, {"type": "array", "items": {"type": "string"}}],
    "default": "off"
}"#;

/// The schema.
pub const KEYS: &[Key] = &[
    Key {
        name: "diagnostics.enable",
        wants: "a boolean",
        about: "Whether findings are reported.",
        schema: r#"{"type": "boolean", "default": true}"#,
        reaches_out: false,
        set: |settings, _, value| set(&mut settings.diagnostics, value.as_bool()),
    },
    Key {
        name: "diagnostics.severity.",
        wants: "\"off\", \"hint\", \"info\", \"warning\" or \"error\"",
        about: "How the findings with that code are shown.",
        schema: LEVELS,
        reaches_out: false,
        set: |settings, code, value| set_level(&mut settings.severity, code, value),
    },
    Key {
        name: "codeLens.enable",
        wants: "a boolean",
        about: "Whether code lenses are shown.",
        schema: r#"{"type": "boolean", "default": true}"#,
        reaches_out: false,
        set: |settings, _, value| set(&mut settings.code_lens, value.as_bool()),
    },
    Key {
        name: "inlayHints.enable",
        wants: "a boolean",
        about: "Whether sizes are shown behind the images of FROM.",
        schema: r#"{"type": "boolean", "default": true}"#,
        reaches_out: false,
        set: |settings, _, value| set(&mut settings.inlay_hints, value.as_bool()),
    },
    Key {
        name: "size.engine",
        wants: "\"off\", \"auto\" or the path of a socket",
        about: "The local container engine that is asked what its images weigh.",
        schema: r#"{"type": "string", "default": "off"}"#,
        reaches_out: true,
        set: |settings, _, value| {
            set(&mut settings.size.engine, value.as_str().and_then(Engine::parse))
        },
    },
    Key {
        name: "size.registry",
        wants: "\"off\", \"on\" or a list of hosts",
        about: "The registries that are asked what an image weighs.",
        schema: HOSTS,
        reaches_out: true,
        set: |settings, _, value| set(&mut settings.size.registry, read_hosts(value)),
    },
    Key {
        name: "size.credentialHelpers",
        wants: "a boolean",
        about: "Whether the programs are run that keep the credentials of `docker login`.",
        schema: r#"{"type": "boolean", "default": false}"#,
        reaches_out: true,
        set: |settings, _, value| set(&mut settings.size.credential_helpers, value.as_bool()),
    },
    Key {
        name: "size.unit",
        wants: "\"MB\" or \"MiB\"",
        about: "The units that sizes are shown in.",
        schema: r#"{"enum": ["MB", "MiB"], "default": "MB"}"#,
        reaches_out: false,
        set: |settings, _, value| set(&mut settings.size.unit, read_unit(value)),
    },
    Key {
        name: "size.platform",
        wants: "a platform such as \"linux/amd64\"",
        about: "The platform whose sizes are shown where a file names none.",
        schema: r#"{"type": ["string", "null"], "default": null}"#,
        reaches_out: false,
        set: |settings, _, value| {
            let platform = value.as_str().filter(|text| Platform::parse(text).is_some());
            set(&mut settings.size.platform, platform.map(|text| Some(text.to_owned())))
        },
    },
];

fn read_hosts(value: &Value) -> Option<Hosts> {
    let host = |value: &Value| value.as_str().and_then(Hosts::parse_host);
    match value {
        Value::Array(hosts) => hosts.iter().map(host).collect::<Option<_>>().map(Hosts::Listed),
        _ => value.as_str().and_then(Hosts::parse_word),
    }
}

fn read_unit(value: &Value) -> Option<Unit> {
    match value.as_str()?.to_ascii_lowercase().as_str() {
        "mb" => Some(Unit::Decimal),
        "mib" => Some(Unit::Binary),
        _ => None,
    }
}

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
                _ => complaints.push(complaint("the settings", "an object", layer)),
            }
        }
        (settings, complaints)
    }

    /// Applies the value of the dotted `path` and all below it. Depth is bounded by the JSON reader.
    fn apply(&mut self, path: &str, value: &Value, complaints: &mut Vec<String>) {
        // LSP4IJ answers for the section with keys that begin with it once more.
        let mut name = path;
        while let Some(rest) = name.strip_prefix(SECTION).and_then(|rest| rest.strip_prefix('.')) {
            name = rest;
        }
        let key = KEYS.iter().find(|key| key.name == name || below(key.name, name).is_some());
        match (key, value) {
            (_, Value::Null) => {}
            (Some(key), _) => {
                if !(key.set)(self, below(key.name, name).unwrap_or_default(), value) {
                    complaints.push(complaint(&format!("the setting `{name}`"), key.wants, value));
                }
            }
            (None, Value::Object(members)) => {
                for (member, value) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    self.apply(&format!("{path}{dot}{member}"), value, complaints);
                }
            }
            (None, _) if name == SECTION || KEYS.iter().any(|key| is_below(key.name, name)) => {
                complaints.push(complaint(&format!("the setting `{name}`"), "an object", value));
            }
            (None, _) if FOREIGN.contains(&name.split('.').next().unwrap_or_default()) => {}
            (None, _) => complaints.push(format!("there is no setting `{name}`")),
        }
    }
}

fn complaint(what: &str, wants: &str, value: &Value) -> String {
    format!("{what} must be {wants}, not {}", value_without_users(value))
}

/// Whether the key is one of a group with that name.
fn is_below(key: &str, group: &str) -> bool {
    key.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
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
            json!({ "stagewright": { "stagewright.diagnostics.severity.no-from": "hint" } }),
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
        for (layer, complaint) in [
            (json!({ "size": "x" }), "the setting `size` must be an object, not \"x\""),
            (json!({ "size.unit.x": 1 }), "there is no setting `size.unit.x`"),
            (json!({ "siz": 1 }), "there is no setting `siz`"),
            (json!({ "stagewright": 1 }), "the setting `stagewright` must be an object, not 1"),
            (
                json!({ "stagewright.diagnostics": { "severity": "hint" } }),
                "the setting `diagnostics.severity` must be an object, not \"hint\"",
            ),
        ] {
            check(&[layer], &Settings::default(), &[complaint]);
        }
    }

    #[test]
    fn complaints_hold_no_password() {
        let layer = json!({
            "size": { "engine": "ssh://me:secret@host", "registry": ["https://me:secret@ghcr.io"] },
        });
        check(
            &[layer],
            &Settings::default(),
            &[
                "the setting `size.engine` must be \"off\", \"auto\" or the path of a socket, not \"ssh://…@host\"",
                "the setting `size.registry` must be \"off\", \"on\" or a list of hosts, not [\"https://…@ghcr.io\"]",
            ],
        );
    }

    /// The table of docs/settings.md.
    fn table() -> String {
        let head = "| setting | value | what it does |\n|---|---|---|\n".to_owned();
        KEYS.iter().fold(head, |text, key| {
            let name = if key.name.ends_with('.') { "CODE" } else { "" };
            text + &format!("| `{}{name}` | {} | {} |\n", key.name, key.wants, key.about)
        })
    }

    #[test]
    fn every_setting_is_documented() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");
        let page = std::fs::read_to_string(page).expect("the page");
        assert!(page.contains(&table()), "docs/settings.md lacks this table:\n{}", table());
    }

    #[test]
    fn sizes_have_settings() {
        let size = |size: Size| Settings { size, ..Settings::default() };
        let layer = json!({ "size": {
            "engine": "/run/podman.sock", "registry": ["GHCR.io", "index.docker.io"],
            "credentialHelpers": true,
            "unit": "MiB", "platform": "linux/arm64",
        } });
        let expected = Size {
            engine: Engine::Socket("/run/podman.sock".into()),
            registry: Hosts::Listed(vec!["ghcr.io".to_owned(), "docker.io".to_owned()]),
            credential_helpers: true,
            unit: Unit::Binary,
            platform: Some("linux/arm64".to_owned()),
        };
        check(&[layer], &size(expected), &[]);
        let layer = json!({ "size.engine": "auto", "size.registry": "on", "inlayHints": { "enable": false } });
        let expected = Size { engine: Engine::Auto, registry: Hosts::All, ..Size::default() };
        check(&[layer], &Settings { inlay_hints: false, ..size(expected) }, &[]);
        check(
            &[
                json!({ "size": { "engine": "docker", "registry": [5], "unit": 5, "platform": "x" } }),
            ],
            &Settings::default(),
            &[
                "the setting `size.engine` must be \"off\", \"auto\" or the path of a socket, not \"docker\"",
                "the setting `size.platform` must be a platform such as \"linux/amd64\", not \"x\"",
                "the setting `size.registry` must be \"off\", \"on\" or a list of hosts, not [5]",
                "the setting `size.unit` must be \"MB\" or \"MiB\", not 5",
            ],
        );
    }

    #[test]
    fn a_list_with_something_that_is_no_host_does_not_count() {
        for host in ["https://ghcr.io", "ghcr.io/acme", " ghcr.io", ""] {
            let complaint = format!(
                "the setting `size.registry` must be \"off\", \"on\" or a list of hosts, not \
                 [\"quay.io\",\"{host}\"]"
            );
            let layer = json!({ "size.registry": ["quay.io", host] });
            check(&[layer], &Settings::default(), &[&complaint]);
        }
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
