//! The form of a `FROM`: how many words it has, and the name of its stage.
//!
//! Source: `frontend/dockerfile/instructions/parse.go` (`parseFrom`, `parseBuildStageName`).

use super::{Finding, Fix, InstructionContext, Phase, comment, flags};
use crate::language::{Keyword, case};
use crate::text::{Edit, TextRange, TextSize};

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#from";

/// `FROM`s that are not `FROM image` or `FROM image AS name`.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.trigger || !context.is(Keyword::From) {
        return;
    }
    let words = context.command.words();
    let words = match flags::takes_first_word(context) {
        true => words.get(1..).unwrap_or_default(),
        false => words,
    };
    match words {
        // No word at all is the matter of the missing arguments.
        [] | [_] => {}
        [_, between, name] if is_as(context, *between) => {
            findings.extend(stage_name(context, *name));
        }
        _ => findings.push(arguments(context, words)),
    }
}

fn is_as(context: &InstructionContext<'_>, word: TextRange) -> bool {
    case::is_as(&context.text(word))
}

fn arguments(context: &InstructionContext<'_>, words: &[TextRange]) -> Finding {
    let text = |index: usize| words.get(index).map(|word| context.text(*word)).unwrap_or_default();
    let last = words.last().copied().unwrap_or_default();
    let from_word = |index: usize| {
        TextRange::new(words.get(index).copied().unwrap_or(last).start(), last.end())
    };
    let refused = |range, message: &str| {
        Finding::refused("from-arguments", Phase::Instruction, range, message).with_link(LINK)
    };
    let before = |index: usize| {
        let previous = index.checked_sub(1).and_then(|index| words.get(index).copied());
        TextRange::new(previous.unwrap_or(last).end(), last.end())
    };

    let comment = (1..words.len()).find(|index| text(*index).starts_with('#'));
    if let Some(index) = comment.filter(|index| *index == 1 || *index == 3 && case::is_as(&text(1)))
    {
        let range = from_word(index);
        return comment::moved_above(context, refused(range, comment::MESSAGE), range.start());
    }
    let flag = (1..words.len()).find(|index| text(*index).starts_with("--"));
    if let Some(flag) = flag.and_then(|index| words.get(index).copied().zip(Some(index))) {
        return misplaced_flag(context, words, flag, refused);
    }
    if words.len() == 2 && case::is_as(&text(1)) {
        return refused(
            last,
            "The name of the stage is missing. Write it behind `AS`, or delete `AS`.",
        )
        .maybe_replace("Delete `AS`", before(1), "");
    }
    if let Some(place) = joined_as(context, last).filter(|_| words.len() == 2) {
        return refused(
            last,
            "The line continuation joins `AS` and the name to one word. Write a blank before it.",
        )
        .with_fix(Fix {
            title: "Write a blank behind `AS`".to_owned(),
            edits: vec![Edit::insert(place, " ")],
            sure: true,
        });
    }
    if words.len() == 2 {
        let message = "FROM takes an image, and `AS` with a name for the stage. Write `AS` before \
                       this word if it is the name, else delete it.";
        let insert = if is_lower(context) { "as " } else { "AS " };
        let finding = refused(last, message).with_fix(Fix {
            title: format!("Name the stage `{}`", text(1)),
            edits: vec![Edit::insert(last.start(), insert)],
            sure: false,
        });
        return finding.maybe_replace("Delete this word", before(1), "");
    }
    if words.len() == 3 {
        let between = words.get(1).copied().unwrap_or(last);
        let insert = if is_lower(context) { "as" } else { "AS" };
        return refused(
            between,
            "Between the image and the name of the stage stands `AS`, nothing else.",
        )
        .maybe_replace(format!("Change to `{insert}`"), between, insert);
    }
    if case::is_as(&text(1)) {
        let message = "The name of a stage is one word. Delete what follows it, or join the words \
                       with a dash.";
        return refused(from_word(3), message);
    }
    refused(
        from_word(1),
        "FROM takes an image, and `AS` with a name for the stage. Delete the rest.",
    )
}

/// The end of an `AS` that a line continuation joins with what follows it.
fn joined_as(context: &InstructionContext<'_>, word: TextRange) -> Option<TextSize> {
    let text = context.text(word);
    let (start, name) = text.split_at_checked(2)?;
    let end = context.locate(word, 0..2).end();
    let next = context.locate(word, 2..text.len()).start();
    (case::is_as(start) && is_stage_name(name) && end < next).then_some(end)
}

/// Whether the keyword is written in small letters.
fn is_lower(context: &InstructionContext<'_>) -> bool {
    context.text(context.command.keyword_range).starts_with(|c: char| c.is_ascii_lowercase())
}

fn misplaced_flag(
    context: &InstructionContext<'_>,
    words: &[TextRange],
    (flag, index): (TextRange, usize),
    refused: impl Fn(TextRange, &str) -> Finding,
) -> Finding {
    let written = context.text(flag);
    let name = written.trim_start_matches("--").split('=').next().unwrap_or_default();
    if Keyword::From.info().flag(name).is_none() {
        let message = "FROM has no such flag, and flags stand before the image. Delete this word.";
        return refused(flag, message);
    }
    let finding = refused(flag, "Flags stand before the image. Move this one to the front.");
    let (Some(image), Some(previous)) =
        (words.first(), index.checked_sub(1).and_then(|i| words.get(i)))
    else {
        return finding;
    };
    finding.with_fix(Fix {
        title: "Move the flag before the image".to_owned(),
        edits: vec![
            Edit::insert(image.start(), format!("{written} ")),
            Edit::delete(TextRange::new(previous.end(), flag.end())),
        ],
        sure: true,
    })
}

/// A name in lower case has to match `[a-z][a-z0-9-_.]*`.
fn stage_name(context: &InstructionContext<'_>, range: TextRange) -> Option<Finding> {
    let name = context.text(range);
    if is_stage_name(&name) {
        return None;
    }
    let plain = name.trim_matches(['"', '\'', '`']);
    let problem = if plain.len() < name.len() {
        "has quotes, which are part of it here. Write it without"
    } else if name.contains('$') {
        "has a variable, and none is replaced here. Write it out"
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        "begins with a digit, so that it would be a number. Let it begin with a letter"
    } else if name.starts_with(|c: char| !c.is_ascii_alphabetic()) {
        "does not begin with a letter from a to z. Let it begin with one"
    } else {
        "holds something else than letters from a to z, digits, `-`, `_` and `.`. Use those only"
    };
    let message = format!("The stage name `{name}` {problem}.");
    let finding =
        Finding::refused("stage-name", Phase::Instruction, range, message).with_link(LINK);
    let mended = mend_name(plain);
    Some(match mended {
        Some(mended) if plain.len() < name.len() && mended == plain => {
            finding.replace("Remove the quotes", range, mended)
        }
        Some(mended) => finding.maybe_replace(format!("Rename to `{mended}`"), range, mended),
        None => finding,
    })
}

/// Whether `BuildKit` takes `name` for a stage.
pub fn is_stage_name(name: &str) -> bool {
    let lower = case::lower(name);
    let mut letters = lower.chars();
    letters.next().is_some_and(|c| c.is_ascii_lowercase())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
}

/// The valid name nearest to `name`.
fn mend_name(name: &str) -> Option<String> {
    if name.contains('$') {
        return None;
    }
    let clean: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .collect();
    let clean = clean.trim_matches('-');
    let clean = match clean.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("stage-{clean}"),
        false => clean.trim_start_matches(['-', '_', '.']).to_owned(),
    };
    is_stage_name(&clean).then_some(clean)
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn forms_of_from() {
        let code = "from-arguments";
        check("FROM a ⟦b⟧\n", &[code]);
        check("FROM a ⟦AS⟧\n", &[code]);
        check("FROM a ⟦ON⟧ b\n", &[code]);
        check("FROM a ⟦# note⟧\n", &[code]);
        check("FROM a AS b ⟦# note⟧\n", &[code]);
        check("FROM a AS b ⟦c d⟧\n", &[code]);
        check("FROM a ⟦b c d⟧\n", &[code]);
        check("FROM a ⟦--platform=linux/amd64⟧\n", &[code]);
        check("FROM a AS b\nfrom b as c\nFROM\tb\tas\td\nFROM a aſ e\n", &[]);
    }

    #[test]
    fn forms_are_mended() {
        let code = "from-arguments";
        fixed("FROM a # note\n", code, "# note\nFROM a\n");
        fixed("ARG X\r\n  FROM a # no: te\r\n", code, "ARG X\r\n  # no: te\r\n  FROM a\r\n");
        fixed("FROM a AS b # note\n", code, "# note\nFROM a AS b\n");
        not_sure("FROM a # syntax=b\n", code);
        fixed("FROM a --platform=linux/arm64\n", code, "FROM --platform=linux/arm64 a\n");
        fixed("FROM a --platform=linux/arm64 AS b\n", code, "FROM --platform=linux/arm64 a AS b\n");
        fixed("FROM a b\n", code, "FROM a AS b\n");
        fixed("from a b\n", code, "from a as b\n");
        fixed("FROM a IS b\n", code, "FROM a AS b\n");
        fixed("FROM a AS\n", code, "FROM a\n");
        fixed("FROM a AS\\\nb\n", code, "FROM a AS \\\nb\n");
        not_sure("FROM a b\n", code);
    }

    #[test]
    fn names_of_stages() {
        let code = "stage-name";
        for name in ["1b", "\"b\"", "$Y", "b/c", "b:1", "-b", "é", "b$"] {
            check(&format!("FROM a AS ⟦{name}⟧\n"), &[code]);
        }
        for name in ["b", "B", "b1", "b-._c", "\u{212a}"] {
            check(&format!("FROM a AS {name}\n"), &[]);
        }
        fixed("FROM a AS \"b\"\n", code, "FROM a AS b\n");
        fixed("FROM a AS 1b\n", code, "FROM a AS stage-1b\n");
        fixed("FROM a AS b:1\n", code, "FROM a AS b-1\n");
        not_sure("FROM a AS 1b\n", code);
    }
}
