//! The commands that a container starts, and what `java` is told in them.
//!
//! Source: the manual page of `java`.

use crate::split::answer::Site;
use crate::split::command::{self, Invocation, SHELLS, Shell, Word};
use crate::split::facts::{Scene, join};
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::{Origin, base_name};
use crate::text::TextRange;

/// How many scripts are read that start each other.
const MOST_SCRIPTS: usize = 4;

/// The commands that a container starts, those of its scripts among them, patterns kept.
///
/// Errors: a script that is not read.
pub fn commands(site: &Site<'_, '_>) -> Result<Vec<Invocation>, Refusal> {
    let mut scripts = Vec::new();
    let mut found = Vec::new();
    let mut left = first(site);
    left.reverse();
    while let Some(one) = left.pop() {
        let Some(path) = script_of(site, &one) else {
            found.push(one);
            continue;
        };
        if scripts.contains(&path) {
            continue;
        }
        let unread = || Refusal::new(Reason::ScriptUnread, &path, Some(site.start.place));
        if scripts.len() == MOST_SCRIPTS {
            return Err(unread());
        }
        let mut inner = read_script(site, &path, &one).ok_or_else(unread)?;
        scripts.push(path);
        inner.reverse();
        left.extend(inner);
    }
    Ok(found)
}

/// What the start command itself says.
fn first(site: &Site<'_, '_>) -> Vec<Invocation> {
    let argv = &site.start.argv;
    let shell = argv.iter().position(|word| SHELLS.contains(&base_name(word)));
    let text = shell.and_then(|at| match argv.get(at + 1..at + 3) {
        Some([option, text]) if option.starts_with('-') && option.ends_with('c') => Some(text),
        _ => None,
    });
    if let Some(text) = text
        && let Ok(commands) = command::read(text, &open(site), &|_| site.start.place)
    {
        return commands;
    }
    let launches = site.start.launches.iter();
    launches
        .map(|launch| {
            let words = launch.words.iter().cloned();
            Invocation {
                range: site.start.place,
                words: words.map(|text| Word { text, ..Word::default() }).collect(),
                folder: launch.folder.clone(),
                is_sure: true,
                ..Invocation::default()
            }
        })
        .collect()
}

/// What holds at the start: who starts the container can set what the file does not.
fn open(site: &Site<'_, '_>) -> Scene {
    let mut scene = (*site.scene()).clone();
    scene.arguments.clear();
    scene
}

/// The path of the script of the context that a command runs.
fn script_of(site: &Site<'_, '_>, one: &Invocation) -> Option<String> {
    let word = one.words.first()?.text.as_deref()?;
    let word = match SHELLS.contains(&base_name(word)) {
        true => one.arg(0).filter(|word| !word.starts_with('-'))?,
        false => word,
    };
    let path = one.path(word)?;
    let is_bare = !word.contains('/') && !SHELLS.contains(&one.name().unwrap_or_default());
    let path = if is_bare { on_path(site, word)? } else { path };
    matches!(site.course.world.origin(&path), Some(Origin::Context(_))).then_some(path)
}

/// Where a bare name is found among what the file puts on the `PATH`.
fn on_path(site: &Site<'_, '_>, name: &str) -> Option<String> {
    let scene = site.scene();
    let search = scene.value("PATH")?;
    let mut candidates = search.split(':').filter_map(|folder| join(folder, name));
    candidates.find(|path| site.course.world.exact(path).is_some())
}

fn read_script(site: &Site<'_, '_>, path: &str, from: &Invocation) -> Option<Vec<Invocation>> {
    let text = site.course.script(path)?;
    let mut scene = open(site);
    scene.workdir.clone_from(&from.folder);
    let first = text.lines().next().unwrap_or_default();
    scene.shell = match first.contains("bash") {
        true => Shell::Bash,
        false => Shell::Posix,
    };
    command::read(&text, &scene, &|_| TextRange::default()).ok()
}

/// What `java` is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What `-jar` names.
    pub jar: Option<Word>,
    /// The entries of the class path and the module path.
    pub entries: Vec<String>,
    /// Whether an entry is not known.
    pub has_open_entries: bool,
    /// Whether it is a source, which Java compiles when it starts (JEP 330).
    pub is_source: bool,
    /// All other words that may name files: values of options, arguments of the program.
    pub words: Vec<String>,
}

/// Options of `java` that take the next word.
const VALUES: &[&str] = &[
    "--add-modules",
    "--add-opens",
    "--add-exports",
    "--add-reads",
    "--limit-modules",
    "--upgrade-module-path",
    "--enable-native-access",
];

/// Options that name where classes are.
const PATHS: &[&str] = &["-cp", "-classpath", "--class-path", "-p", "--module-path"];

/// Takes the words behind `java` apart; `None` if they tell neither a jar nor a class.
pub fn told(one: &Invocation, scene: &Scene) -> Option<Told> {
    let mut told = Told::default();
    let words: Vec<Word> = one.args().iter().flat_map(split).collect();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        // What is not known may be options, which whoever starts the container sets.
        let Some(text) = word.text.as_deref() else { continue };
        match text {
            "-jar" => {
                told.jar = Some(words.next()?.clone());
                told.rest(words);
                return Some(told);
            }
            "-m" | "--module" => {
                words.next()?;
                told.rest(words);
                return Some(told);
            }
            text if PATHS.contains(&text) => told.classes(words.next()?),
            text if text.starts_with("--class-path=") || text.starts_with("--module-path=") => {
                let value = text.split_once('=').map(|(_, value)| value.to_owned());
                told.classes(&Word { text: value, ..Word::default() });
            }
            text if VALUES.contains(&text) => drop(words.next()),
            text if text.starts_with('@') => return None,
            "--source" => {
                told.is_source = true;
                return Some(told);
            }
            text if text.starts_with('-') => told.words.push(text.to_owned()),
            text if text.ends_with(".java") => {
                told.is_source = true;
                return Some(told);
            }
            // The class: it is found by the variable or where it is started.
            _ => {
                if told.entries.is_empty() && !told.has_open_entries {
                    let own = one.variable("CLASSPATH", scene);
                    let text = own.unwrap_or(Some(".")).map(str::to_owned);
                    told.classes(&Word { text, ..Word::default() });
                }
                told.rest(words);
                return Some(told);
            }
        }
    }
    None
}

/// The value of a variable may hold several options.
fn split(word: &Word) -> Vec<Word> {
    match word.text.as_deref() {
        Some(text) if text.starts_with('-') && text.contains(char::is_whitespace) => text
            .split_whitespace()
            .map(|part| Word { text: Some(part.to_owned()), ..Word::default() })
            .collect(),
        Some("") => Vec::new(),
        _ => vec![word.clone()],
    }
}

impl Told {
    fn classes(&mut self, word: &Word) {
        // `lib/*` is for Java to read, though a shell that finds such files would, too.
        match word.text.as_deref() {
            Some(text) => self
                .entries
                .extend(text.split(':').filter(|entry| !entry.is_empty()).map(str::to_owned)),
            None => self.has_open_entries = true,
        }
    }

    fn rest<'w>(&mut self, words: impl Iterator<Item = &'w Word>) {
        self.words.extend(words.filter_map(|word| word.text.clone()));
    }
}

/// The endings of files that programs in Java are told of.
const ENDINGS: &[&str] = &[
    "cfg",
    "conf",
    "config",
    "crt",
    "edn",
    "groovy",
    "ini",
    "jar",
    "jks",
    "js",
    "json",
    "keystore",
    "p12",
    "pem",
    "policy",
    "properties",
    "sql",
    "toml",
    "txt",
    "xml",
    "yaml",
    "yml",
];

/// The paths that a word may mean, as they are written: `-Dx=a/b`, `--config=file:/a,/b`.
pub fn paths_in(word: &str) -> impl Iterator<Item = &str> {
    let value = match word.starts_with('-') {
        true => word.split_once(['=', ':']).map_or("", |(_, value)| value),
        false => word,
    };
    // `-javaagent:a.jar=options`
    let value = match word.starts_with("-javaagent:") || word.starts_with("-agentpath:") {
        true => value.split('=').next().unwrap_or_default(),
        false => value,
    };
    // `-Xbootclasspath/a:a.jar:b.jar`
    let (value, marks): (_, &[char]) = match word.starts_with("-Xbootclasspath") {
        true => (word.split_once(':').map_or("", |(_, value)| value), &[':']),
        false => (value, &[',', ';']),
    };
    value.split(marks).filter_map(|part| {
        let part = part.strip_prefix("optional:").unwrap_or(part);
        let part = part.strip_prefix("file://").or(part.strip_prefix("file:")).unwrap_or(part);
        let is_path = part.contains('/')
            || part.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
        (is_path && !part.contains(':') && !part.contains(char::is_whitespace)).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The jar, the class path and the other words of a command line.
    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str, &str)>) {
        let read =
            command::read(line, &Scene::default(), &|_| TextRange::default()).expect("it is there");
        let found = told(&read[0], &Scene::default()).map(|told| {
            let jar = told.jar.map(|jar| jar.text.unwrap_or("?".to_owned())).unwrap_or_default();
            (jar, told.entries.join(" "), told.words.join(" "))
        });
        let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn what_java_is_told() {
        check("java -jar a.jar", Some(("a.jar", "", "")));
        check("java $JAVA_OPTS -Xmx1g -jar a.jar --x y", Some(("a.jar", "", "-Xmx1g --x y")));
        check("java -jar $JAR", Some(("?", "", "")));
        check("java -jar target/*.jar", Some(("target/*.jar", "", "")));
        check("java -cp a:lib/* x.Main b", Some(("", "a lib/*", "b")));
        check("java Main", Some(("", ".", "")));
        check("java --add-opens a=b -p mods -m x/y", Some(("", "mods", "")));
        check("java @options", None);
        let is_source = |line: &str| {
            let read = command::read(line, &Scene::default(), &|_| TextRange::default())
                .expect("it is there");
            told(&read[0], &Scene::default()).expect("it is there").is_source
        };
        assert!(is_source("java Main.java a"));
        assert!(is_source("java -Xmx1g --source 17 main"));
        assert!(!is_source("java -cp a Main b.java"));
        check("java -version", None);
    }

    #[test]
    fn words_that_name_files() {
        let check = |word, expected: &[&str]| {
            assert_eq!(paths_in(word).collect::<Vec<_>>(), expected, "{word}");
        };
        check("server", &[]);
        check("config.yml", &["config.yml"]);
        check("-Dspring.config.location=file:/a/b.yml,optional:file:c/", &["/a/b.yml", "c/"]);
        check("-javaagent:/opt/agent.jar=x=y", &["/opt/agent.jar"]);
        check("jdbc:postgresql://db/x", &[]);
        check("-Durl=http://x/y", &[]);
        check("-Xmx1g", &[]);
        check("-Xbootclasspath/a:/a.jar:/b.jar", &["/a.jar", "/b.jar"]);
    }
}
