//! Variables that are in scope behind `$`, and names that `ARG` would make known.

use std::collections::BTreeSet;

use super::{Kind, List};
use crate::ide::context::VariableAt;
use crate::ide::hover::help::Topic;
use crate::ide::hover::variable::short;
use crate::language::Keyword;
use crate::language::argument::DEFAULT_PATH;
use crate::language::variable::{Variable as Predefined, VariableKind as Predefinition, of_kind};
use crate::model::VariableKind;
use crate::model::facts::Expander;
use crate::model::scope::IssueKind;
use crate::model::state::Variable;
use crate::text::{TextRange, TextSize};

/// Behind `$` and `${`: what has a value there, the last set first.
pub fn behind_dollar(list: &mut List<'_>, at: &VariableAt) {
    let model = list.snapshot.model();
    let offset = list.context.offset;
    let state = model.state_at(offset);
    // A command of the container sees the environment of the image, without build arguments.
    let container = at.by == Expander::Shell && list.keyword() != Some(Keyword::Run);
    let mut variables: Vec<(&String, &Variable)> = state
        .variables
        .iter()
        .filter(|(_, variable)| !container || variable.kind == VariableKind::Env)
        .collect();
    variables.sort_by_key(|(_, variable)| std::cmp::Reverse(variable.range.start()));
    for (name, variable) in variables {
        let detail = short(list.snapshot, variable);
        push(list, at, name, detail).key = Some(format!("at {} {name}", u32::from(offset)));
    }
    let known = |name: &str| state.variables.contains_key(name);
    if is_global(list) {
        for variable in of_kind(Predefinition::Automatic).filter(|v| !known(v.name)) {
            let item = push(list, at, variable.name, variable.summary.to_owned());
            item.topic(Topic::Variable(variable));
        }
    } else if !known("PATH") {
        push(list, at, "PATH", format!("of the base image, or {DEFAULT_PATH}"));
    }
}

fn push<'l>(
    list: &'l mut List<'_>,
    at: &VariableAt,
    name: &str,
    detail: String,
) -> &'l mut super::Completion {
    let text = list.snapshot.text();
    let end = at.name.end();
    let next = text.slice(TextRange::new(end, end + TextSize::new(4)));
    // A brace that nothing closes is closed, unless a modifier is there already.
    let open = at.braced && next.chars().next().is_none_or(|c| c.is_whitespace() || c == '"');
    let item = list.push(name, Kind::Variable);
    item.insert.range = at.name;
    if open {
        item.insert.text.push('}');
    }
    item.detail(detail)
}

/// Whether the offset is before the first stage or in a `FROM`, where globals are known.
fn is_global(list: &List<'_>) -> bool {
    let here = list.context.within.map(|within| within.placed.index);
    let stage = list.snapshot.model().stage_at(list.context.offset);
    stage.is_none_or(|stage| Some(stage.item) == here)
}

/// Behind `ARG`: names that are used without being known, globals that the stage does not know yet,
/// automatic ones.
pub fn to_declare(list: &mut List<'_>) {
    let model = list.snapshot.model();
    let offset = list.context.offset;
    let state = model.state_at(offset);
    let globals = model.globals_at(offset);
    let mut done: BTreeSet<&str> = declared_here(list);
    let push = |list: &mut List<'_>, name: &str, detail: Option<String>| {
        list.push(name, Kind::Variable).detail = detail;
    };
    let wanted = wanted(list);
    for name in &wanted {
        let detail = match globals.variables.get(name) {
            Some(global) => short(list.snapshot, global),
            None => "used below, not declared".to_owned(),
        };
        if done.insert(name) {
            push(list, name, Some(detail));
        }
    }
    if is_global(list) {
        of_kind(Predefinition::Sbom).for_each(|variable| predefined(list, variable));
        return;
    }
    let mut redeclarable: Vec<_> = globals.variables.iter().collect();
    redeclarable.sort_by_key(|(_, variable)| variable.range.start());
    for (name, variable) in redeclarable {
        if !state.variables.contains_key(name) && done.insert(name) {
            push(list, name, Some(short(list.snapshot, variable)));
        }
    }
    for variable in of_kind(Predefinition::Automatic) {
        if !state.variables.contains_key(variable.name) && done.insert(variable.name) {
            predefined(list, variable);
        }
    }
}

fn predefined(list: &mut List<'_>, variable: &'static Predefined) {
    list.push(variable.name, Kind::Variable)
        .detail(variable.summary)
        .topic(Topic::Variable(variable));
}

/// The names that other words of the same `ARG` declare.
fn declared_here<'a>(list: &List<'a>) -> BTreeSet<&'a str> {
    let Some(within) = list.context.within else { return BTreeSet::new() };
    let facts = list.snapshot.model().facts(within.placed.index);
    let definitions = facts.into_iter().flat_map(|facts| &facts.definitions);
    definitions
        .filter(|d| within.placed.lift(d.name.range) != list.context.range)
        .map(|d| &*d.name.text)
        .collect()
}

/// Names that are used where an `ARG` here would give them a value.
fn wanted(list: &List<'_>) -> Vec<String> {
    let model = list.snapshot.model();
    let offset = list.context.offset;
    let global = is_global(list);
    let stage = model.stage_at(offset).map(|stage| stage.index);
    let mut names = Vec::new();
    for issue in model.scope_issues() {
        let Some(placed) = model.tree().item(issue.item) else { continue };
        let here = match issue.kind {
            IssueKind::UndeclaredInFrom => global,
            // The base image may set it.
            IssueKind::Undeclared => false,
            IssueKind::NotRedeclared => {
                !global
                    && placed.start > offset
                    && model.stage_at(placed.start).map(|s| s.index) == stage
            }
        };
        let used = model.facts(issue.item).and_then(|facts| facts.uses.get(issue.use_));
        if let Some(used) = used.filter(|_| here)
            && !names.iter().any(|name: &String| **name == *used.name.text)
        {
            names.push(used.name.text.to_string());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept, items};

    /// The labels, without the automatic arguments and `PATH`.
    #[track_caller]
    fn check_own(marked: &str, expected: &[&str]) {
        let own = |label: &String| {
            !label.starts_with("TARGET") && !label.starts_with("BUILD") && label != "PATH"
        };
        let labels: Vec<_> = items(marked).into_iter().map(|item| item.label).filter(own).collect();
        assert_eq!(labels, expected, "{marked}");
    }

    const HEAD: &str = "ARG V=1\nARG W=$V\nFROM x:$V AS a\nARG V\nENV E=e\nFROM a AS b\nENV F=$E\n";

    #[track_caller]
    fn check_after(line: &str, expected: &[&str]) {
        check_own(&format!("{HEAD}{line}\nENV LATER=1"), expected);
    }

    #[test]
    fn globals_in_from() {
        check_own("ARG V=1\nARG W\nFROM x:$$0", &["W", "V"]);
        check_own("ARG V=1\nARG W\nFROM $$0", &["W", "V"]);
        check_own("ARG V=1\nFROM x\nENV E=1\nFROM y:${$0", &["V"]);
        check_own("ARG V=1\nFROM x\nENV E=1\nFROM y:${V$0} AS z", &["V"]);
        check_own("ARG V=1\nFROM --platform=$$0 x", &["V"]);
        check_own("ARG V=1\nARG W=$$0\nARG Z", &["V"]);
        check_own("ARG V=1 W=$$0 Z=1", &["V"]);
        assert!(items("FROM $$0").iter().any(|item| item.label == "TARGETARCH"));
    }

    #[test]
    fn variables_of_the_stage() {
        let all = &["F", "E", "V"];
        check_after("RUN echo $$0", all);
        check_after("RUN echo $N$0 x", all);
        check_after("RUN echo \"${$0\"", all);
        check_after("RUN a \\\n  $$0 b", all);
        check_after("RUN --mount=type=cache,id=$$0", all);
        check_after("RUN <<EOS\necho $$0\nEOS", all);
        check_after("COPY $$0 /x", all);
        check_after("COPY --chown=$$0 a b", all);
        check_after("COPY <<EOS /x\n$$0\nEOS", all);
        check_after("COPY [\"$$0", all);
        check_after("ENV X=$$0", all);
        check_after("ENV Y=1 X=a$$0b", all);
        check_after("WORKDIR /a/$$0", all);
        check_after("USER $$0", all);
        check_after("EXPOSE $$0", all);
        check_after("LABEL a=\"$$0\"", all);
        check_after("ARG X=$$0", all);
        check_after("ONBUILD RUN $$0", all);
        check_after("WORKDIR ${V:-$$0}", all);
        check_after("WORKDIR ${$0", all);
    }

    #[test]
    fn behind_what_only_a_shell_understands() {
        for text in [
            "[[ \"${a[0]}\" ]] && echo",
            "echo ${#F}",
            "echo ${x^^} ${x:0:1}",
            "echo $((1 + 2)) $(ls $E)",
            "echo `date`",
            "echo \"it's\"",
            "awk '{ print $1 }' |",
            "a=$\"b\" $'c'",
        ] {
            check_after(&format!("RUN {text} $$0"), &["F", "E", "V"]);
            check_after(&format!("RUN {text} \"${{$0}}\""), &["F", "E", "V"]);
        }
    }

    #[test]
    fn commands_of_the_container_see_env_only() {
        check_after("CMD echo $$0", &["F", "E"]);
        check_after("HEALTHCHECK CMD $$0", &["F", "E"]);
    }

    #[test]
    fn not_where_nothing_is_expanded() {
        for line in [
            "COPY --from=$$0 a b",
            "CMD [\"$$0\"]",
            "CMD [\"$$0",
            "RUN echo '$$0'",
            "RUN echo \\$$0",
            "COPY <<'EOS' /x\n$$0\nEOS",
            "# $$0",
            "RUN x\\\n # $$0\n y",
            "SHELL [\"$$0\"]",
            "RUN --mount=from=$$0",
        ] {
            let found = items(&format!("{HEAD}{line}\n"));
            assert!(
                found.iter().all(|item| item.label != "E" && item.label != "PATH"),
                "{line}: {found:?}"
            );
        }
    }

    #[test]
    fn names_to_declare() {
        let auto = [
            "TARGETPLATFORM",
            "TARGETOS",
            "TARGETARCH",
            "TARGETVARIANT",
            "TARGETOSVERSION",
            "TARGETSTAGE",
            "BUILDPLATFORM",
            "BUILDOS",
            "BUILDARCH",
            "BUILDVARIANT",
            "BUILDOSVERSION",
        ];
        let with = |names: &[&'static str]| names.iter().copied().chain(auto).collect::<Vec<_>>();
        check("ARG V=1\nARG W\nFROM x\nARG $0", &with(&["V", "W"]));
        check("ARG V=1\nARG W\nFROM x\nARG V$0", &with(&["V", "W"]));
        check("ARG V=1\nARG W\nFROM x\nARG V\nARG $0", &with(&["W"]));
        check("ARG V=1\nARG W\nFROM x\nARG V $0", &with(&["W"]));
        check("ARG V=1\nARG W\nFROM x\nARG $0\nENV A=$W", &with(&["W", "V"]));
        check("ARG V=1\nFROM x\nARG V=$0", &[]);
        let sbom = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];
        check("ARG $0\nFROM x", &sbom);
        check("ARG $0\nFROM x:$V", &["V", sbom[0], sbom[1]]);
    }

    #[test]
    fn details_tell_value_and_place() {
        let details =
            |marked| items(marked).into_iter().filter_map(|i| i.detail).take(3).collect::<Vec<_>>();
        assert_eq!(
            details(&format!("{HEAD}RUN $$0")),
            ["= e (ENV, line 7)", "= e (ENV, line 5)", "= 1 (ARG, line 4)"]
        );
    }

    #[test]
    fn accepted() {
        check_accept("FROM x\nENV E=1\nRUN $$0", "E", "FROM x\nENV E=1\nRUN $E");
        check_accept("FROM x\nENV E=1\nRUN ${$0", "E", "FROM x\nENV E=1\nRUN ${E}");
        check_accept("FROM x\nENV E=1\nRUN ${F$0}", "E", "FROM x\nENV E=1\nRUN ${E}");
        check_accept("FROM x\nENV E=1\nRUN ${F$0:-a}", "E", "FROM x\nENV E=1\nRUN ${E:-a}");
        check_accept("FROM x\nENV E=1\nRUN \"a$F$0G/b\"", "E", "FROM x\nENV E=1\nRUN \"a$E/b\"");
    }
}
