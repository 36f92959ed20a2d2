//! What is known of one node of an expression.

use std::sync::Arc;

use super::labels::Labels;
use super::range::Interval;
use crate::promql::ast::ValueType;
use crate::promql::catalog::{Name, Variant};
use crate::promql::operators::{AggregateOp, BinaryOp};
use crate::promql::span::Span;
use crate::unit::Unit;

/// Everything that is known of what a node returns. What is not known is unknown, never guessed.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What it returns; `None` where a variable or an error hides it.
    pub kind: Option<ValueType>,
    /// What its samples are.
    pub samples: SampleKind,
    /// What it means that a series is there.
    pub condition: Condition,
    /// The labels of its series, and which of them identify a series.
    pub labels: Arc<Labels>,
    /// What its numbers count.
    pub unit: UnitFact,
    /// What the observations of a histogram count, which is the unit of its quantiles.
    pub observed: Option<Unit>,
    /// The values that its float samples can take.
    pub range: RangeFact,
    /// How many series it returns at most.
    pub bound: Option<u64>,
    /// Why it certainly returns nothing; `None` when it may return something.
    pub empty: Option<Reason>,
}

impl Facts {
    /// The one number that it always is.
    pub fn constant(&self) -> Option<f64> {
        let interval = &self.range.interval;
        // Both zeros are within [0, 0], and a quotient tells them apart; a folded number keeps its sign.
        (interval.lo.to_bits() == interval.hi.to_bits() && !interval.nan && self.kind == Some(ValueType::Scalar))
            .then_some(interval.lo)
    }

    /// Whether it returns series: an instant vector or a range vector.
    pub fn is_vector(&self) -> bool {
        matches!(self.kind, Some(ValueType::InstantVector | ValueType::RangeVector))
    }
}

/// What the samples of a node are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SampleKind {
    /// A counter as it is exposed.
    Counter,
    /// A sum, an average or an extreme of counters, in which a restart of one cannot be told any more.
    AggregatedCounter,
    /// Growth per second.
    Rate,
    /// Growth over a range.
    Increase,
    /// Goes up and down.
    Gauge,
    /// Cumulative buckets of a classic histogram, as exposed.
    Buckets,
    /// Growth of the buckets of a classic histogram.
    BucketGrowth,
    /// Native histograms.
    NativeHistogram,
    /// Quantiles of a summary, which cannot be aggregated.
    SummaryQuantile,
    /// 0 or 1, from a comparison with `bool`.
    Boolean,
    /// A moment in seconds since 1970.
    Timestamp,
    /// Always 1; the labels say something.
    Info,
    /// A number that the expression itself gives.
    Constant,
    /// Series of several kinds.
    Mixed,
    /// Not known.
    Unknown,
}

impl SampleKind {
    /// What is known of the union of two sets of series.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::Mixed,
        }
    }

    /// Whether its samples only go up, but for restarts.
    pub fn is_cumulative(self) -> bool {
        matches!(self, Self::Counter | Self::Buckets)
    }

    /// As messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::AggregatedCounter => "aggregated counter",
            Self::Rate => "rate",
            Self::Increase => "increase",
            Self::Gauge => "gauge",
            Self::Buckets => "histogram buckets",
            Self::BucketGrowth => "growth of histogram buckets",
            Self::NativeHistogram => "native histogram",
            Self::SummaryQuantile => "summary quantile",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Info => "info",
            Self::Constant => "constant",
            Self::Mixed => "mixed",
            Self::Unknown => "unknown",
        }
    }
}

/// What it means that a series is in the result, which is what an alert fires on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// Nothing: the series is there whenever the metric is; its value says something.
    Value,
    /// A comparison holds.
    Comparison,
    /// Something is missing.
    Absent,
    /// `and` or `unless` lets it through.
    Set,
    /// It is there always and its value is 0 or 1.
    Boolean,
    /// It is there always, on purpose: `vector(1)`.
    Constant,
    /// It is an info metric, or a series that exists only while a state lasts (`ALERTS`).
    Info,
    /// Not known.
    Unknown,
}

impl Condition {
    /// Of a vector that needs a series of both operands.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Value | Self::Unknown | Self::Constant, stronger) => stronger,
            (stronger, _) => stronger,
        }
    }

    /// Of the union of two vectors: as weak as the weaker one.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Value, _) | (_, Self::Value) => Self::Value,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Constant, only) => only,
            (first, _) => first,
        }
    }
}

/// What numbers count.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFact {
    /// What is known.
    pub unit: UnitKnowledge,
    /// From where.
    pub reason: Reason,
}

impl UnitFact {
    /// The unit, when it is known.
    pub fn known(&self) -> Option<&Unit> {
        match &self.unit {
            UnitKnowledge::Known(unit) => Some(unit),
            UnitKnowledge::Unknown | UnitKnowledge::Any | UnitKnowledge::Multiple(_) => None,
        }
    }
}

/// Whether a unit is known.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitKnowledge {
    /// Nothing is known.
    Unknown,
    /// A constant, which fits whatever it is put beside.
    Any,
    /// This one.
    Known(Unit),
    /// A unit without a name: a known one times a constant, as after `100 *`. It says nothing until a further step gives it a name.
    Multiple(Unit),
}

/// The values that float samples can take. Native histograms are not numbers and are outside of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeFact {
    /// A set that holds all of them.
    pub interval: Interval,
    /// Whether it is only as tight as a range that somebody declared.
    pub only_declared: bool,
    /// What bounds it.
    pub reason: Reason,
}

/// Why a fact holds, and which piece of the expression makes it so.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The piece of the expression.
    pub span: Span,
    /// Why.
    pub cause: Cause,
}

impl Reason {
    /// A reason.
    pub fn new(span: Span, cause: Cause) -> Self {
        Self { span, cause }
    }
}

/// Why a fact holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The metric is declared so; the variant knows where.
    Declared(Arc<Variant>),
    /// The metric is declared without it.
    NotDeclared(Arc<Variant>),
    /// The metric is not in the catalog.
    UnknownMetric,
    /// A variable or an error hides it.
    Hidden,
    /// A matcher of a selector says so.
    Matcher,
    /// The selector names the metric.
    MetricName,
    /// An aggregation keeps only the labels of its `by`, or none at all.
    Grouping(AggregateOp),
    /// An aggregation drops it with `without`.
    Without(AggregateOp),
    /// An aggregation computes it.
    Aggregation(AggregateOp),
    /// A function sets, drops or computes it.
    Function(&'static str),
    /// A binary operator computes it.
    Operator(BinaryOp),
    /// A comparison lets only some values through.
    Comparison(BinaryOp),
    /// A one-to-one match keeps only the labels of its `on`.
    On,
    /// A one-to-one match drops the labels of its `ignoring`.
    Ignoring,
    /// `group_left` or `group_right` copies it from the other side.
    Group,
    /// What changes the meaning of a sample drops the metric's name.
    NameDropped,
    /// It is a number or a string of the expression.
    Literal,
    /// Matchers contradict each other or what is declared.
    NoSeries,
    /// The two sides of an operator never match.
    NoMatch,
    /// Both branches of `or` are joined.
    Union,
    /// A fill modifier.
    Fill,
}

impl Cause {
    /// The variant that declares it, where a declaration is the cause.
    pub fn variant(&self) -> Option<&Arc<Variant>> {
        match self {
            Self::Declared(variant) | Self::NotDeclared(variant) => Some(variant),
            _ => None,
        }
    }
}

/// A metric that an expression reads.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricUse {
    /// The node of the selector: its index in [`super::Inference::nodes`].
    pub node: usize,
    /// The series name.
    pub name: Name,
    /// Where it is named: the name, or the selector when a matcher names it.
    pub span: Span,
    /// The variants that the matchers admit; empty when the metric is not known or nothing matches.
    pub variants: Vec<Arc<Variant>>,
}
