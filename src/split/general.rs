//! Commands that are no build: those of the shell, of files, of users, of the system.
//!
//! A command that is not in these tables is not known, and neither is one with an option that is
//! not.

use super::command::{Grammar, Invocation, Options, SHELLS, Word};
use super::course::{Course, Installed, Role, matches_pattern};
use super::facts::Facts;
use super::packages::{self, Operation};
use super::world::{Origin, World, is_within, trimmed};

/// Commands that leave nothing behind, whatever their arguments are. What they print may be written
/// to a file, which is looked at elsewhere.
const HARMLESS: &[&str] = &[
    "[",
    "[[",
    ":",
    "arch",
    "awk",
    "basename",
    "cat",
    "cd",
    "cmp",
    "cut",
    "date",
    "declare",
    "df",
    "diff",
    "dir",
    "dirname",
    "du",
    "echo",
    "egrep",
    "env",
    "export",
    "expr",
    "false",
    "fgrep",
    "file",
    "getent",
    "grep",
    "head",
    "hostname",
    "id",
    "ldd",
    "local",
    "ls",
    "md5sum",
    "nproc",
    "popd",
    "printenv",
    "printf",
    "ps",
    "pushd",
    "pwd",
    "read",
    "readlink",
    "realpath",
    "readonly",
    "seq",
    "set",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "shopt",
    "sleep",
    "sort",
    "stat",
    "tail",
    "test",
    "tr",
    "tree",
    "true",
    "type",
    "ulimit",
    "umask",
    "uname",
    "uniq",
    "unset",
    "wait",
    "wc",
    "which",
    "whoami",
    "xxd",
];

/// Commands that make users and groups.
const USERS: &[&str] = &[
    "addgroup", "adduser", "chpasswd", "delgroup", "deluser", "groupadd", "groupmod", "passwd",
    "useradd", "userdel", "usermod",
];

/// Commands that set up the system for what runs in it.
const SYSTEM: &[&str] = &[
    "dpkg-reconfigure",
    "fc-cache",
    "ldconfig",
    "locale-gen",
    "localedef",
    "setcap",
    "update-ca-certificates",
    "update-locale",
];

/// Folders in which caches and logs lie that nobody needs.
const CACHES: &[&str] = &[
    "/root/.cache",
    "/root/.npm",
    "/tmp",
    "/usr/share/doc",
    "/usr/share/man",
    "/var/cache",
    "/var/lib/apt/lists",
    "/var/log",
    "/var/tmp",
];

const INSTALLS: Grammar = Grammar {
    values: &["-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "--target-directory", "-S"],
    switches: &[
        "-d",
        "--directory",
        "-D",
        "-v",
        "--verbose",
        "-s",
        "--strip",
        "-c",
        "-p",
        "-C",
        "-T",
    ],
    joined: &["-m", "-Dm", "-o", "-g"],
};

const FILES: Grammar = Grammar {
    values: &[
        "-m",
        "--mode",
        "-o",
        "--owner",
        "-g",
        "--group",
        "-t",
        "--target-directory",
        "-s",
        "-d",
        "-r",
        "--reference",
    ],
    switches: &[
        "-a",
        "-b",
        "-c",
        "-D",
        "-f",
        "-i",
        "-l",
        "-L",
        "-n",
        "-p",
        "-P",
        "-R",
        "-T",
        "-u",
        "-v",
        "-x",
        "-H",
        "-h",
        "--archive",
        "--force",
        "--no-clobber",
        "--parents",
        "--preserve",
        "--recursive",
        "--symbolic",
        "--verbose",
        "--no-target-directory",
        "--no-dereference",
        "--no-preserve",
        "--update",
        "--silent",
        "--quiet",
        "--changes",
        "--dereference",
    ],
    joined: &["-m"],
};

/// `-r` and `-s` are switches for most, and take values for others.
const COPIES: Grammar = Grammar {
    values: &["-t", "--target-directory"],
    switches: &[
        "-a",
        "-b",
        "-d",
        "-f",
        "-i",
        "-l",
        "-L",
        "-n",
        "-p",
        "-P",
        "-r",
        "-R",
        "-s",
        "-T",
        "-u",
        "-v",
        "-x",
        "-H",
        "--archive",
        "--force",
        "--no-clobber",
        "--parents",
        "--preserve",
        "--recursive",
        "--symbolic",
        "--verbose",
        "--no-target-directory",
        "--no-dereference",
        "--update",
        "--dereference",
    ],
    joined: &[],
};

const FETCHES: Grammar = Grammar {
    values: &[
        "-o",
        "--output",
        "-O",
        "--output-document",
        "-P",
        "--directory-prefix",
        "-H",
        "--header",
        "-A",
        "--user-agent",
        "--retry",
        "--retry-delay",
        "--retry-max-time",
        "-m",
        "--max-time",
        "--connect-timeout",
        "--timeout",
        "--tries",
        "-t",
        "-T",
        "-e",
        "--proto",
        "-u",
        "--user",
        "-X",
        "--request",
        "-d",
        "--data",
        "--cacert",
    ],
    switches: &[
        "-f",
        "-s",
        "-S",
        "-L",
        "-k",
        "-q",
        "-g",
        "-i",
        "-J",
        "-n",
        "-v",
        "-c",
        "-N",
        "-4",
        "-6",
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--insecure",
        "--quiet",
        "--progress",
        "--no-check-certificate",
        "--no-verbose",
        "--compressed",
        "--remote-name",
        "--tlsv1.2",
        "--retry-connrefused",
        "--retry-all-errors",
        "--show-progress",
        "--continue",
        "--create-dirs",
        "--content-disposition",
        "--no-clobber",
        "-nv",
        "-fsSL",
        "-nc",
        "-qO-",
        "--globoff",
    ],
    joined: &[],
};

/// What a command does, its files noted in the course; `None` if it is not known.
pub fn read(course: &mut Course<'_>, line: usize, invocation: &Invocation) -> Option<Role> {
    let Some(name) = invocation.name() else {
        // Redirections without a command.
        return invocation.words.is_empty().then_some(Role::Nothing);
    };
    if is_look(course, line, invocation) {
        return Some(Role::Nothing);
    }
    if let Some(role) = package(course, line, name, invocation) {
        return role;
    }
    if HARMLESS.contains(&name) {
        return Some(Role::Nothing);
    }
    if USERS.contains(&name) {
        return Some(Role::Users);
    }
    if SYSTEM.contains(&name) {
        return Some(Role::System);
    }
    if repository(course.facts, line, invocation).is_some() {
        return Some(Role::Housekeeping);
    }
    let (_, act) = ON_FILES.iter().find(|(own, _)| *own == name)?;
    act(&mut Files { course, line, invocation })
}

/// Scripts that add a repository to a package manager, by a part of their addresses, and the packages
/// that come from there.
const REPOSITORIES: &[(&str, &[&str])] = &[("deb.nodesource.com/setup_", &["nodejs"])];

/// The packages that come from a repository whose script a command runs: it is the other end of `curl
/// … | bash -`.
pub fn repository(
    facts: &Facts<'_>,
    line: usize,
    invocation: &Invocation,
) -> Option<&'static [&'static str]> {
    let is_shell = SHELLS.contains(&invocation.name()?);
    let is_plain = invocation.args().iter().all(|word| word.or_empty() == "-");
    let row = REPOSITORIES.iter().find(|(part, _)| facts.is_fed(line, invocation, part));
    row.filter(|_| is_shell && is_plain).map(|(_, packages)| *packages)
}

/// Whether a program that was built before is only asked what it is.
fn is_look(course: &Course<'_>, line: usize, invocation: &Invocation) -> bool {
    const QUESTIONS: &[&str] =
        &["--help", "--version", "-V", "-h", "-help", "-version", "help", "version"];
    let [program, question] = invocation.words.as_slice() else { return false };
    let is_question = QUESTIONS.contains(&question.or_empty()) && invocation.outputs.is_empty();
    let Some(program) = program.text.as_deref().filter(|_| is_question) else { return false };
    let scene = course.facts.lines.get(line).map(|line| &line.scene);
    let search = scene.and_then(|scene| invocation.variable("PATH", scene)).flatten();
    let is_built = |path: String| matches!(course.world.followed(&path), Some(Origin::Built(_)));
    match program.contains('/') {
        true => invocation.path(program).is_some_and(is_built),
        false => search
            .unwrap_or_default()
            .split(':')
            .any(|folder| super::facts::join(folder, program).is_some_and(is_built)),
    }
}

/// A package manager's command. The outer `None`: it is none.
fn package(
    course: &mut Course<'_>,
    line: usize,
    name: &str,
    invocation: &Invocation,
) -> Option<Option<Role>> {
    let args: Vec<Option<&str>> = invocation
        .args()
        .iter()
        .map(|word| word.text.as_deref().filter(|_| !word.is_pattern))
        .collect();
    let (manager, operation) = packages::read(name, &args)?;
    Some(match operation {
        Operation::Installs(requested) => {
            course.packages.push(Installed { line, range: invocation.range, manager, requested });
            Some(Role::Installs)
        }
        Operation::Removes(names) => Some(removal(&names)),
        Operation::Housekeeping | Operation::Upgrades => Some(Role::Housekeeping),
        Operation::Unknown => None,
    })
}

/// Packages that only fetch and unpack: removing them again tidies up nothing that a split would
/// leave out.
const FETCHERS: &[&str] = &[
    "bzip2",
    "curl",
    "dirmngr",
    "git",
    "gnupg",
    "gnupg2",
    "lsb-release",
    "unzip",
    "wget",
    "xz",
    "xz-utils",
    "zip",
];

fn removal(names: &[String]) -> Role {
    match !names.is_empty() && names.iter().all(|name| FETCHERS.contains(&name.as_str())) {
        true => Role::Housekeeping,
        false => Role::Removes,
    }
}

/// What a command does to files; `None` if that is not known.
type Act = fn(&mut Files<'_, '_>) -> Option<Role>;

/// Commands on files.
const ON_FILES: &[(&str, Act)] = &[
    ("chgrp", |files| files.changed(1)),
    ("chmod", |files| files.changed(1)),
    ("chown", |files| files.changed(1)),
    ("cp", |files| files.moved(false, &COPIES)),
    ("curl", |files| files.fetched()),
    ("find", |files| files.found()),
    ("git", |files| files.git()),
    ("install", |files| files.installed()),
    ("ln", |files| files.linked()),
    ("mkdir", |files| files.made(Some(true))),
    ("mv", |files| files.moved(true, &COPIES)),
    ("rm", |files| files.removed()),
    ("rmdir", |files| files.removed()),
    ("sed", |files| files.edited()),
    ("strip", |files| files.packed()),
    ("tar", |files| files.unpacked()),
    ("tee", |files| files.made(Some(false))),
    ("touch", |files| files.made(Some(false))),
    ("unlink", |files| files.removed()),
    ("unzip", |files| files.unpacked()),
    ("upx", |files| files.packed()),
    ("wget", |files| files.fetched()),
];

/// The commands that are known.
pub fn commands() -> impl Iterator<Item = &'static str> {
    let others = HARMLESS.iter().chain(USERS).chain(SYSTEM).copied();
    others.chain(ON_FILES.iter().map(|(name, _)| *name))
}

/// A command on files.
struct Files<'c, 'a> {
    course: &'c mut Course<'a>,
    line: usize,
    invocation: &'c Invocation,
}

impl Files<'_, '_> {
    fn options<'g>(&'g self, grammar: &Grammar) -> Option<Options<'g>> {
        let options = grammar.read(self.invocation.args());
        options.unknown.is_none().then_some(options)
    }

    /// Where an operand points to; `None` if that is not known.
    fn path(&self, word: &Word) -> Option<String> {
        if word.is_pattern {
            return None;
        }
        self.invocation.path(word.text.as_deref()?)
    }

    fn paths(&self, words: &[&Word]) -> Option<Vec<String>> {
        words.iter().map(|word| self.path(word)).collect()
    }

    fn made(&mut self, is_folder: Option<bool>) -> Option<Role> {
        let operands = self.options(&FILES)?.operands;
        let paths = self.paths_of_braces(&operands)?;
        for path in &paths {
            if self.course.world.origin(path).is_none() || is_folder == Some(true) {
                match is_folder {
                    Some(true) => self.course.world.folder(path, Origin::Made(self.line)),
                    _ => self.course.world.put(path, Origin::Made(self.line), is_folder),
                }
            }
        }
        Some(Role::Paths(paths))
    }

    /// As [`Files::paths`], but of `/a/{b,c}` both are meant.
    fn paths_of_braces(&self, words: &[&Word]) -> Option<Vec<String>> {
        let mut paths = Vec::new();
        for word in words {
            let text = word.text.as_deref()?;
            let braces = text.split_once('{').and_then(|(before, rest)| {
                let (inside, after) = rest.split_once('}')?;
                let plain = !inside.contains('{') && !after.contains(['{', '*']);
                plain.then_some((before, inside, after))
            });
            match (word.is_pattern, braces) {
                (false, _) => paths.push(self.invocation.path(text)?),
                (true, Some((before, inside, after))) if !before.contains(['*', '?']) => {
                    for choice in inside.split(',') {
                        paths.push(self.invocation.path(&format!("{before}{choice}{after}"))?);
                    }
                }
                (true, _) => return None,
            }
        }
        Some(paths)
    }

    /// Owners and modes: the operands behind the first few change in place.
    fn changed(&mut self, skipped: usize) -> Option<Role> {
        let words = self.invocation.args();
        let operands: Vec<&Word> = words
            .iter()
            .filter(|word| {
                // A mode may begin with a dash, as `-x`.
                word.text.as_deref().is_none_or(|text| !text.starts_with('-') || text == "-x")
            })
            .collect();
        let paths = operands.get(skipped..)?.iter().map(|word| {
            let text = word.text.as_deref()?;
            // What a pattern finds is in its folder.
            let end = text.find(['*', '?', '[', '{']).filter(|_| word.is_pattern);
            let text = end.map_or(text, |end| &text[..end]);
            let folder =
                if end.is_some() { text.rsplit_once('/').map_or(".", |(a, _)| a) } else { text };
            self.invocation.path(if folder.is_empty() { "/" } else { folder })
        });
        Some(Role::Paths(paths.collect::<Option<_>>()?))
    }

    /// `sed -i` edits files in place; without it nothing changes.
    fn edited(&mut self) -> Option<Role> {
        let args = self.invocation.args();
        let in_place = args.iter().any(|word| {
            let text = word.or_empty();
            text == "-i"
                || text.starts_with("-i.")
                || text.starts_with("--in-place")
                || text.starts_with('-') && !text.starts_with("--") && text[1..].contains('i')
        });
        if !in_place {
            return Some(Role::Nothing);
        }
        let expression =
            args.iter().any(|word| matches!(word.or_empty(), "-e" | "-f" | "--expression"));
        let mut operands: Vec<&Word> = Vec::new();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            match word.or_empty() {
                "-e" | "-f" | "--expression" => drop(words.next()),
                text if text.starts_with('-') => {}
                _ => operands.push(word),
            }
        }
        let skipped = usize::from(!expression);
        Some(Role::Paths(self.paths(operands.get(skipped..)?)?))
    }

    fn linked(&mut self) -> Option<Role> {
        let options = self.options(&COPIES)?;
        let [target, link] = options.operands[..] else { return None };
        let target_text = target.text.clone()?;
        let link = self.path(link)?;
        let link = self.course.world.landing(&target_text, &link);
        if !(options.has("-s") || options.has("--symbolic")) {
            // The same file under another name.
            let target = self.invocation.path(&target_text)?;
            self.course.world.copy(&target, &link, Origin::Unknown(self.line));
            return Some(Role::Moves);
        }
        let target = super::facts::join(super::world::parent(&link), &target_text)?;
        self.course.world.put(&link, Origin::Link(self.line, target), None);
        Some(Role::Paths(vec![link]))
    }

    fn moved(&mut self, away: bool, grammar: &Grammar) -> Option<Role> {
        let options = self.options(grammar)?;
        let mut operands = options.operands.clone();
        let destination = match options.value(&["-t", "--target-directory"]) {
            Some(folder) => format!("{}/", self.invocation.path(folder?)?),
            None => {
                let last = operands.pop()?;
                self.path(last)?
            }
        };
        let sources: Vec<(String, bool)> = operands
            .iter()
            .map(|word| {
                let text = word.text.as_deref()?;
                // Of `folder/.` the inside is meant.
                let whole = if text.ends_with("/.") { "/." } else { "" };
                Some((format!("{}{whole}", self.invocation.path(text)?), word.is_pattern))
            })
            .collect::<Option<_>>()?;
        for (source, is_pattern) in &sources {
            self.transfer(source, *is_pattern, &destination, away);
        }
        Some(Role::Moves)
    }

    /// Copies or moves a file, a folder, or what a pattern finds.
    fn transfer(&mut self, source: &str, is_pattern: bool, destination: &str, away: bool) {
        let world = &mut self.course.world;
        let otherwise = Origin::Unknown(self.line);
        if is_pattern && let Some(path) = built_by_pattern(world, source) {
            self.transfer(&path, false, destination, away);
            return;
        }
        if is_pattern {
            // All that a pattern can find is in the folder before it.
            let folder = pattern_folder(source);
            let origin = world.origin(folder).cloned().unwrap_or(otherwise);
            let origin = match origin {
                Origin::Built(number) => Origin::Built(number),
                Origin::Context(line) => Origin::Context(line),
                _ => Origin::Unknown(self.line),
            };
            // What else is in a folder stays what it is.
            let is_folder = destination.ends_with('/') || world.is_folder(destination);
            let known: Vec<String> = world
                .below(folder)
                .filter(|(path, _)| {
                    super::world::parent(path) == folder && matches_pattern(source, path)
                })
                .map(|(path, _)| path.to_owned())
                .collect();
            let found = self.course.in_context_by_pattern(source);
            let world = &mut self.course.world;
            match super::facts::join(destination, super::world::base_name(source)) {
                // Each file of the context by its name.
                _ if is_folder && matches!(origin, Origin::Context(_)) && found.is_some() => {
                    for name in found.unwrap_or_default() {
                        let landing = format!("{}/{name}", destination.trim_end_matches('/'));
                        world.put(&landing, origin.clone(), None);
                    }
                }
                Some(inside) if is_folder => world.put(&inside, origin, None),
                _ => world.put(destination, origin, None),
            }
            // What is known by name is so there, too.
            for path in known.into_iter().filter(|_| is_folder) {
                self.transfer(&path, false, destination, away);
            }
            return;
        }
        let whole = source.ends_with("/.");
        let source = trimmed(source.trim_end_matches("/."));
        let landing = match whole {
            true => destination.to_owned(),
            false => world.landing(source, destination),
        };
        world.copy(source, &landing, otherwise);
        if away {
            world.put(source, Origin::Removed(self.line), None);
        }
    }

    fn installed(&mut self) -> Option<Role> {
        let options = self.options(&INSTALLS)?;
        if options.has("-d") || options.has("--directory") {
            let paths = self.paths(&options.operands)?;
            for path in &paths {
                self.course.world.folder(path, Origin::Made(self.line));
            }
            return Some(Role::Paths(paths));
        }
        self.moved(false, &INSTALLS)
    }

    fn removed(&mut self) -> Option<Role> {
        let operands = self.options(&COPIES)?.operands;
        let paths: Vec<(String, bool)> = operands
            .iter()
            .map(|word| Some((self.invocation.path(word.text.as_deref()?)?, word.is_pattern)))
            .collect::<Option<_>>()?;
        let mut is_housekeeping = true;
        for (path, is_pattern) in &paths {
            let folder = if *is_pattern { pattern_folder(path) } else { path };
            is_housekeeping &= CACHES.iter().any(|cache| is_within(folder, cache));
            if *is_pattern {
                let fits = |inside: &str| {
                    super::world::parent(inside) == folder && matches_pattern(path, inside)
                };
                let inside = self.course.world.below(folder).map(|(path, _)| path.to_owned());
                let inside: Vec<String> = inside.filter(|inside| fits(inside)).collect();
                for path in inside {
                    self.course.world.put(&path, Origin::Removed(self.line), None);
                }
            } else if self.invocation.is_sure {
                self.course.world.put(path, Origin::Removed(self.line), None);
            }
        }
        Some(if is_housekeeping { Role::Housekeeping } else { Role::Moves })
    }

    /// `find` that only looks, or removes caches.
    fn found(&mut self) -> Option<Role> {
        let words = self.invocation.args().iter().map(Word::or_empty).collect::<Vec<_>>();
        let acts = ["-exec", "-execdir", "-ok", "-fprint", "-delete"];
        if !words.iter().any(|word| acts.contains(word)) {
            return Some(Role::Nothing);
        }
        let folders: Vec<String> = self
            .invocation
            .args()
            .iter()
            .take_while(|word| !word.or_empty().starts_with(['-', '(', '!']))
            .map(|word| self.path(word))
            .collect::<Option<_>>()?;
        let is_cache = |folder: &String| CACHES.iter().any(|cache| is_within(folder, cache));
        (!folders.is_empty() && folders.iter().all(is_cache)).then_some(Role::Housekeeping)
    }

    fn fetched(&mut self) -> Option<Role> {
        let options = self.options(&FETCHES)?;
        let is_curl = self.invocation.name() == Some("curl");
        let names: &[&str] =
            if is_curl { &["-o", "--output"] } else { &["-O", "--output-document"] };
        let target = match options.value(names) {
            Some(value) => Some(value?.to_owned()),
            // Curl's `-O` has no value: the name is that of the URL.
            None if is_curl && !self.is_saved_by_name() => None,
            None => {
                Some(super::world::base_name(options.operands.first()?.text.as_deref()?).to_owned())
            }
        };
        let Some(target) = target.filter(|target| target != "-") else {
            return Some(Role::Fetches(Vec::new()));
        };
        let target = self.invocation.path(&target)?;
        self.course.world.put(&target, Origin::Download(self.line), Some(false));
        Some(Role::Fetches(vec![target]))
    }

    fn is_saved_by_name(&self) -> bool {
        self.invocation.args().iter().any(|word| {
            let text = word.or_empty();
            text == "--remote-name"
                || text.starts_with('-') && !text.starts_with("--") && text.contains('O')
        })
    }

    fn unpacked(&mut self) -> Option<Role> {
        let name = self.invocation.name()?;
        let words = self.invocation.args();
        let folder_option = if name == "tar" { "-C" } else { "-d" };
        let at = words.iter().position(|word| word.or_empty() == folder_option);
        let folder = match at {
            Some(at) => self.path(words.get(at + 1)?)?,
            None => self.invocation.folder.clone()?,
        };
        let lists = words.first().map_or("", Word::or_empty);
        let packs = name == "tar"
            && lists.trim_start_matches('-').contains('c')
            && !lists.starts_with("--");
        if packs {
            return None;
        }
        self.course.world.put(&folder, Origin::Download(self.line), Some(true));
        Some(Role::Fetches(vec![folder]))
    }

    fn git(&mut self) -> Option<Role> {
        let command = self.invocation.arg(0)?;
        match command {
            "config" | "rev-parse" | "describe" | "log" | "status" | "--version" => {
                Some(Role::Nothing)
            }
            "clone" => {
                const CLONE: Grammar = Grammar {
                    values: &["-b", "--branch", "--depth", "-j", "--jobs", "-c", "--config"],
                    switches: &[
                        "-q",
                        "--quiet",
                        "--recursive",
                        "--recurse-submodules",
                        "--single-branch",
                        "--shallow-submodules",
                        "--progress",
                        "-v",
                    ],
                    joined: &[],
                };
                let options = CLONE.read(self.invocation.args().get(1..)?);
                if options.unknown.is_some() {
                    return None;
                }
                let target = match options.operands[..] {
                    [url] => {
                        let name = super::world::base_name(url.text.as_deref()?);
                        self.invocation.path(name.strip_suffix(".git").unwrap_or(name))?
                    }
                    [_, folder] => self.path(folder)?,
                    _ => return None,
                };
                self.course.world.put(&target, Origin::Download(self.line), Some(true));
                Some(Role::Fetches(vec![target]))
            }
            "checkout" | "submodule" | "pull" | "fetch" => {
                let folder = self.invocation.folder.clone()?;
                Some(Role::Fetches(vec![folder]))
            }
            _ => None,
        }
    }

    /// `strip` and `upx` make a built file smaller where it is.
    fn packed(&mut self) -> Option<Role> {
        let operands: Vec<&Word> = self
            .invocation
            .args()
            .iter()
            .filter(|word| !word.or_empty().starts_with('-'))
            .collect();
        self.paths(&operands).map(Role::Paths)
    }
}

/// The path that a pattern finds in a folder which was built: of `/a/target/*/release/m` that in
/// `/a/target/x86_64-unknown-linux-gnu/release`.
fn built_by_pattern(world: &World, pattern: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.split('/').collect();
    let has_pattern = |part: &&str| part.contains(['*', '?', '[', '{']);
    if parts.last().is_none_or(has_pattern) {
        return None;
    }
    let mut built = world.entries().filter(|(_, origin)| matches!(origin, Origin::Built(_)));
    built.find_map(|(path, _)| {
        let own: Vec<&str> = path.split('/').collect();
        let rest = parts.get(own.len()..)?;
        let fits = own.iter().zip(&parts).all(|(own, part)| matches_pattern(part, own));
        let is_plain = !rest.iter().any(has_pattern);
        (fits && is_plain).then(|| own.iter().chain(rest).copied().collect::<Vec<_>>().join("/"))
    })
}

/// The folder in which all lies that a pattern can find.
fn pattern_folder(pattern: &str) -> &str {
    let end = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    let folder = pattern.get(..end).unwrap_or_default();
    match folder.rfind('/') {
        Some(0) | None => "/",
        Some(slash) => &folder[..slash],
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::stages;

    #[test]
    fn a_pattern_finds_what_was_built_in_a_folder() {
        let made = |copy: &str| {
            let file = format!(
                "FROM rust:1.80\nWORKDIR /app\nCOPY . .\n\
                 RUN cargo build --release --target x86_64-unknown-linux-gnu\nRUN {copy}\nCMD [\"/m\"]\n"
            );
            let package = "[package]\nname = \"m\"\nversion = \"0.1.0\"\n";
            stages(&file, &[("Cargo.toml", package), ("src/main.rs", "fn main() {}\n")])
        };
        for copy in [
            "cp target/*/release/m /m",
            "mv ./target/x86*/release/m /m",
            "cp /app/*/*/release/m /m",
        ] {
            assert!(made(copy).contains("COPY --from=builder /m /m\n"), "{copy}: {}", made(copy));
        }
    }

    #[test]
    fn a_repository_that_a_script_adds() {
        let made = |more: &str, start: &str| {
            let file = format!(
                "FROM ruby:3.3\nRUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash - \
                 && apt-get install -y nodejs{more}\nWORKDIR /app\nCOPY . .\nRUN bundle install\n\
                 CMD [{start}]\n"
            );
            stages(&file, &[("Gemfile", ""), ("Gemfile.lock", ""), ("app.rb", "")])
        };
        let found = made("", "\"ruby\", \"app.rb\"");
        assert!(found.starts_with("FROM ruby:3.3-slim"), "{found}");
        let found = made(" imagemagick", "\"ruby\", \"app.rb\"");
        assert!(found.contains("imagemagick"), "{found}");
        let found = made("", "\"sh\", \"-c\", \"node a.js & ruby app.rb\"");
        assert!(found.contains("needs-other") && !found.contains("FROM"), "{found}");
    }
}
