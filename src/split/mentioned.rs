//! Files of the image that a start command or a start script names in any way.
//!
//! Every word of the text counts, whatever the command does with it: too many are taken rather than
//! too few.

use super::course::{Course, matches_pattern};
use super::facts::{Scene, join};
use super::world::{Origin, base_name, is_within, parent, trimmed};
use crate::workspace::Kind;

/// How many different words of a text are looked at.
const MOST_WORDS: usize = 600;

/// How many folders relative paths are looked for in.
const MOST_FOLDERS: usize = 8;

/// Commands that need of a folder only that it is there.
const WORK_IN: &[&str] = &["cd", "pushd", "chown", "chmod", "chgrp", "mkdir"];

/// Endings of sources, whose folders are not data.
const SOURCES: &[&str] =
    &["c", "cc", "cpp", "cs", "cxx", "go", "h", "hs", "java", "kt", "rs", "scala", "swift", "zig"];

/// Words that a command may stand behind.
const BEFORE: &[&str] = &["then", "do", "else", "elif", "if", "while", "until", "!", "exec"];

/// A file or folder that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where it is in the image.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// A word of a text, and what is known of its place.
#[derive(Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    /// Whether the folder that it names need not be filled.
    is_place: bool,
}

/// The files and folders that a text names which runs in `folders`.
///
/// `None`: the text is too long for that.
pub fn in_text(
    course: &Course<'_>,
    text: &str,
    folders: &[String],
    scene: &Scene,
) -> Option<Vec<Mention>> {
    let tokens = tokens(text);
    if tokens.len() > MOST_WORDS {
        return None;
    }
    let mut search = Search { course, folders: folders.to_vec(), found: Vec::new() };
    for value in scene.variables.values().flatten().filter(|value| value.starts_with('/')) {
        search.also_in(trimmed(value));
    }
    for token in tokens.iter().filter(|token| !token.text.contains(['*', '$'])) {
        for path in search.candidates(token.text) {
            if search.is_folder(&path) {
                search.also_in(&path);
            }
        }
    }
    for token in tokens {
        search.token(token);
    }
    Some(search.found)
}

/// The words of a text, each once. Comments are left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let commands = lines.flat_map(|line| line.split([';', '&', '|', '(', '`']));
    for command in commands {
        let is_end = |c: char| c.is_whitespace() || "\"'=:,<>{})".contains(c);
        let words: Vec<&str> = command.split(is_end).filter(|word| !word.is_empty()).collect();
        let name = words.iter().find(|word| !BEFORE.contains(word));
        let is_work = name.is_some_and(|name| WORK_IN.contains(name));
        for text in words {
            let is_set = command.contains(&format!("={text}"));
            let is_place = is_work || is_set;
            match found.iter_mut().find(|own| own.text == text) {
                Some(own) => own.is_place &= is_place,
                None => found.push(Token { text, is_place }),
            }
            if found.len() > MOST_WORDS {
                return found;
            }
        }
    }
    found
}

struct Search<'s, 'a> {
    course: &'s Course<'a>,
    folders: Vec<String>,
    found: Vec<Mention>,
}

impl Search<'_, '_> {
    fn also_in(&mut self, folder: &str) {
        if self.folders.len() < MOST_FOLDERS && !self.folders.iter().any(|own| own == folder) {
            self.folders.push(folder.to_owned());
        }
    }

    /// The paths that a word may stand for.
    fn candidates(&self, text: &str) -> Vec<String> {
        let text = match text.find('/') {
            // `-c/etc/x`, `$HOME/x`: what the variable holds is one of the folders.
            Some(slash) if text.starts_with(['-', '@']) => &text[slash..],
            _ => text,
        };
        let is_loose = text.starts_with('$');
        let text = match text.strip_prefix('$') {
            None => text,
            Some(rest) => rest.trim_start_matches(|c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '#')
            }),
        };
        if matches!(trimmed(text), "" | "." | ".." | "/") || is_loose && !text.starts_with('/') {
            return Vec::new();
        }
        let relative = text.trim_start_matches('/');
        let inside = self.folders.iter().filter_map(|folder| join(folder, relative));
        let itself = text.starts_with('/').then(|| join("/", text)).flatten();
        itself.into_iter().chain(inside).map(|path| trimmed(&path).to_owned()).collect()
    }

    fn token(&mut self, token: Token<'_>) {
        let is_wild = |c: char| matches!(c, '*' | '?' | '[');
        let text = token.text;
        let start = usize::from(text.starts_with('$'));
        let open = text[start..].find(|c: char| is_wild(c) || c == '$').map(|at| at + start);
        let Some(open) = open else {
            let is_bare = !text.contains(['/', '.']);
            for path in self.candidates(text) {
                self.take(&path, token.is_place, is_bare);
            }
            return;
        };
        // What a pattern finds, or a name that hangs on a variable, is in the folder before it.
        let before = &text[..open];
        match before.rfind('/') {
            Some(slash) => {
                for path in self.candidates(&before[..=slash]) {
                    self.take(&path, false, false);
                }
            }
            None if text.contains(is_wild) && text != "*" && !text.contains('$') => {
                for folder in self.folders.clone() {
                    self.matching(&folder, text);
                }
            }
            None => {}
        }
    }

    /// The files of a folder that fit a pattern.
    fn matching(&mut self, folder: &str, pattern: &str) {
        let Some(context) = self.course.context else { return };
        let Some(inside) = self.course.in_context(folder) else { return };
        for entry in context.list(&inside).unwrap_or_default() {
            if matches_pattern(pattern, &entry.name)
                && let Some(path) = join(folder, &entry.name)
            {
                self.take(&path, false, false);
            }
        }
    }

    fn kind(&self, path: &str) -> Option<Kind> {
        let found = self.course.in_context(path)?;
        self.course.context?.kind(&found).ok()?
    }

    fn is_folder(&self, path: &str) -> bool {
        matches!(self.kind(path), Some(Kind::Folder))
    }

    /// Takes what is there by that name. Programs that were built are no files of the project.
    fn take(&mut self, path: &str, is_place: bool, is_bare: bool) {
        let world = &self.course.world;
        let is_folder = match (world.followed(path), world.exact(path)) {
            (Some(Origin::Removed(_) | Origin::Built(_)), _) => return,
            (_, Some(Origin::Download(_) | Origin::Unknown(_))) => world.is_folder(path),
            _ => match self.kind(path) {
                Some(kind) => matches!(kind, Kind::Folder),
                // What is written there needs the folder.
                None if !is_bare && self.is_folder(parent(path)) => {
                    let folder = Mention { path: parent(path).to_owned(), is_folder: true };
                    if !self.is_made_anyway(parent(path)) && !self.found.contains(&folder) {
                        self.found.push(folder);
                    }
                    return;
                }
                None => return,
            },
        };
        let is_left = is_folder
            && (is_place && self.is_made_anyway(path) || is_bare && self.holds_sources(path));
        let mention = Mention { path: path.to_owned(), is_folder };
        if !is_left && !self.found.contains(&mention) {
            self.found.push(mention);
        }
    }

    /// Whether a working folder is there or above, which the small image has, too.
    fn is_made_anyway(&self, path: &str) -> bool {
        let folder = self.course.facts.last_scene().workdir.clone();
        folder.is_some_and(|folder| is_within(&folder, path))
    }

    /// Whether a folder that a bare word happens to name holds sources of the program.
    fn holds_sources(&self, path: &str) -> bool {
        let Some(found) = self.course.in_context(path) else { return false };
        let Some(context) = self.course.context else { return false };
        let entries = context.list(&found).unwrap_or_default();
        entries.iter().any(|entry| {
            SOURCES.contains(&entry.name.rsplit_once('.').map_or("", |(_, ending)| ending))
        })
    }
}

/// Whether a file is run by an interpreter, so that it may load others beside it.
pub fn is_interpreted(path: &str) -> bool {
    const ENDINGS: &[&str] = &["py", "js", "mjs", "cjs", "ts", "rb", "pl", "php", "lua"];
    ENDINGS.contains(&base_name(path).rsplit_once('.').map_or("", |(_, ending)| ending))
}

/// The folder of a file, if it is one of its own and not the whole project.
pub fn own_folder<'p>(course: &Course<'_>, path: &'p str) -> Option<&'p str> {
    let folder = parent(path);
    let found = course.in_context(folder)?;
    (!found.is_empty() && folder != "/").then_some(folder)
}
