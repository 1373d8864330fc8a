//! `# check=`: its options.
//!
//! Source: `frontend/dockerfile/linter/linter.go` (`ParseLintOptions`). `BuildKit` reads the text up
//! to the first blank, and has no tolerance here, unlike for the same comment above an instruction.

use super::rule::ModelLook;
use super::{Finding, Issue, Phase, near};
use crate::language::directive::{CHECK_OPTIONS, check_option};
use crate::language::mount::parse_bool;
use crate::model::Model;
use crate::syntax::DirectiveName;
use crate::text::{TextRange, TextSize};

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#check";

/// Options that cannot be read. One that follows another mistake is not looked at.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let value = model.tree().detected(DirectiveName::Check);
    let placed = value.and_then(|value| model.tree().item_at(value.start()));
    issues.extend(placed.map(|placed| Issue { item: placed.index, ..Issue::default() }));
}

fn tell(model: &Model, _: &Issue) -> Option<Finding> {
    let read = model.tree().detected(DirectiveName::Check)?;
    let placed = model.tree().item_at(read.start())?;
    let line = placed.item.text.get(usize::from(read.start() - placed.start)..)?;
    let line = line.lines().next()?.trim_end();
    let (options, behind) = line.split_at_checked(read.len().into()).unwrap_or((line, ""));
    let whole = TextRange::at(read.start(), TextSize::of(line));
    let trimmed = options.trim();
    if trimmed.is_empty() {
        return None;
    }
    let mut start = read.start() + TextSize::of(options) - TextSize::of(options.trim_start());
    trimmed
        .splitn(3, ';')
        .find_map(|part| {
            let range = TextRange::at(start, TextSize::of(part));
            start += TextSize::of(part) + TextSize::new(1);
            option(part, range, behind, whole)
        })
        .map(|finding| finding.with_link(LINK))
}

/// What is wrong with one option; `behind` is what follows the first blank in `whole`.
fn option(part: &str, range: TextRange, behind: &str, whole: TextRange) -> Option<Finding> {
    let refused = |range, message: String| {
        Some(Finding::refused("check-option", Phase::Build, range, message))
    };
    let Some((name, value)) = part.split_once('=') else {
        if part.is_empty() && !behind.is_empty() {
            let message = "What follows the blank is not read. Write the options without blanks.";
            let range = TextRange::new(range.end(), whole.end());
            let joined: String = behind.split_whitespace().collect();
            return refused(range, message.to_owned())
                .map(|finding| finding.replace("Delete the blanks", range, joined));
        }
        if part.is_empty() && range.start() > whole.start() {
            let range = TextRange::new(range.start() - TextSize::new(1), range.end());
            let message = "An option has to follow this `;`. Write it, or delete the `;`.";
            return refused(range, message.to_owned())
                .map(|finding| finding.maybe_replace("Delete the `;`", range, ""));
        }
        if part.is_empty() {
            let message = "Write options with `;` between: `skip=all;error=true`.";
            return refused(whole, message.to_owned());
        }
        let message = format!("`{part}` needs `=` and a value: `skip=all`, `error=true`.");
        return refused(range, message);
    };
    let name_range = TextRange::at(range.start(), TextSize::of(name));
    let value_range = TextRange::new(name_range.end() + TextSize::new(1), range.end());
    let Some(known) = check_option(name.trim()) else {
        let message =
            format!("There is no option `{name}`. There are `skip`, `experimental` and `error`.");
        let near = near::exact(name, CHECK_OPTIONS.iter().map(|option| option.name));
        return refused(name_range, message).map(|finding| match near {
            Some(near) => near.fix(finding, name_range, near.name),
            None => finding,
        });
    };
    if known.takes_checks || parse_bool(value.trim()).is_some() {
        return None;
    }
    let range = if value.is_empty() { range } else { value_range };
    refused(range, format!("`{name}` is `true` or `false`. Write one of the two."))
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn options() {
        check("# check=skip=all\nFROM a\n", &[]);
        check("# check=skip=A,B;error=true;experimental=all\nFROM a\n", &[]);
        check("# check=⟦skip⟧\nFROM a\n", &["check-option"]);
        check("# check=⟦ignore⟧=all\nFROM a\n", &["check-option"]);
        check("# check=error=⟦yes⟧\nFROM a\n", &["check-option"]);
        check("# check=⟦error=⟧\nFROM a\n", &["check-option"]);
        check("# check=skip=A;⟦ error=true⟧\nFROM a\n", &["check-option"]);
        check("# check=skip=A⟦;⟧\nFROM a\n", &["check-option"]);
        check("# check=⟦;skip=A⟧\nFROM a\n", &["check-option"]);
        // The third part keeps the rest.
        check("# check=skip=a;error=true;experimental=all;x=y\nFROM a\n", &[]);
        check(" # check=ignore=all\nFROM a\n", &[]);
        check("# syntax=x\n\n# check=ignore\nFROM a\n", &[]);
        check("# check=\r\r\nFROM a\n", &[]);
        check("# check=  \nFROM a\n", &[]);
        check("#!/bin/x\n# check=⟦ignore⟧\nFROM a\n", &["check-option"]);
    }

    #[test]
    fn fixes() {
        let code = "check-option";
        fixed("# check=skip=A;\nFROM a\n", code, "# check=skip=A\nFROM a\n");
        fixed("# check=skp=all\nFROM a\n", code, "# check=skip=all\nFROM a\n");
        fixed("# check=skip=A; error=true\nFROM a\n", code, "# check=skip=A;error=true\nFROM a\n");
    }
}
