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
    ("COPY", "--from=B1"),
    ("COPY", "--\"from\"=1"),
    ("COPY", "--from=$FOO"),
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
        text.push_str(random.pick(&["FROM a", "FROM a AS b", "FROM a AS b1"]));
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
    for _ in 0..random.below(2) {
        text.push_str(random.pick(&["# a comment\n", "#\n", "  # b\n", "#c\n\n", "# a b\r\n"]));
    }
    if random.once_in(10) {
        text.push_str(random.pick(&["ONBUILD ", "onbuild\t", "ONBUILD --x "]));
    }
    let keyword = if random.once_in(60) { "bogus" } else { random.pick(KEYWORDS) };
    match random.once_in(5) {
        true => text.push_str(&keyword.to_lowercase()),
        false => text.push_str(keyword),
    }
    for _ in 0..random.below(3) {
        let (of, flag) = random.pick(FLAGS);
        if of == keyword || random.once_in(40) {
            blank(text, escape, random);
            text.push_str(flag);
        }
    }
    let start = text.len();
    arguments(text, keyword, escape, random);
    let names = heredoc_names(&text[start..]);
    text.push_str(end(random));
    if matches!(keyword, "ADD" | "COPY" | "RUN") || random.once_in(10) {
        names.iter().for_each(|name| heredoc_body(text, name, random));
    }
}

fn arguments(text: &mut String, keyword: &str, escape: &str, random: &mut Random) {
    let json_at_random = keyword != "FROM" && random.once_in(6);
    if json_at_random || keyword == "SHELL" && !random.once_in(6) {
        blank(text, escape, random);
        json(text, random);
        return;
    }
    let count = match keyword {
        "FROM" => 1,
        "ADD" | "COPY" => 2 + random.below(2),
        _ => 1 + random.below(4),
    };
    for _ in 0..count {
        blank(text, escape, random);
        if keyword == "FROM" && !random.once_in(4) {
            text.push_str(random.pick(&[
                "a",
                "b",
                "b1",
                "B",
                "scratch",
                "a:1",
                "x.y/z@sha256:0",
                "$FOO",
            ]));
            continue;
        }
        match random.below(16) {
            0 => text.push_str(random.pick(PIECES)),
            1..=3 => text.push_str(&word_soup(random)),
            _ => text.push_str(random.pick(WORDS)),
        }
    }
    if keyword == "FROM" && random.once_in(2) {
        text.push_str(random.pick(&[" AS b", " as B1", " As\ta.b", " AS 1", " AS"]));
    }
}

/// The names of the heredocs of [`WORDS`] that stand in `arguments`.
fn heredoc_names(arguments: &str) -> Vec<&'static str> {
    let known = [("<<EOF", "EOF"), ("<<-'E F'", "E F"), ("<<A", "A")];
    let mut found: Vec<_> = known
        .iter()
        .flat_map(|(word, name)| arguments.match_indices(word).map(|(at, _)| (at, *name)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

fn heredoc_body(text: &mut String, name: &str, random: &mut Random) {
    text.push_str(random.pick(&["x\n", "", "\tx $FOO\n\ty\n", "a \\\nb\r\n", "# c\n\n"]));
    if !random.once_in(10) {
        text.push_str(random.pick(&["", "", "", "", "", "\t", " "]));
        text.push_str(name);
        text.push_str(random.pick(&["\n", "\n", "\n", "\r\n", " \n"]));
    }
}

fn blank(text: &mut String, escape: &str, random: &mut Random) {
    match random.below(14) {
        0 => text.push_str("  \t"),
        1 => text.extend([" ", escape, "\n  "]),
        2 => text.extend([escape, random.pick(&["\n", "\n ", "\n\t", " \n  "])]),
        3 => text.extend([" ", escape, " \r\n# inside\n\n"]),
        4 => text.push_str(random.pick(&["\u{a0}", " \u{a0}", "\u{c}", "\r", "\u{b} "])),
        _ => text.push(' '),
    }
}

/// A word of characters that mean something in words: to variables, to heredocs, to JSON.
fn word_soup(random: &mut Random) -> String {
    const VARIABLES: &[&str] = &[
        "$", "${", "}", "FOO", "NOPE", "BAR", ":", "-", "+", "?", "=", "#", "##", "%", "/", "//",
        "*", "\\", "`", "\"", "'", "a", "o", ".", "{", "@", "1", "é", " ", "z",
    ];
    const HEREDOCS: &[&str] = &[
        "<<", "<", "-", "E", "F", "\"", "'", "\\", "3", "$", "${x:-y}", ";", ")", "\u{a0}", " ",
        "é",
    ];
    const JSON: &[&str] = &[
        "[", "]", "\"", ",", "a", "\\", "u00e9", "\\u", "\\n", "0", "-1", ".5", "e3", "true",
        "null", "{", "}", ":", " ", "\t", "ud800",
    ];
    let letters = random.pick(&[VARIABLES, VARIABLES, HEREDOCS, JSON]);
    let start = if letters == JSON { "[" } else { "" };
    let count = 1 + random.below(9);
    std::iter::once(start).chain((0..count).map(|_| random.pick(letters))).collect()
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
