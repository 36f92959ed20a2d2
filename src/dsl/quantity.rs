//! Quantities: numbers with a unit in their type, for thresholds and for lengths of time.

use std::fmt;
use std::marker::PhantomData;

use super::data::Data;
use super::place::Place;
use super::unit::*;
use crate::spec::quantity;

/// A number in a unit: `percent(5)`, `minutes(5)`, `quantity::<Per<Usd, Hours>>(20)`.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(percent(5).to_string(), "5%");
/// assert_eq!(gibibytes(40).to_string(), "40GiB");
/// assert_eq!(quantity::<Per<Usd, Hours>>(20).to_string(), "20 usd/hour");
/// ```
#[derive(Debug)]
pub struct Quantity<U> {
    number: f64,
    place: Place,
    unit: PhantomData<fn() -> U>,
}

impl<U> Clone for Quantity<U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<U> Copy for Quantity<U> {}

impl<U> Clone for PoolThreshold<U> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), place: self.place, unit: PhantomData }
    }
}

/// So many of a unit.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(quantity::<Watts>(700).to_string(), "700 watts");
/// ```
#[must_use]
#[track_caller]
pub fn quantity<U: Unit>(number: impl Into<f64>) -> Quantity<U> {
    Quantity { number: number.into(), place: Place::here(), unit: PhantomData }
}

macro_rules! quantities {
    ($($name:ident $unit:ident $number:literal $text:literal $what:literal;)*) => {$(
        #[doc = concat!("So many ", $what, ".")]
        ///
        /// ```
        #[doc = concat!("assert_eq!(optiinfra_gen::dsl::", stringify!($name), "(", $number, ").to_string(), \"", $text, "\");")]
        /// ```
        #[must_use]
        #[track_caller]
        pub fn $name(number: impl Into<f64>) -> Quantity<$unit> {
            quantity(number)
        }
    )*};
}

quantities! {
    ratio Ratio "0.05" "0.05" "ones: a share as a number from 0 to 1";
    percent Percent "5" "5%" "hundredths";
    milliseconds Milliseconds "250" "250ms" "milliseconds";
    seconds Seconds "1" "1s" "seconds";
    minutes Minutes "5" "5m" "minutes";
    hours Hours "1" "1h" "hours";
    days Days "15" "15d" "days";
    weeks Weeks "1" "1w" "weeks";
    bytes Bytes "512" "512B" "bytes";
    kibibytes Kibibytes "64" "64KiB" "kibibytes";
    mebibytes Mebibytes "64" "64MiB" "mebibytes";
    gibibytes Gibibytes "40" "40GiB" "gibibytes";
    celsius Celsius "83" "83 celsius" "degrees Celsius";
    watts Watts "700" "700 watts" "watts";
    usd Usd "20" "20 usd" "US dollars";
}

impl<U: Unit> Quantity<U> {
    /// The number that a sample in `V` has when it measures this; `None` when the two measure different things.
    fn number_in<V: Unit>(&self) -> Option<f64> {
        match (U::unit(), V::unit()) {
            (Some(own), Some(wanted)) => own.conversion(&wanted).map(|factor| quantity::tidy(self.number * factor)),
            _ => Some(self.number),
        }
    }
}

impl<U: Unit> fmt::Display for Quantity<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&U::write(self.number))
    }
}

impl<U: Unit> From<Quantity<U>> for Data {
    fn from(quantity: Quantity<U>) -> Self {
        Data::from(quantity.to_string()).at(quantity.place)
    }
}

/// A number without a unit, for a threshold: it is taken to be in the unit of the value, whatever that is.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let down = up().is(JOB, "checkout").now().equal(number(0));
/// assert_eq!(down.to_string(), r#"up{job="checkout"} == 0"#);
/// ```
#[must_use]
#[track_caller]
pub fn number(number: impl Into<f64>) -> Bare {
    Bare { number: number.into(), place: Place::here() }
}

/// What [`number`] gives.
#[derive(Debug, Clone, Copy)]
pub struct Bare {
    number: f64,
    place: Place,
}

/// The threshold of this name of the pool that an alert is for; the unit is the one in which the pool has it.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let temperature = Gauge::<Celsius>::known("DCGM_FI_DEV_GPU_TEMP");
/// let hot = Alert::new("GpuHot", max(&temperature).by(label!("gpu")).above(pool::<Celsius>("temperature")).severity(WARNING), "A GPU is hot")
///     .for_each("gpu_targets");
/// # assert_eq!(hot.name(), "GpuHot");
/// ```
#[must_use]
#[track_caller]
pub fn pool<U: Unit>(name: &str) -> PoolThreshold<U> {
    PoolThreshold { name: name.to_owned(), place: Place::here(), unit: PhantomData }
}

/// What [`pool`] gives.
#[derive(Debug)]
pub struct PoolThreshold<U> {
    name: String,
    place: Place,
    unit: PhantomData<fn() -> U>,
}

/// What a value in `U` can be compared with: a [`Quantity`] in a unit of the same dimension, or [`number`].
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let latency = Gauge::<Seconds>::new("latency_seconds", "How long it takes.");
/// assert_eq!(latency.now().greater(milliseconds(250)).to_string(), "latency_seconds > 0.25");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no threshold",
    label = "a value in `{U}` is compared with a quantity",
    note = "write `percent(5)`, `seconds(1)`, `quantity::<{U}>(5)`, or `number(5)` to leave the unit out"
)]
pub trait Threshold<U: Unit> {
    /// The threshold as it stands in a spec.
    #[doc(hidden)]
    fn into_data(self) -> Data;
    /// The number that samples in the unit have, and where it was written.
    #[doc(hidden)]
    fn sample(&self) -> Option<(f64, SampledAt)>;
}

/// Where a threshold was written.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct SampledAt(pub(super) Place);

impl<U: Unit, V: Unit> Threshold<U> for Quantity<V>
where
    V::Dimension: Fits<U::Dimension>,
{
    fn into_data(self) -> Data {
        self.into()
    }

    fn sample(&self) -> Option<(f64, SampledAt)> {
        Some((self.number_in::<U>()?, SampledAt(self.place)))
    }
}

impl<U: Unit> Threshold<U> for Bare {
    fn into_data(self) -> Data {
        Data::from(self.number).at(self.place)
    }

    fn sample(&self) -> Option<(f64, SampledAt)> {
        Some((self.number, SampledAt(self.place)))
    }
}

impl<U: Unit, V: Unit> Threshold<U> for PoolThreshold<V>
where
    V::Dimension: Fits<U::Dimension>,
{
    fn into_data(self) -> Data {
        Data::from(format!("$pool.{}", self.name)).at(self.place)
    }

    fn sample(&self) -> Option<(f64, SampledAt)> {
        None
    }
}

/// A length of time: `minutes(5)`, or where a range is wanted one of [`WINDOW`], [`RATE_INTERVAL`], [`INTERVAL`], [`RANGE`].
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(Length::from(hours(1)).to_string(), "1h");
/// assert_eq!(WINDOW.to_string(), "$window");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length(pub(super) LengthForm);

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum LengthForm {
    Seconds(f64),
    Variable(&'static str),
}

/// `$window`: the range that whoever uses a query says.
pub const WINDOW: Length = Length(LengthForm::Variable("window"));
/// `$__rate_interval`: the range that Grafana finds fitting for `rate`.
pub const RATE_INTERVAL: Length = Length(LengthForm::Variable("__rate_interval"));
/// `$__interval`: the step of a panel.
pub const INTERVAL: Length = Length(LengthForm::Variable("__interval"));
/// `$__range`: the time that a dashboard shows.
pub const RANGE: Length = Length(LengthForm::Variable("__range"));

impl<U: Unit<Dimension = dimension::Time>> From<Quantity<U>> for Length {
    fn from(quantity: Quantity<U>) -> Self {
        Self(LengthForm::Seconds(quantity.number_in::<Seconds>().unwrap_or(quantity.number)))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            LengthForm::Seconds(seconds) => {
                let millis = (seconds * 1000.0).round();
                // Beyond what is exact, and for what is no time at all, the number says more than a time that is wrong.
                if (0.0..9e15).contains(&millis) {
                    quantity::Duration::from_millis(millis as i64).fmt(f)
                } else {
                    write!(f, "{seconds}s")
                }
            }
            LengthForm::Variable(name) => write!(f, "${name}"),
        }
    }
}

impl From<Length> for Data {
    #[track_caller]
    fn from(length: Length) -> Self {
        length.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_become_samples_of_the_value() {
        fn of<U: Unit>(threshold: &impl Threshold<U>) -> Option<f64> {
            threshold.sample().map(|(number, _)| number)
        }
        assert_eq!(of::<Ratio>(&percent(5)), Some(0.05));
        assert_eq!(of::<Percent>(&ratio(0.5)), Some(50.0));
        assert_eq!(of::<Seconds>(&milliseconds(250)), Some(0.25));
        assert_eq!(of::<Untold>(&percent(5)), Some(5.0));
        assert_eq!(of::<Celsius>(&pool::<Celsius>("temperature")), None);
        assert_eq!(of::<Per<Usd, Seconds>>(&quantity::<Per<Usd, Hours>>(3600)), Some(1.0));
    }

    #[test]
    fn lengths_are_written_as_prometheus_does() {
        let text = |length: Length| length.to_string();
        assert_eq!(text(minutes(90).into()), "1h30m");
        assert_eq!(text(seconds(0.5).into()), "500ms");
        assert_eq!(text(seconds(-1).into()), "-1s");
        assert_eq!(text(days(f64::NAN).into()), "NaNs");
    }
}
