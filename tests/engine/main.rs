//! Real container engines, each with a store of its own: what we tell of an image is what the
//! engine's own command tells, to the byte.

mod command;
mod daemon;
mod docker;
mod images;
mod podman;
