//! A site beside the server that serves it: once it is built, its packages are not needed.

use super::{ECOSYSTEM, Server, package};
use crate::language::Keyword;
use crate::split::answer::{Answer, BuilderLine, Evidence};
use crate::split::facts::join;
use crate::split::sources::Sources;
use crate::split::world::{base_name, is_within};
use crate::workspace::Kind;
use crate::workspace::project::node::Package;

/// Endings of what Node runs, of what it reads and what starts it; a program may have none.
const ENDINGS: &[&str] = &[
    "", "cjs", "cts", "ejs", "env", "hbs", "ini", "js", "json", "json5", "jsx", "mjs", "mts",
    "pug", "sh", "toml", "ts", "tsx", "yaml", "yml",
];

/// What names the folders for those who build or develop: no program reads it.
const OF_BUILDS: &[&str] = &["Dockerfile", "compose.", "docker-compose", "package.json"];

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
            ["file:", "link:", "portal:", "workspace:", ".", "/", "~/"]
                .iter()
                .any(|kind| version.starts_with(kind))
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
        let (built, own) = package::package_in(course, site)?;
        // A package of the same name may be a link to it.
        if built.name.is_some_and(|name| package.any_dependency(&name).is_some()) {
            return None;
        }
        let only = |text: &str| names_only(text, base_name(site), base_name(&output.path));
        if !self.starts_beside(package, site, &only) {
            return None;
        }
        let sources = self.sources_beside(folder, &own)?;
        let mut is_read = sources.files.iter().filter(|(path, _)| {
            let name = base_name(path);
            !is_within(path, &own) && !OF_BUILDS.iter().any(|start| name.starts_with(start))
        });
        let is_only = sources.is_complete && is_read.all(|(_, text)| only(text));
        let is_inside = join(site, base_name(&output.path)).as_deref() == Some(&*output.path);
        (is_only && is_inside).then(|| output.path.clone())
    }

    /// Whether nothing that containers start lies in a site, and no text of it names more of it than
    /// `only` lets pass.
    fn starts_beside(&self, package: &Package, site: &str, only: &dyn Fn(&str) -> bool) -> bool {
        let Some(roots) = self.site.roots else { return false };
        let steps = || self.starts.iter().flat_map(|steps| &steps.steps);
        let launches = || self.launches.iter().chain(&self.site.start.launches);
        let is_in = |folder: &str, word: &str| {
            join(folder, word).is_some_and(|path| is_within(&path, site))
        };
        let is_started = steps().any(|step| step.words.iter().any(|w| is_in(&step.folder, w)))
            || launches().any(|launch| {
                let folder = launch.folder.as_deref().unwrap_or_default();
                launch.words.iter().flatten().any(|word| is_in(folder, word))
            });
        let reached = [&roots.programs, &roots.paths, &roots.health, &roots.scripts];
        if is_started || reached.into_iter().flatten().any(|path| is_within(path, site)) {
            return false;
        }
        let words = steps().flat_map(|step| &step.words);
        let values = steps().flat_map(|step| step.variables.values().flatten());
        let named = launches().flat_map(|launch| launch.words.iter().flatten());
        let scene = self.site.scene();
        let environment = scene.variables.values().flatten();
        let mut all = words.chain(values).chain(named).chain(environment);
        // What a package manager is told to start, with what it runs before and behind.
        let is_run = |name: &str| {
            let name = name.strip_prefix("pre").or(name.strip_prefix("post")).unwrap_or(name);
            name == "start"
                || launches().any(|launch| launch.words.iter().flatten().any(|word| word == name))
        };
        let mut scripts = package.scripts.iter().filter(|(name, _)| is_run(name));
        let lines = &self.site.facts().lines;
        let mut starts = lines.iter().filter(|line| {
            matches!(line.keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
        });
        all.all(|text| only(text))
            && scripts.all(|(_, text)| only(text))
            && starts.all(|line| only(&line.placed.item.text))
    }

    /// What is read by a program in `folder` of the context, and what lies beside that and is not in
    /// the folder `own` of the site.
    fn sources_beside(&self, folder: &str, own: &str) -> Option<Sources> {
        let context = self.site.context()?;
        let mut sources = Sources::read(context, folder, ENDINGS);
        let is_other = |path: &str| !is_within(path, folder) && !is_within(path, own);
        for entry in context.list("").ok()?.into_iter().filter(|_| !folder.is_empty()) {
            let name = entry.name.as_str();
            let is_folder = entry.kind == Kind::Folder;
            let is_left_out = name.starts_with('.') || name == "node_modules";
            if is_folder && is_other(name) && !is_left_out && !is_within(folder, name) {
                sources.add(Sources::read(context, name, ENDINGS));
            }
        }
        Some(sources)
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
        check_file(
            FILE,
            &[("server/package.json", package), ("server/index.js", server)],
            expected,
        );
    }

    #[track_caller]
    fn check_file(file: &str, own: &[(&str, &str)], expected: bool) {
        let client =
            r#"{"scripts":{"build":"react-scripts build"},"dependencies":{"react-scripts":"5"}}"#;
        let files = [
            ("client/package.json", client),
            ("client/src/index.js", "import 'react'\n"),
            ("client/server.js", "require('react')\n"),
        ];
        let files: Vec<(&str, &str)> = files.into_iter().chain(own.iter().copied()).collect();
        let made = crate::split::testing::split(file, &files).expect("a split");
        let line = "RUN rm -rf /app/client/node_modules\n";
        assert!(made.iter().all(|(_, text)| text.contains(line) == expected), "{made:?}");
        assert!(!runtime_stages(file, &files).is_empty());
    }

    #[test]
    fn packages_of_a_site_stay_behind() {
        const SERVER: &str = "app.use(require('express').static('../client/build'));\n";
        const PACKAGE: &str = r#"{"dependencies":{"express":"4"}}"#;
        check(SERVER, PACKAGE, true);
        check("require('../client/src/routes');\n", PACKAGE, false);
        check(SERVER, r#"{"dependencies":{"web":"file:../client"}}"#, false);
    }

    #[test]
    fn what_runs_needs_the_packages_of_a_site() {
        const SERVER: (&str, &str) =
            ("server/index.js", "app.use(require('express').static('../client/build'));\n");
        const PACKAGE: (&str, &str) =
            ("server/package.json", r#"{"dependencies":{"express":"4"}}"#);
        let with = |instead: &str| FILE.replace("CMD [\"node\", \"index.js\"]\n", instead);
        let healthy =
            |health: &str| with(&format!("HEALTHCHECK CMD {health}\nCMD node index.js\n"));
        check_file(&healthy("node health.js"), &[SERVER, PACKAGE, ("server/health.js", "")], true);
        for health in [
            "node /app/client/server.js",
            "node ../client/server.js",
            "/app/client/node_modules/.bin/wait-on -t 1 tcp:3000",
        ] {
            check_file(&healthy(health), &[SERVER, PACKAGE], false);
        }
        let root = FILE.replace("WORKDIR /app/server\n", "").replace("cd server && ", "");
        let root = root.replace("index.js", "client/server.js");
        check_file(&root, &[("package.json", r#"{"dependencies":{"dotenv":"4"}}"#)], false);
        let linked = r#"{"dependencies":{"express":"4","web":"../client"}}"#;
        check(SERVER.1, linked, false);
        let environment = with("ENV MODULES=/app/client/node_modules\nCMD node index.js\n");
        check_file(&environment, &[SERVER, PACKAGE], false);
        let start = |text: &str| {
            format!(r#"{{"scripts":{{"start":"{text}"}},"dependencies":{{"express":"4"}}}}"#)
        };
        for (text, expected) in [
            ("node index.js", true),
            ("NODE_PATH=../client/node_modules node index.js", false),
            ("node -r ../client/server.js index.js", false),
        ] {
            let package = start(text);
            let own = [SERVER, ("server/package.json", package.as_str())];
            check_file(&with("CMD [\"npm\", \"start\"]\n"), &own, expected);
        }
        for file in ["server/conf.yaml", "server/.env", "server/bin/www", "shared/index.js"] {
            check_file(FILE, &[SERVER, PACKAGE, (file, "../client/plugins/a.js\n")], false);
        }
        for file in ["docker-compose.yml", "README.md", "package.json"] {
            check_file(FILE, &[SERVER, PACKAGE, (file, "{\"a\": \"./client\"}")], true);
        }
    }
}
