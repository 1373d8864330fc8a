//! The tables in docs/splitting.md are those of the code. `UPDATE_GOLDENS=1` writes them.

use stagewright::split::{base, ecosystem, general, refusal};

use crate::held;

#[test]
fn the_tables_are_those_of_the_code() {
    held::check(
        "docs/splitting.md",
        &[
            ("ecosystems", ecosystems()),
            ("refusals", refusals()),
            ("images", list(base::repositories())),
            ("commands", list(general::commands())),
        ],
    );
}

fn ecosystems() -> String {
    let rows = ecosystem::ALL.iter().map(|one| format!("- {}\n", one.title));
    rows.collect()
}

fn refusals() -> String {
    let rows = refusal::REASONS.iter().map(|row| {
        let cell = |text: &str| text.replace('|', "\\|");
        format!("| `{}` | {} | {} |\n", row.code, cell(row.sentence), cell(row.help))
    });
    format!("| code | sentence | what to do |\n|---|---|---|\n{}", rows.collect::<String>())
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.sort();
    names.dedup();
    let mut text = String::new();
    let mut width = 0;
    for (number, name) in names.iter().enumerate() {
        let end = if number + 1 == names.len() { "\n" } else { "," };
        if width + name.len() > 96 {
            text.push('\n');
            width = 0;
        } else if number > 0 {
            text.push(' ');
        }
        width += name.len() + 2;
        text.push_str(name);
        text.push_str(end);
    }
    text
}
