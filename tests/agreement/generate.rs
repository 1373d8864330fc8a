//! Files made up from the grammar: mostly right, with the odd pieces of [`PIECES`] among the words.

use crate::mutate::PIECES;
use crate::random::Random;

const KEYWORDS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Flags, and the instruction that takes them.
const FLAGS: &[(&str, &str)] = &[
    ("COPY", "--from=b"),
    ("COPY", "--from=0"),
    ("COPY", "--from='b'"),
    ("COPY", "--chown=a:$FOO"),
    ("COPY", "--chmod=0755"),
    ("COPY", "--parents"),
    ("COPY", "--exclude=*.x"),
    ("ADD", "--link"),
    ("ADD", "--link=FALSE"),
    ("ADD", "--checksum=\"sha256:a\""),
    ("FROM", "--platform=linux/amd64"),
    ("FROM", "--platform=$FOO"),
    ("RUN", "--mount=type=bind,from=b,target=/x"),
    ("RUN", "--mount='type=cache,\"target=/a,b\"'"),
    ("RUN", "--mount=type=secret,id=$FOO,env=A"),
    ("RUN", "--network=none"),
    ("HEALTHCHECK", "--interval=5s"),
    ("HEALTHCHECK", "--retries=3"),
    ("", "--a\\ b"),
    ("", "--n=\"a b\""),
    ("", "--"),
    ("", "--x=é"),
    ("", "-x"),
];

const WORDS: &[&str] = &[
    "a",
    "b",
    "/x",
    ".",
    "$FOO",
    "${BAR}",
    "\"a b\"",
    "'c d'",
    "x\\ y",
    "a=b",
    "a=\"b c\"",
    "a='b'",
    "c=",
    "\"k\"=v",
    "80",
    "80/tcp",
    "1:2",
    "AS",
    "as",
    "name",
    "CMD",
    "NONE",
    "<<EOF",
    "<<-'E F'",
    "<<A",
    "é",
    "#x",
    "${FOO:-a b}",
    "${EMPTY:+x}",
    "${NOPE-\"z\"}",
    "${BAR#*/}",
    "${BAR%.*}",
    "${BAR//a/b}",
    "${FOO/o/}",
    "\\$x",
];

/// A file of a few instructions.
pub fn file(random: &mut Random) -> String {
    let mut text = String::new();
    for directive in ["# syntax=a", "# escape=`", "# check=skip=all", "\u{feff}"] {
        if random.once_in(12) {
            text.push_str(directive);
            text.push_str(end(random));
        }
    }
    let escape = if text.contains("escape=`") { "`" } else { "\\" };
    if !random.once_in(8) {
        text.push_str("FROM a");
        text.push_str(end(random));
    }
    for _ in 0..1 + random.below(7) {
        instruction(&mut text, escape, random);
    }
    text
}

fn end(random: &mut Random) -> &'static str {
    random.pick(&["\n", "\n", "\n", "\n", "\r\n", "\n\n", " \n", "\n \t\n"])
}

fn instruction(text: &mut String, escape: &str, random: &mut Random) {
    for _ in 0..random.below(3) {
        if random.once_in(2) {
            text.push_str(random.pick(&["# a comment\n", "#\n", "  # b\n", "#c\n\n", "# a b\r\n"]));
        }
    }
    if random.once_in(10) {
        text.push_str(random.pick(&["ONBUILD ", "onbuild\t", "ONBUILD --x "]));
    }
    let keyword = if random.once_in(40) { "bogus" } else { random.pick(KEYWORDS) };
    match random.once_in(5) {
        true => text.push_str(&keyword.to_lowercase()),
        false => text.push_str(keyword),
    }
    let mut heredocs = Vec::new();
    for _ in 0..random.below(3) {
        let (of, flag) = random.pick(FLAGS);
        if of == keyword || random.once_in(20) {
            blank(text, escape, random);
            text.push_str(flag);
        }
    }
    if random.once_in(6) {
        blank(text, escape, random);
        json(text, random);
    } else {
        for _ in 0..random.below(6) {
            blank(text, escape, random);
            let word = match random.once_in(8) {
                true => random.pick(PIECES),
                false => random.pick(WORDS),
            };
            text.push_str(word);
            heredocs.extend(
                [("<<EOF", "EOF"), ("<<-'E F'", "E F"), ("<<A", "A")]
                    .iter()
                    .filter(|h| h.0 == word),
            );
        }
    }
    text.push_str(end(random));
    if !random.once_in(6) {
        for (_, name) in heredocs {
            text.push_str(random.pick(&["x\n", "", "\tx $FOO\n\ty\n", "a \\\nb\r\n", "# c\n\n"]));
            text.push_str(random.pick(&["", "", "", "\t", " "]));
            text.push_str(name);
            text.push_str(random.pick(&["\n", "\n", "\r\n", " \n"]));
        }
    }
}

fn blank(text: &mut String, escape: &str, random: &mut Random) {
    match random.below(14) {
        0 => text.push_str("  \t"),
        1 => text.extend([" ", escape, "\n  "]),
        2 => text.extend([escape, "\n"]),
        3 => text.extend([" ", escape, " \r\n# inside\n\n"]),
        4 => text.push_str(random.pick(&["\u{a0}", "\u{c}", "\r", ""])),
        _ => text.push(' '),
    }
}

fn json(text: &mut String, random: &mut Random) {
    const ELEMENTS: &[&str] = &[
        "\"a\"",
        "\"b c\"",
        "\"\"",
        "\"\\u0041\"",
        "\"\\\"\"",
        "\"$FOO\"",
        "\"<<EOF\"",
        "1",
        "'a'",
        "\"\\q\"",
        "null",
    ];
    text.push('[');
    for number in 0..random.below(4) {
        if number > 0 {
            text.push_str(random.pick(&[",", ", ", " , ", ",,"]));
        }
        // Most often a string.
        let count = if random.once_in(5) { ELEMENTS.len() } else { 7 };
        text.push_str(random.pick(&ELEMENTS[..count]));
    }
    text.push_str(random.pick(&["]", "]", "]", "] ", "", "] x", ",]"]));
}
