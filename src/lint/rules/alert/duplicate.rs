//! `alert/duplicate`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::outline::AlertOutline;
use crate::lint::rule::{Check, Rule, rule};
use crate::promql::catalog::Presence;
use crate::promql::infer::{Labels, METRIC_NAME};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/duplicate",
    Error,
    "Two alerts have the same expression and the same labels",
    "duplicate.md",
    Check::Whole(check)
);

/// The name or the expression, and the labels.
type Key<'a> = (&'a str, &'a [(String, String)]);

/// So many alerts of one name at most are compared with each other.
const MOST: usize = 50;

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<Key<'_>, &AlertOutline> = BTreeMap::new();
    let mut named: BTreeMap<Key<'_>, Vec<&AlertOutline>> = BTreeMap::new();
    for alert in cx.subject.outlines.iter().filter(|alert| !alert.heartbeat) {
        let first = match seen.entry((&alert.text, &alert.labels)) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(place) => {
                place.insert(alert);
                if alert.results.is_some() {
                    named.entry((&alert.name, &alert.labels)).or_default().push(alert);
                }
                continue;
            }
        };
        if apart(cx, first, alert) {
            continue;
        }
        let message = format!("`{}` fires exactly when `{}` does, with the same labels", alert.name, first.name);
        let diagnostic =
            RULE.at(alert.span, message).label(first.span, "this one has the same expression").help("keep one of them");
        findings.push_about(alert.span, diagnostic);
    }
    for alerts in named.values() {
        for (index, alert) in alerts.iter().enumerate().take(MOST) {
            let other = alerts.iter().take(index).find(|other| !apart(cx, other, alert) && alike(other, alert));
            let Some(other) = other else { continue };
            let message = format!("nobody can tell this `{}` from another one: name and labels are the same", alert.name);
            let diagnostic = RULE
                .weaker(Severity::Warning, alert.span, message)
                .label(other.span, "this one has another expression, whose results have the same labels")
                .help("give one of them another name, or a label that tells them apart");
            findings.push_about(alert.span, diagnostic);
        }
    }
}

/// Whether two alerts are meant to be told apart. The levels and pools of one alert are, by their labels. Rule files that lie side by side need not
/// be loaded by one server: often they are two versions of one file.
fn apart(cx: &Context<'_>, one: &AlertOutline, other: &AlertOutline) -> bool {
    one.span == other.span || cx.subject.stack.is_none() && one.span.source != other.span.source
}

/// Whether the results of two alerts have certainly the same labels, with values that can be the same.
fn alike(one: &AlertOutline, other: &AlertOutline) -> bool {
    let (Some(a), Some(b)) = (&one.results, &other.results) else { return false };
    let matches = |a: &Labels, b: &Labels| {
        let mut own = a.iter().filter(|fact| &*fact.name != METRIC_NAME);
        own.all(|fact| {
            let there = b.get(&fact.name);
            fact.presence == there.presence && fact.presence != Presence::Perhaps && !fact.never_equals(&there)
        })
    };
    matches(a, b) && matches(b, a)
}
