//! Flags: the words `--name=value` between a keyword and its arguments.
//!
//! Names are case-sensitive. Which flags an instruction has is told by its
//! [`Instruction`](super::Instruction); the tables are here, side by side, because `ADD` and `COPY`
//! share most of theirs.

/// One flag of one instruction.
#[derive(Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// What may stand behind `=`.
    pub value: FlagValue,
    /// Whether the flag may be given more than once; if not, a second one is an error.
    pub repeat: bool,
    /// Whether `BuildKit` replaces variables in the value.
    ///
    /// `--mount` says no although the values of its keys are expanded one by one: see
    /// [`MountOption::expands`](super::MountOption::expands).
    pub expands: bool,
    /// What holds when the flag is not given, in words or as a value.
    pub default: Option<&'static str>,
    /// The first stable frontend that knows the flag; `None`: all of them.
    pub since: Option<&'static str>,
    /// The first `-labs` frontend that knew it, where that was earlier.
    pub labs: Option<&'static str>,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Markdown, a few lines.
    pub documentation: &'static str,
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagValue {
    /// `--x`, `--x=true` or `--x=false`, in any letter case; `--x=` is an error.
    Bool,
    /// A stage by name or number, an image, or a named context: `COPY --from`.
    Stage,
    /// `os[/arch[/variant]]`, mostly from a variable. See [`platform`](super::platform).
    Platform,
    /// Comma-separated options. See [`mount`](super::mount).
    Mount,
    /// One word of a closed list, case-sensitive.
    Choice(&'static [Choice]),
    /// A Go duration such as `1m30s`; `0` means the default, anything else at least `1ms`.
    Duration,
    /// A decimal number from 0 on; `0` means the default.
    Integer,
    /// `user[:group]`, names or numbers.
    Owner,
    /// File permissions, octal or symbolic.
    Mode,
    /// A path pattern as in an ignore file.
    Pattern,
    /// `sha256:HEX` for a download, a commit or its beginning for a Git source.
    Checksum,
    /// A device, comma-separated with its options: `RUN --device`.
    Device,
}

impl FlagValue {
    /// The words of a closed list, in the order to offer them; empty if there is no such list.
    pub fn choices(self) -> &'static [Choice] {
        match self {
            FlagValue::Bool => BOOLS,
            FlagValue::Choice(choices) => choices,
            _ => &[],
        }
    }

    /// Whether the flag may stand without `=value`.
    pub fn is_optional(self) -> bool {
        matches!(self, FlagValue::Bool)
    }
}

/// A word a flag, option or directive takes, with what it does.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// As written in the file.
    pub value: &'static str,
    /// One line, without a full stop.
    pub summary: &'static str,
}

/// What most flags are: expanded nowhere, given once, known to every frontend.
const PLAIN: Flag = Flag {
    name: "",
    value: FlagValue::Bool,
    repeat: false,
    expands: false,
    default: None,
    since: None,
    labs: None,
    summary: "",
    documentation: "",
};

const BOOLS: &[Choice] = &[
    Choice { value: "true", summary: "On; the same as the bare flag" },
    Choice { value: "false", summary: "Off" },
];

const CHECKSUM: Flag = Flag {
    name: "checksum",
    value: FlagValue::Checksum,
    expands: true,
    since: Some("1.6"),
    labs: Some("1.5"),
    summary: "Fail unless the download or commit is the expected one",
    documentation: "\
Fails the build unless the source is the one expected.

```dockerfile
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/app.tgz /tmp/
ADD --checksum=be1f38e https://github.com/moby/buildkit.git#v0.26.2 /src
```

- For a URL: `sha256:` and the digest of the content.
- For a Git source: the commit, or the beginning of it.
- Needs exactly one source, and that a URL or a Git repository.",
    ..PLAIN
};

const CHMOD: Flag = Flag {
    name: "chmod",
    value: FlagValue::Mode,
    expands: true,
    default: Some("the mode of the source"),
    since: Some("1.2"),
    summary: "Set the permissions of everything copied",
    documentation: "\
Sets the permissions of all files **and directories** copied.

```dockerfile
COPY --chmod=755 entrypoint.sh /usr/local/bin/
COPY --chmod=u=rwX,go=rX . /app/
```

- Octal, `0` to `7777`, or symbolic as for `chmod(1)`. Symbolic needs frontend 1.14.
- `X` sets the execute bit only on directories and on what is executable already: `644` on a directory would make it unusable.
- Together with `--link`, the link has no effect.
- Not for Windows images.",
    ..PLAIN
};

const CHOWN: Flag = Flag {
    name: "chown",
    value: FlagValue::Owner,
    expands: true,
    default: Some("0:0 for files of the build context"),
    summary: "Set the owner of everything copied",
    documentation: "\
Sets user and group of everything copied.

```dockerfile
COPY --chown=node:node package.json ./
COPY --chown=10001 app /app
```

- Without it, files of the build context belong to `0:0`, **also after `USER`**; files from another stage or image keep their owner.
- Without a group: a user name brings its own primary group, a number is used as group number too.
- Names are looked up in `/etc/passwd` and `/etc/group` of the image; a missing one is an error. Numbers need no such files.
- With `--link` only numbers are allowed.
- Not for Windows images.",
    ..PLAIN
};

const EXCLUDE: Flag = Flag {
    name: "exclude",
    value: FlagValue::Pattern,
    repeat: true,
    since: Some("1.19"),
    labs: Some("1.7"),
    summary: "Leave out files that match a pattern",
    documentation: "\
Leaves out what matches, although a source names it. May be repeated.

```dockerfile
COPY --exclude=*.md --exclude=**/*_test.go . /src/
```

- Patterns are read as in an ignore file: `**` stands for any number of directories.
- Variables are not expanded here.",
    ..PLAIN
};

const LINK: Flag = Flag {
    name: "link",
    value: FlagValue::Bool,
    default: Some("false"),
    since: Some("1.4"),
    summary: "Copy into a layer of its own that does not depend on the layers below",
    documentation: "\
Makes the copy a layer of its own, independent of what is below. It stays cached when earlier instructions or the base image change.

```dockerfile
COPY --link --from=build /out/app /usr/local/bin/app
```

- Nothing of the image is read: symbolic links on the way to the destination are **not followed**, but replaced by directories.
- `--chown` takes only numbers with it.
- Has no effect together with `--chmod`.",
    ..PLAIN
};

/// Flags of `ADD`.
pub(super) const ADD: &[Flag] = &[
    CHECKSUM,
    CHMOD,
    CHOWN,
    EXCLUDE,
    Flag {
        name: "keep-git-dir",
        value: FlagValue::Bool,
        default: Some("false"),
        since: Some("1.6"),
        labs: Some("1.5"),
        summary: "Keep the .git directory of a Git source",
        documentation: "\
Keeps the `.git` directory of a Git source. By default only the files are added.

```dockerfile
ADD --keep-git-dir=true https://github.com/moby/buildkit.git#v0.26.2 /src
```",
        ..PLAIN
    },
    LINK,
    Flag {
        name: "unpack",
        value: FlagValue::Bool,
        default: Some("true for local files, false for URLs"),
        since: Some("1.17"),
        summary: "Unpack tar archives, or copy them as they are",
        documentation: "\
Decides whether a tar archive is unpacked: plain, gzip, bzip2, xz or zstd, told by content, not by name.

```dockerfile
ADD --unpack=false vendor.tar.gz /archives/
ADD --unpack=true https://example.com/app.tar.gz /opt/
```

- Without the flag a local archive is unpacked and a downloaded one is not.",
        ..PLAIN
    },
];

/// Flags of `COPY`.
pub(super) const COPY: &[Flag] = &[
    CHMOD,
    CHOWN,
    EXCLUDE,
    Flag {
        name: "from",
        value: FlagValue::Stage,
        default: Some("the build context"),
        summary: "Copy from a stage, an image or a named context",
        documentation: "\
Copies from another place than the build context.

```dockerfile
COPY --from=build /out/app /usr/local/bin/app
COPY --from=nginx:1.27 /etc/nginx/nginx.conf /etc/nginx/
```

- Looked up in this order: a number as stage index from 0, a stage name in any letter case, a named context, an image.
- The stage has to come **before** this one. With a name used twice, the last one counts.
- Variables are an error here: name a stage (`FROM $IMAGE AS tools`) and copy from that.
- Sources count from the root directory, not from its `WORKDIR`.",
        ..PLAIN
    },
    LINK,
    Flag {
        name: "parents",
        value: FlagValue::Bool,
        default: Some("false"),
        since: Some("1.20"),
        labs: Some("1.7"),
        summary: "Keep the directories of each source path",
        documentation: "\
Keeps the directories of each source below the destination, as `cp --parents` does.

```dockerfile
COPY --parents packages/*/package.json ./
COPY --parents src/./lib/**/*.rs /app/
```

- Only what follows `/./` in a source is kept: the second line makes `/app/lib/…`.
- `**` stands for any number of directories, none included.",
        ..PLAIN
    },
];

/// Flags of `FROM`.
pub(super) const FROM: &[Flag] = &[Flag {
    name: "platform",
    value: FlagValue::Platform,
    expands: true,
    default: Some("the target platform"),
    summary: "Take the image for this platform",
    documentation: "\
Takes the image for this platform, where it exists for several.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/app .
```

- Without it, the platform asked for on the command line. `$TARGETPLATFORM` says the same and is not needed.
- `$BUILDPLATFORM` is that of the building machine: the stage runs natively and cross-compiles.
- Of variables, only the automatic ones and `ARG`s before the first `FROM` are known here.
- No effect on a stage built from another stage: that one decides.",
    ..PLAIN
}];

/// Flags of `HEALTHCHECK`.
pub(super) const HEALTHCHECK: &[Flag] = &[
    Flag {
        name: "interval",
        value: FlagValue::Duration,
        default: Some("30s"),
        summary: "Time between two checks",
        documentation: "\
Time from the start of the container to the first check, and from the end of one check to the next.

- A duration such as `90s` or `1m30s`, at least `1ms`; `0` means the default, `30s`.
- During the start period `--start-interval` counts instead.",
        ..PLAIN
    },
    Flag {
        name: "retries",
        value: FlagValue::Integer,
        default: Some("3"),
        summary: "Failures in a row that make the container unhealthy",
        documentation: "\
How many checks must fail in a row before the container counts as unhealthy.

- Not negative; `0` means the default, `3`.",
        ..PLAIN
    },
    Flag {
        name: "start-interval",
        value: FlagValue::Duration,
        default: Some("5s"),
        since: Some("1.6"),
        summary: "Time between two checks during the start period",
        documentation: "\
Time between two checks while the start period lasts.

- A duration such as `2s`, at least `1ms`; `0` means the default, `5s`.
- Needs Docker Engine 25 or later.",
        ..PLAIN
    },
    Flag {
        name: "start-period",
        value: FlagValue::Duration,
        default: Some("0s"),
        summary: "Time to start up in which failures do not count",
        documentation: "\
Time the program is given to start. Failures in it do not count towards `--retries`; the first success ends it.

- A duration such as `20s` or `2m`, at least `1ms`; `0` means none.",
        ..PLAIN
    },
    Flag {
        name: "timeout",
        value: FlagValue::Duration,
        default: Some("30s"),
        summary: "Time after which a check has failed",
        documentation: "\
A check that takes longer is killed and counts as failed.

- A duration such as `3s`, at least `1ms`; `0` means the default, `30s`.",
        ..PLAIN
    },
];

/// Flags of `RUN`.
pub(super) const RUN: &[Flag] = &[
    Flag {
        name: "device",
        value: FlagValue::Device,
        repeat: true,
        since: Some("1.27"),
        labs: Some("1.14"),
        summary: "Give the command a device, for example a GPU",
        documentation: "\
Gives the command a device described to the builder by the Container Device Interface.

```dockerfile
RUN --device=nvidia.com/gpu=all,required ./train
```

- `vendor/class` is the first device of that kind, `vendor/class=name` one of them, `vendor/class=*` all.
- A device that is missing is silently left out, unless `required` is given.
- The builder has to allow it: entitlement `device`.",
        ..PLAIN
    },
    Flag {
        name: "mount",
        value: FlagValue::Mount,
        repeat: true,
        since: Some("1.2"),
        summary: "Mount files for this command only: bind, cache, tmpfs, secret or ssh",
        documentation: "\
Mounts something for this one command. What is in it never becomes part of the image.

```dockerfile
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
RUN --mount=from=build,source=/out,target=/mnt cp /mnt/app /usr/bin/
```

- One comma-separated list of `key=value`; without `type` it is `bind`.
- Put `type` first: `required` and `size` are refused before it.
- Mistakes in the options surface only when the stage is built.
- In `from` a number is **not** a stage index but an image name.",
        ..PLAIN
    },
    Flag {
        name: "network",
        value: FlagValue::Choice(&[
            Choice { value: "default", summary: "The network of the build" },
            Choice { value: "none", summary: "No network, only its own loopback" },
            Choice { value: "host", summary: "The network of the building host; needs permission" },
        ]),
        default: Some("default"),
        since: Some("1.3"),
        labs: Some("1.2"),
        summary: "Choose the network of this command",
        documentation: "\
Chooses the network this command sees.

```dockerfile
RUN --network=none pip install --no-index --find-links wheels app
```

- `none` proves that a step needs no download.
- `host` has to be allowed by builder and caller: entitlement `network.host`.
- Lower case only; variables are not expanded.",
        ..PLAIN
    },
    Flag {
        name: "security",
        value: FlagValue::Choice(&[
            Choice { value: "sandbox", summary: "The usual isolation" },
            Choice { value: "insecure", summary: "Full privileges; needs permission" },
        ]),
        default: Some("sandbox"),
        since: Some("1.20"),
        labs: Some("1.2"),
        summary: "Run this command with or without the sandbox",
        documentation: "\
`insecure` runs the command with full privileges, like `docker run --privileged`.

```dockerfile
RUN --security=insecure ./needs-privileges
```

- It has to be allowed by builder and caller: entitlement `security.insecure`.
- Lower case only; variables are not expanded.",
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Keyword;

    #[test]
    fn names_are_case_sensitive() {
        let copy = Keyword::Copy.info();
        assert_eq!(copy.flag("from").map(|f| f.value), Some(FlagValue::Stage));
        assert!(copy.flag("From").is_none());
        assert!(copy.flag("--from").is_none());
        assert!(copy.flag("").is_none());
        assert!(copy.flag("keep-git-dir").is_none());
        assert!(Keyword::Add.info().flag("from").is_none());
    }

    #[test]
    fn choices_are_those_of_the_value() {
        let run = Keyword::Run.info();
        let words = |name| -> Vec<_> {
            let flag: &Flag = run.flag(name).unwrap_or(&PLAIN);
            flag.value.choices().iter().map(|choice| choice.value).collect()
        };
        assert_eq!(words("network"), ["default", "none", "host"]);
        assert_eq!(words("security"), ["sandbox", "insecure"]);
        assert_eq!(words("mount"), [""; 0]);
        assert_eq!(FlagValue::Bool.choices().len(), 2);
    }
}
