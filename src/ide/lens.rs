//! The command that builds each stage, shown above it.

use super::Snapshot;
use crate::model::Stage;
use crate::text::{TextRange, TextSize};

/// A stage with the command that builds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The stage's number.
    pub stage: usize,
    /// The `FROM` instruction.
    pub range: TextRange,
    /// What to show: the command, and whether the stage is built without asking for it.
    pub title: String,
    /// The command, for a terminal in the build context's directory.
    pub command: String,
    /// Whether the last stage needs it.
    pub needed: bool,
}

/// The lenses of the file, in order: for the last stage, and for each other that can be asked for.
/// `file` is the file's name in the build context.
pub fn lenses(snapshot: &Snapshot, file: &str) -> Vec<Lens> {
    let model = snapshot.model();
    let Some(last) = model.stages().last() else { return Vec::new() };
    let needed = model.reachable(last.index);
    let lens = |stage: &Stage| {
        let needed = needed.get(stage.index).copied().unwrap_or_default();
        lens(snapshot, file, stage, stage.index == last.index, needed)
    };
    model.stages().iter().filter_map(lens).collect()
}

/// The lens of the stage that holds `offset`.
pub fn lens_at(snapshot: &Snapshot, file: &str, offset: TextSize) -> Option<Lens> {
    let stage = snapshot.model().stage_at(offset)?.index;
    lenses(snapshot, file).into_iter().find(|lens| lens.stage == stage)
}

fn lens(
    snapshot: &Snapshot,
    file: &str,
    stage: &Stage,
    is_last: bool,
    needed: bool,
) -> Option<Lens> {
    let placed = snapshot.tree().item(stage.item)?;
    // A `FROM` without an image makes no stage yet.
    stage.image()?;
    let target = if is_last {
        String::new()
    } else {
        let name = stage.name()?.text.to_lowercase();
        // Of several of one name the last is built; the others cannot be asked for.
        let found = snapshot.model().target(&name)?.index == stage.index;
        if !found || !is_plain(&name) {
            return None;
        }
        format!(" --target {name}")
    };
    let command = format!("docker build{}{target} .", option(file));
    let title = if needed { command.clone() } else { format!("{command} (not built by default)") };
    let range = placed.lift(placed.instruction()?.body);
    Some(Lens { stage: stage.index, range, title, command, needed })
}

/// The option that names the file, where it is not the one that is taken anyway.
fn option(file: &str) -> String {
    match file {
        "" | "Dockerfile" => String::new(),
        file if is_plain(file) => format!(" -f {file}"),
        file => format!(" -f '{}'", file.replace('\'', r"'\''")),
    }
}

/// Whether a word means itself to every shell.
fn is_plain(word: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !word.starts_with('-') && word.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<l>` is what a lens stands at.
    #[track_caller]
    fn check(marked: &str, titles: &[&str]) {
        let fixture = Fixture::new(marked);
        let found = lenses(&fixture.snapshot, "Dockerfile");
        fixture.check(found.iter().map(|lens| ("l", lens.range)));
        let found: Vec<_> = found.iter().map(|lens| lens.title.as_str()).collect();
        assert_eq!(found, titles);
    }

    #[test]
    fn stages() {
        check(
            "ARG X\n<l>FROM a AS Base</l>\nRUN x\n<l>FROM base \\\n  AS test</l>\nFROM c\n\
             <l>FROM base AS final</l>\nRUN x\n",
            &[
                "docker build --target base .",
                "docker build --target test . (not built by default)",
                "docker build .",
            ],
        );
        check("<l>FROM a</l>\n", &["docker build ."]);
        check("", &[]);
        check("RUN x\n", &[]);
    }

    #[test]
    fn what_the_last_stage_needs() {
        check(
            "<l>FROM a AS x</l>\n<l>FROM a AS y</l>\n<l>FROM a AS z</l>\n<l>FROM a</l>\n\
             COPY --from=x / /\nRUN --mount=from=z,target=/z y\n",
            &[
                "docker build --target x .",
                "docker build --target y . (not built by default)",
                "docker build --target z .",
                "docker build .",
            ],
        );
    }

    #[test]
    fn stages_that_cannot_be_asked_for() {
        check(
            "FROM a AS x\n<l>FROM a AS x</l>\nFROM a AS $(x)\nFROM\n<l>FROM a AS l</l>\n",
            &["docker build --target x . (not built by default)", "docker build ."],
        );
    }

    #[test]
    fn the_stage_at_the_cursor() {
        let fixture = Fixture::new("FROM a AS x\nRUN $0y\nFROM b\n");
        let lens = lens_at(&fixture.snapshot, "Dockerfile", fixture.cursor).expect("a lens");
        assert_eq!((lens.stage, lens.command.as_str()), (0, "docker build --target x ."));
        assert!(!lens.needed);
        assert_eq!(lens_at(&Snapshot::new("ARG X\nFROM a"), "Dockerfile", 0.into()), None);
    }

    #[test]
    fn another_file_is_named() {
        let snapshot = Snapshot::new("FROM a AS b\nFROM c\n");
        let commands = |file| lenses(&snapshot, file).into_iter().map(|lens| lens.command);
        assert!(commands("api.Dockerfile").eq([
            "docker build -f api.Dockerfile --target b .".to_owned(),
            "docker build -f api.Dockerfile .".to_owned(),
        ]));
        assert!(commands("it's").all(|command| command.contains(r"-f 'it'\''s'")));
    }
}
