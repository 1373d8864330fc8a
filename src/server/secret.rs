//! What is told of texts in which a password may stand.

use serde_json::Value;

/// The address with `…` for the user and the password in it. A password may hold any character, so
/// all up to the last `@` counts; a path, also behind `unix://`, has neither.
pub fn without_user(address: &str) -> String {
    let Some(at) = address.rfind('@') else { return address.to_owned() };
    let start = address[..at].find("://").map_or(0, |scheme| scheme + "://".len());
    if address[start..].starts_with('/') {
        return address.to_owned();
    }
    format!("{}…{}", &address[..start], &address[at..])
}

/// The same for each text in a value.
pub fn value_without_users(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_user(text)),
        Value::Array(values) => values.iter().map(value_without_users).collect(),
        Value::Object(members) => {
            let told = |(name, value): (&String, _)| (name.clone(), value_without_users(value));
            Value::Object(members.iter().map(told).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn users_and_passwords_are_left_out() {
        for (address, told) in [
            ("ssh://me:secret@host:22/run", "ssh://…@host:22/run"),
            ("ssh://me@host", "ssh://…@host"),
            ("http://me:se/cr@et@host", "http://…@host"),
            ("me:secret@host", "…@host"),
            ("me:secret@http://host", "…@http://host"),
            ("tcp://host:2375", "tcp://host:2375"),
            ("unix:///home/me@work/docker.sock", "unix:///home/me@work/docker.sock"),
            ("/home/me@work/docker.sock", "/home/me@work/docker.sock"),
            ("", ""),
        ] {
            assert_eq!(without_user(address), told);
        }
        let value = json!({ "a": ["https://me:secret@host", 5], "b": null });
        assert_eq!(value_without_users(&value), json!({ "a": ["https://…@host", 5], "b": null }));
    }
}
