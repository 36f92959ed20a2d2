//! Functions over a range of samples.

use std::sync::Arc;

use super::derive;
use super::events::{Consumer, EventKind};
use super::facts::{Cause, Facts, Reason, SampleKind};
use super::functions::{Site, check_quantile, computed};
use super::inference::Purpose;
use super::notes::Notes;
use super::range::Interval;
use super::units;
use super::walk::{Operand, consume, consumed};
use crate::promql::ast::{Expr, ExprKind, ValueType};
use crate::promql::catalog::{Presence, SeriesRole};
use crate::promql::operators::AggregateOp;
use crate::unit::Unit;

/// How much an extrapolated difference exceeds the difference of the samples at most: two samples, and at either end a gap of up to 1.1
/// times their distance.
const EXTRAPOLATION: f64 = 3.2;

/// What a function over a range returns.
pub(super) fn facts(notes: &mut Notes<'_>, site: &Site<'_>, arg: Operand<'_>) -> Facts {
    let name = site.name();
    check_samples(notes, site, arg);
    check_window(notes, site, arg);
    if name == "quantile_over_time" {
        check_quantile(notes, site, 0);
    }
    let input = arg.facts;
    let values = input.range.interval;
    let infinite = values.has_numbers() && (values.lo == f64::NEG_INFINITY || values.hi == f64::INFINITY);
    let both = values.lo == f64::NEG_INFINITY && values.hi == f64::INFINITY;
    let spread = Interval { nan: true, ..Interval::new(0.0, f64::INFINITY) };
    let (interval, samples) = match name {
        "rate" | "irate" | "increase" => (growth(arg), grown(name, input.samples)),
        "delta" | "idelta" => (difference(values, name == "delta"), derive::gauge_of(input.samples)),
        "avg_over_time" => (Interval { nan: values.nan || both, ..values.closed() }, derive::blended(consumed(input.samples))),
        "min_over_time" | "max_over_time" => (values, consumed(input.samples)),
        "first_over_time" | "last_over_time" => (values, input.samples),
        "sum_over_time" => (total(values, both), derive::gauge_of(input.samples)),
        "quantile_over_time" => {
            let inside = site.constant(0).is_some_and(|quantile| (0.0..=1.0).contains(&quantile));
            let interval = if inside { Interval { nan: values.nan || infinite, ..values.closed() } } else { Interval::ALL };
            (interval, derive::blended(consumed(input.samples)))
        }
        "stddev_over_time" | "stdvar_over_time" | "mad_over_time" => (spread, SampleKind::Gauge),
        "count_over_time" => (Interval::new(1.0, f64::MAX), SampleKind::Gauge),
        "changes" | "resets" => (Interval::non_negative(), SampleKind::Gauge),
        "present_over_time" => (Interval::exactly(1.0), SampleKind::Boolean),
        "ts_of_first_over_time" | "ts_of_last_over_time" | "ts_of_max_over_time" | "ts_of_min_over_time" => {
            (Interval::finite(), SampleKind::Timestamp)
        }
        _ => (Interval::ALL, if input.samples == SampleKind::Unknown { SampleKind::Unknown } else { SampleKind::Gauge }),
    };
    let mut facts = computed(notes, site, arg, interval, samples);
    if matches!(name, "first_over_time" | "last_over_time") {
        facts.labels = input.labels.clone();
        if input.labels.name_is_dropped() && notes.context.delayed_name_removal != Some(false) {
            // Some servers that drop names at the end forget here that they were to drop this one.
            Arc::make_mut(&mut facts.labels).keep_name(&site.reason());
        }
    }
    let kept = || Reason::new(site.span, Cause::Function(name));
    match name {
        "rate" | "irate" | "deriv" => {
            facts.unit.unit = units::per_second(&input.unit.unit);
            facts.unit.reason = input.unit.reason.clone();
            facts.observed = input.observed.clone();
        }
        "increase"
        | "delta"
        | "idelta"
        | "avg_over_time"
        | "min_over_time"
        | "max_over_time"
        | "first_over_time"
        | "last_over_time"
        | "sum_over_time"
        | "quantile_over_time"
        | "stddev_over_time"
        | "mad_over_time"
        | "predict_linear"
        | "double_exponential_smoothing" => {
            facts.unit = input.unit.clone();
            facts.observed = input.observed.clone();
        }
        _ if samples == SampleKind::Timestamp => facts.unit = derive::unit(Unit::seconds(), site.span, Cause::Function(name)),
        _ => {}
    }
    facts.range = match name {
        "avg_over_time" | "min_over_time" | "max_over_time" | "first_over_time" | "last_over_time" | "quantile_over_time" => {
            derive::range(interval, &input.range, input.range.reason.clone())
        }
        "sum_over_time" | "delta" | "idelta" => derive::range(interval, &input.range, kept()),
        _ => facts.range,
    };
    facts
}

/// Growth of what does not fall below zero is not negative.
fn growth(arg: Operand<'_>) -> Interval {
    let values = arg.facts.range.interval;
    let extended = match &arg.expr.without_parens().kind {
        ExprKind::Matrix(matrix) => matrix.selector.modifiers.range_extension.is_some(),
        _ => false,
    };
    if !values.has_numbers() {
        return Interval::ALL;
    }
    if values.nan || values.lo == f64::NEG_INFINITY || values.hi == f64::INFINITY {
        // A counter that is not finite is no counter.
        return Interval::ALL;
    }
    if values.lo < 0.0 {
        // Each fall counts as a reset, so that what is added up has no bound.
        return Interval::ALL;
    }
    if extended { Interval::finite() } else { Interval::non_negative() }
}

fn grown(function: &str, samples: SampleKind) -> SampleKind {
    match samples {
        SampleKind::Buckets | SampleKind::BucketGrowth => SampleKind::BucketGrowth,
        SampleKind::NativeHistogram | SampleKind::Mixed | SampleKind::Unknown => samples,
        _ if function == "increase" => SampleKind::Increase,
        _ => SampleKind::Rate,
    }
}

fn difference(values: Interval, extrapolated: bool) -> Interval {
    if !values.has_numbers() {
        return Interval::ALL;
    }
    let most = (values.hi - values.lo) * if extrapolated { EXTRAPOLATION } else { 1.0 };
    if values.nan || !most.is_finite() {
        let finite = !values.nan && values.lo.is_finite() && values.hi.is_finite();
        // Two finite numbers can be too far apart for a finite difference.
        return if finite { Interval::new(f64::NEG_INFINITY, f64::INFINITY) } else { Interval::ALL };
    }
    Interval::new(-most, most)
}

fn total(values: Interval, both: bool) -> Interval {
    let lo = if values.lo < 0.0 { f64::NEG_INFINITY } else { values.lo };
    let hi = if values.hi > 0.0 { f64::INFINITY } else { values.hi };
    Interval { nan: values.nan || both, ..Interval::new(lo, hi) }
}

/// Notes functions for counters over gauges and the other way round.
fn check_samples(notes: &mut Notes<'_>, site: &Site<'_>, arg: Operand<'_>) {
    let name = site.name();
    let samples = arg.facts.samples;
    let for_counters = matches!(name, "rate" | "irate" | "increase" | "resets");
    let aggregate = aggregate_inside(arg.expr);
    if for_counters {
        let unknown_sum = aggregate.is_some() && samples == SampleKind::Unknown;
        if name != "resets" && (samples == SampleKind::AggregatedCounter || unknown_sum) {
            let (op, span) = aggregate.map_or((None, arg.expr.span), |(op, expr)| (Some(op), expr.span));
            notes.event(site.callee_span, EventKind::RateOfAggregate { function: name, op, aggregate: span });
        } else if matches!(
            samples,
            SampleKind::Gauge
                | SampleKind::Rate
                | SampleKind::Increase
                | SampleKind::BucketGrowth
                | SampleKind::SummaryQuantile
                | SampleKind::Boolean
                | SampleKind::Info
        ) {
            let variants = notes.variants_in(arg.first, arg.node);
            notes.event(site.callee_span, EventKind::RateOnGauge { function: name, samples, variants });
        }
        if name == "increase" && samples == SampleKind::Counter {
            check_birth(notes, site, arg);
        }
    } else if samples.is_cumulative() {
        if matches!(name, "delta" | "idelta" | "deriv") {
            let variants = notes.variants_in(arg.first, arg.node);
            notes.event(site.callee_span, EventKind::DeltaOnCounter { function: name, variants });
        } else if matches!(
            name,
            "avg_over_time" | "sum_over_time" | "quantile_over_time" | "stddev_over_time" | "stdvar_over_time" | "mad_over_time"
        ) {
            consume(notes, arg, Consumer::Function(name));
        }
    }
}

/// The aggregation whose result a subquery ranges over.
fn aggregate_inside(expr: &Expr) -> Option<(AggregateOp, &Expr)> {
    let ExprKind::Subquery(subquery) = &expr.without_parens().kind else { return None };
    let inner = subquery.expr.without_parens();
    match &inner.kind {
        ExprKind::Aggregate(aggregate) if matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Avg) => {
            matches!(aggregate.expr.without_parens().kind, ExprKind::Selector(_)).then_some((aggregate.op, inner))
        }
        _ => None,
    }
}

/// Notes an alert on the increase of a counter whose series come into being with their first event.
fn check_birth(notes: &mut Notes<'_>, site: &Site<'_>, arg: Operand<'_>) {
    if notes.context.purpose != Purpose::Alert {
        return;
    }
    let labels: Vec<_> = arg
        .facts
        .labels
        .iter()
        .filter(|fact| !fact.target && !fact.is_fixed() && fact.presence != Presence::Absent && &*fact.name != super::METRIC_NAME)
        .map(|fact| fact.name.clone())
        .collect();
    let Some(used) = notes.only_metric_in(arg.first, arg.node) else { return };
    if labels.is_empty() || !used.variants.iter().all(|variant| variant.role == SeriesRole::Value) {
        return;
    }
    let (name, variants) = (used.name.clone(), used.variants.clone());
    notes.event(site.callee_span, EventKind::IncreaseFromBirth { function: site.name(), name, labels, variants });
}

/// Notes a range that holds fewer samples than the function needs.
fn check_window(notes: &mut Notes<'_>, site: &Site<'_>, arg: Operand<'_>) {
    let ExprKind::Matrix(matrix) = &arg.expr.without_parens().kind else { return };
    if arg.facts.kind != Some(ValueType::RangeVector) {
        return;
    }
    let Some(range) = matrix.range.constant().filter(|range| *range > 0.0) else { return };
    let needed = match site.name() {
        "rate"
        | "irate"
        | "increase"
        | "delta"
        | "idelta"
        | "deriv"
        | "predict_linear"
        | "double_exponential_smoothing"
        | "changes"
        | "resets" => 2,
        "absent_over_time" | "present_over_time" | "last_over_time" | "first_over_time" => return,
        _ => 1,
    };
    let server = notes.catalog.server().scrape_interval;
    let Some(used) = notes.only_metric_in(arg.node, arg.node) else { return };
    let intervals = used.variants.iter().map(|variant| variant.scrape_interval.or(server));
    let shortest = intervals.reduce(|a, b| Some(a?.min(b?))).flatten();
    if let Some(scrape_interval) = shortest
        && matrix.selector.modifiers.range_extension.is_none()
        && range < f64::from(needed) * scrape_interval
    {
        let function = Some(site.name());
        notes.event(matrix.range_span, EventKind::RangeShorterThanScrape { range, scrape_interval, needed, function });
    }
}
