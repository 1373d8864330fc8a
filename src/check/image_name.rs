//! What an image may be called.
//!
//! Source: `github.com/distribution/reference` (`ParseNormalizedNamed`).

/// The longest path of a name, in bytes.
const MAX_PATH: usize = 255;
/// The longest tag.
const MAX_TAG: usize = 128;

/// What is wrong with `name` as the name of an image, and what to do, if anything is wrong.
pub fn problem(name: &str) -> Option<&'static str> {
    if name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Some("is the number of an image. Write its name");
    }
    let (domain, rest) = match name.split_once('/') {
        Some((domain, rest)) if is_domain(domain) => (Some(domain), rest),
        _ => (None, name),
    };
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (rest, None),
    };
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    if path.is_empty() {
        return Some("has no name before the tag. Write one");
    }
    if path.contains(char::is_uppercase) {
        return Some("has capital letters, which the name of an image cannot have. Use small ones");
    }
    if domain.is_some_and(|domain| !is_host(domain)) || !path.split('/').all(is_path_part) {
        return Some(
            "is not the name of an image: names hold small letters and digits, with single `.`, \
             `_`, `-` or `/` between them. Correct it",
        );
    }
    if path.len() > MAX_PATH {
        return Some("is too long: 255 characters are allowed. Shorten it");
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Some(
            "has a tag that is none: a tag holds letters, digits, `.`, `_` and `-`. Correct it",
        );
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Some("has a digest that is none. Write `sha256:` and 64 digits from 0 to f");
    }
    None
}

/// Whether what stands before the first `/` names a host.
fn is_domain(text: &str) -> bool {
    text.contains(['.', ':']) || text == "localhost" || text.contains(char::is_uppercase)
}

fn is_host(text: &str) -> bool {
    let address = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match address {
        Some((address, port)) => {
            let hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
            if address.is_empty() || !address.bytes().all(hex) {
                return false;
            }
            (None, port.strip_prefix(':').or((!port.is_empty()).then_some("")))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(text), None),
        },
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    host.is_none_or(|host| host.split('.').all(is_host_part)) && port.is_none_or(digits)
}

fn is_host_part(part: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    edge(part.bytes().next())
        && edge(part.bytes().next_back())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Small letters and digits, between them `.`, `_`, `__` or any number of `-`.
fn is_path_part(part: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut rest = part;
    loop {
        let behind = rest.trim_start_matches(letter);
        if behind.len() == rest.len() {
            return false;
        }
        if behind.is_empty() {
            return true;
        }
        let end = behind.find(letter).unwrap_or(behind.len());
        let (separator, next) = behind.split_at(end);
        if !(matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')) {
            return false;
        }
        rest = next;
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// Whether `digest` is an algorithm and its digits.
pub fn is_digest(digest: &str) -> bool {
    let lengths = [("sha256", 64), ("sha384", 96), ("sha512", 128)];
    digest.split_once(':').is_some_and(|(algorithm, digits)| {
        let hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        lengths.contains(&(algorithm, digits.len())) && hex
    })
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn names_as_buildkit_reads_them() {
        let digest = format!("a@sha256:{}", "0".repeat(64));
        for name in [
            "alpine",
            "alpine:3",
            "a/b",
            "a.b/c",
            "localhost/b",
            "localhost:5000/b:T",
            "A/b",
            "0",
            "a--b",
            "a__b",
            "a:_x.Y-z",
            "[::1]:5000/a",
            "host:80/a/b/c",
            &digest,
            "a:b@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ] {
            assert_eq!(problem(name), None, "{name}");
        }
        for name in [
            "",
            "Alpine",
            "a/B",
            "a..b",
            "a-",
            "-a",
            "a___b",
            "a:",
            ":b",
            "a:b:c",
            "a@sha256:0",
            "a b",
            "a//b",
            "a/",
            "/a",
            "a:-b",
            "é",
            "localhost/B",
            "a_.b",
            "a\"b",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ] {
            assert!(problem(name).is_some(), "{name}");
        }
    }
}
