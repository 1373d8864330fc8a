//! Parser directives at the top of the file, and `# check=` before an instruction.

use super::{Kind, List};
use crate::ide::context::CHECK;
use crate::ide::hover::help::Topic;
use crate::language::Directive;
use crate::language::directive::{BUILD_CHECKS, CHECK_OPTIONS, DIRECTIVES, check_option};
use crate::syntax::ItemKind;
use crate::text::{TextRange, TextSize};

/// Whole directives at the start of a line.
pub fn lines(list: &mut List<'_>) {
    for directive in unused(list) {
        let first = directive.values.first().map_or("", |choice| choice.value);
        let item = list.push(format!("# {}=", directive.name), Kind::Directive);
        item.detail(directive.summary).topic(Topic::Directive(directive));
        item.text(format!("# {}={first}", directive.name));
        let escaped = first.replace('\\', "\\\\").replace('$', "\\$");
        item.insert.snippet = Some(format!("# {}=${{1:{escaped}}}", directive.name));
    }
}

/// Names behind `#`.
pub fn names(list: &mut List<'_>) {
    let has_value = list.next() == Some('=');
    let start = list.context.range.start();
    let before = list
        .snapshot
        .text()
        .slice(TextRange::new(start.checked_sub(1.into()).unwrap_or(start), start));
    let blank = if before == "#" { " " } else { "" };
    for directive in unused(list) {
        let item = list.push(directive.name, Kind::Directive);
        item.detail(directive.summary).topic(Topic::Directive(directive));
        let equals = if has_value { "" } else { "=" };
        item.text(format!("{blank}{}{equals}", directive.name));
        item.filter = (!blank.is_empty()).then(|| format!("{blank}{}", directive.name));
    }
}

/// The directives that stand nowhere but here: a second one is an error.
fn unused(list: &List<'_>) -> Vec<&'static Directive> {
    let text = list.snapshot.text();
    let mut used = Vec::new();
    for placed in list.snapshot.tree().items() {
        let ItemKind::Directive(directive) = &placed.item.kind else { break };
        if !placed.lift(directive.name_range).contains_range(list.context.range) {
            used.push(text.slice(placed.lift(directive.name_range)).to_ascii_lowercase());
        }
    }
    DIRECTIVES.iter().filter(|directive| !used.iter().any(|name| name == directive.name)).collect()
}

/// Values of a directive.
pub fn values(list: &mut List<'_>, directive: &'static Directive) {
    if directive.name == CHECK {
        return check(list, directive);
    }
    list.choices(directive.values);
}

/// Values of `# check=`: options, and behind `skip=` and `experimental=` names of checks.
fn check(list: &mut List<'_>, directive: &'static Directive) {
    let text = list.snapshot.text();
    let whole = list.context.range;
    let typed = list.typed();
    let start = typed.rfind([';', ',', '=']).map_or(0, |at| at + 1);
    let behind = text.slice(TextRange::new(list.context.offset, whole.end()));
    let end = behind.find([';', ',', '=', ' ']).unwrap_or(behind.len());
    let range = TextRange::new(whole.start() + size(start), list.context.offset + size(end));
    let option = typed.rsplit(';').next().unwrap_or_default();
    let inline = !is_directive(list);
    match option.split_once('=') {
        Some((name, names)) => match check_option(name) {
            Some(option) if option.takes_checks => {
                let experimental = option.name != "skip";
                checks(list, names, range, experimental, inline);
            }
            Some(_) => {
                list.push("true", Kind::Value).insert.range = range;
                list.push("false", Kind::Value).insert.range = range;
            }
            None => {}
        },
        None => {
            let given: Vec<_> = typed.split(';').filter_map(|o| o.split_once('=')).collect();
            for option in CHECK_OPTIONS.iter().filter(|o| o.inline || !inline) {
                if given.iter().any(|(name, _)| *name == option.name) {
                    continue;
                }
                let item = list.push(option.name, Kind::Property);
                item.detail(option.summary).topic(Topic::Directive(directive));
                let equals =
                    if behind.get(end..).unwrap_or_default().starts_with('=') { "" } else { "=" };
                item.text(format!("{}{equals}", option.name)).insert.range = range;
            }
        }
    }
}

/// Names of build checks that are not in `names` yet.
fn checks(list: &mut List<'_>, names: &str, range: TextRange, experimental: bool, inline: bool) {
    let mut given: Vec<&str> = names.split(',').collect();
    given.pop();
    if given.is_empty() {
        list.push("all", Kind::Value).detail("All of them").insert.range = range;
    }
    for check in BUILD_CHECKS.iter().filter(|check| check.inline || !inline) {
        if check.experimental == experimental && !given.contains(&check.name) {
            let item = list.push(check.name, Kind::Value);
            item.detail(check.summary).topic(Topic::Check(check)).insert.range = range;
        }
    }
}

/// Whether the line is a directive, not a comment before an instruction.
fn is_directive(list: &List<'_>) -> bool {
    let tree = list.snapshot.tree();
    let Some(here) = tree.item_at(list.context.offset) else { return false };
    let first_line = list.snapshot.text().line_of(list.context.offset) == here.line;
    let above =
        tree.items().take(here.index).all(|p| matches!(p.item.kind, ItemKind::Directive(_)));
    above && (first_line || matches!(here.item.kind, ItemKind::Directive(_)))
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept, items};

    #[test]
    fn names() {
        check("#$0", &["syntax", "check", "escape"]);
        check("# $0", &["syntax", "check", "escape"]);
        check("# sy$0", &["syntax", "check", "escape"]);
        check("# sy$0\nFROM x", &["syntax", "check", "escape"]);
        check("# sy$0ntax=x\nFROM x", &["syntax", "check", "escape"]);
        check("# syntax=x\n# $0\nFROM x", &["check", "escape"]);
        check("# syntax=x\n# ch$0=skip=all", &["check", "escape"]);
        check("# syntax=x\n\n# $0", &[]);
        check("# other\n# $0", &[]);
        check("FROM x\n# $0", &[]);
        check("# a word $0", &[]);
        check("$0# syntax=x", &[]);
    }

    #[test]
    fn values() {
        check("# escape=$0", &["`", "\\"]);
        check("#escape = $0", &["`", "\\"]);
        check("# escape=`$0\nFROM x", &["`", "\\"]);
        check(
            "# syntax=d$0",
            &[
                "docker/dockerfile:1",
                "docker/dockerfile:1-labs",
                "docker/dockerfile-upstream:master",
            ],
        );
        check("# check=$0", &["skip", "error", "experimental"]);
        check("# check=skip=all;$0", &["error", "experimental"]);
        check("# check=error=$0", &["true", "false"]);
        check("# check=experimental=$0", &["all", "InvalidDefinitionDescription"]);
        check("# check=nonsense=$0", &[]);
        let labels = |marked| items(marked).into_iter().map(|item| item.label).collect::<Vec<_>>();
        let all = labels("# check=skip=$0");
        assert_eq!(all.first().map(String::as_str), Some("all"));
        assert_eq!(all.len(), 22);
        assert_eq!(labels("# check=error=true;skip=U$0").len(), 22);
        assert_eq!(labels("# check=skip=UndefinedVar,$0").len(), 20);
        check("FROM x\n# syntax=$0", &[]);
    }

    #[test]
    fn before_an_instruction() {
        check("FROM x\n# check=$0\nRUN y", &["skip", "experimental"]);
        let inline = items("FROM x\n# check=skip=$0\nRUN y");
        assert!(inline.iter().all(|item| item.label != "NoEmptyContinuation"));
        assert!(inline.iter().any(|item| item.label == "UndefinedVar"));
    }

    #[test]
    fn accepted() {
        check_accept("$0", "# syntax=", "# syntax=docker/dockerfile:1");
        check_accept("#$0", "syntax", "# syntax=");
        check_accept("# s$0\nFROM x", "syntax", "# syntax=\nFROM x");
        check_accept("# e$0x=`", "escape", "# escape=`");
        check_accept(
            "# check=skip=Un$0;error=true",
            "UndefinedVar",
            "# check=skip=UndefinedVar;error=true",
        );
        check_accept("# check=sk$0ip=all", "experimental", "# check=experimental=all");
        check_accept("# check=skip=A,B$0C,D", "UndefinedVar", "# check=skip=A,UndefinedVar,D");
    }
}
