//! Closed lists within arguments: words that mean something in one instruction only.

use super::flag::Choice;

/// The first word of `HEALTHCHECK` behind its flags, in any letter case.
pub static HEALTH_TYPES: &[Choice] = &[
    Choice { value: "CMD", summary: "Check by this command" },
    Choice { value: "NONE", summary: "Switch off the check of the base image" },
];

/// Protocols of `EXPOSE`, the default first; any letter case, lower is expected.
pub static PROTOCOLS: &[Choice] = &[
    Choice { value: "tcp", summary: "The default" },
    Choice { value: "udp", summary: "Datagrams" },
    Choice { value: "sctp", summary: "Stream Control Transmission Protocol" },
];

/// Options of `RUN --device`, comma-separated behind the device.
pub static DEVICE_OPTIONS: &[Choice] = &[
    Choice { value: "required", summary: "Fail if the device is missing" },
    Choice { value: "name", summary: "The device, where it is not the first word" },
];

/// The base that is no image: nothing at all.
pub const EMPTY_BASE: &str = "scratch";

/// Names a stage may have only with a warning (`ReservedStageName`).
pub static RESERVED_STAGE_NAMES: &[&str] = &["context", EMPTY_BASE];

/// What runs commands that are not in JSON form, until `SHELL` changes it.
pub static DEFAULT_SHELL: &[&str] = &["/bin/sh", "-c"];

/// The same for Windows images.
pub static DEFAULT_SHELL_WINDOWS: &[&str] = &["cmd", "/S", "/C"];

/// `PATH` where the base image sets none. Windows images have none of their own.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const fn label(value: &'static str, summary: &'static str) -> Choice {
    Choice { value, summary }
}

/// The keys of `LABEL` that many tools read, as the image specification of OCI has them.
#[rustfmt::skip]
pub static LABELS: &[Choice] = &[
    label("org.opencontainers.image.title", "Name for people to read"),
    label("org.opencontainers.image.description", "What is in the image"),
    label("org.opencontainers.image.version", "Version of the packaged software"),
    label("org.opencontainers.image.revision", "Commit it was built from"),
    label("org.opencontainers.image.source", "Address of the source code"),
    label("org.opencontainers.image.url", "Address to learn more"),
    label("org.opencontainers.image.documentation", "Address of the documentation"),
    label("org.opencontainers.image.licenses", "Licenses, as an SPDX expression"),
    label("org.opencontainers.image.authors", "Who to ask, in free form"),
    label("org.opencontainers.image.vendor", "Who distributes it"),
    label("org.opencontainers.image.created", "When it was built, as in 2026-01-31T12:00:00Z"),
    label("org.opencontainers.image.ref.name", "Name of the reference"),
    label("org.opencontainers.image.base.name", "Reference of the base image"),
    label("org.opencontainers.image.base.digest", "Digest of the base image"),
];

/// A modifier of a variable, behind its name in `${name…}`.
#[derive(Debug)]
pub struct Modifier {
    /// What follows the name.
    pub sign: &'static str,
    /// The first frontend that knows it; `None`: all of them.
    pub since: Option<&'static str>,
    /// How it is written with the name `x`.
    pub form: &'static str,
    /// One line, without a full stop: what the whole stands for.
    pub summary: &'static str,
}

const fn modifier(
    sign: &'static str,
    since: Option<&'static str>,
    form: &'static str,
    summary: &'static str,
) -> Modifier {
    Modifier { sign, since, form, summary }
}

/// All modifiers the builder knows; a shell knows more, but only within `RUN`, `CMD` and the like.
///
/// Patterns take `*` and `?`, with a backslash for the characters themselves.
#[rustfmt::skip]
pub static MODIFIERS: &[Modifier] = &[
    modifier(":-", None, "${x:-word}", "The value; the word if it is unset or empty"),
    modifier("-", Some("1.6"), "${x-word}", "The value; the word if it is unset"),
    modifier(":+", None, "${x:+word}", "The word if there is a value that is not empty; else nothing"),
    modifier("+", Some("1.6"), "${x+word}", "The word if it is set, even to nothing; else nothing"),
    modifier(":?", Some("1.4"), "${x:?text}", "The value; an error with the text if it is unset or empty"),
    modifier("?", Some("1.6"), "${x?text}", "The value; an error with the text if it is unset"),
    modifier("##", Some("1.7"), "${x##pattern}", "The value without its longest beginning that matches"),
    modifier("#", Some("1.7"), "${x#pattern}", "The value without its shortest beginning that matches"),
    modifier("%%", Some("1.7"), "${x%%pattern}", "The value without its longest end that matches"),
    modifier("%", Some("1.7"), "${x%pattern}", "The value without its shortest end that matches"),
    modifier("//", Some("1.7"), "${x//pattern/new}", "The value with every match replaced"),
    modifier("/", Some("1.7"), "${x/pattern/new}", "The value with the first match replaced"),
];

/// The modifier that `text`, what follows a variable's name, begins with.
pub fn modifier_of(text: &str) -> Option<&'static Modifier> {
    MODIFIERS.iter().find(|modifier| text.starts_with(modifier.sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_sign_is_found() {
        let sign = |text| modifier_of(text).map(|modifier| modifier.sign);
        assert_eq!(sign(":-a}"), Some(":-"));
        assert_eq!(sign("-a}"), Some("-"));
        assert_eq!(sign("##*/}"), Some("##"));
        assert_eq!(sign("#*/}"), Some("#"));
        assert_eq!(sign("//a/b}"), Some("//"));
        assert_eq!(sign("/a/b}"), Some("/"));
        assert_eq!(sign(":=a}"), None);
        assert_eq!(sign("^^}"), None);
        assert_eq!(sign("}"), None);
    }

    #[test]
    fn forms_show_their_sign() {
        for modifier in MODIFIERS {
            let form = modifier.form.strip_prefix("${x").and_then(modifier_of);
            assert_eq!(form.map(|found| found.sign), Some(modifier.sign));
            assert!(modifier.form.ends_with('}'));
        }
    }
}
