//! The Dockerfile language as tables: what there is to write, and what each of it means.
//!
//! The only place that lists instructions, flags, mount options, directives, build checks and
//! predefined variables: the parser, completion, hover, checks and tokens read it. Everything is
//! `'static` data and look-up functions; nothing here reads a file or keeps state.
//!
//! | Module | Holds |
//! |---|---|
//! | [`instruction`] | the eighteen keywords and how the arguments of each are read |
//! | [`flag`] | `--name=value` before the arguments |
//! | [`argument`] | closed lists within arguments, and the modifiers in `${name…}` |
//! | [`mount`] | the types and options of `RUN --mount` |
//! | [`directive`] | `# syntax=`, `# escape=`, `# check=`, and the names of the build checks |
//! | [`variable`] | build arguments that need no declaration, or a special one |
//! | [`platform`] | values of `--platform` |
//! | [`signal`] | values of `STOPSIGNAL` |
//! | [`case`] | upper and lower case as `BuildKit` has it |
//! | [`nearest`] | "did you mean": the nearest name |
//!
//! Longer help is markdown in `docs/`, one file an instruction, directive or mount type. Texts are
//! ours; facts are those of `BuildKit`'s Dockerfile frontend 1.27 (`BuildKit` v0.34.2).
//!
//! Versions (`since`) are those of the frontend that `# syntax=docker/dockerfile:VERSION` chooses.

pub mod argument;
pub mod case;
pub mod directive;
pub mod flag;
pub mod instruction;
pub mod mount;
pub mod nearest;
pub mod platform;
pub mod signal;
pub mod variable;

#[cfg(test)]
mod invariants;

pub use directive::{BuildCheck, CheckOption, Directive};
pub use flag::{Choice, Flag, FlagValue};
pub use instruction::{ArgumentForm, Instruction, Keyword, Snippet};
pub use mount::{MountOption, MountType};
pub use variable::{Variable, VariableKind};
