//! Names behind `FROM` of which the build knows more than the file does.
//!
//! `FROM bin-$TARGETOS` is decided by the builder, `FROM base-$MODE` by a build argument. The file
//! tells the rest of the name, and so which of its stages may be meant.

use std::collections::HashMap;

use super::facts::Facts;
use crate::language::variable;
use crate::syntax::expand::{self, Env, Mode, Modifier};

/// Stands in a text for what only the build knows. No name can hold it.
const MARK: &str = "\0";

/// The variables that `FROM` sees, in the three ways of looking at them.
#[derive(Debug)]
pub struct Globals {
    escape: char,
    /// In a build that is given no arguments, as far as the file tells.
    plain: Values,
    /// The same, with a mark for what it does not tell: what the builder sets, and an `ARG` without
    /// a default.
    told: Values,
    /// In any build: a mark for every `ARG`.
    any: Values,
}

/// Values by name, and which of them are marked.
#[derive(Debug)]
struct Values {
    by_name: HashMap<String, String>,
    marked: Marked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marked {
    Nothing,
    Untold,
    Arguments,
}

/// A name as `FROM` has it.
#[derive(Debug)]
pub struct Name {
    /// In a build without arguments, what is not known left out; `None` if it cannot be expanded.
    pub plain: Option<String>,
    /// What is known of it, if there is something that only the build knows.
    pub told: Option<Pattern>,
    /// What is the same in all builds, if there is something that is not.
    pub any: Option<Pattern>,
    /// Whether the builder sets a variable in it.
    pub by_builder: bool,
}

/// A name with gaps: the pieces between them.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Globals {
    /// The variables that these `ARG`s before the first `FROM` declare, and those of the builder.
    pub fn new<'a>(args: impl Iterator<Item = &'a Facts>, escape: char) -> Globals {
        let values = |marked| Values { by_name: HashMap::new(), marked };
        let (plain, told) = (values(Marked::Nothing), values(Marked::Untold));
        let mut globals = Globals { escape, plain, told, any: values(Marked::Arguments) };
        for definition in args.flat_map(|facts| &facts.definitions) {
            let name = &*definition.name.text;
            match &definition.value {
                Some(value) => {
                    globals.plain.define(name, globals.plain.read(&value.text, escape));
                    globals.told.define(name, globals.told.read(&value.text, escape));
                }
                // One that has a default keeps it.
                None if globals.told.by_name.contains_key(name) => {}
                None => globals.told.define(name, Some(MARK.to_owned())),
            }
            globals.any.define(name, Some(MARK.to_owned()));
        }
        globals
    }

    /// What a word behind `FROM` names.
    pub fn name(&self, word: &str) -> Name {
        let plain = self.plain.read(word, self.escape);
        if !word.contains('$') {
            return Name { plain, told: None, any: None, by_builder: false };
        }
        let pattern = |values: &Values| Pattern::of(&values.read(word, self.escape)?);
        let uses = expand::parse(word, self.escape, Mode::WORD).uses;
        let by_builder = uses.iter().any(|use_| {
            let name = word.get(std::ops::Range::<usize>::from(use_.name)).unwrap_or_default();
            variable::automatic(name).is_some() && !self.plain.by_name.contains_key(name)
        });
        Name { plain, told: pattern(&self.told), any: pattern(&self.any), by_builder }
    }
}

impl Values {
    fn define(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.by_name.insert(name.to_owned(), value);
        }
    }

    fn read(&self, text: &str, escape: char) -> Option<String> {
        if !text.contains(['$', '"', '\'', '\u{feff}', escape]) {
            return Some(text.to_owned());
        }
        let uses = expand::parse(text, escape, Mode::WORD).uses;
        let has_other = |modifier| {
            matches!(modifier, Some(Modifier::Default { .. } | Modifier::Alternative { .. }))
        };
        let with_other = uses.iter().filter(|use_| has_other(use_.modifier));
        let with_other = with_other
            .filter_map(|use_| text.get(std::ops::Range::<usize>::from(use_.name)))
            .collect();
        let seen = Seen { values: self, with_other };
        Some(expand::expand(text, escape, Mode::WORD, &seen).ok()?.text)
    }
}

/// Values as one word sees them: in `${V:-x}` a `V` without a default says no more than `x`.
struct Seen<'a> {
    values: &'a Values,
    with_other: Vec<&'a str>,
}

impl Env for Seen<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let is_automatic = variable::automatic(name).is_some();
        match self.values.by_name.get(name) {
            Some(value) => {
                let is_unset = value == MARK && self.values.marked == Marked::Untold;
                let has_other = !is_automatic && self.with_other.contains(&name);
                (!is_unset || !has_other).then_some(value)
            }
            None => (self.values.marked != Marked::Nothing && is_automatic).then_some(MARK),
        }
    }
}

impl Pattern {
    /// The pieces of a text with marks; `None` where it has none.
    fn of(text: &str) -> Option<Pattern> {
        let pieces: Vec<_> = text.split(MARK).map(str::to_owned).collect();
        (pieces.len() > 1).then_some(Pattern(pieces))
    }

    /// Whether anything of the name is known.
    pub fn has_text(&self) -> bool {
        self.0.iter().any(|piece| !piece.is_empty())
    }

    /// Whether `name` is what the pieces are of.
    pub fn matches(&self, name: &str) -> bool {
        let [first, middle @ .., last] = &*self.0 else { return false };
        let Some(rest) = name.strip_prefix(&**first) else { return false };
        let Some(mut rest) = rest.strip_suffix(&**last) else { return false };
        middle.iter().all(|piece| match rest.split_once(&**piece) {
            Some((_, behind)) => {
                rest = behind;
                true
            }
            None => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::syntax::Tree;

    #[test]
    fn a_pattern_matches_in_order_and_without_overlap() {
        let check = |pattern: &str, name: &str, expected| {
            let pattern = Pattern::of(&pattern.replace('*', MARK)).expect("a pattern");
            assert_eq!(pattern.matches(name), expected, "{pattern:?} {name}");
        };
        check("bin-*", "bin-linux", true);
        check("bin-*", "bin-", true);
        check("bin-*", "bi", false);
        check("*-bin", "linux-bin", true);
        check("a*a", "a", false);
        check("a*b*c", "a-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("**", "x", true);
    }

    /// The bases of the stages: `|` between those that one may mean, `!` behind a stage that some
    /// build may choose by a variable.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let model = Model::new(Tree::parse(text));
        let show = |stage: &crate::model::Stage| {
            let stages = stage.base.stages().iter().map(|base| model.stages()[*base].title());
            let stages = stages.collect::<Vec<_>>().join("|");
            let chosen = if model.names().chooser(stage.index).is_some() { "!" } else { "" };
            format!("{stages}{chosen}")
        };
        let found: Vec<_> = model.stages().iter().map(show).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_builder_chooses() {
        let two = "FROM a AS bin-linux\nFROM a AS bin-windows\n";
        let both = "bin-linux|bin-windows";
        check(&format!("{two}FROM bin-$TARGETOS\n"), &["!", "!", both]);
        check(&format!("ARG X=$TARGETOS\n{two}FROM bin-${{X}}\n"), &["!", "!", both]);
        check(&format!("{two}FROM bin-${{TARGETOS:-linux}}\n"), &["!", "!", both]);
        check(&format!("{two}FROM $TARGETOS-bin\n"), &["", "", ""]);
        check(&format!("{two}FROM golang:$TARGETOS\n"), &["", "", ""]);
        check("FROM a AS linux\nFROM $TARGETOS\n", &["!", "linux"]);
        // A default of the file takes its place.
        check(&format!("ARG TARGETOS=linux\n{two}FROM bin-$TARGETOS\n"), &["!", "!", "bin-linux"]);
        // Of several of a name the nearest is meant; later ones are not.
        check(
            "FROM a AS x-1\nFROM b AS x-1\nFROM x-$TARGETARCH\nFROM c AS x-2\n",
            &["", "!", "x-1", ""],
        );
    }

    #[test]
    fn an_argument_chooses() {
        let two = "FROM a AS base-dev\nFROM a AS base-prod\n";
        let from = |arg: &str, name: &str| format!("{arg}\n{two}FROM {name}\n");
        check(&from("ARG M", "base-$M"), &["!", "!", "base-dev|base-prod"]);
        check(&from("ARG M=dev", "base-$M"), &["!", "!", "base-dev"]);
        check(&from("ARG M", "base-${M:-dev}"), &["!", "!", "base-dev"]);
        check(&from("ARG B=base-dev", "$B"), &["!", "!", "base-dev"]);
        // An image is meant, or nothing in the file says that a stage is.
        check(&from("ARG B=alpine:3", "$B"), &["", "", ""]);
        check(&from("ARG B=alpine", "$B"), &["", "", ""]);
        check(&from("ARG B", "$B"), &["!", "!", ""]);
        check(&from("ARG V=:3", "base$V"), &["", "", ""]);
        check("ARG P\nFROM a AS base\nFROM ${P}base\n", &["!", "base"]);
        // What no ARG declares is empty.
        check(&from("", "base-$M"), &["", "", ""]);
    }
}
