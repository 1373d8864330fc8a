//! `WWW-Authenticate`: how a registry wants to be told who asks.
//!
//! Source: RFC 9110, sections 11.2 to 11.6.

/// One way in, by its scheme and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// `basic`, `bearer` …, in small letters.
    pub scheme: String,
    /// Names in small letters, and their values without quotes.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let parameter = self.parameters.iter().find(|(found, _)| found == name);
        parameter.map(|(_, value)| value.as_str())
    }
}

/// The challenges of one header. What cannot be read is left out: reading never fails.
pub fn read(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches(|c: char| !is_token(c));
        let (word, behind) = rest.split_at(token_length(rest));
        if word.is_empty() {
            return challenges;
        }
        let word = word.to_ascii_lowercase();
        let value = behind.trim_start().strip_prefix('=').map(str::trim_start);
        match (value, challenges.last_mut()) {
            (Some(value), Some(challenge)) => {
                let (value, behind) = read_value(value);
                challenge.parameters.push((word, value));
                rest = behind;
            }
            _ => {
                challenges.push(Challenge { scheme: word, parameters: Vec::new() });
                rest = behind;
            }
        }
    }
}

/// A word or a quoted text, and what stands behind it.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (word, rest) = text.split_at(token_length(text));
        return (word.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            _ => value.push(character),
        }
    }
    (value, characters.as_str())
}

fn token_length(text: &str) -> usize {
    text.find(|c| !is_token(c)).unwrap_or(text.len())
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` has a challenge a line: the scheme, then `name=value` by single spaces.
    #[track_caller]
    fn check(header: &str, expected: &[&str]) {
        let show = |challenge: &Challenge| {
            let parameters = challenge.parameters.iter().map(|(name, v)| format!(" {name}={v}"));
            challenge.scheme.clone() + &parameters.collect::<String>()
        };
        assert_eq!(read(header).iter().map(show).collect::<Vec<_>>(), expected, "{header}");
    }

    #[test]
    fn what_registries_send() {
        check("Basic realm=\"probe\"", &["basic realm=probe"]);
        check(
            "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",\
             scope=\"repository:library/alpine:pull\"",
            &["bearer realm=https://auth.docker.io/token service=registry.docker.io \
               scope=repository:library/alpine:pull"],
        );
        check("BEARER Realm = x , service=y", &["bearer realm=x service=y"]);
        check(
            "Bearer realm=\"a\", scope=\"x,y\", Basic realm=\"b \\\"c\\\"\"",
            &["bearer realm=a scope=x,y", "basic realm=b \"c\""],
        );
        check("Negotiate, Basic realm=b", &["negotiate", "basic realm=b"]);
    }

    #[test]
    fn nonsense_is_survived() {
        check("", &[]);
        check(",,, =\"", &[]);
        check("Bearer realm=\"never closed", &["bearer realm=never closed"]);
        check("Bearer realm=\"ends in \\", &["bearer realm=ends in "]);
        check("Basic realm=", &["basic realm="]);
        check("é Basic", &["basic"]);
        check("a=b", &["a", "b"]);
    }
}
