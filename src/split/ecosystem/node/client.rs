//! A site beside the server that serves it: once it is built, its packages are not needed.

use super::{ECOSYSTEM, Server, package};
use crate::split::answer::{Answer, BuilderLine, Evidence};
use crate::split::facts::join;
use crate::split::sources::Sources;
use crate::split::world::{base_name, is_within};
use crate::workspace::project::node::Package;

/// Endings of what Node runs, and is made of that.
const ENDINGS: &[&str] = &["cjs", "cts", "js", "json", "mjs", "mts", "ts"];

impl Server<'_, '_, '_> {
    /// Takes the packages of sites away that are built beside the program, which is that of `package`
    /// in `folder` of the context. The folders of these sites.
    pub(super) fn leave_sites(
        &self,
        answer: &mut Answer,
        package: &Package,
        folder: &str,
        project: &str,
    ) -> Vec<String> {
        let mut left = Vec::new();
        let Some(last) = self.deeds().map(|deed| deed.line).max() else { return left };
        for site in self.other_folders(answer, &package.file) {
            let Some(output) = self.only_output(package, folder, project, &site, last) else {
                continue;
            };
            let text = format!("its sources name nothing in {site} but {output}");
            answer.evidence.push(Evidence::in_file(package.file.clone(), text));
            let line = format!("RUN rm -rf {site}/node_modules");
            answer.builder.push(BuilderLine::After(last, line));
            left.push(site);
        }
        left
    }

    /// The folder that the build makes in the folder of a site, if that is all of it which the
    /// program reads.
    fn only_output(
        &self,
        package: &Package,
        folder: &str,
        project: &str,
        site: &str,
        last: usize,
    ) -> Option<String> {
        let course = self.site.course;
        let is_linked = |version: &str| {
            ["file:", "link:", "portal:", "workspace:"].iter().any(|kind| version.starts_with(kind))
        };
        let mut all = package.dependencies.iter().chain(&package.dev_dependencies);
        if is_within(project, site)
            || !package.workspaces.is_empty()
            || all.any(|(_, version)| is_linked(version))
            || site.contains(|c: char| !c.is_ascii_alphanumeric() && !"/._-".contains(c))
        {
            return None;
        }
        // Whoever runs the new line has to be the owner.
        let user = |line: usize| course.facts.lines.get(line).map(|line| line.scene.user.clone());
        let mut installs = self.installs().filter(|(one, _)| one.folder.as_deref() == Some(site));
        if !installs.all(|(_, deed)| user(deed.line) == user(last)) {
            return None;
        }
        let mut products = course.products.iter().filter(|product| is_within(&product.path, site));
        let output = products.next()?;
        if products.next().is_some() || output.ecosystem == ECOSYSTEM.name || !output.is_folder {
            return None;
        }
        let (_, own) = package::package_in(course, site)?;
        let sources = Sources::read(self.site.context()?, folder, ENDINGS);
        let mut is_read = sources
            .files
            .iter()
            .filter(|(path, _)| !is_within(path, &own) && *path != package.file);
        let only = |text: &str| names_only(text, base_name(site), base_name(&output.path));
        let is_only = sources.is_complete && is_read.all(|(_, text)| only(text));
        let is_inside = join(site, base_name(&output.path)).as_deref() == Some(&*output.path);
        (is_only && is_inside).then(|| output.path.clone())
    }
}

/// Whether each place of a text that names a folder goes on with the name of one in it:
/// `../client/build`, `"client", "build"`.
fn names_only(text: &str, folder: &str, inner: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut found = text.match_indices(folder);
    found.all(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + folder.len()..]);
        let is_other = before.ends_with(is_part) || after.starts_with(is_part);
        let next = after.trim_start_matches(['\'', '"', '`', ',', ' ', '/']);
        let next = next.strip_prefix(inner).filter(|_| !after.starts_with([' ', ',']));
        is_other || next.is_some_and(|rest| !rest.starts_with(is_part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::testing::runtime_stages;

    #[test]
    fn names_of_folders() {
        let only = |text: &str| names_only(text, "client", "build");
        assert!(only("static(join(__dirname, '../client/build'))"));
        assert!(only("join(__dirname, \"..\", \"client\", \"build\", \"index.html\")"));
        assert!(only("const http_client = clients; 'client-b'"));
        assert!(only(""));
        assert!(!only("require('../client/src/routes')"));
        assert!(!only("static('../client')"));
        assert!(!only("static('../client/builder')"));
        assert!(!only("const client = build();"));
        assert!(!only("f(client, build)"));
    }

    const FILE: &str = "FROM node:20\nWORKDIR /app\nCOPY . .\n\
        RUN cd client && npm install && npm run build\nRUN cd server && npm install\n\
        WORKDIR /app/server\nCMD [\"node\", \"index.js\"]\n";

    /// Whether the packages of the site are left behind.
    #[track_caller]
    fn check(server: &str, package: &str, expected: bool) {
        let client =
            r#"{"scripts":{"build":"react-scripts build"},"dependencies":{"react-scripts":"5"}}"#;
        let files = [
            ("client/package.json", client),
            ("client/src/index.js", "import 'react'\n"),
            ("server/package.json", package),
            ("server/index.js", server),
        ];
        let made = crate::split::testing::split(FILE, &files).expect("a split");
        let line = "RUN rm -rf /app/client/node_modules\n";
        assert!(made.iter().all(|(_, text)| text.contains(line) == expected), "{made:?}");
        assert!(!runtime_stages(FILE, &files).is_empty());
    }

    #[test]
    fn packages_of_a_site_stay_behind() {
        const SERVER: &str = "app.use(require('express').static('../client/build'));\n";
        const PACKAGE: &str = r#"{"dependencies":{"express":"4"}}"#;
        check(SERVER, PACKAGE, true);
        check("require('../client/src/routes');\n", PACKAGE, false);
        check(SERVER, r#"{"dependencies":{"web":"file:../client"}}"#, false);
    }
}
