//! Values of `--mount` and `--device`: one line of comma-separated fields.
//!
//! Source: `github.com/tonistiigi/go-csvvalue`, which `BuildKit` reads them with.

use super::rule::ReadFlag;
use super::{Finding, InstructionContext, Phase};
use crate::language::Keyword;

/// What is wrong with the flag's value as a line of fields, if anything is.
pub fn look(
    context: &InstructionContext<'_>,
    flag: &ReadFlag<'_>,
    value: &str,
    findings: &mut Vec<Finding>,
) -> bool {
    let Some(problem) = problem(value) else { return true };
    let message = format!("The options of `--{}` cannot be read: {problem}.", flag.name);
    findings.push(
        context
            .refused("flag-fields", Phase::Instruction, flag.value_range(), message)
            .with_link(Keyword::Run.info().link),
    );
    false
}

fn problem(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("there are none. Write them with commas between");
    }
    let mut rest = value;
    loop {
        rest = match rest.strip_prefix('"') {
            None => {
                let (field, behind) = match rest.split_once(',') {
                    Some((field, behind)) => (field, Some(behind)),
                    None => (rest, None),
                };
                if field.contains('"') {
                    return Some(
                        "double quotes surround a whole option, name included. Move this one",
                    );
                }
                behind?
            }
            Some(quoted) => {
                let Some(behind) = behind_quotes(quoted) else {
                    return Some("a double quote is not closed. Write the other one");
                };
                if behind.is_empty() {
                    return None;
                }
                let Some(behind) = behind.strip_prefix(',') else {
                    return Some(
                        "text follows a closing double quote. Move the quote to the end of the \
                         option",
                    );
                };
                behind
            }
        };
    }
}

/// What follows the quote that closes; two in a row are one of the text.
fn behind_quotes(mut text: &str) -> Option<&str> {
    loop {
        let (_, behind) = text.split_once('"')?;
        match behind.strip_prefix('"') {
            Some(more) => text = more,
            None => return Some(behind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn lines_of_fields() {
        for sound in ["a", "a,b", "a,", ",", "\"a,b\",c", "\"a\"\"b\"", "\"\"", "x=y,\"a=b,c\""] {
            assert_eq!(problem(sound), None, "{sound}");
        }
        for broken in ["", "a\"b", "a,b\"", "\"a", "\"a\"b", "\"a\"\"", "a,\"b"] {
            assert!(problem(broken).is_some(), "{broken}");
        }
    }
}
