//! Skeleton; the real one comes from the main branch.

pub mod base;
pub mod packages;
pub mod release;
