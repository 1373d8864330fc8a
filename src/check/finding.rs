//! What a check reports.

use crate::text::{Edit, TextRange};

/// Something a reader of the file should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable kebab-case name of the kind of finding, for settings, suppressions and search.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Who refuses the file for it, if anyone.
    pub phase: Phase,
    /// The exact place: from the start of the item for rules that look at one instruction, from
    /// the start of the file once a report is assembled.
    pub range: TextRange,
    /// What is wrong and what to do, one or two sentences.
    pub message: String,
    /// Ways to mend it; the first is the one to take.
    pub fixes: Vec<Fix>,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// Where to read more.
    pub link: Option<&'static str>,
}

/// Which part of `BuildKit` refuses a file for what a finding says.
///
/// A file has a finding of one of the first two phases exactly if `BuildKit`'s parser or its
/// instructions stage refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The line parser: it reads nothing behind the error.
    Parse,
    /// The reading of each instruction: no target of the file can be built.
    Instruction,
    /// The conversion of stages, when all of them are built.
    Build,
    /// None: the file builds, or only the world outside the file can tell.
    Advice,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `BuildKit` refuses the file.
    Error,
    /// It builds, but probably not what was meant.
    Warning,
    /// Worth knowing.
    Information,
    /// Shown without being counted.
    Hint,
}

/// Edits that mend a finding. Ranges count from where the finding's do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a menu shows it.
    pub title: String,
    /// The edits, not overlapping.
    pub edits: Vec<Edit>,
    /// Whether it is surely what was meant, so that "fix all" may apply it.
    pub sure: bool,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub range: TextRange,
    /// What is there.
    pub message: String,
}

impl Finding {
    /// An error: `BuildKit` refuses the file in `phase`.
    pub fn refused(
        code: &'static str,
        phase: Phase,
        range: TextRange,
        message: impl Into<String>,
    ) -> Finding {
        Finding { phase, ..Finding::new(code, Severity::Error, range, message) }
    }

    /// A finding about what `BuildKit` takes, without fixes.
    pub fn new(
        code: &'static str,
        severity: Severity,
        range: TextRange,
        message: impl Into<String>,
    ) -> Finding {
        let message = message.into();
        Finding {
            code,
            severity,
            phase: Phase::Advice,
            range,
            message,
            fixes: Vec::new(),
            related: Vec::new(),
            link: None,
        }
    }

    /// The finding with one more fix.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Finding {
        self.fixes.push(fix);
        self
    }

    /// The finding with a fix that replaces `range`.
    #[must_use]
    pub fn replace(
        self,
        title: impl Into<String>,
        range: TextRange,
        insert: impl Into<String>,
    ) -> Finding {
        self.with_fix(Fix {
            title: title.into(),
            edits: vec![Edit::replace(range, insert)],
            sure: true,
        })
    }

    /// The finding with a fix that replaces `range`, one of several that may be meant.
    #[must_use]
    pub fn maybe_replace(
        self,
        title: impl Into<String>,
        range: TextRange,
        insert: impl Into<String>,
    ) -> Finding {
        self.with_fix(Fix {
            title: title.into(),
            edits: vec![Edit::replace(range, insert)],
            sure: false,
        })
    }

    /// The finding with one more related place.
    #[must_use]
    pub fn with_related(mut self, range: TextRange, message: impl Into<String>) -> Finding {
        self.related.push(Related { range, message: message.into() });
        self
    }

    /// The finding with a page to read more on.
    #[must_use]
    pub fn with_link(mut self, link: &'static str) -> Finding {
        self.link = Some(link);
        self
    }

    /// Whether it would be an error if the trigger of an `ONBUILD` that it is about were to fire.
    pub(super) fn is_later_error(&self) -> bool {
        let rule = super::rule(self.code);
        self.code != super::pasted::CODE
            && self.phase == Phase::Advice
            && rule.is_some_and(|rule| rule.severity == Severity::Error)
    }

    /// The finding moved by `start`: from an item to the file.
    #[must_use]
    pub fn lifted(&self, start: crate::text::TextSize) -> Finding {
        let mut finding = self.clone();
        finding.range += start;
        for related in &mut finding.related {
            related.range += start;
        }
        for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.range += start;
        }
        finding
    }
}
