//! Patterns of `${v#p}`, `${v%p}` and `${v/p/r}`: `*` is any text, `?` any character, both on one
//! line only; `\` takes the meaning from `*`, `?` and itself.
//!
//! Matching runs all alternatives abreast, one step a character and item: no backtracking.

/// A pattern, ready to be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    items: Vec<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Char(char),
    /// `?`
    Any,
    /// `*`
    Many,
}

impl Item {
    fn accepts(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::Any | Self::Many => c != '\n',
        }
    }
}

impl Pattern {
    /// Reads a pattern; the error is what follows a `\` that must not be there.
    pub fn new(pattern: &str) -> Result<Self, Option<char>> {
        Self::read(pattern.chars())
    }

    /// Reads a pattern back to front, to match a reversed text from its start.
    ///
    /// An escape stays before what it escapes. ⚠ One at the very end escapes nothing, and comes to
    /// escape the character it was behind; BuildKit has it so.
    pub fn reversed(pattern: &str) -> Result<Self, Option<char>> {
        let mut units = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let escaped = if c == '\\' { chars.next() } else { None };
            units.push((c, escaped));
        }
        Self::read(units.into_iter().rev().flat_map(|(c, escaped)| [Some(c), escaped]).flatten())
    }

    fn read(chars: impl Iterator<Item = char>) -> Result<Self, Option<char>> {
        let mut chars = chars.peekable();
        // Go's scanner drops a byte order mark at the start.
        chars.next_if_eq(&'\u{feff}');
        let mut items = Vec::new();
        while let Some(c) = chars.next() {
            items.push(match c {
                '*' => Item::Many,
                '?' => Item::Any,
                '\\' => match chars.peek() {
                    // An escape that only kept the `}` or `/` from ending the operand.
                    Some('}' | '/') => continue,
                    Some(&c @ ('*' | '?' | '\\')) => {
                        chars.next();
                        Item::Char(c)
                    }
                    other => return Err(other.copied()),
                },
                c => Item::Char(c),
            });
        }
        Ok(Self { items })
    }

    /// How many steps a match against `text` may take.
    pub fn cost(&self, text: &str) -> usize {
        text.len().saturating_mul(self.items.len().saturating_add(1))
    }

    /// `text` without the shortest or longest start that matches.
    pub fn trim_prefix<'t>(&self, text: &'t str, longest: bool) -> &'t str {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let Some(found) = self.find(&chars, 0, true, longest) else { return text };
        chars.get(found.end).and_then(|&(at, _)| text.get(at..)).unwrap_or("")
    }

    /// `text` without the shortest or longest end that matches this pattern, read reversed.
    pub fn trim_suffix<'t>(&self, text: &'t str, longest: bool) -> &'t str {
        let chars: Vec<(usize, char)> = text.char_indices().rev().collect();
        let Some(found) = self.find(&chars, 0, true, longest) else { return text };
        let cut = found.end.checked_sub(1).and_then(|last| chars.get(last));
        cut.map_or(text, |&(at, _)| text.get(..at).unwrap_or(""))
    }

    /// `text` with the first match, or all, replaced. None if the result is longer than `limit`.
    pub fn replace(&self, text: &str, by: &str, all: bool, limit: usize) -> Option<String> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let at = |i: usize| chars.get(i).map_or(text.len(), |&(at, _)| at);
        let mut out = String::new();
        // Up to where the text is copied, and from where it is searched.
        let (mut copied, mut from) = (0, 0);
        while let Some(found) = self.find(&chars, from, false, true) {
            // An empty match directly behind the one before does not count.
            if found.end > copied || found.start == 0 {
                out.push_str(text.get(at(copied)..at(found.start))?);
                let matched = text.get(at(found.start)..at(found.end))?;
                if all {
                    push_template(&mut out, by, matched)
                } else {
                    out.push_str(by)
                }
                copied = found.end;
            }
            if !all || out.len() > limit {
                break;
            }
            from = if found.end > found.start { found.end } else { found.end + 1 };
            if from > chars.len() {
                break;
            }
        }
        out.push_str(text.get(at(copied)..)?);
        (out.len() <= limit).then_some(out)
    }

    /// The first match in `text` at or after `from` (only there if `anchored`), and of those that
    /// begin there the longest or shortest.
    fn find(
        &self,
        text: &[(usize, char)],
        from: usize,
        anchored: bool,
        longest: bool,
    ) -> Option<std::ops::Range<usize>> {
        // For each item the earliest begin of an attempt that has matched all items before it.
        let mut reached: Vec<Option<usize>> = vec![None; self.items.len() + 1];
        let mut next = reached.clone();
        let mut best: Option<std::ops::Range<usize>> = None;
        for i in from..=text.len() {
            if best.is_none() && (i == from || !anchored) {
                reached.first_mut()?.get_or_insert(i);
            }
            self.skip_many(&mut reached);
            let done = reached.last().copied().flatten();
            if let Some(start) = done.filter(|s| best.as_ref().is_none_or(|b| *s <= b.start)) {
                best = Some(start..i);
                if !longest {
                    break;
                }
            }
            let Some(&(_, c)) = text.get(i) else { break };
            let limit = best.as_ref().map_or(usize::MAX, |b| b.start);
            let alive = self.step(&reached, &mut next, c, limit);
            std::mem::swap(&mut reached, &mut next);
            if !alive && (best.is_some() || anchored) {
                break;
            }
        }
        best
    }

    /// `*` also matches nothing.
    fn skip_many(&self, reached: &mut [Option<usize>]) {
        for (i, item) in self.items.iter().enumerate() {
            if *item == Item::Many
                && let [here, after, ..] = reached.get_mut(i..).unwrap_or_default()
            {
                *after = earlier(*here, *after);
            }
        }
    }

    /// Moves all attempts that began no later than `limit` over `c`; whether any is left.
    fn step(
        &self,
        reached: &[Option<usize>],
        next: &mut [Option<usize>],
        c: char,
        limit: usize,
    ) -> bool {
        next.fill(None);
        let mut alive = false;
        for (i, (item, start)) in self.items.iter().zip(reached).enumerate() {
            let Some(start) = start.filter(|start| *start <= limit && item.accepts(c)) else {
                continue;
            };
            let to = if *item == Item::Many { i } else { i + 1 };
            if let Some(slot) = next.get_mut(to) {
                *slot = earlier(*slot, Some(start));
                alive = true;
            }
        }
        alive
    }
}

fn earlier(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Writes a replacement the way Go's `Regexp.Expand` does: BuildKit hands it there when all matches
/// are replaced. `$0` and `${0}` are the match, `$$` is `$`, other `$name` and `${name}` nothing.
fn push_template(out: &mut String, template: &str, matched: &str) {
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('$') {
        out.push_str(text);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = template_name(after) {
            if name == "0" {
                out.push_str(matched);
            }
            rest = after;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
}

/// The name at the start of `text`, in braces or not, and what follows it.
fn template_name(text: &str) -> Option<(&str, &str)> {
    let (braced, inner) = match text.strip_prefix('{') {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let is_name = |c: char| c == '_' || super::letters::is_letter(c) || super::letters::is_digit(c);
    let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
    let (name, after) = inner.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    let after = if braced { after.strip_prefix('}')? } else { after };
    Some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pattern: &str, text: &str, prefix: [&str; 2], suffix: [&str; 2]) {
        let forward = Pattern::new(pattern).expect(pattern);
        let backward = Pattern::reversed(pattern).expect(pattern);
        assert_eq!([forward.trim_prefix(text, false), forward.trim_prefix(text, true)], prefix);
        assert_eq!([backward.trim_suffix(text, false), backward.trim_suffix(text, true)], suffix);
    }

    #[test]
    fn shortest_and_longest() {
        check("*.", "a.b.c.", ["b.c.", ""], ["a.b.c", ""]);
        check("a*b", "abcab", ["cab", ""], ["abc", ""]);
        check("?", "é1é", ["1é", "1é"], ["é1", "é1"]);
        check("*", "abc", ["abc", ""], ["abc", ""]);
        check("", "abc", ["abc", "abc"], ["abc", "abc"]);
        check("x", "abc", ["abc", "abc"], ["abc", "abc"]);
        check("\\*", "*a*", ["a*", "a*"], ["*a", "*a"]);
        check("\\/\\}", "/}x/}", ["x/}", "x/}"], ["/}x", "/}x"]);
    }

    #[test]
    fn neither_wildcard_crosses_a_line() {
        check("*", "ab\ncd", ["ab\ncd", "\ncd"], ["ab\ncd", "ab\n"]);
        check("?", "\na\n", ["\na\n", "\na\n"], ["\na\n", "\na\n"]);
    }

    #[test]
    fn escapes() {
        assert_eq!(Pattern::new("a\\"), Err(None));
        assert_eq!(Pattern::new("\\ab"), Err(Some('a')));
        // Read backwards, an escape at the end escapes what was before it.
        assert_eq!(Pattern::reversed("*\\"), Pattern::new("\\*"));
        assert_eq!(Pattern::reversed("a\\"), Err(Some('a')));
        assert_eq!(Pattern::reversed("a\\*b"), Pattern::new("b\\*a"));
    }

    #[test]
    fn replaces() {
        let check = |pattern: &str, text: &str, by: &str, first: &str, all: &str| {
            let pattern = Pattern::new(pattern).expect(pattern);
            assert_eq!(pattern.replace(text, by, false, 1000).as_deref(), Some(first));
            assert_eq!(pattern.replace(text, by, true, 1000).as_deref(), Some(all));
        };
        check(".", "1.2.3", "_", "1_2.3", "1_2_3");
        check("", "ab", "-", "-ab", "-a-b-");
        check("*", "ab\ncd", "x", "x\ncd", "x\nx");
        check("b*", "abcb", "x", "ax", "ax");
        check("z", "abc", "x", "abc", "abc");
        check("b", "abc", "[$0]", "a[$0]c", "a[b]c");
        check("b", "abc", "${0}$$$1$x$(", "a${0}$$$1$x$(c", "ab$$(c");
        check("b", "abc", "$00${0$", "a$00${0$c", "a${0$c");
    }

    #[test]
    fn a_replacement_is_limited() {
        let pattern = Pattern::new("a").expect("a pattern");
        assert_eq!(pattern.replace("aaaa", "xyz", true, 12), Some("xyzxyzxyzxyz".to_owned()));
        assert_eq!(pattern.replace("aaaa", "xyz", true, 11), None);
    }

    /// Whether all of `text` matches, by trying everything.
    fn matches(items: &[Item], text: &[(usize, char)]) -> bool {
        match (items, text) {
            ([], rest) => rest.is_empty(),
            ([Item::Many, items @ ..], rest) => {
                matches(items, rest)
                    || rest.split_first().is_some_and(|((_, c), rest)| {
                        *c != '\n' && matches(&[&[Item::Many], items].concat(), rest)
                    })
            }
            ([item, items @ ..], [(_, c), rest @ ..]) => item.accepts(*c) && matches(items, rest),
            (_, []) => false,
        }
    }

    proptest! {
        #[test]
        fn finds_what_trying_everything_finds(
            pattern in "[ab*?\n]{0,6}", text in "[ab\n]{0,9}", longest: bool,
        ) {
            let pattern = Pattern::new(&pattern).expect("no escapes");
            let text: Vec<(usize, char)> = text.char_indices().collect();
            let best = |start: usize| {
                let mut ends = start..=text.len();
                let fits = |end: &usize| matches(&pattern.items, &text[start..*end]);
                if longest { ends.rfind(fits) } else { ends.find(fits) }
            };
            let first = (0..=text.len()).find_map(|start| Some(start..best(start)?));
            prop_assert_eq!(pattern.find(&text, 0, false, longest), first);
            prop_assert_eq!(pattern.find(&text, 0, true, longest), best(0).map(|end| 0..end));
        }
    }
}
