//! What inference notices on the way. Lint rules turn events into diagnostics; they never infer, so an event carries what a rule needs to
//! word its finding and to know when to hold back.

use std::sync::Arc;

use super::facts::{Reason, SampleKind};
use super::labels::{LabelFact, Labels};
use super::range::Interval;
use crate::promql::ast::GroupSide;
use crate::promql::catalog::{Completeness, Name, Values, Variant};
use crate::promql::functions::Version;
use crate::promql::operators::{AggregateOp, BinaryOp, MatchOp};
use crate::promql::requirement::Construct;
use crate::promql::span::Span;
use crate::unit::Unit;

/// Something that inference noticed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The node where it was noticed: its index in [`super::Inference::nodes`].
    pub node: usize,
    /// The exact piece of the expression.
    pub span: Span,
    /// What it is.
    pub kind: EventKind,
}

/// What inference notices.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A metric that the catalog does not have.
    UnknownMetric {
        /// The series name.
        name: Name,
        /// Closed: it does not exist. Open: the capture lacks it.
        catalog: Completeness,
        /// Whether its being there is what is asked for (`absent(...)`), so that a missing series is an answer.
        under_absent: bool,
    },
    /// A matcher that needs a label which no variant has. Never for matchers that admit the empty value.
    UnknownLabel {
        /// The label.
        label: Name,
        /// The metric's variants that the other matchers admit.
        variants: Vec<Arc<Variant>>,
        /// From the label to the value.
        matcher: Span,
    },
    /// A matcher that admits none of a label's values.
    ImpossibleLabelValue {
        /// The label.
        label: Name,
        /// How it compares.
        op: MatchOp,
        /// The value or pattern as written.
        value: Name,
        /// The values that the label takes.
        allowed: Values,
        /// Why it takes only those.
        reason: Reason,
        /// The variants concerned.
        variants: Vec<Arc<Variant>>,
        /// From the label to the value.
        matcher: Span,
    },
    /// An `le` that is no bucket of the histogram; numbers are compared, not spellings.
    BucketBoundaryMissing {
        /// The value as written.
        value: Name,
        /// The finite bounds, ascending.
        buckets: Vec<f64>,
        /// The variants concerned.
        variants: Vec<Arc<Variant>>,
        /// From the label to the value.
        matcher: Span,
    },
    /// Two matchers on one label that no value satisfies.
    ContradictoryMatchers {
        /// The label.
        label: Name,
        /// The earlier matcher.
        first: Span,
        /// The later matcher.
        second: Span,
    },
    /// An aggregation by a label that its operand lacks.
    GroupingByAbsentLabel {
        /// The label.
        label: Name,
        /// The aggregation.
        op: AggregateOp,
        /// Why the operand lacks it.
        reason: Reason,
        /// Labels of the operand that are there.
        available: Vec<Name>,
        /// Whether all labels of the grouping are absent.
        all_absent: bool,
        /// Whether something further out needs the label.
        used_later: bool,
        /// Whether the operand certainly returns nothing, so that the real fault lies further in.
        operand_is_empty: bool,
    },
    /// `on`, or a label that `group_left` copies, that neither or not the right side has.
    MatchingOnAbsentLabel {
        /// The label.
        label: Name,
        /// Why the left side lacks it; `None` when it may have it.
        left: Option<Reason>,
        /// Why the right side lacks it; `None` when it may have it.
        right: Option<Reason>,
        /// Whether it stands in `group_left` or `group_right`: the label is then copied from a side that lacks it.
        include: bool,
    },
    /// The two sides of an operator have no pair of series that match.
    MatchNeverMatches {
        /// The operator.
        op: BinaryOp,
        /// The labels of the left side.
        left: Arc<Labels>,
        /// The labels of the right side.
        right: Arc<Labels>,
        /// The labels that can never be equal, with what each side says.
        differing: Vec<(LabelFact, LabelFact)>,
    },
    /// A side that must have one series for each match has several.
    ManyToMany {
        /// The operator.
        op: BinaryOp,
        /// The side.
        side: GroupSide,
        /// Labels outside the match that take several values there.
        labels: Vec<LabelFact>,
        /// Whether those values are listed, so that the several series are certain once all are exposed.
        proved: bool,
        /// Whether the operator matches one to one and a `group_left` or `group_right` would help: the other side is unique.
        grouping_would_help: bool,
    },
    /// A function for counters over something that also goes down.
    RateOnGauge {
        /// The function.
        function: &'static str,
        /// What its argument is.
        samples: SampleKind,
        /// The metrics concerned.
        variants: Vec<Arc<Variant>>,
    },
    /// The raw value of a counter is used.
    CounterWithoutRate {
        /// The metric's variants.
        variants: Vec<Arc<Variant>>,
        /// The series name.
        name: Name,
        /// What uses it.
        consumer: Consumer,
    },
    /// A function for counters over an aggregate, in which a restart of one counter looks like a fall of the sum.
    RateOfAggregate {
        /// The function.
        function: &'static str,
        /// The aggregation.
        op: Option<AggregateOp>,
        /// Where it is.
        aggregate: Span,
    },
    /// A function for gauges over a counter.
    DeltaOnCounter {
        /// The function.
        function: &'static str,
        /// The metrics concerned.
        variants: Vec<Arc<Variant>>,
    },
    /// A quantile over buckets that have lost their `le`.
    QuantileWithoutLe {
        /// The function.
        function: &'static str,
        /// What dropped it.
        reason: Reason,
    },
    /// A quantile over something that is no histogram.
    QuantileOfNonHistogram {
        /// The function.
        function: &'static str,
        /// What it is.
        samples: SampleKind,
        /// The metrics concerned.
        variants: Vec<Arc<Variant>>,
    },
    /// A quantile outside of [0, 1].
    QuantileOutOfRange {
        /// The function or aggregation.
        function: &'static str,
        /// The quantile.
        quantile: f64,
    },
    /// Numbers of different units are added, subtracted or compared.
    UnitMismatch {
        /// The operator.
        op: BinaryOp,
        /// The unit of the left side, and from where.
        left: (Unit, Reason),
        /// The unit of the right side, and from where.
        right: (Unit, Reason),
        /// How they differ.
        difference: UnitDifference,
    },
    /// A comparison that holds for no value.
    ComparisonNeverTrue(ComparisonFinding),
    /// A comparison that holds for every value but NaN.
    ComparisonAlwaysTrue(ComparisonFinding),
    /// A range that holds too few samples.
    RangeShorterThanScrape {
        /// The range in seconds.
        range: f64,
        /// Seconds between two samples.
        scrape_interval: f64,
        /// How many samples the function needs.
        needed: u32,
        /// The function over the range.
        function: Option<&'static str>,
    },
    /// A range, with its offset, that reaches beyond what the server keeps.
    RangeExceedsRetention {
        /// How far back it reaches, in seconds.
        reach: f64,
        /// How far back samples reach, in seconds.
        retention: f64,
        /// Whether older samples can be read from a remote storage.
        remote_read: bool,
    },
    /// A label with a value that is the sum of the others is summed over.
    OverlappingLabelValues {
        /// The label.
        label: LabelFact,
        /// The value that is the sum of the others.
        total: Name,
        /// The aggregation.
        op: AggregateOp,
    },
    /// A regular expression where a plain comparison says the same.
    RedundantRegex {
        /// The matcher's label.
        label: Name,
        /// How it compares.
        op: MatchOp,
        /// The pattern as written.
        pattern: Name,
        /// What is redundant.
        redundancy: Redundancy,
        /// From the label to the value.
        matcher: Span,
    },
    /// A regular expression that likely matches more than meant.
    SmellyRegex {
        /// The matcher's label.
        label: Name,
        /// The pattern as written.
        pattern: Name,
        /// What is suspicious.
        smell: Smell,
    },
    /// Something that the targeted server does not have.
    UnsupportedByServer {
        /// What it is.
        construct: Construct,
        /// The first version that has it.
        since: Version,
        /// The version of the server.
        server: Version,
    },
    /// A metric that should no longer be used.
    Deprecated {
        /// The series name.
        name: Name,
        /// The variant that says so.
        variant: Arc<Variant>,
        /// Whether every variant that the selector admits says so.
        all: bool,
    },
    /// A metric that is only planned.
    Planned {
        /// The series name.
        name: Name,
        /// The variant that says so.
        variant: Arc<Variant>,
        /// Whether every variant that the selector admits says so.
        all: bool,
    },
    /// A metric that no scrape reaches.
    NotScraped {
        /// The series name.
        name: Name,
        /// The variant that says so.
        variant: Arc<Variant>,
        /// Whether every variant that the selector admits says so.
        all: bool,
    },
    /// The increase of a counter whose series are born with their first event, which is then not counted.
    IncreaseFromBirth {
        /// The function.
        function: &'static str,
        /// The series name.
        name: Name,
        /// The labels whose values appear with the first event.
        labels: Vec<Name>,
        /// The metric's variants.
        variants: Vec<Arc<Variant>>,
    },
}

/// A comparison whose outcome is certain.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonFinding {
    /// The operator, turned so that the values stand on the left.
    pub op: BinaryOp,
    /// The values that are compared, and what bounds them.
    pub values: Interval,
    /// Why they are bounded so.
    pub reason: Reason,
    /// What they are compared with.
    pub with: Interval,
    /// The threshold, when it is one number.
    pub threshold: Option<f64>,
    /// The unit of the values, when it is known.
    pub unit: Option<Unit>,
    /// Whether only a declared range bounds the values.
    pub only_declared: bool,
    /// Whether it merely protects another part of the expression (a denominator, the right side of `and`) and is not what the
    /// expression is about.
    pub is_guard: bool,
    /// Whether it returns 0 or 1 in place of filtering.
    pub returns_bool: bool,
    /// Whether both sides are the same expression, as in the test for NaN `x == x`.
    pub same_expression: bool,
    /// Whether a value may be NaN, for which only `!=` holds.
    pub may_be_nan: bool,
    /// The greatest finite bucket, when the values are quantiles of a classic histogram.
    pub top_bucket: Option<f64>,
}

/// What uses the raw value of a counter.
#[derive(Debug, Clone, PartialEq)]
pub enum Consumer {
    /// It is what the expression returns.
    Result,
    /// An aggregation other than `count` and `group`.
    Aggregation(AggregateOp),
    /// A comparison; with the number it is compared with.
    Comparison(BinaryOp, Option<f64>),
    /// Arithmetic.
    Arithmetic {
        /// The operator.
        op: BinaryOp,
        /// Whether the other side reads the same metric, as in `x - x offset 1h`.
        same_metric: bool,
    },
    /// A function.
    Function(&'static str),
}

/// How two units differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitDifference {
    /// They measure different things.
    Dimension,
    /// They count different things (requests, errors), which often are of one kind after all.
    CountedThings,
    /// They measure the same thing on another scale; the number is how many of the right make one of the left, as parts per million.
    Scale,
}

/// What is redundant in a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Redundancy {
    /// It is a literal: `=` says the same.
    Literal,
    /// It matches everything: the matcher can go (or, negated, nothing is left).
    Everything,
    /// It matches everything but the empty value: `!=""` says the same.
    NotEmpty,
    /// It is anchored already.
    Anchors,
}

/// What is suspicious in a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Smell {
    /// A dot between literals matches any character.
    UnescapedDot,
    /// It picks a value apart that should be labels of its own: wildcards between literals.
    Substring,
    /// It asks whether a word stands anywhere in the value: a literal between wildcards.
    Contained,
}
