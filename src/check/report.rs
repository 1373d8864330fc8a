//! The findings of a file, kept up to date edit by edit.

use std::sync::Arc;

use super::rule::{InstructionContext, Issue, Look};
use super::shared::Shared;
use super::{
    FAMILIES, Finding, Fix, Phase, Severity, conflict, fix_all, pasted, swallowed, template,
    unfinished,
};
use crate::language::Keyword;
use crate::model::{Base, Model};
use crate::syntax::{Arguments, Block, Item, PerItem, View};
use crate::text::TextSize;

/// The findings of one version of a file. Cloning shares everything.
#[derive(Clone, Debug)]
pub struct Report(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    model: Model,
    items: PerItem<ItemFindings, Landmarks>,
    /// With the number of the family that found them.
    issues: Vec<(usize, Issue)>,
    checked: usize,
}

/// What is wrong with one item, ranges from its start; nothing for most.
type ItemFindings = Option<Arc<[Finding]>>;

/// Where in a block there are findings.
#[derive(Debug)]
struct Landmarks {
    found: Vec<Landmark>,
    /// Line feeds in the block.
    newlines: u32,
    /// There is something that [`Report::same_places`] does not follow: a carriage return that
    /// editors take for the end of a line and we do not, or an `ONBUILD` with findings, which other
    /// stages can make worse.
    odd: bool,
}

#[derive(Clone, Copy, Debug)]
struct Landmark {
    /// The number of the item in the block.
    item: usize,
    /// Its offset from the start of the block.
    offset: TextSize,
    /// Its line, from the start of the block.
    line: u32,
}

impl Landmarks {
    fn find(block: &Block, findings: &[ItemFindings]) -> Landmarks {
        let mut landmarks = Landmarks { found: Vec::new(), newlines: 0, odd: false };
        let mut offset = TextSize::new(0);
        for (number, (item, findings)) in block.items().iter().zip(findings).enumerate() {
            if findings.is_some() {
                landmarks.found.push(Landmark { item: number, offset, line: landmarks.newlines });
                landmarks.odd |= is_onbuild(item);
            }
            landmarks.odd |= has_lone_return(&item.text);
            offset += item.len();
            landmarks.newlines += item.newlines;
        }
        landmarks
    }
}

fn is_onbuild(item: &Item) -> bool {
    let command = item.instruction().map(|instruction| &instruction.view.command);
    command.is_some_and(|command| command.keyword == Some(Keyword::Onbuild))
}

/// Whether a carriage return stands elsewhere than before a line feed.
fn has_lone_return(text: &str) -> bool {
    text.contains('\r') && text.split('\r').skip(1).any(|behind| !behind.starts_with('\n'))
}

/// An item with findings, as a reader of lines and columns sees it.
struct Entry<'a> {
    item: &'a Arc<Item>,
    line: u32,
    findings: &'a Arc<[Finding]>,
    start: TextSize,
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        // The same text at the same line has its findings at the same lines and columns.
        self.line == other.line
            && (Arc::ptr_eq(self.item, other.item) || self.item.text == other.item.text)
            && (Arc::ptr_eq(self.findings, other.findings) || self.findings == other.findings)
    }
}

impl Report {
    /// Looks at a whole file.
    pub fn new(model: &Model) -> Report {
        Report::make(model, &PerItem::default())
    }

    /// Looks at what `model`, a later version of the same file, has that this report has not seen.
    #[must_use]
    pub fn update(&self, model: &Model) -> Report {
        Report::make(model, &self.0.items)
    }

    fn make(model: &Model, known: &PerItem<ItemFindings, Landmarks>) -> Report {
        let tree = model.tree();
        let mut checked = 0;
        let look = |item: &Item| {
            checked += 1;
            let findings = look_at(item, tree.escape());
            (!findings.is_empty()).then(|| findings.into())
        };
        let items = known.update(tree, look, Landmarks::find);
        let issues = issues(model);
        Report(Arc::new(Inner { model: model.clone(), items, issues, checked }))
    }

    /// How many items were looked at to make this report; all others it had from the one before.
    pub fn checked(&self) -> usize {
        self.0.checked
    }

    /// All findings in file coordinates, sorted by place, then by code.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for entry in self.0.entries(0, 0) {
            let replayed = self.is_replayed(&entry);
            findings.extend(entry.findings.iter().map(|finding| {
                let mut finding = finding.lifted(entry.start);
                if replayed && finding.is_later_error() {
                    finding.phase = Phase::Build;
                    finding.severity = Severity::Error;
                }
                finding
            }));
        }
        for (family, issue) in &self.0.issues {
            let Some(Look::Model(look)) = FAMILIES.get(*family).map(|f| f.look) else { continue };
            let finding = (look.tell)(&self.0.model, issue);
            findings.extend(finding.map(|finding| self.as_it_stands(issue, finding)));
        }
        keep_better(&mut findings);
        let is_template = findings.iter().any(|finding| finding.code == template::CODE);
        let is_conflict = findings.iter().any(|finding| finding.code == conflict::CODE);
        let tree = self.0.model.tree();
        let text_from = pasted::hidden_heredoc(tree, &findings);
        for finding in &mut findings {
            let is_text = text_from.is_some_and(|start| finding.range.start() >= start);
            let is_deletion = pasted::is_deletion(finding);
            if is_template
                || is_text && (finding.code != pasted::CODE || is_deletion)
                || is_conflict && is_deletion
                || pasted::is_among_its_like(tree, finding)
            {
                finding.fixes.iter_mut().for_each(|fix| fix.sure = false);
            }
        }
        sort(&mut findings);
        findings
    }

    /// The one edit that takes all traces of careless pasting out of the file.
    pub fn mend_pasted(&self) -> Option<Fix> {
        let mut findings = self.findings();
        findings.retain(|finding| finding.code == pasted::CODE);
        let edits = fix_all(&findings);
        let title = "Mend all pasted text in this file".to_owned();
        (!edits.is_empty()).then_some(Fix { title, edits, sure: true })
    }

    /// Whether this report says the same as `old`, at the same lines and columns. May say no where
    /// it does. Costs a step for each block of the file and each finding about the whole file; the
    /// text and the findings of shared blocks are not looked at.
    pub fn same_places(&self, old: &Report) -> bool {
        let (a, b) = (&*self.0, &*old.0);
        let (new, old) = (a.model.tree(), b.model.tree());
        let shared = Shared::of(new, old);
        !(a.is_odd() || b.is_odd())
            && std::ptr::eq(a.model.names(), b.model.names())
            && a.issues.len() == b.issues.len()
            && (shared.stands_still || !a.has_findings_in_last(shared.tail))
            && a.entries(shared.head, shared.tail).eq(b.entries(shared.head, shared.tail))
            && a.issues.iter().zip(&b.issues).all(|(x, y)| {
                x == y
                    && shared.holds(new, old, x.1.item)
                    && x.1.other.is_none_or(|other| shared.holds(new, old, other))
            })
    }

    /// Whether the trigger of an `ONBUILD` fires in a plain build of this very file, because a stage
    /// that the last one needs is built on the stage that it stands in.
    fn is_replayed(&self, entry: &Entry<'_>) -> bool {
        let model = &self.0.model;
        let stage = model.stage_at(entry.start).filter(|_| is_onbuild(entry.item));
        let (Some(stage), Some(last)) = (stage, model.stages().last()) else { return false };
        let reached = model.reachable(last.index);
        let mut built = model.names().bases().iter().zip(reached);
        built.any(|(base, reached)| reached && *base == Base::Stage(stage.index))
    }

    /// What the model reads is what was meant. Where pasting left something else, `BuildKit` reads
    /// otherwise, and its verdict is told by the finding about the paste. A file without a stage has
    /// none in either reading.
    fn as_it_stands(&self, issue: &Issue, mut finding: Finding) -> Finding {
        let placed = self.0.model.tree().item(issue.item).filter(|_| finding.code != "no-stage");
        let read_otherwise = placed.is_some_and(|placed| reads_otherwise(placed.item));
        if read_otherwise && finding.phase == Phase::Build {
            finding.phase = Phase::Advice;
            finding.severity = finding.severity.max(Severity::Warning);
        }
        finding
    }
}

/// Whether an instruction was damaged so that its words are others than were meant.
fn reads_otherwise(item: &Item) -> bool {
    let words = |view: &View| -> Vec<String> {
        let command = &view.command;
        let flags = command.flags.iter().map(|flag| flag.range);
        let ranges = flags.chain([command.keyword_range]).chain(command.words().iter().copied());
        ranges.map(|range| view.text(&item.text, range).into_owned()).collect()
    };
    let instruction = item.instruction();
    instruction.is_some_and(|i| i.mended.as_ref().is_some_and(|m| words(m) != words(&i.view)))
}

impl Inner {
    /// The items with findings, but for those in the first `head` and the last `tail` blocks.
    fn entries(&self, head: usize, tail: usize) -> impl Iterator<Item = Entry<'_>> {
        let count = self.items.blocks().len();
        let blocks = self.model.tree().blocks().zip(self.items.blocks()).take(count - tail);
        let mut line = 0;
        let lines = blocks.map(move |(placed, kept)| {
            let first = line;
            line += kept.summary.newlines;
            (first, placed, kept)
        });
        lines.skip(head).flat_map(|(first, (start, _, block), kept)| {
            kept.summary.found.iter().filter_map(move |landmark| {
                Some(Entry {
                    item: block.items().get(landmark.item)?,
                    line: first + landmark.line,
                    findings: kept.values.get(landmark.item)?.as_ref()?,
                    start: start + landmark.offset,
                })
            })
        })
    }

    fn is_odd(&self) -> bool {
        self.items.blocks().any(|kept| kept.summary.odd)
    }

    fn has_findings_in_last(&self, tail: usize) -> bool {
        let blocks = self.items.blocks();
        let count = blocks.len();
        blocks.skip(count - tail).any(|kept| !kept.summary.found.is_empty())
    }
}

fn issues(model: &Model) -> Vec<(usize, Issue)> {
    let mut issues = Vec::new();
    let mut found = Vec::new();
    for (number, family) in FAMILIES.iter().enumerate() {
        let Look::Model(look) = family.look else { continue };
        (look.find)(model, &mut found);
        issues.extend(found.drain(..).map(|issue| (number, issue)));
    }
    issues
}

/// What is wrong with one item by itself.
fn look_at(item: &Item, escape: char) -> Vec<Finding> {
    let mut findings = Vec::new();
    for family in FAMILIES {
        if let Look::Item(look) = family.look {
            look(item, &mut findings);
        }
    }
    if let Some(instruction) = item.instruction() {
        let read = |view| look_at_view(item, view, escape);
        let raw = read(&instruction.view);
        match &instruction.mended {
            None => findings.extend(raw),
            Some(mended) => {
                findings.extend(pasted::findings(item, instruction, escape, raw, read(mended)));
            }
        }
    }
    sort(&mut findings);
    findings
}

fn look_at_view(item: &Item, view: &View, escape: char) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(instruction) = item.instruction() else { return findings };
    let outer = InstructionContext {
        item,
        instruction,
        view,
        command: &view.command,
        trigger: false,
        escape,
    };
    let mut contexts = vec![outer];
    let mut command = &view.command;
    while let Arguments::Nested(trigger) = &command.arguments {
        command = trigger;
        contexts.push(InstructionContext { command, trigger: true, ..outer });
    }
    for context in &contexts {
        for family in FAMILIES {
            if let Look::Instruction(look) = family.look {
                look(context, &mut findings);
            }
        }
    }
    swallowed::settle(&mut findings);
    findings
}

/// What only the lines around it explain is told by those that look at the whole file, and no more
/// by those that saw the line alone.
fn keep_better(findings: &mut Vec<Finding>) {
    const BETTER: [&str; 2] = [conflict::CODE, unfinished::CODE];
    const WORSE: [&str; 2] = ["unknown-instruction", pasted::CODE];
    let better = findings.iter().filter(|finding| BETTER.contains(&finding.code));
    let places: Vec<_> = better.map(|finding| finding.range.start()).collect();
    findings.retain(|finding| {
        !(WORSE.contains(&finding.code) && places.contains(&finding.range.start()))
    });
}

fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.range.start(), f.range.end(), f.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Tree;

    #[test]
    fn lone_carriage_returns() {
        for (text, expected) in [
            ("a\r\nb\r\n", false),
            ("a\nb", false),
            ("a\rb\r\n", true),
            ("a\r\r\n", true),
            ("a\r", true),
        ] {
            assert_eq!(has_lone_return(text), expected, "{text:?}");
        }
    }

    #[test]
    fn findings_come_sorted_and_once() {
        let text = "FROM a AS b\nCOPY --form=b --from=b --form=b x y\nRUNN x\n";
        let report = Report::new(&Model::new(Tree::parse(text)));
        let codes: Vec<_> = report.findings().iter().map(|finding| finding.code).collect();
        let expected = ["unknown-flag", "circular-stage", "unknown-flag", "unknown-instruction"];
        assert_eq!(codes, expected);
    }
}
