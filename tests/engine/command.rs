//! Programs that are run to their end.

use std::process::Command;

/// A program with the arguments that are the same at every run.
pub struct Program {
    name: &'static str,
    arguments: Vec<String>,
}

impl Program {
    pub fn new(name: &'static str, arguments: Vec<String>) -> Program {
        Program { name, arguments }
    }

    /// The program, to be started with further arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.name);
        command.args(&self.arguments).args(arguments);
        command
    }

    /// What it prints, without the white space at the ends. Panics where it fails.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let name = self.name;
        let output = self.command(arguments).output().unwrap_or_else(|error| {
            panic!("{name} does not start: {error}. `.ci/test` installs it")
        });
        let [out, error] = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        assert!(output.status.success(), "{name} {arguments:?}: {error}");
        out
    }
}
