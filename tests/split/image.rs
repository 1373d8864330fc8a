//! What an image says of itself, and how its containers start.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::Docker;
use crate::offer::last_base;
use crate::probe::Seen;

/// A built image.
pub struct Image {
    /// In bytes, unpacked.
    pub size: u64,
    /// ENTRYPOINT with CMD behind it, the base's included.
    pub argv: Vec<String>,
    /// The variables that its Dockerfile set: those that the base does not set to the same value.
    pub env: BTreeMap<String, String>,
    /// Its further settings, each as `docker inspect` shows it, null where there is none.
    pub settings: BTreeMap<&'static str, Value>,
    /// Whom a container runs as, where, and with which variables of the Dockerfile.
    pub start: String,
    /// What the probe saw.
    pub seen: Option<Seen>,
}

/// The word for each setting in `changes`, and its name in an image's configuration.
const SETTINGS: [(&str, &str); 5] = [
    ("ports", "ExposedPorts"),
    ("volumes", "Volumes"),
    ("labels", "Labels"),
    ("stop-signal", "StopSignal"),
    ("health", "Healthcheck"),
];

impl Image {
    /// The image `name`, built from `dockerfile`.
    pub fn inspect(docker: &Docker, name: &str, dockerfile: &str) -> Result<Image, String> {
        let image = docker.inspect(name)?;
        let config = &image["Config"];
        let base = match last_base(dockerfile).as_deref() {
            None | Some("scratch") => Value::Null,
            Some(base) => docker.inspect(base)?,
        };
        let [mut env, base_env] = [config, &base["Config"]].map(variables);
        env.retain(|name, value| base_env.get(name) != Some(value));
        let argv = [&config["Entrypoint"], &config["Cmd"]].into_iter().flat_map(strings).collect();
        let settings = SETTINGS.map(|(word, key)| (word, config[key].clone())).into();
        let start = start(docker, name)?;
        let size = image["Size"].as_u64().unwrap_or_default();
        Ok(Image { size, argv, env, settings, start, seen: None })
    }
}

fn strings(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(ToOwned::to_owned).collect()
}

fn variables(config: &Value) -> BTreeMap<String, String> {
    let texts = strings(&config["Env"]);
    let pairs = texts.iter().filter_map(|text| text.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Asks from inside, with a shell that is brought along: the image may have none.
fn start(docker: &Docker, name: &str) -> Result<String, String> {
    let shell = "/host/busybox:/.stand-in/busybox:ro";
    let asked = r#"b=/.stand-in/busybox; for what in "id -u" "id -g" "id -G" pwd; do echo "$what: $($b $what)"; done"#;
    docker.run(&[
        "run",
        "--rm",
        "--network=none",
        "--volume",
        shell,
        "--entrypoint",
        "/.stand-in/busybox",
        name,
        "sh",
        "-c",
        asked,
    ])
}
