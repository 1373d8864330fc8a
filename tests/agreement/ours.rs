//! What our parser and model make of a file, told in the oracle's words.
//!
//! Nothing is judged here: each value is read off the tree, and only put into the shape of
//! `tests/oracle/README.md`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stagewright::check::{Phase, Report, Severity};
use stagewright::language::case::lower;
use stagewright::language::{Keyword, MountOption};
use stagewright::model::{Facts, Model, VariableKind, mount};
use stagewright::syntax::expand::{self, ExpandErrorKind, Mode};
use stagewright::syntax::json::decode;
use stagewright::syntax::{
    Arguments, Command, Flag, Heredoc, Instruction, Item, ItemKind, Placed, SyntaxError,
    SyntaxErrorKind, Tree, View,
};
use stagewright::text::{TextRange, TextSize};

/// The whole environment in which the oracle expands words.
const ENV: [(&str, &str); 4] =
    [("FOO", "foo"), ("BAR", "bar/baz.tar.gz"), ("EMPTY", ""), ("PATH", "/usr/bin:/bin")];

/// How deep `ONBUILD ONBUILD …`, an error from the second on, is told.
pub const DEPTH: usize = 3;

/// A file as we read it.
pub struct Ours {
    /// Its model, and with it its tree.
    pub model: Model,
    report: Report,
}

/// An error of the line parser: its kind, and its first and last line.
#[derive(Debug, PartialEq, Eq)]
pub struct LineError {
    /// The name of the kind, as [`kind_of`] gives it for a message of `BuildKit`.
    pub kind: &'static str,
    /// The lines that `BuildKit` names.
    pub lines: [u32; 2],
}

impl Ours {
    /// Reads a file.
    pub fn new(text: &str) -> Ours {
        let model = Model::new(Tree::parse(text));
        let report = Report::new(&model);
        Ours { model, report }
    }

    fn tree(&self) -> &Tree {
        self.model.tree()
    }

    /// The instructions in order.
    pub fn instructions(&self) -> Vec<(Placed<'_>, &Instruction)> {
        self.tree().instructions().collect()
    }

    /// The escape character in force.
    pub fn escape(&self) -> String {
        self.tree().escape().to_string()
    }

    /// The first error that the line parser meets.
    pub fn line_error(&self) -> Option<LineError> {
        let first = self
            .tree()
            .items()
            .find_map(|placed| Some((placed, placed.item.errors.first()?)))
            .map(|(placed, error)| self.place(placed, error));
        let no_instructions = || {
            self.tree().instructions().next().is_none().then(|| LineError {
                kind: "no-instructions",
                lines: [self.last_line(), self.last_line()],
            })
        };
        first.or_else(no_instructions)
    }

    fn place(&self, placed: Placed<'_>, error: &SyntaxError) -> LineError {
        let first = placed.line + 1;
        let (kind, lines) = match error.kind {
            // BuildKit names the line before: it has not yet counted this one.
            SyntaxErrorKind::DuplicateDirective => ("duplicate-directive", [first - 1, first - 1]),
            SyntaxErrorKind::InvalidEscape => ("invalid-escape", [first - 1, first - 1]),
            SyntaxErrorKind::LineTooLong => {
                let line = placed.line + newlines(placed.item, error.range.start());
                ("line-too-long", [line, line])
            }
            SyntaxErrorKind::UnterminatedHeredoc => {
                ("unterminated-heredoc", [first, self.last_line()])
            }
            kind => {
                let name = match kind {
                    SyntaxErrorKind::JsonNotStrings => "json-not-strings",
                    SyntaxErrorKind::PairWithoutValue => "pair-without-value",
                    SyntaxErrorKind::PairWithoutEquals => "pair-without-equals",
                    _ => "heredoc-name",
                };
                (name, [first, placed.line + logical_lines(placed)])
            }
        };
        LineError { kind, lines }
    }

    /// The number of the file's last line; 0 for an empty file.
    fn last_line(&self) -> u32 {
        self.tree().items().last().map_or(0, last_line)
    }

    /// The instructions as `nodes`.
    pub fn nodes(&self) -> Vec<Value> {
        let escape = self.tree().escape();
        self.tree()
            .instructions()
            .map(|(placed, instruction)| {
                let reader = Reader { source: &placed.item.text, view: &instruction.view, escape };
                let mut node = reader.trigger(&instruction.view.command, DEPTH);
                node["start"] = (placed.line + 1).into();
                node["end"] = last_line(placed).into();
                node["heredocs"] =
                    instruction.heredocs.iter().map(|h| heredoc(&placed.item.text, h)).collect();
                let comments = self.tree().comments_above(placed.index);
                node["comments"] = comments.iter().map(|comment| comment.text).collect();
                node
            })
            .collect()
    }

    /// The stages. Only for files whose instructions all stand as they were meant: the model reads
    /// through paste damage, `BuildKit` does not.
    pub fn stages(&self) -> Vec<Value> {
        let mut stages: Vec<Value> = Vec::new();
        let mut numbers = self.model.stages().iter();
        for (placed, facts) in self.model.instructions() {
            if facts.from.is_some() {
                let stage = numbers.next();
                let text = |spanned: Option<stagewright::model::Spanned>| {
                    spanned.map(|spanned| spanned.text.to_string()).unwrap_or_default()
                };
                stages.push(json!({
                    "name": lower(&text(stage.and_then(|stage| stage.name()))),
                    "base": text(stage.and_then(|stage| stage.image())),
                    "platform": text(stage.and_then(|stage| stage.platform())),
                    "start": placed.line + 1,
                    "end": last_line(placed),
                    "commands": [],
                }));
            } else if let Some(stage) = stages.last_mut() {
                let name = facts.keyword.map(|keyword| format!("{keyword:?}").to_lowercase());
                stage["commands"].as_array_mut().expect("a list").push(name.into());
            }
        }
        stages
    }

    /// The arguments that stand before the first stage.
    pub fn meta_args(&self) -> Vec<Value> {
        let global = self.model.instructions().take_while(|(_, facts)| facts.from.is_none());
        global.flat_map(|(placed, facts)| self.arguments(placed, facts)).collect()
    }

    fn arguments(&self, placed: Placed<'_>, facts: &Facts) -> Vec<Value> {
        let comments = self.tree().comments_above(placed.index);
        let arguments =
            facts.definitions.iter().filter(|definition| definition.kind == VariableKind::Arg);
        arguments
            .map(|definition| {
                let name = &*definition.name.text;
                let start = format!("{name} ");
                let described = comments.iter().find_map(|c| c.text.strip_prefix(&*start));
                json!({
                    "key": name,
                    "value": definition.value.as_ref().map(|value| &*value.text),
                    "doc": described.filter(|_| !name.is_empty()).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// The stage or image that a `COPY` copies from, "" if none.
    pub fn copied_from(&self, placed: Placed<'_>) -> String {
        let facts = self.model.facts(placed.index).expect("facts of an instruction");
        facts
            .references
            .first()
            .map(|reference| reference.name.text.to_string())
            .unwrap_or_default()
    }

    /// The mounts of a `RUN`, expanded: the texts in them.
    pub fn mounts(&self, placed: Placed<'_>, instruction: &Instruction) -> Vec<Value> {
        let escape = self.tree().escape();
        let reader = Reader { source: &placed.item.text, view: &instruction.view, escape };
        let flags = instruction.view.command.flags.iter();
        flags
            .filter(|flag| reader.view.flag_name(reader.source, flag) == "mount")
            .map(|flag| reader.mount(flag))
            .collect()
    }

    /// The first line of each instruction or directive with a finding that makes `BuildKit` refuse
    /// the file in `phase`, in file order, with the code of the finding.
    pub fn refusals(&self, phase: Phase) -> Vec<(u32, &'static str)> {
        let findings = self.report.findings();
        let refused = findings.iter().filter(|finding| finding.phase == phase);
        refused
            .map(|finding| {
                let placed = self.tree().item_at(finding.range.start());
                (placed.map_or(0, |placed| placed.line + 1), finding.code)
            })
            .collect()
    }

    /// The codes of findings that call something an error for which nobody refuses the file.
    pub fn idle_errors(&self) -> Vec<&'static str> {
        let findings = self.report.findings();
        let idle =
            findings.iter().filter(|f| f.severity == Severity::Error && f.phase == Phase::Advice);
        idle.map(|finding| finding.code).collect()
    }

    /// The words of an instruction that a build expands.
    pub fn words(&self, placed: Placed<'_>, instruction: &Instruction) -> Vec<Value> {
        let escape = self.tree().escape();
        let reader = Reader { source: &placed.item.text, view: &instruction.view, escape };
        reader.words(instruction)
    }
}

fn newlines(item: &Item, before: TextSize) -> u32 {
    let text = item.text.get(..before.into()).expect("inside the item");
    u32::try_from(text.matches('\n').count()).expect("small")
}

fn last_line(placed: Placed<'_>) -> u32 {
    placed.line + placed.item.newlines + u32::from(!placed.item.text.ends_with('\n'))
}

/// The physical lines of an instruction without its heredocs.
fn logical_lines(placed: Placed<'_>) -> u32 {
    let Some(instruction) = placed.instruction() else { return 1 };
    if instruction.heredocs.is_empty() {
        return last_line(placed) - placed.line;
    }
    let inside = instruction.comments.iter().chain(&instruction.blanks).map(|r| r.end());
    let end = inside.chain([instruction.body.end()]).max().unwrap_or_default();
    let lines = placed.item.text.get(..end.into()).expect("inside the item");
    u32::try_from(lines.split_inclusive('\n').count()).expect("small")
}

fn heredoc(source: &str, heredoc: &Heredoc) -> Value {
    json!({
        "name": heredoc.name,
        "content": slice(source, heredoc.body),
        "expand": heredoc.expand,
        "chomp": heredoc.chomp,
        "fd": heredoc.descriptor,
    })
}

fn slice(source: &str, range: TextRange) -> &str {
    source.get(std::ops::Range::<usize>::from(range)).expect("inside the item")
}

struct Reader<'a> {
    source: &'a str,
    view: &'a View,
    escape: char,
}

impl Reader<'_> {
    fn text(&self, range: TextRange) -> String {
        self.view.text(self.source, range).into_owned()
    }

    fn trigger(&self, command: &Command, depth: usize) -> Value {
        let flags: Vec<String> = command
            .flags
            .iter()
            .map(|flag| self.view.flag_text(self.source, flag, self.escape).into_owned())
            .collect();
        let sub = match &command.arguments {
            Arguments::Nested(inner) if depth > 0 => self.trigger(inner, depth - 1),
            _ => Value::Null,
        };
        let (args, json) = match command.keyword {
            // What an unknown instruction is given is thrown away.
            None => (vec![String::new()], false),
            Some(_) => self.arguments(&command.arguments),
        };
        json!({
            "keyword": lower(&self.text(command.keyword_range)),
            "flags": flags,
            "args": args,
            "json": json,
            "sub": sub,
        })
    }

    /// The arguments, and whether they are JSON.
    fn arguments(&self, arguments: &Arguments) -> (Vec<String>, bool) {
        let texts = |ranges: &[TextRange]| ranges.iter().map(|r| self.text(*r)).collect();
        match arguments {
            Arguments::None | Arguments::Nested(_) => (Vec::new(), false),
            Arguments::Text(text) => (vec![self.text(*text)], false),
            Arguments::Words(words) | Arguments::Names(words) => (texts(words), false),
            Arguments::Exec(strings) => {
                (strings.iter().map(|string| decode(&self.text(*string))).collect(), true)
            }
            Arguments::Pairs(pairs) => {
                let parts = pairs.iter().flat_map(|pair| {
                    let equals = if pair.equals { "=" } else { "" };
                    let value = pair.value.map(|value| self.text(value));
                    [self.text(pair.name), value.unwrap_or_default(), equals.to_owned()]
                });
                (parts.collect(), false)
            }
            Arguments::Health(kind, inner) => {
                let (args, json) = self.arguments(inner);
                ([vec![self.text(*kind)], args].concat(), json)
            }
        }
    }

    fn mount(&self, flag: &Flag) -> Value {
        let mut mount =
            json!({"type": "bind", "from": "", "source": "", "target": "", "id": "", "env": null});
        for field in mount::fields(flag, self.view, self.source, self.escape) {
            let key = lower(&field.key.text);
            let key = MountOption::parse(&key).map_or(&*key, |option| option.name);
            let Some(value) = &field.value else { continue };
            let value = expand::expand(&value.text, self.escape, Mode::WORD, &ENV[..]);
            let value = value.expect("BuildKit expands it").text;
            if let Some(known) = mount.get_mut(key) {
                *known = if key == "type" { lower(&value) } else { value }.into();
            }
        }
        mount
    }

    fn words(&self, instruction: &Instruction) -> Vec<Value> {
        let command = &instruction.view.command;
        let (mut args, _) = self.arguments(&command.arguments);
        let flags = |names: &[&'static str]| {
            let values = names.iter().filter_map(|&name| Some((name, self.flag(command, name)?)));
            values.filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>()
        };
        let all = |role, args: Vec<String>| args.into_iter().map(|arg| (role, arg)).collect();
        let mut contents = Vec::new();
        let words: Vec<(&str, String)> = match command.keyword {
            Some(Keyword::From) => {
                args.truncate(1);
                [all("base", args), flags(&["platform"])].concat()
            }
            Some(keyword @ (Keyword::Add | Keyword::Copy)) => {
                let names: &[&str] = match keyword {
                    Keyword::Add => &["chown", "chmod", "checksum"],
                    _ => &["chown", "chmod"],
                };
                let dest = args.pop().unwrap_or_default();
                let (files, paths) = args.into_iter().partition(|arg| named_heredoc(arg).is_some());
                contents = self.contents(instruction, files);
                [flags(names), all("source", paths), vec![("dest", dest)]].concat()
            }
            Some(Keyword::Env | Keyword::Label) => {
                let parts = args.into_iter().enumerate().filter(|(at, _)| at % 3 < 2);
                parts.map(|(at, arg)| (["key", "value"][at % 3], arg)).collect()
            }
            Some(Keyword::Arg) => {
                let values = args.iter().filter_map(|arg| arg.split_once('='));
                all("value", values.map(|(_, value)| value.to_owned()).collect())
            }
            Some(Keyword::Expose) => {
                args.sort();
                all("port", args)
            }
            Some(Keyword::Volume) => {
                all("volume", args.into_iter().map(|arg| arg.trim().to_owned()).collect())
            }
            Some(Keyword::User) => all("user", args),
            Some(Keyword::Workdir) => all("path", args),
            Some(Keyword::Stopsignal) => all("signal", args),
            _ => Vec::new(),
        };
        let words = words.iter().map(|(role, word)| expanded_word(role, word, self.escape));
        words.chain(contents).collect()
    }

    /// The bodies of the heredocs that are copied and expanded.
    fn contents(&self, instruction: &Instruction, files: Vec<String>) -> Vec<Value> {
        let words = files.iter().filter_map(|file| named_heredoc(file)).filter(|word| word.expand);
        words
            .map(|word| {
                // Of several bodies of one name the last is copied.
                let body = instruction.heredocs.iter().rfind(|h| *h.name == *word.name);
                let body = body.map_or("", |heredoc| slice(self.source, heredoc.body));
                let body = match word.strip_tabs {
                    true => without_tabs(body),
                    false => body.to_owned(),
                };
                expanded(
                    "content",
                    &body,
                    expand::expand(&body, '\\', Mode::HEREDOC_BODY, &ENV[..]),
                )
            })
            .collect()
    }

    fn flag(&self, command: &Command, name: &str) -> Option<String> {
        let flag = command.flag(name, self.view, self.source)?;
        let text = self.view.flag_text(self.source, flag, self.escape);
        text.split_once('=').map(|(_, value)| value.to_owned())
    }
}

fn named_heredoc(word: &str) -> Option<expand::HeredocWord> {
    expand::heredoc_word(word).ok().flatten()
}

fn without_tabs(body: &str) -> String {
    body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
}

fn expanded_word(role: &str, word: &str, escape: char) -> Value {
    let mut value = expanded(role, word, expand::expand(word, escape, Mode::WORD, &ENV[..]));
    value["split"] = expand::words(word, escape, &ENV[..]).unwrap_or_default().into();
    value
}

fn expanded(
    role: &str,
    word: &str,
    result: Result<expand::Expansion, expand::ExpandError>,
) -> Value {
    let (result, unmatched, error) = match result {
        Ok(expansion) => (Some(expansion.text), expansion.unmatched, None),
        Err(error) => (None, BTreeSet::new(), Some(class(&error.kind))),
    };
    json!({
        "role": role,
        "word": word,
        "result": result,
        "error": error,
        "unmatched": unmatched,
        "split": null,
    })
}

fn class(error: &ExpandErrorKind) -> String {
    match error {
        ExpandErrorKind::BadSubstitution => "bad substitution".to_owned(),
        // BuildKit cannot tell it from the end of the word.
        ExpandErrorKind::UnsupportedModifier(modifier) if modifier == "\u{fffd}" => {
            "missing '}'".to_owned()
        }
        ExpandErrorKind::UnsupportedModifier(modifier) => format!("modifier {modifier}"),
        ExpandErrorKind::MissingBrace => "missing '}'".to_owned(),
        ExpandErrorKind::MissingSlash => "missing '/'".to_owned(),
        ExpandErrorKind::UnbalancedQuote('"') => "double-quote".to_owned(),
        ExpandErrorKind::UnbalancedQuote(_) => "single-quote".to_owned(),
        ExpandErrorKind::BadPattern(_) => "invalid pattern".to_owned(),
        ExpandErrorKind::Required { name, .. } => format!("required {name}"),
        other => other.to_string(),
    }
}

/// The class of an error of `BuildKit` about a word.
pub fn class_of(message: &str) -> String {
    let message = message.rsplit_once("\": ").map_or(message, |(_, message)| message);
    let classes = [
        "bad substitution",
        "missing '}'",
        "missing '/'",
        "double-quote",
        "single-quote",
        "invalid pattern",
    ];
    if let Some(class) = classes.iter().find(|class| message.contains(**class)) {
        return (*class).to_owned();
    }
    let modifier = message.strip_prefix("unsupported modifier (");
    match modifier.and_then(|rest| rest.strip_suffix(") in substitution")) {
        // The end of the word in place of a modifier.
        Some("\u{fffd}") => "missing '}'".to_owned(),
        Some(modifier) => format!("modifier {modifier}"),
        None => format!("required {}", message.split(':').next().unwrap_or_default()),
    }
}

/// The kind of an error of `BuildKit`'s line parser.
pub fn kind_of(message: &str) -> &'static str {
    let kinds = [
        ("only one ", "duplicate-directive"),
        ("invalid escape token", "invalid-escape"),
        ("dockerfile line greater", "line-too-long"),
        ("when using JSON array syntax", "json-not-strings"),
        ("Syntax error - can't find =", "pair-without-equals"),
        ("unterminated heredoc", "unterminated-heredoc"),
        ("file with no instructions", "no-instructions"),
    ];
    let starts = kinds.into_iter().find(|(start, _)| message.starts_with(start));
    let ends = message.ends_with("must have two arguments").then_some("pair-without-value");
    starts.map(|(_, kind)| kind).or(ends).unwrap_or("heredoc-name")
}

/// Whether the instruction reads otherwise than it was meant, so that our model differs from
/// `BuildKit`'s by intention.
pub fn is_mended(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Instruction(instruction) if instruction.mended.is_some())
}
