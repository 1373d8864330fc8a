//! Who is asked what images weigh, besides the catalogue: nobody, unless an option says so.

use clap::Args;

use crate::cli::offline;
use crate::image::engine;
use crate::image::online::Sources;
use crate::image::registry::{self, Hosts, Options};

/// The options.
#[derive(Args, Debug)]
#[command(next_help_heading = "Who is asked")]
pub struct Ask {
    /// The container engine to ask: `auto` for the Docker or Podman on this machine, `off`, or the
    /// path of a socket
    #[arg(long, value_name = "auto|off|SOCKET", default_value = "off", value_parser = engine)]
    engine: engine::Setting,
    /// The registries to ask: `on` for all, `off`, or those hosts. Answers are kept in the cache
    /// folder: what a tag means for a day
    #[arg(long, value_name = "on|off|HOST,…", default_value = "off", value_parser = hosts)]
    registry: Hosts,
    /// Run the helper programs that `docker login` left credentials with
    #[arg(long)]
    credential_helpers: bool,
}

impl Ask {
    /// The sources that the options name. A catalogue of the user's that cannot be used is told on
    /// standard error.
    pub fn sources(&self) -> Sources {
        let offline = offline();
        let options = Options {
            hosts: self.registry.clone(),
            credential_helpers: self.credential_helpers,
            cache: registry::cache_folder(),
            ..Options::default()
        };
        Sources::new(offline, &self.engine, options)
    }
}

fn engine(text: &str) -> Result<engine::Setting, String> {
    let setting = engine::Setting::parse(text);
    setting.ok_or_else(|| format!("`{text}` is no engine: write auto, off or the path of a socket"))
}

fn hosts(text: &str) -> Result<Hosts, String> {
    match Hosts::parse_word(text) {
        Some(hosts) => Ok(hosts),
        None => text.split(',').map(host).collect::<Result<_, _>>().map(Hosts::Listed),
    }
}

fn host(text: &str) -> Result<String, String> {
    Hosts::parse_host(text)
        .ok_or_else(|| format!("`{text}` is no host, such as ghcr.io or localhost:5000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines() {
        use engine::Setting;
        assert_eq!(engine("off"), Ok(Setting::Off));
        assert_eq!(engine("auto"), Ok(Setting::Auto));
        for path in ["/run/podman.sock", "./podman.sock", r"\\.\pipe\docker_engine"] {
            assert_eq!(engine(path), Ok(Setting::Socket(path.into())));
        }
        for text in ["", "docker", "podman.sock", "unix:///run/podman.sock", "ssh://host/run"] {
            assert!(engine(text).is_err(), "{text}");
        }
    }

    #[test]
    fn registries() {
        let listed =
            |names: &[&str]| Hosts::Listed(names.iter().map(ToString::to_string).collect());
        assert_eq!(hosts("on"), Ok(Hosts::All));
        assert_eq!(hosts("off"), Ok(Hosts::None));
        assert_eq!(hosts("ghcr.io"), Ok(listed(&["ghcr.io"])));
        assert_eq!(
            hosts("index.docker.io,localhost:5000,[::1]:80"),
            Ok(listed(&["docker.io", "localhost:5000", "[::1]:80"]))
        );
        for text in ["", "yes", "https://ghcr.io", "ghcr.io/acme", "ghcr.io, quay.io", "a.b:c"] {
            assert!(hosts(text).is_err(), "{text}");
        }
    }
}
