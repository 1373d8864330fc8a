//! Findings: what is wrong in a file, exactly where, and how to mend it.
//!
//! [`FAMILIES`] is the list of all rules. A new one is a file with a look, and an entry here.
//!
//! | file | what it holds |
//! |---|---|
//! | `finding.rs` | what is told |
//! | `rule.rs` | what rules are |
//! | `report.rs` | the findings of a file, edit by edit |
//! | `shared.rs` | what an edit left in place |
//! | `fix_all.rs` | all sure fixes at once |
//! | `pasted.rs` | the two readings of pasted text |
//! | `near.rs` | names that are nearly right |
//! | `stages/` | what is unsound about stages as a whole |
//! | others | one family of rules each |

mod arguments;
mod check_options;
mod comment;
mod conflict;
mod copy;
mod csv;
mod device;
mod exec;
mod expose;
mod finding;
mod fix_all;
mod flags;
mod from;
mod healthcheck;
mod heredoc;
mod keyword;
mod lines;
mod mount;
mod names;
mod near;
mod onbuild;
mod pairs;
mod pasted;
mod pattern;
mod platform;
mod references;
mod report;
mod rule;
mod shared;
mod stages;
mod stopsignal;
mod structure;
mod swallowed;
mod template;
#[cfg(test)]
mod testing;
mod unfinished;
mod variables;
mod words;

pub use finding::{Finding, Fix, Phase, Related, Severity};
pub use fix_all::fix_all;
pub use report::Report;
pub use rule::{Family, InstructionContext, Issue, Look, ModelLook, ReadFlag, Rule};

/// All rules.
pub static FAMILIES: &[Family] = &[
    Family {
        look: Look::Item(lines::look),
        rules: &[
            error("duplicate-directive", "A parser directive that stands there twice"),
            error("invalid-escape", "`# escape=` with something else than `\\` or a backtick"),
            error("line-too-long", "A line of more than 65,535 bytes"),
        ],
    },
    Family {
        look: Look::Model(check_options::LOOK),
        rules: &[error("check-option", "An option of `# check=` that cannot be read")],
    },
    Family {
        look: Look::Item(heredoc::look_at_lines),
        rules: &[
            error("unterminated-heredoc", "A heredoc whose last line never comes"),
            error("heredoc-name", "A heredoc whose name cannot be read"),
        ],
    },
    Family {
        look: Look::Instruction(heredoc::look),
        rules: &[error("heredoc-destination", "A heredoc as destination of ADD or COPY")],
    },
    Family {
        look: Look::Instruction(swallowed::look),
        rules: &[error(swallowed::CODE, "An instruction below a line with a continuation")],
    },
    Family { look: Look::Item(conflict::look), rules: &[] },
    Family {
        look: Look::Model(conflict::LOOK),
        rules: &[error(conflict::CODE, "Marks of a merge that was not finished")],
    },
    Family {
        look: Look::Model(unfinished::LOOK),
        rules: &[error(unfinished::CODE, "A line that goes on with one without a continuation")],
    },
    Family {
        look: Look::Model(template::LOOK),
        rules: &[information(template::CODE, "A file that is filled in before it is built")],
    },
    Family {
        look: Look::Instruction(keyword::look),
        rules: &[error("unknown-instruction", "A line that begins with no instruction")],
    },
    Family {
        look: Look::Instruction(flags::look),
        rules: &[
            error("unknown-flag", "A flag that the instruction does not have"),
            error("duplicate-flag", "A flag that stands there twice"),
            error("flag-without-value", "A flag without the value it needs"),
            error("flag-not-boolean", "A flag that is true or false, and is neither"),
            error("flag-value", "A flag with a value that is not in its list"),
        ],
    },
    Family {
        look: Look::Instruction(arguments::look),
        rules: &[
            error("missing-argument", "An instruction without the arguments it needs"),
            error("missing-destination", "ADD or COPY with nothing but a source"),
        ],
    },
    Family {
        look: Look::Instruction(from::look),
        rules: &[
            error("from-arguments", "A FROM that is not `FROM image` or `FROM image AS name`"),
            error("stage-name", "A stage with a name that it cannot have"),
        ],
    },
    Family {
        look: Look::Instruction(platform::look),
        rules: &[error("platform", "A platform that there is not")],
    },
    Family {
        look: Look::Instruction(pairs::look),
        rules: &[
            error("pair-without-value", "ENV or LABEL with nothing but a name"),
            error("pair-without-equals", "A word without `=` among `name=value` words"),
            error("blank-name", "A value without a name in ARG, ENV or LABEL"),
        ],
    },
    Family {
        look: Look::Instruction(exec::look),
        rules: &[
            error("json-not-strings", "A JSON array of arguments with something else than strings"),
            error("shell-not-json", "SHELL with something else than a JSON array"),
            error("empty-volume", "A volume without a path"),
            warning("empty-command", "RUN with an empty array"),
        ],
    },
    Family {
        look: Look::Instruction(healthcheck::look),
        rules: &[
            error("healthcheck-type", "HEALTHCHECK with neither `CMD` nor `NONE`"),
            error("healthcheck-none", "`HEALTHCHECK NONE` with something behind it"),
            error("healthcheck-command", "`HEALTHCHECK CMD` without a command"),
            error("healthcheck-duration", "A time that cannot be read or is too short"),
            error("healthcheck-retries", "A number of retries that is none"),
        ],
    },
    Family {
        look: Look::Instruction(onbuild::look),
        rules: &[
            error("onbuild-chain", "ONBUILD in ONBUILD"),
            error("onbuild-trigger", "FROM or MAINTAINER as trigger of ONBUILD"),
        ],
    },
    Family {
        look: Look::Instruction(mount::look),
        rules: &[
            error("flag-fields", "Options of `--mount` or `--device` that cannot be told apart"),
            error("mount-option", "A mount with an option that it does not take"),
            error("mount-value", "An option of a mount with a value that it does not take"),
            error("from-variable", "A variable in `--from` or in `from=` of a mount"),
            warning("mount-without-target", "A mount that hides the working directory"),
        ],
    },
    Family {
        look: Look::Instruction(device::look),
        rules: &[error("device", "A device that cannot be read")],
    },
    Family {
        look: Look::Instruction(copy::look),
        rules: &[
            error("copy-permissions", "`--chmod` with something that is no permissions"),
            error("linked-owner", "`--chown` by name together with `--link`"),
            error("copy-remote", "COPY from a URL or a Git repository"),
            error("checksum", "`--checksum` with a source or a value that it does not fit"),
        ],
    },
    Family {
        look: Look::Instruction(words::look),
        rules: &[
            error("unbalanced-quote", "A quote that is not closed"),
            error("bad-substitution", "A variable that cannot be read"),
        ],
    },
    Family {
        look: Look::Instruction(expose::look),
        rules: &[error("expose-port", "A port that is none")],
    },
    Family {
        look: Look::Instruction(stopsignal::look),
        rules: &[error("stop-signal", "A signal that there is not")],
    },
    Family {
        look: Look::Pasted,
        rules: &[error(pasted::CODE, "Characters and lines that careless pasting left")],
    },
    Family {
        look: Look::Model(structure::LOOK),
        rules: &[
            error("empty-file", "A file without instructions"),
            error("no-stage", "A file without FROM"),
            error("before-from", "An instruction before the first FROM"),
        ],
    },
    Family {
        look: Look::Model(references::LOOK),
        rules: &[
            error("circular-stage", "A stage that needs itself"),
            error("later-stage", "A stage that is used before it is defined"),
            error("stage-index", "A number for which there is no stage"),
            error("stage-case", "A base that is a stage in other letter case"),
            error("image-name", "A name that is no stage and cannot be an image"),
            error("blank-base", "A base that comes to nothing"),
            warning("unknown-stage", "An image with nearly the name of a stage"),
        ],
    },
    Family {
        look: Look::Model(names::LOOK),
        rules: &[warning("duplicate-stage", "Stages that share a name")],
    },
    Family {
        look: Look::Model(variables::LOOK),
        rules: &[
            error("undeclared-in-from", "A variable in FROM that is not declared before it"),
            warning("not-redeclared", "A global variable in a stage that does not declare it"),
            warning("undefined-variable", "A variable that nothing sets where it is used"),
        ],
    },
    Family {
        look: Look::Model(pattern::LOOK),
        rules: &[warning("unexpanded-pattern", "A pattern in exec form where a file is meant")],
    },
    Family {
        look: Look::Model(stages::LOOK),
        rules: &[
            warning("run-without-shell", "RUN on an image without a shell"),
            warning("shell-form-without-shell", "A shell form on an image without a shell"),
            warning("missing-program", "A start command that the last stage does not hold"),
            warning("wrong-libc", "A program on an image without the C library it needs"),
            information("sources-copied", "A folder of sources copied where one program is meant"),
            information("toolchain-shipped", "A last stage that still holds all build tools"),
            hint("unused-stage", "A stage that no other needs"),
        ],
    },
];

const fn error(code: &'static str, sense: &'static str) -> Rule {
    Rule { code, severity: Severity::Error, sense }
}

const fn warning(code: &'static str, sense: &'static str) -> Rule {
    Rule { code, severity: Severity::Warning, sense }
}

const fn information(code: &'static str, sense: &'static str) -> Rule {
    Rule { code, severity: Severity::Information, sense }
}

const fn hint(code: &'static str, sense: &'static str) -> Rule {
    Rule { code, severity: Severity::Hint, sense }
}

/// The rule of that code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules).find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case() {
        let codes: Vec<_> =
            FAMILIES.iter().flat_map(|family| family.rules).map(|rule| rule.code).collect();
        let unique: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!(unique.len(), codes.len());
        for code in codes {
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
        }
    }
}
