//! `stagewright man`: manual pages, for packages. Not in the help: whoever has installed a package has
//! the pages.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;

use super::out::{Color, Out};
use super::{Cli, fail, finish};

/// The arguments.
#[derive(Args, Debug)]
pub struct Man {
    /// Which command, as in `stagewright-check`; without it the program's own page
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// List the commands that have a page of their own
    #[arg(long, conflicts_with = "command")]
    list: bool,
}

/// Prints a page.
pub fn run(arguments: &Man) -> ExitCode {
    let mut cli = Cli::command().disable_help_subcommand(true);
    cli.build();
    let printed = match &arguments.command {
        _ if arguments.list => Ok(list(&cli).into_bytes()),
        None => page(&cli),
        Some(name) => match cli.find_subcommand(name) {
            Some(command) => page(command),
            None => return fail(&format!("error: there is no command `{name}`")),
        },
    };
    let mut out = Out::stdout(Color::default());
    finish(printed.and_then(|text| out.bytes(&text)).and_then(|()| out.flush()), ExitCode::SUCCESS)
}

fn list(cli: &Command) -> String {
    let names = cli.get_subcommands().filter(|command| !command.is_hide_set());
    names.map(|command| command.get_name().to_owned() + "\n").collect()
}

/// The page of a command: clap's, but with the text behind the options in its own lines. Examples are
/// in columns, which a filled paragraph would lose.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut page = Vec::new();
    let man = Page::new(command.clone().display_name(name));
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().any(|command| !command.is_hide_set()) {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(more) = command.get_after_long_help() {
        writeln!(page, ".SH NOTES\n.nf\n{}\n.fi", escaped(&more.to_string()))?;
    }
    Ok(page)
}

/// Text as roff prints it: no line is a request, a backslash and a hyphen are themselves.
fn escaped(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('\\', r"\e").replace('-', r"\-");
        if line.starts_with(['.', '\'']) { format!(r"\&{line}") } else { line }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_request() {
        assert_eq!(escaped(".SH A\n'x\na\\b --c"), "\\&.SH A\n\\&'x\na\\eb \\-\\-c");
    }
}
