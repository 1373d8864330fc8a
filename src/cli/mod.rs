//! The command line: one file a subcommand, one variant of [`Command`] for each.

mod catalogue;
mod check;
mod completions;
mod doctor;
mod document;
mod explain;
mod lsp;
mod man;
mod out;
mod parallel;
mod report;
mod rules;
mod size;
mod split;
mod table;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::image::Offline;

/// The exit code for wrong use and for what cannot be read or written.
const FAILURE: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  stagewright check                 what is wrong in all Dockerfiles below this folder
  stagewright check --fix           mend what is sure
  stagewright explain Dockerfile    the stages, and what holds at the end of each
  stagewright split Dockerfile      a single-stage file in builder and runtime stages
  stagewright size golang:1.22      what an image weighs, and what a Dockerfile's images do
  stagewright lsp                   what to enter into an editor as the server's command

Nothing is run, and nothing leaves this machine, unless an option asks for it. `stagewright COMMAND
--help` tells all of it.";

/// A language server for Dockerfiles that understands stages
#[derive(Debug, Parser)]
#[command(name = "stagewright", version, args_conflicts_with_subcommands = true)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Without a subcommand: what many editors' tables pass.
    #[command(flatten, next_help_heading = "Options of `lsp`, for editors that pass no command")]
    lsp: lsp::Lsp,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find what is wrong in Dockerfiles, and mend what is sure
    Check(check::Check),
    /// Show what an editor would: stages, what holds at their ends, findings, offers
    Explain(explain::Explain),
    /// Put a single-stage file into a builder and a small runtime stage, or tell why not
    Split(split::Split),
    /// Tell what images weigh: the ones that are named, or those of a Dockerfile
    Size(size::Size),
    /// Make a catalogue of measured sizes, or judge what is estimated from it
    Catalogue(catalogue::Catalogue),
    /// List the codes that `check` can tell
    Rules(rules::Rules),
    /// Serve an editor over the Language Server Protocol
    Lsp(lsp::Lsp),
    /// Tell which program this is, what it goes by, and whether something is wrong with that
    Doctor(doctor::Doctor),
    /// Print a script that completes these commands in a shell
    Completions(completions::Completions),
    /// Print a manual page, for those who make packages
    #[command(hide = true)]
    Man(man::Man),
}

/// Runs the command that the process arguments name and returns its exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Split(arguments)) => split::run(&arguments),
        Some(Command::Size(arguments)) => size::run(&arguments),
        Some(Command::Catalogue(arguments)) => catalogue::run(&arguments),
        Some(Command::Rules(arguments)) => rules::run(&arguments),
        Some(Command::Lsp(arguments)) => lsp::run(arguments),
        Some(Command::Doctor(arguments)) => doctor::run(&arguments),
        Some(Command::Completions(arguments)) => completions::run(&arguments),
        Some(Command::Man(arguments)) => man::run(&arguments),
        None if cli.lsp.names_a_channel() => lsp::run(cli.lsp),
        None => usage(),
    }
}

/// The catalogues: that of the user, if there is one, and that of the program. One that cannot be
/// used is told on standard error.
fn offline() -> Offline {
    Offline::load().unwrap_or_else(|problem| {
        out::say(format!("warning: {}", out::printable(&problem)));
        Offline::default()
    })
}

/// Prints the help to standard error: nothing was asked for.
fn usage() -> ExitCode {
    fail(&Cli::command().render_long_help().to_string())
}

/// Says on standard error why there is no result.
fn fail(message: &str) -> ExitCode {
    out::say(message);
    ExitCode::from(FAILURE)
}

/// `code`, or what stands for output that could not be written.
fn finish(written: io::Result<()>, code: ExitCode) -> ExitCode {
    match written {
        Ok(()) => code,
        Err(error) => fail(&format!("error: the output cannot be written: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn editors_spellings_are_taken() {
        let parse = |arguments: &str| {
            Cli::try_parse_from(arguments.split(' ')).map_err(|error| error.to_string())
        };
        for (arguments, channel) in [
            ("stagewright --stdio", "stdio"),
            ("stagewright --stdio --clientProcessId 5", "stdio"),
            ("stagewright --clientProcessId=5 --stdio", "stdio"),
            ("stagewright --socket=5", "socket"),
            ("stagewright --port 5", "socket"),
            ("stagewright --pipe /a/b", "pipe"),
        ] {
            let cli = parse(arguments).expect(arguments);
            let found = match &cli.lsp {
                lsp::Lsp { stdio: true, .. } => "stdio",
                lsp::Lsp { socket: Some(5), .. } => "socket",
                lsp::Lsp { pipe: Some(_), .. } => "pipe",
                _ => "none",
            };
            assert_eq!(found, channel, "{arguments}");
            assert!(cli.lsp.names_a_channel() && cli.command.is_none());
        }
        for arguments in [
            "stagewright lsp",
            "stagewright lsp --stdio",
            "stagewright lsp --socket 5 --log-file x",
        ] {
            assert!(matches!(parse(arguments).expect(arguments).command, Some(Command::Lsp(_))));
        }
        for arguments in [
            "stagewright --stdio --socket 5",
            "stagewright --stdio lsp",
            "stagewright --socket",
            "stagewright --socket 70000",
            "stagewright --node-ipc",
            "stagewright nonsense",
        ] {
            assert!(parse(arguments).is_err(), "{arguments}");
        }
    }
}
