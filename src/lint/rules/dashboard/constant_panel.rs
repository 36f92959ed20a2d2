//! `dashboard/constant-panel`

use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Dashboard;
use crate::promql::ast::ExprKind;

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/constant-panel",
    Warning,
    "A panel shows a number that never changes",
    "constant_panel.md",
    Check::Dashboard(check)
);

/// Functions whose result changes with time by itself.
const MOVES: &[&str] =
    &["time", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year", "start", "end"];

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    for panel in dashboard.panels() {
        for target in panel.targets.iter().filter(|target| !target.hidden) {
            let ast = &target.expr.ast;
            let mut reads = false;
            ast.visit(&mut |inner| {
                reads |= matches!(inner.kind, ExprKind::Selector(_) | ExprKind::Matrix(_) | ExprKind::Hole);
            });
            if reads || expressions::calls(ast, |name| MOVES.contains(&name)) || !expressions::variables(ast).is_empty() {
                continue;
            }
            let span = target.expr.place(ast.span, cx.sources).unwrap_or(panel.head);
            let message = format!("the panel `{}` reads no metric: it shows the same number for ever", panel.id);
            findings.push_about(panel.span, RULE.at(span, message).help("read a metric, or write the number into a text panel"));
        }
    }
}
