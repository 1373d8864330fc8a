//! The words of `ENV`, `LABEL` and `ARG`.
//!
//! Source: `frontend/dockerfile/parser/line_parsers.go` (`parseNameVal`) and
//! `frontend/dockerfile/instructions/parse.go` (`parseKvps`, `parseArg`).

use super::{Finding, InstructionContext, Phase, comment};
use crate::language::Keyword;
use crate::syntax::{Arguments, Pair};
use crate::text::TextRange;

/// Names without values, values without names.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    match &context.command.arguments {
        Arguments::Pairs(pairs) => look_at_pairs(context, pairs, findings),
        Arguments::Names(words) => look_at_names(context, words, findings),
        _ => {}
    }
}

fn look_at_pairs(context: &InstructionContext<'_>, pairs: &[Pair], findings: &mut Vec<Finding>) {
    let Some(info) = context.command.keyword.map(Keyword::info) else { return };
    let mut rest = pairs;
    let mut previous: Option<&Pair> = None;
    while let Some((pair, behind)) = rest.split_first() {
        rest = behind;
        if pair.value.is_some() {
            if pair.name.is_empty() {
                findings.push(blank_name(context, pair.value.unwrap_or(pair.name)));
            }
            previous = Some(pair);
            continue;
        }
        if !pair.equals {
            let name = context.text(pair.name);
            let message = format!(
                "`{name}` has no value. Write `{name}=` and the value; `{name}=` alone makes it \
                 empty."
            );
            let finding = context.refused("pair-without-value", Phase::Parse, pair.name, message);
            findings.push(finding.with_link(info.link));
            continue;
        }
        // What follows a value without quotes, up to the next `name=value`.
        let count = rest.iter().take_while(|pair| pair.value.is_none()).count();
        let (bare, behind) = rest.split_at(count);
        rest = behind;
        let end = bare.last().unwrap_or(pair).name.end();
        let range = TextRange::new(pair.name.start(), end);
        findings.push(bare_words(context, previous, range).with_link(info.link));
    }
}

/// `ENV a=b c d`: the words `range` behind the pair `previous`.
fn bare_words(
    context: &InstructionContext<'_>,
    previous: Option<&Pair>,
    range: TextRange,
) -> Finding {
    let text = context.text(range);
    let first = text.split_whitespace().next().unwrap_or(&text);
    if first.starts_with('#') {
        let finding = context.refused("pair-without-equals", Phase::Parse, range, comment::MESSAGE);
        return comment::moved_above(context, finding, range.start());
    }
    let message = format!(
        "There is no `=` in `{first}`, which stands among `name=value` words. If it belongs to \
         the value before it, put quotes around the whole value."
    );
    let finding = context.refused("pair-without-equals", Phase::Parse, range, message);
    let Some((pair, value)) = previous.and_then(|pair| Some((pair, pair.value?))) else {
        return finding;
    };
    if value.is_empty() {
        let gap = TextRange::new(pair.name.end(), range.start());
        return finding.replace("Delete the blank behind `=`", gap, "=");
    }
    let whole = TextRange::new(value.start(), range.end());
    let text = context.text(whole);
    if text.contains(['"', '\'', context.escape]) {
        return finding;
    }
    // It may as well be a pair of its own whose value is missing.
    finding.maybe_replace("Put quotes around the value", whole, format!("\"{text}\""))
}

fn look_at_names(
    context: &InstructionContext<'_>,
    words: &[TextRange],
    findings: &mut Vec<Finding>,
) {
    for (index, &word) in words.iter().enumerate() {
        if !context.text(word).starts_with('=') {
            continue;
        }
        let finding = blank_name(context, word);
        let previous = index.checked_sub(1).and_then(|index| words.get(index).copied());
        let name = previous.filter(|name| !context.text(*name).contains('='));
        let Some(name) = name else {
            findings.push(finding);
            continue;
        };
        // `ARG NAME = value`: the blanks are what is wrong.
        let value = words.get(index + 1).filter(|_| context.text(word) == "=");
        let end = value.map_or(word.end(), |value| value.start());
        let equals = context.text(word).into_owned();
        findings.push(finding.replace(
            "Delete the blanks around `=`",
            TextRange::new(name.end(), end),
            equals,
        ));
    }
}

fn blank_name(context: &InstructionContext<'_>, range: TextRange) -> Finding {
    let info = context.command.keyword.map(Keyword::info);
    let message = "There is no name before this `=`. Write one, without blanks around `=`.";
    let finding = context.refused("blank-name", Phase::Instruction, range, message);
    match info {
        Some(info) => finding.with_link(info.link),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn pairs_of_env_and_label() {
        check("FROM a\nENV ⟦A⟧\n", &["pair-without-value"]);
        check("FROM a\nLABEL ⟦A⟧\n", &["pair-without-value"]);
        check("FROM a\nENV A=b ⟦c⟧\n", &["pair-without-equals"]);
        check("FROM a\nENV A=b ⟦c d⟧ E=f ⟦g⟧\n", &["pair-without-equals"; 2]);
    }

    #[test]
    fn names_that_are_missing() {
        check("FROM a\nENV =⟦b⟧\n", &["blank-name"]);
        check("FROM a\nARG A ⟦=⟧ 1\n", &["blank-name"]);
        check("FROM a\nARG ⟦=1⟧\n", &["blank-name"]);
        check("FROM a\nARG A=1 ⟦=2⟧\n", &["blank-name"]);
        sound(&[
            "ENV A=b C=d",
            "ENV A b c=d",
            "ENV A = b",
            "ENV A=",
            "ARG A B=1",
            "LABEL \"a b\"=c",
        ]);
        sound(&["ENV \"\"=x", "ARG \"\""]);
    }

    #[test]
    fn pairs_are_mended() {
        let code = "pair-without-equals";
        fixed("FROM a\nENV A=b c d\n", code, "FROM a\nENV A=\"b c d\"\n");
        fixed("FROM a\nENV A=b c D=e\n", code, "FROM a\nENV A=\"b c\" D=e\n");
        fixed("FROM a\nENV A= b\n", code, "FROM a\nENV A=b\n");
        fixed("FROM a\nENV A=b # note\n", code, "FROM a\n# note\nENV A=b\n");
        fixed("FROM a\nENV A=b # C=d \\\n  E=f\n", code, "FROM a\n# C=d\nENV A=b \\\n  E=f\n");
        for text in ["ENV A=\"b\" c", "ENV A=b c", "ENV A=b #fff"] {
            not_sure(&format!("FROM a\n{text}\n"), code);
        }
        fixed("FROM a\nARG A = 1\n", "blank-name", "FROM a\nARG A=1\n");
        fixed("FROM a\nARG A =1\n", "blank-name", "FROM a\nARG A=1\n");
        not_sure("FROM a\nENV =b\n", "blank-name");
    }
}
