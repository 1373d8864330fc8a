//! Findings: what is wrong in a file, exactly where, and how to mend it.
//!
//! [`FAMILIES`] is the list of all rules. A new one is a file with a look, and an entry here.
//!
//! | file | what it holds |
//! |---|---|
//! | `finding.rs` | what is told |
//! | `rule.rs` | what rules are |
//! | `report.rs` | the findings of a file, edit by edit |
//! | `fix_all.rs` | all sure fixes at once |
//! | `pasted.rs` | the two readings of pasted text |
//! | others | one family of rules each |

mod finding;
mod fix_all;
mod keyword;
mod lines;
mod pasted;
mod report;
mod rule;

pub use finding::{Finding, Fix, Phase, Related, Severity};
pub use fix_all::fix_all;
pub use report::Report;
pub use rule::{Family, InstructionContext, Issue, Look, ModelLook, Rule};

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
        look: Look::Instruction(keyword::look),
        rules: &[error("unknown-instruction", "A line that begins with no instruction")],
    },
    Family {
        look: Look::Pasted,
        rules: &[error(pasted::CODE, "Characters and lines that careless pasting left")],
    },
];

const fn error(code: &'static str, sense: &'static str) -> Rule {
    Rule { code, severity: Severity::Error, sense }
}

/// The rule of that code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules).find(|rule| rule.code == code)
}
