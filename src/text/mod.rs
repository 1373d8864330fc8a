//! Text as an editor sends it: a rope, positions in the client's encoding, edits.
//!
//! Inside the program a position is a byte offset ([`TextSize`]) and a range is two of them
//! ([`TextRange`]); line and column exist at the border only.

pub use text_size::{TextRange, TextSize};
