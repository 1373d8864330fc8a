//! Options of `RUN --mount` and their values.

use super::{Kind, List, stage};
use crate::ide::context::mount_type;
use crate::ide::hover::help::Topic;
use crate::language::MountType;
use crate::language::mount::{MountOption, MountValue};
use crate::model::Place;
use crate::model::mount::Field;
use crate::syntax::Flag;

/// The options that the type of mount takes and that are not given yet.
pub fn keys(list: &mut List<'_>, flag: &Flag) {
    let Some(within) = list.context.within else { return };
    let fields = within.mount_fields(flag);
    let range = list.context.range;
    let others: Vec<&Field> = fields
        .iter()
        .filter(|field| flag.cooked || within.placed.lift(field.key.range) != range)
        .collect();
    let (kind, typed) = mount_type(&fields);
    let has_type = others.iter().any(|field| field.key.text.eq_ignore_ascii_case("type"));
    let has_value = list.next() == Some('=');
    if !has_type && !has_value {
        types(list);
    }
    let behind_type =
        typed.is_some_and(|field| within.placed.lift(field.range).start() < range.start());
    let given = |option: &MountOption| {
        let is = |field: &&&Field| option.names().any(|n| n.eq_ignore_ascii_case(&field.key.text));
        others.iter().any(|field| is(&field))
    };
    let options: Vec<_> = kind
        .options()
        .filter(|option| option.name != "type" || has_value)
        .filter(|option| !given(option) && (behind_type || !option.after_type))
        .collect();
    for option in options {
        names(list, option, kind, has_value);
    }
}

/// The types as whole fields, where none is given yet.
fn types(list: &mut List<'_>) {
    for kind in MountType::ALL {
        let item = list.push(format!("type={}", kind.name()), Kind::Property);
        item.detail(kind.info().summary).topic(Topic::Mount(kind));
    }
}

/// An option by its name, and by an alias if that is what is being typed.
fn names(list: &mut List<'_>, option: &'static MountOption, kind: MountType, has_value: bool) {
    let typed = list.typed().to_ascii_lowercase();
    let alias = |alias: &&&str| !typed.is_empty() && alias.starts_with(&typed);
    for name in [option.name].iter().chain(option.aliases.iter().filter(alias)) {
        let item = list.push(*name, Kind::Property);
        item.topic(Topic::MountOption(option, kind));
        item.detail(match option.usage(kind) {
            crate::language::mount::MountUsage::Used(text) => text,
            _ => option.summary,
        });
        if !has_value && !option.bare {
            item.text(format!("{name}="));
        }
    }
}

/// The values of an option.
pub fn values(list: &mut List<'_>, key: &str) {
    let Some(option) = MountOption::parse(key) else { return };
    match option.value {
        MountValue::Choice(_) if option.name == "type" => {
            for kind in MountType::ALL {
                let item = list.push(kind.name(), Kind::Value);
                item.detail(kind.info().summary).topic(Topic::Mount(kind));
            }
        }
        MountValue::Choice(choices) => list.choices(choices),
        MountValue::Stage => stage::named(list, Place::MountFrom),
        MountValue::Bool => {
            list.push("true", Kind::Value);
            list.push("false", Kind::Value);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept};

    #[track_caller]
    fn check_in(line: &str, expected: &str) {
        let expected: Vec<_> = expected.split_whitespace().collect();
        check(&format!("FROM a AS b\nFROM x\n{line}\nRUN y"), &expected);
    }

    const TYPES: &str = "type=bind type=cache type=tmpfs type=secret type=ssh";

    #[test]
    fn keys() {
        let first = format!("{TYPES} target source from readonly readwrite");
        check_in("RUN --mount=$0", &first);
        check_in("RUN --mount=$0 make", &first);
        check_in("RUN --mount=ty$0", &first);
        check_in("ONBUILD RUN --mount=$0 make", &first);
        check_in("RUN --mount=target=/x,$0", &format!("{TYPES} source from readonly readwrite"));
        let cache = "target source from id sharing readonly readwrite mode uid gid";
        check_in("RUN --mount=type=cache,$0", cache);
        check_in("RUN --mount=type=cache,$0 make", cache);
        check_in("RUN --mount=type=cache,\\\n$0 make", cache);
        check_in("RUN --mount=type=cache,tar$0", cache);
        check_in("RUN --mount=type=cache,tar$0=/x", cache);
        check_in("RUN --mount=TYPE=Cache,dst=/x,$0", &cache.replace("target ", ""));
        check_in("RUN --mount=type=cache,ds$0", &cache.replace("target", "target dst"));
        check_in("RUN --mount=$0,type=cache", cache);
        check_in("RUN --mount='type=cache,$0'", cache);
        check_in("RUN --mount=type=ssh --mount=type=cache,$0", cache);
    }

    #[test]
    fn some_options_need_the_type_before_them() {
        check_in("RUN --mount=type=secret,id=a,$0", "target source env required mode uid gid");
        check_in("RUN --mount=id=a,$0,type=secret", "target source env mode uid gid");
        check_in("RUN --mount=type=tmpfs,$0", "target readonly readwrite size");
        check_in("RUN --mount=$0,type=tmpfs", "target readonly readwrite");
    }

    #[test]
    fn values() {
        let types = "bind cache tmpfs secret ssh";
        check_in("RUN --mount=type=$0", types);
        check_in("RUN --mount=type=ca$0,target=/x make", types);
        check_in("RUN --mount=target=/x,type=$0", types);
        check_in("RUN --mount=type=cache,sharing=$0", "shared locked private");
        check_in("RUN --mount=type=cache,readonly=$0", "true false");
        check_in("RUN --mount=type=secret,required=f$0", "true false");
        check_in("RUN --mount=from=$0", "b");
        check_in("RUN --mount=type=cache,target=$0", "");
        check_in("RUN --mount=type=cache,nonsense=$0", "");
    }

    #[test]
    fn accepted() {
        check_accept("FROM x\nRUN --mount=$0", "type=cache", "FROM x\nRUN --mount=type=cache");
        check_accept(
            "FROM x\nRUN --mount=type=cache,ta$0",
            "target",
            "FROM x\nRUN --mount=type=cache,target=",
        );
        check_accept(
            "FROM x\nRUN --mount=type=cache,ta$0=/x",
            "target",
            "FROM x\nRUN --mount=type=cache,target=/x",
        );
        check_accept(
            "FROM x\nRUN --mount=type=cache,$0,id=a",
            "readonly",
            "FROM x\nRUN --mount=type=cache,readonly,id=a",
        );
        check_accept(
            "FROM x\nRUN --mount=type=se$0cret,id=a",
            "ssh",
            "FROM x\nRUN --mount=type=ssh,id=a",
        );
        check_accept("FROM x\nRUN --mount=ty$0=cache", "type", "FROM x\nRUN --mount=type=cache");
    }
}
