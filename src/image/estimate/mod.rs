//! What an image weighs that was not measured, from what its relatives weigh.
//!
//! | file | what it does |
//! |---|---|
//! | `relatives.rs` | finds the nearest relative |
//! | `ranges.rs` | how far estimates of one class are from the truth |
//! | `ranges.tsv` | the same as a table, made by `stagewright catalogue errors --write` |
//! | `judge.rs` | measures that on the catalogue itself |
//!
//! An estimate is made in one of several ways, each of which belongs to a [`Class`]. Of the ways that
//! are open the one with the narrowest range is taken, and none whose range is wider than
//! [`ranges::WIDEST`].

pub mod judge;
pub mod ranges;
pub mod relatives;

use self::ranges::Ranges;
use self::relatives::{Era, Kinship, Member, Metric, Relatives};
use super::catalogue::Row;
use super::{Amount, Date};

/// A way of estimating: estimates of one class are equally good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// The size of a relative.
    Relative(Metric, Kinship, Era),
    /// The other size, times what a relative's two sizes make.
    Ratio(Metric, Kinship, Era),
    /// The other size, times what is usual for the family at that pull size.
    Family(Metric, Family),
}

/// A kind of base, as far as ratios go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Alpine, under 75 MB to pull.
    AlpineLight,
    /// Alpine, 75 MB or more to pull: such images are heavy with archives that do not pack again.
    AlpineHeavy,
    /// Debian until 2018.
    OldDebian,
    /// Debian since.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Red Hat and its kin, Amazon, Oracle, SUSE.
    Rpm,
    /// All others that are known.
    Other,
}

impl Family {
    /// The kind of base of a row's family at a pull size in bytes.
    pub fn of(family: &str, pull: u64, era: Era) -> Option<Family> {
        Some(match family {
            "" => return None,
            "alpine" if pull < 75_000_000 => Family::AlpineLight,
            "alpine" => Family::AlpineHeavy,
            "debian" if era == Era::Old => Family::OldDebian,
            "debian" => Family::Debian,
            "ubuntu" => Family::Ubuntu,
            "almalinux" | "amazonlinux" | "centos" | "fedora" | "opensuse" | "oraclelinux"
            | "rockylinux" | "rpm" => Family::Rpm,
            _ => Family::Other,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Family::AlpineLight | Family::AlpineHeavy => "Alpine",
            Family::OldDebian | Family::Debian => "Debian",
            Family::Ubuntu => "Ubuntu",
            Family::Rpm => "RPM-based",
            Family::Other => "other",
        }
    }
}

/// An estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// How much, in bytes.
    pub amount: Amount,
    /// What it rests on, as the end of "estimated from".
    pub basis: String,
    /// When the relative was measured that it rests on.
    pub as_of: Option<Date>,
}

/// A value before its range is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// In bytes; for [`Class::Family`] the other size.
    pub value: f64,
    /// How it was made.
    pub class: Class,
    /// The tag of the relative.
    pub relative: Option<String>,
    /// When that was measured.
    pub as_of: Option<Date>,
}

/// The image that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Its tag.
    pub tag: &'q str,
    /// Its architecture in the words of the catalogue.
    pub architecture: &'q str,
    /// A measured image to do as if it were not there, to see how good the estimate is.
    pub without: Option<Row<'q>>,
}

/// The size that is already known, for an estimate of the other.
#[derive(Clone, Copy, Debug)]
pub struct Known<'f> {
    /// Which of the two it is.
    pub metric: Metric,
    /// How much.
    pub amount: Amount,
    /// The family of the image; empty where it is not known.
    pub family: &'f str,
    /// What it rests on if it is an estimate itself.
    pub basis: Option<&'f str>,
}

impl Raw {
    /// Whether it rests on another build or a near version.
    fn is_near(&self) -> bool {
        let Class::Relative(_, kinship, _) = self.class else { return false };
        matches!(kinship, Kinship::Same | Kinship::Near | Kinship::Moving)
    }
}

/// Estimates for the images of one repository.
pub struct Estimator<'a> {
    repository: &'a str,
    relatives: Relatives<'a>,
    ranges: &'a Ranges,
}

impl<'a> Estimator<'a> {
    /// Estimates from the rows of that repository, with these ranges around them.
    pub fn new(
        repository: &'a str,
        rows: impl Iterator<Item = Row<'a>>,
        ranges: &'a Ranges,
    ) -> Estimator<'a> {
        Estimator { repository, relatives: Relatives::new(repository, rows), ranges }
    }

    /// The measured images.
    pub fn relatives(&self) -> &Relatives<'a> {
        &self.relatives
    }

    /// The distribution or kind of base that an image most likely has: that of its nearest relative;
    /// empty where it is not known.
    pub fn family(&self, question: Question<'_>) -> &'a str {
        let tag = self.relatives.tag(question.tag);
        let nearest = [Metric::Pull, Metric::Disk].into_iter().find_map(|metric| {
            let wanted = |member: &Member<'_>| !member.row.family().is_empty();
            self.relatives.nearest(&tag, question.architecture, metric, wanted)
        });
        nearest.map_or("", |nearest| nearest.member.row.family())
    }

    /// A size of an image of which neither was measured, by the best way that is open: from a
    /// relative, else from an estimate of the other size.
    pub fn of(&self, question: Question<'_>, family: &str, metric: Metric) -> Option<Estimate> {
        let other = metric.other();
        let Some(known) = self.size(question, other) else { return self.size(question, metric) };
        let (amount, basis) = (known.amount, Some(known.basis.as_str()));
        self.other(question, Known { metric: other, amount, family, basis })
    }

    /// A size of an image from that of its nearest relative.
    pub fn size(&self, question: Question<'_>, metric: Metric) -> Option<Estimate> {
        self.finish(self.by_relative(question, metric)?, None)
    }

    /// The other size of an image of which one is known or estimated.
    pub fn other(&self, question: Question<'_>, known: Known<'_>) -> Option<Estimate> {
        let direct = self.by_relative(question, known.metric.other());
        let (near, far): (Vec<Raw>, Vec<Raw>) = direct.into_iter().partition(Raw::is_near);
        let ratios = [self.by_ratio(question, known), self.by_family(question, known)];
        let ratios = ratios.into_iter().flatten();
        let finished = |raw: Raw| {
            let rests = !matches!(raw.class, Class::Relative(..));
            self.finish(raw, rests.then_some(known))
        };
        let narrowest = |raws: &mut dyn Iterator<Item = Raw>| {
            raws.filter_map(finished).min_by(|a, b| width(a.amount).total_cmp(&width(b.amount)))
        };
        // What is known of the image itself says more than a distant relative.
        narrowest(&mut near.into_iter().chain(ratios)).or_else(|| narrowest(&mut far.into_iter()))
    }

    /// The size of the nearest relative.
    fn by_relative(&self, question: Question<'_>, metric: Metric) -> Option<Raw> {
        let tag = self.relatives.tag(question.tag);
        let wanted = |member: &Member<'_>| !question.leaves_out(member);
        let nearest = self.relatives.nearest(&tag, question.architecture, metric, wanted)?;
        Some(Raw {
            value: float(metric.of(nearest.member)?),
            class: Class::Relative(metric, nearest.kinship, self.relatives.era(&tag)),
            relative: Some(nearest.member.row.tag().to_owned()),
            as_of: nearest.member.row.as_of(),
        })
    }

    /// The known size times what the two sizes of the nearest relative with both make.
    fn by_ratio(&self, question: Question<'_>, known: Known<'_>) -> Option<Raw> {
        let tag = self.relatives.tag(question.tag);
        let has_both =
            |member: &Member<'_>| member.both().is_some() && !question.leaves_out(member);
        let nearest =
            self.relatives.nearest(&tag, question.architecture, Metric::Pull, has_both)?;
        let (pull, disk) = nearest.member.both()?;
        let ratio = match known.metric {
            Metric::Pull => float(disk) / float(pull),
            Metric::Disk => float(pull) / float(disk),
        };
        Some(Raw {
            value: float(known.amount.bytes) * ratio,
            class: Class::Ratio(known.metric.other(), nearest.kinship, self.relatives.era(&tag)),
            relative: Some(nearest.member.row.tag().to_owned()),
            as_of: nearest.member.row.as_of(),
        })
    }

    /// The known size times what is usual.
    fn by_family(&self, question: Question<'_>, known: Known<'_>) -> Option<Raw> {
        let tag = self.relatives.tag(question.tag);
        // Bands are those of pull sizes; a disk size is some two and a half times as much.
        let pull = match known.metric {
            Metric::Pull => known.amount.bytes,
            Metric::Disk => known.amount.bytes / 5 * 2,
        };
        let family = Family::of(known.family, pull, self.relatives.era(&tag))?;
        Some(Raw {
            value: float(known.amount.bytes),
            class: Class::Family(known.metric.other(), family),
            relative: None,
            as_of: None,
        })
    }

    /// Puts the range of its class around a value. What rests on an estimate has its range, too.
    fn finish(&self, raw: Raw, known: Option<Known<'_>>) -> Option<Estimate> {
        let range = self.ranges.get(raw.class)?;
        let basis = basis(self.repository, &raw, known.and_then(|known| known.basis));
        let known = known.map_or(Amount::exact(1), |known| known.amount);
        let part = |end: u64| float(end) / float(known.bytes).max(1.0);
        let amount = Amount {
            bytes: whole(raw.value * range.middle),
            low: whole(raw.value * range.low * part(known.low)),
            high: whole(raw.value * range.high * part(known.high)),
        };
        let as_of = raw.as_of;
        (width(amount) <= ranges::WIDEST).then_some(Estimate { amount, basis, as_of })
    }
}

impl Question<'_> {
    /// Whether a member is the image to do without, maybe under another tag.
    fn leaves_out(&self, member: &Member<'_>) -> bool {
        let Some(out) = self.without else { return false };
        let row = member.row;
        let same = |a: Option<u64>, b: Option<u64>| a.is_some() && a == b;
        (row.tag(), row.architecture()) == (out.tag(), out.architecture())
            || row.digest().is_some() && row.digest() == out.digest()
            || same(row.pull(), out.pull())
            || out.pull().is_none() && same(row.disk(), out.disk())
    }
}

/// How many times the lower end of a range goes into the upper one.
fn width(amount: Amount) -> f64 {
    float(amount.high) / float(amount.low).max(1.0)
}

/// `of` is what the other size rests on if it is not that of the image itself.
fn basis(repository: &str, raw: &Raw, of: Option<&str>) -> String {
    let relative = format!("{repository}:{}", raw.relative.as_deref().unwrap_or_default());
    let (other, does) = match raw.class {
        Class::Relative(..) => return relative,
        Class::Ratio(Metric::Disk, ..) | Class::Family(Metric::Disk, _) => ("pull", "unpack"),
        Class::Ratio(Metric::Pull, ..) | Class::Family(Metric::Pull, _) => ("disk", "pack"),
    };
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    match raw.class {
        Class::Family(_, family) => {
            format!("the {other} size{of}, as {} images of this weight {does}", family.name())
        }
        _ => format!("the {other} size{of}, as {relative} {does}s"),
    }
}

/// Sizes fit the 53 bits of a float.
#[allow(clippy::cast_precision_loss)]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // sizes are positive
fn whole(bytes: f64) -> u64 {
    bytes.round() as u64
}
