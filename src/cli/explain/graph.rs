//! The stages as a picture: each below what it is built on, with arrows for what it takes from
//! elsewhere.

use super::facts::{BaseFacts, Explanation, StageFacts, Take};
use crate::cli::out::printable;

/// Steps further to the right are no longer drawn: a file can have any number of stages in a row.
const MAX_DEPTH: usize = 20;

/// A stage to draw, and whether more stand below the same thing, for it and for all that it is
/// built on, from the outermost on.
struct Open {
    stage: usize,
    more: Vec<bool>,
}

/// The picture, a line each.
pub fn draw(explanation: &Explanation<'_>) -> Vec<String> {
    let stages = &explanation.stages;
    let children = children(stages);
    let mut lines = Vec::new();
    for (root, first) in roots(stages) {
        lines.push(root);
        let mut open = below(&first, &[]);
        while let Some(Open { stage, more }) = open.pop() {
            let Some(facts) = stages.get(stage) else { continue };
            let below_it = children.get(stage).map_or(&[][..], Vec::as_slice);
            lines.push(format!("{}{}", branch(&more), node(explanation, facts)));
            let inset =
                format!("{}{}", trunk(&more), if below_it.is_empty() { "  " } else { "│ " });
            lines
                .extend(facts.takes.iter().map(|take| format!("{inset}← {}", arrow(stages, take))));
            open.extend(below(below_it, &more));
        }
    }
    lines
}

/// What the stages start from that start from no stage, in the order of their first use, each with
/// the stages that do.
fn roots(stages: &[StageFacts]) -> Vec<(String, Vec<usize>)> {
    let mut roots: Vec<(String, Vec<usize>)> = Vec::new();
    for stage in stages.iter().filter(|stage| stage.base.stage.is_none()) {
        let name = base_name(&stage.base);
        match roots.iter_mut().find(|(root, _)| *root == name) {
            Some((_, stages)) => stages.push(stage.index),
            None => roots.push((name, vec![stage.index])),
        }
    }
    roots
}

/// What a stage is built on, unless on a stage.
pub fn base_name(base: &BaseFacts) -> String {
    let written = base.written.as_deref().map(printable);
    match (&base.image, written) {
        (Some(image), Some(written)) if *image != written => {
            format!("{}  from {written}", printable(image))
        }
        (_, Some(written)) if base.kind == "unknown" => format!("{written}  not known here"),
        (_, Some(written)) => written,
        (_, None) => "nothing yet".to_owned(),
    }
}

/// The stages that are built on each stage.
fn children(stages: &[StageFacts]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); stages.len()];
    for stage in stages {
        if let Some(list) = stage.base.stage.and_then(|parent| children.get_mut(parent)) {
            list.push(stage.index);
        }
    }
    children
}

/// The stages in reverse, as a stack gives them back.
fn below(stages: &[usize], more: &[bool]) -> Vec<Open> {
    let last = stages.last();
    let open = |stage: &usize| {
        let own = (more.len() < MAX_DEPTH).then_some(Some(stage) != last);
        Open { stage: *stage, more: more.iter().copied().chain(own).collect() }
    };
    stages.iter().rev().map(open).collect()
}

fn branch(more: &[bool]) -> String {
    let Some((own, outer)) = more.split_last() else { return String::new() };
    format!("{}{}", trunk(outer), if *own { "├─ " } else { "└─ " })
}

fn trunk(more: &[bool]) -> String {
    more.iter().map(|more| if *more { "│  " } else { "   " }).collect()
}

fn node(explanation: &Explanation<'_>, stage: &StageFacts) -> String {
    let role = if explanation.target == Some(stage.index) {
        ", the target"
    } else if stage.built {
        ""
    } else {
        ", not built"
    };
    format!("{} {}  line {}{role}", stage.index, printable(&stage.title), stage.line)
}

fn arrow(stages: &[StageFacts], take: &Take) -> String {
    let title = take.stage.and_then(|stage| stages.get(stage)).map(|stage| &stage.title);
    let note = take.note.map(|note| format!(" ({note})")).unwrap_or_default();
    let name = printable(title.unwrap_or(&take.name));
    format!("{name}{note}  {}, {}", take.by, lines(&take.lines))
}

/// `line 3`, `lines 3, 5 and 7`.
fn lines(lines: &[u32]) -> String {
    let texts: Vec<_> = lines.iter().map(u32::to_string).collect();
    match texts.split_last() {
        Some((last, [])) => format!("line {last}"),
        Some((last, others)) => format!("lines {} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::size;
    use super::*;
    use crate::cli::document::Document;
    use crate::ide::images::View;
    use crate::image::{Offline, Unit};
    use crate::language::platform::Platform;

    fn drawn(document: &Document, target: Option<usize>) -> Vec<String> {
        let (sizes, platform) = (Offline::default(), Platform::host());
        let view = View { sizes: &sizes, platform: &platform, unit: Unit::default() };
        let sizes = size::all(document, view, Err("not given"));
        draw(&Explanation::new(document, &[], target, sizes, None))
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let document = Document::new("Dockerfile".to_owned(), text.as_bytes());
        let target = document.snapshot().model().stages().len().checked_sub(1);
        assert_eq!(drawn(&document, target), expected, "{text}");
    }

    #[test]
    fn a_stage_stands_below_what_it_is_built_on() {
        check("", &[]);
        check("FROM a\n", &["a", "└─ 0 stage-0  line 1, the target"]);
        check(
            "FROM a AS b\nFROM b AS c\nFROM c AS d\nFROM b AS e\nFROM scratch\n\
             COPY --from=d / /\nFROM a\n",
            &[
                "a",
                "├─ 0 b  line 1, not built",
                "│  ├─ 1 c  line 2, not built",
                "│  │  └─ 2 d  line 3, not built",
                "│  └─ 3 e  line 4, not built",
                "└─ 5 stage-5  line 7, the target",
                "scratch",
                "└─ 4 stage-4  line 5, not built",
                "     ← d  COPY --from, line 6",
            ],
        );
    }

    #[test]
    fn arrows() {
        check(
            "FROM a AS b\nFROM c AS d\nCOPY --from=B / /\nCOPY --from=0 / /\nCOPY --from=B / /\n\
             RUN --mount=from=nginx true\nCOPY --from=d / /\nCOPY --from=7 / /\n\
             COPY --from=e / /\nFROM d AS e\n",
            &[
                "a",
                "└─ 0 b  line 1",
                "c",
                "└─ 1 d  line 2",
                "   │ ← b  COPY --from, lines 3 and 5",
                "   │ ← b  COPY --from, line 4",
                "   │ ← nginx (image)  RUN --mount, line 6",
                "   │ ← d (the stage itself)  COPY --from, line 7",
                "   │ ← 7 (no such stage)  COPY --from, line 8",
                "   │ ← e (comes later)  COPY --from, line 9",
                "   └─ 2 e  line 10, the target",
            ],
        );
    }

    #[test]
    fn bases() {
        check(
            "ARG V=1\nFROM a:$V\nFROM $X\nFROM\n",
            &[
                "a:1  from a:$V",
                "└─ 0 stage-0  line 2, not built",
                "$X  not known here",
                "└─ 1 stage-1  line 3, not built",
                "nothing yet",
                "└─ 2 stage-2  line 4, the target",
            ],
        );
    }

    #[test]
    fn many_in_a_row_stay_small() {
        let text: String = (1..300).map(|n| format!("FROM s{} AS s{n}\n", n - 1)).collect();
        let document = Document::new("Dockerfile".to_owned(), text.as_bytes());
        let lines = drawn(&document, Some(298));
        assert_eq!(lines.len(), 300);
        assert!(lines.iter().all(|line| line.chars().count() < 120));
    }
}
