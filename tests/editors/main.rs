//! Real editors on real files, with the real binary: what a user types and what a user sees.

mod emacs;
#[path = "../pages/fenced.rs"]
mod fenced;
mod given;
mod helix;
mod neovim;
mod page;
mod terminal;
