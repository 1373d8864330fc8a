//! TOML, JSON, JSON with comments and YAML as one kind of value.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::reader::Broken;

/// How deep values may be nested: as in `serde_json`.
const MAX_DEPTH: usize = 128;

/// The value of a TOML file. Dates and times are of no use to us and of no fixed shape.
pub fn toml(file: &str, text: &str) -> Result<Value, Broken> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        Broken::malformed(file, format_args!("{} at line {line}", error.message()))
    })
}

/// The value of a JSON file.
pub fn json(file: &str, text: &str) -> Result<Value, Broken> {
    serde_json::from_str(text).map_err(|error| Broken::malformed(file, error))
}

/// The value of a JSON file with comments and commas too many.
pub fn jsonc(file: &str, text: &str) -> Result<Value, Broken> {
    if nesting(text) > MAX_DEPTH {
        return Err(Broken::malformed(file, "it is nested too deep"));
    }
    jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default())
        .map_err(|error| Broken::malformed(file, error))
}

/// At least how deep brackets are nested: those in texts and comments count as well.
fn nesting(text: &str) -> usize {
    let deeper = text.bytes().scan(0_usize, |depth, byte| {
        match byte {
            b'[' | b'{' => *depth += 1,
            b']' | b'}' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        Some(*depth)
    });
    deeper.max().unwrap_or(0)
}

/// The value of the first document of a YAML file. Every scalar is a text, but for plain nulls. An
/// alias is null: followed, a small file could be a large value.
pub fn yaml(file: &str, text: &str) -> Result<Value, Broken> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| Broken::malformed(file, error))?;
        let value = match event {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                None
            }
            Event::Scalar(text, ScalarStyle::Plain, ..) if matches!(&*text, "" | "~" | "null") => {
                Some(Value::Null)
            }
            Event::Scalar(text, ..) => Some(Value::String(text.into_owned())),
            Event::Alias(_) => Some(Value::Null),
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(Open::close),
            Event::DocumentEnd => break,
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err(Broken::malformed(file, "it is nested too deep"));
        }
        let Some(value) = value else { continue };
        match open.last_mut() {
            Some(outer) => outer.take(value),
            None => return Ok(value),
        }
    }
    Ok(Value::Null)
}

/// A list or map of a YAML file whose end is not reached.
enum Open {
    List(Vec<Value>),
    /// What is in it, and the key whose value comes next.
    Map(Map<String, Value>, Option<String>),
}

impl Open {
    fn take(&mut self, value: Value) {
        match self {
            Open::List(items) => items.push(value),
            Open::Map(map, key) => match key.take() {
                Some(key) => drop(map.insert(key, value)),
                None => *key = Some(value.as_str().unwrap_or_default().to_owned()),
            },
        }
    }

    fn close(self) -> Value {
        match self {
            Open::List(items) => Value::Array(items),
            Open::Map(map, _) => Value::Object(map),
        }
    }
}

/// What stands at a path of keys; null if nothing does.
pub fn at<'a>(value: &'a Value, keys: &[&str]) -> &'a Value {
    const NULL: &Value = &Value::Null;
    keys.iter().fold(value, |value, key| value.get(key).unwrap_or(NULL))
}

/// The text at a path of keys.
pub fn text(value: &Value, keys: &[&str]) -> Option<String> {
    at(value, keys).as_str().map(str::to_owned)
}

/// The texts of the list at a path of keys; what else is in it is left out.
pub fn texts(value: &Value, keys: &[&str]) -> Vec<String> {
    let items = at(value, keys).as_array().into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// The keys and values of the map at a path of keys.
pub fn entries<'a>(value: &'a Value, keys: &[&str]) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let map = at(value, keys).as_object().into_iter().flatten();
    map.map(|(key, value)| (key.as_str(), value))
}

/// The keys of the map at a path of keys.
pub fn keys(value: &Value, path: &[&str]) -> Vec<String> {
    entries(value, path).map(|(key, _)| key.to_owned()).collect()
}

/// The keys of the map at a path of keys whose values are texts, with them.
pub fn text_map(value: &Value, keys: &[&str]) -> Vec<(String, String)> {
    let entries = entries(value, keys);
    entries.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn four_formats_one_value() {
        let expected = json!({"a": {"b": ["x", "y"]}, "c": "1"});
        assert_eq!(toml("f", "c = '1'\n[a]\nb = ['x', 'y']\n"), Ok(expected.clone()));
        assert_eq!(json("f", r#"{"a": {"b": ["x", "y"]}, "c": "1"}"#), Ok(expected.clone()));
        let commented = "{/* */ \"a\": {\"b\": [\"x\", \"y\",],}, // c\n \"c\": \"1\"}";
        assert_eq!(jsonc("f", commented), Ok(expected.clone()));
        assert_eq!(yaml("f", "a:\n  b: [x, 'y']\nc: 1 # one\n"), Ok(expected.clone()));
        assert_eq!(text(&expected, &["c"]), Some("1".to_owned()));
        assert_eq!(texts(&expected, &["a", "b"]), ["x", "y"]);
        assert_eq!(keys(&expected, &[]), ["a", "c"]);
        assert_eq!(text_map(&expected, &[]), [("c".to_owned(), "1".to_owned())]);
        assert_eq!(text(&expected, &["a", "none", "b"]), None);
    }

    #[test]
    fn yaml_has_odd_parts() {
        let value = yaml("f", "a: &x\n- ~\n-\n- null\nb: *x\n[k]: v\n---\nsecond: 1\n");
        assert_eq!(value, Ok(json!({"a": [null, null, null], "b": null, "": "v"})));
        assert_eq!(yaml("f", ""), Ok(Value::Null));
        assert_eq!(yaml("f", "# only\n"), Ok(Value::Null));
    }

    #[test]
    fn broken_files_say_which() {
        let check = |broken: Result<Value, Broken>, start: &str| {
            let broken = broken.expect_err("broken").to_string();
            assert!(broken.starts_with(start), "{broken}");
            assert!(!broken.contains('\n'), "{broken}");
        };
        check(toml("a/f.toml", "[a]\nb = \n"), "a/f.toml is not well-formed: ");
        check(toml("f", "x = 1\nx = 2"), "f is not well-formed: ");
        check(json("f", "{\"a\": "), "f is not well-formed: ");
        check(jsonc("f", "{\"a\" 1}"), "f is not well-formed: ");
        check(yaml("f", "a: [b\nc: d"), "f is not well-formed: ");
    }

    #[test]
    fn depth_has_an_end() {
        for open in ["[", "{\"a\":", "a: [", "{a: ", "- "] {
            let deep = open.repeat(100_000);
            assert!(json("f", &deep).is_err());
            assert!(jsonc("f", &deep).is_err());
            assert!(yaml("f", &deep).is_err(), "{open}");
            assert!(toml("f", &format!("a = {deep}")).is_err());
        }
    }
}
