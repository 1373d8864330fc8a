//! What can be folded away.
//!
//! Every fold begins at the end of a line that stays visible and ends at the end of another. No two
//! begin on the same line, and they nest, so that clients which fold whole lines only take them as
//! they are.

use super::Snapshot;
use crate::syntax::{Instruction, ItemKind, Placed};
use crate::text::{Text, TextRange, TextSize};

/// A stretch of text that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the end of the line that stays to the end of the last one that goes.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// A stage behind its `FROM`.
    Stage,
    /// An instruction behind its first line.
    Instruction,
    /// The body of a heredoc; the line that closes it stays.
    Heredoc,
    /// Neighbouring comment lines.
    Comment,
}

/// The folds of the file, ordered by their start.
pub fn folding(snapshot: &Snapshot) -> Vec<Fold> {
    let text = snapshot.text();
    let mut folds = Folds { text, found: Vec::new() };
    let mut stages = snapshot.model().stages().iter().peekable();
    let mut open_stage: Option<OpenStage> = None;
    for placed in snapshot.tree().items() {
        match &placed.item.kind {
            ItemKind::Instruction(instruction) => {
                if stages.next_if(|stage| stage.item == placed.index).is_some() {
                    folds.close(open_stage.take());
                    let start = placed.lift(instruction.body).start();
                    open_stage = Some(OpenStage { slot: folds.found.len(), start, end: start });
                }
                folds.instruction(placed, instruction);
                if let Some(stage) = &mut open_stage {
                    stage.end = end_of(placed);
                }
            }
            ItemKind::Trivia => folds.comments(placed),
            ItemKind::Directive(_) => {}
        }
    }
    folds.close(open_stage);
    folds.found
}

/// A stage whose end is not reached yet.
struct OpenStage {
    /// Where its fold goes in the list.
    slot: usize,
    start: TextSize,
    end: TextSize,
}

struct Folds<'t> {
    text: &'t Text,
    found: Vec<Fold>,
}

impl Folds<'_> {
    /// The fold from the line of `first` to the line of `last`, if those are two.
    fn between(&self, first: TextSize, last: TextSize, kind: FoldKind) -> Option<Fold> {
        let (first, last) = (self.text.line_of(first), self.text.line_of(last));
        let range = || TextRange::new(self.text.line_end(first), self.text.line_end(last));
        (first < last).then(|| Fold { range: range(), kind })
    }

    fn close(&mut self, stage: Option<OpenStage>) {
        let Some(stage) = stage else { return };
        let Some(fold) = self.between(stage.start, stage.end, FoldKind::Stage) else { return };
        // The fold of the FROM itself, or of a heredoc behind it, begins on the same line.
        let same = |other: &Fold| other.range.start() == fold.range.start();
        match self.found.get_mut(stage.slot) {
            Some(other) if same(other) => *other = fold,
            _ => self.found.insert(stage.slot.min(self.found.len()), fold),
        }
    }

    fn instruction(&mut self, placed: Placed<'_>, instruction: &Instruction) {
        let body = placed.lift(instruction.body);
        // Only continued lines make more than one of them; to know it is cheaper than to look.
        let continued = !instruction.view.patches.is_empty();
        if continued && self.text.line_of(body.start()) < self.text.line_of(body.end()) {
            let fold = self.between(body.start(), end_of(placed), FoldKind::Instruction);
            self.found.extend(fold);
        }
        let mut before = body.end();
        for heredoc in &instruction.heredocs {
            let lines = placed.lift(heredoc.body);
            if let Some(last) = last_of(lines) {
                self.found.extend(self.between(before, last, FoldKind::Heredoc));
            }
            before = heredoc.terminator.map_or(lines.end(), |line| placed.lift(line).end());
        }
    }

    fn comments(&mut self, placed: Placed<'_>) {
        let mut at = placed.start;
        let mut run: Option<(TextSize, TextSize)> = None;
        for line in placed.item.text.split_inclusive('\n') {
            let start = at;
            at += TextSize::of(line);
            if line.trim_start().starts_with('#') {
                run = Some((run.map_or(start, |(first, _)| first), start));
            } else {
                self.comment(run.take());
            }
        }
        self.comment(run);
    }

    fn comment(&mut self, run: Option<(TextSize, TextSize)>) {
        let fold = run.and_then(|(first, last)| self.between(first, last, FoldKind::Comment));
        self.found.extend(fold);
    }
}

/// The last byte of an item, which is in its last line.
fn end_of(placed: Placed<'_>) -> TextSize {
    last_of(placed.range()).unwrap_or(placed.start)
}

fn last_of(range: TextRange) -> Option<TextSize> {
    range.end().checked_sub(TextSize::new(1)).filter(|last| *last >= range.start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<s>` is a stage, `<i>` an instruction, `<h>` a heredoc, `<c>` comments.
    #[track_caller]
    fn check(marked: &str) {
        let fixture = Fixture::new(marked);
        let found = folding(&fixture.snapshot);
        assert!(found.is_sorted_by_key(|fold| fold.range.start()));
        safe_for_lines(&fixture.snapshot);
        fixture.check(found.iter().map(|fold| {
            let tag = match fold.kind {
                FoldKind::Stage => "s",
                FoldKind::Instruction => "i",
                FoldKind::Heredoc => "h",
                FoldKind::Comment => "c",
            };
            (tag, fold.range)
        }));
    }

    #[track_caller]
    fn safe_for_lines(snapshot: &Snapshot) {
        let text = snapshot.text();
        let mut open: Vec<(u32, u32)> = Vec::new();
        for fold in folding(snapshot) {
            let (start, end) = (text.line_of(fold.range.start()), text.line_of(fold.range.end()));
            assert!(start < end, "{fold:?}");
            while open.last().is_some_and(|(_, outer)| *outer < start) {
                open.pop();
            }
            assert!(
                open.last().is_none_or(|(line, outer)| *line < start && end <= *outer),
                "{fold:?}"
            );
            open.push((start, end));
        }
    }

    #[test]
    fn stages_and_instructions() {
        check("FROM a<s>\nRUN x \\<i>\n  && y</i></s>\n\n# c\nFROM b<s>\nRUN z</s>\n\n");
        check("FROM a\nFROM b\n");
        check("FROM a \\<s>\n  AS b\nRUN x</s>\n");
        check("FROM a \\<s>\n  AS b</s>\n");
        check("ARG a \\<i>\n b</i>\nFROM a\n");
        check("FROM a<s>\r\nRUN x \\<i>\r\n y</i></s>\r\n");
        check("");
    }

    #[test]
    fn heredocs() {
        check("FROM a<s>\nRUN <<E<h>\nx\ny</h>\nE</s>\n");
        check("FROM a<s>\nRUN <<E\nE</s>\n");
        check("FROM a<s>\nCOPY <<A <<B /x<h>\na</h>\nA<h>\nb</h>\nB</s>\n");
        check("FROM a<s>\nRUN x \\<i>\n <<E<h>\nx</h>\nE</i>\nRUN y</s>\n");
        check("FROM a<s>\nRUN <<E<h>\nx</h></s>\n");
        check("FROM a<s>\nRUN <<E</s>\n");
    }

    #[test]
    fn comments() {
        check("# a<c>\n  # b\n#c</c>\n\n# d\n\n#e<c>\n#f</c>");
        check("# syntax=x\n# a<c>\n# b</c>\nFROM a\n");
        check("FROM a<s>\n# a<c>\n# b</c>\nRUN x</s>\n# c<c>\n# d</c>\nFROM b\n");
    }

    #[test]
    fn every_fixture_folds_by_lines() {
        let mut count = 0;
        crate::ide::fixture::each_file(|text| {
            safe_for_lines(&Snapshot::new(text));
            count += 1;
        });
        assert!(count > 300);
    }
}
