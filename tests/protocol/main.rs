//! The promises of the conversation, each held against the real binary over its real streams.

mod beyond;
mod channels;
mod client;
mod diagnostics;
mod documents;
mod faults;
mod features;
mod flood;
mod fuzz;
mod lifecycle;
mod positions;
mod profiles;
mod requests;
mod settings;
mod sizes;
mod split;
