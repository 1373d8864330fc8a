//! One file: `BuildKit`'s record beside ours.

use std::fmt;

use serde_json::Value;

use crate::ours::{DEPTH, Ours, is_mended, kind_of};

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
        ours: Ours::new(text),
        differences: Vec::new(),
        count: Count { files: 1, ..Count::default() },
    };
    comparison.run();
    (comparison.differences, comparison.count)
}

struct Comparison<'a> {
    theirs: &'a Value,
    ours: Ours,
    differences: Vec<Difference>,
    count: Count,
}

impl Comparison<'_> {
    fn run(&mut self) {
        self.line_error();
        if !self.theirs["parse_error"].is_null() {
            self.count.parse_errors += 1;
            return;
        }
        self.equal("escape", &self.theirs["escape"], &self.ours.escape().into());
        self.nodes();
        self.expanded();
        if self.theirs["instructions_error"].is_null() {
            self.stages();
        } else {
            self.count.instruction_errors += 1;
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
            self.differ("parse_error", format!("{theirs:?}"), format!("{ours:?}"));
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

    fn expanded(&mut self) {
        for entry in self.theirs["expanded"].as_array().into_iter().flatten() {
            let number = usize::try_from(entry["node"].as_u64().expect("a number")).expect("small");
            let path = format!("expanded of node {number}");
            let mut theirs = entry["words"].clone();
            for word in theirs.as_array_mut().into_iter().flatten() {
                let failed = !word["error"].is_null();
                word["error"] = failed.into();
                if failed {
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

    /// Notes where two values differ; absent lists are empty ones.
    fn equal(&mut self, path: &str, theirs: &Value, ours: &Value) {
        match (theirs, ours) {
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (at, (a, b)) in a.iter().zip(b).enumerate() {
                    self.equal(&format!("{path}[{at}]"), a, b);
                }
            }
            (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
                for (key, a) in a {
                    self.equal(&format!("{path}.{key}"), a, &b[key]);
                }
            }
            (Value::Null, Value::Array(b)) if b.is_empty() => {}
            (a, b) if a == b => {}
            (a, b) => self.differ(path, a.to_string(), b.to_string()),
        }
    }

    fn differ(&mut self, path: &str, theirs: String, ours: String) {
        self.differences.push(Difference { path: path.to_owned(), theirs, ours });
    }
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
