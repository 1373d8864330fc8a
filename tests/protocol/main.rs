//! The promises of the conversation, each held against the real binary over its real streams.

mod channels;
mod client;
mod documents;
mod faults;
mod fuzz;
mod lifecycle;
mod profiles;
mod requests;
mod settings;
