//! How far estimates of one class are from the truth, as measured by `judge.rs`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::relatives::{Era, Kinship, Metric};
use super::{Class, Family};

/// A range that is wider than this is not shown: the upper end is that many times the lower one.
pub const WIDEST: f64 = 2.5;
/// A class of fewer judged estimates has no range.
pub const FEWEST: usize = 12;

/// What the true value is, in terms of the raw estimate.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Range {
    /// At least this many times as much.
    pub low: f64,
    /// Most likely this many times as much.
    pub middle: f64,
    /// At most this many times as much.
    pub high: f64,
}

/// The ranges by class.
#[derive(Clone, Debug, Default)]
pub struct Ranges(BTreeMap<Class, Range>);

impl Ranges {
    /// Those in the binary.
    pub fn embedded() -> &'static Ranges {
        static EMBEDDED: LazyLock<Ranges> =
            LazyLock::new(|| Ranges::parse(include_str!("ranges.tsv")));
        &EMBEDDED
    }

    /// Ranges that were measured.
    pub fn new(ranges: impl IntoIterator<Item = (Class, Range)>) -> Ranges {
        Ranges(ranges.into_iter().collect())
    }

    /// Reads the table; a line that is none of ours is left out.
    fn parse(text: &str) -> Ranges {
        let line = |line: &str| {
            let mut cells = line.split('\t');
            let class = class(cells.next()?)?;
            let mut number = || cells.next()?.parse().ok();
            Some((class, Range { low: number()?, middle: number()?, high: number()? }))
        };
        Ranges(text.lines().filter_map(line).collect())
    }

    /// The table.
    pub fn print(&self) -> String {
        let header = "class\tlow\tmiddle\thigh\n".to_owned();
        self.0.iter().fold(header, |text, (class, range)| {
            let Range { low, middle, high } = range;
            format!("{text}{class}\t{low:.3}\t{middle:.3}\t{high:.3}\n")
        })
    }

    /// The same, and for another build of the same version, where too few were judged, the range of
    /// a near version: it is at least as good a relative.
    #[must_use]
    pub fn filled(mut self) -> Ranges {
        let near = self.0.iter().filter_map(|(class, range)| match *class {
            Class::Relative(metric, Kinship::Near, era) => {
                Some((Class::Relative(metric, Kinship::Same, era), *range))
            }
            Class::Ratio(metric, Kinship::Near, era) => {
                Some((Class::Ratio(metric, Kinship::Same, era), *range))
            }
            _ => None,
        });
        for (class, range) in near.collect::<Vec<_>>() {
            self.0.entry(class).or_insert(range);
        }
        self
    }

    /// The range of a class; `None` where too little is known of it.
    pub fn get(&self, class: Class) -> Option<Range> {
        self.0.get(&class).copied()
    }
}

const METRICS: [(&str, Metric); 2] = [("pull", Metric::Pull), ("disk", Metric::Disk)];
const KINSHIPS: [(&str, Kinship); 5] = [
    ("same version", Kinship::Same),
    ("near version", Kinship::Near),
    ("far version", Kinship::Far),
    ("newest version", Kinship::Moving),
    ("another release", Kinship::MovingFar),
];
const ERAS: [(&str, Era); 2] = [("recent", Era::Recent), ("old", Era::Old)];
const FAMILIES: [(&str, Family); 7] = [
    ("alpine under 75 MB", Family::AlpineLight),
    ("alpine of 75 MB and more", Family::AlpineHeavy),
    ("old debian", Family::OldDebian),
    ("debian", Family::Debian),
    ("ubuntu", Family::Ubuntu),
    ("rpm", Family::Rpm),
    ("other", Family::Other),
];

fn name<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, other)| other == value).map_or("", |(name, _)| name)
}

fn value<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kin = |kinship, era| format!("{}, {}", name(&KINSHIPS, kinship), name(&ERAS, era));
        let (metric, way, kin) = match self {
            Class::Relative(metric, kinship, era) => (metric, "relative", kin(kinship, era)),
            Class::Ratio(metric, kinship, era) => (metric, "ratio", kin(kinship, era)),
            Class::Family(metric, family) => (metric, "family", name(&FAMILIES, family).to_owned()),
        };
        write!(f, "{} by {way}: {kin}", name(&METRICS, metric))
    }
}

/// Reads what `Display` writes.
fn class(text: &str) -> Option<Class> {
    let (metric, rest) = text.split_once(" by ")?;
    let (way, rest) = rest.split_once(": ")?;
    let metric = value(&METRICS, metric)?;
    let kin = || {
        let (kinship, era) = rest.split_once(", ")?;
        Some((value(&KINSHIPS, kinship)?, value(&ERAS, era)?))
    };
    Some(match way {
        "relative" => kin().map(|(kinship, era)| Class::Relative(metric, kinship, era))?,
        "ratio" => kin().map(|(kinship, era)| Class::Ratio(metric, kinship, era))?,
        "family" => Class::Family(metric, value(&FAMILIES, rest)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_written_and_read() {
        for class in [
            Class::Relative(Metric::Pull, Kinship::Same, Era::Recent),
            Class::Ratio(Metric::Disk, Kinship::MovingFar, Era::Old),
            Class::Family(Metric::Disk, Family::AlpineHeavy),
        ] {
            assert_eq!(super::class(&class.to_string()), Some(class), "{class}");
        }
        assert_eq!(super::class("pull by luck: near version, recent"), None);
    }

    #[test]
    fn the_embedded_ranges_are_sound() {
        let Ranges(ranges) = Ranges::embedded();
        assert!(ranges.len() > 15, "{}", ranges.len());
        for (class, Range { low, middle, high }) in ranges {
            assert!(0.0 < *low && low <= middle && middle <= high, "{class}");
        }
    }
}
