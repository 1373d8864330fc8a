//! What else is done to stages: findings about them, tests in a stage of their own, manifests first,
//! two halves in one file.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, URI};

fn start() -> Client {
    Client::with_capabilities(json!({
        "workspace": {
            "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] },
        },
        "textDocument": {
            "diagnostic": {},
            "codeAction": { "codeActionLiteralSupport": {}, "disabledSupport": true },
        },
    }))
}

/// Opens a file that is on the disk.
fn open(client: &mut Client, path: &Path) -> String {
    let uri = format!("file://{}", path.display());
    let text = std::fs::read_to_string(path).expect("a file");
    client.open_as(&uri, "dockerfile", &text);
    uri
}

fn actions(client: &mut Client, uri: &str, line: u32, kind: &str) -> Vec<Value> {
    let place = json!({ "line": line, "character": 5 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": place, "end": place },
        "context": { "diagnostics": [], "only": [kind] },
    });
    let found = client.request("textDocument/codeAction", params).expect("actions");
    found.as_array().expect("a list").clone()
}

#[test]
fn a_start_command_without_its_shell_has_a_fix() {
    let mut client = start();
    client.open("FROM scratch\nCOPY app /bin/app\nCMD /bin/app\n");
    let found = client.pull(URI)["items"].clone();
    assert_eq!(
        (&found[0]["code"], &found[0]["severity"]),
        (&json!("shell-form-without-shell"), &json!(2))
    );
    let fixes = actions(&mut client, URI, 2, "quickfix");
    assert_eq!(fixes[0]["edit"]["documentChanges"][0]["edits"][0]["newText"], "[\"/bin/app\"]");
}

#[test]
fn a_test_gets_a_stage_of_its_own() {
    let mut client = start();
    client.open(
        "FROM golang:1.22 AS build\nCOPY . .\nRUN go test ./...\nRUN go build -o /app\n\nFROM \
         scratch\nCOPY --from=build /app /\n",
    );
    let found = actions(&mut client, URI, 2, "refactor.rewrite.tester");
    let title = found[0]["title"].as_str().expect("a title");
    assert!(title.contains("docker build --target test ."), "{title}");
    let edits = found[0]["edit"]["documentChanges"][0]["edits"].as_array().expect("edits").clone();
    assert_eq!(edits[1]["newText"], "FROM build AS test\nRUN go test ./...\n\n");
    assert_eq!(actions(&mut client, URI, 3, "refactor.rewrite.tester"), [] as [Value; 0]);
}

#[test]
fn manifests_are_copied_first_or_it_is_said_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("Dockerfile", "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go mod download\n");
    write("go.mod", "module a\n\ngo 1.22\n");
    let mut client = start();
    let uri = open(&mut client, &folder.path().join("Dockerfile"));
    let found = actions(&mut client, &uri, 3, "refactor.rewrite.cache");
    assert_eq!(found[0]["disabled"]["reason"], "There is no go.sum in the build context.");
    write("go.sum", "");
    let found = actions(&mut client, &uri, 3, "refactor.rewrite.cache");
    let edits = found[0]["edit"]["documentChanges"][0]["edits"].as_array().expect("edits").clone();
    assert_eq!(edits[0]["newText"], "COPY go.mod go.sum ./\nRUN go mod download\n");
}

#[test]
fn two_halves_become_one_new_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds/builder-pattern");
    for name in ["Dockerfile.build", "Dockerfile.prod", "build.sh"] {
        std::fs::copy(seed.join(name), folder.path().join(name)).expect("copied");
    }
    let mut client = start();
    let uri = open(&mut client, &folder.path().join("Dockerfile.prod"));
    let found = actions(&mut client, &uri, 0, "refactor.rewrite.merge");
    let changes = found[0]["edit"]["documentChanges"].as_array().expect("changes").clone();
    let target = uri.replace("Dockerfile.prod", "Dockerfile");
    assert_eq!(
        changes[0],
        json!({ "kind": "create", "uri": target, "options": { "overwrite": false, "ignoreIfExists": false } })
    );
    assert_eq!(changes[1]["textDocument"], json!({ "uri": target, "version": null }));
    let text = changes[1]["edits"][0]["newText"].as_str().expect("a text");
    assert!(text.contains("COPY --from=builder /main ."), "{text}");
    // A file that is there stays.
    std::fs::write(folder.path().join("Dockerfile"), "FROM scratch\n").expect("written");
    assert_eq!(actions(&mut client, &uri, 0, "refactor.rewrite.merge"), [] as [Value; 0]);
}
