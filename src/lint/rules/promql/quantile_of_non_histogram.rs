//! `promql/quantile-of-non-histogram`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::catalog::{MetricType, SeriesRole};
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/quantile-of-non-histogram",
    Error,
    "A quantile is computed of something that is no histogram",
    "quantile_of_non_histogram.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::QuantileOfNonHistogram { function, samples, variants } = &event.kind else { return None };
    let message = format!("`{function}` takes a histogram, and this is a {}", samples.name());
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    let diagnostic = words::declarations(diagnostic, variants, |variant| {
        format!("`{}` is declared here as a {}", variant.family, variant.metric_type.name())
    });
    let histogram =
        variants.iter().find(|variant| variant.metric_type == MetricType::Histogram && variant.role != SeriesRole::Bucket);
    Some(match histogram {
        Some(variant) => diagnostic.help(format!("take its buckets: `rate({}_bucket[5m])`", variant.family)),
        None => diagnostic.help("take the buckets of a histogram, or `quantile by (...)` for a quantile over series"),
    })
}
