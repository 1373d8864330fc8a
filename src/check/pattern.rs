//! A pattern in exec form where a program takes one file: no shell is there to expand it.
//!
//! Sources: <https://docs.docker.com/reference/dockerfile/#exec-form>, and the manual pages of the
//! programs in the table. Only of those it is known that they take the word for the name of a file;
//! others may expand patterns themselves, as `java -cp 'lib/*'` and `pytest` do.

use super::rule::ModelLook;
use super::{Finding, Issue, Severity};
use crate::language::Keyword;
use crate::model::{Base, Model};
use crate::split::command;
use crate::syntax::{Arguments, Placed, json};
use crate::text::TextRange;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

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

/// Instructions that start something.
const STARTS: [Keyword; 4] =
    [Keyword::Cmd, Keyword::Entrypoint, Keyword::Run, Keyword::Healthcheck];

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let mut behind = None;
    for (placed, facts) in model.instructions() {
        let is_start = facts.keyword.is_some_and(|keyword| STARTS.contains(&keyword));
        let Some((number, ..)) = pattern(placed).filter(|_| is_start) else { continue };
        // A script that is the entrypoint may expand what it is given: `exec $@`.
        let may_expand = facts.keyword == Some(Keyword::Cmd)
            && model.stage_at(placed.start).is_some_and(|stage| {
                let behind = behind.get_or_insert_with(|| entrypoints(model));
                behind.get(stage.index).is_some_and(|has| *has)
            });
        if !may_expand {
            issues.push(Issue { item: placed.index, number, ..Issue::default() });
        }
    }
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let (_, word, range) = pattern(model.tree().item(issue.item)?)?;
    let message = format!(
        "No shell expands `{word}` in exec form, so a file of that very name is looked for. Write \
         the name of the file."
    );
    let finding = Finding::new("unexpanded-pattern", Severity::Warning, range, message);
    Some(finding.with_link(LINK))
}

/// The pattern in an instruction that stands for a file to run: its number among the words, its text
/// and its place.
fn pattern(placed: Placed<'_>) -> Option<(usize, String, TextRange)> {
    let source: &str = &placed.item.text;
    let view = placed.instruction().filter(|_| source.contains(['*', '?']))?.meant();
    let ranges = match &view.command.arguments {
        Arguments::Exec(words) => words,
        Arguments::Health(_, inner) => match &**inner {
            Arguments::Exec(words) => words,
            _ => return None,
        },
        _ => return None,
    };
    let words: Vec<Option<String>> =
        ranges.iter().map(|range| Some(json::decode(&view.text(source, *range)))).collect();
    let is_cmd = view.command.keyword == Some(Keyword::Cmd);
    // Behind an entrypoint of the image the first word of `CMD` is an argument.
    let at = file(&words, !is_cmd)?;
    let word = words.get(at)?.clone().filter(|word| word.contains(['*', '?']))?;
    Some((at, word, placed.lift(*ranges.get(at)?)))
}

/// Whether each stage has an entrypoint, of its own or of a stage that it is built on.
fn entrypoints(model: &Model) -> Vec<bool> {
    let mut has = vec![false; model.stages().len()];
    let own = model.instructions().filter(|(_, facts)| facts.keyword == Some(Keyword::Entrypoint));
    for stage in own.filter_map(|(placed, _)| model.stage_at(placed.start)) {
        has[stage.index] = true;
    }
    // A stage is built on earlier ones only.
    for stage in model.stages() {
        if let Base::Stage(parent) = stage.base {
            has[stage.index] |= has.get(parent).is_some_and(|has| *has);
        }
    }
    has
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
            "CMD [\"java\", \"-jar\", ⟦\"*.jar\"⟧]\nFROM b\nENTRYPOINT [\"/x\"]",
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
            "ENTRYPOINT [\"/run\"]\nCMD [\"java\", \"-jar\", \"*.jar\"]",
            "ENTRYPOINT [\"/run\"]\nFROM a AS b\nENTRYPOINT [\"/x\"]\nFROM b AS c\nFROM c\n\
             CMD [\"java\", \"-jar\", \"*.jar\"]",
            "CMD []",
            "VOLUME [\"/a*\"]",
        ]);
    }
}
