//! What the commands of package managers do, and which packages a program needs when it runs.
//!
//! `libraries.tsv` and `alpine.tsv` hold the libraries behind development packages; the Debian
//! columns of the first are those of Debian's own package lists (`docs/measure/libraries`), the
//! others are from the names of the same libraries in Ubuntu and Alpine. What is not certain is `?`,
//! and is not known here either: a development package that is kept is bigger, but right.

mod held;
mod native;
mod programs;
mod read;
mod table;

pub use held::{held, holds};
pub use native::{IMPLICIT, Native, native};
pub use programs::{Holder, holder, is_in_full, told_by_name};
pub use read::{Manager, Operation, Requested, read};
pub use table::{Use, use_of};

use super::release::Distribution;

/// What becomes of packages that are only recommended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recommended {
    /// They come along: apt's own way.
    Along,
    /// They are left out.
    #[default]
    LeftOut,
}

/// The commands of a `RUN` that install these packages and leave nothing else behind; `None` where
/// there are none to install, a name is none, or the distribution has no manager that is known or
/// its packages have left the mirrors.
pub fn install(names: &[&str], more: Recommended, on: Distribution) -> Option<String> {
    if names.is_empty() || !names.iter().all(|name| read::is_name(name)) || on.is_archived() {
        return None;
    }
    let joined = names.join(" ");
    // Ubuntu's images have no time zones, and the package of these asks where one lives.
    let quiet = match on {
        Distribution::Ubuntu(_) if names.contains(&"tzdata") => "DEBIAN_FRONTEND=noninteractive ",
        _ => "",
    };
    let option = match more {
        Recommended::Along => "",
        Recommended::LeftOut => " --no-install-recommends",
    };
    match on {
        Distribution::Debian(_) | Distribution::Ubuntu(_) => Some(format!(
            "apt-get update && {quiet}apt-get install -y{option} {joined} && rm -rf \
             /var/lib/apt/lists/*"
        )),
        Distribution::Alpine(_) => Some(format!("apk add --no-cache {joined}")),
        Distribution::Distroless(_) | Distribution::None | Distribution::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::release::named;
    use super::Recommended::{Along, LeftOut};
    use super::*;

    #[test]
    fn text_for_the_runtime_stage() {
        let debian = Distribution::Debian(named("bookworm").expect("bookworm"));
        let ubuntu = Distribution::Ubuntu(named("noble").expect("noble"));
        let alpine = Distribution::Alpine(None);
        assert_eq!(
            install(&["libpq5", "tzdata"], LeftOut, debian).expect("names"),
            "apt-get update && apt-get install -y --no-install-recommends libpq5 tzdata && rm -rf \
             /var/lib/apt/lists/*"
        );
        assert_eq!(
            install(&["git", "jq"], Along, debian).expect("names"),
            "apt-get update && apt-get install -y git jq && rm -rf /var/lib/apt/lists/*"
        );
        assert_eq!(
            install(&["tzdata"], LeftOut, ubuntu).expect("names"),
            "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
             --no-install-recommends tzdata && rm -rf /var/lib/apt/lists/*"
        );
        assert_eq!(
            install(&["libpq", "g++"], Along, alpine).expect("names"),
            "apk add --no-cache libpq g++"
        );
        assert_eq!(install(&[], LeftOut, alpine), None);
        assert_eq!(install(&["a;b"], LeftOut, alpine), None);
        assert_eq!(install(&["a"], LeftOut, Distribution::None), None);
        let buster = Distribution::Debian(named("buster").expect("buster"));
        assert_eq!(install(&["libpq5"], LeftOut, buster), None);
    }
}
