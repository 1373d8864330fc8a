//! `stagewright completions`: scripts for shells.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::out::{Color, Out};

/// The arguments.
#[derive(Args, Debug)]
pub struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(arguments: &Completions) -> ExitCode {
    let mut script = Vec::new();
    let mut command = super::Cli::command();
    clap_complete::generate(arguments.shell, &mut command, "stagewright", &mut script);
    let mut out = Out::stdout(Color::default());
    super::finish(out.bytes(&script).and_then(|()| out.flush()), ExitCode::SUCCESS)
}
