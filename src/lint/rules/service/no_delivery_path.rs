//! `service/no-delivery-path`: notifications without a route are met while routes are resolved; alerts without notifications are met here.

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;

/// The rule.
pub const RULE: Rule = rule!(
    "service/no-delivery-path",
    Error,
    "There are alerts, and nobody is told of any",
    "no_delivery_path.md",
    Check::Stack(check)
);

fn check(cx: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    // Without `stack` a spec is a part of one: alerts for others to use.
    let Some(whole) = &stack.spec.stack else { return };
    let alerts = cx.subject.alerts.iter().filter(|alert| !alert.planned).count();
    if alerts == 0 || stack.spec.notifications.is_some() {
        return;
    }
    let message = match alerts {
        1 => "the stack has an alert and no `notifications`: nobody is told of it".to_owned(),
        _ => format!("the stack has {alerts} alert rules and no `notifications`: nobody is told of any of them"),
    };
    let help = "add `notifications: {receivers: {team: {...}}, route: {receiver: team}}`";
    findings.push(RULE.at(whole.name.span, message).help(help));
}
