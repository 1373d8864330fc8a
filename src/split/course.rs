//! The course of a build: each instruction and command in turn, what it does to the files of the
//! image, and what is built.

use std::cell::RefCell;
use std::collections::HashMap;

use super::command::Invocation;
use super::ecosystem::{self, Reading};
use super::facts::{Copy, Facts, Mount, Run, What, join};
use super::general;
use super::packages::{Manager, Requested};
use super::refusal::{Reason, Refusal};
use super::world::{Origin, World, base_name, is_within, trimmed};
use crate::text::TextRange;
use crate::workspace::ignore::Ignore;
use crate::workspace::{Context, Kind};

/// What a build did.
pub struct Course<'a> {
    /// The file.
    pub facts: &'a Facts<'a>,
    /// The build context, if it is at hand.
    pub context: Option<&'a Context>,
    /// The files of the image.
    pub world: World,
    /// What each command did, in order.
    pub deeds: Vec<Deed>,
    /// What was built, in order.
    pub products: Vec<Product>,
    /// What was installed, in order.
    pub packages: Vec<Installed>,
    seen: RefCell<Seen>,
}

/// What was looked for in the context: ecosystems and plans ask for the same paths again and again.
#[derive(Default)]
struct Seen {
    /// What stands at paths of the context.
    kinds: HashMap<String, Option<Kind>>,
    /// What lies at paths of the image.
    found: HashMap<String, Option<String>>,
}

/// Packages that a command installs.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The number of its line in the facts.
    pub line: usize,
    /// The command.
    pub range: TextRange,
    /// By which package manager.
    pub manager: Manager,
    /// Which.
    pub requested: Vec<Requested>,
}

/// A command and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The number of its line in the facts.
    pub line: usize,
    /// Its number among the commands of the line.
    pub command: usize,
    /// What it did.
    pub role: Role,
}

/// What a command does, as far as a split is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing that stays.
    Nothing,
    /// Installs packages of the distribution.
    Installs,
    /// Removes packages of the distribution.
    Removes,
    /// Keeps the package manager's own house: `update`, `clean`, removing its lists.
    Housekeeping,
    /// Makes users or groups.
    Users,
    /// Makes or changes these paths in place: `mkdir`, `chown`, `touch`, `ln`.
    Paths(Vec<String>),
    /// Copies or moves files.
    Moves,
    /// Sets up the system for what runs in it: locales, time zone, library cache.
    System,
    /// Fetches these paths from a network.
    Fetches(Vec<String>),
    /// Gets ready for a build: dependencies, generated sources, tools.
    Prepares(&'static str),
    /// Tests or checks.
    Checks(&'static str),
    /// Builds.
    Builds(&'static str),
    /// It is not known what.
    Unknown,
}

/// Something that a command built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The name of the ecosystem.
    pub ecosystem: &'static str,
    /// The number of its line in the facts.
    pub line: usize,
    /// The number of its command there.
    pub command: usize,
    /// Where it is, absolute.
    pub path: String,
    /// Whether it is a folder with all that is in it.
    pub is_folder: bool,
    /// How it is known that it is there: a sentence.
    pub evidence: String,
}

impl<'a> Course<'a> {
    /// Follows a build from its first instruction to its last.
    ///
    /// Errors: a command that an ecosystem knows to be hopeless.
    pub fn follow(
        facts: &'a Facts<'a>,
        context: Option<&'a Context>,
    ) -> Result<Course<'a>, Refusal> {
        let mut course = Course {
            facts,
            context,
            world: World::default(),
            deeds: Vec::new(),
            products: Vec::new(),
            packages: Vec::new(),
            seen: RefCell::default(),
        };
        for (number, line) in facts.lines.iter().enumerate() {
            match &line.what {
                What::Copy(copy) => course.copy(number, copy),
                What::Run(run) => course.run(number, run)?,
                // In what was built it may be there already.
                What::Workdir(Some(path))
                    if matches!(course.world.origin(path), Some(Origin::Built(_))) => {}
                What::Workdir(Some(path)) => course.world.folder(path, Origin::Made(number)),
                _ => {}
            }
        }
        Ok(course)
    }

    fn copy(&mut self, line: usize, copy: &Copy) {
        let Some(destination) = &copy.destination else { return };
        let origin = |remote: bool| match (&copy.from, remote) {
            (Some(_), _) => Origin::Image(line),
            (None, true) => Origin::Download(line),
            (None, false) => Origin::Context(line),
        };
        let many = copy.sources.len() + copy.heredocs > 1;
        if copy.heredocs > 0 {
            let is_folder = destination.ends_with('/') || many;
            self.world.put(destination, origin(false), Some(is_folder));
        }
        for source in &copy.sources {
            let remote = source.as_deref().is_some_and(is_remote);
            let kind = source.as_deref().and_then(|source| self.kind_of(copy, source));
            let into = destination.ends_with('/') || many || self.world.is_folder(destination);
            match (source, kind, into) {
                // What is in a folder is copied, not the folder.
                (_, Some(SourceKind::Folder), _) => {
                    self.world.put(destination, origin(remote), Some(true));
                }
                (Some(source), _, true) if !has_wildcard(source) => {
                    let landing =
                        format!("{}/{}", destination.trim_end_matches('/'), base_name(source));
                    self.world.folder(destination, Origin::Made(line));
                    self.world.put(&landing, origin(remote), None);
                }
                (_, _, true) => self.world.put(destination, origin(remote), Some(true)),
                (_, _, false) => self.world.put(destination, origin(remote), None),
            }
        }
    }

    /// Whether a source is a file or a folder, as far as the context or its name tell.
    fn kind_of(&self, copy: &Copy, source: &str) -> Option<SourceKind> {
        if matches!(trimmed(source), "." | "./" | "/" | "") || source.ends_with("/.") {
            return Some(SourceKind::Folder);
        }
        if copy.from.is_some() || is_remote(source) || has_wildcard(source) {
            return None;
        }
        match self.kind(source)? {
            Kind::Folder => Some(SourceKind::Folder),
            _ => Some(SourceKind::File),
        }
    }

    fn run(&mut self, line: usize, run: &'a Run) -> Result<(), Refusal> {
        let Ok(commands) = &run.commands else {
            self.deeds.push(Deed { line, command: 0, role: Role::Unknown });
            return Ok(());
        };
        for (command, invocation) in commands.iter().enumerate() {
            let role = match invocation.is_sure {
                true => self.role(line, command, invocation)?,
                false => self.unsure_role(line, command, invocation)?,
            };
            // It is not known where its output goes, or it puts too much somewhere.
            let is_lost = invocation.outputs.iter().any(Option::is_none) || self.world.is_full();
            let role = if is_lost { Role::Unknown } else { role };
            self.outputs(line, invocation, &role);
            self.deeds.push(Deed { line, command, role });
        }
        self.leave_mounts(line, &run.mounts);
        Ok(())
    }

    fn role(
        &mut self,
        line: usize,
        command: usize,
        invocation: &'a Invocation,
    ) -> Result<Role, Refusal> {
        for ecosystem in ecosystem::ALL {
            let asked = ecosystem::Asked { course: self, line, invocation };
            match (ecosystem.reads)(&asked) {
                None => {}
                Some(Reading::Prepares) => return Ok(Role::Prepares(ecosystem.name)),
                Some(Reading::Checks) => return Ok(Role::Checks(ecosystem.name)),
                Some(Reading::Hopeless(refusal)) => return Err(refusal),
                Some(Reading::Builds(built)) => {
                    for one in built {
                        self.product(ecosystem.name, (line, command), one);
                    }
                    return Ok(Role::Builds(ecosystem.name));
                }
            }
        }
        Ok(general::read(self, line, invocation).unwrap_or(Role::Unknown))
    }

    /// What a command does that may not be run, or whose failure is passed over. Only what does not
    /// hang on that is known.
    fn unsure_role(
        &mut self,
        line: usize,
        command: usize,
        invocation: &'a Invocation,
    ) -> Result<Role, Refusal> {
        let (world, products) = (self.world.clone(), self.products.len());
        let role = self.role(line, command, invocation)?;
        let is_known = match &role {
            Role::Nothing => invocation.outputs.is_empty(),
            Role::Fetches(paths) => paths.is_empty() && invocation.outputs.is_empty(),
            Role::Installs
            | Role::Housekeeping
            | Role::Users
            | Role::System
            | Role::Prepares(_)
            | Role::Checks(_) => invocation.outputs.is_empty(),
            Role::Removes | Role::Paths(_) | Role::Moves | Role::Builds(_) | Role::Unknown => false,
        };
        self.world = world;
        self.products.truncate(products);
        Ok(if is_known { role } else { Role::Unknown })
    }

    fn product(&mut self, ecosystem: &'static str, at: (usize, usize), built: ecosystem::Built) {
        let number = self.products.len();
        self.world.put(&built.path, Origin::Built(number), Some(built.is_folder));
        self.products.push(Product {
            ecosystem,
            line: at.0,
            command: at.1,
            path: trimmed(&built.path).to_owned(),
            is_folder: built.is_folder,
            evidence: built.evidence,
        });
    }

    /// What a command's output is written to.
    fn outputs(&mut self, line: usize, invocation: &Invocation, role: &Role) {
        let origin = match role {
            Role::Nothing | Role::Paths(_) => Origin::Made(line),
            _ => Origin::Unknown(line),
        };
        for path in invocation.outputs.iter().flatten() {
            self.world.put(path, origin.clone(), Some(false));
        }
    }

    /// What is below a mount is not in the image.
    fn leave_mounts(&mut self, line: usize, mounts: &[Mount]) {
        for target in mounts.iter().filter_map(|mount| mount.target.as_deref()) {
            let inside: Vec<String> =
                self.world.below(target).map(|(path, _)| path.to_owned()).collect();
            for path in inside {
                let before = self
                    .products
                    .iter()
                    .any(|product| product.line == line && is_within(&product.path, target));
                if before || self.world.exact(&path).and_then(Origin::line) == Some(line) {
                    self.world.put(&path, Origin::Removed(line), None);
                }
            }
        }
    }

    /// The mount of a line that `path` is below.
    pub fn mount_over(&self, line: usize, path: &str) -> Option<&Mount> {
        let What::Run(run) = &self.facts.lines.get(line)?.what else { return None };
        run.mounts
            .iter()
            .find(|mount| mount.target.as_deref().is_none_or(|target| is_within(path, target)))
    }

    /// The command of a deed.
    pub fn invocation(&self, line: usize, command: usize) -> Option<&'a Invocation> {
        let What::Run(run) = &self.facts.lines.get(line)?.what else { return None };
        run.commands.as_ref().ok()?.get(command)
    }

    /// The packages that commands ask for, in order.
    pub fn requested(&self) -> impl Iterator<Item = &Requested> + Clone {
        self.packages.iter().flat_map(|installed| &installed.requested)
    }

    /// The commands that played that part, with what they did.
    pub fn deeds_with(
        &self,
        wanted: impl Fn(&Role) -> bool,
    ) -> impl Iterator<Item = (&Deed, &'a Invocation)> {
        let deeds = self.deeds.iter().filter(move |deed| wanted(&deed.role));
        deeds.filter_map(|deed| Some((deed, self.invocation(deed.line, deed.command)?)))
    }

    /// The file or folder of the context that lies at `path` of the image, if the context is at
    /// hand and has it.
    pub fn in_context(&self, path: &str) -> Option<String> {
        if let Some(found) = self.seen.borrow().found.get(path) {
            return found.clone();
        }
        let found = self.find_in_context(path);
        self.seen.borrow_mut().found.insert(path.to_owned(), found.clone());
        found
    }

    /// What stands at a path of the context.
    fn kind(&self, path: &str) -> Option<Kind> {
        let context = self.context?;
        if let Some(kind) = self.seen.borrow().kinds.get(path) {
            return kind.clone();
        }
        let kind = context.kind(path).ok().flatten();
        self.seen.borrow_mut().kinds.insert(path.to_owned(), kind.clone());
        kind
    }

    fn find_in_context(&self, path: &str) -> Option<String> {
        let context = self.context?;
        let copies = self.facts.lines.iter().rev().filter_map(|line| match &line.what {
            What::Copy(copy) if copy.from.is_none() && !copy.is_odd => Some(copy),
            _ => None,
        });
        for copy in copies {
            let Some(destination) = copy.destination.as_deref() else { continue };
            for source in copy.sources.iter().flatten() {
                let found = self.lands(context, copy, source, destination, path);
                let Some(found) = found.filter(|found| !leaves_out(copy, found)) else { continue };
                if self.kind(&found).is_some() {
                    return Some(found);
                }
            }
        }
        None
    }

    /// The text of the file of the context that lies at `path` of the image. `None` if it is longer
    /// than `limit` bytes, cannot be read, or is not there.
    pub fn text(&self, path: &str, limit: usize) -> Option<String> {
        let file = self.in_context(path)?;
        self.context?.read(&file, limit).ok()?
    }

    /// The text of the script of the context or of a heredoc that lies at `path` of the image, its lines ended by
    /// line feeds alone, as a shell wants them.
    pub fn script(&self, path: &str) -> Option<String> {
        const LONGEST: usize = 64 << 10;
        let text = self.written(path).or_else(|| self.text(path, LONGEST))?;
        Some(text.replace("\r\n", "\n"))
    }

    /// The heredoc that a line of the file writes to `path`.
    fn written(&self, path: &str) -> Option<String> {
        let Some(Origin::Context(line)) = self.world.exact(path) else { return None };
        match &self.facts.lines.get(*line)?.what {
            What::Copy(copy) if copy.sources.is_empty() => copy.written.clone(),
            _ => None,
        }
    }

    /// The names of the files of the context that a pattern finds in a folder of the image; `None`
    /// where it is not known which lie there.
    pub fn in_context_by_pattern(&self, pattern: &str) -> Option<Vec<String>> {
        let folder = self.in_context(super::world::parent(pattern))?;
        let entries = self.context?.list(&folder).ok()?;
        let wanted = base_name(pattern);
        let names = entries.into_iter().map(|entry| entry.name);
        Some(names.filter(|name| matches_pattern(wanted, name)).collect())
    }

    /// The file of the context that a command finds at `path`, as its folder is mounted there. It is
    /// not in the image.
    fn mounted(&self, path: &str) -> Option<String> {
        let context = self.context?;
        let runs = self.facts.lines.iter().filter_map(|line| match &line.what {
            What::Run(run) => Some(run),
            _ => None,
        });
        runs.flat_map(|run| &run.mounts).find_map(|mount| {
            let target = mount.target.as_deref()?;
            let rest = path.strip_prefix(trimmed(target)).filter(|_| is_within(path, target))?;
            let file = format!("{}/{}", mount.source.as_deref()?, rest.trim_start_matches('/'));
            let file = crate::workspace::inside(&file);
            matches!(context.kind(&file), Ok(Some(_))).then_some(file)
        })
    }

    /// Whether the options of a `COPY` leave out what would else lie at `path` of the image.
    pub fn is_left_out(&self, path: &str) -> bool {
        let is_narrowed = |line: &super::facts::Line<'_>| matches!(&line.what, What::Copy(copy) if !copy.excluded.is_empty());
        self.facts.lines.iter().any(is_narrowed)
            && matches!(self.world.origin(path), Some(Origin::Context(_)))
            && self.in_context(path).is_none()
    }

    /// The path in the context of what is copied to `path`, if this source is, whatever the options
    /// of the `COPY` leave out.
    fn lands(
        &self,
        context: &Context,
        copy: &Copy,
        source: &str,
        destination: &str,
        path: &str,
    ) -> Option<String> {
        let source = crate::workspace::inside(source);
        if has_wildcard(&source) {
            // A pattern puts files right into the destination.
            let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
            let name = path.strip_prefix(&format!("{}/", destination.trim_end_matches('/')))?;
            let candidate =
                if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let is_one = !name.contains('/') && context.copied(&[&candidate], &[]).is_ok();
            return (is_one && matches_pattern(&source, &candidate)).then_some(candidate);
        }
        if source.is_empty() || self.kind(&source) == Some(Kind::Folder) {
            let rest = is_within(path, destination).then(|| {
                path[destination.trim_end_matches('/').len().min(path.len())..].trim_matches('/')
            })?;
            return Some(match (source.is_empty(), rest.is_empty()) {
                (true, _) => rest.to_owned(),
                (false, true) => source,
                (false, false) => format!("{source}/{rest}"),
            });
        }
        let many = copy.sources.len() > 1 || destination.ends_with('/');
        let inside = format!("{}/{}", destination.trim_end_matches('/'), base_name(&source));
        let hit = path == inside || !many && path == destination;
        hit.then_some(source)
    }

    /// The folder of the context whose files lie in `folder` of the image: also where they were
    /// copied one by one.
    pub fn project_in(&self, folder: &str, manifest: &str) -> Option<String> {
        let path = join(folder, manifest)?;
        let file = self.in_context(&path).or_else(|| self.mounted(&path))?;
        Some(file.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned()))
    }

    /// The refusal for a product below a mount.
    pub fn in_mount(&self, product: &str, line: usize) -> Refusal {
        let place = self.facts.lines.get(line).map(|line| line.placed.range());
        Refusal::new(Reason::InCache, product, place)
    }
}

/// Whether the options of a `COPY` leave out a file of the context.
fn leaves_out(copy: &Copy, file: &str) -> bool {
    let patterns: Vec<&str> = copy.excluded.iter().map(String::as_str).collect();
    !patterns.is_empty()
        && Ignore::of_patterns(&patterns).map_or(true, |ignore| ignore.excludes(file))
}

enum SourceKind {
    File,
    Folder,
}

/// Whether a name fits a pattern with `*` and `?` in its last part.
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut seen) = (0, 0);
    // Behind the last `*`, and how far it reaches: only that one is ever tried again.
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                at += 1;
                star = Some((at, seen));
            }
            (Some(own), _) if *own == b'?' || *own == name[seen] => {
                at += 1;
                seen += 1;
            }
            (_, Some((behind, reach))) => {
                at = behind;
                seen = reach + 1;
                star = Some((behind, seen));
            }
            _ => return false,
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

fn has_wildcard(source: &str) -> bool {
    source.contains(['*', '?', '['])
}

fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@")
}

#[cfg(test)]
mod tests {
    use crate::split::testing::stages;

    #[track_caller]
    fn check(lines: &str, expected: &[&str]) {
        let file = format!("FROM golang:1.22\nWORKDIR /src\n{lines}\nCMD [\"shop\"]\n");
        let main = "package main\n\nfunc main() {}\n";
        let files = [
            ("main.go", main),
            ("go.mod", "module shop\n\ngo 1.22\n"),
            ("config/x.yaml", "a: 1"),
            ("static/x.css", ""),
            ("cmd/shop/main.go", main),
        ];
        let found = stages(&file, &files);
        for part in expected {
            match part.strip_prefix('!') {
                Some(part) => assert!(!found.contains(part), "{part} is in:\n{found}"),
                None => assert!(found.contains(part), "{part} is not in:\n{found}"),
            }
        }
    }

    const BUILD: &str = "RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .";

    #[test]
    fn options_of_copies_say_what_lands() {
        check(&format!("COPY --exclude=config . .\n{BUILD}"), &["!/src/config", "/src/static"]);
        check(&format!("COPY --parents . .\n{BUILD}"), &["cannot-follow"]);
    }

    #[test]
    fn what_a_pattern_moves_is_there() {
        let build =
            "COPY . .\nRUN CGO_ENABLED=0 go build -o /out/ ./... && mv /out/* /usr/local/bin/";
        check(build, &["COPY --from=builder /usr/local/bin/shop"]);
    }

    #[test]
    fn what_a_pattern_copies_comes_with_its_folder() {
        let file = "FROM node:20-alpine\nRUN apk add nginx && mkdir -p /www/html\nWORKDIR /app\n\
            COPY . .\nRUN npm ci && npm run build && cp -r dist/* /www/html\n\
            CMD [\"nginx\", \"-g\", \"daemon off;\"]\n";
        let package = r#"{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}"#;
        let found = stages(file, &[("package.json", package), ("index.html", "")]);
        let copy = "COPY --from=builder /www/html /www/html\n";
        assert!(found.contains(copy) && !found.contains('*'), "{found}");
    }

    #[test]
    fn a_heredoc_that_cat_writes_is_a_file() {
        let lines = |word: &str, text: &str| {
            format!("COPY . .\nRUN cat > /etc/shop.conf <<{word}\n{text}\nEOF\n{BUILD}")
        };
        check(&lines("EOF", "port=80"), &["/etc/shop.conf"]);
        check(&lines("'EOF'", "port=$PORT"), &["/etc/shop.conf"]);
        check(&lines("EOF", "port=$(hostname)"), &["shell-unread"]);
    }

    #[test]
    fn removing_what_only_fetches_is_no_cleaning_up() {
        let lines = "RUN apt-get update && apt-get install -y curl && apt-get purge -y curl";
        check(&format!("{lines}\nCOPY . .\n{BUILD}"), &["/usr/local/bin/shop", "!cleans-up"]);
        let lines = "RUN apt-get update && apt-get install -y gcc && apt-get purge -y gcc";
        check(&format!("{lines}\nCOPY . .\n{BUILD}"), &["cleans-up"]);
    }
}
