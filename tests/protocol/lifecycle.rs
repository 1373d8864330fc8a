//! How a conversation begins and ends.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, URI, command, frame};

#[test]
fn exit_after_shutdown_is_0() {
    let mut client = Client::start();
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
}

#[test]
fn exit_without_shutdown_is_1() {
    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 1);
}

#[test]
fn exit_before_initialize_is_1() {
    let mut client = Client::spawn();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 1);
}

#[test]
fn exit_at_once_after_shutdown_still_gets_the_answer() {
    let mut client = Client::start();
    let id = client.ask("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
    assert_eq!(client.answer(id), Ok(Value::Null));
}

#[test]
fn a_shutdown_without_an_id_counts() {
    let mut client = Client::start();
    client.notify("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
}

#[test]
fn nothing_is_asked_after_shutdown() {
    let mut client = Client::with_capabilities(json!({
        "workspace": { "configuration": true, "codeLens": { "refreshSupport": true } },
        "textDocument": { "diagnostic": {} },
    }));
    client.open("FROM alpine\n");
    let (id, _) = client.server_request("workspace/configuration");
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    let settings = json!([{ "codeLens": { "enable": false } }]);
    client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": settings }));
    // They would have the lenses asked for again.
    client.assert_silent();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
}

#[test]
fn the_end_of_input_is_an_exit() {
    let mut client = Client::start();
    client.close_input();
    assert_eq!(client.wait(), 1);

    let mut client = Client::start();
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    client.close_input();
    assert_eq!(client.wait(), 0);

    let mut client = Client::spawn();
    client.close_input();
    assert_eq!(client.wait(), 1);
}

#[test]
fn what_was_asked_before_the_end_of_input_is_answered() {
    let mut client = Client::start();
    client.open("FROM alpine\n");
    let ids: Vec<_> = (0..50)
        .map(|_| client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } })))
        .collect();
    client.close_input();
    assert_eq!(client.wait(), 1);
    for id in ids {
        assert!(client.answer(id).is_ok());
    }
}

#[test]
fn the_end_of_input_inside_a_frame_is_an_exit() {
    for part in
        ["Content-Le", "Content-Length: 10\r\n", "Content-Length: 10\r\n\r\n{", "{}", "\r\n"]
    {
        let mut client = Client::start();
        client.send_bytes(part.as_bytes());
        client.close_input();
        assert_eq!(client.wait(), 1, "{part:?}");
    }
}

#[test]
fn before_initialize_requests_are_refused_and_notifications_dropped() {
    let mut client = Client::spawn();
    client.open("FROM early\n");
    assert_eq!(
        client.request_code("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } })),
        -32002
    );
    assert_eq!(client.request_code("shutdown", Value::Null), -32002);
    assert_eq!(client.request_code("no/such", Value::Null), -32002);
    client.notify("initialized", json!({}));
    client.notify("$/unknown", json!({}));
    client.initialize(json!({ "capabilities": { "textDocument": { "diagnostic": {} } } }));
    let report = client.pull(URI);
    assert!(report.get("resultId").is_none(), "the early document is not open: {report}");
}

#[test]
fn initialize_comes_once() {
    let mut client = Client::start();
    assert_eq!(client.request_code("initialize", json!({ "capabilities": {} })), -32600);
    client.assert_alive();
}

#[test]
fn a_faulty_initialize_can_be_mended() {
    let mut client = Client::spawn();
    for wrong in [json!("text"), json!([1]), json!({ "processId": "12", "capabilities": {} })] {
        assert_eq!(client.request_code("initialize", wrong), -32602);
    }
    let result = client.initialize(
        json!({ "processId": -5, "capabilities": "odd", "trace": 7, "clientInfo": [] }),
    );
    assert_eq!(result["serverInfo"]["name"], "stagewright");
}

#[test]
fn after_shutdown_only_exit_is_taken() {
    let mut client = Client::start();
    client.open("FROM alpine\n");
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.request_code("shutdown", Value::Null), -32600);
    assert_eq!(client.request_code("initialize", json!({ "capabilities": {} })), -32600);
    assert_eq!(
        client.request_code("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } })),
        -32600
    );
    assert_eq!(client.request_code("no/such", Value::Null), -32600);
    client.change(2, json!([{ "text": "ignored" }]));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
}

#[test]
fn messages_need_not_wait_for_the_result_of_initialize() {
    let mut client = Client::spawn();
    let open = json!({ "textDocument": { "uri": URI, "languageId": "dockerfile", "version": 1, "text": "FROM a\n" } });
    let all = [
        json!({ "jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": { "capabilities": {} } }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": open }),
        json!({ "jsonrpc": "2.0", "id": "early", "method": "textDocument/diagnostic", "params": { "textDocument": { "uri": URI } } }),
        json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }),
    ];
    let bytes: Vec<u8> = all.iter().flat_map(|message| frame(&message.to_string())).collect();
    client.send_bytes(&bytes);
    assert!(client.answer("hello").is_ok());
    let report = client.answer("early").expect("diagnostics");
    assert!(report["resultId"].is_string(), "the document is open: {report}");
}

/// A process that lives until its input closes.
fn bystander() -> std::process::Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat")
}

#[test]
fn the_death_of_the_process_in_initialize_ends_the_server() {
    let mut parent = bystander();
    let mut client = Client::spawn();
    client.initialize(json!({ "processId": parent.id(), "capabilities": {} }));
    client.assert_alive();
    parent.kill().expect("kill");
    assert_eq!(client.wait(), 1);
    parent.wait().expect("wait");
}

#[test]
fn the_death_of_the_process_on_the_command_line_ends_the_server() {
    for before in [false, true] {
        let mut parent = bystander();
        let id = parent.id().to_string();
        let mut client =
            Client::spawn_command(&mut command(&["lsp", "--stdio", "--clientProcessId", &id]));
        if before {
            client.initialize(json!({ "processId": null, "capabilities": {} }));
        }
        std::thread::sleep(Duration::from_millis(100));
        parent.kill().expect("kill");
        assert_eq!(client.wait(), 1);
        parent.wait().expect("wait");
    }
}

#[test]
fn no_process_and_one_that_is_not_here_are_not_watched() {
    let mut gone = bystander();
    gone.kill().expect("kill");
    gone.wait().expect("wait");
    for process in [Value::Null, json!(gone.id()), json!(0), json!(i64::MAX)] {
        let mut client = Client::spawn();
        client.initialize(json!({ "processId": process, "capabilities": {} }));
        std::thread::sleep(Duration::from_millis(100));
        client.assert_alive();
    }
}

#[test]
fn a_client_that_does_not_read_blocks_neither_its_writing_nor_the_exit() {
    let mut child = command(&["--stdio"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary");
    let mut input = child.stdin.take().expect("stdin");
    let unread = child.stdout.take();
    let mut send =
        |message: Value| input.write_all(&frame(&message.to_string())).expect("the server reads");
    send(
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": { "capabilities": {} } }),
    );
    // Far more answers than a pipe holds.
    for id in 1..20_000 {
        send(json!({ "jsonrpc": "2.0", "id": id, "method": "no/such" }));
    }
    send(json!({ "jsonrpc": "2.0", "id": "last", "method": "shutdown" }));
    let begin = Instant::now();
    send(json!({ "jsonrpc": "2.0", "method": "exit" }));
    let status = child.wait().expect("wait");
    assert_eq!(status.code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    drop(unread);
}
