//! Platforms: the values of `--platform`, `os[/arch[/variant]]`.
//!
//! Read by the rules of containerd's `platforms` package. What it takes from the machine it runs
//! on, the missing half of `linux` or `arm64` alone, stays open here.

/// A platform to offer.
#[derive(Debug)]
pub struct KnownPlatform {
    /// As written in the file.
    pub name: &'static str,
    /// One line, without a full stop.
    pub summary: &'static str,
}

const fn known(name: &'static str, summary: &'static str) -> KnownPlatform {
    KnownPlatform { name, summary }
}

/// What is offered behind `--platform=`: the variables first, as a constant is rarely right.
pub static PLATFORMS: &[KnownPlatform] = &[
    known("$BUILDPLATFORM", "The building machine: runs natively, for cross-compiling"),
    known("$TARGETPLATFORM", "The platform asked for; the same as no flag"),
    known("linux/amd64", "64-bit PC"),
    known("linux/arm64", "64-bit Arm: Apple silicon, Graviton, Raspberry Pi 3 and later"),
    known("linux/arm/v7", "32-bit Arm: Raspberry Pi 2 and later"),
    known("linux/arm/v6", "32-bit Arm: the first Raspberry Pi, Zero"),
    known("linux/386", "32-bit PC"),
    known("linux/ppc64le", "IBM POWER"),
    known("linux/riscv64", "64-bit RISC-V"),
    known("linux/s390x", "IBM Z"),
    known("linux/loong64", "Loongson"),
    known("windows/amd64", "64-bit PC, Windows"),
];

const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// A platform as read, in its normal form: lower case, usual names, no needless variant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Platform {
    /// `linux`, `windows` …; `None` if only an architecture was written.
    pub os: Option<String>,
    /// `amd64`, `arm64` …; `None` if only a system was written.
    pub architecture: Option<String>,
    /// `v7`, `v3` …
    pub variant: Option<String>,
}

impl Platform {
    /// Reads `os`, `arch`, `os/arch` or `os/arch/variant`; the system may carry a version and
    /// features, `windows(10.0.17763+win32k)`. `None` is what `BuildKit` refuses.
    ///
    /// A word alone has to be a system or architecture known by name; in a pair anything of the
    /// right letters passes.
    pub fn parse(text: &str) -> Option<Platform> {
        let mut parts = text.split('/');
        let first = parts.next()?;
        let (architecture, variant) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        let os = normal_os(system_name(first)?);
        if ![architecture, variant].into_iter().flatten().all(is_component) {
            return None;
        }
        let Some(architecture) = architecture else {
            return alone(first, os);
        };
        let (architecture, mut variant) =
            normal_architecture(architecture, variant.unwrap_or_default());
        if text.matches('/').count() == 1 {
            variant = variant.filter(|variant| architecture != "arm" || variant != "v7");
        } else if architecture == "arm64" && variant.is_none() {
            variant = Some("v8".to_owned());
        }
        Some(Platform { os: Some(os), architecture: Some(architecture), variant })
    }

    /// `os/arch` in normal form, for what is known to be one.
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Platform {
        let (architecture, variant) =
            normal_architecture(architecture, variant.unwrap_or_default());
        let variant = variant.filter(|variant| architecture != "arm" || variant != "v7");
        Platform { os: Some(normal_os(os)), architecture: Some(architecture), variant }
    }

    /// What a build on this machine is for unless it says something else: Linux on its processor.
    pub fn host() -> Platform {
        let architecture = match std::env::consts::ARCH {
            "x86" => "386",
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            other => other,
        };
        Platform::new("linux", architecture, None)
    }

    /// The platform with its open halves taken from `other`.
    #[must_use]
    pub fn or(self, other: &Platform) -> Platform {
        Platform {
            os: self.os.or_else(|| other.os.clone()),
            variant: self
                .variant
                .or_else(|| other.variant.clone().filter(|_| self.architecture.is_none())),
            architecture: self.architecture.or_else(|| other.architecture.clone()),
        }
    }

    /// How well an image that was made for `other` fits where this platform is asked for: 0 is what
    /// was asked for, greater numbers are what containerd would take in its stead, `None` is what
    /// does not run.
    ///
    /// Source: `github.com/containerd/platforms`, `compare.go` (`platformVector`).
    pub fn fit(&self, other: &Platform) -> Option<u8> {
        if (&self.os, &self.architecture) != (&other.os, &other.architecture) {
            return None;
        }
        let number = |platform: &Platform| {
            let usual = match platform.architecture.as_deref() {
                Some("arm") => 7,
                Some("arm64") => 8,
                _ => 1,
            };
            let variant = platform.variant.as_deref();
            variant.map_or(Some(usual), |variant| variant.trim_start_matches('v').parse().ok())
        };
        match (number(self), number(other)) {
            (Some(wanted), Some(found)) => u8::checked_sub(wanted, found),
            _ => (self.variant == other.variant).then_some(0),
        }
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.os, &self.architecture, &self.variant];
        let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
        f.write_str(&parts.join("/"))
    }
}

/// A word without `/`: a system, else an architecture.
fn alone(word: &str, os: String) -> Option<Platform> {
    if SYSTEMS.contains(&os.as_str()) {
        return Some(Platform { os: Some(os), architecture: None, variant: None });
    }
    let (architecture, variant) = normal_architecture(word, "");
    let variant = variant.filter(|variant| architecture != "arm" || variant != "v7");
    ARCHITECTURES.contains(&architecture.as_str()).then_some(Platform {
        os: None,
        architecture: Some(architecture),
        variant,
    })
}

/// The name in front of `(version+feature…)`, if the whole is well-formed.
fn system_name(text: &str) -> Option<&str> {
    let Some((name, rest)) = text.split_once('(') else {
        return is_system(text).then_some(text);
    };
    let options = rest.strip_suffix(')')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.%-+".contains(c);
    (is_system(name) && options.chars().all(plain)).then_some(name)
}

fn is_system(text: &str) -> bool {
    is_component(text) && !text.contains('.')
}

fn is_component(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

fn normal_os(os: &str) -> String {
    let os = os.to_ascii_lowercase();
    if os == "macos" { "darwin".to_owned() } else { os }
}

/// The usual name of an architecture, and its variant where that says more than the name.
fn normal_architecture(architecture: &str, variant: &str) -> (String, Option<String>) {
    let variant = variant.to_ascii_lowercase();
    let (architecture, variant) = match architecture.to_ascii_lowercase().as_str() {
        "i386" => ("386".to_owned(), String::new()),
        "x86_64" | "x86-64" | "amd64" => {
            ("amd64".to_owned(), if variant == "v1" { String::new() } else { variant })
        }
        "aarch64" | "arm64" => ("arm64".to_owned(), arm64_variant(variant)),
        "armhf" => ("arm".to_owned(), "v7".to_owned()),
        "armel" => ("arm".to_owned(), "v6".to_owned()),
        "arm" => ("arm".to_owned(), arm_variant(variant)),
        other => (other.to_owned(), variant),
    };
    (architecture, Some(variant).filter(|variant| !variant.is_empty()))
}

fn arm64_variant(variant: String) -> String {
    match variant.as_str() {
        "8" | "v8" | "v8.0" => String::new(),
        "9" | "9.0" | "v9.0" => "v9".to_owned(),
        _ => variant,
    }
}

fn arm_variant(variant: String) -> String {
    match variant.as_str() {
        "" | "7" => "v7".to_owned(),
        "5" | "6" | "8" => format!("v{variant}"),
        _ => variant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is `os/arch/variant`, `?` for an open half, or empty for a refusal.
    fn check(text: &str, expected: &str) {
        let shown = Platform::parse(text).map(|platform| {
            let [os, architecture] =
                [platform.os, platform.architecture].map(|part| part.unwrap_or("?".to_owned()));
            let variant = platform.variant.map(|variant| format!("/{variant}")).unwrap_or_default();
            format!("{os}/{architecture}{variant}")
        });
        assert_eq!(shown.unwrap_or_default(), expected, "{text:?}");
    }

    #[test]
    fn pairs_and_triples() {
        check("linux/amd64", "linux/amd64");
        check("Linux/AMD64", "linux/amd64");
        check("linux/x86_64", "linux/amd64");
        check("macos/aarch64", "darwin/arm64");
        check("linux/arm", "linux/arm");
        check("linux/arm/v7", "linux/arm/v7");
        check("linux/arm/6", "linux/arm/v6");
        check("linux/armhf", "linux/arm");
        check("linux/armel", "linux/arm/v6");
        check("linux/arm64/v8", "linux/arm64/v8");
        check("linux/amd64/v1", "linux/amd64");
        check("linux/amd64/v3", "linux/amd64/v3");
        check("windows(10.0.17763)/amd64", "windows/amd64");
        check("made/up", "made/up");
    }

    #[test]
    fn what_runs_where() {
        let fit = |asked: &str, made: &str, expected: Option<u8>| {
            let [asked, made] = [asked, made].map(|text| Platform::parse(text).expect(text));
            assert_eq!(asked.fit(&made), expected, "{made} where {asked} is asked for");
        };
        fit("linux/amd64", "linux/amd64", Some(0));
        fit("linux/amd64/v3", "linux/amd64", Some(2));
        fit("linux/amd64", "linux/amd64/v3", None);
        fit("linux/amd64", "linux/arm64", None);
        fit("linux/arm64", "linux/arm64/v8", Some(0));
        fit("linux/arm/v7", "linux/arm", Some(0));
        fit("linux/arm/v7", "linux/arm/v6", Some(1));
        fit("linux/arm/v6", "linux/arm/v7", None);
        fit("linux/amd64", "windows/amd64", None);
    }

    #[test]
    fn open_halves_are_filled() {
        let host = Platform::new("linux", "aarch64", None);
        for (text, expected) in [
            ("amd64", "linux/amd64"),
            ("linux", "linux/arm64"),
            ("windows/amd64", "windows/amd64"),
            ("linux/arm/v6", "linux/arm/v6"),
        ] {
            let platform = Platform::parse(text).expect(text).or(&host);
            assert_eq!(platform.to_string(), expected);
        }
        assert_eq!(Platform::host().os.as_deref(), Some("linux"));
        assert!(Platform::host().architecture.is_some());
    }

    #[test]
    fn a_word_alone_has_to_be_known() {
        check("linux", "linux/?");
        check("arm64", "?/arm64");
        check("armhf", "?/arm");
        check("local", "");
        check("", "");
    }

    #[test]
    fn refused() {
        check("linux/", "");
        check("/amd64", "");
        check("linux/arm/v7/x", "");
        check("linux/*", "");
        check("linux.1/arm64", "");
        check("linux /amd64", "");
        check("linux(1/amd64", "");
        check("$TARGETPLATFORM", "");
    }

    #[test]
    fn what_is_offered_is_understood() {
        for platform in PLATFORMS {
            let is_variable = platform.name.starts_with('$');
            assert_eq!(Platform::parse(platform.name).is_none(), is_variable, "{}", platform.name);
        }
        assert!(SYSTEMS.is_sorted() && ARCHITECTURES.is_sorted());
    }
}
