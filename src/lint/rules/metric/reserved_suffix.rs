//! `metric/reserved-suffix`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;
use crate::spec::metric::MetricType;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/reserved-suffix",
    Info,
    "The name of a metric ends in what the series of another type end in",
    "reserved_suffix.md",
    Check::Metric(check)
);

/// Suffixes that the exposition formats give a meaning, with the types that they belong to.
const SUFFIXES: &[(&str, &str)] = &[
    ("_bucket", "a histogram's buckets"),
    ("_sum", "the sum of a histogram or a summary"),
    ("_count", "the count of a histogram or a summary"),
    ("_created", "the time at which a series was born"),
    ("_total", "a counter"),
];

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let metric = declared.metric;
    let Some((suffix, means)) = SUFFIXES.iter().find(|(suffix, _)| declared.name.ends_with(suffix)) else { return };
    let fits = match metric.kind.value {
        MetricType::Counter => *suffix == "_total",
        MetricType::Unknown => true,
        _ => false,
    };
    if metric.external || fits {
        return;
    }
    let message = format!("`{}` is a {}, and `{suffix}` is for {means}", declared.name, metric.kind.value.word());
    findings.push(RULE.at(declared.span, message).label(metric.kind.span, "the type").help("give it a name without the suffix"));
}
