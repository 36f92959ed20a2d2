//! `alert/unrounded-value`

use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::AlertText;
use crate::model::rule::AlertRule;
use crate::promql::AggregateOp;
use crate::promql::ast::{Expr, ExprKind};
use crate::promql::infer::SampleKind;
use crate::template::UseKind;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/unrounded-value",
    Info,
    "A text of an alert shows a rate with all of its digits",
    "unrounded_value.md",
    Check::AlertText(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, text: &AlertText<'_>, findings: &mut Findings) {
    // Counts and gauges are mostly whole numbers; a rate hardly ever is.
    if text.is_label || alert.expr.facts().samples != SampleKind::Rate && !is_rate(&alert.expr.ast) {
        return;
    }
    for used in &text.inspection.uses {
        if used.kind != UseKind::Value || used.passed_to.is_some() {
            continue;
        }
        let span = cx.within(text.text, used.span.start..used.span.end);
        let message = format!("`{}` shows a rate with all of its digits", text.name);
        findings.push(RULE.at(span, message).help("write `$value | humanize`, or `printf \"%.2f\" $value`"));
    }
}

/// Whether a rate is what an expression compares, whatever the metric is.
fn is_rate(expr: &Expr) -> bool {
    match &expressions::bare(expr).kind {
        ExprKind::Binary(binary) if binary.op.is_comparison() && binary.bool_modifier.is_none() => is_rate(&binary.lhs),
        ExprKind::Aggregate(aggregate) => {
            matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max)
                && is_rate(&aggregate.expr)
        }
        ExprKind::Call(call) => matches!(call.callee.name(), "rate" | "irate" | "deriv"),
        _ => false,
    }
}
