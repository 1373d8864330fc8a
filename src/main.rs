//! `stagewright`: hands the arguments to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    stagewright::cli::run()
}
