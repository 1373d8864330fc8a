//! The commands of a `RUN`, one after the other: words with their values, where they run, what they
//! are given by the environment.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::facts::{Scene, join};
use crate::shell::{self, Condition, Connector, Kind, List, Operator, Part, Step, Steps, Target};
use crate::text::TextRange;

/// How many commands a script may have.
const MOST_COMMANDS: usize = 500;

/// How much the variables of a script may hold, in bytes: each command keeps what it sees of them.
const MOST_HELD: usize = 32 << 10;

/// The shells whose commands are read.
pub const SHELLS: [&str; 4] = ["sh", "bash", "dash", "ash"];

/// Words before a command that change nothing about what it does to files.
const WRAPPERS: [&str; 6] = ["sudo", "exec", "command", "time", "nice", "nohup"];

/// A command.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// Where it stands in the file.
    pub range: TextRange,
    /// Its name and arguments.
    pub words: Vec<Word>,
    /// The variables set for it alone, and those that the script set or exported before it; `None`
    /// for a value that is not known.
    pub variables: BTreeMap<String, Option<String>>,
    /// Where it runs; `None` if that is not known.
    pub folder: Option<String>,
    /// Whether it runs in any case in which the build goes on.
    pub is_sure: bool,
    /// Whether its output goes to another command.
    pub is_piped: bool,
    /// The files that its output is written to, made absolute; `None` for one that is not known.
    pub outputs: Vec<Option<String>>,
    /// Whether it stands in the outermost list, so that it can be taken out of it.
    pub is_top: bool,
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Its value; a pattern is kept as it is. `None` if it is not known before the build.
    pub text: Option<String>,
    /// Whether the shell looks for files by it.
    pub is_pattern: bool,
    /// Of one that is not known, what stands before the first part that is not: `-X a=` of
    /// `"-X a=$(date)"`.
    pub head: String,
}

impl Word {
    /// The value; empty if it is not known.
    pub fn or_empty(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }
}

/// The commands of a script that runs in `scene`; `place` tells where a part of it stands in the
/// file.
///
/// Errors: why it is not read, a short text without a full stop.
pub fn read(
    text: &str,
    scene: &Scene,
    place: &dyn Fn(Range<usize>) -> TextRange,
) -> Result<Vec<Invocation>, String> {
    let script = shell::parse(text).map_err(|unread| unread.what.to_owned())?;
    if !script.functions().is_empty() {
        return Err("it defines functions".to_owned());
    }
    if script.bash.is_some() && scene.shell != Shell::Bash {
        return Err("it is written for bash".to_owned());
    }
    let mut loops = BTreeMap::new();
    loop_variables(&script.list, 0, &mut loops);
    let steps = script.steps();
    if steps.len() > MOST_COMMANDS {
        return Err(format!("it has more than {MOST_COMMANDS} commands"));
    }
    let skipped = skipped(&script.list, &steps);
    let mut reader = Reader {
        scene,
        place,
        steps: &steps,
        top: top(&script.list),
        skipped,
        loops,
        scopes: BTreeMap::new(),
    };
    Ok(steps.iter().filter_map(|step| reader.step(step)).collect())
}

/// The shells that run the commands of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shell {
    /// `sh`, which may be any.
    #[default]
    Posix,
    /// `bash`
    Bash,
    /// One whose grammar is not read.
    Other,
}

impl Shell {
    /// That of a program.
    pub fn of(program: &str) -> Shell {
        match program.rsplit('/').next().unwrap_or_default() {
            "bash" => Shell::Bash,
            name if SHELLS.contains(&name) => Shell::Posix,
            _ => Shell::Other,
        }
    }
}

/// The simple commands of the outermost list, if nothing but `&&`, `;` and newlines joins them.
fn top(list: &List) -> HashSet<TextRange> {
    let plain = |entry: &shell::Entry| {
        !entry.background && entry.rest.iter().all(|(connector, _)| *connector == Connector::And)
    };
    let pipelines = list
        .entries
        .iter()
        .filter(|entry| plain(entry))
        .flat_map(|entry| std::iter::once(&entry.first).chain(entry.rest.iter().map(|r| &r.1)));
    pipelines
        .filter_map(|pipeline| match pipeline.commands.as_slice() {
            [command] if !pipeline.negated => Some(command),
            _ => None,
        })
        .filter(|command| matches!(command.kind, Kind::Simple(_)))
        .map(|command| command.range)
        .collect()
}

/// The commands behind a `&&` that may not be run though the script goes on: one before them may fail
/// without an end to it all.
fn skipped(list: &List, steps: &Steps<'_>) -> HashSet<TextRange> {
    let checked: HashSet<TextRange> =
        steps.iter().filter(|step| step.is_checked).map(|step| step.range).collect();
    let mut skipped = HashSet::new();
    for entry in &list.entries {
        let mut is_open = false;
        for pipeline in std::iter::once(&entry.first).chain(entry.rest.iter().map(|r| &r.1)) {
            for command in &pipeline.commands {
                if is_open {
                    let inside = steps.iter().map(|step| step.range);
                    skipped.extend(inside.filter(|range| command.range.contains_range(*range)));
                }
            }
            // A compound command fails as its last one does, which is not looked for.
            is_open |= pipeline.commands.iter().any(|command| match command.kind {
                Kind::Simple(_) => !checked.contains(&command.range) && may_fail(command),
                _ => true,
            });
        }
    }
    skipped
}

/// Whether a command may fail at all: one that only goes to a folder, sets or prints may, but then
/// what follows would not find what it needs.
fn may_fail(command: &shell::Command) -> bool {
    let Kind::Simple(simple) = &command.kind else { return true };
    !matches!(simple.name(), Some("cd" | "set" | "export" | "echo" | "true" | ":" | "mkdir"))
}

/// How deep compound commands are looked into for the variables of their loops. The parser does not
/// go deeper.
const MAX_DEPTH: usize = 200;

/// The variables that loops set anywhere: their values are never known.
fn loop_variables(list: &List, depth: usize, found: &mut BTreeMap<String, Option<String>>) {
    if depth > MAX_DEPTH {
        return;
    }
    let pipelines = list
        .entries
        .iter()
        .flat_map(|entry| std::iter::once(&entry.first).chain(entry.rest.iter().map(|r| &r.1)));
    for command in pipelines.flat_map(|pipeline| &pipeline.commands) {
        let mut inside = |list: &List| loop_variables(list, depth + 1, found);
        match &command.kind {
            Kind::Group(list) | Kind::Subshell(list) => inside(list),
            Kind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    inside(condition);
                    inside(body);
                }
                otherwise.iter().for_each(inside);
            }
            Kind::For { variable, body, .. } => {
                inside(body);
                found.insert(variable.clone(), None);
            }
            Kind::Counted { body, .. } => inside(body),
            Kind::Loop { condition, body } => {
                inside(condition);
                inside(body);
            }
            Kind::Case { arms, .. } => arms.iter().for_each(|arm| inside(&arm.body)),
            _ => {}
        }
    }
}

/// What holds in a subshell.
#[derive(Clone, Debug, Default)]
struct Scope {
    folder: Option<String>,
    variables: BTreeMap<String, Option<String>>,
    /// How much was set, in bytes.
    held: usize,
}

impl Scope {
    /// Sets a variable; behind [`MOST_HELD`], to what is not known.
    fn set(&mut self, name: &str, value: Option<String>) {
        self.held += value.as_ref().map_or(0, String::len);
        let value = value.filter(|_| self.held <= MOST_HELD);
        self.variables.insert(name.to_owned(), value);
    }
}

struct Reader<'a> {
    scene: &'a Scene,
    place: &'a dyn Fn(Range<usize>) -> TextRange,
    steps: &'a Steps<'a>,
    top: HashSet<TextRange>,
    skipped: HashSet<TextRange>,
    loops: BTreeMap<String, Option<String>>,
    scopes: BTreeMap<usize, Scope>,
}

impl Reader<'_> {
    /// What holds in a subshell: at first, what holds around it.
    fn scope(&mut self, number: usize) -> &mut Scope {
        if !self.scopes.contains_key(&number) {
            let scope = match self.steps.outer(number).filter(|outer| *outer < number) {
                Some(outer) => self.scope(outer).clone(),
                None => Scope {
                    folder: self.scene.workdir.clone(),
                    variables: self.loops.clone(),
                    held: 0,
                },
            };
            self.scopes.insert(number, scope);
        }
        self.scopes.entry(number).or_default()
    }

    fn step(&mut self, step: &Step<'_>) -> Option<Invocation> {
        let is_sure = step.condition == Condition::Always && !self.skipped.contains(&step.range);
        let scene = self.scene;
        let scope = self.scope(step.scope).clone();
        let value = |name: &str| value(name, &scope.variables, scene);
        let assigned: Vec<(String, Option<String>)> = step
            .command
            .assignments
            .iter()
            .map(|one| (one.name.clone(), one.value.expanded(&value).filter(|_| !one.append)))
            .collect();
        if step.command.words.is_empty() {
            let known = |value: Option<String>| value.filter(|_| is_sure);
            for (name, value) in assigned {
                self.scope(step.scope).set(&name, known(value));
            }
            step.redirects().next()?;
        }
        let words: Vec<Word> =
            step.command.words.iter().flat_map(|word| read_words(word, &value)).collect();
        let mut invocation = Invocation {
            range: (self.place)(step.range.into()),
            words,
            variables: scope.variables.clone(),
            folder: scope.folder.clone(),
            is_sure,
            is_piped: step.writes_pipe,
            outputs: Vec::new(),
            is_top: self.top.contains(&step.range),
        };
        if !step.command.words.is_empty() {
            invocation.variables.extend(assigned_of(step, &value));
        }
        invocation.unwrap_wrappers();
        let outputs = outputs(step).map(|word| {
            let path = word.expanded(&value)?;
            join(scope.folder.as_deref()?, &path)
        });
        invocation.outputs = outputs.filter(|path| !is_sink(path.as_deref())).collect();
        self.apply(&invocation, step);
        Some(invocation)
    }

    /// What the command changes for those behind it.
    fn apply(&mut self, invocation: &Invocation, step: &Step<'_>) {
        let is_sure = invocation.is_sure;
        match invocation.name() {
            Some("cd" | "pushd") => {
                let target = invocation.args().first().cloned().unwrap_or_default();
                let folder = invocation.folder.as_deref();
                let moved =
                    folder.zip(target.text.filter(|text| !target.is_pattern && text != "-"));
                let moved = moved.and_then(|(folder, target)| join(folder, &target));
                let moved = moved.map(|path| match path.as_str() {
                    "/" => path,
                    _ => path.trim_end_matches('/').to_owned(),
                });
                self.scope(step.scope).folder = moved.filter(|_| is_sure);
            }
            Some("popd") => self.scope(step.scope).folder = None,
            Some("export" | "local" | "readonly" | "declare") => {
                for word in invocation.args() {
                    let Some((name, value)) = word.text.as_deref().and_then(|t| t.split_once('='))
                    else {
                        continue;
                    };
                    let value = Some(value.to_owned()).filter(|_| is_sure);
                    self.scope(step.scope).set(name, value);
                }
            }
            Some("unset" | "read") => {
                for word in invocation.args() {
                    self.scope(step.scope).set(word.or_empty(), None);
                }
            }
            _ => {}
        }
    }
}

/// The files that a command's output is written to.
fn outputs<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s shell::Word> {
    let writes = |operator| {
        matches!(
            operator,
            Operator::Write
                | Operator::Clobber
                | Operator::Append
                | Operator::ReadWrite
                | Operator::WriteBoth
                | Operator::AppendBoth
        )
    };
    step.redirects().filter(move |redirect| writes(redirect.operator)).filter_map(|redirect| {
        match &redirect.target {
            Target::Word(word) => Some(word),
            Target::Heredoc(_) => None,
        }
    })
}

/// The value of a variable: of the script, then of the file.
fn value(
    name: &str,
    variables: &BTreeMap<String, Option<String>>,
    scene: &Scene,
) -> Option<String> {
    match variables.get(name) {
        Some(value) => value.clone(),
        None if name == "HOME" => scene.home(),
        None if name == "PWD" => None,
        None => scene.value(name).map(str::to_owned),
    }
}

fn assigned_of(
    step: &Step<'_>,
    value: &dyn Fn(&str) -> Option<String>,
) -> Vec<(String, Option<String>)> {
    let assignments = step.command.assignments.iter();
    assignments.map(|one| (one.name.clone(), one.value.expanded(value))).collect()
}

/// The words that the shell makes of one: of a variable that stands alone as many as it holds.
fn read_words(word: &shell::Word, value: &dyn Fn(&str) -> Option<String>) -> Vec<Word> {
    let [Part::Parameter { name, quoted: false, plain: true, .. }] = word.parts.as_slice() else {
        return vec![read_word(word, value)];
    };
    let held = value(name)
        .filter(|held| held.contains(char::is_whitespace) && !held.contains(['*', '?', '[', '\\']));
    let Some(held) = held else { return vec![read_word(word, value)] };
    let plain = |text: &str| Word { text: Some(text.to_owned()), ..Word::default() };
    held.split_whitespace().map(plain).collect()
}

fn read_word(word: &shell::Word, value: &dyn Fn(&str) -> Option<String>) -> Word {
    if !word.is_pattern() {
        let text = word.expanded(value);
        let head = if text.is_none() { head(word, value) } else { String::new() };
        return Word { text, is_pattern: false, head };
    }
    let unknown = || Word { is_pattern: true, ..Word::default() };
    let mut text = String::new();
    for part in &word.parts {
        match part {
            Part::Literal { text: literal, .. } | Part::Pattern(literal) => {
                text.push_str(literal);
            }
            Part::Parameter { name, plain: true, .. } => match value(name) {
                Some(value) => text.push_str(&value),
                None => return unknown(),
            },
            _ => return unknown(),
        }
    }
    // `~/bin` is a plain path.
    let home = value("HOME").filter(|home| !home.is_empty());
    let rest = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if let (Some(rest), Some(home)) = (rest, home)
        && !rest.contains(['*', '?', '[', '{'])
    {
        return Word { text: Some(format!("{home}{rest}")), ..Word::default() };
    }
    Word { text: Some(text), is_pattern: true, head: String::new() }
}

/// The text before the first part of a word that is not known.
fn head(word: &shell::Word, value: &dyn Fn(&str) -> Option<String>) -> String {
    let known = word.parts.iter().map_while(|part| match part {
        Part::Literal { text, .. } => Some(text.clone()),
        Part::Parameter { name, quoted: true, plain: true, .. } => value(name),
        _ => None,
    });
    known.collect()
}

/// Whether what is written there goes nowhere.
fn is_sink(path: Option<&str>) -> bool {
    path.is_some_and(|path| path.starts_with("/dev/") || path.starts_with("/proc/"))
}

impl Invocation {
    /// That of an exec form.
    pub fn exec(words: &[String], range: TextRange, scene: &Scene) -> Invocation {
        let word = |word: &String| Word { text: Some(word.clone()), ..Word::default() };
        Invocation {
            range,
            words: words.iter().map(word).collect(),
            folder: scene.workdir.clone(),
            is_sure: true,
            is_top: true,
            ..Invocation::default()
        }
    }

    /// The name of the program without its folder.
    pub fn name(&self) -> Option<&str> {
        let word = self.words.first()?.text.as_deref()?;
        Some(word.rsplit('/').next().unwrap_or(word))
    }

    /// The words behind the name.
    pub fn args(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The value of an argument by its place, from 0.
    pub fn arg(&self, number: usize) -> Option<&str> {
        self.args().get(number)?.text.as_deref()
    }

    /// The value of a variable that the command sees: set for it, by the script, or by the file.
    /// The outer `None`: not set. The inner one: set, but not known to what.
    pub fn variable<'a>(&'a self, name: &str, scene: &'a Scene) -> Option<Option<&'a str>> {
        match self.variables.get(name) {
            Some(value) => Some(value.as_deref()),
            None if scene.arguments.iter().any(|argument| argument == name) => Some(None),
            None => scene.variables.get(name).map(Option::as_deref),
        }
    }

    /// The home folder of who runs the command; `None` if it is not known.
    pub fn home(&self, scene: &Scene) -> Option<String> {
        match self.variables.get("HOME") {
            Some(set) => set.clone(),
            None => scene.home(),
        }
    }

    /// A path made absolute from where the command runs.
    pub fn path(&self, path: &str) -> Option<String> {
        join(self.folder.as_deref()?, path)
    }

    /// The words in one line, as far as they are known, for people.
    pub fn shown(&self) -> String {
        const MOST: usize = 40;
        let words = self.words.iter().map(|word| word.text.as_deref().unwrap_or("…"));
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// Takes `sudo`, `env A=b` and the like away from in front of the command.
    fn unwrap_wrappers(&mut self) {
        while let Some(name) = self.name() {
            if WRAPPERS.contains(&name) && !self.arg(0).unwrap_or("-").starts_with('-') {
                self.words.remove(0);
            } else if name == "env" && self.arg(0).is_some_and(|word| word.contains('=')) {
                let Some((name, value)) = self.arg(0).and_then(|word| word.split_once('=')) else {
                    return;
                };
                self.variables.insert(name.to_owned(), Some(value.to_owned()));
                self.words.remove(1);
            } else if name == "env" && self.arg(0).is_some_and(|word| !word.starts_with('-')) {
                self.words.remove(0);
            } else {
                return;
            }
        }
    }
}

/// How the arguments of a program are told apart. What is in neither list is not known.
pub struct Grammar {
    /// Options that take a value: `-o x`, `-o=x`, `--out x`, `--out=x`.
    pub values: &'static [&'static str],
    /// Options without one.
    pub switches: &'static [&'static str],
    /// Short options whose value may follow without a blank: `-j4`, `-DX=1`.
    pub joined: &'static [&'static str],
}

/// Arguments taken apart.
#[derive(Debug, Default)]
pub struct Options<'a> {
    /// The options in order, each with its value.
    pub options: Vec<(Cow<'a, str>, Option<&'a Word>, Option<String>)>,
    /// All others.
    pub operands: Vec<&'a Word>,
    /// The first option that the grammar does not list.
    pub unknown: Option<String>,
}

impl Grammar {
    /// Takes arguments apart.
    pub fn read<'a>(&self, words: &'a [Word]) -> Options<'a> {
        let mut found = Options::default();
        let mut words = words.iter();
        let mut only_operands = false;
        while let Some(word) = words.next() {
            let Some(text) = word.text.as_deref().filter(|_| !only_operands) else {
                match self.named(word).filter(|_| !only_operands) {
                    Some(name) => found.options.push((Cow::Borrowed(name), Some(word), None)),
                    None => found.operands.push(word),
                }
                continue;
            };
            if text == "--" {
                only_operands = true;
            } else if !text.starts_with('-') || text == "-" {
                found.operands.push(word);
            } else if self.values.contains(&text) {
                let value = words.next();
                let text_of = value.and_then(|value| value.text.clone());
                found.options.push((Cow::Borrowed(text), value, text_of));
            } else {
                self.option(text, &mut found);
            }
        }
        found
    }

    /// The option that a word gives a value to which is not known: `--out=$(pwd)`.
    fn named<'a>(&self, word: &'a Word) -> Option<&'a str> {
        let (name, _) = word.head.split_once('=').filter(|_| word.text.is_none())?;
        self.values.contains(&name).then_some(name)
    }

    fn option<'a>(&self, text: &'a str, found: &mut Options<'a>) {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let joined =
            self.joined.iter().find(|name| text.starts_with(**name) && text.len() > name.len());
        if value.is_some() && (self.values.contains(&name) || self.switches.contains(&name)) {
            found.options.push((Cow::Borrowed(name), None, value.map(str::to_owned)));
        } else if self.switches.contains(&text) {
            found.options.push((Cow::Borrowed(text), None, None));
        } else if let Some(name) = joined {
            let value = text.get(name.len()..).map(str::to_owned);
            found.options.push((Cow::Borrowed(name), None, value));
        } else if self.is_cluster(text) {
            for letter in text.chars().skip(1) {
                found.options.push((Cow::Owned(format!("-{letter}")), None, None));
            }
        } else {
            found.unknown.get_or_insert_with(|| text.to_owned());
        }
    }

    /// Whether it is several short switches in one word, as `-rf`.
    fn is_cluster(&self, text: &str) -> bool {
        let letters = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or("");
        let known = |letter: char| self.switches.contains(&format!("-{letter}").as_str());
        !letters.is_empty() && letters.chars().all(known)
    }
}

impl Options<'_> {
    /// Whether the option is there.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(own, _, _)| own == name)
    }

    /// The value of the last option of one of these names. The outer `None`: not there. The inner
    /// one: not known.
    pub fn value(&self, names: &[&str]) -> Option<Option<&str>> {
        let mut found =
            self.options.iter().rev().filter(|(own, _, _)| names.contains(&own.as_ref()));
        found.next().map(|(_, _, value)| value.as_deref())
    }
}

/// Stands for the words that a script was given.
pub const REST: &str = "$@";

/// Stands for the script itself.
pub const ITSELF: &str = "$0";

/// Programs that start what stands behind them.
const STARTERS: &[Starter] = &[
    Starter { name: "exec", is_program: false, own: 0, values: &["-a"] },
    Starter { name: "command", is_program: false, own: 0, values: &[] },
    Starter { name: "time", is_program: false, own: 0, values: &[] },
    Starter { name: "env", is_program: true, own: 0, values: &["-u", "-C"] },
    Starter { name: "nohup", is_program: true, own: 0, values: &[] },
    Starter { name: "nice", is_program: true, own: 0, values: &["-n"] },
    Starter { name: "setsid", is_program: true, own: 0, values: &[] },
    Starter { name: "stdbuf", is_program: true, own: 0, values: &["-i", "-o", "-e"] },
    Starter { name: "timeout", is_program: true, own: 1, values: &["-s", "-k"] },
    Starter { name: "gosu", is_program: true, own: 1, values: &[] },
    Starter { name: "su-exec", is_program: true, own: 1, values: &[] },
    Starter { name: "setpriv", is_program: true, own: 0, values: &[] },
    Starter { name: "chpst", is_program: true, own: 0, values: &["-u", "-U", "-e", "-n"] },
    Starter { name: "tini", is_program: true, own: 0, values: &["-p", "-e"] },
    Starter { name: "dumb-init", is_program: true, own: 0, values: &["-r", "--rewrite"] },
    Starter { name: "catatonit", is_program: true, own: 0, values: &[] },
];

/// A program that starts what stands behind it.
struct Starter {
    name: &'static str,
    /// Whether it is a program of its own; the shell has the others itself.
    is_program: bool,
    /// How many words of its own it has before that, besides options.
    own: usize,
    /// Options whose value is a word of its own.
    values: &'static [&'static str],
}

/// A command of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Its words; `None` for one that is not known, [`REST`] for what the script was given and
    /// [`ITSELF`] for its own path.
    pub words: Vec<Option<String>>,
    /// Whether it surely runs, in the shell of the script itself.
    pub is_sure: bool,
}

impl Call {
    /// The name of the program, as it is written.
    pub fn name(&self) -> Option<&str> {
        self.words.first()?.as_deref()
    }
}

/// All commands of a script, in any case; those that it defines as functions are left out. Of
/// `exec gosu app x` there are two: `gosu` and what it starts.
///
/// Errors: why it is not read.
pub fn calls(text: &str, scene: &Scene) -> Result<Vec<Call>, String> {
    let script = shell::parse(text).map_err(|unread| unread.what.to_owned())?;
    let functions = script.functions();
    let value = |name: &str| scene.value(name).map(str::to_owned);
    let is_rest = |word: &shell::Word| {
        word.parts.iter().any(|part| {
            matches!(part, Part::Parameter { name, .. } if matches!(name.as_str(), "@" | "*"))
        })
    };
    let is_itself = |word: &shell::Word| matches!(&word.parts[..], [Part::Parameter { name, plain: true, .. }] if name == "0");
    let read = |word: &shell::Word| match word {
        word if is_rest(word) => Some(REST.to_owned()),
        word if is_itself(word) => Some(ITSELF.to_owned()),
        word => word.expanded(&value),
    };
    let steps = script.steps();
    // Functions that run what they are given.
    let runs_given = !functions.is_empty()
        && steps
            .iter()
            .any(|step| step.scope != 0 && step.command.words.first().is_some_and(is_rest));
    let mut calls = Vec::new();
    for step in steps.iter().filter(|step| !step.command.words.is_empty()) {
        let is_sure = step.condition == Condition::Always && step.scope == 0;
        let mut words: Vec<Option<String>> = step.command.words.iter().map(read).collect();
        if let Some(Some(name)) = words.first()
            && functions.contains(&name.as_str())
        {
            words.remove(0);
            if !runs_given || words.is_empty() {
                continue;
            }
        }
        while let Some((program, rest)) = started(&words) {
            calls.extend(program.map(|program| Call { words: vec![Some(program)], is_sure }));
            words = rest;
        }
        calls.push(Call { words, is_sure });
    }
    Ok(calls)
}

/// Takes apart a command that starts another: the program, unless the shell has it itself, and what
/// it starts; `None` for all others.
pub fn started(words: &[Option<String>]) -> Option<(Option<String>, Vec<Option<String>>)> {
    let (first, mut rest) = words.split_first()?;
    let first = first.as_deref()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    let starter = STARTERS.iter().find(|starter| starter.name == name)?;
    let mut own = starter.own;
    while let Some((word, behind)) = rest.split_first() {
        let text = word.as_deref().unwrap_or_default();
        if starter.values.contains(&text) {
            rest = behind.get(1..).unwrap_or_default();
        } else if text.starts_with('-') || name == "env" && text.contains('=') {
            rest = behind;
        } else if own > 0 {
            own -= 1;
            rest = behind;
        } else {
            break;
        }
    }
    let program = starter.is_program.then(|| first.to_owned());
    (!rest.is_empty()).then(|| (program, rest.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::stages;

    /// What is copied of what `cargo install` built for a user.
    #[track_caller]
    fn check_home(lines: &str, expected: &str) {
        let file = format!(
            "FROM rust:1.80-bookworm\n{lines}\nWORKDIR /src\nCOPY . .\n\
             RUN cargo install --path . --root $HOME/own && cp ~/own/bin/app $HOME/app\n\
             CMD $HOME/app\n"
        );
        let package = "[package]\nname = \"app\"\nversion = \"0.1.0\"\n";
        let files = [("Cargo.toml", package), ("src/main.rs", "fn main() {}\n")];
        let found = stages(&file, &files);
        assert!(found.contains(expected), "{expected} is not in:\n{found}");
    }

    #[test]
    fn the_home_folder_is_that_of_the_variable_or_of_the_user() {
        check_home("", "COPY --from=builder /root/app /root/app");
        check_home("ENV HOME=/srv/home", "COPY --from=builder /srv/home/app /srv/home/app");
        check_home("RUN useradd -m web\nUSER web", "/home/web/app /home/web/app");
        check_home("RUN useradd -m -d /data web\nUSER web", "/data/app /data/app");
        check_home("RUN useradd -m --home-dir=/data web\nUSER web:web", "/data/app /data/app");
        check_home("RUN useradd web -m -d /data\nUSER web", "/data/app /data/app");
        check_home("RUN useradd -md /data web\nUSER web", "/data/app /data/app");
        check_home("RUN useradd -b /srv -m web\nUSER web", "/srv/web/app /srv/web/app");
        check_home("RUN useradd -ms /bin/bash web\nUSER web", "/home/web/app /home/web/app");
        check_home("RUN useradd -mxd /data web\nUSER web", "start-unknown");
        let web = "ENV HOME=/srv/home\nRUN useradd -m web\nUSER web";
        check_home(web, "/srv/home/app /srv/home/app");
        // Nobody knows whose home it is.
        check_home("ARG HOME", "artifact-unknown");
        check_home("USER 1000", "start-unknown");
        check_home("USER www-data", "start-unknown");
    }

    #[test]
    fn options_with_values_that_are_not_known() {
        let check = |option: &str, expected: &str| {
            let file = format!(
                "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build {option} .\n\
                 CMD [\"/shop\"]\n"
            );
            let main = "package main\n\nfunc main() {}\n";
            let found = stages(&file, &[("go.mod", "module shop\n"), ("main.go", main)]);
            assert!(found.contains(expected), "{option}: {expected} is not in:\n{found}");
        };
        let shop = "COPY --from=builder /shop /shop";
        check("-ldflags=\"-X main.v=$(git rev-parse HEAD)\" -o /shop", shop);
        check("-ldflags=\"-X main.v=`date`\" -o=/shop", shop);
        check("-ldflags \"-X main.v=$(date)\" -o /shop", shop);
        check("-o=/sho$(echo p)", "artifact-unknown");
        check("$(echo -o=/shop)", "artifact-unknown");
    }
}
