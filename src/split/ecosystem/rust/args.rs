//! The words of cargo and of `rustc`.

use crate::split::command::{Grammar, Options, Word};

/// Options of `cargo build`, `cargo rustc`, `cargo run` and `cargo install`.
pub(super) const CARGO: Grammar = Grammar {
    values: &[
        "--artifact-dir",
        "--bin",
        "--branch",
        "--color",
        "--example",
        "--exclude",
        "--features",
        "--git",
        "--index",
        "--jobs",
        "--manifest-path",
        "--message-format",
        "--out-dir",
        "--package",
        "--path",
        "--profile",
        "--registry",
        "--rev",
        "--root",
        "--tag",
        "--target",
        "--target-dir",
        "--vers",
        "--version",
        "-F",
        "-Z",
        "-j",
        "-p",
    ],
    switches: &[
        "--all",
        "--all-features",
        "--all-targets",
        "--bins",
        "--debug",
        "--examples",
        "--force",
        "--frozen",
        "--future-incompat-report",
        "--ignore-rust-version",
        "--keep-going",
        "--lib",
        "--locked",
        "--no-default-features",
        "--no-track",
        "--offline",
        "--quiet",
        "--release",
        "--timings",
        "--verbose",
        "--workspace",
        "-f",
        "-q",
        "-r",
        "-v",
    ],
    joined: &["-F", "-Z", "-j", "-p"],
};

/// Options of `rustc`.
pub(super) const RUSTC: Grammar = Grammar {
    values: &["--cfg", "--crate-name", "--crate-type", "--edition", "--target", "-C", "-o"],
    switches: &["-O", "-g", "-v"],
    joined: &["-C"],
};

/// The command of cargo, and the words behind it. A toolchain and switches may stand before it.
pub(super) fn verb(words: &[Word]) -> Option<(&str, &[Word])> {
    let is_before = |word: &&Word| {
        let text = word.or_empty();
        text.starts_with('+') || ["-q", "-v", "--quiet", "--locked", "--offline"].contains(&text)
    };
    let skipped = words.iter().take_while(is_before).count();
    let (verb, mut rest) = words.get(skipped..)?.split_first()?;
    let verb = verb.text.as_deref()?;
    // `cargo auditable build`
    if verb == "auditable" {
        let (inner, behind) = rest.split_first()?;
        (inner.text.as_deref() == Some("build")).then_some(())?;
        rest = behind;
    }
    Some((verb, rest))
}

/// The words up to `--`, and those behind it.
pub(super) fn until_dashes(words: &[Word]) -> (&[Word], &[Word]) {
    match words.iter().position(|word| word.or_empty() == "--") {
        Some(at) => (&words[..at], words.get(at + 1..).unwrap_or_default()),
        None => (words, &[]),
    }
}

pub(super) fn options(words: &[Word]) -> Option<Options<'_>> {
    let options = CARGO.read(until_dashes(words).0);
    let known = options.operands.iter().all(|word| word.text.is_some() && !word.is_pattern);
    (options.unknown.is_none() && known).then_some(options)
}

pub(super) fn known_word(text: &Option<String>) -> Option<Word> {
    Some(Word { text: Some(text.clone()?), ..Word::default() })
}

/// The options of `cargo run`, and the arguments of the program: behind `--`, or from the first
/// word that is no option.
pub(super) fn run_arguments(words: &[Word]) -> (&[Word], &[Word]) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.or_empty();
        if text == "--" {
            return (&words[..at], words.get(at + 1..).unwrap_or_default());
        }
        if !text.starts_with('-') {
            break;
        }
        at += if CARGO.values.contains(&text) { 2 } else { 1 };
    }
    let at = at.min(words.len());
    (&words[..at], &words[at..])
}
