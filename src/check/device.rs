//! `RUN --device`.
//!
//! Source: `frontend/dockerfile/instructions/commands_rundevice.go` (`ParseDevice`).

use super::{Finding, InstructionContext, Phase, csv};
use crate::language::{Keyword, mount::parse_bool};
use crate::model::mount::{Field, fields};

/// Devices that cannot be read.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if !context.is(Keyword::Run) {
        return;
    }
    for (flag, value) in context.values("device") {
        if csv::look(context, &flag, &value, findings) {
            let fields = fields(flag.flag, context.view, &context.item.text, context.escape);
            findings.extend(device(context, &fields));
        }
    }
}

/// The first problem of one device.
fn device(context: &InstructionContext<'_>, fields: &[Field]) -> Option<Finding> {
    let mut named = false;
    for field in fields {
        let key = field.key.text.to_lowercase();
        let problem = match (key.as_str(), &field.value) {
            ("required", None) => continue,
            ("required", Some(value)) if parse_bool(&value.text).is_some() => continue,
            ("required", Some(_)) => "`required` is `true` or `false`. Write one of the two.",
            ("name", Some(value)) if !named => {
                named = !value.text.is_empty();
                continue;
            }
            _ if !named => {
                // The first field of another form is the name, with `=` and all.
                named = !(field.key.text.is_empty() && field.value.is_none());
                continue;
            }
            ("name", Some(_)) => "The device has its name already. Delete one of the two.",
            (_, Some(_)) => "This is no option of a device: there are `name` and `required`.",
            (_, None) => {
                "The device has its name already, and this is no option: there are `name=` and \
                 `required`."
            }
        };
        return Some(
            context
                .refused("device", Phase::Instruction, field.range, problem)
                .with_link(Keyword::Run.info().link),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::check::testing::*;

    #[test]
    fn devices() {
        check(
            "FROM a\nRUN --device=v.com/d=x,name=y z\n".replace("name=y", "⟦name=y⟧").as_str(),
            &["device"],
        );
        check("FROM a\nRUN --device=v.com/d,⟦required=maybe⟧ z\n", &["device"]);
        check("FROM a\nRUN --device=v.com/d,⟦other⟧ z\n", &["device"]);
        check("FROM a\nRUN --device=v.com/d,⟦other=x⟧ z\n", &["device"]);
        check("FROM a\nRUN ⟦--device=⟧ z\n", &["flag-fields"]);
        sound(&[
            "RUN --device=vendor1.com/device=foo,required x",
            "RUN --device=name=vendor1.com/device=foo,required=false x",
            "RUN --device=a --device=b x",
        ]);
    }
}
