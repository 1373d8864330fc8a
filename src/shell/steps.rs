//! The commands of a script in the order in which they run, each with what that depends on.

use std::ops::Deref;

use text_size::TextRange;

use super::tree::{
    Command, Connector, Entry, Kind, List, Part, Pipeline, Redirect, Script, Simple, Substitution,
    Target, Word,
};

/// When a step runs, if the script is run to its end and each command of it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It does.
    Always,
    /// It may not, or its success is not asked for: either side of `||`, what `!` stands before,
    /// `if` and `case` with all that is in them, loops, bodies of functions.
    Maybe,
    /// It does beside the commands that follow: what `&` ends, and `<(…)`.
    Background,
}

/// What the shell's options are when the script starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `-e`: the script ends at the first failure.
    pub errexit: bool,
    /// `-o pipefail`: a pipeline fails if any of its commands does.
    pub pipefail: bool,
}

/// A simple command or a `[[`.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Its assignments and words; those of a `[[` are that word, what is in it, and `]]`.
    pub command: &'a Simple,
    /// The redirections of the compound commands around it that have any, the outermost first, and
    /// its own ([`Step::redirects`]).
    pub around: Vec<&'a [Redirect]>,
    /// All of it.
    pub range: TextRange,
    /// When it runs.
    pub condition: Condition,
    /// Whether the whole script fails if it runs and fails: it is the last, joined to the last by
    /// `&&`, or `set -e` holds. `a; b` does not fail for `a`. Never where the condition is another
    /// than [`Condition::Always`], and never within a substitution.
    pub is_checked: bool,
    /// The shell that it runs in: 0 for the script's own. What `cd` and assignments do stays in
    /// there and in what is started from there later ([`Steps::outer`]).
    pub scope: usize,
    /// Whether it reads from a command before it.
    pub reads_pipe: bool,
    /// Whether what it prints goes to a command behind it, or becomes part of a word.
    pub writes_pipe: bool,
}

impl<'a> Step<'a> {
    /// All redirections that hold for it: its own behind those around it, the outermost first.
    pub fn redirects(&self) -> impl Iterator<Item = &'a Redirect> {
        self.around.iter().copied().flatten()
    }
}

/// All steps, in their order.
#[derive(Clone, Debug)]
pub struct Steps<'a> {
    steps: Vec<Step<'a>>,
    /// By scope less one.
    outer: Vec<usize>,
}

impl Steps<'_> {
    /// The scope that another was started from; `None` for the script's own. A greater number
    /// never holds a smaller one.
    pub fn outer(&self, scope: usize) -> Option<usize> {
        self.outer.get(scope.checked_sub(1)?).copied()
    }
}

impl<'a> Deref for Steps<'a> {
    type Target = [Step<'a>];

    fn deref(&self) -> &[Step<'a>] {
        &self.steps
    }
}

impl<'a> IntoIterator for Steps<'a> {
    type Item = Step<'a>;
    type IntoIter = std::vec::IntoIter<Step<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.steps.into_iter()
    }
}

impl Script {
    /// Its steps, if it is run by a shell without options.
    ///
    /// A command in a word comes before the command that the word belongs to, the body of a function
    /// where it is defined, in a scope of its own: what a call of it does is not followed, so
    /// whoever meets a call ([`Script::functions`]) does not know what comes behind. The same holds
    /// for `exit`, `exec`, `return`, `eval`, `trap` and `.`.
    pub fn steps(&self) -> Steps<'_> {
        self.steps_with(Options::default())
    }

    /// Its steps, if it is run by a shell with these options.
    pub fn steps_with(&self, options: Options) -> Steps<'_> {
        let steps = Steps { steps: Vec::new(), outer: Vec::new() };
        let mut walk = Walk { script: self, steps, options, functions: Vec::new() };
        walk.list(&self.list, &Around::script());
        walk.steps
    }

    /// The names of the functions that are defined anywhere in it, in the order of the text.
    pub fn functions(&self) -> Vec<&str> {
        let steps = Steps { steps: Vec::new(), outer: Vec::new() };
        let options = Options::default();
        let mut walk = Walk { script: self, steps, options, functions: Vec::new() };
        walk.list(&self.list, &Around::script());
        walk.functions
    }
}

/// What is known of the place of a command.
#[derive(Clone)]
struct Around<'a> {
    condition: Condition,
    scope: usize,
    /// Whether the whole fails if the commands here end in a failure.
    is_result: bool,
    /// Whether the whole fails if the shell here ends at a failure, as `set -e` has it.
    may_end: bool,
    reads_pipe: bool,
    writes_pipe: bool,
    redirects: Vec<&'a [Redirect]>,
}

impl Around<'_> {
    fn script() -> Self {
        Around {
            condition: Condition::Always,
            scope: 0,
            is_result: true,
            may_end: true,
            reads_pipe: false,
            writes_pipe: false,
            redirects: Vec::new(),
        }
    }

    /// The same, where nobody asks for success.
    fn unchecked(&self, condition: Condition) -> Self {
        let condition = match self.condition {
            Condition::Background => Condition::Background,
            _ => condition,
        };
        Around { condition, is_result: false, may_end: false, ..self.clone() }
    }

    fn maybe(&self) -> Self {
        self.unchecked(Condition::Maybe)
    }
}

struct Walk<'a> {
    script: &'a Script,
    steps: Steps<'a>,
    /// As they are at this point.
    options: Options,
    functions: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn list(&mut self, list: &'a List, around: &Around<'a>) {
        let last = list.entries.len().saturating_sub(1);
        for (index, entry) in list.entries.iter().enumerate() {
            let is_result = around.is_result && index == last;
            self.entry(entry, &Around { is_result, ..around.clone() });
        }
    }

    fn entry(&mut self, entry: &'a Entry, around: &Around<'a>) {
        if entry.background {
            let around = around.unchecked(Condition::Background);
            return self.apart(&around, |walk, around| walk.chain(entry, around));
        }
        self.chain(entry, around);
    }

    fn chain(&mut self, entry: &'a Entry, around: &Around<'a>) {
        // What stands behind the last `||` and its right side runs if the chain succeeds.
        let is_or = |(connector, _): &(Connector, Pipeline)| *connector == Connector::Or;
        let sure = entry.rest.iter().rposition(is_or).map_or(0, |last| last + 2);
        let pipelines =
            std::iter::once(&entry.first).chain(entry.rest.iter().map(|(_, next)| next));
        for (index, pipeline) in pipelines.enumerate() {
            if index < sure {
                self.pipeline(pipeline, &around.maybe());
            } else {
                let may_end = around.may_end && index == entry.rest.len();
                self.pipeline(pipeline, &Around { may_end, ..around.clone() });
            }
        }
    }

    fn pipeline(&mut self, pipeline: &'a Pipeline, around: &Around<'a>) {
        let around = if pipeline.negated { &around.maybe() } else { around };
        let [command] = pipeline.commands.as_slice() else {
            return self.piped(&pipeline.commands, around);
        };
        self.command(command, around);
    }

    fn piped(&mut self, commands: &'a [Command], around: &Around<'a>) {
        let last = commands.len().saturating_sub(1);
        for (index, command) in commands.iter().enumerate() {
            let is_asked = index == last || self.options.pipefail;
            let part = Around {
                is_result: around.is_result && is_asked,
                may_end: around.may_end && is_asked,
                reads_pipe: around.reads_pipe || index > 0,
                writes_pipe: around.writes_pipe || index < last,
                ..around.clone()
            };
            self.apart(&part, |walk, around| walk.command(command, around));
        }
    }

    /// A shell of its own for what `run` walks through.
    fn apart(&mut self, around: &Around<'a>, run: impl FnOnce(&mut Self, &Around<'a>)) {
        self.steps.outer.push(around.scope);
        let is_asked = self.is_checked(around);
        let inner = Around {
            scope: self.steps.outer.len(),
            is_result: is_asked,
            may_end: around.may_end && is_asked,
            ..around.clone()
        };
        let options = self.options;
        run(self, &inner);
        self.options = options;
    }

    fn is_checked(&self, around: &Around) -> bool {
        around.is_result || (around.may_end && self.options.errexit)
    }

    fn command(&mut self, command: &'a Command, around: &Around<'a>) {
        for redirect in &command.redirects {
            self.redirect(redirect, around);
        }
        let mut inner = around.clone();
        if !command.redirects.is_empty() {
            inner.redirects.push(&command.redirects);
        }
        let around = &inner;
        match &command.kind {
            Kind::Simple(simple) | Kind::Test(simple) => self.simple(command, simple, around),
            Kind::Group(list) => self.list(list, around),
            Kind::Subshell(list) => self.apart(around, |walk, around| walk.list(list, around)),
            Kind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    self.list(condition, &around.maybe());
                    self.list(body, &around.maybe());
                }
                if let Some(body) = otherwise {
                    self.list(body, &around.maybe());
                }
            }
            Kind::For { words, body, .. } => {
                self.words(words.iter().flatten(), around);
                self.list(body, &around.maybe());
            }
            Kind::Counted { header, body } => {
                self.word(header, around);
                self.list(body, &around.maybe());
            }
            Kind::Loop { condition, body } => {
                self.list(condition, &around.maybe());
                self.list(body, &around.maybe());
            }
            Kind::Case { word, arms } => {
                self.word(word, around);
                for arm in arms {
                    self.words(&arm.patterns, &around.maybe());
                    self.list(&arm.body, &around.maybe());
                }
            }
            Kind::Function { name, body } => {
                self.functions.push(name);
                self.apart(&around.maybe(), |walk, around| walk.command(body, around));
            }
            Kind::Arithmetic(word) => self.word(word, around),
        }
    }

    fn simple(&mut self, command: &'a Command, simple: &'a Simple, around: &Around<'a>) {
        self.words(simple.assignments.iter().map(|assignment| &assignment.value), around);
        self.words(&simple.words, around);
        self.steps.steps.push(Step {
            command: simple,
            around: around.redirects.clone(),
            range: command.range,
            condition: around.condition,
            is_checked: around.condition == Condition::Always && self.is_checked(around),
            scope: around.scope,
            reads_pipe: around.reads_pipe,
            writes_pipe: around.writes_pipe,
        });
        if simple.name() == Some("set") {
            self.set(&simple.words, around.condition == Condition::Always);
        }
    }

    /// `set`: what may switch an option off does, what may switch it on does not.
    fn set(&mut self, words: &[Word], is_sure: bool) {
        let mut words = words.iter().skip(1).map(|word| word.literal().unwrap_or_default());
        while let Some(word) = words.next() {
            let is_on = word.starts_with('-');
            let Some(letters) = word.strip_prefix(['-', '+']).filter(|rest| *rest != "-") else {
                return;
            };
            for letter in letters.chars() {
                let name = if letter == 'o' { words.next() } else { None };
                let option = match (letter, name.as_deref()) {
                    ('e', _) | ('o', Some("errexit")) => &mut self.options.errexit,
                    ('o', Some("pipefail")) => &mut self.options.pipefail,
                    _ => continue,
                };
                *option = is_on && (is_sure || *option);
            }
        }
    }

    fn redirect(&mut self, redirect: &'a Redirect, around: &Around<'a>) {
        match redirect.target {
            Target::Word(ref word) => self.word(word, around),
            Target::Heredoc(index) => {
                if let Some(heredoc) = self.script.heredocs.get(index) {
                    self.word(&heredoc.body, around);
                }
            }
        }
    }

    fn words(&mut self, words: impl IntoIterator<Item = &'a Word>, around: &Around<'a>) {
        for word in words {
            self.word(word, around);
        }
    }

    /// The commands in a word.
    fn word(&mut self, word: &'a Word, around: &Around<'a>) {
        for part in &word.parts {
            match part {
                Part::Substitution { list, kind, .. } => {
                    let condition = match kind {
                        Substitution::Output => around.condition,
                        Substitution::Process => Condition::Background,
                    };
                    let mut around = around.unchecked(condition);
                    around.redirects.clear();
                    (around.reads_pipe, around.writes_pipe) = (false, true);
                    self.apart(&around, |walk, around| walk.list(list, around));
                }
                Part::Parameter { operands: words, .. } | Part::Array(words) => {
                    self.words(words, around);
                }
                Part::Arithmetic(word) => self.word(word, around),
                Part::Literal { .. } | Part::Pattern(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Each step as its words, with a sign for its condition (`?` maybe, `&` background, `!` if its
    /// failure is the script's), its scope, `<` and `>` for pipes and the number of redirections.
    fn shown(text: &str, options: Options) -> String {
        let script = parse(text).unwrap_or_else(|why| panic!("{text:?}: {why:?}"));
        let steps = script.steps_with(options);
        let show = |step: &Step| {
            let words = step.command.words.iter().map(|word| &text[word.range]);
            let mut shown = words.collect::<Vec<_>>().join(" ");
            match step.condition {
                Condition::Always if step.is_checked => shown.push('!'),
                Condition::Always => {}
                Condition::Maybe => shown.push('?'),
                Condition::Background => shown.push('&'),
            }
            if step.scope > 0 {
                let outer = steps.outer(step.scope).unwrap_or(usize::MAX);
                shown.push_str(&format!("@{}in{outer}", step.scope));
            }
            shown.push_str(if step.reads_pipe { "<" } else { "" });
            shown.push_str(if step.writes_pipe { ">" } else { "" });
            shown.push_str(&"r".repeat(step.redirects().count()));
            shown
        };
        steps.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text, Options::default()), expected, "{text:?}");
    }

    #[test]
    fn lists_run_in_order() {
        check("a; b && c\nd && e", "a, b, c, d!, e!");
        check("set -e; a; b && c; d", "set -e, a!, b, c!, d!");
        check(
            "set -euxo pipefail && a; b; set +e; c; d",
            "set -euxo pipefail, a!, b!, set +e!, c, d!",
        );
        check("set -o errexit\na\nb", "set -o errexit, a!, b!");
        check("a || set -e; b; c", "a?, set -e?, b, c!");
    }

    #[test]
    fn either_side_of_or_may_fail() {
        check("a || b", "a?, b?");
        check("a && b || c && d", "a?, b?, c?, d!");
        check("! a && b", "a?, b!");
    }

    #[test]
    fn shells_of_their_own_have_scopes() {
        check("(a; (b)); c", "a@1in0, b@2in1, c!");
        check("(a; b) && c", "a@1in0, b!@1in0, c!");
        check("a | b", "a@1in0>, b!@2in0<");
        check("a &\nb", "a&@1in0, b!");
        check("{ a; b; } | while c; do d; done", "a@1in0>, b@1in0>, c?@2in0<, d?@2in0<");
        check("set -e; (a; b); c", "set -e, a!@1in0, b!@1in0, c!");
        // To the left of `&&` a shell does not end at a failure.
        check("(set -e; a; b) && c", "set -e@1in0, a@1in0, b!@1in0, c!");
        check("c; (set -e; a; b)", "c, set -e@1in0, a!@1in0, b!@1in0");
        check("(set -e; a); b; c", "set -e@1in0, a@1in0, b, c!");
    }

    #[test]
    fn pipefail_asks_for_every_part() {
        let options = Options { errexit: true, pipefail: true };
        assert_eq!(shown("a | b; c", options), "a!@1in0>, b!@2in0<, c!");
        assert_eq!(shown("a | b; c", Options::default()), "a@1in0>, b@2in0<, c!");
    }

    #[test]
    fn commands_in_words_come_first() {
        check("a $(b; c) \"`d`\"", "b@1in0>, c@1in0>, d@2in0>, a $(b; c) \"`d`\"!");
        check("x=$(a) b", "a@1in0>, b!");
        check("a <(b)", "b&@1in0>, a <(b)!");
        check("a ${x:-$(b)} $(( $(c) ))", "b@1in0>, c@2in0>, a ${x:-$(b)} $(( $(c) ))!");
        check("a > $(b)", "b@1in0>, a!r");
        check("a <<e\n$(b)\ne", "b@1in0>, a!r");
        check("for x in $(a); do b; done", "a@1in0>, b?");
    }

    #[test]
    fn compound_commands_may_run() {
        check("if a; then b; else c; fi; d", "a?, b?, c?, d!");
        check("while a; do b; done", "a?, b?");
        check("case x in y) a;; esac", "a?");
        check("f() { a; }; f", "a?@1in0, f!");
        check("[[ -d a ]] && b", "[[ -d a ]]!, b!");
        check("{ a; b >c; } >d 2>&1", "arr, b!rrr");
    }

    #[test]
    fn functions_are_named() {
        let script = parse("f() { g() { a; }; }; (function h { b; })").expect("read");
        assert_eq!(script.functions(), ["f", "g", "h"]);
    }
}
