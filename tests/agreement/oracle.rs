//! The oracle as a process: built once, then asked file by file.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A running oracle (`tests/oracle`).
pub struct Oracle {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Oracle {
    /// Builds the oracle with Go and starts it, with these arguments.
    pub fn build(arguments: &[&str]) -> Oracle {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = folder.path().join("oracle");
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
            .status();
        match built {
            Ok(status) => assert!(status.success(), "the oracle does not build"),
            Err(error) => panic!("Go is needed to ask BuildKit (`.ci/test` installs it): {error}"),
        }
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("piped"));
        Oracle { process, questions, answers, folder }
    }

    /// The answer to a line.
    pub fn ask_line(&mut self, line: &str) -> Value {
        self.question(line);
        self.answer()
    }

    /// What `BuildKit` makes of a file.
    pub fn ask_path(&mut self, path: &Path) -> Value {
        self.ask_line(&path.display().to_string())
    }

    /// What `BuildKit` makes of each text, in order.
    pub fn ask(&mut self, texts: &[String]) -> Vec<Value> {
        let paths = (0..texts.len()).map(|number| self.folder.path().join(number.to_string()));
        let paths: Vec<_> = paths.collect();
        // In portions, so that neither pipe fills up while the other waits.
        let mut answers = Vec::with_capacity(texts.len());
        for (texts, paths) in texts.chunks(64).zip(paths.chunks(64)) {
            for (text, path) in texts.iter().zip(paths) {
                std::fs::write(path, text).expect("writable");
                self.question(&path.display().to_string());
            }
            answers.extend(texts.iter().map(|_| self.answer()));
        }
        answers
    }

    fn question(&mut self, line: &str) {
        let questions = self.questions.as_mut().expect("open until the end");
        writeln!(questions, "{line}").expect("the oracle reads");
        questions.flush().expect("the oracle reads");
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the oracle answers");
        serde_json::from_str(&line).expect("the oracle answers in JSON")
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.questions.take());
        drop(self.process.wait());
    }
}
