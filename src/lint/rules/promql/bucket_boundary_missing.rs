//! `promql/bucket-boundary-missing`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/bucket-boundary-missing",
    Error,
    "A matcher asks for a bucket that the histogram does not have",
    "bucket_boundary_missing.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::BucketBoundaryMissing { value, buckets, variants, matcher } = &event.kind else { return None };
    let message = format!("the histogram has no bucket up to `{value}`");
    let diagnostic = RULE.at(cx.place(used, *matcher), message);
    let bounds = words::list(buckets.iter().map(f64::to_string));
    let diagnostic = words::declarations(diagnostic, variants, |_| format!("declared here with buckets up to {bounds}"));
    Some(match nearest(value, buckets) {
        Some(bound) => diagnostic.help(format!("the nearest one is {bound}; or add a bucket at {value} to the histogram")),
        None => diagnostic.help(format!("its buckets are {bounds}")),
    })
}

fn nearest(value: &str, buckets: &[f64]) -> Option<f64> {
    let wanted: f64 = value.parse().ok()?;
    buckets.iter().copied().min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))
}
