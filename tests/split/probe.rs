//! A container is run as its image says, and what it does is noted.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::Docker;
use crate::fixture::Probe;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// What a container did: the same before the split and after.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it printed, or the body of its answer.
    pub output: String,
    /// With which code it ended, or the answer's status.
    pub code: i32,
    /// The user and group of a server's process, and its folder.
    pub process: Option<String>,
}

/// Runs the image and holds what it does against the probe.
pub fn run(docker: &Docker, image: &str, probe: &Probe, port: Option<u16>) -> Result<Seen, String> {
    match port {
        Some(port) => serve(docker, image, probe, port),
        None => run_to_end(docker, image, probe),
    }
}

fn run_to_end(docker: &Docker, image: &str, probe: &Probe) -> Result<Seen, String> {
    let mut arguments = vec!["run", "--rm", "--network=none", "--hostname=split", image];
    arguments.extend(probe.arguments.iter().map(String::as_str));
    let (output, complaint, code) = docker.run_to_end(&arguments);
    let seen = Seen { output, code: code.unwrap_or(-1), process: None };
    let is_wrong = seen.code != probe.exit
        || probe.stdout.as_ref().is_some_and(|wanted| *wanted != seen.output);
    if is_wrong {
        return Err(format!(
            "its container ends with {} and prints {:?}, and as a complaint {complaint:?}; wanted \
             are {} and {:?}",
            seen.code, seen.output, probe.exit, probe.stdout
        ));
    }
    Ok(seen)
}

fn serve(docker: &Docker, image: &str, probe: &Probe, port: u16) -> Result<Seen, String> {
    // A network of its own, so that ports are free.
    let mut arguments = vec!["run", "--detach", "--network=none", "--hostname=split", image];
    arguments.extend(probe.arguments.iter().map(String::as_str));
    let container = docker.run(&arguments)?;
    let container = container.trim();
    let seen = ask(docker, container, probe, port);
    let logs = match &seen {
        Ok(_) => String::new(),
        Err(_) => {
            let (out, complaint, _) = docker.run_to_end(&["logs", container]);
            format!("\nits log:\n{out}{complaint}")
        }
    };
    docker.run(&["rm", "--force", "--volumes", container])?;
    seen.map_err(|error| error + &logs)
}

fn ask(docker: &Docker, container: &str, probe: &Probe, port: u16) -> Result<Seen, String> {
    let begin = Instant::now();
    let state = |docker: &Docker| docker.inspect(container).map(|mut it| it["State"].take());
    let pid = state(docker)?["Pid"].as_u64().unwrap_or_default().to_string();
    let url = format!("http://127.0.0.1:{port}{}", probe.path);
    let (status, body) = loop {
        if let Some(answer) = get(&pid, &url) {
            break answer;
        }
        if state(docker)?["Running"] != Value::Bool(true) {
            return Err("its container ended".to_owned());
        }
        if begin.elapsed() > PATIENCE {
            return Err(format!("it does not serve {url}"));
        }
        thread::sleep(POLL);
    };
    while probe.healthy && state(docker)?["Health"]["Status"] != "healthy" {
        if begin.elapsed() > PATIENCE {
            return Err(format!("it is not healthy: {}", state(docker)?["Health"]));
        }
        thread::sleep(POLL);
    }
    let is_wrong =
        status != probe.status || probe.body.as_ref().is_some_and(|wanted| *wanted != body);
    if is_wrong {
        return Err(format!(
            "{url} answers {status} {body:?}; wanted are {} and {:?}",
            probe.status, probe.body
        ));
    }
    Ok(Seen { output: body, code: status.into(), process: Some(process(&pid)) })
}

/// The status and body that a server in the container's network answers with; nothing as long as
/// there is no answer.
fn get(pid: &str, url: &str) -> Option<(u16, String)> {
    let output = Command::new("nsenter")
        .args(["--net", "--target", pid, "--"])
        .args(["curl", "--silent", "--noproxy", "*", "--max-time", "5"])
        .args(["--write-out", "\n%{http_code}", url])
        .output()
        .expect("nsenter");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n')?;
    output.status.success().then(|| (status.parse().unwrap_or_default(), body.to_owned()))
}

/// Whom the container's first process runs as, and where.
fn process(pid: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let ids = status.lines().filter(|line| line.starts_with("Uid:") || line.starts_with("Gid:"));
    let ids: Vec<_> = ids.map(|line| line.replace('\t', " ")).collect();
    let folder = fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
    format!("{} in {}", ids.join(", "), folder.display())
}
