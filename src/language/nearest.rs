//! "Did you mean": the candidate nearest to what was written.
//!
//! The rule is that of `BuildKit` (`util/suggest`): the edit distance counts inserted, removed and
//! changed characters, and here also two neighbours that changed places (`chwon` is `chown`, where
//! `BuildKit` finds `chmod` as near); the first of the nearest candidates wins, but what the input begins is before
//! what it does not (`CO` is half of `COPY` rather than a wrong `CMD`, where `BuildKit` takes any); a candidate that *is* the input
//! means the name was not the trouble, so there is no suggestion at all. `BuildKit` ignores letter
//! case for instruction keywords only.

use strsim::osa_distance;

/// The greatest distance at which `BuildKit` still suggests.
pub const MAX_DISTANCE: usize = 2;

/// The candidate nearest to `input`, at most `max_distance` edits away, letter case ignored.
///
/// `None` if one of the candidates is equal to `input`. The candidate is given back as it is:
/// [`match_case`] dresses it like the input.
pub fn nearest<'a>(
    input: &str,
    candidates: impl Iterator<Item = &'a str>,
    max_distance: usize,
) -> Option<&'a str> {
    let input = input.to_lowercase();
    pick(candidates, max_distance, |candidate| {
        let candidate = candidate.to_lowercase();
        (osa_distance(&input, &candidate), !candidate.starts_with(&input))
    })
}

/// [`nearest`], with letter case counting as a difference: flags, mount options, variables, stages.
pub fn nearest_exact<'a>(
    input: &str,
    candidates: impl Iterator<Item = &'a str>,
    max_distance: usize,
) -> Option<&'a str> {
    pick(candidates, max_distance, |candidate| {
        (osa_distance(input, candidate), !candidate.starts_with(input))
    })
}

/// The first of the least candidates by `rank`: the distance, and whether it is *not* one that the
/// input begins.
fn pick<'a>(
    candidates: impl Iterator<Item = &'a str>,
    max_distance: usize,
    rank: impl Fn(&str) -> (usize, bool),
) -> Option<&'a str> {
    let mut best = None;
    for candidate in candidates {
        let rank = rank(candidate);
        if rank.0 == 0 {
            return None;
        }
        if rank.0 <= max_distance && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `suggestion` in the letter case of `input`: all lower or all upper, else as it is.
pub fn match_case(suggestion: &str, input: &str) -> String {
    if input == input.to_lowercase() {
        suggestion.to_lowercase()
    } else if input == input.to_uppercase() {
        suggestion.to_uppercase()
    } else {
        suggestion.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTRUCTIONS: [&str; 5] = ["RUN", "CMD", "COPY", "ENV", "ENTRYPOINT"];

    fn check(input: &str, expected: Option<&str>) {
        let found = nearest(input, INSTRUCTIONS.into_iter(), MAX_DISTANCE);
        assert_eq!(found, expected, "{input}");
    }

    #[test]
    fn two_edits_are_near_and_three_are_not() {
        check("RUNN", Some("RUN"));
        check("cop", Some("COPY"));
        check("cpoy", Some("COPY"));
        check("RNU", Some("RUN"));
        check("ENTRYPONT", Some("ENTRYPOINT"));
        check("ENTRYPO", None);
        check("FOOBAR", None);
    }

    #[test]
    fn the_nearest_wins_and_among_equals_the_first() {
        let near = |input, candidates: [&'static str; 2]| {
            nearest(input, candidates.into_iter(), MAX_DISTANCE)
        };
        assert_eq!(near("build", ["bu1ld2", "builds"]), Some("builds"));
        assert_eq!(near("base", ["case", "bare"]), Some("case"));
    }

    #[test]
    fn two_letters_that_changed_places_are_one_edit() {
        assert_eq!(nearest("biuld", ["build"].into_iter(), 1), Some("build"));
        assert_eq!(nearest_exact("HMOE", ["HOME"].into_iter(), 1), Some("HOME"));
        assert_eq!(nearest("cmd", ["cdm", "cma"].into_iter(), 1), Some("cdm"));
    }

    #[test]
    fn the_half_of_a_word_is_that_word() {
        let near = |input| nearest(input, ["ARG", "CMD", "COPY", "FROM"].into_iter(), MAX_DISTANCE);
        assert_eq!(near("CO"), Some("COPY"));
        assert_eq!(near("fr"), Some("FROM"));
        assert_eq!(near("CM"), Some("CMD"));
        assert_eq!(nearest_exact("ty", ["id", "type"].into_iter(), 2), Some("type"));
    }

    #[test]
    fn an_equal_candidate_silences() {
        check("copy", None);
        let candidates = ["names", "name"];
        assert_eq!(nearest("NAME", candidates.into_iter(), MAX_DISTANCE), None);
    }

    #[test]
    fn case_counts_when_asked() {
        let near = |input| nearest_exact(input, ["from", "chown"].into_iter(), MAX_DISTANCE);
        assert_eq!(near("form"), Some("from"));
        assert_eq!(near("chwon"), Some("chown"));
        assert_eq!(near("From"), Some("from"));
        assert_eq!(near("FROM"), None);
        assert_eq!(near("from"), None);
    }

    #[test]
    fn distance_counts_characters_not_bytes() {
        let near = |input| nearest_exact(input, ["käse"].into_iter(), 1);
        assert_eq!(near("kase"), Some("käse"));
        assert_eq!(near("kas"), None);
    }

    #[test]
    fn zero_distance_finds_nothing() {
        assert_eq!(nearest("a", ["b"].into_iter(), 0), None);
        assert_eq!(nearest("", [].into_iter(), 2), None);
    }

    #[test]
    fn the_suggestion_takes_the_case_of_the_input() {
        assert_eq!(match_case("COPY", "cop"), "copy");
        assert_eq!(match_case("copy", "COP"), "COPY");
        assert_eq!(match_case("COPY", "Cop"), "COPY");
    }
}
