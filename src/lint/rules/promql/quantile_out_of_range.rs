//! `promql/quantile-out-of-range`

use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/quantile-out-of-range",
    Error,
    "A quantile lies outside of 0 to 1",
    "quantile_out_of_range.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::QuantileOutOfRange { function, quantile } = &event.kind else { return None };
    let end = if *quantile < 0.0 { "-Inf" } else { "+Inf" };
    let message = format!("the quantile of `{function}` is {quantile}, not from 0 to 1: the result is always {end}");
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    if !(1.0..=100.0).contains(quantile) {
        return Some(diagnostic.help("write a number from 0 to 1, such as 0.95"));
    }
    let meant = format!("{}", quantile / 100.0);
    let diagnostic = diagnostic.help(format!("write it as a ratio: {meant}"));
    Some(cx.replacing(diagnostic, used, event.span, &meant, Applicability::Unsafe))
}
