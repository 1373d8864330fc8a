//! The commands of a `RUN`, where its shell text is of the plainest kind.
//!
//! Not a grammar of the shell: it reads words joined by `&&`, `;` and newlines, with quotes,
//! backslashes and comments, and gives up at everything else, rather than guess: variables, pipes,
//! redirections, `||`, `&`, subshells, compound commands, braces, `~`. A full grammar, with ranges
//! and what runs under which condition, is to take its place.
//!
//! Source of the rules: POSIX, Shell Command Language, as `dash` and `bash` agree on it.

/// One simple command: its words in order, at least one. Assignments in front are words too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Assignments, name, arguments.
    pub words: Vec<Word>,
}

/// One word, quotes and backslashes gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// What the command is given, unless it is a pattern.
    pub text: String,
    /// Whether the shell looks for files by it: it has a `*`, `?` or `[` that is not quoted.
    pub is_pattern: bool,
}

/// Where these stand for a command's name, without quotes, the text is no list of simple commands.
const RESERVED: [&str; 19] = [
    "!", "[[", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function",
    "if", "in", "select", "then", "time", "until", "while",
];

/// Ends a word and, but for the blanks, is an operator or a part of one.
const META: [char; 9] = [' ', '\t', '\n', ';', '&', '|', '<', '>', '('];

/// The commands of `text` in order, each run if all before it succeed; `None` if it holds anything
/// that the module does not read. The text is without the Dockerfile's line continuations, though
/// the shell's own are known.
pub fn commands(text: &str) -> Option<Vec<Command>> {
    let mut rest = text;
    let mut commands = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    // Whether a command has to follow: behind `&&`.
    let mut awaited = false;
    loop {
        rest = skip_blank(rest);
        if let Some(operator) = ["&&", ";", "\n"].into_iter().find(|op| rest.starts_with(op)) {
            rest = &rest[operator.len()..];
            if words.is_empty() && operator != "\n" {
                return None;
            }
            if !words.is_empty() {
                commands.push(Command { words: std::mem::take(&mut words) });
                awaited = operator == "&&";
            }
        } else if rest.is_empty() {
            if !words.is_empty() {
                commands.push(Command { words });
                awaited = false;
            }
            return (!awaited).then_some(commands);
        } else {
            let (word, behind) = word(rest)?;
            let written = &rest[..rest.len() - behind.len()];
            if words.is_empty() && RESERVED.contains(&written) {
                return None;
            }
            words.push(word);
            rest = behind;
        }
    }
}

/// What is behind blanks, continued lines and a comment.
fn skip_blank(text: &str) -> &str {
    let mut rest = text;
    loop {
        let behind = rest.trim_start_matches([' ', '\t']);
        let behind = behind.strip_prefix("\\\n").unwrap_or(behind);
        if behind.len() == rest.len() {
            break;
        }
        rest = behind;
    }
    match rest.starts_with('#') {
        true => rest.find('\n').map_or("", |end| &rest[end..]),
        false => rest,
    }
}

/// The word at the start of `text`, and what is behind it.
fn word(text: &str) -> Option<(Word, &str)> {
    let mut word = Word::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next().filter(|c| !META.contains(c)) {
        let behind = &rest[c.len_utf8()..];
        rest = match c {
            '\'' => {
                let (quoted, behind) = behind.split_once('\'')?;
                word.text.push_str(quoted);
                behind
            }
            '"' => double_quoted(behind, &mut word.text)?,
            '\\' => escaped(behind, &mut word.text)?,
            '$' | '`' | ')' | '{' | '}' => return None,
            '~' if word.text.is_empty() || word.text.ends_with(['=', ':']) => return None,
            c => {
                word.is_pattern |= matches!(c, '*' | '?' | '[');
                word.text.push(c);
                behind
            }
        };
    }
    // Nothing was read: an operator that is not understood.
    (rest.len() < text.len()).then_some((word, rest))
}

/// Reads on behind a `"` and gives what is behind the closing one.
fn double_quoted<'a>(text: &'a str, word: &mut String) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let special = rest.find(['"', '\\', '$', '`'])?;
        let (plain, behind) = rest.split_at(special);
        word.push_str(plain);
        rest = if let Some(behind) = behind.strip_prefix('"') {
            return Some(behind);
        } else if behind.starts_with(['$', '`']) {
            return None;
        } else if behind[1..].starts_with(['"', '\\', '$', '`', '\n']) {
            escaped(&behind[1..], word)?
        } else {
            word.push('\\');
            &behind[1..]
        };
    }
}

/// Reads the character behind a backslash and gives what is behind it; a newline is left out.
fn escaped<'a>(text: &'a str, word: &mut String) -> Option<&'a str> {
    let c = text.chars().next()?;
    if c != '\n' {
        word.push(c);
    }
    Some(&text[c.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of each command, `<…>` around those that are patterns.
    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let show = |word: Word| match word.is_pattern {
            true => format!("<{}>", word.text),
            false => word.text,
        };
        let found: Vec<Vec<_>> = commands(text)
            .unwrap_or_else(|| panic!("{text:?} is not read"))
            .into_iter()
            .map(|command| command.words.into_iter().map(show).collect())
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn commands_are_joined_by_and_semicolon_and_newline() {
        check("", &[]);
        check(" \t\n", &[]);
        check("true", &[&["true"]]);
        check("set -eux; a b&&c;", &[&["set", "-eux"], &["a", "b"], &["c"]]);
        check("a &&\n\n b\n\nc\n", &[&["a"], &["b"], &["c"]]);
    }

    #[test]
    fn quotes_and_backslashes_are_read() {
        check("a 'b  c'\"d;e\"f", &[&["a", "b  cd;ef"]]);
        check(r"a\ b \'c\;", &[&["a b", "'c;"]]);
        check(r#"a "\"\\\$\n" '\' "#, &[&["a", r#""\$\n"#, r"\"]]);
        check("a '' \"\"", &[&["a", "", ""]]);
        check("a \\\n b\\\nc \"d\\\ne\"", &[&["a", "bc", "de"]]);
        check("é 'ü'", &[&["é", "ü"]]);
    }

    #[test]
    fn patterns_are_marked_where_the_shell_expands_them() {
        check("rm -rf /a/* '/b/*' \\*", &[&["rm", "-rf", "</a/*>", "/b/*", "*"]]);
        check("a b? [c]", &[&["a", "<b?>", "<[c]>"]]);
    }

    #[test]
    fn comments_are_passed_over() {
        check("a # b; $c\nd#e #", &[&["a"], &["d#e"]]);
        check("# only", &[]);
        check("a && # why\n b", &[&["a"], &["b"]]);
        check("a \\\n # b", &[&["a"]]);
    }

    #[test]
    fn names_that_only_look_reserved_are_commands() {
        check("echo if then", &[&["echo", "if", "then"]]);
        check("'if' x", &[&["if", "x"]]);
        check("A=1 b c~d", &[&["A=1", "b", "c~d"]]);
    }

    #[test]
    fn everything_else_is_not_read() {
        for text in [
            "a | b",
            "a || b",
            "a & b",
            "a &",
            "a > b",
            "a 2>&1",
            "a < b",
            "(a)",
            "a b)",
            "a $b",
            "a \"$b\"",
            "a `b`",
            "a \"`b`\"",
            "a $(b)",
            "a {b,c}",
            "{ a; }",
            "f() { a; }",
            "if a; then b; fi",
            "! a",
            "cd ~/b",
            "A=~/b c",
            "a 'b",
            "a \"b",
            "a \"b\\",
            "a \\",
            "; a",
            "a ;; b",
            "a && && b",
            "a &&",
            "a && # b",
            "&& a",
            "a;; ",
        ] {
            assert_eq!(commands(text), None, "{text:?}");
        }
    }
}
