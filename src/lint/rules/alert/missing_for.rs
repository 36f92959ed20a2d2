//! `alert/missing-for`

use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;
use crate::promql::infer::Condition;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/missing-for",
    Warning,
    "An alert fires at the first sample that is out of bounds",
    "missing_for.md",
    Check::Alert(check)
);

fn check(_: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    let waits = alert.hold.is_some_and(|hold| hold.millis > 0);
    if waits || alert.heartbeat || alert.expr.inference.metrics.is_empty() {
        return;
    }
    let facts = alert.expr.facts();
    // A range of time waits by itself, and what counts the time since something happened has waited already.
    let waits_by_itself = expressions::reads_a_range(&alert.expr.ast)
        || expressions::calls(&alert.expr.ast, |name| name == "time" || name.starts_with("absent"));
    if waits_by_itself || !matches!(facts.condition, Condition::Comparison | Condition::Set) {
        return;
    }
    let message = format!("`{}` has no `for`: a single sample out of bounds fires it", alert.name);
    let help = "add `for: 5m`, or say that one sample is enough: `allow: [{rule: alert/missing-for, reason: ...}]`";
    findings.push(RULE.at(alert.item.span, message).help(help));
}
