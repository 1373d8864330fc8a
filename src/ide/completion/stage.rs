//! Stages and bases. Only stages that the place can use are offered: earlier ones, under a name
//! that there means them and not another of the same name.

use std::collections::HashSet;

use super::{Kind, List};
use crate::ide::hover::stage::head;
use crate::language::argument::EMPTY_BASE;
use crate::model::{Place, Stage};

/// Behind `FROM`: the nearest earlier stage of each name, and the empty image.
pub fn from(list: &mut List<'_>) {
    let mut names = HashSet::new();
    for stage in earlier(list).iter().rev() {
        // Here, unlike elsewhere, letter case counts: only the lower-case name is the stage.
        let Some(name) = stage.name() else { continue };
        let name = name.text.to_lowercase();
        if names.insert(name.clone()) {
            push(list, name, stage);
        }
    }
    if !names.contains(EMPTY_BASE) {
        list.push(EMPTY_BASE, Kind::Image).detail("the empty image");
    }
}

/// In `COPY --from` and mounts: earlier stages, the latest first; those without a name by number
/// where numbers count.
pub fn named(list: &mut List<'_>, place: Place) {
    let names = list.snapshot.model().names();
    for stage in earlier(list).iter().rev() {
        let label = match stage.name() {
            // Of several stages of one name these places mean the last in the file.
            Some(name) if names.last(&name.text) == Some(stage.index) => name.text.to_string(),
            Some(_) => continue,
            None if place == Place::CopyFrom => stage.index.to_string(),
            None => continue,
        };
        push(list, label, stage);
    }
}

/// The stages before the one that holds the offset.
fn earlier<'a>(list: &List<'a>) -> &'a [Stage] {
    let model = list.snapshot.model();
    let own = model.stage_at(list.context.offset).map_or(0, |stage| stage.index);
    model.stages().get(..own).unwrap_or_default()
}

fn push(list: &mut List<'_>, label: String, stage: &Stage) {
    let detail = head(list.snapshot, stage);
    let item = list.push(label, Kind::Stage);
    item.detail(detail).key = Some(format!("stage {}", stage.index));
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept};

    const TWO: &str = "FROM golang:1.23 AS Build\nFROM build AS test\nFROM node AS web\n";

    #[track_caller]
    fn check_after(line: &str, expected: &[&str]) {
        check(&format!("{TWO}FROM alpine AS last\n{line}\nFROM x AS later\n"), expected);
    }

    #[test]
    fn copy_from() {
        let all = &["web", "test", "Build"];
        check_after("COPY --from=$0", all);
        check_after("COPY --from=$0 /x", all);
        check_after("COPY --from=bu$0 /x /y", all);
        check_after("copy --link --from=w$0eb /x /y", all);
        check_after("COPY --link \\\n  --from=$0 \\\n  /x /y", all);
        check_after("COPY \\\n  # why\n\n  --from=$0", all);
        check_after("COPY –from=$0 /x /y", all);
        check_after("COPY —from=b$0 /x /y", all);
        check_after("ONBUILD COPY --from=$0 /x /y", all);
        check_after("COPY --from=\"$0", all);
        check_after("COPY --from=\"$0\" a b", all);
        check_after("COPY --from=\"we$0b\" a b", all);
        for none in [
            "ADD --from=x --chown=$0",
            "COPY a --from=$0",
            "# COPY --from=$0",
            "RUN echo --from=$0",
            "COPY <<EOF /x\nCOPY --from=$0\nEOF",
            "RUN <<EOF\nCOPY --from=$0\nEOF",
            "RUN a \\\n  # COPY --from=$0\n  b",
        ] {
            check_after(none, &[]);
        }
    }

    #[test]
    fn quotes_stay() {
        let file = |from: &str| format!("FROM a AS web\nFROM b\nCOPY --from={from}");
        for (typed, made) in [
            ("\"$0\" a b", "\"web\" a b"),
            ("\"we$0\" a b", "\"web\" a b"),
            ("\"$0we\" a b", "\"web\" a b"),
            ("'w$0' a b", "'web' a b"),
            ("\"w$0", "\"web"),
        ] {
            check_accept(&file(typed), "web", &file(made));
        }
        let platform = "FROM --platform=\"linux/a$0\" x";
        check_accept(platform, "linux/amd64", "FROM --platform=\"linux/amd64\" x");
    }

    #[test]
    fn mount_from() {
        let all = &["web", "test", "Build"];
        check_after("RUN --mount=from=$0", all);
        check_after("RUN --mount=type=bind,from=$0,target=/x make", all);
        check_after("RUN --mount=type=bind,from=b$0 make", all);
        check_after("RUN --mount=type=bind,\\\nfrom=b$0 make", all);
        check_after("RUN --mount=type=cache,target=/x --mount=FROM=$0", all);
        check_after("RUN --mount='from=$0'", all);
    }

    #[test]
    fn from_line() {
        let all = &["web", "test", "build", "scratch", "buildpack-deps"];
        check("FROM sc$0", &["scratch"]);
        check("FROM $0", &["scratch", "--platform"]);
        check(&format!("{TWO}FROM bui$0"), all);
        check(&format!("{TWO}FROM bui$0 AS x"), all);
        check(&format!("{TWO}FROM --platform=x $0\n"), &all[..4]);
        check("FROM a AS b\nFROM $0\nFROM c AS d\n", &["b", "scratch", "--platform"]);
        check("FROM a AS b\nFROM b AS $0", &[]);
        check("FROM a AS b\nFROM b AS c $0", &[]);
        check("FROM a AS b\nFROM b $0", &["AS"]);
    }

    #[test]
    fn names_mean_what_the_place_makes_of_them() {
        let twice = "FROM a AS x\nFROM b\nFROM c AS x\n";
        check(&format!("{twice}FROM d\nCOPY --from=$0"), &["x", "1"]);
        check(&format!("{twice}FROM d\nRUN --mount=from=$0"), &["x"]);
        check("FROM a AS x\nFROM b\nCOPY --from=$0\nFROM c AS x\n", &[]);
        check("FROM a AS x\nFROM x$0\nFROM c AS x\n", &["x", "scratch"]);
        check("FROM a\nCOPY --from=$0", &[]);
        check("COPY --from=$0", &[]);
        check("FROM a AS b\nADD --from=$0", &[]);
    }
}
