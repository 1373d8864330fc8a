//! Text to a lossless tree with errors, and the same again after an edit.
//!
//! The parser cannot fail: it returns a tree that holds every byte, plus errors. Printing the tree
//! gives the text back. It agrees with `BuildKit`'s parser on what the text says
//! (docs/buildkit-agreement.md), and goes on where that one stops.
//!
//! | file | what it does |
//! |---|---|
//! | `tree.rs` | items, blocks, look-up by offset |
//! | `parse.rs` | physical lines to items |
//! | `reparse.rs` | the same for the touched part only |
//! | `command.rs` | keyword, flags, arguments of one instruction |
//! | `comment.rs` | the comments above an instruction |
//! | `words.rs` `json.rs` `heredoc.rs` `directive.rs` `line.rs` | the small grammars |
//! | `memo.rs` | values kept beside items |
//! | `patch.rs` | the joined view and its places in the source |
//! | `shared.rs` | the text that items share |
//! | `style.rs` | line ends and letter case, for new lines |
//! | `paste.rs` | what careless pasting did, undone |

mod command;
mod comment;
mod directive;
mod error;
pub mod expand;
mod heredoc;
pub mod json;
mod line;
mod memo;
mod parse;
mod paste;
mod patch;
mod reparse;
mod shared;
mod style;
mod tree;
pub mod words;

pub use command::{Arguments, Command, Flag, Pair, ReadValue, View, cook_flag};
pub use comment::Comment;
pub use directive::{Directive, DirectiveName};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use line::{BOM, MAX_LINE, continued};
pub use memo::{Kept, PerItem};
pub use paste::damage;
pub use patch::{Map, Patch};
pub use reparse::Reparsed;
pub use shared::SharedStr;
pub use style::Style;
pub use tree::{Block, Heredoc, Instruction, Item, ItemKind, Placed, Tree};
