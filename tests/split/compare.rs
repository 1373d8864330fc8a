//! Whether a split image runs as the original does.
//!
//! Words in a fixture's `changes`, for what an offer says that it changes: `argv`, `process`,
//! `start`, `size`, `output`, `env NAME`, and the settings of `image.rs`.

use crate::fixture::Fixture;
use crate::image::Image;
use crate::offer::Variant;

/// Programs that images of languages start and that only run their arguments.
const WRAPPERS: [&str; 3] =
    ["/usr/local/bin/mvn-entrypoint.sh", "/__cacert_entrypoint.sh", "docker-entrypoint.sh"];

/// What differs that may not, in words.
pub fn differences(
    fixture: &Fixture,
    variant: Variant,
    before: &Image,
    after: &Image,
) -> Vec<String> {
    let expected = fixture.expected.variant(variant);
    let may_change = |word: &str| expected.is_some_and(|it| it.changes.contains(word));
    let mut wrong = Vec::new();
    let mut hold = |word: &str, is_same: bool, text: String| {
        if !is_same && !may_change(word) {
            wrong.push(format!("{word}: {text}"));
        }
    };
    let [old, new] = [before, after].map(|it| argv(&it.argv));
    hold("argv", old == new, format!("{old:?} became {new:?}"));
    let (old, new) = (&before.start, &after.start);
    hold("start", old == new, format!("{old} became {new}"));
    for (word, old) in &before.settings {
        let new = &after.settings[word];
        hold(word, old == new, format!("{old} became {new}"));
    }
    for (name, old) in &before.env {
        let new = after.env.get(name);
        // A search path is held by the start itself.
        let is_same = new == Some(old)
            || name == "PATH"
            || (new.is_none() && fixture.expected.build_only.contains(name));
        hold(&format!("env {name}"), is_same, format!("{old:?} became {new:?}"));
    }
    for (name, new) in &after.env {
        let is_same = before.env.contains_key(name) || name == "PATH";
        hold(&format!("env {name}"), is_same, format!("{new:?} is new"));
    }
    if let (Some(old), Some(new)) = (&before.seen, &after.seen) {
        hold("process", old.process == new.process, format!("{old:?} became {new:?}"));
        let probe = &fixture.expected.probe;
        let is_random = probe.stdout.is_none() && probe.body.is_none();
        let is_same = old.code == new.code && (is_random || old.output == new.output);
        hold("output", is_same, format!("{old:?} became {new:?}"));
    }
    let is_smaller = after.size < before.size;
    hold("size", is_smaller, format!("{} became {}", before.size, after.size));
    wrong
}

/// What is run in the end.
fn argv(argv: &[String]) -> &[String] {
    match argv {
        [first, rest @ ..] if WRAPPERS.contains(&first.as_str()) => rest,
        _ => argv,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::*;
    use crate::probe::Seen;

    const EXPECTED: &str = "decision = 'offered'\nbuild_only = ['CGO_ENABLED']\n[probe]\n\
        stdout = ''\n[smallest]\nchanges = ['ports']\n";

    fn image(argv: &[&str], env: &[(&str, &str)], size: u64) -> Image {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Image {
            size,
            argv: argv.iter().map(|it| (*it).to_owned()).collect(),
            env: env.iter().map(owned).collect(),
            settings: [("ports", Value::Null)].into(),
            start: "id -u: 0".to_owned(),
            seen: Some(Seen { output: "x".to_owned(), code: 0, process: None }),
        }
    }

    #[track_caller]
    fn check(variant: Variant, before: &Image, after: &Image, expected: &[&str]) {
        let fixture = Fixture {
            name: String::new(),
            folder: PathBuf::new(),
            path: PathBuf::new(),
            dockerfile: String::new(),
            expected: toml::from_str(EXPECTED).expect("what is expected"),
        };
        let found = differences(&fixture, variant, before, after);
        let words: Vec<_> = found.iter().filter_map(|it| it.split(": ").next()).collect();
        assert_eq!(words, expected, "{found:#?}");
    }

    #[test]
    fn same_is_same() {
        let before = image(&["a", "b"], &[("CGO_ENABLED", "0"), ("TZ", "UTC")], 2);
        check(Variant::Smallest, &before, &image(&["a", "b"], &[("TZ", "UTC")], 1), &[]);
        let wrapped = image(&["docker-entrypoint.sh", "a", "b"], &[("TZ", "UTC")], 1);
        check(Variant::Smallest, &before, &wrapped, &[]);
    }

    #[test]
    fn others_are_told() {
        let before = image(&["a"], &[("TZ", "UTC")], 2);
        let after = image(&["a", "b"], &[("NEW", "1")], 2);
        let all = ["argv", "env TZ", "env NEW", "size"];
        check(Variant::Smallest, &before, &after, &all);

        let mut after = image(&["a"], &[("TZ", "UTC")], 1);
        after.start = "id -u: 1000".to_owned();
        after.settings.insert("ports", json!({ "80/tcp": {} }));
        let seen = Seen { output: "y".to_owned(), code: 0, process: Some("1000".to_owned()) };
        after.seen = Some(seen);
        check(Variant::Smallest, &before, &after, &["start", "process", "output"]);
        check(Variant::Conservative, &before, &after, &["start", "ports", "process", "output"]);
    }
}
