//! The images that a file names, and what they weigh for whoever shows it.

use super::Snapshot;
use super::named;
use crate::image::reference::{Malformed, Reference};
use crate::image::{Figure, Sizes, Unit};
use crate::language::platform::Platform;
use crate::model::{self, Base, Place, Stage, State, Target};
use crate::syntax::expand::{self, Mode, Modifier};
use crate::syntax::{DirectiveName, ItemKind};
use crate::text::{TextRange, TextSize};

/// Who tells what images weigh, and how it is to be shown.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Who tells.
    pub sizes: &'a dyn Sizes,
    /// The platform that is meant where a file names none.
    pub platform: &'a Platform,
    /// The units to show sizes in.
    pub unit: Unit,
}

impl View<'_> {
    /// The platform that counts where a file names that one or none.
    fn platform_or(self, own: Option<Platform>) -> Platform {
        own.map_or_else(|| self.platform.clone(), |own| own.or(self.platform))
    }
}

/// A place that names an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The name in the file.
    pub range: TextRange,
    /// The name with its variables replaced.
    pub name: String,
    /// The platform that is asked for; `None` where the file names none, or one that hangs on the
    /// build.
    pub platform: Option<Platform>,
    /// The stage that starts from it; `None` for what is only copied or mounted from.
    pub starts: Option<usize>,
}

impl Image {
    /// The image in its full form.
    pub fn reference(&self) -> Result<Reference, Malformed> {
        Reference::parse(&self.name)
    }

    /// The platform that counts.
    pub fn platform(&self, view: View<'_>) -> Platform {
        view.platform_or(self.platform.clone())
    }

    /// What is known of its weight; `None` for what no image can be called.
    pub fn figure(&self, view: View<'_>) -> Option<Figure> {
        Some(view.sizes.figure(&self.reference().ok()?, &self.platform(view)))
    }
}

/// All places that name an image, in order. Stages and `scratch` are none, nor is a name that hangs
/// on a variable without a known value.
pub fn images(snapshot: &Snapshot) -> Vec<Image> {
    images_in(snapshot, TextRange::up_to(snapshot.text().len()))
}

/// The same as far as `range` touches them.
pub fn images_in(snapshot: &Snapshot, range: TextRange) -> Vec<Image> {
    let references = snapshot.model().references();
    let first = references.partition_point(|r| r.name.range.end() < range.start());
    let references = references.get(first..).unwrap_or_default().iter();
    let touched = references.take_while(|r| r.name.range.start() <= range.end());
    let globals = globals(snapshot);
    let named = touched.filter_map(|reference| image(snapshot, reference, &globals));
    let images = syntax(snapshot).into_iter().chain(named);
    images.filter(|image| image.range.intersect(range).is_some()).collect()
}

/// The image named at `offset`.
pub fn image_at(snapshot: &Snapshot, offset: TextSize) -> Option<Image> {
    images_in(snapshot, TextRange::empty(offset)).into_iter().next()
}

fn image(snapshot: &Snapshot, reference: &model::Reference, globals: &State) -> Option<Image> {
    if reference.target != Target::Image {
        return None;
    }
    let stage = reference.stage.and_then(|stage| snapshot.model().stages().get(stage));
    let starts = stage.filter(|_| reference.place == Place::From);
    let name = match (reference.place, starts) {
        (Place::From, Some(stage)) if matches!(stage.base, Base::Image(_)) => {
            expanded(snapshot, stage, globals)?
        }
        (Place::From, _) => return None,
        (Place::CopyFrom | Place::MountFrom, _) => reference.name.text.to_string(),
    };
    Some(Image {
        range: named::reference_range(snapshot, reference),
        name,
        platform: starts.and_then(|stage| platform(snapshot, stage, globals)),
        starts: starts.map(|stage| stage.index),
    })
}

/// The image that a stage starts from, by way of other stages if need be. `None` for `scratch` and
/// what the file does not tell.
pub fn root(snapshot: &Snapshot, stage: &Stage) -> Option<Image> {
    let stages = snapshot.model().stages();
    let mut stage = stage;
    while let Base::Stage(parent) = stage.base {
        stage = stages.get(parent)?;
    }
    let images = images_in(snapshot, stage.image()?.range);
    images.into_iter().find(|image| image.starts == Some(stage.index))
}

/// The first `# syntax=`, which alone counts; its value ends at a blank.
fn syntax(snapshot: &Snapshot) -> Option<Image> {
    let mut directives = snapshot.tree().items().map_while(|placed| match &placed.item.kind {
        ItemKind::Directive(directive) => Some((placed, directive)),
        _ => None,
    });
    let (placed, directive) =
        directives.find(|(_, directive)| directive.name == DirectiveName::Syntax)?;
    let value = placed.item.text_at(directive.value)?;
    let name = value.split(' ').next()?.to_owned();
    let start = placed.start + directive.value.start();
    let range = TextRange::at(start, TextSize::of(name.as_str()));
    Some(Image { range, name, platform: None, starts: None })
}

/// The global variables as all `FROM`s see them.
pub(super) fn globals(snapshot: &Snapshot) -> State {
    let model = snapshot.model();
    model.stages().first().map_or_else(State::default, |first| model.globals_at(first.start))
}

/// What a stage starts from, if not from a stage: variables replaced as far as they are known.
pub(super) fn base_name(snapshot: &Snapshot, stage: &Stage) -> Option<String> {
    let read = globals(snapshot).read(&stage.image()?.text, snapshot.tree().escape());
    Some(read.unwrap_or_else(|shown| shown))
}

/// The word behind `FROM` with its variables replaced.
pub(super) fn expanded(snapshot: &Snapshot, stage: &Stage, globals: &State) -> Option<String> {
    replaced(snapshot, &stage.image()?.text, globals)
}

/// The value of `--platform`, if the file tells it. `$BUILDPLATFORM` and `$TARGETPLATFORM` are the
/// build's own.
fn platform(snapshot: &Snapshot, stage: &Stage, globals: &State) -> Option<Platform> {
    Platform::parse(&replaced(snapshot, &stage.platform()?.text, globals)?)
}

/// The platform that the stage at `offset` is for.
pub fn platform_at(snapshot: &Snapshot, view: View<'_>, offset: TextSize) -> Platform {
    let stage = snapshot.model().stage_at(offset);
    view.platform_or(stage.and_then(|stage| platform(snapshot, stage, &globals(snapshot))))
}

/// A text with its variables replaced; `None` for no text, and as [`known`].
fn replaced(snapshot: &Snapshot, text: &str, globals: &State) -> Option<String> {
    let text = known(text, snapshot.tree().escape(), Mode::WORD, globals)?;
    (!text.is_empty()).then_some(text)
}

/// A text with its variables replaced; `None` where a variable has no value that the file tells and
/// no default.
pub(super) fn known(text: &str, escape: char, mode: Mode, state: &State) -> Option<String> {
    let expansion = expand::expand(text, escape, mode, state).ok()?;
    let unknown = expand::parse(text, escape, mode).uses.into_iter().any(|use_| {
        let name = text.get(std::ops::Range::<usize>::from(use_.name)).unwrap_or_default();
        let has_other =
            matches!(use_.modifier, Some(Modifier::Default { .. } | Modifier::Alternative { .. }));
        expansion.unmatched.contains(name) && !has_other
    });
    (!unknown).then_some(expansion.text)
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::ide::fixture::Fixture;
    use crate::image::Offline;

    /// Sizes from the catalogue, for Linux on amd64.
    pub fn view() -> View<'static> {
        static OFFLINE: LazyLock<Offline> = LazyLock::new(Offline::default);
        static PLATFORM: LazyLock<Platform> =
            LazyLock::new(|| Platform::new("linux", "amd64", None));
        View { sizes: &*OFFLINE, platform: &PLATFORM, unit: Unit::Decimal }
    }

    /// `<i>` is an image; `expected` are names and platforms.
    #[track_caller]
    fn check(marked: &str, expected: &[&str]) {
        let fixture = Fixture::new(marked);
        let found = images(&fixture.snapshot);
        fixture.check(found.iter().map(|image| ("i", image.range)));
        let shown = found.iter().map(|image| match &image.platform {
            Some(platform) => format!("{} {platform}", image.name),
            None => image.name.clone(),
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{marked}");
    }

    #[test]
    fn names_and_platforms() {
        check(
            "# syntax=<i>docker/dockerfile:1</i>\nARG V=1.22\nARG A=arm64\n\
             FROM --platform=linux/$A <i>golang:$V</i> AS build\n\
             FROM --platform=$BUILDPLATFORM <i>node</i>\nFROM build\nFROM scratch\n\
             COPY --from=<i>nginx</i> / /\nRUN --mount=from=<i>busybox</i>,target=/b x\n\
             FROM alpine:$X\nFROM --platform=amd64 <i>a</i>\n",
            &[
                "docker/dockerfile:1",
                "golang:1.22 linux/arm64",
                "node",
                "nginx",
                "busybox",
                "a amd64",
            ],
        );
    }

    #[test]
    fn what_a_stage_stands_on() {
        let check = |text: &str, expected: Option<&str>| {
            let snapshot = Snapshot::new(text);
            let stage = snapshot.model().stages().last().expect("a stage");
            let found = root(&snapshot, stage).map(|image| image.name);
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("FROM golang AS a\nFROM a AS b\nFROM b\n", Some("golang"));
        check("FROM scratch AS a\nFROM a\n", None);
        check("FROM $X\n", None);
    }
}
