//! Offers of lighter images for the one that a `FROM` names.

use super::Snapshot;
use super::actions::{Action, ActionKind};
use super::edit::{Promise, gate};
use super::images::{self, View};
use crate::image::lighter;
use crate::text::{Edit, TextRange};

/// The lighter images that can stand where the image is that `range` touches. The title says what
/// the build would lack. None are offered for a name that is made of variables: which of them to
/// change is not known.
pub fn lighter(snapshot: &Snapshot, view: View<'_>, range: TextRange) -> Vec<Action> {
    let literal = |image: &images::Image| {
        image.starts.is_some() && snapshot.text().slice(image.range) == image.name
    };
    let mut images = images::images_in(snapshot, range).into_iter();
    let Some(image) = images.find(literal) else { return Vec::new() };
    // A digest pins one image; without it another one could come.
    let reference = image.reference().ok().filter(|reference| reference.digest.is_none());
    let Some(reference) = reference else { return Vec::new() };
    let platform = image.platform(view);
    let figure = view.sizes.figure(&reference, &platform);
    let found = lighter::lighter(view.sizes.offline(), &reference, &platform, &figure);
    let action = |found: lighter::Lighter| {
        let name = respelt(&image.name, &found);
        let saves = view.unit.show(found.saves);
        let edits = vec![Edit::replace(image.range, name.clone())];
        gate(snapshot, &edits, Promise::Reads).is_ok().then(|| Action {
            title: format!("Use {name} (−{saves} to pull; {})", found.catch),
            kind: ActionKind::Rewrite,
            edits,
            finding: None,
            preferred: false,
        })
    };
    found.into_iter().filter_map(action).collect()
}

/// The lighter image in the spelling of the heavy one: `docker.io/library/golang` stays that.
fn respelt(written: &str, lighter: &lighter::Lighter) -> String {
    let parts = crate::image::reference::Parts::of(written);
    let repository = written.get(..parts.repository.end).unwrap_or(written);
    format!("{repository}:{}", lighter.image.tag.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::ide::images::tests::view;

    /// Titles and the texts that the actions make.
    #[track_caller]
    fn check(marked: &str, expected: &[(&str, &str)]) {
        let fixture = Fixture::new(marked);
        let found = lighter(&fixture.snapshot, view(), TextRange::empty(fixture.cursor));
        let shown: Vec<_> =
            found.iter().map(|a| (a.title.clone(), fixture.edited(&a.edits))).collect();
        let shown: Vec<_> = shown.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(shown, expected, "{marked}");
    }

    #[test]
    fn the_image_under_the_cursor() {
        let title = "Use golang:1.22-alpine (−226 MB to pull; musl instead of glibc)";
        check("FROM go$0lang:1.22 AS b\n", &[(title, "FROM golang:1.22-alpine AS b\n")]);
        check(
            "FROM docker.io/library/golang:1.22$0\n",
            &[(
                &title.replace("golang", "docker.io/library/golang"),
                "FROM docker.io/library/golang:1.22-alpine\n",
            )],
        );
        let digest = "0".repeat(64);
        check(&format!("FROM golang:1.22@sha256:{digest}$0\n"), &[]);
        check("FROM golang:1.22-alpine$0\n", &[]);
        check("FROM golang:1.22 AS b$0\n", &[]);
        check("ARG V=1.22\nFROM golang:$0$V\n", &[]);
        check("FROM a AS golang\nFROM golang$0\n", &[]);
        check("FROM scratch\nCOPY --from=golang:1.22$0 / /\n", &[]);
    }
}
