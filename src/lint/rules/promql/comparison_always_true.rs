//! `promql/comparison-always-true`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::rules::alert::threshold_unit;
use crate::lint::rules::promql::comparison_never_true::{bounds, sentence};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::BinaryOp;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/comparison-always-true",
    Error,
    "A comparison holds for every value that can occur",
    "comparison_always_true.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::ComparisonAlwaysTrue(finding) = &event.kind else { return None };
    // `x == x` tests for NaN, and `>= 0` is written to make a vector of something on purpose.
    let at_least_zero = finding.op == BinaryOp::GreaterOrEqual && finding.threshold.is_some_and(|number| number.abs() == 0.0);
    if (finding.only_declared && finding.is_guard) || at_least_zero || finding.same_expression {
        return None;
    }
    if used.alert().is_some_and(|alert| alert.heartbeat || threshold_unit::applies(alert)) {
        return None;
    }
    let effect = if finding.returns_bool { "always gives 1" } else { "always holds" };
    let message = format!("`{}` {effect}: {}", sentence(finding), bounds(finding));
    let (span, fact) = words::why_value(cx, used, &words::interval(&finding.values), &finding.reason);
    let help = match finding.only_declared {
        true => "correct the threshold, or the declared range if values really leave it",
        false => "correct the threshold, or leave the comparison out",
    };
    Some(RULE.at(cx.place(used, event.span), message).label(span, fact).help(help))
}
