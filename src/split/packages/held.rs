//! What official images hold beside their distribution, the small ones, too.

use super::{Use, use_of};
use crate::split::base::Base;
use crate::split::release::Distribution;

/// An image, and the packages that each of its sorts holds, by Debian's names and by Alpine's. A
/// development package stands for its libraries, all of them: of libgmp-dev's, libgmpxx4ldbl is not
/// there, as Ruby is linked with libgmp10 only.
///
/// Source: the Dockerfiles of docker-library's python and ruby, whose slim sorts keep the libraries
/// that the modules of the language itself are linked with (`ldd`, then `apt-mark manual`), and that of
/// php. In Debian ca-certificates depends on openssl.
const HELD: &[(&str, &[&str], &[&str])] = &[
    (
        "python",
        &[
            "ca-certificates",
            "libbz2-dev",
            "libffi-dev",
            "liblzma-dev",
            "libsqlite3-dev",
            "libssl-dev",
            "openssl",
            "zlib1g-dev",
        ],
        &["ca-certificates"],
    ),
    (
        "ruby",
        &[
            "ca-certificates",
            "libffi-dev",
            "libgmp10",
            "libssl-dev",
            "libyaml-dev",
            "openssl",
            "zlib1g-dev",
        ],
        &[],
    ),
    (
        "php",
        &["ca-certificates", "curl", "openssl", "xz-utils"],
        &["ca-certificates", "curl", "openssl", "xz"],
    ),
];

/// The packages of an image's row. Those of Debian are the same on each of its releases.
fn row(image: &Base) -> &'static [&'static str] {
    let name = image.image.familiar();
    let row = HELD.iter().find(|(own, ..)| *own == name);
    row.map_or(&[], |(_, debian, alpine)| match image.distribution {
        Distribution::Alpine(_) => *alpine,
        _ => *debian,
    })
}

/// Whether an image holds a package, or the libraries of a development package.
pub fn holds(image: &Base, package: &str) -> bool {
    row(image).contains(&package)
}

/// The packages that an image holds, so that they need not be installed, as far as the table tells.
pub fn held(image: &Base) -> Vec<&'static str> {
    let each = row(image).iter().map(|name| match use_of(name, image.distribution) {
        Use::Library(libraries) => libraries,
        _ => vec![*name],
    });
    each.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::{held, holds};
    use crate::split::runtime;

    #[track_caller]
    fn check(image: &str, there: &[&str], gone: &[&str]) {
        let found = held(&runtime::known(image).expect(image));
        assert!(there.iter().all(|name| found.contains(name)), "{image}: {found:?}");
        assert!(!gone.iter().any(|name| found.contains(name)), "{image}: {found:?}");
    }

    #[test]
    fn what_small_images_hold() {
        check(
            "ruby:3.3-slim-bookworm",
            &["libssl3", "libyaml-0-2", "libgmp10"],
            &["libpq5", "procps"],
        );
        check("ruby:3.3-slim-bookworm", &[], &["libgmpxx4ldbl"]);
        check("python:3.12-slim-trixie", &["libssl3t64", "libsqlite3-0"], &["curl", "libpq5"]);
        check("php:8.3-apache-bookworm", &["curl"], &["git"]);
        check("php:8.3-fpm-alpine", &["curl"], &["git"]);
        check("node:20-slim", &[], &["openssl", "libssl3"]);
        check("debian:bookworm-slim", &[], &["openssl"]);
        let old = runtime::known("ruby:2.6-slim").expect("known");
        assert!(holds(&old, "libssl-dev") && !holds(&old, "libpq-dev"));
    }
}
