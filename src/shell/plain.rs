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
        if step.condition != Condition::Always || step.scope != 0 || !step.redirects.is_empty() {
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
