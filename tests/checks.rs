//! What holds for all rules: findings are the same however a text came about, an edit costs what it
//! touches, and half-typed lines take nothing away from the others.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use stagewright::check::{FAMILIES, Finding, Look, Phase, Report, Severity, fix_all};
use stagewright::ide::Snapshot;
use stagewright::model::Model;
use stagewright::syntax::{Instruction, Placed, Tree};
use stagewright::text::{
    Edit, Encoding, LineColumn, Text, TextRange, TextSize, apply_edits, decode,
};
use walkdir::WalkDir;

/// The fixture Dockerfiles whose path contains one of `parts`, smaller than `limit` bytes.
fn fixtures(parts: &[&str], limit: usize) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = WalkDir::new(folder).sort_by_file_name().into_iter();
    let wanted = |path: &PathBuf| {
        let path = path.to_string_lossy();
        path.ends_with("ockerfile") && parts.iter().any(|part| path.contains(part))
    };
    let read = |path: PathBuf| Some((path.clone(), decode(&fs::read(path).ok()?).text));
    let paths = files.map(|file| file.expect("readable").into_path());
    let texts: Vec<_> = paths.filter(wanted).filter_map(read).collect();
    assert!(!texts.is_empty(), "the fixtures are missing");
    texts.into_iter().filter(|(_, text)| text.len() < limit).collect()
}

fn report(text: &str) -> Report {
    Report::new(&Model::new(Tree::parse(text)))
}

/// Codes of rules that look at the whole file.
fn model_codes() -> HashSet<&'static str> {
    let families = FAMILIES.iter().filter(|family| matches!(family.look, Look::Model(_)));
    families.flat_map(|family| family.rules).map(|rule| rule.code).collect()
}

/// Codes of rules that look at stages as a whole: a line that cannot be read yet may be what they
/// say is missing.
const OF_STAGES: &[&str] = &[
    "missing-program",
    "run-without-shell",
    "shell-form-without-shell",
    "sources-copied",
    "toolchain-shipped",
    "unused-stage",
    "wrong-libc",
];

#[test]
fn findings_of_all_fixtures_are_sound() {
    let codes: HashSet<_> = FAMILIES.iter().flat_map(|f| f.rules).map(|rule| rule.code).collect();
    let mut seen = HashSet::new();
    for (path, text) in fixtures(&["/dockerfile/"], usize::MAX) {
        let findings = report(&text).findings();
        for finding in &findings {
            assert!(codes.contains(finding.code), "{path:?}: {finding:?}");
            let refused = finding.phase != Phase::Advice;
            assert_eq!(finding.severity == Severity::Error, refused, "{path:?}: {finding:?}");
            assert!(text.get(std::ops::Range::<usize>::from(finding.range)).is_some());
            assert!(finding.message.ends_with(['.', '?']), "{finding:?}");
            for fix in &finding.fixes {
                let fixed = apply_edits(&text, &fix.edits);
                assert!(fixed.is_ok(), "{path:?}: {fix:?}");
                assert_ne!(fixed.as_deref(), Ok(&*text), "{path:?}: {fix:?}");
            }
            seen.insert(finding.code);
        }
        let sorted = findings.is_sorted_by_key(|f| (f.range.start(), f.range.end(), f.code));
        assert!(sorted, "{path:?}");
        let fixed = apply_edits(&text, &fix_all(&findings));
        assert!(fixed.is_ok(), "{path:?}: {fixed:?}");
    }
    // BuildKit has an error for names that its two readings of a word disagree on; we know of no
    // such name.
    seen.insert("heredoc-name");
    let unseen: Vec<_> = codes.difference(&seen).collect();
    assert!(unseen.is_empty(), "no fixture shows {unseen:?}");
}

/// What we make of a file has none of the mistakes that we tell of. Of a program that is proved
/// static by its project, the Dockerfile alone cannot tell that.
#[test]
fn our_own_splits_are_sound() {
    let files = fixtures(&["/golden/"], usize::MAX);
    let mut made = 0;
    for (path, text) in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !matches!(&*name, "conservative.Dockerfile" | "smallest.Dockerfile") {
            continue;
        }
        made += 1;
        let findings = report(&text).findings();
        let wrong = findings.iter().find(|finding| {
            let is_unsure = finding.severity == Severity::Information;
            OF_STAGES.contains(&finding.code) && !(finding.code == "wrong-libc" && is_unsure)
        });
        assert!(wrong.is_none(), "{path:?}: {wrong:#?}");
    }
    assert!(made > 20, "{made}");
}

/// A finding whose fixes are made does not come back.
#[test]
fn sure_fixes_mend() {
    for (path, text) in fixtures(&["/dockerfile/"], 20_000) {
        let findings = report(&text).findings();
        for finding in &findings {
            let Some(fix) = finding.fixes.iter().find(|fix| fix.sure) else { continue };
            let Ok(fixed) = apply_edits(&text, &fix.edits) else { continue };
            let count = |findings: &[Finding]| {
                findings.iter().filter(|other| other.code == finding.code).count()
            };
            let after = report(&fixed).findings();
            assert!(
                count(&after) < count(&findings),
                "{path:?}: {} remains after {:?}:\n{fixed}\n{after:#?}",
                finding.code,
                fix.title
            );
        }
    }
}

#[test]
fn no_beginning_of_a_file_makes_it_panic() {
    for (_, text) in fixtures(&["/dockerfile/", "/seeds/"], 4_000) {
        let step = text.len() / 60 + 1;
        for (at, _) in text.char_indices().step_by(step) {
            let findings = report(text.get(..at).unwrap_or_default()).findings();
            assert!(findings.iter().all(|finding| usize::from(finding.range.end()) <= at));
        }
    }
}

/// What a text's instructions have to say, by themselves and as parts of the file.
struct Expected {
    text: String,
    tree: Tree,
    findings: Vec<Finding>,
    model: HashSet<&'static str>,
}

impl Expected {
    fn new(text: &str) -> Expected {
        let tree = Tree::parse(text);
        let findings = Report::new(&Model::new(tree.clone())).findings();
        Expected { text: text.to_owned(), tree, findings, model: model_codes() }
    }

    /// Holds that in `state`, which is the text without some end of `edited`, the instructions
    /// outside of `edited` have all their findings.
    ///
    /// An instruction that is no longer one has to be swallowed by what is being typed: it stands in
    /// the body of a heredoc, or behind a line continuation, of an instruction that begins no later
    /// than the end of what was typed.
    fn holds_in(&self, state: &Snapshot, edited: TextRange, with_model: bool, name: &Path) {
        let found = state.report().findings();
        let places: HashSet<_> = found.iter().map(|f| (f.range.start(), f.range.end())).collect();
        let missing = self.tree.len() - state.tree().len();
        let typed = edited.end() - missing;
        for (placed, _) in self.tree.instructions() {
            if edited.contains_range(placed.range())
                || edited.intersect(placed.range()).is_some_and(|r| !r.is_empty())
            {
                continue;
            }
            let behind = placed.start >= edited.end();
            if behind && placed.start < missing {
                continue;
            }
            let start = if behind { placed.start - missing } else { placed.start };
            let there = state.tree().item_at(start);
            let survives = there
                .is_some_and(|there| there.start == start && there.item.text == placed.item.text);
            if !survives {
                let legitimate = there.is_some_and(|there| swallows(there, start, typed));
                assert!(
                    legitimate,
                    "{name:?}: {:?} is lost in\n{}",
                    &*placed.item.text,
                    state.text()
                );
                continue;
            }
            for finding in self.findings.iter().filter(|f| placed.range().contains_range(f.range)) {
                if self.model.contains(finding.code) && !with_model
                    || OF_STAGES.contains(&finding.code)
                {
                    continue;
                }
                let range = finding.range - placed.start + start;
                assert!(
                    places.contains(&(range.start(), range.end())),
                    "{name:?}: {finding:?} is lost in\n{}\n{found:#?}",
                    state.text()
                );
            }
        }
    }
}

fn swallows(there: Placed<'_>, start: TextSize, typed: TextSize) -> bool {
    let covers = |instruction: &Instruction| {
        let inside = start.checked_sub(there.start);
        inside.is_some_and(|inside| {
            instruction.body.contains(inside)
                || instruction.heredocs.iter().any(|heredoc| {
                    heredoc.body.contains(inside)
                        || heredoc.terminator.is_some_and(|end| end.contains_inclusive(inside))
                })
        })
    };
    there.start <= typed && there.instruction().is_some_and(covers)
}

/// Whether typing the instruction changes what others mean: their findings about the whole file may
/// then come and go.
fn has_meaning_elsewhere(instruction: &Instruction, text: &str) -> bool {
    let word = instruction.meant().text(text, instruction.meant().command.keyword_range);
    ["from", "arg", "env"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

#[test]
fn a_line_being_typed_takes_no_findings_from_the_others() {
    let parts = ["/30-pasted/", "/20-realistic/", "/08-stages/from-", "/03-instructions/env-"];
    let files = fixtures(&parts, 1_500);
    assert!(files.len() >= 60, "{}", files.len());
    let mut states = 0;
    for (path, text) in files {
        let expected = Expected::new(&text);
        let structure: HashSet<_> = ["empty-file", "no-stage", "before-from"].into();
        if expected.findings.iter().any(|finding| structure.contains(finding.code)) {
            // Only the first instruction before a FROM is told of, whichever that is.
            continue;
        }
        for (placed, instruction) in expected.tree.instructions() {
            let content = placed.item.text.trim_end_matches(['\r', '\n']);
            let edited = TextRange::at(placed.start, TextSize::of(content));
            let with_model = !has_meaning_elsewhere(instruction, &placed.item.text);
            let base = Snapshot::new(&expected.text);
            let mut state = base.edit(&[Edit::delete(edited)]);
            let mut at = edited.start();
            for c in content.chars() {
                expected.holds_in(&state, edited, with_model, &path);
                state = state.edit(&[Edit::insert(at, c)]);
                at += TextSize::of(c);
                states += 1;
            }
            assert_eq!(state.report().findings(), expected.findings, "{path:?}");
        }
    }
    assert!(states > 10_000, "{states}");
}

#[test]
fn a_file_typed_from_its_beginning_keeps_the_findings_of_finished_lines() {
    let parts = ["/30-pasted/", "/20-realistic/", "/40-half-typed/", "/seeds/"];
    for (path, text) in fixtures(&parts, 1_500) {
        let expected = Expected::new(&text);
        let mut state = Snapshot::new("");
        for (at, c) in text.char_indices() {
            let done = TextSize::try_from(at).expect("small");
            let edited = TextRange::new(done, expected.tree.len());
            expected.holds_in(&state, edited, false, &path);
            state = state.edit(&[Edit::insert(done, c)]);
        }
        assert_eq!(state.report().findings(), expected.findings, "{path:?}");
    }
}

/// Pieces that change what is found around them.
const PIECES: &[&str] = &[
    "a",
    " ",
    "\n",
    "\r\n",
    "\\\n",
    "#",
    "# escape=`\n",
    "FROM a AS b\n",
    "FROM b\n",
    "FROM $A\n",
    "RUN x\n",
    "RUN <<EOF\n",
    "EOF\n",
    "COPY --from=b a c\n",
    "COPY --from=1 a c\n",
    "ARG A=1\n",
    "ENV A=$A B=${A:-x}\n",
    "ONBUILD ",
    "\"",
    "'",
    "[1]",
    "–",
    "“",
    "\u{a0}",
    "---\n",
    "$A",
    "${",
    "--mount=type=cahe,from=b ",
    "HEALTHCHECK x\n",
    "\n\n",
    "FOO\n",
    "EXPOSE x\n",
    "AS b",
];

/// An edit in fractions of whatever text it meets.
#[derive(Clone, Debug)]
struct Step {
    at: f64,
    delete: f64,
    insert: String,
}

fn step() -> impl Strategy<Value = Step> {
    let insert = prop_oneof![
        1 => Just(String::new()),
        6 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => "[ -~\n]{0,12}",
    ];
    let delete = prop_oneof![4 => Just(0.0), 3 => 0.0..0.05, 1 => 0.0..0.5];
    (0.0..=1.0, delete, insert).prop_map(|(at, delete, insert)| Step { at, delete, insert })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn edit(text: &Text, step: &Step) -> Edit {
    let len = u32::from(text.len());
    let at = |fraction: f64| text.floor(TextSize::new((fraction * f64::from(len)) as u32));
    let start = at(step.at);
    let end = at((step.at + step.delete).min(1.0)).max(start);
    Edit::replace(TextRange::new(start, end), step.insert.clone())
}

/// Findings as an editor shows them.
fn shown(snapshot: &Snapshot) -> Vec<(LineColumn, LineColumn, &'static str, String)> {
    let place = |offset| snapshot.text().line_column(offset, Encoding::Utf16);
    let shown = |f: Finding| (place(f.range.start()), place(f.range.end()), f.code, f.message);
    snapshot.report().findings().into_iter().map(shown).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_equals_full(
        fixture in any::<prop::sample::Index>(),
        steps in prop::collection::vec((step(), any::<bool>()), 1..12),
    ) {
        thread_local! {
            static FIXTURES: Vec<(PathBuf, String)> = fixtures(&["/dockerfile/"], 10_000);
        }
        let start = FIXTURES.with(|all| fixture.get(all).1.clone());
        let mut snapshot = Snapshot::new(&start);
        for (step, look) in &steps {
            let edit = edit(snapshot.text(), step);
            let next = snapshot.edit(&[edit]);
            // A report nobody asked for is skipped, and the one before it serves the next.
            if *look {
                let full = report(&next.text().to_string());
                prop_assert_eq!(next.report().findings(), full.findings());
                if next.report().same_places(snapshot.report()) {
                    prop_assert_eq!(shown(&next), shown(&snapshot));
                }
            }
            snapshot = next;
        }
    }
}

/// A file of `lines` lines in a few stages, with something to tell about every hundredth.
fn long_file(lines: usize) -> String {
    let mut text = String::from("ARG VERSION=1\nFROM golang:$VERSION AS build\n");
    for line in 0..lines {
        match line % 100 {
            0 => text.push_str("ENV NAME=value\n"),
            1 => text.push_str("# a comment\n"),
            2 => text.push_str("COPY --from=build /a /b\n"),
            3 => text.push_str("COPY --form=build /a /b\n"),
            4 => text.push_str("ENV OTHER=$VERSION\n"),
            _ => text.push_str("RUN make $NAME\n"),
        }
    }
    text
}

#[test]
fn a_keystroke_looks_at_what_it_touches() {
    let mut snapshot = Snapshot::new(&long_file(10_000));
    assert_eq!(snapshot.report().checked(), snapshot.tree().len_items());
    for line in [12, 5_012, 9_912] {
        let at = snapshot.text().line_end(line);
        let next = snapshot.edit(&[Edit::insert(at, "x")]);
        assert!(next.report().checked() <= 3, "{}", next.report().checked());
        assert!(next.report().same_places(snapshot.report()));
        assert_eq!(shown(&next), shown(&snapshot));
        // A line more, and everything below stands elsewhere.
        let below = next.edit(&[Edit::insert(at, "\n")]);
        assert!(below.report().checked() <= 3, "{}", below.report().checked());
        assert!(!below.report().same_places(next.report()));
        snapshot = next;
    }
    // A new finding, and one that goes away.
    let at = snapshot.text().line_start(12);
    let next = snapshot.edit(&[Edit::insert(at, "X")]);
    assert!(!next.report().same_places(snapshot.report()));
    assert!(!snapshot.report().same_places(next.report()));
    // The name of a stage, far from those that name it.
    let name = snapshot.text().line_end(1);
    let next = snapshot.edit(&[Edit::insert(name, "er")]);
    assert!(next.report().checked() <= 3, "{}", next.report().checked());
    assert!(!next.report().same_places(snapshot.report()));
}

/// The fix writes what the `ARG` of the other stage says.
#[test]
fn a_finding_hangs_on_the_instruction_that_it_points_to() {
    let text = "FROM a AS x\nARG V=1\nUSER $V\nFROM b\nUSER $V\n";
    let snapshot = Snapshot::new(text);
    assert_eq!(snapshot.report().findings().len(), 1);
    let value = TextSize::of("FROM a AS x\nARG V=1");
    let next = snapshot.edit(&[Edit::insert(value, "2")]);
    assert_ne!(snapshot.report().findings(), next.report().findings());
    assert!(!next.report().same_places(snapshot.report()));
}

#[test]
fn reports_are_found_anew_only_where_the_escape_character_changes() {
    let snapshot = Snapshot::new("FROM a\nRUN x\nCOPY --form=b x y\n");
    let count = snapshot.report().findings().len();
    let next = snapshot.edit(&[Edit::insert(TextSize::new(0), "# escape=`\n")]);
    assert_eq!(next.report().checked(), next.tree().len_items());
    assert_eq!(next.report().findings().len(), count);
}
