//! What Node's packages weigh: an estimate by their number and, of the well-known heavy ones, by what
//! they were measured to weigh.

use std::collections::BTreeSet;

use super::{Server, package};
use crate::image::Amount;
use crate::split::answer::Answer;
use crate::split::course::Deed;
use crate::split::world::is_within;
use crate::workspace::project::node::Package;

/// Packages with all that they bring, in megabytes.
///
/// Source: `npm install --ignore-scripts` of npm 9 on Debian bookworm, November 2026: Angular 17,
/// Nest 10, ESLint 8, Jest 29, Next 14 with its compiler, React's scripts 5, TypeScript 5, Vite 5,
/// webpack 5.
const MEASURED: &[(&str, u64)] = &[
    ("@angular-devkit/build-angular", 130),
    ("@nestjs/cli", 66),
    ("eslint", 13),
    ("jest", 24),
    ("next", 223),
    ("react-scripts", 184),
    ("typescript", 24),
    ("vite", 19),
    ("webpack", 29),
];

/// Any other package.
const PACKAGE: Amount = Amount { bytes: 4_000_000, low: 50_000, high: 40_000_000 };

/// The project's own files that the build makes.
const OWN: Amount = Amount::exact(500_000);

/// A program whose packages are not known.
pub(super) const UNKNOWN: Amount = Amount { bytes: 80_000_000, low: 5_000_000, high: 300_000_000 };

/// The folder that Next's or Nuxt's build makes of those packages that the program loads.
const STANDALONE: Amount = Amount { bytes: 40_000_000, low: 15_000_000, high: 150_000_000 };

/// Which of a project's packages come along.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// What the program loads.
    Loaded,
    /// What it needs to run.
    Run,
    /// All.
    All,
}

/// What packages weigh, given their names.
fn all<'n>(names: impl Iterator<Item = &'n String>) -> Amount {
    let one = |name: &String| match MEASURED.iter().find(|(own, _)| own == name) {
        Some((_, megabytes)) => {
            let bytes = megabytes * 1_000_000;
            Amount { bytes, low: bytes / 2, high: bytes * 2 }
        }
        None => PACKAGE,
    };
    names.map(one).fold(Amount::exact(0), Amount::plus)
}

/// What a project needs to run, and what only to be built.
fn both(package: &Package) -> (Amount, Amount) {
    let names = |list: &'_ [(String, String)]| all(list.iter().map(|(name, _)| name));
    (names(&package.dependencies), names(&package.dev_dependencies))
}

impl Server<'_, '_, '_> {
    /// Weighs what comes along and what is left behind; `left` are folders beside the project's whose
    /// packages are.
    pub(super) fn weigh(
        &self,
        answer: &mut Answer,
        package: &Package,
        kept: Kept,
        left: &[String],
    ) {
        let (run, build) = both(package);
        let build = if self.installs_all() { build } else { Amount::exact(0) };
        (answer.weight, answer.left) = match kept {
            Kept::Loaded => (STANDALONE, run.plus(build)),
            Kept::Run => (OWN.plus(run), build),
            Kept::All => (OWN.plus(run).plus(build), Amount::exact(0)),
        };
        for folder in self.other_folders(answer, &package.file) {
            let packages = self.packages_in(&folder);
            match left.contains(&folder) {
                true => answer.left = answer.left.plus(packages),
                false => answer.weight = answer.weight.plus(packages),
            }
        }
        if self.keeps_cache() {
            let packages = answer.weight.plus(answer.left);
            // npm's cache was measured to be half as big as the packages, or as big.
            let cache = Amount { bytes: packages.bytes / 2, low: 0, high: packages.high };
            answer.left = answer.left.plus(cache);
        }
    }

    /// What the packages weigh that are installed in a folder of the image.
    fn packages_in(&self, folder: &str) -> Amount {
        let package = package::package_in(self.site.course, folder);
        package.map_or(Amount::exact(0), |(package, _)| {
            let (run, build) = both(&package);
            run.plus(build)
        })
    }

    /// The folders besides the project's, whose `package.json` is `own`, in which packages are
    /// installed and come along.
    pub(super) fn other_folders(&self, answer: &Answer, own: &str) -> BTreeSet<String> {
        let is_taken =
            |folder: &str| answer.artifacts.iter().any(|one| is_within(folder, &one.from));
        let folders = self.installs().filter_map(|(one, _)| one.folder.clone());
        let others = folders.filter(|folder| is_taken(folder)).filter(|folder| {
            package::package_in(self.site.course, folder)
                .is_some_and(|(package, _)| package.file != own)
        });
        others.collect()
    }

    /// Whether npm leaves its cache in a layer of the build.
    fn keeps_cache(&self) -> bool {
        const CACHE: &str = "/root/.npm";
        let cleans = |deed: &Deed| {
            let one = self.site.course.invocation(deed.line, deed.command);
            one.is_some_and(|one| one.name() == Some("npm") && one.arg(0) == Some("cache"))
        };
        self.installs().any(|(one, deed)| {
            one.name() == Some("npm") && self.site.course.mount_over(deed.line, CACHE).is_none()
        }) && !self.site.course.deeds.iter().any(cleans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_packages_are_known() {
        let megabytes = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            all(names.iter()).bytes / 1_000_000
        };
        assert_eq!(megabytes(&[]), 0);
        assert_eq!(megabytes(&["express"]), 4);
        assert_eq!(megabytes(&["express", "react-scripts"]), 188);
    }
}
