//! Instructions without the arguments they need.
//!
//! Source: `frontend/dockerfile/instructions/parse.go`. `CMD`, `ENTRYPOINT` and `RUN` need none.

use super::{Finding, InstructionContext, Phase};
use crate::language::Keyword;

/// What an instruction needs, if it needs anything.
fn need(keyword: Keyword) -> Option<&'static str> {
    Some(match keyword {
        Keyword::Add | Keyword::Copy => "what to copy and where to, such as `. /app`",
        Keyword::Arg => "the name of a build argument, such as `VERSION`",
        Keyword::Env => "a variable and its value, such as `NAME=value`",
        Keyword::Expose => "a port, such as `8080`",
        Keyword::From => "an image or a stage to start from, such as `alpine`",
        Keyword::Healthcheck => "`CMD` and a command, or `NONE`",
        Keyword::Label => "a label and its value, such as `version=1.0`",
        Keyword::Maintainer => "a name",
        Keyword::Onbuild => "an instruction, such as `RUN make`",
        Keyword::Shell => "a shell as JSON array, such as `[\"/bin/bash\", \"-c\"]`",
        Keyword::Stopsignal => "a signal, such as `SIGTERM`",
        Keyword::User => "a user name or number",
        Keyword::Volume => "a path, such as `/data`",
        Keyword::Workdir => "a path, such as `/app`",
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Run => return None,
    })
}

/// Missing arguments.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Some(keyword) = context.command.keyword else { return };
    let Some(need) = need(keyword) else { return };
    let (code, range, message) = match (context.count(), context.command.words()) {
        (0, _) => {
            let message = format!("{} needs {need}. Write it behind.", keyword.name());
            ("missing-argument", context.command.keyword_range, message)
        }
        (1, [source]) if matches!(keyword, Keyword::Add | Keyword::Copy) => {
            let written = context.text(*source);
            let broken = written.starts_with('[') && !written.ends_with(']');
            let message = match broken {
                true => "This is no JSON array, so it counts as one word. Write the array to its \
                         end, with a destination in it."
                    .to_owned(),
                false => format!(
                    "{} needs a destination behind `{written}`. Write where to copy it, such as \
                     `.`.",
                    keyword.name()
                ),
            };
            ("missing-destination", *source, message)
        }
        _ => return,
    };
    let finding = context.refused(code, Phase::Instruction, range, message);
    findings.push(finding.with_link(keyword.info().link));
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn arguments_that_are_missing() {
        for keyword in [
            "ADD",
            "ARG",
            "COPY",
            "ENV",
            "EXPOSE",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR",
        ] {
            check(&format!("FROM a\n⟦{keyword}⟧\n"), &["missing-argument"]);
            if !matches!(keyword, "ONBUILD" | "MAINTAINER") {
                check(&format!("FROM a\nONBUILD ⟦{keyword}⟧ \\\n\n"), &["missing-argument"]);
            }
        }
        check("⟦FROM⟧\n", &["missing-argument"]);
        check("FROM a\n⟦SHELL⟧ []\n⟦VOLUME⟧ []\n⟦COPY⟧ []\n", &["missing-argument"; 3]);
        check("FROM a\nCOPY ⟦a⟧\nADD --chown=1 ⟦a⟧\n", &["missing-destination"; 2]);
        check("FROM a\nCOPY [⟦\"a\"⟧]\n", &["missing-destination"]);
        sound(&["RUN", "CMD", "ENTRYPOINT", "CMD []", "ENTRYPOINT []"]);
    }
}
