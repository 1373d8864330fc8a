//! Where a command text may mean an environment variable without a plain `$NAME`.
//!
//! Not a shell parser: a list of the signs by which shells and programs name a variable. It is
//! asked only what speaks against a rename, so a sign too many costs a refusal and no more.

use crate::text::{TextRange, TextSize};

/// What stands right before a name that is read: a `$` the builder's reading passed by (in single
/// quotes, in exec form), other shells, and programs that ask for their environment. Each with what
/// must stand right behind the name, if anything.
const READS: &[(&str, &str)] = &[
    ("$", ""),
    ("${", ""),
    ("${#", ""),
    ("${!", ""),
    ("$env:", ""),
    ("${env:", ""),
    ("%", "%"),
    ("!", "!"),
    ("process.env.", ""),
    ("environ[\"", ""),
    ("environ['", ""),
    ("environ.get(\"", ""),
    ("environ.get('", ""),
    ("getenv(\"", ""),
    ("getenv('", ""),
    ("ENV[\"", ""),
    ("ENV['", ""),
    // a secret that a mount puts into the environment
    (",env=", ""),
];

/// Commands whose arguments are names of variables.
const TAKES_NAMES: &[&str] = &[
    "export", "unset", "local", "readonly", "declare", "typeset", "read", "for", "printenv", "set",
    "env", "getopts", "let", "envsubst",
];

/// Words behind which a command begins.
const BEFORE_COMMAND: &[&str] = &[
    "then",
    "do",
    "else",
    "elif",
    "if",
    "while",
    "until",
    "!",
    "time",
    "RUN",
    "CMD",
    "ENTRYPOINT",
];

/// How far back, in bytes, the beginning of a command is looked for: keeps the time linear.
const REACH: usize = 1000;

/// The first place in `text` that may mean the variable `name` and is not `known`; if `strict`, any
/// place where the name stands as a word.
pub(super) fn mention(
    text: &str,
    name: &str,
    strict: bool,
    known: impl Fn(TextRange) -> bool,
) -> Option<TextRange> {
    if name.is_empty() {
        return None;
    }
    text.match_indices(name).find_map(|(at, _)| {
        let (before, behind) = (text.get(..at)?, text.get(at + name.len()..)?);
        let alone = !before.ends_with(is_name_part) && !behind.starts_with(is_name_part);
        let range = TextRange::at(TextSize::of(before), TextSize::of(name));
        let means = || strict || is_read(before, behind) || is_written(before, behind);
        (alone && !known(range) && means()).then_some(range)
    })
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_read(before: &str, behind: &str) -> bool {
    READS.iter().any(|(left, right)| before.ends_with(left) && behind.starts_with(right))
}

/// An assignment where a command begins, or a name given to a command that takes names.
fn is_written(before: &str, behind: &str) -> bool {
    let mut from = before.len().saturating_sub(REACH);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let before = before.get(from..).unwrap_or_default();
    let command = before.rsplit([';', '&', '|', '(', '{', '\n', '`']).next().unwrap_or_default();
    // The rest of a word: what is glued to something else is no name of its own.
    let (done, glued) = match command.rfind([' ', '\t']) {
        Some(at) => command.split_at(at + 1),
        None => ("", command),
    };
    let mut words = done
        .split_ascii_whitespace()
        .skip_while(|word| BEFORE_COMMAND.contains(word) || word.starts_with("--") || *word == "\\")
        .skip_while(|word| is_assignment(word));
    let assigned = behind.starts_with('=') || behind.starts_with("+=");
    match words.next() {
        None => assigned && glued.is_empty(),
        Some(first) => TAKES_NAMES.contains(&first) && !glued.contains('='),
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name.trim_end_matches('+'));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(is_name_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_variable() {
        let yes = [
            "RUN sh -c 'echo $A'",
            "RUN sh -c 'echo ${A}'",
            "RUN echo ${#A}",
            "RUN Write-Host $env:A",
            "RUN echo %A%",
            "CMD [\"sh\", \"-c\", \"echo $A\"]",
            "RUN A=1 make",
            "RUN x && A=1",
            "RUN if x; then A=1; fi",
            "RUN B=2 A+=1 make",
            "RUN --mount=type=cache,target=/x A=1",
            "RUN <<E\nA=1\nE",
            "RUN x \\\n  && A=1",
            "RUN export A=1",
            "RUN export B A",
            "RUN for A in 1 2; do :; done",
            "RUN read -r A",
            "RUN env A=1 make",
            "RUN printenv A",
            "RUN node -e 'process.env.A'",
            "RUN python -c 'import os; os.environ[\"A\"]'",
            "RUN --mount=type=secret,id=x,env=A y",
        ];
        for text in yes {
            assert!(mention(text, "A", false, |_| false).is_some(), "{text}");
        }
        let no = [
            "RUN make A=1",
            "RUN echo A",
            "RUN echo A=1",
            "RUN go build -ldflags \"-X main.A=1\"",
            "RUN curl --build-arg A=1",
            "RUN cmake -DA=1",
            "RUN echo 100%A",
            "RUN xA=1 A_=2 BA=3",
            "RUN export B=A",
            "RUN docker build --build-arg A",
        ];
        for text in no {
            assert_eq!(mention(text, "A", false, |_| false), None, "{text}");
            let strict = mention(text, "A", true, |_| false).is_some();
            assert_eq!(strict, !text.contains("xA") && !text.contains("-DA"), "{text}");
        }
    }

    #[test]
    fn known_places_say_nothing() {
        let text = "RUN echo $A";
        let known = |range: TextRange| usize::from(range.start()) == text.len() - 1;
        assert_eq!(mention(text, "A", false, known), None);
    }
}
