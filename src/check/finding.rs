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
    /// Whether it is surely what was meant, so that "fix all" may apply it: nothing of what was
    /// written is lost, and nothing else can be meant.
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
        let message = shortened(message.into());
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
        self.fixes.push(Fix { title: shortened(fix.title), ..fix });
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
        self.related.push(Related { range, message: shortened(message.into()) });
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
        // What these tell of is taken by `BuildKit` in a trigger that fires, too.
        const NEVER: [&str; 3] =
            [super::pasted::CODE, super::swallowed::CODE, super::conflict::CODE];
        let rule = super::rule(self.code);
        !NEVER.contains(&self.code)
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

/// How many characters of one word or array of the file a message or title repeats at the most.
const QUOTED: usize = 200;

/// `text` with what it quotes from the file, between backticks, cut in the middle where it is longer
/// than anyone reads: a file that is no Dockerfile may be one word.
fn shortened(text: String) -> String {
    if text.len() <= QUOTED {
        return text;
    }
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let length = part.chars().count();
        // Before the first backtick and between two quotations are our own words.
        if index % 2 == 0 || length <= QUOTED {
            return part.to_owned();
        }
        let (start, end) = (QUOTED / 2, QUOTED / 4);
        let first: String = part.chars().take(start).collect();
        let last: String = part.chars().skip(length - end).collect();
        format!("{first}…{last}")
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn long_words_are_cut_in_what_is_said_and_not_in_what_is_done() {
        let word = format!("é{}", "X".repeat(60_000));
        let array = format!("['a', '{}']", "b-".repeat(1000));
        let text = format!("FROM a\n{word} x\nCOPY --from={word} a b\nSHELL {array}\n");
        let findings = findings(&text);
        assert!(findings.len() > 2, "{findings:?}");
        for finding in &findings {
            assert!(finding.message.len() < 600, "{}", finding.message);
            for fix in &finding.fixes {
                assert!(fix.title.len() < 600, "{}", fix.title);
            }
        }
        let whole = array.replace('\'', "\"");
        let fixes = findings.iter().flat_map(|finding| &finding.fixes);
        assert!(fixes.flat_map(|fix| &fix.edits).any(|edit| edit.insert == whole));
    }

    #[test]
    fn our_own_words_are_never_cut() {
        let long = "so ".repeat(100);
        assert_eq!(shortened(format!("{long}`b` {long}")), format!("{long}`b` {long}"));
        let name = "n".repeat(QUOTED);
        assert_eq!(shortened(format!("`{name}` is")), format!("`{name}` is"));
    }
}
