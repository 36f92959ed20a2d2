//! Binary operators.

use std::sync::Arc;

use super::arithmetic::{self, Verdict};
use super::derive;
use super::events::{ComparisonFinding, Consumer, EventKind};
use super::facts::{Cause, Condition, Facts, RangeFact, Reason, SampleKind, UnitFact, UnitKnowledge};
use super::labels::{LabelFact, Labels, METRIC_NAME, metric_name};
use super::matching::Pairing;
use super::notes::Notes;
use super::range::Interval;
use super::set_operators;
use super::share;
use super::units;
use super::walk::{Operand, Role, consume, consumed};
use crate::promql::ast::{Binary, ExprKind, GroupSide, ValueType};
use crate::promql::catalog::Presence;
use crate::promql::functions::Version;
use crate::promql::operators::{AggregateOp, BinaryOp};
use crate::promql::span::Span;

/// What a binary operator returns.
pub(super) fn facts(
    notes: &mut Notes<'_>,
    binary: &Binary,
    left: Operand<'_>,
    right: Operand<'_>,
    span: Span,
    role: Role,
) -> Facts {
    let filled = binary.fill.left.is_some() || binary.fill.right.is_some();
    if left.facts.kind == Some(ValueType::String) || right.facts.kind == Some(ValueType::String) {
        return derive::hidden(None, span);
    }
    let vectors = (left.facts.is_vector(), right.facts.is_vector());
    let kinds = (left.facts.kind, right.facts.kind);
    if binary.op.is_set() {
        return set_operators::facts(notes, binary, left, right, span);
    }
    consume_sides(notes, binary, left, right);
    check_units(notes, binary, left, right);
    let comparison = binary.op.is_comparison().then(|| compare(notes, binary, left, right, role));
    let values = values(binary, left, right, span);
    let mut result = match (vectors, kinds) {
        ((true, true), _) => pair(notes, binary, left, right, values),
        ((false, false), (Some(_), Some(_))) => scalars(left, right, values),
        ((true, false), (_, Some(_))) => with_scalar(notes, binary, left, values, span),
        ((false, true), (Some(_), _)) => with_scalar(notes, binary, right, values, span),
        // A variable may be a scalar or a vector, and then any labels may match.
        _ => {
            let kind = if vectors.0 || vectors.1 { Some(ValueType::InstantVector) } else { None };
            let hidden = derive::hidden(kind, span);
            Facts {
                range: values.range,
                unit: values.unit,
                condition: condition(binary, left.facts, right.facts, values.samples),
                ..hidden
            }
        }
    };
    if let Some(verdict) = comparison
        && verdict == Verdict::Never
        && binary.bool_modifier.is_none()
        && !filled
        && result.empty.is_none()
        && result.kind != Some(ValueType::Scalar)
    {
        result.empty = Some(Reason::new(binary.op_span, Cause::Comparison(binary.op)));
    }
    result
}

/// The values of a result, which do not depend on how series are matched.
struct ValueFacts {
    samples: SampleKind,
    unit: UnitFact,
    observed: Option<crate::unit::Unit>,
    range: RangeFact,
}

fn values(binary: &Binary, left: Operand<'_>, right: Operand<'_>, span: Span) -> ValueFacts {
    let op = binary.op;
    let (l, r) = (left.facts, right.facts);
    let only_declared = l.range.only_declared || r.range.only_declared;
    let reason = Reason::new(span, Cause::Operator(op));
    // A number on one side leaves the other side's values as what the result is about.
    let main = match (l.samples, r.samples) {
        (SampleKind::Constant, _) => r,
        (_, SampleKind::Constant) => l,
        _ if !l.is_vector() && r.is_vector() => r,
        _ => l,
    };
    let constant_side = l.samples == SampleKind::Constant || r.samples == SampleKind::Constant;
    if op.is_comparison() {
        if binary.bool_modifier.is_some() {
            let interval = match arithmetic::verdict(op, l.range.interval, r.range.interval) {
                Verdict::Never => Interval::exactly(0.0),
                Verdict::Always if !l.range.interval.nan => Interval::exactly(1.0),
                _ => Interval::new(0.0, 1.0),
            };
            let interval =
                if binary.fill.left.is_some() || binary.fill.right.is_some() { Interval::new(0.0, 1.0) } else { interval };
            return ValueFacts {
                samples: SampleKind::Boolean,
                unit: UnitFact { unit: UnitKnowledge::Any, reason: reason.clone() },
                observed: None,
                range: RangeFact { interval, only_declared, reason },
            };
        }
        return filtered_values(binary, l, r);
    }
    if op.is_trim() {
        return ValueFacts {
            samples: l.samples,
            unit: l.unit.clone(),
            observed: l.observed.clone(),
            range: RangeFact { interval: Interval::ALL, only_declared: false, reason },
        };
    }
    let (a, b) = (filled(binary, true, l), filled(binary, false, r));
    let mut interval = arithmetic::interval(op, a, b);
    if may_be_histogram(l) || may_be_histogram(r) {
        // A histogram is no number; what is float stays within.
        interval = interval.union(Interval::NONE);
    }
    if let Some(greatest) = share::greatest(binary, l, r) {
        interval = interval.intersection(Interval::new(0.0, greatest).or_nan());
    }
    if let Some(mean) = share::mean(binary, left) {
        interval = interval.intersection(mean.or_nan());
    }
    let constants = (l.constant(), r.constant());
    let unit = match op {
        BinaryOp::Add | BinaryOp::Sub => units::add(&l.unit.unit, &r.unit.unit),
        BinaryOp::Mul => units::multiply((&l.unit.unit, constants.0), (&r.unit.unit, constants.1)),
        BinaryOp::Div => units::divide((&l.unit.unit, constants.0), (&r.unit.unit, constants.1)),
        BinaryOp::Mod => l.unit.unit.clone(),
        _ if l.unit.unit == UnitKnowledge::Any && r.unit.unit == UnitKnowledge::Any => UnitKnowledge::Any,
        _ => UnitKnowledge::Unknown,
    };
    let unit_reason =
        if constant_side && matches!(unit, UnitKnowledge::Known(_)) { main.unit.reason.clone() } else { reason.clone() };
    let range_reason = if constant_side { main.range.reason.clone() } else { reason };
    ValueFacts {
        samples: with_fill(binary, samples(op, l, r)),
        unit: UnitFact { unit, reason: unit_reason },
        observed: if constant_side && matches!(op, BinaryOp::Mul | BinaryOp::Div) { main.observed.clone() } else { None },
        range: RangeFact { interval, only_declared, reason: range_reason },
    }
}

fn may_be_histogram(facts: &Facts) -> bool {
    facts.is_vector() && matches!(facts.samples, SampleKind::NativeHistogram | SampleKind::Unknown | SampleKind::Mixed)
}

/// The values of a side, with what fills it where it is missing.
fn filled(binary: &Binary, is_left: bool, side: &Facts) -> Interval {
    use crate::promql::ast::FillNumber;
    let fill = if is_left { &binary.fill.left } else { &binary.fill.right };
    match fill.as_ref().map(|fill| &fill.value) {
        None => side.range.interval,
        Some(FillNumber::Number(number)) => side.range.interval.union(Interval::exactly(number.value)),
        Some(FillNumber::Variable(_)) => Interval::ALL,
    }
}

/// The samples of a result among which are some that a fill makes.
fn with_fill(binary: &Binary, samples: SampleKind) -> SampleKind {
    let filled = binary.fill.left.is_some() || binary.fill.right.is_some();
    if filled { derive::beside_number(samples) } else { samples }
}

/// The values that a filtering comparison lets through: those of the vector, or of the left one of two.
fn filtered_values(binary: &Binary, l: &Facts, r: &Facts) -> ValueFacts {
    let swapped = !l.is_vector() && r.is_vector();
    let (kept, other, op) = if swapped { (r, l, arithmetic::turned(binary.op)) } else { (l, r, binary.op) };
    let (a, b) = (filled(binary, !swapped, kept), filled(binary, swapped, other));
    let interval = arithmetic::narrowed(op, a, b);
    let reason = if interval == a { kept.range.reason.clone() } else { Reason::new(binary.op_span, Cause::Comparison(op)) };
    ValueFacts {
        samples: with_fill(binary, consumed(kept.samples)),
        unit: kept.unit.clone(),
        observed: kept.observed.clone(),
        range: RangeFact { interval, only_declared: kept.range.only_declared, reason },
    }
}

fn samples(op: BinaryOp, l: &Facts, r: &Facts) -> SampleKind {
    let (left, right) = (l.samples, r.samples);
    let scaling = matches!(op, BinaryOp::Mul | BinaryOp::Div);
    match (left, right) {
        (SampleKind::Constant, SampleKind::Constant) => SampleKind::Constant,
        (SampleKind::Unknown, _) | (_, SampleKind::Unknown) => SampleKind::Unknown,
        (kind, SampleKind::Constant) | (SampleKind::Constant, kind) => match kind {
            SampleKind::BucketGrowth | SampleKind::NativeHistogram if !scaling => SampleKind::Gauge,
            SampleKind::Counter | SampleKind::Buckets if op == BinaryOp::Sub && left == SampleKind::Constant => SampleKind::Gauge,
            other => derive::after_arithmetic(other),
        },
        (SampleKind::NativeHistogram, _) | (_, SampleKind::NativeHistogram) => SampleKind::Mixed,
        (SampleKind::Mixed, _) | (_, SampleKind::Mixed) => SampleKind::Mixed,
        (SampleKind::Boolean, SampleKind::Boolean) if op == BinaryOp::Mul => SampleKind::Boolean,
        (a, b) if a == b && matches!(op, BinaryOp::Add) => match a {
            SampleKind::Counter | SampleKind::Buckets | SampleKind::AggregatedCounter => SampleKind::AggregatedCounter,
            SampleKind::Rate | SampleKind::Increase => a,
            _ => SampleKind::Gauge,
        },
        _ => SampleKind::Gauge,
    }
}

fn condition(binary: &Binary, l: &Facts, r: &Facts, samples: SampleKind) -> Condition {
    if binary.bool_modifier.is_some() {
        return Condition::Boolean;
    }
    if binary.op.is_comparison() {
        return Condition::Comparison;
    }
    let condition = match (l.is_vector(), r.is_vector()) {
        (true, true) => l.condition.and(r.condition),
        (false, true) => r.condition,
        _ => l.condition,
    };
    derive::after_computation(condition, samples)
}

fn scalars(left: Operand<'_>, right: Operand<'_>, values: ValueFacts) -> Facts {
    let facts = derive::scalar(values.range.interval, UnitKnowledge::Unknown, values.samples, values.range.reason.clone());
    let both = left.facts.samples == SampleKind::Constant && right.facts.samples == SampleKind::Constant;
    let samples = if both { SampleKind::Constant } else { values.samples };
    Facts { samples, unit: values.unit, range: values.range, ..facts }
}

fn with_scalar(notes: &Notes<'_>, binary: &Binary, vector: Operand<'_>, values: ValueFacts, span: Span) -> Facts {
    let mut labels = Arc::clone(&vector.facts.labels);
    if binary.op.is_comparison() && binary.bool_modifier.is_none() {
        Arc::make_mut(&mut labels).forget_variation();
    } else if binary.op == BinaryOp::Atan2 && !drops_name_of_atan2(notes) {
        keep_name_perhaps(Arc::make_mut(&mut labels), span);
    } else if !binary.op.is_trim() {
        derive::drop_name(&mut labels, &Reason::new(span, Cause::NameDropped), notes.context);
    }
    let kind = if vector.facts.kind == Some(ValueType::RangeVector) {
        ValueType::InstantVector
    } else {
        vector.facts.kind.unwrap_or(ValueType::InstantVector)
    };
    Facts {
        kind: Some(kind),
        samples: values.samples,
        condition: condition(binary, vector.facts, vector.facts, values.samples),
        labels,
        unit: values.unit,
        observed: values.observed,
        range: values.range,
        bound: vector.facts.bound,
        empty: vector.facts.empty.clone(),
    }
}

/// Old servers keep the metric's name under `atan2`.
fn drops_name_of_atan2(notes: &Notes<'_>) -> bool {
    notes.catalog.server().version.is_some_and(|version| version >= Version(3, 0))
}

fn keep_name_perhaps(labels: &mut Labels, span: Span) {
    if labels.presence(METRIC_NAME) != Presence::Absent {
        labels.set(LabelFact::unknown(metric_name(), Reason::new(span, Cause::NameDropped)));
    }
}

fn pair(notes: &mut Notes<'_>, binary: &Binary, left: Operand<'_>, right: Operand<'_>, values: ValueFacts) -> Facts {
    let pairing = Pairing::new(binary, left.facts, right.facts);
    pairing.needs(notes);
    pairing.check_labels(notes);
    let never = pairing.check_match(notes);
    if !never {
        pairing.check_cardinality(notes);
    }
    let mut labels = pairing.labels();
    labels.forget_variation();
    let reason = Reason::new(binary.op_span, Cause::NameDropped);
    let group_right =
        binary.matching.as_ref().and_then(|matching| matching.group.as_ref()).is_some_and(|group| group.side == GroupSide::Right);
    let kept = if group_right { right.facts } else { left.facts };
    if binary.bool_modifier.is_some() {
        let mut shared = Arc::new(labels);
        derive::drop_name(&mut shared, &reason, notes.context);
        labels = Arc::unwrap_or_clone(shared);
    } else if binary.op == BinaryOp::Atan2 && !drops_name_of_atan2(notes) {
        keep_name_perhaps(&mut labels, binary.op_span);
    } else if binary.op.is_arithmetic() {
        labels.drop_label(METRIC_NAME, &reason);
    } else if kept.labels.name_is_dropped() && labels.presence(METRIC_NAME) != Presence::Absent {
        // A server that drops names at the end forgets here that it was to drop this one.
        labels.keep_name(&reason);
    }
    let filled = binary.fill.left.is_some() || binary.fill.right.is_some();
    let either = left.facts.empty.clone().or_else(|| right.facts.empty.clone());
    let nothing = never.then(|| Reason::new(binary.op_span, Cause::NoMatch));
    Facts {
        kind: Some(ValueType::InstantVector),
        samples: values.samples,
        condition: condition(binary, left.facts, right.facts, values.samples),
        labels: Arc::new(labels),
        unit: values.unit,
        observed: values.observed,
        range: values.range,
        bound: pairing.bound(),
        empty: if filled { None } else { either.or(nothing) },
    }
}

/// Notes raw counters on either side.
fn consume_sides(notes: &mut Notes<'_>, binary: &Binary, left: Operand<'_>, right: Operand<'_>) {
    let op = binary.op;
    let metric =
        |notes: &Notes<'_>, operand: Operand<'_>| notes.only_metric_in(operand.first, operand.node).map(|used| used.name.clone());
    let consumer = |notes: &Notes<'_>, operand: Operand<'_>, other: Operand<'_>| {
        if op.is_comparison() {
            let turned = if std::ptr::eq(operand.facts, left.facts) { op } else { arithmetic::turned(op) };
            return Consumer::Comparison(turned, other.facts.constant());
        }
        let same_metric = match (metric(notes, operand), metric(notes, other)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        };
        Consumer::Arithmetic { op, same_metric }
    };
    for (operand, other) in [(left, right), (right, left)] {
        if operand.facts.samples.is_cumulative() {
            let consumer = consumer(notes, operand, other);
            consume(notes, operand, consumer);
        }
    }
}

/// Notes sums, differences and comparisons of numbers in different units.
fn check_units(notes: &mut Notes<'_>, binary: &Binary, left: Operand<'_>, right: Operand<'_>) {
    if !(binary.op.is_comparison() || matches!(binary.op, BinaryOp::Add | BinaryOp::Sub)) {
        return;
    }
    let (Some(a), Some(b)) = (left.facts.unit.known(), right.facts.unit.known()) else { return };
    if let Some(difference) = units::difference(a, b) {
        let left = (a.clone(), left.facts.unit.reason.clone());
        let right = (b.clone(), right.facts.unit.reason.clone());
        notes.event(binary.op_span, EventKind::UnitMismatch { op: binary.op, left, right, difference });
    }
}

/// Notes comparisons whose outcome is certain.
fn compare(notes: &mut Notes<'_>, binary: &Binary, left: Operand<'_>, right: Operand<'_>, role: Role) -> Verdict {
    let swapped = !left.facts.is_vector() && right.facts.is_vector();
    let (subject, other, op) = if swapped { (right, left, arithmetic::turned(binary.op)) } else { (left, right, binary.op) };
    let (values, with) = (filled(binary, !swapped, subject.facts), filled(binary, swapped, other.facts));
    let verdict = arithmetic::verdict(op, values, with);
    let constant = subject.facts.samples == SampleKind::Constant || subject.facts.kind == Some(ValueType::Scalar);
    let empty = subject.facts.empty.is_some() || other.facts.empty.is_some();
    if verdict == Verdict::Open || constant || empty || may_be_histogram(subject.facts) || may_be_histogram(other.facts) {
        // Of a histogram the interval says nothing.
        return if may_be_histogram(subject.facts) { Verdict::Open } else { verdict };
    }
    let by_buckets = subject.facts.range.reason.cause == Cause::Function("histogram_quantile");
    let finding = ComparisonFinding {
        op,
        values,
        reason: subject.facts.range.reason.clone(),
        with,
        threshold: other.facts.constant(),
        unit: subject.facts.unit.known().cloned(),
        only_declared: subject.facts.range.only_declared || other.facts.range.only_declared,
        is_guard: role.guard,
        returns_bool: binary.bool_modifier.is_some(),
        same_expression: same_expression(left, right),
        may_be_nan: values.nan || with.nan,
        top_bucket: (by_buckets && values.hi.is_finite()).then_some(values.hi),
    };
    match verdict {
        Verdict::Never => notes.event(binary.op_span, EventKind::ComparisonNeverTrue(finding)),
        _ if asks_for_existence(subject.facts) => {}
        _ => notes.event(binary.op_span, EventKind::ComparisonAlwaysTrue(finding)),
    }
    verdict
}

/// Whether the values say no more than that a series is there, as a count of series that pass a filter: `count(x < 1) > 0`, `absent(x) == 1`,
/// `x_info == 1` are written to say it, not to compare.
fn asks_for_existence(subject: &Facts) -> bool {
    let counts = match &subject.range.reason.cause {
        Cause::Aggregation(op) => matches!(op, AggregateOp::Count | AggregateOp::Group | AggregateOp::CountValues),
        Cause::Function(name) => matches!(*name, "absent" | "absent_over_time" | "present_over_time" | "count_over_time"),
        _ => false,
    };
    counts || matches!(subject.condition, Condition::Info | Condition::Absent | Condition::Comparison)
}

fn same_expression(left: Operand<'_>, right: Operand<'_>) -> bool {
    let (left, right) = (left.expr.without_parens(), right.expr.without_parens());
    !matches!(left.kind, ExprKind::Number(_)) && left.equivalent(right)
}
