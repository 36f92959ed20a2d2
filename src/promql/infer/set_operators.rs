//! `and`, `or` and `unless`.

use std::sync::Arc;

use super::derive;
use super::facts::{Cause, Condition, Facts, RangeFact, Reason, SampleKind, UnitFact};
use super::matching::Pairing;
use super::notes::Notes;
use super::range::Interval;
use super::units;
use super::walk::Operand;
use crate::promql::ast::{Binary, ValueType};
use crate::promql::catalog::Presence;
use crate::promql::operators::BinaryOp;
use crate::promql::span::Span;

/// What a set operator returns.
pub(super) fn facts(notes: &mut Notes<'_>, binary: &Binary, left: Operand<'_>, right: Operand<'_>, span: Span) -> Facts {
    if !left.facts.is_vector() || !right.facts.is_vector() {
        let known = if left.facts.is_vector() { left.facts } else { right.facts };
        let hidden = derive::hidden(Some(ValueType::InstantVector), span);
        return match binary.op {
            // What passes `and` and `unless` is of the left side.
            BinaryOp::And | BinaryOp::Unless if left.facts.is_vector() => {
                let mut facts = Facts { condition: Condition::Set, ..known.clone() };
                Arc::make_mut(&mut facts.labels).forget_variation();
                facts
            }
            _ => hidden,
        };
    }
    let pairing = Pairing::new(binary, left.facts, right.facts);
    pairing.needs(notes);
    match binary.op {
        BinaryOp::Or => union(left.facts, right.facts, span),
        BinaryOp::Unless => {
            pairing.check_labels(notes);
            pairing.check_match(notes);
            let mut facts = Facts { condition: Condition::Set, ..left.facts.clone() };
            Arc::make_mut(&mut facts.labels).forget_variation();
            facts
        }
        _ => {
            pairing.check_labels(notes);
            let never = pairing.check_match(notes);
            let mut facts = Facts { condition: Condition::Set, labels: Arc::new(pairing.filtered()), ..left.facts.clone() };
            let nothing = never.then(|| Reason::new(binary.op_span, Cause::NoMatch));
            facts.empty = left.facts.empty.clone().or_else(|| right.facts.empty.clone()).or(nothing);
            facts
        }
    }
}

/// Samples beside those of a number, which may be one that a boolean or a counter can be.
fn beside(samples: SampleKind, number: &Facts) -> SampleKind {
    let interval = &number.range.interval;
    let is_boolean = interval.is_within(&Interval::exactly(0.0)) || interval.is_within(&Interval::exactly(1.0));
    match samples {
        SampleKind::Boolean if is_boolean => samples,
        SampleKind::Counter | SampleKind::Buckets if interval.nan || interval.lo < 0.0 => SampleKind::Mixed,
        _ => derive::beside_number(samples),
    }
}

/// The series of the left side, and those of the right side that match none of them.
fn union(left: &Facts, right: &Facts, span: Span) -> Facts {
    let reason = Reason::new(span, Cause::Union);
    if left.empty.is_some() {
        return right.clone();
    }
    if right.empty.is_some() {
        return left.clone();
    }
    let unit = units::join(&left.unit.unit, &right.unit.unit);
    let unit_reason = if left.unit.known().is_some() { left.unit.reason.clone() } else { right.unit.reason.clone() };
    let interval = left.range.interval.union(right.range.interval);
    let range_reason = if interval == left.range.interval { left.range.reason.clone() } else { reason.clone() };
    let labels = left.labels.join(&right.labels, &reason);
    let combined =
        (labels.others() == Presence::Absent).then(|| labels.combinations(labels.iter().map(|fact| &*fact.name))).flatten();
    let summed = left.bound.zip(right.bound).map(|(a, b)| a.saturating_add(b));
    let bound = combined.into_iter().chain(summed).min();
    let samples = match (left.samples, right.samples) {
        // `or vector(0)` fills gaps in what the left side is.
        (samples, SampleKind::Constant) => beside(samples, right),
        (SampleKind::Constant, samples) => beside(samples, left),
        (a, b) => a.join(b),
    };
    Facts {
        kind: Some(ValueType::InstantVector),
        samples,
        condition: derive::after_computation(left.condition.or(right.condition), samples),
        labels: Arc::new(labels),
        unit: UnitFact { unit, reason: unit_reason },
        observed: left.observed.clone().filter(|unit| right.observed.as_ref().is_some_and(|other| unit.same(other))),
        range: RangeFact { interval, only_declared: left.range.only_declared || right.range.only_declared, reason: range_reason },
        bound,
        empty: None,
    }
}
