//! Ecosystems: what their build commands make, and what their programs need at run time.
//!
//! One file each. Adding one means adding a file and a row of [`ALL`].

pub mod app;
mod behind;
pub mod bun_deno;
pub mod c;
mod called;
pub mod dart;
pub mod dotnet;
pub mod elixir;
pub mod go;
pub mod gradle;
pub mod haskell;
pub mod hugo;
pub mod java;
pub mod jvm;
pub mod maven;
pub mod node;
mod outputs;
mod package;
pub mod php;
pub mod python;
pub mod ruby;
pub mod rust;
pub mod sbt;
pub mod site;
mod starts;
pub mod swift;
pub mod zig;

use super::answer::{Answer, Site};
use super::command::Invocation;
use super::course::Course;
use super::refusal::Refusal;

/// An ecosystem.
pub struct Ecosystem {
    /// Its name, as evidence and figures use it.
    pub name: &'static str,
    /// Its name and tools for people.
    pub title: &'static str,
    /// What a command is to it; `None` for one that is not its own.
    pub reads: fn(&Asked<'_, '_>) -> Option<Reading>,
    /// How its programs are split off; `None` if the file is not its own.
    pub answers: fn(&Site<'_, '_>) -> Option<Result<Answer, Refusal>>,
}

/// A command that an ecosystem is asked about, in the course of the build so far.
pub struct Asked<'c, 'a> {
    /// What the build did so far.
    pub course: &'c Course<'a>,
    /// The number of the line in the facts.
    pub line: usize,
    /// The command.
    pub invocation: &'a Invocation,
}

/// What a command is to an ecosystem.
pub enum Reading {
    /// It gets ready for a build and leaves nothing that the program needs.
    Prepares,
    /// It tests or checks.
    Checks,
    /// It builds this; nothing if that is not known.
    Builds(Vec<Built>),
    /// No file with it can be split.
    Hopeless(Refusal),
}

/// Something that a command builds.
pub struct Built {
    /// Where, absolute.
    pub path: String,
    /// Whether it is a folder with all that is in it.
    pub is_folder: bool,
    /// How it is known: a sentence.
    pub evidence: String,
}

/// The ecosystems, in the order in which they are asked. C comes last: others build with it, too.
pub const ALL: &[Ecosystem] = &[
    go::ECOSYSTEM,
    rust::ECOSYSTEM,
    zig::ECOSYSTEM,
    haskell::ECOSYSTEM,
    swift::ECOSYSTEM,
    dart::ECOSYSTEM,
    maven::ECOSYSTEM,
    gradle::ECOSYSTEM,
    sbt::ECOSYSTEM,
    java::ECOSYSTEM,
    dotnet::ECOSYSTEM,
    elixir::ECOSYSTEM,
    php::ECOSYSTEM,
    bun_deno::ECOSYSTEM,
    hugo::ECOSYSTEM,
    site::ECOSYSTEM,
    node::ECOSYSTEM,
    python::ECOSYSTEM,
    ruby::ECOSYSTEM,
    c::ECOSYSTEM,
];
