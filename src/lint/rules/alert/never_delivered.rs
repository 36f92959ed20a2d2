//! `alert/never-delivered`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::delivery::AlertLabels;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::words;
use crate::model::rule::AlertRule;
use crate::spec::notify::{Notifications, Receiver};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/never-delivered",
    Error,
    "Whoever would be told of an alert has no way to be told",
    "never_delivered.md",
    Check::Alert(check)
);

/// The fields of a receiver that each are a way to tell somebody.
const WAYS: &[&str] = &["slack", "email", "pagerduty", "webhook", "opsgenie", "msteams", "discord", "telegram"];

fn check(cx: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    let Some(stack) = &cx.subject.stack else { return };
    let (Some(route), Some(notifications)) = (stack.route, &stack.spec.notifications) else { return };
    // What is only to be seen, not told, is led to nobody on purpose.
    let quiet = matches!(alert.severity(), "none" | "info") && !alert.heartbeat;
    if alert.planned || quiet {
        return;
    }
    let ends = AlertLabels::of(alert, stack).receivers(route);
    if ends.iter().any(|end| is_told(cx, notifications, &end.receiver)) {
        return;
    }
    let receivers: BTreeSet<&str> = ends.iter().map(|end| end.receiver.as_str()).collect();
    let message =
        format!("nobody is told of `{}`: it goes to {}, without any way to tell", alert.name, words::quoted(&receivers));
    let mut diagnostic = RULE.at(alert.item.span, message);
    for end in ends.iter().take(3) {
        diagnostic = diagnostic.label(end.span, format!("this route leads to `{}`", end.receiver));
    }
    for receiver in receivers {
        if let Some(entry) = notifications.receivers.entry(receiver) {
            diagnostic = diagnostic.label(entry.key, format!("`{receiver}` has no slack, email, pagerduty or the like"));
        }
    }
    findings.push(diagnostic.help("give the receiver a way to tell somebody, or lead the alert to another one"));
}

/// Whether a receiver has a way; one that does not exist, or could not be read, is reported elsewhere.
fn is_told(cx: &Context<'_>, notifications: &Notifications, name: &str) -> bool {
    let Some(receiver) = notifications.receivers.get(name) else { return true };
    let written = cx.sources.text(receiver.span);
    has_way(receiver) || WAYS.iter().any(|way| written.contains(way))
}

fn has_way(receiver: &Receiver) -> bool {
    !(receiver.slack.0.is_empty()
        && receiver.email.0.is_empty()
        && receiver.pagerduty.0.is_empty()
        && receiver.webhook.0.is_empty()
        && receiver.opsgenie.0.is_empty()
        && receiver.msteams.0.is_empty()
        && receiver.discord.0.is_empty()
        && receiver.telegram.0.is_empty())
}
