//! Damaged streams against the real binary: whatever comes, the next good request is answered.

use serde_json::{Value, json};

use crate::client::{Client, URI, frame};

/// A small generator with a known sequence, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Good messages to damage. None of them ends the conversation, and damage cannot make one that does:
/// `exit` and `shutdown` are in none.
fn messages() -> Vec<Value> {
    let position = json!({ "line": 0, "character": 3 });
    let document = json!({ "uri": URI });
    vec![
        json!({ "jsonrpc": "2.0", "id": 1, "method": "textDocument/hover", "params": { "textDocument": document, "position": position } }),
        json!({ "jsonrpc": "2.0", "id": "a", "method": "textDocument/diagnostic", "params": { "textDocument": document } }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": { "uri": URI, "languageId": "dockerfile", "version": 1, "text": "FROM a AS b\nRUN <<E\n😀\r\nE\n" } } }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": { "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "range": { "start": position, "end": { "line": 9, "character": 0 } }, "text": "\\\n" }] } }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didClose", "params": { "textDocument": document } }),
        json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": { "settings": { "stagewright": {} } } }),
        json!({ "jsonrpc": "2.0", "id": 0, "result": [null, null] }),
    ]
}

/// One frame, most often damaged.
fn damaged(random: &mut Random, messages: &[Value]) -> Vec<u8> {
    let mut bytes = frame(&messages[random.below(messages.len())].to_string());
    let header = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a header") + 4;
    match random.below(10) {
        0 => {}
        1 => {
            let i = random.below(bytes.len());
            bytes[i] = u8::try_from(random.below(256)).expect("a byte");
        }
        2 => bytes.truncate(random.below(bytes.len())),
        3 => drop(bytes.drain(..random.below(bytes.len()))),
        4 => {
            let i = random.below(bytes.len());
            let junk: Vec<u8> = (0..random.below(40))
                .map(|_| u8::try_from(random.below(256)).expect("a byte"))
                .collect();
            bytes.splice(i..i, junk);
        }
        5 => {
            let length: &str =
                random.pick(&["-1", "0", "1", "7", "99999999999", "x", "", "67108865", "1 1"]);
            let body = bytes.split_off(header);
            bytes = format!("Content-Length: {length}\r\n\r\n").into_bytes();
            bytes.extend(body);
        }
        6 => {
            let from = random.below(bytes.len());
            let to = from + random.below(bytes.len() - from);
            let part = bytes[from..to].to_vec();
            bytes.splice(from..from, part);
        }
        7 => {
            bytes = String::from_utf8_lossy(&bytes)
                .replace("\r\n", random.pick::<str>(&["\n", "\r", "\r\n\r\n", ""]))
                .into_bytes()
        }
        // A body of the right length in which one value is another.
        8 => {
            let body = String::from_utf8_lossy(&bytes[header..]).replace(
                random.pick::<str>(&[
                    "\"uri\":",
                    "\"line\":0",
                    "\"text\":",
                    "\"id\":1",
                    "\"params\":",
                    "\"version\":",
                ]),
                random.pick::<str>(&[
                    "\"uri\":5,\"x\":",
                    "\"line\":-1",
                    "\"text\":null,\"x\":",
                    "\"id\":[],\"x\":1",
                    "\"params\":[],\"x\":",
                    "\"version\":1e99,\"x\":",
                ]),
            );
            bytes = frame(&body);
        }
        _ => {
            let mut shuffled: Vec<u8> = Vec::new();
            while !bytes.is_empty() {
                shuffled.extend(bytes.drain(..(1 + random.below(12)).min(bytes.len())).rev());
            }
            bytes = shuffled;
        }
    }
    bytes
}

#[test]
fn whatever_comes_the_next_good_request_is_answered() {
    let messages = messages();
    for seed in 0..60 {
        let mut random = Random(seed);
        let mut client = Client::with_capabilities(json!({ "textDocument": { "diagnostic": {} } }));
        let mut stream = Vec::new();
        for _ in 0..200 {
            stream.extend(damaged(&mut random, &messages));
        }
        while !stream.is_empty() {
            let rest = stream.split_off((1 + random.below(5000)).min(stream.len()));
            client.send_bytes(&std::mem::replace(&mut stream, rest));
        }
        // A frame that claims more than it has takes this for its body; it is good for nothing else.
        client.send_bytes(&vec![b'\n'; 1 << 20]);
        client.send(&json!({ "jsonrpc": "2.0", "id": "the end", "method": "no/such" }));
        assert_eq!(client.answer("the end").expect_err("an error").0, -32601, "seed {seed}");
        client.leave_and_forget();
    }
}
