//! `alert/threshold-above-top-bucket`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{ComparisonFinding, Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/threshold-above-top-bucket",
    Error,
    "An alert compares a quantile with more than the greatest bucket of its histogram",
    "threshold_above_top_bucket.md",
    Check::Event(check)
);

/// Whether this rule speaks about a comparison.
pub fn applies(used: &Use<'_>, finding: &ComparisonFinding) -> bool {
    used.alert().is_some() && finding.top_bucket.is_some()
}

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::ComparisonNeverTrue(finding) = &event.kind else { return None };
    let (Some(top), Some(_)) = (finding.top_bucket, used.alert()) else { return None };
    let unit = finding.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let threshold = finding.threshold.map_or_else(String::new, |threshold| format!(" {threshold}"));
    let message = format!(
        "`{}{threshold}` never holds: the greatest bucket of the histogram is {top}{unit}, and a quantile is never above it",
        finding.op.symbol()
    );
    let mut diagnostic = RULE.at(cx.place(used, event.span), message);
    for metric in &used.expr.inference.metrics {
        let with_top = metric.variants.iter().find(|variant| variant.buckets.last() == Some(&top));
        if let Some(span) = with_top.and_then(|variant| variant.declared_at) {
            diagnostic = diagnostic.label(span, format!("`{}` has buckets up to {top}", metric.name));
            break;
        }
    }
    Some(
        diagnostic
            .help(format!("add buckets above the threshold to the histogram, or compare with less: `>= {top}` is the most")),
    )
}
