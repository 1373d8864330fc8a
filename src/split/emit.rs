//! A plan as edits: the name of the builder, the lines that leave it, and the runtime stage at the
//! end of the file.
//!
//! What is not named by the plan stays as it is, byte for byte. New lines have the line ends, the
//! letter case and the escape character of the file.

use super::answer::BuilderLine;
use super::facts::{Facts, Line};
use super::plan::{Plan, RuntimeLine};
use crate::language::Keyword;
use crate::syntax::{ItemKind, Placed, Style};
use crate::text::{Edit, TextRange, TextSize};

/// How long a new line may be before it is continued on the next, in bytes.
const WIDTH: usize = 100;

/// The edits that make the two stages of a plan, in the order of the file.
pub fn emit(facts: &Facts<'_>, plan: &Plan) -> Vec<Edit> {
    let first = facts.lines.first().map(|line| &line.placed);
    let writer = Writer { facts, plan, style: Style::like(facts.model.tree(), first) };
    let mut edits = Vec::new();
    edits.extend(writer.name());
    edits.extend(plan.pin.iter().map(|(range, text)| Edit::replace(*range, text.clone())));
    let end = writer.end_of_builder();
    edits.extend(writer.builder_lines(end));
    edits.extend(writer.removed(end));
    edits.push(writer.stage(end));
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    edits
}

struct Writer<'w, 'a> {
    facts: &'w Facts<'a>,
    plan: &'w Plan,
    style: Style,
}

impl<'w, 'a> Writer<'w, 'a> {
    /// ` AS builder` behind the image.
    fn name(&self) -> Option<Edit> {
        if self.plan.is_named {
            return None;
        }
        let end = self.facts.model.stages().first()?.image()?.range.end();
        let text = format!(" {} {}", self.style.word("AS"), self.plan.stage);
        Some(Edit::insert(end, text))
    }

    /// Lines that the builder gets, at its end if the line beside which they are to be leaves it.
    fn builder_lines(&self, end: TextSize) -> impl Iterator<Item = Edit> {
        self.plan.builder.iter().filter_map(move |line| {
            let newline = self.style.newline;
            let (BuilderLine::After(number, text) | BuilderLine::Before(number, text)) = line;
            let beside = self.facts.lines.get(*number)?;
            let at = match line {
                BuilderLine::After(..) => beside.placed.range().end(),
                BuilderLine::Before(..) => self.with_comments(beside).start(),
            };
            let text = text.replace('\n', newline);
            Some(match self.ends_with_newline(at) {
                true => Edit::insert(at.min(end), format!("{text}{newline}")),
                false => Edit::insert(at.min(end), format!("{newline}{text}")),
            })
        })
    }

    /// The end of the last line that stays in the builder.
    fn end_of_builder(&self) -> TextSize {
        let stays = |number: &usize| !self.plan.moved.contains(number);
        let last = (0..self.facts.lines.len()).rev().find(stays).unwrap_or(0);
        let placed = self.facts.lines.get(last).map(|line| line.placed.range());
        placed.map_or(TextSize::new(0), TextRange::end)
    }

    /// The lines before `end` that leave the builder.
    fn removed(&self, end: TextSize) -> impl Iterator<Item = Edit> {
        let moved = self.plan.moved.iter().filter_map(|number| self.facts.lines.get(*number));
        let moved = moved.filter(move |line| line.placed.start < end);
        moved.map(|line| Edit::delete(self.with_gap(self.with_comments(line))))
    }

    /// Lines that stand between blank ones go with those behind them.
    fn with_gap(&self, range: TextRange) -> TextRange {
        let tree = self.facts.model.tree();
        let above = range.start().checked_sub(TextSize::new(1)).and_then(|at| tree.item_at(at));
        let above = above.and_then(|placed| {
            let inside = usize::from(range.start().checked_sub(placed.start)?);
            placed.item.text.get(..inside)?.lines().next_back()
        });
        let below = tree.item_at(range.end()).map_or("", |placed| &placed.item.text);
        let is_blank = |line: &&str| line.trim().is_empty();
        if !above.as_ref().is_some_and(is_blank) {
            return range;
        }
        let gap = below.split_inclusive('\n').take_while(is_blank).map(TextSize::of);
        TextRange::new(range.start(), range.end() + gap.sum::<TextSize>())
    }

    fn with_comments(&self, line: &Line<'_>) -> TextRange {
        self.facts.model.tree().with_comments(&line.placed)
    }

    /// An instruction; commands joined by `&&` stand on lines of their own if it is long.
    fn line(&self, keyword: Keyword, rest: &str) -> String {
        let line = format!("{} {rest}", self.style.word(keyword.name()));
        // What stands in quotes is not broken.
        let is_whole = rest.contains(['\n', '"', '\'']);
        if line.len() <= WIDTH || keyword != Keyword::Run || is_whole {
            return line;
        }
        line.replace(" && ", &format!(" {}{}    && ", self.style.escape, self.style.newline))
    }

    /// The comments right above a line, as they are written.
    fn comments(&self, line: &Line<'_>) -> String {
        let start = self.with_comments(line).start();
        let above = line.placed.index.checked_sub(1).and_then(|n| self.facts.model.tree().item(n));
        let Some(above) = above.filter(|above| start < above.range().end()) else {
            return String::new();
        };
        let inside = usize::from(start.checked_sub(above.start).unwrap_or_default());
        above.item.text.get(inside..).unwrap_or_default().to_owned()
    }

    /// What comes behind the builder: comments that belong to no line, and the runtime stage.
    fn stage(&self, end: TextSize) -> Edit {
        let newline = self.style.newline;
        let tree = self.facts.model.tree();
        let whole = TextRange::new(end, tree.len());
        let mut text = String::new();
        if !self.ends_with_newline(end) {
            text.push_str(newline);
        }
        for comment in self.left_over(end) {
            text.push_str(&comment);
            text.push_str(newline);
        }
        text.push_str(newline);
        for assumption in &self.plan.assumptions {
            text.push_str(&format!("# Assumed: {assumption}.{newline}"));
        }
        let platform =
            self.plan.platform.as_ref().map(|platform| format!("--platform={platform} "));
        let from = platform.unwrap_or_default() + &self.plan.runtime.name();
        text.push_str(&self.line(Keyword::From, &from));
        for line in &self.plan.lines {
            text.push_str(newline);
            text.push_str(&self.runtime_line(line));
        }
        if tree.items().last().is_some_and(|placed| placed.item.text.ends_with('\n')) {
            text.push_str(newline);
        }
        Edit::replace(whole, text)
    }

    fn ends_with_newline(&self, end: TextSize) -> bool {
        let before = end.checked_sub(TextSize::new(1));
        let placed = before.and_then(|before| self.facts.model.tree().item_at(before));
        placed.is_some_and(|placed| placed.item.text.ends_with('\n'))
    }

    /// The comments behind `end` that stand above no line which moves.
    fn left_over(&self, end: TextSize) -> Vec<String> {
        let moved: Vec<TextRange> =
            self.facts.lines.iter().map(|line| self.with_comments(line)).collect();
        let tree = self.facts.model.tree();
        let behind = tree.items().filter(|placed| placed.start >= end);
        let mut comments = Vec::new();
        for placed in behind.filter(|placed| matches!(placed.item.kind, ItemKind::Trivia)) {
            let mut at = placed.start;
            for line in placed.item.text.split_inclusive('\n') {
                let start = at;
                at += TextSize::of(line);
                let is_attached = moved.iter().any(|range| range.contains(start));
                if line.trim_start().starts_with('#') && !is_attached {
                    comments.push(line.trim_end().to_owned());
                }
            }
        }
        comments
    }

    fn runtime_line(&self, line: &RuntimeLine) -> String {
        match line {
            RuntimeLine::Repeated(number) => {
                self.facts.lines.get(*number).map(|line| source(&line.placed)).unwrap_or_default()
            }
            RuntimeLine::Moved(number) => {
                let Some(line) = self.facts.lines.get(*number) else { return String::new() };
                self.comments(line) + &source(&line.placed)
            }
            RuntimeLine::New(keyword, rest) => {
                self.line(*keyword, &rest.replace('\n', self.style.newline))
            }
        }
    }
}

/// An instruction as it is written, without the end of its last line.
fn source(placed: &Placed<'_>) -> String {
    let text: &str = &placed.item.text;
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    /// No blank lines are left side by side where a line between them is taken out.
    #[test]
    fn blank_lines_around_a_line_that_moves() {
        let check = |before: &str, after: &str| {
            let rest = "RUN CGO_ENABLED=0 go build -o /x main.go\nCMD [\"/x\"]\n";
            let files = [("main.go", "package main\n\nfunc main() { println() }\n")];
            let made =
                split(&format!("FROM golang:1.22\n{before}{rest}"), &files).expect("a split");
            let (_, text) = made.first().expect("one");
            let start = format!("FROM golang:1.22 AS builder\n{after}RUN");
            assert!(text.starts_with(&start), "{text}");
        };
        check("\nMAINTAINER x\n\nCOPY . .\n", "\nCOPY . .\n");
        check("\n# Who.\nMAINTAINER x\n  \n\nCOPY . .\n", "\nCOPY . .\n");
        check("MAINTAINER x\n\nCOPY . .\n", "\nCOPY . .\n");
        check("\nMAINTAINER x\nCOPY . .\n", "\nCOPY . .\n");
    }

    /// A line for the builder whose place lies among those that leave it, or at the end of the file.
    #[test]
    fn a_line_at_the_end_of_the_builder() {
        let before = "FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go mod download\n";
        let files = [
            ("go.mod", "module x\n\ngo 1.22\n"),
            ("main.go", "package main\n\nfunc main() { println() }\n"),
        ];
        let check = |end: &str, builder: &str| {
            let made = split(&format!("{before}{end}"), &files).expect("a split");
            let (_, text) = made.first().expect("one");
            let stages = text.split_once("\n\n").map(|(first, _)| first);
            let before = before.replacen('\n', " AS builder\n", 1);
            assert_eq!(stages, Some(format!("{before}{builder}").as_str()));
        };
        let built = "RUN go build -o /usr/local/bin/app .";
        check("CMD go run .\n", built);
        check("EXPOSE 80\nCMD go run .\n", built);
        check("EXPOSE 80\n# It starts.\nCMD [\"go\", \"run\", \".\"]", built);
        check("ENV A=1\nEXPOSE 80\nCMD go run .\nEXPOSE 81\n", &format!("ENV A=1\n{built}"));
    }
}
