//! What the start of a container reaches: programs by name, and the scripts that name more of them.

use super::command::{self, Shell};
use super::course::Course;
use super::facts::{Form, Scene, What};
use super::refusal::{Reason, Refusal};
use super::start::{Launch, Start};
use super::world::{Origin, base_name};
use crate::language::Keyword;
use crate::text::TextRange;

/// How long a start script may be, in bytes.
const LONGEST_SCRIPT: usize = 64 << 10;

/// How many scripts are read that start each other.
const MOST_SCRIPTS: usize = 8;

/// What is reached.
#[derive(Debug, Default)]
pub struct Roots {
    /// Programs, as they are named: bare names and paths.
    pub programs: Vec<String>,
    /// The paths of those of them that something in the file put there.
    pub paths: Vec<String>,
    /// Programs of `HEALTHCHECK`.
    pub health: Vec<String>,
    /// Paths of start scripts in the image, which come from the context.
    pub scripts: Vec<String>,
    /// Whether a shell has to be there for the start.
    pub needs_shell: bool,
    /// Whether a shell has to be there for the health check.
    pub health_needs_shell: bool,
}

/// Commands that a shell has itself.
const BUILTINS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "bg", "break", "case", "cd", "command", "continue", "declare",
    "echo", "eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill",
    "let", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "shopt",
    "source", "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset",
    "wait",
];

/// Follows the start of a container.
///
/// Errors: a script that cannot be read.
pub fn roots(course: &Course<'_>, start: &Start) -> Result<Roots, Refusal> {
    let mut roots = Roots { needs_shell: start.needs_shell, ..Roots::default() };
    roots.programs.extend(start.wrappers.iter().cloned());
    for launch in &start.launches {
        roots.launch(course, launch, start.place)?;
    }
    for line in course.facts.lines.iter().filter(|line| line.keyword == Keyword::Healthcheck) {
        let What::Healthcheck(Some(form)) = &line.what else { continue };
        roots.health(form, &line.scene);
    }
    Ok(roots)
}

impl Roots {
    fn launch(
        &mut self,
        course: &Course<'_>,
        launch: &Launch,
        place: TextRange,
    ) -> Result<(), Refusal> {
        let Some(word) = launch.word(0) else {
            return Err(Refusal::new(Reason::StartUnknown, launch.shown(), Some(place)));
        };
        self.programs.push(word.to_owned());
        let Some(path) = launch.program(course) else {
            // `sh script.sh`
            let is_shell = command::SHELLS.contains(&base_name(word));
            let script = launch.word(1).filter(|word| is_shell && !word.starts_with('-'));
            return match script.and_then(|script| launch.path(script)) {
                Some(path) => {
                    self.needs_shell = true;
                    self.script(course, &path, launch, 2, place)
                }
                None => Ok(()),
            };
        };
        self.paths.push(path.clone());
        match course.world.followed(&path) {
            Some(Origin::Context(_)) => self.script(course, &path, launch, 1, place),
            _ => Ok(()),
        }
    }

    /// Reads a script of the context, which is started with the words of `launch` from number
    /// `given` on. A file that is no script is a program, of which nothing is known.
    fn script(
        &mut self,
        course: &Course<'_>,
        path: &str,
        launch: &Launch,
        given: usize,
        place: TextRange,
    ) -> Result<(), Refusal> {
        if self.scripts.iter().any(|own| own == path) {
            return Ok(());
        }
        let unread = || Refusal::new(Reason::ScriptUnread, path, Some(place));
        if self.scripts.len() == MOST_SCRIPTS {
            return Err(unread());
        }
        let file = course.in_context(path).ok_or_else(unread)?;
        let context = course.context.ok_or_else(unread)?;
        let text = context.read(&file, LONGEST_SCRIPT).ok().flatten().ok_or_else(unread)?;
        let text = text.replace("\r\n", "\n");
        let first = text.lines().next().unwrap_or_default();
        let Some(interpreter) = first.strip_prefix("#!") else {
            // Without that line a shell runs it, if it was called by one.
            return if first.is_empty() || first.starts_with('#') || self.needs_shell {
                self.commands(course, (path, &text), Shell::Posix, (launch, given), place)
            } else {
                Err(unread())
            };
        };
        let mut words = interpreter.split_whitespace();
        let program = words.next().unwrap_or_default();
        let program = match base_name(program) {
            "env" => words.find(|word| !word.starts_with('-')).unwrap_or_default(),
            _ => program,
        };
        self.programs.push(program.to_owned());
        match Shell::of(program) {
            // A script of Python or Node is what its ecosystem runs.
            Shell::Other => {
                self.scripts.push(path.to_owned());
                Ok(())
            }
            shell => self.commands(course, (path, &text), shell, (launch, given), place),
        }
    }

    fn commands(
        &mut self,
        course: &Course<'_>,
        (path, text): (&str, &str),
        shell: Shell,
        (launch, given): (&Launch, usize),
        place: TextRange,
    ) -> Result<(), Refusal> {
        self.scripts.push(path.to_owned());
        self.needs_shell = true;
        let mut scene: Scene = (*course.facts.last_scene()).clone();
        scene.shell = shell;
        let unread = |_| Refusal::new(Reason::ScriptUnread, path, Some(place));
        let names = command::programs(text, &scene).map_err(unread)?;
        for name in names {
            let Some(name) = name else {
                return Err(Refusal::new(Reason::ScriptUnread, path, Some(place)));
            };
            if BUILTINS.contains(&name.as_str()) {
                continue;
            }
            if name == command::REST {
                let words = launch.words.get(given..).unwrap_or_default().to_vec();
                if !words.is_empty() {
                    self.launch(course, &Launch { words, ..launch.clone() }, place)?;
                }
                continue;
            }
            let search = scene.value("PATH").unwrap_or_default().to_owned();
            let launch = Launch { words: vec![Some(name)], folder: scene.workdir.clone(), search };
            self.launch(course, &launch, place)?;
        }
        Ok(())
    }

    fn health(&mut self, form: &Form, scene: &Scene) {
        match form {
            Form::Exec(words) => self.health.extend(words.first().cloned()),
            Form::Shell(text) => {
                self.health_needs_shell = true;
                match command::programs(text, scene) {
                    Ok(names) => {
                        let names = names.into_iter().flatten();
                        self.health.extend(names.filter(|name| !BUILTINS.contains(&name.as_str())));
                    }
                    // The whole text: no table knows it.
                    Err(_) => self.health.push(text.clone()),
                }
            }
        }
    }

    /// Whether a program of that name is reached.
    pub fn names(&self, program: &str) -> bool {
        self.programs.iter().chain(&self.health).any(|own| base_name(own) == program)
    }
}
