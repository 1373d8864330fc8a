//! What means the same is decided in the same way, and what is not to be changed is not.

use stagewright::check::Severity;
use stagewright::ide::Snapshot;
use stagewright::model::Model;
use stagewright::split::answer::BuilderLine;
use stagewright::split::base::Family;
use stagewright::split::judge::Verdict;
use stagewright::split::plan::Plan;
use stagewright::split::refusal::Reason;
use stagewright::syntax::Tree;
use stagewright::text::{Edit, TextRange, TextSize, apply_edits};

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
            // What only serves files reads no variables of the old program, unless it is the same.
            let is_old = case.text.contains(&format!("FROM {}", split.plan.runtime.name()));
            let is_server = matches!(split.plan.runtime.family, Family::Nginx | Family::Caddy);
            let is_server = is_server && !is_old;
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

/// The builder is the old text up to its last kept instruction, byte for byte, but for edits that
/// the plan announces: each is there once, and there are no others.
#[test]
fn the_builder_is_untouched() {
    let mut splits = 0;
    for case in all() {
        let verdict = case.verdict();
        for (split, (variant, made)) in verdict.splits.iter().zip(made(&case.text, &verdict)) {
            splits += 1;
            let name = format!("{} {variant:?}", case.name);
            let (stage, edits) = split.edits.split_last().expect("an edit");
            let old = Old::new(&case.text, &split.plan);
            let end = old.end_of_builder();
            let rest = TextRange::new(end, TextSize::of(case.text.as_str()));
            assert_eq!(stage.range, rest, "{name}: what comes behind the builder");
            let kinds: Vec<_> = edits.iter().map(|edit| (old.kind(edit), edit)).collect();
            for (kind, edit) in &kinds {
                assert!(kind.is_some(), "{name}: {edit:?} is not announced");
            }
            let kinds: Vec<_> = kinds.into_iter().filter_map(|(kind, _)| kind).collect();
            assert_eq!(sorted(kinds), sorted(old.announced(end)), "{name}");

            let builder =
                apply_edits(&case.text[..usize::from(end)], edits).expect("in the builder");
            let behind = made.strip_prefix(&builder).unwrap_or_else(|| {
                panic!("{name}: the builder should be\n{builder}\nand the file is\n{made}")
            });
            let mut lines = behind.lines().map(str::trim_start);
            let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
            let from = first.and_then(|line| line.get(..5)).unwrap_or_default();
            assert!(from.eq_ignore_ascii_case("from "), "{name}: {behind}");
        }
    }
    assert!(splits > 20, "only {splits} splits");
}

/// What a plan may do to the builder; lines by their number in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The stage gets its name.
    Name,
    /// The image gets a tag that says the release.
    Pin,
    /// The new line of that number stands where it belongs.
    Line(usize),
    /// The line of that number goes, with the comments above it.
    Moved(usize),
}

fn sorted(mut kinds: Vec<Kind>) -> Vec<Kind> {
    kinds.sort();
    kinds
}

/// A file before it is split.
struct Old<'a> {
    text: &'a str,
    plan: &'a Plan,
    /// The end of the image in `FROM`.
    image: TextSize,
    /// The instructions from `FROM` on, with the ends of their lines.
    lines: Vec<TextRange>,
}

impl<'a> Old<'a> {
    fn new(text: &'a str, plan: &'a Plan) -> Old<'a> {
        let model = Model::new(Tree::parse(text));
        let stage = model.stages().first().expect("a stage");
        let lines = model.instructions_from(stage.item).map(|(placed, _)| placed.range()).collect();
        let image = stage.image().expect("an image").range.end();
        Old { text, plan, image, lines }
    }

    /// The end of the last instruction that stays.
    fn end_of_builder(&self) -> TextSize {
        let lines = self.lines.iter().enumerate();
        let mut kept = lines.filter(|(number, _)| !self.plan.moved.contains(number));
        kept.next_back().expect("FROM stays").1.end()
    }

    /// All that the plan has to do before `end`.
    fn announced(&self, end: TextSize) -> Vec<Kind> {
        let mut kinds = Vec::new();
        kinds.extend((!self.plan.is_named).then_some(Kind::Name));
        kinds.extend(self.plan.pin.as_ref().map(|_| Kind::Pin));
        kinds.extend((0..self.plan.builder.len()).map(Kind::Line));
        let moved = self.plan.moved.iter().copied();
        kinds.extend(moved.filter(|number| self.lines[*number].start() < end).map(Kind::Moved));
        kinds
    }

    /// What an edit does; `None` for what is not to be done.
    fn kind(&self, edit: &Edit) -> Option<Kind> {
        if edit.insert.is_empty() {
            // Blank lines behind it may go, too.
            let text = self.text[..usize::from(edit.range.end())].trim_end().len();
            let holds = |line: &TextRange| usize::from(line.start()) < text;
            let number = self.lines.iter().rposition(holds)?;
            let is_moved =
                self.plan.moved.contains(&number) && self.is_above(edit.range.start(), number);
            return is_moved.then_some(Kind::Moved(number));
        }
        let (range, text) = (edit.range, edit.insert.as_str());
        if self
            .plan
            .pin
            .as_ref()
            .is_some_and(|(place, tag)| (*place, tag.as_str()) == (range, text))
        {
            return Some(Kind::Pin);
        }
        if !range.is_empty() {
            return None;
        }
        let name = format!(" AS {}", self.plan.stage);
        if range.start() == self.image && text.replacen(" as ", " AS ", 1) == name {
            return Some(Kind::Name);
        }
        let place =
            self.plan.builder.iter().position(|line| self.is_line(line, range.start(), text));
        place.map(Kind::Line)
    }

    /// Whether the insertion of `text` at `at` makes that line, and no more.
    fn is_line(&self, line: &BuilderLine, at: TextSize, text: &str) -> bool {
        let text = text.replace("\r\n", "\n");
        match line {
            BuilderLine::After(number, own) => {
                let end = self.lines[*number].end();
                // The last line of a file may have no end.
                let is_open = !self.text[..usize::from(end)].ends_with('\n');
                let own = if is_open { format!("\n{own}") } else { format!("{own}\n") };
                at == end && text == own
            }
            BuilderLine::Before(number, own) => {
                // All that stands between may move, too.
                let is_behind = self.lines[*number].start() > self.end_of_builder();
                let is_last = is_behind && at == self.end_of_builder();
                text == format!("{own}\n") && (is_last || self.is_above(at, *number))
            }
        }
    }

    /// Whether `at` is the start of a line, and nothing but comments and blank lines stands between
    /// it and the instruction of that number.
    fn is_above(&self, at: TextSize, number: usize) -> bool {
        let (at, start) = (usize::from(at), usize::from(self.lines[number].start()));
        let is_start = at == 0 || self.text[..at].ends_with('\n');
        let between = self.text.get(at..start);
        let mut lines = between.into_iter().flat_map(str::lines).map(str::trim);
        is_start && between.is_some() && lines.all(|line| line.is_empty() || line.starts_with('#'))
    }
}
