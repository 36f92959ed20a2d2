//! `alert/untested`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/untested",
    Warning,
    "No samples are found that make an alert fire",
    "untested.md",
    Check::Alert(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    // Tests are made from a spec only.
    let Some(stack) = cx.subject.stack else { return };
    let reported = alert.expr.inference.hidden || alert.expr.facts().empty.is_some() || cx.is_broken(&alert.expr);
    if alert.planned || reported {
        return;
    }
    let Some(why) = stack.proof_of(alert).and_then(|proof| proof.tests.as_ref().err()) else { return };
    let message = format!("no samples make `{}` fire: {why}", alert.name);
    findings.push(
        RULE.at(alert.item.span, message)
            .help("change the expression or the threshold; if it can fire, give the samples: `tests: [{series: {...}, fires_at: ...}]`"),
    );
}
