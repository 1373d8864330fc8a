//! Commands for a shell on an image without one: `scratch` and Google's distroless.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert.go` (`withShell`): a shell form is started by
//! `/bin/sh -c`.

use super::{Finding, Found, LINK, arguments_of, is_verbatim};
use crate::check::Severity;
use crate::language::Keyword;
use crate::model;
use crate::split::course::Course;
use crate::split::facts::{Form, Line, What};
use crate::split::stages::Stages;
use crate::text::TextRange;

/// `RUN` in shell form, and the last `CMD`, `ENTRYPOINT` and `HEALTHCHECK` of stages that no other is
/// built on.
pub fn look(stages: &Stages<'_>, found: &mut Vec<Found>) {
    for stage in stages.model.stages() {
        let number = stage.index;
        let Some(course) = stages.course(number) else { continue };
        let own = |line: &&Line<'_>| stage.range.contains_range(line.placed.range());
        let name = course.facts.base.name();
        let mut run = course.facts.lines.iter().filter(own);
        let run = run.find(|line| matches!(&line.what, What::Run(run) if run.text.is_some()));
        if let Some(line) = run.filter(|line| stages.lacks_shell_for_run(number, line)) {
            let message = format!(
                "This cannot run: `{name}` has no shell. Run it in an earlier stage, and copy here \
                 what it makes."
            );
            push(line, "run-without-shell", message, None, found);
            continue;
        }
        let bases = stages.model.names().bases().iter();
        let is_built_on = bases.flat_map(model::Base::stages).any(|base| *base == number);
        if is_built_on || !stages.lacks_shell(number) {
            continue;
        }
        for line in started(course).into_iter().filter(own) {
            let Some(text) = shell_text(line) else { continue };
            let what = match line.keyword {
                Keyword::Healthcheck => "the check always fails",
                _ => "the container does not start",
            };
            let message = format!(
                "`{name}` has no shell for this, so {what}. Write it in exec form: `[\"program\", \
                 \"argument\"]`."
            );
            push(line, "shell-form-without-shell", message, exec_form(line, text), found);
        }
    }
}

/// The lines whose commands are started in containers.
fn started<'c, 'a>(course: &'c Course<'a>) -> Vec<&'c Line<'a>> {
    let entrypoint = course.facts.last(Keyword::Entrypoint);
    // Behind an entrypoint `CMD` is what is given to it.
    let cmd = course.facts.last(Keyword::Cmd).filter(|_| entrypoint.is_none());
    let health = course.facts.last(Keyword::Healthcheck);
    [entrypoint, cmd, health].into_iter().flatten().collect()
}

fn shell_text<'l>(line: &'l Line<'_>) -> Option<&'l str> {
    match &line.what {
        What::Cmd(Form::Shell(text))
        | What::Entrypoint(Form::Shell(text))
        | What::Healthcheck(Some(Form::Shell(text))) => Some(text),
        _ => None,
    }
}

fn push(
    line: &Line<'_>,
    code: &'static str,
    message: String,
    exec: Option<(TextRange, String)>,
    found: &mut Vec<Found>,
) {
    let Some(place) = arguments_of(line) else { return };
    let mut finding = Finding::new(code, Severity::Warning, place, message).with_link(LINK);
    if let Some((range, text)) = exec {
        finding = finding.replace(format!("Change to `{text}`"), range, text);
    }
    found.push(Found { item: line.placed.index, other: None, finding });
}

/// The same command in exec form, where a shell would only take the words apart.
fn exec_form(line: &Line<'_>, text: &str) -> Option<(TextRange, String)> {
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, ' ' | '_' | '-' | '.' | '/' | ':' | ',' | '@' | '+')
    };
    let words: Vec<&str> = text.split_whitespace().skip_while(|word| *word == "exec").collect();
    let is_path = words.first().is_some_and(|program| program.contains('/'));
    if !is_path || !text.chars().all(is_plain) || !is_verbatim(line) {
        return None;
    }
    let source: &str = &line.placed.item.text;
    let start = source.rfind(text)?;
    let range = TextRange::new(
        line.placed.start + crate::text::TextSize::try_from(start).ok()?,
        line.placed.start + crate::text::TextSize::try_from(start + text.len()).ok()?,
    );
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Some((range, format!("[{}]", words.join(", "))))
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "shell-form-without-shell";

    #[test]
    fn shell_forms_without_a_shell() {
        check("FROM scratch\nCOPY a /bin/a\nCMD ⟦a -p 80⟧\n", &[CODE]);
        check("FROM scratch\nCOPY a /bin/a\nENTRYPOINT [\"/bin/a\"]\nCMD x\n", &[]);
        check(
            "FROM scratch\nCOPY a /bin/a\nHEALTHCHECK ⟦CMD /bin/a $X⟧\nCMD [\"/bin/a\"]\n",
            &[CODE],
        );
        check("FROM gcr.io/distroless/static\nCOPY a /bin/a\nCMD ⟦/bin/a⟧\n", &[CODE]);
        check("FROM gcr.io/distroless/base-debian12:nonroot\nCOPY b /a/b\nCMD ⟦/a/b⟧\n", &[CODE]);
        // A shell is there, or may be.
        check("FROM alpine\nCMD a\n", &[]);
        check("FROM gcr.io/distroless/static:debug\nCMD /bin/a\n", &[]);
        check("FROM scratch\nADD rootfs.tar.xz /\nCMD a\n", &[]);
        check("FROM scratch\nCOPY . /\nCMD a\n", &[]);
        check("FROM scratch\nCOPY --from=busybox /bin/sh /bin/\nCMD a\n", &[]);
        check("FROM scratch\nCOPY a /bin/a\nSHELL [\"/x\"]\nCMD a\n", &[]);
        check("FROM scratch AS a\nCMD a\nFROM a\nCOPY . /\n", &[]);
        check("FROM unknown\nCMD a\n", &[]);
    }

    #[test]
    fn the_exec_form_is_offered_where_it_is_the_same() {
        fixed(
            "FROM scratch\nCOPY a /bin/a\nCMD /bin/a -p 80\n",
            CODE,
            "FROM scratch\nCOPY a /bin/a\nCMD [\"/bin/a\", \"-p\", \"80\"]\n",
        );
        fixed(
            "FROM scratch\nCOPY a /bin/a\nENTRYPOINT exec /bin/a\n",
            CODE,
            "FROM scratch\nCOPY a /bin/a\nENTRYPOINT [\"/bin/a\"]\n",
        );
    }

    #[test]
    fn commands_on_nothing() {
        let code = "run-without-shell";
        check("FROM scratch\nCOPY a /a/a\nRUN ⟦chmod +x /a/a⟧\nCMD [\"/a/a\"]\n", &[code]);
        check("FROM scratch\nCOPY . /\nRUN x\n", &[]);
        check("FROM scratch\nRUN [\"/a/b\"]\nCOPY a /\n", &[]);
        check("FROM scratch\nRUN ⟦x⟧\nCOPY . /\n", &[code]);
        // A mount brings the shell, and commands that may leave one.
        check("FROM scratch\nRUN --mount=from=busybox,source=/bin,target=/bin x\n", &[]);
        check("FROM scratch\nRUN --mount=from=busybox,dst=/bin x\nRUN y\nCMD z\n", &[]);
        check("FROM scratch\nRUN --mount=from=busybox,target=/tools ⟦x⟧\n", &[code]);
    }
}
