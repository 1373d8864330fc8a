//! The instructions: keyword, form of the arguments, flags, help.

use super::case;
use super::flag::{self, Flag};

/// The keyword of an instruction, in alphabetical order.
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug, Ord, PartialOrd)]
pub enum Keyword {
    /// `ADD`
    Add,
    /// `ARG`
    Arg,
    /// `CMD`
    Cmd,
    /// `COPY`
    Copy,
    /// `ENTRYPOINT`
    Entrypoint,
    /// `ENV`
    Env,
    /// `EXPOSE`
    Expose,
    /// `FROM`
    From,
    /// `HEALTHCHECK`
    Healthcheck,
    /// `LABEL`
    Label,
    /// `MAINTAINER`
    Maintainer,
    /// `ONBUILD`
    Onbuild,
    /// `RUN`
    Run,
    /// `SHELL`
    Shell,
    /// `STOPSIGNAL`
    Stopsignal,
    /// `USER`
    User,
    /// `VOLUME`
    Volume,
    /// `WORKDIR`
    Workdir,
}

impl Keyword {
    /// All of them, in alphabetical order.
    pub const ALL: [Keyword; 18] = [
        Keyword::Add,
        Keyword::Arg,
        Keyword::Cmd,
        Keyword::Copy,
        Keyword::Entrypoint,
        Keyword::Env,
        Keyword::Expose,
        Keyword::From,
        Keyword::Healthcheck,
        Keyword::Label,
        Keyword::Maintainer,
        Keyword::Onbuild,
        Keyword::Run,
        Keyword::Shell,
        Keyword::Stopsignal,
        Keyword::User,
        Keyword::Volume,
        Keyword::Workdir,
    ];

    /// The keyword `word` is, in any letter case.
    pub fn parse(word: &str) -> Option<Keyword> {
        let known = |word: &str| {
            Keyword::ALL.into_iter().find(|keyword| keyword.name().eq_ignore_ascii_case(word))
        };
        if word.is_ascii() { known(word) } else { known(&case::lower(word)) }
    }

    /// In upper case, as it is mostly written.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// All there is to know about it.
    pub fn info(self) -> &'static Instruction {
        match self {
            Keyword::Add => &ADD,
            Keyword::Arg => &ARG,
            Keyword::Cmd => &CMD,
            Keyword::Copy => &COPY,
            Keyword::Entrypoint => &ENTRYPOINT,
            Keyword::Env => &ENV,
            Keyword::Expose => &EXPOSE,
            Keyword::From => &FROM,
            Keyword::Healthcheck => &HEALTHCHECK,
            Keyword::Label => &LABEL,
            Keyword::Maintainer => &MAINTAINER,
            Keyword::Onbuild => &ONBUILD,
            Keyword::Run => &RUN,
            Keyword::Shell => &SHELL,
            Keyword::Stopsignal => &STOPSIGNAL,
            Keyword::User => &USER,
            Keyword::Volume => &VOLUME,
            Keyword::Workdir => &WORKDIR,
        }
    }
}

/// How the text behind keyword and flags is read.
///
/// Blanks are `[\t\v\f\r ]`; JSON is an array of strings and nothing behind it.
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug)]
pub enum ArgumentForm {
    /// Words between blanks; quotes and escapes mean nothing.
    Words,
    /// The whole rest, one argument.
    Text,
    /// JSON, else the whole rest.
    JsonOrText,
    /// JSON, else words.
    JsonOrWords,
    /// `key=value` words, or one key, a blank, and the rest as its value.
    Pairs,
    /// `name` or `name=value` words.
    Names,
    /// A first word, `NONE` or `CMD`, then JSON or text.
    Health,
    /// Another instruction.
    Nested,
}

/// One instruction of the language.
#[derive(Debug)]
pub struct Instruction {
    /// Which one this is.
    pub keyword: Keyword,
    /// In upper case.
    pub name: &'static str,
    /// How its arguments are read.
    pub form: ArgumentForm,
    /// Whether it takes heredocs. `ONBUILD` does if the instruction in it does.
    pub heredocs: bool,
    /// Whether `BuildKit` replaces variables in its arguments. Where it does not, a `$` is left
    /// for the shell, or for nobody. Of `FROM` it is the image, of `ARG` the values.
    pub expands: bool,
    /// The flags it knows, sorted by name.
    pub flags: &'static [Flag],
    /// Whether an unknown flag is an error; `ARG` and `STOPSIGNAL` swallow any.
    pub checks_flags: bool,
    /// Whether `ONBUILD` may hold it.
    pub onbuild: bool,
    /// Whether only the last one of a stage counts.
    pub once: bool,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Markdown: what it does, an example, what surprises.
    pub documentation: &'static str,
    /// Its chapter of the published reference.
    pub link: &'static str,
    /// How it may be written, one line each.
    pub syntax: &'static [&'static str],
    /// What completion inserts, the most common first.
    pub snippets: &'static [Snippet],
}

impl Instruction {
    /// The flag of that name, without dashes and case-sensitive.
    pub fn flag(&self, name: &str) -> Option<&'static Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }
}

/// Text to insert, for clients with and without snippet support.
#[derive(Debug)]
pub struct Snippet {
    /// What the list shows.
    pub label: &'static str,
    /// In the syntax of the protocol: `${1:placeholder}`, `$0`, `\$`.
    pub insert: &'static str,
    /// The same with the placeholders' own texts.
    pub plain: &'static str,
}

/// What most instructions are like.
const PLAIN: Instruction = Instruction {
    keyword: Keyword::Run,
    name: "",
    form: ArgumentForm::Text,
    heredocs: false,
    expands: false,
    flags: &[],
    checks_flags: true,
    onbuild: true,
    once: false,
    summary: "",
    documentation: "",
    link: "",
    syntax: &[],
    snippets: &[],
};

static ADD: Instruction = Instruction {
    keyword: Keyword::Add,
    name: "ADD",
    form: ArgumentForm::JsonOrWords,
    heredocs: true,
    expands: true,
    flags: flag::ADD,
    summary: "Copy files, archives, URLs or Git repositories into the image",
    documentation: include_str!("docs/add.md"),
    link: "https://docs.docker.com/reference/dockerfile/#add",
    syntax: &["ADD [FLAG…] SRC… DEST", "ADD [FLAG…] [\"SRC\", … \"DEST\"]"],
    snippets: &[
        Snippet {
            label: "ADD source destination",
            insert: "ADD ${1:source} ${2:destination}",
            plain: "ADD source destination",
        },
        Snippet {
            label: "ADD --checksum=… URL destination",
            insert: "ADD --checksum=sha256:${1:digest} ${2:https://example.com/file} ${3:destination}",
            plain: "ADD --checksum=sha256:digest https://example.com/file destination",
        },
    ],
    ..PLAIN
};

static ARG: Instruction = Instruction {
    keyword: Keyword::Arg,
    name: "ARG",
    form: ArgumentForm::Names,
    expands: true,
    checks_flags: false,
    summary: "Declare a build argument, with or without a default",
    documentation: include_str!("docs/arg.md"),
    link: "https://docs.docker.com/reference/dockerfile/#arg",
    syntax: &["ARG NAME[=DEFAULT]…"],
    snippets: &[
        Snippet {
            label: "ARG name=default",
            insert: "ARG ${1:name}=${2:default}",
            plain: "ARG name=default",
        },
        Snippet { label: "ARG name", insert: "ARG ${1:name}", plain: "ARG name" },
    ],
    ..PLAIN
};

static CMD: Instruction = Instruction {
    keyword: Keyword::Cmd,
    name: "CMD",
    form: ArgumentForm::JsonOrText,
    once: true,
    summary: "Set the default command, or the arguments of the entrypoint",
    documentation: include_str!("docs/cmd.md"),
    link: "https://docs.docker.com/reference/dockerfile/#cmd",
    syntax: &["CMD [\"PROGRAM\", \"ARG\"…]", "CMD [\"ARG\"…]", "CMD COMMAND"],
    snippets: &[
        Snippet {
            label: "CMD [\"program\"]",
            insert: "CMD [\"${1:program}\"]",
            plain: "CMD [\"program\"]",
        },
        Snippet { label: "CMD command", insert: "CMD ${1:command}", plain: "CMD command" },
    ],
    ..PLAIN
};

static COPY: Instruction = Instruction {
    keyword: Keyword::Copy,
    name: "COPY",
    form: ArgumentForm::JsonOrWords,
    heredocs: true,
    expands: true,
    flags: flag::COPY,
    summary: "Copy files of the build context, a stage or an image",
    documentation: include_str!("docs/copy.md"),
    link: "https://docs.docker.com/reference/dockerfile/#copy",
    syntax: &["COPY [FLAG…] SRC… DEST", "COPY [FLAG…] [\"SRC\", … \"DEST\"]"],
    snippets: &[
        Snippet {
            label: "COPY source destination",
            insert: "COPY ${1:source} ${2:destination}",
            plain: "COPY source destination",
        },
        Snippet {
            label: "COPY --from=stage source destination",
            insert: "COPY --from=${1:stage} ${2:source} ${3:destination}",
            plain: "COPY --from=stage source destination",
        },
        Snippet {
            label: "COPY <<EOF destination",
            insert: "COPY <<EOF ${1:destination}\n$0\nEOF",
            plain: "COPY <<EOF destination\n\nEOF",
        },
    ],
    ..PLAIN
};

static ENTRYPOINT: Instruction = Instruction {
    keyword: Keyword::Entrypoint,
    name: "ENTRYPOINT",
    form: ArgumentForm::JsonOrText,
    once: true,
    summary: "Set the program the container runs",
    documentation: include_str!("docs/entrypoint.md"),
    link: "https://docs.docker.com/reference/dockerfile/#entrypoint",
    syntax: &["ENTRYPOINT [\"PROGRAM\", \"ARG\"…]", "ENTRYPOINT COMMAND"],
    snippets: &[
        Snippet {
            label: "ENTRYPOINT [\"program\"]",
            insert: "ENTRYPOINT [\"${1:program}\"]",
            plain: "ENTRYPOINT [\"program\"]",
        },
        Snippet {
            label: "ENTRYPOINT command",
            insert: "ENTRYPOINT ${1:command}",
            plain: "ENTRYPOINT command",
        },
    ],
    ..PLAIN
};

static ENV: Instruction = Instruction {
    keyword: Keyword::Env,
    name: "ENV",
    form: ArgumentForm::Pairs,
    expands: true,
    summary: "Set environment variables, for the build and for the container",
    documentation: include_str!("docs/env.md"),
    link: "https://docs.docker.com/reference/dockerfile/#env",
    syntax: &["ENV NAME=VALUE…"],
    snippets: &[Snippet {
        label: "ENV name=value",
        insert: "ENV ${1:name}=${2:value}",
        plain: "ENV name=value",
    }],
    ..PLAIN
};

static EXPOSE: Instruction = Instruction {
    keyword: Keyword::Expose,
    name: "EXPOSE",
    form: ArgumentForm::Words,
    expands: true,
    summary: "Tell which ports the container listens on",
    documentation: include_str!("docs/expose.md"),
    link: "https://docs.docker.com/reference/dockerfile/#expose",
    syntax: &["EXPOSE PORT[-END][/PROTOCOL]…"],
    snippets: &[
        Snippet { label: "EXPOSE port", insert: "EXPOSE ${1:8080}", plain: "EXPOSE 8080" },
        Snippet {
            label: "EXPOSE port/protocol",
            insert: "EXPOSE ${1:8080}/${2|tcp,udp,sctp|}",
            plain: "EXPOSE 8080/tcp",
        },
    ],
    ..PLAIN
};

static FROM: Instruction = Instruction {
    keyword: Keyword::From,
    name: "FROM",
    form: ArgumentForm::Words,
    expands: true,
    flags: flag::FROM,
    onbuild: false,
    summary: "Begin a stage from an image or an earlier stage",
    documentation: include_str!("docs/from.md"),
    link: "https://docs.docker.com/reference/dockerfile/#from",
    syntax: &["FROM [--platform=PLATFORM] IMAGE[:TAG][@DIGEST] [AS NAME]"],
    snippets: &[
        Snippet { label: "FROM image", insert: "FROM ${1:image}", plain: "FROM image" },
        Snippet {
            label: "FROM image AS name",
            insert: "FROM ${1:image} AS ${2:name}",
            plain: "FROM image AS name",
        },
        Snippet {
            label: "FROM --platform=$BUILDPLATFORM image AS name",
            insert: "FROM --platform=\\$BUILDPLATFORM ${1:image} AS ${2:name}",
            plain: "FROM --platform=$BUILDPLATFORM image AS name",
        },
    ],
    ..PLAIN
};

static HEALTHCHECK: Instruction = Instruction {
    keyword: Keyword::Healthcheck,
    name: "HEALTHCHECK",
    form: ArgumentForm::Health,
    flags: flag::HEALTHCHECK,
    once: true,
    summary: "Tell how to find out whether the container works",
    documentation: include_str!("docs/healthcheck.md"),
    link: "https://docs.docker.com/reference/dockerfile/#healthcheck",
    syntax: &[
        "HEALTHCHECK [FLAG…] CMD COMMAND",
        "HEALTHCHECK [FLAG…] CMD [\"PROGRAM\", \"ARG\"…]",
        "HEALTHCHECK NONE",
    ],
    snippets: &[
        Snippet {
            label: "HEALTHCHECK CMD command",
            insert: "HEALTHCHECK CMD ${1:command}",
            plain: "HEALTHCHECK CMD command",
        },
        Snippet {
            label: "HEALTHCHECK --interval=… --timeout=… CMD command",
            insert: "HEALTHCHECK --interval=${1:30s} --timeout=${2:3s} CMD ${3:command}",
            plain: "HEALTHCHECK --interval=30s --timeout=3s CMD command",
        },
        Snippet {
            label: "HEALTHCHECK NONE",
            insert: "HEALTHCHECK NONE",
            plain: "HEALTHCHECK NONE",
        },
    ],
    ..PLAIN
};

static LABEL: Instruction = Instruction {
    keyword: Keyword::Label,
    name: "LABEL",
    form: ArgumentForm::Pairs,
    expands: true,
    summary: "Attach metadata to the image",
    documentation: include_str!("docs/label.md"),
    link: "https://docs.docker.com/reference/dockerfile/#label",
    syntax: &["LABEL KEY=VALUE…"],
    snippets: &[
        Snippet {
            label: "LABEL key=value",
            insert: "LABEL ${1:key}=\"${2:value}\"",
            plain: "LABEL key=\"value\"",
        },
        Snippet {
            label: "LABEL org.opencontainers.image.…",
            insert: "LABEL org.opencontainers.image.${1|title,description,version,revision,source,url,licenses,authors,vendor,documentation,created|}=\"${2:value}\"",
            plain: "LABEL org.opencontainers.image.title=\"value\"",
        },
    ],
    ..PLAIN
};

static MAINTAINER: Instruction = Instruction {
    keyword: Keyword::Maintainer,
    name: "MAINTAINER",
    form: ArgumentForm::Text,
    onbuild: false,
    summary: "Deprecated: name the author; use a label",
    documentation: include_str!("docs/maintainer.md"),
    link: "https://docs.docker.com/reference/dockerfile/#maintainer-deprecated",
    syntax: &["MAINTAINER NAME"],
    ..PLAIN
};

static ONBUILD: Instruction = Instruction {
    keyword: Keyword::Onbuild,
    name: "ONBUILD",
    form: ArgumentForm::Nested,
    onbuild: false,
    summary: "Run an instruction later, in stages built from this image",
    documentation: include_str!("docs/onbuild.md"),
    link: "https://docs.docker.com/reference/dockerfile/#onbuild",
    syntax: &["ONBUILD INSTRUCTION"],
    snippets: &[Snippet {
        label: "ONBUILD instruction",
        insert: "ONBUILD ${1:instruction}",
        plain: "ONBUILD instruction",
    }],
    ..PLAIN
};

static RUN: Instruction = Instruction {
    keyword: Keyword::Run,
    name: "RUN",
    form: ArgumentForm::JsonOrText,
    heredocs: true,
    flags: flag::RUN,
    summary: "Run a command and keep what it changed as a layer",
    documentation: include_str!("docs/run.md"),
    link: "https://docs.docker.com/reference/dockerfile/#run",
    syntax: &["RUN [FLAG…] COMMAND", "RUN [FLAG…] [\"PROGRAM\", \"ARG\"…]", "RUN [FLAG…] <<EOF"],
    snippets: &[
        Snippet { label: "RUN command", insert: "RUN ${1:command}", plain: "RUN command" },
        Snippet {
            label: "RUN <<EOF",
            insert: "RUN <<EOF\n${1:commands}\nEOF",
            plain: "RUN <<EOF\ncommands\nEOF",
        },
        Snippet {
            label: "RUN --mount=type=cache",
            insert: "RUN --mount=type=cache,target=${1:/path} ${2:command}",
            plain: "RUN --mount=type=cache,target=/path command",
        },
        Snippet {
            label: "RUN --mount=type=secret",
            insert: "RUN --mount=type=secret,id=${1:name},env=${2:VARIABLE} ${3:command}",
            plain: "RUN --mount=type=secret,id=name,env=VARIABLE command",
        },
    ],
    ..PLAIN
};

static SHELL: Instruction = Instruction {
    keyword: Keyword::Shell,
    name: "SHELL",
    form: ArgumentForm::JsonOrText,
    summary: "Change the shell that runs commands",
    documentation: include_str!("docs/shell.md"),
    link: "https://docs.docker.com/reference/dockerfile/#shell",
    syntax: &["SHELL [\"PROGRAM\", \"ARG\"…]"],
    snippets: &[
        Snippet {
            label: "SHELL [\"/bin/bash\", …]",
            insert: "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
            plain: "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
        },
        Snippet {
            label: "SHELL [\"program\", \"argument\"]",
            insert: "SHELL [\"${1:program}\", \"${2:argument}\"]",
            plain: "SHELL [\"program\", \"argument\"]",
        },
    ],
    ..PLAIN
};

static STOPSIGNAL: Instruction = Instruction {
    keyword: Keyword::Stopsignal,
    name: "STOPSIGNAL",
    form: ArgumentForm::Text,
    expands: true,
    checks_flags: false,
    summary: "Set the signal that stops the container",
    documentation: include_str!("docs/stopsignal.md"),
    link: "https://docs.docker.com/reference/dockerfile/#stopsignal",
    syntax: &["STOPSIGNAL SIGNAL"],
    snippets: &[Snippet {
        label: "STOPSIGNAL signal",
        insert: "STOPSIGNAL ${1:SIGTERM}",
        plain: "STOPSIGNAL SIGTERM",
    }],
    ..PLAIN
};

static USER: Instruction = Instruction {
    keyword: Keyword::User,
    name: "USER",
    form: ArgumentForm::Text,
    expands: true,
    summary: "Set the user of the commands that follow and of the container",
    documentation: include_str!("docs/user.md"),
    link: "https://docs.docker.com/reference/dockerfile/#user",
    syntax: &["USER USER[:GROUP]"],
    snippets: &[
        Snippet { label: "USER user", insert: "USER ${1:user}", plain: "USER user" },
        Snippet {
            label: "USER uid:gid",
            insert: "USER ${1:10001}:${2:10001}",
            plain: "USER 10001:10001",
        },
    ],
    ..PLAIN
};

static VOLUME: Instruction = Instruction {
    keyword: Keyword::Volume,
    name: "VOLUME",
    form: ArgumentForm::JsonOrWords,
    expands: true,
    summary: "Declare directories to be kept outside the container",
    documentation: include_str!("docs/volume.md"),
    link: "https://docs.docker.com/reference/dockerfile/#volume",
    syntax: &["VOLUME PATH…", "VOLUME [\"PATH\"…]"],
    snippets: &[Snippet {
        label: "VOLUME [\"/path\"]",
        insert: "VOLUME [\"${1:/path}\"]",
        plain: "VOLUME [\"/path\"]",
    }],
    ..PLAIN
};

static WORKDIR: Instruction = Instruction {
    keyword: Keyword::Workdir,
    name: "WORKDIR",
    form: ArgumentForm::Text,
    expands: true,
    summary: "Set the working directory, and make it",
    documentation: include_str!("docs/workdir.md"),
    link: "https://docs.docker.com/reference/dockerfile/#workdir",
    syntax: &["WORKDIR PATH"],
    snippets: &[Snippet {
        label: "WORKDIR /path",
        insert: "WORKDIR ${1:/path}",
        plain: "WORKDIR /path",
    }],
    ..PLAIN
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_round_trips_in_any_case() {
        for keyword in Keyword::ALL {
            assert_eq!(keyword.info().keyword, keyword);
            assert_eq!(Keyword::parse(keyword.name()), Some(keyword));
            assert_eq!(Keyword::parse(&keyword.name().to_ascii_lowercase()), Some(keyword));
        }
        assert_eq!(Keyword::parse("rUn"), Some(Keyword::Run));
    }

    #[test]
    fn other_words_are_no_keywords() {
        for word in ["", "RUN ", "RUNS", "AS", "STOP-SIGNAL", "ſhell", "RUN--mount"] {
            assert_eq!(Keyword::parse(word), None, "{word:?}");
        }
    }

    #[test]
    fn all_is_sorted_and_whole() {
        assert!(Keyword::ALL.is_sorted());
        let names: Vec<_> = Keyword::ALL.iter().map(|keyword| keyword.name()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    /// The table of the reference: form, heredocs, flags checked, allowed in ONBUILD.
    #[test]
    fn forms_are_those_of_buildkit() {
        let with = |form| -> Vec<_> {
            Keyword::ALL.into_iter().filter(|k| k.info().form == form).map(Keyword::name).collect()
        };
        assert_eq!(with(ArgumentForm::Words), ["EXPOSE", "FROM"]);
        assert_eq!(with(ArgumentForm::Text), ["MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"]);
        assert_eq!(with(ArgumentForm::JsonOrText), ["CMD", "ENTRYPOINT", "RUN", "SHELL"]);
        assert_eq!(with(ArgumentForm::JsonOrWords), ["ADD", "COPY", "VOLUME"]);
        assert_eq!(with(ArgumentForm::Pairs), ["ENV", "LABEL"]);
        assert_eq!(with(ArgumentForm::Names), ["ARG"]);
        assert_eq!(with(ArgumentForm::Health), ["HEALTHCHECK"]);
        assert_eq!(with(ArgumentForm::Nested), ["ONBUILD"]);

        let that = |test: fn(&Instruction) -> bool| -> Vec<_> {
            Keyword::ALL.into_iter().filter(|k| test(k.info())).map(Keyword::name).collect()
        };
        assert_eq!(that(|i| i.heredocs), ["ADD", "COPY", "RUN"]);
        assert_eq!(that(|i| !i.checks_flags), ["ARG", "STOPSIGNAL"]);
        assert_eq!(that(|i| !i.onbuild), ["FROM", "MAINTAINER", "ONBUILD"]);
        assert_eq!(that(|i| i.once), ["CMD", "ENTRYPOINT", "HEALTHCHECK"]);
        assert_eq!(
            that(|i| !i.expands),
            ["CMD", "ENTRYPOINT", "HEALTHCHECK", "MAINTAINER", "ONBUILD", "RUN", "SHELL"]
        );
        assert_eq!(that(|i| !i.flags.is_empty()), ["ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"]);
    }
}
