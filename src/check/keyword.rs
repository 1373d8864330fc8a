//! Words at the start of a line that are no instruction.

use super::near::{self, Nearest};
use super::{Finding, InstructionContext, Phase};
use crate::language::{Keyword, nearest::match_case};

/// What a line begins with that belongs to the line above: a shell goes on there.
const CONTINUES: [char; 6] = ['&', '|', ';', '-', '<', '>'];

/// Unknown instructions.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.command.keyword.is_some() {
        return;
    }
    let range = context.command.keyword_range;
    let word = context.text(range);
    let names = Keyword::ALL.iter().map(|keyword| keyword.name());
    let near = near::any_case(&word, names);
    let message = match (&*word, &near) {
        ("", _) => "There is no instruction here, only line continuations. Write one, or delete \
                    the line."
            .to_owned(),
        (word, Some(Nearest { name, .. })) => {
            format!("`{word}` is no instruction. Did you mean `{}`?", match_case(name, word))
        }
        (word, None) if word.starts_with(CONTINUES) => format!(
            "`{word}` is no instruction. If this belongs to the instruction above, end the line \
             before it with `{}`.",
            context.escape
        ),
        (word, None) => format!(
            "`{word}` is no instruction. Begin the line with one, such as `RUN {word}`, or with \
             `#` to make it a comment."
        ),
    };
    let finding = context.refused("unknown-instruction", Phase::Instruction, range, message);
    findings.push(match near {
        Some(near) => near.fix(finding, range, match_case(near.name, &word)),
        None => finding,
    });
}
