//! Crates that `cargo install` brings: the names of their programs, and what these link with.
//!
//! Sources: the manifests of the crates.

use crate::split::command::Options;

/// A crate whose programs have other names, or link with libraries of the system.
struct Tool {
    package: &'static str,
    programs: &'static [&'static str],
    /// Features, and the development packages of the libraries that they bring in.
    features: &'static [(&'static str, &'static str)],
    /// The features without `--no-default-features`.
    default: &'static [&'static str],
}

const PLAIN: Tool = Tool { package: "", programs: &[], features: &[], default: &[] };

const TOOLS: &[Tool] = &[
    Tool {
        package: "diesel_cli",
        programs: &["diesel"],
        features: &[
            ("mysql", "default-libmysqlclient-dev"),
            ("postgres", "libpq-dev"),
            ("sqlite", "libsqlite3-dev"),
        ],
        default: &["mysql", "postgres", "sqlite"],
    },
    Tool {
        package: "sqlx-cli",
        programs: &["sqlx", "cargo-sqlx"],
        features: &[("native-tls", "libssl-dev")],
        default: &["native-tls"],
    },
    Tool {
        package: "sea-orm-cli",
        programs: &["sea-orm-cli", "sea"],
        features: &[
            ("runtime-async-std-native-tls", "libssl-dev"),
            ("runtime-tokio-native-tls", "libssl-dev"),
        ],
        default: &["runtime-async-std-native-tls"],
    },
    Tool { package: "refinery_cli", programs: &["refinery"], ..PLAIN },
    Tool { package: "ripgrep", programs: &["rg"], ..PLAIN },
    Tool { package: "fd-find", programs: &["fd"], ..PLAIN },
    Tool { package: "typst-cli", programs: &["typst"], ..PLAIN },
];

fn tool(package: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.package == package)
}

/// The names of a crate's programs: its own, as far as the table knows no others.
pub(super) fn programs(package: &str) -> Vec<String> {
    match tool(package) {
        Some(tool) => tool.programs.iter().map(|name| (*name).to_owned()).collect(),
        None => vec![package.to_owned()],
    }
}

/// The development packages of what the installed crates link with, by their features.
pub(super) fn libraries(options: &Options<'_>) -> Vec<String> {
    let asked: Vec<&str> = options
        .options
        .iter()
        .filter(|(name, ..)| matches!(name.as_ref(), "--features" | "-F"))
        .flat_map(|(.., value)| value.as_deref().unwrap_or_default().split([',', ' ']))
        .collect();
    let has_default = !options.has("--no-default-features");
    let has_all = options.has("--all-features");
    let crates = options.operands.iter().filter_map(|word| tool(named(word.or_empty())));
    let mut found: Vec<String> = crates
        .flat_map(|tool| {
            let is_on = move |feature: &str| has_default && tool.default.contains(&feature);
            let asked = &asked;
            tool.features
                .iter()
                .filter(move |(feature, _)| has_all || asked.contains(feature) || is_on(feature))
                .map(|(_, library)| (*library).to_owned())
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The name of a crate in `name@version`.
pub(super) fn named(word: &str) -> &str {
    word.split('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::command::{Grammar, Word};

    #[track_caller]
    fn check(words: &str, expected: &[&str]) {
        let grammar = Grammar {
            values: &["--features", "-F"],
            switches: &["--no-default-features", "--all-features"],
            joined: &["-F"],
        };
        let words: Vec<Word> = words
            .split(' ')
            .map(|text| Word { text: Some(text.to_owned()), ..Word::default() })
            .collect();
        assert_eq!(libraries(&grammar.read(&words)), expected);
    }

    #[test]
    fn libraries_by_features() {
        check("miniserve", &[]);
        check("diesel_cli", &["default-libmysqlclient-dev", "libpq-dev", "libsqlite3-dev"]);
        check(
            "diesel_cli --no-default-features --features postgres,sqlite",
            &["libpq-dev", "libsqlite3-dev"],
        );
        check("diesel_cli@2.2 --no-default-features -F postgres", &["libpq-dev"]);
        check("sqlx-cli --no-default-features --features rustls,postgres", &[]);
        check("sqlx-cli", &["libssl-dev"]);
    }

    #[test]
    fn names_of_programs() {
        assert_eq!(programs("diesel_cli"), ["diesel"]);
        assert_eq!(programs("miniserve"), ["miniserve"]);
    }
}
