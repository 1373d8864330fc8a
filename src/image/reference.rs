//! What an image may be called, and the parts of such a name.
//!
//! Source: `github.com/distribution/reference` (`ParseNormalizedNamed`, `regexp.go`).

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// The registry that is meant where none is named.
pub const DEFAULT_REGISTRY: &str = "docker.io";
/// The folder of the default registry that is meant where none is named.
const OFFICIAL: &str = "library/";
/// The tag that is meant where neither tag nor digest is given.
pub const DEFAULT_TAG: &str = "latest";
/// The longest repository, in bytes.
const MAX_REPOSITORY: usize = 255;
/// The longest tag, in bytes.
const MAX_TAG: usize = 128;

/// The name of an image in its full form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Host and port: `docker.io`, `localhost:5000`.
    pub registry: String,
    /// The path behind the host: `library/golang`.
    pub repository: String,
    /// The tag, if one is written.
    pub tag: Option<String>,
    /// The digest, `sha256:…`, if one is written.
    pub digest: Option<String>,
}

/// Why a text is not the name of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The part that is wrong, in bytes of the text.
    pub range: Range<usize>,
    /// What is wrong and what to do, as the end of a sentence that begins with the name.
    pub problem: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)
    }
}

/// Where the parts of a name stand in its text, in bytes, whether they are well-formed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Host and port, without the `/` behind.
    pub registry: Option<Range<usize>>,
    /// The path, without host, tag and digest.
    pub repository: Range<usize>,
    /// The tag, without the `:` before it.
    pub tag: Option<Range<usize>>,
    /// The digest, without the `@` before it.
    pub digest: Option<Range<usize>>,
}

impl Parts {
    /// Cuts a text into what would be the parts of a name. Never fails, so half-typed names have
    /// parts, too.
    pub fn of(text: &str) -> Parts {
        let host = text.split_once('/').map(|(host, _)| host).filter(|host| is_host_like(host));
        let start = host.map_or(0, |host| host.len() + 1);
        let rest = &text[start..];
        let (name, digest) = match rest.find('@') {
            Some(at) => (&rest[..at], Some(start + at + 1..text.len())),
            None => (rest, None),
        };
        let (repository, tag) = match name.find(':') {
            Some(colon) => (start..start + colon, Some(start + colon + 1..start + name.len())),
            None => (start..start + name.len(), None),
        };
        Parts { registry: host.map(|host| 0..host.len()), repository, tag, digest }
    }
}

impl Reference {
    /// What stands for the empty image, which is none.
    pub fn empty() -> Reference {
        Reference {
            registry: String::new(),
            repository: crate::language::argument::EMPTY_BASE.to_owned(),
            tag: None,
            digest: None,
        }
    }

    /// Reads a name, filling in what is meant where nothing is written: `golang` is
    /// `docker.io/library/golang`.
    pub fn parse(text: &str) -> Result<Reference, Malformed> {
        let parts = Parts::of(text);
        check(text, &parts)?;
        let part = |range: &Range<usize>| text[range.clone()].to_owned();
        let registry = parts.registry.as_ref().map(part);
        let is_default = registry.as_deref().is_none_or(is_default_registry);
        let mut repository = part(&parts.repository);
        if is_default && !repository.contains('/') {
            repository.insert_str(0, OFFICIAL);
        }
        Ok(Reference {
            registry: registry
                .filter(|_| !is_default)
                .unwrap_or_else(|| DEFAULT_REGISTRY.to_owned()),
            repository,
            tag: parts.tag.as_ref().map(part),
            digest: parts.digest.as_ref().map(part),
        })
    }

    /// Registry and repository as people write them: `golang`, `bitnami/redis`, `ghcr.io/a/b`.
    pub fn familiar(&self) -> Cow<'_, str> {
        if self.registry == DEFAULT_REGISTRY {
            let short = self.repository.strip_prefix(OFFICIAL).filter(|rest| !rest.contains('/'));
            Cow::Borrowed(short.unwrap_or(&self.repository))
        } else {
            Cow::Owned(format!("{}/{}", self.registry, self.repository))
        }
    }

    /// The tag that counts: the written one, or `latest` where there is no digest either. An engine
    /// does not look at a tag beside a digest.
    pub fn effective_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some(DEFAULT_TAG),
            (None, Some(_)) => None,
        }
    }

    /// The same repository with another tag and no digest.
    #[must_use]
    pub fn with_tag(&self, tag: &str) -> Reference {
        Reference { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }
}

impl fmt::Display for Reference {
    /// As people write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.familiar())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Whether a registry's host is one of the names of the default one.
fn is_default_registry(host: &str) -> bool {
    // `registry-1.docker.io` is where the default one is served, but no name that
    // `ParseNormalizedNamed` rewrites.
    matches!(host, DEFAULT_REGISTRY | "index.docker.io")
}

/// What is wrong with `name` as the name of an image, and what to do, if anything is wrong.
pub fn problem(name: &str) -> Option<Malformed> {
    check(name, &Parts::of(name)).err()
}

fn check(text: &str, parts: &Parts) -> Result<(), Malformed> {
    let whole = 0..text.len();
    let wrong = |range: &Range<usize>, problem| Err(Malformed { range: range.clone(), problem });
    if text.len() == 64 && text.bytes().all(is_small_hex) {
        return wrong(&whole, "is the number of an image. Write its name");
    }
    let part = |range: &Range<usize>| &text[range.clone()];
    let repository = part(&parts.repository);
    if repository.is_empty() {
        return wrong(&whole, "has no name before the tag. Write one");
    }
    // Of a template, or of an instruction what to write.
    if repository.contains(['{', '}', '<', '>']) {
        return wrong(&whole, "holds a placeholder. Write the name of an image in its place");
    }
    if repository.contains(char::is_uppercase) {
        return wrong(
            &parts.repository,
            "has capital letters, which the name of an image cannot have. Use small ones",
        );
    }
    const NO_NAME: &str = "is not the name of an image: names hold small letters and digits, with \
                           single `.`, `_`, `-` or `/` between them. Correct it";
    if let Some(host) = parts.registry.as_ref().filter(|host| !is_host(part(host))) {
        return wrong(host, NO_NAME);
    }
    if !repository.split('/').all(is_path_part) {
        return wrong(&parts.repository, NO_NAME);
    }
    if repository.len() > MAX_REPOSITORY {
        return wrong(&parts.repository, "is too long: 255 characters are allowed. Shorten it");
    }
    if let Some(tag) = parts.tag.as_ref().filter(|tag| !is_tag(part(tag))) {
        return wrong(
            tag,
            "has a tag that is none: a tag holds letters, digits, `.`, `_` and `-`. Correct it",
        );
    }
    if let Some(digest) = parts.digest.as_ref().filter(|digest| !is_digest(part(digest))) {
        return wrong(
            digest,
            "has a digest that is none. Write `sha256:` and 64 digits from 0 to f",
        );
    }
    Ok(())
}

/// Whether what stands before the first `/` names a host.
fn is_host_like(text: &str) -> bool {
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
        lengths.contains(&(algorithm, digits.len())) && digits.bytes().all(is_small_hex)
    })
}

fn is_small_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Registry, repository, tag and digest of a name, and the name as people write it.
    #[track_caller]
    fn check_parts(text: &str, expected: [&str; 4], familiar: &str) {
        let found = Reference::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let [tag, digest] = [&found.tag, &found.digest].map(|part| part.as_deref().unwrap_or("-"));
        assert_eq!([&*found.registry, &*found.repository, tag, digest], expected, "{text}");
        assert_eq!(found.to_string(), familiar, "{text}");
    }

    #[test]
    fn short_names_are_filled_in() {
        let digest = format!("sha256:{}", "0".repeat(64));
        check_parts("golang", ["docker.io", "library/golang", "-", "-"], "golang");
        check_parts("golang:1.22", ["docker.io", "library/golang", "1.22", "-"], "golang:1.22");
        check_parts("library/golang", ["docker.io", "library/golang", "-", "-"], "golang");
        check_parts("docker.io/golang", ["docker.io", "library/golang", "-", "-"], "golang");
        check_parts("index.docker.io/a/b", ["docker.io", "a/b", "-", "-"], "a/b");
        check_parts("bitnami/redis:7", ["docker.io", "bitnami/redis", "7", "-"], "bitnami/redis:7");
        check_parts("library/a/b", ["docker.io", "library/a/b", "-", "-"], "library/a/b");
        check_parts("localhost/a", ["localhost", "a", "-", "-"], "localhost/a");
        check_parts("host:5000/a/b:t", ["host:5000", "a/b", "t", "-"], "host:5000/a/b:t");
        check_parts("Host/a", ["Host", "a", "-", "-"], "Host/a");
        check_parts("[::1]:5000/a:1", ["[::1]:5000", "a", "1", "-"], "[::1]:5000/a:1");
        check_parts(
            &format!("ghcr.io/a/b:1@{digest}"),
            ["ghcr.io", "a/b", "1", &digest],
            &format!("ghcr.io/a/b:1@{digest}"),
        );
    }

    #[test]
    fn the_tag_that_counts() {
        let tag =
            |text: &str| Reference::parse(text).expect(text).effective_tag().map(ToOwned::to_owned);
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(tag("a"), Some("latest".to_owned()));
        assert_eq!(tag("a:1"), Some("1".to_owned()));
        assert_eq!(tag(&format!("a@{digest}")), None);
        assert_eq!(tag(&format!("a:1@{digest}")), Some("1".to_owned()));
    }

    /// The part that is wrong.
    #[track_caller]
    fn check_wrong(text: &str, part: &str) {
        let range = problem(text).unwrap_or_else(|| panic!("{text} is well-formed")).range;
        assert_eq!(&text[range], part, "{text}");
    }

    #[test]
    fn errors_name_the_part() {
        check_wrong("alpine:", "");
        check_wrong("alpine:3:20", "3:20");
        check_wrong("host:x/alpine:3", "host:x");
        check_wrong("host/Alpine:3", "host/Alpine");
        check_wrong("host.io/Alpine:3", "Alpine");
        check_wrong("a..b:3", "a..b");
        check_wrong("alpine:3@sha256:12", "sha256:12");
        check_wrong(":3", ":3");
        check_wrong("é:1", "é");
    }

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
