//! What users install, by the tools that they install it with: every package is made of one program,
//! installed from what was made into an empty place, without a network, and run there.
//!
//! The program is a static one, unoptimised. The commands are those of docs/install.md, read from the
//! page.

mod action;
mod archive;
mod completions;
mod debian;
mod facts;
#[path = "../pages/fenced.rs"]
mod fenced;
mod hook;
mod npm;
mod page;
mod program;
mod run;
mod server;
mod wheel;
