//! Make: a `Makefile`.
//!
//! Nothing is run: `$(shell ...)` and other functions are not known, nor is what stands in a
//! conditional.
//!
//! Source: the GNU make manual (how makefiles are read, variables, rules).

use std::collections::BTreeMap;

use super::super::Context;
use super::reader::{Broken, Reader};

/// The names that make looks for.
const NAMES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];
/// How many variables may stand in for one another.
const MAX_DEPTH: usize = 16;
/// How long a line may become by its variables, in bytes.
const MAX_TEXT: usize = 16 * 1024;
/// How many targets are told: to look for one is to go through all.
const MAX_TARGETS: usize = 1000;
/// The variables that make sets itself, as far as they matter.
const BUILT_IN: [(&str, &str); 6] =
    [("CC", "cc"), ("CXX", "g++"), ("AR", "ar"), ("AS", "as"), ("RM", "rm -f"), ("MAKE", "make")];

/// Variables and their values.
pub type Variables = BTreeMap<String, String>;

/// What a `Makefile` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Makefile {
    /// Its path in the context.
    pub file: String,
    /// Its targets, in their order. A target may have several rules: prerequisites are those of all.
    pub targets: Vec<Target>,
    /// Whether nothing is taken in from other files and no line is in a conditional.
    pub is_complete: bool,
    variables: BTreeMap<String, Variable>,
}

/// A target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Its name, as it is written; `%` in it makes it a pattern.
    pub name: String,
    /// What it needs, as it is written.
    pub prerequisites: Vec<String>,
    /// The lines of its recipe, as they are written.
    pub recipe: Vec<String>,
    /// Whether a part of it is in a conditional.
    pub is_conditional: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    /// `None` if it is set twice, in a conditional, or by a command.
    value: Option<String>,
    /// Whether the environment goes before it (`?=`).
    is_default: bool,
}

/// The `Makefile` in a folder; `None` if there is none.
pub fn makefile(context: &Context, folder: &str) -> Result<Option<Makefile>, Broken> {
    let found = Reader::new(context).read_first(folder, &NAMES)?;
    Ok(found.map(|(file, text)| read(file, &text)))
}

/// Lines that `\` carries on are one. Before a recipe's line its tab stays.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    let mut is_open = false;
    for line in text.lines() {
        if is_open {
            open.push(' ');
        }
        let part = if is_open { line.trim_start() } else { line };
        let start = part.strip_suffix('\\');
        is_open = start.is_some();
        open.push_str(start.map_or(part, str::trim_end));
        if !is_open {
            lines.push(std::mem::take(&mut open));
        }
    }
    lines.push(open);
    lines
}

fn read(file: String, text: &str) -> Makefile {
    let mut makefile = Makefile { file, is_complete: true, ..Makefile::default() };
    let mut depth = 0_usize;
    let mut in_define = false;
    // The targets that a recipe's line belongs to.
    let mut open: Vec<String> = Vec::new();
    for line in logical_lines(text) {
        if in_define {
            in_define = line.trim() != "endef";
            continue;
        }
        if let (Some(recipe), false) = (line.strip_prefix('\t'), open.is_empty()) {
            makefile.add(&open, depth > 0, |target| target.recipe.push(recipe.trim().to_owned()));
            continue;
        }
        let line = without_comment(&line).trim();
        match line.split_whitespace().next().unwrap_or_default() {
            "" => {}
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                depth += 1;
                makefile.is_complete = false;
            }
            "else" => {}
            "endif" => depth = depth.saturating_sub(1),
            "include" | "-include" | "sinclude" => makefile.is_complete = false,
            "define" => {
                in_define = true;
                let name = line.split_whitespace().nth(1).unwrap_or_default();
                makefile
                    .variables
                    .insert(name.to_owned(), Variable { value: None, is_default: false });
            }
            _ => open = makefile.statement(line, depth > 0).unwrap_or(open),
        }
    }
    makefile
}

/// A line up to a `#` that has no `\` before it.
fn without_comment(line: &str) -> &str {
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    let comment = marks.find(|at| !line[..*at].ends_with('\\'));
    &line[..comment.unwrap_or(line.len())]
}

impl Makefile {
    /// The target that a plain `make` makes: the first that is no pattern and no `.PHONY`.
    pub fn default_target(&self) -> Option<&Target> {
        self.targets.iter().find(|target| {
            let is_special = target.name.starts_with('.') && !target.name.contains('/');
            !is_special && !target.name.contains('%')
        })
    }

    /// A target by its name, as it is written or once variables are replaced.
    pub fn target(&self, name: &str) -> Option<&Target> {
        let nothing = Variables::new();
        self.targets.iter().find(|target| {
            target.name == name
                || self.expand(&target.name, &nothing, &nothing).as_deref() == Some(name)
        })
    }

    /// The lines of a target's recipe as a shell gets them, without `@`, `-` and `+` before them;
    /// `None` for one that is not known. `environment` are the variables of the environment;
    /// `stated` are those of the command, which go before all others.
    pub fn recipe(
        &self,
        target: &Target,
        environment: &Variables,
        stated: &Variables,
    ) -> Vec<Option<String>> {
        let name = self.expand(&target.name, environment, stated);
        let needs: Option<Vec<String>> = target
            .prerequisites
            .iter()
            .map(|word| self.expand(word, environment, stated))
            .collect();
        let mut stated = stated.clone();
        stated.extend(name.map(|name| ("@".to_owned(), name)));
        if let Some(needs) = needs {
            let needs = needs.join(" ");
            let first = needs.split_whitespace().next().unwrap_or_default().to_owned();
            stated.extend([("<".to_owned(), first), ("^".to_owned(), needs)]);
        }
        let lines = target.recipe.iter();
        lines
            .map(|line| {
                let line = line.trim_start_matches(['@', '-', '+', ' ', '\t']);
                self.expand(line, environment, &stated).filter(|_| !target.is_conditional)
            })
            .collect()
    }

    /// The value of a variable; `None` if it is not known.
    pub fn variable(&self, name: &str) -> Option<String> {
        let nothing = Variables::new();
        self.expand(&format!("$({name})"), &nothing, &nothing)
    }

    /// A text with its variables replaced; `None` if one is not known or a function is called.
    pub fn expand(
        &self,
        text: &str,
        environment: &Variables,
        stated: &Variables,
    ) -> Option<String> {
        let mut done = String::new();
        self.expand_into(text, (environment, stated), MAX_DEPTH, &mut done)?;
        Some(done)
    }

    fn expand_into(
        &self,
        text: &str,
        given: (&Variables, &Variables),
        depth: usize,
        done: &mut String,
    ) -> Option<()> {
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            done.push_str(before);
            let first = behind.chars().next()?;
            let (name, behind) = match first {
                '$' => {
                    done.push('$');
                    rest = &behind[1..];
                    continue;
                }
                '(' => behind[1..].split_once(')')?,
                '{' => behind[1..].split_once('}')?,
                c => behind.split_at(c.len_utf8()),
            };
            // Functions, substitutions and names that are computed.
            let is_plain = !name.contains([' ', '\t', ':', '$', '(', ',', '{']);
            let value = self.value(name, given).filter(|_| is_plain && depth > 0)?;
            self.expand_into(&value, given, depth - 1, done)?;
            rest = behind;
            if done.len() > MAX_TEXT {
                return None;
            }
        }
        done.push_str(rest);
        (done.len() <= MAX_TEXT).then_some(())
    }

    fn value(&self, name: &str, (environment, stated): (&Variables, &Variables)) -> Option<String> {
        if let Some(value) = stated.get(name) {
            return Some(value.clone());
        }
        let built_in = || BUILT_IN.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
        match (self.variables.get(name), environment.get(name)) {
            (Some(variable), Some(value)) if variable.is_default => Some(value.clone()),
            (Some(variable), _) => variable.value.clone(),
            (None, Some(value)) => Some(value.clone()),
            // `$@` and the like stand for something that is not known here.
            (None, None) if name.len() == 1 && !name.chars().all(char::is_alphanumeric) => None,
            // What is not set is empty, unless the file is not all.
            (None, None) => match built_in() {
                Some(value) => Some(value.to_owned()),
                None => self.is_complete.then(String::new),
            },
        }
    }

    /// Takes an assignment or a rule; gives back the targets that a rule is for.
    fn statement(&mut self, line: &str, is_conditional: bool) -> Option<Vec<String>> {
        let equals = top_level(line, '=');
        let colon = top_level(line, ':');
        match (equals, colon) {
            (Some(equals), None) => self.assign(line, equals, is_conditional),
            // `:=`, `::=`, `a = b:c`
            (Some(equals), Some(colon))
                if equals < colon || line[colon..equals].chars().all(|c| c == ':') =>
            {
                self.assign(line, equals, is_conditional);
            }
            (_, Some(colon)) => return Some(self.rule(line, colon, is_conditional)),
            // A function at the top, which may do anything.
            (None, None) => self.is_complete = false,
        }
        None
    }

    fn assign(&mut self, line: &str, equals: usize, is_conditional: bool) {
        let (name, value) = (&line[..equals], line[equals + 1..].trim());
        let operator = name.trim_end_matches([':', '?', '+', '!']);
        let kind = &name[operator.len()..];
        let mut words = operator.split_whitespace().peekable();
        while words.next_if(|word| matches!(*word, "export" | "override" | "private")).is_some() {}
        let Some(name) = words.next() else { return };
        let before = self.variables.get(name).cloned();
        let value = match (kind, before) {
            _ if is_conditional => None,
            ("!", _) => None,
            ("+", Some(before)) => before
                .value
                .filter(|before| before.len() < MAX_TEXT)
                .map(|before| format!("{before} {value}")),
            ("?", Some(before)) => before.value,
            ("+" | "?", None) | (_, None) => Some(value.to_owned()),
            (_, Some(_)) => None,
        };
        self.variables.insert(name.to_owned(), Variable { value, is_default: kind == "?" });
    }

    fn rule(&mut self, line: &str, colon: usize, is_conditional: bool) -> Vec<String> {
        let targets: Vec<String> = line[..colon].split_whitespace().map(str::to_owned).collect();
        let rest = line[colon..].trim_start_matches(':');
        // `target: VARIABLE = value` sets it for this target alone.
        if top_level(rest, '=').is_some() {
            self.is_complete = false;
            return targets;
        }
        let (needs, recipe) = match rest.split_once(';') {
            Some((needs, recipe)) => (needs, Some(recipe.trim())),
            None => (rest, None),
        };
        let needs = needs.split('|').flat_map(str::split_whitespace);
        let needs: Vec<String> = needs.map(str::to_owned).collect();
        self.add(&targets, is_conditional, |target| {
            target.prerequisites.extend(needs.iter().cloned());
            target.recipe.extend(recipe.map(str::to_owned));
        });
        targets
    }

    /// Changes targets, which are made if they are new.
    fn add(&mut self, names: &[String], is_conditional: bool, change: impl Fn(&mut Target)) {
        for name in names {
            let at = self.targets.iter().position(|target| target.name == *name);
            if at.is_none() && self.targets.len() == MAX_TARGETS {
                self.is_complete = false;
                continue;
            }
            let at = at.unwrap_or_else(|| {
                self.targets.push(Target { name: name.clone(), ..Target::default() });
                self.targets.len() - 1
            });
            let target = &mut self.targets[at];
            target.is_conditional |= is_conditional;
            change(target);
        }
    }
}

/// The first place of a mark that is not in `$( )` or `${ }`.
fn top_level(line: &str, mark: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in line.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            c if c == mark && depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    fn makefile_of(text: &str) -> Makefile {
        makefile(&context(&[("Makefile", text)]), "").expect("read").expect("there")
    }

    /// The recipe of a target, unknown lines as `?`.
    #[track_caller]
    fn check(text: &str, target: &str, expected: &[&str]) {
        let makefile = makefile_of(text);
        let nothing = Variables::new();
        let target = makefile.target(target).expect("there");
        let lines = makefile.recipe(target, &nothing, &nothing);
        let lines: Vec<_> = lines.iter().map(|line| line.as_deref().unwrap_or("?")).collect();
        assert_eq!(lines, expected, "{text}");
    }

    const PLAIN: &str = "# Build.\nCC := gcc\nCFLAGS = -O2 $(WARN)\nWARN = -Wall\nBIN ?= app # name\nOBJS = a.o \\\n\tb.o\n\n\
        .PHONY: all clean\nall: $(BIN)\n\n$(BIN): $(OBJS) | out\n\t@$(CC) -o $@ $^ $(LDFLAGS)\n\tcp $< \"$$HOME\"\n\n\
        clean: ; rm -f $(BIN)\n%.o: %.c\n\t$(CC) -c $<\n";

    #[test]
    fn recipes() {
        check(PLAIN, "app", &["gcc -o app a.o b.o out ", "cp a.o \"$HOME\""]);
        check(PLAIN, "clean", &["rm -f app"]);
        check("a:\n\t$(shell x)\n\techo ${X}\n\t$(patsubst a,b,c)", "a", &["?", "echo ", "?"]);
        check("X = $(Y)\nY = $(X)\na:\n\t$(X)\n", "a", &["?"]);
        check("X = 1\nX = 2\na:\n\t$(X)", "a", &["?"]);
        check("X = 1\nX += 2\na b:\n\t$(X) $@", "b", &["1 2 b"]);
        check("ifdef D\nX = 1\nelse\nX = 2\nendif\na:\n\t$(X)\n\techo", "a", &["?", "echo"]);
        check("ifdef D\na:\n\techo\nendif\n", "a", &["?"]);
        check("include x.mk\na:\n\t$(X) $(CC)", "a", &["?"]);
        check("build::\n\tgo build \\\n\t  -o bin/x .\n", "build", &["go build -o bin/x ."]);
    }

    #[test]
    fn targets_and_variables() {
        let makefile = makefile_of(PLAIN);
        assert_eq!(makefile.file, "Makefile");
        assert_eq!(makefile.default_target().map(|target| target.name.as_str()), Some("all"));
        assert_eq!(makefile.variable("CFLAGS").as_deref(), Some("-O2 -Wall"));
        assert!(makefile.is_complete && makefile.target("none").is_none());
        let app = makefile.target("clean").expect("there");
        let given = Variables::from([("BIN".to_owned(), "x".to_owned())]);
        let nothing = Variables::new();
        assert_eq!(makefile.recipe(app, &given, &nothing), [Some("rm -f x".to_owned())]);
        assert_eq!(makefile.recipe(app, &nothing, &given), [Some("rm -f x".to_owned())]);
        assert_eq!(makefile_of("a = b:c\nd::=e\nurl := http://x\n").targets, []);
        assert_eq!(makefile_of("X != date\n").variable("X"), None);
        assert_eq!(makefile_of("define X\na: b\nendef\n").targets, []);
        assert_eq!(super::makefile(&context(&[]), ""), Ok(None));
    }

    #[test]
    fn long_lines_end() {
        let mut text = "X0 = xxxxxxxxxx\n".to_owned();
        for n in 1..15 {
            text.push_str(&format!("X{n} = $(X{0})$(X{0})$(X{0})$(X{0})\n", n - 1));
        }
        assert_eq!(makefile_of(&text).variable("X14"), None);
    }
}
