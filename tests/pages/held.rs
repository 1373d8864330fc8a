//! Pages of the documentation with parts that are made from the code: between
//! `<!-- generated: NAME -->` and `<!-- end -->`. `UPDATE_GOLDENS=1` writes them.

use std::fs;
use std::path::Path;

/// Asserts that each part of `page`, a path below the repository, is the text that belongs to its
/// name.
#[track_caller]
pub fn check(page: &str, parts: &[(&str, String)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let old = fs::read_to_string(&path).expect("the page");
    let new = parts.iter().fold(old.clone(), |page, (name, text)| with_part(&page, name, text));
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, &new).expect("writable");
    } else {
        assert_eq!(old, new, "run the test with UPDATE_GOLDENS=1");
    }
}

fn with_part(page: &str, name: &str, text: &str) -> String {
    let start = format!("<!-- generated: {name} -->\n");
    let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no place for {name}"));
    let (_, after) = rest.split_once("<!-- end -->").expect("the end of the place");
    format!("{before}{start}{text}<!-- end -->{after}")
}
