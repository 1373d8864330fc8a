//! Splits a single-stage file into a builder and a small runtime stage, by proof.
//!
//! | file | what it holds |
//! |---|---|
//! | `facts.rs` | what the file does, instruction by instruction |
//! | `command.rs` | the commands of a `RUN`, with their values |
//! | `base.rs`, `release.rs` | what images provide, and what they stand on |
//! | `course.rs`, `world.rs` | the build followed: where each file comes from |
//! | `general.rs`, `packages/` | commands that are no build, and packages |
//! | `start.rs`, `roots.rs`, `mentioned.rs`, `preload.rs` | what containers start, and what that reaches |
//! | `ecosystem/` | what builds make and programs need, one file an ecosystem |
//! | `answer.rs` | what an ecosystem is asked, and what it answers |
//! | `sources.rs`, `reads.rs`, `data.rs` | texts and calls in the sources of a project, and the files that programs read |
//! | `runtime.rs`, `variables.rs` | which small images are sound, and which variables only builds read |
//! | `judge.rs` | the whole way from a file to its plans |
//! | `plan/` | all of it joined: the lines of the two stages |
//! | `emit.rs` | a plan as the smallest edit |
//! | `refusal.rs` | why a file is not split |
//! | `stages.rs` | the stages of a file that has several, followed one by one |

pub mod answer;
pub mod base;
pub mod command;
pub mod course;
pub mod data;
pub mod ecosystem;
pub mod emit;
pub mod facts;
pub mod general;
pub mod judge;
pub mod mentioned;
pub mod packages;
pub mod plan;
pub mod preload;
pub mod reads;
pub mod refusal;
pub mod release;
pub mod roots;
pub mod runtime;
pub mod sources;
pub mod stages;
pub mod start;
#[cfg(test)]
pub mod testing;
pub mod variables;
pub mod world;
