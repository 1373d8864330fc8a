//! What one instruction says, read once and kept as long as the instruction stays as it is.

use std::ops::Range;
use std::sync::Arc;

use super::mount;
use crate::language::Keyword;
use crate::language::case::is_as;
use crate::syntax::{
    Arguments, Command, Flag, Instruction, Item, View,
    expand::{self, Mode, Use as Expansion},
    json,
};
use crate::text::TextRange;

/// What an instruction defines, uses and refers to. Ranges count from the start of its item.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Which instruction it is.
    pub keyword: Option<Keyword>,
    /// For `FROM`.
    pub from: Option<From>,
    /// Stages or images named by `COPY --from` and `RUN --mount=from=`.
    pub references: Vec<ReferenceSite>,
    /// Variables that `ARG` and `ENV` set.
    pub definitions: Vec<Definition>,
    /// Variables read.
    pub uses: Vec<Use>,
    /// `WORKDIR`, `USER`, `SHELL`: the argument.
    pub setting: Option<Spanned>,
}

/// A text and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned {
    /// As read: quotes still there, line continuations gone.
    pub text: Arc<str>,
    /// Where it stands.
    pub range: TextRange,
}

/// The arguments of a `FROM`.
#[derive(Debug, PartialEq, Eq)]
pub struct From {
    /// The image or stage that it starts from.
    pub image: Spanned,
    /// The name behind `AS`, as written.
    pub name: Option<Spanned>,
    /// The value of `--platform`.
    pub platform: Option<Spanned>,
}

/// A place that names a stage or image other than by `FROM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceSite {
    /// Which kind of place.
    pub place: Place,
    /// The name and where it stands, quotes excluded.
    pub name: Spanned,
}

/// The kinds of places that name a stage; each has its own look-up rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `FROM name`
    From,
    /// `COPY --from=name`
    CopyFrom,
    /// `RUN --mount=from=name`
    MountFrom,
}

/// A variable being set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// By `ARG` or by `ENV`.
    pub kind: VariableKind,
    /// The name.
    pub name: Spanned,
    /// The value as written; `None` for `ARG NAME`.
    pub value: Option<Spanned>,
}

/// What sets a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// `ARG`
    Arg,
    /// `ENV`
    Env,
}

/// A variable being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name and where it stands, without `$` and braces.
    pub name: Spanned,
    /// All of `$name` or `${name…}`.
    pub range: TextRange,
    /// Who expands it.
    pub by: Expander,
}

/// Who replaces a variable by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expander {
    /// `BuildKit`, while it reads the instruction.
    Builder,
    /// The shell that runs the command, from its environment.
    Shell,
}

impl Facts {
    /// Reads the facts of an item; an empty set for anything but an instruction.
    pub fn of(item: &Item, escape: char) -> Facts {
        let Some(instruction) = item.instruction() else { return Facts::default() };
        let view = instruction.meant();
        let mut reader = Reader { item, instruction, view, escape, facts: Facts::default() };
        reader.command(&view.command, true);
        reader.facts
    }
}

struct Reader<'a> {
    item: &'a Item,
    instruction: &'a Instruction,
    view: &'a View,
    escape: char,
    facts: Facts,
}

impl Reader<'_> {
    /// `outer` is false for the trigger of an `ONBUILD`: it acts in another stage, so it defines
    /// and expands nothing here.
    fn command(&mut self, command: &Command, outer: bool) {
        if outer {
            self.facts.keyword = command.keyword;
        }
        match command.keyword {
            Some(Keyword::From) if outer => self.from(command),
            Some(Keyword::Copy) => self.copy_from(command),
            Some(Keyword::Run) => self.mounts(command, outer),
            Some(Keyword::Onbuild) => {
                if let Arguments::Nested(inner) = &command.arguments {
                    self.command(inner, false);
                }
            }
            _ => {}
        }
        if outer {
            self.definitions(command);
            self.expanded_flags(command);
            self.expanded_arguments(command);
            self.heredocs(command);
            self.shell_text(command);
            self.setting(command);
        }
    }

    fn from(&mut self, command: &Command) {
        let words = command.words();
        let Some(&image) = words.first() else { return };
        let named = match words {
            [_, keyword, name] if is_as(&self.text(*keyword)) => Some(*name),
            _ => None,
        };
        self.facts.from = Some(From {
            image: self.spanned(image),
            name: named.map(|name| self.unquoted(name)),
            platform: self.flag_value(command, "platform"),
        });
    }

    fn copy_from(&mut self, command: &Command) {
        if let Some(name) = self.flag_value(command, "from").filter(|name| !name.text.is_empty()) {
            self.facts.references.push(ReferenceSite { place: Place::CopyFrom, name });
        }
    }

    fn mounts(&mut self, command: &Command, outer: bool) {
        for flag in &command.flags {
            if self.flag_name(flag) != "mount" {
                continue;
            }
            let Some(read) = self.view.flag_value(&self.item.text, flag, self.escape) else {
                continue;
            };
            for field in mount::fields_in(&read) {
                let Some(value) = field.value else { continue };
                if field.key.text.eq_ignore_ascii_case("from") {
                    let site = ReferenceSite { place: Place::MountFrom, name: value };
                    self.facts.references.push(site);
                } else if outer {
                    let place = |sub: Range<usize>| {
                        read.place(field.value_at + sub.start..field.value_at + sub.end)
                    };
                    self.uses_in(&value.text, place);
                }
            }
        }
    }

    fn definitions(&mut self, command: &Command) {
        match (&command.arguments, command.keyword) {
            (Arguments::Names(words), _) => {
                for &word in words {
                    let text = self.text(word);
                    let (name, value) = match text.split_once('=') {
                        Some((name, value)) => {
                            let at = name.len() + 1;
                            let value = self.part(word, at, at + value.len());
                            (self.part(word, 0, name.len()), Some(value))
                        }
                        None => (self.part(word, 0, text.len()), None),
                    };
                    let kind = VariableKind::Arg;
                    self.facts.definitions.push(Definition { kind, name, value });
                }
            }
            (Arguments::Pairs(pairs), Some(Keyword::Env)) => {
                for pair in pairs {
                    let name = self.unquoted(pair.name);
                    let value = pair.value.map(|value| self.spanned(value));
                    let kind = VariableKind::Env;
                    self.facts.definitions.push(Definition { kind, name, value });
                }
            }
            _ => {}
        }
    }

    fn expanded_flags(&mut self, command: &Command) {
        let Some(keyword) = command.keyword else { return };
        for flag in &command.flags {
            // The fields of a mount are read one by one, in `mounts`.
            let known = keyword.info().flag(&self.flag_name(flag));
            if !known.is_some_and(|flag| flag.expands && flag.name != "mount") {
                continue;
            }
            if let Some(read) = self.view.flag_value(&self.item.text, flag, self.escape) {
                self.uses_in(&read.text, |sub| read.place(sub));
            }
        }
    }

    fn expanded_arguments(&mut self, command: &Command) {
        let Some(keyword) = command.keyword else { return };
        match (&command.arguments, keyword) {
            (Arguments::Words(words), Keyword::From) => {
                words.iter().take(1).for_each(|word| self.uses_in_word(*word));
            }
            (Arguments::Words(words), _) => words.iter().for_each(|word| self.uses_in_word(*word)),
            (Arguments::Exec(strings), Keyword::Add | Keyword::Copy | Keyword::Volume) => {
                strings.iter().for_each(|string| self.uses_in_json(*string));
            }
            (Arguments::Text(text), Keyword::User | Keyword::Workdir | Keyword::Stopsignal) => {
                self.uses_in_word(*text);
            }
            (Arguments::Pairs(pairs), _) => {
                for pair in pairs {
                    self.uses_in_word(pair.name);
                    pair.value.into_iter().for_each(|value| self.uses_in_word(value));
                }
            }
            (Arguments::Names(_), _) => {
                let values: Vec<_> = self
                    .facts
                    .definitions
                    .iter()
                    .filter_map(|d| Some(d.value.as_ref()?.range))
                    .collect();
                values.into_iter().for_each(|value| self.uses_in_word(value));
            }
            _ => {}
        }
    }

    fn heredocs(&mut self, command: &Command) {
        let by = match command.keyword {
            Some(Keyword::Copy | Keyword::Add) => Expander::Builder,
            Some(Keyword::Run) => Expander::Shell,
            _ => return,
        };
        for heredoc in &self.instruction.heredocs {
            // The shell expands a script it is given whatever the quoting of its name.
            if heredoc.expand || by == Expander::Shell {
                self.raw_uses(heredoc.body, by);
            }
        }
    }

    fn shell_text(&mut self, command: &Command) {
        let text = match (&command.arguments, command.keyword) {
            (Arguments::Text(text), Some(Keyword::Run | Keyword::Cmd | Keyword::Entrypoint)) => {
                *text
            }
            (Arguments::Health(_, inner), _) => match **inner {
                Arguments::Text(text) => text,
                _ => return,
            },
            _ => return,
        };
        let read = self.spanned(text);
        let map = self.view.map(text);
        for use_ in expand::parse(&read.text, '\\', Mode::WORD).uses {
            let place = |sub: Range<usize>| map.range(sub.start, sub.end);
            self.push_use(&read.text, &use_, Expander::Shell, place);
        }
    }

    fn setting(&mut self, command: &Command) {
        self.facts.setting = match (&command.arguments, command.keyword) {
            (Arguments::Text(text), Some(Keyword::Workdir | Keyword::User)) => {
                Some(self.spanned(*text))
            }
            (Arguments::Exec(_), Some(Keyword::Shell)) => Some(self.spanned(command.rest)),
            _ => None,
        };
    }

    fn uses_in_word(&mut self, word: TextRange) {
        let map = self.view.map(word);
        let text = self.view.text(&self.item.text, word);
        self.uses_in(&text, |sub| map.range(sub.start, sub.end));
    }

    /// Ranges inside a JSON string hold as long as it has no escapes; else the whole string stands
    /// for each use in it.
    fn uses_in_json(&mut self, string: TextRange) {
        let quoted = self.text(string);
        let exact = !quoted.contains('\\');
        let text = json::decode(&quoted);
        let map = self.view.map(string);
        for use_ in expand::parse(&text, self.escape, Mode::WORD).uses {
            self.push_use(&text, &use_, Expander::Builder, |sub| match exact {
                true => map.range(sub.start + 1, sub.end + 1),
                false => string,
            });
        }
    }

    /// Uses in a text that the builder expands, of which `place` tells where its bytes stand.
    fn uses_in(&mut self, text: &str, place: impl Fn(Range<usize>) -> TextRange) {
        for use_ in expand::parse(text, self.escape, Mode::WORD).uses {
            self.push_use(text, &use_, Expander::Builder, &place);
        }
    }

    /// Uses in a heredoc body, where quotes mean nothing to the builder.
    fn raw_uses(&mut self, body: TextRange, by: Expander) {
        let text = self.item.text.get(Range::<usize>::from(body)).unwrap_or_default();
        for use_ in expand::parse(text, '\\', Mode::HEREDOC_BODY).uses {
            self.push_use(text, &use_, by, |sub| {
                TextRange::new(
                    crate::text::TextSize::new(u32::try_from(sub.start).unwrap_or(u32::MAX)),
                    crate::text::TextSize::new(u32::try_from(sub.end).unwrap_or(u32::MAX)),
                ) + body.start()
            });
        }
    }

    fn push_use(
        &mut self,
        text: &str,
        use_: &Expansion,
        by: Expander,
        place: impl Fn(Range<usize>) -> TextRange,
    ) {
        let name = text.get(Range::<usize>::from(use_.name)).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return;
        }
        let name = Spanned { text: name.into(), range: place(use_.name.into()) };
        self.facts.uses.push(Use { name, range: place(use_.range.into()), by });
    }

    fn flag_name<'f>(&'f self, flag: &'f Flag) -> std::borrow::Cow<'f, str> {
        self.view.flag_name(&self.item.text, flag)
    }

    fn flag_value(&self, command: &Command, name: &str) -> Option<Spanned> {
        let flag = command.flag(name, self.view, &self.item.text)?;
        let read = self.view.flag_value(&self.item.text, flag, self.escape)?;
        let range = read.place(0..read.text.len());
        Some(Spanned { text: read.text.into(), range })
    }

    /// The word without the quotes around it.
    fn unquoted(&self, word: TextRange) -> Spanned {
        let text = self.text(word);
        for quote in ['"', '\''] {
            let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
            if let Some(inner) = inner {
                return self.part(word, 1, 1 + inner.len());
            }
        }
        self.spanned(word)
    }

    fn part(&self, word: TextRange, start: usize, end: usize) -> Spanned {
        let text = self.text(word).get(start..end).unwrap_or_default().into();
        Spanned { text, range: self.view.locate(word, start..end) }
    }

    fn spanned(&self, range: TextRange) -> Spanned {
        Spanned { text: self.text(range).into(), range }
    }

    fn text(&self, range: TextRange) -> std::borrow::Cow<'_, str> {
        self.view.text(&self.item.text, range)
    }
}
