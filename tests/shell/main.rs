//! What we make of scripts is what bash and a second parser, that of shfmt, make of them.

#![allow(clippy::print_stdout, reason = "the figures of a test are for its reader")]

#[path = "../agreement/fixtures.rs"]
#[allow(dead_code, reason = "only their folder is needed")]
mod fixtures;
mod generate;
#[path = "../agreement/golden.rs"]
#[allow(dead_code, reason = "only what is committed is needed")]
mod golden;
#[path = "../agreement/oracle.rs"]
#[allow(dead_code, reason = "only lines are asked here")]
mod oracle;
#[path = "../agreement/random.rs"]
mod random;

use std::io::Write;
use std::process::{Command, Stdio};

use oracle::Oracle;
use random::Random;
use serde_json::{Value, json};
use stagewright::shell::{self, Script, Word};

/// What is read of the scripts that the others read, at least.
const MIN_SHARE: f64 = 0.99;

/// What the other parser refuses of the scripts that bash and we read, at most: redirections in front
/// of `export`, arithmetic that only the run would refuse, heredocs with a subshell behind them whose
/// lines come later.
const MAX_REFUSED: f64 = 0.05;

/// The seed is `SHELL_SEED`, or 1; how many scripts is `SHELL_SCRIPTS`. `SHELL_FILE` names a file of
/// more of them, one JSON string a line.
#[test]
fn generated_scripts() {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seed = number("SHELL_SEED").unwrap_or(1);
    let count = number("SHELL_SCRIPTS").unwrap_or(3_000);
    let right = (0..count).map(|number| generate::script(&mut Random::new(seed, number)));
    compare(right.collect());
}

#[test]
fn damaged_scripts() {
    let damaged = (0..3_000).map(|number| generate::damaged(&mut Random::new(2, number)));
    compare(damaged.collect());
}

#[test]
fn scripts_of_the_fixtures() {
    let mut scripts = Vec::new();
    for section in golden::committed().values() {
        for line in section.lines() {
            let record: Value = serde_json::from_str(line).expect("a golden is JSON");
            for instruction in record["instructions"].as_array().into_iter().flatten() {
                scripts.extend(of_run(instruction));
            }
        }
    }
    if let Ok(path) = std::env::var("SHELL_FILE") {
        let file = std::fs::read_to_string(path).expect("a file");
        scripts
            .extend(file.lines().map(|line| serde_json::from_str::<String>(line).expect("JSON")));
    }
    assert!(scripts.len() > 500, "{}", scripts.len());
    compare(scripts);
}

/// The script of a `RUN` in `BuildKit`'s words.
fn of_run(instruction: &Value) -> Option<String> {
    let is_shell = instruction["kind"] == "run" && instruction["shell"] == true;
    let command = instruction["cmd"][0].as_str().filter(|_| is_shell)?;
    let files = instruction["files"].as_array().map_or(&[][..], Vec::as_slice);
    let part = |file: &Value, name: &str| file[name].as_str().unwrap_or_default().to_owned();
    if let ([file], true) = (files, command.starts_with("<<")) {
        return Some(part(file, "data"));
    }
    let mut script = command.to_owned();
    for file in files {
        script += &format!("\n{}{}", part(file, "data"), part(file, "name"));
    }
    Some(script)
}

/// Holds what we make of scripts against what the others make of them.
fn compare(mut scripts: Vec<String>) {
    scripts.retain(|script| !script.contains(['\0', '\r']) && !is_misread(script));
    scripts.sort();
    scripts.dedup();
    let bash = bash_reads(&scripts);
    let mut oracle = Oracle::build(&["-shell"]);
    let (mut both, mut read, mut refused_alone, mut commands) = (0_u32, 0_u32, 0_u32, 0);
    let mut failures = Vec::new();
    let mut unread = std::collections::BTreeMap::<&str, (u32, String)>::new();
    for (script, bash) in scripts.iter().zip(bash) {
        let theirs = oracle.ask_line(&json!(script).to_string());
        let refused = theirs["bash"].as_str().filter(|error| !error.is_empty());
        both += u32::from(bash && refused.is_none());
        match shell::parse(script) {
            Ok(_) if !bash => failures.push(format!("bash refuses {script:?}")),
            // Bash has read it.
            Ok(_) if refused.is_some() => refused_alone += 1,
            Ok(ours) => {
                read += 1;
                let (ours, theirs) = (ours_of(&ours), theirs_of(&theirs));
                commands += ours.len();
                if ours != theirs {
                    failures.push(format!("{script:?}\n  ours   {ours:?}\n  theirs {theirs:?}"));
                }
            }
            Err(why) if bash && refused.is_none() => {
                let example = unread
                    .entry(why.what)
                    .or_insert_with(|| (0, format!("{script:?} {:?}", why.range)));
                example.0 += 1;
            }
            Err(_) => {}
        }
    }
    println!("{read} of {both} that both read, of {}; {commands} commands", scripts.len());
    println!("the other alone refuses {refused_alone}; not read: {unread:#?}");
    assert!(failures.is_empty(), "{}\n{} differences", failures.join("\n"), failures.len());
    assert!(f64::from(refused_alone) <= MAX_REFUSED * f64::from(read), "{refused_alone}");
    assert!(f64::from(read) >= MIN_SHARE * f64::from(both), "{read} of {both}");
}

/// Whether the other parser does not read a script as both shells do: it takes `a\`b\`` within
/// backquotes for two words, and a comment that ends in a backslash goes on.
fn is_misread(script: &str) -> bool {
    script.contains("a\\`") || script.lines().any(|line| line.contains('#') && line.ends_with('\\'))
}

/// A command's place, its assignments and its words; `None` where something is expanded.
type Found = (u64, Vec<(String, Option<String>)>, Vec<Option<String>>);

fn ours_of(script: &Script) -> Vec<Found> {
    let mut found = Vec::new();
    for step in script.steps().iter() {
        let command = step.command;
        let starts = command.assignments.iter().map(|assignment| assignment.range.start());
        let start = starts.chain(command.words.iter().map(|word| word.range.start())).min();
        let is_test = command.words.first().is_some_and(|word| word.range.len() == 2.into())
            && command.name() == Some("[[");
        // Redirections alone are no command to the other.
        let Some(start) = start.filter(|_| !is_test) else { continue };
        let assignments = command.assignments.iter();
        // To the other `export a[b]` is an element of an array.
        let is_declaring = matches!(command.name(), Some("export" | "local"));
        found.push((
            u64::from(u32::from(start)),
            assignments.map(|a| (a.name.clone(), text(&a.value))).collect(),
            command
                .words
                .iter()
                .map(|word| text(word).filter(|text| !is_declaring || !text.contains('[')))
                .collect(),
        ));
    }
    found.sort();
    found
}

fn text(word: &Word) -> Option<String> {
    // The other puts a home directory in, or not.
    word.pattern().filter(|text| !text.contains('~'))
}

fn theirs_of(answer: &Value) -> Vec<Found> {
    let text = |value: &Value| value.as_str().map(str::to_owned).filter(|text| !text.contains('~'));
    let command = |command: &Value| {
        let assignments = command["assignments"].as_array().into_iter().flatten();
        let is_declaring = matches!(command["words"][0].as_str(), Some("export" | "local"));
        let words = command["words"].as_array().into_iter().flatten();
        (
            command["at"].as_u64().unwrap_or_default(),
            assignments
                .map(|a| (a[0].as_str().unwrap_or_default().to_owned(), text(&a[1])))
                .collect(),
            words
                .map(|word| text(word).filter(|text| !is_declaring || !text.contains('[')))
                .collect(),
        )
    };
    let mut found: Vec<Found> =
        answer["commands"].as_array().into_iter().flatten().map(command).collect();
    found.sort();
    found
}

/// Whether bash, which is asked for all at once, reads each script.
fn bash_reads(scripts: &[String]) -> Vec<bool> {
    // Only its first line is run: what comes behind is read by a shell that runs nothing. A new
    // bash for each would take five times as long.
    const LOOP: &str = r#"while IFS= read -r -d '' script; do
        if (eval "set -n
$script") >/dev/null 2>&1 </dev/null; then echo y; else echo n; fi
    done"#;
    let mut bash = Command::new("bash")
        .args(["-c", LOOP])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash starts");
    let mut input = bash.stdin.take().expect("piped");
    let all = scripts.join("\0") + "\0";
    let writer = std::thread::spawn(move || input.write_all(all.as_bytes()));
    let output = bash.wait_with_output().expect("bash ends");
    writer.join().expect("no panic").expect("bash reads");
    let answers: Vec<bool> =
        output.stdout.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| l == b"y").collect();
    assert_eq!(answers.len(), scripts.len());
    answers
}
