//! Upper and lower case as `BuildKit` has it, which asks Go's `strings.ToLower` and `EqualFold`.
//!
//! That matters for three letters beyond ASCII which have an ASCII relative: the Kelvin sign, the
//! dotted capital I and the long s.

/// `text` in lower case, one character for one.
pub fn lower(text: &str) -> String {
    text.chars().map(lower_char).collect()
}

fn lower_char(c: char) -> char {
    // The only character with a longer lower case; Go takes the first of it.
    c.to_lowercase().next().unwrap_or(c)
}

/// Whether `word` is the `AS` of a `FROM`.
pub fn is_as(word: &str) -> bool {
    word.eq_ignore_ascii_case("as") || word == "aſ" || word == "Aſ"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_gos() {
        for (text, expected) in [
            ("WORKDIR", "workdir"),
            ("WOR\u{212a}DIR", "workdir"),
            ("ENTRYPOİNT", "entrypoint"),
            ("ſ", "ſ"),
            ("Éß", "éß"),
        ] {
            assert_eq!(lower(text), expected, "{text}");
        }
    }

    #[test]
    fn as_in_any_case() {
        for (word, expected) in [
            ("AS", true),
            ("as", true),
            ("As", true),
            ("Aſ", true),
            ("aſ", true),
            ("ſ", false),
            ("a", false),
        ] {
            assert_eq!(is_as(word), expected, "{word}");
        }
    }
}
