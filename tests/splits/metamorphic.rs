//! What means the same is decided in the same way, and what is not to be changed is not.

use stagewright::check::Severity;
use stagewright::ide::Snapshot;
use stagewright::model::Model;
use stagewright::split::base::Family;
use stagewright::split::judge::Verdict;
use stagewright::split::refusal::Reason;
use stagewright::syntax::Tree;

use super::cases::{Case, all, made};

/// A decision: each variant with its image, or the reason.
fn decision(verdict: &Verdict) -> Vec<String> {
    let splits = verdict.splits.iter().map(|split| {
        let plan = &split.plan;
        format!(
            "{:?} on {}, {} assumptions",
            plan.variant,
            plan.runtime.name(),
            plan.assumptions.len()
        )
    });
    let refusals = verdict
        .refusals
        .iter()
        .map(|(variant, refusal)| format!("{variant:?}: {}", refusal.reason.code()));
    splits.chain(refusals).collect()
}

/// The decision is the same for every case whose text is changed in that way.
#[track_caller]
fn check(change: impl Fn(&Case) -> Option<String>) {
    let mut changed = 0;
    for case in all() {
        let Some(text) = change(&case) else { continue };
        changed += 1;
        let (before, after) = (decision(&case.verdict()), decision(&case.verdict_of(&text)));
        assert_eq!(after, before, "{}\n{text}", case.name);
    }
    assert!(changed > 20, "only {changed} files could be changed");
}

/// The instructions of a text, each with the lines before it that are none.
fn pieces(text: &str) -> Vec<String> {
    let tree = Tree::parse(text);
    tree.items().map(|placed| placed.item.text.to_string()).collect()
}

fn is_instruction(piece: &str) -> bool {
    piece.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// Puts a text before each instruction but the first, which may follow a directive.
fn with_before(case: &Case, insert: &str) -> String {
    let mut seen = false;
    let pieces = pieces(&case.text).into_iter().map(|piece| {
        let is_first = !seen;
        seen |= is_instruction(&piece);
        if is_first || !is_instruction(&piece) { piece } else { format!("{insert}{piece}") }
    });
    pieces.collect()
}

#[test]
fn comments_change_nothing() {
    check(|case| Some(with_before(case, "# a comment\n")));
}

#[test]
fn blank_lines_change_nothing() {
    check(|case| Some(with_before(case, "\n\n")));
}

#[test]
fn line_ends_change_nothing() {
    check(|case| {
        let plain = !case.text.contains("\r\n") && !case.text.contains("<<");
        plain.then(|| case.text.replace('\n', "\r\n"))
    });
}

#[test]
fn letter_case_of_keywords_changes_nothing() {
    check(|case| {
        let model = Model::new(Tree::parse(&case.text));
        let mut text = case.text.clone();
        for (placed, instruction) in model.tree().instructions() {
            let range = placed.lift(instruction.view.command.keyword_range);
            let range = std::ops::Range::<usize>::from(range);
            let lower = text.get(range.clone())?.to_lowercase();
            text.replace_range(range, &lower);
        }
        Some(text)
    });
}

#[test]
fn line_breaks_within_instructions_change_nothing() {
    check(|case| {
        let breaks = case.text.contains(" && ")
            && !case.text.contains("escape=")
            && !case.text.contains("<<");
        breaks.then(|| case.text.replace(" && ", " \\\n    && "))
    });
}

#[test]
fn a_variable_that_nobody_reads_changes_nothing_but_itself() {
    const LINE: &str = "ENV STAGEWRIGHT_NOBODY=1\n";
    let with = |case: &Case| -> Option<String> {
        let mut pieces = pieces(&case.text);
        let from = pieces
            .iter()
            .position(|piece| piece.trim_start().to_lowercase().starts_with("from "))?;
        if !pieces.get(from)?.ends_with('\n') {
            return None;
        }
        pieces.insert(from + 1, LINE.to_owned());
        Some(pieces.concat())
    };
    check(with);
    for case in all() {
        let Some(text) = with(&case) else { continue };
        let verdict = case.verdict_of(&text);
        for (split, (_, made)) in verdict.splits.iter().zip(made(&text, &verdict)) {
            // What only serves files reads no variables of the old program.
            let is_server = matches!(split.plan.runtime.family, Family::Nginx | Family::Caddy);
            let expected = if is_server { 1 } else { 2 };
            assert_eq!(made.matches(LINE.trim_end()).count(), expected, "{}\n{made}", case.name);
        }
    }
}

#[test]
fn a_split_file_is_not_split_again() {
    for case in all() {
        for (variant, text) in made(&case.text, &case.verdict()) {
            let again = case.verdict_of(&text);
            let [(None, refusal)] = &again.refusals[..] else {
                panic!("{} {variant:?}", case.name)
            };
            assert_eq!(refusal.reason, Reason::SeveralStages, "{}\n{text}", case.name);
        }
    }
}

#[test]
fn the_result_has_no_errors_of_ours() {
    for case in all() {
        for (_, text) in made(&case.text, &case.verdict()) {
            let findings = Snapshot::new(&text).report().findings();
            let errors: Vec<_> =
                findings.iter().filter(|f| f.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{}\n{text}\n{errors:#?}", case.name);
        }
    }
}

/// Every line that stays in the builder stands there as it stood, in the same order, and only the
/// name of the stage and announced lines are added.
#[test]
fn the_builder_is_untouched() {
    for case in all() {
        let verdict = case.verdict();
        for (split, (variant, text)) in verdict.splits.iter().zip(made(&case.text, &verdict)) {
            let names: Vec<String> = split.plan.builder.iter().flat_map(added).collect();
            let old: Vec<&str> = case.text.split_inclusive('\n').collect();
            let builder = builder_of(&text);
            let mut rest = old.iter().peekable();
            for line in builder.split_inclusive('\n') {
                let bare = line.trim_end();
                if bare.is_empty() || names.iter().any(|own| own == bare) {
                    continue;
                }
                let stays = |old: &str| {
                    old.trim_end() == bare
                        || bare.starts_with(old.trim_end()) && names_a_stage(bare)
                };
                assert!(
                    rest.by_ref().any(|old| stays(old)),
                    "{} {variant:?}: {line:?} is new or in another place\n{text}",
                    case.name
                );
            }
        }
    }
}

fn names_a_stage(line: &str) -> bool {
    line.to_lowercase().starts_with("from ") && line.to_lowercase().ends_with(" as builder")
}

fn added(line: &stagewright::split::answer::BuilderLine) -> Vec<String> {
    use stagewright::split::answer::BuilderLine;
    let (BuilderLine::After(_, text) | BuilderLine::Before(_, text)) = line;
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// What stands before the last `FROM`.
fn builder_of(text: &str) -> &str {
    let model = Model::new(Tree::parse(text));
    let last = model.stages().last().expect("two stages");
    let end = usize::from(last.start);
    // The comments above it belong to the runtime stage.
    let above = text[..end].rfind("\n\n").or_else(|| text[..end].rfind("\n\r\n"));
    &text[..above.map_or(end, |above| above + 1)]
}
