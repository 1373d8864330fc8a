//! Frames that are none, and messages that are none.

use serde_json::{Value, json};

use crate::client::{Client, URI, command, frame};

/// Sends bytes that are no message, and tells the codes that came back for them before the server
/// answered a good request.
fn check(bytes: &[u8], expected: &[i64]) {
    let mut client = Client::start();
    client.send_bytes(bytes);
    let found: Vec<i64> =
        expected.iter().map(|_| client.answer(Value::Null).expect_err("an error").0).collect();
    assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(bytes));
    client.assert_alive();
}

#[test]
fn bad_json_is_answered_and_left_behind() {
    for body in [
        "",
        "{",
        "nul",
        "{\"jsonrpc\":\"2.0\",",
        "{} {}",
        "\u{feff}{}",
        &"[".repeat(100_000),
        "{\"a\":1e999}",
    ] {
        check(&frame(body), &[-32700]);
    }
}

#[test]
fn bytes_that_are_no_text_are_answered_and_left_behind() {
    check(b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x80", &[-32700]);
    check(b"Content-Length: 30\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"\xc3\"}", &[-32700]);
}

#[test]
fn batches_and_other_json_are_answered_and_left_behind() {
    for body in [
        "[]",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"shutdown\"}]",
        "\"exit\"",
        "1",
        "null",
        "true",
        "{}",
    ] {
        check(&frame(body), &[-32600]);
    }
}

#[test]
fn several_faults_in_one_write() {
    let bytes = [
        frame("{"),
        frame("[]"),
        b"Content-Length: -1\r\n\r\n".to_vec(),
        frame("nul"),
        b"junk".to_vec(),
    ]
    .concat();
    check(&bytes, &[-32700, -32600, -32700]);
}

#[test]
fn faulty_headers_are_left_behind() {
    for header in [
        "Content-Length: -5\r\n\r\n12345",
        "Content-Length: 5x\r\n\r\n",
        "Content-Length: \r\n\r\n",
        "Content-Length: 67108865\r\n\r\nshort",
        "Content-Length: 18446744073709551616\r\n\r\n",
        "Content-Length: 1e3\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{\"jsonrpc\":\"2.0\"}",
        "\r\n\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\0\0\0\0",
    ] {
        check(header.as_bytes(), &[]);
    }
    check(&vec![b'x'; 1 << 20], &[]);
    check(&vec![b'\n'; 1 << 16], &[]);
}

#[test]
fn headers_are_taken_in_any_shape() {
    let mut client = Client::start();
    let body = json!({ "jsonrpc": "2.0", "id": "x", "method": "no/such" }).to_string();
    let n = body.len();
    for header in [
        format!("content-length:{n}\n\n"),
        format!("CONTENT-LENGTH : {n} \r\n\n"),
        format!("Content-Type: application/vscode-jsonrpc\r\nContent-Length: {n}\r\n\r\n"),
        format!(
            "Content-Length: {n}\r\nContent-Type: text/plain; charset=latin-1\r\nX-More: yes\r\n\r\n"
        ),
    ] {
        client.send_bytes(format!("{header}{body}").as_bytes());
        assert_eq!(client.answer("x").expect_err("an error").0, -32601, "{header:?}");
    }
}

#[test]
fn frames_come_in_any_pieces() {
    let mut client = Client::start();
    for (i, byte) in frame(&json!({ "jsonrpc": "2.0", "id": "x", "method": "né/😀" }).to_string())
        .iter()
        .enumerate()
    {
        client.send_bytes(&[*byte]);
        if i % 16 == 0 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
    assert_eq!(client.answer("x").expect_err("an error").0, -32601);
}

#[test]
fn ids_are_echoed_as_they_were() {
    let mut client = Client::start();
    for id in [
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("7"),
        json!("ü😀\n"),
    ] {
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "no/such" }));
        assert_eq!(client.answer(id.clone()).expect_err("an error").0, -32601, "{id}");
    }
}

#[test]
fn ids_that_are_none_are_refused() {
    for id in ["null", "1.5", "true", "[1]", "{}", "9223372036854775808", "1e30"] {
        check(
            &frame(&format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"shutdown\"}}")),
            &[-32600],
        );
    }
}

#[test]
fn messages_with_faulty_members() {
    let mut client = Client::start();
    client.send(&json!({ "jsonrpc": "2.0", "id": 100, "method": 5 }));
    assert_eq!(client.answer(100).expect_err("an error").0, -32600);
    client.send(&json!({ "jsonrpc": "2.0", "id": 101 }));
    assert_eq!(client.answer(101).expect_err("an error").0, -32600);
    // Forgiven: another version, members that nobody knows, and answers that nobody asked for.
    client.send(&json!({ "jsonrpc": "1.0", "id": 102, "method": "no/such", "more": [] }));
    assert_eq!(client.answer(102).expect_err("an error").0, -32601);
    client.send(&json!({ "jsonrpc": "2.0", "id": 103, "result": {} }));
    client.send(&json!({ "jsonrpc": "2.0", "id": null, "error": { "code": 1, "message": "no" } }));
    client.send(&json!({ "jsonrpc": "2.0", "id": "x", "error": "no" }));
    client.assert_alive();
}

#[test]
fn the_largest_message_is_taken_and_a_larger_one_skipped() {
    let mut client = Client::start();
    // 64 MiB with all its envelope.
    let envelope = |text: &str| {
        let item = json!({ "uri": URI, "languageId": "dockerfile", "version": 1, "text": text });
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": item } }).to_string()
    };
    let line = "# a line of a comment that is not short, to make a large file of few lines\\n";
    let room = (64 << 20) - envelope("").len();
    let text = format!("{}{}", line.repeat(room / line.len()), " ".repeat(room % line.len()));
    let body = envelope("").replace("\"text\":\"\"", &format!("\"text\":\"{text}\""));
    assert_eq!(body.len(), 64 << 20);
    client.send_bytes(&frame(&body));
    assert!(client.pull(URI)["resultId"].is_string(), "it is open");
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    client.send_bytes(&frame(&format!("{body} ")));
    assert!(client.pull(URI).get("resultId").is_none(), "it was skipped");
    client.assert_alive();
}

#[test]
fn standard_output_is_for_the_protocol_only() {
    let mut client = Client::spawn_command(command(&["--stdio"]).env("STAGEWRIGHT_LOG", "trace"));
    client.initialize(json!({ "capabilities": {} }));
    client.open("FROM alpine\n");
    client.send_bytes(&frame("["));
    assert_eq!(client.answer(Value::Null).expect_err("an error").0, -32700);
    client.assert_alive();
    client.logged("refused a frame");
}

#[test]
fn a_closed_log_does_not_matter() {
    let mut command = command(&["--stdio"]);
    command.env("STAGEWRIGHT_LOG", "trace");
    let mut client = Client::spawn_command(&mut command);
    client.close_log();
    client.initialize(json!({ "capabilities": {} }));
    for _ in 0..100 {
        client.send_bytes(&frame("{"));
        assert_eq!(client.answer(Value::Null).expect_err("an error").0, -32700);
    }
    client.assert_alive();
}
