//! Bytes from the client to frames, and the frames worth passing on.
//!
//! The framework ends at the first byte it cannot read. This filter stands before it, so that a bad
//! frame costs that frame: it finds the next header by itself ([`Deframer`]), answers what is no
//! message ([`read_message`]), and writes every good message anew. What reaches the framework is
//! therefore always well formed, because nothing reaches it but what this file has written.
//!
//! Both parts work on bytes in memory; who reads and who writes is `transport`'s business.

use serde_json::{Map, Value, json};

/// The longest body that is taken, in bytes. A longer one is skipped.
pub const MAX_BODY: usize = 64 << 20;

/// The longest header block, in bytes. Real ones have some forty.
const MAX_HEADER: usize = 8 << 10;

/// The header that starts a frame, in the letter case it is compared in.
const CONTENT_LENGTH: &[u8] = b"content-length:";

/// What [`Deframer::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// The body of one frame.
    Body(Vec<u8>),
    /// Bytes that are no frame were left out; why, for the log.
    Fault(String),
}

/// Cuts a stream of bytes into frames. Headers may come in any letter case and order, with LF or
/// CRLF; after a faulty one it goes on at the next `Content-Length:`.
#[derive(Debug, Default)]
pub struct Deframer {
    buffer: Vec<u8>,
    /// How many bytes of the buffer are used up.
    used: usize,
    /// How many bytes of the rest were searched for the end of the headers already.
    searched: usize,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// At the start of a header block.
    #[default]
    Header,
    /// At the start of a body of that many bytes.
    Body(usize),
    /// After a fault: looking for the next `Content-Length:`.
    Lost,
}

impl Deframer {
    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The bytes that are not used up yet.
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.used..).unwrap_or_default()
    }

    /// The next frame or fault, or `None` until more bytes are pushed.
    pub fn next(&mut self) -> Option<Frame> {
        loop {
            match self.state {
                State::Lost => self.find_next_header()?,
                State::Body(length) => return self.take_body(length),
                State::Header => {
                    if let Err(fault) = self.read_header()? {
                        return Some(Frame::Fault(fault));
                    }
                }
            }
        }
    }

    /// Drops all before the next `Content-Length:`, or as much as cannot be part of one.
    fn find_next_header(&mut self) -> Option<()> {
        let found = find_content_length(self.rest());
        self.consume(found.unwrap_or(self.rest().len().saturating_sub(CONTENT_LENGTH.len() - 1)));
        found?;
        self.state = State::Header;
        Some(())
    }

    fn take_body(&mut self, length: usize) -> Option<Frame> {
        let body = self.rest().get(..length)?.to_vec();
        self.consume(length);
        self.state = State::Header;
        Some(Frame::Body(body))
    }

    /// Reads a whole header block and goes to the body, or tells the fault and is lost.
    fn read_header(&mut self) -> Option<Result<(), String>> {
        let Some(end) = self.find_header_end() else {
            if self.rest().len() <= MAX_HEADER {
                return None;
            }
            self.lose(1);
            return Some(Err(format!("no end of the headers in {MAX_HEADER} bytes")));
        };
        let block = self.rest().get(..end).unwrap_or_default();
        Some(match content_length(block) {
            Ok(length) => {
                self.consume(end);
                self.state = State::Body(length);
                Ok(())
            }
            Err(HeaderFault { skip, reason }) => {
                self.lose(skip);
                Err(reason)
            }
        })
    }

    /// The offset after the first empty line, if there is one yet.
    fn find_header_end(&mut self) -> Option<usize> {
        let rest = self.buffer.get(self.used..)?;
        let unsearched = rest.get(self.searched..)?.iter().enumerate();
        for (i, _) in unsearched.filter(|&(_, &byte)| byte == b'\n') {
            let at = self.searched + i;
            let before = rest.get(..at)?;
            let line = before.strip_suffix(b"\r").unwrap_or(before);
            if line.is_empty() || line.ends_with(b"\n") {
                return Some(at + 1);
            }
        }
        self.searched = rest.len();
        None
    }

    fn lose(&mut self, skip: usize) {
        self.consume(skip);
        self.state = State::Lost;
    }

    /// Uses bytes up. The buffer is compacted only when most of it is used, so that a burst of many
    /// small frames is not moved once a frame, and given back when a large frame has left.
    fn consume(&mut self, bytes: usize) {
        self.used = (self.used + bytes).min(self.buffer.len());
        self.searched = 0;
        if self.used * 2 > self.buffer.len() {
            self.buffer.drain(..self.used);
            self.used = 0;
            self.buffer.shrink_to(1 << 20);
        }
    }
}

struct HeaderFault {
    /// How many bytes of the block to leave out before the search for the next header, so that the
    /// faulty one is not found again.
    skip: usize,
    reason: String,
}

/// The length that a header block names. The last `Content-Length` counts: a client that broke off
/// in the middle of a header and began anew meant the second.
fn content_length(block: &[u8]) -> Result<usize, HeaderFault> {
    let mut offset = 0;
    let mut last = None;
    for line in block.split_inclusive(|&byte| byte == b'\n') {
        offset += line.len();
        let Some((name, value)) = line.split_at_checked(CONTENT_LENGTH.len() - 1) else { continue };
        if let [b':', value @ ..] = value.trim_ascii_start()
            && name.eq_ignore_ascii_case(CONTENT_LENGTH.strip_suffix(b":").unwrap_or_default())
        {
            last = Some((offset, value.trim_ascii()));
        }
    }
    let Some((skip, value)) = last else {
        return Err(HeaderFault { skip: 0, reason: "headers without Content-Length".to_owned() });
    };
    let length = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
    length.filter(|&length| length <= MAX_BODY).ok_or_else(|| {
        let shown = value.get(..value.len().min(40)).unwrap_or_default();
        let shown = String::from_utf8_lossy(shown);
        HeaderFault { skip, reason: format!("a Content-Length of `{shown}` (at most {MAX_BODY})") }
    })
}

fn find_content_length(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(CONTENT_LENGTH.len())
        .position(|window| window.eq_ignore_ascii_case(CONTENT_LENGTH))
}

/// What a frame's body is.
#[derive(Debug, PartialEq)]
pub enum Message {
    /// Pass this on: the same message, written anew.
    Pass(Vec<u8>),
    /// It is no message; send this answer.
    Refuse(Value),
    /// It is no message, and needs no answer; why, for the log.
    Drop(String),
}

/// Judges a frame's body by JSON-RPC 2.0 and the protocol's base part. Ids are 64-bit integers or
/// strings; a missing `jsonrpc` member is forgiven.
pub fn read_message(body: &[u8]) -> Message {
    let parsed = std::str::from_utf8(body)
        .map_err(|error| format!("the message is not UTF-8: {error}"))
        .and_then(|text| {
            serde_json::from_str(text).map_err(|error| format!("the message is not JSON: {error}"))
        });
    match parsed {
        Ok(Value::Object(object)) => read_object(object),
        Ok(Value::Array(_)) => refuse(Value::Null, -32600, "batches are not part of the protocol"),
        Ok(_) => refuse(Value::Null, -32600, "a message is a JSON object"),
        Err(reason) => refuse(Value::Null, -32700, &reason),
    }
}

fn read_object(mut object: Map<String, Value>) -> Message {
    let id = object.remove("id");
    let valid_id = id.clone().filter(|id| id.is_i64() || id.is_string());
    let Some(method) = object.remove("method") else {
        return read_response(object, valid_id);
    };
    if id.is_some() && valid_id.is_none() {
        return refuse(Value::Null, -32600, "the id of a request is a string or a 64-bit integer");
    }
    if !method.is_string() {
        return refuse(valid_id.unwrap_or_default(), -32600, "the method is a string");
    }
    let mut message = json!({ "jsonrpc": "2.0", "method": method });
    copy(&mut message, "id", valid_id);
    copy(&mut message, "params", object.remove("params"));
    pass(&message)
}

fn read_response(mut object: Map<String, Value>, id: Option<Value>) -> Message {
    let (result, error) =
        (object.remove("result"), object.remove("error").filter(|e| !e.is_null()));
    let mut message = match (error, result) {
        (Some(error), _) => json!({ "jsonrpc": "2.0", "error": plain_error(&error) }),
        (None, Some(result)) => json!({ "jsonrpc": "2.0", "result": result }),
        (None, None) => {
            return refuse(
                id.unwrap_or_default(),
                -32600,
                "a message has a method, a result or an error",
            );
        }
    };
    let Some(id) = id else {
        return Message::Drop(format!("a response without an id: {message}"));
    };
    copy(&mut message, "id", Some(id));
    pass(&message)
}

/// A client's error with the members that the framework takes, whatever the client sent.
fn plain_error(error: &Value) -> Value {
    let code = error.get("code").and_then(Value::as_i64).unwrap_or(-32603);
    let text = error
        .get("message")
        .or(Some(error))
        .map(|m| m.as_str().map_or_else(|| m.to_string(), str::to_owned));
    json!({ "code": code, "message": text })
}

fn copy(message: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(members), Some(value)) = (message.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}

fn pass(message: &Value) -> Message {
    Message::Pass(frame(message))
}

fn refuse(id: Value, code: i64, reason: &str) -> Message {
    Message::Refuse(
        json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": reason } }),
    )
}

/// A message as it goes over the wire.
pub fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(deframer: &mut Deframer) -> Vec<Result<String, ()>> {
        std::iter::from_fn(|| deframer.next())
            .map(|frame| match frame {
                Frame::Body(body) => Ok(String::from_utf8_lossy(&body).into_owned()),
                Frame::Fault(_) => Err(()),
            })
            .collect()
    }

    /// `expected`: the bodies; `!` stands for a fault. In one piece and byte by byte.
    fn check(stream: &[u8], expected: &[&str]) {
        let expected: Vec<_> =
            expected.iter().map(|&e| if e == "!" { Err(()) } else { Ok(e.to_owned()) }).collect();
        let mut whole = Deframer::default();
        whole.push(stream);
        assert_eq!(all(&mut whole), expected, "{:?}", String::from_utf8_lossy(stream));
        let (mut slow, mut found) = (Deframer::default(), Vec::new());
        for &byte in stream {
            slow.push(&[byte]);
            found.extend(all(&mut slow));
        }
        assert_eq!(found, expected, "byte by byte: {:?}", String::from_utf8_lossy(stream));
    }

    #[test]
    fn plain_frames() {
        check(b"", &[]);
        check(b"Content-Length: 2\r\n\r\n{}", &["{}"]);
        check(
            b"Content-Length: 2\r\n\r\n{}Content-Length: 0\r\n\r\nContent-Length: 1\r\n\r\n1",
            &["{}", "", "1"],
        );
        check(b"Content-Length: 3\r\n\r\n{}", &[]);
    }

    #[test]
    fn headers_in_any_shape() {
        check(b"content-length:2\n\n{}", &["{}"]);
        check(b"CONTENT-LENGTH :  2 \r\n\n{}", &["{}"]);
        check(b"Content-Type: x/y; charset=latin-1\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
        check(b"Content-Length: 2\nContent-Type: a\r\nX: Content-Length: 9\n\r\n{}", &["{}"]);
        check(b"Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
        check(b"no header at all\nContent-Length: 2\r\n\r\n{}", &["{}"]);
    }

    #[test]
    fn faults_end_at_the_next_header() {
        let good = "Content-Length: 2\r\n\r\n{}";
        for bad in [
            "Content-Type: x\r\n\r\n{\"a\":1}",
            "Content-Length: -5\r\n\r\n12345",
            "Content-Length: 67108865\r\n\r\nabc",
            "Content-Length: 99999999999999999999999999\r\n\r\nabc",
            "Content-Length: two\r\n\r\nab",
            "Content-Length:\r\n\r\n",
            "Content-Length: 2.0\r\n\r\nab",
            "\r\n",
        ] {
            check(format!("{bad}{good}{good}").as_bytes(), &["!", "{}", "{}"]);
        }
        check(format!("tail of a body}}{good}{good}").as_bytes(), &["!", "{}", "{}"]);
        check(format!("{}{good}", "x".repeat(3 * MAX_HEADER)).as_bytes(), &["!", "{}"]);
    }

    #[test]
    fn what_is_skipped_is_not_kept() {
        let mut deframer = Deframer::default();
        deframer.push(b"Content-Length: -1\r\n\r\n");
        assert!(matches!(deframer.next(), Some(Frame::Fault(_))));
        for _ in 0..100 {
            deframer.push(&[b'x'; 10_000]);
            assert_eq!(deframer.next(), None);
            assert!(deframer.rest().len() < CONTENT_LENGTH.len());
        }
    }

    #[test]
    fn a_body_of_the_largest_length_is_taken() {
        let mut deframer = Deframer::default();
        deframer.push(format!("Content-Length: {MAX_BODY}\r\n\r\n").as_bytes());
        deframer.push(&vec![b' '; MAX_BODY]);
        assert!(matches!(deframer.next(), Some(Frame::Body(body)) if body.len() == MAX_BODY));
    }

    fn check_message(body: &str, expected: &Value) {
        let found = match read_message(body.as_bytes()) {
            Message::Pass(bytes) => {
                let mut deframer = Deframer::default();
                deframer.push(&bytes);
                let Some(Frame::Body(body)) = deframer.next() else { panic!("no frame") };
                serde_json::from_slice(&body).expect("JSON")
            }
            Message::Refuse(answer) => json!([answer["id"], answer["error"]["code"]]),
            Message::Drop(_) => Value::Null,
        };
        assert_eq!(&found, expected, "{body}");
    }

    #[test]
    fn good_messages_pass() {
        check_message(
            r#"{"id":"a","method":"m","params":[1],"more":2}"#,
            &json!({"jsonrpc":"2.0","id":"a","method":"m","params":[1]}),
        );
        check_message(
            r#"{"jsonrpc":"2.0","id":-9007199254740993,"method":"m"}"#,
            &json!({"jsonrpc":"2.0","id":-9_007_199_254_740_993_i64,"method":"m"}),
        );
        check_message(
            r#"{"method":"n","params":null}"#,
            &json!({"jsonrpc":"2.0","method":"n","params":null}),
        );
        check_message(r#"{"id":3,"result":null}"#, &json!({"jsonrpc":"2.0","id":3,"result":null}));
        check_message(
            r#"{"id":3,"result":null,"error":null}"#,
            &json!({"jsonrpc":"2.0","id":3,"result":null}),
        );
        check_message(
            r#"{"id":3,"error":{"code":1,"message":"no","data":[],"stack":"x"},"result":1}"#,
            &json!({"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"no"}}),
        );
        check_message(
            r#"{"id":3,"error":"no"}"#,
            &json!({"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"no"}}),
        );
    }

    #[test]
    fn what_is_no_message_is_answered() {
        check_message("", &json!([null, -32700]));
        check_message("{", &json!([null, -32700]));
        check_message(r#"{"method":"\ud800"}"#, &json!([null, -32700]));
        check_message(&"[".repeat(10_000), &json!([null, -32700]));
        check_message(r#"[{"id":1,"method":"m"}]"#, &json!([null, -32600]));
        check_message("[]", &json!([null, -32600]));
        check_message("\"text\"", &json!([null, -32600]));
        check_message("null", &json!([null, -32600]));
        check_message(r#"{"id":null,"method":"m"}"#, &json!([null, -32600]));
        check_message(r#"{"id":1.5,"method":"m"}"#, &json!([null, -32600]));
        check_message(r#"{"id":18446744073709551615,"method":"m"}"#, &json!([null, -32600]));
        check_message(r#"{"id":{},"method":"m"}"#, &json!([null, -32600]));
        check_message(r#"{"id":4,"method":5}"#, &json!([4, -32600]));
        check_message(r#"{"id":4}"#, &json!([4, -32600]));
        check_message("{}", &json!([null, -32600]));
        check_message(r#"{"id":null,"error":{"code":1,"message":"no"}}"#, &Value::Null);
        assert!(
            matches!(read_message(b"\xff"), Message::Refuse(answer) if answer["error"]["code"] == -32700)
        );
    }

    proptest! {
        #[test]
        fn good_frames_among_faults_are_all_found(
            parts in prop::collection::vec((prop::bool::ANY, "[ -~]{0,30}"), 0..12),
            cuts in prop::collection::vec(1usize..40, 0..40),
        ) {
            let mut stream = Vec::new();
            for (good, text) in &parts {
                let length = if *good { text.len().to_string() } else { "-1".to_owned() };
                stream.extend(format!("Content-Length: {length}\r\n\r\n{text}").bytes());
            }
            let expected: Vec<_> = parts.iter().map(|(good, text)| good.then(|| text.clone()).ok_or(())).collect();
            let (mut deframer, mut found, mut rest) = (Deframer::default(), Vec::new(), stream.as_slice());
            for cut in cuts.into_iter().chain([stream.len()]) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                deframer.push(now);
                found.extend(all(&mut deframer));
                rest = later;
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut deframer = Deframer::default();
            deframer.push(&bytes);
            all(&mut deframer);
            read_message(&bytes);
        }
    }
}
