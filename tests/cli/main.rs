//! The command line, by its real binary: what it prints, how it ends, what it does to files.

mod catalogue;
mod check;
mod discovery;
mod doctor;
mod explain;
mod fix;
mod fixtures;
mod formats;
mod house;
mod merge;
mod run;
mod size;
mod split;
