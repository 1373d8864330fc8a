//! `COPY` and `ADD`: values of flags, and sources that `COPY` cannot have.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert_copy.go` and `convert.go` (`toCommand`).

use super::rule::ReadFlag;
use super::words::{Word, paths};
use super::{Finding, Fix, InstructionContext, Phase};
use crate::image::reference;
use crate::language::Keyword;
use crate::syntax::expand::{self, Mode, NoEnv};
use crate::text::Edit;

/// All of it.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    let Some(keyword @ (Keyword::Add | Keyword::Copy)) = context.command.keyword else { return };
    for flag in context.flags() {
        let Some(value) = flag.value.as_deref() else { continue };
        let finding = match (flag.name.as_str(), keyword) {
            ("from", Keyword::Copy) => from_variable(context, &flag, value),
            ("chmod", _) => permissions(context, &flag, value),
            ("chown", _) => linked_owner(context, &flag, value),
            ("checksum", Keyword::Add) => checksum(context, &flag, value),
            _ => None,
        };
        findings.extend(finding);
    }
    if keyword == Keyword::Copy && context.count() > 1 {
        let mut sources = paths(context);
        sources.pop();
        findings.extend(sources.iter().filter_map(|word| remote(context, word)));
    }
}

/// The value after expansion; `None` where a variable decides, or where it cannot be expanded.
fn known(context: &InstructionContext<'_>, value: &str) -> Option<String> {
    let parsed = expand::parse(value, context.escape, Mode::WORD);
    if parsed.uses.iter().any(|found| found.sound) {
        return None;
    }
    let expanded = expand::expand(value, context.escape, Mode::WORD, &NoEnv);
    expanded.ok().map(|expansion| expansion.text)
}

/// Whatever expansion would change is refused.
fn from_variable(
    context: &InstructionContext<'_>,
    flag: &ReadFlag<'_>,
    value: &str,
) -> Option<Finding> {
    let expanded = expand::expand(value, context.escape, Mode::WORD, &NoEnv).ok()?;
    if expanded.text == value {
        return None;
    }
    let message = "No variable is replaced in `--from`. Write a stage of its own, `FROM` with the \
                   variable `AS` a name, and use that name here.";
    let finding = context.refused("from-variable", Phase::Build, flag.value_range(), message);
    Some(finding.with_link("https://docs.docker.com/reference/dockerfile/#copy---from"))
}

fn permissions(
    context: &InstructionContext<'_>,
    flag: &ReadFlag<'_>,
    value: &str,
) -> Option<Finding> {
    let value = known(context, value)?;
    let octal = u32::from_str_radix(&value, 8).ok().filter(|_| !value.starts_with('+'));
    let fits = match octal {
        Some(mode) => mode <= 0o7777,
        None => value.is_empty() || is_symbolic_mode(&value),
    };
    (!fits).then(|| {
        let message = format!(
            "`{value}` is no file mode. Write octal digits such as `755`, or letters such as \
             `u=rwX,go=rX`."
        );
        let finding =
            context.refused("copy-permissions", Phase::Build, flag.value_range(), message);
        finding.with_link("https://docs.docker.com/reference/dockerfile/#copy---chown---chmod")
    })
}

/// `[ugoa]*` and one or more times `[-+=][rwxXstugo]*`, comma-separated.
fn is_symbolic_mode(text: &str) -> bool {
    text.split(',').all(|clause| {
        let actions = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        actions.starts_with(['+', '-', '=']) && actions.chars().all(|c| "+-=rwxXstugo".contains(c))
    })
}

fn linked_owner(
    context: &InstructionContext<'_>,
    flag: &ReadFlag<'_>,
    value: &str,
) -> Option<Finding> {
    let linked = context.flags().any(|flag| {
        flag.name == "link" && flag.value.is_none_or(|value| value.eq_ignore_ascii_case("true"))
    });
    let owner = known(context, value)?;
    let by_name = |part: &str| {
        let number = part.parse::<i32>().is_ok();
        !(part.is_empty() || number || part == "root")
    };
    let (user, group) = owner.split_once(':').unwrap_or((&owner, ""));
    (linked && (by_name(user) || by_name(group))).then(|| {
        let message = format!(
            "With `--link` there is no user list to find `{owner}` in. Write numbers, such as \
             `1000:1000`, or leave `--link` away."
        );
        let finding = context.refused("linked-owner", Phase::Build, flag.value_range(), message);
        finding.with_link("https://docs.docker.com/reference/dockerfile/#copy---link")
    })
}

/// How an address begins that is no path.
const SCHEMES: [&str; 5] = ["http://", "https://", "git://", "ssh://", "git@"];

/// A digest needs one source, and that not a local one.
fn checksum(context: &InstructionContext<'_>, flag: &ReadFlag<'_>, value: &str) -> Option<Finding> {
    let value = known(context, value).filter(|value| !value.is_empty())?;
    // Heredocs are no sources in this sense.
    let mut sources = paths(context);
    sources.pop().filter(|_| context.count() > 1)?;
    let message = match sources.as_slice() {
        [source] => {
            let source = known(context, &source.text)?;
            if is_git(&source) {
                return None;
            }
            let web = ["http://", "https://"].iter().any(|scheme| source.starts_with(scheme));
            if !web {
                format!(
                    "`--checksum` is for downloads, and `{source}` is a local file. Delete the flag."
                )
            } else if reference::is_digest(&value) {
                return None;
            } else {
                format!("`{value}` is no digest. Write `sha256:` and 64 digits from 0 to f.")
            }
        }
        _ => "`--checksum` is for one source. Write an ADD for each.".to_owned(),
    };
    let finding = context.refused("checksum", Phase::Build, flag.value_range(), message);
    Some(finding.with_link("https://docs.docker.com/reference/dockerfile/#add---checksum"))
}

/// Whether `ADD` takes a source for a git repository: by its protocol, by the one well-known host,
/// or as `user@host:path`. Over the web the path has to say so.
fn is_git(source: &str) -> bool {
    match source.split_once("://") {
        Some(("git" | "ssh", _)) => true,
        Some(("http" | "https", address)) => {
            let address = address.split(['?', '#']).next().unwrap_or_default();
            address.split_once('/').is_some_and(|(_, path)| path.ends_with(".git"))
        }
        Some(_) => false,
        None => {
            let remote = source.split_once('@').is_some_and(|(_, host)| host.contains(':'));
            source.starts_with("github.com/") || remote
        }
    }
}

/// A source that only `ADD` can fetch.
fn remote(context: &InstructionContext<'_>, word: &Word<'_>) -> Option<Finding> {
    let source = known(context, &word.text)?;
    SCHEMES.iter().find(|scheme| source.starts_with(**scheme))?;
    let message = "COPY cannot fetch anything. Write ADD, or download it with a command.";
    let finding = context
        .refused("copy-remote", Phase::Build, word.range, message)
        .with_link(Keyword::Add.info().link);
    let add = Keyword::Add.info();
    if context.flags().any(|flag| add.flag(&flag.name).is_none()) {
        return Some(finding);
    }
    let range = context.command.keyword_range;
    let lower = context.text(range).starts_with(|c: char| c.is_ascii_lowercase());
    let insert = if lower { "add" } else { "ADD" };
    Some(finding.with_fix(Fix {
        title: format!("Change to `{insert}`"),
        edits: vec![Edit::replace(range, insert)],
        sure: true,
    }))
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn values_of_flags() {
        check("FROM a\nCOPY --from=⟦$X⟧ a b\n", &["from-variable"]);
        check("FROM a\nCOPY --chmod=⟦888⟧ a b\n", &["copy-permissions"]);
        check("FROM a\nCOPY --chmod=⟦10000⟧ a b\n", &["copy-permissions"]);
        check("FROM a\nADD --chmod=⟦u+y⟧ a b\n", &["copy-permissions"]);
        check("FROM a\nCOPY --link --chown=⟦node⟧ a b\n", &["linked-owner"]);
        check("FROM a\nADD --chown=⟦1:adm⟧ --link=true a b\n", &["linked-owner"]);
        check("FROM a\nADD --checksum=⟦sha256:0⟧ a b\n", &["checksum"]);
        check("FROM a\nADD --checksum=⟦sha256:0⟧ https://example.com/a b\n", &["checksum"]);
        sound(
            &[
                "COPY --chmod=755 --chown=$U a b",
                "COPY --chmod=u=rwX,go=rX a b",
                "COPY --chmod=$M a b",
                "COPY --link --chown=root:0 a b",
                "COPY --link=false --chown=node a b",
                "ADD --checksum=0123456 https://example.com/a.git b",
            ][..],
        );
    }

    #[test]
    fn sources_that_copy_cannot_fetch() {
        let code = "copy-remote";
        check("FROM a\nCOPY ⟦https://example.com/a⟧ b c\n", &[code]);
        check("FROM a\nCOPY a ⟦git@example.com:a/b⟧ c\n", &[code]);
        fixed(
            "FROM a\nCOPY https://example.com/a b\n",
            code,
            "FROM a\nADD https://example.com/a b\n",
        );
        fixed(
            "from a\ncopy --link http://example.com/a b\n",
            code,
            "from a\nadd --link http://example.com/a b\n",
        );
        not_sure("FROM a\nCOPY --parents https://example.com/a b\n", code);
        sound(&["ADD https://example.com/a b", "COPY a https://example.com"]);
    }
}
