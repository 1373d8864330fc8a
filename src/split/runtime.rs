//! The small images that a program can run on, and what each of them must have for that.

use super::answer::{Answer, Linkage, Need, Variant};
use super::base::{Base, Libc};
use super::refusal::{Reason, Refusal};
use super::release::Distribution;
use crate::image::Reference;

/// The release of distroless whose images are kept up to date, and the one before.
const DISTROLESS: [&str; 2] = ["debian12", "debian13"];

/// The images to try for a variant, the best first.
pub fn candidates(answer: &Answer, builder: &Base, variant: Variant) -> Vec<Base> {
    let named = answer.runtimes.iter().filter(|(own, _)| *own == variant);
    let named: Vec<&str> = named.map(|(_, image)| image.as_str()).collect();
    if !answer.runtimes.is_empty() {
        return named.into_iter().filter_map(known).collect();
    }
    match variant {
        Variant::Conservative => {
            builder.distribution.image().as_deref().and_then(known).into_iter().collect()
        }
        Variant::Smallest => smallest(answer, builder),
    }
}

/// What is known of an image by its name; `scratch` is one.
pub fn known(name: &str) -> Option<Base> {
    if name == crate::language::argument::EMPTY_BASE {
        return Some(Base::scratch());
    }
    Base::of(&Reference::parse(name).ok()?)
}

fn smallest(answer: &Answer, builder: &Base) -> Vec<Base> {
    let names: Vec<String> = match &answer.linkage {
        Linkage::Static => {
            vec!["scratch".to_owned(), format!("gcr.io/distroless/static-{}", DISTROLESS[0])]
        }
        Linkage::Dynamic { runtime } => {
            let kind = if *runtime { "cc" } else { "base" };
            distroless_release(builder.distribution)
                .map(|release| format!("gcr.io/distroless/{kind}-{release}"))
                .into_iter()
                .collect()
        }
        Linkage::Interpreted | Linkage::Portable => Vec::new(),
    };
    names.iter().filter_map(|name| known(name)).collect()
}

/// The distroless images made of the release that a program was built on; the next one for older
/// releases, whose C library runs older programs.
fn distroless_release(distribution: Distribution) -> Option<&'static str> {
    let Distribution::Debian(release) = distribution else { return None };
    match release.version {
        [12] => Some(DISTROLESS[0]),
        [13] => Some(DISTROLESS[1]),
        // Older sonames may be gone, but those of the C library are the same.
        [10 | 11] => Some(DISTROLESS[0]),
        _ => None,
    }
}

/// Whether a program can run on an image, as far as the C library and its files are concerned.
pub fn sound(answer: &Answer, builder: &Base, runtime: &Base) -> Result<(), Refusal> {
    let no = |what: &str| Err(Refusal::new(Reason::NeedsLibc, what, None));
    match &answer.linkage {
        Linkage::Static => {
            let is_empty = runtime.distribution == Distribution::None;
            if is_empty && answer.zones == Need::Yes {
                return no("the table of time zones, or it is not known that it does not");
            }
            if is_empty && answer.temporary == Need::Yes {
                return no("a folder for temporary files, or it is not known that it does not");
            }
            Ok(())
        }
        Linkage::Dynamic { .. } => match (builder.libc(), runtime.libc()) {
            (_, Libc::None) => no("the C library"),
            (Libc::Glibc, Libc::Musl) => no("glibc, and Alpine has musl"),
            (Libc::Musl, Libc::Glibc) => no("musl, and the image has glibc"),
            _ if is_other(runtime.distribution, builder.distribution) => {
                no("libraries of the distribution that it was linked on")
            }
            _ if is_older(runtime.distribution, builder.distribution) => {
                no("the C library of a later release")
            }
            _ => Ok(()),
        },
        Linkage::Interpreted | Linkage::Portable => Ok(()),
    }
}

/// Whether two images stand on distributions that name and build their libraries apart.
fn is_other(one: Distribution, other: Distribution) -> bool {
    let kind = |distribution| match distribution {
        Distribution::Debian(_) | Distribution::Distroless(_) => 0,
        Distribution::Ubuntu(_) => 1,
        Distribution::Alpine(_) => 2,
        Distribution::None => 3,
        Distribution::Other => 4,
    };
    kind(one) != kind(other)
}

/// Whether one image stands on an older release than another of the same distribution.
fn is_older(one: Distribution, other: Distribution) -> bool {
    match (one, other) {
        (Distribution::Alpine(Some(one)), Distribution::Alpine(Some(other))) => one < other,
        (one, other) => match (one.release(), other.release()) {
            (Some(one), Some(other)) => {
                one.distribution == other.distribution && one.version < other.version
            }
            _ => false,
        },
    }
}
