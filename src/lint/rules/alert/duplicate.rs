//! `alert/duplicate`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/duplicate",
    Error,
    "Two alerts have the same expression and the same labels",
    "duplicate.md",
    Check::Whole(check)
);

/// The expression and the labels.
type Key<'a> = (&'a str, Vec<(&'a str, &'a str)>);

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<Key<'_>, &AlertRule> = BTreeMap::new();
    for alert in cx.subject.alerts.iter().filter(|alert| !alert.planned && !alert.heartbeat) {
        let labels = alert.labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let Some(first) = seen.get(&(alert.expr.text.as_str(), labels)) else {
            let labels = alert.labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            seen.insert((alert.expr.text.as_str(), labels), alert);
            continue;
        };
        // The levels and pools of one alert are told apart by their labels.
        // Rule files that lie side by side need not be loaded by one server: often they are two versions of one file.
        let apart = cx.subject.stack.is_none() && first.item.span.source != alert.item.span.source;
        if first.item.span == alert.item.span || apart {
            continue;
        }
        let message = format!("`{}` fires exactly when `{}` does, with the same labels", alert.name, first.name);
        let diagnostic =
            RULE.at(alert.item.span, message).label(first.item.span, "this one has the same expression").help("keep one of them");
        findings.push_about(alert.item.span, diagnostic);
    }
}
