//! `RUN --mount`: its types, and the options of each.
//!
//! The value is one line of comma-separated `key=value` words, double quotes around a word with a
//! comma in it. Keys are read from left to right and in any letter case, like the values of `type`
//! and `sharing`. Without `type` the mount is a `bind`.
//!
//! What an option means depends on the type, and so does what `BuildKit` makes of one that does not
//! belong: some it ignores, some it refuses. [`MountOption::usage`] holds that table.

use super::flag::Choice;

/// What is mounted.
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug, Ord, PartialOrd)]
pub enum MountType {
    /// Files of the build context, a stage or an image; the default.
    Bind,
    /// A directory that outlives the build.
    Cache,
    /// An empty directory in memory.
    Tmpfs,
    /// A secret, as a file or a variable.
    Secret,
    /// The socket of an SSH agent.
    Ssh,
}

/// What there is to say about a type of mount.
#[derive(Debug)]
pub struct MountKind {
    /// In lower case.
    pub name: &'static str,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Markdown.
    pub documentation: &'static str,
    /// Its chapter of the published reference.
    pub link: &'static str,
}

impl MountType {
    /// All of them, the default first.
    pub const ALL: [MountType; 5] =
        [MountType::Bind, MountType::Cache, MountType::Tmpfs, MountType::Secret, MountType::Ssh];

    /// The type of that name, in any letter case.
    pub fn parse(name: &str) -> Option<MountType> {
        MountType::ALL.into_iter().find(|kind| kind.info().name.eq_ignore_ascii_case(name))
    }

    /// Name and help.
    pub fn info(self) -> &'static MountKind {
        match self {
            MountType::Bind => &BIND,
            MountType::Cache => &CACHE,
            MountType::Tmpfs => &TMPFS,
            MountType::Secret => &SECRET,
            MountType::Ssh => &SSH,
        }
    }

    /// In lower case.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The options that mean something to this type, `type` first.
    pub fn options(self) -> impl Iterator<Item = &'static MountOption> {
        MOUNT_OPTIONS.iter().filter(move |option| matches!(option.usage(self), MountUsage::Used(_)))
    }
}

static BIND: MountKind = MountKind {
    name: "bind",
    summary: "Mount files of the build context, a stage or an image",
    documentation: include_str!("docs/mount-bind.md"),
    link: "https://docs.docker.com/reference/dockerfile/#run---mounttypebind",
};

static CACHE: MountKind = MountKind {
    name: "cache",
    summary: "Mount a directory that is kept from build to build",
    documentation: include_str!("docs/mount-cache.md"),
    link: "https://docs.docker.com/reference/dockerfile/#run---mounttypecache",
};

static TMPFS: MountKind = MountKind {
    name: "tmpfs",
    summary: "Mount an empty directory in memory",
    documentation: include_str!("docs/mount-tmpfs.md"),
    link: "https://docs.docker.com/reference/dockerfile/#run---mounttypetmpfs",
};

static SECRET: MountKind = MountKind {
    name: "secret",
    summary: "Give the command a secret, as a file or a variable",
    documentation: include_str!("docs/mount-secret.md"),
    link: "https://docs.docker.com/reference/dockerfile/#run---mounttypesecret",
};

static SSH: MountKind = MountKind {
    name: "ssh",
    summary: "Give the command the keys of an SSH agent",
    documentation: include_str!("docs/mount-ssh.md"),
    link: "https://docs.docker.com/reference/dockerfile/#run---mounttypessh",
};

/// One option of `RUN --mount`.
#[derive(Debug)]
pub struct MountOption {
    /// The name to offer.
    pub name: &'static str,
    /// Other names for the same.
    pub aliases: &'static [&'static str],
    /// What may stand behind `=`.
    pub value: MountValue,
    /// Whether it may stand without `=value`, meaning true.
    pub bare: bool,
    /// Whether variables in the value are expanded; in `from` they are an error.
    pub expands: bool,
    /// Whether it is refused unless a `type=` that uses it stands **before** it.
    pub after_type: bool,
    /// The first frontend that knows it, where that is later than mounts themselves.
    pub since: Option<&'static str>,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// By type, in the order of [`MountType::ALL`].
    usage: [MountUsage; 5],
}

impl MountOption {
    /// The option of that name or alias, in any letter case.
    pub fn parse(name: &str) -> Option<&'static MountOption> {
        MOUNT_OPTIONS.iter().find(|option| option.names().any(|n| n.eq_ignore_ascii_case(name)))
    }

    /// Name and aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// What a mount of this type makes of the option.
    pub fn usage(&self, kind: MountType) -> MountUsage {
        let [bind, cache, tmpfs, secret, ssh] = self.usage;
        match kind {
            MountType::Bind => bind,
            MountType::Cache => cache,
            MountType::Tmpfs => tmpfs,
            MountType::Secret => secret,
            MountType::Ssh => ssh,
        }
    }
}

/// What a type of mount makes of an option.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum MountUsage {
    /// It means this: one line with its default.
    Used(&'static str),
    /// It is accepted and does nothing.
    Ignored,
    /// It is an error once the stage is built.
    Refused,
}

/// What an option of a mount takes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum MountValue {
    /// A closed list, in any letter case.
    Choice(&'static [Choice]),
    /// A path in the container.
    Target,
    /// A path in what is mounted; of a secret its name.
    Source,
    /// A stage by name, an image or a named context; a number is an image.
    Stage,
    /// A name of the user's choice.
    Id,
    /// `1 t T TRUE true True` or `0 f F FALSE false False`.
    Bool,
    /// File permissions, octal.
    Mode,
    /// A user or group, as a number.
    Number,
    /// Bytes with a unit, such as `64m`.
    Size,
    /// The name of an environment variable.
    Variable,
}

/// Whether `text` is a boolean, as Go's `ParseBool` reads it: mount options, `# check=error=`, and
/// `required` of `--device`. Flags have a rule of their own.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

use MountUsage::{Ignored, Refused, Used};

const PLAIN: MountOption = MountOption {
    name: "",
    aliases: &[],
    value: MountValue::Id,
    bare: false,
    expands: true,
    after_type: false,
    since: None,
    summary: "",
    usage: [Ignored; 5],
};

/// All options, in the order to offer them.
pub static MOUNT_OPTIONS: &[MountOption] = &[
    MountOption {
        name: "type",
        value: MountValue::Choice(&[
            Choice { value: "bind", summary: BIND.summary },
            Choice { value: "cache", summary: CACHE.summary },
            Choice { value: "tmpfs", summary: TMPFS.summary },
            Choice { value: "secret", summary: SECRET.summary },
            Choice { value: "ssh", summary: SSH.summary },
        ]),
        summary: "What is mounted; put it first. Default: bind",
        usage: [Used("What is mounted. Default: bind"); 5],
        ..PLAIN
    },
    MountOption {
        name: "target",
        aliases: &["dst", "destination"],
        value: MountValue::Target,
        summary: "Where it is mounted",
        usage: [
            Used("Where it is mounted; a relative path counts from WORKDIR"),
            Used("Where it is mounted; a relative path counts from WORKDIR"),
            Used("Where it is mounted; a relative path counts from WORKDIR"),
            Used(
                "The file. Default: /run/secrets/ and the name of the secret, none if env is given",
            ),
            Used("The socket. Default: /run/buildkit/ssh_agent.N"),
        ],
        ..PLAIN
    },
    MountOption {
        name: "source",
        aliases: &["src"],
        value: MountValue::Source,
        summary: "Which part is mounted",
        usage: [
            Used("Path in the build context, or in from. Default: all of it"),
            Used("Path in from that the cache starts with. Default: all of it"),
            Ignored,
            Used("Name of the secret: the same as id, not together with it"),
            Refused,
        ],
        ..PLAIN
    },
    MountOption {
        name: "from",
        value: MountValue::Stage,
        expands: false,
        summary: "The stage, image or named context to mount from; no number, no variable",
        usage: [
            Used("Stage, image or named context. Default: the build context"),
            Used("Stage, image or named context the cache starts with. Default: empty"),
            Ignored,
            Refused,
            Ignored,
        ],
        ..PLAIN
    },
    MountOption {
        name: "id",
        value: MountValue::Id,
        summary: "The name of the cache, secret or agent",
        usage: [
            Ignored,
            Used("Name of the cache; mounts of one name share it. Default: the target"),
            Ignored,
            Used("Name of the secret, as given to the build. Default: the last part of target"),
            Used("Name of the agent or key. Default: the one called default"),
        ],
        ..PLAIN
    },
    MountOption {
        name: "sharing",
        value: MountValue::Choice(&[
            Choice { value: "shared", summary: "Builds write to it at the same time" },
            Choice { value: "locked", summary: "A second build waits for the first" },
            Choice { value: "private", summary: "A second build gets a cache of its own" },
        ]),
        summary: "What happens when two builds use the cache at once",
        usage: [
            Refused,
            Used("What happens when two builds use it at once. Default: shared"),
            Refused,
            Refused,
            Refused,
        ],
        ..PLAIN
    },
    MountOption {
        name: "env",
        value: MountValue::Variable,
        since: Some("1.10"),
        summary: "The environment variable that holds the secret",
        usage: [
            Ignored,
            Ignored,
            Ignored,
            Used("Variable that holds the secret; there is no file then, unless target is given"),
            Ignored,
        ],
        ..PLAIN
    },
    MountOption {
        name: "required",
        value: MountValue::Bool,
        bare: true,
        after_type: true,
        summary: "Fail if it was not given to the build; only after type",
        usage: [
            Refused,
            Refused,
            Refused,
            Used("Fail if the secret was not given to the build. Default: false"),
            Used("Fail if no agent was given to the build. Default: false"),
        ],
        ..PLAIN
    },
    MountOption {
        name: "readonly",
        aliases: &["ro"],
        value: MountValue::Bool,
        bare: true,
        summary: "Forbid writing",
        usage: [
            Used("Forbid writing. Default: true"),
            Used("Forbid writing. Default: false"),
            Used("Forbid writing. Default: false"),
            Ignored,
            Ignored,
        ],
        ..PLAIN
    },
    MountOption {
        name: "readwrite",
        aliases: &["rw"],
        value: MountValue::Bool,
        bare: true,
        summary: "Allow writing",
        usage: [
            Used("Allow writing; what is written is thrown away. Default: false"),
            Used("Allow writing. Default: true"),
            Used("Allow writing. Default: true"),
            Ignored,
            Ignored,
        ],
        ..PLAIN
    },
    MountOption {
        name: "size",
        value: MountValue::Size,
        after_type: true,
        since: Some("1.4"),
        summary: "The most the directory may hold; only after type",
        usage: [
            Refused,
            Refused,
            Used("The most it may hold, such as 64m. Default: no limit"),
            Refused,
            Refused,
        ],
        ..PLAIN
    },
    MountOption {
        name: "mode",
        value: MountValue::Mode,
        summary: "Permissions, octal",
        usage: [
            Refused,
            Used("Permissions of a new cache, octal. Default: 0755"),
            Refused,
            Used("Permissions of the file, octal. Default: 0400"),
            Used("Permissions of the socket, octal. Default: 0600"),
        ],
        ..PLAIN
    },
    MountOption {
        name: "uid",
        value: MountValue::Number,
        summary: "Owner, as a number",
        usage: [
            Refused,
            Used("Owner of a new cache, as a number. Default: 0"),
            Refused,
            Used("Owner of the file, as a number. Default: 0"),
            Used("Owner of the socket, as a number. Default: 0"),
        ],
        ..PLAIN
    },
    MountOption {
        name: "gid",
        value: MountValue::Number,
        summary: "Group, as a number",
        usage: [
            Refused,
            Used("Group of a new cache, as a number. Default: 0"),
            Refused,
            Used("Group of the file, as a number. Default: 0"),
            Used("Group of the socket, as a number. Default: 0"),
        ],
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_in_any_case() {
        for kind in MountType::ALL {
            assert_eq!(MountType::parse(kind.name()), Some(kind));
            assert_eq!(MountType::parse(&kind.name().to_uppercase()), Some(kind));
        }
        assert_eq!(MountType::parse("volume"), None);
        assert_eq!(MountType::parse(""), None);
    }

    #[test]
    fn options_are_found_by_every_name() {
        let name = |text| MountOption::parse(text).map(|option| option.name);
        assert_eq!(name("dst"), Some("target"));
        assert_eq!(name("Destination"), Some("target"));
        assert_eq!(name("SRC"), Some("source"));
        assert_eq!(name("ro"), Some("readonly"));
        assert_eq!(name("rw"), Some("readwrite"));
        assert_eq!(name("consistency"), None);
        assert_eq!(name(""), None);
    }

    /// `BuildKit`'s own list of keys (`parseMount`), so that nothing is missing and nothing made up.
    #[test]
    fn the_keys_are_those_of_buildkit() {
        let mut keys: Vec<_> = MOUNT_OPTIONS.iter().flat_map(MountOption::names).collect();
        keys.sort_unstable();
        assert_eq!(
            keys.join(" "),
            "destination dst env from gid id mode readonly readwrite required ro rw sharing size \
             source src target type uid"
        );
    }

    #[test]
    fn each_type_takes_its_options() {
        let options = |kind: MountType| -> String {
            kind.options().map(|option| option.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(options(MountType::Bind), "type target source from readonly readwrite");
        assert_eq!(
            options(MountType::Cache),
            "type target source from id sharing readonly readwrite mode uid gid"
        );
        assert_eq!(options(MountType::Tmpfs), "type target readonly readwrite size");
        assert_eq!(options(MountType::Secret), "type target source id env required mode uid gid");
        assert_eq!(options(MountType::Ssh), "type target id required mode uid gid");
    }

    #[test]
    fn what_does_not_belong_is_refused_or_ignored() {
        let refused = |kind| -> String {
            let refused = |option: &&MountOption| option.usage(kind) == Refused;
            MOUNT_OPTIONS.iter().filter(refused).map(|o| o.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(refused(MountType::Bind), "sharing required size mode uid gid");
        assert_eq!(refused(MountType::Cache), "required size");
        assert_eq!(refused(MountType::Tmpfs), "sharing required mode uid gid");
        assert_eq!(refused(MountType::Secret), "from sharing size");
        assert_eq!(refused(MountType::Ssh), "source sharing size");
    }

    #[test]
    fn the_choices_of_type_are_the_types() {
        let MountValue::Choice(choices) = MOUNT_OPTIONS[0].value else { panic!("no choice") };
        let names: Vec<_> = choices.iter().map(|choice| MountType::parse(choice.value)).collect();
        assert_eq!(names, MountType::ALL.map(Some));
    }

    #[test]
    fn booleans_are_those_of_go() {
        assert_eq!(parse_bool("True"), Some(true));
        assert_eq!(parse_bool("f"), Some(false));
        assert_eq!(parse_bool("tRUE"), None);
        assert_eq!(parse_bool("yes"), None);
        assert_eq!(parse_bool(""), None);
    }
}
