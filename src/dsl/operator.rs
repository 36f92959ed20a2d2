//! Operators: arithmetic between expressions, comparisons, sets, and how series of two sides find each other.

use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use super::built::Built;
use super::expr::{Compared, Instant, Scalar, Vector};
use super::label::Labels;
use super::place::Place;
use super::quantity::Threshold;
use super::unit::{Over, Per, Plus, Times, Unit};
use crate::promql::{self, Binary, BinaryOp, ExprKind, Fill, Group, GroupSide, Label, Matching, Number, Unary, UnaryOp};

fn binary(op: BinaryOp, place: Place, matching: Option<(Matching, Vec<Place>)>, left: Built, right: Built) -> Built {
    let (matching, places) = matching.map_or((None, Vec::new()), |(matching, places)| (Some(matching), places));
    let places = [place].into_iter().chain(places).collect();
    Built::with_places(places, [left, right], |expressions| match <[promql::Expr; 2]>::try_from(expressions) {
        Ok([lhs, rhs]) => {
            let op_span = promql::Span::default();
            ExprKind::Binary(Box::new(Binary { op, op_span, bool_modifier: None, matching, fill: Fill::default(), lhs, rhs }))
        }
        Err(_) => ExprKind::Hole,
    })
}

fn constant(value: f64, place: Place) -> Built {
    Built::node(place, [], |_| ExprKind::Number(Number::new(value)))
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $op:ident $rule:ident $result:ident;)*) => {$(
        impl<U: Unit + $rule<R::Of>, F, R: Instant<Of: Unit>> $trait<R> for Vector<U, F> {
            type Output = Vector<U::$result>;

            #[track_caller]
            fn $method(self, other: R) -> Self::Output {
                Vector::from_built(binary(BinaryOp::$op, Place::here(), None, self.built, other.now().built))
            }
        }

        impl<U: Unit + $rule<V>, V: Unit, F> $trait<Scalar<V>> for Vector<U, F> {
            type Output = Vector<U::$result>;

            #[track_caller]
            fn $method(self, other: Scalar<V>) -> Self::Output {
                Vector::from_built(binary(BinaryOp::$op, Place::here(), None, self.built, other.built))
            }
        }

        impl<U: Unit + $rule<R::Of>, R: Instant<Of: Unit>> $trait<R> for Scalar<U> {
            type Output = Vector<U::$result>;

            #[track_caller]
            fn $method(self, other: R) -> Self::Output {
                Vector::from_built(binary(BinaryOp::$op, Place::here(), None, self.built, other.now().built))
            }
        }

        impl<U: Unit + $rule<R::Of>, R: Instant<Of: Unit>> $trait<R> for Matched<U> {
            type Output = Vector<U::$result>;

            #[track_caller]
            fn $method(self, other: R) -> Self::Output {
                Vector::from_built(self.with(BinaryOp::$op, Place::here(), other))
            }
        }
    )*};
}

arithmetic! {
    Add add Add Plus Sum;
    Sub sub Sub Plus Sum;
    Mul mul Mul Times Product;
    Div div Div Over Quotient;
}

macro_rules! with_numbers {
    ($number:ty: $($trait:ident $method:ident $op:ident;)*) => {$(
        impl<U: Unit, F> $trait<$number> for Vector<U, F> {
            type Output = Vector<U>;

            #[track_caller]
            fn $method(self, other: $number) -> Vector<U> {
                let place = Place::here();
                Vector::from_built(binary(BinaryOp::$op, place, None, self.built, constant(other.into(), place)))
            }
        }
    )*};
}

with_numbers! { f64: Add add Add; Sub sub Sub; Mul mul Mul; Div div Div; Rem rem Mod; }
with_numbers! { i32: Add add Add; Sub sub Sub; Mul mul Mul; Div div Div; Rem rem Mod; }

macro_rules! of_numbers {
    ($number:ty: $($trait:ident $method:ident $op:ident;)*) => {$(
        impl<U: Unit, F> $trait<Vector<U, F>> for $number {
            type Output = Vector<U>;

            #[track_caller]
            fn $method(self, other: Vector<U, F>) -> Vector<U> {
                let place = Place::here();
                Vector::from_built(binary(BinaryOp::$op, place, None, constant(self.into(), place), other.built))
            }
        }
    )*};
}

of_numbers! { f64: Add add Add; Sub sub Sub; Mul mul Mul; }
of_numbers! { i32: Add add Add; Sub sub Sub; Mul mul Mul; }

impl<U: Unit, F> Neg for Vector<U, F> {
    type Output = Vector<U>;

    #[track_caller]
    fn neg(self) -> Vector<U> {
        let built = Built::node(Place::here(), [self.built], |mut expressions| match expressions.pop() {
            Some(expr) => ExprKind::Unary(Unary { op: UnaryOp::Minus, op_span: promql::Span::default(), expr: Box::new(expr) }),
            None => ExprKind::Hole,
        });
        Vector::from_built(built)
    }
}

macro_rules! with_thresholds {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {$(
        $(#[$meta])*
        #[must_use]
        #[track_caller]
        pub fn $name(self, threshold: impl Threshold<U>) -> Vector<U, Compared> {
            let place = Place::here();
            let (value, at) = threshold.sample().map_or((f64::NAN, place), |(value, at)| (value, at.0));
            Vector::from_built(binary(BinaryOp::$op, place, None, self.built, constant(value, at)))
        }
    )*};
}

impl<U: Unit, F> Vector<U, F> {
    with_thresholds! {
        /// Only the series whose value is greater: `>`.
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        /// let busy = Gauge::<Ratio>::new("busy_ratio", "Share of time.");
        /// assert_eq!(busy.now().greater(percent(95)).to_string(), "busy_ratio > 0.95");
        /// ```
        greater Greater;
        /// Only the series whose value is this or greater: `>=`.
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        /// assert_eq!(up().now().greater_or_equal(number(1)).to_string(), "up >= 1");
        /// ```
        greater_or_equal GreaterOrEqual;
        /// Only the series whose value is less: `<`.
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        /// assert_eq!(up().now().less(number(1)).to_string(), "up < 1");
        /// ```
        less Less;
        /// Only the series whose value is this or less: `<=`.
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        /// assert_eq!(up().now().less_or_equal(number(0)).to_string(), "up <= 0");
        /// ```
        less_or_equal LessOrEqual;
        /// Only the series whose value is this: `==`.
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        /// assert_eq!(up().now().equal(number(0)).to_string(), "up == 0");
        /// ```
        equal Equal;
        /// Only the series whose value is something else: `!=`.
        ///
        /// ```
        /// use optiinfra_gen::dsl::*;
        ///
        /// assert_eq!(up().now().not_equal(number(1)).to_string(), "up != 1");
        /// ```
        not_equal NotEqual;
    }

    /// The same series, each 0, so that `or` gives a value where there is none. It is `0 * a`, which Clippy takes for a slip.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(sum(up()).by(JOB).zeroed().to_string(), "0 * sum by (job) (up)");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn zeroed(self) -> Vector<U> {
        let place = Place::here();
        Vector::from_built(binary(BinaryOp::Mul, place, None, constant(0.0, place), self.built))
    }

    /// The quotient by something else, in a unit of both: usd per request.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let cost = Counter::<Usd>::new("cost_usd_total", "Cost.");
    /// let calls = Counter::<Calls>::new("calls_total", "Calls.");
    /// let each: Vector<Per<Usd, Calls>> = increase(cost.over(hours(1))).per(increase(calls.over(hours(1))));
    /// # assert_eq!(each.to_string(), "increase(cost_usd_total[1h]) / increase(calls_total[1h])");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn per<R: Instant<Of: Unit>>(self, other: R) -> Vector<Per<U, R::Of>> {
        Vector::from_built(binary(BinaryOp::Div, Place::here(), None, self.built, other.now().built))
    }

    /// The quotient in the unit that you say: the escape where `/` has none.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let energy = Counter::<Joules>::new("energy_joules_total", "Energy.");
    /// let power = Gauge::<Watts>::new("power_watts", "Power.");
    /// let time = increase(energy.over(hours(1))).quotient::<Seconds>(&power);
    /// # assert_eq!(time.to_string(), "increase(energy_joules_total[1h]) / power_watts");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn quotient<V: Unit>(self, other: impl Instant) -> Vector<V> {
        Vector::from_built(binary(BinaryOp::Div, Place::here(), None, self.built, other.now().built))
    }

    /// The product in the unit that you say: the escape where `*` has none.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let tension = Gauge::<Volts>::new("tension_volts", "Tension.");
    /// let current = Gauge::<Amperes>::new("current_amperes", "Current.");
    /// let power = tension.now().product::<Watts>(&current);
    /// # assert_eq!(power.to_string(), "tension_volts * current_amperes");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn product<V: Unit>(self, other: impl Instant) -> Vector<V> {
        Vector::from_built(binary(BinaryOp::Mul, Place::here(), None, self.built, other.now().built))
    }
}

impl<T, F> Vector<T, F> {
    /// Also the series of the other side that have no partner here.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let zero = sum(up()).by(JOB).zeroed();
    /// assert_eq!(sum(up().is(JOB, "a")).by(JOB).or(zero).to_string(), r#"sum by (job) (up{job="a"}) or 0 * sum by (job) (up)"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn or<R: Instant<Of = T>>(self, other: R) -> Vector<T> {
        Vector::from_built(binary(BinaryOp::Or, Place::here(), None, self.built, other.now().built))
    }

    /// Only the series that have a partner on the other side, whose unit is no matter.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().and(up().is(JOB, "a")).to_string(), r#"up and up{job="a"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn and(self, other: impl Instant) -> Vector<T> {
        Vector::from_built(binary(BinaryOp::And, Place::here(), None, self.built, other.now().built))
    }

    /// Only the series that have no partner on the other side.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().unless(up().is(JOB, "a")).to_string(), r#"up unless up{job="a"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn unless(self, other: impl Instant) -> Vector<T> {
        Vector::from_built(binary(BinaryOp::Unless, Place::here(), None, self.built, other.now().built))
    }

    /// Series find each other by these labels alone; an operator follows.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// labels! { VERSION = "version"; }
    /// let info = Info::new("service_info", "Which service this is.").label(VERSION, up_to(5));
    /// let by_version = up().now().on([JOB, INSTANCE]).group_left(VERSION) * &info;
    /// assert_eq!(by_version.to_string(), "up * on (job, instance) group_left (version) service_info");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn on(self, labels: impl Labels) -> Matched<T> {
        Matched::new(self.done(), true, labels, Place::here())
    }

    /// Series find each other by all labels but these; an operator follows.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// labels! { STATE = "state"; }
    /// let used = Gauge::<Bytes>::known("memory_bytes").is(STATE, "used");
    /// let share = used.now().ignoring(STATE) / Gauge::<Bytes>::known("memory_bytes").is(STATE, "total");
    /// assert_eq!(share.to_string(), r#"memory_bytes{state="used"} / ignoring (state) memory_bytes{state="total"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn ignoring(self, labels: impl Labels) -> Matched<T> {
        Matched::new(self.done(), false, labels, Place::here())
    }

    /// Series find each other by all labels; a comparison with the other side follows.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let used = Gauge::<Bytes>::new("used_bytes", "In use.");
    /// let limit = Gauge::<Bytes>::new("limit_bytes", "What may be used.");
    /// assert_eq!(used.now().pairwise().greater(&limit).to_string(), "used_bytes > limit_bytes");
    /// ```
    #[must_use]
    pub fn pairwise(self) -> Matched<T> {
        Matched { left: self.done(), matching: None, of: PhantomData }
    }
}

/// The left side of an operator, with how its series find those of the right side: what [`Vector::on`] and [`Vector::ignoring`] give.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let share = up().now().on(JOB) / sum(up()).by(JOB);
/// assert_eq!(share.to_string(), "up / on (job) sum by (job) (up)");
/// ```
#[derive(Debug)]
pub struct Matched<T> {
    left: Vector<T>,
    matching: Option<(Matching, Vec<Place>)>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Matched<T> {
    fn clone(&self) -> Self {
        Self { left: self.left.clone(), matching: self.matching.clone(), of: PhantomData }
    }
}

impl<T> Matched<T> {
    fn new(left: Vector<T>, on: bool, labels: impl Labels, place: Place) -> Self {
        let matching = Matching { on, labels: named(labels, 1), group: None, span: super::built::span_of(1) };
        Self { left, matching: Some((matching, vec![place])), of: PhantomData }
    }

    #[track_caller]
    fn with(self, op: BinaryOp, place: Place, right: impl Instant) -> Built {
        binary(op, place, self.matching, self.left.built, right.now().built)
    }

    fn grouped(mut self, side: GroupSide, labels: impl Labels, place: Place) -> Self {
        if let Some((matching, places)) = &mut self.matching {
            places.push(place);
            let index = places.len();
            matching.group = Some(Group { side, include: named(labels, index), span: super::built::span_of(index) });
        }
        self
    }

    /// Many series here find the same one on the other side, whose labels they get.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let share = up().now().on(JOB).group_left([]) / sum(up()).by(JOB);
    /// assert_eq!(share.to_string(), "up / on (job) group_left sum by (job) (up)");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn group_left(self, labels: impl Labels) -> Self {
        self.grouped(GroupSide::Left, labels, Place::here())
    }

    /// Many series of the other side find the same one here.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let scaled = sum(up()).by(JOB).on(JOB).group_right([]) * up();
    /// assert_eq!(scaled.to_string(), "sum by (job) (up) * on (job) group_right up");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn group_right(self, labels: impl Labels) -> Self {
        self.grouped(GroupSide::Right, labels, Place::here())
    }

    /// Also the series of the other side that have no partner here.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).or(up()).to_string(), "up or on (job) up");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn or<R: Instant<Of = T>>(self, other: R) -> Vector<T> {
        Vector::from_built(self.with(BinaryOp::Or, Place::here(), other))
    }

    /// Only the series that have a partner on the other side.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).and(up()).to_string(), "up and on (job) up");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn and(self, other: impl Instant) -> Vector<T> {
        Vector::from_built(self.with(BinaryOp::And, Place::here(), other))
    }

    /// Only the series that have no partner on the other side.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).unless(up()).to_string(), "up unless on (job) up");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn unless(self, other: impl Instant) -> Vector<T> {
        Vector::from_built(self.with(BinaryOp::Unless, Place::here(), other))
    }
}

macro_rules! comparisons {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {
        impl<U: Unit> Matched<U> {$(
            $(#[$meta])*
            #[must_use]
            #[track_caller]
            pub fn $name<R: Instant<Of: Unit>>(self, other: R) -> Vector<U, Compared>
            where
                U: Plus<R::Of>,
            {
                Vector::from_built(self.with(BinaryOp::$op, Place::here(), other))
            }
        )*}
    };
}

comparisons! {
    /// Only the series that are greater than their partners.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).greater(up()).to_string(), "up > on (job) up");
    /// ```
    greater Greater;
    /// Only the series that are less than their partners.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).less(up()).to_string(), "up < on (job) up");
    /// ```
    less Less;
    /// Only the series that are equal to their partners.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).equal(up()).to_string(), "up == on (job) up");
    /// ```
    equal Equal;
    /// Only the series that differ from their partners.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(up().now().on(JOB).not_equal(up()).to_string(), "up != on (job) up");
    /// ```
    not_equal NotEqual;
}

fn named(labels: impl Labels, place: usize) -> Vec<Label> {
    let label = |label: super::Label| Label { span: super::built::span_of(place), ..Label::new(label.as_str()) };
    labels.names().into_iter().map(label).collect()
}
