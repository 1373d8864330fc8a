//! Digests, `sha256:…`: what a body has to hash to.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest that a registry gives a body by default.
pub fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Whether `bytes` are what `digest` names. A digest by an unknown algorithm names nothing.
pub fn matches(digest: &str, bytes: &[u8]) -> bool {
    let Some((algorithm, digits)) = digest.split_once(':') else { return false };
    let found = match algorithm {
        "sha256" => hex(&Sha256::digest(bytes)),
        "sha384" => hex(&Sha384::digest(bytes)),
        "sha512" => hex(&Sha512::digest(bytes)),
        _ => return false,
    };
    found == digits
}

/// Bytes as small hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_name_their_bytes_only() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
        assert!(matches(empty, b""));
        assert!(!matches(empty, b"x"));
        let sha512 = format!("sha512:{}", hex(&Sha512::digest(b"x")));
        assert!(matches(&sha512, b"x"));
        assert!(!matches(&sha512.replace("sha512", "sha256"), b"x"));
        for none in ["", "sha256", "md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:"] {
            assert!(!matches(none, b""), "{none}");
        }
    }
}
