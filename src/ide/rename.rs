//! Renaming stages and variables.
//!
//! A rename is offered only if every place of the name can be found and changed, and the file
//! afterwards means what it meant ([`super::edit`]). Where the shell may read the variable in a way
//! that is not understood here, the rename is refused rather than guessed.

use std::collections::BTreeSet;
use std::fmt;

use super::edit::{Promise, Refusal, gate};
use super::named::{self, Symbol};
use super::{Snapshot, shell_names};
use crate::language::{Keyword, variable as known};
use crate::model::variable::{self, Family, Flow, Named, Role};
use crate::model::{Place, VariableKind};
use crate::syntax::Arguments;
use crate::text::{Edit, TextRange, TextSize};

/// Why something cannot be renamed. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameError {
    /// No name of the file stands there.
    Nothing,
    /// The new name cannot name a stage.
    NoStageName(String),
    /// The new name cannot name a variable.
    NoVariableName(String),
    /// The name has a meaning of its own to the builder or to programs.
    Reserved(String),
    /// The new name is in use.
    Taken {
        /// The new name.
        name: String,
        /// Where it is used.
        range: TextRange,
        /// The line of that.
        line: u32,
    },
    /// The name cannot be changed at a place where it counts.
    Hidden {
        /// The place.
        range: TextRange,
        /// The line of that.
        line: u32,
    },
    /// A trigger of `ONBUILD` makes the variable.
    Trigger {
        /// The line of that.
        line: u32,
    },
    /// The file would mean something else.
    Changes {
        /// Why.
        refusal: Refusal,
        /// The line, if the reason has one.
        line: Option<u32>,
    },
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no stage or variable of this file is named here"),
            Self::NoStageName(name) => write!(
                f,
                "`{name}` cannot name a stage: a small letter, then small letters, digits, `-`, `_` or `.`"
            ),
            Self::NoVariableName(name) => write!(
                f,
                "`{name}` cannot name a variable: a letter or `_`, then letters, digits or `_`"
            ),
            Self::Reserved(name) => write!(f, "`{name}` has a meaning of its own"),
            Self::Taken { name, line, .. } => write!(f, "`{name}` is already used in line {line}"),
            Self::Hidden { line, .. } => write!(
                f,
                "line {line} may use the name in a way that cannot be changed safely; change that first"
            ),
            Self::Trigger { line } => write!(
                f,
                "line {line}: a trigger of ONBUILD sets its variables in the builds on top of this image, whose files may name them"
            ),
            Self::Changes { refusal, line: Some(line) } => write!(f, "line {line}: {refusal}"),
            Self::Changes { refusal, line: None } => refusal.fmt(f),
        }
    }
}

impl std::error::Error for RenameError {}

/// The name at `offset` that can be renamed: its range and text.
pub fn prepare(snapshot: &Snapshot, offset: TextSize) -> Option<(TextRange, String)> {
    let (range, symbol) = named::at(snapshot, offset)?;
    let name = name_of(snapshot, &symbol)?;
    let place = locate(snapshot, range, &name, &symbol)?;
    let renamable = match &symbol {
        Symbol::Stage(_) => true,
        Symbol::Variable(named) => {
            !is_reserved_variable(&name) && !family_of(snapshot, named).places.is_empty()
        }
    };
    renamable.then(|| (place, snapshot.text().slice(place).into_owned()))
}

/// The edits that give the stage or variable at `offset` the name `new`: none if it has it already.
pub fn rename(snapshot: &Snapshot, offset: TextSize, new: &str) -> Result<Vec<Edit>, RenameError> {
    let (_, symbol) = named::at(snapshot, offset).ok_or_else(|| nothing(snapshot, offset))?;
    let old = name_of(snapshot, &symbol).ok_or(RenameError::Nothing)?;
    if old == new {
        return Ok(Vec::new());
    }
    let places = match &symbol {
        Symbol::Stage(stage) => stage_places(snapshot, *stage, new)?,
        Symbol::Variable(named) => variable_places(snapshot, named, new)?,
    };
    let mut edits = Vec::with_capacity(places.len());
    for range in places {
        let place = locate(snapshot, range, &old, &symbol)
            .ok_or_else(|| RenameError::Hidden { range, line: line(snapshot, range) })?;
        edits.push(Edit::replace(place, new));
    }
    match gate(snapshot, &edits, Promise::KeepsMeaningButNames) {
        Ok(_) => Ok(edits),
        Err(refusal) => {
            let line = match &refusal {
                Refusal::Syntax(range) | Refusal::Meaning(range) => Some(line(snapshot, *range)),
                Refusal::Edits(_) => None,
            };
            Err(RenameError::Changes { refusal, line })
        }
    }
}

/// Why nothing at `offset` can be renamed.
fn nothing(snapshot: &Snapshot, offset: TextSize) -> RenameError {
    let choice = snapshot.model().reference_at(offset).filter(|one| named::is_choice(one));
    if let Some(choice) = choice {
        let range = choice.name.range;
        return RenameError::Hidden { range, line: line(snapshot, range) };
    }
    match in_trigger(snapshot, offset) {
        true => RenameError::Trigger { line: snapshot.text().line_of(offset) + 1 },
        false => RenameError::Nothing,
    }
}

/// Whether an `ARG` or `ENV` behind `ONBUILD` stands at `offset`.
fn in_trigger(snapshot: &Snapshot, offset: TextSize) -> bool {
    let placed = snapshot.tree().item_at(offset);
    let command = placed.and_then(|placed| Some(&placed.instruction()?.meant().command));
    let Some(Arguments::Nested(inner)) = command.map(|command| &command.arguments) else {
        return false;
    };
    matches!(inner.keyword, Some(Keyword::Arg | Keyword::Env))
        && placed.is_some_and(|placed| placed.lift(inner.rest).contains_inclusive(offset))
}

fn line(snapshot: &Snapshot, range: TextRange) -> u32 {
    snapshot.text().line_of(range.start()) + 1
}

/// The name as its own place writes it; `None` for a stage without one.
fn name_of(snapshot: &Snapshot, symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Stage(stage) => {
            Some(snapshot.model().stages().get(*stage)?.name()?.text.to_string())
        }
        Symbol::Variable(named) => Some(named.name.to_string()),
    }
}

/// The places of the stage's name. Numbers are none. A `FROM` that a variable leads to it is one;
/// as the name cannot be found there, the rename fails on it.
fn stage_places(
    snapshot: &Snapshot,
    stage: usize,
    new: &str,
) -> Result<Vec<TextRange>, RenameError> {
    if !is_stage_name(new) {
        return Err(RenameError::NoStageName(new.to_owned()));
    }
    if matches!(new, "scratch" | "context") {
        return Err(RenameError::Reserved(new.to_owned()));
    }
    let model = snapshot.model();
    // What only the build tells of a name cannot be changed with it.
    let chooser = model.names().chooser(stage).and_then(|chooser| model.stages().get(chooser));
    if let Some(chosen) = chooser.and_then(|chooser| chooser.image()) {
        let range = chosen.range;
        return Err(RenameError::Hidden { range, line: line(snapshot, range) });
    }
    let own = model.stages().get(stage).and_then(|stage| stage.name());
    let holder = model.names().last(new).filter(|holder| *holder != stage);
    if let Some(range) = holder.and_then(|h| Some(model.stages().get(h)?.name()?.range)) {
        return Err(RenameError::Taken {
            name: new.to_owned(),
            range,
            line: line(snapshot, range),
        });
    }
    let is_number =
        |text: &str| text.trim_start_matches(['+', '-']).bytes().all(|b| b.is_ascii_digit());
    let references = model
        .references_to(stage)
        .filter(|r| r.place != Place::CopyFrom || !is_number(&r.name.text))
        .map(|r| r.name.range);
    let mut places: Vec<_> = own.map(|own| own.range).into_iter().chain(references).collect();
    places.sort_by_key(|range| range.start());
    Ok(places)
}

/// `^[a-z][a-z0-9-_.]*$`: what the builder takes, without the upper case that it warns about.
fn is_stage_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
}

fn variable_places(
    snapshot: &Snapshot,
    named: &Named,
    new: &str,
) -> Result<Vec<TextRange>, RenameError> {
    let family = family_of(snapshot, named);
    if family.places.is_empty() {
        return Err(RenameError::Nothing);
    }
    if !is_variable_name(new) {
        return Err(RenameError::NoVariableName(new.to_owned()));
    }
    for name in [&*named.name, new] {
        if is_reserved_variable(name) {
            return Err(RenameError::Reserved(name.to_owned()));
        }
    }
    if let Some(range) = taken(snapshot, &family, new) {
        return Err(RenameError::Taken {
            name: new.to_owned(),
            range,
            line: line(snapshot, range),
        });
    }
    if let Some(range) = left_behind(snapshot, &family, &named.name) {
        return Err(RenameError::Hidden { range, line: line(snapshot, range) });
    }
    for name in [&*named.name, new] {
        if let Some(range) = hidden(snapshot, &family, name) {
            return Err(RenameError::Hidden { range, line: line(snapshot, range) });
        }
    }
    let places: BTreeSet<_> =
        family.places.iter().map(|place| (place.range.start(), place.range.end())).collect();
    Ok(places.into_iter().map(|(start, end)| TextRange::new(start, end)).collect())
}

/// A place that probably means the global variable, in a stage that does not declare it again: the
/// finding there would be gone with the name.
fn left_behind(snapshot: &Snapshot, family: &Family, name: &str) -> Option<TextRange> {
    let model = snapshot.model();
    if !family.scopes.contains(&None) || model.scope_issues().next().is_none() {
        return None;
    }
    let found = snapshot.report().findings();
    let mut meant = found.iter().filter(|finding| finding.code == "not-redeclared");
    meant.find(|it| snapshot.text().slice(it.range) == name).map(|finding| finding.range)
}

fn family_of(snapshot: &Snapshot, named: &Named) -> Family {
    variable::family(snapshot.model(), &named.name, named.range.start())
}

fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Names that the builder, the container or the dynamic linker gives or reads.
fn is_reserved_variable(name: &str) -> bool {
    known::predefined(name).is_some() || matches!(name, "PATH" | "HOME" | "HOSTNAME" | "TERM")
}

/// A place where `name` is used in a scope of the variable. One that is a build argument must not
/// meet another of that name anywhere.
fn taken(snapshot: &Snapshot, family: &Family, name: &str) -> Option<TextRange> {
    let flow = Flow::of_name(snapshot.model(), name);
    let is_arg = |role: Role| role == Role::Definition(VariableKind::Arg);
    let argument = family.places.iter().any(|place| is_arg(place.role));
    let writer = flow.writers.iter().find(|writer| {
        family.scopes.contains(&writer.scope) || argument && writer.kind == VariableKind::Arg
    });
    let reader = || flow.readers.iter().find(|reader| family.scopes.contains(&reader.scope));
    writer.map(|writer| writer.range).or_else(|| Some(reader()?.range))
}

/// A place in the scopes of the variable where a shell or program may mean `name` other than by a
/// plain `$name`.
fn hidden(snapshot: &Snapshot, family: &Family, name: &str) -> Option<TextRange> {
    let model = snapshot.model();
    let flow = Flow::of_name(model, name);
    let mut readers: Vec<_> = flow.readers.iter().map(|r| (r.item, r.range)).collect();
    readers.sort_by_key(|(item, _)| *item);
    let env = family.places.iter().any(|p| p.role == Role::Definition(VariableKind::Env));
    for stage in family.scopes.iter().filter_map(|scope| model.stages().get((*scope)?)) {
        for (placed, facts) in model.instructions_from(stage.item + 1) {
            let strict = match facts.keyword {
                Some(Keyword::From) => break,
                Some(Keyword::Run) => false,
                Some(Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck) if env => false,
                Some(Keyword::Onbuild) => true,
                _ => continue,
            };
            let Some(instruction) = placed.instruction() else { continue };
            let first = readers.partition_point(|(item, _)| *item < placed.index);
            let here = readers.iter().skip(first).take_while(|(item, _)| *item == placed.index);
            let mut known: Vec<TextRange> = here
                .filter_map(|(_, range)| range.checked_sub(placed.start))
                .chain(instruction.comments.iter().copied())
                .collect();
            known.sort_by_key(|range| range.start());
            let found = shell_names::mention(&placed.item.text, name, strict, |at| {
                let after = known.partition_point(|range| range.start() <= at.start());
                let before = after.checked_sub(1).and_then(|index| known.get(index));
                before.is_some_and(|range| range.contains_range(at))
            });
            if let Some(found) = found {
                return Some(placed.lift(found));
            }
        }
    }
    None
}

/// The place of the name itself in `range`, which may be more than that.
fn locate(snapshot: &Snapshot, range: TextRange, name: &str, symbol: &Symbol) -> Option<TextRange> {
    let placed = snapshot.tree().item_at(range.start())?;
    let view = placed.instruction()?.meant();
    let range = range.checked_sub(placed.start)?;
    Some(placed.lift(named::exact(&placed.item.text, view, range, name, symbol.sort())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    #[track_caller]
    fn check(marked: &str, new: &str, expected: &str) {
        let fixture = Fixture::new(marked);
        let edits = rename(&fixture.snapshot, fixture.cursor, new);
        let told = edits.map(|edits| fixture.edited(&edits)).map_err(|error| error.to_string());
        assert_eq!(told.as_deref(), Ok(expected));
        let prepared = prepare(&fixture.snapshot, fixture.cursor);
        assert!(prepared.is_some_and(|(range, _)| edited_by(&fixture, new, range)));
    }

    /// Whether the rename changes what `prepare` shows.
    fn edited_by(fixture: &Fixture, new: &str, range: TextRange) -> bool {
        rename(&fixture.snapshot, fixture.cursor, new)
            .is_ok_and(|edits| edits.is_empty() || edits.iter().any(|edit| edit.range == range))
    }

    /// `expected`: a part of what is said.
    #[track_caller]
    fn refused(marked: &str, new: &str, expected: &str) {
        let fixture = Fixture::new(marked);
        let result = rename(&fixture.snapshot, fixture.cursor, new);
        let told = result.map(|edits| fixture.edited(&edits)).map_err(|error| error.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains(expected)), "{told:?}");
    }

    #[test]
    fn stages() {
        check(
            "FROM a AS $0b\nFROM b\nCOPY --from=b b c\nCOPY --from=B / /\nCOPY --from=0 / /\n\
             RUN --mount=from=b,target=/b x\nONBUILD COPY --from=b / /\n",
            "build",
            "FROM a AS build\nFROM build\nCOPY --from=build b c\nCOPY --from=build / /\nCOPY --from=0 / /\n\
             RUN --mount=from=build,target=/b x\nONBUILD COPY --from=build / /\n",
        );
        check(
            "FROM a AS Build\nCOPY --from=$0BUILD / /\n",
            "c",
            "FROM a AS c\nCOPY --from=c / /\n",
        );
        check("FROM a AS b\nFROM b\nFROM $0b\n", "c", "FROM a AS c\nFROM c\nFROM c\n");
        check("FROM a AS b\nFROM \"$0b\"\n", "c", "FROM a AS c\nFROM \"c\"\n");
        check(
            "FROM a AS b\nCOPY --from=\"$0b\" / /\n",
            "c",
            "FROM a AS c\nCOPY --from=\"c\" / /\n",
        );
        check("FROM a AS $0b\n", "b", "FROM a AS b\n");
        check("FROM a AS $0B\n", "b", "FROM a AS b\n");
        check("FROM alpine AS alpine\nFROM $0alpine\n", "c", "FROM alpine AS c\nFROM c\n");
    }

    #[test]
    fn variables_in_quoted_flags() {
        let file = |line: &str| format!("FROM x\nARG U=1\nARG G=2\n{line}\n");
        for (before, after) in [
            ("COPY --chown=\"${$0U}:${G}\" a b", "COPY --chown=\"${N}:${G}\" a b"),
            ("COPY --chown=\"${U}:${$0G}\" a b", "COPY --chown=\"${U}:${N}\" a b"),
            ("COPY --ch\\\nown='$U:$$0G' a b", "COPY --ch\\\nown='$U:$N' a b"),
            (
                "RUN --mount=\"type=bind,source=$U,target=/$$0G\" x",
                "RUN --mount=\"type=bind,source=$U,target=/$N\" x",
            ),
            (
                "RUN --mount=type=bind,\"source=$$0U\",target=/$G x",
                "RUN --mount=type=bind,\"source=$N\",target=/$G x",
            ),
        ] {
            let declared = if after.contains("$G") || after.contains("{G}") { "U" } else { "G" };
            let expected = file(after).replace(&format!("ARG {declared}="), "ARG N=");
            check(&file(before), "N", &expected);
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_two() {
        check(
            "FROM a AS b\nFROM $0b AS b\nCOPY --from=b / /\n",
            "c",
            "FROM a AS c\nFROM c AS b\nCOPY --from=b / /\n",
        );
        check(
            "FROM a AS b\nFROM x AS b\nFROM y\nCOPY --from=$0b / /\n",
            "c",
            "FROM a AS b\nFROM x AS c\nFROM y\nCOPY --from=c / /\n",
        );
    }

    #[test]
    fn what_is_no_reference_stays() {
        check("FROM a AS $0b\nFROM B\nFROM b:1\n", "c", "FROM a AS c\nFROM B\nFROM b:1\n");
        check(
            "FROM a AS $0b\nLABEL b=b\nRUN b --from=b\nCOPY b --from=b /\n# b\n",
            "c",
            "FROM a AS c\nLABEL b=b\nRUN b --from=b\nCOPY b --from=b /\n# b\n",
        );
    }

    #[test]
    fn broken_and_pasted_files() {
        check(
            "FROM golang:1.21 AS builder\nRU\nCOPY\nFROM alpine\nCOPY –from=$0builder /a .\nCMD [“/a”]\nRUN <<X",
            "make",
            "FROM golang:1.21 AS make\nRU\nCOPY\nFROM alpine\nCOPY –from=make /a .\nCMD [“/a”]\nRUN <<X",
        );
        check(
            "FROM a AS “$0b”\nFROM c\nCOPY —from=b / /\n",
            "d",
            "FROM a AS “d”\nFROM c\nCOPY —from=d / /\n",
        );
        check(
            "FROM a \\\n AS \\\n # x\n b\nFROM $0b\n",
            "c",
            "FROM a \\\n AS \\\n # x\n c\nFROM c\n",
        );
        check("FROM a AS b\r\nFROM $0b\r\n", "c", "FROM a AS c\r\nFROM c\r\n");
    }

    #[test]
    fn stage_names_must_be_fit_and_free() {
        for name in ["", "1", "B", "a b", "-a", "ä", "a/b", "a:b", "$a"] {
            refused("FROM a AS $0b\n", name, "cannot name a stage");
        }
        refused("FROM a AS $0b\n", "scratch", "meaning of its own");
        refused("FROM a AS $0b\nFROM x AS C\n", "c", "used in line 2");
        refused("FROM a AS $0b\nFROM alpine\n", "alpine", "line 2: the result would mean");
        refused("FROM a AS $0b\nCOPY --from=nginx / /\n", "nginx", "line 2: the result would mean");
        refused("ARG X=b\nFROM a AS $0b\nFROM $X\n", "c", "line 3 may use");
        refused("FROM a AS $0b-linux\nFROM b-$TARGETOS\n", "c", "line 2 may use");
        refused("FROM a AS b-linux\nFROM $0b-$TARGETOS\n", "c", "line 2 may use");
        refused("ARG M=x\nFROM a AS b-x\nFROM a AS $0b-y\nFROM b-$M\n", "c", "line 4 may use");
        refused("FROM a AS $0c\nFROM a AS b-x\nFROM b-$TARGETOS\n", "b-y", "line 3: the result");
    }

    #[test]
    fn nothing_to_rename() {
        refused("FROM $0a AS b\n", "c", "no stage or variable");
        refused("FROM a\nFROM b\nCOPY --from=$00 / /\n", "c", "no stage or variable");
        refused("FROM a\nRUN echo $0$i\n", "c", "no stage or variable");
        refused("FROM a\nRUN echo $0i\n", "c", "no stage or variable");
        for text in [
            "FROM $0a AS b\n",
            "FROM a AS b\nCOPY --from=$00 / /\n",
            "FROM a\nRUN $0$i\n",
            "FROM a\nARG $0TARGETARCH\n",
        ] {
            let fixture = Fixture::new(text);
            assert_eq!(prepare(&fixture.snapshot, fixture.cursor), None, "{text}");
        }
    }

    #[test]
    fn variables() {
        check(
            "ARG V=1\nFROM x:$V\nARG V\nENV W=$V\nRUN echo $0$V \"${V:-x}\" V $VV\nCMD echo $V\n",
            "N",
            "ARG N=1\nFROM x:$N\nARG N\nENV W=$N\nRUN echo $N \"${N:-x}\" V $VV\nCMD echo $V\n",
        );
        check(
            "FROM x AS a\nENV $0V=1\nFROM a\nUSER ${V}\nCMD echo $V\nFROM x\nENV V=2\nRUN $V\n",
            "N",
            "FROM x AS a\nENV N=1\nFROM a\nUSER ${N}\nCMD echo $N\nFROM x\nENV V=2\nRUN $V\n",
        );
        check("FROM x\nARG V=1\nFROM y\nARG $0V=2\n", "N", "FROM x\nARG N=1\nFROM y\nARG N=2\n");
        check(
            "FROM x\nENV $0V=1\nCOPY <<E /a\n$V\nE\nRUN <<E\necho ${V#x}\nE\n",
            "N",
            "FROM x\nENV N=1\nCOPY <<E /a\n$N\nE\nRUN <<E\necho ${N#x}\nE\n",
        );
        check("FROM x\nENV $0V=1\nENV V=$V:2\n", "N", "FROM x\nENV N=1\nENV N=$N:2\n");
        check("FROM x\nENV $0V=$V:2\n", "N", "FROM x\nENV N=$V:2\n");
        check("FROM x\nENV $0V 1\nUSER $V\n", "N", "FROM x\nENV N 1\nUSER $N\n");
        check(
            "FROM x\nARG $0V=b\nRUN make V=$V # $V\n",
            "N",
            "FROM x\nARG N=b\nRUN make V=$N # $N\n",
        );
    }

    #[test]
    fn what_means_the_variable_is_not_left_behind() {
        refused("ARG $0V=1\nFROM x:$V\nRUN echo ${V}\n", "N", "line 3 may use");
        refused("ARG $0V=1\nFROM x:$V\nENV A=${V}\n", "N", "line 3 may use");
        refused("FROM x\nONBUILD ARG $0V\n", "N", "line 2: a trigger");
        refused("FROM x\nONBUILD ENV $0V=1\n", "N", "line 2: a trigger");
        check(
            "ARG $0V=1\nFROM x:$V\nRUN V=2; echo $V\n",
            "N",
            "ARG N=1\nFROM x:$N\nRUN V=2; echo $V\n",
        );
    }

    #[test]
    fn variables_in_broken_and_pasted_files() {
        check(
            "FROM x\nFOO\nENV V=“a b”\nRUN \nCOPY –chown=$0$V a b\nRUN echo “$V”\nRUN <<X",
            "N",
            "FROM x\nFOO\nENV N=“a b”\nRUN \nCOPY –chown=$N a b\nRUN echo “$N”\nRUN <<X",
        );
        check(
            "FROM x\nENV V=1 \\\n# $V\n  W=2\nRUN a && \\\n # $V\n b $0$V\n",
            "N",
            "FROM x\nENV N=1 \\\n# $V\n  W=2\nRUN a && \\\n # $V\n b $N\n",
        );
        check("FROM x\nENV LO\\\nNG=1\nUSER $0$LONG\n", "N", "FROM x\nENV N=1\nUSER $N\n");
    }

    #[test]
    fn variable_names_must_be_fit_and_free() {
        for name in ["", "1", "a-b", "a b", "$a", "ä"] {
            refused("FROM x\nENV $0V=1\n", name, "cannot name a variable");
        }
        refused("FROM x\nENV $0V=1\n", "PATH", "meaning of its own");
        refused("FROM x\nENV $0V=1\n", "TARGETARCH", "meaning of its own");
        refused("FROM x\nENV $0V=1\n", "http_proxy", "meaning of its own");
        refused("FROM x\nARG $0TARGETARCH\n", "N", "meaning of its own");
        refused("FROM x\nENV $0V=1\nENV N=2\n", "N", "used in line 3");
        refused("FROM x\nENV $0V=1\nRUN echo $N\n", "N", "used in line 3");
        refused("FROM x AS a\nENV N=2\nFROM a\nENV $0V=1\n", "N", "line 4: the result would mean");
        refused("FROM x AS a\nENV $0V=1\nFROM a\nENV N=1\n", "N", "used in line 4");
        refused("ARG N\nFROM x\nARG $0V=1\n", "N", "used in line 1");
        refused("FROM x\nENV $0V=1\nRUN N=2 make\n", "N", "line 3 may use");
    }

    #[test]
    fn what_a_shell_may_mean_is_not_guessed() {
        refused("FROM x\nENV $0V=1\nRUN sh -c 'echo $V'\n", "N", "line 3 may use");
        refused("FROM x\nENV $0V=1\nRUN V=2; echo $V\n", "N", "line 3 may use");
        refused("FROM x\nENV $0V=1\nCMD [\"sh\", \"-c\", \"echo $V\"]\n", "N", "line 3 may use");
        refused("FROM x\nENV $0V=1\nONBUILD RUN echo $V\n", "N", "line 3 may use");
        refused("FROM x AS a\nENV $0V=1\nFROM a\nRUN sh -c 'echo $V'\n", "N", "line 4 may use");
        check("FROM x\nARG $0V=1\nCMD V=2 x\n", "N", "FROM x\nARG N=1\nCMD V=2 x\n");
        check(
            "FROM x\nENV $0V=1\nFROM y\nRUN V=2 x\n",
            "N",
            "FROM x\nENV N=1\nFROM y\nRUN V=2 x\n",
        );
    }

    #[test]
    fn a_name_in_a_quoted_flag() {
        check(
            "FROM x\nARG $0V=1\nCOPY --chown=\"$V\" a b\n",
            "N",
            "FROM x\nARG N=1\nCOPY --chown=\"$N\" a b\n",
        );
        check(
            "FROM a AS $0b\nRUN --mount=from=b,target=\"/b\" x\n",
            "c",
            "FROM a AS c\nRUN --mount=from=c,target=\"/b\" x\n",
        );
    }

    /// All names of a file that can be renamed, once each.
    fn names(snapshot: &Snapshot) -> Vec<(TextSize, Symbol)> {
        let mut names: Vec<(TextSize, Symbol)> = Vec::new();
        let mut seen: BTreeSet<TextSize> = BTreeSet::new();
        let model = snapshot.model();
        let references = model.references().iter().map(|r| r.name.range.start());
        let stages = model.stages().iter().filter_map(|s| Some(s.name()?.range.start()));
        let flow = Flow::of(model);
        let writers = flow.writers.iter().map(|w| w.range.start());
        let readers = flow.readers.iter().map(|r| r.range.start());
        for offset in references.chain(stages).chain(writers).chain(readers) {
            let Some((_, symbol)) = named::at(snapshot, offset) else { continue };
            if seen.contains(&offset) || prepare(snapshot, offset).is_none() {
                continue;
            }
            seen.extend(named::places(snapshot, &symbol).iter().map(|place| place.range.start()));
            names.push((offset, symbol));
        }
        names
    }

    #[test]
    fn every_fixture_renames_there_and_back() {
        let (mut done, mut refused) = (0, 0);
        crate::ide::fixture::each_file(|text| {
            let snapshot = Snapshot::new(text);
            for (offset, symbol) in names(&snapshot) {
                let new = if symbol.sort() == named::Sort::Stage { "zz9" } else { "ZZ9" };
                let Ok(edits) = rename(&snapshot, offset, new) else {
                    refused += 1;
                    continue;
                };
                let old: BTreeSet<_> =
                    edits.iter().map(|e| snapshot.text().slice(e.range).into_owned()).collect();
                let renamed = gate(&snapshot, &edits, Promise::Reads).expect("a rename that fits");
                let first = edits.iter().map(|edit| edit.range.start()).min().expect("edits");
                // Upper case and continuations in stage names are not brought back.
                let [old] = old.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                    continue;
                };
                if symbol.sort() == named::Sort::Stage && !is_stage_name(old) {
                    continue;
                }
                if symbol.sort() == named::Sort::Variable && !is_variable_name(old) {
                    continue;
                }
                let back = match rename(&renamed, first, old) {
                    // The old name is also that of something the file does not define, or reserved.
                    Err(RenameError::Taken { .. } | RenameError::Reserved(_)) => continue,
                    back => back.unwrap_or_else(|error| panic!("{old}: {error} in\n{text}")),
                };
                let back = gate(&renamed, &back, Promise::Reads).expect("a rename that fits");
                assert_eq!(back.text().to_string(), text);
                done += 1;
            }
        });
        assert!(done > 500 && refused * 10 < done, "{done} renamed, {refused} refused");
    }
}
