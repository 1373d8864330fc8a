//! The files that the runtime stage takes from the builder, besides the program itself.

use super::{CERTIFICATES, PROGRAMS, Parts, Plan};
use crate::split::answer::{Artifact, Data, Evidence};
use crate::split::base::Family;
use crate::split::course::{Product, Role};
use crate::split::data;
use crate::split::facts::{Scene, What};
use crate::split::refusal::{Reason, Refusal};
use crate::split::variables;
use crate::split::world::{self, Origin, base_name, is_within, parent, trimmed};
use crate::text::TextRange;

impl Parts<'_, '_> {
    /// A program that is started by its bare name has to be on the small image's `PATH`.
    pub(super) fn reachable(&self, plan: &mut Plan) {
        let scene = self.facts().last_scene();
        let theirs = plan.runtime.variable("PATH").unwrap_or_default().to_owned();
        for artifact in &mut plan.artifacts {
            let name = base_name(&artifact.from).to_owned();
            let is_bare =
                self.roots.programs.iter().chain(&self.roots.health).any(|own| *own == name);
            let folder = parent(&artifact.from);
            let is_found =
                theirs.split(':').any(|own| own == folder) || self.keeps_path(&scene, folder);
            if is_bare && !artifact.is_folder && !is_found {
                artifact.to = format!("{PROGRAMS}/{name}");
            }
        }
    }

    /// Whether the file itself puts a folder on the `PATH`, by an `ENV` that is kept.
    pub(super) fn keeps_path(&self, scene: &Scene, folder: &str) -> bool {
        let base = self.facts().base.variable("PATH").unwrap_or_default();
        scene.value("PATH").unwrap_or_default().split(':').any(|own| own == folder)
            && !base.split(':').any(|own| own == folder)
    }

    /// Start scripts that were copied with a folder are taken from the builder, by themselves.
    pub(super) fn scripts(&self, plan: &mut Plan) {
        // The sources are copied again as a whole.
        if self.answer.data == Data::Sources {
            return;
        }
        for script in &self.roots.scripts {
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(script, &artifact.from));
            if !is_taken && self.course.world.exact(script).is_none() {
                plan.artifacts.push(Artifact::file(script));
            }
        }
    }

    /// The files that the program reads.
    pub(super) fn data(&self, plan: &mut Plan) {
        let Data::Beside { folders, embedded } = &self.answer.data else { return };
        let found = data::beside(self.course, folders, embedded);
        plan.assumptions.extend(found.doubt);
        for (path, is_folder) in found.paths {
            let is_gone = matches!(self.course.world.origin(&path), Some(Origin::Removed(_)));
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(&path, &artifact.from));
            if !is_gone && !is_taken && !is_shared(&path) && !self.course.is_left_out(&path) {
                let why = format!("{path} may be read at run time");
                plan.evidence.push(Evidence { text: why, place: None, file: None });
                plan.context_files.extend(self.course.in_context(&path));
                plan.artifacts.push(Artifact { from: path.clone(), to: path, is_folder });
            }
        }
    }

    /// Files that commands put somewhere: copied, moved, linked, written or fetched. They may be read
    /// at run time, unless they are sources, lie in a cache or hold what the build works in.
    pub(super) fn strays(&self, plan: &mut Plan) -> Result<(), Refusal> {
        if self.is_served() {
            return Ok(());
        }
        let worked = self.worked();
        let world = &self.course.world;
        for (path, origin) in world.entries() {
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(path, &artifact.from));
            if is_taken || !self.is_stray(path, origin, plan) {
                continue;
            }
            let is_reached = self.is_reached(path);
            let is_folder = world.is_folder(path);
            let holds_work = worked.iter().any(|folder| is_within(folder, path));
            let among = worked.iter().any(|folder| folder != "/" && is_within(path, folder));
            let is_source = among && (is_folder || data::is_source(path) || is_archive(path));
            if !is_reached && (holds_work || is_source || variables::is_cache(path)) {
                continue;
            }
            let place = self.place_of(origin);
            if is_shared(path) || path.contains(['*', '?', '[']) {
                return Err(Refusal::new(Reason::CannotFollow, path, place));
            }
            if matches!(origin, Origin::Download(_))
                && self.starts(path)
                && !plan.runtime.has_shell()
            {
                let what = format!("What {path} is linked with is not known");
                return Err(Refusal::new(Reason::NeedsOther, what, place));
            }
            let why = format!("{path} is put there by a command and may be read at run time");
            plan.evidence.push(Evidence { text: why, place, file: None });
            plan.artifacts.push(Artifact { from: path.to_owned(), to: path.to_owned(), is_folder });
        }
        self.edited(plan);
        self.thinned(plan);
        Ok(())
    }

    /// What a pattern put into a folder is taken with that folder: which files it found is not known.
    ///
    /// Errors: it put them among those of the image.
    pub(super) fn patterns(&self, plan: &mut Plan) -> Result<(), Refusal> {
        const SIGNS: [char; 3] = ['*', '?', '['];
        let mut taken: Vec<Artifact> = Vec::new();
        for mut artifact in std::mem::take(&mut plan.artifacts) {
            let path = artifact.from.as_str();
            if path.contains(SIGNS) && self.course.in_context(path).is_none() {
                let folder = parent(path);
                if is_shared(folder) || folder.contains(SIGNS) {
                    return Err(Refusal::new(Reason::CannotFollow, path, None));
                }
                artifact = Artifact::folder(folder);
            }
            if !taken.contains(&artifact) {
                taken.push(artifact);
            }
        }
        plan.artifacts = taken;
        Ok(())
    }

    /// What comes again with a folder behind it is not copied by itself.
    pub(super) fn brought_along(plan: &mut Plan) {
        let mut kept: Vec<Artifact> = Vec::new();
        for artifact in std::mem::take(&mut plan.artifacts).into_iter().rev() {
            if !kept.iter().any(|folder| folder.brings(&artifact)) {
                kept.push(artifact);
            }
        }
        kept.reverse();
        plan.artifacts = kept;
    }

    /// Folders of the context of which a command removed something are taken as they are then.
    fn thinned(&self, plan: &mut Plan) {
        let worked = self.worked();
        for (number, line) in self.facts().lines.iter().enumerate() {
            let What::Copy(copy) = &line.what else { continue };
            let Some(path) = copy.destination.as_deref().map(trimmed) else { continue };
            let world = &self.course.world;
            let is_thinned = world.below(path).any(|(inside, origin)| {
                inside != path && matches!(origin, Origin::Removed(by) if *by > number)
            });
            let among = worked
                .iter()
                .any(|folder| folder != "/" && is_within(path, folder) || is_within(folder, path));
            let is_there = matches!(world.origin(path), Some(Origin::Context(_)));
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(path, &artifact.from));
            if is_thinned && is_there && !(among || is_taken || is_shared(path)) {
                plan.artifacts.push(Artifact::folder(path));
            }
        }
    }

    /// Whether a path was put there by a command, not by the `COPY` that its content comes from.
    pub(super) fn is_stray(&self, path: &str, origin: &Origin, plan: &Plan) -> bool {
        let line = origin.line().and_then(|line| self.facts().lines.get(line));
        let Some(line) = line else { return false };
        match (origin, &line.what) {
            (Origin::Context(_) | Origin::Image(_), What::Copy(copy)) => {
                let destination = copy.destination.as_deref().unwrap_or("/");
                let named = copy
                    .sources
                    .iter()
                    .flatten()
                    .any(|source| base_name(source) == base_name(path))
                    || trimmed(destination) == path;
                let is_there = named || self.course.in_context(path).is_some();
                !is_within(path, destination) || self.course.context.is_some() && !is_there
            }
            // An `ADD` among the sources is not repeated.
            (Origin::Download(_), _) => true,
            // A link is made anew, unless what it leads to does not come along.
            (Origin::Link(_, target), _) => {
                let origin = self.course.world.origin(target);
                let is_lost = origin.is_some_and(|origin| !matches!(origin, Origin::Removed(_)));
                !is_device(target) && (is_lost || !plan.runtime.has_shell())
            }
            (Origin::Made(_), What::Run(_)) => self.is_output(path),
            _ => false,
        }
    }

    /// Whether a command's output is written to a path.
    pub(super) fn is_output(&self, path: &str) -> bool {
        let mut all = self.facts().invocations();
        all.any(|(_, one)| one.outputs.iter().flatten().any(|output| output == path))
    }

    /// What was changed in place by `sed -i` or by writing behind its end is taken as it is then.
    pub(super) fn edited(&self, plan: &mut Plan) {
        let mut edited: Vec<String> = Vec::new();
        for (deed, one) in self.course.deeds_with(|role| matches!(role, Role::Paths(_))) {
            if let (Role::Paths(paths), Some("sed" | "tee")) = (&deed.role, one.name()) {
                edited.extend(paths.iter().cloned());
            }
        }
        let worked = self.worked();
        for path in edited {
            let is_source = worked.iter().any(|folder| folder != "/" && is_within(&path, folder));
            let is_gone = matches!(self.course.world.origin(&path), Some(Origin::Removed(_)));
            let is_taken = plan.artifacts.iter().any(|artifact| is_within(&path, &artifact.from));
            if !(is_taken || is_gone || is_source && data::is_source(&path)) {
                plan.artifacts.push(Artifact::file(path));
            }
        }
    }

    /// Whether the start command, a health check or a variable names a path or something in it.
    pub(super) fn is_reached(&self, path: &str) -> bool {
        let scene = self.facts().last_scene();
        let words = self.start.argv.iter().filter_map(|word| scene.path(word.rsplit('=').next()?));
        let values = scene.variables.iter().filter(|(name, _)| *name != "PATH");
        let values = values.filter_map(|(_, value)| value.clone()).filter(|v| v.starts_with('/'));
        let mut all = words.chain(values).chain(self.roots.paths.iter().cloned());
        all.any(|own| own == path || own.len() > 1 && is_within(&own, path)) || self.starts(path)
    }

    /// Whether a path is a program that is started, or starts others.
    pub(super) fn starts(&self, path: &str) -> bool {
        let scene = self.facts().last_scene();
        let search = scene.value("PATH").unwrap_or_default();
        let named = |program: &String| match program.contains('/') {
            true => scene.path(program).as_deref() == Some(path),
            false => base_name(path) == program && search.split(':').any(|own| own == parent(path)),
        };
        self.roots.paths.iter().any(|own| own == path)
            || self.roots.programs.iter().chain(&self.start.wrappers).any(named)
    }

    pub(super) fn place_of(&self, origin: &Origin) -> Option<TextRange> {
        let line = self.facts().lines.get(origin.line()?)?;
        Some(line.placed.range())
    }

    /// The folders in which build commands work, and the parts of the context that they name.
    pub(super) fn worked(&self) -> Vec<String> {
        let is_work =
            |role: &Role| matches!(role, Role::Builds(_) | Role::Prepares(_) | Role::Checks(_));
        let mut folders: Vec<String> = Vec::new();
        for (_, invocation) in self.course.deeds_with(is_work) {
            folders.extend(invocation.folder.clone());
            let named = invocation.args().iter().filter_map(|word| {
                let text = word.text.as_deref()?;
                let path = invocation.path(text.rsplit('=').next()?)?;
                let is_source = matches!(self.course.world.origin(&path), Some(Origin::Context(_)));
                (text.contains('/') && is_source).then_some(path)
            });
            folders.extend(named);
        }
        if !self.answer.builder.is_empty() {
            folders.extend(self.facts().last_scene().workdir.clone());
        }
        folders.sort();
        folders.dedup();
        folders
    }

    /// What other ecosystems build may be read by the program: a server's own pages.
    ///
    /// Errors: it lies where it cannot be taken from.
    pub(super) fn others(&self, plan: &mut Plan) -> Result<(), Refusal> {
        let own = self.answer.ecosystem;
        if self.is_served() {
            return Ok(());
        }
        let embedded: &[String] = match &self.answer.data {
            Data::Beside { embedded, .. } => embedded,
            _ => &[],
        };
        // Gems are for Ruby alone, where the small image or a package brings it.
        let has_ruby = plan.runtime.family == Family::Ruby
            || plan.packages.iter().any(|package| package.starts_with("ruby"));
        let is_read = |product: &&Product| {
            product.ecosystem != own && (product.ecosystem != "ruby" || has_ruby)
        };
        for product in self.course.products.iter().filter(is_read) {
            let path = &product.path;
            let is_there = matches!(self.course.world.exact(path), Some(Origin::Built(_)))
                && !plan.artifacts.iter().any(|artifact| is_within(path, &artifact.from))
                && !embedded.iter().any(|folder| is_within(path, folder));
            if is_there {
                let text = format!("{path} may be read at run time: {}", product.evidence);
                plan.evidence.push(Evidence { text, place: None, file: None });
                let is_folder = product.is_folder;
                plan.artifacts.push(Artifact { from: path.clone(), to: path.clone(), is_folder });
            }
        }
        let unknown =
            self.course.deeds_with(|role| matches!(role, Role::Builds(name) if *name != own));
        for (deed, one) in unknown {
            let is_known = self
                .course
                .products
                .iter()
                .any(|product| (product.line, product.command) == (deed.line, deed.command));
            // Python's packages lie elsewhere.
            let is_python = deed.role == Role::Builds("python");
            if is_python && !is_known && plan.packages.iter().any(|own| own.starts_with("python3"))
            {
                let what =
                    format!("What `{}` installs lies among the files of the image", one.shown());
                return Err(Refusal::new(Reason::NeedsOther, what, Some(one.range)));
            }
            let is_taken = one.folder.as_deref().is_some_and(|folder| {
                plan.artifacts.iter().any(|artifact| is_within(folder, &artifact.from))
            });
            let is_taken = is_taken && !is_python;
            if !is_known && !is_taken {
                plan.assumptions
                    .push(format!("the program reads nothing of what `{}` makes", one.shown()));
            }
        }
        Ok(())
    }

    /// Certificates of its own, that `update-ca-certificates` put among the others.
    pub(super) fn own_certificates(&self, plan: &mut Plan) {
        const OWN: &str = "/usr/local/share/ca-certificates";
        let has_own = self.course.world.entries().any(|(path, _)| is_within(path, OWN));
        let mut all = self.facts().invocations();
        let is_updated = all.any(|(_, one)| one.name() == Some("update-ca-certificates"));
        let is_taken = plan.artifacts.iter().any(|artifact| artifact.from == CERTIFICATES);
        if has_own && is_updated && !is_taken && !self.is_served() {
            plan.artifacts.push(Artifact::file(CERTIFICATES));
        }
    }
}

/// Whether a path is one that images have themselves, so that it cannot be copied as a whole. Small
/// images for programs have nothing in `/usr/local/bin`.
fn is_shared(path: &str) -> bool {
    world::is_shared(path) && path != PROGRAMS || path.starts_with("/usr/local/lib")
}

/// Whether a file holds others, which were unpacked.
fn is_archive(path: &str) -> bool {
    const ENDINGS: [&str; 9] =
        [".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".zip", ".deb", ".apk"];
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Whether a link leads to where a log goes.
fn is_device(target: &str) -> bool {
    target.starts_with("/dev/") || target.starts_with("/proc/")
}
