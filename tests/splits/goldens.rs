//! Each golden is what is made of its file today.

use std::fs;
use std::path::Path;

use stagewright::split::answer::Variant;

use super::cases::{goldens, made};

#[test]
fn what_is_made_is_what_was_argued_for() {
    let update = std::env::var_os("UPDATE_GOLDENS").is_some();
    let mut wrong = Vec::new();
    for (folder, case) in goldens() {
        let verdict = case.verdict();
        let mut files = vec![("conservative.Dockerfile", None), ("smallest.Dockerfile", None)];
        for (variant, text) in made(&case.text, &verdict) {
            files[usize::from(variant == Variant::Smallest)].1 = Some(text);
        }
        let reasons: Vec<String> = verdict
            .refusals
            .iter()
            .map(|(variant, refusal)| {
                let variant = match variant {
                    None => "both",
                    Some(Variant::Conservative) => "conservative",
                    Some(Variant::Smallest) => "smallest",
                };
                format!("{variant}: {}: {refusal}\n", refusal.reason.code())
            })
            .collect();
        files.push(("expected.txt", Some(reasons.concat()).filter(|text| !text.is_empty())));
        for (name, new) in files {
            let path = folder.join(name);
            if update {
                write(&path, new.as_deref());
            }
            let old = fs::read_to_string(&path).ok();
            if old != new {
                let show = |text: &Option<String>| text.clone().unwrap_or("(none)\n".to_owned());
                wrong.push(format!(
                    "{}\n--- is\n{}--- was\n{}",
                    path.display(),
                    show(&new),
                    show(&old)
                ));
            }
        }
        if !folder.join("argument.md").is_file() {
            wrong.push(format!("{}: there is no argument.md", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn write(path: &Path, text: Option<&str>) {
    match text {
        Some(text) => fs::write(path, text).expect("writable"),
        None => drop(fs::remove_file(path)),
    }
}
