//! Arguments as JSON array: what is in it, and the two instructions that want some.
//!
//! Source: `frontend/dockerfile/parser/line_parsers.go` (`parseJSON`) and
//! `frontend/dockerfile/instructions/parse.go` (`parseShell`, `parseVolume`).

use std::ops::Range;

use super::{Finding, Fix, InstructionContext, Phase, Severity};
use crate::language::Keyword;
use crate::syntax::expand::{self, Mode, NoEnv};
use crate::syntax::{
    Arguments,
    json::{self, Array},
};
use crate::text::{Edit, TextRange};

/// An array with more elements that want quotes has no fix: each costs a look at the whole.
const MOST_ELEMENTS: usize = 32;

/// Arrays of other things than strings, `SHELL` without an array, `VOLUME` with empty paths.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let not_strings = not_strings(context);
    match &context.command.arguments {
        Arguments::Text(text) if context.is(Keyword::Shell) && not_strings.is_none() => {
            findings.push(shell_not_json(context, *text));
        }
        Arguments::Exec(words) if context.is(Keyword::Run) && words.is_empty() => {
            let message = "There is nothing to run in this array. Write a command: a stage with \
                           this step cannot be built.";
            findings.push(
                Finding::new("empty-command", Severity::Warning, context.command.rest, message)
                    .with_link(Keyword::Run.info().link),
            );
        }
        Arguments::Words(words) | Arguments::Exec(words) if context.is(Keyword::Volume) => {
            findings.extend(words.iter().filter_map(|word| empty_volume(context, *word)));
        }
        _ => {}
    }
    findings.extend(not_strings);
}

/// The first element of a valid array that is no string. `BuildKit` takes an array for anything
/// else only where it is no valid JSON.
fn not_strings(context: &InstructionContext<'_>) -> Option<Finding> {
    let keyword = context.command.keyword?;
    let json = matches!(
        keyword,
        Keyword::Add
            | Keyword::Cmd
            | Keyword::Copy
            | Keyword::Entrypoint
            | Keyword::Healthcheck
            | Keyword::Run
            | Keyword::Shell
            | Keyword::Volume
    );
    let rest = match &context.command.arguments {
        Arguments::Text(_) | Arguments::Words(_) if json => context.command.rest,
        Arguments::Health(_, inner) => match **inner {
            Arguments::Text(text) => text,
            _ => return None,
        },
        _ => return None,
    };
    let text = context.text(rest);
    if !text.starts_with('[') {
        return None;
    }
    let Array::NotStrings(element) = json::array(&text) else { return None };
    let range = context.locate(rest, element);
    let message = "A JSON array of arguments holds strings only. Put this in double quotes, or \
                   leave the brackets away.";
    let finding = context
        .refused("json-not-strings", Phase::Parse, range, message)
        .with_link(keyword.info().link);
    let Some(elements) = bare_elements(&text) else { return Some(finding) };
    let quote = |element: Range<usize>| {
        let written = text.get(element.clone()).unwrap_or_default();
        Edit::replace(context.locate(rest, element), format!("\"{written}\""))
    };
    Some(finding.with_fix(Fix {
        title: "Put quotes around it".to_owned(),
        edits: elements.into_iter().map(quote).collect(),
        sure: true,
    }))
}

/// The elements of an array that want quotes; `None` if quotes alone do not help.
fn bare_elements(text: &str) -> Option<Vec<Range<usize>>> {
    let mut elements = Vec::new();
    let mut quoted = text.to_owned();
    while let Array::NotStrings(element) = json::array(&quoted) {
        let written = quoted.get(element.clone())?.to_owned();
        if written.starts_with(['[', '{']) || elements.len() == MOST_ELEMENTS {
            return None;
        }
        // Each one quoted before moved the rest by its two quotes.
        let shift = 2 * elements.len();
        elements.push(element.start - shift..element.end - shift);
        quoted.replace_range(element, &format!("\"{written}\""));
    }
    Some(elements)
}

fn shell_not_json(context: &InstructionContext<'_>, text: TextRange) -> Finding {
    let message = "SHELL takes a JSON array: brackets, double quotes, commas. Write it like \
                   `[\"/bin/bash\", \"-c\"]`.";
    let finding = context
        .refused("shell-not-json", Phase::Instruction, text, message)
        .with_link(Keyword::Shell.info().link);
    let written = context.text(text);
    match meant_array(&written) {
        Some((array, true)) => finding.replace(format!("Change to `{array}`"), text, array),
        Some((array, false)) => finding.maybe_replace(format!("Change to `{array}`"), text, array),
        None => finding,
    }
}

/// Shells, and what says before a command that it is one.
const SHELLS: &[(&str, &[&str])] = &[
    ("ash", &["-c"]),
    ("bash", &["-c"]),
    ("cmd", &["/S", "/C"]),
    ("dash", &["-c"]),
    ("ksh", &["-c"]),
    ("powershell", &["-Command"]),
    ("pwsh", &["-Command"]),
    ("sh", &["-c"]),
    ("zsh", &["-c"]),
];

/// The array that `text` was meant to be: words, or an array with the wrong quotes or commas; and
/// whether it surely is. A shell alone takes its argument for the name of a script, so that every
/// `RUN` would fail: it gets what is missing.
fn meant_array(text: &str) -> Option<(String, bool)> {
    let mut words: Vec<&str> = match text.strip_prefix('[') {
        None => text.split_whitespace().collect(),
        Some(rest) => {
            let rest = rest.trim_end().strip_suffix(']').unwrap_or(rest);
            let elements = rest.split(',').map(|e| e.trim().trim_matches(['"', '\'']));
            elements.filter(|element| !element.is_empty()).collect()
        }
    };
    let odd = |word: &&str| word.contains(['"', '\'', '\\', '[', ']', '$', '`']);
    if words.is_empty() || words.iter().any(odd) {
        return None;
    }
    let program = words.first()?.rsplit(['/', '\\']).next().unwrap_or_default();
    let program = program.strip_suffix(".exe").unwrap_or(program);
    let shell = SHELLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(program));
    let is_alone = words.len() == 1;
    if let Some((_, options)) = shell.filter(|_| is_alone) {
        words.extend(options.iter());
    }
    let sure = match is_alone {
        true => shell.is_some(),
        false => words.last().is_some_and(|word| takes_command(word)),
    };
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Some((format!("[{}]", quoted.join(", ")), sure))
}

/// Whether a shell takes the word behind this option for a command. With `bash -l` that would be the
/// name of a script, so that every `RUN` fails. The letters are options of shells without a value;
/// `-norc` of bash is none of theirs.
fn takes_command(option: &str) -> bool {
    let letters = option.strip_prefix('-').filter(|letters| letters.contains('c'));
    letters.is_some_and(|letters| letters.chars().all(|c| "acefhilmuvx".contains(c)))
        || ["/C", "-Command"].iter().any(|known| known.eq_ignore_ascii_case(option))
}

fn empty_volume(context: &InstructionContext<'_>, word: TextRange) -> Option<Finding> {
    let written = context.text(word);
    let path = match context.command.arguments {
        Arguments::Exec(_) => json::decode(&written),
        _ => written.into_owned(),
    };
    // Quotes around nothing come to nothing when the stage is built.
    let quoted = || {
        let expanded = expand::expand(&path, context.escape, Mode::WORD, &NoEnv).ok();
        let sure = expand::parse(&path, context.escape, Mode::WORD).uses.is_empty();
        sure && expanded.is_some_and(|expansion| expansion.text.is_empty())
    };
    let phase = match path.trim().is_empty() {
        true => Phase::Instruction,
        false if quoted() => Phase::Build,
        false => return None,
    };
    Some({
        let message = "The path of a volume is empty. Write one, or delete it.";
        context.refused("empty-volume", phase, word, message).with_link(Keyword::Volume.info().link)
    })
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn arrays_of_other_things() {
        let code = "json-not-strings";
        check("FROM a\nCMD [\"a\", ⟦1⟧]\n", &[code]);
        check("FROM a\nCOPY [⟦null⟧, \"b\"]\n", &[code]);
        check("FROM a\nHEALTHCHECK CMD [⟦true⟧]\n", &[code]);
        check("FROM a\nHEALTHCHECK NONE ⟦[⟦true⟧]⟧\n", &["healthcheck-none", code]);
        check("FROM a\nONBUILD RUN [⟦{}⟧]\n", &[code]);
        check("FROM a\nSHELL [⟦1⟧]\n", &[code]);
        check("FROM a\nRUN [ \\\n  ⟦1⟧ ]\n", &[code]);
        fixed("FROM a\nCMD [\"a\", 1]\n", code, "FROM a\nCMD [\"a\", \"1\"]\n");
        fixed("FROM a\nCMD [1, \"a\", null]\n", code, "FROM a\nCMD [\"1\", \"a\", \"null\"]\n");
        not_sure("FROM a\nCMD [[]]\n", code);
        sound(&["CMD ['a']", "CMD [\"a\",]", "RUN [1] && x", "ENV a=[1]", "EXPOSE 80"]);
    }

    #[test]
    fn shells_and_volumes() {
        check("FROM a\nSHELL ⟦/bin/sh -c⟧\n", &["shell-not-json"]);
        check("FROM a\nSHELL ⟦['/bin/sh', '-c']⟧\n", &["shell-not-json"]);
        check("FROM a\nVOLUME [\"/a\", ⟦\" \"⟧]\n", &["empty-volume"]);
        check("FROM a\nVOLUME ⟦\"\"⟧\n", &["empty-volume"]);
        check("FROM a\nRUN ⟦[]⟧\n", &["empty-command"]);
        let code = "shell-not-json";
        fixed("FROM a\nSHELL /bin/sh -c\n", code, "FROM a\nSHELL [\"/bin/sh\", \"-c\"]\n");
        fixed("FROM a\nSHELL ['/bin/sh', '-c']\n", code, "FROM a\nSHELL [\"/bin/sh\", \"-c\"]\n");
        fixed("FROM a\nSHELL [\"cmd\", \"/S\",]\n", code, "FROM a\nSHELL [\"cmd\", \"/S\"]\n");
        fixed("FROM a\nSHELL /bin/bash\n", code, "FROM a\nSHELL [\"/bin/bash\", \"-c\"]\n");
        fixed("FROM a\nSHELL pwsh.exe\n", code, "FROM a\nSHELL [\"pwsh.exe\", \"-Command\"]\n");
        not_sure("FROM a\nSHELL [\"c:\\x\"]\n", code);
        not_sure("FROM a\nSHELL /opt/tool\n", code);
        for words in ["bash -c x", "bash -l", "sh -e", "cmd /S", "bash -norc", "pwsh -NoLogo"] {
            not_sure(&format!("FROM a\nSHELL {words}\n"), code);
        }
        for words in ["bash -lc", "sh -ec", "bash -o pipefail -c", "cmd /S /C", "pwsh -command"] {
            let found = findings(&format!("FROM a\nSHELL {words}\n"));
            assert!(found.iter().flat_map(|it| &it.fixes).any(|fix| fix.sure), "{words}");
        }
        sound(&["SHELL [\"sh\"]", "VOLUME /a", "VOLUME [\" /a \"]", "VOLUME $X"]);
    }
}
