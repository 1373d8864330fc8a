//! A comment behind the arguments, where `#` is just another word.

use super::{Finding, Fix, InstructionContext};
use crate::syntax::{BOM, continued};
use crate::text::{Edit, TextRange, TextSize};

/// What is said of it.
pub const MESSAGE: &str = "A comment needs a line of its own: here `#` is just another word. Move \
                           it above the instruction, or delete it.";

/// Directives are comments at the start of a file: one that is moved there would begin to count.
const DIRECTIVES: [&str; 3] = ["syntax", "escape", "check"];

/// `finding` with the fix that moves the comment, which begins at `start`, above the instruction.
pub fn moved_above(context: &InstructionContext<'_>, finding: Finding, start: TextSize) -> Finding {
    let source: &str = &context.item.text;
    let (before, behind) = source.split_at_checked(start.into()).unwrap_or_default();
    let line = behind.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    // What continues the line belongs to the instruction, not to the comment.
    let comment = continued(line, context.escape).unwrap_or(line).trim_end();
    let gap = before.trim_end_matches([' ', '\t']);
    let body = usize::from(context.instruction.body.start());
    let indent = source.get(..body).unwrap_or_default().trim_start_matches(BOM);
    let newline = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let words = comment.trim_start_matches('#');
    let name = words.trim_start().split([' ', '\t', '=']).next().unwrap_or_default();
    let is_directive = DIRECTIVES.iter().any(|one| one.eq_ignore_ascii_case(name));
    finding.with_fix(Fix {
        title: "Move the comment above the instruction".to_owned(),
        edits: vec![
            Edit::insert(context.instruction.body.start(), format!("{comment}{newline}{indent}")),
            Edit::delete(TextRange::new(TextSize::of(gap), start + TextSize::of(comment))),
        ],
        // `#fff` may be a colour.
        sure: words.starts_with([' ', '\t']) && !is_directive,
    })
}
