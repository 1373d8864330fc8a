//! Which `COPY`s are repeated, and what comes from the builder.

use super::super::RuntimeLine;
use super::{Draft, exec_form};
use crate::language::Keyword;
use crate::split::answer::{Artifact, Data};
use crate::split::course::Role;
use crate::split::data;
use crate::split::facts::{Copy, What};
use crate::split::refusal::Refusal;
use crate::split::variables;
use crate::split::world::{Origin, base_name, is_within, trimmed};

/// How the names of lists of packages for pip begin.
const LISTS: &str = "requirements";

impl<'a> Draft<'_, '_, 'a> {
    /// Whether what a `COPY` brings is needed at run time as it is in the context.
    pub(super) fn is_repeated(&self, number: usize, copy: &Copy) -> bool {
        let Some(destination) = copy.destination.as_deref() else { return true };
        if copy.from.is_some() {
            return !copy.sources.iter().flatten().any(|source| self.is_tool(base_name(source)));
        }
        let is_built = number <= self.built;
        if self.is_removed(number, destination)
            || is_built && self.is_for_the_build(destination)
            || self.is_changed(number, copy, destination)
            || is_built && self.comes_with_a_folder(destination)
            || self.comes_with_the_work(destination)
        {
            return false;
        }
        if self.parts.answer.data == Data::Sources {
            let stays =
                self.is_manifest_only(number, copy) || is_built && self.is_read_by_pip(copy);
            return !stays;
        }
        !is_built || !self.is_among_sources(copy, destination) || self.holds_script(destination)
    }

    /// Whether a file from another image is only called by commands of the build.
    fn is_tool(&self, name: &str) -> bool {
        let is_called =
            self.parts.course.facts.invocations().any(|(_, one)| one.name() == Some(name));
        let is_started = self.parts.answer.start.is_none() && self.parts.roots.names(name);
        is_called && !is_started
    }

    /// Whether a later command removes what a line brings, or some of it.
    fn is_removed(&self, number: usize, destination: &str) -> bool {
        let world = &self.parts.course.world;
        let inside = world.below(trimmed(destination));
        inside.into_iter().any(|(_, origin)| matches!(origin, Origin::Removed(by) if *by > number))
            || matches!(world.origin(destination), Some(Origin::Removed(_)))
    }

    /// Whether it goes into a folder that only the build reads.
    fn is_for_the_build(&self, destination: &str) -> bool {
        let mut scripts = self.parts.roots.scripts.iter();
        variables::is_cache(destination) && !scripts.any(|it| is_within(it, destination))
    }

    /// Whether a later command changes the one file that a line brings, so that it is taken from
    /// the builder.
    fn is_changed(&self, number: usize, copy: &Copy, destination: &str) -> bool {
        let is_one = !destination.ends_with('/') && copy.sources.len() == 1;
        let path = Artifact::file(trimmed(destination));
        let is_taken = self.plan.artifacts.iter().any(|own| *own == path || own.brings(&path));
        is_one
            && is_taken
            && self.parts.course.deeds.iter().any(|deed| deed.line > number)
            && !self.is_as_copied(destination, number)
    }

    /// Whether it lies in a folder that is taken from the builder.
    fn comes_with_a_folder(&self, destination: &str) -> bool {
        self.folders_with(destination).next().is_some()
    }

    /// Whether a line behind the build only repeats what lies in a folder that comes anyway, as
    /// commands work there. Where files have owners the line may say whose they are.
    fn comes_with_the_work(&self, destination: &str) -> bool {
        let worked = self.parts.worked();
        let is_worked = |folder: &Artifact| worked.iter().any(|own| is_within(own, &folder.from));
        self.events.is_empty() && self.folders_with(destination).any(is_worked)
    }

    /// The folders taken from the builder, to the same place, that hold a path.
    fn folders_with(&self, path: &str) -> impl Iterator<Item = &Artifact> {
        let artifacts = self.plan.artifacts.iter();
        artifacts.filter(move |artifact| {
            artifact.is_folder
                && artifact.from == artifact.to
                && is_within(trimmed(path), &artifact.from)
        })
    }

    /// Whether what comes before the build lies where the build works, or the other way round.
    fn is_among_sources(&self, copy: &Copy, destination: &str) -> bool {
        let mut folders = self.parts.worked();
        if let Data::Beside { folders: sources, .. } = &self.parts.answer.data {
            folders.extend(sources.iter().cloned());
        }
        let is_all = || copy.sources.iter().flatten().any(|it| matches!(it.as_str(), "." | "./"));
        match trimmed(destination) {
            "/" => is_all() || folders.iter().any(|folder| folder == "/"),
            path => folders
                .iter()
                .any(|folder| folder != "/" && is_within(path, folder) || is_within(folder, path)),
        }
    }

    /// Whether a script that is started came with it: such a folder is taken by itself.
    fn holds_script(&self, destination: &str) -> bool {
        let mut scripts = self.parts.roots.scripts.iter();
        scripts.any(|script| {
            is_within(script, destination) && self.parts.course.world.exact(script).is_some()
        })
    }

    /// Whether no command behind a line changes the file that it copies.
    pub(super) fn is_as_copied(&self, path: &str, number: usize) -> bool {
        let deeds = self.parts.course.deeds.iter().filter(|deed| deed.line > number);
        let mut changes = deeds.filter_map(|deed| {
            let one = self.parts.course.invocation(deed.line, deed.command)?;
            let is_edit = matches!(one.name(), Some("sed" | "tee"));
            let edits = match &deed.role {
                Role::Paths(paths) if is_edit => paths.iter().any(|own| own == path),
                _ => false,
            };
            Some(edits || one.outputs.iter().flatten().any(|output| output == path))
        });
        !changes.any(|changes| changes)
    }

    /// Whether all that is copied is for the package manager, and comes again with the sources.
    pub(super) fn is_manifest_only(&self, number: usize, copy: &Copy) -> bool {
        let Some(destination) = copy.destination.as_deref() else { return false };
        let later = self.lines().iter().skip(number + 1).any(|line| match &line.what {
            What::Copy(other) => {
                other.from.is_none()
                    && other.sources.iter().flatten().any(|s| matches!(s.as_str(), "." | "./"))
                    && other.destination.as_deref().is_some_and(|d| is_within(destination, d))
            }
            _ => false,
        });
        later && copy.owner.is_none()
    }

    /// Whether a line brings only lists of packages for pip, which nothing that runs reads.
    fn is_read_by_pip(&self, copy: &Copy) -> bool {
        copy.heredocs == 0
            && copy.sources.iter().all(|source| source.as_deref().is_some_and(is_list))
            && !*self.names_lists.get_or_init(|| self.may_name_lists())
    }

    /// Whether a source, or a line that is kept, may speak of lists of packages.
    fn may_name_lists(&self) -> bool {
        const KEPT: &[Keyword] = &[
            Keyword::Arg,
            Keyword::Cmd,
            Keyword::Entrypoint,
            Keyword::Env,
            Keyword::Healthcheck,
            Keyword::Label,
        ];
        // Without an ending: programs and settings.
        const ENDINGS: &[&str] =
            &["", "cfg", "env", "ini", "json", "py", "sh", "toml", "txt", "yaml", "yml"];
        let mut kept = self.lines().iter().filter(|line| KEPT.contains(&line.keyword));
        let mut sources = data::sources(self.parts.course, ENDINGS);
        // The lists name each other, and the file itself copies them.
        if let Some(sources) = &mut sources {
            sources
                .files
                .retain(|(path, _)| !base_name(path).starts_with("Dockerfile") && !is_list(path));
        }
        kept.any(|line| line.placed.item.text.contains(LISTS))
            || self.parts.roots.files.iter().any(|file| file.path.contains(LISTS))
            || sources.is_none_or(|sources| sources.may_mention(&[LISTS]))
    }

    /// What comes from the builder, and what has to be said about it.
    pub(super) fn artifacts(&mut self) -> Result<(), Refusal> {
        self.copied = true;
        if !self.plan.runtime.has_shell() {
            self.later_folders()?;
        }
        let worked = self.parts.worked();
        for artifact in self.plan.artifacts.clone() {
            if !self.comes_by_the_file(&artifact, &worked) {
                self.bring(artifact)?;
            }
        }
        self.modes();
        self.owners()?;
        if !self.late.is_empty() {
            self.run_as("")?;
            let text = std::mem::take(&mut self.late).join(" && ");
            self.plan.lines.push(RuntimeLine::New(Keyword::Run, text));
        }
        for setting in &self.parts.answer.settings {
            if let Some((keyword, rest)) = setting.split_once(' ')
                && let Some(keyword) = Keyword::parse(keyword)
            {
                self.plan.lines.push(RuntimeLine::New(keyword, rest.to_owned()));
            }
        }
        Ok(())
    }

    /// Lines behind the build that only make folders may still be turned into copies.
    fn later_folders(&mut self) -> Result<(), Refusal> {
        for number in self.built + 1..self.lines().len() {
            if let Some(line) = self.lines().get(number)
                && let What::Run(run) = &line.what
            {
                self.run(number, line, run)?;
            }
        }
        Ok(())
    }

    /// Whether a line of the file copies it to that place and is repeated, and no command puts more
    /// into it: those of the build work in `worked`.
    fn comes_by_the_file(&self, artifact: &Artifact, worked: &[String]) -> bool {
        let Some(Origin::Context(line)) = self.parts.course.world.exact(&artifact.from) else {
            return false;
        };
        artifact.from == artifact.to
            && self.is_repeated_line(*line)
            && !worked.iter().any(|folder| is_within(folder, &artifact.from))
    }

    fn bring(&mut self, artifact: Artifact) -> Result<(), Refusal> {
        let owner = self.given_to(&artifact)?;
        let chown = owner.map(|owner| format!(" --chown={owner}")).unwrap_or_default();
        let paths = match (quoted(&artifact.from), quoted(&artifact.to)) {
            (Some(from), Some(to)) => format!("{from} {to}"),
            _ => exec_form(&[artifact.from.clone(), artifact.to.clone()]),
        };
        let text = format!("--from={}{chown} {paths}", self.plan.stage);
        self.plan.lines.push(RuntimeLine::New(Keyword::Copy, text));
        if artifact.is_folder {
            self.made.push(artifact.to);
        }
        Ok(())
    }
}

/// Whether a path is that of a list of packages for pip, by its name.
fn is_list(path: &str) -> bool {
    let name = base_name(path);
    name.starts_with(LISTS) && name.ends_with(".txt")
}

/// A path for a `COPY` in its plain form; `None` if it has to be in quotes.
fn quoted(path: &str) -> Option<&str> {
    let is_plain = |c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '\'' | '$' | '\\' | '`' | '[' | ']' | '*' | '?')
    };
    path.chars().all(is_plain).then_some(path)
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    #[test]
    fn lists_of_packages() {
        let check = |code: &str, start: &str, is_repeated: bool| {
            let file = format!(
                "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY requirements.txt ./\n\
                 RUN pip install -r requirements.txt\nCOPY app app\nCMD {start}\n"
            );
            let files = [("requirements.txt", "flask\n"), ("app/main.py", code)];
            let made = split(&file, &files).expect("an offer");
            let runtime = made.iter().map(|(_, text)| text.rsplit_once("FROM").expect("two").1);
            for runtime in runtime {
                assert_eq!(runtime.contains("COPY requirements.txt ./"), is_repeated, "{runtime}");
                assert!(runtime.contains("COPY app app"), "{runtime}");
            }
        };
        check("import flask", r#"["python", "app/main.py"]"#, false);
        check("open('requirements.txt')", r#"["python", "app/main.py"]"#, true);
        check("import flask", "cat requirements.txt && python app/main.py", true);
        check(
            "import flask",
            "[\"python\", \"app/main.py\"]\nENV LIST=/app/requirements.txt",
            true,
        );
        for (name, text, is_repeated) in [
            ("app/conf.yaml", "list: requirements.txt\n", true),
            ("app/run", "cat requirements.txt\n", true),
            ("app/requirements-more.txt", "-r requirements.txt\n", false),
        ] {
            let file = "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY requirements.txt ./\n\
                RUN pip install -r requirements.txt\nCOPY app app\nCMD [\"python\", \"app/main.py\"]\n";
            let files = [("requirements.txt", "flask\n"), ("app/main.py", ""), (name, text)];
            let made = split(file, &files).expect("an offer");
            for (_, text) in made {
                let (_, runtime) = text.rsplit_once("FROM").expect("two");
                assert_eq!(runtime.contains("COPY requirements.txt ./"), is_repeated, "{runtime}");
            }
        }
    }
}
