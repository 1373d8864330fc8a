//! Editor features: one file each, pure functions on a [`Snapshot`] with plain answers.
//!
//! A feature takes the snapshot and a byte offset or range of the file and returns an `Option` or a
//! list. No protocol types, no I/O.

pub mod actions;
pub mod calls;
pub mod completion;
pub mod context;
pub mod definition;
pub mod edit;
#[cfg(test)]
mod everywhere;
#[cfg(test)]
mod fixture;
pub mod folding;
pub mod highlight;
pub mod hover;
pub mod images;
pub mod inlay;
pub mod lens;
pub mod lighter;
pub mod links;
pub mod manifests;
pub mod merge;
mod named;
pub mod references;
pub mod rename;
pub mod saving;
mod shell_names;
mod snapshot;
pub mod split;
pub mod symbols;
pub mod tester;
pub mod weight;

pub use snapshot::Snapshot;
