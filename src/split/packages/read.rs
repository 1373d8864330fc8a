//! What the commands of package managers do.
//!
//! Source: the manuals apt-get(8), aptitude(8), apk(8), yum(8), dnf(8).

/// Whose command it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// `apt`, `apt-get`, `aptitude` and what belongs to them.
    Apt,
    /// `apk`.
    Apk,
    /// `dnf`, `yum`, `microdnf`.
    Dnf,
    /// Another one, by its program; it is not read any further.
    Other(&'static str),
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Installs these packages and what they depend on.
    Installs(Vec<Requested>),
    /// Removes these packages, or groups of `apk --virtual`. Empty for those no longer needed.
    Removes(Vec<String>),
    /// Replaces installed packages by newer ones.
    Upgrades,
    /// Changes nothing but lists and caches, or only asks.
    Housekeeping,
    /// Anything else.
    Unknown,
}

/// A package that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its name alone, without version, processor or release.
    pub name: String,
    /// Whether a version, a release or a repository is asked for.
    pub pinned: bool,
    /// The group of `apk --virtual`.
    pub group: Option<String>,
    /// Whether what it recommends is installed along with it, as apt does if it is not told.
    pub recommends: bool,
}

/// How a manager's words are read.
struct Grammar {
    manager: Manager,
    programs: &'static [&'static str],
    /// Options that take the next word.
    with_value: &'static [&'static str],
    /// Options that make it another command than it looks.
    strange: &'static [&'static str],
    install: &'static [&'static str],
    remove: &'static [&'static str],
    upgrade: &'static [&'static str],
    housekeeping: &'static [&'static str],
    /// What may follow a name, before the version.
    version: &'static [char],
    /// Processors that may follow the name, as they are written there.
    processors: &'static [&'static str],
}

const GRAMMARS: &[Grammar] = &[
    Grammar {
        manager: Manager::Apt,
        programs: &["apt-get", "apt", "aptitude"],
        with_value: &[
            "-o",
            "--option",
            "-c",
            "--config-file",
            "-t",
            "--target-release",
            "--default-release",
            "-a",
            "--host-architecture",
            "-P",
            "--build-profiles",
            "--solver",
        ],
        strange: &[
            "-d",
            "--download-only",
            "-s",
            "--simulate",
            "--just-print",
            "--dry-run",
            "--recon",
            "--no-act",
            "--print-uris",
            "-h",
            "--help",
        ],
        install: &["install", "reinstall"],
        remove: &["remove", "purge", "autoremove", "auto-remove", "autopurge"],
        upgrade: &["upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"],
        housekeeping: &[
            "update",
            "clean",
            "autoclean",
            "auto-clean",
            "distclean",
            "dist-clean",
            "check",
            "list",
            "search",
            "show",
            "policy",
            "indextargets",
        ],
        version: &['=', '/'],
        processors: &[":amd64", ":native", ":any", ":all"],
    },
    Grammar {
        manager: Manager::Apk,
        programs: &["apk"],
        with_value: &[
            "-t",
            "--virtual",
            "-X",
            "--repository",
            "--arch",
            "--cache-dir",
            "--cache-max-age",
            "--keys-dir",
            "--repositories-file",
            "--wait",
            "--timeout",
            "--progress-fd",
        ],
        strange: &["-p", "--root", "-s", "--simulate", "-h", "--help"],
        install: &["add"],
        remove: &["del"],
        upgrade: &["upgrade", "fix"],
        housekeeping: &[
            "update", "cache", "info", "list", "search", "policy", "stats", "verify", "audit",
            "version",
        ],
        version: &['=', '<', '>', '~', '@'],
        processors: &[],
    },
    Grammar {
        manager: Manager::Dnf,
        programs: &["dnf", "yum", "microdnf"],
        with_value: &[
            "--enablerepo",
            "--disablerepo",
            "--repo",
            "--repoid",
            "--setopt",
            "-x",
            "--exclude",
            "--releasever",
            "-c",
            "--config",
            "-d",
            "-e",
            "--debuglevel",
            "--errorlevel",
        ],
        strange: &["--installroot", "--downloadonly", "--assumeno", "-h", "--help"],
        install: &["install"],
        remove: &["remove", "erase", "autoremove"],
        upgrade: &["update", "upgrade", "distro-sync"],
        housekeeping: &[
            "clean",
            "makecache",
            "check-update",
            "repolist",
            "list",
            "info",
            "search",
            "repoquery",
        ],
        version: &[],
        processors: &[".x86_64", ".noarch"],
    },
];

/// Commands beside the three, and what they do.
const OTHERS: &[(&str, Manager, Operation)] = &[
    ("apt-cache", Manager::Apt, Operation::Housekeeping),
    ("apt-config", Manager::Apt, Operation::Housekeeping),
    ("apt-mark", Manager::Apt, Operation::Unknown),
    ("add-apt-repository", Manager::Apt, Operation::Unknown),
    ("apt-add-repository", Manager::Apt, Operation::Unknown),
    ("dpkg-query", Manager::Apt, Operation::Housekeeping),
    ("dpkg-reconfigure", Manager::Apt, Operation::Unknown),
    ("dpkg-divert", Manager::Apt, Operation::Unknown),
    ("gdebi", Manager::Apt, Operation::Unknown),
    ("rpm", Manager::Other("rpm"), Operation::Unknown),
    ("tdnf", Manager::Other("tdnf"), Operation::Unknown),
    ("zypper", Manager::Other("zypper"), Operation::Unknown),
    ("pacman", Manager::Other("pacman"), Operation::Unknown),
    ("emerge", Manager::Other("emerge"), Operation::Unknown),
    ("xbps-install", Manager::Other("xbps-install"), Operation::Unknown),
    ("opkg", Manager::Other("opkg"), Operation::Unknown),
    ("snap", Manager::Other("snap"), Operation::Unknown),
    ("brew", Manager::Other("brew"), Operation::Unknown),
    ("nix-env", Manager::Other("nix-env"), Operation::Unknown),
    ("conda", Manager::Other("conda"), Operation::Unknown),
    ("mamba", Manager::Other("mamba"), Operation::Unknown),
    ("micromamba", Manager::Other("micromamba"), Operation::Unknown),
];

/// Forms of `dpkg` that only ask.
const DPKG_QUESTIONS: &[&str] = &[
    "-l",
    "--list",
    "-s",
    "--status",
    "-L",
    "--listfiles",
    "-S",
    "--search",
    "-p",
    "--print-avail",
    "--print-architecture",
    "--print-foreign-architectures",
    "--compare-versions",
    "--get-selections",
    "--version",
    "--help",
];

/// What a command of a package manager does; `None` if it is none.
///
/// `name` is the program's base name, `args` the words behind it, each `None` where its value is not
/// known before the build.
pub fn read(name: &str, args: &[Option<&str>]) -> Option<(Manager, Operation)> {
    if let Some(grammar) = GRAMMARS.iter().find(|grammar| grammar.programs.contains(&name)) {
        let operation = grammar.read(args).unwrap_or(Operation::Unknown);
        return Some((grammar.manager, operation));
    }
    if name == "dpkg" {
        let asks = matches!(args, [Some(first), ..] if DPKG_QUESTIONS.contains(first));
        let operation = if asks { Operation::Housekeeping } else { Operation::Unknown };
        return Some((Manager::Apt, operation));
    }
    let row = OTHERS.iter().find(|(program, ..)| *program == name)?;
    Some((row.1, row.2.clone()))
}

/// The words of a command, told apart.
#[derive(Default)]
struct Words<'a> {
    operands: Vec<&'a str>,
    group: Option<&'a str>,
    repairs: bool,
    /// Whether packages that are recommended are left out.
    is_bare: bool,
}

impl Grammar {
    /// `None` for what is not understood.
    fn read(&self, args: &[Option<&str>]) -> Option<Operation> {
        let words = self.words(args)?;
        let (command, names) = words.operands.split_first()?;
        if self.housekeeping.contains(command) {
            return Some(Operation::Housekeeping);
        }
        if self.upgrade.contains(command) {
            return Some(Operation::Upgrades);
        }
        if self.remove.contains(command) {
            let names: Option<Vec<_>> =
                names.iter().map(|name| self.requested(name, &words)).collect();
            return Some(Operation::Removes(
                names?.into_iter().map(|package| package.name).collect(),
            ));
        }
        if !self.install.contains(command) || words.repairs && names.is_empty() {
            return None;
        }
        self.install(names, &words)
    }

    fn install(&self, names: &[&str], words: &Words<'_>) -> Option<Operation> {
        // apt takes away what has a dash behind its name.
        let removal = |name: &&str| self.manager == Manager::Apt && name.ends_with('-');
        if !names.is_empty() && names.iter().all(removal) {
            let names: Option<Vec<_>> = names
                .iter()
                .map(|name| self.requested(name.trim_end_matches('-'), words))
                .collect();
            return Some(Operation::Removes(
                names?.into_iter().map(|package| package.name).collect(),
            ));
        }
        if names.iter().any(removal) {
            return None;
        }
        let names: Option<Vec<_>> = names.iter().map(|name| self.requested(name, words)).collect();
        names.map(Operation::Installs)
    }

    fn words<'a>(&self, args: &[Option<&'a str>]) -> Option<Words<'a>> {
        let mut words = Words::default();
        let mut rest = args.iter().copied();
        while let Some(word) = rest.next() {
            let word = word?;
            if !word.starts_with('-') || word == "-" {
                words.operands.push(word);
                continue;
            }
            let (option, value) = self.option(word);
            let value = match (value, self.with_value.contains(&option)) {
                (None, true) => Some(rest.next()??),
                (value, _) => value,
            };
            if self.is_strange(option, value) {
                return None;
            }
            match (self.manager, option) {
                (Manager::Apk, "-t" | "--virtual") => words.group = value,
                (Manager::Apt, "--fix-broken") => words.repairs = true,
                (Manager::Apt, "--no-install-recommends" | "--without-recommends" | "-R") => {
                    words.is_bare = true;
                }
                (Manager::Apt, "--install-recommends" | "--with-recommends" | "-r") => {
                    words.is_bare = false;
                }
                (Manager::Apt, "-o" | "--option") => {
                    words.is_bare = recommends(value.unwrap_or_default())
                        .map_or(words.is_bare, |recommends| !recommends);
                }
                (Manager::Apt, letters) if is_cluster(letters) && letters.contains('f') => {
                    words.repairs = true;
                }
                _ => {}
            }
        }
        Some(words)
    }

    /// An option, and the value that is written in the same word.
    fn option<'a>(&self, word: &'a str) -> (&'a str, Option<&'a str>) {
        if word.starts_with("--") {
            return match word.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (word, None),
            };
        }
        match word.split_at_checked(2) {
            // `-tstable`, `-t=stable`, but `-yqq`.
            Some((option, value)) if !value.is_empty() && self.with_value.contains(&option) => {
                (option, Some(value.strip_prefix('=').unwrap_or(value)))
            }
            _ => (word, None),
        }
    }

    fn is_strange(&self, option: &str, value: Option<&str>) -> bool {
        let elsewhere = |value: &str| {
            let value = value.to_ascii_lowercase();
            value.starts_with("dir") || value.starts_with("rootdir")
        };
        let letters = is_cluster(option)
            && option.chars().skip(1).any(|letter| {
                let alone = format!("-{letter}");
                // A value behind several letters is not told from a package.
                self.strange.contains(&alone.as_str())
                    || alone != option && self.with_value.contains(&alone.as_str())
            });
        let is_setting = self.manager == Manager::Apt && matches!(option, "-o" | "--option");
        letters || self.strange.contains(&option) || is_setting && value.is_some_and(elsewhere)
    }

    /// A package as it is asked for; `None` for what is no package's name.
    fn requested(&self, word: &str, words: &Words<'_>) -> Option<Requested> {
        let (name, pinned) = match word.find(self.version) {
            Some(end) => (word.get(..end)?, true),
            None => (word, false),
        };
        let name = self.processors.iter().find_map(|p| name.strip_suffix(p)).unwrap_or(name);
        let is_file = [".deb", ".rpm", ".apk"].iter().any(|end| name.ends_with(end));
        (is_name(name) && !is_file).then(|| Requested {
            name: name.to_owned(),
            pinned,
            group: words.group.map(str::to_owned),
            recommends: self.manager == Manager::Apt && !words.is_bare,
        })
    }
}

/// What a setting of apt says of packages that are recommended.
fn recommends(setting: &str) -> Option<bool> {
    let (name, value) = setting.split_once('=')?;
    let value = value.trim_matches(['"', '\'']).to_ascii_lowercase();
    let is_it = name.eq_ignore_ascii_case("apt::install-recommends");
    is_it.then_some(!matches!(value.as_str(), "0" | "false" | "no" | "off" | "without" | "disable"))
}

/// Whether a word is of one dash and letters.
fn is_cluster(option: &str) -> bool {
    option.strip_prefix('-').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphabetic()))
}

/// Whether a word may be a package's name, or that of a group: nothing a shell or a manager reads
/// in another way.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_')
        && word.chars().any(|c| c.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recommended_comes_along() {
        let check = |command: &str, expected: bool| {
            let words: Vec<_> = command.split(' ').map(Some).collect();
            let name = words[0].expect("a word");
            let Some((_, Operation::Installs(names))) = read(name, &words[1..]) else {
                panic!("{command}");
            };
            assert!(names.iter().all(|one| one.recommends == expected), "{command}");
        };
        check("apt-get install -y git", true);
        check("apt install git curl", true);
        check("apt-get install -y --no-install-recommends git", false);
        check("apt-get --no-install-recommends install git", false);
        check("apt-get install -y -o APT::Install-Recommends=false git", false);
        check("apt-get install -y -o APT::Install-Suggests=0 git", true);
        check("aptitude install -R git", false);
        check("apk add git", false);
        check("dnf install -y git", false);
    }

    /// A command and what it does, shortly.
    #[track_caller]
    fn check(command: &str, expected: &str) {
        let mut words = command.split(' ');
        let name = words.next().unwrap_or_default();
        let args: Vec<_> = words.map(|word| (word != "?").then_some(word)).collect();
        let found = read(name, &args);
        let shown = found.map_or("none".to_owned(), |(_, operation)| match operation {
            Operation::Installs(packages) => {
                let names: Vec<_> = packages
                    .iter()
                    .map(|package| {
                        let pin = if package.pinned { "!" } else { "" };
                        let group = package.group.as_ref().map(|group| format!("({group})"));
                        format!("{}{pin}{}", package.name, group.unwrap_or_default())
                    })
                    .collect();
                format!("+ {}", names.join(" "))
            }
            Operation::Removes(names) => format!("- {}", names.join(" ")),
            Operation::Upgrades => "upgrades".to_owned(),
            Operation::Housekeeping => "housekeeping".to_owned(),
            Operation::Unknown => "unknown".to_owned(),
        });
        assert_eq!(shown, expected, "{command}");
    }

    #[test]
    fn apt() {
        check("apt-get install -y --no-install-recommends curl git", "+ curl git");
        check("apt-get -yqq install g++ libc6:amd64", "+ g++ libc6");
        check("apt install -t bookworm-backports curl=7.1* git/sid", "+ curl! git!");
        check("apt-get -o Acquire::Retries=3 install -oDebug::x=1 --option a=b curl", "+ curl");
        check("apt-get install -y --target-release=sid curl", "+ curl");
        check("apt-get install -q=2 curl", "+ curl");
        check("apt-get install curl-", "- curl");
        check("apt-get install curl- git", "unknown");
        check("apt-get install ./local.deb", "unknown");
        check("apt-get install /tmp/local.deb", "unknown");
        check("apt-get install lib*", "unknown");
        check("apt-get install curl ?", "unknown");
        check("apt-get install -t ? curl", "unknown");
        check("apt-get install libc6:i386", "unknown");
        check("apt-get install -f", "unknown");
        check("apt-get -fy install", "unknown");
        check("apt-get -f install curl", "+ curl");
        check("apt-get install", "+ ");
        check("apt-get install -d curl", "unknown");
        check("apt-get install -yd curl", "unknown");
        check("apt-get install -yt sid curl", "unknown");
        check("apt-get -o Dir::State=/x install curl", "unknown");
        check("apt-get build-dep curl", "unknown");
        check("apt-get update -qq", "housekeeping");
        check("apt-get clean", "housekeeping");
        check("apt-get upgrade -y", "upgrades");
        check("apt-get dist-upgrade", "upgrades");
        check("apt-get purge -y --auto-remove curl git", "- curl git");
        check("apt-get autoremove", "- ");
        check("aptitude install -y curl", "+ curl");
        check("apt-get", "unknown");
        check("apt-get -y", "unknown");
        check("apt-get install -t", "unknown");
        check("apt-cache policy curl", "housekeeping");
        check("apt-mark hold curl", "unknown");
        check("dpkg -i a.deb", "unknown");
        check("dpkg --add-architecture i386", "unknown");
        check("dpkg --print-architecture", "housekeeping");
    }

    #[test]
    fn apk() {
        check("apk add --no-cache curl git", "+ curl git");
        check("apk --no-cache add curl", "+ curl");
        check("apk add --update --virtual .build gcc musl-dev", "+ gcc(.build) musl-dev(.build)");
        check("apk add -t .b --no-cache gcc", "+ gcc(.b)");
        check("apk add --virtual=.b gcc", "+ gcc(.b)");
        check("apk add -U a=1.2-r0 b~1.2 c@edge d~=3 e>1", "+ a! b! c! d! e!");
        check("apk add -X http://x/edge --repository http://y curl", "+ curl");
        check("apk del .build", "- .build");
        check("apk del --purge gcc", "- gcc");
        check("apk update", "housekeeping");
        check("apk upgrade --no-cache", "upgrades");
        check("apk fix", "upgrades");
        check("apk add --root /x curl", "unknown");
        check("apk add cmd:bash", "unknown");
        check("apk add ?", "unknown");
        check("apk add !curl", "unknown");
        check("apk add ./a.apk", "unknown");
    }

    #[test]
    fn others() {
        check("dnf install -y --setopt install_weak_deps=0 gcc zlib.x86_64", "+ gcc zlib");
        check("yum -y --enablerepo=x install gcc", "+ gcc");
        check("microdnf clean all", "housekeeping");
        check("yum update -y", "upgrades");
        check("dnf erase gcc", "- gcc");
        check("dnf install @development-tools", "unknown");
        check("yum groupinstall x", "unknown");
        check("yum install https://x/a.rpm", "unknown");
        check("pacman -S gcc", "unknown");
        check("zypper install gcc", "unknown");
        check("curl x", "none");
        check("rm -rf /var/lib/apt/lists", "none");
    }
}
