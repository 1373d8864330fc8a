//! The text of a `RUN` as a shell reads it: a tree with ranges, and its commands in the order in
//! which they run.
//!
//! The grammar is that of POSIX as dash and bash agree on it, and what `RUN`s use of bash's own:
//! `[[ ]]`, `(( ))`, `$'…'`, arrays, `<(…)`, `&>`, `|&`, `<<<`, `function`. [`Script::bash`] says
//! where a text is bash's alone. What is not understood is an error, never a guess: `select`,
//! `coproc`, extended patterns outside `[[`, `$[…]`, redirections to `{name}`, unended heredocs, and
//! the places where shells differ.
//!
//! The text is without the Dockerfile's line continuations, or the body of a heredoc; the shell's
//! own continuations are known. Reading takes time in proportion to the text.
//!
//! Source of the rules: POSIX, Shell Command Language; the bash manual.

mod cursor;
mod lex;
mod parse;
mod plain;
mod steps;
mod tree;
mod word;

pub use plain::{PlainWord, commands};
pub use steps::{Condition, Options, Step, Steps};
use text_size::{TextRange, TextSize};
pub use tree::{
    Arm, Assignment, Command, Connector, Entry, Heredoc, Kind, List, Operator, Part, Pipeline,
    Redirect, Script, Simple, Substitution, Target, Word,
};

/// What is not understood in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where; empty only at the end of the text or of what stands in backquotes.
    pub range: TextRange,
    /// Why: a few words for people, without a full stop.
    pub what: &'static str,
}

/// Reads a text of at most 4 GiB.
pub fn parse(text: &str) -> Result<Script, Unread> {
    if u32::try_from(text.len()).is_err() {
        return Err(Unread { range: TextRange::default(), what: "too long" });
    }
    if let Some(at) = text.find('\0') {
        let at = TextSize::try_from(at).unwrap_or_default();
        return Err(Unread { range: TextRange::at(at, 1.into()), what: "a character NUL" });
    }
    let mut state = parse::State::default();
    let list = parse::Parser::new(cursor::Cursor::new(text), &mut state).all()?;
    Ok(Script { list, heredocs: state.heredocs, bash: state.bash })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    /// A script in brackets: each kind of node by a sign of its own.
    fn show(script: &Script) -> String {
        let mut out = String::new();
        show_list(&script.list, &mut out);
        for heredoc in &script.heredocs {
            out.push_str(" <<");
            show_word(&heredoc.body, &mut out);
        }
        out
    }

    fn show_list(list: &List, out: &mut String) {
        for (index, entry) in list.entries.iter().enumerate() {
            if index > 0 {
                out.push_str("; ");
            }
            show_pipeline(&entry.first, out);
            for (connector, pipeline) in &entry.rest {
                out.push_str(if *connector == Connector::And { " && " } else { " || " });
                show_pipeline(pipeline, out);
            }
            if entry.background {
                out.push_str(" &");
            }
        }
    }

    fn show_pipeline(pipeline: &Pipeline, out: &mut String) {
        if pipeline.timed {
            out.push_str("time ");
        }
        if pipeline.negated {
            out.push_str("! ");
        }
        for (index, command) in pipeline.commands.iter().enumerate() {
            if index > 0 {
                out.push_str(" | ");
            }
            show_command(command, out);
        }
    }

    fn show_command(command: &Command, out: &mut String) {
        let mut block = |name: &str, lists: &[&List]| {
            out.push_str(name);
            for list in lists {
                out.push('{');
                show_list(list, out);
                out.push('}');
            }
        };
        match &command.kind {
            Kind::Simple(simple) => show_simple("", simple, out),
            Kind::Test(simple) => show_simple("test:", simple, out),
            Kind::Group(list) => block("group", &[list]),
            Kind::Subshell(list) => block("sub", &[list]),
            Kind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    block("if", &[condition, body]);
                }
                if let Some(body) = otherwise {
                    block("else", &[body]);
                }
            }
            Kind::For { variable, words, body } => {
                write!(out, "for:{variable}").expect("a String");
                for word in words.iter().flatten() {
                    out.push(',');
                    show_word(word, out);
                }
                show_command(&group(body), out);
            }
            Kind::Counted { body, .. } => block("counted", &[body]),
            Kind::Loop { condition, body } => block("loop", &[condition, body]),
            Kind::Case { word, arms } => {
                out.push_str("case:");
                show_word(word, out);
                for Arm { patterns, body } in arms {
                    for pattern in patterns {
                        out.push('/');
                        show_word(pattern, out);
                    }
                    show_command(&group(body), out);
                }
            }
            Kind::Function { name, body } => {
                write!(out, "{name}()=").expect("a String");
                show_command(body, out);
            }
            Kind::Arithmetic(word) => {
                out.push_str("((");
                show_word(word, out);
                out.push_str("))");
            }
        }
        for redirect in &command.redirects {
            write!(out, " {:?}", redirect.operator).expect("a String");
            if let Some(descriptor) = redirect.descriptor {
                write!(out, "{descriptor}").expect("a String");
            }
            if let Target::Word(word) = &redirect.target {
                out.push(' ');
                show_word(word, out);
            }
        }
    }

    fn group(list: &List) -> Command {
        let kind = Kind::Group(list.clone());
        Command { range: TextRange::default(), kind, redirects: Vec::new() }
    }

    fn show_simple(name: &str, simple: &Simple, out: &mut String) {
        out.push_str(name);
        out.push('[');
        for Assignment { name, append, value, .. } in &simple.assignments {
            write!(out, "{name}{}=", if *append { "+" } else { "" }).expect("a String");
            show_word(value, out);
            out.push(' ');
        }
        for (index, word) in simple.words.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            show_word(word, out);
        }
        out.push(']');
    }

    fn show_word(word: &Word, out: &mut String) {
        for part in &word.parts {
            match part {
                Part::Literal { text, quoted: false } => out.push_str(text),
                Part::Literal { text, quoted: true } => write!(out, "'{text}'").expect("a String"),
                Part::Parameter { name, quoted, plain, operands, .. } => {
                    write!(out, "${}{name}", if *quoted { "\"" } else { "" }).expect("a String");
                    if !plain {
                        out.push('~');
                    }
                    for operand in operands {
                        out.push(':');
                        show_word(operand, out);
                    }
                }
                Part::Substitution { list, kind, .. } => {
                    out.push_str(if *kind == Substitution::Output { "$(" } else { "<(" });
                    show_list(list, out);
                    out.push(')');
                }
                Part::Arithmetic(word) => {
                    out.push_str("$((");
                    show_word(word, out);
                    out.push_str("))");
                }
                Part::Pattern(text) => write!(out, "<{text}>").expect("a String"),
                Part::Array(words) => {
                    for word in words {
                        out.push('(');
                        show_word(word, out);
                        out.push(')');
                    }
                }
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let script = parse(text).unwrap_or_else(|why| panic!("{text:?}: {why:?}"));
        assert_eq!(show(&script), expected, "{text:?}");
        check_ranges(text, &script);
    }

    /// That `at` is what is not understood of `text`.
    #[track_caller]
    fn check_unread(text: &str, at: &str, what: &str) {
        let why = parse(text).err().unwrap_or_else(|| panic!("{text:?} is read"));
        assert_eq!((&text[why.range], why.what), (at, what), "{text:?}");
    }

    /// Every range lies in the one around it.
    #[track_caller]
    fn check_ranges(text: &str, script: &Script) {
        let all = TextRange::up_to(TextSize::of(text));
        check_list(all, &script.list);
        for heredoc in &script.heredocs {
            check_word(all, &heredoc.body);
        }
        for step in script.steps() {
            assert!(all.contains_range(step.range) && text.get(range(step.range)).is_some());
        }
    }

    fn range(range: TextRange) -> std::ops::Range<usize> {
        range.into()
    }

    fn check_list(around: TextRange, list: &List) {
        let mut end = around.start();
        for entry in &list.entries {
            assert!(around.contains_range(entry.range) && entry.range.start() >= end, "{entry:?}");
            end = entry.range.end();
            let pipelines = std::iter::once(&entry.first).chain(entry.rest.iter().map(|(_, p)| p));
            for pipeline in pipelines {
                assert!(entry.range.contains_range(pipeline.range), "{pipeline:?}");
                for command in &pipeline.commands {
                    assert!(pipeline.range.contains_range(command.range), "{command:?}");
                    check_command(command);
                }
            }
        }
    }

    fn check_command(command: &Command) {
        let around = command.range;
        let lists: Vec<&List> = match &command.kind {
            Kind::Simple(simple) | Kind::Test(simple) => {
                for assignment in &simple.assignments {
                    assert!(around.contains_range(assignment.range));
                    check_word(assignment.range, &assignment.value);
                }
                simple.words.iter().for_each(|word| check_word(around, word));
                Vec::new()
            }
            Kind::Group(list) | Kind::Subshell(list) => vec![list],
            Kind::If { branches, otherwise } => {
                branches.iter().flat_map(|(a, b)| [a, b]).chain(otherwise).collect()
            }
            Kind::For { words, body, .. } => {
                words.iter().flatten().for_each(|word| check_word(around, word));
                vec![body]
            }
            Kind::Counted { header, body } => {
                check_word(around, header);
                vec![body]
            }
            Kind::Loop { condition, body } => vec![condition, body],
            Kind::Case { word, arms } => {
                check_word(around, word);
                arms.iter().map(|arm| &arm.body).collect()
            }
            Kind::Function { body, .. } => {
                assert!(around.contains_range(body.range));
                check_command(body);
                Vec::new()
            }
            Kind::Arithmetic(word) => {
                check_word(around, word);
                Vec::new()
            }
        };
        lists.into_iter().for_each(|list| check_list(around, list));
        for redirect in &command.redirects {
            assert!(around.contains_range(redirect.range), "{redirect:?}");
            if let Target::Word(word) = &redirect.target {
                check_word(redirect.range, word);
            }
        }
    }

    fn check_word(around: TextRange, word: &Word) {
        assert!(around.contains_range(word.range), "{around:?} {word:?}");
        for part in &word.parts {
            match part {
                Part::Parameter { range, operands, .. } => {
                    assert!(word.range.contains_range(*range), "{word:?}");
                    operands.iter().for_each(|operand| check_word(*range, operand));
                }
                Part::Substitution { range, list, .. } => {
                    assert!(word.range.contains_range(*range), "{word:?}");
                    check_list(*range, list);
                }
                Part::Arithmetic(inner) => check_word(word.range, inner),
                Part::Array(words) => words.iter().for_each(|inner| check_word(word.range, inner)),
                Part::Literal { .. } | Part::Pattern(_) => {}
            }
        }
    }

    #[test]
    fn lists() {
        check("", "");
        check(" \t\n # a\n", "");
        check("a;b\nc&d &\n\n e ;", "[a]; [b]; [c] &; [d] &; [e]");
        check("a && b||c &&\n\n # why\n d", "[a] && [b] || [c] && [d]");
        check("a | b |\nc", "[a] | [b] | [c]");
        check("! a | b; time c", "! [a] | [b]; time [c]");
        check("a |& b", "[a] DuplicateOutput2 1 | [b]");
        check("a # b; $c\nd#e #", "[a]; [d#e]");
        check("a &\\\n& b", "[a] && [b]");
    }

    #[test]
    fn quotes() {
        check("a 'b  c'\"d;e\"f", "[a 'b  cd;e'f]");
        check(r"a\ b \'c\;", r"[a' 'b '''c';']");
        check(r#"a "\"\\\$\n\`" '\' "#, r#"[a '"\$\n`' '\']"#);
        check("a '' \"\"", "[a '' '']");
        check("a \\\n b\\\nc \"d\\\ne\" 'f\\\ng'", "[a bc 'de' 'f\\\ng']");
        check("é 'ü'", "[é 'ü']");
        check("a b\\", "[a b'\\']");
        check(r"$'a\tb\x41\101\u00e9\'' $'' $", "['a\tbAAé'' '' $]");
        check("$\"a$b\"", "['a'$\"b]");
        check("\"$\" \"a$ b\" $% a$", "['$' 'a$ b' $% a$]");
    }

    #[test]
    fn expansions() {
        check("$a ${b} \"$c\" $1 $@ $# ${#} ${10}", "[$a $b $\"c $1 $@ $# $# $10]");
        check("${a:-b c} ${#a} ${a%%*.x} \"${a#'b'}\"", "[$a~:b c $a~ $a~:<*>.x $\"a~:'b']");
        check("\"${a:-'b'}\" \"${a:+\"b\"}\" ${a:?}", "[$\"a~:''b'' $\"a~:'b' $a~:]");
        check(
            "${a//b/c} ${a:1:2} ${!a} ${!a*} ${a[1]} ${a^^}",
            "[$a~:b/c $a~:1:2 $!a~ $!a~ $a~:1 $a~:]",
        );
        check("$(a; b) \"$(c \"d\")\" $()", "[$([a]; [b]) $([c 'd']) $()]");
        check("`a \\`b\\` \\$c`", "[$([a $([b]) $c])]");
        check("\"`a \\\"b\\\"`\" `a \"b\"`", "[$([a 'b']) $([a 'b'])]");
        check("$((1 + (2) * $a)) \"$(( $(b) ))\"", "[$(('1 + (2) * '$\"a)) $((' '$([b])' '))]");
        check("$(case a in b) c;; esac)", "[$(case:a/bgroup{[c]})]");
        check("a <(b) >(c d)", "[a <([b]) <([c d])]");
        check("$(a # )\n)", "[$([a])]");
    }

    #[test]
    fn patterns() {
        check("a * b? [c] [ [ a[", "[a <*> b<?> <[>c] [ [ a<[>]");
        check("a ~ ~/b ~c c~d --e=~/f '~'", "[a <~> <~>/b <~>c c~d --e=<~>/f '~']");
        check("a {b,c} {1..3} {} {b} x{'a',$b}", "[a <{>b,c} <{>1..3} {} {b} x<{>'a',$b}]");
        check("A=* B={a,b} C=~/a:~/b", "[A=* B={a,b} C=<~>/a:<~>/b ]");
    }

    #[test]
    fn assignments() {
        check("A=1 B= C='x y'$d e F=2", "[A=1 B= C='x y'$d e F=2]");
        check("A+=b", "[A+=b ]");
        check("A=(a 'b c' # d\n$e) B[1]=x", "[A=(a)('b c')($e) B=(x) ]");
        check("declare -A a=([b]=c) ; local b=(d)", "[declare -A a=(<[>b]=c)]; [local b=(d)]");
        check("'A'=1 2B=3 a.b=c =d", "['A'=1 2B=3 a.b=c =d]");
    }

    #[test]
    fn redirections() {
        check("a >b 2>&1 < c", "[a] Write b DuplicateOutput2 1 Read c");
        check(
            ">a b >>c >|d <>e 3<&- &>f &>>g",
            "[b] Write a Append c Clobber d ReadWrite e DuplicateInput3 - WriteBoth f AppendBoth g",
        );
        check("a 2 >b a2>c", "[a 2 a2] Write b Write c");
        check("a <<<$b", "[a] HereString $b");
        check("{ a; } >b 2>c", "group{[a]} Write b Write2 c");
        check("> a", "[] Write a");
        check("$(<a)", "[$([] Read a)]");
        check("a < <(b)", "[a] Read <([b])");
    }

    #[test]
    fn heredocs() {
        check("a <<b c\nd $e\nb\nf", "[a c] Heredoc; [f] <<'d '$\"e'\n'");
        check("a <<'b'\n$c\\\nb\n", "[a] Heredoc <<'$c\\\n'");
        check("a <<-b\n\t\tc\n\tb\n", "[a] HeredocWithoutTabs <<'c\n'");
        check("a <<b <<c\n1\nb\n2\nc\n", "[a] Heredoc Heredoc <<'1\n' <<'2\n'");
        check("a <<b && c\n$(d)\\\"\"\nb\n", "[a] Heredoc && [c] <<$([d])'\\\"\"\n'");
        check("x=$(a <<b\nc\nb\n) d", "[x=$([a] Heredoc) d] <<'c\n'");
        check("if a <<b\nb\nthen c; fi", "if{[a] Heredoc}{[c]} <<");
    }

    #[test]
    fn compound_commands() {
        check("(a; b) && { c; }", "sub{[a]; [b]} && group{[c]}");
        check("if a; then b; elif c\nthen d; else e; fi", "if{[a]}{[b]}if{[c]}{[d]}else{[e]}");
        check("for a in b \"c\" *; do d; done", "for:a,b,'c',<*>group{[d]}");
        check("for a; do b; done; for a do b; done", "for:agroup{[b]}; for:agroup{[b]}");
        check("for ((i=0; i<3; i++)); do a; done", "counted{[a]}");
        check("while a; do b; done | until c; do d; done", "loop{[a]}{[b]} | loop{[c]}{[d]}");
        check(
            "case $a in\n b|'c') d ;;\n (*) e; f\nesac",
            "case:$a/b/'c'group{[d]}/<*>group{[e]; [f]}",
        );
        check("case a in esac", "case:a");
        check("case a in b) ;; esac >c", "case:a/bgroup{} Write c");
        check("f() { a; } >b; g ( )\n(c)", "f()=group{[a]} Write b; g()=sub{[c]}");
        check("function f { a; }; function g() (b)", "f()=group{[a]}; g()=sub{[b]}");
        check("((a + 1)) && b", "((a + 1)) && [b]".replace("((a + 1))", "(('a + 1'))").as_str());
        check("{ (a) }; if { a; } then b; fi", "group{sub{[a]}}; if{group{[a]}}{[b]}");
    }

    #[test]
    fn tests_of_bash() {
        check("[[ -f $a && ! b == c* ]]", "test:[[[ -f $a && ! b == c<*> ]]]");
        check("[[ ( a < b ) || c ]]", "test:[[[ ( a < b ) || c ]]]");
        check("[[ $a =~ ^(b|c d)+$ ]]", "test:[[[ $a =~ ^<(>b<|>c< >d<)>+$ ]]]");
        check("[[ a == @(b|c) ]]", "test:[[[ a == @<(>b<|>c<)> ]]]");
        check("[[ -z a ]] || b", "test:[[[ -z a ]]] || [b]");
        check_unread("[[ a b ]]", "b", "a comparison that is not known");
        check_unread("[[ a", "[[ a", "a `[[` without its `]]`");
    }

    #[test]
    fn words_that_only_look_reserved() {
        check("echo if then }", "[echo if then }]");
        check("'if' a; i\\f b; A=1 if c", "['if' a]; [i'f' b]; [A=1 if c]");
        check("iff; done1; {a; }b", "[iff]; [done1]; [{a]; [}b]");
    }

    #[test]
    fn what_is_not_read() {
        let here = "not expected here";
        check_unread("a b)", ")", here);
        check_unread("a ;; b", ";", here);
        check_unread("a;\n; b", ";", here);
        check_unread("a && && b", "&", here);
        check_unread("a &&", "", "a command is missing");
        check_unread("(a", "(a", "a parenthesis that is not closed");
        check_unread("a 'b", "'b", "a quote that is not closed");
        check_unread("a \"b$(c)", "\"b$(c)", "a quote that is not closed");
        check_unread("a `b", "`b", "a backquote that is not closed");
        check_unread("a ${b", "${b", "a parameter that is not understood");
        check_unread("a ${b:-c", "${b:-c", "a brace that is not closed");
        check_unread("a ${b c}", "${b", "a parameter that is not understood");
        check_unread("a $(b", "$(b", "a parenthesis that is not closed");
        check_unread("a $((b", "$((b", "arithmetic that is not closed");
        check_unread("$((a) | b)", "$((a", "either arithmetic or two subshells");
        check_unread("if a; then b", "if a; then b", "an `if` without its `fi`");
        check_unread("if a; b; fi", "fi", here);
        check_unread("a; fi", "fi", here);
        check_unread("| a", "|", here);
        check_unread("for 1 in a; do b; done", "1", here);
        check_unread("a > ", "", "a word is missing");
        check_unread("a <<b\nc", "\nc", "a heredoc that is not ended");
        check_unread("a <<b", "", "a heredoc without its lines");
        check_unread("a `b 'c`", "'c", "a quote that is not closed");
        check_unread("select a in b; do c; done", "select", "a command that only bash has");
        check_unread("f() a", "a", "the body of a function that is no compound command");
        check_unread("a \"${b:-'}\"", "${b:-'", "a single quote within double quotes");
        check_unread("a=(b)#c", "(b)", "an array with text behind it");
        check_unread("a \0", "\0", "a character NUL");
        check_unread("a {b}>c", ">", "a redirection with a name in front");
        check_unread("echo !(a)", "(", "a parenthesis that is not expected here");
    }

    #[track_caller]
    fn check_bash(text: &str, only: Option<&str>) {
        let script = parse(text).unwrap_or_else(|why| panic!("{text:?}: {why:?}"));
        assert_eq!(script.bash.map(|range| &text[range]), only, "{text:?}");
    }

    #[test]
    fn what_only_bash_reads() {
        check_bash("a | b && (c) > d 2>&1; if e; then f; fi <<g\ng", None);
        check_bash("a ${b:-c} ${d%e} ${#f} `g` $((h)) $* >&2 <&-", None);
        check_bash("a; [[ b ]]", Some("[["));
        check_bash("a $'b' $'c'", Some("$'b'"));
        check_bash("a &>b", Some("&>"));
        check_bash("a >&b", Some(">&b"));
        check_bash("a <(b)", Some("<(b)"));
        check_bash("a {b,c}", Some("{b,c}"));
        check_bash("a=(b)", Some("(b)"));
        check_bash("a+=b", Some("+="));
        check_bash("((a))", Some("((a))"));
        check_bash("a |& b", Some("|&"));
        check_bash("function f { a; }", Some("function"));
        check_bash("a ${b//c}", Some("${b//"));
        check_bash("a <<<b", Some("<<<"));
    }

    #[test]
    fn depth_is_limited() {
        for (open, close) in [
            ("( ", ")"),
            ("$(", ")"),
            ("{ ", "; }"),
            ("${a:-", "}"),
            ("\"$(", ")\""),
            ("if a; then ", "; fi"),
            ("f() { ", "; }"),
        ] {
            let text = |depth: usize| open.repeat(depth) + "a" + &close.repeat(depth);
            for depth in [100, 100_000] {
                let why = parse(&text(depth)).expect_err("too deep");
                assert!(why.what == "nested too deep", "{why:?}");
            }
        }
        let text = format!("[[ {}a{} ]]", "( ".repeat(100), ")".repeat(100));
        assert_eq!(parse(&text).map_err(|why| why.what), Err("nested too deep"));
        let text = "$(".repeat(39) + "a" + &")".repeat(39);
        check_ranges(&text, &parse(&text).expect("not too deep"));
    }

    #[test]
    fn time_grows_with_the_text() {
        for text in [
            "a ",
            "'",
            "\"a\" ",
            "${a:-b} ",
            "a=",
            "<",
            "{",
            "{a,",
            "$",
            "a;",
            "a[",
            "1",
            "\\\n",
            "<<a\n",
            "<<a\na\n",
            "`",
            "`a` ",
            "a && ",
            "#",
            "\\`",
            "if a; then ",
            "((",
            "[[ ",
        ] {
            let start = std::time::Instant::now();
            let _ = parse(&text.repeat(20_000)).map(|script| script.steps().len());
            assert!(start.elapsed().as_secs() < 10, "{text:?}: {:?}", start.elapsed());
        }
    }

    fn any_script() -> impl Strategy<Value = String> {
        let pieces = vec![
            "a",
            "b ",
            " ",
            "\n",
            ";",
            "&",
            "&&",
            "||",
            "|",
            "(",
            ")",
            "{ ",
            "}",
            "$",
            "${",
            "$(",
            "$((",
            "))",
            "`",
            "\\",
            "'",
            "\"",
            "$'",
            "<",
            ">",
            "<<",
            "<<-",
            "<<<",
            "<<E",
            "E\n",
            "if ",
            "then ",
            "fi",
            "for x in ",
            "do ",
            "done",
            "case ",
            "esac",
            "in ",
            ";;",
            "[[ ",
            " ]]",
            "=",
            "x=",
            "+=",
            "*",
            "[",
            "~",
            "#",
            "!",
            "! ",
            "=~",
            "1",
            "é",
            "\t",
            "\\\n",
            "f() ",
            "time ",
            ",",
            "..",
            ":-",
            "%",
            "@",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..40)
            .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            if let Ok(script) = parse(&text) {
                check_ranges(&text, &script);
            }
        }

        #[test]
        fn pieces_are_read_or_told(text in any_script()) {
            match parse(&text) {
                Ok(script) => check_ranges(&text, &script),
                Err(why) => {
                    prop_assert!(text.get(range(why.range)).is_some(), "{:?} {:?}", text, why);
                }
            }
        }
    }
}
