//! Which framework a project uses, and the folder that its build writes.
//!
//! Sources: the documentation of each, in the version that its default is from.

use super::super::super::{Context, join};
use super::super::data::{at, json, text, yaml};
use super::super::reader::{Broken, Reader};
use super::super::{Setting, resolve};
use super::config::{self, Config, HERE};
use super::{Package, angular, read_package};

/// What builds a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the name of a framework")]
pub enum Framework {
    ReactScripts,
    Vite,
    Angular,
    VueCli,
    Next,
    Nuxt,
    Astro,
    Gatsby,
    Docusaurus,
    SvelteKit,
    Eleventy,
    Parcel,
    Rsbuild,
    Storybook,
    Remix,
    ReactRouter,
    Hexo,
    VuePress,
    VitePress,
    Nest,
}

impl Framework {
    /// All of them.
    pub const ALL: [Framework; 20] = [
        Framework::ReactScripts,
        Framework::Vite,
        Framework::Angular,
        Framework::VueCli,
        Framework::Next,
        Framework::Nuxt,
        Framework::Astro,
        Framework::Gatsby,
        Framework::Docusaurus,
        Framework::SvelteKit,
        Framework::Eleventy,
        Framework::Parcel,
        Framework::Rsbuild,
        Framework::Storybook,
        Framework::Remix,
        Framework::ReactRouter,
        Framework::Hexo,
        Framework::VuePress,
        Framework::VitePress,
        Framework::Nest,
    ];
}

/// The package that brings each.
const PACKAGES: [(&str, Framework); 26] = [
    ("react-scripts", Framework::ReactScripts),
    ("@craco/craco", Framework::ReactScripts),
    ("react-app-rewired", Framework::ReactScripts),
    ("vite", Framework::Vite),
    ("@angular/cli", Framework::Angular),
    ("@angular/build", Framework::Angular),
    ("@vue/cli-service", Framework::VueCli),
    ("next", Framework::Next),
    ("nuxt", Framework::Nuxt),
    ("nuxt3", Framework::Nuxt),
    ("astro", Framework::Astro),
    ("gatsby", Framework::Gatsby),
    ("@docusaurus/core", Framework::Docusaurus),
    ("@sveltejs/kit", Framework::SvelteKit),
    ("@11ty/eleventy", Framework::Eleventy),
    ("parcel", Framework::Parcel),
    ("parcel-bundler", Framework::Parcel),
    ("@rsbuild/core", Framework::Rsbuild),
    ("storybook", Framework::Storybook),
    ("@remix-run/dev", Framework::Remix),
    ("@react-router/dev", Framework::ReactRouter),
    ("hexo", Framework::Hexo),
    ("vuepress", Framework::VuePress),
    ("vitepress", Framework::VitePress),
    ("@nestjs/core", Framework::Nest),
    ("@nestjs/cli", Framework::Nest),
];

/// What a build writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The folder, in the context. Options of the command that builds may say another.
    pub path: String,
    /// What is in it.
    pub kind: OutputKind,
    /// Whether this is so: some file states it, or none does and it is the default. If not, a
    /// program decides, and this is the default.
    pub is_certain: bool,
    /// The file in the context that decides.
    pub file: String,
}

/// What is in an output folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A site: files that any web server can serve.
    Static,
    /// A program that needs the installed packages.
    Server,
    /// A program that has all that it needs with it.
    Standalone,
}

/// The frameworks that a package asks for. There may be several, of which each has its own command.
pub fn frameworks(package: &Package) -> Vec<Framework> {
    let mut found = Vec::new();
    for (name, framework) in PACKAGES {
        if package.any_dependency(name).is_some() && !found.contains(&framework) {
            found.push(framework);
        }
    }
    found
}

/// What a framework's own build command writes for the project in `folder`; `None` if there is no
/// `package.json`, if the place is not known at all, or if the framework is one that only compiles
/// ([`Framework::Nest`]: [`super::typescript`] knows).
pub fn output(
    context: &Context,
    folder: &str,
    framework: Framework,
) -> Result<Option<Output>, Broken> {
    if framework == Framework::Angular {
        return Ok(angular_output(angular::workspace(context, folder)?));
    }
    let mut reader = Reader::new(context);
    let Some(package) = read_package(&mut reader, folder)? else { return Ok(None) };
    let mut project = Project { reader, folder, package };
    match framework {
        Framework::Vite => project.vite(),
        Framework::VueCli => {
            project.by_config(&["vue.config"], &["outputDir"], "dist", OutputKind::Static)
        }
        Framework::Rsbuild => {
            let keys = ["output", "distPath", "root"];
            project.by_config(&["rsbuild.config"], &keys, "dist", OutputKind::Static)
        }
        Framework::Gatsby => Ok(project.fixed("public", OutputKind::Static)),
        Framework::Docusaurus => Ok(project.fixed("build", OutputKind::Static)),
        Framework::Storybook => Ok(project.fixed("storybook-static", OutputKind::Static)),
        Framework::Remix => project.by_config(&[], &[], "build", OutputKind::Server),
        Framework::ReactRouter => {
            let keys = ["buildDirectory"];
            project.by_config(&["react-router.config"], &keys, "build", OutputKind::Server)
        }
        Framework::ReactScripts => project.react_scripts(),
        Framework::Next => project.next(),
        Framework::Nuxt => project.nuxt(),
        Framework::Astro => project.astro(),
        Framework::SvelteKit => project.svelte_kit(),
        Framework::Eleventy => project.eleventy(),
        Framework::Parcel => project.parcel(),
        Framework::Hexo => project.hexo(),
        Framework::VitePress => project.docs(".vitepress", "outDir"),
        Framework::VuePress => project.docs(".vuepress", "dest"),
        Framework::Angular | Framework::Nest => Ok(None),
    }
}

/// The output of the only application, or of that which is the default.
fn angular_output(workspace: Option<angular::Workspace>) -> Option<Output> {
    let workspace = workspace?;
    let applications: Vec<_> =
        workspace.projects.iter().filter(|project| !project.is_library).collect();
    let is_default = |name: &str| workspace.default_project.as_deref() == Some(name);
    let project = match applications[..] {
        [project] => project,
        _ => applications.into_iter().find(|project| is_default(&project.name))?,
    };
    Some(Output {
        path: project.browser_output.clone()?,
        kind: if project.has_server { OutputKind::Server } else { OutputKind::Static },
        is_certain: true,
        file: workspace.file,
    })
}

/// A project whose output is asked for.
struct Project<'a> {
    reader: Reader<'a>,
    folder: &'a str,
    package: Package,
}

type Answer = Result<Option<Output>, Broken>;

impl Project<'_> {
    /// An output whose place no file can change.
    fn fixed(&self, path: &str, kind: OutputKind) -> Option<Output> {
        self.made(path, kind, true, &self.package.file)
    }

    /// An output at a path from the project's folder; `None` if that is not in the context.
    fn made(&self, path: &str, kind: OutputKind, is_certain: bool, file: &str) -> Option<Output> {
        let path = resolve(self.folder, path)?;
        Some(Output { path, kind, is_certain, file: file.to_owned() })
    }

    fn config(&mut self, stems: &[&str]) -> Result<Option<Config>, Broken> {
        config::read(&mut self.reader, self.folder, stems)
    }

    /// An output whose place is one setting of a configuration.
    fn by_config(
        &mut self,
        stems: &[&str],
        keys: &[&str],
        default: &str,
        kind: OutputKind,
    ) -> Answer {
        let Some(config) = self.config(stems)? else { return Ok(self.fixed(default, kind)) };
        let (path, is_certain) = path_or(config.setting(keys), default);
        Ok(self.made(&path, kind, is_certain, &config.file))
    }

    fn vite(&mut self) -> Answer {
        let Some(config) = self.config(&["vite.config"])? else {
            return Ok(self.fixed("dist", OutputKind::Static));
        };
        let (root, root_is_certain) = path_or(config.setting(&["root"]), ".");
        let (path, is_certain) = match config.setting(&["build", "outDir"]) {
            Setting::Stated(path) if path.starts_with(HERE) => (from_here(&path), true),
            setting => {
                let (path, is_certain) = path_or(setting, "dist");
                (format!("{root}/{path}"), is_certain && root_is_certain)
            }
        };
        let is_library = config.setting(&["build", "lib"]) != Setting::Absent;
        let is_server = config.may_mention("ssr");
        let is_certain = is_certain && !is_library && !is_server;
        Ok(self.made(&path, OutputKind::Static, is_certain, &config.file))
    }

    fn react_scripts(&mut self) -> Answer {
        const OVERRIDES: [&str; 3] = ["craco.config", "config-overrides", ".cracorc"];
        let overrides = self.config(&OVERRIDES)?;
        let is_certain = overrides
            .as_ref()
            .is_none_or(|config| !config.may_mention("appBuild") && !config.may_mention("paths"));
        // What `react-scripts build` reads, the stronger first.
        for name in [".env.production.local", ".env.local", ".env.production", ".env"] {
            let file = join(self.folder, name);
            let Some(text) = self.reader.read(&file)? else { continue };
            let path = text.lines().find_map(|line| line.trim().strip_prefix("BUILD_PATH="));
            if let Some(path) = path {
                let path = path.trim().trim_matches(['"', '\'']);
                let is_certain = is_certain && !path.contains('$');
                return Ok(self.made(path, OutputKind::Static, is_certain, &file));
            }
        }
        let file = overrides.map_or(self.package.file.clone(), |config| config.file);
        Ok(self.made("build", OutputKind::Static, is_certain, &file))
    }

    fn next(&mut self) -> Answer {
        let Some(config) = self.config(&["next.config"])? else {
            return Ok(self.fixed(".next", OutputKind::Server));
        };
        let folder = config.setting(&["distDir"]);
        let output = config.setting(&["output"]);
        let (default, kind, is_certain) = match &output {
            Setting::Stated(output) if output == "export" => ("out", OutputKind::Static, true),
            Setting::Stated(output) if output == "standalone" => {
                (".next", OutputKind::Standalone, true)
            }
            Setting::Absent => (".next", OutputKind::Server, true),
            _ => (".next", OutputKind::Server, false),
        };
        let (mut path, folder_is_certain) = path_or(folder, default);
        if kind == OutputKind::Standalone {
            path = format!("{path}/standalone");
        }
        Ok(self.made(&path, kind, is_certain && folder_is_certain, &config.file))
    }

    fn nuxt(&mut self) -> Answer {
        let version = self.package.any_dependency("nuxt").unwrap_or("3");
        let version = version.trim_start_matches(|c: char| !c.is_ascii_digit());
        // Nuxt 2 needs its whole project to run.
        if version.starts_with("2.") || version == "2" || version.starts_with("1.") {
            return Ok(None);
        }
        let config = self.config(&["nuxt.config"])?;
        let is_certain = config.as_ref().is_none_or(|config| {
            ["nitro", "rootDir", "extends"].iter().all(|word| !config.may_mention(word))
        });
        let file = config.map_or(self.package.file.clone(), |config| config.file);
        Ok(self.made(".output", OutputKind::Standalone, is_certain, &file))
    }

    fn astro(&mut self) -> Answer {
        let Some(config) = self.config(&["astro.config"])? else {
            return Ok(self.fixed("dist", OutputKind::Static));
        };
        let (path, is_certain) = path_or(config.setting(&["outDir"]), "dist");
        let has_adapter = config.may_mention("adapter");
        let (kind, kind_is_certain) = match config.setting(&["output"]) {
            Setting::Stated(output) if output == "static" => (OutputKind::Static, !has_adapter),
            Setting::Stated(_) => (OutputKind::Server, true),
            Setting::Absent if has_adapter => (OutputKind::Server, false),
            Setting::Absent => (OutputKind::Static, true),
            Setting::Unknown => (OutputKind::Static, false),
        };
        Ok(self.made(&path, kind, is_certain && kind_is_certain, &config.file))
    }

    fn svelte_kit(&mut self) -> Answer {
        const ADAPTERS: [(&str, &str, OutputKind); 2] = [
            ("@sveltejs/adapter-static", "pages", OutputKind::Static),
            ("@sveltejs/adapter-node", "out", OutputKind::Server),
        ];
        let Some(config) = self.config(&["svelte.config"])? else { return Ok(None) };
        let used: Vec<_> =
            ADAPTERS.into_iter().filter(|(name, ..)| config.may_mention(name)).collect();
        let [(_, key, kind)] = used[..] else { return Ok(None) };
        let setting = config
            .only_call("adapter")
            .map_or(Setting::Unknown, |arguments| config::argument(arguments, key));
        let (path, is_certain) = path_or(setting, "build");
        Ok(self.made(&path, kind, is_certain, &config.file))
    }

    fn eleventy(&mut self) -> Answer {
        let Some(config) = self.config(&[".eleventy", "eleventy.config"])? else {
            return Ok(self.fixed("_site", OutputKind::Static));
        };
        let stated = config.inside("dir", "output");
        let is_called = config.may_mention("setOutputDirectory");
        let (path, is_certain) = match stated.as_deref() {
            Some([]) => ("_site", !is_called),
            Some([path]) => (path.as_str(), !is_called),
            _ => ("_site", false),
        };
        Ok(self.made(path, OutputKind::Static, is_certain, &config.file))
    }

    fn parcel(&mut self) -> Answer {
        let file = self.package.file.clone();
        let Some(content) = self.reader.read(&file)? else { return Ok(None) };
        let value = json(&file, &content)?;
        let path = text(&value, &["targets", "default", "distDir"]);
        let is_certain = path.is_some() || at(&value, &["targets"]).is_null();
        let path = path.as_deref().unwrap_or("dist");
        Ok(self.made(path, OutputKind::Static, is_certain, &file))
    }

    fn hexo(&mut self) -> Answer {
        let found = self.reader.read_first(self.folder, &["_config.yml", "_config.yaml"])?;
        let Some((file, content)) = found else {
            return Ok(self.fixed("public", OutputKind::Static));
        };
        let path = text(&yaml(&file, &content)?, &["public_dir"]);
        let path = path.as_deref().unwrap_or("public");
        Ok(self.made(path, OutputKind::Static, true, &file))
    }

    /// The output of what builds a folder of documents: `docs/.vitepress/dist`.
    fn docs(&mut self, hidden: &str, key: &str) -> Answer {
        let mut places = vec![String::new()];
        places.extend(self.reader.folder_names(self.folder)?);
        let folder = self.folder;
        places.retain(|place| {
            let place = join(folder, place);
            self.reader.is_folder(&join(&place, hidden))
        });
        let [place] = &places[..] else { return Ok(None) };
        let inner = join(place, hidden);
        let config = config::read(&mut self.reader, &join(folder, &inner), &["config"])?;
        let default = format!("{inner}/dist");
        let Some(config) = config else { return Ok(self.fixed(&default, OutputKind::Static)) };
        // A path that is stated counts from the folder of the documents or from that of the
        // command; only where both are one is it known.
        let (path, is_certain) = match config.setting(&[key]) {
            Setting::Stated(path) if place.is_empty() && !path.starts_with(HERE) => (path, true),
            Setting::Absent => (default, true),
            _ => (default, false),
        };
        Ok(self.made(&path, OutputKind::Static, is_certain, &config.file))
    }
}

/// A path that is set, or else the default; and whether that is certain.
fn path_or(setting: Setting, default: &str) -> (String, bool) {
    match setting {
        Setting::Stated(path) => (from_here(&path), true),
        Setting::Absent => (default.to_owned(), true),
        Setting::Unknown => (default.to_owned(), false),
    }
}

/// A path from the folder of the configuration.
fn from_here(path: &str) -> String {
    path.strip_prefix(HERE).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::context;
    use super::super::package;
    use super::*;

    /// The output of a project with one more file: `(path, kind, certain, file)`.
    #[track_caller]
    fn check(
        framework: Framework,
        files: &[(&str, &str)],
        expected: Option<(&str, OutputKind, bool, &str)>,
    ) {
        let mut all = vec![("web/package.json", "{\"dependencies\": {\"nuxt\": \"^3.1.0\"}}")];
        all.extend(files);
        let found = output(&context(&all), "web", framework).expect("well-formed");
        let found = found.as_ref();
        let found = found.map(|o| (o.path.as_str(), o.kind, o.is_certain, o.file.as_str()));
        assert_eq!(found, expected, "{files:?}");
    }

    use OutputKind::{Server, Standalone, Static};

    #[test]
    fn defaults() {
        let package = "web/package.json";
        let check = |framework, path, kind| {
            check(framework, &[], Some((path, kind, true, package)));
        };
        check(Framework::ReactScripts, "web/build", Static);
        check(Framework::Vite, "web/dist", Static);
        check(Framework::VueCli, "web/dist", Static);
        check(Framework::Next, "web/.next", Server);
        check(Framework::Nuxt, "web/.output", Standalone);
        check(Framework::Astro, "web/dist", Static);
        check(Framework::Gatsby, "web/public", Static);
        check(Framework::Docusaurus, "web/build", Static);
        check(Framework::Eleventy, "web/_site", Static);
        check(Framework::Parcel, "web/dist", Static);
        check(Framework::Rsbuild, "web/dist", Static);
        check(Framework::Storybook, "web/storybook-static", Static);
        check(Framework::Remix, "web/build", Server);
        check(Framework::Hexo, "web/public", Static);
    }

    #[test]
    fn vite() {
        let check = |text, path, is_certain| {
            let file = "web/vite.config.ts";
            check(Framework::Vite, &[(file, text)], Some((path, Static, is_certain, file)));
        };
        check("export default defineConfig({ plugins: [react()] })", "web/dist", true);
        check("export default { build: { outDir: '../out' } }", "out", true);
        check("export default { root: 'src', build: { outDir: '../out' } }", "web/out", true);
        check("export default { root: 'src' }", "web/src/dist", true);
        check(
            "export default { root: 'src', build: { outDir: resolve(__dirname, 'out') } }",
            "web/out",
            true,
        );
        check("export default { build: { outDir: out() } }", "web/dist", false);
        check("export default { build: { lib: { entry: 'x' } } }", "web/dist", false);
        check("export default {", "web/dist", false);
    }

    #[test]
    fn next() {
        let check = |text, path, kind, is_certain| {
            let file = "web/next.config.mjs";
            check(Framework::Next, &[(file, text)], Some((path, kind, is_certain, file)));
        };
        check(
            "const c = { output: 'standalone' }\nexport default c",
            "web/.next/standalone",
            Standalone,
            true,
        );
        check("export default { output: 'export' }", "web/out", Static, true);
        check("export default { output: 'export', distDir: 'site' }", "web/site", Static, true);
        check("export default { distDir: 'build' }", "web/build", Server, true);
        check("export default { output: X }", "web/.next", Server, false);
        check("export default withX(c)", "web/.next", Server, false);
    }

    #[test]
    fn react_scripts() {
        let check = |file, text, path, is_certain, by| {
            let expected = Some((path, Static, is_certain, by));
            check(Framework::ReactScripts, &[(file, text)], expected);
        };
        check("web/.env", "A=1\nBUILD_PATH='./out'\n", "web/out", true, "web/.env");
        check("web/.env", "BUILD_PATH=$X\n", "web/$X", false, "web/.env");
        let craco = "web/craco.config.js";
        check(craco, "module.exports = { style: {} }", "web/build", true, craco);
        check(craco, "module.exports = f(paths)", "web/build", false, craco);
    }

    #[test]
    fn others() {
        let vue = "web/vue.config.js";
        let text = "module.exports = { outputDir: '../public' }";
        check(Framework::VueCli, &[(vue, text)], Some(("public", Static, true, vue)));

        let astro = "web/astro.config.mjs";
        let text = "export default defineConfig({ output: 'server', adapter: node() })";
        check(Framework::Astro, &[(astro, text)], Some(("web/dist", Server, true, astro)));
        let text = "export default defineConfig({ outDir: './out' })";
        check(Framework::Astro, &[(astro, text)], Some(("web/out", Static, true, astro)));

        let nuxt = "web/nuxt.config.ts";
        let text = "export default defineNuxtConfig({ nitro: { preset: 'static' } })";
        check(Framework::Nuxt, &[(nuxt, text)], Some(("web/.output", Standalone, false, nuxt)));

        let svelte = "web/svelte.config.js";
        let text = "import adapter from '@sveltejs/adapter-node'\nexport default { kit: { adapter: adapter() } }";
        check(Framework::SvelteKit, &[(svelte, text)], Some(("web/build", Server, true, svelte)));
        let text = "import adapter from '@sveltejs/adapter-static'\nexport default { kit: { adapter: adapter({ pages: 'out', fallback: 'x' }) } }";
        check(Framework::SvelteKit, &[(svelte, text)], Some(("web/out", Static, true, svelte)));
        let text = "import adapter from '@sveltejs/adapter-auto'\nexport default { kit: { adapter: adapter() } }";
        check(Framework::SvelteKit, &[(svelte, text)], None);

        let eleventy = "web/.eleventy.js";
        let text =
            "module.exports = function (c) {\n return { dir: { input: 'src', output: 'out' } }\n}";
        check(Framework::Eleventy, &[(eleventy, text)], Some(("web/out", Static, true, eleventy)));
        let text = "module.exports = function (c) { c.setOutputDirectory('x') }";
        check(
            Framework::Eleventy,
            &[(eleventy, text)],
            Some(("web/_site", Static, false, eleventy)),
        );

        let hexo = "web/_config.yml";
        check(
            Framework::Hexo,
            &[(hexo, "public_dir: out\n")],
            Some(("web/out", Static, true, hexo)),
        );

        let docs = "web/docs/.vitepress/config.mts";
        let text = "export default defineConfig({ title: 'x' })";
        let expected = Some(("web/docs/.vitepress/dist", Static, true, docs));
        check(Framework::VitePress, &[(docs, text)], expected);
        check(Framework::VitePress, &[], None);

        let angular = "web/angular.json";
        let text = r#"{"projects": {"a": {"architect": {"build": {"builder": "x:application"}}}}}"#;
        let expected = Some(("web/dist/a/browser", Static, true, angular));
        check(Framework::Angular, &[(angular, text)], expected);
        check(Framework::Angular, &[], None);
    }

    #[test]
    fn frameworks_of_a_package() {
        let text = r#"{"dependencies": {"next": "14"}, "devDependencies": {"vite": "5", "@craco/craco": "7", "react-scripts": "5"}}"#;
        let package = package(&context(&[("package.json", text)]), "").expect("read");
        let found = frameworks(&package.expect("there"));
        assert_eq!(found, [Framework::ReactScripts, Framework::Vite, Framework::Next]);
    }
}
