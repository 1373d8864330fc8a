//! What tests of the split share.

use std::path::Path;
use std::sync::Arc;

use super::answer::Variant;
use super::judge::{Verdict, Wanted, judge};
use crate::model::Model;
use crate::syntax::Tree;
use crate::text::apply_edits;
use crate::workspace::{Context, Memory};

/// What is made of a file beside those files of its context; without any, the context is not at
/// hand.
pub fn verdict(dockerfile: &str, files: &[(&str, &str)]) -> Verdict {
    let model = Model::new(Tree::parse(dockerfile));
    let mut memory = Memory::default().folder("/c");
    for (path, text) in files {
        memory = memory.file(format!("/c/{path}"), *text);
    }
    let context = Context::open(Arc::new(memory), Path::new("/c"), Path::new("Dockerfile"));
    let context = context.expect("a context that opens");
    judge(&model, Some(&context).filter(|_| !files.is_empty()), &Wanted::All)
}

/// The files after each split, or why there is none: `code: sentence`.
pub fn split(dockerfile: &str, files: &[(&str, &str)]) -> Result<Vec<(Variant, String)>, String> {
    let verdict = verdict(dockerfile, files);
    if verdict.splits.is_empty() {
        let why = verdict
            .refusals
            .iter()
            .map(|(_, refusal)| format!("{}: {refusal}", refusal.reason.code()));
        return Err(why.collect::<Vec<_>>().join("\n"));
    }
    let made = verdict.splits.iter().map(|split| {
        let text = apply_edits(dockerfile, &split.edits).expect("edits that apply");
        (split.plan.variant, text)
    });
    Ok(made.collect())
}

/// The runtime stage of each split, with a line `? …` for each assumption; then the refusals.
pub fn stages(dockerfile: &str, files: &[(&str, &str)]) -> String {
    let verdict = verdict(dockerfile, files);
    let mut shown = Vec::new();
    for split in &verdict.splits {
        let text = apply_edits(dockerfile, &split.edits).expect("edits that apply");
        let at = text.rfind("FROM").unwrap_or_default();
        let mut stage = text[at..].trim().to_owned();
        for assumption in &split.plan.assumptions {
            stage.push_str(&format!("\n? {assumption}"));
        }
        shown.push(stage);
    }
    for (variant, refusal) in &verdict.refusals {
        shown.push(match variant {
            Some(variant) => format!("no {variant:?}: {}", refusal.reason.code()),
            None => format!("{}: {refusal}", refusal.reason.code()),
        });
    }
    shown.join("\n")
}

/// That [`stages`] are these.
#[track_caller]
pub fn check(dockerfile: &str, files: &[(&str, &str)], expected: &str) {
    assert_eq!(stages(dockerfile, files), expected, "\n{dockerfile}");
}

/// The lines behind the last `FROM` of each split, its image among them, joined by ` | `; or why
/// there is none. Of a file that is split in one way only, the other variant's reason is left out.
pub fn runtime_stages(dockerfile: &str, files: &[(&str, &str)]) -> Vec<String> {
    let made = match split(dockerfile, files) {
        Ok(made) => made,
        Err(why) => return why.lines().map(str::to_owned).collect(),
    };
    made.into_iter()
        .map(|(_, text)| {
            let start = text.rfind("\nFROM ").map_or(0, |at| at + 1);
            let assumed = text.lines().filter(|line| line.starts_with("# Assumed: "));
            let stage = text.get(start..).unwrap_or_default().lines();
            assumed.chain(stage).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        })
        .collect()
}
