//! The state that an instruction meets: variables with their values, working directory, user,
//! shell, each with the place where it was set.
//!
//! Computed when asked, by walking the stages that lead to a point from their beginnings. Source:
//! `frontend/dockerfile/dockerfile2llb/convert.go` (`dispatchEnv`, `dispatchArg`, `dispatchWorkdir`).

use std::collections::BTreeMap;

use super::facts::{Definition, Facts, VariableKind};
use super::{Base, Model, Stage};
use crate::language::{Keyword, variable};
use crate::syntax::expand::{self, Modifier};
use crate::syntax::{Placed, json};
use crate::text::{TextRange, TextSize};

/// What holds at a point of the file, as far as the file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The variables that can be read here, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The working directory.
    pub workdir: Option<Setting>,
    /// The user.
    pub user: Option<Setting>,
    /// The shell of `RUN`, `CMD` and `ENTRYPOINT` in shell form, as written.
    pub shell: Option<Setting>,
    /// What may have a value besides the variables.
    others: Others,
}

/// Which variables may have a value that the file does not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Others {
    /// Before the first `FROM`: those of the builder.
    #[default]
    Automatic,
    /// On an image, or what may be one: any.
    Any,
    /// On nothing: `PATH`, which the builder gives to all.
    Path,
}

/// A value and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value, variables expanded as far as they are known.
    pub value: String,
    /// The place in the file.
    pub range: TextRange,
}

/// A variable at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// What set it last.
    pub kind: VariableKind,
    /// Its value; `None` when it is declared without one, or with one that cannot be known here.
    pub value: Option<String>,
    /// What is known of a value that holds variables without a known one, these as written.
    pub partly: Option<String>,
    /// The name in the instruction that set it.
    pub range: TextRange,
    /// Where the value comes from, if not from there: the global `ARG`.
    pub from_global: Option<TextRange>,
}

impl Variable {
    /// The value as far as it is known.
    pub fn shown(&self) -> Option<&str> {
        self.value.as_deref().or(self.partly.as_deref())
    }
}

impl expand::Env for State {
    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.value.as_deref()
    }
}

/// The values as far as they are known.
struct Shown<'a>(&'a State);

impl expand::Env for Shown<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.variables.get(name)?.shown()
    }
}

impl State {
    /// A text with its variables replaced; `Err` is the text with those as written that have no
    /// value the file tells and no default.
    pub fn read(&self, text: &str, escape: char) -> Result<String, String> {
        let written = || text.to_owned();
        let expansion =
            expand::expand(text, escape, expand::Mode::WORD, self).map_err(|_| written())?;
        let uses = expand::parse(text, escape, expand::Mode::WORD).uses;
        let is_open = uses.iter().filter(|use_| use_.sound).any(|use_| {
            let name = text.get(std::ops::Range::<usize>::from(use_.name)).unwrap_or_default();
            let has_other = matches!(
                use_.modifier,
                Some(Modifier::Default { .. } | Modifier::Alternative { .. })
            );
            // What has a value that is not known has one: what stands behind it does not count.
            let has_value = match self.variables.get(name) {
                Some(variable) => variable.partly.is_some() || variable::automatic(name).is_some(),
                None => self.others == Others::Automatic,
            };
            let is_unknown = expansion.unmatched.contains(name) && self.may_have(name);
            is_unknown && (!has_other || has_value)
        });
        if !is_open {
            return Ok(expansion.text);
        }
        let mode = expand::Mode { keep_unset: true, ..expand::Mode::WORD };
        let shown = expand::expand(text, escape, mode, &Shown(self));
        Err(shown.map_or_else(|_| written(), |expansion| expansion.text))
    }

    /// Whether a variable without a known value may have one.
    fn may_have(&self, name: &str) -> bool {
        self.variables.contains_key(name)
            || match self.others {
                Others::Automatic => variable::automatic(name).is_some(),
                Others::Any => true,
                Others::Path => name == "PATH",
            }
    }
}

/// The global variables, as far as they stand before `offset`.
pub(super) fn globals(model: &Model, offset: TextSize) -> State {
    globals_to(model, Point::before(model, offset))
}

fn globals_to(model: &Model, point: Point) -> State {
    let mut state = State::default();
    for (placed, facts) in model.instructions() {
        let Some(reach) = point.reach(placed, facts) else { break };
        match facts.keyword {
            Some(Keyword::From) => break,
            // Nothing else can stand here, nor define anything.
            Some(Keyword::Arg) => apply(&mut state, None, placed, facts, model, reach),
            _ => {}
        }
    }
    state
}

/// How far the file is read.
#[derive(Clone, Copy)]
struct Point {
    offset: TextSize,
    /// The number of the item that holds the offset.
    here: Option<usize>,
    /// Whether that item counts as a whole.
    whole: bool,
}

impl Point {
    /// Up to the offset. Of the instruction that it stands in, only names that an `ARG` has already
    /// declared count.
    fn before(model: &Model, offset: TextSize) -> Point {
        Point { offset, here: holder(model, offset), whole: false }
    }

    /// Up to the end of the instruction that the offset stands in.
    fn after(model: &Model, offset: TextSize) -> Point {
        Point { whole: true, ..Point::before(model, offset) }
    }

    /// How far the instruction counts, from the start of its item; `None` where it is behind the
    /// point or meets it without any effect.
    fn reach(self, placed: Placed<'_>, facts: &Facts) -> Option<TextSize> {
        let all = placed.item.len() + TextSize::new(1);
        match (Some(placed.index) == self.here, facts.keyword) {
            (false, _) => (placed.start < self.offset).then_some(all),
            (true, _) if self.whole => Some(all),
            // ENV acts on all of its words at once; ARG declares one name after the other.
            (true, Some(Keyword::Arg)) => self.offset.checked_sub(placed.start),
            (true, _) => None,
        }
    }
}

/// The number of the item that `offset` is in. The end of the file is in the last one as long as
/// its line has no end.
fn holder(model: &Model, offset: TextSize) -> Option<usize> {
    let placed = model.tree().item_at(offset)?;
    let inside = offset < placed.range().end() || !placed.item.text.ends_with('\n');
    inside.then_some(placed.index)
}

/// The state that the word at `offset` meets.
pub(super) fn at(model: &Model, offset: TextSize) -> State {
    to(model, Point::before(model, offset))
}

/// The state behind the instruction at `offset`.
pub(super) fn after(model: &Model, offset: TextSize) -> State {
    to(model, Point::after(model, offset))
}

fn to(model: &Model, point: Point) -> State {
    let globals = globals_to(model, point);
    let Some(stage) = model.stage_at(point.offset) else { return globals };
    if point.here == Some(stage.item) && !point.whole {
        return globals;
    }
    let whole = |stage: &Stage| Point { offset: stage.range.end(), here: None, whole: true };
    let mut chain = vec![(stage.item, point)];
    let mut base = &stage.base;
    while let Base::Stage(parent) = base {
        let Some(parent) = model.stages().get(*parent) else { break };
        chain.push((parent.item, whole(parent)));
        base = &parent.base;
    }
    let others = if *base == Base::Scratch { Others::Path } else { Others::Any };
    let mut state = State { others, ..State::default() };
    for (first, point) in chain.into_iter().rev() {
        for (placed, facts) in model.instructions_from(first) {
            let Some(reach) = point.reach(placed, facts) else { break };
            apply(&mut state, Some(&globals), placed, facts, model, reach);
        }
    }
    state
}

/// Applies one instruction up to `reach`. `globals` is given inside a stage.
fn apply(
    state: &mut State,
    globals: Option<&State>,
    placed: Placed<'_>,
    facts: &Facts,
    model: &Model,
    reach: TextSize,
) {
    let escape = model.tree().escape();
    // ENV reads all of its values before it sets any; ARG goes from name to name.
    let mut pending = Vec::new();
    let end = |d: &Definition| d.value.as_ref().map_or(d.name.range, |value| value.range).end();
    for definition in facts.definitions.iter().take_while(|d| end(d) < reach) {
        let Some(variable) = define(state, globals, placed, definition, escape) else { continue };
        let name = definition.name.text.to_string();
        match definition.kind {
            VariableKind::Env => pending.push((name, variable)),
            VariableKind::Arg => drop(state.variables.insert(name, variable)),
        }
    }
    state.variables.extend(pending);
    if let Some(setting) = &facts.setting {
        let value = state.read(&setting.text, escape).unwrap_or_else(|shown| shown);
        let range = placed.lift(setting.range);
        match facts.keyword {
            Some(Keyword::Workdir) => {
                let value = join(state.workdir.as_ref().map_or("/", |w| &w.value), &value);
                state.workdir = Some(Setting { value, range });
            }
            Some(Keyword::User) => state.user = Some(Setting { value, range }),
            Some(Keyword::Shell) => {
                let value = setting.text.to_string();
                state.shell = Some(Setting { value, range });
            }
            _ => {}
        }
    }
}

/// The variable that a definition makes; `None` if it changes nothing.
fn define(
    state: &State,
    globals: Option<&State>,
    placed: Placed<'_>,
    definition: &Definition,
    escape: char,
) -> Option<Variable> {
    let kind = definition.kind;
    let range = placed.lift(definition.name.range);
    if let Some(value) = &definition.value {
        let (value, partly) = match state.read(&value.text, escape) {
            Ok(value) => (Some(value), None),
            Err(partly) => (None, Some(partly)),
        };
        return Some(Variable { kind, value, partly, range, from_global: None });
    }
    let name = &*definition.name.text;
    let global = globals.and_then(|globals| globals.variables.get(name));
    let value = global.and_then(|global| global.value.clone());
    let partly = global.and_then(|global| global.partly.clone());
    let has_value = value.is_some() || partly.is_some();
    let given = has_value || globals.is_some() && variable::automatic(name).is_some();
    // Declared without any value: one that is already visible stays.
    if !given && state.variables.contains_key(name) {
        return None;
    }
    let from_global = global.map(|global| global.range);
    Some(Variable { kind, value, partly, range, from_global })
}

/// The words of a `SHELL` setting.
pub fn shell_words(setting: &Setting) -> Vec<String> {
    words_of_shell(&setting.value)
}

/// The words behind `SHELL`.
pub fn words_of_shell(text: &str) -> Vec<String> {
    match json::array(text) {
        json::Array::Strings(strings) => {
            strings.into_iter().filter_map(|range| Some(json::decode(text.get(range)?))).collect()
        }
        _ => Vec::new(),
    }
}

/// `path` seen from the directory `base`, cleaned as `BuildKit` does. One that begins with a variable
/// that is not known is taken for absolute, which almost all are.
fn join(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with(['/', '$']) { "" } else { base };
    let is_open = format!("{base}{path}").starts_with('$');
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{}{}", if is_open { "" } else { "/" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;
    use crate::model::{Model, State};
    use crate::syntax::Tree;

    /// The state at the mark `|`, and behind its instruction: `NAME=value` of each variable, then
    /// working directory and user.
    #[track_caller]
    fn check(marked: &str, at: &str, after: &str) {
        let offset = marked.find('|').expect("a mark");
        let model = Model::new(Tree::parse(&marked.replace('|', "")));
        let offset = u32::try_from(offset).unwrap_or_default().into();
        let show = |state: State| {
            let value = |v: &super::Variable| v.shown().unwrap_or("?").to_owned();
            let variables = state.variables.iter().map(|(n, v)| format!("{n}={}", value(v)));
            let settings = [state.workdir, state.user].into_iter().flatten().map(|s| s.value);
            variables.chain(settings).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(show(model.state_at(offset)), at, "at, {marked}");
        assert_eq!(show(model.state_after(offset)), after, "after, {marked}");
    }

    #[test]
    fn a_word_meets_what_stands_before_it() {
        check("ARG a=1 b=$|a", "a=1", "a=1 b=1");
        check("ARG a=1|\nFROM x", "", "a=1");
        check("ARG a=1\nFROM x$|a", "a=1", "");
        check("FROM x\nENV a=1\nENV a=2 b=$|a\nENV c=3", "a=1", "a=2 b=1");
        check("FROM scratch\nENV a=1 b=$|a", "", "a=1 b=");
        check("FROM x\nARG a=1 b=$|a c", "a=1", "a=1 b=1 c=?");
        check("FROM x\nENV a=1\n|", "a=1", "a=1");
        check("FROM x\nENV a=1\n|\nENV b=2", "a=1", "a=1");
    }

    #[test]
    fn stages_inherit() {
        let base = "ARG g=1\nFROM x AS a\nWORKDIR /w\nARG g\nUSER u\n";
        check(&format!("{base}FROM |a AS b\nWORKDIR v\n"), "g=1", "g=1 /w u");
        check(&format!("{base}FROM a AS b\nWORKDIR |v\nFROM y"), "g=1 /w u", "g=1 /w/v u");
        check(&format!("{base}FROM y\nWORKDIR |v"), "", "/v");
    }

    /// The variables at the mark `|`: with `?` if without a value, with `^` if from a global.
    #[track_caller]
    fn known(marked: &str, expected: &str) {
        let (before, _) = marked.split_once('|').expect("a mark");
        let model = Model::new(Tree::parse(&marked.replace('|', "")));
        let state = model.state_at(crate::text::TextSize::of(before));
        let show = |(name, variable): (&String, &super::Variable)| {
            let global = if variable.from_global.is_some() { "^" } else { "" };
            format!("{name}{global}={}", variable.shown().unwrap_or("?"))
        };
        let variables: Vec<_> = state.variables.iter().map(show).collect();
        assert_eq!(variables.join(" "), expected, "{marked}");
    }

    #[test]
    fn the_last_writer_counts() {
        known("FROM x\nENV A=1\nARG A=2\n|RUN y\n", "A=2");
        known("FROM x\nARG A=2\nENV A=1\nRUN |y\n", "A=1");
        known("FROM scratch\nENV A=1 B=$A\nENV A=2 C=$A\nRUN y|\n", "A=2 B= C=1");
        known("FROM x\nARG A=1 B=$A\nRUN y|\n", "A=1 B=1");
        known("FROM x\nENV A=1\nARG A\n|", "A=1");
    }

    #[test]
    fn what_is_not_known_stays_as_written() {
        known("FROM x\nENV PATH=/a:$PATH\n|", "PATH=/a:$PATH");
        known("FROM x\nENV PATH=/a:$PATH\nENV PATH=/b:${PATH}\n|", "PATH=/b:/a:$PATH");
        known("FROM scratch\nENV PATH=/a:$PATH A=$B\n|", "A= PATH=/a:$PATH");
        known("FROM x\nARG A\nENV B=1-$A-2 C=${A:-3}\n|", "A=? B=1-$A-2 C=3");
        known("ARG A=x-$TARGETARCH B=$C\n|", "A=x-$TARGETARCH B=");
        known("ARG A=x-$TARGETARCH\nFROM x\nARG A\n|", "A^=x-$TARGETARCH");
        known(
            "ARG A=$TARGETARCH B=${A:-x} C=${TARGETOS:+y}\n|",
            "A=$TARGETARCH B=$TARGETARCH C=${TARGETOS:+y}",
        );
        check("FROM x\nWORKDIR $A/b\nWORKDIR c|", "$A/b", "$A/b/c");
        check("FROM x\nENV H=/h\nWORKDIR $H/$B|", "H=/h", "H=/h /h/$B");
    }

    #[test]
    fn globals_need_to_be_declared_again() {
        known("ARG A=1\nFROM x\n|RUN y\n", "");
        known("ARG A=1\nFROM x\nARG A\n|RUN y\n", "A^=1");
        known("ARG A=1\nFROM x\nARG A=2\nARG A\n|RUN y\n", "A^=1");
        known("ARG A\nFROM x\nENV A=1\nARG A\n|RUN y\n", "A=1");
        known("ARG A\nFROM x\nARG A\n|RUN y\n", "A^=?");
        known("ARG A=1\nARG A\nARG B=$A$A\nFROM |x\n", "A=1 B=11");
        known("FROM x\nENV TARGETARCH=1\nARG TARGETARCH\n|RUN y\n", "TARGETARCH=?");
        known("ENV A=1\nARG B\n|FROM x\n", "B=?");
    }

    #[test]
    fn an_instruction_does_not_meet_itself() {
        known("FROM x\nENV A=1\nENV A=2|\nENV A=3\n", "A=1");
        known("FROM x\nENV A=1\nENV A=2|", "A=1");
        known("FROM x\nENV A=1\nENV A=2\n|", "A=2");
        known("ARG A=1\nARG A=2|", "A=1");
        known("ARG A=1\nARG A=2|\nFROM x", "A=1");
    }

    #[test]
    fn working_directories_join() {
        for (base, path, expected) in [
            ("/", "app", "/app"),
            ("/app", "src/../x/", "/app/x"),
            ("/app", "/y", "/y"),
            ("/", "..", "/"),
        ] {
            assert_eq!(join(base, path), expected);
        }
    }
}
