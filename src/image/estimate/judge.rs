//! How good the estimates are: each measured image is estimated as if it were not in the catalogue,
//! under whichever tag.
//!
//! A class's range is made of how the truth compares with its estimates. Whether such a range is
//! honest shows on images that it was not made of: those of a repository that was left out.

use std::collections::{BTreeMap, BTreeSet};

use super::ranges::{FEWEST, Range, Ranges, WIDEST};
use super::relatives::{Era, Kinship, Member, Metric, RECENT, Relatives};
use super::{Class, Estimator, Known, Question, Raw, float};
use crate::image::Amount;
use crate::image::catalogue::{Catalogue, Row};

/// How much of the truth is left out at each end of a range.
const TAIL: f64 = 0.06;

/// A class has a range only if at least this part of the images of a repository that it was not made
/// of lies in it.
const HONEST: f64 = 0.8;

/// An estimate of what is known.
struct Case<'a> {
    class: Class,
    repository: &'a str,
    /// What was measured, in terms of the raw estimate.
    truth: f64,
    recent: bool,
}

/// How good the estimates of one class are.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verdict {
    /// The class, in words.
    pub class: String,
    /// How many images were estimated.
    pub images: usize,
    /// Half of the estimates are at most this far off, as a part of the truth.
    pub median: f64,
    /// Nine of ten are at most this far off.
    pub p90: f64,
    /// The range around the estimate that is shown; `None` if such estimates are not shown.
    pub range: Option<Range>,
    /// How many times the lower end of the range goes into the upper one.
    pub width: Option<f64>,
    /// The part of the true values that lies in it.
    pub inside: Option<f64>,
    /// The same, had the range been made without the image's repository.
    pub inside_unseen: Option<f64>,
}

/// What came of judging a catalogue.
pub struct Judgement {
    /// One a class, by class.
    pub classes: Vec<Verdict>,
    /// Pull sizes of images measured in 2021 or later with a relative of the same flavour within two
    /// minor versions.
    pub near: Verdict,
    /// What is shown in the end for images measured in 2021 or later, by size.
    pub shown: Vec<Verdict>,
    /// The ranges that the classes have.
    pub ranges: Ranges,
}

/// Judges the estimates that `catalogue` makes of its own images.
pub fn judge(catalogue: &Catalogue) -> Judgement {
    let none = Ranges::default();
    let cases: Vec<Case<'_>> = catalogue
        .repositories()
        .flat_map(|name| {
            let estimator = Estimator::new(name, catalogue.rows(name), &none);
            images(&estimator.relatives)
                .flat_map(|image| cases(&estimator, image))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut by_class: BTreeMap<Class, Vec<&Case<'_>>> = BTreeMap::new();
    cases.iter().for_each(|case| by_class.entry(case.class).or_default().push(case));
    let ranges = by_class.iter().filter_map(|(class, cases)| {
        let honest = inside_unseen(*class, cases).is_some_and(|inside| inside >= HONEST);
        let range = range(*class, cases).filter(|range| range.high / range.low <= WIDEST)?;
        honest.then_some((*class, range))
    });
    let ranges = Ranges::new(ranges).filled();
    let classes = by_class.iter().map(|(class, cases)| verdict(*class, cases, &ranges));
    let near = cases.iter().filter(|case| case.recent).filter(|case| {
        matches!(case.class, Class::Relative(Metric::Pull, Kinship::Same | Kinship::Near, _))
    });
    let near: Vec<_> = near.map(|case| (1.0, case.truth)).collect();
    Judgement {
        near: errors("pull size of recent images with a near relative".to_owned(), &near),
        classes: classes.collect(),
        shown: [Metric::Pull, Metric::Disk].map(|metric| shown(catalogue, &ranges, metric)).into(),
        ranges,
    }
}

/// The images of a repository, each once, under the longest of its tags. Left out is what a moving
/// tag was years ago: who asks for it today does not ask for that.
fn images<'e, 'a>(relatives: &'e Relatives<'a>) -> impl Iterator<Item = &'e Member<'a>> {
    let mut images: BTreeMap<_, &Member<'a>> = BTreeMap::new();
    for member in relatives.members() {
        let key = (member.architecture, member.pull, member.disk);
        let known = images.entry(key).or_insert(member);
        if member.row.tag().len() > known.row.tag().len() {
            *known = member;
        }
    }
    images.into_values().filter(|member| {
        let moving = member.tag.is_moving() && relatives.era(&member.tag) == Era::Recent;
        !moving || is_recent(&member.row)
    })
}

fn is_recent(row: &Row<'_>) -> bool {
    row.as_of().is_some_and(|date| date.year() >= RECENT)
}

/// The estimates of an image in all ways that are open.
fn cases<'a>(estimator: &Estimator<'a>, image: &Member<'_>) -> Vec<Case<'a>> {
    let row = image.row;
    let question =
        Question { tag: row.tag(), architecture: image.architecture, without: Some(row) };
    let mut raws: Vec<(Raw, u64)> = Vec::new();
    for (metric, truth) in [(Metric::Pull, image.pull), (Metric::Disk, image.disk)] {
        raws.extend(estimator.by_relative(question, metric).zip(truth));
    }
    if let Some((pull, disk)) = image.both() {
        for (metric, bytes, truth) in [(Metric::Pull, pull, disk), (Metric::Disk, disk, pull)] {
            let known =
                Known { metric, amount: Amount::exact(bytes), family: row.family(), basis: None };
            raws.extend(estimator.by_ratio(question, known).map(|raw| (raw, truth)));
            raws.extend(estimator.by_family(question, known).map(|raw| (raw, truth)));
        }
    }
    let case = |(raw, truth): (Raw, u64)| Case {
        class: raw.class,
        repository: estimator.repository,
        truth: float(truth) / raw.value,
        recent: is_recent(&row),
    };
    raws.into_iter().map(case).collect()
}

/// The range of a class: what lies between the tails.
fn range(class: Class, cases: &[&Case<'_>]) -> Option<Range> {
    if cases.len() < FEWEST {
        return None;
    }
    let mut truths: Vec<f64> = cases.iter().map(|case| case.truth).collect();
    truths.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&truths, TAIL), quantile(&truths, 1.0 - TAIL));
    let middle = match class {
        Class::Family(..) => quantile(&truths, 0.5),
        // What a relative weighs is the likeliest: half of all tags are other builds of the same.
        Class::Relative(..) | Class::Ratio(..) => 1.0_f64.clamp(low, high),
    };
    Some(Range { low, middle, high })
}

fn verdict(class: Class, cases: &[&Case<'_>], ranges: &Ranges) -> Verdict {
    let shown = ranges.get(class);
    let range = shown.or_else(|| range(class, cases));
    let middle = range.map_or(1.0, |range| range.middle);
    let pairs: Vec<_> = cases.iter().map(|case| (middle, case.truth)).collect();
    let inside = shown.map(|range| cases.iter().filter(|case| case.lies_in(range)).count());
    Verdict {
        range: shown,
        width: range.map(|range| range.high / range.low),
        inside: inside.map(|inside| part(inside, cases.len())),
        inside_unseen: inside_unseen(class, cases),
        ..errors(class.to_string(), &pairs)
    }
}

/// The part of the cases that lies in a range that was made without their repository; `None` where
/// nothing is left then.
fn inside_unseen(class: Class, cases: &[&Case<'_>]) -> Option<f64> {
    let repositories: BTreeSet<&str> = cases.iter().map(|case| case.repository).collect();
    let (mut inside, mut judged) = (0, 0);
    for repository in repositories {
        let (own, others): (Vec<&Case<'_>>, Vec<_>) =
            cases.iter().partition(|case| case.repository == repository);
        let Some(range) = range(class, &others) else { continue };
        inside += own.iter().filter(|case| case.lies_in(range)).count();
        judged += own.len();
    }
    (judged > 0).then(|| part(inside, judged))
}

impl Case<'_> {
    fn lies_in(&self, range: Range) -> bool {
        (range.low..=range.high).contains(&self.truth)
    }
}

/// What is shown of recent images, whichever way it was made.
fn shown(catalogue: &Catalogue, ranges: &Ranges, metric: Metric) -> Verdict {
    let (mut pairs, mut inside, mut widths) = (Vec::new(), 0, Vec::new());
    for name in catalogue.repositories() {
        let estimator = Estimator::new(name, catalogue.rows(name), ranges);
        for image in images(&estimator.relatives).filter(|image| is_recent(&image.row)) {
            let row = image.row;
            let question =
                Question { tag: row.tag(), architecture: image.architecture, without: Some(row) };
            let Some(truth) = metric.of(image) else { continue };
            let Some(estimate) = estimator.of(question, row.family(), metric) else { continue };
            pairs.push((float(estimate.amount.bytes), float(truth)));
            inside += usize::from((estimate.amount.low..=estimate.amount.high).contains(&truth));
            widths.push(super::width(estimate.amount));
        }
    }
    widths.sort_by(f64::total_cmp);
    let class = match metric {
        Metric::Pull => "pull size of recent images, as shown",
        Metric::Disk => "disk size of recent images, as shown",
    };
    Verdict {
        inside: Some(part(inside, pairs.len())),
        width: Some(quantile(&widths, 0.5)),
        ..errors(class.to_owned(), &pairs)
    }
}

/// The errors of pairs of estimate and truth.
fn errors(class: String, pairs: &[(f64, f64)]) -> Verdict {
    let mut errors: Vec<f64> =
        pairs.iter().map(|(estimate, truth)| (estimate - truth).abs() / truth).collect();
    errors.sort_by(f64::total_cmp);
    Verdict {
        class,
        images: pairs.len(),
        median: quantile(&errors, 0.5),
        p90: quantile(&errors, 0.9),
        range: None,
        width: None,
        inside: None,
        inside_unseen: None,
    }
}

#[allow(clippy::cast_precision_loss)] // counts of rows
fn part(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}

/// The value below which that part of the sorted values lies; 0 where there are none.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = (part * sorted.len() as f64) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        for (part, expected) in [(0.0, 1.0), (0.5, 3.0), (0.9, 5.0), (1.0, 5.0)] {
            assert!((quantile(&values, part) - expected).abs() < 1e-9);
        }
        assert!(quantile(&[], 0.5).abs() < 1e-9);
    }

    #[test]
    fn estimates_are_as_good_as_they_say() {
        let judgement = judge(Catalogue::embedded());
        let near = &judgement.near;
        assert!(near.images > 300, "{near:?}");
        assert!(near.median <= 0.05 && near.p90 <= 0.25, "{near:?}");
        let shown = judgement.classes.iter().filter(|verdict| verdict.range.is_some());
        assert!(shown.clone().count() > 20);
        assert!(shown.into_iter().all(|verdict| verdict.width <= Some(WIDEST)));
        for verdict in &judgement.classes {
            let unseen = verdict.inside_unseen.filter(|_| verdict.range.is_some());
            let shares = [verdict.inside, unseen];
            assert!(shares.into_iter().flatten().all(|share| share >= HONEST), "{verdict:?}");
        }
        for verdict in &judgement.shown {
            assert!(verdict.images > 100 && verdict.inside >= Some(0.8), "{verdict:?}");
        }
        let committed = include_str!("ranges.tsv");
        assert!(
            judgement.ranges.print() == committed,
            "remake it: cargo run -- catalogue errors --write src/image/estimate/ranges.tsv"
        );
    }
}
