//! Images: what they are called and what they weigh.
//!
//! | file | what it holds |
//! |---|---|
//! | `reference.rs` | the names of images |
//! | `figure.rs` | a size, its range, where it comes from |
//! | `packages.rs` | what installing packages adds |
//!
//! A figure comes from the best of these: a local engine, a registry, the catalogue in the binary,
//! an estimate from relatives. The first two are asked only where a setting says so.

pub mod figure;
pub mod packages;
pub mod reference;

pub use figure::{Amount, Date, Figure, Size, Source, Unit};
pub use reference::Reference;

use crate::language::platform::Platform;

/// Who tells what images weigh. Answers at once with what is known at the time, and never waits for
/// a network, an engine or a disk.
pub trait Sizes: Send + Sync {
    /// What is known of that image on that platform.
    fn figure(&self, image: &Reference, platform: &Platform) -> Figure;
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
