//! A pattern in exec form where a program takes one file: no shell is there to expand it.
//!
//! Sources: <https://docs.docker.com/reference/dockerfile/#exec-form>, and the manual pages of the
//! programs in the table. Only of those it is known that they take the word for the name of a file;
//! others may expand patterns themselves, as `java -cp 'lib/*'` and `pytest` do.

use super::{Finding, InstructionContext, Severity};
use crate::language::Keyword;
use crate::split::command;
use crate::syntax::{Arguments, json};
use crate::text::TextRange;

const LINK: &str = "https://docs.docker.com/reference/dockerfile/#exec-form";

/// A program that is given a file to run.
struct Runner {
    names: &'static [&'static str],
    /// The option in front of the file; empty where the first operand is it.
    option: &'static str,
    /// Options before it whose value is the next word.
    values: &'static [&'static str],
    /// Options before it without one; `*` at the end stands for any more letters. With an option of
    /// neither list it is not known which word is the file.
    switches: &'static [&'static str],
}

const RUNNERS: &[Runner] = &[
    Runner {
        names: &["java"],
        option: "-jar",
        values: &["-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules"],
        switches: &["-*"],
    },
    Runner {
        names: &["python", "python2", "python3"],
        option: "",
        values: &["-W", "-X"],
        switches: &["-u", "-B", "-O", "-OO", "-E", "-I", "-s", "-S", "-v"],
    },
    Runner {
        names: &["node", "nodejs"],
        option: "",
        values: &["-r", "--require", "--import"],
        switches: &[
            "--enable-source-maps",
            "--expose-gc",
            "--max-old-space-size=*",
            "--no-warnings",
            "--trace-warnings",
        ],
    },
    Runner {
        names: &["sh", "bash", "ash", "dash"],
        option: "",
        values: &[],
        switches: &["-e", "-u", "-x", "-eu", "-ex", "-ux", "-eux"],
    },
    Runner { names: &["php", "ruby", "perl", "dotnet"], option: "", values: &[], switches: &[] },
];

/// Patterns in what containers and builds start.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Some(ranges) = started(context) else { return };
    let words: Vec<Option<String>> =
        ranges.iter().map(|range| Some(json::decode(&context.text(*range)))).collect();
    // Behind an entrypoint, which may be the image's, the first word of `CMD` is an argument.
    let is_program = !context.is(Keyword::Cmd);
    let Some(at) = file(&words, is_program) else { return };
    let (Some(range), Some(Some(word))) = (ranges.get(at), words.get(at)) else { return };
    if !word.contains(['*', '?']) {
        return;
    }
    let message = format!(
        "No shell expands `{word}` in exec form, so a file of that very name is looked for. Write \
         the name of the file."
    );
    findings.push(
        Finding::new("unexpanded-pattern", Severity::Warning, *range, message).with_link(LINK),
    );
}

/// The words of an exec form that is started.
fn started<'a>(context: &InstructionContext<'a>) -> Option<&'a [TextRange]> {
    let is_start = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Run, Keyword::Healthcheck];
    is_start.iter().any(|keyword| context.is(*keyword)).then_some(())?;
    match &context.command.arguments {
        Arguments::Exec(words) => Some(words),
        Arguments::Health(_, inner) => match &**inner {
            Arguments::Exec(words) => Some(words),
            _ => None,
        },
        _ => None,
    }
}

/// The number of the word that names the file which is run: the program itself, if `is_program` and
/// it is a path, or what a program of the table is given.
fn file(words: &[Option<String>], is_program: bool) -> Option<usize> {
    let mut rest = words.to_vec();
    while let Some((_, behind)) = command::started(&rest) {
        rest = behind;
    }
    let first = words.len() - rest.len();
    let own: Vec<&str> = rest.iter().flatten().map(String::as_str).collect();
    let (program, args) = own.split_first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    if name.contains(['*', '?']) {
        return (is_program && !program.contains(char::is_whitespace)).then_some(first);
    }
    let runner = RUNNERS.iter().find(|runner| runner.names.contains(&name))?;
    Some(first + 1 + runner.file(args)?)
}

impl Runner {
    /// The number of the argument that is the file.
    fn file(&self, args: &[&str]) -> Option<usize> {
        let mut left = args.iter().enumerate();
        while let Some((at, word)) = left.next() {
            if !self.option.is_empty() && *word == self.option {
                return Some(at + 1);
            } else if self.values.contains(word) {
                left.next();
            } else if !self.switches.iter().any(|own| is_switch(own, word)) {
                let is_file = self.option.is_empty() && !word.starts_with('-');
                return is_file.then_some(at);
            }
        }
        None
    }
}

/// Whether a word is that switch of the table.
fn is_switch(own: &str, word: &str) -> bool {
    own.strip_suffix('*').map_or(word == own, |start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    const CODE: &str = "unexpanded-pattern";

    #[test]
    fn files_that_are_named_by_a_pattern() {
        for line in [
            "CMD [\"java\", \"-jar\", ⟦\"target/*.jar\"⟧]",
            "CMD [\"java\", \"-Xmx1g\", \"-cp\", \"lib/*\", \"-jar\", ⟦\"a?.jar\"⟧, \"x\"]",
            "ENTRYPOINT [\"/usr/bin/java\", \"-jar\", ⟦\"*.jar\"⟧]",
            "ENTRYPOINT [\"tini\", \"--\", \"java\", \"-jar\", ⟦\"*.jar\"⟧]",
            "CMD [\"env\", \"A=1\", \"python3\", \"-u\", ⟦\"src/*.py\"⟧]",
            "CMD [\"node\", \"--max-old-space-size=512\", ⟦\"dist/main.*.js\"⟧]",
            "RUN [\"sh\", \"-ex\", ⟦\"setup-*.sh\"⟧]",
            "CMD [\"node\", \"-r\", \"x*\", ⟦\"dist/*.js\"⟧]",
            "CMD [\"dotnet\", ⟦\"*.dll\"⟧]",
            "HEALTHCHECK CMD [\"bash\", ⟦\"check?.sh\"⟧]",
            "ENTRYPOINT [⟦\"./target/*-runner\"⟧, \"x\"]",
            "ONBUILD CMD [\"java\", \"-jar\", ⟦\"*.jar\"⟧]",
            "CMD [\"java\", \\\n  \"-jar\", ⟦\"*.jar\"⟧]",
        ] {
            check(&format!("FROM a\n{line}\n"), &[CODE]);
        }
    }

    #[test]
    fn patterns_that_programs_read_themselves() {
        sound(&[
            "CMD java -jar target/*.jar",
            "CMD [\"sh\", \"-c\", \"java -jar target/*.jar\"]",
            "CMD [\"java\", \"-cp\", \"lib/*\", \"a.Main\"]",
            "CMD [\"java\", \"-jar\", \"a.jar\", \"*.txt\"]",
            "CMD [\"java\", \"-Dpath=*\", \"a.Main\", \"*\"]",
            "CMD [\"java\", \"-cp\", \"a\", \"a.Main\", \"-jar\", \"*.jar\"]",
            "CMD [\"java\", \"-jar\"]",
            "CMD [\"python\", \"-m\", \"pytest\", \"tests/*\"]",
            "CMD [\"python\", \"-i\", \"*\"]",
            "CMD [\"python\", \"app.py\", \"--allow\", \"*\"]",
            "CMD [\"python\", \"-c\", \"print(2 * 3)\"]",
            "CMD [\"node\", \"--test\", \"test/*.js\"]",
            "CMD [\"node\", \"-e\", \"2 * 3\"]",
            "CMD [\"pytest\", \"tests/*.py\"]",
            "CMD [\"tests/*.py\"]",
            "CMD [\"celery\", \"--include\", \"a.*\"]",
            "ENTRYPOINT [\"find\", \"/\", \"-name\", \"*.x\"]",
            "RUN [\"/bin/sh\", \"-c\", \"rm *\"]",
            "CMD [\"java -jar *.jar\"]",
            "ENTRYPOINT [\"java -jar *.jar\"]",
            "CMD [\"ruby\", \"-Itest\", \"test/*.rb\"]",
            "SHELL [\"sh\", \"*\"]",
            "CMD []",
            "VOLUME [\"/a*\"]",
        ]);
    }
}
