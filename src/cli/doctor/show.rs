//! What is told, as text.

use std::fmt::Write as _;
use std::time::Duration;

use super::gather::{Cache, Report, Variable};
use super::settings::Row;
use crate::cli::out::printable;
use crate::cli::table;
use crate::image::Unit;

impl Report {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut section = |title: &str, rows: Vec<[String; 3]>| {
            if rows.is_empty() {
                return;
            }
            let indented =
                |[name, value, note]: [String; 3]| vec![format!("  {name}"), value, note];
            let rows: Vec<_> = rows.into_iter().map(indented).collect();
            let gap = if text.is_empty() { "" } else { "\n" };
            // Writing to a string does not fail.
            let _ = write!(text, "{gap}{title}\n{}", table::render(&rows));
        };
        let version = self.version;
        section(&format!("Stagewright {version}"), self.about());
        section("Settings", self.settings.iter().map(Row::cells).collect());
        section("Environment", self.environment.iter().map(Variable::cells).collect());
        section("Sizes", self.sizes());
        section("Other servers for Dockerfiles on PATH", self.others());
        text.push('\n');
        if self.problems.is_empty() {
            text.push_str("Nothing is wrong.\n");
        } else {
            text.push_str("Problems\n");
        }
        for problem in &self.problems {
            let _ = writeln!(text, "  {}", printable(problem));
        }
        text
    }

    fn about(&self) -> Vec<[String; 3]> {
        let mut rows = vec![
            cells("built for", &self.built_for, ""),
            cells("commit", self.commit.unwrap_or("not told when it was built"), ""),
            cells("program", self.program.as_deref().unwrap_or_default(), ""),
        ];
        for path in &self.on_path {
            rows.push(cells("on PATH", path, ""));
        }
        if self.on_path.is_empty() {
            rows.push(cells("on PATH", "no: give your editor the whole path of the program", ""));
        }
        rows
    }

    fn sizes(&self) -> Vec<[String; 3]> {
        let Report { catalogue, cache, engine, registry, .. } = self;
        let as_of = catalogue.as_of.as_deref().unwrap_or("an unknown day");
        let built_in = format!("in the program, {} rows, the newest of {as_of}", catalogue.rows);
        let user = match catalogue.user_rows {
            Some(rows) => format!("{} rows, which count more", rows),
            None => "there is none".to_owned(),
        };
        let mut rows = vec![
            cells("catalogue", &built_in, ""),
            cells("your own", &user, catalogue.user.as_deref().unwrap_or_default()),
            cells("cache", &cache.text(), cache.folder.as_deref().unwrap_or_default()),
            cells("engine", &engine.state, engine.socket.as_deref().unwrap_or_default()),
            cells("registries", &registry.state, ""),
        ];
        for path in &registry.credentials {
            rows.push(cells("", "credentials, read when a registry is asked", path));
        }
        rows
    }

    fn others(&self) -> Vec<[String; 3]> {
        let mut rows: Vec<_> =
            self.rivals.iter().map(|rival| cells(rival.name, &rival.path, "")).collect();
        if !rows.is_empty() {
            rows.push(cells(
                "An editor that starts one of them, too, shows what both find.",
                "",
                "",
            ));
        }
        rows
    }
}

impl Row {
    fn cells(&self) -> [String; 3] {
        let source = self.source.as_deref().map(|path| format!("from {path}"));
        cells(&self.name, &self.value.to_string(), &source.unwrap_or_default())
    }
}

impl Variable {
    fn cells(&self) -> [String; 3] {
        cells(self.name, self.value.as_deref().unwrap_or("is set; it may hold a password"), "")
    }
}

impl Cache {
    fn text(&self) -> String {
        let (Some(oldest), Some(newest)) = (self.oldest_seconds, self.newest_seconds) else {
            return "empty".to_owned();
        };
        let size = Unit::default().show(self.bytes);
        let [oldest, newest] = [oldest, newest].map(|age| age_text(Duration::from_secs(age)));
        format!("{} answers, {size}, {newest} to {oldest} old", self.entries)
    }
}

fn cells(name: &str, value: &str, note: &str) -> [String; 3] {
    [name, value, note].map(printable)
}

/// An age in its greatest unit: `3 days`.
fn age_text(age: Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute")];
    let seconds = age.as_secs();
    let unit = UNITS.into_iter().find(|(unit, _)| seconds >= *unit);
    let (length, name) = unit.unwrap_or((1, "second"));
    let number = seconds / length;
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        let text = |seconds| age_text(Duration::from_secs(seconds));
        assert_eq!(text(0), "0 seconds");
        assert_eq!(text(61), "1 minute");
        assert_eq!(text(2 * 60 * 60), "2 hours");
        assert_eq!(text(400 * 24 * 60 * 60), "400 days");
    }
}
