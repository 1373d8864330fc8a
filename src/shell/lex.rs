//! Words, quotes and expansions.
//!
//! Sources: POSIX, Shell Command Language 2.2 (quoting) and 2.6 (expansions); the bash manual for
//! what only bash has.

use super::cursor::{Extract, Mark, Read};
use super::parse::{Parser, is_blank, is_name, is_name_character, is_name_start};
use super::tree::{Part, Substitution, Word};

/// Where a word stands, which says what in it is special.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A command's word.
    Command,
    /// A variable's value: no patterns.
    Value,
    /// The right side of `=~`: parentheses and `|` belong to it.
    Expression,
    /// The right side of `==`: parentheses behind one of `?*+@!` belong to it.
    Pattern,
}

/// What may stand behind a parameter's name, the longer first, and whether dash knows it.
const OPERATORS: [(&str, bool); 24] = [
    (":-", true),
    (":=", true),
    (":?", true),
    (":+", true),
    ("-", true),
    ("=", true),
    ("?", true),
    ("+", true),
    ("%%", true),
    ("##", true),
    ("%", true),
    ("#", true),
    ("//", false),
    ("/", false),
    ("^^", false),
    ("^", false),
    (",,", false),
    (",", false),
    ("@Q", false),
    ("@E", false),
    ("@P", false),
    ("@A", false),
    ("@a", false),
    (":", false),
];

/// Characters behind `$` that are parameters themselves.
const SPECIAL: &str = "@*#?-$!";

/// Parts that are being put together.
#[derive(Default)]
pub(super) struct Parts(Vec<Part>);

impl Parts {
    fn push(&mut self, c: char, is_quoted: bool) {
        match self.0.last_mut() {
            Some(Part::Literal { text, quoted }) if *quoted == is_quoted => text.push(c),
            _ => self.0.push(Part::Literal { text: c.into(), quoted: is_quoted }),
        }
    }

    /// A quote is there even if there is nothing in it.
    fn quote(&mut self) {
        if !matches!(self.0.last(), Some(Part::Literal { quoted: true, .. })) {
            self.0.push(Part::Literal { text: String::new(), quoted: true });
        }
    }

    fn pattern(&mut self, c: char) {
        self.0.push(Part::Pattern(c.to_string()));
    }

    /// Whether what is there ends in one of `characters`, not quoted.
    fn ends_in(&self, characters: &[char]) -> bool {
        match self.0.last() {
            Some(Part::Literal { text, quoted: false }) => text.ends_with(characters),
            Some(Part::Pattern(text)) => text.ends_with(characters),
            _ => false,
        }
    }
}

impl Parser<'_> {
    /// A word, which has to be there unless it is a value.
    pub(super) fn word(&mut self, place: Place) -> Read<Word> {
        let start = self.cursor.mark();
        let mut parts = Parts::default();
        // Open parentheses of an expression.
        let mut open = 0_usize;
        while let Some(c) = self.cursor.peek() {
            match c {
                '(' if place == Place::Expression
                    || (place == Place::Pattern
                        && (open > 0 || parts.ends_in(&['?', '*', '+', '@', '!']))) =>
                {
                    open += 1;
                    self.pattern(c, &mut parts);
                }
                ')' if open > 0 => {
                    open -= 1;
                    self.pattern(c, &mut parts);
                }
                '|' if open > 0 || place == Place::Expression && !self.cursor.looks_at("||") => {
                    self.pattern(c, &mut parts);
                }
                ' ' | '\t' | '<' | '>' if open > 0 && place == Place::Expression => {
                    self.pattern(c, &mut parts);
                }
                '<' | '>' if self.cursor.looks_at("<(") || self.cursor.looks_at(">(") => {
                    parts.0.push(self.process()?);
                }
                c if is_meta(c) => break,
                '\'' => self.single(&mut parts)?,
                '"' => self.double(&mut parts)?,
                '\\' => {
                    self.cursor.take();
                    // With nothing behind it, it stands for itself.
                    let c = self.cursor.take().unwrap_or('\\');
                    parts.push(c, true);
                }
                '$' | '`' => self.expansion(&mut parts, false)?,
                '*' | '?' | '[' if place != Place::Value => self.pattern(c, &mut parts),
                '~' if parts.0.is_empty() || parts.ends_in(&['=', ':']) => {
                    self.pattern(c, &mut parts);
                }
                c => {
                    self.cursor.take();
                    parts.push(c, false);
                }
            }
        }
        if open > 0 {
            return self.cursor.unread(start, "a parenthesis that is not closed");
        }
        let mut parts = parts.0;
        if parts.is_empty() && place != Place::Value {
            return self.cursor.unread(start, "a word is missing");
        }
        let is_bracket = matches!(parts.as_slice(), [Part::Pattern(text)] if text == "[");
        if is_bracket {
            // The command of that name, or a bracket with nothing behind it.
            parts = vec![Part::Literal { text: "[".to_owned(), quoted: false }];
        } else if place == Place::Command && mark_braces(&mut parts) {
            let range = self.cursor.since(start);
            self.only_bash(range);
        }
        Ok(Word { range: self.cursor.since(start), parts })
    }

    fn pattern(&mut self, c: char, parts: &mut Parts) {
        self.cursor.take();
        parts.pattern(c);
    }

    /// `'…'`
    fn single(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.cursor.mark();
        self.cursor.take();
        parts.quote();
        loop {
            match self.cursor.take() {
                Some('\'') => return Ok(()),
                Some(c) => parts.push(c, true),
                None => return self.cursor.unread(start, "a quote that is not closed"),
            }
        }
    }

    /// `"…"`
    fn double(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.cursor.mark();
        self.cursor.take();
        let before = parts.0.len();
        loop {
            match self.cursor.peek() {
                Some('"') => break,
                Some(c) => self.quoted(c, &['$', '`', '"', '\\'], parts)?,
                None => return self.cursor.unread(start, "a quote that is not closed"),
            }
        }
        self.cursor.take();
        if parts.0.len() == before {
            parts.quote();
        }
        Ok(())
    }

    /// What stands in double quotes, or is taken as if it did: the next character, which is `c`, or
    /// the expansion that it begins. A backslash hides `hidden` only.
    fn quoted(&mut self, c: char, hidden: &[char], parts: &mut Parts) -> Read<()> {
        match c {
            '$' | '`' => return self.expansion(parts, true),
            '\\' => {
                self.cursor.take();
                match self.cursor.raw() {
                    Some(c) if hidden.contains(&c) => {
                        self.cursor.take();
                        parts.push(c, true);
                    }
                    _ => parts.push('\\', true),
                }
            }
            c => {
                self.cursor.take();
                parts.push(c, true);
            }
        }
        Ok(())
    }

    /// A heredoc's body: all of the text, as if quoted.
    pub(super) fn body(&mut self) -> Read<Vec<Part>> {
        let mut parts = Parts::default();
        while let Some(c) = self.cursor.peek() {
            self.quoted(c, &['$', '`', '\\'], &mut parts)?;
        }
        Ok(parts.0)
    }

    /// What a `$` or a backquote begins.
    fn expansion(&mut self, parts: &mut Parts, is_quoted: bool) -> Read<()> {
        let start = self.cursor.mark();
        let part = if self.cursor.looks_at("`") {
            self.backquotes(is_quoted)?
        } else if self.cursor.eat("$((") {
            self.nested(start, |parser| parser.arithmetic(start)).map(Part::Arithmetic)?
        } else if self.cursor.eat("$(") {
            self.substitution(start, Substitution::Output, is_quoted)?
        } else if self.cursor.eat("${") {
            self.nested(start, |parser| parser.parameter(start, is_quoted))?
        } else {
            return self.dollar(start, parts, is_quoted);
        };
        parts.0.push(part);
        Ok(())
    }

    /// A `$` without braces or parentheses.
    fn dollar(&mut self, start: Mark, parts: &mut Parts, is_quoted: bool) -> Read<()> {
        self.cursor.take();
        let mut name = String::new();
        match self.cursor.peek() {
            Some(c) if is_name_start(c) => name = self.name(),
            Some(c) if c.is_ascii_digit() || SPECIAL.contains(c) => {
                self.cursor.take();
                name.push(c);
            }
            Some('\'') if !is_quoted => {
                self.escapes(parts)?;
                let range = self.cursor.since(start);
                self.only_bash(range);
                return Ok(());
            }
            Some('"') if !is_quoted => {
                self.double(parts)?;
                let range = self.cursor.since(start);
                self.only_bash(range);
                return Ok(());
            }
            Some('[') => return self.cursor.unread(start, "an old form of arithmetic"),
            _ => {
                parts.push('$', is_quoted);
                return Ok(());
            }
        }
        let range = self.cursor.since(start);
        let operands = Vec::new();
        parts.0.push(Part::Parameter { range, name, quoted: is_quoted, plain: true, operands });
        Ok(())
    }

    /// Behind `${`.
    fn parameter(&mut self, start: Mark, is_quoted: bool) -> Read<Part> {
        let bad = "a parameter that is not understood";
        let mut name = String::new();
        let mut operands = Vec::new();
        let mut is_plain = true;
        if self.cursor.looks_at("#") && !self.cursor.looks_at("#}") {
            self.cursor.take();
            is_plain = false;
        } else if self.cursor.looks_at("!") && !self.cursor.looks_at("!}") {
            self.cursor.take();
            name.push('!');
            is_plain = false;
            let range = self.cursor.since(start);
            self.only_bash(range);
        }
        match self.cursor.peek() {
            Some(c) if is_name_start(c) => name += &self.name(),
            Some(c) if c.is_ascii_digit() => {
                while let Some(c) = self.cursor.peek().filter(char::is_ascii_digit) {
                    self.cursor.take();
                    name.push(c);
                }
            }
            Some(c) if SPECIAL.contains(c) => {
                self.cursor.take();
                name.push(c);
            }
            _ => return self.cursor.unread(start, bad),
        }
        let is_length = !is_plain && !name.starts_with('!');
        if self.cursor.looks_at("[") {
            is_plain = false;
            self.cursor.take();
            operands.push(self.operand(start, ']', false, true)?);
            self.cursor.take();
            let range = self.cursor.since(start);
            self.only_bash(range);
        }
        if self.cursor.peek() != Some('}') {
            if is_length {
                return self.cursor.unread(start, bad);
            }
            is_plain = false;
            // All names that begin so.
            let is_prefix =
                name.starts_with('!') && (self.cursor.eat("*}") || self.cursor.eat("@}"));
            if is_prefix {
                let range = self.cursor.since(start);
                return Ok(Part::Parameter {
                    range,
                    name,
                    quoted: is_quoted,
                    plain: false,
                    operands,
                });
            }
            let found = OPERATORS.into_iter().find(|(operator, _)| self.cursor.eat(operator));
            let Some((operator, is_posix)) = found else { return self.cursor.unread(start, bad) };
            if !is_posix {
                let range = self.cursor.since(start);
                self.only_bash(range);
            }
            let is_default = operator.ends_with(['-', '=', '?', '+']);
            operands.push(self.operand(start, '}', is_quoted, !is_quoted || !is_default)?);
        }
        self.cursor.take();
        let range = self.cursor.since(start);
        Ok(Part::Parameter { range, name, quoted: is_quoted, plain: is_plain, operands })
    }

    /// Up to `end`, which is not taken. In double quotes a backslash does not hide everything, and
    /// single quotes may be nothing special.
    fn operand(
        &mut self,
        outer: Mark,
        end: char,
        is_quoted: bool,
        has_single_quotes: bool,
    ) -> Read<Word> {
        let start = self.cursor.mark();
        let mut parts = Parts::default();
        // To bash alone they hide the end.
        let mut has_open_quote = false;
        loop {
            match self.cursor.peek() {
                None => return self.cursor.unread(outer, "a brace that is not closed"),
                Some(c) if c == end && has_open_quote => {
                    return self.cursor.unread(outer, "a single quote within double quotes");
                }
                Some(c) if c == end => break,
                Some('\'') if has_single_quotes => self.single(&mut parts)?,
                Some('"') => self.double(&mut parts)?,
                Some(c) if is_quoted => {
                    has_open_quote ^= c == '\'';
                    self.quoted(c, &['$', '`', '"', '\\', '}'], &mut parts)?;
                }
                Some('\\') => {
                    self.cursor.take();
                    match self.cursor.take() {
                        Some(c) => parts.push(c, true),
                        None => parts.push('\\', false),
                    }
                }
                Some('$' | '`') => self.expansion(&mut parts, false)?,
                Some(c @ ('*' | '?' | '[')) => self.pattern(c, &mut parts),
                Some(c) => {
                    self.cursor.take();
                    parts.push(c, false);
                }
            }
        }
        let range = if parts.0.is_empty() {
            self.cursor.up_to_here(start)
        } else {
            self.cursor.since(start)
        };
        Ok(Word { range, parts: parts.0 })
    }

    /// Behind `((`, up to and with `))`; what stands between, expanded as if quoted. What is
    /// reckoned is not looked at.
    pub(super) fn arithmetic(&mut self, outer: Mark) -> Read<Word> {
        let start = self.cursor.mark();
        let mut parts = Parts::default();
        let mut open = 0_usize;
        loop {
            match self.cursor.peek() {
                None => return self.cursor.unread(outer, "arithmetic that is not closed"),
                Some(')') if open == 0 => break,
                Some('"') => self.double(&mut parts)?,
                Some('\'' | '\\') => return self.cursor.unread(outer, "a quote in arithmetic"),
                Some(c) => {
                    match c {
                        '(' => open += 1,
                        ')' => open -= 1,
                        _ => {}
                    }
                    self.quoted(c, &[], &mut parts)?;
                }
            }
        }
        let range = self.cursor.up_to_here(start);
        if !self.cursor.eat("))") {
            return self.cursor.unread(outer, "either arithmetic or two subshells");
        }
        Ok(Word { range, parts: parts.0 })
    }

    /// `<(…)` and `>(…)`
    fn process(&mut self) -> Read<Part> {
        let start = self.cursor.mark();
        self.cursor.take();
        self.cursor.eat("(");
        let part = self.substitution(start, Substitution::Process, false)?;
        let range = self.cursor.since(start);
        self.only_bash(range);
        Ok(part)
    }

    /// Behind the parenthesis, up to and with the other.
    fn substitution(&mut self, start: Mark, kind: Substitution, is_quoted: bool) -> Read<Part> {
        let list = self.nested(start, |parser| {
            parser.apart(start, |parser| {
                let list = parser.list()?;
                parser.expect(")", start, "a parenthesis that is not closed")?;
                Ok(list)
            })
        })?;
        Ok(Part::Substitution { range: self.cursor.since(start), kind, list, quoted: is_quoted })
    }

    /// `` `…` ``: a text of its own, where a backslash hides a backquote, a `$` and a backslash, and
    /// in double quotes a double quote.
    fn backquotes(&mut self, is_quoted: bool) -> Read<Part> {
        let start = self.cursor.mark();
        self.cursor.take();
        let mut inner = Extract::default();
        loop {
            let mark = self.cursor.raw_mark();
            match self.cursor.take() {
                Some('`') => {
                    inner.end(&self.cursor, mark);
                    break;
                }
                Some('\\') => match self.cursor.raw() {
                    Some(c) if matches!(c, '`' | '$' | '\\') || (c == '"' && is_quoted) => {
                        let mark = self.cursor.raw_mark();
                        self.cursor.take();
                        inner.push(c, &self.cursor, mark);
                    }
                    _ => inner.push('\\', &self.cursor, mark),
                },
                Some('\n') if self.awaits_heredoc() => {
                    return self.cursor.unread(start, "a heredoc whose lines are begun elsewhere");
                }
                Some(c) => inner.push(c, &self.cursor, mark),
                None => return self.cursor.unread(start, "a backquote that is not closed"),
            }
        }
        let list = self.nested(start, |parser| parser.inner(inner.cursor()).all())?;
        let kind = Substitution::Output;
        Ok(Part::Substitution { range: self.cursor.since(start), kind, list, quoted: is_quoted })
    }

    /// `$'…'`, behind the `$`.
    fn escapes(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.cursor.mark();
        self.cursor.take();
        parts.quote();
        loop {
            let escape = self.cursor.raw_mark();
            match self.cursor.take() {
                Some('\'') => return Ok(()),
                Some('\\') => {
                    let Some(c) = self.cursor.take() else { continue };
                    match self.escape(c) {
                        Some(c) => parts.push(c, true),
                        None => return self.cursor.unread(escape, "an escape that is not known"),
                    }
                }
                Some(c) => parts.push(c, true),
                None => return self.cursor.unread(start, "a quote that is not closed"),
            }
        }
    }

    /// The character that a backslash and `c` stand for. Bytes that are no character are none.
    fn escape(&mut self, c: char) -> Option<char> {
        let code = match c {
            'n' => return Some('\n'),
            't' => return Some('\t'),
            'r' => return Some('\r'),
            'a' => return Some('\x07'),
            'b' => return Some('\x08'),
            'e' | 'E' => return Some('\x1b'),
            'f' => return Some('\x0c'),
            'v' => return Some('\x0b'),
            '\\' | '\'' | '"' | '?' => return Some(c),
            '0'..='7' => self.digits(8, 2, c.to_digit(8)?),
            'x' => self.digits(16, 2, 0),
            'u' => return self.character(4),
            'U' => return self.character(8),
            _ => return None,
        };
        char::from_u32(code).filter(|c| c.is_ascii() && *c != '\0')
    }

    fn character(&mut self, most: usize) -> Option<char> {
        let code = self.digits(16, most, 0);
        char::from_u32(code).filter(|c| *c != '\0')
    }

    fn digits(&mut self, radix: u32, most: usize, first: u32) -> u32 {
        let mut value = first;
        for _ in 0..most {
            let Some(digit) = self.cursor.raw().and_then(|c| c.to_digit(radix)) else { break };
            self.cursor.take();
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        value
    }

    /// The letters, digits and underscores that are next.
    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.cursor.peek().filter(|c| is_name_character(*c)) {
            self.cursor.take();
            name.push(c);
        }
        name
    }

    /// How the word of a heredoc ends it, and whether any of it was quoted.
    pub(super) fn delimiter(&mut self) -> Read<(String, bool)> {
        let start = self.cursor.mark();
        let mut parts = Parts::default();
        while let Some(c) = self.cursor.peek().filter(|c| !is_meta(*c)) {
            match c {
                '\'' => self.single(&mut parts)?,
                '"' => self.double(&mut parts)?,
                '\\' => {
                    self.cursor.take();
                    let Some(c) = self.cursor.take() else { break };
                    parts.push(c, true);
                }
                '$' | '`' => break,
                c => {
                    self.cursor.take();
                    parts.push(c, false);
                }
            }
        }
        let is_quoted =
            parts.0.iter().any(|part| matches!(part, Part::Literal { quoted: true, .. }));
        let word = Word { range: self.cursor.since(start), parts: parts.0 };
        let is_over = self.cursor.peek().is_none_or(is_meta);
        match word.literal().filter(|text| is_over && !text.is_empty() && !text.contains('\n')) {
            Some(text) => Ok((text.into_owned(), is_quoted)),
            None => self.cursor.unread(start, "the end of a heredoc that is not plain"),
        }
    }

    /// How many characters a variable's name has if an assignment is next.
    pub(super) fn looks_at_assignment(&mut self) -> bool {
        let start = self.cursor.mark();
        let found = self.reads_assignment();
        self.cursor.reset(start);
        found
    }

    fn reads_assignment(&mut self) -> bool {
        let name = self.name();
        if !is_name(&name) {
            return false;
        }
        if self.cursor.eat("[") {
            let is_plain =
                |c: &char| !is_meta(*c) && !matches!(c, ']' | '[' | '\'' | '"' | '`' | '\\');
            while self.cursor.peek().filter(is_plain).is_some() {
                self.cursor.take();
            }
            if !self.cursor.eat("]") {
                return false;
            }
        }
        self.cursor.eat("=") || self.cursor.eat("+=")
    }
}

/// Whether a character ends a word.
pub(super) fn is_meta(c: char) -> bool {
    is_blank(c) || matches!(c, '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// Marks the first `{` that begins `{a,b}` or `{1..3}`, if there is one.
fn mark_braces(parts: &mut Vec<Part>) -> bool {
    let mut open = None;
    let mut has_separator = false;
    for (index, part) in parts.iter().enumerate() {
        let Part::Literal { text, quoted: false } = part else { continue };
        for (at, c) in text.char_indices() {
            match c {
                '{' if open.is_none() => open = Some((index, at)),
                ',' => has_separator |= open.is_some(),
                '.' => has_separator |= open.is_some() && text[at..].starts_with(".."),
                '}' if has_separator => {
                    if let Some((index, at)) = open {
                        split_at_brace(parts, index, at);
                    }
                    return true;
                }
                _ => {}
            }
        }
    }
    false
}

/// Makes a part of its own of the `{` at a place of a literal.
fn split_at_brace(parts: &mut Vec<Part>, index: usize, at: usize) {
    let Some(Part::Literal { text, .. }) = parts.get_mut(index) else { return };
    let behind = text.split_off(at + 1);
    text.truncate(at);
    let before = std::mem::take(text);
    let literal = |text| Part::Literal { text, quoted: false };
    let pieces = [literal(before), Part::Pattern("{".to_owned()), literal(behind)];
    let kept = pieces
        .into_iter()
        .filter(|part| !matches!(part, Part::Literal { text, .. } if text.is_empty()));
    parts.splice(index..=index, kept);
}
