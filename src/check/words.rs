//! Quotes and variables in words that `BuildKit` expands.
//!
//! It expands them when the stage is built (`frontend/dockerfile/dockerfile2llb/convert.go`,
//! `dispatch`), so such an error is found last of all.

use std::borrow::Cow;

use super::{Finding, InstructionContext, Phase};
use crate::language::Keyword;
use crate::model::mount::fields;
use crate::syntax::expand::{self, ExpandErrorKind, Mode};
use crate::syntax::{Arguments, json};
use crate::text::TextRange;

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#environment-replacement";

/// A word that is expanded.
pub struct Word<'a> {
    /// As the expansion gets it.
    pub text: Cow<'a, str>,
    /// Where it stands.
    pub range: TextRange,
    place: Place,
    mode: Mode,
}

/// How a part of a word is found in the source.
#[derive(Clone, Copy)]
enum Place {
    /// Through the reading of the instruction.
    View,
    /// The same, behind a quote.
    Quoted,
    /// Byte for byte.
    Body,
    /// Not at all: quotes and escapes are gone.
    Whole,
}

impl Word<'_> {
    /// Where `part` of the text stands.
    pub fn locate(&self, context: &InstructionContext<'_>, part: TextRange) -> TextRange {
        let sub = std::ops::Range::<usize>::from(part);
        match self.place {
            Place::View => context.locate(self.range, sub),
            Place::Quoted => context.locate(self.range, sub.start + 1..sub.end + 1),
            Place::Body => part + self.range.start(),
            Place::Whole => self.range,
        }
    }
}

/// Words that cannot be expanded.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    for word in words(context) {
        if !word.text.contains(['"', '\'', '$']) {
            continue;
        }
        let escape = match word.place {
            Place::Body => '\\',
            _ => context.escape,
        };
        // What follows the first error is guessed, and BuildKit stops there.
        let errors = expand::parse(&word.text, escape, word.mode).errors;
        let Some(error) = errors.into_iter().next() else { continue };
        let range = word.locate(context, error.range);
        let finding = match &error.kind {
            ExpandErrorKind::UnbalancedQuote(quote) => context.refused(
                "unbalanced-quote",
                Phase::Build,
                range,
                format!(
                    "The quote {quote} is not closed. Write the other one, or `{escape}{quote}` if \
                     it is meant as it stands."
                ),
            ),
            kind => context.refused(
                "bad-substitution",
                Phase::Build,
                range,
                format!("This variable cannot be read: {kind}."),
            ),
        };
        findings.push(finding.with_link(LINK));
    }
}

/// The words of a command that are expanded.
pub fn words<'a>(context: &InstructionContext<'a>) -> Vec<Word<'a>> {
    let mut words = Vec::new();
    let Some(keyword) = context.command.keyword else { return words };
    match (&context.command.arguments, keyword) {
        (Arguments::Words(all), Keyword::From) => {
            words.extend(all.first().map(|word| plain(context, *word)));
        }
        (_, Keyword::Add | Keyword::Copy) => words.extend(paths(context)),
        (Arguments::Words(all), _) => words.extend(all.iter().map(|word| plain(context, *word))),
        (Arguments::Exec(all), Keyword::Volume) => {
            words.extend(all.iter().map(|string| decoded(context, *string)));
        }
        (Arguments::Text(text), Keyword::User | Keyword::Workdir | Keyword::Stopsignal) => {
            words.push(plain(context, *text));
        }
        (Arguments::Pairs(pairs), _) => {
            for pair in pairs {
                words.push(plain(context, pair.name));
                words.extend(pair.value.map(|value| plain(context, value)));
            }
        }
        (Arguments::Names(names), _) => {
            words.extend(names.iter().filter_map(|name| default(context, *name)));
        }
        _ => {}
    }
    words.extend(flag_values(context, keyword));
    words.extend(heredoc_bodies(context, keyword));
    words
}

/// The arguments of an `ADD` or `COPY` that are no heredocs.
pub fn paths<'a>(context: &InstructionContext<'a>) -> Vec<Word<'a>> {
    let mut paths: Vec<_> = match &context.command.arguments {
        Arguments::Words(all) => all.iter().map(|word| plain(context, *word)).collect(),
        Arguments::Exec(all) => all.iter().map(|string| decoded(context, *string)).collect(),
        _ => Vec::new(),
    };
    paths.retain(|path| !is_heredoc(&path.text));
    paths
}

fn is_heredoc(word: &str) -> bool {
    word.contains("<<") && matches!(expand::heredoc_word(word), Ok(Some(_)))
}

fn plain<'a>(context: &InstructionContext<'a>, range: TextRange) -> Word<'a> {
    Word { text: context.text(range), range, place: Place::View, mode: Mode::WORD }
}

fn decoded<'a>(context: &InstructionContext<'a>, range: TextRange) -> Word<'a> {
    let written = context.text(range);
    let place = if written.contains('\\') { Place::Whole } else { Place::Quoted };
    Word { text: json::decode(&written).into(), range, place, mode: Mode::WORD }
}

/// The value behind `ARG NAME=`.
fn default<'a>(context: &InstructionContext<'a>, word: TextRange) -> Option<Word<'a>> {
    let text = context.text(word);
    let at = text.find('=')? + 1;
    Some(plain(context, context.locate(word, at..text.len())))
}

fn flag_values<'a>(context: &InstructionContext<'a>, keyword: Keyword) -> Vec<Word<'a>> {
    let mut words = Vec::new();
    for flag in context.flags() {
        if keyword == Keyword::Run && flag.name == "mount" {
            let fields = fields(flag.flag, context.view, &context.item.text, context.escape);
            let place = if flag.flag.cooked { Place::Whole } else { Place::View };
            let values = fields.into_iter().filter_map(|field| {
                let value = field.value?;
                (!field.key.text.eq_ignore_ascii_case("from")).then_some(value)
            });
            words.extend(values.map(|value| Word {
                text: value.text.to_string().into(),
                range: value.range,
                place,
                mode: Mode::WORD,
            }));
            continue;
        }
        let expands = keyword.info().flag(&flag.name).is_some_and(|known| known.expands);
        // Of `--from` only that it can be expanded counts: nothing may come of it.
        let judged = expands || keyword == Keyword::Copy && flag.name == "from";
        if !judged {
            continue;
        }
        let range = flag.value_range();
        let place = if flag.flag.cooked { Place::Whole } else { Place::View };
        let Some(value) = flag.value else { continue };
        words.push(Word { text: value.into(), range, place, mode: Mode::WORD });
    }
    words
}

fn heredoc_bodies<'a>(context: &InstructionContext<'a>, keyword: Keyword) -> Vec<Word<'a>> {
    if !matches!(keyword, Keyword::Add | Keyword::Copy) {
        return Vec::new();
    }
    let item = context.item;
    let bodies = context.instruction.heredocs.iter().filter(|heredoc| heredoc.expand);
    bodies
        .filter_map(|heredoc| {
            let text = item.text_at(heredoc.body)?;
            let range = heredoc.body;
            Some(Word { text: text.into(), range, place: Place::Body, mode: Mode::HEREDOC_BODY })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn quotes_and_variables() {
        let (quote, variable) = ("unbalanced-quote", "bad-substitution");
        check("FROM a\nENV A=⟦\"b⟧\n", &[quote]);
        check("FROM a\nENV A=b⟦'c⟧\n", &[quote]);
        check("FROM a\nUSER ⟦${}⟧\n", &[variable]);
        check("FROM a\nUSER ⟦${A⟧\n", &[variable]);
        check("FROM a\nWORKDIR /⟦${A^}⟧\n", &[variable]);
        check("FROM a\nCOPY ⟦\"a⟧ b⟦\"⟧ c\n", &[quote, quote]);
        check("FROM a\nCOPY [\"a⟦'b⟧\", \"c\"]\n", &[quote]);
        check("FROM a\nCOPY --chown=⟦${⟧ a b\n", &[variable]);
        check("FROM a\nRUN --mount=target=⟦${A⟧ a\n", &[variable]);
        check("FROM a\nCOPY <<EOF /a\nit's ⟦${A@Q}⟧\nEOF\n", &[variable]);
        check("ARG A=⟦\"x⟧\nFROM a\n", &[quote]);
        check("FROM a⟦\"⟧\n", &[quote]);
        check("FROM a\nLABEL ⟦\"x⟧=y⟦\"=z⟧\n", &[quote, quote]);
        check("FROM a\nONBUILD ENV A=⟦\"b⟧\n", &[quote]);
        sound(&[
            "RUN echo \"${",
            "CMD don't",
            "ENV A=\\\"b",
            "ENV A=$ B=$$ C=${X:-${Y}}",
            "COPY <<'EOF' /a\n${\nEOF",
            "COPY <<EOF /a\ndon't\nEOF",
            "HEALTHCHECK CMD '",
            "ARG A='$'",
        ]);
        check("# escape=`\nFROM a\nENV A=c:\\ B=`\"\n", &[]);
    }
}
