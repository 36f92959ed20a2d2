//! `alert/no-comparison`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::words;
use crate::model::rule::AlertRule;
use crate::promql::infer::Condition;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/no-comparison",
    Error,
    "An alert fires for every series of its expression, whatever the value",
    "no_comparison.md",
    Check::Alert(check)
);

fn check(_: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    let facts = alert.expr.facts();
    if alert.heartbeat || !facts.is_vector() || facts.condition != Condition::Value || facts.empty.is_some() {
        return;
    }
    // What could not be read may hold the comparison.
    if alert.expr.inference.hidden {
        return;
    }
    // A series that says something in its labels is there or not: that is the state.
    let says_it_in_labels = |name: &str| name.split(['_', ':']).any(|word| matches!(word, "info" | "metadata" | "labels"));
    if alert.expr.inference.metrics.iter().any(|metric| says_it_in_labels(&metric.name)) {
        return;
    }
    let span = alert.expr.origin().unwrap_or(alert.item.span);
    let message = format!("`{}` fires whenever its metric is there, whatever the value", alert.name);
    let help = match facts.unit.known() {
        Some(unit) => format!("compare the value ({unit}) with something: `above: ...`, or `> ...` in the expression"),
        None => "compare the value with something: `above: ...`, or `> ...` in the expression".to_owned(),
    };
    let mut diagnostic = RULE.at(span, message).help(help);
    if span != alert.item.span {
        diagnostic = diagnostic.label(alert.item.span, format!("this alert is about {}", read(alert)));
    }
    findings.push(diagnostic);
}

fn read(alert: &AlertRule) -> String {
    let mut names: Vec<&str> = alert.expr.inference.metrics.iter().map(|metric| &*metric.name).collect();
    names.dedup();
    if names.is_empty() { "no metric".to_owned() } else { words::quoted(names) }
}
