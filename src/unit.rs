//! Units of measure: what a sample's number counts.
//!
//! A unit is a product of dimensions with a factor: `milliseconds` is 0.001 of the dimension second, `percent` is 0.01 of
//! nothing (a pure number), `usd/hour` is 1/3600 of usd per second. Two units measure the same thing when their dimensions agree, and
//! are the same unit when their factors agree too. Counted things (requests, tokens) are dimensions of their own, so that requests
//! per second and tokens per second do not add up, and a quotient of two counts of the same thing is a ratio.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

/// One thing that can be measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Time in seconds.
    Second,
    /// Data in bytes.
    Byte,
    /// A temperature difference or reading in degrees Celsius.
    Celsius,
    /// Energy in joules. A watt is a joule a second.
    Joule,
    /// Electric tension in volts.
    Volt,
    /// Electric current in amperes.
    Ampere,
    /// Length in metres.
    Metre,
    /// Mass in grams.
    Gram,
    /// Money, by its currency code in lower case (`usd`).
    Money(Arc<str>),
    /// A counted thing, in the plural (`requests`).
    Count(Arc<str>),
}

/// A unit of measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// How many base units one of it is: 0.001 for milliseconds, 0.01 for percent.
    pub factor: f64,
    /// Dimensions with their exponents: sorted, none zero.
    dimensions: Dimensions,
}

/// Dimensions with their exponents; `None` for none. Facts carry units at every node, so they are small and cheap to copy.
type Dimensions = Option<Arc<[(Dimension, i8)]>>;

fn shared(dimensions: &[(Dimension, i8)]) -> Dimensions {
    if dimensions.is_empty() { None } else { Some(Arc::from(dimensions)) }
}

/// Why a text is not a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitError {
    /// Nothing stands where a unit is expected, as in `usd/`.
    Missing,
    /// The word cannot name a unit: it holds something else than letters, digits and underscores.
    NotAWord(String),
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "a unit is missing"),
            Self::NotAWord(word) => write!(f, "`{word}` is not the name of a unit"),
        }
    }
}

/// One row of [`KNOWN`].
type KnownUnit = (&'static [&'static str], f64, &'static [(Base, i8)]);

/// Names, factors and dimensions of the units that are not simply counted things. Several names of one unit stand together; the
/// first is the one printed.
const KNOWN: &[KnownUnit] = &[
    (&["ratio", "fraction"], 1.0, &[]),
    (&["percent", "%"], 0.01, &[]),
    (&["seconds", "second", "s", "sec", "timestamp"], 1.0, &[(Base::Second, 1)]),
    (&["milliseconds", "millisecond", "ms"], 1e-3, &[(Base::Second, 1)]),
    (&["microseconds", "microsecond", "us", "µs"], 1e-6, &[(Base::Second, 1)]),
    (&["nanoseconds", "nanosecond", "ns"], 1e-9, &[(Base::Second, 1)]),
    (&["minutes", "minute", "m", "min"], 60.0, &[(Base::Second, 1)]),
    (&["hours", "hour", "h"], 3600.0, &[(Base::Second, 1)]),
    (&["days", "day", "d"], 86_400.0, &[(Base::Second, 1)]),
    (&["weeks", "week", "w"], 604_800.0, &[(Base::Second, 1)]),
    (&["months", "month"], 2_628_000.0, &[(Base::Second, 1)]),
    (&["years", "year", "y"], 31_536_000.0, &[(Base::Second, 1)]),
    (&["bytes", "byte", "B"], 1.0, &[(Base::Byte, 1)]),
    (&["bits", "bit"], 0.125, &[(Base::Byte, 1)]),
    (&["kilobytes", "kB", "KB"], 1e3, &[(Base::Byte, 1)]),
    (&["megabytes", "MB"], 1e6, &[(Base::Byte, 1)]),
    (&["gigabytes", "GB"], 1e9, &[(Base::Byte, 1)]),
    (&["terabytes", "TB"], 1e12, &[(Base::Byte, 1)]),
    (&["kibibytes", "KiB"], 1024.0, &[(Base::Byte, 1)]),
    (&["mebibytes", "MiB"], 1_048_576.0, &[(Base::Byte, 1)]),
    (&["gibibytes", "GiB"], 1_073_741_824.0, &[(Base::Byte, 1)]),
    (&["tebibytes", "TiB"], 1_099_511_627_776.0, &[(Base::Byte, 1)]),
    (&["celsius"], 1.0, &[(Base::Celsius, 1)]),
    (&["joules", "joule", "J"], 1.0, &[(Base::Joule, 1)]),
    (&["millijoules", "millijoule", "mJ"], 1e-3, &[(Base::Joule, 1)]),
    (&["kilowatt_hours", "kWh"], 3_600_000.0, &[(Base::Joule, 1)]),
    (&["watts", "watt", "W"], 1.0, &[(Base::Joule, 1), (Base::Second, -1)]),
    (&["milliwatts", "milliwatt", "mW"], 1e-3, &[(Base::Joule, 1), (Base::Second, -1)]),
    (&["kilowatts", "kilowatt", "kW"], 1e3, &[(Base::Joule, 1), (Base::Second, -1)]),
    (&["hertz", "Hz"], 1.0, &[(Base::Second, -1)]),
    (&["kilohertz", "kHz"], 1e3, &[(Base::Second, -1)]),
    (&["megahertz", "MHz"], 1e6, &[(Base::Second, -1)]),
    (&["gigahertz", "GHz"], 1e9, &[(Base::Second, -1)]),
    (&["volts", "volt", "V"], 1.0, &[(Base::Volt, 1)]),
    (&["amperes", "ampere", "A"], 1.0, &[(Base::Ampere, 1)]),
    (&["metres", "meters", "metre", "meter"], 1.0, &[(Base::Metre, 1)]),
    (&["grams", "gram"], 1.0, &[(Base::Gram, 1)]),
];

/// Currencies that are known by their code; any of them is a dimension of its own.
const CURRENCIES: &[&str] = &["usd", "eur", "gbp", "jpy", "chf", "cny", "inr", "cad", "aud", "sek", "nok", "dkk", "brl", "krw"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Second,
    Byte,
    Celsius,
    Joule,
    Volt,
    Ampere,
    Metre,
    Gram,
}

impl Base {
    const fn dimension(self) -> Dimension {
        match self {
            Self::Second => Dimension::Second,
            Self::Byte => Dimension::Byte,
            Self::Celsius => Dimension::Celsius,
            Self::Joule => Dimension::Joule,
            Self::Volt => Dimension::Volt,
            Self::Ampere => Dimension::Ampere,
            Self::Metre => Dimension::Metre,
            Self::Gram => Dimension::Gram,
        }
    }
}

impl Unit {
    /// A pure number.
    pub fn ratio() -> Self {
        Self { factor: 1.0, dimensions: None }
    }

    /// A hundredth.
    pub fn percent() -> Self {
        Self { factor: 0.01, dimensions: None }
    }

    /// Seconds.
    pub fn seconds() -> Self {
        Self::of(Dimension::Second)
    }

    /// Bytes.
    pub fn bytes() -> Self {
        Self::of(Dimension::Byte)
    }

    /// A count of `things`, named in the plural.
    pub fn count(things: &str) -> Self {
        Self::of(Dimension::Count(things.into()))
    }

    /// One base unit of a dimension.
    pub fn of(dimension: Dimension) -> Self {
        Self { factor: 1.0, dimensions: shared(&[(dimension, 1)]) }
    }

    /// Reads `seconds`, `usd/hour`, `requests/second`, `1/second`. A word that names no known unit is a counted thing.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let mut parts = text.split('/');
        let first = parts.next().unwrap_or_default().trim();
        let mut unit = if first == "1" { Self::ratio() } else { Self::parse_word(first)? };
        for part in parts {
            unit = unit.divide(&Self::parse_word(part.trim())?);
        }
        Ok(unit)
    }

    /// Whether a word names a unit that is not merely a counted thing.
    pub fn is_known_word(word: &str) -> bool {
        CURRENCIES.contains(&word.to_ascii_lowercase().as_str()) || KNOWN.iter().any(|(names, ..)| names.contains(&word))
    }

    /// The names of all known units, for suggestions.
    pub fn known_words() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().flat_map(|(names, ..)| names.iter().copied()).chain(CURRENCIES.iter().copied())
    }

    fn parse_word(word: &str) -> Result<Self, UnitError> {
        if word.is_empty() {
            return Err(UnitError::Missing);
        }
        if let Some((_, factor, bases)) = KNOWN.iter().find(|(names, ..)| names.contains(&word)) {
            let mut dimensions: SmallVec<[(Dimension, i8); 2]> =
                bases.iter().map(|(base, exponent)| (base.dimension(), *exponent)).collect();
            dimensions.sort();
            return Ok(Self { factor: *factor, dimensions: shared(&dimensions) });
        }
        let lower = word.to_ascii_lowercase();
        if CURRENCIES.contains(&lower.as_str()) {
            return Ok(Self::of(Dimension::Money(lower.into())));
        }
        let letters = word.chars().all(|c| c.is_alphanumeric() || c == '_') && word.starts_with(|c: char| c.is_alphabetic());
        if letters { Ok(Self::count(word)) } else { Err(UnitError::NotAWord(word.to_owned())) }
    }

    /// The dimensions with their exponents, sorted.
    pub fn dimensions(&self) -> &[(Dimension, i8)] {
        self.dimensions.as_deref().unwrap_or_default()
    }

    /// Whether it is a pure number: a ratio, a percentage.
    pub fn is_dimensionless(&self) -> bool {
        self.dimensions.is_none()
    }

    /// Whether both measure the same thing, whatever their factors.
    pub fn same_dimensions(&self, other: &Self) -> bool {
        self.dimensions == other.dimensions
    }

    /// Whether both are the same unit: the same dimensions, and factors equal up to rounding.
    pub fn same(&self, other: &Self) -> bool {
        self.same_dimensions(other) && close(self.factor, other.factor)
    }

    /// The unit of a product.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Self {
        self.combine(other, 1, self.factor * other.factor)
    }

    /// The unit of a quotient.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Self {
        self.combine(other, -1, self.factor / other.factor)
    }

    /// The same dimensions with another factor: `scaled(0.01)` makes percent of a ratio.
    #[must_use]
    pub fn scaled(&self, by: f64) -> Self {
        Self { factor: self.factor * by, dimensions: self.dimensions.clone() }
    }

    /// By how much a number in this unit is multiplied to be a number in `other`; `None` when they measure different things.
    pub fn conversion(&self, other: &Self) -> Option<f64> {
        self.same_dimensions(other).then_some(self.factor / other.factor)
    }

    fn combine(&self, other: &Self, sign: i8, factor: f64) -> Self {
        if other.dimensions.is_none() {
            return Self { factor, dimensions: self.dimensions.clone() };
        }
        let mut dimensions: SmallVec<[(Dimension, i8); 4]> = self.dimensions().iter().cloned().collect();
        for (dimension, exponent) in other.dimensions() {
            let exponent = exponent.saturating_mul(sign);
            match dimensions.binary_search_by(|(mine, _)| mine.cmp(dimension)) {
                Ok(index) => {
                    dimensions[index].1 = dimensions[index].1.saturating_add(exponent);
                    if dimensions[index].1 == 0 {
                        dimensions.remove(index);
                    }
                }
                Err(index) => dimensions.insert(index, (dimension.clone(), exponent)),
            }
        }
        Self { factor, dimensions: shared(&dimensions) }
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = name_of(self.factor, self.dimensions()) {
            return f.write_str(&name);
        }
        let above: Vec<_> = self.dimensions().iter().filter(|(_, exponent)| *exponent > 0).collect();
        let below: Vec<_> = self.dimensions().iter().filter(|(_, exponent)| *exponent < 0).collect();
        // usd/hour: the factor belongs to one of the parts when a known unit has it.
        if let ([(top, 1)], [(bottom, -1)]) = (above.as_slice(), below.as_slice()) {
            let single = |dimension: &Dimension, factor: f64| name_of(factor, &[(dimension.clone(), 1)]);
            for bottom_factor in [1.0, 60.0, 3600.0, 86_400.0, 2_628_000.0, 1e-3] {
                if let (Some(top), Some(bottom)) = (single(top, self.factor * bottom_factor), single(bottom, bottom_factor)) {
                    return write!(f, "{top}/{}", singular(&bottom));
                }
            }
        }
        if !close(self.factor, 1.0) {
            write!(f, "{} ", self.factor)?;
        }
        if above.is_empty() {
            write!(f, "1")?;
        }
        for (index, (dimension, exponent)) in above.iter().enumerate() {
            let space = if index > 0 { "·" } else { "" };
            write!(f, "{space}{}{}", base_name(dimension), power(*exponent))?;
        }
        for (dimension, exponent) in below {
            write!(f, "/{}{}", singular(&base_name(dimension)), power(exponent.saturating_neg()))?;
        }
        Ok(())
    }
}

fn power(exponent: i8) -> String {
    if exponent == 1 { String::new() } else { format!("^{exponent}") }
}

fn singular(name: &str) -> &str {
    match name.strip_suffix('s') {
        Some(stem) if !matches!(name, "celsius") => stem,
        _ => name,
    }
}

fn base_name(dimension: &Dimension) -> String {
    match dimension {
        Dimension::Money(code) => code.to_string(),
        Dimension::Count(things) => things.to_string(),
        other => KNOWN
            .iter()
            .find(|(_, factor, bases)| *factor == 1.0 && matches!(bases, [(base, 1)] if base.dimension() == *other))
            .map_or_else(String::new, |(names, ..)| names[0].to_owned()),
    }
}

fn name_of(factor: f64, dimensions: &[(Dimension, i8)]) -> Option<String> {
    if let ([(Dimension::Money(_) | Dimension::Count(_), 1)], true) = (dimensions, close(factor, 1.0)) {
        return Some(base_name(&dimensions[0].0));
    }
    KNOWN
        .iter()
        .find(|(_, known, bases)| {
            close(*known, factor)
                && bases.len() == dimensions.len()
                && bases.iter().all(|(base, exponent)| dimensions.contains(&(base.dimension(), *exponent)))
        })
        .map(|(names, ..)| names[0].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).unwrap()
    }

    #[test]
    fn reads_and_prints() {
        for text in ["seconds", "usd/hour", "bytes/second", "requests/second", "percent", "watts", "ratio", "usd/month", "tokens"]
        {
            assert_eq!(unit(text).to_string(), text);
        }
        assert_eq!(unit("ms").to_string(), "milliseconds");
        assert_eq!(unit("1/second").to_string(), "hertz");
        assert_eq!(Unit::parse("usd/"), Err(UnitError::Missing));
        assert_eq!(Unit::parse("a b"), Err(UnitError::NotAWord("a b".to_owned())));
    }

    #[test]
    fn algebra() {
        assert!(unit("requests").divide(&unit("requests")).same(&Unit::ratio()));
        assert!(unit("joules").divide(&unit("seconds")).same(&unit("watts")));
        assert!(unit("bytes").divide(&unit("seconds")).same(&unit("bytes/second")));
        assert!(Unit::ratio().scaled(0.01).same(&Unit::percent()));
        assert!(!unit("requests").same_dimensions(&unit("tokens")));
        assert_eq!(unit("milliseconds").conversion(&unit("seconds")), Some(0.001));
        assert_eq!(unit("seconds").conversion(&unit("bytes")), None);
        assert!(unit("usd").divide(&unit("seconds")).scaled(1.0 / 3600.0).same(&unit("usd/hour")));
    }
}
