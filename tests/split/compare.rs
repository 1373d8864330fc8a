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
