//! Joins the two halves of the old way: a file that only builds, a file that only runs, and a script
//! that carries the program from one image to the other with `docker cp`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::Snapshot;
use super::edit::{Promise, gate};
use super::tester::BUILDERS;
use crate::check::Severity;
use crate::language::Keyword;
use crate::model::Model;
use crate::shell::{self, Part};
use crate::split::stages::{self, Stages};
use crate::split::world::base_name;
use crate::syntax::{Arguments, Instruction, Placed, Style};
use crate::text::{Edit, TextRange, apply_edits};
use crate::workspace::{Files, LONGEST_FILE, inside};

/// The last words of the names of both halves.
const HALVES: &[(&str, &str)] = &[
    ("build", "prod"),
    ("build", "production"),
    ("build", "release"),
    ("build", "run"),
    ("build", "runtime"),
    ("builder", "prod"),
    ("builder", "runtime"),
];

/// The name of the file that is made.
pub const MERGED: &str = "Dockerfile";

/// A folder with more in it is not looked through.
const MOST_ENTRIES: usize = 1_000;

/// How many files are looked through for the script.
const MOST_SCRIPTS: usize = 20;

/// Both halves and the script between them.
pub struct Halves {
    /// The file that builds.
    pub build: String,
    /// The file that runs.
    pub prod: String,
    /// What is between them, if it is there.
    pub script: Option<String>,
    /// Where the one file goes: nothing is there.
    pub target: PathBuf,
}

/// The two halves of which `text` at `path` is one, if the other lies beside it and no
/// [`MERGED`] does.
pub fn halves(files: &dyn Files, path: &Path, text: &str) -> Option<Halves> {
    let folder = path.parent()?;
    let name = path.file_name()?.to_str()?;
    let target = folder.join(MERGED);
    if files.kind(&target).is_ok() {
        return None;
    }
    let read = |name: &str| {
        let bytes = files.read(&folder.join(name), LONGEST_FILE).ok()?;
        String::from_utf8(bytes).ok()
    };
    for (builds, runs) in HALVES {
        let other = |own: &str, other: &str| {
            let stem = name.strip_suffix(own).filter(|stem| stem.ends_with('.'))?;
            Some(format!("{stem}{other}"))
        };
        let found = other(builds, runs)
            .and_then(|other| Some((name.to_owned(), text.to_owned(), read(&other)?)))
            .or_else(|| {
                let other = other(runs, builds)?;
                Some((other.clone(), read(&other)?, text.to_owned()))
            });
        if let Some((builder, build, prod)) = found {
            let script = script(files, folder, &builder);
            return Some(Halves { build, prod, script, target });
        }
    }
    None
}

/// The script of a folder that names the builder's file and copies out of a container.
fn script(files: &dyn Files, folder: &Path, builder: &str) -> Option<String> {
    let entries = files.list(folder, MOST_ENTRIES).ok()?.into_iter();
    let mut names: Vec<String> = entries.map(|entry| entry.name).collect();
    names.retain(|name| name.ends_with(".sh") || !name.contains('.') && name != "Makefile");
    names.sort();
    let texts = names.iter().take(MOST_SCRIPTS).filter_map(|name| {
        String::from_utf8(files.read(&folder.join(name), LONGEST_FILE).ok()?).ok()
    });
    let mut fitting = texts.filter(|text| text.contains(builder) && text.contains(" cp "));
    fitting.next()
}

/// One multi-stage file for both halves.
///
/// Errors: why it cannot be made, a sentence.
pub fn merge(build: &Snapshot, prod: &Snapshot, script: Option<&str>) -> Result<String, String> {
    sound(build, "build")?;
    sound(prod, "runtime")?;
    let model = prod.model();
    let first = model.stages().first().map(|stage| stage.start).unwrap_or_default();
    if prod.tree().escape() != build.tree().escape() {
        return Err("The two files have different escape characters.".to_owned());
    }
    if prod.tree().items().any(|placed| placed.start < first && is_meant(&placed)) {
        return Err("The second file has lines before its FROM: move them first.".to_owned());
    }
    let own = build.model().names();
    if let Some(name) = model.names().all().find(|name| !own.stages(name).is_empty()) {
        return Err(format!("Both files have a stage {name}: rename one."));
    }
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    if model.references().iter().any(|reference| is_number(&reference.name.text)) {
        return Err("The second file names stages by numbers, which would change.".to_owned());
    }
    let (name, naming) = builder(build, model)?;
    let taken = match script {
        Some(script) => copied_out(script)?,
        None => built(build.model()),
    };
    let edits = brought(prod, &taken, &name)?;
    gate(prod, &edits, Promise::Reads).map_err(|why| format!("{why}."))?;
    let edited = |snapshot: &Snapshot, edits: &[Edit]| {
        apply_edits(&snapshot.text().to_string(), edits).map_err(|why| format!("{why}."))
    };
    let (mut text, second) = (edited(build, &naming)?, edited(prod, &edits)?);
    let style = Style::of(build.tree());
    text = style.ended(text) + style.newline;
    text.push_str(second.trim_start_matches('\u{feff}'));
    let findings = Snapshot::new(&text).report().findings();
    match findings.iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) => Err(format!("The result would not be sound: {}", finding.message)),
        None => Ok(text),
    }
}

/// Whether an item says something: directives do, comments do not.
fn is_meant(placed: &Placed<'_>) -> bool {
    !matches!(placed.item.kind, crate::syntax::ItemKind::Trivia)
}

fn sound(snapshot: &Snapshot, which: &str) -> Result<(), String> {
    if snapshot.model().stages().is_empty() {
        return Err(format!("There is no stage in the {which} file."));
    }
    let findings = snapshot.report().findings();
    match findings.iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) => {
            let line = snapshot.text().line_of(finding.range.start()) + 1;
            Err(format!("The {which} file has errors: fix line {line} first."))
        }
        None => Ok(()),
    }
}

/// The name of the stage that builds, and the edit that gives it one.
fn builder(build: &Snapshot, prod: &Model) -> Result<(String, Vec<Edit>), String> {
    let stage = build.model().stages().last().ok_or("There is no stage that builds.")?;
    if let Some(name) = stage.name() {
        return Ok((name.text.to_string(), Vec::new()));
    }
    let is_free = |name: &&&str| {
        [build.model(), prod].iter().all(|model| model.names().stages(name).is_empty())
    };
    let name = BUILDERS.iter().find(is_free).ok_or("There is no free name for the builder.")?;
    let image = stage.image().ok_or("There is no stage that builds.")?;
    let text = format!(" {} {name}", Style::of(build.tree()).word("AS"));
    Ok(((*name).to_owned(), vec![Edit::insert(image.range.end(), text)]))
}

/// A file or folder that is carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taken {
    /// Its path in the builder.
    from: String,
    /// Its path in the build context of the second file.
    to: String,
}

/// What a script copies out of containers.
fn copied_out(script: &str) -> Result<Vec<Taken>, String> {
    let parsed = shell::parse(script)
        .map_err(|unread| format!("The script cannot be read: {}.", unread.what))?;
    let mut taken = Vec::new();
    for step in parsed.steps().iter() {
        let words: Vec<String> = step.command.words.iter().map(shown).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
        let operands = match words {
            ["docker" | "podman" | "nerdctl", "cp", rest @ ..]
            | ["docker" | "podman" | "nerdctl", "container", "cp", rest @ ..] => rest,
            _ => continue,
        };
        let operands: Vec<&&str> = operands.iter().filter(|word| !word.starts_with('-')).collect();
        let [source, destination] = operands.as_slice() else { continue };
        let Some((_, path)) = source.split_once(':') else { continue };
        let unclear = path.contains(UNKNOWN);
        // What stands before the last unknown part is the folder of the script.
        let destination = match destination.rsplit_once(UNKNOWN) {
            Some((_, rest)) if rest.starts_with('/') => rest.trim_start_matches('/'),
            Some(_) => continue,
            None => destination,
        };
        if unclear {
            return Err(format!(
                "What `{}` takes is not known.",
                words.join(" ").replace(UNKNOWN, "…")
            ));
        }
        let from = format!("/{}", inside(path.strip_suffix("/.").unwrap_or(path)));
        let is_into = destination.ends_with('/') || matches!(destination, "." | "" | "./");
        let to = match is_into && !path.ends_with("/.") {
            true => inside(&format!("{destination}/{}", base_name(&from))),
            false => inside(destination),
        };
        taken.push(Taken { from, to });
    }
    match taken.is_empty() {
        true => Err("The script copies nothing out of a container with `docker cp`.".to_owned()),
        false => Ok(taken),
    }
}

/// Stands for what a script finds out when it runs.
const UNKNOWN: char = '\u{0}';

fn shown(word: &shell::Word) -> String {
    let part = |part: &Part| match part {
        Part::Literal { text, .. } => text.clone(),
        _ => UNKNOWN.to_string(),
    };
    word.parts.iter().map(part).collect()
}

/// What the last stage builds, each by its bare name.
fn built(model: &Model) -> Vec<Taken> {
    let facts = stages::read(model, |_| true);
    let stages = Stages::follow(model, &facts);
    let Some((_, course)) = stages.last() else { return Vec::new() };
    let taken = |product: &crate::split::course::Product| Taken {
        from: product.path.clone(),
        to: base_name(&product.path).to_owned(),
    };
    course.products.iter().map(taken).collect()
}

/// The edits that take from the builder what was taken from the folder.
fn brought(prod: &Snapshot, taken: &[Taken], builder: &str) -> Result<Vec<Edit>, String> {
    let mut edits = Vec::new();
    for (placed, facts) in prod.model().instructions() {
        let (Some(Keyword::Copy | Keyword::Add), Some(instruction)) =
            (facts.keyword, placed.instruction())
        else {
            continue;
        };
        edits.extend(brought_by(&placed, instruction, facts.keyword, taken, builder)?);
    }
    if edits.is_empty() {
        let names: Vec<&str> = taken.iter().map(|one| one.to.as_str()).collect();
        return Err(match names.is_empty() {
            true => "Which file the first half builds is not known: name the script.".to_owned(),
            false => {
                format!("The second file copies none of what is built ({}).", names.join(", "))
            }
        });
    }
    Ok(edits)
}

fn brought_by(
    placed: &Placed<'_>,
    instruction: &Instruction,
    keyword: Option<Keyword>,
    taken: &[Taken],
    builder: &str,
) -> Result<Vec<Edit>, String> {
    let source: &str = &placed.item.text;
    let command = &instruction.view.command;
    let text = |range: TextRange| source.get(Range::<usize>::from(range)).unwrap_or_default();
    let has_from = command.flag("from", &instruction.view, source).is_some();
    let Some((_, sources)) = command.words().split_last().filter(|_| !has_from) else {
        return Ok(Vec::new());
    };
    let is_exec = matches!(command.arguments, Arguments::Exec(_));
    let written = |path: &str| if is_exec { format!("\"{path}\"") } else { path.to_owned() };
    let line = placed.line + 1;
    let mut edits = Vec::new();
    for word in sources {
        let name = text(*word).trim_matches('"');
        let own = inside(name);
        let holds =
            taken.iter().find(|one| own.is_empty() || one.to.starts_with(&format!("{own}/")));
        if let Some(one) = holds {
            return Err(format!(
                "Line {line} of the second file copies a whole folder with {} in it: copy that by \
                 its name.",
                one.to
            ));
        }
        let path = taken.iter().find_map(|one| {
            let rest = own.strip_prefix(one.to.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", one.from))
        });
        if let Some(path) = path {
            edits.push(Edit::replace(placed.lift(*word), written(&path)));
        }
    }
    if edits.is_empty() {
        return Ok(edits);
    }
    if edits.len() < sources.len() {
        return Err(format!(
            "Line {line} of the second file copies other files, too: give them a line of their own."
        ));
    }
    if keyword == Some(Keyword::Add) {
        let archives = [".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"];
        if sources
            .iter()
            .any(|word| archives.iter().any(|end| text(*word).trim_matches('"').ends_with(end)))
        {
            return Err(format!("ADD in line {line} of the second file unpacks an archive."));
        }
        let is_lower = !text(command.keyword_range).contains(char::is_uppercase);
        let copy = if is_lower { "copy" } else { "COPY" };
        edits.push(Edit::replace(placed.lift(command.keyword_range), copy));
    }
    let end = placed.lift(command.keyword_range).end();
    edits.push(Edit::insert(end, format!(" --from={builder}")));
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Memory;

    fn merged(build: &str, prod: &str, script: Option<&str>) -> Result<String, String> {
        merge(&Snapshot::new(build), &Snapshot::new(prod), script)
    }

    const BUILD: &str = "FROM golang:1.21\nWORKDIR /app\nCOPY . .\nRUN go build -o /main .\n";
    const PROD: &str = "FROM scratch\nCOPY main .\nCMD [\"./main\"]\n";
    const SCRIPT: &str = "c=$(docker create x)\ndocker cp \"$c:/main\" ./main\n";

    #[test]
    fn the_seed_becomes_one_file() {
        let read = |name: &str| {
            let folder =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds/builder-pattern");
            std::fs::read_to_string(folder.join(name)).expect("a seed")
        };
        let made =
            merged(&read("Dockerfile.build"), &read("Dockerfile.prod"), Some(&read("build.sh")));
        let expected = format!("{}\n{}", read("Dockerfile.build"), read("Dockerfile.prod"))
            .replace("FROM golang:1.21\n", "FROM golang:1.21 AS builder\n")
            .replace("COPY main .", "COPY --from=builder /main .");
        assert_eq!(made, Ok(expected));
    }

    #[test]
    fn the_script_tells_the_paths() {
        let copy = |script: &str, copy: &str| {
            let made = merged(BUILD, &format!("FROM scratch\n{copy}\n"), Some(script))?;
            Ok::<_, String>(made.lines().last().unwrap_or_default().to_owned())
        };
        let ok = |line: &str| Ok(line.to_owned());
        assert_eq!(
            copy("docker cp x:/go/bin/app .", "COPY app /"),
            ok("COPY --from=builder /go/bin/app /")
        );
        assert_eq!(
            copy("docker cp x:/out/. dist", "ADD dist/a /a"),
            ok("COPY --from=builder /out/a /a")
        );
        assert_eq!(
            copy("docker cp x:/out \"$PWD/dist/\"", "COPY [\"dist/out\", \"/a\"]"),
            ok("COPY --from=builder [\"/out\", \"/a\"]")
        );
        assert_eq!(
            copy("sudo docker container cp x:/a b", "copy --chown=1 b /"),
            ok("copy --from=builder --chown=1 /a /")
        );
        for (script, line, why) in [
            ("docker cp x:/a b", "COPY . /", "whole folder"),
            ("docker cp x:/a b", "COPY b c /", "other files"),
            ("docker cp x:/a b", "COPY c /", "none of what is built (b)"),
            ("docker cp x:$A b", "COPY b /", "not known"),
            ("docker cp x:/a b.tgz", "ADD b.tgz /", "archive"),
            ("docker build .", "COPY b /", "docker cp"),
            ("if", "COPY b /", "cannot be read"),
        ] {
            let found = copy(script, line).expect_err(line);
            assert!(found.contains(why), "{found}");
        }
    }

    #[test]
    fn without_a_script_the_build_tells_them() {
        let made = merged(BUILD, PROD, None).expect("one file");
        assert!(made.contains("COPY --from=builder /main ."), "{made}");
        assert!(merged("FROM x\nRUN make\n", PROD, None).is_err());
    }

    #[test]
    fn files_that_do_not_fit_are_refused() {
        for (build, prod, why) in [
            ("RUN x\n", PROD, "no stage"),
            ("FROM a\nRUM x\n", PROD, "fix line 2"),
            (BUILD, "ARG A=1\nFROM scratch\nCOPY main .\n", "before its FROM"),
            (BUILD, "# escape=`\nFROM scratch\nCOPY main .\n", "escape"),
            ("FROM a AS x\n", "FROM b AS X\nCOPY main .\n", "Both files"),
        ] {
            let found = merged(build, prod, Some(SCRIPT)).expect_err(why);
            assert!(found.contains(why), "{found}");
        }
        let named = BUILD.replace("golang:1.21", "golang:1.21 AS make");
        let made = merged(&named, PROD, Some(SCRIPT)).expect("one file");
        assert!(made.contains("COPY --from=make /main ."), "{made}");
    }

    #[test]
    fn both_halves_are_found_from_either() {
        let files = Memory::default()
            .file("/p/Dockerfile.build", BUILD)
            .file("/p/Dockerfile.prod", PROD)
            .file("/p/other.sh", "echo\n")
            .file("/p/build.sh", format!("docker build -f Dockerfile.build .\n{SCRIPT}"));
        for (name, text) in [("/p/Dockerfile.build", BUILD), ("/p/Dockerfile.prod", PROD)] {
            let found = halves(&files, Path::new(name), text).expect("halves");
            assert_eq!((found.build.as_str(), found.prod.as_str()), (BUILD, PROD));
            assert!(found.script.is_some_and(|script| script.contains("docker cp")));
            assert_eq!(found.target, Path::new("/p/Dockerfile"));
        }
        assert!(halves(&files, Path::new("/p/Dockerfile.other"), BUILD).is_none());
        let files = files.file("/p/Dockerfile", "");
        assert!(halves(&files, Path::new("/p/Dockerfile.prod"), PROD).is_none());
    }
}
