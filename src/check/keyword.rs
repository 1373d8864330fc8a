//! Words at the start of a line that are no instruction.

use super::{Finding, InstructionContext, Phase};

/// Unknown instructions.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.command.keyword.is_some() {
        return;
    }
    let range = context.command.keyword_range;
    let word = context.text(range);
    let message = match &*word {
        "" => "There is no instruction on this line. Write one, or delete the line.".to_owned(),
        word => format!("`{word}` is no instruction."),
    };
    findings.push(context.refused("unknown-instruction", Phase::Instruction, range, message));
}
