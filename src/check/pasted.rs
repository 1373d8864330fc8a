//! What careless pasting left in an instruction, told as that and not as the odd errors it causes.
//!
//! An instruction with such damage has two readings ([`crate::syntax::Instruction::mended`]). Each
//! damaged run of characters is a finding; besides, only what is wrong in the mended reading is told.

use super::{Finding, Fix, Phase, Severity};
use crate::image::reference;
use crate::language::Keyword;
use crate::model::mount;
use crate::syntax::expand::{self, Mode, NoEnv};
use crate::syntax::{Arguments, Instruction, Item, Patch, Tree, View, damage};
use crate::text::{Edit, TextRange, TextSize};

/// The code of all these findings.
pub const CODE: &str = "pasted-text";

/// What is to be told of a damaged instruction whose readings have the findings `raw` and `mended`.
pub fn findings(
    item: &Item,
    instruction: &Instruction,
    escape: char,
    raw: Vec<Finding>,
    mut mended: Vec<Finding>,
) -> Vec<Finding> {
    let Some(view) = instruction.mended.as_deref() else { return raw };
    let runs = runs(&instruction.view, view);
    if runs.iter().any(|run| run.insert.is_empty() && run.range == instruction.body) {
        // Nothing is left, so nothing is wrong with it.
        mended.clear();
    }
    if view.text(&item.text, instruction.body).trim_start().starts_with('#') {
        // What is left is a comment.
        mended.clear();
    }
    let worst = |findings: &mut dyn Iterator<Item = &Finding>| {
        findings.map(|finding| finding.phase).min().unwrap_or(Phase::Advice)
    };
    let verdict = worst(&mut raw.iter());
    let same = |a: &Finding, b: &Finding| a.code == b.code && a.phase <= b.phase;
    let caused = |finding: &&Finding| !mended.iter().any(|other| same(other, finding));
    let mut blame = worst(&mut raw.iter().filter(caused));
    if blame == Phase::Advice && names_nothing(item, instruction, escape) {
        blame = Phase::Build;
    }

    let mut findings: Vec<_> = runs.iter().map(|run| tell(item, run, blame)).collect();
    findings.extend(mended.into_iter().map(|mut finding| {
        // BuildKit judges the other reading: what it takes is no error.
        finding.phase = finding.phase.max(verdict);
        if finding.phase == Phase::Advice {
            finding.severity = finding.severity.max(Severity::Warning);
        }
        finding
    }));
    findings
}

/// Whether the instruction as it stands names a stage or image that cannot be, because of a character
/// that no such name can have. The model reads the mended name, so nobody else tells.
fn names_nothing(item: &Item, instruction: &Instruction, escape: char) -> bool {
    let view = &instruction.view;
    if view.command.keyword == Some(Keyword::Run) {
        return mounts_nothing(item, view, escape);
    }
    let image = match (view.command.keyword, view.command.words()) {
        (Some(Keyword::From), [image, ..]) => Some(*image),
        (Some(Keyword::Copy), _) => {
            view.command.flag("from", view, &item.text).and_then(|flag| flag.value)
        }
        _ => None,
    };
    let Some(name) = image.map(|range| view.text(&item.text, range)) else { return false };
    if has_variable(&name, escape) {
        return false;
    }
    let name = expand::expand(&name, escape, Mode::WORD, &NoEnv);
    name.is_ok_and(|name| cannot_be(&name.text))
}

fn has_variable(text: &str, escape: char) -> bool {
    expand::parse(text, escape, Mode::WORD).uses.iter().any(|found| !found.name.is_empty())
}

/// Whether no image can have that name. Without a name, none is meant.
fn cannot_be(name: &str) -> bool {
    !name.is_empty() && reference::problem(name).is_some()
}

/// The same of a mount of a `RUN`.
fn mounts_nothing(item: &Item, view: &View, escape: char) -> bool {
    let flags = view.command.flags.iter();
    let mounts = flags.filter(|flag| view.flag_name(&item.text, flag) == "mount");
    let mut fields = mounts.flat_map(|flag| mount::fields(flag, view, &item.text, escape));
    fields.any(|field| {
        let name = field.value.filter(|_| field.key.text.eq_ignore_ascii_case("from"));
        name.is_some_and(|name| !has_variable(&name.text, escape) && cannot_be(&name.text))
    })
}

/// Damaged characters side by side, and what they stand for.
struct Run {
    range: TextRange,
    insert: String,
}

fn runs(view: &View, mended: &View) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for Patch { range, insert } in damage(view, mended) {
        match runs.last_mut() {
            Some(run) if run.range.end() == range.start() => {
                run.range = TextRange::new(run.range.start(), range.end());
                run.insert.push_str(insert);
            }
            _ => runs.push(Run { range: *range, insert: (*insert).to_owned() }),
        }
    }
    runs
}

/// What a character is called that stands for one of ASCII.
fn name(c: char) -> &'static str {
    match c {
        '“' | '”' | '„' | '‟' | '″' | '‘' | '’' | '‚' | '‛' | '′' => {
            "a typographic quote"
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "a typographic dash",
        '&' => "HTML",
        '…' => "an ellipsis character",
        '\u{a0}' => "a no-break space",
        _ => "a typographic space",
    }
}

fn tell(item: &Item, run: &Run, phase: Phase) -> Finding {
    let text = item.text_at(run.range).unwrap_or_default();
    let first = text.chars().next().unwrap_or(' ');
    let whole_line = item.instruction().is_some_and(|i| i.body == run.range);
    // In a value it may be meant; a diff has such a mark before a line that is gone.
    let is_value = item.instruction().is_some_and(|one| {
        matches!(one.view.command.arguments, Arguments::Pairs(_) | Arguments::Names(_))
    });
    let sure = !(first == '&' && is_value || first == '-' && !whole_line);
    let (message, title, range) = if !run.insert.is_empty() {
        let what = name(first);
        let meant = match &*run.insert {
            " " => "a plain space".to_owned(),
            insert => format!("`{insert}`"),
        };
        let message = format!(
            "This is {what}, as web pages and word processors make of {meant}. Write {meant}."
        );
        (message, format!("Replace by {meant}"), run.range)
    } else if whole_line {
        let message = "This line is no instruction: it belongs to the page that this was pasted \
                       from. Delete it.";
        let whole = TextRange::new(0.into(), item.len());
        (message.to_owned(), "Delete this line".to_owned(), whole)
    } else if let Some(what) = lead(first) {
        let message =
            format!("This {what} was pasted along. Delete it: the line begins behind it.");
        (message, format!("Delete the {what}"), run.range)
    } else {
        let message = format!(
            "An invisible character (U+{:04X}) was pasted along. Delete it.",
            u32::from(first)
        );
        (message, "Delete the invisible character".to_owned(), run.range)
    };
    let finding = match phase {
        Phase::Advice => Finding::new(CODE, Severity::Warning, run.range, message),
        phase => Finding::refused(CODE, phase, run.range, message),
    };
    match commented(item, run).filter(|_| whole_line) {
        // What somebody wrote there is kept.
        Some(edits) => {
            let title = "Make this line a comment".to_owned();
            finding.with_fix(Fix { title, edits, sure: true }).maybe_replace(
                "Delete this line",
                range,
                "",
            )
        }
        None if sure => finding.replace(title, range, &*run.insert),
        None => finding.maybe_replace(title, range, &*run.insert),
    }
}

/// Where text begins that may be a heredoc's, and no instructions, because what opens the heredoc is
/// damaged and nobody reads it as one.
pub fn hidden_heredoc(tree: &Tree, findings: &[Finding]) -> Option<TextSize> {
    let damaged = findings.iter().filter(|finding| finding.code == CODE);
    let begins = damaged.filter_map(|finding| {
        let start = finding.range.start();
        let mut edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        if edits.any(|edit| edit.insert.starts_with("<<")) {
            return Some(start + TextSize::new(1));
        }
        let placed = tree.item_at(start)?;
        is_hidden_behind_lead(placed.item).then(|| placed.range().start())
    });
    begins.min()
}

/// Whether an instruction would have a heredoc if nothing stood before it.
fn is_hidden_behind_lead(item: &Item) -> bool {
    let Some(instruction) = item.instruction() else { return false };
    let Some(mended) = instruction.mended.as_deref() else { return false };
    let text = mended.text(&item.text, instruction.body);
    instruction.view.command.keyword.is_none()
        && mended.command.keyword.is_some()
        && (text.contains("<<") || text.contains("&lt;&lt;"))
}

/// Whether a fix takes away what stands there, or makes a comment of it.
pub fn is_deletion(finding: &Finding) -> bool {
    let mut edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
    finding.code == CODE && edits.any(|edit| matches!(&*edit.insert, "" | "# "))
}

/// Whether a fix makes a comment of a line that may go on with the lines around it, which begin with
/// the same mark.
pub fn is_among_its_like(tree: &Tree, finding: &Finding) -> bool {
    let mut edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
    if finding.code != CODE || !edits.any(|edit| edit.insert == "# ") {
        return false;
    }
    let Some(placed) = tree.item_at(finding.range.start()) else { return false };
    let Some(mark) = placed.item.text.trim_start().chars().next() else { return false };
    let is_like = |line: Option<&str>| line.is_some_and(|one| one.trim_start().starts_with(mark));
    let above = placed.index.checked_sub(1).and_then(|index| tree.item(index));
    let below = tree.item(placed.index + 1);
    is_like(above.and_then(|one| one.item.text.trim_end().rsplit('\n').next()))
        || is_like(below.and_then(|one| one.item.text.split('\n').next()))
}

/// What stands before a line, by its first character.
fn lead(first: char) -> Option<&'static str> {
    match first {
        '$' => Some("shell prompt"),
        '>' => Some("mark of a quotation"),
        '*' | '-' | '•' => Some("mark of a list"),
        c if c.is_ascii_digit() || c.is_ascii_whitespace() => Some("line number"),
        _ => None,
    }
}

/// The edits that make a comment of the lines behind a prompt.
fn commented(item: &Item, run: &Run) -> Option<Vec<Edit>> {
    let source: &str = &item.text;
    let text = source.get(std::ops::Range::<usize>::from(run.range))?;
    let behind = text.strip_prefix(['$', '>'])?.trim_start();
    let prompt = TextSize::of(text) - TextSize::of(behind);
    if behind.is_empty() {
        return None;
    }
    let mut edits = vec![Edit::replace(TextRange::at(run.range.start(), prompt), "# ")];
    let mut start = run.range.start();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let is_comment = line.trim().is_empty() || line.trim_start().starts_with('#');
        if number > 0 && !is_comment {
            edits.push(Edit::insert(start, "# "));
        }
        start += TextSize::of(line);
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::CODE;
    use crate::check::Phase;
    use crate::check::testing::*;

    #[test]
    fn damage_is_told_as_damage() {
        check("FROM a AS b\nFROM a\nCOPY ⟦–⟧from=b x y\n", &[CODE]);
        check("FROM a\nCMD [⟦“⟧x⟦”⟧]\n", &[CODE; 2]);
        check("FROM⟦\u{a0}⟧a⟦\u{a0}⟧AS⟦\u{a0}⟧b\n", &[CODE; 3]);
        check("FROM gol⟦\u{200b}⟧ang\n", &[CODE]);
        check("FROM a\nRUN x ./⟦…⟧\n", &[CODE]);
        check("FROM a\n⟦---⟧\nRUN x\n", &[CODE]);
        check("⟦```dockerfile⟧\nFROM a\n⟦```⟧\n", &[CODE; 2]);
        check("⟦$ ⟧FROM a\n⟦> ⟧RUN x\n⟦$ docker build .⟧\n", &[CODE; 3]);
        check("FROM a\nRUN echo don’t\nLABEL a=\"x – “y”\"\n", &[]);
    }

    #[test]
    fn other_errors_are_those_of_the_mended_text() {
        check("FROM a\nCOPY ⟦–⟧⟦form⟧=b x y\n", &[CODE, "unknown-flag"]);
        check("⟦$ ⟧FROM a\nRUN ⟦—⟧mount=⟦type=cache⟧ y\n", &[CODE, CODE, "mount-without-target"]);
    }

    #[test]
    fn it_is_an_error_where_buildkit_stumbles_over_it() {
        let worst = |text: &str| {
            findings(text).iter().map(|finding| finding.phase).min().unwrap_or(Phase::Advice)
        };
        assert_eq!(worst("FROM a\nRUN x –y\n"), Phase::Advice);
        assert_eq!(worst("FROM a\nCOPY –from=b x y\n"), Phase::Advice);
        assert_eq!(worst("FROM a\n---\n"), Phase::Instruction);
        assert_eq!(worst("FROM a AS “b”\n"), Phase::Instruction);
        assert_eq!(worst("FROM a\nENV A=“b c”\n"), Phase::Parse);
        assert_eq!(worst("FROM al\u{200b}pine\n"), Phase::Build);
        // What is wrong only in the mended text is no error yet.
        assert_eq!(worst("FROM a\nCOPY –form=b x y\n"), Phase::Advice);
        assert_eq!(worst("FROM a\nRUN --mount=from=,target=\u{feff}"), Phase::Advice);
        assert_eq!(worst("FROM a\nRUN --mount=from=$,target=\u{feff}"), Phase::Build);
    }

    #[test]
    fn all_that_stands_before_lines_goes() {
        let mended = |text: &str| {
            let tree = crate::syntax::Tree::parse(text);
            let report = crate::check::Report::new(&crate::model::Model::new(tree));
            let fix = report.mend_pasted().expect("a fix");
            crate::text::apply_edits(text, &fix.edits).expect("edits that apply")
        };
        assert_eq!(
            mended("> # syntax=x\n> # keep me\n> FROM a\n> RUN b \\\n>   && c\n"),
            "# syntax=x\n# keep me\nFROM a\nRUN b \\\n  && c\n"
        );
        assert_eq!(
            mended(" 9  FROM a\n10  RUN b \\\n11    && c\n"),
            " FROM a\nRUN b \\\n    && c\n"
        );
        assert_eq!(
            mended("FROM a\nRUN b &amp;&amp; c &gt; d\nCMD [&quot;e&quot;]\n"),
            "FROM a\nRUN b && c > d\nCMD [\"e\"]\n"
        );
    }

    /// The file as "fix all" leaves it.
    fn surely_fixed(text: &str) -> String {
        let edits = crate::check::fix_all(&findings(text));
        crate::text::apply_edits(text, &edits).expect("edits that apply")
    }

    #[test]
    fn what_may_go_on_with_its_neighbours_is_no_comment() {
        assert_eq!(
            surely_fixed("> FROM a\n> RUN b; \\\n> # c\n>   d; \\\n>   e\n> USER x\n"),
            "FROM a\n> RUN b; \\\n> # c\n>   d; \\\n>   e\nUSER x\n"
        );
        not_sure("FROM a\n> Text of a mail\n> that goes on\n", CODE);
        assert_eq!(surely_fixed("FROM a\n$ docker build .\n"), "FROM a\n# docker build .\n");
    }

    #[test]
    fn the_text_of_a_hidden_heredoc_is_left_alone() {
        assert_eq!(
            surely_fixed("FROM a\nRUN cat &lt;&lt;EOF\n$ RUN c\n$ z\n* USER x\nEOF\n"),
            "FROM a\nRUN cat <<EOF\n$ RUN c\n$ z\n* USER x\nEOF\n"
        );
        let quoted = "> RUN cat <<EOF\n> $ x\n> EOF\n> CMD y\n";
        assert_eq!(surely_fixed(&format!("> FROM a\n{quoted}")), format!("FROM a\n{quoted}"));
    }

    #[test]
    fn damage_is_mended() {
        fixed("FROM a\nCOPY –from=b x y\n", CODE, "FROM a\nCOPY --from=b x y\n");
        fixed("FROM a\nCOPY ––from=b x y\n", CODE, "FROM a\nCOPY --from=b x y\n");
        fixed("FROM a\n---\nRUN x\n", CODE, "FROM a\nRUN x\n");
        fixed("$ FROM a\n", CODE, "FROM a\n");
        let command = "FROM a\n$ docker run \\\n  x\nRUN y\n";
        fixed(command, CODE, "FROM a\n# docker run \\\n#   x\nRUN y\n");
        fixed_by(command, CODE, 1, "FROM a\nRUN y\n");
        fixed("FROM a\n> Text of a mail\n", CODE, "FROM a\n# Text of a mail\n");
        fixed("FROM a\n>\nRUN x\n", CODE, "FROM a\nRUN x\n");
        fixed("> # keep me\nFROM a\n", CODE, "# keep me\nFROM a\n");
        fixed("* FROM a\n", CODE, "FROM a\n");
        fixed("- FROM a\n", CODE, "FROM a\n");
        not_sure("- FROM a\n", CODE);
        fixed("FROM a\nRUN b &amp;&amp; c\n", CODE, "FROM a\nRUN b && c\n");
        not_sure("FROM a\nENV A=&quot;b&quot;\n", CODE);
        not_sure("FROM a\nRUN &lt;&lt;EOF\nRUNN b\nEOF\n", "unknown-instruction");
        check("⟦1 ⟧FROM a\n⟦2 ⟧RUN b \\\n⟦3⟧   && c\n", &[CODE; 3]);
        fixed("FROM a\u{200b}b\n", CODE, "FROM ab\n");
        let text = "```\nFROM\u{a0}a\u{a0}AS b\nCOPY —from=c x y\nCMD [“x”, “y”]\n```\n";
        let report =
            crate::check::Report::new(&crate::model::Model::new(crate::syntax::Tree::parse(text)));
        let fix = report.mend_pasted().expect("a fix");
        let mended = crate::text::apply_edits(text, &fix.edits);
        assert_eq!(mended.as_deref(), Ok("FROM a AS b\nCOPY --from=c x y\nCMD [\"x\", \"y\"]\n"));
    }
}
