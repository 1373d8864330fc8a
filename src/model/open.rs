//! Names behind `FROM` of which the build knows more than the file does.
//!
//! `FROM bin-$TARGETOS` is decided by the builder, `FROM base-$MODE` by a build argument. The file
//! tells the rest of the name, and so which of its stages may be meant.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::facts::Facts;
use crate::language::variable;
use crate::syntax::expand::{self, Env, Mode, Modifier};

/// Stands in a text for what only the build knows. No name can hold it.
const MARK: &str = "\0";

/// The variables that `FROM` sees, in four ways of looking at them.
#[derive(Debug)]
pub struct Globals {
    escape: char,
    /// In a build that is given no arguments, the builder's own variables left empty.
    plain: Values,
    /// With a mark for what the builder sets.
    built: Values,
    /// With a mark for every `ARG` without a default, too.
    told: Values,
    /// In any build: with a mark for every `ARG`.
    any: Values,
}

/// The values of variables. One that holds a mark is not known.
#[derive(Debug)]
struct Values {
    by_name: HashMap<String, String>,
    /// Those of `by_name` that a build without arguments does not set.
    unset: HashSet<String>,
    /// Whether the builder's own are marked.
    marked: bool,
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
        let values = |marked| Values { by_name: HashMap::new(), unset: HashSet::new(), marked };
        let [plain, built] = [values(false), values(true)];
        let mut globals = Globals { escape, plain, built, told: values(true), any: values(true) };
        for definition in args.flat_map(|facts| &facts.definitions) {
            let name = &*definition.name.text;
            if let Some(value) = &definition.value {
                for values in [&mut globals.plain, &mut globals.built, &mut globals.told] {
                    if let Some(value) = values.read(&value.text, escape) {
                        values.define(name, value);
                    }
                }
            } else if !globals.told.by_name.contains_key(name) {
                // One that has a default keeps it.
                globals.told.define(name, MARK.to_owned());
                globals.told.unset.insert(name.to_owned());
            }
            globals.any.define(name, MARK.to_owned());
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
        let by_builder = pattern(&self.built).is_some();
        Name { plain, told: pattern(&self.told), any: pattern(&self.any), by_builder }
    }
}

impl Values {
    fn define(&mut self, name: &str, value: String) {
        self.unset.remove(name);
        self.by_name.insert(name.to_owned(), value);
    }

    fn get(&self, name: &str) -> Option<&str> {
        let of_builder = || variable::automatic(name).filter(|_| self.marked).map(|_| MARK);
        self.by_name.get(name).map(String::as_str).or_else(of_builder)
    }

    /// A text with its variables replaced; `None` if it cannot be.
    fn read(&self, text: &str, escape: char) -> Option<String> {
        if !text.contains(['$', '"', '\'', '\u{feff}', escape]) {
            return Some(text.to_owned());
        }
        let uses = expand::parse(text, escape, Mode::WORD).uses;
        let (mut word, mut done) = (String::new(), 0);
        let mut seen = Seen { values: self, unset: Vec::new() };
        for use_ in uses.iter().filter(|use_| use_.sound) {
            let name = text.get(Range::<usize>::from(use_.name)).unwrap_or_default();
            let is_unset = self.unset.contains(name)
                && variable::automatic(name).is_none()
                && matches!(
                    use_.modifier,
                    Some(Modifier::Default { .. } | Modifier::Alternative { .. })
                );
            if is_unset {
                seen.unset.push(name);
            } else if use_.depth == 0
                && use_.modifier.is_some()
                && self.get(name).is_some_and(|value| value.contains(MARK))
            {
                // Nothing comes of a modifier as long as the value is not known.
                let range = Range::<usize>::from(use_.range);
                word.push_str(text.get(done..range.start).unwrap_or_default());
                word.push_str(MARK);
                done = range.end;
            }
        }
        word.push_str(text.get(done..).unwrap_or_default());
        Some(expand::expand(&word, escape, Mode::WORD, &seen).ok()?.text)
    }
}

/// Values as one word sees them: in `${V:-x}` a `V` that is not set says no more than `x`.
struct Seen<'a> {
    values: &'a Values,
    unset: Vec<&'a str>,
}

impl Env for Seen<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).filter(|_| !self.unset.contains(&name))
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
        let steps = "ARG X=${TARGETARCH#amd64}\nARG X=${X:+windows}\nARG X=${X:-linux}\n";
        check(&format!("{steps}{two}FROM bin-$X\n"), &["!", "!", both]);
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
