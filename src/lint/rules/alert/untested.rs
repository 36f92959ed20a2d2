//! `alert/untested`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule =
    rule!("alert/untested", Warning, "No samples are found that make an alert fire", "untested.md", Check::Stack(check));

/// What helps.
pub const HELP: &str =
    "change the expression or the threshold; if it can fire, show how: `tests: [{series: {...}, fires_at: ..., silent_at: ...}]`";

fn check(cx: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for proof in stack.model.proofs() {
        let (Err(why), Some(alert)) = (&proof.tests, stack.model.alerts.get(proof.alert)) else { continue };
        // Another rule says why, and better.
        let told = |event: &Event| {
            matches!(
                event.kind,
                EventKind::UnknownMetric { .. }
                    | EventKind::QuantileWithoutLe { .. }
                    | EventKind::QuantileOfNonHistogram { .. }
                    | EventKind::QuantileOutOfRange { .. }
                    | EventKind::ComparisonNeverTrue(_)
                    | EventKind::ComparisonAlwaysTrue(_)
                    | EventKind::MatchNeverMatches { .. }
                    | EventKind::ManyToMany { .. }
            )
        };
        let broken = alert.expr.inference.hidden
            || alert.expr.facts().empty.is_some()
            || cx.is_broken(&alert.expr)
            || alert.expr.inference.events.iter().any(told);
        if !broken {
            findings.push(RULE.at(alert.item.span, message(&proof.title, why)).help(HELP));
        }
    }
}

/// What is said of an alert without tests.
pub fn message(title: &str, why: &str) -> String {
    format!("no samples were found that make `{title}` fire: {why}")
}
