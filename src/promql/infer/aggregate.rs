//! Aggregations.

use std::sync::Arc;

use smallvec::SmallVec;

use super::derive;
use super::events::{Consumer, EventKind};
use super::facts::{Cause, Condition, Facts, Reason, SampleKind};
use super::labels::{LabelFact, LabelSet, Labels, METRIC_NAME};
use super::notes::Notes;
use super::range::Interval;
use super::units;
use super::walk::{Operand, consume, consumed};
use crate::promql::ast::{Aggregate, ExprKind, ValueType};
use crate::promql::catalog::{Name, Presence, Values};
use crate::promql::operators::AggregateOp;
use crate::promql::span::Span;
use crate::unit::Unit;

/// What an aggregation returns.
pub(super) fn facts(
    notes: &mut Notes<'_>,
    aggregate: &Aggregate,
    param: Option<Operand<'_>>,
    operand: Operand<'_>,
    span: Span,
) -> Facts {
    let op = aggregate.op;
    let input = operand.facts;
    if !matches!(
        op,
        AggregateOp::Count | AggregateOp::Group | AggregateOp::CountValues | AggregateOp::Limitk | AggregateOp::LimitRatio
    ) {
        consume(notes, operand, Consumer::Aggregation(op));
    }
    check_grouping(notes, aggregate, input);
    check_totals(notes, aggregate, input);
    let quantile = if op == AggregateOp::Quantile { param.and_then(|param| param.facts.constant()) } else { None };
    if let (Some(quantile), Some(param)) = (quantile, param)
        && !(0.0..=1.0).contains(&quantile)
    {
        notes.event(param.expr.span, EventKind::QuantileOutOfRange { function: op.name(), quantile });
    }
    let grouped = grouped(aggregate, &input.labels);
    let groups = grouped.unique().and_then(|unique| grouped.combinations(unique.iter().map(|name| &**name)));
    let bound = match (input.bound, groups) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let cause = Cause::Aggregation(op);
    let mut result = Facts { kind: Some(ValueType::InstantVector), ..input.clone() };
    if op.selects_series() {
        result.labels = Arc::clone(&input.labels);
        Arc::make_mut(&mut result.labels).forget_variation();
        let each =
            param.and_then(|param| param.facts.constant()).filter(|k| (0.0..1e9).contains(k) && op != AggregateOp::LimitRatio);
        let chosen = each.zip(groups).map(|(k, groups)| (k as u64).saturating_mul(groups));
        result.bound = input.bound.into_iter().chain(chosen).min();
        result.samples =
            if matches!(op, AggregateOp::Topk | AggregateOp::Bottomk) { consumed(input.samples) } else { input.samples };
        let by = aggregate.grouping.as_ref().is_none_or(|grouping| !grouping.without);
        if by && each.is_some_and(|k| k < 2.0) {
            // One series of each group, which the labels of the group identify.
            Arc::make_mut(&mut result.labels).set_unique(grouped.unique().map(LabelSet::from));
        }
        return result;
    }
    result.labels = Arc::new(grouped);
    result.bound = bound;
    result.samples = samples(op, input.samples);
    result.condition = match input.condition {
        Condition::Boolean | Condition::Constant => Condition::Value,
        other => other,
    };
    result.range = derive::range(interval(op, input, quantile), &input.range, Reason::new(span, cause.clone()));
    match op {
        AggregateOp::Sum
        | AggregateOp::Min
        | AggregateOp::Max
        | AggregateOp::Avg
        | AggregateOp::Stddev
        | AggregateOp::Quantile => {
            if matches!(op, AggregateOp::Min | AggregateOp::Max | AggregateOp::Avg | AggregateOp::Quantile) {
                // Still the values of the operand, so what bounds those bounds these.
                result.range.reason = input.range.reason.clone();
            }
        }
        _ => {
            result.unit = match op {
                AggregateOp::Count => derive::unit(Unit::count(units::SERIES), span, cause.clone()),
                _ => derive::no_unit(span, cause.clone()),
            };
            result.observed = None;
            result.range.only_declared = false;
        }
    }
    match (op, input.samples) {
        // How many hold, and which share of them.
        (AggregateOp::Sum, SampleKind::Boolean) => result.unit = derive::unit(Unit::count(units::SERIES), span, cause.clone()),
        (AggregateOp::Avg, SampleKind::Boolean) => result.unit = derive::unit(Unit::ratio(), span, cause.clone()),
        _ => {}
    }
    if op == AggregateOp::CountValues {
        count_values(aggregate, &mut result, cause, span);
    }
    result
}

fn samples(op: AggregateOp, input: SampleKind) -> SampleKind {
    match op {
        AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Quantile => derive::blended(consumed(input)),
        AggregateOp::Min | AggregateOp::Max => consumed(input),
        _ => SampleKind::Gauge,
    }
}

fn interval(op: AggregateOp, input: &Facts, quantile: Option<f64>) -> Interval {
    let values = input.range.interval;
    let infinite = values.has_numbers() && (values.lo == f64::NEG_INFINITY || values.hi == f64::INFINITY);
    let both = values.lo == f64::NEG_INFINITY && values.hi == f64::INFINITY;
    let most = input.bound.map_or(f64::INFINITY, |bound| bound as f64);
    // A sum of at least one and at most so many; 0 times an unknown many is still 0.
    let times = |end: f64| if end == 0.0 { end } else { end * most };
    match op {
        AggregateOp::Sum if values.has_numbers() => {
            let lo = if values.lo < 0.0 { times(values.lo) } else { values.lo };
            let hi = if values.hi > 0.0 { times(values.hi) } else { values.hi };
            Interval { nan: values.nan || both, ..Interval::new(lo.min(values.lo), hi.max(values.hi)) }
        }
        AggregateOp::Avg => Interval { nan: values.nan || both, ..values.closed() },
        AggregateOp::Quantile => {
            let inner = Interval { nan: values.nan || infinite, ..values.closed() };
            match quantile {
                Some(quantile) if (0.0..=1.0).contains(&quantile) => inner,
                Some(quantile) if quantile.is_nan() => Interval::exactly(f64::NAN),
                Some(quantile) => Interval::exactly(if quantile < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY }),
                None => Interval::ALL,
            }
        }
        AggregateOp::Count | AggregateOp::CountValues => {
            Interval::new(1.0, if most.is_finite() { most.max(1.0) } else { f64::MAX })
        }
        AggregateOp::Group => Interval::exactly(1.0),
        AggregateOp::Stddev | AggregateOp::Stdvar => {
            // Finite numbers too far apart have no finite difference.
            let apart = values.has_numbers() && !(values.hi - values.lo).is_finite();
            Interval { nan: values.nan || infinite || apart, ..Interval::new(0.0, f64::INFINITY) }
        }
        _ => values,
    }
}

/// The labels of an aggregation's groups.
fn grouped(aggregate: &Aggregate, input: &Labels) -> Labels {
    let op = aggregate.op;
    let Some(grouping) = &aggregate.grouping else {
        return Labels::none(Reason::new(aggregate.op_span, Cause::Grouping(op)));
    };
    let reason = |cause: Cause| Reason::new(grouping.span, cause);
    let hidden = grouping.labels.iter().any(|label| label.name.as_plain().is_none());
    let named = || grouping.labels.iter().filter_map(|label| label.name.as_plain());
    if !grouping.without {
        let mut facts: Vec<LabelFact> = named()
            .map(|name| match input.listed(name) {
                Some(fact) => fact.clone(),
                None => input.get(&name.into()),
            })
            .collect();
        if hidden {
            // The variable may name any label of the operand.
            for fact in input.iter().filter(|fact| !named().any(|name| name == &*fact.name)) {
                let presence = if fact.presence == Presence::Absent { Presence::Absent } else { Presence::Perhaps };
                facts.push(LabelFact { presence, ..fact.clone() });
            }
            return Labels::new(facts, input.others(), reason(Cause::Hidden), None);
        }
        let unique: LabelSet = facts.iter().filter(|fact| !fact.is_fixed()).map(|fact| fact.name.clone()).collect();
        return Labels::new(facts, Presence::Absent, reason(Cause::Grouping(op)), Some(unique));
    }
    let mut labels = input.clone();
    let dropped: SmallVec<[&str; 4]> = named().chain([METRIC_NAME]).collect();
    let keeps_identity = !hidden && input.is_unique_by(|name| !dropped.contains(&name));
    let unique = if keeps_identity { input.unique().map(LabelSet::from) } else { None };
    for name in dropped {
        labels.drop_label(name, &reason(Cause::Without(op)));
    }
    if hidden {
        labels.weaken(&reason(Cause::Hidden));
    }
    labels.set_unique(unique);
    labels
}

fn count_values(aggregate: &Aggregate, result: &mut Facts, cause: Cause, span: Span) {
    let label = match aggregate.param.as_ref().map(|param| &param.without_parens().kind) {
        Some(ExprKind::String(text)) => text.as_plain(),
        _ => None,
    };
    let labels = Arc::make_mut(&mut result.labels);
    let reason = Reason::new(span, cause);
    let dropped = |label: &str| {
        let without = aggregate.grouping.as_ref().filter(|grouping| grouping.without);
        without.is_some_and(|grouping| grouping.labels.iter().any(|named| named.name.as_plain() == Some(label)))
    };
    match label {
        // `without` drops the new label as well.
        Some(label)
            if dropped(label)
                || (label == METRIC_NAME && aggregate.grouping.as_ref().is_some_and(|grouping| grouping.without)) =>
        {
            labels.drop_label(label, &reason);
        }
        Some(label) => {
            let name = Name::from(label);
            // Under `without`, what identified a series may be the label that the value now takes.
            let by = aggregate.grouping.as_ref().is_none_or(|grouping| !grouping.without);
            let unique = labels
                .unique()
                .filter(|_| by)
                .map(|unique| unique.iter().filter(|mine| **mine != name).cloned().chain([name.clone()]).collect::<LabelSet>());
            labels.set(LabelFact::present(name, Values::Any, reason));
            labels.set_unique(unique);
        }
        None => *labels = Labels::unknown(reason),
    }
    result.bound = None;
}

/// Notes labels of `by` that the operand lacks.
fn check_grouping(notes: &mut Notes<'_>, aggregate: &Aggregate, input: &Facts) {
    let Some(grouping) = aggregate.grouping.as_ref().filter(|grouping| !grouping.without) else { return };
    let names = || grouping.labels.iter().filter_map(|label| Some((label.name.as_plain()?, label.span)));
    let is_absent = |name: &str| input.labels.presence(name) == Presence::Absent;
    if !input.is_vector() {
        return;
    }
    for (name, _) in names() {
        notes.needs(name);
    }
    if !names().any(|(name, _)| is_absent(name)) {
        return;
    }
    let all_absent = grouping.labels.iter().all(|label| label.name.as_plain().is_some_and(is_absent));
    let available: Vec<Name> = input
        .labels
        .iter()
        .filter(|fact| fact.presence != Presence::Absent && &*fact.name != METRIC_NAME)
        .map(|fact| fact.name.clone())
        .collect();
    for (name, span) in names().filter(|(name, _)| is_absent(name)) {
        notes.event(
            span,
            EventKind::GroupingByAbsentLabel {
                label: name.into(),
                op: aggregate.op,
                reason: input.labels.reason(name).clone(),
                available: available.clone(),
                all_absent,
                used_later: false,
                operand_is_empty: input.empty.is_some(),
            },
        );
    }
}

/// Notes sums over a label one of whose values is the sum of the others.
fn check_totals(notes: &mut Notes<'_>, aggregate: &Aggregate, input: &Facts) {
    if !matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Avg) {
        return;
    }
    for fact in input.labels.iter().filter(|fact| fact.presence != Presence::Absent) {
        let Some(total) = fact.total.as_ref().filter(|total| fact.values.may_be(total)) else { continue };
        let kept = match &aggregate.grouping {
            None => false,
            Some(grouping) => {
                let hidden = grouping.labels.iter().any(|label| label.name.as_plain().is_none());
                let named = grouping.labels.iter().any(|label| label.name.as_plain() == Some(&*fact.name));
                hidden || named != grouping.without
            }
        };
        if !kept && fact.values.single().is_none() {
            let kind = EventKind::OverlappingLabelValues { label: fact.clone(), total: total.clone(), op: aggregate.op };
            notes.event(aggregate.op_span, kind);
        }
    }
}
