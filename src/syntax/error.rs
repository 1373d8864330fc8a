//! What the parser can find wrong. It never stops at any of these.

use crate::text::TextRange;

/// An error of `BuildKit`'s line parser (its first phase).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The exact place: bytes from the start of the item.
    pub range: TextRange,
    /// What is wrong there.
    pub kind: SyntaxErrorKind,
}

/// The kinds of syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyntaxErrorKind {
    /// The same parser directive twice.
    DuplicateDirective,
    /// `# escape=` with something other than `\` or a backtick.
    InvalidEscape,
    /// A physical line of more than [`super::line::MAX_LINE`] bytes.
    LineTooLong,
    /// A JSON array that holds something other than strings.
    JsonNotStrings,
    /// `ENV NAME` or `LABEL NAME` with nothing behind the name.
    PairWithoutValue,
    /// `ENV a=b c`: a word without `=` among `name=value` words.
    PairWithoutEquals,
    /// A heredoc whose closing line never comes.
    UnterminatedHeredoc,
    /// A heredoc word that cannot be read as a name.
    HeredocName,
}
