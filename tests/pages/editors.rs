//! The pages of editors that cannot be run here: what they tell a newcomer to copy is valid, is what
//! `editors/` has, and names things that exist.

use std::fs;
use std::path::Path;

use serde_json::Value;

// The tests of the editors that can be run use it all.
#[allow(dead_code)]
#[path = "../editors/page.rs"]
mod page;

/// What starts the server in an editor.
const COMMAND: [&str; 2] = ["stagewright", "lsp"];

fn json(page: &str, heading: &str) -> Value {
    let block = page::block(page, heading);
    serde_json::from_str(&block).unwrap_or_else(|error| panic!("{page}.md, {heading}: {error}"))
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

#[test]
fn sublime_text_starts_the_server_for_dockerfiles() {
    for heading in ["Install", "Settings"] {
        let client = &json("sublime", heading)["clients"]["stagewright"];
        assert_eq!(client["command"], serde_json::json!(COMMAND));
        assert_eq!(client["selector"], "source.dockerfile | source.containerfile");
        assert_eq!(client["enabled"], true);
    }
    assert_eq!(page::block("sublime", "Install"), read("editors/sublime/LSP.sublime-settings"));
    let settings = json("sublime", "Settings");
    assert_known(
        &settings["clients"]["stagewright"]["settings"]["stagewright.size.unit"],
        "size.unit",
    );
}

#[test]
fn kate_starts_the_server_for_dockerfiles() {
    for heading in ["Install", "Settings"] {
        let servers = &json("kate", heading)["servers"];
        assert_eq!(servers.as_object().map(serde_json::Map::len), Some(1));
        // The key is the language id, which the server knows, and that of Kate's own entry: beside it
        // another would start a second server.
        let server = &servers["docker"];
        assert_eq!(server["command"], serde_json::json!(COMMAND));
        assert_eq!(server["highlightingModeRegex"], "^Dockerfile$");
    }
    assert_eq!(page::block("kate", "Install"), read("editors/kate/settings.json"));
    let settings = json("kate", "Settings");
    let options = &settings["servers"]["docker"]["initializationOptions"];
    assert_known(&options["size"]["unit"], "size.unit");
}

#[test]
fn zed_starts_the_server_for_dockerfiles() {
    let extension: toml::Value = toml::from_str(&read("editors/zed/extension.toml")).expect("TOML");
    let id = extension["id"].as_str().expect("an id");
    let server = &extension["language_servers"]["stagewright"];
    assert_eq!(server["language_ids"]["Dockerfile"].as_str(), Some("dockerfile"));
    assert_eq!(server["languages"].as_array().map(Vec::len), Some(1));

    let install = json("zed", "Install");
    assert_eq!(install["auto_install_extensions"][id], true);
    assert_eq!(install["languages"]["Dockerfile"]["language_servers"][0], "stagewright");

    let settings = json("zed", "Settings");
    let settings = &settings["lsp"]["stagewright"];
    assert_eq!(settings["binary"]["arguments"], serde_json::json!(COMMAND[1..]));
    assert_known(&settings["settings"]["size"]["unit"], "size.unit");
    assert_known(&settings["settings"]["codeLens"]["enable"], "codeLens.enable");
}

#[test]
fn what_is_released_together_has_one_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("editors/zed/extension.toml", format!("version = \"{version}\"")),
        ("editors/zed/Cargo.toml", format!("version = \"{version}\"")),
        ("editors/emacs/stagewright.el", format!(";; Version: {version}")),
        ("editors/vscode/package.json", format!("  \"version\": \"{version}\",")),
    ] {
        assert!(read(file).lines().any(|other| other == line), "{file} has no line {line}");
    }
}

/// Panics unless the page sets that key, and docs/settings.md has it.
fn assert_known(value: &Value, key: &str) {
    assert!(!value.is_null(), "{key} is not set");
    assert!(read("docs/settings.md").contains(&format!("| `{key}` |")), "{key} is no setting");
}
