//! `FROM --platform`.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert.go` (`buildDispatchStates`), which reads all
//! `FROM`s, whether they are needed or not.

use super::{Finding, InstructionContext, Phase};
use crate::language::Keyword;
use crate::language::platform::Platform;
use crate::syntax::expand::{self, Mode, NoEnv};

/// Platforms that there are not; those with variables are left to the build.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.trigger || !context.is(Keyword::From) {
        return;
    }
    for (flag, value) in context.values("platform") {
        let parsed = expand::parse(&value, context.escape, Mode::WORD);
        if value.is_empty() || parsed.uses.iter().any(|found| found.sound) {
            continue;
        }
        let Ok(expanded) = expand::expand(&value, context.escape, Mode::WORD, &NoEnv) else {
            continue;
        };
        if Platform::parse(&expanded.text).is_none() {
            let message = format!(
                "`{}` is no platform. Write system and processor, such as `linux/amd64` or \
                 `linux/arm64`.",
                expanded.text
            );
            findings.push(
                context
                    .refused("platform", Phase::Build, flag.value_range(), message)
                    .with_link("https://docs.docker.com/reference/dockerfile/#from"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn platforms_that_there_are_not() {
        check("FROM --platform=⟦linux/⟧ a\n", &["platform"]);
        check("FROM --platform=⟦local⟧ a\n", &["platform"]);
        check("FROM --platform=linux/arm64 a\nFROM --platform=$BUILDPLATFORM b\n", &[]);
        check("FROM --platform= a\n", &[]);
    }
}
