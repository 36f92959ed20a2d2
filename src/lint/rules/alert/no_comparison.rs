//! `alert/no-comparison`

use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::words;
use crate::model::rule::AlertRule;
use crate::promql::ast::{Expr, ExprKind};
use crate::promql::infer::Condition;
use crate::promql::{BinaryOp, Span};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/no-comparison",
    Error,
    "An alert fires for every series of its expression, whatever the value",
    "no_comparison.md",
    Check::Alert(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    let facts = alert.expr.facts();
    if alert.heartbeat || facts.empty.is_some() || alert.expr.inference.hidden || cx.is_broken(&alert.expr) {
        return;
    }
    let ast = expressions::bare(&alert.expr.ast);
    let (span, message, help) = if let Some(bool_modifier) = bool_modifier(ast) {
        let message = format!("`bool` makes the comparison return 0 or 1: `{}` fires whichever it is", alert.name);
        (bool_modifier, message, "leave `bool` out: then a series is there only while the comparison holds".to_owned())
    } else if let Some(span) = fallback(ast) {
        let message = format!("this is there when the rest returns nothing: `{}` always fires", alert.name);
        (span, message, "take it out of the alert; for what is missing there is `absent(...)`".to_owned())
    } else if facts.condition == Condition::Value && facts.is_vector() && !says_it_in_labels(alert) {
        let compare = "with something: `above: ...`, or `> ...` in the expression";
        let help = match facts.unit.known() {
            Some(unit) => format!("compare the value ({unit}) {compare}"),
            None => format!("compare the value {compare}"),
        };
        (alert.expr.ast.span, format!("`{}` fires whenever its metric is there, whatever the value", alert.name), help)
    } else {
        return;
    };
    let span = alert.expr.place(span, cx.sources).unwrap_or(alert.item.span);
    let mut diagnostic = RULE.at(span, message).help(help);
    if span != alert.item.span {
        diagnostic = diagnostic.label(alert.item.span, format!("this alert is about {}", read(alert)));
    }
    findings.push(diagnostic);
}

/// The `bool` of a comparison that is all of the expression.
fn bool_modifier(ast: &Expr) -> Option<Span> {
    match &ast.kind {
        ExprKind::Binary(binary) if binary.op.is_comparison() => binary.bool_modifier,
        _ => None,
    }
}

/// A branch of `or` that is always there: `vector(0)`.
fn fallback(ast: &Expr) -> Option<Span> {
    let ExprKind::Binary(binary) = &ast.kind else { return None };
    if binary.op != BinaryOp::Or {
        return None;
    }
    [&binary.lhs, &binary.rhs].into_iter().map(expressions::bare).find_map(|side| match &side.kind {
        ExprKind::Call(call) if call.callee.name() == "vector" => Some(side.span),
        _ => fallback(side),
    })
}

/// Whether the alert reads a series that says something in its labels: it is there or not, and that is the state.
fn says_it_in_labels(alert: &AlertRule) -> bool {
    let by_name = |name: &str| name.split(['_', ':']).any(|word| matches!(word, "info" | "metadata" | "labels"));
    alert.expr.inference.metrics.iter().any(|metric| by_name(&metric.name))
}

fn read(alert: &AlertRule) -> String {
    let mut names: Vec<&str> = alert.expr.inference.metrics.iter().map(|metric| &*metric.name).collect();
    names.dedup();
    if names.is_empty() { "no metric".to_owned() } else { words::quoted(names) }
}
