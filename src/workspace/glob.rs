//! One pattern: `*`, `?`, sets and escapes, and for ignore files `**`.
//!
//! Source: Go's `filepath.Match` says what is well-formed; `moby/patternmatcher` says what `**`
//! means.

use std::ops::RangeInclusive;

use smallvec::{SmallVec, smallvec};

/// What is wrong with a pattern, as the end of a sentence, and what to do.
pub type Problem = &'static str;

/// A pattern in its parts. It matches a whole text or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`: any but `/`.
    Any,
    Set(Set),
    /// `*`: any number of any but `/`.
    Star,
    /// `**` at the end: any number of anything.
    Rest,
    /// `**`: nothing, or else what [`Token::Through`], the token behind, takes.
    Folders,
    /// Any number of anything, then `/`.
    Through,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Set {
    negated: bool,
    ranges: Vec<RangeInclusive<char>>,
}

impl Set {
    fn contains(&self, c: char) -> bool {
        self.ranges.iter().any(|range| range.contains(&c)) != self.negated
    }
}

/// Whether a pattern has something that is more than itself.
pub fn is_wild(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

impl Glob {
    /// Reads a pattern in which `**` is the same as `*`.
    pub fn parse(pattern: &str) -> Result<Glob, Problem> {
        let mut chars = pattern.chars();
        let mut tokens = Vec::new();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Star,
                '?' => Token::Any,
                '[' => Token::Set(set(&mut chars)?),
                '\\' => Token::Char(chars.next().ok_or("ends in an escape. Take the `\\` out")?),
                c => Token::Char(c),
            });
        }
        Ok(Glob { tokens })
    }

    /// Reads a pattern in which `**` goes through folders: none or any number of them, together
    /// with the `/` behind.
    pub fn parse_deep(pattern: &str) -> Result<Glob, Problem> {
        let flat = Glob::parse(pattern)?.tokens;
        let backward = |token: &Token| matches!(token, Token::Set(set) if set.ranges.iter().any(RangeInclusive::is_empty));
        if flat.iter().any(backward) {
            return Err("has a range that goes backwards in a set. Turn it round");
        }
        let mut rest = flat.as_slice();
        let mut tokens = Vec::with_capacity(flat.len());
        while let Some((first, behind)) = rest.split_first() {
            rest = behind;
            let Some((Token::Star, behind)) = rest.split_first().filter(|_| *first == Token::Star)
            else {
                tokens.push(first.clone());
                continue;
            };
            rest = behind.strip_prefix(&[Token::Char('/')]).unwrap_or(behind);
            match rest {
                [] => tokens.push(Token::Rest),
                _ => tokens.extend([Token::Folders, Token::Through]),
            }
        }
        Ok(Glob { tokens })
    }

    /// How many parts there are.
    pub fn weight(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the pattern matches the whole of `text`. Takes time in proportion to the product of
    /// both lengths at most.
    pub fn matches(&self, text: &str) -> bool {
        // All places in the pattern that the text so far can have led to.
        let end = self.tokens.len();
        let none: SmallVec<[bool; 64]> = smallvec![false; end + 1];
        let mut places = none.clone();
        self.enter(0, &mut places);
        for c in text.chars() {
            let mut next = none.clone();
            let mut any = false;
            for (at, token) in self.tokens.iter().enumerate().filter(|(at, _)| places[*at]) {
                for to in token.step(c).into_iter().flatten() {
                    self.enter(at + to, &mut next);
                    any = true;
                }
            }
            if !any {
                return false;
            }
            places = next;
        }
        places[end]
    }

    /// Marks a place, and those that can be reached from it without taking a character.
    fn enter(&self, at: usize, places: &mut [bool]) {
        let mut at = at;
        while let Some(place) = places.get_mut(at).filter(|place| !**place) {
            *place = true;
            match self.tokens.get(at) {
                Some(Token::Star | Token::Rest) => at += 1,
                Some(Token::Folders) => {
                    places[at + 1] = true;
                    at += 2;
                }
                _ => return,
            }
        }
    }
}

impl Token {
    /// How many tokens further on a character can lead.
    fn step(&self, c: char) -> [Option<usize>; 2] {
        let on = |matches: bool| [matches.then_some(1), None];
        match self {
            Token::Char(own) => on(*own == c),
            Token::Any => on(c != '/'),
            Token::Set(set) => on(set.contains(c)),
            Token::Star => [(c != '/').then_some(0), None],
            Token::Rest => [Some(0), None],
            Token::Folders => [None, None],
            Token::Through => [Some(0), (c == '/').then_some(1)],
        }
    }
}

/// Reads the rest of a set.
fn set(chars: &mut std::str::Chars<'_>) -> Result<Set, Problem> {
    let mut set = Set { negated: skip(chars, '^'), ranges: Vec::new() };
    loop {
        let low = member(chars)?;
        let high = if skip(chars, '-') { member(chars)? } else { low };
        set.ranges.push(low..=high);
        if skip(chars, ']') {
            return Ok(set);
        }
    }
}

fn member(chars: &mut std::str::Chars<'_>) -> Result<char, Problem> {
    let member = match chars.next() {
        Some('-' | ']') => {
            return Err(
                "has a `-` or `]` in a set where a character must stand. Write `\\` before it",
            );
        }
        Some('\\') => chars.next(),
        member => member,
    };
    member.ok_or("has a set that is not closed. Write the `]`, or `\\[` for a bracket")
}

fn skip(chars: &mut std::str::Chars<'_>, c: char) -> bool {
    let behind = chars.as_str().strip_prefix(c).map(str::chars);
    behind.map(|behind| *chars = behind).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a pattern matches and what it does not.
    #[track_caller]
    fn check(glob: Result<Glob, Problem>, matched: &[&str], others: &[&str]) {
        let glob = glob.expect("well-formed");
        for text in matched {
            assert!(glob.matches(text), "{text} is not matched");
        }
        for text in others {
            assert!(!glob.matches(text), "{text} is matched");
        }
    }

    #[test]
    fn flat() {
        check(Glob::parse("a*"), &["a", "ab", "aé"], &["b", "a/b", "ba"]);
        check(Glob::parse("*.rs"), &[".rs", "a.rs", "a.rs.rs"], &["a.rsx", "a/b.rs"]);
        check(Glob::parse("a?c"), &["abc", "aéc"], &["ac", "a/c", "abbc"]);
        check(Glob::parse("[a-cx]"), &["a", "b", "c", "x"], &["d", "", "ab"]);
        check(Glob::parse("[^a-c]"), &["d", "é"], &["a", ""]);
        check(Glob::parse("[!a]"), &["!", "a"], &["b"]);
        check(Glob::parse("[\\]\\-]"), &["]", "-"], &["\\"]);
        check(Glob::parse("[z-a]"), &[], &["a", "z", "m"]);
        check(Glob::parse("\\*\\a"), &["*a"], &["xa"]);
        check(Glob::parse("a]{b,c}"), &["a]{b,c}"], &["ab"]);
        check(Glob::parse("**x"), &["x", "ax"], &["a/x"]);
        check(Glob::parse(""), &[""], &["a"]);
    }

    #[test]
    fn deep() {
        check(Glob::parse_deep("**/x*"), &["x", "xy", "a/x", "a/b/xy"], &["ax", "x/a"]);
        check(Glob::parse_deep("a/**/b"), &["a/b", "a/c/b", "a/c/d/b"], &["a/bc", "b", "ab"]);
        check(Glob::parse_deep("a*/**"), &["a/", "ab/c", "a/b/c"], &["a", "b/a/c"]);
        check(Glob::parse_deep("a/**/b/**"), &["a/b/", "a/x/b/c/d"], &["a/b", "a/c"]);
        check(Glob::parse_deep("**a?"), &["ab", "x/ab"], &["xab"]);
        check(Glob::parse_deep("***"), &["a", "a/b"], &[]);
        check(Glob::parse_deep("**/**"), &["a", "a/b", ""], &[]);
    }

    #[test]
    fn what_is_not_well_formed() {
        for pattern in ["[", "[a", "[]", "[]a]", "[^]", "[a-]", "[-a]", "[a-b-c]", "\\", "a[\\"] {
            assert!(Glob::parse(pattern).is_err(), "{pattern}");
        }
        assert!(Glob::parse_deep("[z-a]").is_err());
    }

    #[test]
    fn wild_or_not() {
        for pattern in ["*", "a?", "[a]", "\\\\*"] {
            assert!(is_wild(pattern), "{pattern}");
        }
        for pattern in ["", "a", "\\*", "a\\", "a]"] {
            assert!(!is_wild(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let glob = Glob::parse_deep(&format!("{}b", "*a**/".repeat(200))).expect("well-formed");
        assert!(!glob.matches(&"a".repeat(4_000)));
    }
}
