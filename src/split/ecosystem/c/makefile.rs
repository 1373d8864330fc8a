//! What the recipes of a `Makefile` do, read as the shell gets them.

use std::collections::BTreeSet;

use super::compile::{Compile, compiler};
use super::setup::clean;
use crate::split::command::{self, Grammar, Invocation};
use crate::split::course::Course;
use crate::split::facts::{Scene, join};
use crate::split::world::base_name;
use crate::workspace::project::make::{self, Makefile, Target, Variables};

/// How deep makefiles call make, and targets need targets.
pub(super) const DEEPEST: usize = 8;

/// How many targets of makefiles are followed.
pub(super) const MOST_TARGETS: usize = 300;

/// The arguments of make.
pub(super) struct Goals {
    pub(super) folder: String,
    pub(super) targets: Vec<String>,
    pub(super) stated: Variables,
}

impl Goals {
    /// `None` if some are not known.
    pub(super) fn read(invocation: &Invocation) -> Option<Goals> {
        let mut goals = Goals {
            folder: invocation.folder.clone()?,
            targets: Vec::new(),
            stated: Variables::new(),
        };
        let mut words = invocation.args().iter().filter_map(|word| word.text.as_deref()).peekable();
        while let Some(word) = words.next() {
            match word {
                "-C" | "--directory" => goals.folder = invocation.path(words.next()?)?,
                "-j" | "--jobs" | "-l" => {
                    if words.peek().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) {
                        words.next();
                    }
                }
                "-s"
                | "-k"
                | "-B"
                | "-i"
                | "-w"
                | "-e"
                | "-r"
                | "-R"
                | "--silent"
                | "V=1"
                | "--no-print-directory"
                | "--quiet" => {}
                _ if word.starts_with("-j") || word.starts_with("--jobs=") => {}
                _ if word.starts_with("-C") => {
                    goals.folder = invocation.path(word.get(2..)?)?;
                }
                _ if word.starts_with('-') => return None,
                _ => match word.split_once('=') {
                    Some((name, value)) => {
                        let name = name.trim_end_matches([':', '+']);
                        goals.stated.insert(name.to_owned(), value.to_owned());
                    }
                    None => goals.targets.push(word.to_owned()),
                },
            }
        }
        goals.folder = clean(&goals.folder);
        Some(goals)
    }

    pub(super) fn installs(&self) -> bool {
        self.targets.iter().any(|target| target.starts_with("install"))
    }

    pub(super) fn tests(&self) -> bool {
        let is_test = |target: &String| {
            matches!(target.as_str(), "test" | "tests" | "check" | "lint" | "distcheck")
        };
        !self.targets.is_empty() && self.targets.iter().all(is_test)
    }

    pub(super) fn cleans(&self) -> bool {
        !self.targets.is_empty() && self.targets.iter().all(|target| target.contains("clean"))
    }
}

/// What the recipes of a `Makefile` do.
#[derive(Default)]
pub(super) struct Work {
    pub(super) compiles: Vec<Compile>,
    /// The files that are installed or copied, absolute.
    pub(super) installed: Vec<String>,
    /// Folders that are made.
    pub(super) folders: BTreeSet<String>,
    pub(super) done: BTreeSet<(String, String)>,
}

/// What recipes are read with.
pub(super) struct Kitchen<'k, 'a> {
    pub(super) course: &'k Course<'a>,
    pub(super) scene: &'k Scene,
    pub(super) invocation: &'k Invocation,
    pub(super) environment: Variables,
}

impl Work {
    /// `None` if the `Makefile` is not at hand, or does what is not known.
    pub(super) fn of(
        course: &Course<'_>,
        invocation: &Invocation,
        scene: &Scene,
        goals: &Goals,
    ) -> Option<Work> {
        let mut environment = Variables::new();
        for (name, value) in scene.variables.iter().chain(&invocation.variables) {
            environment.extend(value.clone().map(|value| (name.clone(), value)));
        }
        let kitchen = Kitchen { course, scene, invocation, environment };
        let mut work = Work::default();
        work.make(&kitchen, goals, 0)?;
        Some(work)
    }

    pub(super) fn make(
        &mut self,
        kitchen: &Kitchen<'_, '_>,
        goals: &Goals,
        depth: usize,
    ) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let course = kitchen.course;
        let names = ["GNUmakefile", "makefile", "Makefile"];
        let file = names.iter().find_map(|name| course.project_in(&goals.folder, name));
        let Some(file) = file else { return self.without_makefile(kitchen, goals) };
        let makefile = make::makefile(course.context?, &file).ok()??;
        makefile.targets.iter().all(is_plain_pattern).then_some(())?;
        if goals.targets.is_empty() {
            return self.target(kitchen, &makefile, goals, makefile.default_target()?, depth);
        }
        for name in &goals.targets {
            self.target(kitchen, &makefile, goals, makefile.target(name)?, depth)?;
        }
        Some(())
    }

    /// Make's own rule: `make hello` compiles `hello.c`.
    pub(super) fn without_makefile(
        &mut self,
        kitchen: &Kitchen<'_, '_>,
        goals: &Goals,
    ) -> Option<()> {
        kitchen.course.context?;
        for name in &goals.targets {
            let endings = ["c", "cc", "cpp"];
            let source = endings.iter().find_map(|ending| {
                let file = format!("{name}.{ending}");
                kitchen.course.project_in(&goals.folder, &file).map(|_| file)
            })?;
            let compiler = if source.ends_with(".c") { "cc" } else { "g++" };
            let line = format!("{compiler} {source} -o {name}");
            self.line(kitchen, goals, &line, 0)?;
        }
        (!goals.targets.is_empty()).then_some(())
    }

    pub(super) fn target(
        &mut self,
        kitchen: &Kitchen<'_, '_>,
        makefile: &Makefile,
        goals: &Goals,
        target: &Target,
        depth: usize,
    ) -> Option<()> {
        let place = (makefile.file.clone(), target.name.clone());
        if self.done.len() > MOST_TARGETS || depth > DEEPEST * 2 {
            return None;
        }
        if !self.done.insert(place) {
            return Some(());
        }
        for need in &target.prerequisites {
            // A list of objects that is not known holds no programs.
            let Some(needs) = makefile.expand(need, &kitchen.environment, &goals.stated) else {
                continue;
            };
            for name in needs.split_whitespace() {
                if let Some(inner) = makefile.target(name) {
                    self.target(kitchen, makefile, goals, inner, depth + 1)?;
                }
            }
        }
        let name = makefile.expand(&target.name, &kitchen.environment, &goals.stated)?;
        let lines = makefile.recipe(target, &kitchen.environment, &goals.stated);
        let is_linked_by_rule = lines.is_empty()
            && target.prerequisites.iter().any(|need| need.ends_with(".o") || need.contains("OBJ"));
        if is_linked_by_rule {
            let line = format!("cc -o {name} objects.o -lunknown");
            return self.line(kitchen, goals, &line, depth);
        }
        for (line, raw) in lines.into_iter().zip(&target.recipe) {
            match line {
                Some(line) => self.line(kitchen, goals, &line, depth)?,
                None if target.is_conditional => return None,
                None => {
                    let line = lenient(raw, &name, makefile, kitchen, goals)?;
                    self.line(kitchen, goals, &line, depth)?;
                }
            }
        }
        Some(())
    }

    /// A line of a recipe, as the shell gets it.
    pub(super) fn line(
        &mut self,
        kitchen: &Kitchen<'_, '_>,
        goals: &Goals,
        line: &str,
        depth: usize,
    ) -> Option<()> {
        let mut scene = kitchen.scene.clone();
        scene.workdir = Some(goals.folder.clone());
        let place = kitchen.invocation.range;
        let commands = command::read(line, &scene, &|_| place).ok()?;
        for invocation in &commands {
            if compiler(invocation.name()?).is_some() {
                let mut compile = Compile::read(invocation)?;
                compile.is_open |= line.contains(UNKNOWN);
                self.compiles.push(compile);
            } else {
                self.command(kitchen, goals, invocation, depth)?;
            }
            // What commands print into files may be anything.
            invocation.outputs.is_empty().then_some(())?;
        }
        Some(())
    }

    pub(super) fn command(
        &mut self,
        kitchen: &Kitchen<'_, '_>,
        goals: &Goals,
        invocation: &Invocation,
        depth: usize,
    ) -> Option<()> {
        match invocation.name()? {
            "echo" | "printf" | "true" | "test" | "[" | "rm" | "cd" | "chmod" | "strip" | "ar"
            | "ranlib" | "ldconfig" | "touch" | ":" | "set" | "uname" | "pkg-config" | "exit" => {
                Some(())
            }
            "mkdir" => {
                let operands =
                    invocation.args().iter().filter(|word| !word.or_empty().starts_with('-'));
                for word in operands {
                    self.folders.insert(clean(&invocation.path(word.text.as_deref()?)?));
                }
                Some(())
            }
            "make" | "gmake" => {
                let mut inner = Goals::read(invocation)?;
                for (name, value) in &goals.stated {
                    inner.stated.entry(name.clone()).or_insert_with(|| value.clone());
                }
                match inner.cleans() || inner.tests() {
                    true => Some(()),
                    false => self.make(kitchen, &inner, depth + 1),
                }
            }
            "install" | "cp" | "mv" => self.copies(kitchen.course, invocation),
            _ => None,
        }
    }

    pub(super) fn copies(&mut self, course: &Course<'_>, invocation: &Invocation) -> Option<()> {
        const COPIES: Grammar = Grammar {
            values: &["-g", "-m", "-o", "-t", "--group", "--mode", "--owner"],
            switches: &[
                "-C", "-D", "-R", "-T", "-a", "-c", "-d", "-f", "-n", "-p", "-r", "-s", "-u", "-v",
            ],
            joined: &["-m"],
        };
        let options = COPIES.read(invocation.args());
        if options.unknown.is_some() {
            return None;
        }
        let mut operands = options.operands.clone();
        if options.has("-d") && invocation.name() == Some("install") {
            for word in operands {
                self.folders.insert(clean(&invocation.path(word.text.as_deref()?)?));
            }
            return Some(());
        }
        let destination = match options.value(&["-t"]) {
            Some(folder) => format!("{}/", invocation.path(folder?)?),
            None => invocation.path(operands.pop()?.text.as_deref()?)?,
        };
        let is_folder = destination.ends_with('/')
            || operands.len() > 1
            || self.folders.contains(clean(&destination).as_str())
            || course.world.is_folder(&destination);
        for word in operands {
            let source = word.text.as_deref()?;
            match (word.is_pattern, is_folder) {
                // All that a pattern can find lands in the folder.
                (true, _) => self.installed.push(clean(&destination)),
                (false, true) => {
                    self.installed.push(join(&destination, base_name(source))?);
                }
                (false, false) => self.installed.push(destination.clone()),
            }
        }
        Some(())
    }
}

/// What stands for a part of a recipe that is not known.
pub(super) const UNKNOWN: &str = "-lunknown";

/// A line of a recipe with functions and unknown variables left out, if it is a compiler that is
/// called and what it writes is named.
pub(super) fn lenient(
    raw: &str,
    target: &str,
    makefile: &Makefile,
    kitchen: &Kitchen<'_, '_>,
    goals: &Goals,
) -> Option<String> {
    let mut line = String::new();
    let mut rest = raw.trim_start_matches(['@', '-', '+', ' ', '\t']);
    while let Some(at) = rest.find('$') {
        line.push_str(rest.get(..at)?);
        rest = rest.get(at + 1..)?;
        let close = match rest.chars().next()? {
            '(' => ')',
            '{' => '}',
            '@' => {
                line.push_str(target);
                rest = rest.get(1..)?;
                continue;
            }
            '<' | '^' | '+' | '*' | '?' => {
                line.push_str("objects.o");
                rest = rest.get(1..)?;
                continue;
            }
            _ => return None,
        };
        let end = closing(rest, close)?;
        let text = format!("${}", rest.get(..=end)?);
        rest = rest.get(end + 1..)?;
        match makefile.expand(&text, &kitchen.environment, &goals.stated) {
            Some(value) => line.push_str(&value),
            None => line.push_str(UNKNOWN),
        }
    }
    line.push_str(rest);
    let mut words = line.split_whitespace();
    let is_compiler = words.next().is_some_and(|word| compiler(base_name(word)).is_some());
    let output = line.split(" -o ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let is_named = output.is_some_and(|output| !output.contains(UNKNOWN)) || line.contains(" -c ");
    (is_compiler && is_named).then_some(line)
}

/// The place of the bracket that closes the one at the start of a text.
pub(super) fn closing(text: &str, close: char) -> Option<usize> {
    let open = text.chars().next()?;
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Whether a pattern rule only compiles, as far as its text says.
pub(super) fn is_plain_pattern(target: &Target) -> bool {
    if !target.name.contains('%') {
        return true;
    }
    target.recipe.iter().all(|line| {
        let line = line.trim_start_matches(['@', '-', ' ']);
        let harmless =
            ["mkdir", "echo", "printf", "$(CC)", "$(CXX)", "${CC}", "${CXX}", "$(COMPILE"];
        harmless.iter().any(|start| line.starts_with(start))
            || line.split_whitespace().next().is_some_and(|word| compiler(word).is_some())
    })
}
