//! `alert/missing-summary`

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;

/// The rule.
pub const RULE: Rule =
    rule!("alert/missing-summary", Warning, "An alert does not say what is wrong", "missing_summary.md", Check::Alert(check));

fn check(_: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    let says = |name: &str| alert.annotation(name).is_some_and(|text| !text.trim().is_empty());
    if says("summary") {
        return;
    }
    let severity = if says("description") || says("message") { Severity::Info } else { Severity::Warning };
    let message = format!("`{}` has no `summary`", alert.name);
    let help = "add `summary:` with what is wrong in one sentence; what is wrong with what goes into `description`";
    findings.push(RULE.weaker(severity, alert.item.span, message).help(help));
}
