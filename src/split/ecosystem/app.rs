//! What programs of interpreted languages are made of: the files of the context, what the build
//! made beside them, and what it put elsewhere.

use std::collections::BTreeSet;

use crate::split::answer::{Artifact, Data, Site};
use crate::split::course::Role;
use crate::split::facts::What;
use crate::split::packages::{self, Native, Use};
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::variables;
pub use crate::split::world::is_system;
use crate::split::world::{Origin, base_name, is_within, parent, trimmed};

/// How the runtime stage gets the program's files.
///
/// `changed` are the folders in which the build wrote beside them. If there are none and no command
/// moves files, they are copied from the context again; else the folders are copied from the
/// builder. `covered` are folders that come along anyway.
///
/// Errors: they lie among the files of the image.
pub fn sources(
    site: &Site<'_, '_>,
    ecosystem: &str,
    changed: &[String],
    covered: &[String],
) -> Result<(Data, Vec<Artifact>), Refusal> {
    let moves = |role: &Role| match role {
        Role::Moves => true,
        Role::Builds(name) | Role::Prepares(name) => *name != ecosystem,
        _ => false,
    };
    let is_changed = !changed.is_empty() || site.course.deeds.iter().any(|deed| moves(&deed.role));
    let mut paths: BTreeSet<String> = BTreeSet::new();
    if is_changed {
        paths.extend(copied(site, ecosystem));
        paths.extend(changed.iter().cloned());
    }
    if let Some(system) = paths.iter().find(|path| is_system(path)) {
        let line = site.facts().lines.iter().find(|line| {
            matches!(&line.what, What::Copy(copy)
            if copy.destination.as_deref().map(trimmed) == Some(system))
        });
        let place = line.map(|line| line.placed.range());
        let reason = line.map_or(Reason::MixedWithToolchain, |_| Reason::ProjectFolder);
        return Err(Refusal::new(reason, system.as_str(), place));
    }
    let is_taken = |path: &str| paths.iter().chain(covered).any(|own| is_within(path, own));
    let strays = strays(site, &is_taken)?;
    paths.retain(|path| !covered.iter().any(|own| is_within(path, own)));
    let mut taken: Vec<Artifact> = paths.into_iter().map(Artifact::folder).chain(strays).collect();
    let all = taken.clone();
    taken.retain(|one| {
        !all.iter().any(|other| other.from != one.from && is_within(&one.from, &other.from))
    });
    taken.sort_by(|one, other| one.from.cmp(&other.from));
    let data = if is_changed { Data::Embedded } else { Data::Sources };
    Ok((data, taken))
}

/// The folders that files of the context are copied to before the last build command. A single file
/// in a folder of the system is copied again by its own line.
fn copied(site: &Site<'_, '_>, ecosystem: &str) -> Vec<String> {
    let works = |role: &Role| matches!(role, Role::Builds(_) | Role::Prepares(_) | Role::Moves);
    let deeds = site.course.deeds.iter().filter(|deed| works(&deed.role));
    let built = deeds.map(|deed| deed.line).max().unwrap_or(0);
    let worked: Vec<String> = site
        .course
        .deeds_with(
            |role| matches!(role, Role::Builds(name) | Role::Prepares(name) if *name == ecosystem),
        )
        .filter_map(|(_, one)| one.folder.clone())
        .collect();
    let lines = site.facts().lines.iter().take(built + 1);
    let destinations = lines.filter_map(|line| match &line.what {
        What::Copy(copy) if copy.from.is_none() => copy.destination.as_deref().map(trimmed),
        _ => None,
    });
    destinations
        .filter(|path| !variables::is_cache(path))
        .filter(|path| !is_system(path) || worked.iter().any(|folder| folder == path))
        // A file such as `/entrypoint.sh` is no folder that work was done in.
        .filter(|path| !is_system(parent(path)) || !base_name(path).contains('.'))
        .map(str::to_owned)
        .collect()
}

/// What the build fetched, moved or wrote outside of the folders that are taken, and what other tools
/// built there: it comes along, as the program may read it.
///
/// Errors: it lies among the files of the image, or some of these were taken away.
pub fn strays(
    site: &Site<'_, '_>,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<Vec<Artifact>, Refusal> {
    let mut strays = Vec::new();
    for (path, origin) in site.course.world.entries() {
        let line = origin.line().and_then(|line| site.facts().lines.get(line));
        let is_run = line.is_some_and(|line| matches!(line.what, What::Run(_)));
        let is_gone = is_run && matches!(origin, Origin::Removed(_)) && is_of_image(path);
        let matters = match origin {
            Origin::Built(_) => true,
            // An `ADD` is looked after by the plan.
            Origin::Download(_) | Origin::Unknown(_) => is_run,
            Origin::Context(line) => is_moved(site, *line, path),
            _ => is_gone,
        };
        if is_taken(path) || !matters || variables::is_cache(path) {
            continue;
        }
        let place = line.map(|line| line.placed.range());
        if is_gone {
            let what = format!("{path} is taken away, and the small image has it");
            return Err(Refusal::new(Reason::NeedsOther, what, place));
        }
        if is_system(path) {
            return Err(Refusal::new(Reason::MixedWithToolchain, path, place));
        }
        let is_folder = site.course.world.is_folder(path);
        strays.push(Artifact { from: path.to_owned(), to: path.to_owned(), is_folder });
    }
    Ok(strays)
}

/// Whether a path is where images have files that programs read: pages of handbooks are none.
fn is_of_image(path: &str) -> bool {
    const READ: [&str; 3] = ["/etc", "/usr", "/var"];
    const PAGES: [&str; 4] =
        ["/usr/share/doc", "/usr/share/info", "/usr/share/locale", "/usr/share/man"];
    let is_in = |folders: &[&str]| folders.iter().any(|own| is_within(path, own));
    is_in(&READ) && !is_in(&PAGES)
}

/// Whether what a `COPY` brought has been moved to a place where that line does not bring it.
fn is_moved(site: &Site<'_, '_>, line: usize, path: &str) -> bool {
    match site.facts().lines.get(line).map(|line| &line.what) {
        Some(What::Copy(copy)) => {
            copy.destination.as_deref().is_some_and(|own| !is_within(path, trimmed(own)))
        }
        _ => false,
    }
}

/// Whether the file installs anything that is only for building.
pub fn installs_build_tools(site: &Site<'_, '_>) -> bool {
    const TOOLS: &[&str] =
        &["python3-pip", "python3-dev", "python3-venv", "py3-pip", "nodejs", "npm", "yarn"];
    let from = site.base().distribution;
    let requested = site.course.requested();
    requested.into_iter().any(|package| {
        let name = package.name.as_str();
        name.ends_with("-dev")
            || TOOLS.contains(&name)
            || matches!(packages::use_of(name, from), Use::Build | Use::Library(_))
    })
}

/// What dependencies need of the distribution.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Development packages that they link with.
    pub libraries: Vec<String>,
    /// Packages that they need as they are.
    pub packages: Vec<String>,
    /// Dependencies of which nothing is known.
    pub unknown: Vec<String>,
}

impl Needs {
    /// Those of dependencies, by their names.
    pub fn of<'n>(
        ecosystem: &str,
        names: impl Iterator<Item = &'n str>,
        from: Distribution,
    ) -> Needs {
        let mut needs = Needs::default();
        let mut seen = BTreeSet::new();
        for name in names.filter(|name| seen.insert(*name)) {
            match packages::native(ecosystem, name) {
                Native::None => {}
                Native::Unknown => needs.unknown.push(name.to_owned()),
                Native::Dev(list) => list.iter().for_each(|package| needs.take(package, from)),
            }
        }
        needs
    }

    fn take(&mut self, package: &str, from: Distribution) {
        // No full image has these: a program that calls them asks for them itself.
        const ABSENT: &[&str] = &["ffmpeg", "graphviz", "poppler-utils", "tesseract-ocr"];
        let list = match packages::use_of(package, from) {
            _ if ABSENT.contains(&package) => return,
            // What it is on a release that the tables do not have, the plan has to ask.
            Use::Library(_) | Use::Unknown => &mut self.libraries,
            Use::Run | Use::Tool(_) => &mut self.packages,
            Use::Build => return,
        };
        if !list.iter().any(|own| own == package) {
            list.push(package.to_owned());
        }
    }

    /// The sentence for what is not known; `None` if all is.
    pub fn doubt(&self) -> Option<String> {
        const MOST: usize = 4;
        let shown = self.unknown.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
        let rest = self.unknown.len().saturating_sub(MOST);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let verb = if self.unknown.len() == 1 { "needs" } else { "need" };
        (!self.unknown.is_empty())
            .then(|| format!("{shown}{rest} {verb} no library that only the full image has"))
    }
}

/// The tag of the slim sibling: `3.12-bookworm` is `3.12-slim-bookworm`.
pub fn slim_tag(tag: &str, release: Option<&str>) -> String {
    if tag == "latest" {
        return "slim".to_owned();
    }
    let mut words: Vec<&str> = tag.split('-').collect();
    let at = words.iter().position(|word| Some(*word) == release).unwrap_or(words.len());
    words.insert(at, "slim");
    words.join("-")
}

/// Whether a name is that of one of these programs, whatever folder is before it.
pub fn is_one(program: &str, names: &[&str]) -> bool {
    names.contains(&base_name(program))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::release::named;

    #[test]
    fn slim_siblings() {
        assert_eq!(slim_tag("3.12", None), "3.12-slim");
        assert_eq!(slim_tag("3.12.4-bookworm", Some("bookworm")), "3.12.4-slim-bookworm");
        assert_eq!(slim_tag("bookworm", Some("bookworm")), "slim-bookworm");
        assert_eq!(slim_tag("latest", None), "slim");
    }

    #[test]
    fn what_dependencies_need() {
        let debian = Distribution::Debian(named("bookworm").expect("bookworm"));
        let names = ["flask", "psycopg2", "graphviz", "left-pad", "lightgbm"];
        let needs = Needs::of("python", names.into_iter(), debian);
        assert_eq!(needs.libraries, ["libpq-dev"]);
        assert_eq!(needs.packages, ["libgomp1"]);
        let buster = Distribution::Debian(named("buster").expect("buster"));
        assert_eq!(Needs::of("python", names.into_iter(), buster).libraries, ["libpq-dev"]);
        assert_eq!(
            needs.doubt().as_deref(),
            Some("left-pad needs no library that only the full image has")
        );
    }
}
