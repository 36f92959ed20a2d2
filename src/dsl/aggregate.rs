//! Aggregations: `sum`, `avg` and the others, to be followed by `by` or `without`.

use super::built::Built;
use super::expr::{Buckets, Instant, Scalar, Vector, Whole};
use super::label::Label;
use super::place::Place;
use super::unit::{Ratio, Unit, Untold};
use crate::promql::{self, Aggregate, AggregateOp, ExprKind};

/// What can be added up over series: values in a unit, and the buckets of histograms.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
/// let buckets: Vector<Buckets<Seconds>> = sum(rate(duration.buckets().over(WINDOW))).by(LE);
/// # assert_eq!(buckets.to_string(), "sum by (le) (rate(duration_seconds_bucket[$window]))");
/// ```
pub trait Summable {}

impl<U: Unit> Summable for U {}
impl<U: Unit> Summable for Buckets<U> {}

fn aggregate<T>(op: AggregateOp, place: Place, param: Option<Built>, of: Built) -> Vector<T, Whole> {
    let has_param = param.is_some();
    let built = Built::node(place, param.into_iter().chain([of]), |mut expressions| {
        let Some(expr) = expressions.pop() else { return ExprKind::Hole };
        let param = expressions.pop().filter(|_| has_param);
        ExprKind::Aggregate(Box::new(Aggregate { op, op_span: promql::Span::default(), grouping: None, param, expr }))
    });
    Vector::from_built(built)
}

/// The sum over series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(sum(up()).by(JOB).to_string(), "sum by (job) (up)");
/// ```
#[must_use]
#[track_caller]
pub fn sum<V: Instant>(of: V) -> Vector<V::Of, Whole>
where
    V::Of: Summable,
{
    aggregate(AggregateOp::Sum, Place::here(), None, of.now().built)
}

macro_rules! same_unit {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<V: Instant<Of: Unit>>(of: V) -> Vector<V::Of, Whole> {
            aggregate(AggregateOp::$op, Place::here(), None, of.now().built)
        }
    )*};
}

same_unit! {
    /// The mean over series.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(avg(up()).by(JOB).to_string(), "avg by (job) (up)");
    /// ```
    avg Avg;
    /// The least of the series.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(min(up()).by(JOB).to_string(), "min by (job) (up)");
    /// ```
    min Min;
    /// The greatest of the series.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(max(up()).by(JOB).to_string(), "max by (job) (up)");
    /// ```
    max Max;
    /// The standard deviation over series.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(stddev(up()).by(JOB).to_string(), "stddev by (job) (up)");
    /// ```
    stddev Stddev;
}

/// How many series there are.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(count(up()).by(JOB).greater(number(2)).to_string(), "count by (job) (up) > 2");
/// ```
#[must_use]
#[track_caller]
pub fn count<V: Instant>(of: V) -> Vector<Untold, Whole> {
    aggregate(AggregateOp::Count, Place::here(), None, of.now().built)
}

/// 1 for each group that has a series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(group(up()).by(JOB).to_string(), "group by (job) (up)");
/// ```
#[must_use]
#[track_caller]
pub fn group<V: Instant>(of: V) -> Vector<Ratio, Whole> {
    aggregate(AggregateOp::Group, Place::here(), None, of.now().built)
}

/// How many series have each value; the value becomes the label.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(count_values(label!("value"), up()).to_string(), r#"count_values("value", up)"#);
/// ```
#[must_use]
#[track_caller]
pub fn count_values<V: Instant>(label: Label, of: V) -> Vector<Untold, Whole> {
    let place = Place::here();
    let param = Built::node(place, [], |_| ExprKind::String(promql::Text::plain(label.as_str())));
    aggregate(AggregateOp::CountValues, place, Some(param), of.now().built)
}

macro_rules! with_count {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name<V: Instant<Of: Unit>>(count: u32, of: V) -> Vector<V::Of, Whole> {
            let count = Scalar::<Ratio>::constant(count.into());
            aggregate(AggregateOp::$op, Place::here(), Some(count.built), of.now().built)
        }
    )*};
}

with_count! {
    /// The series with the greatest values, so many of each group.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(topk(3, up()).by(JOB).to_string(), "topk by (job) (3, up)");
    /// ```
    topk Topk;
    /// The series with the least values, so many of each group.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(bottomk(3, up()).to_string(), "bottomk(3, up)");
    /// ```
    bottomk Bottomk;
    /// Any series, so many of each group (an experimental function of Prometheus).
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(limitk(3, up()).to_string(), "limitk(3, up)");
    /// ```
    limitk Limitk;
}

/// A quantile over series, which are values here and not buckets.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(quantile(0.5, up()).by(JOB).to_string(), "quantile by (job) (0.5, up)");
/// ```
#[must_use]
#[track_caller]
pub fn quantile<V: Instant<Of: Unit>>(quantile: impl Into<Scalar<Ratio>>, of: V) -> Vector<V::Of, Whole> {
    aggregate(AggregateOp::Quantile, Place::here(), Some(quantile.into().built), of.now().built)
}
