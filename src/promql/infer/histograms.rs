//! Functions over histograms, classic and native.

use std::sync::Arc;

use super::derive;
use super::events::EventKind;
use super::facts::{Cause, Facts, Reason, SampleKind, UnitKnowledge};
use super::functions::{Site, check_quantile, computed};
use super::labels::LabelFact;
use super::notes::Notes;
use super::range::Interval;
use super::walk::Operand;
use crate::promql::catalog::{Name, Presence, Values};
use crate::unit::Unit;

/// The label that holds the upper bound of a bucket.
const BOUND: &str = "le";

/// What such a function returns.
pub(super) fn facts(notes: &mut Notes<'_>, site: &Site<'_>) -> Facts {
    let name = site.name();
    let index = match name {
        "histogram_quantile" => 1,
        "histogram_fraction" => 2,
        _ => 0,
    };
    let Some(arg) = site.arg(index) else { return derive::hidden(Some(site.function.returns), site.span) };
    let takes_buckets = matches!(name, "histogram_quantile" | "histogram_quantiles" | "histogram_fraction");
    check_operand(notes, site, arg, takes_buckets);
    let input = arg.facts;
    let native = may_be_native(input.samples);
    let interval = match name {
        "histogram_quantile" => {
            check_quantile(notes, site, 0);
            quantile(site.constant(0), input, native)
        }
        "histogram_quantiles" => {
            let quantiles = 2..site.args.len();
            quantiles.clone().for_each(|index| check_quantile(notes, site, index));
            quantiles.map(|index| quantile(site.constant(index), input, native)).fold(Interval::NONE, Interval::union)
        }
        "histogram_fraction" if matches!(input.samples, SampleKind::Buckets | SampleKind::BucketGrowth) => {
            Interval::new(0.0, 1.0).or_nan()
        }
        _ => Interval::ALL,
    };
    let mut facts = computed(notes, site, arg, interval, SampleKind::Gauge);
    if takes_buckets {
        notes.needs(BOUND);
        drop_bound(site, &mut facts, native);
    }
    if name == "histogram_quantiles" {
        name_quantile(site, &mut facts);
    }
    let cause = || Cause::Function(name);
    facts.unit = match name {
        "histogram_quantile" | "histogram_quantiles" | "histogram_avg" | "histogram_stddev" | "histogram_sum" => match &input
            .observed
        {
            Some(unit) if name == "histogram_sum" && input.samples == SampleKind::NativeHistogram => per_what(unit, input, site),
            Some(unit) if name != "histogram_sum" => derive::unit(unit.clone(), site.span, cause()),
            _ => derive::no_unit(site.span, cause()),
        },
        "histogram_fraction" => derive::unit(Unit::ratio(), site.span, cause()),
        _ => derive::no_unit(site.span, cause()),
    };
    facts
}

/// The sum of a native histogram is in the unit of its samples: of the observations, or of those per second after `rate`.
fn per_what(observed: &Unit, input: &Facts, site: &Site<'_>) -> super::facts::UnitFact {
    let unit = match &input.unit.unit {
        UnitKnowledge::Known(unit) => unit.clone(),
        UnitKnowledge::Unknown | UnitKnowledge::Any | UnitKnowledge::Multiple(_) => observed.clone(),
    };
    derive::unit(unit, site.span, Cause::Function(site.name()))
}

fn may_be_native(samples: SampleKind) -> bool {
    matches!(samples, SampleKind::NativeHistogram | SampleKind::Unknown | SampleKind::Mixed)
}

/// A quantile of classic buckets lies between zero (or the lowest bound, if that is not above zero) and the greatest finite bound.
fn quantile(quantile: Option<f64>, input: &Facts, native: bool) -> Interval {
    match quantile {
        Some(q) if q.is_nan() => return Interval::exactly(f64::NAN),
        Some(q) if q < 0.0 && !native => return Interval::exactly(f64::NEG_INFINITY).or_nan(),
        Some(q) if q > 1.0 && !native => return Interval::exactly(f64::INFINITY).or_nan(),
        Some(q) if (0.0..=1.0).contains(&q) && !native => {}
        _ => return Interval::ALL,
    }
    let bounds = input
        .labels
        .listed(BOUND)
        .filter(|fact| fact.presence != Presence::Absent)
        .and_then(|fact| derive::numbers(&fact.values));
    match bounds.as_deref() {
        Some([lowest, .., greatest]) => Interval::new(lowest.min(0.0), *greatest).or_nan(),
        Some([only]) => Interval::new(only.min(0.0), only.max(0.0)).or_nan(),
        Some([]) => Interval::exactly(f64::NAN),
        None => Interval::ALL,
    }
}

fn drop_bound(site: &Site<'_>, facts: &mut Facts, native: bool) {
    let presence = facts.labels.presence(BOUND);
    if presence == Presence::Absent {
        return;
    }
    let labels = Arc::make_mut(&mut facts.labels);
    // Two series that differ in nothing but their bound are one histogram.
    let unique = labels.unique().map(|unique| unique.iter().filter(|name| &***name != BOUND).cloned().collect());
    if native {
        let fact = LabelFact { presence: Presence::Perhaps, ..labels.get(&Name::from(BOUND)) };
        labels.set(fact);
        labels.set_unique(None);
    } else {
        labels.drop_label(BOUND, &site.reason());
        labels.set_unique(unique);
    }
    if let Some(bound) = facts.bound
        && !native
        && let Some(unique) = labels.unique()
        && let Some(combined) = labels.combinations(unique.iter().map(|name| &**name))
    {
        facts.bound = Some(bound.min(combined));
    }
}

/// `histogram_quantiles` puts each quantile in a label.
fn name_quantile(site: &Site<'_>, facts: &mut Facts) {
    let labels = Arc::make_mut(&mut facts.labels);
    match site.text(1) {
        Some(label) => {
            labels.set(LabelFact::present(label.into(), Values::Any, site.reason()));
            labels.set_unique(None);
        }
        None => labels.weaken(&Reason::new(site.span, Cause::Hidden)),
    }
    let quantiles = u64::try_from(site.args.len().saturating_sub(2)).unwrap_or(u64::MAX);
    facts.bound = facts.bound.map(|bound| bound.saturating_mul(quantiles));
}

/// Notes operands that are no histograms, or that have lost their buckets.
fn check_operand(notes: &mut Notes<'_>, site: &Site<'_>, arg: Operand<'_>, takes_buckets: bool) {
    let input = arg.facts;
    if input.empty.is_some() || !input.is_vector() {
        return;
    }
    let function = site.name();
    if takes_buckets && input.labels.presence(BOUND) != Presence::Absent {
        return;
    }
    let reason = input.labels.reason(BOUND);
    let of_buckets = match input.samples {
        SampleKind::Buckets | SampleKind::BucketGrowth => true,
        SampleKind::AggregatedCounter | SampleKind::Unknown => is_bucket_metric(notes, arg),
        _ => false,
    };
    if takes_buckets && of_buckets {
        notes.event(site.callee_span, EventKind::QuantileWithoutLe { function, reason: reason.clone() });
    } else if !may_be_native(input.samples) {
        let variants = notes.variants_in(arg.first, arg.node);
        notes.event(arg.expr.span, EventKind::QuantileOfNonHistogram { function, samples: input.samples, variants });
    }
}

/// Whether all that is read is a `_bucket`: by declaration, or where the metric is not known by its name, which no native histogram has.
fn is_bucket_metric(notes: &Notes<'_>, arg: Operand<'_>) -> bool {
    let mut inside = notes.metrics.iter().filter(|used| (arg.first..=arg.node).contains(&used.node)).peekable();
    inside.peek().is_some() && inside.all(|used| used.name.ends_with("_bucket"))
}
