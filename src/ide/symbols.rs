//! The outline: stages with their instructions, and the variables.

use super::Snapshot;
use super::images::{expanded, globals};
use crate::language::Keyword;
use crate::model::facts::{Definition, Facts, VariableKind};
use crate::model::{Stage, State};
use crate::syntax::{Instruction, Placed};
use crate::text::{TextRange, TextSize};

/// A line of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is.
    pub kind: SymbolKind,
    /// A stage's name, or `stage-N`; a variable's name; keyword and short argument of others.
    pub name: String,
    /// What a stage starts from, or a variable's value.
    pub detail: Option<String>,
    /// All of it, without the line end.
    pub range: TextRange,
    /// What to show of it: its name, or what comes nearest.
    pub selection: TextRange,
    /// What a stage holds.
    pub children: Vec<Symbol>,
}

/// What a line of the outline stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A stage.
    Stage,
    /// A variable that `ARG` declares.
    Arg,
    /// A variable that `ENV` sets.
    Env,
    /// Any other instruction.
    Instruction(Keyword),
}

/// A line of the outline for clients that show a plain list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatSymbol {
    /// What it is.
    pub kind: SymbolKind,
    /// As in [`Symbol`].
    pub name: String,
    /// As in [`Symbol`].
    pub range: TextRange,
    /// The name of the stage that holds it.
    pub container: Option<String>,
}

/// How many characters of an argument or value are shown.
const SHORT: usize = 40;

/// The outline of the file: what stands before the first `FROM`, and the stages.
pub fn symbols(snapshot: &Snapshot) -> Vec<Symbol> {
    let globals = globals(snapshot);
    let mut stages = snapshot.model().stages().iter().peekable();
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut in_stage = false;
    for (placed, facts) in snapshot.model().instructions() {
        let Some(instruction) = placed.instruction() else { continue };
        if let Some(stage) = stages.next_if(|stage| stage.item == placed.index) {
            symbols.extend(stage_symbol(snapshot, stage, &globals, placed, instruction));
            in_stage = true;
            continue;
        }
        let found = instruction_symbols(placed, instruction, facts);
        match symbols.last_mut().filter(|_| in_stage) {
            Some(stage) => {
                stage.range = stage.range.cover(whole(placed, instruction));
                stage.children.extend(found);
            }
            None => symbols.extend(found),
        }
    }
    symbols
}

/// The same as a list, each symbol behind the one that holds it.
pub fn flat(symbols: &[Symbol]) -> Vec<FlatSymbol> {
    let flat = |symbol: &Symbol, container: Option<&Symbol>| FlatSymbol {
        kind: symbol.kind,
        name: symbol.name.clone(),
        range: symbol.range,
        container: container.map(|container| container.name.clone()),
    };
    symbols
        .iter()
        .flat_map(|symbol| {
            let children = symbol.children.iter().map(move |child| flat(child, Some(symbol)));
            std::iter::once(flat(symbol, None)).chain(children)
        })
        .collect()
}

fn stage_symbol(
    snapshot: &Snapshot,
    stage: &Stage,
    globals: &State,
    placed: Placed<'_>,
    instruction: &Instruction,
) -> Option<Symbol> {
    let range = placed.lift(instruction.body);
    // Editors take no empty names.
    let name = stage.name().filter(|name| !name.text.trim().is_empty());
    let image = stage.image();
    let selection = name.as_ref().or(image.as_ref()).map_or(range, |named| named.range);
    let written = || image.as_ref().map(|image| image.text.to_string());
    Some(Symbol {
        kind: SymbolKind::Stage,
        name: name.map_or_else(|| format!("stage-{}", stage.index), |name| name.text.to_string()),
        detail: expanded(snapshot, stage, globals).or_else(written),
        range,
        selection,
        children: Vec::new(),
    })
}

/// One symbol for each variable that the instruction sets, or one for the instruction.
fn instruction_symbols(
    placed: Placed<'_>,
    instruction: &Instruction,
    facts: &Facts,
) -> Vec<Symbol> {
    let Some(keyword) = facts.keyword else { return Vec::new() };
    let named = facts.definitions.iter().filter(|d| !d.name.text.trim().is_empty());
    let variables: Vec<_> = named.map(|definition| variable_symbol(placed, definition)).collect();
    if !variables.is_empty() {
        return variables;
    }
    let view = instruction.meant();
    let source = &placed.item.text;
    let argument = match instruction.heredocs.first() {
        Some(heredoc) if keyword == Keyword::Run && heredoc.word == view.command.rest => {
            let body = std::ops::Range::<usize>::from(heredoc.body);
            let lines = source.get(body).unwrap_or_default().lines();
            lines.map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).map(short)
        }
        _ => Some(short(&view.text(source, view.command.rest))),
    };
    let from = view.command.flag("from", view, source).map(|flag| view.text(source, flag.range));
    let parts = [Some(keyword.name().into()), from, argument.map(Into::into)];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    vec![Symbol {
        kind: SymbolKind::Instruction(keyword),
        name: parts.join(" "),
        detail: None,
        range: whole(placed, instruction),
        selection: placed.lift(view.command.keyword_range),
        children: Vec::new(),
    }]
}

/// All of an instruction, its heredocs too.
fn whole(placed: Placed<'_>, instruction: &Instruction) -> TextRange {
    let body = placed.lift(instruction.body);
    match instruction.heredocs.is_empty() {
        true => body,
        false => body.cover_offset(placed.start + TextSize::of(placed.item.text.trim_end())),
    }
}

fn variable_symbol(placed: Placed<'_>, definition: &Definition) -> Symbol {
    let name = definition.name.range;
    let value = definition.value.as_ref();
    Symbol {
        kind: match definition.kind {
            VariableKind::Arg => SymbolKind::Arg,
            VariableKind::Env => SymbolKind::Env,
        },
        name: definition.name.text.to_string(),
        detail: value.map(|value| short(&value.text)).filter(|value| !value.is_empty()),
        range: placed.lift(value.map_or(name, |value| name.cover(value.range))),
        selection: placed.lift(name),
        children: Vec::new(),
    }
}

/// The first characters of a text, on one line.
fn short(text: &str) -> String {
    let mut result = String::new();
    for word in text.split_whitespace() {
        if !result.is_empty() {
            result.push(' ');
        }
        result.extend(word.chars().take(SHORT + 1));
        if result.chars().count() > SHORT {
            let cut: String = result.chars().take(SHORT - 1).collect();
            return format!("{}…", cut.trim_end());
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<r>` is a range, `<n>` a selection; `outline` shows names and details.
    #[track_caller]
    fn check(marked: &str, outline: &[&str]) {
        let fixture = Fixture::new(marked);
        let found = symbols(&fixture.snapshot);
        let mut lines = Vec::new();
        let mut marks = Vec::new();
        let mut take = |symbol: &Symbol, indent: &str| {
            assert!(symbol.range.contains_range(symbol.selection), "{symbol:?}");
            let detail = symbol.detail.as_ref().map(|d| format!(" = {d}")).unwrap_or_default();
            lines.push(format!("{indent}{}{detail}", symbol.name));
            marks.extend([("r", symbol.range), ("n", symbol.selection)]);
        };
        for symbol in &found {
            take(symbol, "");
            for child in &symbol.children {
                assert!(symbol.range.contains_range(child.range), "{child:?}");
                take(child, "  ");
            }
        }
        assert_eq!(lines, outline);
        if marked.contains("<r>") {
            fixture.check(marks);
        }
        let list = flat(&found);
        assert_eq!(list.len(), lines.len());
        for (line, symbol) in lines.iter().zip(list) {
            assert!(line.trim_start().starts_with(&symbol.name));
            assert_eq!(line.starts_with(' '), symbol.container.is_some());
        }
    }

    #[test]
    fn an_outline() {
        check(
            "# x\nARG <r><n>V</n>=1</r>\n<r>FROM golang:$V AS <n>build</n>\n<r><n>RUN</n> go build \\\n  -o /app</r></r>\n\n\
             # next\n<r>FROM <n>scratch</n>\nENV <r><n>A</n>=1</r> <r><n>B</n>=2</r>\n\
             <r><n>COPY</n> --from=build --link /app /</r></r>\n",
            &[
                "V = 1",
                "build = golang:1",
                "  RUN go build -o /app",
                "stage-1 = scratch",
                "  A = 1",
                "  B = 2",
                "  COPY --from=build /app /",
            ],
        );
    }

    #[test]
    fn heredocs() {
        check(
            "<r>FROM <n>a</n>\n<r><n>RUN</n> <<E\n\n# x\nset -e\nE</r></r>\n",
            &["stage-0 = a", "  RUN set -e"],
        );
        check("FROM a\nCOPY <<E /x\ny\nE\n", &["stage-0 = a", "  COPY <<E /x"]);
    }

    #[test]
    fn broken_and_pasted_files() {
        check("", &[]);
        check("RUN x\n", &["RUN x"]);
        check("FROM\nFOO\nRUN\nARG\nENV\nENV A\n", &["stage-0", "  RUN", "  ARG", "  ENV", "  A"]);
        check("FROM a AS “b”\n---\nCOPY –from=b c /\n", &["b = a", "  COPY --from=b c /"]);
        check("ARG B\nFROM $B:1\n", &["B", "stage-0 = $B:1"]);
        check("FROM $B\nARG A=“x y”\n", &["stage-0 = $B", "  A = \"x y\""]);
    }

    #[test]
    fn long_arguments_are_cut() {
        assert_eq!(short("a  b\tc"), "a b c");
        assert_eq!(short(&"x".repeat(40)), "x".repeat(40));
        assert_eq!(short(&"é".repeat(41)), format!("{}…", "é".repeat(39)));
        assert_eq!(short(&"xyz ".repeat(11)), format!("{}…", "xyz ".repeat(10).trim_end()));
        assert_eq!(short(&"xyz ".repeat(1000)), format!("{}…", "xyz ".repeat(10).trim_end()));
    }
}
