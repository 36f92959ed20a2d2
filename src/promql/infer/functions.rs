//! Function calls.

use std::sync::Arc;

use super::derive;
use super::events::EventKind;
use super::facts::{Cause, Condition, Facts, Reason, SampleKind, UnitKnowledge};
use super::histograms;
use super::label_functions;
use super::math;
use super::notes::Notes;
use super::over_time;
use super::range::Interval;
use super::walk::Operand;
use crate::promql::ast::{Call, ExprKind, ValueType, VectorSelector};
use crate::promql::catalog::{Presence, Values};
use crate::promql::functions::Function;
use crate::promql::infer::labels::{LabelFact, Labels, METRIC_NAME};
use crate::promql::operators::MatchOp;
use crate::promql::span::Span;
use crate::unit::Unit;

/// A call that is being looked at.
pub(super) struct Site<'a> {
    pub(super) function: &'static Function,
    pub(super) args: &'a [Operand<'a>],
    pub(super) span: Span,
    pub(super) callee_span: Span,
}

impl<'a> Site<'a> {
    /// The function's name.
    pub(super) fn name(&self) -> &'static str {
        self.function.name
    }

    /// That the function is the cause.
    pub(super) fn reason(&self) -> Reason {
        Reason::new(self.span, Cause::Function(self.name()))
    }

    /// An argument.
    pub(super) fn arg(&self, index: usize) -> Option<Operand<'a>> {
        self.args.get(index).copied()
    }

    /// The number that an argument always is.
    pub(super) fn constant(&self, index: usize) -> Option<f64> {
        self.arg(index).and_then(|arg| arg.facts.constant())
    }

    /// The string that an argument is; `None` when a variable is in it.
    pub(super) fn text(&self, index: usize) -> Option<&'a str> {
        match &self.arg(index)?.expr.without_parens().kind {
            ExprKind::String(text) => text.as_plain(),
            _ => None,
        }
    }
}

/// Whether the function asks whether its argument is missing.
pub(super) fn asks_for_absence(call: &Call) -> bool {
    matches!(call.callee.name(), "absent" | "absent_over_time")
}

/// Whether the function asks only which samples there are, or when, not for their values.
pub(super) fn ignores_values(call: &Call) -> bool {
    let names = ["absent", "absent_over_time", "present_over_time", "count_over_time", "timestamp", "start_timestamp"];
    names.contains(&call.callee.name())
}

/// What a call returns.
pub(super) fn facts(notes: &mut Notes<'_>, call: &Call, args: &[Operand<'_>], span: Span) -> Facts {
    let Some(function) = call.function() else { return derive::hidden(None, span) };
    let site = Site { function, args, span, callee_span: call.callee_span };
    let hidden = || derive::hidden(Some(function.returns), span);
    let name = function.name;
    match name {
        "time" | "start" | "end" => {
            derive::scalar(Interval::finite(), UnitKnowledge::Known(Unit::seconds()), SampleKind::Timestamp, site.reason())
        }
        "step" | "range" => {
            derive::scalar(Interval::non_negative(), UnitKnowledge::Known(Unit::seconds()), SampleKind::Gauge, site.reason())
        }
        "pi" => derive::scalar(Interval::exactly(std::f64::consts::PI), UnitKnowledge::Any, SampleKind::Constant, site.reason()),
        "scalar" => site.arg(0).map_or_else(hidden, |arg| scalar(&site, arg)),
        "vector" => site.arg(0).map_or_else(hidden, |arg| vector(&site, arg)),
        "absent" | "absent_over_time" => absent(&site),
        "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" => {
            if name.starts_with("sort_by_label") {
                (1..args.len()).filter_map(|index| site.text(index)).for_each(|label| notes.needs(label));
            }
            site.arg(0).map_or_else(hidden, |arg| arg.facts.clone())
        }
        "label_replace" | "label_join" | "info" => match site.arg(0) {
            Some(arg) => label_functions::facts(notes, &site, arg),
            None => hidden(),
        },
        "timestamp" | "start_timestamp" => match site.arg(0) {
            Some(arg) => {
                let mut facts = computed(notes, &site, arg, Interval::finite(), SampleKind::Timestamp);
                facts.unit = derive::unit(Unit::seconds(), span, Cause::Function(name));
                facts
            }
            None => hidden(),
        },
        "minute" | "hour" | "day_of_week" | "day_of_month" | "day_of_year" | "days_in_month" | "month" | "year" => {
            date(notes, &site)
        }
        "min_of" | "max_of" => extreme_of(&site),
        "histogram_quantile"
        | "histogram_quantiles"
        | "histogram_fraction"
        | "histogram_avg"
        | "histogram_count"
        | "histogram_sum"
        | "histogram_stddev"
        | "histogram_stdvar" => histograms::facts(notes, &site),
        _ if function.args.contains(&ValueType::RangeVector) => {
            let index = function.args.iter().position(|kind| *kind == ValueType::RangeVector).unwrap_or(0);
            match site.arg(index) {
                Some(arg) => over_time::facts(notes, &site, arg),
                None => hidden(),
            }
        }
        _ if function.returns == ValueType::InstantVector => match site.arg(0) {
            Some(arg) => math::facts(notes, &site, arg),
            None => hidden(),
        },
        _ => hidden(),
    }
}

/// A result with the labels of the operand but for the metric's name, whose values the function computes.
pub(super) fn computed(notes: &Notes<'_>, site: &Site<'_>, arg: Operand<'_>, interval: Interval, samples: SampleKind) -> Facts {
    let mut facts = Facts { kind: Some(ValueType::InstantVector), samples, ..arg.facts.clone() };
    derive::drop_name(&mut facts.labels, &site.reason(), notes.context);
    facts.range = derive::fixed_range(interval, site.span, Cause::Function(site.name()));
    facts.unit = derive::no_unit(site.span, Cause::Function(site.name()));
    facts.observed = None;
    facts.condition = derive::after_computation(facts.condition, samples);
    facts
}

fn scalar(site: &Site<'_>, arg: Operand<'_>) -> Facts {
    // More than one series or none make NaN.
    let samples = match derive::blended(arg.facts.samples) {
        SampleKind::NativeHistogram | SampleKind::Mixed => SampleKind::Gauge,
        other => other,
    };
    let mut facts = derive::scalar(arg.facts.range.interval.or_nan(), arg.facts.unit.unit.clone(), samples, site.reason());
    facts.unit.reason = arg.facts.unit.reason.clone();
    facts.range.only_declared = arg.facts.range.only_declared;
    facts.range.reason = arg.facts.range.reason.clone();
    if arg.facts.empty.is_some() {
        facts.range.interval = Interval::exactly(f64::NAN);
    }
    facts
}

fn vector(site: &Site<'_>, arg: Operand<'_>) -> Facts {
    let facts = derive::single(arg.facts.range.interval, arg.facts.unit.unit.clone(), arg.facts.samples, site.reason());
    let condition = if arg.facts.samples == SampleKind::Constant { Condition::Constant } else { Condition::Value };
    Facts { condition, unit: arg.facts.unit.clone(), range: arg.facts.range.clone(), ..facts }
}

/// `absent(...)` has the labels of equality matchers, where its argument is a plain selector.
fn absent(site: &Site<'_>) -> Facts {
    let reason = site.reason();
    let facts = derive::single(Interval::exactly(1.0), UnitKnowledge::Any, SampleKind::Boolean, reason.clone());
    let Some(arg) = site.arg(0) else { return facts };
    let inner = arg.expr.without_parens();
    let selector: &VectorSelector = match &inner.kind {
        ExprKind::Selector(selector) => selector,
        ExprKind::Matrix(matrix) => &matrix.selector,
        ExprKind::Variable(_) | ExprKind::VariableCall(_) | ExprKind::Hole => {
            return Facts { labels: Arc::new(Labels::unknown(reason)), condition: Condition::Absent, ..facts };
        }
        _ => return Facts { condition: Condition::Absent, ..facts },
    };
    // Servers differ in whether they look through parentheses and fixed moments.
    let certain = inner.span == arg.expr.span && selector.modifiers.at.is_none();
    let mut labels = Labels::none(reason.clone());
    if !selector.matcher_variables.is_empty() || selector.matchers.iter().any(|matcher| matcher.label.name.as_plain().is_none()) {
        labels = Labels::unknown(reason.clone());
    }
    for matcher in &selector.matchers {
        let Some(name) = matcher.label.name.as_plain().filter(|name| *name != METRIC_NAME) else { continue };
        // Of several matchers on one label servers make different things.
        let several = selector.matchers.iter().filter(|other| other.label.name.as_plain() == Some(name)).count() > 1;
        let reason = Reason::new(matcher.span(), Cause::Function(site.name()));
        let fact = match matcher.value.as_plain() {
            _ if several => LabelFact::unknown(name.into(), reason),
            _ if matcher.op != MatchOp::Equal => LabelFact::absent(name.into(), reason),
            Some("") => LabelFact::absent(name.into(), reason),
            Some(value) if certain => LabelFact::present(name.into(), Values::only(value), reason),
            Some(value) => {
                let fact = LabelFact::present(name.into(), Values::only(value), reason);
                LabelFact { presence: Presence::Perhaps, ..fact }
            }
            None => LabelFact::unknown(name.into(), reason),
        };
        labels.set(fact);
    }
    labels.set_unique(Some(super::labels::LabelSet::default()));
    Facts { labels: Arc::new(labels), condition: Condition::Absent, ..facts }
}

fn date(notes: &Notes<'_>, site: &Site<'_>) -> Facts {
    let interval = match site.name() {
        "minute" => Interval::new(0.0, 59.0),
        "hour" => Interval::new(0.0, 23.0),
        "day_of_week" => Interval::new(0.0, 6.0),
        "day_of_month" => Interval::new(1.0, 31.0),
        "day_of_year" => Interval::new(1.0, 366.0),
        "days_in_month" => Interval::new(28.0, 31.0),
        "month" => Interval::new(1.0, 12.0),
        _ => Interval::finite(),
    };
    match site.arg(0) {
        Some(arg) => computed(notes, site, arg, interval, SampleKind::Gauge),
        None => derive::single(interval, UnitKnowledge::Unknown, SampleKind::Gauge, site.reason()),
    }
}

fn extreme_of(site: &Site<'_>) -> Facts {
    let (Some(a), Some(b)) = (site.arg(0), site.arg(1)) else { return derive::hidden(Some(ValueType::Scalar), site.span) };
    let (left, right) = (a.facts.range.interval, b.facts.range.interval);
    let pick = if site.name() == "min_of" { f64::min } else { f64::max };
    let interval = if left.has_numbers() && right.has_numbers() {
        Interval { nan: left.nan || right.nan, ..Interval::new(pick(left.lo, right.lo), pick(left.hi, right.hi)) }
    } else {
        left.union(right)
    };
    let unit = super::units::add(&a.facts.unit.unit, &b.facts.unit.unit);
    derive::scalar(interval, unit, a.facts.samples.join(b.facts.samples), site.reason())
}

/// Notes a quantile outside of [0, 1].
pub(super) fn check_quantile(notes: &mut Notes<'_>, site: &Site<'_>, index: usize) {
    if let (Some(quantile), Some(arg)) = (site.constant(index), site.arg(index))
        && !(0.0..=1.0).contains(&quantile)
    {
        notes.event(arg.expr.span, EventKind::QuantileOutOfRange { function: site.name(), quantile });
    }
}
