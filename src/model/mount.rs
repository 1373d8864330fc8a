//! The fields of a `RUN --mount=` value: one CSV record of `key=value` or bare keys.
//!
//! Source: `frontend/dockerfile/instructions/commands_runmount.go` and the CSV reader it uses.

use super::facts::Spanned;
use crate::syntax::{Flag, ReadValue, View};
use crate::text::TextRange;

/// One field of a mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The whole field.
    pub range: TextRange,
    /// The key, as written.
    pub key: Spanned,
    /// What follows `=`; `None` for a bare key.
    pub value: Option<Spanned>,
    /// Where the value begins in what the flag says.
    pub value_at: usize,
}

/// The fields of a mount flag.
pub fn fields(flag: &Flag, view: &View, source: &str, escape: char) -> Vec<Field> {
    view.flag_value(source, flag, escape).map_or_else(Vec::new, |read| fields_in(&read))
}

/// The fields of a mount in what its flag says.
pub fn fields_in(read: &ReadValue<'_>) -> Vec<Field> {
    let text = &*read.text;
    let place = |start, end| read.place(start..end);
    let mut fields = Vec::new();
    for (start, end) in csv(text) {
        let raw = text.get(start..end).unwrap_or_default();
        let (shift, content) = unquote(raw);
        let start = start + shift;
        let (key, value) = match content.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (&*content, None),
        };
        let key_end = start + key.len();
        fields.push(Field {
            range: place(start, start + content.len()),
            key: Spanned { text: key.into(), range: place(start, key_end) },
            value: value.map(|value| Spanned {
                text: value.into(),
                range: place(key_end + 1, key_end + 1 + value.len()),
            }),
            value_at: key_end + 1,
        });
    }
    fields
}

/// The fields of a CSV record as byte ranges; a quoted field keeps its quotes.
fn csv(text: &str) -> Vec<(usize, usize)> {
    let mut fields = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if at == start || quoted => quoted = !quoted,
            b',' if !quoted => {
                fields.push((start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        fields.push((start, text.len()));
    }
    fields
}

/// A field without its CSV quotes, and how many bytes were cut off its front.
fn unquote(field: &str) -> (usize, std::borrow::Cow<'_, str>) {
    match field.strip_prefix('"').and_then(|f| f.strip_suffix('"')) {
        Some(inner) => (1, inner.replace("\"\"", "\"").into()),
        None => (0, field.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::csv;

    #[test]
    fn csv_fields() {
        let fields = |text| {
            csv(text).into_iter().filter_map(|(s, e)| str::get(text, s..e)).collect::<Vec<_>>()
        };
        assert_eq!(fields("type=cache,target=/x,ro"), ["type=cache", "target=/x", "ro"]);
        assert_eq!(fields("a,\"b,c\",d"), ["a", "\"b,c\"", "d"]);
        assert_eq!(fields("a,"), ["a", ""]);
        assert_eq!(fields(""), [""; 0]);
    }
}
