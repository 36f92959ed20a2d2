//! Expressions: what they return and in which unit is in their types.

use std::fmt;
use std::marker::PhantomData;

use super::built::Built;
use super::label::{Label, Labels};
use super::metric::kind;
use super::place::Place;
use super::quantity::Length;
use super::selector::{Range, duration};
use super::unit::{Ratio, Unit, Untold};
use crate::promql::{self, ExprKind, Grouping, Modifiers, Number, Subquery};

/// Series with one value each, in the unit `T`; of the buckets of a histogram `T` is [`Buckets`].
///
/// It is made of metrics by functions, aggregations and operators, becomes a syntax tree, and is printed by the same printer that
/// prints everything else: no text is put together. Every part knows the line of Rust that made it, so that a finding of the checker leads
/// there.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { STATUS = "status"; }
/// let requests = Counter::<Requests>::new("requests_total", "Requests.").label(STATUS, pattern("[1-5][0-9]{2}").up_to(15));
/// let failed = sum(rate(requests.like(STATUS, "5..").over(WINDOW))).by(JOB);
/// let ratio: Vector<Ratio> = failed / sum(rate(requests.over(WINDOW))).by(JOB);
/// assert_eq!(
///     ratio.to_string(),
///     r#"sum by (job) (rate(requests_total{status=~"5.."}[$window])) / sum by (job) (rate(requests_total[$window]))"#,
/// );
/// ```
#[derive(Debug)]
pub struct Vector<T, F = Done> {
    pub(super) built: Built,
    of: PhantomData<fn() -> (T, F)>,
}

/// The form of a [`Vector`] that is complete as it is.
#[derive(Debug, Clone, Copy)]
pub enum Done {}
/// The form of an aggregation of everything, which can still be grouped with `by` or `without`.
#[derive(Debug, Clone, Copy)]
pub enum Whole {}
/// The form of a comparison, which can still be made to return 0 or 1 with `as_bool`.
#[derive(Debug, Clone, Copy)]
pub enum Compared {}

/// What the buckets of a histogram of `U` count: no value yet, but [`histogram_quantile`](super::histogram_quantile()) makes one of it.
#[derive(Debug, Clone, Copy)]
pub struct Buckets<U>(PhantomData<fn() -> U>);

/// One number in the unit `U`, the same for all series.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let started = Gauge::<Seconds>::known("process_start_time_seconds");
/// let age: Vector<Seconds> = time() - started;
/// assert_eq!(age.to_string(), "time() - process_start_time_seconds");
/// ```
#[derive(Debug)]
pub struct Scalar<U> {
    pub(super) built: Built,
    of: PhantomData<fn() -> U>,
}

impl<T, F> Clone for Vector<T, F> {
    fn clone(&self) -> Self {
        Self { built: self.built.clone(), of: PhantomData }
    }
}

impl<U> Clone for Scalar<U> {
    fn clone(&self) -> Self {
        Self { built: self.built.clone(), of: PhantomData }
    }
}

/// Something that has a value for each series at an instant: a gauge, a selector of one, a [`Vector`].
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let used = Gauge::<Bytes>::new("used_bytes", "In use.");
/// let total = Gauge::<Bytes>::new("total_bytes", "There.");
/// assert_eq!((used.now() / &total).to_string(), "used_bytes / total_bytes");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no series of values at an instant",
    label = "this wants a gauge or an expression",
    note = "of a metric take a reference: `sum(&gauge)`, `gauge.now()`",
    note = "of a counter take `rate` or `increase` of `.over(minutes(5))`; of a histogram `histogram_quantile`, `.sum()` or `.count()`"
)]
pub trait Instant {
    /// The unit.
    type Of;

    /// The values as an expression.
    fn now(self) -> Vector<Self::Of>;
}

impl<T, F> Vector<T, F> {
    pub(super) fn from_built(built: Built) -> Self {
        Self { built, of: PhantomData }
    }

    /// The expression without what can still be added to it.
    pub(super) fn done(self) -> Vector<T> {
        Vector::from_built(self.built)
    }

    /// The same values in another unit: the escape where the types cannot know the unit, or know it wrong.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let violation = Counter::<Seconds>::known("DCGM_FI_DEV_THERMAL_VIOLATION");
    /// let share: Vector<Ratio> = (rate(violation.over(minutes(5))) / 1e9).assume();
    /// # assert_eq!(share.to_string(), "rate(DCGM_FI_DEV_THERMAL_VIOLATION[5m]) / 1000000000");
    /// ```
    #[must_use]
    pub fn assume<V: Unit>(self) -> Vector<V> {
        Vector::from_built(self.built)
    }

    /// The syntax tree. Its spans mean nothing to others.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert!(up().now().ast().equivalent(&optiinfra_gen::promql::parse("up", Default::default()).expr));
    /// ```
    #[must_use]
    pub fn ast(&self) -> promql::Expr {
        let mut ast = self.built.ast.clone();
        ast.spans_mut(&mut |span| *span = promql::Span::default());
        ast
    }
}

impl<T> Vector<T, Whole> {
    /// One result for each combination of these labels.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sum(up()).by([JOB, INSTANCE]).to_string(), "sum by (job, instance) (up)");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn by(self, labels: impl Labels) -> Vector<T> {
        self.grouped(Grouping::by(labels.names().into_iter().map(Label::as_str)))
    }

    /// One result for each combination of the other labels.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sum(up()).without(INSTANCE).to_string(), "sum without (instance) (up)");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn without(self, labels: impl Labels) -> Vector<T> {
        self.grouped(Grouping::without(labels.names().into_iter().map(Label::as_str)))
    }

    #[track_caller]
    fn grouped(self, mut grouping: Grouping) -> Vector<T> {
        let mut built = self.built;
        let span = built.add_place(Place::here());
        grouping.span = span;
        grouping.labels.iter_mut().for_each(|label| label.span = span);
        if let ExprKind::Aggregate(aggregate) = &mut built.ast.kind {
            aggregate.grouping = Some(grouping);
        }
        Vector::from_built(built)
    }
}

impl<U: Unit> Vector<U, Compared> {
    /// 1 where it holds and 0 where it does not, in place of leaving out where it does not.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().equal(number(1)).as_bool().to_string(), "up == bool 1");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn as_bool(self) -> Vector<Ratio> {
        let mut built = self.built;
        let span = built.add_place(Place::here());
        if let ExprKind::Binary(binary) = &mut built.ast.kind {
            binary.bool_modifier = Some(span);
        }
        Vector::from_built(built)
    }
}

impl<U: Unit, F> Vector<U, F> {
    /// The expression at each step of a range, as the samples of that range: a subquery.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let busy = max_over_time(sum(up()).over_every(hours(1), minutes(5)));
    /// assert_eq!(busy.to_string(), "max_over_time(sum(up)[1h:5m])");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn over_every(self, length: impl Into<Length>, step: impl Into<Length>) -> Range<kind::Gauge, U> {
        let (range, step) = (duration(length.into()), Some(duration(step.into())));
        let built = Built::node(Place::here(), [self.built], |expressions| match <[promql::Expr; 1]>::try_from(expressions) {
            Ok([expr]) => {
                let range_span = promql::Span::default();
                ExprKind::Subquery(Box::new(Subquery { expr, range, step, range_span, modifiers: Modifiers::default() }))
            }
            Err(_) => ExprKind::Hole,
        });
        Range { built, of: PhantomData }
    }
}

impl<T, F> Instant for Vector<T, F> {
    type Of = T;

    fn now(self) -> Vector<T> {
        self.done()
    }
}

impl<T, F> Instant for &Vector<T, F> {
    type Of = T;

    fn now(self) -> Vector<T> {
        Vector::from_built(self.built.clone())
    }
}

impl<T, F> fmt::Display for Vector<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.built.ast.fmt(f)
    }
}

impl<U> fmt::Display for Scalar<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.built.ast.fmt(f)
    }
}

impl<U> Scalar<U> {
    pub(super) fn from_built(built: Built) -> Self {
        Self { built, of: PhantomData }
    }

    #[track_caller]
    pub(super) fn constant(value: f64) -> Self {
        Self::from_built(Built::node(Place::here(), [], |_| ExprKind::Number(Number::new(value))))
    }
}

impl<U: Unit> From<f64> for Scalar<U> {
    #[track_caller]
    fn from(value: f64) -> Self {
        Self::constant(value)
    }
}

impl<U: Unit> From<i32> for Scalar<U> {
    #[track_caller]
    fn from(value: i32) -> Self {
        Self::constant(value.into())
    }
}

/// An expression that is given as text. Its unit is not known to the types; the checker reads it as it reads all others.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let busy = promql("avg by (node) (gpu_utilization)").assume::<Ratio>();
/// assert_eq!(busy.to_string(), "avg by (node) (gpu_utilization)");
/// ```
#[must_use]
#[track_caller]
pub fn promql(text: &str) -> Vector<Untold> {
    Vector::from_built(Built::text(text, Place::here()))
}

impl<U> Scalar<U> {
    /// `$name`
    pub(super) fn variable(name: &str, place: Place) -> Self {
        let variable = promql::Variable::new(name, promql::Span::default());
        Self::from_built(Built::node(place, [], |_| ExprKind::Variable(Box::new(variable))))
    }
}
