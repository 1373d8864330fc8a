//! What registries tell of images: the exact pull size, the layers, the time of creation.
//!
//! | file | what it holds |
//! |---|---|
//! | `session.rs` | the questions about one image: schemes, sign-in, what an answer means |
//! | `manifest.rs` | the documents that a registry gives |
//! | `transport.rs` | one HTTP exchange, and all limits of it |
//! | `address.rs` | which addresses may be asked |
//! | `challenge.rs` | the header that asks for a sign-in |
//! | `credentials.rs` | what `docker login` left |
//! | `memory.rs` | what is remembered while the process runs |
//! | `digest.rs` | digests |
//!
//! A registry may be anybody, as the name of an image comes from a file that anybody wrote. So it
//! is believed nothing that is not checked, and gets nothing that is not meant for it.

mod address;
mod challenge;
mod credentials;
pub mod digest;
mod manifest;
mod memory;
mod session;
mod transport;

use std::path::PathBuf;
use std::time::Duration;

use etcetera::BaseStrategy;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::manifest::{Child, Configuration, Document, Entry};
use self::memory::Memory;
use self::session::{DEFAULT_SERVER, Session};
use self::transport::Transport;
use super::cache::{Cache, Kept};
use super::reference::{DEFAULT_REGISTRY, Parts};
use super::{Date, Failure, Measured, Reference};
use crate::language::platform::Platform;

/// How long a connection may take.
pub const CONNECT_TIME: Duration = Duration::from_secs(3);
/// How long one measure may take, with all its requests.
pub const TOTAL_TIME: Duration = Duration::from_secs(10);
/// How deep indexes may stand in indexes.
const MAX_DEPTH: usize = 3;
/// How many indexes may stand in one.
const MAX_INDEXES: usize = 16;
/// How many platforms a message names.
const MAX_NAMED: usize = 12;
/// How long a tag is taken to mean what it meant.
const TAG_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// What a digest names does not change.
const FOR_EVER: Duration = Duration::MAX;

/// Which registries may be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hosts {
    /// None.
    #[default]
    None,
    /// All, by TLS; plain HTTP is for this machine.
    All,
    /// These: `docker.io`, `localhost:5000`. What is listed may do without TLS, if it has none, and
    /// be where other registries send us on to, whatever its address.
    Listed(Vec<String>),
}

impl Hosts {
    /// All or none, by their words: `on` or `all`, `off` or `none`.
    pub fn parse_word(text: &str) -> Option<Hosts> {
        match text {
            "on" | "all" => Some(Hosts::All),
            "off" | "none" => Some(Hosts::None),
            _ => None,
        }
    }

    /// A host of the list, and its port, as the names of images have them in small letters:
    /// `ghcr.io`, `localhost:5000`, `[::1]:5000`. `None` for what could stand in none. Each name of
    /// the default registry is `docker.io`.
    pub fn parse_host(text: &str) -> Option<String> {
        let host = text.to_ascii_lowercase();
        let image = format!("{host}/a/b");
        if Parts::of(&image).registry != Some(0..host.len()) {
            return None;
        }
        match Reference::parse(&image).ok()?.registry {
            server if server == DEFAULT_SERVER => Some(DEFAULT_REGISTRY.to_owned()),
            host => Some(host),
        }
    }

    /// Whether it stands in the list.
    fn lists(&self, host: &str) -> bool {
        match self {
            Hosts::Listed(hosts) => hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host)),
            Hosts::None | Hosts::All => false,
        }
    }
}

/// How registries are asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which ones.
    pub hosts: Hosts,
    /// Whether the programs that keep credentials may be run.
    pub credential_helpers: bool,
    /// The files with credentials, the first that knows a registry counts.
    pub credential_files: Vec<PathBuf>,
    /// The folder of the cache, made when first written.
    pub cache: Option<PathBuf>,
    /// How long a connection may take.
    pub connect_time: Duration,
    /// How long one measure may take, with all its requests.
    pub total_time: Duration,
}

impl Default for Options {
    /// Nobody is asked, and nothing kept. The files with credentials are those of the environment.
    fn default() -> Options {
        Options {
            hosts: Hosts::None,
            credential_helpers: false,
            credential_files: credentials::default_files(),
            cache: None,
            connect_time: CONNECT_TIME,
            total_time: TOTAL_TIME,
        }
    }
}

/// What a registry tells of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The image for the platform that was asked for: all but the size on disk, which no registry
    /// knows.
    pub measured: Measured,
    /// The platforms that it is there for; of an image without an index, its own.
    pub platforms: Vec<Platform>,
    /// When the registry told what the name means: today, or an earlier day if it was remembered.
    pub as_of: Option<Date>,
}

/// Asks registries. Several threads may share it; each call blocks its own.
#[derive(Debug)]
pub struct Registry {
    options: Options,
    transport: Transport,
    memory: Memory,
    cache: Option<Cache>,
}

/// What a name means.
struct Top {
    digest: String,
    content: Content,
    /// When that was told.
    as_of: Option<Date>,
}

/// What stands behind a digest, as the cache keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    /// The images of an index and of those in it.
    Index(Vec<Child>),
    /// One image.
    Image(Facts),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Facts {
    pull: u64,
    layers: u32,
    created: Option<String>,
    platform: Option<String>,
}

/// The folder for [`Options::cache`]: `stagewright/registry` in the folder for users' caches; `None`
/// where the environment names no such folder.
pub fn cache_folder() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.cache_dir().join("stagewright").join("registry"))
}

impl Registry {
    /// Nothing is asked or read yet.
    pub fn new(options: Options) -> Registry {
        let transport = Transport::new(options.connect_time);
        let cache = options.cache.clone().map(Cache::new);
        Registry { options, transport, memory: Memory::default(), cache }
    }

    /// Whether that image's registry may be asked.
    pub fn may_ask(&self, image: &Reference) -> bool {
        matches!(self.options.hosts, Hosts::All) || self.options.hosts.lists(&image.registry)
    }

    /// How long a registry still wants to be left alone, because it is asked too often. Until then
    /// each measure that would ask it fails at once.
    pub fn rest(&self, registry: &str) -> Option<Duration> {
        self.memory.rest(registry)
    }

    /// What was told before (by digest for ever, by tag a day), else what the registry tells. Blocks
    /// for up to the total time.
    ///
    /// An image without an index counts for every platform, as it does for `BuildKit`.
    pub fn measure(&self, image: &Reference, platform: &Platform) -> Result<Answer, Failure> {
        if !self.may_ask(image) {
            let registry = &image.registry;
            let text = format!("{registry} is not asked, as `size.registry` does not name it");
            return Err(Failure::Denied(text));
        }
        let session = Session::new(&self.options, &self.transport, &self.memory, image);
        let Top { digest, content, as_of } = self.top(image, &session)?;
        let children = match content {
            Content::Index(children) => children,
            Content::Image(facts) => {
                let platforms = facts.platform.as_deref().and_then(Platform::parse);
                let measured = facts.measured(digest);
                return Ok(Answer { measured, platforms: platforms.into_iter().collect(), as_of });
            }
        };
        let platforms = platforms(&children);
        let wanted = platform.clone().or(&Platform::host());
        let chosen = manifest::choose(&children, &wanted)
            .ok_or_else(|| Failure::Absent(not_made_for(image, &wanted, &platforms)))?;
        let (content, _) = self.content(image, &chosen.digest, &session)?;
        let Content::Image(facts) = content else {
            return Err(Failure::Broken(format!("the index of {image} calls an index an image")));
        };
        Ok(Answer { measured: facts.measured(chosen.digest.clone()), platforms, as_of })
    }

    /// What the name means. A tag beside a digest does not count.
    fn top(&self, image: &Reference, session: &Session) -> Result<Top, Failure> {
        if let Some(digest) = &image.digest {
            let (content, as_of) = self.content(image, digest, session)?;
            return Ok(Top { digest: digest.clone(), content, as_of });
        }
        let tag = image.effective_tag().unwrap_or_default();
        let key = format!("tag {}/{}:{tag}", image.registry, image.repository);
        if let Some(Kept { value: digest, written }) = self.recall::<String>(&key, TAG_AGE)
            && let Some(kept) = self.recall(&content_key(image, &digest), FOR_EVER)
        {
            return Ok(Top { digest, content: kept.value, as_of: Date::of(written) });
        }
        let (digest, body) = session.by_tag(tag)?;
        let content = self.read(image, &digest, &body, session)?;
        self.keep(&key, &digest);
        Ok(Top { digest, content, as_of: Date::today() })
    }

    /// What a digest names, and when that was told.
    fn content(
        &self,
        image: &Reference,
        digest: &str,
        session: &Session,
    ) -> Result<(Content, Option<Date>), Failure> {
        if let Some(kept) = self.recall(&content_key(image, digest), FOR_EVER) {
            return Ok((kept.value, Date::of(kept.written)));
        }
        let content = self.read(image, digest, &session.by_digest(digest)?, session)?;
        Ok((content, Date::today()))
    }

    /// Reads an index or a manifest, fetches what belongs to it, and keeps it.
    fn read(
        &self,
        image: &Reference,
        digest: &str,
        body: &[u8],
        session: &Session,
    ) -> Result<Content, Failure> {
        let key = content_key(image, digest);
        let manifest = match document(image, body)? {
            Document::Image(manifest) => manifest,
            Document::Index(entries) => {
                let content = Content::Index(flatten(image, entries, session)?);
                self.keep(&key, &content);
                return Ok(content);
            }
        };
        let (pull, layers) = (manifest.pull, manifest.layers);
        let configuration = match manifest.config {
            Some(digest) => session.config(&digest).map(|body| Configuration::read(&body)),
            None => Ok(Configuration::default()),
        };
        // Sizes count without a time of creation, but not for ever.
        let is_whole = configuration.is_ok();
        let Configuration { created, platform } = configuration.unwrap_or_default();
        let content = Content::Image(Facts { pull, layers, created, platform });
        if is_whole {
            self.keep(&key, &content);
        }
        Ok(content)
    }

    fn recall<V: DeserializeOwned>(&self, key: &str, age: Duration) -> Option<Kept<V>> {
        self.cache.as_ref()?.read(key, age)
    }

    fn keep(&self, key: &str, value: &impl Serialize) {
        if let Some(cache) = &self.cache {
            cache.write(key, value);
        }
    }
}

impl Facts {
    fn measured(self, digest: String) -> Measured {
        Measured {
            pull: Some(self.pull),
            disk: None,
            layers: Some(self.layers),
            created: self.created,
            digest: Some(digest),
        }
    }
}

/// The images of an index and of the indexes in it.
fn flatten(
    image: &Reference,
    entries: Vec<Entry>,
    session: &Session,
) -> Result<Vec<Child>, Failure> {
    let (mut children, mut indexes) = (Vec::new(), 0);
    let mut level = entries;
    for _ in 0..MAX_DEPTH {
        let mut next = Vec::new();
        for entry in level {
            match entry {
                Entry::Image(child) => children.push(child),
                Entry::Index(digest) => {
                    indexes += 1;
                    if indexes > MAX_INDEXES {
                        let text =
                            format!("{image} has more than {MAX_INDEXES} indexes in its own");
                        return Err(Failure::Broken(text));
                    }
                    match document(image, &session.by_digest(&digest)?)? {
                        Document::Index(entries) => next.extend(entries),
                        Document::Image(_) => {
                            children.push(Child { platform: None, digest });
                        }
                    }
                }
            }
        }
        if next.is_empty() {
            return Ok(children);
        }
        level = next;
    }
    Err(Failure::Broken(format!("{image} has indexes in indexes, more than {MAX_DEPTH} deep")))
}

fn document(image: &Reference, body: &[u8]) -> Result<Document, Failure> {
    Document::read(body).map_err(|problem| {
        Failure::Broken(format!("what {} gives for {image} {problem}", image.registry))
    })
}

fn content_key(image: &Reference, digest: &str) -> String {
    format!("content {}/{}@{digest}", image.registry, image.repository)
}

/// The platforms of an index, each once.
fn platforms(children: &[Child]) -> Vec<Platform> {
    let mut platforms = Vec::new();
    for platform in children.iter().filter_map(Child::platform) {
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    platforms
}

fn not_made_for(image: &Reference, wanted: &Platform, platforms: &[Platform]) -> String {
    let named: Vec<_> = platforms.iter().take(MAX_NAMED).map(Platform::to_string).collect();
    let more = if platforms.len() > MAX_NAMED { " and others" } else { "" };
    match named.as_slice() {
        [] => format!("{image} holds no image for any platform"),
        _ => format!("{image} is not made for {wanted}, only for {}{more}", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Hosts::parse_host(text).as_deref(), Some(expected), "{text}");
        };
        for host in ["ghcr.io", "localhost", "localhost:5000", "registry:80", "[::1]:5000"] {
            check(host, host);
            check(&host.to_uppercase(), host);
        }
        for name in ["docker.io", "index.docker.io", "Registry-1.Docker.IO"] {
            check(name, "docker.io");
        }
        for text in [
            "",
            "on",
            "ghcr",
            "https://ghcr.io",
            "ghcr.io/",
            "ghcr.io/acme",
            " ghcr.io",
            "ghcr.io ",
            "ghcr.io,quay.io",
            "a.b:c",
            "a.b:",
            ":5000",
            "me@a.b",
            "a..b",
            "*.io",
        ] {
            assert_eq!(Hosts::parse_host(text), None, "{text}");
        }
    }
}
