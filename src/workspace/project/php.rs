//! PHP: `composer.json`.
//!
//! Source: the Composer documentation (the schema of `composer.json`).

use super::super::{Context, join};
use super::data::{json, keys, text, text_map};
use super::reader::{Broken, Reader};

/// What a `composer.json` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composer {
    /// Its path in the context.
    pub file: String,
    /// The name of the package: `acme/shop`.
    pub name: Option<String>,
    /// What it needs to run: names and versions as they are written. PHP and its extensions
    /// (`ext-gd`) are among them.
    pub require: Vec<(String, String)>,
    /// What it needs for development.
    pub require_dev: Vec<(String, String)>,
    /// The names of its scripts.
    pub scripts: Vec<String>,
    /// Where packages go, if it is not `vendor`.
    pub vendor_dir: Option<String>,
    /// Whether a `composer.lock` stands beside it.
    pub has_lock: bool,
}

impl Composer {
    /// The extensions of PHP that it needs, without `ext-`.
    pub fn extensions(&self) -> impl Iterator<Item = &str> {
        self.require.iter().filter_map(|(name, _)| name.strip_prefix("ext-"))
    }
}

/// The `composer.json` in a folder; `None` if there is none.
pub fn composer(context: &Context, folder: &str) -> Result<Option<Composer>, Broken> {
    let mut reader = Reader::new(context);
    let file = join(folder, "composer.json");
    let Some(content) = reader.read(&file)? else { return Ok(None) };
    let value = json(&file, &content)?;
    Ok(Some(Composer {
        file,
        name: text(&value, &["name"]),
        require: text_map(&value, &["require"]),
        require_dev: text_map(&value, &["require-dev"]),
        scripts: keys(&value, &["scripts"]),
        vendor_dir: text(&value, &["config", "vendor-dir"]),
        has_lock: reader.is_file(&join(folder, "composer.lock")),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn packages() {
        let text = r#"{"name": "acme/shop", "require": {"php": "^8.2", "ext-gd": "*", "laravel/framework": "^11"},
            "require-dev": {"phpunit/phpunit": "^11"}, "scripts": {"post-install-cmd": ["x"]}}"#;
        let files = [("a/composer.json", text), ("a/composer.lock", "{}")];
        let found = composer(&context(&files), "a").expect("read").expect("there");
        assert_eq!(found.name.as_deref(), Some("acme/shop"));
        assert_eq!(found.extensions().collect::<Vec<_>>(), ["gd"]);
        assert_eq!(found.scripts, ["post-install-cmd"]);
        assert!(found.has_lock);
        assert_eq!(composer(&context(&[]), ""), Ok(None));
        let broken = composer(&context(&[("composer.json", "{")]), "").expect_err("broken");
        assert_eq!(broken.file, "composer.json");
    }
}
