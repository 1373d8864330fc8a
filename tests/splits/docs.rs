//! The tables in docs/splitting.md are those of the code. `UPDATE_GOLDENS=1` writes them.

use std::fs;
use std::path::Path;

use stagewright::split::{base, ecosystem, general, refusal};

#[test]
fn the_tables_are_those_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/splitting.md");
    let old = fs::read_to_string(&path).expect("the page");
    let mut new = old.clone();
    for (name, text) in [
        ("ecosystems", ecosystems()),
        ("refusals", refusals()),
        ("images", list(base::repositories())),
        ("commands", list(general::commands())),
    ] {
        new = with_block(&new, name, &text);
    }
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, &new).expect("writable");
    } else {
        assert_eq!(old, new, "run the test with UPDATE_GOLDENS=1");
    }
}

fn with_block(page: &str, name: &str, text: &str) -> String {
    let start = format!("<!-- generated: {name} -->\n");
    let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no place for {name}"));
    let (_, after) = rest.split_once("<!-- end -->").expect("the end of the place");
    format!("{before}{start}{text}<!-- end -->{after}")
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
