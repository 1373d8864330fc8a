//! What is unsound about stages as a whole: each is followed like a build, and what the last one
//! starts is held against what is in it.
//!
//! | file | what it finds |
//! |---|---|
//! | `shell.rs` | commands for a shell that is not there |
//! | `missing.rs` | a start command that nothing in the stage holds |
//! | `libc.rs` | a program on an image without its C library |
//! | `sources.rs` | a folder of sources copied where one program is meant |
//! | `toolchain.rs` | a last stage with all build tools |
//! | `unused.rs` | a stage that nothing needs |

mod libc;
mod missing;
mod shell;
mod sources;
mod toolchain;
mod unused;

use std::hash::{DefaultHasher, Hash, Hasher};

use super::rule::ModelLook;
use super::{Finding, Issue};
use crate::model::{Base, Model};
use crate::split::base::Family;
use crate::split::facts::Line;
use crate::split::stages::{self, Stages};
use crate::syntax::json;
use crate::text::TextRange;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

/// A file with more stages is not followed.
const MOST_STAGES: usize = 32;

/// Nor is one with more items: each of them is read anew with every edit.
const MOST_ITEMS: usize = 600;

/// How many findings of this kind are told.
const MOST_FINDINGS: usize = 12;

/// The page on stages.
const LINK: &str = "https://docs.docker.com/build/building/multi-stage/";

/// A finding and where it belongs.
struct Found {
    /// The number of the item that it is about.
    item: usize,
    /// The number of another item that it points to.
    other: Option<usize>,
    finding: Finding,
}

impl Found {
    /// What tells it from others about the same item, places left out.
    fn number(&self) -> usize {
        let mut hasher = DefaultHasher::new();
        (self.finding.code, self.finding.severity, &self.finding.message).hash(&mut hasher);
        usize::try_from(hasher.finish() & u64::from(u32::MAX)).unwrap_or_default()
    }

    fn issue(&self) -> Issue {
        Issue { item: self.item, other: self.other, number: self.number(), variant: 0 }
    }
}

fn find(model: &Model, issues: &mut Vec<Issue>) {
    issues.extend(all(model).iter().map(Found::issue));
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    Some(all(model).into_iter().find(|found| found.issue() == *issue)?.finding)
}

fn all(model: &Model) -> Vec<Found> {
    let mut found = Vec::new();
    if !is_worth_it(model) {
        return found;
    }
    let wanted = wanted(model);
    let facts = stages::read(model, |stage| wanted.get(stage.index) == Some(&true));
    let stages = Stages::follow(model, &facts);
    for look in [shell::look, missing::look, libc::look, sources::look, toolchain::look] {
        look(&stages, &mut found);
    }
    unused::look(model, &mut found);
    found.truncate(MOST_FINDINGS);
    found
}

/// Whether the file has what these rules are about: several stages, or an image without a shell.
fn is_worth_it(model: &Model) -> bool {
    let stages = model.stages();
    let may_lack_shell = |base: &Base| match base {
        Base::Scratch => true,
        Base::Image(name) => name.contains("distroless"),
        _ => false,
    };
    let is_short = stages.len() <= MOST_STAGES && model.tree().len_items() <= MOST_ITEMS;
    is_short && (stages.len() > 1 || stages.iter().any(|stage| may_lack_shell(&stage.base)))
}

/// The stages to follow: those on images without a shell; and, if the last one is of the sort that
/// these rules are about and starts something, all that it needs.
fn wanted(model: &Model) -> Vec<bool> {
    let stages = model.stages();
    let bottoms: Vec<_> = stages.iter().map(|stage| stages::bottom(model, stage)).collect();
    let mut wanted: Vec<bool> =
        bottoms.iter().map(|base| base.as_ref().is_some_and(|base| !base.has_shell())).collect();
    let (Some(last), Some(Some(base))) = (stages.last(), bottoms.last()) else { return wanted };
    let is_meant = matches!(base.family, Family::Distribution | Family::Distroless)
        || toolchain::TOOLCHAINS.contains(&base.family);
    if is_meant && stages::has_start(model, last) {
        for (wanted, reached) in wanted.iter_mut().zip(model.reachable(last.index)) {
            *wanted |= reached;
        }
    }
    wanted
}

/// The place of the word of an instruction that says `text`, or of all its arguments.
fn place_of(line: &Line<'_>, text: &str) -> Option<TextRange> {
    word_of(line, text).or_else(|| arguments_of(line))
}

/// The place of the word of an exec form that says `text`.
fn word_of(line: &Line<'_>, text: &str) -> Option<TextRange> {
    let view = line.placed.instruction()?.meant();
    let source: &str = &line.placed.item.text;
    let mut words = view.command.words().iter();
    let word = words.find(|word| json::decode(&view.text(source, **word)) == text)?;
    Some(line.placed.lift(*word))
}

/// The place of all arguments of an instruction.
fn arguments_of(line: &Line<'_>) -> Option<TextRange> {
    Some(line.placed.lift(line.placed.instruction()?.meant().command.rest))
}

/// The place of the argument with that number.
fn argument_of(line: &Line<'_>, number: usize) -> Option<TextRange> {
    let words = line.placed.instruction()?.meant().command.words();
    Some(line.placed.lift(*words.get(number)?))
}

/// Whether an instruction is as it is written, so that a part of it can be replaced.
fn is_verbatim(line: &Line<'_>) -> bool {
    line.placed.instruction().is_some_and(|instruction| instruction.mended.is_none())
}
