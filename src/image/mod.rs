//! Images: what they are called and what they weigh.
//!
//! | file | what it holds |
//! |---|---|
//! | `reference.rs` | the names of images |
//! | `tag.rs` | what a tag says |
//! | `figure.rs` | a size, its range, where it comes from |
//! | `catalogue/` | measured sizes, in the binary |
//! | `estimate/` | sizes of what was not measured, with their ranges |
//! | `sizes.rs` | what is known without asking anyone |
//! | `lighter.rs` | lighter images of the same repository |
//! | `engine.rs` | what a local container engine tells |
//! | `registry/` | what registries tell, over the network |
//! | `cache.rs` | what they told, on the disk |
//! | `file.rs` | reading and writing files as a whole |
//! | `online.rs` | both asked in the background |
//! | `packages.rs` | what installing packages adds |
//!
//! A figure comes from the best of these: a local engine, a registry, the catalogue in the binary,
//! an estimate from relatives. The first two are asked only where a setting says so.

pub mod cache;
pub mod catalogue;
pub mod engine;
pub mod estimate;
pub mod figure;
pub mod file;
pub mod lighter;
pub mod online;
pub mod packages;
pub mod reference;
pub mod registry;
pub mod sizes;
pub mod tag;

pub use figure::{Amount, Date, Figure, Size, Source, Unit};
pub use reference::Reference;
pub use sizes::Offline;

use crate::language::platform::Platform;

/// Who tells what images weigh. Answers at once with what is known at the time, and never waits for
/// a network, an engine or a disk.
pub trait Sizes: Send + Sync {
    /// What is known of that image on that platform.
    fn figure(&self, image: &Reference, platform: &Platform) -> Figure;

    /// Whether there is an engine or a registry to ask about that image.
    fn can_ask(&self, image: &Reference) -> bool;

    /// The catalogues behind it, which know of the relatives of an image, too.
    fn offline(&self) -> &Offline;
}

/// What an engine or a registry tells of an image on one platform: counted, not estimated.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Measured {
    /// The compressed layers, in bytes.
    pub pull: Option<u64>,
    /// The unpacked layers, in bytes.
    pub disk: Option<u64>,
    /// How many layers there are.
    pub layers: Option<u32>,
    /// When the image was made, as `2024-05-01…`.
    pub created: Option<String>,
    /// The digest of the platform's manifest.
    pub digest: Option<String>,
}

/// Why an engine or a registry tells nothing of an image: a short text for people, without a full
/// stop, that names no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It has no such image, or no such image for the platform.
    Absent(String),
    /// It wants to know who asks.
    Denied(String),
    /// It cannot be reached, answers too late, too much or nonsense, or asks for patience.
    Broken(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Failure::Absent(text) | Failure::Denied(text) | Failure::Broken(text)) = self;
        f.write_str(text)
    }
}
