//! Go: `go.mod`, and what the sources import.
//!
//! Sources: the Go Modules Reference (`go.mod` files), `cmd/go` (which files and folders make a
//! package, how a program is named).

use std::collections::{BTreeMap, BTreeSet};

use super::super::glob::{Glob, is_wild};
use super::super::{Context, Kind, join};
use super::reader::{Broken, Reader};

/// How deep below the module folders are looked at.
const MAX_DEPTH: usize = 32;

/// What a `go.mod` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// The path of the `go.mod` in the context.
    pub file: String,
    /// The path that imports of its packages begin with.
    pub path: String,
    /// The version of the language: `go 1.22.3` is 1 and 22.
    pub go: Option<(u32, u32)>,
    /// The paths of the modules that it needs, directly or not.
    pub requires: Vec<String>,
    /// The folders that stand in for modules, as they are written: `../lib`.
    pub local_replaces: Vec<String>,
    /// The packages of `tool` lines.
    pub tools: Vec<String>,
    /// Whether a `vendor/modules.txt` stands beside it.
    pub has_vendor: bool,
}

impl Module {
    /// The name of the program that `go build` makes of the package in `folder`, a path from the
    /// module's own.
    pub fn binary_name(&self, folder: &str) -> String {
        binary_name(&join(&self.path, folder.trim_matches('/'))).to_owned()
    }
}

/// The name of the program that `go build` makes of a package: the last part of its path, but the
/// one before if that is a version (`v2`).
pub fn binary_name(import_path: &str) -> &str {
    let path = import_path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some((above, last)) if is_version(last) => above.rsplit('/').next().unwrap_or(above),
        Some((_, last)) => last,
        None => path,
    }
}

/// `v2` and up.
fn is_version(part: &str) -> bool {
    let Some(digits) = part.strip_prefix('v') else { return false };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && !digits.starts_with('0') && digits != "1"
}

/// The `go.mod` in a folder; `None` if there is none.
pub fn module(context: &Context, folder: &str) -> Result<Option<Module>, Broken> {
    let mut reader = Reader::new(context);
    let file = join(folder, "go.mod");
    let Some(text) = reader.read(&file)? else { return Ok(None) };
    let mut module = Module { file, ..Module::default() };
    module.has_vendor = reader.is_file(&join(folder, "vendor/modules.txt"));
    let mut block: Option<String> = None;
    for line in text.lines() {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (&block, &words[..]) {
            (_, []) => {}
            (Some(_), [")"]) => block = None,
            (Some(verb), operands) => module.state(verb, operands),
            (None, [verb, "("]) => block = Some((*verb).to_owned()),
            (None, [verb, operands @ ..]) => module.state(verb, operands),
        }
    }
    if block.is_some() {
        return Err(Broken::malformed(&module.file, "a block has no end"));
    }
    if module.path.is_empty() {
        return Err(Broken::malformed(&module.file, "there is no module line"));
    }
    Ok(Some(module))
}

impl Module {
    fn state(&mut self, verb: &str, operands: &[&str]) {
        match (verb, operands) {
            ("module", [path]) => self.path = (*path).to_owned(),
            ("go", [version]) => self.go = language_version(version),
            ("require", [path, ..]) => self.requires.push((*path).to_owned()),
            ("tool", [package]) => self.tools.push((*package).to_owned()),
            ("replace", operands) => {
                let target = operands.iter().skip_while(|word| **word != "=>").nth(1);
                let is_local =
                    |path: &&&str| matches!(path.split('/').next(), Some("" | "." | ".."));
                self.local_replaces.extend(target.filter(is_local).map(|path| (*path).to_owned()));
            }
            _ => {}
        }
    }
}

/// The words of a line of a `go.mod`.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with("//") {
        let (word, behind) = match rest.chars().next() {
            Some(quote @ ('"' | '`')) => rest[1..].split_once(quote).unwrap_or((&rest[1..], "")),
            Some('(' | ')') => rest.split_at(1),
            _ => {
                let end = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
                let end = rest.find(end).unwrap_or(rest.len());
                rest.split_at(rest[..end].find("//").unwrap_or(end))
            }
        };
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    words
}

/// `1.22`, `1.22.3`, `1.23rc1`.
fn language_version(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest[..end].parse().ok()?))
}

/// What the Go files of a module say that are built for Linux, or may be: what a constraint leaves
/// out for certain does not count. Tests do not count either, nor what `go build ./...` passes over:
/// folders `vendor` and `testdata`, names that begin with `.` or `_`, modules inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The packages by their folder in the context.
    pub packages: BTreeMap<String, Package>,
    /// The files that were too long or too many to read, or cannot be read. If there are any, what
    /// is not found may still be there.
    pub unread: Vec<String>,
}

/// What the files of one folder say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Whether it is a program.
    pub is_main: bool,
    /// The files that count, by name.
    pub files: Vec<String>,
    /// What they import.
    pub imports: BTreeSet<String>,
    /// The patterns of `//go:embed`, from the folder, of files that are built for certain.
    pub embeds: Vec<String>,
    /// What its C parts are linked with.
    pub cgo: Cgo,
    /// The programs that `os/exec` is given by name.
    pub starts: BTreeSet<String>,
    /// Whether it may start programs by `os/exec` that are not its own.
    pub starts_others: bool,
}

/// What `#cgo` lines say of linking, on Linux.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cgo {
    /// The words of `LDFLAGS`.
    pub ldflags: BTreeSet<String>,
    /// What `pkg-config` is asked for.
    pub packages: BTreeSet<String>,
    /// Whether some of its files are in C++.
    pub has_cpp: bool,
}

impl Sources {
    /// Whether all files were read.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }

    /// The folders with a program in them.
    pub fn main_packages(&self) -> Vec<&str> {
        let mains = self.packages.iter().filter(|(_, package)| package.is_main);
        mains.map(|(folder, _)| folder.as_str()).collect()
    }

    /// All that is imported.
    pub fn imports(&self) -> BTreeSet<&str> {
        self.packages.values().flat_map(|package| &package.imports).map(String::as_str).collect()
    }

    /// Whether some file has C in it (`import "C"`). Packages of other modules may have it as well.
    pub fn uses_cgo(&self) -> bool {
        self.imports().contains("C")
    }

    /// What C parts are linked with, by the folders of the packages.
    pub fn cgo(&self) -> impl Iterator<Item = (&str, &Cgo)> {
        let with_c = self.packages.iter().filter(|(_, package)| package.imports.contains("C"));
        with_c.map(|(folder, package)| (folder.as_str(), &package.cgo))
    }

    /// The programs that `os/exec` is given by name.
    pub fn starts(&self) -> BTreeSet<&str> {
        self.packages.values().flat_map(|package| &package.starts).map(String::as_str).collect()
    }

    /// Whether they may start programs by `os/exec` that are not their own.
    pub fn starts_others(&self) -> bool {
        self.packages.values().any(|package| package.starts_others)
    }

    /// What is put into the programs for certain: folders of the context and patterns from there.
    fn embeds(&self) -> Vec<(&str, &str)> {
        let packages = self.packages.iter();
        packages
            .flat_map(|(folder, package)| {
                package.embeds.iter().map(|pattern| (folder.as_str(), pattern.as_str()))
            })
            .collect()
    }

    /// The packages that one of them needs, itself included: what it imports from its own module,
    /// and so on.
    pub fn needed_by(&self, folder: &str, module: &Module) -> Sources {
        let module_folder = super::parent(&module.file);
        let mut packages = BTreeMap::new();
        let mut ahead = vec![folder.to_owned()];
        while let Some(folder) = ahead.pop() {
            let Some(package) = self.packages.get(&folder) else { continue };
            if packages.insert(folder, package.clone()).is_some() {
                continue;
            }
            let inner = package.imports.iter().filter_map(|import| {
                match import.strip_prefix(module.path.as_str())? {
                    "" => Some(module_folder.to_owned()),
                    rest => Some(join(module_folder, rest.strip_prefix('/')?)),
                }
            });
            ahead.extend(inner.filter(|folder| !packages.contains_key(folder)));
        }
        Sources { packages, unread: self.unread.clone() }
    }
}

/// What the Go files in a folder and below say. `tags` are those that the build is given, `None` if
/// that is not known.
pub fn sources(context: &Context, folder: &str, tags: Option<&[&str]>) -> Sources {
    let mut reader = Reader::new(context);
    let mut sources = Sources::default();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match reader.list(&folder) {
            Ok(entries) => entries,
            Err(broken) => {
                sources.unread.push(broken.file);
                continue;
            }
        };
        let is_module_inside = depth > 0 && entries.iter().any(|entry| entry.name == "go.mod");
        if is_module_inside {
            continue;
        }
        let mut files = Vec::new();
        let has_cpp = entries.iter().any(|entry| is_cpp(&entry.name));
        for entry in entries {
            let path = join(&folder, &entry.name);
            match entry.kind {
                _ if entry.name.starts_with(['.', '_']) => {}
                Kind::Folder if is_passed_over(&entry.name) => {}
                Kind::Folder if depth == MAX_DEPTH => sources.unread.push(path),
                Kind::Folder => folders.push((path, depth + 1)),
                _ if is_source(&entry.name) => match reader.read(&path) {
                    Ok(Some(text)) => files.push((entry.name, read_source(&text))),
                    Ok(None) => {}
                    Err(broken) => sources.unread.push(broken.file),
                },
                _ => {}
            }
        }
        if let Some(mut package) = package_of(files, tags) {
            package.cgo.has_cpp = has_cpp;
            sources.packages.insert(folder, package);
        }
    }
    sources
}

/// The files and folders of the context that `//go:embed` puts into the programs. What is not in the
/// context is made by the build: it is named as it is written, and a pattern for all in a folder as
/// that folder.
pub fn embedded(context: &Context, sources: &Sources) -> Vec<String> {
    let mut reader = Reader::new(context);
    let mut found = Vec::new();
    for (folder, pattern) in sources.embeds() {
        let (pattern, takes_all) = match pattern.strip_prefix("all:") {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        let mut paths = vec![folder.to_owned()];
        for part in pattern.split('/').filter(|part| !matches!(*part, "" | ".")) {
            paths = paths.iter().flat_map(|path| fitting(&mut reader, path, part)).collect();
        }
        for path in paths {
            found.extend(embed(&mut reader, &path, takes_all, 0).0);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What a part of a pattern fits in a folder.
fn fitting(reader: &mut Reader<'_>, folder: &str, part: &str) -> Vec<String> {
    if !is_wild(part) {
        return vec![join(folder, part)];
    }
    let Ok(glob) = Glob::parse(part) else { return Vec::new() };
    let entries = reader.list(folder).unwrap_or_default();
    if entries.is_empty() && part == "*" {
        return vec![folder.to_owned()];
    }
    let names = entries.into_iter().filter(|entry| glob.matches(&entry.name));
    names.map(|entry| join(folder, &entry.name)).collect()
}

/// A file, or what is taken of a folder, and whether that is all of it: only `all:` takes files
/// whose names begin with a dot or `_`. Nothing of a folder that is not read.
fn embed(
    reader: &mut Reader<'_>,
    path: &str,
    takes_all: bool,
    depth: usize,
) -> (Vec<String>, bool) {
    if takes_all || depth == MAX_DEPTH {
        return (vec![path.to_owned()], true);
    }
    let Ok(entries) = reader.list(path) else { return (Vec::new(), false) };
    let mut found = Vec::new();
    let mut is_whole = true;
    for entry in entries {
        let inner = join(path, &entry.name);
        match entry.kind {
            _ if entry.name.starts_with(['.', '_']) => is_whole = false,
            Kind::Folder => {
                let (taken, is_all) = embed(reader, &inner, takes_all, depth + 1);
                found.extend(taken);
                is_whole &= is_all;
            }
            _ => found.push(inner),
        }
    }
    if is_whole { (vec![path.to_owned()], true) } else { (found, false) }
}

/// Folders that no package of the module is in. Packages may be in `node_modules`, but nobody means
/// them, and it is large.
fn is_passed_over(name: &str) -> bool {
    matches!(name, "vendor" | "testdata" | "node_modules")
}

fn is_source(name: &str) -> bool {
    name.ends_with(".go") && !name.ends_with("_test.go")
}

/// Whether cgo compiles a file as C++.
fn is_cpp(name: &str) -> bool {
    [".cc", ".cpp", ".cxx"].iter().any(|ending| name.ends_with(ending))
}

/// Systems that are not Linux, as file names and constraints name them.
const ELSEWHERE: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
];

/// Processors, as file names and constraints name them. Which one is built for is not known.
const PROCESSORS: &[&str] = &[
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64",
    "ppc64le", "riscv64", "s390x", "wasm",
];

/// Whether something holds in a build; `None` if that is not known.
type Holds = Option<bool>;

fn and(one: Holds, other: Holds) -> Holds {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(one: Holds, other: Holds) -> Holds {
    and(one.map(|holds| !holds), other.map(|holds| !holds)).map(|neither| !neither)
}

/// Whether a tag of a constraint is set on Linux.
fn holds(tag: &str, tags: Option<&[&str]>) -> Holds {
    /// The version that has `//go:embed`: who builds with it has these.
    const OLDEST: u32 = 16;
    match tag {
        "linux" | "unix" | "gc" => Some(true),
        "ignore" => Some(false),
        "cgo" | "race" | "msan" | "asan" | "boringcrypto" => None,
        _ if ELSEWHERE.contains(&tag) => Some(false),
        _ if PROCESSORS.contains(&tag) => None,
        _ if tag.starts_with("go1.") => {
            let minor = tag["go1.".len()..].parse().ok();
            minor.filter(|minor: &u32| *minor <= OLDEST).map(|_| true)
        }
        _ if tag.starts_with("goexperiment.") => None,
        _ => tags.map(|tags| tags.contains(&tag)),
    }
}

/// Whether a file is built by its name: not `x_windows.go`, perhaps `x_linux_arm64.go`.
fn holds_by_name(name: &str) -> Holds {
    let stem = name.strip_suffix(".go").unwrap_or(name);
    let parts: Vec<&str> = stem.split('_').skip(1).collect();
    let is_named = |list: &[&str], part: Option<&&str>| part.is_some_and(|p| list.contains(p));
    let last = parts.last();
    let before = parts.len().checked_sub(2).and_then(|at| parts.get(at));
    let has_processor = is_named(PROCESSORS, last);
    if is_named(ELSEWHERE, last) || has_processor && is_named(ELSEWHERE, before) {
        return Some(false);
    }
    if has_processor { None } else { Some(true) }
}

/// A condition of `//go:build`, read by descent; what is not one is not known to hold.
struct Condition<'a> {
    rest: &'a str,
    tags: Option<&'a [&'a str]>,
}

impl<'a> Condition<'a> {
    /// Below that many brackets and `!` nothing is read.
    const DEEPEST: usize = 32;

    fn holds(text: &'a str, tags: Option<&'a [&'a str]>) -> Holds {
        let mut condition = Condition { rest: text.trim(), tags };
        let found = condition.any(0);
        if condition.rest.is_empty() { found } else { None }
    }

    fn takes(&mut self, mark: &str) -> bool {
        let behind = self.rest.strip_prefix(mark).map(str::trim_start);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn any(&mut self, depth: usize) -> Holds {
        let mut found = self.all(depth);
        while self.takes("||") {
            found = or(found, self.all(depth));
        }
        found
    }

    fn all(&mut self, depth: usize) -> Holds {
        let mut found = self.one(depth);
        while self.takes("&&") {
            found = and(found, self.one(depth));
        }
        found
    }

    fn one(&mut self, depth: usize) -> Holds {
        if depth > Self::DEEPEST {
            return None;
        }
        if self.takes("!") {
            return self.one(depth + 1).map(|holds| !holds);
        }
        if self.takes("(") {
            let found = self.any(depth + 1);
            return if self.takes(")") { found } else { None };
        }
        let end = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'));
        let (tag, rest) = self.rest.split_at(self.rest.find(end).unwrap_or(self.rest.len()));
        self.rest = rest.trim_start();
        if tag.is_empty() { None } else { holds(tag, self.tags) }
    }
}

/// Whether the condition of an old `// +build` holds: a blank is "or", a comma is "and".
fn old_holds(text: &str, tags: Option<&[&str]>) -> Holds {
    let one = |term: &str| match term.strip_prefix('!') {
        Some(tag) => holds(tag, tags).map(|holds| !holds),
        None => holds(term, tags),
    };
    let all = |option: &str| option.split(',').map(one).fold(Some(true), and);
    text.split_whitespace().map(all).fold(Some(false), or)
}

fn package_of(files: Vec<(String, Source)>, tags: Option<&[&str]>) -> Option<Package> {
    let files = files.into_iter().filter_map(|(name, source)| {
        let is_built = and(holds_by_name(&name), source.holds(tags));
        (is_built != Some(false)).then_some((name, source, is_built == Some(true)))
    });
    let files: Vec<_> = files.collect();
    // `tools.go` beside a program is often a package of its own behind a constraint.
    let is_free = |(_, source, _): &&(String, Source, bool)| source.conditions.is_empty();
    let is_main = |(_, source, _): &(String, Source, bool)| source.package == "main";
    let is_main = match files.iter().any(|file| is_free(&file)) {
        true => files.iter().filter(is_free).any(is_main),
        false => files.iter().any(is_main),
    };
    let mut package = Package { is_main, ..Package::default() };
    for (name, source, is_built) in files {
        package.cgo.ldflags.extend(source.cgo.ldflags);
        package.cgo.packages.extend(source.cgo.packages);
        package.starts.extend(source.starts);
        package.starts_others |= source.starts_others;
        package.files.push(name);
        package.imports.extend(source.imports);
        package.embeds.extend(source.embeds.into_iter().filter(|_| is_built));
    }
    (!package.files.is_empty()).then_some(package)
}

/// What one Go file says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Source {
    package: String,
    /// When it is built: the conditions of `//go:build`, and those of the old `// +build`, which
    /// stand behind a `+`. Of the latter all have to hold.
    conditions: Vec<String>,
    imports: Vec<String>,
    embeds: Vec<String>,
    cgo: Cgo,
    starts: BTreeSet<String>,
    starts_others: bool,
}

/// A part of a Go file.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A name, a keyword or a number.
    Word(&'a str),
    /// A text, without its quotes.
    Text(&'a str),
    /// A comment `//`, without these.
    Comment(&'a str),
    /// Anything else.
    Other(char),
}

/// The tokens of a Go file.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.rest = self.rest.trim_start();
            let Some(behind) = self.rest.strip_prefix("/*") else { break };
            self.rest = behind.split_once("*/").map_or("", |(_, rest)| rest);
        }
        if let Some(comment) = self.rest.strip_prefix("//") {
            let end = comment.find('\n').unwrap_or(comment.len());
            self.rest = &comment[end..];
            return Some(Token::Comment(comment[..end].trim_end_matches('\r')));
        }
        let first = self.rest.chars().next()?;
        let behind = &self.rest[first.len_utf8()..];
        let (token, rest) = match first {
            '`' => {
                let (text, rest) = behind.split_once('`').unwrap_or((behind, ""));
                (Token::Text(text), rest)
            }
            '"' | '\'' => {
                let (text, rest) = until_quote(behind, first);
                (Token::Text(text), rest)
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = |c: char| !(c.is_alphanumeric() || c == '_');
                let (word, rest) =
                    self.rest.split_at(self.rest.find(end).unwrap_or(self.rest.len()));
                (Token::Word(word), rest)
            }
            c => (Token::Other(c), behind),
        };
        self.rest = rest;
        Some(token)
    }
}

/// A text up to a quote without `\` before it, and what is behind that. A line that ends first ends
/// the text: the file is being written.
fn until_quote(text: &str, quote: char) -> (&str, &str) {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' => return (&text[..at], &text[at..]),
            c if c == quote => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn read_source(text: &str) -> Source {
    let mut source = Source::default();
    let mut tokens = Tokens { rest: text };
    // Constraints stand before the package clause.
    for token in tokens.by_ref() {
        match token {
            Token::Comment(comment) => source.constrain(comment),
            Token::Word("package") => break,
            _ => {}
        }
    }
    if let Some(Token::Word(name)) = tokens.next() {
        source.package = name.to_owned();
    }
    source.read_imports(&mut tokens);
    let has = |path: &str| source.imports.iter().any(|import| import == path);
    let (has_c, has_exec) = (has("C"), has("os/exec"));
    if has_c {
        source.cgo = Cgo::read(text);
    }
    if has_exec {
        source.starts = started(text);
        source.starts_others = !starts_itself_alone(text);
    }
    // Only a file that imports `embed` may have the directive.
    if !source.imports.iter().any(|import| import == "embed") {
        source.embeds.clear();
        return source;
    }
    for token in tokens {
        if let Token::Comment(comment) = token {
            source.embed(comment);
        }
    }
    source
}

impl Source {
    /// Takes a comment that may be a build constraint.
    fn constrain(&mut self, comment: &str) {
        let old = comment.trim_start().strip_prefix("+build ").map(|old| format!("+{old}"));
        let condition = comment.strip_prefix("go:build ").map(str::to_owned).or(old);
        self.conditions.extend(condition);
    }

    /// Whether its constraints hold. Beside the new form the old one does not count.
    fn holds(&self, tags: Option<&[&str]>) -> Holds {
        let new = self.conditions.iter().find(|condition| !condition.starts_with('+'));
        if let Some(condition) = new {
            return Condition::holds(condition, tags);
        }
        let old = self.conditions.iter().filter_map(|condition| condition.strip_prefix('+'));
        old.map(|condition| old_holds(condition, tags)).fold(Some(true), and)
    }

    /// Takes a comment that may say what is embedded.
    fn embed(&mut self, comment: &str) {
        let patterns = comment.strip_prefix("go:embed");
        let patterns = patterns.filter(|patterns| patterns.starts_with([' ', '\t']));
        self.embeds.extend(patterns.map(embed_patterns).unwrap_or_default());
    }

    /// Takes the import declarations, up to and with the first word of what is behind them.
    fn read_imports(&mut self, tokens: &mut Tokens<'_>) {
        let mut in_import = false;
        let mut in_group = false;
        for token in tokens {
            match token {
                Token::Comment(comment) => self.embed(comment),
                Token::Word("import") if !in_import => in_import = true,
                // The name that a package gets.
                Token::Word(_) if in_import => {}
                Token::Word(_) => return,
                Token::Text(path) if in_import => {
                    self.imports.push(path.to_owned());
                    in_import = in_group;
                }
                Token::Other('(') if in_import => in_group = true,
                Token::Other(')') => (in_import, in_group) = (false, false),
                _ => {}
            }
        }
    }
}

impl Cgo {
    /// Reads the `#cgo` lines of a file, in comments of either sort.
    fn read(text: &str) -> Cgo {
        let mut cgo = Cgo::default();
        for line in text.lines() {
            let line = line.trim_start_matches(['/', '*', ' ', '\t']);
            let Some((head, value)) = line.strip_prefix("#cgo").and_then(|l| l.split_once(':'))
            else {
                continue;
            };
            let head: Vec<&str> = head.split_whitespace().collect();
            let Some((verb, conditions)) = head.split_last() else { continue };
            if !conditions.is_empty() && conditions.iter().all(|one| is_condition_elsewhere(one)) {
                continue;
            }
            let words = value.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
            let words = words.filter(|word| !word.starts_with("*/")).map(str::to_owned);
            match *verb {
                "LDFLAGS" => cgo.ldflags.extend(words),
                "pkg-config" => cgo.packages.extend(words.filter(|word| !word.starts_with('-'))),
                _ => {}
            }
        }
        cgo
    }
}

/// Whether a condition of a `#cgo` line cannot hold on Linux: `darwin`, `windows,amd64`, `!linux`.
fn is_condition_elsewhere(condition: &str) -> bool {
    condition.split(',').any(|term| ELSEWHERE.contains(&term) || term == "!linux")
}

/// What stands behind the bracket of the calls that name programs, the context aside.
fn named_programs(text: &str) -> impl Iterator<Item = &str> {
    let calls =
        [("exec.Command(", false), ("exec.LookPath(", false), ("exec.CommandContext(", true)];
    calls.into_iter().flat_map(move |(call, has_context)| {
        text.split(call).skip(1).map(move |rest| {
            let line = rest.trim_start().lines().next().unwrap_or_default();
            let first = match has_context {
                true => line.split_once(',').map_or("", |(_, rest)| rest),
                false => line,
            };
            first.trim_start()
        })
    })
}

/// The programs that functions of `os/exec` are given as plain texts.
fn started(text: &str) -> BTreeSet<String> {
    let names = named_programs(text).filter_map(|first| {
        let name = first.strip_prefix(['"', '`'])?.split(['"', '`']).next()?;
        (!name.is_empty() && name != ITSELF).then(|| name.to_owned())
    });
    names.collect()
}

/// The program that asks, by a path that Linux has.
const ITSELF: &str = "/proc/self/exe";

/// Whether each call of `os/exec` starts the program itself: `os.Args[0]`, what `os.Executable`
/// answers, or [`ITSELF`]. A file that names the package otherwise may start anything.
fn starts_itself_alone(text: &str) -> bool {
    let answers = text.match_indices("os.Executable()").filter_map(|(at, _)| {
        let before = text[..at].trim_end().trim_end_matches([':', '=']);
        Some(before.rsplit(['\n', ';', '{']).next()?.split(',').next()?.trim())
    });
    let answers: Vec<&str> = answers.filter(|name| !name.is_empty()).collect();
    let is_itself = |first: &str| {
        let word = first.split([',', ')']).next().unwrap_or_default().trim();
        word == "os.Args[0]" || word.trim_matches(['"', '`']) == ITSELF || answers.contains(&word)
    };
    let mut calls = named_programs(text).peekable();
    calls.peek().is_some() && calls.all(is_itself) && !text.contains("exec.Cmd{")
}

/// The patterns of a `//go:embed`: words, or quoted.
fn embed_patterns(text: &str) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (pattern, behind) = match first {
            '`' => rest[1..].split_once('`').unwrap_or((&rest[1..], "")),
            '"' => until_quote(&rest[1..], '"'),
            _ => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        patterns.push(pattern.to_owned());
        rest = behind.trim_start();
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[track_caller]
    fn mod_file(text: &str) -> Module {
        module(&context(&[("go.mod", text)]), "").expect("well-formed").expect("there")
    }

    #[test]
    fn module_files() {
        let text = "// The service.\nmodule example.com/team/service/v2 // moved\n\ngo 1.22.3\n\
            toolchain go1.23.0\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n\
            \t\"golang.org/x/net\" v0.20.0 // indirect\n)\nrequire github.com/lib/pq v1.10.9\n\
            replace github.com/lib/pq v1.10.9 => ./third_party/pq\n\
            replace (\n\ta => b v1.0.0\n\tc => ../c\n)\ntool example.com/gen\n";
        let module = mod_file(text);
        assert_eq!(module.path, "example.com/team/service/v2");
        assert_eq!(module.go, Some((1, 22)));
        let requires = ["github.com/gin-gonic/gin", "golang.org/x/net", "github.com/lib/pq"];
        assert_eq!(module.requires, requires);
        assert_eq!(module.local_replaces, ["./third_party/pq", "../c"]);
        assert_eq!(module.tools, ["example.com/gen"]);
        assert_eq!(module.file, "go.mod");
        assert_eq!(module.binary_name(""), "service");
        assert_eq!(module.binary_name("cmd/tool"), "tool");
        assert!(!module.has_vendor);
    }

    #[test]
    fn odd_module_files() {
        assert_eq!(mod_file("module(\n x.org/a\n)\n").path, "x.org/a");
        assert_eq!(mod_file("module \"app\"\r\ngo 1.23rc1\r\n").go, Some((1, 23)));
        assert_eq!(mod_file("module app\ngo x\n").go, None);
        assert_eq!(module(&context(&[]), ""), Ok(None));
        let files = [("s/go.mod", "module a"), ("s/vendor/modules.txt", "")];
        let found = module(&context(&files), "s").expect("well-formed").expect("there");
        assert!(found.has_vendor);
        assert_eq!(found.file, "s/go.mod");
        for broken in ["", "go 1.20", "module a\nrequire (\n b v1.0.0\n"] {
            let broken = module(&context(&[("go.mod", broken)]), "").expect_err("broken");
            assert_eq!(broken.file, "go.mod");
        }
    }

    #[test]
    fn names_of_programs() {
        let check = |path, name| assert_eq!(binary_name(path), name, "{path}");
        check("example.com/app", "app");
        check("example.com/app/v2", "app");
        check("example.com/app/v1", "v1");
        check("example.com/app/v02", "v02");
        check("example.com/v8engine", "v8engine");
        check("gopkg.in/app.v3", "app.v3");
        check("app", "app");
        check("v2", "v2");
    }

    #[track_caller]
    fn check(text: &str, package: &str, imports: &[&str], embeds: &[&str]) {
        let source = read_source(text);
        assert_eq!(source.package, package, "{text}");
        assert_eq!(source.imports, imports, "{text}");
        assert_eq!(source.embeds, embeds, "{text}");
    }

    #[test]
    fn imports_of_a_file() {
        check("package main\nimport \"fmt\"\nfunc main() { x(\"os\") }\n", "main", &["fmt"], &[]);
        check(
            "/* package no */ package a; import (\n_ \"embed\"; f \"fmt\" // \"no\"\n. `os`\n)\nimport \"C\"\nvar x = 1",
            "a",
            &["embed", "fmt", "os", "C"],
            &[],
        );
        check("package a\n// import \"no\"\nvar s = `import \"no\"`", "a", &[], &[]);
        check("package a\nimport ()\nimport(\"x\")\ntype import2 int", "a", &["x"], &[]);
        check("// Copyright\n\n", "", &[], &[]);
        check("", "", &[], &[]);
        check("package", "", &[], &[]);
        check("package a\nimport \"unterminated\nimport \"b\"", "a", &["unterminated", "b"], &[]);
        check("package é\nimport \"ü\"", "é", &["ü"], &[]);
    }

    #[test]
    fn embedded_files() {
        let text = "package web\nimport \"embed\"\n\n//go:embed dist/* \"a b.txt\" `c`\nvar a embed.FS\n\
            var s = `\n//go:embed no\n`\nvar q = \"// no\"\nvar c = '\"'\n//go:embed all:templates\r\n\
            //go:embedded no\n";
        check(text, "web", &["embed"], &["dist/*", "a b.txt", "c", "all:templates"]);
        check("package web\n//go:embed no\nvar a string", "web", &[], &[]);
    }

    #[test]
    fn constraints() {
        #[track_caller]
        fn check(text: &str, tags: Option<&[&str]>, expected: Holds) {
            let source = read_source(&format!("{text}\n\npackage main"));
            assert_eq!(source.holds(tags), expected, "{text}");
        }
        let none: Option<&[&str]> = Some(&[]);
        check("", None, Some(true));
        for never in [
            "//go:build ignore",
            "// +build ignore",
            "//go:build linux && ignore",
            "//go:build windows || (darwin && cgo)",
            "//go:build !linux",
            "//go:build !unix && !windows || plan9",
            "// +build !linux darwin,cgo",
            "// +build linux\n// +build windows",
        ] {
            check(never, None, Some(false));
        }
        for always in [
            "//go:build ignore || linux",
            "//go:build !ignore",
            "//go:build go1.16 && !(windows||js)",
            "// +build linux windows",
            "//go:build linux\n// +build windows",
        ] {
            check(always, None, Some(true));
        }
        for open in [
            "//go:build amd64",
            "//go:build cgo",
            "//go:build go1.99",
            "//go:build linux &&",
            "//go:build (linux",
            "//go:build linux windows",
        ] {
            check(open, none, None);
        }
        check("//go:build embed", None, None);
        check("//go:build embed", none, Some(false));
        check("//go:build embed && linux", Some(&["embed"]), Some(true));
        check("//go:build !dev", none, Some(true));
        check("//go:build !dev", Some(&["dev"]), Some(false));
        check(&format!("//go:build {}linux", "(".repeat(5_000)), None, None);
        let source = read_source("package main\n//go:build ignore\n");
        assert_eq!(source.holds(None), Some(true));
    }

    #[test]
    fn constraints_by_name() {
        let check = |name, expected| assert_eq!(holds_by_name(name), expected, "{name}");
        check("windows.go", Some(true));
        check("a_windows.go", Some(false));
        check("a_darwin_arm64.go", Some(false));
        check("a_linux_arm64.go", None);
        check("a_windows_shared.go", Some(true));
        check("a_linux.go", Some(true));
    }

    #[test]
    fn what_patterns_embed() {
        #[track_caller]
        fn check(pattern: &str, expected: &[&str]) {
            let text =
                format!("package main\nimport _ \"embed\"\n//go:embed {pattern}\nvar x string");
            let files = [
                ("cmd/main.go", text.as_str()),
                ("cmd/t/a.html", ""),
                ("cmd/t/b.txt", ""),
                ("cmd/t/sub/c.html", ""),
                ("cmd/p/_layout.html", ""),
                ("cmd/p/page.html", ""),
                ("cmd/p/sub/x", ""),
            ];
            let context = context(&files);
            let found = embedded(&context, &sources(&context, "", None));
            assert_eq!(found, expected, "{pattern}");
        }
        check("t", &["cmd/t"]);
        check("t/*.html", &["cmd/t/a.html"]);
        check("t/*", &["cmd/t/a.html", "cmd/t/b.txt", "cmd/t/sub"]);
        check("*/*.html", &["cmd/p/_layout.html", "cmd/p/page.html", "cmd/t/a.html"]);
        check("p", &["cmd/p/page.html", "cmd/p/sub"]);
        check("all:p", &["cmd/p"]);
        check("t/a.html p/sub", &["cmd/p/sub", "cmd/t/a.html"]);
        // What the build makes.
        check("dist", &["cmd/dist"]);
        check("all:dist/*", &["cmd/dist"]);
        check("dist/*.js", &[]);
    }

    #[test]
    fn embedded_by_files_that_are_built() {
        let embed = |head: &str, what: &str| {
            format!("{head}package main\nimport _ \"embed\"\n//go:embed {what}\nvar x string")
        };
        let files = [
            ("a_windows.go", embed("", "a")),
            ("b.go", embed("//go:build prod\n\n", "b")),
            ("c.go", embed("//go:build arm64\n\n", "c")),
            ("d.go", embed("", "d")),
            ("e_test.go", embed("", "e")),
        ];
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let context = context(&files);
        let embeds = |tags| sources(&context, "", tags).packages[""].embeds.clone();
        assert_eq!(embeds(None), ["d"]);
        assert_eq!(embeds(Some(&[])), ["d"]);
        assert_eq!(embeds(Some(&["prod"])), ["b", "d"]);
    }

    #[test]
    fn what_c_parts_are_linked_with() {
        let check = |text: &str, ldflags: &[&str], packages: &[&str]| {
            let cgo = read_source(text).cgo;
            assert_eq!(cgo.ldflags.iter().collect::<Vec<_>>(), ldflags, "{text}");
            assert_eq!(cgo.packages.iter().collect::<Vec<_>>(), packages, "{text}");
        };
        check(
            "package a\n// #cgo pkg-config: sqlite3 --static libssl\nimport \"C\"",
            &[],
            &["libssl", "sqlite3"],
        );
        check(
            "package a\n/*\n#cgo LDFLAGS: -lfoo -L${SRCDIR}/lib\n#cgo darwin LDFLAGS: -lno\n\
             #cgo linux,amd64 !windows LDFLAGS: -lbar\n#cgo CFLAGS: -lno\n*/\nimport \"C\"",
            &["-L${SRCDIR}/lib", "-lbar", "-lfoo"],
            &[],
        );
        check("package a\n// #cgo LDFLAGS: -lno\nimport \"fmt\"", &[], &[]);
        let context = context(&[
            ("go.mod", "module a"),
            ("a_darwin.go", "package main\n// #cgo LDFLAGS: -lno\nimport \"C\""),
            ("b.go", "//go:build windows\n\npackage main\n// #cgo LDFLAGS: -lno\nimport \"C\""),
            ("c.go", "package main\n// #cgo LDFLAGS: -lm\nimport \"C\""),
            ("d.cc", ""),
        ]);
        let sources = sources(&context, "", None);
        let found: Vec<_> = sources.cgo().collect();
        let expected = Cgo { ldflags: ["-lm".to_owned()].into(), has_cpp: true, ..Cgo::default() };
        assert_eq!(found, [("", &expected)]);
    }

    #[test]
    fn programs_that_are_started() {
        let text = "package a\nimport \"os/exec\"\nfunc f() { exec.Command(\"git\", \"x\"); \
            exec.CommandContext(ctx, `ffmpeg`); exec.Command(tool); exec.LookPath(\n\"sh\") }";
        let starts = read_source(text).starts;
        assert_eq!(starts.iter().collect::<Vec<_>>(), ["ffmpeg", "git", "sh"]);
        let others = |code: &str| {
            let text = format!("package a\nimport \"os/exec\"\nfunc f() {{\n{code}\n}}\n");
            read_source(&text).starts_others
        };
        assert!(!others("exec.Command(os.Args[0], \"-x\").Run()"));
        assert!(!others("self, err := os.Executable()\nexec.CommandContext(ctx, self)"));
        assert!(!others("exec.Command(\"/proc/self/exe\")"));
        assert!(others("exec.Command(os.Args[0]); exec.Command(os.Args[1])"));
        assert!(others("exec.Command(\"git\")"));
        assert!(others("run := exec.Command"));
        assert!(others("exec.Command(os.Args[0]); x := exec.Cmd{}"));
    }

    #[test]
    fn sources_of_a_module() {
        let context = context(&[
            (".dockerignore", "scripts\n"),
            ("go.mod", "module x.org/app"),
            ("main.go", "package main\nimport (\"x.org/app/internal/db\"\n\"net/http\")"),
            ("main_test.go", "package main\nimport \"testing\""),
            ("tools.go", "//go:build tools\npackage tools\nimport _ \"x.org/gen\""),
            ("gen.go", "//go:build ignore\npackage main\nimport \"os/exec\""),
            ("cmd/tool/main.go", "package main\nimport \"fmt\""),
            ("cmd/tool/main_windows.go", "package main\nimport \"syscall\""),
            (
                "internal/db/db.go",
                "package db\nimport (\"C\"\n_ \"embed\")\n//go:embed x.sql\nvar x string",
            ),
            ("vendor/y.org/z/z.go", "package z\nimport \"plugin\""),
            ("testdata/t.go", "package t\nimport \"plugin\""),
            ("_old/o.go", "package main\nimport \"plugin\""),
            ("scripts/s.go", "package main\nimport \"plugin\""),
            ("sub/go.mod", "module x.org/sub"),
            ("sub/main.go", "package main\nimport \"plugin\""),
        ]);
        let sources = sources(&context, "", None);
        assert!(sources.is_complete());
        assert_eq!(sources.main_packages(), ["", "cmd/tool"]);
        let imports = ["C", "embed", "fmt", "net/http", "x.org/app/internal/db", "x.org/gen"];
        assert_eq!(sources.imports().into_iter().collect::<Vec<_>>(), imports);
        assert!(sources.uses_cgo());
        assert_eq!(sources.embeds(), [("internal/db", "x.sql")]);

        let module = module(&context, "").expect("well-formed").expect("there");
        let tool = sources.needed_by("cmd/tool", &module);
        assert!(!tool.uses_cgo());
        assert_eq!(tool.packages.len(), 1);
        let root = sources.needed_by("", &module);
        assert!(root.uses_cgo());
        assert_eq!(root.packages.keys().collect::<Vec<_>>(), ["", "internal/db"]);
    }

    #[test]
    fn too_many_files_are_not_all() {
        let names: Vec<_> = (0..600).map(|n| format!("f{n}.go")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), "package main")).collect();
        assert!(!sources(&context(&files), "", None).is_complete());
        let deep = format!("{}a.go", "d/".repeat(40));
        assert!(!sources(&context(&[(&deep, "package a")]), "", None).is_complete());
    }
}
