//! What stands at an offset: the one answer that completion, hover and others begin with.
//!
//! It is right in half-typed text: the tree says what is there, and where the cursor stands in a
//! blank or at a word's end, the words before it say what would come next. Pasted text is taken as
//! it was meant ([`Instruction::meant`]).

use std::ops::Range;

use crate::language::{Directive, Keyword, MountType};
use crate::model::facts::Expander;
use crate::model::mount::{self, Field};
use crate::syntax::{
    Arguments, Command, Flag, Heredoc, Instruction, ItemKind, Pair, Placed, View,
    expand::{self, Mode},
};
use crate::text::{TextRange, TextSize};

use super::Snapshot;

/// What stands at an offset.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The offset, inside the text and on a character boundary.
    pub offset: TextSize,
    /// The kind of place.
    pub place: Place<'a>,
    /// The word, name or value there, in the file: what a completion replaces. It contains or
    /// touches the offset, and is empty where nothing is typed yet.
    pub range: TextRange,
    /// Whether a flag can stand here (too): nothing is typed at the place, and no argument before.
    pub flags: bool,
    /// The variable whose name stands here or could be typed here, where variables are expanded.
    pub variable: Option<VariableAt>,
    /// The instruction, if the offset is in one.
    pub within: Option<Within<'a>>,
}

/// A kind of place.
#[derive(Clone, Debug)]
pub enum Place<'a> {
    /// A keyword, or where one can stand: the start of a line, or behind `ONBUILD`.
    Keyword {
        /// Whether nothing but directives stands before this line, so that one could stand here.
        directive: bool,
    },
    /// A flag's name; the range holds its dashes. No flag where only dashes are typed.
    FlagName(Option<&'a Flag>),
    /// A flag's value, other than of a mount.
    FlagValue(&'a Flag),
    /// A key in the value of `--mount`.
    MountKey(&'a Flag),
    /// The value of a key in the value of `--mount`.
    MountValue {
        /// The flag.
        flag: &'a Flag,
        /// The key, as written.
        key: String,
    },
    /// Behind `FROM`.
    FromImage,
    /// `AS`, or where it would stand.
    FromAs,
    /// Behind `AS`.
    FromName,
    /// A name that `ARG` declares.
    ArgName,
    /// The default of an `ARG`.
    ArgValue,
    /// The name in `ENV` and `LABEL`.
    PairName,
    /// The value in `ENV` and `LABEL`.
    PairValue,
    /// `CMD` or `NONE` behind `HEALTHCHECK`.
    HealthType,
    /// A string of the exec form, or between two of them.
    Exec,
    /// Text for a shell.
    Shell,
    /// An argument of another instruction, counted from 0.
    Argument(usize),
    /// The body of a heredoc.
    Heredoc(&'a Heredoc),
    /// The closing line of a heredoc.
    HeredocEnd(&'a Heredoc),
    /// The name of a directive, in a comment that can be one.
    DirectiveName,
    /// The value of a directive, or of a `# check=` comment before an instruction.
    DirectiveValue(&'static Directive),
    /// A comment.
    Comment,
    /// None of these: nothing can be said or offered.
    Nothing,
}

/// The variable at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableAt {
    /// From `$` to the end of the name or the closing brace, in the file.
    pub range: TextRange,
    /// The name, empty where it is still to be typed, in the file.
    pub name: TextRange,
    /// Whether it is written with a brace.
    pub braced: bool,
    /// Who expands it.
    pub by: Expander,
}

/// The instruction around an offset.
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    /// Its item.
    pub placed: Placed<'a>,
    /// The reading that the rest refers to.
    pub view: &'a View,
    /// The innermost command: for `ONBUILD` the trigger, where the offset is in it.
    pub command: &'a Command,
    /// Whether the command is the trigger of an `ONBUILD`.
    pub trigger: bool,
    /// The escape character in force.
    pub escape: char,
}

impl<'a> Within<'a> {
    /// The text of a range of the item, line continuations gone.
    pub fn text(&self, range: TextRange) -> std::borrow::Cow<'a, str> {
        self.view.text(&self.placed.item.text, range)
    }

    /// The fields of the value of a mount.
    pub fn mount_fields(&self, flag: &Flag) -> Vec<Field> {
        mount::fields(flag, self.view, &self.placed.item.text, self.escape)
    }
}

/// The type of mount that the fields make, and which of them says so; `bind` where none does.
pub fn mount_type(fields: &[Field]) -> (MountType, Option<&Field>) {
    // The last one wins, as each sets the type when it is read.
    let types = fields.iter().filter(|field| field.key.text.eq_ignore_ascii_case("type"));
    let mut known = types
        .filter_map(|field| Some((MountType::parse(&field.value.as_ref()?.text)?, Some(field))));
    known.next_back().unwrap_or((MountType::Bind, None))
}

/// What stands at `offset` (clamped to the text).
pub fn at(snapshot: &Snapshot, offset: TextSize) -> Context<'_> {
    let offset = snapshot.text().floor(offset);
    let tree = snapshot.tree();
    let mut context = Context {
        offset,
        place: Place::Keyword { directive: true },
        range: TextRange::empty(offset),
        flags: false,
        variable: None,
        within: None,
    };
    let Some(placed) = tree.item_at(offset) else { return context };
    let before = tree.items().take(placed.index);
    let top = before.into_iter().all(|placed| matches!(placed.item.kind, ItemKind::Directive(_)));
    let local = offset - placed.start;
    match &placed.item.kind {
        ItemKind::Instruction(instruction) => {
            let finder = Finder { placed, instruction, escape: tree.escape(), local };
            finder.find(&mut context);
        }
        kind => {
            let is_directive = matches!(kind, ItemKind::Directive(_));
            let (place, range) = line_place(&placed.item.text, local, top, is_directive);
            context.place = place;
            context.range = placed.lift(range);
        }
    }
    context
}

/// The place in a comment, a blank line or a directive. `top`: all before the item are directives.
fn line_place(
    text: &str,
    local: TextSize,
    top: bool,
    directive: bool,
) -> (Place<'static>, TextRange) {
    let at = usize::from(local);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let typed = before.rsplit('\n').next().unwrap_or_default();
    let typed = typed.strip_prefix(BOM).unwrap_or(typed);
    let start = at - typed.len();
    let end = at + after.find('\n').unwrap_or(after.len());
    let line = text.get(start..end).unwrap_or_default();
    // The scan for directives ends at the first line that is none.
    let top = top && (!before.contains('\n') || directive);
    let (place, range) = match line.trim_start().strip_prefix('#') {
        None => (Place::Keyword { directive: top }, None),
        Some(comment) => comment_place(line, comment, typed.len(), top),
    };
    let lift =
        |range: Range<usize>| TextRange::new(size(start + range.start), size(start + range.end));
    (place, range.map_or(TextRange::empty(local), lift))
}

/// The place in a comment line, `comment` being what follows its `#`. Offsets count from the start
/// of the line.
fn comment_place(
    line: &str,
    comment: &str,
    at: usize,
    top: bool,
) -> (Place<'static>, Option<Range<usize>>) {
    let range = |part: &str| {
        let start = part.as_ptr() as usize - line.as_ptr() as usize;
        start..start + part.len()
    };
    let touches = |part: &str| range(part).start <= at && at <= range(part).end;
    let body = comment.trim_start();
    let end = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    if top && (touches(name) || body.is_empty() && touches(comment)) {
        return (Place::DirectiveName, Some(range(name)).filter(|name| !name.is_empty()));
    }
    let (Some(directive), Some(value)) =
        (Directive::parse(name), rest.trim_start().strip_prefix('='))
    else {
        return (Place::Comment, None);
    };
    let behind = range(value).start <= at;
    if !behind || !(top || directive.name == CHECK) {
        return (Place::Comment, None);
    }
    let value = value.trim();
    let value = Some(range(value)).filter(|_| !value.is_empty() && touches(value));
    (Place::DirectiveValue(directive), value)
}

/// The byte order mark, which may begin a file.
const BOM: char = '\u{feff}';

/// The directive that may also stand before an instruction.
pub const CHECK: &str = "check";

/// Finds the place in an instruction. Offsets and ranges count from the start of its item.
#[derive(Clone, Copy)]
struct Finder<'a> {
    placed: Placed<'a>,
    instruction: &'a Instruction,
    escape: char,
    local: TextSize,
}

/// Where the cursor is in the joined text of an instruction.
#[derive(Clone, Copy)]
struct Cursor {
    at: TextSize,
    /// The end of the line above, where the cursor is at the very start of a continuation line: in
    /// the joined text that is the same place.
    above: Option<TextSize>,
    /// The cursor is on a line of its own between continuation lines: it touches no word.
    detached: bool,
}

impl Cursor {
    fn touches(self, range: TextRange) -> bool {
        let places = [Some(self.at), self.above];
        !self.detached && places.into_iter().flatten().any(|at| range.contains_inclusive(at))
    }
}

/// A text in which variables are expanded.
struct Expanded {
    range: TextRange,
    escape: char,
    mode: Mode,
    by: Expander,
}

/// What is found: the place, its range, and the text around it in which variables are expanded.
struct Found<'a> {
    place: Place<'a>,
    range: TextRange,
    expanded: Option<Expanded>,
}

impl<'a> Finder<'a> {
    fn find(self, context: &mut Context<'a>) {
        context.place = Place::Nothing;
        let view = self.instruction.meant();
        let found = if let Some(found) = self.heredoc() {
            let command = innermost(&view.command);
            let trigger = !std::ptr::eq(command, &view.command);
            context.within = Some(self.within(view, command, trigger));
            found
        } else if self.behind() {
            context.place = Place::Keyword { directive: false };
            return;
        } else if self.in_comment() {
            context.place = Place::Comment;
            return;
        } else {
            let Some(cursor) = self.cursor() else { return };
            self.command(&view.command, view, cursor, false, context)
        };
        // What a continuation cuts off from the cursor is behind it, or out of its reach.
        let ahead = found.range.is_empty() || self.local < found.range.start();
        let lost = !ahead && found.range.end() < self.local;
        let range = if ahead || lost { self.here() } else { found.range };
        context.place = if lost { Place::Nothing } else { found.place };
        context.range = self.placed.lift(range);
        context.variable = found.expanded.and_then(|expanded| self.variable(&expanded));
        context.flags &= context.variable.is_none();
    }

    fn within(&self, view: &'a View, command: &'a Command, trigger: bool) -> Within<'a> {
        Within { placed: self.placed, view, command, trigger, escape: self.escape }
    }

    fn source(&self) -> &'a str {
        &self.placed.item.text
    }

    fn slice(&self, start: TextSize, end: TextSize) -> &'a str {
        self.source().get(start.into()..end.into()).unwrap_or_default()
    }

    fn here(&self) -> TextRange {
        TextRange::empty(self.local)
    }

    fn heredoc(&self) -> Option<Found<'a>> {
        let range = self.here();
        for heredoc in &self.instruction.heredocs {
            if self.local < heredoc.body.start() {
                return None;
            }
            if let Some(end) = heredoc.terminator.filter(|end| end.contains_inclusive(self.local)) {
                return Some(Found {
                    place: Place::HeredocEnd(heredoc),
                    range: end,
                    expanded: None,
                });
            }
            if heredoc.body.contains(self.local) || heredoc.terminator.is_none() {
                let place = Place::Heredoc(heredoc);
                return Some(Found { place, range, expanded: self.expanded_body(heredoc) });
            }
        }
        None
    }

    fn expanded_body(&self, heredoc: &Heredoc) -> Option<Expanded> {
        let command = innermost(&self.instruction.meant().command);
        let by = match command.keyword {
            Some(Keyword::Run) => Expander::Shell,
            _ => Expander::Builder,
        };
        let expands = heredoc.expand || by == Expander::Shell;
        let (range, mode) = (heredoc.body, Mode::HEREDOC_BODY);
        expands.then_some(Expanded { range, escape: '\\', mode, by })
    }

    /// Whether the cursor is at the end of the file on a new line that is not the instruction's.
    fn behind(&self) -> bool {
        let text = self.source();
        let last_heredoc = self.instruction.heredocs.last();
        let open = match last_heredoc {
            Some(heredoc) => heredoc.terminator.is_none(),
            None => self.continues_at_end(),
        };
        !open && usize::from(self.local) == text.len() && text.ends_with('\n')
    }

    /// Whether an escape character at the end of the file leaves the instruction open.
    fn continues_at_end(&self) -> bool {
        let rest = self.source().get(self.instruction.body.end().into()..).unwrap_or_default();
        rest.starts_with(self.escape)
    }

    fn in_comment(&self) -> bool {
        let at_end = usize::from(self.local) == self.source().len();
        self.instruction.comments.iter().any(|comment| {
            comment.contains(self.local)
                || at_end
                    && comment.end() == self.local
                    && !self.slice(comment.start(), comment.end()).ends_with('\n')
        })
    }

    /// `None` where the cursor is in what separates lines, or outside of the instruction's text.
    fn cursor(&self) -> Option<Cursor> {
        let body = self.instruction.body;
        if self.local < body.start() {
            return None;
        }
        let gap = if self.local > body.end() {
            Some(body.end()).filter(|_| self.instruction.heredocs.is_empty())?
        } else {
            let patches = &self.instruction.meant().patches;
            let after = patches.partition_point(|patch| patch.range.start() < self.local);
            let patch = after.checked_sub(1).and_then(|index| patches.get(index));
            let gap = patch.map(|patch| patch.range).filter(|gap| self.local <= gap.end());
            match gap {
                Some(gap) if self.local < gap.end() => gap.start(),
                gap => {
                    let above = gap.map(|gap| gap.start());
                    return Some(Cursor { at: self.local, above, detached: false });
                }
            }
        };
        let on_own_line = self.slice(gap, self.local).contains('\n');
        on_own_line.then_some(Cursor { at: gap, above: None, detached: true })
    }

    fn command(
        self,
        command: &'a Command,
        view: &'a View,
        cursor: Cursor,
        trigger: bool,
        context: &mut Context<'a>,
    ) -> Found<'a> {
        let within = self.within(view, command, trigger);
        context.within = Some(within);
        let keyword = Place::Keyword { directive: false };
        if cursor.touches(command.keyword_range) {
            return self.found(keyword, command.keyword_range);
        }
        if command.keyword_range.is_empty() {
            return self.found(keyword, self.here());
        }
        if cursor.at < command.keyword_range.start() {
            return self.found(Place::Nothing, self.here());
        }
        for flag in &command.flags {
            if cursor.touches(flag.range) {
                return self.flag(flag, within, cursor);
            }
        }
        let word = self.word(cursor);
        let first = (command.rest.is_empty() || word.start() <= command.rest.start())
            && !self.flags_ended(command, word);
        if let (Some(Keyword::Onbuild), Arguments::Nested(inner)) =
            (command.keyword, &command.arguments)
            && cursor.at >= inner.keyword_range.start()
        {
            return self.command(inner, view, cursor, true, context);
        }
        if first && self.slice(word.start(), word.end()).starts_with(['-', '–', '—']) {
            return self.found(Place::FlagName(None), word);
        }
        context.flags = first && word.is_empty();
        self.argument(command, within, cursor)
    }

    /// Whether a `--` before `word` ends the flags.
    fn flags_ended(&self, command: &Command, word: TextRange) -> bool {
        let last = command.flags.last().map_or(command.keyword_range, |flag| flag.range);
        let behind = self.slice(last.end(), word.start().min(command.rest.start()));
        behind.contains("--")
    }

    fn found(&self, place: Place<'a>, range: TextRange) -> Found<'a> {
        Found { place, range, expanded: None }
    }

    /// Found, and in `range` the builder expands variables.
    fn expanding(&self, place: Place<'a>, range: TextRange) -> Found<'a> {
        let (escape, mode, by) = (self.escape, Mode::WORD, Expander::Builder);
        Found { place, range, expanded: Some(Expanded { range, escape, mode, by }) }
    }

    /// The run of characters around the cursor that are no white space.
    fn word(&self, cursor: Cursor) -> TextRange {
        if cursor.detached {
            return self.here();
        }
        let (before, after) = self.source().split_at_checked(cursor.at.into()).unwrap_or_default();
        let start = before.trim_end_matches(|c: char| !c.is_whitespace()).len();
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        TextRange::new(size(start), cursor.at + size(end))
    }

    fn flag(&self, flag: &'a Flag, within: Within<'a>, cursor: Cursor) -> Found<'a> {
        let Some(value) = flag.value.filter(|value| value.start() <= cursor.at) else {
            let range = TextRange::new(flag.range.start(), flag.name.end());
            return self.found(Place::FlagName(Some(flag)), range);
        };
        let name = within.text(flag.name);
        let range = self.unquoted(value, cursor);
        match (within.command.keyword, &*name) {
            (Some(Keyword::Run), "mount") => self.mount(flag, value, within, cursor),
            (Some(Keyword::From), "platform")
            | (Some(Keyword::Add | Keyword::Copy), "chown" | "chmod")
            | (Some(Keyword::Add), "checksum") => {
                Found { range, ..self.expanding(Place::FlagValue(flag), value) }
            }
            _ => self.found(Place::FlagValue(flag), range),
        }
    }

    /// A value without the quotes around it, if the cursor is between them.
    fn unquoted(&self, value: TextRange, cursor: Cursor) -> TextRange {
        let text = self.slice(value.start(), value.end());
        let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return value;
        };
        let inner = text.get(1..).unwrap_or_default();
        let inner = inner.strip_suffix(quote).unwrap_or(inner);
        let inner = TextRange::at(value.start() + TextSize::of(quote), TextSize::of(inner));
        if inner.contains_inclusive(cursor.at) { inner } else { value }
    }

    fn mount(
        &self,
        flag: &'a Flag,
        value: TextRange,
        within: Within<'a>,
        cursor: Cursor,
    ) -> Found<'a> {
        let text = within.text(value);
        let at = within.text(TextRange::new(value.start(), cursor.at)).len().min(text.len());
        let (before, after) = text.split_at_checked(at).unwrap_or((&text, ""));
        let mut start = before.rfind(',').map_or(0, |comma| comma + 1);
        let mut end = at + after.find(',').unwrap_or(after.len());
        // Quotes around the value or a field belong to neither key nor value.
        let quotes = ['"', '\''];
        let field = text.get(start..end).unwrap_or_default();
        start += (field.len() - field.trim_start_matches(quotes).len()).min(at - start);
        let field = text.get(start..end).unwrap_or_default();
        end -= (field.len() - field.trim_end_matches(quotes).len()).min(end - at);
        let field = text.get(start..end).unwrap_or_default();
        match field.split_once('=') {
            Some((key, _)) if start + key.len() < at => {
                let range = within.view.locate(value, start + key.len() + 1..end);
                let place = Place::MountValue { flag, key: key.to_owned() };
                match key.eq_ignore_ascii_case("from") {
                    true => self.found(place, range),
                    false => self.expanding(place, range),
                }
            }
            split => {
                let key = split.map_or(field, |(key, _)| key);
                let range = within.view.locate(value, start..start + key.len());
                self.found(Place::MountKey(flag), range)
            }
        }
    }

    fn argument(&self, command: &'a Command, within: Within<'a>, cursor: Cursor) -> Found<'a> {
        let here = self.here();
        match (&command.arguments, command.keyword) {
            (_, None) => self.found(Place::Nothing, here),
            (Arguments::Nested(_) | Arguments::None, Some(Keyword::Onbuild)) => {
                self.found(Place::Keyword { directive: false }, here)
            }
            (Arguments::Names(words), _) => self.name(words, within, cursor),
            (Arguments::None, Some(Keyword::Arg)) => self.found(Place::ArgName, here),
            (Arguments::Pairs(pairs), _) => self.pair(pairs, cursor),
            (Arguments::None, Some(Keyword::Env | Keyword::Label)) => {
                self.found(Place::PairName, here)
            }
            (Arguments::Health(kind, inner), _) => self.health(*kind, inner, within, cursor),
            (Arguments::None, Some(Keyword::Healthcheck)) => self.found(Place::HealthType, here),
            (Arguments::Exec(strings), Some(keyword)) => {
                let string = strings.iter().copied().find(|s| cursor.touches(*s));
                let expands = matches!(keyword, Keyword::Add | Keyword::Copy | Keyword::Volume);
                match string {
                    Some(string) if expands => self.expanding(Place::Exec, string),
                    _ => self.found(Place::Exec, string.unwrap_or(here)),
                }
            }
            (_, Some(Keyword::Run | Keyword::Cmd | Keyword::Entrypoint)) => {
                self.shell(command.rest, within, cursor)
            }
            (_, Some(Keyword::Shell)) => self.found(Place::Exec, self.word(cursor)),
            (_, Some(keyword)) => self.plain(keyword, command.words(), cursor),
        }
    }

    fn plain(&self, keyword: Keyword, words: &[TextRange], cursor: Cursor) -> Found<'a> {
        let touched = words.iter().position(|word| cursor.touches(*word));
        let index = touched.unwrap_or_else(|| words.partition_point(|w| w.end() <= cursor.at));
        let range = touched.and_then(|index| words.get(index).copied()).unwrap_or(self.here());
        match (keyword, index) {
            (Keyword::From, 0) => self.expanding(Place::FromImage, range),
            (Keyword::From, 1) => self.found(Place::FromAs, range),
            (Keyword::From, 2) => self.found(Place::FromName, range),
            (Keyword::From, _) => self.found(Place::Nothing, range),
            (Keyword::Maintainer, _) => self.found(Place::Argument(index), range),
            _ => self.expanding(Place::Argument(index), range),
        }
    }

    fn name(&self, words: &[TextRange], within: Within<'a>, cursor: Cursor) -> Found<'a> {
        let Some(&word) = words.iter().find(|word| cursor.touches(**word)) else {
            return self.found(Place::ArgName, self.here());
        };
        let text = within.text(word);
        let name = text.find('=').unwrap_or(text.len());
        let name = within.view.locate(word, 0..name);
        if cursor.at <= name.end() || !text.contains('=') {
            return self.found(Place::ArgName, name);
        }
        self.expanding(Place::ArgValue, TextRange::new(name.end() + TextSize::of('='), word.end()))
    }

    fn pair(&self, pairs: &[Pair], cursor: Cursor) -> Found<'a> {
        for pair in pairs {
            if cursor.touches(pair.name) {
                return self.expanding(Place::PairName, pair.name);
            }
            if let Some(value) = pair.value.filter(|value| cursor.touches(*value)) {
                return self.expanding(Place::PairValue, value);
            }
        }
        let legacy = pairs.first().is_some_and(|pair| !pair.equals);
        let place = if legacy { Place::PairValue } else { Place::PairName };
        self.found(place, self.here())
    }

    fn health(
        &self,
        kind: TextRange,
        inner: &Arguments,
        within: Within<'a>,
        cursor: Cursor,
    ) -> Found<'a> {
        if cursor.touches(kind) {
            return self.found(Place::HealthType, kind);
        }
        if cursor.at < kind.start() {
            return self.found(Place::Nothing, self.here());
        }
        match inner {
            Arguments::Exec(strings) => {
                let string = strings.iter().copied().find(|s| cursor.touches(*s));
                self.found(Place::Exec, string.unwrap_or(self.here()))
            }
            Arguments::Text(text) => self.shell(*text, within, cursor),
            _ => self.found(Place::Shell, self.here()),
        }
    }

    /// Shell text, or an exec form of which the end is still to be typed.
    fn shell(&self, text: TextRange, within: Within<'a>, cursor: Cursor) -> Found<'a> {
        let range = self.word(cursor);
        if within.text(text).starts_with("[\"") {
            return self.found(Place::Exec, self.here());
        }
        let (escape, mode, by) = ('\\', Mode::WORD, Expander::Shell);
        let expanded = Some(Expanded { range: text, escape, mode, by });
        Found { place: Place::Shell, range, expanded }
    }

    /// The variable at the cursor, or the one that could be typed there.
    fn variable(&self, expanded: &Expanded) -> Option<VariableAt> {
        let before = self.slice(expanded.range.start(), self.local);
        let name = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        if !name.ends_with('$') && !name.ends_with("${") {
            return None;
        }
        let view = self.instruction.meant();
        let text = view.text(self.source(), expanded.range);
        let uses = expand::parse(&text, expanded.escape, expanded.mode).uses;
        let map = view.map(expanded.range);
        let place = |part: TextRange| map.range(part.start().into(), part.end().into());
        let found = uses.iter().rev().find_map(|found| {
            let name = place(found.name);
            name.contains_inclusive(self.local).then_some((found, name))
        });
        let (found, name) = found?;
        Some(VariableAt {
            range: self.placed.lift(place(found.range)),
            name: self.placed.lift(name),
            braced: found.braced,
            by: expanded.by,
        })
    }
}

/// The command itself, or the trigger if it is an `ONBUILD`.
fn innermost(mut command: &Command) -> &Command {
    while let Arguments::Nested(inner) = &command.arguments {
        command = inner;
    }
    command
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_else(|_| TextSize::new(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// The place at `$0` in one word, the variable's name in front where there is one; its range
    /// must be what `<r>` marks, or empty at the cursor.
    #[track_caller]
    fn check(marked: &str, expected: &str) {
        let fixture = Fixture::new(marked);
        let context = at(&fixture.snapshot, fixture.cursor);
        let debug = format!("{:?}", context.place);
        let word = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let (flags, variable) = (context.flags, context.variable);
        let mut found = vec![];
        found.extend(variable.map(|v| format!("${}", fixture.snapshot.text().slice(v.name))));
        found.push(word.to_owned());
        found.extend(flags.then(|| "flags".to_owned()));
        assert_eq!(found.join(" "), expected, "{marked}");
        let range = Some(context.range).filter(|range| !range.is_empty());
        if context.range.is_empty() {
            assert_eq!(context.range.start(), fixture.cursor, "{marked}");
        }
        fixture.check(range.map(|range| ("r", range)));
    }

    /// The same in a stage with lines before and behind.
    #[track_caller]
    fn check_in(line: &str, expected: &str) {
        check(&format!("FROM x\n{line}\nRUN y\n"), expected);
        check(&format!("FROM x\r\n{}\r\nRUN y\r\n", line.replace('\n', "\r\n")), expected);
        check(&format!("FROM x\n{line}"), expected);
    }

    #[test]
    fn keywords() {
        check("$0", "Keyword");
        check("<r>FR$0</r>", "Keyword");
        check("\u{feff}<r>FR$0</r>", "Keyword");
        check("\u{feff}$0", "Keyword");
        check_in("$0", "Keyword");
        check_in("  $0", "Keyword");
        check_in("<r>$0COPY</r>", "Keyword");
        check_in("  <r>COPY$0</r> a b", "Keyword");
        check_in("ONBUILD $0", "Keyword flags");
        check_in("ONBUILD <r>C$0</r>", "Keyword");
        check_in("ONBUILD <r>C$0OPY</r> a b", "Keyword");
        check_in("RUN a \\\n  b\n$0", "Keyword");
        check_in("RUN <<E\nE\n$0", "Keyword");
        check_in("\\\n<r>CO$0</r>", "Keyword");
        check_in("NONSENSE a$0", "Nothing");
        check_in(" $0 RUN a", "Nothing");
    }

    #[test]
    fn flags() {
        check_in("COPY $0", "Argument flags");
        check_in("COPY $0 a b", "Argument flags");
        check_in("COPY <r>-$0</r>", "FlagName");
        check_in("COPY <r>--$0</r> a b", "FlagName");
        check_in("COPY <r>--fr$0</r>", "FlagName");
        check_in("COPY <r>--f$0rom</r>=x a b", "FlagName");
        check_in("COPY --from=$0", "FlagValue");
        check_in("COPY --from=$0 /x", "FlagValue");
        check_in("COPY --from=<r>bu$0</r> /x", "FlagValue");
        check_in("COPY –from=$0 a b", "FlagValue");
        check_in("COPY <r>–fr$0om</r>=x a b", "FlagName");
        check_in("COPY <r>–$0</r>", "FlagName");
        check_in("COPY —from=<r>$0x</r> a b", "FlagValue");
        check_in("COPY --link $0", "Argument flags");
        check_in("COPY --link $0 a b", "Argument flags");
        check_in("COPY --link \\\n$0", "Argument flags");
        check_in("COPY --link \\\n  $0\n  a b", "Argument flags");
        check_in("COPY --link \\\n  # c\n  <r>--fr$0</r> \\\n  a b", "FlagName");
        check_in("ONBUILD COPY --from=$0", "FlagValue");
        check_in("COPY a <r>--li$0nk</r> b", "Argument");
        check_in("COPY -- <r>--li$0nk</r> b", "Argument");
        check_in("COPY --chown=<r>$A$0</r> a b", "$A FlagValue");
    }

    #[test]
    fn mounts() {
        check_in("RUN --mount=$0", "MountKey");
        check_in("RUN --mount=<r>ty$0</r>", "MountKey");
        check_in("RUN --mount=type=$0", "MountValue");
        check_in("RUN --mount=type=<r>c$0ache</r> x", "MountValue");
        check_in("RUN --mount=type=cache,$0", "MountKey");
        check_in("RUN --mount=type=cache,$0 x", "MountKey");
        check_in("RUN --mount=type=cache,$0,id=a x", "MountKey");
        check_in("RUN --mount=type=cache,\\\n$0 x", "MountKey");
        check_in("RUN --mount=type=cache,$0\\\ntarget=/x y", "MountKey");
        check_in("RUN --mount=type=cache,\\\n<r>tar$0get</r>=/x y", "MountKey");
        check_in("RUN --mount=type=cache,target=<r>/a/$B$0</r> x", "$B MountValue");
        check_in("RUN --mount=from=<r>$0$B</r> x", "MountValue");
        check_in("RUN --mount=\"type=<r>ca$0</r>\"", "MountValue");
        check_in("RUN --mount=type=cache $0", "Shell flags");
    }

    #[test]
    fn from() {
        check("FROM $0", "FromImage flags");
        check("FROM <r>bui$0</r>", "FromImage");
        check("FROM <r>$$0</r>", "$ FromImage");
        check("FROM <r>a:${$0</r>", "$ FromImage");
        check("FROM <r>a:${V$0}</r> AS b", "$V FromImage");
        check("FROM --platform=<r>$$0</r>", "$ FlagValue");
        check("FROM golang $0", "FromAs");
        check("FROM golang <r>A$0</r>", "FromAs");
        check("FROM golang <r>AS$0</r>", "FromAs");
        check("FROM golang AS $0", "FromName");
        check("FROM golang AS <r>b$0</r>", "FromName");
        check("FROM golang \\\n  AS $0", "FromName");
        check("FROM golang \\\n  $0", "FromAs");
        check("FROM golang AS b $0", "Nothing");
    }

    #[test]
    fn arguments() {
        check_in("ARG $0", "ArgName flags");
        check_in("ARG <r>A$0</r>", "ArgName");
        check_in("ARG <r>$0A</r>=1", "ArgName");
        check_in("ARG A=$0", "ArgValue");
        check_in("ARG A=<r>b$0</r>", "ArgValue");
        check_in("ARG A=1 $0", "ArgName");
        check_in("ENV $0", "PairName flags");
        check_in("ENV <r>A$0</r>", "PairName");
        check_in("ENV A=$0", "PairValue");
        check_in("ENV A=<r>\"$B$0\"</r>", "$B PairValue");
        check_in("ENV A=1 $0", "PairName");
        check_in("ENV A=1 \\\n  <r>B$0</r>=2", "PairName");
        check_in("ENV A <r>b$0</r>", "PairValue");
        check_in("HEALTHCHECK $0", "HealthType flags");
        check_in("HEALTHCHECK <r>C$0</r>", "HealthType");
        check_in("HEALTHCHECK CMD $0", "Shell");
        check_in("HEALTHCHECK CMD <r>a$0</r>", "Shell");
        check_in("HEALTHCHECK CMD [<r>\"a$0\"</r>]", "Exec");
        check_in("USER <r>a$0</r>", "Argument");
        check_in("WORKDIR <r>/a/$B$0</r>", "$B Argument");
        check_in("EXPOSE 80 $0", "Argument");
    }

    #[test]
    fn commands() {
        check_in("RUN $0", "Shell flags");
        check_in("RUN a <r>b$0</r> c", "Shell");
        check_in("RUN a <r>$B$0</r> c", "$B Shell");
        check_in("RUN a \\\n  $0\n  c", "Shell");
        check_in("CMD [<r>\"a$0\"</r>]", "Exec");
        check_in("CMD [\"a\", \"$0", "Exec");
        check_in("CMD [\"a\", $0]", "Exec");
        check_in("RUN [ -f <r>$0x</r> ]", "Shell");
        check_in("SHELL $0", "Exec flags");
        check_in("VOLUME [<r>\"/$A$0\"</r>]", "$A Exec");
        check_in("RUN a # <r>b$0</r>", "Shell");
        check_in("RUN a \\$0", "Nothing");
        check_in("RUN a \\\n  # b$0\n  c", "Comment");
    }

    #[test]
    fn heredocs() {
        check_in("RUN <<E\n$0\nE", "Heredoc");
        check_in("RUN <<E\na$0\nE", "Heredoc");
        check_in("RUN <<E\na $B$0\nE", "$B Heredoc");
        check_in("COPY <<E /x\n$B$0\nE", "$B Heredoc");
        check_in("COPY <<'E' /x\n$B$0\nE", "Heredoc");
        check_in("ONBUILD COPY <<E /x\n$B$0\nE", "$B Heredoc");
        check_in("RUN <<E\na\n<r>$0E</r>", "HeredocEnd");
        check_in("RUN <<A <<B\na\nA\nb$0\nB", "Heredoc");
        check_in("RUN <<E\n$0", "Heredoc");
        check_in("RUN <<E\n# a$0\nE", "Heredoc");
    }

    #[test]
    fn comments_and_directives() {
        check("#$0", "DirectiveName");
        check("# $0", "DirectiveName");
        check("\u{feff}# <r>s$0</r>", "DirectiveName");
        check("# <r>sy$0</r>", "DirectiveName");
        check("# syntax=$0", "DirectiveValue");
        check("# syntax=<r>a$0</r>\nFROM x", "DirectiveValue");
        check("# syntax=a\n# <r>es$0</r>\nFROM x", "DirectiveName");
        check("# syntax=a\n$0", "Keyword");
        check("# a comment$0", "Comment");
        check("# a\n# sy$0", "Comment");
        check("$0# a", "Comment");
        check_in("# a$0", "Comment");
        check_in("# syntax=$0", "Comment");
        check_in("# check=$0", "DirectiveValue");
        check_in("# check=<r>skip=$0</r>", "DirectiveValue");
    }

    #[test]
    fn other_escapes() {
        let text = |line: &str| format!("# escape=`\nFROM x\n{line}");
        check(&text("COPY --link `\n  <r>--fr$0</r> `\n  a b"), "FlagName");
        check(&text("WORKDIR <r>C:\\$A$0</r>"), "$A Argument");
        check(&text("WORKDIR <r>C:`$A$0</r>"), "Argument");
        check(&text("COPY a \\\n<r>CO$0</r>"), "Keyword");
    }
}
