//! The functions of PromQL, each with the types of what it takes and returns.

use super::built::Built;
use super::expr::{Buckets, Instant, Scalar, Vector};
use super::label::Label;
use super::metric::{Kind, kind};
use super::place::Place;
use super::quantity::Length;
use super::selector::Range;
use super::unit::{Observations, Per, Ratio, Seconds, Unit, Untold};
use crate::promql::{self, Call, Callee, ExprKind, functions};

/// A kind of metric that only grows, so that it has a rate.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn per_second<K: Growing, U: Unit>(metric: &Metric<K, U>) -> Vector<K::Rate<U>> {
///     rate(metric.over(WINDOW))
/// }
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// assert_eq!(per_second(&requests).to_string(), "rate(requests_total[$window])");
/// ```
#[diagnostic::on_unimplemented(
    message = "a metric of the kind `{Self}` has no rate",
    label = "this wants a counter or the buckets of a histogram",
    note = "a gauge goes up and down: its change is `delta`, its slope `deriv`; of a histogram take `.buckets()`, `.sum()` or `.count()`"
)]
pub trait Growing: Kind {
    /// What its rate counts.
    type Rate<U: Unit>;
    /// What its growth counts.
    type Growth<U: Unit>;
}

impl Growing for kind::Counter {
    type Rate<U: Unit> = U::PerSecond;
    type Growth<U: Unit> = U;
}

impl Growing for kind::Bucket {
    type Rate<U: Unit> = Buckets<U>;
    type Growth<U: Unit> = Buckets<U>;
}

impl Growing for kind::NativeHistogram {
    type Rate<U: Unit> = Buckets<U>;
    type Growth<U: Unit> = Buckets<U>;
}

/// A kind of metric that goes up and down.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn mean<K: Swinging, U: Unit>(metric: &Metric<K, U>) -> Vector<U> {
///     avg_over_time(metric.over(hours(1)))
/// }
/// assert_eq!(mean(&Gauge::<Bytes>::new("used_bytes", "In use.")).to_string(), "avg_over_time(used_bytes[1h])");
/// ```
#[diagnostic::on_unimplemented(
    message = "a metric of the kind `{Self}` does not go up and down",
    label = "this wants a gauge",
    note = "of a counter take `rate` or `increase`"
)]
pub trait Swinging: Kind {}

impl Swinging for kind::Gauge {}

/// What has buckets that a quantile can be taken of.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// fn median<B: Bucketed>(buckets: Vector<B>) -> Vector<B::Observed> {
///     histogram_quantile(0.5, buckets)
/// }
/// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
/// let slow = median(sum(rate(duration.buckets().over(WINDOW))).by(LE)).greater(seconds(1));
/// # assert!(slow.to_string().ends_with("> 1"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`histogram_quantile` of `{Self}`, which has no buckets",
    label = "this wants the buckets of a histogram",
    note = "write `histogram_quantile(0.95, sum(rate(histogram.buckets().over(WINDOW))).by([LE, ...]))`"
)]
pub trait Bucketed {
    /// The unit of what was observed.
    type Observed: Unit;
}

impl<U: Unit> Bucketed for Buckets<U> {
    type Observed = U;
}

fn node(name: &'static str, place: Place, arguments: impl IntoIterator<Item = Built>) -> Built {
    Built::node(place, arguments, |args| {
        let callee = functions::get(name).map_or_else(|| Callee::Unknown(name.to_owned()), Callee::Known);
        ExprKind::Call(Call { callee, callee_span: promql::Span::default(), args })
    })
}

fn call<T>(name: &'static str, place: Place, arguments: impl IntoIterator<Item = Built>) -> Vector<T> {
    Vector::from_built(node(name, place, arguments))
}

fn text(value: &str, place: Place) -> Built {
    Built::node(place, [], |_| ExprKind::String(promql::Text::plain(value)))
}

/// How fast it grows, in a second.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// let rate: Vector<Per<Requests, Seconds>> = rate(requests.over(minutes(5)));
/// assert_eq!(rate.to_string(), "rate(requests_total[5m])");
/// ```
#[must_use]
#[track_caller]
pub fn rate<K: Growing, U: Unit>(range: Range<K, U>) -> Vector<K::Rate<U>> {
    call("rate", Place::here(), [range.built])
}

/// How fast it grew between its last two samples, in a second.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// assert_eq!(irate(requests.over(minutes(5))).to_string(), "irate(requests_total[5m])");
/// ```
#[must_use]
#[track_caller]
pub fn irate<K: Growing, U: Unit>(range: Range<K, U>) -> Vector<K::Rate<U>> {
    call("irate", Place::here(), [range.built])
}

/// By how much it grew over the range.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let savings = Counter::<Usd>::new("cost_savings_total", "Money saved.");
/// let day: Vector<Usd> = increase(savings.over(days(1)));
/// assert_eq!(day.to_string(), "increase(cost_savings_total[1d])");
/// ```
#[must_use]
#[track_caller]
pub fn increase<K: Growing, U: Unit>(range: Range<K, U>) -> Vector<K::Growth<U>> {
    call("increase", Place::here(), [range.built])
}

macro_rules! of_gauges {
    ($($(#[$meta:meta])* $name:ident -> $result:ty;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<K: Swinging, U: Unit>(range: Range<K, U>) -> Vector<$result> {
            call(stringify!($name), Place::here(), [range.built])
        }
    )*};
}

of_gauges! {
    /// By how much a gauge changed over the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(delta(up().over(hours(1))).to_string(), "delta(up[1h])");
    /// ```
    delta -> U;
    /// The difference of the last two samples.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(idelta(up().over(hours(1))).to_string(), "idelta(up[1h])");
    /// ```
    idelta -> U;
    /// The slope in a second, by linear regression.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(deriv(up().over(hours(1))).to_string(), "deriv(up[1h])");
    /// ```
    deriv -> U::PerSecond;
    /// The mean over the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(avg_over_time(up().over(hours(1))).to_string(), "avg_over_time(up[1h])");
    /// ```
    avg_over_time -> U;
    /// The least over the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(min_over_time(up().over(hours(1))).to_string(), "min_over_time(up[1h])");
    /// ```
    min_over_time -> U;
    /// The greatest over the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(max_over_time(up().over(hours(1))).to_string(), "max_over_time(up[1h])");
    /// ```
    max_over_time -> U;
    /// The sum over the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sum_over_time(up().over(hours(1))).to_string(), "sum_over_time(up[1h])");
    /// ```
    sum_over_time -> U;
    /// The last sample of the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(last_over_time(up().over(hours(1))).to_string(), "last_over_time(up[1h])");
    /// ```
    last_over_time -> U;
    /// The standard deviation over the range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(stddev_over_time(up().over(hours(1))).to_string(), "stddev_over_time(up[1h])");
    /// ```
    stddev_over_time -> U;
}

macro_rules! of_ranges {
    ($($(#[$meta:meta])* $name:ident -> $result:ty;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<K: Kind, U: Unit>(range: Range<K, U>) -> Vector<$result> {
            call(stringify!($name), Place::here(), [range.built])
        }
    )*};
}

of_ranges! {
    /// How often it changed.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(changes(up().over(hours(1))).to_string(), "changes(up[1h])");
    /// ```
    changes -> Untold;
    /// How often it fell, which a counter does when its process restarts.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let requests = Counter::<Requests>::new("requests_total", "Requests.");
    /// assert_eq!(resets(requests.over(hours(1))).to_string(), "resets(requests_total[1h])");
    /// ```
    resets -> Untold;
    /// How many samples there are.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(count_over_time(up().over(hours(1))).to_string(), "count_over_time(up[1h])");
    /// ```
    count_over_time -> Untold;
    /// 1 for each series that has a sample.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(present_over_time(up().over(hours(1))).to_string(), "present_over_time(up[1h])");
    /// ```
    present_over_time -> Ratio;
    /// 1 when there is no sample at all.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(absent_over_time(up().over(hours(1))).to_string(), "absent_over_time(up[1h])");
    /// ```
    absent_over_time -> Ratio;
}

/// A quantile of the samples over the range.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(quantile_over_time(0.9, up().over(hours(1))).to_string(), "quantile_over_time(0.9, up[1h])");
/// ```
#[must_use]
#[track_caller]
pub fn quantile_over_time<K: Swinging, U: Unit>(quantile: impl Into<Scalar<Ratio>>, range: Range<K, U>) -> Vector<U> {
    call("quantile_over_time", Place::here(), [quantile.into().built, range.built])
}

/// What a gauge will be after some time, by linear regression over the range.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let free = Gauge::<Bytes>::new("disk_free_bytes", "Free.");
/// assert_eq!(predict_linear(free.over(hours(6)), days(4)).to_string(), "predict_linear(disk_free_bytes[6h], 345600)");
/// ```
#[must_use]
#[track_caller]
pub fn predict_linear<K: Swinging, U: Unit>(range: Range<K, U>, ahead: impl Into<Length>) -> Vector<U> {
    let ahead = match ahead.into().0 {
        super::quantity::LengthForm::Seconds(seconds) => Scalar::<Seconds>::constant(seconds),
        super::quantity::LengthForm::Variable(name) => Scalar::variable(name, Place::here()),
    };
    call("predict_linear", Place::here(), [range.built, ahead.built])
}

/// The value below which a share of the observations lies.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
/// let p95: Vector<Seconds> = histogram_quantile(0.95, sum(rate(duration.buckets().over(WINDOW))).by([LE, JOB]));
/// assert_eq!(p95.to_string(), "histogram_quantile(0.95, sum by (le, job) (rate(duration_seconds_bucket[$window])))");
/// ```
///
/// Of anything else than buckets it does not compile:
///
/// ```compile_fail
/// use optiinfra_gen::dsl::*;
///
/// let load = Gauge::<Ratio>::new("load", "Load.");
/// let p95 = histogram_quantile(0.95, sum(&load).by(LE));
/// ```
#[must_use]
#[track_caller]
pub fn histogram_quantile<V: Instant<Of: Bucketed>>(
    quantile: impl Into<Scalar<Ratio>>,
    buckets: V,
) -> Vector<<V::Of as Bucketed>::Observed> {
    call("histogram_quantile", Place::here(), [quantile.into().built, buckets.now().built])
}

/// The mean of what native histograms observed.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = NativeHistogram::<Seconds>::new("duration_seconds", "Time it took.");
/// let mean: Vector<Seconds> = histogram_avg(rate(duration.over(WINDOW)));
/// assert_eq!(mean.to_string(), "histogram_avg(rate(duration_seconds[$window]))");
/// ```
#[must_use]
#[track_caller]
pub fn histogram_avg<V: Instant<Of: Bucketed>>(histograms: V) -> Vector<<V::Of as Bucketed>::Observed> {
    call("histogram_avg", Place::here(), [histograms.now().built])
}

/// How many observations native histograms have, in a second when they are a rate.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = NativeHistogram::<Seconds>::new("duration_seconds", "Time it took.");
/// assert_eq!(histogram_count(rate(duration.over(WINDOW))).to_string(), "histogram_count(rate(duration_seconds[$window]))");
/// ```
#[must_use]
#[track_caller]
pub fn histogram_count<V: Instant<Of: Bucketed>>(histograms: V) -> Vector<Per<Observations, Seconds>> {
    call("histogram_count", Place::here(), [histograms.now().built])
}

/// The share of observations between two bounds.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = NativeHistogram::<Seconds>::new("duration_seconds", "Time it took.");
/// let fast = histogram_fraction(0.0, 0.2, rate(duration.over(WINDOW)));
/// assert_eq!(fast.to_string(), "histogram_fraction(0, 0.2, rate(duration_seconds[$window]))");
/// ```
#[must_use]
#[track_caller]
pub fn histogram_fraction<V: Instant<Of: Bucketed>>(
    lower: impl Into<Scalar<<V::Of as Bucketed>::Observed>>,
    upper: impl Into<Scalar<<V::Of as Bucketed>::Observed>>,
    histograms: V,
) -> Vector<Ratio> {
    call("histogram_fraction", Place::here(), [lower.into().built, upper.into().built, histograms.now().built])
}

macro_rules! same_unit {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<V: Instant<Of: Unit>>(of: V) -> Vector<V::Of> {
            call(stringify!($name), Place::here(), [of.now().built])
        }
    )*};
}

same_unit! {
    /// Without the sign.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(abs(up()).to_string(), "abs(up)");
    /// ```
    abs;
    /// Up to the next whole number.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(ceil(up()).to_string(), "ceil(up)");
    /// ```
    ceil;
    /// Down to the next whole number.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(floor(up()).to_string(), "floor(up)");
    /// ```
    floor;
    /// To the nearest whole number.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(round(up()).to_string(), "round(up)");
    /// ```
    round;
    /// In ascending order, for a table.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sort(up()).to_string(), "sort(up)");
    /// ```
    sort;
    /// In descending order, for a table.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sort_desc(up()).to_string(), "sort_desc(up)");
    /// ```
    sort_desc;
}

macro_rules! bounded {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<V: Instant<Of: Unit>>(of: V, bound: impl Into<Scalar<V::Of>>) -> Vector<V::Of> {
            call(stringify!($name), Place::here(), [of.now().built, bound.into().built])
        }
    )*};
}

bounded! {
    /// No value below the bound.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(clamp_min(up(), 0.5).to_string(), "clamp_min(up, 0.5)");
    /// ```
    clamp_min;
    /// No value above the bound.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(clamp_max(up(), 0.5).to_string(), "clamp_max(up, 0.5)");
    /// ```
    clamp_max;
}

/// 1 when there is no series, with the labels that the selector says.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(absent(up().is(JOB, "checkout")).to_string(), r#"absent(up{job="checkout"})"#);
/// ```
#[must_use]
#[track_caller]
pub fn absent<V: Instant>(of: V) -> Vector<Ratio> {
    call("absent", Place::here(), [of.now().built])
}

/// When the sample was taken, in seconds since 1970.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let age: Vector<Seconds> = time() - timestamp(up());
/// assert_eq!(age.to_string(), "time() - timestamp(up)");
/// ```
#[must_use]
#[track_caller]
pub fn timestamp<V: Instant>(of: V) -> Vector<Seconds> {
    call("timestamp", Place::here(), [of.now().built])
}

/// The time of the evaluation, in seconds since 1970.
///
/// ```
/// assert_eq!(optiinfra_gen::dsl::time().to_string(), "time()");
/// ```
#[must_use]
#[track_caller]
pub fn time() -> Scalar<Seconds> {
    Scalar::from_built(node("time", Place::here(), []))
}

/// A number as a series without labels.
///
/// ```
/// assert_eq!(optiinfra_gen::dsl::vector(1).to_string(), "vector(1)");
/// ```
#[must_use]
#[track_caller]
pub fn vector(value: impl Into<Scalar<Untold>>) -> Vector<Untold> {
    call("vector", Place::here(), [value.into().built])
}

/// The value of the only series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(scalar(sum(up())).to_string(), "scalar(sum(up))");
/// ```
#[must_use]
#[track_caller]
pub fn scalar<V: Instant<Of: Unit>>(of: V) -> Scalar<V::Of> {
    Scalar::from_built(node("scalar", Place::here(), [of.now().built]))
}

/// Sets a label from what a regular expression finds in another.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { CLOUD = "cloud"; }
/// let aws = label_replace(sum(up()), CLOUD, "aws", JOB, ".*");
/// assert_eq!(aws.to_string(), r#"label_replace(sum(up), "cloud", "aws", "job", ".*")"#);
/// ```
#[must_use]
#[track_caller]
pub fn label_replace<V: Instant>(of: V, label: Label, replacement: &str, source: Label, regex: &str) -> Vector<V::Of> {
    let place = Place::here();
    let texts = [label.as_str(), replacement, source.as_str(), regex].map(|value| text(value, place));
    call("label_replace", place, [of.now().built].into_iter().chain(texts))
}

/// Gives all series one more label: [`label_replace`] without a source.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let aws = with_label(sum(up()), label!("cloud"), "aws");
/// assert_eq!(aws.to_string(), r#"label_replace(sum(up), "cloud", "aws", "", "")"#);
/// ```
#[must_use]
#[track_caller]
pub fn with_label<V: Instant>(of: V, label: Label, value: &str) -> Vector<V::Of> {
    let place = Place::here();
    let texts = [label.as_str(), value, "", ""].map(|value| text(value, place));
    call("label_replace", place, [of.now().built].into_iter().chain(texts))
}

/// Any other function on values, by its name; the unit of the result is yours to say. What no function is called is an error of the checker.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let root: Vector<Ratio> = function("sqrt", up());
/// assert_eq!(root.to_string(), "sqrt(up)");
/// ```
#[must_use]
#[track_caller]
pub fn function<U: Unit>(name: &'static str, of: impl Instant) -> Vector<U> {
    call(name, Place::here(), [of.now().built])
}
