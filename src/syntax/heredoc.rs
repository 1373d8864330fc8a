//! The heredocs that an instruction's line announces.
//!
//! Source: `frontend/dockerfile/parser/parser.go` (`heredocsFromLine`).

use super::error::{SyntaxError, SyntaxErrorKind};
use super::expand;
use super::patch::Map;
use super::tree::Heredoc;
use crate::text::{TextRange, TextSize};

/// The heredocs of the joined `line`, bodies still empty.
pub(super) fn in_line(line: &str, map: &Map, errors: &mut Vec<SyntaxError>) -> Vec<Heredoc> {
    let place = |range: TextRange| map.range(range.start().into(), range.end().into());
    let nowhere = TextRange::empty(TextSize::new(0));
    match expand::heredocs(line) {
        Ok(words) => words
            .into_iter()
            .map(|word| Heredoc {
                word: place(word.range),
                name: word.name.into(),
                descriptor: word.descriptor,
                expand: word.expand,
                chomp: word.strip_tabs,
                body: nowhere,
                terminator: None,
            })
            .collect(),
        Err(error) => {
            let range = place(error.range);
            errors.push(SyntaxError { range, kind: SyntaxErrorKind::HeredocName });
            Vec::new()
        }
    }
}
