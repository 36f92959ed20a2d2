//! `alert/duplicate`

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;
use crate::promql::catalog::Presence;
use crate::promql::infer::{Facts, Labels, METRIC_NAME};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/duplicate",
    Error,
    "Two alerts have the same expression and the same labels",
    "duplicate.md",
    Check::Whole(check)
);

/// The name or the expression, and the labels.
type Key<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// So many alerts of one name at most are compared with each other.
const MOST: usize = 50;

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let alerts = || cx.subject.alerts.iter().filter(|alert| !alert.planned && !alert.heartbeat);
    let mut seen: BTreeMap<Key<'_>, &AlertRule> = BTreeMap::new();
    let mut named: BTreeMap<Key<'_>, Vec<&AlertRule>> = BTreeMap::new();
    for alert in alerts() {
        let Some(first) = seen.get(&(alert.expr.text.as_str(), labels(alert))) else {
            seen.insert((alert.expr.text.as_str(), labels(alert)), alert);
            named.entry((alert.name.as_str(), labels(alert))).or_default().push(alert);
            continue;
        };
        if apart(cx, first, alert) {
            continue;
        }
        let message = format!("`{}` fires exactly when `{}` does, with the same labels", alert.name, first.name);
        let diagnostic =
            RULE.at(alert.item.span, message).label(first.item.span, "this one has the same expression").help("keep one of them");
        findings.push_about(alert.item.span, diagnostic);
    }
    for alerts in named.values() {
        for (index, alert) in alerts.iter().enumerate().take(MOST) {
            let other = alerts.iter().take(index).find(|other| !apart(cx, other, alert) && alike(other, alert));
            let Some(other) = other else { continue };
            let message = format!("nobody can tell this `{}` from another one: name and labels are the same", alert.name);
            let diagnostic = RULE
                .weaker(Severity::Warning, alert.item.span, message)
                .label(other.item.span, "this one has another expression, whose results have the same labels")
                .help("give one of them another name, or a label that tells them apart");
            findings.push_about(alert.item.span, diagnostic);
        }
    }
}

fn labels(alert: &AlertRule) -> Vec<(&str, &str)> {
    alert.labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

/// Whether two alerts are meant to be told apart. The levels and pools of one alert are, by their labels. Rule files that lie side by side need not
/// be loaded by one server: often they are two versions of one file.
fn apart(cx: &Context<'_>, one: &AlertRule, other: &AlertRule) -> bool {
    one.item.span == other.item.span || cx.subject.stack.is_none() && one.item.span.source != other.item.span.source
}

/// Whether the results of two alerts have certainly the same labels, with values that can be the same.
fn alike(one: &AlertRule, other: &AlertRule) -> bool {
    let (a, b) = (one.expr.facts(), other.expr.facts());
    let known = |facts: &Facts| facts.is_vector() && facts.empty.is_none() && facts.labels.others() == Presence::Absent;
    if !known(a) || !known(b) {
        return false;
    }
    let matches = |a: &Labels, b: &Labels| {
        let mut own = a.iter().filter(|fact| &*fact.name != METRIC_NAME);
        own.all(|fact| {
            let there = b.get(&fact.name);
            fact.presence == there.presence && fact.presence != Presence::Perhaps && !fact.never_equals(&there)
        })
    };
    matches(&a.labels, &b.labels) && matches(&b.labels, &a.labels)
}
