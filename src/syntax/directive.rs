//! Parser directives: `# escape=`, `# syntax=`, `# check=` at the top of the file.
//!
//! Source: `frontend/dockerfile/parser/directives.go` and `parser.go` (`possibleParserDirective`).

use super::error::{SyntaxError, SyntaxErrorKind};
use super::line::BOM;
use super::tree::Tree;
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
        let found = parse(line.trim_start(), "#");
        let Some(mut directive) = found else {
            self.closed = true;
            return None;
        };
        let indent = size(offset + line.len() - line.trim_start().len());
        directive.name_range += indent;
        directive.value += indent;
        let seen = &mut self.seen[directive.name as usize];
        let error = std::mem::replace(seen, true).then_some(SyntaxError {
            range: directive.name_range,
            kind: SyntaxErrorKind::DuplicateDirective,
        });
        Some((directive, error))
    }
}

impl Tree {
    /// The value of a directive as `BuildKit` finds it ahead of all parsing, to choose the frontend
    /// (`syntax`) or the checks to make (`check`): its range up to the first blank.
    ///
    /// Not quite what [`Directive`]s are: an indented line ends this search, a first line with `#!`
    /// does not, and `// syntax=` counts too.
    pub fn detected(&self, name: DirectiveName) -> Option<TextRange> {
        let prefixes: &[&str] = if name == DirectiveName::Syntax { &["#", "//"] } else { &["#"] };
        prefixes.iter().find_map(|prefix| self.detected_behind(prefix, name))
    }

    fn detected_behind(&self, prefix: &str, name: DirectiveName) -> Option<TextRange> {
        let mut seen = Vec::new();
        let lines = self.items().flat_map(|placed| {
            let text: &str = &placed.item.text;
            let place = move |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
            text.split_inclusive('\n').map(move |line| (placed.start + size(place(line)), line))
        });
        for (mut start, mut line) in lines {
            if start == TextSize::new(0) {
                let content = line.strip_prefix(BOM).unwrap_or(line);
                start += TextSize::of(line) - TextSize::of(content);
                line = content;
                if line.starts_with("#!") {
                    continue;
                }
            }
            // Other than elsewhere one CR at most belongs to the line's end.
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let directive = parse(line, prefix).filter(|found| !seen.contains(&found.name))?;
            if directive.name == name {
                let value = line.get(std::ops::Range::<usize>::from(directive.value))?;
                let image = value.split(' ').next().unwrap_or_default();
                return Some(TextRange::at(start + directive.value.start(), TextSize::of(image)));
            }
            seen.push(directive.name);
        }
        None
    }
}

/// Reads `prefix name = value`; ranges count from the start of `line`.
fn parse(line: &str, prefix: &str) -> Option<Directive> {
    let at = |part: &str| part.as_ptr() as usize - line.as_ptr() as usize;
    let range = |part: &str| TextRange::at(size(at(part)), size(part.len()));

    let body = line.strip_prefix(prefix)?.trim_start();
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
    fn detected_ahead_of_parsing() {
        for (text, name, expected) in [
            ("# syntax=a b\nFROM a", DirectiveName::Syntax, Some("a")),
            ("\u{feff}#!/x\r\n# Check = skip=all \r\n", DirectiveName::Check, Some("skip=all")),
            ("# escape=`\n# syntax=a", DirectiveName::Syntax, Some("a")),
            ("// syntax=a\nFROM a", DirectiveName::Syntax, Some("a")),
            ("// check=a\nFROM a", DirectiveName::Check, None),
            (" # syntax=a", DirectiveName::Syntax, None),
            ("\n# syntax=a", DirectiveName::Syntax, None),
            ("# x\n# syntax=a", DirectiveName::Syntax, None),
            ("# escape=`\n# escape=`\n# syntax=a", DirectiveName::Syntax, None),
            ("# syntax=\r\r\n", DirectiveName::Syntax, Some("\r")),
            ("", DirectiveName::Syntax, None),
        ] {
            let found = Tree::parse(text).detected(name);
            let found = found.and_then(|range| text.get(std::ops::Range::<usize>::from(range)));
            assert_eq!(found, expected, "{text:?}");
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
