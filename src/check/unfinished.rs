//! Lines that go on with the instruction above, which does not end with a line continuation.

use super::rule::ModelLook;
use super::{Finding, Fix, Issue, Phase, conflict, near};
use crate::language::Keyword;
use crate::model::Model;
use crate::syntax::{Arguments, Instruction, Item, Placed};
use crate::text::{Edit, TextRange, TextSize};

/// The code of these findings.
pub const CODE: &str = "missing-continuation";

/// What a command of a shell ends with that the next goes on with, and what that begins with.
const OPERATORS: [&str; 3] = ["&&", "||", "|"];

/// What [`Issue::variant`] says here: a shell wants more, or the line stands further to the right, or
/// a comment of the shell would take in what goes on.
const SURE: u8 = 0;
const LIKELY: u8 = 1;
const COMMENTED: u8 = 2;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let mut above: Option<Placed<'_>> = None;
    // Whether the line above goes on with a command, too.
    let mut goes_on = false;
    for (placed, facts) in model.instructions() {
        let found = above
            .filter(|above| facts.keyword.is_none() && is_next(model, above, &placed))
            .and_then(|above| Some((above.index, variant(&above, goes_on, &placed)?)));
        goes_on = found.is_some();
        if let Some((other, variant)) = found {
            issues.push(Issue { item: placed.index, other: Some(other), number: 0, variant });
        }
        above = Some(placed);
    }
}

/// Whether nothing but comments stands between two instructions.
fn is_next(model: &Model, above: &Placed<'_>, below: &Placed<'_>) -> bool {
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let mut between = (above.index + 1..below.index).filter_map(|index| model.tree().item(index));
    between.all(|placed| placed.item.text.lines().all(is_comment))
}

fn variant(above: &Placed<'_>, goes_on: bool, below: &Placed<'_>) -> Option<u8> {
    let (upper, lower) = (plain(above.item)?, plain(below.item)?);
    let (first, next) = (above.item.body(), below.item.body());
    if conflict::is_in(first) || conflict::is_in(next) {
        return None;
    }
    let keyword = upper.view.command.keyword;
    let is_shell = goes_on
        || matches!(keyword, Some(Keyword::Run | Keyword::Cmd | Keyword::Entrypoint))
            && matches!(upper.view.command.arguments, Arguments::Text(_));
    let word = next.split_whitespace().next().unwrap_or_default();
    let begins = OPERATORS.iter().any(|operator| next.starts_with(operator));
    let names = Keyword::ALL.iter().map(|keyword| keyword.name());
    if !begins && near::any_case(word, names).is_some_and(|near| near.sure) {
        return None;
    }
    let is_commented = is_shell && has_comment(first);
    let ends = OPERATORS.iter().any(|operator| first.trim_end().ends_with(operator));
    if is_shell && (begins || ends && !is_commented) {
        return Some(if is_commented { COMMENTED } else { SURE });
    }
    let has_more = goes_on
        || matches!(
            keyword,
            Some(
                Keyword::Run
                    | Keyword::Env
                    | Keyword::Label
                    | Keyword::Copy
                    | Keyword::Add
                    | Keyword::Expose
                    | Keyword::Cmd
                    | Keyword::Entrypoint
            )
        );
    let (indent, above) = (lower.body.start(), upper.body.start());
    let is_right = indent > above || goes_on && indent == above && indent > TextSize::new(0);
    (has_more && is_right && !word.starts_with(['{', '}', '[', ']', '"']))
        .then_some(if is_commented { COMMENTED } else { LIKELY })
}

/// Whether a command holds what a shell takes for a comment: an unquoted `#` at the start of a word.
/// The lines of an instruction are one to the shell, so it reaches to the end of the last, and over
/// what a `\` there would add.
fn has_comment(text: &str) -> bool {
    // Lines that are comments of the file are taken out before the shell sees them.
    let first = text.lines().take(1);
    let more = text.lines().skip(1).filter(|line| !line.trim_start().starts_with('#'));
    let (mut quote, mut before) = (None, ' ');
    for line in first.chain(more) {
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            let starts_word = before.is_whitespace() || ";&|()".contains(before);
            before = c;
            match (quote, c) {
                (None, '#') if starts_word => return true,
                (None | Some('"'), '\\') => before = chars.next().map_or(' ', |_| c),
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), _) if open == c => quote = None,
                _ => {}
            }
        }
    }
    false
}

/// The instruction of an item, if it has no heredocs and was not damaged by pasting.
fn plain(item: &Item) -> Option<&Instruction> {
    item.instruction().filter(|one| one.heredocs.is_empty() && one.mended.is_none())
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let (placed, above) = (model.tree().item(issue.item)?, model.tree().item(issue.other?)?);
    let (instruction, upper) = (placed.instruction()?, plain(above.item)?);
    let range = placed.lift(instruction.view.command.keyword_range);
    let escape = model.tree().escape();
    let word = instruction.view.text(&placed.item.text, instruction.view.command.keyword_range);
    let message = match issue.variant {
        SURE => format!(
            "`{word}` goes on with the instruction above, whose last line does not end with \
             `{escape}`. Write `{escape}` there."
        ),
        COMMENTED => format!(
            "`{word}` is no instruction. If it goes on with the one above, take the comment out of \
             that command and end the line before this one with `{escape}`."
        ),
        _ => format!(
            "`{word}` is no instruction. If it goes on with the one above, end the line before it \
             with `{escape}`."
        ),
    };
    let end = upper.body.start() + TextSize::of(above.item.body().trim_end());
    let end = above.lift(TextRange::new(end, upper.body.end()));
    let finding = Finding::refused(CODE, Phase::Instruction, range, message);
    // Behind a comment what goes on would be lost.
    if issue.variant == COMMENTED {
        return Some(finding);
    }
    let finding = finding.with_related(end, format!("`{escape}` is missing here"));
    Some(finding.with_fix(Fix {
        title: format!("End the line above with `{escape}`"),
        edits: vec![Edit::replace(end, format!(" {escape}"))],
        sure: issue.variant == SURE,
    }))
}

#[cfg(test)]
mod tests {
    use super::CODE;
    use crate::check::testing::*;

    #[test]
    fn lines_that_go_on() {
        check("FROM a\nRUN x &&\n  ⟦b⟧\nRUN c\n⟦&&⟧ d\n", &[CODE; 2]);
        check("FROM a\nRUN apk add\n  ⟦curl⟧\n  ⟦git⟧\n", &[CODE; 2]);
        check("FROM a\nRUN x |\n# c\n⟦y⟧\n", &[CODE]);
        let code = "unknown-instruction";
        check("FROM a\nRUN x &&\n\n⟦b⟧\n", &[code]);
        check("FROM a\nUSER x\n⟦&&⟧ y\n", &[code]);
        check("FROM a\nRUN x\n  ⟦RUNN⟧ y\n", &[code]);
        check("FROM a\nRUN x\n⟦b⟧\n", &[code]);
        check("FROM a\n  ⟦b⟧\n", &[code]);
        // A slip is told, whatever the line above ends with.
        check("FROM a\nRUN x &&\n⟦COPPY⟧ a b\n", &[code]);
        check("FROM a\nRUN # x &&\n⟦y⟧\n", &[code]);
    }

    #[test]
    fn nothing_is_written_behind_a_comment() {
        let has_fix = |text: &str| {
            let found = findings(text);
            found.iter().any(|it| it.code == CODE && !it.fixes.is_empty())
        };
        for text in [
            "FROM a\nRUN x # b\n  ⟦&&⟧ y\n",
            "FROM a\nRUN x;# b\n⟦&&⟧ y\n",
            "FROM a\nRUN x # b \\\n  z\n⟦&&⟧ y\n",
            "FROM a\nRUN apk add # b\n  ⟦curl⟧\n",
            "FROM a\nRUN # x &&\n  ⟦y⟧\n",
        ] {
            check(text, &[CODE]);
            assert!(!has_fix(&text.replace(['⟦', '⟧'], "")), "{text}");
        }
        for first in ["x '# b'", "x \"a # b\"", "x a#b", "x $# \\#", "x \\\n # it's\n z"] {
            let mended = format!("FROM a\nRUN {first} \\\n&& y\n");
            fixed(&format!("FROM a\nRUN {first}\n&& y\n"), CODE, &mended);
        }
    }

    #[test]
    fn the_continuation_is_written() {
        fixed("FROM a\nRUN x && \n  b\n", CODE, "FROM a\nRUN x && \\\n  b\n");
        fixed("FROM a\nRUN x\n  && d\n", CODE, "FROM a\nRUN x \\\n  && d\n");
        fixed("# escape=`\nFROM a\nRUN x\n  d\n", CODE, "# escape=`\nFROM a\nRUN x `\n  d\n");
        not_sure("FROM a\nRUN apk add\n  curl\n", CODE);
    }
}
