//! Program text as words, texts and brackets, for files that are programs themselves: bundler
//! configurations, Gradle, Swift, Zig, sbt, mix.
//!
//! Nothing is run. A reader of such a file answers only where a plain text stands in a plain place;
//! [`literal`] says what is plain.

/// How deep brackets may be nested.
const MAX_DEPTH: usize = 100;

/// The longest pattern (`/.../`), in bytes.
const MAX_PATTERN: usize = 1000;

/// How a language writes comments and texts.
pub struct Syntax {
    /// What comments up to the end of the line begin with.
    pub line_comments: &'static [&'static str],
    /// What comments between two marks begin and end with, and whether they are nested.
    pub block_comment: Option<(&'static str, &'static str, bool)>,
    /// How texts are written, the longer marks first.
    pub quotes: &'static [Quote],
    /// Whether `/` may begin a pattern, as in `split(/,/)`.
    pub has_patterns: bool,
    /// What may stand in a word but letters, digits and `_`.
    pub in_words: &'static [char],
}

/// How a text is written.
pub struct Quote {
    pub open: &'static str,
    pub close: &'static str,
    /// Whether `\` takes the meaning from what is behind it.
    pub escapes: bool,
    /// Whether it may have line breaks in it.
    pub is_long: bool,
    /// What begins something computed in it.
    pub computed: &'static [&'static str],
}

const fn quote(
    open: &'static str,
    close: &'static str,
    computed: &'static [&'static str],
) -> Quote {
    Quote { open, close, escapes: true, is_long: false, computed }
}

const fn long(open: &'static str, close: &'static str, computed: &'static [&'static str]) -> Quote {
    Quote { open, close, escapes: true, is_long: true, computed }
}

const fn raw(open: &'static str, close: &'static str, computed: &'static [&'static str]) -> Quote {
    Quote { open, close, escapes: false, is_long: true, computed }
}

/// JavaScript and TypeScript.
pub const JAVASCRIPT: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/", false)),
    quotes: &[quote("\"", "\"", &[]), quote("'", "'", &[]), long("`", "`", &["${"])],
    has_patterns: true,
    in_words: &['$'],
};

/// Groovy, as in `build.gradle`.
pub const GROOVY: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/", false)),
    quotes: &[
        long("\"\"\"", "\"\"\"", &["$"]),
        long("'''", "'''", &[]),
        quote("\"", "\"", &["$"]),
        quote("'", "'", &[]),
    ],
    has_patterns: true,
    in_words: &['$'],
};

/// Kotlin, as in `build.gradle.kts`.
pub const KOTLIN: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/", true)),
    quotes: &[raw("\"\"\"", "\"\"\"", &["$"]), quote("\"", "\"", &["$"]), quote("'", "'", &[])],
    has_patterns: false,
    in_words: &[],
};

/// Scala, as in `build.sbt`. A text with a letter before it (`s"..."`) is computed.
pub const SCALA: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/", true)),
    quotes: &[raw("\"\"\"", "\"\"\"", &[]), quote("\"", "\"", &[])],
    has_patterns: false,
    in_words: &['$'],
};

/// Swift, as in `Package.swift`.
pub const SWIFT: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/", true)),
    quotes: &[long("\"\"\"", "\"\"\"", &["\\("]), quote("\"", "\"", &["\\("])],
    has_patterns: false,
    in_words: &[],
};

/// Zig, as in `build.zig`.
pub const ZIG: Syntax = Syntax {
    // A line of a long text, which is of no use to us.
    line_comments: &["//", "\\\\"],
    block_comment: None,
    quotes: &[quote("\"", "\"", &[]), quote("'", "'", &[])],
    has_patterns: false,
    in_words: &['@'],
};

/// Elixir, as in `mix.exs`.
pub const ELIXIR: Syntax = Syntax {
    line_comments: &["#"],
    block_comment: None,
    quotes: &[
        long("\"\"\"", "\"\"\"", &["#{"]),
        long("'''", "'''", &["#{"]),
        long("\"", "\"", &["#{"]),
        long("'", "'", &["#{"]),
    ],
    has_patterns: false,
    in_words: &['?', '!'],
};

/// Python-like: Meson.
pub const MESON: Syntax = Syntax {
    line_comments: &["#"],
    block_comment: None,
    quotes: &[raw("'''", "'''", &[]), quote("'", "'", &[])],
    has_patterns: false,
    in_words: &[],
};

/// Ruby, as in a `Gemfile`.
pub const RUBY: Syntax = Syntax {
    line_comments: &["#"],
    block_comment: None,
    quotes: &[long("\"", "\"", &["#{"]), long("'", "'", &[])],
    has_patterns: false,
    in_words: &['?', '!'],
};

/// A part of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A name, a keyword or a number.
    Word(String),
    /// A text; `None` if something in it is computed or has no plain meaning.
    Text(Option<String>),
    /// A pair of brackets, by the opening one.
    Group(char, Vec<Node>),
    /// The end of a line.
    Line,
    /// Anything else.
    Mark(char),
}

impl Node {
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Node::Word(own) if own == word)
    }

    pub fn is_mark(&self, mark: char) -> bool {
        *self == Node::Mark(mark)
    }

    /// What is in the brackets, if it is a pair of them.
    pub fn group(&self, open: char) -> Option<&[Node]> {
        match self {
            Node::Group(own, inner) if *own == open => Some(inner),
            _ => None,
        }
    }
}

/// The parts of a program; `None` if its brackets do not fit together or are nested too deep.
pub fn parse(text: &str, syntax: &Syntax) -> Option<Vec<Node>> {
    let mut open: Vec<(char, Vec<Node>)> = Vec::new();
    let mut nodes = Vec::new();
    let mut rest = text;
    while let Some((node, behind)) = next(rest, syntax, nodes.last()) {
        rest = behind;
        match node {
            Node::Mark(c @ ('(' | '[' | '{')) => {
                if open.len() == MAX_DEPTH {
                    return None;
                }
                open.push((c, std::mem::take(&mut nodes)));
            }
            Node::Mark(c @ (')' | ']' | '}')) => {
                let (opened, outer) = open.pop()?;
                if !matches!((opened, c), ('(', ')') | ('[', ']') | ('{', '}')) {
                    return None;
                }
                let inner = std::mem::replace(&mut nodes, outer);
                nodes.push(Node::Group(opened, inner));
            }
            node => nodes.push(node),
        }
    }
    open.is_empty().then_some(nodes)
}

/// The first part of a text, and what is behind it. Brackets are marks here.
fn next<'a>(text: &'a str, syntax: &Syntax, before: Option<&Node>) -> Option<(Node, &'a str)> {
    let mut text = text;
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
        let block = syntax.block_comment.filter(|(open, ..)| text.starts_with(open));
        if let Some((open, close, is_nested)) = block {
            text = behind_comment(text, open, close, is_nested);
        } else if syntax.line_comments.iter().any(|mark| text.starts_with(mark)) {
            text = &text[text.find('\n').unwrap_or(text.len())..];
        } else {
            break;
        }
    }
    let first = text.chars().next()?;
    if let Some(quote) = syntax.quotes.iter().find(|quote| text.starts_with(quote.open)) {
        return Some(quoted(&text[quote.open.len()..], quote));
    }
    if first == '\n' {
        return Some((Node::Line, &text[1..]));
    }
    let is_in_word = |c: char| c.is_alphanumeric() || c == '_' || syntax.in_words.contains(&c);
    if is_in_word(first) {
        let end = text.find(|c| !is_in_word(c)).unwrap_or(text.len());
        return Some((Node::Word(text[..end].to_owned()), &text[end..]));
    }
    if first == '/'
        && syntax.has_patterns
        && is_pattern_place(before)
        && let Some(rest) = behind_pattern(&text[1..])
    {
        return Some((Node::Text(None), rest));
    }
    Some((Node::Mark(first), &text[first.len_utf8()..]))
}

/// What is behind the comment that a text begins with.
fn behind_comment<'a>(text: &'a str, open: &str, close: &str, is_nested: bool) -> &'a str {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with(open) && (is_nested || depth == 0) {
            depth += 1;
            rest = &rest[open.len()..];
        } else if rest.starts_with(close) {
            depth -= 1;
            rest = &rest[close.len()..];
            if depth == 0 {
                return rest;
            }
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    ""
}

/// The text behind its opening mark, and what is behind it.
fn quoted<'a>(text: &'a str, quote: &Quote) -> (Node, &'a str) {
    let mut content = Some(String::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix(quote.close) {
            return (Node::Text(content), behind);
        }
        if c == '\n' && !quote.is_long {
            break;
        }
        if quote.computed.iter().any(|mark| rest.starts_with(mark)) {
            content = None;
        }
        rest = &rest[c.len_utf8()..];
        if c != '\\' || !quote.escapes {
            if let Some(content) = &mut content {
                content.push(c);
            }
            continue;
        }
        let Some(escaped) = rest.chars().next() else { break };
        rest = &rest[escaped.len_utf8()..];
        match (&mut content, escaped) {
            (Some(content), '\\' | '/' | '\'' | '"' | '`' | '$' | '#') => content.push(escaped),
            // What it means is the language's own affair.
            _ => content = None,
        }
    }
    // It has no end.
    (Node::Text(None), rest)
}

/// Whether a pattern may stand behind a node: not where `/` divides.
fn is_pattern_place(before: Option<&Node>) -> bool {
    match before {
        None | Some(Node::Line | Node::Mark(_)) => true,
        Some(Node::Word(word)) => matches!(word.as_str(), "return" | "typeof" | "case" | "in"),
        Some(Node::Text(_) | Node::Group(..)) => false,
    }
}

/// What is behind a pattern, whose opening `/` is passed; `None` if its line has no end of it, or
/// none near.
fn behind_pattern(text: &str) -> Option<&str> {
    let mut in_set = false;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' => return None,
            _ if at > MAX_PATTERN => return None,
            '[' => in_set = true,
            ']' => in_set = false,
            '/' if !in_set => return Some(&text[at + 1..]),
            _ => {}
        }
    }
    None
}

/// The text at the beginning of `nodes`, if nothing is computed from it: behind it ends the line,
/// the list or the statement.
pub fn literal(nodes: &[Node]) -> Option<&str> {
    let nodes = skip_lines(nodes);
    let Some(Node::Text(Some(text))) = nodes.first() else { return None };
    ends(&nodes[1..]).then_some(text.as_str())
}

/// Whether the statement or the part of a list ends before `nodes`. An operator on the next line
/// carries on.
pub fn ends(nodes: &[Node]) -> bool {
    match skip_lines(nodes).first() {
        None => true,
        Some(Node::Mark(',' | ';')) => true,
        Some(Node::Mark('+' | '.' | '?' | '|' | '&' | '%' | '*' | '=' | '<' | '>')) => false,
        Some(_) => nodes.first() == Some(&Node::Line),
    }
}

/// The nodes behind the ends of lines that they begin with.
pub fn skip_lines(nodes: &[Node]) -> &[Node] {
    let lines = nodes.iter().take_while(|node| **node == Node::Line).count();
    &nodes[lines..]
}

/// All lists of nodes, the outer ones first: the program, and the inside of each pair of brackets.
pub fn lists(nodes: &[Node]) -> Vec<&[Node]> {
    let mut found = vec![nodes];
    let mut at = 0;
    while let Some(list) = found.get(at).copied() {
        let inner = list.iter().filter_map(|node| match node {
            Node::Group(_, inner) => Some(inner.as_slice()),
            _ => None,
        });
        let inner: Vec<_> = inner.collect();
        found.extend(inner);
        at += 1;
    }
    found
}

/// The nodes behind each place in a list that begins with these words, marks between them left out
/// but told as words of one letter: `["module", ".", "exports", "="]`.
pub fn behind<'a>(list: &'a [Node], start: &[&str]) -> Vec<&'a [Node]> {
    let fits = |(node, word): (&Node, &&str)| match node {
        Node::Word(own) => own == word,
        Node::Mark(mark) => word.chars().eq([*mark]),
        _ => false,
    };
    let places = list.windows(start.len()).enumerate();
    let places = places.filter(|(at, nodes)| {
        let is_inner = *at > 0 && list[at - 1].is_mark('.');
        !is_inner && nodes.iter().zip(start).all(fits)
    });
    places.map(|(at, nodes)| &list[at + nodes.len()..]).collect()
}

/// The parts of a list between commas.
pub fn items(list: &[Node]) -> impl Iterator<Item = &[Node]> {
    list.split(|node| node.is_mark(',')).map(trim).filter(|item| !item.is_empty())
}

/// Without the ends of lines around.
fn trim(nodes: &[Node]) -> &[Node] {
    let nodes = skip_lines(nodes);
    let lines = nodes.iter().rev().take_while(|node| **node == Node::Line).count();
    &nodes[..nodes.len() - lines]
}

/// Whether a word stands anywhere, in texts, too.
pub fn mentions(nodes: &[Node], word: &str) -> bool {
    lists(nodes).into_iter().flatten().any(|node| match node {
        Node::Word(own) => own == word,
        Node::Text(Some(text)) => text == word,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A short picture of the nodes: `?` is a text that is not known.
    fn picture(nodes: &[Node]) -> String {
        let mut parts = Vec::new();
        for node in nodes {
            parts.push(match node {
                Node::Word(word) => word.clone(),
                Node::Text(Some(text)) => format!("<{text}>"),
                Node::Text(None) => "?".to_owned(),
                Node::Line => "|".to_owned(),
                Node::Mark(mark) => mark.to_string(),
                Node::Group(open, inner) => format!("{open} {} _", picture(inner)),
            });
        }
        parts.join(" ")
    }

    #[track_caller]
    fn check(syntax: &Syntax, text: &str, expected: Option<&str>) {
        let nodes = parse(text, syntax);
        assert_eq!(nodes.as_deref().map(picture).as_deref(), expected, "{text}");
    }

    #[test]
    fn javascript() {
        let check = |text, expected| check(&JAVASCRIPT, text, Some(expected));
        check("a = { b: 'c', /* d */ } // e\nf", "a = { b : <c> , _ | f");
        check("`a` + `b${c}` + 'd\\'e' + '\\n'", "<a> + ? + <d'e> + ?");
        check("x.split(/['\"]/, a / b / c)", "x . split ( ? , a / b / c _");
        check("return /[/]'/.test(x)\n/'/", "return ? . test ( x _ | ?");
        check("'open\nb", "? | b");
        check("a / b", "a / b");
        check("$x", "$x");
    }

    #[test]
    fn other_languages() {
        check(
            &GROOVY,
            "version = \"1.$x\" // '\nname '''a\nb'''",
            Some("version = ? | name <a\nb>"),
        );
        check(&KOTLIN, "/* a /* b */ c */ d(\"\"\"e\\n\"\"\")", Some("d ( <e\\n> _"));
        check(&SCALA, "name := \"a\"", Some("name : = <a>"));
        check(&SWIFT, "\"a\\(b)\" /* c */ \"d\"", Some("? <d>"));
        check(
            &ZIG,
            "@import(\"std\") // c\n\\\\ long 'text\n.x",
            Some("@import ( <std> _ | | . x"),
        );
        check(&ELIXIR, "[app: :my_app, v: \"a#{b}\"] # c", Some("[ app : : my_app , v : ? _"));
        check(&MESON, "executable('a', 'b.c') # '", Some("executable ( <a> , <b.c> _"));
    }

    #[test]
    fn brackets_must_fit() {
        check(&JAVASCRIPT, "(]", None);
        check(&JAVASCRIPT, "(", None);
        check(&JAVASCRIPT, ")", None);
        check(&JAVASCRIPT, &"(".repeat(100_000), None);
        check(&KOTLIN, &"/*".repeat(100_000), Some(""));
    }

    #[test]
    fn literals() {
        let check = |text, expected: Option<&str>| {
            let nodes = parse(text, &JAVASCRIPT).expect("brackets fit");
            assert_eq!(literal(&nodes), expected, "{text}");
        };
        check("'a'", Some("a"));
        check("\n'a', b", Some("a"));
        check("'a'\nb", Some("a"));
        check("'a' + b", None);
        check("'a'\n + b", None);
        check("'a'.x", None);
        check("'a' b", None);
        check("b", None);
        check("", None);
    }
}
