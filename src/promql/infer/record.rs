//! A recorded series carries the facts of its expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::SampleKind;
use super::inference::Inference;
use super::labels::METRIC_NAME;
use super::range::Interval;
use crate::promql::catalog::{LabelDomain, MetricType, Presence, SeriesRole, Status, Variant};
use crate::source::Span;

/// The series that a recording rule makes: `name` with the labels of its expression, over which those of the rule prevail. An empty
/// label in the rule removes one.
pub fn variant_from(inference: &Inference, name: &str, labels: &BTreeMap<String, String>, declared_at: Option<Span>) -> Variant {
    let facts = inference.facts();
    let metric_type = match facts.samples {
        SampleKind::Counter | SampleKind::Buckets => MetricType::Counter,
        SampleKind::NativeHistogram => MetricType::NativeHistogram,
        SampleKind::Info => MetricType::Info,
        SampleKind::Unknown | SampleKind::Mixed | SampleKind::AggregatedCounter => MetricType::Unknown,
        _ => MetricType::Gauge,
    };
    let mut variant = Variant::new(name, metric_type);
    variant.role = if metric_type == MetricType::NativeHistogram { SeriesRole::NativeHistogram } else { SeriesRole::Value };
    variant.recorded = Some(facts.samples);
    variant.unit = facts.unit.known().cloned();
    variant.observed = facts.observed.clone();
    variant.range = Some(facts.range.interval).filter(|interval| *interval != Interval::ALL);
    variant.range_only_declared = facts.range.only_declared;
    variant.open_labels = facts.labels.others() == Presence::Perhaps;
    variant.status = status(inference);
    variant.declared_at = declared_at;
    // Where other labels may be there, it is worth knowing which are not.
    let open = variant.open_labels;
    let known = facts.labels.iter().filter(|fact| &*fact.name != METRIC_NAME);
    for fact in known.filter(|fact| open || fact.presence != Presence::Absent) {
        let domain = LabelDomain {
            presence: fact.presence,
            values: fact.values.clone(),
            max: fact.max,
            total: fact.total.clone(),
            target: fact.target,
            declared_at,
        };
        variant.set_label(fact.name.clone(), domain);
    }
    for (label, value) in labels {
        variant.labels.retain(|(name, _)| **name != *label.as_str());
        if !value.is_empty() {
            variant.set_label(label.as_str(), LabelDomain { declared_at, ..LabelDomain::closed([value.as_str()]) });
        }
    }
    variant
}

/// What is made of planned metrics is planned.
fn status(inference: &Inference) -> Status {
    let planned = inference.metrics.iter().find_map(|used| {
        let first = used.variants.first()?;
        match &first.status {
            Status::Planned(reason) if used.variants.iter().all(|variant| matches!(variant.status, Status::Planned(_))) => {
                Some(Arc::clone(reason))
            }
            _ => None,
        }
    });
    planned.map_or(Status::Live, Status::Planned)
}
