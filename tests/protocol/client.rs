//! A client for tests: it starts the binary, reads its output as strictly as the protocol is
//! written, and when it is dropped asks that the server leave well and have said nothing unread.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stagewright::text::{Edit, Encoding, LineColumn, Text, TextRange, apply_edits};

/// How long anything may take. Only a failure takes that long.
pub const LIMIT: Duration = Duration::from_secs(60);

/// How long to listen when nothing is expected to come.
const SILENCE: Duration = Duration::from_millis(200);

/// The document that most tests are about.
pub const URI: &str = "file:///work/Dockerfile";

/// See the module.
pub struct Client {
    child: Child,
    input: Option<Box<dyn Write + Send>>,
    output: Receiver<Result<Value, String>>,
    /// From the first message on.
    log: Option<Receiver<String>>,
    unread: VecDeque<Value>,
    next_id: i64,
}

/// The command that starts the binary.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stagewright"));
    command.args(arguments).env_remove("STAGEWRIGHT_LOG").env_remove("RUST_BACKTRACE");
    command
}

/// A text after the protocol's edits, whose columns are UTF-16 units.
pub fn applied(text: &str, edits: &[Value]) -> String {
    let source = Text::new(text);
    let offset = |place: &Value| {
        let number = |name: &str| u32::try_from(place[name].as_u64().expect("a number"));
        let line = number("line").expect("small");
        let place = LineColumn { line, column: number("character").expect("small") };
        source.offset_of(place, Encoding::Utf16)
    };
    let edit = |edit: &Value| {
        let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        Edit::replace(TextRange::new(start, end), edit["newText"].as_str().expect("a text"))
    };
    apply_edits(text, &edits.iter().map(edit).collect::<Vec<_>>()).expect("edits that apply")
}

impl Client {
    /// A server on standard streams to which nothing was said yet.
    pub fn spawn() -> Self {
        Self::spawn_command(&mut command(&["--stdio"]))
    }

    /// The same, started in another way.
    pub fn spawn_command(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let input: ChildStdin = child.stdin.take().expect("stdin");
        let output = child.stdout.take().expect("stdout");
        Self::over(child, Box::new(input), Box::new(output))
    }

    /// A client over other streams of a running server.
    pub fn over(child: Child, input: Box<dyn Write + Send>, output: Box<dyn Read + Send>) -> Self {
        Self {
            child,
            input: Some(input),
            output: messages(output),
            log: None,
            unread: VecDeque::new(),
            next_id: 0,
        }
    }

    /// A server that is initialized with these client capabilities.
    pub fn with_capabilities(capabilities: Value) -> Self {
        let mut client = Self::spawn();
        client.initialize(
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities }),
        );
        client
    }

    /// A server for a client that pulls diagnostics and speaks UTF-16.
    pub fn start() -> Self {
        Self::with_capabilities(json!({ "textDocument": { "diagnostic": {} } }))
    }

    /// Says hello and returns what the server says of itself.
    pub fn initialize(&mut self, params: Value) -> Value {
        let result = self.request("initialize", params).expect("initialize");
        self.notify("initialized", json!({}));
        result
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        if let Some(stderr) = self.child.stderr.take() {
            self.log = Some(lines(Box::new(stderr)));
        }
        let input = self.input.as_mut().expect("an open stream");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    /// Sends one message.
    pub fn send(&mut self, message: &Value) {
        self.send_bytes(&frame(&message.to_string()));
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and returns its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The answer to a request: its result, or the code and text of its error.
    pub fn answer(&mut self, id: impl Into<Value>) -> Result<Value, (i64, String)> {
        let id = id.into();
        let answer = self.take(&format!("the answer to {id}"), |message| {
            message.get("method").is_none() && message["id"] == id
        });
        assert_eq!(answer["jsonrpc"], "2.0");
        match (answer.get("result"), answer.get("error")) {
            (Some(result), None) => Ok(result.clone()),
            (None, Some(error)) => {
                let text = error["message"].as_str().expect("a text").to_owned();
                Err((error["code"].as_i64().expect("a code"), text))
            }
            _ => panic!("neither result nor error: {answer}"),
        }
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, (i64, String)> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// A request that fails, and the code of its error.
    pub fn request_code(&mut self, method: &str, params: Value) -> i64 {
        self.request(method, params).expect_err("an error").0
    }

    /// Waits for a notification from the server and returns its parameters.
    pub fn notification(&mut self, method: &str) -> Value {
        self.take(method, |message| message["method"] == method && message.get("id").is_none())["params"].clone()
    }

    /// Waits for a request from the server and returns its id and parameters.
    pub fn server_request(&mut self, method: &str) -> (Value, Value) {
        let request =
            self.take(method, |message| message["method"] == method && message.get("id").is_some());
        (request["id"].clone(), request["params"].clone())
    }

    /// Waits for a line of the server's log that holds `text`.
    pub fn logged(&mut self, text: &str) -> String {
        let end = Instant::now() + LIMIT;
        loop {
            let log = self.log.as_ref().expect("a log");
            match log.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(error) => panic!("`{text}` was not logged: {error}"),
            }
        }
    }

    /// Opens [`URI`] at version 1.
    pub fn open(&mut self, text: &str) {
        self.open_as(URI, "dockerfile", text);
    }

    /// Opens a document at version 1.
    pub fn open_as(&mut self, uri: &str, language: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Changes [`URI`].
    pub fn change(&mut self, version: i64, changes: Value) {
        let item = json!({ "uri": URI, "version": version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": item, "contentChanges": changes }),
        );
    }

    /// Pulls the diagnostics of a document.
    pub fn pull(&mut self, uri: &str) -> Value {
        self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }))
            .expect("diagnostics")
    }

    /// Asks that the server still answers, after all that was sent before.
    pub fn assert_alive(&mut self) {
        assert_eq!(self.request_code("test/unknown", Value::Null), -32601);
    }

    /// Asks that nothing unread is there and nothing more comes.
    pub fn assert_silent(&mut self) {
        if let Ok(message) = self.output.recv_timeout(SILENCE) {
            self.unread.push_back(message.expect("a well-formed message"));
        }
        assert!(self.unread.is_empty(), "unread: {:?}", self.unread);
    }

    /// Closes the reading end of the server's standard error. Must come before anything is said.
    pub fn close_log(&mut self) {
        drop(self.child.stderr.take());
    }

    /// Has the server leave, and does not care what else it said.
    pub fn leave_and_forget(mut self) {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        assert_eq!(self.wait(), 0);
        while let Ok(message) = self.output.recv_timeout(LIMIT) {
            message.expect("a well-formed message");
        }
        self.unread.clear();
    }

    /// Closes the server's standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the server to end and returns its exit code.
    pub fn wait(&mut self) -> i32 {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                return status.code().expect("a code, not a signal");
            }
            assert!(Instant::now() < end, "the server does not leave");
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn log_so_far(&self) -> Vec<String> {
        self.log.iter().flat_map(|log| log.try_iter()).collect()
    }

    /// Takes the first message of that kind, read already or still to come; others stay unread.
    fn take(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(i) = self.unread.iter().position(&wanted) {
            return self.unread.remove(i).expect("it is there");
        }
        let end = Instant::now() + LIMIT;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Ok(message)) if wanted(&message) => return message,
                Ok(Ok(message)) => self.unread.push_back(message),
                Ok(Err(fault)) => panic!("what the server wrote is no message: {fault}"),
                Err(RecvTimeoutError::Timeout) => panic!("no {what}; unread: {:?}", self.unread),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("no {what}; the server closed its output; log: {:?}", self.log_so_far())
                }
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if thread::panicking() {
            drop(self.child.kill());
            eprintln!("log: {:?}", self.log_so_far());
            return;
        }
        if self.input.is_some() && self.child.try_wait().expect("wait").is_none() {
            assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
            self.notify("exit", Value::Null);
            assert_eq!(self.wait(), 0);
        }
        // To the end of the stream: what the server said at last counts, too.
        while let Ok(message) = self.output.recv_timeout(LIMIT) {
            self.unread.push_back(message.expect("a well-formed message"));
        }
        assert!(self.unread.is_empty(), "unread: {:?}", self.unread);
    }
}

/// A message's bytes.
pub fn frame(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads frames in exactly the form that the protocol's base part has, and nothing between them.
fn messages(output: Box<dyn Read + Send>) -> Receiver<Result<Value, String>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        while let Some(message) = read_message(&mut output).transpose() {
            let stop = message.is_err();
            if sender.send(message).is_err() || stop {
                break;
            }
        }
    });
    receiver
}

fn read_message(output: &mut impl BufRead) -> Result<Option<Value>, String> {
    let mut header = String::new();
    if output.read_line(&mut header).map_err(|error| error.to_string())? == 0 {
        return Ok(None);
    }
    let length = header.strip_prefix("Content-Length: ").and_then(|rest| rest.strip_suffix("\r\n"));
    let length: usize = length
        .and_then(|length| length.parse().ok())
        .ok_or_else(|| format!("header {header:?}"))?;
    let mut body = vec![0; length + 2];
    output.read_exact(&mut body).map_err(|error| format!("{error} in a body of {length} bytes"))?;
    let body = body.strip_prefix(b"\r\n").ok_or("no empty line after the header")?;
    serde_json::from_slice(body).map(Some).map_err(|error| error.to_string())
}

fn lines(stderr: Box<dyn Read + Send>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
