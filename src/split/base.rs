//! What images provide: whose they are, what they stand on, how they are configured.
//!
//! Source: the Dockerfiles of the official images, of Google's distroless and of Microsoft's .NET,
//! as they were in 2026. An image that is not in the table is not known, and nothing is said of it.

use super::release::{self, Distribution};
use crate::image::Reference;
use crate::image::tag::Tag;

/// The standard `PATH` of Debian and Alpine images.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The toolchain or service that an image is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Nothing but a distribution.
    Distribution,
    /// Debian with a C compiler and many development packages.
    Buildpack,
    /// `golang`.
    Go,
    /// `rust`.
    Rust,
    /// `gcc`.
    Gcc,
    /// A JDK without a build tool.
    Jdk,
    /// A JRE.
    Jre,
    /// `maven`.
    Maven,
    /// `gradle`.
    Gradle,
    /// `sbtscala/scala-sbt` and its like.
    Sbt,
    /// `clojure`.
    Clojure,
    /// `node`.
    Node,
    /// `oven/bun`.
    Bun,
    /// `denoland/deno`.
    Deno,
    /// `python`, and `uv`'s images that hold one.
    Python,
    /// `ruby`.
    Ruby,
    /// `php`.
    Php,
    /// `elixir`.
    Elixir,
    /// `erlang`.
    Erlang,
    /// `haskell`.
    Haskell,
    /// `swift`.
    Swift,
    /// `dart`.
    Dart,
    /// The SDK of .NET.
    DotnetSdk,
    /// A runtime of .NET.
    DotnetRuntime,
    /// Static-site generators.
    Hugo,
    /// `nginx`.
    Nginx,
    /// `caddy`.
    Caddy,
    /// Google's distroless images.
    Distroless,
}

/// The C library that programs are linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// GNU's.
    Glibc,
    /// That of Alpine.
    Musl,
    /// There is none: programs have to bring their own.
    None,
}

/// What is known of an image.
#[derive(Clone, Debug)]
pub struct Base {
    /// Its name.
    pub image: Reference,
    /// What it is made for.
    pub family: Family,
    /// What it stands on.
    pub distribution: Distribution,
    /// Whether the tag says which release that is, or stays on one; else it will move on.
    pub pinned: bool,
    /// Whether it is the small one of its kind, without compilers and development packages.
    pub slim: bool,
    /// What containers start with. Empty without.
    pub entrypoint: &'static [&'static str],
    /// What they start by default. Empty where the file has to tell.
    pub cmd: &'static [&'static str],
    /// Its working directory.
    pub workdir: &'static str,
    /// Its user; empty for root.
    pub user: &'static str,
    /// Its variables, `PATH` among them.
    pub env: Vec<(&'static str, String)>,
}

/// A row of the table.
struct Row {
    repository: &'static str,
    family: Family,
    workdir: &'static str,
    user: &'static str,
    entrypoint: &'static [&'static str],
    cmd: &'static [&'static str],
    /// What stands before the standard `PATH`.
    path: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
}

const PLAIN: Row = Row {
    repository: "",
    family: Family::Distribution,
    workdir: "/",
    user: "",
    entrypoint: &[],
    cmd: &[],
    path: &[],
    env: &[],
};

const TEMURIN: &str = "/opt/java/openjdk";
const NODE_ENTRY: &[&str] = &["docker-entrypoint.sh"];
const PHP_ENTRY: &[&str] = &["docker-php-entrypoint"];
const JDK_ENTRY: &[&str] = &["/__cacert_entrypoint.sh"];
const CARGO: &[(&str, &str)] =
    &[("RUSTUP_HOME", "/usr/local/rustup"), ("CARGO_HOME", "/usr/local/cargo")];
const DOTNET: &[(&str, &str)] = &[("DOTNET_RUNNING_IN_CONTAINER", "true")];
const BUNDLE: &[(&str, &str)] = &[
    ("LANG", "C.UTF-8"),
    ("GEM_HOME", "/usr/local/bundle"),
    ("BUNDLE_SILENCE_ROOT_WARNING", "1"),
    ("BUNDLE_APP_CONFIG", "/usr/local/bundle"),
];

/// The images that are known. Of a repository with several images, the tag decides in
/// [`Base::of`].
const ROWS: &[Row] = &[
    Row { repository: "debian", cmd: &["bash"], ..PLAIN },
    Row { repository: "ubuntu", cmd: &["/bin/bash"], ..PLAIN },
    Row { repository: "alpine", cmd: &["/bin/sh"], ..PLAIN },
    Row { repository: "buildpack-deps", family: Family::Buildpack, cmd: &["bash"], ..PLAIN },
    Row {
        repository: "golang",
        family: Family::Go,
        workdir: "/go",
        path: &["/go/bin", "/usr/local/go/bin"],
        env: &[("GOPATH", "/go"), ("GOTOOLCHAIN", "local")],
        ..PLAIN
    },
    Row {
        repository: "rust",
        family: Family::Rust,
        path: &["/usr/local/cargo/bin"],
        env: CARGO,
        ..PLAIN
    },
    Row { repository: "gcc", family: Family::Gcc, cmd: &["bash"], ..PLAIN },
    Row {
        repository: "eclipse-temurin",
        family: Family::Jdk,
        entrypoint: JDK_ENTRY,
        cmd: &["jshell"],
        path: &["/opt/java/openjdk/bin"],
        env: &[("JAVA_HOME", TEMURIN), ("LANG", "en_US.UTF-8")],
        ..PLAIN
    },
    Row {
        repository: "maven",
        family: Family::Maven,
        entrypoint: &["/usr/local/bin/mvn-entrypoint.sh"],
        cmd: &["mvn"],
        path: &["/opt/java/openjdk/bin"],
        env: &[("JAVA_HOME", TEMURIN), ("MAVEN_HOME", "/usr/share/maven")],
        ..PLAIN
    },
    Row {
        repository: "gradle",
        family: Family::Gradle,
        workdir: "/home/gradle",
        cmd: &["gradle"],
        path: &["/opt/java/openjdk/bin"],
        env: &[("JAVA_HOME", TEMURIN), ("GRADLE_HOME", "/opt/gradle")],
        ..PLAIN
    },
    Row { repository: "openjdk", family: Family::Jdk, cmd: &["jshell"], ..PLAIN },
    Row { repository: "amazoncorretto", family: Family::Jdk, cmd: &["jshell"], ..PLAIN },
    Row { repository: "sbtscala/scala-sbt", family: Family::Sbt, workdir: "/root", ..PLAIN },
    Row { repository: "clojure", family: Family::Clojure, workdir: "/tmp", ..PLAIN },
    Row {
        repository: "node",
        family: Family::Node,
        entrypoint: NODE_ENTRY,
        cmd: &["node"],
        ..PLAIN
    },
    Row {
        repository: "oven/bun",
        family: Family::Bun,
        workdir: "/home/bun/app",
        entrypoint: &["/usr/local/bin/docker-entrypoint.sh"],
        cmd: &["/usr/local/bin/bun"],
        ..PLAIN
    },
    Row {
        repository: "denoland/deno",
        family: Family::Deno,
        entrypoint: &["/tini", "--", "docker-entrypoint.sh"],
        cmd: &["eval", "console.log('Welcome to Deno!')"],
        env: &[("DENO_DIR", "/deno-dir/")],
        ..PLAIN
    },
    Row {
        repository: "python",
        family: Family::Python,
        cmd: &["python3"],
        path: &["/usr/local/bin"],
        env: &[("LANG", "C.UTF-8")],
        ..PLAIN
    },
    Row {
        repository: "ghcr.io/astral-sh/uv",
        family: Family::Python,
        cmd: &["uv"],
        path: &["/usr/local/bin"],
        env: &[("LANG", "C.UTF-8")],
        ..PLAIN
    },
    Row {
        repository: "ruby",
        family: Family::Ruby,
        cmd: &["irb"],
        path: &["/usr/local/bundle/bin"],
        env: BUNDLE,
        ..PLAIN
    },
    Row {
        repository: "php",
        family: Family::Php,
        entrypoint: PHP_ENTRY,
        cmd: &["php", "-a"],
        env: &[("PHPIZE_DEPS", "autoconf dpkg-dev file g++ gcc libc-dev make pkg-config re2c")],
        ..PLAIN
    },
    Row {
        repository: "elixir",
        family: Family::Elixir,
        cmd: &["iex"],
        env: &[("LANG", "C.UTF-8")],
        ..PLAIN
    },
    Row {
        repository: "erlang",
        family: Family::Erlang,
        cmd: &["erl"],
        env: &[("LANG", "C.UTF-8")],
        ..PLAIN
    },
    Row {
        repository: "haskell",
        family: Family::Haskell,
        cmd: &["ghci"],
        path: &["/root/.cabal/bin", "/root/.local/bin", "/opt/ghc/bin"],
        env: &[("LANG", "C.UTF-8")],
        ..PLAIN
    },
    Row { repository: "swift", family: Family::Swift, ..PLAIN },
    Row {
        repository: "dart",
        family: Family::Dart,
        workdir: "/root",
        path: &["/usr/lib/dart/bin"],
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/sdk",
        family: Family::DotnetSdk,
        cmd: &["bash"],
        env: DOTNET,
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/aspnet",
        family: Family::DotnetRuntime,
        env: &[("DOTNET_RUNNING_IN_CONTAINER", "true"), ("ASPNETCORE_HTTP_PORTS", "8080")],
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/runtime",
        family: Family::DotnetRuntime,
        env: DOTNET,
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/runtime-deps",
        family: Family::DotnetRuntime,
        env: DOTNET,
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/core/sdk",
        family: Family::DotnetSdk,
        cmd: &["bash"],
        env: DOTNET,
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/core/aspnet",
        family: Family::DotnetRuntime,
        env: DOTNET,
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/core/runtime",
        family: Family::DotnetRuntime,
        env: DOTNET,
        ..PLAIN
    },
    Row {
        repository: "mcr.microsoft.com/dotnet/core/runtime-deps",
        family: Family::DotnetRuntime,
        env: DOTNET,
        ..PLAIN
    },
    Row { repository: "hugomods/hugo", family: Family::Hugo, workdir: "/src", ..PLAIN },
    Row { repository: "klakegg/hugo", family: Family::Hugo, workdir: "/src", ..PLAIN },
    Row {
        repository: "nginx",
        family: Family::Nginx,
        entrypoint: &["/docker-entrypoint.sh"],
        cmd: &["nginx", "-g", "daemon off;"],
        ..PLAIN
    },
    Row {
        repository: "nginxinc/nginx-unprivileged",
        family: Family::Nginx,
        user: "101",
        entrypoint: &["/docker-entrypoint.sh"],
        cmd: &["nginx", "-g", "daemon off;"],
        ..PLAIN
    },
    Row {
        repository: "caddy",
        family: Family::Caddy,
        workdir: "/srv",
        cmd: &["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
        ..PLAIN
    },
];

/// Distroless images: the word behind `gcr.io/distroless/`, and the interpreter that containers
/// start with.
const DISTROLESS: &[(&str, &[&str])] = &[
    ("static", &[]),
    ("base", &[]),
    ("base-nossl", &[]),
    ("cc", &[]),
    ("java17", &["/usr/bin/java", "-jar"]),
    ("java21", &["/usr/bin/java", "-jar"]),
    ("java25", &["/usr/bin/java", "-jar"]),
    ("nodejs20", &["/nodejs/bin/node"]),
    ("nodejs22", &["/nodejs/bin/node"]),
    ("nodejs24", &["/nodejs/bin/node"]),
    ("python3", &["/usr/bin/python3"]),
];

/// The repositories that are known.
pub fn repositories() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.repository).chain(["gcr.io/distroless/…"])
}

impl Base {
    /// What is known of an image; `None` for one that is not in the table, and for Windows.
    pub fn of(image: &Reference) -> Option<Base> {
        let name = image.familiar();
        let tag_text = image.effective_tag()?;
        let tag = Tag::parse(tag_text);
        if let Some(rest) = name.strip_prefix("gcr.io/distroless/") {
            return distroless(image, rest, tag_text);
        }
        let row = ROWS.iter().find(|row| row.repository == name)?;
        if is_windows(&tag) || tag.has("onbuild") {
            return None;
        }
        let (distribution, pinned) = release::behind(row.repository, &tag)?;
        // Microsoft's images without a shell stand on Ubuntu.
        let is_chiseled = row.family == Family::DotnetRuntime && tag.has("chiseled");
        let distribution = match distribution {
            Distribution::Ubuntu(release) if is_chiseled => Distribution::Distroless(release),
            other => other,
        };
        let before = row.path.iter().copied();
        let path = before.chain([PATH]).collect::<Vec<_>>().join(":");
        let mut env = vec![("PATH", path)];
        env.extend(row.env.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let family = match row.family {
            Family::Jdk if tag.has("jre") => Family::Jre,
            family => family,
        };
        Some(Base {
            image: image.clone(),
            family,
            distribution,
            pinned,
            slim: is_slim(row.family, &tag, distribution),
            entrypoint: row.entrypoint,
            cmd: match row.family {
                Family::Php if tag.has("apache") => &["apache2-foreground"],
                Family::Php if tag.has("fpm") => &["php-fpm"],
                _ => row.cmd,
            },
            workdir: if row.repository == "php" { "/var/www/html" } else { row.workdir },
            user: if is_chiseled { "1654" } else { row.user },
            env,
        })
    }

    /// Whether containers serve something if nobody says what they start.
    pub fn serves(&self) -> bool {
        matches!(self.cmd, ["apache2-foreground" | "php-fpm"])
            || matches!(self.family, Family::Nginx | Family::Caddy)
    }

    /// The empty image.
    pub fn scratch() -> Base {
        Base {
            image: Reference::empty(),
            family: Family::Distribution,
            distribution: Distribution::None,
            pinned: true,
            slim: true,
            entrypoint: &[],
            cmd: &[],
            workdir: "/",
            user: "",
            env: vec![("PATH", PATH.to_owned())],
        }
    }

    /// Its name in a `FROM`.
    pub fn name(&self) -> String {
        match self.distribution {
            Distribution::None if self.family == Family::Distribution => "scratch".to_owned(),
            _ => self.image.to_string(),
        }
    }

    /// The C library of its programs.
    pub fn libc(&self) -> Libc {
        match self.distribution {
            Distribution::Alpine(_) => Libc::Musl,
            Distribution::None => Libc::None,
            Distribution::Distroless(_) if self.image.repository.contains("/static") => Libc::None,
            _ => Libc::Glibc,
        }
    }

    /// Whether commands can be run in it.
    pub fn has_shell(&self) -> bool {
        !matches!(self.distribution, Distribution::None | Distribution::Distroless(_))
    }

    /// Whether it may hold tools that its small siblings lack, without a line of the file: which ones
    /// is not known of all.
    pub fn is_for_building(&self) -> bool {
        let is_tool =
            matches!(self.family, Family::Maven | Family::Gradle | Family::Jdk | Family::DotnetSdk);
        !self.slim || is_tool
    }

    /// Whether it holds certificates of authorities.
    pub fn has_certificates(&self) -> bool {
        match (self.family, self.distribution) {
            (_, Distribution::Distroless(_) | Distribution::Alpine(_)) => true,
            (_, Distribution::None) => false,
            (Family::Distribution, _) => false,
            (Family::Node | Family::Swift | Family::Haskell, _) => !self.slim,
            _ => true,
        }
    }

    /// Whether it holds the table of time zones.
    pub fn has_zones(&self) -> bool {
        match self.distribution {
            Distribution::Debian(_) | Distribution::Distroless(_) => true,
            Distribution::Ubuntu(_) => self.family != Family::Distribution,
            Distribution::Alpine(_) | Distribution::None | Distribution::Other => false,
        }
    }

    /// Whether it is nothing but a distribution.
    pub fn is_bare(&self) -> bool {
        self.family == Family::Distribution && self.distribution != Distribution::None
    }

    /// The value of one of its variables.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.env.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

/// Alpine's own images hold nothing but the tool; the full ones of Debian hold the packages of
/// `buildpack-deps`.
fn is_slim(family: Family, tag: &Tag<'_>, distribution: Distribution) -> bool {
    tag.has("slim")
        || matches!(distribution, Distribution::Alpine(_))
        || !matches!(
            family,
            Family::Go
                | Family::Rust
                | Family::Gcc
                | Family::Node
                | Family::Python
                | Family::Ruby
                | Family::Php
                | Family::Buildpack
        )
}

fn is_windows(tag: &Tag<'_>) -> bool {
    tag.flavour.iter().any(|word| {
        ["windowsservercore", "nanoserver", "ltsc"].iter().any(|name| word.starts_with(name))
    })
}

fn distroless(image: &Reference, rest: &str, tag: &str) -> Option<Base> {
    let (name, debian) = rest.rsplit_once("-debian")?;
    let release = release::debian(debian.parse().ok()?)?;
    let (_, entrypoint) = DISTROLESS.iter().find(|(known, _)| *known == name)?;
    Some(Base {
        image: image.clone(),
        family: Family::Distroless,
        distribution: Distribution::Distroless(release),
        pinned: true,
        slim: true,
        entrypoint,
        cmd: &[],
        workdir: if tag.starts_with("nonroot") { "/home/nonroot" } else { "/" },
        user: if tag.starts_with("nonroot") { "65532" } else { "" },
        env: vec![("PATH", PATH.to_owned())],
    })
}
