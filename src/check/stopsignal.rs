//! `STOPSIGNAL`.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert.go` (`dispatchStopSignal`).

use super::{Finding, InstructionContext, Phase, near};
use crate::language::Keyword;
use crate::language::signal::{SIGNALS, parse_signal};
use crate::syntax::Arguments;
use crate::syntax::expand::{self, Mode, NoEnv};

/// Signals that there are not; those with variables are left to the build.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let (true, Arguments::Text(range)) =
        (context.is(Keyword::Stopsignal), &context.command.arguments)
    else {
        return;
    };
    let written = context.text(*range);
    if expand::parse(&written, context.escape, Mode::WORD).uses.iter().any(|found| found.sound) {
        return;
    }
    let Ok(signal) = expand::expand(&written, context.escape, Mode::WORD, &NoEnv) else { return };
    if parse_signal(&signal.text).is_some() {
        return;
    }
    let message = format!(
        "There is no signal `{}`. Write a name such as `SIGTERM`, or a number other than 0.",
        signal.text
    );
    let finding = context
        .refused("stop-signal", Phase::Build, *range, message)
        .with_link(Keyword::Stopsignal.info().link);
    let near = near::any_case(&signal.text, SIGNALS.iter().map(|signal| signal.name));
    findings.push(match near {
        Some(near) => near.fix(finding, *range, near.name),
        None => finding,
    });
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn signals_that_there_are_not() {
        let code = "stop-signal";
        check("FROM a\nSTOPSIGNAL ⟦SIGFOO⟧\n", &[code]);
        check("FROM a\nSTOPSIGNAL ⟦0⟧\n", &[code]);
        fixed("FROM a\nSTOPSIGNAL SIGTREM\n", code, "FROM a\nSTOPSIGNAL SIGTERM\n");
        sound(&["STOPSIGNAL 9", "STOPSIGNAL term", "STOPSIGNAL $S", "STOPSIGNAL \"SIGTERM\""]);
    }
}
