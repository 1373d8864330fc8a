//! Text to items: which physical lines make up an instruction, and what it says.
//!
//! Follows `Parse` in `frontend/dockerfile/parser/parser.go`, but goes on after an error.

use std::ops::Range;
use std::sync::Arc;

use super::command::{self, View, size};
use super::directive::{DirectiveName, Scan};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::heredoc;
use super::line::{BOM, MAX_LINE, continued, is_blank, is_comment, trim_newline};
use super::paste;
use super::patch::{Map, Patch, patch_into};
use super::shared::SharedStr;
use super::tree::{Heredoc, Instruction, Item, ItemKind, Tree};
use crate::text::{TextRange, TextSize};

impl Tree {
    /// Parses a whole file.
    pub fn parse(text: &str) -> Tree {
        let mut parser = Parser::new(text.into(), State::default());
        let mut items = Vec::new();
        let mut prefix = 0;
        while let Some(item) = parser.next_item() {
            items.push(Arc::new(item));
            if !parser.state.scan.is_closed() {
                prefix = items.len();
            }
        }
        Tree::new(items, parser.state.escape, prefix, parser.state.scan)
    }
}

/// What the lines read so far mean for those to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub scan: Scan,
    pub escape: char,
    /// Nothing was read yet: a byte order mark may come.
    pub at_start: bool,
}

impl Default for State {
    fn default() -> State {
        State { scan: Scan::default(), escape: '\\', at_start: true }
    }
}

/// Reads items one after the other.
pub(super) struct Parser {
    text: Arc<str>,
    /// Where the item being read starts.
    start: usize,
    /// Where the next line starts.
    at: usize,
    /// Lines of the item that ended with a line feed.
    newlines: u32,
    errors: Vec<SyntaxError>,
    /// Memory for the joined text of an instruction of several lines.
    joined: String,
    /// Memory for its map.
    map: Map,
    pub state: State,
}

impl Parser {
    pub fn new(text: Arc<str>, state: State) -> Parser {
        Parser {
            text,
            start: 0,
            at: 0,
            newlines: 0,
            errors: Vec::new(),
            joined: String::new(),
            map: Map::default(),
            state,
        }
    }

    /// Whether all of the text is read.
    pub fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// The next item, or `None` at the end of the text.
    pub fn next_item(&mut self) -> Option<Item> {
        self.start = self.at;
        self.newlines = 0;
        let first = self.take_line()?;
        let at_start = std::mem::take(&mut self.state.at_start);
        let bom = if at_start && self.line(first).starts_with(BOM) { BOM.len() } else { 0 };
        let kind = self.item_kind(bom, first);
        Some(Item {
            text: SharedStr::new(&self.text, self.start..self.at),
            newlines: self.newlines,
            errors: std::mem::take(&mut self.errors),
            kind,
        })
    }

    fn item_kind(&mut self, bom: usize, first: TextRange) -> ItemKind {
        let first = TextRange::new(size(bom), first.end());
        if !self.state.scan.is_closed()
            && let Some(directive) = self.directive(first)
        {
            return directive;
        }
        if is_trivia(self.line(first)) {
            while self.peek_line().is_some_and(is_trivia) {
                self.take_line();
            }
            return ItemKind::Trivia;
        }
        ItemKind::Instruction(self.instruction(first))
    }

    fn directive(&mut self, first: TextRange) -> Option<ItemKind> {
        let line = trim_newline(self.text.get(self.place(first)).unwrap_or_default());
        let (directive, error) = self.state.scan.read(line, first.start().into())?;
        self.errors.extend(error);
        if directive.name == DirectiveName::Escape {
            match self.line(directive.value) {
                "`" => self.state.escape = '`',
                "\\" => self.state.escape = '\\',
                _ => self.error(directive.value, SyntaxErrorKind::InvalidEscape),
            }
        }
        Some(ItemKind::Directive(directive))
    }

    fn instruction(&mut self, first: TextRange) -> Instruction {
        let Lined { body, patches, comments, blanks } = self.logical_line(first);
        let source = self.text.get(self.start..self.at).unwrap_or_default();
        let joined = match patches.is_empty() {
            true => source.get(Range::<usize>::from(body)).unwrap_or_default(),
            false => {
                self.joined.clear();
                patch_into(&mut self.joined, source, &patches, body);
                &self.joined
            }
        };
        self.map.fill(&patches, body);
        let map = &self.map;
        let command = command::parse(joined, map, self.state.escape, &mut self.errors);
        let heredocs =
            if command.takes_heredocs() && memchr::memchr(b'<', joined.as_bytes()).is_some() {
                heredoc::in_line(joined, map, &mut self.errors)
            } else {
                Vec::new()
            };
        let view = View { patches, command };
        let mended = paste::mend(source, body, &view, self.state.escape).map(Box::new);
        let heredocs = self.heredoc_bodies(heredocs);
        Instruction { body, view, mended, heredocs, comments, blanks }
    }

    /// Joins the physical lines of an instruction, the first of which is already taken.
    fn logical_line(&mut self, first: TextRange) -> Lined {
        let line = self.line(first);
        let indent = line.len() - line.trim_start().len();
        let mut lined = Lined::default();
        let mut rest = TextRange::new(first.start() + size(indent), first.end());
        lined.body = TextRange::empty(rest.start());
        loop {
            let content = trim_newline(self.line(rest));
            let Some(before) = continued(content, self.state.escape) else {
                lined.extend_to(rest.start() + size(content.len()));
                return lined;
            };
            let gap = rest.start() + size(before.len());
            lined.extend_to(gap);
            let Some(next) = self.next_content_line(&mut lined) else { return lined };
            lined.patches.push(Patch { range: TextRange::new(gap, next.start()), insert: "" });
            rest = next;
        }
    }

    /// Takes comment and blank lines up to and including the next line with content.
    fn next_content_line(&mut self, lined: &mut Lined) -> Option<TextRange> {
        loop {
            let range = self.take_line()?;
            let line = self.line(range);
            if is_comment(line) {
                lined.comments.push(range);
            } else if is_blank(line) {
                lined.blanks.push(range);
            } else {
                return Some(range);
            }
        }
    }

    /// Reads the bodies that the heredoc words of a line announce.
    fn heredoc_bodies(&mut self, mut heredocs: Vec<Heredoc>) -> Vec<Heredoc> {
        for heredoc in &mut heredocs {
            let start = size(self.at - self.start);
            heredoc.body = TextRange::empty(start);
            while let Some(range) = self.take_line() {
                let content = trim_newline(self.line(range));
                let name = if heredoc.chomp { content.trim_start_matches('\t') } else { content };
                if name == &*heredoc.name {
                    heredoc.terminator = Some(TextRange::at(range.start(), size(content.len())));
                    break;
                }
                heredoc.body = TextRange::new(start, range.end());
            }
            if heredoc.terminator.is_none() {
                self.error(heredoc.word, SyntaxErrorKind::UnterminatedHeredoc);
                break;
            }
        }
        heredocs
    }

    /// Takes the next line into the item and returns its range there, line end included.
    fn take_line(&mut self) -> Option<TextRange> {
        let line = self.peek_line()?;
        let (length, ends) = (line.len(), line.ends_with('\n'));
        let range = TextRange::at(size(self.at - self.start), size(length));
        self.at += length;
        self.newlines += u32::from(ends);
        let content = length - usize::from(ends);
        if content > MAX_LINE {
            let start = self.floor(usize::from(range.start()) + MAX_LINE);
            let end = range.start() + size(content);
            self.error(TextRange::new(start, end), SyntaxErrorKind::LineTooLong);
        }
        Some(range)
    }

    fn peek_line(&self) -> Option<&str> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        rest.get(..end)
    }

    /// The text of a range of the item.
    fn line(&self, range: TextRange) -> &str {
        self.text.get(self.place(range)).unwrap_or_default()
    }

    fn place(&self, range: TextRange) -> Range<usize> {
        self.start + usize::from(range.start())..self.start + usize::from(range.end())
    }

    fn floor(&self, mut at: usize) -> TextSize {
        while !self.text.is_char_boundary(self.start + at) {
            at -= 1;
        }
        size(at)
    }

    fn error(&mut self, range: TextRange, kind: SyntaxErrorKind) {
        self.errors.push(SyntaxError { range, kind });
    }
}

fn is_trivia(line: &str) -> bool {
    match line.as_bytes().first() {
        Some(b'A'..=b'Z' | b'a'..=b'z') => false,
        _ => matches!(line.trim_start().as_bytes().first(), None | Some(b'#')),
    }
}

/// A logical line while it is being joined.
#[derive(Default)]
struct Lined {
    body: TextRange,
    patches: Vec<Patch>,
    comments: Vec<TextRange>,
    blanks: Vec<TextRange>,
}

impl Lined {
    fn extend_to(&mut self, end: TextSize) {
        self.body = TextRange::new(self.body.start(), end);
    }
}
