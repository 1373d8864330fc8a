//! Whose the files of the builder are, and how the runtime stage gets them to be so again.
//!
//! What `BuildKit` does, as seen in builds: `COPY --from` keeps the owners of the content, as
//! numbers, but a folder that it has to make is root's. With `--chown` the content and every folder
//! that is made for it are that user's; one that is there already stays as it is. `WORKDIR` makes
//! folders as the user of its line. `COPY` and `ADD` from the context do not care for `USER`.

use super::Draft;
use super::users::{is_numeric, is_root, users_of};
use crate::split::answer::{Artifact, Linkage};
use crate::split::command::Invocation;
use crate::split::course::{Course, Deed, Product, Role};
use crate::split::facts::{Line, What};
use crate::split::refusal::Refusal;
use crate::split::world::{base_name, is_everywhere, is_within, parent, trimmed};

/// To whom the content of a folder belongs.
#[derive(Debug, PartialEq, Eq)]
enum Content {
    Root,
    /// All of it to one user.
    One(String),
    /// To these, as far as can be told.
    Several(Vec<String>),
}

impl<'a> Draft<'_, '_, 'a> {
    /// The value of `--chown` for what is copied from the builder; what has to be there before is
    /// made.
    ///
    /// Errors: the owner has no name in the small image.
    pub(super) fn given_to(&mut self, artifact: &Artifact) -> Result<Option<String>, Refusal> {
        if self.parts.is_served() {
            return Ok(None);
        }
        let told = self.met(self.owner(&artifact.from)?)?;
        let content = match (&told, artifact.is_folder) {
            (Some(_), _) | (None, false) => Content::Root,
            (None, true) => self.content(&artifact.from),
        };
        let given = match content {
            Content::Root => told,
            // Numbers stay what they are, and without a list of users there is nothing else.
            _ if !self.plan.runtime.has_shell() => None,
            Content::One(owner) if is_numeric(&owner) && !owner.contains(':') => None,
            Content::One(owner) => self.met(Some(owner))?,
            Content::Several(owners) => {
                for owner in owners {
                    let Some(owner) = self.met(Some(owner))? else { continue };
                    let text = format!("{owner} has the same number in both images");
                    if !self.has_same_number(&owner) && !self.plan.assumptions.contains(&text) {
                        self.plan.assumptions.push(text);
                    }
                }
                None
            }
        };
        if artifact.from == artifact.to {
            let is_made = given.is_some() && given == self.maker(&artifact.from);
            let above = parent(&artifact.to);
            match (artifact.is_folder, is_made) {
                // The copy makes those above it, too.
                (true, true) if self.maker(above) == given => {}
                (true, false) => self.make_as_it_was(&artifact.to)?,
                _ => self.make_as_it_was(above)?,
            }
        }
        Ok(given)
    }

    /// An owner, if the runtime stage knows him; where root runs the program, it does not matter whose
    /// its files are.
    ///
    /// Errors: he has no name there.
    pub(super) fn met(&self, owner: Option<String>) -> Result<Option<String>, Refusal> {
        let Some(owner) = owner else { return Ok(None) };
        match self.check_user(&owner) {
            Ok(()) => Ok(Some(owner)),
            Err(_) if self.is_roots() => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Whether root runs the program, and does not hand it to somebody else.
    pub(super) fn is_roots(&self) -> bool {
        const HANDING: [&str; 7] = ["chpst", "gosu", "runuser", "setpriv", "su", "su-exec", "sudo"];
        let user = &self.parts.course.facts.last_scene().user;
        user.as_deref().is_some_and(is_root)
            && !HANDING.iter().any(|program| self.parts.roots.names(program))
    }

    /// Makes a folder that would be root's though it is not, or the one above it, as the user who
    /// made it.
    fn make_as_it_was(&mut self, folder: &str) -> Result<(), Refusal> {
        let above = std::iter::successors(Some(folder), |one| (*one != "/").then(|| parent(one)));
        let is_open = |one: &&str| self.maker(one).is_some();
        let Some(folder) = above.into_iter().find(is_open).map(str::to_owned) else {
            return Ok(());
        };
        if self.made.iter().any(|own| is_within(own, &folder)) {
            return Ok(());
        }
        self.work_in(&folder)
    }

    /// Goes to a folder, and makes it as the user who made it in the builder.
    pub(super) fn work_in(&mut self, folder: &str) -> Result<(), Refusal> {
        if self.workdir == folder {
            return Ok(());
        }
        let is_there = self.made.iter().any(|own| is_within(own, folder));
        if let Some(maker) = self.maker(folder).filter(|_| !is_there) {
            // In the words of the last `USER`, if it is the same one.
            let last = self.parts.course.facts.last_scene().user.clone();
            let user = last.filter(|last| is_same(last, &maker)).unwrap_or(maker);
            match self.named(&user) {
                Some(user) => self.run_as(&user)?,
                None => self
                    .plan
                    .assumptions
                    .push(format!("the program writes nothing into {folder} itself")),
            }
        }
        self.enter(folder);
        Ok(())
    }

    /// A user in the words of the small image: a number where it has no names.
    fn named(&self, user: &str) -> Option<String> {
        let name = user.split(':').next().unwrap_or_default();
        match self.plan.runtime.has_shell() || is_numeric(user) {
            true => Some(user.to_owned()),
            false if users_of(&self.plan.runtime).contains(&name) => Some(user.to_owned()),
            false => self.number_of(name),
        }
    }

    /// Who made a folder of the builder, as far as it matters in the runtime stage.
    fn maker(&self, folder: &str) -> Option<String> {
        let maker = self.maker_of(folder)?;
        let is_met = || self.named(&maker).is_some() && self.check_user(&maker).is_ok();
        (!self.is_roots() || is_met()).then_some(maker)
    }

    /// Who made a folder of the builder; `None` for root, and where the small image has it by itself.
    fn maker_of(&self, folder: &str) -> Option<String> {
        if is_everywhere(folder) || self.events.is_empty() {
            return None;
        }
        let home = |name: &&&str| folder.strip_prefix("/home/") == Some(**name);
        if let Some(name) = users_of(&self.parts.course.facts.base).iter().find(home) {
            let is_there = users_of(&self.plan.runtime).contains(name);
            return (!is_there).then(|| (*name).to_owned());
        }
        // A stage with a shell makes homes again.
        let is_home =
            |event: &Event| !self.plan.runtime.has_shell() && event.home.as_deref() == Some(folder);
        let makes = |event: &&Event| {
            is_home(event) || event.makes.iter().any(|path| is_within(path, folder))
        };
        let event = self.events.iter().find(makes)?;
        let user = if is_home(event) { base_name(folder) } else { event.user.as_str() };
        (!is_root(user)).then(|| user.to_owned())
    }

    /// To whom the content of a folder may belong: who copied, wrote or may have written there.
    fn content(&self, folder: &str) -> Content {
        let mut owners: Vec<String> = Vec::new();
        for event in &self.events {
            if !event.is_in(folder, self.built) {
                continue;
            }
            // All of it, by a line that is kept.
            if event.gives && self.is_kept_behind(event.line) {
                return Content::Root;
            }
            let owner = if is_root(&event.user) { "root" } else { &event.user };
            match owners.iter_mut().find(|own| is_same(own, owner)) {
                Some(own) if own.len() < owner.len() => owner.clone_into(own),
                Some(_) => {}
                None => owners.push(owner.to_owned()),
            }
        }
        match owners.as_slice() {
            [] => Content::Root,
            [one] if one == "root" => Content::Root,
            [one] => Content::One(one.clone()),
            _ => Content::Several(owners),
        }
    }

    /// Whether a line stands behind the copies of an interpreted program, so that its commands which
    /// set owners are kept.
    pub(super) fn is_kept_behind(&self, line: usize) -> bool {
        self.parts.answer.linkage == Linkage::Interpreted && line > self.built
    }

    /// Whether an owner surely has the same numbers in both images.
    fn has_same_number(&self, owner: &str) -> bool {
        let runtime = &self.plan.runtime;
        let base = &self.parts.course.facts.base;
        let is_known =
            |name: &str| users_of(base).contains(&name) && users_of(runtime).contains(&name);
        owner.split(':').all(|name| {
            is_root(name) || is_numeric(name) || is_known(name) || self.is_plainly_made(name)
        })
    }

    /// Whether a command that is repeated gives a user or group its number, or the next one: which
    /// numbers of the system are free hangs on what is installed.
    fn is_plainly_made(&self, name: &str) -> bool {
        let users = self.parts.course.deeds_with(|role| *role == Role::Users);
        let mut own =
            users.filter(|(_, one)| one.args().iter().any(|word| word.or_empty() == name));
        own.all(|(_, one)| {
            let has = |short: char, long: &str| {
                one.args().iter().any(|word| {
                    let text = word.or_empty();
                    text.split('=').next() == Some(long)
                        || text.starts_with('-') && !text.starts_with("--") && text.contains(short)
                })
            };
            let is_system = has('r', "--system") || has('S', "--system");
            !is_system || has('u', "--uid") || has('g', "--gid")
        })
    }
}

/// Whether two owners are one: the group of a user has his name, unless another is given.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |owner: &str| match owner.split_once(':') {
        Some((user, group)) if user == group && !is_numeric(user) => user.to_owned(),
        _ => owner.to_owned(),
    };
    plain(one) == plain(other)
}

/// Something that makes or changes files of the builder, as far as their owners go.
#[derive(Debug, Default)]
pub(super) struct Event {
    /// The number of its line in the facts.
    line: usize,
    /// To whom what it makes belongs, or what it gives away.
    user: String,
    /// Paths that it surely puts something at.
    makes: Vec<String>,
    /// Folders and files in which it may write.
    works: Vec<String>,
    /// Folders that it fills, with all that is in them.
    fills: Vec<String>,
    /// The home of a user whom it makes.
    home: Option<String>,
    /// Whether what it makes are empty folders.
    is_empty: bool,
    /// Whether it copies from the context.
    copies: bool,
    /// Whether it gives what is there to somebody.
    gives: bool,
}

impl Event {
    /// Whether it has to do with the content of a folder.
    fn is_in(&self, folder: &str, built: usize) -> bool {
        let inside = |paths: &[String]| paths.iter().any(|path| is_within(path, folder));
        let around =
            |paths: &[String]| paths.iter().any(|path| path != "/" && is_within(folder, path));
        match (self.copies, self.gives) {
            // Behind the build it is copied again by its own line.
            (true, _) => self.line <= built && (inside(&self.makes) || around(&self.makes)),
            (_, true) => inside(&self.works) || around(&self.works),
            _ if self.is_empty => {
                self.makes.iter().any(|path| path != folder && is_within(path, folder))
            }
            _ => inside(&self.makes) || inside(&self.works) || around(&self.fills),
        }
    }
}

/// All of them, in order; none if all belongs to root.
pub(super) fn events(course: &Course<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    for (number, line) in course.facts.lines.iter().enumerate() {
        let own = Event { line: number, ..Event::default() };
        match &line.what {
            What::Workdir(Some(path)) => {
                let makes = vec![path.clone()];
                events.push(Event { user: user_of(line), makes, is_empty: true, ..own });
            }
            What::Copy(copy) => events.push(Event {
                user: copy.owner.clone().unwrap_or_default(),
                makes: copy.destination.iter().map(|path| trimmed(path).to_owned()).collect(),
                copies: true,
                ..own
            }),
            _ => {}
        }
    }
    for (deed, one) in course.deeds_with(|_| true) {
        let Some(line) = course.facts.lines.get(deed.line) else { continue };
        events.push(event(course, line, deed, one));
    }
    // Where all is root's there is nothing to tell apart.
    if events.iter().all(|event| is_root(&event.user)) {
        events.clear();
    }
    events.sort_by_key(|event| event.line);
    events
}

/// That of a command.
fn event(course: &Course<'_>, line: &Line<'_>, deed: &Deed, one: &Invocation) -> Event {
    let mut event = Event { line: deed.line, user: user_of(line), ..Event::default() };
    let named = || one.args().iter().filter_map(|word| one.path(word.text.as_deref()?));
    event.makes.extend(one.outputs.iter().flatten().cloned());
    match (&deed.role, one.name()) {
        (Role::Paths(_), Some("chmod" | "chgrp")) => {}
        (Role::Paths(paths), Some("chown")) => {
            event.user = super::users::owner_of(one).unwrap_or_default();
            event.gives = true;
            event.works.clone_from(paths);
        }
        (Role::Paths(paths) | Role::Fetches(paths), name) => {
            event.is_empty = name == Some("mkdir");
            event.makes.extend(paths.iter().cloned());
        }
        (Role::Moves, _) => event.makes.extend(named()),
        (Role::Users, _) => event.home = home(one),
        (Role::Builds(_) | Role::Prepares(_) | Role::Checks(_), _) => {
            event.works.extend(one.folder.iter().cloned().chain(named()));
        }
        _ => {}
    }
    if matches!(deed.role, Role::Fetches(_) | Role::Moves) {
        event.works.extend(one.folder.clone());
    }
    let is_own = |product: &&Product| (product.line, product.command) == (deed.line, deed.command);
    let products = course.products.iter().filter(is_own).map(|product| product.path.clone());
    event.fills.extend(products);
    event.makes.extend(event.fills.iter().cloned());
    event
}

/// The user who runs a line; what [`Draft::check_user`] refuses if that is not known.
fn user_of(line: &Line<'_>) -> String {
    line.scene.user.clone().unwrap_or_else(|| "of a build argument".to_owned())
}

/// The home in `/home` of a user whom a command makes.
fn home(one: &Invocation) -> Option<String> {
    const WITHOUT: [&str; 5] = ["-H", "-M", "-S", "--system", "--no-create-home"];
    let has = |words: &[&str]| one.args().iter().any(|word| words.contains(&word.or_empty()));
    let makes = match one.name()? {
        "useradd" => has(&["-m", "--create-home"]),
        "adduser" => !has(&WITHOUT),
        _ => false,
    };
    let name = one.args().last()?.text.as_deref()?;
    makes.then(|| format!("/home/{name}"))
}

#[cfg(test)]
mod tests {
    use super::is_same;
    use crate::split::testing::runtime_stages;

    const PACKAGE: &str = r#"{"scripts":{"build":"tsc","start":"node dist/x.js"}}"#;

    /// The lines of the runtime stage between its `FROM` and its `CMD`, the first of the variants.
    #[track_caller]
    fn check(image: &str, build: &str, expected: &str) {
        let file = format!("FROM {image}\n{build}\nCMD [\"node\", \"dist/x.js\"]\n");
        let found = runtime_stages(&file, &[("package.json", PACKAGE), ("x.ts", "")]);
        let stage = found.first().map_or("", String::as_str);
        let lines =
            stage.lines().filter(|line| !line.starts_with("FROM") && !line.starts_with("CMD"));
        assert_eq!(lines.collect::<Vec<_>>().join("\n"), expected, "{file}\n{stage}");
    }

    const NODE: &str = "node:20-bookworm";
    const BUILD: &str = "RUN npm ci && npm run build";

    #[test]
    fn a_folder_is_made_as_who_made_it() {
        let build = format!("USER node\nWORKDIR /srv/app\nCOPY --chown=node:node . .\n{BUILD}");
        let copy = "COPY --from=builder --chown=node:node /srv/app /srv/app";
        check(NODE, &build, &format!("USER node\nWORKDIR /srv/app\n{copy}"));
        // The copy makes it, and all of it is his.
        let build = "COPY --chown=node:node . /srv/app\nUSER node\n\
            RUN cd /srv/app && npm ci && npm run build\nWORKDIR /srv/app";
        check(NODE, build, &format!("{copy}\nWORKDIR /srv/app\nUSER node"));
        // Root's own is in it, too: the numbers are kept, and the folder is not root's.
        let build = format!("USER node\nWORKDIR /srv/app\nUSER root\nCOPY . .\n{BUILD}\nUSER node");
        let copy = "COPY --from=builder /srv/app /srv/app";
        check(NODE, &build, &format!("USER node\nWORKDIR /srv/app\n{copy}"));
        // A folder of root's with files of a user stays root's.
        let build = format!("WORKDIR /srv/app\nCOPY --chown=node:node . .\nUSER node\n{BUILD}");
        let copy = "COPY --from=builder --chown=node:node /srv/app /srv/app";
        check(NODE, &build, &format!("WORKDIR /srv/app\n{copy}\nUSER node"));
    }

    #[test]
    fn numbers_that_may_differ() {
        let build = |made: &str, back: &str| {
            format!("{made}\nUSER app\nWORKDIR /srv/app\nCOPY --chown=app:app . .\n{BUILD}{back}")
        };
        let rest = "USER app\nWORKDIR /srv/app\nCOPY --from=builder";
        let made = "RUN useradd --system app";
        let copy = "--chown=app:app /srv/app /srv/app";
        check(NODE, &build(made, ""), &format!("{made}\n{rest} {copy}"));
        // Of several users with a number that hangs on what is installed, it is only likely.
        let back = "\nUSER root\nRUN touch /srv/app/x\nUSER app";
        let likely = "# Assumed: app:app has the same number in both images.";
        let copy = "/srv/app /srv/app";
        check(NODE, &build(made, back), &format!("{likely}\n{made}\n{rest} {copy}"));
        let made = "RUN useradd app";
        check(NODE, &build(made, back), &format!("{made}\n{rest} {copy}"));
        let made = "RUN useradd -r -u 999 app";
        check(NODE, &build(made, back), &format!("{made}\n{rest} {copy}"));
    }

    #[test]
    fn a_folder_is_there_before_it_is_given_away() {
        let copy = "COPY --from=builder --chown=node:node /srv/app /srv/app\nUSER node";
        let expected = format!("WORKDIR /srv/app\nRUN chown -R node:node /srv/app\n{copy}");
        let give = "chown -R node:node /srv/app";
        let rest = format!("WORKDIR /srv/app\nUSER node\nCOPY --chown=node:node . .\n{BUILD}");
        check(NODE, &format!("RUN mkdir -p /srv/app/node_modules && {give}\n{rest}"), &expected);
        let build = format!("COPY . /srv/app\nRUN {give}\nUSER node\nWORKDIR /srv/app\n{BUILD}");
        check(NODE, &build, &expected);
        let make = "RUN mkdir -p /srv/app && chown node:node /srv/app";
        check(NODE, &format!("{make}\n{rest}"), &format!("{make}\nWORKDIR /srv/app\n{copy}"));
    }

    /// The same for a program of Go that is `server` in the working directory.
    #[track_caller]
    fn check_go(build: &str, expected: &str) {
        let file = format!("FROM golang:1.22-bookworm\n{build}\nCMD [\"./server\"]\n");
        let files = [
            ("go.mod", "module shop\n\ngo 1.22\n"),
            ("main.go", "package main\n\nfunc main() {}\n"),
        ];
        let found = runtime_stages(&file, &files);
        let stage = found.first().map_or("", String::as_str);
        assert_eq!(stage, format!("FROM debian:bookworm-slim\n{expected}\nCMD [\"./server\"]"));
    }

    #[test]
    fn folders_in_one_that_is_given_away() {
        let made = "RUN useradd -m -u 1001 app";
        let build = "COPY . .\nRUN CGO_ENABLED=0 go build -o server .";
        let copy = "COPY --from=builder --chown=app:app";
        check_go(
            &format!(
                "{made}\nWORKDIR /home/app/src\n{build} && chown -R app:app /home/app\nUSER app"
            ),
            &format!(
                "{made}\nWORKDIR /home/app/src\n{copy} /home/app/src/server /home/app/src/server\n\
                 RUN chown app:app /home/app /home/app/src\nUSER app"
            ),
        );
        check_go(
            &format!(
                "RUN mkdir -p /srv/app/data/x && chown -R 1000:1000 /srv\nWORKDIR /srv/app\n{build}\n\
                 USER 1000"
            ),
            "RUN mkdir -p /srv/app/data/x\nWORKDIR /srv/app\n\
             COPY --from=builder --chown=1000:1000 /srv/app/server /srv/app/server\n\
             RUN chown 1000:1000 /srv /srv/app /srv/app/data /srv/app/data/x\nUSER 1000",
        );
        // Nobody is named before he is made.
        check_go(
            &format!("WORKDIR /srv/app\n{build}\n{made}\nRUN chown -R app:app /srv/app\nUSER app"),
            &format!(
                "WORKDIR /srv/app\n{made}\n{copy} /srv/app/server /srv/app/server\n\
                 RUN chown app:app /srv/app\nUSER app"
            ),
        );
        // What is copied again belongs to nobody by itself.
        let later = "COPY main.go /srv/app/data/a.db";
        check_go(
            &format!("WORKDIR /srv/app\n{build}\n{later}\nRUN chown -R 1000 /srv/app\nUSER 1000"),
            &format!(
                "WORKDIR /srv/app\n{later}\n\
                 COPY --from=builder --chown=1000 /srv/app/server /srv/app/server\n\
                 RUN chown 1000 /srv/app && chown -R 1000 /srv/app/data/a.db\nUSER 1000"
            ),
        );
        // Not if only the folder itself is given.
        check_go(
            &format!("{made}\nWORKDIR /opt/app/src\n{build} && chown app /opt/app\nUSER app"),
            &format!(
                "{made}\nWORKDIR /opt/app/src\n\
                 COPY --from=builder /opt/app/src/server /opt/app/src/server\n\
                 RUN chown app /opt/app\nUSER app"
            ),
        );
    }

    #[test]
    fn root_does_not_care_whose_files_are() {
        let check = |lines: &str, expected: &str| {
            let file = format!(
                "FROM gradle:8.5-jdk17\n{lines}\nCMD [\"java\", \"-jar\", \"build/libs/a-1.jar\"]\n"
            );
            let build = "plugins { id 'org.springframework.boot' version '3.2.0'\n id 'java' }\nversion = '1'\n";
            let files = [("settings.gradle", "rootProject.name = 'a'\n"), ("build.gradle", build)];
            let found = runtime_stages(&file, &files).join("\n");
            assert!(found.contains(expected), "{expected} is not in:\n{found}");
            assert!(!found.contains("chown"), "{found}");
        };
        let jar = |folder: &str| {
            let path = format!("{folder}/build/libs/a-1.jar");
            format!("WORKDIR {folder}\nCOPY --from=builder {path} {path}\n")
        };
        let copy = "COPY --chown=gradle:gradle . /home/gradle/src\nWORKDIR /home/gradle/src";
        check(&format!("{copy}\nRUN gradle bootJar"), &jar("/home/gradle/src"));
        let give = "WORKDIR /app\nCOPY . .\nRUN chown -R gradle:gradle /app && gradle bootJar";
        check(give, &jar("/app"));
        check(&format!("{give}\nUSER gradle"), "needs-user");
    }

    #[test]
    fn owners_that_are_one() {
        assert!(is_same("app", "app:app"));
        assert!(is_same("app:web", "app:web"));
        assert!(!is_same("app", "app:web"));
        // A number has no group of its own.
        assert!(!is_same("1000", "1000:1000"));
    }
}
