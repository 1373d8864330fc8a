//! What the image of a stage weighs. The fields are called as those of `size --json`.

use serde::Serialize;

use crate::cli::document::Document;
use crate::ide::images::View;
use crate::ide::weight::{self, BuildContext, Root, Weight};
use crate::image::{Amount, Date, Figure, Source};

/// What an image weighs.
#[derive(Serialize)]
pub struct SizeFacts {
    /// What is known of it, in bytes on the disk; `None` where the image at the bottom is not.
    pub disk_bytes: Option<u64>,
    /// At least and at most this much of what is known.
    pub disk_range: Option<[u64; 2]>,
    /// How many instructions add something that is not known, those of the stages below among them.
    pub unknown: usize,
    /// The image at the bottom; `None` for the empty one.
    pub image: Option<ImageFacts>,
    /// What the stages below add to that image.
    pub below: Option<BelowFacts>,
    /// What the stage's own instructions add.
    pub parts: Vec<PartFacts>,
    /// All of it in a few letters.
    #[serde(skip)]
    pub total: Option<String>,
    /// What is base and what is added, to be read.
    #[serde(skip)]
    pub rows: Vec<[String; 3]>,
}

/// The image at the bottom.
#[derive(Serialize)]
pub struct ImageFacts {
    /// Its name.
    pub image: String,
    /// The platform.
    pub platform: Option<String>,
    /// What is downloaded, in bytes.
    pub pull_bytes: Option<u64>,
    /// At least and at most this much.
    pub pull_range: Option<[u64; 2]>,
    /// What lies on the disk, in bytes.
    pub disk_bytes: Option<u64>,
    /// At least and at most this much.
    pub disk_range: Option<[u64; 2]>,
    /// Where the surer of the two is from.
    pub source: Source,
    /// When that was taken.
    pub as_of: Option<Date>,
    /// What the size on the disk rests on.
    pub basis: Option<String>,
    /// Why the size on the disk is not known.
    pub reason: Option<String>,
}

/// What stages add.
#[derive(Serialize)]
pub struct BelowFacts {
    /// The number of the stage right below.
    pub stage: usize,
    /// What is known of it, in bytes on the disk.
    pub disk_bytes: u64,
    /// At least and at most this much.
    pub disk_range: [u64; 2],
    /// How many instructions add something that is not known.
    pub unknown: usize,
}

/// What an instruction adds.
#[derive(Serialize)]
pub struct PartFacts {
    /// The line of the instruction.
    pub line: u32,
    /// The instruction, or its beginning.
    pub instruction: String,
    /// How much, in bytes on the disk.
    pub disk_bytes: Option<u64>,
    /// At least and at most this much.
    pub disk_range: Option<[u64; 2]>,
    /// Why it is not known how much.
    pub reason: Option<String>,
}

/// What the images of all stages weigh, in file order.
pub fn all(document: &Document, view: View<'_>, context: BuildContext<'_>) -> Vec<SizeFacts> {
    let weights = weight::weights(document.snapshot(), view, context);
    weights.into_iter().map(|weight| size(&weight, view)).collect()
}

fn size(weight: &Weight, view: View<'_>) -> SizeFacts {
    let known = weight.known();
    let part = |part: &weight::Part| PartFacts {
        line: part.line,
        instruction: part.text.clone(),
        disk_bytes: part.disk.as_ref().ok().map(|disk| disk.bytes),
        disk_range: part.disk.as_ref().ok().map(|disk| range(*disk)),
        reason: part.disk.as_ref().err().cloned(),
    };
    SizeFacts {
        disk_bytes: known.map(|known| known.bytes),
        disk_range: known.map(range),
        unknown: weight.unknown(),
        image: image(&weight.root, view),
        below: weight.below.as_ref().map(|below| BelowFacts {
            stage: below.stage,
            disk_bytes: below.disk.bytes,
            disk_range: range(below.disk),
            unknown: below.unknown,
        }),
        parts: weight.parts.iter().map(part).collect(),
        total: weight.total(view.unit),
        rows: weight.rows(view),
    }
}

fn image(root: &Root, view: View<'_>) -> Option<ImageFacts> {
    let unknown = Figure::default();
    let (figure, platform) = match root {
        Root::Scratch => return None,
        Root::Image { image, figure } => (&**figure, Some(image.platform(view).to_string())),
        Root::Unknown(_) => (&unknown, None),
    };
    let (pull, disk) = (figure.pull.as_ref(), figure.disk.as_ref());
    Some(ImageFacts {
        image: root.name().to_owned(),
        platform,
        pull_bytes: pull.map(|size| size.amount.bytes),
        pull_range: pull.map(|size| range(size.amount)),
        disk_bytes: disk.map(|size| size.amount.bytes),
        disk_range: disk.map(|size| range(size.amount)),
        source: figure.source(),
        as_of: figure.as_of(),
        basis: disk.and_then(|size| size.basis.clone()),
        reason: root.disk().err(),
    })
}

fn range(amount: Amount) -> [u64; 2] {
    [amount.low, amount.high]
}
