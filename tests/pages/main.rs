//! The pages of the documentation: what they tell to copy is right, and what they tell of tests is so.

mod editors;
mod fenced;
mod held;
mod shown;
