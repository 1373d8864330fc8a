//! What was found: on standard error as it goes, and a table of sizes at the end.

use std::io::{self, Write};
use std::time::Duration;

#[derive(Default)]
pub struct Report {
    sizes: Vec<(String, String, u64, u64)>,
    failures: Vec<String>,
}

impl Report {
    /// Notes what a split weighs, in bytes.
    pub fn size(&mut self, fixture: &str, variant: &str, before: u64, after: u64) {
        self.sizes.push((fixture.to_owned(), variant.to_owned(), before, after));
    }

    /// Notes the end of a fixture.
    pub fn fixture(&mut self, name: &str, took: Duration, failures: Vec<String>) {
        let word = if failures.is_empty() { "ok" } else { "FAILED" };
        say(&format!("{name:24} {:6.1} s {word}", took.as_secs_f64()));
        self.failures.extend(failures.into_iter().map(|failure| format!("{name}: {failure}")));
    }

    /// Prints the table. Panics where anything was wrong.
    pub fn finish(self) {
        say(&format!(
            "{:24} {:24} {:>9} {:>9} {:>7}",
            "fixture", "split", "before", "after", "ratio"
        ));
        for (fixture, variant, before, after) in &self.sizes {
            let [old, new] = [*before, *after].map(|bytes| bytes as f64 / 1e6);
            let ratio = old / new;
            say(&format!("{fixture:24} {variant:24} {old:6.1} MB {new:6.1} MB {ratio:6.1}x"));
        }
        let number = self.failures.len();
        assert!(number == 0, "{number} failures:\n\n{}", self.failures.join("\n\n"));
    }
}

/// Past the test runner, which holds back what a test prints until its end.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
