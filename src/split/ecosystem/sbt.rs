//! sbt: `sbt assembly` and `sbt stage`.
//!
//! Sources: the pages of sbt-assembly and of sbt-native-packager.

use super::jvm::{self, Holding, Jar, Tool};
use super::outputs::named_outputs;
use super::{Asked, Built, Ecosystem, Reading};
use crate::split::answer::{Answer, Evidence, Site};
use crate::split::command::Invocation;
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::split::world::base_name;
use crate::workspace::project::Setting;
use crate::workspace::project::sbt;

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: TOOL.name, title: "sbt", reads: read, answers: answer };

const TOOL: Tool = Tool {
    name: "sbt",
    output: "target",
    holding,
    only_jar,
    jars: |_, _| Vec::new(),
    script_tools: &["bash"],
};

/// Tasks behind which there is something in the folder of the output.
const BUILDS: &[&str] =
    &["assembly", "compile", "package", "stage", "Universal/stage", "universal:stage"];
const CHECKS: &[&str] = &["test", "scalafmtCheck", "scalafmtCheckAll", "testOnly"];
const PREPARES: &[&str] = &["clean", "update", "reload", "about", "version", "sbtVersion", "exit"];

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    if !is_own(invocation) {
        return None;
    }
    let mut tasks = Vec::new();
    for word in invocation.args() {
        let text = word.text.as_deref().filter(|_| !word.is_pattern)?;
        // Options of sbt and of Java change no path.
        if text.starts_with("-D") || text.starts_with("-J") || text.starts_with("-X") {
            continue;
        }
        if matches!(text, "-batch" | "--batch" | "-no-colors" | "--no-colors" | "-v" | "--version")
        {
            continue;
        }
        if is_setting_of_tests(text) {
            continue;
        }
        tasks.extend(text.split(';').map(str::trim).filter(|task| !task.is_empty()));
    }
    let is = |list: &[&str], task: &str| {
        list.contains(&task) || task.rsplit_once('/').is_some_and(|(_, own)| list.contains(&own))
    };
    let known = |task: &&str| is(BUILDS, task) || is(CHECKS, task) || is(PREPARES, task);
    if !tasks.iter().all(known) {
        return None;
    }
    if tasks.iter().any(|task| is(BUILDS, task)) {
        return Some(Reading::Builds(outputs(asked)));
    }
    match tasks.iter().any(|task| is(CHECKS, task)) {
        true => Some(Reading::Checks),
        false => Some(Reading::Prepares),
    }
}

/// Whether a task changes a setting of the tests alone: `set test in assembly := {}`, `set Test / test :=
/// {}`. Others may change what is built.
fn is_setting_of_tests(task: &str) -> bool {
    const SCOPES: &[&str] =
        &["/", "Global", "Test", "ThisBuild", "assembly", "every", "in", "test"];
    let Some((key, _)) = task.strip_prefix("set ").and_then(|rest| rest.split_once(":=")) else {
        return false;
    };
    let key = key.replace('/', " / ");
    let words: Vec<&str> = key.split_whitespace().collect();
    words.contains(&"test") && words.iter().all(|word| SCOPES.contains(word))
}

fn is_own(invocation: &Invocation) -> bool {
    matches!(invocation.name(), Some("sbt" | "sbtx"))
}

fn outputs(asked: &Asked<'_, '_>) -> Vec<Built> {
    let Some(folder) = asked.invocation.folder.as_deref() else { return Vec::new() };
    let mut paths: Vec<String> = join(folder, TOOL.output).into_iter().collect();
    for path in named_outputs(asked.course, folder, TOOL.output) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let built =
        |path: String| Built { evidence: format!("sbt writes to {path}"), path, is_folder: true };
    paths.into_iter().map(built).collect()
}

fn build_of(site: &Site<'_, '_>, jar: &Jar) -> Option<sbt::Build> {
    let folder = site.course.project_in(&jar.project, "build.sbt")?;
    sbt::build(site.context()?, &folder).ok()?
}

fn holding(site: &Site<'_, '_>, jar: &Jar) -> Result<Holding, Refusal> {
    let file = base_name(&jar.source);
    let build = build_of(site, jar);
    let runs = |task: &str| {
        site.course.facts.invocations().any(|(_, one)| {
            is_own(one) && one.args().iter().any(|word| word.or_empty().contains(task))
        })
    };
    if !runs("assembly") {
        // Without it there is the jar of `package` alone.
        return Ok(if build.is_some() { Holding::Thin } else { Holding::Unknown });
    }
    let named = build.as_ref().map(|build| &build.assembly_jar_name);
    let fits = match named {
        Some(Setting::Stated(name)) => name == file,
        _ => file.contains("-assembly"),
    };
    let place = site.start.place;
    Ok(match fits {
        true => Holding::All(Evidence::at(
            place,
            format!("{}: `sbt assembly` puts all into it", jar.path),
        )),
        false => Holding::Unknown,
    })
}

fn only_jar(_: &Site<'_, '_>, _: &str) -> Option<String> {
    None
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let is_sbt = |launch: &&Launch| matches!(launch.name(), Some("sbt" | "sbtx"));
    if let Some(launch) = site.start.launches.iter().find(is_sbt) {
        let reason = match site.start.launches.len() {
            1 => Reason::BuildTool,
            _ => Reason::BuildsAtStart,
        };
        return Some(Err(Refusal::new(reason, launch.shown(), Some(site.start.place))));
    }
    jvm::answer(site, &TOOL).or_else(|| jvm::unread(site, is_own))
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    #[track_caller]
    fn check(build: &str, files: &[(&str, &str)], expected: &[&str]) {
        let image = "sbtscala/scala-sbt:eclipse-temurin-alpine-17.0.10_7_1.10.0_3.4.0";
        let file = format!("FROM {image}\nWORKDIR /app\nCOPY . .\n{build}\n");
        assert_eq!(runtime_stages(&file, files), expected, "{file}");
    }

    const BUILD: &str =
        "name := \"shop\"\nscalaVersion := \"3.4.0\"\nassembly / assemblyJarName := \"shop.jar\"\n";

    #[test]
    fn jars_of_assembly() {
        check(
            "RUN sbt -Dsbt.color=false clean assembly\nCMD java -jar target/scala-3.4.0/shop.jar",
            &[("build.sbt", BUILD), ("project/build.properties", "")],
            &["FROM eclipse-temurin:17-jre-alpine\nWORKDIR /app\n\
               COPY --from=builder /app/target/scala-3.4.0/shop.jar /app/target/scala-3.4.0/shop.jar\n\
               CMD java -jar target/scala-3.4.0/shop.jar"],
        );
        check(
            "RUN sbt package\nCMD java -jar target/scala-3.4.0/shop_3-1.jar",
            &[("build.sbt", BUILD)],
            &[
                "thin-jar: The jar /app/target/scala-3.4.0/shop_3-1.jar does not hold its dependencies.",
            ],
        );
    }

    #[test]
    fn stages_with_their_scripts() {
        check(
            "RUN sbt stage\nCMD [\"target/universal/stage/bin/shop\"]",
            &[("build.sbt", BUILD)],
            &["FROM eclipse-temurin:17-jre-alpine\nRUN apk add --no-cache bash\nWORKDIR /app\n\
               COPY --from=builder /app/target/universal/stage /app/target/universal/stage\n\
               CMD [\"target/universal/stage/bin/shop\"]"],
        );
    }

    #[test]
    fn settings_of_tests() {
        let with = |set: &str| {
            let build =
                format!("RUN sbt \"{set}\" assembly\nCMD java -jar target/scala-3.4.0/shop.jar");
            let image = "sbtscala/scala-sbt:eclipse-temurin-alpine-17.0.10_7_1.10.0_3.4.0";
            let file = format!("FROM {image}\nWORKDIR /app\nCOPY . .\n{build}\n");
            runtime_stages(&file, &[("build.sbt", BUILD)]).concat()
        };
        for set in ["set test in Test := {}", "set Test/test := {}", "set assembly / test := {}"] {
            assert!(with(set).starts_with("FROM eclipse-temurin"), "{set}: {}", with(set));
        }
        let other = with("set assembly / assemblyJarName := \\\"x.jar\\\"");
        assert!(other.starts_with("cannot-follow"), "{other}");
    }

    #[test]
    fn refusals() {
        check(
            "CMD sbt run",
            &[],
            &["build-tool: The container runs the build tool itself: `sbt run`."],
        );
        check(
            "RUN sbt docker:publishLocal\nCMD java -jar a.jar",
            &[],
            &["cannot-follow: What `sbt docker:publishLocal` makes is not known."],
        );
    }
}
