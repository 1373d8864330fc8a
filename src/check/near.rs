//! Names that are nearly right.

use super::Finding;
use crate::language::nearest::{MAX_DISTANCE, nearest, nearest_exact};
use crate::text::TextRange;

/// The known name that is nearest to a wrong one.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<'a> {
    /// The known name.
    pub name: &'a str,
    /// Near enough that hardly anything else was meant.
    pub sure: bool,
}

/// The name nearest to `word`, letter case ignored.
pub fn any_case<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<Nearest<'a>> {
    let names: Vec<_> = names.collect();
    find(word, &names, |names, most| nearest(word, names.iter().copied(), most))
}

/// The name nearest to `word`; one that differs in letter case only is the nearest of all.
pub fn exact<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<Nearest<'a>> {
    let names: Vec<_> = names.collect();
    let same = names.iter().find(|name| **name != word && name.eq_ignore_ascii_case(word));
    same.map(|name| Nearest { name, sure: true }).or_else(|| {
        find(word, &names, |names, most| nearest_exact(word, names.iter().copied(), most))
    })
}

fn find<'a>(
    word: &str,
    names: &[&'a str],
    nearest: impl Fn(&[&'a str], usize) -> Option<&'a str>,
) -> Option<Nearest<'a>> {
    let name = nearest(names, MAX_DISTANCE)?;
    let is_half = name.to_lowercase().starts_with(&word.to_lowercase());
    // Of a word of two letters anything is one edit away.
    let most = match word.chars().count() {
        0..=2 => 0,
        4.. if is_half => MAX_DISTANCE,
        3..=5 => 1,
        _ => MAX_DISTANCE,
    };
    let distance = (1..=most).find(|most| nearest(&[name], *most).is_some());
    let is_only = |distance| {
        let mut others = names.iter().filter(|other| **other != name);
        !others.any(|other| nearest(&[*other], distance).is_some())
    };
    // A slip of the fingers brings letters: `arg1` and `ARGS:` say more than `arg`, and the rest
    // would be lost.
    let others = |word: &str| word.chars().filter(|c| !c.is_alphabetic()).count();
    let sure = distance.is_some_and(is_only) && others(word) <= others(name);
    Some(Nearest { name, sure })
}

impl Nearest<'_> {
    /// `finding` with the fix that writes `insert`, a form of this name, at `range`.
    pub fn fix(&self, finding: Finding, range: TextRange, insert: impl Into<String>) -> Finding {
        let insert = insert.into();
        let title = format!("Change to `{insert}`");
        match self.sure {
            true => finding.replace(title, range, insert),
            false => finding.maybe_replace(title, range, insert),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<(&str, bool)>) {
        let names = ["RUN", "COPY", "from", "ENTRYPOINT"].into_iter();
        let found = exact(word, names).map(|near| (near.name, near.sure));
        assert_eq!(found, expected, "{word}");
    }

    #[test]
    fn short_words_are_less_sure() {
        check("RUNN", Some(("RUN", true)));
        check("RAN", Some(("RUN", true)));
        check("RAM", Some(("RUN", false)));
        check("RU", Some(("RUN", false)));
        check("form", Some(("from", true)));
        check("FROM", Some(("from", true)));
        check("WORKDIR", None);
        check("ENTRYPIONT", Some(("ENTRYPOINT", true)));
        check("ENTR", None);
        check("CXPX", Some(("COPY", false)));
    }

    #[test]
    fn what_may_be_another_name_is_not_sure() {
        let sure = |word, names: [&'static str; 2]| {
            exact(word, names.into_iter()).map(|near| (near.name, near.sure))
        };
        assert_eq!(sure("chwon", ["chmod", "chown"]), Some(("chown", true)));
        assert_eq!(sure("ARD", ["ARG", "ADD"]), Some(("ARG", false)));
        assert_eq!(sure("arg1", ["arg", "env"]), Some(("arg", false)));
        assert_eq!(sure("}}ARG", ["ARG", "ENV"]), Some(("ARG", false)));
        assert_eq!(sure("volume-x", ["volume", "user"]), Some(("volume", false)));
        assert_eq!(sure("keep_git_dir", ["keep-git-dir", "link"]), Some(("keep-git-dir", true)));
    }
}
