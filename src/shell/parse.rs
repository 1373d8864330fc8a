//! Lists, pipelines and commands.
//!
//! Source: POSIX, Shell Command Language 2.10 (grammar), as bash and dash agree on it; the bash
//! manual for what only bash has.

use text_size::TextRange;

use super::cursor::{Cursor, Extract, Mark, Read};
use super::lex::{Place, is_meta};
use super::tree::{
    Arm, Assignment, Command, Connector, Entry, Heredoc, Kind, List, Operator, Part, Pipeline,
    Redirect, Simple, Target, Word,
};

/// How deep commands and expansions may stand in one another. Nobody writes a tenth of it; a stack
/// of 1 MiB holds it with room to spare.
const MAX_DEPTH: usize = 40;

/// Words that stand for themselves where a command begins.
const RESERVED: [&str; 22] = [
    "!", "{", "}", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for",
    "function", "if", "in", "select", "then", "time", "until", "while",
];

/// Those of them that end a list.
const ENDS: [&str; 8] = ["}", "do", "done", "elif", "else", "esac", "fi", "then"];

/// Commands whose arguments may be arrays, to bash.
const DECLARING: [&str; 5] = ["declare", "export", "local", "readonly", "typeset"];

/// Redirections, the longer first, and whether dash knows them.
const OPERATORS: [(&str, Operator, bool); 12] = [
    ("&>>", Operator::AppendBoth, false),
    ("<<<", Operator::HereString, false),
    ("<<-", Operator::HeredocWithoutTabs, true),
    ("&>", Operator::WriteBoth, false),
    (">>", Operator::Append, true),
    (">&", Operator::DuplicateOutput, true),
    (">|", Operator::Clobber, true),
    ("<<", Operator::Heredoc, true),
    ("<&", Operator::DuplicateInput, true),
    ("<>", Operator::ReadWrite, true),
    (">", Operator::Write, true),
    ("<", Operator::Read, true),
];

/// What `[[` compares two words by.
const COMPARISONS: [(&str, Place); 15] = [
    ("=", Place::Pattern),
    ("==", Place::Pattern),
    ("!=", Place::Pattern),
    ("=~", Place::Expression),
    ("-eq", Place::Command),
    ("-ne", Place::Command),
    ("-lt", Place::Command),
    ("-le", Place::Command),
    ("-gt", Place::Command),
    ("-ge", Place::Command),
    ("-ef", Place::Command),
    ("-nt", Place::Command),
    ("-ot", Place::Command),
    ("<", Place::Command),
    (">", Place::Command),
];

/// What `[[` asks of one word, behind a `-`.
const QUESTIONS: &str = "abcdefghknoprstuvwxzGLNORS";

/// A heredoc whose lines are still to come.
struct Pending {
    index: usize,
    delimiter: String,
    is_quoted: bool,
    drops_tabs: bool,
}

/// What all parsers of a text share.
#[derive(Default)]
pub(super) struct State {
    pub(super) heredocs: Vec<Heredoc>,
    pub(super) bash: Option<TextRange>,
    depth: usize,
}

/// A text that is being read.
pub(super) struct Parser<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) state: &'t mut State,
    pending: Vec<Pending>,
    /// How many of the heredocs are begun outside the substitution that is read.
    outer_pending: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(cursor: Cursor<'t>, state: &'t mut State) -> Self {
        Parser { cursor, state, pending: Vec::new(), outer_pending: 0 }
    }

    /// A parser of a text within this one.
    pub(super) fn inner<'s>(&'s mut self, cursor: Cursor<'s>) -> Parser<'s> {
        Parser::new(cursor, self.state)
    }

    /// The whole text.
    pub(super) fn all(mut self) -> Read<List> {
        let list = self.list()?;
        let end = self.cursor.mark();
        if self.cursor.raw().is_some() {
            return self.missing(end, "");
        }
        self.has_all_heredocs(end, 0)?;
        Ok(list)
    }

    /// Notes that a place is not the same to dash.
    pub(super) fn only_bash(&mut self, range: TextRange) {
        self.state.bash.get_or_insert(range);
    }

    fn only_bash_since(&mut self, start: Mark) {
        let range = self.cursor.since(start);
        self.only_bash(range);
    }

    /// What `read` reads, one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        start: Mark,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        if self.state.depth == MAX_DEPTH {
            return self.cursor.unread(start, "nested too deep");
        }
        self.state.depth += 1;
        let read = read(self);
        self.state.depth -= 1;
        read
    }

    /// What `read` reads, whose heredocs have to begin and end in it.
    pub(super) fn apart<T>(
        &mut self,
        start: Mark,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        let before = std::mem::replace(&mut self.outer_pending, self.pending.len());
        let read = read(self)?;
        self.has_all_heredocs(start, self.outer_pending)?;
        self.outer_pending = before;
        Ok(read)
    }

    fn has_all_heredocs(&self, start: Mark, begun: usize) -> Read<()> {
        match self.pending.len() > begun {
            true => self.cursor.unread(start, "a heredoc without its lines"),
            false => Ok(()),
        }
    }

    /// Whether a heredoc has begun in this line.
    pub(super) fn awaits_heredoc(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Passes over blanks and a comment.
    fn skip_blank(&mut self) {
        while self.cursor.peek().is_some_and(is_blank) {
            self.cursor.skip();
        }
        if self.cursor.raw() == Some('#') {
            self.cursor.take_line();
        }
    }

    /// Passes over blanks, comments and newlines.
    fn skip_lines(&mut self) -> Read<()> {
        loop {
            self.skip_blank();
            if self.cursor.raw() != Some('\n') {
                return Ok(());
            }
            let start = self.cursor.mark();
            if self.outer_pending > 0 {
                return self.cursor.unread(start, "a heredoc whose lines are begun elsewhere");
            }
            self.cursor.skip();
            for (index, pending) in std::mem::take(&mut self.pending).into_iter().enumerate() {
                if index > 0 {
                    // What ends the one before.
                    self.cursor.skip();
                }
                self.heredoc(start, pending)?;
            }
        }
    }

    /// The lines of a heredoc.
    fn heredoc(&mut self, start: Mark, pending: Pending) -> Read<()> {
        let mut inner = Extract::default();
        // The line before goes on in this one.
        let mut is_continued = false;
        let body = self.cursor.raw_mark();
        loop {
            let line_start = self.cursor.raw_mark();
            if pending.drops_tabs {
                while self.cursor.raw() == Some('\t') {
                    self.cursor.skip();
                }
            }
            let mark = self.cursor.raw_mark();
            let line = self.cursor.take_line();
            if line == pending.delimiter {
                if is_continued {
                    return self.cursor.unread(mark, "a heredoc's end behind a backslash");
                }
                inner.end(&self.cursor, mark);
                let range = self.cursor.between(body, line_start);
                return self.heredoc_body(&pending, range, &inner);
            }
            if self.cursor.raw().is_none() {
                return self.cursor.unread(start, "a heredoc that is not ended");
            }
            let backslashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
            is_continued = !pending.is_quoted && backslashes % 2 == 1;
            self.cursor.reset(mark);
            for c in line.chars() {
                let mark = self.cursor.raw_mark();
                self.cursor.skip();
                inner.push(c, &self.cursor, mark);
            }
            let mark = self.cursor.raw_mark();
            self.cursor.skip();
            inner.push('\n', &self.cursor, mark);
        }
    }

    fn heredoc_body(&mut self, pending: &Pending, range: TextRange, text: &Extract) -> Read<()> {
        let parts = if pending.is_quoted {
            vec![Part::Literal { text: text.text().to_owned(), quoted: true }]
        } else {
            let start = self.cursor.raw_mark();
            self.nested(start, |parser| parser.inner(text.cursor()).body())?
        };
        if let Some(heredoc) = self.state.heredocs.get_mut(pending.index) {
            heredoc.body = Word { range, parts };
        }
        Ok(())
    }

    /// Entries up to whatever cannot begin one.
    pub(super) fn list(&mut self) -> Read<List> {
        let mut entries = Vec::new();
        loop {
            self.skip_lines()?;
            if self.is_at_end_of_list() {
                break;
            }
            let mut entry = self.entry()?;
            self.skip_blank();
            let goes_on = match self.cursor.raw() {
                Some('\n') => true,
                Some(';') if !self.is_at_end_of_list() => self.cursor.eat(";"),
                Some('&') => {
                    entry.background = self.cursor.eat("&");
                    true
                }
                _ => false,
            };
            entries.push(entry);
            if !goes_on {
                break;
            }
        }
        Ok(List { entries })
    }

    /// A list that may not be empty.
    fn full_list(&mut self) -> Read<List> {
        let start = self.cursor.mark();
        let list = self.list()?;
        match list.entries.is_empty() {
            true => self.cursor.unread(start, "a command is missing"),
            false => Ok(list),
        }
    }

    fn is_at_end_of_list(&mut self) -> bool {
        self.cursor.peek().is_none_or(|c| c == ')')
            || self.cursor.looks_at(";;")
            || self.cursor.looks_at(";&")
            || self.reserved().is_some_and(|word| ENDS.contains(&word))
    }

    /// The reserved word that is next.
    fn reserved(&mut self) -> Option<&'static str> {
        let first = self.cursor.peek()?;
        RESERVED.into_iter().find(|word| word.starts_with(first) && self.is_reserved(word))
    }

    fn is_reserved(&mut self, word: &str) -> bool {
        let start = self.cursor.mark();
        let found = self.cursor.eat(word) && self.cursor.peek().is_none_or(is_meta);
        self.cursor.reset(start);
        found
    }

    /// Takes a reserved word, which has to be there.
    fn keyword(&mut self, word: &str, start: Mark, what: &'static str) -> Read<()> {
        self.skip_lines()?;
        if self.is_reserved(word) {
            self.cursor.eat(word);
            return Ok(());
        }
        self.missing(start, what)
    }

    /// Takes an operator, which has to be there.
    pub(super) fn expect(&mut self, operator: &str, start: Mark, what: &'static str) -> Read<()> {
        match self.cursor.eat(operator) {
            true => Ok(()),
            false => self.missing(start, what),
        }
    }

    /// At the end of the text what is missing has to do with what began at `start`; before it, with
    /// what is there instead.
    fn missing<T>(&mut self, start: Mark, what: &'static str) -> Read<T> {
        let here = self.cursor.mark();
        match self.cursor.raw() {
            None => self.cursor.unread(start, what),
            Some(_) => {
                if let Some(word) = self.reserved() {
                    self.cursor.eat(word);
                }
                self.cursor.unread(here, "not expected here")
            }
        }
    }

    fn entry(&mut self) -> Read<Entry> {
        let start = self.cursor.mark();
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip_blank();
            let connector = if self.cursor.eat("&&") {
                Connector::And
            } else if self.cursor.eat("||") {
                Connector::Or
            } else {
                break;
            };
            self.skip_lines()?;
            rest.push((connector, self.pipeline()?));
        }
        Ok(Entry { range: self.span(start, &first, &rest), first, rest, background: false })
    }

    /// What an entry takes in. What was taken last may be a heredoc's lines.
    fn span(&self, start: Mark, first: &Pipeline, rest: &[(Connector, Pipeline)]) -> TextRange {
        let last = rest.last().map_or(first, |(_, last)| last);
        self.cursor.between(start, start).cover(last.range)
    }

    fn pipeline(&mut self) -> Read<Pipeline> {
        let start = self.cursor.mark();
        let timed = self.is_reserved("time") && self.cursor.eat("time");
        if timed {
            self.only_bash_since(start);
            self.skip_blank();
            if self.cursor.peek().is_none_or(|c| matches!(c, '-' | '\n' | ';' | '&' | '|' | ')')) {
                return self.cursor.unread(start, "`time` with an option or nothing behind it");
            }
        }
        let negated = self.is_reserved("!") && !self.cursor.looks_at("!(") && self.cursor.eat("!");
        self.skip_blank();
        let mut commands = vec![self.command()?];
        loop {
            self.skip_blank();
            if self.cursor.looks_at("||") {
                break;
            }
            let bar = self.cursor.mark();
            if self.cursor.eat("|&") {
                self.only_bash_since(bar);
                let range = self.cursor.since(bar);
                if let Some(command) = commands.last_mut() {
                    command.range = command.range.cover(range);
                    command.redirects.push(both_to_the_pipe(range));
                }
            } else if !self.cursor.eat("|") {
                break;
            }
            self.skip_lines()?;
            commands.push(self.command()?);
        }
        let range = self.cursor.between(start, start);
        let range = commands.last().map_or(range, |last| range.cover(last.range));
        Ok(Pipeline { range, negated, timed, commands })
    }

    fn command(&mut self) -> Read<Command> {
        let start = self.cursor.mark();
        let kind = if self.cursor.eat("((") {
            let arithmetic = self.nested(start, |parser| parser.arithmetic(start))?;
            self.only_bash_since(start);
            Kind::Arithmetic(arithmetic)
        } else if self.cursor.eat("(") {
            self.nested(start, |parser| parser.subshell(start))?
        } else if let Some(word) = self.reserved() {
            self.nested(start, |parser| parser.compound(word, start))?
        } else {
            return self.simple(start);
        };
        if matches!(kind, Kind::Function { .. }) {
            return Ok(Command { range: self.cursor.since(start), kind, redirects: Vec::new() });
        }
        let mut range = self.cursor.since(start);
        let mut redirects = Vec::new();
        loop {
            self.skip_blank();
            let Some(redirect) = self.redirect()? else { break };
            range = range.cover(redirect.range);
            redirects.push(redirect);
        }
        // Shells do not agree whether a keyword may follow.
        if !redirects.is_empty() && self.reserved().is_some() {
            let here = self.cursor.mark();
            return self.cursor.unread(here, "a keyword right behind a redirection");
        }
        Ok(Command { range, kind, redirects })
    }

    /// Behind `(`.
    fn subshell(&mut self, start: Mark) -> Read<Kind> {
        let list = self.full_list()?;
        self.expect(")", start, "a parenthesis that is not closed")?;
        Ok(Kind::Subshell(list))
    }

    /// What a reserved word begins.
    fn compound(&mut self, word: &'static str, start: Mark) -> Read<Kind> {
        if ENDS.contains(&word) || matches!(word, "!" | "in" | "time" | "]]") {
            return self.cursor.unread(start, "a keyword that is not expected here");
        }
        self.cursor.eat(word);
        match word {
            "{" => {
                let list = self.full_list()?;
                self.keyword("}", start, "a brace that is not closed")?;
                Ok(Kind::Group(list))
            }
            "if" => self.conditional(start),
            "for" => self.for_loop(start),
            "while" | "until" => {
                let condition = self.full_list()?;
                let body = self.do_group(start)?;
                Ok(Kind::Loop { condition, body })
            }
            "case" => self.case(start),
            "function" => self.function(start),
            "[[" => self.test(start),
            _ => self.cursor.unread(start, "a command that only bash has"),
        }
    }

    /// Behind `if`.
    fn conditional(&mut self, start: Mark) -> Read<Kind> {
        let open = "an `if` without its `fi`";
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.full_list()?;
            self.keyword("then", start, open)?;
            branches.push((condition, self.full_list()?));
            if self.is_reserved("elif") {
                self.cursor.eat("elif");
                continue;
            }
            if self.is_reserved("else") {
                self.cursor.eat("else");
                otherwise = Some(self.full_list()?);
            }
            self.keyword("fi", start, open)?;
            return Ok(Kind::If { branches, otherwise });
        }
    }

    /// Behind `for`.
    fn for_loop(&mut self, start: Mark) -> Read<Kind> {
        self.skip_blank();
        if self.cursor.eat("((") {
            let header = self.arithmetic(start)?;
            self.only_bash_since(start);
            self.skip_blank();
            self.cursor.eat(";");
            let body = self.do_group(start)?;
            return Ok(Kind::Counted { header, body });
        }
        let at = self.cursor.mark();
        let variable = self.name();
        if !is_name(&variable) || !self.cursor.peek().is_none_or(is_meta) {
            self.cursor.reset(at);
            return self.missing(start, "a `for` without a variable");
        }
        self.skip_blank();
        let mut words = None;
        if !self.cursor.eat(";") {
            self.skip_lines()?;
            if self.is_reserved("in") {
                self.cursor.eat("in");
                words = Some(self.words()?);
                if !self.cursor.eat(";") && self.cursor.raw() != Some('\n') {
                    return self.missing(start, "a `for` without its `do`");
                }
            }
        }
        let body = self.do_group(start)?;
        Ok(Kind::For { variable, words, body })
    }

    fn words(&mut self) -> Read<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.skip_blank();
            if !self.is_at_word() {
                return Ok(words);
            }
            words.push(self.word(Place::Command)?);
        }
    }

    fn is_at_word(&mut self) -> bool {
        self.cursor.peek().is_some_and(|c| !is_meta(c))
            || self.cursor.looks_at("<(")
            || self.cursor.looks_at(">(")
    }

    fn do_group(&mut self, start: Mark) -> Read<List> {
        self.keyword("do", start, "a loop without its `do`")?;
        let body = self.full_list()?;
        self.keyword("done", start, "a loop without its `done`")?;
        Ok(body)
    }

    /// Behind `case`.
    fn case(&mut self, start: Mark) -> Read<Kind> {
        let open = "a `case` without its `esac`";
        self.skip_blank();
        let word = self.word(Place::Command)?;
        self.keyword("in", start, open)?;
        let mut arms = Vec::new();
        let mut is_open = true;
        loop {
            self.skip_lines()?;
            if self.is_reserved("esac") || !is_open {
                self.keyword("esac", start, open)?;
                return Ok(Kind::Case { word, arms });
            }
            let arm = self.cursor.mark();
            self.cursor.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.skip_blank();
                patterns.push(self.word(Place::Command)?);
                self.skip_blank();
                if self.cursor.eat(")") {
                    break;
                }
                self.expect("|", arm, open)?;
            }
            let body = self.list()?;
            arms.push(Arm { patterns, body });
            let end = self.cursor.mark();
            if self.cursor.eat(";;&") || self.cursor.eat(";&") {
                self.only_bash_since(end);
            } else {
                is_open = self.cursor.eat(";;");
            }
        }
    }

    /// Behind `function`.
    fn function(&mut self, start: Mark) -> Read<Kind> {
        self.only_bash_since(start);
        self.skip_blank();
        let at = self.cursor.mark();
        let word = self.word(Place::Command)?;
        let Some(name) = function_name(&word) else {
            return self.cursor.unread(at, "the name of a function that is not plain");
        };
        self.skip_blank();
        if self.cursor.eat("(") {
            self.skip_blank();
            self.expect(")", start, "a parenthesis that is not closed")?;
        }
        self.function_body(start, name)
    }

    fn function_body(&mut self, start: Mark, name: String) -> Read<Kind> {
        self.skip_lines()?;
        let at = self.cursor.mark();
        let body = self.command()?;
        if matches!(body.kind, Kind::Simple(_) | Kind::Function { .. }) {
            return self.cursor.unread(at, "the body of a function that is no compound command");
        }
        if !is_name(&name) {
            self.only_bash_since(start);
        }
        Ok(Kind::Function { name, body: Box::new(body) })
    }

    /// Behind `[[`.
    fn test(&mut self, start: Mark) -> Read<Kind> {
        let mut words = vec![self.taken(start, "[[")];
        self.only_bash_since(start);
        self.test_list(&mut words)?;
        self.skip_lines()?;
        let end = self.cursor.mark();
        self.keyword("]]", start, "a `[[` without its `]]`")?;
        words.push(self.taken(end, "]]"));
        Ok(Kind::Test(Simple { assignments: Vec::new(), words }))
    }

    /// What was taken since a place, as a word.
    fn taken(&self, start: Mark, text: &str) -> Word {
        let parts = vec![Part::Literal { text: text.to_owned(), quoted: false }];
        Word { range: self.cursor.since(start), parts }
    }

    fn test_list(&mut self, words: &mut Vec<Word>) -> Read<()> {
        loop {
            self.test_item(words)?;
            self.skip_lines()?;
            let start = self.cursor.mark();
            let Some(operator) = ["&&", "||"].into_iter().find(|op| self.cursor.eat(op)) else {
                return Ok(());
            };
            words.push(self.taken(start, operator));
        }
    }

    fn test_item(&mut self, words: &mut Vec<Word>) -> Read<()> {
        self.skip_lines()?;
        while self.is_reserved("!") {
            let start = self.cursor.mark();
            self.cursor.eat("!");
            words.push(self.taken(start, "!"));
            self.skip_lines()?;
        }
        let start = self.cursor.mark();
        if self.cursor.eat("(") {
            words.push(self.taken(start, "("));
            self.nested(start, |parser| parser.test_list(words))?;
            let end = self.cursor.mark();
            self.expect(")", start, "a parenthesis that is not closed")?;
            words.push(self.taken(end, ")"));
            return Ok(());
        }
        let first = self.test_word(Place::Command)?;
        let is_question = question(&first);
        words.push(first);
        self.skip_blank();
        if self.is_at_end_of_test_item() {
            return Ok(());
        }
        if is_question {
            words.push(self.test_word(Place::Command)?);
            return Ok(());
        }
        let start = self.cursor.mark();
        let found = COMPARISONS.into_iter().find(|(operator, _)| match *operator {
            "<" | ">" => self.cursor.looks_at(operator),
            _ => self.is_reserved(operator),
        });
        let Some((operator, place)) = found.filter(|(operator, _)| self.cursor.eat(operator))
        else {
            return self.cursor.unread(start, "a comparison that is not known");
        };
        words.push(self.taken(start, operator));
        self.skip_blank();
        words.push(self.test_word(place)?);
        Ok(())
    }

    /// A word that is not the end of the test.
    fn test_word(&mut self, place: Place) -> Read<Word> {
        let start = self.cursor.mark();
        match self.is_reserved("]]") {
            true => self.cursor.unread(start, "a word is missing"),
            false => self.word(place),
        }
    }

    fn is_at_end_of_test_item(&mut self) -> bool {
        self.cursor.peek().is_none_or(|c| matches!(c, ')' | '&' | '|' | '\n'))
            || self.is_reserved("]]")
    }

    fn simple(&mut self, start: Mark) -> Read<Command> {
        let mut simple = Simple::default();
        let mut redirects = Vec::new();
        let mut is_declaring = false;
        loop {
            self.skip_blank();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
            } else if !self.is_at_word() {
                break;
            } else if simple.words.is_empty() && self.looks_at_assignment() {
                simple.assignments.push(self.assignment()?);
            } else if is_declaring && self.declares_array() {
                simple.words.push(self.declared_array()?);
            } else {
                let word = self.word(Place::Command)?;
                self.is_no_named_descriptor(&word)?;
                if simple.words.is_empty() {
                    is_declaring = DECLARING.iter().any(|name| word.is_bare(name));
                }
                simple.words.push(word);
            }
            if self.is_function(&simple, &redirects) {
                let name = simple.words.first().and_then(function_name).unwrap_or_default();
                let kind = self.nested(start, |parser| parser.function_body(start, name))?;
                let range = self.cursor.since(start);
                return Ok(Command { range, kind, redirects });
            }
        }
        if self.cursor.looks_at("(") {
            let here = self.cursor.mark();
            return self.cursor.unread(here, "a parenthesis that is not expected here");
        }
        if simple.words.is_empty() && simple.assignments.is_empty() && redirects.is_empty() {
            return self.missing(start, "a command is missing");
        }
        Ok(Command { range: self.cursor.since(start), kind: Kind::Simple(simple), redirects })
    }

    /// `{name}>file`, which to bash is no word.
    fn is_no_named_descriptor(&mut self, word: &Word) -> Read<()> {
        let is_named =
            word.literal().is_some_and(|text| text.starts_with('{') && text.ends_with('}'));
        let here = self.cursor.mark();
        match is_named && matches!(self.cursor.peek(), Some('<' | '>')) {
            true => self.cursor.unread(here, "a redirection with a name in front"),
            false => Ok(()),
        }
    }

    /// Takes `()` if that is behind the name of a function.
    fn is_function(&mut self, simple: &Simple, redirects: &[Redirect]) -> bool {
        let [name] = simple.words.as_slice() else { return false };
        if !simple.assignments.is_empty() || !redirects.is_empty() || function_name(name).is_none()
        {
            return false;
        }
        let start = self.cursor.mark();
        self.skip_blank();
        let found = self.cursor.eat("(") && {
            self.skip_blank();
            self.cursor.eat(")")
        };
        if !found {
            self.cursor.reset(start);
        }
        found
    }

    /// `name=value`, which is next.
    fn assignment(&mut self) -> Read<Assignment> {
        let start = self.cursor.mark();
        let name = self.name();
        let subscript = self.cursor.mark();
        let is_element = self.cursor.eat("[");
        if is_element {
            while self.cursor.peek().is_some_and(|c| c != ']') {
                self.cursor.take();
            }
            self.cursor.eat("]");
            let range = self.cursor.since(subscript);
            self.only_bash(range);
        }
        let at = self.cursor.mark();
        let append = self.cursor.eat("+=");
        if append {
            self.only_bash_since(at);
        } else {
            self.cursor.eat("=");
        }
        let mut value = match self.cursor.looks_at("(") {
            true => self.array()?,
            false => self.word(Place::Value)?,
        };
        if is_element {
            value = Word { range: value.range, parts: vec![Part::Array(vec![value])] };
        }
        Ok(Assignment { range: self.cursor.since(start), name, append, value })
    }

    /// `(a b)`
    fn array(&mut self) -> Read<Word> {
        let start = self.cursor.mark();
        self.cursor.eat("(");
        let elements = self.nested(start, |parser| {
            let mut elements = Vec::new();
            loop {
                parser.skip_lines()?;
                if parser.cursor.eat(")") {
                    return Ok(elements);
                }
                match parser.cursor.peek() {
                    Some(_) => elements.push(parser.word(Place::Command)?),
                    None => return parser.cursor.unread(start, "a parenthesis that is not closed"),
                }
            }
        })?;
        if !self.cursor.peek().is_none_or(is_meta) {
            return self.cursor.unread(start, "an array with text behind it");
        }
        self.only_bash_since(start);
        Ok(Word { range: self.cursor.since(start), parts: vec![Part::Array(elements)] })
    }

    fn declares_array(&mut self) -> bool {
        let start = self.cursor.mark();
        let name = self.name();
        let found = is_name(&name) && (self.cursor.eat("=(") || self.cursor.eat("+=("));
        self.cursor.reset(start);
        found
    }

    /// `name=(a b)` as a word.
    fn declared_array(&mut self) -> Read<Word> {
        let Assignment { range, name, append, value } = self.assignment()?;
        let text = name + if append { "+=" } else { "=" };
        let mut parts = vec![Part::Literal { text, quoted: false }];
        parts.extend(value.parts);
        Ok(Word { range, parts })
    }

    /// The redirection that is next, if one is.
    fn redirect(&mut self) -> Read<Option<Redirect>> {
        let start = self.cursor.mark();
        let mut digits = String::new();
        while let Some(c) = self.cursor.peek().filter(char::is_ascii_digit) {
            self.cursor.take();
            digits.push(c);
        }
        let is_process = self.cursor.looks_at("<(") || self.cursor.looks_at(">(");
        let found = OPERATORS
            .into_iter()
            // Only bash has them, and without a number.
            .filter(|(text, ..)| digits.is_empty() || !text.starts_with('&'))
            .find(|(text, ..)| !is_process && self.cursor.eat(text));
        let Some((_, operator, is_posix)) = found else {
            self.cursor.reset(start);
            return Ok(None);
        };
        if !is_posix {
            self.only_bash_since(start);
        }
        let descriptor = match digits.is_empty() {
            true => None,
            false => match digits.parse() {
                Ok(number) => Some(number),
                Err(_) => return self.cursor.unread(start, "a descriptor that is too great"),
            },
        };
        self.skip_blank();
        let target = match operator {
            Operator::Heredoc | Operator::HeredocWithoutTabs => self.begin_heredoc(operator)?,
            _ => Target::Word(self.word(Place::Command)?),
        };
        let range = self.cursor.since(start);
        if let (Operator::DuplicateOutput | Operator::DuplicateInput, Target::Word(word)) =
            (operator, &target)
            && !is_descriptor(word)
        {
            self.only_bash(range);
        }
        Ok(Some(Redirect { range, descriptor, operator, target }))
    }

    fn begin_heredoc(&mut self, operator: Operator) -> Read<Target> {
        let here = self.cursor.mark();
        let (delimiter, is_quoted) = self.delimiter()?;
        let index = self.state.heredocs.len();
        let body = Word { range: self.cursor.since(here), parts: Vec::new() };
        self.state.heredocs.push(Heredoc { body });
        let drops_tabs = operator == Operator::HeredocWithoutTabs;
        self.pending.push(Pending { index, delimiter, is_quoted, drops_tabs });
        Ok(Target::Heredoc(index))
    }
}

/// What `|&` does besides.
fn both_to_the_pipe(range: TextRange) -> Redirect {
    let parts = vec![Part::Literal { text: "1".to_owned(), quoted: false }];
    let target = Target::Word(Word { range, parts });
    Redirect { range, descriptor: Some(2), operator: Operator::DuplicateOutput, target }
}

/// Whether a word is a number or `-`, or may be.
fn is_descriptor(word: &Word) -> bool {
    word.literal().is_none_or(|text| text == "-" || text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A plain word that both shells, or bash alone, take for a function's name.
fn function_name(word: &Word) -> Option<String> {
    let [Part::Literal { text, quoted: false }] = word.parts.as_slice() else { return None };
    let is_plain = |c: char| is_name_character(c) || matches!(c, '-' | '.' | ':');
    (text.starts_with(is_name_start) && text.chars().all(is_plain)).then(|| text.clone())
}

/// Whether `[[` takes a word for a question about the next.
fn question(word: &Word) -> bool {
    match word.parts.as_slice() {
        [Part::Literal { text, quoted: false }] => {
            text.len() == 2 && text.starts_with('-') && text.ends_with(|c| QUESTIONS.contains(c))
        }
        _ => false,
    }
}

/// A blank or a tab.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Whether a text may name a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_character)
}

/// Whether a name may begin so.
pub(super) fn is_name_start(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

/// Whether a name may go on so.
pub(super) fn is_name_character(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}
