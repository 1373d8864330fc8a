//! Parser directives: `# escape=`, `# syntax=`, `# check=` at the top of the file.
//!
//! Source: `frontend/dockerfile/parser/directives.go` and `parser.go` (`possibleParserDirective`).

use super::error::{SyntaxError, SyntaxErrorKind};
use crate::text::{TextRange, TextSize};

/// A parser directive in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Which one.
    pub name: DirectiveName,
    /// Where its name stands, from the start of the item.
    pub name_range: TextRange,
    /// Where its value stands, trimmed.
    pub value: TextRange,
}

/// The three known directives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirectiveName {
    /// `# syntax=`: the frontend image.
    Syntax,
    /// `# escape=`: the escape and continuation character.
    Escape,
    /// `# check=`: settings of the build checks.
    Check,
}

impl DirectiveName {
    fn parse(name: &str) -> Option<DirectiveName> {
        [
            ("syntax", DirectiveName::Syntax),
            ("escape", DirectiveName::Escape),
            ("check", DirectiveName::Check),
        ]
        .into_iter()
        .find_map(|(known, directive)| name.eq_ignore_ascii_case(known).then_some(directive))
    }
}

/// The scan for directives, which the first line that is none ends for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Scan {
    closed: bool,
    seen: [bool; 3],
}

impl Scan {
    /// Whether a later line can no longer be a directive.
    pub fn is_closed(self) -> bool {
        self.closed
    }

    /// Reads one physical line without its line end; `offset` is where `line` starts in its item.
    /// `None` closes the scan.
    pub fn read(&mut self, line: &str, offset: usize) -> Option<(Directive, Option<SyntaxError>)> {
        if self.closed {
            return None;
        }
        let found = parse(line, offset);
        let Some(directive) = found else {
            self.closed = true;
            return None;
        };
        let seen = &mut self.seen[directive.name as usize];
        let error = std::mem::replace(seen, true).then_some(SyntaxError {
            range: directive.name_range,
            kind: SyntaxErrorKind::DuplicateDirective,
        });
        Some((directive, error))
    }
}

fn parse(line: &str, offset: usize) -> Option<Directive> {
    let at = |part: &str| part.as_ptr() as usize - line.as_ptr() as usize + offset;
    let range = |part: &str| TextRange::at(size(at(part)), size(part.len()));

    let body = line.trim_start().strip_prefix('#')?.trim_start();
    let name_len = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    let (name, rest) = body.split_at(name_len);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    // Here `\s` of Go's regexp: ASCII white space without the vertical tab.
    let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r');
    let after = rest.trim_start_matches(space).strip_prefix('=')?;
    // A value of nothing but blanks is one blank: the pattern wants at least one character.
    let last_blank = after.char_indices().next_back().map_or(after, |(at, _)| after.split_at(at).1);
    let value = Some(after.trim_matches(space)).filter(|v| !v.is_empty()).unwrap_or(last_blank);
    if value.is_empty() {
        return None;
    }
    Some(Directive {
        name: DirectiveName::parse(name)?,
        name_range: range(name),
        value: range(value),
    })
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_else(|_| TextSize::new(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> Option<(DirectiveName, &str)> {
        let (directive, _) = Scan::default().read(line, 0)?;
        Some((directive.name, line.get(std::ops::Range::<usize>::from(directive.value))?))
    }

    #[test]
    fn forms() {
        assert_eq!(value("# escape=`"), Some((DirectiveName::Escape, "`")));
        assert_eq!(value("#ESCAPE = ` "), Some((DirectiveName::Escape, "`")));
        assert_eq!(value("\t#  syntax=a b"), Some((DirectiveName::Syntax, "a b")));
        assert_eq!(value("# check=skip=all"), Some((DirectiveName::Check, "skip=all")));
        assert_eq!(value("# escape=  "), Some((DirectiveName::Escape, " ")));
        for line in ["# escape=", "# escape", "# other=x", "escape=`", "", "# 1=x", "# a-b=c"] {
            assert_eq!(value(line), None, "{line:?}");
        }
    }

    #[test]
    fn the_first_other_line_closes_the_scan() {
        let mut scan = Scan::default();
        assert!(scan.read("# escape=`", 0).is_some_and(|(_, error)| error.is_none()));
        assert!(scan.read("# escape=`", 0).is_some_and(|(_, error)| error.is_some()));
        assert!(scan.read("", 0).is_none());
        assert!(scan.read("# syntax=x", 0).is_none());
    }
}
