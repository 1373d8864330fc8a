//! .NET: `dotnet publish` and `dotnet build`.
//!
//! Sources: the reference of the `dotnet` command, the pages on publishing, on self-contained and
//! native programs, and Microsoft's Dockerfiles of the images `sdk`, `aspnet`, `runtime` and
//! `runtime-deps`.

use super::outputs::named_outputs;
use super::starts::starting_in;
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::image::tag::Tag;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site, Variant};
use crate::split::base::{Base, Family, Libc};
use crate::split::command::{Grammar, Invocation, Options};
use crate::split::course::{Course, Product, Role};
use crate::split::data;
use crate::split::facts::join;
use crate::split::reads::Reads;
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::split::world::{base_name, is_within, parent, trimmed};
use crate::workspace::project::dotnet::{self, Project};
use crate::workspace::{Kind, LONGEST_FILE};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: NAME, title: ".NET", reads: read, answers: answer };

const NAME: &str = "dotnet";

/// Where images of .NET are.
const REGISTRY: &str = "mcr.microsoft.com/dotnet";

/// The variable that switches cultures off. The SDK's Alpine images have them, the small ones not.
const INVARIANT: &str = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

/// Options of `dotnet build` and `dotnet publish`.
const OPTIONS: Grammar = Grammar {
    values: &[
        "-a",
        "--arch",
        "-c",
        "--configuration",
        "-f",
        "--framework",
        "-o",
        "--output",
        "--os",
        "--manifest",
        "-p",
        "--property",
        "-r",
        "--runtime",
        "-s",
        "--source",
        "-v",
        "--verbosity",
        "--version-suffix",
    ],
    switches: &[
        "--disable-build-servers",
        "--force",
        "--interactive",
        "--ignore-failed-sources",
        "--no-build",
        "--no-cache",
        "--no-dependencies",
        "--no-incremental",
        "--no-restore",
        "--no-self-contained",
        "--nologo",
        "-nologo",
        "--sc",
        "--self-contained",
        "--tl",
        "--ucr",
        "--use-current-runtime",
    ],
    joined: &["-p:", "--property:", "-v:", "-o:", "-c:", "-m:", "-property:", "-maxcpucount:"],
};

/// Properties that move or rename what is built.
const MOVING: &[&str] = &[
    "artifactspath",
    "assemblyname",
    "baseoutputpath",
    "outdir",
    "outputpath",
    "publishdir",
    "targetframework",
    "useartifactsoutput",
];

/// Endings of sources, and what stands in those that start programs.
const SOURCES: &[&str] = &["cs", "fs", "vb"];
const STARTING: &[&str] = &["CliWrap", "Process.Start", "ProcessStartInfo"];

/// Packages that make sure that a program is not for the web.
const PLAIN: &[&str] = &[
    "CommandLineParser",
    "Dapper",
    "Newtonsoft.Json",
    "Npgsql",
    "Serilog",
    "Serilog.Sinks.Console",
    "StackExchange.Redis",
    "System.CommandLine",
    "System.Text.Json",
];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    if invocation.name()? != "dotnet" {
        return None;
    }
    match invocation.arg(0)? {
        "restore" | "clean" | "workload" | "nuget" | "add" | "tool" | "build-server" | "sln" => {
            Some(Reading::Prepares)
        }
        "--version" | "--info" | "--list-sdks" | "--list-runtimes" | "test" | "vstest"
        | "format" | "list" => Some(Reading::Checks),
        "build" | "publish" => {
            let told = Told::of(invocation)?;
            Some(Reading::Builds(told.outputs(asked.course, invocation)))
        }
        _ => None,
    }
}

/// What a command of `build` or `publish` is told.
struct Told<'a> {
    options: Options<'a>,
    /// The project, the solution or their folder; empty for the folder of the command.
    project: &'a str,
    /// Properties, by their names in small letters.
    properties: Vec<(String, String)>,
    is_publish: bool,
}

impl<'a> Told<'a> {
    fn of(invocation: &'a Invocation) -> Option<Told<'a>> {
        let options = OPTIONS.read(invocation.args().get(1..)?);
        if options.unknown.is_some() {
            return None;
        }
        let mut projects = Vec::new();
        let mut pairs: Vec<String> = Vec::new();
        for word in &options.operands {
            let text = word.text.as_deref().filter(|_| !word.is_pattern)?;
            match property_of(text) {
                Some(pair) => pairs.push(pair.to_owned()),
                // `--self-contained false`
                None if matches!(text, "true" | "false") => {}
                None => projects.push(text),
            }
        }
        for (name, _, value) in &options.options {
            if matches!(name.as_ref(), "-p" | "--property" | "-p:" | "--property:" | "-property:") {
                pairs.push(value.clone()?);
            }
        }
        let pairs = pairs.iter().flat_map(|pair| pair.split(';'));
        let properties = pairs.filter_map(|pair| {
            let (name, value) = pair.trim_matches('"').split_once('=')?;
            Some((name.to_lowercase(), value.to_lowercase()))
        });
        let project = match projects[..] {
            [] => "",
            [one] => one,
            _ => return None,
        };
        let is_publish = invocation.arg(0) == Some("publish");
        Some(Told { properties: properties.collect(), options, project, is_publish })
    }

    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The folder of the image that the project is in.
    fn folder(&self, invocation: &Invocation) -> Option<String> {
        let path = invocation.path(if self.project.is_empty() { "." } else { self.project })?;
        let is_file = self.project.ends_with("proj") || self.project.ends_with(".sln");
        Some(if is_file { parent(&path).to_owned() } else { trimmed(&path).to_owned() })
    }

    /// The folders that are written to.
    fn outputs(&self, course: &Course<'_>, invocation: &Invocation) -> Vec<Built> {
        if self.properties.iter().any(|(name, _)| MOVING.contains(&name.as_str())) {
            return Vec::new();
        }
        let verb = if self.is_publish { "publish" } else { "build" };
        let built = |path: String, evidence: String| Built { path, is_folder: true, evidence };
        if let Some(output) = self.options.value(&["-o", "--output", "-o:"]) {
            let path = output.and_then(|path| invocation.path(path));
            let path = path.filter(|_| self.is_from_here(course, output.unwrap_or_default()));
            let evidence = format!("-o of `dotnet {verb}`");
            return path
                .map(|path| built(trimmed(&path).to_owned(), evidence))
                .into_iter()
                .collect();
        }
        let Some(folder) = self.folder(invocation) else { return Vec::new() };
        let mut paths: Vec<String> = join(&folder, "bin").into_iter().collect();
        for path in named_outputs(course, &folder, "bin") {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let evidence = |path: &String| format!("`dotnet {verb}` writes to {path}");
        paths.iter().map(|path| built(path.clone(), evidence(path))).collect()
    }

    /// Before SDK 3 a relative path was that of the project.
    fn is_from_here(&self, course: &Course<'_>, output: &str) -> bool {
        let tag = Tag::parse(course.facts.base.image.effective_tag().unwrap_or_default());
        let is_old = tag.version.first().is_some_and(|major| *major < 3);
        !is_old || output.starts_with('/') || self.project.is_empty()
    }
}

/// `/p:Name=Value` is a property.
fn property_of(word: &str) -> Option<&str> {
    word.strip_prefix("/p:").or(word.strip_prefix("/property:"))
}

/// The project that a command builds, if its file is at hand and the only one.
fn project(course: &Course<'_>, told: &Told<'_>, invocation: &Invocation) -> Option<Project> {
    let context = course.context?;
    if told.project.ends_with("proj") {
        let file = course.in_context(&invocation.path(told.project)?)?;
        return dotnet::project(context, &file).ok()?;
    }
    let folder = course.in_context(&told.folder(invocation)?)?;
    match dotnet::project_files(context, &folder).ok()?.as_slice() {
        [one] => dotnet::project(context, one).ok()?,
        _ => None,
    }
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if let Some(refusal) = toolchain_start(site) {
        return Some(Err(refusal));
    }
    site.builds(NAME).then(|| published(site))
}

/// The start command runs the SDK.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Refusal> {
    let launch = site.start.launches.iter().find(|one| one.name() == Some("dotnet"))?;
    let reason = match launch.word(1)? {
        "watch" => Reason::DevelopmentServer,
        "run" | "test" | "ef" | "build" | "publish" | "msbuild" | "restore" => Reason::BuildTool,
        _ => return None,
    };
    let builds_first = site.start.launches.len() > 1 && reason == Reason::BuildTool;
    let reason = if builds_first { Reason::BuildsAtStart } else { reason };
    Some(Refusal::new(reason, launch.shown(), Some(site.start.place)))
}

/// What is started.
struct Started {
    /// The path of the program or of the assembly.
    path: String,
    /// Whether `dotnet` runs it.
    by_dotnet: bool,
}

fn started(site: &Site<'_, '_>) -> Option<Started> {
    site.start.launches.iter().find_map(|launch| {
        if launch.name() == Some("dotnet") {
            let path = launch.path(assembly(launch)?)?;
            return Some(Started { path, by_dotnet: true });
        }
        let path = launch.program(site.course)?;
        site.product_at(&path).filter(|product| product.ecosystem == NAME)?;
        Some(Started { path, by_dotnet: false })
    })
}

/// The assembly behind `dotnet` or `dotnet exec`.
fn assembly(launch: &Launch) -> Option<&str> {
    let first = launch.word(1)?;
    let word = if first == "exec" { launch.word(2)? } else { first };
    word.ends_with(".dll").then_some(word)
}

fn published(site: &Site<'_, '_>) -> Result<Answer, Refusal> {
    let place = Some(site.start.place);
    let shown = site.start.launches.last().map(|one| one.shown()).unwrap_or_default();
    let started = started(site)
        .ok_or_else(|| Refusal::new(Reason::ArtifactMissing, format!("`{shown}`"), place))?;
    let product = site.product_at(&started.path).filter(|product| product.ecosystem == NAME);
    let Some(product) = product else { return Err(missing(site, &started.path)) };
    let folder = parent(&started.path);
    if folder == "/" {
        let what = format!("{} stands among the folders of the system", started.path);
        return Err(Refusal::new(Reason::ArtifactUnknown, what, place));
    }
    let unread = || Refusal::new(Reason::CannotFollow, "dotnet", place);
    let invocation = site.course.invocation(product.line, product.command).ok_or_else(unread)?;
    let told = Told::of(invocation).ok_or_else(unread)?;
    let project = project(site.course, &told, invocation);
    check_name(site, &started, project.as_ref())?;
    let program = Program { told: &told, project: project.as_ref(), started: &started };
    program.answer(site, folder, product)
}

/// The refusal for an assembly that no command is known to write.
fn missing(site: &Site<'_, '_>, path: &str) -> Refusal {
    let place = Some(site.start.place);
    let builds = site.course.deeds.iter().filter(|deed| deed.role == Role::Builds(NAME));
    for deed in builds {
        if site.course.mount_over(deed.line, path).is_some() {
            return site.course.in_mount(path, deed.line);
        }
    }
    let is_known = site.course.products.iter().any(|product| product.ecosystem == NAME);
    match is_known {
        true => Refusal::new(Reason::ArtifactMissing, path, place),
        false => {
            let why = "where the output goes hangs on a property";
            Refusal::new(Reason::ArtifactUnknown, why, place)
        }
    }
}

/// That the project makes an assembly of the name that is started.
fn check_name(
    site: &Site<'_, '_>,
    started: &Started,
    project: Option<&Project>,
) -> Result<(), Refusal> {
    let Some(project) = project.filter(|project| !project.has_imports) else { return Ok(()) };
    let Some(name) = project.assembly_name() else { return Ok(()) };
    let ending = if started.by_dotnet { ".dll" } else { "" };
    let expected = format!("{name}{ending}");
    let file = base_name(&started.path);
    if file == expected {
        return Ok(());
    }
    let what = format!("{} makes {expected}, not {file}", project.file);
    Err(Refusal::new(Reason::ArtifactUnknown, what, Some(site.start.place)))
}

/// What is known of a program.
struct Program<'p> {
    told: &'p Told<'p>,
    project: Option<&'p Project>,
    started: &'p Started,
}

impl Program<'_> {
    fn answer(
        &self,
        site: &Site<'_, '_>,
        folder: &str,
        product: &Product,
    ) -> Result<Answer, Refusal> {
        let base = site.base();
        let kind = self.kind(site);
        let is_alpine = base.libc() == Libc::Musl;
        let mut answer = Answer::new(NAME, Linkage::Portable, vec![Artifact::folder(folder)]);
        answer.runtimes = images(base, kind).ok_or_else(|| {
            let what = format!(".NET in {}, which is not Microsoft's SDK image", base.name());
            Refusal::new(Reason::NoRuntime, what, None)
        })?;
        answer.weight = match kind {
            "runtime-deps" => Amount { bytes: 80_000_000, low: 10_000_000, high: 150_000_000 },
            _ => Amount { bytes: 15_000_000, low: 1_000_000, high: 60_000_000 },
        };
        answer.evidence.push(Evidence::at(
            site.course
                .invocation(product.line, product.command)
                .map_or(site.start.place, |one| one.range),
            format!("{folder} holds the program: {}", product.evidence),
        ));
        if is_alpine && self.needs_cultures(site) {
            answer.packages = ["icu-data-full", "icu-libs", "tzdata"].map(str::to_owned).to_vec();
            if site.scene().value(INVARIANT).is_none() {
                answer.settings.push(format!("ENV {INVARIANT}=false"));
            }
        }
        answer.zones = Need::Yes;
        answer.data = self.data(site, folder);
        if !self.told.is_publish {
            let text = "the output of `dotnet build` is all that the program needs";
            answer.assumptions.push(text.to_owned());
        }
        if kind == "aspnet" && !self.sets_port(site) && self.may_listen() {
            answer.changes.push(port(base));
        }
        let Some(sources) = data::sources(site.course, SOURCES) else { return Ok(answer) };
        self.outside(site, folder, &Reads::of(&sources), &mut answer);
        starting_in(site, answer, &sources.with(STARTING))
    }

    /// Files of the project that the sources name by absolute paths, or by such as lead out of the
    /// folder that the program is published to.
    fn outside(&self, site: &Site<'_, '_>, folder: &str, reads: &Reads, answer: &mut Answer) {
        let Some(context) = site.context() else { return };
        let scene = site.scene();
        for path in reads.outside.iter().filter_map(|text| scene.path(text)) {
            let path = trimmed(&path);
            let is_around = |inner: &str| is_within(inner, path);
            if is_around(folder) || scene.workdir.as_deref().is_some_and(is_around) {
                continue;
            }
            let inside = site.course.in_context(path);
            let Some(Ok(Some(kind))) = inside.map(|inside| context.kind(&inside)) else { continue };
            // `/app` alone is a route more often than the folder of all sources.
            if kind == Kind::Folder && parent(path) == "/" {
                continue;
            }
            let is_taken = answer.artifacts.iter().any(|one| is_within(path, &one.from));
            if !is_taken {
                let why = format!("{path} is named in the sources");
                answer.evidence.push(Evidence { text: why, place: None, file: None });
                answer.artifacts.push(match kind {
                    Kind::Folder => Artifact::folder(path),
                    _ => Artifact::file(path),
                });
            }
        }
    }

    fn is(&self, property: &str) -> Option<bool> {
        match self.told.property(&property.to_lowercase()) {
            Some(value) => Some(value == "true"),
            None => self.project.and_then(|project| project.is_true(property)),
        }
    }

    /// The image that holds what the program is not published with. That for the web holds all that
    /// the others hold.
    fn kind(&self, site: &Site<'_, '_>) -> &'static str {
        let tag = Tag::parse(site.base().image.effective_tag().unwrap_or_default());
        let options = &self.told.options;
        let is_for_system = options.has("-r") || options.has("--runtime");
        // Until SDK 8 a program for one system held the runtime, unless told otherwise.
        let implied = is_for_system && tag.version.first().is_some_and(|major| *major < 8);
        let value = options.operands.iter().any(|word| word.or_empty() == "false");
        let told = options.has("--self-contained") || options.has("--sc");
        let holds_all = match (told, options.has("--no-self-contained"), self.is("SelfContained")) {
            (true, _, _) => !value,
            (_, true, _) => false,
            (_, _, Some(stated)) if stated => true,
            _ => implied,
        };
        let is_native = self.is("PublishAot") == Some(true);
        if !self.started.by_dotnet && (holds_all || is_native) {
            return "runtime-deps";
        }
        let is_plain = self.project.is_some_and(|project| {
            let sdk = project.sdk.as_deref().unwrap_or_default();
            sdk.eq_ignore_ascii_case("Microsoft.NET.Sdk")
                && project.projects.is_empty()
                && !project.has_imports
                && project.props.is_none()
                && project.packages.iter().all(|package| PLAIN.contains(&package.as_str()))
        });
        if is_plain && !self.names_web(site) { "runtime" } else { "aspnet" }
    }

    /// Whether the project file names the framework for the web in another way.
    fn names_web(&self, site: &Site<'_, '_>) -> bool {
        let (Some(project), Some(context)) = (self.project, site.context()) else { return true };
        match context.read(&project.file, LONGEST_FILE) {
            Ok(Some(text)) => text.contains("FrameworkReference"),
            _ => true,
        }
    }

    fn may_listen(&self) -> bool {
        self.project.is_none_or(|project| project.is_web() || !project.projects.is_empty())
    }

    /// Whether the program may use cultures.
    fn needs_cultures(&self, site: &Site<'_, '_>) -> bool {
        let is_off = self.is("InvariantGlobalization") == Some(true);
        let scene = site.scene();
        let by_file = scene.value(INVARIANT).map(|value| matches!(value, "1" | "true"));
        match by_file {
            Some(is_off) => !is_off,
            None => !is_off,
        }
    }

    /// Where the program is started in its own folder, all that it reads was published there.
    /// Elsewhere it finds its settings among the sources.
    fn data(&self, site: &Site<'_, '_>, folder: &str) -> Data {
        let scene = site.scene();
        let launches = site.start.launches.iter();
        let mut folders = launches.filter_map(|launch| launch.folder.clone());
        let is_inside = folders.all(|own| is_within(&own, folder));
        if is_inside && self.told.is_publish {
            return Data::Embedded;
        }
        let around = scene.workdir.clone().unwrap_or_default();
        let own = ["bin", "obj", "Properties", "NuGet.config", "global.json"];
        let embedded = own.iter().filter_map(|name| join(&around, name)).collect();
        Data::Beside { folders: vec![around], embedded }
    }

    /// Whether something says on which port the program listens.
    fn sets_port(&self, site: &Site<'_, '_>) -> bool {
        const NAMES: &[&str] = &[
            "ASPNETCORE_URLS",
            "ASPNETCORE_HTTP_PORTS",
            "ASPNETCORE_HTTPS_PORTS",
            "DOTNET_URLS",
            "DOTNET_HTTP_PORTS",
            "URLS",
            "HTTP_PORTS",
            "Kestrel__Endpoints__Http__Url",
        ];
        let scene = site.scene();
        let by_variable = NAMES.iter().any(|name| scene.variables.contains_key(*name));
        let by_argument = site.start.launches.iter().any(|launch| {
            launch.args().any(|word| word.contains("--urls") || word.contains("--http_ports"))
        });
        by_variable || by_argument || self.settings_say(site)
    }

    /// Whether `appsettings.json` names an address.
    fn settings_say(&self, site: &Site<'_, '_>) -> bool {
        let (Some(project), Some(context)) = (self.project, site.context()) else { return false };
        let folder = project.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let file = match folder {
            "" => "appsettings.json".to_owned(),
            folder => format!("{folder}/appsettings.json"),
        };
        let text =
            context.read(&file, LONGEST_FILE).ok().flatten().unwrap_or_default().to_lowercase();
        ["\"endpoints\"", "\"urls\"", "\"http_ports\""].iter().any(|word| text.contains(word))
    }
}

/// The sentence about the port: the SDK's images clear the variable that the small ones set.
fn port(base: &Base) -> String {
    let tag = Tag::parse(base.image.effective_tag().unwrap_or_default());
    let port = if tag.version.first().is_some_and(|major| *major < 8) { 80 } else { 8080 };
    format!(
        "unless the program names a port itself, it listens on port {port} of all addresses, no \
         longer on localhost:5000"
    )
}

/// The small images of a kind: on the same distribution, and without a shell.
fn images(base: &Base, kind: &str) -> Option<Vec<(Variant, String)>> {
    if base.family != Family::DotnetSdk {
        return None;
    }
    let tag = base.image.effective_tag()?;
    let parsed = Tag::parse(tag);
    let version = parsed.version.get(..2).map(|two| format!("{}.{}", two[0], two[1]));
    // An SDK has a number of its own behind the version of .NET; other words name what it stands on.
    let words: Vec<&str> = tag.split('-').skip(1).collect();
    if words.iter().any(|word| word.starts_with("preview") || word.starts_with("rc")) {
        return None;
    }
    let small = match (&version, parsed.version.len()) {
        (Some(version), _) => {
            let all = std::iter::once(version.as_str()).chain(words.iter().copied());
            all.collect::<Vec<_>>().join("-")
        }
        (None, _) => tag.to_owned(),
    };
    let name = base.image.familiar();
    let registry = name.rsplit_once('/').map_or(REGISTRY, |(registry, _)| registry);
    let mut images = vec![(Variant::Conservative, format!("{registry}/{kind}:{small}"))];
    if let Some(version) = version
        && base.libc() == Libc::Glibc
        && parsed.version.first().is_some_and(|major| *major >= 8)
        && registry == REGISTRY
    {
        let image = format!("{registry}/{kind}:{version}-noble-chiseled-extra");
        images.push((Variant::Smallest, image));
    }
    Some(images)
}

#[cfg(test)]
mod tests {
    use crate::split::testing::{runtime_stages, verdict};

    const WEB: &str = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup>\
        <TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";

    const CONSOLE: &str = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType>\
        <TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";

    /// The runtime stages of a file on an image of the SDK, or the reasons; `build` are the lines
    /// behind `COPY . .`.
    #[track_caller]
    fn check(tag: &str, build: &str, files: &[(&str, &str)], expected: &[&str]) {
        assert_eq!(runtime_stages(&file(tag, build), files), expected, "{tag}\n{build}");
    }

    fn file(tag: &str, build: &str) -> String {
        format!("FROM mcr.microsoft.com/dotnet/sdk:{tag}\nWORKDIR /app\nCOPY . .\n{build}\n")
    }

    #[test]
    fn published_for_the_web() {
        check(
            "8.0",
            "RUN dotnet publish -c Release -o out\nENTRYPOINT [\"dotnet\", \"out/A.dll\"]",
            &[
                ("A.csproj", WEB),
                ("appsettings.json", "{}"),
                ("wwwroot/a.css", ""),
                ("Program.cs", ""),
            ],
            &[
                "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\n\
                 COPY --from=builder /app/out /app/out\n\
                 COPY --from=builder /app/appsettings.json /app/appsettings.json\n\
                 COPY --from=builder /app/wwwroot /app/wwwroot\n\
                 ENTRYPOINT [\"dotnet\", \"out/A.dll\"]",
                "FROM mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled-extra\nWORKDIR /app\n\
                 COPY --from=builder /app/out /app/out\n\
                 COPY --from=builder /app/appsettings.json /app/appsettings.json\n\
                 COPY --from=builder /app/wwwroot /app/wwwroot\nUSER root\n\
                 ENTRYPOINT [\"dotnet\", \"out/A.dll\"]",
            ],
        );
    }

    #[test]
    fn started_in_its_own_folder() {
        check(
            "8.0.404-alpine3.20",
            "RUN dotnet publish src/A/A.csproj -c Release -o /out --no-restore\nWORKDIR /out\n\
             ENV ASPNETCORE_URLS=http://+:80\nENTRYPOINT [\"dotnet\", \"A.dll\"]",
            &[("src/A/A.csproj", WEB), ("src/A/appsettings.json", "{}")],
            &["FROM mcr.microsoft.com/dotnet/aspnet:8.0-alpine3.20\n\
               RUN apk add --no-cache icu-data-full icu-libs tzdata\n\
               COPY --from=builder /out /out\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\n\
               WORKDIR /out\nENV ASPNETCORE_URLS=http://+:80\nENTRYPOINT [\"dotnet\", \"A.dll\"]"],
        );
        check(
            "6.0",
            "RUN dotnet publish -c Release\nWORKDIR /app/bin/Release/net6.0/publish\nCMD dotnet A.dll",
            &[("A.csproj", CONSOLE)],
            &["FROM mcr.microsoft.com/dotnet/runtime:6.0\n\
               COPY --from=builder /app/bin/Release/net6.0/publish /app/bin/Release/net6.0/publish\n\
               WORKDIR /app/bin/Release/net6.0/publish\nCMD dotnet A.dll"],
        );
    }

    #[test]
    fn what_the_sources_name() {
        let build =
            "RUN dotnet publish -c Release -o /out\nWORKDIR /out\nCMD [\"dotnet\", \"A.dll\"]";
        let made = |code: &str| {
            let main = format!("class A {{ void F() {{ {code} }} }}");
            let files = [("A.csproj", CONSOLE), ("A.cs", main.as_str()), ("data/a.json", "{}")];
            runtime_stages(&file("8.0", build), &files).join("\n")
        };
        let copies = "COPY --from=builder /app/data/a.json /app/data/a.json";
        assert!(made(r#"File.ReadAllText("/app/data/a.json");"#).contains(copies));
        assert!(made(r#"File.ReadAllText("../app/data/a.json");"#).contains(copies));
        assert!(!made(r#"File.ReadAllText("/app");"#).contains("COPY --from=builder /app "));
        assert!(!made("").contains("/app/data"));
        let found = made(r#"Process.Start("git", "log");"#);
        let assumed = "# Assumed: the programs that it starts itself are in the image: git";
        assert!(found.contains(assumed) && found.contains("recommends git"), "{found}");
        assert!(!found.contains("chiseled"), "{found}");
        assert!(made("").contains("chiseled"));
        let found = made(r#"new ProcessStartInfo { FileName = "gcc" };"#);
        assert!(found.contains("needs-other: The program starts gcc"), "{found}");
    }

    #[test]
    fn what_is_not_known_is_taken_for_the_web() {
        check(
            "8.0",
            "RUN dotnet publish -c Release -o /srv/a\nWORKDIR /srv/a\nCMD [\"dotnet\", \"A.dll\"]",
            &[],
            &[
                "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY --from=builder /srv/a /srv/a\n\
                 WORKDIR /srv/a\nCMD [\"dotnet\", \"A.dll\"]",
                "FROM mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled-extra\n\
                 COPY --from=builder /srv/a /srv/a\nWORKDIR /srv/a\nUSER root\nCMD [\"dotnet\", \"A.dll\"]",
            ],
        );
    }

    #[test]
    fn programs_that_hold_the_runtime() {
        let runtime = |tag: &str| {
            format!(
                "FROM mcr.microsoft.com/dotnet/runtime-deps:{tag}\nWORKDIR /app\n\
                 COPY --from=builder /app/out /app/out\nCMD out/A"
            )
        };
        let run = |options: &str| format!("RUN dotnet publish -o out {options}\nCMD out/A");
        let project = [("A.csproj", CONSOLE)];
        check("9.0", &run("-r linux-x64 --self-contained true"), &project, &[&runtime("9.0")]);
        check("6.0", &run("-r linux-x64"), &project, &[&runtime("6.0")]);
        check("9.0", &run("-p:PublishAot=true"), &project, &[&runtime("9.0")]);
        let console = "FROM mcr.microsoft.com/dotnet/runtime:9.0\nWORKDIR /app\n\
                       COPY --from=builder /app/out /app/out\nCMD out/A";
        check("9.0", &run("-r linux-x64"), &project, &[console]);
        check("9.0", &run("--self-contained false"), &project, &[console]);
    }

    #[test]
    fn the_port_is_said_where_nothing_sets_it() {
        let changes = |tag: &str, build: &str, files: &[(&str, &str)]| {
            let verdict = verdict(&file(tag, build), files);
            verdict.splits.first().map(|split| split.plan.changes.join(";")).unwrap_or_default()
        };
        let run = "RUN dotnet publish -o out\nCMD [\"dotnet\", \"out/A.dll\"]";
        let web = [("A.csproj", WEB)];
        assert!(changes("8.0", run, &web).contains("port 8080"));
        assert!(changes("6.0", run, &web).contains("port 80 "));
        assert_eq!(changes("8.0", &format!("ENV ASPNETCORE_URLS=http://+:5000\n{run}"), &web), "");
        assert_eq!(
            changes("8.0", &run.replace("A.dll\"", "A.dll\", \"--urls\", \"http://+:1\""), &web),
            ""
        );
        assert_eq!(changes("8.0", run, &[("A.csproj", CONSOLE)]), "");
    }

    #[test]
    fn refusals() {
        let check = |build: &str, files: &[(&str, &str)], expected: &str| {
            check("8.0", build, files, &[expected]);
        };
        check(
            "CMD dotnet watch run",
            &[],
            "development-server: `dotnet watch run` is a development server.",
        );
        check(
            "RUN dotnet build\nCMD dotnet run",
            &[],
            "build-tool: The container runs the build tool itself: `dotnet run`.",
        );
        check(
            "RUN dotnet publish -o out\nCMD dotnet out/B.dll",
            &[("A.csproj", WEB)],
            "artifact-unknown: Which file the build produces is not known: A.csproj makes A.dll, not B.dll.",
        );
        check(
            "RUN dotnet publish -p:PublishDir=/x\nCMD dotnet /x/A.dll",
            &[],
            "artifact-unknown: Which file the build produces is not known: where the output goes hangs on a property.",
        );
        check(
            "RUN --mount=type=cache,target=/app/bin dotnet publish\nCMD dotnet bin/Release/net8.0/publish/A.dll",
            &[],
            "in-cache: /app/bin/Release/net8.0/publish/A.dll stays in a cache mount: copy it out in the same RUN.",
        );
        check(
            "RUN dotnet publish -o out && dotnet dev-certs https\nCMD dotnet out/A.dll",
            &[],
            "cannot-follow: What `dotnet dev-certs https` makes is not known.",
        );
    }

    #[test]
    fn the_output_of_build_is_only_likely() {
        check(
            "8.0",
            "RUN dotnet build -c Release\nCMD dotnet bin/Release/net8.0/A.dll",
            &[("A.csproj", CONSOLE), ("settings.json", "{}")],
            &["# Assumed: the output of `dotnet build` is all that the program needs.\n\
               FROM mcr.microsoft.com/dotnet/runtime:8.0\nWORKDIR /app\n\
               COPY --from=builder /app/bin/Release/net8.0 /app/bin/Release/net8.0\n\
               COPY --from=builder /app/settings.json /app/settings.json\n\
               CMD dotnet bin/Release/net8.0/A.dll"],
        );
    }
}
