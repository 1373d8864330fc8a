//! Real editors on real files, with the real binary: what a user types and what a user sees.

mod emacs;
mod encodings;
mod helix;
mod neovim;
mod page;
mod plugin;
mod screen;
mod session;
mod sessions;
mod sizes;
mod splits;
mod step;
mod terminal;
