//! Parser directives, `# name=value` at the very top, and the build checks that one of them steers.

use super::flag::Choice;

/// A directive: `syntax`, `escape` or `check`.
#[derive(Debug)]
pub struct Directive {
    /// In lower case.
    pub name: &'static str,
    /// The first frontend that knows it; `None`: all of them.
    pub since: Option<&'static str>,
    /// Values to offer, the most common first. Those of `escape` are all there are.
    pub values: &'static [Choice],
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Markdown.
    pub documentation: &'static str,
    /// Its chapter of the published reference.
    pub link: &'static str,
}

impl Directive {
    /// The directive of that name, in any letter case.
    pub fn parse(name: &str) -> Option<&'static Directive> {
        DIRECTIVES.iter().find(|directive| directive.name.eq_ignore_ascii_case(name))
    }
}

/// All directives, in the order they are mostly written.
pub static DIRECTIVES: &[Directive] = &[
    Directive {
        name: "syntax",
        since: None,
        values: &[
            Choice { value: "docker/dockerfile:1", summary: "The latest stable 1.x" },
            Choice { value: "docker/dockerfile:1-labs", summary: "The same with experiments" },
            Choice {
                value: "docker/dockerfile-upstream:master",
                summary: "BuildKit's main branch, unreleased",
            },
        ],
        summary: "Choose the frontend that reads this file",
        documentation: include_str!("docs/directive-syntax.md"),
        link: "https://docs.docker.com/reference/dockerfile/#syntax",
    },
    Directive {
        name: "check",
        since: Some("1.8"),
        values: &[
            Choice { value: "error=true", summary: "Findings fail the build" },
            Choice { value: "skip=all", summary: "Run no checks but experimental ones" },
            Choice { value: "skip=", summary: "Skip these checks" },
            Choice { value: "experimental=all", summary: "Run experimental checks too" },
            Choice { value: "experimental=", summary: "Run these experimental checks too" },
        ],
        summary: "Choose which build checks run, and whether they fail the build",
        documentation: include_str!("docs/directive-check.md"),
        link: "https://docs.docker.com/reference/dockerfile/#check",
    },
    Directive {
        name: "escape",
        since: None,
        values: &[
            Choice { value: "`", summary: "Backtick, so that \\ is free for Windows paths" },
            Choice { value: "\\", summary: "Backslash: the default" },
        ],
        summary: "Choose the character that continues a line and escapes",
        documentation: include_str!("docs/directive-escape.md"),
        link: "https://docs.docker.com/reference/dockerfile/#escape",
    },
];

/// An option of `# check=`, `;` between two.
#[derive(Debug)]
pub struct CheckOption {
    /// As written, case-sensitive.
    pub name: &'static str,
    /// Whether `# check=` at a single instruction heeds it.
    pub inline: bool,
    /// Whether it takes names of checks or `all`; else a boolean.
    pub takes_checks: bool,
    /// One line, without a full stop.
    pub summary: &'static str,
}

/// All options of `# check=`.
pub static CHECK_OPTIONS: &[CheckOption] = &[
    CheckOption {
        name: "skip",
        inline: true,
        takes_checks: true,
        summary: "Checks not to run, comma-separated, or all",
    },
    CheckOption {
        name: "error",
        inline: false,
        takes_checks: false,
        summary: "Whether a finding fails the build",
    },
    CheckOption {
        name: "experimental",
        inline: true,
        takes_checks: true,
        summary: "Experimental checks to run, comma-separated, or all",
    },
];

/// The option of that name, case-sensitive.
pub fn check_option(name: &str) -> Option<&'static CheckOption> {
    CHECK_OPTIONS.iter().find(|option| option.name == name)
}

/// A check that `BuildKit` makes, and that `# check=` can name.
#[derive(Debug)]
pub struct BuildCheck {
    /// As written in `# check=skip=`, case-sensitive.
    pub name: &'static str,
    /// The first frontend that makes it.
    pub since: &'static str,
    /// Off unless `experimental=` turns it on, and then `skip=` does not silence it.
    pub experimental: bool,
    /// Whether a `# check=skip=` above the instruction silences it there; else only one at the top
    /// of the file does.
    pub inline: bool,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Its page of the published reference, where it has one.
    pub link: Option<&'static str>,
}

/// The check of that name, case-sensitive.
pub fn build_check(name: &str) -> Option<&'static BuildCheck> {
    let at = BUILD_CHECKS.binary_search_by(|check| check.name.cmp(name)).ok()?;
    BUILD_CHECKS.get(at)
}

/// What most checks are like.
const PLAIN: BuildCheck = BuildCheck {
    name: "",
    since: "1.8",
    experimental: false,
    inline: true,
    summary: "",
    link: None,
};

/// All checks, sorted by name.
pub static BUILD_CHECKS: &[BuildCheck] = &[
    BuildCheck {
        name: "ConsistentInstructionCasing",
        inline: false,
        summary: "A keyword is not in the letter case of the others",
        link: Some("https://docs.docker.com/go/dockerfile/rule/consistent-instruction-casing/"),
        ..PLAIN
    },
    BuildCheck {
        name: "CopyIgnoredFile",
        since: "1.9",
        summary: "A source is excluded by the ignore file",
        link: Some("https://docs.docker.com/go/dockerfile/rule/copy-ignored-file/"),
        ..PLAIN
    },
    BuildCheck {
        name: "DuplicateStageName",
        inline: false,
        summary: "Two stages have one name",
        link: Some("https://docs.docker.com/go/dockerfile/rule/duplicate-stage-name/"),
        ..PLAIN
    },
    BuildCheck {
        name: "ExposeInvalidFormat",
        since: "1.18",
        summary: "EXPOSE names an IP address or a port of the host",
        link: Some("https://docs.docker.com/go/dockerfile/rule/expose-invalid-format/"),
        ..PLAIN
    },
    BuildCheck {
        name: "ExposeProtoCasing",
        since: "1.18",
        summary: "The protocol in EXPOSE is not in lower case",
        link: Some("https://docs.docker.com/go/dockerfile/rule/expose-proto-casing/"),
        ..PLAIN
    },
    BuildCheck {
        name: "FromAsCasing",
        summary: "AS is not in the letter case of FROM",
        link: Some("https://docs.docker.com/go/dockerfile/rule/from-as-casing/"),
        ..PLAIN
    },
    BuildCheck {
        name: "FromPlatformFlagConstDisallowed",
        since: "1.9",
        summary: "FROM fixes the platform",
        link: Some(
            "https://docs.docker.com/go/dockerfile/rule/from-platform-flag-const-disallowed/",
        ),
        ..PLAIN
    },
    BuildCheck {
        name: "InvalidBaseImagePlatform",
        inline: false,
        summary: "The base image is for another platform than asked for",
        ..PLAIN
    },
    BuildCheck {
        name: "InvalidDefaultArgInFrom",
        since: "1.9",
        inline: false,
        summary: "With the defaults of its arguments, FROM names no valid image",
        link: Some("https://docs.docker.com/go/dockerfile/rule/invalid-default-arg-in-from/"),
        ..PLAIN
    },
    BuildCheck {
        name: "InvalidDefinitionDescription",
        since: "1.11",
        experimental: true,
        summary: "The comment above a stage or argument does not begin with its name",
        link: Some("https://docs.docker.com/go/dockerfile/rule/invalid-definition-description/"),
        ..PLAIN
    },
    BuildCheck {
        name: "JSONArgsRecommended",
        summary: "CMD or ENTRYPOINT is not in JSON form, so signals may not reach the program",
        link: Some("https://docs.docker.com/go/dockerfile/rule/json-args-recommended/"),
        ..PLAIN
    },
    BuildCheck {
        name: "LegacyKeyValueFormat",
        summary: "ENV or LABEL is written with a blank for the =",
        link: Some("https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/"),
        ..PLAIN
    },
    BuildCheck {
        name: "MaintainerDeprecated",
        summary: "MAINTAINER is deprecated",
        link: Some("https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/"),
        ..PLAIN
    },
    BuildCheck {
        name: "MultipleInstructionsDisallowed",
        summary: "Of several CMD, ENTRYPOINT or HEALTHCHECK only the last one counts",
        link: Some("https://docs.docker.com/go/dockerfile/rule/multiple-instructions-disallowed/"),
        ..PLAIN
    },
    BuildCheck {
        name: "NoEmptyContinuation",
        inline: false,
        summary: "There is a blank line inside an instruction",
        link: Some("https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/"),
        ..PLAIN
    },
    BuildCheck {
        name: "RedundantTargetPlatform",
        since: "1.9",
        summary: "FROM asks for the target platform, which is the default",
        link: Some("https://docs.docker.com/go/dockerfile/rule/redundant-target-platform/"),
        ..PLAIN
    },
    BuildCheck {
        name: "ReservedStageName",
        inline: false,
        summary: "A stage is called scratch or context",
        link: Some("https://docs.docker.com/go/dockerfile/rule/reserved-stage-name/"),
        ..PLAIN
    },
    BuildCheck {
        name: "SecretsUsedInArgOrEnv",
        since: "1.9",
        summary: "The name of an ARG or ENV sounds like a secret",
        link: Some("https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/"),
        ..PLAIN
    },
    BuildCheck {
        name: "StageNameCasing",
        summary: "The name of a stage is not in lower case",
        link: Some("https://docs.docker.com/go/dockerfile/rule/stage-name-casing/"),
        ..PLAIN
    },
    BuildCheck {
        name: "UndefinedArgInFrom",
        summary: "FROM uses an argument not declared before the first FROM",
        link: Some("https://docs.docker.com/go/dockerfile/rule/undefined-arg-in-from/"),
        ..PLAIN
    },
    BuildCheck {
        name: "UndefinedVar",
        summary: "A variable is used that nothing declares",
        link: Some("https://docs.docker.com/go/dockerfile/rule/undefined-var/"),
        ..PLAIN
    },
    BuildCheck {
        name: "WorkdirRelativePath",
        summary: "The first WORKDIR is relative, so it depends on the base image",
        link: Some("https://docs.docker.com/go/dockerfile/rule/workdir-relative-path/"),
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_found_in_any_case() {
        let name = |text| Directive::parse(text).map(|directive| directive.name);
        assert_eq!(name("syntax"), Some("syntax"));
        assert_eq!(name("EsCaPe"), Some("escape"));
        assert_eq!(name("check"), Some("check"));
        assert_eq!(name("checks"), None);
    }

    #[test]
    fn checks_and_options_are_case_sensitive() {
        assert!(build_check("UndefinedVar").is_some());
        assert!(build_check("undefinedvar").is_none());
        assert!(build_check("").is_none());
        assert!(check_option("skip").is_some());
        assert!(check_option("Skip").is_none());
    }

    #[test]
    fn every_check_is_found_by_its_name() {
        assert!(BUILD_CHECKS.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(BUILD_CHECKS.len(), 22);
        for check in BUILD_CHECKS {
            assert_eq!(build_check(check.name).map(|found| found.name), Some(check.name));
        }
    }

    /// The address is made of the name: a dash before each capital that begins a word.
    #[test]
    fn links_follow_the_names() {
        for check in BUILD_CHECKS {
            let Some(link) = check.link else {
                assert_eq!(check.name, "InvalidBaseImagePlatform");
                continue;
            };
            let letters: Vec<char> = check.name.chars().collect();
            let mut dashed = String::new();
            for (at, letter) in letters.iter().enumerate() {
                let before = at > 0 && letters[at - 1].is_lowercase();
                let inside = at > 0 && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
                if letter.is_uppercase() && (before || inside) {
                    dashed.push('-');
                }
                dashed.push(letter.to_ascii_lowercase());
            }
            assert_eq!(link, format!("https://docs.docker.com/go/dockerfile/rule/{dashed}/"));
        }
    }

    #[test]
    fn silencing_inline_is_for_checks_of_one_instruction() {
        let file: Vec<_> = BUILD_CHECKS.iter().filter(|c| !c.inline).map(|c| c.name).collect();
        assert_eq!(
            file,
            [
                "ConsistentInstructionCasing",
                "DuplicateStageName",
                "InvalidBaseImagePlatform",
                "InvalidDefaultArgInFrom",
                "NoEmptyContinuation",
                "ReservedStageName",
            ]
        );
    }
}
