//! What the start of a container reaches: programs by name, the scripts that name more of them, and
//! the files that all of them name.

use super::answer::{Answer, Artifact, Data, Evidence, Linkage};
use super::command::{self, Call, Shell};
use super::course::Course;
use super::facts::{Form, Scene, What};
use super::mentioned::{self, Mention};
use super::refusal::{Reason, Refusal};
use super::start::{Launch, Start};
use super::world::{Origin, base_name, is_within, parent};
use crate::image::Amount;
use crate::language::Keyword;
use crate::text::TextRange;

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
    /// Other files and folders that the start names.
    pub files: Vec<Mention>,
    /// A command of a start script that builds or fetches.
    pub builds: Option<String>,
    /// Whether a shell has to be there for the start.
    pub needs_shell: bool,
    /// Whether a shell has to be there for the health check.
    pub health_needs_shell: bool,
    /// How many texts were read that scripts give to a shell.
    texts: usize,
}

/// Commands that a shell has itself.
const BUILTINS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "bg", "break", "case", "cd", "command", "continue", "declare",
    "echo", "eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill",
    "let", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "shopt",
    "source", "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset",
    "wait",
];

/// Commands that build or fetch, by their first two words.
const BUILDS_AT_START: &[(&str, &str)] = &[
    ("git", "pull"),
    ("git", "clone"),
    ("npm", "install"),
    ("npm", "ci"),
    ("yarn", "install"),
    ("pnpm", "install"),
    ("pip", "install"),
    ("pip3", "install"),
    ("bundle", "install"),
    ("composer", "install"),
    ("composer", "update"),
    ("go", "build"),
    ("go", "get"),
    ("go", "install"),
    ("go", "mod"),
    ("cargo", "build"),
    ("mvn", "package"),
    ("mvn", "install"),
    ("npm", "run-script"),
    ("make", ""),
    ("apt-get", "install"),
];

/// Whether a command of the start builds or fetches.
pub fn builds_at_start(program: &str, second: &str) -> bool {
    BUILDS_AT_START
        .iter()
        .any(|(own, verb)| base_name(program) == *own && (verb.is_empty() || second == *verb))
}

/// Whether the shell itself does it, and nothing else is started by it.
pub fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name) && !matches!(name, "." | "source" | "eval" | "exec" | "command")
}

/// Follows the start of a container.
///
/// Errors: a script that cannot be read.
pub fn roots(course: &Course<'_>, start: &Start) -> Result<Roots, Refusal> {
    let mut roots = Roots { needs_shell: start.needs_shell, ..Roots::default() };
    roots.programs.extend(start.wrappers.iter().cloned());
    let folder = course.facts.last_scene().workdir.clone();
    roots.named(course, &start.argv, folder.as_deref(), start.place)?;
    for launch in &start.sourced {
        roots.source(course, launch, start.place)?;
    }
    for launch in &start.launches {
        roots.launch(course, launch, start.place)?;
    }
    for line in course.facts.lines.iter().filter(|line| line.keyword == Keyword::Healthcheck) {
        let What::Healthcheck(Some(form)) = &line.what else { continue };
        let health = health(course, form, &line.scene, line.placed.range())?;
        roots.check_too(health);
    }
    Ok(roots)
}

/// What a health check reaches.
fn health(
    course: &Course<'_>,
    form: &Form,
    scene: &Scene,
    place: TextRange,
) -> Result<Roots, Refusal> {
    let mut found = Roots::default();
    let search = scene.value("PATH").unwrap_or_default().to_owned();
    let launch = Launch { words: Vec::new(), folder: scene.workdir.clone(), search };
    match form {
        Form::Exec(words) => {
            found.named(course, words, scene.workdir.as_deref(), place)?;
            let words: Vec<_> = words.iter().cloned().map(Some).collect();
            if !words.is_empty() {
                found.launch(course, &Launch { words, ..launch }, place)?;
            }
        }
        Form::Shell(text) => {
            found.needs_shell = true;
            let words = ["sh".to_owned(), text.clone()];
            found.named(course, &words, scene.workdir.as_deref(), place)?;
            match command::calls(text, scene) {
                Ok(calls) => {
                    for call in calls {
                        found.health_call(course, &launch, call, place)?;
                    }
                }
                // The whole text: no table knows it.
                Err(_) => found.programs.push(text.clone()),
            }
        }
    }
    Ok(found)
}

impl Roots {
    fn health_call(
        &mut self,
        course: &Course<'_>,
        launch: &Launch,
        call: Call,
        place: TextRange,
    ) -> Result<(), Refusal> {
        match call.name() {
            None => Ok(()),
            Some(name) if BUILTINS.contains(&name) => Ok(()),
            Some(_) => self.launch(course, &Launch { words: call.words, ..launch.clone() }, place),
        }
    }

    /// What the health check reaches is reached, too.
    fn check_too(&mut self, health: Roots) {
        self.health.extend(health.programs);
        self.paths.extend(health.paths);
        self.scripts.extend(health.scripts);
        self.files.extend(health.files);
        self.health_needs_shell |= health.needs_shell;
    }

    /// Notes the files that the words behind the program name.
    fn named(
        &mut self,
        course: &Course<'_>,
        words: &[String],
        folder: Option<&str>,
        place: TextRange,
    ) -> Result<(), Refusal> {
        let text = words.get(1..).unwrap_or_default().join("\n");
        let folders: Vec<String> = folder.into_iter().map(str::to_owned).collect();
        let found = mentioned::in_text(course, &text, &folders, &course.facts.last_scene());
        let found = found.ok_or_else(|| Refusal::new(Reason::StartUnknown, "", Some(place)))?;
        self.files.extend(found);
        Ok(())
    }

    fn launch(
        &mut self,
        course: &Course<'_>,
        launch: &Launch,
        place: TextRange,
    ) -> Result<(), Refusal> {
        let Some(word) = launch.word(0) else {
            return Err(Refusal::new(Reason::StartUnknown, launch.shown(), Some(place)));
        };
        if self.needs_shell && is_builtin(word) {
            return Ok(());
        }
        self.programs.push(word.to_owned());
        // `sh script.sh`
        let is_shell = command::SHELLS.contains(&base_name(word));
        let behind = launch.words.iter().skip(1).position(|word| {
            word.as_deref().is_none_or(|word| !word.starts_with('-') && !word.starts_with('+'))
        });
        let is_command = launch.word(1).is_some_and(|word| {
            word.starts_with('-') && !word.starts_with("--") && word.contains('c')
        });
        if is_shell && is_command {
            self.needs_shell = true;
            return self.text_of(course, launch, place);
        }
        if let Some(at) = behind.filter(|_| is_shell) {
            self.needs_shell = true;
            return match launch.word(at + 1).and_then(|script| launch.path(script)) {
                Some(path) => self.script(course, &path, launch, at + 2, place),
                None => Err(Refusal::new(Reason::ScriptUnread, launch.shown(), Some(place))),
            };
        }
        let Some(path) = launch.program(course) else { return Ok(()) };
        self.paths.push(path.clone());
        match course.world.followed(&path) {
            Some(Origin::Context(_)) if !is_installed(course, &path) => {
                self.script(course, &path, launch, 1, place)
            }
            _ => Ok(()),
        }
    }

    /// What `sh -c text` runs.
    fn text_of(
        &mut self,
        course: &Course<'_>,
        launch: &Launch,
        place: TextRange,
    ) -> Result<(), Refusal> {
        let unread = || Refusal::new(Reason::StartUnknown, launch.shown(), Some(place));
        let is_command = |word: &Option<String>| {
            word.as_deref().is_some_and(|word| word.starts_with('-') && word.contains('c'))
        };
        let at = launch.words.iter().skip(1).position(is_command).ok_or_else(unread)? + 2;
        let text = launch.word(at).filter(|text| *text != command::REST).ok_or_else(unread)?;
        self.texts += 1;
        if self.texts > MOST_SCRIPTS {
            return Err(unread());
        }
        let shell = Shell::of(launch.word(0).unwrap_or_default());
        let text = text.to_owned();
        self.text(course, (&launch.shown(), &text), shell, (launch, at + 2), place)
    }

    /// What `. file` runs.
    fn source(
        &mut self,
        course: &Course<'_>,
        launch: &Launch,
        place: TextRange,
    ) -> Result<(), Refusal> {
        let unread = || Refusal::new(Reason::ScriptUnread, launch.shown(), Some(place));
        let path = launch.word(1).and_then(|file| launch.path(file)).ok_or_else(unread)?;
        self.needs_shell = true;
        match course.world.followed(&path) {
            // An empty file, or one of the image itself, such as `/etc/os-release`.
            Some(Origin::Made(_)) if course.in_context(&path).is_none() => Ok(()),
            None if path.starts_with("/etc/") => Ok(()),
            // It sets the variables of an environment that was made.
            Some(Origin::Built(_)) if base_name(&path) == "activate" => Ok(()),
            _ => self.script(course, &path, launch, 2, place),
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
        let text = course.script(path).ok_or_else(unread)?;
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
        self.text(course, (path, text), shell, (launch, given), place)
    }

    /// Reads a text for the shell, which is called `path` where it is spoken of.
    fn text(
        &mut self,
        course: &Course<'_>,
        (path, text): (&str, &str),
        shell: Shell,
        (launch, given): (&Launch, usize),
        place: TextRange,
    ) -> Result<(), Refusal> {
        let mut scene: Scene = (*course.facts.last_scene()).clone();
        scene.shell = shell;
        let unread = || Refusal::new(Reason::ScriptUnread, path, Some(place));
        let folders: Vec<String> =
            launch.folder.iter().cloned().chain([parent(path).to_owned()]).collect();
        let named = mentioned::in_text(course, text, &folders, &scene).ok_or_else(unread)?;
        self.files.extend(named.into_iter().filter(|file| file.path != path));
        let calls = command::calls(text, &scene).map_err(|_| unread())?;
        let search = scene.value("PATH").unwrap_or_default().to_owned();
        let around = Launch { words: Vec::new(), folder: scene.workdir.clone(), search };
        let words = launch.words.get(given..).unwrap_or_default().to_vec();
        let mut given = Given { words: Some(words) };
        // What the script names need not be a file.
        let named = |refusal: Refusal| match course.in_context(&refusal.subject) {
            Some(_) => refusal,
            None => unread(),
        };
        let itself = self.scripts.iter().find(|own| *own == path).cloned();
        for mut call in calls {
            for word in &mut call.words {
                if word.as_deref() == Some(command::ITSELF) {
                    word.clone_from(&itself);
                }
            }
            let name = call.name().ok_or_else(unread)?;
            let second = call.words.get(1).cloned().flatten().unwrap_or_default();
            if builds_at_start(name, &second) {
                self.builds.get_or_insert_with(|| format!("{} {second}", base_name(name)));
            }
            match name {
                "set" | "shift" => given.change(&call),
                "eval" => return Err(unread()),
                "." | "source" => {
                    let file = sourced(call.words.clone(), path, &around);
                    if call.is_sure || !is_only_mounted(course, &file) {
                        self.source(course, &file, place).map_err(named)?;
                    }
                }
                command::REST => {
                    let words = given.words.clone().ok_or_else(unread)?;
                    if !words.is_empty() {
                        self.launch(course, &Launch { words, ..around.clone() }, place)
                            .map_err(named)?;
                    }
                }
                name if BUILTINS.contains(&name) => {}
                _ => {
                    let words = given.put_into(&call.words);
                    self.launch(course, &Launch { words, ..around.clone() }, place)
                        .map_err(named)?;
                }
            }
            // What the shell is told to run as another program.
            if let Some(program) = given.started(&call) {
                let words = vec![Some(program)];
                self.launch(course, &Launch { words, ..around.clone() }, place).map_err(named)?;
            }
        }
        Ok(())
    }

    /// Whether a program of that name is reached.
    pub fn names(&self, program: &str) -> bool {
        self.programs.iter().chain(&self.health).any(|own| base_name(own) == program)
    }

    /// Takes the files along that the start names, where what is taken does not hold them already.
    pub fn bring(&mut self, course: &Course<'_>, answer: &mut Answer) {
        if answer.data == Data::Sources {
            return;
        }
        let files = match &answer.start {
            None => std::mem::take(&mut self.files),
            Some(start) => {
                let text = start.words.get(1..).unwrap_or_default().join("\n");
                let scene = course.facts.last_scene();
                let folders: Vec<String> = scene.workdir.iter().cloned().collect();
                mentioned::in_text(course, &text, &folders, &scene).unwrap_or_default()
            }
        };
        for mut file in files {
            let is_native = !matches!(answer.linkage, Linkage::Interpreted | Linkage::Portable);
            if !file.is_folder && is_native && mentioned::is_interpreted(&file.path) {
                let why = format!("{} reads no other files of the project", file.path);
                if let Some(folder) = mentioned::own_folder(course, &file.path) {
                    file = Mention { path: folder.to_owned(), is_folder: true };
                }
                answer.assumptions.push(why);
            }
            let is_taken = answer.artifacts.iter().any(|own| is_within(&file.path, &own.from));
            if is_taken || self.scripts.contains(&file.path) {
                continue;
            }
            if !file.is_folder && course.world.exact(&file.path).is_some() {
                self.scripts.push(file.path);
                continue;
            }
            let text = format!("the start names {}", file.path);
            answer.evidence.push(Evidence { text, place: None, file: None });
            let copied = course
                .in_context(&file.path)
                .and_then(|found| course.context?.copied(&[found.as_str()], &[]).ok());
            if let Some(copied) = copied {
                answer.weight = answer.weight.plus(Amount::exact(copied.bytes));
            }
            let Mention { path, is_folder } = file;
            answer.artifacts.push(Artifact { from: path.clone(), to: path, is_folder });
        }
    }
}

/// `. file`: the path of the file, seen from the script if the working folder is not meant.
fn sourced(words: Vec<Option<String>>, script: &str, around: &Launch) -> Launch {
    let launch = Launch { words, ..around.clone() };
    let is_there = launch.word(1).is_some_and(|file| file.contains('/'));
    match is_there {
        true => launch,
        // Bare names are looked for on the `PATH`, by some shells in the working folder, too.
        false => Launch { folder: launch.folder.or(Some(parent(script).to_owned())), ..launch },
    }
}

/// Whether a package manager of Node's put a program there: the context does not have it.
fn is_installed(course: &Course<'_>, path: &str) -> bool {
    path.contains("/node_modules/") && course.in_context(path).is_none()
}

/// Whether a file is not in the image, so that whoever runs the container has to put it there.
fn is_only_mounted(course: &Course<'_>, launch: &Launch) -> bool {
    let path = launch.word(1).and_then(|file| launch.path(file));
    path.is_some_and(|path| {
        let is_known = course.in_context(&path).is_some();
        let made = course.world.exact(&path);
        course.context.is_some() && !is_known && made.is_none()
    })
}

/// The words that a script was given, as it goes on; `None` if they are not known any more.
struct Given {
    words: Option<Vec<Option<String>>>,
}

impl Given {
    /// What `set` and `shift` make of them.
    fn change(&mut self, call: &Call) {
        let args = call.words.get(1..).unwrap_or_default();
        let Some(words) = &mut self.words else { return };
        match call.name() {
            Some("shift") if call.is_sure && args.is_empty() => {
                words.drain(..words.len().min(1));
            }
            Some("shift") => self.words = None,
            Some("set") => {
                let Some(at) = args.iter().position(|word| word.as_deref() == Some("--")) else {
                    // Only options; words without a dash would be given.
                    let is_option = |word: &Option<String>| {
                        word.as_deref().is_some_and(|word| {
                            word.starts_with(['-', '+'])
                                || matches!(word, "pipefail" | "errexit" | "nounset" | "xtrace")
                        })
                    };
                    if !args.iter().all(is_option) {
                        self.words = None;
                    }
                    return;
                };
                if call.is_sure {
                    let new = args.get(at + 1..).unwrap_or_default();
                    self.words = Some(self.put_into(new));
                }
            }
            _ => {}
        }
    }

    /// The words with what was given in the place of [`command::REST`].
    fn put_into(&self, words: &[Option<String>]) -> Vec<Option<String>> {
        let given = self.words.clone().unwrap_or_else(|| vec![None]);
        let mut all = Vec::new();
        for word in words {
            match word.as_deref() {
                Some(command::REST) => all.extend(given.iter().cloned()),
                _ => all.push(word.clone()),
            }
        }
        all
    }

    /// The program that a `set -- program "$@"` which may not run puts before what was given.
    fn started(&self, call: &Call) -> Option<String> {
        let args = call.words.get(1..)?;
        let is_set = call.name() == Some("set") && !call.is_sure;
        let at = args.iter().position(|word| word.as_deref() == Some("--")).filter(|_| is_set)?;
        let first = args.get(at + 1)?.clone()?;
        (first != command::REST && !first.starts_with('-')).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::stages;

    const MAIN: (&str, &str) = ("main.go", "package main\n\nfunc main() {}\n");
    const MODULE: (&str, &str) = ("go.mod", "module shop\n\ngo 1.22\n");

    /// The stages of a Go program that is started by `/src/e.sh` with that text, and what they hold.
    #[track_caller]
    fn check(base: &str, script: &str, files: &[(&str, &str)], expected: &[&str]) {
        let file = format!(
            "FROM {base}\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
             ENTRYPOINT [\"/src/e.sh\"]\nCMD [\"shop\"]\n"
        );
        check_file(&file, &[&[("e.sh", script)], files].concat(), expected);
    }

    #[track_caller]
    fn check_file(file: &str, files: &[(&str, &str)], expected: &[&str]) {
        let found = stages(file, &[&[MAIN, MODULE], files].concat());
        for part in expected {
            match part.strip_prefix('!') {
                Some(part) => assert!(!found.contains(part), "{part} is in:\n{found}"),
                None => assert!(found.contains(part), "{part} is not in:\n{found}"),
            }
        }
    }

    const DEBIAN: &str = "golang:1.22-bookworm";

    #[test]
    fn files_that_a_script_reads_come_along() {
        let library = ("lib.sh", "export A=1\n");
        let text = "#!/bin/sh\n. /src/lib.sh\nexec shop\n";
        check(DEBIAN, text, &[library], &["--from=builder /src/lib.sh /src/", "/src/e.sh"]);
        let text = "#!/bin/sh\nA=$(cat /src/VERSION)\nexport A\nsed s/x/y/ < ./conf.tpl2 > /tmp/c\nexec shop\n";
        let files = [("VERSION", "1"), ("conf.tpl2", "x"), ("other.md", "")];
        check(DEBIAN, text, &files, &["/src/VERSION", "/src/conf.tpl2", "!other.md"]);
        let text = "#!/bin/sh\npython3 /src/tools/init.py\nexec shop\n";
        let files = [("tools/init.py", "import other"), ("tools/other.py", "")];
        check(DEBIAN, text, &files, &["--from=builder /src/tools ", "? /src/tools/init.py reads"]);
    }

    #[test]
    fn paths_with_variables_and_patterns_stand_for_their_folder() {
        let text = "#!/bin/sh\nfor f in /src/hooks/*.rule; do cat \"$f\"; done\nexec \"$@\"\n";
        let files = [("hooks/a.rule", ""), ("pages/x.rule", "")];
        check(DEBIAN, text, &files, &["/src/hooks ", "!pages"]);
        let text = "#!/bin/sh\nDIR=$(dirname \"$0\")\ncat \"$DIR/pages/$LANG.rule\"\nexec \"$@\"\n";
        check(DEBIAN, text, &files, &["/src/pages ", "!hooks"]);
        let text = "#!/bin/sh\ncd /src\ncat pages/x.rule\nexec \"$@\"\n";
        check(DEBIAN, text, &files, &["/src/pages/x.rule ", "!hooks", "!builder /src /src"]);
    }

    #[test]
    fn files_in_the_words_of_the_start_come_along() {
        let file = "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /shop .\n\
                    CMD [\"/shop\", \"serve\", \"-words\", \"words\", \"--rules=rules/x.rule\"]\n";
        let files = [("words", "a"), ("rules/x.rule", ""), ("serve/serve.go", "package serve\n")];
        check_file(file, &files, &["/src/words", "/src/rules/x.rule", "!/src/serve"]);
    }

    #[test]
    fn what_stands_behind_programs_that_change_the_user_is_started() {
        let text = "#!/bin/sh\nexec su-exec app \"$@\"\n";
        let alpine = "FROM golang:1.22-alpine3.20\nRUN apk add --no-cache su-exec && adduser -D app\n\
                      WORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
                      COPY e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]\nCMD [\"shop\"]\n";
        check_file(
            alpine,
            &[("e.sh", text)],
            &["apk add --no-cache su-exec", "/usr/local/bin/shop"],
        );
        let text = "#!/bin/sh\nexec gosu nobody shop\n";
        check("golang:1.22-alpine3.20", text, &[], &["script-tool"]);
        let text = "#!/bin/sh\nMODE=$1\nshift\nexec \"$@\"\n";
        let file = "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
                    ENTRYPOINT [\"/src/e.sh\"]\nCMD [\"web\", \"shop\"]\n";
        check_file(file, &[("e.sh", text)], &["COPY --from=builder /usr/local/bin/shop"]);
        let text = "#!/bin/sh\nif [ \"$1\" = web ]; then shift; fi\nexec \"$@\"\n";
        check_file(file, &[("e.sh", text)], &["script-unread"]);
    }

    #[test]
    fn a_script_may_start_itself_as_another_user() {
        let text = "#!/bin/sh\nif [ \"$(id -u)\" = 0 ]; then exec su-exec app \"$0\" \"$@\"; fi\nexec \"$@\"\n";
        let file = "FROM golang:1.22-alpine3.20\nRUN apk add --no-cache su-exec && adduser -D app\n\
                    WORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
                    COPY e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]\nCMD [\"shop\"]\n";
        let expected = ["apk add --no-cache su-exec", "/usr/local/bin/shop", "COPY e.sh /e.sh"];
        check_file(file, &[("e.sh", text)], &expected);
        check(DEBIAN, "#!/bin/sh\nsh -c '\"$0\" x'\nexec shop\n", &[], &["script-unread"]);
    }

    #[test]
    fn a_script_may_be_a_heredoc() {
        let file = |word: &str, text: &str| {
            format!(
                "FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\n\
                 RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
                 COPY --chmod=755 <<{word} /e.sh\n{text}\nEOF\nENTRYPOINT [\"/e.sh\"]\n"
            )
        };
        let text = "#!/bin/sh\ncurl -f http://h/\nexec shop \"$@\"";
        let copied = "COPY --chmod=755 <<'EOF' /e.sh\n#!/bin/sh\ncurl";
        check_file(&file("'EOF'", text), &[], &[copied, "apt-get install", " curl "]);
        check_file(&file("EOF", "#!/bin/sh\nexec shop"), &[], &["/usr/local/bin/shop", "/e.sh"]);
        // What stands there is not what is written.
        check_file(&file("EOF", text), &[], &["script-unread", "!FROM"]);
    }

    #[test]
    fn a_script_may_hide_nothing() {
        check(DEBIAN, "#!/bin/sh\neval \"$X\"\nexec shop\n", &[], &["script-unread"]);
        check(DEBIAN, "#!/bin/sh\n. \"$X\"\nexec shop\n", &[], &["script-unread"]);
        check(DEBIAN, "#!/bin/sh\ngo build -o /tmp/x .\nexec /tmp/x\n", &[], &["builds-at-start"]);
        check(DEBIAN, "#!/bin/sh\nflyway up\nexec shop\n", &[], &["script-tool", "!FROM"]);
        let text = "#!/bin/sh\nrun() { \"$@\"; }\nrun flyway up\nexec shop\n";
        check(DEBIAN, text, &[], &["script-tool", "!FROM"]);
        check(DEBIAN, "#!/bin/sh\nsh -c 'flyway up'\nexec shop\n", &[], &["script-tool", "!FROM"]);
    }

    #[test]
    fn what_the_health_check_runs_comes_along() {
        let file = "FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\n\
                    RUN CGO_ENABLED=0 go build -o /usr/local/bin/probe ./cmd/probe\n\
                    RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
                    HEALTHCHECK CMD [\"/usr/local/bin/probe\"]\nCMD [\"/usr/local/bin/shop\"]\n";
        let probe = ("cmd/probe/main.go", "package main\n\nfunc main() {}\n");
        let expected = ["/usr/local/bin/probe", "/usr/local/bin/shop", "FROM scratch"];
        check_file(file, &[probe], &expected[..2]);
        let file = "FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\n\
                    RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\n\
                    HEALTHCHECK CMD /src/health.sh\nCMD [\"/usr/local/bin/shop\"]\n";
        let health = ("health.sh", "#!/bin/sh\nflyway info\n");
        check_file(file, &[health], &["no Conservative: script-tool", "!FROM"]);
    }

    #[test]
    fn conditions_and_waiting_start_nothing() {
        let file = |cmd: &str| {
            format!(
                "FROM golang:1.22\nWORKDIR /src\nCOPY . .\n\
                 RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .\nCMD {cmd}\n"
            )
        };
        let shop = ["COPY --from=builder /usr/local/bin/shop"];
        check_file(&file("[ -n \"$A\" ] && exec shop"), &[], &shop);
        check_file(&file("while true; do shop; sleep 10; done"), &[], &shop);
        let library = ("lib.sh", "export A=1\n");
        let both = ["/usr/local/bin/shop", "/src/lib.sh"];
        check_file(&file(". /src/lib.sh; shop"), &[library], &both);
        check_file(&file("sleep infinity"), &[], &["starts-shell"]);
    }
}
