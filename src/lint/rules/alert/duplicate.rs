//! `alert/duplicate`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::outline::AlertOutline;
use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/duplicate",
    Error,
    "Two alerts have the same expression and the same labels",
    "duplicate.md",
    Check::Whole(check)
);

/// The expression and the labels.
type Key<'a> = (&'a str, &'a [(String, String)]);

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<Key<'_>, &AlertOutline> = BTreeMap::new();
    for alert in cx.subject.outlines.iter().filter(|alert| !alert.heartbeat) {
        let first = match seen.entry((&alert.text, &alert.labels)) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(place) => {
                place.insert(alert);
                continue;
            }
        };
        // The levels and pools of one alert are told apart by their labels.
        // Rule files that lie side by side need not be loaded by one server: often they are two versions of one file.
        let apart = cx.subject.stack.is_none() && first.span.source != alert.span.source;
        if first.span == alert.span || apart {
            continue;
        }
        let message = format!("`{}` fires exactly when `{}` does, with the same labels", alert.name, first.name);
        let diagnostic =
            RULE.at(alert.span, message).label(first.span, "this one has the same expression").help("keep one of them");
        findings.push_about(alert.span, diagnostic);
    }
}
