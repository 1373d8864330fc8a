//! Scripts that nobody wrote: right by the grammar, or with a piece changed.

use crate::random::Random;

const WORDS: &[&str] = &[
    "a", "echo", "-x", "--y=z", "/usr/bin", "a.b", "if", "then", "done", "esac", "{}", "{", "=",
    "1", "é", "a#b", "x=y", "%", "@", "a,b", "+", ":", "in", "do", "time", "]", "a:b=c", "!a", "^",
    "-",
];
const COMMANDS: &[&str] =
    &["a", "echo", "./b", "set", "cd", "apt-get", "'c d'", "[", "test", "\\rm", "e\"f\""];
const PATTERNS: &[&str] =
    &["*", "a*", "?b", "[ab]c", "/x/*.d", "[!a]", "{a,b}", "x{1..3}", "{a,$b}"];
const NAMES: &[&str] = &["a", "B", "_c", "D1", "PATH"];
const PARAMETERS: &[&str] = &[
    "$a",
    "${b}",
    "$1",
    "$@",
    "$?",
    "${10}",
    "${a:-b}",
    "${a:-b c}",
    "${a-}",
    "${a%%.*}",
    "${a#*/}",
    "${#a}",
    "${a:+x}",
    "${a:?no}",
    "$((1 + 2))",
    "$(( a * (b + 1) ))",
    "$$",
    "$!",
    "${a:-${b:-c}}",
    "$((a+$b))",
];
const BASH_PARAMETERS: &[&str] = &[
    "${a//b/c}",
    "${a[0]}",
    "${a[@]}",
    "${!a}",
    "${a^^}",
    "${a:1:2}",
    "$'x\\ty'",
    "$'it\\'s'",
    "${a/b}",
];
const QUOTED: &[&str] = &[
    "'a b'",
    "''",
    "\"\"",
    "\"a b\"",
    "\"a'b\"",
    "'a\"b'",
    "\"\\\"\"",
    "\"a\\nb\"",
    "\"\\$x\"",
    "'#'",
    "'\\'",
    "\\ ",
    "\\;",
    "\\\\",
    "a\\'b",
    "'a\nb'",
    "\"a\\\nb\"",
    "a\\\nb",
    "\"é\"",
    "'*'",
    "\\*",
    "\"{a,b}\"",
    "\"`\"",
];
const TESTS: &[&str] = &[
    "-f a",
    "-z \"$a\"",
    "$a == b",
    "a != b*",
    "$a =~ ^(a|b)+$",
    "! -d a",
    "( -e a || b )",
    "a < b",
    "$a",
    "a -eq 1 && -n b",
    "a == @(b|c)",
    "-n a",
    "a = b",
];

/// A script of some lines.
pub fn script(random: &mut Random) -> String {
    let mut writer = Writer { random, out: String::new(), heredocs: Vec::new(), is_inside: false };
    writer.list(2);
    writer.newline();
    writer.out
}

/// The same with a few pieces removed, doubled or put elsewhere.
pub fn damaged(random: &mut Random) -> String {
    const PIECES: &[&str] = &[
        ";", "&", "|", "(", ")", "{ ", "}", "'", "\"", "`", "$(", "${", "\n", "<<E", "fi", ";;",
        " ", "\\", "#",
    ];
    let mut characters: Vec<char> = script(random).chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(characters.len() + 1);
        match random.below(3) {
            0 if at < characters.len() => drop(characters.remove(at)),
            1 if at < characters.len() => characters.insert(at, characters[at]),
            _ => drop(characters.splice(at..at, random.pick(PIECES).chars())),
        }
    }
    characters.into_iter().collect()
}

struct Writer<'r> {
    random: &'r mut Random,
    out: String,
    /// Those whose lines are to come.
    heredocs: Vec<&'static str>,
    /// Whether a newline here would not begin a heredoc's lines.
    is_inside: bool,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn pick(&mut self, all: &[&'static str]) {
        let text = self.random.pick(all);
        self.put(text);
    }

    fn blank(&mut self) {
        self.pick(&[" ", " ", " ", "  ", "\t", " \\\n"]);
    }

    fn newline(&mut self) {
        if self.random.once_in(8) {
            // Bash 5.2 loses its way in "$( # it's )".
            self.put(if self.is_inside { " # a (comment" } else { " # it's a (comment" });
        }
        self.put("\n");
        for end in std::mem::take(&mut self.heredocs) {
            self.pick(&["", "x\n", "a 'b $c\n", "$(d)\n", "\ty \\$z \"\n", "EO\n", "\\\\\n"]);
            self.put(end);
            self.put("\n");
        }
    }

    fn separator(&mut self) {
        match self.random.below(4) {
            0 if !self.is_inside || self.heredocs.is_empty() => self.newline(),
            1 => self.put(" & "),
            _ => self.pick(&["; ", ";", " ;"]),
        }
    }

    /// Commands, each with its separator.
    fn list(&mut self, depth: usize) {
        for _ in 0..=self.random.below(2) {
            self.entry(depth);
            self.separator();
        }
    }

    fn entry(&mut self, depth: usize) {
        self.pipeline(depth);
        while self.random.once_in(3) {
            self.pick(&[" && ", " || ", "&&", " && \\\n", "||"]);
            self.pipeline(depth);
        }
    }

    fn pipeline(&mut self, depth: usize) {
        if self.random.once_in(12) {
            self.put("! ");
        }
        self.command(depth);
        while self.random.once_in(6) {
            self.pick(&[" | ", "|", " |& "]);
            self.command(depth);
        }
    }

    fn command(&mut self, depth: usize) {
        let kind = if depth == 0 { 0 } else { self.random.below(22) };
        let depth = depth.saturating_sub(1);
        match kind {
            1 => self.block("(", depth, ")"),
            2 => self.block("{ ", depth, "}"),
            3 => {
                self.block("if ", depth, "then ");
                self.list(depth);
                if self.random.once_in(3) {
                    self.block("elif ", depth, "then ");
                    self.list(depth);
                }
                if self.random.once_in(2) {
                    self.block("else ", depth, "");
                }
                self.put("fi");
            }
            4 => {
                self.put("for ");
                self.pick(NAMES);
                if self.random.once_in(5) {
                    self.put("; ");
                } else {
                    self.put(" in");
                    self.arguments(depth);
                    self.put("; ");
                }
                self.block("do ", depth, "done");
            }
            5 => {
                self.pick(&["while ", "until "]);
                self.block("", depth, "do ");
                self.block("", depth, "done");
            }
            6 => self.case(depth),
            // The other parser forgets the lines of a heredoc there.
            7 if self.heredocs.is_empty() => {
                self.put("[[ ");
                self.pick(TESTS);
                self.put(" ]]");
            }
            8 => self.pick(&["((a + 1))", "(( $a > (b) ))", "((i++))"]),
            9 => {
                self.pick(&["f() ", "g ( ) ", "function h ", "function k() ", "f()\n"]);
                self.block("{ ", depth, "}");
            }
            _ => return self.simple(depth),
        }
        while self.random.once_in(6) {
            self.blank();
            self.redirect(depth);
        }
    }

    fn block(&mut self, open: &str, depth: usize, close: &str) {
        self.put(open);
        self.list(depth);
        self.put(close);
    }

    fn case(&mut self, depth: usize) {
        self.put("case ");
        self.word(depth);
        self.pick(&[" in ", " in"]);
        self.newline();
        for _ in 0..self.random.below(3) {
            self.pick(&["a) ", "(b|c) ", "*) ", "'x y'|\"$z\") ", "a* | b) "]);
            if !self.random.once_in(6) {
                self.list(depth);
            }
            self.pick(&[";;", " ;; ", ";& "]);
            self.newline();
        }
        self.put("esac");
    }

    fn simple(&mut self, depth: usize) {
        while self.random.once_in(6) {
            self.pick(NAMES);
            self.pick(&["=", "=", "=", "+="]);
            match self.random.below(8) {
                0 => {}
                1 => self.put("~/x"),
                _ => self.word(depth),
            }
            self.blank();
        }
        // Bash 5.2 does so too at some arrays in substitutions.
        if !self.is_inside && self.random.once_in(20) {
            self.put("arr=(a ");
            self.pick(QUOTED);
            self.pick(&[" $b", " ${c[@]} d", "\n e # it's f\n", " x\"y\""]);
            self.put(")");
            return;
        }
        if self.random.once_in(8) {
            // The other parser takes it for a keyword, and its arguments for assignments.
            self.pick(&["export A=", "export A B=", "export a=b C=", "local d=", "export\tD="]);
            return self.pick(QUOTED);
        }
        if self.random.once_in(15) {
            self.redirect(depth);
            self.blank();
        }
        self.pick(COMMANDS);
        self.arguments(depth);
        if self.random.once_in(4) {
            self.blank();
            self.redirect(depth);
        }
        if self.random.once_in(10) {
            self.arguments(depth);
        }
    }

    fn arguments(&mut self, depth: usize) {
        for _ in 0..self.random.below(4) {
            self.blank();
            self.word(depth);
        }
    }

    fn redirect(&mut self, depth: usize) {
        let has_heredoc = !self.is_inside && self.random.once_in(5);
        if has_heredoc {
            self.pick(&["", "3", " "]);
            let (written, end) = self.random.pick(&[
                ("<<EOF", "EOF"),
                ("<<'A B'", "A B"),
                ("<<-E", "\tE"),
                ("<< \"X\"", "X"),
            ]);
            self.put(written);
            self.heredocs.push(end);
            return;
        }
        match self.random.below(3) {
            0 => self.pick(&[
                "2>&1",
                ">&2",
                "<&-",
                ">/dev/null",
                "2>/dev/null",
                "&>x",
                "&>>y",
                ">|z",
                "<>w",
            ]),
            1 => {
                self.pick(&[">", "<", ">>", "> ", "2> ", "<<< "]);
                self.word(depth);
            }
            _ => self.pick(&["< <(a)", "<<<x", "<<<\"$a\"", "10>x"]),
        }
    }

    fn word(&mut self, depth: usize) {
        for _ in 0..=self.random.below(4) / 2 {
            match self.random.below(14) {
                0 => self.pick(PATTERNS),
                1 | 2 => self.pick(PARAMETERS),
                3 => self.pick(BASH_PARAMETERS),
                4 | 5 => self.pick(QUOTED),
                6 => {
                    self.put("\"");
                    self.pick(PARAMETERS);
                    self.pick(&["", " ", ":"]);
                    if depth > 0 && self.random.once_in(4) {
                        self.inside("$(", depth, ")");
                    }
                    self.put("\"");
                }
                7 if depth > 0 => self.inside("$( ", depth, ")"),
                8 if depth > 0 && self.random.once_in(2) => self.inside("<(", depth, ")"),
                9 => self.pick(&[
                    "`a`",
                    "`a \\`b\\` c`",
                    "\"`a \"b\"`\"",
                    "`a '$b'`",
                    "`a \\$b \\\\\\\\c`",
                ]),
                _ => self.pick(WORDS),
            }
        }
    }

    /// Commands in a word: a heredoc of theirs, or one begun before, would have its lines there.
    fn inside(&mut self, open: &str, depth: usize, close: &str) {
        let before = std::mem::replace(&mut self.is_inside, true);
        self.put(open);
        self.list(depth - 1);
        self.put(close);
        self.is_inside = before;
    }
}
