//! Stagewright: a language server for Dockerfiles that understands stages.
//!
//! One line a module; a module may use those above it, never one below (`tests/house.rs` holds this).

/// One file a rule: findings and their fixes. Uses `model` and what that uses.
pub mod check;
/// The command line. Uses all above.
pub mod cli;
/// One file an editor feature; answers in our own plain types. Uses all above.
pub mod ide;
/// The Dockerfile language as tables. Uses nothing of ours.
pub mod language;
/// Tree to meaning: stages, references, scopes, expansion. Uses `syntax` and what that uses.
pub mod model;
/// The conversation with an editor. Uses `ide`; the only place that knows the protocol.
pub mod server;
/// Text to a lossless tree with errors; incremental reparse. Uses `text`, `language`.
pub mod syntax;
/// Rope, positions and their encodings, edits. Uses nothing of ours.
pub mod text;
