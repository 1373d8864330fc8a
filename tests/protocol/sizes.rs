//! Sizes from end to end: what is shown at once, who is asked, and how news arrive.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use stagewright::image::catalogue::record::COLUMNS;

use crate::client::{Client, URI, command};

fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } })
}

fn lines(first: u32, last: u32) -> Value {
    json!({
        "textDocument": { "uri": URI },
        "range": { "start": { "line": first, "character": 0 }, "end": { "line": last, "character": 0 } },
    })
}

/// A server with these settings and a client that takes hints anew.
fn start(settings: Value) -> Client {
    start_as(&mut command(&["lsp"]), settings)
}

fn start_as(command: &mut std::process::Command, settings: Value) -> Client {
    let mut client = Client::spawn_command(command);
    client.initialize(json!({
        "capabilities": {
            "workspace": { "inlayHint": { "refreshSupport": true } },
            "textDocument": {
                "hover": { "contentFormat": ["markdown"] },
                "codeAction": { "codeActionLiteralSupport": {} },
                "diagnostic": {},
            },
        },
        "initializationOptions": settings,
    }));
    client
}

fn amd64(mut settings: Value) -> Value {
    settings["size"]["platform"] = json!("linux/amd64");
    settings
}

fn hover(client: &mut Client, line: u32, character: u32) -> String {
    let answer = client.request("textDocument/hover", at(line, character)).expect("an answer");
    answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

fn labels(client: &mut Client) -> Vec<String> {
    let hints = client.request("textDocument/inlayHint", lines(0, 99)).expect("an answer");
    let hints = hints.as_array().cloned().unwrap_or_default();
    hints.iter().map(|hint| hint["label"].as_str().expect("a label").to_owned()).collect()
}

#[test]
fn hints_stand_behind_images_and_tell_more_when_asked() {
    let mut client = start(amd64(json!({})));
    client.open("# 😀\nFROM golang:1.22 AS b\nFROM b\n");
    let hints = client.request("textDocument/inlayHint", lines(0, 2)).expect("hints");
    let hint = hints[0].clone();
    assert_eq!(hint["position"], json!({ "line": 1, "character": 16 }));
    assert_eq!(hint["label"], "≈ 299 MB pull · 823 MB disk");
    assert_eq!(hint.get("tooltip"), None);
    let resolved = client.request("inlayHint/resolve", hint).expect("a hint");
    let tooltip = resolved["tooltip"]["value"].as_str().expect("a text");
    assert!(tooltip.contains("measured 2024-09-05"), "{tooltip}");
    assert!(hover(&mut client, 1, 7).contains("golang:1.22-alpine"));
}

#[test]
fn settings_decide_what_is_shown() {
    let settings = amd64(json!({ "inlayHints": { "enable": false }, "size": { "unit": "MiB" } }));
    let mut client = start(settings);
    client.open("FROM golang:1.22\n");
    assert_eq!(client.request("textDocument/inlayHint", lines(0, 9)), Ok(Value::Null));
    assert!(hover(&mut client, 0, 7).contains("pull  286 MiB"));
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "inlayHints.enable": true, "size.platform": "linux/arm64" } }),
    );
    client.server_request("workspace/inlayHint/refresh");
    assert_eq!(labels(&mut client).len(), 1);
    assert!(hover(&mut client, 0, 7).contains("on linux/arm64"));
    client.leave_and_forget();
}

#[test]
fn lighter_images_are_offered_and_tags_completed() {
    let mut client = start(amd64(json!({})));
    client.open("FROM golang:1.22\n");
    let mut params = lines(0, 0);
    params["context"] = json!({ "diagnostics": [], "only": ["refactor"] });
    params["range"] =
        json!({ "start": { "line": 0, "character": 6 }, "end": { "line": 0, "character": 6 } });
    let actions = client.request("textDocument/codeAction", params).expect("actions");
    assert_eq!(
        actions[0]["title"],
        "Use golang:1.22-alpine (−226 MB to pull; musl instead of glibc)"
    );
    assert_eq!(actions[0]["kind"], "refactor.rewrite");
    assert_eq!(actions[0]["edit"]["changes"][URI][0]["newText"], "golang:1.22-alpine");
    let items = client.request("textDocument/completion", at(0, 14)).expect("items");
    let alpine =
        items.as_array().expect("items").iter().find(|item| item["label"] == "1.22-alpine");
    assert_eq!(alpine.expect("an item")["detail"], "≈ 73.3 MB pull · 231 MB disk");
}

/// A registry with one image, `app:1`, that says when it is asked and answers when it is let.
struct Registry {
    host: String,
    asked: Receiver<String>,
    let_go: Sender<()>,
}

const MANIFEST: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":1234567},{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":1000000}]}"#;

impl Registry {
    fn start() -> Registry {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let ((say, asked), (let_go, wait)) = (channel(), channel());
        thread::spawn(move || {
            let mut free = false;
            for stream in listener.incoming().flatten() {
                if let Some(line) = request(&stream) {
                    let _ = say.send(line.clone());
                    free = free || wait.recv().is_ok();
                    answer(stream, &line);
                }
            }
        });
        Registry { host, asked, let_go }
    }
}

/// The first line of a request over plain HTTP; `None` for TLS.
fn request(mut stream: &TcpStream) -> Option<String> {
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).ok()?;
    let text = str::from_utf8(&bytes[..length]).ok()?;
    let line = text.lines().next()?;
    line.contains("HTTP/1.1").then(|| line.to_owned())
}

fn answer(mut stream: TcpStream, line: &str) {
    let (kind, body) = match line {
        line if line.contains("/manifests/") => {
            ("application/vnd.oci.image.manifest.v1+json", MANIFEST)
        }
        _ => ("application/octet-stream", "{}"),
    };
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
}

#[test]
fn an_answer_on_its_way_blocks_nothing_and_is_shown_when_it_is_there() {
    let registry = Registry::start();
    let cache = tempfile::tempdir().expect("a folder");
    let settings = amd64(json!({ "size": { "registry": [registry.host] } }));
    let mut command = command(&["lsp"]);
    command.env("XDG_CACHE_HOME", cache.path());
    let mut client = start_as(&mut command, settings);
    client.open(&format!("FROM {}/app:1\n", registry.host));
    assert_eq!(labels(&mut client), [] as [&str; 0]);
    // The registry has been asked and holds its answer back. All else goes on.
    let line = registry.asked.recv_timeout(Duration::from_secs(20)).expect("a request");
    assert!(line.contains("/v2/app/manifests/1"), "{line}");
    let waiting = hover(&mut client, 0, 7);
    assert!(waiting.contains("Being asked for"), "{waiting}");
    client.assert_alive();
    registry.let_go.send(()).expect("the registry");
    let (id, _) = client.server_request("workspace/inlayHint/refresh");
    client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
    let labels = labels(&mut client);
    assert!(labels[0].starts_with("2.23 MB pull"), "{labels:?}");
    let exact = hover(&mut client, 0, 7);
    assert!(exact.contains("exact, by the registry") && exact.contains("2 layers"), "{exact}");
    client.leave_and_forget();
}

#[test]
fn off_means_off() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(&["lsp"]);
    command.env("XDG_CACHE_HOME", folder.path().join("cache"));
    #[cfg(unix)]
    let engine = {
        let socket = folder.path().join("docker.sock");
        command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
        std::os::unix::net::UnixListener::bind(socket).expect("a socket")
    };
    let mut client = start_as(&mut command, json!({}));
    client.open(&format!(
        "# syntax={host}/a\nFROM {host}/app:1 AS b\nRUN --mount=from={host}/c,target=/x y\nFROM golang\nCOPY --from={host}/d / /\n"
    ));
    for line in 0..5 {
        for character in [8, 15, 22] {
            hover(&mut client, line, character);
            client.request("textDocument/completion", at(line, character)).expect("an answer");
        }
    }
    labels(&mut client);
    client.pull(URI);
    for method in ["documentLink", "codeLens", "documentSymbol"] {
        let document = json!({ "textDocument": { "uri": URI } });
        client.request(&format!("textDocument/{method}"), document).expect("an answer");
    }
    let mut params = lines(0, 9);
    params["context"] = json!({ "diagnostics": [] });
    client.request("textDocument/codeAction", params).expect("an answer");
    client.request("shutdown", Value::Null).expect("an answer");
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
    listener.set_nonblocking(true).expect("a listener");
    assert!(listener.accept().is_err(), "someone has called the registry");
    #[cfg(unix)]
    {
        engine.set_nonblocking(true).expect("a listener");
        assert!(engine.accept().is_err(), "someone has called the engine");
    }
    assert!(!folder.path().join("cache").exists(), "something was written to the cache");
}

#[test]
fn the_users_own_catalogue_counts() {
    let data = tempfile::tempdir().expect("a folder");
    let table = data.path().join("table.tsv");
    let row = "acme/app\t1\tamd64\t5000000\t9000000\t\t\t\t\there\t2026-11-01\n";
    let header = COLUMNS.join("\t");
    std::fs::write(&table, format!("{header}\n{row}")).expect("a table");
    let with_data = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.env("XDG_DATA_HOME", data.path());
        command
    };
    let path = table.to_str().expect("text");
    let made = with_data(&["catalogue", "update", "--from", path]).status().expect("it runs");
    assert!(made.success());
    let mut client = start_as(&mut with_data(&["lsp"]), amd64(json!({})));
    client.open("FROM acme/app:1\nFROM golang:1.22\n");
    assert_eq!(labels(&mut client), ["≈ 5 MB pull · 9 MB disk", "≈ 299 MB pull · 823 MB disk"]);
}

#[test]
fn a_stage_is_weighed_with_the_files_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: usize| {
        std::fs::write(folder.path().join(name), vec![b'x'; bytes]).expect("a file");
    };
    write("app.bin", 2_000_000);
    write("secret.bin", 5_000_000);
    std::fs::write(folder.path().join(".dockerignore"), "secret.*\n").expect("a file");
    let uri = format!("file://{}/Dockerfile", folder.path().display());
    let mut client = start(amd64(json!({})));
    client.open_as(&uri, "dockerfile", "FROM alpine:3.20 AS app\nCOPY . /app/\nFROM app\n");
    let mut params = at(0, 22);
    params["textDocument"]["uri"] = json!(uri);
    let answer = client.request("textDocument/hover", params).expect("an answer");
    let text = answer["contents"]["value"].as_str().expect("a text");
    assert!(text.contains("≈ 9.8 MB"), "{text}");
    assert!(text.contains("COPY . /app/") && text.contains("2 MB"), "{text}");
}
