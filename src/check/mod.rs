//! Findings: what is wrong in a file, exactly where, and how to mend it.

mod finding;

pub use finding::{Finding, Fix, Related, Severity};
