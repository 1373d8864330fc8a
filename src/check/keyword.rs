//! Words at the start of a line that are no instruction.

use super::near::{self, Nearest};
use super::{Finding, Fix, InstructionContext, Phase, onbuild};
use crate::language::{Keyword, nearest::match_case};
use crate::text::Edit;

/// What a line begins with that belongs to the line above: a shell goes on there.
const CONTINUES: [char; 6] = ['&', '|', ';', '-', '<', '>'];

/// Commands of a shell that begin a line where `RUN` was forgotten, or where the line above lost its
/// continuation. What is nearly an instruction by chance (`export`, `rm`) is none of them.
const COMMANDS: &[&str] = &[
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "bash",
    "bundle",
    "cargo",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cmake",
    "composer",
    "conda",
    "corepack",
    "cp",
    "curl",
    "dnf",
    "dotnet",
    "dpkg",
    "echo",
    "exec",
    "exit",
    "export",
    "find",
    "gem",
    "git",
    "go",
    "gradle",
    "grep",
    "groupadd",
    "java",
    "ln",
    "locale-gen",
    "ls",
    "make",
    "microdnf",
    "mkdir",
    "mv",
    "mvn",
    "node",
    "npm",
    "npx",
    "pacman",
    "perl",
    "php",
    "pip",
    "pip3",
    "pnpm",
    "poetry",
    "printf",
    "pwd",
    "python",
    "python3",
    "rm",
    "rmdir",
    "ruby",
    "rustup",
    "sed",
    "service",
    "set",
    "sh",
    "sleep",
    "source",
    "sudo",
    "systemctl",
    "tar",
    "test",
    "touch",
    "unset",
    "unzip",
    "update-alternatives",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "uv",
    "wget",
    "which",
    "yarn",
    "yum",
    "zypper",
];

/// Commands of which an instruction keeps what they do: that of a `RUN` ends with it.
const INSTEAD: &[(&str, Keyword)] = &[("cd", Keyword::Workdir), ("export", Keyword::Env)];

/// The keyword that `word` begins with, if what follows can only be its arguments: `CMD["x"]`. A
/// path may be a file of its own (`run/test`) unless the keyword is in capital letters.
fn glued(word: &str) -> Option<&str> {
    let end = word.find(|c: char| !c.is_ascii_alphabetic())?;
    let (keyword, rest) = word.split_at(end);
    let is_path = ["/", "./", "../"].iter().any(|start| rest.starts_with(start)) || rest == ".";
    let is_argument = rest.starts_with(['[', '"', '\'', '$'])
        || rest.starts_with("--")
        || is_path && keyword.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_argument && Keyword::parse(keyword).is_some()).then_some(keyword)
}

/// A command of a shell.
fn command(context: &InstructionContext<'_>, word: &str) -> Option<Finding> {
    let range = context.command.keyword_range;
    let name = COMMANDS.iter().find(|name| name.eq_ignore_ascii_case(word))?;
    let instead = INSTEAD.iter().find(|(command, _)| command == name);
    let message = match instead {
        Some((_, keyword)) => format!(
            "`{word}` is a command of the shell, no instruction. Write {} for what holds from here \
             on, or RUN before it for this step alone.",
            keyword.name()
        ),
        None => format!("`{word}` is a command of the shell, no instruction. Write RUN before it."),
    };
    let mut finding = context.refused("unknown-instruction", Phase::Instruction, range, message);
    let arguments = context.text(context.command.rest);
    let is_plain = !arguments.is_empty() && !arguments.contains(['&', '|', ';']);
    if let Some((_, keyword)) = instead.filter(|_| is_plain) {
        let name = keyword.name();
        finding = finding.maybe_replace(format!("Change to `{name}`"), range, name);
    }
    Some(finding.with_fix(Fix {
        title: "Write `RUN` before it".to_owned(),
        edits: vec![Edit::insert(range.start(), "RUN ")],
        sure: false,
    }))
}

/// Unknown instructions.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if context.command.keyword.is_some() {
        return;
    }
    let range = context.command.keyword_range;
    let word = context.text(range);
    if context.trigger && onbuild::refused(&word).is_some() {
        return;
    }
    if let Some(keyword) = glued(&word) {
        let message = format!("A blank is missing behind `{keyword}`. Write one.");
        let place = context.locate(range, 0..keyword.len());
        findings.push(
            context.refused("unknown-instruction", Phase::Instruction, range, message).with_fix(
                Fix {
                    title: format!("Write a blank behind `{keyword}`"),
                    edits: vec![Edit::insert(place.end(), " ")],
                    sure: true,
                },
            ),
        );
        return;
    }
    if let Some(finding) = command(context, &word) {
        return findings.push(finding);
    }
    let names = Keyword::ALL.iter().map(|keyword| keyword.name());
    let names = names.filter(|name| !context.trigger || onbuild::refused(name).is_none());
    let near = near::any_case(&word, names);
    let message = match (&*word, &near) {
        ("", _) => "There is no instruction here, only line continuations. Write one, or delete \
                    the line."
            .to_owned(),
        (word, Some(Nearest { name, .. })) => {
            format!("`{word}` is no instruction. Did you mean `{}`?", match_case(name, word))
        }
        (word, None) if word.starts_with(CONTINUES) => format!(
            "`{word}` is no instruction. If this belongs to the instruction above, end the line \
             before it with `{}`.",
            context.escape
        ),
        (word, None) => format!(
            "`{word}` is no instruction. Begin the line with one, such as RUN or COPY, or with `#` \
             to make it a comment."
        ),
    };
    let finding = context.refused("unknown-instruction", Phase::Instruction, range, message);
    findings.push(match near {
        Some(near) => near.fix(finding, range, match_case(near.name, &word)),
        None => finding,
    });
}

#[cfg(test)]
mod tests {
    use crate::check::Phase;
    use crate::check::testing::*;

    #[test]
    fn words_that_are_no_instruction() {
        check("FROM a\n⟦RUNN⟧ x\n", &["unknown-instruction"]);
        check("⟦FORM⟧ a\nFROM b", &["unknown-instruction"]);
        check("FROM a\nUSER x\n⟦&&⟧ y\n", &["unknown-instruction"]);
        check("FROM a\n⟦RUN--mount=type=cache⟧ x\n", &["unknown-instruction"]);
        check("FROM a\nONBUILD ⟦FOO⟧ x\n", &["unknown-instruction"]);
        check("FROM a\n⟦⟧\\\n", &["unknown-instruction"]);
        sound(&["run x", "Run x", "WOR\u{212a}DIR /x"]);
    }

    #[test]
    fn the_nearest_instruction_is_offered_in_the_letter_case_of_the_word() {
        fixed("FROM a\nRUNN x\n", "unknown-instruction", "FROM a\nRUN x\n");
        fixed("from a\ncopyy x y\n", "unknown-instruction", "from a\ncopy x y\n");
        fixed("FROM a\nENTRYPONT [\"x\"]\n", "unknown-instruction", "FROM a\nENTRYPOINT [\"x\"]\n");
        fixed("FROM a\nCMD[\"x\"]\n", "unknown-instruction", "FROM a\nCMD [\"x\"]\n");
        fixed(
            "FROM a\nRUN--network=none x\n",
            "unknown-instruction",
            "FROM a\nRUN --network=none x\n",
        );
        for text in ["run.sh a", "run/x", "volume-x a", "ARGS: x", "}}ARG a", "arg1 a"] {
            not_sure(&format!("FROM a\n{text}\n"), "unknown-instruction");
        }
        // What cannot be a trigger is not offered as one.
        let fixes = |text| findings(text)[0].fixes.len();
        assert_eq!((fixes("FROM a\nFOO x\n"), fixes("FROM a\nONBUILD FOO x\n")), (1, 0));
        not_sure("FROM a\nINSTALL x\n", "unknown-instruction");
    }

    #[test]
    fn commands_of_the_shell_want_a_run() {
        let code = "unknown-instruction";
        fixed("FROM a\nrm -rf /x\n", code, "FROM a\nRUN rm -rf /x\n");
        fixed("FROM a\ncd /app\n", code, "FROM a\nWORKDIR /app\n");
        fixed("FROM a\nexport A=b\n", code, "FROM a\nENV A=b\n");
        fixed_by("FROM a\nexport A=b\n", code, 1, "FROM a\nRUN export A=b\n");
        fixed("FROM a\ncd /app && make\n", code, "FROM a\nRUN cd /app && make\n");
        for text in ["export A=b", "CD /x", "set -e", "mv a b"] {
            not_sure(&format!("FROM a\n{text}\n"), code);
        }
    }

    #[test]
    fn a_trigger_fails_later_or_here() {
        let phase = |text| findings(text)[0].phase;
        assert_eq!(phase("FROM a AS p\nONBUILD FOO x\n"), Phase::Advice);
        assert_eq!(phase("FROM a AS p\nONBUILD FOO x\nFROM p\n"), Phase::Build);
        assert_eq!(phase("FROM a AS p\nONBUILD FOO x\nFROM p\nFROM b\n"), Phase::Advice);
    }
}
