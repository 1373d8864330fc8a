//! `RUN --mount`: which options there are, which go with which type, and their values.
//!
//! Source: `frontend/dockerfile/instructions/commands_runmount.go` (`parseMount`, which runs twice)
//! and `frontend/dockerfile/dockerfile2llb/convert_runmount.go`, `convert_ssh.go`. While the file is
//! read only its fields and a variable in `from` count; the rest is refused when the step is built.

use super::{Finding, Fix, InstructionContext, Phase, Severity, csv, near};
use crate::language::Keyword;
use crate::language::mount::{
    MOUNT_OPTIONS, MountOption, MountType, MountUsage, MountValue, parse_bool,
};
use crate::model::mount::{Field, fields};
use crate::syntax::expand::{self, Mode, NoEnv};
use crate::text::{Edit, TextRange};

/// All of a `RUN`'s mounts.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if !context.is(Keyword::Run) {
        return;
    }
    for (flag, value) in context.values("mount") {
        if !csv::look(context, &flag, &value, findings) {
            continue;
        }
        let fields = fields(flag.flag, context.view, &context.item.text, context.escape);
        let exact = !flag.flag.cooked;
        let kind = Some(MountType::Bind);
        let mut mount = Mount { context, exact, kind, given: Vec::new(), is_known: true, findings };
        fields.iter().for_each(|field| mount.field(field));
        mount.finish(flag.value_range());
    }
}

/// One mount while its fields are read from left to right.
struct Mount<'a, 'f> {
    context: &'a InstructionContext<'a>,
    /// Ranges of fields are exact, so that a fix can use them.
    exact: bool,
    /// `None` where a variable decides.
    kind: Option<MountType>,
    given: Vec<Given<'f>>,
    /// No option is one that there is not: it may have been meant for any other.
    is_known: bool,
    findings: &'a mut Vec<Finding>,
}

/// An option with what is known of its value.
struct Given<'f> {
    option: &'static MountOption,
    field: &'f Field,
    /// The value is known to be empty.
    empty: bool,
}

impl<'f> Mount<'_, 'f> {
    fn field(&mut self, field: &'f Field) {
        let Some(option) = MountOption::parse(&field.key.text) else { return self.unknown(field) };
        let Some(value) = &field.value else {
            if option.bare {
                return self.allowed_so_far(option, field);
            }
            let name = &field.key.text;
            let message = format!("`{name}` needs a value. Write `{name}=` and the value.");
            self.refuse("mount-value", field.range, message);
            return self.given.push(Given { option, field, empty: true });
        };
        if option.value == MountValue::Stage {
            self.from(value.range, &value.text);
        }
        self.allowed_so_far(option, field);
        let known = match option.expands {
            true => known(&value.text, self.context.escape),
            false => Some(value.text.to_string()),
        };
        if option.name == "type" {
            self.kind = known.as_deref().and_then(MountType::parse);
        }
        if let Some(text) = &known {
            self.value(option, value.range, text);
        }
        let empty = known.is_some_and(|text| text.is_empty());
        self.given.push(Given { option, field, empty });
    }

    fn refuse(&mut self, code: &'static str, range: TextRange, message: impl Into<String>) {
        let finding = self.finding(code, range, message);
        self.findings.push(finding);
    }

    fn finding(&self, code: &'static str, range: TextRange, message: impl Into<String>) -> Finding {
        let link = self.kind.map_or(Keyword::Run.info().link, |kind| kind.info().link);
        self.context.refused(code, Phase::Build, range, message).with_link(link)
    }

    fn unknown(&mut self, field: &Field) {
        let key = &*field.key.text;
        if key.is_empty() && field.value.is_none() {
            let message =
                "There is nothing between two commas, or behind the last. Delete a comma.";
            return self.refuse("mount-option", field.range, message);
        }
        self.is_known = false;
        if field.value.is_none() && key.starts_with('/') {
            return self.bare_path(field);
        }
        let kind = self.kind.unwrap_or(MountType::Bind);
        let names = MOUNT_OPTIONS
            .iter()
            .filter(|option| matches!(option.usage(kind), MountUsage::Used(_)))
            .flat_map(MountOption::names)
            .collect::<Vec<_>>();
        let near = near::exact(&key.to_lowercase(), names.iter().copied());
        let message = match &near {
            Some(near) => format!("There is no option `{key}`. Did you mean `{}`?", near.name),
            None => {
                let all: Vec<_> = kind.options().map(|option| option.name).collect();
                format!(
                    "There is no option `{key}`. A {} mount has {}.",
                    kind.name(),
                    all.join(", ")
                )
            }
        };
        let finding = self.finding("mount-option", field.key.range, message);
        let finding = match near.filter(|_| self.exact) {
            Some(near) => near.fix(finding, field.key.range, near.name),
            None => finding,
        };
        self.findings.push(finding);
    }

    /// A path without the name of an option.
    fn bare_path(&mut self, field: &Field) {
        let path = &field.key.text;
        let message =
            format!("`{path}` is no option. Write `target=` before the path, or `source=`.");
        let finding = self.finding("mount-option", field.range, message);
        let start = TextRange::empty(field.range.start());
        let has_target = self.given.iter().any(|given| given.option.name == "target");
        self.findings.push(match self.exact && !has_target {
            true => finding.maybe_replace("Write `target=` before it", start, "target="),
            false => finding,
        });
    }

    /// `$` anywhere but at the end; the one thing that is refused while the file is read.
    fn from(&mut self, range: TextRange, value: &str) {
        if value.find('$').is_none_or(|at| at + 1 == value.len()) {
            return;
        }
        let message = "No variable is replaced in `from`. Write a stage of its own, `FROM` with \
                       the variable `AS` a name, and use that name here.";
        self.findings.push(
            self.context
                .refused("from-variable", Phase::Instruction, range, message)
                .with_link(MountType::Bind.info().link),
        );
    }

    /// Some options are judged by the type that stands before them.
    fn allowed_so_far(&mut self, option: &'static MountOption, field: &Field) {
        let Some(kind) = self.kind.filter(|_| option.after_type) else { return };
        if !matches!(option.usage(kind), MountUsage::Refused) {
            return;
        }
        let types = users(option);
        let message = format!(
            "`{}` is an option of {types} mounts, and `type=` has to stand before it. So far this \
             is a {} mount.",
            option.name,
            kind.name()
        );
        self.refuse("mount-option", field.key.range, message);
    }

    fn value(&mut self, option: &'static MountOption, range: TextRange, text: &str) {
        let octal = |text: &str| !text.starts_with('+') && u32::from_str_radix(text, 8).is_ok();
        let number = |text: &str| !text.starts_with('+') && text.parse::<u32>().is_ok();
        let want = match option.value {
            MountValue::Bool if parse_bool(text).is_none() => "`true` or `false`",
            MountValue::Mode if !octal(text) => "permissions in octal digits, such as `0755`",
            MountValue::Number if !number(text) => "a number, such as `1000`",
            MountValue::Size if !is_size(text) && self.kind == Some(MountType::Tmpfs) => {
                "a number of bytes with or without a unit, such as `64m`"
            }
            MountValue::Choice(choices) => return self.choice(option, range, text, choices),
            _ => return,
        };
        let what = if text.is_empty() { "Nothing".to_owned() } else { format!("`{text}`") };
        let message = format!("{what} does not fit: `{}` takes {want}.", option.name);
        self.refuse("mount-value", range, message);
    }

    fn choice(
        &mut self,
        option: &MountOption,
        range: TextRange,
        text: &str,
        choices: &[crate::language::Choice],
    ) {
        let names = choices.iter().map(|choice| choice.value);
        if names.clone().any(|name| name.eq_ignore_ascii_case(text)) {
            return;
        }
        let all: Vec<_> = names.clone().map(|name| format!("`{name}`")).collect();
        let but = if text.is_empty() { String::new() } else { format!(", not `{text}`") };
        let message = format!("`{}` is one of {}{but}.", option.name, all.join(", "));
        let finding = self.finding("mount-value", range, message);
        let near = near::any_case(text, names).filter(|_| self.exact);
        self.findings.push(match near {
            Some(near) => near.fix(finding, range, near.name),
            None => finding,
        });
    }

    /// What only the whole mount can tell.
    fn finish(&mut self, whole: TextRange) {
        let Some(kind) = self.kind else { return };
        for given in std::mem::take(&mut self.given) {
            let option = given.option;
            let refused = option.usage(kind) == MountUsage::Refused && !option.after_type;
            let counts = !matches!(option.value, MountValue::Stage | MountValue::Source);
            if refused && (counts || !given.empty) {
                self.does_not_belong(option, kind, given.field);
            }
            self.given.push(given);
        }
        match kind {
            MountType::Secret => self.secret(whole),
            MountType::Bind | MountType::Cache | MountType::Tmpfs => self.target(kind, whole),
            MountType::Ssh => {}
        }
    }

    fn does_not_belong(&mut self, option: &MountOption, kind: MountType, field: &Field) {
        let message = format!(
            "A {} mount takes no `{}`: that is an option of {} mounts. Delete it.",
            kind.name(),
            option.name,
            users(option)
        );
        let finding = self.finding("mount-option", field.key.range, message);
        let fix = Fix {
            title: format!("Delete `{}`", option.name),
            edits: vec![Edit::delete(self.with_comma(field.range))],
            sure: false,
        };
        self.findings.push(if self.exact { finding.with_fix(fix) } else { finding });
    }

    /// `range` with the comma before it, or behind it where it is the first field.
    fn with_comma(&self, range: TextRange) -> TextRange {
        let text = &self.context.item.text;
        let comma = crate::text::TextSize::new(1);
        let before = text.get(..range.start().into()).is_some_and(|text| text.ends_with(','));
        let behind = text.get(range.end().into()..).is_some_and(|text| text.starts_with(','));
        match (before, behind) {
            (true, _) => TextRange::new(range.start() - comma, range.end()),
            (false, true) => TextRange::new(range.start(), range.end() + comma),
            (false, false) => range,
        }
    }

    fn find(&self, name: &str) -> Option<&Given<'f>> {
        self.given.iter().rfind(|given| given.option.name == name && !given.empty)
    }

    fn secret(&mut self, whole: TextRange) {
        let (id, source) = (self.find("id").map(|given| given.field), self.find("source"));
        if let (Some(id), Some(source)) = (id, source) {
            let message = "`id` and `source` both name the secret. Keep one of them.";
            let range = id.range.cover(source.field.range);
            return self.refuse("mount-option", range, message);
        }
        if id.is_none() && source.is_none() && self.find("target").is_none() {
            let message = "Which secret? Write its name as `id=`, as given to the build.";
            self.refuse("mount-option", whole, message);
        }
    }

    fn target(&mut self, kind: MountType, whole: TextRange) {
        let is_target = |given: &Given<'_>| given.option.name == "target";
        if self.given.iter().any(|given| is_target(given) && given.field.value.is_none()) {
            // Told of already.
            return;
        }
        let target = self.find("target").and_then(|given| {
            let value = given.field.value.as_ref()?;
            Some((value.range, known(&value.text, self.context.escape)))
        });
        match target {
            Some((range, Some(path))) if path == "/" => {
                let message = "Nothing can be mounted over the root directory. Write a path below \
                               it.";
                self.refuse("mount-value", range, message);
            }
            Some(_) => {}
            None if !self.is_known => {}
            None => {
                // To mount sources over the working directory is what many do on purpose.
                let (severity, otherwise) = match kind {
                    MountType::Bind => (Severity::Information, ", if that is not what you want"),
                    _ => (Severity::Warning, ""),
                };
                let message = format!(
                    "This {} mount hides the working directory, because it has no `target=`. Say \
                     where to mount it{otherwise}.",
                    kind.name()
                );
                let finding = Finding::new("mount-without-target", severity, whole, message);
                self.findings.push(finding.with_link(kind.info().link));
            }
        }
    }
}

/// The types that use an option, for a message.
fn users(option: &MountOption) -> String {
    let names: Vec<_> = MountType::ALL
        .into_iter()
        .filter(|kind| matches!(option.usage(*kind), MountUsage::Used(_)))
        .map(MountType::name)
        .collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// The value after expansion; `None` where a variable decides, or where it cannot be expanded.
fn known(text: &str, escape: char) -> Option<String> {
    if !expand::parse(text, escape, Mode::WORD).uses.iter().all(|found| !found.sound) {
        return None;
    }
    expand::expand(text, escape, Mode::WORD, &NoEnv).ok().map(|expansion| expansion.text)
}

/// Whether `text` is a number of bytes as `go-units` reads it (`RAMInBytes`).
fn is_size(text: &str) -> bool {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ') else {
        return false;
    };
    let (number, suffix) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    if !number.parse::<f64>().is_ok_and(|n| n >= 0.0) || number.contains(['i', 'I', 'n', 'N']) {
        return false;
    }
    let suffix = suffix.to_ascii_lowercase();
    let unit = suffix.strip_prefix(['k', 'm', 'g', 't', 'p']);
    matches!(suffix.as_str(), "" | "b") || matches!(unit, Some("" | "b" | "ib"))
}

#[cfg(test)]
mod tests {
    use super::is_size;
    use crate::check::testing::*;
    use crate::check::{Phase, Severity};

    #[test]
    fn sizes_as_go_reads_them() {
        for size in ["0", "64m", "1.5GiB", "10 kb", "5b", "1e3", "7T", ".5k"] {
            assert!(is_size(size), "{size}");
        }
        for none in ["", "m", "-1", "64mm", "64x", "1 2", "64kibb", "inf", "5bb"] {
            assert!(!is_size(none), "{none}");
        }
    }

    #[test]
    fn mounts_are_read_while_the_file_is() {
        check("FROM a\nRUN --mount=⟦a\\\"b⟧ x\n", &["flag-fields"]);
        check("FROM a\nRUN ⟦--mount=⟧ x\n", &["flag-fields"]);
        check("FROM a\nRUN --mount=target=/a,from=⟦$X⟧ x\n", &["from-variable"]);
        let phases: Vec<_> = findings("FROM a\nRUN --mount=from=$X,target=/,x x\n")
            .iter()
            .map(|finding| (finding.code, finding.phase))
            .collect();
        assert_eq!(
            phases,
            [
                ("from-variable", Phase::Instruction),
                ("mount-value", Phase::Build),
                ("mount-option", Phase::Build),
            ]
        );
    }

    #[test]
    fn options_of_mounts() {
        let code = "mount-option";
        check("FROM a\nRUN --mount=target=/a,⟦taget⟧=/b x\n", &[code]);
        check("FROM a\nRUN --mount=target=/a,⟦sharing⟧=locked x\n", &[code]);
        check("FROM a\nRUN --mount=⟦size⟧=64m,type=tmpfs,target=/a x\n", &[code]);
        check("FROM a\nRUN --mount=type=cache,target=/a,⟦required⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=type=bind,target=/a,⟦uid⟧=1 x\n", &[code]);
        check("FROM a\nRUN --mount=type=secret,id=a,⟦from⟧=b x\n", &[code]);
        check("FROM a\nRUN --mount=type=secret,⟦id=a,source=b⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=⟦type=secret,env=A⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=type=ssh,⟦source⟧=a x\n", &[code]);
        check("FROM a\nRUN --mount=target=/a,⟦⟧ x\n", &[code]);
        sound(&[
            "RUN --mount=type=cache,target=/x,sharing=locked,mode=0755,uid=1,gid=1 y",
            "RUN --mount=TYPE=Cache,dst=/x,RO y",
            "RUN --mount=type=tmpfs,target=/x,size=64m y",
            "RUN --mount=type=secret,id=a,required,env=A y",
            "RUN --mount=type=secret,target=/a,mode=0400 y",
            "RUN --mount=type=ssh y",
            "RUN --mount=type=ssh,required=true,id=a y",
            "RUN --mount=target=/a,id=x,env=y,rw=false y",
            "RUN --mount=type=$TYPE,sharing=locked,size=1 y",
            "RUN --mount=type=secret,id=$ID,source= y",
            "RUN --mount='type=cache,\"target=/a,b\"' y",
        ]);
    }

    #[test]
    fn values_of_mounts() {
        let code = "mount-value";
        check("FROM a\nRUN --mount=type=⟦cahe⟧,target=/a x\n", &[code]);
        check("FROM a\nRUN --mount=target=/a,ro=⟦yes⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=type=cache,target=/a,mode=⟦888⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=type=cache,target=/a,uid=⟦me⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=type=tmpfs,target=/a,size=⟦big⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=type=cache,target=/a,sharing=⟦none⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=⟦target⟧ x\n", &[code]);
        check("FROM a\nRUN --mount=target=⟦/⟧ x\n", &[code]);
    }

    #[test]
    fn mounts_without_target() {
        check("FROM a\nRUN --mount=⟦type=cache⟧ x\n", &["mount-without-target"]);
        check("FROM a\nRUN --mount=⟦type=bind,target=⟧ x\n", &["mount-without-target"]);
        check("FROM a\nRUN --mount=type=cache,target=$X x\n", &[]);
        let severity = |text: &str| findings(text)[0].severity;
        assert_eq!(severity("FROM a\nRUN --mount=type=cache x\n"), Severity::Warning);
        assert_eq!(severity("FROM a\nRUN --mount=type=bind,rw x\n"), Severity::Information);
        // What is misspelt may be the target.
        let code = "mount-option";
        check("FROM a\nRUN --mount=type=cache,⟦tagret⟧=/x y\n", &[code]);
        check("FROM a\nRUN --mount=type=cache,⟦/x⟧ y\n", &[code]);
        fixed(
            "FROM a\nRUN --mount=type=cache,/x y\n",
            code,
            "FROM a\nRUN --mount=type=cache,target=/x y\n",
        );
        not_sure("FROM a\nRUN --mount=type=cache,/x y\n", code);
    }

    #[test]
    fn mounts_are_mended() {
        fixed(
            "FROM a\nRUN --mount=type=cahe,target=/a x\n",
            "mount-value",
            "FROM a\nRUN --mount=type=cache,target=/a x\n",
        );
        fixed(
            "FROM a\nRUN --mount=target=/a,sorce=/b x\n",
            "mount-option",
            "FROM a\nRUN --mount=target=/a,source=/b x\n",
        );
        fixed(
            "FROM a\nRUN --mount=target=/a,uid=1 x\n",
            "mount-option",
            "FROM a\nRUN --mount=target=/a x\n",
        );
        fixed(
            "FROM a\nRUN --mount=uid=1,target=/a x\n",
            "mount-option",
            "FROM a\nRUN --mount=target=/a x\n",
        );
    }
}
