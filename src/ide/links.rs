//! Links from images to the web pages that tell about them.

use super::Snapshot;
use super::images::{Image, images};
use crate::image::Reference;
use crate::text::TextRange;

/// A place that a reader can follow to a web page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The image in the file.
    pub range: TextRange,
    /// The page's address.
    pub target: String,
}

/// Where images of a registry have a page for people. `{}` is the name behind host and prefix.
/// Registries that have none, or whose pages cannot be told from the name, are left out.
struct Pages {
    host: &'static str,
    prefix: &'static str,
    /// How many parts the name has at least and at most.
    parts: std::ops::RangeInclusive<usize>,
    page: &'static str,
}

const PAGES: &[Pages] = &[
    pages("docker.io", "library/", 1..=1, "https://hub.docker.com/_/{}"),
    pages("docker.io", "", 2..=2, "https://hub.docker.com/r/{}"),
    pages("ghcr.io", "", 2..=9, "https://ghcr.io/{}"),
    pages("quay.io", "", 2..=2, "https://quay.io/repository/{}"),
    pages("mcr.microsoft.com", "", 1..=9, "https://mcr.microsoft.com/artifact/mar/{}"),
    pages("public.ecr.aws", "", 2..=9, "https://gallery.ecr.aws/{}"),
    pages("gcr.io", "distroless/", 1..=9, "https://github.com/GoogleContainerTools/distroless"),
    pages(
        "cgr.dev",
        "chainguard/",
        1..=1,
        "https://images.chainguard.dev/directory/image/{}/overview",
    ),
];

const fn pages(
    host: &'static str,
    prefix: &'static str,
    parts: std::ops::RangeInclusive<usize>,
    page: &'static str,
) -> Pages {
    Pages { host, prefix, parts, page }
}

/// The links of the file, in order. Stages and `scratch` have none, nor have images whose name
/// hangs on a variable without a known value.
pub fn links(snapshot: &Snapshot) -> Vec<Link> {
    let link =
        |image: Image| Some(Link { range: image.range, target: page(&image.reference().ok()?)? });
    images(snapshot).into_iter().filter_map(link).collect()
}

/// The address of the page about an image.
pub(super) fn page(image: &Reference) -> Option<String> {
    PAGES.iter().find_map(|pages| {
        let name = image.repository.strip_prefix(pages.prefix)?;
        let parts = name.split('/').count();
        let fits = pages.host == image.registry && pages.parts.contains(&parts);
        fits.then(|| pages.page.replace("{}", name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;

    /// `<l>` is a link; `targets` are their addresses behind `https://`.
    #[track_caller]
    fn check(marked: &str, targets: &[&str]) {
        let fixture = Fixture::new(marked);
        let found = links(&fixture.snapshot);
        fixture.check(found.iter().map(|link| ("l", link.range)));
        let found: Vec<_> = found.iter().map(|link| link.target.replace("https://", "")).collect();
        assert_eq!(found, targets);
    }

    #[test]
    fn images_of_all_places() {
        check(
            "# syntax=<l>docker/dockerfile:1</l>\nFROM <l>golang:1.22-alpine</l> AS build\n\
             FROM build\nFROM scratch\nCOPY --from=build / /\nCOPY --from=0 / /\n\
             COPY --from=<l>nginx</l> / /\nRUN --mount=type=bind,from=<l>busybox</l>,target=/b x\n",
            &[
                "hub.docker.com/r/docker/dockerfile",
                "hub.docker.com/_/golang",
                "hub.docker.com/_/nginx",
                "hub.docker.com/_/busybox",
            ],
        );
    }

    #[test]
    fn registries() {
        for (image, page) in [
            ("alpine", Some("hub.docker.com/_/alpine")),
            ("alpine:3.20", Some("hub.docker.com/_/alpine")),
            ("docker.io/library/alpine", Some("hub.docker.com/_/alpine")),
            ("library/alpine", Some("hub.docker.com/_/alpine")),
            ("bitnami/redis:7", Some("hub.docker.com/r/bitnami/redis")),
            ("docker.io/bitnami/redis", Some("hub.docker.com/r/bitnami/redis")),
            ("ghcr.io/astral-sh/uv:0.5", Some("ghcr.io/astral-sh/uv")),
            (
                "quay.io/prometheus/node-exporter",
                Some("quay.io/repository/prometheus/node-exporter"),
            ),
            ("mcr.microsoft.com/dotnet/sdk:8.0", Some("mcr.microsoft.com/artifact/mar/dotnet/sdk")),
            ("public.ecr.aws/lambda/python:3.12", Some("gallery.ecr.aws/lambda/python")),
            (
                "gcr.io/distroless/static-debian12",
                Some("github.com/GoogleContainerTools/distroless"),
            ),
            ("cgr.dev/chainguard/go", Some("images.chainguard.dev/directory/image/go/overview")),
            ("gcr.io/project/x", None),
            ("registry.example.com/a/b", None),
            ("localhost/a", None),
            ("localhost:5000/a", None),
            ("host:5000/a/b:1", None),
            ("BAD", None),
            ("a//b", None),
            ("a/b/c", None),
            ("--", None),
        ] {
            let page = page.map(|page| format!("https://{page}"));
            let found = Reference::parse(image).ok().and_then(|image| super::page(&image));
            assert_eq!(found, page, "{image}");
        }
    }

    #[test]
    fn variables() {
        check("ARG V=3\nFROM <l>alpine:$V</l>\n", &["hub.docker.com/_/alpine"]);
        check("ARG B=node\nFROM <l>${B}:20</l>\n", &["hub.docker.com/_/node"]);
        check("FROM <l>${B:-node}:20</l>\n", &["hub.docker.com/_/node"]);
        check("ARG B\nFROM $B\n", &[]);
        check("FROM alpine:$B\n", &[]);
        check("ARG B=s\nFROM <l>a</l> AS s\nFROM $B\n", &["hub.docker.com/_/a"]);
        check("FROM <l>a</l>\nCOPY --from=$X / /\n", &["hub.docker.com/_/a"]);
        check("FROM $TARGETARCH/alpine\n", &[]);
    }

    #[test]
    fn broken_and_pasted_files() {
        check(
            "FROM\nFROM <l>a</l> AS\nFROM “<l>b</l>”\nCOPY –from=<l>c</l> / /\nRUN <<X",
            &["hub.docker.com/_/a", "hub.docker.com/_/b", "hub.docker.com/_/c"],
        );
        check("FROM \"<l>a</l>\"\n", &["hub.docker.com/_/a"]);
        check("RUN --mount=from=<l>a</l>,target=\"/x\" y\n", &["hub.docker.com/_/a"]);
    }
}
