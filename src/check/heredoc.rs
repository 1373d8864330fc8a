//! Heredocs: their ends, their names, and where they may stand.
//!
//! Source: `frontend/dockerfile/parser/parser.go` and `frontend/dockerfile/instructions/parse.go`
//! (`parseSourcesAndDest`).

use super::{Finding, Fix, InstructionContext, Phase};
use crate::language::Keyword;
use crate::syntax::{Arguments, Heredoc, Item, SyntaxErrorKind, expand, json};
use crate::text::{Edit, TextRange, TextSize};

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#here-documents";

/// What the line parser tells of heredocs.
pub fn look_at_lines(item: &Item, findings: &mut Vec<Finding>) {
    for error in &item.errors {
        match error.kind {
            SyntaxErrorKind::UnterminatedHeredoc => findings.push(unterminated(item, error.range)),
            SyntaxErrorKind::HeredocName => findings.push(
                Finding::refused(
                    "heredoc-name",
                    Phase::Parse,
                    error.range,
                    "The name of this heredoc cannot be read. Use letters and digits only, such \
                     as `EOF`.",
                )
                .with_link(LINK),
            ),
            _ => {}
        }
    }
}

fn unterminated(item: &Item, range: TextRange) -> Finding {
    let heredocs = item.instruction().map_or(&[][..], |instruction| &instruction.heredocs);
    let open = heredocs.iter().position(|heredoc| heredoc.word == range).unwrap_or_default();
    let missing = heredocs.get(open..).unwrap_or_default();
    let name = missing.first().map_or("", |heredoc| &heredoc.name);
    if let Some(finding) = arithmetic(item, range) {
        return finding;
    }
    let message = format!(
        "This heredoc never ends: no line below is just `{name}`. Write that line, with no blank \
         before or behind it."
    );
    let finding =
        Finding::refused("unterminated-heredoc", Phase::Parse, range, message).with_link(LINK);
    let Some(heredoc) = missing.first() else { return finding };
    let near = near_ends(item, heredoc);
    if let [end] = near.as_slice() {
        return finding
            .replace(format!("Let this line be just `{name}`"), *end, name)
            .with_related(*end, "nearly its end");
    }
    let names: Vec<&str> = missing.iter().map(|heredoc| &*heredoc.name).collect();
    let next = next_instruction(item, heredoc);
    let newline = if item.text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: String = names.iter().flat_map(|name| [name, newline]).collect();
    let mut at = next.unwrap_or(item.len());
    if next.is_none() {
        // The last line may lack its line end, the file too.
        lines.truncate(lines.len() - newline.len());
        if item.text.ends_with('\n') {
            lines.push_str(newline);
        } else {
            lines.insert_str(0, newline);
        }
        at = item.len();
    }
    finding.with_fix(Fix {
        title: format!("Write the line `{}`", names.join("`, `")),
        edits: vec![Edit::insert(at, lines)],
        sure: next.is_none(),
    })
}

/// `$((1 << 2))`: a shift to the shell, the start of a heredoc to `BuildKit`, unless no blank stands
/// before or behind it.
fn arithmetic(item: &Item, range: TextRange) -> Option<Finding> {
    let before = item.text.get(..range.start().into())?;
    let word = item.text_at(range)?;
    let open = before.matches("((").count() > before.matches("))").count();
    let (digits, name) = word.split_once("<<")?;
    let blanks = |text: &str| TextSize::of(text) - TextSize::of(text.trim_end_matches([' ', '\t']));
    let gap = blanks(before);
    // A number alone before `<<` is still one of a heredoc: the blank before it goes too.
    let operand = before.trim_end_matches([' ', '\t']);
    let outer = operand.trim_end_matches(|c: char| c.is_ascii_digit());
    let outer_gap = if digits.is_empty() { blanks(outer) } else { TextSize::new(0) };
    let behind = TextSize::of(name) - TextSize::of(name.trim_start_matches([' ', '\t']));
    if !open || gap + behind == TextSize::new(0) {
        return None;
    }
    let end = range.start() + TextSize::of(digits) + TextSize::new(2);
    let message = "BuildKit takes this `<<` for the start of a heredoc. Write the shift without \
                   blanks.";
    let gaps = [
        TextRange::new(TextSize::of(outer) - outer_gap, TextSize::of(outer)),
        TextRange::new(range.start() - gap, range.start()),
        TextRange::new(end, end + behind),
    ];
    Some(
        Finding::refused("unterminated-heredoc", Phase::Parse, range, message)
            .with_link(LINK)
            .with_fix(Fix {
                title: "Delete the blanks around `<<`".to_owned(),
                edits: gaps.into_iter().filter(|gap| !gap.is_empty()).map(Edit::delete).collect(),
                sure: true,
            }),
    )
}

/// Lines of the body that would end it but for blanks around the name.
fn near_ends(item: &Item, heredoc: &Heredoc) -> Vec<TextRange> {
    lines(item, heredoc)
        .filter(|(_, line)| line.trim() == &*heredoc.name)
        .map(|(start, line)| {
            let content = line.trim_end_matches(['\r', '\n']);
            let tabs = if heredoc.chomp { content.trim_start_matches('\t') } else { content };
            let skipped = TextSize::of(content) - TextSize::of(tabs);
            TextRange::new(start + skipped, start + TextSize::of(content))
        })
        .collect()
}

/// The first line of the body that looks like an instruction of the file.
fn next_instruction(item: &Item, heredoc: &Heredoc) -> Option<TextSize> {
    let is_instruction = |line: &str| {
        let word = line.split([' ', '\t']).next().unwrap_or_default();
        let shouted = word.bytes().all(|byte| byte.is_ascii_uppercase());
        shouted && line.len() > word.len() && Keyword::parse(word).is_some()
    };
    lines(item, heredoc).find(|(_, line)| is_instruction(line)).map(|(start, _)| start)
}

/// The lines of the body with the offset of each.
fn lines<'a>(
    item: &'a Item,
    heredoc: &Heredoc,
) -> impl Iterator<Item = (TextSize, &'a str)> + use<'a> {
    let body = item.text_at(heredoc.body).unwrap_or_default();
    let mut start = heredoc.body.start();
    body.split_inclusive('\n').map(move |line| {
        let at = start;
        start += TextSize::of(line);
        (at, line)
    })
}

/// Heredocs where a destination is wanted.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if !(context.is(Keyword::Add) || context.is(Keyword::Copy)) {
        return;
    }
    let [.., _, last] = context.command.words() else { return };
    let written = context.text(*last);
    let word = match context.command.arguments {
        Arguments::Exec(_) => json::decode(&written),
        _ => written.into_owned(),
    };
    if let Ok(Some(heredoc)) = expand::heredoc_word(&word) {
        let message = format!(
            "The last word is where to copy, and cannot be a heredoc. Write the path for `{}` \
             behind it.",
            heredoc.name
        );
        findings.push(
            context
                .refused("heredoc-destination", Phase::Instruction, *last, message)
                .with_link(LINK),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn heredocs_without_end() {
        let code = "unterminated-heredoc";
        check("FROM a\nRUN ⟦<<EOF⟧\nx\n", &[code]);
        check("FROM a\nRUN echo $((1 ⟦<< 2))⟧\n", &[code]);
        check("FROM a\nRUN <<A ⟦<<B⟧\nA\n", &[code]);
        check("FROM a\nONBUILD COPY ⟦<<EOF⟧ /x\n", &[code]);
        sound(&["RUN <<EOF\nx\nEOF", "RUN <<-EOF\n\tEOF", "RUN x<<EOF", "CMD <<EOF"]);
    }

    #[test]
    fn ends_are_written() {
        let code = "unterminated-heredoc";
        fixed("FROM a\nRUN <<EOF\nx\n", code, "FROM a\nRUN <<EOF\nx\nEOF\n");
        fixed("FROM a\nRUN echo $((1 << 2))\n", code, "FROM a\nRUN echo $((1<<2))\n");
        fixed("FROM a\nRUN echo $(( 1 << 2 ))\n", code, "FROM a\nRUN echo $((1<<2 ))\n");
        fixed("FROM a\nRUN echo $(( x << 2 ))\n", code, "FROM a\nRUN echo $(( x<<2 ))\n");
        fixed("FROM a\nRUN echo $(( 1<<2 ))\n", code, "FROM a\nRUN echo $((1<<2 ))\n");
        fixed("FROM a\nRUN <<EOF\nx", code, "FROM a\nRUN <<EOF\nx\nEOF");
        fixed("FROM a\nRUN <<EOF", code, "FROM a\nRUN <<EOF\nEOF");
        fixed("FROM a\r\nRUN <<EOF\r\nx\r\n", code, "FROM a\r\nRUN <<EOF\r\nx\r\nEOF\r\n");
        fixed("FROM a\nRUN <<A <<B\nx\n", code, "FROM a\nRUN <<A <<B\nx\nA\nB\n");
        fixed("FROM a\nRUN <<EOF\nx\nRUN y\n", code, "FROM a\nRUN <<EOF\nx\nEOF\nRUN y\n");
        not_sure("FROM a\nRUN <<EOF\nx\nRUN y\n", code);
        fixed("FROM a\nRUN <<EOF\nx\n  EOF\nRUN y\n", code, "FROM a\nRUN <<EOF\nx\nEOF\nRUN y\n");
        fixed("FROM a\nRUN <<EOF\nx\nEOF \r\n", code, "FROM a\nRUN <<EOF\nx\nEOF\r\n");
        fixed("FROM a\nRUN <<-EOF\nx\n\t EOF\n", code, "FROM a\nRUN <<-EOF\nx\n\tEOF\n");
    }

    #[test]
    fn heredocs_as_destination() {
        let code = "heredoc-destination";
        check("FROM a\nCOPY a ⟦<<EOF⟧\nEOF\n", &[code]);
        check("FROM a\nADD <<A ⟦<<B⟧\nA\nB\n", &[code]);
        check("FROM a\nCOPY [\"a\", ⟦\"<<EOF\"⟧]\n", &[code]);
        check("FROM a\nCOPY ⟦<<EOF⟧\nEOF\n", &["missing-destination"]);
        sound(&["COPY <<EOF /x\nEOF", "COPY [\"<<EOF\", \"/x\"]"]);
    }
}
