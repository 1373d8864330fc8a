//! Scripts that are no more than a list of commands.

use super::{Condition, Unread, Word, parse};

/// A word whose text is known, quotes and backslashes gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainWord {
    /// What the command is given, unless it is a pattern.
    pub text: String,
    /// Whether the shell looks for files by it ([`Word::is_pattern`]).
    pub is_pattern: bool,
}

/// The commands of `text`, in order, each one's assignments and words, at least one of both.
///
/// `None` if the text is not read or holds more: variables, redirections, pipes, commands that may
/// not run, subshells and substitutions, functions, what dash reads otherwise than bash.
pub fn commands(text: &str) -> Option<Vec<Vec<PlainWord>>> {
    let script = parse(text).map_err(|Unread { .. }| ()).ok()?;
    let is_list = script.bash.is_none() && script.functions().is_empty();
    let steps = script.steps();
    let mut commands = Vec::with_capacity(steps.len());
    for step in steps.iter().filter(|_| is_list) {
        if step.condition != Condition::Always || step.scope != 0 || !step.around.is_empty() {
            return None;
        }
        let assignments = step.command.assignments.iter().map(|assignment| {
            let mut word = plain(&assignment.value)?;
            word.text.insert_str(0, &format!("{}=", assignment.name));
            Some(word)
        });
        let words = assignments.chain(step.command.words.iter().map(plain));
        commands.push(words.collect::<Option<Vec<_>>>()?);
    }
    is_list.then_some(commands)
}

fn plain(word: &Word) -> Option<PlainWord> {
    Some(PlainWord { text: word.pattern()?, is_pattern: word.is_pattern() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of each command, `<…>` around those that are patterns.
    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let show = |word: PlainWord| match word.is_pattern {
            true => format!("<{}>", word.text),
            false => word.text,
        };
        let found: Vec<Vec<_>> = commands(text)
            .unwrap_or_else(|| panic!("{text:?} is not plain"))
            .into_iter()
            .map(|words| words.into_iter().map(show).collect())
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn lists_of_commands() {
        check("", &[]);
        check("set -eux; a b&&c;", &[&["set", "-eux"], &["a", "b"], &["c"]]);
        check("a &&\n\n b # c\n\nc\n", &[&["a"], &["b"], &["c"]]);
        check("A='1 2' B= c", &[&["A=1 2", "B=", "c"]]);
        check("rm -rf /a/* '/b/*'", &[&["rm", "-rf", "</a/*>", "/b/*"]]);
        check("{ a; b; }", &[&["a"], &["b"]]);
    }

    #[test]
    fn everything_else_is_not_plain() {
        for text in [
            "a | b",
            "a || b",
            "a &",
            "a > b",
            "(a)",
            "a $b",
            "a \"$b\"",
            "a `b`",
            "a $(b)",
            "f() { a; }",
            "if a; then b; fi",
            "! a",
            "a 'b",
            "a &&",
            "[[ a ]]",
            "a {b,c}",
            "a=(b)",
            "((a))",
            "a <<b\nb",
        ] {
            assert_eq!(commands(text), None, "{text:?}");
        }
    }
}
