//! Units as types: what the samples of a metric or the values of an expression count.
//!
//! A unit follows an expression: `rate` of a counter of [`Usd`] is in [`Per<Usd, Seconds>`], a quotient of two counts of the same thing is a
//! [`Ratio`], and a sum of seconds and bytes does not compile. Two units with the same [`Unit::Dimension`] can be compared with each other, so
//! that a threshold in milliseconds fits a value in seconds, and one in percent fits a ratio.

use std::marker::PhantomData;

use crate::unit;

/// A unit of measure as a type. Units of your own are made with [`units!`](crate::units!).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(Per::<Usd, Months>::unit().unwrap().to_string(), "usd/month");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a unit",
    label = "this needs a value that is counted in a unit",
    note = "the buckets of a histogram are no value yet: take `histogram_quantile` of them",
    note = "units of your own are made with `units! {{ pub Orders = \"orders\"; }}`"
)]
pub trait Unit: 'static {
    /// What it measures; the same for units that can be converted into each other.
    type Dimension: 'static;
    /// The unit of a rate of it.
    type PerSecond: Unit;

    /// The unit as the spec language has it; `None` of [`Untold`].
    fn unit() -> Option<unit::Unit>;

    /// A quantity of it as people write it: `5%`, `250ms`, `83 celsius`.
    fn write(number: f64) -> String {
        match Self::unit() {
            Some(unit) => format!("{number} {unit}"),
            None => number.to_string(),
        }
    }
}

/// A unit that is known: all but [`Untold`].
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn word<U: Known>() -> Option<String> {
///     U::unit().map(|unit| unit.to_string())
/// }
/// assert_eq!(word::<Per<Usd, Hours>>().as_deref(), Some("usd/hour"));
/// ```
pub trait Known: Unit {}

/// A unit without a rule of its own: all but [`Ratio`], [`Seconds`], [`Observations`] and [`Untold`].
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn share<U: Ordinary>(part: Vector<U>, whole: Vector<U>) -> Vector<Ratio> {
///     part / whole
/// }
/// let used = Gauge::<Bytes>::known("used_bytes");
/// assert_eq!(share(used.clone().now(), sum(used).by(JOB)).to_string(), "used_bytes / sum by (job) (used_bytes)");
/// ```
pub trait Ordinary: Known {}

/// The unit of a quotient. It is implemented for equal units, for one that is divided by a ratio, by seconds or by a count of observations, and
/// for [`Untold`]. Where it is not, [`Vector::per`](super::Vector::per) gives [`Per`], and [`Vector::quotient`](super::Vector::quotient) the unit
/// that you say.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn is_ratio(_: &Vector<Ratio>) {}
/// let failed = Counter::<Requests>::new("failed_total", "Requests that failed.");
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// is_ratio(&(rate(failed.over(WINDOW)) / rate(requests.over(WINDOW))));
/// ```
#[diagnostic::on_unimplemented(
    message = "no unit is known for `{Self}` divided by `{Divisor}`",
    label = "this quotient has no unit of its own",
    note = "`a.per(b)` is in `Per<{Self}, {Divisor}>`; `a.quotient::<U>(b)` is in the unit that you say"
)]
pub trait Over<Divisor: Unit>: Unit {
    /// The unit of the quotient.
    type Quotient: Unit;
}

/// The unit of a product. It is implemented where one side is a ratio, and where a quotient is multiplied by what it is divided by.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn is_usd(_: &Vector<Usd>) {}
/// let price = Gauge::<Per<Usd, Instances>>::new("instance_price", "Price of an instance.");
/// let running = Gauge::<Instances>::new("instances", "Instances that run.");
/// is_usd(&(price.now() * running.now()));
/// ```
#[diagnostic::on_unimplemented(
    message = "no unit is known for `{Self}` multiplied by `{Factor}`",
    label = "this product has no unit of its own",
    note = "`a.product::<U>(b)` is in the unit that you say"
)]
pub trait Times<Factor: Unit>: Unit {
    /// The unit of the product.
    type Product: Unit;
}

/// The unit of a sum or a difference: both sides have the same.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let read = Gauge::<Bytes>::new("read_bytes", "Bytes read.");
/// let written = Gauge::<Bytes>::new("written_bytes", "Bytes written.");
/// assert_eq!((read.now() + written.now()).to_string(), "read_bytes + written_bytes");
/// ```
#[diagnostic::on_unimplemented(
    message = "a value in `{Other}` cannot be added to or taken from one in `{Self}`",
    label = "the two sides have different units",
    note = "`.assume::<U>()` says that a value is in another unit"
)]
pub trait Plus<Other: Unit>: Unit {
    /// The unit of the sum.
    type Sum: Unit;
}

/// That a threshold of one dimension can be compared with a value of another, which must be the same.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn fits<A: Unit, B: Unit>()
/// where
///     A::Dimension: Fits<B::Dimension>,
/// {
/// }
/// fits::<Milliseconds, Seconds>();
/// fits::<Percent, Ratio>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a threshold that measures `{Self}` cannot be compared with a value that measures `{Value}`",
    label = "the unit of this threshold does not fit the value",
    note = "write the threshold in a unit of the value; `number(5)` leaves the unit out, and `.assume::<U>()` gives the value another one"
)]
pub trait Fits<Value> {}

impl<D: Measure> Fits<D> for D {}

/// What a known unit measures.
#[doc(hidden)]
pub trait Measure: 'static {}

/// What is measured, where it is not simply counted.
///
/// ```
/// use optiinfra_gen::dsl::{Unit, Percent, Ratio, dimension};
///
/// fn is_share<U: Unit<Dimension = dimension::Share>>() {}
/// is_share::<Percent>();
/// is_share::<Ratio>();
/// ```
pub mod dimension {
    macro_rules! dimensions {
        ($($(#[$meta:meta])* $name:ident;)*) => {$(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}
            impl super::Measure for $name {}
            impl super::Fits<Anything> for $name {}
        )*};
    }

    dimensions! {
        /// A pure number: a ratio, a percentage.
        Share;
        /// A length of time.
        Time;
        /// An amount of data.
        Information;
        /// A temperature.
        Temperature;
        /// Energy.
        Energy;
        /// Power: energy in a time.
        Power;
        /// How often in a time.
        Frequency;
        /// Electric tension.
        Tension;
        /// Electric current.
        Current;
    }

    /// Nobody said what; any threshold fits.
    #[derive(Debug, Clone, Copy)]
    pub enum Anything {}
}

/// The quotient of two units: [`Per<Usd, Months>`](Per) is usd/month.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let potential = Gauge::<Per<Usd, Months>>::new("savings_potential", "Money that would be saved in a month.");
/// # assert_eq!(potential.name(), "savings_potential");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Per<A, B>(PhantomData<fn() -> (A, B)>);

impl<A: Unit, B: Unit> Unit for Per<A, B> {
    type Dimension = Per<A::Dimension, B::Dimension>;
    type PerSecond = Per<Self, Seconds>;

    fn unit() -> Option<unit::Unit> {
        Some(A::unit()?.divide(&B::unit()?))
    }
}

impl<A: Unit, B: Unit> Known for Per<A, B> {}
impl<A: Unit, B: Unit> Ordinary for Per<A, B> {}
impl<A: 'static, B: 'static> Measure for Per<A, B> {}
impl<A: 'static, B: 'static> Fits<dimension::Anything> for Per<A, B> {}

/// A unit that nobody said, such as that of an expression that is given as text. It goes with everything.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let busy = promql("avg by (node) (gpu_utilization)").assume::<Ratio>();
/// # assert_eq!(busy.to_string(), "avg by (node) (gpu_utilization)");
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Untold {}

impl Unit for Untold {
    type Dimension = dimension::Anything;
    type PerSecond = Untold;

    fn unit() -> Option<unit::Unit> {
        None
    }
}

impl Fits<dimension::Anything> for dimension::Anything {}

macro_rules! built_in {
    ($($(#[$meta:meta])* $name:ident: $dimension:ty, $word:literal, $suffix:expr, $per_second:ty;)*) => {$(
        $(#[$meta])*
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        #[doc = concat!("assert_eq!(", stringify!($name), "::unit(), optiinfra_gen::unit::Unit::parse(\"", $word, "\").ok());")]
        /// ```
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl Unit for $name {
            type Dimension = $dimension;
            type PerSecond = $per_second;

            fn unit() -> Option<unit::Unit> {
                unit::Unit::parse($word).ok()
            }

            fn write(number: f64) -> String {
                let suffix: Option<&str> = $suffix;
                suffix.map_or_else(|| format!("{number} {}", $word), |suffix| format!("{number}{suffix}"))
            }
        }

        impl Known for $name {}
    )*};
}

built_in! {
    /// A pure number: 0.05 is 5 percent.
    Ratio: dimension::Share, "ratio", Some(""), Per<Ratio, Seconds>;
    /// Hundredths.
    Percent: dimension::Share, "percent", Some("%"), Per<Percent, Seconds>;
    /// Seconds.
    Seconds: dimension::Time, "seconds", Some("s"), Ratio;
    /// Milliseconds.
    Milliseconds: dimension::Time, "milliseconds", Some("ms"), Per<Milliseconds, Seconds>;
    /// Minutes.
    Minutes: dimension::Time, "minutes", Some("m"), Per<Minutes, Seconds>;
    /// Hours.
    Hours: dimension::Time, "hours", Some("h"), Per<Hours, Seconds>;
    /// Days.
    Days: dimension::Time, "days", Some("d"), Per<Days, Seconds>;
    /// Weeks.
    Weeks: dimension::Time, "weeks", Some("w"), Per<Weeks, Seconds>;
    /// Months: the twelfth part of 365 days.
    Months: dimension::Time, "months", None, Per<Months, Seconds>;
    /// Bytes.
    Bytes: dimension::Information, "bytes", Some("B"), Per<Bytes, Seconds>;
    /// 1024 bytes.
    Kibibytes: dimension::Information, "kibibytes", Some("KiB"), Per<Kibibytes, Seconds>;
    /// 1024 kibibytes.
    Mebibytes: dimension::Information, "mebibytes", Some("MiB"), Per<Mebibytes, Seconds>;
    /// 1024 mebibytes.
    Gibibytes: dimension::Information, "gibibytes", Some("GiB"), Per<Gibibytes, Seconds>;
    /// 1024 gibibytes.
    Tebibytes: dimension::Information, "tebibytes", Some("TiB"), Per<Tebibytes, Seconds>;
    /// Degrees Celsius.
    Celsius: dimension::Temperature, "celsius", None, Per<Celsius, Seconds>;
    /// Joules.
    Joules: dimension::Energy, "joules", None, Watts;
    /// Watts.
    Watts: dimension::Power, "watts", None, Per<Watts, Seconds>;
    /// Hertz.
    Hertz: dimension::Frequency, "hertz", None, Per<Hertz, Seconds>;
    /// Volts.
    Volts: dimension::Tension, "volts", None, Per<Volts, Seconds>;
    /// Amperes.
    Amperes: dimension::Current, "amperes", None, Per<Amperes, Seconds>;
}

macro_rules! ordinary {
    ($($name:ident)*) => {$(impl Ordinary for $name {})*};
}

ordinary! {
    Percent Milliseconds Minutes Hours Days Weeks Months Bytes Kibibytes Mebibytes Gibibytes Tebibytes Celsius Joules Watts Hertz Volts Amperes
}

/// Types for units of your own: counted things in the plural, and currencies.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// units! {
///     /// Orders, whatever became of them.
///     pub Orders = "orders";
///     pub Eur = "eur";
/// }
/// let revenue = Counter::<Eur>::new("revenue_eur_total", "Money taken.");
/// let orders = Counter::<Orders>::new("orders_total", "Orders taken.");
/// let mean: Vector<Per<Eur, Orders>> = increase(revenue.over(hours(1))).per(increase(orders.over(hours(1))));
/// # assert_eq!(mean.to_string(), "increase(revenue_eur_total[1h]) / increase(orders_total[1h])");
/// ```
#[macro_export]
macro_rules! units {
    ($($(#[$meta:meta])* $visible:vis $name:ident = $word:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $visible enum $name {}

        impl $crate::dsl::Unit for $name {
            type Dimension = $name;
            type PerSecond = $crate::dsl::Per<$name, $crate::dsl::Seconds>;

            fn unit() -> ::core::option::Option<$crate::unit::Unit> {
                $crate::unit::Unit::parse($word).ok()
            }
        }

        impl $crate::dsl::Known for $name {}
        impl $crate::dsl::Ordinary for $name {}
        impl $crate::dsl::Measure for $name {}
        impl $crate::dsl::Fits<$crate::dsl::dimension::Anything> for $name {}
    )*};
}

/// Counted things and currencies that most stacks have.
mod counted {
    units! {
        /// US dollars.
        pub Usd = "usd";
        /// Euros.
        pub Eur = "eur";
        /// Requests.
        pub Requests = "requests";
        /// Errors.
        pub Errors = "errors";
        /// Calls of something.
        pub Calls = "calls";
        /// Tokens of a language model.
        pub Tokens = "tokens";
        /// Instances: machines, processes.
        pub Instances = "instances";
    }
}

pub use counted::{Calls, Errors, Eur, Instances, Requests, Tokens, Usd};

/// What a histogram or a summary counts: its `_count` is in it.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0, 10.0]);
/// let mean: Vector<Seconds> = sum(rate(duration.sum().over(WINDOW))) / sum(rate(duration.count().over(WINDOW)));
/// # assert!(mean.to_string().starts_with("sum(rate(duration_seconds_sum[$window]))"));
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Observations {}

impl Unit for Observations {
    type Dimension = Observations;
    type PerSecond = Per<Observations, Seconds>;

    fn unit() -> Option<unit::Unit> {
        unit::Unit::parse("observations").ok()
    }
}

impl Known for Observations {}
impl Measure for Observations {}
impl Fits<dimension::Anything> for Observations {}

// Quotients.
impl<U: Known> Over<U> for U {
    type Quotient = Ratio;
}
impl<U: Ordinary> Over<Ratio> for U {
    type Quotient = U;
}
impl<U: Ordinary> Over<Seconds> for U {
    type Quotient = U::PerSecond;
}
impl<U: Ordinary> Over<Observations> for U {
    type Quotient = U;
}
impl<U: Ordinary> Over<Per<Observations, Seconds>> for Per<U, Seconds> {
    type Quotient = U;
}
impl<U: Known> Over<Untold> for U {
    type Quotient = Untold;
}
impl<U: Unit> Over<U> for Untold {
    type Quotient = Untold;
}

macro_rules! quotients {
    ($($a:ty, $b:ty => $quotient:ty;)*) => {$(impl Over<$b> for $a { type Quotient = $quotient; })*};
}

quotients! {
    Seconds, Ratio => Seconds;
    Seconds, Observations => Seconds;
    Observations, Ratio => Observations;
    Observations, Seconds => Per<Observations, Seconds>;
    Ratio, Per<Observations, Seconds> => Seconds;
}

// Products.
impl<U: Ordinary> Times<Ratio> for U {
    type Product = U;
}
impl<U: Ordinary> Times<U> for Ratio {
    type Product = U;
}
impl<A: Unit, B: Ordinary> Times<B> for Per<A, B> {
    type Product = A;
}
impl<A: Unit> Times<Seconds> for Per<A, Seconds> {
    type Product = A;
}
impl<U: Known> Times<Untold> for U {
    type Product = Untold;
}
impl<U: Unit> Times<U> for Untold {
    type Product = Untold;
}

macro_rules! products {
    ($($a:ty, $b:ty => $product:ty;)*) => {$(impl Times<$b> for $a { type Product = $product; })*};
}

products! {
    Ratio, Ratio => Ratio;
    Ratio, Seconds => Seconds;
    Seconds, Ratio => Seconds;
    Ratio, Observations => Observations;
    Observations, Ratio => Observations;
}

// Sums.
impl<U: Known> Plus<U> for U {
    type Sum = U;
}
impl<U: Known> Plus<Untold> for U {
    type Sum = U;
}
impl<U: Unit> Plus<U> for Untold {
    type Sum = U;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_as_people_write_them() {
        assert_eq!(Percent::write(5.0), "5%");
        assert_eq!(Milliseconds::write(250.0), "250ms");
        assert_eq!(Ratio::write(0.05), "0.05");
        assert_eq!(Celsius::write(83.0), "83 celsius");
        assert_eq!(Per::<Usd, Hours>::write(20.0), "20 usd/hour");
        assert_eq!(Untold::write(3.0), "3");
    }

    #[test]
    fn every_word_is_the_unit_that_the_language_knows() {
        let units = [Seconds::unit(), Bytes::unit(), Usd::unit(), Requests::unit(), Per::<Usd, Months>::unit()];
        let words: Vec<_> = units.into_iter().map(|unit| unit.map(|unit| unit.to_string())).collect();
        let words: Vec<_> = words.iter().map(Option::as_deref).collect();
        assert_eq!(words, [Some("seconds"), Some("bytes"), Some("usd"), Some("requests"), Some("usd/month")]);
    }
}
