//! Facts made from scratch, and the small steps from the facts of one node to those of the next.

use std::sync::{Arc, LazyLock};

use super::facts::{Cause, Condition, Facts, RangeFact, Reason, SampleKind, UnitFact, UnitKnowledge};
use super::inference::Context;
use super::labels::{LabelFact, Labels, METRIC_NAME, metric_name};
use super::range::Interval;
use crate::promql::ast::ValueType;
use crate::promql::catalog::{Presence, Values};
use crate::promql::span::Span;
use crate::unit::Unit;

/// The labels of scalars and strings: there are none, whatever the reason.
static NO_LABELS: LazyLock<Arc<Labels>> = LazyLock::new(|| Arc::new(Labels::none(Reason::new(Span::default(), Cause::Literal))));

/// A scalar.
pub(super) fn scalar(interval: Interval, unit: UnitKnowledge, samples: SampleKind, reason: Reason) -> Facts {
    Facts {
        kind: Some(ValueType::Scalar),
        samples,
        condition: Condition::Value,
        labels: Arc::clone(&NO_LABELS),
        unit: UnitFact { unit, reason: reason.clone() },
        observed: None,
        range: RangeFact { interval, only_declared: false, reason },
        bound: Some(1),
        empty: None,
    }
}

/// A literal. A duration counts seconds.
pub(super) fn number(value: f64, is_duration: bool, span: Span) -> Facts {
    let unit = if is_duration { UnitKnowledge::Known(Unit::seconds()) } else { UnitKnowledge::Any };
    scalar(Interval::exactly(value), unit, SampleKind::Constant, Reason::new(span, Cause::Literal))
}

/// A string.
pub(super) fn string(span: Span) -> Facts {
    let facts = scalar(Interval::NONE, UnitKnowledge::Unknown, SampleKind::Constant, Reason::new(span, Cause::Literal));
    Facts { kind: Some(ValueType::String), ..facts }
}

/// A vector without labels, of at most one series.
pub(super) fn single(interval: Interval, unit: UnitKnowledge, samples: SampleKind, reason: Reason) -> Facts {
    let labels = Arc::new(Labels::none(reason.clone()));
    Facts { kind: Some(ValueType::InstantVector), labels, ..scalar(interval, unit, samples, reason) }
}

/// Something that a variable or an error hides.
pub(super) fn hidden(kind: Option<ValueType>, span: Span) -> Facts {
    let reason = Reason::new(span, Cause::Hidden);
    let facts = scalar(Interval::ALL, UnitKnowledge::Unknown, SampleKind::Unknown, reason.clone());
    if kind == Some(ValueType::Scalar) {
        return facts;
    }
    Facts { kind, condition: Condition::Unknown, labels: Arc::new(Labels::unknown(reason)), bound: None, ..facts }
}

/// A subquery: what its expression returns at many moments. More series than at one moment can be among them, and what identifies a
/// series at one moment (the first of a group, a label copied from an info metric) need not do so over time.
pub(super) fn subquery(inner: &Facts) -> Facts {
    let mut facts = Facts { kind: Some(ValueType::RangeVector), ..inner.clone() };
    let labels = Arc::make_mut(&mut facts.labels);
    labels.set_unique(None);
    let closed = labels.others() == Presence::Absent;
    facts.bound = closed.then(|| labels.combinations(labels.iter().map(|fact| &*fact.name))).flatten();
    facts
}

/// Drops the metric's name. A server may do so only at the end, which a flag decides.
pub(super) fn drop_name(labels: &mut Arc<Labels>, reason: &Reason, context: &Context) {
    if labels.presence(METRIC_NAME) == Presence::Absent {
        return;
    }
    let reason = Reason::new(reason.span, Cause::NameDropped);
    let labels = Arc::make_mut(labels);
    labels.mark_name_dropped();
    match context.delayed_name_removal {
        Some(false) => labels.drop_label(METRIC_NAME, &reason),
        // Until the end it may be there.
        Some(true) | None => {
            let mut fact = match labels.listed(METRIC_NAME) {
                Some(fact) => fact.clone(),
                None => LabelFact::unknown(metric_name(), reason.clone()),
            };
            fact.presence = Presence::Perhaps;
            fact.reason = reason;
            labels.set(fact);
        }
    }
}

/// A range fact with another interval and another reason.
pub(super) fn range(interval: Interval, from: &RangeFact, reason: Reason) -> RangeFact {
    RangeFact { interval, only_declared: from.only_declared, reason }
}

/// A range that follows from the operation alone.
pub(super) fn fixed_range(interval: Interval, span: Span, cause: Cause) -> RangeFact {
    RangeFact { interval, only_declared: false, reason: Reason::new(span, cause) }
}

/// A unit of which nothing is known.
pub(super) fn no_unit(span: Span, cause: Cause) -> UnitFact {
    UnitFact { unit: UnitKnowledge::Unknown, reason: Reason::new(span, cause) }
}

/// A unit that follows from the operation alone.
pub(super) fn unit(unit: Unit, span: Span, cause: Cause) -> UnitFact {
    UnitFact { unit: UnitKnowledge::Known(unit), reason: Reason::new(span, cause) }
}

/// What samples are after arithmetic with a number.
pub(super) fn after_arithmetic(samples: SampleKind) -> SampleKind {
    match samples {
        SampleKind::Counter | SampleKind::Buckets => SampleKind::AggregatedCounter,
        SampleKind::Boolean | SampleKind::Info | SampleKind::Timestamp | SampleKind::SummaryQuantile => SampleKind::Gauge,
        other => other,
    }
}

/// Numbers computed from all values of several samples or series: no longer one of the values that a state or a quantile can take. What
/// holds histograms still does.
pub(super) fn blended(samples: SampleKind) -> SampleKind {
    match samples {
        SampleKind::Boolean | SampleKind::Info | SampleKind::SummaryQuantile => SampleKind::Gauge,
        other => other,
    }
}

/// Samples to which series of one number are added, as `or vector(0)` does.
pub(super) fn beside_number(samples: SampleKind) -> SampleKind {
    match samples {
        SampleKind::NativeHistogram => SampleKind::Mixed,
        SampleKind::Boolean | SampleKind::Info => SampleKind::Gauge,
        other => other,
    }
}

/// Numbers of another meaning, where what holds histograms still does.
pub(super) fn gauge_of(samples: SampleKind) -> SampleKind {
    match samples {
        SampleKind::NativeHistogram | SampleKind::Mixed | SampleKind::Unknown => samples,
        _ => SampleKind::Gauge,
    }
}

/// What it means that a series is there after its value has been computed anew: that it is 0 or 1 holds for booleans only.
pub(super) fn after_computation(condition: Condition, samples: SampleKind) -> Condition {
    if condition == Condition::Boolean && samples != SampleKind::Boolean { Condition::Value } else { condition }
}

/// The finite numbers among the values of `le` or `quantile`, ascending; `None` unless all values are listed.
pub(super) fn numbers(values: &Values) -> Option<Vec<f64>> {
    let mut numbers: Vec<f64> = values.list()?.iter().map(|value| value.parse().ok()).collect::<Option<_>>()?;
    numbers.retain(|number| number.is_finite());
    numbers.sort_by(f64::total_cmp);
    Some(numbers)
}
