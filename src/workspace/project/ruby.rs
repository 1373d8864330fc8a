//! Ruby: `Gemfile` and `Gemfile.lock`.
//!
//! Source: the Bundler documentation; the lock file's format is what Bundler writes.

use super::super::{Context, join};
use super::Setting;
use super::lex::{self, Node, RUBY, lists, literal};
use super::reader::{Broken, Reader};

/// What a `Gemfile` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gemfile {
    /// Its path in the context.
    pub file: String,
    /// The gems that it names, in all groups and under all conditions.
    pub gems: Vec<String>,
    /// The version of Ruby that it wants.
    pub ruby: Setting,
}

/// What a `Gemfile.lock` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// Its path in the context.
    pub file: String,
    /// All gems with their versions: `1.16.0-x86_64-linux` has what it is built for behind it.
    pub gems: Vec<(String, String)>,
    /// What it is resolved for: `ruby`, `x86_64-linux`.
    pub platforms: Vec<String>,
    /// The version of Ruby: `3.2.2`.
    pub ruby: Option<String>,
    /// The version of Bundler.
    pub bundler: Option<String>,
}

impl Lock {
    /// Whether a gem is in it.
    pub fn has(&self, name: &str) -> bool {
        self.gems.iter().any(|(own, _)| own == name)
    }
}

/// The `Gemfile` in a folder; `None` if there is none.
pub fn gemfile(context: &Context, folder: &str) -> Result<Option<Gemfile>, Broken> {
    let file = join(folder, "Gemfile");
    let Some(text) = Reader::new(context).read(&file)? else { return Ok(None) };
    let Some(nodes) = lex::parse(&text, &RUBY) else {
        return Err(Broken::malformed(&file, "its brackets do not fit together"));
    };
    let lists = lists(&nodes);
    let calls = |name| {
        let starts = lists.iter().flat_map(move |list| lex::behind(list, &[name]));
        starts.map(|start| start.first().and_then(|node| node.group('(')).unwrap_or(start))
    };
    let ruby: Vec<_> = calls("ruby")
        .filter(|start| !start.first().is_some_and(|node| node.is_mark(':')))
        .collect();
    Ok(Some(Gemfile {
        gems: calls("gem")
            .filter_map(|start| match start.first() {
                Some(Node::Text(Some(name))) => Some(name.clone()),
                _ => None,
            })
            .collect(),
        ruby: match ruby[..] {
            [] => Setting::Absent,
            [start] => literal(start).map_or(Setting::Unknown, |v| Setting::Stated(v.to_owned())),
            _ => Setting::Unknown,
        },
        file,
    }))
}

/// The `Gemfile.lock` in a folder; `None` if there is none.
pub fn lock(context: &Context, folder: &str) -> Result<Option<Lock>, Broken> {
    let file = join(folder, "Gemfile.lock");
    let Some(text) = Reader::new(context).read(&file)? else { return Ok(None) };
    let mut lock = Lock { file, ..Lock::default() };
    let mut section = "";
    for line in text.lines() {
        let word = line.trim();
        let indent = line.len() - line.trim_start().len();
        match (section, indent) {
            _ if word.is_empty() => {}
            (_, 0) => section = word,
            ("GEM" | "GIT" | "PATH", 4) => {
                let gem = word.strip_suffix(')').and_then(|gem| gem.split_once(" ("));
                lock.gems.extend(gem.map(|(name, version)| (name.to_owned(), version.to_owned())));
            }
            ("PLATFORMS", _) => lock.platforms.push(word.to_owned()),
            ("RUBY VERSION", _) => {
                let version = word.strip_prefix("ruby ").unwrap_or(word);
                // The level of patches is behind the version.
                lock.ruby = version.split('p').next().map(|version| version.trim().to_owned());
            }
            ("BUNDLED WITH", _) => lock.bundler = Some(word.to_owned()),
            _ => {}
        }
    }
    Ok(Some(lock))
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn gemfiles() {
        let text = "source 'https://example.com'\nruby \"3.2.2\"\ngem 'rails', '~> 7.1' # web\ngem(\"pg\")\n\
            group :test do\n  gem 'rspec', \"~> #{x}\"\nend\n# gem 'no'\ngem name\n";
        let found = gemfile(&context(&[("Gemfile", text)]), "").expect("read").expect("there");
        assert_eq!(found.gems, ["rails", "pg", "rspec"]);
        assert_eq!(found.ruby, Setting::Stated("3.2.2".into()));
        let text = "ruby file: '.ruby-version'\n";
        let found = gemfile(&context(&[("Gemfile", text)]), "").expect("read").expect("there");
        assert_eq!(found.ruby, Setting::Unknown);
        let broken = gemfile(&context(&[("Gemfile", "gem('x'")]), "").expect_err("broken");
        assert_eq!(broken.file, "Gemfile");
    }

    #[test]
    fn lock_files() {
        let text = "GEM\n  remote: https://example.com/\n  specs:\n    nokogiri (1.16.0-x86_64-linux)\n      racc (~> 1.4)\n    pg (1.5.4)\n\n\
            PLATFORMS\n  ruby\n  x86_64-linux\n\nDEPENDENCIES\n  pg\n\nRUBY VERSION\n   ruby 3.2.2p53\n\nBUNDLED WITH\n   2.4.10\n";
        let found = lock(&context(&[("a/Gemfile.lock", text)]), "a").expect("read").expect("there");
        assert!(found.has("pg") && found.has("nokogiri") && !found.has("racc"));
        assert_eq!(found.platforms, ["ruby", "x86_64-linux"]);
        assert_eq!(found.ruby.as_deref(), Some("3.2.2"));
        assert_eq!(found.bundler.as_deref(), Some("2.4.10"));
        assert_eq!(lock(&context(&[]), ""), Ok(None));
    }
}
