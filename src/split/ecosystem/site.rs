//! Static sites: built by Node's tools, served by a program for files.
//!
//! What is served follows from the start command, and the folder that it names is there in any image
//! that works. A server of static files takes its place, on the same port.
//!
//! Sources: the documentation of `serve` and `serve-handler`, `http-server`, `sirv-cli`, `vite
//! preview`, `astro preview`, `gatsby serve`, `docusaurus serve`, of Python's `http.server`, and of
//! nginx and its images.

use super::package::{self, Step, Steps, Work};
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Evidence, Linkage, NewStart, Site, Variant};
use crate::split::base::Family;
use crate::split::command::{Grammar, Word};
use crate::split::course::Role;
use crate::split::facts::{Form, What, join};
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::split::world::{Origin, is_within, trimmed};
use crate::workspace::LONGEST_FILE;
use crate::workspace::project::node::bundler::{Framework, OutputKind};

/// Its row.
pub const ECOSYSTEM: Ecosystem = Ecosystem {
    name: "site",
    title: "Static sites (Vite, CRA, Angular, Vue, Next export, Astro, Gatsby, Docusaurus, …)",
    reads: read,
    answers: answer,
};

/// The image that serves, and the one whose program needs no root.
const NGINX: &str = "nginx:alpine";
const UNPRIVILEGED: &str = "nginxinc/nginx-unprivileged:alpine";

/// Where nginx's images keep what they serve, and their configuration.
const SERVED: &str = "/usr/share/nginx/html";
const CONFIGURATION: &str = "/etc/nginx/conf.d/default.conf";

/// A program that serves files.
struct Server {
    name: &'static str,
    /// The word behind it; empty without one.
    verb: &'static str,
    port: u16,
    grammar: Grammar,
    /// Options whose value may be left out.
    optional: &'static [&'static str],
    /// Options with the port.
    ports: &'static [&'static str],
    /// Options with the address to listen on; without one of them it is that of the machine alone.
    hosts: Option<&'static [&'static str]>,
    folder: Folder,
    /// Options that ask for the first page in place of a path that is not there.
    single: &'static [&'static str],
    /// What is answered for such a path then, and without such an option.
    fallback: [Fallback; 2],
    /// Whether the variable `PORT` sets the port.
    reads_port: bool,
}

/// Which folder a server serves.
#[derive(Clone, Copy)]
enum Folder {
    /// The first operand, or the folder in which it runs.
    Operand,
    /// The value of one of these options, or the folder in which it runs.
    Option(&'static [&'static str]),
    /// That which a framework writes, unless the option says another.
    Output(Framework, &'static str),
}

/// What is answered for a path that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fallback {
    /// The first page, unless it is exactly a file.
    Single,
    /// The first page, unless it is a file, or one with `.html` or `/index.html` behind it.
    Index,
    /// `404.html`, if there is one. `/a` is `a.html`, too.
    NotFound,
    /// Nothing but the files.
    Plain,
}

const SERVERS: &[Server] = &[
    Server {
        name: "serve",
        verb: "",
        port: 3000,
        grammar: Grammar {
            values: &["-l", "--listen", "-p", "--port"],
            switches: &[
                "-s",
                "--single",
                "-n",
                "--no-clipboard",
                "-L",
                "--no-request-logging",
                "-u",
                "--no-compression",
                "--no-etag",
                "--no-port-switching",
                "-d",
                "--debug",
            ],
            joined: &[],
        },
        optional: &[],
        ports: &["-l", "--listen", "-p", "--port"],
        hosts: None,
        folder: Folder::Operand,
        single: &["-s", "--single"],
        fallback: [Fallback::Single, Fallback::NotFound],
        reads_port: true,
    },
    Server {
        name: "http-server",
        verb: "",
        port: 8080,
        grammar: Grammar {
            values: &["-p", "--port", "-a"],
            switches: &["-s", "--silent", "-g", "--gzip", "-b", "--brotli", "--no-dotfiles", "-i"],
            joined: &["-c", "-p"],
        },
        optional: &[],
        ports: &["-p", "--port"],
        hosts: None,
        folder: Folder::Operand,
        single: &[],
        fallback: [Fallback::NotFound; 2],
        reads_port: true,
    },
    Server {
        name: "sirv",
        verb: "",
        port: 8080,
        grammar: Grammar {
            values: &["-p", "--port", "-m", "--maxage"],
            switches: &[
                "-s", "--single", "-H", "--host", "-q", "--quiet", "-L", "--logs", "-e", "--etag",
                "-g", "--gzip",
            ],
            joined: &[],
        },
        optional: &["-H", "--host"],
        ports: &["-p", "--port"],
        hosts: Some(&["-H", "--host"]),
        folder: Folder::Operand,
        single: &["-s", "--single"],
        fallback: [Fallback::Index, Fallback::NotFound],
        reads_port: true,
    },
    Server {
        name: "vite",
        verb: "preview",
        port: 4173,
        grammar: Grammar {
            values: &["--port", "--outDir", "-m", "--mode", "-l", "--logLevel"],
            switches: &["--strictPort", "--host", "--clearScreen"],
            joined: &[],
        },
        optional: &["--host"],
        ports: &["--port"],
        hosts: Some(&["--host"]),
        folder: Folder::Output(Framework::Vite, "--outDir"),
        single: &[],
        fallback: [Fallback::Index; 2],
        reads_port: false,
    },
    Server {
        name: "astro",
        verb: "preview",
        port: 4321,
        grammar: Grammar {
            values: &["--port", "--outDir"],
            switches: &["--host", "--verbose", "--silent"],
            joined: &[],
        },
        optional: &["--host"],
        ports: &["--port"],
        hosts: Some(&["--host"]),
        folder: Folder::Output(Framework::Astro, "--outDir"),
        single: &[],
        fallback: [Fallback::NotFound; 2],
        reads_port: false,
    },
    Server {
        name: "gatsby",
        verb: "serve",
        port: 9000,
        grammar: Grammar { values: &["-p", "--port", "-H", "--host"], switches: &[], joined: &[] },
        optional: &[],
        ports: &["-p", "--port"],
        hosts: Some(&["-H", "--host"]),
        folder: Folder::Output(Framework::Gatsby, ""),
        single: &[],
        fallback: [Fallback::NotFound; 2],
        reads_port: false,
    },
    Server {
        name: "docusaurus",
        verb: "serve",
        port: 3000,
        grammar: Grammar {
            values: &["-p", "--port", "-h", "--host", "--dir"],
            switches: &["--no-open"],
            joined: &[],
        },
        optional: &[],
        ports: &["-p", "--port"],
        hosts: Some(&["-h", "--host"]),
        folder: Folder::Output(Framework::Docusaurus, "--dir"),
        single: &[],
        fallback: [Fallback::NotFound; 2],
        reads_port: false,
    },
    Server {
        name: "vitepress",
        verb: "preview",
        port: 4173,
        grammar: Grammar { values: &["--port"], switches: &[], joined: &[] },
        optional: &[],
        ports: &["--port"],
        hosts: None,
        folder: Folder::Output(Framework::VitePress, ""),
        single: &[],
        fallback: [Fallback::NotFound; 2],
        reads_port: false,
    },
    // `python -m http.server`: the words before are taken off.
    Server {
        name: "http.server",
        verb: "",
        port: 8000,
        grammar: Grammar {
            values: &["-d", "--directory", "-b", "--bind"],
            switches: &[],
            joined: &[],
        },
        optional: &[],
        ports: &[],
        hosts: None,
        folder: Folder::Option(&["--directory", "-d"]),
        single: &[],
        fallback: [Fallback::Plain; 2],
        reads_port: false,
    },
];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let (reading, steps) = package::read(asked.course, asked.invocation)?;
    let Reading::Builds(_) = reading else { return None };
    let outputs = package::outputs(asked.course, &steps);
    let is_site = !outputs.is_empty() && outputs.iter().all(|one| one.kind == OutputKind::Static);
    let built = outputs.into_iter().map(|one| Built {
        path: one.path,
        is_folder: true,
        evidence: one.evidence,
    });
    is_site.then(|| Reading::Builds(built.collect()))
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let [launch] = &site.start.launches[..] else { return None };
    let steps = package::steps(site.course, &launch.words, launch.folder.as_deref());
    let is_node = launch.name().is_some_and(package::is_manager)
        || steps.steps.first().is_some_and(|step| step.work != Work::Runs);
    if let Some(step) = steps.steps.iter().find(|step| step.work == Work::Develops)
        && is_node
    {
        return Some(Err(Refusal::new(
            Reason::DevelopmentServer,
            package::development(site.course, step),
            Some(site.start.place),
        )));
    }
    if launch.name() == Some("nginx") && builds(site) {
        return installed(site, launch);
    }
    // Perhaps behind `npx --yes`.
    let is_server = launch.words.iter().take(3).flatten().any(|word| {
        SERVERS.iter().any(|one| one.verb.is_empty() && package::tool_name(word) == one.name)
    });
    if is_server && launch.words.contains(&None) && builds(site) {
        return Some(Err(hangs_on_environment(site, launch)));
    }
    let (server, words, folder) = server(&steps, launch)?;
    Some(served(site, launch, server, &words, &folder))
}

/// That a port or a folder is a variable of the container's, which nginx's configuration would not
/// follow.
fn hangs_on_environment(site: &Site<'_, '_>, launch: &Launch) -> Refusal {
    let what = format!(
        "The port or the folder of `{}` hangs on a variable of the container: write it out",
        launch.shown()
    );
    Refusal::new(Reason::NeedsOther, what, Some(site.start.place))
}

/// The server among those that are known, with the words behind it and the folder in which it runs.
fn server<'s>(steps: &Steps, launch: &Launch) -> Option<(&'s Server, Vec<String>, String)> {
    let only = steps.only()?;
    let words = python_server(only).unwrap_or_else(|| only.words.clone());
    let (name, rest) = words.split_first()?;
    let name = package::tool_name(name);
    let server = SERVERS.iter().find(|server| {
        server.name == name
            && (server.verb.is_empty() || rest.first().is_some_and(|word| word == server.verb))
    })?;
    let rest = &rest[usize::from(!server.verb.is_empty())..];
    let folder = if only.folder.is_empty() { launch.folder.clone()? } else { only.folder.clone() };
    Some((server, rest.to_vec(), folder))
}

/// `python -m http.server 80` as `http.server 80`.
fn python_server(step: &Step) -> Option<Vec<String>> {
    let name = package::tool_name(step.words.first()?);
    let words = step.words.get(1..)?;
    let words = if words.first()? == "-u" { words.get(1..)? } else { words };
    match words {
        [m, module, rest @ ..]
            if name.starts_with("python") && m == "-m" && module == "http.server" =>
        {
            Some(std::iter::once(module.clone()).chain(rest.iter().cloned()).collect())
        }
        _ => None,
    }
}

/// What a server is told.
struct Told {
    /// The folder that it serves, absolute.
    folder: String,
    port: u16,
    fallback: Fallback,
    /// Whether it listens on addresses that are reached from outside of the container.
    is_open: bool,
    evidence: String,
    assumptions: Vec<String>,
}

fn served(
    site: &Site<'_, '_>,
    launch: &Launch,
    server: &Server,
    words: &[String],
    folder: &str,
) -> Result<Answer, Refusal> {
    if !builds(site) {
        return Err(Refusal::new(Reason::NothingBuilt, "", None));
    }
    let told = told(site, launch, server, words, folder)?;
    check_folder(site, launch, &told.folder)?;
    let scene = site.scene();
    let is_root = matches!(scene.user.as_deref(), Some("" | "root" | "0"));
    let image = if is_root { NGINX } else { UNPRIVILEGED };
    let place = site.start.place;
    let artifact = Artifact::folder(told.folder.clone()).moved(SERVED);
    let mut changes = vec![format!("nginx serves the site instead of `{}`", launch.shown())];
    if server.reads_port {
        changes.push(format!("the port is {}, whatever the variable PORT says", told.port));
    }
    if !told.is_open {
        changes.push("the site can be reached from outside of the container".to_owned());
    }
    if told.fallback == Fallback::Plain {
        changes.push("folders without a first page are not listed".to_owned());
    }
    Ok(Answer {
        runtimes: vec![(Variant::Smallest, image.to_owned())],
        // nginx's images for Alpine have it.
        provides: vec!["curl".to_owned()],
        start: Some(NewStart { words: Vec::new() }),
        settings: vec![configuration(&told, asks_localhost(site))],
        evidence: vec![
            Evidence::at(place, format!("`{}` serves {}", launch.shown(), told.folder)),
            Evidence::at(place, told.evidence),
        ],
        assumptions: told.assumptions,
        changes,
        weight: Amount { bytes: 2_000_000, low: 200_000, high: 10_000_000 },
        ..Answer::new(ECOSYSTEM.name, Linkage::Interpreted, vec![artifact])
    })
}

/// The file installs nginx itself, or stands on its image: the same package on the plain image of the
/// same release, or the image as it was, serves what the build puts into its folders, by the
/// configuration that the file brings.
fn installed(site: &Site<'_, '_>, launch: &Launch) -> Option<Result<Answer, Refusal>> {
    let mut packages = site.course.requested();
    let is_installed = packages.any(|package| package.name.starts_with("nginx"));
    let image = match site.base().family {
        Family::Nginx => site.base().name(),
        _ => site.base().distribution.image().filter(|_| is_installed)?,
    };
    let mut answer = Answer::new(ECOSYSTEM.name, Linkage::Interpreted, Vec::new());
    if let Err(refusal) = super::node::strays(site, &mut answer) {
        return Some(Err(refusal));
    }
    // Gems are for the generator alone: the plain image has no Ruby.
    let is_gems = |path: &str| site.product_at(path).is_some_and(|own| own.ecosystem == "ruby");
    answer.artifacts.retain(|artifact| !is_gems(&artifact.from));
    if answer.artifacts.is_empty() {
        let why = "nothing is known to be built into the folders of nginx";
        return Some(Err(Refusal::new(Reason::ArtifactUnknown, why, Some(site.start.place))));
    }
    if let Err(refusal) = check_roots(site, &answer.artifacts).and_then(|()| check_entrypoint(site))
    {
        return Some(Err(refusal));
    }
    answer.runtimes = vec![(Variant::Conservative, image)];
    let text = format!("`{}` serves what the build puts into its folders", launch.shown());
    answer.evidence.push(Evidence::at(site.start.place, text));
    answer.weight = Amount { bytes: 2_000_000, low: 200_000, high: 10_000_000 };
    Some(Ok(answer))
}

/// That nginx serves no folder with sources in it: of that, only what is built would come along.
fn check_roots(site: &Site<'_, '_>, artifacts: &[Artifact]) -> Result<(), Refusal> {
    // Of nginx's own image and of Debian's and Alpine's packages.
    const ROOTS: [&str; 3] = ["/usr/share/nginx", "/var/www", "/var/lib/nginx"];
    let works = |role: &Role| matches!(role, Role::Prepares(_) | Role::Builds(_));
    let worked: Vec<&str> =
        site.course.deeds_with(works).filter_map(|(_, one)| one.folder.as_deref()).collect();
    let is_taken = |path: &str| artifacts.iter().any(|one| is_within(path, &one.from));
    let own = worked.iter().find(|own| ROOTS.iter().any(|root| is_within(own, root)));
    let own = own.map(|own| (*own).to_owned());
    let told = told_to_nginx(site);
    let first = |is_wanted: fn(&str) -> bool, is_near: fn(&str, &str) -> bool| {
        let mut paths = told.iter().filter(|(name, _)| is_wanted(name)).map(|(_, path)| path);
        paths.find(|path| worked.iter().any(|own| is_near(own, path)) && !is_taken(path)).cloned()
    };
    let root = first(
        |name| matches!(name, "root" | "alias"),
        |own, root| is_within(own, root) || is_within(root, own),
    );
    let file = first(
        |name| name.contains("ssl_") || READ_BY_NGINX.contains(&name),
        |own, file| is_within(file, own),
    );
    let what = match (own.or(root), file) {
        (Some(folder), _) => format!("nginx serves {folder}, which holds sources"),
        (None, Some(file)) => format!("nginx reads {file}, which lies among the sources"),
        (None, None) => return Ok(()),
    };
    Err(Refusal::new(Reason::NeedsOther, what, Some(site.start.place)))
}

/// Directives of nginx that name a file, beside those of TLS.
const READ_BY_NGINX: &[&str] =
    &["auth_basic_user_file", "include", "js_import", "js_path", "load_module", "perl_modules"];

/// That the file gives the entrypoint of nginx's image no script of its own to run: what that calls
/// is not followed.
fn check_entrypoint(site: &Site<'_, '_>) -> Result<(), Refusal> {
    const SCRIPTS: &str = "/docker-entrypoint.d";
    match site.course.world.entries().find(|(path, _)| is_within(path, SCRIPTS)) {
        Some((path, _)) => Err(Refusal::new(Reason::ScriptUnread, path, Some(site.start.place))),
        None => Ok(()),
    }
}

/// The directives in the configuration of nginx that are given an absolute path, as far as the context
/// has it.
fn told_to_nginx(site: &Site<'_, '_>) -> Vec<(String, String)> {
    let paths = site.course.world.entries().map(|(path, _)| path);
    let texts = paths
        .filter(|path| is_within(path, "/etc/nginx"))
        .filter_map(|path| site.course.text(path, LONGEST_FILE));
    let told = |line: &str| -> Vec<(String, String)> {
        let line = line.split('#').next().unwrap_or_default();
        let words = line.split(|c: char| c.is_whitespace() || "{};".contains(c));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let pairs = words.windows(2).map(|pair| (pair[0], pair[1].trim_matches(['"', '\''])));
        let absolute = pairs.filter(|(_, path)| path.starts_with('/'));
        absolute.map(|(name, path)| (name.to_owned(), trimmed(path).to_owned())).collect()
    };
    texts.flat_map(|text| text.lines().flat_map(told).collect::<Vec<_>>()).collect()
}

/// Whether anything is built at all.
fn builds(site: &Site<'_, '_>) -> bool {
    site.course.deeds.iter().any(|deed| matches!(deed.role, Role::Builds(_)))
}

/// That the folder is one which the build made or filled, and stays in the image.
fn check_folder(site: &Site<'_, '_>, launch: &Launch, folder: &str) -> Result<(), Refusal> {
    let place = Some(site.start.place);
    let works_in = |folder: &str| {
        let own =
            site.course.deeds_with(|role| matches!(role, Role::Prepares(_) | Role::Builds(_)));
        own.filter_map(|(_, one)| one.folder.as_deref()).any(|own| trimmed(own) == folder)
    };
    if folder == "/" || works_in(folder) {
        let what =
            format!("`{}` serves the project's whole folder, sources and all", launch.shown());
        return Err(Refusal::new(Reason::NeedsOther, what, place));
    }
    if let Some(Origin::Removed(_)) = site.course.world.origin(folder) {
        return Err(Refusal::new(Reason::ArtifactMissing, folder, place));
    }
    let built = site.course.deeds.iter().filter(|deed| matches!(deed.role, Role::Builds(_)));
    for deed in built {
        if site.course.mount_over(deed.line, folder).is_some_and(|mount| mount.kind != "bind") {
            return Err(site.course.in_mount(folder, deed.line));
        }
    }
    let touches = |output: &String| is_within(folder, output) || is_within(output, folder);
    let is_elsewhere = package::written(site.course)
        .is_some_and(|written| !written.is_empty() && !written.iter().any(touches));
    if is_elsewhere && package::is_left_to_builds(site.course, folder) {
        return Err(Refusal::new(Reason::ArtifactMissing, folder, place));
    }
    Ok(())
}

/// Takes the words of a server apart.
fn told(
    site: &Site<'_, '_>,
    launch: &Launch,
    server: &Server,
    words: &[String],
    runs_in: &str,
) -> Result<Told, Refusal> {
    let place = Some(site.start.place);
    let unclear = || {
        let what = format!("What `{}` tells the server is not understood", launch.shown());
        Refusal::new(Reason::NeedsOther, what, place)
    };
    if words.iter().any(|word| word.contains('$')) {
        return Err(hangs_on_environment(site, launch));
    }
    let words = with_values(words, server.optional);
    let words: Vec<Word> =
        words.into_iter().map(|word| Word { text: Some(word), ..Word::default() }).collect();
    let options = server.grammar.read(&words);
    if let Some(unknown) = &options.unknown {
        let what =
            format!("What {unknown} of `{}` does is not known to a small server", launch.shown());
        return Err(Refusal::new(Reason::NeedsOther, what, place));
    }
    let mut operands: Vec<&str> = options.operands.iter().map(|word| word.or_empty()).collect();
    let port = match options.value(server.ports) {
        Some(value) => port(value.unwrap_or_default()).ok_or_else(unclear)?,
        None if server.name == "http.server" && !operands.is_empty() => {
            port(operands.remove(0)).ok_or_else(unclear)?
        }
        None => match set_port(site, server) {
            Some(value) => port(&value).ok_or_else(unclear)?,
            None => default_port(site, server, runs_in),
        },
    };
    let mut assumptions = Vec::new();
    let (folder, evidence) = match server.folder {
        Folder::Operand => {
            let folder = operands.first().copied().unwrap_or(".");
            (join(runs_in, folder), "the folder is named in the start command".to_owned())
        }
        Folder::Option(names) => {
            let folder = options.value(names).flatten().unwrap_or(".");
            (join(runs_in, folder), "the folder is named in the start command".to_owned())
        }
        Folder::Output(framework, option) => {
            match options.value(&[option]).flatten().filter(|_| !option.is_empty()) {
                Some(folder) => {
                    (join(runs_in, folder), "the folder is named in the start command".to_owned())
                }
                None => output(site, launch, framework, runs_in, &mut assumptions)?,
            }
        }
    };
    let folder = folder.map(|folder| trimmed(&folder).to_owned()).ok_or_else(unclear)?;
    let extra = match server.folder {
        Folder::Operand => 1,
        _ => 0,
    };
    if operands.len() > extra {
        return Err(unclear());
    }
    settings(site, server, runs_in, &folder, &mut assumptions)?;
    let preview = preview(site, server, runs_in)?;
    let is_told = options.value(server.ports).is_some();
    let port = preview.port.filter(|_| !is_told).unwrap_or(port);
    let is_single = server.single.iter().any(|name| options.has(name));
    let fallback = server.fallback[usize::from(!is_single)];
    let is_local = |value: Option<Option<&str>>| {
        matches!(value.flatten(), Some("localhost" | "127.0.0.1" | "::1" | "false"))
    };
    let is_open = match server.hosts {
        Some(names) => {
            let has_variable = server.name == "sirv" && site.scene().value("HOST").is_some();
            let value = options.value(names);
            (value.is_some() || has_variable || preview.has_host) && !is_local(value)
        }
        None => !is_local(options.value(&["-a", "--bind", "-b"])),
    };
    Ok(Told { folder, port, fallback, is_open, evidence, assumptions })
}

/// Joins `--host 0.0.0.0` where the value may be left out.
fn with_values(words: &[String], optional: &[&str]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if optional.contains(&last.as_str()) && !word.starts_with('-') => {
                *last = format!("{last}={word}");
            }
            _ => joined.push(word.clone()),
        }
    }
    joined
}

/// `3000`, `tcp://0.0.0.0:3000`.
fn port(text: &str) -> Option<u16> {
    let number = match text.strip_prefix("tcp://") {
        Some(address) => address.rsplit_once(':')?.1,
        None => text.strip_prefix("0.0.0.0:").unwrap_or(text),
    };
    number.parse().ok().filter(|port| *port > 0)
}

fn set_port(site: &Site<'_, '_>, server: &Server) -> Option<String> {
    let scene = site.scene();
    scene.value("PORT").filter(|_| server.reads_port).map(str::to_owned)
}

/// The port without an option, which earlier versions had another of.
fn default_port(site: &Site<'_, '_>, server: &Server, folder: &str) -> u16 {
    let major = |name: &str| {
        let (package, _) = package::package_in(site.course, folder)?;
        let version = package.any_dependency(name)?;
        let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.split('.').next()?.parse::<u32>().ok()
    };
    match server.name {
        "vite" if major("vite").is_some_and(|major| major < 3) => 5000,
        "astro" if major("astro").is_some_and(|major| major < 3) => 3000,
        "serve" if major("serve").is_some_and(|major| major < 12) => 5000,
        "sirv" if major("sirv-cli").is_some_and(|major| major < 2) => 5000,
        _ => server.port,
    }
}

/// The folder that a framework's own server serves.
fn output(
    site: &Site<'_, '_>,
    launch: &Launch,
    framework: Framework,
    folder: &str,
    assumptions: &mut Vec<String>,
) -> Result<(Option<String>, String), Refusal> {
    let place = Some(site.start.place);
    let step = Step { folder: folder.to_owned(), ..Step::default() };
    let Some(output) = package::output(site.course, &step, framework) else {
        let why = format!(
            "the project's files, which say what `{}` serves, are not at hand",
            launch.shown()
        );
        return Err(Refusal::new(Reason::ArtifactUnknown, why, place));
    };
    if output.kind != OutputKind::Static {
        let what = format!("`{}` runs a program of the site, not only its files", launch.shown());
        return Err(Refusal::new(Reason::NeedsOther, what, place));
    }
    if !output.is_certain {
        assumptions.push(format!("the site is built to {}", output.path));
    }
    Ok((Some(output.path), "the project's configuration says which folder that is".to_owned()))
}

/// Configurations of servers that a small server knows nothing of: files, and words in them.
const SETTINGS: &[(&str, &[&str], &[&str])] = &[
    (
        "vite",
        &[
            "vite.config.js",
            "vite.config.ts",
            "vite.config.mjs",
            "vite.config.mts",
            "vite.config.cjs",
        ],
        &["proxy", "appType", "base:", "headers", "https: ", "basicSsl", "configurePreviewServer"],
    ),
    (
        "astro",
        &["astro.config.mjs", "astro.config.js", "astro.config.ts"],
        &["base:", "server:", "headers", "adapter"],
    ),
    ("gatsby", &["gatsby-config.js", "gatsby-config.ts"], &["pathPrefix", "proxy"]),
    (
        "vitepress",
        &[
            "docs/.vitepress/config.js",
            ".vitepress/config.js",
            ".vitepress/config.mts",
            ".vitepress/config.ts",
        ],
        &["base:"],
    ),
];

/// The text in quotes behind a word.
fn quoted(text: &str, word: &str) -> Option<String> {
    let (_, rest) = text.split_once(word)?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    rest[1..].split_once(quote).map(|(inside, _)| inside.to_owned())
}

/// What the server is told by files of the project.
fn settings(
    site: &Site<'_, '_>,
    server: &Server,
    project: &str,
    folder: &str,
    assumptions: &mut Vec<String>,
) -> Result<(), Refusal> {
    let place = Some(site.start.place);
    let refuse = |file: &str, word: &str| {
        let what = format!("{file} tells the server more than which folder it serves (`{word}`)");
        Err(Refusal::new(Reason::NeedsOther, what, place))
    };
    if server.name == "docusaurus" {
        let configurations = ["docusaurus.config.js", "docusaurus.config.ts"];
        let found = configurations.iter().find_map(|file| {
            quoted(&text(site, project, file)?, "baseUrl:").map(|url| (file, url))
        });
        match found {
            Some((_, url)) if url == "/" => {}
            Some((file, _)) => return refuse(file, "baseUrl"),
            None => assumptions.push("the site's base URL is /".to_owned()),
        }
    }
    for (_, files, words) in SETTINGS.iter().filter(|(name, ..)| *name == server.name) {
        for file in *files {
            let Some(text) = text(site, project, file) else { continue };
            if let Some(word) = words.iter().find(|word| says(&text, word)) {
                return refuse(file, word);
            }
        }
    }
    if server.name != "serve" {
        return Ok(());
    }
    // `serve` looks for its configuration in what it serves.
    if site.context().is_none() {
        assumptions.push("there is no serve.json".to_owned());
        return Ok(());
    }
    let inside = [folder, project];
    let sources = ["", "public/", "static/", "src/"];
    for folder in inside {
        for source in sources {
            let file = format!("{source}serve.json");
            if text(site, folder, &file).is_some() {
                return refuse(&file, "serve.json");
            }
        }
    }
    Ok(())
}

/// What the configuration of Vite says of its preview.
#[derive(Default)]
struct Preview {
    port: Option<u16>,
    /// Whether it may say on which address it listens.
    has_host: bool,
}

/// Reads `preview: { port: 80, host: true }`.
///
/// Errors: it says more than that.
fn preview(site: &Site<'_, '_>, server: &Server, project: &str) -> Result<Preview, Refusal> {
    let mut found = Preview::default();
    if server.name != "vite" {
        return Ok(found);
    }
    let files =
        SETTINGS.iter().filter(|(name, ..)| *name == "vite").flat_map(|(_, files, _)| *files);
    for file in files {
        let Some(text) = text(site, project, file) else { continue };
        found.has_host |= text.contains("host");
        let Some((_, rest)) = text.split_once("preview") else { continue };
        let unclear = || {
            let what = format!("What {file} says of the preview is not understood");
            Refusal::new(Reason::NeedsOther, what, Some(site.start.place))
        };
        let rest = rest.trim_start().strip_prefix(':').ok_or_else(unclear)?;
        let rest = rest.trim_start().strip_prefix('{').ok_or_else(unclear)?;
        let (inside, behind) = rest.split_once('}').ok_or_else(unclear)?;
        if behind.contains("preview") {
            return Err(unclear());
        }
        for part in inside.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once(':').ok_or_else(unclear)?;
            match key.trim() {
                "port" => found.port = Some(port(value.trim()).ok_or_else(unclear)?),
                "host" | "strictPort" | "open" => {}
                _ => return Err(unclear()),
            }
        }
    }
    Ok(found)
}

/// Whether a text has a word of the table, where it begins a word. A base that is the root is none.
fn says(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = text[at + word.len()..].trim_start();
        let is_root = word == "base:"
            && ["'/'", "\"/\"", "'./'", "\"./\""].iter().any(|root| rest.starts_with(root));
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && !is_root
    })
}

/// A file of the context by its place in the image.
fn text(site: &Site<'_, '_>, folder: &str, file: &str) -> Option<String> {
    site.course.text(&join(folder, file)?, LONGEST_FILE)
}

/// Whether the health check asks `localhost`, which may stand for an address of version 6.
fn asks_localhost(site: &Site<'_, '_>) -> bool {
    site.facts().lines.iter().any(|line| match &line.what {
        What::Healthcheck(Some(Form::Shell(text))) => text.contains("localhost"),
        What::Healthcheck(Some(Form::Exec(words))) => words.iter().any(|w| w.contains("localhost")),
        _ => false,
    })
}

/// The configuration of nginx: a `COPY` with a heredoc.
fn configuration(told: &Told, has_six: bool) -> String {
    let port = told.port;
    let six = if has_six { format!("    listen [::]:{port};\n") } else { String::new() };
    let (found, missing) = match told.fallback {
        Fallback::Single => ("$uri /index.html", ""),
        Fallback::Index => ("$uri $uri.html $uri/index.html /index.html", ""),
        Fallback::Plain => ("$uri $uri/index.html =404", ""),
        _ => ("$uri $uri.html $uri/index.html =404", "    error_page 404 /404.html;\n"),
    };
    format!(
        "COPY <<'EOF' {CONFIGURATION}\n\
         server {{\n\
         \x20   listen {port};\n\
         {six}\
         \x20   root {SERVED};\n\
         \x20   include /etc/nginx/mime.types;\n\
         \x20   types {{ text/javascript mjs; }}\n\
         {missing}\
         \x20   location / {{\n\
         \x20       try_files {found};\n\
         \x20   }}\n\
         }}\n\
         EOF"
    )
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    const HEAD: &str = "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n";

    /// What follows on the image that serves, or the code of the refusal.
    #[track_caller]
    fn check(tail: &str, files: &[(&str, &str)], expected: Result<&[&str], &str>) {
        check_file(&format!("{HEAD}{tail}"), files, expected);
    }

    #[track_caller]
    fn check_file(dockerfile: &str, files: &[(&str, &str)], expected: Result<&[&str], &str>) {
        match (split(dockerfile, files), expected) {
            (Ok(made), Ok(parts)) => {
                let [(_, text)] = &made[..] else { panic!("{made:?}") };
                let (builder, runtime) = text.split_once("\n\n").expect("two stages");
                assert!(!builder.contains("CMD"), "{text}");
                for part in parts {
                    assert!(runtime.contains(part), "{part} is not in\n{text}");
                }
            }
            (Err(why), Err(code)) => {
                assert!(why.lines().any(|line| line.starts_with(code)), "{why}");
            }
            (found, _) => panic!("{found:?}"),
        }
    }

    fn vite(config: &str) -> [(&'static str, String); 2] {
        let package = r#"{"scripts": {"build": "vite build", "start": "vite preview --host --port 80",
            "dev": "vite", "two": "echo a && vite preview", "served": "serve -s dist"},
            "devDependencies": {"vite": "5.4.0"}}"#;
        [("package.json", package.to_owned()), ("vite.config.js", config.to_owned())]
    }

    #[track_caller]
    fn check_vite(config: &str, cmd: &str, expected: Result<&[&str], &str>) {
        let files = vite(config);
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        check(&format!("CMD {cmd}\n"), &files, expected);
    }

    #[test]
    fn what_serves_and_on_which_port() {
        let copy = "FROM nginx:alpine\nCOPY --from=builder /app/build /usr/share/nginx/html\n";
        check(
            "CMD [\"npx\", \"serve\", \"-s\", \"build\", \"-l\", \"3001\"]\n",
            &[],
            Ok(&[copy, "listen 3001;", "try_files $uri /index.html;"]),
        );
        check("CMD serve build\n", &[], Ok(&[copy, "listen 3000;", "error_page 404 /404.html;"]));
        check("ENV PORT=8000\nCMD serve -s build\n", &[], Ok(&[copy, "listen 8000;"]));
        check(
            "CMD npx --yes serve@14 -s build -l tcp://0.0.0.0:81\n",
            &[],
            Ok(&[copy, "listen 81;"]),
        );
        check("CMD http-server build -p 8081\n", &[], Ok(&[copy, "listen 8081;", "=404"]));
        check("CMD http-server ./build -c-1\n", &[], Ok(&[copy, "listen 8080;"]));
        check(
            "CMD npx sirv-cli build --single --host 0.0.0.0\n",
            &[],
            Ok(&[copy, "listen 8080;", "/index.html;"]),
        );
        check(
            "CMD python3 -m http.server 8000 --directory build\n",
            &[],
            Ok(&[copy, "listen 8000;"]),
        );
        check("WORKDIR /app/build\nCMD python3 -m http.server\n", &[], Ok(&[copy]));
    }

    #[test]
    fn what_is_told_to_engines_moves_and_the_rest_stays() {
        check(
            "ENV NODE_ENV=production\nEXPOSE 3000\nLABEL a=b\nUSER node\nCMD serve -s build\n",
            &[],
            Ok(&["FROM nginxinc/nginx-unprivileged:alpine\n", "EXPOSE 3000\nLABEL a=b\n"]),
        );
        check(
            "HEALTHCHECK CMD wget -qO- http://localhost:3000 || exit 1\nCMD serve -s build\n",
            &[],
            Ok(&["listen [::]:3000;", "HEALTHCHECK CMD wget"]),
        );
        check("HEALTHCHECK CMD node check.js\nCMD serve -s build\n", &[], Err("script-tool"));
    }

    #[test]
    fn servers_among_the_packages() {
        let package = r#"{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5", "http-server": "14"}}"#;
        let files = [("package.json", package)];
        let copy = "FROM nginx:alpine\nCOPY --from=builder /app/dist /usr/share/nginx/html\n";
        let bin = "CMD [\"node_modules/.bin/http-server\", \"dist/\", \"-p\", \"8080\"]\n";
        check(bin, &files, Ok(&[copy, "listen 8080;"]));
        // What is copied by a command is no script, and it is not started any more.
        let file = "FROM node:20\nWORKDIR /app\nCOPY package.json /tmp/package.json\n\
            RUN cd /tmp && npm install\nRUN cp -a /tmp/node_modules /app/\nCOPY . .\n\
            RUN npm run build\nCMD [\"node_modules/http-server/bin/http-server\", \"dist/\"]\n";
        check_file(file, &files, Ok(&[copy, "listen 8080;"]));
    }

    #[test]
    fn the_bundlers_own_server() {
        check_vite("", "npx vite preview --host 0.0.0.0", Ok(&["/app/dist ", "listen 4173;"]));
        check_vite(
            "export default { build: { outDir: 'www' } }",
            "npm start",
            Ok(&["/app/www ", "listen 80;"]),
        );
        check_vite(
            "export default { preview: { port: 8080, host: true } }",
            "npx vite preview",
            Ok(&["listen 8080;"]),
        );
        check_vite("export default { base: './' }", "npm start", Ok(&["listen 80;"]));
        check_vite("", "npm run served", Ok(&["listen 3000;"]));
        check_vite("export default { base: '/shop/' }", "npm start", Err("needs-other"));
        check_vite("export default { server: { proxy: {} } }", "npm start", Err("needs-other"));
        check_vite("export default { preview: { headers: {} } }", "npm start", Err("needs-other"));
        check_vite("", "npm run dev", Err("development-server"));
        check_vite("", "npx vite --host", Err("development-server"));
        check_vite("", "npm run two", Ok(&["FROM node:20-slim"]));
        check("CMD npx vite preview\n", &[], Err("artifact-unknown"));
        check("CMD npm run preview\n", &[], Err("script-unread"));
    }

    #[test]
    fn frameworks() {
        let check = |build: &str, package: &str, more: (&str, &str), cmd: &str, path: &str| {
            let package = format!(
                "{{\"scripts\": {{\"build\": \"{build}\"}}, \"devDependencies\": {{\"{package}\": \"9\"}}}}"
            );
            check(
                &format!("CMD {cmd}\n"),
                &[("package.json", &package), more],
                Ok(&[&format!("--from=builder {path} /usr/share")]),
            );
        };
        check("astro build", "astro", ("x", ""), "npx astro preview --host", "/app/dist");
        check("gatsby build", "gatsby", ("x", ""), "npx gatsby serve -H 0.0.0.0", "/app/public");
        let docs = ("docusaurus.config.js", "x = { baseUrl: '/' }");
        check("docusaurus build", "@docusaurus/core", docs, "npx docusaurus serve", "/app/build");
        check(
            "ng build",
            "@angular/cli",
            ("x", ""),
            "npx http-server dist/shop/browser",
            "/app/dist/shop/browser",
        );
        check(
            "storybook build",
            "storybook",
            ("x", ""),
            "npx serve storybook-static",
            "/app/storybook-static",
        );
        check("eleventy", "@11ty/eleventy", ("x", ""), "npx serve _site", "/app/_site");
    }

    #[test]
    fn refusals() {
        check("CMD serve -s\n", &[], Err("needs-other"));
        check("CMD serve -s build --cors\n", &[], Err("needs-other"));
        let open = "needs-other: The port or the folder of `serve -s dist -l …` hangs on";
        check("CMD serve -s dist -l ${PORT:-3000}\n", &[], Err(open));
        check(
            "CMD npx -y serve -s $DIR\n",
            &[],
            Err("needs-other: The port or the folder of `npx"),
        );
        let package = r#"{"scripts": {"build": "vite build", "start": "serve -s dist -l $PORT"}}"#;
        let open = "needs-other: The port or the folder of `npm start` hangs on";
        check("CMD npm start\n", &[("package.json", package)], Err(open));
        check("RUN rm -rf build\nCMD serve -s build\n", &[], Err("artifact-missing"));
        let elsewhere = "export default { build: { outDir: 'www' } }";
        check_vite(elsewhere, "npx serve -s dist", Err("artifact-missing"));
        check_vite(elsewhere, "npx serve -s www", Ok(&["/app/www "]));
        let files = vite(elsewhere);
        let mut files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        check("RUN mv www dist\nCMD serve -s dist\n", &files, Ok(&["/app/dist "]));
        files.push(("dist/index.html", ""));
        check("CMD serve -s dist\n", &files, Ok(&["/app/dist "]));
        let package = r#"{"scripts": {"build": "react-scripts build"}}"#;
        let files = [("package.json", package), ("public/serve.json", "{}")];
        check("CMD serve -s build\n", &files, Err("needs-other"));
        check_file(
            "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD npx serve public\n",
            &[],
            Err("nothing-built"),
        );
        check_file(
            "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN --mount=type=cache,target=/app/build npm run build\nCMD npx serve build\n",
            &[],
            Err("in-cache"),
        );
    }

    #[test]
    fn nginx_in_the_image() {
        let start = "CMD [\"nginx\", \"-g\", \"daemon off;\"]\n";
        let file = |run: &str| {
            format!(
                "FROM node:20-alpine\nRUN apk add --no-cache nginx\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n{run}COPY nginx.conf /etc/nginx/http.d/default.conf\n{start}"
            )
        };
        check_file(
            &file("RUN cp -r dist/. /var/www/html/\n"),
            &[],
            Ok(&[
                "FROM alpine:3.23\nRUN apk add --no-cache nginx\n",
                "COPY --from=builder /var/www/html /var/www/html\nCOPY nginx.conf",
            ]),
        );
        check_file(&file(""), &[], Err("artifact-unknown"));
        check_file(
            &file("RUN rm /etc/nginx/modules/x.conf && mv dist /srv/www\n"),
            &[],
            Err("needs-other"),
        );
    }

    #[test]
    fn nginx_below_the_build() {
        let file = |workdir: &str, run: &str| {
            format!(
                "FROM nginx:alpine\nRUN apk add --no-cache nodejs npm\nWORKDIR {workdir}\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\nCOPY . .\nRUN npm ci && npm run build{run}\n"
            )
        };
        let files = |config: &str| {
            let mut files = vite("").to_vec();
            files.push(("nginx.conf", config.to_owned()));
            files
        };
        let check = |file: &str, config: &str, expected: Result<&[&str], &str>| {
            let files = files(config);
            let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
            check_file(file, &files, expected);
        };
        let copy = " && cp -r dist/* /usr/share/nginx/html/";
        let served = "FROM nginx:alpine\nWORKDIR /app\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\nCOPY --from=builder";
        check(&file("/app", copy), "", Ok(&[served, "/usr/share/nginx/html\n"]));
        check(&file("/app", ""), "root /app/dist;", Ok(&["--from=builder /app/dist /app/dist"]));
        // What it serves are the sources, and what the build makes among them.
        check(&file("/usr/share/nginx/html", ""), "", Err("needs-other"));
        check(&file("/app", ""), "server { root /app; }", Err("needs-other"));
        check("FROM nginx\nCOPY . /usr/share/nginx/html\n", "", Err("nothing-built"));
        // What nginx reads by itself.
        let certificate = "ssl_certificate /app/certs/a.pem;";
        check(&file("/app", copy), certificate, Err("needs-other"));
        check(&file("/app", copy), "ssl_certificate /etc/ssl/a.pem;", Ok(&[served]));
        let script = file("/app", copy) + "COPY nginx.conf /docker-entrypoint.d/40-x.sh\n";
        check(&script, "", Err("script-unread"));
    }

    #[test]
    fn the_seed() {
        let seed = |name: &str| {
            let root = env!("CARGO_MANIFEST_DIR");
            std::fs::read_to_string(format!("{root}/fixtures/seeds/react-nginx/{name}"))
                .expect("it is there")
        };
        let (package, config) = (seed("package.json"), seed("vite.config.js"));
        let files = [("package.json", package.as_str()), ("vite.config.js", config.as_str())];
        let expected: &[&str] = &[
            "COPY --from=builder /app/build /usr/share/nginx/html\n",
            "listen 4173;",
            "try_files $uri $uri.html $uri/index.html /index.html;",
        ];
        check_file(&seed("single.Dockerfile"), &files, Ok(expected));
    }

    #[test]
    fn crlf() {
        let text = format!("{HEAD}CMD serve -s build\n").replace('\n', "\r\n");
        let (_, made) = split(&text, &[]).expect("split").remove(0);
        assert!(made.contains("server {\r\n    listen 3000;\r\n"), "{made:?}");
        assert!(!made.replace("\r\n", "").contains(['\r', '\n']));
    }
}
