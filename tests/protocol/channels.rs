//! The ways to the client, and the command line that names them.

use std::net::TcpListener;
use std::process::Stdio;

use serde_json::json;

use crate::client::{Client, URI, command};

fn hold_a_conversation(mut client: Client) {
    client.initialize(json!({ "capabilities": { "textDocument": { "diagnostic": {} } } }));
    client.open("FROM alpine\n");
    assert!(client.pull(URI)["resultId"].is_string());
    client.send_bytes(b"Content-Length: 1\r\n\r\n{");
    assert_eq!(client.answer(serde_json::Value::Null).expect_err("an error").0, -32700);
}

#[test]
fn standard_streams_by_either_spelling() {
    for arguments in [
        &["--stdio"][..],
        &["lsp"],
        &["lsp", "--stdio"],
        &["--stdio", "--clientProcessId", "999999999"],
    ] {
        hold_a_conversation(Client::spawn_command(&mut command(arguments)));
    }
}

#[test]
fn a_socket_of_the_client() {
    for (first, flag) in [("lsp", "--socket"), ("lsp", "--port"), ("", "--socket")] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port().to_string();
        let arguments: Vec<&str> =
            [first, flag, &port].into_iter().filter(|a| !a.is_empty()).collect();
        let child = command(&arguments).stderr(Stdio::null()).spawn().expect("the binary");
        let (stream, _) = listener.accept().expect("the server connects");
        let reader = stream.try_clone().expect("a clone");
        hold_a_conversation(Client::over(child, Box::new(stream), Box::new(reader)));
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_of_the_client() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe ü");
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a pipe");
    let child =
        command(&["lsp", "--pipe"]).arg(&path).stderr(Stdio::null()).spawn().expect("the binary");
    let (stream, _) = listener.accept().expect("the server connects");
    let reader = stream.try_clone().expect("a clone");
    hold_a_conversation(Client::over(child, Box::new(stream), Box::new(reader)));
}

#[test]
fn the_end_of_a_socket_is_an_exit() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let mut child = command(&["lsp", "--socket", &port]).spawn().expect("the binary");
    drop(listener.accept().expect("the server connects"));
    assert_eq!(child.wait().expect("wait").code(), Some(1));
}

/// Runs the binary to its end: exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(arguments).stdin(Stdio::null()).output().expect("the binary");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_cannot_be_done_is_said_with_code_2() {
    for (arguments, said) in [
        (&["lsp", "--pipe", "/no/such/pipe"][..], "cannot serve the editor"),
        (&["lsp", "--log-file", "/no/such/folder/log"], "cannot serve the editor"),
        (&["lsp", "--socket", "0"], "cannot serve the editor"),
        (&["lsp", "--socket", "99999"], "99999"),
        (&["lsp", "--stdio", "--pipe", "x"], "cannot be used with"),
        (&["--node-ipc"], "--node-ipc"),
        (&[], "Usage"),
    ] {
        let (code, output, error) = run(arguments);
        assert_eq!((code, output.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn version_and_help_are_told() {
    let (code, output, _) = run(&["--version"]);
    assert_eq!(
        (code, output.trim()),
        (Some(0), concat!("stagewright ", env!("CARGO_PKG_VERSION")))
    );
    for arguments in [&["--help"][..], &["lsp", "--help"]] {
        let (code, output, _) = run(arguments);
        assert_eq!(code, Some(0));
        assert!(output.contains("--stdio") && output.contains("--clientProcessId"), "{output}");
    }
}

#[test]
fn a_log_file_is_written_instead_of_standard_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    for sessions in 1..=2 {
        let mut client = Client::spawn_command(command(&["lsp", "--log-file"]).arg(&path));
        client.initialize(json!({ "capabilities": {}, "clientInfo": { "name": "Tester" } }));
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
        client.assert_alive();
        drop(client);
        let log = std::fs::read_to_string(&path).expect("a log");
        assert_eq!(log.matches("Tester").count(), sessions, "{log}");
        assert_eq!(log.matches("closed but is not open").count(), sessions, "{log}");
    }
}
