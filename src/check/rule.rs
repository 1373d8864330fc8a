//! What rules are: looks at one reading of one instruction, and looks at the whole model.

use std::borrow::Cow;
use std::ops::Range;

use super::{Finding, Phase, Severity};
use crate::language::Keyword;
use crate::model::Model;
use crate::syntax::{Arguments, Command, Flag, Instruction, Item, View, cook_flag};
use crate::text::TextRange;

/// A kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// Its stable kebab-case name.
    pub code: &'static str,
    /// How bad it is, unless the file makes it milder.
    pub severity: Severity,
    /// What it finds, one line.
    pub sense: &'static str,
}

/// Rules that are found by one look.
#[derive(Debug)]
pub struct Family {
    /// The look.
    pub look: Look,
    /// What it can find.
    pub rules: &'static [Rule],
}

/// How a family of rules finds what it finds.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// In what the line parser tells of one item.
    Item(fn(&Item, &mut Vec<Finding>)),
    /// In one reading of one instruction, or of the trigger of an `ONBUILD`.
    Instruction(fn(&InstructionContext<'_>, &mut Vec<Finding>)),
    /// By comparing both readings of an instruction that careless pasting damaged.
    Pasted,
    /// In the whole file.
    Model(ModelLook),
}

/// A look at the whole file, in two steps: an edit repeats the first, only a reader of the findings
/// pays for the second.
#[derive(Clone, Copy, Debug)]
pub struct ModelLook {
    /// Where there is something to tell. Looks through lists of the model, not through the text.
    pub find: fn(&Model, &mut Vec<Issue>),
    /// What there is to tell, in file coordinates.
    pub tell: fn(&Model, &Issue) -> Option<Finding>,
}

/// A place where a look at the whole file found something.
///
/// Equal issues on unmoved items, with unchanged names of stages and global arguments, make equal
/// findings: that is how [`super::Report::same_places`] knows that nothing changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issue {
    /// The number of the item that the finding is about.
    pub item: usize,
    /// The number of another item that it points to.
    pub other: Option<usize>,
    /// What it is about: the number of a reference, a use, a stage.
    pub number: usize,
    /// Which of the things that the look can tell, as far as other instructions decide that.
    pub variant: u8,
}

/// One command of one reading of an instruction. All ranges count from the start of the item.
#[derive(Clone, Copy, Debug)]
pub struct InstructionContext<'a> {
    /// The item.
    pub item: &'a Item,
    /// The item's instruction.
    pub instruction: &'a Instruction,
    /// The reading.
    pub view: &'a View,
    /// The command of that reading, or the trigger in it.
    pub command: &'a Command,
    /// The command is the trigger of an `ONBUILD`: only the line parser judges it here and now.
    pub trigger: bool,
    /// The escape character.
    pub escape: char,
}

impl<'a> InstructionContext<'a> {
    /// The text of a range without line continuations.
    pub fn text(&self, range: TextRange) -> Cow<'a, str> {
        self.view.text(&self.item.text, range)
    }

    /// Where the bytes `sub` of the text of `range` stand.
    pub fn locate(&self, range: TextRange, sub: Range<usize>) -> TextRange {
        self.view.locate(range, sub)
    }

    /// Whether the command is that instruction.
    pub fn is(&self, keyword: Keyword) -> bool {
        self.command.keyword == Some(keyword)
    }

    /// What `BuildKit` refuses. In a trigger that is the matter of later builds, unless the line
    /// parser sees it.
    pub fn refused(
        &self,
        code: &'static str,
        phase: Phase,
        range: TextRange,
        message: impl Into<String>,
    ) -> Finding {
        if !self.trigger || phase == Phase::Parse {
            return Finding::refused(code, phase, range, message);
        }
        let message = format!("{} Every build on top of this image will fail.", message.into());
        Finding::new(code, Severity::Warning, range, message)
    }

    /// The flags as `BuildKit` reads them.
    pub fn flags(&self) -> impl Iterator<Item = ReadFlag<'a>> {
        let context = *self;
        self.command.flags.iter().filter_map(move |flag| context.read(flag))
    }

    /// The values of the flag of that name.
    pub fn values(&self, name: &'static str) -> impl Iterator<Item = (ReadFlag<'a>, String)> {
        self.flags().filter(move |flag| flag.name == name).filter_map(|mut flag| {
            let value = flag.value.take()?;
            Some((flag, value))
        })
    }

    fn read(&self, flag: &'a Flag) -> Option<ReadFlag<'a>> {
        let written = self.text(flag.range);
        let text = match flag.cooked {
            true => cook_flag(&written, self.escape),
            false => written.into_owned(),
        };
        let text = text.strip_prefix("--").unwrap_or(&text);
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.to_owned(), None),
        };
        // A lone `--` at the end of the line is no flag.
        let ends_flags = name.is_empty() && value.is_none();
        (!ends_flags).then_some(ReadFlag { flag, name, value })
    }

    /// How many arguments `BuildKit` counts, for instructions that take words or one text.
    pub fn count(&self) -> usize {
        match &self.command.arguments {
            Arguments::None => 0,
            Arguments::Words(words) | Arguments::Exec(words) | Arguments::Names(words) => {
                words.len()
            }
            Arguments::Pairs(pairs) => pairs.len(),
            _ => 1,
        }
    }
}

/// A flag as `BuildKit` reads it.
#[derive(Clone, Debug)]
pub struct ReadFlag<'a> {
    /// Where its parts stand.
    pub flag: &'a Flag,
    /// The name without dashes, quotes and escapes.
    pub name: String,
    /// What follows `=`, without quotes and escapes.
    pub value: Option<String>,
}

impl ReadFlag<'_> {
    /// Where the value stands; all of the flag where it has none or an empty one.
    pub fn value_range(&self) -> TextRange {
        self.flag.value.filter(|range| !range.is_empty()).unwrap_or(self.flag.range)
    }
}
