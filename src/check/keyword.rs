//! Words at the start of a line that are no instruction.

use super::near::{self, Nearest};
use super::{Finding, Fix, InstructionContext, Phase, onbuild};
use crate::language::{Keyword, nearest::match_case};
use crate::text::Edit;

/// What a line begins with that belongs to the line above: a shell goes on there.
const CONTINUES: [char; 6] = ['&', '|', ';', '-', '<', '>'];

/// The keyword that `word` begins with, if what follows can only be its arguments: `CMD["x"]`.
fn glued(word: &str) -> Option<&str> {
    let end = word.find(|c: char| !c.is_ascii_alphabetic())?;
    let (keyword, rest) = word.split_at(end);
    let is_argument = rest.starts_with(['[', '"', '\'', '/', '.', '$']) || rest.starts_with("--");
    (is_argument && Keyword::parse(keyword).is_some()).then_some(keyword)
}

/// Unknown instructions.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.command.keyword.is_some() {
        return;
    }
    let range = context.command.keyword_range;
    let word = context.text(range);
    if context.trigger && onbuild::refused(&word).is_some() {
        return;
    }
    if let Some(keyword) = glued(&word) {
        let message = format!("A blank is missing behind `{keyword}`. Write one.");
        let place = context.locate(range, 0..keyword.len());
        findings.push(
            context.refused("unknown-instruction", Phase::Instruction, range, message).with_fix(
                Fix {
                    title: format!("Write a blank behind `{keyword}`"),
                    edits: vec![Edit::insert(place.end(), " ")],
                    sure: true,
                },
            ),
        );
        return;
    }
    let names = Keyword::ALL.iter().map(|keyword| keyword.name());
    let names = names.filter(|name| !context.trigger || onbuild::refused(name).is_none());
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
            "`{word}` is no instruction. Begin the line with one, such as RUN or COPY, or with `#` \
             to make it a comment."
        ),
    };
    let finding = context.refused("unknown-instruction", Phase::Instruction, range, message);
    findings.push(match near {
        Some(near) => near.fix(finding, range, match_case(near.name, &word)),
        None => finding,
    });
}

#[cfg(test)]
mod tests {
    use crate::check::Phase;
    use crate::check::testing::*;

    #[test]
    fn words_that_are_no_instruction() {
        check("FROM a\n⟦RUNN⟧ x\n", &["unknown-instruction"]);
        check("⟦FORM⟧ a\nFROM b", &["unknown-instruction"]);
        check("FROM a\nRUN x\n⟦&&⟧ y\n", &["unknown-instruction"]);
        check("FROM a\n⟦RUN--mount=type=cache⟧ x\n", &["unknown-instruction"]);
        check("FROM a\nONBUILD ⟦FOO⟧ x\n", &["unknown-instruction"]);
        check("FROM a\n⟦⟧\\\n", &["unknown-instruction"]);
        sound(&["run x", "Run x", "WOR\u{212a}DIR /x"]);
    }

    #[test]
    fn the_nearest_instruction_is_offered_in_the_letter_case_of_the_word() {
        fixed("FROM a\nRUNN x\n", "unknown-instruction", "FROM a\nRUN x\n");
        fixed("from a\ncopyy x y\n", "unknown-instruction", "from a\ncopy x y\n");
        fixed("FROM a\nENTRYPONT [\"x\"]\n", "unknown-instruction", "FROM a\nENTRYPOINT [\"x\"]\n");
        fixed("FROM a\nCMD[\"x\"]\n", "unknown-instruction", "FROM a\nCMD [\"x\"]\n");
        fixed(
            "FROM a\nRUN--network=none x\n",
            "unknown-instruction",
            "FROM a\nRUN --network=none x\n",
        );
        not_sure("FROM a\nCD /x\n", "unknown-instruction");
        // What cannot be a trigger is not offered as one.
        let fixes = |text| findings(text)[0].fixes.len();
        assert_eq!((fixes("FROM a\nFOO x\n"), fixes("FROM a\nONBUILD FOO x\n")), (1, 0));
        not_sure("FROM a\nINSTALL x\n", "unknown-instruction");
    }

    #[test]
    fn a_trigger_fails_later_or_here() {
        let phase = |text| findings(text)[0].phase;
        assert_eq!(phase("FROM a AS p\nONBUILD FOO x\n"), Phase::Advice);
        assert_eq!(phase("FROM a AS p\nONBUILD FOO x\nFROM p\n"), Phase::Build);
        assert_eq!(phase("FROM a AS p\nONBUILD FOO x\nFROM p\nFROM b\n"), Phase::Advice);
    }
}
