//! Standard output that its reader may close early, and standard error that may be closed from the
//! start. Neither makes a panic.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use clap::{Args, ValueEnum};

/// `--color`, for every command that prints text.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Color {
    /// When to colour the output; `auto` asks the terminal and NO_COLOR
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: When,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// Standard output, or standard error in its place.
///
/// Once its reader has gone (`| head`) everything written is dropped, so that a command comes to
/// its end, and to its exit code, as if someone had read on.
pub struct Out {
    stream: Stream,
    choice: ColorChoice,
    closed: bool,
}

#[derive(Clone, Copy)]
enum Stream {
    Stdout,
    Stderr,
}

impl Out {
    /// Standard output, coloured as asked for.
    pub fn stdout(color: Color) -> Out {
        Out::new(Stream::Stdout, color, &io::stdout())
    }

    /// Standard error, coloured as asked for.
    pub fn stderr(color: Color) -> Out {
        Out::new(Stream::Stderr, color, &io::stderr())
    }

    fn new(stream: Stream, color: Color, raw: &impl RawStream) -> Out {
        let choice = match color.color {
            When::Auto => AutoStream::choice(raw),
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        Out { stream, choice, closed: false }
    }

    /// Whether text should have colours in it.
    pub fn is_styled(&self) -> bool {
        self.choice != ColorChoice::Never
    }

    /// Prints text that may hold colours.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        let (choice, bytes) = (self.choice, text.as_bytes());
        let result = match self.stream {
            Stream::Stdout => AutoStream::new(io::stdout().lock(), choice).write_all(bytes),
            Stream::Stderr => AutoStream::new(io::stderr().lock(), choice).write_all(bytes),
        };
        self.pass(result)
    }

    /// Prints bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let result = match self.stream {
            Stream::Stdout => io::stdout().write_all(bytes),
            Stream::Stderr => io::stderr().write_all(bytes),
        };
        self.pass(result)
    }

    /// Makes sure that everything has arrived.
    pub fn flush(&mut self) -> io::Result<()> {
        self.pass(io::stdout().flush())
    }

    fn pass(&mut self, result: io::Result<()>) -> io::Result<()> {
        let gone = |error: &io::Error| matches!(error.kind(), ErrorKind::BrokenPipe);
        self.closed |= result.as_ref().is_err_and(gone);
        if self.closed { Ok(()) } else { result }
    }
}

/// Prints a line to standard error. Unlike `eprintln`, this does not panic where that is closed.
pub fn say(line: impl Display) {
    drop(writeln!(io::stderr(), "{line}"));
}

/// `text` without anything that a terminal would obey: control characters, and those that change
/// the direction of text, as their code points.
pub fn printable(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => result.push(' '),
            c if c.is_control() || is_bidi(c) => result.extend(c.escape_unicode()),
            c => result.push(c),
        }
    }
    result
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        assert_eq!(printable("aé漢\tb"), "aé漢 b");
        assert_eq!(printable("\u{1b}[31m\r\n"), "\\u{1b}[31m\\u{d}\\u{a}");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
    }
}
