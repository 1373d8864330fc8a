//! One file: `BuildKit`'s record beside ours.

use std::fmt;

use serde_json::Value;
use stagewright::check::Phase;
use stagewright::syntax::DirectiveName;

use crate::ours::{DEPTH, Ours, class_of, is_mended, kind_of};

/// A point on which we disagree.
#[derive(Debug)]
pub struct Difference {
    /// Where in the record.
    pub path: String,
    /// What `BuildKit` says.
    pub theirs: String,
    /// What we say.
    pub ours: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { path, theirs, ours } = self;
        write!(f, "{path}\n    BuildKit: {theirs}\n    we:       {ours}")
    }
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Files.
    pub files: usize,
    /// Of them, those that the line parser refuses.
    pub parse_errors: usize,
    /// Of them, those that are refused as instructions.
    pub instruction_errors: usize,
    /// Instructions whose parts were compared.
    pub nodes: usize,
    /// Stages.
    pub stages: usize,
    /// Expanded words.
    pub words: usize,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.files += other.files;
        self.parse_errors += other.parse_errors;
        self.instruction_errors += other.instruction_errors;
        self.nodes += other.nodes;
        self.stages += other.stages;
        self.words += other.words;
    }
}

/// Compares the record of a file with what we make of its text.
pub fn compare(theirs: &Value, text: &str) -> (Vec<Difference>, Count) {
    let mut comparison = Comparison {
        theirs,
        text,
        ours: Ours::new(text),
        differences: Vec::new(),
        count: Count { files: 1, ..Count::default() },
    };
    comparison.run();
    (comparison.differences, comparison.count)
}

struct Comparison<'a> {
    theirs: &'a Value,
    text: &'a str,
    ours: Ours,
    differences: Vec<Difference>,
    count: Count,
}

impl Comparison<'_> {
    fn run(&mut self) {
        self.directives();
        self.line_error();
        self.verdict();
        if !self.theirs["parse_error"].is_null() {
            self.count.parse_errors += 1;
            return;
        }
        self.equal("escape", &self.theirs["escape"], &self.ours.escape().into());
        self.nodes();
        self.expanded();
        if self.theirs["instructions_error"].is_null() {
            self.stages();
            self.typed();
        } else {
            self.count.instruction_errors += 1;
        }
    }

    fn directives(&mut self) {
        for (name, directive) in
            [("syntax", DirectiveName::Syntax), ("check", DirectiveName::Check)]
        {
            let ours = self.ours.model.tree().detected(directive);
            let ours = ours.and_then(|range| self.text.get(std::ops::Range::<usize>::from(range)));
            self.equal(name, &self.theirs[name], &ours.into());
        }
    }

    fn line_error(&mut self) {
        let theirs = &self.theirs["parse_error"];
        let ours = self.ours.line_error();
        let theirs = theirs.as_object().map(|error| {
            let kind = kind_of(error["message"].as_str().unwrap_or_default());
            (kind, [&error["start"], &error["end"]].map(|line| line.as_u64().unwrap_or_default()))
        });
        let ours = ours.map(|error| (error.kind, error.lines.map(u64::from)));
        let same = match (theirs, ours) {
            // Behind a line that is too long BuildKit reads what is left as if the file ended
            // there, which may be wrong for another reason, or goes on with a part of the line.
            (Some(_), Some(("line-too-long", _))) => true,
            (theirs, ours) => theirs == ours,
        };
        if !same {
            self.differences.push(Difference {
                path: "parse_error".to_owned(),
                theirs: format!("{theirs:?}"),
                ours: format!("{ours:?}"),
            });
        }
    }

    /// Whether the file is refused, and on which instruction first.
    fn verdict(&mut self) {
        let (theirs, phase) = match &self.theirs["parse_error"] {
            Value::Null => (&self.theirs["instructions_error"], Phase::Instruction),
            error => (error, Phase::Parse),
        };
        let error = theirs["message"].as_str();
        let kind = error.map_or("", kind_of);
        let line = theirs["start"].as_u64().map(|line| match kind {
            "duplicate-directive" | "invalid-escape" => line + 1,
            _ => line,
        });
        if phase == Phase::Instruction {
            let none = Value::Array(Vec::new());
            self.equal(
                "verdict of the line parser",
                &none,
                &codes(&self.ours.refusals(Phase::Parse)),
            );
        }
        self.equal("errors that refuse nothing", &Value::Null, &self.ours.idle_errors().into());
        let mut ours = self.ours.refusals(phase);
        // That there is no instruction is seen last, wherever we tell it.
        ours.sort_by_key(|(_, code)| *code == "empty-file");
        let too_long = ours.iter().any(|(_, code)| *code == "line-too-long");
        let first = ours.first().map(|(line, _)| u64::from(*line));
        let same = match line {
            Some(_) if kind == "no-instructions" || too_long => first.is_some(),
            line => line == first,
        };
        if !same {
            let theirs = format!("{phase:?} {line:?} {error:?}");
            let ours = format!("{ours:?}");
            self.differences.push(Difference { path: "verdict".to_owned(), theirs, ours });
        }
        if error.is_none() {
            self.build_verdict();
        }
    }

    /// Whether a check of the file fails when stages are converted, and on which instruction.
    fn build_verdict(&mut self) {
        let theirs = &self.theirs["llb_error"];
        let ours = self.ours.refusals(Phase::Build);
        let line = theirs["start"].as_u64().filter(|line| *line > 0);
        let same = match line {
            // Which of several comes first depends on much; ours is to be among them.
            Some(line) => ours.iter().any(|(ours, _)| u64::from(*ours) == line),
            None => theirs.is_null() == ours.is_empty(),
        };
        if !same {
            let ours = format!("{ours:?}");
            let theirs = theirs.to_string();
            self.differences.push(Difference { path: "build".to_owned(), theirs, ours });
        }
    }

    fn nodes(&mut self) {
        let mut theirs = self.theirs["nodes"].clone();
        let mut ours = Value::from(self.ours.nodes());
        for node in theirs.as_array_mut().into_iter().flatten() {
            cut_depth(&mut node["sub"], DEPTH);
        }
        for nodes in [&mut theirs, &mut ours] {
            let nodes = nodes.as_array_mut().into_iter().flatten();
            nodes.for_each(|node| {
                node["comments"].as_array_mut().into_iter().flatten().for_each(trim)
            });
        }
        self.count.nodes += theirs.as_array().map_or(0, Vec::len);
        self.equal("nodes", &theirs, &ours);
    }

    fn stages(&mut self) {
        if self.ours.instructions().iter().any(|(placed, _)| is_mended(placed.item)) {
            return;
        }
        let stages = &self.theirs["stages"];
        self.count.stages += stages.as_array().map_or(0, Vec::len);
        self.equal("stages", stages, &self.ours.stages().into());
        self.equal("meta_args", &self.theirs["meta_args"], &self.ours.meta_args().into());
    }

    /// What is read only from instructions that `BuildKit` could type.
    fn typed(&mut self) {
        let theirs = self.theirs["instructions"].as_array().into_iter().flatten();
        let mut differences = Vec::new();
        for (number, (theirs, (placed, ours))) in theirs.zip(self.ours.instructions()).enumerate() {
            if is_mended(placed.item) {
                continue;
            }
            let mut compare = |field: &str, theirs: &Value, ours: &Value| {
                differ(&mut differences, &format!("instructions[{number}].{field}"), theirs, ours);
            };
            if theirs["kind"] == "copy" {
                compare("from", &theirs["from"], &self.ours.copied_from(placed).into());
            }
            if let Some(mounts) = theirs["mounts"].as_array() {
                let mounts = mounts.iter().map(texts_of_mount).collect();
                compare("mounts", &mounts, &self.ours.mounts(placed, ours).into());
            }
        }
        self.differences.extend(differences);
    }

    fn expanded(&mut self) {
        for entry in self.theirs["expanded"].as_array().into_iter().flatten() {
            let number = usize::try_from(entry["node"].as_u64().expect("a number")).expect("small");
            let path = format!("expanded of node {number}");
            let mut theirs = entry["words"].clone();
            for word in theirs.as_array_mut().into_iter().flatten() {
                if let Some(message) = word["error"].as_str() {
                    word["error"] = class_of(message).into();
                    // How far the word was read before the error is not told in the same way.
                    word["unmatched"] = Value::Array(Vec::new());
                }
            }
            self.count.words += theirs.as_array().map_or(0, Vec::len);
            let ours = self
                .ours
                .instructions()
                .get(number)
                .map_or(Vec::new(), |(placed, node)| self.ours.words(*placed, node));
            self.equal(&path, &theirs, &ours.into());
        }
    }

    fn equal(&mut self, path: &str, theirs: &Value, ours: &Value) {
        differ(&mut self.differences, path, theirs, ours);
    }
}

/// Notes where two values differ; absent lists are empty ones.
fn differ(differences: &mut Vec<Difference>, path: &str, theirs: &Value, ours: &Value) {
    match (theirs, ours) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differ(differences, &format!("{path}[{at}]"), a, b);
            }
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, a) in a {
                differ(differences, &format!("{path}.{key}"), a, &b[key]);
            }
        }
        (Value::Null, Value::Array(b)) if b.is_empty() => {}
        (a, b) if a == b => {}
        (theirs, ours) => differences.push(Difference {
            path: path.to_owned(),
            theirs: theirs.to_string(),
            ours: ours.to_string(),
        }),
    }
}

fn codes(refusals: &[(u32, &'static str)]) -> Value {
    refusals.iter().map(|(_, code)| *code).collect()
}

fn texts_of_mount(mount: &Value) -> Value {
    let names = ["type", "from", "source", "target", "id", "env"];
    names.iter().map(|name| ((*name).to_owned(), mount[name].clone())).collect()
}

/// `BuildKit` cuts the first byte off an indented comment, even if it is part of a wide blank.
fn trim(comment: &mut Value) {
    let blank = |c: char| c == '\u{fffd}' || c.is_whitespace();
    *comment = comment.as_str().unwrap_or_default().trim_matches(blank).into();
}

fn cut_depth(sub: &mut Value, depth: usize) {
    if depth == 0 {
        *sub = Value::Null;
    } else if sub.is_object() {
        cut_depth(&mut sub["sub"], depth - 1);
    }
}
