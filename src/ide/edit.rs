//! The one gate that every offered edit passes.
//!
//! An edit applies cleanly, or it is refused. The result has no syntax error that was not there
//! before, or it is refused. And where the edit promises to keep the meaning, the [`Shape`]s of the
//! file before and after are compared, and the first difference refuses it.

use std::collections::HashMap;
use std::fmt;
use std::iter::Peekable;
use std::sync::Arc;

use super::Snapshot;
use super::named::{self, Sort};
use crate::language::Keyword;
use crate::model::facts::{Facts, Place, Spanned, VariableKind};
use crate::model::variable::{Flow, Reader, Writer};
use crate::model::{Base, Model, Reference, Stage, Target};
use crate::syntax::{
    Arguments, Command, DirectiveName, Heredoc, Instruction, Item, ItemKind, Placed,
};
use crate::text::{Edit, EditError, Text, TextRange};

/// What an edit promises about the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// It can be read as well as before.
    Reads,
    /// It means the same.
    KeepsMeaning,
    /// It means the same but for the names of stages and variables: every name still leads where
    /// it led.
    KeepsMeaningButNames,
}

/// Why an edit is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be applied.
    Edits(EditError),
    /// The instruction (of the text before) would become an error, or others than before.
    Syntax(TextRange),
    /// The instruction (of the text before) would mean something else.
    Meaning(TextRange),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edits(error) => error.fmt(f),
            Self::Syntax(_) => f.write_str("the result would have a new syntax error"),
            Self::Meaning(_) => f.write_str("the result would mean something else"),
        }
    }
}

impl std::error::Error for Refusal {}

/// The document after `edits` (all made at once, every range speaking of the text as it is), if
/// they keep the promise.
pub fn gate(before: &Snapshot, edits: &[Edit], promise: Promise) -> Result<Snapshot, Refusal> {
    let after = apply(before, edits).map_err(Refusal::Edits)?;
    if let Some(worse) = worse_syntax(before, &after) {
        return Err(Refusal::Syntax(worse));
    }
    let names = match promise {
        Promise::Reads => return Ok(after),
        Promise::KeepsMeaning => true,
        Promise::KeepsMeaningButNames => false,
    };
    match first_difference(before.model(), after.model(), names) {
        Some(place) => Err(Refusal::Meaning(place)),
        None => Ok(after),
    }
}

/// The document after `edits`, all made at once. They become one edit from the first to the last,
/// so that many in one long instruction have it read again once only.
fn apply(before: &Snapshot, edits: &[Edit]) -> Result<Snapshot, EditError> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    check_order(before.text(), &edits)?;
    let Some(start) = edits.first().map(|edit| edit.range.start()) else {
        return Ok(before.clone());
    };
    let (mut insert, mut at) = (String::new(), start);
    for edit in edits {
        insert.push_str(&before.text().slice(TextRange::new(at, edit.range.start())));
        insert.push_str(&edit.insert);
        at = edit.range.end();
    }
    Ok(before.edit(&[Edit::replace(TextRange::new(start, at), insert)]))
}

fn check_order(text: &Text, edits: &[&Edit]) -> Result<(), EditError> {
    let mut done = TextRange::default();
    for edit in edits {
        if edit.range.start() < done.end() {
            return Err(EditError::Overlap(done, edit.range));
        }
        if text.clamp(edit.range) != edit.range {
            return Err(EditError::NotInText(edit.range));
        }
        done = edit.range;
    }
    Ok(())
}

/// The first item that the edit changed, if what it made of the changed ones has more errors.
fn worse_syntax(before: &Snapshot, after: &Snapshot) -> Option<TextRange> {
    let old: Vec<Placed> = before.tree().items().collect();
    let new: Vec<Placed> = after.tree().items().collect();
    let same = |(a, b): &(&Placed, &Placed)| Arc::ptr_eq(a.item, b.item);
    let head = old.iter().zip(&new).take_while(same).count();
    let rest = old.iter().skip(head).rev().zip(new.iter().skip(head).rev());
    let tail = rest.take_while(same).count();
    let changed = |items: &[Placed]| -> usize {
        let changed = items.iter().take(items.len() - tail).skip(head);
        changed.map(|placed| faults(placed.item)).sum()
    };
    let first = || old.get(head).map_or(TextRange::empty(before.text().len()), place_of);
    (changed(&new) > changed(&old)).then(first)
}

fn faults(item: &Item) -> usize {
    let unknown = item.instruction().is_some_and(|i| i.view.command.keyword.is_none());
    item.errors.len() + usize::from(unknown)
}

/// The instruction's own text; all of it for any other item.
fn place_of(placed: &Placed) -> TextRange {
    placed.instruction().map_or(placed.range(), |i| placed.lift(i.body))
}

/// The place in `before` at which the files begin to mean different things.
fn first_difference(before: &Model, after: &Model, names: bool) -> Option<TextRange> {
    let (old, new) = (Shape::of(before, names), Shape::of(after, names));
    let differs = old.0.iter().zip(&new.0).find(|(old, new)| old.1 != new.1);
    let longer = || old.0.get(new.0.len()).or(old.0.last()).filter(|_| old.0.len() != new.0.len());
    let item = match differs {
        Some((old, _)) => old.0,
        None if old.0.is_empty() && !new.0.is_empty() => {
            return Some(TextRange::empty(before.tree().len()));
        }
        None => longer()?.0,
    };
    before.tree().item(item).map(|placed| place_of(&placed))
}

/// What a file means, but not where its pieces stand: per directive and instruction, with its item.
struct Shape(Vec<(usize, Part)>);

#[derive(Debug, PartialEq)]
enum Part {
    Directive(DirectiveName, String),
    Instruction(Box<Meaning>),
}

/// What an instruction means. Names are left out if they may change; what they lead to is not.
#[derive(Debug, PartialEq)]
struct Meaning {
    keyword: Option<Keyword>,
    /// Flags and arguments, without continuations and names.
    words: Vec<String>,
    /// Their bodies, without names.
    heredocs: Vec<String>,
    /// Of the stage and of variables; empty where they may change.
    names: Vec<String>,
    /// What a `FROM` starts from.
    base: Option<Base>,
    references: Vec<Referred>,
    writers: Vec<Written>,
    /// The number of the definition, or the name of what the file does not define.
    readers: Vec<Result<usize, Arc<str>>>,
}

/// A reference: its kind, what it leads to, its name if that is not in the file.
type Referred = (Place, Target, Option<Arc<str>>);

/// A definition: its kind, what it replaces and makes known, and the first `ARG` of its name, as
/// those have one build argument.
type Written = (VariableKind, Option<usize>, Option<usize>, Option<usize>);

impl Shape {
    fn of(model: &Model, names: bool) -> Shape {
        let flow = Flow::of(model);
        let mut reader = ShapeReader::new(model, &flow, names);
        let parts = model.tree().items().filter_map(|placed| {
            let part = match &placed.item.kind {
                ItemKind::Trivia => return None,
                ItemKind::Directive(directive) => {
                    let value = text(placed.item, directive.value).to_owned();
                    Part::Directive(directive.name, value)
                }
                ItemKind::Instruction(instruction) => {
                    Part::Instruction(Box::new(reader.meaning(placed, instruction)?))
                }
            };
            Some((placed.index, part))
        });
        Shape(parts.collect())
    }
}

/// Goes through a model and its flow in step with the items.
struct ShapeReader<'m> {
    model: &'m Model,
    names: bool,
    stages: std::slice::Iter<'m, Stage>,
    references: Peekable<std::slice::Iter<'m, Reference>>,
    writers: Peekable<std::slice::Iter<'m, Writer>>,
    readers: Peekable<std::vec::IntoIter<&'m Reader>>,
    first_args: HashMap<&'m str, usize>,
}

impl<'m> ShapeReader<'m> {
    fn new(model: &'m Model, flow: &'m Flow, names: bool) -> Self {
        let mut first_args = HashMap::new();
        for (number, writer) in flow.writers.iter().enumerate() {
            if writer.kind == VariableKind::Arg {
                first_args.entry(&*writer.name).or_insert(number);
            }
        }
        let mut readers: Vec<&Reader> = flow.readers.iter().collect();
        readers.sort_by_key(|reader| reader.item);
        ShapeReader {
            model,
            names,
            stages: model.stages().iter(),
            references: model.references().iter().peekable(),
            writers: flow.writers.iter().peekable(),
            readers: readers.into_iter().peekable(),
            first_args,
        }
    }

    fn meaning(&mut self, placed: Placed<'m>, instruction: &Instruction) -> Option<Meaning> {
        let facts = self.model.facts(placed.index)?;
        let cut = name_ranges(placed.item, instruction, facts);
        let stage = match facts.keyword {
            Some(Keyword::From) => self.stages.next(),
            _ => None,
        };
        Some(Meaning {
            keyword: facts.keyword,
            words: words(placed.item, instruction, &cut),
            heredocs: heredocs(placed.item, instruction, &cut),
            names: if self.names { all_names(facts) } else { Vec::new() },
            base: stage.map(|stage| stage.base.clone()),
            references: next(&mut self.references, |r| r.item == placed.index, referred),
            writers: next(
                &mut self.writers,
                |writer| writer.item == placed.index,
                |writer| {
                    let class = self.first_args.get(&*writer.name).copied();
                    let class = class.filter(|_| writer.kind == VariableKind::Arg);
                    (writer.kind, writer.replaces, writer.global, class)
                },
            ),
            readers: next(
                &mut self.readers,
                |reader| reader.item == placed.index,
                |reader| reader.writer.ok_or_else(|| Arc::clone(&reader.name)),
            ),
        })
    }
}

/// What a reference leads to; for what is not in the file, its name (that of a `FROM` is its base).
fn referred(reference: &Reference) -> Referred {
    let named = reference.place != Place::From && !matches!(reference.target, Target::Stage(_));
    let name = named.then(|| Arc::clone(&reference.name.text));
    (reference.place, reference.target.clone(), name)
}

/// Takes from `list` as long as its next element belongs.
fn next<I: Iterator, T>(
    list: &mut Peekable<I>,
    belongs: impl Fn(&I::Item) -> bool,
    make: impl Fn(I::Item) -> T,
) -> Vec<T> {
    std::iter::from_fn(|| list.next_if(&belongs)).map(make).collect()
}

fn text(item: &Item, range: TextRange) -> &str {
    item.text_at(range).unwrap_or_default()
}

/// Where names of stages and variables stand in an item, in order; not those whose place is not
/// exactly known.
fn name_ranges(item: &Item, instruction: &Instruction, facts: &Facts) -> Vec<TextRange> {
    let from = facts.from.iter().flat_map(|from| from.name.iter().chain([&from.image]));
    let stages = from.chain(facts.references.iter().map(|reference| &reference.name));
    let made = facts.definitions.iter().map(|definition| &definition.name);
    let variables = made.chain(facts.uses.iter().map(|use_| &use_.name));
    let sorted = stages.zip(std::iter::repeat(Sort::Stage));
    let sorted = sorted.chain(variables.zip(std::iter::repeat(Sort::Variable)));
    let exact = |(name, sort): (&Spanned, Sort)| {
        named::exact(&item.text, instruction.meant(), name.range, &name.text, sort)
    };
    let mut ranges: Vec<_> = sorted.filter_map(exact).collect();
    ranges.sort_by_key(|range| (range.start(), range.end()));
    ranges
}

/// The names that the outside knows, too: of the stage in lower case, of variables.
fn all_names(facts: &Facts) -> Vec<String> {
    let stage = facts.from.iter().filter_map(|from| from.name.as_ref());
    let made = facts.definitions.iter().map(|definition| &definition.name);
    let read = facts.uses.iter().map(|use_| &use_.name);
    let variables = made.chain(read).map(|name| name.text.to_string());
    stage.map(|name| name.text.to_lowercase()).chain(variables).collect()
}

fn words(item: &Item, instruction: &Instruction, cut: &[TextRange]) -> Vec<String> {
    let view = instruction.meant();
    let mut ranges = Vec::new();
    word_ranges(&view.command, &mut ranges);
    let mut words: Vec<String> = ranges
        .into_iter()
        .map(|range| without(range, cut, |piece| view.text(&item.text, piece).into_owned()))
        .collect();
    if view.command.keyword == Some(Keyword::From) {
        // The case of `AS` says nothing.
        words.iter_mut().filter(|w| w.eq_ignore_ascii_case("as")).for_each(|w| *w = "AS".into());
    }
    words
}

fn word_ranges(command: &Command, ranges: &mut Vec<TextRange>) {
    ranges.extend(command.flags.iter().map(|flag| flag.range));
    argument_ranges(&command.arguments, ranges);
}

fn argument_ranges(arguments: &Arguments, ranges: &mut Vec<TextRange>) {
    match arguments {
        Arguments::None => {}
        Arguments::Text(text) => ranges.push(*text),
        Arguments::Words(words) | Arguments::Exec(words) | Arguments::Names(words) => {
            ranges.extend(words.iter().copied());
        }
        Arguments::Pairs(pairs) => {
            ranges.extend(pairs.iter().flat_map(|pair| [Some(pair.name), pair.value]).flatten());
        }
        Arguments::Health(kind, inner) => {
            ranges.push(*kind);
            argument_ranges(inner, ranges);
        }
        Arguments::Nested(inner) => {
            ranges.push(inner.keyword_range);
            word_ranges(inner, ranges);
        }
    }
}

fn heredocs(item: &Item, instruction: &Instruction, cut: &[TextRange]) -> Vec<String> {
    let body = |heredoc: &Heredoc| without(heredoc.body, cut, |piece| text(item, piece).to_owned());
    instruction.heredocs.iter().map(body).collect()
}

/// The text of `range` without the ranges `cut`, each of which leaves a mark.
fn without(range: TextRange, cut: &[TextRange], text: impl Fn(TextRange) -> String) -> String {
    let from = cut.partition_point(|name| name.start() < range.start());
    let mut result = String::new();
    let mut at = range.start();
    for name in cut.iter().skip(from).take_while(|name| name.end() <= range.end()) {
        if name.start() < at {
            continue;
        }
        result.push_str(&text(TextRange::new(at, name.start())));
        result.push('\0');
        at = name.end();
    }
    result.push_str(&text(TextRange::new(at, range.end())));
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// Replaces what `<e>` marks by `insert`; a refusal is told with the text it points at.
    #[track_caller]
    fn check(marked: &str, insert: &str, promise: Promise, expected: Result<(), &str>) {
        let fixture = Fixture::new(marked);
        let edits: Vec<_> =
            fixture.marked("e").into_iter().map(|range| Edit::replace(range, insert)).collect();
        assert!(!edits.is_empty());
        let slice = |range| fixture.snapshot.text().slice(range).into_owned();
        let result = gate(&fixture.snapshot, &edits, promise);
        if let Ok(after) = &result {
            assert_eq!(after.text().to_string(), fixture.edited(&edits));
        }
        let told = result.map(drop).map_err(|refusal| match refusal {
            Refusal::Edits(error) => error.to_string(),
            Refusal::Syntax(range) => format!("syntax: {}", slice(range)),
            Refusal::Meaning(range) => format!("meaning: {}", slice(range)),
        });
        assert_eq!(told, expected.map_err(str::to_owned), "{marked}");
    }

    #[test]
    fn edits_must_apply() {
        let snapshot = Snapshot::new("FROM é\n");
        let range = |a: u32, b: u32| TextRange::new(a.into(), b.into());
        let refused = |edits: &[Edit]| gate(&snapshot, edits, Promise::Reads).map(drop);
        let two = [Edit::delete(range(0, 3)), Edit::delete(range(2, 5))];
        assert_eq!(
            refused(&two),
            Err(Refusal::Edits(EditError::Overlap(range(0, 3), range(2, 5))))
        );
        for bad in [range(6, 7), range(0, 99)] {
            let edits = [Edit::delete(bad)];
            assert_eq!(refused(&edits), Err(Refusal::Edits(EditError::NotInText(bad))));
        }
        assert_eq!(refused(&[]), Ok(()));
    }

    #[test]
    fn edits_are_made_at_once() {
        let snapshot = Snapshot::new("FROM a\n");
        let end = snapshot.text().len();
        let name = TextRange::new(5.into(), 6.into());
        let edits = [
            Edit::insert(end, "RUN x\n"),
            Edit::replace(name, "bb"),
            Edit::insert(end, "RUN y\n"),
            Edit::insert(5.into(), "--platform=p "),
        ];
        let after = gate(&snapshot, &edits, Promise::Reads).map(|s| s.text().to_string());
        assert_eq!(after.as_deref(), Ok("FROM --platform=p bb\nRUN x\nRUN y\n"));
    }

    #[test]
    fn new_syntax_errors_are_refused() {
        check("FROM a\n<e>RUN</e> x\n", "RUNN", Promise::Reads, Err("syntax: RUN x"));
        check("FROM a\nRUN x <e>y</e>\n", "<<E", Promise::Reads, Err("syntax: RUN x y"));
        check("FROM a\n<e>RN</e> x\n", "RUN", Promise::Reads, Ok(()));
        check("FRM a\n<e>RUN</e> x\nFOO\n", "USER", Promise::Reads, Ok(()));
    }

    #[test]
    fn case_and_layout_keep_the_meaning() {
        let keeps = |marked, insert| check(marked, insert, Promise::KeepsMeaning, Ok(()));
        keeps("<e>from</e> a as b\n", "FROM");
        keeps("FROM a <e>as</e> b\n", "AS");
        keeps("FROM a<e> </e>AS b\n", " \\\n  ");
        keeps("FROM a\n<e></e>RUN x\n", "\n# why\n");
        keeps("FROM a AS <e>B</e>\nFROM b\n", "b");
    }

    #[test]
    fn a_changed_meaning_is_refused() {
        let refused = |marked, insert, why| check(marked, insert, Promise::KeepsMeaning, Err(why));
        refused("FROM a\nRUN x<e> </e>y\n", "", "meaning: RUN x y");
        refused("FROM a AS b\nFROM <e>b</e>\n", "B", "meaning: FROM b");
        refused("FROM a\n<e>RUN x\n</e>", "", "meaning: RUN x");
        refused("FROM a\nRUN x\n<e></e>", "RUN y\n", "meaning: RUN x");
        refused("<e></e>FROM a\nRUN x\n", "# escape=`\n", "meaning: FROM a");
        refused("FROM a AS <e>b</e>\nFROM b\n", "c", "meaning: FROM a AS b");
        refused("<e></e>", "FROM x\n", "meaning: ");
        refused("FROM a\nCOPY <<E /x\n<e>y</e>\nE\n", "z", "meaning: COPY <<E /x");
    }

    #[test]
    fn names_may_change_if_they_lead_to_the_same() {
        let renames = |marked, insert, expected| {
            check(marked, insert, Promise::KeepsMeaningButNames, expected);
        };
        renames("FROM a AS <e>b</e>\nFROM <e>b</e>\nCOPY --from=<e>b</e> / /\n", "c", Ok(()));
        renames("FROM a AS <e>b</e>\nFROM b\n", "c", Err("meaning: FROM b"));
        renames("FROM a AS <e>b</e>\nFROM c\n", "c", Err("meaning: FROM c"));
        renames("FROM a\nENV <e>A</e>=1 B=$A\nRUN $<e>A</e> $B\n", "C", Ok(()));
        renames("FROM a\nENV <e>A</e>=1\nRUN $A\n", "C", Err("meaning: RUN $A"));
        renames("FROM a\nENV <e>A</e>=1\nRUN $<e>A</e> $C\n", "C", Err("meaning: RUN $A $C"));
        renames("FROM a\nENV <e>A</e>=1\nENV C=1\n", "C", Err("meaning: ENV C=1"));
        renames("FROM a\nENV <e>A</e>=1\nENV A=1\n", "C", Err("meaning: ENV A=1"));
        renames("FROM a\nENV <e>A</e>=1\nFROM a\nENV A=1\n", "C", Ok(()));
        renames("FROM a\nARG <e>A</e>=1\nFROM a\nARG A=1\n", "C", Err("meaning: ARG A=1"));
        renames("FROM a\nENV <e>A</e>=<e>1</e>\n", "C", Err("meaning: ENV A=1"));
    }
}
