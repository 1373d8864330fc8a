//! What an image weighs, and how sure that is.
//!
//! **Pull size** is what is downloaded: the compressed layers. **Disk size** is what lies on the
//! disk: the unpacked layers, as `docker images` counts them. The two are never mixed.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes, and the range that they lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The likeliest number of bytes.
    pub bytes: u64,
    /// At least this many.
    pub low: u64,
    /// At most this many.
    pub high: u64,
}

impl Amount {
    /// Bytes that were counted.
    pub const fn exact(bytes: u64) -> Amount {
        Amount { bytes, low: bytes, high: bytes }
    }

    /// Both together. What cannot be counted is `u64::MAX`.
    #[must_use]
    pub const fn plus(self, other: Amount) -> Amount {
        Amount {
            bytes: self.bytes.saturating_add(other.bytes),
            low: self.low.saturating_add(other.low),
            high: self.high.saturating_add(other.high),
        }
    }

    /// Whether there is no range about it.
    pub const fn is_exact(self) -> bool {
        self.low == self.high
    }
}

/// Where a figure comes from, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A local engine that has the image: exact.
    Engine,
    /// The registry that has the image: exact.
    Registry,
    /// The catalogue: measured, on its date.
    Catalogue,
    /// Relatives of the image in the catalogue: a range.
    Estimate,
    /// Nowhere.
    Unknown,
}

/// One of the two sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// How much.
    pub amount: Amount,
    /// Where from.
    pub source: Source,
    /// When it was taken.
    pub as_of: Option<Date>,
    /// What an estimate rests on, as the end of "estimated from"; for a figure of the catalogue who
    /// measured it.
    pub basis: Option<String>,
}

impl Size {
    /// Bytes that were just counted.
    pub fn counted(bytes: u64, source: Source) -> Size {
        Size { amount: Amount::exact(bytes), source, as_of: Date::today(), basis: None }
    }
}

/// A day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(
    /// Year since 2000, month and day in 7, 4 and 5 bits, so that later days are greater numbers.
    u16,
);

impl Date {
    /// A day of the years 2000 to 2127; `None` for what is none.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let fits = matches!(year, 2000..=2127) && matches!(month, 1..=12) && matches!(day, 1..=31);
        fits.then(|| Date((year - 2000) << 9 | u16::from(month) << 5 | u16::from(day)))
    }

    /// The day at the start of `text`: `2024-05-01`, `2024-05-01T10:00:00Z`.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.get(..10)?.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || year.len() != 4 {
            return None;
        }
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The day that it is, in UTC.
    pub fn today() -> Option<Date> {
        Date::days_ago(0)
    }

    /// The day that it was so many days ago, in UTC; `None` before the year 2000.
    pub fn days_ago(days: u16) -> Option<Date> {
        let time = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        Date::of(SystemTime::now().checked_sub(time)?)
    }

    /// The day of that time, in UTC; `None` outside the years 2000 to 2127.
    pub fn of(time: SystemTime) -> Option<Date> {
        let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let time = time::OffsetDateTime::from_unix_timestamp(seconds.try_into().ok()?).ok()?;
        let date = time.date();
        Date::new(u16::try_from(date.year()).ok()?, date.month().into(), date.day())
    }

    /// The year.
    pub fn year(self) -> u16 {
        2000 + (self.0 >> 9)
    }

    /// How many months lie between two days, days left out.
    pub fn months_to(self, other: Date) -> u16 {
        let months = |date: Date| (date.0 >> 9) * 12 + (date.0 >> 5 & 15);
        months(self).abs_diff(months(other))
    }

    /// The day as a number, for a table.
    pub fn to_bits(self) -> u16 {
        self.0
    }

    /// The day of such a number; `None` for what is none.
    pub fn from_bits(bits: u16) -> Option<Date> {
        Date::new(2000 + (bits >> 9), (bits >> 5 & 15) as u8, (bits & 31) as u8)
    }
}

impl fmt::Display for Date {
    /// `2024-05-01`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:02}", self.year(), self.0 >> 5 & 15, self.0 & 31)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is known of the weight of one image on one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// What is downloaded.
    pub pull: Option<Size>,
    /// What lies on the disk.
    pub disk: Option<Size>,
    /// How many layers there are.
    pub layers: Option<u32>,
    /// When the image was made.
    pub created: Option<Date>,
    /// The digest of the platform's manifest.
    pub digest: Option<String>,
    /// The distribution or kind of base: `debian`, `alpine`; empty where it is not known.
    pub family: String,
    /// The release of that distribution, `bookworm`; empty where it is not known.
    pub release: String,
    /// Why an engine or a registry that was asked has nothing to tell: short texts.
    pub notes: Vec<String>,
    /// Where neither size is known: why, and what would find out. A sentence.
    pub reason: Option<String>,
    /// Whether an engine or a registry is being asked, so that there will be more to tell.
    pub asking: bool,
}

impl Figure {
    /// Nothing known, and why.
    pub fn unknown(reason: impl Into<String>) -> Figure {
        Figure { reason: Some(reason.into()), ..Figure::default() }
    }

    /// The two sizes, as far as they are known.
    pub fn sizes(&self) -> impl Iterator<Item = &Size> {
        [&self.pull, &self.disk].into_iter().flatten()
    }

    /// Where the surer of the two sizes comes from.
    pub fn source(&self) -> Source {
        self.sizes().map(|size| size.source).min().unwrap_or(Source::Unknown)
    }

    /// When the surer of the two sizes was taken.
    pub fn as_of(&self) -> Option<Date> {
        self.sizes().min_by_key(|size| size.source).and_then(|size| size.as_of)
    }
}

/// In which units sizes are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub enum Unit {
    /// MB = 10⁶ bytes, as `docker images` prints them.
    #[default]
    #[serde(rename = "MB")]
    Decimal,
    /// MiB = 2²⁰ bytes.
    #[serde(rename = "MiB")]
    Binary,
}

impl Unit {
    /// Bytes in three digits, as `docker images` has them: `6.07 MB`, `962 MB`, `1.02 GB`.
    pub fn show(self, bytes: u64) -> String {
        let (base, names): (f64, _) = match self {
            Unit::Decimal => (1000.0, ["B", "kB", "MB", "GB", "TB"]),
            Unit::Binary => (1024.0, ["B", "KiB", "MiB", "GiB", "TiB"]),
        };
        #[allow(clippy::cast_precision_loss)] // three digits are shown
        let mut value = bytes as f64;
        let mut names = names.into_iter();
        let mut name = names.next().unwrap_or_default();
        // What would be shown as a thousand of one unit is one of the next.
        while value >= base.min(999.5) {
            let Some(next) = names.next() else { break };
            (value, name) = (value / base, next);
        }
        let digits = match value {
            value if value >= 99.95 => 0,
            value if value >= 9.995 => 1,
            _ => 2,
        };
        let number = format!("{value:.digits$}");
        let number = match number.contains('.') {
            true => number.trim_end_matches('0').trim_end_matches('.'),
            false => &number,
        };
        format!("{number} {name}")
    }

    /// Bytes that were counted as they are, others as the range that they lie in: `269–310 MB`.
    pub fn show_amount(self, amount: Amount) -> String {
        let [low, high] = [amount.low, amount.high].map(|bytes| self.show(bytes));
        match (low.split_once(' '), high.split_once(' ')) {
            _ if amount.is_exact() => low,
            _ if low == high => format!("≈ {low}"),
            (Some((number, name)), Some((_, other))) if name == other => format!("{number}–{high}"),
            _ => format!("{low} – {high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_as_docker_shows_them() {
        let check = |bytes, decimal: &str, binary: &str| {
            assert_eq!(Unit::Decimal.show(bytes), decimal, "{bytes}");
            assert_eq!(Unit::Binary.show(bytes), binary, "{bytes}");
        };
        check(0, "0 B", "0 B");
        check(999, "999 B", "999 B");
        check(1000, "1 kB", "0.98 KiB");
        check(1024, "1.02 kB", "1 KiB");
        check(5_580_000, "5.58 MB", "5.32 MiB");
        check(75_000_000, "75 MB", "71.5 MiB");
        check(75_340_000, "75.3 MB", "71.8 MiB");
        check(962_000_000, "962 MB", "917 MiB");
        check(999_499_999, "999 MB", "953 MiB");
        check(999_600_000, "1 GB", "953 MiB");
        check(5_836_956_052, "5.84 GB", "5.44 GiB");
        check(u64::MAX, "18446744 TB", "16777216 TiB");
    }

    #[test]
    fn ranges_are_shown_as_such() {
        let check = |low, high, expected: &str| {
            let amount = Amount { bytes: low, low, high };
            assert_eq!(Unit::Decimal.show_amount(amount), expected);
        };
        check(299_000_000, 299_000_000, "299 MB");
        check(269_100_000, 310_000_000, "269–310 MB");
        check(980_000_000, 1_020_000_000, "980 MB – 1.02 GB");
        check(269_100_000, 269_200_000, "≈ 269 MB");
    }

    #[test]
    fn dates() {
        for text in ["2000-01-01", "2017-12-31", "2026-11-25", "2127-12-31"] {
            let date = Date::parse(text).expect(text);
            assert_eq!(date.to_string(), text);
            assert_eq!(Date::from_bits(date.to_bits()), Some(date));
        }
        assert_eq!(Date::parse("2024-05-01T10:00:00Z"), Date::new(2024, 5, 1));
        for text in
            ["", "2024", "1999-01-01", "2024-13-01", "2024-00-10", "24-05-2024", "2024-1-01-"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::new(2023, 12, 31) < Date::new(2024, 1, 1));
        let date = |text| Date::parse(text).expect(text);
        assert_eq!(date("2023-12-31").months_to(date("2024-02-01")), 2);
        assert!(Date::today() > Date::new(2026, 1, 1));
        assert!(Date::days_ago(1) < Date::today() && Date::days_ago(1).is_some());
        assert_eq!(Date::days_ago(u16::MAX), None);
        let at = |seconds| Date::of(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!((at(1_600_000_000), at(0)), (Date::new(2020, 9, 13), None));
        assert_eq!(at(300_000_000_000), None);
    }

    #[test]
    fn the_surer_source_counts() {
        let size = |source| Some(Size::counted(1, source));
        let figure = Figure {
            pull: size(Source::Estimate),
            disk: size(Source::Engine),
            ..Figure::default()
        };
        assert_eq!(figure.source(), Source::Engine);
        assert_eq!(Figure::unknown("x").source(), Source::Unknown);
    }
}
