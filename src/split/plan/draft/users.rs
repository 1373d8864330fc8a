//! Users and owners.

use std::collections::BTreeSet;

use super::super::{Parts, Plan, RuntimeLine};
use super::Draft;
use crate::language::Keyword;
use crate::split::answer::{Artifact, Linkage};
use crate::split::base::{Base, Family};
use crate::split::command::{Invocation, Word};
use crate::split::course::Role;
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::world::{Origin, is_within, parent};

impl<'a> Draft<'_, '_, 'a> {
    pub(super) fn run_as(&mut self, user: &str) -> Result<(), Refusal> {
        let same = |one: &str, other: &str| one == other || is_root(one) && is_root(other);
        if same(&self.user, user) {
            return Ok(());
        }
        self.check_user(user)?;
        let text = match user {
            // It has no list of users, so root has no name there either.
            "" if self.plan.runtime.name() == "scratch" => "0",
            "" => "root",
            user => user,
        };
        self.plan.lines.push(RuntimeLine::New(Keyword::User, text.to_owned()));
        user.clone_into(&mut self.user);
        Ok(())
    }

    /// The last `USER` of the file moves, unless the builder works on as that user.
    pub(super) fn last_user(&mut self, number: usize, user: Option<&str>) -> Result<(), Refusal> {
        let user = user.ok_or_else(|| {
            let place = self.lines().get(number).map(|line| line.placed.range());
            Refusal::new(Reason::NeedsUser, "of a build argument", place)
        })?;
        self.check_user(user)?;
        if self.runs_behind(number) {
            return Ok(());
        }
        if !self.copied {
            self.artifacts()?;
        }
        if self.user == user || is_root(&self.user) && is_root(user) {
            self.leave(number);
            return Ok(());
        }
        self.declare(number);
        self.leave(number);
        self.plan.lines.push(RuntimeLine::Moved(number));
        user.clone_into(&mut self.user);
        Ok(())
    }

    pub(super) fn runs_behind(&self, number: usize) -> bool {
        self.lines().iter().skip(number + 1).any(|line| line.keyword == Keyword::Run)
    }

    /// That a user exists in the runtime stage.
    pub(super) fn check_user(&self, user: &str) -> Result<(), Refusal> {
        let name = user.split(':').next().unwrap_or_default();
        let is_number = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        if is_root(user) || is_number {
            return Ok(());
        }
        let made = self
            .parts
            .course
            .deeds_with(|role| *role == Role::Users)
            .any(|(_, one)| one.args().iter().any(|word| word.or_empty() == name));
        let known = users_of(&self.plan.runtime).contains(&name);
        if self.plan.runtime.has_shell() && (made || known) {
            return Ok(());
        }
        let place = self.parts.course.facts.last(Keyword::User).map(|line| line.placed.range());
        Err(Refusal::new(Reason::NeedsUser, name, place))
    }

    /// Folders that a command gives to somebody and that hold what is copied: they are made anew, as
    /// root's.
    pub(super) fn owners(&mut self) -> Result<(), Refusal> {
        if self.parts.answer.linkage == Linkage::Interpreted {
            return Ok(());
        }
        let course = self.parts.course;
        let workdir = course.facts.last_scene().workdir.clone().unwrap_or_default();
        let chown = course.deeds_with(|role| matches!(role, Role::Paths(_)));
        for (deed, one) in chown.filter(|(_, one)| one.name() == Some("chown")) {
            let Role::Paths(paths) = &deed.role else { continue };
            let Some(owner) = owner_of(one).filter(|owner| !is_root(owner)) else { continue };
            for path in paths {
                let artifacts = &self.plan.artifacts;
                let is_copied = artifacts.iter().any(|a| a.from == *path && !a.is_folder);
                let holds = artifacts.iter().any(|a| a.to != *path && is_within(&a.to, path));
                let folders = self.given_with(path, &workdir, is_deep(one));
                let copied = self.given_as_copied(path, deed.line, is_deep(one));
                let is_worked_in = folders.contains(&workdir);
                if is_copied || !(holds || is_worked_in) || self.is_needed(path) {
                    continue;
                }
                if !self.plan.runtime.has_shell() {
                    let open = |folder| format!("the program writes nothing into {folder} itself");
                    if !self.is_roots() {
                        self.plan.assumptions.extend(folders.iter().chain(&copied).map(open));
                    }
                    continue;
                }
                let Some(owner) = self.met(Some(owner.clone()))? else { continue };
                if is_worked_in {
                    self.work_in(&workdir)?;
                }
                self.run_as("")?;
                let mut text = format!("chown {owner} {}", folders.join(" "));
                if !copied.is_empty() {
                    text.push_str(&format!(" && chown -R {owner} {}", copied.join(" ")));
                }
                let line = RuntimeLine::New(Keyword::Run, text);
                if !self.plan.lines.contains(&line) {
                    self.plan.lines.push(line);
                }
            }
        }
        Ok(())
    }

    /// A folder that is given to somebody, and those in it that lines of the stage make, if they are
    /// given, too. What is copied has its owner by itself.
    fn given_with(&self, path: &str, workdir: &str, is_deep: bool) -> Vec<String> {
        let is_copied = |own: &str| self.plan.artifacts.iter().any(|a| a.to == own);
        let made = self.made.iter().map(String::as_str).chain([workdir]);
        let inside = made.filter(|own| is_deep && is_within(own, path) && !is_copied(own));
        let inside = inside.flat_map(|own| {
            let up = std::iter::successors(Some(own), |one: &&str| Some(parent(one)));
            up.take_while(|one| *one != path)
        });
        let all: BTreeSet<&str> = inside.chain([path]).collect();
        all.into_iter().map(str::to_owned).collect()
    }

    /// What lines before that one copy into such a folder from the context, and copy again.
    fn given_as_copied(&self, path: &str, number: usize, is_deep: bool) -> Vec<String> {
        let below = self.parts.course.world.below(path).filter(|(own, origin)| {
            let Origin::Context(line) = origin else { return false };
            // What stands by itself at such a place is copied by its own line.
            let holds = |a: &Artifact| a.to != *own && is_within(own, &a.to);
            let is_taken = self.plan.artifacts.iter().any(holds);
            *own != path && *line <= number && !is_taken && self.is_repeated_line(*line)
        });
        below.filter(|_| is_deep).map(|(own, _)| own.to_owned()).collect()
    }

    /// Folders that hold what is copied, and whose mode the file sets: they are made anew.
    pub(super) fn modes(&mut self) {
        if !self.plan.runtime.has_shell() || self.parts.answer.linkage == Linkage::Interpreted {
            return;
        }
        let course = self.parts.course;
        let chmod = course.deeds_with(|role| matches!(role, Role::Paths(_)));
        for (deed, one) in chmod.filter(|(_, one)| one.name() == Some("chmod")) {
            let Role::Paths(paths) = &deed.role else { continue };
            let mut words = one.args().iter().map(|word| word.or_empty());
            let Some(mode) = words.find(|word| !word.starts_with('-')) else { continue };
            for path in paths {
                let holds =
                    self.plan.artifacts.iter().any(|a| a.to != *path && is_within(&a.to, path));
                if !holds || !course.world.is_folder(path) {
                    continue;
                }
                let inside = course.world.below(path).filter(
                    |(_, origin)| matches!(origin, Origin::Made(line) if *line <= deed.line),
                );
                let made = inside
                    .map(|(path, _)| path)
                    .filter(|inside| *inside != path && course.world.is_folder(inside));
                let targets: Vec<&str> = std::iter::once(path.as_str()).chain(made).collect();
                self.late.push(format!("chmod {mode} {}", targets.join(" ")));
            }
        }
    }

    /// To whom a `chown` of the file gives a path of the builder.
    pub(super) fn owner(&self, path: &str) -> Result<Option<String>, Refusal> {
        let course = self.parts.course;
        let chown =
            course.deeds_with(|role| matches!(role, Role::Paths(_))).filter(|(deed, one)| {
                let Role::Paths(paths) = &deed.role else { return false };
                one.name() == Some("chown")
                    && !self.is_kept_behind(deed.line)
                    && paths.iter().any(|own| own == path || is_within(path, own) && is_deep(one))
            });
        let Some(owner) = chown.last().and_then(|(_, one)| owner_of(one)) else { return Ok(None) };
        if self.plan.runtime.has_shell() || is_numeric(&owner) {
            return Ok(Some(owner));
        }
        // Without a list of users only numbers say who it is.
        let name = owner.split(':').next().unwrap_or_default();
        match self.number_of(name) {
            _ if is_root(name) => Ok(None),
            None if self.is_roots() => Ok(None),
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::new(Reason::NeedsUser, name, None)),
        }
    }

    /// The number that a command of the file gives to a user.
    pub(super) fn number_of(&self, name: &str) -> Option<String> {
        let users = self.parts.course.deeds_with(|role| *role == Role::Users);
        let mut users =
            users.filter(|(_, one)| one.args().iter().any(|word| word.or_empty() == name));
        users.find_map(|(_, one)| {
            let words: Vec<&str> = one.args().iter().map(|word| word.or_empty()).collect();
            let at = words.iter().position(|word| matches!(*word, "-u" | "--uid"))?;
            words.get(at + 1).filter(|word| is_numeric(word)).map(|word| (*word).to_owned())
        })
    }
}

/// The line of the last `chown`, or of what makes the last of the users whom one names. An interpreted
/// program is given away by its own lines.
pub(super) fn given_behind(parts: &Parts<'_, '_>, plan: &Plan) -> usize {
    if !plan.runtime.has_shell() || parts.answer.linkage == Linkage::Interpreted {
        return 0;
    }
    let chown = parts.course.deeds_with(|role| matches!(role, Role::Paths(_)));
    let chown: Vec<_> = chown.filter(|(_, one)| one.name() == Some("chown")).collect();
    let owners: Vec<String> = chown.iter().filter_map(|(_, one)| owner_of(one)).collect();
    let is_named = |word: &Word| {
        owners.iter().any(|owner| owner.split(':').any(|name| name == word.or_empty()))
    };
    let users = parts.course.deeds_with(|role| *role == Role::Users);
    let users = users.filter(|(_, one)| one.args().iter().any(is_named));
    users.chain(chown).map(|(deed, _)| deed.line).max().unwrap_or(0)
}

/// The owner that a `chown` names.
pub(super) fn owner_of(one: &Invocation) -> Option<String> {
    one.args().iter().find(|word| !word.or_empty().starts_with('-'))?.text.clone()
}

/// Whether a `chown` goes down into folders.
fn is_deep(one: &Invocation) -> bool {
    one.args().iter().any(|word| {
        let text = word.or_empty();
        text == "--recursive" || text.starts_with('-') && text.contains('R')
    })
}

pub(super) fn is_root(user: &str) -> bool {
    matches!(user, "" | "root" | "0" | "0:0" | "root:root")
}

/// The users that images have besides root.
pub(super) fn users_of(base: &Base) -> &'static [&'static str] {
    match (base.family, base.distribution) {
        (Family::Node, _) => &["node", "nobody", "www-data"],
        (Family::DotnetRuntime, _) => &["app", "nobody"],
        (Family::Nginx, _) => &["nginx", "nobody"],
        (_, Distribution::Debian(_) | Distribution::Ubuntu(_)) => &["nobody", "www-data", "daemon"],
        (_, Distribution::Alpine(_)) => &["nobody", "guest", "daemon"],
        _ => &[],
    }
}

pub(super) fn is_numeric(owner: &str) -> bool {
    owner.split(':').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
