//! Java without a build tool: `javac` and `jar`.
//!
//! Sources: the manual pages of `javac` and `jar`.

use super::jvm::{self, Holding, Jar, Tool};
use super::{Asked, Built, Ecosystem, Reading};
use crate::split::answer::{Answer, Evidence, Site};
use crate::split::command::{Grammar, Invocation};
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::split::world::{base_name, trimmed};

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: TOOL.name, title: "Java", reads: read, answers: answer };

const TOOL: Tool = Tool {
    name: "java",
    output: "",
    holding,
    only_jar,
    jars: |_, _| Vec::new(),
    script_tools: &[],
};

/// Build tools for Java that have no ecosystem of their own here: they compile when they start.
const BUILD_TOOLS: &[&str] =
    &["ant", "boot", "clj", "clojure", "jbang", "kotlinc", "lein", "mill", "scala-cli"];

const JAVAC: Grammar = Grammar {
    values: &[
        "-cp",
        "-classpath",
        "--class-path",
        "-d",
        "-encoding",
        "-h",
        "-p",
        "--module-path",
        "--module-source-path",
        "-m",
        "--module",
        "--add-modules",
        "--release",
        "-source",
        "--source",
        "-sourcepath",
        "--source-path",
        "-s",
        "-target",
        "--target",
        "-processorpath",
        "-processor",
    ],
    switches: &[
        "-deprecation",
        "-g",
        "-nowarn",
        "-parameters",
        "-verbose",
        "-Werror",
        "-Xlint",
        "--enable-preview",
        "-proc:none",
    ],
    joined: &["-Xlint:", "-g:", "-J"],
};

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    match invocation.name()? {
        "java" | "javac" if is_question(invocation) => Some(Reading::Checks),
        "javac" => compiled(asked).map(Reading::Builds),
        "jar" => packed(invocation).map(Reading::Builds),
        _ => None,
    }
}

fn is_question(invocation: &Invocation) -> bool {
    matches!(invocation.arg(0), Some("-version" | "--version" | "-help" | "--help"))
}

/// What `javac` writes: a folder that `-d` names, or a class beside each source.
fn compiled(asked: &Asked<'_, '_>) -> Option<Vec<Built>> {
    let invocation = asked.invocation;
    let options = JAVAC.read(invocation.args());
    if options.unknown.is_some() {
        return None;
    }
    if let Some(folder) = options.value(&["-d"]) {
        let path = trimmed(&invocation.path(folder?)?).to_owned();
        let evidence = "-d of `javac`".to_owned();
        return Some(vec![Built { path, is_folder: true, evidence }]);
    }
    let mut found = Vec::new();
    for word in &options.operands {
        let text = word.text.as_deref()?;
        let stem = text.strip_suffix(".java")?;
        let path = invocation.path(&format!("{stem}.class"))?;
        found.push(Built { path, is_folder: false, evidence: format!("`javac` of {text}") });
    }
    Some(found)
}

/// The archive that `jar` makes: the word behind the letters with `c` and `f`, or `--file`.
fn packed(invocation: &Invocation) -> Option<Vec<Built>> {
    let file = archive(invocation)?;
    let path = invocation.path(file)?;
    Some(vec![Built { path, is_folder: false, evidence: "`jar` makes it".to_owned() }])
}

fn archive(invocation: &Invocation) -> Option<&str> {
    let words: Vec<&str> = invocation.args().iter().map(|word| word.or_empty()).collect();
    let first = words.first()?;
    let long = words.iter().find_map(|word| word.strip_prefix("--file="));
    let behind = words.iter().position(|word| matches!(*word, "--file" | "-f"));
    if first.starts_with("--create") || words.contains(&"--create") || words.contains(&"-c") {
        return long.or_else(|| words.get(behind? + 1).copied());
    }
    let letters = first.trim_start_matches('-');
    let is_short = letters.starts_with('c') && letters.chars().all(|c| "cfvem0Mi".contains(c));
    if !is_short || !letters.contains('f') {
        return None;
    }
    // The words come in the order of the letters.
    let before = letters.chars().take_while(|c| *c != 'f').filter(|c| matches!(c, 'e' | 'm'));
    words.get(1 + before.count()).copied()
}

/// With a manifest of its own a jar can name others; without, it starts from itself alone.
fn holding(site: &Site<'_, '_>, jar: &Jar) -> Result<Holding, Refusal> {
    let made = site.course.facts.invocations().find(|(_, one)| {
        one.name() == Some("jar")
            && archive(one).and_then(|file| one.path(file)).as_deref() == Some(jar.source.as_str())
    });
    let Some((_, one)) = made else { return Ok(Holding::Unknown) };
    let has_manifest = one.args().iter().enumerate().any(|(number, word)| {
        let text = word.or_empty();
        text.starts_with("--manifest")
            || text == "-m"
            || number == 0 && !text.starts_with("--") && text.contains('m')
    });
    if !has_manifest {
        return Ok(Holding::All(Evidence::at(one.range, "its manifest names no other jar")));
    }
    Ok(match named_manifest(site, one) {
        Some(text) if !text.contains("Class-Path") => {
            Holding::All(Evidence::at(one.range, "its manifest names no other jar"))
        }
        _ => Holding::Unknown,
    })
}

/// The text of the manifest that a command names, if the context has it.
fn named_manifest(site: &Site<'_, '_>, one: &Invocation) -> Option<String> {
    const LONGEST: usize = 64 << 10;
    let words = one.args().iter().map(|word| word.or_empty());
    let is_manifest = |word: &&str| {
        let lower = base_name(word).to_lowercase();
        lower.contains("manifest") || lower.ends_with(".mf")
    };
    let file =
        words.skip(1).map(|word| word.trim_start_matches("--manifest=")).find(is_manifest)?;
    site.course.text(&one.path(file)?, LONGEST)
}

fn only_jar(_: &Site<'_, '_>, _: &str) -> Option<String> {
    None
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    toolchain_start(site).map(Err).or_else(|| jvm::answer(site, &TOOL))
}

/// The start command runs a build tool.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Refusal> {
    let is_tool = |launch: &&Launch| launch.name().is_some_and(|name| BUILD_TOOLS.contains(&name));
    let launch = site.start.launches.iter().find(is_tool)?;
    let reason = match site.start.launches.len() {
        1 => Reason::BuildTool,
        _ => Reason::BuildsAtStart,
    };
    Some(Refusal::new(reason, launch.shown(), Some(site.start.place)))
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    #[track_caller]
    fn check(build: &str, files: &[(&str, &str)], expected: &[&str]) {
        let file = format!("FROM openjdk:17-jdk-slim\nWORKDIR /app\nCOPY src src\n{build}\n");
        assert_eq!(runtime_stages(&file, files), expected, "{file}");
    }

    const ASSUMED: &str = "# Assumed: the program runs as well with Eclipse Temurin's Java 17 as with \
        that of openjdk:17-jdk-slim.\nFROM eclipse-temurin:17-jre-jammy\nWORKDIR /app\n";

    #[test]
    fn jars_without_a_build_tool() {
        for make in [
            "jar cfe app.jar app.Main -C classes .",
            "jar cef app.Main app.jar -C classes .",
            "jar --create --file app.jar --main-class app.Main -C classes .",
            "jar -c -f app.jar -e app.Main -C classes .",
        ] {
            check(
                &format!("RUN javac -d classes src/*.java && {make}\nCMD java -jar app.jar"),
                &[],
                &[&format!(
                    "{ASSUMED}COPY --from=builder /app/app.jar /app/app.jar\nCMD java -jar app.jar"
                )],
            );
        }
    }

    #[test]
    fn manifests_may_name_other_jars() {
        let build = "RUN javac -d out src/*.java && jar cfm a.jar src/manifest.txt -C out .\nCMD java -jar a.jar";
        let copy = "COPY --from=builder /app/a.jar /app/a.jar\nCMD java -jar a.jar";
        check(build, &[("src/manifest.txt", "Main-Class: x\n")], &[&format!("{ASSUMED}{copy}")]);
        let assumed =
            ASSUMED.replace("FROM", "# Assumed: /app/a.jar holds all its dependencies.\nFROM");
        check(
            build,
            &[("src/manifest.txt", "Class-Path: lib/b.jar\n")],
            &[&format!("{assumed}{copy}")],
        );
    }

    #[test]
    fn classes_are_taken_with_their_folder() {
        check(
            "RUN javac -d classes src/*.java\nCMD java -cp classes app.Main",
            &[],
            &[&format!(
                "{ASSUMED}COPY --from=builder /app/classes /app/classes\nCMD java -cp classes app.Main"
            )],
        );
        check(
            "RUN javac src/Main.java\nWORKDIR /app/src\nCMD java Main",
            &[],
            &[&format!(
                "{}COPY --from=builder /app/src /app/src\nWORKDIR /app/src\nCMD java Main",
                ASSUMED.replace("WORKDIR /app\n", "")
            )],
        );
    }

    #[test]
    fn a_jre_compiles_nothing() {
        for start in ["java src/Main.java", "java --source 17 src/main"] {
            let why = format!("build-tool: The container runs the build tool itself: `{start}`.");
            check(&format!("RUN javac -d out src/*.java\nCMD {start}"), &[], &[&why]);
        }
        for start in ["lein run", "clojure -M:run", "jbang src/Main.java"] {
            let why = format!("build-tool: The container runs the build tool itself: `{start}`.");
            check(&format!("CMD {start}"), &[], &[&why]);
        }
        let why = "builds-at-start: The container builds or updates itself when it starts: `ant`.";
        check("CMD ant && java -jar a.jar", &[], &[why]);
    }
}
