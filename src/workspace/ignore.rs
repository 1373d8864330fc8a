//! The rules of an ignore file.
//!
//! Source: `github.com/moby/patternmatcher` (`ignorefile.ReadAll`, `New`,
//! `MatchesUsingParentResults`), as `fsutil` asks it on the way down from the root.
//!
//! Two odd patterns are read as they are meant, not as `BuildKit` reads them: a letter behind `\` is
//! that letter (there `\d` is any digit), and `*` or `?` in a set is itself.

use std::fmt;

use super::clean;
use super::glob::{Glob, Problem};

/// The longest line, in bytes, that `BuildKit` reads.
const MAX_LINE: usize = 64 * 1024 - 1;
/// What makes a pattern more than a text.
const SPECIAL: [char; 5] = ['*', '?', '[', ']', '\\'];

/// Which paths are left out. Without rules, none is.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

/// A line that makes `BuildKit` refuse the ignore file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong and what to do, as the end of a sentence that begins with the pattern.
    pub problem: Problem,
}

impl fmt::Display for IgnoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}", self.line, self.problem)
    }
}

#[derive(Clone, Debug)]
struct Rule {
    /// Whether it takes back in what rules before it leave out (`!`).
    exception: bool,
    /// What every path that it matches begins with.
    stem: String,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    Exact,
    /// `stem**`
    Prefix,
    /// `**suffix`. A suffix that begins with `/` is also a whole path without it.
    Suffix(String),
    Other(Glob),
}

/// What the rules say of one path. What lies below it needs that to be judged.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Whether the last rule that counts matches the path and is no exception: it is left out.
    pub matched: bool,
    /// For each rule, whether it was seen to match the path or a folder above.
    rules: Vec<bool>,
}

impl Ignore {
    /// Reads an ignore file.
    pub fn parse(text: &str) -> Result<Ignore, IgnoreError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rules = Vec::new();
        for (number, line) in (1..).zip(text.split('\n')) {
            let wrong = |problem| IgnoreError { line: number, problem };
            if line.len() > MAX_LINE {
                return Err(wrong("is too long: 65535 bytes are allowed. Shorten it"));
            }
            let pattern = if line.starts_with('#') { "" } else { line.trim() };
            if !pattern.is_empty() {
                rules.extend(Rule::parse(&rooted(pattern)).map_err(wrong)?);
            }
        }
        Ok(Ignore { rules })
    }

    /// Reads patterns as `--exclude` has them: not files' lines, so `#` and a leading `/` mean
    /// themselves.
    pub fn of_patterns(patterns: &[&str]) -> Result<Ignore, Problem> {
        let rules = patterns.iter().map(|pattern| Rule::parse(pattern));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        Ok(Ignore { rules: rules.into_iter().flatten().collect() })
    }

    /// Whether a path, from the root of the context, is left out.
    pub fn excludes(&self, path: &str) -> bool {
        let mut verdict = Verdict::default();
        let path = super::inside(path);
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            verdict = self.judge(&path[..end], &verdict);
        }
        verdict.matched
    }

    /// What the rules say of a path, given what they say of the folder that it is in.
    pub fn judge(&self, path: &str, folder: &Verdict) -> Verdict {
        let mut matched = false;
        let mut rules = vec![false; self.rules.len()];
        for (at, rule) in self.rules.iter().enumerate() {
            let above = folder.rules.get(at).copied().unwrap_or_default();
            // A rule that would change nothing is not asked, which shows in what lies below: it may
            // only then be the one that matches.
            if above || rule.exception == matched && rule.matches(path) {
                rules[at] = true;
                matched = !rule.exception;
            }
        }
        Verdict { matched, rules }
    }

    /// Whether the rules may say anything else of what is in a folder than of the folder itself.
    /// If in doubt, yes.
    pub fn may_differ_below(&self, folder: &str, verdict: &Verdict) -> bool {
        let changing = self.rules.iter().filter(|rule| rule.exception == verdict.matched);
        changing.into_iter().any(|rule| rule.may_match_below(folder))
    }

    /// How much text the rules are: judging one path takes time in proportion to it at most, and
    /// to the length of the path.
    pub fn weight(&self) -> usize {
        self.rules.iter().map(Rule::weight).sum()
    }
}

/// A line's pattern, cleaned and counted from the root.
fn rooted(pattern: &str) -> String {
    let (mark, path) = match pattern.strip_prefix('!') {
        Some(path) => ("!", path.trim()),
        None => ("", pattern),
    };
    let cleaned = clean(path);
    if cleaned.is_empty() && !path.is_empty() {
        // The root itself, which is never asked for.
        return String::new();
    }
    format!("{mark}{}", cleaned.strip_prefix('/').unwrap_or(&cleaned))
}

impl Rule {
    /// `None` for a blank pattern.
    fn parse(pattern: &str) -> Result<Option<Rule>, Problem> {
        let pattern = clean(pattern.trim());
        let (exception, pattern) = match pattern.strip_prefix('!') {
            Some("") => return Err("has nothing behind the `!`. Write a pattern, or take it out"),
            Some(pattern) => (true, pattern),
            None => (false, pattern.as_str()),
        };
        if pattern.is_empty() {
            return Ok(None);
        }
        let plain = |text: &&str| !text.contains(SPECIAL);
        let shape = if plain(&pattern) {
            Shape::Exact
        } else if let Some(suffix) = pattern.strip_prefix("**").filter(plain) {
            Shape::Suffix(suffix.to_owned())
        } else if pattern.strip_suffix("**").as_ref().is_some_and(plain) {
            Shape::Prefix
        } else {
            Shape::Other(Glob::parse_deep(pattern)?)
        };
        let stem = pattern.split(SPECIAL).next().unwrap_or_default().to_owned();
        Ok(Some(Rule { exception, stem, shape }))
    }

    fn matches(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(&self.stem) else { return false };
        match &self.shape {
            Shape::Exact => rest.is_empty(),
            Shape::Prefix => true,
            Shape::Suffix(suffix) => {
                path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
            }
            Shape::Other(glob) => glob.matches(path),
        }
    }

    /// Whether a path in `folder` may match. If in doubt, yes.
    fn may_match_below(&self, folder: &str) -> bool {
        match self.stem.strip_prefix(folder) {
            Some(rest) => rest.is_empty() || rest.starts_with('/') || folder.is_empty(),
            None => folder.starts_with(&self.stem) && !matches!(self.shape, Shape::Exact),
        }
    }

    fn weight(&self) -> usize {
        self.stem.len()
            + match &self.shape {
                Shape::Exact | Shape::Prefix => 1,
                Shape::Suffix(suffix) => suffix.len(),
                Shape::Other(glob) => glob.weight(),
            }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What an ignore file leaves out, and what not.
    #[track_caller]
    fn check(text: &str, excluded: &[&str], left: &[&str]) {
        let ignore = Ignore::parse(text).expect("well-formed");
        for path in excluded {
            assert!(ignore.excludes(path), "{path} is left");
        }
        for path in left {
            assert!(!ignore.excludes(path), "{path} is left out");
        }
    }

    #[test]
    fn patterns_stand_at_the_root_and_take_what_is_below() {
        check("foo", &["foo", "foo/a", "foo/a/b"], &["a/foo", "foobar", "Foo", ""]);
        check("/foo/", &["foo", "foo/a"], &["a/foo"]);
        check("a/b", &["a/b", "a/b/c"], &["a", "b", "a/bc", "x/a/b"]);
        check("*/temp*", &["x/temp", "x/temp1.txt", "x/temporary/y"], &["temp", "x/y/temp"]);
        check("temp?", &["tempa", "temp1/x"], &["temp", "tempab"]);
        check("*", &["a", "a/b", ".x"], &[]);
    }

    #[test]
    fn stars_in_pairs_go_through_folders() {
        check("**/*.go", &["a.go", "x/a.go", "x/y/a.go"], &["a.goo", "go"]);
        check("**/x", &["x", "a/x", "a/b/x", "a/x/b"], &["ax", "xa"]);
        check("**x", &["x", "ax", "a/bx"], &["xa"]);
        check("a/**", &["a/b", "a/b/c"], &["a", "ab"]);
        check("a**", &["a", "ab", "ab/c", "a/b"], &["b", "b/a"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b/z"], &["ab", "a/xb"]);
        check("**", &["a", "a/b"], &[]);
    }

    #[test]
    fn the_last_rule_that_matches_decides() {
        check("*.md\n!README.md", &["a.md"], &["README.md"]);
        check("*.md\n!README*.md\nREADME-secret.md", &["README-secret.md"], &["README.md"]);
        check("!README.md\n*.md", &["README.md"], &["x"]);
        check("docs\n!docs/keep.md", &["docs", "docs/a"], &["docs/keep.md"]);
        check("*\n!src\nsrc/x", &["a", "src/x", "src/x/y"], &["src", "src/a/b"]);
        // An exception for a folder does not reach a file that only a rule before it leaves out:
        // when the folder was looked at, there was nothing to take back in.
        check("logs/a.log\n!logs", &["logs/a.log"], &["logs/b.log"]);
    }

    #[test]
    fn lines() {
        check("# a\n  # b\n\n c \r\n", &["# b", "c"], &["a", "# a"]);
        check("\u{feff}a\n\\#b", &["a", "#b"], &["b"]);
        check("*\n!  /a/../b/.", &["a"], &["b", "b/c"]);
        check("!.\n.\n/\n..\n../a", &[], &["a", "b"]);
        check("\\*", &["*"], &["a", "\\*"]);
        check("[ab]*\n{x,y}", &["a", "bc", "{x,y}"], &["c", "x"]);
        check("\\d\n[*]", &["d", "*"], &["1", "a"]);
    }

    #[test]
    fn refused_lines_have_numbers() {
        let check = |text: &str, line, start: &str| {
            let error = Ignore::parse(text).expect_err("refused");
            assert_eq!(error.line, line, "{text}");
            assert!(error.problem.starts_with(start), "{text}: {error}");
        };
        check("a\n\n!", 3, "has nothing behind");
        check("!/", 1, "has nothing behind");
        check("# x\na[b", 2, "has a set that is not closed");
        check("a\\", 1, "ends in an escape");
        check("[b-a]", 1, "has a range that goes backwards");
        check(&"a".repeat(70_000), 1, "is too long");
    }

    #[test]
    fn patterns_of_a_flag_are_no_lines() {
        let ignore = Ignore::of_patterns(&["#a", " b/ ", "/c", "", "!b/d"]).expect("well-formed");
        for (path, excluded) in [("#a", true), ("b", true), ("c", false), ("b/d", false)] {
            assert_eq!(ignore.excludes(path), excluded, "{path}");
        }
        assert!(Ignore::of_patterns(&["!"]).is_err());
    }

    proptest! {
        #[test]
        fn what_cannot_differ_below_a_folder_does_not(
            lines in prop::collection::vec("!?(\\*{0,2}|[ab?]{1,2})(/(\\*{1,2}|[ab?]{1,2})){0,2}", 0..5),
            path in "[ab]{1,2}(/[ab]{1,2}){1,3}",
        ) {
            let Ok(ignore) = Ignore::parse(&lines.join("\n")) else { return Ok(()) };
            let mut above: Vec<(&str, Verdict)> = Vec::new();
            let mut verdict = Verdict::default();
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            for end in ends {
                let part = &path[..end];
                verdict = ignore.judge(part, &verdict);
                for (folder, told) in &above {
                    if told.matched != verdict.matched {
                        prop_assert!(ignore.may_differ_below(folder, told), "{folder} {part}");
                    }
                }
                above.push((part, verdict.clone()));
            }
        }

        #[test]
        fn any_text_is_read(text in ".{0,60}", path in ".{0,20}") {
            if let Ok(ignore) = Ignore::parse(&text) {
                ignore.excludes(&path);
            }
        }
    }
}
