//! `alert/untested`

use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;
use crate::promql::infer::Condition;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/untested",
    Info,
    "No test can be made for an alert, since its threshold is not a number",
    "untested.md",
    Check::Alert(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    // Tests are generated from a spec only.
    if cx.subject.stack.is_none() {
        return;
    }
    let condition = alert.expr.facts().condition;
    let plain = alert.threshold.is_some()
        || alert.heartbeat
        || matches!(condition, Condition::Absent | Condition::Constant | Condition::Unknown | Condition::Value)
        || expressions::comparison(&alert.expr.ast).is_some();
    if plain || alert.planned {
        return;
    }
    let message = format!("`{}` does not compare one value with one number, so no test of it is generated", alert.name);
    findings.push(
        RULE.at(alert.item.span, message)
            .help("write the value as the expression and the number as `above:`, `below:` or the like"),
    );
}
