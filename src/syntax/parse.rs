//! Text to items: which physical lines make up an instruction, and what it says.
//!
//! Follows `Parse` in `frontend/dockerfile/parser/parser.go`, but goes on after an error.

use std::sync::Arc;

use super::command::{self, View, size};
use super::directive::{DirectiveName, Scan};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::heredoc;
use super::line::{BOM, MAX_LINE, continued, is_blank, is_comment, trim_newline};
use super::paste;
use super::patch::{Map, Patch, patched};
use super::tree::{Heredoc, Instruction, Item, ItemKind, Tree};
use crate::text::{TextRange, TextSize};

impl Tree {
    /// Parses a whole file.
    pub fn parse(text: &str) -> Tree {
        Tree::parse_chunks(std::iter::once(text))
    }

    /// Parses a file that comes in pieces, such as the chunks of a rope.
    pub fn parse_chunks<'a>(chunks: impl Iterator<Item = &'a str>) -> Tree {
        let mut parser = Parser::new(chunks, State::default());
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
pub(super) struct Parser<'a, I> {
    lines: Lines<'a, I>,
    /// The text of the item being read.
    text: String,
    errors: Vec<SyntaxError>,
    pub state: State,
}

impl<'a, I: Iterator<Item = &'a str>> Parser<'a, I> {
    pub fn new(chunks: I, state: State) -> Self {
        let lines = Lines::new(chunks);
        Parser { lines, text: String::new(), errors: Vec::new(), state }
    }

    /// The next item, or `None` at the end of the text.
    pub fn next_item(&mut self) -> Option<Item> {
        self.text.clear();
        let first = self.take_line()?;
        let bom = if self.state.at_start && self.text.starts_with(BOM) { BOM.len() } else { 0 };
        self.state.at_start = false;
        let kind = self.item_kind(bom, first);
        let newlines = self.text.bytes().filter(|b| *b == b'\n').count();
        Some(Item {
            text: self.text.as_str().into(),
            newlines: u32::try_from(newlines).unwrap_or(u32::MAX),
            errors: std::mem::take(&mut self.errors),
            kind,
        })
    }

    fn item_kind(&mut self, bom: usize, first: TextRange) -> ItemKind {
        let line = trim_newline(self.text.get(bom..first.end().into()).unwrap_or_default());
        if let Some((directive, error)) = self.state.scan.read(line, bom) {
            self.errors.extend(error);
            if directive.name == DirectiveName::Escape {
                let value = directive.value;
                match self.text.get(std::ops::Range::<usize>::from(value)) {
                    Some("`") => self.state.escape = '`',
                    Some("\\") => self.state.escape = '\\',
                    _ => self.error(value, SyntaxErrorKind::InvalidEscape),
                }
            }
            return ItemKind::Directive(directive);
        }
        if is_trivia(line) {
            while self.lines.peek().is_some_and(is_trivia) {
                self.take_line();
            }
            return ItemKind::Trivia;
        }
        ItemKind::Instruction(Box::new(self.instruction(bom, first)))
    }

    fn instruction(&mut self, bom: usize, first: TextRange) -> Instruction {
        let Lined { body, patches, comments, blanks } = self.logical_line(bom, first);
        let joined = patched(&self.text, &patches, body);
        let map = Map::new(&patches, body);
        let mut errors = std::mem::take(&mut self.errors);
        let command = command::parse(&joined, &map, self.state.escape, &mut errors);
        let heredocs = if command.takes_heredocs() && joined.contains("<<") {
            heredoc::in_line(&joined, &map, &mut errors)
        } else {
            Vec::new()
        };
        self.errors = errors;
        let view = View { patches: patches.into(), command };
        let heredocs = self.heredoc_bodies(heredocs);
        let mended = paste::mend(&self.text, body, &view, self.state.escape).map(Box::new);
        Instruction { body, view, mended, heredocs, comments, blanks }
    }

    /// Joins the physical lines of an instruction, the first of which is already in `self.text`.
    fn logical_line(&mut self, bom: usize, first: TextRange) -> Lined {
        let line = self.text.get(bom..first.end().into()).unwrap_or_default();
        let mut content = trim_newline(line.trim_start());
        let mut start = usize::from(first.end()) - line.trim_start().len();
        let mut lined = Lined { body: TextRange::empty(size(start)), ..Lined::default() };
        loop {
            let Some(before) = continued(content, self.state.escape) else {
                lined.extend_to(start + content.len());
                return lined;
            };
            let gap = start + before.len();
            lined.extend_to(gap);
            let Some(next) = self.next_content_line(&mut lined) else { return lined };
            lined
                .patches
                .push(Patch { range: TextRange::new(size(gap), next.start()), insert: "" });
            start = next.start().into();
            content = trim_newline(self.text.get(start..next.end().into()).unwrap_or_default());
        }
    }

    /// Takes comment and blank lines up to and including the next line with content.
    fn next_content_line(&mut self, lined: &mut Lined) -> Option<TextRange> {
        loop {
            let range = self.take_line()?;
            let line = self.text.get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
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
            let start = size(self.text.len());
            heredoc.body = TextRange::empty(start);
            while let Some(range) = self.take_line() {
                let line = self.text.get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
                let content = trim_newline(line);
                let name = if heredoc.chomp { content.trim_start_matches('\t') } else { content };
                if name == &*heredoc.name {
                    heredoc.terminator = Some(TextRange::at(range.start(), size(content.len())));
                    break;
                }
                heredoc.body = TextRange::new(start, range.end());
            }
            if heredoc.terminator.is_none() {
                self.errors.push(SyntaxError {
                    range: heredoc.word,
                    kind: SyntaxErrorKind::UnterminatedHeredoc,
                });
                break;
            }
        }
        heredocs
    }

    /// Moves the next line into the item and returns its range there, line end included.
    fn take_line(&mut self) -> Option<TextRange> {
        let line = self.lines.peek()?;
        let range = TextRange::at(size(self.text.len()), size(line.len()));
        let length = line.strip_suffix('\n').unwrap_or(line).len();
        self.text.push_str(line);
        self.lines.advance();
        if length > MAX_LINE {
            let end = range.start() + size(length);
            let start = self.floor(usize::from(range.start()) + MAX_LINE);
            self.error(TextRange::new(start, end), SyntaxErrorKind::LineTooLong);
        }
        Some(range)
    }

    fn floor(&self, mut at: usize) -> TextSize {
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        size(at)
    }

    fn error(&mut self, range: TextRange, kind: SyntaxErrorKind) {
        self.errors.push(SyntaxError { range, kind });
    }
}

fn is_trivia(line: &str) -> bool {
    matches!(line.trim_start().as_bytes().first(), None | Some(b'#'))
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
    fn extend_to(&mut self, end: usize) {
        self.body = TextRange::new(self.body.start(), size(end));
    }
}

/// Lines (with their line feeds) of a text that comes in chunks.
struct Lines<'a, I> {
    chunks: I,
    rest: &'a str,
    /// A line that crosses chunks.
    carry: String,
    state: LineState<'a>,
}

#[derive(Clone, Copy)]
enum LineState<'a> {
    Unread,
    InChunk(&'a str),
    InCarry,
}

impl<'a, I: Iterator<Item = &'a str>> Lines<'a, I> {
    fn new(chunks: I) -> Self {
        Lines { chunks, rest: "", carry: String::new(), state: LineState::Unread }
    }

    fn peek(&mut self) -> Option<&str> {
        if let LineState::Unread = self.state {
            self.state = self.read()?;
        }
        match self.state {
            LineState::InChunk(line) => Some(line),
            LineState::InCarry => Some(&self.carry),
            LineState::Unread => None,
        }
    }

    fn advance(&mut self) {
        self.state = LineState::Unread;
    }

    fn read(&mut self) -> Option<LineState<'a>> {
        if let Some(line) = self.cut() {
            return Some(LineState::InChunk(line));
        }
        self.carry.clear();
        self.carry.push_str(self.rest);
        self.rest = "";
        for chunk in self.chunks.by_ref() {
            self.rest = chunk;
            let end = chunk.find('\n').map(|at| at + 1);
            let (line, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
            self.rest = rest;
            if self.carry.is_empty() && end.is_some() {
                return Some(LineState::InChunk(line));
            }
            self.carry.push_str(line);
            if end.is_some() {
                return Some(LineState::InCarry);
            }
        }
        (!self.carry.is_empty()).then_some(LineState::InCarry)
    }

    /// A whole line off the front of the current chunk.
    fn cut(&mut self) -> Option<&'a str> {
        let end = self.rest.find('\n')? + 1;
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(line)
    }
}
