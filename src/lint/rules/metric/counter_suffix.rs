//! `metric/counter-suffix`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;
use crate::spec::metric::MetricType;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/counter-suffix",
    Info,
    "The name of a counter does not end in _total",
    "counter_suffix.md",
    Check::Metric(check)
);

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let metric = declared.metric;
    if metric.external || metric.kind.value != MetricType::Counter || declared.name.ends_with("_total") {
        return;
    }
    let message = format!("the counter `{}` does not end in `_total`", declared.name);
    let help =
        format!("call it `{}_total`; some client libraries add it by themselves: declare it as it is exposed", declared.name);
    findings.push(RULE.at(declared.span, message).label(metric.kind.span, "declared as a counter").help(help));
}
