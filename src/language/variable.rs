//! Build arguments the builder knows by itself.
//!
//! Four kinds that behave differently: see [`VariableKind`].

/// A build argument the builder knows by itself.
#[derive(Debug)]
pub struct Variable {
    /// Upper case.
    pub name: &'static str,
    /// How it behaves.
    pub kind: VariableKind,
    /// The first frontend that knows it; `None`: long ago.
    pub since: Option<&'static str>,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// A value it may have.
    pub example: &'static str,
}

/// What a predefined build argument is for, and where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// Set by the builder, known in `FROM` and global `ARG`s; a stage needs a bare `ARG NAME`.
    /// The name is case-sensitive.
    Automatic,
    /// Reaches `RUN` as environment without any `ARG`, but the builder does not expand it, and warns
    /// where it is used, unless an `ARG` declares it. Upper or lower case.
    Proxy,
    /// Given on the command line to steer the build; the file need not mention it.
    BuildOnly,
    /// Declared by `ARG NAME=value` in the file, globally or in a stage; never in the environment.
    Sbom,
}

impl VariableKind {
    /// What to know about the kind, as one or two sentences of markdown.
    pub fn note(self) -> &'static str {
        match self {
            VariableKind::Automatic => {
                "Set by the builder. Known in `FROM` without any declaration; a stage has to declare it with a bare `ARG`."
            }
            VariableKind::Proxy => {
                "Reaches `RUN` without an `ARG` and is kept out of history and cache. An `ARG` of this name would put it into both."
            }
            VariableKind::BuildOnly => {
                "Steers the build and is given on the command line: `--build-arg NAME=VALUE`. The file need not declare it."
            }
            VariableKind::Sbom => {
                "Read from an `ARG` with a default, before the first `FROM` for all stages or in one stage. Never part of the environment."
            }
        }
    }
}

impl Variable {
    /// Markdown: what it is, an example, what to know about its kind.
    pub fn documentation(&self) -> String {
        let Variable { name, summary, example, kind, .. } = self;
        format!("{summary}, for example `{example}`.\n\n{note}", note = kind.note())
            .replace("bare `ARG`", &format!("bare `ARG {name}`"))
            .replace("NAME=VALUE", &format!("{name}={example}"))
    }
}

/// The variable the builder sets by itself: `TARGETARCH` and its like. Case-sensitive.
pub fn automatic(name: &str) -> Option<&'static Variable> {
    of_kind(VariableKind::Automatic).find(|variable| variable.name == name)
}

/// The proxy setting of that name, in any letter case.
pub fn proxy(name: &str) -> Option<&'static Variable> {
    of_kind(VariableKind::Proxy).find(|variable| variable.name.eq_ignore_ascii_case(name))
}

/// The argument that steers the build, or the scan for its parts list. Case-sensitive.
pub fn build_only(name: &str) -> Option<&'static Variable> {
    of_kind(VariableKind::BuildOnly).find(|variable| variable.name == name)
}

/// The argument that asks for a scan of the stage or the context. Case-sensitive.
pub fn sbom(name: &str) -> Option<&'static Variable> {
    of_kind(VariableKind::Sbom).find(|variable| variable.name == name)
}

/// Any of the four kinds.
pub fn predefined(name: &str) -> Option<&'static Variable> {
    automatic(name).or_else(|| proxy(name)).or_else(|| build_only(name)).or_else(|| sbom(name))
}

/// All of one kind, in the order to offer them.
pub fn of_kind(kind: VariableKind) -> impl Iterator<Item = &'static Variable> {
    VARIABLES.iter().filter(move |variable| variable.kind == kind)
}

const fn variable(
    kind: VariableKind,
    name: &'static str,
    since: Option<&'static str>,
    summary: &'static str,
    example: &'static str,
) -> Variable {
    Variable { name, kind, since, summary, example }
}

use VariableKind::{Automatic, BuildOnly, Proxy, Sbom};

/// All of them, by kind, in the order to offer them.
#[rustfmt::skip]
pub static VARIABLES: &[Variable] = &[
    variable(Automatic, "TARGETPLATFORM", None, "The platform of the image", "linux/arm/v7"),
    variable(Automatic, "TARGETOS", None, "The system of the image", "linux"),
    variable(Automatic, "TARGETARCH", None, "The architecture of the image", "arm"),
    variable(Automatic, "TARGETVARIANT", None, "The variant of the image's architecture, often empty", "v7"),
    variable(Automatic, "TARGETOSVERSION", Some("1.13"), "The version of the image's system, mostly empty", "10.0.20348"),
    variable(Automatic, "TARGETSTAGE", Some("1.11"), "The stage the build was asked for, or `default`", "release"),
    variable(Automatic, "BUILDPLATFORM", None, "The platform of the building machine", "linux/amd64"),
    variable(Automatic, "BUILDOS", None, "The system of the building machine", "linux"),
    variable(Automatic, "BUILDARCH", None, "The architecture of the building machine", "amd64"),
    variable(Automatic, "BUILDVARIANT", None, "The variant of the building machine's architecture, often empty", "v8"),
    variable(Automatic, "BUILDOSVERSION", Some("1.13"), "The version of the building machine's system, mostly empty", "10.0.20348"),

    variable(Proxy, "HTTP_PROXY", None, "The proxy for http", "http://proxy.example.com:3128"),
    variable(Proxy, "HTTPS_PROXY", None, "The proxy for https", "http://proxy.example.com:3128"),
    variable(Proxy, "NO_PROXY", None, "The hosts to reach without a proxy", "localhost,.example.com"),
    variable(Proxy, "ALL_PROXY", None, "The proxy for what has none of its own", "socks5://proxy.example.com:1080"),
    variable(Proxy, "FTP_PROXY", None, "The proxy for ftp", "http://proxy.example.com:3128"),

    variable(BuildOnly, "BUILDKIT_BUILD_NAME", None, "The name of the build in history and Docker Desktop", "nightly"),
    variable(BuildOnly, "BUILDKIT_CACHE_MOUNT_NS", Some("1.1.2"), "A prefix for the names of all cache mounts", "team-a"),
    variable(BuildOnly, "BUILDKIT_CONTEXT_KEEP_GIT_DIR", None, "Keep the .git directory of a Git context", "1"),
    variable(BuildOnly, "BUILDKIT_DOCKERFILE_CHECK", Some("1.8"), "Options of the build checks, in place of `# check=`", "error=true"),
    variable(BuildOnly, "BUILDKIT_GIT_ADVICE", None, "Show the advice that git prints", "1"),
    variable(BuildOnly, "BUILDKIT_INLINE_CACHE", None, "Store what a later build needs as cache in the image", "1"),
    variable(BuildOnly, "BUILDKIT_MULTI_PLATFORM", Some("1.3"), "Give a multi-platform result even for a single platform", "1"),
    variable(BuildOnly, "BUILDKIT_SANDBOX_HOSTNAME", Some("1.4"), "The host name `RUN` sees, in place of `buildkitsandbox`", "builder"),
    variable(BuildOnly, "BUILDKIT_SYNTAX", None, "The frontend, in place of `# syntax=`", "docker/dockerfile:1"),
    variable(BuildOnly, "SOURCE_DATE_EPOCH", Some("1.5"), "The creation time of image and layers, in seconds since 1970", "1700000000"),

    variable(Sbom, "BUILDKIT_SBOM_SCAN_CONTEXT", Some("1.5"), "Scan the build context for the parts list (SBOM)", "true"),
    variable(Sbom, "BUILDKIT_SBOM_SCAN_STAGE", Some("1.5"), "Scan stages besides the last for the parts list (SBOM): a boolean or names", "build,test"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_names_are_exact() {
        assert_eq!(automatic("TARGETARCH").map(|v| v.name), Some("TARGETARCH"));
        assert!(automatic("targetarch").is_none());
        assert!(automatic("TARGET").is_none());
        assert!(automatic("HTTP_PROXY").is_none());
        assert_eq!(of_kind(VariableKind::Automatic).count(), 11);
    }

    #[test]
    fn proxies_in_any_case() {
        for name in ["HTTP_PROXY", "http_proxy", "No_Proxy"] {
            assert_eq!(proxy(name).map(|v| v.kind), Some(VariableKind::Proxy), "{name}");
        }
        assert!(proxy("SOCKS_PROXY").is_none());
    }

    #[test]
    fn predefined_is_all_kinds() {
        for variable in VARIABLES {
            assert_eq!(predefined(variable.name).map(|v| v.name), Some(variable.name));
        }
        assert!(predefined("PATH").is_none());
        assert!(build_only("BUILDKIT_SBOM_SCAN_STAGE").is_none());
        assert!(sbom("BUILDKIT_SBOM_SCAN_STAGE").is_some());
    }

    #[test]
    fn documentation_names_the_variable() {
        assert_eq!(
            automatic("TARGETOS").map(Variable::documentation).as_deref(),
            Some(
                "The system of the image, for example `linux`.\n\nSet by the builder. Known in \
                 `FROM` without any declaration; a stage has to declare it with a bare \
                 `ARG TARGETOS`."
            )
        );
        let syntax = build_only("BUILDKIT_SYNTAX").map(Variable::documentation);
        assert!(syntax.is_some_and(|text| {
            text.contains("`--build-arg BUILDKIT_SYNTAX=docker/dockerfile:1`")
        }));
    }
}
