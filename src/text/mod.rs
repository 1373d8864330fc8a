//! Text as an editor sends it: a rope, positions in the client's encoding, edits.
//!
//! Inside the program a position is a byte offset ([`TextSize`]) and a range is two of them
//! ([`TextRange`]); line and column exist at the border only.

mod edit;
mod position;
mod source;
#[allow(clippy::module_inception)] // the type's file carries the type's name
mod text;

pub use edit::{Edit, EditError, apply_edits};
pub use position::{Encoding, LineColumn};
pub use source::{InvalidByte, Source, decode};
pub use text::Text;
pub use text_size::{TextRange, TextSize};
