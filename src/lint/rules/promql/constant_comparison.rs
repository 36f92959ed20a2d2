//! `promql/constant-comparison`

use crate::diagnostic::Severity;
use crate::lint::constants::{self, Fallback};
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::ast::{Binary, ExprKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/constant-comparison",
    Warning,
    "A comparison of constants, whose answer no metric changes",
    "constant_comparison.md",
    Check::Expr(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, findings: &mut Findings) {
    // A heartbeat is there always, and says so.
    if used.alert().is_some_and(|alert| alert.heartbeat) {
        return;
    }
    used.expr.ast.visit(&mut |inner| {
        if let ExprKind::Binary(binary) = &inner.kind
            && binary.op.is_comparison()
        {
            of_comparison(cx, used, binary, findings);
        }
    });
}

fn of_comparison(cx: &Context<'_>, used: &Use<'_>, binary: &Binary, findings: &mut Findings) {
    let (left, right) = (constants::fold(&binary.lhs), constants::fold(&binary.rhs));
    let sentence = |left: f64, right: f64| format!("`{left} {} {right}`", binary.op.symbol());
    if let (Some(left), Some(right)) = (left, right) {
        let Some(holds) = constants::compare(binary.op, left, right) else { return };
        let effect = match (binary.bool_modifier.is_some(), holds) {
            (true, true) => "always gives 1",
            (true, false) => "always gives 0",
            (false, true) => "always holds",
            (false, false) => "never holds",
        };
        let message = format!("this is {} whatever the metrics are, which {effect}", sentence(left, right));
        let diagnostic = RULE.at(cx.place(used, binary.op_span), message);
        findings.push(diagnostic.help("compare a metric, or leave the comparison out"));
        return;
    }
    if binary.bool_modifier.is_some() || binary.matching.is_some() {
        return;
    }
    let useless = |found: &Fallback, left: f64, right: f64| {
        let message =
            format!("`or` changes nothing: where the metric is missing this is {}, which never holds", sentence(left, right));
        let diagnostic = RULE.weaker(Severity::Info, cx.place(used, binary.op_span), message);
        diagnostic
            .label(cx.place(used, found.span), "this stands in for what is missing")
            .help("take the `or` out; for a metric that is missing there is `absent(...)`")
    };
    let found = match (constants::fallback(&binary.lhs), right, left, constants::fallback(&binary.rhs)) {
        (Some(found), Some(right), ..) => Some((found, found.value, right)),
        (_, _, Some(left), Some(found)) => Some((found, left, found.value)),
        _ => None,
    };
    if let Some((found, left, right)) = found
        && constants::compare(binary.op, left, right) == Some(false)
    {
        findings.push(useless(&found, left, right));
    }
}
