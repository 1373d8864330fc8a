//! Instructions that a line continuation takes into the one above.
//!
//! `BuildKit` joins the lines (`frontend/dockerfile/parser/parser.go`, `Parse`) and reads the word as
//! an argument: a package to install, a part of a value. Mostly it does not even complain.

use super::{Finding, Fix, InstructionContext, Phase, Severity};
use crate::language::Keyword;
use crate::syntax::{Arguments, BOM, Command};
use crate::text::{Edit, TextRange, TextSize};

/// The code of these findings.
pub const CODE: &str = "swallowed-instruction";

/// What joins a command of a shell with the next.
const OPERATORS: [&str; 4] = ["&&", "||", "|", ";"];

/// The first line of an instruction that is one of its own by all signs: no further to the right than
/// the instruction, a keyword in capital letters with something behind it, and outside of quotes.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.trigger {
        return;
    }
    let source: &str = &context.item.text;
    let gaps = context.view.patches.iter().filter(|patch| {
        source.get(std::ops::Range::<usize>::from(patch.range)).is_some_and(|t| t.contains('\n'))
    });
    for gap in gaps.map(|patch| patch.range) {
        let Some((keyword, word)) = keyword_at(context, gap.end()) else { continue };
        let before = TextRange::new(context.instruction.body.start(), gap.start());
        let before = context.text(before);
        let operator = OPERATORS.iter().find(|one| before.trim_end().ends_with(**one));
        // `CMD` is a command of Windows, too.
        let is_command = keyword == Keyword::Cmd && operator.is_some() && context.escape == '`';
        if is_command || is_quoted(&before, context.escape) || is_wanted(context.command, word) {
            continue;
        }
        findings.push(tell(context, gap, keyword, word, operator));
        return;
    }
}

/// The keyword that the line at `start` begins with.
fn keyword_at(context: &InstructionContext<'_>, start: TextSize) -> Option<(Keyword, TextRange)> {
    let source: &str = &context.item.text;
    let line = source.get(start.into()..)?.split('\n').next()?;
    let content = line.trim_start_matches([' ', '\t']);
    let indent = line.len() - content.len();
    let own = source.get(..context.instruction.body.start().into())?.trim_start_matches(BOM);
    let (word, behind) = content.split_once([' ', '\t'])?;
    let keyword = Keyword::ALL.into_iter().find(|keyword| keyword.name() == word)?;
    let is_line = indent <= own.len() && !behind.trim().is_empty();
    let start = start + TextSize::of(line.get(..indent)?);
    is_line.then_some((keyword, TextRange::at(start, TextSize::of(word))))
}

/// Whether a quote is open at the end of `text`.
pub(super) fn is_quoted(text: &str, escape: char) -> bool {
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == escape && quote != Some('\'') {
            chars.next();
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
    }
    quote.is_some()
}

/// Whether the instruction itself wants a keyword there: its own, where nothing but continuations
/// stands before it, the trigger of an `ONBUILD`, the `CMD` of a `HEALTHCHECK`.
fn is_wanted(command: &Command, word: TextRange) -> bool {
    command.keyword_range.end() == word.end()
        || match &command.arguments {
            Arguments::Nested(inner) => is_wanted(inner, word),
            Arguments::Health(kind, _) => *kind == word,
            _ => false,
        }
}

fn tell(
    context: &InstructionContext<'_>,
    gap: TextRange,
    keyword: Keyword,
    word: TextRange,
    operator: Option<&&str>,
) -> Finding {
    let (name, escape) = (keyword.name(), context.escape);
    let message = format!(
        "The line above ends with `{escape}`, so this {name} is no instruction but goes on with the \
         one above. Take the `{escape}` away."
    );
    let source: &str = &context.item.text;
    let before = source.get(..gap.start().into()).unwrap_or_default().trim_end();
    // What joins it with the next command has to go, too.
    let before = operator.and_then(|one| before.strip_suffix(*one)).unwrap_or(before).trim_end();
    let behind = source.get(gap.start().into()..).unwrap_or_default();
    let end = behind.find(['\r', '\n']).unwrap_or_default();
    let end = gap.start() + TextSize::of(behind.get(..end).unwrap_or_default());
    let taken = TextRange::new(TextSize::of(before), end);
    Finding::new(CODE, Severity::Warning, word, message)
        .with_related(TextRange::at(gap.start(), TextSize::of(escape)), "this joins the lines")
        .with_fix(Fix {
            title: format!("Take the `{escape}` away"),
            edits: vec![Edit::delete(taken)],
            sure: false,
        })
        .with_link("https://docs.docker.com/reference/dockerfile/#format")
}

/// Of findings about one instruction, takes away those that only the swallowed one causes. If
/// `BuildKit` refuses the file for one of them, it is told here, and then nothing else was meant.
pub fn settle(findings: &mut Vec<Finding>) {
    let Some(at) = findings.iter().find(|one| one.code == CODE).map(|one| one.range.start()) else {
        return;
    };
    let is_behind = |one: &Finding| one.code != CODE && one.range.start() >= at;
    let phases = findings.iter().filter(|one| one.range.end() > at).map(|one| one.phase);
    let blame = phases.min().unwrap_or(Phase::Advice);
    findings.retain(|one| !is_behind(one));
    for finding in findings {
        if finding.code != CODE {
            // A value in quotes, say, must not take it in for good.
            finding.fixes.retain(|fix| fix.edits.iter().all(|edit| edit.range.end() < at));
        } else if blame != Phase::Advice {
            finding.phase = blame;
            finding.severity = Severity::Error;
            finding.fixes.iter_mut().for_each(|fix| fix.sure = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CODE;
    use crate::check::testing::*;

    #[test]
    fn lines_that_a_continuation_takes_in() {
        check("FROM a\nRUN apt install \\\n  git \\\n⟦CMD⟧ [\"x\"]\n", &[CODE]);
        check("FROM a\nENV A=1 \\\n  B=2 \\\n⟦RUN⟧ apk add curl\n", &[CODE]);
        check("FROM a\nENV A 1 \\\n⟦RUN⟧ x\n", &[CODE]);
        check("FROM a \\\n⟦RUN⟧ x\n", &[CODE]);
        check("FROM a\nEXPOSE 80 \\\n\n# c\n⟦CMD⟧ x\n", &[CODE]);
        check("FROM a\n  RUN x \\\n  ⟦RUN⟧ y \\\n  RUN z\n", &[CODE]);
        check("FROM a\nHEALTHCHECK CMD x \\\n⟦CMD⟧ y\n", &[CODE]);
        sound(&[
            "HEALTHCHECK --timeout=3s \\\nCMD x",
            "ONBUILD \\\nRUN x",
            "\\\nRUN x",
            "RUN echo 'SELECT 1 \\\nFROM x'",
            "RUN git \\\n  ADD x",
            "RUN git \\\nadd x",
            "RUN x \\\nRUN=1 y",
            "RUN x <<EOF\nFROM a \\\nRUN y\nEOF",
        ]);
        check("# escape=`\nFROM a\nRUN x && `\nCMD /c y\n", &[]);
    }

    #[test]
    fn the_continuation_goes() {
        fixed("FROM a\nRUN x \\\n  y \\ \nCMD z\n", CODE, "FROM a\nRUN x \\\n  y\nCMD z\n");
        fixed("FROM a\r\nRUN x && \\\r\nRUN y\r\n", CODE, "FROM a\r\nRUN x\r\nRUN y\r\n");
        fixed("FROM a\nENV A=1 \\\n# c\nRUN x\n", CODE, "FROM a\nENV A=1\n# c\nRUN x\n");
        // The build may be as it was meant.
        not_sure("FROM a\nRUN x \\\nCMD z\n", CODE);
        let found = findings("FROM a\nENV A=1 B \\\nRUN x\n");
        let sure: Vec<_> = found.iter().flat_map(|one| &one.fixes).map(|fix| fix.sure).collect();
        assert_eq!(sure, [true], "{found:#?}");
    }
}
