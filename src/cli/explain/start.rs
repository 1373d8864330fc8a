//! What the image of a stage runs: its `ENTRYPOINT` and `CMD`, set here or in what it is built on.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert.go` (`dispatchEntrypoint`, `dispatchCmd`,
//! `withShell`).

use serde::Serialize;

use crate::cli::document::Document;
use crate::language::Keyword;
use crate::model::{Base, Stage, state};
use crate::syntax::{Arguments, Placed, json};

/// The shell of images that set none. Those for Windows have another; the file does not tell.
const DEFAULT_SHELL: [&str; 2] = ["/bin/sh", "-c"];

/// What an image runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Start {
    /// What is run whatever the arguments of `docker run` are.
    pub entrypoint: Part,
    /// What stands behind it, unless `docker run` is given something else.
    pub cmd: Part,
    /// The words that are run, as far as the file tells all of them.
    pub words: Option<Vec<String>>,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "from")]
pub enum Part {
    /// As the image has it that the stage starts from.
    Image,
    /// There is none.
    Nothing,
    /// Set by an instruction.
    File {
        /// The words.
        words: Vec<String>,
        /// Whether a shell runs it.
        shell: bool,
        /// The line of the instruction.
        line: u32,
    },
}

/// What the image of each stage runs, in file order.
pub fn all(document: &Document) -> Vec<Start> {
    let mut starts: Vec<Start> = Vec::new();
    for stage in document.snapshot().model().stages() {
        let inherited = match &stage.base {
            // A stage is built on an earlier one.
            Base::Stage(parent) => starts.get(*parent).cloned(),
            Base::Scratch => Some(Start::of(Part::Nothing, Part::Nothing)),
            Base::OneOf(_) | Base::Image(_) | Base::Unknown => None,
        };
        let inherited = inherited.unwrap_or_else(|| Start::of(Part::Image, Part::Image));
        starts.push(behind(document, stage, inherited));
    }
    starts
}

impl Start {
    fn of(entrypoint: Part, cmd: Part) -> Start {
        let words = words(&entrypoint, &cmd);
        Start { entrypoint, cmd, words }
    }
}

/// What is run behind the instructions of a stage.
fn behind(document: &Document, stage: &Stage, inherited: Start) -> Start {
    let Start { mut entrypoint, mut cmd, .. } = inherited;
    let mut has_cmd = false;
    for (placed, facts) in document.snapshot().model().instructions_from(stage.item) {
        if placed.start >= stage.range.end() {
            break;
        }
        match facts.keyword {
            Some(Keyword::Cmd) => {
                cmd = part(document, placed);
                has_cmd = true;
            }
            Some(Keyword::Entrypoint) => {
                entrypoint = part(document, placed);
                // What an inherited CMD says was meant for the ENTRYPOINT that is replaced.
                if !has_cmd {
                    cmd = Part::Nothing;
                }
            }
            _ => {}
        }
    }
    Start::of(entrypoint, cmd)
}

fn part(document: &Document, placed: Placed<'_>) -> Part {
    let Some(instruction) = placed.instruction() else { return Part::Nothing };
    let view = instruction.meant();
    let text = |range| view.text(&placed.item.text, range);
    let (words, shell) = match &view.command.arguments {
        Arguments::Exec(strings) => {
            (strings.iter().map(|string| json::decode(&text(*string))).collect(), false)
        }
        Arguments::Text(command) => {
            let state = document.snapshot().model().state_at(placed.start);
            let mut words = state.shell.as_ref().map(state::shell_words).unwrap_or_default();
            if words.is_empty() {
                words = DEFAULT_SHELL.map(str::to_owned).to_vec();
            }
            words.push(text(*command).into_owned());
            (words, true)
        }
        _ => (Vec::new(), false),
    };
    if words.is_empty() {
        return Part::Nothing;
    }
    let line = document.place(placed.lift(instruction.body).start()).line;
    Part::File { words, shell, line }
}

fn words(entrypoint: &Part, cmd: &Part) -> Option<Vec<String>> {
    let (mut words, shell) = match entrypoint {
        Part::Image => return None,
        Part::Nothing => (Vec::new(), false),
        Part::File { words, shell, .. } => (words.clone(), *shell),
    };
    match cmd {
        // The shell takes words behind its command for arguments that nothing reads.
        _ if shell => {}
        Part::Image => return None,
        Part::Nothing => {}
        Part::File { words: more, .. } => words.extend_from_slice(more),
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that the last stage runs; `?` where the file does not tell, `-` where there is
    /// nothing.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let document = Document::new("Dockerfile".to_owned(), text.as_bytes());
        let start = all(&document).pop().expect("a stage");
        let words = start.words.map(|words| words.join("|"));
        let words = match words.as_deref() {
            None => "?",
            Some("") => "-",
            Some(words) => words,
        };
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn forms() {
        check("FROM a\n", "?");
        check("FROM scratch\n", "-");
        check("FROM scratch\nCMD [\"a\", \"b c\"]\n", "a|b c");
        check("FROM scratch\nCMD a b\n", "/bin/sh|-c|a b");
        check("FROM scratch\nCMD a \\\n  b\n", "/bin/sh|-c|a   b");
        check("FROM scratch\nSHELL [\"bash\", \"-ec\"]\nCMD a\nSHELL [\"x\"]\n", "bash|-ec|a");
        check("FROM scratch\nCMD a\nCMD [\"b\"]\n", "b");
        check("FROM scratch\nCMD []\n", "-");
        check("FROM scratch\nCMD\n", "-");
    }

    #[test]
    fn both() {
        check("FROM a\nCMD [\"x\"]\n", "?");
        check("FROM a\nENTRYPOINT [\"x\"]\n", "x");
        check("FROM a\nENTRYPOINT [\"x\"]\nCMD [\"y\"]\n", "x|y");
        check("FROM a\nCMD [\"y\"]\nENTRYPOINT [\"x\"]\n", "x|y");
        check("FROM a\nENTRYPOINT x\nCMD [\"y\"]\n", "/bin/sh|-c|x");
        check("FROM a\nENTRYPOINT [\"x\"]\nCMD y\n", "x|/bin/sh|-c|y");
    }

    #[test]
    fn inherited() {
        check("FROM scratch AS b\nENTRYPOINT [\"x\"]\nCMD [\"y\"]\nFROM b\n", "x|y");
        check("FROM scratch AS b\nENTRYPOINT [\"x\"]\nCMD [\"y\"]\nFROM b\nCMD [\"z\"]\n", "x|z");
        let both = "FROM scratch AS b\nCMD [\"y\"]\nFROM b\n";
        check(&format!("{both}ENTRYPOINT [\"x\"]\n"), "x");
        check(&format!("{both}CMD [\"z\"]\nENTRYPOINT [\"x\"]\n"), "x|z");
        check("FROM a\nONBUILD CMD [\"x\"]\n", "?");
    }
}
