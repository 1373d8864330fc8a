//! The text of a `RUN` as a shell reads it: a tree with ranges, and its commands in the order in
//! which they run.
//!
//! The grammar is that of POSIX as dash and bash agree on it, and what `RUN`s use of bash's own:
//! `[[ ]]`, `(( ))`, `$'…'`, arrays, `<(…)`, `&>`, `|&`, `<<<`, `function`. [`Script::bash`] says
//! where a text is bash's alone. What is not understood is an error, never a guess: `select`,
//! `coproc`, extended patterns outside `[[`, `$[…]`, redirections to `{name}`, unended heredocs, and
//! the places where shells differ.
//!
//! The text is without the Dockerfile's line continuations, or the body of a heredoc; the shell's
//! own continuations are known. Reading takes time in proportion to the text.
//!
//! Source of the rules: POSIX, Shell Command Language; the bash manual.

mod cursor;
mod lex;
mod parse;
mod plain;
mod steps;
mod tree;
mod word;

pub use plain::{PlainWord, commands};
pub use steps::{Condition, Options, Step, Steps};
use text_size::{TextRange, TextSize};
pub use tree::{
    Arm, Assignment, Command, Connector, Entry, Heredoc, Kind, List, Operator, Part, Pipeline,
    Redirect, Script, Simple, Substitution, Target, Word,
};

/// What is not understood in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where; empty only at the end of the text.
    pub range: TextRange,
    /// Why: a few words for people, without a full stop.
    pub what: &'static str,
}

/// Reads a text of at most 4 GiB.
pub fn parse(text: &str) -> Result<Script, Unread> {
    if u32::try_from(text.len()).is_err() {
        return Err(Unread { range: TextRange::default(), what: "too long" });
    }
    if let Some(at) = text.find('\0') {
        let at = TextSize::try_from(at).unwrap_or_default();
        return Err(Unread { range: TextRange::at(at, 1.into()), what: "a character NUL" });
    }
    let mut state = parse::State::default();
    let list = parse::Parser::new(cursor::Cursor::new(text), &mut state).all()?;
    Ok(Script { list, heredocs: state.heredocs, bash: state.bash })
}
