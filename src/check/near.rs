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
    find(word, |most| nearest(word, names.iter().copied(), most))
}

/// The name nearest to `word`; one that differs in letter case only is the nearest of all.
pub fn exact<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<Nearest<'a>> {
    let names: Vec<_> = names.collect();
    let same = names.iter().find(|name| **name != word && name.eq_ignore_ascii_case(word));
    same.map(|name| Nearest { name, sure: true })
        .or_else(|| find(word, |most| nearest_exact(word, names.iter().copied(), most)))
}

fn find<'a>(word: &str, nearest: impl Fn(usize) -> Option<&'a str>) -> Option<Nearest<'a>> {
    let name = nearest(MAX_DISTANCE)?;
    let length = word.chars().count();
    // Of a word of two letters anything is one edit away.
    let most = match length {
        0..=2 => 0,
        3 => 1,
        _ => MAX_DISTANCE,
    };
    Some(Nearest { name, sure: nearest(most) == Some(name) })
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
    }
}
