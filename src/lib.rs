//! Stagewright: a language server for Dockerfiles that understands stages.
//!
//! One line a module; a module may use those above it, never one below (`tests/house.rs` holds this).

// Rope, positions and their encodings, edits. Uses nothing of ours.
pub mod text;

// The Dockerfile language as tables. Uses nothing of ours.
pub mod language;

// Text to a lossless tree with errors; incremental reparse. Uses `text`, `language`.
pub mod syntax;

// Tree to meaning: stages, references, scopes, state at a point. Uses `syntax` and what that uses.
pub mod model;

// RUN text as a shell reads it: a tree, and steps in their order. Uses nothing of ours.
pub mod shell;

// The files beside a Dockerfile: build context, ignore file. Uses nothing of ours.
pub mod workspace;

// Images: names, sizes, where to ask for them. Uses `language`, `shell`.
pub mod image;

// Single-stage files to builder and runtime. Uses `model`, `shell`, `workspace`, `image`.
pub mod split;

// One file a rule: findings and their fixes. Uses `model`, `image` and what they use.
pub mod check;

// One file an editor feature; answers in our own plain types. Uses all above.
pub mod ide;

// The conversation with an editor. Uses `ide`; the only place that knows the protocol.
pub mod server;

// The command line. Uses all above.
pub mod cli;
