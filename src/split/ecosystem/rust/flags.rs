//! Libraries that flags for the compiler name.

/// The libraries that flags link with, by the names that linkers know: `-l NAME`,
/// `-C link-arg=-lNAME`. Those that are linked statically are left out.
///
/// Source: the rustc book, its command-line arguments and code generation options.
pub(super) fn libraries(flags: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_name = false;
    let is_end =
        |letter: char| letter.is_whitespace() || matches!(letter, ',' | '\u{1f}' | '\'' | '"');
    for part in flags.split(is_end).filter(|part| !part.is_empty()) {
        let own = ["-arg=", "-args="].iter().find_map(|end| Some(part.split_once(end)?.1));
        let part = own.unwrap_or(part);
        let named = match part.strip_prefix("-l") {
            _ if is_name => Some(part),
            Some("") | None => None,
            Some(name) => Some(name),
        };
        is_name = !is_name && part == "-l";
        // `[KIND[:MODIFIERS]=]NAME[:RENAME]`, and of linkers `:FILE`.
        let Some(named) = named else { continue };
        let (kind, name) = named.split_once('=').unwrap_or(("", named));
        let name = name.trim_start_matches(':').split(':').next().unwrap_or_default();
        let is_static = kind.starts_with("static") || name.ends_with(".a");
        if !is_static && !name.is_empty() {
            found.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::libraries;

    #[track_caller]
    fn check(flags: &str, expected: &[&str]) {
        assert_eq!(libraries(flags), expected, "{flags}");
    }

    #[test]
    fn names_in_flags() {
        check("", &[]);
        check("-C target-cpu=native -C opt-level=3 -C lto -L native=/usr/lib", &[]);
        check("-C link-arg=-lfoo", &["foo"]);
        check("-Clink-args=-lfoo -lbar", &["foo", "bar"]);
        check("-C\u{1f}link-arg=-lfoo", &["foo"]);
        check("-C link-arg=-Wl,-lfoo,--as-needed", &["foo"]);
        check("-lssl -l dylib=crypto:c2 -l static=z -l static:+bundle=y", &["ssl", "crypto"]);
        check("-C link-arg=-l:libfoo.a -C linker=clang -C link-arg=-fuse-ld=lld", &[]);
        check("-l", &[]);
    }
}
