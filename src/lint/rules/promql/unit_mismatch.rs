//! `promql/unit-mismatch`

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind, UnitDifference};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/unit-mismatch",
    Error,
    "Numbers of different units are added, subtracted or compared",
    "unit_mismatch.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::UnitMismatch { op, left, right, difference } = &event.kind else { return None };
    let ((left, left_reason), (right, right_reason)) = (left, right);
    let verb = if op.is_comparison() { "compares" } else { "joins" };
    let message = format!("`{}` {verb} {left} with {right}", op.symbol());
    let severity = match difference {
        UnitDifference::Dimension | UnitDifference::Scale => Severity::Error,
        // What counts errors and what counts requests often is of one kind after all.
        UnitDifference::CountedThings => Severity::Info,
    };
    let mut diagnostic = RULE.weaker(severity, cx.place(used, event.span), message);
    for (unit, reason) in [(left, left_reason), (right, right_reason)] {
        let (span, fact) = words::why_value(cx, used, &unit.to_string(), reason);
        diagnostic = diagnostic.label(span, fact);
    }
    Some(match left.conversion(right) {
        Some(factor) if *difference == UnitDifference::Scale => {
            diagnostic.help(format!("bring them to one unit: multiply the left side by {factor}"))
        }
        _ => diagnostic.help("these measure different things: is one of the metrics another than you meant?"),
    })
}
