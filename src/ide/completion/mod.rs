//! What can be written at an offset.
//!
//! [`complete`] is cheap and makes a short list; the longer text on an item comes from [`resolve`]
//! when an editor shows it.
//!
//! | file | what it offers |
//! |---|---|
//! | `keyword.rs` | instructions, `AS`, `CMD` and `NONE` of `HEALTHCHECK` |
//! | `flag.rs` | flags and their values |
//! | `mount.rs` | what stands behind `--mount=` |
//! | `stage.rs` | stages and bases in `FROM`, `COPY --from` and mounts |
//! | `tag.rs` | tags of an image in `FROM` |
//! | `variable.rs` | variables behind `$`, names behind `ARG` |
//! | `directive.rs` | parser directives |
//! | `argument.rs` | signals, shells, labels, protocols, the end of a heredoc |

mod argument;
mod directive;
mod flag;
mod keyword;
mod mount;
mod stage;
mod tag;
mod variable;

use super::Snapshot;
use super::context::{self, Context, Place};
use super::hover;
use super::hover::help::Topic;
use super::images::View;
use crate::language::{Choice, Keyword};
use crate::text::{TextRange, TextSize};

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// A few words more, for the list.
    pub detail: Option<String>,
    /// What accepting it does.
    pub insert: Insert,
    /// Items are shown in the order of these, compared byte by byte.
    pub sort: String,
    /// What the typed text is compared with, if not the label.
    pub filter: Option<String>,
    /// What [`resolve`] takes, where there is more to say.
    pub key: Option<String>,
    /// Whether it is better not used.
    pub deprecated: bool,
}

/// The edit of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insert {
    /// What is replaced: it contains or touches the offset and lies on its line. Up to the offset
    /// it is what was typed; an editor that inserts instead of replacing keeps what is behind.
    pub range: TextRange,
    /// The new text.
    pub text: String,
    /// The same in the protocol's snippet syntax, for editors that have it.
    pub snippet: Option<String>,
}

/// What a completion is, for the picture beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An instruction's keyword, or another word of the language.
    Keyword,
    /// A whole instruction with places to fill in.
    Snippet,
    /// A flag.
    Flag,
    /// An option of a mount, a label: what stands before `=`.
    Property,
    /// One of a list of values.
    Value,
    /// A stage.
    Stage,
    /// An image that is no stage.
    Image,
    /// A variable.
    Variable,
    /// A parser directive.
    Directive,
    /// The closing line of a heredoc.
    Text,
}

/// What can be written at `offset`, the likeliest first. Empty where nothing can be said.
pub fn complete(snapshot: &Snapshot, view: View<'_>, offset: TextSize) -> Vec<Completion> {
    let context = context::at(snapshot, offset);
    let mut list = List { snapshot, view, context: &context, items: Vec::new() };
    list.fill();
    list.items.retain(|item| can_replace(snapshot, item.insert.range, context.offset));
    list.items
}

/// More on an item of [`complete`], by its `key`: markdown. `snapshot` may be a later version of the
/// document; what is no longer there has nothing to say.
pub fn resolve(snapshot: &Snapshot, key: &str) -> Option<String> {
    if let Some(stage) = key.strip_prefix("stage ") {
        return hover::stage::markdown(snapshot, stage.parse().ok()?);
    }
    if let Some(place) = key.strip_prefix("at ") {
        let (offset, name) = place.split_once(' ')?;
        let offset = snapshot.text().floor(TextSize::new(offset.parse().ok()?));
        let state = snapshot.model().state_at(offset);
        return hover::variable::known(snapshot, name, &state, offset);
    }
    Topic::parse(key).map(|topic| topic.markdown())
}

/// Editors want what is replaced on one line, the cursor's: a word that is broken by a line
/// continuation cannot be.
fn can_replace(snapshot: &Snapshot, range: TextRange, offset: TextSize) -> bool {
    let text = snapshot.text();
    range.contains_inclusive(offset) && text.line_of(range.start()) == text.line_of(range.end())
}

/// The list being made.
struct List<'a> {
    snapshot: &'a Snapshot,
    view: View<'a>,
    context: &'a Context<'a>,
    items: Vec<Completion>,
}

impl<'a> List<'a> {
    fn fill(&mut self) {
        if let Some(at) = &self.context.variable {
            return variable::behind_dollar(self, at);
        }
        match &self.context.place {
            Place::Keyword { directive } => {
                keyword::instructions(self);
                if *directive {
                    directive::lines(self);
                }
            }
            Place::FlagName(_) => flag::names(self),
            Place::FlagValue(flag) => flag::values(self, flag),
            Place::MountKey(flag) => mount::keys(self, flag),
            Place::MountValue { key, .. } => mount::values(self, key),
            // A quote, a path or a tag is begun: no stage is called so.
            Place::FromImage if self.typed().contains(['"', '\'', '/', ':', '@']) => {
                tag::tags(self);
                tag::repositories(self);
            }
            Place::FromImage => {
                stage::from(self);
                tag::repositories(self);
            }
            Place::FromAs => keyword::as_name(self),
            Place::ArgName => variable::to_declare(self),
            Place::PairName => argument::labels(self),
            Place::HealthType => keyword::health(self),
            Place::Exec => argument::shells(self),
            Place::Argument(index) => argument::word(self, *index),
            Place::Heredoc(heredoc) => argument::heredoc_end(self, heredoc),
            Place::DirectiveName => directive::names(self),
            Place::DirectiveValue(directive) => directive::values(self, directive),
            Place::FromName
            | Place::ArgValue
            | Place::PairValue
            | Place::Shell
            | Place::HeredocEnd(_)
            | Place::Comment
            | Place::Nothing => {}
        }
        if self.context.flags {
            flag::names(self);
        }
    }

    /// The keyword of the instruction at the offset.
    fn keyword(&self) -> Option<Keyword> {
        self.context.within?.command.keyword
    }

    /// What is typed at the place, up to the offset.
    fn typed(&self) -> std::borrow::Cow<'a, str> {
        let range = self.context.range;
        self.snapshot
            .text()
            .slice(TextRange::new(range.start(), self.context.offset.max(range.start())))
    }

    /// The character behind the place, if there is one on the line.
    fn next(&self) -> Option<char> {
        let text = self.snapshot.text();
        let end = self.context.range.end();
        let rest = text.slice(TextRange::new(end, end + TextSize::new(4)));
        // Four bytes may end inside a later character, which the slice leaves out.
        rest.chars().next().filter(|c| !matches!(c, '\r' | '\n'))
    }

    /// Adds an item behind those that are there; it replaces the place by its label.
    fn push(&mut self, label: impl Into<String>, kind: Kind) -> &mut Completion {
        let label = label.into();
        let number = self.items.len();
        let insert = Insert { range: self.context.range, text: label.clone(), snippet: None };
        self.items.push(Completion {
            label,
            kind,
            detail: None,
            insert,
            sort: format!("{number:08}"),
            filter: None,
            key: None,
            deprecated: false,
        });
        // Just pushed.
        &mut self.items[number]
    }

    /// Adds the values of a closed list.
    fn choices(&mut self, choices: &[Choice]) {
        for choice in choices {
            self.push(choice.value, Kind::Value).detail(choice.summary);
        }
    }
}

impl Completion {
    fn detail(&mut self, detail: impl Into<String>) -> &mut Completion {
        self.detail = Some(detail.into());
        self
    }

    fn text(&mut self, text: impl Into<String>) -> &mut Completion {
        self.insert.text = text.into();
        self
    }

    fn topic(&mut self, topic: Topic) -> &mut Completion {
        self.key = Some(topic.key());
        self
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::ide::images::tests::view;

    /// What is offered at `$0` of the fixture, in order.
    pub fn items(marked: &str) -> Vec<Completion> {
        let fixture = Fixture::new(marked);
        let mut items = complete(&fixture.snapshot, view(), fixture.cursor);
        items.sort_by(|a, b| a.sort.cmp(&b.sort));
        items
    }

    /// The labels offered at `$0`.
    #[track_caller]
    pub fn check(marked: &str, expected: &[&str]) {
        let labels: Vec<_> = items(marked).into_iter().map(|item| item.label).collect();
        assert_eq!(labels, expected, "{marked}");
    }

    /// The text that accepting the item `label` at `$0` leaves.
    #[track_caller]
    pub fn check_accept(marked: &str, label: &str, expected: &str) {
        let fixture = Fixture::new(marked);
        let items = complete(&fixture.snapshot, view(), fixture.cursor);
        let labels: Vec<_> = items.iter().map(|item| &item.label).collect();
        let item = items.iter().find(|item| item.label == label);
        let insert = &item.unwrap_or_else(|| panic!("{label} not in {labels:?}")).insert;
        let edit = crate::text::Edit::replace(insert.range, insert.text.clone());
        let text = fixture.snapshot.text().to_string();
        let edited = crate::text::apply_edits(&text, &[edit]);
        assert_eq!(edited.as_deref(), Ok(expected), "{marked}");
    }
}
