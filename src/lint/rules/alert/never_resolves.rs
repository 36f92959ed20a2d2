//! `alert/never-resolves`

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::lint::context::Context;
use crate::lint::expressions::{bare, comparison};
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Purpose, Use};
use crate::lint::words;
use crate::model::rule::AlertRule;
use crate::promql::catalog::Variant;
use crate::promql::infer::{EventKind, Interval};
use crate::promql::{BinaryOp, Expr, ExprKind};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/never-resolves",
    Error,
    "An alert fires for ever for targets whose scrapes are known to fail",
    "never_resolves.md",
    Check::Alert(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    let always = |kind: &EventKind| matches!(kind, EventKind::ComparisonAlwaysTrue(_));
    // What holds for every target is said by `promql/comparison-always-true`.
    if alert.planned || alert.heartbeat || alert.expr.inference.events.iter().any(|event| always(&event.kind)) {
        return;
    }
    let used = Use { expr: &alert.expr, item: &alert.item, purpose: Purpose::Alert(alert) };
    let mut reads = Vec::new();
    comparisons(&alert.expr.ast, &mut reads);
    for (read, op, number) in reads {
        let metrics = alert.expr.inference.metrics.iter();
        for metric in metrics.filter(|metric| read.span.start <= metric.span.start && metric.span.end <= read.span.end) {
            let stuck: Vec<Arc<Variant>> = metric
                .variants
                .iter()
                .filter(|variant| value(variant).is_some_and(|value| holds(op, value, number)))
                .cloned()
                .collect();
            if stuck.is_empty() {
                continue;
            }
            let jobs: BTreeSet<&str> =
                stuck.iter().filter_map(|variant| Some(&**variant.label("job")?.values.single()?)).collect();
            let of = if jobs.is_empty() { String::new() } else { format!(" for {}", words::quoted(&jobs)) };
            let message = format!("`{}` never resolves{of}: scrapes fail, so `{}` is always 0", alert.name, metric.name);
            let span = cx.place(&used, metric.span);
            let finding = words::declarations(RULE.at(span, message), &stuck, |_| "why scrapes of it fail".to_owned());
            findings.push(finding.help("let the targets expose metrics, or do not scrape them: `scrape: false`"));
        }
    }
}

/// The comparisons with a number of which each makes the alert fire: what is compared, how, with which number.
fn comparisons<'e>(expr: &'e Expr, found: &mut Vec<(&'e Expr, BinaryOp, f64)>) {
    match &bare(expr).kind {
        ExprKind::Binary(binary) if binary.op == BinaryOp::Or => {
            comparisons(&binary.lhs, found);
            comparisons(&binary.rhs, found);
        }
        ExprKind::Binary(_) => found.extend(comparison(expr).filter(|(compared, ..)| is_read(compared))),
        _ => {}
    }
}

/// Whether an expression has the values of a series: a selector, or what such a series was over time.
fn is_read(expr: &Expr) -> bool {
    match &bare(expr).kind {
        ExprKind::Selector(_) => true,
        ExprKind::Call(call) => {
            let kept = matches!(call.callee.name(), "min_over_time" | "max_over_time" | "avg_over_time" | "last_over_time");
            kept && matches!(call.args.as_slice(), [only] if matches!(bare(only).kind, ExprKind::Matrix(_)))
        }
        _ => false,
    }
}

/// The one value of a series that the server makes of scrapes that fail.
fn value(variant: &Variant) -> Option<f64> {
    let of_scrapes = &*variant.family == "up" || variant.family.starts_with("scrape_samples_");
    (of_scrapes && variant.range == Some(Interval::exactly(0.0))).then_some(0.0)
}

fn holds(op: BinaryOp, value: f64, number: f64) -> bool {
    match op {
        BinaryOp::Equal => value == number,
        BinaryOp::NotEqual => value != number,
        BinaryOp::Greater => value > number,
        BinaryOp::GreaterOrEqual => value >= number,
        BinaryOp::Less => value < number,
        BinaryOp::LessOrEqual => value <= number,
        _ => false,
    }
}
