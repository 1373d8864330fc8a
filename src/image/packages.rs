//! What a `RUN` adds to an image, where its commands have been measured.
//!
//! `packages.tsv` holds what installations added to a minimal Debian on linux/amd64, each done for
//! real by `docs/measure/packages`, which also says what the columns are. Nothing is reckoned for
//! what is not in it: other releases and distributions (`apk` among them: there was no Alpine to
//! measure on), other processors, other package managers, any other command.
//!
//! Packages share what they need, so several together add at least what the greatest adds alone, and
//! at most what they add one by one. The rows of several packages, which nothing is looked up in,
//! are there for the test of that.

use std::sync::LazyLock;

use super::{Amount, Date};
use crate::language::platform::Platform;
use crate::shell::PlainWord as Word;

/// The image that commands run in: Debian, or an image built on it.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// Debian's name for its release: `bookworm`.
    pub release: &'a str,
    /// What the image is made for.
    pub platform: &'a Platform,
    /// Whether it is Debian's own image. On any other a package may be there already.
    pub is_bare: bool,
    /// Whether it leaves out manuals, documents and translations, as Debian's slim images do and
    /// what is built on them; `None` if that is not known.
    pub is_slim: Option<bool>,
}

/// What commands add to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// To what is downloaded, in bytes.
    pub pull: Amount,
    /// To what lies on the disk, in bytes.
    pub disk: Amount,
    /// The oldest day on which any of it was measured; `None` where nothing is installed.
    pub as_of: Option<Date>,
}

/// Why it is not known what commands add: a short text for people, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

const LISTS: &str = "/var/lib/apt/lists";

/// What later versions of the same packages may weigh more or less, within a release.
const MARGIN_PERCENT: u64 = 5;

/// The rows of several packages lie, on the average, a third of the way from the greatest single
/// package to the sum of all.
pub const LIKELY_SHARE: u64 = 3;

/// What dpkg's list of packages, debconf's questions and the logs, which every installation writes
/// anew, weigh more where many packages are known. Measured on a tree like `buildpack-deps`, with
/// some 350 of them: 1 MB, and 0.25 MB packed; here twice that.
const BOOKS: Weight = Weight { disk: 2_000_000, pull: 500_000 };

/// Commands that write next to nothing, and the bytes that they were seen to write at most.
const SMALL: &[(&str, u64)] = &[
    (":", 0),
    ("true", 0),
    ("set", 0),
    ("cd", 0),
    ("umask", 0),
    ("echo", 0),
    ("printf", 0),
    ("mkdir", 0),
    ("groupadd", 5_000),
    ("addgroup", 5_000),
    ("useradd", 10_000),
    ("adduser", 10_000),
];

/// What may be removed without loss to what was counted, the lists aside: there is nothing in it,
/// as Debian's images keep no packages once these are installed.
const EMPTY: &[&str] = &[
    "/tmp",
    "/var/tmp",
    "/var/cache/apt",
    "/var/cache/apt/archives",
    "/var/lib/apt/lists/partial",
];

/// Variables that have no say in what is installed.
const HARMLESS_VARIABLES: &[&str] =
    &["DEBIAN_FRONTEND", "DEBCONF_NONINTERACTIVE_SEEN", "LANG", "LC_ALL", "TZ"];

/// Options of apt, and what each says about recommended packages, if anything.
const OPTIONS: &[(&str, Option<bool>)] = &[
    ("--no-install-recommends", Some(false)),
    ("--install-recommends", Some(true)),
    ("--no-install-suggests", None),
    ("--yes", None),
    ("--assume-yes", None),
    ("--quiet", None),
    ("--fix-missing", None),
    ("--fix-broken", None),
    ("--no-upgrade", None),
    ("--allow-downgrades", None),
    ("--allow-unauthenticated", None),
];

/// Options of one letter, which may stand together: `-yqq`.
const LETTERS: &[char] = &['y', 'q', 'm', 'f'];

/// How what follows `-o` may begin, in small letters, and what that says about recommended packages.
const SETTINGS: &[(&str, Option<bool>)] = &[
    ("apt::install-recommends=0", Some(false)),
    ("apt::install-recommends=false", Some(false)),
    ("apt::install-recommends=no", Some(false)),
    ("apt::install-recommends=1", Some(true)),
    ("apt::install-recommends=true", Some(true)),
    ("apt::install-recommends=yes", Some(true)),
    ("apt::install-suggests=0", None),
    ("apt::install-suggests=false", None),
    ("acquire::retries=", None),
    ("acquire::http::", None),
    ("acquire::https::", None),
    ("acquire::check-valid-until=", None),
    ("acquire::forceipv4=", None),
    ("dpkg::use-pty=", None),
    ("dpkg::options::=--force-conf", None),
];

/// How many packages a text names at most.
const MAX_NAMED: usize = 3;

/// How much of a word a text repeats, in characters.
const MAX_SHOWN: usize = 40;

/// What the commands of one `RUN` add to `base` if all succeed.
///
/// `mounts` are the targets of its cache and tmpfs mounts: what lies there is not in the image. That
/// the base has no settings of apt but those of Debian's images is taken for granted.
pub fn added(commands: &[Vec<Word>], mounts: &[&str], base: &Base) -> Result<Added, Unknown> {
    let mut layer = Layer::default();
    for command in commands {
        layer.run(command, base)?;
    }
    if mounts.iter().any(|mount| is_at_or_below(LISTS, mount)) {
        layer.lists = None;
    }
    Ok(layer.weigh(base))
}

/// What a package with all that it needs added to a slim image of Debian bookworm, in bytes: a hint at
/// what it adds to other releases of Debian and Ubuntu. `None` if that was not measured.
pub fn on_bookworm(package: &str, recommends: bool) -> Option<u64> {
    let wanted = ("bookworm", recommends, package);
    let row = ROWS.iter().find(|row| (row.release, row.recommends, row.packages) == wanted)?;
    Some(row.slim.disk)
}

/// What commands leave behind.
#[derive(Default)]
struct Layer {
    lists: Option<&'static Row>,
    installed: Vec<&'static Row>,
    small: u64,
}

impl Layer {
    fn run(&mut self, words: &[Word], base: &Base) -> Result<(), Unknown> {
        let name = words.iter().position(|word| !is_harmless(word)).unwrap_or(words.len());
        let Some((name, arguments)) = words.get(name..).and_then(<[_]>::split_first) else {
            return Ok(());
        };
        if let Some((_, bytes)) = SMALL.iter().find(|(small, _)| name.text == *small) {
            self.small += bytes;
            return Ok(());
        }
        match name.text.as_str() {
            "apt-get" | "apt" => self.apt(&name.text, arguments, base),
            "rm" => self.remove(arguments),
            "export" if arguments.iter().all(is_harmless) => Ok(()),
            "ln" if arguments.iter().any(|word| is_option_with(word, 's')) => Ok(()),
            name => {
                let word = arguments.first().filter(|word| is_plain(&word.text));
                Err(not_measured(name, word.map_or("", |word| &word.text)))
            }
        }
    }

    fn apt(&mut self, name: &str, arguments: &[Word], base: &Base) -> Result<(), Unknown> {
        let (operands, recommends) = read_options(name, arguments)?;
        let Some((command, packages)) = operands.split_first() else { return Ok(()) };
        match *command {
            "update" => {
                self.lists = Some(find(base, false, LISTS).ok_or_else(|| no_figures(name, base))?);
            }
            "install" => self.install(name, packages, recommends, base)?,
            "clean" | "autoclean" | "check" => {}
            // What has just been installed is needed, and nothing else was removed.
            "autoremove" if !self.installed.is_empty() => {}
            command => return Err(not_measured(name, command)),
        }
        Ok(())
    }

    fn install(
        &mut self,
        name: &str,
        packages: &[&str],
        recommends: bool,
        base: &Base,
    ) -> Result<(), Unknown> {
        find(base, false, LISTS).ok_or_else(|| no_figures(name, base))?;
        let mut missing = Vec::new();
        for written in packages {
            let package = package_name(written);
            match find(base, recommends, package).filter(|_| is_plain(package)) {
                // A package is there once, whoever asks for it again.
                Some(row) if self.installed.iter().any(|other| std::ptr::eq(*other, row)) => {}
                Some(row) => self.installed.push(row),
                None => missing.push(format!("`{}`", shown(package))),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let more = missing.len().saturating_sub(MAX_NAMED);
        missing.truncate(MAX_NAMED);
        let mut names = missing.join(", ");
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        Err(Unknown(format!("no figure for {names} on Debian {}", base.release)))
    }

    /// `rm`: a removal takes away what the same commands brought, so only known places may go.
    fn remove(&mut self, arguments: &[Word]) -> Result<(), Unknown> {
        let is_recursive =
            arguments.iter().any(|word| is_option_with(word, 'r') || is_option_with(word, 'R'));
        for word in arguments.iter().filter(|word| !word.text.starts_with('-')) {
            let place = word.text.strip_suffix("/*").filter(|_| word.is_pattern);
            let place = place.unwrap_or(&word.text).trim_end_matches('/');
            match place {
                LISTS if is_recursive => self.lists = None,
                _ if EMPTY.contains(&place) => {}
                _ => return Err(not_measured("rm", &word.text)),
            }
        }
        Ok(())
    }

    fn weigh(&self, base: &Base) -> Added {
        let rows = || self.installed.iter().copied();
        let least = |row: &Row| if base.is_slim == Some(false) { row.full } else { row.slim };
        let most = |row: &Row| if base.is_slim == Some(true) { row.slim } else { row.full };
        let greatest = rows().map(least).fold(Weight::ZERO, Weight::max);
        let books = if base.is_bare || self.installed.is_empty() { Weight::ZERO } else { BOOKS };
        let sum = rows().map(most).fold(books, Weight::plus);
        let lists = self.lists.map_or(Weight::ZERO, |row| row.full);
        let amount = |part: fn(&Weight) -> u64| {
            let (greatest, sum, lists) = (part(&greatest), part(&sum), part(&lists));
            let low = lists + if base.is_bare { greatest } else { 0 };
            let high = lists + sum;
            Amount {
                bytes: lists + greatest + (sum - greatest) / LIKELY_SHARE,
                low: low - low * MARGIN_PERCENT / 100,
                high: high + high * MARGIN_PERCENT / 100 + self.small,
            }
        };
        Added {
            pull: amount(|weight| weight.pull),
            disk: amount(|weight| weight.disk),
            as_of: rows().chain(self.lists).map(|row| row.date).min(),
        }
    }
}

/// The words of apt that are no options, and whether recommended packages come along.
fn read_options<'a>(name: &str, arguments: &'a [Word]) -> Result<(Vec<&'a str>, bool), Unknown> {
    let mut operands = Vec::new();
    // As Debian sets it.
    let mut recommends = true;
    let mut words = arguments.iter().map(|word| word.text.as_str());
    while let Some(word) = words.next() {
        let setting = match word {
            "-o" | "--option" => words.next(),
            _ => word.strip_prefix("--option=").or_else(|| word.strip_prefix("-o")),
        };
        let known = if let Some(setting) = setting {
            let setting = setting.to_ascii_lowercase();
            SETTINGS.iter().find(|(start, _)| setting.starts_with(start)).map(|(_, says)| *says)
        } else if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            letters.chars().all(|letter| LETTERS.contains(&letter)).then_some(None)
        } else if word.starts_with("--") {
            OPTIONS.iter().find(|(option, _)| word == *option).map(|(_, says)| *says)
        } else {
            operands.push(word);
            continue;
        };
        let says = known.ok_or_else(|| not_measured(name, setting.unwrap_or(word)))?;
        recommends = says.unwrap_or(recommends);
    }
    Ok((operands, recommends))
}

/// A package's name without the version and the processor that may follow it.
fn package_name(written: &str) -> &str {
    let name = written.split_once('=').map_or(written, |(name, _)| name);
    name.strip_suffix(":amd64").unwrap_or(name)
}

/// Whether a word sets a variable that does not matter.
fn is_harmless(word: &Word) -> bool {
    let name = word.text.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| HARMLESS_VARIABLES.contains(&name))
}

/// Whether a word has that letter among its short options.
fn is_option_with(word: &Word, letter: char) -> bool {
    word.text.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains(letter))
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a word may be a package or a subcommand.
fn is_plain(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn shown(word: &str) -> String {
    word.chars().take(MAX_SHOWN).collect()
}

fn not_measured(command: &str, word: &str) -> Unknown {
    let text = format!("{} {}", shown(command), shown(word));
    Unknown(format!("`{}` is not measured", text.trim_end()))
}

fn no_figures(command: &str, base: &Base) -> Unknown {
    let (release, platform) = (base.release, base.platform);
    Unknown(format!("{command} is not measured on Debian {release} for {platform}"))
}

/// Bytes of a layer.
#[derive(Clone, Copy, Debug)]
struct Weight {
    disk: u64,
    pull: u64,
}

impl Weight {
    const ZERO: Weight = Weight { disk: 0, pull: 0 };

    fn max(self, other: Weight) -> Weight {
        Weight { disk: self.disk.max(other.disk), pull: self.pull.max(other.pull) }
    }

    fn plus(self, other: Weight) -> Weight {
        Weight { disk: self.disk + other.disk, pull: self.pull + other.pull }
    }
}

/// One measured installation.
#[derive(Debug)]
struct Row {
    release: &'static str,
    recommends: bool,
    /// One package, several with a blank between them, or [`LISTS`].
    packages: &'static str,
    slim: Weight,
    full: Weight,
    date: Date,
}

static TABLE: &str = include_str!("packages.tsv");

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| TABLE.lines().filter_map(Row::parse).collect());

impl Row {
    fn parse(line: &'static str) -> Option<Row> {
        let mut cells = line.split('\t');
        let (release, recommends, packages) = (cells.next()?, cells.next()?, cells.next()?);
        let mut weight = || {
            let (disk, pull) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
            Some(Weight { disk, pull })
        };
        let (slim, full) = (weight()?, weight()?);
        let date = Date::parse(cells.next()?)?;
        Some(Row { release, recommends: recommends == "yes", packages, slim, full, date })
    }
}

/// The row of a package, or of [`LISTS`].
fn find(base: &Base, recommends: bool, package: &str) -> Option<&'static Row> {
    let platform = (base.platform.os.as_deref(), base.platform.architecture.as_deref());
    if platform != (Some("linux"), Some("amd64")) {
        return None;
    }
    ROWS.iter().find(|row| {
        (row.release, row.recommends, row.packages) == (base.release, recommends, package)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::commands;

    /// Debian's slim image of bookworm.
    fn on_slim<T>(run: impl FnOnce(&Base) -> T) -> T {
        let platform = Platform::new("linux", "amd64", None);
        run(&Base { release: "bookworm", platform: &platform, is_bare: true, is_slim: Some(true) })
    }

    fn added_by(text: &str, base: &Base) -> Result<Added, Unknown> {
        let commands = commands(text).unwrap_or_else(|| panic!("{text} is not read"));
        added(&commands, &[], base)
    }

    #[track_caller]
    fn known(text: &str) -> Added {
        on_slim(|base| added_by(text, base)).unwrap_or_else(|why| panic!("{text}: {why:?}"))
    }

    /// Two texts that add the same.
    #[track_caller]
    fn check_same(text: &str, other: &str) {
        assert_eq!(known(text), known(other), "{text}");
    }

    /// A text that adds something unknown, and why.
    #[track_caller]
    fn check_unknown(text: &str, reason: &str) {
        assert_eq!(on_slim(|base| added_by(text, base)), Err(Unknown(reason.to_owned())), "{text}");
    }

    #[test]
    fn every_row_is_read() {
        let mut names: Vec<_> =
            ROWS.iter().map(|row| (row.release, row.recommends, row.packages)).collect();
        assert_eq!(names.len(), TABLE.lines().count());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROWS.len(), "no row is there twice");
        for row in ROWS.iter() {
            assert!(row.slim.disk <= row.full.disk && row.slim.pull <= row.full.pull, "{row:?}");
        }
    }

    #[test]
    fn packages_installed_together_lie_in_the_range() {
        let platform = Platform::new("linux", "amd64", None);
        let mut checked = 0;
        for row in ROWS.iter().filter(|row| row.packages.contains(' ')) {
            for (is_slim, truth) in [(true, row.slim), (false, row.full)] {
                let is_slim = Some(is_slim);
                let base =
                    Base { release: row.release, platform: &platform, is_bare: true, is_slim };
                let recommends = if row.recommends { "" } else { "--no-install-recommends " };
                let text = format!("apt-get install {recommends}{}", row.packages);
                let found = added_by(&text, &base).expect(&text);
                let inside = |amount: Amount, truth| (amount.low..=amount.high).contains(&truth);
                assert!(inside(found.disk, truth.disk), "{row:?}: {found:?}");
                assert!(inside(found.pull, truth.pull), "{row:?}: {found:?}");
                checked += 1;
            }
        }
        assert!(checked >= 80, "{checked}");
    }

    #[test]
    fn one_package_is_what_was_measured() {
        let found = known("apt-get install -y curl");
        let row = on_slim(|base| find(base, true, "curl")).expect("curl");
        assert_eq!((found.disk.bytes, found.pull.bytes), (row.slim.disk, row.slim.pull));
        assert_eq!(found.disk.low, row.slim.disk - row.slim.disk / 20);
        assert_eq!(found.disk.high, row.slim.disk + row.slim.disk / 20);
        assert_eq!(found.as_of, Some(row.date));
    }

    #[test]
    fn the_ways_to_write_an_installation() {
        let plain = "apt-get install curl git";
        check_same("apt-get install -y curl git", plain);
        check_same("DEBIAN_FRONTEND=noninteractive apt-get -yqq install git curl curl", plain);
        check_same(
            "export LC_ALL=C; apt -o Dpkg::Use-Pty=0 install --yes curl && apt install git",
            plain,
        );
        check_same("apt-get install curl=7.88.* git:amd64", plain);
        check_same(
            "set -eux; apt-get install curl git; apt-get autoremove -y; apt-get clean",
            plain,
        );
        let alone = "apt-get install --no-install-recommends curl git";
        check_same("apt-get install -o APT::Install-Recommends=false curl git", alone);
        check_same("apt-get install --option=apt::install-recommends=0 curl git", alone);
        assert!(known(alone).disk.low < known(plain).disk.low);
    }

    #[test]
    fn lists_count_until_they_are_removed() {
        let lists = known("apt-get update").disk;
        assert!(lists.low > 5_000_000, "{lists:?}");
        let without = known("apt-get install curl");
        let with = known("apt-get update && apt-get install curl");
        assert!(with.disk.low > without.disk.low && with.disk.high > without.disk.high);
        for removal in [
            "rm -rf /var/lib/apt/lists/*",
            "rm -r /var/lib/apt/lists",
            "rm -fr /tmp/* /var/lib/apt/lists/ /var/cache/apt/archives/*",
        ] {
            check_same(
                &format!("apt-get update && apt-get install curl && {removal}"),
                "apt-get install curl",
            );
        }
        check_same("apt-get update; rm -rf /tmp /var/tmp/*", "apt-get update");
    }

    #[test]
    fn what_lies_on_a_mount_is_not_added() {
        let commands = commands("apt-get update && apt-get install curl").expect("plain");
        let lists = |mount| {
            let found = on_slim(|base| added(&commands, &[mount], base)).expect("known");
            found != known("apt-get install curl")
        };
        assert!(!lists("/var/lib/apt"));
        assert!(!lists("/var/lib/apt/lists/"));
        assert!(lists("/var/lib/apt/lists/partial"));
        assert!(lists("/var/lib/ap"));
        assert!(lists("/root/.cache"));
    }

    #[test]
    fn what_is_known_of_the_base_narrows_the_range() {
        let disk = |is_bare, is_slim| {
            on_slim(|base| added_by("apt-get install git", &Base { is_bare, is_slim, ..*base }))
                .expect("known")
                .disk
        };
        let (slim, full, either) =
            (disk(true, Some(true)), disk(true, Some(false)), disk(true, None));
        assert_eq!((either.low, either.high), (slim.low, full.high));
        assert!(slim.high < full.high && slim.low < full.low);
        let built_on = disk(false, Some(true));
        assert_eq!(built_on.low, 0, "git may be there");
        assert!(built_on.high > slim.high && built_on.bytes > slim.low);
    }

    #[test]
    fn small_commands_add_next_to_nothing() {
        assert_eq!(known("set -e; cd /; mkdir -p /app && ln -sf /a /b").disk, Amount::exact(0));
        assert_eq!(known("").as_of, None);
        let user = known("groupadd -r app && useradd -r -g app app").disk;
        assert_eq!((user.low, user.high), (0, 15_000));
    }

    #[test]
    fn everything_else_is_unknown() {
        check_unknown("npm ci", "`npm ci` is not measured");
        check_unknown("apt-get update && ./configure --x", "`./configure` is not measured");
        check_unknown("apk add curl", "`apk add` is not measured");
        check_unknown("sudo apt-get install curl", "`sudo apt-get` is not measured");
        check_unknown("ln /a /b", "`ln` is not measured");
        check_unknown("rm -rf /usr/share/doc", "`rm /usr/share/doc` is not measured");
        check_unknown("rm -rf '/tmp/*'", "`rm /tmp/*` is not measured");
        check_unknown("rm /var/lib/apt/lists/*", "`rm /var/lib/apt/lists/*` is not measured");
        check_unknown("APT_CONFIG=/x apt-get update", "`APT_CONFIG=/x apt-get` is not measured");
        check_unknown("export PATH=/x", "`export` is not measured");
        check_unknown(
            &format!("{} x", "é".repeat(1000)),
            &format!("`{} x` is not measured", "é".repeat(40)),
        );
    }

    #[test]
    fn what_apt_may_do_besides_is_unknown() {
        check_unknown("apt-get upgrade -y", "`apt-get upgrade` is not measured");
        check_unknown("apt-get autoremove", "`apt-get autoremove` is not measured");
        check_unknown("apt-get install -t x curl", "`apt-get -t` is not measured");
        check_unknown(
            "apt install --install-suggests curl",
            "`apt --install-suggests` is not measured",
        );
        check_unknown("apt-get install -o", "`apt-get -o` is not measured");
        check_unknown(
            "apt-get -o Dpkg::Options::=--path-exclude=/x install curl",
            "`apt-get Dpkg::Options::=--path-exclude=/x` is not measured",
        );
    }

    #[test]
    fn packages_without_figures_are_named() {
        check_unknown(
            "apt-get install curl left-pad g++-",
            "no figure for `left-pad`, `g++-` on Debian bookworm",
        );
        check_unknown(
            "apt-get install a b c d e",
            "no figure for `a`, `b`, `c` and 2 more on Debian bookworm",
        );
        check_unknown(
            "apt-get install /var/lib/apt/lists curl:i386",
            "no figure for `/var/lib/apt/lists`, `curl:i386` on Debian bookworm",
        );
        check_unknown("apt-get install 'curl git'", "no figure for `curl git` on Debian bookworm");
    }

    #[test]
    fn other_releases_and_processors_are_unknown() {
        let unknown = |release, platform| {
            let platform = Platform::new("linux", platform, None);
            let base = Base { release, platform: &platform, is_bare: true, is_slim: None };
            ["apt-get update", "apt-get install curl"].map(|text| added_by(text, &base))
        };
        for answer in unknown("bullseye", "amd64") {
            let text = "apt-get is not measured on Debian bullseye for linux/amd64";
            assert_eq!(answer, Err(Unknown(text.to_owned())));
        }
        for answer in unknown("bookworm", "arm64") {
            let text = "apt-get is not measured on Debian bookworm for linux/arm64";
            assert_eq!(answer, Err(Unknown(text.to_owned())));
        }
    }
}
