//! The sources of a project, read for words in them and for the files that they name.

use std::collections::BTreeSet;

use super::reads::Reads;
use super::world::base_name;
use crate::workspace::{Context, Kind, LONGEST_FILE};

/// How many files are read.
const MOST_FILES: usize = 500;

/// How many entries of folders are looked at.
const MOST_ENTRIES: usize = 4_000;

/// How deep folders are looked into.
const DEEPEST: usize = 10;

/// How many bytes of sources are searched for texts.
const MOST_BYTES: usize = 4 << 20;

/// Endings of sources of compiled languages.
const CODE: &[&str] = &[
    "c", "cc", "cpp", "cs", "cxx", "d", "dart", "ex", "exs", "fs", "go", "groovy", "h", "hh",
    "hpp", "hs", "hxx", "java", "kt", "kts", "lhs", "nim", "rs", "scala", "swift", "vb", "zig",
];

/// Endings of sources that some tools make programs of. They are read where there are no others:
/// beside those, they are what a server gives to browsers.
const SCRIPTS: &[&str] = &["cjs", "cts", "js", "jsx", "mjs", "mts", "ts", "tsx"];

/// Endings of settings, and what their names begin with.
const SETTINGS: &[&str] = &["ini", "json", "properties", "toml", "yaml", "yml"];
const SETTINGS_NAMES: &[&str] = &["application", "appsettings", "bootstrap", "config", "settings"];

/// Folders in which no sources of the program lie.
const OTHERS: &[&str] = &["node_modules", "target", "tests", "test", "benches", "docs"];

/// Sources that were read.
#[derive(Debug, Default)]
pub struct Sources {
    /// Paths in the context and texts.
    pub files: Vec<(String, String)>,
    /// Whether these are all.
    pub is_complete: bool,
}

impl Sources {
    /// The files in `folder` of the context, and below, whose names have one of these endings.
    pub fn read(context: &Context, folder: &str, endings: &[&str]) -> Sources {
        let mut found = Sources { files: Vec::new(), is_complete: true };
        let mut ahead = vec![(folder.to_owned(), 0)];
        let mut left = MOST_ENTRIES;
        while let Some((folder, depth)) = ahead.pop() {
            let Ok(entries) = context.list(&folder) else {
                found.is_complete = false;
                continue;
            };
            for entry in entries {
                let path = match folder.as_str() {
                    "" => entry.name.clone(),
                    folder => format!("{folder}/{}", entry.name),
                };
                if left == 0 || found.files.len() == MOST_FILES || depth > DEEPEST {
                    found.is_complete = false;
                    return found;
                }
                left -= 1;
                let is_other = entry.name.starts_with('.') || OTHERS.contains(&&*entry.name);
                let ending = entry.name.rsplit_once('.').map_or("", |(_, ending)| ending);
                match entry.kind {
                    Kind::Folder if is_other => {}
                    Kind::Folder => ahead.push((path, depth + 1)),
                    _ if endings.contains(&ending) => found.take(context, path),
                    _ => {}
                }
            }
        }
        found
    }

    fn take(&mut self, context: &Context, path: String) {
        match context.read(&path, LONGEST_FILE) {
            Ok(Some(text)) => self.files.push((path, text)),
            _ => self.is_complete = false,
        }
    }

    /// Takes those of another place, too.
    pub fn add(&mut self, other: Sources) {
        self.files.extend(other.files);
        self.is_complete &= other.is_complete;
    }

    /// Those in which one of these words stands.
    pub fn with(&self, words: &[&str]) -> Sources {
        let has = |(_, text): &&(String, String)| words.iter().any(|word| text.contains(word));
        Sources { files: self.files.iter().filter(has).cloned().collect(), ..*self }
    }

    /// Whether one of these words stands anywhere; `true` if not all was read.
    pub fn may_mention(&self, words: &[&str]) -> bool {
        !self.is_complete || self.mentions(words)
    }

    /// Whether one of these words stands in what was read.
    pub fn mentions(&self, words: &[&str]) -> bool {
        self.files.iter().any(|(_, text)| words.iter().any(|word| text.contains(word)))
    }
}

/// Whether a file is a source of a compiled language by its name.
pub fn is_code(name: &str) -> bool {
    CODE.contains(&ending(name))
}

fn ending(name: &str) -> &str {
    base_name(name).rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// What the texts in sources name, as far as they look like names of files. More is taken for a name
/// than is one: `"/content/"` may be a file, a route or part of an address.
#[derive(Debug, Default)]
pub struct Named {
    /// Names of files and folders, without the folders that they lie in.
    names: BTreeSet<String>,
    /// Those of them that something in them is named of, or that are written as folders.
    folders: BTreeSet<String>,
    /// Endings of files whose names are computed: `"*.onnx"`, `".md"`.
    endings: BTreeSet<String>,
    /// What the calls among them read.
    pub reads: Reads,
    /// Whether all sources were read.
    pub is_complete: bool,
}

impl Named {
    /// What the sources in these folders of the context, and below, name; a file may be given, too.
    pub fn read(context: &Context, places: &[String]) -> Named {
        let mut found = Named { is_complete: true, ..Named::default() };
        for endings in [CODE, SCRIPTS] {
            let mut left = MOST_BYTES;
            let mut any = false;
            for place in places {
                let sources = sources_at(context, place, endings);
                found.is_complete &= sources.is_complete;
                for (path, text) in &sources.files {
                    any = true;
                    match left.checked_sub(text.len()) {
                        Some(rest) => left = rest,
                        None => found.is_complete = false,
                    }
                    if found.is_complete {
                        found.take_source(path, text);
                    }
                }
            }
            if any {
                break;
            }
        }
        for place in places {
            found.take_settings(context, place);
        }
        found
    }

    /// Takes what the settings of a project name. What is not read of them is no doubt: they name
    /// less than the sources.
    fn take_settings(&mut self, context: &Context, place: &str) {
        for (path, text) in &sources_at(context, place, SETTINGS).files {
            let name = base_name(path).to_lowercase();
            if SETTINGS_NAMES.iter().any(|start| name.starts_with(start)) {
                for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
                    self.take(line);
                }
            }
        }
    }

    /// Whether a file of that name may be meant.
    pub fn names_file(&self, name: &str) -> bool {
        self.names.contains(name) || self.endings.contains(ending(name))
    }

    /// Whether a folder of that name may be meant.
    pub fn names_folder(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a path through a folder of that name stands somewhere.
    pub fn leads_through(&self, name: &str) -> bool {
        self.folders.contains(name)
    }

    fn take_source(&mut self, path: &str, text: &str) {
        if path.ends_with("_test.go") {
            return;
        }
        let text = match path.ends_with(".go") {
            true => behind_imports(text),
            false => text,
        };
        self.reads.take(path, text);
        for text in texts(text, ending(path)) {
            self.take(text);
        }
    }

    /// Takes what a text names.
    fn take(&mut self, text: &str) {
        // Of several words each has to look like a path.
        let is_one = !text.trim().contains(char::is_whitespace);
        let words = text.split(|c: char| c.is_whitespace() || "\"'`,;<>|&".contains(c));
        let words = words.filter(|word| !word.contains("http://") && !word.contains("https://"));
        for word in words.flat_map(|word| word.split(['=', ':', '?', '#'])) {
            if word.contains(['/', '.', '\\']) || is_one && word == text.trim() {
                self.take_path(word);
            }
        }
    }

    fn take_path(&mut self, path: &str) {
        self.reads.take_path(path);
        let separators = ['/', '\\'];
        let is_folder = path.ends_with(separators) || path.starts_with("./");
        let parts = path.split(separators).filter(|part| !matches!(*part, "" | "." | ".."));
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            let is_computed = part.contains(['%', '{', '}', '$', '*', '(', ')', '[', ']']);
            if is_computed || part.starts_with('.') {
                let ending = ending(part);
                if !ending.is_empty() && ending.chars().all(char::is_alphanumeric) {
                    self.endings.insert(ending.to_owned());
                }
            }
            if is_computed {
                continue;
            }
            if is_folder || parts.peek().is_some() {
                self.folders.insert(part.to_owned());
            }
            self.names.insert(part.to_owned());
        }
    }
}

/// The sources at a place of the context, which may be a file.
pub(super) fn sources_at(context: &Context, place: &str, endings: &[&str]) -> Sources {
    if matches!(context.kind(place), Ok(Some(Kind::Folder))) {
        return Sources::read(context, place, endings);
    }
    let mut sources = Sources { files: Vec::new(), is_complete: true };
    if endings.contains(&ending(place)) {
        sources.take(context, place.to_owned());
    }
    sources
}

/// A Go file without its import declarations, whose texts are no files. They stand before all
/// others.
fn behind_imports(text: &str) -> &str {
    let mut end = 0;
    let mut at = 0;
    let mut in_group = false;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let line = line.trim();
        let is_import = line.starts_with("import ") || line.starts_with("import(");
        if in_group || is_import {
            end = at;
            in_group = if is_import { line.ends_with('(') } else { !line.starts_with(')') };
        } else if ["func ", "var ", "const ", "type "].iter().any(|word| line.starts_with(word)) {
            break;
        }
    }
    text.get(end..).unwrap_or_default()
}

/// How the languages of an ending write texts.
struct Quotes {
    /// What comments up to the end of the line begin with.
    comment: &'static str,
    /// Whether `'` begins a text, not a character.
    single: bool,
    /// Whether there are texts between backticks.
    backtick: bool,
    /// Whether a text between plain quotes may have line breaks.
    long: bool,
}

fn quotes(ending: &str) -> Quotes {
    let plain = Quotes { comment: "//", single: false, backtick: false, long: false };
    match ending {
        "go" => Quotes { backtick: true, ..plain },
        "rs" => Quotes { long: true, ..plain },
        "dart" | "groovy" => Quotes { single: true, ..plain },
        "ex" | "exs" => Quotes { comment: "#", single: true, long: true, ..plain },
        "nim" => Quotes { comment: "#", ..plain },
        "hs" | "lhs" => Quotes { comment: "-- ", ..plain },
        "vb" => Quotes { comment: "REM ", ..plain },
        _ if SCRIPTS.contains(&ending) => Quotes { single: true, backtick: true, ..plain },
        _ => plain,
    }
}

/// A part of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// A text without its quotes, escapes as they are written.
    Text(&'t str),
    /// What stands between texts and comments.
    Code(&'t str),
}

/// The texts in a program.
fn texts<'t>(text: &'t str, ending: &str) -> impl Iterator<Item = &'t str> {
    pieces(text, ending).into_iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Code(_) => None,
    })
}

/// A program in a file of that ending, without its comments.
pub(super) fn pieces<'t>(text: &'t str, ending: &str) -> Vec<Piece<'t>> {
    let quotes = quotes(ending);
    let mut found = Vec::new();
    let (mut at, mut code) = (0, 0);
    while let Some(rest) = text.get(at..)
        && let Some(next) = rest.find(['"', '\'', '`', '/', '#', '-', 'R'])
    {
        at += next;
        let rest = &rest[next..];
        let (inside, skipped) = if rest.starts_with(quotes.comment) {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if let Some((inside, length)) = text_at(text, at, &quotes) {
            (Some(inside), length)
        } else if rest.starts_with('\'') && character(rest) > 1 {
            (None, character(rest))
        } else {
            at += 1;
            continue;
        };
        found.push(Piece::Code(&text[code..at]));
        found.extend(inside.map(Piece::Text));
        at += skipped;
        code = at;
    }
    found.extend(text.get(code..).map(Piece::Code));
    found
}

/// The text that begins with a quote at `at`, and how long it is with its quotes.
fn text_at<'t>(text: &'t str, at: usize, quotes: &Quotes) -> Option<(&'t str, usize)> {
    let (before, rest) = text.split_at_checked(at)?;
    let quote = rest.chars().next()?;
    let is_text = match quote {
        '"' => true,
        '\'' => quotes.single,
        '`' => quotes.backtick,
        _ => false,
    };
    if !is_text {
        return None;
    }
    let marks = before.len() - before.trim_end_matches('#').len();
    let is_raw = marks > 0 || before.ends_with(['r', '@', 'R']) && quote == '"' || quote == '`';
    let triple = [quote; 3].iter().collect::<String>();
    let open = if quote != '`' && rest.starts_with(&triple) { triple } else { quote.to_string() };
    let inside = &rest[open.len()..];
    if is_raw || open.len() > 1 {
        let close = format!("{open}{}", "#".repeat(marks));
        let end = inside.find(&close).unwrap_or(inside.len());
        // `"""a"""""` ends with a quote.
        let more = inside[end..].strip_prefix(&close).filter(|_| open.len() > 1);
        let more = more.map_or(0, |rest| rest.len() - rest.trim_start_matches(quote).len());
        let end = end + more;
        let whole = (open.len() + end + close.len()).min(rest.len());
        return Some((&inside[..end], whole));
    }
    let mut chars = inside.char_indices();
    while let Some((end, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' if !quotes.long => return Some((&inside[..end], end + 1)),
            c if c == quote => return Some((&inside[..end], end + 2)),
            _ => {}
        }
    }
    Some((inside, rest.len()))
}

/// How long a character between `'` is; a single `'` may be something else.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    let is_escaped = match chars.next() {
        Some((_, '\\')) => chars.next().is_some(),
        _ => false,
    };
    match chars.next() {
        Some((at, '\'')) => at + 1,
        // `'\u{1F600}'`
        _ if is_escaped => rest
            .char_indices()
            .take(14)
            .skip(3)
            .find(|(_, c)| *c == '\'')
            .map_or(1, |(at, _)| at + 1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ending: &str, text: &str, expected: &[&str]) {
        assert_eq!(texts(text, ending).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn texts_of_programs() {
        check(
            "go",
            "a(\"b\", 'c', '\"', `d\n\"e`) // \"f\"\n/* \"g\" */ \"h\\\"i\"",
            &["b", "d\n\"e", "h\\\"i"],
        );
        check(
            "rs",
            "fn f<'a>(x: &'a str) { r#\"a\"b\"#; \"c\nd\"; '\\''; '\"'; b\"e\" }",
            &["a\"b", "c\nd", "e"],
        );
        check("rs", "r\"c:\\\" + \"d\"", &["c:\\", "d"]);
        check("c", "x = \"open\ny = \"z\";", &["open", "z"]);
        check("kt", "\"\"\"a\n\"b\"\"\"\" + \"c\"", &["a\n\"b\"", "c"]);
        check("ts", "'a' + \"b\" + `c`", &["a", "b", "c"]);
        check("hs", "f' x = \"a\" -- \"b\"", &["a"]);
        check("rs", "'\\u{1F600}' \"a\"", &["a"]);
        check("rs", "\"", &[""]);
        check("go", "`é", &["é"]);
        check("rs", "'é' 'é", &[]);
    }

    #[test]
    fn names_in_texts() {
        let mut named = Named::default();
        for text in [
            "content/%s.md",
            "words",
            "a few words",
            "see ./docs/x.yaml now",
            "*.onnx",
            "https://example.com/site/y",
            "file:shop.db?mode=ro",
            "..\\pages\\one.txt",
        ] {
            named.take(text);
        }
        let names = ["content", "docs", "one.txt", "pages", "shop.db", "words", "x.yaml"];
        assert_eq!(named.names.iter().collect::<Vec<_>>(), names);
        assert_eq!(
            named.folders.iter().collect::<Vec<_>>(),
            ["content", "docs", "pages", "x.yaml"]
        );
        assert_eq!(named.endings.iter().collect::<Vec<_>>(), ["md", "onnx"]);
        assert!(named.names_file("a.onnx") && !named.names_file("a.bin"));
    }

    #[test]
    fn imports_are_no_files() {
        let text = "package a\n\nimport \"x/y\"\nimport (\n\t\"z/docs\"\n)\n\nvar a = \"b\"\n";
        assert_eq!(behind_imports(text).trim(), "var a = \"b\"");
        assert_eq!(
            behind_imports("package a\nvar a = `\nimport \"b\"\n`"),
            "package a\nvar a = `\nimport \"b\"\n`"
        );
    }
}
