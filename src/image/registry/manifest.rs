//! What a registry says of an image: indexes, manifests, configurations. Only what is needed.
//!
//! Sources: the OCI image specification (`image-index.md`, `manifest.md`, `config.md`) and the
//! distribution project's `manifest-v2-2.md`. Both families have the same shape, so a document is
//! told by what is in it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::image::Date;
use crate::image::reference::is_digest;
use crate::language::platform::Platform;

/// The media types of what may stand behind a name. A registry that is not told all of them gives
/// one platform's manifest in place of an index.
pub const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
                          application/vnd.docker.distribution.manifest.list.v2+json, \
                          application/vnd.oci.image.manifest.v1+json, \
                          application/vnd.docker.distribution.manifest.v2+json";

/// The media types of an index, by their OCI and Docker names.
const INDEX_TYPES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// The most layers of an image. Engines stop at 127.
const MAX_LAYERS: usize = 10_000;
/// The most entries of an index. The largest have some dozens.
const MAX_ENTRIES: usize = 1000;
/// The longest name of a platform, and the longest time of creation, in bytes.
const MAX_NAME: usize = 64;

/// A document behind a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Document {
    /// One image for several platforms.
    Index(Vec<Entry>),
    /// One image for one platform.
    Image(Image),
}

/// What an index points to.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// An image, for that platform if one is named.
    Image(Child),
    /// Another index, by its digest.
    Index(String),
}

/// One platform's image in an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// The platform in its normal form, `linux/arm64`; `None` where the index does not say.
    pub platform: Option<String>,
    /// The digest of its manifest.
    pub digest: String,
}

impl Child {
    /// The platform as a value.
    pub fn platform(&self) -> Option<Platform> {
        Platform::parse(self.platform.as_deref()?)
    }
}

/// The manifest of an image.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// The sum of the compressed layers, in bytes.
    ///
    /// A foreign layer, which lies elsewhere (Windows' base), is pulled and counted like others.
    pub pull: u64,
    /// How many layers there are.
    pub layers: u32,
    /// The digest of its configuration.
    pub config: Option<String>,
}

/// What the configuration of an image tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// When it was made.
    pub created: Option<String>,
    /// For which platform, in normal form.
    pub platform: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDocument {
    schema_version: Option<u64>,
    #[serde(default, deserialize_with = "at_most::<MAX_ENTRIES, _, _>")]
    manifests: Option<Vec<RawEntry>>,
    #[serde(default, deserialize_with = "at_most::<MAX_LAYERS, _, _>")]
    layers: Option<Vec<RawLayer>>,
    config: Option<RawConfig>,
    fs_layers: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEntry {
    #[serde(default)]
    media_type: String,
    digest: String,
    platform: Option<RawPlatform>,
}

#[derive(Deserialize)]
struct RawLayer {
    size: u64,
}

#[derive(Deserialize)]
struct RawConfig {
    digest: String,
}

#[derive(Deserialize)]
struct RawPlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: String,
}

// It has the parts of a platform at its own level. `serde(flatten)` would keep the whole document
// in memory to find them.
#[derive(Deserialize)]
struct RawConfiguration {
    created: Option<String>,
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: String,
}

impl RawPlatform {
    /// The platform in normal form, if it is well-formed and there is such a thing: attestations
    /// stand in an index as `unknown/unknown`.
    fn name(&self) -> Option<String> {
        let written = [&self.os, &self.architecture, &self.variant];
        let written = written.map(String::as_str).join("/");
        let written = written.trim_end_matches('/');
        if written.len() > MAX_NAME || self.is_unknown() {
            return None;
        }
        Platform::parse(written).filter(|_| !self.architecture.is_empty())?;
        let variant = Some(self.variant.as_str()).filter(|variant| !variant.is_empty());
        Some(Platform::new(&self.os, &self.architecture, variant).to_string())
    }

    fn is_unknown(&self) -> bool {
        self.os == "unknown" || self.architecture == "unknown"
    }
}

impl Document {
    /// Reads an index or a manifest. An error is the end of a sentence that begins with its name.
    pub fn read(body: &[u8]) -> Result<Document, String> {
        let raw: RawDocument = serde_json::from_slice(body).map_err(|error| {
            // The text of an error of the data is ours or serde's; that of the syntax may quote.
            let problem = match error.classify() {
                serde_json::error::Category::Data => "is not well-formed, or beyond all measure",
                _ => "is not JSON",
            };
            format!("{problem} (line {}, column {})", error.line(), error.column())
        })?;
        match (raw.manifests, raw.layers, raw.config) {
            // What is an index to one reader and an image to another is nothing to rely on.
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                Err("is an index and an image at once".to_owned())
            }
            (Some(entries), None, None) => index(entries).map(Document::Index),
            (None, layers, Some(config)) => {
                image(&layers.unwrap_or_default(), Some(config)).map(Document::Image)
            }
            (None, Some(layers), None) => image(&layers, None).map(Document::Image),
            (None, None, None) if raw.schema_version == Some(1) || raw.fs_layers.is_some() => {
                Err("is in Docker's old form (schema 1), which tells no sizes: push the image anew"
                    .to_owned())
            }
            (None, None, None) => Err("is neither an index nor an image".to_owned()),
        }
    }
}

fn index(entries: Vec<RawEntry>) -> Result<Vec<Entry>, String> {
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        if !is_digest(&entry.digest) {
            return Err("has an entry with a digest that is none".to_owned());
        }
        if INDEX_TYPES.contains(&entry.media_type.as_str()) {
            found.push(Entry::Index(entry.digest));
            continue;
        }
        let platform = match entry.platform {
            None => None,
            Some(platform) => match platform.name() {
                Some(name) => Some(name),
                None => continue,
            },
        };
        found.push(Entry::Image(Child { platform, digest: entry.digest }));
    }
    Ok(found)
}

fn image(layers: &[RawLayer], config: Option<RawConfig>) -> Result<Image, String> {
    let config = config.map(|config| config.digest);
    if config.as_ref().is_some_and(|digest| !is_digest(digest)) {
        return Err("has a configuration with a digest that is none".to_owned());
    }
    let add = |sum: u64, layer: &RawLayer| sum.checked_add(layer.size);
    let pull = layers.iter().try_fold(0, add).ok_or("has layers beyond all measure")?;
    let layers = u32::try_from(layers.len()).map_err(|_| "has layers beyond all measure")?;
    Ok(Image { pull, layers, config })
}

impl Configuration {
    /// Reads the configuration of an image; empty where it is something else, a chart say.
    pub fn read(body: &[u8]) -> Configuration {
        let Ok(raw) = serde_json::from_slice::<RawConfiguration>(body) else {
            return Configuration::default();
        };
        let created = raw.created.filter(|created| {
            let plain = |byte: u8| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte);
            created.len() <= MAX_NAME
                && created.bytes().all(plain)
                && Date::parse(created).is_some()
        });
        let RawConfiguration { os, architecture, variant, .. } = raw;
        Configuration { created, platform: RawPlatform { os, architecture, variant }.name() }
    }
}

/// The image in an index that an engine would take where that platform is asked for. One that does
/// not say what it is for is the last resort.
pub fn choose<'a>(children: &'a [Child], wanted: &Platform) -> Option<&'a Child> {
    let rank = |child: &Child| match child.platform() {
        Some(platform) => wanted.fit(&platform).map(u16::from),
        None => Some(u16::MAX),
    };
    let ranked = children.iter().filter_map(|child| Some((rank(child)?, child)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, child)| child)
}

/// A list, or `null`, that may not have more than `N` items.
fn at_most<'de, const N: usize, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Bounded<const N: usize, T>(PhantomData<T>);

    impl<'de, const N: usize, T: Deserialize<'de>> Visitor<'de> for Bounded<N, T> {
        type Value = Option<Vec<T>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {N} items")
        }

        // Go writes an empty list as `null`.
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                if list.len() == N {
                    return Err(Error::invalid_length(N + 1, &self));
                }
                list.push(item);
            }
            Ok(Some(list))
        }
    }

    deserializer.deserialize_any(Bounded::<N, T>(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(digit: char) -> String {
        format!("sha256:{}", digit.to_string().repeat(64))
    }

    /// A document as `PULL LAYERS`, or as the entries of an index, a line each, or as the error.
    fn shown(body: &str) -> String {
        match Document::read(body.as_bytes()) {
            Err(problem) => problem,
            Ok(Document::Image(image)) => format!("{} {}", image.pull, image.layers),
            Ok(Document::Index(entries)) => {
                let lines = entries.iter().map(|entry| match entry {
                    Entry::Index(digest) => format!("index {}", &digest[7..8]),
                    Entry::Image(child) => {
                        let platform = child.platform.as_deref().unwrap_or("-");
                        format!("{platform} {}", &child.digest[7..8])
                    }
                });
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }

    #[track_caller]
    fn check(body: &str, expected: &str) {
        assert_eq!(shown(body), expected, "{}", &body[..body.len().min(300)]);
    }

    #[test]
    fn images() {
        let config = format!(r#""config":{{"digest":"{}","size":7}}"#, digest('c'));
        check(
            &format!(r#"{{"schemaVersion":2,{config},"layers":[{{"size":3}},{{"size":4}}]}}"#),
            "7 2",
        );
        // Foreign layers count.
        let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        check(
            &format!(
                r#"{{{config},"layers":[{{"size":3,"mediaType":"{foreign}","urls":["x"]}}]}}"#
            ),
            "3 1",
        );
        check(&format!(r#"{{{config},"layers":null}}"#), "0 0");
        check(&format!(r#"{{{config},"layers":[]}}"#), "0 0");
        check(r#"{"layers":[{"size":3}]}"#, "3 1");
    }

    #[test]
    fn indexes() {
        let entry = |digit, os: &str, architecture: &str, variant: &str| {
            let digest = digest(digit);
            format!(
                r#"{{"digest":"{digest}","platform":{{"os":"{os}","architecture":"{architecture}","variant":"{variant}"}}}}"#
            )
        };
        let nested = format!(r#"{{"digest":"{}","mediaType":"{}"}}"#, digest('9'), INDEX_TYPES[0]);
        let bare = format!(r#"{{"digest":"{}"}}"#, digest('8'));
        let entries = [
            entry('1', "linux", "amd64", ""),
            entry('2', "unknown", "unknown", ""),
            entry('3', "linux", "arm64", "v8"),
            entry('4', "linux", "arm", "v6"),
            entry('5', "li<nux", "amd64", ""),
            entry('6', "linux", &"x".repeat(100), ""),
            nested,
            bare,
        ];
        check(
            &format!(r#"{{"manifests":[{}]}}"#, entries.join(",")),
            "linux/amd64 1\nlinux/arm64 3\nlinux/arm/v6 4\nindex 9\n- 8",
        );
        check(r#"{"manifests":[]}"#, "");
    }

    #[test]
    fn nonsense_is_named() {
        let list = |item: &str, count: usize| vec![item; count].join(",");
        check("<html>", "is not JSON (line 1, column 1)");
        check(r#"{"layers":[{"size":3}"#, "is not JSON (line 1, column 21)");
        check("{}", "is neither an index nor an image");
        check(
            r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"x"}]}"#,
            "is in Docker's old form (schema 1), which tells no sizes: push the image anew",
        );
        check(r#"{"layers":[],"manifests":[]}"#, "is an index and an image at once");
        let max = u64::MAX;
        check(
            &format!(r#"{{"layers":[{{"size":{max}}},{{"size":1}}]}}"#),
            "has layers beyond all measure",
        );
        let starts = |body: &str, start: &str| {
            assert!(shown(body).starts_with(start), "{}", shown(body));
        };
        const BEYOND: &str = "is not well-formed, or beyond all measure";
        starts(r#"{"layers":[{"size":-1}]}"#, BEYOND);
        starts(r#"{"layers":[{"size":1.5}]}"#, BEYOND);
        starts(r#"{"layers":7}"#, BEYOND);
        starts(&format!(r#"{{"layers":[{}]}}"#, list(r#"{"size":1}"#, MAX_LAYERS + 1)), BEYOND);
        check(&format!(r#"{{"layers":[{}]}}"#, list(r#"{"size":1}"#, MAX_LAYERS)), "10000 10000");
        starts(
            &format!(r#"{{"manifests":[{}]}}"#, list(r#"{"digest":""}"#, MAX_ENTRIES + 1)),
            BEYOND,
        );
        check(r#"{"manifests":[{"digest":"../x"}]}"#, "has an entry with a digest that is none");
        starts(&"[".repeat(100_000), "is not");
        starts(&format!(r#"{{"config":{}"#, r#"{"a":"#.repeat(100_000)), "is not");
    }

    #[test]
    fn configurations() {
        let check = |body: &str, created: Option<&str>, platform: Option<&str>| {
            let expected = Configuration {
                created: created.map(ToOwned::to_owned),
                platform: platform.map(ToOwned::to_owned),
            };
            assert_eq!(Configuration::read(body.as_bytes()), expected, "{body}");
        };
        let time = "2024-05-01T10:20:30.123456789Z";
        check(
            &format!(
                r#"{{"created":"{time}","os":"linux","architecture":"arm64","variant":"v8"}}"#
            ),
            Some(time),
            Some("linux/arm64"),
        );
        check(r#"{"created":"2024-05-01 `rm`"}"#, None, None);
        // The time of a build that is to be the same at every run.
        check(r#"{"created":"1970-01-01T00:00:00Z"}"#, None, None);
        check(&format!(r#"{{"created":"2024-05-01{}"}}"#, "0".repeat(100)), None, None);
        check("[]", None, None);
        check("", None, None);
    }

    #[test]
    fn the_image_that_an_engine_would_take() {
        let children = |platforms: &[&str]| {
            let child = |(number, platform): (usize, &&str)| Child {
                platform: (!platform.is_empty()).then(|| (*platform).to_owned()),
                digest: number.to_string(),
            };
            platforms.iter().enumerate().map(child).collect::<Vec<_>>()
        };
        let check = |platforms: &[&str], wanted: &str, expected: Option<&str>| {
            let wanted = Platform::parse(wanted).expect(wanted);
            let children = children(platforms);
            let chosen = choose(&children, &wanted).map(|child| child.digest.as_str());
            assert_eq!(chosen, expected, "{wanted} of {platforms:?}");
        };
        check(&["linux/amd64", "linux/arm64"], "linux/arm64", Some("1"));
        check(&["linux/arm/v6", "linux/arm", "linux/arm/v5"], "linux/arm/v7", Some("1"));
        check(&["linux/arm/v5", "linux/arm/v6"], "linux/arm/v7", Some("1"));
        check(&["linux/amd64"], "linux/arm64", None);
        check(&["", "linux/amd64"], "linux/amd64", Some("1"));
        check(&["", "linux/amd64"], "linux/arm64", Some("0"));
        check(&["linux/amd64", "linux/amd64"], "linux/amd64", Some("0"));
    }
}
