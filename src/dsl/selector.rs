//! Series of a metric: those of an instant, and those of a range.

use std::fmt;
use std::marker::PhantomData;

use super::built::{Built, span_of};
use super::expr::{Instant, Vector};
use super::label::Label;
use super::metric::{Histogram, Kind, Metric, NativeHistogram, Plain, Summary, kind};
use super::place::Place;
use super::quantity::{Length, LengthForm};
use super::unit::{Observations, Ratio, Unit};
use crate::promql::{
    self, At, DurationExpr, DurationKind, ExprKind, MatchOp, Matcher, MatrixSelector, MetricName, Modifiers, Moment, Number,
    Offset, Text, VectorSelector,
};

/// Series of one metric, narrowed by matchers on labels.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { STATUS = "status"; ENDPOINT = "endpoint"; }
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// let failed = requests.like(STATUS, "5..").is_not(ENDPOINT, "/metrics");
/// assert_eq!(failed.to_string(), r#"requests_total{status=~"5..",endpoint!="/metrics"}"#);
/// ```
#[derive(Debug)]
pub struct Selector<K, U> {
    name: String,
    place: Place,
    matchers: Vec<(Matcher, Place)>,
    offset: Option<(Length, Place)>,
    at: Option<(Moment, Place)>,
    of: PhantomData<fn() -> (K, U)>,
}

/// Series of one metric with the samples of a range, for functions such as [`rate`](super::rate()).
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// assert_eq!(requests.over(WINDOW).to_string(), "requests_total[$window]");
/// ```
#[derive(Debug)]
pub struct Range<K, U> {
    pub(super) built: Built,
    pub(super) of: PhantomData<fn() -> (K, U)>,
}

impl<K, U> Clone for Selector<K, U> {
    fn clone(&self) -> Self {
        let Self { name, place, matchers, offset, at, of } = self;
        Self { name: name.clone(), place: *place, matchers: matchers.clone(), offset: *offset, at: at.clone(), of: *of }
    }
}

impl<K, U> Clone for Range<K, U> {
    fn clone(&self) -> Self {
        Self { built: self.built.clone(), of: PhantomData }
    }
}

/// What the value of a label is compared with: text, or a variable of a dashboard.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { PROVIDER = "provider"; }
/// let savings = Gauge::<Usd>::new("savings_usd", "Money saved.").label(PROVIDER, up_to(8));
/// let provider = Variable::values_of("provider", &savings, PROVIDER);
/// assert_eq!(savings.like(PROVIDER, &provider).to_string(), r#"savings_usd{provider=~"$provider"}"#);
/// ```
pub trait LabelValue {
    /// The text between the quotes.
    fn text(self) -> String;
}

impl LabelValue for &str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl LabelValue for String {
    fn text(self) -> String {
        self
    }
}

macro_rules! matchers {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {
        impl<K: Kind, U: Unit> Selector<K, U> {$(
            $(#[$meta])*
            #[must_use]
            #[track_caller]
            pub fn $name(mut self, label: Label, value: impl LabelValue) -> Self {
                self.matchers.push((Matcher::new(label.as_str(), MatchOp::$op, value.text()), Place::here()));
                self
            }
        )*}

        impl<K: Kind, U: Unit> Metric<K, U> {$(
            $(#[$meta])*
            #[must_use]
            #[track_caller]
            pub fn $name(&self, label: Label, value: impl LabelValue) -> Selector<K, U> {
                self.series().$name(label, value)
            }
        )*}
    };
}

matchers! {
    /// Only series whose label is this.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().is(JOB, "checkout").to_string(), r#"up{job="checkout"}"#);
    /// ```
    is Equal;
    /// Only series whose label is something else.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().is_not(JOB, "checkout").to_string(), r#"up{job!="checkout"}"#);
    /// ```
    is_not NotEqual;
    /// Only series whose label matches the regular expression as a whole.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().like(JOB, ".*-agent").to_string(), r#"up{job=~".*-agent"}"#);
    /// ```
    like Regex;
    /// Only series whose label does not match the regular expression.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().unlike(JOB, ".*-agent").to_string(), r#"up{job!~".*-agent"}"#);
    /// ```
    unlike NotRegex;
}

impl<K: Kind, U: Unit> Selector<K, U> {
    #[track_caller]
    pub(super) fn of(name: impl Into<String>) -> Self {
        Self { name: name.into(), place: Place::here(), matchers: Vec::new(), offset: None, at: None, of: PhantomData }
    }

    fn renamed<L, V>(self, suffix: &str) -> Selector<L, V> {
        let Self { name, place, matchers, offset, at, of: _ } = self;
        Selector { name: format!("{name}{suffix}"), place, matchers, offset, at, of: PhantomData }
    }

    /// What they were so long ago.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let cost = Gauge::<Usd>::new("cost_usd", "Cost.");
    /// assert_eq!(sum(cost.offset(days(1))).to_string(), "sum(cost_usd offset 1d)");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn offset(mut self, length: impl Into<Length>) -> Self {
        self.offset = Some((length.into(), Place::here()));
        self
    }

    /// What they were at the start of the query's range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sum(up().at_start()).to_string(), "sum(up @ start())");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn at_start(mut self) -> Self {
        self.at = Some((Moment::Start, Place::here()));
        self
    }

    /// What they were at the end of the query's range.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sum(up().at_end()).to_string(), "sum(up @ end())");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn at_end(mut self) -> Self {
        self.at = Some((Moment::End, Place::here()));
        self
    }

    /// Their samples over a range: a fixed one, or [`WINDOW`](super::WINDOW).
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(max_over_time(up().over(hours(1))).to_string(), "max_over_time(up[1h])");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn over(self, length: impl Into<Length>) -> Range<K, U> {
        let here = Place::here();
        let range = duration(length.into());
        let (mut places, mut selector) = self.parts();
        let index = places.len();
        places.push(here);
        if let Some(name) = &mut selector.name {
            name.span = span_of(0);
        }
        let built = Built::with_places(places, [], |_| {
            ExprKind::Matrix(Box::new(MatrixSelector { selector, selector_span: span_of(0), range, range_span: span_of(index) }))
        });
        Range { built, of: PhantomData }
    }

    /// The samples as they are, whatever the kind: the escape for a counter that is to be looked at without a rate.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let orders = Counter::<Requests>::new("orders_total", "Orders taken.");
    /// assert_eq!(orders.raw().to_string(), "orders_total");
    /// ```
    #[must_use]
    pub fn raw(self) -> Vector<U> {
        let (places, selector) = self.parts();
        Vector::from_built(Built::with_places(places, [], |_| ExprKind::Selector(Box::new(selector))))
    }

    /// The places, that of the name first, and the selector whose spans say which is whose.
    fn parts(self) -> (Vec<Place>, VectorSelector) {
        let mut places = vec![self.place];
        let mut matchers = Vec::with_capacity(self.matchers.len());
        for (mut matcher, place) in self.matchers {
            let span = span_of(places.len());
            places.push(place);
            (matcher.label.span, matcher.op_span, matcher.value_span) = (span, span, span);
            matchers.push(matcher);
        }
        let mut modifiers = Modifiers::default();
        if let Some((length, place)) = self.offset {
            modifiers.offset = Some(Box::new(Offset { duration: duration(length), span: span_of(places.len()) }));
            places.push(place);
        }
        if let Some((moment, place)) = self.at {
            modifiers.at = Some(Box::new(At { moment, span: span_of(places.len()) }));
            places.push(place);
        }
        let name = MetricName { text: Text::plain(self.name), quoted: false, span: span_of(0) };
        (places, VectorSelector { name: Some(name), matchers, modifiers, ..VectorSelector::default() })
    }
}

pub(super) fn duration(length: Length) -> DurationExpr {
    let kind = match length.0 {
        LengthForm::Seconds(value) => DurationKind::Literal(Number { value, is_duration: true }),
        LengthForm::Variable(name) => {
            DurationKind::Variable(Text::variable(promql::Variable::new(name, promql::Span::default())))
        }
    };
    DurationExpr { kind, span: promql::Span::default() }
}

impl<K: Kind, U: Unit> Metric<K, U> {
    /// Its samples over a range: a fixed one, or [`WINDOW`](super::WINDOW).
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let requests = Counter::<Requests>::new("requests_total", "Requests.");
    /// assert_eq!(rate(requests.over(minutes(5))).to_string(), "rate(requests_total[5m])");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn over(&self, length: impl Into<Length>) -> Range<K, U> {
        self.series().over(length)
    }

    /// What it was so long ago.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let cost = Gauge::<Usd>::new("cost_usd", "Cost.");
    /// assert_eq!((cost.now() - cost.offset(days(1))).to_string(), "cost_usd - cost_usd offset 1d");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn offset(&self, length: impl Into<Length>) -> Selector<K, U> {
        self.series().offset(length)
    }

    /// The samples as they are, whatever the kind.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let orders = Counter::<Requests>::new("orders_total", "Orders taken.");
    /// assert_eq!(orders.raw().to_string(), "orders_total");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn raw(&self) -> Vector<U> {
        self.series().raw()
    }
}

macro_rules! of_histograms {
    ($($self:ty, [$($handle:tt)*] $series:ident;)*) => {$(
        impl<U: Unit> $self {
            /// The sum of what was observed: the series `_sum`.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            /// let duration = Summary::<Seconds>::new("duration_seconds", "Time it took.", [0.5]);
            /// assert_eq!(rate(duration.sum().over(WINDOW)).to_string(), "rate(duration_seconds_sum[$window])");
            /// ```
            #[must_use]
            #[track_caller]
            pub fn sum($($handle)* self) -> Selector<kind::Counter, U> {
                self.$series().renamed("_sum")
            }

            /// The number of observations: the series `_count`.
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            /// let duration = Summary::<Seconds>::new("duration_seconds", "Time it took.", [0.5]);
            /// assert_eq!(rate(duration.count().over(WINDOW)).to_string(), "rate(duration_seconds_count[$window])");
            /// ```
            #[must_use]
            #[track_caller]
            pub fn count($($handle)* self) -> Selector<kind::Counter, Observations> {
                self.$series().renamed("_count")
            }
        }
    )*};
}

of_histograms! {
    Histogram<U>, [&] series;
    Selector<kind::Histogram, U>, [] itself;
    Summary<U>, [&] series;
    Selector<kind::Summary, U>, [] itself;
}

impl<K, U> Selector<K, U> {
    fn itself(self) -> Self {
        self
    }
}

impl<U: Unit> Histogram<U> {
    /// Its buckets, for [`histogram_quantile`](super::histogram_quantile()).
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
    /// assert_eq!(rate(duration.buckets().over(WINDOW)).to_string(), "rate(duration_seconds_bucket[$window])");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn buckets(&self) -> Selector<kind::Bucket, U> {
        self.series().renamed("_bucket")
    }
}

impl<U: Unit> Selector<kind::Histogram, U> {
    /// The buckets, for [`histogram_quantile`](super::histogram_quantile()).
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let duration = Histogram::<Seconds>::known("duration_seconds");
    /// let buckets = duration.is(JOB, "checkout").buckets();
    /// assert_eq!(buckets.to_string(), r#"duration_seconds_bucket{job="checkout"}"#);
    /// ```
    #[must_use]
    pub fn buckets(self) -> Selector<kind::Bucket, U> {
        self.renamed("_bucket")
    }
}

impl<U: Unit> NativeHistogram<U> {
    /// Its samples, which are histograms.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let duration = NativeHistogram::<Seconds>::new("duration_seconds", "Time it took.");
    /// assert_eq!(rate(duration.histograms().over(WINDOW)).to_string(), "rate(duration_seconds[$window])");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn histograms(&self) -> Selector<kind::NativeHistogram, U> {
        self.series()
    }
}

impl<U: Unit> Summary<U> {
    /// One of its quantiles, as the client computed it.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let pause = Summary::<Seconds>::new("gc_pause_seconds", "Pauses.", [0.5, 0.99]);
    /// assert_eq!(pause.quantile("0.99").to_string(), r#"gc_pause_seconds{quantile="0.99"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn quantile(&self, quantile: &str) -> Selector<kind::Gauge, U> {
        self.series().is(super::label::QUANTILE, quantile).renamed("")
    }
}

/// `up`, which is 1 for each target that answered and 0 for each that did not.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(sum(up()).by(JOB).to_string(), "sum by (job) (up)");
/// ```
#[must_use]
#[track_caller]
pub fn up() -> Selector<kind::Gauge, Ratio> {
    Selector::of("up")
}

impl<K: Plain, U: Unit> Instant for Selector<K, U> {
    type Of = U;

    fn now(self) -> Vector<U> {
        self.raw()
    }
}

impl<K: Plain, U: Unit> Instant for &Selector<K, U> {
    type Of = U;

    fn now(self) -> Vector<U> {
        self.clone().raw()
    }
}

impl<K: Plain, U: Unit> Instant for &Metric<K, U> {
    type Of = U;

    #[track_caller]
    fn now(self) -> Vector<U> {
        self.raw()
    }
}

impl<K: Kind, U: Unit> fmt::Display for Selector<K, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clone().raw().fmt(f)
    }
}

impl<K, U> fmt::Display for Range<K, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.built.ast.fmt(f)
    }
}
