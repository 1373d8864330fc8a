//! What an editor waits for, measured on real servers over stdio, ours and its peers in one run:
//! keystroke to answered definition, keystroke to published findings, start to the answer of
//! `initialize`, resident memory. `benches/run` installs the peers and prints the tables of
//! `docs/performance.md`.

#![allow(clippy::print_stdout)] // a bench's result is what it prints

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A server to measure.
struct Server {
    name: &'static str,
    command: Vec<PathBuf>,
    /// Takes ranges in `didChange`; otherwise it gets the full text each time.
    incremental: bool,
    /// Answers `textDocument/definition`.
    definition: bool,
    /// What is typed before a `RUN` to make a finding, and a word of that finding. tally says
    /// nothing at all about a file that does not parse, so it gets a deprecated instruction.
    fault: (&'static str, &'static str),
}

fn main() {
    let servers = servers();
    let lines = [30, 300, 3_000, 30_000];
    let mut out = String::new();

    table(&mut out, "Keystroke to answered definition", &lines, &servers, definition);
    table(&mut out, "Keystroke to published findings", &lines, &servers, findings);

    writeln!(out, "### Start and memory\n\n| server | start to `initialize` answer | resident, 300 lines open | resident, 30,000 lines open |\n|---|---:|---:|---:|").expect("string");
    for server in &servers {
        let start = median((0..15).map(|_| start(server)).collect());
        let memory = [300, 30_000].map(|lines| {
            memory(server, lines).map_or("silent".to_owned(), |mb| format!("{mb:.1} MB"))
        });
        writeln!(out, "| {} | {} | {} | {} |", server.name, time(start), memory[0], memory[1])
            .expect("string");
    }
    println!("{out}");
}

fn servers() -> Vec<Server> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/peers");
    let ours = PathBuf::from(env!("CARGO_BIN_EXE_stagewright"));
    let servers = vec![
        Server {
            name: "stagewright",
            command: vec![ours, "lsp".into(), "--stdio".into()],
            incremental: true,
            definition: true,
            fault: ("X", "nknown"),
        },
        Server {
            name: "dockerfile-language-server-nodejs",
            command: vec![peers.join("node_modules/.bin/docker-langserver"), "--stdio".into()],
            incremental: true,
            definition: true,
            fault: ("X", "nknown"),
        },
        Server {
            name: "tally-cli",
            command: vec![peers.join("venv/bin/tally"), "lsp".into(), "--stdio".into()],
            incremental: false,
            definition: false,
            fault: ("MAINTAINER ", "aintainer"),
        },
    ];
    for server in &servers {
        let program = &server.command[0];
        assert!(program.exists(), "{} is missing: run benches/run", program.display());
    }
    servers
}

/// Prints one table, a row for each size, with how many times ours is faster than the best peer.
fn table(
    out: &mut String,
    title: &str,
    sizes: &[usize],
    servers: &[Server],
    measure: impl Fn(&Server, usize) -> Option<Duration>,
) {
    write!(out, "### {title}\n\n| lines |").expect("string");
    servers.iter().for_each(|s| write!(out, " {} |", s.name).expect("string"));
    writeln!(
        out,
        " times faster than the best peer |\n|---:|{}",
        "---:|".repeat(servers.len() + 1)
    )
    .expect("string");
    let mut ours = Vec::new();
    for &size in sizes {
        let times: Vec<_> = servers.iter().map(|server| measure(server, size)).collect();
        let own = times[0].expect("ours answers");
        ours.push(own);
        let best = times[1..].iter().flatten().min().expect("a peer answers");
        write!(out, "| {size} |").expect("string");
        for value in &times {
            write!(out, " {} |", value.map_or("silent".to_owned(), time)).expect("string");
        }
        writeln!(out, " {:.0} |", best.as_secs_f64() / own.as_secs_f64()).expect("string");
    }
    let growth = ours[ours.len() - 1].as_secs_f64() / ours[0].as_secs_f64();
    writeln!(
        out,
        "\n{} lines cost us {growth:.2} times what {} lines cost.\n",
        sizes[sizes.len() - 1],
        sizes[0]
    )
    .expect("string");
}

fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        m if m < 1_000.0 => format!("{m:.0} µs"),
        m if m < 1_000_000.0 => format!("{:.1} ms", m / 1e3),
        m => format!("{:.2} s", m / 1e6),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Repeats until two seconds or 200 rounds are over, and takes the median.
fn sample(mut round: impl FnMut(u32) -> Option<Duration>) -> Option<Duration> {
    let start = Instant::now();
    let mut times = vec![round(0)?];
    if times[0] < Duration::from_millis(300) {
        times.clear(); // the first one warms up
    }
    let mut number = 1;
    while times.is_empty() || start.elapsed() < Duration::from_secs(2) && number < 200 {
        times.push(round(number)?);
        number += 1;
    }
    Some(median(times))
}

/// A typical file: some stages, mostly short instructions.
fn document(lines: usize) -> Vec<String> {
    let mut text = vec!["FROM golang:1.22 AS build".to_owned()];
    for line in 1..lines {
        text.push(match line % 25 {
            0 => format!("FROM alpine:3.20 AS stage{line}"),
            1 => "WORKDIR /app".to_owned(),
            2 => "COPY --from=build /src /app".to_owned(),
            3 => "ENV LANG=C.UTF-8 NAME=value".to_owned(),
            4 => "# what follows is built in one go".to_owned(),
            5 => "RUN apt-get update && \\".to_owned(),
            6 => "    apt-get install -y make".to_owned(),
            _ => format!("RUN make target{line} && echo done"),
        });
    }
    text
}

const URI: &str = "file:///bench/Dockerfile";

/// A keystroke at the end of a `RUN` line in the middle, then at once the definition of a stage.
fn definition(server: &Server, lines: usize) -> Option<Duration> {
    if !server.definition {
        return None;
    }
    let mut client = Client::start(server);
    let mut text = document(lines);
    client.open(&text);
    let line = text.len() / 50 * 25 + 10;
    let reference = line / 25 * 25 + 2;
    sample(|round| {
        let typed = round % 2 == 0;
        let start = Instant::now();
        client.type_at(&mut text, line, typed, 'x');
        let id = client.request(
            "textDocument/definition",
            json!({"textDocument": {"uri": URI}, "position": {"line": reference, "character": 13}}),
        );
        let answer = client.answer(id)?;
        let time = start.elapsed();
        assert!(answer.to_string().contains("\"line\":0"), "{}: {answer}", server.name);
        Some(time)
    })
}

/// A keystroke that makes or mends an error, until the findings of that version arrive.
fn findings(server: &Server, lines: usize) -> Option<Duration> {
    let mut client = Client::start(server);
    let mut text = document(lines);
    client.open(&text);
    let line = text.len() / 50 * 25 + 10;
    client.flip(&mut text, line, true);
    client.wait_findings(|list| list.to_string().contains(server.fault.1))?;
    sample(|round| {
        let typed = round % 2 == 1;
        let start = Instant::now();
        client.flip(&mut text, line, typed);
        client.wait_findings(|list| list.to_string().contains(server.fault.1) == typed)?;
        Some(start.elapsed())
    })
}

fn start(server: &Server) -> Duration {
    let start = Instant::now();
    let _client = Client::start(server);
    start.elapsed()
}

/// Resident memory in MB with a document open and one keystroke answered.
fn memory(server: &Server, lines: usize) -> Option<f64> {
    let mut client = Client::start(server);
    let mut text = document(lines);
    client.open(&text);
    client.flip(&mut text, 10, true);
    client.wait_findings(|list| list.to_string().contains(server.fault.1))?;
    let resident = resident_kb(client.child.id());
    Some(resident / 1e3)
}

/// `VmRSS` of a process and of those it started.
fn resident_kb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let own = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0.0);
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    own + children.split_whitespace().filter_map(|c| c.parse().ok()).map(resident_kb).sum::<f64>()
}

/// A small client: one document, requests one at a time.
struct Client<'a> {
    server: &'a Server,
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    next_id: u64,
    version: u64,
}

impl<'a> Client<'a> {
    /// Starts the server and waits for the answer of `initialize`.
    fn start(server: &'a Server) -> Client<'a> {
        let mut child = Command::new(&server.command[0])
            .args(&server.command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, messages) = std::sync::mpsc::channel();
        std::thread::spawn(move || read_all(output, &sender));
        let mut client = Client { server, child, input, messages, next_id: 0, version: 0 };
        let capabilities = json!({
            "textDocument": {"publishDiagnostics": {"versionSupport": true}, "definition": {}},
            "workspace": {},
        });
        let id = client.request(
            "initialize",
            json!({"processId": std::process::id(), "rootUri": null, "capabilities": capabilities}),
        );
        client.answer(id).expect("an answer of initialize");
        client
    }

    fn open(&mut self, text: &[String]) {
        self.notify("initialized", json!({}));
        let text = text.join("\n");
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": URI, "languageId": "dockerfile", "version": 0, "text": text}}),
        );
    }

    /// Types `c` at the end of a line, or takes it away.
    fn type_at(&mut self, text: &mut [String], line: usize, typed: bool, c: char) {
        let end = text[line].len();
        let range = if typed { (end, end) } else { (end - 1, end) };
        if typed {
            text[line].push(c);
        } else {
            text[line].pop();
        }
        let insert = if typed { c.to_string() } else { String::new() };
        self.change(text, line, range, &insert);
    }

    /// Makes a fault at the start of a line, or mends it.
    fn flip(&mut self, text: &mut [String], line: usize, typed: bool) {
        let (fault, _) = self.server.fault;
        if typed {
            text[line].insert_str(0, fault);
            self.change(text, line, (0, 0), fault);
        } else {
            text[line].replace_range(..fault.len(), "");
            self.change(text, line, (0, fault.len()), "");
        }
    }

    fn change(&mut self, text: &[String], line: usize, range: (usize, usize), insert: &str) {
        self.version += 1;
        let change = if self.server.incremental {
            let at = |character| json!({"line": line, "character": character});
            json!({"range": {"start": at(range.0), "end": at(range.1)}, "text": insert})
        } else {
            json!({"text": text.join("\n")})
        };
        let document = json!({"uri": URI, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": [change]});
        self.notify("textDocument/didChange", params);
    }

    fn request(&mut self, method: &str, params: Value) -> u64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())
            .expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn answer(&mut self, id: u64) -> Option<Value> {
        loop {
            let message = self.read()?;
            if message["id"] == id && message.get("method").is_none() {
                return Some(message["result"].clone());
            }
        }
    }

    /// Waits for published findings that are the ones wanted.
    fn wait_findings(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<()> {
        loop {
            let message = self.read()?;
            let published = message["method"] == "textDocument/publishDiagnostics";
            if published && wanted(&message["params"]["diagnostics"]) {
                return Some(());
            }
        }
    }

    /// The next message; requests of the server are answered with nothing. `None` when the server
    /// says nothing for long.
    fn read(&mut self) -> Option<Value> {
        let message = self.messages.recv_timeout(PATIENCE).ok()?;
        if message.get("method").is_some() && message.get("id").is_some() {
            let items = message["params"]["items"].as_array().map_or(0, Vec::len);
            let result = if items > 0 { json!(vec![Value::Null; items]) } else { Value::Null };
            self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
        }
        Some(message)
    }
}

impl Drop for Client<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How long a server may be silent before it counts as that.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends on every message of a server until it ends.
fn read_all(mut output: BufReader<ChildStdout>, messages: &Sender<Value>) {
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if output.read_line(&mut line).is_ok_and(|read| read == 0) {
                return;
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().expect("a length");
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        if output.read_exact(&mut body).is_err() {
            return;
        }
        if messages.send(serde_json::from_slice(&body).expect("JSON")).is_err() {
            return;
        }
    }
}
