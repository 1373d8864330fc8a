//! What containers start: the final words, and the programs among them.

use super::base::Base;
use super::command::{self, Invocation};
use super::course::Course;
use super::facts::{Facts, Form, Line, Scene, What, join};
use super::packages::{Holder, holder};
use super::refusal::{Reason, Refusal};
use super::roots::is_builtin;
use super::world::{Origin, base_name};
use crate::language::Keyword;
use crate::text::TextRange;

/// What containers start.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// `ENTRYPOINT` and `CMD` of file and image together. A shell form is `/bin/sh -c text`.
    pub argv: Vec<String>,
    /// The commands that are started one after the other: one, but for shell forms.
    pub launches: Vec<Launch>,
    /// Whether a shell has to be there.
    pub needs_shell: bool,
    /// Where it stands.
    pub place: TextRange,
    /// Programs that only start others: `tini`, `gosu`.
    pub wrappers: Vec<String>,
    /// Files that the start has its shell read: `. file`.
    pub sourced: Vec<Launch>,
    /// Start scripts, by their paths in the image.
    pub scripts: Vec<String>,
}

/// A command that is started.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Its words; `None` for one that is not known.
    pub words: Vec<Option<String>>,
    /// Where it is started.
    pub folder: Option<String>,
    /// The `PATH` that bare names are looked for in.
    pub search: String,
}

impl Launch {
    /// The name of the program without its folder.
    pub fn name(&self) -> Option<&str> {
        self.words.first()?.as_deref().map(base_name)
    }

    /// The word by its place; 0 is the program.
    pub fn word(&self, number: usize) -> Option<&str> {
        self.words.get(number)?.as_deref()
    }

    /// The words behind the program that are known.
    pub fn args(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(|word| word.as_deref().unwrap_or("$"))
    }

    /// The words in one line.
    pub fn shown(&self) -> String {
        let words = self.words.iter().map(|word| word.as_deref().unwrap_or("…"));
        words.collect::<Vec<_>>().join(" ")
    }

    /// A path made absolute from where it is started.
    pub fn path(&self, path: &str) -> Option<String> {
        join(self.folder.as_deref()?, path)
    }

    /// The path of the program, if something in the file put it there; `None` for what the image
    /// has to bring.
    pub fn program(&self, course: &Course<'_>) -> Option<String> {
        let word = self.word(0)?;
        if word.contains('/') {
            return self.path(word);
        }
        let candidates: Vec<String> =
            self.search.split(':').filter_map(|folder| join(folder, word)).collect();
        let is_put = |path: &&String| match course.world.exact(path) {
            Some(Origin::Removed(_)) | None => false,
            Some(_) => true,
        };
        // What a pattern moved there, if no package has a program of that name.
        let is_found = |path: &&String| {
            let found = course.world.found(path);
            found.is_some_and(|(own, origin)| {
                own.contains('*') && matches!(origin, Origin::Built(_))
            }) && holder(word, course.facts.base.distribution) == Holder::Unknown
        };
        let put = candidates.iter().find(is_put);
        put.or_else(|| candidates.iter().find(is_found)).cloned()
    }
}

impl Start {
    /// Reads what the file starts.
    ///
    /// Errors: there is none, or it cannot be told which program it is.
    pub fn read(facts: &Facts<'_>) -> Result<Start, Refusal> {
        let scene = facts.last_scene();
        let entrypoint = last_form(facts, Keyword::Entrypoint);
        let cmd = last_form(facts, Keyword::Cmd);
        let own = entrypoint.as_ref().or(cmd.as_ref()).map(|(line, _)| *line);
        // That of the image stands in its `FROM`.
        let inherited = facts.lines.first().filter(|_| facts.base.serves());
        let Some(line) = own.or(inherited) else {
            return Err(Refusal::new(Reason::NoStart, "", None));
        };
        let place = line.placed.range();
        let mut start = Start { place, ..Start::default() };
        start.argv = argv(&facts.base, entrypoint.as_ref().map(|e| e.1), cmd.as_ref().map(|c| c.1));
        // An image's own entrypoint passes on to what it is given.
        let inherited = match &entrypoint {
            Some(_) => 0,
            None => facts.base.entrypoint.len(),
        };
        start.read_words(&scene, inherited);
        Ok(start)
    }

    fn read_words(&mut self, scene: &Scene, inherited: usize) {
        let words: Vec<Option<String>> =
            self.argv.iter().skip(inherited).map(|word| Some(word.clone())).collect();
        let search = scene.value("PATH").unwrap_or_default().to_owned();
        let launch = Launch { words, folder: scene.workdir.clone(), search };
        self.read_launch(launch, scene, 0);
    }

    /// Takes wrappers and shells away from in front of a program.
    fn read_launch(&mut self, mut launch: Launch, scene: &Scene, depth: usize) {
        while let Some((program, rest)) = command::started(&launch.words) {
            self.wrappers.extend(program);
            launch.words = rest;
        }
        let is_shell = launch.name().is_some_and(|name| command::SHELLS.contains(&name));
        match shell_text(&launch).filter(|_| is_shell && depth < 3) {
            Some(text) => {
                self.needs_shell = true;
                self.read_shell(&text, scene, &launch, depth);
            }
            None => self.launches.push(launch),
        }
    }

    /// The commands of a text for the shell.
    fn read_shell(&mut self, text: &str, scene: &Scene, around: &Launch, depth: usize) {
        // What the environment of the container brings may differ from that of the build.
        let mut open = scene.clone();
        open.arguments.clear();
        open.workdir.clone_from(&around.folder);
        let unknown = |start: &mut Start| {
            start.launches.push(Launch { words: vec![None], ..around.clone() });
        };
        match command::read(text, &open, &|_| TextRange::default()) {
            Ok(commands) => {
                for invocation in commands {
                    if is_quiet(&invocation) {
                        continue;
                    }
                    let words = invocation
                        .words
                        .iter()
                        .map(|word| word.text.clone().filter(|_| !word.is_pattern));
                    let launch = Launch {
                        words: words.collect(),
                        folder: invocation.folder.clone(),
                        search: around.search.clone(),
                    };
                    match launch.word(0) {
                        Some("." | "source") => self.sourced.push(launch),
                        _ => self.read_launch(launch, scene, depth + 1),
                    }
                }
            }
            Err(_) => unknown(self),
        }
    }
}

/// Commands of a start text that start nothing.
fn is_quiet(invocation: &Invocation) -> bool {
    match invocation.name() {
        None => invocation.words.is_empty(),
        Some("exec") => invocation.words.len() == 1,
        Some(name) => is_builtin(name) && invocation.words.iter().all(|word| word.text.is_some()),
    }
}

/// The text behind `sh -c`; `None` for other uses of a shell.
fn shell_text(launch: &Launch) -> Option<String> {
    let mut words = launch.words.iter().skip(1);
    let first = words.next()?.as_deref()?;
    let is_command = first.starts_with('-') && first.ends_with('c');
    is_command.then(|| words.next().cloned().flatten()).flatten()
}

fn last_form<'f, 'a>(facts: &'f Facts<'a>, keyword: Keyword) -> Option<(&'f Line<'a>, &'f Form)> {
    let line = facts.last(keyword)?;
    match &line.what {
        What::Cmd(form) | What::Entrypoint(form) => Some((line, form)),
        _ => None,
    }
}

/// The words that a container starts. A new `ENTRYPOINT` clears the `CMD` of the image.
///
/// Source: `dispatchEntrypoint` of `BuildKit`'s `dockerfile2llb/convert.go`, and how engines join
/// the two.
pub fn argv(base: &Base, entrypoint: Option<&Form>, cmd: Option<&Form>) -> Vec<String> {
    let inherited = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mut words: Vec<String> = match entrypoint {
        Some(form) => spelled(form),
        None => inherited(base.entrypoint),
    };
    match (cmd, entrypoint) {
        (_, Some(Form::Shell(_))) => {}
        (Some(form), _) => words.extend(spelled(form)),
        (None, Some(_)) => {}
        (None, None) => words.extend(inherited(base.cmd)),
    }
    words
}

/// A form as words.
pub fn spelled(form: &Form) -> Vec<String> {
    match form {
        Form::Exec(words) => words.clone(),
        Form::Shell(text) => vec!["/bin/sh".to_owned(), "-c".to_owned(), text.clone()],
    }
}
