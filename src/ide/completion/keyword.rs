//! Instructions, and words of the language behind some of them.

use super::{Kind, List};
use crate::ide::hover::help::Topic;
use crate::language::argument::HEALTH_TYPES;
use crate::language::{Keyword, Snippet};

/// How many instructions are looked at to learn the file's letter case.
const SAMPLE: usize = 64;

/// At the start of a line and behind `ONBUILD`: first the keywords, then whole instructions.
pub fn instructions(list: &mut List<'_>) {
    let lower = is_lower(list);
    let mut keywords: Vec<Keyword> =
        Keyword::ALL.into_iter().filter(|keyword| fits(list, *keyword)).collect();
    keywords.sort_by_key(|keyword| rank(*keyword));
    for &keyword in &keywords {
        let info = keyword.info();
        let item = list.push(in_case(info.name, lower), Kind::Keyword);
        item.detail(info.summary).topic(Topic::Instruction(keyword));
        item.deprecated = keyword == Keyword::Maintainer;
    }
    // In front of arguments only the keyword is wanted.
    let alone = list
        .context
        .within
        .is_none_or(|within| within.command.rest.is_empty() && within.command.flags.is_empty());
    if alone {
        for keyword in keywords {
            for snippet in keyword.info().snippets {
                push_snippet(list, keyword, snippet, lower);
            }
        }
    }
}

fn push_snippet(list: &mut List<'_>, keyword: Keyword, snippet: &Snippet, lower: bool) {
    let cased = |text: &str| instruction_in_case(text, keyword, lower);
    let item = list.push(cased(snippet.label), Kind::Snippet);
    item.detail(keyword.info().summary).topic(Topic::Instruction(keyword));
    item.text(cased(snippet.plain));
    item.insert.snippet = (snippet.insert != snippet.plain).then(|| cased(snippet.insert));
}

/// `AS` behind the image.
pub fn as_name(list: &mut List<'_>) {
    let lower = list.context.within.is_some_and(|within| {
        within.text(within.command.keyword_range).chars().all(|c| !c.is_ascii_uppercase())
    });
    let word = in_case("AS", lower);
    let item = list.push(word.clone(), Kind::Keyword);
    item.detail("Name the stage").topic(Topic::Instruction(Keyword::From));
    let alone = list.next().is_none();
    if alone && let Some(item) = list.items.last_mut() {
        item.insert.snippet = Some(format!("{word} ${{1:name}}"));
    }
}

/// What `HEALTHCHECK` begins with.
pub fn health(list: &mut List<'_>) {
    let lower = is_lower(list);
    for kind in HEALTH_TYPES {
        let item = list.push(in_case(kind.value, lower), Kind::Keyword);
        item.detail(kind.summary).topic(Topic::Instruction(Keyword::Healthcheck));
    }
}

/// Whether the instruction can stand here.
fn fits(list: &List<'_>, keyword: Keyword) -> bool {
    if list.context.within.is_some_and(|within| within.trigger || is_onbuild(list)) {
        return keyword.info().onbuild;
    }
    let model = list.snapshot.model();
    let here = list.context.within.map(|within| within.placed.index);
    let in_stage = model
        .stage_at(list.context.offset)
        // The keyword that begins the first stage is still before all stages.
        .is_some_and(|stage| stage.index > 0 || Some(stage.item) != here);
    in_stage || matches!(keyword, Keyword::From | Keyword::Arg)
}

/// Whether the cursor is behind an `ONBUILD` that holds nothing yet.
fn is_onbuild(list: &List<'_>) -> bool {
    list.context.within.is_some_and(|within| {
        let command = within.command;
        let behind = within.placed.lift(command.keyword_range).end() < list.context.offset;
        command.keyword == Some(Keyword::Onbuild) && behind
    })
}

/// How far down the list an instruction stands: by how often it is written.
fn rank(keyword: Keyword) -> u8 {
    match keyword {
        Keyword::Run => 0,
        Keyword::Copy => 1,
        Keyword::Workdir => 2,
        Keyword::Env => 3,
        Keyword::From => 4,
        Keyword::Arg => 5,
        Keyword::Cmd => 6,
        Keyword::Entrypoint => 7,
        Keyword::Expose => 8,
        Keyword::User => 9,
        Keyword::Label => 10,
        Keyword::Volume => 11,
        Keyword::Healthcheck => 12,
        Keyword::Add => 13,
        Keyword::Shell => 14,
        Keyword::Stopsignal => 15,
        Keyword::Onbuild => 16,
        Keyword::Maintainer => 17,
    }
}

/// Whether keywords of this file are written in lower case: more of them are than are not.
pub fn is_lower(list: &List<'_>) -> bool {
    let here = list.context.within.map(|within| within.placed.start);
    let mut balance = 0;
    for (placed, instruction) in list.snapshot.tree().instructions().take(SAMPLE) {
        let command = &instruction.view.command;
        if Some(placed.start) == here || command.keyword.is_none() {
            continue;
        }
        let word = instruction.view.text(&placed.item.text, command.keyword_range);
        match word.chars().next() {
            Some(c) if c.is_ascii_lowercase() => balance += 1,
            Some(_) => balance -= 1,
            None => {}
        }
    }
    balance > 0
}

fn in_case(word: &str, lower: bool) -> String {
    if lower { word.to_ascii_lowercase() } else { word.to_owned() }
}

/// A whole instruction in the letter case of the file: its keyword, and those words behind it that
/// are the language's own.
fn instruction_in_case(text: &str, keyword: Keyword, lower: bool) -> String {
    if !lower {
        return text.to_owned();
    }
    let words = text.split(' ').enumerate().map(|(index, word)| {
        let own = match keyword {
            Keyword::From => word == "AS",
            Keyword::Healthcheck => HEALTH_TYPES.iter().any(|kind| kind.value == word),
            _ => false,
        };
        if own || index == 0 { word.to_ascii_lowercase() } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_accept, items};
    use super::super::{Completion, Kind};

    /// The labels of the keywords offered.
    fn keywords(marked: &str) -> Vec<String> {
        let keyword = |item: &Completion| item.kind == Kind::Keyword;
        items(marked).into_iter().filter(keyword).map(|item| item.label).collect()
    }

    #[track_caller]
    fn check(marked: &str, expected: &[&str]) {
        assert_eq!(keywords(marked), expected, "{marked}");
    }

    #[track_caller]
    fn check_starts(marked: &str, expected: &[&str], count: usize) {
        let found = keywords(marked);
        assert_eq!(found.get(..expected.len()).unwrap_or_default(), expected, "{marked}");
        assert_eq!(found.len(), count, "{marked}: {found:?}");
    }

    #[test]
    fn before_the_first_stage() {
        for marked in
            ["$0", "FR$0", "ARG a\n$0", "ARG a\n\n$0\nFROM x", "# x\n$0", "FR$0 x", "FROM$0 x"]
        {
            check(marked, &["FROM", "ARG"]);
        }
    }

    #[test]
    fn in_a_stage() {
        for marked in [
            "FROM x\n$0",
            "FROM x\n  $0",
            "FROM x\n\n$0\n\nRUN y",
            "FROM x\nR$0",
            "FROM x\nRUN y\n$0",
            "FROM x\nRUN <<EOF\ny\nEOF\n$0",
            "FROM x\nR$0\nRUN y",
            "FROM x\nR$0UN y",
            "FROM x\nFROM$0 y",
            "FROM x\nRUN y \\\n  z\n$0",
        ] {
            check_starts(marked, &["RUN", "COPY", "WORKDIR", "ENV", "FROM"], 18);
        }
    }

    #[test]
    fn behind_onbuild() {
        for marked in ["FROM x\nONBUILD $0", "FROM x\nONBUILD R$0", "FROM x\nONBUILD R$0UN y"] {
            check_starts(marked, &["RUN", "COPY", "WORKDIR"], 15);
        }
    }

    #[test]
    fn nowhere_else() {
        for marked in [
            "FROM x\n# $0",
            "FROM x\n#R$0",
            "FROM x\nRUN $0",
            "FROM x\nRUN y \\\n  $0",
            "FROM x\nRUN y \\\n$0",
            "FROM x\nRUN y \\\n  # R$0\n  z",
            "FROM x\nRUN <<EOF\n$0\nEOF",
            "FROM x\nRUN <<EOF\n$0",
            "FROM x\nRUN <<EOF\ny\nEO$0F",
            "FROM x\nCOPY <<EOF /y\nR$0\nEOF",
            "FROM x\nRUN R$0",
            "FROM x\n  $0 RUN y",
            "FROM x\nRUN y \\$0",
            "FROM x\nRUN y \\ $0\nz",
        ] {
            check(marked, &[]);
        }
    }

    #[test]
    fn letter_case_is_that_of_the_file() {
        check_starts("from x\nrun y\n$0", &["run", "copy"], 18);
        check_starts("from x\nRUN y\nrun z\nR$0", &["run", "copy"], 18);
        check_starts("from x\nRUN y\n$0", &["RUN", "COPY"], 18);
        check("from x $0", &["as"]);
        check("FROM x $0", &["AS"]);
        check("FROM x a$0", &["AS"]);
        check("FROM x A$0 y", &["AS"]);
        check("from x\nhealthcheck $0", &["cmd", "none"]);
        check("FROM x\nHEALTHCHECK --interval=5s C$0", &["CMD", "NONE"]);
        check("FROM x\nHEALTHCHECK C$0 y", &["CMD", "NONE"]);
        check("FROM x\nHEALTHCHECK CMD $0", &[]);
    }

    #[test]
    fn whole_instructions() {
        check_accept("$0", "FROM image AS name", "FROM image AS name");
        check_accept(
            "from a\nFR$0",
            "from image AS name".replace("AS", "as").as_str(),
            "from a\nfrom image as name",
        );
        check_accept(
            "FROM a\ncop$0",
            "COPY <<EOF destination",
            "FROM a\nCOPY <<EOF destination\n\nEOF",
        );
        check_accept("FROM a\nco$0PX x y", "COPY", "FROM a\nCOPY x y");
        let snippets = |marked| items(marked).iter().any(|item| item.kind == Kind::Snippet);
        assert!(snippets("FROM a\nCO$0"));
        assert!(!snippets("FROM a\nCO$0 x y"));
        assert!(!snippets("FROM a\nCO$0 --from=a"));
        for item in items("FROM a\n$0").iter().filter(|item| item.kind == Kind::Snippet) {
            assert!(!item.insert.text.contains("${"), "{item:?}");
        }
    }

    #[test]
    fn a_new_line_at_the_top_takes_directives_too() {
        let labels = |marked| {
            items(marked).into_iter().map(|i| i.label).filter(|l| l.starts_with('#')).count()
        };
        assert_eq!(labels("$0"), 3);
        assert_eq!(labels("# syntax=x\n$0"), 2);
        assert_eq!(labels("# x\n$0"), 0);
        assert_eq!(labels("\n$0"), 0);
        assert_eq!(labels("FROM x\n$0"), 0);
    }
}
