//! The tree of a script. Every range is one of bytes in the text that was parsed.

use text_size::TextRange;

/// A whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its commands.
    pub list: List,
    /// The bodies that [`Target::Heredoc`] speaks of.
    pub heredocs: Vec<Heredoc>,
    /// The first place that bash reads and dash does not, or reads as something else: `[[`, `$'…'`,
    /// `<(…)`, `&>`, arrays, `((…))` and so on. `None` if it is the same text to both.
    pub bash: Option<TextRange>,
}

/// Commands behind one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// In the order of the text; empty only for a text, a substitution or an arm of `case`.
    pub entries: Vec<Entry>,
}

/// Pipelines with `&&` and `||` between them, ended by `;`, `&`, a newline or what is around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Without the `;` or `&` behind it.
    pub range: TextRange,
    /// The first pipeline.
    pub first: Pipeline,
    /// The others. Both connectors bind alike, from the left.
    pub rest: Vec<(Connector, Pipeline)>,
    /// Whether `&` ends it.
    pub background: bool,
}

/// What stands between two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands with `|` between them, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// With `!` and `time`.
    pub range: TextRange,
    /// Whether `!` stands in front.
    pub negated: bool,
    /// Whether `time` stands in front. A keyword to bash, a program to dash.
    pub timed: bool,
    /// In the order of the text. `|&` is a `|` and a redirection `2>&1` of the command before it.
    pub commands: Vec<Command>,
}

/// One command with its redirections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// All of it.
    pub range: TextRange,
    /// What it is.
    pub kind: Kind,
    /// Its redirections, in the order of the text.
    pub redirects: Vec<Redirect>,
}

/// What a command is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Assignments and words; both may be missing where there is a redirection.
    Simple(Simple),
    /// `{ …; }`
    Group(List),
    /// `( … )`
    Subshell(List),
    /// `if …; then …; elif …; then …; else …; fi`
    If {
        /// Conditions and what follows each.
        branches: Vec<(List, List)>,
        /// What `else` has.
        otherwise: Option<List>,
    },
    /// `for v in …; do …; done`
    For {
        /// The variable's name.
        variable: String,
        /// What stands behind `in`; `None` without one, which is the script's arguments.
        words: Option<Vec<Word>>,
        /// What is done for each.
        body: List,
    },
    /// `for ((a; b; c)); do …; done`
    Counted {
        /// What stands between the parentheses, quoted.
        header: Word,
        /// What is repeated.
        body: List,
    },
    /// `while` or `until`
    Loop {
        /// Done before each round.
        condition: List,
        /// What is repeated.
        body: List,
    },
    /// `case w in …) … ;; esac`
    Case {
        /// What is compared.
        word: Word,
        /// Its arms.
        arms: Vec<Arm>,
    },
    /// `f() …` or `function f …`
    Function {
        /// Its name.
        name: String,
        /// A compound command with the redirections of each call.
        body: Box<Command>,
    },
    /// `[[ … ]]`: the words are those two and what is between them, operators too (`&&`, `(`, `<`).
    Test(Simple),
    /// `((…))`, quoted.
    Arithmetic(Word),
}

/// One arm of a `case`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// What stands between the `|`, at least one.
    pub patterns: Vec<Word>,
    /// What is done.
    pub body: List,
}

/// A simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// In front of the words.
    pub assignments: Vec<Assignment>,
    /// The name and the arguments.
    pub words: Vec<Word>,
}

impl Simple {
    /// The command's name if that is plain.
    pub fn name(&self) -> Option<&str> {
        match self.words.first()?.parts.as_slice() {
            [Part::Literal { text, .. }] => Some(text),
            _ => None,
        }
    }
}

/// `name=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// All of it.
    pub range: TextRange,
    /// The variable, without a subscript.
    pub name: String,
    /// Whether `+=` adds to what is there.
    pub append: bool,
    /// The value, without a part if empty. An array, or an element (`a[1]=x`), is one
    /// [`Part::Array`].
    pub value: Word,
}

/// One redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// All of it but a heredoc's body.
    pub range: TextRange,
    /// The number in front.
    pub descriptor: Option<u32>,
    /// What is done.
    pub operator: Operator,
    /// Where from or to.
    pub target: Target,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Read,
    /// `>`
    Write,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`; with a file behind it (bash only), both outputs go there.
    DuplicateOutput,
    /// `&>`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `<<<`
    HereString,
    /// `<<`
    Heredoc,
    /// `<<-`
    HeredocWithoutTabs,
}

/// Where a redirection leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, a descriptor, or the text of `<<<`.
    Word(Word),
    /// The place of the body in [`Script::heredocs`].
    Heredoc(usize),
}

/// The body of a heredoc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// What the command reads, quoted; the tabs that `<<-` drops are gone. Its range is that of the
    /// lines, without the last one that ends them.
    pub body: Word,
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As written, quotes included.
    pub range: TextRange,
    /// What it is put together from; without any only where a value may be empty.
    pub parts: Vec<Part>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal {
        /// Without quotes and backslashes.
        text: String,
        /// Whether it was quoted.
        quoted: bool,
    },
    /// A variable or another parameter.
    Parameter {
        /// `$x`, `${x…}`
        range: TextRange,
        /// A name, a number or one of `@*#?-$!`; `!name` where it is found by another's value.
        name: String,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// Whether it is just the value: `$x` or `${x}`.
        plain: bool,
        /// What stands behind the name, the operator aside; of a subscript and an operand, both.
        operands: Vec<Word>,
    },
    /// What commands print, or a file that leads to them.
    Substitution {
        /// All of it.
        range: TextRange,
        /// Which of the two.
        kind: Substitution,
        /// The commands.
        list: List,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
    /// `$((…))`, quoted.
    Arithmetic(Word),
    /// Not quoted, and read by the shell: `*`, `?`, `[`, a `{` that begins `{a,b}` or `{1..3}`, or
    /// `~`. What belongs to it may go on in the parts behind it.
    Pattern(String),
    /// `(a b)` behind a `=`.
    Array(Vec<Word>),
}

/// How commands stand in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substitution {
    /// `$(…)` and `` `…` ``: what they print.
    Output,
    /// `<(…)` and `>(…)`: a file; nothing waits for them.
    Process,
}
