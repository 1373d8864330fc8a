//! After any sequence of edits the incremental tree and model equal those of a full parse, and a
//! keystroke costs what its instruction costs.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use stagewright::model::Model;
use stagewright::syntax::Tree;
use stagewright::text::{Edit, Text, TextRange, TextSize, decode};
use walkdir::WalkDir;

/// All fixture Dockerfiles small enough to edit often.
fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files =
        WalkDir::new(folder).sort_by_file_name().into_iter().map(|it| it.expect("readable"));
    let files = files.filter(|file| file.path().to_string_lossy().contains("ockerfile"));
    let texts = files.filter_map(|file| fs::read(file.path()).ok());
    let texts: Vec<_> =
        texts.map(|bytes| decode(&bytes).text).filter(|t| t.len() < 20_000).collect();
    assert!(texts.len() > 100, "the fixtures are missing");
    texts
}

/// Pieces that change how the text around them is read.
const PIECES: &[&str] = &[
    "a",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\\",
    "\\\n",
    "`",
    "`\n",
    "#",
    "# ",
    "# x\n",
    "# escape=`\n",
    "# syntax=a\n",
    "\u{feff}",
    "FROM a AS b\n",
    "FROM b\n",
    "RUN x\n",
    "RUN <<EOF\n",
    "EOF\n",
    "EOF",
    "<<EOF",
    "<<-'E F'\n",
    "COPY --from=b a c\n",
    "ARG A=1\n",
    "ENV A=$A B=${A:-x}\n",
    "ONBUILD ",
    "\"",
    "'",
    "[\"a\", \"b\"]",
    "–from=b",
    "“",
    "”",
    "\u{a0}",
    "---\n",
    "é",
    "😀",
    "$A",
    "${",
    "}",
    "--mount=type=cache,from=b,target=/x ",
    "HEALTHCHECK CMD x\n",
    "\n\n\n",
    "   \n",
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
        1 => prop::collection::vec(prop::sample::select(PIECES), 1..6).prop_map(|p| p.concat()),
        1 => "[ -~\n]{0,12}",
    ];
    let delete = prop_oneof![4 => Just(0.0), 3 => 0.0..0.02, 1 => 0.0..0.5];
    (0.0..=1.0, delete, insert).prop_map(|(at, delete, insert)| Step { at, delete, insert })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn edit(text: &Text, step: &Step) -> Edit {
    let len = u32::from(text.len());
    let at = |fraction: f64| text.floor(TextSize::new((fraction * f64::from(len)) as u32));
    let start = at(step.at);
    let end = at((step.at + step.delete).min(1.0)).max(start);
    Edit::replace(TextRange::new(start, end), step.insert.clone())
}

fn apply(text: &mut Text, model: &mut Model, edit: &Edit) {
    text.edit(edit);
    let inserted = TextSize::of(edit.insert.as_str());
    let tree = model.tree().reparse(text, edit.range, inserted).tree;
    *model = model.update(tree);
}

fn assert_same(text: &Text, model: &Model) {
    let whole = text.to_string();
    let full = Tree::parse(&whole);
    assert_eq!(model.tree().to_string(), whole, "the tree holds every byte");
    assert_eq!(full.to_string(), whole);
    if *model.tree() != full {
        for (a, b) in model.tree().items().zip(full.items()) {
            assert_eq!(a.item, b.item);
        }
        panic!("trees differ in state: {:?}\nand\n{full:?}", model.tree());
    }
    let full = Model::new(full);
    assert_eq!(model.references(), full.references());
    assert!(model.circular().eq(full.circular()));
    assert!(model.scope_issues().eq(full.scope_issues()));
    let facts = |model: &Model| model.instructions().map(|(_, f)| f.clone()).collect::<Vec<_>>();
    assert_eq!(facts(model), facts(&full));
    let stages = |model: &Model| {
        model.stages().iter().map(|s| (s.range, s.name(), s.base.clone())).collect::<Vec<_>>()
    };
    assert_eq!(stages(model), stages(&full));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_equals_full(
        fixture in any::<prop::sample::Index>(),
        steps in prop::collection::vec(step(), 1..12),
    ) {
        thread_local! { static FIXTURES: Vec<String> = fixtures(); }
        let start = FIXTURES.with(|all| fixture.get(all).clone());
        let mut text = Text::new(&start);
        let mut model = Model::new(Tree::parse(&start));
        for step in &steps {
            let edit = edit(&text, step);
            apply(&mut text, &mut model, &edit);
            assert_same(&text, &model);
        }
    }
}

/// A file of `lines` plain lines in a few stages.
fn long_file(lines: usize) -> String {
    let mut text = String::from("ARG VERSION=1\nFROM golang:$VERSION AS build\n");
    for line in 0..lines {
        match line % 50 {
            0 => text.push_str("ENV NAME=value\n"),
            1 => text.push_str("# a comment\n"),
            2 => text.push_str("COPY --from=build /a /b\n"),
            _ => text.push_str("RUN make $NAME\n"),
        }
    }
    text
}

#[test]
fn a_keystroke_in_a_long_file_reads_three_instructions_at_most() {
    let start = long_file(10_000);
    let mut text = Text::new(&start);
    let mut model = Model::new(Tree::parse(&start));
    for line in [5, 4_999, 9_998] {
        let at = text.line_end(line);
        let edit = Edit::insert(at, "x");
        text.edit(&edit);
        let reparsed = model.tree().reparse(&text, edit.range, TextSize::of("x"));
        assert!(reparsed.items_read <= 3, "{} items read", reparsed.items_read);
        model = model.update(reparsed.tree);
        let work = model.work();
        assert!(work.facts <= 3, "{work:?}");
        assert!(work.scopes <= 128, "{work:?}");
        assert!(!work.names, "{work:?}");
        assert_same(&text, &model);
    }
}

#[test]
fn an_edit_recomputes_what_depends_on_it() {
    let start = long_file(5_000);
    let mut text = Text::new(&start);
    let mut model = Model::new(Tree::parse(&start));
    let at = |text: &Text, what: &str| {
        TextSize::try_from(text.to_string().find(what).expect("present")).expect("small")
    };
    // The name of a stage: references are looked up anew, no instruction's facts are.
    let edit = Edit::insert(at(&text, "build\n"), "x");
    apply(&mut text, &mut model, &edit);
    assert!(model.work().names);
    assert!(model.work().facts <= 2, "{:?}", model.work());
    // A new variable flows to the end of the stage.
    let edit = Edit::insert(at(&text, "NAME=value"), "NEW=1 ");
    apply(&mut text, &mut model, &edit);
    assert!(model.work().scopes > 4_000, "{:?}", model.work());
    assert!(model.work().facts <= 2, "{:?}", model.work());
    // Its value does not.
    let edit = Edit::insert(at(&text, "NEW=1") + TextSize::of("NEW=1"), "2");
    apply(&mut text, &mut model, &edit);
    assert!(model.work().scopes <= 128, "{:?}", model.work());
    assert_same(&text, &model);
}

#[test]
fn ten_megabytes_of_any_shape_parse() {
    const SIZE: usize = 10 << 20;
    let shapes: [(&str, String); 14] = [
        ("variables and continuations", format!("RUN {}", "$a \\\n".repeat(SIZE / 5))),
        ("pairs and continuations", format!("ENV {}", "a=$a \\\n".repeat(SIZE / 7))),
        ("one line", "a".repeat(SIZE)),
        ("one instruction", format!("RUN {}", "a ".repeat(SIZE / 2))),
        ("one heredoc", format!("RUN <<EOF\n{}", "line\n".repeat(SIZE / 5))),
        ("backslashes", "\\".repeat(SIZE)),
        ("continuations", "\\\n".repeat(SIZE / 2)),
        ("words and continuations", format!("COPY {}", "a \\\n".repeat(SIZE / 4))),
        ("heredoc operators", format!("RUN {}", "<<".repeat(SIZE / 2))),
        ("heredoc words", format!("RUN {}", "<<a ".repeat(SIZE / 4))),
        ("line feeds", "\n".repeat(SIZE)),
        ("brackets", format!("RUN {}", "[".repeat(SIZE))),
        ("onbuild", "ONBUILD ".repeat(SIZE / 8)),
        ("dashes and quotes", format!("RUN --{}", "-\"–“ ".repeat(SIZE / 10))),
    ];
    for (name, text) in &shapes {
        let start = std::time::Instant::now();
        let tree = Tree::parse(text);
        assert_eq!(tree.len(), TextSize::of(text.as_str()), "{name}");
        let model = Model::new(tree);
        assert!(model.tree().len_items() > 0, "{name}");
        // No bound that a slow machine could miss; a quadratic parser would take hours.
        assert!(start.elapsed().as_secs() < 120, "{name}: {:?}", start.elapsed());
    }
}
